"""Moves from one world of whole children to another, of as few children as a goal takes.

A program that only asks how many children a count can hold ends in a corner in which fractions of children
are shuffled about. One that asks for the fewest moves from a world of whole children, until a count is large
or small enough, moves a few, and mostly whole ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from brightspots.disclosure.audit import Limits, Row, World

ANY_WORLD = 1e9
"""A gap that no world exceeds: the first one that is found will do."""

GOLDEN = 0.6180339887498949
TOLERANCE = 1e-6
FIXED_AT_ONCE = 12
"""One in so many moves that are not whole yet is fixed at once."""

UNEVEN = 1e-4
"""Moves cost not quite the same, so that few are equally good."""


class Moves:
    """The moves from one world that fit what is known.

    Parameters
    ----------
    solver : object
        A new, empty one.
    rows : sequence of Limits
        What is known; see `say` for changes to it.
    world : array
        Whole numbers that fit.
    most : float
        More children than any count could be.
    steps_of : callable
        Tells what a program that was just run cost.
    """

    def __init__(
        self,
        solver: Any,
        rows: Sequence[Limits],
        world: World,
        most: float,
        steps_of: Callable[[Any], int],
    ) -> None:
        self.work, self._steps_of = 0, steps_of
        self.world, self._solver, self._size = world, solver, len(world)
        row = np.repeat(np.arange(len(rows)), [len(limits.row) for limits in rows])
        place = np.array([i for limits in rows for i in limits.row], dtype=np.int64)
        value = np.array([v for limits in rows for v in limits.row.values()], dtype=np.float64)
        self._now = np.bincount(row, value * world[place], len(rows)).astype(np.float64)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = 2 * self._size, len(rows)
        program.col_cost_ = np.asarray(1.0 + UNEVEN * (GOLDEN * np.arange(2.0 * self._size) % 1.0))
        program.col_lower_ = np.zeros(2 * self._size)
        self._most: World = np.concatenate([np.full(self._size, most), world]).astype(np.float64)
        program.col_upper_ = self._most
        program.row_lower_ = np.array([limits.least for limits in rows]) - self._now
        program.row_upper_ = np.array([limits.greatest for limits in rows]) - self._now
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = 2 * np.searchsorted(row, np.arange(len(rows) + 1)).astype(np.int32)
        matrix.index_ = np.column_stack([place, place + self._size]).ravel().astype(np.int32)
        matrix.value_ = np.column_stack([value, -value]).ravel()
        self._rows = len(rows)
        solver.setOptionValue("mip_rel_gap", ANY_WORLD)
        solver.setOptionValue("mip_abs_gap", ANY_WORLD)
        solver.passModel(program)

    def say(self, place: int, least: float, greatest: float) -> None:
        """Change what is known of a row; the world has to fit that too."""
        self._solver.changeRowBounds(place, least - self._now[place], greatest - self._now[place])

    def reach(self, target: Row, least: float, greatest: float) -> World | None:
        """Return a world of whole children with a sum between two numbers, or None if none was found."""
        places, values = np.array(list(target)), np.array(list(target.values()))
        now = float(values @ self.world[places])
        columns = np.concatenate([places, places + self._size]).astype(np.int32)
        solver = self._solver
        solver.addRow(least - now, greatest - now, len(columns), columns, np.concatenate([values, -values]))
        solver.setBasis()
        try:
            world = self._dive()
            return self._search() if world is None else world
        finally:
            solver.deleteRows(1, np.array([self._rows], dtype=np.int32))

    def _dive(self) -> World | None:
        """Return a world: of moves with fractions of children those that are nearly whole are fixed first."""
        solver, fixed = self._solver, []
        solver.setOptionValue("presolve", "off")  # it takes longer than the program
        moves = self._run()
        while moves is not None:
            off = np.abs(moves - np.rint(moves))
            parts = np.flatnonzero(off > TOLERANCE)
            if not parts.size:
                break
            nearest = parts[np.argsort(off[parts], kind="stable")]
            for column in nearest[: 1 + parts.size // FIXED_AT_ONCE].tolist():
                number = float(np.rint(moves[column]))
                solver.changeColBounds(column, number, number)
                fixed.append(column)
            moves = self._run()
        for column in fixed:
            solver.changeColBounds(column, 0.0, self._most[column])
        return None if moves is None else self._moved(moves)

    def _search(self) -> World | None:
        """Return a world by a program of whole numbers."""
        self._solver.setOptionValue("presolve", "on")
        self._set_whole(True)
        moves = self._run()
        self._set_whole(False)
        return None if moves is None else self._moved(moves)

    def _run(self) -> World | None:
        self._solver.run()
        self.work += self._steps_of(self._solver)
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(self._solver.getSolution().col_value)

    def _moved(self, moves: World) -> World:
        return np.asarray(self.world + np.rint(moves[: self._size] - moves[self._size :]))

    def _set_whole(self, whole: bool) -> None:
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        columns = np.arange(2 * self._size, dtype=np.int32)
        self._solver.changeColsIntegrality(2 * self._size, columns, np.full(2 * self._size, kind))
