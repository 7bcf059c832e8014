"""What every engine is told, and what it gives back: counts, and nothing of any one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Codes = np.ndarray[Any, np.dtype[Any]]
Counts = np.ndarray[Any, np.dtype[np.int64]]

BLANK, UNKNOWN = -1, -2
"""Codes of what a column holds that is nothing at all, and of what it holds that nobody knows."""


@dataclass(frozen=True)
class Column:
    """A column of the frame.

    Attributes
    ----------
    heading : str
    codes : mapping of str to int, or None
        What each text in it stands for. None: every text stands for itself, and codes are given as they come.
    """

    heading: str
    codes: Mapping[str, int] | None


@dataclass(frozen=True)
class Points:
    """Points that a child has over several columns.

    Attributes
    ----------
    of : mapping of item to mapping of code to int
        The points that codes are worth; others are worth nothing.
    """

    of: Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Groups:
    """Rows counted by what they hold in some columns.

    Attributes
    ----------
    cells : list of array of int
        Of each column of the cells its code in each cell; there may be cells without rows.
    cell : array of int
        The cell of each group.
    codes : list of array of int
        Of each other column its code in each group.
    sums : array of int64, shape (1 or 3, groups)
        Rows; where there are weights also the sums of the weights and of their squares.
    """

    cells: list[Codes]
    cell: Codes
    codes: list[Codes]
    sums: Counts


class Engine(Protocol):
    """Counts the rows of one frame.

    Attributes
    ----------
    names : dict of item to list of str
        What the codes of columns without codes stand for, as far as they were counted; blanks are "".
    """

    names: dict[str, list[str]]

    def count(self, cells: Sequence[str], part: Sequence[str]) -> Groups:
        """Count the rows by the columns of `cells` and of `part` together; the same cells come in a row."""

    def bad_weights(self) -> int:
        """Return how many rows have a weight that is none."""
