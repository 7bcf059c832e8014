"""Tables of counts for tests, and readers who attack them: nothing here knows how tables are protected."""

from collections import deque
from heapq import heappop, heappush
from itertools import product

import numpy as np
import pandas as pd

MUCH = 10**6


def long(table, *, rows="area", columns="band"):
    """Return a two-way table with its margins as a long frame."""
    table = np.asarray(table)
    full = np.pad(table, ((0, 1), (0, 1)))
    full[-1, :-1], full[:-1, -1], full[-1, -1] = table.sum(0), table.sum(1), table.sum()
    names = [
        [*(f"{letter}{i}" for i in range(1, size + 1)), "all"]
        for letter, size in zip("rb", table.shape, strict=True)
    ]
    cells = [(r, b, int(full[i, j])) for i, r in enumerate(names[0]) for j, b in enumerate(names[1])]
    return pd.DataFrame(cells, columns=[rows, columns, "count"])


def cube(table):
    """Return a table of any number of dimensions with all its margins as a long frame."""
    table = np.asarray(table)
    rows = []
    for where in product(*(range(size + 1) for size in table.shape)):
        part = table[
            tuple(slice(None) if i == size else i for i, size in zip(where, table.shape, strict=True))
        ]
        levels = [
            "all" if i == size else f"{d}{i}"
            for d, (i, size) in enumerate(zip(where, table.shape, strict=True))
        ]
        rows.append((*levels, int(np.sum(part))))
    return pd.DataFrame(rows, columns=[*(f"d{d}" for d in range(table.ndim)), "count"])


class Network:
    """A two-way table as a flow that goes round: into rows, across to columns, out, and back as the total.

    How far a cell can be moved is then a largest flow, found by augmenting paths.
    """

    def __init__(self, table, *, least):
        table = np.asarray(table)
        m, n = table.shape
        self.ends, self.count, self.weight, self.floor = [], [], [], []
        for i, j in product(range(m + 1), range(n + 1)):
            here = table[slice(None) if i == m else i, slice(None) if j == n else j]
            inner = [("row", i), ("column", j)]
            self.ends.append(("out" if i == m else inner[0], "in" if j == n else inner[1]))
            if i == m and j < n:
                self.ends[-1] = (inner[1], "out")
            elif j == n and i < m:
                self.ends[-1] = ("in", inner[0])
            self.count.append(int(here.sum()))
            # A total weighs one more than its parts, whichever way they are counted.
            lines = {(False, False): 1, (False, True): n + 1, (True, False): m + 1}
            self.weight.append(lines.get((i == m, j == n), 1 + max(m * (n + 1), n * (m + 1))))
            # Where zeros are shown, everything else is known to hold somebody.
            self.floor.append(least * int((here > 0).sum()))
        self.least = least

    def cost(self, hidden):
        """Return what hiding costs: few cells, then small ones."""
        unit = 1 + sum(n for n, weight in zip(self.count, self.weight, strict=True) if weight == 1)
        return sum(self.weight[c] * unit + self.count[c] for c in hidden)

    def cheapest(self, enough):
        """Return the least cost of a safe pattern, of all patterns there are: the cheap ones first."""
        small = [c for c, n in enumerate(self.count) if self.least <= n < enough]
        others = sorted(
            (c for c, n in enumerate(self.count) if n >= enough), key=lambda c: (self.cost([c]), c)
        )
        lines = [
            sum(1 << c for c, ends in enumerate(self.ends) if node in ends)
            for node in sorted({node for ends in self.ends for node in ends}, key=str)
        ]
        queue = [(self.cost(small), -1, sum(1 << c for c in small))]
        while queue:
            cost, last, mask = heappop(queue)
            # Whoever is hidden alone in a line is told by the rest of it.
            if all((mask & line).bit_count() != 1 for line in lines):
                hidden = [c for c in range(len(self.count)) if mask >> c & 1]
                if all(self.is_open(c, hidden, enough) for c in small):
                    return cost
            # Every set of others is made once: by one more, or by the next in place of the last.
            if last + 1 < len(others):
                extra = others[last + 1]
                heappush(queue, (cost + self.cost([extra]), last + 1, mask | 1 << extra))
                if last >= 0:
                    swapped = mask & ~(1 << others[last]) | 1 << extra
                    heappush(
                        queue, (cost - self.cost([others[last]]) + self.cost([extra]), last + 1, swapped)
                    )
        return None

    def is_open(self, cell, hidden, enough):
        """Whether a cell could be as little as can be, and large enough not to be small."""
        low, high = self.reach(cell, hidden)
        return low <= self.floor[cell] and high >= enough

    def reach(self, cell, hidden):
        """Return the least and the greatest whole number that a hidden cell can be."""
        tail, head = self.ends[cell]
        up = self._flow(head, tail, cell, hidden, MUCH)
        down = self._flow(tail, head, cell, hidden, self.count[cell] - self.least)
        return self.count[cell] - down, self.count[cell] + up

    def _flow(self, source, sink, but, hidden, limit):
        room = {}
        for cell in hidden:
            if cell != but:
                tail, head = self.ends[cell]
                room[(tail, head)] = MUCH
                room[(head, tail)] = self.count[cell] - self.least
        sent = 0
        while sent < limit:
            before, queue = {source: None}, deque([source])
            while queue and sink not in before:
                node = queue.popleft()
                for (tail, head), left in room.items():
                    if tail == node and left > 0 and head not in before:
                        before[head] = node
                        queue.append(head)
            if sink not in before:
                break
            path, node = [], sink
            while before[node] is not None:
                path.append((before[node], node))
                node = before[node]
            step = min(limit - sent, *(room[arc] for arc in path))
            for tail, head in path:
                room[(tail, head)] -= step
                room[(head, tail)] += step
            sent += step
        return sent


class Reader:
    """Somebody who knows the policy and goes through every table that fits what was printed.

    Parameters
    ----------
    protected : pandas.DataFrame
        Only its dimensions and what is printed of it are looked at.
    smallest_shown, least : int
        Hidden counts are at least `least`, and one of them is below `smallest_shown`.
    step, controlled : int, bool
        Figures are multiples of `step`: to the nearest, or up or down.
    cap : int
        More children than are looked for in a cell.
    groups : mapping of level to level
        In a dimension with groups, the one that each level is in.
    """

    def __init__(self, protected, *, smallest_shown, least, step=1, controlled=False, cap=12, groups=None):
        added = ("count", "status", "lower", "upper", "printed", "percent")
        dimensions = [name for name in protected.columns if name not in added]
        rows = [tuple(map(str, row)) for row in protected[dimensions].itertuples(index=False)]
        groups = groups or {}
        tops = {"all", *groups.values()}
        self.rows = rows
        self.leaves = [key for key in rows if not tops & set(key)]
        self.cap, self.smallest_shown, self.least = cap, smallest_shown, least
        self.printed = list(protected["printed"])
        self.limits = [self._limits(text, step, controlled) for text in self.printed]
        self.under = [
            [
                all(a in (b, "all") or a == groups.get(b) for a, b in zip(row, leaf, strict=True))
                for row in rows
            ]
            for leaf in self.leaves
        ]

    def _limits(self, text, step, controlled):
        if text == "[c]":
            return self.least, MUCH
        n = int(text)
        if step == 1:
            return n, n
        if controlled:
            return max(n - step + 1, 0), n + step - 1
        fits = [k for k in range(n + step) if (2 * k + step) // (2 * step) * step == n]
        fits = [k for k in fits if k >= self.smallest_shown or (k == 0 and self.least == 1)]
        return min(fits), max(fits)

    def worlds(self):
        """Yield the count of every row, for each table that fits."""
        number = len(self.leaves)
        rest = [
            [sum(self.under[j][r] for j in range(i, number)) for r in range(len(self.rows))]
            for i in range(number + 1)
        ]

        def grow(i, sums):
            if i == number:
                small = [
                    s
                    for s, text in zip(sums, self.printed, strict=True)
                    if text == "[c]" and s < self.smallest_shown
                ]
                if small or "[c]" not in self.printed:
                    yield tuple(sums)
                return
            touched = [r for r, is_in in enumerate(self.under[i]) if is_in]
            for value in range(self.cap + 1):
                grown = list(sums)
                for r in touched:
                    grown[r] += value
                if any(grown[r] > self.limits[r][1] for r in touched):
                    return
                if all(grown[r] + rest[i + 1][r] * self.cap >= self.limits[r][0] for r in touched):
                    yield from grow(i + 1, grown)

        yield from grow(0, [0] * len(self.rows))

    def could_be(self, row, least, greatest):
        """Whether some table fits in which a row lies between two counts."""
        kept = self.limits[row]
        self.limits[row] = max(kept[0], least), min(kept[1], greatest)
        try:
            return next(self.worlds(), None) is not None
        finally:
            self.limits[row] = kept
