"""How large a difference is: Cohen's h, when two shares are as good as the same, what a survey can detect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import base, inner_shares, numbers, plain, shares, tail_of, together
from brightspots.statistics.proportions import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

MEANINGFUL = 0.10
"""Smallest difference worth a word, as Cohen's h: 5 points at 50%, fewer towards 0% and 100%."""


def effect_size(share1: ArrayLike, share2: ArrayLike) -> Outcome:
    """Cohen's h, the size of the difference between two shares on the arcsine scale.

    A step of 3 points is small at 50% and large at 3%; on this scale equal steps matter equally. From 0.10
    a difference is worth talking about here; Cohen called 0.2 small, 0.5 medium and 0.8 large.

    Parameters
    ----------
    share1, share2 : float or array-like
        Shares from 0 to 1.

    Returns
    -------
    float or numpy.ndarray
        h from -π to π, positive where the first share is the larger.

    Raises
    ------
    ArgumentError
        If a share lies outside 0 to 1, or shapes do not match.

    References
    ----------
    Cohen 1988, Statistical power analysis for the behavioral sciences.

    Examples
    --------
    >>> round(effect_size(0.55, 0.50), 3), round(effect_size(0.85, 0.90), 3)
    (0.1, -0.152)
    """
    first, second = together({"share1": shares("share1", share1), "share2": shares("share2", share2)})
    return plain(_arcsine(first) - _arcsine(second))


def equivalence_margins(share: ArrayLike, *, minimum: float = MEANINGFUL) -> Interval:
    """Differences from `share` that are just large enough to matter, downwards and upwards.

    Parameters
    ----------
    share : float or array-like
        The reference share, from 0 to 1.
    minimum : float, default 0.10
        Smallest Cohen's h that matters, above 0.

    Returns
    -------
    Interval
        ``.lower`` (0 or below) and ``.upper`` (0 or above), as differences of shares. A reference so near 0
        or 1 that no share lies `minimum` away on that side has its margin at 0 or 1 itself.

    Raises
    ------
    ArgumentError
        If a share lies outside 0 to 1 or `minimum` is not positive.

    References
    ----------
    Cohen 1988, Statistical power analysis for the behavioral sciences; Lakens 2017, Equivalence tests: a
    practical primer.

    Examples
    --------
    >>> lower, upper = equivalence_margins(0.80)
    >>> f"{lower:+.4f} {upper:+.4f}"
    '-0.0414 +0.0384'
    """
    reference = shares("share", share)
    step = float(numbers("minimum", minimum, low=0, high=np.pi, dimensions=0))
    if step == 0:
        raise ArgumentError("minimum is 0: a size above 0 is needed.")
    angle = _arcsine(reference)
    lower, upper = (np.sin(np.clip(angle + side * step, 0, np.pi) / 2) ** 2 - reference for side in (-1, 1))
    return Interval(plain(lower), plain(upper))


def equivalent(difference: Interval, share: ArrayLike, *, minimum: float = MEANINGFUL) -> Outcome:
    """Whether a difference is shown to be too small to matter: "about the same" as a finding.

    Two one-sided tests at 5% each: the 90% interval of the difference lies within the margins. Without
    this, a difference that is not significant is merely unclear.

    Parameters
    ----------
    difference : Interval
        The **90%** interval of the difference from the reference. NaN limits are never equivalent.
    share : float or array-like
        The reference share, from 0 to 1.
    minimum : float, default 0.10
        Smallest Cohen's h that matters, above 0.

    Returns
    -------
    bool or numpy.ndarray
        True where the whole interval lies within the margins.

    Raises
    ------
    ArgumentError
        If a share lies outside 0 to 1, limits are not numbers, or shapes do not match.

    References
    ----------
    Schuirmann 1987, A comparison of the two one-sided tests procedure and the power approach; Lakens 2017.

    Examples
    --------
    >>> from brightspots.statistics import proportion_interval
    >>> lower, upper = proportion_interval(240, 300, confidence=0.90)
    >>> equivalent(Interval(lower - 0.80, upper - 0.80), 0.80)
    True
    """
    margins = equivalence_margins(share, minimum=minimum)
    lower, upper, down, up = together(
        {
            "difference.lower": numbers("difference.lower", difference.lower, missing=True),
            "difference.upper": numbers("difference.upper", difference.upper, missing=True),
            "share": np.asarray(margins.lower),
            "margins": np.asarray(margins.upper),
        }
    )
    return plain((down <= lower) & (upper <= up))


def detectable_gap(
    n: ArrayLike,
    share: ArrayLike,
    *,
    n2: ArrayLike | None = None,
    power: float = 0.80,
    confidence: float = 0.95,
) -> Outcome:
    """Smallest gap that a survey of this size would most likely have found.

    Printed beside "cannot tell", it keeps readers from taking that for "no difference". The usual
    approximation ``(z + z_power) * sqrt(share * (1 - share) / n)``, and with a second group its `n` too: the
    same upwards and downwards. The exact chance of finding a gap of this size lies somewhat above `power`
    when the true share is farther from 50% and somewhat below (70 to 80%) when it is nearer, so say "about".
    A gap larger than the room above or below `share` could only be found on the other side.

    Parameters
    ----------
    n : float or array-like
        How many answered, or an effective number. Where it is 0 the gap is NaN.
    share : float or array-like
        The share near which the gap is looked for, from 0 to 1.
    n2 : float or array-like, optional
        How many answered in the group compared with; left out when that is a fixed figure.
    power : float, default 0.80
        Probability that a real gap of this size is found, between 0 and 1.
    confidence : float, default 0.95
        1 minus the error allowed to the two-sided test.

    Returns
    -------
    float or numpy.ndarray
        The gap as a difference of shares, above 0. NaN where `share` is 0 or 1, of which the approximation
        knows nothing.

    Raises
    ------
    ArgumentError
        If an `n` is negative, a share or `power` lies outside 0 to 1, or shapes do not match.

    References
    ----------
    Cohen 1988, Statistical power analysis for the behavioral sciences.

    Examples
    --------
    >>> (100 * detectable_gap([40, 100, 200, 300], 0.80)).round(1)
    array([17.7, 11.2,  7.9,  6.5])
    """
    parts = {"n": numbers("n", n, low=0), "share": shares("share", share)}
    if n2 is not None:
        parts["n2"] = numbers("n2", n2, low=0)
    size, reference, *other = together(parts)
    per_answer = 1 / base(size) + (1 / base(other[0]) if other else 0)
    z = ndtri(float(inner_shares("power", power, dimensions=0))) - ndtri(tail_of(confidence))
    return plain(z * np.sqrt(base(reference * (1 - reference)) * per_answer))


def _arcsine(share: Floats) -> Floats:
    return np.asarray(2 * np.arcsin(np.sqrt(share)))
