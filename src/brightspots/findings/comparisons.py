"""Comparisons: us against the general population, children in care elsewhere, and the last wave.

A verdict needs a test and a size. Which test depends on what is known of the benchmark: counts, a percentage
with its n, or a bare percentage. Whatever cannot be compared honestly is shown without a verdict, and why.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import CARE_ELSEWHERE, LAST_WAVE, Benchmark, Benchmarks
from brightspots.findings.estimates import Estimates, estimate
from brightspots.measures.measure import COUNTED
from brightspots.statistics import (
    Interval,
    adjust,
    detectable_gap,
    difference_interval,
    effect_size,
    equivalent,
    fixed_test,
    proportion_interval,
    two_sample_test,
)
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

MINIMUM_BASE = 10
ALPHA = 0.05
MEANINGFUL = 0.10
YEARS_APART = 3
AGE_OVERLAP = 0.5

BETTER, WORSE, SIMILAR, UNCLEAR, NOT_COMPARED = "better", "worse", "similar", "unclear", "not compared"

COLUMNS = (
    "measure", "category", "age_band", "comparator", "n", "count", "share", "lower", "upper", "benchmark",
    "benchmark_n", "difference", "difference_lower", "difference_upper", "effect_size", "p", "q", "p_holm",
    "verdict", "reason", "detectable", "source", "benchmark_count", "area", "wave", "domain", "edge",
    "illustrative", "benchmark_wave",
)  # fmt: skip


class Comparisons(Table):
    """Every comparison with its difference, interval, test and verdict. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind our side.
    previous : Tally or None
        The counts of the last wave.
    """

    title = "Comparisons"
    source: Tally
    previous: Tally | None


@dataclass(frozen=True)
class Reference:
    """What one comparison is made against, in the form that the test needs.

    Attributes
    ----------
    share : float
        As printed, or of the others once our own children are taken out.
    low, high : float
        Ends of the rounding interval of `share`.
    n : float or None
        Its base, divided by its design effect.
    count : int or None
        Its count, where known exactly.
    """

    share: float
    low: float
    high: float
    n: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Outcome:
    """One test: its p-value, size, difference with interval, and whether equivalence is shown."""

    p: float | None
    difference: float
    interval: Interval
    effect: float
    equivalent: bool


def compare(
    source: Survey | Tally,
    benchmarks: Benchmarks | Sequence[Benchmark] = (),
    *,
    previous: Survey | Tally | None = None,
    confidence: float = 0.95,
) -> Comparisons:
    """Compare a council's children with others, and with its own last wave.

    Parameters
    ----------
    source : Survey or Tally
        Our answers, or their counts.
    benchmarks : Benchmarks, or sequence of Benchmark
        What to compare with. Figures of measures that this questionnaire does not have, or of
        another questionnaire, are passed over.
    previous : Survey or Tally, optional
        Our last wave, with the same questions: compared measure by measure.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    Comparisons
        A `Table` with the columns ``measure category age_band comparator n count share lower upper benchmark
        benchmark_n difference difference_lower difference_upper effect_size p q p_holm verdict reason
        detectable source`` and a few more. ``verdict`` is ``better``, ``worse``, ``similar`` (reason
        ``equivalent`` or ``small``), ``unclear`` or ``not compared`` (with its reason).

    Raises
    ------
    ArgumentError
        If `previous` was counted with a questionnaire that shares no measure with this one.

    Notes
    -----
    Bare percentage: two-sided mid-P binomial test at the edge of its rounding interval nearest to ours.
    With n or counts: Fisher mid-P and Newcombe's interval. Children in care elsewhere: our own children are
    taken out where the figure includes them; where that is not known both readings must agree. Several
    verdicts are adjusted together (Benjamini-Hochberg) within a report and comparator; a verdict also needs
    Cohen's h of at least 0.10.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions; Lydersen, Fagerland &
    Laake 2009; Benjamini & Hochberg 1995; Cohen 1988; Schuirmann 1987 (equivalence).

    Examples
    --------
    >>> import brightspots as bs
    >>> comparisons = bs.compare(bs.make_survey(seed=1), bs.load_benchmarks("sheffield-2021"))
    >>> set(comparisons.column("verdict")) <= {"better", "worse", "similar", "unclear", "not compared"}
    True
    """
    estimates = estimate(source, confidence=confidence)
    rows = []
    figures = benchmarks.benchmarks if isinstance(benchmarks, Benchmarks) else tuple(benchmarks)
    ours = {(r.area, r.wave, r.measure, r.category, r.age_band): r for r in estimates}
    places = sorted({key[:2] for key in ours})
    for area, wave in places:
        for figure in figures:
            meant = figure.questionnaire in ("", estimates.questionnaire.id)
            if meant and figure.measure in estimates.source.measures:
                measure = estimates.source.measures[figure.measure]
                _refuse_unknown_category(figure, measure)
                own = ours.get((area, wave, figure.measure, figure.category, figure.age_band))
                rows.append(_against_figure(own, figure, measure, estimates, (area, wave), confidence))
        if previous is not None:
            rows += _against_previous(ours, (area, wave), estimates, previous, confidence)
    _judge(rows, estimates.source.measures)
    result = Comparisons.from_rows(rows, COLUMNS)
    result.source, result.previous = estimates.source, _as_tally(previous)
    return result


def _as_tally(previous: Survey | Tally | None) -> Tally | None:
    return tally(previous) if isinstance(previous, Survey) else previous


def _refuse_unknown_category(figure: Benchmark, measure: Measure) -> None:
    if figure.category not in measure.categories:
        raise ArgumentError(
            f"A benchmark of {measure.id} is for the category {figure.category!r}; "
            f"{measure.id} has {', '.join(measure.categories)}. Give one of these as `category`."
        )


def _blank_row(
    own: Any, place: tuple[str, str], measure: Measure, category: str, age_band: str, comparator: str
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "area": place[0],
        "wave": place[1],
        "measure": measure.id,
        "domain": measure.domain,
        "category": category,
        "age_band": age_band,
        "comparator": comparator,
        "n": own.n if own else 0,
        "count": own.count if own else 0,
        "verdict": NOT_COMPARED,
        "reason": "",
        "source": "",
        "edge": False,
        "illustrative": False,
        "outcomes": [],
    }
    if own:
        row |= {"share": own.share, "lower": own.lower, "upper": own.upper}
    return row


def _against_figure(
    own: Any,
    figure: Benchmark,
    measure: Measure,
    estimates: Estimates,
    place: tuple[str, str],
    confidence: float,
) -> dict[str, Any]:
    row = _blank_row(own, place, measure, figure.category, figure.age_band, figure.comparator)
    row |= {
        "benchmark": figure.share,
        "benchmark_n": figure.n,
        "benchmark_count": figure.count,
        "source": figure.label,
        "illustrative": figure.illustrative,
    }
    row["reason"] = _why_not(own, figure, measure, estimates.questionnaire, place[1])
    if own is None or not own.n:
        return row
    row["difference"] = own.share - figure.share
    row["effect_size"] = effect_size(own.share, figure.share)
    if row["reason"]:
        return row
    readings, note = _readings(own, figure)
    if not readings:
        row["reason"] = note
        return row
    row["outcomes"] = [_test(own, reference, confidence) for reference in readings]
    shown = readings[0]
    row |= _shown(row["outcomes"][0], own, shown)
    row["own_inside"] = note
    return row


def _why_not(own: Any, figure: Benchmark, measure: Measure, questionnaire: Questionnaire, wave: str) -> str:
    """Return why no verdict can be given, before any test; empty where one can."""
    if own is None:
        return "not_asked"
    if own.n == 0:
        return "no_base"
    if own.n < MINIMUM_BASE:
        return "small_base"
    if measure.good_when_high(figure.category) is None:
        return "no_direction"
    bands = own.age_bands.split(", ")
    if figure.counted and figure.category == COUNTED:
        ours = {a for a in measure.counted(COUNTED, bands[0]) if not a.startswith("reported: ")}
        if {a.casefold() for a in figure.counted} != {a.casefold() for a in ours}:
            return "counted_answers"
    if figure.ages is not None:
        low = min(questionnaire.band[band].ages[0] for band in bands)
        high = max(questionnaire.band[band].ages[1] for band in bands)
        overlap = min(high, figure.ages[1]) - max(low, figure.ages[0]) + 1
        union = max(high, figure.ages[1]) - min(low, figure.ages[0]) + 1
        if overlap / union < AGE_OVERLAP:
            return "age_range"
    if figure.year[:4].isdecimal() and wave[:4].isdecimal():
        if abs(int(figure.year[:4]) - int(wave[:4])) > YEARS_APART and figure.comparator != LAST_WAVE:
            return "year_gap"
    if figure.n is None and figure.comparator == LAST_WAVE:
        return "no_n"
    if figure.n is None and figure.share in (0.0, 1.0):
        return "benchmark_at_limit"
    return ""


def _readings(own: Any, figure: Benchmark) -> tuple[list[Reference], str]:
    """Return what to test against: one reference, or both readings where it is unknown who is inside.

    The note says what must be kept in mind: ``inside_no_n`` where our own children are, or may be, inside a
    figure whose n is unknown.
    """
    printed = Reference(
        share=figure.share,
        low=max(0.0, figure.share - figure.step / 2),
        high=min(1.0, figure.share + figure.step / 2),
        n=None if figure.n is None else figure.n / figure.design_effect,
        count=figure.count,
    )
    if figure.comparator != CARE_ELSEWHERE and figure.includes_own != "yes":
        return [printed], ""
    if figure.includes_own == "no":
        return [printed], ""
    if figure.n is None:
        return [printed], "inside_no_n"
    others = _without_own(own, figure)
    if others is None:
        return ([], "own_not_inside") if figure.includes_own == "yes" else ([printed], "")
    return ([others] if figure.includes_own == "yes" else [others, printed]), ""


def _without_own(own: Any, figure: Benchmark) -> Reference | None:
    """Take our own children out of a pooled figure; None where that is impossible."""
    assert figure.n is not None
    n = figure.n - own.n
    if n <= 0:
        return None
    half = figure.step / 2 * figure.n
    counts = [figure.share * figure.n + side * half - own.count for side in (-1, 0, 1)]
    if counts[2] < 0 or counts[0] > n:
        return None
    low, middle, high = (min(1.0, max(0.0, count / n)) for count in counts)
    count = round(counts[1]) if figure.count is not None else None
    return Reference(middle, low, high, n / figure.design_effect, count)


def _test(own: Any, reference: Reference, confidence: float) -> Outcome:
    difference = own.share - reference.share
    effect = float(effect_size(own.share, reference.share))
    if reference.n is None:
        p = float(
            fixed_test(own.count, own.n, reference.share, rounded_to=(reference.high - reference.low) or None)
        )
        limits = [
            Interval(i.lower - reference.share, i.upper - reference.share)
            for level in (confidence, 0.90)
            for i in [proportion_interval(own.count, own.n, confidence=level)]
        ]
    else:
        nearest = min(max(own.share, reference.low), reference.high)
        n2 = max(1, round(reference.n))
        inside = reference.low < own.share < reference.high and reference.low < reference.high
        p = 1.0 if inside else float(two_sample_test(own.count, own.n, min(n2, round(nearest * n2)), n2))
        middle = min(n2, round(reference.share * n2))
        limits = [
            difference_interval(own.count, own.n, middle, n2, confidence=level)
            for level in (confidence, 0.90)
        ]
    return Outcome(p, difference, limits[0], effect, bool(equivalent(limits[1], reference.share)))


def _shown(outcome: Outcome, own: Any, reference: Reference) -> dict[str, Any]:
    return {
        "benchmark": reference.share,
        "benchmark_n": None if reference.n is None else round(reference.n),
        "benchmark_count": reference.count,
        "difference": outcome.difference,
        "difference_lower": float(outcome.interval.lower),
        "difference_upper": float(outcome.interval.upper),
        "effect_size": outcome.effect,
        "detectable": float(detectable_gap(own.n, reference.share, n2=reference.n)),
    }


def _against_previous(
    ours: dict[tuple[str, ...], Any],
    place: tuple[str, str],
    estimates: Estimates,
    previous: Survey | Tally,
    confidence: float,
) -> list[dict[str, Any]]:
    before = estimate(previous, confidence=confidence)
    now, then = estimates.source.measures, before.source.measures
    same = {
        name
        for name, measure in now.items()
        if name in then and measure.answers == then[name].answers and measure.counts == then[name].counts
    }
    if not same:
        raise ArgumentError("previous shares no measure with the same answers; check its questionnaire.")
    if not any(r.area == place[0] for r in before):
        raise ArgumentError(f"previous holds no counts of {place[0]!r}; check the spelling of the area.")
    rows = []
    for r in before:
        own = ours.get((*place, r.measure, r.category, r.age_band))
        if r.area != place[0] or r.measure not in same or own is None:
            continue
        measure = now[r.measure]
        if measure.good_when_high(r.category) is None:
            continue
        row = _blank_row(own, place, measure, r.category, r.age_band, LAST_WAVE)
        row |= {
            "benchmark": r.share,
            "benchmark_n": r.n,
            "benchmark_count": r.count,
            "source": f"{r.area} {r.wave}",
        }
        if own.n < MINIMUM_BASE or r.n < MINIMUM_BASE:
            row["reason"] = "no_base" if not own.n or not r.n else "small_base"
        elif own.age_bands != r.age_bands:
            row["reason"] = "age_bands"
        else:
            reference = Reference(r.share, r.share, r.share, float(r.n), r.count)
            row["outcomes"] = [_test(own, reference, confidence)]
            row |= _shown(row["outcomes"][0], own, reference)
        rows.append(row)
    return rows


def _judge(rows: list[dict[str, Any]], measures: dict[str, Measure]) -> None:
    """Adjust within each report and comparator, and give the verdicts. Changes the rows in place."""
    families: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        families[(row["area"], row["wave"], row["comparator"])].append(row)
    for family in families.values():
        p = np.array([_largest_p(row["outcomes"]) for row in family], dtype=np.float64)
        q, holm = adjust(p), adjust(p, method="holm")
        for row, one_p, one_q, one_holm in zip(family, p, q, holm, strict=True):
            if row["outcomes"]:
                row |= {"p": float(one_p), "q": float(one_q), "p_holm": float(one_holm)}
                good = measures[row["measure"]].good_when_high(row["category"])
                _give_verdict(row, bool(good))


def _largest_p(outcomes: Iterable[Outcome]) -> float:
    return max((outcome.p for outcome in outcomes if outcome.p is not None), default=float("nan"))


def _give_verdict(row: dict[str, Any], higher_is_better: bool) -> None:
    verdicts = {_verdict(outcome, row["q"], higher_is_better) for outcome in row["outcomes"]}
    verdict, reason = verdicts.pop() if len(verdicts) == 1 else (UNCLEAR, "own_unknown")
    if row.pop("own_inside", "") == "inside_no_n" and verdict == SIMILAR:
        verdict, reason = UNCLEAR, "own_unknown"
    lower, upper = row["difference_lower"], row["difference_upper"]
    row |= {"verdict": verdict, "reason": reason}
    row["edge"] = (row["p"] <= ALPHA) != (lower > 0 or upper < 0)


def _verdict(outcome: Outcome, q: float, higher_is_better: bool) -> tuple[str, str]:
    large = abs(outcome.effect) >= MEANINGFUL
    if q <= ALPHA and large:
        return (BETTER if (outcome.difference > 0) == higher_is_better else WORSE), ""
    if q <= ALPHA:
        return SIMILAR, "small"
    return (SIMILAR, "equivalent") if outcome.equivalent else (UNCLEAR, "")
