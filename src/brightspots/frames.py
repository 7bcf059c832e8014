"""The one door for data frames of any kind that Narwhals knows, eager or lazy: only the columns wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd


class UnreadableFrameError(Exception):
    """Raised for what is no data frame or cannot be collected; each caller says so in words of its own."""


@dataclass(frozen=True)
class OpenFrame:
    """A data frame of any kind.

    Attributes
    ----------
    headings : tuple
        As they stand there, as often as they stand there.
    lazy : narwhals.LazyFrame
        The frame, not collected.
    keys : tuple of str
        What `lazy` calls each column: its place in a pandas frame, whose headings need not be distinct text.
    native : pandas.DataFrame or None
        The frame itself if it is one of pandas.
    """

    headings: tuple[Any, ...]
    lazy: nw.LazyFrame[Any]
    keys: tuple[str, ...]
    native: pd.DataFrame | None

    def columns(self, places: Sequence[int] | None = None) -> list[nw.Series[Any]]:
        """Collect the columns at some places, or all.

        Raises
        ------
        UnreadableFrameError
            If they cannot be collected; the engine's own message, which may quote cells, is left out.
        """
        keys = [self.keys[place] for place in (range(len(self.keys)) if places is None else places)]
        own_engine = self.native is not None or self.lazy.implementation.is_polars()
        try:
            held = self.lazy.select(keys).collect(None if own_engine else "pandas")
        except Exception:
            raise UnreadableFrameError from None
        return [held[key] for key in keys]

    def to_pandas(self, places: Sequence[int] | None = None) -> pd.DataFrame:
        """Return the columns at some places as pandas: its own as they are, others as objects.

        Raises
        ------
        UnreadableFrameError
            If they cannot be collected.
        """
        wanted = list(range(len(self.keys)) if places is None else places)
        if self.native is not None:
            return self.native.iloc[:, wanted]
        import pandas as pd

        columns = zip(wanted, self.columns(wanted), strict=True)
        return pd.DataFrame(
            {self.headings[i]: pd.Series(cells_of(one), dtype="object") for i, one in columns}
        )


def open_frame(source: Any) -> OpenFrame:
    """Open a data frame; nothing of it is read yet.

    Raises
    ------
    UnreadableFrameError
        If it is none that Narwhals knows.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = open_frame(pd.DataFrame([["yes", 7], [None, 9]], columns=["q1", "q1"]))
    >>> frame.headings, [cells_of(column) for column in frame.columns()]
    (('q1', 'q1'), [['yes', None], [7, 9]])
    """
    native = source if nw.dependencies.is_pandas_dataframe(source) else None
    if native is not None:
        source = native.set_axis([str(i) for i in range(native.shape[1])], axis=1)
    try:
        lazy: nw.LazyFrame[Any] = nw.from_native(source).lazy()
        keys = tuple(lazy.collect_schema().names())
    except Exception:  # each engine has its own errors, and they may quote cells
        raise UnreadableFrameError from None
    return OpenFrame(keys if native is None else tuple(native.columns), lazy, keys, native)


def cells_of(column: nw.Series[Any]) -> list[Any]:
    """Return a column's cells; every kind of blank is None."""
    blank: Iterable[bool] = column.is_null().to_list()
    return [None if null else cell for cell, null in zip(column.to_list(), blank, strict=True)]
