"""The ONS's personal wellbeing: estimates from a survey of adults, with their limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.questionnaire.spelling import fold
from brightspots.returns.layouts import Faults, Found, cells_of, read_cells
from brightspots.returns.published import COUNCIL, COUNTRY, DISTRICT, MEAN, NONE, REGION, UNITS, Row
from brightspots.returns.symbols import SHOWN, Figure, read_figure
from brightspots.survey.cells import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    Rows = Sequence[Sequence[Any]]

MEASURES = {
    "satisf": "life_satisfaction",
    "worthwhile": "worthwhile",
    "happ": "happy_yesterday",
    "anxi": "anxious_yesterday",
}
"""What the names of sheets and columns have in them, and which scale that is."""

CODE = re.compile(r"[EWSNK][0-9]{8}|\*")
"""An area's code, or the sign for areas taken together, which have none."""

LEVELS = {"E12": REGION, "E13": REGION, "E07": DISTRICT} | dict.fromkeys(
    ("K02", "K03", "K04", "E92", "W92", "S92", "N92"), COUNTRY
)
YEAR = re.compile(r"[0-9]{4}/[0-9]{2}")
SPELLED = re.compile(r"(?:April |04/)(?P<first>[0-9]{4})(?: to March |-03/)(?P<last>[0-9]{4})")
SHARES, LIMITS, EVERYBODY = "per cent in each category", "confidence limits", "sample size"
LONG = {"measure", "area code", "area", "estimate", "value"}
LONG_PLACES = {"value": "value", "lower": "lower", "upper": "upper", "base": "sample size"}


@dataclass(frozen=True)
class Column:
    """One estimate that a sheet gives for each area, and where it stands."""

    measure: str
    category: str
    label: str
    time: str
    places: dict[str, int]

    def row(self, file: str, code: str, area: str, figures: dict[str, Figure]) -> Row:
        """Return what it says of one area; no limits of what is not shown."""
        kind = "average" if self.category == MEAN else "share"
        value, base = figures["value"], figures.get("base", NONE)
        shown = value.status == SHOWN
        numbers = (figures.get(name, NONE).number if shown else None for name in ("value", "lower", "upper"))
        out_of = 1 if kind == "average" else 100
        estimate, lower, upper = (None if number is None else number / out_of for number in numbers)
        return Row(
            self.time, LEVELS.get(code[:3], COUNCIL), area, code.strip("*"), "", "", self.measure,
            self.category, self.label, "", "", (), *NONE, *base, estimate, value.status, UNITS[kind], lower,
            upper, None, file,
        )  # fmt: skip


def is_sheet(headings: Sequence[str]) -> bool:
    """Whether these head a sheet of wellbeing: codes and areas in the first two columns."""
    first = tuple(heading.removesuffix("s") for heading in headings[:2])
    return first in {("area code", "area name"), ("area code", "area"), ("code", "area")}


def is_long(headings: Sequence[str]) -> bool:
    """Whether these head wellbeing figures with a row an estimate."""
    return set(headings) >= LONG


def read_sheet(file: str, sheet: str, rows: Rows, at: int, time: str) -> Found:
    """Read a sheet of bands with limits, of bands by year, of means by year, or of one scale's means."""
    above = [[as_text(cell) for cell in row] for row in rows[: at + 1]]
    columns = _columns(above, sheet, year_in(" ".join(" ".join(row) for row in above[:-2])) or time)
    found, faults = Found(), Faults(file)
    if not columns:
        faults.add("no_numbers", sheet)
    if not all(column.time for column in columns):
        faults.add("no_time", sheet)
    for i, row in enumerate(rows[at + 1 :], at + 2):
        code = as_text(row[0]) if row else ""
        if not CODE.fullmatch(code):
            continue
        names = (name for cell in row[1:4] if (name := as_text(cell)))
        area = next((name for name in names if read_figure(name, older=True) is None), "")
        if not area:
            faults.add("no_area", sheet, i)
        for column in columns:
            cells = {name: row[j] if j < len(row) else "" for name, j in column.places.items()}
            figures = read_cells(cells, faults, i, older=True)
            found.add(column.row(file, code, area, figures), i, faults)
    return found.with_problems(faults)


def read_long(file: str, rows: Rows, at: int, time: str) -> Found:
    """Read figures with a row an estimate."""
    headings = [heading_of(cell) for cell in rows[at]]
    found, faults = Found(), Faults(file)
    for i, row in enumerate(rows[at + 1 :], at + 2):
        cells = {name: as_text(cell) for name, cell in cells_of(headings, row, faults, i).items()}
        if not CODE.fullmatch(cells["area code"]):
            continue
        given = {name: cells[place] for name, place in LONG_PLACES.items() if place in cells}
        column = Column(scale_in(cells["measure"]), fold(cells["estimate"]), cells.get("range", ""), time, {})
        figures = read_cells(given, faults, i, older=True)
        found.add(column.row(file, cells["area code"], cells["area"], figures), i, faults)
    return found.with_problems(faults)


def heading_of(cell: Any) -> str:
    """Return a heading in small letters, words apart: ``Area_Code`` is ``area code``."""
    return fold(as_text(cell).replace("_", " "))


def year_in(text: str) -> str:
    """Return the year that a heading names, as 2014/15; empty where it names none.

    Examples
    --------
    >>> year_in("District, April 2014 to March 2015"), year_in("Date: 04/2020-03/2021"), year_in("Area")
    ('2014/15', '2020/21', '')
    """
    found = SPELLED.search(text)
    return f"{found['first']}/{found['last'][2:]}" if found else ""


def scale_in(text: str) -> str:
    """Return the id of the scale that a heading names; empty where it names none.

    Examples
    --------
    >>> scale_in("Mean satisfaction with your life nowadays"), scale_in("Happy"), scale_in("Notes")
    ('life_satisfaction', 'happy_yesterday', '')
    """
    return next((scale for part, scale in MEASURES.items() if part in fold(text)), "")


def _columns(above: Sequence[Sequence[str]], sheet: str, time: str) -> list[Column]:
    """Return the estimates that a sheet gives, by what stands above them."""
    for i, row in enumerate(above[:-2]):
        if any(fold(cell).startswith(SHARES) for cell in row):
            return _with_limits(above[i : i + 3], scale_in(sheet), time)
    headings, over = above[-1], _carried(above[-2] if len(above) > 1 else [], len(above[-1]))
    columns = []
    for j, heading in enumerate(headings[2:], 2):
        name, _, band = heading.partition("\n")
        if YEAR.fullmatch(heading):
            columns.append(Column(scale_in(over[j]), MEAN, "", heading, {"value": j}))
        elif YEAR.fullmatch(over[j]) and heading:
            columns.append(Column(scale_in(sheet), fold(name), fold(band), over[j], {"value": j}))
        elif scale_in(heading):
            columns.append(Column(scale_in(heading), MEAN, "", time, {"value": j}))
    return columns


def _with_limits(above: Sequence[Sequence[str]], scale: str, time: str) -> list[Column]:
    """Return bands and mean of one scale; their limits stand further right under the same names."""
    groups, bands, ranges = above
    headings = [[fold(cell) for cell in cells] for cells in zip(*above, strict=True)]
    starts = [j for j, cells in enumerate(headings) if cells[0].startswith(LIMITS)]
    sizes = [j for j, cells in enumerate(headings) if any(cell.startswith(EVERYBODY) for cell in cells)]
    names = [fold(band or group) for band, group in zip(bands, groups, strict=True)]
    limits = starts[0] if starts else len(names)
    columns = []
    for j, name in enumerate(names[:limits]):
        if not name:
            continue
        further = [k for k in range(limits, len(names)) if names[k] == name or fold(bands[k]) == name]
        places = {"value": j} | dict(zip(("base",), sizes, strict=False))
        places |= {limit: k + at for k in further[:1] for at, limit in enumerate(("lower", "upper"), 1)}
        columns.append(Column(scale, name if bands[j] else MEAN, ranges[j], time, places))
    return columns


def _carried(cells: Sequence[str], width: int) -> list[str]:
    """Carry each heading over the blanks that follow it."""
    carried: list[str] = []
    for cell in [*cells, *[""] * (width - len(cells))]:
        carried.append(cell or (carried[-1] if carried else ""))
    return carried
