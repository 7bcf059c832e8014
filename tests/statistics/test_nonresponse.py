"""Limits that those who did not answer put on a figure: the note's values and algebra."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.statistics import selection_error, tipping_point, worst_case_limits

seen = st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 400)).filter(lambda x: x[0] + x[1])


def test_reference_values():
    """Methods note, section 1: 60 of 300 answers from 690."""
    assert worst_case_limits(60, 300, 690) == pytest.approx((0.087, 0.652), abs=5.1e-4)
    assert tipping_point(60, 300, 690, 0.25) == pytest.approx((0.288, 1.62), abs=5.1e-3)
    assert selection_error(300, 690, 0.2, 0.02) == pytest.approx(0.009, abs=5.1e-4)
    assert selection_error(300, 690, 0.2, 0.05) == pytest.approx(0.023, abs=5.1e-4)


@given(seen)
def test_worst_cases_are_the_extremes_of_every_completion(group):
    yes, no, unseen = group
    n, population = yes + no, yes + no + unseen
    completions = (yes + np.arange(unseen + 1)) / population
    expected = (completions.min(), completions.max())
    assert worst_case_limits(yes, n, population) == pytest.approx(expected, abs=1e-12)


@given(seen, st.floats(0, 1))
def test_the_tipping_point_brings_the_whole_to_the_target(group, target):
    yes, no, unseen = group
    n, population = yes + no, yes + no + unseen
    share, _ = tipping_point(yes, n, population, target)
    lower, upper = worst_case_limits(yes, n, population)
    if np.isnan(share):
        assert unseen == 0 or not lower + 1e-9 < target < upper - 1e-9
    else:
        assert (yes + share * unseen) / population == pytest.approx(target, abs=1e-9)


def test_the_error_is_mengs_identity():
    """Error of the mean of those seen, worked out on a made population of 8 of whom 5 answered."""
    counts = np.array([1, 1, 0, 1, 0, 0, 1, 0])
    answered = np.array([1, 1, 1, 1, 0, 1, 0, 0])
    correlation = np.corrcoef(counts, answered)[0, 1]
    error = counts[answered == 1].mean() - counts.mean()
    assert selection_error(5, 8, counts.mean(), correlation) == pytest.approx(error, abs=1e-12)


def test_no_base_and_no_others():
    assert np.isnan(worst_case_limits(0, 0, 50)).all()
    assert np.isnan(worst_case_limits(0, 0, 0)).all()
    assert np.isnan(tipping_point(0, 0, 50, 0.2)).all()
    assert np.isnan(tipping_point(10, 50, 50, 0.2)).all()
    assert np.isnan(selection_error(0, 50, 0.2, 0.1))
    assert worst_case_limits([3, 0], [9, 0], 20).lower.tolist()[0] == 0.15


def test_an_unreachable_target_has_no_tipping_point():
    assert np.isnan(tipping_point(60, 300, 310, [0.1, 0.9]).share).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: worst_case_limits(60, 300, 200), "n is 300: more answers than there are people"),
        (lambda: worst_case_limits(60, 50, 200), "count is 60: it cannot exceed n"),
        (lambda: tipping_point(60, 300, 690, 25), "share is 25: .*divide a percentage by 100"),
        (lambda: selection_error(300, 200, 0.2, 0.1), "n is 300: it cannot exceed population"),
        (lambda: selection_error(30, 200, 0.2, 1.1), "correlation is 1.1"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
