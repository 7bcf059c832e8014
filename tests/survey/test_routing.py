"""Who was asked what: routing, questions of other forms, and boxes left blank."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from brightspots.errors import SurveyError
from brightspots.questionnaire.mapping import Mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.reading import read_survey
from brightspots.tallies.counting import tally


def frame_of(small: Questionnaire, **columns: list[Any]) -> pd.DataFrame:
    """Return answers of 11-18s that all like school, with some columns given."""
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"age_band": "11-18", "school": ["a lot"] * n, **columns}, dtype=object)


def answers(frame: Any, small: Questionnaire, **options: Any) -> pd.DataFrame:
    return read_survey(frame, small, strict=False, **options).answers


def found(frame: Any, small: Questionnaire, **options: Any) -> set[tuple[str, str, str]]:
    """Return severity, code and rows of what the checks find, but for questions without columns."""
    try:
        problems = read_survey(frame, small, eligible={"8-11": 99, "11-18": 99}, **options).problems
    except SurveyError as error:
        problems = error.problems
    quiet = {"absent_questions", "identical_rows", "partial_responses"}
    return {(row.severity, row.code, row.rows) for row in problems if row.code not in quiet}


# ------------------------------------------------------------------------------------------------ routing


def test_a_blank_after_the_routing_is_not_asked_and_before_it_not_answered(small: Questionnaire) -> None:
    frame = frame_of(small, bullied=["yes", "yes", "no", "no", None], helped=["no", None, None, "n/a", None])
    assert answers(frame, small)["helped"].tolist() == [
        "no",
        "not_answered",
        "not_asked",
        "not_asked",
        "not_asked",
    ]
    assert found(frame, small) == set()


def test_an_answer_that_was_routed_past(small: Questionnaire) -> None:
    frame = frame_of(small, bullied=["yes", "no", "no"], helped=["no", "yes", "don't know"])
    assert found(frame, small) == {("error", "answered_routed_past", "row 2")}
    assert answers(frame, small)["helped"].tolist() == ["no", "invalid", "not_asked"]


def test_an_answer_without_the_earlier_one_is_left_out_with_a_warning(small: Questionnaire) -> None:
    frame = frame_of(
        small,
        bullied=["yes", None, "don't know", "prefer not to say"],
        helped=["no", "yes", "no", None],
    )
    assert found(frame, small) == {("warning", "answered_without_route", "rows 2, 3")}
    assert answers(frame, small)["helped"].tolist() == ["no", "invalid", "invalid", "not_asked"]


def test_a_form_without_the_earlier_question(small: Questionnaire) -> None:
    frame = frame_of(small, helped=["no", None])
    assert found(frame, small) == {("warning", "no_router", "row 1")}
    assert answers(frame, small)["helped"].tolist() == ["no", "not_answered"]


def test_the_earlier_question_may_be_lacking_on_one_form_only(small: Questionnaire) -> None:
    frame = pd.DataFrame(
        {"age_band": ["8-11", "11-18"], "Q1": ["yes", "no"], "helped": ["yes", "yes"]}, dtype=object
    )
    mapping = Mapping(columns={"bullied": {"11-18": "Q1"}})
    assert found(frame, small, mapping=mapping) == {
        ("error", "answered_routed_past", "row 2"),
        ("warning", "no_router", "row 1"),
    }
    assert answers(frame, small, mapping=mapping)["helped"].tolist() == ["yes", "invalid"]


def test_an_invalid_earlier_answer_leads_nowhere(small: Questionnaire) -> None:
    frame = frame_of(small, bullied=["often", "yes"], helped=["yes", "yes"])
    assert found(frame, small) == {
        ("error", "unknown_option", "row 1"),
        ("warning", "answered_without_route", "row 1"),
    }
    assert answers(frame, small)["helped"].tolist() == ["invalid", "yes"]


# ----------------------------------------------------------------------------- what a form does not ask


def test_answers_of_a_form_that_was_not_asked(small: Questionnaire) -> None:
    frame = frame_of(small, workers=["one", None, "n/a"], anxious=[3, 11, None])
    frame["age_band"] = "8-11"
    assert found(frame, small) == {
        ("error", "answered_not_asked", "row 1"),
        ("error", "off_scale", "row 2"),
    }
    told = answers(frame, small)
    assert told["workers"].tolist() == ["invalid", "not_asked", "not_asked"]
    assert told["anxious"].tolist() == ["invalid", "invalid", "not_asked"]


def test_a_column_that_is_another_question_on_another_form(small: Questionnaire) -> None:
    """Forms number their questions anew: Q1 of one form is no answer to what Q1 asks on the other."""
    frame = pd.DataFrame(
        {
            "age_band": ["8-11", "8-11", "11-18", "11-18"],
            "Q1": ["a lot", "a bit", "yes", "no"],
            "Q2": ["yes", "no", "not much", "a lot"],
        },
        dtype=object,
    )
    columns: Any = {"school": {"8-11": "Q1", "11-18": "Q2"}, "bullied": {"8-11": "Q2", "11-18": "Q1"}}
    mapping = Mapping(columns=columns)
    assert found(frame, small, mapping=mapping) == set()
    told = answers(frame, small, mapping=mapping)
    assert told["school"].tolist() == ["a lot", "a bit", "not much", "a lot"]
    assert told["bullied"].tolist() == ["yes", "no", "yes", "no"]

    frame.loc[3, "Q2"] = "loads"
    problems = read_survey(frame, small, mapping=mapping, strict=False).problems
    assert ("Q2", "row 4") in {(row.column, row.rows) for row in problems}


def test_a_question_that_is_mapped_for_one_form_is_not_read_on_the_other(small: Questionnaire) -> None:
    frame = pd.DataFrame(
        {"age_band": ["8-11", "11-18"], "Q1": ["a lot", "not at all"], "bullied": ["no", "no"]}, dtype=object
    )
    mapping = Mapping(columns={"school": {"8-11": "Q1"}})
    assert answers(frame, small, mapping=mapping)["school"].tolist() == ["a lot", "not_asked"]
    frame.loc[1, "Q1"] = "whatever the other form asks there"
    assert found(frame, small, mapping=mapping) == set()


# -------------------------------------------------------------------------------------------------- boxes


def test_a_blank_box_beside_a_ticked_one_is_not_ticked(small: Questionnaire) -> None:
    frame = frame_of(small, theme_school=[1, None, None], theme_home=[None, "x", None])
    told = answers(frame, small)
    assert told["theme_school"].tolist() == ["ticked", "not ticked", "not_answered"]
    assert told["theme_home"].tolist() == ["not ticked", "ticked", "not_answered"]


def test_a_set_left_blank_that_means_none(small: Questionnaire) -> None:
    frame = frame_of(small, support_friends=[1, None, None], support_family=[None, None, "x"])
    told = answers(frame, small)
    assert told["support_friends"].tolist() == ["ticked", "not ticked", "not ticked"]
    assert told["support_family"].tolist() == ["not ticked", "not ticked", "ticked"]


def test_none_is_not_said_by_children_who_never_got_there(small: Questionnaire) -> None:
    """Of four children who ticked nothing: went on, stopped before, answered nothing, went on and refused."""
    frame = frame_of(
        small,
        support_friends=[None, None, None, None],
        support_family=[None, None, None, None],
        satisfied=[5, None, None, "Prefer not to say"],
    )
    frame.loc[2, "school"] = None
    told = answers(frame, small)
    assert told["support_friends"].tolist() == ["not ticked", "not_answered", "not ticked"]
    assert ("warning", "empty_row", "row 3") in found(frame, small)

    last = frame[["age_band", "school", "satisfied", "support_friends", "support_family"]]
    assert answers(last, small)["support_friends"].tolist() == ["not ticked"] * 3  # nothing follows the set


def test_boxes_of_a_form_that_does_not_ask_them_are_not_asked(small: Questionnaire) -> None:
    frame = frame_of(small, support_friends=[None, 0], support_family=[None, 0])
    frame["age_band"] = "8-11"
    assert answers(frame, small)["support_friends"].tolist() == ["not_asked"] * 2
    assert found(frame, small) == set()


def test_a_box_that_says_no_is_not_blank(small: Questionnaire) -> None:
    frame = frame_of(small, theme_school=["no", 0, None], theme_home=["no", None, None])
    told = answers(frame, small)
    assert told["theme_school"].tolist() == ["not ticked", "not ticked", "not_answered"]
    assert told["theme_home"].tolist() == ["not ticked", "not ticked", "not_answered"]


def test_missing_codes_in_boxes_are_no_ticks(small: Questionnaire) -> None:
    mapping = Mapping(missing={"not_answered": (-9,)})
    frame = frame_of(small, theme_school=[-9, -9, -9], theme_home=[-9, None, 1])
    told = answers(frame, small, mapping=mapping)
    assert told["theme_school"].tolist() == ["not_answered"] * 3
    assert told["theme_home"].tolist() == ["not_answered", "not_answered", "ticked"]


# ------------------------------------------------------------------------------------------------ shares


@pytest.mark.parametrize("strict", [True, False])
def test_the_base_of_a_routed_question_is_those_who_were_routed_to_it(
    small: Questionnaire, strict: bool
) -> None:
    """Ten children: 4 bullied, of whom 3 answer and 2 get help. Base 3, count 2."""
    frame = frame_of(
        small,
        bullied=["yes"] * 4 + ["no"] * 5 + [None],
        helped=["yes", "yes", "no", None] + [None] * 6,
    )
    counted = tally(read_survey(frame, small, strict=strict))
    table, helped = counted.table(), counted.measures["helped"]
    assert counted.answers(table, "helped", helped.valid).tolist() == [3]
    assert counted.answers(table, "helped", helped.counted("counted", "11-18")).tolist() == [2]
    assert counted.answers(table, "helped", ["not_answered"]).tolist() == [1]
    assert counted.answers(table, "helped", ["not_asked"]).tolist() == [6]
