"""Moves between schools and changes of worker, worked out by hand, over the year to 31 March 2024."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import brightspots as bs

ON = "2024-03-31"
IN_CARE = pd.DataFrame({"child": ["a"], "carer": [1], "start": ["2020-01-01"], "end": [None]})


def child(age: Any = 10, **frames: pd.DataFrame) -> Any:
    children = pd.DataFrame({"child": ["a"], "age": [age]})
    return bs.stability.per_child_frame(children, IN_CARE, on=ON, **frames).iloc[0]


def at_schools(*rows: tuple[Any, ...], age: Any = 10) -> Any:
    filled = [("a", *row, *[None] * (4 - len(row))) for row in rows]
    frame = pd.DataFrame(filled, columns=["child", "school", "start", "end", "phase"])
    found = child(age, schools=frame if any(len(row) > 3 for row in rows) else frame.drop(columns="phase"))
    return found.school_moves, found.mid_year_school_moves


def with_workers(*rows: tuple[Any, ...]) -> Any:
    frame = pd.DataFrame([("a", *row) for row in rows], columns=["child", "worker", "start", "end"])
    found = child(workers=frame)
    return found.worker_changes, found.workers


# The rules stand in the Stability Index 2019 technical report, "School stability".
@pytest.mark.parametrize(
    ("rows", "moves"),
    [
        ([("S", "2020-09-03", None)], (0, 0)),
        # the first three weeks of September, and after
        ([("S", "2020-09-03", "2023-07-21"), ("T", "2023-09-01", None)], (1, 0)),
        ([("S", "2020-09-03", "2023-09-21"), ("T", "2023-09-21", None)], (1, 0)),
        ([("S", "2020-09-03", "2023-09-22"), ("T", "2023-09-22", None)], (1, 1)),
        ([("S", "2020-09-03", "2024-01-08"), ("T", "2024-01-08", None)], (1, 1)),
        # a start in August is after the first three weeks of the September before
        ([("S", "2020-09-03", "2023-07-21"), ("T", "2023-08-31", None)], (1, 1)),
        # both ends of the year
        ([("S", "2020-09-03", "2023-03-31"), ("T", "2023-03-31", None)], (0, 0)),
        ([("S", "2020-09-03", "2023-04-01"), ("T", "2023-04-01", None)], (1, 1)),
        ([("S", "2020-09-03", "2024-04-01"), ("T", "2024-04-01", None)], (0, 0)),
        # the first school of all is no move; a second row of the same school is none
        ([("S", "2023-11-01", None)], (0, 0)),
        ([("S", "2020-09-03", "2023-11-01"), ("S", "2023-11-01", None)], (0, 0)),
        # months without a school; back at the same one
        ([("S", "2020-09-03", "2023-05-01"), ("S", "2023-11-01", None)], (0, 0)),
        ([("S", "2020-09-03", "2023-05-01"), ("T", "2023-11-01", None)], (1, 1)),
        # there and back
        (
            [
                ("S", "2020-09-03", "2023-10-01"),
                ("T", "2023-10-01", "2023-12-01"),
                ("S", "2023-12-01", None),
            ],
            (2, 2),
        ),
        # at two schools at once: the second one is a move, and its end is none
        ([("S", "2020-09-03", None), ("T", "2023-10-01", "2023-12-01")], (1, 1)),
    ],
)
def test_moves_between_schools(rows: Any, moves: tuple[int, int]) -> None:
    assert at_schools(*rows) == moves


@pytest.mark.parametrize(
    ("before", "after", "at_start", "mid_year"),
    [
        ("primary", "secondary", 0, 1),
        ("Primary", "Middle deemed secondary", 0, 1),
        ("middle-deemed primary", "secondary", 0, 1),
        ("primary", "primary", 1, 1),
        ("secondary", "primary", 1, 1),
        ("primary", "special", 1, 1),
        ("primary", None, 1, 1),
    ],
)
def test_transfers_do_not_count_at_the_start_of_a_school_year(
    before: Any, after: Any, at_start: int, mid_year: int
) -> None:
    first = ("S", "2020-09-03", "2023-07-21", before)
    assert at_schools(first, ("T", "2023-09-04", None, after)) == (at_start, 0)
    assert at_schools(first, ("T", "2024-01-08", None, after)) == (mid_year, mid_year)


@pytest.mark.parametrize(
    ("rows", "age", "counted"),
    [
        ([("S", "2020-09-03", None)], 5, True),
        ([("S", "2020-09-03", None)], 4, False),
        ([("S", "2020-09-03", None)], None, False),
        ([("S", "2020-09-03", "2023-04-01")], 17, True),
        ([("S", "2020-09-03", "2023-03-31")], 17, False),
        ([("S", "2024-04-15", None)], 10, False),
        ([], 10, False),
    ],
)
def test_who_is_counted_of_schools(rows: Any, age: Any, counted: bool) -> None:
    assert pd.isna(at_schools(*rows, age=age)[0]) != counted


# The rules stand in the Stability Index 2019 technical report, "Social worker stability".
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("W", "2022-01-01", None)], (0, 1)),
        ([("W", "2022-01-01", "2023-07-01"), ("X", "2023-07-01", None)], (1, 2)),
        # a gap without a worker; the same worker after it
        ([("W", "2022-01-01", "2023-07-01"), ("X", "2023-08-01", None)], (1, 2)),
        ([("W", "2022-01-01", "2023-07-01"), ("W", "2023-08-01", None)], (0, 1)),
        # there and back: two changes, two workers
        (
            [
                ("W", "2022-01-01", "2023-07-01"),
                ("X", "2023-07-01", "2023-09-01"),
                ("W", "2023-09-01", None),
            ],
            (2, 2),
        ),
        # the first worker is no change; a handover with some days of overlap is one
        ([("W", "2023-07-01", None)], (0, 1)),
        ([("W", "2022-01-01", "2023-07-14"), ("X", "2023-07-01", None)], (1, 2)),
        # before the year, on its first and last day, after it
        ([("W", "2022-01-01", "2023-03-31"), ("X", "2023-03-31", None)], (0, 1)),
        ([("W", "2022-01-01", "2023-04-01"), ("X", "2023-04-01", None)], (1, 2)),
        ([("W", "2022-01-01", "2024-03-31"), ("X", "2024-03-31", None)], (1, 2)),
        ([("W", "2022-01-01", "2024-04-01"), ("X", "2024-04-01", None)], (0, 1)),
        # repeated rows are one; a worker within another's time is left out, whole or to the same end
        ([("W", "2022-01-01", None), ("W", "2022-01-01", None)], (0, 1)),
        ([("W", "2022-01-01", None), ("X", "2023-07-01", "2023-08-01")], (0, 1)),
        ([("W", "2022-01-01", None), ("X", "2023-07-01", None)], (0, 1)),
        # also where the other's time stands in two rows, one within the other
        (
            [
                ("W", "2022-01-01", None),
                ("W", "2022-06-01", "2022-07-01"),
                ("X", "2023-07-01", "2023-08-01"),
            ],
            (0, 1),
        ),
        # from the same day: the one that lasts is kept
        (
            [("W", "2023-07-01", "2023-08-01"), ("X", "2023-07-01", None), ("V", "2022-01-01", "2023-07-01")],
            (1, 2),
        ),
        # rows without a start or a worker are left out
        ([("W", "2022-01-01", None), ("X", None, None), (None, "2023-07-01", None)], (0, 1)),
        # no open worker on the day: not counted
        ([("W", "2022-01-01", "2024-03-31")], None),
        ([("W", "2022-01-01", "2023-12-01"), ("X", "2024-04-01", None)], None),
        ([], None),
    ],
)
def test_changes_of_worker(rows: Any, expected: Any) -> None:
    found = with_workers(*rows)
    if expected is None:
        assert all(map(pd.isna, found))
    else:
        assert found == expected
