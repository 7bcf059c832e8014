"""The search for cohorts itself: profiles in, p-values out.

Every combination of trait levels that is large enough is a candidate. Its excess over all other children
gets a one-sided p-value, adjusted for the whole search: by how often the same search on shuffled answers
finds anything as surprising.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.cubes import TraitSet, covering_cubes, trait_sets
from brightspots.statistics import adjust
from brightspots.statistics.excess import excess_windows

if TYPE_CHECKING:
    from brightspots.findings.profiles import Codes, Profiles
    from brightspots.tallies.tally import Counts

Floats = np.ndarray[Any, np.dtype[np.float64]]

SMALLEST = 10
ALPHA = 0.05
MOST_COMBINATIONS = 2_000_000
MOST_P_VALUES = 2**26
MANY_TO_A_PROFILE = 40
MARK_BITS = 40
DRAWS_AT_ONCE = 256
MOST_DRAWN = 2**24
MOST_HELD = 2**26
MOST_COUNTED = 2**22
MOST_CELLS = 2**18
SAME = 1 + 1e-9
"""p-values that differ by less than this factor are one and the same, but for rounding."""


class Counted(NamedTuple):
    """Children of every combination of levels that is wide enough to hold a cohort.

    Attributes
    ----------
    levels : tuple of tuple of int
        For each trait, which of its levels can be in a cohort.
    codes : list of array
        For each trait, the position of each profile's level among those, or the one after for all others.
    shape : tuple of int
        Number of positions of each trait.
    tables : mapping of trait set to array of shape (strata + 2, cells)
        Children in each stratum, those on the side that is searched for, and the sum of marks of the latter
        that tells different children apart.
    """

    levels: tuple[tuple[int, ...], ...]
    codes: list[Codes]
    shape: tuple[int, ...]
    tables: dict[TraitSet, Floats]


@dataclass(frozen=True)
class Candidates:
    """Every cohort that is large enough inside and outside, the shortest definition of the same children.

    Attributes
    ----------
    items : list of (trait, level)
    parts : array of int, shape (candidates, conditions)
        The conditions of each as positions among the items, -1 for none.
    place : array of int, shape (2, candidates)
        The number of its trait set among the counted tables, and its cell in that table.
    n : array of int, shape (strata, candidates)
        Children in each stratum.
    count : array of int
        Those on the side that is searched for.
    named : mapping of (trait, level) to int
        The candidate that holds just the children of one level.
    """

    items: list[tuple[str, str]]
    parts: Counts
    place: Counts
    n: Counts
    count: Counts
    named: dict[tuple[str, str], int]

    def conditions(self, i: int) -> dict[str, str]:
        """Return the definition of a candidate."""
        return dict(self.items[part] for part in self.parts[i].tolist() if part >= 0)


class PValues(NamedTuple):
    """p of every candidate at every count it could have: a table for each size, one after the other.

    Attributes
    ----------
    p : array of float
    start : array of int
        For each candidate, where its table starts.
    first, last : array of int
        For each candidate, the counts that its table starts and ends with.
    """

    p: Floats
    start: Counts
    first: Counts
    last: Counts

    def at(self, count: Counts) -> Floats:
        """Return the p of every candidate at its count."""
        return np.asarray(self.p[self.start - self.first + np.clip(count, self.first, self.last)])


@dataclass(frozen=True)
class Search:
    """Every candidate, and how surprising its excess is.

    Attributes
    ----------
    candidates : Candidates
    sizes : array of int
    p, adjusted, q : array of float
        Raw, adjusted for the whole search, and by Benjamini and Hochberg.
    excess : array of float
        Share inside minus that of the rest, within strata.
    threshold : float
        A raw p below this one is flagged; 0 without candidates.
    """

    candidates: Candidates
    sizes: Counts
    p: Floats
    adjusted: Floats
    q: Floats
    excess: Floats
    threshold: float

    def conditions(self, i: int) -> dict[str, str]:
        """Return the shortest definition of a candidate."""
        return self.candidates.conditions(i)


def search(profiles: Profiles, max_order: int, permutations: int, seed: int) -> Search:
    """Test every candidate, and adjust for the whole search by shuffling the answers.

    Parameters
    ----------
    profiles : Profiles
    max_order : int
        Most conditions in a candidate.
    permutations : int
        Shuffles.
    seed : int
        Of the shuffles.

    Returns
    -------
    Search

    Raises
    ------
    ArgumentError
        If there are more combinations of levels than can be searched.
    """
    counted = count_combinations(profiles, max_order)
    found = find_candidates(profiles, counted)
    if not found.count.size:
        nothing = np.zeros(0)
        return Search(found, found.count, nothing, nothing, nothing, nothing, 0.0)
    n, positives = profiles.in_strata(profiles.n), profiles.in_strata(profiles.count)
    tables = tabulate_p(n, positives, found.n)
    p = tables.at(found.count)
    smallest = _smallest_p_of_shuffles(profiles, counted, found, tables, permutations, seed)
    adjusted = (1 + np.searchsorted(smallest, p * SAME, side="right")) / (permutations + 1)
    # As many shuffles as may lie at or below a flagged p, and the first p that is too large.
    threshold = smallest[int(ALPHA * (permutations + 1) * SAME) - 1]
    expected = positives / n @ found.n
    weight = (found.n * (1 - found.n / n[:, None])).sum(axis=0)
    excess = np.divide(found.count - expected, weight, out=np.zeros(p.size), where=weight > 0)
    return Search(found, found.n.sum(axis=0), p, adjusted, adjust(p), excess, float(threshold))


def count_combinations(profiles: Profiles, max_order: int) -> Counted:
    """Count the children of every combination of up to `max_order` levels.

    A level with too few children for a cohort is in none, whatever is joined to it: all such levels share one
    position.
    """
    levels, codes = [], []
    n = _Whole.of(profiles.n)
    for own, names, passed_over in zip(profiles.codes, profiles.levels, profiles.passed_over, strict=True):
        children = n.summed(own, len(names))
        kept = [i for i, name in enumerate(names) if name != passed_over and children[i] >= SMALLEST]
        position = np.full(len(names), len(kept), dtype=np.min_scalar_type(len(kept)))
        position[kept] = np.arange(len(kept))
        levels.append(tuple(kept))
        codes.append(position[own] if len(kept) < len(names) else own)
    shape = tuple(
        max(len(kept) + (len(kept) < len(names)), 1)
        for kept, names in zip(levels, profiles.levels, strict=True)
    )
    wanted = trait_sets(len(shape), max_order)
    combinations = sum(prod(shape[trait] for trait in chosen) for chosen in wanted)
    if combinations > MOST_COMBINATIONS:
        raise ArgumentError(
            f"traits and max_order make {combinations:,} combinations of levels, and up to "
            f"{MOST_COMBINATIONS:,} can be searched; give fewer traits, join levels, or lower max_order."
        )
    tables: dict[TraitSet, Floats] = {}
    strata, size = len(profiles.strata), profiles.n.size
    hits = np.flatnonzero(profiles.count)
    count = _Whole.of(profiles.count[hits])
    mark = np.random.default_rng(0).integers(1, 2 ** (MARK_BITS - hits.size.bit_length()), hits.size)
    mark = mark.astype(np.float64)  # sums of so many are exact
    for cube in covering_cubes(shape, frozenset(wanted), min(max(size // 4, 1024), 2**17)):
        cell = cube.cells_of(codes)
        counts = np.empty((strata + 2, cube.cells, 1))
        within = profiles.stratum * np.int64(cube.cells) + cell if strata > 1 else cell
        counts[:strata, :, 0] = n.summed(within, strata * cube.cells).reshape(strata, cube.cells)
        counts[strata, :, 0] = count.summed(cell[hits], cube.cells)
        counts[strata + 1, :, 0] = np.bincount(cell[hits], mark, cube.cells)
        tables |= {chosen: table[:, :, 0] for chosen, table in cube.tables(counts)}
    return Counted(tuple(levels), codes, shape, tables)


class _Whole(NamedTuple):
    """Whole numbers from 1 up to be summed in cells: most are 1, and to count is faster than to weigh."""

    more: Counts
    extra: Counts

    @classmethod
    def of(cls, numbers: Counts) -> _Whole:
        """Set apart the numbers above 1."""
        more = np.flatnonzero(numbers > 1)
        return cls(more, numbers[more] - 1)

    def summed(self, cell: Codes, cells: int) -> Counts:
        """Sum the numbers in each of their cells."""
        counts = np.bincount(cell, minlength=cells)
        np.add.at(counts, cell[self.more], self.extra)
        return counts


def find_candidates(profiles: Profiles, counted: Counted) -> Candidates:
    """Return what is large enough inside and outside, each set of children once, the shortest first."""
    items = [
        (trait, names[level])
        for trait, names, kept in zip(profiles.traits, profiles.levels, counted.levels, strict=True)
        for level in kept
    ]
    first_item = np.cumsum([0, *(len(kept) for kept in counted.levels)])
    strata, total = len(profiles.strata), profiles.n.sum()
    widest = max(map(len, counted.tables))
    listed = []
    for number, (chosen, table) in enumerate(counted.tables.items()):
        levels = np.unravel_index(np.arange(table.shape[1]), tuple(counted.shape[trait] for trait in chosen))
        size = table[:strata].sum(axis=0)
        large = (size >= SMALLEST) & (size <= total - SMALLEST)
        parts = np.full((widest, size.size), -1)
        for part, trait, level in zip(parts, chosen, levels, strict=False):
            large &= level < len(counted.levels[trait])
            part[:] = first_item[trait] + level
        cells = np.flatnonzero(large)
        listed.append((parts[:, cells], np.stack([np.full(cells.size, number), cells]), table[:, cells]))
    parts, place, numbers = (np.concatenate(arrays, axis=1) for arrays in zip(*listed, strict=True))
    length = (parts >= 0).sum(axis=0)
    order = np.lexsort([*parts[::-1], length])
    parts, place, numbers, length = parts[:, order].T, place[:, order], numbers[:, order], length[order]
    own = _same_children(profiles, items, parts, numbers[:strata].sum(axis=0), numbers[-1])
    distinct = own == np.arange(own.size)
    after = np.cumsum(distinct) - 1
    named = {items[parts[i, 0]]: int(after[own[i]]) for i in np.flatnonzero(length == 1)}
    whole = numbers[:, distinct].astype(np.int64)
    return Candidates(items, parts[distinct], place[:, distinct], whole[:strata], whole[strata], named)


def _same_children(
    profiles: Profiles, items: list[tuple[str, str]], parts: Counts, size: Floats, mark: Floats
) -> Counts:
    """Return, for each definition, the first one that holds the same children.

    The same children are as many and have the same sum of marks; where both are the same, it is looked up.
    """
    own = np.arange(mark.size)
    alike_in_both = mark.astype(np.int64) << (63 - MARK_BITS) | size.astype(np.int64)
    _, group, sizes = np.unique(alike_in_both, return_inverse=True, return_counts=True)
    alike = np.flatnonzero(sizes[group] > 1)
    alike = alike[np.argsort(group[alike], kind="stable")]
    within = cache(lambda part: np.packbits(profiles.members(dict([items[part]]))))
    seen = -1
    distinct: list[tuple[int, Any]] = []
    for i in alike.tolist():
        inside = np.bitwise_and.reduce([within(part) for part in parts[i].tolist() if part >= 0])
        if group[i] != seen:
            seen, distinct = group[i], []
        twin = next((first for first, theirs in distinct if np.array_equal(inside, theirs)), None)
        if twin is None:
            distinct.append((i, inside))
        else:
            own[i] = twin
    return own


def tabulate_p(n: Counts, positives: Counts, sizes: Counts) -> PValues:
    """Tabulate p for candidates of some sizes, given the children of each stratum and how many count."""
    distinct, row = np.unique(sizes, axis=1, return_inverse=True)
    starts_at, tables, held = [], [], 0
    for first, p in excess_windows(n, positives, distinct):
        starts_at.append(first)
        tables.append(p)
        held += p.size
        if held > MOST_P_VALUES:
            raise ArgumentError(
                f"so many children in so many cohorts need more than {MOST_P_VALUES:,} p-values at once; "
                "give fewer traits, lower max_order, or leave out within."
            )
    length = np.array([p.size for p in tables])
    start, at = np.cumsum(length) - length, np.array(starts_at)
    row = row.ravel()
    return PValues(np.concatenate(tables), start[row], at[row], (at + length - 1)[row])


def _smallest_p_of_shuffles(
    profiles: Profiles, counted: Counted, found: Candidates, tables: PValues, permutations: int, seed: int
) -> Floats:
    """Return the smallest p that each shuffle of the answers finds anywhere in the search, sorted.

    Shuffling answers over children is drawing how many positives each profile has, so no rows are needed; and
    only the children of the rarer answer are counted, those of the other being the rest of each candidate.
    """
    generator = np.random.default_rng(seed)
    # Deal the positives out child by child, or profile by profile where children are many to a profile.
    many = profiles.n.sum() >= MANY_TO_A_PROFILE * profiles.n.size
    dealt: Literal["count", "marginals"] = "marginals" if many else "count"
    positives = profiles.in_strata(profiles.count)
    others = int(profiles.n.sum() - positives.sum())
    turned = bool(others < positives.sum())
    rarer = max(1, int(min(positives.sum(), others)))
    look_ups = _look_ups(counted, found, tables, turned)
    cubes = covering_cubes(counted.shape, frozenset(look_ups), min(max(rarer, 1024), 2**14))
    cells_of = lru_cache(max(1, MOST_HELD // profiles.n.size))(lambda i: cubes[i].cells_of(counted.codes))
    width = max(1, min(MOST_CELLS // max(cube.cells for cube in cubes), MOST_COUNTED // rarer))
    at_once = max(1, min(DRAWS_AT_ONCE, MOST_DRAWN // profiles.n.size))
    smallest = np.ones(permutations)
    for start in range(0, permutations, at_once):
        drawn = np.empty((min(at_once, permutations - start), profiles.n.size), dtype=np.int64)
        for number, count in enumerate(positives.tolist()):
            at = profiles.stratum == number
            drawn[:, at] = generator.multivariate_hypergeometric(
                profiles.n[at], count, len(drawn), method=dealt
            )
        if turned:
            np.subtract(profiles.n, drawn, out=drawn)
        for first in range(0, len(drawn), width):
            some = drawn[first : first + width]
            shuffle, profile = np.nonzero(some)
            numbers = _Whole.of(some[shuffle, profile])
            best = smallest[start + first :][: len(some)]
            for i, cube in enumerate(cubes):
                cell = cells_of(i)[profile] * np.int64(len(some)) + shuffle
                counts = numbers.summed(cell, cube.cells * len(some)).reshape(1, cube.cells, len(some))
                for chosen, table in cube.tables(counts):
                    np.minimum(best, look_ups[chosen].smallest(table[0]), out=best)
    return np.sort(smallest)


class _LookUp(NamedTuple):
    """Where p stands of the candidates of one trait set, for the counts of its cells."""

    p: Floats
    cells: Counts
    lowest: Counts
    highest: Counts
    base: Counts
    sign: int

    def smallest(self, table: Counts) -> Floats:
        """Return the smallest p of each shuffle: of each column."""
        count = np.clip(table[self.cells], self.lowest, self.highest)
        return np.asarray(self.p[self.base + self.sign * count].min(axis=0))


def _look_ups(counted: Counted, found: Candidates, tables: PValues, turned: bool) -> dict[TraitSet, _LookUp]:
    """Return the look-up of each trait set that has candidates; turned, from the counts of everyone else."""
    sets = list(counted.tables)
    base, lowest, highest = tables.start - tables.first, tables.first, tables.last
    if turned:
        sizes = found.n.sum(axis=0)
        base, lowest, highest = base + sizes, sizes - tables.last, sizes - tables.first
    number, cell = found.place
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    look_ups = {}
    for own in np.split(order, starts[1:]):
        limits = lowest[own, None], highest[own, None]
        look_ups[sets[number[own[0]]]] = _LookUp(
            tables.p, cell[own], *limits, base[own, None], -1 if turned else 1
        )
    return look_ups
