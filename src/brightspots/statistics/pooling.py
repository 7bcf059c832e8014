"""One share of many groups, some of which say only between which numbers their count lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

from brightspots.statistics._checks import numbers, refuse, same_length, tail_of
from brightspots.statistics._distributions import log_choose
from brightspots.statistics.proportions import proportion_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats

HALVINGS = 60
FARTHEST = 30.0
"""Log odds beyond which a share cannot be told from 0 or 1."""

ALIKE, STILL = 1e-12, 1e-9
ROUNDS = 200


class PooledShare(NamedTuple):
    """A pooled share, its likely range, and how many exact answers would say as much."""

    share: float
    lower: float
    upper: float
    worth: float


def pooled_share(
    least: ArrayLike,
    greatest: ArrayLike,
    ns: ArrayLike,
    *,
    always: int | None = None,
    spared: ArrayLike | None = None,
    confidence: float = 0.95,
) -> PooledShare:
    """Estimate the share of all groups together, where some give a count and some only a band.

    The share is the one under which what the groups say is most likely (binomial counts, known to lie in
    their bands). Leaving out the groups that give a band would not do: they give it because nearly all of
    them answer alike, so the others lie lower. With counts alone it is their sum over the sum of their
    answers, and the range Wilson's.

    Where a small side always gives a band, and a larger one in reach of the same band only sometimes, a band
    speaks for a small side more than for a large one. How often "sometimes" is, is then estimated with the
    share, from the groups that were spared.

    Parameters
    ----------
    least, greatest : array-like of int
        Between which numbers the count of each group lies; equal where it is known.
    ns : array-like of int
        How many answered in each group.
    always : int, optional
        Fewer than this beyond the count, on the side to which a band is open, always give a band. Left out,
        every count in a band gives the band.
    spared : array-like of bool, optional
        Which groups give their count, although a band would hold it. None of them by default.
    confidence : float, default 0.95
        Coverage of the range.

    Returns
    -------
    PooledShare
        ``.share``, ``.lower`` and ``.upper`` from 0 to 1, NaN where no group says anything;
        ``.worth``, how many answers with known counts would pin the share down as well.

    Raises
    ------
    ArgumentError
        If lengths differ, numbers are not whole, or they are not in order: 0, least, greatest, n.

    References
    ----------
    Dempster, Laird & Rubin 1977, Maximum likelihood from incomplete data; Louis 1982, Finding the observed
    information matrix (the variance that bands leave open is taken off the information of counts); Heitjan &
    Rubin 1991, Ignorability and coarse data (why a band may speak for some of its counts more).

    Examples
    --------
    >>> pooled_share([60, 13], [60, 13], [300, 40]).share == 73 / 340
    True
    >>> found = pooled_share([60, 86, 91], [60, 86, 100], [75, 100, 100])
    >>> f"{found.share:.3f}, worth {found.worth:.0f} of 275 answers"
    '0.865, worth 263 of 275 answers'
    """
    tail_of(confidence)
    bounds = {
        name: numbers(name, value, low=0, whole=True, dimensions=1)
        for name, value in (("least", least), ("greatest", greatest), ("ns", ns))
    }
    was_spared = np.zeros(bounds["ns"].shape) if spared is None else np.asarray(spared, dtype=float)
    same_length(bounds | {"spared": was_spared})
    low, high, n = bounds.values()
    refuse("least", low, low > high, "no more than greatest", high)
    refuse("greatest", high, high > n, "no more than ns", n)
    telling = (low > 0) | (high < n)
    low, high, n = low[telling], high[telling], n[telling]
    total = float(n.sum())
    if total == 0:
        return PooledShare(np.nan, np.nan, np.nan, 0.0)
    in_band = low < high
    known = float(low[~in_band].sum())
    if not in_band.any():
        share, worth, count = known / total, total, known
    else:
        bands, free = _Bands(low[in_band], high[in_band], n[in_band], always), float(was_spared.sum())
        log_odds, chance = _most_likely(known, bands, total, free)
        share = float(expit(log_odds))
        worth = _worth(log_odds, chance, bands, total, free)
        count = share * worth
    limits = proportion_interval(count, worth, confidence=confidence)
    return PooledShare(share, float(limits.lower), float(limits.upper), worth)


class _Moments(NamedTuple):
    """Of the count within each band, and of whether it is one that only sometimes gives a band."""

    mean: Floats
    variance: Floats
    sometimes: Floats
    covariance: Floats


class _Bands:
    """Counts that are known to lie between two numbers: a row a group, a column a count that it may be."""

    def __init__(self, least: Floats, greatest: Floats, n: Floats, always: int | None) -> None:
        self.counts: Floats = least[:, None] + np.arange((greatest - least).max() + 1)
        held = self.counts <= greatest[:, None]
        possible = np.where(held, self.counts, least[:, None])
        self.logs = np.where(held, log_choose(n[:, None], possible), -np.inf)
        beyond = np.where(least[:, None] == 0, possible, n[:, None] - possible)
        may_be_spared = np.zeros(held.shape, dtype=bool) if always is None else beyond >= always
        has_both = (held & ~may_be_spared).any(axis=1, keepdims=True)
        self.sometimes = may_be_spared & has_both

    def moments(self, log_odds: float, chance: float) -> _Moments:
        """Return what to expect within each band under a share and a chance."""
        logs = self.logs + self.counts * log_odds
        weights = np.exp(logs - logs.max(axis=1, keepdims=True)) * np.where(self.sometimes, chance, 1.0)
        weights /= weights.sum(axis=1, keepdims=True)
        mean = (weights * self.counts).sum(axis=1)
        away = self.counts - mean[:, None]
        return _Moments(
            mean,
            (weights * away**2).sum(axis=1),
            (weights * self.sometimes).sum(axis=1),
            (weights * away * self.sometimes).sum(axis=1),
        )


def _most_likely(known: float, bands: _Bands, total: float, spared: float) -> tuple[float, float]:
    """Return the log odds of the share, and the chance of "sometimes", that are most likely together."""
    chance = 1.0
    for _ in range(ROUNDS):
        log_odds = _balanced(known, bands, total, chance)
        sometimes = float(bands.moments(log_odds, chance).sometimes.sum())
        better = sometimes / (sometimes + spared) if spared else 1.0
        if abs(better - chance) < STILL:
            break
        chance = better
    return log_odds, chance


def _balanced(known: float, bands: _Bands, total: float, chance: float) -> float:
    """Return the log odds of the share that its own counts have on average: there the one peak lies.

    Where a float cannot tell the two apart, as at a peak at 0 or 1, the search goes outwards.
    """
    low, high = -FARTHEST, FARTHEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        expected = known + float(bands.moments(middle, chance).mean.sum())
        likely = float(expit(middle)) * total
        is_below = middle > 0 if abs(expected - likely) <= ALIKE * likely else expected > likely
        low, high = (middle, high) if is_below else (low, middle)
    return (low + high) / 2


def _worth(log_odds: float, chance: float, bands: _Bands, total: float, spared: float) -> float:
    """Return how many known answers hold as much information about the share."""
    spread = float(expit(log_odds) * expit(-log_odds))
    found = bands.moments(log_odds, chance)
    information = total * spread - float(found.variance.sum())  # about the log odds
    if spared and found.sometimes.any():
        of_chance = float((found.sometimes**2).sum()) / chance**2 + spared / (1 - chance) ** 2
        information -= (float(found.covariance.sum()) / chance) ** 2 / of_chance
    return max(0.0, information / spread)
