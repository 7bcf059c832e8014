"""Bad episodes: every kind in every frame, all at once, and never an id, a code or a date."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import brightspots as bs
from brightspots.errors import SurveyError
from brightspots.measures.stability.problems import CHECKS

ON = "2024-03-31"

CHILDREN = pd.DataFrame(
    [("idA", 10), ("idB", 11), ("idC", "ten"), ("idB", 12), (None, 9), ("idD", 8), ("idE", 8), ("idF", -1)],
    columns=["child", "age"],
)
PLACEMENTS = pd.DataFrame(
    [
        ("idA", "cX", "2020-01-01", None, None),
        ("idA", "cY", "2021-01-01", None, None),  # open twice
        ("idC", "cX", "2020-01-01", "2022-01-01", None),
        ("idC", "cY", "2021-12-31", "2023-01-01", None),  # overlap by a day
        ("idZ", "cX", "2020-01-01", None, None),  # unknown child
        (None, "cX", "2020-01-01", None, None),  # no child
        ("idD", "cX", "2020-01-01", "2019-01-01", None),  # ends before it starts
        ("idD", "cX", "soon", None, None),  # no date
        ("idD", "cX", "2020-01-01", "32/01/2021", None),  # no date
        ("idD", "cX", None, None, None),  # no start
        ("idE", None, "2020-01-01", None, "maybe"),  # no carer; neither yes nor no
    ],
    columns=["child", "carer", "start", "end", "respite"],
)
SCHOOLS = pd.DataFrame(
    [
        ("idA", "sX", "2020-01-01", None, "primary"),
        ("idA", "sY", "2021-01-01", None, None),  # two at once; no phase
        ("idZ", "sX", "2020-01-01", None, "primary"),
        ("idD", None, "2020-01-01", "2019-01-01", "primary"),
        ("idD", "sX", None, "not yet", "primary"),
    ],
    columns=["child", "school", "start", "end", "phase"],
)
WORKERS = pd.DataFrame(
    [
        ("idA", "wX", "2020-01-01", None),
        ("idA", "wX", "2020-01-01", None),  # repeated
        ("idA", "wY", "2021-01-01", None),  # within the other's time
        ("idZ", "wX", "2020-01-01", None),
        ("idD", "wX", "2020-01-01", "2019-01-01"),
        ("idD", None, "2020-01-01", None),
        ("idD", "wX", None, None),
        ("idD", "wX", "2020-13-01", None),
    ],
    columns=["child", "worker", "start", "end"],
)

EXPECTED = {
    ("children", "stability_no_child", "row 5"),
    ("children", "stability_child_twice", "rows 2, 4"),
    ("children", "stability_unreadable_age", "rows 3, 8"),
    ("placements", "stability_open_twice", "rows 1, 2"),
    ("placements", "stability_overlap", "rows 3, 4"),
    ("placements", "stability_unknown_child", "row 5"),
    ("placements", "stability_no_child", "row 6"),
    ("placements", "stability_end_before_start", "row 7"),
    ("placements", "stability_no_date", "row 8"),
    ("placements", "stability_no_date", "row 9"),
    ("placements", "stability_no_start", "row 10"),
    ("placements", "stability_not_named", "row 11"),
    ("placements", "stability_unclear_respite", "row 11"),
    ("schools", "stability_two_schools", "rows 1, 2"),
    ("schools", "stability_no_phase", "row 2"),
    ("schools", "stability_unknown_child", "row 3"),
    ("schools", "stability_not_named", "row 4"),
    ("schools", "stability_end_before_start", "row 4"),
    ("schools", "stability_no_start", "row 5"),
    ("schools", "stability_no_date", "row 5"),
    ("workers", "stability_worker_repeated", "row 2"),
    ("workers", "stability_worker_within", "row 3"),
    ("workers", "stability_unknown_child", "row 4"),
    ("workers", "stability_end_before_start", "row 5"),
    ("workers", "stability_worker_dropped", "rows 6, 7"),
    ("workers", "stability_no_date", "row 8"),
}


def checked(**changed: Any) -> Any:
    given = {"schools": SCHOOLS, "workers": WORKERS, "on": ON, **changed}
    return bs.stability.check(CHILDREN, PLACEMENTS, **given)


def test_every_kind_in_every_frame_is_found_at_once() -> None:
    found = {(row.file, row.code, row.rows) for row in checked()}
    assert found == EXPECTED
    about_children = {"stability_no_school", "stability_no_open_worker"}
    assert {code for _, code, _ in EXPECTED} == set(CHECKS) - about_children


@pytest.mark.parametrize("call", ["summarise", "per_child_frame"])
def test_errors_stop_with_all_of_them(call: str) -> None:
    with pytest.raises(SurveyError) as refused:
        getattr(bs.stability, call)(CHILDREN, PLACEMENTS, on=ON, schools=SCHOOLS, workers=WORKERS)
    assert {(row.file, row.code, row.rows) for row in refused.value.problems} == EXPECTED


def test_no_id_code_date_or_text_is_shown() -> None:
    problems = checked()
    text = problems.describe() + problems.to_markdown()
    cells = {
        str(cell)
        for table in (CHILDREN, PLACEMENTS, SCHOOLS, WORKERS)
        for name in table
        if name not in ("age", "phase")
        for cell in table[name]
        if isinstance(cell, str)
    }
    assert not [cell for cell in cells if cell in text]


@pytest.mark.parametrize("respite", [True, "TRUE", "yes", "Yes ", 1, "1"])
def test_respite_may_lie_beside_a_placement(respite: Any) -> None:
    children = pd.DataFrame({"child": ["a"], "age": [9]})
    placements = pd.DataFrame(
        {
            "child": ["a", "a"],
            "carer": [1, 2],
            "start": ["2020-01-01", "2023-07-01"],
            "end": [None, "2023-07-08"],
            "respite": pd.Series([None, respite], dtype=object),
        }
    )
    assert len(bs.stability.check(children, placements, on=ON)) == 0
    placements["respite"] = pd.Series([None, "no"], dtype=object)
    assert bs.stability.check(children, placements, on=ON).column("code") == ["stability_overlap"]


def test_ids_that_are_written_otherwise_are_found() -> None:
    children = pd.DataFrame({"child": ["0071"], "age": [9]})
    placements = pd.DataFrame({"child": [71], "carer": [1], "start": ["2020-01-01"], "end": [None]})
    assert bs.stability.check(children, placements, on=ON).column("code") == ["stability_unknown_child"]


def test_a_long_placement_overlaps_with_more_than_the_next() -> None:
    children = pd.DataFrame({"child": ["a"], "age": [9]})
    rows = [("2020-01-01", "2023-01-01"), ("2020-02-01", "2020-03-01"), ("2022-01-01", "2022-02-01")]
    placements = pd.DataFrame([("a", 1, *row) for row in rows], columns=["child", "carer", "start", "end"])
    assert bs.stability.check(children, placements, on=ON).column("rows") == ["rows 1, 2, 3"]
