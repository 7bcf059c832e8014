"""Many areas against their common level, with allowance for areas truly differing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
from scipy.special import ndtr, ndtri

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import (
    base,
    counts_out_of,
    each_distinct,
    inner_shares,
    numbers,
    one_of,
    plain,
    tail_of,
    together,
)
from brightspots.statistics._distributions import binomial
from brightspots.statistics.proportions import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

AREAS_NEEDED = 10
EXPECTED_NEEDED = 5
TAILS_DRAWN_IN = 0.10

Adjustment = Literal["additive", "multiplicative"]
Scale = Literal["share", "arcsine"]


class Funnel(NamedTuple):
    """The common level, how much areas differ beyond chance, and where each area lies."""

    theta: float
    tau: float
    phi: float
    z: Floats
    z_adjusted: Floats
    p: Floats
    scale: Scale


def funnel(
    counts: ArrayLike,
    ns: ArrayLike,
    *,
    own: int | None = None,
    adjustment: Adjustment = "additive",
) -> Funnel:
    """Compare areas with their common level, allowing for true differences between areas.

    With large numbers nearly every area differs "significantly" from the average. The spread between areas
    beyond chance, tau, is estimated first, and an area is unusual only if it stands out from that too:
    beyond 1.96 unusual, beyond 3.09 very unusual. It is no league table and gives no ranks.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers, in each area. An area without answers gets NaN.
    own : int, optional
        Position of one area that is judged against the others: it is left out of theta and tau.
    adjustment : str, default "additive"
        ``additive`` (random effects) or ``multiplicative`` (every z divided by the same factor).

    Returns
    -------
    Funnel
        ``.theta``, the common share; ``.tau``, the standard deviation between areas beyond chance, on the
        ``.scale``; ``.phi``, the overdispersion; ``.z`` of each area without and ``.z_adjusted`` with
        allowance; and the two-sided ``.p`` of the latter. With fewer than 10 areas ``.tau``, ``.phi``,
        ``.z_adjusted`` and ``.p`` are NaN: too few to say who is unusual. ``.scale`` is ``share``, or
        ``arcsine`` where some area would be expected to have fewer than 5 on either side.

    Raises
    ------
    ArgumentError
        If counts make no sense, lengths differ, no one answered, or `own` is not a position.

    References
    ----------
    Spiegelhalter 2005, Funnel plots for comparing institutional performance; Spiegelhalter 2005, Handling
    over-dispersion of performance indicators; Spiegelhalter et al. 2012.

    Examples
    --------
    >>> counts = [40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58]
    >>> found = funnel(counts, [180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300])
    >>> int((abs(found.z) > 1.96).sum()), int((abs(found.z_adjusted) > 1.96).sum())
    (2, 0)
    """
    one_of("adjustment", adjustment, get_args(Adjustment))
    k, n = counts_out_of("counts", counts, "ns", ns)
    if k.ndim != 1:
        raise ArgumentError(f"counts has {k.ndim} dimensions: 1 needed.")
    others = n > 0
    if own is not None:
        if isinstance(own, bool) or not isinstance(own, int) or not 0 <= own < len(n):
            raise ArgumentError(f"own is {own!r}: a position from 0 to {len(n) - 1} is needed.")
        others[own] = False
    if not others.any():
        raise ArgumentError("ns adds up to 0: a funnel needs areas with answers.")
    theta = float(k[others].sum() / n[others].sum())
    scale: Scale = "arcsine" if n[n > 0].min() * min(theta, 1 - theta) < EXPECTED_NEEDED else "share"
    n = base(n)
    away = _scaled(k / n, scale) - _scaled(theta, scale)
    error = _error(theta, n, scale)
    z = away / error
    tau, phi, adjusted = np.nan, np.nan, np.full(z.shape, np.nan)
    if others.sum() >= AREAS_NEEDED:
        phi, tau = _overdispersion(z[others], error[others])
        adjusted = away / np.hypot(error, tau) if adjustment == "additive" else z / np.sqrt(max(phi, 1))
    return Funnel(theta, tau, phi, z, adjusted, np.asarray(2 * ndtr(-np.abs(adjusted))), scale)


def funnel_limits(
    theta: float,
    ns: ArrayLike,
    *,
    tau: float | None = None,
    scale: Scale = "share",
    confidence: float = 0.95,
) -> Interval:
    """Limits within which shares around `theta` would lie, for the lines of a funnel plot.

    Parameters
    ----------
    theta : float
        The common share, between 0 and 1.
    ns : float or array-like
        Numbers of answers at which the limits are wanted; 0 gives NaN.
    tau : float, optional
        Standard deviation between areas beyond chance, from `funnel`. Left out, the limits are the exact
        binomial ones (mid-P, interpolated between counts); with 0 or more they are normal.
    scale : str, default "share"
        The scale of `tau`, from `funnel`: ``share`` or ``arcsine``.
    confidence : float, default 0.95
        Share of areas within the limits if chance were all: 0.95 and 0.998 are usual.

    Returns
    -------
    Interval
        ``.lower`` and ``.upper``, shares from 0 to 1.

    Raises
    ------
    ArgumentError
        If `theta` is not between 0 and 1, `tau` or a number of answers is negative, or exact limits are
        wanted for numbers that are not whole.

    References
    ----------
    Spiegelhalter 2005, Funnel plots for comparing institutional performance.

    Examples
    --------
    >>> lower, upper = funnel_limits(0.252396, 300, tau=0.028621)
    >>> f"{lower:.4f} to {upper:.4f}"
    '0.1778 to 0.3270'
    """
    one_of("scale", scale, get_args(Scale))
    level = float(inner_shares("theta", theta, dimensions=0))
    n = base(numbers("ns", ns, low=0, whole=tau is None))
    tail = tail_of(confidence)
    if tau is None:
        lower, upper = (
            each_distinct(lambda size, at=at: _mid_quantile(size, level, at), n) for at in (tail, 1 - tail)
        )
    else:
        between = float(numbers("tau", tau, low=0, dimensions=0))
        half = -ndtri(tail) * np.hypot(_error(level, n, scale), between)
        centre = _scaled(level, scale)
        lower, upper = _unscaled(centre - half, scale), _unscaled(centre + half, scale)
    return Interval(plain(lower), plain(upper))


def predictive_z(count: ArrayLike, n: ArrayLike, theta: ArrayLike, tau: ArrayLike) -> Outcome:
    """How unusual one area is among areas that truly differ: z of its share against theta, tau allowed for.

    An area can be clearly below a pooled average of many and still be no unusual area.

    Parameters
    ----------
    count, n : int or array-like
        How many count, out of how many answers. Where `n` is 0 the result is NaN.
    theta : float or array-like
        The share of the other areas, between 0 and 1.
    tau : float or array-like
        Standard deviation between areas beyond chance, as a difference of shares, 0 or above.

    Returns
    -------
    float or numpy.ndarray
        z: beyond 1.96 unusual, beyond 3.09 very unusual.

    Raises
    ------
    ArgumentError
        If a number lies outside its range or shapes do not match.

    References
    ----------
    Spiegelhalter 2005, Handling over-dispersion of performance indicators.

    Examples
    --------
    >>> round(predictive_z(120, 200, 0.70, 0.05), 2)
    -1.68
    """
    pair = counts_out_of("count", count, "n", n, whole=False)
    k, m, level, between = together(
        {
            "count": pair[0],
            "n": pair[1],
            "theta": inner_shares("theta", theta),
            "tau": numbers("tau", tau, low=0),
        }
    )
    m = base(m)
    return plain((k / m - level) / np.hypot(np.sqrt(level * (1 - level) / m), between))


def _overdispersion(z: Floats, error: Floats) -> tuple[float, float]:
    """Overdispersion and the spread between areas, the most extreme tenths drawn in first."""
    low, high = np.quantile(z, [TAILS_DRAWN_IN, 1 - TAILS_DRAWN_IN])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    weights = 1 / error**2
    excess = len(z) * phi - (len(z) - 1)
    return phi, float(np.sqrt(max(excess, 0) / (weights.sum() - np.sum(weights**2) / weights.sum())))


def _error(theta: float, n: Floats, scale: Scale) -> Floats:
    return np.asarray(1 / (2 * np.sqrt(n)) if scale == "arcsine" else np.sqrt(theta * (1 - theta) / n))


def _scaled(share: ArrayLike, scale: Scale) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(share)) if scale == "arcsine" else share)


def _unscaled(value: Floats, scale: Scale) -> Floats:
    if scale == "arcsine":
        return np.asarray(np.sin(np.clip(value, 0, np.pi / 2)) ** 2)
    return np.clip(value, 0, 1)


def _mid_quantile(n: float, theta: float, at: float) -> float:
    if np.isnan(n):
        return np.nan
    probabilities = binomial(n, theta)
    middles = np.cumsum(probabilities) - probabilities / 2
    return float(np.interp(at, middles, np.arange(n + 1)) / n)
