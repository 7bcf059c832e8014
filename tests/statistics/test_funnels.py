"""Funnels: the worked example, SciPy's binomial distribution, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from brightspots.errors import ArgumentError
from brightspots.statistics import funnel, funnel_limits, predictive_z

COUNTS = np.array([40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58])
NS = np.array([180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300])
law = settings(deadline=None)


def test_worked_funnel():
    """Methods note, section 11."""
    found = funnel(COUNTS, NS)
    assert found.scale == "share"
    assert found.theta == pytest.approx(0.252396, abs=5.1e-7)
    assert found.phi == pytest.approx(1.9296, abs=5.1e-5)
    assert found.tau == pytest.approx(0.028621, abs=5.1e-7)
    z = [-0.932, 0.806, -1.485, 1.537, -1.517, 1.572, -0.913, 1.966, -1.869, 0.805, 1.282, -2.355]
    adjusted = [-0.698, 0.564, -1.221, 1.004, -1.039, 0.936, -0.711, 1.390, -1.308, 0.424, 1.087, -1.552]
    np.testing.assert_allclose(found.z, z, atol=5.1e-4)
    np.testing.assert_allclose(found.z_adjusted, adjusted, atol=5.1e-4)
    np.testing.assert_allclose(found.p, 2 * stats.norm.sf(np.abs(found.z_adjusted)), rtol=1e-9)


def test_worked_limits():
    """Methods note, section 11: at n = 300, normal limits without and with tau."""
    theta, tau = funnel(COUNTS, NS)[:2]
    assert funnel_limits(theta, 300, tau=0) == pytest.approx((0.2032, 0.3016), abs=5.1e-5)
    assert funnel_limits(theta, 300, tau=tau) == pytest.approx((0.1778, 0.3270), abs=5.1e-5)


def test_worked_prediction():
    """Methods note, section 2(c): 60% of 200 against 70%, tau .05; without tau the pool of 6,000 counts."""
    assert predictive_z(120, 200, 0.70, 0.05) == pytest.approx(-1.68, abs=5.1e-3)
    assert predictive_z([120, 0], [200, 0], 0.70, 0)[0] == pytest.approx(-0.1 / np.sqrt(0.21 / 200))
    assert np.isnan(predictive_z(0, 0, 0.70, 0.05))


def test_multiplicative_divides_every_z_by_the_same():
    found = funnel(COUNTS, NS, adjustment="multiplicative")
    np.testing.assert_allclose(found.z_adjusted, found.z / np.sqrt(1.92958), rtol=1e-5)


def test_areas_alike_have_no_spread_beyond_chance():
    for adjustment in ("additive", "multiplicative"):
        found = funnel(NS // 10 * 3, NS // 10 * 10, adjustment=adjustment)
        assert found.tau == 0
        np.testing.assert_allclose(found.z_adjusted, found.z)


def test_the_own_area_is_judged_by_the_others():
    found = funnel(COUNTS, NS, own=11)
    others = funnel(COUNTS[:11], NS[:11])
    assert found[:3] == others[:3]
    expected = predictive_z(58, 300, others.theta, others.tau)
    assert found.z_adjusted[11] == pytest.approx(expected)
    assert found.z_adjusted[11] < funnel(COUNTS, NS).z_adjusted[11]


def test_too_few_areas_say_nothing_of_outliers():
    found = funnel(COUNTS[:9], NS[:9])
    assert np.isnan([found.tau, found.phi]).all()
    assert np.isnan(found.z_adjusted).all()
    assert np.isnan(found.p).all()
    assert np.isfinite(found.z).all()
    assert np.isnan(funnel(COUNTS[:10], NS[:10], own=3).tau)


def test_rare_answers_go_to_the_arcsine_scale():
    counts, ns = np.array([0, 1, 2, 0, 3, 1, 0, 2, 1, 5]), np.full(10, 60)
    found = funnel(counts, ns)
    expected = 2 * np.sqrt(60) * (np.arcsin(np.sqrt(counts / 60)) - np.arcsin(np.sqrt(15 / 600)))
    assert found.scale == "arcsine"
    np.testing.assert_allclose(found.z, expected)
    assert funnel(ns - counts, ns).scale == "arcsine"
    none = funnel(0 * counts, ns)
    assert (none.z == 0).all()


def test_an_area_without_answers_is_missing_and_not_counted():
    found, plain = funnel([*COUNTS, 0], [*NS, 0]), funnel(COUNTS, NS)
    assert found[:3] == plain[:3]
    assert np.isnan([found.z[-1], found.z_adjusted[-1], found.p[-1]]).all()


@law
@given(st.permutations(range(12)))
def test_order_of_the_areas_does_not_matter(order):
    found, turned = funnel(COUNTS, NS), funnel(COUNTS[order], NS[order])
    assert turned[:3] == pytest.approx(found[:3])
    np.testing.assert_allclose(turned.z_adjusted, found.z_adjusted[order])


def test_swapping_yes_and_no_turns_every_sign():
    found, turned = funnel(COUNTS, NS), funnel(NS - COUNTS, NS)
    np.testing.assert_allclose(turned.z_adjusted, -found.z_adjusted)
    assert turned.tau == pytest.approx(found.tau)


@law
@given(st.integers(1, 500), st.floats(0.02, 0.98))
def test_exact_limits_leave_out_half_the_error_on_each_side(n, theta):
    lower, upper = funnel_limits(theta, n)
    count = np.arange(n + 1)
    middles = stats.binom.cdf(count, n, theta) - stats.binom.pmf(count, n, theta) / 2
    assert 0 <= lower <= theta + 0.5 / n
    assert theta - 0.5 / n <= upper <= 1
    for limit, tail in ((lower, 0.025), (upper, 0.975)):
        if 0 < limit < 1:
            assert np.interp(limit * n, count, middles) == pytest.approx(tail, abs=1e-9)


@law
@given(st.floats(0.02, 0.98), st.floats(0, 0.2), st.sampled_from(["share", "arcsine"]))
def test_limits_narrow_with_n_and_widen_with_tau(theta, tau, scale):
    lower, upper = funnel_limits(theta, [10, 100, 1000], tau=tau, scale=scale)
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper) <= 0).all()
    wider = funnel_limits(theta, [10, 100, 1000], tau=tau + 0.05, scale=scale)
    assert (wider.lower <= lower).all()
    assert (wider.upper >= upper).all()


def test_exact_and_normal_limits_meet_in_large_areas():
    np.testing.assert_allclose(funnel_limits(0.3, 100_000), funnel_limits(0.3, 100_000, tau=0), atol=2e-5)
    assert np.isnan(funnel_limits(0.3, 0)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: funnel([1, 2], [0, 2]), r"counts\[0\] is 1: it cannot exceed ns"),
        (lambda: funnel([0, 0], [0, 0]), "ns adds up to 0"),
        (lambda: funnel(3, 4), "counts has 0 dimensions: 1 needed"),
        (lambda: funnel([1, 2], [3, 4], own=2), "own is 2: a position from 0 to 1"),
        (lambda: funnel([1, 2], [3, 4], adjustment="none"), "adjustment is 'none'"),
        (lambda: funnel_limits(0, 30), "theta is 0: it lies strictly between 0 and 1"),
        (lambda: funnel_limits(0.3, 30, tau=-1), "tau is -1"),
        (lambda: funnel_limits(0.3, 30.5), "ns is 30.5: a whole number"),
        (lambda: predictive_z(3, 9, 70, 0), "theta is 70: .*divide a percentage by 100"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
