"""Sizes of differences: Cohen's h, margins, equivalence, and what a survey can detect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from brightspots.errors import ArgumentError
from brightspots.statistics import (
    Interval,
    detectable_gap,
    difference_interval,
    effect_size,
    equivalence_margins,
    equivalent,
    fixed_test,
    proportion_interval,
)

share = st.floats(0, 1)


@given(share, share)
def test_effect_size_is_statsmodels(first, second):
    assert effect_size(first, second) == pytest.approx(proportion_effectsize(first, second), abs=1e-12)


@given(share, share)
def test_effect_size_turns_with_the_order_and_with_the_side(first, second):
    assert effect_size(first, second) == -effect_size(second, first)
    assert effect_size(1 - first, 1 - second) == pytest.approx(-effect_size(first, second), abs=1e-7)


@pytest.mark.parametrize(
    ("source", "first", "second", "expected"),
    [
        ("methods note, section 2, verdicts", 1230 / 1500, 15900 / 20000, 0.063),
        ("methods note, section 2, verdicts", 255 / 300, 0.90, -0.152),
    ],
)
def test_effect_size_reference_values(source, first, second, expected):
    assert round(effect_size(first, second), 3) == expected, source


def test_margins_reproduce_the_table():
    """Methods note, section 2: points that make h = 0.10."""
    reference = np.array([2, 5, 10, 20, 30, 50, 70, 80, 90, 95, 98]) / 100
    lower, upper = equivalence_margins(reference)
    up = [1.6, 2.4, 3.2, 4.1, 4.7, 5.0, 4.5, 3.8, 2.8, 2.0, 1.2]
    down = [1.2, 2.0, 2.8, 3.8, 4.5, 5.0, 4.7, 4.1, 3.2, 2.4, 1.6]
    np.testing.assert_allclose(100 * upper, up, atol=0.0501)
    np.testing.assert_allclose(-100 * lower, down, atol=0.0501)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.19))
def test_margins_lie_exactly_that_far_away(reference, minimum):
    lower, upper = equivalence_margins(reference, minimum=minimum)
    assert effect_size(min(reference + upper, 1), reference) == pytest.approx(minimum, abs=1e-7)
    assert effect_size(max(reference + lower, 0), reference) == pytest.approx(-minimum, abs=1e-7)


def test_margins_end_where_shares_end():
    assert equivalence_margins(0.0).lower == 0
    assert equivalence_margins(0.001).lower == -0.001
    assert equivalence_margins(1.0).upper == 0


def test_verdict_cases():
    """Methods note, section 2: 240/300 against 80% is equivalent; 30/40 against 79.5% is not."""
    lower, upper = proportion_interval(240, 300, confidence=0.90)
    difference = Interval(lower - 0.80, upper - 0.80)
    assert difference == pytest.approx((-0.0406, 0.0352), abs=5.1e-5)
    assert equivalence_margins(0.80) == pytest.approx((-0.0414, 0.0384), abs=5.1e-5)
    assert equivalent(difference, 0.80) is True
    assert equivalent(difference_interval(30, 40, 15900, 20000, confidence=0.90), 0.795) is False


def test_equivalence_takes_arrays_and_never_follows_from_nothing():
    limits = difference_interval([0, 2400, 30], [0, 3000, 40], 15900, 20000, confidence=0.90)
    assert equivalent(limits, 0.795).tolist() == [False, True, False]


def test_detectable_gap_reproduces_the_note():
    """Methods note, section 2: near 80%, with 80% power."""
    gaps = 100 * detectable_gap(np.array([40, 100, 200, 300]), 0.80)
    np.testing.assert_allclose(gaps, [17.7, 11.2, 7.9, 6.5], atol=0.0501)


def test_detectable_gap_agrees_with_statsmodels_power():
    size = NormalIndPower().solve_power(nobs1=150, ratio=2, alpha=0.05, power=0.8, alternative="two-sided")
    assert detectable_gap(150, 0.5, n2=300) == pytest.approx(size * 0.5, rel=1e-4)


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.floats(0.01, 0.99))
def test_detectable_gap_shrinks_with_n_and_grows_with_a_second_sample(n, more, reference):
    gap = detectable_gap(n, reference)
    assert detectable_gap(n + more, reference) <= gap
    assert detectable_gap(n, reference, n2=more) >= gap


@pytest.mark.parametrize("reference", [0.5, 0.7, 0.8, 0.9])
@pytest.mark.parametrize("n", [100, 300, 600])
def test_detectable_gap_is_found_about_as_often_as_it_says(n, reference):
    """Exact power of the mid-P test at the gap, downwards, by enumeration."""
    count = np.arange(n + 1)
    found = fixed_test(count, n, reference) <= 0.05
    chance = stats.binom.pmf(count, n, reference - detectable_gap(n, reference))[found].sum()
    assert 0.67 < chance < 0.84


def test_no_base_detects_nothing():
    assert np.isnan(detectable_gap([0, 40], 0.8)).tolist() == [True, False]
    assert np.isnan(detectable_gap(40, 0.8, n2=0))
    assert np.isnan(detectable_gap(40, [0, 1])).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effect_size(62, 0.5), "share1 is 62: .*divide a percentage by 100"),
        (lambda: effect_size(0.5, -0.1), "share2 is -0.1"),
        (lambda: equivalence_margins(0.5, minimum=0), "minimum is 0"),
        (lambda: equivalent(Interval([0.1, 0.2], [0.3, 0.4]), [0.5, 0.5, 0.5]), "do not match"),
        (lambda: detectable_gap(-1, 0.5), "n is -1"),
        (lambda: detectable_gap(10, 0.5, power=80), "power is 80"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
