"""A small questionnaire and two ways to fill it: with children, one by one, and with counts."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.problems import Problems
from brightspots.survey.survey import Survey, answer_frame
from brightspots.tallies.tally import CountTable, Tally, count_columns

ALL_BANDS = ("young", "middle", "old")
OLDER = ("middle", "old")

DOCUMENT = {
    "id": "small",
    "title": "Small",
    "age_band": [
        {"id": "young", "label": "4 to 7", "ages": (4, 7), "noun": "4-7s"},
        {"id": "middle", "label": "8 to 11", "ages": (8, 11), "noun": "8-11s"},
        {"id": "old", "label": "11 to 18", "ages": (11, 18), "noun": "11-18s"},
    ],
    "domain": [{"id": "life", "label": "Life"}, {"id": "feelings", "label": "Feelings"}],
    "scales": {
        "liking": {"options": ("a lot", "a bit", "not much", "not at all")},
        "often": {"options": ("always", "sometimes", "never")},
    },
    "indicator": [
        {
            "id": "likes_school",
            "domain": "life",
            "label": "Likes school",
            "scale": "liking",
            "asked": ALL_BANDS,
            "counted": ("a lot", "a bit"),
            "higher_is_better": True,
            "finding": "like school",
        },
        {
            "id": "afraid",
            "domain": "life",
            "label": "Afraid",
            "scale": "often",
            "asked": OLDER,
            "counted": ("always", "sometimes"),
            "higher_is_better": False,
            "finding": "are afraid",
        },
        {
            "id": "supported",
            "domain": "life",
            "label": "Supported",
            "scale": "liking",
            "asked": OLDER,
            "counted": ("a lot", "a bit"),
            "higher_is_better": True,
            "finding": "get support",
            "asked_if": {"measure": "afraid", "answers": ("always", "sometimes")},
        },
        {  # the youngest form counts other answers
            "id": "has_a_say",
            "domain": "life",
            "label": "Has a say",
            "scale": "liking",
            "asked": ALL_BANDS,
            "counted": {"young": ("a lot",), "middle": ("a lot", "a bit"), "old": ("a bit", "a lot")},
            "higher_is_better": True,
            "finding": "have a say",
        },
        {
            "id": "cooks",
            "domain": "life",
            "label": "Cooks",
            "scale": "often",
            "asked": ("old",),
            "counted": ("always",),
            "higher_is_better": True,
            "finding": "cook",
        },
    ],
    "multiple_response": [
        {
            "id": "themes",
            "domain": "life",
            "label": "Wrote about",
            "asked": OLDER,
            "all_blank": "not_answered",
            "comment_themes": True,
            "items": [{"id": "theme_family", "label": "family", "finding": "wrote about family"}],
        },
        {
            "id": "helpers",
            "domain": "life",
            "label": "Helped by",
            "asked": OLDER,
            "all_blank": "none",
            "items": [
                {
                    "id": "helped_by_friends",
                    "label": "friends",
                    "finding": "are helped by friends",
                    "higher_is_better": True,
                },
            ],
        },
    ],
    "wellbeing_scale": [
        {
            "id": "satisfied",
            "domain": "feelings",
            "label": "Satisfied",
            "asked": OLDER,
            "finding": "satisfaction",
        },
        {"id": "happy", "domain": "feelings", "label": "Happy", "asked": OLDER, "finding": "happiness"},
        {
            "id": "anxious",
            "domain": "feelings",
            "label": "Anxious",
            "asked": OLDER,
            "finding": "anxiety",
            "higher_is_better": False,
            "raw_bands": {"low": "high anxiety"},
        },
    ],
    "composite": [
        {
            "id": "low_wellbeing",
            "domain": "feelings",
            "label": "Low wellbeing",
            "rule": "two_or_more_low",
            "scales": ("satisfied", "happy", "anxious"),
            "minimum_answered": 2,
            "asked": OLDER,
        }
    ],
    "trait": [
        {
            "id": "gender",
            "label": "Gender",
            "levels": [
                {"id": "girl", "label": "Girls", "noun": "girls"},
                {"id": "boy", "label": "Boys", "noun": "boys"},
            ],
        },
        {
            "id": "home",
            "label": "Home",
            "levels": [
                {"id": "foster", "label": "Foster", "phrase": "in foster care"},
                {"id": "residential", "label": "Residential", "phrase": "in residential care"},
            ],
        },
    ],
}


@pytest.fixture
def document():
    """The questionnaire as a document, to be changed by a test."""
    return deepcopy(DOCUMENT)


@pytest.fixture(scope="session")
def small():
    return Questionnaire.model_validate(DOCUMENT)


@pytest.fixture(scope="session")
def turned():
    """The questionnaire with good news and bad changing places in every indicator."""
    changed = deepcopy(DOCUMENT)
    boxes = changed["multiple_response"][1]["items"]
    for question in (*changed["indicator"], *boxes):
        question["higher_is_better"] = not question["higher_is_better"]
    return Questionnaire.model_validate(changed)


@pytest.fixture(scope="session")
def survey_of(small):
    """Make a survey of children: a dict each, with what is left out not asked or not answered.

    Children have weights if the first has one.
    """

    def make(children, *, eligible=None, questionnaire=small):
        keys = {
            "area": [child.get("area", "North") for child in children],
            "wave": [child.get("wave", "2021") for child in children],
            "age_band": [child.get("age_band", "old") for child in children],
        }
        codes = {}
        for trait in questionnaire.traits:
            levels = [*(level.id for level in trait.levels), trait.not_known]
            codes[trait.id] = np.array([levels.index(child.get(trait.id, levels[-1])) for child in children])
        for name, question in questionnaire.questions.items():
            answers = [*questionnaire.options(name), *MISSING_KINDS]
            given = [
                child.get(name, "not_answered" if band in question.asked else "not_asked")
                for child, band in zip(children, keys["age_band"], strict=True)
            ]
            codes[name] = np.array([answers.index(str(answer)) for answer in given])
        weighted = bool(children) and "weight" in children[0]
        weights = np.array([child["weight"] for child in children], dtype=float) if weighted else None
        frame = answer_frame(questionnaire, keys, codes, weights)
        return Survey(questionnaire, frame, eligible or {}, Problems.of([]))

    return make


@pytest.fixture(scope="session")
def counts_of(small):
    """Make a tally of counts: ``{(measure, category): (count, n)}``, or that for each (area, wave, band).

    A category of a 0-10 scale is taken as typed from a report that says only this one.
    """

    def make(figures, *, area="North", wave="2021", band="old", questionnaire=small):
        columns = count_columns(questionnaire)
        given = figures if isinstance(next(iter(figures.values())), dict) else {(area, wave, band): figures}
        table = np.zeros((len(given), len(columns)), dtype=np.int64)
        for row, shares in zip(table, given.values(), strict=True):
            for name, (count, n) in shares.items():
                measure, category = name if isinstance(name, tuple) else (name, "counted")
                inside, outside = {
                    "counted": ("reported: counted", "reported: not counted"),
                    "composite": ("low", "not low"),
                }.get(
                    "composite" if measure == "low_wellbeing" else category,
                    (f"reported: {category}", "reported: another band"),
                )
                row[columns[(measure, inside)]] += count
                row[columns[(measure, outside)]] += n - count
        return Tally(questionnaire, {(): CountTable.of(given, table)})

    return make
