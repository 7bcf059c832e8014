"""An open survey, week after week: what somebody who keeps every report can work out of who has answered.

The reader here knows every eligible number, every total, that no trait is missing, and the rule; and asks a
linear program how few and how many of a group may have answered. What it knows of the rule is written anew.
"""

from __future__ import annotations

import json
import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import brightspots as bs
from brightspots.disclosure.open_surveys import (
    NOT_SAID,
    NOT_YET,
    REACHED,
    pass_open_survey,
    rule_of,
    standings,
)
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError
from brightspots.findings.responses import responses_by_trait

COUNCIL = load_policy("council")
LATEST = 6
"""One more than the five children by which a count has to stay uncertain."""


class Week(NamedTuple):
    """What is known of a week: the total, and for each group between which numbers it lies."""

    total: int
    within: dict[str, tuple[int, int]]


def reach(weeks: list[Week], eligible: dict[str, int], wanted: dict[tuple[int, str], int]) -> tuple[int, int]:
    """Return the least and most that a sum of counts can be, by week and group."""
    levels = list(eligible)
    place = {(t, level): t * len(levels) + i for t in range(len(weeks)) for i, level in enumerate(levels)}
    bounds = [week.within.get(level, (0, eligible[level])) for week in weeks for level in levels]
    totals = np.zeros((len(weeks), len(place)))
    grows = np.zeros((max(0, len(weeks) - 1) * len(levels), len(place)))
    for (t, _), i in place.items():
        totals[t, i] = 1
        if t:
            grows[i - len(levels), [i - len(levels), i]] = 1, -1
    goal = np.zeros(len(place))
    for at, sign in wanted.items():
        goal[place[at]] = sign
    ends = []
    for sign in (1, -1):
        rows = {"A_ub": grows, "b_ub": np.zeros(len(grows))} if len(grows) else {}
        found = linprog(sign * goal, A_eq=totals, b_eq=[week.total for week in weeks], bounds=bounds, **rows)
        assert found.success, found.message
        ends.append(round(sign * found.fun))
    return ends[0], ends[1]


def test_steps_of_ten_percent_give_a_child_away():
    """Why there are none: 29 of 150 girls are 19%, 33 of 160 boys 20%; then one more child answers."""
    eligible = {"girl": 150, "boy": 160}
    before = Week(62, {"girl": (15, 29), "boy": (32, 47)})
    after = Week(63, {"girl": (30, 44), "boy": (32, 47)})
    assert reach([before, after], eligible, {(1, "girl"): 1}) == (30, 30)
    assert reach([before, after], eligible, {(1, "girl"): 1, (0, "girl"): -1}) == (1, 1)


def test_the_target_alone_gives_a_child_away_when_it_is_said_at_once():
    """45 of 150 girls are 30%. Nothing is said of boys, and still the child who came is a girl."""
    before, after = Week(100, {"girl": (0, 44)}), Week(101, {"girl": (45, 150)})
    eligible = {"girl": 150, "boy": 160}
    assert reach([before, after], eligible, {(1, "girl"): 1}) == (45, 45)
    assert reach([before, after], eligible, {(1, "girl"): 1, (0, "girl"): -1}) == (1, 1)


def test_both_sides_of_a_total_give_each_other_away_even_when_said_late():
    """45 girls and 48 boys make 30%: both said, with 93 answers in all, and both numbers are known."""
    week = Week(93, {"girl": (45, 150), "boy": (48, 160)})
    assert reach([week], {"girl": 150, "boy": 160}, {(0, "girl"): 1}) == (45, 45)


@pytest.mark.parametrize(
    ("eligible", "total", "wanted", "from_", "to"),
    [
        # by hand: 30% of 150 is 45, of 40 is 12; 45 + 6 = 51; the largest is left out
        ({"girl": 150, "boy": 160}, 310, {"girl": 45}, 51, 160),
        ({"foster": 210, "residential": 40}, 250, {"residential": 12}, 18, 210),
        # 90 others are not the largest, 300 others are
        ({"foster": 120, "residential": 40}, 250, {"residential": 12}, 18, 120),
        ({"residential": 40, "kinship": 60}, 400, {"residential": 12, "kinship": 18}, 36, 300),
        # 30% of 14 is 5, and 5 + 5 = 10 leaves fewer than five; 15 leaves five; of 9 nothing is said
        ({"foster": 200, "a": 14, "b": 15, "c": 9}, 238, {"b": 5}, 11, 200),
    ],
)
def test_of_whom_and_when_something_is_said_follows_from_eligible_numbers(eligible, total, wanted, from_, to):
    assert rule_of(eligible, total, COUNCIL) == (wanted, from_, to, LATEST)


@st.composite
def histories(draw):
    """Draw eligible numbers, and for some weeks who has answered, and how late claims come."""
    levels = ["a", "b", "c", "d"][: draw(st.integers(2, 4))]
    eligible = {level: draw(st.integers(10, 120)) for level in levels}
    answered = dict.fromkeys(levels, 0)
    weeks = []
    for _ in range(draw(st.integers(2, 5))):
        few = draw(st.booleans())
        for level in levels:
            left = eligible[level] - answered[level]
            answered[level] += draw(st.integers(0, min(left, 2 if few else 40)))
        late = {level: draw(st.integers(0, LATEST)) for level in levels}
        weeks.append((dict(answered), late))
    return eligible, weeks


@given(histories())
@settings(max_examples=25, deadline=None)
def test_whatever_is_said_over_the_weeks_a_count_stays_open_and_nobody_may_have_come(history):
    eligible, answers = history
    rule = rule_of(eligible, sum(eligible.values()), COUNCIL)
    weeks, said = [], []
    for t, (answered, late) in enumerate(answers):
        total = sum(answered.values())
        told = standings(rule, answered, total, late)
        within = {}
        for level, standing in told.items():
            target = math.ceil(3 * eligible[level] / 10)
            if standing == REACHED:
                within[level] = (target, eligible[level])
            elif standing == NOT_YET:
                within[level] = (0, target - 1 + LATEST)
            if standing != NOT_SAID:
                said.append((t, level))
        weeks.append(Week(total, within))
    for t, level in said:
        least, most = reach(weeks, eligible, {(t, level): 1})
        assert most - least >= COUNCIL.least_width
        if (t - 1, level) in said:
            assert reach(weeks, eligible, {(t, level): 1, (t - 1, level): -1})[0] == 0


@given(histories())
def test_what_is_said_to_be_reached_is(history):
    eligible, answers = history
    rule = rule_of(eligible, sum(eligible.values()), COUNCIL)
    for answered, late in answers:
        for level, standing in standings(rule, answered, sum(answered.values()), late).items():
            assert standing != REACHED or answered[level] / eligible[level] >= 0.3


def test_how_late_a_claim_comes_is_drawn_anew_for_other_answers_and_kept_for_the_same():
    survey = bs.make_survey(seed=1, respondents=120)
    object.__setattr__(survey, "eligible", dict.fromkeys(survey.eligible, 300))
    girls = survey.answers["gender"].tolist().count("girl")
    answered = bs.release(bs.estimate(survey, measures=[])).responses

    def standing(fingerprint: str, above: int) -> str:
        found = responses_by_trait(survey, {"gender": {"girl": int((girls - above) / 0.3)}})
        found.survey = found.survey._replace(secret=fingerprint)
        return pass_open_survey(found, COUNCIL, answered, ()).groups[0].standing

    drawn = [standing(str(i), 3) for i in range(40)]
    assert {*drawn} == {REACHED, NOT_YET}
    assert drawn == [standing(str(i), 3) for i in range(40)]
    assert {standing(str(i), LATEST) for i in range(40)} == {REACHED}
    assert {standing(str(i), -1) for i in range(40)} == {NOT_YET}


def test_a_release_holds_no_number_of_a_group_and_no_figure_beside_it():
    survey = bs.make_survey(seed=1, respondents=200)
    found = responses_by_trait(survey, {"gender": {"girl": 140, "boy": 180}})
    out = bs.release(bs.estimate(survey, measures=[]), found)
    said = json.dumps(out.as_edition()["said"]["open_surveys"])
    assert [set(group) for group in json.loads(said)[0]["groups"]] == [{"trait", "level", "standing"}] * 2
    with pytest.raises(ArgumentError, match="measures=\\[\\]"):
        bs.release(bs.estimate(survey, measures=["nature"]), found)
    with pytest.raises(ArgumentError, match="measures=\\[\\]"):
        bs.release(found)


def test_nothing_is_said_by_trait_where_a_number_of_answers_is_hidden():
    survey = bs.make_survey(seed=1, respondents=60)
    small = survey.answers["age_band"].value_counts().min()
    found = responses_by_trait(survey, {"gender": {"girl": 60}})
    policy = COUNCIL.model_copy(update={"minimum_base": int(small) + 1})
    out = bs.release(bs.estimate(survey, measures=[]), found, policy=policy)
    assert any(r.n is None for r in out.responses)
    assert {group.standing for group in out.open_surveys[0].groups} == {NOT_SAID}
