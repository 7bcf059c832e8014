"""Scales from counts: the worked example, SciPy on the rows, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from brightspots.errors import ArgumentError
from brightspots.statistics import mann_whitney, ridit, scale_mean, weighted_scale_mean

OURS = [4, 3, 5, 6, 8, 20, 22, 40, 48, 30, 34]
ELSEWHERE = [20, 15, 30, 45, 60, 190, 260, 560, 760, 420, 440]
BANDS = [0.085, 0.22, 0.44, 0.255]
law = settings(deadline=None)
scale_counts = st.lists(st.integers(0, 30), min_size=5, max_size=5).map(np.array)
answered = scale_counts.filter(lambda counts: counts.sum() > 1)


def rows(counts):
    return np.repeat(np.arange(len(counts)), counts)


def test_worked_means():
    """Methods note, section 3; interval as R's t.test."""
    ours, elsewhere = scale_mean(OURS), scale_mean(ELSEWHERE)
    assert ours.mean == pytest.approx(7.1318, abs=5.1e-5)
    assert ours.standard_deviation == pytest.approx(2.3106, abs=5.1e-5)
    assert (ours.lower, ours.upper) == pytest.approx((6.825, 7.439), abs=5.1e-4)
    assert elsewhere[:3] == pytest.approx((7.5500, 7.480, 7.620), abs=5.1e-4)


def test_worked_mann_whitney():
    """Methods note, section 3; R's wilcox.test(correct = FALSE) gives W = 281197.5 and the same P."""
    found = mann_whitney(OURS, ELSEWHERE)
    assert found.theta * 220 * 2800 == pytest.approx(281197.5)
    assert (found.z, found.p) == pytest.approx((-2.1914, 0.02843), abs=5.1e-5)
    assert (found.lower, found.upper) == pytest.approx((0.4152, 0.4984), abs=5.1e-5)


def test_worked_ridit():
    """Methods note, section 3."""
    found = ridit([26, 42, 88, 64], BANDS)
    assert (found.mean, found.standard_error) == pytest.approx((0.50607, 0.01948), abs=5.1e-6)


@law
@given(answered, st.sampled_from([0.9, 0.95, 0.99]))
def test_mean_is_scipys_t_interval_on_the_rows(counts, confidence):
    values = rows(counts)
    found = scale_mean(counts, confidence=confidence)
    assert found.mean == pytest.approx(values.mean(), abs=1e-12)
    assert found.n == len(values)
    assert found.standard_deviation == pytest.approx(values.std(ddof=1), abs=1e-7)
    if values.std() > 0:
        theirs = stats.t.interval(confidence, len(values) - 1, values.mean(), stats.sem(values))
        assert (found.lower, found.upper) == pytest.approx(theirs, rel=1e-9)


@law
@given(answered)
def test_mean_moves_with_the_scores(counts):
    plain, moved = scale_mean(counts), scale_mean(counts, scores=10 - 2 * np.arange(5))
    expected = (10 - 2 * plain.mean, 10 - 2 * plain.upper, 10 - 2 * plain.lower)
    assert moved[:3] == pytest.approx(expected, abs=1e-9)


@law
@given(answered, st.integers(1, 9))
def test_equal_weights_change_nothing_but_scale(counts, weight):
    weighted = weighted_scale_mean(counts, counts * weight, counts * weight**2)
    assert weighted == pytest.approx(scale_mean(counts), abs=1e-9)


def test_weighted_mean_is_the_row_formula():
    rng = np.random.default_rng(7)
    score, w = rng.integers(0, 5, 80), rng.uniform(0.5, 3, 80)
    ns, sums, squares = (np.bincount(score, weights, minlength=5) for weights in (np.ones_like(w), w, w**2))
    mean = np.sum(w * score) / w.sum()
    error = np.sqrt(80 / 79 * np.sum((w * (score - mean)) ** 2)) / w.sum()
    effective = w.sum() ** 2 / np.sum(w**2)
    found = weighted_scale_mean(ns, sums, squares)
    assert found.mean == pytest.approx(mean)
    assert found.n == pytest.approx(effective)
    assert found.upper - found.mean == pytest.approx(stats.t.ppf(0.975, effective - 1) * error)


@law
@given(answered, answered)
def test_mann_whitney_is_scipys_on_the_rows(counts1, counts2):
    found = mann_whitney(counts1, counts2)
    first, second = rows(counts1), rows(counts2)
    wins = (first[:, None] > second).mean() + (first[:, None] == second).mean() / 2
    assert found.theta == pytest.approx(wins, abs=1e-12)
    if len(np.unique(np.concatenate([first, second]))) == 1:
        assert found.p == 1
    else:
        theirs = stats.mannwhitneyu(first, second, use_continuity=False, method="asymptotic")
        assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)


@law
@given(answered, answered)
def test_mann_whitney_turns_with_the_groups_and_with_the_scale(counts1, counts2):
    found = mann_whitney(counts1, counts2)
    expected = (1 - found.theta, 1 - found.upper, 1 - found.lower, -found.z, found.p)
    assert mann_whitney(counts2, counts1) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert mann_whitney(counts1[::-1], counts2[::-1]) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@law
@given(answered, answered)
def test_mann_whitney_limits_hold_theta(counts1, counts2):
    found = mann_whitney(counts1, counts2)
    if np.isnan(found.lower):
        assert found.theta in (0, 1) or (counts1 * counts2 > 0).sum() <= 1
    else:
        assert 0 <= found.lower <= found.theta <= found.upper <= 1


def test_mann_whitney_interval_is_the_placement_variance_on_the_rows():
    first, second = rows([2, 3, 10, 5]), rows([5, 6, 6, 3])
    wins = (first[:, None] > second) + (first[:, None] == second) / 2
    theta = wins.mean()
    variance = wins.mean(axis=1).var(ddof=1) / 20 + wins.mean(axis=0).var(ddof=1) / 20
    half = 1.959964 * np.sqrt(variance) / (theta * (1 - theta))
    centre = np.log(theta / (1 - theta))
    expected = [1 / (1 + np.exp(-(centre + side * half))) for side in (-1, 1)]
    found = mann_whitney([2, 3, 10, 5], [5, 6, 6, 3])
    assert [found.lower, found.upper] == pytest.approx(expected, rel=1e-6)


@law
@given(answered)
def test_ridit_is_theta_against_a_very_large_reference(counts):
    reference = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    theta = mann_whitney(counts, (reference * 1e6).round()).theta
    assert ridit(counts, reference).mean == pytest.approx(theta, abs=1e-9)


def test_a_group_like_the_reference_has_ridit_one_half():
    found = ridit([100, 200, 400, 300], [0.1, 0.2, 0.4, 0.3])
    assert (found.mean, found.p) == pytest.approx((0.5, 1.0))
    assert ridit([10, 20, 40, 30], [0.101, 0.202, 0.403, 0.304]).mean == pytest.approx(0.5, abs=1e-3)


def test_rows_of_counts_give_rows_of_results():
    found = scale_mean([OURS, ELSEWHERE])
    assert found.mean.shape == (2,)
    assert found.upper[0] == scale_mean(OURS).upper
    both = mann_whitney([OURS, ELSEWHERE], OURS)
    assert both.theta[1] == mann_whitney(ELSEWHERE, OURS).theta
    assert ridit([[26, 42, 88, 64], [1, 2, 3, 4]], BANDS).mean.shape == (2,)


def test_no_base_and_a_single_answer():
    assert np.isnan(scale_mean([[0, 0, 0], [0, 1, 0]]).mean).tolist() == [True, False]
    assert np.isnan(scale_mean([0, 1, 0]).lower)
    assert np.isnan(mann_whitney([0, 0], [3, 4])).all()
    assert np.isnan(ridit([0, 0], [0.5, 0.5])).all()
    assert np.isnan(weighted_scale_mean([0, 0], [0, 0], [0, 0])).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scale_mean([1, 2.5]), r"counts\[1\] is 2.5: a whole number"),
        (lambda: scale_mean([1, 2], scores=[1, 2, 3]), r"scores has 3 entries"),
        (lambda: scale_mean(3), r"counts is 3: one count for each score"),
        (lambda: mann_whitney([1, 2], [1, 2, 3]), "do not match"),
        (lambda: mann_whitney(3, 4), "counts1 is 3: one count for each answer"),
        (lambda: ridit([1, 2], [0.5, 0.3]), "reference adds up to 0.8"),
        (lambda: ridit([1, 2], [50, 50]), r"reference\[0\] is 50: .*divide a percentage by 100"),
        (lambda: ridit([1, 2], [0.5, 0.3, 0.2]), "reference has 3 entries"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
