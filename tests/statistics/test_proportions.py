"""Intervals for a share: values from papers and other programs, exact coverage, and laws."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from brightspots.errors import ArgumentError
from brightspots.statistics import proportion_interval, worth_of_interval
from brightspots.statistics.proportions import FiniteMethod, Method

PRINTED = 5.1e-5  # four printed decimals
METHODS = get_args(Method)
FINITE = get_args(FiniteMethod)
NEWCOMBE = "Newcombe 1998, Two-sided confidence intervals for the single proportion, table I"
law = settings(deadline=None, max_examples=60)


def interval(count, n, method="wilson", confidence=0.95, population=690):
    """Work out one interval, giving the population only to the methods that use it."""
    size = population if method in FINITE else None
    return proportion_interval(count, n, method=method, confidence=confidence, population=size)


REFERENCE = [
    (NEWCOMBE, "wilson", 81, 263, 0.2553, 0.3662),
    (NEWCOMBE, "wilson", 15, 148, 0.0624, 0.1605),
    (NEWCOMBE, "wilson", 0, 20, 0.0, 0.1611),
    (NEWCOMBE, "wilson", 1, 29, 0.0061, 0.1718),
    (NEWCOMBE, "clopper_pearson", 81, 263, 0.2527, 0.3676),
    (NEWCOMBE, "clopper_pearson", 15, 148, 0.0578, 0.1617),
    (NEWCOMBE, "clopper_pearson", 0, 20, 0.0, 0.1684),
    (NEWCOMBE, "clopper_pearson", 1, 29, 0.0009, 0.1776),
    (NEWCOMBE, "midp", 81, 263, 0.2544, 0.3658),
    (NEWCOMBE, "midp", 15, 148, 0.0601, 0.1581),
    (NEWCOMBE, "midp", 0, 20, 0.0, 0.1391),
    (NEWCOMBE, "midp", 1, 29, 0.0017, 0.1585),
    ("methods note, section 1, weighted example", "wilson", 0.3083333 * 157.47, 157.47, 0.2415, 0.3843),
]

# Methods note, section 1, worked values (N = 690): count, n, then each method's two limits.
WORKED_METHODS = ("wilson", "clopper_pearson", "midp", "jeffreys", "wilson_fpc", "hyper_midp")
WORKED = """
0 5      0 .4345      0 .5218      0 .4507      0 .3794      0 .4331      0 .4493
0 12     0 .2425      0 .2646      0 .2209      0 .1853      0 .2395      0 .2188
12 12    .7575 1      .7354 1      .7791 1      .8147 1      .7605 1      .7812 1
3 30     .0346 .2562  .0211 .2653  .0261 .2485  .0290 .2434  .0353 .2521  .0275 .2449
60 300   .1587 .2489  .1562 .2498  .1576 .2481  .1577 .2480  .1682 .2362  .1681 .2348
255 300  .8052 .8860  .8045 .8884  .8062 .8871  .8063 .8870  .8171 .8779  .8174 .8768
0 300    0 .0126      0 .0122      0 .0099      0 .0083      0 .0072      0 .0072
138 690  .1719 .2315  .1708 .2318  .1714 .2311  .1714 .2311  .2 .2        .2 .2
"""


@pytest.mark.parametrize("row", WORKED.strip().splitlines())
def test_worked_values(row):
    count, n, *limits = map(float, row.split())
    for place, method in enumerate(WORKED_METHODS):
        expected = tuple(limits[2 * place : 2 * place + 2])
        assert interval(count, n, method) == pytest.approx(expected, abs=PRINTED), method


@pytest.mark.parametrize(("source", "method", "count", "n", "lower", "upper"), REFERENCE)
def test_reference_values(source, method, count, n, lower, upper):
    assert interval(count, n, method) == pytest.approx((lower, upper), abs=PRINTED), source


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.998])
@pytest.mark.parametrize(
    ("method", "theirs"),
    [("wilson", "wilson"), ("agresti_coull", "agresti_coull"), ("clopper_pearson", "beta")],
)
def test_same_as_statsmodels(method, theirs, confidence):
    n = 37
    count = np.arange(n + 1)
    ours = interval(count, n, method, confidence)
    lower, upper = proportion_confint(count, n, alpha=1 - confidence, method=theirs)
    np.testing.assert_allclose(ours.lower, np.clip(lower, 0, 1), atol=1e-12)
    np.testing.assert_allclose(ours.upper, np.clip(upper, 0, 1), atol=1e-12)


def test_jeffreys_is_the_beta_posterior():
    count = np.arange(1, 40)
    lower, upper = interval(count, 40, "jeffreys")
    np.testing.assert_allclose(lower, stats.beta.ppf(0.025, count + 0.5, 40.5 - count), rtol=1e-12)
    np.testing.assert_allclose(upper, stats.beta.ppf(0.975, count + 0.5, 40.5 - count), rtol=1e-12)


def test_midp_limits_solve_their_equation():
    count = np.arange(1, 50)
    lower, upper = interval(count, 50, "midp")
    above = stats.binom.sf(count, 50, lower) + stats.binom.pmf(count, 50, lower) / 2
    below = stats.binom.cdf(count - 1, 50, upper) + stats.binom.pmf(count, 50, upper) / 2
    np.testing.assert_allclose(above, 0.025, rtol=1e-9)
    np.testing.assert_allclose(below, 0.025, rtol=1e-9)


@pytest.mark.parametrize(("method", "half"), [("hyper_exact", 0.0), ("hyper_midp", 0.5)])
def test_hypergeometric_limits_are_the_enumerated_set(method, half):
    total, n = 61, 23
    for k in range(n + 1):
        possible = np.arange(k, total - n + k + 1)
        halved = half * stats.hypergeom.pmf(k, total, possible, n)
        kept = possible[
            (stats.hypergeom.sf(k - 1, total, possible, n) - halved > 0.025)
            & (stats.hypergeom.cdf(k, total, possible, n) - halved > 0.025)
        ]
        expected = (kept[0] / total, kept[-1] / total)
        assert interval(k, n, method, population=total) == pytest.approx(expected, abs=1e-12)


def test_beta_binomial_limits_are_quantiles_of_the_unseen():
    total, n, count = 61, 23, np.arange(24)
    unseen = stats.betabinom(total - n, count + 0.5, n - count + 0.5)
    lower, upper = interval(count, n, "bb_jeffreys", population=total)
    np.testing.assert_allclose(lower, (count + unseen.ppf(0.025)) / total, atol=1e-12)
    np.testing.assert_allclose(upper, (count + unseen.ppf(0.975)) / total, atol=1e-12)


# Methods note, section 1: mean and minimum coverage at 95%, for N = 690 and shares from 2% to 98%.
COLUMNS = ("wilson", "agresti_coull", "clopper_pearson", "midp", "jeffreys")
FINITE_COLUMNS = ("wilson_fpc", "hyper_exact", "hyper_midp", "bb_jeffreys")
FINITE_COVERAGE = {
    5: ".956/.837 .967/.895 .990/.976 .978/.932 .958/.896 .955/.831 .990/.975 .978/.932 .958/.896",
    10: ".956/.895 .964/.926 .984/.963 .969/.929 .954/.871 .956/.895 .983/.951 .968/.928 .953/.871",
    30: ".958/.927 .963/.940 .976/.955 .961/.931 .954/.896 .953/.919 .973/.952 .957/.930 .951/.896",
    100: ".966/.947 .969/.957 .976/.967 .967/.942 .965/.934 .951/.925 .964/.951 .952/.929 .951/.907",
    200: ".980/.968 .981/.975 .985/.980 .980/.969 .980/.965 .950/.925 .961/.951 .951/.929 .953/.929",
    300: ".991/.987 .991/.989 .993/.991 .991/.984 .991/.982 .950/.929 .960/.951 .951/.929 .955/.937",
    400: ".998/.996 .998/.997 .998/.997 .997/.994 .997/.994 .950/.934 .960/.951 .951/.934 .956/.943",
}
PROCESS_COVERAGE = {
    10: ".955/.899 .965/.925 .983/.961 .968/.927 .953/.868 .954/.899 .982/.950 .966/.926 .951/.868",
    30: ".953/.921 .959/.934 .973/.951 .957/.925 .950/.889 .949/.914 .969/.947 .952/.924 .945/.889",
    100: ".951/.927 .954/.939 .964/.952 .952/.921 .949/.881 .931/.900 .945/.929 .930/.880 .929/.880",
    300: ".950/.939 .952/.943 .958/.951 .950/.943 .950/.937 .860/.833 .870/.852 .851/.818 .859/.818",
    400: ".950/.936 .951/.943 .957/.951 .950/.934 .950/.926 .796/.740 .804/.781 .784/.721 .795/.765",
}
WIDTHS = {300: (0.091, 0.069, 0.070, 0.067), 400: (0.079, 0.051, 0.052, 0.050)}


def coverage(probabilities, shares, limits):
    """Mean and minimum over the shares of the probability that the limits hold the share."""
    held = (limits.lower <= shares[:, None] + 1e-9) & (shares[:, None] - 1e-9 <= limits.upper)
    covered = (probabilities * held).sum(axis=1)
    return covered.mean(), covered.min()


def printed(row):
    return [tuple(map(float, cell.split("/"))) for cell in row.split()]


@pytest.mark.parametrize("n", FINITE_COVERAGE)
def test_coverage_of_a_finite_group_to_the_printed_digit(n):
    positives = np.arange(14, 677)  # every whole number of positives that makes a share from 2% to 98%
    count = np.arange(n + 1)
    probabilities = stats.hypergeom.pmf(count, 690, positives[:, None], n)
    for method, expected in zip(COLUMNS + FINITE_COLUMNS, printed(FINITE_COVERAGE[n]), strict=True):
        found = coverage(probabilities, positives / 690, interval(count, n, method))
        assert found == pytest.approx(expected, abs=5.1e-4), method


@pytest.mark.parametrize("n", PROCESS_COVERAGE)
def test_coverage_of_the_process(n):
    shares = np.linspace(0.02, 0.98, 385)  # every quarter of a point
    count = np.arange(n + 1)
    probabilities = stats.binom.pmf(count, n, shares[:, None])
    for method, expected in zip(COLUMNS + FINITE_COLUMNS, printed(PROCESS_COVERAGE[n]), strict=True):
        found = coverage(probabilities, shares, interval(count, n, method))
        assert found == pytest.approx(expected, abs=0.002), method


@pytest.mark.parametrize("n", WIDTHS)
def test_mean_widths(n):
    positives = np.arange(14, 677)
    count = np.arange(n + 1)
    probabilities = stats.hypergeom.pmf(count, 690, positives[:, None], n)
    for method, expected in zip(("wilson", *FINITE_COLUMNS), WIDTHS[n], strict=False):
        lower, upper = interval(count, n, method)
        assert (probabilities @ (upper - lower)).mean() == pytest.approx(expected, abs=5.1e-4), method


count_of_n = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
methods = st.sampled_from(METHODS + FINITE)
levels = st.floats(0.8, 0.999)


@law
@given(count_of_n, methods, levels)
def test_swapping_yes_and_no_mirrors_the_interval(pair, method, confidence):
    count, n = pair
    lower, upper = interval(count, n, method, confidence)
    assert interval(n - count, n, method, confidence) == pytest.approx((1 - upper, 1 - lower), abs=1e-12)


@law
@given(count_of_n, methods, levels)
def test_the_interval_holds_the_share_and_stays_a_share(pair, method, confidence):
    count, n = pair
    lower, upper = interval(count, n, method, confidence)
    step = 1 / 690 if method in FINITE else 1e-12
    assert 0 <= lower <= count / n + step
    assert count / n - step <= upper <= 1


@law
@given(count_of_n, methods, levels)
def test_more_confidence_is_wider(pair, method, confidence):
    lower, upper = interval(*pair, method, confidence)
    wider = interval(*pair, method, (1 + confidence) / 2)
    assert wider.lower <= lower + 1e-12
    assert upper <= wider.upper + 1e-12


@law
@given(count_of_n, st.sampled_from(METHODS), levels, st.integers(2, 5))
def test_more_answers_are_narrower(pair, method, confidence, times):
    count, n = pair
    lower, upper = interval(count, n, method, confidence)
    more = interval(count * times, n * times, method, confidence)
    assert more.upper - more.lower <= upper - lower + 1e-12


@law
@given(count_of_n, methods, levels)
def test_limits_rise_with_the_count(pair, method, confidence):
    n = pair[1]
    lower, upper = interval(np.arange(n + 1), n, method, confidence)
    assert (np.diff(lower) >= -1e-12).all()
    assert (np.diff(upper) >= -1e-12).all()


@pytest.mark.parametrize("method", FINITE)
def test_a_full_count_has_no_uncertainty(method):
    count = np.arange(41)
    lower, upper = interval(count, 40, method, population=40)
    np.testing.assert_allclose(lower, count / 40, atol=1e-12)
    np.testing.assert_allclose(upper, count / 40, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_none_and_all_reach_the_end_exactly(method):
    assert interval(0, 17, method).lower == 0.0
    assert interval(17, 17, method).upper == 1.0


@pytest.mark.parametrize("method", METHODS + FINITE)
def test_no_base_gives_no_limits(method):
    limits = interval([0, 3, 0], [0, 7, 0], method)
    assert np.isnan(limits.lower).tolist() == [True, False, True]
    assert np.isnan(limits.upper).tolist() == [True, False, True]
    assert np.isnan(interval(0, 0, method)).all()


@law
@given(
    st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_the_width_of_an_interval_gives_back_its_n(pair, confidence):
    count, n = pair
    lower, upper = proportion_confint(count, n, 1 - confidence, "wilson")
    assert worth_of_interval(count / n, upper - lower, confidence=confidence) == pytest.approx(n, rel=1e-6)


def test_what_an_interval_is_worth():
    assert worth_of_interval(0.5, 1.0) == 0.0
    assert worth_of_interval([0.3083333, 0.3083333], 0.3843 - 0.2415) == pytest.approx(157.47, abs=0.2)
    with pytest.raises(ArgumentError, match="width is 0: an interval without width"):
        worth_of_interval(0.5, 0)
    with pytest.raises(ArgumentError, match=r"width\[1\] is 8: .*divide a percentage by 100"):
        worth_of_interval(0.5, [0.1, 8])


def test_arrays_broadcast_and_agree_with_single_numbers():
    lower, upper = interval([[3], [5]], [10, 20, 30], "hyper_midp")
    assert lower.shape == upper.shape == (2, 3)
    assert (lower[1, 2], upper[1, 2]) == interval(5, 30, "hyper_midp")
    assert isinstance(interval(5, 30).lower, float)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 12, "n": 10}, r"count is 12: it cannot exceed n, which is 10"),
        ({"count": [3, 12], "n": 10}, r"count\[1\] is 12"),
        ({"count": -1, "n": 10}, r"count is -1: it cannot be below 0"),
        ({"count": float("nan"), "n": 10}, r"count is nan: a finite number"),
        ({"count": 1, "n": float("inf")}, r"n is inf: a finite number"),
        ({"count": [], "n": []}, r"count is empty"),
        ({"count": [1, 2], "n": [3, 4, 5]}, r"do not match: count \(2,\), n \(3,\)"),
        ({"count": "3", "n": 10}, r"count is '3': numbers are needed"),
        ({"count": None, "n": 10}, r"count is None: numbers are needed"),
        ({"count": True, "n": 10}, r"count is True: numbers are needed"),
        ({"count": [[1], [1, 2]], "n": 10}, r"its rows differ in length"),
        ({"count": 1, "n": 10, "confidence": 95}, r"confidence is 95: .*divide a percentage by 100"),
        ({"count": 1, "n": 10, "confidence": 1}, r"confidence is 1: it lies strictly between 0 and 1"),
        ({"count": 1, "n": 10, "method": "wald"}, r"method is 'wald'"),
        ({"count": 1.5, "n": 10, "method": "midp"}, r"count is 1.5: a whole number"),
        ({"count": 1, "n": 10, "method": "hyper_midp"}, r"population is missing"),
        ({"count": 1, "n": 10, "population": 20}, r"population is given"),
        ({"count": 1, "n": 10, "population": 9, "method": "hyper_midp"}, r"n is 10: more answers than"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        proportion_interval(**arguments)
