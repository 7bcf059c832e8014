"""Names and codes of councils: which one is meant, and whether one stands twice under two spellings.

Nothing here guesses. A council that cannot be told is refused, with the names that come near.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import combinations

from brightspots.errors import ArgumentError
from brightspots.questionnaire.spelling import fold

KINDS_OF_COUNCIL = frozenset(
    ("authority", "borough", "city", "corporation", "council", "county", "district", "london", "metropolitan",
     "royal", "unitary")
)  # fmt: skip
SMALL_WORDS = frozenset(("and", "of", "the"))
CODES = {
    "national statistics codes": re.compile(r"[ENSW][0-9]{8}"),
    "three-digit codes": re.compile(r"[0-9]{3}"),
}
NAMES = "names"
SHOWN = 3


def find_area(own: str, areas: Sequence[str]) -> int:
    """Return the place of our own council among areas, spelled exactly as it stands there.

    Parameters
    ----------
    own : str
        Our council.
    areas : sequence of str
        All areas.

    Returns
    -------
    int

    Raises
    ------
    ArgumentError
        If it is not among them as it is spelled; with the names that come near.

    Examples
    --------
    >>> find_area("Leeds", ["Barnsley", "Leeds", "Sheffield"])
    1
    >>> find_area("Sheffield City Council", ["Barnsley", "Leeds", "Sheffield"])
    Traceback (most recent call last):
        ...
    brightspots.errors.ArgumentError: own is 'Sheffield City Council', which is none of the 3 areas as they
    are spelled; near it: 'Sheffield'.
    """
    if own in areas:
        return list(areas).index(own)
    bare, folded = _words(own)[0], {fold(area): area for area in areas}
    near = [area for area in areas if bare and _words(area)[0] == bare]
    near += [folded[name] for name in get_close_matches(fold(own), folded, n=SHOWN)]
    kinds = sorted({_kind(area) for area in areas})
    if near:
        hint = f"near it: {', '.join(map(repr, list(dict.fromkeys(near))[:SHOWN]))}"
    elif _kind(own) not in kinds:
        hint = f"they are given by {' and '.join(kinds)}"
    else:
        hint = "none comes near"
    raise ArgumentError(
        f"own is {own!r}, which is none of the {len(areas)} areas as they are spelled; {hint}."
    )


def refuse_doubles(areas: Sequence[str]) -> None:
    """Refuse areas of which two look like one council, or that are named in several ways.

    Parameters
    ----------
    areas : sequence of str
        All areas, each once.

    Raises
    ------
    ArgumentError
        If two spellings look like one council, or some areas are given by name and others by code: a council
        could then be counted twice, and our own stand among the others.

    Examples
    --------
    >>> refuse_doubles(["Leicester", "Leicestershire"])
    >>> refuse_doubles(["Leicester", "City of Leicester"])
    Traceback (most recent call last):
        ...
    brightspots.errors.ArgumentError: source holds areas that look like one council: 'City of Leicester' and
    'Leicester'. Give each council one spelling.
    """
    kinds = sorted({_kind(area) for area in areas})
    if len(kinds) > 1:
        raise ArgumentError(
            f"source gives its areas by {' and '.join(kinds)}, so one council could stand there twice. Give "
            "them all alike."
        )
    words = {area: _words(area) for area in sorted(areas)}
    doubles = [
        f"{one!r} and {other!r}"
        for one, other in combinations(words, 2)
        if words[one][0] == words[other][0]
        and (words[one][1] <= words[other][1] or words[other][1] <= words[one][1])
    ]
    if doubles:
        raise ArgumentError(
            f"source holds areas that look like one council: {'; '.join(doubles)}. Give each council one "
            "spelling."
        )


def _kind(area: str) -> str:
    return next((kind for kind, code in CODES.items() if code.fullmatch(area.strip().upper())), NAMES)


def _words(area: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words that name a place, and those that say what kind of council it has."""
    words = re.findall(r"\w+", fold(area).replace("&", " and ").replace("'", "").replace(".", ""))
    place = tuple(word for word in words if word not in KINDS_OF_COUNCIL | SMALL_WORDS)
    return place, frozenset(words) & KINDS_OF_COUNCIL
