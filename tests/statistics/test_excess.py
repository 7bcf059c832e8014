"""Excess of a group over the rest: SciPy's hypergeometric distribution, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from brightspots.errors import ArgumentError
from brightspots.statistics import excess_table, shrunk_share, stratified_excess_table

whole = st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n)))
law = settings(deadline=None)


@law
@given(whole)
def test_the_table_is_scipys_tail_and_half_its_point(groups):
    n, positives, size = groups
    k = np.arange(size + 1)
    chance = stats.hypergeom(n, positives, size)
    np.testing.assert_allclose(excess_table(*groups), chance.sf(k) + chance.pmf(k) / 2, rtol=1e-9, atol=1e-14)


@law
@given(whole)
def test_the_table_falls_from_sure_to_unlikely(groups):
    table = excess_table(*groups)
    assert len(table) == groups[2] + 1
    assert (np.diff(table) <= 1e-15).all()
    assert ((table >= 0) & (table <= 1)).all()


@law
@given(whole)
def test_the_group_and_the_positives_change_places(groups):
    n, positives, size = groups
    table, turned = excess_table(n, positives, size), excess_table(n, size, positives)
    shared = min(len(table), len(turned))
    np.testing.assert_allclose(table[:shared], turned[:shared], rtol=1e-9, atol=1e-15)


@law
@given(whole)
def test_one_stratum_is_the_table_itself(groups):
    table = stratified_excess_table(*([number] for number in groups))
    assert table.max() <= 1
    assert len(table) == min(groups[1:]) + 1
    np.testing.assert_allclose(table, excess_table(*groups)[: len(table)], rtol=1e-9, atol=1e-15)


@settings(deadline=None, max_examples=30)
@given(whole, whole)
def test_two_strata_are_every_pair_of_counts_by_scipy(first, second):
    chances = [stats.hypergeom(*groups).pmf(np.arange(min(groups[1:]) + 1)) for groups in (first, second)]
    pairs = np.outer(*chances)
    count = np.add.outer(*(np.arange(len(chance)) for chance in chances))
    table = stratified_excess_table(*zip(first, second, strict=True))
    expected = [pairs[count > k].sum() + pairs[count == k].sum() / 2 for k in range(len(table))]
    np.testing.assert_allclose(table, expected, rtol=1e-9, atol=1e-13)


def test_shrunk_reference_value():
    """Methods note, section 5: 12 of 40 where 38 of 300 are low."""
    assert round(shrunk_share(12, 40, 38 / 300).share, 4) == 0.2422


@law
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_shrunk_is_the_beta_posterior_between_the_raw_and_the_overall_share(yes, no, overall):
    share, lower, upper = shrunk_share(yes, yes + no, overall)
    posterior = stats.beta(yes + 20 * overall, no + 20 * (1 - overall))
    assert (share, lower, upper) == pytest.approx(
        (posterior.mean(), posterior.ppf(0.025), posterior.ppf(0.975)), abs=1e-9
    )
    raw = yes / (yes + no) if yes + no else overall
    assert min(raw, overall) - 1e-12 <= share <= max(raw, overall) + 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: excess_table(10, 11, 3), "positives is 11: it cannot exceed n, which is 10"),
        (lambda: excess_table(10, 1, 30), "size is 30: it cannot exceed n"),
        (lambda: excess_table(10, 1, 2.5), "size is 2.5: a whole number"),
        (lambda: excess_table([10], 1, 2), "n has 1 dimensions: 0 needed"),
        (lambda: stratified_excess_table([10], [1, 2], [2]), "shapes of these must be the same"),
        (lambda: stratified_excess_table([9, 5], [1, 2], [2, 6]), r"size\[1\] is 6: it cannot exceed n"),
        (lambda: shrunk_share(1, 2, 0.0), "overall is 0: it lies strictly between"),
        (lambda: shrunk_share(1, 2, 0.5, strength=0), "strength is 0"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
