"""Comparing groups of different make-up: standardised shares and ratios of observed to expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import base, counts_out_of, numbers, refuse, same_length, shares, tail_of
from brightspots.statistics.proportions import proportion_interval, wilson_lower

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MINIMUM_ANSWERS = 10
HEAVY_STRATUM = 0.05


class StandardisedShare(NamedTuple):
    """A share as it would be with another make-up, and how much it rests on."""

    share: float
    lower: float
    upper: float
    standard_error: float
    n_effective: float


class StandardisedRatio(NamedTuple):
    """Observed over expected, with its interval; above 1 is more than expected."""

    ratio: float
    lower: float
    upper: float
    observed: float
    expected: float


def standardise_direct(
    counts: ArrayLike, ns: ArrayLike, weights: ArrayLike, *, confidence: float = 0.95
) -> StandardisedShare:
    """Share that a group would have with another group's make-up, such as a benchmark's mix of ages.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers, in each stratum.
    weights : array-like
        The make-up to take on: each stratum's share or size in the other group, 0 or above.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    StandardisedShare
        ``.share`` with Wilson's ``.lower`` and ``.upper`` on the effective number of answers,
        ``.standard_error`` and ``.n_effective``.

    Raises
    ------
    ArgumentError
        If a stratum with 5% of the weight or more has fewer than 10 answers, or any stratum with weight has
        none: merge it with a neighbour first. Also if counts or weights make no sense or differ in length.

    References
    ----------
    Keyfitz 1966, Sampling variance of standardized mortality rates.

    Notes
    -----
    A stratum where no one or everyone counts would claim to have no error; inside the variance, and only
    there, its share is taken as Jeffreys' (k + ½) / (n + 1).

    Examples
    --------
    >>> found = standardise_direct([20, 54], [120, 180], [0.5, 0.5])
    >>> f"{found.share:.4f} ({found.lower:.4f} to {found.upper:.4f})"
    '0.2333 (0.1896 to 0.2837)'
    """
    k, n = counts_out_of("counts", counts, "ns", ns)
    make_up = numbers("weights", weights, low=0, dimensions=1)
    same_length({"counts": k, "ns": n, "weights": make_up})
    if make_up.sum() == 0:
        raise ArgumentError("weights adds up to 0: at least one stratum needs weight.")
    w = make_up / make_up.sum()
    too_few = ((w >= HEAVY_STRATUM) & (n < MINIMUM_ANSWERS)) | ((w > 0) & (n == 0))
    refuse("ns", n, too_few, f"merge this stratum with a neighbour, to {MINIMUM_ANSWERS} answers or more")
    n = base(n)
    rate = np.where(w > 0, k / n, 0)
    cautious = np.where((k == 0) | (k == n), (k + 0.5) / (n + 1), rate)
    per_answer = np.where(w > 0, w**2 / n, 0)
    variance = float(np.sum(np.where(w > 0, per_answer * cautious * (1 - cautious), 0)))
    if np.ptp(rate[w > 0]) == 0 and rate[w > 0][0] in (0, 1):
        share, effective = float(rate[w > 0][0]), 1 / float(per_answer.sum())
    else:
        share = float(np.sum(w * rate))
        effective = share * (1 - share) / variance
    lower, upper = proportion_interval(share * effective, effective, confidence=confidence)
    return StandardisedShare(share, lower, upper, float(np.sqrt(variance)), effective)


def standardise_indirect(
    counts: ArrayLike, ns: ArrayLike, reference: ArrayLike, *, confidence: float = 0.95
) -> StandardisedRatio:
    """Observed over expected: how a group compares with what another's rates would give its own make-up.

    For a benchmark of which only the rates of each stratum are known. Ratios of two groups with different
    make-ups are not comparable with each other, only each with 1.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers, in each stratum.
    reference : array-like
        The benchmark's share in each stratum, from 0 to 1; held to be exact.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    StandardisedRatio
        ``.ratio`` with ``.lower`` and ``.upper``, ``.observed`` and ``.expected`` counts. The limits are
        Wilson's for the observed share, over the expected one. NaN where nothing is expected.

    Raises
    ------
    ArgumentError
        If counts or shares make no sense or differ in length.

    References
    ----------
    Breslow & Day 1987, Statistical methods in cancer research, volume II; Wilson 1927.

    Examples
    --------
    >>> found = standardise_indirect([20, 54], [120, 180], [0.15, 0.25])
    >>> f"{found.observed:.0f} against {found.expected:.0f} expected: {found.ratio:.3f}"
    '74 against 63 expected: 1.175'
    """
    k, n = counts_out_of("counts", counts, "ns", ns)
    rates = shares("reference", reference, dimensions=1)
    same_length({"counts": k, "ns": n, "reference": rates})
    tail = tail_of(confidence)
    observed, answered, expected = k.sum(), base(n.sum()), np.sum(n * rates)
    scale = answered / base(expected)
    lower = wilson_lower(observed, answered, tail) * scale
    upper = (1 - wilson_lower(answered - observed, answered, tail)) * scale
    return StandardisedRatio(
        *(float(part) for part in (observed / base(expected), lower, upper, observed, expected))
    )
