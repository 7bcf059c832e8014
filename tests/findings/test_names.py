"""Names of cohorts, as a reader would say them."""

from __future__ import annotations

import pytest

from brightspots.findings.names import cohort_name
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.model import Questionnaire

CHILDREN = load_questionnaire("children-in-care")
LEAVERS = load_questionnaire("care-leavers")


@pytest.mark.parametrize(
    ("conditions", "questionnaire", "name"),
    [
        ({"gender": "girl", "placement": "residential"}, CHILDREN, "girls in residential care"),
        ({"placement": "residential", "gender": "girl"}, CHILDREN, "girls in residential care"),
        ({"placement": "foster"}, CHILDREN, "children and young people in foster care"),
        ({"gender": "man", "home": "own"}, LEAVERS, "young men living in a home of their own"),
        ({"disability": "yes"}, LEAVERS, "care leavers with a disability or long-term health condition"),
        ({"gender": "not known"}, CHILDREN, "children and young people (gender: not known)"),
        ({"placement": "not known", "gender": "boy"}, CHILDREN, "boys (where they live: not known)"),
        (
            {"region": "north", "year": "3"},
            None,
            "children and young people with region: north and with year: 3",
        ),
    ],
)
def test_names(conditions, questionnaire, name):
    people = questionnaire.people if questionnaire else "children and young people"
    found = cohort_name(conditions, questionnaire, people)
    assert found == name


@pytest.mark.parametrize("questionnaire", [CHILDREN, LEAVERS], ids=["children", "leavers"])
def test_every_pair_of_levels_has_a_name_of_its_own(questionnaire):
    names = [
        cohort_name({first.id: one, second.id: other}, questionnaire, questionnaire.people)
        for i, first in enumerate(questionnaire.traits)
        for second in questionnaire.traits[i + 1 :]
        for one in [*(level.id for level in first.levels), first.not_known]
        for other in [*(level.id for level in second.levels), second.not_known]
    ]
    assert len(set(names)) == len(names)


def test_adjectives_come_first_second_nouns_after_and_abbreviations_stay(document):
    document["trait"][0]["label"] = "SEN status"
    document["trait"] += [
        {
            "id": "disability",
            "label": "Disability",
            "levels": [
                {"id": "yes", "label": "Yes", "adjective": "disabled"},
                {"id": "no", "label": "No", "phrase": "who are not disabled"},
            ],
        },
        {
            "id": "asylum",
            "label": "Asylum",
            "levels": [
                {"id": "yes", "label": "Yes", "noun": "asylum seekers"},
                {"id": "no", "label": "No", "phrase": "who are not asylum seekers"},
            ],
        },
    ]
    small = Questionnaire.model_validate(document)
    conditions = {"home": "foster", "asylum": "yes", "gender": "girl", "disability": "yes"}
    assert (
        cohort_name(conditions, small, "children")
        == "disabled asylum seekers who are girls and in foster care"
    )
    assert cohort_name({"gender": "not known"}, small, "children") == "children (SEN status: not known)"
