"""The cells of a table of counts, and how they add up.

Totals that are not given are no secret where all their parts are, so those that lie between a cell and a
given total are filled in as *unseen* cells: they carry what is implied, and are never published.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ALL = "all"
Key = tuple[str, ...]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


class Sum(NamedTuple):
    """A total and its parts, by the places of their cells."""

    total: int
    parts: tuple[int, ...]


class Lattice:
    """Cells in a fixed order, whatever the order of the rows, with every sum that holds between them.

    Parameters
    ----------
    counts : mapping of key to int
        The given counts; a key holds a level of each dimension, or ``all``.
    within : sequence of mapping of str to str
        For each dimension, the group that a level lies in; ``all`` for levels that are not named.
    known : iterable of key
        Totals of which something is known elsewhere.

    Attributes
    ----------
    keys : tuple of key
    counts : array of int
    sums : tuple of Sum
    is_seen : array of bool
        False for a total that is implied and was not given.
    faults : tuple of key
        Given totals that are not the sum of their parts.

    Examples
    --------
    >>> lattice = Lattice({("Leeds", "low"): 4, ("Leeds", "high"): 9, ("all", "all"): 13}, [{}, {}])
    >>> [key for key, seen in zip(lattice.keys, lattice.is_seen, strict=True) if not seen]
    [('Leeds', 'all'), ('all', 'high'), ('all', 'low')]
    >>> lattice.faults
    ()
    """

    def __init__(
        self, counts: Mapping[Key, int], within: Sequence[Mapping[str, str]], known: Iterable[Key] = ()
    ) -> None:
        self._within = within
        self.keys = tuple(sorted(self._closed(set(counts), {*counts, *known})))
        self.place = {key: place for place, key in enumerate(self.keys)}
        self.is_seen = np.array([key in counts for key in self.keys], dtype=bool)
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, key in enumerate(self.keys):
            for dimension in range(len(key)):
                above = self._above(key, dimension)
                if above in self.place:
                    found[(self.place[above], dimension)].append(place)
        self.sums = tuple(Sum(total, tuple(parts)) for (total, _), parts in sorted(found.items()))
        self._dimensions = [dimension for _, dimension in sorted(found)]
        self.counts, self.faults = self._added_up(counts)

    def _above(self, key: Key, dimension: int) -> Key | None:
        """Return the cell that sums this one over a dimension; None at the top."""
        if key[dimension] == ALL:
            return None
        level = self._within[dimension].get(key[dimension], ALL)
        return (*key[:dimension], level, *key[dimension + 1 :])

    def _chain(self, dimension: int, level: str) -> list[str]:
        chain = [level]
        while chain[-1] != ALL:
            chain.append(self._within[dimension].get(chain[-1], ALL))
        return chain

    def _up(self, key: Key) -> Iterator[Key]:
        """Yield a cell and everything that sums it."""
        return product(*(self._chain(dimension, level) for dimension, level in enumerate(key)))

    def depth(self, place: int) -> int:
        """Return how many steps of adding up lead from a cell to the top."""
        return sum(len(self._chain(dimension, level)) - 1 for dimension, level in enumerate(self.keys[place]))

    def _closed(self, given: set[Key], said: set[Key]) -> set[Key]:
        """Return the given cells with those between them and a total of which something is said."""
        between = {total for key in given for total in self._up(key)} - given
        return given | {key for key in between if any(total in said for total in self._up(key))}

    def is_beneath(self, key: Key) -> bool:
        """Whether a cell that is not here is a part of one that is."""
        return key not in self.place and any(total in self.place for total in self._up(key))

    def lacking(self) -> tuple[Key, ...]:
        """Return the totals along a dimension of which a part that other totals have was not given."""
        levels: dict[tuple[int, str], set[str]] = defaultdict(set)
        for key in self.keys:
            for dimension, level in enumerate(key):
                if level != ALL:
                    levels[(dimension, self._within[dimension].get(level, ALL))].add(level)
        return tuple(
            sorted(
                {
                    self.keys[one.total]
                    for (one, dimension) in zip(self.sums, self._dimensions, strict=True)
                    if len(one.parts) < len(levels[(dimension, self.keys[one.total][dimension])])
                }
            )
        )

    def _added_up(self, given: Mapping[Key, int]) -> tuple[Ints, tuple[Key, ...]]:
        """Return every count, and the totals that contradict their parts."""
        parts_of: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for total, parts in self.sums:
            parts_of[total].append(parts)
        counts = np.zeros(len(self.keys), dtype=np.int64)
        faults = []
        for place in sorted(range(len(self.keys)), key=self.depth, reverse=True):
            key = self.keys[place]
            sums = [int(counts[list(parts)].sum()) for parts in parts_of[place]]
            counts[place] = given[key] if key in given else sums[0]
            if any(one != counts[place] for one in sums):
                faults.append(key)
        return counts, tuple(sorted(faults))


def connected(size: int, sums: Iterable[Sum], cells: Mask) -> list[Ints]:
    """Return the chosen cells in groups: two in one group share a sum, or are tied by others that do.

    Examples
    --------
    >>> groups = connected(5, [Sum(0, (1, 2)), Sum(3, (4,))], np.array([True, True, False, True, True]))
    >>> [group.tolist() for group in groups]
    [[0, 1], [3, 4]]
    """
    leader = list(range(size))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for total, parts in sums:
        tied = [i for i in (total, *parts) if cells[i]]
        for i in tied[1:]:
            leader[find(i)] = find(tied[0])
    groups: dict[int, list[int]] = defaultdict(list)
    for i in np.flatnonzero(cells).tolist():
        groups[find(i)].append(i)
    return sorted((np.array(group) for group in groups.values()), key=lambda group: int(group[0]))
