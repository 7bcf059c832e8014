"""Which flagged cohorts are shown: the same children are told of once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from brightspots.findings.search import ALPHA, SMALLEST
from brightspots.statistics.excess import excess_windows

if TYPE_CHECKING:
    from brightspots.findings.profiles import Bools, Profiles
    from brightspots.findings.search import Search

SMALLEST_EXCESS = 0.05


class Place(NamedTuple):
    """What becomes of a flagged cohort.

    Attributes
    ----------
    role : str
        ``lead``, ``separate``, ``hot_spot`` or ``covered``.
    lead : int or None
        The candidate it is told of with.
    jaccard : float or None
        Share of the children in either that are in both.
    p_vs_parent : float or None
        p of its excess over the rest of that one, if its definition narrows that one's down.
    """

    role: str
    lead: int | None = None
    jaccard: float | None = None
    p_vs_parent: float | None = None


def greedy_cover(profiles: Profiles, search: Search) -> dict[int, Place]:
    """Return the place of each flagged cohort, the most certain first.

    The most certain is the lead. Another is separate if enough children are left of it that stand out from
    everyone who is in none of them; else it is covered by the shown cohort it shares most with, or a hot spot
    if it stands out within one.
    """
    flagged = np.flatnonzero((search.adjusted <= ALPHA) & (search.excess >= SMALLEST_EXCESS)).tolist()

    def rank(i: int) -> tuple[Any, ...]:
        conditions = sorted(search.conditions(i).items())
        return (search.adjusted[i], len(conditions), search.p[i], -search.sizes[i], conditions)

    places: dict[int, Place] = {}
    shown: dict[int, Bools] = {}
    covered = np.zeros(profiles.n.size, dtype=bool)
    for i in sorted(flagged, key=rank):
        own = profiles.members(search.conditions(i))
        fresh = own & ~covered
        if not shown:
            places[i] = Place("lead")
        elif profiles.size(fresh) >= SMALLEST and excess_p(profiles, fresh, ~(covered | own)) <= ALPHA:
            places[i] = Place("separate")
        else:
            places[i] = _within(profiles, search, i, own, shown)
            continue
        shown[i] = own
        covered |= own
    return places


def excess_p(profiles: Profiles, inside: Bools, against: Bools) -> float:
    """One-sided mid-P of an excess inside over the children it is set against."""
    both = inside | against
    n, count = profiles.in_strata(profiles.n, both), profiles.in_strata(profiles.count, both)
    size = profiles.in_strata(profiles.n, inside)
    ((first, p),) = excess_windows(n, count, size[:, np.newaxis])
    place = int(profiles.count[inside].sum()) - first
    return float(p[min(max(place, 0), p.size - 1)])


def _within(profiles: Profiles, search: Search, i: int, own: Bools, shown: dict[int, Bools]) -> Place:
    """Return whether a cohort is a hot spot within a shown one that it narrows down, or only covered."""
    conditions = search.conditions(i).items()
    p_within = {
        parent: excess_p(profiles, own, members & ~own)
        for parent, members in shown.items()
        if search.conditions(parent).items() < conditions
    }
    shared = {
        lead: profiles.size(own & members) / profiles.size(own | members) for lead, members in shown.items()
    }
    for parent, p in p_within.items():
        if p <= ALPHA:
            return Place("hot_spot", parent, shared[parent], p)
    lead = max(shared, key=lambda lead: shared[lead])
    return Place("covered", lead, shared[lead], p_within.get(lead))
