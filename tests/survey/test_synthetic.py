"""Invented surveys: the same for the same seed, shaped like real ones, with what was planted."""

from __future__ import annotations

import time
from statistics import NormalDist

import numpy as np
import pytest

from brightspots.errors import ArgumentError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire
from brightspots.questionnaire.shipped import shipped_names
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally

SMALL = Questionnaire.model_validate(
    {
        "id": "small",
        "title": "Small",
        "age_band": [
            {"id": "young", "label": "Young", "ages": (4, 9), "noun": "the young"},
            {"id": "old", "label": "Old", "ages": (10, 18), "noun": "the old"},
        ],
        "domain": [{"id": "life", "label": "Life"}],
        "scales": {"yes_no": {"options": ("yes", "no")}},
        "indicator": [
            {
                "id": "friend",
                "domain": "life",
                "label": "Friend",
                "scale": "yes_no",
                "asked": ("young", "old"),
                "counted": ("yes",),
                "higher_is_better": True,
                "finding": "have a friend",
            }
        ],
        "wellbeing_scale": [
            {"id": "calm", "domain": "life", "label": "Calm", "asked": ("old",), "finding": "calm"},
        ],
        "trait": [
            {
                "id": "pet",
                "label": "Pet",
                "levels": [
                    {"id": "cat", "label": "Cat", "noun": "cat people"},
                    {"id": "dog", "label": "Dog", "noun": "dog people"},
                ],
            }
        ],
    }
)

GOLDEN = {
    "age_band": [
        "old",
        "old",
        "old",
        "young",
        "young",
        "old",
        "young",
        "old",
        "old",
        "old",
        "young",
        "young",
    ],
    "pet": ["cat", "cat", "cat", "cat", "dog", "dog", "cat", "dog", "not known", "cat", "cat", "cat"],
    "friend": ["yes", "yes", "yes", "no", "yes", "prefer_not", "yes", "yes", "no", "yes", "yes", "dont_know"],
    "calm": [
        "5",
        "10",
        "10",
        "not_asked",
        "not_asked",
        "8",
        "not_asked",
        "10",
        "7",
        "8",
        "not_asked",
        "not_asked",
    ],
    "eligible": [14, 14],
}


@pytest.mark.parametrize("questionnaire", shipped_names("questionnaires"))
def test_a_seed_always_gives_the_same_answers_and_another_seed_others(questionnaire):
    once, again, other = (make_survey(questionnaire=questionnaire, seed=seed) for seed in (1, 1, 2))
    assert once.answers.equals(again.answers)
    assert once.eligible == again.eligible
    assert once.fingerprint != other.fingerprint


def test_the_answers_are_the_same_on_every_machine():
    survey = make_survey(questionnaire=SMALL, respondents=12, seed=7)
    assert survey.answers["age_band"].tolist() == GOLDEN["age_band"]
    assert survey.answers["pet"].tolist() == GOLDEN["pet"]
    assert survey.answers["friend"].tolist() == GOLDEN["friend"]
    assert survey.answers["calm"].tolist() == GOLDEN["calm"]
    assert list(survey.eligible.values()) == GOLDEN["eligible"]


@pytest.mark.parametrize("questionnaire", shipped_names("questionnaires"))
def test_every_answer_is_known_and_the_frame_counts_like_the_survey(questionnaire):
    survey = make_survey(councils=3, questionnaire=questionnaire, respondents=150)
    assert not survey.answers.isna().any(axis=None)
    assert not len(survey.problems)
    assert (
        tally(survey.answers, questionnaire=survey.questionnaire, eligible=survey.eligible)
        == tally(survey)
    )  # fmt: skip


def test_each_council_has_its_children_and_its_eligible_numbers():
    survey = make_survey(councils=4, respondents=120, wave="2019-06")
    assert survey.answers["area"].value_counts().to_dict() == {f"Council {i}": 120 for i in range(1, 5)}
    assert survey.wave == "2019-06"
    for (area, wave, band), eligible in survey.eligible.items():
        rows = survey.answers[(survey.answers["area"] == area) & (survey.answers["age_band"] == band)]
        assert wave == "2019-06"
        assert len(rows) <= eligible
    assert 0.25 < len(survey) / sum(survey.eligible.values()) < 0.60


@pytest.mark.parametrize("questionnaire", shipped_names("questionnaires"))
def test_the_bands_and_the_routing_say_who_is_asked(questionnaire):
    survey = make_survey(questionnaire=questionnaire, respondents=1000)
    bands = survey.answers["age_band"]
    for name, question in survey.questionnaire.questions.items():
        asked = bands.isin(question.asked)
        if question.asked_if is not None:
            asked &= survey.answers[question.asked_if.measure].isin(question.asked_if.answers)
        assert ((survey.answers[name] == "not_asked") == ~asked).all(), name
        assert (survey.answers[name] != "invalid").all()


def test_all_kinds_of_gaps_occur_and_none_is_common():
    survey = make_survey(respondents=3000)
    safe = survey.answers["feels_safe"].value_counts(normalize=True)
    for kind in ("not_answered", "dont_know", "prefer_not"):
        assert 0.005 < safe[kind] < 0.08


def test_answers_hang_together():
    answers = make_survey(respondents=3000, seed=5).answers
    older = answers[answers["age_band"] == "11-18"]
    valid = older[~older["life_satisfaction"].isin(MISSING_KINDS) & ~older["worthwhile"].isin(MISSING_KINDS)]
    scores = valid[["life_satisfaction", "worthwhile"]].astype("str").astype(int)
    assert 0.45 < np.corrcoef(scores.to_numpy().T)[0, 1] < 0.85
    satisfied = scores["life_satisfaction"] >= 7
    settled = valid["settled"].isin(["all or most of the time", "sometimes"])
    assert settled[satisfied].mean() > settled[~satisfied].mean() + 0.1


def test_councils_differ_a_little_and_no_more():
    counted = tally(make_survey(councils=60, respondents=400, seed=3))
    table = counted.table()
    n = counted.answers(table, "feels_safe", counted.measures["feels_safe"].valid)
    k = counted.answers(table, "feels_safe", ["always"])
    older = [i for i, key in enumerate(table.keys) if key[2] == "11-18"]
    share, mean = k[older] / n[older], k[older].sum() / n[older].sum()
    by_chance = np.mean(mean * (1 - mean) / n[older])
    assert by_chance < share.var() < by_chance + 0.05**2


@pytest.mark.parametrize("share", [0.4, 0.0, 1.0])
def test_a_planted_cohort_has_its_prevalence_and_the_rest_keep_theirs(share):
    cohort = {"gender": "girl", "placement": "residential"}
    survey = make_survey(respondents=6000, seed=4, planted=cohort, planted_share=share)
    counted = tally(survey, by=list(cohort))
    table = counted.table(list(cohort))
    scored = counted.answers(table, "low_wellbeing", counted.measures["low_wellbeing"].valid)
    low = counted.answers(table, "low_wellbeing", ["low"])
    inside = np.array([key[3:] == tuple(cohort.values()) for key in table.keys])
    n, k = int(scored[inside].sum()), int(low[inside].sum())
    assert n > 150
    assert abs(k / n - share) <= 3 * (share * (1 - share) / n) ** 0.5
    assert 0.08 < low[~inside].sum() / scored[~inside].sum() < 0.18


def test_a_cohort_is_planted_in_care_leavers_too_where_anxiety_runs_the_other_way():
    survey = make_survey(
        questionnaire="care-leavers", respondents=4000, planted={"home": "supported"}, planted_share=0.5
    )
    counted = tally(survey, by=["home"])
    table = counted.table(["home"])
    at = [key[3] for key in table.keys].index("supported")
    n = counted.answers(table, "low_wellbeing", ["low", "not low"])[at]
    assert abs(counted.answers(table, "low_wellbeing", ["low"])[at] / n - 0.5) < 3 * (0.25 / n) ** 0.5


def low_shares(survey) -> np.ndarray:
    """Return the share of low life satisfaction in each council, of one form."""
    counted = tally(survey)
    table = counted.table()
    measure = counted.measures["life_satisfaction"]
    n = counted.answers(table, measure.id, measure.valid)
    return counted.answers(table, measure.id, [str(score) for score in range(5)]) / n


@pytest.mark.parametrize("bias", [-0.3, 0.0, 0.5])
def test_response_bias_is_that_of_a_normal_curve_weighed_by_its_exponential(bias):
    """Answers lean on wellbeing by 0.8: 12% low at the normal curve's -1.175 becomes Phi(-1.175 - 0.8 b)."""
    survey = make_survey(
        questionnaire="care-leavers", respondents=40_000, council_spread=0, response_bias=bias
    )
    expected = NormalDist().cdf(NormalDist().inv_cdf(0.12) - 0.8 * bias)
    assert abs(low_shares(survey)[0] - expected) < 4 * (expected * (1 - expected) / 40_000) ** 0.5


def test_councils_differ_as_much_as_they_are_told_to():
    """On the normal curve's own scale the shares of councils spread by 0.8 of what their wellbeing does."""
    for spread in (0.0, 0.5):
        survey = make_survey(
            questionnaire="care-leavers", councils=150, respondents=1500, council_spread=spread
        )
        seen = np.std([NormalDist().inv_cdf(share) for share in low_shares(survey)])
        by_chance = 0.042  # the binomial standard deviation of 12% of 1,500, over the curve's height there
        expected = (0.8**2 * spread**2 + by_chance**2) ** 0.5
        assert abs(seen / expected - 1) < 0.2


def test_several_cohorts_are_planted_each_where_it_is_told():
    cohorts = [{"area": "Council 2", "gender": "girl"}, {"placement": "residential"}]
    counted = tally(
        make_survey(councils=2, respondents=5000, planted=cohorts, planted_share=0.6),
        by=["gender", "placement"],
    )
    table = counted.table(["gender", "placement"])
    n = counted.answers(table, "low_wellbeing", ["low", "not low"])
    low = counted.answers(table, "low_wellbeing", ["low"])
    inside = np.array([(k[0] == "Council 2" and k[3] == "girl") or k[4] == "residential" for k in table.keys])
    assert abs(low[inside].sum() / n[inside].sum() - 0.6) < 0.04
    assert low[~inside].sum() / n[~inside].sum() < 0.18


def test_councils_have_the_sizes_they_are_given():
    survey = make_survey(councils=3, respondents=[40, 7, 300])
    assert survey.answers["area"].value_counts().to_dict() == {
        "Council 1": 40,
        "Council 2": 7,
        "Council 3": 300,
    }
    assert (
        make_survey(councils=2, respondents=[9, 9]).fingerprint
        == make_survey(councils=2, respondents=9).fingerprint
    )


def test_it_takes_a_path_and_a_loaded_questionnaire():
    loaded = load_questionnaire("care-leavers")
    assert (
        make_survey(questionnaire=loaded).fingerprint == make_survey(questionnaire="care-leavers").fingerprint
    )


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"councils": 0}, "councils"),
        ({"respondents": 0}, "respondents"),
        ({"planted_share": 1.2}, "planted_share"),
        ({"planted": {"shoe": "left"}}, "shoe"),
        ({"planted": {"gender": "left"}}, "girl"),
        ({"planted": [{"gender": "girl"}, {"shoe": "left"}]}, "shoe"),
        ({"planted": {"area": "Leeds"}}, "Council 1"),
        ({"council_spread": -0.1}, "council_spread"),
        ({"councils": 3, "respondents": [10, 20]}, "2 numbers"),
        ({"councils": 2, "respondents": [10, 0]}, "respondents is 0"),
    ],
)
def test_nonsense_is_refused_by_name(wrong, named):
    with pytest.raises(ArgumentError, match=named):
        make_survey(**wrong)


def test_a_cohort_cannot_be_planted_without_a_scale():
    without = SMALL.model_copy(update={"wellbeing_scales": ()})
    with pytest.raises(ArgumentError, match="0-10"):
        make_survey(questionnaire=without, planted={"pet": "cat"})


def test_a_hundred_and_twenty_councils_are_quick():
    make_survey(respondents=10)
    start = time.perf_counter()
    assert len(make_survey(councils=120, respondents=200)) == 24_000
    assert time.perf_counter() - start < 2
