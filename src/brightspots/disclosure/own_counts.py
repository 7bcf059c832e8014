"""What a council counts of its own children (SDQ, stability, ages), as tables of counts that add up."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.disclosure.own_figures import (
    AGES,
    SDQ,
    STABILITY,
    TRAIT,
    Key,
    OwnAverage,
    OwnTable,
    key_of,
)
from brightspots.errors import ArgumentError
from brightspots.findings.age_profiles import AgeProfile
from brightspots.measures.groups import ALL
from brightspots.measures.sdq.change import Change
from brightspots.measures.sdq.totals import REASONS, Totals
from brightspots.measures.stability.summary import Stability
from brightspots.statistics import half_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OwnResult = Totals | Change | Stability | AgeProfile
NO_SCORE, NOT_BEFORE = "no score", "no score before"
NOW, PAIRED_THEN, PAIRED_NOW = "now", "paired then", "paired now"
BANDS = ("normal", "borderline", "concern")


class Given(NamedTuple):
    """Counts of one kind as they are, before anything is hidden.

    Attributes
    ----------
    table : OwnTable
        What they are of; averages as they are.
    counts : dict of Key to int
    within : dict of dimension to dict of level to level
        The level that holds a level.
    public : dict of measure to (Key, Key or None)
        Published measures of the same kind: where their count and their base stand here.
    """

    table: OwnTable
    counts: dict[Key, int]
    within: dict[str, dict[str, str]]
    public: dict[str, tuple[Key, Key | None]]


def counts_of(results: Sequence[OwnResult]) -> list[Given]:
    """Return the tables of counts, a change of scores joined to the totals of the same children."""
    by_place: dict[tuple[str, str, str], dict[type, OwnResult]] = defaultdict(dict)
    for result in results:
        subject, time = _subject(result), _time(result)
        if not result.area or not time:
            raise ArgumentError(
                f"{result.title}: say whose children these are, and when (area and time), to release them."
            )
        held = by_place[subject, result.area, time]
        if type(result) in held:
            raise ArgumentError(f"{result.title} of {result.area}, {time}, is given twice.")
        held[type(result)] = result
    makers = {SDQ: _sdq, STABILITY: _stability, AGES: _ages}
    return [makers[place[0]](*place[1:], held) for place, held in by_place.items()]


def _subject(result: OwnResult) -> str:
    if isinstance(result, Totals | Change):
        return SDQ
    return STABILITY if isinstance(result, Stability) else AGES


def _time(result: OwnResult) -> str:
    return result.on if isinstance(result, Stability) else result.time


# ------------------------------------------------------------------------------------------ what there is


def _sdq(area: str, time: str, held: dict[type, Any]) -> Given:
    """Return a return of totals by band and trait, and the moves of the children who had a score before."""
    totals, change = held.get(Totals), held.get(Change)
    if totals is None:
        raise ArgumentError(
            "A change of SDQ scores is released with the totals of the same children (brightspots.sdq."
            "summarise with the same area and time): by itself it does not say how many have a score."
        )
    counts: dict[Key, int] = {}
    averages = []
    for row in totals:
        group = {} if row.trait == ALL else {TRAIT + row.trait: row.level}
        own = {ALL: row.eligible, "scored": row.scored, NO_SCORE: row.eligible - row.scored}
        own |= {band: getattr(row, band) for band in BANDS}
        if not group:
            own |= {name.lower(): getattr(row, name.lower()) for name in REASONS} | {
                "no reason": row.no_reason
            }
        counts |= {key_of({**group, "score": level}): count for level, count in own.items()}
        averages.append(OwnAverage(NOW, row.trait, row.level, _number(row.average)))
    if change is not None:
        moved, more = _moves(totals, change, counts)
        counts |= moved
        averages += more
    within = {"score": {**dict.fromkeys(BANDS, "scored")}}
    within["score"] |= dict.fromkeys([*(r.lower() for r in REASONS), "no reason"], NO_SCORE)
    scored = key_of({"score": "scored"})
    public: dict[str, tuple[Key, Key | None]] = {"sdq_received": (scored, ())}
    public |= {f"sdq_{band}": (key_of({"score": band}), scored) for band in BANDS}
    table = OwnTable(SDQ, area, time, totals.informant, totals.by, (), tuple(averages))
    return Given(table, counts, within, public)


def _moves(
    totals: Totals, change: Change, counts: Mapping[Key, int]
) -> tuple[dict[Key, int], list[OwnAverage]]:
    """Return how many were in which band before, of those with a score now."""
    (row,) = change
    if row.scale != "total" or row.informant != totals.informant or len(change.moves) != len(BANDS):
        raise ArgumentError(
            "A change of SDQ scores is released for the total in three bands, from the same informant as the "
            "totals beside it."
        )
    moves = {
        (then, now): int(count)
        for then, line in zip(BANDS, change.moves, strict=True)
        for now, count in zip(BANDS, line[1:], strict=True)
    }
    found: dict[Key, int] = {}
    for now in BANDS:
        held = counts[key_of({"score": now})]
        paired = {then: moves[then, now] for then in BANDS}
        paired[NOT_BEFORE] = held - sum(paired.values())
        found |= {key_of({"before": then, "score": now}): n for then, n in paired.items()}
    if min(found.values()) < 0:
        raise ArgumentError(
            "The change of SDQ scores holds children who are not in the totals beside it: give both the same "
            "frame and the same ages."
        )
    for then in (*BANDS, NOT_BEFORE, NO_SCORE):  # the last: those without a score now, so that all adds up
        own = {now: found.setdefault(key_of({"before": then, "score": now}), 0) for now in BANDS}
        own["scored"] = sum(own.values())
        own[NO_SCORE] = counts[key_of({"score": NO_SCORE})] if then == NO_SCORE else 0
        own[ALL] = own["scored"] + own[NO_SCORE]
        found |= {key_of({"before": then, "score": now}): n for now, n in own.items()}
    paired_averages = [
        OwnAverage(when, ALL, ALL, _number(half_up(value, 1)))
        for when, value in ((PAIRED_THEN, row.first), (PAIRED_NOW, row.second))
    ]
    return found, paired_averages


STRANDS = {
    "two_placement_changes": ("placements", "three or more"),
    "same_carer_two_years": ("carer", "same"),
    "mid_year_school_move": ("school", "moved in mid-year"),
    "three_workers": ("workers", "three or more"),
}
"""Measures of stability that leave: the dimension and level that each counts.

Two changes of worker stay inside, and school moves at any time: beside three workers, and beside moves in
mid-year, the few between them would be told, and most of both would have to be hidden for it.
"""


def _stability(area: str, time: str, held: dict[type, Any]) -> Given:
    """Return the measures of stability by trait, and how many were in care for part of the year."""
    found: Stability = held[Stability]
    counts: dict[Key, int] = {}
    within: dict[str, dict[str, str]] = {}
    for row in found:
        if row.measure not in STRANDS:
            continue
        dimension, level = STRANDS[row.measure]
        group = {} if row.trait == ALL else {TRAIT + row.trait: row.level}
        own = {level: row.count, "not": row.n - row.count, ALL: row.n + row.not_in_base}
        if dimension != "placements":  # of which everybody is asked
            own |= {"asked": row.n, "not asked": row.not_in_base}
            within[dimension] = {level: "asked", "not": "asked"}
        elif not group:
            parts = {"part of the year": row.part_year, "the whole year": row.n - row.part_year}
            counts |= {key_of({"in care": part}): n for part, n in parts.items()}
        for name, count in own.items():
            counts[key_of({**group, dimension: name})] = count
    at = {
        name: (key_of({dimension: level}), key_of({dimension: "asked"}))
        for name, (dimension, level) in STRANDS.items()
    }
    public: dict[str, tuple[Key, Key | None]] = {
        "three_placements": (at["two_placement_changes"][0], ()),
        "same_carer": at["same_carer_two_years"],
        "mid_year_school_move": at["mid_year_school_move"],
        "three_social_workers": at["three_workers"],
    }
    table = OwnTable(STABILITY, area, time, "", found.by, ())
    return Given(table, counts, within, public)


def _ages(area: str, time: str, held: dict[type, Any]) -> Given:
    """Return how many children there are of each age group."""
    found: AgeProfile = held[AgeProfile]
    rows = list(found)
    counts = {key_of({"age": row.age_group}): row.count for row in rows}
    counts[()] = sum(counts.values())
    elsewhere = tuple((row.age_group, row.benchmark) for row in rows)
    table = OwnTable(AGES, area, time, "", (), (), (), elsewhere, rows[0].source if rows else "")
    return Given(table, counts, {}, {"in_care": ((), None)})


def _number(value: float) -> float | None:
    return None if value != value else float(value)
