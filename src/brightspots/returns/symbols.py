"""Single cells of published tables: a number, or a symbol that says why there is none."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from brightspots.survey.cells import tidy

SHOWN = "shown"
WITHHELD = "withheld"
NOT_APPLICABLE = "not applicable"
NOT_AVAILABLE = "not available"
ROUNDS_TO_ZERO = "rounds to zero"
LOW_RELIABILITY = "low reliability"
BLANK = "blank"
NOBODY = "nobody"
"""A share or an average of nobody, which some files print as 0."""
NOT_GIVEN = "not given"
"""The file has no such column."""

SYMBOLS = {
    "c": WITHHELD,
    "z": NOT_APPLICABLE,
    **dict.fromkeys(("x", ":", "#"), NOT_AVAILABLE),
    **dict.fromkeys(("k", "low", "~"), ROUNDS_TO_ZERO),
    "u": LOW_RELIABILITY,
}
"""Symbols of the Government Statistical Service as the DfE uses them in open data, and their older forms."""

OLDER_SYMBOLS = {**SYMBOLS, "x": WITHHELD, "na": NOT_AVAILABLE}
"""In the DfE's tables of 2015 and the ONS's on wellbeing x is what was suppressed; the ONS also has na."""

GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")


class Figure(NamedTuple):
    """A published number, or None, and what that means."""

    number: int | float | None
    status: str


@lru_cache(maxsize=65536, typed=True)
def read_figure(cell: Any, *, older: bool = False) -> Figure | None:
    """Return what a cell of a number column holds; None if it is neither a number nor a known symbol.

    `older` says that the file uses `OLDER_SYMBOLS`.

    Examples
    --------
    >>> [read_figure(cell) for cell in ("646", "15.6", "1,234", 7.0)]
    [Figure(number=646, status='shown'), Figure(number=15.6, status='shown'), Figure(number=1234,
    status='shown'), Figure(number=7, status='shown')]
    >>> [read_figure(cell).status for cell in ("c", "[z]", "K", ":", "")]
    ['withheld', 'not applicable', 'rounds to zero', 'not available', 'blank']
    >>> read_figure("12O") is None
    True
    """
    value = tidy(cell)
    if value is None:
        return Figure(None, BLANK)
    if isinstance(value, int | float):
        return Figure(value, SHOWN)
    if not isinstance(value, str):
        return None
    if GROUPED.fullmatch(value):
        return Figure(int(value.replace(",", "")), SHOWN)
    status = (OLDER_SYMBOLS if older else SYMBOLS).get(value.removeprefix("[").removesuffix("]").casefold())
    return None if status is None else Figure(None, status)
