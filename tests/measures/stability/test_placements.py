"""Changes of carer, worked out by hand: one history for each rule, over the year to 31 March 2024."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import brightspots as bs

ON = "2024-03-31"


def episodes(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Rows of (carer, start, end[, respite]) of one child."""
    filled = [("a", *row, *[False] * (4 - len(row))) for row in rows]
    return pd.DataFrame(filled, columns=["child", "carer", "start", "end", "respite"])


def child(*rows: tuple[Any, ...], age: Any = 10, on: Any = ON) -> Any:
    children = pd.DataFrame({"child": ["a"], "age": [age]})
    return bs.stability.per_child_frame(children, episodes(*rows), on=on).iloc[0]


# The rules stand in the Stability Index 2019 technical report, "Placement stability".
@pytest.mark.parametrize(
    ("rows", "changes", "part_year"),
    [
        # nothing happens
        ([("A", "2020-01-01", None)], 0, False),
        # a change of carer; two; both
        ([("A", "2020-01-01", "2023-07-01"), ("B", "2023-07-01", None)], 1, False),
        (
            [
                ("A", "2020-01-01", "2023-07-01"),
                ("B", "2023-07-01", "2023-08-01"),
                ("A", "2023-08-01", None),
            ],
            2,
            False,
        ),
        # another episode with the same carer is none (a new legal status)
        ([("A", "2020-01-01", "2023-07-01"), ("A", "2023-07-01", None)], 0, False),
        # the last day of one and the first of the next stand a day apart in some systems
        ([("A", "2020-01-01", "2023-06-30"), ("A", "2023-07-01", None)], 0, False),
        # a first entry in the year is none; a move after it is
        ([("A", "2023-07-01", None)], 0, True),
        ([("A", "2023-07-01", "2023-08-01"), ("B", "2023-08-01", None)], 1, True),
        # a return to care is one, also to the same carer
        ([("A", "2020-01-01", "2023-06-01"), ("A", "2023-09-01", None)], 1, True),
        # the first entry in the year, of a child who had left care before it began, is none
        ([("A", "2020-01-01", "2023-02-01"), ("B", "2023-09-01", None)], 0, True),
        # left on the first day of the year, and came back; came on the first day, and stayed
        ([("A", "2020-01-01", "2023-04-01"), ("A", "2023-09-01", None)], 1, True),
        ([("A", "2023-04-01", None)], 0, False),
        # a whole day out of care is enough
        ([("A", "2020-01-01", "2023-06-30"), ("A", "2023-07-02", None)], 1, True),
        # in and out and in again within the year: the second entry counts
        ([("A", "2023-05-01", "2023-06-01"), ("A", "2023-09-01", None)], 1, True),
        # changes before the year do not count; on its first and last day they do
        ([("A", "2020-01-01", "2023-03-31"), ("B", "2023-03-31", None)], 0, False),
        ([("A", "2020-01-01", "2023-04-01"), ("B", "2023-04-01", None)], 1, False),
        ([("A", "2020-01-01", "2024-03-31"), ("B", "2024-03-31", None)], 1, False),
        # changes after the day do not count
        ([("A", "2020-01-01", "2024-05-01"), ("B", "2024-05-01", None)], 0, False),
        # a stay of no night
        (
            [
                ("A", "2020-01-01", "2023-07-01"),
                ("B", "2023-07-01", "2023-07-01"),
                ("C", "2023-07-01", None),
            ],
            2,
            False,
        ),
    ],
)
def test_changes_of_carer(rows: Any, changes: int, part_year: bool) -> None:
    found = child(*rows)
    assert (found.placement_changes, found.part_year) == (changes, part_year)


@pytest.mark.parametrize(
    ("rows", "changes", "part_year"),
    [
        # beside a placement that goes on
        ([("A", "2020-01-01", None), ("R", "2023-07-01", "2023-07-08", True)], 0, False),
        # between two episodes with the same carer: the child has not left care
        (
            [
                ("A", "2020-01-01", "2023-07-01"),
                ("R", "2023-07-01", "2023-07-08", True),
                ("S", "2023-07-08", "2023-07-15", True),
                ("A", "2023-07-15", None),
            ],
            0,
            False,
        ),
        # between two carers: one change
        (
            [
                ("A", "2020-01-01", "2023-07-01"),
                ("R", "2023-07-01", "2023-07-08", True),
                ("B", "2023-07-08", None),
            ],
            1,
            False,
        ),
        # before care: care begins when respite ends
        ([("R", "2020-01-01", "2023-07-01", True), ("A", "2023-07-01", None)], 0, True),
        # respite that began before the child left care does not stand for care
        (
            [
                ("R", "2019-01-01", None, True),
                ("A", "2020-01-01", "2023-06-01"),
                ("A", "2023-09-01", None),
            ],
            1,
            True,
        ),
    ],
)
def test_respite_is_left_out(rows: Any, changes: int, part_year: bool) -> None:
    found = child(*rows)
    assert (found.placement_changes, found.part_year) == (changes, part_year)


@pytest.mark.parametrize(
    ("rows", "in_care"),
    [
        ([("A", "2020-01-01", None)], True),
        ([("A", "2020-01-01", "2024-04-01")], True),
        ([("A", "2024-03-31", None)], True),
        ([("A", "2020-01-01", "2024-03-31")], False),
        ([("A", "2024-04-01", None)], False),
        ([("R", "2020-01-01", None, True)], False),
        ([("A", "2020-01-01", "2024-03-28"), ("R", "2024-03-28", None, True)], False),
        # the day lies in respite from which the child came back
        (
            [
                ("A", "2020-01-01", "2024-03-28"),
                ("R", "2024-03-28", "2024-04-04", True),
                ("A", "2024-04-04", None),
            ],
            True,
        ),
    ],
)
def test_who_is_in_care_on_the_day(rows: Any, in_care: bool) -> None:
    found = child(*rows)
    assert found.in_care == in_care
    assert pd.isna(found.placement_changes) != in_care
    assert pd.isna(found.part_year) != in_care


def test_every_change_falls_into_one_year() -> None:
    rows = [("A", "2020-01-01", "2023-04-01"), ("B", "2023-04-01", None)]
    assert [child(*rows, on=day).placement_changes for day in ("2023-03-31", ON, "2025-03-31")] == [0, 1, 0]


# Department for Education, Stability measures: under 16, looked after continuously for at least 2.5 years,
# with the same carer for at least 2 years. On 31 March 2024: since 30 September 2021 and since 31 March 2022.
@pytest.mark.parametrize(
    ("rows", "age", "settled"),
    [
        ([("A", "2021-09-30", None)], 15, True),
        ([("A", "2021-10-01", None)], 15, None),
        ([("A", "2020-01-01", None)], 16, None),
        ([("A", "2020-01-01", None)], None, None),
        ([("A", "2021-09-30", "2022-03-31"), ("B", "2022-03-31", None)], 15, True),
        ([("A", "2021-09-30", "2022-04-01"), ("B", "2022-04-01", None)], 15, False),
        # a new legal status and respite do not begin another stay
        ([("A", "2020-01-01", "2023-04-01"), ("A", "2023-04-01", None)], 8, True),
        (
            [
                ("A", "2020-01-01", "2023-07-01"),
                ("R", "2023-07-01", "2023-07-08", True),
                ("A", "2023-07-08", None),
            ],
            8,
            True,
        ),
        # a return to care begins another time in care
        ([("A", "2020-01-01", "2022-01-01"), ("A", "2022-02-01", None)], 8, None),
    ],
)
def test_the_same_carer_for_two_years(rows: Any, age: Any, settled: bool | None) -> None:
    found = child(*rows, age=age).same_carer_two_years
    assert pd.isna(found) if settled is None else found == settled


@pytest.mark.parametrize("on", ["2024-02-29", "29/02/2024", dt.date(2024, 2, 29), pd.Timestamp("2024-02-29")])
def test_any_day_ends_a_year(on: Any) -> None:
    rows = [("A", "2020-01-01", "2023-03-01"), ("B", "2023-03-01", None)]
    assert child(*rows, on=on).placement_changes == 1
    assert child(*rows, on="2024-03-01").placement_changes == 0
