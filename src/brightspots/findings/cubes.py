"""Counts of every combination of a few traits, from a few larger tables that cover them all.

Of twelve traits there are 298 combinations of up to three. Counting children once for each of them reads them
298 times; a table of seven or eight traits at once (a cube) holds dozens of the combinations, and adding up
its cells is cheaper than reading the children again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TraitSet = tuple[int, ...]
Counts = np.ndarray[Any, np.dtype[Any]]


class Step(NamedTuple):
    """One sum: over the middle axis of the table that an earlier step made."""

    source: int
    before: int
    levels: int
    after: int


@dataclass(frozen=True)
class Cube:
    """A table of several traits, and how to add it up to the combinations that are taken from it.

    Attributes
    ----------
    traits : tuple of int
        Positions of the traits.
    levels : tuple of int
        Number of levels of each.
    steps : tuple of Step
        The table that step i makes is number i + 1; the cube itself is number 0.
    margins : mapping of trait set to number of the table
    """

    traits: TraitSet
    levels: tuple[int, ...]
    steps: tuple[Step, ...]
    margins: dict[TraitSet, int]

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return prod(self.levels)

    def cells_of(self, codes: Sequence[Counts]) -> Counts:
        """Return the cell of each child (or profile), given the position of its level of every trait."""
        cell = codes[self.traits[0]].astype(np.int32)
        for trait, levels in zip(self.traits[1:], self.levels[1:], strict=True):
            cell *= levels
            cell += codes[trait]
        return np.asarray(cell)

    def tables(self, counts: Counts) -> Iterator[tuple[TraitSet, Counts]]:
        """Yield each combination with its counts, given those of the cells.

        Cells stand on the middle axis of three: the first may hold several kinds of counts, the last several
        shuffles.
        """
        first, _, last = counts.shape
        made = [counts]
        for step in self.steps:
            shape = (first * step.before, step.levels, step.after * last)
            made.append(made[step.source].reshape(shape).sum(axis=1).reshape(first, -1, last))
        for traits, number in self.margins.items():
            yield traits, made[number]


def trait_sets(traits: int, order: int) -> list[TraitSet]:
    """Return every combination of up to `order` of some traits."""
    return [chosen for size in range(1, order + 1) for chosen in combinations(range(traits), size)]


@lru_cache(maxsize=8)
def covering_cubes(levels: tuple[int, ...], wanted: frozenset[TraitSet], cells: int) -> tuple[Cube, ...]:
    """Return cubes that together hold every wanted combination, each in one of them.

    Parameters
    ----------
    levels : tuple of int
        Number of levels of each trait.
    wanted : frozenset of trait sets
    cells : int
        Most cells of a cube, unless one combination alone has more.

    Returns
    -------
    tuple of Cube
    """
    cubes: list[Cube] = []
    left = set(wanted)
    for largest in sorted(wanted, key=lambda chosen: (-len(chosen), chosen)):
        if largest in left:
            traits = _widened(largest, levels, left, cells)
            own = [chosen for chosen in left if set(chosen) <= set(traits)]
            left.difference_update(own)
            cubes.append(_cube(traits, levels, sorted(own)))
    return tuple(cubes)


def _widened(start: TraitSet, levels: tuple[int, ...], left: set[TraitSet], cells: int) -> TraitSet:
    """Add to a combination, one by one, the trait that brings in most of those that are left."""
    chosen = list(start)
    while True:
        size = cells // prod(levels[trait] for trait in chosen)
        near = list(combinations(sorted(chosen), len(start) - 1))
        gains = {
            trait: sum(tuple(sorted((*others, trait))) in left for others in near)
            for trait in range(len(levels))
            if trait not in chosen and levels[trait] <= size
        }
        best = max(gains, key=lambda trait: (gains[trait], -levels[trait], -trait), default=None)
        if best is None or not gains[best]:
            return tuple(sorted(chosen))
        chosen.append(best)


def _cube(traits: TraitSet, levels: tuple[int, ...], wanted: list[TraitSet]) -> Cube:
    """Plan how a cube is added up: over one trait after another, each sum starting from a small table."""
    steps: list[Step] = []
    margins: dict[TraitSet, int] = {}

    def add_up(number: int, held: TraitSet, within: list[TraitSet]) -> None:
        for trait in sorted(held, key=lambda trait: (-levels[trait], trait)):
            narrower = [chosen for chosen in within if trait not in chosen]
            if not narrower:
                continue
            within = [chosen for chosen in within if trait in chosen]
            place = held.index(trait)
            before = prod(levels[other] for other in held[:place])
            after = prod(levels[other] for other in held[place + 1 :])
            steps.append(Step(number, before, levels[trait], after))
            add_up(len(steps), (*held[:place], *held[place + 1 :]), narrower)
        for chosen in within:  # only the whole table itself is left
            margins[chosen] = number

    add_up(0, traits, wanted)
    return Cube(traits, tuple(levels[trait] for trait in traits), tuple(steps), margins)
