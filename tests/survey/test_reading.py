"""Reading a survey end to end: everything at once, nothing lost, nothing told, and back again."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import brightspots as bs
from brightspots.errors import ArgumentError, BrightspotsError, MappingError, SurveyError
from brightspots.questionnaire.mapping import Mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.drafting import draft_files
from brightspots.survey.reading import read_survey
from brightspots.tallies.counting import tally

DATA = Path(os.environ.get("BRIGHTSPOTS_DATA", "/nowhere"))
EDGE_CASES = sorted((DATA / "sav_edge_cases").glob("*.*"))
needs_data = pytest.mark.skipif(not EDGE_CASES, reason="BRIGHTSPOTS_DATA names no folder with the files")

YOUNG = pd.DataFrame({"school": ["a lot", "a bit", None], "bullied": ["no", "no", "yes"]}, dtype=object)
OLD = pd.DataFrame({"school": ["not much", "a lot"], "satisfied": [3, 9]}, dtype=object)


def problems(error: SurveyError) -> set[tuple[str, str, str, str]]:
    return {(row.file, row.code, row.column, row.rows) for row in error.problems}


# ------------------------------------------------------------------------------------------------ at once


def test_all_problems_of_all_files_at_once(small: Questionnaire, tmp_path: Path) -> None:
    (tmp_path / "young.csv").write_text("school,satisfied\na lot,11\nloads,5\n")
    (tmp_path / "old.csv").write_text("school,happy\na lot,3\nx,y,z,z\na bit,4\n")
    with pytest.raises(SurveyError) as caught:
        read_survey({"8-11": tmp_path / "young.csv", "11-18": tmp_path / "old.csv"}, small)
    assert problems(caught.value) >= {
        ("young.csv", "off_scale", "satisfied", "row 2"),
        ("young.csv", "unknown_option", "school", "row 3"),
        ("old.csv", "ragged_rows", "", "row 3"),
    }
    message = str(caught.value)
    assert message.startswith("3 errors in the answers; nothing was used.")
    for part in (
        "young.csv, column satisfied, row 2",
        "young.csv, column school, row 3",
        "old.csv, row 3",
    ):
        assert part in message
    assert "loads" not in message
    assert (caught.value.code, caught.value.exit_code) == ("BS400", 3)


def test_every_kind_of_unreadable_file_at_once(small: Questionnaire, tmp_path: Path) -> None:
    whole = tmp_path / "whole.sav"
    pyreadstat.write_sav(pd.DataFrame({"school": ["a lot"] * 50}), whole)
    contents = {
        "cut.sav": whole.read_bytes()[:-40],
        "empty.csv": b"",
        "picture.xlsx": b"\x89PNG" * 50,
        "bytes.csv": b"school\n\x00\x01\x02\n",
        "locked.sav": b"ENCRYPTEDSAV" + bytes(100),
        "headings.csv": b"school,bullied\n",
    }
    bands = [
        small.age_bands[0].model_copy(
            update={"id": str(i), "label": f"band {i}", "noun": f"n{i}", "editions": ()}
        )
        for i in range(7)
    ]
    many = small.model_copy(update={"age_bands": tuple(bands)})
    many = Questionnaire.model_validate(many.model_dump(by_alias=True))
    files = {"6": tmp_path / "absent.csv"}
    for i, (name, content) in enumerate(contents.items()):
        (tmp_path / name).write_bytes(content)
        files[str(i)] = tmp_path / name
    with pytest.raises(SurveyError) as caught:
        read_survey(files, many)
    assert {(row.file, row.code) for row in caught.value.problems} == {
        ("cut.sav", "truncated_file"),
        ("empty.csv", "empty_file"),
        ("picture.xlsx", "wrong_file_type"),
        ("bytes.csv", "wrong_encoding"),
        ("locked.sav", "encrypted_file"),
        ("headings.csv", "no_answers"),
        ("absent.csv", "file_not_found"),
    }


def test_errors_come_first_and_warnings_are_kept(small: Questionnaire) -> None:
    frame = YOUNG.assign(Extra=1, school=["a lot", "loads", None])
    with pytest.raises(SurveyError) as caught:
        read_survey({"8-11": frame}, small)
    severities = caught.value.problems.column("severity")
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert {"error", "warning", "note"} <= set(severities)


# ------------------------------------------------------------------------------------------------- strict


def test_not_strict_keeps_what_is_usable(small: Questionnaire, tmp_path: Path) -> None:
    (tmp_path / "cut.csv").write_text('school\n"a lot\n')
    frame = pd.DataFrame(
        {
            "age_band": ["8-11", "8-11", "4-7", "8-11", "8-11", "8-11"],
            "response_id": ["a", "b", "c", "a", "e", "f"],
            "school": ["loads", "a bit", "a lot", "a lot", None, "a lot"],
            "satisfied": [4.5, 7, 7, 7, None, 11],
            "gender": ["girl", "martian", "boy", "boy", "boy", "girl"],
        },
        dtype=object,
    )
    with pytest.raises(SurveyError):
        read_survey(frame, small)
    survey = read_survey(frame, small, strict=False)
    assert survey.answers["school"].tolist() == ["invalid", "a bit", "a lot"]
    assert survey.answers["satisfied"].tolist() == ["invalid", "7", "invalid"]
    assert survey.answers["gender"].tolist() == ["girl", "not known", "girl"]
    assert {(row.severity, row.code, row.rows) for row in survey.problems} >= {
        ("error", "unknown_band", "row 3"),
        ("error", "repeated_response_id", "row 4"),
        ("warning", "empty_row", "row 5"),
        ("error", "off_scale", "rows 1, 6"),
    }
    both = read_survey(
        {"8-11": frame.drop(columns="age_band"), "11-18": tmp_path / "cut.csv"}, small, strict=False
    )
    assert both.age_bands == ("8-11",)
    assert ("cut.csv", "stray_quote") in {(row.file, row.code) for row in both.problems}


def test_not_strict_believes_no_answer_of_a_column_with_contradicting_labels(
    small: Questionnaire, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"satisfied": [0.0, 10.0, 99.0], "school": [1.0, 2.0, 3.0]})
    labels = {"satisfied": {0.0: "Completely", 10.0: "Not at all", 99.0: "Don't know"}}
    pyreadstat.write_sav(frame, tmp_path / "x.sav", variable_value_labels=labels)
    survey = read_survey({"8-11": tmp_path / "x.sav"}, small, strict=False)
    assert survey.answers["satisfied"].tolist() == ["invalid", "invalid", "dont_know"]
    assert survey.answers["school"].tolist() == ["a lot", "a bit", "not much"]


def test_nothing_usable_is_an_error_in_either_way(small: Questionnaire) -> None:
    for strict in (True, False):
        with pytest.raises(SurveyError, match="There is no usable answer here"):
            read_survey({"8-11": pd.DataFrame({"school": [None, None]})}, small, strict=strict)


# ---------------------------------------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"eligible": {"4-7": 3}}, "eligible names the age band '4-7'; small has 8-11, 11-18"),
        ({"eligible": {("Leeds", "2021", "4-7"): 3}}, "eligible names the age band '4-7'"),
        ({"eligible": {("Leeds", "8-11"): 3}}, "give (area, wave, age band)"),
        ({"eligible": {"8-11": -1}}, "eligible['8-11'] is -1"),
        ({"eligible": {"8-11": 2.5}}, "eligible['8-11'] is 2.5"),
        ({"eligible": {"8-11": True}}, "eligible['8-11'] is True"),
    ],
)
def test_eligible_numbers_that_make_no_sense(small: Questionnaire, options: Any, part: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(part)):
        read_survey({"8-11": YOUNG}, small, **options)


@pytest.mark.parametrize("source", [{}, {"4-7": YOUNG}, {"8-11": YOUNG, "8 to 10": YOUNG}, {"": YOUNG}])
def test_age_bands_of_files_that_make_no_sense(small: Questionnaire, source: Any) -> None:
    with pytest.raises(ArgumentError, match="source names the age bands"):
        read_survey(source, small)


def test_one_file_for_two_bands_is_a_slip(small: Questionnaire, tmp_path: Path) -> None:
    twice = {"8-11": tmp_path / "a.csv", "11-18": str(tmp_path / "b" / ".." / "a.csv")}
    for source in ({"8-11": YOUNG, "11-18": YOUNG}, twice):
        with pytest.raises(ArgumentError, match="one file for several age bands"):
            read_survey(source, small)


def test_whole_numbers_of_any_kind_are_eligible_numbers(small: Questionnaire) -> None:
    survey = read_survey({"8-10": YOUNG}, small, area="Leeds", wave="2021", eligible={"8-11": np.int64(9)})
    assert survey.eligible == {("Leeds", "2021", "8-11"): 9}


def test_a_mapping_made_in_python_is_checked_first(small: Questionnaire) -> None:
    with pytest.raises(MappingError, match="loads"):
        read_survey({"8-11": YOUNG}, small, mapping=Mapping(codes={"school": {"1": "loads"}}))


def test_a_questionnaire_with_one_band_needs_no_band(small: Questionnaire) -> None:
    frame = pd.DataFrame({"likes_to": [1], "life_satisfaction": [7]})
    survey = read_survey(frame, "care-leavers", area="Leeds", wave="2021")
    assert survey.age_bands == ("16-25",)


# ---------------------------------------------------------------------------------------------- area, wave


def test_area_and_wave_of_all_rows(small: Questionnaire) -> None:
    survey = read_survey({"8-11": YOUNG, "11-18": OLD}, small, area="Leeds", wave="2021")
    assert (survey.area, survey.wave, len(survey)) == ("Leeds", "2021", 5)
    assert survey.answers["age_band"].tolist() == ["8-11"] * 3 + ["11-18"] * 2


def test_a_column_with_the_area(small: Questionnaire, tmp_path: Path) -> None:
    frame = pd.DataFrame({"school": [1.0, 2.0, 3.0], "council": [1.0, 2.0, np.nan]})
    pyreadstat.write_sav(
        frame, tmp_path / "x.sav", variable_value_labels={"council": {1.0: "Leeds", 2.0: "York"}}
    )
    mapping = Mapping(area="Council")
    survey = read_survey({"8-11": tmp_path / "x.sav"}, small, mapping=mapping, area="Hull")
    assert survey.answers["area"].tolist() == ["Leeds", "York", "Hull"]


def test_a_column_that_only_happens_to_be_called_area(small: Questionnaire) -> None:
    """A district is no council: what was given goes before, and the column is told to be unmapped."""
    frame = YOUNG.assign(area=["North", "South", "North"])
    survey = read_survey({"8-11": frame}, small, area="Leeds")
    assert survey.area == "Leeds"
    assert "area" in survey.problems.where(lambda row: row.code == "unmapped_column").column("column")
    assert read_survey({"8-11": YOUNG.assign(Area="North")}, small).area == ""
    same = read_survey({"8-11": YOUNG.assign(area="Leeds")}, small, area="Leeds")
    assert "unmapped_column" not in same.problems.column("code")


# ----------------------------------------------------------------------------------------- the round trip


@pytest.mark.parametrize("questionnaire", ["children-in-care", "care-leavers"])
@pytest.mark.parametrize("councils", [1, 3])
def test_answers_read_back_the_same(questionnaire: str, councils: int) -> None:
    survey = bs.make_survey(questionnaire=questionnaire, councils=councils, respondents=250, seed=5)
    before = survey.answers.copy(deep=True)
    again = read_survey(survey.answers, survey.questionnaire, eligible=survey.eligible)
    assert {row.code for row in again.problems} <= {"identical_rows", "partial_responses"}
    assert tally(again, by=["gender", "disability"]) == tally(survey, by=["gender", "disability"])
    assert again.fingerprint == survey.fingerprint
    pd.testing.assert_frame_equal(survey.answers, before)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_answers_written_to_a_file_read_back_the_same(tmp_path: Path, ending: str) -> None:
    survey = bs.make_survey(respondents=120, seed=6)
    path = tmp_path / f"answers.{ending}"
    plain = survey.answers.astype(str)
    plain.to_csv(path, index=False) if ending == "csv" else plain.to_excel(path, index=False)
    again = read_survey(path, survey.questionnaire, area="Council 1", wave="2021", eligible=survey.eligible)
    assert tally(again) == tally(survey)


def test_a_survey_that_was_read_in_part_reads_back_the_same(small: Questionnaire) -> None:
    frame = pd.DataFrame(
        {
            "age_band": ["8-11", "8-11", "11-18", "11-18", "11-18"],
            "bullied": [None, None, "yes", "no", "loads"],
            "helped": ["yes", None, "no", "yes", "yes"],
            "support_friends": [None, None, 1, None, None],
            "theme_school": [None, 1, None, None, 1],
            "theme_home": [None, None, None, None, None],
            "satisfied": [4, 11, 4.5, 7, 0],
        },
        dtype=object,
    )
    mapping = Mapping(columns={"bullied": {"11-18": "bullied"}})
    survey = read_survey(frame, small, mapping=mapping, strict=False)
    again = read_survey(survey.answers, small)
    assert tally(again) == tally(survey)
    assert again.fingerprint == survey.fingerprint


def test_the_frame_given_stays_as_it_was(small: Questionnaire) -> None:
    frame = pd.DataFrame(
        {
            "age_band": pd.Categorical(["8-11", "11-18"]),
            "school": pd.Series(["A lot", " a bit"], dtype="str"),
            "satisfied": pd.Series([7, None], dtype="Int64"),
            "happy": [1.0, float("nan")],
        }
    )
    before = frame.copy(deep=True)
    survey = read_survey(frame, small)
    pd.testing.assert_frame_equal(frame, before)
    assert survey.answers["happy"].tolist() == ["1", "not_answered"]


def test_polars_reads_like_pandas(small: Questionnaire) -> None:
    polars = pytest.importorskip("polars")
    plain = {"age_band": ["8-11", "11-18"], "school": ["A lot", None], "satisfied": [7, 3]}
    ours = read_survey(pd.DataFrame(plain), small)
    for frame in (polars.DataFrame(plain), polars.LazyFrame(plain)):
        assert tally(read_survey(frame, small)) == tally(ours)


# ------------------------------------------------------------------------------------------ the fingerprint


def test_the_fingerprint_knows_answers_and_not_their_order(small: Questionnaire) -> None:
    frame = pd.DataFrame(
        {"age_band": ["8-11", "11-18", "8-11"], "school": ["a lot", "a bit", "a lot"], "satisfied": [1, 2, 3]}
    )
    survey = read_survey(frame, small, area="Leeds", wave="2021")
    for order in ([2, 0, 1], [1, 0, 2], [1, 2, 0]):
        shuffled = read_survey(frame.iloc[order], small, area="Leeds", wave="2021")
        assert shuffled.fingerprint == survey.fingerprint
    swapped = read_survey(frame.assign(satisfied=[3, 2, 1]), small, area="Leeds", wave="2021")
    assert swapped.fingerprint == survey.fingerprint  # rows 1 and 3 differ in that answer alone
    others = [
        read_survey(frame.assign(satisfied=[1, 3, 2]), small, area="Leeds", wave="2021"),
        read_survey(frame.assign(satisfied=[1, 2, 4]), small, area="Leeds", wave="2021"),
        read_survey(frame, small, area="York", wave="2021"),
        read_survey(frame, small, area="Leeds", wave="2022"),
        read_survey(frame.iloc[[0, 1]], small, area="Leeds", wave="2021"),
        read_survey(frame.iloc[[0, 1, 2, 2]], small, area="Leeds", wave="2021"),
    ]
    assert len({survey.fingerprint, *(other.fingerprint for other in others)}) == 7


def test_representations_show_no_answer(small: Questionnaire) -> None:
    survey = read_survey({"8-11": YOUNG}, small, area="<b>Leeds", wave="2021")
    assert repr(survey) == "<Survey <b>Leeds 2021: 3 children (8-11), not for release>"
    assert "<b>Leeds" not in survey._repr_html_()


# --------------------------------------------------------------------------------------------- real files


@needs_data
@pytest.mark.parametrize("path", EDGE_CASES, ids=lambda path: path.name)
@pytest.mark.parametrize("strict", [True, False])
def test_edge_cases_read_or_are_refused(small: Questionnaire, path: Path, strict: bool) -> None:
    """None holds this survey; each is refused in plain words, by reading and, if unreadable, by drafting."""
    with pytest.raises(SurveyError) as caught:
        read_survey({"8-11": path}, small, strict=strict)
    assert caught.value.problems.has_errors  # type: ignore[attr-defined]


@needs_data
@pytest.mark.parametrize("path", EDGE_CASES, ids=lambda path: path.name)
def test_edge_cases_give_drafts(small: Questionnaire, path: Path, tmp_path: Path) -> None:
    try:
        written = draft_files([path], small, "small", tmp_path / "out")
    except SurveyError:
        assert path.name == "haven_datetime.sav"
        return
    for draft in written:
        tomllib.loads(draft.read_text(encoding="utf-8"))


@needs_data
def test_a_real_file_with_declared_missing_codes_reads_through_a_mapping(small: Questionnaire) -> None:
    """85 adults: 56 female, 29 male; 68 switched off and 17 did not; 16 have -9, declared, instead of a time.

    Eleven times go beyond 10, so as a 0-10 scale that column is refused; everything else reads.
    """
    path = DATA / "sav_edge_cases" / "pone.0201581.s001.sav"
    columns: Any = {"gender": "Gender", "bullied": "AS02", "satisfied": "SwitchOff_Time"}
    mapping = Mapping(columns=columns, codes={"bullied": {"1": "no", "2": "yes"}}, ignore=("Age",))
    with pytest.raises(SurveyError) as caught:
        read_survey({"11-18": path}, small, mapping=mapping)
    errors = caught.value.problems.where(lambda row: row.severity == "error")
    assert [(row.code, row.column, row.count) for row in errors] == [("off_scale", "SwitchOff_Time", 11)]
    survey = read_survey({"11-18": path}, small, mapping=mapping, strict=False)
    for column, answer, n in (
        ("gender", "girl", 56),
        ("gender", "boy", 29),
        ("bullied", "yes", 68),
        ("bullied", "no", 17),
        ("satisfied", "not_answered", 16),
        ("satisfied", "4", 15),
        ("satisfied", "invalid", 11),
    ):
        assert (survey.answers[column] == answer).sum() == n


# -------------------------------------------------------------------------------------------------- fuzz

MARKER = "ZQXMARKER"
ROWS = 24
FRAME = pd.DataFrame(
    {
        "response_id": [f"{MARKER}{i}" for i in range(ROWS)],
        "age_band": ["8-11", "11-18"] * (ROWS // 2),
        "school": [float(i % 4 + 1) for i in range(ROWS)],
        "satisfied": [float(i % 11) for i in range(ROWS)],
        "remarks": [f"{MARKER} says {i}" for i in range(ROWS)],
        "Surname": [f"{MARKER}ova{i}" for i in range(ROWS)],
    }
)
LABELS = {
    "school": {1.0: "a lot", 2.0: "a bit", 3.0: "not much", 4.0: "not at all"},
    "satisfied": {0.0: "Not at all", 10.0: "Completely"},
}
WRITERS: dict[str, Callable[[Path], object]] = {
    ".sav": lambda path: pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS),
    ".zsav": lambda path: pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS, compress=True),
    ".xlsx": lambda path: FRAME.to_excel(path, index=False),
    ".csv": lambda path: FRAME.to_csv(path, index=False),
}
quick = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read_or_refuse(path: Any, small: Questionnaire, *, strict: bool = True) -> str:
    """Read, or be refused in plain words; return everything that was told."""
    try:
        survey = read_survey(path, small, strict=strict)
    except BrightspotsError as error:
        table = error.problems.to_markdown() if isinstance(error, SurveyError) else ""
        text = str(error) + table
    else:
        text = repr(survey) + survey.problems.describe() + survey.answers.to_csv()
    assert MARKER not in text
    return text


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    for ending, write in WRITERS.items():
        write(folder / f"x{ending}")
    return {ending: (folder / f"x{ending}").read_bytes() for ending in WRITERS}


@pytest.mark.parametrize("ending", WRITERS)
def test_the_whole_files_read(
    small: Questionnaire, whole_files: dict[str, bytes], tmp_path: Path, ending: str
) -> None:
    (tmp_path / f"x{ending}").write_bytes(whole_files[ending])
    text = read_or_refuse(tmp_path / f"x{ending}", small)
    assert "24 children" in text
    assert "identity_dropped" in text


@pytest.mark.parametrize("ending", WRITERS)
@quick
@given(data=st.data())
def test_damaged_files(
    small: Questionnaire, tmp_path: Path, whole_files: dict[str, bytes], ending: str, data: st.DataObject
) -> None:
    content = bytearray(whole_files[ending])
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    else:
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
            content[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / f"x{ending}"
    path.write_bytes(bytes(content))
    for strict in (True, False):
        read_or_refuse(path, small, strict=strict)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (180, 71, "unreadable_file"),  # the first variable, of text, is wider than its records
        (180, 0, "unreadable_file"),  # or none at all
        (215, 4, "unreadable_file"),  # a record that continues it is none
        (83, 44, "truncated_file"),  # 738 million rows
        (290, 1, "unreadable_file"),  # a number is to be shown as text
        (294, 1, "unreadable_file"),  # or written as text
    ],
)
def test_damage_that_would_end_the_process(
    small: Questionnaire, tmp_path: Path, whole_files: dict[str, bytes], place: int, value: int, code: str
) -> None:
    content = bytearray(whole_files[".sav"])
    content[place] = value
    (tmp_path / "x.sav").write_bytes(bytes(content))
    with pytest.raises(SurveyError) as caught:
        read_survey(tmp_path / "x.sav", small)
    assert caught.value.problems.column("code") == [code]


@quick
@given(order=st.permutations(range(8)), strict=st.booleans(), separator=st.sampled_from(",;\t"))
def test_shuffled_lines(
    small: Questionnaire, tmp_path: Path, order: list[int], strict: bool, separator: str
) -> None:
    """A child's answers may come to stand where the headings should; they are not told either."""
    lines = ["response_id,age_band,school,satisfied,remarks"]
    lines += [f"{MARKER}{i},8-11,a lot,{i},{MARKER} {MARKER}" for i in range(7)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines[i] for i in order).replace(",", separator), encoding="utf-8")
    read_or_refuse(path, small, strict=strict)


cells = st.one_of(
    st.none(),
    st.integers(-20, 120),
    st.floats(allow_nan=True),
    st.booleans(),
    st.sampled_from([MARKER, f"={MARKER}", "a lot", "Don't know", "8-11", "11-18", "yes", "-9", "", " "]),
    st.dates().map(pd.Timestamp) | st.text(max_size=4),
)
columns = st.sampled_from(
    ["age_band", "age", "response_id", "gender", "school", "bullied", "helped", "satisfied",
     "support_friends", "theme_school", "remarks", "Postcode"]
)  # fmt: skip


@settings(quick, max_examples=150)
@given(
    frame=st.lists(columns, min_size=1, max_size=8, unique=True).flatmap(
        lambda names: st.lists(
            st.lists(cells, min_size=len(names), max_size=len(names)), min_size=1, max_size=8
        ).map(lambda rows: pd.DataFrame(rows, columns=names, dtype=object))
    ),
    strict=st.booleans(),
    by_band=st.booleans(),
)
def test_hostile_cells(small: Questionnaire, frame: pd.DataFrame, strict: bool, by_band: bool) -> None:
    """Whatever stands in the cells: a survey or a plain refusal; of answers only those that are offered."""
    read_or_refuse({"8-11": frame} if by_band else frame, small, strict=strict)


@settings(quick, max_examples=60)
@given(
    labels=st.dictionaries(
        st.sampled_from([*map(float, range(12)), -9.0, 99.0]),
        st.sampled_from([MARKER, "a lot", "not at all", "Completely", "0", "10", "Don't know", "1 to 2", ""]),
        max_size=12,
    ),
    text=st.sampled_from(["", MARKER, "What is your name?"]),
    strict=st.booleans(),
)
def test_wrongly_labelled_files(
    small: Questionnaire, tmp_path: Path, labels: dict[float, str], text: str, strict: bool
) -> None:
    frame = pd.DataFrame(
        {"school": [1.0, 2.0, 4.0, 9.0], "satisfied": [0.0, 5.0, 10.0, 11.0], "x": [1.0] * 4}
    )
    path = tmp_path / "x.sav"
    told = {"school": labels, "satisfied": labels} if labels else {}
    pyreadstat.write_sav(frame, path, variable_value_labels=told, column_labels={"x": text, "school": text})
    read_or_refuse({"8-11": path}, small, strict=strict)


def test_hostile_headings(small: Questionnaire, tmp_path: Path) -> None:
    headings = [
        "=cmd()",
        "{item}",
        "{0}",
        "%s",
        "a" * 5000,
        "school",
        "school",
        "",
        "\u202egnp.exe",
        "<script>",
    ]
    text = io.StringIO()
    csv.writer(text).writerows([headings, ["a lot"] * len(headings)])
    (tmp_path / "x.csv").write_text(text.getvalue(), encoding="utf-8")
    survey = read_survey({"8-11": tmp_path / "x.csv"}, small)
    assert len(survey) == 1
    assert {"unmapped_column", "duplicate_headings", "blank_headings"} <= set(survey.problems.column("code"))


def test_many_rows_and_columns_are_no_trouble(small: Questionnaire) -> None:
    rng = random.Random(1)
    frame = pd.DataFrame({f"x{i}": [rng.random()] * 3 for i in range(2000)} | {"school": ["a lot"] * 3})
    survey = read_survey({"8-11": frame}, small)
    assert survey.problems.column("code").count("unmapped_column") == 2000


# ------------------------------------------------------------------------------------------------ weights


def test_weights_stand_last_and_are_part_of_the_answers(small: Questionnaire) -> None:
    young, old = YOUNG.assign(wgt=[1, 0.5, 2]), OLD.assign(wgt=["1.25", 3])
    mapping = Mapping(weight="wgt")

    def read(*frames: pd.DataFrame, **options: Any) -> bs.Survey:
        return read_survey(dict(zip(("8-11", "11-18"), frames, strict=True)), small, **options)

    survey = read(young, old, mapping=mapping)
    assert survey.answers.columns[-1] == "weight"
    assert survey.answers["weight"].tolist() == [1, 0.5, 2, 1.25, 3]
    assert tally(survey) == tally(survey.answers, questionnaire=small)
    assert tally(survey).weighted
    turned = read(young.iloc[::-1], old, mapping=mapping)
    assert turned.fingerprint == survey.fingerprint
    heavier = read(young.assign(wgt=[1, 0.5, 2.5]), old, mapping=mapping)
    without = read(YOUNG, OLD)
    assert len({survey.fingerprint, heavier.fingerprint, without.fingerprint}) == 3
    assert "weight" not in without.answers


def test_weights_on_one_form_alone_are_an_error(small: Questionnaire) -> None:
    files = {"8-11": YOUNG.assign(wgt=[1, 1, 2]), "11-18": OLD}
    with pytest.raises(SurveyError) as caught:
        read_survey(files, small, mapping=Mapping(weight="wgt"))
    assert ("", "mapped_column_absent", "wgt", "") in problems(caught.value)
    loose = read_survey(files, small, mapping=Mapping(weight="wgt"), strict=False)
    assert "weight" not in loose.answers
