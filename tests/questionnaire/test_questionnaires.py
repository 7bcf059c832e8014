"""The questionnaires that ship, and the Dutch one beside the tests: complete, consistent, readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.mapping import load_mapping
from brightspots.questionnaire.model import SCORES, TICKED, Indicator, Questionnaire, WellbeingScale
from brightspots.questionnaire.shipped import shipped_names

FIXTURES = Path(__file__).parents[2] / "fixtures"
CHILDREN, OLDER, OLDEST = ("4-7", "8-11", "11-18"), ("8-11", "11-18"), ("11-18",)

# The numbered list of what public reports show, and the forms in which they show it.
CHILDREN_IN_CARE = {
    1: ("relationships", {"trusts_carers": CHILDREN}),
    2: ("relationships", {"talks_with_carers": OLDEST}),
    3: ("relationships", {"trusts_social_worker": OLDER}),
    4: ("relationships", {"social_worker_easy_to_reach": OLDER}),
    5: ("relationships", {"one_social_worker": OLDEST}),
    6: ("relationships", {"pets": OLDER}),
    7: ("relationships", {"family_time_mother": OLDER}),
    8: ("relationships", {"family_time_father": OLDER}),
    9: ("relationships", {"family_time_siblings": OLDER}),
    10: ("relationships", {"good_friend": CHILDREN}),
    11: ("resilience", {"trusted_adult": OLDER}),
    12: ("resilience", {"fun": CHILDREN}),
    13: ("resilience", {"nature": OLDER}),
    14: ("resilience", {"likes_school": CHILDREN}),
    15: ("resilience", {"carers_interested": OLDER}),
    16: ("resilience", {"life_skills": OLDEST}),
    17: ("resilience", {"internet_at_home": OLDEST}),
    18: ("rights", {"feels_safe": CHILDREN}),
    19: ("rights", {"afraid_bullying": OLDER}),
    20: ("rights", {"supported_if_bullied": OLDER}),
    21: ("rights", {"embarrassed_by_adults": OLDER}),
    22: ("rights", {"knows_social_worker": CHILDREN}),
    23: ("rights", {"can_speak_alone": OLDER}),
    24: ("rights", {"included_in_decisions": OLDER}),
    25: ("recovery", {"settled": CHILDREN}),
    26: ("recovery", {"likes_bedroom": CHILDREN}),
    27: ("recovery", {"carers_notice_feelings": CHILDREN}),
    28: ("recovery", {"chances_to_help": OLDER}),
    29: ("recovery", {"same_things_as_friends": OLDEST}),
    30: ("recovery", {"worries": OLDER, "help_with_worries": OLDER}),
    31: ("recovery", {"happy_with_looks": OLDER}),
    32: ("recovery", {"knows_why_in_care": CHILDREN}),
    33: ("wellbeing", {"life_getting_better": OLDER}),
    34: ("wellbeing", {"happy_faces": ("4-7",), "happy_yesterday": OLDER}),
    35: ("wellbeing", {"life_satisfaction": OLDER}),
    36: ("wellbeing", {"worthwhile": OLDER}),
    37: ("wellbeing", {"positive_future": OLDER}),
}
CARE_LEAVERS = {
    "people_in_your_life": [
        "good_friend",
        "someone_listens",
        "someone_believes",
        "someone_proud",
        "emotional_support",
        "trusted_person",
        "family_contact",
        "pets",
    ],
    "being_a_care_leaver": [
        "one_worker",
        "trusts_worker",
        "worker_easy_to_contact",
        "involved_in_plan",
        "knows_why_in_care",
        "treated_same_or_better",
        "stigma",
    ],
    "feelings": [
        "life_satisfaction",
        "worthwhile",
        "happy_yesterday",
        "anxious_yesterday",
        "positive_future",
        "lonely",
        "stressed",
        "positive_feelings",
        "happy_with_looks",
    ],
    "living_independently": [
        "safe_at_home",
        "settled_at_home",
        "home_right",
        "neighbourhood",
        "copes_financially",
        "internet_at_home",
        "smartphone",
        "fun",
        "education_training_work",
    ],
}
HAPPIER_WHEN_LOWER = {
    "children-in-care": {"afraid_bullying", "embarrassed_by_adults", "worries"},
    "care-leavers": {"lonely", "stressed", "stigma", "anxious_yesterday"},
    "hbsc-nl": {"drank_last_month", "truancy"},
}
# Where options are in order from good to bad, or from much to little of something bad.
FIRST_OPTIONS_COUNT = {"amount": "just right"}


def every_questionnaire() -> list[Questionnaire]:
    shipped = [load_questionnaire(name) for name in shipped_names("questionnaires")]
    return [*shipped, load_questionnaire(FIXTURES / "hbsc-nl" / "questionnaire.toml")]


@pytest.fixture(params=every_questionnaire(), ids=lambda questionnaire: questionnaire.id)
def questionnaire(request) -> Questionnaire:
    return request.param


@pytest.fixture(scope="module")
def children() -> Questionnaire:
    return load_questionnaire("children-in-care")


@pytest.fixture(scope="module")
def leavers() -> Questionnaire:
    return load_questionnaire("care-leavers")


def test_two_questionnaires_ship():
    assert shipped_names("questionnaires") == ("care-leavers", "children-in-care")
    assert [load_questionnaire(name).id for name in shipped_names("questionnaires")] == list(
        shipped_names("questionnaires")
    )


class TestChildrenInCare:
    @pytest.mark.parametrize("number", CHILDREN_IN_CARE)
    def test_holds_every_indicator_of_the_reports(self, children, number):
        domain, asked = CHILDREN_IN_CARE[number]
        for question, bands in asked.items():
            assert children.questions[question].domain == domain
            assert children.questions[question].asked == bands

    def test_holds_no_other_question(self, children):
        expected = {question for _, asked in CHILDREN_IN_CARE.values() for question in asked}
        themes = {item.id for s in children.multiple_responses if s.comment_themes for item in s.items}
        assert set(children.questions) == expected | themes

    def test_bands_and_the_labels_they_once_had(self, children):
        assert {band.id: band.ages for band in children.age_bands} == {
            "4-7": (4, 7),
            "8-11": (8, 11),
            "11-18": (11, 18),
        }
        editions = {edition.label: edition.ages for band in children.age_bands for edition in band.editions}
        assert editions == {"8-10": (8, 10), "11-17": (11, 17)}

    def test_domains_in_order(self, children):
        assert [domain.id for domain in children.domains] == [
            "relationships",
            "resilience",
            "rights",
            "recovery",
            "wellbeing",
        ]

    def test_counts_the_answers_that_a_published_strategy_counted(self, children):
        for band in CHILDREN:
            assert children.questions["feels_safe"].counted_in(band) == ("always",)
            assert children.questions["likes_school"].counted_in(band) == ("a lot", "a bit")
        often = ("all or most of the time", "sometimes")
        assert children.questions["carers_interested"].counted == often
        assert children.questions["afraid_bullying"].counted == often
        assert children.questions["embarrassed_by_adults"].counted == ("yes",)

    def test_support_is_asked_of_those_who_are_afraid(self, children):
        route = children.questions["supported_if_bullied"].asked_if
        assert route.measure == "afraid_bullying"
        assert route.answers == children.questions["afraid_bullying"].counted

    def test_being_unsure_who_the_social_worker_is_is_an_answer(self, children):
        assert "not sure" in children.options("knows_social_worker")

    def test_low_wellbeing_is_scored_where_the_scales_are_asked(self, children):
        (low,) = children.composites
        assert low.id == "low_wellbeing"
        assert low.scales == ("life_satisfaction", "happy_yesterday", "worthwhile", "positive_future")
        assert (low.rule, low.minimum_answered, low.asked) == ("two_or_more_low", 3, OLDER)

    def test_comment_themes_left_blank_are_no_answer(self, children):
        (themes,) = (s for s in children.multiple_responses if s.comment_themes)
        assert themes.all_blank == "not_answered"
        assert themes.asked == CHILDREN
        assert children.comments


class TestCareLeavers:
    def test_holds_every_indicator_of_the_reports_in_its_domain(self, leavers):
        boxes = {item.id for s in leavers.multiple_responses for item in s.items}
        found = {domain.id: [] for domain in leavers.domains}
        for question in leavers.questions.values():
            if question.id not in boxes:
                found[question.domain].append(question.id)
        assert {k: sorted(v) for k, v in found.items()} == {k: sorted(v) for k, v in CARE_LEAVERS.items()}

    def test_one_band_called_care_leavers(self, leavers):
        (band,) = leavers.age_bands
        assert (band.id, band.ages, band.noun) == ("16-25", (16, 25), "care leavers")
        assert all(question.asked == ("16-25",) for question in leavers.questions.values())

    def test_anxiety_runs_the_other_way_and_has_names_of_its_own(self, leavers):
        anxiety = leavers.questions["anxious_yesterday"]
        assert anxiety.higher_is_better is False
        assert anxiety.raw_bands == {
            "low": "high anxiety",
            "medium": "medium anxiety",
            "high": "low anxiety",
            "very high": "very low anxiety",
        }

    def test_low_wellbeing_takes_the_four_national_scales(self, leavers):
        (low,) = leavers.composites
        assert set(low.scales) == {"life_satisfaction", "worthwhile", "happy_yesterday", "anxious_yesterday"}
        assert (low.rule, low.minimum_answered) == ("two_or_more_low", 3)

    def test_support_from_nobody_is_an_answer(self, leavers):
        (sources,) = leavers.multiple_responses
        assert sources.all_blank == "none"
        assert {"support_friends", "support_family", "support_adviser"} <= {item.id for item in sources.items}

    def test_an_age_in_years_falls_in_one_group(self, leavers):
        ages = [code for level in leavers.trait["age_group"].levels for code in level.also]
        assert [age for age in ages if isinstance(age, int)] == list(range(16, 26))


class TestDutchSurvey:
    def test_mapping_names_every_question_and_trait(self):
        folder = FIXTURES / "hbsc-nl"
        questionnaire = load_questionnaire(folder / "questionnaire.toml")
        mapping = load_mapping(folder / "mapping.toml", questionnaire)
        assert set(mapping.columns) == {*questionnaire.questions, *questionnaire.trait}

    def test_no_answers_are_shipped(self):
        assert sorted(path.name for path in (FIXTURES / "hbsc-nl").iterdir()) == [
            "README.md",
            "mapping.toml",
            "questionnaire.toml",
        ]


class TestEveryQuestionnaire:
    def test_scales_take_the_eleven_scores_and_are_asked(self, questionnaire):
        for scale in questionnaire.wellbeing_scales:
            assert questionnaire.options(scale.id) == SCORES
            assert set(scale.asked) <= set(questionnaire.band)
            assert bool(scale.raw_bands) is not scale.higher_is_better

    def test_boxes_are_ticked_or_not(self, questionnaire):
        for responses in questionnaire.multiple_responses:
            for item in responses.items:
                assert questionnaire.options(item.id) == TICKED
                assert questionnaire.questions[item.id].domain == responses.domain

    def test_only_these_are_better_when_lower(self, questionnaire):
        lower = {q.id for q in questionnaire.questions.values() if q.higher_is_better is False}
        assert lower == HAPPIER_WHEN_LOWER[questionnaire.id]

    def test_counted_answers_are_a_run_of_options_from_one_end(self, questionnaire):
        for indicator in questionnaire.indicators:
            options = questionnaire.options(indicator.id)
            for band in indicator.asked:
                counted = set(indicator.counted_in(band))
                first = {*options[: len(counted)]}
                last = {*options[-len(counted) :]}
                middle = {FIRST_OPTIONS_COUNT.get(indicator.scale)}
                assert counted in (first, last, middle), indicator.id

    def test_the_side_that_tells_on_a_child_is_the_unfavourable_one(self, questionnaire):
        for indicator in questionnaire.indicators:
            unfavourable = "not counted" if indicator.higher_is_better else "counted"
            assert indicator.sensitive_side in {unfavourable, "neither"}, indicator.id
            assert not indicator.sensitive or indicator.sensitive_side == unfavourable, indicator.id

    def test_every_domain_is_used(self, questionnaire):
        used = {q.domain for q in questionnaire.questions.values()}
        assert used == {domain.id for domain in questionnaire.domains}

    def test_every_scale_is_used(self, questionnaire):
        assert {indicator.scale for indicator in questionnaire.indicators} == set(questionnaire.scales)

    def test_levels_have_one_way_to_be_named(self, questionnaire):
        for trait in questionnaire.traits:
            for level in trait.levels:
                assert sum(map(bool, (level.noun, level.phrase, level.adjective))) == 1
            nouns = [level.noun for level in trait.levels if level.noun]
            assert not nouns or trait.id == "gender", "two nouns cannot name one cohort"

    def test_sentences_read_on(self, questionnaire):
        texts = [q.finding for q in questionnaire.questions.values()]
        texts += [level.phrase for trait in questionnaire.traits for level in trait.levels if level.phrase]
        for text in texts:
            assert text == text.strip()
            assert not text.endswith((".", ",")), text
            assert text[0].islower(), text
            assert not re.search(r"\bI\b|\bmy\b|\byou\b|\?", text), f"{text}: speak of them, not as them"
        assert not re.search(r"iz(e|ing|ation)\b|\bcenter\b|\bbehavior\b", " ".join(texts))

    def test_people_have_a_name(self, questionnaire):
        names = {"children-in-care": "children and young people", "care-leavers": "care leavers"}
        assert questionnaire.people == names.get(questionnaire.id, "pupils")

    def test_no_name_claims_to_be_the_survey_itself(self, questionnaire):
        names = f"{questionnaire.id} {questionnaire.title}".casefold()
        assert "your life" not in names
        assert "bright spots" not in names

    def test_findings_and_labels_are_told_apart(self, questionnaire):
        findings = [q.finding for q in questionnaire.questions.values()]
        labels = [q.label for q in questionnaire.questions.values()]
        assert len(set(findings)) == len(findings)
        assert len(set(labels)) == len(labels)

    def test_questions_are_indicators_or_scales(self, questionnaire):
        assert all(isinstance(q, Indicator | WellbeingScale) for q in questionnaire.questions.values())
        assert str(questionnaire) == repr(questionnaire)
        assert str(len(questionnaire.questions)) in repr(questionnaire)
