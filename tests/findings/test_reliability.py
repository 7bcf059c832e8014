"""Reliability: R psych's values, a missed reversal, small and blank groups, and draws that repeat."""

from __future__ import annotations

import numpy as np
import pytest

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.reliability import assess_reliability
from brightspots.questionnaire.model import Questionnaire

ROWS = [
    (8, 7, 3), (5, 6, 6), (9, 9, 1), (3, 2, 8), (7, 8, 2),
    (6, 5, 5), (10, 9, 0), (2, 4, 7), (8, 8, 4), (5, 4, 5),
]  # fmt: skip
"""Satisfied, worthwhile (here: happy) and anxious as answered: the methods note, section 6."""


def children(rows, band="old"):
    return [
        {"age_band": band, "satisfied": a, "happy": b, "anxious": c, "gender": "girl"} for a, b, c in rows
    ]


def by_hand(rows):
    x = np.array([(a, b, 10 - c) for a, b, c in rows], dtype=float)
    k = x.shape[1]
    return k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1))


def test_alpha_by_hand_with_anxiety_turned(survey_of):
    (row,) = assess_reliability(survey_of(children(ROWS * 5)))
    assert row.alpha == pytest.approx(by_hand(ROWS * 5))
    assert (row.age_band, row.scales, row.n) == ("old", "satisfied, happy, anxious", 50)
    assert row.alpha_lower < row.alpha < row.alpha_upper <= 1
    assert row.omega_lower < row.omega < row.omega_upper <= 1
    assert row.reason == ""


def test_values_of_psych():
    """R psych: alpha .97129 after turning; ML one-factor omega .97297. Five times the same ten children."""
    questionnaire = bs.load_questionnaire("care-leavers")
    composite = questionnaire.composites[0]
    scales = [s.id for s in questionnaire.wellbeing_scales if s.id in composite.scales]
    turned = [s.id for s in questionnaire.wellbeing_scales if s.id in scales and not s.higher_is_better]
    assert len(scales) == 4
    assert len(turned) == 1
    table = [
        [8, 7, 9, 3], [5, 6, 5, 6], [9, 9, 10, 1], [3, 2, 4, 8], [7, 8, 7, 2],
        [6, 5, 6, 5], [10, 9, 9, 0], [2, 4, 3, 7], [8, 8, 6, 4], [5, 4, 6, 5],
    ]  # fmt: skip
    frame = {name: [] for name in scales}
    for one in table * 5:
        for name, score in zip([*(s for s in scales if s not in turned), *turned], one, strict=True):
            frame[name].append(score)
    import pandas as pd

    survey = bs.read_survey(pd.DataFrame(frame), questionnaire, area="A", wave="2021")
    (row,) = assess_reliability(survey)
    # Five copies change n - 1, which cancels out of both.
    assert (row.alpha, row.omega) == pytest.approx((0.97129, 0.97297), abs=5.1e-6)


def test_a_missed_reversal_is_pointed_out(survey_of, document):
    document["wellbeing_scale"][2]["higher_is_better"] = True
    document["wellbeing_scale"][2]["raw_bands"] = {}
    missed = Questionnaire.model_validate(document)
    (row,) = assess_reliability(survey_of(children(ROWS * 6), questionnaire=missed))
    assert row.alpha < 0
    assert row.reason == "negative alpha: check for a missed reversal"


def test_bands_asked_the_same_are_assessed_together_too(survey_of, document):
    listed = [*children(ROWS * 5, "middle"), *children(ROWS * 6)]
    rows = assess_reliability(survey_of(listed))
    assert [(r.age_band, r.n) for r in rows] == [("middle", 50), ("old", 60), ("all", 110)]
    document["wellbeing_scale"][1]["asked"] = ("old",)
    changed = Questionnaire.model_validate(document)
    young = [{k: v for k, v in c.items() if k != "happy"} for c in listed[:50]]
    rows = assess_reliability(survey_of([*young, *listed[50:]], questionnaire=changed))
    assert [(r.age_band, r.scales) for r in rows] == [
        ("middle", "satisfied, anxious"),
        ("old", "satisfied, happy, anxious"),
    ]
    first = next(iter(rows))
    assert first.alpha is not None
    assert first.omega is None  # which needs three scales


def test_only_complete_answers_count_and_49_are_too_few(survey_of):
    listed = children(ROWS * 5)
    del listed[0]["happy"]
    (row,) = assess_reliability(survey_of([*listed, {"satisfied": 3}]))
    assert (row.n, row.alpha, row.omega, row.alpha_lower, row.reason) == (49, None, None, None, "small_base")
    del listed[0]["anxious"]
    listed[0] |= {"happy": 7, "anxious": "prefer_not"}
    assert next(iter(assess_reliability(survey_of(listed)))).reason == "small_base"


def test_a_scale_without_spread(survey_of):
    (row,) = assess_reliability(survey_of(children([(a, 5, c) for a, _, c in ROWS * 5])))
    assert (row.alpha, row.reason) == (None, "no_spread")


def test_the_draws_depend_on_the_answers_alone(survey_of):
    listed = children(ROWS * 5)
    one, other = (list(assess_reliability(survey_of(each))) for each in (listed, listed[::-1]))
    assert one == other


def test_what_is_not_known_is_refused_by_name(survey_of):
    survey = survey_of(children(ROWS))
    with pytest.raises(
        ArgumentError, match="composite is 'joy', which small does not have; there are: low_wellbeing"
    ):
        assess_reliability(survey, composite="joy")
    with pytest.raises(ArgumentError, match="survey is a Tally; give a Survey"):
        assess_reliability(bs.tally(survey))
