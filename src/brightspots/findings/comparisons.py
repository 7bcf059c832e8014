"""Comparisons: us against the general population, children in care elsewhere, and the last wave.

A verdict needs a test and a size. Which test depends on what is known of the benchmark: counts, a percentage
with its n or its interval, or a bare percentage. Whatever cannot be compared honestly is shown without a
verdict, and why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.findings.benchmarks import CARE_ELSEWHERE, LAST_WAVE
from brightspots.findings.detectable import DetectableGaps, detectable_gaps
from brightspots.findings.estimates import ALL
from brightspots.findings.likeness import mismatches_of_figure
from brightspots.findings.sides import Sides, read_sides
from brightspots.findings.verdicts import MINIMUM_BASE, NOT_COMPARED, Case, Outcome, judge
from brightspots.statistics import (
    Interval,
    detectable_gap,
    difference_interval,
    effect_size,
    equivalent,
    fixed_test,
    proportion_interval,
    two_sample_test,
)
from brightspots.statistics.effects import MEANINGFUL
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.findings.benchmarks import Benchmark, Benchmarks
    from brightspots.findings.likeness import Mismatch
    from brightspots.findings.sides import Counterpart, Place, Rows
    from brightspots.measures.measure import Measure
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

ONE_POINT = 0.01
ROUNDING_ERROR = 1e-9

GAP_ALONE = ("no_n", "benchmark_at_limit", "no_direction")
"""Reasons that leave the difference worth showing; for all others the two figures are not alike."""

COLUMNS = (
    "measure", "category", "age_band", "comparator", "n", "count", "share", "lower", "upper", "benchmark",
    "benchmark_n", "difference", "difference_lower", "difference_upper", "effect_size", "p", "q", "p_holm",
    "verdict", "reason", "detectable", "source", "benchmark_count", "area", "wave", "domain", "edge",
    "illustrative", "benchmark_area", "benchmark_wave", "printed", "mismatches", "overridden", "areas",
    "unusual_among_areas",
)  # fmt: skip


class Comparisons(Table):
    """Every comparison with its difference, interval, test and verdict. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind our side.
    previous : Tally or None
        The counts of the last wave.
    elsewhere : Tally or None
        The pooled counts of other councils, as one area.
    confidence : float
        Coverage of the intervals.
    """

    title = "Comparisons"
    source: Tally
    previous: Tally | None
    elsewhere: Tally | None
    confidence: float

    @property
    def detectable_gaps(self) -> DetectableGaps:
        """What each age band could have shown: ``age_band n near_50 near_80 near_90`` and a few more."""
        return detectable_gaps(self.source)


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
    size : float or None
        How many answers of a simple random sample it is worth; None where that is not known.
    """

    share: float
    step: float = 0.0
    n: int | None = None
    count: int | None = None
    size: float | None = None

    @property
    def low(self) -> float:
        """Lower end of what the rounded figure may stand for."""
        return max(0.0, self.share - self.step / 2)

    @property
    def high(self) -> float:
        """Upper end of what the rounded figure may stand for."""
        return min(1.0, self.share + self.step / 2)


def compare(
    source: Survey | Tally,
    benchmarks: Benchmarks | Sequence[Benchmark] = (),
    *,
    previous: Survey | Tally | None = None,
    elsewhere: Survey | Tally | None = None,
    overrides: Mapping[Mismatch, str] | None = None,
    confidence: float = 0.95,
) -> Comparisons:
    """Compare a council's children with others, and with its own last wave.

    Parameters
    ----------
    source : Survey or Tally
        Our answers, or their counts. Pooled waves are tested as so many answers as they are worth.
    benchmarks : Benchmarks, or sequence of Benchmark
        What to compare with. Those that name another questionnaire are passed over; any other has to fit
        this one.
    previous : Survey or Tally, optional
        Our last wave, also one with another edition of the questionnaire: compared measure by measure. Its
        counts take the place of a benchmark of the last wave.
    elsewhere : Survey or Tally, optional
        The answers of other councils to the questionnaire, one wave each; ours may be among them and is taken
        out. Their counts take the place of a benchmark of care elsewhere.
    overrides : mapping of str to str, optional
        Ways in which figures are not alike that shall bar no verdict, each with the reason, which is printed:
        ``wording``, ``options``, ``mode``, ``country``, ``base``, ``age_range``, ``year_gap``,
        ``counted_answers``. For one benchmark say it in its own ``override``.
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
        ``mismatches`` are the ways in which the two are not alike, and ``overridden`` the reasons why some of
        them bar no verdict. ``areas`` is how many other councils stand behind a figure from their counts, and
        ``unusual_among_areas`` whether ours is unusual even among councils that truly differ (None with fewer
        than 10 of them). The table's ``detectable_gaps`` say what the survey could have shown.

    Raises
    ------
    BenchmarkError
        If a benchmark is for a measure, category or age band that the questionnaire does not have: every one.
    ArgumentError
        If `previous` is of another area, holds several waves or a later one, or shares no measure; if our
        council may stand in `elsewhere` under another name, or a council there twice; if waves were pooled;
        or if an override is not known or has no reason.

    Notes
    -----
    Bare percentage: two-sided mid-P binomial test at the edge of its rounding interval nearest to ours.
    With n, an interval or counts: Fisher mid-P and Newcombe's interval, on as many answers as the published
    interval is worth where that is fewer. Our own children are taken out where the figure includes them;
    where that is not known both readings must agree. The tests of a report and comparator are adjusted
    together (Benjamini-Hochberg); a verdict also needs Cohen's h of at least 0.10.

    References
    ----------
    Newcombe 1998, Interval estimation for the difference between independent proportions; Lydersen, Fagerland
    & Laake 2009; Benjamini & Hochberg 1995; Cohen 1988; Schuirmann 1987 (equivalence); Spiegelhalter 2005,
    Handling over-dispersion of performance indicators (unusual among councils).

    Examples
    --------
    >>> import brightspots as bs
    >>> comparisons = bs.compare(bs.make_survey(seed=1), bs.load_benchmarks("sheffield-2021"))
    >>> set(comparisons.column("verdict")) <= {"better", "worse", "similar", "unclear", "not compared"}
    True
    """
    sides = read_sides(source, benchmarks, previous, elsewhere, overrides, confidence)
    cases: list[Case] = []
    for place, ours in sides.places.items():
        counted = [
            _against_counts(one, place, sides, confidence)
            for one in sides.counterparts(place, ours)
            if one.measure.good_when_high(one.own.category) is not None
        ]
        taken = {case.what for case in counted if case.row["benchmark"] is not None}
        bench = [_against_figure(ours, figure, place, sides, confidence) for figure in sides.figures]
        cases += [case for case in bench if case.what not in taken]
        cases += counted
    judge(cases)
    result = Comparisons.from_rows([case.row for case in cases], COLUMNS)
    result.source = sides.ours.source
    result.previous = sides.before.source if sides.before else None
    result.elsewhere = sides.elsewhere.tally if sides.elsewhere else None
    result.confidence = confidence
    return result


def _case(
    own: Any, place: Place, measure: Measure, category: str, age_band: str, comparator: str, source: str
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
        "source": source,
        "edge": False,
        "illustrative": False,
        "mismatches": (),
        "overridden": {},
    }
    if own is not None:
        row |= {name: getattr(own, name) for name in ("n", "count", "share", "lower", "upper")}
    return Case(row, measure.good_when_high(category))


def _against_figure(ours: Rows, figure: Benchmark, place: Place, sides: Sides, confidence: float) -> Case:
    measure = sides.ours.source.measures[figure.measure]
    band = measure.asked[0] if figure.age_band == ALL and len(measure.asked) == 1 else figure.age_band
    own = ours.get((figure.measure, figure.category, band))
    case = _case(own, place, measure, figure.category, band, figure.comparator, figure.label)
    case.row |= {
        "benchmark": figure.share,
        "benchmark_n": figure.n,
        "benchmark_count": figure.count,
        "illustrative": figure.illustrative,
        "printed": figure.share,
    }
    wave = "" if figure.comparator == LAST_WAVE else place[1]
    found = mismatches_of_figure(own, figure, measure, sides.ours.questionnaire, wave)
    barred = case.bar(found, sides.reasons(figure))
    if own is None:
        case.row["reason"] = why_no_figure(ours, measure, figure.category, band, sides, place)
        return case
    reason = why_few(_tested(own)) or barred or _why_no_test(figure, measure)
    references, case.gap_may_be_wider = ([], False) if reason else _references(own, figure)
    if not reason and not references:
        reason = "own_not_inside"
    if any(reference.size is not None and reference.size < MINIMUM_BASE for reference in references):
        reason = "small_base"
    if not reason:
        _test_all(case, own, references, confidence)
    elif reason in GAP_ALONE:
        case.row["difference"] = own.share - figure.share
        case.row["effect_size"] = float(effect_size(own.share, figure.share))
    case.row["reason"] = reason
    return case


def why_no_figure(ours: Rows, measure: Measure, category: str, band: str, sides: Sides, place: Place) -> str:
    """Return why we have no figure of our own for a category and age band."""
    forms = {key[2] for key in sides.ours.source.table(()).keys if key[:2] == place}
    forms &= set(measure.asked if band == ALL else (band,))
    asked = {own_band for name, _, own_band in ours if name == measure.id}
    told = {one for one in forms if (measure.id, category, one) in ours}
    if forms and not forms & asked:
        return "not_asked"
    if not told:
        return "no_base"
    return "not_pooled" if len(told) > 1 else "age_bands"


def why_few(*sides: Any) -> str:
    """Return why there are too few answers on some side; empty where there are enough."""
    if any(side.n < MINIMUM_BASE for side in sides):
        return "small_base" if all(side.n for side in sides) else "no_base"
    return ""


def _why_no_test(figure: Benchmark, measure: Measure) -> str:
    """Return why a figure that is like ours allows no verdict; empty where it does."""
    if measure.good_when_high(figure.category) is None:
        return "no_direction"
    if figure.worth is None and figure.comparator == LAST_WAVE:
        return "no_n"
    if figure.worth is None and figure.share in (0.0, 1.0):
        return "benchmark_at_limit"
    return ""


def _against_counts(one: Counterpart, place: Place, sides: Sides, confidence: float) -> Case:
    own, other = one.own, one.other
    case = _case(own, place, one.measure, own.category, own.age_band, one.comparator, one.source)
    barred = case.bar(one.mismatches, sides.overrides)
    case.row |= {"reason": one.reason or barred, "areas": one.areas}
    if case.row["reason"]:
        return case
    case.row |= {
        "benchmark": other.share,
        "benchmark_n": other.n,
        "benchmark_count": other.count,
        "benchmark_area": other.area,
        "benchmark_wave": other.wave,
        "printed": other.share,
        "reason": why_few(_tested(own), other),
    }
    if not case.row["reason"]:
        reference = Reference(other.share, n=other.n, count=other.count, size=other.n)
        _test_all(case, own, [reference], confidence)
        if one.comparator == CARE_ELSEWHERE and sides.elsewhere:
            tested = _tested(own)
            case.row["unusual_among_areas"] = sides.elsewhere.is_unusual(own, tested.count, tested.n)
    return case


@dataclass(frozen=True)
class Tested:
    """Our side of a test: whole answers of separate children."""

    n: int
    count: int
    share: float


def _tested(own: Any) -> Tested:
    """Return our side as it is tested: that of pooled waves as so many fewer answers as it is worth."""
    if own.n_effective is None or own.n_effective == own.n:
        return Tested(own.n, own.count, own.share)
    n = round(own.n_effective)
    return Tested(n, round(own.share * n), own.share)


def _references(own: Any, figure: Benchmark) -> tuple[list[Reference], bool]:
    """Return what to test against, and whether our own children may narrow the gap by an unknown amount.

    One reference; two where it is not known whether our own children are inside; none where they are said to
    be and cannot. The first is the one that is shown.
    """
    printed = Reference(figure.share, figure.step, figure.n, figure.count, figure.worth)
    if figure.own_inside == "no":
        return [printed], False
    if figure.n is None or own.n_effective != own.n:  # which of pooled waves is inside, nobody can tell
        return [printed], True
    others = _without_own(own, figure)
    if figure.own_inside == "yes":
        return [others] if others else [], False
    return [printed, others] if others else [printed], False


def _without_own(own: Any, figure: Benchmark) -> Reference | None:
    """Take our own children out of a pooled figure; None where they cannot be inside it."""
    assert figure.n is not None
    assert figure.worth is not None
    n = figure.n - own.n
    if n <= 0:
        return None
    count, half = figure.share * figure.n - own.count, figure.step / 2 * figure.n
    if count + half < -ROUNDING_ERROR or count - half > n + ROUNDING_ERROR:
        return None
    exact = None if figure.count is None else figure.count - own.count
    share = min(1.0, max(0.0, count / n))
    return Reference(share, figure.step * figure.n / n, n, exact, figure.worth * n / figure.n)


def _test_all(case: Case, own: Any, references: Sequence[Reference], confidence: float) -> None:
    """Test against every reference, and write down what is shown of the first."""
    tested = _tested(own)
    case.outcomes = [_test(tested, reference, confidence) for reference in references]
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
    gap = float(detectable_gap(tested.n, shown.share, n2=shown.size))
    case.row["detectable"] = gap if gap > 0 else None


def _test(own: Tested, reference: Reference, confidence: float) -> Outcome:
    lower, upper = _limits(own, reference, reference.share, 0.95)
    effect = float(effect_size(own.share, reference.share))
    # A figure known to a point is taken at its word; a coarser one has to be as good as ours at either end.
    coarse = reference.step > ONE_POINT + ROUNDING_ERROR
    shares = {reference.share, *((reference.low, reference.high) if coarse else ())}
    return Outcome(
        p=_p(own, reference),
        difference=own.share - reference.share,
        interval=_limits(own, reference, reference.share, confidence),
        effect=effect,
        meaningful=abs(effect) >= MEANINGFUL,
        equivalent=all(bool(equivalent(_limits(own, reference, s, 0.90), s)) for s in shares),
        excludes_zero=bool(lower > 0 or upper < 0),
    )


def _limits(own: Tested, reference: Reference, share: float, confidence: float) -> Interval:
    """Return the interval of the difference, if the reference stood at `share`."""
    if reference.size is None:
        interval = proportion_interval(own.count, own.n, confidence=confidence)
        return Interval(interval.lower - share, interval.upper - share)
    size = reference.size
    return difference_interval(own.count, own.n, share * size, size, confidence=confidence)


def _p(own: Tested, reference: Reference) -> float:
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
