"""Frames of Polars, PyArrow, DuckDB, Spark and others: they count themselves, and only counts come back.

One grouped query a measure. What the questionnaire does not know is put together as unknown before it leaves
the engine: no text of a child, put by mistake where an answer should be, comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from brightspots.errors import ArgumentError
from brightspots.survey.weights import LARGEST, SMALLEST
from brightspots.tallies.engines.engine import BLANK, UNKNOWN, Column, Groups, Points
from brightspots.tallies.tally import WEIGHT_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.frames import OpenFrame
    from brightspots.tallies.engines.engine import Codes

N, WEIGHTS, SQUARES = "n", "weights", "squares"


class Queries:
    """The engine for whatever answers queries.

    Parameters
    ----------
    frame : OpenFrame
    columns : mapping of item to Column or Points
    weight : str, optional
        Heading of the weights.
    """

    def __init__(
        self, frame: OpenFrame, columns: Mapping[str, Column | Points], weight: str | None = None
    ) -> None:
        self.names: dict[str, list[str]] = {}
        self._rows = frame.lazy
        self._columns = columns
        self._schema = frame.lazy.collect_schema()
        self._weight = weight
        self._sums = [N] if weight is None else [N, WEIGHTS, SQUARES]

    def count(self, cells: Sequence[str], part: Sequence[str]) -> Groups:
        """Count the rows by what they hold in some columns."""
        items = [*cells, *part]
        keys = {f"c{i}": item for i, item in enumerate(items)}
        totals = [nw.col(name).sum() for name in self._sums]
        first = [nw.len().alias(N), *totals[1:]]
        if keys:
            columns = [self._expression(item).alias(key) for key, item in keys.items()]
            known = [self._known(key, item).alias(key) for key, item in keys.items()]
            counted = self._rows.select(*columns, *self._units()).group_by(*keys).agg(*first)
            counted = counted.with_columns(*known).group_by(*keys).agg(*totals)
        else:
            counted = (self._rows.select(*self._units()) if self._weight else self._rows).select(*first)
        whole = counted.with_columns(*(nw.col(name).cast(nw.Int64) for name in self._sums))
        held = self._collect(whole)
        sums = np.array(
            [[number or 0 for number in held[name].to_list()] for name in self._sums], dtype=np.int64
        )
        codes = [self._codes(held[key].to_list(), item) for key, item in keys.items()]
        there = sums[0] > 0
        codes = [code[there] for code in codes]
        cell = np.arange(there.sum()) if cells else np.zeros(there.sum(), dtype=np.int64)
        return Groups(codes[: len(cells)], cell, codes[len(cells) :], sums[:, there])

    def bad_weights(self) -> int:
        """Return how many rows have a weight that is none."""
        if self._weight is None:
            return 0
        rows = self._rows
        if self._is_number(self._weight):
            told = nw.col(self._weight).cast(nw.Float64)
            rows = rows.filter(told.is_null() | ~told.is_between(SMALLEST, LARGEST))
        return int(self._collect(rows.select(nw.len().alias(N)))[N].to_list()[0])

    def _is_number(self, heading: str) -> bool:
        kind = self._schema[heading]
        return kind.is_numeric() or kind == nw.Decimal

    def _units(self) -> list[nw.Expr]:
        """Return the weights as whole numbers, and their squares."""
        if self._weight is None:
            return []
        if not self._is_number(self._weight):
            return [nw.lit(0).alias(WEIGHTS), nw.lit(0).alias(SQUARES)]
        told = nw.col(self._weight).cast(nw.Float64)
        told = nw.when(told.is_between(SMALLEST, LARGEST)).then(told).otherwise(nw.lit(0.0))
        units = (told * WEIGHT_UNITS + 0.5).floor().cast(nw.Int64)
        return [units.alias(WEIGHTS), (units * units).alias(SQUARES)]

    def _expression(self, item: str) -> nw.Expr:
        """Return a column as text, or a child's points."""
        column = self._columns[item]
        if isinstance(column, Points):
            return nw.sum_horizontal(
                nw.when(self._expression(one).is_in(texts)).then(nw.lit(number)).otherwise(nw.lit(0))
                for one, worth in column.of.items()
                for number in sorted({*worth.values()})
                if (texts := [text for text, code in self._texts(one).items() if worth.get(code) == number])
            )
        cells, kind = nw.col(column.heading), self._schema[column.heading]
        if kind == nw.Decimal:
            return cells.cast(nw.Float64).cast(nw.String)
        return (cells.fill_nan(None) if kind.is_float() else cells).cast(nw.String)

    def _texts(self, item: str) -> dict[str, int]:
        """Return what each text in a column stands for, as the engine writes numbers."""
        column = self._columns[item]
        assert isinstance(column, Column)
        codes = dict(column.codes or {})
        kind = self._schema[column.heading]
        if kind.is_float() or kind == nw.Decimal:
            codes |= {f"{text}.0": code for text, code in codes.items() if text.lstrip("-").isdecimal()}
        return codes

    def _known(self, key: str, item: str) -> nw.Expr:
        """Return what a group holds, or that nobody knows it."""
        column = self._columns[item]
        if isinstance(column, Points) or column.codes is None:
            return nw.col(key)
        texts = self._texts(item)
        known = nw.col(key).is_null() | nw.col(key).is_in(list(texts))
        return nw.when(known).then(nw.col(key)).otherwise(nw.lit(_none_of(texts)))

    def _codes(self, held: list[Any], item: str) -> Codes:
        column = self._columns[item]
        if isinstance(column, Points):
            return np.array(held, dtype=np.int64)
        if column.codes is not None:
            texts = self._texts(item)
            return np.array(
                [BLANK if text is None else texts.get(text, UNKNOWN) for text in held], dtype=np.int64
            )
        names = self.names.setdefault(item, [])
        place = {name: i for i, name in enumerate(names)}
        for text in held:
            place.setdefault(text or "", len(place))
        names[:] = place
        return np.array([place[text or ""] for text in held], dtype=np.int64)

    def _collect(self, counted: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
        try:
            return counted.collect(None if counted.implementation.is_polars() else "pyarrow")
        except Exception as error:  # each engine has its own errors, and they may quote cells
            raise ArgumentError(
                f"source cannot be counted: its engine stopped with {type(error).__name__}. Count its rows "
                "there, which shows the engine's own message."
            ) from None


def _none_of(texts: Iterable[str]) -> str:
    return "?" * (1 + max(map(len, texts), default=0))
