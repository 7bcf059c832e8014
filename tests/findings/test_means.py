"""Means of 0-10 scales: the methods note's values, the row formula, and what gives none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.means import estimate_means
from brightspots.tallies.counting import tally
from brightspots.tallies.reported import read_counts

LIFE = [4, 3, 5, 6, 8, 20, 22, 40, 48, 30, 34]
"""Methods note, section 3: 220 answers from 0 to 10."""


def scores(counts, **more):
    return [{"satisfied": score, **more} for score, n in enumerate(counts) for _ in range(n)]


def the(rows, **wanted):
    (row,) = [r for r in rows if all(getattr(r, name) == value for name, value in wanted.items())]
    return row


def test_methods_note_reference_value(survey_of):
    """R's `t.test` gives the same interval."""
    row = the(estimate_means(survey_of(scores(LIFE)), measures=["satisfied"]))
    assert row.mean == pytest.approx(7.1318, abs=5.1e-5)
    assert row.standard_deviation == pytest.approx(2.3106, abs=5.1e-5)
    assert (row.lower, row.upper) == pytest.approx((6.825, 7.439), abs=5.1e-4)
    assert [row.low, row.medium, row.high, row.very_high] == [26 / 220, 42 / 220, 88 / 220, 64 / 220]
    assert (row.n, row.n_effective, row.high_is, row.low_base, row.reason) == (220, 220, "good", False, "")


def test_anxiety_keeps_its_direction_and_its_bands_are_of_wellbeing(survey_of):
    source = survey_of([{"anxious": score} for score in [9] * 12 + [1] * 4])
    row = the(estimate_means(source, measures=["anxious"]))
    assert (row.mean, row.high_is) == (7.0, "bad")
    assert (row.low, row.very_high) == (12 / 16, 4 / 16)


def test_bands_pool_and_groups_stay_apart(survey_of):
    source = survey_of(
        [*scores([0, 0, 0, 6, 5], age_band="middle", gender="girl"), *scores([0] * 7 + [8, 5], gender="boy")]
    )
    rows = estimate_means(source, by=[[], ["gender"]], measures=["satisfied"])
    assert the(rows, age_band="middle", gender="all").mean == pytest.approx((18 + 20) / 11)
    assert the(rows, age_band="all", gender="all").mean == pytest.approx((38 + 56 + 40) / 24)
    assert the(rows, age_band="all", gender="boy").mean == pytest.approx(96 / 13)
    crossed = tally(source, by=["gender", "home"])
    assert list(estimate_means(crossed, by=[[], ["gender"]], measures=["satisfied"])) == list(rows)
    with pytest.raises(TallyError, match="does not hold home"):
        estimate_means(tally(source), by=["home"])


@pytest.mark.parametrize(
    ("n", "mean", "mark"), [(9, None, True), (10, 5, True), (29, 5, True), (30, 5, False)]
)
def test_few_answers_give_no_mean_and_some_a_mark(survey_of, n, mean, mark):
    half = [{"satisfied": 4}, {"satisfied": 6}] * (n // 2) + [{"satisfied": 5}] * (n % 2)
    row = the(estimate_means(survey_of(half), measures=["satisfied"]))
    assert (row.mean, row.low_base) == (mean, mark)
    assert row.reason == ("" if mean else "small_base")


def test_one_score_from_all_says_nothing_of_the_error(survey_of):
    row = the(estimate_means(survey_of([{"satisfied": 8}] * 20), measures=["satisfied"]))
    assert (row.mean, row.lower, row.upper, row.reason) == (8, None, None, "no_spread")


def test_limits_stay_on_the_scale(survey_of):
    row = the(estimate_means(survey_of(scores([0] * 9 + [1, 10])), measures=["satisfied"]))
    assert row.upper == 10


def test_counts_typed_from_a_report_have_no_mean(tmp_path, small):
    form = "measure,age_band,category,count,percent,n,eligible\n"
    form += "".join(f"satisfied,old,{band},{n},,100,\n" for band, n in
                    (("low", 12), ("medium", 18), ("high", 40), ("very high", 30)))  # fmt: skip
    (tmp_path / "form.csv").write_text(form, encoding="utf-8")
    row = the(estimate_means(read_counts(tmp_path / "form.csv", small)))
    assert (row.mean, row.reason, row.n) == (None, "no_scores", 100)
    assert [row.low, row.very_high] == [0.12, 0.3]


class TestWeights:
    def test_row_formula(self, survey_of):
        rng = np.random.default_rng(1)
        x, w = rng.integers(0, 11, 80), rng.uniform(0.3, 4, 80).round(4)
        source = survey_of([{"satisfied": int(a), "weight": b} for a, b in zip(x, w, strict=True)])
        row = the(estimate_means(source, measures=["satisfied"], weights="given"))
        mean = w @ x / w.sum()
        error = np.sqrt(80 / 79 * np.sum((w * (x - mean)) ** 2)) / w.sum()
        kish = w.sum() ** 2 / (w @ w)
        half = t.ppf(0.975, kish - 1) * error
        assert (row.mean, row.lower, row.upper) == pytest.approx((mean, mean - half, mean + half))
        assert (row.n, row.n_effective, row.weighted) == (80, pytest.approx(kish), True)
        assert row.unweighted_mean == pytest.approx(x.mean())
        assert row.low == pytest.approx(w[x < 5].sum() / w.sum())
        plain = the(estimate_means(source, measures=["satisfied"]))
        assert (plain.mean, plain.weighted) == (pytest.approx(x.mean()), False)

    def test_weights_of_one_are_no_weights(self, survey_of):
        children = scores(LIFE)
        weighted = estimate_means(survey_of([c | {"weight": 1} for c in children]), weights="given")
        for row, other in zip(weighted, estimate_means(survey_of(children)), strict=True):
            assert row._replace(weighted=False) == other

    def test_there_have_to_be_some(self, survey_of):
        with pytest.raises(ArgumentError, match="source holds none"):
            estimate_means(survey_of(scores(LIFE)), weights="given")
        with pytest.raises(ArgumentError, match="weights is 'mine'; give 'given'"):
            estimate_means(survey_of(scores(LIFE)), weights="mine")


def test_pooled_waves_have_the_limits_of_fewer_answers(survey_of):
    children = [c | {"wave": w} for w in ("2019", "2021") for c in scores(LIFE)]
    row = the(estimate_means(tally(survey_of(children)).pool_waves(), measures=["satisfied"]))
    assert row.n_effective == pytest.approx(440 / 1.5)
    half = t.ppf(0.975, 440 / 1.5 - 1) * row.standard_deviation / np.sqrt(440 / 1.5)
    assert (row.lower, row.upper) == pytest.approx((row.mean - half, row.mean + half))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measures": ["afraid"]}, "measures names 'afraid', which is no 0-10 scale"),
        ({"measures": ["sad"]}, "measures names 'sad', which small does not have"),
        ({"measures": "satisfied"}, "measures is 'satisfied'; give a list"),
        ({"by": ["sex"]}, "by names 'sex'"),
        ({"confidence": 95}, "confidence is 95"),
    ],
)
def test_what_is_not_known_is_refused_by_name(survey_of, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        estimate_means(survey_of(scores(LIFE)), **arguments)
