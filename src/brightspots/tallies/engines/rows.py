"""Rows of a pandas frame, counted with one bincount over a composite code, a block of rows at a time."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from brightspots.survey.weights import LARGEST, SMALLEST, as_weights
from brightspots.tallies.engines.engine import BLANK, UNKNOWN, Column, Groups, Points
from brightspots.tallies.tally import WEIGHT_UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.frames import OpenFrame
    from brightspots.tallies.engines.engine import Codes, Counts

BLOCK = 131_072
LARGEST_EXACT = 1 << 53
HALF_BITS = 24
HALF = (1 << HALF_BITS) - 1
DENSE, LARGEST_DENSE = 1 << 16, 1 << 22
"""Counts are kept for so many places, also where few of them occur; beyond that rows are sorted first."""


class Rows:
    """The engine for frames that are in memory as numpy arrays.

    Parameters
    ----------
    frame : OpenFrame
        One of pandas.
    columns : mapping of item to Column or Points
    weight : str, optional
        Heading of the weights.
    """

    def __init__(
        self, frame: OpenFrame, columns: Mapping[str, Column | Points], weight: str | None = None
    ) -> None:
        assert frame.native is not None
        self.names: dict[str, list[str]] = {}
        self._frame = frame.native
        self._columns = columns
        self._held: dict[str, tuple[Codes, int, int]] = {}
        self._cells: tuple[tuple[str, ...], tuple[Codes, list[Codes]]] | None = None
        self._weights: list[Codes] = []
        self._bad_weights = 0
        if weight is not None:
            told = _as_weights(self._frame[weight])
            self._bad_weights = int(np.isnan(told).sum())
            units = np.floor(np.nan_to_num(told) * WEIGHT_UNITS + 0.5)
            self._weights = [units, units**2]

    def bad_weights(self) -> int:
        """Return how many rows have a weight that is none."""
        return self._bad_weights

    def count(self, cells: Sequence[str], part: Sequence[str]) -> Groups:
        """Count the rows by what they hold in some columns."""
        cell, keys = self._cells_of(tuple(cells))
        parts = [self._codes(item) for item in part]
        widths = [width for _, _, width in parts]
        width, n = prod(widths), len(self._frame)
        size = (len(keys[0]) if keys else 1) * width
        blocks = [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]
        sums: Counts
        if size <= max(DENSE, n, min(16 * n, LARGEST_DENSE)):
            sums = np.zeros((1 + len(self._weights), size), dtype=np.int64)
            for rows in blocks:
                self._add(sums, _places(cell[rows], rows, parts), rows)
            held = np.flatnonzero(sums[0])
            sums = sums[:, held]
        else:
            places = np.concatenate([_places(cell[rows], rows, parts) for rows in blocks])
            held, inverse = np.unique(places, return_inverse=True)
            sums = np.zeros((1 + len(self._weights), held.size), dtype=np.int64)
            for rows in blocks:
                self._add(sums, inverse[rows], rows)
        at, within = np.divmod(held, width)
        codes = []
        if parts:
            codes = [
                code + (0 if isinstance(self._columns[item], Points) else UNKNOWN)
                for item, code in zip(part, np.unravel_index(within, widths), strict=True)
            ]
        return Groups(keys, at, codes, sums)

    def _add(self, sums: Counts, places: Codes, rows: slice) -> None:
        """Add up rows, weights and squares at each place: in halves where floats would not be exact."""
        size = sums.shape[1]
        sums[0] += np.bincount(places, minlength=size)
        for i, numbers in enumerate(self._weights, start=1):
            block = numbers[rows]
            if block.size and float(block.max()) * block.size < LARGEST_EXACT:
                sums[i] += np.bincount(places, weights=block, minlength=size).astype(np.int64)
            else:
                whole = block.astype(np.int64)
                low, high = (
                    np.bincount(places, weights=half, minlength=size).astype(np.int64)
                    for half in (whole & HALF, whole >> HALF_BITS)
                )
                sums[i] += (high << HALF_BITS) + low

    def _cells_of(self, items: tuple[str, ...]) -> tuple[Codes, list[Codes]]:
        """Return a number for the cell of each row, and the code of each item in each cell."""
        if self._cells is None or self._cells[0] != items:
            cell = np.zeros(len(self._frame), dtype=np.int64)
            keys: list[Codes] = []
            cells = 1
            for item in items:
                codes, shift, width = self._codes(item)
                cell = cell * width + codes + shift
                keys = [np.repeat(key, width) for key in keys]
                keys.append(np.tile(np.arange(width) + (0 if item in self.names else UNKNOWN), cells))
                cells *= width
                if cells > max(DENSE, cell.size):
                    present, cell = np.unique(cell, return_inverse=True)
                    keys = [key[present] for key in keys]
                    cells = present.size
            self._cells = (items, (cell, keys))
        return self._cells[1]

    def _codes(self, item: str) -> tuple[Codes, int, int]:
        """Return an item's codes, what to add so that the least is 0, and how many there can be."""
        if item not in self._held:
            column = self._columns[item]
            if isinstance(column, Points):
                self._held[item] = self._points(column)
            elif column.codes is None:
                self._held[item] = self._free(item, column)
            else:
                self._held[item] = self._coded(column.heading, column.codes)
        return self._held[item]

    def _coded(self, heading: str, meanings: Mapping[str, int]) -> tuple[Codes, int, int]:
        width = max(meanings.values(), default=0) + 1 - UNKNOWN
        raw, values = _factors(self._frame[heading])
        table = np.array([*(meanings.get(_text(value), UNKNOWN) for value in values), BLANK], dtype=np.int16)
        if np.array_equal(table[:-1], np.arange(len(values))):
            return raw, -UNKNOWN, width
        return (table - UNKNOWN).astype(np.min_scalar_type(width))[raw], 0, width

    def _free(self, item: str, column: Column) -> tuple[Codes, int, int]:
        raw, values = _factors(self._frame[column.heading])
        names = list(dict.fromkeys([*(_text(value) for value in values), *([""] if (raw < 0).any() else [])]))
        place = {name: i for i, name in enumerate(names)}
        table = np.array([*(place[_text(value)] for value in values), place.get("", 0)], dtype=np.int32)
        self.names[item] = names
        return table[raw], 0, len(names)

    def _points(self, points: Points) -> tuple[Codes, int, int]:
        total = np.zeros(len(self._frame), dtype=np.int16)
        most = 0
        for item, worth in points.of.items():
            codes, shift, width = self._codes(item)
            table = np.zeros(width, dtype=np.int16)
            for code, number in worth.items():
                table[code - UNKNOWN] = number
            total += np.roll(table, -shift)[codes]
            most += int(table.max())
        return total, 0, most + 1


def _places(cell: Codes, rows: slice, parts: Sequence[tuple[Codes, int, int]]) -> Codes:
    """Return a number for what each row of a block holds."""
    for codes, shift, width in parts:
        cell = cell * width
        cell += codes[rows]
        cell += shift
    return cell


def _factors(column: pd.Series[Any]) -> tuple[Codes, Sequence[Any]]:
    """Return each row's place among a column's values, -1 for blanks, and those values."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categorical: Any = column.array
        return categorical.codes, categorical.categories.tolist()
    raw, values = pd.factorize(column.astype("object"), use_na_sentinel=True)
    return raw, list(values)


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _as_weights(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return as_weights(column.tolist())
    told = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where((told >= SMALLEST) & (told <= LARGEST), told, np.nan)
