"""Standardised shares and ratios: worked examples, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.statistics import proportion_interval, standardise_direct, standardise_indirect

law = settings(deadline=None)
stratum = st.integers(10, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
strata = st.lists(stratum, min_size=1, max_size=5).map(lambda rows: tuple(map(list, zip(*rows, strict=True))))


def test_worked_direct():
    """Methods note, section 3: 20/120 and 54/180 with equal weights."""
    found = standardise_direct([20, 54], [120, 180], [0.5, 0.5])
    assert (found.share, found.standard_error) == pytest.approx((0.2333, 0.0241), abs=5.1e-5)
    assert found.n_effective == pytest.approx(307.9, abs=0.051)
    assert (found.lower, found.upper) == pytest.approx((0.1896, 0.2837), abs=5.1e-5)


def test_worked_indirect():
    """Methods note, section 3: O/E = 74/63.0 = 1.175."""
    found = standardise_indirect([20, 54], [120, 180], [0.15, 0.25])
    assert (found.observed, found.expected) == (74, 63)
    assert found.ratio == pytest.approx(1.175, abs=5.1e-4)


@law
@given(strata, st.floats(0.1, 1000))
def test_own_make_up_gives_the_own_share_whatever_the_unit(groups, unit):
    counts, ns = groups
    found = standardise_direct(counts, ns, np.array(ns) * unit)
    assert found.share == pytest.approx(sum(counts) / sum(ns), abs=1e-12)
    assert 0 <= found.lower <= found.share + 1e-12
    assert found.share - 1e-12 <= found.upper <= 1
    assert found.n_effective > 0


@given(st.integers(1, 99))
def test_one_stratum_is_a_plain_share(count):
    found = standardise_direct([count], [100], [1])
    assert (found.lower, found.upper) == pytest.approx(proportion_interval(count, 100), abs=1e-12)
    assert found.n_effective == pytest.approx(100)


def test_none_anywhere_rests_on_the_answers_there_are():
    none, everyone = (standardise_direct(k, [50, 50], [0.3, 0.7]) for k in ([0, 0], [50, 50]))
    assert none.n_effective == pytest.approx(1 / (0.3**2 / 50 + 0.7**2 / 50))
    assert (none.share, everyone.share) == (0, 1)
    assert none.upper == pytest.approx(1 - everyone.lower)
    assert none.standard_error > 0


def test_a_stratum_of_none_still_has_an_error():
    """Jeffreys inside the variance: (0.5/21)(20.5/21)/20 and 0.5 * 0.5/20, each weighted by a quarter."""
    found = standardise_direct([0, 10], [20, 20], [1, 1])
    assert found.share == 0.25
    assert found.standard_error**2 == pytest.approx(0.25 * (0.5 * 20.5 / 21**2 + 0.25) / 20)


def test_a_stratum_without_weight_does_not_matter():
    assert standardise_direct([20, 0], [120, 0], [1, 0]) == standardise_direct([20], [120], [1])


@law
@given(strata, st.randoms(use_true_random=False))
def test_order_of_the_strata_does_not_matter(groups, random):
    counts, ns = map(np.array, groups)
    weights = np.arange(1, len(ns) + 1)
    order = list(range(len(ns)))
    random.shuffle(order)
    turned = standardise_direct(counts[order], ns[order], weights[order])
    assert turned == pytest.approx(standardise_direct(counts, ns, weights), rel=1e-9)


@law
@given(strata)
def test_expecting_the_own_share_gives_a_ratio_of_one(groups):
    counts, ns = groups
    share = sum(counts) / sum(ns)
    found = standardise_indirect(counts, ns, [share] * len(ns))
    if share == 0:
        assert np.isnan(found.ratio)
    else:
        assert found.ratio == pytest.approx(1)
        lower, upper = proportion_interval(sum(counts), sum(ns))
        assert (found.lower, found.upper) == pytest.approx((lower / share, upper / share))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: standardise_direct([2, 3], [9, 90], [0.5, 0.5]), r"ns\[0\] is 9: merge this stratum"),
        (lambda: standardise_direct([0, 3], [0, 90], [0.01, 0.99]), r"ns\[0\] is 0: merge this stratum"),
        (lambda: standardise_direct([2, 3], [20, 90], [0, 0]), "weights adds up to 0"),
        (lambda: standardise_direct([2, 3], [20, 90], [1, -1]), r"weights\[1\] is -1"),
        (lambda: standardise_direct([2, 3], [20, 90], [1, 1, 1]), "shapes of these must be the same"),
        (lambda: standardise_indirect([2, 3], [20, 90], [15, 25]), "divide a percentage by 100"),
        (lambda: standardise_indirect([30, 3], [20, 90], [0.15, 0.25]), r"counts\[0\] is 30"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
