"""Published figures as one long table: every number with what it is out of and why it may be missing."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.errors import ReturnError
from brightspots.questionnaire.spelling import fold
from brightspots.returns.catalogue import MEASURES
from brightspots.returns.symbols import (
    BLANK,
    NOBODY,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    NOT_GIVEN,
    SHOWN,
    Figure,
)
from brightspots.survey.problems import Problem, Problems
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COUNTRY, REGION, COUNCIL, DISTRICT = LEVELS = ("country", "region", "council", "district")
SHARE, PER_10_000, AVERAGE = "share", "per 10,000", "average"
UNITS = {"share": SHARE, "rate": PER_10_000, "average": AVERAGE, "": ""}
COUNTED, MEAN = "counted", "mean"
NONE = Figure(None, NOT_GIVEN)
NO_SIGN = {NOT_APPLICABLE, NOT_AVAILABLE, NOT_GIVEN, BLANK}
"""What does not say that a council was there."""

folded = lru_cache(maxsize=8192)(fold)


class Row(NamedTuple):
    """One published figure; `PublishedCounts` says what its fields are."""

    time: str
    level: str
    area: str
    code: str
    old_code: str
    region: str
    measure: str
    category: str
    label: str
    population: str
    age_group: str
    breakdowns: tuple[tuple[str, str], ...]
    number: int | float | None
    number_status: str
    base: int | float | None
    base_status: str
    value: float | None
    value_status: str
    unit: str
    lower: float | None
    upper: float | None
    rounding: int | None
    source: str

    @property
    def place(self) -> tuple[str, str]:
        """What the area is told by: councils by the DfE's three-digit code, which outlives the ONS's."""
        if self.level == COUNTRY:
            return COUNTRY, self.code
        if self.level == REGION:
            return REGION, folded(self.area)
        return self.level, self.old_code or self.code or folded(self.area)

    @property
    def key(self) -> tuple[Any, ...]:
        """What may stand once: a known measure in all files, whatever its words there; others in each."""
        what = (self.measure,) if self.measure else ("", self.label, self.population, self.source)
        return (self.time, self.place, *what, self.category, self.age_group, self.breakdowns)

    @property
    def figures(self) -> tuple[Any, ...]:
        """All that it says."""
        return (self.number, self.number_status, self.base, self.base_status, self.value, self.value_status)


class Council(NamedTuple):
    """A council as the files name it: from when until when under which codes and names."""

    old_code: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    first: str
    last: str


ORDER = {measure: i for i, measure in enumerate(MEASURES)}


class PublishedCounts(Table):
    """Published figures, one row a figure.

    Columns: ``time``; ``level`` (``country region council district``), ``area``, its ``code`` (of the ONS),
    ``old_code`` (the DfE's three digits, by which a council is followed through changes of the other) and
    ``region``; ``measure``, an id where the library knows it by name, else empty; ``category`` (``counted``,
    ``mean``, or a band); ``label`` and ``population``, the publisher's words; ``age_group`` and other
    ``breakdowns``; ``number`` of children, the ``base`` that it is out of, and the ``value`` as published in
    its ``unit`` (``share`` from 0 to 1, ``per 10,000``, ``average``), with the publisher's ``lower`` and
    ``upper`` where there are any; ``rounding``, the step to which counts are rounded (1 for exact ones, None
    where the publisher does not say); ``source``, the file.

    Beside every number stands its ``…_status``: ``shown``; ``withheld`` (suppressed), ``not applicable``,
    ``not available``, ``low reliability``, ``blank``; ``rounds to zero`` (above 0, and below half a step);
    ``nobody`` (a share or an average of nobody); ``not given`` (the file has no such column). In all but the
    first the number is None.

    Two of them are added with ``+``: a figure that stands in both must be the same in both.
    """

    title = "Published figures"

    @classmethod
    def of(cls, rows: Iterable[Row]) -> PublishedCounts:
        """Make the table from rows in any order, each figure once."""
        ordered = sorted(rows, key=_order)
        return cls({name: [getattr(row, name) for row in ordered] for name in Row._fields})

    @property
    def rows(self) -> list[Row]:
        """The rows with the methods of `Row`."""
        return [Row(*row) for row in self]

    def __add__(self, other: PublishedCounts) -> PublishedCounts:
        """Put the figures of two files together.

        Raises
        ------
        ReturnError
            If they give different figures for the same area, time and measure.
        """
        return PublishedCounts.of(once([*self.rows, *other.rows]))

    @property
    def councils(self) -> Table:
        """Every council: three-digit code, codes, names and regions it stood under, first and last time."""
        return councils_of(self.rows)


def councils_of(rows: Iterable[Row]) -> Table:
    """Return the councils among some rows, one row each, as `Council` has them.

    Times at which no figure applied to a council or was available do not count: it may not have been there.
    """
    seen: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.level == COUNCIL and not {row.number_status, row.value_status} <= NO_SIGN:
            seen[row.place[1]].append(row)
    found = []
    for place, own in sorted(seen.items()):
        own.sort(key=lambda row: row.time)
        names, codes, regions = (
            tuple(dict.fromkeys(getattr(row, name) for row in own if getattr(row, name)))
            for name in ("area", "code", "region")
        )
        found.append(Council(place, codes, names, regions, own[0].time, own[-1].time)._asdict())
    return Table.from_rows(found, Council._fields)


def once(rows: Sequence[Row], lines: Sequence[int] = ()) -> list[Row]:
    """Return each figure once, or refuse those that stand twice.

    With `lines`, the rows are those of one file, in which nothing may stand twice; without, of several, and
    a figure may stand in two if both say the same.
    """
    kept: dict[tuple[Any, ...], Row] = {}
    clashes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        first = kept.setdefault(row.key, row)
        if first is not row and (lines or first.figures != row.figures):
            clashes[first.source, row.source].append(i)
    if clashes:
        raise refused(Problems.of(_repeated(*files, places, lines) for files, places in clashes.items()))
    return list(kept.values())


def _repeated(earlier: str, later: str, places: Sequence[int], lines: Sequence[int]) -> Problem:
    """Return the problem of figures that stand twice."""
    return Problem(
        "error",
        "repeated_figure",
        later,
        "",
        f"figures of one area, measure and time that stand {'twice' if lines else f'otherwise in {earlier}'}",
        "each figure once",
        "take out the rows that stand twice" if lines else "leave out the older release",
        tuple(lines[i] for i in places) if lines else (),
        len(places),
    )


def refused(problems: Problems) -> ReturnError:
    """Return the error with all that was found, to be raised by the caller."""
    return ReturnError(f"The published figures cannot be used.\n{problems.describe()}", problems)


def published_value(value: Figure, base: Figure, unit: str) -> Figure:
    """Return a published share, rate or average, or that it is one of nobody, which some files print as 0."""
    of_nobody = base.number == 0 or (unit == AVERAGE and value.number == 0 and not base.number)
    printed = value.status in {SHOWN, NOT_APPLICABLE, BLANK, NOT_GIVEN}
    return Figure(None, NOBODY) if unit and of_nobody and printed else value


def _order(row: Row) -> tuple[Any, ...]:
    return (
        ORDER.get(row.measure, len(ORDER)),
        row.measure,
        row.category,
        row.population,
        row.label,
        row.age_group,
        row.breakdowns,
        row.time,
        LEVELS.index(row.level),
        folded(row.area),
        row.place,
        row.source,
    )
