"""A share and its interval: for the process behind the answers, and for one finite group."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from scipy.special import betainc, betaincinv, ndtri

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import (
    base,
    counts_out_of,
    each_distinct,
    numbers,
    one_of,
    plain,
    refuse,
    shares,
    tail_of,
    together,
)
from brightspots.statistics._distributions import beta_binomial, hypergeometric

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

    LowerLimit: TypeAlias = Callable[..., Floats]

Method = Literal["wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull"]
FiniteMethod = Literal["hyper_midp", "hyper_exact", "wilson_fpc", "bb_jeffreys"]

_FRACTIONS_ALLOWED = ("wilson", "agresti_coull", "wilson_fpc")
_BISECTIONS = 60


class Interval(NamedTuple):
    """Two limits: floats for single numbers, arrays for arrays."""

    lower: Outcome
    upper: Outcome


def proportion_interval(
    count: ArrayLike,
    n: ArrayLike,
    *,
    confidence: float = 0.95,
    method: Method | FiniteMethod = "wilson",
    population: ArrayLike | None = None,
) -> Interval:
    """Interval for the share ``count / n``.

    The default, Wilson's score interval, keeps its coverage when groups are small or when nearly everyone
    gives the same answer, which is where the textbook interval fails. It describes the process behind the
    answers, so it does not shrink when most of a group answered.

    To describe one finite group as it was, such as the children in care in one month, give its size as
    `population` and choose a finite method. That treats those who answered as a random sample of the group,
    and the text beside the figure has to say so.

    Parameters
    ----------
    count : int or array-like
        How many count, from 0 to `n`. For ``wilson``, ``agresti_coull`` and ``wilson_fpc`` it may be a
        fraction: a weighted share times the effective number of answers.
    n : int or array-like
        How many answered. Where it is 0 both limits are NaN: there is no base.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.
    method : str, default "wilson"
        For the process: ``wilson``; ``agresti_coull``; ``jeffreys`` (Bayes, flat on the arcsine scale);
        ``midp``; ``clopper_pearson`` (coverage guaranteed). For a finite group: ``hyper_midp``, the default
        choice there; ``hyper_exact`` (coverage guaranteed); ``wilson_fpc`` (for weighted shares);
        ``bb_jeffreys`` (Bayes).
    population : int or array-like, optional
        Size of the finite group, at least `n`. Needed by the finite methods and by no other. For
        ``wilson_fpc`` it may be a fraction, for the size that goes with an effective number of answers.

    Returns
    -------
    Interval
        ``.lower`` and ``.upper``, shares from 0 to 1: floats, or arrays of the shape to which the arguments
        broadcast.

    Raises
    ------
    ArgumentError
        If a count is negative or above its `n`, `n` is above `population`, a number is not whole where it
        has to be, shapes do not match, or the method and `population` do not fit together.

    References
    ----------
    Wilson 1927; Clopper & Pearson 1934; Agresti & Coull 1998; Brown, Cai & DasGupta 2001, Interval
    estimation for a binomial proportion; Buonaccorsi 1987, A note on confidence intervals for proportions
    in finite populations.

    Examples
    --------
    >>> lower, upper = proportion_interval(13, 40)
    >>> f"{lower:.3f} to {upper:.3f}"
    '0.201 to 0.480'
    >>> proportion_interval([0, 3], [12, 30]).upper.round(4)
    array([0.2425, 0.2562])
    >>> lower, upper = proportion_interval(60, 300, method="hyper_midp", population=690)
    >>> f"{lower:.4f} to {upper:.4f}"
    '0.1681 to 0.2348'
    """
    one_of("method", method, get_args(Method) + get_args(FiniteMethod))
    tail = tail_of(confidence)
    whole = method not in _FRACTIONS_ALLOWED
    counts, ns = counts_out_of("count", count, "n", n, whole=whole)
    lower_limit: LowerLimit
    if method in _LOWER:
        if population is not None:
            raise ArgumentError(f"population is given, and method {method!r} does not use it: leave it out.")
        lower_limit = _LOWER[method]
    else:
        if population is None:
            raise ArgumentError(f"population is missing: method {method!r} needs the size of the group.")
        group = numbers("population", population, low=0, whole=whole)
        counts, ns, group = together({"count": counts, "n": ns, "population": group})
        refuse("n", ns, ns > group, "more answers than there are people in population", group)
        lower_limit = partial(_FINITE_LOWER[method], population=group)
    answered = base(ns)
    lower = lower_limit(counts, answered, tail)
    upper = np.maximum(1 - lower_limit(answered - counts, answered, tail), lower)
    return Interval(plain(lower), plain(upper))


def worth_of_interval(share: ArrayLike, width: ArrayLike, *, confidence: float = 0.95) -> Outcome:
    """Find how many answers a published interval is worth: those whose Wilson interval is as wide.

    A survey that is no simple random sample says less than its number of answers suggests; the interval that
    is published with a figure tells how much.

    Parameters
    ----------
    share : float or array-like
        The published share, from 0 to 1.
    width : float or array-like
        Upper less lower limit, above 0 and at most 1.
    confidence : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    float or numpy.ndarray
        The effective number of answers, which need not be whole; 0 for an interval from 0 to 1.

    Raises
    ------
    ArgumentError
        If a share or a width lies outside 0 to 1, a width is 0, or shapes do not match.

    Notes
    -----
    With x = z²/n Wilson's width w solves w²(1 + x)² = 4p(1 - p)x + x², a quadratic in x.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference; Franco, Little, Louis &
    Slud 2019, on effective sample sizes in it.

    Examples
    --------
    >>> lower, upper = proportion_interval(255, 300)
    >>> round(worth_of_interval(0.85, upper - lower), 6)
    300.0
    """
    z = -ndtri(tail_of(confidence))
    p, w = together({"share": shares("share", share), "width": shares("width", width)})
    refuse("width", w, w == 0, "an interval without width would be worth endless answers")
    spread, square = 4 * p * (1 - p), w**2
    half = spread / 2 - square
    x = square / base(half + np.sqrt(half**2 + (1 - square) * square))
    return plain(np.where(square < 1, z**2 / x, 0.0))


def wilson_lower(count: Floats, n: Floats, tail: float) -> Floats:
    """Wilson's lower limit; the upper one is its mirror image, as for every method here."""
    z, share = -ndtri(tail), count / n
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.where(count == 0, 0 * n, (centre - half) / (1 + z**2 / n))


def _agresti_coull_lower(count: Floats, n: Floats, tail: float) -> Floats:
    z = -ndtri(tail)
    size = n + z**2
    share = (count + z**2 / 2) / size
    return np.maximum(0, share - z * np.sqrt(share * (1 - share) / size))


def _clopper_pearson_lower(count: Floats, n: Floats, tail: float) -> Floats:
    return np.where(count == 0, 0 * n, betaincinv(np.maximum(count, 1), n - count + 1, tail))


def _jeffreys_lower(count: Floats, n: Floats, tail: float) -> Floats:
    return np.where(count == 0, 0 * n, betaincinv(count + 0.5, n - count + 0.5, tail))


def _midp_lower(count: Floats, n: Floats, tail: float) -> Floats:
    low, high = np.zeros_like(n), np.ones_like(n)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        from_here = betainc(np.maximum(count, 1), n - count + 1, middle)
        above = np.where(count == n, 0, betainc(count + 1, np.maximum(n - count, 1), middle))
        enough = (from_here + above) / 2 > tail
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(count == 0, 0 * n, low)


def _wilson_fpc_lower(count: Floats, n: Floats, tail: float, population: Floats) -> Floats:
    unseen = population - n
    size = n * (population - 1) / base(unseen)
    lower = np.where(unseen > 0, wilson_lower(count / n * size, size, tail), count / n)
    return np.maximum(lower, count / population)


def _hyper_lower(count: Floats, n: Floats, tail: float, population: Floats, *, mid: bool) -> Floats:
    def smallest(k: float, size: float, total: float) -> float:
        """Bisect for the fewest positives that make `k` or more of them likely enough."""
        if np.isnan(size):
            return np.nan
        low, high = int(k) - 1, int(total - size + k)
        while high - low > 1:
            middle = (low + high) // 2
            probabilities = hypergeometric(total, middle, size)[int(k) :]
            enough = probabilities.sum() - (probabilities[0] / 2 if mid else 0) > tail
            low, high = (low, middle) if enough else (middle, high)
        return high / total

    return each_distinct(smallest, count, n, population)


def _bb_jeffreys_lower(count: Floats, n: Floats, tail: float, population: Floats) -> Floats:
    def quantile(k: float, size: float, total: float) -> float:
        if np.isnan(size) or k == 0:
            return 0 * size
        below = np.cumsum(beta_binomial(total - size, k + 0.5, size - k + 0.5))
        return (k + float(np.searchsorted(below, tail))) / total

    return each_distinct(quantile, count, n, population)


_LOWER: dict[str, LowerLimit] = {
    "wilson": wilson_lower,
    "agresti_coull": _agresti_coull_lower,
    "clopper_pearson": _clopper_pearson_lower,
    "jeffreys": _jeffreys_lower,
    "midp": _midp_lower,
}
_FINITE_LOWER: dict[str, LowerLimit] = {
    "hyper_midp": partial(_hyper_lower, mid=True),
    "hyper_exact": partial(_hyper_lower, mid=False),
    "wilson_fpc": _wilson_fpc_lower,
    "bb_jeffreys": _bb_jeffreys_lower,
}
