"""Means of the 0-10 scales, from how many gave each score, with the shares of the four bands beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.estimates import ALL, BEFORE_TRAITS, as_tally, estimate
from brightspots.questionnaire.model import SCORES
from brightspots.statistics import scale_mean, weighted_scale_mean
from brightspots.tables import Table
from brightspots.tallies.tally import WEIGHT_UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Grouping, Tally

SMALLEST = 10

BEFORE = tuple(name for name in BEFORE_TRAITS if name != "category")
AFTER = (
    "n", "mean", "lower", "upper", "standard_deviation", "confidence", "high_is", "low", "medium", "high",
    "very_high", "low_base", "weighted", "n_effective", "unweighted_mean", "age_bands", "reason",
)  # fmt: skip


class Means(Table):
    """Means of 0-10 scales with intervals, one row a scale, age band and group. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind them.
    by : tuple of groupings
        The groupings asked for.
    """

    title = "Means"
    source: Tally
    by: tuple[Grouping, ...]


def estimate_means(
    source: Survey | Tally,
    *,
    by: Sequence[str] | Sequence[Sequence[str]] = (),
    measures: Sequence[str] | None = None,
    confidence: float = 0.95,
    weights: Literal["given"] | None = None,
) -> Means:
    """Estimate the mean of every 0-10 scale.

    A mean is of the scores as they were asked: a high mean of anxiety is bad, and `high_is` says so. The
    shares of the four bands beside it are of wellbeing, so that `low` is always bad.

    Parameters
    ----------
    source : Survey or Tally
        The answers, or their counts.
    by : sequence of str, or sequence of sequences of str
        Traits to break down by, as for `estimate`.
    measures : sequence of str, optional
        Ids of the 0-10 scales wanted; all by default.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    weights : "given", optional
        Weight by the weights that the answers came with.

    Returns
    -------
    Means
        A `Table` with the columns ``area wave age_band domain measure``, one for each trait in `by`, then ``n
        mean lower upper standard_deviation confidence high_is low medium high very_high low_base weighted
        n_effective unweighted_mean age_bands reason``; means and their limits in scores from 0 to 10, the
        bands as shares. Rows with age band ``all`` pool the bands that were asked. Without a mean, the reason
        is ``small_base`` (fewer than 10 answers) or ``no_scores`` (counts typed from a report, which gives
        bands only); without limits it is ``no_spread`` (all gave one score, which says nothing of the error).
        `low_base` marks fewer than 30.

    Raises
    ------
    ArgumentError
        If a trait is not known, a measure is no 0-10 scale, or there are no weights.
    TallyError
        If a tally does not hold the traits in `by`.

    References
    ----------
    Student 1908, The probable error of a mean; with weights Binder 1983, On the variances of asymptotically
    normal estimators from complex surveys, and Kish 1965.

    Examples
    --------
    >>> import brightspots as bs
    >>> means = bs.estimate_means(bs.make_survey(respondents=300, seed=1), measures=["life_satisfaction"])
    >>> all(row.lower <= row.mean <= row.upper for row in means)
    True
    """
    if weights not in (None, "given"):
        raise ArgumentError(f"weights is {weights!r}; give 'given', or leave it out.")
    counted = as_tally(source, by)
    scales = [m.id for m in counted.measures.values() if m.kind == "scale"]
    for name in () if measures is None or isinstance(measures, str) else measures:
        if name in counted.measures and name not in scales:
            raise ArgumentError(f"measures names {name!r}, which is no 0-10 scale; there are: {scales}.")
    wanted = scales if measures is None else measures
    bands = estimate(counted, by=by, measures=wanted, confidence=confidence, weights=weights)
    traits = tuple(dict.fromkeys(trait for grouping in bands.by for trait in grouping))
    for trait in traits:
        if trait in AFTER:
            raise ArgumentError(f"by names {trait!r}, which is a column already; give the trait another id.")
    figures: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in bands:
        place = tuple(getattr(row, name) for name in (*BEFORE, *traits))
        figures.setdefault(place, {})[row.category] = row
    rows = [_row(counted, place, by_band, traits, confidence) for place, by_band in figures.items()]
    result = Means.from_rows(rows, (*BEFORE, *traits, *AFTER))
    result.source, result.by = counted, bands.by
    return result


def _row(
    source: Tally,
    place: tuple[Any, ...],
    by_band: Mapping[str, Any],
    traits: Sequence[str],
    confidence: float,
) -> dict[str, Any]:
    any_band = next(iter(by_band.values()))
    measure = source.measures[any_band.measure]
    row: dict[str, Any] = dict.fromkeys(AFTER)
    row |= dict(zip((*BEFORE, *traits), place, strict=True))
    row |= {band.replace(" ", "_"): figure.share for band, figure in by_band.items()}
    row |= {
        "n": any_band.n,
        "confidence": confidence,
        "high_is": "good" if measure.higher_is_better else "bad",
        "low_base": any_band.low_base,
        "weighted": any_band.weighted,
        "age_bands": any_band.age_bands,
        "reason": "",
    }
    ns, weights, squares = _scores(source, any_band, traits)
    if ns.sum() < any_band.n:
        return row | {"reason": "no_scores"}
    if any_band.n < SMALLEST:
        return row | {"reason": "small_base"}
    effect = source.pooling_effect((any_band.area, any_band.wave))
    found = weighted_scale_mean(ns, weights, squares * effect, confidence=confidence)
    row |= {"mean": found.mean, "n_effective": found.n, "unweighted_mean": scale_mean(ns).mean}
    if found.standard_deviation == 0:  # all gave one score: that leaves no error to reckon with, not none
        return row | {"standard_deviation": 0.0, "reason": "no_spread"}
    return row | {
        "lower": max(0.0, found.lower),
        "upper": min(10.0, found.upper),
        "standard_deviation": found.standard_deviation,
    }


def _scores(source: Tally, row: Any, traits: Sequence[str]) -> tuple[Any, Any, Any]:
    """Return how many gave each score, and the sums of their weights and squares, for a row of estimates."""
    grouping = tuple(trait for trait in traits if getattr(row, trait) != ALL)
    table = source.table(grouping)
    levels = tuple(getattr(row, trait) for trait in grouping)
    wanted = {(row.area, row.wave, band, *levels) for band in row.age_bands.split(", ")}
    keys = [i for i, key in enumerate(table.keys) if key in wanted]
    columns = [source.columns[(row.measure, score)] for score in SCORES]
    ns = table.counts[np.ix_(keys, columns)].sum(axis=0)
    if not row.weighted or table.weights is None:
        return ns, ns, ns
    weights, squares = table.weights[:, keys][:, :, columns].sum(axis=1)
    return ns, weights / WEIGHT_UNITS, squares / WEIGHT_UNITS**2
