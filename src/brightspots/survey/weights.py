"""Weights of answers: numbers above 0, in a range that survives being kept to four decimals."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

SMALLEST, LARGEST = 0.01, 100.0


def as_weights(values: Iterable[Any]) -> NDArray[np.float64]:
    """Return weights as floats; NaN for whatever is no number from 0.01 to 100.

    Weights are kept as whole numbers of 0.0001: smaller ones would be distorted, and the squares of larger
    ones could outgrow what adds up exactly. Only their ratios matter, so weights outside the range fit it
    once all are multiplied by one number.

    Parameters
    ----------
    values : iterable
        As exported.

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> as_weights([1, 0.75, "1,5", None, 0, -2, float("inf"), 5000])
    array([1.  , 0.75,  nan,  nan,  nan,  nan,  nan,  nan])
    """
    return np.array([float(value) if fits(value) else np.nan for value in values], dtype=np.float64)


def is_weight(value: Any) -> bool:
    """Whether a value is a finite number above 0."""
    number = isinstance(value, int | float | Decimal | np.number) and not isinstance(value, bool)
    return number and math.isfinite(value) and value > 0


def fits(value: Any) -> bool:
    """Whether a value is a weight that can be kept."""
    return is_weight(value) and SMALLEST <= value <= LARGEST
