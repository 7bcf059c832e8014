"""What is known of each child: from frames of episodes to a few numbers, with every problem found."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from brightspots.measures.frames import is_given, numbers_in, read_columns
from brightspots.measures.problems import refuse
from brightspots.measures.stability.placements import care_on, read_placements
from brightspots.measures.stability.problems import found
from brightspots.measures.stability.schools import moves_of, read_schools
from brightspots.measures.stability.spells import months_before, year_to
from brightspots.measures.stability.workers import read_workers, workers_of
from brightspots.survey.problems import Problems

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from brightspots.measures.stability.placements import Care
    from brightspots.measures.stability.spells import Window
    from brightspots.survey.problems import Problem

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SCHOOL_AGE = 5
UNDER = 16
MONTHS_IN_CARE = 30
MONTHS_WITH_CARER = 24
SCHOOLS = ("school_moves", "mid_year_school_moves")
WORKERS = ("worker_changes", "workers")


class Followed(NamedTuple):
    """Numbers of each child in the order of `children`; NaN where the child is not in the base.

    Attributes
    ----------
    in_care, part_year : array of bool
        Whether in care on the day, and then whether for only part of the twelve months.
    numbers : dict of str to array
        What `per_child_frame` gives, by name.
    phases : bool
        Whether phases of schools were given, so that transfers are left out.
    """

    window: Window
    in_care: Bools
    part_year: Bools
    numbers: dict[str, Floats]
    phases: bool
    cells: dict[Any, NDArray[np.object_]]
    rows: pd.Index[Any]
    problems: list[Problem]


def per_child_frame(
    children: Any, placements: Any, *, on: dt.date | str, schools: Any = None, workers: Any = None
) -> pd.DataFrame:
    """Return what is known of each child, for further analysis in a notebook. Not for release.

    These are rows of children. They hold no id: the index is that of `children`, so the result joins to that
    frame. No row may leave the notebook; counts and shares by trait come from `summarise`.

    Parameters
    ----------
    children, placements, on, schools, workers
        As for `summarise`.

    Returns
    -------
    pandas.DataFrame
        ``in_care`` on the day; ``part_year``: in care for only part of the twelve months;
        ``placement_changes``; ``same_carer_two_years``; ``school_moves mid_year_school_moves``;
        ``worker_changes workers``. Missing where the child is not in the base of a measure.

    Raises
    ------
    SurveyError, ArgumentError
        As from `summarise`.

    Examples
    --------
    >>> children = pd.DataFrame({"child": ["a", "b"], "age": [9, 15]}, index=[101, 102])
    >>> placements = pd.DataFrame({"child": ["a", "a", "b"], "carer": [1, 2, 3],
    ...     "start": ["2021-05-01", "2023-07-01", "2023-09-01"], "end": ["2023-07-01", None, None]})
    >>> per_child_frame(children, placements, on="2024-03-31").dropna(axis=1)
         in_care  part_year  placement_changes
    101     True      False                  1
    102     True       True                  0
    """
    followed = follow(children, placements, on=on, schools=schools, workers=workers)
    refuse(followed.problems)
    whole: dict[str, Any] = {
        name: pd.array(np.where(np.isnan(values), None, values), dtype="Int64")  # type: ignore[call-overload]
        for name, values in followed.numbers.items()
    }
    whole["same_carer_two_years"] = whole["same_carer_two_years"].astype("boolean")
    part = pd.arrays.BooleanArray(followed.part_year, ~followed.in_care)
    return pd.DataFrame({"in_care": followed.in_care, "part_year": part, **whole}, index=followed.rows)


def check(
    children: Any, placements: Any, *, on: dt.date | str, schools: Any = None, workers: Any = None
) -> Problems:
    """Say what stands in the way, without counting: every problem of every frame, with its rows.

    Parameters
    ----------
    children, placements, on, schools, workers
        As for `summarise`.

    Returns
    -------
    Problems
        Errors first. Rows are numbered from 1 in their own frame; no id, name or date is shown.

    Raises
    ------
    ArgumentError
        If a column is missing, or `on` is no date.

    Examples
    --------
    >>> children = pd.DataFrame({"child": ["a"], "age": [9]})
    >>> placements = pd.DataFrame({"child": ["a", "a", "z"], "carer": [1, 2, 3],
    ...     "start": ["2023-05-01", "2023-07-01", "2023-09-01"], "end": [None, None, "2023-08-01"]})
    >>> for row in check(children, placements, on="2024-03-31"):
    ...     print(row.code, row.rows)
    stability_end_before_start row 3
    stability_open_twice rows 1, 2
    stability_unknown_child row 3
    """
    return Problems.of(follow(children, placements, on=on, schools=schools, workers=workers).problems)


def follow(
    children: Any,
    placements: Any,
    *,
    on: dt.date | str,
    schools: Any = None,
    workers: Any = None,
    by: Sequence[str] = (),
) -> Followed:
    """Follow every child over the twelve months before a day, bad rows left out and reported.

    Parameters
    ----------
    children, placements, on, schools, workers, by
        As for `summarise`.

    Raises
    ------
    ArgumentError
        If a column is missing, or `on` is no date.
    """
    window = year_to(on)
    cells, rows = read_columns(children, ["child", "age", *by], "children")
    ids, ages = list(cells["child"]), numbers_in(cells["age"])
    known, times = set(ids) - {None}, Counter(ids)
    twice = [one is not None and times[one] > 1 for one in ids]
    problems = [
        *found("stability_no_child", ~is_given(cells["child"]), "child", file="children"),
        *found("stability_child_twice", twice, "child", file="children"),
        *found("stability_unreadable_age", ~(ages >= 0), "age", file="children"),
    ]
    placed, more = read_placements(placements, known)
    problems += more
    care = [care_on(placed.of.get(one, ()), window) for one in ids]
    in_care = np.array([one is not None for one in care], dtype=bool)
    numbers = {
        "placement_changes": _numbers(one and one.changes for one in care),
        "same_carer_two_years": _numbers(map(partial(_is_settled, window), care, ages)),
        **{name: np.full(len(ids), np.nan) for name in (*SCHOOLS, *WORKERS)},
    }
    phases = False
    if schools is not None:
        learnt, phases, more = read_schools(schools, known)
        expected = in_care & (ages >= SCHOOL_AGE)
        moves = [
            moves_of(learnt.of.get(one, ()), window) if wanted else None
            for one, wanted in zip(ids, expected, strict=True)
        ]
        without = expected & np.array([one is None for one in moves], dtype=bool)
        problems += [*more, *found("stability_no_school", without, "child", file="children")]
        numbers |= {name: _numbers(one and one[i] for one in moves) for i, name in enumerate(SCHOOLS)}
    if workers is not None:
        worked, more = read_workers(workers, known)
        had = [
            workers_of(worked.of.get(one, ()), window) if wanted else None
            for one, wanted in zip(ids, in_care, strict=True)
        ]
        without = in_care & np.array([one is None for one in had], dtype=bool)
        problems += [*more, *found("stability_no_open_worker", without, "child", file="children")]
        numbers |= {name: _numbers(one and one[i] for one in had) for i, name in enumerate(WORKERS)}
    part_year = np.array([one is not None and one.since > window.first for one in care], dtype=bool)
    return Followed(window, in_care, part_year, numbers, phases, cells, rows, problems)


def _numbers(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _is_settled(window: Window, care: Care | None, age: float) -> bool | None:
    """Whether a child has long been with the same carer; None of whom this is not asked."""
    if care is None or not 0 <= age < UNDER or care.since > months_before(window.on, MONTHS_IN_CARE):
        return None
    return care.carer_since <= months_before(window.on, MONTHS_WITH_CARER)
