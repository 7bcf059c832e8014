"""The columns that are wanted out of a data frame of any kind, and nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from brightspots.errors import ArgumentError
from brightspots.survey.cells import tidy_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Frame(NamedTuple):
    """Tidied cells of the columns that were wanted, by their heading, and the index of the rows."""

    cells: dict[Any, NDArray[np.object_]]
    rows: pd.Index[Any]


def names_in(frame: Any, argument: str) -> list[Any]:
    """Return the headings of a data frame, as often as they stand there.

    Raises
    ------
    ArgumentError
        If it is no data frame that Narwhals knows.
    """
    if isinstance(frame, pd.DataFrame):
        return list(frame.columns)
    return list(_narwhal(frame, argument).collect_schema().names())


def read_columns(frame: Any, wanted: Iterable[Any], argument: str = "frame") -> Frame:
    """Return columns of a data frame of any kind, eager or lazy; blanks are None.

    Parameters
    ----------
    frame : data frame
        Anything that Narwhals knows; it is not changed.
    wanted : iterable
        Headings.
    argument : str
        What to call the frame in a message.

    Raises
    ------
    ArgumentError
        If it is no data frame, a heading is missing or stands twice, or cells hold lists or other objects.
    """
    names = list(dict.fromkeys(wanted))
    present = names_in(frame, argument)
    missing = [name for name in names if name not in present]
    twice = [name for name in names if present.count(name) > 1]
    faults = [f"lacks {', '.join(map(str, missing))}"] if missing else []
    faults += [f"has more than one {', '.join(map(str, twice))}"] if twice else []
    if faults:
        raise ArgumentError(f"{argument} {' and '.join(faults)}; name its columns as they stand in the data.")
    if isinstance(frame, pd.DataFrame):
        index = frame.index
        table = frame[names].set_axis([str(i) for i in range(len(names))], axis=1)
        own = nw.from_native(table, eager_only=True)
    else:
        lazy = _narwhal(frame, argument).select(names)
        own = lazy.collect(None if lazy.implementation.is_polars() else "pandas")
        index = pd.RangeIndex(len(own))
    held = {}
    for name, key in zip(names, own.columns, strict=True):
        blank = own[key].is_null().to_list()
        cells = (None if null else cell for cell, null in zip(own[key].to_list(), blank, strict=True))
        try:
            held[name] = tidy_all(cells)
        except TypeError:
            raise ArgumentError(
                f"{argument} holds something other than text, numbers or dates in {name}."
            ) from None
    return Frame(held, index)


def _narwhal(frame: Any, argument: str) -> nw.LazyFrame[Any]:
    try:
        lazy: nw.LazyFrame[Any] = nw.from_native(frame).lazy()
    except TypeError:
        raise ArgumentError(
            f"{argument} is a {type(frame).__name__}; give a data frame that Narwhals knows."
        ) from None
    return lazy


def is_given(cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each tidied cell holds anything."""
    return np.array([cell is not None for cell in cells], dtype=bool)


def numbers_in(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return tidied cells as floats; NaN for blanks and for all that is no number."""
    return np.array([c if isinstance(c, int | float) else np.nan for c in cells], dtype=np.float64)
