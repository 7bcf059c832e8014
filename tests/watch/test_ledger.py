"""The ledger from run to run: what replaces, what is followed, what is a change and what is none."""

from __future__ import annotations

import json

import pytest
from small_releases import AREA, ASKED, comparison, group, recheck, released

from brightspots.disclosure.release import Release
from brightspots.errors import StateError
from brightspots.watch.ledger import Ledger
from brightspots.watch.observing import observe
from brightspots.watch.store import as_json

CHAIN = (ASKED.id, AREA)
EMPTY = Ledger({})


def after(ledger: Ledger, release: Release, wave: str = "2021") -> Ledger:
    return ledger.after({CHAIN: wave}, observe(release))


def changed(before: Ledger, now: Ledger) -> list[tuple[str, str]]:
    return [(kind, entry.standing.direction) for kind, entry in now.changes_since(before)]


def test_a_run_again_over_the_same_wave_changes_nothing() -> None:
    once = after(EMPTY, released(comparison("worse")))
    again = after(once, released(comparison("worse")))
    assert again == once
    assert changed(once, again) == []
    assert not again.flags[0].standing.confirmed  # the same answers twice confirm nothing


def test_runs_over_one_wave_replace_each_other() -> None:
    """Three runs over 2022 count as one wave: the ledger is that of the last alone."""
    first = after(EMPTY, released(comparison("worse")))
    ledger = first
    for verdict in ("worse", "unclear", "worse"):
        ledger = after(ledger, released(comparison(verdict, leans="", effect=-0.3)), "2022")
    assert ledger == after(first, released(comparison("worse", leans="")), "2022")
    assert ledger.flags[0].standing.confirmed


def test_a_flag_that_a_revision_takes_away_is_told_as_cleared_and_told_again_when_it_is_back() -> None:
    first = after(EMPTY, released(comparison("worse")))
    revised = after(first, released(comparison("unclear", benchmark=0.65, effect=-0.05, leans="")))
    assert changed(first, revised) == [("cleared", "worse")]
    assert not revised.flags
    back = after(revised, released(comparison("worse")))
    assert changed(revised, back) == [("new", "worse")]


def test_a_flag_that_is_hidden_by_a_stricter_policy_stays_up() -> None:
    first = after(EMPTY, released(comparison("worse")))
    for verdict in ("withheld", "not compared"):
        hidden = after(first, released(comparison(verdict)))
        assert changed(first, hidden) == []
        assert [entry.standing.state for entry in hidden.flags] == ["not tested"]
        shown = after(hidden, released(comparison("worse")))
        assert changed(hidden, shown) == []
        assert [entry.standing.state for entry in shown.flags] == ["new"]
        assert not shown.flags[0].standing.confirmed


def test_a_flag_that_was_cleared_is_not_raised_by_hiding_it() -> None:
    first = after(EMPTY, released(comparison("worse")))
    cleared = after(first, released(comparison("unclear", effect=-0.01, leans="")), "2022")
    assert changed(first, cleared) == [("cleared", "worse")]
    assert changed(cleared, after(cleared, released(comparison("withheld")), "2022")) == []


def test_what_a_release_no_longer_speaks_of_is_not_cleared() -> None:
    first = after(EMPTY, released(comparison("worse"), comparison("unclear", measure="nature")))
    gone = after(first, released(), "2022")
    assert [(e.subject.measure, e.standing.state, e.seen.reason) for e in gone.entries] == [
        ("likes_school", "not tested", "absent")
    ]
    assert changed(first, gone) == []


def test_a_survey_that_is_open_or_left_out_keeps_its_flags() -> None:
    first = after(EMPTY, released(comparison("worse")))
    assert first.after({}, observe(released())) == first


def test_a_renamed_source_is_the_same_comparison_and_two_sources_are_two() -> None:
    first = after(EMPTY, released(comparison("worse", source="2019 edition")))
    renamed = after(first, released(comparison("worse", source="2023 edition")), "2022")
    assert changed(first, renamed) == []
    assert [(e.source, e.standing.confirmed) for e in renamed.entries] == [("2023 edition", True)]
    two = after(
        first,
        released(
            comparison("worse", source="another"), comparison("unclear", source="2019 edition", leans="")
        ),
        "2022",
    )
    assert [(e.source, e.standing.state) for e in two.entries] == [
        ("2019 edition", "persisting"),
        ("another", "new"),
    ]


def test_two_figures_of_one_source_are_both_kept() -> None:
    both = released(comparison("worse"), comparison("better", effect=0.3))
    first = after(EMPTY, both)
    assert sorted(e.standing.direction for e in first.entries) == ["better", "worse"]
    assert after(first, both) == first


def test_an_older_wave_is_refused() -> None:
    first = after(EMPTY, released(comparison("worse"), wave="2022"), "2022")
    with pytest.raises(StateError, match=r"holds wave 2022 of .* and this run is of 2021"):
        after(first, released(comparison("worse")), "2021")


def test_an_illustrative_figure_wakes_nobody() -> None:
    assert not after(EMPTY, released(comparison("worse", illustrative=True))).entries


def test_a_group_is_new_when_a_search_finds_it_and_then_followed_by_name() -> None:
    first = after(EMPTY, released(cohorts=[group()]))
    assert [(e.standing.state, e.standing.direction) for e in first.flags] == [("new", "worse")]
    assert first.flags[0].name.endswith("in residential care")
    passed_over = group(flagged=False, wave="2022")
    still = released(cohorts=[passed_over], rechecks=[recheck("still", wave="2022")], wave="2022")
    confirmed = after(first, still, "2022")
    assert [(e.standing.state, e.standing.confirmed) for e in confirmed.flags] == [("persisting", True)]
    leaning = [recheck("no clear excess", leans=True, wave="2022", count=12)]
    held = after(first, released(cohorts=[passed_over], rechecks=leaning), "2022")
    assert [(e.standing.state, e.standing.confirmed) for e in held.flags] == [("persisting", False)]
    gone = after(first, released(rechecks=[recheck("no clear excess", wave="2022", count=6)]), "2022")
    assert changed(first, gone) == [("cleared", "worse")]
    hidden = after(first, released(rechecks=[recheck("withheld", wave="2022")]), "2022")
    assert [e.standing.state for e in hidden.flags] == ["not tested"]


def test_a_group_covered_by_another_raises_no_flag_but_keeps_one_up() -> None:
    covered = group(role="covered", covered_by="boys")
    assert not after(EMPTY, released(cohorts=[covered])).flags
    first = after(EMPTY, released(cohorts=[group()]))
    again = after(first, released(cohorts=[group(role="covered", covered_by="boys", wave="2022")]), "2022")
    assert [(e.standing.state, e.standing.confirmed) for e in again.flags] == [("persisting", False)]


def test_a_group_that_turns_round_is_one_flag() -> None:
    first = after(EMPTY, released(cohorts=[group(), group(flagged=False, direction="high")]))
    turned = [group(flagged=False, wave="2022", count=1), group(direction="high", wave="2022", count=1)]
    now = after(first, released(cohorts=turned), "2022")
    assert changed(first, now) == [("changed direction", "better")]


def test_a_larger_share_of_something_bad_is_the_unfavourable_side() -> None:
    found = observe(released(comparison("worse", higher_is_better=False, effect=0.3)))
    assert found[0].seen.effect == pytest.approx(-0.3)


def test_it_is_kept_as_plain_data() -> None:
    release = released(comparison("worse"), cohorts=[group()], rechecks=[recheck("still")])
    ledger = after(EMPTY, release)
    assert Ledger.of(json.loads(as_json(ledger.as_data()))) == ledger
