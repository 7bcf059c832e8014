"""What every layout shares: rows with the lines they stand on, and all that is wrong, in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brightspots.returns.published import NONE, SHARE, Row
from brightspots.returns.symbols import Figure, read_figure
from brightspots.survey.cells import is_blank
from brightspots.survey.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AGAIN = "download the file again, and read it as it is"
WORDS = {
    "unknown_layout": (
        "no row of headings of a layout that is known",
        "the DfE's open data (time_period, geographic_level), its wide layout of 2015 (geog_l, geog_c), or "
        "the ONS's personal wellbeing by area",
        "download the file as open data, and read it as it is",
    ),
    "not_a_figure": (
        "cells that are neither a number nor a known symbol",
        "a number, or c, z, x, k, low, u, # or :",
        AGAIN,
    ),
    "ragged_rows": (
        "rows with fewer or more cells than there are headings",
        "a cell for each heading",
        "look there for a missing or stray comma or quotation mark, or download the file again",
    ),
    "two_columns": (
        "several columns of numbers, percentages, rates or populations",
        "one of each",
        "take out those that are not wanted",
    ),
    "unknown_level": (
        "areas of a level that is not known",
        "National, Regional or Local authority",
        "leave these rows out",
    ),
    "no_area": ("rows without their area", "its name and code", AGAIN),
    "no_time": ("figures without a time", "a year", "say time= if the file does not say it"),
    "no_numbers": (
        "no column of numbers that is known",
        "number, children_count or percentage, bands or means",
        AGAIN,
    ),
    "impossible_figure": (
        "more children than there are in all, a part of a child, or a share outside 0% to 100%",
        "figures that can be",
        AGAIN,
    ),
}


class Faults:
    """What is wrong with a file: each fault once, with its column and every line."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._lines: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, code: str, column: str = "", *lines: int) -> None:
        """Note a fault."""
        self._lines[code, column] += lines

    @property
    def problems(self) -> list[Problem]:
        """All of them."""
        return [
            Problem("error", code, self.file, column, *WORDS[code], tuple(lines), len(lines) or 1)
            for (code, column), lines in self._lines.items()
        ]


@dataclass(frozen=True)
class Found:
    """What a layout gave: rows, the lines they stand on, and problems."""

    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, row: Row, line: int, faults: Faults) -> None:
        """Add a row; one that cannot be is a fault as well."""
        self.rows.append(row)
        self.lines.append(line)
        if not possible(row):
            faults.add("impossible_figure", "", line)

    def with_problems(self, faults: Faults) -> Found:
        """Return the same with what was wrong."""
        return Found(self.rows, self.lines, [*self.problems, *faults.problems])


def cells_of(headings: Sequence[str], row: Sequence[Any], faults: Faults, line: int) -> dict[str, Any]:
    """Return a row's cells by their headings; a row that does not fit them is a fault."""
    width = len(headings)
    if len(row) < width or not is_blank(row[width:]):
        faults.add("ragged_rows", "", line)
    return dict(zip(headings, row, strict=False))


def read_cells(
    cells: Mapping[str, Any], faults: Faults, line: int, *, older: bool = False
) -> dict[str, Figure]:
    """Return the figures of a line's number columns; what is none goes to the faults."""
    figures = {}
    for name, cell in cells.items():
        figure = read_figure(cell, older=older)
        if figure is None:
            faults.add("not_a_figure", name, line)
        figures[name] = figure or NONE
    return figures


def possible(row: Row) -> bool:
    """Whether a figure can be: a share from 0 to 1, whole numbers, and exact ones within their base."""
    if row.value is not None and not 0 <= row.value <= (1 if row.unit == SHARE else row.value):
        return False
    if row.number is None or not row.measure:
        return True
    whole = isinstance(row.number, int) and row.number >= 0
    return whole and (row.base is None or row.rounding != 1 or row.number <= row.base)
