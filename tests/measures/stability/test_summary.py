"""Counts and shares by trait: a small council by hand, the share of part of the year, overlaps, words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import brightspots as bs
from brightspots.errors import ArgumentError

ON = "2024-03-31"

# child, age, sex; everything below is worked out from these by eye
CHILDREN = pd.DataFrame(
    [
        ("k1", 10, "girl"),  # unstable in everything: carers 1 2 3, a school in January, workers W X Y
        ("k2", 14, "girl"),  # one of each: carers 4 5, a school in November, workers W X
        ("k3", 12, "boy"),  # nothing; seven years with carer 6
        ("k4", 3, "boy"),  # came in July; no school yet; carers 7 8 9
        ("k5", 15, None),  # carer 10; school in September; no open worker
        ("k6", 16, "girl"),  # left care in December
        ("k7", 8, "girl"),  # carer 12 and school S; workers X Y
    ],
    columns=["child", "age", "sex"],
)
PLACEMENTS = pd.DataFrame(
    [
        ("k1", 1, "2020-01-01", "2023-06-01"),
        ("k1", 2, "2023-06-01", "2023-12-01"),
        ("k1", 3, "2023-12-01", None),
        ("k2", 4, "2019-01-01", "2023-10-01"),
        ("k2", 5, "2023-10-01", None),
        ("k3", 6, "2017-01-01", None),
        ("k4", 7, "2023-07-01", "2023-08-01"),
        ("k4", 8, "2023-08-01", "2023-09-01"),
        ("k4", 9, "2023-09-01", None),
        ("k5", 10, "2020-01-01", None),
        ("k6", 11, "2015-01-01", "2023-12-01"),
        ("k7", 12, "2018-01-01", None),
    ],
    columns=["child", "carer", "start", "end"],
)
SCHOOLS = pd.DataFrame(
    [
        ("k1", "S", "2018-09-04", "2024-01-05", "primary"),
        ("k1", "T", "2024-01-08", None, "primary"),
        ("k2", "U", "2020-09-03", "2023-11-01", "secondary"),
        ("k2", "V", "2023-11-06", None, "secondary"),
        ("k3", "S", "2016-09-05", "2023-07-21", "primary"),
        ("k3", "U", "2023-09-04", None, "secondary"),
        ("k5", "V", "2019-09-03", "2023-07-21", "secondary"),
        ("k5", "U", "2023-09-04", None, "secondary"),
        ("k7", "S", "2020-09-03", None, "primary"),
    ],
    columns=["child", "school", "start", "end", "phase"],
)
WORKERS = pd.DataFrame(
    [
        ("k1", "W", "2022-01-01", "2023-05-01"),
        ("k1", "X", "2023-05-01", "2023-09-01"),
        ("k1", "Y", "2023-09-01", None),
        ("k2", "W", "2022-01-01", "2023-08-01"),
        ("k2", "X", "2023-08-01", None),
        ("k3", "Y", "2021-01-01", None),
        ("k4", "Y", "2023-07-01", None),
        ("k5", "W", "2021-01-01", "2024-01-01"),
        ("k7", "X", "2021-01-01", "2023-10-01"),
        ("k7", "Y", "2023-10-01", None),
    ],
    columns=["child", "worker", "start", "end"],
)


def summary(**changed: Any) -> Any:
    given = {"schools": SCHOOLS, "workers": WORKERS, "by": ["sex"], **changed}
    return bs.stability.summarise(CHILDREN, PLACEMENTS, on=ON, **given)


# measure: count, n, not in base, in care for part of the year
BY_HAND = {
    "two_placement_changes": (2, 6, 0, 1),  # k1 k4
    "same_carer_two_years": (3, 5, 1, 0),  # k3 k5 k7, of those five in care since 2020 or before
    "mid_year_school_move": (2, 5, 1, 0),  # k1 k2, of all but k4
    "school_move": (3, 5, 1, 0),  # and k5; k3 went on to secondary
    "two_worker_changes": (1, 5, 1, 1),  # k1, of all but k5
    "three_workers": (1, 5, 1, 1),
    "multiple_of_each": (1, 4, 2, 0),  # k1, of k1 k2 k3 k7
    "one_of_each": (2, 4, 2, 0),
    "no_instability": (1, 4, 2, 0),  # k3
}


def test_a_small_council_by_hand() -> None:
    everybody = [row for row in summary() if row.trait == "all"]
    assert {row.measure: (row.count, row.n, row.not_in_base, row.part_year) for row in everybody} == BY_HAND
    for row in everybody:
        assert (row.lower, row.upper) == pytest.approx(proportion_confint(row.count, row.n, method="wilson"))
        assert (row.share, row.part_year_share) == (row.count / row.n, row.part_year / row.n)
        assert row.low_base


def test_by_trait_and_unknown_is_a_level() -> None:
    rows = {(r.measure, r.level): (r.count, r.n, r.not_in_base) for r in summary() if r.trait == "sex"}
    assert rows["two_placement_changes", "girl"] == (1, 3, 0)
    assert rows["two_placement_changes", "boy"] == (1, 2, 0)
    assert rows["two_placement_changes", "not known"] == (0, 1, 0)
    assert rows["two_worker_changes", "not known"] == (0, 0, 1)
    assert len(rows) == 3 * len(BY_HAND)


def test_nobody_in_a_base_is_no_share() -> None:
    row = next(r for r in summary() if (r.measure, r.level) == ("two_worker_changes", "not known"))
    assert all(map(pd.isna, (row.share, row.lower, row.upper, row.part_year_share, row.whole_year_share)))


def test_the_share_of_those_in_care_all_year_stands_beside() -> None:
    row = next(iter(summary()))
    assert (row.share, row.whole_year_share) == (2 / 6, 1 / 5)
    boys = next(r for r in summary() if r.level == "boy")
    assert (boys.part_year_share, boys.share, boys.whole_year_share) == (1 / 2, 1 / 2, 0)


def test_the_strands_overlap() -> None:
    overlaps = summary().overlaps
    assert overlaps.column_names[:3] == (
        "two_placement_changes",
        "mid_year_school_move",
        "two_worker_changes",
    )
    found = {row[:3]: row.count for row in overlaps if row.count}
    assert found == {(True, True, True): 1, (False, True, False): 1, (False, False, False): 2}
    assert set(overlaps.column("n")) == {4}
    assert sum(overlaps.column("share")) == pytest.approx(1)
    assert len(overlaps) == 8


def test_without_schools_or_workers_there_is_nothing_of_them() -> None:
    assert set(summary(schools=None, workers=None).column("measure")) == {
        "two_placement_changes",
        "same_carer_two_years",
    }
    for left_out, gone in (("schools", "school_move"), ("workers", "three_workers")):
        found = summary(**{left_out: None})
        assert gone not in found.column("measure")
        assert "one_of_each" not in found.column("measure")
        assert found.overlaps is None


def test_without_phases_transfers_count_and_it_is_said() -> None:
    found = summary(schools=SCHOOLS.drop(columns="phase"))
    row = next(r for r in found if r.measure == "school_move")
    assert (row.count, row.n) == (4, 5)
    assert "transfers" in found.caution
    assert "transfers" not in summary().caution


def test_the_caution_says_who_had_less_time() -> None:
    found = summary()
    said = "the 6 children in care on 31 March 2024. 1 of them (17%) were in care for only part of the"
    assert said in found.caution
    assert found.not_in_care == 1
    nobody = bs.stability.summarise(CHILDREN, PLACEMENTS, on="2010-03-31")
    assert nobody.caution == "No child was in care on 31 March 2010."
    assert [(row.n, row.count) for row in nobody] == [(0, 0), (0, 0)]


def test_notes_say_who_is_in_no_base() -> None:
    notes = {row.code: (row.severity, row.rows) for row in summary().problems}
    assert notes == {"stability_no_open_worker": ("note", "row 5")}
    fewer = SCHOOLS[SCHOOLS["child"] != "k3"]
    codes = summary(schools=fewer).problems.column("code")
    assert codes == ["stability_no_open_worker", "stability_no_school"]


def test_results_hold_no_id_and_say_that_they_are_not_for_release() -> None:
    found = summary()
    text = found.to_markdown() + found.overlaps.to_markdown() + found.caution + found.problems.to_markdown()
    assert not [one for one in CHILDREN["child"] if one in text]
    assert "Not for release" in found._repr_html_()
    frame = bs.stability.per_child_frame(CHILDREN, PLACEMENTS, on=ON, schools=SCHOOLS, workers=WORKERS)
    assert "child" not in frame
    assert not [one for one in CHILDREN["child"] if one in frame.to_csv()]


def test_the_frame_of_children_joins_to_them_by_their_index() -> None:
    children = CHILDREN.set_index(pd.Index([f"row {i}" for i in range(7)]))
    frame = bs.stability.per_child_frame(children, PLACEMENTS, on=ON, schools=SCHOOLS, workers=WORKERS)
    joined = children.join(frame)
    assert joined["in_care"].tolist() == [True] * 5 + [False, True]
    assert joined["placement_changes"].fillna(-1).tolist() == [2, 1, 0, 2, 0, -1, 0]
    settled = [None if pd.isna(one) else bool(one) for one in joined["same_carer_two_years"]]
    assert settled == [False, False, True, None, True, None, True]


def test_what_goes_in_is_not_changed() -> None:
    before = [table.copy() for table in (CHILDREN, PLACEMENTS, SCHOOLS, WORKERS)]
    summary()
    for table, copy in zip((CHILDREN, PLACEMENTS, SCHOOLS, WORKERS), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


@pytest.mark.parametrize("lazy", [False, True])
def test_polars_counts_like_pandas(lazy: bool) -> None:
    polars = pytest.importorskip("polars")
    tables = []
    for table in (CHILDREN, PLACEMENTS, SCHOOLS, WORKERS):
        rows = table.astype(object).where(table.notna(), None)
        frame = polars.from_dict({name: rows[name].tolist() for name in rows}, strict=False)
        for name in {"start", "end"} & set(frame.columns):
            frame = frame.with_columns(polars.col(name).str.to_date())
        tables.append(frame.lazy() if lazy else frame)
    found = bs.stability.summarise(*tables[:2], schools=tables[2], workers=tables[3], on=ON, by=["sex"])
    assert found.to_markdown() == summary().to_markdown()


@pytest.mark.parametrize("by", ["sex", ["sex", "sex"], ["child"], ["sex", "hair"]])
def test_traits_that_make_no_sense(by: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^by |lacks hair"):
        summary(by=by)


@pytest.mark.parametrize("on", ["31 March", 2024, None, "2024-02-30", ["2024-03-31"]])
def test_days_that_are_none(on: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^on is "):
        bs.stability.summarise(CHILDREN, PLACEMENTS, on=on)


def test_a_missing_column_is_named_with_its_frame() -> None:
    with pytest.raises(ArgumentError, match="workers lacks worker"):
        summary(workers=WORKERS.drop(columns="worker"))
    with pytest.raises(ArgumentError, match="children lacks age"):
        bs.stability.summarise(CHILDREN.drop(columns="age"), PLACEMENTS, on=ON)
