"""Every rule is needed: with any one of them taken out, the intruder finds something."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from attack import Intruder
from children import SMALL, Children, each_leak, leaks
from releasing import PLACE, described, planted, request
from test_descriptions import frame_of, searched
from test_editions import fill
from test_rules import children

import brightspots as bs
from brightspots.disclosure import one_survey, plan, system
from brightspots.disclosure.audit import Knowledge, Limits
from brightspots.disclosure.cells import Cell, Decision, decide
from brightspots.disclosure.editions import true_numbers
from brightspots.disclosure.policy import load_policy
from brightspots.findings.benchmarks import Benchmark


def found_in(frame, *, by=(), measures=None, policy="council"):
    tally = bs.tally(frame, questionnaire=SMALL, by=by)
    out = bs.release(bs.estimate(tally, by=by, measures=measures), policy=policy)
    tables = [tuple(one) for one in by] if by else [()]
    return leaks(Intruder(out, SMALL, PLACE, tables=tables), Children(fill(frame.reset_index(drop=True))))


def found_at_random(seeds=range(12)):
    return any(any(asked.leaks(asked.release())) for asked in map(request, seeds))


@pytest.mark.parametrize(
    "change", [{"minimum_base": 3}, {"minimum_side": 1}, {"least_width": 1}, {"all_shown_from": 1}]
)
def test_a_policy_with_lower_thresholds(change):
    frame = pd.concat(
        [
            children({"yes": 12, "no": 20}, gender="girl"),
            children({"yes": 11}, gender="boy"),
            children({"yes": 5, "no": 3}, gender="not known"),
            children({"yes": 20, "no": 2}, gender="girl", age_band="older"),
        ]
    )
    by = [[], ["gender"]]
    assert found_in(frame, by=by, measures=["fun"]) == []
    lax = load_policy("council").model_copy(update=change)
    assert found_in(frame, by=by, measures=["fun"], policy=lax)


def test_no_audit_at_all(monkeypatch):
    monkeypatch.setattr(Knowledge, "attack", lambda self, target, width: None)
    assert found_at_random()


def test_no_second_look_after_a_cell_is_given_back(monkeypatch):
    """Cells that were given up come back one by one: each return needs the audit again."""
    protection = plan.Protection

    def planned(self, told=()):
        done = original(self)
        return {
            cell: dataclasses.replace(one, decision=self.first[cell])
            if one.decision.why in (plan.SECONDARY, plan.BANDED_TOO)
            else one
            for cell, one in done.items()
        }

    original = protection.planned
    monkeypatch.setattr(protection, "planned", planned)
    assert found_at_random()


def found_with_a_total_of(more):
    """Return what is found: 38 of 40 younger ones are a band, and so many of 100 older ones are shown."""
    frame = pd.concat(
        [children({"yes": 38, "no": 2}), children({"yes": more, "no": 100 - more}, age_band="older")]
    )
    return found_in(frame, by=[[]], measures=["fun"])


@pytest.mark.parametrize(
    "told",
    [lambda band: (band.least, band.greatest), lambda band: (0, band.n)],
    ids=["that only a figure that could be shown is given as a weaker band", "that a band says something"],
)
def test_what_a_weaker_band_tells_left_out(told, monkeypatch):
    assert found_with_a_total_of(95) == []
    shown = Decision.told
    monkeypatch.setattr(Decision, "told", property(lambda one: told(one) if one.spare else shown.fget(one)))
    assert found_with_a_total_of(95)


def most_left_of_an_earlier_band():
    """Return how many of 40 younger ones "yes" fits: 38, as "more than 85%", beside an earlier total's band.

    "More than 60%" of all 140 was a weaker claim, so "more than 95%", which is 134, is not true: they are 133
    or fewer. With 95 older ones shown that leaves 38 younger ones or fewer, and the band says 35 or more.
    """
    frame = pd.concat(
        [children({"yes": 38, "no": 2}), children({"yes": 95, "no": 5}, age_band="older")], ignore_index=True
    )
    tally = bs.tally(frame, questionnaire=SMALL)
    younger, older, both = (Cell(*PLACE, "fun", "counted", band) for band in ("younger", "older", "all"))
    known = {younger: Decision("banded", 40, 38, above=85), both: Decision("banded", 140, 133, above=60)}
    one = system.System(tally, ["fun"], [older], load_policy("council"), known)
    said = plan.Protection(one, plan._decided(one)).protect()[older]
    return min(40, 133 - said.told[0])


def test_what_a_weaker_band_of_an_earlier_edition_tells_left_out(monkeypatch):
    assert most_left_of_an_earlier_band() == 40
    monkeypatch.setattr(system.System, "_as_read", lambda self, cell, decision: decision)
    assert most_left_of_an_earlier_band() == 38


def test_stronger_claims_without_a_second_look(monkeypatch):
    assert found_with_a_total_of(68) == []
    monkeypatch.setattr(plan.Protection, "_is_safe", lambda self, knowledge: True)
    assert found_with_a_total_of(68)


ROWS = {
    "how tables add up": ("_structure", 1),
    "response counts and routing": ("_outer_limits", 1),
    "kinds of children": ("_of_kinds", 14),
    "lines that a table does not have": ("_empty", 16),
}


@pytest.mark.parametrize(("rule", "seed"), ROWS.values(), ids=ROWS)
def test_a_part_of_what_is_known_left_out(rule, seed, monkeypatch):
    assert not found_at_random([seed])
    monkeypatch.setattr(system.System, rule, lambda self: [])
    assert found_at_random([seed])


def test_what_is_neither_shown_nor_hidden_left_out(monkeypatch):
    monkeypatch.setattr(system.System, "_unpublished", lambda self: [])
    assert found_at_random()


def test_fractions_of_children_taken_for_worlds(monkeypatch):
    """Six published counts, all 5; each child is in two of them: the seventh pair is known to 1 or more."""
    names = ["ab", "bc", "ac", "cd", "de", "ef", "df"]
    rows = [
        Limits({i: 1.0 for i, name in enumerate(names) if letter in name}, 5.0, 5.0) for letter in "abcdef"
    ]
    knowledge = Knowledge(len(names), rows)
    assert not knowledge.is_open({names.index("cd"): 1.0}, 5)
    assert knowledge.bounds({names.index("cd"): 1.0}) == (1, 5)
    monkeypatch.setattr(Knowledge, "_search", lambda self, *told: False)
    assert not Knowledge(len(names), rows).is_open({names.index("cd"): 1.0}, 5)


def test_earlier_editions_left_out(monkeypatch, tmp_path):
    frame = pd.concat(
        [
            children({"yes": 12, "no": 20}, gender="girl", home="kin"),
            children({"yes": 10, "no": 10}, gender="boy", home="kin"),
            children({"yes": 2, "no": 5}, gender="boy", home="foster"),
        ]
    )
    frame = frame.reset_index(drop=True)
    first = bs.release(
        bs.estimate(bs.tally(frame, questionnaire=SMALL, by=["gender"]), by=["gender"], measures=["fun"])
    )
    path = tmp_path / "release.json"
    path.write_text(json.dumps(first.as_edition()), encoding="utf-8")
    known = Intruder(first, SMALL, PLACE, tables=[("gender",)])
    homes = bs.estimate(bs.tally(frame, questionnaire=SMALL, by=["home"]), by=["home"], measures=["fun"])

    def found():
        out = bs.release(homes, previous=[path])
        both = Intruder(out, SMALL, PLACE, tables=[("home",)], before=[known])
        return leaks(both, Children(fill(frame.copy())))

    assert found() == []
    monkeypatch.setattr(one_survey, "what_is_known", lambda *given: {})
    assert found()


def test_what_is_left_of_a_pool_without_us():
    """A pool printed 400 of 500 with us inside; 362 of 460 without us says that we are 38 of 40."""
    pool = Benchmark(
        measure="fun", age_band="younger", comparator="care elsewhere", source="a pool", count=400, n=500,
        includes_own="yes",
    )  # fmt: skip
    tally = bs.tally(children({"yes": 38, "no": 2}), questionnaire=SMALL)
    out = bs.release(bs.compare(tally, [pool]))
    assert Intruder(out, SMALL, PLACE, printed=[pool]).loose == []
    (comparison,) = out.comparisons

    class Careless:
        figures, responses = out.figures, ()
        cohorts = descriptions = rechecks = ()
        comparisons = (dataclasses.replace(comparison, benchmark=362 / 460, benchmark_n=460),)

    assert len(Intruder(Careless, SMALL, PLACE, printed=[pool]).loose) == 2


def test_a_solver_that_stops_early_ends_in_withholding(monkeypatch):
    frame = children({"yes": 12, "no": 20}, gender=np.array(["girl", "boy"] * 16))
    frame.loc[:5, "gender"] = "not known"
    tally = bs.tally(frame, questionnaire=SMALL, by=["gender"])
    estimates = bs.estimate(tally, by=[[], ["gender"]], measures=["fun"])
    assert any(f.status == "shown" for f in bs.release(estimates).figures)
    monkeypatch.setattr(Knowledge, "_solve", lambda self, solver, target, sign: False)
    monkeypatch.setattr(Knowledge, "_spread", lambda self, target: 0.0)
    assert {f.status for f in bs.release(estimates).figures} == {"withheld"}


def careless(original):
    """Plan without the cells that go with a group that stands out, and show those that are safe alone."""

    def planned(tallies, cells, policy, known, prized=(), told=()):
        searched = {cell.measure for cell in prized}
        more = [cell for cell in cells if cell.group and cell.measure not in searched]
        out = original(tallies, [cell for cell in cells if cell not in more], policy, known, prized, told)
        for cell in more:
            tally = tallies[(cell.area, cell.wave)]
            decision = decide(*true_numbers(tally, cell), tally.measures[cell.measure], cell.category, policy)
            out[cell] = plan.Planned(decision)
        return out

    return planned


def found_beside_groups(seeds):
    return any(any(asked.leaks(asked.release())) for asked in map(described, seeds))


def test_what_goes_with_a_group_left_out_of_the_plan(monkeypatch):
    assert not found_beside_groups([18])
    monkeypatch.setattr(one_survey, "plan", careless(one_survey.plan))
    assert found_beside_groups([18])


def test_questions_named_although_they_are_hidden(monkeypatch):
    monkeypatch.setattr(one_survey.OneSurvey, "_both_shown", lambda self, cell: True)
    assert found_beside_groups([12])


def test_groups_said_to_have_stood_out_although_they_were_hidden(monkeypatch):
    then = searched(frame_of("2019", low=(38, 16)))
    tally = bs.tally(frame_of(low=(20, 20)), questionnaire=SMALL, by=["home"])
    again = bs.recheck_cohorts(then, tally)
    assert Intruder(bs.release(again), SMALL, PLACE).loose == []
    monkeypatch.setattr(one_survey.OneSurvey, "_told_again", lambda self, result: list(result))
    assert Intruder(bs.release(again), SMALL, PLACE).loose


def test_scales_of_a_composite_by_one_trait_without_the_composite(monkeypatch):
    frame = planted(np.random.default_rng([4, 3]), 90)
    tally = bs.tally(frame, questionnaire=SMALL, by=["home"])
    scales = ["satisfied", "happy"]
    asked = [bs.estimate(tally, by=[["home"]], measures=scales)]
    asked.append(bs.estimate(tally, measures=[*scales, "low_wellbeing"]))

    def found():
        intruder = Intruder(bs.release(*asked), SMALL, PLACE, tables=[("home",), ()])
        return any(each_leak(intruder, Children(frame)))

    assert not found()
    monkeypatch.setattr(system.System, "_with_those_of_composites", lambda self, own: own)
    assert found()
