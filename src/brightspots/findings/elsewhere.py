"""Children in care elsewhere, from the counts of other councils: ours taken out, the others pooled."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import CARE_ELSEWHERE
from brightspots.findings.councils import find_area, refuse_doubles
from brightspots.findings.estimates import ALL, Estimates, as_tally, estimate
from brightspots.findings.funnels import stands_apart
from brightspots.findings.likeness import YEARS_APART, years_apart
from brightspots.findings.verdicts import MINIMUM_BASE
from brightspots.tallies.tally import CountTable, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.survey.survey import Survey

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Elsewhere:
    """The answers of other councils.

    Attributes
    ----------
    pooled : Estimates
        Of all of them together, as one area (`CARE_ELSEWHERE`) and one wave.
    each : mapping of (measure, category, age band) to list
        The figures of each council that gave any answers.
    waves : tuple of str
        When they asked.
    """

    pooled: Estimates
    each: Mapping[Key, Sequence[Any]]
    waves: tuple[str, ...]

    @property
    def tally(self) -> Tally:
        """The pooled counts."""
        return self.pooled.source

    @property
    def wave(self) -> str:
        """When they asked, in one text."""
        return wave_of_all(self.waves)

    def is_too_long_ago(self, wave: str) -> bool:
        """Whether one of the councils asked too many years before or after this wave."""
        return any(years_apart(wave, other) > YEARS_APART for other in self.waves)

    def why_not_pooled(self, own: Any, pooled: Any) -> str:
        """Return why one of our figures has no counterpart in all of the others; empty where it has.

        Every council in the pool must have asked the forms that are in ours, and state the category.
        """
        each = self.each.get((own.measure, own.category, own.age_band), ())
        if sum(row.n for row in each) == pooled.n and {row.age_bands for row in each} <= {own.age_bands}:
            return ""
        return "age_bands" if own.age_band == ALL else "not_stated"

    def areas(self, own: Any) -> int:
        """Return how many other councils stand behind the figure that ours is compared with."""
        return len(self.each.get((own.measure, own.category, own.age_band), ()))

    def is_unusual(self, own: Any, count: int, n: int) -> bool | None:
        """Whether so many of ours are unusual even where councils differ; None with fewer than 10 of them."""
        each = self.each.get((own.measure, own.category, own.age_band), ())
        fit = [(row.count, row.n) for row in each if row.n >= MINIMUM_BASE]
        counts, ns = zip(*fit, (count, n), strict=True)
        return stands_apart(counts, ns, own=len(fit))


def read_elsewhere(elsewhere: Survey | Tally, own: Iterable[str], *, confidence: float) -> Elsewhere:
    """Pool the answers of other councils, with our own taken out wherever they are found among them.

    Parameters
    ----------
    elsewhere : Survey or Tally
        The answers of several councils, one wave each, or their counts; ours may be among them.
    own : iterable of str
        Our council, or councils.
    confidence : float
        Coverage of the intervals.

    Raises
    ------
    ArgumentError
        If ours may stand among them under another name, two of them look like one council, one has several
        waves, or none is left without ours.
    """
    counted = as_tally(elsewhere, name="elsewhere")
    table = counted.table(())
    areas = sorted({key[0] for key in table.keys})
    _refuse_doubles(areas)
    ours = {_found(name, areas) for name in own}
    kept = [i for i, key in enumerate(table.keys) if key[0] not in ours]
    if not kept:
        raise ArgumentError("elsewhere holds no council besides ours: there is nobody to compare with.")
    others = CountTable(tuple(table.keys[i] for i in kept), table.counts[kept])
    waves = _waves(others)
    place = (CARE_ELSEWHERE, wave_of_all(waves))
    pooled = CountTable.of(((*place, key[2]) for key in others.keys), others.counts)
    each: dict[Key, list[Any]] = defaultdict(list)
    for row in estimate(Tally(counted.questionnaire, {(): others}), confidence=confidence):
        if row.n:
            each[(row.measure, row.category, row.age_band)].append(row)
    together = estimate(Tally(counted.questionnaire, {(): pooled}), confidence=confidence)
    return Elsewhere(together, dict(each), waves)


def wave_of_all(waves: Sequence[str]) -> str:
    """Return one text for several waves, in order."""
    return waves[0] if len(waves) == 1 else f"{waves[0]} to {waves[-1]}"


def _found(own: str, areas: Sequence[str]) -> str | None:
    """Return our council as it is called among others; None where it is surely not there."""
    try:
        return areas[find_area(own, areas)]
    except ArgumentError:
        _refuse_doubles([own, *areas])
    return None


def _refuse_doubles(areas: Sequence[str]) -> None:
    try:
        refuse_doubles(areas)
    except ArgumentError as error:
        raise ArgumentError(f"In elsewhere, with ours: {error}") from None


def _waves(others: CountTable) -> tuple[str, ...]:
    """Return the waves of the others, in order, after checking that each council has one."""
    of: dict[str, set[str]] = defaultdict(set)
    for area, wave, *_ in others.keys:
        of[area].add(wave)
    several = sorted(area for area, waves in of.items() if len(waves) > 1)
    if several:
        shown = ", ".join(map(repr, several[:3])) + (", …" if len(several) > 3 else "")
        raise ArgumentError(f"elsewhere holds several waves of {shown}; take one with Tally.only.")
    return tuple(sorted(set().union(*of.values())))
