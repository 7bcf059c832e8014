"""The difference between two shares, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brightspots.statistics._checks import base, plain, tail_of, two_groups
from brightspots.statistics.proportions import Interval, wilson_lower

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def difference_interval(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    *,
    confidence: float = 0.95,
) -> Interval:
    """Interval for the first share minus the second, of two separate groups.

    Newcombe's hybrid of two Wilson intervals. It never strays outside -1 to 1 and keeps its coverage in
    small groups. Two groups whose own intervals overlap may still differ clearly, so read a difference off
    this interval and never off an overlap.

    Parameters
    ----------
    count1, count2 : int or array-like
        How many count in each group, from 0 to that group's `n`. Fractions are taken, for weighted shares
        times an effective number of answers.
    n1, n2 : int or array-like
        How many answered in each group. Where either is 0 both limits are NaN.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    Interval
        ``.lower`` and ``.upper`` of ``count1 / n1 - count2 / n2``, from -1 to 1: floats, or arrays of the
        shape to which the arguments broadcast.

    Raises
    ------
    ArgumentError
        If a count is negative or above its `n`, or shapes do not match.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions: comparison of
    eleven methods (his method 10).

    Examples
    --------
    >>> lower, upper = difference_interval(56, 70, 48, 80)
    >>> f"{lower:.4f} to {upper:.4f}"
    '0.0524 to 0.3339'
    """
    tail = tail_of(confidence)
    k1, n1, k2, n2 = two_groups(count1, n1, count2, n2, whole=False)
    m1, m2 = base(n1), base(n2)
    share1, share2 = k1 / m1, k2 / m2
    down1, up1 = share1 - wilson_lower(k1, m1, tail), 1 - wilson_lower(m1 - k1, m1, tail) - share1
    down2, up2 = share2 - wilson_lower(k2, m2, tail), 1 - wilson_lower(m2 - k2, m2, tail) - share2
    difference = share1 - share2
    return Interval(
        plain(np.maximum(difference - np.hypot(down1, up2), -1)),
        plain(np.minimum(difference + np.hypot(up1, down2), 1)),
    )
