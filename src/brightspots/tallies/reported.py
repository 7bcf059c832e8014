"""Counts typed from a published report: for councils that hold a report and not its rows.

The form has one line a figure: ``measure, age_band, category, count, n`` or ``…, percent, n``. The category
of an indicator is ``counted``, or one of its options; of a 0-10 scale a band; of a composite ``low``. A line
with the measure ``responses`` and an ``n`` says how many answered anything, and ``eligible`` how many could.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import numpy as np

from brightspots.errors import OutputError, SurveyError
from brightspots.measures.composite import LOW, NOT_LOW
from brightspots.measures.measure import COUNTED, OTHER_BAND, REPORTED, Measure, measures_of
from brightspots.questionnaire.spelling import band_spellings, fold, fold_band, fold_id
from brightspots.survey.drafting import config_text, write_drafts
from brightspots.survey.problems import Problem, Problems
from brightspots.survey.readers import read_export
from brightspots.tallies.tally import RESPONSES, CountTable, Tally, count_columns

if TYPE_CHECKING:
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.exports import Export

FORM_COLUMNS = ("measure", "age_band", "category", "count", "percent", "n", "eligible")
PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")
MOST_CHILDREN = 10**9


class Figure(NamedTuple):
    """The counts that a typed figure may stand for: one and the same where a count was typed."""

    least: int
    likely: int
    most: int


@dataclass(frozen=True)
class Line:
    """One line of the form, read."""

    row: int
    measure: str
    age_band: str
    category: str
    n: int
    figure: Figure
    eligible: int | None


def read_counts(source: str | Path, questionnaire: Questionnaire, *, area: str = "", wave: str = "") -> Tally:
    """Read counts that were typed from a published report.

    A percentage stands for the count nearest to it, and is refused where no count out of n rounds to it.
    Where the percentages of all answers are given, counts are taken that add up to n.

    Parameters
    ----------
    source : path
        A CSV or Excel form with the columns ``measure age_band category count percent n eligible``; count or
        percent may be left empty. `brightspots start --counts` writes an empty one.
    questionnaire : Questionnaire
        What was asked.
    area, wave : str
        The council, and when it asked.

    Returns
    -------
    Tally
        With age bands alone: a report's counts cannot be broken down further.

    Raises
    ------
    SurveyError
        With every line that makes no sense, all at once.
    """
    export = read_export(source)
    lines, problems = _lines(export, questionnaire)
    cells: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        cells[(line.measure, line.age_band)].append(line)
    columns = count_columns(questionnaire)
    counts: dict[str, Any] = defaultdict(lambda: np.zeros(len(columns), dtype=np.int64))
    eligible: dict[tuple[str, ...], int] = {}
    measures = measures_of(questionnaire)
    for (name, band), own in cells.items():
        responses = cells.get((RESPONSES, band), [])
        if name == RESPONSES:
            counts[band][columns[(RESPONSES, "")]] = own[0].n
            if own[0].eligible is not None:
                eligible[(area, wave, band)] = own[0].eligible
            continue
        answers, found = _answers(export, measures[name], own)
        problems += found
        if responses and own[0].n > responses[0].n:
            rows = tuple(line.row for line in own)
            problems.append(_problem(export, "n_above_responses", "n", rows))
        for answer, number in answers.items():
            counts[band][columns[(name, answer)]] = number
    problems += _more_than_children(export, [lines[0] for (m, _), lines in cells.items() if m == RESPONSES])
    if not counts and not problems:
        problems.append(_problem(export, "no_figures", "", ()))
    if problems:
        found_all = Problems.of(problems)
        raise SurveyError(f"The counts cannot be used.\n{found_all.describe()}", found_all)
    keys = [(area, wave, band) for band in counts]
    return Tally(questionnaire, {(): CountTable.of(keys, np.vstack(list(counts.values())))}, eligible)


def write_counts_form(path: str | Path, questionnaire: Questionnaire) -> None:
    """Write an empty form for a questionnaire: one line for each category of each measure and age band.

    Parameters
    ----------
    path : path
        Of the CSV.
    questionnaire : Questionnaire
        What was asked.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    try:
        Path(path).write_text(_form(questionnaire), encoding="utf-8", newline="")
    except OSError:
        raise OutputError(f"{Path(path).name} cannot be written there; check the folder.") from None


def draft_counts(questionnaire: Questionnaire, named: str, folder: Path) -> list[Path]:
    """Write an empty form for counts typed from a report, and a run config that reads it.

    Parameters
    ----------
    questionnaire : Questionnaire
        What was asked.
    named : str
        How the config names the questionnaire.
    folder : path
        Where to write. Files that are there already are left alone.

    Returns
    -------
    list of path
        What was written.

    Raises
    ------
    OutputError
        If a draft is there already or the folder cannot be written.
    """
    config = config_text(named, 'counts = "counts.csv"', [])
    return write_drafts(Path(folder), {"brightspots.toml": config, "counts.csv": _form(questionnaire)})


def _form(questionnaire: Questionnaire) -> str:
    """Return the empty form. Bands go by their labels, since spreadsheets make a date of 8-11."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    labels = {band.id: band.label for band in questionnaire.age_bands}
    writer.writerow(FORM_COLUMNS)
    writer.writerows((RESPONSES, label, "", "", "", "", "") for label in labels.values())
    writer.writerows(
        (measure.id, labels[band], category, "", "", "", "")
        for measure in measures_of(questionnaire).values()
        for band in measure.asked
        for category in measure.categories
    )
    return text.getvalue()


WORDS = {
    "no_column": ("no column of one of these names: measure, n", f"the columns {', '.join(FORM_COLUMNS)}"),
    "no_figures": ("no line with a figure", "a count or a percentage, and how many answered"),
    "unknown_measure": ("a measure that the questionnaire does not have", "its id"),
    "unknown_band": ("an age band that was not asked this, or none", "a band that was, such as 8 to 11"),
    "unknown_category": ("a category that {measure} does not have", "{known}"),
    "not_whole": ("something that is not a whole number", "how many children"),
    "no_count": ("neither a count nor a percentage from 0 to 100", "one of the two"),
    "two_figures": ("a count and a percentage that do not agree", "one of the two, or both of one figure"),
    "count_above_n": ("more counted than answered", "a count up to n"),
    "impossible_percent": (
        "a percentage that no count out of n rounds to",
        "the percentage and n of one and the same figure; 62 for 62%, not 0.62",
    ),
    "repeated_line": ("a figure that stands twice", "each figure once"),
    "bases_differ": ("different bases for {measure} in one band", "one base"),
    "answers_do_not_add_up": ("figures for {measure} that cannot add up to n", "n in all"),
    "n_above_responses": ("more answers to one question than responses in all", "up to the responses"),
    "more_answers_than_children": ("more responses than eligible children in all", "up to the eligible"),
}


def _problem(export: Export, code: str, column: str, rows: tuple[int, ...], **facts: str) -> Problem:
    found, expected = (text.format(**facts) for text in WORDS[code])
    return Problem(
        "error", code, export.name, column, found, expected, "correct these lines of the form", rows
    )


def _lines(export: Export, questionnaire: Questionnaire) -> tuple[list[Line], list[Problem]]:
    columns = {fold(column.name): column.values for column in reversed(export.columns)}
    if not {"measure", "n"} <= set(columns):
        return [], [_problem(export, "no_column", "", ())]
    spellings = band_spellings(questionnaire)
    only = next(iter(questionnaire.band)) if len(questionnaire.band) == 1 else ""
    measures = measures_of(questionnaire)
    lines: list[Line] = []
    problems: list[Problem] = []
    seen: set[tuple[str, str, str]] = set()
    for i in range(export.n):
        cell = {name: columns[name][i] if name in columns else None for name in FORM_COLUMNS}
        if cell["count"] is None and cell["percent"] is None and cell["n"] is None:
            continue
        name = "" if cell["measure"] is None else fold_id(cell["measure"])
        band = only if cell["age_band"] is None else spellings.get(fold_band(cell["age_band"]), "")
        category = "" if cell["category"] is None else fold(cell["category"])
        place = (name, band, category or (COUNTED if name in measures else ""))
        n, eligible = cell["n"], cell["eligible"]
        figure: Figure | None = None
        faults: list[tuple[str, str]] = []
        if name != RESPONSES and name not in measures:
            faults.append(("unknown_measure", "measure"))
        elif band not in (questionnaire.band if name == RESPONSES else measures[name].asked):
            faults.append(("unknown_band", "age_band"))
        if eligible is not None and not _whole(eligible):
            faults.append(("not_whole", "eligible"))
        if not _whole(n):
            faults.append(("not_whole", "n"))
        elif name == RESPONSES:
            figure = Figure(n, n, n)
        else:
            figure, fault = _figure(cell["count"], cell["percent"], n)
            faults += [fault] if fault else []
        if not faults and place in seen:
            faults.append(("repeated_line", "category"))
        seen.add(place)
        row = export.row_number(i)
        problems += [_problem(export, code, column, (row,)) for code, column in faults]
        if figure and _whole(n) and not faults:
            lines.append(Line(row, *place, n, figure, eligible))
    return lines, problems


def _figure(count: Any, percent: Any, n: int) -> tuple[Figure | None, tuple[str, str] | None]:
    """Return the counts that a figure may stand for, or what is wrong with it and in which column."""
    if count is not None and not _whole(count):
        return None, ("not_whole", "count")
    if count is not None and count > n:
        return None, ("count_above_n", "count")
    if percent is None:
        return (None, ("no_count", "count")) if count is None else (Figure(count, count, count), None)
    share = _share(percent)
    if share is None:
        return None, ("no_count", "percent")
    decimals = min(0, int(share.normalize().as_tuple().exponent))
    half = Decimal(5).scaleb(decimals - 1)
    least = max(0, math.ceil((share - half) * n / 100))
    most = min(n, math.floor((share + half) * n / 100))
    if least > most or n == 0:
        return None, ("impossible_percent", "percent")
    if count is None:
        likely = int((share * n / 100).to_integral_value(ROUND_HALF_UP))
        return Figure(least, min(max(likely, least), most), most), None
    return Figure(count, count, count), None if least <= count <= most else ("two_figures", "count")


def _share(percent: Any) -> Decimal | None:
    """Return a percentage from 0 to 100, also one that is written with its sign."""
    found = PERCENT.fullmatch(percent) if isinstance(percent, str) else None
    if found is None and (isinstance(percent, bool) or not isinstance(percent, int | float)):
        return None
    share = Decimal(found.group(1) if found else str(percent))
    return share if 0 <= share <= 100 else None


def _answers(export: Export, measure: Measure, lines: list[Line]) -> tuple[dict[str, int], list[Problem]]:
    """Turn one measure's lines in one band into counts of answers."""
    n = lines[0].n
    rows = tuple(line.row for line in lines)
    if len({line.n for line in lines}) > 1:
        return {}, [_problem(export, "bases_differ", "n", rows, measure=measure.id)]
    counted, not_counted = REPORTED["indicator"]
    options = {fold(answer): answer for answer in measure.valid if not answer.startswith("reported: ")}
    given = {line.category: line for line in lines}
    if measure.kind == "indicator" and set(given) == {COUNTED}:
        likely = given[COUNTED].figure.likely
        return {counted: likely, not_counted: n - likely}, []
    if measure.kind == "composite" and set(given) == {LOW}:
        return {LOW: given[LOW].figure.likely, NOT_LOW: n - given[LOW].figure.likely}, []
    known: dict[str, str] = {}
    rest = ""
    if measure.kind == "indicator":
        known = options
    elif measure.kind == "scale":
        known = {band: f"reported: {band}" for band in measure.categories}
        rest = "" if set(given) == set(known) else f"reported: {OTHER_BAND}"
    if not known or not set(given) <= set(known):
        listed = ", ".join({"indicator": [COUNTED, *options], "composite": [LOW]}.get(measure.kind, [*known]))
        return {}, [_problem(export, "unknown_category", "category", rows, measure=measure.id, known=listed)]
    numbers = _adding_up(list(given.values()), n, all_given=not rest)
    if numbers is None:
        return {}, [_problem(export, "answers_do_not_add_up", "count", rows, measure=measure.id)]
    answers = {known[name]: number for name, number in zip(given, numbers, strict=True)}
    return ({**answers, rest: n - sum(numbers)} if rest else answers), []


def _adding_up(lines: list[Line], n: int, *, all_given: bool) -> list[int] | None:
    """Return counts that add up to n (or to less, where not all are given) and are near the figures typed.

    Counts stay as typed; those that stand for rounded percentages move within what rounds to them.
    """
    counts = [line.figure.likely for line in lines]
    gap = n - sum(counts)
    if gap > 0 and not all_given:
        return counts
    room = [f.most - f.likely if gap > 0 else f.likely - f.least for f in (line.figure for line in lines)]
    if abs(gap) > sum(room):
        return None
    moved = [abs(gap) * one // max(1, sum(room)) for one in room]
    for i in sorted(range(len(room)), key=lambda i: (moved[i] - room[i], i)):
        moved[i] += sum(moved) < abs(gap)
    return [count + (move if gap > 0 else -move) for count, move in zip(counts, moved, strict=True)]


def _more_than_children(export: Export, responses: list[Line]) -> list[Problem]:
    """Refuse more responses than eligible children, where those are known for every form."""
    if not responses or any(line.eligible is None for line in responses):
        return []
    if sum(line.n for line in responses) <= sum(line.eligible or 0 for line in responses):
        return []
    rows = tuple(line.row for line in responses)
    return [_problem(export, "more_answers_than_children", "eligible", rows)]


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_CHILDREN
