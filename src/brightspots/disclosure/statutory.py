"""Published figures on their way out: they pass as they are, and what the publisher withheld stays so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from brightspots.returns.catalogue import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.findings.funnel_lines import FunnelLines
    from brightspots.findings.statutory import StatutoryComparisons

PUBLISHED = "published"


@dataclass(frozen=True)
class OtherSide:
    """What one published figure is set beside.

    Attributes
    ----------
    comparator : str
        ``England``, a region's name, or ``statistical neighbours``.
    value : float or None
        Share from 0 to 1, rate per 10,000, or average; of neighbours their counts taken together.
    n, mean : float or None
        Of how many; the plain mean of neighbours.
    reason : str
        Why there is no value.
    missing : tuple of str
        The areas without a figure.
    coverage : float or None
        Of an SDQ figure: the share with a score.
    difference : float or None
        Ours less theirs.
    values : tuple
        Theirs over the years of ours; None where there is none.
    """

    comparator: str
    value: float | None
    n: float | None
    mean: float | None
    reason: str
    missing: tuple[str, ...]
    coverage: float | None
    difference: float | None
    values: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class PublishedFigure:
    """One published figure of a council beside those of others; nothing is tested, as every child is counted.

    Attributes
    ----------
    area, measure, age_group, time, unit : str
    value, count, n, lower, upper : number or None
        None where the publisher withheld it, or there is none.
    reason : str
        Why there is no value.
    coverage, eligible : number or None
        Of an SDQ figure: the share with a score, and of how many.
    position, side : str or None
        Where the council lies among all, true differences allowed for.
    funnel : FunnelLines or None
        The lines around it, and all councils that show theirs, without their names.
    times, values, value_reasons : tuple
        Its course over the years, and why there is no value where there is None.
    slope, slope_lower, slope_upper : float or None
        The line over the years, if there is one.
    target : float or None
    target_met : bool or None
    source : str
        The publisher's file.
    others : tuple of OtherSide
    origin : str
        ``published``: anybody may know it.
    """

    area: str
    measure: str
    age_group: str
    time: str
    unit: str
    value: float | None
    count: float | None
    n: float | None
    lower: float | None
    upper: float | None
    reason: str
    coverage: float | None
    eligible: float | None
    position: str | None
    side: str | None
    funnel: FunnelLines | None
    times: tuple[str, ...]
    values: tuple[float | None, ...]
    value_reasons: tuple[str, ...]
    slope: float | None
    slope_lower: float | None
    slope_upper: float | None
    target: float | None
    target_met: bool | None
    source: str
    others: tuple[OtherSide, ...]
    origin: str = PUBLISHED

    @property
    def label(self) -> str:
        """The library's name of the measure."""
        return MEASURES[self.measure].label


@dataclass(frozen=True)
class PublishedComparison:
    """A council's published figures, and what goes with them.

    Attributes
    ----------
    area : str
    neighbours : tuple of str
    figures : tuple of PublishedFigure
    notes : tuple of str
        Changes of codes and boundaries.
    """

    area: str
    neighbours: tuple[str, ...]
    figures: tuple[PublishedFigure, ...]
    notes: tuple[str, ...]


SAME = (
    "area", "measure", "age_group", "time", "unit", "value", "count", "n", "lower", "upper", "coverage",
    "eligible", "position", "side", "funnel", "times", "values", "value_reasons", "slope",
    "slope_lower", "slope_upper", "target", "target_met", "source",
)  # fmt: skip


def pass_published(found: StatutoryComparisons) -> PublishedComparison:
    """Return published figures in the form in which they leave."""
    groups = groupby(found, lambda row: (row.measure, row.age_group, row.time))
    figures = tuple(_figure(found.area, list(rows)) for _, rows in groups)
    return PublishedComparison(found.area, found.neighbours, figures, found.notes)


def _figure(area: str, rows: Iterable[Any]) -> PublishedFigure:
    own, *_ = rows = list(rows)
    same = {name: getattr(own, name) for name in SAME} | {"area": own.area or area}
    others = tuple(
        OtherSide(
            row.comparator,
            row.benchmark,
            row.benchmark_n,
            row.benchmark_mean,
            row.benchmark_reason,
            row.missing,
            row.benchmark_coverage,
            row.difference,
            row.benchmark_values,
        )
        for row in rows
    )
    return PublishedFigure(**same, reason=own.reason if own.value is None else "", others=others)
