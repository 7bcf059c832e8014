"""Social workers: changes in twelve months, and how many different workers a child had.

Rules of the Children's Commissioner (Stability Index 2019, technical report): counted are case-holding
workers. Rows that repeat another one, or have no start or no worker, are left out; of workers whose times
overlap wholly the earliest is kept; a child without an open worker on the day is not counted at all.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.measures.stability.problems import found
from brightspots.measures.stability.spells import join_up, read_spells

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from brightspots.measures.stability.spells import Spell, Spells, Window
    from brightspots.survey.problems import Problem


class Workers(NamedTuple):
    """Changes of worker in twelve months, and the number of different workers in them."""

    changes: int
    different: int


def workers_of(spells: Sequence[Spell], window: Window) -> Workers | None:
    """Count the workers of a child; None if none is open on the last day.

    The first worker of all is no change. A worker who comes back is a change, and not one more worker.

    Examples
    --------
    >>> import datetime as dt
    >>> from brightspots.measures.stability.spells import OPEN, Spell, year_to
    >>> days = [dt.date(2023, month, 1) for month in (1, 6, 9)]
    >>> times = [Spell(days[0], days[1], "A"), Spell(days[1], days[2], "B"), Spell(days[2], OPEN, "A")]
    >>> workers_of(times, year_to("2024-03-31"))
    Workers(changes=2, different=2)
    """
    kept = [spell for spell in not_within(join_up(spells)) if spell.start <= window.on]
    if not any(spell.end > window.on for spell in kept):
        return None
    changes = sum(
        before.holder != after.holder and window.holds(after.start) for before, after in pairwise(kept)
    )
    return Workers(changes, len({spell.holder for spell in kept if spell.end >= window.first}))


def not_within(spells: Sequence[Spell]) -> list[Spell]:
    """Leave out workers whose whole time lies within that of another who began no later."""
    kept: list[Spell] = []
    for spell in sorted(spells, key=lambda one: (one.start, -one.end.toordinal(), str(one.holder))):
        if not any(spell.end <= earlier.end for earlier in kept):
            kept.append(spell)
    return kept


def read_workers(frame: Any, known: AbstractSet[Any]) -> tuple[Spells, list[Problem]]:
    """Read workers, and say which rows are left out: incomplete, repeated, or within another's time."""
    workers = read_spells(frame, "workers", "worker", known, drop="stability_worker_dropped")
    repeated: set[int] = set()
    within: set[int] = set()
    for spells in workers.of.values():
        repeated |= {
            after.row for before, after in pairwise(spells) if before._replace(row=0) == after._replace(row=0)
        }
        joined = join_up(spells)
        within |= {spell.row for spell in set(joined) - set(not_within(joined))}
    return workers, [
        *workers.problems,
        *found("stability_worker_repeated", workers.rows(repeated), file="workers"),
        *found("stability_worker_within", workers.rows(within), file="workers"),
    ]
