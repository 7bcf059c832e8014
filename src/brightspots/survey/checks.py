"""Checks on values, rows and numbers of children: each returns the problems that it finds."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.model import WellbeingScale
from brightspots.survey.bands import NO_BAND
from brightspots.survey.catalogue import problem
from brightspots.survey.coding import missing_code
from brightspots.survey.routing import TICK, is_box, positions, silent
from brightspots.survey.weights import fits, is_weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.bands import Bands, Bools
    from brightspots.survey.coding import Coded, Codes
    from brightspots.survey.exports import Column, Export
    from brightspots.survey.forms import Form, Item
    from brightspots.survey.problems import Problem

CodesById = dict[str, "Codes"]
Key = tuple[str, str, str]

QUESTIONS_NAMED = 6


def coded_column(
    export: Export, column: Column, item: str, coded: Coded, questionnaire: Questionnaire
) -> list[Problem]:
    """Report values of one column that are no answer, and labels that contradict the questionnaire."""
    question = questionnaire.questions.get(item)
    problems = [
        problem(
            "labels_contradict",
            export.name,
            column.name,
            count=export.n,
            contradiction=contradiction,
            item=item,
            questionnaire=questionnaire.id,
        )
        for contradiction in coded.contradictions
    ]
    if coded.unknown_ends and isinstance(question, WellbeingScale):
        low, high = question.ends
        problems.append(problem("unknown_ends", export.name, column.name, count=export.n, low=low, high=high))
    if not coded.unknown.size:
        return problems
    if question is None:
        code, options = "unknown_level", [level.label for level in questionnaire.trait[item].levels]
    elif isinstance(question, WellbeingScale):
        code, options = "off_scale", []
    else:
        code, options = "unknown_option", list(questionnaire.options(item))
    undeclared = coded.undeclared_missing
    return [
        *problems,
        problem(
            code,
            export.name,
            column.name,
            rows=export.row_numbers(coded.unknown),
            item=item,
            options=", ".join(options),
            hint=coded.hint
            + ("; some look like missing codes that nobody declared, such as -9 or 99" if undeclared else ""),
            first="declare the missing codes in the file or in the mapping's [missing]; else "
            if undeclared
            else "",
        ),
    ]


def no_question(export: Export, questionnaire: Questionnaire) -> Problem:
    """Report a file in which nothing of the questionnaire was found.

    Its headings are not told: they may be a child's answers.
    """
    return problem("no_question", export.name, count=export.n, questionnaire=questionnaire.id)


def comments_present(export: Export, columns: Iterable[Column]) -> list[Problem]:
    """Report free text: it is counted and never read here, so somebody else must."""
    return [
        problem("comments_present", export.name, column.name, count=written)
        for column in columns
        if (written := sum(value is not None for value in column.values.tolist()))
    ]


def rows_with_answers(codes: CodesById, questionnaire: Questionnaire, n: int) -> Bools:
    """Say for each row whether it answers anything: "don't know" does, an unticked box does not."""
    answered = np.zeros(n, dtype=bool)
    for name in questionnaire.questions:
        says = ~silent(name, codes[name], questionnaire)
        answered |= (codes[name] == TICK) if is_box(name, questionnaire) else says
    return answered


def empty_rows(export: Export, empty: Bools) -> list[Problem]:
    """Report rows without a single answer: they are no response, and are left out."""
    rows = np.flatnonzero(empty)
    return [problem("empty_row", export.name, rows=export.row_numbers(rows))] if rows.size else []


def partial_responses(
    export: Export,
    asked: Mapping[str, Item],
    codes: CodesById,
    bands: Bands,
    questionnaire: Questionnaire,
) -> list[Problem]:
    """Report children who stopped before the last question that they were asked, and after which one.

    Boxes do not count, since a child need not tick any.
    """
    names = [name for name in asked if not is_box(name, questionnaire)]
    last = np.full(export.n, -1)
    last_put = np.full(export.n, -1)
    for name in names:
        where = positions(export, asked[name])
        options = questionnaire.options(name)
        put = codes[name] != missing_code(options, "not_asked")
        last_put = np.maximum(last_put, np.where(put, where, -1))
        last = np.maximum(last, np.where(silent(name, codes[name], questionnaire), -1, where))
    rows = np.flatnonzero((bands != NO_BAND) & (last >= 0) & (last < last_put))
    if not rows.size:
        return []
    held = {
        (column, int(band)): name
        for name in names
        for column, where in asked[name].places
        for band in np.unique(bands[where])
    }
    stopped = Counter(held[(export.columns[last[i]].name, int(bands[i]))] for i in rows)
    most = sorted(stopped.items(), key=lambda one: (-one[1], one[0]))[:QUESTIONS_NAMED]
    return [
        problem(
            "partial_responses",
            export.name,
            rows=export.row_numbers(rows),
            questions=", ".join(f"{name} ({n})" for name, n in most),
        )
    ]


def repeated_ids(export: Export, column: str, ids: Sequence[Any], keep: Bools) -> list[Problem]:
    """Report response ids that stand twice in one file; of each, `keep` holds on to the first."""
    seen: set[Any] = set()
    repeated = []
    for i, value in enumerate(ids):
        if value is None or not keep[i]:
            continue
        if value in seen:
            repeated.append(i)
        seen.add(value)
    if not repeated:
        return []
    keep[repeated] = False
    return [problem("repeated_response_id", export.name, column, rows=export.row_numbers(repeated))]


def identical_rows(export: Export, codes: CodesById, bands: Bands, keep: Bools) -> list[Problem]:
    """Note rows that happen to be the same: normal on short forms, and never an error."""
    kept = np.flatnonzero(keep)
    rows = np.ascontiguousarray(np.column_stack([bands, *codes.values()])[kept])
    seen: set[bytes] = set()
    same = []
    for i, row in zip(kept, rows, strict=True):
        answers = row.tobytes()
        if answers in seen:
            same.append(int(i))
        seen.add(answers)
    return [problem("identical_rows", export.name, rows=export.row_numbers(same))] if same else []


def weights(export: Export, column: Column, keep: Bools) -> list[Problem]:
    """Report weights of rows that are used: absent, no number above 0, or out of the range that is kept."""
    faults: dict[str, list[int]] = {"no_weight": [], "bad_weight": [], "weight_out_of_range": []}
    for i in np.flatnonzero(keep).tolist():
        value = column.values[i]
        if value is None or column.is_declared_missing(value):
            faults["no_weight"].append(i)
        elif not is_weight(value):
            faults["bad_weight"].append(i)
        elif not fits(value):
            faults["weight_out_of_range"].append(i)
    return [
        problem(code, export.name, column.name, rows=export.row_numbers(rows))
        for code, rows in faults.items()
        if rows
    ]


def across_forms(forms: Sequence[Form]) -> list[Problem]:
    """Report response ids found in more than one file: one person may have answered two forms.

    Ids that only number the rows of each file say nothing about persons.
    """
    problems = []
    seen: dict[Any, int] = {}
    for number, form in enumerate(forms):
        ids = {i: form.response_ids[i] for i in form.kept if form.response_ids}
        if _is_running_number(ids.values(), form.export.n):
            continue
        twice = [
            i for i, value in ids.items() if value is not None and seen.setdefault(value, number) != number
        ]
        if twice:
            rows = form.export.row_numbers(twice)
            problems.append(problem("answered_two_forms", form.export.name, form.id_column, rows=rows))
    return problems


def _is_running_number(ids: Iterable[Any], n: int) -> bool:
    """Whether ids are whole numbers that count rows, a few of them left out."""
    return all(isinstance(value, int) and 0 <= value <= 2 * n for value in ids if value is not None)


def eligible_numbers(
    answers: Mapping[Key, int], eligible: Mapping[Key, int], questionnaire: Questionnaire
) -> list[Problem]:
    """Compare the numbers of answers with the numbers of children who could have answered.

    Parameters
    ----------
    answers : mapping of (area, wave, age band) to int
        Answers that are used.
    eligible : mapping of (area, wave, age band) to int
        Children who could have answered.
    questionnaire : Questionnaire
        Gives the order of the bands.

    Returns
    -------
    list of Problem
    """
    unknown = {place[2] for place, n in answers.items() if n and place not in eligible}
    problems = []
    if unknown:
        listed = ", ".join(band for band in questionnaire.band if band in unknown)
        problems.append(problem("no_eligible", "", count=len(unknown), bands=listed))
    councils: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for place in answers:
        councils[place[:2]].append(place)
    for council, places in sorted(councils.items()):
        in_all = sum(answers[place] for place in places)
        could = sum(n for place, n in eligible.items() if place[:2] == council)
        if in_all > could and all(place in eligible for place in places if answers[place]):
            problems.append(problem("more_answers_than_children", "", count=in_all - could))
            continue
        problems += [
            problem("band_over_eligible", "", count=answers[place] - eligible[place], band=place[2])
            for place in places
            if answers[place] > eligible.get(place, answers[place])
        ]
    return problems
