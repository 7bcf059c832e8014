"""One group against the rest of a fixed whole: how surprising an excess is, and how much of it to believe."""

from __future__ import annotations

from functools import reduce
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
from brightspots.statistics._distributions import hypergeometric, mid_tail

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome


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
    total = numbers("n", n, low=0, whole=True, dimensions=0)
    members = {
        "positives": numbers("positives", positives, low=0, whole=True, dimensions=0),
        "size": numbers("size", size, low=0, whole=True, dimensions=0),
    }
    for name, value in members.items():
        refuse(name, value, value > total, "it cannot exceed n", total)
    return mid_tail(hypergeometric(float(total), *(float(value) for value in members.values())))


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
    arguments = {"n": n, "positives": positives, "size": size}
    strata = {
        name: numbers(name, value, low=0, whole=True, dimensions=1) for name, value in arguments.items()
    }
    same_length(strata)
    for name in ("positives", "size"):
        refuse(name, strata[name], strata[name] > strata["n"], "it cannot exceed n", strata["n"])
    chances = [
        hypergeometric(float(total), float(counting), float(inside))[: int(min(counting, inside)) + 1]
        for total, counting, inside in zip(*strata.values(), strict=True)
    ]
    return mid_tail(reduce(np.convolve, chances))


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
