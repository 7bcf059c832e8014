"""Stability of a council's children in care: how many changed carer, school or worker, by trait."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.measures.groups import LOW_BASE, check_traits, each_group
from brightspots.measures.problems import refuse
from brightspots.measures.stability.following import follow
from brightspots.statistics import half_up, proportion_interval
from brightspots.tables import Table

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from brightspots.measures.stability.following import Followed
    from brightspots.survey.problems import Problems

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

STRANDS = ("two_placement_changes", "mid_year_school_move", "two_worker_changes")


class Stability(Table):
    """Counts and shares of each measure, for everybody and by trait. Not for release.

    Attributes
    ----------
    overlaps : Table or None
        Children by which of the Commissioner's three strands they had; None unless schools and workers were
        given.
    not_in_care : int
        Children who were not in care on the day.
    caution : str
        What goes wherever the figures go: how many were in care for only part of the year, and what the
        measures leave open.
    problems : Problems
        Warnings and notes.
    by : tuple of str
        The traits.
    area, on : str
        Whose children, and the day.
    """

    title = "Stability of placement, school and worker"
    overlaps: Table | None
    not_in_care: int
    caution: str
    problems: Problems
    by: tuple[str, ...]
    area: str
    on: str


def summarise(
    children: Any,
    placements: Any,
    *,
    on: dt.date | str,
    schools: Any = None,
    workers: Any = None,
    by: Sequence[str] = (),
    area: str = "",
    confidence: float = 0.95,
) -> Stability:
    """Sum up how stable placements, schools and social workers were over twelve months, by trait.

    Counted are children in care on the day, also those who came into care in the course of the twelve months
    and had less time for changes; how many they are stands in every row.

    Parameters
    ----------
    children : data frame
        One row a child: ``child`` (an id, which pairs the frames and is kept nowhere), ``age`` in years on
        the day, and the traits. Of any kind that Narwhals knows, as all of them; none is changed.
    placements : data frame
        One row an episode: ``child start end carer``, the end empty while it is open. Give all episodes since
        the child came into care, and the same code for the same carer. A column ``respite``, true or false,
        marks respite.
    on : date or str
        The day: 31 March in published figures. The twelve months end on it.
    schools : data frame, optional
        One row a school: ``child start end school``, and ``phase`` (primary, middle, secondary) to leave out
        transfers. Give the school before the twelve months too, and one code before and after it became an
        academy.
    workers : data frame, optional
        One row a time with a case-holding social worker: ``child start end worker``.
    by : sequence of str, optional
        Traits: for each, a row for each of its levels.
    area : str, optional
        Whose children: needed for a release.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Stability
        A `Table`, one row a measure and group, everybody first: ``measure trait level n count share lower
        upper`` (Wilson); ``not_in_base``, children of the group in care on the day of whom the measure is not
        asked or not known; ``part_year part_year_share``, children of `n` in care for only part of the twelve
        months, and ``whole_year_share``, the measure's share of the others; ``low_base``: `n` below 30.
        Shares are 0-1, and missing where `n` is 0.

    Raises
    ------
    SurveyError
        If placements overlap or are open twice, a row ends before it starts, a child is not known or stands
        twice, or a date or code is missing or unreadable: everything at once, in every frame.
    ArgumentError
        If a column is missing, or an argument makes no sense.

    Notes
    -----
    The measures, each with its base of children in care on the day:

    * ``two_placement_changes``: two or more changes of carer, which is three or more placements. Of all.
      Returns to care count, first entries and respite do not, nor does another episode with the same carer.
    * ``same_carer_two_years``: with the same carer for two years or more. Of those under 16 who were in care
      without a break for two and a half years or more.
    * ``mid_year_school_move``: a start at another school after the first three weeks of September (from the
      22nd). Of those aged 5 or over who were at a school in the twelve months.
    * ``school_move``: that, or a start in those three weeks which is no transfer to a later phase. The same
      base.
    * ``two_worker_changes``: two or more changes of worker. Of those with an open worker on the day.
    * ``three_workers``: three or more different workers. The same base.
    * ``multiple_of_each``, ``one_of_each``, ``no_instability``: two or more changes of placement and of
      worker and a mid-year school move; one or more of each; none at all. Of those in the base of all three.

    References
    ----------
    Children's Commissioner for England 2019, Stability Index: technical report. Department for Education
    2024, Stability measures for children looked after in England.

    Examples
    --------
    >>> import pandas as pd
    >>> children = pd.DataFrame({"child": ["a", "b", "c"], "age": [9, 15, 7]})
    >>> placements = pd.DataFrame([
    ...     ("a", 1, "2020-05-01", None), ("b", 2, "2023-09-01", "2023-11-01"),
    ...     ("b", 3, "2023-11-01", "2024-02-01"), ("b", 4, "2024-02-01", None),
    ...     ("c", 5, "2022-01-01", "2023-12-24")],
    ...     columns=["child", "carer", "start", "end"])
    >>> found = summarise(children, placements, on="2024-03-31")
    >>> [(row.measure, row.count, row.n, row.part_year) for row in found], found.not_in_care
    ([('two_placement_changes', 1, 2, 1), ('same_carer_two_years', 1, 1, 0)], 1)
    """
    check_traits(by)
    if "child" in by:
        raise ArgumentError("by names the column child; give traits, which many children share.")
    followed = follow(children, placements, on=on, schools=schools, workers=workers, by=by)
    problems = refuse(followed.problems)
    measures = _measures(followed.numbers, schools is not None, workers is not None)
    rows = [
        {"measure": name, "trait": trait, "level": level, **_row(values, followed, inside, confidence)}
        for name, values in measures.items()
        for trait, level, inside in each_group(followed.cells, by, followed.in_care)
    ]
    result = Stability.from_rows(rows, list(rows[0]))
    result.overlaps = _overlaps(measures) if set(STRANDS) <= set(measures) else None
    result.not_in_care = int((~followed.in_care).sum())
    result.caution = _caution(followed, schools is not None)
    result.problems = problems
    result.by, result.area, result.on = tuple(by), area, followed.window.on.isoformat()
    return result


def _measures(numbers: dict[str, Floats], schools: bool, workers: bool) -> dict[str, Floats]:
    """Return 1 or 0 for each child and measure, NaN outside its base."""
    found = {
        "two_placement_changes": _at_least(numbers["placement_changes"], 2),
        "same_carer_two_years": numbers["same_carer_two_years"],
    }
    if schools:
        found["mid_year_school_move"] = _at_least(numbers["mid_year_school_moves"], 1)
        found["school_move"] = _at_least(numbers["school_moves"], 1)
    if workers:
        found["two_worker_changes"] = _at_least(numbers["worker_changes"], 2)
        found["three_workers"] = _at_least(numbers["workers"], 3)
    if schools and workers:
        one = np.array(
            [
                _at_least(numbers[name], 1)
                for name in ("placement_changes", "mid_year_school_moves", "worker_changes")
            ]
        )
        found["multiple_of_each"] = np.array([found[name] for name in STRANDS]).min(axis=0)
        found["one_of_each"] = one.min(axis=0)
        found["no_instability"] = 1 - one.max(axis=0)
    return found


def _at_least(values: Floats, least: int) -> Floats:
    return np.where(np.isnan(values), np.nan, values >= least)


def _row(values: Floats, followed: Followed, inside: Bools, confidence: float) -> dict[str, Any]:
    base = inside & ~np.isnan(values)
    part = base & followed.part_year
    n, count, parts = int(base.sum()), int(values[base].sum()), int(part.sum())
    lower, upper = proportion_interval(count, n, confidence=confidence)
    whole = values[base & ~part]
    return {
        "n": n,
        "count": count,
        "share": count / n if n else np.nan,
        "lower": lower,
        "upper": upper,
        "not_in_base": int(inside.sum()) - n,
        "part_year": parts,
        "part_year_share": parts / n if n else np.nan,
        "whole_year_share": whole.mean() if len(whole) else np.nan,
        "low_base": n < LOW_BASE,
    }


def _overlaps(measures: dict[str, Floats]) -> Table:
    """Count the children of all three bases by which of the three strands they had."""
    strands = np.array([measures[name] for name in STRANDS])
    had = strands[:, ~np.isnan(strands).any(axis=0)].astype(bool)
    n = had.shape[1]
    counts = {
        which: int((had == np.array(which)[:, None]).all(axis=0).sum())
        for which in product((True, False), repeat=len(STRANDS))
    }
    return Table(
        {
            **dict(zip(STRANDS, map(list, zip(*counts, strict=True)), strict=True)),
            "n": [n] * len(counts),
            "count": list(counts.values()),
            "share": [count / n if n else np.nan for count in counts.values()],
        }
    )


def _caution(followed: Followed, schools: bool) -> str:
    n, part = int(followed.in_care.sum()), int(followed.part_year.sum())
    on = f"{followed.window.on.day} {followed.window.on:%B %Y}"
    if not n:
        return f"No child was in care on {on}."
    text = (
        f"These figures are of the {n} children in care on {on}. {part} of them "
        f"({half_up(100 * part / n):.0f}%) were in care for only part of the twelve months before, and had "
        "less time for changes. A change may be for the better; the figures do not say which are."
    )
    if schools and not followed.phases:
        text += " School moves at any time include transfers to the next school, as no phases were given."
    return text
