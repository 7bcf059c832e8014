"""Where counts come from changes nothing: several councils, typed counts, composites, crossed tables."""

import numpy as np
import pandas as pd
import pytest
from attack import Intruder
from children import SMALL, Children, each_leak, invent, leaks
from releasing import PLACE

import brightspots as bs
from brightspots.disclosure.plan import TOO_LARGE


def test_several_councils_are_protected_each_by_itself():
    frames = [
        invent(np.random.default_rng(seed), 40).assign(area=area) for seed, area in ((1, "A"), (2, "B"))
    ]
    both = bs.tally(pd.concat(frames), questionnaire=SMALL, by=[["gender"]])
    out = bs.release(bs.estimate(both, by=[[], ["gender"]]))
    for frame, area in zip(frames, "AB", strict=True):
        intruder = Intruder(out, SMALL, (area, "2021"), tables=[(), ("gender",)])
        assert leaks(intruder, Children(frame)) == []
        alone = bs.release(
            bs.estimate(bs.tally(frame, questionnaire=SMALL, by=[["gender"]]), by=[[], ["gender"]])
        )
        assert {f for f in out.figures if f.area == area} == set(alone.figures)


@pytest.mark.parametrize("rule", ["two_or_more_low", "mean_below_5"])
def test_another_composite(rule):
    composite = SMALL.composites[0].model_copy(update={"rule": rule})
    questionnaire = SMALL.model_copy(update={"composites": (composite,)})
    for seed in range(3):
        frame = invent(np.random.default_rng(seed), 60)
        tally = bs.tally(frame, questionnaire=questionnaire, by=["gender"])
        out = bs.release(bs.estimate(tally, by=[[], ["gender"]]))
        intruder = Intruder(out, questionnaire, PLACE, tables=[(), ("gender",)])
        if rule != "mean_below_5":  # the bands of the scales do not tell it
            assert not any(each_leak(intruder, Children(frame, questionnaire)))
        assert any(f.status == "shown" for f in out.figures)


def test_counts_typed_from_a_report_that_contradict_each_other_still_end_in_a_release(tmp_path):
    form = tmp_path / "counts.csv"
    form.write_text(
        "measure,age_band,category,count,percent,n,eligible\n"
        "responses,older,,,,60,\n"
        "fun,older,counted,50,,60,\n"
        "afraid,older,counted,20,,58,\n"
        "helped,older,counted,40,,59,\n"  # more than were asked whether they are afraid
        "satisfied,older,low,2,,60,\n"
        "happy,older,low,3,,60,\n"
        "low_wellbeing,older,low,30,,60,\n",  # more than are low on either
        encoding="utf-8",
    )
    out = bs.release(bs.estimate(bs.read_counts(form, SMALL, area="Somewhere", wave="2021")))
    said = {(f.measure, f.category): f.status for f in out.figures}
    assert said[("fun", "counted")] == "shown"
    assert said[("satisfied", "low")] == "banded"


def test_crossed_tables_that_are_not_held_together():
    for seed in range(3):
        frame = invent(np.random.default_rng(seed + 20), 110)
        tally = bs.tally(frame, questionnaire=SMALL, by=[["gender", "home"]])
        out = bs.release(
            bs.estimate(tally, by=["gender", "home"], measures=["fun"]), bs.estimate(tally, measures=["fun"])
        )
        intruder = Intruder(out, SMALL, PLACE, tables=[(), ("gender", "home")])
        assert leaks(intruder, Children(frame)) == []


def test_a_crossed_table_too_large_to_be_audited_is_withheld():
    survey = bs.make_survey(respondents=400, seed=2)
    by = ["gender", "placement", "ethnicity", "disability"]
    out = bs.release(
        bs.estimate(survey, by=by, measures=["nature"]), bs.estimate(survey, measures=["nature"])
    )
    crossed = [f for f in out.figures if len(f.group) == 4]
    assert crossed
    assert {f.status for f in crossed} == {"withheld"}
    assert any(f.status == "shown" for f in out.figures if not f.group)
    assert TOO_LARGE in {row.why for row in out.audit}


def test_a_real_questionnaire_by_gender():
    survey = bs.make_survey(respondents=60, seed=6)
    measures = ["likes_school", "afraid_bullying", "supported_if_bullied", "nature"]
    estimates = bs.estimate(survey, by=[[], ["gender"]], measures=measures)
    out = bs.release(estimates)
    intruder = Intruder(out, survey.questionnaire, ("Council 1", "2021"), tables=[(), ("gender",)])
    assert leaks(intruder, Children(survey.answers, survey.questionnaire)) == []
