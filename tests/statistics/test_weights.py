"""What weights cost: worked examples, the row formula, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.statistics import (
    kish_n,
    linearised_n,
    proportion_interval,
    trim_weights,
    weighted_share,
    worth_weighting,
)

law = settings(deadline=None)
tenths = st.integers(1, 50_000)  # weights as whole numbers of 0.0001
answers = st.lists(st.tuples(tenths, st.booleans()), min_size=2, max_size=40)


def sums(rows):
    w, y = np.array([weight for weight, _ in rows], dtype=float), np.array([yes for _, yes in rows])
    return len(w), w.sum(), np.sum(w**2), w[y].sum(), np.sum(w[y] ** 2)


def test_worked_weights():
    """Methods note, section 1: 150 weights of 1 with 30 yes, 60 weights of 2.5 with 25 yes."""
    assert kish_n([1.0] * 150 + [2.5] * 60) == pytest.approx(171.43, abs=5.1e-3)
    found = weighted_share(210, 300, 525, 92.5, 186.25)
    assert found.share == pytest.approx(0.3083, abs=5.1e-5)
    assert found.design_effect == pytest.approx(1.225, abs=5.1e-4)
    assert found.standard_error == pytest.approx(0.036801, abs=5.1e-7)
    assert found.n_effective == pytest.approx(157.47, abs=5.1e-3)
    assert linearised_n(210, 300, 525, 92.5, 186.25) == found.n_effective
    limits = proportion_interval(found.share * found.n_effective, found.n_effective)
    assert limits == pytest.approx((0.2415, 0.3843), abs=5.1e-5)
    kish = proportion_interval(found.share * 171.43, 171.43)
    assert kish == pytest.approx((0.2440, 0.3810), abs=5.1e-5)


def test_worked_merging():
    """Methods note, section 10: the sums of two groups add up, their effective numbers do not."""
    first, second = np.array([100, 100, 100, 30, 30]), np.array([50, 200, 800, 100, 400])
    found = weighted_share(*(first + second))
    assert found.share == pytest.approx(0.433333, abs=5.1e-7)
    assert found.standard_error == pytest.approx(0.050316, abs=5.1e-7)
    assert found.design_effect == pytest.approx(1.5)
    assert proportion_interval(100 * found.share, 100) == pytest.approx((0.3405, 0.5311), abs=5.1e-5)
    assert found.n_effective == pytest.approx(found.share * (1 - found.share) / 0.050316**2, rel=1e-4)
    assert weighted_share(*first).n_effective + weighted_share(*second).n_effective > 140


@law
@given(answers)
def test_standard_error_is_the_row_formula(rows):
    w, y = np.array([weight for weight, _ in rows], dtype=float), np.array([yes for _, yes in rows])
    share = w[y].sum() / w.sum()
    residual = w * (y - share) / w.sum()
    found = weighted_share(*sums(rows))
    assert found.share == pytest.approx(share)
    expected = np.sqrt(len(w) / (len(w) - 1) * np.sum(residual**2))
    assert found.standard_error == pytest.approx(expected, abs=1e-9)


@law
@given(answers)
def test_effective_numbers_stay_in_bounds(rows):
    found = weighted_share(*sums(rows))
    kish = kish_n([weight for weight, _ in rows])
    assert 1 - 1e-9 <= kish <= len(rows) + 1e-9
    assert 0 < found.n_effective <= min(kish, len(rows)) * (1 + 1e-12)
    assert found.design_effect == pytest.approx(len(rows) / kish)


@law
@given(answers, st.integers(1, 1000))
def test_scaling_weights_changes_nothing(rows, times):
    scaled = [(weight * times, yes) for weight, yes in rows]
    assert weighted_share(*sums(scaled)) == pytest.approx(weighted_share(*sums(rows)), rel=1e-6)
    plain = kish_n([weight for weight, _ in rows])
    assert kish_n([weight for weight, _ in scaled]) == pytest.approx(plain)


@given(st.integers(2, 500), st.integers(1, 9))
def test_equal_weights_cost_nothing(n, weight):
    found = weighted_share(n, n * weight, n * weight**2, weight, weight**2)
    assert found.design_effect == pytest.approx(1)
    assert found.n_effective == n
    assert kish_n([weight] * n) == pytest.approx(n)


def test_nothing_is_learnt_from_a_share_of_none_or_all():
    for counted in ((0, 0), (300, 525)):
        assert np.isnan(linearised_n(210, 300, 525, *counted))
        assert weighted_share(210, 300, 525, *counted).n_effective == pytest.approx(171.43, abs=5.1e-3)


def test_floating_point_sums_of_everyone_are_everyone():
    w = np.random.default_rng(1).uniform(0.3, 4, 97)
    found = weighted_share(97, w.sum(), np.sum(w**2), w[::-1].sum(), np.sum(w[::-1] ** 2))
    assert found.share == 1
    assert found.n_effective == pytest.approx(kish_n(w))


def test_no_base_gives_nothing_and_arrays_give_arrays():
    found = weighted_share([0, 210], [0, 300], [0, 525], [0, 92.5], [0, 186.25])
    assert np.isnan([part[0] for part in found]).all()
    assert [part[1] for part in found] == list(weighted_share(210, 300, 525, 92.5, 186.25))
    assert np.isnan(kish_n([0, 0]))


def test_worked_trimming():
    """Methods note, section 7: design effect 1.723, cap 3.0, then 1.329."""
    weights, ns = np.array([0.6, 1.2, 2.0, 6.0]), np.array([150, 60, 25, 5])
    found = trim_weights(weights, ns)
    effect = [240 / kish_n(np.repeat(w, ns)) for w in (weights, found.weights)]
    assert effect == pytest.approx([1.723, 1.329], abs=5.1e-4)
    assert found.cap == 3.0
    assert found.trimmed == 5 / 240
    assert np.sum(ns * found.weights) == pytest.approx(np.sum(ns * weights))


def test_trimming_cells_is_trimming_answers():
    weights, ns = np.array([0.6, 1.2, 2.0, 6.0]), np.array([150, 60, 25, 5])
    by_answer = trim_weights(np.repeat(weights, ns), yardstick="mean")
    by_cell = trim_weights(weights, ns, yardstick="mean")
    assert by_answer.cap == pytest.approx(by_cell.cap) == pytest.approx(3 * 242 / 240)
    np.testing.assert_allclose(by_answer.weights, np.repeat(by_cell.weights, ns))


@law
@given(st.lists(tenths, min_size=1, max_size=40))
def test_trimming_keeps_the_total_and_the_order_and_never_costs(weights):
    w = np.array(weights, dtype=float)
    found = trim_weights(w)
    assert found.weights.sum() == pytest.approx(w.sum())
    assert (np.diff(found.weights[np.argsort(w)]) >= 0).all()
    assert kish_n(found.weights) >= kish_n(w) * (1 - 1e-12)


def test_worth_weighting():
    """Methods note, section 7: response rates a factor of 1.5 apart, or a shift of more than one SE."""
    assert worth_weighting([30, 20], [100, 100]) is True
    assert worth_weighting([29, 20], [100, 100]) is False
    assert worth_weighting([29, 20], [100, 100], shift=-1.2) is True
    assert worth_weighting([29, 0], [100, 100]) is True


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kish_n([1, -1]), r"weights\[1\] is -1"),
        (lambda: kish_n([]), "weights is empty"),
        (lambda: weighted_share(210, 300, 525, 400, 186), "sum_wy is 400: it cannot exceed sum_w"),
        (lambda: weighted_share(210, 300, 525, 92, 600), "sum_wwy is 600: it cannot exceed sum_ww"),
        (lambda: trim_weights([1, 2], [0, 0]), "ns adds up to 0"),
        (lambda: trim_weights([1, 2], [1]), "shapes of these must be the same"),
        (lambda: trim_weights([1, 2], yardstick="max"), "yardstick is 'max'"),
        (lambda: worth_weighting([30], [20]), "ns is 30|ns.0. is 30"),
        (lambda: worth_weighting([0], [0]), r"populations\[0\] is 0"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
