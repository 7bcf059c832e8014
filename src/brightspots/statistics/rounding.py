"""Rounding once, at the end, halves away from zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import numbers, plain

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Outcome

HALF_SLACK = 1e-9
"""How far below a half a number may lie through floating point alone: 100 × 57/200 is held as 28.499…96."""


def half_up(value: ArrayLike, digits: int = 0) -> Outcome:
    """Round the way people do: a half goes up, and a negative half goes down with it.

    Python's own ``round`` sends 2.5 to 2, which readers of a printed table take for a mistake. Round
    once, when a figure is written; every calculation before that uses the figure as it is.

    Parameters
    ----------
    value : float or array-like
        What to round, in any unit. NaN stays NaN.
    digits : int, default 0
        Decimal places to keep, 0 or more.

    Returns
    -------
    float or numpy.ndarray
        The rounded values, of the shape of `value`; never a negative zero.

    Raises
    ------
    ArgumentError
        If `value` is not numbers, or `digits` is not a whole number from 0.

    Examples
    --------
    >>> half_up(2.5), half_up(-2.5), round(2.5)
    (3.0, -3.0, 2)
    >>> half_up(100 * 57 / 200)
    29.0
    >>> half_up([0.125, 6.6667], digits=2)
    array([0.13, 6.67])
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 0:
        raise ArgumentError(f"digits is {digits!r}: a whole number from 0 is needed.")
    array = numbers("value", value, missing=True)
    scale = 10.0**digits
    rounded = np.copysign(np.floor(np.abs(array) * scale + 0.5 + HALF_SLACK) / scale, array)
    return plain(rounded + 0.0)
