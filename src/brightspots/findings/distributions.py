"""Whole distributions of 0-10 scales, compared without a cut: whether a child of ours tends to feel better.

Band by band a council can have both more children who are low and more who are very high. One number for the
whole scale says whether, taken together, its children lie higher or lower than others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.findings.comparisons import why_few, why_no_figure
from brightspots.findings.estimates import ALL
from brightspots.findings.likeness import mismatches_of_figure
from brightspots.findings.scale_tests import (
    Distribution,
    Published,
    against_counts,
    against_shares,
    size_word,
    without_own,
)
from brightspots.findings.sides import SEPARATE, Sides, read_sides
from brightspots.findings.verdicts import MINIMUM_BASE, NOT_COMPARED, Case, Outcome, judge
from brightspots.measures.measure import OTHER_BAND, REPORTED
from brightspots.measures.wellbeing import BANDS
from brightspots.questionnaire.model import SCORES
from brightspots.statistics.ordinal import ROUNDING_OF_SHARES
from brightspots.tables import Table
from brightspots.tallies.tally import refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.findings.benchmarks import Benchmark, Benchmarks
    from brightspots.findings.likeness import Mismatch
    from brightspots.findings.scale_tests import Floats
    from brightspots.findings.sides import Counterpart, Place, Rows
    from brightspots.measures.measure import Measure
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

COLUMNS = (
    "measure", "age_band", "comparator", "n", "theta", "lower", "upper", "benchmark_n", "p", "q", "p_holm",
    "verdict", "reason", "size", "low_difference", "very_high_difference", "method", "source", "area", "wave",
    "domain", "edge", "illustrative", "benchmark_wave", "mismatches", "overridden", "areas",
)  # fmt: skip


class ScaleComparisons(Table):
    """Whole 0-10 scales against those of others. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind our side.
    """

    title = "Scales compared"
    source: Tally


def compare_scales(
    source: Survey | Tally,
    benchmarks: Benchmarks | Sequence[Benchmark] = (),
    *,
    previous: Survey | Tally | None = None,
    elsewhere: Survey | Tally | None = None,
    overrides: Mapping[Mismatch, str] | None = None,
    confidence: float = 0.95,
) -> ScaleComparisons:
    """Compare whole 0-10 scales with those of others, without cutting them into bands first.

    The measure is theta: the chance that a child of ours feels better than one of theirs, ties counting half.
    One half is "no different". Anxiety is turned, so that more than one half is always better.

    Parameters
    ----------
    source : Survey or Tally
        Our answers, or their counts.
    benchmarks : Benchmarks, or sequence of Benchmark
        Published figures: used where all four bands of a scale are there for an age band and comparator.
    previous : Survey or Tally, optional
        Our last wave.
    elsewhere : Survey or Tally, optional
        The answers of other councils; ours is taken out.
    overrides : mapping of str to str, optional
        Ways in which figures are not alike that shall bar no verdict, each with the reason, as in `compare`.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    ScaleComparisons
        A `Table` with the columns ``measure age_band comparator n theta lower upper benchmark_n p q p_holm
        verdict reason size low_difference very_high_difference method source`` and a few more. ``size`` is
        ``small`` from 0.56 (or down from 0.44), ``medium`` from 0.64, ``large`` from 0.71. The differences
        are our share less theirs, of the low and of the very high band: both can be up while theta is one
        half. ``verdict`` and ``reason`` are as in `compare`. These results cannot be released.

    Raises
    ------
    BenchmarkError
        If a benchmark is for a measure, category or age band that the questionnaire does not have: every one.
    ArgumentError
        As `compare` raises it.

    Notes
    -----
    Counts of others: Mann-Whitney, from the eleven scores, or from the four bands where either side was typed
    from a report. Published shares: the same on as many answers as they are worth, where their n or interval
    is known; else Bross's mean ridit, which takes them as exact. Rounded shares are tested at that end of
    their rounding which lies nearest to "no different". Better and worse need q of at most 0.05 and a small
    difference at least; "about the same" needs the 90% interval within 0.44 to 0.56. The tests of a report
    and comparator are a family of their own (Benjamini-Hochberg).

    References
    ----------
    Mann & Whitney 1947; Bross 1958, How to use ridit analysis; Vargha & Delaney 2000; Benjamini & Hochberg
    1995.

    Examples
    --------
    >>> import brightspots as bs
    >>> then, now = bs.make_survey(wave="2019", seed=1), bs.make_survey(wave="2021", seed=2)
    >>> scales = compare_scales(now, previous=then)
    >>> [row.measure for row in scales if row.age_band == "11-18"]
    ['happy_yesterday', 'life_satisfaction', 'worthwhile', 'positive_future']
    """
    sides = read_sides(source, benchmarks, previous, elsewhere, overrides, confidence)
    refuse_pooled(sides.ours.source, "source", SEPARATE)
    cases: list[Case] = []
    for place, ours in sides.places.items():
        counted = [
            _against_counts(one, place, sides, confidence) for one in _scales_in_both(place, ours, sides)
        ]
        taken = {case.what for case in counted if case.row["benchmark_n"] is not None}
        bench = [_against_figures(ours, four, place, sides, confidence) for four in _fours(sides)]
        cases += [case for case in bench if case.what not in taken]
        cases += counted
    judge(cases)
    result = ScaleComparisons.from_rows([case.row for case in cases], COLUMNS)
    result.source = sides.ours.source
    return result


def _case(place: Place, measure: Measure, age_band: str, comparator: str, source: str) -> Case:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "area": place[0],
        "wave": place[1],
        "measure": measure.id,
        "domain": measure.domain,
        "age_band": age_band,
        "comparator": comparator,
        "verdict": NOT_COMPARED,
        "reason": "",
        "size": "",
        "method": "",
        "source": source,
        "edge": False,
        "illustrative": False,
        "mismatches": (),
        "overridden": {},
    }
    return Case(row, higher_is_better=True)


def _distribution(source: Tally, place: Place, measure: Measure, row: Any) -> Distribution:
    """Count the answers of the age bands in a row."""
    table, bands = source.table(()), row.age_bands.split(", ")
    here = [i for i, key in enumerate(table.keys) if key[:2] == place and key[2] in bands]

    def number(*answers: str) -> int:
        return int(source.answers(table, measure.id, answers)[here].sum())

    scores = SCORES if measure.higher_is_better else SCORES[::-1]
    typed = number(*REPORTED["scale"]) > 0
    return Distribution(
        bands=np.array([number(*measure.counted(band, bands[0])) for band in BANDS], dtype=np.float64),
        scores=None if typed else np.array([number(score) for score in scores], dtype=np.float64),
        whole=number(f"reported: {OTHER_BAND}") == 0,
    )


def _scales_in_both(place: Place, ours: Rows, sides: Sides) -> list[Counterpart]:
    """Return each scale, age band and comparator of which counts are known, once for all its categories."""
    first: dict[tuple[str, ...], Counterpart] = {}
    for one in sides.counterparts(place, ours):
        if one.measure.kind == "scale":
            first.setdefault((one.comparator, one.own.measure, one.own.age_band), one)
    return list(first.values())


def _against_counts(one: Counterpart, place: Place, sides: Sides, confidence: float) -> Case:
    case = _case(place, one.measure, one.own.age_band, one.comparator, one.source)
    barred = case.bar(one.mismatches, sides.overrides)
    here = _distribution(sides.ours.source, place, one.measure, one.own)
    case.row |= {"n": here.n, "reason": one.reason or barred, "areas": one.areas}
    if case.row["reason"]:
        return case
    there = (one.other.area, one.other.wave)
    other = _distribution(one.tally, there, one.tally.measures[one.measure.id], one.other)
    case.row |= {"benchmark_n": other.n, "benchmark_wave": there[1], "reason": _why_not(here, other)}
    if not case.row["reason"]:
        case.row["method"] = "mann_whitney"
        _show(case, [against_counts(here, other, confidence)], here.shares - other.shares)
    return case


def _why_not(*sides: Distribution) -> str:
    return why_few(*sides) or ("" if all(side.whole for side in sides) else "not_stated")


def _fours(sides: Sides) -> list[tuple[Benchmark, ...]]:
    """Return the figures of scales of which all four bands are there, from low to very high."""
    grouped: dict[tuple[str, ...], dict[str, Benchmark]] = defaultdict(dict)
    measures = sides.ours.source.measures
    for figure in sides.figures:
        if measures[figure.measure].kind == "scale":
            grouped[figure.measure, figure.age_band, figure.comparator][figure.category] = figure
    return [tuple(four[band] for band in BANDS) for four in grouped.values() if len(four) == len(BANDS)]


def _against_figures(
    ours: Rows, four: tuple[Benchmark, ...], place: Place, sides: Sides, confidence: float
) -> Case:
    first, measure = four[0], sides.ours.source.measures[four[0].measure]
    band = measure.asked[0] if first.age_band == ALL and len(measure.asked) == 1 else first.age_band
    labels = ", ".join(dict.fromkeys(figure.label for figure in four))
    case = _case(place, measure, band, first.comparator, labels)
    case.row["illustrative"] = any(figure.illustrative for figure in four)
    own = next((ours[key] for key in ours if (key[0], key[2]) == (measure.id, band)), None)
    wave = "" if first.comparator == LAST_WAVE else place[1]
    found = [
        (code, sides.reasons(figure).get(code))
        for figure in four
        for code in mismatches_of_figure(own, figure, measure, sides.ours.questionnaire, wave)
    ]
    without = {code for code, reason in found if reason is None}
    barred = case.bar(dict(found), {c: reason for c, reason in found if reason and c not in without})
    if own is None:
        case.row["reason"] = why_no_figure(ours, measure, first.category, band, sides, place)
        return case
    here, published = _distribution(sides.ours.source, place, measure, own), _published(four)
    case.row |= {"n": here.n, "benchmark_n": published.n}
    case.row["reason"] = _why_not(here) or barred or _why_no_test(published, first.comparator)
    if not case.row["reason"]:
        _against_published(case, here, published, four, confidence)
    return case


def _published(four: Sequence[Benchmark]) -> Published:
    ns, sizes = [figure.n for figure in four], [figure.worth for figure in four]
    return Published(
        shares=np.array([figure.share for figure in four]),
        step=max(figure.step for figure in four),
        n=None if None in ns else min(n for n in ns if n is not None),
        size=None if None in sizes else min(size for size in sizes if size is not None),
    )


def _why_no_test(published: Published, comparator: str) -> str:
    if abs(published.shares.sum() - 1) > ROUNDING_OF_SHARES:
        return "not_whole"
    return "no_n" if published.size is None and comparator == LAST_WAVE else ""


def _against_published(
    case: Case, here: Distribution, published: Published, four: Sequence[Benchmark], confidence: float
) -> None:
    """Test against published shares, of all readings of who is in them. Changes the case in place."""
    references, case.gap_may_be_wider = _references(here, published, four)
    sizes = [reference.size for reference in references if reference.size is not None]
    outcomes = [against_shares(here, reference, confidence) for reference in references]
    if not references:
        case.row["reason"] = "own_not_inside"
    elif min(sizes, default=MINIMUM_BASE) < MINIMUM_BASE:
        case.row["reason"] = "small_base"
    elif any(np.isnan(outcome.p) for outcome in outcomes):
        case.row["reason"] = "no_spread"
    else:
        case.row |= {"benchmark_n": references[0].n, "method": "mann_whitney" if sizes else "ridit"}
        _show(case, outcomes, here.shares - references[0].shares)


def _references(
    here: Distribution, published: Published, four: Sequence[Benchmark]
) -> tuple[list[Published], bool]:
    """Return what to test against, as for a single figure, and whether ours may narrow the gap unknowably."""
    told = {figure.own_inside for figure in four}
    whole = replace(published, shares=published.shares / published.shares.sum())
    if told == {"no"}:
        return [whole], False
    if published.n is None:
        return [whole], True
    others = without_own(here, whole)
    if "yes" in told:
        return [others] if others else [], False
    return [whole, others] if others else [whole], False


def _show(case: Case, outcomes: list[Outcome], differences: Floats) -> None:
    """Write down what is shown of the first test. Changes the case in place."""
    case.outcomes, (low, *_, very_high) = outcomes, differences
    theta, interval = outcomes[0].effect, outcomes[0].interval
    case.row |= {
        "theta": theta,
        "lower": None if np.isnan(interval.lower) else float(interval.lower),
        "upper": None if np.isnan(interval.upper) else float(interval.upper),
        "size": size_word(theta),
        "low_difference": float(low),
        "very_high_difference": float(very_high),
    }
