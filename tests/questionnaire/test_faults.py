"""What a wrong questionnaire says: every fault at once, each with its place, and never another exception."""

from __future__ import annotations

import copy
import random
import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.errors import QuestionnaireError
from brightspots.questionnaire.faults import build
from brightspots.questionnaire.loading import cross_faults, load_questionnaire
from brightspots.questionnaire.model import Questionnaire
from brightspots.questionnaire.shipped import DATA

MINIMAL = """
id = "tiny"
title = "A tiny survey"

[[age_band]]
id = "8-11"
label = "8 to 11"
ages = [8, 11]
noun = "8-11s"

[[domain]]
id = "school"
label = "School"

[scales.liking]
options = ["a lot", "a bit", "not at all"]

[[indicator]]
id = "likes_school"
domain = "school"
label = "Likes school"
scale = "liking"
asked = ["8-11"]
counted = ["a lot", "a bit"]
higher_is_better = true
finding = "like school"
"""


def questionnaire_of(document: dict[str, Any]) -> Questionnaire:
    return build(Questionnaire, document, "mine.toml", QuestionnaireError, cross_faults)


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(QuestionnaireError) as caught:
        questionnaire_of(tomllib.loads(text))
    return caught.value.faults


def without(text: str, line: str) -> str:
    assert line in text
    return text.replace(line, "")


def test_the_minimal_document_is_right():
    assert questionnaire_of(tomllib.loads(MINIMAL)).options("likes_school") == (
        "a lot",
        "a bit",
        "not at all",
    )


def test_a_dozen_faults_are_told_at_once_each_with_its_place():
    faults = faults_of(
        """
title = "Wrong"
colour = "green"

[[age_band]]
id = "8-11"
label = "8 to 11"
ages = [11, 8]
noun = "8-11s"

[[domain]]
id = "School!"
label = "School"

[scales.liking]
options = ["a lot", "A LOT ", "all"]
codes = [1, 2]
also = { loads = "very much" }

[[indicator]]
id = "likes_school"
domain = "scool"
label = "Likes school"
scale = "liking"
asked = ["8-11", "8-12"]
counted = ["a lot", "sometimes"]
higher_is_better = "mostly"
finding = "like school"
sensitive_side = "left"
asked_if = { measure = "likes_scool", answers = ["yes"] }

[[indicator]]
id = "likes_school"
domain = "School!"
scale = "likeing"
asked = []
counted = ["a lot"]
higher_is_better = true
finding = "like school"

[[composite]]
id = "low"
domain = "School!"
label = "Low"
rule = "some_low"
scales = ["life_satisfaction", "worthwhile"]
minimum_answered = 0
asked = ["8-11"]

[[trait]]
id = "gender"
label = "Gender"
levels = [
    { id = "girl", label = "Girls", noun = "girls", phrase = "who are girls", also = ["F"] },
    { id = "all", label = "Boys", also = ["f"] },
]
"""
    )
    expected = [
        ("id: ", "missing"),
        ("colour: ", "unknown key"),
        ("age_band 8-11 ages: ", "youngest comes first"),
        ("domain 1 (School!) id: ", "lower-case"),
        ("scales liking options: 'a lot'", "twice"),
        ("scales liking options: 'all'", "reserved"),
        ("scales liking codes: ", "2 codes for 3 options"),
        ("scales liking also: 'very much'", "not one of its options"),
        ("indicator likes_school domain: 'scool'", "not a domain"),
        ("indicator likes_school asked: '8-12'", "not an age band"),
        ("indicator likes_school counted: 'sometimes'", "not an option"),
        ("indicator 1 (likes_school) higher_is_better: ", "it holds 'mostly'"),
        ("indicator 1 (likes_school) sensitive_side: ", "it holds 'left'"),
        ("indicator likes_school asked_if measure: 'likes_scool'", "not a question"),
        ("id 'likes_school'", "more than once"),
        ("indicator 2 (likes_school) label: ", "missing"),
        ("indicator 2 (likes_school) asked: ", "at least 1"),
        ("indicator likes_school scale: 'likeing'", "not a scale"),
        ("composite 1 (low) rule: ", "it holds 'some_low'"),
        ("composite 1 (low) minimum_answered: ", "greater than or equal to 1"),
        ("composite low scales: 'worthwhile'", "not a 0-10 scale"),
        ("trait gender level girl: ", "exactly one"),
        ("trait gender level all: ", "exactly one"),
        ("trait gender levels: 'all'", "reserved"),
        ("trait gender levels: 'f'", "more than one"),
    ]
    for start, words in expected:
        assert any(fault.startswith(start) and words in fault for fault in faults), (start, words, faults)


def test_the_message_lists_every_fault_under_the_name_of_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL.replace('"school"', '"scool"', 1).replace("liking", "lking", 1), encoding="utf-8")
    with pytest.raises(QuestionnaireError) as caught:
        load_questionnaire(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "mine.toml: 2 faults"
    assert len(lines) == 1 + len(caught.value.faults)
    assert (caught.value.code, caught.value.exit_code) == ("BS210", 2)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("[[age_band]]\n", "age_band 1 (8-11) shade: unknown key"),
        ("[[domain]]\n", "domain 1 (school) shade: unknown key"),
        ("[scales.liking]\n", "scales liking shade: unknown key"),
        ("[[indicator]]\n", "indicator 1 (likes_school) shade: unknown key"),
    ],
)
def test_an_unknown_key_is_a_fault_wherever_it_stands(key, place):
    assert faults_of(MINIMAL.replace(key, f'{key}shade = "blue"\n')) == (place,)


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('title = "A tiny survey"', "title = 3", "title: should be text (it holds 3)"),
        ('title = "A tiny survey"', 'title = " "', "title: should not be empty (it holds ' ')"),
        (
            "ages = [8, 11]",
            "ages = [8, 'x']",
            "age_band 1 (8-11) ages 2: should be a whole number (it holds 'x')",
        ),
        (
            "ages = [8, 11]",
            "ages = [8.5, 11]",
            "age_band 1 (8-11) ages 1: should be a whole number (it holds 8.5)",
        ),
        ("ages = [8, 11]", "ages = [8]", "age_band 1 (8-11) ages 2: missing, and needed"),
        ("ages = [8, 11]", "ages = [8, 11, 12]", "age_band 1 (8-11) ages: should hold no more than 2"),
        (
            'asked = ["8-11"]',
            'asked = "8-11"',
            "indicator 1 (likes_school) asked: should be a list (it holds '8-11')",
        ),
        (
            "higher_is_better = true",
            "higher_is_better = []",
            "indicator 1 (likes_school) higher_is_better: should be true or false",
        ),
        (
            '["a lot", "a bit", "not at all"]\n',
            '["a lot"]\nalso = {}\n',
            "scales liking options: should hold at least 2",
        ),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(was, becomes, fault):
    assert was in MINIMAL
    assert fault in faults_of(MINIMAL.replace(was, becomes))


@pytest.mark.parametrize(
    "counted", ["3", '["a lot", 3]', "[[]]", '{ "8-11" = 3 }', '{ "8-11" = [3, "a lot"] }']
)
def test_what_may_be_a_list_or_a_table_gets_one_place(counted):
    faults = faults_of(MINIMAL.replace('["a lot", "a bit"]\nhigher', f"{counted}\nhigher"))
    assert all(fault.startswith("indicator 1 (likes_school) counted") for fault in faults)
    assert not any("tuple" in fault or "dict" in fault for fault in faults)


@pytest.mark.parametrize("line", [line for line in MINIMAL.splitlines() if " = " in line])
def test_every_line_of_the_minimal_document_is_needed(line):
    assert faults_of(without(MINIMAL, line))


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        (
            '[scales.ticked]\noptions = ["yes", "no"]',
            "scales ticked: this name is kept for multiple-response sets",
        ),
        (
            '[scales.other]\noptions = ["yes", "no"]\ncodes = [1, 1]',
            "scales other codes: '1' stands twice",
        ),
        (
            '[scales.other]\noptions = ["yes", "no"]\nalso = { YES = "no" }',
            "scales other also: 'YES' is itself an option and cannot mean another",
        ),
        (
            '[[age_band]]\nid = "all"\nlabel = "All"\nages = [8, 11]\nnoun = "all"',
            "age_band all: this is a reserved word",
        ),
        (
            '[[age_band]]\nid = "8-11"\nlabel = "Again"\nages = [8, 11]\nnoun = "8-11s"',
            "age_band: '8-11' stands twice",
        ),
        ('[comments]\nlikes_school = "Why?"', "id 'likes_school' stands more than once"),
        ('[comments]\nwave = "When?"', "id 'wave' is a reserved word"),
        ('[comments]\nweight = "How heavy?"', "id 'weight' is a reserved word"),
        (
            '[scales.other]\noptions = ["yes", "no"]\nalso = { "A – b" = "no", "a - B" = "yes" }',
            "scales other also: 'a - b' would mean more than one option",
        ),
        (
            "[[multiple_response]]\n"
            'id = "help"\ndomain = "school"\nlabel = "Help"\nasked = ["8-11"]\nall_blank = "none"\n'
            'items = [{ id = "likes_school", label = "x", finding = "x" }]',
            "id 'likes_school' stands more than once",
        ),
    ],
)
def test_faults_between_two_parts(extra, fault):
    assert faults_of(f"{MINIMAL}\n{extra}\n") == (fault,)


@pytest.mark.parametrize(
    ("counted", "fault"),
    [
        ("[]", "indicator likes_school counted: some options must count and some not"),
        (
            '["a lot", "a bit", "not at all"]',
            "indicator likes_school counted: some options must count and some not",
        ),
        (
            '{ "8-11" = ["a lot"], "11-18" = ["a lot"] }',
            "indicator likes_school counted: give the answers for each band that is asked, and no other",
        ),
        ('{ "8-11" = [] }', "indicator likes_school counted: some options must count and some not (8-11)"),
    ],
)
def test_counted_answers_must_divide_the_children(counted, fault):
    assert faults_of(MINIMAL.replace('["a lot", "a bit"]\nhigher', f"{counted}\nhigher")) == (fault,)


def routed(*, measure: str = "likes_school", answers: str = '["a lot"]', asked: str = '["8-11"]') -> str:
    return f"""{MINIMAL}
[[age_band]]
id = "11-18"
label = "11 to 18"
ages = [11, 18]
noun = "11-18s"

[[indicator]]
id = "why_liked"
domain = "school"
label = "Likes it much"
scale = "liking"
asked = {asked}
counted = ["a lot"]
higher_is_better = true
finding = "like it much"
asked_if = {{ measure = "{measure}", answers = {answers} }}
"""


class TestRouting:
    def test_a_right_one_passes(self):
        assert questionnaire_of(tomllib.loads(routed())).questions["why_liked"].asked_if.answers == ("a lot",)

    @pytest.mark.parametrize(
        ("wrong", "fault"),
        [
            ({"measure": "nothing"}, "'nothing' is not a question of this questionnaire"),
            ({"measure": "why_liked"}, "route from a question that is not itself routed"),
            ({"answers": '["loads"]'}, "'loads' is not an answer to likes_school"),
            ({"asked": '["8-11", "11-18"]'}, "likes_school is not asked of 11-18"),
        ],
    )
    def test_a_wrong_one_is_told(self, wrong, fault):
        (found,) = faults_of(routed(**wrong))
        assert found.startswith("indicator why_liked asked_if ")
        assert found.endswith(fault)


def composite(*, scales: str = '["one", "two"]', minimum: int = 2, two_asked: str = '["8-11"]') -> str:
    return f"""{MINIMAL}
[[age_band]]
id = "11-18"
label = "11 to 18"
ages = [11, 18]
noun = "11-18s"

[[wellbeing_scale]]
id = "one"
domain = "school"
label = "One"
asked = ["8-11"]
finding = "one"

[[wellbeing_scale]]
id = "two"
domain = "school"
label = "Two"
asked = {two_asked}
finding = "two"

[[composite]]
id = "low"
domain = "school"
label = "Low"
rule = "any_low"
scales = {scales}
minimum_answered = {minimum}
asked = ["8-11"]
"""


class TestComposite:
    def test_a_right_one_passes(self):
        assert questionnaire_of(tomllib.loads(composite())).composites[0].scales == ("one", "two")

    @pytest.mark.parametrize(
        ("wrong", "fault"),
        [
            ({"minimum": 3}, "minimum_answered: more than the number of its scales"),
            (
                {"scales": '["one", "likes_school"]'},
                "'likes_school' is not a 0-10 scale of this questionnaire",
            ),
            ({"scales": '["one", "one"]'}, "'one' stands twice"),
            ({"two_asked": '["11-18"]'}, "asked: 8-11 is asked fewer than 2 of its scales"),
        ],
    )
    def test_a_wrong_one_is_told(self, wrong, fault):
        (found,) = faults_of(composite(**wrong))
        assert found.startswith("composite low ")
        assert found.endswith(fault)


class TestFiles:
    def test_a_missing_file(self, tmp_path):
        with pytest.raises(QuestionnaireError, match=r"nowhere\.toml: 1 fault\n  - there is no such file"):
            load_questionnaire(tmp_path / "nowhere.toml")

    def test_an_unknown_name_lists_those_that_ship(self):
        with pytest.raises(QuestionnaireError, match="care-leavers, children-in-care"):
            load_questionnaire("children-in-caer")

    def test_toml_that_is_not_toml(self, tmp_path):
        path = tmp_path / "mine.toml"
        path.write_text('id = "tiny\n', encoding="utf-8")
        with pytest.raises(QuestionnaireError, match=r"this is not TOML: .* line 1"):
            load_questionnaire(path)

    def test_a_file_in_another_encoding(self, tmp_path):
        path = tmp_path / "mine.toml"
        path.write_bytes('id = "Zoë"'.encode("utf-16"))
        with pytest.raises(QuestionnaireError, match="cannot be read as UTF-8"):
            load_questionnaire(path)

    def test_a_folder(self, tmp_path):
        folder = tmp_path / "mine.toml"
        folder.mkdir()
        with pytest.raises(QuestionnaireError):
            load_questionnaire(folder)

    def test_a_byte_order_mark_does_no_harm(self, tmp_path):
        path = tmp_path / "mine.toml"
        path.write_text(MINIMAL, encoding="utf-8-sig")
        assert load_questionnaire(path).id == "tiny"

    def test_an_empty_file_says_what_is_needed(self, tmp_path):
        path = tmp_path / "mine.toml"
        path.write_text("", encoding="utf-8")
        with pytest.raises(QuestionnaireError) as caught:
            load_questionnaire(str(path))
        assert caught.value.faults == tuple(
            f"{key}: missing, and needed" for key in ("id", "title", "age_band", "domain")
        )


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["all", "yes", "8-11", "likes_school", "not_asked", " "]),
    st.just(date(2021, 6, 1)),
    st.lists(st.one_of(st.integers(0, 2), st.text(max_size=2), st.lists(st.text(max_size=1))), max_size=3),
    st.dictionaries(st.text(max_size=3), st.one_of(st.text(max_size=2), st.lists(st.integers())), max_size=2),
)
DOCUMENTS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (DATA / "questionnaires").glob("*.toml")
}
DOCUMENTS |= {
    name: tomllib.loads(text)
    for name, text in {"minimal": MINIMAL, "routed": routed(), "composite": composite()}.items()
}


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, inner in steps for place in [(*here, step), *places(inner, (*here, step))]]


PLACES = {name: places(document) for name, document in DOCUMENTS.items()}


@st.composite
def spoiled(draw) -> dict[str, Any]:
    """Draw a right document with some of its values deleted, replaced or repeated."""
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    document = copy.deepcopy(DOCUMENTS[name])
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(PLACES[name]))
        here = document
        try:
            for step in way:
                here = here[step]
            value = here[last]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
        if not isinstance(here, dict | list):
            continue
        change = draw(st.sampled_from(["delete", "replace", "repeat"]))
        if change == "delete":
            del here[last]
        elif change == "replace":
            here[last] = draw(JUNK)
        elif isinstance(here, list):
            here.append(copy.deepcopy(value))
        else:
            here[f"{last}_"] = value
    return document


@settings(max_examples=300, deadline=None)
@given(document=spoiled())
def test_any_document_is_a_questionnaire_or_a_list_of_faults(document):
    faults: tuple[str, ...] = ()
    questionnaire = None
    try:
        questionnaire = questionnaire_of(document)
    except QuestionnaireError as error:
        faults = error.faults
    if questionnaire is None:
        assert faults
        assert len(set(faults)) == len(faults)
        assert all(": " in fault or fault.startswith("id ") for fault in faults), faults
        assert not any(word in fault for fault in faults for word in ("tuple", "dict[", "pydantic")), faults
    else:
        assert len(questionnaire.hash) == 16
        for question in questionnaire.questions:
            assert len(questionnaire.options(question)) >= 2


def shuffled(value: Any, dice: random.Random) -> Any:
    """Return the document with the keys of every table in another order; lists keep theirs."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value


class TestHash:
    @pytest.mark.parametrize("name", sorted(DOCUMENTS))
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_the_order_of_keys_does_not_matter(self, name, seed):
        document = DOCUMENTS[name]
        assert (
            questionnaire_of(shuffled(document, random.Random(seed))).hash == questionnaire_of(document).hash
        )

    @pytest.mark.parametrize(
        ("was", "becomes"),
        [
            ('counted = ["a lot", "a bit"]', 'counted = ["a lot"]'),
            ('["a lot", "a bit", "not at all"]', '["a lot", "a bit", "never"]'),
            ("higher_is_better = true", "higher_is_better = false"),
            ('asked = ["8-11"]', 'asked = ["8-11"]\nsensitive = true'),
            ("ages = [8, 11]", "ages = [8, 10]"),
        ],
    )
    def test_a_change_of_what_is_asked_or_counted_changes_it(self, was, becomes):
        assert was in MINIMAL
        before = questionnaire_of(tomllib.loads(MINIMAL))
        after = questionnaire_of(tomllib.loads(MINIMAL.replace(was, becomes)))
        assert before.hash != after.hash
        assert before != after

    def test_equal_questionnaires_have_equal_hashes(self):
        one, two = load_questionnaire("children-in-care"), load_questionnaire("children-in-care")
        assert one is not two
        assert (one, one.hash, hash(one)) == (two, two.hash, hash(two))
