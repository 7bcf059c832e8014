"""The tallies that results were counted from, brought together by area and wave."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from brightspots.errors import ArgumentError
from brightspots.tallies.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping


def places_of(tally: Tally) -> list[tuple[str, str]]:
    """Return each area and wave that a tally counts."""
    return sorted({(key[0], key[1]) for key in tally.table(()).keys})


def forms_of(tally: Tally, place: tuple[str, str]) -> set[str]:
    """Return the age bands that answered."""
    return {key[2] for key in tally.table(()).keys if key[:2] == place}


def by_place(tallies: list[Tally], taken: Mapping[tuple[str, str], Tally]) -> dict[tuple[str, str], Tally]:
    """Return the counts of each area and wave that is not taken yet, from all tallies that have it."""
    parts: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for tally in tallies:
        for area, wave in places_of(tally):
            parts[(area, wave)].append(tally.only(area=area, wave=wave))
    return {place: one_source(own) for place, own in parts.items() if place not in taken}


def one_source(sources: list[Tally]) -> Tally:
    """Return one tally that holds the groupings of all, after checking that they count the same answers."""
    first = sources[0]
    merged = Tally(first.questionnaire, {(): first.table(())}, first.eligible, first.respondents)
    for source in sources:
        if not _count_the_same(merged, source):
            raise ArgumentError(
                f"Two of the results on {first.questionnaire.id} were counted from different answers; "
                "release what belongs together."
            )
        merged = replace(merged, tables={**merged.tables, **source.tables})
    return merged


def _count_the_same(one: Tally, other: Tally) -> bool:
    """Whether two tallies agree on age bands, and on every trait that both hold."""
    if one.questionnaire.hash != other.questionnaire.hash:
        return False
    if one.respondents and other.respondents and one.respondents != other.respondents:
        return False
    held = [{trait for grouping in tally.groupings for trait in grouping} for tally in (one, other)]
    for grouping in [(), *((trait,) for trait in sorted(held[0] & held[1]))]:
        mine, theirs = one.table(grouping), other.table(grouping)
        if mine.keys != theirs.keys or (mine.counts != theirs.counts).any():
            return False
    return True
