"""Numbers, lists and labels as people read them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OWNER, LABEL, PROPERTY = LENGTHS = (60, 110, 255)
"""Most characters of a name on the board's page, of a label there, and of a property of an office file."""
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
NOT_TEXT = frozenset({"Cc", "Cs", "Co"})


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    r"""Return a label as one line of plain text: no control characters, no marks that turn its direction.

    Examples
    --------
    >>> plain("Likes\tschool\x00 \u202eor college ")
    'Likes school or college'
    """
    spaced = re.sub(r"\s+", " ", text)
    return "".join(c for c in spaced if _is_text(c)).strip()


def _is_text(character: str) -> bool:
    code = ord(character)
    no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return not (no_character or character in DIRECTION_MARKS or unicodedata.category(character) in NOT_TEXT)


def shortened(text: str, longest: int) -> str:
    """Return a text as one line of plain text that fits; what is cut off is marked.

    Examples
    --------
    >>> shortened("Likes school or college", 13)
    'Likes school…'
    """
    text = plain(text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def number(n: int) -> str:
    """Return a count as house style has it: under ten in words.

    Examples
    --------
    >>> number(0), number(9), number(10), number(1234)
    ('none', 'nine', '10', '1,234')
    """
    return WORDS[n] if 0 <= n < len(WORDS) else f"{n:,}"


def whole_percent(share: float) -> int:
    """Return a share as whole percent, halves up."""
    return int(half_up(100 * share))


def percent(share: float) -> str:
    """Return a share as a whole percentage that claims neither all nor none where it is not so.

    Examples
    --------
    >>> percent(0.625), percent(0.998), percent(0.002), percent(1.0)
    ('63%', 'more than 99%', 'less than 1%', '100%')
    """
    whole = whole_percent(share)
    if whole == 100 and share < 1:
        return "more than 99%"
    if whole == 0 and share > 0:
        return "less than 1%"
    return f"{whole}%"


def percent_range(lower: float, upper: float) -> str:
    """Return a range of shares.

    Examples
    --------
    >>> percent_range(0.8426, 0.9249)
    '84% to 92%'
    """
    return f"{whole_percent(lower)}% to {whole_percent(upper)}%"


def points(difference: float) -> str:
    """Return the size of a difference of shares in percentage points.

    Examples
    --------
    >>> points(-0.18), points(0.07), points(0.012), points(0.001)
    ('18 points', 'seven points', 'one point', 'less than one point')
    """
    whole = whole_percent(abs(difference))
    if whole == 0:
        return "less than one point"
    return "one point" if whole == 1 else f"{number(whole)} points"


def points_range(lower: float, upper: float) -> str:
    """Return a range of sizes in percentage points; both ends lie on one side of zero.

    Examples
    --------
    >>> points_range(-0.27, -0.09)
    'nine to 27 points'
    """
    low, high = sorted((whole_percent(abs(lower)), whole_percent(abs(upper))))
    if low == high:
        return points(upper)
    return f"{number(low) if low else 'less than one'} to {number(high)} point{'s' if high > 1 else ''}"


def listed(items: Iterable[str], last: str = "and") -> str:
    """Return items as a list in a sentence.

    Examples
    --------
    >>> listed(["4-7s", "8-11s", "11-18s"])
    '4-7s, 8-11s and 11-18s'
    """
    parts = list(items)
    return (
        parts[0] if len(parts) == 1 else f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if parts else [])
    )


def capital(text: str) -> str:
    """Return a text with its first letter in upper case.

    Examples
    --------
    >>> capital("girls in residential care")
    'Girls in residential care'
    """
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """Return a label as it stands within a sentence; abbreviations keep their capitals.

    Examples
    --------
    >>> uncapital("Where they live"), uncapital("SEN support")
    ('where they live', 'SEN support')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
