"""The rules of the council policy, with the values that docs and methods give for them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from attack import first_above
from children import SMALL
from releasing import PLACE

import brightspots as bs
from brightspots.disclosure.cells import decide
from brightspots.disclosure.policy import load_policy
from brightspots.measures.measure import measures_of

COUNCIL = load_policy("council")
STEPS = (50, 60, 70, 75, 80, 85, 90, 95)
MEASURES = measures_of(SMALL)


def children(answers, *, measure="fun", age_band="younger", **traits):
    """Return a tally of children of whom `answers` tells how many gave which answer."""
    rows = [answer for answer, n in answers.items() for _ in range(n)]
    frame = pd.DataFrame({measure: rows})
    frame["area"], frame["wave"] = PLACE
    frame["age_band"] = age_band
    for trait, levels in traits.items():
        frame[trait] = levels
    return frame


def figure(out, measure="fun", category="counted", age_band="younger"):
    found = [f for f in out.figures if (f.measure, f.category, f.age_band) == (measure, category, age_band)]
    return next(f for f in found if not f.group)


def released(answers, measure="fun", **more):
    frame = children(answers, measure=measure, **more)
    return figure(bs.release(bs.estimate(bs.tally(frame, questionnaire=SMALL), measures=[measure])), measure)


@pytest.mark.parametrize(
    ("n", "step"),
    [(10, None), (11, 50), (12, 50), (20, 70), (40, 85), (60, 90), (100, 90), (110, 95)],
)
def test_the_strongest_claim_leaves_five_children_open(n, step):
    assert COUNCIL.step(n, sensitive=False) == step


@pytest.mark.parametrize("n", [*range(10, 130), 400, 1000])
def test_no_stronger_claim_would(n):
    wide = [s for s in STEPS if n - first_above(s, n) >= 5]
    assert COUNCIL.step(n, sensitive=False) == (max(wide) if wide else None)
    assert COUNCIL.step(n, sensitive=True) == (wide[-2] if len(wide) > 1 else None)


def test_38_of_40_is_more_than_85_percent_and_less_is_said_where_the_others_are_sensitive():
    assert released({"yes": 38, "no": 2}).above == 85
    assert released({"yes": 2, "no": 38}).below == 15
    # Few are often afraid, and they are the sensitive side: one step down, "fewer than 20%".
    assert released({"often": 2, "never": 38}, measure="afraid").below == 20
    # Nearly all are afraid: the small side is not the sensitive one.
    assert released({"often": 38, "never": 2}, measure="afraid").above == 85


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"yes": 35, "no": 5}, "shown"),
        ({"yes": 36, "no": 4}, "banded"),
        ({"yes": 5, "no": 5}, "shown"),
        ({"yes": 5, "no": 4}, "withheld"),
        ({"yes": 9}, "withheld"),
        ({"yes": 10}, "withheld"),
        ({"yes": 11}, "banded"),
        ({"yes": 19}, "banded"),
        ({"yes": 20}, "shown"),
        ({"no": 20}, "shown"),
        ({"not_answered": 12}, "no base"),
    ],
)
def test_both_sides_and_the_base_count(answers, status):
    assert released(answers).status == status


@pytest.mark.parametrize("answers", [{"often": 60}, {"never": 60}])
def test_all_and_none_are_bands_where_the_question_is_sensitive(answers):
    assert released(answers, measure="afraid").status == "banded"


def test_nothing_is_said_of_a_withheld_figure_and_only_its_band_of_a_banded_one():
    hidden = released({"yes": 5, "no": 4})
    numbers = ("n", "count", "share", "lower", "upper", "above", "below")
    assert [getattr(hidden, name) for name in numbers] == [None] * 7
    assert not hidden.low_base
    band = released({"yes": 38, "no": 2})
    assert (band.n, band.count, band.share) == (40, None, None)
    same = released({"yes": 36, "no": 4})
    assert same == band


def test_every_share_of_a_band_that_is_used_in_a_table_is_given_as_that_band():
    frame = children({"yes": 38, "no": 2})
    frame["satisfied"] = ["9"] * 35 + ["2"] * 5
    out = bs.release(bs.estimate(bs.tally(frame, questionnaire=SMALL), measures=["fun", "satisfied"]))
    assert figure(out, "fun").above == 85
    assert figure(out, "satisfied", "very high").status in ("banded", "withheld")


def test_a_band_alone_in_its_table_says_no_more_than_one_to_four():
    """What a reader who knows the rule can conclude of a lone band, and of one that has company."""
    alone = {}
    for k in range(41):
        decision = decide(40, k, MEASURES["fun"], "counted", COUNCIL)
        alone.setdefault((decision.status, decision.above, decision.below), []).append(k)
    assert alone[("banded", 85, None)] == [36, 37, 38, 39]


def test_a_level_that_a_difference_of_tables_gives_away():
    """A published total 51 of 180, a band 12 of 40, and 11 of 37 in it without a disability."""
    rows = []
    for band, home, often, never in (
        ("younger", "foster", 11, 26),
        ("younger", "kin", 1, 2),
        ("older", "foster", 39, 101),
    ):
        rows.append(children({"often": often, "never": never}, measure="afraid", age_band=band, home=home))
    tally = bs.tally(pd.concat(rows), questionnaire=SMALL, by=["home"])
    out = bs.release(
        bs.estimate(tally, measures=["afraid"]), bs.estimate(tally, by=["home"], measures=["afraid"])
    )
    said = {(f.age_band, f.group): f.status for f in out.figures}
    assert said[("younger", (("home", "kin"),))] == "withheld"
    shown = {key for key, status in said.items() if status == "shown"}
    assert not {("younger", ()), ("younger", (("home", "foster"),))} <= shown
    assert ("younger", ()) in shown or ("all", ()) in shown


def test_the_order_of_rows_and_of_results_changes_nothing():
    rng = np.random.default_rng(5)
    from children import invent

    frame = invent(rng, 90)
    outs = []
    for seed in (1, 2):
        tally = bs.tally(frame.sample(frac=1, random_state=seed), questionnaire=SMALL, by=["gender", "home"])
        results = [
            bs.estimate(tally),
            bs.estimate(tally, by=[["gender"], ["home"]]),
            bs.flag_cohorts(tally, traits=["gender", "home"], measure="afraid", max_order=1, permutations=99),
        ]
        outs.append(bs.release(*(results if seed == 1 else results[::-1])))
    assert set(outs[0].figures) == set(outs[1].figures)
    assert outs[0].cohorts == outs[1].cohorts
    assert outs[0].respondents == outs[1].respondents


def test_another_policy_has_other_thresholds():
    lax = COUNCIL.model_copy(update={"minimum_side": 1})
    out = bs.release(
        bs.estimate(bs.tally(children({"yes": 38, "no": 2}), questionnaire=SMALL), measures=["fun"]),
        policy=lax,
    )
    assert figure(out).count == 38
    assert dataclasses.asdict(figure(out))["status"] == "shown"
