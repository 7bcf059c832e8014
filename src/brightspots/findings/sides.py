"""The two sides of a comparison: ours, and whatever it is set beside, read and checked before any test."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError, BenchmarkError
from brightspots.findings.benchmarks import CARE_ELSEWHERE, Benchmark, Benchmarks
from brightspots.findings.elsewhere import Elsewhere, read_elsewhere
from brightspots.findings.estimates import Estimates, as_tally, estimate
from brightspots.findings.likeness import checked_overrides, year_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.findings.likeness import Mismatch
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

Place = tuple[str, str]
Rows = dict[tuple[str, str, str], Any]


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

    def earlier(self, area: str) -> Rows:
        """Return the figures of an area's last wave."""
        if self.before is None:
            return {}
        return next(rows for place, rows in rows_by_place(self.before).items() if place[0] == area)

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
        _refuse_other_waves(ours, before)
        _refuse_strangers(ours, before, "previous")
    if elsewhere is not None:
        others = read_elsewhere(elsewhere, _waves(ours), confidence=confidence)
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
        if last == wave or (year_of(last) or 0) > (year_of(wave) or math.inf):
            raise ArgumentError(f"previous holds the wave {last!r}, which is not before {wave!r}.")


def _waves(estimates: Estimates) -> dict[str, set[str]]:
    waves: dict[str, set[str]] = defaultdict(set)
    for area, wave in zip(estimates.column("area"), estimates.column("wave"), strict=True):
        waves[area].add(wave)
    return dict(waves)
