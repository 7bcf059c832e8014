"""Where figures stand: every rule and every tie by hand, for points and for ranges."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.scorecard_rules import Goal, Start, stand, worst_of

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
RETURNS = Path(bs.__file__).parent / "data" / "returns" / "sample.csv"
START = Start(0.40, dt.date(2021, 1, 1))
# 400 days from the start to the due day, so that 100 days are a quarter of the way.
DUE = (START.at + dt.timedelta(400)).isoformat()
UP = Goal(up=True, due=DUE, target=0.60)
DOWN = Goal(up=False, due=DUE, target=0.20)


def after(days: int) -> dt.date:
    return START.at + dt.timedelta(days)


# By hand: from 40% to 60% in 400 days. After 100 days the line is at 45%, half of it at 42.5%.
@pytest.mark.parametrize(
    ("value", "days", "status"),
    [
        (0.60, 100, "met"),
        (0.61, 100, "met"),
        (0.60, 400, "met"),
        (0.599, 400, "not met"),
        (0.599, 401, "not met"),
        (0.45, 100, "on track"),
        (0.4499, 100, "at risk"),
        (0.425, 100, "at risk"),
        (0.4249, 100, "off track"),
        (0.39, 100, "off track"),
        (0.50, 200, "on track"),
        (0.45, 200, "at risk"),
        (0.44, 200, "off track"),
        (0.5995, 399, "on track"),
        (0.40, 0, "no data"),
        (0.55, -5, "no data"),
        (0.60, 0, "met"),
    ],
)
def test_a_figure_that_counts_everybody(value: float, days: int, status: str) -> None:
    assert stand(value, value, after(days), UP, START)[0] == status
    mirrored = 0.8 - value  # 40% down to 20%, the same distances the other way
    assert stand(mirrored, mirrored, after(days), DOWN, START)[0] == status


# By hand, the same line: a status only where the whole range has it.
@pytest.mark.parametrize(
    ("lower", "upper", "days", "status", "reason"),
    [
        (0.60, 0.70, 100, "met", ""),
        (0.59, 0.70, 400, "cannot tell", "spans_target"),
        (0.50, 0.59, 400, "not met", "due"),
        (0.45, 0.59, 100, "on track", ""),
        (0.45, 0.70, 100, "on track", ""),
        (0.43, 0.44, 100, "at risk", ""),
        (0.43, 0.45, 100, "cannot tell", "spans_line"),
        (0.42, 0.44, 100, "cannot tell", "spans_line"),
        (0.30, 0.42, 100, "off track", ""),
        (0.30, 0.425, 100, "cannot tell", "spans_line"),
        (0.30, 0.70, 100, "cannot tell", "spans_line"),
    ],
)
def test_a_figure_with_a_range(lower: float, upper: float, days: int, status: str, reason: str) -> None:
    assert stand(lower, upper, after(days), UP, START) == (status, reason)


def test_above_a_target_is_not_at_it() -> None:
    above = UP._replace(beyond=True)
    assert stand(0.60, 0.60, after(400), above, START)[0] == "not met"
    assert stand(0.6001, 0.6001, after(400), above, START)[0] == "met"
    assert stand(0.60, 0.62, after(400), above, START) == ("cannot tell", "spans_target")


def test_without_a_baseline_there_is_no_line() -> None:
    assert stand(0.5, 0.5, after(100), UP, None) == ("not met yet", "no_baseline")
    assert stand(0.5, 0.7, after(100), UP, None) == ("cannot tell", "spans_target")
    assert stand(0.5, 0.5, after(400), UP, None)[0] == "not met"
    assert stand(0.6, 0.6, after(100), UP, None)[0] == "met"
    assert stand(0.5, 0.5, after(100), Goal(True, DUE, change=0.1), None) == ("no data", "no_baseline")


def test_a_change_is_counted_from_the_baseline() -> None:
    fewer = Goal(up=False, due=DUE, change=5)
    start = Start(60, START.at)
    assert fewer.level(60) == 55
    assert [stand(n, n, after(400), fewer, start)[0] for n in (54, 55, 56)] == ["met", "met", "not met"]


# Any move will do: a rise counts, the same again does not.
@pytest.mark.parametrize(
    ("value", "before_due", "when_due"),
    [(0.41, "met", "met"), (0.40, "at risk", "not met"), (0.39, "off track", "not met")],
)
def test_any_move_in_the_good_direction(value: float, before_due: str, when_due: str) -> None:
    more = Goal(up=True, due=DUE)
    assert stand(value, value, after(100), more, START)[0] == before_due
    assert stand(value, value, after(400), more, START)[0] == when_due


def test_a_high_level_that_is_to_be_kept() -> None:
    keep = Goal(up=True, due=DUE, target=0.40)
    assert stand(0.40, 0.40, after(100), keep, START)[0] == "met"
    assert stand(0.39, 0.39, after(100), keep, START)[0] == "off track"
    assert stand(0.39, 0.41, after(100), keep, START) == ("cannot tell", "spans_target")


SHARES = st.floats(0, 1)
ORDER = ["met", "on track", "at risk", "off track"]


@given(SHARES, SHARES, st.integers(1, 399), SHARES, SHARES)
def test_a_better_figure_never_stands_worse(
    one: float, other: float, days: int, target: float, first: float
) -> None:
    goal, start = Goal(True, DUE, target), Start(first, START.at)
    low, high = sorted((one, other))
    worse, better = (stand(v, v, after(days), goal, start)[0] for v in (low, high))
    assert ORDER.index(better) <= ORDER.index(worse)


@given(SHARES, SHARES, st.integers(1, 500), SHARES, SHARES)
def test_a_range_tells_only_what_all_its_points_tell(
    one: float, other: float, days: int, target: float, first: float
) -> None:
    goal, start = Goal(True, DUE, target), Start(first, START.at)
    low, high = sorted((one, other))
    told = stand(low, high, after(days), goal, start)[0]
    points = {stand(v, v, after(days), goal, start)[0] for v in (low, (low + high) / 2, high)}
    if told == "on track":
        assert points <= {"on track", "met"}
    elif told != "cannot tell":
        assert points == {told}


def test_an_objective_stands_as_its_worst_measure() -> None:
    assert worst_of(["met", "on track", "off track", "cannot tell"]) == "off track"
    assert worst_of(["off track", "not met"]) == "not met"
    assert worst_of(["not met yet", "at risk"]) == "at risk"
    assert worst_of(["hidden", "no data"]) == "no data"


# ---------------------------------------------------------------------------------------------- from results


HEAD = 'title = "T"\narea = "Here"\nas_at = "2022-03"\n[[objective]]\nid = "one"\ntitle = "One"\n'


def card_of(tmp_path: Path, text: str, *results: Any) -> Any:
    (tmp_path / "s.toml").write_text(HEAD + text, encoding="utf-8")
    return bs.scorecard(bs.load_strategy(tmp_path / "s.toml"), *results)


def test_the_sample_of_local_measures_by_hand() -> None:
    rows = {row.measure: row for row in bs.scorecard(bs.load_strategy(REFERENCE / "strategy.toml"))}
    attendance = rows["good_attendance"]
    # 251 of 337 is 74.5%; from 212 of 310 (68.4%) to 80% by July 2022, two thirds of the year is gone by
    # the end of March: the line is at 76.1%, half of it at 72.2%.
    assert (attendance.numerator, attendance.denominator, attendance.status) == (251, 337, "at risk")
    assert attendance.value == pytest.approx(251 / 337)
    assert attendance.change_since_previous == pytest.approx(251 / 337 - 236 / 322)
    assert attendance.change_since_baseline == pytest.approx(251 / 337 - 212 / 310)
    # 118 of 402 is 29.4%, so 39.4% are to be reached; 171 of 431 is 39.7%.
    assert (rows["life_story_work"].status, rows["life_story_work"].target) == (
        "met",
        pytest.approx(118 / 402 + 0.10),
    )
    # 29 carers by December 2021, and the target was due in March 2022, when it is looked at.
    carers = rows["new_foster_carers"]
    assert (carers.value, carers.status, carers.reason) == (29, "no data", "nothing_since_due")
    # 69% against above 70%: due too, and the figure is from December.
    assert rows["in_foster_care"].reason == "nothing_since_due"
    assert rows["in_foster_care"].compared == (
        ("England", 0.71, pytest.approx(-0.02), "not compared", "full_count"),
    )


def test_an_earlier_look_is_another_look() -> None:
    strategy = bs.load_strategy(REFERENCE / "strategy.toml")
    rows = {row.measure: row for row in bs.scorecard(strategy, as_at="2022-01")}
    # From 68% in March to 70%: three quarters of a year gone, the line is at 69.5%, half of it at 68.75%.
    assert rows["in_foster_care"].status == "at risk"
    # From 37 to 40: the line is above 37, and 29 is below.
    assert rows["new_foster_carers"].status == "off track"
    with pytest.raises(ArgumentError, match="as_at is 'soon'"):
        bs.scorecard(strategy, as_at="soon")


def test_published_figures_stand_beside_others() -> None:
    figures = bs.read_return(RETURNS)
    compared = bs.compare_returns(figures, area="Ambleford", measures=["sdq_concern"])
    row = next(
        row
        for row in bs.scorecard(bs.load_strategy(REFERENCE / "strategy.toml"), compared)
        if row.measure == "sdq_concern"
    )
    assert (row.area, row.as_at, row.numerator, row.denominator) == ("Ambleford", "2024-03", 48, 137)
    assert [(who, verdict, why) for who, _, _, verdict, why in row.compared] == [
        ("England", "not compared", "full_count"),
        ("Midshire", "not compared", "full_count"),
    ]
    before = next(r for r in figures if (r.area, r.time, r.measure) == ("Ambleford", "2023", "sdq_concern"))
    assert row.previous == pytest.approx(before.number / before.base)


TRACKED = (
    '[[objective.measure]]\nmeasure = "likes_school"\norigin = "survey"\nage_band = "11-18"\n'
    'questionnaire = "children-in-care"\ntarget = {target}\ndirection = "up"\ndue = "{due}"\n'
)


@pytest.fixture(scope="module")
def survey() -> Any:
    return bs.make_survey(respondents=300, seed=1)


# 11-18s who like school in this invented survey: read off the estimate, and the range with it.
def test_a_surveys_figure_is_judged_by_its_range(tmp_path: Path, survey: Any) -> None:
    estimates = bs.estimate(survey, measures=["likes_school"])
    own = next(row for row in estimates if row.age_band == "11-18")
    low, share, high = (100 * x for x in (own.lower, own.share, own.upper))
    told = []
    for target in (low - 1, share, high + 1):
        text = TRACKED.format(target=round(target, 2), due="2021-06-30")
        (row,) = card_of(tmp_path, text, estimates)
        told.append(row.status)
    assert told == ["met", "cannot tell", "not met"]


def test_getting_better_is_what_the_test_against_the_last_wave_says(tmp_path: Path) -> None:
    text = TRACKED.format(target=0, due="2030").replace("target = 0\n", "")
    questionnaire = bs.load_questionnaire("children-in-care")

    def counted(wave: str, count: int) -> Any:
        form = tmp_path / "counts.csv"
        line = f"likes_school,11-18,counted,{count},,200\n"
        form.write_text(f"measure,age_band,category,count,percent,n\n{line}", encoding="utf-8")
        return bs.read_counts(form, questionnaire, area="Here", wave=wave)

    # 140 against 100 of 200: 20 points, mid-P below 0.001 by Fisher's test. 140 against 139: nothing.
    for before, now, status in [(100, 140, "met"), (139, 140, "cannot tell"), (140, 100, "off track")]:
        compared = bs.compare(counted("2021", now), previous=counted("2019", before))
        (row,) = card_of(tmp_path, text, compared)
        assert row.status == status
        assert row.change_since_previous == pytest.approx((now - before) / 200)
    (row,) = card_of(tmp_path, text, bs.estimate(counted("2021", 140)))
    assert (row.status, row.reason) == ("no data", "no_baseline")


def test_questions_bring_their_verdicts_and_headings(survey: Any) -> None:
    compared = bs.compare(survey, bs.load_benchmarks("sheffield-2021"))
    card = bs.scorecard(bs.load_strategy("sheffield-2021"), bs.estimate(survey), compared)
    school = [row for row in card if row.measure == "likes_school"]
    assert {row.age_band for row in school} == {"all", "11-18"}
    theirs = {
        (r.comparator, r.verdict) for r in compared if (r.measure, r.age_band) == ("likes_school", "11-18")
    }
    ours = {(who, verdict) for row in school for who, _, _, verdict, _ in row.compared}
    assert ours == theirs
    assert ("principles", "High aspirations") in school[0].groupings
    assert all(row.status == "" for row in school)


def test_what_is_not_in_the_results_has_no_data(survey: Any) -> None:
    card = bs.scorecard(bs.load_strategy("sheffield-2021"), bs.estimate(survey))
    leavers = next(row for row in card if row.measure == "copes_financially")
    assert (leavers.missing, leavers.value) == ("no_figure", None)


def test_what_the_strategy_names_wrongly_is_told_at_once(tmp_path: Path, survey: Any) -> None:
    text = (
        'indicators = ["life_satisfaction", { measure = "no_such", questionnaire = "children-in-care" }, '
        '{ measure = "nature", age_band = "90-99" }]\n'
        '[[objective.measure]]\nmeasure = "sdq_concern"\norigin = "statutory"\nage_group = "19 to 21"\n'
    )
    figures = bs.compare_returns(bs.read_return(RETURNS), area="Ambleford", measures=["sdq_concern"])
    with pytest.raises(ArgumentError) as raised:
        card_of(tmp_path, text, bs.estimate(survey), figures, 5)
    told = str(raised.value)
    for fault in ("which category of 'life_satisfaction'", "'no_such'", "'90-99'", "'19 to 21'", "not a int"):
        assert fault in told, (fault, told)


def test_objectives_count_their_measures_and_actions() -> None:
    card = bs.scorecard(bs.load_strategy(REFERENCE / "strategy.toml"), as_at="2022-08")
    rows = {row.objective: row for row in card.objectives}
    schooling = rows["schooling"]
    assert (schooling.measures, schooling.with_status) == (1, 0)
    assert (schooling.actions, schooling.actions_done, schooling.actions_late) == (1, 0, 1)
    assert rows["wellbeing"].status == "met"


def test_a_scorecard_is_not_for_release_and_says_so() -> None:
    card = bs.scorecard(bs.load_strategy(REFERENCE / "strategy.toml"))
    assert "Not for release" in card._repr_html_()
    assert "Not for release" in card.objectives._repr_html_()
