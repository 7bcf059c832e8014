"""The form of local measures: attendance, education plans, life story work, milestones, by date.

One line a figure: ``measure, date, value`` or ``measure, date, numerator, denominator``; ``provisional`` and
``published`` (where) are optional.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.errors import SurveyError
from brightspots.findings.strategy_dates import as_text as date_text
from brightspots.findings.strategy_dates import measured_on
from brightspots.questionnaire.spelling import fold, fold_id
from brightspots.survey.cells import as_text, is_blank, tidy
from brightspots.survey.readers import read_sheets

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("measure", "date")
NUMBERS = ("value", "numerator", "denominator")
COLUMNS = (*NEEDED, *NUMBERS, "provisional", "published")
YES, NO = {"yes", "true", "1", "y"}, {"", "no", "false", "0", "n"}
WORDS = {
    "date": "the date should be a year, a month or a day, such as 2021, 2021-03 or 2021-03-31",
    "number": "a cell is not a number from 0; give numbers without signs or words",
    "whole": "numerator and denominator should be whole numbers, and the denominator at least 1",
    "one_figure": "give either a value, or both numerator and denominator",
    "above": "the numerator is above the denominator",
    "provisional": "provisional should be yes or no",
    "measure": "the measure is missing",
    "twice": "the same measure and date stand on another line too; keep one",
}


@dataclass(frozen=True)
class LocalFigure:
    """A local measure at one date: a value, or so many of so many. Its repr shows no number."""

    measure: str
    as_at: str
    value: float | None
    numerator: int | None
    denominator: int | None
    provisional: bool = False
    published: str = ""

    def __repr__(self) -> str:
        return f"<LocalFigure: {self.measure}, {self.as_at}>"


def read_local_measures(path: Path) -> tuple[dict[str, tuple[LocalFigure, ...]], list[str]]:
    """Read a form of local measures.

    Parameters
    ----------
    path : path
        A CSV or Excel form.

    Returns
    -------
    tuple of (dict of measure to tuple of LocalFigure, list of str)
        The figures of each measure, earliest first; and every fault of the form with its rows, without any of
        its values.
    """
    try:
        rows = next(iter(read_sheets(path).values()))
    except SurveyError as error:
        return {}, [f"local_measures: {path.name} cannot be read: {error.problems.column('found')[0]}"]
    headings = [fold_id(as_text(cell)) for cell in rows[0]] if rows else []
    faults = [f"local_measures: {path.name} has no column {name}" for name in NEEDED if name not in headings]
    strange = [name for name in headings if name and name not in COLUMNS]
    if strange:
        faults.append(
            f"local_measures: {path.name} has columns that are not known; there are: {', '.join(COLUMNS)}"
        )
    faults += [
        f"local_measures: {path.name} has the column {name} more than once"
        for name in COLUMNS
        if headings.count(name) > 1
    ]
    if faults:
        return {}, faults
    wrong: dict[str, list[int]] = defaultdict(list)
    found: dict[tuple[str, str], LocalFigure] = {}
    for line, cells in enumerate(rows[1:], 2):
        if is_blank(cells):
            continue
        held = dict(zip(headings, [*cells, *[None] * len(headings)], strict=False))
        figure, codes = _figure(held)
        for code in codes:
            wrong[code].append(line)
        if figure is not None and (key := (figure.measure, figure.as_at)) in found:
            wrong["twice"].append(line)
        elif figure is not None:
            found[key] = figure
    faults = [
        f"local_measures: {path.name}, row{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}: "
        f"{WORDS[code]}"
        for code, lines in wrong.items()
    ]
    series: dict[str, list[LocalFigure]] = defaultdict(list)
    for figure in sorted(found.values(), key=lambda one: measured_on(one.as_at)):
        series[figure.measure].append(figure)
    return {name: tuple(own) for name, own in series.items()}, faults


def _figure(held: dict[str, Any]) -> tuple[LocalFigure | None, list[str]]:
    """Return the figure of one line, or the codes of what is wrong with it."""
    codes = []
    measure, as_at = fold_id(as_text(held.get("measure"))), as_text(date_text(held.get("date")))[:10]
    if not measure:
        codes.append("measure")
    try:
        measured_on(as_at)
    except ValueError:
        codes.append("date")
    numbers = {name: tidy(held.get(name)) for name in NUMBERS}
    value, numerator, denominator = numbers.values()
    given = [n for n in numbers.values() if n is not None]
    if any(isinstance(n, bool) or not isinstance(n, int | float) or n < 0 for n in given):
        codes.append("number")
    elif (value is None) == (numerator is None) or (numerator is None) != (denominator is None):
        codes.append("one_figure")
    elif numerator is not None and (
        not isinstance(numerator, int) or not isinstance(denominator, int) or denominator < 1
    ):
        codes.append("whole")
    elif numerator is not None and numerator > denominator:
        codes.append("above")
    provisional = fold(as_text(held.get("provisional")))
    if provisional not in YES | NO:
        codes.append("provisional")
    if codes:
        return None, codes
    figure = LocalFigure(
        measure=measure,
        as_at=as_at,
        value=None if value is None else float(value),
        numerator=numerator,
        denominator=denominator,
        provisional=provisional in YES,
        published=as_text(held.get("published")),
    )
    return figure, []
