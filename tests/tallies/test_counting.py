"""Counting: every frame there is, and nothing that the questionnaire does not know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import brightspots as bs
from brightspots.errors import ArgumentError, TallyError
from brightspots.questionnaire.model import Questionnaire
from brightspots.tallies.counting import as_groupings, tally
from brightspots.tallies.tally import Answers, Tally

PLAIN: dict[str, list[Any]] = {
    "area": ["Leeds"] * 6,
    "wave": ["2021"] * 6,
    "age_band": ["8-11", "8-11", "8-11", "11-18", "11-18", "11-18"],
    "gender": ["girl", "boy", None, "girl", "not known", "boy"],
    "school": ["a lot", "not at all", None, "a lot", "dont_know", "prefer_not"],
    "care": ["yes", "not sure", "no", "yes", "not sure", "invalid"],
    "workers": [None, None, None, "one", None, "two"],
    "satisfied": ["4", "5", "3", "10", "0", None],
    "happy": ["4", "4", None, "4", "9", "4"],
    "anxious": [None, None, None, "6", "5", None],
}


def numbers(counted: Tally, measure: str, category: str) -> dict[str, tuple[int, int]]:
    """Return count and base by age band."""
    table, one = counted.table(), counted.measures[measure]
    found = {}
    for i, key in enumerate(table.keys):
        if key[2] in one.asked:
            count = int(counted.answers(table, measure, one.counted(category, key[2]))[i])
            found[key[2]] = (count, int(counted.answers(table, measure, one.valid)[i]))
    return found


def answers(counted: Tally, measure: str, band: str) -> dict[str, int]:
    """Return how often each answer was given on one form."""
    table = counted.table()
    (row,) = [i for i, key in enumerate(table.keys) if key[2] == band]
    told = {a: int(counted.answers(table, measure, [a])[row]) for a in counted.measures[measure].answers}
    return {answer: n for answer, n in told.items() if n}


def test_by_hand(small: Questionnaire) -> None:
    counted = tally(pd.DataFrame(PLAIN), questionnaire=small)
    assert counted.table().keys == (("Leeds", "2021", "11-18"), ("Leeds", "2021", "8-11"))
    assert counted.responses(counted.table()).tolist() == [3, 3]
    assert numbers(counted, "school", "counted") == {"8-11": (1, 2), "11-18": (1, 1)}
    assert answers(counted, "school", "8-11") == {"a lot": 1, "not at all": 1, "not_answered": 1}
    assert answers(counted, "school", "11-18") == {"a lot": 1, "dont_know": 1, "prefer_not": 1}
    assert numbers(counted, "care", "counted") == {
        "8-11": (2, 3),
        "11-18": (1, 2),
    }  # "not sure" counts for one
    assert numbers(counted, "satisfied", "low") == {"8-11": (2, 3), "11-18": (1, 2)}
    assert numbers(counted, "satisfied", "medium") == {"8-11": (1, 3), "11-18": (0, 2)}
    assert numbers(counted, "satisfied", "very high") == {"8-11": (0, 3), "11-18": (1, 2)}
    assert numbers(counted, "anxious", "low") == {"11-18": (1, 2)}  # 6 is high anxiety
    assert answers(counted, "workers", "8-11") == {"not_asked": 3}
    assert answers(counted, "workers", "11-18") == {"one": 1, "two": 1, "not_answered": 1}
    assert answers(counted, "bullied", "8-11") == {"not_asked": 3}  # no column


def test_many_sets_of_answers_by_hand(small: Questionnaire) -> None:
    counted = tally(pd.DataFrame(PLAIN), questionnaire=small)
    valid = counted.measures["school"].valid
    sets = Answers(counted, [("school", valid), ("school", []), ("care", ["not sure", "no"]), ("care", [])])
    table = counted.table()
    assert sets.of(table.counts).tolist() == [[1, 0, 1, 0], [2, 0, 2, 0]]
    assert sets.of(np.stack([table.counts, 10 * table.counts]))[1].tolist() == [
        [10, 0, 10, 0],
        [20, 0, 20, 0],
    ]
    assert Answers(counted, []).of(table.counts).shape == (2, 0)


def test_weights_by_hand(small: Questionnaire) -> None:
    frame = pd.DataFrame({**PLAIN, "weight": [1, 0.5, 2, 1.25, 3, 0.01]})
    counted = tally(frame, questionnaire=small)
    table = counted.table()
    assert table.keys == (("Leeds", "2021", "11-18"), ("Leeds", "2021", "8-11"))
    assert counted.weights(table, "school", ["a lot"]).tolist() == [[12_500, 10_000], [12_500**2, 10_000**2]]
    assert table.weights is not None
    assert table.weights[0, :, 0].tolist() == [42_600, 35_000]
    assert not tally(pd.DataFrame(PLAIN), questionnaire=small).weighted


def test_weights_that_are_none_are_refused_by_number(small: Questionnaire) -> None:
    frame = pd.DataFrame({**PLAIN, "weight": [1, 0, None, "2", "heavy", float("inf")], "school": "loads"})
    with pytest.raises(TallyError, match=r"does not know, in school \(6 rows\)") as caught:
        tally(frame, questionnaire=small)
    assert "weights that are no number from 0.01 to 100, in 5 rows" in str(caught.value)
    assert "heavy" not in str(caught.value)


def test_the_composite_by_hand(small: Questionnaire) -> None:
    """Two or more low, at least two answered; 8-11s are asked two of the three scales: no third is missing.

    8-11: (4, 4) low; (5, 4) not; (3, -) one answered, not scored.
    11-18: (10, 4, anxiety 6 which is 4) low; (0, 9, anxiety 5) not; (-, 4, -) not scored.
    """
    counted = tally(pd.DataFrame(PLAIN), questionnaire=small)
    assert answers(counted, "low_wellbeing", "8-11") == {"low": 1, "not low": 1, "not_answered": 1}
    assert answers(counted, "low_wellbeing", "11-18") == {"low": 1, "not low": 1, "not_answered": 1}
    one_low = pd.DataFrame({**PLAIN, "anxious": [None, None, None, None, "5", None], "happy": ["4"] * 6})
    counted = tally(one_low, questionnaire=small)  # (10, 4, -): the missing one could make it two
    assert answers(counted, "low_wellbeing", "11-18")["undecided"] == 1
    assert "undecided" not in counted.measures["low_wellbeing"].valid


def kinds_of_frames() -> dict[str, Any]:
    plain = pd.DataFrame(PLAIN)
    return {
        "objects": plain.astype(object),
        "str": plain.astype("str").where(plain.notna(), None).astype("str"),
        "string": plain.astype("string"),
        "category": plain.astype("category"),
        "numbers": plain.assign(
            satisfied=[4.0, 5.0, 3.0, 10.0, 0.0, np.nan],
            happy=pd.array([4, 4, None, 4, 9, 4], dtype="Int64"),
            anxious=[None, None, None, 6, np.float32(5), None],
        ),
        "other columns and another order": plain.assign(name="x", note=1)[
            [*reversed(plain.columns), "name", "note"]
        ],
        "another index": plain.set_axis([9, 9, 2, 1, 0, 0], axis=0),
        "nan for none": plain.where(plain.notna(), np.nan),
        "pd.NA for none": plain.astype(object).where(plain.notna(), pd.NA),
    }


@pytest.mark.parametrize("kind", list(kinds_of_frames()))
def test_any_pandas_frame(small: Questionnaire, kind: str) -> None:
    frame = kinds_of_frames()[kind]
    before = frame.copy(deep=True)
    counted = tally(frame, questionnaire=small, by=["gender"])
    assert counted == tally(pd.DataFrame(PLAIN), questionnaire=small, by=["gender"])
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("library", ["polars", "polars lazy", "pyarrow", "duckdb"])
def test_other_data_frames(small: Questionnaire, library: str) -> None:
    module = pytest.importorskip(library.split()[0])
    columns = {**PLAIN, "weight": [1.0, 0.5, 2.0, 1.25, 3.0, 0.01]}
    plain = pd.DataFrame(columns)
    frame = {
        "polars": lambda: module.DataFrame(columns),
        "polars lazy": lambda: module.LazyFrame(columns),
        "pyarrow": lambda: module.table(columns),
        "duckdb": lambda: module.from_df(plain),
    }[library]()
    counted = tally(frame, questionnaire=small, by=["gender"])
    assert counted == tally(plain, questionnaire=small, by=["gender"])
    assert counted.weighted


def test_a_survey_and_its_answers_count_alike() -> None:
    survey = bs.make_survey(councils=2, respondents=200, seed=3)
    by = [["gender"], ["placement", "disability"]]
    frame = tally(survey.answers, questionnaire=survey.questionnaire, eligible=survey.eligible, by=by)
    assert frame == tally(survey, by=by)
    assert frame.respondents == ""
    assert tally(survey).respondents == survey.fingerprint


def test_unknown_values_fail_with_counts_and_columns_and_no_value(small: Questionnaire) -> None:
    frame = pd.DataFrame({**PLAIN, "school": ["a lot", "ZQX", "ZQX", "A lot", "a lot", "a lot"]})
    frame["gender"] = ["girl", "ZQX", None, "girl", "boy", "boy"]
    frame["satisfied"] = [11, 4.5, -1, "7", True, 3]
    frame["age_band"] = ["8-11", "ZQX", None, "11-18", "11-18", "11-18"]
    with pytest.raises(TallyError) as caught:
        tally(frame, questionnaire=small)
    message = str(caught.value)
    for part in (
        "age_band (2 rows)",
        "gender (1 rows)",
        "school (3 rows)",
        "satisfied (4 rows)",
        "read_survey",
    ):
        assert part in message
    assert "ZQX" not in message
    assert "4.5" not in message


def test_answers_that_a_form_does_not_ask_for_fail_too(small: Questionnaire) -> None:
    frame = pd.DataFrame({**PLAIN, "workers": ["one", None, "dont_know", "one", "one", "two"]})
    with pytest.raises(TallyError, match=r"does not ask of the age band, in workers \(1 rows\)"):
        tally(frame, questionnaire=small)


def test_boxes_that_are_not_ticked_outside_their_form_were_not_asked(small: Questionnaire) -> None:
    frame = pd.DataFrame({**PLAIN, "support_friends": ["not ticked"] * 5 + ["ticked"]})
    counted = tally(frame, questionnaire=small)
    assert answers(counted, "support_friends", "8-11") == {"not_asked": 3}
    assert answers(counted, "support_friends", "11-18") == {"ticked": 1, "not ticked": 2}


def test_frames_without_keys(small: Questionnaire) -> None:
    leavers = bs.load_questionnaire("care-leavers")
    counted = tally(pd.DataFrame({"life_satisfaction": [3, 9]}), questionnaire=leavers)
    assert counted.table().keys == (("", "", "16-25"),)
    with pytest.raises(TallyError, match=r"age_band \(6 rows\)"):
        tally(pd.DataFrame(PLAIN).drop(columns="age_band"), questionnaire=small)
    assert tally(pd.DataFrame(PLAIN).iloc[:0], questionnaire=small).table().keys == ()


@pytest.mark.parametrize("source", [None, 7, [1, 2], {"school": ["a lot"]}, "answers.csv", object()])
def test_what_is_no_data_frame(small: Questionnaire, source: Any) -> None:
    with pytest.raises(ArgumentError, match="give a Survey, or a data frame"):
        tally(source, questionnaire=small)


def test_two_columns_of_one_name(small: Questionnaire) -> None:
    frame = pd.DataFrame(PLAIN)
    with pytest.raises(ArgumentError, match="several columns of one name"):
        tally(pd.concat([frame, frame[["school"]]], axis=1), questionnaire=small)
    numbered = pd.concat([frame, pd.DataFrame({0: [1] * 6, ("a", "b"): [2] * 6})], axis=1)
    assert tally(numbered, questionnaire=small) == tally(frame, questionnaire=small)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"by": ["age"]}, "by names 'age', which is not a trait of small; there are: gender, placement"),
        ({"by": ["gender", "gender"]}, "by names a trait twice"),
        ({"by": "gender"}, "give a list, such as"),
        ({"by": [["gender"], "age"]}, "by names 'age'"),
        ({"eligible": {"8-11": 3}}, "give (area, wave, age band)"),
        ({"eligible": {("Leeds", "2021", "4-7"): 3}}, "age band '4-7'"),
        ({"eligible": {("Leeds", "2021", "8-11"): -3}}, "is -3"),
        ({"questionnaire": None}, "questionnaire is missing"),
    ],
)
def test_arguments_that_make_no_sense(small: Questionnaire, options: Any, part: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        tally(pd.DataFrame(PLAIN), **{"questionnaire": small, **options})
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("by", "groupings"),
    [
        (None, ((),)),
        ([], ((),)),
        ([[]], ((),)),
        (["gender"], (("gender",),)),
        (["gender", "placement"], (("gender", "placement"),)),
        ([["gender"], ["placement"]], (("gender",), ("placement",))),
        ([["gender"], ["gender"]], (("gender",),)),
        ([[], "gender"], ((), ("gender",))),
        ((("gender",), ()), (("gender",), ())),
    ],
)
def test_how_by_is_read(small: Questionnaire, by: Any, groupings: Any) -> None:
    assert as_groupings(by, small) == groupings


def test_many_traits_at_once_keep_their_children_apart(small: Questionnaire) -> None:
    """Forty traits of eight levels make 2 to the power of 120 cells; here seven occur, by the first trait."""
    levels = [{"id": f"l{i}", "label": f"L{i}", "noun": f"ls{i}"} for i in range(7)]  # and "not known"
    traits = [{"id": f"t{i}", "label": f"T{i}", "levels": levels} for i in range(40)]
    many = Questionnaire.model_validate({**small.model_dump(by_alias=True), "trait": traits})
    frame = pd.DataFrame({f"t{i}": "l3" for i in range(40)} | {"age_band": "8-11"}, index=range(14))
    frame["t0"] = [f"l{i % 7}" for i in range(14)]
    counted = tally(frame, questionnaire=many, by=list(many.trait))
    table = counted.table(list(many.trait))
    assert [key[3] for key in table.keys] == [f"l{i}" for i in range(7)]
    assert counted.responses(table).tolist() == [2] * 7
