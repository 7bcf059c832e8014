"""The columns that are wanted out of a data frame of any kind, and nothing else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from brightspots.errors import ArgumentError
from brightspots.frames import OpenFrame, UnreadableFrameError, cells_of, open_frame
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
    return list(_opened(frame, argument).headings)


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
    opened = _opened(frame, argument)
    present = list(opened.headings)
    missing = [name for name in names if name not in present]
    twice = [name for name in names if present.count(name) > 1]
    faults = [f"lacks {', '.join(map(str, missing))}"] if missing else []
    faults += [f"has more than one {', '.join(map(str, twice))}"] if twice else []
    if faults:
        raise ArgumentError(f"{argument} {' and '.join(faults)}; name its columns as they stand in the data.")
    try:
        columns = opened.columns([present.index(name) for name in names])
    except UnreadableFrameError:
        raise _no_frame(frame, argument) from None
    held = {}
    for name, column in zip(names, columns, strict=True):
        try:
            held[name] = tidy_all(cells_of(column))
        except TypeError:
            raise ArgumentError(
                f"{argument} holds something other than text, numbers or dates in {name}."
            ) from None
    n = len(columns[0]) if columns else 0
    return Frame(held, pd.RangeIndex(n) if opened.native is None else opened.native.index)


def _opened(frame: Any, argument: str) -> OpenFrame:
    try:
        return open_frame(frame)
    except UnreadableFrameError:
        raise _no_frame(frame, argument) from None


def _no_frame(frame: Any, argument: str) -> ArgumentError:
    return ArgumentError(f"{argument} is a {type(frame).__name__}; give a data frame that Narwhals knows.")


def is_given(cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each tidied cell holds anything."""
    return np.array([cell is not None for cell in cells], dtype=bool)


def numbers_in(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return tidied cells as floats; NaN for blanks and for all that is no number."""
    return np.array([c if isinstance(c, int | float) else np.nan for c in cells], dtype=np.float64)
