"""Change for the same children: pairing, the paired t, reliable change by hand, regression to the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import brightspots as bs
from brightspots.errors import ArgumentError, SurveyError

FIRST = [8, 10, 12, 14, 15, 17, 19, 22, 25, 30, 11, 16]
SECOND = [9, 7, 12, 16, 12, 15, 20, 16, 21, 19, 11, 17]


def occasion(scores: Any, ids: Any = None) -> pd.DataFrame:
    return pd.DataFrame({"case": ids if ids is not None else range(len(scores)), "total": scores})


def changed(first: Any = FIRST, second: Any = SECOND, **options: Any) -> Any:
    return bs.sdq.change(occasion(first), occasion(second), child="case", **options)


def row_of(*occasions: Any, **options: Any) -> Any:
    return next(iter(changed(*occasions, **options)))


def test_the_mean_change_is_the_paired_t() -> None:
    row = row_of()
    expected = stats.ttest_rel(SECOND, FIRST).confidence_interval()
    assert row.change == pytest.approx(np.mean(SECOND) - np.mean(FIRST))
    assert (row.change_lower, row.change_upper) == pytest.approx((expected.low, expected.high))
    assert (row.first, row.second) == (np.mean(FIRST), np.mean(SECOND))
    assert row.correlation == pytest.approx(stats.pearsonr(FIRST, SECOND).statistic)
    assert np.isnan(row_of(FIRST[:9], SECOND[:9]).change_lower)


def test_moves_by_hand() -> None:
    """Normal 0-13, borderline 14-16, cause for concern from 17."""
    moves = changed().moves
    assert moves.column("first") == ["normal", "borderline", "cause for concern"]
    assert [list(row)[1:] for row in moves] == [[4, 0, 0], [1, 1, 1], [0, 2, 3]]
    row = row_of()
    assert (row.better, row.same, row.worse) == (6, 2, 4)
    assert row.better_share == 0.5


def test_four_bands_move_in_a_table_of_four() -> None:
    moves = changed(bands=4).moves
    assert [list(row)[1:] for row in moves] == [[4, 0, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1], [0, 1, 1, 1]]


def test_reliable_change_by_hand() -> None:
    """Five at 10 and five at 22: s = sqrt(360 / 9) = 6.3246; 1.96 × 6.3246 × sqrt(2 × 0.38) = 10.807."""
    first = [10] * 5 + [22] * 5
    second = [10, 20, 21, 9, 10, 22, 12, 11, 33, 22]
    row = row_of(first, second)
    assert row.reliability == 0.62
    assert row.reliable_points == pytest.approx(10.8065, abs=1e-4)
    assert (row.reliably_better, row.reliably_worse) == (1, 2)
    sure = row_of(first, second, reliability=0.9)  # 5.544 points
    assert (sure.reliably_better, sure.reliably_worse) == (2, 3)


def test_prosocial_gets_better_upwards() -> None:
    row = row_of([3, 5, 4], [5, 5, 6], scale="prosocial")
    assert (row.better, row.same, row.worse) == (2, 1, 0)
    assert changed([3, 5, 4], [5, 5, 6], scale="prosocial").moves.column("borderline") == [0, 1, 1]
    assert row.high == 2


def test_regression_to_the_mean_by_hand() -> None:
    """Means 16 and 16, slope ½: those at 22 were to be expected at 19, 3 points down, with nothing done."""
    row = row_of([10, 22] * 10, [13, 19] * 10)
    assert (row.high, row.high_first, row.high_second, row.high_expected) == (10, 22, 19, 19)
    assert row.regression == -3
    caution = changed([10, 22] * 10, [13, 19] * 10).caution
    assert "The 10 who were first in 'cause for concern' went from an average of 22.0 to 19.0" in caution
    assert "A move down of about 3.0 points was to be expected" in caution


def test_the_expected_score_lies_on_the_regression_line() -> None:
    row = row_of()
    slope, intercept = np.polyfit(FIRST, SECOND, 1)
    high = [score for score in FIRST if score >= 17]
    assert row.high_expected == pytest.approx(intercept + slope * np.mean(high))
    assert row.regression == pytest.approx((slope - 1) * (np.mean(high) - np.mean(FIRST)))


def test_children_who_only_seem_to_get_better() -> None:
    """Nobody changes, and every score is off by chance: the fall of the high is what regression says."""
    rng = np.random.default_rng(7)
    true = rng.normal(14, 5, 4000)
    first, second = (np.clip(np.rint(true + rng.normal(0, 4, 4000)), 0, 40) for _ in range(2))
    row = row_of(first, second)
    assert abs(row.change) < 0.3
    assert row.high_second - row.high_first < -2
    assert row.regression == pytest.approx(row.high_second - row.high_first, abs=0.4)


def test_without_spread_or_with_few_there_is_no_estimate() -> None:
    assert "expected" not in changed([20] * 12, [18] * 12).caution
    assert np.isnan(row_of([20] * 12, [18] * 12).regression)
    assert "expected" not in changed().caution  # five were high: their averages are not spelt out
    nobody = row_of([], [])
    assert nobody.n == 0
    assert np.isnan([nobody.change, nobody.better_share, nobody.regression, nobody.reliable_points]).all()
    assert row_of([5], [7]).worse == 1


def test_children_with_one_occasion_are_counted_and_said() -> None:
    first = occasion([10, 20, None, 12, None], ["a", "b", "c", "d", "e"])
    second = occasion([11, 9, 14, None], ["b", "x", "c", "e"])
    found = bs.sdq.change(first, second, child="case")
    row = next(iter(found))
    assert (row.n, row.first_only, row.second_only, row.no_score) == (1, 2, 2, 1)
    assert found.caution == (
        "These figures are of the 1 children with a score on both occasions; 4 with a score on one of them "
        "only are not in them."
    )


@pytest.mark.parametrize("ids", [["1", "2", "3"], [1.0, 2.0, 3.0], ["1.0", " 2", 3]])
def test_ids_pair_however_a_file_writes_them(ids: Any) -> None:
    found = bs.sdq.change(occasion([1, 2, 3], [3, 2, 1]), occasion([4, 5, 6], ids), child="case")
    assert next(iter(found)).n == 3


def test_no_id_and_not_even_its_column_is_shown() -> None:
    ids = [f"secret-{i}" for i in range(12)]
    first, second = occasion(FIRST, ids), occasion(SECOND, ids)
    found = bs.sdq.change(first, second, child="case")
    shown = found.to_markdown() + found.moves.to_markdown() + found.caution + repr(vars(found))
    assert "secret" not in shown
    assert "case" not in shown
    twice = occasion([*FIRST, 3, 99], [*ids, ids[0], None])
    with pytest.raises(SurveyError) as caught:
        bs.sdq.change(twice, second, child="case")
    assert [(p.code, p.file, p.count) for p in caught.value.problems] == [
        ("sdq_child_twice", "first", 2),
        ("sdq_no_child", "first", 1),
        ("sdq_no_score", "first", 1),
    ]
    assert "secret" not in str(caught.value)
    assert "case" not in str(caught.value)
    with pytest.raises(ArgumentError, match="second needs one column of the name given as child") as missing:
        bs.sdq.change(first, second.rename(columns={"case": "other"}), child="case")
    assert "case" not in str(missing.value)


def test_pairs_of_different_children_are_refused() -> None:
    rng = np.random.default_rng(2)
    first = rng.integers(0, 30, 200)
    second = np.clip(first + rng.integers(-6, 7, 200), 0, 40)
    assert row_of(first, second).n == 200
    with pytest.raises(SurveyError, match="go together no more than those of different children") as caught:
        changed(first, rng.permutation(second))
    assert caught.value.problems.column("count") == [200]
    assert row_of(first[:49], rng.permutation(second[:49])).n == 49


def test_informants_are_never_mixed() -> None:
    first, second = occasion(FIRST).assign(informant="carer"), occasion(SECOND).assign(informant="teacher")
    with pytest.raises(ArgumentError, match="of second holds something other than 'carer'"):
        bs.sdq.change(first, second, child="case")
    with pytest.raises(ArgumentError, match="of first holds something other than 'self'"):
        bs.sdq.change(first, first, child="case", informant="self")
    assert bs.sdq.change(second, second, child="case", informant="teacher").column("n") == [12]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"score": "SDQ_SCORE"}, "first lacks SDQ_SCORE"),
        ({"scale": "sum"}, "scale is 'sum'"),
        ({"scale": "impact", "bands": 4}, "no confirmed cut-offs of impact in 4 bands"),
        ({"reliability": 1}, "reliability is 1; give a number between 0 and 1"),
        ({"confidence": 95}, "confidence is 95"),
        ({"informant": "parent"}, "informant is 'parent'"),
        ({"bands": 5}, "bands is 5"),
    ],
)
def test_arguments_that_make_no_sense_are_named(options: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        changed(**options)


scores = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


@settings(max_examples=40)
@given(scores, st.randoms(use_true_random=False))
def test_everybody_moves_somewhere_whatever_the_order(pairs: list[tuple[int, int]], random: Any) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = changed(first, second)
    row = next(iter(found))
    assert row.better + row.same + row.worse == row.n == len(pairs)
    assert sum(sum(list(r)[1:]) for r in found.moves) == row.n
    assert row.reliably_better <= row.better
    order = list(range(len(pairs)))
    random.shuffle(order)
    other = bs.sdq.change(occasion(first), occasion(second).iloc[order], child="case")
    assert other.to_markdown() == found.to_markdown()
    back = next(iter(changed(second, first)))
    assert (back.better, back.worse) == (row.worse, row.better)
    if pairs:
        assert back.change == pytest.approx(-row.change)


def test_ids_that_somebody_checked_are_taken_although_the_scores_do_not_go_together() -> None:
    """The same 60 scores in another order: their correlation is about 0."""
    first = pd.DataFrame({"child": range(60), "total": [i % 20 for i in range(60)]})
    second = first.assign(total=[(7 * i * i + 3) % 20 for i in range(60)])
    with pytest.raises(SurveyError, match="sdq_do_not_pair"):
        bs.sdq.change(first, second, child="child")
    changed = bs.sdq.change(first, second, child="child", pairs_checked=True)
    assert next(iter(changed)).n == 60
    assert "somebody has checked" in changed.caution


def test_only_children_of_the_ages_asked_for_are_compared() -> None:
    first = pd.DataFrame({"child": [1, 2, 3], "total": [9, 15, 20]})
    second = first.assign(total=[10, 14, 18], age=[4, 5, 16.9])
    row = next(iter(bs.sdq.change(first, second, child="child", age="age")))
    assert (row.n, row.first_only) == (2, 1)
