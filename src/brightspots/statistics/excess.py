"""One group against the rest of a fixed whole: how surprising an excess is, and how much of it to believe."""

from __future__ import annotations

from functools import cache, reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import betaincinv

from brightspots.statistics._checks import (
    counts_out_of,
    inner_shares,
    numbers,
    plain,
    refuse,
    same_length,
    tail_of,
    together,
)
from brightspots.statistics._distributions import hypergeometric_window, mid_tail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from brightspots.statistics._checks import Floats, Outcome

    Numbers = NDArray[np.float64] | NDArray[np.int64]


class Shrunk(NamedTuple):
    """A share drawn towards the overall one, with its interval."""

    share: Outcome
    lower: Outcome
    upper: Outcome


def excess_table(n: int, positives: int, size: int) -> Floats:
    """One-sided mid-P of an excess for every count that a group of one size could have.

    Of `n` answers, `positives` count; a group holds `size` of the `n`. Were the group no different from the
    rest, its count would be hypergeometric. A search over many groups looks its p-values up here instead of
    testing each one.

    Parameters
    ----------
    n : int
        How many answered.
    positives : int
        How many of them count, up to `n`.
    size : int
        Size of the group, up to `n`.

    Returns
    -------
    numpy.ndarray
        ``P(X > k) + P(X = k) / 2`` at position k, from 0 to `size`: it never rises with k.

    Raises
    ------
    ArgumentError
        If a number is negative, not whole, or above `n`.

    References
    ----------
    Lydersen, Fagerland & Laake 2009, Recommended tests for association in 2x2 tables.

    Examples
    --------
    >>> excess_table(10, 4, 3).round(4)
    array([0.9167, 0.5833, 0.1833, 0.0167])
    """
    group = _group(n, positives, size, dimensions=0)
    table = np.zeros(int(group[2]) + 1)
    possible = _table(*(number[np.newaxis] for number in group))
    table[: possible.size] = possible
    return table


def stratified_excess_table(n: ArrayLike, positives: ArrayLike, size: ArrayLike) -> Floats:
    """One-sided mid-P of an excess beyond that of the strata, for every count that a group could have.

    As `excess_table`, with the number that counts held fixed in each stratum: a group is not surprising for
    lying mostly where more of everyone counts.

    Parameters
    ----------
    n : array-like of int
        How many answered in each stratum.
    positives : array-like of int
        How many of them count, up to `n`.
    size : array-like of int
        Size of the group in each stratum, up to `n`.

    Returns
    -------
    numpy.ndarray
        ``P(X > k) + P(X = k) / 2`` at position k, from 0 to the most of the group that could count.

    Raises
    ------
    ArgumentError
        If a number is negative, not whole, or above its `n`, or there are not as many of each.

    References
    ----------
    Mantel & Haenszel 1959, Statistical aspects of the analysis of data from retrospective studies of disease
    (the strata); the distribution is exact.

    Examples
    --------
    >>> stratified_excess_table([4, 4], [1, 2], [2, 2]) * 24
    array([23., 17.,  7.,  1.])
    """
    return _table(*_group(n, positives, size, dimensions=1))


def excess_windows(n: Numbers, positives: Numbers, sizes: Numbers) -> Iterator[tuple[int, Floats]]:
    """As `stratified_excess_table`, unchecked, for many groups, and without the counts whose p is 1 or 0.

    Parameters
    ----------
    n, positives : array
        As there.
    sizes : array, shape (strata, groups)
        Size of each group in each stratum.

    Yields
    ------
    int
        The first count of the window: p is 1 below.
    numpy.ndarray
        p of each count from there on: it is 0 beyond.
    """
    window = cache(hypergeometric_window)
    whole = list(zip(n.tolist(), positives.tolist(), strict=True))
    for size in sizes.T.tolist():
        windows = [window(*stratum, inside) for stratum, inside in zip(whole, size, strict=True)]
        chances = reduce(np.convolve, (chance for _, chance in windows))
        yield sum(first for first, _ in windows), mid_tail(chances)


def _group(n: ArrayLike, positives: ArrayLike, size: ArrayLike, *, dimensions: int) -> tuple[Floats, ...]:
    """Read the numbers of a group, or of its part in each stratum."""
    arguments = {"n": n, "positives": positives, "size": size}
    read = {
        name: numbers(name, value, low=0, whole=True, dimensions=dimensions)
        for name, value in arguments.items()
    }
    same_length(read)
    for name in ("positives", "size"):
        refuse(name, read[name], read[name] > read["n"], "it cannot exceed n", read["n"])
    return tuple(read.values())


def _table(n: Floats, positives: Floats, size: Floats) -> Floats:
    """Return p at every count that is possible."""
    ((first, p),) = excess_windows(n, positives, size[:, np.newaxis])
    table = np.zeros(int(np.minimum(positives, size).sum()) + 1)
    table[:first] = 1
    table[first : first + p.size] = p
    return table


def shrunk_share(
    count: ArrayLike,
    n: ArrayLike,
    overall: ArrayLike,
    *,
    strength: float = 20,
    confidence: float = 0.95,
) -> Shrunk:
    """Draw a group's share towards the overall one, because a group picked for its high share has luck in it.

    As if `strength` more answers like everyone's had been given: the posterior of a Beta prior with the
    overall share as its mean.

    Parameters
    ----------
    count : float or array-like
        How many count, from 0 to `n`.
    n : float or array-like
        Size of the group. An empty group has the overall share, which is all that is known of it.
    overall : float or array-like
        Share of everyone, strictly between 0 and 1.
    strength : float, default 20
        How many answers the overall share is worth, above 0.
    confidence : float, default 0.95
        Probability held by the interval, between 0 and 1.

    Returns
    -------
    Shrunk
        ``.share`` and the equal-tailed ``.lower`` and ``.upper`` of the same posterior.

    Raises
    ------
    ArgumentError
        If a count is negative or above `n`, a share lies outside its range, or shapes do not match.

    References
    ----------
    Efron & Morris 1975, Data analysis using Stein's estimator and its generalizations.

    Examples
    --------
    >>> round(shrunk_share(12, 40, 38 / 300).share, 4)
    0.2422
    """
    pair = counts_out_of("count", count, "n", n)
    k, m, p = together({"count": pair[0], "n": pair[1], "overall": inner_shares("overall", overall)})
    weight = numbers("strength", strength, low=0, dimensions=0)
    refuse("strength", weight, weight == 0, "it has to be above 0")
    a, b = k + weight * p, m - k + weight * (1 - p)
    tail = tail_of(confidence)
    return Shrunk(plain(a / (a + b)), plain(betaincinv(a, b, tail)), plain(1 - betaincinv(b, a, tail)))
