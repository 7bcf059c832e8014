"""Rates: Byar's limits and the exact ones, against printed tables and SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from brightspots.errors import ArgumentError
from brightspots.statistics import rate_interval


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        # the exact 95% Poisson limits of textbooks, such as 0 to 3.69 and 1.62 to 11.67
        (0, 0.0, 3.69),
        (1, 0.0253, 5.57),
        (2, 0.242, 7.22),
        (5, 1.62, 11.67),
        (9, 4.12, 17.08),
    ],
)
def test_small_counts_have_the_exact_limits(count, lower, upper):
    found = rate_interval(count, 1, per=1)
    assert found.lower == pytest.approx(lower, abs=0.005)
    assert found.upper == pytest.approx(upper, abs=0.005)


def test_byars_limits_by_hand():
    """100 events: 100(1 - 1/900 - 1.96/30)^3 and 101(1 - 1/909 + 1.96/(3 sqrt 101))^3."""
    found = rate_interval(100, 1, per=1)
    assert found.lower == pytest.approx(81.36, abs=0.005)
    assert found.upper == pytest.approx(121.63, abs=0.005)


@pytest.mark.parametrize("count", [10, 20, 50, 200, 717])
def test_byar_is_close_to_the_exact_limits(count):
    """SciPy's chi-squared quantiles give the exact ones; Byar's lie within 0.5% from 10 events on."""
    found = rate_interval(count, 1, per=1)
    assert found.lower == pytest.approx(chi2.ppf(0.025, 2 * count) / 2, rel=0.005)
    assert found.upper == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2, rel=0.005)


def test_shropshire_2024():
    """717 children in care of 59,393: 121 per 10,000, as the DfE prints."""
    found = rate_interval(717, 59393)
    events = rate_interval(717, 1, per=1)
    assert pytest.approx(120.7, abs=0.05) == 1e4 * 717 / 59393
    assert found.lower == pytest.approx(events.lower * 1e4 / 59393)
    assert found.lower < 1e4 * 717 / 59393 < found.upper


def test_nobody_has_no_rate():
    assert np.isnan(rate_interval(0, 0).upper)


def test_arrays_go_in_and_come_out():
    found = rate_interval([0, 5, 100], [10, 10, 1000])
    assert found.lower.shape == (3,)
    assert found.lower[0] == 0


@pytest.mark.parametrize(("count", "population"), [(-1, 10), (1.5, 10), (1, -10), ("c", 10)])
def test_what_makes_no_sense_is_refused(count, population):
    with pytest.raises(ArgumentError):
        rate_interval(count, population)


@settings(deadline=None)
@given(st.integers(0, 5000), st.integers(1, 10**6))
def test_the_rate_lies_within_and_more_events_lie_higher(count, population):
    found, more = rate_interval(count, population), rate_interval(count + 1, population)
    assert found.lower <= 1e4 * count / population <= found.upper
    assert more.lower >= found.lower
    assert more.upper >= found.upper
