"""Which of many areas is our own council, and whether one council stands among them twice.

Nothing here guesses. A council that cannot be told is refused, with the names that come near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from brightspots.councils import (
    Council,
    all_councils,
    find_councils,
    near_names,
    place_and_kind,
    positions_of,
)
from brightspots.errors import ArgumentError
from brightspots.questionnaire.spelling import fold

CODES = {
    "national statistics codes": re.compile(r"[ENSWK][0-9]{8}"),
    "three-digit codes": re.compile(r"[0-9]{3}"),
}
NAMES = "names"
SHOWN = 3
SLIP = 0.85
"""How alike two words are of which one is taken for a misspelling of the other; 1 is the same."""


def find_area(own: str, areas: Sequence[str]) -> int:
    """Return the place of our own council among areas: as it is spelled there, or by another name or code.

    Parameters
    ----------
    own : str
        Our council: its name in any usual spelling, its three-digit code, or a national statistics code of
        it, also an earlier one.
    areas : sequence of str
        All areas.

    Returns
    -------
    int

    Raises
    ------
    ArgumentError
        If it is not among them, if it is not known and not spelled as one of them, or if more than one of
        them may be meant; with the names that come near.

    Examples
    --------
    >>> find_area("Sheffield City Council", ["Barnsley", "Leeds", "Sheffield"])
    2
    >>> find_area("373", ["E08000016", "E08000019"])
    1
    >>> find_area("Leicester", ["Leicestershire", "Leeds"])
    Traceback (most recent call last):
        ...
    brightspots.errors.ArgumentError: own is 'Leicester', which is none of the 2 areas; near it:
    'Leicestershire'.
    """
    if own in areas:
        return list(areas).index(own)
    found = positions_of(own, areas)
    if len(found) == 1:
        return found[0]
    raise ArgumentError(f"own is {own!r}, {_why_not_found(own, find_councils(own), areas)}.")


def _why_not_found(own: str, councils: tuple[Council, ...], areas: Sequence[str]) -> str:
    among = f"which is none of the {len(areas)} areas" + ("" if councils else " as they are spelled")
    if len(councils) > 1:
        several = " or ".join(council.label for council in councils)
        among = f"which may be {several}; spell it as the areas are"
    elif councils and _kind(own) != NAMES:
        among = f"{councils[0].label}, {among}"
    near = near_names(own, areas)
    kinds = sorted({_kind(area) for area in areas})
    succession = _successions((councils, find_councils(area)) for area in areas)
    if succession:
        return f"{among}; {'; '.join(succession)}, so their children are not the same"
    if near:
        return f"{among}; near it: {', '.join(map(repr, near))}"
    if not councils and _kind(own) not in kinds:
        return f"{among}; they are given by {' and '.join(kinds)}"
    return f"{among}; none comes near"


def refuse_doubles(areas: Sequence[str]) -> None:
    """Refuse areas of which two look like one council, or hold the same children.

    Parameters
    ----------
    areas : sequence of str
        All areas, each once: names or codes of councils, or areas of another kind.

    Raises
    ------
    ArgumentError
        If two areas are one council, or look like one; if one took the place of another; or if areas that
        are no known council are given by name and by code together: children could then be counted twice,
        and our own stand among the others.

    Examples
    --------
    >>> refuse_doubles(["Leicester", "Leicestershire", "373"])
    >>> refuse_doubles(["Leicester", "City of Leicester"])
    Traceback (most recent call last):
        ...
    brightspots.errors.ArgumentError: source holds areas that look like one council: 'City of Leicester' and
    'Leicester'. Give each council one spelling.
    """
    known = {area: find_councils(area) for area in sorted(areas)}
    kinds = sorted({_kind(area) for area in areas})
    strange = [area for area, councils in known.items() if not councils]
    if len(kinds) > 1 and strange:
        raise ArgumentError(
            f"source gives its areas by {' and '.join(kinds)}, and {_some(strange)} cannot be told to be a "
            "council, so one could stand there twice. Give them all alike."
        )
    pairs = list(combinations(known, 2))
    doubles = [f"{one!r} and {other!r}" for one, other in pairs if _look_alike(one, other, known)]
    if doubles:
        raise ArgumentError(
            f"source holds areas that look like one council: {'; '.join(doubles)}. Give each council one "
            "spelling."
        )
    followed = _successions((known[one], known[other]) for one, other in pairs)
    if followed:
        raise ArgumentError(
            f"source holds children twice: {'; '.join(followed)}. Take the one or the other with Tally.only."
        )


def _look_alike(one: str, other: str, known: dict[str, tuple[Council, ...]]) -> bool:
    if known[one] and known[other]:
        return not set(known[one]).isdisjoint(known[other])
    (place, kinds), (other_place, other_kinds) = place_and_kind(one), place_and_kind(other)
    if place == other_place:
        return kinds <= other_kinds or other_kinds <= kinds
    # A slip of the pen: word for word nearly the name of a council, and no council's.
    pairs = zip(place, other_place, strict=False)
    alike = len(place) == len(other_place) and all(
        SequenceMatcher(None, word, other_word).ratio() >= SLIP for word, other_word in pairs
    )
    return alike and bool(known[one] or known[other])


def _successions(pairs: Iterable[tuple[tuple[Council, ...], tuple[Council, ...]]]) -> list[str]:
    """Say of which areas one took the place of the other, where there is no doubt about it."""
    register = all_councils()
    told: dict[str, None] = {}
    for ones, others in pairs:
        both = [(a, b) if b.code in a.became else (b, a) for a in ones for b in others]
        if both and all(later.code in earlier.became for earlier, later in both):
            for earlier, _ in both:
                became = " and ".join(register[code].name for code in earlier.became)
                told[f"{earlier.name} became {became} in {earlier.until}"] = None
    return list(told)


def _some(areas: Sequence[str]) -> str:
    return ", ".join(map(repr, areas[:SHOWN])) + (", …" if len(areas) > SHOWN else "")


def _kind(area: str) -> str:
    return next((kind for kind, code in CODES.items() if code.fullmatch(fold(area).upper())), NAMES)
