"""What a reader who knows the policy can tell of each count of a protected table, in whole numbers."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.disclosure.audit import MANY, Knowledge, Limits, World
from brightspots.disclosure.lattice import connected
from brightspots.disclosure.suppression import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.lattice import Ints, Lattice, Mask
    from brightspots.disclosure.programs import Floats

Ends = tuple[int, int]
PASSES = 2


def what_can_be_told(lattice: Lattice, known: Range, reason_below: Ints) -> Range | None:
    """Return the least and the greatest count that each given cell could have.

    A reader knows how the table adds up, what is known of each cell, and that among hidden cells which tell
    of each other one at least is hidden for its own sake.

    Parameters
    ----------
    lattice : Lattice
    known : Range
        What is known of each cell by itself.
    reason_below : array of int
        A hidden count below this was hidden for its own sake; 0 for cells that are not hidden.

    Returns
    -------
    Range or None
        None where it cannot be told, because a program did not finish.
    """
    least, greatest = known.least.copy(), known.greatest.copy()
    varies = known.least < known.greatest
    for block in connected(len(varies), lattice.sums, varies):
        reader = _Reader(lattice, known, varies, block, reason_below)
        for place, cell in enumerate(block.tolist()):
            if lattice.is_seen[cell]:
                ends = reader.ends(place)
                if ends is None:
                    return None
                least[cell], greatest[cell] = ends
    return Range(least, greatest)


class _Reason(NamedTuple):
    """A hidden cell, by its place in its block, and the greatest count that is hidden for its own sake."""

    place: int
    greatest: int


class _Reader:
    """What can be told of the cells of one block."""

    def __init__(self, lattice: Lattice, known: Range, varies: Mask, block: Ints, reason_below: Ints) -> None:
        column = {cell: place for place, cell in enumerate(block.tolist())}
        self._rows = [
            Limits({place: 1.0}, float(known.least[cell]), _greatest(known, cell))
            for cell, place in column.items()
            if known.least[cell] > 0 or known.greatest[cell] < MANY
        ]
        sums: list[tuple[Ints, Floats, int]] = []
        for total, parts in lattice.sums:
            signs = {total: -1.0, **dict.fromkeys(parts, 1.0)}
            row = {column[cell]: sign for cell, sign in signs.items() if cell in column}
            if row:
                fixed = sum(
                    int(sign) * int(known.least[cell]) for cell, sign in signs.items() if not varies[cell]
                )
                self._rows.append(Limits(row, -fixed, -fixed))
                sums.append((np.array(list(row)), np.array(list(row.values())), -fixed))
        self._outer = _narrowed(known.least[block].astype(float), known.greatest[block].astype(float), sums)
        is_hidden = reason_below[block] > 0
        self._reasons = [
            _Reason(int(place), int(reason_below[block[place]]) - 1) for place in np.flatnonzero(is_hidden)
        ]
        if not lattice.is_seen[block][is_hidden].any():  # an implied total is never printed, hidden or not
            self._reasons = []
        self._knowledge = Knowledge(len(block), self._rows)

    def ends(self, place: int) -> Ends | None:
        """Return the least and the greatest count of a cell; `MANY` where there is no greatest."""
        outer = int(self._outer[0][place]), _open_ended(self._outer[1][place])
        if self._are_reached(place, outer):
            return outer
        ends = _ends(self._knowledge, place)
        if ends is None or self._are_reached(place, ends):
            return ends
        found = [self._ends_if(place, reason) for reason in self._reasons]
        cases = [case for case in found if case is not None]
        return (min(low for low, _ in cases), max(high for _, high in cases)) if cases else None

    def _are_reached(self, place: int, ends: Ends) -> bool:
        """Whether worlds were found that reach both ends, and in which something had to be hidden."""
        worlds = self._knowledge.worlds
        for end in ends:
            here = worlds[(worlds[:, place] > MANY / 2) if end >= MANY else (worlds[:, place] == end)]
            if not self._has_a_reason(here):
                return False
        return True

    def _has_a_reason(self, worlds: World) -> bool:
        """Whether there is a world in which some cell is small enough to be hidden for its own sake."""
        if not self._reasons or not len(worlds):
            return bool(len(worlds))
        places, greatest = zip(*self._reasons, strict=True)
        return bool(np.any(worlds[:, places] <= np.array(greatest)))

    def _ends_if(self, place: int, reason: _Reason) -> Ends | None:
        """Return the ends in worlds in which one cell had to be hidden; None where there are none."""
        rows = [*self._rows, Limits({reason.place: 1.0}, -inf, float(reason.greatest))]
        return _ends(Knowledge(self._knowledge.size, rows), place)


def _ends(knowledge: Knowledge, place: int) -> Ends | None:
    least, greatest = knowledge.bounds({place: 1.0})
    return None if least is None else (least, _open_ended(MANY if greatest is None else greatest))


def _open_ended(greatest: float) -> int:
    """Return a greatest count; cells without one end where others do, beyond all counts there could be."""
    return int(MANY if greatest > MANY / 2 else greatest)


def _greatest(known: Range, cell: int) -> float:
    return inf if known.greatest[cell] >= MANY else float(known.greatest[cell])


def _narrowed(low: Floats, high: Floats, sums: Sequence[tuple[Ints, Floats, int]]) -> tuple[Floats, Floats]:
    """Return what each sum by itself leaves of the ends of its cells, one after the other.

    It can only be too wide. Where worlds are known that reach these ends, no program is needed.
    """
    for _ in range(PASSES):
        for cells, signs, value in sums:
            least = np.where(signs > 0, low[cells], -high[cells])
            greatest = np.where(signs > 0, high[cells], -low[cells])
            own_least, own_greatest = value - (greatest.sum() - greatest), value - (least.sum() - least)
            low[cells] = np.maximum(low[cells], np.where(signs > 0, own_least, -own_greatest))
            high[cells] = np.minimum(high[cells], np.where(signs > 0, own_greatest, -own_least))
    return low, high
