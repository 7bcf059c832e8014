"""From raw columns to answers: every spelling that is meant and no other; kinds of missing kept apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.mapping import Mapping
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import SCORES, Questionnaire, WellbeingScale
from brightspots.survey import coding
from brightspots.survey.cells import tidy, tidy_all
from brightspots.survey.coding import Coded, code_question, code_trait
from brightspots.survey.exports import Column

UNKNOWN = None


def column(
    values: Sequence[Any], labels: Lookup[Any, str] | None = None, missing: Sequence[tuple[Any, Any]] = ()
) -> Column:
    """Make a column as the readers would."""
    told = {tidy(code): text for code, text in (labels or {}).items()}
    return Column("Q1", "", tidy_all(values), told, tuple((tidy(lo), tidy(hi)) for lo, hi in missing))


def names(coded: Coded, questionnaire: Questionnaire, item: str) -> list[str | None]:
    """Return what each row was read as."""
    if item in questionnaire.trait:
        trait = questionnaire.trait[item]
        known = [*(level.id for level in trait.levels), trait.not_known]
    else:
        known = [*questionnaire.options(item), *MISSING_KINDS]
    return [known[code] if code >= 0 else UNKNOWN for code in coded.codes]


def read(
    small: Questionnaire, item: str, values: Sequence[Any], mapping: Mapping | None = None, **facts: Any
) -> list[str | None]:
    """Read values and return what each was read as."""
    return names(code(small, item, values, mapping, **facts), small, item)


def code(
    small: Questionnaire, item: str, values: Sequence[Any], mapping: Mapping | None = None, **facts: Any
) -> Coded:
    if item in small.trait:
        return code_trait(column(values, **facts), small.trait[item], small, mapping)
    return code_question(column(values, **facts), item, small, mapping)


# ------------------------------------------------------------------------------------------------ options


@pytest.mark.parametrize(
    "written", ["not much", "Not much", "NOT  MUCH", " not\u00a0much ", "not\tmuch", "\ufeffNot much"]
)
def test_an_option_in_any_case_and_spacing(small: Questionnaire, written: str) -> None:
    assert read(small, "school", [written]) == ["not much"]


@pytest.mark.parametrize(
    "written", ["a lott", "lot", "not much, really", "a lot; a bit", "not", "5", "0", "1.5", "a lot a bit"]
)
def test_what_is_nearly_an_option_is_none(small: Questionnaire, written: str) -> None:
    assert read(small, "school", [written]) == [UNKNOWN]


@pytest.mark.parametrize("raw", [1, 1.0, "1", " 1 ", "1.0", np.int64(1), np.float32(1)])
def test_a_code_in_any_kind_of_number(small: Questionnaire, raw: object) -> None:
    assert read(small, "school", [raw]) == ["a lot"]
    mapping = Mapping(codes={"bullied": {"1": "no"}})
    assert read(small, "bullied", [raw], mapping) == ["no"]
    mapping = Mapping(codes={"bullied": {"1.0": "no"}})
    assert read(small, "bullied", [raw], mapping) == ["no"]


def test_codes_without_meaning_are_refused(small: Questionnaire) -> None:
    coded = code(small, "bullied", [1, 2, 1])
    assert names(coded, small, "bullied") == [UNKNOWN] * 3
    assert coded.unknown.tolist() == [0, 1, 2]
    assert "code numbers without labels" in coded.hint


def test_other_spellings_of_the_questionnaire(small: Questionnaire) -> None:
    assert read(small, "bullied", ["Y", "n", "yes", "NO"]) == ["yes", "no", "yes", "no"]
    written = ["1", 2, "3+", "Three or more", "4"]
    assert read(small, "workers", written) == ["one", "two", "three or more", "three or more", UNKNOWN]


def test_true_and_false_are_no_answer_until_the_mapping_says_so(small: Questionnaire) -> None:
    assert read(small, "bullied", [True, False]) == [UNKNOWN, UNKNOWN]
    mapping = Mapping(codes={"bullied": {"true": "yes", "False": "no"}})
    assert read(small, "bullied", [True, False, None], mapping) == ["yes", "no", "not_answered"]


def test_dates_and_durations_are_no_answer(small: Questionnaire) -> None:
    values = [dt.date(2021, 11, 8), dt.time(3), dt.timedelta(1)]
    assert read(small, "school", values) == [UNKNOWN] * 3
    assert read(small, "satisfied", values) == [UNKNOWN] * 3


# ------------------------------------------------------------------------------------------------- labels


def test_a_labelled_code_means_what_its_label_says(small: Questionnaire) -> None:
    labels = {1.0: "Three or more", 2.0: "Two", 3.0: "One"}  # another order than the numbers suggest
    assert read(small, "workers", [1, 2, 3, None], labels=labels) == [
        "three or more",
        "two",
        "one",
        "not_answered",
    ]


def test_a_label_that_the_questionnaire_does_not_know_is_never_read_by_its_code(small: Questionnaire) -> None:
    labels = {1: "Loads", 2: "a bit", 3: "not much", 4: "not at all"}
    coded = code(small, "school", [1, 2], labels=labels)
    assert names(coded, small, "school") == [UNKNOWN, "a bit"]
    assert "label" in coded.hint
    mapping = Mapping(codes={"school": {"1": "a lot"}})
    coded = code(small, "school", [1, 2], mapping, labels=labels)
    assert names(coded, small, "school") == ["a lot", "a bit"]
    assert coded.contradictions == ()


def test_a_trait_is_read_by_its_labels_too(small: Questionnaire) -> None:
    assert read(small, "gender", [1, 2], labels={1: "Boys", 2: "Girls"}) == ["boy", "girl"]
    assert read(small, "gender", ["f", "M", "x"], labels={"x": "Other"}) == ["girl", "boy", UNKNOWN]


@pytest.mark.parametrize(
    ("item", "labels"),
    [
        ("school", {1: "not at all", 2: "not much", 3: "a bit", 4: "a lot"}),  # turned round
        ("school", {1: "a lot", 2: "a bit", 3: "not at all", 4: "not much"}),
        ("school", {1: "a lot", 4: "don't know"}),
    ],
)
def test_labels_against_the_questionnaires_codes(
    small: Questionnaire, item: str, labels: dict[Any, str]
) -> None:
    assert code(small, item, [1, 2], labels=labels).contradictions == (coding.CONTRADICTION,)


@pytest.mark.parametrize("item", ["bullied", "gender"])
def test_labels_against_the_mapping(small: Questionnaire, item: str) -> None:
    first, second = ("yes", "no") if item == "bullied" else ("girl", "boy")
    mapping = Mapping(codes={item: {"1": first, "2": second}})
    agree = code(small, item, [1, 2], mapping, labels={1: first, 2: second})
    assert agree.contradictions == ()
    assert names(agree, small, item) == [first, second]
    against = code(small, item, [1, 2], mapping, labels={1: second, 2: first})
    assert against.contradictions == (coding.CONTRADICTION,)


def test_labels_that_agree_say_nothing(small: Questionnaire) -> None:
    labels = {1: "A lot", 2: "A bit", 3: "Not much", 4: "Not at all", 8: "Don’t know", -9: "Not answered"}
    coded = code(small, "school", [1, 4, 8, -9], labels=labels, missing=[(-9, -9), (8, 8)])
    assert names(coded, small, "school") == ["a lot", "not at all", "dont_know", "not_answered"]
    assert coded.contradictions == ()


def test_a_blank_label_is_no_label(small: Questionnaire) -> None:
    assert read(small, "school", [1], labels={1: ""}) == ["a lot"]


# --------------------------------------------------------------------------------------- kinds of missing


def test_user_missing_codes_are_kept_apart_by_kind(small: Questionnaire) -> None:
    labels = {96: "Not applicable", 97: "Don't know", 98: "Prefer not to say", 99: "No answer"}
    assert read(small, "school", [96, 97, 98, 99, None, 2], labels=labels, missing=[(96, 99)]) == [
        "not_asked",
        "dont_know",
        "prefer_not",
        "not_answered",
        "not_answered",
        "a bit",
    ]


def test_a_declared_code_without_a_known_label_is_not_answered(small: Questionnaire) -> None:
    assert read(small, "school", [-8], labels={-8: "Interrupted"}, missing=[(-9, -1)]) == ["not_answered"]
    assert read(small, "school", [-8], missing=[(-9, -1)]) == ["not_answered"]
    assert read(small, "satisfied", ["zz"], missing=[("zz", "zz")]) == ["not_answered"]
    assert read(small, "gender", [-8, "zz"], missing=[(-9, -1)], labels={"zz": "?"}) == ["not known", UNKNOWN]


def test_the_mapping_says_what_missing_codes_mean(small: Questionnaire) -> None:
    mapping = Mapping(missing={"prefer_not": (-8,), "dont_know": (-7, "dk")})
    assert read(small, "school", [-8, -7, "DK"], mapping) == ["prefer_not", "dont_know", "dont_know"]
    assert read(small, "gender", [-8, "dk"], mapping) == ["not known", "not known"]
    coded = code(small, "school", [-8], mapping, labels={-8: "Don't know"})
    assert (names(coded, small, "school"), coded.contradictions) == (["prefer_not"], ())
    assert code(small, "school", [-8], mapping, labels={-8: "A lot"}).contradictions == (
        coding.CONTRADICTION,
    )


def test_the_questionnaire_declares_missing_codes_but_a_label_goes_before(small: Questionnaire) -> None:
    declared = small.model_copy(update={"missing": {"dont_know": (-8,)}})
    assert read(declared, "school", [-8]) == ["dont_know"]
    assert read(declared, "school", [-8], labels={-8: "No answer"}) == ["not_answered"]
    assert read(declared, "school", [-8], labels={-8: "Cannot say"}) == ["dont_know"]


def test_an_option_of_the_questionnaire_goes_before_a_missing_word(small: Questionnaire) -> None:
    assert read(small, "care", ["Not sure", "unsure"]) == ["not sure", "dont_know"]
    assert read(small, "school", ["Not sure"]) == ["dont_know"]
    coded = code(small, "care", [3], labels={3: "Not sure"}, missing=[(3, 3)])
    assert names(coded, small, "care") == ["not sure"]
    assert coded.contradictions == ()


@pytest.mark.parametrize("item", ["school", "satisfied"])
def test_a_missing_code_that_is_also_an_answer_is_a_contradiction(small: Questionnaire, item: str) -> None:
    mapping = Mapping(missing={"not_answered": (4,)})
    declared = small.model_copy(update={"missing": {"not_answered": (4,)}})
    for coded in (
        code(small, item, [4, 1], mapping),
        code(declared, item, [4, 1]),
        code(small, item, [4, 1], missing=[(4, 4)]),
    ):
        assert coded.contradictions == (coding.ANSWER_IS_MISSING,)
    settled = Mapping(missing={"not_answered": (4,)}, codes={item: {"4": small.options(item)[3]}})
    coded = code(small, item, [4, 1], settled, missing=[(4, 4)])
    assert coded.contradictions == ()
    assert names(coded, small, item)[0] == small.options(item)[3]
    assert code(small, item, [1, 2], mapping).contradictions == ()


@pytest.mark.parametrize(
    ("value", "likely"),
    [
        (-9, True),
        (99, True),
        (-1, True),
        (998, True),
        ("#NULL!", True),
        ("NA", True),
        (5, False),
        ("hm", False),
    ],
)
def test_undeclared_missing_codes_are_recognised(small: Questionnaire, value: object, likely: bool) -> None:
    coded = code(small, "school", ["a lot", value])
    assert coded.unknown.tolist() == [1]
    assert coded.undeclared_missing is likely


# ------------------------------------------------------------------------------------------------- scales


@pytest.mark.parametrize("raw", [7, 7.0, "7", " 7 ", "7.0", "07", "007", np.int8(7), np.float64(7)])
def test_a_score_in_any_writing(small: Questionnaire, raw: object) -> None:
    assert read(small, "satisfied", [raw]) == ["7"]


@pytest.mark.parametrize(
    "raw",
    [11, -1, 4.5, "4.5", "4,5", "seven", "7 out of 10", "7-8", "5 or 6", "1e1", True, 10.0001, "-0.5", "٧",
     float("inf"), "9 - completely", "0 - completely", "10 not at all", "10 years", "00011", 2**60],
)  # fmt: skip
def test_what_is_no_score(small: Questionnaire, raw: object) -> None:
    assert read(small, "satisfied", [raw]) == [UNKNOWN]


def test_all_eleven_scores(small: Questionnaire) -> None:
    assert read(small, "satisfied", range(11)) == list(SCORES)


@pytest.mark.parametrize(
    ("raw", "score"),
    [("0 - Not at all", "0"), ("0 – not at all", "0"), ("10 = Completely", "10"), ("10 (completely)", "10"),
     ("0 not at all", "0"), ("10: COMPLETELY", "10")],
)  # fmt: skip
def test_scores_written_with_the_words_of_their_end(small: Questionnaire, raw: str, score: str) -> None:
    assert read(small, "satisfied", [raw, "5"]) == [score, "5"]


def test_labels_that_number_a_scale_from_1_to_11(small: Questionnaire) -> None:
    """Code 1 is labelled 0 and code 11 is labelled 10: the label is the score."""
    labels = {i + 1: str(i) for i in range(11)}
    coded = code(small, "satisfied", range(1, 12), labels=labels)
    assert (names(coded, small, "satisfied"), coded.contradictions) == (list(SCORES), ())
    words = {
        1: "0 - Not at all",
        **{i + 1: str(i) for i in range(1, 10)},
        11: "10 - Completely",
        99: "Refused",
    }
    coded = code(small, "satisfied", [1, 6, 11, 99], labels=words)
    assert names(coded, small, "satisfied") == ["0", "5", "10", "prefer_not"]
    assert coded.contradictions == ()


@pytest.mark.parametrize(
    "labels",
    [
        {1: "0 not at all", 11: "10 completely"},  # the codes between them say nothing
        {**{i + 1: str(i) for i in range(11)}, 3: "3", 4: "3"},  # two codes for one score
        {i: str(i - 1) for i in range(1, 11)},  # no 10
    ],
)
def test_labels_that_number_a_scale_in_part(small: Questionnaire, labels: dict[Any, str]) -> None:
    assert coding.RENUMBERED_IN_PART in code(small, "satisfied", [2, 5], labels=labels).contradictions


@pytest.mark.parametrize(
    ("labels", "contradictions"),
    [
        ({0: "Not at all", 10: "Completely"}, ()),
        ({0: "0 Not at all", 10: "10 Completely"}, ()),
        ({0: "Not at all satisfied", 10: "Completely satisfied"}, ()),
        ({0: "Completely dissatisfied", 10: "Completely satisfied"}, ()),
        ({5: "Neither"}, ()),
        ({0: "Completely", 10: "Not at all"}, (coding.REVERSED,)),
        ({0: "Completely satisfied", 10: "Completely dissatisfied"}, (coding.REVERSED,)),
        ({0: "Completely"}, (coding.REVERSED,)),
        ({10: "not at all"}, (coding.REVERSED,)),
        ({1: "Not at all", 10: "Completely"}, (coding.FROM_ONE,)),
        ({10: "Don't know"}, (coding.SCORE_IS_MISSING,)),
        ({0: "Not at all", 10: "Completely", 11: "Don't know"}, ()),
    ],
)
def test_the_ends_of_a_scale(
    small: Questionnaire, labels: dict[Any, str], contradictions: tuple[str, ...]
) -> None:
    assert code(small, "satisfied", [3, 4], labels=labels).contradictions == contradictions


def test_a_turned_and_renumbered_scale_goes_by_its_numbers(small: Questionnaire) -> None:
    labels = {11 - i: str(i) for i in range(11)}  # code 1 is 10, code 11 is 0
    coded = code(small, "satisfied", [1, 11, 4], labels=labels)
    assert (names(coded, small, "satisfied"), coded.contradictions) == (["10", "0", "7"], ())
    words = {**labels, 11: "0 completely", 1: "10 not at all"}
    assert code(small, "satisfied", [1], labels=words).contradictions == (coding.REVERSED,)


def test_ends_in_words_and_numbers_between_them(small: Questionnaire) -> None:
    labels = {1: "Not at all", **{i + 1: str(i) for i in range(1, 10)}, 11: "Completely"}
    coded = code(small, "satisfied", range(1, 12), labels=labels)
    assert (names(coded, small, "satisfied"), coded.contradictions) == (list(SCORES), ())


def test_the_mapping_may_turn_a_scale_round(small: Questionnaire) -> None:
    turned = Mapping(codes={"satisfied": {str(i): str(10 - i) for i in range(11)}})
    labels = {0: "Completely", 10: "Not at all"}
    coded = code(small, "satisfied", [0, 3, 10], turned, labels=labels)
    assert (names(coded, small, "satisfied"), coded.contradictions) == (["10", "7", "0"], ())
    labels = {0: "Not at all", 10: "Completely"}
    assert code(small, "satisfied", [0], turned, labels=labels).contradictions == (coding.REVERSED,)
    from_one = Mapping(codes={"satisfied": {str(i): str(i - 1) for i in range(1, 12)}})
    labels = {1: "Not at all", 11: "Completely"}
    coded = code(small, "satisfied", [1, 11], from_one, labels=labels)
    assert (names(coded, small, "satisfied"), coded.contradictions) == (["0", "10"], ())


@pytest.mark.parametrize(
    ("labels", "unknown"),
    [
        ({0: "Extremely bad", 10: "Extremely good"}, True),
        ({0: "Not at all", 10: "Completely"}, False),
        ({0: "0", 10: "10"}, False),
        ({}, False),
    ],
)
def test_ends_that_the_questionnaire_does_not_know(
    small: Questionnaire, labels: dict[Any, str], unknown: bool
) -> None:
    assert code(small, "satisfied", [3], labels=labels).unknown_ends is unknown


def test_dont_know_on_a_scale(small: Questionnaire) -> None:
    labels = {11: "Don’t know", 12: "Prefer not to say"}
    assert read(small, "satisfied", [11, 12, 10], labels=labels) == ["dont_know", "prefer_not", "10"]
    assert read(small, "satisfied", ["Don't know", "n/a", "6"]) == ["dont_know", "not_asked", "6"]


# -------------------------------------------------------------------------------------------------- boxes


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [(1, "ticked"), ("1", "ticked"), ("Yes", "ticked"), (True, "ticked"), ("x", "ticked"), ("✓", "ticked"),
     ("Friends", "ticked"), (0, "not ticked"), ("no", "not ticked"), (False, "not ticked"),
     ("Family", UNKNOWN), (2, UNKNOWN), ("not_asked", "not_asked")],
)  # fmt: skip
def test_boxes(small: Questionnaire, raw: object, meaning: str | None) -> None:
    assert read(small, "support_friends", [raw]) == [meaning]


def test_blanks_are_told_apart_from_answers(small: Questionnaire) -> None:
    coded = code(small, "support_friends", [1, None, "", 0])
    assert coded.blank.tolist() == [False, True, True, False]


# ----------------------------------------------------------------------------------------------- all of it


@given(
    st.lists(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)), max_size=20
    )
)
def test_any_values_are_answers_or_unknown(small: Questionnaire, values: list[Any]) -> None:
    for item in ("school", "satisfied", "support_friends", "gender"):
        coded = code(small, item, values)
        assert coded.codes.shape == (len(values),)
        for value, name in zip(tidy_all(values), names(coded, small, item), strict=True):
            if value is None:
                assert name in {"not_answered", "not known"}
    for value, name in zip(tidy_all(values), read(small, "satisfied", values), strict=True):
        if isinstance(value, float) or (isinstance(value, int) and not 0 <= value <= 10):
            assert name is UNKNOWN


def test_every_answer_of_the_shipped_questionnaires_reads_back() -> None:
    """The round trip: each category name of `Survey.answers` means itself."""
    for shipped in ("children-in-care", "care-leavers"):
        questionnaire = load_questionnaire(shipped)
        for item in questionnaire.questions:
            known = [*questionnaire.options(item), *MISSING_KINDS]
            assert read(questionnaire, item, known) == known
        for trait in questionnaire.traits:
            known = [*(level.id for level in trait.levels), trait.not_known]
            assert read(questionnaire, trait.id, known) == known
        assert any(isinstance(q, WellbeingScale) for q in questionnaire.questions.values())
