"""The difference of two shares: Newcombe's published table, statsmodels, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from brightspots.errors import ArgumentError
from brightspots.statistics import difference_interval

PRINTED = 5.1e-5
NEWCOMBE = "Newcombe 1998, Interval estimation for the difference between independent proportions, table II"
law = settings(deadline=None)
group = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("source", "counts", "lower", "upper"),
    [
        (NEWCOMBE, (56, 70, 48, 80), 0.0524, 0.3339),
        (NEWCOMBE, (9, 10, 3, 10), 0.1705, 0.8090),
        (NEWCOMBE, (6, 7, 2, 7), 0.0582, 0.8062),
        (NEWCOMBE, (5, 56, 0, 29), -0.0381, 0.1926),
        (NEWCOMBE, (0, 10, 0, 20), -0.1611, 0.2775),
        (NEWCOMBE, (0, 10, 0, 10), -0.2775, 0.2775),
        (NEWCOMBE, (10, 10, 0, 20), 0.6791, 1.0),
        (NEWCOMBE, (10, 10, 0, 10), 0.6075, 1.0),
        ("methods note, section 2(c)", (1200, 2000, 6800, 8000), -0.2730, -0.2273),
        ("methods note, section 2(d)", (234, 300, 175, 250), 0.0067, 0.1535),
        ("methods note, section 2, verdicts", (1230, 1500, 15900, 20000), 0.0040, 0.0445),
        ("methods note, section 2, verdicts", (255, 300, 4500, 5000), -0.0955, -0.0130),
        ("methods note, section 2, verdicts", (255, 300, 90, 100), -0.1133, 0.0326),
    ],
)
def test_reference_values(source, counts, lower, upper):
    assert difference_interval(*counts) == pytest.approx((lower, upper), abs=PRINTED), source


def test_reference_values_at_90_percent():
    """Methods note, section 2, verdicts: 30/40 against 15900/20000, printed to three decimals."""
    assert difference_interval(30, 40, 15900, 20000) == pytest.approx((-0.197, 0.063), abs=5.1e-4)
    narrower = difference_interval(30, 40, 15900, 20000, confidence=0.90)
    assert narrower == pytest.approx((-0.171, 0.049), abs=5.1e-4)


@law
@given(group, group)
def test_same_as_statsmodels(first, second):
    theirs = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert difference_interval(*first, *second) == pytest.approx(theirs, abs=1e-9)


@law
@given(group, group)
def test_swapping_the_groups_mirrors_the_interval(first, second):
    lower, upper = difference_interval(*first, *second)
    assert difference_interval(*second, *first) == pytest.approx((-upper, -lower), abs=1e-12)


@law
@given(group, group)
def test_swapping_yes_and_no_mirrors_the_interval(first, second):
    lower, upper = difference_interval(*first, *second)
    turned = difference_interval(first[1] - first[0], first[1], second[1] - second[0], second[1])
    assert turned == pytest.approx((-upper, -lower), abs=1e-12)


@law
@given(group, group)
def test_the_interval_holds_the_difference(first, second):
    lower, upper = difference_interval(*first, *second)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 <= lower <= difference + 1e-12
    assert difference - 1e-12 <= upper <= 1


def test_no_base_gives_no_limits():
    limits = difference_interval([0, 3], [0, 7], 5, 9)
    assert np.isnan(limits.lower).tolist() == [True, False]
    assert np.isnan(difference_interval(3, 7, 0, 0)).all()


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((8, 7, 1, 2), "count1 is 8: it cannot exceed n1, which is 7"),
        ((1, 7, 3, 2), "count2 is 3: it cannot exceed n2, which is 2"),
        (([1, 2], 7, [1, 2, 3], 4), "shapes of these do not match"),
    ],
)
def test_arguments_that_make_no_sense_are_named(counts, message):
    with pytest.raises(ArgumentError, match=message):
        difference_interval(*counts)
