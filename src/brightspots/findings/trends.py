"""Trends: is a share rising or falling over three or more waves of one council.

A trend is a straight line through all waves, with its test. Where the shares do not lie on a line, none is
drawn; where waves did not ask alike, they are not put on one line at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.estimates import ALL, as_tally, estimate
from brightspots.findings.verdicts import (
    ALPHA,
    BETTER,
    MINIMUM_BASE,
    NOT_COMPARED,
    SIMILAR,
    UNCLEAR,
    WORSE,
)
from brightspots.findings.waves import wave_time
from brightspots.statistics import (
    Interval,
    adjust,
    detectable_gap,
    effect_size,
    equivalent,
    proportion_interval,
    trend,
)
from brightspots.statistics.effects import MEANINGFUL
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.tally import Tally, refuse_pooled

if TYPE_CHECKING:
    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.statistics import Trend

Figure = tuple[str, str, str]
Floats = np.ndarray[Any, np.dtype[np.float64]]

WAVES_NEEDED = 3

COLUMNS = (
    "area", "domain", "measure", "category", "age_band", "waves", "times", "ns", "counts", "shares", "lowers",
    "uppers", "z", "p", "q", "slope", "slope_lower", "slope_upper", "first", "last", "change", "effect_size",
    "departure", "departure_df", "departure_p", "verdict", "reason", "detectable", "age_bands",
)  # fmt: skip
POINTS = (
    "area", "domain", "measure", "category", "age_band", "wave", "time", "n", "count", "share", "lower",
    "upper",
)  # fmt: skip


class Trends(Table):
    """Shares by wave with the line through them, its test and a verdict. Not for release.

    Attributes
    ----------
    area : str
        The council.
    waves : tuple of str
        All waves, earliest first.
    sources : tuple of Tally
        The counts of each wave.
    confidence : float
        Of the intervals.
    """

    title = "Trends"
    area: str
    waves: tuple[str, ...]
    sources: tuple[Tally, ...]
    confidence: float

    @property
    def points(self) -> Table:
        """The shares alone, one row a wave: what a chart needs."""
        rows = [
            dict(zip(POINTS, (*row[:5], *point), strict=True))
            for row in self
            for point in zip(
                row.waves, row.times, row.ns, row.counts, row.shares, row.lowers, row.uppers, strict=True
            )
        ]
        return Table.from_rows(rows, POINTS)


def follow_trends(
    waves: Sequence[Survey | Tally] | Survey | Tally,
    *,
    measures: Sequence[str] | None = None,
    age_bands: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Trends:
    """Follow each share of a council over three or more waves.

    One row for each measure, category with a good side, and age band; ``all`` where the bands pool. A wave
    that did not ask a question is left out of its row. Waves that asked it otherwise, counted other answers
    or used a form for other ages are not put on one line: give fewer waves to follow those that are alike.

    Parameters
    ----------
    waves : sequence of Survey or Tally
        The waves in any order, also ones with other editions of the questionnaire; or one Tally that holds
        them all. Each is named by its date: ``2019``, ``2021-06`` or ``2021-06-15``.
    measures : sequence of str, optional
        Ids of the measures wanted; all by default.
    age_bands : sequence of str, optional
        Age bands wanted, ``all`` among them; all of them by default.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Trends
        A `Table` with the columns ``area domain measure category age_band``; for each wave on the line, as
        tuples, ``waves times ns counts shares lowers uppers`` (times in years, Wilson intervals); of the test
        ``z p q``; of the line ``slope slope_lower slope_upper`` (change of the share in a year: times 100 it
        is points a year), its ends ``first last``, their ``change`` and its ``effect_size`` (Cohen's h);
        ``departure departure_df departure_p``; ``verdict`` and ``reason``; ``detectable``, the change from
        first to last that these waves would most likely have shown; ``age_bands``, those pooled. Shares are
        0-1.

        ``verdict`` is ``better`` or ``worse``, ``similar`` (reason ``equivalent`` or ``small``), ``unclear``,
        or ``not compared`` with a reason: ``few_waves``, ``no_base`` or ``small_base`` in one of them,
        ``age_bands`` (others are pooled), ``band_edition`` (the form is for other ages), ``options``,
        ``counted_answers``, ``base`` (the routing or the rule), and ``departure``: the shares do not lie on a
        line, so there is none.

    Raises
    ------
    ArgumentError
        If there are fewer than three waves, several councils, a wave without a date or twice, or a measure or
        age band is not known.

    Notes
    -----
    Cochran-Armitage test with real dates, so that uneven gaps count as they are. All tests of a council are
    adjusted together (Benjamini-Hochberg), those with a departure among them; a verdict also needs a Cohen's
    h of at least 0.10 between the ends of the line. Children who answered in several waves cannot be told in
    an anonymous survey; taking waves as independent errs on the side of caution. A share of all age bands can
    also move because their mix did: look at the bands as well.

    References
    ----------
    Cochran 1954, Some methods for strengthening the common chi-squared tests; Armitage 1955, Tests for linear
    trends in proportions and frequencies; Benjamini & Hochberg 1995; Cohen 1988; Schuirmann 1987
    (equivalence), with the interval of Zou & Donner 2008, Construction of confidence limits about effect
    measures.

    Examples
    --------
    >>> import brightspots as bs
    >>> waves = [bs.make_survey(seed=i, wave=str(2015 + 2 * i)) for i in (1, 2, 3)]
    >>> trends = follow_trends(waves, measures=["likes_school"])
    >>> [row.waves for row in trends if row.age_band == "all"]
    [('2017', '2019', '2021')]
    >>> set(trends.column("verdict")) <= {"better", "worse", "similar", "unclear", "not compared"}
    True
    """
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence is {confidence!r}; give a number between 0 and 1.")
    area, held = _one_by_one(waves)
    _refuse_unknown(held, measures, age_bands)
    lines = [
        _follow(area, figure, points, confidence)
        for figure, points in _points(held, measures, confidence).items()
        if age_bands is None or figure[2] in age_bands
    ]
    _judge(lines)
    result = Trends.from_rows([line.row for line in lines], COLUMNS)
    result.area, result.waves, result.confidence = area, tuple(wave.name for wave in held), confidence
    result.sources = tuple(wave.counts for wave in held)
    return result


@dataclass(frozen=True)
class _Wave:
    """One wave: its name, its date in years, and its counts."""

    name: str
    time: float
    counts: Tally


@dataclass(frozen=True)
class _Point:
    """One share of one wave, as `estimate` gives it."""

    wave: _Wave
    estimate: Any

    @property
    def measure(self) -> Measure:
        return self.wave.counts.measures[self.estimate.measure]

    @property
    def questionnaire(self) -> Questionnaire:
        return self.wave.counts.questionnaire

    @property
    def bands(self) -> tuple[str, ...]:
        return tuple(self.estimate.age_bands.split(", "))


@dataclass
class _Line:
    """One row on its way to a verdict.

    `equivalent` says whether the change is shown to be too small to matter.
    """

    row: dict[str, Any]
    higher_is_better: bool
    equivalent: bool = False


def _one_by_one(waves: Sequence[Survey | Tally] | Survey | Tally) -> tuple[str, list[_Wave]]:
    """Return the council, and its waves apart and in order of time."""
    given = [waves] if isinstance(waves, Survey | Tally) else waves
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ArgumentError(f"waves is a {type(waves).__name__}; give a list of Survey or Tally.")
    parts: list[tuple[str, str, Tally]] = []
    for i, source in enumerate(given):
        counted = as_tally(source, name=f"waves[{i}]")
        refuse_pooled(counted, f"waves[{i}]", "a trend needs each by itself")
        places = sorted({key[:2] for key in counted.table(()).keys})
        if not places:
            raise ArgumentError(f"waves[{i}] holds no answers.")
        parts += [(area, wave, counted.only(area=area, wave=wave)) for area, wave in places]
    areas = sorted({area for area, _, _ in parts})
    if len(areas) > 1:
        shown = ", ".join(repr(area) for area in areas[:4]) + (", …" if len(areas) > 4 else "")
        raise ArgumentError(
            f"waves holds {len(areas)} areas ({shown}); follow one council at a time, spelled alike in every "
            "wave. Tally.only takes one out."
        )
    times = _times([wave for _, wave, _ in parts])
    held = [_Wave(wave, times[wave], counted) for _, wave, counted in parts]
    return areas[0], sorted(held, key=lambda wave: wave.time)


def _times(names: Sequence[str]) -> dict[str, float]:
    """Return when each wave was, or refuse those that are too few, undated, or without an order."""
    if len(names) < WAVES_NEEDED:
        say = "compare two with compare(previous=)" if len(names) == WAVES_NEEDED - 1 else "give more waves"
        raise ArgumentError(f"waves holds {len(names)}; a trend needs {WAVES_NEEDED} or more: {say}.")
    times = {name: time for name in names if (time := wave_time(name)) is not None}
    undated = sorted(set(names) - times.keys())
    if undated:
        raise ArgumentError(
            f"waves holds waves whose date cannot be told: {', '.join(map(repr, undated))}. Name each by its "
            "date, such as 2021 or 2021-06."
        )
    for earlier, later in pairwise(sorted(names)):
        if earlier == later:
            raise ArgumentError(f"waves holds the wave {earlier!r} twice; add up what belongs to one wave.")
        if later.startswith(earlier):
            raise ArgumentError(
                f"waves holds {earlier!r} and {later!r}, and which came first cannot be told; give both to "
                "the month."
            )
    return times


def _refuse_unknown(
    held: Sequence[_Wave], measures: Sequence[str] | None, age_bands: Sequence[str] | None
) -> None:
    known = {
        "measures": {name for wave in held for name in wave.counts.measures},
        "age_bands": {ALL, *(band for wave in held for band in wave.counts.questionnaire.band)},
    }
    for argument, wanted in {"measures": measures, "age_bands": age_bands}.items():
        if isinstance(wanted, str):
            raise ArgumentError(f"{argument} is {wanted!r}; give a list of ids.")
        strange = [name for name in wanted or () if name not in known[argument]]
        if strange:
            raise ArgumentError(
                f"{argument} names {', '.join(map(repr, strange))}, which no wave's questionnaire has."
            )


def _points(
    held: Sequence[_Wave], measures: Sequence[str] | None, confidence: float
) -> dict[Figure, list[_Point]]:
    """Return the shares of each figure in order of time; figures stand in the order of the last wave."""
    found: dict[Figure, list[_Point]] = {}
    for wave in reversed(held):
        asked = None if measures is None else [name for name in measures if name in wave.counts.measures]
        for row in estimate(wave.counts, measures=asked, confidence=confidence):
            if wave.counts.measures[row.measure].good_when_high(row.category) is not None:
                found.setdefault((row.measure, row.category, row.age_band), []).insert(0, _Point(wave, row))
    return found


def _follow(area: str, figure: Figure, points: Sequence[_Point], confidence: float) -> _Line:
    last = points[-1]
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= dict(zip(("measure", "category", "age_band"), figure, strict=True))
    row |= {
        "area": area,
        "domain": last.measure.domain,
        "waves": tuple(point.wave.name for point in points),
        "times": tuple(point.wave.time for point in points),
        **{
            f"{name}s": tuple(getattr(point.estimate, name) for point in points)
            for name in ("n", "count", "share", "lower", "upper")
        },
        "age_bands": last.estimate.age_bands,
        "verdict": NOT_COMPARED,
        "reason": _why_not(points, figure[1]),
    }
    line = _Line(row, bool(last.measure.good_when_high(figure[1])))
    if not row["reason"]:
        _test(line, confidence)
    return line


def _why_not(points: Sequence[_Point], category: str) -> str:
    """Return why these shares cannot be put on one line; empty where they can."""
    if len(points) < WAVES_NEEDED:
        return "few_waves"
    unlike = [_why_not_alike(earlier, points[-1], category) for earlier in points[:-1]]
    if any(unlike):
        return next(filter(None, unlike))
    least = min(point.estimate.n for point in points)
    return "" if least >= MINIMUM_BASE else "small_base" if least else "no_base"


def _why_not_alike(then: _Point, now: _Point, category: str) -> str:
    """Return why two waves' shares are not alike; empty where they are."""
    bands = now.bands
    if then.bands != bands:
        return "age_bands"
    if any(then.questionnaire.band[band].ages != now.questionnaire.band[band].ages for band in bands):
        return "band_edition"
    before, after = then.measure, now.measure
    if set(before.valid) != set(after.valid):
        return "options"
    if any(set(before.counted(category, band)) != set(after.counted(category, band)) for band in bands):
        return "counted_answers"
    return "base" if any(before.basis[band] != after.basis[band] for band in bands) else ""


def _test(line: _Line, confidence: float) -> None:
    """Test for a line, and write it down unless the shares depart from it."""
    row = line.row
    n, count, times = (np.array(row[name], dtype=np.float64) for name in ("ns", "counts", "times"))
    found = trend(count, n, times, confidence=confidence)
    row |= {"z": found.z, "p": found.p, "departure": found.departure}
    row |= {"departure_df": found.departure_df, "departure_p": found.departure_p}
    if found.departure_p < ALPHA:
        row["reason"] = "departure"
        return
    _draw(row, found, n, count, times)
    line.equivalent = bool(equivalent(_likely_change(n, count, times, 0.90), row["first"]))


def _draw(row: dict[str, Any], found: Trend, n: Floats, count: Floats, times: Floats) -> None:
    """Write down the line from the first wave to the last, and what change the waves could have shown."""
    share, centre, span = count.sum() / n.sum(), np.sum(n * times) / n.sum(), times[-1] - times[0]
    first, last = np.clip(share + found.slope * (times[[0, -1]] - centre), 0, 1).tolist()
    row |= {
        "slope": found.slope,
        "first": first,
        "last": last,
        "change": float(found.slope * span),
        "effect_size": float(effect_size(last, first)),
    }
    if 0 < share < 1:
        spread = np.sum(n * ((times - centre) / span) ** 2)
        row |= {"slope_lower": found.slope_lower, "slope_upper": found.slope_upper}
        row["detectable"] = float(detectable_gap(spread, share))


def _likely_change(n: Floats, count: Floats, times: Floats, confidence: float) -> Interval:
    """Return the interval of the change along the line, each wave's share with its own Wilson interval.

    The change is a sum of the shares with weights; for two waves its interval is Newcombe's. Unlike that of
    the test it keeps a width where nobody is counted.
    """
    centred = times - np.sum(n * times) / n.sum()
    weights = (times[-1] - times[0]) * n * centred / np.sum(n * centred**2)
    share = count / n
    ends = np.sort(np.multiply(weights, proportion_interval(count, n, confidence=confidence)), axis=0)
    change = np.sum(weights * share)
    below, above = np.sqrt(np.sum((weights * share - ends) ** 2, axis=1))
    return Interval(float(change - below), float(change + above))


def _judge(lines: Sequence[_Line]) -> None:
    """Adjust all tests of a council together and give the verdicts. Changes the lines in place."""
    tested = [line for line in lines if line.row["p"] is not None]
    if not tested:
        return
    for line, q in zip(tested, adjust([line.row["p"] for line in tested]), strict=True):
        line.row["q"] = float(q)
        if not line.row["reason"]:
            line.row["verdict"], line.row["reason"] = _verdict(line)


def _verdict(line: _Line) -> tuple[str, str]:
    row = line.row
    if row["q"] <= ALPHA and abs(row["effect_size"]) >= MEANINGFUL:
        return (BETTER if (row["slope"] > 0) == line.higher_is_better else WORSE), ""
    if row["q"] <= ALPHA:
        return SIMILAR, "small"
    return (SIMILAR, "equivalent") if line.equivalent else (UNCLEAR, "")
