"""Counts typed from a published report: for councils that hold a report and not its rows.

The form has one line a figure: ``measure, age_band, category, count, n`` or ``…, percent, n``. The category of
an indicator is ``counted``, or one of its options; of a 0-10 scale a band; of a composite ``low``. A line with
the measure ``responses`` and an ``n`` says how many answered anything, and ``eligible`` how many could have.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import SurveyError
from brightspots.measures.composite import LOW, NOT_LOW
from brightspots.measures.measure import COUNTED, OTHER_BAND, Measure, measures_of
from brightspots.questionnaire.spelling import fold, fold_band
from brightspots.statistics import half_up
from brightspots.survey.problems import Problem, Problems
from brightspots.survey.readers import read_export
from brightspots.tallies.tally import RESPONSES, CountTable, Tally, count_columns

if TYPE_CHECKING:
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.exports import Export

FORM_COLUMNS = ("measure", "age_band", "category", "count", "percent", "n", "eligible")


@dataclass(frozen=True)
class Line:
    """One line of the form, read."""

    row: int
    measure: str
    age_band: str
    category: str
    count: int
    n: int
    eligible: int | None


def read_counts(source: str | Path, questionnaire: Questionnaire, *, area: str = "", wave: str = "") -> Tally:
    """Read counts that were typed from a published report.

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
    eligible: dict[tuple[str, str, str], int] = {}
    measures = measures_of(questionnaire)
    for (name, band), own in cells.items():
        if name == RESPONSES:
            counts[band][columns[(RESPONSES, "")]] = own[0].n
            if own[0].eligible is not None:
                eligible[(area, wave, band)] = own[0].eligible
            continue
        answers, found = _answers(export, measures[name], own)
        problems += found
        for answer, number in answers.items():
            counts[band][columns[(name, answer)]] = number
    found = Problems.of(problems)
    if found.has_errors or not counts:
        raise SurveyError(f"The counts cannot be used.\n{found.describe()}", found)
    keys = [(area, wave, band) for band in counts]
    return Tally(questionnaire, {(): CountTable.of(keys, np.vstack(list(counts.values())))}, eligible)


def write_counts_form(path: str | Path, questionnaire: Questionnaire) -> None:
    """Write an empty form for a questionnaire: one line for each category of each measure and age band."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FORM_COLUMNS)
        writer.writerows((RESPONSES, band, "", "", "", "", "") for band in questionnaire.band)
        writer.writerows(
            (measure.id, band, category, "", "", "", "")
            for measure in measures_of(questionnaire).values()
            for band in measure.asked
            for category in measure.categories
        )


def _lines(export: Export, questionnaire: Questionnaire) -> tuple[list[Line], list[Problem]]:
    columns = {fold(column.name): column.values for column in export.columns}
    missing = [name for name in ("measure", "n") if name not in columns]
    if missing:
        found = f"no column {' and '.join(missing)}"
        return [], [_problem(export, "no_column", "", found, f"the columns {', '.join(FORM_COLUMNS)}", ())]
    bands = {
        fold_band(name): band.id
        for band in questionnaire.age_bands
        for name in (band.id, band.label, band.noun)
    }
    measures = measures_of(questionnaire)
    lines, problems = [], []
    single = next(iter(questionnaire.band)) if len(questionnaire.band) == 1 else None
    seen: set[tuple[str, str, str]] = set()
    for i in range(export.n):
        cell = {name: columns[name][i] if name in columns else None for name in FORM_COLUMNS}
        if cell["count"] is None and cell["percent"] is None and cell["n"] is None:
            continue
        row = export.row_number(i)
        name = fold(cell["measure"] or "")
        band = bands.get(fold_band(cell["age_band"] or ""), single)
        faults = []
        if name != RESPONSES and name not in measures:
            faults.append(
                ("unknown_measure", "measure", "a measure that the questionnaire does not have", "its id")
            )
        elif band is None or (name != RESPONSES and band not in measures[name].asked):
            faults.append(
                ("unknown_band", "age_band", "an age band that was not asked this", "a band that was")
            )
        category = str(cell["category"] or (COUNTED if name in measures else "")).strip()
        n, eligible = cell["n"], cell["eligible"]
        if not _whole(n):
            faults.append(("not_whole", "n", "a base that is not a whole number", "how many answered"))
        if eligible is not None and not _whole(eligible):
            faults.append(("not_whole", "eligible", "not a whole number", "how many could have answered"))
        count = _count(cell["count"], cell["percent"], n)
        if name != RESPONSES and count is None:
            faults.append(
                ("no_count", "count", "neither a count nor a percentage from 0 to 100", "one of the two")
            )
        elif _whole(n) and count is not None and count > n:
            faults.append(("count_above_n", "count", "more counted than answered", "a count up to n"))
        if not faults and (name, str(band), fold(category)) in seen:
            faults.append(("repeated_line", "category", "a figure that stands twice", "each figure once"))
        seen.add((name, str(band), fold(category)))
        problems += [_problem(export, code, column, f, e, (row,)) for code, column, f, e in faults]
        if not faults:
            lines.append(Line(row, name, str(band), category, count or 0, int(n), eligible))
    return lines, problems


def _answers(export: Export, measure: Measure, lines: list[Line]) -> tuple[dict[str, int], list[Problem]]:
    """Turn one measure's lines in one band into counts of answers."""
    n = lines[0].n
    rows = tuple(line.row for line in lines)

    def refuse(code: str, found: str, expected: str) -> tuple[dict[str, int], list[Problem]]:
        return {}, [_problem(export, code, "category", found, expected, rows)]

    if len({line.n for line in lines}) > 1:
        return refuse("bases_differ", f"different bases for {measure.id} in one band", "one base")
    options = {fold(a): a for a in measure.valid if not a.startswith("reported: ")}
    given = {fold(line.category): line.count for line in lines}
    total = sum(given.values())
    if measure.kind == "indicator":
        if set(given) == {COUNTED}:
            return {"reported: counted": given[COUNTED], "reported: not counted": n - given[COUNTED]}, []
        if set(given) <= set(options):
            if total != n:
                return refuse(
                    "answers_do_not_add_up", f"answers to {measure.id} that do not add up to n", "n in all"
                )
            return {options[name]: number for name, number in given.items()}, []
        return refuse(
            "unknown_category", f"a category that {measure.id} does not have", ", ".join([COUNTED, *options])
        )
    if measure.kind == "composite":
        if set(given) == {LOW}:
            return {LOW: given[LOW], NOT_LOW: n - given[LOW]}, []
        return refuse("unknown_category", f"a category that {measure.id} does not have", LOW)
    if not set(given) <= set(measure.categories):
        return refuse(
            "unknown_category", f"a band that {measure.id} does not have", ", ".join(measure.categories)
        )
    if total > n:
        return refuse("answers_do_not_add_up", f"bands of {measure.id} that add up to more than n", "up to n")
    named = {f"reported: {band}": number for band, number in given.items()}
    return {**named, f"reported: {OTHER_BAND}": n - total}, []


def _count(count: Any, percent: Any, n: Any) -> int | None:
    if _whole(count):
        return int(count)
    if count is None and _whole(n) and isinstance(percent, int | float) and 0 <= percent <= 100:
        return int(half_up(percent * n / 100))
    return None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _problem(
    export: Export, code: str, column: str, found: str, expected: str, rows: tuple[int, ...]
) -> Problem:
    to_do = "correct these lines of the form"
    return Problem("error", code, export.name, column, found, expected, to_do, rows=rows)
