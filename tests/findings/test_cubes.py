"""Covering cubes: every table against counting the children again, one by one."""

from itertools import combinations
from math import prod

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.findings.cubes import covering_cubes, trait_sets

law = settings(deadline=None, max_examples=60)


@st.composite
def wanted_tables(draw):
    levels = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=6)))
    every = trait_sets(len(levels), draw(st.integers(1, 3)))
    wanted = draw(st.sets(st.sampled_from(every), min_size=1))
    return levels, frozenset(wanted), draw(st.integers(1, 500))


@law
@given(wanted_tables(), st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 4))
def test_every_table_is_that_of_counting_again(plan, seed, kinds, shuffles):
    """Whole arrays of counts at once: several kinds on the first axis, several shuffles on the last."""
    levels, wanted, cells = plan
    random = np.random.default_rng(seed)
    codes = [random.integers(0, size, 50).astype(np.uint8) for size in levels]
    numbers = random.integers(0, 9, (kinds, 50, shuffles))
    found = {}
    for cube in covering_cubes(levels, wanted, cells):
        counts = np.zeros((kinds, cube.cells, shuffles), dtype=np.int64)
        for child, cell in enumerate(cube.cells_of(codes)):
            counts[:, cell] += numbers[:, child]
        for chosen, table in cube.tables(counts):
            assert chosen not in found
            found[chosen] = table
    assert set(found) == wanted
    for chosen, table in found.items():
        expected = np.zeros((kinds, *(levels[trait] for trait in chosen), shuffles), dtype=np.int64)
        for child in range(50):
            place = tuple(codes[trait][child] for trait in chosen)
            expected[(slice(None), *place)] += numbers[:, child]
        np.testing.assert_array_equal(table, expected.reshape(kinds, -1, shuffles))


@law
@given(wanted_tables())
def test_no_cube_is_larger_than_asked_but_for_one_combination_that_is(plan):
    levels, wanted, cells = plan
    for cube in covering_cubes(levels, wanted, cells):
        assert cube.cells == prod(cube.levels) == prod(levels[trait] for trait in cube.traits)
        assert cube.cells <= cells or cube.traits in wanted


def test_twelve_traits_of_five_levels():
    """298 combinations of up to three, which is 12 + 66 + 220, from a dozen cubes of seven traits."""
    every = trait_sets(12, 3)
    assert every == [c for size in (1, 2, 3) for c in combinations(range(12), size)]
    assert len(every) == 298
    cubes = covering_cubes((5,) * 12, frozenset(every), 5**7)
    assert sum(len(cube.margins) for cube in cubes) == 298
    assert len(cubes) == 12
