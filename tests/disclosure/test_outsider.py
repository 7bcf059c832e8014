"""What an outsider makes of figures alone: worked examples, and random releases that hold nothing to find."""

from __future__ import annotations

from typing import Any

import pytest
from children import SMALL
from test_attack import GROUPS, SEEDS, released

import brightspots as bs
from brightspots.disclosure.figures import Figure, Responses
from brightspots.disclosure.outsider import Narrowed, narrow
from brightspots.disclosure.policy import load_policy

COUNCIL = load_policy("council")
BOTH = ("younger", "older")


def figure(measure: str, n: int | None, count: int | None, **more: Any) -> Figure:
    """Return a figure of the small questionnaire; hidden without numbers, banded without a count."""
    bands = more.pop("age_bands", BOTH)
    band = bands[0] if len(bands) == 1 else "all"
    status = "withheld" if n is None else "shown" if count is not None else "banded"
    place: dict[str, Any] = {"questionnaire": "small", "area": "Here", "wave": "2021", "domain": "life"}
    place |= {"measure": measure, "category": "counted", "age_band": band, "age_bands": bands}
    place |= {"group": (), "rest": False, "status": status, "n": n, "count": count}
    return Figure(**(place | more))


def found(
    *figures: Figure, answered: int = 300, policy: Any = COUNCIL, in_full: bool = False
) -> list[Narrowed]:
    responses = [Responses("small", "Here", "2021", band, answered, None, None) for band in (*BOTH, "all")]
    return narrow(figures, responses, COUNCIL, {"small": SMALL}, in_full=in_full)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_narrowed_too_far_in_a_random_release(seed: int) -> None:
    out = released(seed)
    assert not narrow(out._published, out.responses, out.policy, out.questionnaires)


@pytest.mark.parametrize("seed", GROUPS)
def test_nor_with_groups_that_stand_out(seed: int) -> None:
    out = released(seed, "described")
    assert not narrow(out._published, out.responses, out.policy, out.questionnaires)


GIRLS = (("gender", "girl"),)


def test_a_group_and_its_whole_give_all_others_back() -> None:
    """12 of 40 and 11 of 37 leave 1 of 3: the example of differencing, found by subtraction."""
    whole, part = figure("fun", 40, 12), figure("fun", 37, 11, group=GIRLS)
    (leak,) = found(whole, part)
    assert (leak.least, leak.greatest, leak.figure.rest) == (1, 1, True)


def test_a_hidden_group_leaves_room() -> None:
    """With the 37 hidden too, the others are anything from 0 to 12 of 0 to 40."""
    parts = [figure("fun", None, None, group=(("gender", level),)) for level in ("girl", "boy")]
    both = [n for n in found(figure("fun", 40, 12), *parts, in_full=True) if not n.figure.rest]
    assert [(one.least, one.greatest, one.is_leak) for one in both] == [(0, 12, False)] * 2


def test_all_but_one_line_of_a_table_give_it_back() -> None:
    """20 of 60 less 8 of 25, 7 of 20 and 2 of 5 unknown: 3 of 10 are left for the line that is hidden."""
    lines = [("boy", 25, 8), ("another", 20, 7), ("not_known", 5, 2)]
    rest = [figure("fun", n, count, group=(("gender", level),)) for level, n, count in lines]
    hidden = figure("fun", None, None, group=GIRLS)
    leaks = found(figure("fun", 60, 20), hidden, *rest)
    assert (3, 3) in {(leak.least, leak.greatest) for leak in leaks if leak.figure == hidden}
    assert all(leak.is_leak for leak in leaks)


def test_one_age_band_left_over_from_all_is_found() -> None:
    hidden = figure("fun", None, None, age_bands=("younger",))
    leaks = found(figure("fun", 60, 20), figure("fun", 45, 18, age_bands=("older",)), hidden)
    assert {(one.figure.age_band, one.least, one.greatest) for one in leaks} >= {("younger", 2, 2)}


def test_the_last_band_of_a_scale_is_found() -> None:
    """Four bands make up all 50: 10, 15 and 22 leave 3."""
    shown = [
        figure("satisfied", 50, count, category=category)
        for category, count in (("medium", 10), ("high", 15), ("very high", 22))
    ]
    hidden = figure("satisfied", None, None, category="low")
    assert {(one.least, one.greatest) for one in found(*shown, hidden)} == {(3, 3)}


def test_a_composite_tells_of_its_scales() -> None:
    """Whoever is low on any scale is low: where 6 of 50 are, no more than 6 are low on one of them."""
    low = figure("low_wellbeing", 50, 6, category="low", age_bands=("older",))
    hidden = figure("satisfied", None, None, category="low", age_bands=("older",))
    (one,) = [n for n in found(low, hidden, in_full=True) if n.figure == hidden]
    assert (one.least, one.greatest) == (0, 6)


def test_what_the_policy_does_not_show_is_a_leak_by_itself() -> None:
    (small_side,) = found(figure("fun", 40, 37))
    (small_base,) = found(figure("fun", 9, 5))
    assert (small_side.least, small_base.least) == (37, 5)
    assert not found(figure("fun", 40, 35))
    assert not found(figure("fun", 40, 40))
    assert found(figure("afraid", 40, 40))


def test_a_band_that_is_too_narrow_is_a_leak() -> None:
    """More than 95% of 40 are 39 or 40; more than 85% are 35 to 40."""
    assert found(figure("fun", 40, None, above=95))
    (one,) = [n for n in found(figure("fun", 40, None, above=85), in_full=True) if not n.figure.rest]
    assert (one.least, one.greatest, one.is_leak) == (35, 40, False)


def test_how_many_answered_limits_what_is_hidden() -> None:
    hidden = figure("fun", None, None, age_bands=("younger",))
    (one,) = [n for n in found(hidden, answered=4) if not n.figure.rest]
    assert (one.least, one.greatest) == (0, 4)


def test_figures_that_contradict_each_other_tell_that_they_do() -> None:
    hidden = figure("fun", None, None, age_bands=("younger",))
    leaks = found(figure("fun", 40, 20), figure("fun", 45, 30, age_bands=("older",)), hidden)
    assert any(one.least is None for one in leaks)


def test_a_weaker_band_tells_more_than_it_claims() -> None:
    """More than 60% of 140 is no more than 133, or it were more than 95%; 95 of them leave 38 at most."""
    total, older = figure("fun", 140, None, above=60), figure("fun", 100, 95, age_bands=("older",))
    younger = figure("fun", 40, None, above=85, age_bands=("younger",))
    (leak,) = found(total, older, younger)
    assert (leak.figure, leak.least, leak.greatest) == (younger, 35, 38)
    assert not found(total, figure("fun", 100, 90, age_bands=("older",)), younger)


def test_a_figure_hidden_for_others_may_be_worked_out() -> None:
    """60 less 25 are 35, of whom 12 are counted: that could be shown, so it protects another."""
    hidden = figure("fun", None, None, age_bands=("younger",))
    total, older = figure("fun", 60, 20), figure("fun", 25, 8, age_bands=("older",))
    (one,) = [n for n in found(total, older, hidden, in_full=True) if n.figure == hidden]
    assert (one.least, one.greatest, one.is_leak) == (12, 12, False)


def test_a_hidden_figure_known_to_have_a_small_side_is_found() -> None:
    """60 less 38 are 22, of whom 20 less 16 are counted."""
    hidden = figure("fun", None, None, age_bands=("younger",))
    total, older = figure("fun", 60, 20), figure("fun", 38, 16, age_bands=("older",))
    assert [(n.least, n.greatest) for n in found(total, older, hidden) if n.figure == hidden] == [(4, 4)]


def test_a_weaker_band_for_others_may_be_narrow() -> None:
    """30 or more of 45 are "more than 60%"; 50 less 18 tell that they are 32, which could be shown."""
    total, older = figure("fun", 70, 50), figure("fun", 25, 18, age_bands=("older",))
    assert not found(total, older, figure("fun", 45, None, above=60, age_bands=("younger",)))


def test_what_protects_others_in_a_table_by_gender_is_no_false_alarm() -> None:
    """Two small groups are hidden, and what is hidden beside them need not stay open."""
    survey = bs.make_survey(respondents=900, seed=6, questionnaire="care-leavers", planted=None)
    out = bs.release(bs.estimate(survey, measures=["someone_believes"], by=[[], ["gender"]]))
    assert any(one.status == "withheld" for one in out.figures)
    assert not narrow(out._published, out.responses, out.policy, out.questionnaires)
