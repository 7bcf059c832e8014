"""What goes with a flag: on which questions a flagged cohort differs most from everybody else.

Children are low or not, and answer the rest on the same day in the same mood: nothing here says why.
"""

from __future__ import annotations

from dataclasses import asdict
from math import copysign
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError
from brightspots.findings.cohort_sides import sides_of
from brightspots.findings.cohort_tables import CohortTable
from brightspots.findings.estimates import ALL
from brightspots.findings.verdicts import (
    ALPHA,
    BETTER,
    MINIMUM_BASE,
    NOT_COMPARED,
    SIMILAR,
    UNCLEAR,
    WORSE,
)
from brightspots.statistics import (
    adjust,
    difference_interval,
    effect_size,
    equivalent,
    proportion_interval,
    two_sample_test,
)
from brightspots.statistics.effects import MEANINGFUL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.findings.cohort_sides import Sides
    from brightspots.findings.cohorts import Cohorts
    from brightspots.findings.profiles import Direction
    from brightspots.tallies.tally import Tally

TOLD_BY_ITSELF = ("lead", "separate")
PART_OF_MEASURE = "part_of_measure"
COLUMNS = (
    "cohort", "conditions", "measure", "category", "age_band", "n", "count", "share", "lower", "upper",
    "rest_n", "rest_count", "rest_share", "difference", "difference_lower", "difference_upper",
    "favourable_difference", "effect_size", "p", "q", "verdict", "reason", "age_bands",
)  # fmt: skip


class Descriptions(CohortTable):
    """On which questions flagged cohorts differ from everybody else. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind them.
    cohorts : Cohorts
        What they describe.
    """

    title = "What goes with a flag"
    source: Tally
    cohorts: Cohorts


def describe_cohorts(cohorts: Cohorts, *, measures: Sequence[str] | None = None) -> Descriptions:
    """Show on which questions each flagged cohort differs most from everybody else.

    For the cohorts that are told of by themselves (``lead`` and ``separate``), every question asked of them
    is set beside the answers of all others of the same forms. It says what goes with being in the cohort, and
    never why the cohort is low.

    Parameters
    ----------
    cohorts : Cohorts
        What `flag_cohorts` found in a Survey, or in a Tally that holds the traits crossed.
    measures : sequence of str, optional
        Ids of the measures wanted; all by default. They are one family: name them before looking.

    Returns
    -------
    Descriptions
        A `Table`, cohort by cohort: ``cohort conditions measure category age_band``; ``n count share lower
        upper`` of the cohort and ``rest_n rest_count rest_share`` of all others; ``difference`` with its
        limits (Newcombe), and ``favourable_difference``, which is below 0 where the cohort is less well off;
        ``effect_size`` (Cohen's h); ``p`` (Fisher mid-P), ``q`` (adjusted over this cohort's questions,
        Benjamini-Hochberg); ``verdict`` and ``reason`` as in `compare`; ``age_bands``.

        Rows go from the largest difference in the direction of the search to the largest in the other; it is
        no ranking where intervals overlap. Forms that were asked the same stand in one row (``all``); of
        others, those that were searched have a row each. Questions with fewer than 10 answers inside or
        outside are left out, and so are those without a good side. The searched measure and whatever it is
        made of are listed last as ``not compared`` (reason ``part_of_measure``), without a test: they are low
        by definition.

    Raises
    ------
    ArgumentError
        If the cohorts come from a plain data frame, or from several areas, or a measure is not known.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions; Lydersen, Fagerland
    & Laake 2009; Benjamini & Hochberg 1995; Cohen 1988.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
    >>> cohorts = bs.flag_cohorts(survey, traits=["gender", "placement"], max_order=1)
    >>> [row.cohort for row in cohorts if row.role == "lead"]
    ['children and young people in residential care']
    >>> described = bs.describe_cohorts(cohorts)
    >>> {row.verdict for row in described if row.reason == "part_of_measure"}
    {'not compared'}
    """
    source = cohorts.source
    if source is None:
        raise ArgumentError(
            "These cohorts come from a plain data frame, which holds no other questions; flag a Survey or a "
            "Tally."
        )
    names = list(source.measures) if measures is None else list(measures)
    for name in names:
        if name not in source.measures:
            raise ArgumentError(f"measures names {name!r}, which {source.questionnaire.id} does not have.")
    rows = [
        row
        for flagged in cohorts
        if flagged.role in TOLD_BY_ITSELF
        for row in _described(source, cohorts, flagged, names)
    ]
    result = Descriptions.from_rows(rows, COLUMNS)
    result.source, result.cohorts, result.promise = source, cohorts, cohorts.promise
    return result


def made_of(source: Tally, measure: str) -> set[str]:
    """Return a measure, whatever it is made of, and whatever is made of that.

    Examples
    --------
    >>> import brightspots as bs
    >>> sorted(made_of(bs.tally(bs.make_survey(seed=1)), "life_satisfaction"))
    ['life_satisfaction', 'low_wellbeing']
    """
    composites = {one.id: {one.id, *one.scales} for one in source.questionnaire.composites}
    parts = composites.get(measure, {measure})
    return parts | {name for name, own in composites.items() if parts & own}


def _described(source: Tally, cohorts: Cohorts, flagged: Any, names: list[str]) -> list[dict[str, Any]]:
    """Return the rows of one cohort."""
    own = made_of(source, cohorts.measure)
    sides = [
        one
        for one in sides_of(source, flagged.conditions, names, cohorts.direction)
        if min(one.n, one.rest_n) >= MINIMUM_BASE and set(one.age_bands.split(", ")) & set(cohorts.age_bands)
    ]
    pooled = {one.measure for one in sides if one.age_band == ALL}
    sides = [one for one in sides if one.age_band == ALL or one.measure not in pooled]
    rows = [_row(source, flagged, one) for one in sides]
    tested = [row for row in rows if row["measure"] not in own]
    for row, q in zip(tested, adjust([row["p"] for row in tested]) if tested else (), strict=True):
        row["q"] = float(q)
        row["verdict"], row["reason"] = _verdict(row)
    apart = [row for row in rows if row["measure"] in own]
    for row in apart:
        row |= {"p": None, "verdict": NOT_COMPARED, "reason": PART_OF_MEASURE}
    return [*sorted(tested, key=lambda row: _size(row, cohorts.direction)), *apart]


def _row(source: Tally, flagged: Any, one: Sides) -> dict[str, Any]:
    share, rest_share = one.count / one.n, one.rest_count / one.rest_n
    inside = proportion_interval(one.count, one.n)
    gap = difference_interval(one.count, one.n, one.rest_count, one.rest_n)
    good = source.measures[one.measure].good_when_high(one.category)
    return {
        "cohort": flagged.cohort,
        "conditions": dict(flagged.conditions),
        **asdict(one),
        "share": share,
        "lower": float(inside.lower),
        "upper": float(inside.upper),
        "rest_share": rest_share,
        "difference": share - rest_share,
        "difference_lower": float(gap.lower),
        "difference_upper": float(gap.upper),
        "favourable_difference": (share - rest_share) * (1 if good else -1),
        "effect_size": float(effect_size(share, rest_share)),
        "p": float(two_sample_test(one.count, one.n, one.rest_count, one.rest_n)),
        "q": None,
    }


def _verdict(row: dict[str, Any]) -> tuple[str, str]:
    """Return the verdict on a cohort's answers to a question, which needs a test and a size."""
    if row["q"] <= ALPHA and abs(row["effect_size"]) >= MEANINGFUL:
        return (BETTER if row["favourable_difference"] > 0 else WORSE), ""
    if row["q"] <= ALPHA:
        return SIMILAR, "small"
    counts = (row[name] for name in ("count", "n", "rest_count", "rest_n"))
    alike = equivalent(difference_interval(*counts, confidence=0.90), row["rest_share"])
    return (SIMILAR, "equivalent") if alike else (UNCLEAR, "")


def _size(row: dict[str, Any], direction: Direction) -> float:
    """Return what rows are sorted by: the largest difference in the direction of the search comes first."""
    favourable = copysign(row["effect_size"], row["favourable_difference"])
    return favourable if direction == "low" else -favourable
