"""Many tests at once: p-values adjusted so that chance findings stay rare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from brightspots.statistics._checks import numbers, one_of, refuse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats

Adjustment = Literal["bh", "holm", "by"]


def adjust(p: ArrayLike, *, method: Adjustment = "bh") -> Floats:
    """Adjust the p-values of one family of tests.

    Of 80 tests without any real difference, four come out "significant" by chance. ``bh`` keeps the share
    of false findings among the findings at the level at which the adjusted values are read; ``holm`` keeps
    down the chance of even one, for reports that lead to a sanction or an award; ``by`` does what ``bh``
    does however the tests depend on one another.

    Parameters
    ----------
    p : array-like
        p-values of the whole family, from 0 to 1, also of tests that are not shown. NaN marks a test that
        could not be run: it stays NaN and is not counted.
    method : str, default "bh"
        ``bh`` (Benjamini and Hochberg), ``holm`` or ``by`` (Benjamini and Yekutieli).

    Returns
    -------
    numpy.ndarray
        Adjusted values in the order given, none below its p and none above 1.

    Raises
    ------
    ArgumentError
        If `p` is empty, not one-dimensional, or holds a value outside 0 to 1.

    References
    ----------
    Benjamini & Hochberg 1995; Holm 1979; Benjamini & Yekutieli 2001.

    Examples
    --------
    >>> adjust([0.018, 0.004, 0.0005, 0.6])
    array([0.024, 0.008, 0.002, 0.6  ])
    >>> adjust([0.018, float("nan"), 0.0005, 0.6], method="holm")
    array([0.036 ,    nan, 0.0015, 0.6   ])
    """
    one_of("method", method, get_args(Adjustment))
    values = numbers("p", p, missing=True, dimensions=1)
    refuse("p", values, (values < 0) | (values > 1), "a p-value lies from 0 to 1")
    adjusted = np.full(values.shape, np.nan)
    run = np.flatnonzero(~np.isnan(values))
    order = run[np.argsort(values[run], kind="stable")]
    m = len(order)
    rank = np.arange(1, m + 1)
    if method == "holm":
        stepped = np.maximum.accumulate(values[order] * (m - rank + 1))
    else:
        factor = np.sum(1 / rank) if method == "by" else 1.0
        stepped = np.minimum.accumulate((values[order] * (factor * m / rank))[::-1])[::-1]
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted
