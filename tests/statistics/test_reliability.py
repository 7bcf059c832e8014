"""Alpha and omega: R's values, a direct maximum of the likelihood, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from brightspots.errors import ArgumentError
from brightspots.statistics import ItemSums, alpha, item_sums, omega_total, reliability_interval

SATISFIED, WORTHWHILE = [8, 5, 9, 3, 7, 6, 10, 2, 8, 5], [7, 6, 9, 2, 8, 5, 9, 4, 8, 4]
HAPPY, ANXIOUS = [9, 5, 10, 4, 7, 6, 9, 3, 6, 6], [3, 6, 1, 8, 2, 5, 0, 7, 4, 5]
RAW = np.column_stack([SATISFIED, WORTHWHILE, HAPPY, ANXIOUS])
REVERSED = RAW * [1, 1, 1, -1] + [0, 0, 0, 10]
law = settings(deadline=None)


def made_up_answers(seed, n=80, loadings=(0.9, 0.7, 0.5, 0.6, 0.8)):
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1))
    return factor * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - np.square(loadings))


def test_worked_values():
    """Methods note, section 6; R's psych gives the same alpha, its factanal the same omega."""
    assert alpha(RAW) == pytest.approx(-0.2639, abs=5.1e-5)
    assert alpha(REVERSED) == pytest.approx(0.97129, abs=5.1e-6)
    assert omega_total(REVERSED) == pytest.approx(0.97297, abs=5.1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_omega_is_the_direct_maximum_of_the_likelihood(seed):
    answers = made_up_answers(seed)
    correlation = np.corrcoef(answers.T)

    def discrepancy(parameters):
        loadings, own = parameters[:5], np.exp(parameters[5:])
        implied = np.outer(loadings, loadings) + np.diag(own)
        return np.linalg.slogdet(implied)[1] + np.trace(np.linalg.solve(implied, correlation))

    best = minimize(discrepancy, np.r_[np.full(5, 0.7), np.full(5, -0.7)], method="BFGS", tol=1e-9).x
    common = best[:5].sum() ** 2
    expected = common / (common + np.exp(best[5:]).sum())
    assert omega_total(answers) == pytest.approx(expected, abs=1e-6)


def test_equally_good_items_have_alpha_equal_to_omega():
    """Spearman-Brown: k items that correlate r have reliability k r / (1 + (k - 1) r)."""
    correlation = np.full((6, 6), 0.4) + 0.6 * np.eye(6)
    sums = ItemSums(np.asarray(101.0), np.zeros(6), 100 * correlation)
    assert alpha(sums) == pytest.approx(6 * 0.4 / (1 + 5 * 0.4))
    assert omega_total(sums) == pytest.approx(alpha(sums))


@law
@given(st.integers(0, 10_000), st.integers(1, 79))
def test_sums_of_two_groups_are_the_sums_of_all(seed, cut):
    answers = made_up_answers(seed).round(1)
    both = [a + b for a, b in zip(item_sums(answers[:cut]), item_sums(answers[cut:]), strict=True)]
    assert alpha(ItemSums(*both)) == pytest.approx(alpha(answers), abs=1e-9)


@law
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-50, 50))
def test_unit_and_start_of_the_scale_do_not_matter(seed, unit, start):
    answers = made_up_answers(seed)
    assert alpha(unit * answers + start) == pytest.approx(alpha(answers), abs=1e-7)
    assert omega_total(unit * answers + start) == pytest.approx(omega_total(answers), abs=1e-5)


def test_reversing_every_item_changes_nothing():
    assert alpha(-REVERSED) == pytest.approx(alpha(REVERSED))
    assert omega_total(-REVERSED) == pytest.approx(omega_total(REVERSED))


def test_only_complete_rows_are_used():
    holes = np.vstack([REVERSED, [[5, np.nan, 5, 5], [np.nan] * 4]])
    assert alpha(holes) == alpha(REVERSED)
    assert omega_total(holes) == omega_total(REVERSED)
    assert item_sums(holes).n == 10


def test_an_item_without_own_variance_stays_in_bounds():
    answers = made_up_answers(1)
    answers[:, 1] = answers[:, 0]
    assert 0 < omega_total(answers) < 1


def test_nothing_to_go_on_gives_nothing():
    assert np.isnan(alpha([[1, 1], [1, 1]]))
    assert np.isnan(alpha([[1, 2]]))
    assert np.isnan(omega_total([[1, 2, 3], [1, 3, 2]]))
    assert np.isnan(reliability_interval([[1, 1], [1, 1]])).all()


@pytest.mark.parametrize("statistic", [alpha, omega_total])
def test_interval_holds_the_value_and_repeats_itself(statistic):
    answers = made_up_answers(3)
    lower, upper = reliability_interval(answers, statistic, resamples=199)
    assert lower < statistic(answers) < upper
    assert (lower, upper) == reliability_interval(answers, statistic, resamples=199)
    assert (lower, upper) != reliability_interval(answers, statistic, resamples=199, seed=1)


def test_interval_is_the_percentiles_of_values_worked_out_one_by_one():
    answers = made_up_answers(4, n=30)
    times = np.random.default_rng(0).multinomial(30, np.full(30, 1 / 30), size=50)
    values = [alpha(np.repeat(answers, row, axis=0)) for row in times]
    expected = tuple(np.quantile(values, [0.025, 0.975]))
    assert reliability_interval(answers, resamples=50) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alpha([[1], [2]]), "answers has 1 columns: two items or more"),
        (lambda: alpha([1, 2, 3]), "answers has 1 dimensions: 2 needed"),
        (lambda: omega_total([[1, 2], [2, 1]]), "items has 2 items: omega needs three"),
        (lambda: reliability_interval([[1, np.nan]]), "answers has no complete row"),
        (lambda: reliability_interval([[1, 2], [3, 4]], resamples=0), "resamples is 0"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
