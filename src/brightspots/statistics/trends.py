"""A share over three or more waves: is there a straight line, and does it fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import base, counts_out_of, numbers, same_length, tail_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

WAVES_NEEDED = 3


class Trend(NamedTuple):
    """A linear trend with its test, its slope with an interval, and the test of departure from the line."""

    z: float
    p: float
    slope: float
    slope_lower: float
    slope_upper: float
    departure: float
    departure_df: int
    departure_p: float


def trend(counts: ArrayLike, ns: ArrayLike, scores: ArrayLike, *, confidence: float = 0.95) -> Trend:
    """Cochran-Armitage test of a linear trend in a share over waves.

    Look at the departure first: if its p is below 0.05 the shares do not follow a line, and none should be
    drawn or described.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers, in each wave.
    scores : array-like
        When each wave was, as a number: years, say, so that uneven gaps count as they are.
    confidence : float, default 0.95
        Coverage aimed at by the interval of the slope, between 0 and 1.

    Returns
    -------
    Trend
        ``.z`` and two-sided ``.p``; ``.slope``, the change of the share for each unit of `scores`, with
        ``.slope_lower`` and ``.slope_upper`` (their error is that of the test, so they leave out 0 exactly
        where it is significant); ``.departure``, a chi-squared on ``.departure_df``, with ``.departure_p``.

    Raises
    ------
    ArgumentError
        If fewer than three waves have answers (compare two with `two_sample_test`), all scores are the same,
        counts make no sense, or lengths differ.

    References
    ----------
    Cochran 1954, Some methods for strengthening the common chi-squared tests; Armitage 1955, Tests for
    linear trends in proportions and frequencies.

    Examples
    --------
    >>> found = trend([60, 58, 52, 41], [220, 240, 250, 245], [2017, 2019, 2021, 2023])
    >>> f"{100 * found.slope:.2f} points a year, p = {found.p:.4f}; departure p = {found.departure_p:.2f}"
    '-1.75 points a year, p = 0.0039; departure p = 0.98'
    """
    k, n = counts_out_of("counts", counts, "ns", ns)
    when = numbers("scores", scores, dimensions=1)
    same_length({"counts": k, "ns": n, "scores": when})
    waves = int((n > 0).sum())
    if waves < WAVES_NEEDED:
        raise ArgumentError(f"ns has answers in {waves} waves: a trend needs {WAVES_NEEDED} or more.")
    share = k.sum() / n.sum()
    centred = when - np.sum(n * when) / n.sum()
    leverage = np.sum(n * centred**2)
    if leverage == 0:
        raise ArgumentError(f"scores is {when[0]:g} in every wave: a trend needs different times.")
    spread = share * (1 - share)
    slope = np.sum(centred * k) / leverage
    error = np.sqrt(spread / leverage)
    z = slope / error if spread > 0 else 0.0
    half = -ndtri(tail_of(confidence)) * error
    total = np.nansum((k - n * share) ** 2 / base(n * spread))
    departure = max(float(total - z**2), 0.0)
    return Trend(
        float(z),
        float(2 * ndtr(-abs(z))),
        float(slope),
        float(slope - half),
        float(slope + half),
        departure,
        waves - 2,
        float(chdtrc(waves - 2, departure)),
    )
