"""Laws of stability: what must not change a figure, and the days counted one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import brightspots as bs

ON = dt.date(2024, 3, 31)
FIRST = dt.date(2023, 4, 1)
BEGIN = dt.date(2021, 1, 1)
AGES = [3, 9, 15, 16, 12]

Row = tuple[Any, ...]


def day(number: int) -> dt.date:
    return BEGIN + dt.timedelta(days=number)


@st.composite
def one_after_another(draw: st.DrawFn) -> list[Row]:
    """Placements of a child, with or without gaps, the last one open or not: (carer, start, end)."""
    rows: list[Row] = []
    at = draw(st.integers(0, 900))
    for _ in range(draw(st.integers(1, 6))):
        at += draw(st.sampled_from([0, 0, 0, 3, 40]))
        until = at + draw(st.integers(1, 300))
        rows.append((draw(st.sampled_from("AB")), day(at), day(until)))
        at = until
    if draw(st.booleans()):
        rows[-1] = (*rows[-1][:2], None)
    return rows


times = st.tuples(st.sampled_from("XYZ"), st.integers(0, 1300).map(day), st.none() | st.integers(0, 400)).map(
    lambda row: (row[0], row[1], None if row[2] is None else row[1] + dt.timedelta(days=row[2]))
)
histories = st.lists(
    st.tuples(one_after_another(), st.lists(times, max_size=4), st.lists(times, max_size=4)),
    min_size=1,
    max_size=len(AGES),
)


def frames(history: Any) -> list[pd.DataFrame]:
    """The four frames: children, placements, schools, workers."""
    children = pd.DataFrame(
        [(i, AGES[i], "odd" if i % 2 else "even") for i in range(len(history))],
        columns=["child", "age", "trait"],
    )
    tables = [children]
    for place, holder in enumerate(("carer", "school", "worker")):
        rows = [(i, *row) for i, child in enumerate(history) for row in child[place]]
        tables.append(pd.DataFrame(rows, columns=["child", holder, "start", "end"]))
    return tables


def summary(tables: Any) -> Any:
    children, placements, schools, workers = tables
    return bs.stability.summarise(children, placements, schools=schools, workers=workers, on=ON, by=["trait"])


def figures(tables: Any) -> Any:
    found = summary(tables)
    return found.to_pandas().astype(str).to_numpy().tolist(), found.overlaps.column("count")


def split(table: pd.DataFrame, row: int, days: int) -> pd.DataFrame:
    """Split a row in two at a day within it, or that many days after its start."""
    first, second = table.iloc[row].copy(), table.iloc[row].copy()
    cut = first["start"] + dt.timedelta(days=days)
    if not pd.isna(first["end"]):
        cut = min(cut, first["end"])
    first["end"], second["start"] = cut, cut
    rest = table.drop(index=row)
    return pd.DataFrame([*rest.to_dict("records"), dict(second), dict(first)], columns=table.columns)


@settings(max_examples=60, deadline=None)
@given(histories, st.data())
def test_splitting_a_row_changes_nothing(history: Any, data: st.DataObject) -> None:
    tables = frames(history)
    place = data.draw(st.integers(1, 3).filter(lambda i: len(tables[i]) > 0))
    row = data.draw(st.integers(0, len(tables[place]) - 1))
    changed = [*tables]
    changed[place] = split(tables[place], row, data.draw(st.integers(0, 300)))
    assert figures(changed) == figures(tables)


@settings(max_examples=60, deadline=None)
@given(histories, st.data())
def test_respite_beside_a_placement_changes_nothing(history: Any, data: st.DataObject) -> None:
    tables = frames(history)
    placement = tables[1].iloc[data.draw(st.integers(0, len(tables[1]) - 1))]
    start = placement["start"] + dt.timedelta(days=data.draw(st.integers(0, 300)))
    end = start + dt.timedelta(days=data.draw(st.integers(0, 30)))
    if not pd.isna(placement["end"]):
        start, end = min(start, placement["end"]), min(end, placement["end"])
    respite = pd.DataFrame(
        [(placement["child"], "R", start, end, "yes")], columns=[*tables[1].columns, "respite"]
    )
    marked = tables[1].assign(respite="no")
    changed = [tables[0], pd.concat([respite, marked], ignore_index=True), *tables[2:]]
    assert figures(changed) == figures(tables)


@settings(max_examples=40, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(history: Any, random: Any) -> None:
    tables = frames(history)
    shuffled = [table.iloc[random.sample(range(len(table)), len(table))] for table in tables]
    assert figures(shuffled) == figures(tables)


@settings(max_examples=40, deadline=None)
@given(histories, one_after_another(), st.lists(times, max_size=3), st.lists(times, max_size=3))
def test_a_child_who_is_not_in_care_on_the_day_changes_nothing(
    history: Any, placements: Any, schools: Any, workers: Any
) -> None:
    before = [(who, start, min(end or ON, ON)) for who, start, end in placements if start <= ON]
    if not before:
        return
    tables = frames(history)
    more = [pd.DataFrame([("new", 9, "odd")], columns=tables[0].columns)]
    for rows, table in zip((before, schools, workers), tables[1:], strict=True):
        more.append(pd.DataFrame([("new", *row) for row in rows], columns=table.columns))
    both = [
        pd.DataFrame([*one.to_dict("records"), *two.to_dict("records")], columns=one.columns)
        for one, two in zip(tables, more, strict=True)
    ]
    assert figures(both) == figures(tables)
    assert summary(both).not_in_care == summary(tables).not_in_care + 1


def day_by_day(rows: list[Row]) -> tuple[int, bool] | None:
    """Follow the carer from day to day: changes, and whether the child was out of care on any day."""

    def carer_on(when: dt.date) -> Any:
        return next((who for who, start, end in rows if start <= when and (end is None or when < end)), None)

    if carer_on(ON) is None:
        return None
    before = carer_on(FIRST - dt.timedelta(days=1))
    been_in_care, changes = before is not None, 0
    part = False
    for number in range((ON - FIRST).days + 1):
        carer = carer_on(FIRST + dt.timedelta(days=number))
        if carer is not None and carer != before:
            changes += been_in_care
            been_in_care = True
        part |= carer is None
        before = carer
    return changes, part


@settings(max_examples=60, deadline=None)
@given(one_after_another())
def test_changes_are_those_of_following_the_carer_from_day_to_day(rows: list[Row]) -> None:
    children, placements, *_ = frames([(rows, [], [])])
    found = bs.stability.per_child_frame(children, placements, on=ON).iloc[0]
    expected = day_by_day(rows)
    assert found.in_care == (expected is not None)
    if expected is not None:
        assert (found.placement_changes, found.part_year) == expected
