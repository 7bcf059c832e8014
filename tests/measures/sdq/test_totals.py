"""Returns of totals: coverage beside every figure, published counts, rounding, what the checks question."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

import brightspots as bs
from brightspots.errors import ArgumentError, SurveyError

NA = None


def returned(scores: list[Any], reasons: list[Any] | None = None, **columns: Any) -> pd.DataFrame:
    reasons = reasons or ["SDQ2" if score is NA else NA for score in scores]
    return pd.DataFrame({"SDQ_SCORE": scores, "SDQ_REASON": reasons, **columns})


def first_row(frame: Any, **options: Any) -> Any:
    return next(iter(bs.sdq.summarise(frame, **options)))


# Department for Education, Children looked after in England, data file of the 2025 release: eligible, with a
# score, normal, borderline, cause for concern, and the percentages that it prints.
@pytest.mark.parametrize(
    ("eligible", "bands", "coverage", "percentages"),
    [
        (282, (63, 21, 90), 62, (36, 12, 52)),  # Sheffield 2025
        (413, (57, 15, 55), 31, (45, 12, 43)),  # Shropshire 2025
        (384, (105, 10, 85), 52, (53, 5, 43)),  # Shropshire 2024, with two ties
    ],
)
def test_published_counts_of_a_council(eligible: int, bands: Any, coverage: int, percentages: Any) -> None:
    scores = [score for score, n in zip((13, 14, 17), bands, strict=True) for _ in range(n)]
    row = first_row(returned(scores + [NA] * (eligible - len(scores))))
    assert (row.eligible, row.scored) == (eligible, sum(bands))
    assert (row.normal, row.borderline, row.concern) == bands
    assert bs.statistics.half_up(100 * row.coverage) == coverage
    shares = (row.normal_share, row.borderline_share, row.concern_share)
    assert tuple(bs.statistics.half_up(100 * share) for share in shares) == percentages
    expected = proportion_confint(bands[2], sum(bands), method="wilson")
    assert (row.concern_lower, row.concern_upper) == pytest.approx(expected)


def test_the_average_and_its_interval() -> None:
    scores = [3, 8, 9, 12, 13, 14, 15, 17, 21, 28, 31, 4]
    row = first_row(returned([*scores, NA]))
    expected = stats.ttest_1samp(scores, 0).confidence_interval()
    assert row.average == pytest.approx(14.6)  # 175 / 12 = 14.583
    assert row.average_lower == round(expected.low, 1)
    assert row.average_upper == round(expected.high, 1)
    assert row.coverage == 12 / 13
    assert row.low_base


def test_the_average_is_rounded_half_up_to_one_decimal() -> None:
    """13.25 and 13.35 by hand: up. In floats 13.35 lies a little below."""
    assert first_row(returned([13, 13, 13, 14])).average == 13.3
    assert first_row(returned([13] * 13 + [14] * 7)).average == 13.4


def test_fewer_than_30_scores_are_a_low_base() -> None:
    assert [first_row(returned([9] * n)).low_base for n in (29, 30)] == [True, False]


def test_few_scores_have_no_interval_and_none_no_average() -> None:
    few = first_row(returned([5] * 9))
    assert few.average == 5
    assert np.isnan([few.average_lower, few.average_upper]).all()
    none = first_row(returned([NA, NA]))
    assert (none.eligible, none.scored, none.coverage, none.normal) == (2, 0, 0, 0)
    assert np.isnan([none.average, none.normal_share, none.concern_upper]).all()
    nobody = first_row(returned([]))
    assert nobody.eligible == 0
    assert np.isnan([nobody.coverage, nobody.average]).all()


def test_children_without_a_score_by_reason() -> None:
    reasons = [NA, "SDQ1", "sdq2", " SDQ2 ", "SDQ3", "SDQ4", "SDQ5", "SDQ5", NA]
    found = bs.sdq.summarise(returned([11] + [NA] * 8, reasons))
    row = next(iter(found))
    assert (row.sdq1, row.sdq2, row.sdq3, row.sdq4, row.sdq5, row.no_reason) == (1, 2, 1, 1, 2, 1)
    assert [(p.severity, p.code, p.count) for p in found.problems] == [
        ("warning", "sdq_no_score_no_reason", 1)
    ]
    assert row.scored + row.no_reason + 7 == row.eligible


def test_by_trait() -> None:
    frame = returned(
        [10, 20, NA, 30, NA],
        gender=["girl", "boy", "girl", NA, "boy"],
        placement=["foster"] * 5,
    )
    found = bs.sdq.summarise(frame, by=["gender", "placement"])
    assert [(r.trait, r.level, r.eligible, r.scored, r.average) for r in found if r.scored] == [
        ("all", "all", 5, 3, 20.0),
        ("gender", "boy", 2, 1, 20.0),
        ("gender", "girl", 2, 1, 10.0),
        ("gender", "not known", 1, 1, 30.0),
        ("placement", "foster", 5, 3, 20.0),
    ]
    assert "not for release" in repr(found)
    for column in ("average", "normal_share"):
        assert found.column_names.index("coverage") < found.column_names.index(column)


def test_ages_that_are_counted_and_ages_that_are_questioned() -> None:
    """Published figures are of ages 5 to 16; the return is of ages 4 to 16 at the last assessment."""
    frame = returned(
        [12, 13, 14, 15, NA, NA, 16, NA],
        [NA, NA, NA, NA, "SDQ1", "SDQ1", NA, "SDQ2"],
        age=[4, 5, 16, 17, 10, 3, "ten", 16],
    )
    found = bs.sdq.summarise(frame, age="age")
    row = next(iter(found))
    assert (row.eligible, row.scored, row.average, row.sdq1, row.sdq2) == (4, 2, 13.5, 1, 1)
    assert found.left_out == 4
    assert [(p.code, p.column, p.count) for p in found.problems] == [
        ("sdq_reason_contradicts_age", "SDQ_REASON", 1),
        ("sdq_score_out_of_age", "SDQ_SCORE", 1),
        ("sdq_unreadable_age", "age", 1),
    ]
    assert first_row(frame, age="age", ages=(4, 16)).eligible == 5
    assert first_row(frame).eligible == 8


def test_a_return_without_anybody_missing_is_questioned() -> None:
    found = bs.sdq.summarise(returned([1, 2]))
    assert [(p.severity, p.code) for p in found.problems] == [("note", "sdq_everybody_scored")]
    assert len(bs.sdq.summarise(returned([1, NA])).problems) == 0


def test_all_that_cannot_be_counted_is_told_at_once() -> None:
    frame = returned([41, 12.5, "high", 8, -1, NA], [NA, NA, NA, "SDQ2", NA, "SDQ9"])
    with pytest.raises(SurveyError) as caught:
        bs.sdq.summarise(frame)
    assert [(p.code, p.column, p.count) for p in caught.value.problems if p.severity == "error"] == [
        ("sdq_no_score", "SDQ_SCORE", 4),
        ("sdq_score_and_reason", "SDQ_REASON", 1),
        ("sdq_unknown_reason", "SDQ_REASON", 1),
    ]
    for value in ("41", "12.5", "high", "SDQ9"):
        assert value not in str(caught.value)


def test_totals_as_scored_here_and_other_column_names() -> None:
    answers = pd.DataFrame({f"item{i}": [0, 1, 2, NA] for i in range(1, 26)})
    row = first_row(bs.sdq.score(answers), score="total", reason=None)
    assert (row.eligible, row.scored, row.average) == (4, 3, 20.0)
    assert (row.normal, row.borderline, row.concern, row.no_reason) == (1, 0, 2, 1)


def test_informants_are_never_mixed() -> None:
    answers = pd.DataFrame({f"item{i}": [0, 1] for i in range(1, 26)})
    carer, own = (bs.sdq.score(answers, informant=one) for one in ("carer", "self"))
    both = pd.concat([carer, own])
    for informant in ("carer", "self"):
        with pytest.raises(ArgumentError, match="never mixed in one figure"):
            bs.sdq.summarise(both, score="total", reason=None, informant=informant)
    assert first_row(own, score="total", reason=None, informant="self").concern == 1
    own_18 = first_row(returned([18]), informant="self")
    assert own_18.borderline == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"score": "total"}, "frame lacks total"),
        ({"reason": "why", "age": "years"}, "frame lacks why, years"),
        ({"by": "gender"}, "by is 'gender'; give a list of traits"),
        ({"ages": (16, 5)}, "ages is"),
        ({"informant": "parent"}, "informant is 'parent'"),
        ({"confidence": 95}, "confidence is 95"),
    ],
)
def test_arguments_that_make_no_sense_are_named(options: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        bs.sdq.summarise(returned([1, NA]), **options)


totals = st.lists(st.one_of(st.integers(0, 40), st.none()), min_size=1, max_size=12)


@settings(max_examples=40)
@given(totals, st.randoms(use_true_random=False))
def test_bands_and_reasons_add_up_whatever_the_order(scores: list[int | None], random: Any) -> None:
    frame = returned(scores, trait=[random.choice(["a", "b"]) for _ in scores])
    found = bs.sdq.summarise(frame, by=["trait"])
    for row in found:
        assert row.normal + row.borderline + row.concern == row.scored
        without = row.sdq1 + row.sdq2 + row.sdq3 + row.sdq4 + row.sdq5 + row.no_reason
        assert row.scored + without == row.eligible
    assert sum(r.eligible for r in found if r.trait == "trait") == len(scores)
    shuffled = frame.sample(frac=1, random_state=random.randint(0, 99))
    assert bs.sdq.summarise(shuffled, by=["trait"]).to_markdown() == found.to_markdown()
