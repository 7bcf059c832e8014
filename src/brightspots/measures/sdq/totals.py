"""Returns of SDQ totals, as councils make them: how many children have a score, and what it comes to.

Each row is one child looked after for at least twelve months at 31 March, with the carer's total (0-40) or
the reason why there is none. An average says nothing without the share of children behind it, so one row
holds both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.measures.frames import is_given, numbers_in, read_columns
from brightspots.measures.groups import LOW_BASE, check_traits, each_group
from brightspots.measures.problems import refuse
from brightspots.measures.sdq.bands import MOST, band_scores, find_cut_offs, is_score
from brightspots.measures.sdq.informants import check_one_informant
from brightspots.measures.sdq.problems import found
from brightspots.questionnaire.spelling import fold
from brightspots.statistics import half_up, proportion_interval, scale_mean
from brightspots.tables import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from brightspots.measures.sdq.bands import Informant
    from brightspots.statistics import Mean
    from brightspots.survey.problems import Problem, Problems

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

REASONS = ("SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5")
OUT_OF_AGE = "SDQ1"
RETURN_AGES = (4, 16)
PUBLISHED_AGES = (5, 16)
INTERVAL_FROM = 10
"""Fewest scores for an interval of their mean."""


class Totals(Table):
    """Coverage, average and bands of a return of totals, for everybody and by trait. Not for release.

    Attributes
    ----------
    problems : Problems
        Warnings and notes: what the checks of the return would question.
    left_out : int
        Children outside the ages asked for, or of unknown age.
    informant : str
        Whose scores they are.
    by : tuple of str
        The traits.
    area, time : str
        Whose children, and when.
    """

    title = "SDQ totals"
    problems: Problems
    left_out: int
    informant: str
    by: tuple[str, ...]
    area: str
    time: str


def summarise(
    frame: Any,
    *,
    score: str = "SDQ_SCORE",
    reason: str | None = "SDQ_REASON",
    age: str | None = None,
    ages: tuple[int, int] = PUBLISHED_AGES,
    by: Sequence[str] = (),
    informant: Informant = "carer",
    area: str = "",
    time: str = "",
    confidence: float = 0.95,
) -> Totals:
    """Sum up a return of totals: how many children have a score, its average and its bands.

    Give a row for every eligible child, also for those without a score: coverage is the share who have one,
    and no average is shown without it. Those who have a score are not a random sample of those who have none.

    Parameters
    ----------
    frame : data frame
        One row a child, of any kind that Narwhals knows. It is not changed.
    score : str, default "SDQ_SCORE"
        Column with the total, a whole number from 0 to 40, or nothing.
    reason : str, optional
        Column with the reason for no score: ``SDQ1`` under 4 or over 16 at the latest assessment, ``SDQ2``
        carer refused, ``SDQ3`` the child's disability, ``SDQ4`` other, ``SDQ5`` child refuses. None if there
        is no such column.
    age : str, optional
        Column with the age in years at 31 March. Only children within `ages` are counted, and ages are
        checked against scores and reasons; without it neither is done.
    ages : (int, int), default (5, 16)
        Youngest and oldest to count: the default is that of the published figures.
    by : sequence of str, optional
        Traits: for each, a row for each of its levels.
    informant : {"carer", "teacher", "self"}
        Whose scores they are; the return is of carers'.
    area, time : str, optional
        Whose children, and when, such as ``2024``: needed for a release.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Totals
        A `Table`, one row a group, everybody first: ``trait level eligible scored coverage``; ``average
        average_lower average_upper`` to one decimal, a half upwards (t interval, from 10 scores on);
        ``normal borderline concern`` with ``_share _lower _upper`` of those with a score (Wilson); ``sdq1``
        to ``sdq5``, ``no_reason``: children without a score, by reason; ``low_base``: fewer than 30 scores.
        Shares are 0-1. Where nobody has a score the average is missing, and not 0.

    Raises
    ------
    SurveyError
        If a score is no whole number from 0 to 40, a reason is not known, or a child has both: all at once.
    ArgumentError
        If a column is missing, informants are mixed, or an argument makes no sense.

    Notes
    -----
    Intervals are about the process behind the scores: how far another year might come out with children and
    care unchanged. They do not cover children without a score. Every row is an eligible child, one with
    ``SDQ1`` too: give `age` to leave out those who are too young or too old.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"SDQ_SCORE": [9, 14, 21, None], "SDQ_REASON": [None, None, None, "SDQ2"]})
    >>> row = next(iter(summarise(frame)))
    >>> row.eligible, row.scored, row.coverage, row.average, row.concern, row.sdq2
    (4, 3, 0.75, 14.7, 1, 1)
    """
    check_traits(by)
    check_ages(ages)
    check_one_informant(frame, informant)
    headings = [score, *([reason] if reason else []), *([age] if age else []), *by]
    cells = read_columns(frame, headings).cells
    blank = np.full(len(cells[score]), None, dtype=object)
    scores, given = numbers_in(cells[score]), is_given(cells[score])
    reasons = np.array([_reason(value) for value in (cells[reason] if reason else blank)], dtype=object)
    years = numbers_in(cells[age]) if age else None
    problems = refuse(_faults(score, reason, age, scores, given, reasons, years))
    eligible = np.ones(len(scores), bool) if years is None else within(years, ages)
    rows = [
        {"trait": trait, "level": level, **_row(scores[inside], reasons[inside], informant, confidence)}
        for trait, level, inside in each_group(cells, by, eligible)
    ]
    result = Totals.from_rows(rows, list(rows[0]))
    result.problems, result.left_out, result.informant = problems, int((~eligible).sum()), informant
    result.by, result.area, result.time = tuple(by), area, time
    return result


def mean_of(scores: Floats, confidence: float) -> Mean:
    """Return the mean of whole scores with its t interval; no interval of fewer than ten.

    Examples
    --------
    >>> mean_of(np.array([9.0, 14, 21]), 0.95)[:2]
    (14.666666666666666, nan)
    """
    whole = scores.astype(np.int64)
    lowest = int(whole.min(initial=0))
    counts = np.bincount(whole - lowest, minlength=1)
    found = scale_mean(
        counts if counts.size else [0], lowest + np.arange(max(counts.size, 1)), confidence=confidence
    )
    return found if len(scores) >= INTERVAL_FROM else found._replace(lower=np.nan, upper=np.nan)


def _row(
    scores: Floats, reasons: NDArray[np.object_], informant: Informant, confidence: float
) -> dict[str, Any]:
    scored = scores[~np.isnan(scores)]
    n = len(scored)
    mean = mean_of(scored, confidence)
    cuts = find_cut_offs("total", informant, 3)
    assert cuts is not None
    bands = band_scores(scored, "total", informant=informant)
    counts = [int((bands == label).sum()) for label in cuts.labels]
    row: dict[str, Any] = {
        "eligible": len(scores),
        "scored": n,
        "coverage": n / len(scores) if len(scores) else np.nan,
        "average": half_up(mean.mean, 1),
        "average_lower": half_up(mean.lower, 1),
        "average_upper": half_up(mean.upper, 1),
    }
    for name, count in zip(("normal", "borderline", "concern"), counts, strict=True):
        lower, upper = proportion_interval(count, n, confidence=confidence)
        share = count / n if n else np.nan
        row |= {name: count, f"{name}_share": share, f"{name}_lower": lower, f"{name}_upper": upper}
    without = reasons[np.isnan(scores)]
    row |= {name.lower(): int((without == name).sum()) for name in REASONS}
    row["no_reason"] = int((without == "").sum())
    row["low_base"] = n < LOW_BASE
    return row


def check_ages(ages: tuple[int, int]) -> None:
    """Refuse ages that are no span of years."""
    if not isinstance(ages, Sequence) or len(ages) != 2 or not 0 <= ages[0] <= ages[1]:
        raise ArgumentError(f"ages is {ages!r}; give the youngest and the oldest, such as (5, 16).")


def _reason(value: Any) -> str:
    return "" if value is None else fold(value).upper()


def _faults(
    score: str,
    reason: str | None,
    age: str | None,
    scores: Floats,
    given: Bools,
    reasons: NDArray[np.object_],
    years: Floats | None,
) -> list[Problem]:
    """Return what cannot be counted, and what the checks of the return would question."""
    most, why = MOST["total"], reason or ""
    problems = [
        *found("sdq_no_score", given & ~is_score(scores, most), score, most=most),
        *found("sdq_unknown_reason", ~np.isin(reasons, ("", *REASONS)), why),
        *found("sdq_score_and_reason", given & (reasons != ""), why),
        *found("sdq_no_score_no_reason", ~given & (reasons == ""), score),
        *found("sdq_everybody_scored", given & given.all(), score),
    ]
    if years is not None:
        in_age, known = within(years, RETURN_AGES), ~np.isnan(years)
        problems += [
            *found("sdq_reason_contradicts_age", in_age & (reasons == OUT_OF_AGE), why),
            *found("sdq_score_out_of_age", known & ~in_age & given, score),
            *found("sdq_unreadable_age", ~known, age or ""),
        ]
    return problems


def within(years: Floats, ages: tuple[int, int]) -> Bools:
    """Whether ages are within two ages, the whole of the last year included.

    Examples
    --------
    >>> within(np.array([4.9, 5.0, 16.9, 17.0, np.nan]), (5, 16))
    array([False,  True,  True, False, False])
    """
    return np.asarray((years >= ages[0]) & (years < ages[1] + 1))
