"""Every check: it fires with its code, column and rows, and it stays silent on good data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from brightspots.errors import SurveyError
from brightspots.questionnaire.mapping import Mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.catalogue import CHECKS
from brightspots.survey.identity import identifies
from brightspots.survey.problems import Problems
from brightspots.survey.reading import read_survey

ELIGIBLE = {"8-11": 5, "11-18": 5}

GOOD = {
    "response_id": [f"r{i}" for i in range(1, 7)],
    "age_band": ["8-11", "8-11", "8-11", "11-18", "11-18", "11-18"],
    "age": [8, 10, 11, 11, 15, 18],
    "gender": ["girl", "boy", "girl", "boy", "girl", None],
    "placement": ["foster", "foster", "residential", "foster", "residential", "foster"],
    "school": ["a lot", "a bit", "not much", "a lot", "not at all", "a bit"],
    "bullied": ["no", "yes", "no", "yes", "no", "no"],
    "helped": [None, "yes", None, "no", None, None],
    "care": ["yes", "no", "not sure", "yes", "no", "yes"],
    "workers": [None, None, None, "one", "two", "one"],
    "support_friends": [None, None, None, 1, None, 1],
    "support_family": [None, None, None, None, 1, 1],
    "theme_school": [1, None, None, None, None, None],
    "theme_home": [None, None, None, None, 1, None],
    "satisfied": [8, 9, 3, 5, 10, 0],
    "happy": [7, 9, 4, 5, 10, 1],
    "anxious": [None, None, None, 5, 0, 9],
}


def good(**changes: Any) -> pd.DataFrame:
    """Return good answers, with whole columns put in their places."""
    return pd.DataFrame({**GOOD, **changes}, dtype=object)


def changed(column: str, row: int, value: object) -> pd.DataFrame:
    """Return good answers with one cell put in its place; rows count from 1, as a person does."""
    frame = good()
    frame.loc[row - 1, column] = value
    return frame


def problems_of(frame: Any, small: Questionnaire, **options: Any) -> Problems:
    """Return what the checks find, whether or not it stops the reading."""
    options = {"eligible": ELIGIBLE, **options}
    try:
        found = read_survey(frame, small, **options).problems
    except SurveyError as error:
        found = error.problems
    assert isinstance(found, Problems)
    return found


def told(found: Problems) -> set[tuple[str, str, str, str]]:
    return {(row.severity, row.code, row.column, row.rows) for row in found}


def test_good_answers_say_nothing(small: Questionnaire) -> None:
    assert told(problems_of(good(), small)) == set()


@pytest.mark.parametrize(
    ("column", "row", "value", "severity", "code"),
    [
        ("school", 2, "loads", "error", "unknown_option"),
        ("school", 2, -9, "error", "unknown_option"),
        ("workers", 4, "none", "error", "unknown_option"),
        ("support_friends", 4, "perhaps", "error", "unknown_option"),
        ("gender", 3, "martian", "error", "unknown_level"),
        ("satisfied", 1, 11, "error", "off_scale"),
        ("satisfied", 1, -1, "error", "off_scale"),
        ("satisfied", 1, 4.5, "error", "off_scale"),
        ("satisfied", 1, "eight", "error", "off_scale"),
        ("workers", 2, "one", "error", "answered_not_asked"),
        ("anxious", 3, 4, "error", "answered_not_asked"),
        ("support_friends", 1, 1, "error", "answered_not_asked"),
        ("helped", 1, "yes", "error", "answered_routed_past"),
        ("age", 1, 12, "error", "age_contradicts_band"),
        ("age", 6, 7, "error", "age_contradicts_band"),
        ("age", 2, "ten", "warning", "unreadable_age"),
        ("age_band", 5, "12-18", "error", "unknown_band"),
        ("age_band", 5, "Year 8-11", "error", "unknown_band"),
        ("response_id", 4, "r2", "error", "repeated_response_id"),
    ],
)
def test_one_bad_cell(
    small: Questionnaire, column: str, row: int, value: object, severity: str, code: str
) -> None:
    found = problems_of(changed(column, row, value), small)
    assert told(found) == {(severity, code, column, f"row {row}")}
    assert found.column("count") == [1]
    if isinstance(value, str) and value not in {"one", "yes"}:
        assert value not in found.describe()


def test_undeclared_missing_codes_are_the_likely_cause(small: Questionnaire) -> None:
    for column, value in (("school", -9), ("satisfied", 99), ("gender", -8)):
        (row,) = problems_of(changed(column, 2, value), small)
        assert "some look like missing codes that nobody declared" in row.found
        assert row.what_to_do.startswith("declare the missing codes")
    (row,) = problems_of(changed("school", 2, "loads"), small)
    assert "missing codes" not in row.found + row.what_to_do
    mapping = Mapping(missing={"not_answered": (-9,)})
    assert told(problems_of(changed("school", 2, -9), small, mapping=mapping)) == set()


def test_a_box_that_is_not_ticked_is_no_answer_outside_its_form(small: Questionnaire) -> None:
    """SPSS writes 0 for boxes of everybody, also of those whose form has no such boxes."""
    assert told(problems_of(changed("support_friends", 1, 0), small)) == set()


def test_rows_are_counted_and_the_first_few_named(small: Questionnaire) -> None:
    frame = pd.concat([good()] * 3, ignore_index=True).drop(columns="response_id")
    frame["school"] = "loads"
    found = problems_of(frame, small, eligible={"8-11": 9, "11-18": 9})
    (row,) = [row for row in found if row.code == "unknown_option"]
    assert (row.rows, row.count) == ("rows 1, 2, 3, 4, 5 and 13 more", 18)


def test_rows_are_those_of_the_file(small: Questionnaire, tmp_path: Path) -> None:
    changed("school", 2, "loads").to_csv(tmp_path / "one heading.csv", index=False)
    (row,) = problems_of(tmp_path / "one heading.csv", small)
    assert (row.file, row.rows) == ("one heading.csv", "row 3")
    lines = (tmp_path / "one heading.csv").read_text().splitlines()
    lines.insert(1, ",".join(["Response"] * len(lines[0].split(","))))
    (tmp_path / "two headings.csv").write_text("\n".join(lines))
    found = problems_of(tmp_path / "two headings.csv", small)
    assert {(row.code, row.rows) for row in found if row.severity == "error"} == {("unknown_option", "row 4")}
    changed("school", 2, "loads").astype(str).to_excel(tmp_path / "x.xlsx", index=False)


# ----------------------------------------------------------------------------------------- age and form


def test_an_age_decides_only_where_one_form_fits(small: Questionnaire) -> None:
    frame = good().drop(columns="age_band")
    found = problems_of(frame, small)
    assert told(found) >= {("error", "age_cannot_decide_band", "age", "rows 3, 4")}  # both are 11
    frame["age"] = [8, 10, 9, 12, 15, 18]
    survey = read_survey(frame, small, eligible=ELIGIBLE)
    assert survey.answers["age_band"].tolist() == ["8-11"] * 3 + ["11-18"] * 3
    frame["age"] = [8, 10, None, 12, 19, "fourteen"]
    found = problems_of(frame, small)
    assert told(found) == {("error", "age_cannot_decide_band", "age", "rows 3, 5, 6")}


def test_an_age_fills_a_blank_band_and_never_overrules_one(small: Questionnaire) -> None:
    frame = good()
    frame.loc[[0, 4], "age_band"] = None
    assert told(problems_of(frame, small)) == set()
    frame.loc[2, "age_band"] = None  # 11 fits both forms
    assert told(problems_of(frame, small)) == {("error", "age_cannot_decide_band", "age", "row 3")}
    frame = good().drop(columns="age")
    frame.loc[2, "age_band"] = None
    assert told(problems_of(frame, small)) == {("error", "unknown_band", "age_band", "row 3")}
    frame = changed("age_band", 1, "primary")  # 8 fits one form only; the word still has to be explained
    assert told(problems_of(frame, small)) == {("error", "unknown_band", "age_band", "row 1")}


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        (10.0, {}),
        (10.9, {}),
        ("10", {}),
        ("10 years", {}),
        ("10 years old", {}),
        ("10yrs", {}),
        ("Age 10", {}),
    ],
)
def test_ages_in_several_writings(small: Questionnaire, written: object, labels: dict[Any, str]) -> None:
    found = problems_of(changed("age", 2, written), small)
    assert told(found) == ({("warning", "unreadable_age", "age", "row 2")} if written == "Age 10" else set())


@pytest.mark.parametrize("written", [None, "Prefer not to say", "n/a"])
def test_no_age_is_no_contradiction(small: Questionnaire, written: object) -> None:
    assert told(problems_of(changed("age", 2, written), small)) == set()


def test_ages_that_a_file_labels(small: Questionnaire, tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": [1.0, 2.0, -9.0], "school": [1.0, 2.0, 3.0]})
    labels = {"age": {1.0: "9", 2.0: "12 years", -9.0: "Not stated"}}
    pyreadstat.write_sav(frame, tmp_path / "x.sav", variable_value_labels=labels)
    found = problems_of({"8-11": tmp_path / "x.sav"}, small)
    ages = {row for row in told(found) if "age" in row[1]}
    assert ages == {("error", "age_contradicts_band", "age", "row 2")}


def test_infinite_and_huge_ages(small: Questionnaire) -> None:
    for age in (float("inf"), -float("inf"), 10**400, -9):
        frame = changed("age", 2, age)
        codes = {row.code for row in problems_of(frame, small)}
        assert codes <= {"unreadable_age", "unsupported_values"}
        assert codes


def test_editions_widen_a_band(small: Questionnaire) -> None:
    frame = good(age_band=["8-10", "8 to 11", "8–11 years", "11-17", "11 – 18", "11-18s"])
    assert told(problems_of(frame, small)) == set()


def test_no_band_at_all(small: Questionnaire) -> None:
    found = problems_of(good().drop(columns=["age_band", "age"]), small)
    assert told(found) == {("error", "no_band", "", "")}
    assert found.column("count") == [6]


def test_bands_that_a_spreadsheet_made_dates_of(small: Questionnaire) -> None:
    for date in ("08-Nov", "8-Nov", pd.Timestamp(2021, 11, 8)):
        (row,) = problems_of(changed("age_band", 2, date), small)
        assert (row.code, row.rows) == ("unknown_band", "row 2")
        assert "some are dates" in row.found


def test_a_file_given_for_one_band_and_rows_of_another(small: Questionnaire) -> None:
    frame = good()
    found = problems_of({"8-11": frame.iloc[:4].drop(columns=["age", "workers", "helped"])}, small)
    assert ("error", "band_contradicts_file", "age_band", "row 4") in told(found)
    assert told(problems_of({"8-11": frame[:3], "11-18": frame[3:].reset_index(drop=True)}, small)) == set()


def test_words_that_are_no_band_do_not_contradict_a_file(small: Questionnaire) -> None:
    young = good(age_band=["primary"] * 6).iloc[:3]
    assert told(problems_of({"8-11": young}, small)) == set()


def test_a_column_that_the_mapping_claims_is_not_taken_for_its_name(small: Questionnaire) -> None:
    frame = good().drop(columns=["school", "helped"])
    frame["bullied"] = GOOD["school"]
    survey = read_survey(frame, small, mapping=Mapping(columns={"school": "Bullied"}), eligible=ELIGIBLE)
    assert survey.answers["school"].tolist() == GOOD["school"]
    assert set(survey.answers["bullied"]) == {"not_asked"}
    survey = read_survey(good(), small, mapping=Mapping(ignore=("care",)), eligible=ELIGIBLE)
    assert set(survey.answers["care"]) == {"not_asked"}


def test_the_mapping_says_what_the_band_column_writes(small: Questionnaire) -> None:
    frame = good(age_band=[1, 1, 1, 2, 2, 2])
    mapping = Mapping(age_bands={"1": "8-11", "2.0": "11-18"})
    assert told(problems_of(frame, small, mapping=mapping)) == set()


# ----------------------------------------------------------------------------------------------- columns


def test_an_unmapped_column_is_named_and_an_ignored_one_is_not(small: Questionnaire) -> None:
    frame = good(**{"Minutes taken": [1, 2, 3, 4, 5, 6]})
    assert told(problems_of(frame, small)) == {("warning", "unmapped_column", "Minutes taken", "")}
    mapping = Mapping(ignore=("minutes  taken",))
    assert told(problems_of(frame, small, mapping=mapping)) == set()


@pytest.mark.parametrize(
    "heading",
    ["Name", "First name", "FirstName", "Surname", "last_name", "Full Name", "Child's name", "Names",
     "Initials", "DOB", "D.O.B.", "Date of birth", "DateOfBirth", "birthday", "Birth date", "Postcode",
     "Post code", "Address", "Home address", "NHS", "NHS number", "NHSNumber", "nhs_no", "UPN",
     "Case number", "case_no", "Case ID", "Client ID", "Mosaic ID", "LiquidLogic number",
     "National Insurance number", "NI number", "IP", "IP Address", "IPAddress", "ip_address", "Email",
     "E-mail", "e-mail address", "EmailAddress", "Phone", "Mobile number", "Telephone", "Collector ID",
     "CollectorID", "Collector_ID", "Custom Data 1", "CustomData1", "User Agent", "UserID",
     "Respondent ID", "Contact ID", "Latitude"],
)  # fmt: skip
def test_columns_that_identify_are_dropped(small: Questionnaire, heading: str) -> None:
    found = problems_of(good(**{heading: ["ZQX"] * 6}), small)
    assert told(found) == {("warning", "identity_dropped", heading, "")}
    assert "ZQX" not in found.describe()


@pytest.mark.parametrize(
    "heading",
    ["Do you know the name of your social worker?", "How many addresses have you had in the last year?",
     "Is there a phone at home that you can use?", "Does your social worker call you by your name?",
     "Minutes taken", "Ward", "School type", "Renamed", "Shipping", "Unhappy", "Question 1", "internet"],
)  # fmt: skip
def test_columns_that_only_sound_like_it_are_not(small: Questionnaire, heading: str) -> None:
    assert not identifies(heading)
    assert told(problems_of(good(**{heading: [1] * 6}), small)) == {
        ("warning", "unmapped_column", heading, "")
    }


@pytest.mark.parametrize(
    "label",
    ["What is your name?", "What's your first name?", "When is your birthday?", "Please enter your postcode",
     "Please tell us your e-mail address", "What is the child's date of birth?", "Date of birth"],
)  # fmt: skip
def test_question_texts_that_ask_who_it_is(small: Questionnaire, tmp_path: Path, label: str) -> None:
    frame = good().assign(Q99="ZQX").astype({"age": float, "satisfied": float, "happy": float})
    pyreadstat.write_sav(frame.fillna(""), tmp_path / "x.sav", column_labels={"Q99": label})
    found = problems_of(tmp_path / "x.sav", small)
    assert ("warning", "identity_dropped", "Q99", "") in told(found)


def test_a_mapped_question_may_speak_of_names(small: Questionnaire) -> None:
    heading = "Do adults use your name?"
    frame = good(**{heading: GOOD["school"]}).drop(columns="school")
    mapping = Mapping(columns={"school": heading})
    assert told(problems_of(frame, small, mapping=mapping)) == set()


def test_columns_that_the_mapping_calls_identity(small: Questionnaire) -> None:
    frame = good(Ref=["ZQX"] * 6)
    found = problems_of(frame, small, mapping=Mapping(identity=("ref",)))
    assert told(found) == {("warning", "identity_dropped", "Ref", "")}


def test_comments_are_counted_and_never_read(small: Questionnaire) -> None:
    frame = good(remarks=["ZQX is sad", None, "", "  ", "ZQX", None], Said=["ZQX", *[None] * 5])
    found = problems_of(frame, small, mapping=Mapping(comments=("Said",)))
    assert {(row.code, row.column, row.count) for row in found} == {
        ("comments_present", "remarks", 2),
        ("comments_present", "Said", 1),
    }
    assert "safeguarding" in found.describe()
    assert "ZQX" not in found.describe()
    survey = read_survey(frame, small, eligible=ELIGIBLE)
    assert "ZQX" not in survey.answers.to_csv()


def test_a_column_that_the_mapping_names_and_the_file_lacks(small: Questionnaire) -> None:
    mapping = Mapping(columns={"school": "Q1", "gender": "D1", "bullied": {"8-11": "Q2", "11-18": "bullied"}})
    found = problems_of(good().drop(columns=["school", "gender", "helped"]), small, mapping=mapping)
    assert told(found) == {
        ("error", "mapped_column_absent", "Q1", ""),
        ("error", "mapped_column_absent", "Q2", ""),
        ("warning", "mapped_column_absent", "D1", ""),
        ("note", "absent_questions", "", ""),  # helped, that nothing maps
    }


def test_a_form_may_lack_what_it_does_not_ask(small: Questionnaire) -> None:
    young = good().iloc[:3].drop(columns=["workers", "anxious", "support_friends", "support_family"])
    mapping = Mapping(columns={"workers": "Q7", "anxious": {"11-18": "Q8"}})
    assert told(problems_of({"8-11": young}, small, mapping=mapping)) == set()


def test_questions_without_a_column_are_noted(small: Questionnaire) -> None:
    frame = good().drop(columns=["care", "support_friends", "support_family", "theme_home"])
    (row,) = problems_of(frame, small)
    assert (row.severity, row.code, row.count) == ("note", "absent_questions", 3)
    assert row.found.endswith("care, support, themes")


def test_a_file_of_something_else(small: Questionnaire) -> None:
    """Its headings may be a child's answers, so they are not told."""
    frame = pd.DataFrame({"ZQX": [1, 2], "a lot": [1, 2], "age_band": ["8-11", "8-11"]})
    mapping = Mapping(columns={"school": "Q1", "bullied": "Q2"})
    found = problems_of(frame, small, mapping=mapping)
    assert told(found) == {
        ("error", "no_question", "", ""),
        ("warning", "empty_row", "", "rows 1, 2"),
    }
    assert "ZQX" not in found.describe()


def test_roles_that_the_mapping_names_and_the_file_lacks(small: Questionnaire) -> None:
    frame = good().drop(columns=["age_band", "age", "response_id"])
    mapping = Mapping(age_band="form", age="years", response_id="id", area="council")
    found = problems_of({"8-11": frame[["school"]]}, small, mapping=mapping, area="Leeds")
    absent = {(row.severity, row.column) for row in found if row.code == "mapped_column_absent"}
    assert absent == {("warning", "form"), ("warning", "years"), ("warning", "id"), ("warning", "council")}
    found = problems_of(frame, small, mapping=mapping)
    absent = {(row.severity, row.column) for row in found if row.code == "mapped_column_absent"}
    assert absent == {("error", "form"), ("warning", "years"), ("warning", "id"), ("error", "council")}


# ------------------------------------------------------------------------------------------------ labels


def labelled(tmp_path: Path, labels: dict[str, dict[float, str]]) -> Path:
    frame = pd.DataFrame({"school": [1.0, 2.0, 4.0], "satisfied": [1.0, 5.0, 9.0]})
    path = tmp_path / "labelled.sav"
    pyreadstat.write_sav(frame, path, variable_value_labels=labels)
    return path


OPTIONS = ("a lot", "a bit", "not much", "not at all")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"school": dict(enumerate(OPTIONS, start=1))}, set()),
        ({"school": dict(enumerate(reversed(OPTIONS), start=1))}, {("error", "labels_contradict", "school")}),
        ({"satisfied": {0: "Not at all", 10: "Completely"}}, set()),
        ({"satisfied": {0: "Completely", 10: "Not at all"}}, {("error", "labels_contradict", "satisfied")}),
        ({"satisfied": {0: "Awful", 10: "Great"}}, {("warning", "unknown_ends", "satisfied")}),
        ({"satisfied": {i + 1: f"{i}" for i in range(11)}}, set()),
    ],
)
def test_labels_that_contradict(
    small: Questionnaire, tmp_path: Path, labels: dict[str, dict[float, str]], expected: set[tuple[str, ...]]
) -> None:
    path = labelled(tmp_path, {k: {float(c): t for c, t in v.items()} for k, v in labels.items()})
    found = problems_of({"8-11": path}, small)
    quiet = {"absent_questions"}
    assert {(row.severity, row.code, row.column) for row in found if row.code not in quiet} == expected


def test_scores_labelled_1_to_11_are_read_by_their_labels(small: Questionnaire, tmp_path: Path) -> None:
    path = labelled(tmp_path, {"satisfied": {i + 1.0: str(i) for i in range(11)}})
    survey = read_survey({"8-11": path}, small)
    assert survey.answers["satisfied"].tolist() == ["0", "4", "8"]


# -------------------------------------------------------------------------------------------------- rows


def test_empty_rows_are_left_out_and_said(small: Questionnaire) -> None:
    frame = good()
    frame.loc[[1, 5], list(small.questions)] = None
    survey = read_survey(frame, small, eligible=ELIGIBLE)
    assert told(survey.problems) == {("warning", "empty_row", "", "rows 2, 6")}
    assert len(survey) == 4
    frame.loc[1, "happy"] = "Prefer not to say"  # a refusal is an answer
    frame.loc[5, ["support_friends", "support_family"]] = 0  # a box that is not ticked is none
    assert ("warning", "empty_row", "", "row 6") in told(problems_of(frame, small))


def test_children_who_stopped_and_where(small: Questionnaire) -> None:
    frame = good()
    frame.loc[0, ["satisfied", "happy"]] = None  # care is the last that 8-11s were asked before
    frame.loc[1, "happy"] = None
    frame.loc[4, ["care", "workers", "satisfied", "happy", "anxious"]] = None
    frame.loc[4, ["support_family", "theme_home"]] = None
    (row,) = problems_of(frame, small)
    assert (row.severity, row.code, row.rows) == ("note", "partial_responses", "rows 1, 2, 5")
    assert row.found.endswith("bullied (1), care (1), satisfied (1)")
    frame = good()
    frame.loc[3, ["bullied", "school"]] = None  # skipped, and went on
    frame.loc[3, "helped"] = None
    assert told(problems_of(frame, small)) == set()


def test_a_routed_last_question_is_no_stopping(small: Questionnaire) -> None:
    frame = good()[["age_band", "school", "bullied", "helped"]].iloc[:3]
    codes = {row.code for row in problems_of(frame, small)}
    assert "partial_responses" not in codes
    frame.loc[1, "helped"] = None
    (row,) = [row for row in problems_of(frame, small) if row.code == "partial_responses"]
    assert row.rows == "row 2"


def test_identical_rows_are_a_note(small: Questionnaire) -> None:
    frame = pd.concat([good(), good().iloc[[0, 0, 5]]], ignore_index=True)
    frame["response_id"] = range(100, 109)
    found = problems_of(frame, small)
    assert told(found) == {("note", "identical_rows", "", "rows 7, 8, 9")}
    frame = good()[["age_band", "school"]]
    frame["school"] = "a lot"
    rows = [row.rows for row in problems_of(frame, small) if row.code == "identical_rows"]
    assert rows == ["rows 2, 3, 5, 6"]  # the same answer on another form is another row


def test_response_ids(small: Questionnaire) -> None:
    frame = good(response_id=["r1", "r1", None, None, "r1", "R1"])
    found = problems_of(frame, small)
    assert told(found) == {("error", "repeated_response_id", "response_id", "rows 2, 5")}
    assert "r1" not in found.describe()
    kept = read_survey(frame, small, strict=False).answers
    assert kept["school"].tolist() == ["a lot", "not much", "a lot", "a bit"]  # the first of each


def test_a_repeated_id_in_an_empty_row_is_none(small: Questionnaire) -> None:
    frame = good(response_id=["r1", "r1", "r3", "r4", "r5", "r6"])
    frame.loc[0, list(small.questions)] = None
    assert told(problems_of(frame, small)) == {("warning", "empty_row", "", "row 1")}


def forms(**ids: list[Any]) -> dict[str, pd.DataFrame]:
    young, old = good().iloc[:3].copy(), good().iloc[3:].reset_index(drop=True)
    young["response_id"], old["response_id"] = ids["young"], ids["old"]
    return {"8-11": young, "11-18": old}


def test_one_person_and_two_forms(small: Questionnaire) -> None:
    found = problems_of(forms(young=["a", "b", "c"], old=["d", "b", None]), small)
    assert told(found) == {("warning", "answered_two_forms", "response_id", "row 2")}
    assert told(problems_of(forms(young=["a", "b", "c"], old=["d", "e", "f"]), small)) == set()
    # numbers of rows say nothing about persons; numbers that a survey site gives do
    assert told(problems_of(forms(young=[1, 2, 3], old=[1, 2, 4]), small)) == set()
    long = problems_of(forms(young=[118250001, 118250002, 118250003], old=[118250002, 7, 8]), small)
    assert told(long) == {("warning", "answered_two_forms", "response_id", "row 1")}


# -------------------------------------------------------------------------------------- numbers of children


@pytest.mark.parametrize(
    ("eligible", "expected"),
    [
        ({"8-11": 3, "11-18": 3}, set()),
        ({"8-11": 2, "11-18": 4}, {("warning", "band_over_eligible", 1)}),
        ({"8-11": 2, "11-18": 3}, {("error", "more_answers_than_children", 1)}),
        ({"8-11": 0, "11-18": 0}, {("error", "more_answers_than_children", 6)}),
        ({"8-11": 3}, {("note", "no_eligible", 1)}),
        ({"8-11": 2}, {("note", "no_eligible", 1), ("warning", "band_over_eligible", 1)}),
        ({}, {("note", "no_eligible", 2)}),
    ],
)
def test_eligible_numbers(
    small: Questionnaire, eligible: dict[str, int], expected: set[tuple[str, str, int]]
) -> None:
    found = problems_of(good(), small, eligible=eligible)
    assert {(row.severity, row.code, row.count) for row in found} == expected


def test_eligible_numbers_of_several_councils(small: Questionnaire) -> None:
    frame = good(area=["North", "South", "North", "South", "North", "South"])
    found = problems_of(frame, small)
    assert {(row.severity, row.code) for row in found} == {
        ("warning", "eligible_not_placed"),
        ("note", "no_eligible"),
    }
    placed = {(area, "2021", band): 2 for area in ("North", "South") for band in small.band}
    assert told(problems_of(frame, small, eligible=placed, wave="2021")) == set()
    placed["South", "2021", "8-11"] = 0
    placed["South", "2021", "11-18"] = 2
    (row,) = problems_of(frame, small, eligible=placed, wave="2021")
    assert (row.code, row.count) == ("more_answers_than_children", 1)


# ------------------------------------------------------------------------------------- the table of checks


# ----------------------------------------------------------------------------------------------- weights

WEIGHED = Mapping(weight="wgt")


def test_weights_that_can_be_used_say_nothing(small: Questionnaire) -> None:
    for weights in ([1] * 6, [0.01, 100, 0.5, 1.25, "2", 3]):
        assert told(problems_of(good(wgt=weights), small, mapping=WEIGHED)) == set()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "no_weight"),
        (float("nan"), "no_weight"),
        (0, "bad_weight"),
        (-1.5, "bad_weight"),
        (float("inf"), "bad_weight"),
        ("1,5", "bad_weight"),
        ("heavy", "bad_weight"),
        (True, "bad_weight"),
        (0.009, "weight_out_of_range"),
        (101, "weight_out_of_range"),
    ],
)
def test_a_weight_that_cannot_be_used(small: Questionnaire, value: object, code: str) -> None:
    frame = good(wgt=[1, 1, value, 2, 2, 2])
    found = problems_of(frame, small, mapping=WEIGHED)
    assert told(found) == {("error", code, "wgt", "row 3")}
    assert "heavy" not in found.describe()
    loose = read_survey(frame, small, mapping=WEIGHED, eligible=ELIGIBLE, strict=False)
    assert len(loose) == 6
    assert "weight" not in loose.answers


def test_a_declared_missing_weight_is_none(small: Questionnaire, tmp_path: Path) -> None:
    frame = good(wgt=[1, 1, -9, 2, 2, 2])[["age_band", "school", "wgt"]]
    frame["wgt"] = frame["wgt"].astype(float)
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), missing_ranges={"wgt": [-9]})
    codes = {row.code for row in problems_of(tmp_path / "a.sav", small, mapping=WEIGHED)}
    assert "no_weight" in codes
    assert "bad_weight" not in codes


def test_rows_that_are_left_out_need_no_weight(small: Questionnaire) -> None:
    empty = {name: [*values, None] for name, values in GOOD.items()} | {"wgt": [*[1] * 6, None]}
    empty["age_band"][-1] = "8-11"
    found = problems_of(pd.DataFrame(empty, dtype=object), small, mapping=WEIGHED)
    assert {row.code for row in found} == {"empty_row"}


def test_a_weight_column_that_is_not_there(small: Questionnaire) -> None:
    found = problems_of(good(), small, mapping=WEIGHED)
    assert told(found) == {("error", "mapped_column_absent", "wgt", "")}


def test_a_column_is_never_taken_for_weights_by_its_name(small: Questionnaire) -> None:
    frame = good(weight=[1, 1, 0, 2, 2, 2])
    assert told(problems_of(frame, small)) == {("warning", "unmapped_column", "weight", "")}


def test_every_check_is_in_these_tests() -> None:
    files = (Path(__file__), Path(__file__).with_name("test_routing.py"))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert [code for code in CHECKS if f'"{code}"' not in text] == []


@pytest.mark.parametrize("code", CHECKS)
def test_words_end_without_a_full_stop_and_are_plain(code: str) -> None:
    for text in CHECKS[code][1:]:
        assert text
        assert not text.endswith(".")
        assert text.isascii() or "…" in text
