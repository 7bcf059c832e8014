"""Which cells to hide besides the small ones, so that nobody can work those out, at the least loss.

The method of Fischetti and Salazar-González (2001), Management Science 47(7): an intruder's linear program
for each small cell, and, where that program ends too soon, a cut from its dual values that any safe pattern
meets; the cheapest pattern that meets all cuts is found, and attacked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import highspy
import numpy as np

from brightspots.disclosure.audit import MANY, TOLERANCE, new_solver
from brightspots.disclosure.lattice import connected
from brightspots.disclosure.programs import Equations, is_solved, set_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brightspots.disclosure.lattice import Ints, Mask, Sum
    from brightspots.disclosure.programs import Floats

LARGEST = 20_000
"""Cells of one block up to which the cheapest pattern is proved to be so."""

ROUNDS = 200
"""Patterns tried before the proof is given up."""


class Range(NamedTuple):
    """The least and the greatest count that each cell could hold."""

    least: Ints
    greatest: Ints


@dataclass(frozen=True)
class Table:
    """What is to be protected, cell by cell.

    Attributes
    ----------
    counts : array of int
        The true counts.
    sums : sequence of Sum
    must_hide : array of bool
        Small cells, and unseen totals.
    may_hide : array of bool
        Cells that could be hidden to protect them; none of `must_hide`.
    cost : array of int
        What hiding each of them loses.
    if_hidden, if_open : Range
        Where a reader knows that a count lies when it is hidden, and when it is shown: itself, or its
        rounding.
    target : array of bool
        Hidden cells that nobody may work out.
    reach : Range
        How low and how high a reader must think each target possible.
    """

    counts: Ints
    sums: Sequence[Sum]
    must_hide: Mask
    may_hide: Mask
    cost: Ints
    if_hidden: Range
    if_open: Range
    target: Mask
    reach: Range

    def varies(self, hidden: Mask) -> Mask:
        """Return which counts a reader does not know by themselves."""
        return hidden | (self.if_open.least < self.if_open.greatest)


def costs(counts: Ints, sums: Sequence[Sum]) -> Ints:
    """Return what it costs to hide each cell: few cells first, then small ones, and a total as all its parts.

    A total weighs one more than everything it is the sum of. A weight is worth more than all counts of single
    cells together, so that no choice of counts makes up for one cell more.

    Examples
    --------
    >>> from brightspots.disclosure.lattice import Sum
    >>> costs(np.array([7, 3, 4]), [Sum(0, (1, 2))]).tolist()
    [31, 11, 12]
    """
    weight = np.ones(len(counts), dtype=np.int64)
    parts_of: dict[int, list[tuple[int, ...]]] = {}
    for total, parts in sums:
        parts_of.setdefault(total, []).append(parts)
    known: dict[int, int] = {}

    def weigh(cell: int) -> int:
        if cell not in known:
            known[cell] = max((1 + sum(map(weigh, parts)) for parts in parts_of.get(cell, ())), default=1)
        return known[cell]

    for cell in parts_of:
        weight[cell] = weigh(cell)
    return weight * (1 + int(counts[weight == 1].sum())) + counts


def choose(table: Table) -> tuple[Mask, list[Ints]]:
    """Choose what to hide.

    Returns
    -------
    hidden : array of bool
    hopeless : list of array of int
        Cells of each block whose targets no pattern protects.
    """
    hidden = table.must_hide.copy()
    hopeless = []
    for block in connected(len(hidden), table.sums, table.varies(hidden | table.may_hide)):
        if table.target[block].any():
            found = _in_block(table, block)
            if found is None:
                hopeless.append(block)
            else:
                hidden[block] = found[block]
    return hidden, hopeless


def _in_block(table: Table, block: Ints) -> Mask | None:
    inside = np.zeros(len(table.counts), dtype=bool)
    inside[block] = True
    own = [one for one in table.sums if any(inside[i] for i in (one.total, *one.parts))]
    if not own:
        return table.must_hide & inside if _reached_alone(table, block) else None
    if len(own) == 1 and _is_plain(table, block):
        return _one_sum(table, own[0], inside)
    return _Search(table, own, inside).run()


def _reached_alone(table: Table, block: Ints) -> bool:
    """Whether what is known of each target by itself leaves it open."""
    cells = block[table.target[block]]
    low, high = table.if_hidden.least[cells], table.if_hidden.greatest[cells]
    return bool(np.all((low <= table.reach.least[cells]) & (high >= table.reach.greatest[cells])))


def _is_plain(table: Table, block: Ints) -> bool:
    """Whether nothing is known of a block's cells but that they add up."""
    exact = table.if_open.least[block] == table.if_open.greatest[block]
    unbounded = table.if_hidden.greatest[block] >= MANY
    return bool(np.all(exact & unbounded & (table.must_hide[block] <= table.target[block])))


def _one_sum(table: Table, one: Sum, inside: Mask) -> Mask | None:
    """Return the cheapest pattern where only one sum holds, which one more cell always completes.

    Hidden parts share what is left of the total. One more part holds as much as any target has to reach, or
    it would be a target itself; and where the total is hidden there is nothing to share.
    """
    hidden = table.must_hide & inside
    shared = [i for i in one.parts if hidden[i]]
    if hidden[one.total] == bool(shared):
        return hidden
    spare = sum(int(table.counts[i] - table.if_hidden.least[i]) for i in shared)
    wanted = max((int(table.reach.greatest[i] - table.if_hidden.least[i]) for i in shared), default=0)
    if len(shared) > 1 and spare >= wanted:
        return hidden
    more = [i for i in (*one.parts, one.total) if inside[i] and table.may_hide[i]]
    if not more:
        return None
    hidden[min(more, key=lambda i: (table.cost[i], i))] = True
    return hidden


class _Weakness(NamedTuple):
    """A target that a pattern leaves too little open.

    `pull` says, from dual values, how moves of other cells would move the target; None where no such values
    tell what would help.
    """

    need: int
    pull: Floats | None


class _Cut(NamedTuple):
    """What any safe pattern meets: hidden cells are together worth what is needed."""

    cells: Ints
    worth: Floats
    needed: float


class _Search:
    """The search for the cheapest safe pattern of one block."""

    def __init__(self, table: Table, sums: Sequence[Sum], inside: Mask) -> None:
        self.table, self.inside = table, inside
        self.must, self.may = table.must_hide & inside, table.may_hide & inside
        self.equations = Equations(sums, len(table.counts))
        self.intruder = _Intruder(table, self.equations, np.flatnonzero(table.target & inside))
        self.master = _Master(table, self.must, self.may, self.equations)

    def run(self) -> Mask | None:
        """Return the cheapest pattern; a safe one where that cannot be proved; None where there is none."""
        for cut in self._first_cuts():
            self.master.add(cut)
        rounds = 0
        while (hidden := self.master.solve()) is not None:
            cuts = [self._cut(weakness, hidden) for weakness in self.intruder.attack(hidden)]
            if not cuts:
                return hidden if self.master.is_exact else self._undo(hidden)
            for cut in cuts:
                self.master.add(cut)
            rounds += 1
            self.master.is_exact &= rounds < ROUNDS
        return None

    def _first_cuts(self) -> Iterator[_Cut]:
        """Yield what each sum by itself asks for: a target moves only if another of its cells does."""
        for cells, signs in zip(self.equations.cells, self.equations.signs, strict=True):
            for here in np.flatnonzero(self.table.target[cells]):
                for sign in (1, -1):
                    need = self.intruder.need(int(cells[here]), sign)
                    if need > 0:
                        pull = np.zeros(len(self.table.counts))
                        pull[cells] = -sign * signs[here] * signs
                        pull[cells[here]] = 0.0
                        yield self._from_pull(pull, need)

    def _cut(self, weakness: _Weakness, hidden: Mask) -> _Cut:
        if weakness.pull is None:
            others = np.flatnonzero(self.may & ~hidden)
            return _Cut(others, np.ones(len(others)), 1.0)
        return self._from_pull(weakness.pull, weakness.need)

    def _from_pull(self, pull: Floats, need: int) -> _Cut:
        """Return a cut: a target moves as far as others follow a pull, and hidden ones follow more."""
        if_open = _follow(self.table.counts, pull, self.table.if_open)
        if_hidden = _follow(self.table.counts, pull, self.table.if_hidden)
        needed = need - float(np.where(self.must, if_hidden, if_open)[self.inside].sum())
        worth = np.where(self.may, if_hidden - if_open, 0.0)
        cells = np.flatnonzero(worth > TOLERANCE)
        return _Cut(cells, np.minimum(worth[cells], needed), needed)

    def _undo(self, hidden: Mask) -> Mask:
        """Show again what need not be hidden, the dearest first."""
        more = np.flatnonzero(hidden & self.may).tolist()
        for cell in sorted(more, key=lambda i: (-self.table.cost[i], i)):
            hidden[cell] = False
            hidden[cell] = any(True for _ in self.intruder.attack(hidden))
        return hidden


def _follow(counts: Ints, pull: Floats, known: Range) -> Floats:
    """Return how far cells can follow a pull within what is known of them."""
    return np.where(pull > 0, pull * (known.greatest - counts), -pull * (counts - known.least))


class _Intruder:
    """Attacks patterns, and remembers the moves that were found possible."""

    def __init__(self, table: Table, equations: Equations, targets: Ints) -> None:
        self.table, self.equations, self.targets = table, equations, targets.tolist()
        self._moves: list[tuple[Ints, Ints]] = []

    def need(self, target: int, sign: int) -> int:
        """Return how far a target has to be able to move up, or down."""
        reach, count = self.table.reach, int(self.table.counts[target])
        return int(reach.greatest[target]) - count if sign > 0 else count - int(reach.least[target])

    def attack(self, hidden: Mask) -> Iterator[_Weakness]:
        """Yield every target that a pattern leaves too little open."""
        table = self.table
        low = np.where(hidden, table.if_hidden.least, table.if_open.least) - table.counts
        high = np.where(hidden, table.if_hidden.greatest, table.if_open.greatest) - table.counts
        reached = {1: np.zeros(len(low), dtype=np.int64), -1: np.zeros(len(low), dtype=np.int64)}
        for cells, moves in self._moves:
            if np.all((moves >= low[cells]) & (moves <= high[cells])):
                _note(reached, cells, moves)
        cells = np.flatnonzero(low < high)
        column = {cell: place for place, cell in enumerate(cells.tolist())}
        solver = None
        for target in self.targets:
            for sign in (1, -1):
                need = self.need(target, sign)
                if reached[sign][target] >= need:
                    continue
                if solver is None:
                    solver = self.equations.model(cells, low[cells].astype(float), high[cells].astype(float))
                place = column[target]
                ends = (
                    (low[target], min(need, high[target]))
                    if sign > 0
                    else (max(-need, low[target]), high[target])
                )
                solver.changeColBounds(place, *map(float, ends))
                pushed, duals = _push(solver, place, sign, need)
                solver.changeColBounds(place, float(low[target]), float(high[target]))
                if pushed is None:
                    yield _Weakness(need, None if duals is None else self._pull(duals, target, sign))
                else:
                    own = np.flatnonzero(pushed)
                    self._moves.append((cells[own], pushed[own]))
                    _note(reached, cells[own], pushed[own])

    def _pull(self, duals: Floats, target: int, sign: int) -> Floats:
        pull = self.equations.weighed(duals)
        pull[target] += sign
        pull[np.abs(pull) < TOLERANCE] = 0.0
        return pull


def _note(reached: dict[int, Ints], cells: Ints, moves: Ints) -> None:
    for sign, furthest in reached.items():
        furthest[cells] = np.maximum(furthest[cells], sign * moves)


def _push(solver: Any, place: int, sign: int, need: int) -> tuple[Ints | None, Floats | None]:
    """Return moves of whole children that take a cell as far as needed; else the dual values, if any."""
    solver.changeColCost(place, -float(sign))
    try:
        solver.run()
        if not is_solved(solver):
            return None, None
        moves = np.asarray(solver.getSolution().col_value)
        if sign * moves[place] < need - TOLERANCE:
            return None, np.asarray(solver.getSolution().row_dual)
        if np.any(np.abs(moves - np.rint(moves)) > TOLERANCE):
            whole = new_solver()
            whole.passModel(solver.getLp())
            set_whole(whole, np.arange(len(moves)), True)
            whole.run()
            moves = np.asarray(whole.getSolution().col_value)
            if not is_solved(whole) or sign * moves[place] < need - TOLERANCE:
                return None, None
        return np.rint(moves).astype(np.int64), None
    finally:
        solver.changeColCost(place, 0.0)


class _Master:
    """The cheapest pattern that meets all cuts so far.

    Attributes
    ----------
    is_exact : bool
        Whether it is proved to be the cheapest. Once it is not, more is hidden than may be needed.
    """

    def __init__(self, table: Table, must: Mask, may: Mask, equations: Equations) -> None:
        self.must, self.cells = must, np.flatnonzero(may)
        self.is_exact = len(self.cells) <= LARGEST
        self._is_hopeless = False
        self._seen: set[tuple[bytes, bytes, float]] = set()
        self._column = {cell: column for column, cell in enumerate(self.cells.tolist())}
        self._solver = new_solver()
        size = len(self.cells)
        self._solver.addVars(size, np.zeros(size), np.ones(size))
        self._solver.changeColsCost(
            size, np.arange(size, dtype=np.int32), table.cost[self.cells].astype(float)
        )
        # A hidden cell alone in a sum is told by it, and hiding it was in vain; not so where figures are
        # rounded.
        exact = np.array_equal(table.if_open.least, table.if_open.greatest)
        self._lonely = [
            np.array([self._column[i] for i in cells.tolist() if may[i]])
            for cells in equations.cells
            if exact and not must[cells].any() and may[cells].any()
        ]

    def add(self, cut: _Cut) -> None:
        """Ask of every later pattern that it meets a cut."""
        if cut.needed <= TOLERANCE:
            return
        key = (cut.cells.tobytes(), cut.worth.tobytes(), cut.needed)
        if key not in self._seen:
            self._seen.add(key)
            self._is_hopeless |= cut.worth.sum() < cut.needed - TOLERANCE
            columns = np.array([self._column[i] for i in cut.cells.tolist()], dtype=np.int32)
            self._solver.addRow(cut.needed, highspy.kHighsInf, len(columns), columns, cut.worth)

    def solve(self) -> Mask | None:
        """Return the cheapest pattern; None where no pattern meets the cuts."""
        while not self._is_hopeless:
            self._solver.run()
            if self._solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
                break
            if not is_solved(self._solver):
                self.is_exact = False
                return self._pattern(np.ones(len(self.cells)))
            chosen = self._chosen()
            if self._add_lonely(chosen):
                continue
            if self.is_exact and np.any(np.abs(chosen - np.rint(chosen)) > TOLERANCE):
                chosen = self._solve_whole()
                if self._add_lonely(chosen):
                    continue
            return self._pattern(chosen)
        return None

    def _chosen(self) -> Floats:
        return np.asarray(self._solver.getSolution().col_value)[: len(self.cells)]

    def _pattern(self, chosen: Floats) -> Mask:
        hidden = self.must.copy()
        hidden[self.cells[chosen > TOLERANCE]] = True
        return hidden

    def _solve_whole(self) -> Floats:
        """Return the cheapest pattern of whole cells; of parts of cells where none is found in time."""
        relaxed, columns = self._chosen(), np.arange(len(self.cells))
        set_whole(self._solver, columns, True)
        self._solver.run()
        self.is_exact = is_solved(self._solver)
        chosen = np.rint(self._chosen()) if self.is_exact else relaxed
        set_whole(self._solver, columns, False)
        return chosen

    def _add_lonely(self, chosen: Floats) -> bool:
        """Ask for a second cell in sums where one is hidden more than all others; whether there are any.

        Where whole cells are alone, others could be in their place: then all sums are asked for two.
        """
        lonely = [i for i, columns in enumerate(self._lonely) if _is_lonely(chosen[columns])]
        if lonely and np.all(np.abs(chosen - np.rint(chosen)) < TOLERANCE):
            lonely = list(range(len(self._lonely)))
        for i in lonely:
            self._ask_for_two(self._lonely[i])
        self._lonely = [columns for i, columns in enumerate(self._lonely) if i not in set(lonely)]
        return bool(lonely)

    def _ask_for_two(self, columns: Ints) -> None:
        """Hide none of some cells, or two: they are at most `any`, and together twice that."""
        solver, size = self._solver, len(columns)
        place = solver.getNumCol()
        solver.addVar(0.0, 1.0)
        pairs = np.column_stack([columns, np.full(size, place)]).astype(np.int32).ravel()
        solver.addRows(
            size, np.full(size, -highspy.kHighsInf), np.zeros(size), 2 * size,
            np.arange(0, 2 * size, 2, dtype=np.int32), pairs, np.tile([1.0, -1.0], size),
        )  # fmt: skip
        solver.addRow(
            0.0, highspy.kHighsInf, size + 1,
            np.append(columns, place).astype(np.int32), np.append(np.ones(size), -2.0),
        )  # fmt: skip


def _is_lonely(values: Floats) -> bool:
    return bool(2 * values.max() > values.sum() + TOLERANCE)
