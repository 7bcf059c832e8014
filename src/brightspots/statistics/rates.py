"""Rates: events in a population, and the range that chance alone would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammainccinv, gammaincinv, ndtri

from brightspots.statistics._checks import base, numbers, plain, tail_of, together
from brightspots.statistics.proportions import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BYAR_NEEDED = 10
"""Below this many events Byar's approximation is poor, and the exact limits are used."""


def rate_interval(
    count: ArrayLike, population: ArrayLike, *, per: float = 10_000, confidence: float = 0.95
) -> Interval:
    """Range of a rate, such as children in care per 10,000 children.

    Byar's approximation to the exact Poisson limits, and the exact ones below 10 events, as English public
    health statistics do.

    Parameters
    ----------
    count : int or array-like
        Events, 0 or more.
    population : float or array-like
        Of whom, above 0; where it is 0 the limits are NaN.
    per : float, default 10000
        The rate is given per so many.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    Interval
        ``.lower`` and ``.upper``, per `per`.

    Raises
    ------
    ArgumentError
        If counts or populations make no sense, or shapes do not match.

    References
    ----------
    Breslow & Day 1987, Statistical methods in cancer research, volume II, p. 69 (Byar); Eayres 2008, Commonly
    used public health statistics and their confidence intervals (exact limits below 10).

    Examples
    --------
    >>> lower, upper = rate_interval(717, 59393)
    >>> f"{1e4 * 717 / 59393:.0f} per 10,000 ({lower:.0f} to {upper:.0f})"
    '121 per 10,000 (112 to 130)'
    """
    tail = tail_of(confidence)
    events, people = together(
        {
            "count": numbers("count", count, low=0, whole=True),
            "population": numbers("population", population, low=0),
        }
    )
    z = -ndtri(tail)
    few = events < BYAR_NEEDED
    some = np.maximum(events, 1)
    lower = np.where(few, gammaincinv(some, tail), _byar(some, -z)) * (events > 0)
    upper = np.where(few, gammainccinv(events + 1, tail), _byar(events + 1, z))
    scale = float(numbers("per", per, low=0, dimensions=0)) / base(people)
    return Interval(plain(lower * scale), plain(upper * scale))


def _byar(events: np.ndarray, z: float) -> np.ndarray:
    return np.asarray(events * (1 - 1 / (9 * events) + z / (3 * np.sqrt(events))) ** 3)
