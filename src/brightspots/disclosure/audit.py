"""What an intruder could work out: the fewest and the most children that a count could hold.

Everything published of some linked measures is one linear system over counts that nobody sees. A count is
open if two worlds of whole children fit all that is published and differ by enough. Worlds that were once
found are kept, so that most questions need no program; then linear programs answer, and where their worlds
hold fractions of children a whole-number program. A program that does not finish counts as a failure, never
as a pass.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import highspy
import numpy as np

from brightspots.disclosure.moves import Moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[int, float]
World = np.ndarray[Any, np.dtype[np.float64]]
TOLERANCE = 1e-6
OPTIONS = {"output_flag": False, "threads": 1, "mip_max_nodes": 2000, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5}
"""Limits in nodes and not in seconds: the same answer on every machine."""

STATUS = highspy.HighsModelStatus
PRIMAL = 4
"""Simplex method for programs that differ in their aim: the last solution still fits."""

A_RUN = 10
"""What it costs to start a solver, in steps of the simplex method."""

MANY = 1e6
"""More children than any count could be: a bound that reaches it is no bound."""


class Limits(NamedTuple):
    """What is known of a sum of counts."""

    row: Row
    least: float
    greatest: float


class Pull(NamedTuple):
    """How much a bound would move with a limit of a row: with the lower one if positive, else the upper."""

    row: int
    dual: float


class Weakness(NamedTuple):
    """By how much a sum is known too closely, and what holds it; None where no dual values tell that."""

    needed: float
    pulls: list[Pull] | None


class Knowledge:
    """Linear constraints on counts: what is published, and how tables add up.

    Parameters
    ----------
    size : int
        How many unseen counts there are.
    rows : sequence of Limits
        What is known. What is said of a row can be changed later with `say`.
    worlds : iterable of array
        Counts that are known to fit; those that do not fit are passed over.
    """

    def __init__(self, size: int, rows: Sequence[Limits], worlds: Iterable[World] = ()) -> None:
        self.size = size
        self.rows = list(rows)
        self._solver = _solver(size, rows)
        self._moves: Moves | None = None
        self._work = 0
        self._found: World = np.zeros((0, size))
        self._misfits = np.zeros(0, dtype=np.int64)
        self._worlds = self._found
        self._add([w for w in worlds if all(_fits(w[None, :], limits)[0] for limits in rows)])

    def say(self, place: int, least: float, greatest: float) -> None:
        """Change what is known of a row."""
        before = self.rows[place]
        if (before.least, before.greatest) == (least, greatest):
            return
        limits = self.rows[place] = before._replace(least=least, greatest=greatest)
        self._solver.changeRowBounds(place, least, greatest)
        self._misfits += _fits(self._found, before).astype(int) - _fits(self._found, limits).astype(int)
        self._worlds = self._found[self._misfits == 0]
        if self._moves is not None:
            if _fits(self._moves.world[None, :], limits)[0]:
                self._moves.say(place, least, greatest)
            else:
                self._work += self._moves.work
                self._moves = None

    @property
    def work(self) -> int:
        """Return how much was computed so far, in steps of the simplex method: the same on every machine."""
        return self._work + (self._moves.work if self._moves is not None else 0)

    def is_open(self, target: Row, width: float) -> bool:
        """Whether two worlds that fit what is known differ in a sum by at least so many children."""
        return self.attack(target, width) is None

    def attack(self, target: Row, width: float) -> Weakness | None:
        """Return what holds a sum too closely; None if two worlds differ in it by so many children."""
        if self._spread(target) >= width - TOLERANCE:
            return None
        low, high = (self._held(target, sign) for sign in (1, -1))
        if low is None or high is None:
            return Weakness(width, None)
        (least, pulls), (greatest, more) = low, high
        limits = int(np.ceil(least - TOLERANCE)), int(np.floor(greatest + TOLERANCE))
        if limits[1] - limits[0] < width:
            room = greatest - least
            return Weakness(width - room, pulls + more if room < width - TOLERANCE else None)
        if self._spread(target) < width - TOLERANCE:
            self._find_worlds_apart(target, limits, width)
        return None if self._spread(target) >= width - TOLERANCE else Weakness(width, None)

    def bounds(self, target: Row) -> tuple[int | None, int | None]:
        """Return the least and greatest value that a sum can have; None for each that there is not."""
        limits = self._limits(target)
        if limits is None:
            return None, None
        if not self._are_reached(target, limits) and self._search(target, (1, -1), MANY):
            values = self._values(target)
            limits = round(values.min()), round(values.max())
        return limits[0], None if limits[1] >= MANY else limits[1]

    def _are_reached(self, target: Row, limits: tuple[int, int]) -> bool:
        """Whether worlds of whole children reach both limits of a sum."""
        values = self._values(target)
        if not values.size or limits[1] >= MANY:
            return False
        low = values.min() <= limits[0] or self._reach(target, -inf, limits[0])
        return low and (values.max() >= limits[1] or self._reach(target, limits[1], inf))

    def _held(self, target: Row, sign: int) -> tuple[float, list[Pull]] | None:
        """Return one bound of a sum with the rows that hold it there: no other could move it."""
        limit = self._limit(target, sign)
        if limit is None:
            return None
        duals = np.asarray(self._solver.getSolution().row_dual)
        return limit, [
            Pull(row, float(duals[row])) for row in np.flatnonzero(np.abs(duals) > TOLERANCE).tolist()
        ]

    def _values(self, target: Row) -> World:
        """Return what a sum is in each world found so far."""
        values: World = self._worlds[:, list(target)] @ np.array(list(target.values()))
        return values

    def _spread(self, target: Row) -> float:
        values = self._values(target)
        return float(values.max() - values.min()) if values.size else 0.0

    def _limits(self, target: Row) -> tuple[int, int] | None:
        """Return whole numbers between which a sum lies for certain."""
        least, greatest = (self._limit(target, sign) for sign in (1, -1))
        if least is None or greatest is None:
            return None
        return int(np.ceil(least - TOLERANCE)), int(np.floor(greatest + TOLERANCE))

    def _limit(self, target: Row, sign: int) -> float | None:
        """Return one bound of a linear program; keep its world if it is one of whole children."""
        if not self._solve(self._solver, target, sign):
            return None
        self._add([np.asarray(self._solver.getSolution().col_value)])
        return sign * float(self._solver.getInfo().objective_function_value)

    def find_a_world(self) -> bool | None:
        """Find one world of whole children, and keep it; False if there is none, None if nobody can tell."""
        solver = self._in_whole_numbers()
        if self._solve(solver, {}, 1):
            self._add([np.rint(np.asarray(solver.getSolution().col_value))])
            return True
        return False if solver.getModelStatus() == STATUS.kInfeasible else None

    @property
    def worlds(self) -> World:
        """Return the worlds found so far, one a row."""
        return self._worlds

    def _in_whole_numbers(self) -> Any:
        solver = new_solver()
        solver.passModel(self._solver.getLp())
        kinds = np.full(self.size, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(self.size, np.arange(self.size, dtype=np.int32), kinds)
        return solver

    def _find_worlds_apart(self, target: Row, limits: tuple[int, int], width: float) -> None:
        """Find worlds of whole children that differ in a sum by a width, if there are any.

        The search goes first to where the limits leave more room, and only as far as it must.
        """
        found = self._values(target)
        room = (found.min() - limits[0], limits[1] - found.max()) if found.size else (0, 0)
        signs = (1, -1) if room[0] >= room[1] else (-1, 1)
        if not found.size or not all(self._move(target, sign, limits, width) for sign in signs):
            self._search(target, signs, width)

    def _move(self, target: Row, sign: int, limits: tuple[int, int], width: float) -> bool:
        """Look for a world with so few (sign 1) or so many children in a sum that it is a width wide."""
        values = self._values(target)
        if values.max() - values.min() >= width - TOLERANCE:
            return True
        if sign > 0:
            goal = (-inf, max(values.max() - width, limits[0]))
        else:
            goal = (min(values.min() + width, limits[1]), inf)
        return self._reach(target, *goal)

    def _reach(self, target: Row, least: float, greatest: float) -> bool:
        """Find a world with a sum between two numbers, and keep it; whether one was found."""
        if self._moves is None:
            self._moves = Moves(new_solver(), self.rows, self._worlds[0], MANY, steps_of)
        world = self._moves.reach(target, least, greatest)
        if world is not None:
            self._add([world])
        return world is not None

    def _search(self, target: Row, signs: Iterable[int], width: float) -> bool:
        """Search for worlds that differ in a sum by a width, else for those with the least and the most.

        Each whole-number program starts from the world found so far that is nearest, and stops at its goal.
        """
        solver = self._in_whole_numbers()
        for sign in signs:
            values = sign * self._values(target)
            if values.size:
                start = highspy.HighsSolution()
                start.col_value = self._worlds[values.argmin()].tolist()
                solver.setSolution(start)
                solver.setOptionValue("objective_target", float(values.max() - width))
            if not self._solve(solver, target, sign):
                return False
            self._add([np.rint(np.asarray(solver.getSolution().col_value))])
            if self._spread(target) >= width - TOLERANCE:
                return True
        return True

    def _solve(self, solver: Any, target: Row, sign: int) -> bool:
        costs = sign * _dense(target, self.size)
        solver.changeColsCost(self.size, np.arange(self.size, dtype=np.int32), costs)
        solver.run()
        self._work += steps_of(solver)
        return solver.getModelStatus() in (STATUS.kOptimal, STATUS.kObjectiveTarget)

    def _add(self, worlds: Sequence[World]) -> None:
        whole = [np.rint(w) for w in worlds if np.all(np.abs(w - np.rint(w)) < TOLERANCE)]
        if whole:
            self._found = np.vstack([self._found, *whole])
            self._misfits = np.concatenate([self._misfits, np.zeros(len(whole), dtype=np.int64)])
            self._worlds = self._found[self._misfits == 0]


def _dense(row: Mapping[int, float], size: int) -> World:
    dense = np.zeros(size)
    dense[list(row)] = list(row.values())
    return dense


def _fits(worlds: World, limits: Limits) -> np.ndarray[Any, np.dtype[np.bool_]]:
    values = worlds[:, list(limits.row)] @ np.array(list(limits.row.values()))
    return np.asarray((values >= limits.least - TOLERANCE) & (values <= limits.greatest + TOLERANCE))


def _solver(size: int, rows: Sequence[Limits]) -> Any:
    """Return the constraints as a model that is solved again and again with other objectives."""
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = size, len(rows)
    program.col_cost_ = np.zeros(size)
    program.col_lower_ = np.zeros(size)
    program.col_upper_ = np.full(size, MANY)
    program.row_lower_ = np.array([limits.least for limits in rows], dtype=np.float64)
    program.row_upper_ = np.array([limits.greatest for limits in rows], dtype=np.float64)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *(len(limits.row) for limits in rows)]).astype(np.int32)
    matrix.index_ = np.array([place for limits in rows for place in limits.row], dtype=np.int32)
    matrix.value_ = np.array([v for limits in rows for v in limits.row.values()], dtype=np.float64)
    solver = new_solver()
    solver.setOptionValue("simplex_strategy", PRIMAL)
    solver.passModel(program)
    return solver


def new_solver() -> Any:
    """Return a quiet solver with limits that are the same on every machine."""
    make: Any = highspy.Highs
    solver = make()
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    return solver


def steps_of(solver: Any) -> int:
    """Return what a program that was just run cost, in steps of the simplex method."""
    return A_RUN + max(0, int(solver.getInfo().simplex_iteration_count))
