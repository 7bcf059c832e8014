"""Placements: how often the carer changed in twelve months, and since when the child has had this one.

Rules of the Children's Commissioner (Stability Index 2019, technical report): a change of placement is a
change of carer in care. Returns to care count, the first entry of a child who was not in care at the start of
the twelve months does not, and respite is left out. No change is good or bad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.measures.frames import names_in
from brightspots.measures.stability.problems import found
from brightspots.measures.stability.spells import OPEN, read_spells, touches
from brightspots.questionnaire.spelling import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from brightspots.measures.stability.spells import Spell, Spells, Window
    from brightspots.survey.problems import Problem

RESPITE: dict[str, bool] = {
    **dict.fromkeys(("true", "yes", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
}

Period = list["Spell"]
"""One unbroken time in care: the stays in it, each with another carer than the one before."""


class Care(NamedTuple):
    """What is known of a child who is in care on a day.

    Attributes
    ----------
    since : date
        Start of this unbroken time in care.
    carer_since : date
        Since when with this carer.
    changes : int
        Changes of carer in the twelve months.
    """

    since: dt.date
    carer_since: dt.date
    changes: int


def care_on(spells: Sequence[Spell], window: Window) -> Care | None:
    """Return the care of a child on the last day of twelve months; None if not in care on it.

    A placement that ends on the day itself is over. A change on the first day of the twelve months counts.

    Examples
    --------
    >>> import datetime as dt
    >>> from brightspots.measures.stability.spells import Spell, year_to
    >>> entered, moved = dt.date(2023, 6, 1), dt.date(2023, 9, 1)
    >>> care_on([Spell(entered, moved, "A"), Spell(moved, OPEN, "B")], year_to("2024-03-31")).changes
    1
    """
    periods = periods_of(spells)
    current = next((p for p in periods if p[0].start <= window.on < p[-1].end), None)
    if current is None:
        return None
    begun = sum(window.holds(stay.start) for period in periods for stay in period)
    there = any(period[0].start < window.first <= period[-1].end for period in periods)
    carer_since = max(stay.start for stay in current if stay.start <= window.on)
    return Care(current[0].start, carer_since, begun if there else begun - 1)


def periods_of(spells: Sequence[Spell]) -> list[Period]:
    """Return the unbroken times in care, from rows in order of time.

    Consecutive rows with the same carer are one stay. Respite is no stay and no time in care by itself, but a
    child who goes to respite from a carer and comes back from it has not left care.
    """
    respite = [spell for spell in spells if is_respite(spell)]
    periods: list[Period] = []
    for spell in spells:
        if is_respite(spell):
            continue
        if not periods or not touches(_with_respite(periods[-1][-1].end, respite), spell.start):
            periods.append([spell])
            continue
        stay = periods[-1][-1]
        if stay.holder == spell.holder:
            periods[-1][-1] = stay._replace(end=spell.end)
        else:
            periods[-1].append(spell)
    return periods


def is_respite(spell: Spell) -> bool:
    """Whether a row is marked as respite."""
    return RESPITE.get(fold(spell.mark), False)


def _with_respite(end: dt.date, respite: Sequence[Spell]) -> dt.date:
    """Return when the respite is over into which a child went on the day that a stay ended, or the next."""
    for spell in respite:
        if end <= spell.start and touches(end, spell.start):
            end = spell.end
    return end


def read_placements(frame: Any, known: AbstractSet[Any]) -> tuple[Spells, list[Problem]]:
    """Read placements, and find two at once and respite that is neither yes nor no."""
    mark = "respite" if "respite" in names_in(frame, "placements") else None
    placements = read_spells(frame, "placements", "carer", known, mark=mark)
    twice: set[int] = set()
    overlapping: set[int] = set()
    for spells in placements.of.values():
        before: Spell | None = None
        for spell in spells:
            if is_respite(spell):
                continue
            if before and spell.start < before.end:
                both_open = before.end == spell.end == OPEN
                (twice if both_open else overlapping).update((before.row, spell.row))
            before = max(before or spell, spell, key=lambda one: one.end)
    unclear = [cell is not None and fold(cell) not in RESPITE for cell in placements.marks]
    return placements, [
        *placements.problems,
        *found("stability_open_twice", placements.rows(twice), "end", file="placements"),
        *found("stability_overlap", placements.rows(overlapping), "start", file="placements"),
        *found("stability_unclear_respite", unclear, "respite", file="placements"),
    ]
