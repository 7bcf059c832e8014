"""Tests of shares: published values, enumeration, exact type I errors, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtr

from brightspots.errors import ArgumentError
from brightspots.statistics import difference_interval, effect_size, fixed_test, two_sample_test

NOTE = "methods note, section 2"
law = settings(deadline=None, max_examples=60)
group = st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("source", "arguments", "expected", "printed"),
    [
        (NOTE, (258, 300, 0.90, None), 0.0234, 4),
        (NOTE, (258, 300, 0.90, 0.01), 0.0532, 4),
        (NOTE, (255, 300, 0.90, None), 0.0059, 4),
    ],
)
def test_fixed_reference_values(source, arguments, expected, printed):
    count, n, share, step = arguments
    assert round(fixed_test(count, n, share, rounded_to=step), printed) == expected, source


@pytest.mark.parametrize(
    ("source", "counts", "expected", "printed"),
    [
        (NOTE, (85, 100, 95, 100), 0.0199, 4),
        (NOTE, (175, 250, 234, 300), 0.0353, 4),
        (NOTE, (1230, 1500, 15900, 20000), 0.019, 3),
        (NOTE, (255, 300, 4500, 5000), 0.0069, 4),
        (NOTE, (255, 300, 90, 100), 0.211, 3),
    ],
)
def test_two_sample_reference_values(source, counts, expected, printed):
    assert round(two_sample_test(*counts), printed) == expected, source


@law
@given(group, st.integers(1, 99))
def test_exact_is_scipys_binomial_test(pair, percent):
    count, n = pair
    expected = stats.binomtest(count, n, percent / 100).pvalue
    assert fixed_test(count, n, percent / 100, method="exact") == pytest.approx(expected, rel=1e-9)


@law
@given(group, st.integers(1, 99))
def test_midp_halves_what_is_as_likely(pair, percent):
    count, n = pair
    chances = stats.binom.pmf(np.arange(n + 1), n, percent / 100)
    as_likely = chances[np.isclose(chances, chances[count], rtol=1e-7, atol=0)].sum()
    exact = stats.binomtest(count, n, percent / 100).pvalue
    assert fixed_test(count, n, percent / 100) == pytest.approx(exact - as_likely / 2, rel=1e-9, abs=1e-15)


def test_score_is_the_normal_approximation():
    z = (0.3 - 0.25) / np.sqrt(0.25 * 0.75 / 157.47)
    expected = 2 * ndtr(-z)
    assert fixed_test(0.3 * 157.47, 157.47, 0.25, method="score") == pytest.approx(expected, rel=1e-12)


@law
@given(group, group)
def test_midp_is_fishers_test_less_half_of_what_is_as_likely(first, second):
    (k1, n1), (k2, n2) = first, second
    chances = stats.hypergeom.pmf(np.arange(n1 + 1), n1 + n2, k1 + k2, n1)
    as_likely = chances[np.isclose(chances, chances[k1], rtol=1e-7, atol=0)].sum()
    fisher = stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue
    expected = 1.0 if k1 + k2 in (0, n1 + n2) else fisher - as_likely / 2
    assert two_sample_test(k1, n1, k2, n2) == pytest.approx(expected, rel=1e-6, abs=1e-14)


@law
@given(group, group)
def test_n_minus_1_is_pearsons_chi_squared_times_n_minus_1_over_n(first, second):
    (k1, n1), (k2, n2) = first, second
    table = np.array([[k1, n1 - k1], [k2, n2 - k2]])
    ours = two_sample_test(k1, n1, k2, n2, method="n_minus_1")
    if k1 + k2 in (0, n1 + n2):
        assert ours == 1
    else:
        pearson = stats.chi2_contingency(table, correction=False).statistic
        assert ours == pytest.approx(stats.chi2.sf(pearson * (n1 + n2 - 1) / (n1 + n2), 1), rel=1e-9)


# Methods note, section 2: exact type I error of a nominal 5% test, both groups sharing p.
TWICE_ROUNDED = 5.3e-4  # .13148 and .03848 are printed as .132 and .039
TYPE_ONE = [
    (20, 100, 0.05, 0.269, 0.037, 0.035, 0.035, 0.019),
    (20, 100, 0.10, 0.132, 0.039, 0.037, 0.043, 0.026),
    (20, 100, 0.30, 0.071, 0.049, 0.049, 0.050, 0.035),
    (40, 200, 0.02, 0.255, 0.043, 0.037, 0.037, 0.018),
    (40, 200, 0.20, 0.066, 0.049, 0.049, 0.049, 0.039),
    (40, 200, 0.50, 0.057, 0.051, 0.053, 0.057, 0.037),
]


@pytest.mark.parametrize(("n1", "n2", "p", "unpooled", "n_minus_1", "newcombe", "midp", "fisher"), TYPE_ONE)
def test_type_one_errors(n1, n2, p, unpooled, n_minus_1, newcombe, midp, fisher):
    k1, k2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    chance = stats.binom.pmf(k1, n1, p) * stats.binom.pmf(k2, n2, p)
    p1, p2 = k1 / n1, k2 / n2
    spread = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    limits = difference_interval(k1, n1, k2, n2)
    midp_values = two_sample_test(k1, n1, k2, n2)
    regions = [
        (unpooled, np.abs(p1 - p2) > 1.959964 * np.sqrt(spread)),
        (n_minus_1, two_sample_test(k1, n1, k2, n2, method="n_minus_1") <= 0.05),
        (newcombe, (limits.lower > 0) | (limits.upper < 0)),
        (midp, midp_values <= 0.05),
    ]
    for expected, region in regions:
        assert chance[region].sum() == pytest.approx(expected, abs=TWICE_ROUNDED)
    assert chance[midp_values <= 0.05].sum() > fisher


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (40, ".028/.043 .098/.008 .170/.002 .277/.001 .423/0"),
        (100, ".025/.034 .170/.002 .343/0 .576/0 .802/0"),
        (300, ".023/.028 .413/0 .776/0 .965/0 .999/0"),
        (600, ".007/.007 .527/0 .927/0 .998/0 1/0"),
    ],
)
def test_chance_of_each_verdict(n, expected):
    """Methods note, section 2, which used the score test: p <= .05 and |h| >= .10 against a fixed 80%.

    The mid-P test is the stricter for one count each at n = 40 and 100, and gives the same rows from 300.
    """
    count = np.arange(n + 1)
    size = effect_size(count / n, 0.80)
    score, midp = (fixed_test(count, n, 0.80, method=method) <= 0.05 for method in ("score", "midp"))
    assert ((score & ~midp) & (np.abs(size) >= 0.10)).sum() == (n < 300)
    assert not ((midp & ~score) & (np.abs(size) >= 0.10)).any()
    for true, cell in zip((0.80, 0.84, 0.86, 0.88, 0.90), expected.split(), strict=True):
        chance = np.where(score & (np.abs(size) >= 0.10), stats.binom.pmf(count, n, true), 0)
        found = (chance[size > 0].sum(), chance[size < 0].sum())
        assert found == pytest.approx(tuple(map(float, cell.split("/"))), abs=5.1e-4), true


def test_rounding_gives_the_benefit_of_the_doubt():
    count = np.arange(301)
    sharp, doubtful = fixed_test(count, 300, 0.90), fixed_test(count, 300, 0.90, rounded_to=0.01)
    between = (count / 300 >= 0.895) & (count / 300 <= 0.905)
    assert (doubtful[between] == 1).all()
    np.testing.assert_array_equal(doubtful[count < 268], fixed_test(count[count < 268], 300, 0.895))
    np.testing.assert_array_equal(doubtful[count > 271], fixed_test(count[count > 271], 300, 0.905))
    assert (doubtful[sharp > 0.05] > 0.05).all()


def test_every_benchmark_may_have_its_own_rounding():
    p = fixed_test(258, 300, 0.90, rounded_to=[0, 0.01, 0.1])
    assert p.tolist() == [fixed_test(258, 300, 0.90), fixed_test(258, 300, 0.895), 1]


def test_a_benchmark_of_nothing_or_everything_allows_no_test():
    assert np.isnan(fixed_test([0, 3, 12, 9], 12, [0.0, 0.0, 1.0, 1.0])).all()


def test_a_rounded_benchmark_of_nothing_is_tested_at_its_edge():
    assert fixed_test(0, 40, 0.0, rounded_to=0.01) == 1
    assert fixed_test(3, 40, 0.0, rounded_to=0.01) == fixed_test(3, 40, 0.005)
    assert fixed_test(37, 40, 1.0, rounded_to=0.01) == fixed_test(37, 40, 0.995)


def test_no_base_gives_no_p():
    assert np.isnan(fixed_test([0, 3], [0, 7], 0.4)).tolist() == [True, False]
    p = two_sample_test([0, 3, 3], [0, 7, 7], [2, 2, 0], [5, 5, 0])
    assert np.isnan(p).tolist() == [True, False, True]


def test_large_groups_stay_precise():
    """SciPy's exact test, less half of the one outcome as likely."""
    counts = (1500, 200_000, 1_700, 200_000)
    theirs = stats.fisher_exact([[1500, 198_500], [1700, 198_300]]).pvalue
    as_likely = stats.hypergeom.pmf(1500, 400_000, 3200, 200_000)
    assert two_sample_test(*counts) == pytest.approx(theirs - as_likely, rel=1e-6)


@law
@given(group, group)
def test_order_of_the_groups_does_not_matter(first, second):
    assert two_sample_test(*first, *second) == pytest.approx(two_sample_test(*second, *first), rel=1e-9)


@law
@given(group, group)
def test_swapping_yes_and_no_changes_nothing(first, second):
    (k1, n1), (k2, n2) = first, second
    turned = two_sample_test(n1 - k1, n1, n2 - k2, n2)
    assert two_sample_test(k1, n1, k2, n2) == pytest.approx(turned, rel=1e-9)


@law
@given(group, st.integers(1, 99), st.sampled_from([None, 0.01, 0.05]))
def test_fixed_test_mirrors_and_stays_a_probability(pair, percent, step):
    count, n = pair
    p = fixed_test(count, n, percent / 100, rounded_to=step)
    assert 0 <= p <= 1
    mirrored = fixed_test(n - count, n, 1 - percent / 100, rounded_to=step)
    assert mirrored == pytest.approx(p, rel=1e-9, abs=1e-15)


def test_arrays_agree_with_single_numbers():
    many = two_sample_test([[1], [4]], 9, [2, 5, 8], 20)
    assert many.shape == (2, 3)
    assert many[1, 2] == two_sample_test(4, 9, 8, 20)
    assert isinstance(two_sample_test(4, 9, 8, 20), float)
    assert fixed_test([3, 4], 9, [[0.2], [0.5]]).shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fixed_test(3, 9, 62), "share is 62: .*divide a percentage by 100"),
        (lambda: fixed_test(3, 9, 0.6, rounded_to=1.5), "rounded_to is 1.5"),
        (lambda: fixed_test(3.5, 9, 0.6), "count is 3.5: a whole number"),
        (lambda: fixed_test(3, 9, 0.6, method="wald"), "method is 'wald'"),
        (lambda: two_sample_test(3, 9, 8, 7), "count2 is 8: it cannot exceed n2"),
        (lambda: two_sample_test(3, 9, 8.5, 10), "count2 is 8.5: a whole number"),
        (lambda: two_sample_test(3, 9, 8, 10, method="z"), "method is 'z'"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
