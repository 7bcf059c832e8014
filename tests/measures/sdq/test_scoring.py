"""SDQ scores: the rule of each item by hand, prorating and its tie, codings, and whatever is no answer."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brightspots as bs
from brightspots.errors import ArgumentError, SurveyError
from brightspots.measures.sdq.scoring import ITEMS, prorate, turn

NA = None
DIFFICULTIES = ["emotional", "conduct", "hyperactivity", "peer"]
ALL = [*DIFFICULTIES, "prosocial", "total"]

# Scales of the 25 items in order, and whether a higher answer raises (+) or lowers (-) the scale: scoring
# sheet for ages 4-17 of sdqinfo.org, and the five recoded items of its Stata recipe.
SHEET = [
    *("prosocial+", "hyperactivity+", "emotional+", "prosocial+", "conduct+"),
    *("peer+", "conduct-", "emotional+", "prosocial+", "hyperactivity+"),
    *("peer-", "conduct+", "emotional+", "peer-", "hyperactivity+"),
    *("emotional+", "prosocial+", "conduct+", "peer+", "prosocial+"),
    *("hyperactivity-", "conduct+", "peer+", "emotional+", "hyperactivity-"),
]


def frame_of(*rows: Any, **columns: Any) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], columns=list(ITEMS)).assign(**columns)


def scores_of(*rows: Any, coding: str | None = "0-1-2", **options: Any) -> list[list[float]]:
    found: list[list[float]] = bs.sdq.score(frame_of(*rows), coding=coding, **options)[ALL].values.tolist()
    return found


def test_alike_answers_by_hand() -> None:
    """All 0: the one, two and two reversed items give 2 each. All 2: they give 0 each. All 1: 5 a scale."""
    assert scores_of([0] * 25, [1] * 25, [2] * 25) == [
        [0, 2, 4, 4, 0, 10],
        [5, 5, 5, 5, 5, 20],
        [10, 8, 6, 6, 10, 30],
    ]


@pytest.mark.parametrize("item", range(1, 26))
def test_each_item_moves_its_own_scale_and_the_total(item: int) -> None:
    before = dict(zip(ALL, scores_of([1] * 25)[0], strict=True))
    answers = [1] * 25
    answers[item - 1] = 2
    after = dict(zip(ALL, scores_of(answers)[0], strict=True))
    scale, sign = SHEET[item - 1][:-1], 1 if SHEET[item - 1].endswith("+") else -1
    moved = {name: after[name] - before[name] for name in ALL if after[name] != before[name]}
    assert moved == ({scale: sign} if scale == "prosocial" else {scale: sign, "total": sign})


# Scoring sheet: 4 points on 3 items are 6.67, recorded as 7. Sums on 4 items end in a half at 2 and 6: its
# recipes (floor(0.5 + 5 x mean) in R, round in Stata) send them up; Python's round would give 2 and 8.
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([2, 1, 1, NA, NA], 7),
        ([1, 1, 0, 0, NA], 3),
        ([2, 2, 2, 0, NA], 8),
        ([1, 0, 0, 0, NA], 1),
        ([1, 1, 1, 0, NA], 4),
        ([1, 0, 0, NA, NA], 2),
        ([1, 1, 0, NA, NA], 3),
        ([2, 2, 2, NA, NA], 10),
        ([0, 0, 0, NA, NA], 0),
        ([2, 2, NA, NA, NA], NA),
        ([NA] * 5, NA),
        ([2, 1, 0, 1, 2], 6),
    ],
)
def test_prorating(answers: list[Any], expected: Any) -> None:
    row: list[Any] = [1] * 25
    for item, answer in zip((3, 8, 13, 16, 24), answers, strict=True):
        row[item - 1] = answer
    found = scores_of(row)[0]
    if expected is NA:
        assert np.isnan(found[0])
        assert np.isnan(found[5])
    else:
        assert found[0] == expected
        assert found[5] == expected + 15


@pytest.mark.parametrize("scale", range(4))
def test_the_total_is_missing_if_any_of_its_four_scales_is(scale: int) -> None:
    row = [NA if SHEET[i][:-1] == DIFFICULTIES[scale] else 1 for i in range(25)]
    found = dict(zip(ALL, scores_of(row)[0], strict=True))
    assert {name for name, value in found.items() if np.isnan(value)} == {DIFFICULTIES[scale], "total"}


def test_the_total_does_without_prosocial() -> None:
    found = scores_of([NA if scale.startswith("prosocial") else 1 for scale in SHEET])[0]
    assert np.isnan(found[4])
    assert found[5] == 20


def test_bands_high_and_the_wider_scales() -> None:
    frame = frame_of([0] * 25, [1] * 25, [NA] * 25).set_axis(["c", "a", "b"])
    found = bs.sdq.score(frame)
    assert list(found.index) == ["c", "a", "b"]
    assert found["total_band"].tolist() == ["normal", "cause for concern", np.nan]
    assert found["hyperactivity_band"].tolist() == ["normal", "normal", np.nan]
    assert found["peer_band"].tolist() == ["cause for concern", "cause for concern", np.nan]
    assert found["prosocial_band"].tolist() == ["cause for concern", "borderline", np.nan]
    assert found["sdq_high"].tolist() == [False, True, pd.NA]
    assert found["internalising"].tolist()[:2] == [4, 10]
    assert found["externalising"].tolist()[:2] == [6, 10]
    assert set(found["informant"]) == {"carer"}
    assert "impact" not in found
    assert list(found["total_band"].cat.categories) == ["normal", "borderline", "cause for concern"]


@pytest.mark.parametrize(
    ("informant", "bands", "band", "high"),
    [
        ("carer", 3, "cause for concern", True),
        ("teacher", 3, "cause for concern", True),
        ("self", 3, "borderline", False),
        ("carer", 4, "high", True),
        ("self", 4, "high", True),
    ],
)
def test_a_total_of_18_in_the_bands_of_each_informant(
    informant: Any, bands: Any, band: str, high: bool
) -> None:
    row = [1] * 25
    row[2] = row[7] = 0  # two items of the emotional scale
    found = bs.sdq.score(frame_of(row), informant=informant, bands=bands, coding="0-1-2")
    assert found["total"].tolist() == [18]
    assert found["total_band"].tolist() == [band]
    assert found["sdq_high"].tolist() == [high]


# codings


ROW = [0, 1, 2, 2, 1] * 5
WORDS = ["Not true", "somewhat  True", "Certainly true"]


@pytest.mark.parametrize(
    ("write", "coding"),
    [
        (lambda step: step, "0-1-2"),
        (lambda step: str(step), "0-1-2"),
        (lambda step: float(step), "0-1-2"),
        (lambda step: step + 1, "1-2-3"),
        (lambda step: f" {step + 1}.0", "1-2-3"),
        (lambda step: WORDS[step], "labels"),
    ],
)
def test_codings_are_told_apart_and_may_be_given(write: Any, coding: str) -> None:
    expected = scores_of(ROW)
    written = [write(step) for step in ROW]
    assert scores_of(written, coding=None) == expected
    assert scores_of(written, coding=coding) == expected


def test_labels_as_categories() -> None:
    frame = frame_of([WORDS[step] for step in ROW]).astype("category")
    assert bs.sdq.score(frame)[ALL].values.tolist() == scores_of(ROW)


def test_ones_and_twos_fit_two_codings_and_are_refused() -> None:
    rows = [[1, 2] * 12 + [1]]
    with pytest.raises(
        ArgumentError, match="would fit more than one coding; give coding='0-1-2' or coding='1-"
    ):
        scores_of(*rows, coding=None)
    with pytest.raises(ArgumentError, match="cannot be told"):
        bs.sdq.check(frame_of(*rows))
    assert scores_of(*rows, coding="0-1-2") != scores_of(*rows, coding="1-2-3")


def test_two_codings_in_one_frame_are_refused() -> None:
    with pytest.raises(ArgumentError, match="answers of 0-1-2 and of 1-2-3"):
        scores_of([0, 3] * 12 + [1], coding=None)


def test_no_answers_at_all_need_no_coding() -> None:
    assert np.isnan(scores_of([NA] * 25, coding=None)).all()
    assert bs.sdq.score(frame_of()).shape == (0, 16)


# what is no answer


def test_every_value_that_is_no_answer_is_told_with_its_column_and_count() -> None:
    strange = {
        "item1": [-99, -99],
        "item2": [-88, 1],
        "item3": [-77, 0],
        "item4": [4.25, 1],
        "item5": [1.5, 2],
    }
    strange |= {"item6": ["sometimes", 1], "item7": [True, 1]}
    frame = frame_of([0] * 25, [0] * 25).assign(**strange)
    with pytest.raises(SurveyError) as caught:
        bs.sdq.score(frame)
    rows = [(row.code, row.column, row.count, row.severity) for row in caught.value.problems]
    assert rows == [("sdq_no_answer", f"item{i}", 2 if i == 1 else 1, "error") for i in range(1, 8)]
    assert caught.value.problems.to_markdown() == bs.sdq.check(frame).to_markdown()
    message = str(caught.value)
    for value in ("-99", "-88", "-77", "4.25", "1.5", "sometimes", "TRUE"):
        assert value not in message
    assert message.count("negative numbers") == 3
    found = bs.sdq.score(frame, strict=False)
    assert found["emotional"].tolist() == [0, 0]
    clean = frame.astype(object)
    clean.loc[0, list(strange)] = NA
    clean.loc[1, "item1"] = NA
    pd.testing.assert_frame_equal(found, bs.sdq.score(clean))


def test_declared_missing_codes_are_no_answers() -> None:
    frame = frame_of([0] * 25, [-9] * 12 + [1] * 13)
    expected = bs.sdq.score(frame.replace(-9, np.nan))
    for missing in ([-9], ["-9"], (-9.0, 99)):
        pd.testing.assert_frame_equal(bs.sdq.score(frame, missing=missing), expected)
    with pytest.raises(ArgumentError, match="missing names an answer of the coding 0-1-2"):
        bs.sdq.score(frame, missing=[-9, 0], coding="0-1-2")
    with pytest.raises(ArgumentError, match=r"missing must be a list of codes"):
        bs.sdq.score(frame, missing=-9)


def test_children_without_a_total_are_counted() -> None:
    found = bs.sdq.check(frame_of([0] * 25, [NA] * 25, [0] * 20 + [NA] * 5))
    assert [(row.severity, row.code, row.count) for row in found] == [("note", "sdq_too_few_answers", 1)]


def agreeing(n: int = 120) -> np.ndarray[Any, Any]:
    """Answers of children who are much alike on all items, so that all point the same way once turned."""
    rng = np.random.default_rng(1)
    level = rng.integers(0, 3, size=(n, 1))
    return turn(np.where(rng.random((n, 25)) < 0.3, rng.integers(0, 3, (n, 25)), level).astype(float))


def test_items_that_were_reversed_before_are_caught() -> None:
    answers = agreeing()
    assert len(bs.sdq.check(frame_of(*answers))) == 0
    with pytest.raises(SurveyError, match="answers to reversed items that run against") as caught:
        bs.sdq.score(frame_of(*turn(answers)))
    assert caught.value.problems.column("column") == ["item11, item14", "item21, item25", "item7"]
    assert len(bs.sdq.check(frame_of(*turn(answers)[:99]))) == 0
    looked_at = bs.sdq.score(frame_of(*turn(answers)), strict=False)
    assert looked_at["total"].notna().all()


def test_the_same_answer_throughout_says_nothing_about_reversing() -> None:
    alike = [[step] * 25 for step in (0, 1, 2)] * 50
    assert len(bs.sdq.check(frame_of(*alike))) == 0
    assert len(bs.sdq.check(frame_of(*alike, *turn(agreeing())))) == 3


# columns


def test_columns_by_order_by_name_and_by_number() -> None:
    frame = frame_of(ROW)
    headings = [f"q{i}" for i in range(1, 26)]
    other = frame.set_axis(headings, axis=1).assign(name="x")
    expected = bs.sdq.score(frame)
    for columns in (
        headings,
        other.columns[:25],
        dict(zip(ITEMS, headings, strict=True)),
        dict(zip(range(1, 26), headings, strict=True)),
    ):
        pd.testing.assert_frame_equal(bs.sdq.score(other, columns=columns), expected)
    part = frame.rename(columns={"item4": "sharing"})
    pd.testing.assert_frame_equal(bs.sdq.score(part, columns={"item4": "sharing"}), expected)
    numbered = frame.set_axis(range(25), axis=1)
    pd.testing.assert_frame_equal(bs.sdq.score(numbered, columns=list(range(25))), expected)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns=["item3", "item9"]), {}, "frame lacks item3, item9"),
        (lambda f: f.assign(item1=[[1]]), {}, "something other than text, numbers or dates in item1"),
        (lambda f: pd.concat([f, f[["item2"]]], axis=1), {}, "frame has more than one item2"),
        (lambda f: f, {"columns": ["item1"] * 24}, "columns must hold 25 headings"),
        (lambda f: f, {"columns": "item1"}, "columns must hold 25 headings"),
        (lambda f: f, {"columns": {"q1": "item1"}}, "columns names q1; its keys are item1 to item25"),
        (lambda f: f, {"columns": {"item2": "item1"}}, "columns gives item1 to more than one question"),
        (lambda f: f, {"informant": "parent"}, "informant is 'parent'"),
        (lambda f: f, {"bands": 2}, "bands is 2"),
        (lambda f: f, {"coding": "0-2"}, "coding is '0-2'; give coding='0-1-2'"),
        (lambda f: "answers.csv", {}, "frame is a str; give a data frame that Narwhals knows"),
        (lambda f: f.assign(informant="self"), {}, "holds something other than 'carer'"),
    ],
)
def test_arguments_that_make_no_sense_are_named(change: Any, options: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        bs.sdq.score(change(frame_of(ROW)), **options)


def test_the_frame_is_not_changed() -> None:
    frame = frame_of(ROW)
    before = frame.copy(deep=True)
    bs.sdq.score(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("lazy", [False, True])
def test_polars_scores_like_pandas(lazy: bool) -> None:
    polars = pytest.importorskip("polars")
    frame = frame_of(ROW, [NA, 1, 2] * 8 + [0])
    other = polars.from_dict({name: frame[name].tolist() for name in frame}, strict=False)
    found = bs.sdq.score(other.lazy() if lazy else other)
    pd.testing.assert_frame_equal(found, bs.sdq.score(frame.astype(object)))


# impact


def impact_of(*rows: Any, **options: Any) -> list[float]:
    names = [f"impact{i}" for i in range(1, len(rows[0]) + 1)]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    found: list[float] = bs.sdq.score(
        frame_of(*[[0] * 25] * len(rows), **{k: list(v) for k, v in columns.items()}), **options
    )["impact"].tolist()
    return found


def test_impact_counts_the_upper_two_answers() -> None:
    """By hand: 0 and 1 count 0, 2 counts 1, 3 counts 2."""
    assert impact_of([0, 1, 2, 3, 3], [0, 0, 0, 0, 0], [3, 3, 3, 3, 3], [1, 1, 1, 1, 1]) == [5, 0, 10, 0]
    assert impact_of([1, 2, 3, 4, 4], [1, 1, 1, 1, 1]) == [5, 0]
    assert impact_of([0, 2, 3], informant="teacher") == [3]
    assert impact_of([1, 2, 3, 3, 3], impact_coding="0-1-2-3") == [7]
    assert impact_of([1, 2, 3, 3, 3], impact_coding="1-2-3-4") == [3]
    with pytest.raises(ArgumentError, match="give impact_coding='0-1-2-3' or impact_coding='1-2-3-4'"):
        impact_of([1, 2, 3, 3, 3])


def test_impact_is_0_without_difficulties_and_missing_without_an_answer() -> None:
    columns = {f"impact{i}": [3, NA, NA, 3] for i in range(1, 6)}
    frame = frame_of(*[[0] * 25] * 4).assign(**columns, difficulties=[2, 0, 1, NA])
    frame.loc[3, "impact5"] = NA
    found = bs.sdq.score(frame)
    assert found["impact"].tolist()[:2] == [10, 0]
    assert found["impact"].isna().tolist() == [False, False, True, True]
    assert found["impact_band"].tolist()[:2] == ["cause for concern", "normal"]
    assert "impact_band" not in bs.sdq.score(frame, bands=4)


def test_impact_that_is_no_answer_is_told_and_a_part_of_it_refused() -> None:
    frame = frame_of([0] * 25).assign(**{f"impact{i}": [0] for i in range(1, 6)})
    with pytest.raises(SurveyError, match="column impact2"):
        bs.sdq.score(frame.assign(impact2=7))
    with pytest.raises(ArgumentError, match="impact needs impact1, impact2, impact3, impact4, impact5"):
        bs.sdq.score(frame.drop(columns="impact4"))
    with pytest.raises(
        ArgumentError, match="for informant 'teacher' impact needs impact1, impact2, impact3, and"
    ):
        bs.sdq.score(frame, informant="teacher")


# laws


steps = st.lists(st.sampled_from([0.0, 1.0, 2.0, float("nan")]), min_size=25, max_size=25)


@given(st.lists(steps, min_size=1, max_size=6))
def test_reversing_twice_changes_nothing(rows: list[list[float]]) -> None:
    table = np.array(rows)
    assert np.array_equal(turn(turn(table)), table, equal_nan=True)


@given(st.lists(st.sampled_from([0, 1, 2, None]), min_size=5, max_size=5))
def test_prorating_is_the_recipe_in_exact_decimals(answers: list[int | None]) -> None:
    """The scoring sheet's: five times the mean of three answers or more, a half upwards."""
    found = prorate(np.array([answers], dtype=float))[0]
    given_answers = [a for a in answers if a is not None]
    if len(given_answers) < 3:
        assert np.isnan(found)
        return
    exact = Decimal(5 * sum(given_answers)) / len(given_answers)
    assert found == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if len(given_answers) == 5:
        assert found == sum(given_answers)


@settings(max_examples=40)
@given(st.lists(steps, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_rows_do_not_matter_to_each_other_and_scores_stay_in_their_range(
    rows: list[list[float]], random: Any
) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    frame = frame_of(*rows)
    found = bs.sdq.score(frame, coding="0-1-2")
    pd.testing.assert_frame_equal(bs.sdq.score(frame.iloc[order], coding="0-1-2"), found.iloc[order])
    for name, most in {**dict.fromkeys(ALL[:5], 10), "total": 40, "internalising": 20}.items():
        known = found[name].dropna()
        assert known.between(0, most).all()
        assert (known == known.round()).all()
    assert found["total_band"].isna().equals(found["total"].isna())


# with the rest of the library


def test_a_high_total_is_a_target_of_the_cohort_search() -> None:
    """By construction: 60 children in residential care are nearly all high, 240 others hardly ever."""
    rng = np.random.default_rng(5)
    residential = np.arange(300) < 60
    level = np.where(residential, 0.9, 0.1)[:, None]
    children = frame_of(*turn(rng.binomial(2, level, size=(300, 25)).astype(float)))
    children["placement"] = np.where(residential, "residential", "foster")
    children["gender"] = rng.choice(["girl", "boy"], 300)
    children.loc[0, list(ITEMS)] = np.nan
    frame = children.join(bs.sdq.score(children))
    cohorts = bs.flag_cohorts(
        frame[["gender", "placement", "sdq_high"]],
        traits=["gender", "placement"],
        measure="sdq_high",
        max_order=1,
        permutations=199,
    )
    assert [row.conditions for row in cohorts if row.tier == "flag"] == [{"placement": "residential"}]
    assert cohorts.n == 299
    assert cohorts.count == int((frame["total"] >= 17).sum())
