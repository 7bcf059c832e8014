"""Trends: R's value, SciPy's chi-squared and correlation, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from brightspots.errors import ArgumentError
from brightspots.statistics import trend

COUNTS, NS, YEARS = [60, 58, 52, 41], [220, 240, 250, 245], [0, 2, 4, 6]
law = settings(deadline=None)
wave = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
waves = st.lists(wave, min_size=3, max_size=6).map(lambda rows: tuple(map(list, zip(*rows, strict=True))))
mixed = waves.filter(lambda pair: 0 < sum(pair[0]) < sum(pair[1]))


def test_worked_trend():
    """Methods note, section 12; R's prop.trend.test gives 8.3247."""
    found = trend(COUNTS, NS, YEARS)
    assert found.z == pytest.approx(-2.88526, abs=5.1e-6)
    assert found.z**2 == pytest.approx(8.3247, abs=5.1e-5)
    assert found.p == pytest.approx(0.003911, abs=5.1e-7)
    assert 100 * found.slope == pytest.approx(-1.752, abs=5.1e-4)
    assert (found.departure, found.departure_p) == pytest.approx((0.034, 0.98), abs=5.1e-3)
    assert found.departure_df == 2


@law
@given(mixed)
def test_z_squared_is_n_times_the_squared_correlation_of_the_rows(groups):
    counts, ns = groups
    when = np.repeat(np.arange(len(ns)), ns)
    counted = np.concatenate([np.arange(n) < k for k, n in zip(counts, ns, strict=True)])
    expected = sum(ns) * np.corrcoef(when, counted)[0, 1] ** 2
    assert trend(counts, ns, range(len(ns))).z ** 2 == pytest.approx(expected, abs=1e-7)


@law
@given(mixed)
def test_trend_and_departure_add_up_to_the_chi_squared_of_the_table(groups):
    counts, ns = map(np.array, groups)
    total = stats.chi2_contingency([counts, ns - counts], correction=False).statistic
    found = trend(counts, ns, np.arange(len(ns)))
    assert found.z**2 + found.departure == pytest.approx(total, abs=1e-7)
    assert found.departure_p == pytest.approx(stats.chi2.sf(found.departure, len(ns) - 2))


@law
@given(waves, st.floats(0.1, 50), st.floats(-2000, 2000))
def test_the_unit_and_the_start_of_time_do_not_matter(groups, unit, start):
    counts, ns = groups
    scores = np.arange(len(ns))
    plain, moved = trend(counts, ns, scores), trend(counts, ns, start + unit * scores)
    assert (moved.z, moved.p) == pytest.approx((plain.z, plain.p), abs=1e-6)
    assert moved.slope * unit == pytest.approx(plain.slope, abs=1e-6)


@law
@given(waves)
def test_swapping_yes_and_no_and_turning_time_turn_the_sign(groups):
    counts, ns = map(np.array, groups)
    scores = np.arange(len(ns))
    found = trend(counts, ns, scores)
    expected = (-found.z, found.p, -found.slope, -found.slope_upper, -found.slope_lower)
    assert trend(ns - counts, ns, scores)[:5] == pytest.approx(expected, abs=1e-9)
    assert trend(counts, ns, -scores)[:5] == pytest.approx(expected, abs=1e-9)


@law
@given(mixed)
def test_the_interval_of_the_slope_agrees_with_the_test(groups):
    counts, ns = groups
    found = trend(counts, ns, range(len(ns)))
    assert found.slope_lower <= found.slope <= found.slope_upper
    if abs(found.p - 0.05) > 1e-9:
        assert (found.p < 0.05) == (found.slope_lower > 0 or found.slope_upper < 0)


def test_no_difference_at_all_is_no_trend():
    for count in (0, 30):
        found = trend([count] * 3, [30] * 3, [1, 2, 3])
        assert (found.z, found.p, found.slope, found.departure_p) == (0, 1, 0, 1)


def test_a_wave_without_answers_is_left_out():
    assert trend([*COUNTS, 0], [*NS, 0], [*YEARS, 8]) == pytest.approx(trend(COUNTS, NS, YEARS))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [9, 9], [0, 1]), "ns has answers in 2 waves: a trend needs 3 or more"),
        (([1, 2, 0], [9, 9, 0], [0, 1, 2]), "ns has answers in 2 waves"),
        (([1, 2, 3], [9, 9, 9], [2, 2, 2]), "scores is 2 in every wave"),
        (([1, 2, 3], [9, 9, 9], [0, 1]), "shapes of these must be the same"),
        (([1, 2, 30], [9, 9, 9], [0, 1, 2]), r"counts\[2\] is 30"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        trend(*arguments)
