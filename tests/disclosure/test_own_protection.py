"""A council's own children on their way out: what is small stays hidden, whatever stands beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import brightspots as bs
from brightspots.disclosure.own_counts import BANDS
from brightspots.disclosure.own_figures import TRAIT, OwnTable
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError, PolicyError, ReleaseError

if TYPE_CHECKING:
    from pathlib import Path

SCORES = {"normal": 9, "borderline": 15, "concern": 21}


def children(*groups: tuple[dict[str, str], dict[str, int]]) -> pd.DataFrame:
    """Return a return of totals: for each group of traits, how many children have which band."""
    rows = [
        {**traits, "SDQ_SCORE": SCORES.get(band), "SDQ_REASON": None if band in SCORES else band.upper()}
        for traits, bands in groups
        for band, n in bands.items()
        for _ in range(n)
    ]
    return pd.DataFrame(rows).assign(child=range(len(rows)))


def totals(frame: pd.DataFrame, **asked: Any) -> Any:
    return bs.sdq.summarise(frame, area="Ash", time="2024", **asked)


def own(*results: Any, **asked: Any) -> OwnTable:
    (table,) = bs.release(*results, **asked).own
    return table


GIRLS, BOYS = {"gender": "girl"}, {"gender": "boy"}
WHOLE = children((GIRLS, {"normal": 40, "borderline": 12, "concern": 30, "sdq2": 18}),
                 (BOYS, {"normal": 35, "borderline": 9, "concern": 41, "sdq2": 15}))  # fmt: skip


def test_large_counts_and_averages_leave_as_they_are() -> None:
    """By hand: (75*9 + 21*15 + 71*21)/167 = 14.9; girls 1170/82 = 14.3; boys 1311/85 = 15.4."""
    table = own(totals(WHOLE, by=["gender"]))
    assert [table.shown({"score": s}) for s in ("all", "scored", *BANDS)] == [200, 167, 75, 21, 71]
    assert table.shown({"score": "concern", TRAIT + "gender": "girl"}) == 30
    assert {(a.trait, a.level): a.value for a in table.averages} == {
        ("all", "all"): 14.9, ("gender", "girl"): 14.3, ("gender", "boy"): 15.4,
    }  # fmt: skip


def test_a_small_count_is_hidden_with_what_would_give_it_away() -> None:
    frame = children(
        (GIRLS, {"normal": 40, "borderline": 3, "concern": 30, "sdq2": 18}),
        (BOYS, {"normal": 35, "borderline": 18, "concern": 41, "sdq2": 15}),
    )
    out = bs.release(totals(frame, by=["gender"]))
    hidden = {one.of for one in out.own[0].counts if one.count is None}
    girls = [dict(key)["score"] for key in hidden if (TRAIT + "gender", "girl") in key]
    boys = [dict(key)["score"] for key in hidden if (TRAIT + "gender", "boy") in key]
    assert "borderline" in girls
    assert len(girls) >= 2
    assert len(boys) >= 2
    audited = {(row.category, row.group): row for row in out.audit if row.measure == "sdq"}
    row = audited["score, borderline", "gender girl"]
    assert (row.least, row.status) == (0, "withheld")
    assert row.greatest >= 4


def test_the_average_of_a_small_group_cannot_be_worked_out_from_those_of_the_others() -> None:
    """Four children of unknown gender: with the averages of all, girls and boys theirs would be left over."""
    frame = pd.concat([WHOLE, children(({"gender": "other"}, {"concern": 4}))], ignore_index=True)
    table = own(totals(frame, by=["gender"]))
    assert {a.level for a in table.averages if a.value is not None} == {"all"}


@pytest.mark.parametrize(("scores", "shown"), [([13] * 5 + [15] * 5, True), ([13] * 5 + [38] * 5, False)])
def test_an_average_that_tells_a_hidden_band_is_hidden(scores: list[int], shown: bool) -> None:
    """Ten children, normal and none of the others said: an average of 25.5 tells that five are of concern.

    By hand: with c of concern the sum is at most 65 + 16·(5 − c) + 40·c; 254.5 needs c = 5. An average of 14
    (sum 140) is possible with none or one of concern, but not with five (at least 5·17 = 85 more than 0).
    """
    others = {"normal": 40, "borderline": 20, "concern": 40, "sdq2": 30}
    rows = pd.DataFrame({"SDQ_SCORE": scores, "gender": "other", "SDQ_REASON": None})
    frame = pd.concat([children((GIRLS, others), (BOYS, others)), rows], ignore_index=True)
    table = own(totals(frame, by=["gender"]))
    bands = [table.shown({"score": band, TRAIT + "gender": "other"}) for band in BANDS]
    assert bands[1:] == [None, None]
    assert (
        {a.level for a in table.averages if a.value is not None} == {"all", "girl", "boy", "other"}
    ) is shown


def test_moves_between_bands_hide_who_came_new_as_well() -> None:
    """Of 75 normal now, 72 had a score before: the three who had not could be taken from the totals."""
    before = WHOLE.assign(SDQ_SCORE=WHOLE["SDQ_SCORE"].sample(frac=1, random_state=5).to_numpy())
    normal = WHOLE.index[WHOLE["SDQ_SCORE"] == SCORES["normal"]]
    before = before[before["SDQ_SCORE"].notna()].drop(index=normal[:3], errors="ignore")
    change = bs.sdq.change(before, WHOLE, child="child", score="SDQ_SCORE", area="Ash", time="2024",
                           pairs_checked=True)  # fmt: skip
    table = own(totals(WHOLE), change)
    true = {(then, now): n for then, line in zip(BANDS, change.moves, strict=True)
            for now, n in zip(BANDS, line[1:], strict=True)}  # fmt: skip
    shown = {(then, now): table.shown({"before": then, "score": now}) for then in BANDS for now in BANDS}
    assert all(n is None or n == true[key] for key, n in shown.items())
    assert all(shown[key] is None for key, n in true.items() if n < 5)
    new = {now: table.shown({"before": "no score before", "score": now}) for now in BANDS}
    assert all(n is None or n >= 5 for n in new.values())


def test_results_say_whose_they_are_and_belong_together() -> None:
    with pytest.raises(ArgumentError, match="say whose children these are"):
        bs.release(bs.sdq.summarise(WHOLE))
    with pytest.raises(ArgumentError, match="given twice"):
        bs.release(totals(WHOLE), totals(WHOLE))
    asked = {"child": "child", "score": "SDQ_SCORE", "area": "Ash", "time": "2024"}
    change = bs.sdq.change(WHOLE, WHOLE, **asked)
    with pytest.raises(ArgumentError, match="released with the totals"):
        bs.release(change)
    with pytest.raises(ArgumentError, match="who are not in the totals"):
        bs.release(totals(WHOLE.iloc[:100]), change)


def test_a_policy_without_rules_for_counts_lets_none_out() -> None:
    policy = load_policy("council").model_copy(update={"counts": None})
    with pytest.raises(PolicyError, match="counts: missing"):
        bs.release(totals(WHOLE), policy=policy)


def episodes(moved: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 60 children in care, the first of whom changed carer twice."""
    frame = pd.DataFrame({"child": range(60), "age": 9, "gender": ["girl", "boy"] * 30})
    rows = [(i, i, "2019-05-01", "2023-06-01") for i in range(moved)]
    rows += [(i, 100 + i, "2023-06-01", "2023-12-01") for i in range(moved)]
    rows += [(i, 200 + i, "2023-12-01", None) for i in range(moved)]
    rows += [(i, i, "2019-05-01", None) for i in range(moved, 60)]
    return frame, pd.DataFrame(rows, columns=["child", "carer", "start", "end"])


@pytest.mark.parametrize(("moved", "said"), [(20, 20), (3, None)])
def test_stability_leaves_by_the_same_rules(moved: int, said: int | None) -> None:
    found = bs.stability.summarise(*episodes(moved), on="2024-03-31", by=["gender"], area="Ash")
    table = own(found)
    assert table.shown({}) == 60
    assert table.shown({"placements": "three or more"}) == said
    assert table.shown({"carer": "asked"}) == 60


def test_many_small_groups_do_not_hide_the_figures_of_everybody() -> None:
    """Everybody has a worker: of 12 groups of five nobody is asked in vain, which nobody needs to hide."""
    frame, placements = episodes(20)
    frame["home"] = [f"home {i % 12}" for i in range(60)]
    workers = pd.DataFrame({"child": range(60), "worker": range(60), "start": "2019-05-01", "end": None})
    asked: dict[str, Any] = {"on": "2024-03-31", "by": ["gender", "home"], "area": "Ash"}
    table = own(bs.stability.summarise(frame, placements, workers=workers, **asked))
    assert table.shown({"placements": "three or more"}) == 20
    assert table.shown({"placements": "three or more", TRAIT + "gender": "girl"}) == 10
    assert table.shown({"workers": "asked"}) == 60
    assert table.shown({"placements": "three or more", TRAIT + "home": "home 0"}) is None


def test_ages_leave_by_the_same_rules() -> None:
    england = bs.read_return(f"{bs.__path__[0]}/data/returns/sample-ages.csv")
    numbers = {"under 1": 3, "1 to 4": 40, "5 to 9": 60, "10 to 15": 100, "16 and over": 50}
    table = own(bs.compare_age_profile(numbers, england, area="Ash"))
    assert table.shown({}) == 253
    assert table.shown({"age": "under 1"}) is None
    assert sum(one.count is None for one in table.counts) == 2


SHARES = {"normal": 40, "borderline": 5, "concern": 41, "sdq2": 15}


def published(tmp_path: Path, *, normal: int | str = 40) -> Any:
    head = ("time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
            "old_la_code,la_name,new_la_code,cla_group,characteristic,number,percentage")  # fmt: skip
    place = "2024,Reporting year,Local authority,E92000001,England,E12000099,North,901,Ash,E06000901,SDQ"
    cells = {"Total ages 5 to 16 years": 101, "SDQ score was received": 86, "SDQ score is normal": normal,
             "SDQ score is borderline": "c", "SDQ score is a cause for concern": "c"}  # fmt: skip
    lines = [head, *(f"{place},{label},{n},c" for label, n in cells.items())]
    (tmp_path / "sdq.csv").write_text("\n".join(lines))
    return bs.compare_returns(bs.read_return(tmp_path / "sdq.csv"), area="Ash")


def test_what_the_publisher_withheld_of_the_same_children_is_not_said_here(tmp_path: Path) -> None:
    """The DfE hides 5, the council's policy would show it; of other children, it does."""
    frame = children(({}, SHARES))
    assert own(totals(frame)).shown({"score": "borderline"}) == 5
    out = bs.release(totals(frame), published(tmp_path))
    assert [out.own[0].shown({"score": band}) for band in BANDS] == [40, None, None]
    other = bs.release(totals(children(({}, {**SHARES, "normal": 60}))), published(tmp_path))
    assert other.own[0].shown({"score": "borderline"}) == 5
    (passed,) = out.statutory
    figures = {one.measure: one for one in passed.figures}
    assert {one.origin for one in passed.figures} == {"published"}
    assert (figures["sdq_concern"].count, figures["sdq_concern"].value) == (None, None)
    assert figures["sdq_concern"].reason == "withheld"
    assert figures["sdq_normal"].count == 40


def test_an_earlier_edition_stays_known_and_one_of_nearly_the_same_children_stops_it(tmp_path: Path) -> None:
    frame = children((GIRLS, {"normal": 40, "borderline": 5, "concern": 30, "sdq2": 18}),
                     (BOYS, {"normal": 35, "borderline": 18, "concern": 41, "sdq2": 15}))  # fmt: skip
    first = tmp_path / "release.json"
    first.write_text(json.dumps(bs.release(totals(frame)).as_edition()))
    stricter = bs.release(totals(frame), policy="ons-10", previous=[first])
    assert stricter.own[0].shown({"score": "borderline"}) == 23
    more = pd.concat([frame, children((BOYS, {"concern": 2}))], ignore_index=True)
    with pytest.raises(ReleaseError, match="nearly the same children"):
        bs.release(totals(more), previous=[first])


def test_the_order_of_rows_changes_nothing() -> None:
    asked = {"by": ["gender"]}
    other = WHOLE.sample(frac=1, random_state=1)
    assert bs.release(totals(WHOLE, **asked)).own == bs.release(totals(other, **asked)).own


def test_nothing_of_a_child_is_in_what_is_written(tmp_path: Path) -> None:
    frame = WHOLE.assign(child=[f"case-{i}" for i in range(len(WHOLE))])
    text = json.dumps(bs.release(totals(frame, by=["gender"])).as_edition())
    assert "case-" not in text
