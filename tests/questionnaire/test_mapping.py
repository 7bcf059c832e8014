"""Mappings and spellings: all faults at once, and nothing that could mean two things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.errors import MappingError
from brightspots.questionnaire.faults import build
from brightspots.questionnaire.mapping import Mapping, _cross_faults, check_mapping, load_mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.questionnaire.spelling import band_spellings, fold, fold_band


@pytest.mark.parametrize(
    "spelling",
    [
        "don't know",
        "Don’t know",
        "DON‘T  KNOW",
        " don´t know ",
        "don't\u00a0know",
        "don't\u2009know",
        "\ufeffdon't know",
        "don't\u200b know",
    ],
)
def test_spellings_of_one_answer_meet(spelling: str) -> None:
    assert fold(spelling) == "don't know"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("16–17", "16-17"),
        ("16—17", "16-17"),
        ("café", "cafe\u0301"),  # composed, and a letter with a combining accent
        ("Straße", "STRASSE"),
        (1, "1"),
        (1.0, "1.0"),
        (-9, "-9.0"),
    ],
)
def test_other_spellings_that_meet(one: object, other: object) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("1.5", "15"), ("07", "7"), ("1.05", "1"), ("a bit", "abit")])
def test_spellings_that_do_not_meet(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "written",
    ["8-11", "8–11", "8 - 11", "8 to 11", "8 TO 11", "8to11", "8-11 years", "8–11 yrs", "Ages 8-11",
     "aged 8 to 11", "8-11 year olds", "8-11 year-olds", "8-11yo", "8-11s", "8-10", "8 to 10 years old"],
)  # fmt: skip
def test_spellings_of_an_age_band(small: Questionnaire, written: str) -> None:
    assert band_spellings(small)[fold_band(written)] == "8-11"


@pytest.mark.parametrize(
    "written", ["Year 8-11", "Years 8 to 11", "8", "11", "8-12", "18-11", "811", "08-Nov"]
)
def test_what_is_no_spelling_of_an_age_band(small: Questionnaire, written: str) -> None:
    assert fold_band(written) not in band_spellings(small)


def test_a_spelling_of_two_bands_means_neither(small: Questionnaire) -> None:
    bands = [band.model_copy(update={"noun": "pupils"}) for band in small.age_bands]
    both = small.model_copy(update={"age_bands": tuple(bands)})
    assert "pupils" not in band_spellings(both)
    assert band_spellings(both)["8-11"] == "8-11"


def faults(small: Questionnaire, tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_mapping(path, small)
    return caught.value.faults


def test_every_fault_at_once(small: Questionnaire, tmp_path: Path) -> None:
    text = """
        ignore = ["Q1"]
        surprise = 1
        [columns]
        school = "Q1"
        bullied = { "8-11" = "Q1", "4-7" = "Q2" }
        pets = "Q3"
        [age_bands]
        "A" = "4-7"
        [codes.school]
        "1" = "loads"
        [codes.cats]
        "1" = "yes"
    """
    found = faults(small, tmp_path, text)
    assert len(found) == 8
    for part in (
        "surprise",
        "columns pets: no question or trait of small",
        "codes cats: no question or trait of small",
        "columns bullied 4-7: not an age band of small",
        "columns: 'Q1' is given to 2 ids",
        "ignore: 'Q1' is also given to an id",
        "codes school 1: 'loads' is not one of a lot, a bit, not much, not at all, not_answered",
        "age_bands A: '4-7' is not an age band of small",
    ):
        assert any(part in fault for fault in found), part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[codes.school]\n"A lot" = "a lot"\n"a LOT " = "a bit"', "codes school: 'a lot' would mean more"),
        ('[codes.school]\n"1" = "a lot"\n"1.0" = "a bit"', "codes school: '1' would mean more"),
        ('[age_bands]\n"A – 1" = "8-11"\n"a - 1" = "11-18"', "age_bands: 'a - 1' would mean more"),
        ("[missing]\nnot_answered = [9]\ndont_know = [9]", "missing: '9' would mean more"),
    ],
)
def test_nothing_may_mean_two_things(small: Questionnaire, tmp_path: Path, text: str, part: str) -> None:
    assert any(part in fault for fault in faults(small, tmp_path, text))


def test_a_column_may_hold_different_things_on_different_forms(small: Questionnaire) -> None:
    columns: Any = {"school": {"8-11": "Q1", "11-18": "Q2"}, "bullied": {"8-11": "Q2", "11-18": "Q1"}}
    check_mapping(Mapping(columns=columns), small)


def test_a_mapping_made_in_python_is_checked_too(small: Questionnaire) -> None:
    with pytest.raises(MappingError, match="'loads' is not one of"):
        check_mapping(Mapping(codes={"school": {"1": "loads"}}), small)


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
keys = st.sampled_from(["columns", "codes", "missing", "age_bands", "ignore", "comments", "identity", "age"])


@given(st.dictionaries(keys, documents | st.dictionaries(st.sampled_from(["school", "8-11"]), documents)))
def test_any_document_is_a_mapping_or_a_list_of_faults(small: Questionnaire, raw: dict[str, Any]) -> None:
    try:
        build(Mapping, raw, "mapping.toml", MappingError, lambda document: _cross_faults(document, small))
    except MappingError:
        return
