"""What may be said of a published figure: its value, of how many children, or why there is none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brightspots.returns.catalogue import MEASURES, Published
from brightspots.returns.published import COUNCIL, COUNTRY, REGION, PublishedCounts, Row
from brightspots.returns.symbols import BLANK, NOBODY, NOT_GIVEN, SHOWN, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Sequence

Place = tuple[str, str]
"""A level and what tells an area on it, as `Row.place` gives it."""

PER = {"share": 1, "rate": 10_000, "average": 1}
REASONS = {BLANK: "no_figure", NOT_GIVEN: "no_figure", SHOWN: "no_figure", NOBODY: "no_base"}


@dataclass(frozen=True)
class Reading:
    """A share from 0 to 1, a rate per 10,000 or an average; the `count` of an average is its sum."""

    value: float | None = None
    count: float | None = None
    n: float | None = None
    reason: str = ""

    @property
    def uncounted(self) -> str:
        """Why it cannot be counted together with others; empty where it can."""
        if self.reason or self.n == 0:
            return self.reason or "no_base"
        return "" if self.n is not None and self.count is not None else "no_counts"


@dataclass(frozen=True)
class Figure:
    """One measure in one age group: its rows by time and area, and those of the share that it rests on."""

    measure: Published
    category: str
    age_group: str
    series: dict[str, dict[Place, Row]]
    covered: dict[str, dict[Place, Row]]

    @property
    def last(self) -> str:
        """The latest time."""
        return max(self.series)

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [row for areas in self.series.values() for row in areas.values()]

    def row(self, time: str, place: Place) -> Row | None:
        """Return the row of an area, if there is one."""
        return self.series.get(time, {}).get(place)

    def reading(self, time: str, place: Place) -> Reading:
        """Return what may be said of an area."""
        return read(self.measure, self.row(time, place))

    def coverage(self, time: str, places: Sequence[Place]) -> Reading:
        """Return how many of those eligible the figure of some areas rests on."""
        received = MEASURES[self.measure.coverage]
        return pooled(received, [read(received, self.covered.get(time, {}).get(place)) for place in places])


def held_by_name(figures: PublishedCounts) -> list[Figure]:
    """Return the figures that the library knows by name, those of all children alone."""
    held: dict[tuple[str, str, str], dict[str, dict[Place, Row]]] = defaultdict(lambda: defaultdict(dict))
    for row in figures.rows:
        if row.measure in MEASURES and not row.breakdowns and row.level in {COUNTRY, REGION, COUNCIL}:
            held[row.measure, row.category, row.age_group][row.time][row.place] = row
    return [
        Figure(
            MEASURES[measure],
            category,
            age_group,
            series,
            held.get((MEASURES[measure].coverage, "counted", age_group), {}),
        )
        for (measure, category, age_group), series in held.items()
    ]


def read(measure: Published, row: Row | None) -> Reading:
    """Return what may be said of a row: by exact counts, or as printed where counts are rounded.

    Where the publisher prints no figure, as in 2015, rounded counts have to do.
    """
    if row is None:
        return Reading(reason="no_figure")
    printed = Reading(row.value, row.number, row.base)
    if measure.kind == "average":
        if row.value is None:
            return _missing(row.value_status)
        return replace(printed, count=None if row.base is None else row.value * row.base)
    exact = row.level == COUNCIL or row.value_status == NOT_GIVEN
    if exact and row.number is not None and row.base:
        return replace(printed, value=PER[measure.kind] * row.number / row.base)
    if row.value is not None:
        return printed
    statuses = (row.number_status, row.value_status) if exact else (row.value_status,)
    status = next((status for status in statuses if status != SHOWN), SHOWN)
    return _missing(NOBODY if row.base == 0 and status != WITHHELD else status)


def pooled(measure: Published, readings: Sequence[Reading]) -> Reading:
    """Return the figure of several areas together: of one, its own; of more, their counts added.

    One that cannot be counted leaves all without: what is withheld is mostly small, and not like the rest.
    """
    if len(readings) == 1:
        return readings[0]
    for reading in readings:
        if reading.uncounted:
            return Reading(reason=reading.uncounted)
    count, n = (sum(getattr(reading, name) for reading in readings) for name in ("count", "n"))
    return Reading(PER[measure.kind] * count / n, count, n)


def _missing(status: str) -> Reading:
    return Reading(reason=REASONS.get(status, status.replace(" ", "_")))
