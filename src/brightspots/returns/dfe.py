"""The DfE's open data: tidy files with a row a figure, and the wide layout of 2015."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from brightspots.questionnaire.spelling import fold, fold_band, fold_id
from brightspots.returns.catalogue import BY_WORDS, MEASURES, WIDE
from brightspots.returns.layouts import Faults, Found, cells_of, read_cells
from brightspots.returns.published import (
    COUNCIL,
    COUNTED,
    COUNTRY,
    MEAN,
    NONE,
    REGION,
    SHARE,
    UNITS,
    Row,
    published_value,
)
from brightspots.returns.symbols import BLANK, NOT_GIVEN, Figure, read_figure
from brightspots.survey.cells import as_text, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Sequence[Any]]

TIDY = ("time_period", "geographic_level")
PLACES = {
    COUNTRY: ("country_name", "country_code"),
    REGION: ("region_name", "region_code"),
    COUNCIL: ("la_name", "new_la_code"),
}
GEOGRAPHY = {*TIDY, "time_identifier", "old_la_code", *(name for names in PLACES.values() for name in names)}
LEVELS = {"national": COUNTRY, "regional": REGION, "local authority": COUNCIL}
WIDE_GEOGRAPHY = ("new_geog_code", "geog_l", "geog_c", "geog_n")
WIDE_LEVELS = {"national": COUNTRY, "region": REGION, "la": COUNCIL}
POPULATIONS = {"cla_group", "move_measure", "measure"}
AGES = {"age", "age_group", "care_leaver_age"}
NUMBERED = re.compile(r"^[0-9]+[a-z]?\.(?:[0-9]+[a-z]*\.?)*\s+(?=[A-Z])")
"""Numbers before the labels of national files: 4.1.3, 2a.1ii."""

ROUNDED_TO = {COUNTRY: 10, REGION: 10, COUNCIL: 1}
NUMBER, VALUE, POPULATION = "number", "value", "population"
CALLED = {
    VALUE: re.compile(r"percent|(?:^|_)rate(?:_|$)"),
    POPULATION: re.compile(r"population"),
    NUMBER: re.compile(r"(?:^|_)(?:number|count)$"),
}
"""What a column of numbers holds, by its name, which changed in 2025; the first that fits."""


def is_tidy(headings: Sequence[str]) -> bool:
    """Whether these head a tidy file."""
    return set(headings) >= set(TIDY)


def is_wide(headings: Sequence[str]) -> bool:
    """Whether these head the wide layout of 2015."""
    return set(headings) >= set(WIDE_GEOGRAPHY)


def read_tidy(file: str, rows: Rows, at: int) -> Found:
    """Read a tidy file whose headings stand in the row at position `at`."""
    headings = [fold_id(as_text(cell)) for cell in rows[at]]
    found, faults = Found(), Faults(file)
    held = {
        i: cells_of(headings, row, faults, i)
        for i, row in enumerate(rows[at + 1 :], at + 2)
        if not is_blank(row)
    }
    others = [name for name in headings if name and name not in GEOGRAPHY]
    called = {name: _called(name, [cells.get(name) for cells in held.values()]) for name in others}
    filters = [name for name in others if not called[name]]
    kinds = Counter(called[name] for name in others if called[name])
    if not {NUMBER, VALUE} & kinds.keys():
        faults.add("no_numbers")
    for name in others:
        if kinds[called[name]] > 1:
            faults.add("two_columns", name)
    lines = []
    for i, cells in held.items():
        level = LEVELS.get(words_of(as_text(cells["geographic_level"])))
        if level is None:
            faults.add("unknown_level", "geographic_level", i)
            continue
        given = {name: cells.get(name) for name in others if called[name]}
        figures = {called[name]: figure for name, figure in read_cells(given, faults, i).items()}
        text = {name: as_text(cells.get(name)) for name in (*GEOGRAPHY, *filters)}
        if not text["time_period"]:
            faults.add("no_time", "time_period", i)
        for name in PLACES[level] + (("old_la_code",) if level == COUNCIL else ()):
            if not text[name]:
                faults.add("no_area", name, i)
        lines.append(_Line(i, level, text, figures, filters))
    bases = {(*line.family, words_of(line.label)): line.figures.get(NUMBER, NONE) for line in lines}
    for line in lines:
        found.add(line.row(file, bases), line.at, faults)
    return found.with_problems(faults)


def read_wide(file: str, rows: Rows, at: int, time: str) -> Found:
    """Read the wide layout of 2015, where x is what was suppressed, and there are no percentages."""
    headings = [fold_id(as_text(cell)) for cell in rows[at]]
    ids = {own: (measure, base) for measure, (own, base) in WIDE.items()}
    found, faults = Found(), Faults(file)
    if not time:
        faults.add("no_time")
    for i, row in enumerate(rows[at + 1 :], at + 2):
        if is_blank(row):
            continue
        cells = cells_of(headings, row, faults, i)
        code, level_name, old_code, area = (as_text(cells.get(name)) for name in WIDE_GEOGRAPHY)
        level = WIDE_LEVELS.get(fold(level_name))
        if level is None:
            faults.add("unknown_level", "geog_l", i)
            continue
        if not code or not area:
            faults.add("no_area", "geog_n", i)
        given = {name: cells.get(name) for name in headings if name and name not in WIDE_GEOGRAPHY}
        figures = read_cells(given, faults, i, older=True)
        for name, number in figures.items():
            measure, base_name = ids.get(name, ("", ""))
            base = figures.get(base_name, NONE)
            unit = SHARE if measure else ""
            label = MEASURES[measure].label if measure else name
            found.add(Row(
                time, level, area, code, old_code.zfill(3) if level == COUNCIL else "", "", measure, COUNTED,
                label, "", "", (), *number, *base, *published_value(NONE, base, unit), unit, None, None,
                ROUNDED_TO[level], file,
            ), i, faults)  # fmt: skip
    return found.with_problems(faults)


@lru_cache(maxsize=4096)
def words_of(label: str) -> str:
    """Return a label as the catalogue has it: in small letters, without the numbers of national files.

    Examples
    --------
    >>> words_of("4.1.3 SDQ score is normal"), words_of("3 or more social workers during the year")
    ('sdq score is normal', '3 or more social workers during the year')
    """
    return fold(NUMBERED.sub("", label))


_age_group = lru_cache(maxsize=256)(fold_band)


def _called(name: str, cells: Sequence[Any]) -> str:
    """Return what a column holds: numbers of one of three kinds, or ``""`` for one that describes."""
    figures = [read_figure(cell) for cell in cells]
    filled = [figure for figure in figures if figure is None or figure.status != BLANK]
    if 2 * sum(figure is not None for figure in filled) <= len(filled):
        return ""
    return next((kind for kind, pattern in CALLED.items() if pattern.search(name)), "")


@dataclass
class _Line:
    """One line of a tidy file: its text, its figures, and which columns say what was counted."""

    at: int
    level: str
    text: Mapping[str, str]
    figures: Mapping[str, Figure]
    filters: Sequence[str]

    def __post_init__(self) -> None:
        held = {name: self.text[name] for name in self.filters}
        ages = [name for name in held if name in AGES]
        groups = [name for name in held if name in POPULATIONS]
        known = [name for name in held if words_of(held[name]) in BY_WORDS]
        plain = [name for name in held if name not in {*ages, *groups}]
        what = (known or plain or groups or [""])[-1]
        self.label = held.get(what, "")
        self.population = "; ".join(held[name] for name in groups if name != what and held[name])
        self.age_group = _age_group(held[ages[0]]) if ages else ""
        self.breakdowns = tuple((name, held[name]) for name in plain if name != what and held[name])

    @property
    def family(self) -> tuple[Any, ...]:
        """What a line has in common with the one that holds its base."""
        place = (self.text[name] for name in ("time_period", *PLACES[self.level]))
        return (self.level, *place, self.population, self.age_group, self.breakdowns)

    def row(self, file: str, bases: Mapping[tuple[Any, ...], Figure]) -> Row:
        """Return the row. A measure is known by name only where the file holds what it is out of."""
        number, value, base = (self.figures.get(name, NONE) for name in (NUMBER, VALUE, POPULATION))
        measure = BY_WORDS.get(words_of(self.label))
        keys = [(*self.family, words) for words in measure.base] if measure else []
        held = [bases[key] for key in keys if key in bases]
        kind = "" if value.status == NOT_GIVEN else "share"
        if measure and (held or (not measure.base and base.status != NOT_GIVEN)):
            kind, base = measure.kind, held[0] if held else base
        else:
            measure = None
        if kind == "average":
            number, value = NONE, number
        elif kind == "share" and value.number is not None:
            value = Figure(value.number / 100, value.status)
        area, code = (self.text[name] for name in PLACES[self.level])
        old_code = self.text["old_la_code"].zfill(3) if self.level == COUNCIL else ""
        return Row(
            self.text["time_period"], self.level, area, code, old_code, self.text["region_name"],
            measure.id if measure else "", MEAN if kind == "average" else COUNTED, self.label,
            self.population, self.age_group, self.breakdowns, *number, *base,
            *published_value(value, base, UNITS[kind]), UNITS[kind], None, None, ROUNDED_TO[self.level], file,
        )  # fmt: skip
