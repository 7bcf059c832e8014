"""Schools: moves in twelve months, and which of them were in the middle of a school year.

Rules of the Children's Commissioner (Stability Index 2019, technical report): a mid-year move is one to a
school where the child started after the first three weeks of September; among moves at the start of a school
year, those from one phase to the next do not count.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.measures.frames import names_in
from brightspots.measures.stability.problems import found
from brightspots.measures.stability.spells import join_up, read_spells
from brightspots.questionnaire.spelling import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from brightspots.measures.stability.spells import Spell, Spells, Window
    from brightspots.survey.problems import Problem

PHASES = ("primary", "middle", "secondary")
SEPTEMBER = 9
THREE_WEEKS = 21


class Moves(NamedTuple):
    """Moves of a child between schools in twelve months: at any time, and in the middle of a school year."""

    ever: int
    mid_year: int


def moves_of(spells: Sequence[Spell], window: Window) -> Moves | None:
    """Count the moves of a child; None if the child was at no school in the twelve months.

    A move is a start at another school than the one before it; the first school of all is no move. Moves from
    one phase to the next are left out at the start of a school year only.

    Examples
    --------
    >>> import datetime as dt
    >>> from brightspots.measures.stability.spells import OPEN, Spell, year_to
    >>> days = [dt.date(2020, 9, 3), dt.date(2023, 9, 4), dt.date(2024, 1, 8)]
    >>> schools = [Spell(days[0], days[1], "A", "primary"), Spell(days[1], days[2], "B", "secondary")]
    >>> moves_of([*schools, Spell(days[2], OPEN, "C", "secondary")], year_to("2024-03-31"))
    Moves(ever=1, mid_year=1)
    """
    schools = join_up(spells)
    if not any(school.start <= window.on and school.end >= window.first for school in schools):
        return None
    moves = [
        (before, after)
        for before, after in pairwise(schools)
        if window.holds(after.start) and before.holder != after.holder
    ]
    mid_year = sum(is_mid_year(after.start) for _, after in moves)
    at_start = sum(not is_mid_year(after.start) and not is_transfer(before, after) for before, after in moves)
    return Moves(mid_year + at_start, mid_year)


def is_mid_year(start: dt.date) -> bool:
    """Whether a start at a school lies after the first three weeks of September.

    A start in August is one too, by the rule as it stands.
    """
    return not (start.month == SEPTEMBER and start.day <= THREE_WEEKS)


def is_transfer(before: Spell, after: Spell) -> bool:
    """Whether a move is one from a phase of school to a later one; not where a phase is not known."""
    phases = [_phase(spell.mark) for spell in (before, after)]
    return all(phase in PHASES for phase in phases) and PHASES.index(phases[0]) < PHASES.index(phases[1])


def _phase(mark: Any) -> str:
    """Return the first word of a phase: "Middle deemed secondary" is a middle school."""
    return fold(mark).replace("-", " ").split(" ")[0]


def read_schools(frame: Any, known: AbstractSet[Any]) -> tuple[Spells, bool, list[Problem]]:
    """Read schools, say whether their phases are given, and find children who are at two at once."""
    phases = "phase" in names_in(frame, "schools")
    schools = read_spells(frame, "schools", "school", known, mark="phase" if phases else None)
    rows: set[int] = set()
    for spells in schools.of.values():
        for before, after in pairwise(spells):
            if before.holder != after.holder and after.start < before.end:
                rows |= {before.row, after.row}
    no_phase = [phases and mark is None for mark in schools.marks]
    return (
        schools,
        phases,
        [
            *schools.problems,
            *found("stability_two_schools", schools.rows(rows), "start", file="schools"),
            *found("stability_no_phase", no_phase, "phase", file="schools"),
        ],
    )
