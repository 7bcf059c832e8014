"""How well the items of one scale hang together: alpha and omega."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import numbers, plain, tail_of
from brightspots.statistics.proportions import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

SMALLEST_UNIQUENESS = 0.005
"""Lower bound of an item's own variance in the factor model, as in R's factanal."""


class ItemSums(NamedTuple):
    """Sums over complete answers, which add up over any groups.

    ``n`` answers, ``totals`` of each item, and ``products``, the sums of every item times every item.
    """

    n: Floats
    totals: Floats
    products: Floats


def item_sums(answers: ArrayLike) -> ItemSums:
    """Add up what `alpha` and `omega_total` need from a table of answers.

    Parameters
    ----------
    answers : array-like
        One row for each person and one column for each item, all pointing the same way: reverse items such
        as anxiety first. NaN is a missing answer; only rows without any are used.

    Returns
    -------
    ItemSums
        ``.n``, ``.totals`` and ``.products``, which add up over groups.

    Raises
    ------
    ArgumentError
        If `answers` is not a table of numbers with two or more columns.

    Examples
    --------
    >>> item_sums([[1, 2], [3, 4], [5, float("nan")]]).products
    array([[10., 14.],
           [14., 20.]])
    """
    table = numbers("answers", answers, missing=True, dimensions=2)
    if table.shape[1] < 2:
        raise ArgumentError(f"answers has {table.shape[1]} columns: two items or more are needed.")
    complete = table[~np.isnan(table).any(axis=1)]
    return ItemSums(np.asarray(float(len(complete))), complete.sum(axis=0), complete.T @ complete)


def alpha(items: ArrayLike | ItemSums) -> Outcome:
    """Cronbach's alpha: the share of the summed scale's variance that its items have in common.

    A negative value nearly always means that an item was not reversed. Do not print it for fewer than 50
    answers.

    Parameters
    ----------
    items : array-like or ItemSums
        A table of answers as for `item_sums`, or the sums themselves (with leading dimensions, many at
        once).

    Returns
    -------
    float or numpy.ndarray
        At most 1; NaN with fewer than two complete answers or without any variance.

    Raises
    ------
    ArgumentError
        If `items` is not a table of numbers with two or more columns.

    References
    ----------
    Cronbach 1951, Coefficient alpha and the internal structure of tests.

    Examples
    --------
    >>> round(alpha([[8, 7, 9], [5, 6, 5], [9, 9, 10], [3, 2, 4]]), 3)
    0.978
    """
    covariance = _covariance(items)
    k = covariance.shape[-1]
    total = covariance.sum(axis=(-2, -1))
    own = np.trace(covariance, axis1=-2, axis2=-1)
    return plain(k / (k - 1) * (1 - own / np.where(total > 0, total, np.nan)))


def omega_total(items: ArrayLike | ItemSums) -> Outcome:
    """Omega total: like alpha, but the items may reflect what they share to different degrees.

    From a one-factor model of the standardised items, fitted by maximum likelihood.

    Parameters
    ----------
    items : array-like or ItemSums
        A table of answers as for `item_sums`, or the sums themselves, with three items or more.

    Returns
    -------
    float or numpy.ndarray
        From 0 to 1; NaN with fewer than two complete answers or where an item does not vary.

    Raises
    ------
    ArgumentError
        If `items` is not a table of numbers with three or more columns.

    References
    ----------
    McDonald 1999, Test theory: a unified treatment; Revelle & Zinbarg 2009, Coefficients alpha, beta, omega,
    and the glb; Rubin & Thayer 1982, EM algorithms for ML factor analysis.

    Examples
    --------
    >>> answers = [[8, 7, 9, 7], [5, 6, 5, 4], [9, 9, 10, 9], [3, 2, 4, 2], [7, 8, 7, 8], [6, 5, 6, 5]]
    >>> round(omega_total(answers), 3)
    0.981
    """
    covariance = _covariance(items)
    if covariance.shape[-1] < 3:
        raise ArgumentError(f"items has {covariance.shape[-1]} items: omega needs three or more.")
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    loadings, own = _one_factor(covariance / (spread[..., :, None] * spread[..., None, :]))
    common = loadings.sum(axis=-1) ** 2
    return plain(common / (common + own.sum(axis=-1)))


def reliability_interval(
    answers: ArrayLike,
    statistic: Callable[[ItemSums], Outcome] = alpha,
    *,
    confidence: float = 0.95,
    resamples: int = 999,
    seed: int = 0,
) -> Interval:
    """Bootstrap interval of `alpha` or `omega_total`: people are drawn again and again, with putting back.

    Parameters
    ----------
    answers : array-like
        One row for each person and one column for each item, as for `item_sums`.
    statistic : callable, default alpha
        `alpha` or `omega_total`.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.
    resamples : int, default 999
        How many times to draw.
    seed : int, default 0
        Start of the random numbers: the same seed gives the same interval.

    Returns
    -------
    Interval
        ``.lower`` and ``.upper``, percentiles of the resampled values.

    Raises
    ------
    ArgumentError
        If `answers` is not a table of numbers, no row is complete, or `resamples` is not a whole number
        from 1.

    References
    ----------
    Efron & Tibshirani 1993, An introduction to the bootstrap.

    Examples
    --------
    >>> answers = [[8, 7, 9], [5, 6, 5], [9, 9, 10], [3, 2, 4], [7, 8, 7], [6, 5, 6]] * 10
    >>> lower, upper = reliability_interval(answers)
    >>> bool(lower < alpha(answers) < upper)
    True
    """
    table = numbers("answers", answers, missing=True, dimensions=2)
    draws = int(numbers("resamples", resamples, low=1, whole=True, dimensions=0))
    tail = tail_of(confidence)
    complete = table[~np.isnan(table).any(axis=1)]
    if len(complete) == 0:
        raise ArgumentError("answers has no complete row: an interval needs some.")
    n = len(complete)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    products = np.einsum("bi,ij,ik->bjk", times, complete, complete, optimize=True)
    values = statistic(ItemSums(times.sum(axis=1), times @ complete, products))
    known = values[~np.isnan(values)]
    lower, upper = np.quantile(known, [tail, 1 - tail]) if known.size else (np.nan, np.nan)
    return Interval(float(lower), float(upper))


def _covariance(items: ArrayLike | ItemSums) -> Floats:
    sums = items if isinstance(items, ItemSums) else item_sums(items)
    n, totals, products = (np.asarray(part, dtype=np.float64) for part in sums)
    size = np.where(n > 1, n, np.nan)[..., None, None]
    return np.asarray((products - totals[..., :, None] * totals[..., None, :] / size) / (size - 1))


def _one_factor(correlation: Floats) -> tuple[Floats, Floats]:
    """Fit one factor to correlation matrices by the EM algorithm: loadings and own variances."""
    tolerance, most = 1e-10, 10_000
    shape = correlation.shape[:-1]
    matrices = correlation.reshape(-1, *correlation.shape[-2:])
    loadings = np.full(matrices.shape[:-1], 0.7)
    own = np.full(matrices.shape[:-1], 0.5)
    moving = np.arange(len(matrices))
    for _ in range(most):
        before, held = own[moving], loadings[moving]
        ratio = held / before
        score = ratio / (1 + (held * ratio).sum(axis=-1, keepdims=True))
        shared = (matrices[moving] @ score[..., None])[..., 0]
        left = 1 - (score * held).sum(axis=-1, keepdims=True)
        loadings[moving] = shared / ((score * shared).sum(axis=-1, keepdims=True) + left)
        own[moving] = np.maximum(1 - loadings[moving] * shared, SMALLEST_UNIQUENESS)
        moving = moving[np.abs(own[moving] - before).max(axis=-1) > tolerance]
        if not moving.size:
            break
    return loadings.reshape(shape), own.reshape(shape)
