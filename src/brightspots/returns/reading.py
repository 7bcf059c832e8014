"""The door by which published figures come in: DfE and ONS files, told by their structure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError, ReturnError, SurveyError
from brightspots.questionnaire.spelling import fold_id
from brightspots.returns import dfe, ons
from brightspots.returns.layouts import Faults, Found
from brightspots.returns.published import PublishedCounts, Row, once, refused
from brightspots.survey.cells import as_text
from brightspots.survey.problems import Problems
from brightspots.survey.readers import read_sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.tables import Table

    Rows = Sequence[Sequence[Any]]

HEADINGS_WITHIN = 12
"""In how many rows from the top the headings are looked for."""


def read_return(*sources: str | os.PathLike[str], time: str = "") -> PublishedCounts:
    """Read published figures of every council: the DfE's on children in care, the ONS's on wellbeing.

    Which layout a file has is told by its headings and never by its name: the DfE's tidy open data, with the
    column names before and since 2025; its wide layout of 2015; the ONS's personal wellbeing by area, as
    workbook (.xls, .xlsx) or CSV. Nothing is worked out: what is withheld stays so.

    Parameters
    ----------
    *sources : path
        One file or several. A figure that stands in two of them must be the same in both.
    time : str, optional
        The year of files that do not say it themselves, such as ``2015``.

    Returns
    -------
    PublishedCounts
        One row a figure. They can be added to others with ``+``.

    Raises
    ------
    ReturnError
        If a file cannot be read, has another layout, cells that are neither numbers nor known symbols,
        figures that cannot be, or one that stands twice: all at once, with file, column and row.
    ArgumentError
        If no file is given.

    Examples
    --------
    >>> from pathlib import Path
    >>> import brightspots
    >>> path = Path(brightspots.__file__).parent / "data" / "returns" / "sample.csv"
    >>> figures = read_return(path)
    >>> concern = figures.where(lambda row: row.measure == "sdq_concern" and row.area == "Ambleford")
    >>> [(row.time, row.number, row.base, row.value) for row in concern][-1]
    ('2024', 48, 137, 0.35)
    """
    if not sources:
        raise ArgumentError("sources is empty; give a file of published figures.")
    rows: list[Row] = []
    problems: list[Table] = []
    for source in sources:
        try:
            found = _read(Path(source), time)
        except (SurveyError, ReturnError) as error:
            problems.append(error.problems)
        else:
            rows += found
    if problems:
        raise refused(Problems.together(problems))
    return PublishedCounts.of(once(rows))


def _read(path: Path, time: str) -> list[Row]:
    """Return the rows of one file; all that is wrong with it raises."""
    sheets = read_sheets(path)
    found = [each for sheet, rows in sheets.items() if (each := _sheet(path.name, sheet, rows, time))]
    if not found:
        faults = Faults(path.name)
        faults.add("unknown_layout")
        found = [Found(problems=faults.problems)]
    problems = [problem for each in found for problem in each.problems]
    if problems:
        raise refused(Problems.of(problems))
    return once([row for each in found for row in each.rows], [line for each in found for line in each.lines])


def _sheet(file: str, sheet: str, rows: Rows, time: str) -> Found | None:
    """Return what a sheet holds by the first layout that its headings fit; None if they fit none."""
    for at, cells in enumerate(rows[:HEADINGS_WITHIN]):
        headings = [as_text(cell) for cell in cells]
        ids, words = [fold_id(text) for text in headings], [ons.heading_of(text) for text in headings]
        if dfe.is_tidy(ids):
            return dfe.read_tidy(file, rows, at)
        if dfe.is_wide(ids):
            return dfe.read_wide(file, rows, at, time)
        if ons.is_long(words):
            return ons.read_long(file, rows, at, time)
        if ons.is_sheet(words):
            return ons.read_sheet(file, sheet, rows, at, time)
    return None
