"""Weights from known totals: worked examples, rows against cells, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.statistics import kish_n, poststratify, rake, raked_share

POPULATIONS, NS, COUNTS = [200, 400, 90], [60, 150, 30], [6, 45, 12]
# The same answers by gender F, M, M repeating in file order; those who count come first in each stratum.
BY_GENDER = np.array([[20, 40], [50, 100], [10, 20]])
COUNTS_BY_GENDER = np.array([[2, 4], [15, 30], [4, 8]])
TARGETS = [POPULATIONS, [345, 345]]
law = settings(deadline=None)
tables = st.lists(st.integers(10, 60), min_size=6, max_size=6).map(
    lambda cells: np.array(cells).reshape(2, 3)
)


def rows_of(table, counts):
    """One row for each answer: its place on both margins and whether it counts."""
    places = [(i, j) for i in range(table.shape[0]) for j in range(table.shape[1])]
    first, second = (np.repeat([place[axis] for place in places], table.ravel()) for axis in (0, 1))
    counted = np.concatenate([np.arange(n) < k for n, k in zip(table.ravel(), counts.ravel(), strict=True)])
    return first, second, counted.astype(float)


def test_worked_poststratification():
    """Methods note, section 7; R's svymean(postStratify(...)) gives the same error."""
    found = poststratify(COUNTS, NS, POPULATIONS)
    assert found.share == pytest.approx(0.255072, abs=5.1e-7)
    assert found.standard_error == pytest.approx(0.027124, abs=5.1e-7)
    assert found.design_effect == pytest.approx(1.00987, abs=5.1e-6)
    np.testing.assert_allclose(found.weights, np.array(POPULATIONS) / NS)


def test_worked_raking():
    """Methods note, section 7; R's rake and an own fit with regression residuals agree."""
    found = rake(BY_GENDER, TARGETS)
    np.testing.assert_allclose(found.weights, [[5, 2.5], [4, 2], [4.5, 2.25]], rtol=1e-9)
    assert found.design_effect == pytest.approx(1.1361, abs=5.1e-5)
    share = raked_share(COUNTS_BY_GENDER, BY_GENDER, found)
    assert share.share == pytest.approx(0.255072, abs=5.1e-7)
    assert share.standard_error == pytest.approx(0.028769, abs=5.1e-7)


@law
@given(tables, st.data())
def test_errors_are_those_of_the_rows(table, data):
    """Residuals of a weighted regression on all margins, row by row, as Deville and Särndal have it."""
    counts = np.array([data.draw(st.integers(0, int(n))) for n in table.ravel()]).reshape(table.shape)
    raked = rake(table, [[300, 400], [200, 250, 250]], force=True)
    first, second, counted = rows_of(table, counts)
    w = raked.weights[first, second]
    design = np.column_stack([first == 0, first == 1, second == 1, second == 2]).astype(float)
    slopes = np.linalg.solve(design.T @ (w[:, None] * design), design.T @ (w * counted))
    residual = w * (counted - design @ slopes)
    n = len(w)
    found = raked_share(counts, table, raked)
    assert found.share == pytest.approx(np.sum(w * counted) / w.sum(), abs=1e-9)
    expected = np.sqrt(n / (n - 1) * np.sum(residual**2)) / w.sum()
    assert found.standard_error == pytest.approx(expected, abs=1e-7)
    assert found.n_effective <= kish_n(w) * (1 + 1e-12)


@law
@given(tables)
def test_every_margin_is_met(table):
    margins = [[300, 400], [200, 250, 250]]
    found = rake(table, margins, force=True)
    reached = found.weights * table
    np.testing.assert_allclose(reached.sum(axis=1), margins[0], rtol=1e-8)
    np.testing.assert_allclose(reached.sum(axis=0), margins[1], rtol=1e-8)
    ratio = found.weights[0] / found.weights[1]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-8)


@law
@given(tables, st.integers(2, 9))
def test_the_unit_of_the_margins_does_not_matter(table, times):
    margins = [np.array([300, 400]), np.array([200, 250, 250])]
    one = rake(table, margins, force=True)
    many = rake(table, [times * margin for margin in margins], force=True)
    np.testing.assert_allclose(many.weights, times * one.weights, rtol=1e-8)
    assert many.design_effect == pytest.approx(one.design_effect)


def test_one_margin_is_poststratification():
    raked = rake(NS, [POPULATIONS])
    found = poststratify(COUNTS, NS, POPULATIONS)
    np.testing.assert_allclose(raked.weights, found.weights)
    assert raked_share(COUNTS, NS, raked) == pytest.approx(found[:4])


def test_populations_in_proportion_to_the_answers_change_nothing():
    found = poststratify(COUNTS, NS, [2 * n for n in NS])
    assert found.share == pytest.approx(sum(COUNTS) / sum(NS))
    assert found.design_effect == pytest.approx(1)


def test_those_who_did_not_say_keep_their_weight():
    table = np.array([[20, 40], [50, 100], [10, 20], [10, 10]])
    found = rake(table, [[200, 400, 90, float("nan")], [345, 345]])
    reached = found.weights * table
    assert reached.sum() == pytest.approx(690)
    np.testing.assert_allclose(reached.sum(axis=0), [345, 345], rtol=1e-8)
    said = reached.sum(axis=1)[:3]
    np.testing.assert_allclose(said / said.sum(), np.array(POPULATIONS) / 690, rtol=1e-8)
    assert np.isfinite(raked_share(table // 2, table, found).standard_error)


def test_an_empty_cell_has_no_weight():
    found = rake([[60, 0], [50, 100], [10, 20]], TARGETS)
    assert found.weights[0, 1] == 0
    np.testing.assert_allclose((found.weights * [[60, 0], [50, 100], [10, 20]]).sum(axis=0), [345, 345])


def test_margins_that_nearly_agree_are_brought_to_the_first():
    found = rake(BY_GENDER, [POPULATIONS, [346, 346]])
    np.testing.assert_allclose(found.margins[1], [345, 345])
    np.testing.assert_allclose(found.weights, rake(BY_GENDER, TARGETS).weights, rtol=1e-8)


def test_trimming_lowers_the_design_effect_and_keeps_the_margins():
    table = np.array([[150, 60], [25, 10]])
    margins = [[200, 800], [400, 600]]
    free, trimmed = (rake(table, margins, force=True, trim=trim) for trim in (False, True))
    np.testing.assert_allclose((trimmed.weights * table).sum(axis=1), margins[0], rtol=1e-8)
    assert free.trimmed == 0
    assert trimmed.trimmed > 0
    assert trimmed.design_effect <= free.design_effect * (1 + 1e-9)


def test_weights_within_bounds_are_not_trimmed():
    free, trimmed = (rake(BY_GENDER, TARGETS, trim=trim) for trim in (False, True))
    assert trimmed.trimmed == 0
    np.testing.assert_array_equal(trimmed.weights, free.weights)


def test_item_nonresponse_uses_the_weights_of_those_who_answered():
    raked = rake(BY_GENDER, TARGETS)
    ns = BY_GENDER - 5
    found = raked_share(np.minimum(COUNTS_BY_GENDER, ns), ns, raked)
    kept = raked.weights * np.minimum(COUNTS_BY_GENDER, ns)
    assert found.share == pytest.approx(kept.sum() / np.sum(raked.weights * ns))


def residual_error(table, raked, answered, counted, *, residual_of):
    """Standard error of a share of some of those raked, row by row: others count as at no distance."""
    first, second, _ = rows_of(table, table)
    w = raked.weights[first, second]
    share = np.sum(w * counted) / np.sum(w * answered)
    residual = residual_of(answered * (counted - share), first, second, w)
    return np.sqrt(len(w) / (len(w) - 1) * np.sum((w * residual) ** 2)) / np.sum(w * answered)


@law
@given(tables, st.integers(0, 10_000))
def test_a_share_of_some_of_those_raked_is_a_domain(table, seed):
    """As R's survey has it: those outside the domain stay in the regression, at a distance of 0."""

    def residual_of(distance, first, second, w):
        design = np.column_stack([first == 0, first == 1, second == 1, second == 2]).astype(float)
        return distance - design @ np.linalg.solve(
            design.T @ (w[:, None] * design), design.T @ (w * distance)
        )

    raked = rake(table, [[300, 400], [200, 250, 250]], force=True)
    first, second, _ = rows_of(table, table)
    rng = np.random.default_rng(seed)
    answered = rng.random(len(first)) < 0.6
    counted = answered & (rng.random(len(first)) < 0.4)
    ns, counts = (np.zeros(table.shape, dtype=int) for _ in range(2))
    np.add.at(ns, (first, second), answered)
    np.add.at(counts, (first, second), counted)
    found = raked_share(counts, ns, raked, sample=table)
    expected = residual_error(table, raked, answered, counted, residual_of=residual_of)
    assert found.standard_error == pytest.approx(expected, abs=1e-9)
    together = raked_share(np.stack([counts, ns - counts]), ns, raked, sample=table)
    assert [part[0] for part in together] == pytest.approx(list(found))
    assert together.standard_error[1] == pytest.approx(found.standard_error)


def test_the_error_of_those_who_did_not_say_is_that_of_a_sample_of_all():
    """By hand: a of p_u, and 1 - a of the poststratified p_k, where a is itself a share of the sample."""
    ns, counts = np.array([60, 150, 30, 40]), np.array([45, 100, 21, 30])
    raked = rake(ns, [[200, 400, 90, np.nan]])
    found = raked_share(counts, ns, raked)
    a, p, w = 40 / 280, counts / ns, np.array([200, 400, 90]) / 690
    said = np.sum(w * p[:3])
    share = a * p[3] + (1 - a) * said
    between = a * (1 - a) * (p[3] - said) ** 2 / 280
    within = a * p[3] * (1 - p[3]) / 280 + (1 - a) ** 2 * np.sum(w**2 * p[:3] * (1 - p[:3]) / ns[:3])
    assert found.share == pytest.approx(share)
    assert found.standard_error == pytest.approx(np.sqrt(280 / 279 * (within + between)), rel=1e-3)
    turned = raked_share(ns - counts, ns, raked)
    assert turned.standard_error == pytest.approx(found.standard_error)


def test_none_and_all_fall_back_on_kish():
    none = poststratify([0, 0, 0], NS, POPULATIONS)
    everyone = poststratify(NS, NS, POPULATIONS)
    kish = kish_n(np.repeat(none.weights, NS))
    assert (none.share, everyone.share) == (0, 1)
    assert none.n_effective == pytest.approx(kish) == pytest.approx(everyone.n_effective)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: poststratify([1, 2], [40, 50], [100, 100]), "only 90 answered, and 100 are needed"),
        (lambda: poststratify([1, 2], [9, 150], [100, 900]), "a weighting cell has only 9 answers"),
        (lambda: poststratify([1, 2], [10, 190], [500, 500]), "the design effect is 5.26, above 2"),
        (
            lambda: poststratify([0, 2], [0, 150], [100, 900]),
            r"\[0\] is 100: no one there answered",
        ),
        (lambda: poststratify([1, 2], [50, 150], [0, 900]), r"populations\[0\] is 0: there are answers"),
        (lambda: poststratify([1, 2], [50, 150], [100]), "shapes of these must be the same"),
        (lambda: rake(BY_GENDER, [POPULATIONS]), "margins has 1 entries: one for each of the 2 dimensions"),
        (lambda: rake(BY_GENDER, [POPULATIONS, [345, 300]]), "margins add up to 690, 645: they must agree"),
        (lambda: rake(BY_GENDER, [POPULATIONS, [np.nan, np.nan]]), "margins add up to 690, 0: they must"),
        (lambda: poststratify([0, 0], [0, 0], [0, 0], force=True), "ns adds up to 0"),
        (lambda: rake(BY_GENDER, [POPULATIONS, [230, 230, 230]]), "shapes of these must be the same"),
        (lambda: rake([[60, 0], [60, 0]], [[60, 60], [60, 60]]), r"margins\[1\]\[1\] is 60: no one there"),
        (lambda: rake([[60, 0], [0, 60]], [[20, 80], [50, 50]]), "margins cannot all be met"),
        (lambda: rake([[9, 60], [0, 60]], [[60, 60], [10, 110]]), "a weighting cell has only 9 answers"),
        (lambda: raked_share([1], [2], rake(BY_GENDER, TARGETS)), "it must end in that of the raked table"),
        (
            lambda: raked_share(COUNTS_BY_GENDER, BY_GENDER, rake(BY_GENDER, TARGETS), sample=BY_GENDER - 1),
            r"ns\[0, 0\] is 20: it cannot exceed sample, which is 19",
        ),
        (lambda: raked_share(0 * BY_GENDER, 0 * BY_GENDER, rake(BY_GENDER, TARGETS)), "ns adds up to 0"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def test_force_weights_all_the_same():
    assert poststratify([1, 2], [9, 50], [100, 900], force=True).share == pytest.approx((100 / 9 + 36) / 1000)
