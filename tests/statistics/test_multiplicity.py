"""Adjusted p-values: the worked family, statsmodels, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from brightspots.errors import ArgumentError
from brightspots.statistics import adjust

FAMILY = [0.0005, 0.004, 0.011, 0.018, 0.031, 0.046, 0.12, 0.35, 0.62, 0.91]
THEIRS = {"bh": "fdr_bh", "holm": "holm", "by": "fdr_by"}
values = st.lists(st.floats(0, 1), min_size=1, max_size=40)
methods = st.sampled_from(list(THEIRS))


def test_worked_family():
    """Methods note, section 4."""
    bh = [0.005, 0.020, 0.0367, 0.045, 0.062, 0.0767, 0.1714, 0.4375, 0.6889, 0.91]
    holm = [0.005, 0.036, 0.088, 0.126, 0.186, 0.23, 0.48, 1, 1, 1]
    np.testing.assert_allclose(adjust(FAMILY), bh, atol=5.1e-5)
    np.testing.assert_allclose(adjust(FAMILY, method="holm"), holm, atol=1e-12)
    assert [(adjust(FAMILY, method=method) <= 0.05).sum() for method in THEIRS] == [4, 2, 1]


@given(values, methods)
def test_same_as_statsmodels(p, method):
    theirs = multipletests(p, method=THEIRS[method])[1]
    np.testing.assert_allclose(adjust(p, method=method), theirs, rtol=1e-12, atol=1e-300)


@given(values, methods)
def test_never_below_p_never_above_1_and_in_the_same_order(p, method):
    p = np.array(p)
    adjusted = adjust(p, method=method)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p)
    assert (np.diff(adjusted[order]) >= 0).all()


@given(values, methods, st.randoms(use_true_random=False))
def test_order_does_not_matter(p, method, random):
    places = list(range(len(p)))
    random.shuffle(places)
    p = np.array(p)
    np.testing.assert_array_equal(adjust(p, method=method)[places], adjust(p[places], method=method))


@given(values, st.integers(1, 5), methods)
def test_tests_that_were_not_run_are_not_counted(p, missing, method):
    adjusted = adjust([np.nan] * missing + p, method=method)
    assert np.isnan(adjusted[:missing]).all()
    np.testing.assert_array_equal(adjusted[missing:], adjust(p, method=method))


@given(values, methods)
def test_a_longer_family_is_never_kinder(p, method):
    assert (adjust([*p, 1.0], method=method)[:-1] >= adjust(p, method=method) - 1e-15).all()


def test_nothing_but_missing_stays_missing():
    assert np.isnan(adjust([np.nan, np.nan])).all()


@pytest.mark.parametrize(
    ("p", "method", "message"),
    [
        ([0.2, 1.2], "bh", r"p\[1\] is 1.2"),
        ([0.2, -0.1], "bh", r"p\[1\] is -0.1"),
        ([], "bh", "p is empty"),
        (0.2, "bh", "p has 0 dimensions: 1 needed"),
        ([0.2], "bonferroni", "method is 'bonferroni'"),
        (["a"], "bh", "numbers are needed"),
    ],
)
def test_arguments_that_make_no_sense_are_named(p, method, message):
    with pytest.raises(ArgumentError, match=message):
        adjust(p, method=method)
