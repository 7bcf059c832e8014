"""What comes into a function and what goes out: numbers of any shape, checked once, named when refused."""

from __future__ import annotations

import reprlib
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from brightspots.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Outcome: TypeAlias = Any
"""A float where only single numbers came in, an array where an array did; as numpy types its own."""


def numbers(
    name: str,
    values: ArrayLike,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    whole: bool = False,
    missing: bool = False,
    dimensions: int | None = None,
) -> Floats:
    """Turn an argument into an array of floats, or say by name which of its values makes no sense."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ArgumentError(f"{name} is {reprlib.repr(values)}: its rows differ in length.") from None
    if array.dtype.kind == "O" and all(_is_real(value) for value in array.flat):
        array = array.astype(np.float64)
    if array.dtype.kind not in "iuf":
        raise ArgumentError(f"{name} is {reprlib.repr(values)}: numbers are needed.")
    if array.size == 0:
        raise ArgumentError(f"{name} is empty: at least one number is needed.")
    if dimensions is not None and array.ndim != dimensions:
        raise ArgumentError(f"{name} has {array.ndim} dimensions: {dimensions} needed.")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        refuse(name, array, np.isinf(array) | (np.isnan(array) & (not missing)), "a finite number is needed")
    if low > -np.inf:
        refuse(name, array, array < low, f"it cannot be below {low:g}")
    if high < np.inf:
        refuse(name, array, array > high, f"it cannot be above {high:g}")
    if whole:
        refuse(name, array, array != np.floor(array), "a whole number is needed")
    return array


def shares(name: str, values: ArrayLike, *, dimensions: int | None = None) -> Floats:
    """Read shares from 0 to 1, with a hint for whoever gives percentages."""
    array = numbers(name, values, low=0, dimensions=dimensions)
    refuse(name, array, array > 1, "a share lies from 0 to 1, so divide a percentage by 100")
    return array


def inner_shares(name: str, values: ArrayLike, *, dimensions: int | None = None) -> Floats:
    """Read shares strictly between 0 and 1."""
    array = shares(name, values, dimensions=dimensions)
    refuse(name, array, (array == 0) | (array == 1), "it lies strictly between 0 and 1")
    return array


def tail_of(confidence: float) -> float:
    """Read a confidence level and return the probability beyond each limit."""
    return (1 - float(inner_shares("confidence", confidence, dimensions=0))) / 2


def counts_out_of(
    count_name: str, count: ArrayLike, n_name: str, n: ArrayLike, *, whole: bool = True
) -> tuple[Floats, Floats]:
    """Read counts and the numbers they are out of, brought to one shape."""
    tops, bases = together(
        {
            count_name: numbers(count_name, count, low=0, whole=whole),
            n_name: numbers(n_name, n, low=0, whole=whole),
        }
    )
    refuse(count_name, tops, tops > bases, f"it cannot exceed {n_name}", bases)
    return tops, bases


def two_groups(
    count1: ArrayLike, n1: ArrayLike, count2: ArrayLike, n2: ArrayLike, *, whole: bool
) -> tuple[Floats, ...]:
    """Read the counts of two groups, brought to one shape."""
    k1, m1 = counts_out_of("count1", count1, "n1", n1, whole=whole)
    k2, m2 = counts_out_of("count2", count2, "n2", n2, whole=whole)
    return together({"count1": k1, "n1": m1, "count2": k2, "n2": m2})


def together(arrays: dict[str, Floats]) -> tuple[Floats, ...]:
    """Bring arrays to one shape."""
    try:
        return tuple(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ArgumentError(f"The shapes of these do not match: {shapes}.") from None


def same_length(arrays: dict[str, Floats]) -> None:
    """Insist on arrays of one length, where each entry is the same group in all of them."""
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ArgumentError(f"The shapes of these must be the same: {shapes}.")


def one_of(name: str, value: str, choices: Sequence[str]) -> None:
    """Insist on one of a few words."""
    if value not in choices:
        raise ArgumentError(f"{name} is {value!r}: one of {', '.join(map(repr, choices))} is needed.")


def refuse(name: str, array: Floats, bad: Any, expected: str, limit: Floats | None = None) -> None:
    """Raise for the first bad value, saying where it stands and what was expected."""
    if not bad.any():
        return
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    where = str(list(place)) if place else ""
    beyond = "" if limit is None else f", which is {limit[place]:.10g}"
    raise ArgumentError(f"{name}{where} is {array[place]:.10g}: {expected}{beyond}.")


def base(n: ArrayLike) -> Floats:
    """Turn a base of nobody into NaN, so that whatever is worked out from it is missing and not 0."""
    size = np.asarray(n, dtype=np.float64)
    return np.where(size > 0, size, np.nan)


def plain(array: Any) -> Outcome:
    """Hand back a float for a single number and an array otherwise."""
    return array.item() if np.ndim(array) == 0 else array


def each_distinct(function: Callable[..., float], *arrays: Floats) -> Floats:
    """Work a function out once for every distinct row of its arguments."""
    rows = np.stack([array.ravel() for array in np.broadcast_arrays(*arrays)], axis=1)
    distinct, back = np.unique(rows, axis=0, return_inverse=True)
    values = np.array([function(*row) for row in distinct], dtype=np.float64)
    return values[back.ravel()].reshape(np.broadcast_shapes(*(array.shape for array in arrays)))


def _is_real(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
