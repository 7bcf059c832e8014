"""The register of English councils with children's services: names, codes, and what became of them.

A council is told by its three-digit code. Where a council went on and only its national code changed, both
codes mean it; where councils were split or joined, the new ones are others, whatever their names.

Nothing here guesses: a name that fits no council means none, and one that fits two means both.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache

from brightspots.questionnaire.shipped import DATA
from brightspots.questionnaire.spelling import fold

KINDS_OF_COUNCIL = frozenset(
    ("authority", "borough", "city", "corporation", "council", "county", "district", "metropolitan", "royal",
     "unitary")
)  # fmt: skip
SMALL_WORDS = frozenset(("and", "of", "the"))
LONDON = ("london",)
"""London is a region. Only its City, or the Corporation of London, is a council."""

SHOWN = 3


@dataclass(frozen=True)
class Council:
    """One council, now or before.

    Attributes
    ----------
    name : str
        As the Department for Education spells it.
    code : str
        Its three digits.
    ons_codes : tuple of str
        Its national statistics codes, the earlier first.
    since, until : int or None
        The years on whose 1 April it began and ended; None where it stood before 2015, or stands.
    became : tuple of str
        Three-digit codes of the councils that took its place.
    """

    name: str
    code: str
    ons_codes: tuple[str, ...]
    since: int | None = None
    until: int | None = None
    became: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name, with the year in which it ended or began where it did."""
        if self.until:
            return f"{self.name} (until {self.until})"
        return f"{self.name} (since {self.since})" if self.since else self.name


@cache
def all_councils() -> dict[str, Council]:
    """Return every council by its three-digit code.

    Examples
    --------
    >>> councils = all_councils()
    >>> councils["825"].ons_codes
    ('E10000002', 'E06000060')
    >>> [councils[code].name for code in councils["909"].became]
    ['Cumberland', 'Westmorland and Furness']
    """
    found: dict[str, Council] = {}
    with (DATA / "councils.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code, ons = row["code"], row["ons_code"]
            if code in found:
                found[code] = replace(found[code], ons_codes=(*found[code].ons_codes, ons), until=None)
                continue
            since, until = (int(row[key]) if row[key] else None for key in ("since", "until"))
            found[code] = Council(row["name"], code, (ons,), since, until, tuple(row["became"].split()))
    return found


def find_councils(text: str) -> tuple[Council, ...]:
    """Return the councils that a name or a code may mean: none, one, or (rarely) two of one name.

    Parameters
    ----------
    text : str
        A name in any usual spelling, a three-digit code, or a national statistics code, also an earlier one.

    Returns
    -------
    tuple of Council

    Examples
    --------
    >>> [[council.code for council in find_councils(text)]
    ...  for text in ("Sheffield City Council", "City of Sheffield", "373", "E08000039")]
    [['373'], ['373'], ['373'], ['373']]
    >>> [council.label for council in find_councils("Dorset")]
    ['Dorset (until 2019)', 'Dorset (since 2019)']
    >>> find_councils("Leicester County Council")
    ()
    """
    by_code, by_place = _index()
    code = fold(text).upper()
    if code in by_code:
        return (by_code[code],)
    place, kinds = place_and_kind(text)
    # "Leicester County" may be meant for Leicestershire: it is neither.
    other_county = "county" in kinds and (*place[:-1], f"{place[-1]}shire") in by_place if place else False
    only_region = place == LONDON and not kinds & {"city", "corporation"}
    return () if other_county or only_region else by_place.get(place, ())


def positions_of(text: str, areas: Sequence[str]) -> list[int]:
    """Return where, among names or codes of areas, the one council stands that a text means.

    Examples
    --------
    >>> positions_of("City of Bristol", ["Leeds", "Bristol", "801"])
    [1, 2]
    >>> positions_of("Dorset", ["838"])
    []
    """
    meant = find_councils(text)
    if len(meant) != 1:
        return []
    return [i for i, area in enumerate(areas) if find_councils(area) == meant]


@cache
def _index() -> tuple[dict[str, Council], dict[tuple[str, ...], tuple[Council, ...]]]:
    councils = all_councils().values()
    by_code = {code: council for council in councils for code in (council.code, *council.ons_codes)}
    by_place: dict[tuple[str, ...], tuple[Council, ...]] = {}
    for council in councils:
        place = place_and_kind(council.name)[0]
        by_place[place] = (*by_place.get(place, ()), council)
    return by_code, by_place


def place_and_kind(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words of a name that tell the place, and those that tell what kind of council it has.

    Examples
    --------
    >>> place_and_kind("Bristol, City of") == place_and_kind("City of Bristol")
    True
    >>> place_and_kind("London Borough of Newham")[0]
    ('newham',)
    """
    plain = fold(name).replace("&", " and ").replace("'", "").replace(".", "")
    words = re.findall(r"\w+", re.sub(r"\blondon borough\b", "borough", plain))
    place = tuple(word for word in words if word not in KINDS_OF_COUNCIL | SMALL_WORDS)
    return place, frozenset(words) & KINDS_OF_COUNCIL


def near_names(text: str, names: Sequence[str]) -> list[str]:
    """Return up to three names that come near a text: those of one place, or with its words, before others.

    Examples
    --------
    >>> near_names("Hull", ["Halton", "Kingston upon Hull, City of", "Leeds"])
    ['Kingston upon Hull, City of']
    """
    place, councils = place_and_kind(text)[0], set(find_councils(text))
    others = {name: place_and_kind(name)[0] for name in names}
    near = [name for name in names if councils & set(find_councils(name))]
    near += [name for name in names if place and others[name] == place]
    near += [name for name in names if place and set(place) <= set(others[name])]
    close = get_close_matches(" ".join(place), map(" ".join, others.values()), n=SHOWN)
    near += [name for words in close for name in names if " ".join(others[name]) == words]
    return list(dict.fromkeys(near))[:SHOWN]
