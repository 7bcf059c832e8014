"""What a reader who knows the policy can tell of each count of a protected table, in whole numbers."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.disclosure.audit import MANY, Knowledge, Limits
from brightspots.disclosure.lattice import connected
from brightspots.disclosure.suppression import Range

if TYPE_CHECKING:
    from brightspots.disclosure.lattice import Ints, Lattice

Ends = tuple[int, int]


def what_can_be_told(lattice: Lattice, known: Range, reason_below: Ints) -> Range | None:
    """Return the least and the greatest count that each given cell could have.

    A reader knows how the table adds up, what is known of each cell, and that among hidden cells which tell of each
    other one at least is hidden for its own sake.

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

    def __init__(
        self, lattice: Lattice, known: Range, varies: np.ndarray, block: Ints, reason_below: Ints
    ) -> None:
        column = {cell: place for place, cell in enumerate(block.tolist())}
        # The first rows are the cells themselves: what is known of one can then be changed with `say`.
        self._rows = [Limits({place: 1.0}, *_limits(known, cell)) for cell, place in column.items()]
        for total, parts in lattice.sums:
            signs = {total: -1.0, **dict.fromkeys(parts, 1.0)}
            row = {column[cell]: sign for cell, sign in signs.items() if cell in column}
            if row:
                fixed = sum(sign * int(known.least[cell]) for cell, sign in signs.items() if not varies[cell])
                self._rows.append(Limits(row, -fixed, -fixed))
        self._reasons = [
            _Reason(place, int(reason_below[cell]) - 1) for cell, place in column.items() if reason_below[cell] > 0
        ]
        self._knowledge = Knowledge(len(block), self._rows)

    def ends(self, place: int) -> Ends | None:
        """Return the least and the greatest count of a cell; `MANY` where there is no greatest."""
        ends = _ends(self._knowledge, place)
        if ends is None or not self._reasons or self._have_a_reason(place, ends):
            return ends
        found = [self._ends_if(place, reason) for reason in self._reasons]
        cases = [case for case in found if case is not None]
        return (min(low for low, _ in cases), max(high for _, high in cases)) if cases else None

    def _have_a_reason(self, place: int, ends: Ends) -> bool:
        """Whether both ends are reached in worlds that were found, and in which something had to be hidden."""
        worlds = self._knowledge.worlds
        with_one = [worlds[:, reason.place] <= reason.greatest for reason in self._reasons]
        values = worlds[np.logical_or.reduce(with_one), place]
        return bool(values.size) and values.min() <= ends[0] and _open_ended(values.max()) >= ends[1]

    def _ends_if(self, place: int, reason: _Reason) -> Ends | None:
        """Return the ends in worlds in which one cell had to be hidden; None where there are none."""
        rows = list(self._rows)
        own = rows[reason.place]
        if own.least > reason.greatest:
            return None
        rows[reason.place] = own._replace(greatest=min(own.greatest, reason.greatest))
        return _ends(Knowledge(self._knowledge.size, rows), place)


def _ends(knowledge: Knowledge, place: int) -> Ends | None:
    found = knowledge.bounds({place: 1.0})
    return None if found is None else (found[0], _open_ended(MANY if found[1] is None else found[1]))


def _open_ended(greatest: float) -> int:
    """Return a greatest count; cells without one end where others do, beyond all counts there could be."""
    return int(MANY if greatest > MANY / 2 else greatest)


def _limits(known: Range, cell: int) -> tuple[float, float]:
    greatest = float(known.greatest[cell])
    return float(known.least[cell]), inf if greatest >= MANY else greatest
