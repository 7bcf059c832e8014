"""The least that has to be given up, by what is known of every safe choice so far.

A choice says of each cell whether it is left as it is, given as a band, or withheld. A cut holds of every
safe choice: it comes from dual values of a target that another choice leaves too little open, after
Fischetti and Salazar-González (2001), Management Science 47(7). The choice with the least loss that meets all
cuts is attacked again, until it is safe: then no safe one loses less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import highspy
import numpy as np

from brightspots.disclosure.audit import TOLERANCE, new_solver, steps_of
from brightspots.disclosure.programs import is_solved, set_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightspots.disclosure.cells import Cell

BAND, HIDE = 1, 2
Step = tuple["Cell", int]
"""A cell, and how far it is given up at least: to a band, or altogether."""

GAP = 1e-6
"""Two choices whose losses differ by less are taken for equal; see `plan.losses`."""


NODES = 100
"""Where the proof of the least loss of one choice would take more of them, it is given up."""


class Cut(NamedTuple):
    """What every safe choice meets: the worth of the steps that it takes is at least what is needed."""

    worth: Mapping[Step, float]
    needed: float


class Master:
    """The choice with the least loss that meets all cuts so far.

    Parameters
    ----------
    loss : mapping of Step to float
        What each step loses; hiding a cell that has a band is the second of two steps.

    Examples
    --------
    >>> from brightspots.disclosure.cells import Cell
    >>> one, other = (Cell("Leeds", "2021", "fun", "counted", band) for band in ("younger", "older"))
    >>> master = Master({(one, BAND): 3.0, (one, HIDE): 2.0, (other, HIDE): 4.0})
    >>> master.add(Cut({(one, BAND): 1.0, (other, HIDE): 1.0}, 1.0))
    >>> [cell.age_band for cell in master.solve() or {}]
    ['younger']
    >>> master.add(Cut({(one, HIDE): 1.0, (other, HIDE): 1.0}, 1.0))
    >>> master.solve() == {other: HIDE}
    True
    """

    def __init__(self, loss: Mapping[Step, float]) -> None:
        self._column = {step: column for column, step in enumerate(loss)}
        self._solver, size = new_solver(), len(loss)
        self._solver.setOptionValue("mip_abs_gap", GAP)
        self._solver.setOptionValue("mip_max_nodes", NODES)
        self._solver.addVars(size, np.zeros(size), np.ones(size))
        self._solver.changeColsCost(size, np.arange(size, dtype=np.int32), np.array([*loss.values()]))
        for (cell, step), column in self._column.items():
            if step == HIDE and (cell, BAND) in self._column:
                pair = np.array([self._column[(cell, BAND)], column], dtype=np.int32)
                self._solver.addRow(0.0, highspy.kHighsInf, 2, pair, np.array([1.0, -1.0]))
        self._is_hopeless = False
        self.work = 0
        self.cuts: list[Cut] = []

    def add(self, cut: Cut) -> None:
        """Ask of every later choice that it meets a cut."""
        worth = {self._column[step]: min(w, cut.needed) for step, w in cut.worth.items() if w > TOLERANCE}
        self._is_hopeless |= sum(worth.values()) < cut.needed - TOLERANCE
        columns = np.array([*worth], dtype=np.int32)
        values = np.array([*worth.values()], dtype=np.float64)
        self._solver.addRow(cut.needed - TOLERANCE, highspy.kHighsInf, len(worth), columns, values)
        self.cuts.append(cut)

    def solve(self, *, whole: bool = True) -> dict[Cell, int] | None:
        """Return the steps to take, or every step of which parts are; None where no choice meets the cuts."""
        if self._is_hopeless:
            return None
        if not self._column:
            return {}
        set_whole(self._solver, np.arange(len(self._column)), whole)
        self._solver.run()
        self.work += steps_of(self._solver)
        if not is_solved(self._solver):
            return None
        taken = np.asarray(self._solver.getSolution().col_value) > TOLERANCE
        chosen: dict[Cell, int] = {}
        for (cell, step), column in self._column.items():
            if taken[column]:
                chosen[cell] = max(step, chosen.get(cell, 0))
        return chosen
