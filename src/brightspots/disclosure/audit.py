"""What an intruder could work out: bounds of every count, given all that is published of it.

Everything published of one measure is one linear system over counts that nobody sees. The bounds come from
linear programs. Where a bound is not reached by whole numbers and is only just wide enough, a whole-number
program confirms it. A program that does not finish counts as a failure, never as a pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import highspy
import numpy as np

Row = dict[int, float]
TOLERANCE = 1e-6
NODES = 2000
MANY = 1e7
"""More children than any count could be: a bound that reaches it is no bound."""


@dataclass
class Knowledge:
    """Linear constraints on counts: what is published, and how tables add up. Complete before it is asked.

    Attributes
    ----------
    size : int
        How many unseen counts there are.
    equal, between : list
        Rows with their value, or with their lower and upper limit.
    """

    size: int
    equal: list[tuple[Row, float]] = field(default_factory=list)
    between: list[tuple[Row, float, float]] = field(default_factory=list)

    def bounds(self, target: Row, wide_enough: float) -> tuple[float, float] | None:
        """Return the least and greatest value that a sum of counts can have; None where it cannot be told.

        Parameters
        ----------
        target : dict of position to coefficient
            The sum.
        wide_enough : float
            Bounds at least this far apart, and less than twice it, are confirmed in whole numbers.
        """
        limits = [self._limit(target, sign) for sign in (1, -1)]
        if any(limit is None for limit in limits):
            return None
        (least, whole_least), (greatest, whole_greatest) = limits  # type: ignore[misc]
        if whole_least and whole_greatest:
            return least, greatest
        if wide_enough - TOLERANCE <= greatest - least < 2 * wide_enough:
            return self._whole(target)
        return least, greatest

    @cached_property
    def _solver(self) -> Any:
        """The constraints as a model that is solved again and again with other objectives."""
        rows = [(row, value, value) for row, value in self.equal] + self.between
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.size, len(rows)
        program.col_cost_ = np.zeros(self.size)
        program.col_lower_ = np.zeros(self.size)
        program.col_upper_ = np.full(self.size, MANY)
        program.row_lower_ = np.array([low for _, low, _ in rows], dtype=np.float64)
        program.row_upper_ = np.array([high for _, _, high in rows], dtype=np.float64)
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(row) for row, _, _ in rows)]).astype(np.int32)
        matrix.index_ = np.array([place for row, _, _ in rows for place in row], dtype=np.int32)
        matrix.value_ = np.array([value for row, _, _ in rows for value in row.values()], dtype=np.float64)
        solver = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("mip_max_nodes", NODES)):
            solver.setOptionValue(option, value)
        solver.passModel(program)
        return solver

    def _solve(self, solver: Any, target: Row, sign: int) -> Any:
        everything = np.arange(self.size, dtype=np.int32)
        cost = np.zeros(self.size)
        for place, value in target.items():
            cost[place] = sign * value
        solver.changeColsCost(self.size, everything, cost)
        solver.run()
        return solver.getModelStatus()

    def _limit(self, target: Row, sign: int) -> tuple[float, bool] | None:
        """Return one bound, and whether whole numbers reach it."""
        solver = self._solver
        if self._solve(solver, target, sign) != highspy.HighsModelStatus.kOptimal:
            return None
        values = np.asarray(solver.getSolution().col_value)
        whole = bool(np.all(np.abs(values - np.rint(values)) < TOLERANCE))
        limit = sign * float(solver.getInfo().objective_function_value)
        return (limit, whole) if abs(limit) < MANY else (np.copysign(np.inf, limit), True)

    def _whole(self, target: Row) -> tuple[float, float] | None:
        solver = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("mip_max_nodes", NODES)):
            solver.setOptionValue(option, value)
        solver.passModel(self._solver.getLp())
        everything = np.arange(self.size, dtype=np.int32)
        kinds = np.full(self.size, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(self.size, everything, kinds)
        limits = []
        for sign in (1, -1):
            if self._solve(solver, target, sign) != highspy.HighsModelStatus.kOptimal:
                return None
            limits.append(sign * float(solver.getInfo().objective_function_value))
        return round(limits[0]), round(limits[1])
