"""Shares as they would be with another mix of ages, such as that of the children we are compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError
from brightspots.findings.estimates import ALL, LOW_BASE, as_tally, estimate
from brightspots.statistics import proportion_interval, standardise_direct
from brightspots.statistics.standardisation import HEAVY_STRATUM, MINIMUM_ANSWERS
from brightspots.tables import Table
from brightspots.tallies.tally import refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

ADDS_UP_TO_ONE = 0.01

COLUMNS = (
    "area", "wave", "domain", "measure", "category", "age_bands", "n", "count", "share", "lower", "upper",
    "crude_share", "crude_lower", "crude_upper", "n_effective", "confidence", "low_base", "reason",
)  # fmt: skip


class Standardised(Table):
    """Shares with a stated mix of ages, the share as it is beside each. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind them.
    mix : dict of age band to float
        The share of each age band in the mix.
    """

    title = "Shares with a stated mix of ages"
    source: Tally
    mix: dict[str, float]


def standardise(
    source: Survey | Tally,
    mix: Mapping[str, float],
    *,
    measures: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Standardised:
    """Work out shares as they would be with a stated mix of age bands.

    The shares of the age bands are averaged by the mix, so that a council with many teenagers can be set
    beside one with few. Only for measures asked alike in all bands of the mix, with the same counted answers.

    Parameters
    ----------
    source : Survey or Tally
        The answers, or their counts.
    mix : mapping of age band to float
        Shares that add up to 1, or numbers of children, such as a benchmark's. Say in print whose mix it is.
    measures : sequence of str, optional
        Ids of the measures wanted; all that were asked alike by default.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Standardised
        A `Table` with the columns ``area wave domain measure category age_bands n count share lower upper
        crude_share crude_lower crude_upper n_effective confidence low_base reason``. `share` is that with the
        mix, `crude_share` that of the same children as they are (Wilson). Without a share, the reason is
        ``small_base``: a band with 5% of the mix or more has fewer than 10 answers, or one with less none.

    Raises
    ------
    ArgumentError
        If the mix makes no sense, or a measure is not known or was not asked alike in all of its bands. If
        `source` holds pooled waves.

    References
    ----------
    Keyfitz 1966, Sampling variance of standardized mortality rates.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=300, seed=1)
    >>> [row] = bs.standardise(survey, {"8-11": 0.4, "11-18": 0.6}, measures=["likes_school"])
    >>> row.age_bands, row.lower <= row.share <= row.upper
    ('8-11, 11-18', True)
    """
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence is {confidence!r}; give a number between 0 and 1.")
    counted = as_tally(source)
    refuse_pooled(counted, "source", "a mix of ages is of one time")
    shares = _shares(mix, counted.questionnaire)
    bands = tuple(band for band in counted.questionnaire.band if band in shares)
    alike = [m.id for m in counted.measures.values() if m.same_in(bands)]
    for name in measures if measures is not None else ():
        if name in counted.measures and name not in alike:
            raise ArgumentError(
                f"measures names {name!r}, which was not asked alike in {', '.join(bands)}: it has no share "
                "over them."
            )
    cells: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for row in estimate(counted, measures=alike if measures is None else measures):
        if row.age_band != ALL:
            cells.setdefault((row.area, row.wave, row.measure, row.category), {})[row.age_band] = row
    rows = [
        _row(place, counted.measures[place[2]], [by_band.get(band) for band in bands], shares, confidence)
        for place, by_band in cells.items()
        if set(by_band) & set(bands)
    ]
    result = Standardised.from_rows(rows, COLUMNS)
    result.source, result.mix = counted, shares
    return result


def _shares(mix: Any, questionnaire: Questionnaire) -> dict[str, float]:
    """Read a mix as shares, in the questionnaire's order of the bands."""
    if not isinstance(mix, Mapping) or len(mix) < 2:
        raise ArgumentError("mix is no mapping of two or more age bands to shares or numbers of children.")
    for band, part in mix.items():
        if band not in questionnaire.band:
            known = ", ".join(questionnaire.band)
            raise ArgumentError(f"mix names the age band {band!r}; {questionnaire.id} has {known}.")
        number = isinstance(part, int | float) and not isinstance(part, bool)
        if not number or not math.isfinite(part) or part < 0:
            raise ArgumentError(f"mix[{band!r}] is {part!r}; give a share or a number of children.")
    total = math.fsum(mix.values())
    if total == 0 or (max(mix.values()) <= 1 and abs(total - 1) > ADDS_UP_TO_ONE):
        raise ArgumentError(
            f"mix adds up to {total:.4g}; shares add up to 1, and numbers of children to more."
        )
    return {band: mix[band] / total for band in questionnaire.band if band in mix}


def _row(
    place: tuple[str, str, str, str],
    measure: Measure,
    figures: Sequence[Any],
    shares: Mapping[str, float],
    confidence: float,
) -> dict[str, Any]:
    ns = [0 if one is None else one.n for one in figures]
    counts = [0 if one is None else one.count for one in figures]
    weights = list(shares.values())
    n, count = sum(ns), sum(counts)
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= dict(zip(("area", "wave", "measure", "category"), place, strict=True))
    row |= {
        "domain": measure.domain,
        "age_bands": ", ".join(shares),
        "n": n,
        "count": count,
        "confidence": confidence,
        "low_base": n < LOW_BASE,
        "reason": "",
    }
    if n:
        crude = proportion_interval(count, n, confidence=confidence)
        row |= {"crude_share": count / n, "crude_lower": crude.lower, "crude_upper": crude.upper}
    if any(
        (n < MINIMUM_ANSWERS and w >= HEAVY_STRATUM) or (n == 0 < w) for n, w in zip(ns, weights, strict=True)
    ):
        return row | {"reason": "small_base"}
    found = standardise_direct(counts, ns, weights, confidence=confidence)
    return row | {
        "share": found.share,
        "lower": found.lower,
        "upper": found.upper,
        "n_effective": found.n_effective,
    }
