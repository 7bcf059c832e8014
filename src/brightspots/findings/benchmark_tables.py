"""Long tables of benchmarks: a CSV beside the TOML file, a row a figure, perhaps of many areas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.councils import near_names, positions_of
from brightspots.errors import SurveyError
from brightspots.questionnaire.spelling import fold
from brightspots.survey.readers import read_export

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from brightspots.survey.exports import Export

AREA, AREA_CODE = "area", "area_code"
FIGURES = frozenset(("percent", "count"))
ENDS = frozenset(("lower", "upper"))
NUMBERS = FIGURES | ENDS | {"n"}
LISTS = frozenset(("counted", "differs"))
SEPARATOR = ";"
NO_KEY = "the file: "
"""What a fault begins with that no key of an entry shows."""

AGES = re.compile(r"([0-9]{1,3})\s*-\s*([0-9]{1,3})")
WITHHELD = frozenset(("c", "k", "low", "u", "x", "z", "#", "*", "~", ":", "-", ".."))
"""What publishers write instead of a number: confidential, rounds to nothing, unreliable, not available, not
applicable. None of them is 0. Newer tables put them in square brackets."""


@dataclass(frozen=True)
class Area:
    """One area of a table, as it is named and coded there."""

    name: str
    code: str


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes
    ----------
    entry : dict
        What a benchmark is made of.
    area : Area or None
    withheld : bool
        Whether its publisher withheld the figure.
    table, row : str
        Where its defaults and its own cells stand, for a fault.
    own : frozenset of str
        The columns with a cell of its own; the rest are the table's defaults.
    """

    entry: dict[str, Any]
    area: Area | None
    withheld: bool
    table: str
    row: str
    own: frozenset[str]

    def placed(self, fault: str) -> str:
        """Return a fault with its place: the row, or the table if the fault lies in its defaults."""
        if fault.startswith(NO_KEY):
            return f"{self.row}: {fault.removeprefix(NO_KEY)}"
        key = re.split(r"[ :]", fault, maxsplit=1)[0]
        inherited = key in self.entry and key not in self.own
        return f"{self.table if inherited else self.row} {fault}"


def read_tables(tables: Any, folder: Path, fields: Collection[str]) -> tuple[list[Line], list[str]]:
    """Read the tables that a TOML file names.

    Parameters
    ----------
    tables : list of dict
        Its ``[[table]]`` entries: a ``file``, and defaults for every row. Anything else is a fault.
    folder : path
        Of the TOML file: a table lies in it, or in a folder within.
    fields : collection of str
        Names that a column may have, besides ``area`` and ``area_code``.

    Returns
    -------
    lines : list of Line
    faults : list of str
        Every fault, with file, column and row.
    """
    lines: list[Line] = []
    faults: list[str] = []
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return [], ["table: should be a list of tables, each written [[table]]"]
    for number, table in enumerate(tables, start=1):
        file = table.get("file")
        if not isinstance(file, str) or not file:
            faults.append(f"table {number} file: missing, and needed")
            continue
        place = f"table {number} ({file})"
        path = folder / file
        if not path.resolve().is_relative_to(folder.resolve()):
            faults.append(f"{place}: a table lies in the folder of its TOML file, or in one within")
        elif not path.is_file():
            faults.append(f"{place}: there is no such file; check the path")
        else:
            defaults = {key: value for key, value in table.items() if key != "file"}
            found, wrong = _lines(path, place, defaults, fields)
            lines += found
            faults += wrong
    return lines, faults


def _lines(
    path: Path, table: str, defaults: Mapping[str, Any], fields: Collection[str]
) -> tuple[list[Line], list[str]]:
    try:
        export = read_export(path, heading_rows=1)
    except SurveyError as error:
        return [], [f"{table}: {error}"]
    columns = {fold(column.name): column.values.tolist() for column in export.columns}
    known = {AREA, AREA_CODE, *fields}
    faults = [f"{export.name} column {name!r}: unknown column" for name in columns if name not in known]
    rows = [
        {name: values[i] for name, values in columns.items() if name in known and values[i] is not None}
        for i in range(export.n)
    ]
    return [_line(export, i, row, table, defaults) for i, row in enumerate(rows) if row], faults


def _line(export: Export, i: int, row: dict[str, Any], table: str, defaults: Mapping[str, Any]) -> Line:
    name, code = (str(row.pop(key, "")) for key in (AREA, AREA_CODE))
    coded = {key for key in row.keys() & NUMBERS if fold(row[key]).strip("[]") in WITHHELD}
    coded |= ENDS if coded & ENDS else set()
    known = {**defaults, **{key: _cell(key, value) for key, value in row.items()}}
    entry = {key: value for key, value in known.items() if key not in coded}
    return Line(
        entry=entry,
        area=Area(name or code, code) if name or code else None,
        withheld=bool(coded & FIGURES) and entry.keys().isdisjoint(FIGURES),
        table=table,
        row=f"{export.name} row {export.row_number(i)}",
        own=frozenset(row),
    )


def _cell(key: str, value: Any) -> Any:
    """Return a cell in the form that TOML would give it."""
    if key in LISTS:
        return [part.strip() for part in str(value).split(SEPARATOR) if part.strip()]
    if key == "ages" and (ends := AGES.fullmatch(str(value))):
        return [int(end) for end in ends.groups()]
    return value


def choose_areas(areas: Sequence[Area], wanted: Sequence[str]) -> tuple[list[Area], list[str]]:
    """Return the areas that are wanted, and a fault for each one that is not there.

    Parameters
    ----------
    areas : sequence of Area
        The areas of a table.
    wanted : sequence of str
        As named or coded there; or a council in another spelling, by its three-digit code, or by an earlier
        or later national statistics code.

    Returns
    -------
    chosen : list of Area
        Each once, in the order in which they are wanted.
    faults : list of str

    Examples
    --------
    >>> table = [Area("United Kingdom", "K02000001"), Area("Sheffield", "E08000019")]
    >>> [area.name for area in choose_areas(table, ["373", "united kingdom"])[0]]
    ['Sheffield', 'United Kingdom']
    >>> choose_areas(table, ["Sheffeld"])[1]
    ["areas: 'Sheffeld' is not among the 2 areas; near it: 'Sheffield'"]
    """
    names, keys = [area.name for area in areas], [area.code or area.name for area in areas]
    chosen: dict[Area, None] = {}
    faults: list[str] = []
    for text in wanted:
        spelled = [area for area in areas if fold(text) in (fold(area.name), fold(area.code))]
        found = spelled or [areas[i] for i in positions_of(text, keys)]
        if len(found) == 1:
            chosen[found[0]] = None
        elif found:
            faults.append(f"areas: {text!r} means {len(found)} of the {len(areas)} areas; give a code")
        else:
            near = ", ".join(map(repr, near_names(text, names)))
            hint = f"near it: {near}" if near else "none comes near"
            faults.append(f"areas: {text!r} is not among the {len(areas)} areas; {hint}")
    return list(chosen), faults
