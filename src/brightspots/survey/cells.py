"""Single cells: one rule for blanks, text and numbers at every door."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
EXACT_FLOATS = 2**53
"""Up to here every whole number is a float of its own."""

LARGEST_WHOLE = 10**300
"""Python refuses to write out whole numbers that are much longer."""


def tidy(cell: Any) -> Any:
    """Return a cell's value: None, int, float, text without outer spaces, or a date, time or duration.

    Text that is plainly a number becomes one, whatever the file declared, so that one mapping serves a survey
    saved as SPSS, CSV or Excel; codes such as ``007`` stay text. True and false become the text that
    spreadsheets write for them.

    Raises
    ------
    TypeError
        If the cell holds anything else; the message does not show it.

    Examples
    --------
    >>> [tidy(cell) for cell in ("7", "7.0", 7.0, "4.5", "7,0", "007", "1e5", " a bit ", " ", True)]
    [7, 7, 7, 4.5, '7,0', '007', '1e5', 'a bit', None, 'TRUE']
    """
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or isinstance(cell, dt.date | dt.time | dt.timedelta):
        return cell
    if isinstance(cell, str):
        text = LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", cell).strip()
        return _whole(float(text)) if PLAIN_NUMBER.fullmatch(text) else text or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int) and abs(cell) <= LARGEST_WHOLE:
        return cell
    if isinstance(cell, float | Decimal):
        return _whole(float(cell))
    raise TypeError("A cell holds something other than text, a number or a date.")


def _whole(number: float) -> int | float | None:
    if number != number:
        return None
    return int(number) if number.is_integer() and abs(number) <= EXACT_FLOATS else number


def tidy_all(cells: Iterable[Any]) -> NDArray[np.object_]:
    """Return the values of a column's cells; survey answers repeat, so each is worked out once."""
    return np.array(list(map(lru_cache(maxsize=None, typed=True)(tidy), cells)), dtype=object)


def is_blank(cells: Iterable[Any]) -> bool:
    """Whether no cell holds anything."""
    return all(tidy(cell) is None for cell in cells)


def as_text(cell: Any) -> str:
    """Return a heading or a label as text, empty for a blank.

    Examples
    --------
    >>> as_text(" 7.0 "), as_text(7.0), as_text(None)
    ('7.0', '7', '')
    """
    if isinstance(cell, str):
        return LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", cell).strip()
    value = tidy(cell)
    return "" if value is None else str(value)
