"""Every check on answers: each returns the problems it finds, in words that give no answer away."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.model import TICKED, WellbeingScale
from brightspots.survey.coding import fold, fold_band, missing_code
from brightspots.survey.problems import Problem

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping as MappingType, Sequence

    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.coding import Coded
    from brightspots.survey.exports import Column, Export
    from brightspots.survey.reading import Form

Bools = np.ndarray[Any, np.dtype[np.bool_]]
QUESTIONS_NAMED = 6


def _numbers(export: Export, rows: Any) -> tuple[int, ...]:
    return tuple(export.row_number(int(i)) for i in rows)


def bands_of_rows(
    export: Export,
    band: str,
    band_column: Column | None,
    age_column: Column | None,
    questionnaire: Questionnaire,
    spellings: MappingType[str, str],
) -> tuple[np.ndarray[Any, np.dtype[np.object_]], list[Problem]]:
    """Say which form each row answered: the file's band, else the band column, else an age that decides.

    Returns
    -------
    bands : array of str or None, one a row
    problems : list of Problem
    """
    problems: list[Problem] = []
    bands = np.full(export.n, band or None, dtype=object)
    labels = band_column.labels if band_column else {}
    written = (
        [spellings.get(fold_band(labels.get(value, value))) for value in band_column.values.tolist()]
        if band_column
        else []
    )
    if band_column and not band:
        bands = np.array(written, dtype=object)
        unknown = np.array([name is None for name in written], dtype=bool)
        if unknown.any():
            problems.append(
                Problem(
                    "error",
                    "unknown_band",
                    export.name,
                    band_column.name,
                    "no age band, or one that the questionnaire does not have",
                    f"one of {', '.join(questionnaire.band)}",
                    "correct the band, or say what it means in the mapping's [age_bands]",
                    rows=_numbers(export, np.flatnonzero(unknown)),
                )
            )
    elif band_column:
        other = np.array([name not in (None, band) for name in written], dtype=bool)
        if other.any():
            problems.append(
                Problem(
                    "error",
                    "band_contradicts_file",
                    export.name,
                    band_column.name,
                    "rows of another age band than the file was given for",
                    f"{band} throughout",
                    "give each form its own file, or give one file with its band column",
                    rows=_numbers(export, np.flatnonzero(other)),
                )
            )
    if age_column is not None:
        bands, age_problems = _bands_and_ages(export, bands, age_column, questionnaire)
        problems += age_problems
    elif not band and band_column is None:
        problems.append(
            Problem(
                "error",
                "no_band",
                export.name,
                "",
                "nothing that says which form each child answered",
                f"an age band column, or one file for each of {', '.join(questionnaire.band)}",
                'give read_survey a dict such as {"8-11": "file.sav"}, or name the column in the mapping',
                count=export.n,
            )
        )
    return bands, problems


def _bands_and_ages(
    export: Export,
    bands: np.ndarray[Any, np.dtype[np.object_]],
    age_column: Column,
    questionnaire: Questionnaire,
) -> tuple[np.ndarray[Any, np.dtype[np.object_]], list[Problem]]:
    reach = {
        b.id: (
            min([b.ages[0], *(e.ages[0] for e in b.editions)]),
            max([b.ages[1], *(e.ages[1] for e in b.editions)]),
        )
        for b in questionnaire.age_bands
    }
    decided = bands.copy()
    against, undecided, unreadable = [], [], []
    for i, value in enumerate(age_column.values.tolist()):
        if value is None or age_column.is_declared_missing(value):
            if bands[i] is None:
                undecided.append(i)
            continue
        age = int(value) if isinstance(value, int | float) or str(value).isdecimal() else None
        if age is None:
            unreadable.append(i)
            continue
        fits = [name for name, (low, high) in reach.items() if low <= age <= high]
        if bands[i] is None:
            decided[i] = fits[0] if len(fits) == 1 else None
            if len(fits) != 1:
                undecided.append(i)
        elif bands[i] not in fits:
            against.append(i)
    words = {
        "age_contradicts_band": (against, "an age that the form is not meant for", "an age within the form's range",
            "check the age and the form; bands go by the form answered, so correct the wrong one"),
        "age_cannot_decide_band": (undecided, "an age that fits no band or more than one",
            "the form that each child answered", "add a column with the form, or give one file for each form"),
        "unreadable_age": (unreadable, "an age that is not a whole number", "age in years", "correct the age"),
    }  # fmt: skip
    return decided, [
        Problem(
            "error", code, export.name, age_column.name, found, expected, to_do, rows=_numbers(export, rows)
        )
        for code, (rows, found, expected, to_do) in words.items()
        if rows
    ]


def coded_column(
    export: Export, column: Column, item: str, coded: Coded, questionnaire: Questionnaire
) -> list[Problem]:
    """Report values of one column that are no answer, and labels that contradict the questionnaire."""
    problems = [
        Problem(
            "error", "labels_contradict", export.name, column.name, contradiction,
            f"the meaning that {item} has in {questionnaire.id}",
            "find out which is right, then correct the labels, the mapping or the questionnaire",
            count=export.n,
        )
        for contradiction in coded.contradictions
    ]  # fmt: skip
    if not coded.unknown.size:
        return problems
    rows = _numbers(export, coded.unknown)
    if item in questionnaire.trait:
        code, found = "unknown_level", f"a category that the trait {item} does not have"
        expected = ", ".join(level.label for level in questionnaire.trait[item].levels)
        to_do = "correct it, or say what it means in the mapping's [codes] or the level's `also`"
    elif isinstance(questionnaire.questions[item], WellbeingScale):
        code, found = "off_scale", "a value that is not a whole number from 0 to 10"
        expected = "0, 1, 2 … 10; values are never rounded"
        to_do = "correct the value, or check that this is a 0-10 question"
    else:
        code, found = "unknown_option", f"an answer that {item} does not offer"
        expected = ", ".join(questionnaire.options(item))
        to_do = "correct it, or say what it means in the mapping's [codes] or the scale's `also`"
        if not column.labels and all(isinstance(v, int) for v in column.values[coded.unknown].tolist()):
            found = f"code numbers without labels in the column of {item}"
            to_do = f"say in the mapping what each number means: [codes.{item}]"
    if coded.likely_missing:
        found += "; some look like missing codes that nobody declared (such as -9 or 99)"
        to_do = "declare the missing codes in the file or in the mapping's [missing]; else " + to_do
    return [*problems, Problem("error", code, export.name, column.name, found, expected, to_do, rows=rows)]


def mapped_column_absent(export: Export, column: str, item: str, *, trait: bool = False) -> Problem:
    """Report a column that the mapping names and the file does not have; for a trait only a warning."""
    return Problem(
        "warning" if trait else "error", "mapped_column_absent", export.name, column,
        f"no such column; the mapping names it for {item}",
        "every column that the mapping names",
        "check the spelling, or give the mapping the column of each age band"
        + ("; until then this trait is not known" if trait else ""),
        count=export.n,
    )  # fmt: skip


def several_columns(export: Export, item: str) -> Problem:
    """Report an item that the mapping places in different columns of one file."""
    return Problem(
        "error", "several_columns", export.name, "",
        f"the mapping names different columns for {item} by age band, and this file holds several bands",
        "one column an item, or one file a band", "split the file by band, or make the columns one",
        count=export.n,
    )  # fmt: skip


def no_question(export: Export, questionnaire: Questionnaire) -> Problem:
    """Report a file in which nothing of the questionnaire was found."""
    return Problem(
        "error", "no_question", export.name, "", "no column that holds a question of the questionnaire",
        f"columns named as in {questionnaire.id}, or a mapping",
        "draft a mapping with `brightspots start`, then finish it by hand",
        count=export.n,
    )  # fmt: skip


def other_columns(
    export: Export, known: set[str], mapping: Mapping | None, identity: re.Pattern[str]
) -> list[Problem]:
    """Report columns that were dropped because they identify, and those that nothing maps."""
    named = {fold(name) for name in mapping.identity} if mapping else set()
    ignored = {fold(name) for name in mapping.ignore} if mapping else set()
    problems = []
    for column in export.columns:
        if column.name in known or fold(column.name) in ignored:
            continue
        names = (fold(column.name).replace("_", " "), fold(column.label))
        if fold(column.name) in named or any(identity.search(name) for name in names):
            problems.append(
                Problem(
                    "warning",
                    "identity_dropped",
                    export.name,
                    column.name,
                    "a column that can identify a child or a sender",
                    "answers only",
                    "it was dropped on reading; leave it out of the export next time",
                    count=export.n,
                )  # fmt: skip
            )
        else:
            problems.append(
                Problem(
                    "warning",
                    "unmapped_column",
                    export.name,
                    column.name,
                    "a column that nothing maps",
                    "a question, a trait, or a column named in the mapping's `ignore`",
                    "map it, or list it under `ignore`",
                    count=export.n,
                )  # fmt: skip
            )
    return problems


def comments_present(export: Export, columns: Iterable[Column]) -> list[Problem]:
    """Report free text: it is counted and never read here, so somebody else must."""
    return [
        Problem(
            "note",
            "comments_present",
            export.name,
            column.name,
            "children wrote comments here",
            "a person who reads every comment, also for safeguarding",
            "say who reads them and by when; the library only counts and drops them",
            rows=(),
            count=written,
        )  # fmt: skip
        for column in columns
        if (written := sum(value is not None for value in column.values.tolist()))
    ]


def rows_with_answers(codes: MappingType[str, Any], questionnaire: Questionnaire, n: int) -> Bools:
    """Whether each row holds an answer to anything, a "don't know" and a refusal included."""
    answered = np.zeros(n, dtype=bool)
    for question in questionnaire.questions:
        options = questionnaire.options(question)
        silent = [missing_code(options, "not_answered"), missing_code(options, "not_asked")]
        answered |= ~np.isin(codes[question], silent)
    return answered


def empty_rows(export: Export, empty: Bools) -> list[Problem]:
    """Report rows without a single answer: they are no response, and are left out."""
    if not empty.any():
        return []
    return [
        Problem(
            "warning",
            "empty_row",
            export.name,
            "",
            "rows without a single answer",
            "at least one answer",
            "they were left out and are not counted as responses",
            rows=_numbers(export, np.flatnonzero(empty)),
        )  # fmt: skip
    ]


def partial_responses(
    export: Export,
    codes: MappingType[str, Any],
    columns: MappingType[str, str],
    bands: np.ndarray[Any, np.dtype[np.object_]],
    questionnaire: Questionnaire,
) -> list[Problem]:
    """Report children who stopped before the end, and the questions after which they did."""
    order = {column.name: i for i, column in enumerate(export.columns)}
    single = (q for q in questionnaire.questions if q in columns and questionnaire.options(q) != TICKED)
    asked = sorted(single, key=lambda q: order[columns[q]])
    stopped: Counter[str] = Counter()
    rows: list[int] = []
    for band in {b for b in bands.tolist() if b}:
        own = [q for q in asked if band in questionnaire.questions[q].asked]
        of_band = np.flatnonzero(bands == band)
        if len(own) < 2 or not of_band.size:
            continue
        silent = np.column_stack(
            [
                np.isin(
                    codes[q][of_band],
                    [missing_code(questionnaire.options(q), kind) for kind in ("not_answered", "not_asked")],
                )
                for q in own
            ]
        )
        passed = np.column_stack(
            [codes[q][of_band] == missing_code(questionnaire.options(q), "not_asked") for q in own]
        )
        after_last = np.cumsum((~silent)[:, ::-1], axis=1)[:, ::-1] == 0
        partial = (after_last & ~passed).any(axis=1) & ~silent.all(axis=1)
        for position, last in zip(of_band[partial], (~after_last[partial]).sum(axis=1), strict=True):
            stopped[own[int(last) - 1]] += 1
            rows.append(int(position))
    if not rows:
        return []
    most = ", ".join(
        f"{question} ({n})"
        for question, n in sorted(stopped.items(), key=lambda x: (-x[1], x[0]))[:QUESTIONS_NAMED]
    )
    return [
        Problem(
            "note",
            "partial_responses",
            export.name,
            "",
            f"children who stopped before the last question, after: {most}",
            "answers to the end",
            "their answers are used; look at the questions where children stop",
            rows=_numbers(export, sorted(rows)),
        )  # fmt: skip
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
    return [
        Problem(
            "error",
            "repeated_response_id",
            export.name,
            column,
            "a response id that stands more than once",
            "one row a response",
            "remove the copies; if they are different children, give them their own ids",
            rows=_numbers(export, repeated),
        )  # fmt: skip
    ]


def identical_rows(export: Export, codes: MappingType[str, Any], keep: Bools) -> list[Problem]:
    """Note rows that happen to be the same: normal on short forms, and never an error."""
    names = sorted(codes)
    if not names:
        return []
    kept = np.flatnonzero(keep)
    seen: set[bytes] = set()
    same = []
    for i, row in zip(kept, np.column_stack([codes[name] for name in names])[kept], strict=True):
        key = row.tobytes()
        if key in seen:
            same.append(int(i))
        seen.add(key)
    if not same:
        return []
    return [
        Problem(
            "note",
            "identical_rows",
            export.name,
            "",
            "rows whose answers are all the same as an earlier row's",
            "this is normal on short forms",
            "nothing, unless the export was joined from copies",
            rows=_numbers(export, same),
        )  # fmt: skip
    ]


def across_forms(forms: Sequence[Form]) -> list[Problem]:
    """Report response ids found in more than one file: one person may have answered two forms."""
    problems = []
    seen: dict[Any, int] = {}
    for number, form in enumerate(forms):
        twice = [
            i
            for i, value in enumerate(form.response_ids)
            if value is not None and seen.setdefault(value, number) != number
        ]
        if twice:
            problems.append(
                Problem(
                    "warning",
                    "answered_two_forms",
                    form.export.name,
                    form.columns.get("response_id", ""),
                    "response ids that also stand in another form's file",
                    "one form a person",
                    "check whether somebody answered two forms; both are counted",
                    rows=_numbers(form.export, twice),
                )  # fmt: skip
            )
    return problems


def eligible_numbers(
    answers: MappingType[str, int], eligible: MappingType[str, int], questionnaire: Questionnaire
) -> list[Problem]:
    """Compare the numbers of answers with the numbers of children who could have answered."""
    present = {band: n for band, n in answers.items() if n}
    if not present:
        return []
    without = [band for band in present if band not in eligible]
    problems = []
    if without:
        problems.append(
            Problem(
                "note",
                "no_eligible",
                "",
                "",
                f"no eligible numbers for {', '.join(without)}",
                "how many children could have answered each form",
                "give `eligible`; without it there is no response rate and no worst case",
                count=len(without),
            )  # fmt: skip
        )
    if not without and sum(present.values()) > sum(eligible.values()):
        problems.append(
            Problem(
                "error",
                "more_answers_than_children",
                "",
                "",
                "more answers than eligible children in all",
                "at most one answer a child",
                "look for copies in the exports, or correct the eligible numbers",
                count=sum(present.values()) - sum(eligible.values()),
            )  # fmt: skip
        )
        return problems
    problems += [
        Problem(
            "warning",
            "band_over_eligible",
            "",
            "",
            f"more answers than eligible children on the form {band}",
            "children near a boundary may have answered the neighbouring form",
            "check the eligible numbers; no response rate is given for this band",
            count=n - eligible[band],
        )  # fmt: skip
        for band, n in present.items()
        if band in eligible and n > eligible[band]
    ]
    return problems
