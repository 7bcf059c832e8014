"""Firth's regression: R's logistf on published data, closed forms, a direct maximum, and laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from brightspots.errors import ArgumentError
from brightspots.statistics import firth

EIGHT = np.array(list(itertools.product([0, 1], repeat=3)))
EIGHT_NS, EIGHT_COUNTS = np.array([60, 40, 30, 20, 25, 15, 10, 6]), np.array([4, 5, 4, 6, 4, 5, 3, 6])
# Urinary tract infection and contraception, Foxman et al. 1997, as in Heinze & Schemper 2002: profiles of
# age, oc, vic, vicl, vis, dia, then cases out of all.
INFECTION = """
000010 1/2    001000 14/16  001010 3/4  001100 10/18  001110 12/30  001111 1/1  010000 44/86  010001 3/3
010010 0/1    011000 15/16  011001 1/1  011010 2/2    011100 7/12   011110 3/9  101000 2/2    101010 1/1
101011 1/1    101100 1/3    101110 0/4  101111 1/1    110000 5/19   110010 0/1  111000 3/4    111110 0/2
"""
law = settings(deadline=None, max_examples=25)
cell = st.integers(30, 80).flatmap(lambda n: st.tuples(st.integers(10, n - 10), st.just(n)))
groups_of_four = st.lists(cell, min_size=4, max_size=4)
four_cells = groups_of_four.map(lambda rows: tuple(map(np.array, zip(*rows, strict=True))))
FOUR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def infection():
    words = INFECTION.split()
    design = np.array([[int(digit) for digit in word] for word in words[::2]])
    counts, ns = np.array([[int(part) for part in word.split("/")] for word in words[1::2]]).T
    return design, counts, ns


def test_published_data_as_in_logistf():
    """R's logistf on its data set sex2; p as printed by R's parameters package."""
    found = firth(*infection())
    coefficients = [0.12025405, -1.10598131, -0.06881673, 2.26887464, -2.11140817, -0.78831694, 3.09601166]
    lower = [-0.8185591, -1.9737884, -0.9414363, 1.2730216, -3.2608611, -1.6080879, 0.7745682]
    upper = [1.07315122, -0.30742514, 0.78920202, 3.43543273, -1.11773495, 0.01518468, 8.03029352]
    np.testing.assert_allclose(found.coefficients, coefficients, rtol=1e-6)
    np.testing.assert_allclose(found.lower, lower, rtol=1e-5)
    np.testing.assert_allclose(found.upper, upper, rtol=1e-5)
    np.testing.assert_allclose(found.p, [0.802, 0.006, 0.875, 0, 0, 0.054, 0.005], atol=5.1e-4)


def test_one_column_is_half_added_to_each_cell():
    """Methods note, section 9: exposed 8/8, others 12/40, where maximum likelihood is infinite."""
    found = firth([[0], [1]], [12, 8], [40, 8])
    np.testing.assert_allclose(found.coefficients, [-0.824175, 3.657389], atol=5.1e-7)
    np.testing.assert_allclose(found.coefficients[0], np.log(12.5 / 28.5), rtol=1e-9)
    np.testing.assert_allclose(found.coefficients.sum(), np.log(8.5 / 0.5), rtol=1e-9)
    assert np.isfinite([found.lower, found.upper]).all()
    assert found.effects[0] == pytest.approx(8.5 / 9 - 12.5 / 41)


def test_three_columns():
    """Methods note, section 9."""
    found = firth(EIGHT, EIGHT_COUNTS, EIGHT_NS)
    np.testing.assert_allclose(found.coefficients, [-2.955454, 1.381559, 1.177698, 1.128704], atol=5.1e-7)
    np.testing.assert_allclose(100 * found.effects, [21.0, 16.9, 15.5], atol=0.051)


@law
@given(four_cells)
def test_coefficients_maximise_the_penalised_likelihood(groups):
    counts, ns = groups
    x = np.column_stack([np.ones(4), FOUR])

    def loss(beta):
        share = 1 / (1 + np.exp(-x @ beta))
        information = x.T @ ((ns * share * (1 - share))[:, None] * x)
        likelihood = np.sum(counts * np.log(share) + (ns - counts) * np.log1p(-share))
        return -likelihood - np.linalg.slogdet(information)[1] / 2

    found = firth(FOUR, counts, ns)
    direct = minimize(loss, np.zeros(3), method="BFGS")
    np.testing.assert_allclose(found.coefficients, direct.x, atol=1e-5)
    # At a limit, the likelihood with the rest refitted has fallen by half the 95% point of chi-squared.
    for limit in (found.lower[1], found.upper[1]):
        held = minimize(
            lambda rest, limit=limit: loss(np.array([rest[0], limit, rest[1]])),
            found.coefficients[[0, 2]],
            method="BFGS",
        )
        assert held.fun - loss(found.coefficients) == pytest.approx(3.841459 / 2, abs=1e-5)


@law
@given(four_cells)
def test_swapping_yes_and_no_turns_every_sign(groups):
    counts, ns = groups
    found, turned = firth(FOUR, counts, ns), firth(FOUR, ns - counts, ns)
    np.testing.assert_allclose(turned.coefficients, -found.coefficients, atol=1e-7)
    np.testing.assert_allclose(turned.lower, -found.upper, atol=1e-6)
    np.testing.assert_allclose(turned.effects, -found.effects, atol=1e-7)
    np.testing.assert_allclose(turned.p, found.p, atol=1e-7)


@law
@given(four_cells, st.permutations(range(8)))
def test_splitting_profiles_and_their_order_do_not_matter(groups, order):
    counts, ns = groups
    part = np.minimum(counts, 5), np.minimum(ns, 9)
    part = np.minimum(part[0], part[1]), part[1]
    split = [np.concatenate([a, b - a]) for a, b in zip(part, groups, strict=True)]
    whole = firth(FOUR, counts, ns)
    pieces = firth(np.vstack([FOUR, FOUR])[order], split[0][order], split[1][order])
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@law
@given(four_cells)
def test_intervals_hold_their_values_and_agree_with_the_tests(groups):
    found = firth(FOUR, *groups)
    assert (found.lower < found.coefficients).all()
    assert (found.coefficients < found.upper).all()
    assert (found.effects_lower < found.effects).all()
    assert (found.effects < found.effects_upper).all()
    clear = np.abs(found.p - 0.05) > 1e-6
    assert ((found.p < 0.05) == ((found.lower > 0) | (found.upper < 0)))[clear].all()


def test_effects_of_a_trait_with_three_levels_are_against_its_reference():
    """Alone, each level's effect is the difference of the shares with half added to both counts."""
    found = firth([[0, 0], [1, 0], [0, 1]], [10, 20, 35], [50, 50, 50], factors=[0, 0])
    shares = [(k + 0.5) / 51 for k in (10, 20, 35)]
    np.testing.assert_allclose(found.effects, [shares[1] - shares[0], shares[2] - shares[0]], atol=1e-9)
    assert firth([[0, 0], [1, 0], [0, 1]], [10, 20, 35], [50, 50, 50]).effects[1] != found.effects[1]


def test_delta_errors_are_those_of_a_numerical_gradient():
    design, counts, ns = EIGHT, EIGHT_COUNTS, EIGHT_NS
    found = firth(design, counts, ns)
    x = np.column_stack([np.ones(8), design])
    share = 1 / (1 + np.exp(-x @ found.coefficients))
    covariance = np.linalg.inv(x.T @ ((ns * share * (1 - share))[:, None] * x))

    def effect(beta, j):
        with_trait, without = x.copy(), x.copy()
        with_trait[:, j], without[:, j] = 1, 0
        gap = 1 / (1 + np.exp(-with_trait @ beta)) - 1 / (1 + np.exp(-without @ beta))
        return np.sum(ns * gap) / ns.sum()

    for j in (1, 2, 3):
        steps = 1e-6 * np.eye(4)
        gradient = [
            (effect(found.coefficients + s, j) - effect(found.coefficients - s, j)) / 2e-6 for s in steps
        ]
        error = np.sqrt(np.array(gradient) @ covariance @ gradient)
        half = found.effects_upper[j - 1] - found.effects[j - 1]
        assert half == pytest.approx(1.959964 * error, rel=1e-5)


def test_profiles_without_answers_are_left_out():
    found = firth([[0], [1], [1]], [12, 8, 0], [40, 8, 0])
    np.testing.assert_allclose(found.coefficients, firth([[0], [1]], [12, 8], [40, 8]).coefficients)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0], [2]], [12, 8], [40, 8]), r"design\[1, 0\] is 2: 0 or 1 is needed"),
        (([[0], [1]], [2, 2], [40, 8]), "counts has 4 events on the rarer side for 1 columns: 5 for each"),
        (([[0, 0], [1, 1]], [12, 8], [40, 18]), "columns that follow from others"),
        (([[1], [1]], [12, 8], [40, 18]), "columns that follow from others"),
        (([[0], [1]], [12, 8, 1], [40, 8, 1]), "shapes of these must be the same"),
        (([[0], [1]], [12, 9], [40, 8]), r"counts\[1\] is 9"),
        (([0, 1], [12, 8], [40, 8]), "design has 1 dimensions: 2 needed"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        firth(*arguments)


def test_factors_are_one_for_each_column():
    with pytest.raises(ArgumentError, match="shapes of these must be the same"):
        firth([[0], [1]], [12, 8], [40, 8], factors=[0, 1])
