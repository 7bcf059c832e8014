"""Spellings that mean the same: case, spacing, apostrophes, dashes, and whole numbers written as 1.0."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brightspots.questionnaire.model import Questionnaire

TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ′´`", "'"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
    }
)
WHOLE = re.compile(r"(-?[0-9]+)\.0+")
RANGE = re.compile(r"(?<=[0-9])\s*(?:-|to)\s*(?=[0-9])")
AGES = re.compile(
    r"^(?:ages?|aged)\s+(?=[0-9])|(?<=[0-9])[\s-]*(?:years?|yrs?|y)(?:[\s-]*(?:olds?|of age|o))?$"
)


def fold(value: Any) -> str:
    """Fold a value's case, spacing and typography, so that spellings of one thing meet.

    Examples
    --------
    >>> [fold(value) for value in (" Don’t\u00a0 KNOW ", "16 – 17", 1.0, "2.0", 4.5)]
    ["don't know", '16 - 17', '1', '2', '4.5']
    """
    text = " ".join(unicodedata.normalize("NFC", str(value)).translate(TYPOGRAPHY).split()).casefold()
    whole = WHOLE.fullmatch(text)
    return whole.group(1) if whole else text


def fold_id(name: Any) -> str:
    """Fold a heading as an id is written, so that "Good friend" meets ``good_friend``."""
    return fold(name).replace(" ", "_")


def fold_band(value: Any) -> str:
    """Fold the spellings of an age band.

    A school year is not an age, so "Year 8-11" stays another thing than 8-11.

    Examples
    --------
    >>> {fold_band(text) for text in ("8–11", "8 to 11", "Ages 8 - 11", "8-11 years", "8-11 year-olds")}
    {'8-11'}
    >>> fold_band("Year 8-11")
    'year 8-11'
    """
    return AGES.sub("", RANGE.sub("-", fold(value)))


def band_spellings(questionnaire: Questionnaire) -> dict[str, str]:
    """Return every spelling of the age bands, folded, and the band that each one means.

    A spelling that would mean two bands means none.
    """
    meanings: dict[str, set[str]] = {}
    for band in questionnaire.age_bands:
        for name in (band.id, band.label, band.noun, *(edition.label for edition in band.editions)):
            meanings.setdefault(fold_band(name), set()).add(band.id)
    return {name: bands.pop() for name, bands in meanings.items() if len(bands) == 1}
