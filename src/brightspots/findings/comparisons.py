"""Comparisons: us against the general population, children in care elsewhere, and the last wave.

A verdict needs a test and a size. Which test depends on what is known of the benchmark: counts, a percentage
with its n, or a bare percentage. Whatever cannot be compared honestly is shown without a verdict, and why.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, BenchmarkError
from brightspots.findings.benchmarks import GENERAL_POPULATION, LAST_WAVE, Benchmark, Benchmarks
from brightspots.findings.estimates import ALL, Estimates, as_tally, estimate
from brightspots.measures.measure import COUNTED, REPORTED
from brightspots.questionnaire.spelling import fold
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
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.measures.measure import Measure
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

    Rows = dict[tuple[str, str, str], Any]

MINIMUM_BASE = 10
ALPHA = 0.05
MEANINGFUL = 0.10
YEARS_APART = 3
AGE_OVERLAP = 0.5
ONE_POINT = 0.01
ROUNDING_ERROR = 1e-9

BETTER, WORSE, SIMILAR, UNCLEAR, NOT_COMPARED = "better", "worse", "similar", "unclear", "not compared"
GAP_ALONE = ("no_n", "benchmark_at_limit", "no_direction")
"""Reasons that leave the difference worth showing; for all others the two figures are not alike."""

COLUMNS = (
    "measure", "category", "age_band", "comparator", "n", "count", "share", "lower", "upper", "benchmark",
    "benchmark_n", "difference", "difference_lower", "difference_upper", "effect_size", "p", "q", "p_holm",
    "verdict", "reason", "detectable", "source", "benchmark_count", "area", "wave", "domain", "edge",
    "illustrative", "benchmark_wave", "printed",
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
    step : float
        Step to which it is rounded, as a share; 0 for none.
    n, count : int or None
        Its base, and its count where known exactly.
    design_effect : float
    """

    share: float
    step: float = 0.0
    n: int | None = None
    count: int | None = None
    design_effect: float = 1.0

    @property
    def size(self) -> float | None:
        """How many answers of a simple random sample it is worth; None where its n is not known."""
        return None if self.n is None else self.n / self.design_effect

    @property
    def low(self) -> float:
        """Lower end of what the rounded figure may stand for."""
        return max(0.0, self.share - self.step / 2)

    @property
    def high(self) -> float:
        """Upper end of what the rounded figure may stand for."""
        return min(1.0, self.share + self.step / 2)


@dataclass(frozen=True)
class Outcome:
    """One test: p, difference with interval, size, and what else a verdict asks for.

    `excludes_zero` is told of the 95% interval, whatever the confidence of `interval`.
    """

    p: float
    difference: float
    interval: Interval
    effect: float
    equivalent: bool
    excludes_zero: bool


@dataclass
class Case:
    """One comparison on its way to a verdict.

    Attributes
    ----------
    row : dict
        What is known so far of its row.
    higher_is_better : bool or None
    outcomes : list of Outcome
        The test; two of them where it is not known whether our own children are inside the other figure, and
        none where nothing can be tested.
    gap_may_be_wider : bool
        Whether our own children may narrow the gap by an unknown amount.
    """

    row: dict[str, Any]
    higher_is_better: bool | None
    outcomes: list[Outcome] = field(default_factory=list)
    gap_may_be_wider: bool = False


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
        What to compare with. Those that name another questionnaire are passed over; any other has to fit
        this one.
    previous : Survey or Tally, optional
        Our last wave, also one with another edition of the questionnaire: compared measure by measure. Its
        counts take the place of a benchmark of the last wave.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    Comparisons
        A `Table` with the columns ``measure category age_band comparator n count share lower upper benchmark
        benchmark_n difference difference_lower difference_upper effect_size p q p_holm verdict reason
        detectable source`` and a few more. ``verdict`` is ``better``, ``worse``, ``similar`` (reason
        ``equivalent`` or ``small``), ``unclear`` or ``not compared`` (with its reason). ``benchmark`` is the
        figure compared with: where our own children were taken out, not the one that is ``printed``.

    Raises
    ------
    BenchmarkError
        If a benchmark is for a measure, category or age band that the questionnaire does not have: every one.
    ArgumentError
        If `previous` is of another area, holds several waves or a later one, or shares no measure.

    Notes
    -----
    Bare percentage: two-sided mid-P binomial test at the edge of its rounding interval nearest to ours.
    With n or counts: Fisher mid-P and Newcombe's interval. Our own children are taken out where the figure
    includes them; where that is not known both readings must agree. The tests of a report and comparator are
    adjusted together (Benjamini-Hochberg); a verdict also needs Cohen's h of at least 0.10.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions; Lydersen, Fagerland
    & Laake 2009; Benjamini & Hochberg 1995; Cohen 1988; Schuirmann 1987 (equivalence).

    Examples
    --------
    >>> import brightspots as bs
    >>> comparisons = bs.compare(bs.make_survey(seed=1), bs.load_benchmarks("sheffield-2021"))
    >>> set(comparisons.column("verdict")) <= {"better", "worse", "similar", "unclear", "not compared"}
    True
    """
    estimates = estimate(source, confidence=confidence)
    figures = _figures(benchmarks)
    faults = [fault for figure in figures for fault in figure.misfits(estimates.questionnaire)]
    if faults:
        raise BenchmarkError("benchmarks", faults)
    meant = [figure for figure in figures if figure.questionnaire in ("", estimates.questionnaire.id)]
    before = None
    if previous is not None:
        before = estimate(as_tally(previous, name="previous"), confidence=confidence)
        _refuse_other_waves(estimates, before)
    cases: list[Case] = []
    for place, ours in sorted(_by_place(estimates).items()):
        earlier = [] if before is None else _against_last_wave(ours, place, estimates, before, confidence)
        counted = {_what(case) for case in earlier if case.row["benchmark"] is not None}
        bench = [_against_figure(ours, figure, estimates, place, confidence) for figure in meant]
        cases += [c for c in bench if c.row["comparator"] != LAST_WAVE or _what(c) not in counted]
        cases += earlier
    _judge(cases)
    result = Comparisons.from_rows([case.row for case in cases], COLUMNS)
    result.source, result.previous = estimates.source, before.source if before else None
    return result


def _figures(benchmarks: Benchmarks | Sequence[Benchmark]) -> tuple[Benchmark, ...]:
    figures = benchmarks.benchmarks if isinstance(benchmarks, Benchmarks) else benchmarks
    if not isinstance(figures, list | tuple) or not all(isinstance(one, Benchmark) for one in figures):
        raise ArgumentError(
            f"benchmarks is a {type(benchmarks).__name__}; give Benchmarks or a list of Benchmark."
        )
    return tuple(figures)


def _by_place(estimates: Estimates) -> dict[tuple[str, str], Rows]:
    """Return the rows of each area and wave by measure, category and age band."""
    places: dict[tuple[str, str], Rows] = defaultdict(dict)
    for row in estimates:
        places[(row.area, row.wave)][(row.measure, row.category, row.age_band)] = row
    return places


def _what(case: Case) -> tuple[str, str, str]:
    return case.row["measure"], case.row["category"], case.row["age_band"]


def _refuse_other_waves(estimates: Estimates, before: Estimates) -> None:
    """Refuse counts that are not, for every area of ours, those of its one wave before this one."""
    ours, theirs = _waves(estimates), _waves(before)
    for area, waves in ours.items():
        if len(waves) > 1:
            raise ArgumentError(f"source holds several waves of {area!r}: which is the last? Use Tally.only.")
        if area not in theirs:
            raise ArgumentError(f"previous holds no counts of {area!r}; check the spelling of the area.")
        if len(theirs[area]) > 1:
            raise ArgumentError(
                f"previous holds {len(theirs[area])} waves of {area!r}; give one with Tally.only."
            )
        (wave,), (last,) = waves, theirs[area]
        if last == wave or (_year(last) or 0) > (_year(wave) or math.inf):
            raise ArgumentError(f"previous holds the wave {last!r}, which is not before {wave!r}.")


def _waves(estimates: Estimates) -> dict[str, set[str]]:
    waves: dict[str, set[str]] = defaultdict(set)
    for area, wave in zip(estimates.column("area"), estimates.column("wave"), strict=True):
        waves[area].add(wave)
    return dict(waves)


def _year(text: str) -> int | None:
    return int(text[:4]) if text[:4].isdecimal() else None


def _case(
    own: Any, place: tuple[str, str], measure: Measure, category: str, age_band: str, comparator: str
) -> Case:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "area": place[0],
        "wave": place[1],
        "measure": measure.id,
        "domain": measure.domain,
        "category": category,
        "age_band": age_band,
        "comparator": comparator,
        "verdict": NOT_COMPARED,
        "reason": "",
        "source": "",
        "edge": False,
        "illustrative": False,
    }
    if own is not None:
        row |= {name: getattr(own, name) for name in ("n", "count", "share", "lower", "upper")}
    return Case(row, measure.good_when_high(category))


def _against_figure(
    ours: Rows,
    figure: Benchmark,
    estimates: Estimates,
    place: tuple[str, str],
    confidence: float,
) -> Case:
    measure = estimates.source.measures[figure.measure]
    band = measure.asked[0] if figure.age_band == ALL and len(measure.asked) == 1 else figure.age_band
    own = ours.get((figure.measure, figure.category, band))
    case = _case(own, place, measure, figure.category, band, figure.comparator)
    case.row |= {
        "benchmark": figure.share,
        "benchmark_n": figure.n,
        "benchmark_count": figure.count,
        "source": figure.label,
        "illustrative": figure.illustrative,
        "printed": figure.share,
    }
    if own is None:
        case.row["reason"] = _why_no_figure(ours, measure, figure.category, band, estimates, place)
        return case
    reason = _why_not(own, figure, measure, estimates, place[1])
    references, case.gap_may_be_wider = ([], False) if reason else _references(own, figure)
    if not reason and not references:
        reason = "own_not_inside"
    if any(reference.n is not None and reference.n < MINIMUM_BASE for reference in references):
        reason = "small_base"
    if not reason:
        _test_all(case, own, references, confidence)
    elif reason in GAP_ALONE:
        case.row["difference"] = own.share - figure.share
        case.row["effect_size"] = float(effect_size(own.share, figure.share))
    case.row["reason"] = reason
    return case


def _why_no_figure(
    ours: Rows, measure: Measure, category: str, band: str, estimates: Estimates, place: tuple[str, str]
) -> str:
    """Return why we have no figure of our own for a category and age band."""
    forms = {key[2] for key in estimates.source.table(()).keys if key[:2] == place}
    forms &= set(measure.asked if band == ALL else (band,))
    asked = {own_band for name, _, own_band in ours if name == measure.id}
    told = {one for one in forms if (measure.id, category, one) in ours}
    if forms and not forms & asked:
        return "not_asked"
    if not told:
        return "no_base"
    return "not_pooled" if len(told) > 1 else "age_bands"


def _why_not(own: Any, figure: Benchmark, measure: Measure, estimates: Estimates, wave: str) -> str:
    """Return why no verdict can be given, before any test; empty where one can."""
    if own.n == 0:
        return "no_base"
    if own.n < MINIMUM_BASE:
        return "small_base"
    bands = own.age_bands.split(", ")
    if figure.counted and figure.category == COUNTED:
        counted = set(measure.counted(COUNTED, bands[0])) - set(REPORTED[measure.kind])
        if {fold(answer) for answer in figure.counted} != {fold(answer) for answer in counted}:
            return "counted_answers"
    if figure.ages is not None:
        ages = [estimates.questionnaire.band[band].ages for band in bands]
        if _overlap((min(a for a, _ in ages), max(b for _, b in ages)), figure.ages) < AGE_OVERLAP:
            return "age_range"
    ours, theirs = _year(wave), _year(figure.year)
    if ours and theirs and abs(ours - theirs) > YEARS_APART and figure.comparator != LAST_WAVE:
        return "year_gap"
    if measure.good_when_high(figure.category) is None:
        return "no_direction"
    if figure.n is None and figure.comparator == LAST_WAVE:
        return "no_n"
    if figure.n is None and figure.share in (0.0, 1.0):
        return "benchmark_at_limit"
    return ""


def _overlap(ours: tuple[int, int], theirs: tuple[int, int]) -> float:
    """Return the share of all ages in two ranges that lies in both."""
    both = min(ours[1], theirs[1]) - max(ours[0], theirs[0]) + 1
    return max(0, both) / (max(ours[1], theirs[1]) - min(ours[0], theirs[0]) + 1)


def _references(own: Any, figure: Benchmark) -> tuple[list[Reference], bool]:
    """Return what to test against, and whether our own children may narrow the gap by an unknown amount.

    One reference; two where it is not known whether our own children are inside; none where they are said to
    be and cannot. The first is the one that is shown.
    """
    printed = Reference(figure.share, figure.step, figure.n, figure.count, figure.design_effect)
    apart = figure.comparator in (GENERAL_POPULATION, LAST_WAVE)
    if figure.includes_own == "no" or (figure.includes_own == "unknown" and apart):
        return [printed], False
    if figure.n is None:
        return [printed], True
    others = _without_own(own, figure)
    if figure.includes_own == "yes":
        return [others] if others else [], False
    return [printed, others] if others else [printed], False


def _without_own(own: Any, figure: Benchmark) -> Reference | None:
    """Take our own children out of a pooled figure; None where they cannot be inside it."""
    assert figure.n is not None
    n = figure.n - own.n
    if n <= 0:
        return None
    count, half = figure.share * figure.n - own.count, figure.step / 2 * figure.n
    if count + half < -ROUNDING_ERROR or count - half > n + ROUNDING_ERROR:
        return None
    exact = None if figure.count is None else figure.count - own.count
    share = min(1.0, max(0.0, count / n))
    return Reference(share, figure.step * figure.n / n, n, exact, figure.design_effect)


def _test_all(case: Case, own: Any, references: Sequence[Reference], confidence: float) -> None:
    """Test against every reference, and write down what is shown of the first."""
    case.outcomes = [_test(own, reference, confidence) for reference in references]
    shown, outcome = references[0], case.outcomes[0]
    case.row |= {
        "benchmark": shown.share,
        "benchmark_n": shown.n,
        "benchmark_count": shown.count,
        "difference": outcome.difference,
        "difference_lower": float(outcome.interval.lower),
        "difference_upper": float(outcome.interval.upper),
        "effect_size": outcome.effect,
    }
    gap = float(detectable_gap(own.n, shown.share, n2=shown.size))
    case.row["detectable"] = gap if gap > 0 else None


def _test(own: Any, reference: Reference, confidence: float) -> Outcome:
    lower, upper = _limits(own, reference, reference.share, 0.95)
    # A figure known to a point is taken at its word; a coarser one has to be as good as ours at either end.
    coarse = reference.step > ONE_POINT + ROUNDING_ERROR
    shares = {reference.share, *((reference.low, reference.high) if coarse else ())}
    return Outcome(
        p=_p(own, reference),
        difference=own.share - reference.share,
        interval=_limits(own, reference, reference.share, confidence),
        effect=float(effect_size(own.share, reference.share)),
        equivalent=all(bool(equivalent(_limits(own, reference, s, 0.90), s)) for s in shares),
        excludes_zero=bool(lower > 0 or upper < 0),
    )


def _limits(own: Any, reference: Reference, share: float, confidence: float) -> Interval:
    """Return the interval of the difference, if the reference stood at `share`."""
    if reference.size is None:
        interval = proportion_interval(own.count, own.n, confidence=confidence)
        return Interval(interval.lower - share, interval.upper - share)
    size = reference.size
    return difference_interval(own.count, own.n, share * size, size, confidence=confidence)


def _p(own: Any, reference: Reference) -> float:
    """Return p at that end of the rounding interval which lies nearest to ours."""
    if reference.size is None:
        return float(fixed_test(own.count, own.n, reference.share, rounded_to=reference.step or None))
    if reference.step and reference.low <= own.share <= reference.high:
        return 1.0
    size = max(1, round(reference.size))
    # Whole numbers of children that round to the printed figure; where none does, the nearest one.
    least = math.ceil(reference.low * size - ROUNDING_ERROR)
    most = math.floor(reference.high * size + ROUNDING_ERROR)
    nearest = (
        min(max(round(own.share * size), least), most) if least <= most else round(reference.share * size)
    )
    return float(two_sample_test(own.count, own.n, nearest, size))


def _against_last_wave(
    ours: Rows,
    place: tuple[str, str],
    estimates: Estimates,
    before: Estimates,
    confidence: float,
) -> list[Case]:
    now, then = estimates.source.measures, before.source.measures
    theirs = next(rows for (area, _), rows in _by_place(before).items() if area == place[0])
    if not ours.keys() & theirs.keys():
        raise ArgumentError("previous shares no measure and age band with source; check its questionnaire.")
    cases = []
    for key, own in ours.items():
        measure, earlier = now[own.measure], theirs.get(key)
        if earlier is None or measure.good_when_high(own.category) is None:
            continue
        case = _case(own, place, measure, own.category, own.age_band, LAST_WAVE)
        case.row["source"] = f"{earlier.area} {earlier.wave}"
        case.row["reason"] = _why_not_alike(own, earlier, measure, then[own.measure])
        if not case.row["reason"]:
            case.row |= {
                "benchmark": earlier.share,
                "benchmark_n": earlier.n,
                "benchmark_count": earlier.count,
                "benchmark_wave": earlier.wave,
                "printed": earlier.share,
            }
            if own.n < MINIMUM_BASE or earlier.n < MINIMUM_BASE:
                case.row["reason"] = "no_base" if not own.n or not earlier.n else "small_base"
            else:
                reference = Reference(earlier.share, n=earlier.n, count=earlier.count)
                _test_all(case, own, [reference], confidence)
        cases.append(case)
    return cases


def _why_not_alike(own: Any, earlier: Any, now: Measure, then: Measure) -> str:
    """Return why a measure cannot be compared with the same one in an earlier edition; empty where it can."""
    if own.age_bands != earlier.age_bands:
        return "age_bands"
    bands = own.age_bands.split(", ")
    if set(now.valid) != set(then.valid):
        return "options"
    if any(set(now.counted(own.category, b)) != set(then.counted(own.category, b)) for b in bands):
        return "counted_answers"
    return "base" if any(now.basis[band] != then.basis[band] for band in bands) else ""


def _judge(cases: Sequence[Case]) -> None:
    """Adjust within each report and comparator, and give the verdicts. Changes the cases in place.

    Tests against invented figures are a family of their own, so that they change no real verdict.
    """
    families: dict[tuple[Any, ...], list[Case]] = defaultdict(list)
    for case in cases:
        if case.outcomes:
            row = case.row
            families[(row["area"], row["wave"], row["comparator"], row["illustrative"])].append(case)
    for family in families.values():
        p = np.array([max(outcome.p for outcome in case.outcomes) for case in family])
        for case, *values in zip(family, p, adjust(p), adjust(p, method="holm"), strict=True):
            case.row |= dict(zip(("p", "q", "p_holm"), map(float, values), strict=True))
            case.row["verdict"], case.row["reason"] = _verdict_of(case)
            case.row["edge"] = (case.row["p"] <= ALPHA) != case.outcomes[0].excludes_zero


def _verdict_of(case: Case) -> tuple[str, str]:
    """Return the verdict and its reason: that of every reading, or none where they disagree."""
    verdicts = {_verdict(outcome, case.row["q"], bool(case.higher_is_better)) for outcome in case.outcomes}
    verdict, reason = verdicts.pop()
    if verdicts or (case.gap_may_be_wider and verdict == SIMILAR):
        return UNCLEAR, "own_unknown"
    return verdict, reason


def _verdict(outcome: Outcome, q: float, higher_is_better: bool) -> tuple[str, str]:
    if q <= ALPHA and abs(outcome.effect) >= MEANINGFUL:
        return (BETTER if (outcome.difference > 0) == higher_is_better else WORSE), ""
    if q <= ALPHA:
        return SIMILAR, "small"
    return (SIMILAR, "equivalent") if outcome.equivalent else (UNCLEAR, "")
