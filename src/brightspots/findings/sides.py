"""The two sides of a comparison: ours, and whatever it is set beside, read and checked before any test."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError, BenchmarkError
from brightspots.findings.benchmarks import CARE_ELSEWHERE, LAST_WAVE, Benchmark, Benchmarks
from brightspots.findings.elsewhere import Elsewhere, read_elsewhere
from brightspots.findings.estimates import Estimates, as_tally, estimate
from brightspots.findings.likeness import (
    checked_overrides,
    first_year_of,
    mismatches_of_editions,
    waves_in,
    year_of,
)
from brightspots.tallies.tally import refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from brightspots.findings.likeness import Mismatch
    from brightspots.measures.measure import Measure
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

SEPARATE = "a test would take them for separate children"

Place = tuple[str, str]
Rows = dict[tuple[str, str, str], Any]


@dataclass(frozen=True)
class Counterpart:
    """One of our figures, and the same of our last wave or of other councils together.

    Attributes
    ----------
    own, other : rows of estimates
    measure : Measure
    comparator, source : str
    tally : Tally
        The counts behind the other.
    mismatches : tuple of str
        Ways in which the two are not alike.
    reason : str
        Why they cannot be compared, whatever is overridden; empty where they can.
    areas : int or None
        How many other councils stand behind the other.
    """

    own: Any
    other: Any
    measure: Measure
    comparator: str
    source: str
    tally: Tally
    mismatches: tuple[str, ...]
    reason: str
    areas: int | None = None


@dataclass(frozen=True)
class Sides:
    """Everything that is compared.

    Attributes
    ----------
    ours : Estimates
    figures : tuple of Benchmark
        Those meant for our questionnaire.
    before : Estimates or None
        Of our last wave.
    elsewhere : Elsewhere or None
    overrides : dict of str to str
        Ways of not being alike that shall not bar a verdict, with their reasons.
    """

    ours: Estimates
    figures: tuple[Benchmark, ...]
    before: Estimates | None
    elsewhere: Elsewhere | None
    overrides: dict[str, str]

    @property
    def places(self) -> dict[Place, Rows]:
        """Our figures, by area and wave."""
        return dict(sorted(rows_by_place(self.ours).items()))

    def counterparts(self, place: Place, ours: Rows) -> list[Counterpart]:
        """Return our figures of which counts of the last wave are known, and then those of other councils."""
        return [*self._last_wave(place, ours), *self._other_councils(place, ours)]

    def _last_wave(self, place: Place, ours: Rows) -> Iterator[Counterpart]:
        if self.before is None:
            return
        then = self.before.source
        theirs = next(rows for other, rows in rows_by_place(self.before).items() if other[0] == place[0])
        for own, earlier, measure in self._in_both(ours, theirs):
            yield Counterpart(
                own,
                earlier,
                measure,
                LAST_WAVE,
                f"{earlier.area} {earlier.wave}",
                then,
                mismatches_of_editions(own, measure, then.measures[measure.id]),
                "age_bands" if own.age_bands != earlier.age_bands else "",
            )

    def _other_councils(self, place: Place, ours: Rows) -> Iterator[Counterpart]:
        if self.elsewhere is None:
            return
        others = self.elsewhere
        (theirs,) = rows_by_place(others.pooled).values()
        years = ("year_gap",) if others.is_too_long_ago(place[1]) else ()
        for own, pooled, measure in self._in_both(ours, theirs):
            yield Counterpart(
                own,
                pooled,
                measure,
                CARE_ELSEWHERE,
                f"counts of other councils, {others.wave}",
                others.tally,
                (*mismatches_of_editions(own, measure, others.tally.measures[measure.id]), *years),
                others.why_not_pooled(own, pooled),
                others.areas(own),
            )

    def _in_both(self, ours: Rows, theirs: Rows) -> list[tuple[Any, Any, Measure]]:
        measures = self.ours.source.measures
        return [(own, theirs[key], measures[own.measure]) for key, own in ours.items() if key in theirs]

    def reasons(self, figure: Benchmark) -> dict[str, str]:
        """Return what is overridden for a benchmark: its own reasons go before those for all."""
        return self.overrides | dict(figure.override)


def read_sides(
    source: Survey | Tally,
    benchmarks: Benchmarks | Sequence[Benchmark],
    previous: Survey | Tally | None,
    elsewhere: Survey | Tally | None,
    overrides: Mapping[Mismatch, str] | None,
    confidence: float,
) -> Sides:
    """Read and check what is to be compared.

    Raises
    ------
    BenchmarkError
        If a benchmark is for a measure, category or age band that the questionnaire does not have: every one.
    ArgumentError
        If anything else cannot be compared with ours.
    """
    reasons = checked_overrides(overrides)
    ours = estimate(source, confidence=confidence)
    figures = _figures(benchmarks)
    faults = [fault for figure in figures for fault in figure.misfits(ours.questionnaire)]
    if faults:
        raise BenchmarkError("benchmarks", faults)
    meant = tuple(figure for figure in figures if figure.questionnaire in ("", ours.questionnaire.id))
    before = others = None
    if previous is not None:
        before = estimate(as_tally(previous, name="previous"), confidence=confidence)
        refuse_pooled(before.source, "previous", "which of them is the last?")
        _refuse_other_waves(ours, before)
        _refuse_strangers(ours, before, "previous")
    if elsewhere is not None:
        counted = as_tally(elsewhere, name="elsewhere")
        refuse_pooled(counted, "elsewhere", SEPARATE)
        others = read_elsewhere(counted, _waves(ours), confidence=confidence)
        _refuse_strangers(ours, others.pooled, "elsewhere")
    return Sides(ours, meant, before, others, reasons)


def rows_by_place(estimates: Estimates) -> dict[Place, Rows]:
    """Return the rows of each area and wave by measure, category and age band."""
    places: dict[Place, Rows] = defaultdict(dict)
    for row in estimates:
        places[(row.area, row.wave)][(row.measure, row.category, row.age_band)] = row
    return places


def _figures(benchmarks: Benchmarks | Sequence[Benchmark]) -> tuple[Benchmark, ...]:
    figures = benchmarks.benchmarks if isinstance(benchmarks, Benchmarks) else benchmarks
    if not isinstance(figures, list | tuple) or not all(isinstance(one, Benchmark) for one in figures):
        raise ArgumentError(
            f"benchmarks is a {type(benchmarks).__name__}; give Benchmarks or a list of Benchmark."
        )
    return tuple(figures)


def _refuse_strangers(ours: Estimates, theirs: Estimates, name: str) -> None:
    for (area, _), rows in rows_by_place(ours).items():
        others = [r for (other, _), r in rows_by_place(theirs).items() if other in (area, CARE_ELSEWHERE)]
        if not any(rows.keys() & other.keys() for other in others):
            raise ArgumentError(
                f"{name} shares no measure and age band with source; check its questionnaire."
            )


def _refuse_other_waves(ours: Estimates, before: Estimates) -> None:
    """Refuse counts that are not, for every area of ours, those of its one wave before this one."""
    now, then = _waves(ours), _waves(before)
    for area, waves in now.items():
        if len(waves) > 1:
            raise ArgumentError(f"source holds several waves of {area!r}: which is the last? Use Tally.only.")
        if area not in then:
            raise ArgumentError(f"previous holds no counts of {area!r}; check the spelling of the area.")
        if len(then[area]) > 1:
            raise ArgumentError(
                f"previous holds {len(then[area])} waves of {area!r}; give one with Tally.only."
            )
        (wave,), (last,) = waves, then[area]
        if last in waves_in(wave) or (year_of(last) or 0) > (first_year_of(wave) or math.inf):
            raise ArgumentError(f"previous holds the wave {last!r}, which is not before {wave!r}.")


def _waves(estimates: Estimates) -> dict[str, set[str]]:
    waves: dict[str, set[str]] = defaultdict(set)
    for area, wave in zip(estimates.column("area"), estimates.column("wave"), strict=True):
        waves[area].add(wave)
    return dict(waves)
