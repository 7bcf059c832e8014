"""Tests of a share: against a published percentage, and against another group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from scipy.special import ndtr

from brightspots.statistics._checks import (
    base,
    counts_out_of,
    each_distinct,
    one_of,
    plain,
    shares,
    together,
    two_groups,
)
from brightspots.statistics._distributions import binomial, hypergeometric, minimum_likelihood

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

FixedMethod = Literal["midp", "exact", "score"]
TwoSampleMethod = Literal["midp", "n_minus_1"]


def fixed_test(
    count: ArrayLike,
    n: ArrayLike,
    share: ArrayLike,
    *,
    rounded_to: ArrayLike | None = None,
    method: FixedMethod = "midp",
) -> Outcome:
    """Two-sided p of a share against a published one of which no sample size is known.

    The binomial probability of every result less likely than the one seen, and half of those as likely
    (mid-P, minimum likelihood). A published percentage is nearly always rounded: "90%" may stand for
    anything from 89.5% to 90.5%. Give the step as `rounded_to` and the benefit of that doubt goes to "no
    difference": the test is against the nearest edge, and p is 1 between the edges.

    Parameters
    ----------
    count : int or array-like
        How many count, from 0 to `n`. Fractions are taken with ``method="score"`` only.
    n : int or array-like
        How many answered. Where it is 0, p is NaN.
    share : float or array-like
        The published share, from 0 to 1. A published 0 or 1 that is not rounded allows no test, as one
        contrary answer would refute it and none could confirm it, so p is NaN: show the gap alone.
    rounded_to : float or array-like, optional
        Step to which `share` was rounded, itself a share: 0.01 for whole percentages. 0, or left out, if it
        was not rounded.
    method : str, default "midp"
        ``midp``; ``exact`` (without halving); ``score`` (normal approximation, for weighted shares on an
        effective number of answers).

    Returns
    -------
    float or numpy.ndarray
        p from 0 to 1.

    Raises
    ------
    ArgumentError
        If a count is negative or above `n`, a share or a step lies outside 0 to 1, a number is not whole
        where it has to be, or shapes do not match.

    References
    ----------
    Brown, Cai & DasGupta 2001, Interval estimation for a binomial proportion; Agresti 2013, Categorical
    data analysis.

    Examples
    --------
    >>> round(fixed_test(258, 300, 0.90), 4)
    0.0234
    >>> round(fixed_test(258, 300, 0.90, rounded_to=0.01), 4)
    0.0532
    >>> fixed_test([270, 0], [300, 12], [0.90, 0.0], rounded_to=0.01)
    array([1., 1.])
    """
    one_of("method", method, get_args(FixedMethod))
    pair = counts_out_of("count", count, "n", n, whole=method != "score")
    k, m, published, step = together(
        {
            "count": pair[0],
            "n": pair[1],
            "share": shares("share", share),
            "rounded_to": shares("rounded_to", 0 if rounded_to is None else rounded_to),
        }
    )
    m = base(m)
    seen = k / m
    low, high = published - step / 2, published + step / 2
    inside = (step > 0) & (low <= seen) & (seen <= high)
    edge = np.clip(seen, low, high)
    testable = ~inside & (edge > 0) & (edge < 1) & ~np.isnan(m)
    against = np.where(testable, edge, np.nan)
    test = _score_p if method == "score" else _midp_p if method == "midp" else _exact_p
    return plain(np.where(inside, 1.0, test(k, m, against)))


def two_sample_test(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    *,
    method: TwoSampleMethod = "midp",
) -> Outcome:
    """Two-sided p of the difference between two separate groups' shares.

    Fisher's test with the mid-P correction: given how many count in both groups together, the probability
    of every split less likely than the one seen, and half of those as likely. It keeps the error near 5% in
    small groups, where Fisher's own test is far too cautious and the textbook z test raises false alarms.

    Parameters
    ----------
    count1, count2 : int or array-like
        How many count in each group, from 0 to that group's `n`. Fractions are taken with
        ``method="n_minus_1"`` only.
    n1, n2 : int or array-like
        How many answered in each group. Where either is 0, p is NaN.
    method : str, default "midp"
        ``midp``; ``n_minus_1`` (Campbell's chi-squared, for weighted shares on effective numbers of
        answers).

    Returns
    -------
    float or numpy.ndarray
        p from 0 to 1; exactly 1 where everyone counts in both groups, or no one does.

    Raises
    ------
    ArgumentError
        If a count is negative or above its `n`, a number is not whole where it has to be, or shapes do not
        match.

    References
    ----------
    Lydersen, Fagerland & Laake 2009, Recommended tests for association in 2x2 tables; Campbell 2007,
    Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample recommendations.

    Examples
    --------
    >>> round(two_sample_test(175, 250, 234, 300), 4)
    0.0353
    >>> two_sample_test(85, 100, [95, 85], 100).round(4)
    array([0.0199, 0.9217])
    """
    one_of("method", method, get_args(TwoSampleMethod))
    whole = method == "midp"
    k1, n1, k2, n2 = two_groups(count1, n1, count2, n2, whole=whole)
    m1, m2 = base(n1), base(n2)
    return plain(each_distinct(_fisher_midp, k1, m1, k2, m2) if whole else _n_minus_1_p(k1, m1, k2, m2))


def _midp_p(k: Floats, n: Floats, share: Floats) -> Floats:
    return each_distinct(lambda *row: _binomial_p(*row, mid=True), k, n, share)


def _exact_p(k: Floats, n: Floats, share: Floats) -> Floats:
    return each_distinct(lambda *row: _binomial_p(*row, mid=False), k, n, share)


def _binomial_p(k: float, n: float, share: float, *, mid: bool) -> float:
    return np.nan if np.isnan(share) else minimum_likelihood(binomial(n, share), k, mid=mid)


def _score_p(k: Floats, n: Floats, share: Floats) -> Floats:
    return _two_sided((k / n - share) / np.sqrt(share * (1 - share) / n))


def _fisher_midp(k1: float, n1: float, k2: float, n2: float) -> float:
    total, positives = n1 + n2, k1 + k2
    if np.isnan(total):
        return np.nan
    if positives in (0, total):
        return 1.0
    return minimum_likelihood(hypergeometric(total, max(n1, positives), min(n1, positives)), k1)


def _n_minus_1_p(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Floats:
    total, positives = n1 + n2, k1 + k2
    spread = n1 * n2 * positives * (total - positives)
    gap = (k1 * n2 - k2 * n1) * np.sqrt(total - 1)
    return _two_sided(np.where(spread == 0, 0, gap / np.sqrt(np.where(spread == 0, 1, spread))))


def _two_sided(z: Floats) -> Floats:
    return np.asarray(2 * ndtr(-np.abs(z)))
