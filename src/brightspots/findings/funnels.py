"""Funnels: is an area unusual among many, once areas are allowed to differ.

With large numbers nearly every area differs from the average. An area is unusual only if it lies beyond what
chance and the true spread between areas together explain. This is no league table: areas stand in the order
of the alphabet and have no rank.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import ndtri, stdtr

from brightspots.errors import ArgumentError
from brightspots.findings.councils import find_area, refuse_doubles
from brightspots.findings.estimates import ALL, as_tally, estimate
from brightspots.findings.likeness import YEARS_APART
from brightspots.findings.verdicts import ALPHA, MINIMUM_BASE
from brightspots.findings.waves import wave_time
from brightspots.questionnaire.spelling import fold
from brightspots.statistics import adjust, funnel, funnel_limits
from brightspots.statistics.funnels import AREAS_NEEDED, TAILS_DRAWN_IN
from brightspots.tables import Table
from brightspots.tallies.tally import refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.measures.measure import Measure
    from brightspots.statistics import Funnel
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

Floats = np.ndarray[Any, np.dtype[np.float64]]

USUAL, UNUSUAL, VERY_UNUSUAL = "usual", "unusual", "very unusual"
ABOVE, BELOW = "above", "below"
BEYOND = {UNUSUAL: 1.96, VERY_UNUSUAL: 3.09}
LIMITS = {"95": 0.95, "998": 0.998}

EDGE = float(ndtri(1 - TAILS_DRAWN_IN))
DENSITY = math.exp(-(EDGE**2) / 2) / math.sqrt(2 * math.pi)
KEPT = 1 - 2 * TAILS_DRAWN_IN - 2 * EDGE * DENSITY + 2 * TAILS_DRAWN_IN * EDGE**2
"""What drawing in the tails leaves of the mean square of a normal variable: 0.679."""

COLUMNS = (
    "area", "wave", "n", "count", "share", "lower", "upper", "z", "z_adjusted", "p", "q", "position", "side",
    "favourable", "reason", "lower_95", "upper_95", "lower_998", "upper_998", "own", "age_bands",
)  # fmt: skip


class Placed(NamedTuple):
    """Where one area lies among others, why nothing can be said, and how many others there are."""

    position: str | None
    side: str
    reason: str
    areas: int


class AreaFunnel(Table):
    """Every area beside the common level of all, in the order of the alphabet. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind it.
    measure, category, age_band : str
        What is compared.
    own : str or None
        The area that is judged against the others.
    theta : float
        The common share, without the own area.
    tau : float or None
        Standard deviation between areas beyond chance, on the `scale`; None with fewer than 10 areas.
    scale : {"share", "arcsine"}
        The scale of `tau`; ``arcsine`` for rare answers.
    areas : int
        How many areas `theta` and `tau` come from.
    """

    title = "Areas"
    source: Tally
    measure: str
    category: str
    age_band: str
    own: str | None
    theta: float
    tau: float | None
    scale: str
    areas: int


def place_among_areas(
    source: Survey | Tally,
    *,
    measure: str,
    category: str | None = None,
    age_band: str = ALL,
    own: str | None = None,
) -> AreaFunnel:
    """Place each of many areas beside the common level, and say which are unusual.

    Parameters
    ----------
    source : Survey or Tally
        The answers of many areas, or their counts; one wave of each.
    measure : str
        Id of a measure.
    category : str, optional
        Its category; may be left out where there is only one (not for a 0-10 scale).
    age_band : str, default "all"
        An age band; ``all`` pools those that were asked the same.
    own : str, optional
        Our own area, as it is spelled in `source` or by another name or code of the council: left out of the
        common level and of the spread, and judged by the others.

    Returns
    -------
    AreaFunnel
        A `Table` with one row an area, in the order of the alphabet: ``area wave n count share lower upper``
        (Wilson); ``z`` with chance alone, ``z_adjusted`` with the true spread between areas allowed for;
        ``p`` and ``q`` of a prediction from the others; ``position`` (``usual``, ``unusual``, ``very
        unusual``, or None where nothing can be said), ``side`` (``above`` or ``below`` the common level),
        ``favourable`` (whether that side is the good one; None where the measure has none), ``reason``; the
        limits at the area's own n, ``lower_95 upper_95 lower_998 upper_998``; ``own``; ``age_bands``, those
        in the share.

        An area is unusual if `z_adjusted` lies beyond 1.96, very unusual beyond 3.09, and in both cases only
        if q is at most 0.05. One that lies beyond 1.96 with a larger q is usual with the reason
        ``one_of_many``: among areas like these some lie there by chance. Other reasons, all without a
        position: ``few_areas`` (fewer than 10 besides our own), ``no_base``, ``small_base`` (fewer than 10
        answers), ``age_bands`` (other forms than the other areas, or than ours), ``not_asked``. Areas with
        the last four are left out of the common level too.

    Raises
    ------
    ArgumentError
        If `own` is not among the areas (with those that come near), two areas look like one council or one
        took the place of another, an area has several waves, waves lie more than 3 years apart, or the
        measure, category or age band is not known or was asked of nobody.

    Notes
    -----
    `tau` and `z_adjusted` are Spiegelhalter's: the most extreme tenths are drawn in, so that a few areas far
    out do not hide themselves. That makes the spread too small, and it is then taken as known: where areas
    truly differ, some 11 to 18 of 100 ordinary areas lie beyond 1.96. So a claim also needs p, which is that
    of a prediction interval: the spread made up for what drawing in takes from it, the errors of the common
    level and of the spread allowed for. That leaves about 5 of 100, or fewer.

    Adjusted by Benjamini-Hochberg over the areas. With `own` the question is about one area that was named
    beforehand: its q is its p, and the others are a family of their own. Areas are not made alike: a
    difference in the mix of children is part of the share.

    References
    ----------
    Spiegelhalter 2005, Funnel plots for comparing institutional performance; Spiegelhalter 2005, Handling
    over-dispersion of performance indicators; Spiegelhalter et al. 2012, Statistical methods for healthcare
    regulation; Higgins, Thompson & Spiegelhalter 2009, A re-evaluation of random-effects meta-analysis (the
    prediction interval); Benjamini & Hochberg 1995.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(councils=12, respondents=200, seed=1)
    >>> placed = place_among_areas(survey, measure="likes_school", own="Council 3")
    >>> len(placed), placed.areas
    (12, 11)
    >>> {row.position for row in placed} <= {"usual", "unusual", "very unusual"}
    True
    """
    counted = as_tally(source)
    refuse_pooled(counted, "source", "areas are placed by one wave of each")
    asked = _measure(counted, measure)
    category = _category(asked, category)
    band = _band(asked, age_band)
    places = _places(counted)
    areas = [area for area, _ in places]
    refuse_doubles(areas)
    if own is not None:
        own = areas[find_area(own, areas)]
    figures = [row for row in estimate(counted, measures=[measure]) if row.category == category]
    if not any(row.age_band == band and row.n for row in figures):
        raise ArgumentError(_why_nobody(asked, band, bool(figures)))
    rows = _rows(figures, places, band, own)
    fit = [row for row in rows if not row["reason"]]
    if all(row["own"] for row in fit):
        raise ArgumentError(f"source holds no other area to place {own!r} among with {measure} of {band}.")
    at = next((i for i, row in enumerate(fit) if row["own"]), None)
    counts, ns, is_own = (np.array([row[name] for row in fit]) for name in ("count", "n", "own"))
    found = funnel(counts, ns, own=at)
    _judge(fit, found, _predicted(counts, ns, ~is_own, found), asked.good_when_high(category))
    result = AreaFunnel.from_rows(rows, COLUMNS)
    result.source, result.measure, result.category, result.age_band = counted, measure, category, band
    result.own, result.theta, result.scale = own, found.theta, found.scale
    result.tau = None if np.isnan(found.tau) else found.tau
    result.areas = sum(not row["own"] for row in fit)
    return result


def stands_apart(counts: Sequence[int], ns: Sequence[int], *, own: int) -> bool | None:
    """Whether one area is unusual among others that truly differ; None with fewer than 10 others.

    Parameters
    ----------
    counts, ns : sequence of int
        How many count, out of how many answers, in each area.
    own : int
        The place of the area that is judged by the others.
    """
    position = place_one(counts, ns, own=own).position
    return None if position is None else position != USUAL


def place_one(counts: Sequence[float], ns: Sequence[float], *, own: int) -> Placed:
    """Place one area that was named beforehand among others whose counts are known.

    Parameters
    ----------
    counts, ns : sequence of float
        How many count, out of how many, in each area.
    own : int
        The place of the area that is judged by the others.

    Returns
    -------
    Placed
        As `place_among_areas` says of its own area.

    Examples
    --------
    >>> counts = [40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58]
    >>> ns = [180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300]
    >>> place_one(counts, ns, own=11)
    Placed(position='usual', side='below', reason='', areas=11)
    """
    others = len(ns) - 1
    if others < AREAS_NEEDED:
        return Placed(None, "", "few_areas", others)
    found = funnel(counts, ns, own=own)
    z = float(found.z_adjusted[own])
    p = _predicted(np.array(counts), np.array(ns), np.arange(len(ns)) != own, found)[own]
    position, reason = _position(abs(z), float(p))
    return Placed(position, "" if z == 0 else ABOVE if z > 0 else BELOW, reason, others)


def _measure(source: Tally, measure: str) -> Measure:
    if measure not in source.measures:
        raise ArgumentError(f"measure is {measure!r}, which {source.questionnaire.id} does not have.")
    return source.measures[measure]


def _category(measure: Measure, category: str | None) -> str:
    known = ", ".join(measure.categories)
    if category is None and len(measure.categories) > 1:
        raise ArgumentError(f"category is missing: {measure.id} has {known}; name one.")
    if category is not None and category not in measure.categories:
        raise ArgumentError(f"category is {category!r}; {measure.id} has only {known}.")
    return category or measure.categories[0]


def _band(measure: Measure, age_band: str) -> str:
    if age_band not in (ALL, *measure.asked):
        known = ", ".join(measure.asked)
        raise ArgumentError(f"age_band is {age_band!r}; {measure.id} is asked of {known}.")
    return measure.asked[0] if age_band == ALL and len(measure.asked) == 1 else age_band


def _places(source: Tally) -> list[tuple[str, str]]:
    """Return the areas, each with its wave, in the order of the alphabet."""
    held = {(area, wave) for area, wave, *_ in source.table(()).keys}
    places = sorted(held, key=lambda place: (fold(place[0]), place))
    several = sorted(area for area, number in Counter(area for area, _ in places).items() if number > 1)
    if several:
        shown = ", ".join(map(repr, several[:3])) + (", …" if len(several) > 3 else "")
        raise ArgumentError(f"source holds several waves of {shown}; take one with Tally.only.")
    times = sorted(time for _, wave in places if (time := wave_time(wave)) is not None)
    if times and times[-1] - times[0] > YEARS_APART:
        raise ArgumentError(
            f"source holds waves more than {YEARS_APART} years apart; areas are compared at about one time."
        )
    return places


def _why_nobody(measure: Measure, band: str, answered: bool) -> str:
    if answered and band == ALL:
        return (
            f"No area has a share of all age bands for {measure.id}: they were not asked it alike, or only "
            "one of them was. Name an age band."
        )
    return f"Nobody in {'any age band' if band == ALL else band} answered {measure.id}."


def _rows(
    figures: Sequence[Any], places: Sequence[tuple[str, str]], band: str, own: str | None
) -> list[dict[str, Any]]:
    """Return a row for each area, with the reason why it cannot be placed."""
    shares = {row.area: row for row in figures if row.age_band == band}
    asked = {row.area for row in figures}
    pooled = _usual_bands(shares, own)
    rows = []
    for area, wave in places:
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {"area": area, "wave": wave, "own": area == own, "reason": ""}
        found = shares.get(area)
        if found is None:
            row["reason"] = "age_bands" if area in asked and band == ALL else "not_asked"
        else:
            names = ("n", "count", "share", "lower", "upper", "age_bands")
            row |= {name: getattr(found, name) for name in names}
            row["reason"] = _why_not(found, pooled)
        rows.append(row)
    return rows


def _usual_bands(shares: dict[str, Any], own: str | None) -> str:
    """Return the age bands that areas must have to be compared: ours, or else those of most areas."""
    if own in shares:
        return str(shares[own].age_bands)
    numbers = Counter(row.age_bands for row in shares.values())
    return str(min(numbers, key=lambda bands: (-numbers[bands], bands)))


def _why_not(row: Any, pooled: str) -> str:
    if row.age_bands != pooled:
        return "age_bands"
    return "" if row.n >= MINIMUM_BASE else "small_base" if row.n else "no_base"


def _predicted(counts: Any, ns: Any, used: Any, found: Funnel) -> Floats:
    """Return p of each area as one more area like those used, from which the funnel comes."""
    n, share = ns.astype(np.float64), counts / ns
    if found.scale == "arcsine":
        error, away = 1 / (2 * np.sqrt(n)), np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(found.theta))
    else:
        error, away = np.sqrt(found.theta * (1 - found.theta) / n), share - found.theta
    areas, weights = int(used.sum()), 1 / error[used] ** 2
    excess = areas * found.phi / KEPT - (areas - 1)
    between = np.maximum(excess, 0) / (weights.sum() - np.sum(weights**2) / weights.sum())
    of_level = np.sum((n[used] / n[used].sum()) ** 2 * (error[used] ** 2 + between))
    away = np.abs(away) / np.sqrt(error**2 + between + of_level)
    return np.asarray(2 * stdtr(areas - 2, -away) if areas >= AREAS_NEEDED else np.full(n.size, np.nan))


def _judge(rows: Sequence[dict[str, Any]], found: Funnel, p: Floats, higher_is_better: bool | None) -> None:
    """Place the areas. Changes the rows in place."""
    q = np.full(len(rows), np.nan)
    for one in (True, False):
        family = np.array([row["own"] is one for row in rows])
        if family.any():
            q[family] = adjust(p[family])
    for i, row in enumerate(rows):
        row["z"] = float(found.z[i])
        if np.isnan(found.z_adjusted[i]):
            row["reason"] = "few_areas"
            continue
        z = float(found.z_adjusted[i])
        row |= {"z_adjusted": z, "p": float(p[i]), "q": float(q[i])}
        row |= dict(zip(("position", "reason"), _position(abs(z), row["q"]), strict=True))
        row["side"] = "" if z == 0 else ABOVE if z > 0 else BELOW
        if higher_is_better is not None and z:
            row["favourable"] = (z > 0) == higher_is_better
        row.update(_limits(found, row["n"]))


def _position(away: float, q: float) -> tuple[str, str]:
    """Return the position and its reason: far out, and still so for one of so many."""
    if away <= BEYOND[UNUSUAL]:
        return USUAL, ""
    if q > ALPHA:
        return USUAL, "one_of_many"
    return (VERY_UNUSUAL if away > BEYOND[VERY_UNUSUAL] else UNUSUAL), ""


def _limits(found: Funnel, n: int) -> dict[str, float]:
    """Return the limits for an area of this size; none where everybody or nobody elsewhere counts."""
    if not 0 < found.theta < 1:
        return {}
    limits: dict[str, float] = {}
    for name, confidence in LIMITS.items():
        ends = funnel_limits(found.theta, n, tau=found.tau, scale=found.scale, confidence=confidence)
        limits |= {f"lower_{name}": float(ends.lower), f"upper_{name}": float(ends.upper)}
    return limits
