"""What those who did not answer could change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.statistics._checks import base, counts_out_of, numbers, plain, refuse, shares, together
from brightspots.statistics.proportions import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome


class TippingPoint(NamedTuple):
    """What the others would have to be like: their share, and its odds against those of the ones seen."""

    share: Outcome
    odds_ratio: Outcome


def worst_case_limits(count: ArrayLike, n: ArrayLike, population: ArrayLike) -> Interval:
    """Limits of the whole group's share if all the others had said no, or all had said yes.

    They hold whatever made people answer or not, and they are wide, which is the honest thing to say about
    a low response rate.

    Parameters
    ----------
    count : float or array-like
        How many count, from 0 to `n`.
    n : float or array-like
        How many answered, up to `population`. Where it is 0 both limits are NaN.
    population : float or array-like
        Size of the whole group.

    Returns
    -------
    Interval
        ``.lower`` and ``.upper``, shares from 0 to 1.

    Raises
    ------
    ArgumentError
        If a number is negative, not whole or above the one it is out of, or shapes do not match.

    References
    ----------
    Horowitz & Manski 1998, Censoring of outcomes and regressors due to survey nonresponse.

    Examples
    --------
    >>> lower, upper = worst_case_limits(60, 300, 690)
    >>> f"{lower:.3f} to {upper:.3f}"
    '0.087 to 0.652'
    """
    k, m, everyone = _seen(count, n, population)
    whole, unseen = base(everyone), everyone - base(m)
    return Interval(plain((k + 0 * unseen) / whole), plain((k + unseen) / whole))


def tipping_point(count: ArrayLike, n: ArrayLike, population: ArrayLike, share: ArrayLike) -> TippingPoint:
    """Find the share of those who did not answer that would bring the whole group to `share`.

    If that is far from the share of those who answered, the finding is hard to explain away by who
    answered.

    Parameters
    ----------
    count : float or array-like
        How many count, from 0 to `n`.
    n : float or array-like
        How many answered, up to `population`.
    population : float or array-like
        Size of the whole group.
    share : float or array-like
        The whole group's share to be reached, from 0 to 1: a benchmark, say.

    Returns
    -------
    TippingPoint
        ``.share`` of the others, and ``.odds_ratio``, their odds over the odds of those who answered. NaN
        where no share of the others would do, or there are no others, or no one answered.

    Raises
    ------
    ArgumentError
        If a number is negative, not whole or above the one it is out of, a share lies outside 0 to 1, or
        shapes do not match.

    Examples
    --------
    >>> point = tipping_point(60, 300, 690, 0.25)
    >>> round(point.share, 3), round(point.odds_ratio, 2)
    (0.288, 1.62)
    """
    seen, answered, group = _seen(count, n, population)
    k, m, everyone, target = together(
        {"count": seen, "n": base(answered), "population": group, "share": shares("share", share)}
    )
    needed = (target * everyone - k) / base(everyone - m)
    needed = np.where((needed >= 0) & (needed <= 1), needed, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds_ratio = needed / (1 - needed) / (k / (m - k))
    return TippingPoint(plain(needed), plain(odds_ratio))


def selection_error(n: ArrayLike, population: ArrayLike, share: ArrayLike, correlation: ArrayLike) -> Outcome:
    """Error of a share when answering the survey and the answer are correlated.

    Meng's data defect: the correlation, times the square root of those unseen for each one seen, times the
    standard deviation. A correlation of 0.05, too small to notice, moves a 20% share by 2 points when 300
    of 690 answer.

    Parameters
    ----------
    n : float or array-like
        How many answered, up to `population`. Where it is 0 the error is NaN.
    population : float or array-like
        Size of the whole group.
    share : float or array-like
        The whole group's share, from 0 to 1.
    correlation : float or array-like
        Correlation between answering at all and counting, from -1 to 1.

    Returns
    -------
    float or numpy.ndarray
        Error as a difference of shares, with the sign of `correlation`.

    Raises
    ------
    ArgumentError
        If a number lies outside its range, or shapes do not match.

    References
    ----------
    Meng 2018, Statistical paradises and paradoxes in big data (I).

    Examples
    --------
    >>> (100 * selection_error(300, 690, 0.2, [0.02, 0.05])).round(1)
    array([0.9, 2.3])
    """
    m, everyone = counts_out_of("n", n, "population", population)
    m, everyone, p, rho = together(
        {
            "n": m,
            "population": everyone,
            "share": shares("share", share),
            "correlation": numbers("correlation", correlation, low=-1, high=1),
        }
    )
    return plain(rho * np.sqrt((everyone - m) / base(m)) * np.sqrt(p * (1 - p)))


def _seen(count: ArrayLike, n: ArrayLike, population: ArrayLike) -> tuple[Floats, ...]:
    k, m = counts_out_of("count", count, "n", n)
    everyone = numbers("population", population, low=0, whole=True)
    k, m, everyone = together({"count": k, "n": m, "population": everyone})
    refuse("n", m, m > everyone, "more answers than there are people in population", everyone)
    return k, m, everyone
