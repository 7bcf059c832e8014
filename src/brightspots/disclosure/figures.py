"""What a release holds, figure by figure: numbers that may be said, and None where they may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from brightspots.disclosure.cells import Group
    from brightspots.findings.profiles import Direction


class FigureKey(NamedTuple):
    """What identifies a figure in a release."""

    questionnaire: str
    area: str
    wave: str
    measure: str
    category: str
    age_band: str
    group: Group
    rest: bool


@dataclass(frozen=True)
class Figure:
    """One figure as it may be said.

    Attributes
    ----------
    questionnaire, area, wave, domain, measure, category, age_band : str
    age_bands : tuple of str
        The bands pooled in it.
    group : tuple of (trait, level)
        Empty for all children of the band.
    rest : bool
        True for all children of the band outside the group.
    status : str
        ``shown``, ``banded``, ``withheld`` or ``no base``.
    n, count, share, lower, upper : number or None
        None where it may not be said; for a banded figure `lower` and `upper` are the likely range of any
        share in the band.
    above, below : int or None
        The band: more than, or fewer than, so many percent.
    low_base : bool
        Fewer than 30 answers.
    method, target : str
        Of the likely range; empty where there is none.
    confidence : float or None
    """

    questionnaire: str
    area: str
    wave: str
    domain: str
    measure: str
    category: str
    age_band: str
    age_bands: tuple[str, ...]
    group: Group
    rest: bool
    status: str
    n: int | None = None
    count: int | None = None
    share: float | None = None
    lower: float | None = None
    upper: float | None = None
    above: int | None = None
    below: int | None = None
    low_base: bool = False
    method: str = ""
    target: str = ""
    confidence: float | None = None


def figure_key(figure: Figure) -> FigureKey:
    """Return what a figure is told from all others by."""
    return FigureKey(*(getattr(figure, name) for name in FigureKey._fields))


@dataclass(frozen=True)
class ReleasedComparison:
    """One comparison as it may be said: no p, q or adjusted p ever leaves.

    Attributes
    ----------
    figure : Figure
        Our side.
    comparator, source : str
    benchmark, benchmark_n : number or None
        The other side, and its base where known.
    difference, difference_lower, difference_upper, effect_size, detectable : float or None
        None where our side may not be said exactly.
    verdict : str
        ``better``, ``worse``, ``similar``, ``unclear``, ``not compared`` or ``withheld``.
    reason : str
    higher_is_better : bool or None
    illustrative : bool
    overridden : tuple of (str, str)
        Ways in which the two are not alike that bar no verdict, each with the reason.
    areas : int or None
        How many other councils stand behind the other side, where it comes from their counts.
    unusual_among_areas : bool or None
        Whether ours is unusual even among councils that truly differ; None where no difference is claimed.
    leans : str
        ``better`` or ``worse`` where our figure differs at p of at most 0.10, for whoever follows it from
        wave to wave; empty otherwise. It is said of shown figures only, whose numbers give it anyway.
    """

    figure: Figure
    comparator: str
    source: str
    benchmark: float | None
    benchmark_n: int | None
    difference: float | None
    difference_lower: float | None
    difference_upper: float | None
    effect_size: float | None
    detectable: float | None
    verdict: str
    reason: str
    higher_is_better: bool | None
    illustrative: bool
    overridden: tuple[tuple[str, str], ...] = ()
    areas: int | None = None
    unusual_among_areas: bool | None = None
    leans: str = ""


@dataclass(frozen=True)
class ReleasedCohort:
    """One cohort or pre-named group as it may be said.

    Attributes
    ----------
    name : str
    measure, direction : str
    conditions : tuple of (trait, level)
    tier, role, covered_by : str
        ``flag`` or empty; its role in the cover; the cohort that covers it.
    figure, rest : Figure
        The share inside, and among all others.
    difference, difference_lower, difference_upper, detectable : float or None
        The share inside less that of all others; None where either may not be said exactly.
    shrunk_share, shrunk_lower, shrunk_upper : float or None
        The size to quote for a flagged cohort.
    """

    name: str
    measure: str
    direction: Direction
    conditions: Group
    tier: str
    role: str
    covered_by: str
    figure: Figure
    rest: Figure
    difference: float | None
    difference_lower: float | None
    difference_upper: float | None
    shrunk_share: float | None
    shrunk_lower: float | None
    shrunk_upper: float | None
    detectable: float | None


@dataclass(frozen=True)
class ReleasedDescription:
    """One question on which a cohort that stands out differs clearly from all others.

    Attributes
    ----------
    name : str
        The cohort.
    searched, direction : str
        Measure and direction of the search that flagged it.
    conditions : tuple of (trait, level)
    figure, rest : Figure
        The share inside, and among all others; both are shown.
    difference, difference_lower, difference_upper, effect_size : float
    verdict : str
        ``worse`` or ``better``.
    """

    name: str
    searched: str
    direction: Direction
    conditions: Group
    figure: Figure
    rest: Figure
    difference: float
    difference_lower: float
    difference_upper: float
    effect_size: float
    verdict: str


@dataclass(frozen=True)
class ReleasedRecheck:
    """A cohort of the last wave as it may be said of this one.

    Attributes
    ----------
    questionnaire, area, wave, name, measure, direction : str
    conditions : tuple of (trait, level)
    state, reason : str
        ``still``, ``no clear excess``, ``not tested`` or ``withheld``.
    figure, rest : Figure or None
        This wave; None where the question or the group is not in it.
    before, before_rest : Figure or None
        The last wave; None where its counts are not known, or are not comparable.
    difference, difference_lower, difference_upper, detectable : float or None
        None unless both figures of this wave are shown.
    stood_out_in : str
        The wave in which it last stood out; empty for the last one.
    leans : bool
        Whether the excess has a one-sided p of at most 0.05, by itself: enough to keep a flag up. It is said
        only where the two figures shown give it anyway, which they do not where forms were tested apart.
    """

    questionnaire: str
    area: str
    wave: str
    name: str
    measure: str
    direction: Direction
    conditions: Group
    state: str
    reason: str
    figure: Figure | None
    rest: Figure | None
    before: Figure | None
    before_rest: Figure | None
    difference: float | None
    difference_lower: float | None
    difference_upper: float | None
    detectable: float | None
    stood_out_in: str = ""
    leans: bool = False


@dataclass(frozen=True)
class Responses:
    """How many answered one form; None where fewer than the policy's smallest base did."""

    questionnaire: str
    area: str
    wave: str
    age_band: str
    n: int | None
    eligible: int | None
    rate: float | None


@dataclass(frozen=True)
class Search:
    """What a search for cohorts covered: numbers that say nothing of any child."""

    questionnaire: str
    measure: str
    direction: Direction
    candidates: int
    permutations: int
    traits: tuple[str, ...]
    within: str | None
