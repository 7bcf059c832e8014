"""Sums of a table as rows of a linear program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from brightspots.disclosure.audit import new_solver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.lattice import Ints, Sum

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Equations:
    """Sums as rows: the total with -1, its parts with 1."""

    def __init__(self, sums: Sequence[Sum], size: int) -> None:
        self.size = size
        self.cells = [np.array([one.total, *one.parts], dtype=np.int64) for one in sums]
        self.signs = [np.array([-1.0, *(1.0 for _ in one.parts)]) for one in sums]
        self._row = np.repeat(np.arange(len(sums)), np.array([len(c) for c in self.cells], dtype=np.int64))
        self._cell = np.concatenate([*self.cells, np.zeros(0, dtype=np.int64)])
        self._sign = np.concatenate([*self.signs, np.zeros(0)])

    def model(self, cells: Ints, low: Floats, high: Floats) -> Any:
        """Return a solver over moves of some cells while the others stay where they are."""
        column = np.full(self.size, -1)
        column[cells] = np.arange(len(cells))
        kept = column[self._cell] >= 0
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(cells), len(self.cells)
        program.col_cost_ = np.zeros(len(cells))
        program.col_lower_, program.col_upper_ = low, high
        program.row_lower_ = program.row_upper_ = np.zeros(len(self.cells))
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.searchsorted(self._row[kept], np.arange(len(self.cells) + 1)).astype(np.int32)
        matrix.index_ = column[self._cell[kept]].astype(np.int32)
        matrix.value_ = self._sign[kept]
        solver = new_solver()
        solver.setOptionValue("presolve", "off")  # sums of many parts take it longer than the program
        solver.passModel(program)
        return solver

    def weighed(self, duals: Floats) -> Floats:
        """Return for each cell the values of the rows that it stands in, with its signs."""
        weights = duals[self._row] * self._sign
        return np.bincount(self._cell, weights, self.size).astype(np.float64)


def is_solved(solver: Any) -> bool:
    """Whether a solver came to the end of its program, and found it possible."""
    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def set_whole(solver: Any, columns: Ints, whole: bool) -> None:
    """Ask for whole numbers in some columns, or no longer."""
    kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
    solver.changeColsIntegrality(len(columns), columns.astype(np.int32), np.full(len(columns), kind))
