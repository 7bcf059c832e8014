"""Statutory figures: a council beside England, its region and councils like it.

These figures count every child they are about, so nothing is tested: a gap is a gap, a target is met or not
met. Intervals, places among councils and lines over the years are footnotes. What is withheld stays so, and
nothing that would need it is worked out: neither a gap, nor a pooled figure, nor a line.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from brightspots.councils import all_councils, find_councils, near_names
from brightspots.errors import ArgumentError
from brightspots.findings.comparisons import ROUNDING_ERROR
from brightspots.findings.funnel_lines import funnel_lines
from brightspots.findings.funnels import place_one
from brightspots.findings.readings import PER, Figure, Place, held_by_name, pooled
from brightspots.findings.trends import WAVES_NEEDED
from brightspots.findings.verdicts import ALPHA, MINIMUM_BASE, NOT_COMPARED
from brightspots.questionnaire.spelling import fold
from brightspots.returns.catalogue import MEASURES
from brightspots.returns.published import COUNCIL, COUNTRY, REGION, UNITS, PublishedCounts, councils_of
from brightspots.returns.symbols import NOT_APPLICABLE
from brightspots.statistics import proportion_interval, rate_interval, trend
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENGLAND: Place = (COUNTRY, "E92000001")
NEIGHBOURS = "statistical neighbours"
FULL_COUNT = "full_count"
NEVER_THERE = {"not_available", "not_applicable"}
MOST_HIDDEN = 0.1
"""With more councils hidden than this there is no place among them: the hidden ones are not like the rest."""

COLUMNS = (
    "measure", "category", "age_group", "comparator", "n", "count", "value", "lower", "upper", "benchmark",
    "benchmark_n", "benchmark_mean", "difference", "verdict", "reason", "source", "area", "time", "unit",
    "benchmark_reason", "missing", "coverage", "eligible", "benchmark_coverage", "target", "target_met",
    "position", "side", "position_reason", "areas", "times", "values", "value_reasons", "slope",
    "slope_lower", "slope_upper", "slope_reason", "benchmark_values", "funnel",
)  # fmt: skip


class StatutoryComparisons(Table):
    """A council's published figures beside those of others. Not for release.

    Attributes
    ----------
    area : str
        The council, as the files name it.
    neighbours : tuple of str
        The councils like it.
    notes : tuple of str
        Changes of codes and boundaries that matter here.
    """

    title = "Statutory figures"
    area: str
    neighbours: tuple[str, ...]
    notes: tuple[str, ...]

    def to_markdown(self) -> str:
        """Return a table as a strategy would print it, with its notes: one row a figure, rounded half up."""
        from brightspots.findings.statutory_text import as_markdown

        return as_markdown(self)


def compare_returns(
    figures: PublishedCounts,
    *,
    area: str,
    neighbours: Sequence[str] = (),
    measures: Sequence[str] | None = None,
    time: str = "",
    region: str = "",
    years: int | None = None,
    targets: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> StatutoryComparisons:
    """Set a council's published figures beside those of England, its region and councils like it.

    Parameters
    ----------
    figures : PublishedCounts
        From `read_return`.
    area : str
        The council: its name in any usual spelling, its code of the ONS, or its three-digit code of the DfE.
    neighbours : sequence of str, optional
        Its statistical neighbours, named likewise.
    measures : sequence of str, optional
        Ids of the measures wanted, such as ``sdq_concern``; all that the figures hold by default.
    time : str, optional
        The year wanted; the latest of each measure by default.
    region : str, optional
        The region to compare with; the one in which the files put the council by default.
    years : int, optional
        How many years to go back for the course of a figure, that one included; all by default.
    targets : mapping of str to float, optional
        Targets by measure: shares from 0 to 1, rates per 10,000, averages. Met at the target or on its good
        side.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    StatutoryComparisons
        A `Table` with a row for each measure, age group and comparator: ``measure category age_group
        comparator n count value lower upper benchmark benchmark_n benchmark_mean difference verdict reason
        source``, then ``area time unit``. Values are shares from 0 to 1, rates per 10,000 or averages, by
        ``unit``; those of councils come from their exact counts, those of England and regions, whose counts
        are rounded, are as printed. The interval is Wilson's for a share and Byar's for a rate. The benchmark
        of neighbours pools their counts; ``benchmark_mean`` beside it is their plain mean.

        ``verdict`` is always ``not compared``, for the reason ``full_count``, or because a figure is missing:
        ``withheld``, ``rounds_to_zero``, ``not_available``, ``not_applicable``, ``low_reliability``,
        ``no_base``, ``no_figure``; with ``benchmark_`` before it where it is the other side's. One neighbour
        without a figure leaves the pool without.

        Further columns: ``benchmark_reason``, and ``missing``, the areas without a figure; ``coverage`` (the
        share with a score, of those ``eligible``) and ``benchmark_coverage`` beside every SDQ figure;
        ``target target_met``; as footnotes ``position side position_reason areas``, as in
        `place_among_areas` (``many_withheld`` where more than a tenth of councils hide theirs), and for a
        share that has a place the ``funnel`` around it, with the councils that show theirs; and over the
        years ``times values``, with the ``value_reasons`` where there is none, the ``slope`` a year,
        ``slope_lower slope_upper``, or the ``slope_reason`` why there is no line (``few_years``,
        ``departure``, or that of a missing year); and ``benchmark_values``, theirs at the same times.

    Raises
    ------
    ArgumentError
        If a council cannot be told or stands twice, a measure or time is not held, or a target makes no
        sense: all at once.

    Notes
    -----
    Councils are followed by the DfE's three-digit code. A council whose boundaries changed under a new one is
    another council; the ``notes`` of the result say where a code of the ONS changed, or where another council
    bore the same name. Withheld figures are mostly small: leaving a neighbour out is a choice to be made by
    name, and not by its figure.

    References
    ----------
    Wilson 1927; Breslow & Day 1987 (Byar); Spiegelhalter 2005, Funnel plots for comparing institutional
    performance; Armitage 1955, Tests for linear trends in proportions and frequencies.

    Examples
    --------
    >>> from pathlib import Path
    >>> import brightspots as bs
    >>> figures = bs.read_return(Path(bs.__file__).parent / "data" / "returns" / "sample.csv")
    >>> found = compare_returns(figures, area="Ambleford", measures=["sdq_concern"])
    >>> [(row.comparator, round(row.value, 3), row.benchmark, row.reason) for row in found]
    [('England', 0.35, 0.41, 'full_count'), ('Midshire', 0.35, 0.39, 'full_count')]
    """
    asked = _Asked(figures, time)
    own, others = asked.council("area", area), [asked.council("neighbours", name) for name in neighbours]
    wanted, goals = asked.measures(measures), asked.targets(targets or {})
    region = asked.region_named(region) if region else asked.region.get(own, "")
    if years is not None and (isinstance(years, bool) or not isinstance(years, int) or years < 1):
        asked.faults.append(f"years is {years!r}; give a whole number from 1, or leave it out.")
    if own in others or len(set(others)) < len(others):
        asked.faults.append("neighbours names a council twice, or the area itself.")
    if asked.faults:
        raise ArgumentError("\n".join(asked.faults))
    comparators: dict[str, list[Place]] = {"England": [ENGLAND]}
    if region:
        comparators[region] = [(REGION, fold(region))]
    if others:
        comparators[NEIGHBOURS] = [(COUNCIL, other) for other in others]
    rows: list[dict[str, Any]] = []
    for figure in asked.figures:
        at = time or figure.last
        england = figure.row(at, ENGLAND)
        given_up = measures is None and england and england.number_status == NOT_APPLICABLE
        if figure.measure.id not in wanted or at not in figure.series or given_up:
            continue
        common = _common(figure, at, (COUNCIL, own), years, confidence)
        common |= _target(figure, common["value"], goals.get(figure.measure.id))
        for name, places in comparators.items():
            rows.append(common | _against(common, figure, at, places) | {"comparator": name})
    for row in rows:
        row["missing"] = tuple(asked.name[place] for place in row["missing"] if place in asked.name)
    result = StatutoryComparisons.from_rows(rows, COLUMNS)
    result.area = asked.name[COUNCIL, own]
    result.neighbours = tuple(asked.name[COUNCIL, other] for other in others)
    result.notes = tuple(note for place in (own, *others) for note in _changes(asked.councils, place))
    return result


class _Asked:
    """What the call names, looked up among the figures; all that cannot be found goes to `faults`."""

    def __init__(self, figures: PublishedCounts, time: str) -> None:
        self.figures, self.time = held_by_name(figures), time
        self.councils = councils_of(row for figure in self.figures for row in figure.rows)
        self.faults: list[str] = []
        self.name: dict[Place, str] = {}
        self.region: dict[str, str] = {}
        self.times = sorted({at for figure in self.figures for at in figure.series})
        for figure in self.figures:
            for at in sorted(figure.series):
                self.name |= {place: row.area for place, row in figure.series[at].items()}
                self.region |= {
                    place[1]: row.region for place, row in figure.series[at].items() if row.region
                }
        if not self.figures:
            self.faults.append("figures holds no statutory measure that is known by name.")
        elif time and time not in self.times:
            self.faults.append(f"time is {time!r}; the figures hold {', '.join(self.times)}.")

    def council(self, argument: str, name: str) -> str:
        """Return the code by which a council is followed: spelled as in the files, or as in the register."""
        known = {row: {row.old_code, *row.codes, *map(fold, row.names)} for row in self.councils}
        meant = {council.code for council in find_councils(name)}
        named = [row for row, spellings in known.items() if spellings & {name, fold(name)}]
        named = named or [row for row in known if row.old_code in meant]
        at = self.time or max(self.times, default="")
        there = [row for row in named if row.first <= at <= row.last]
        if len(there) == 1:
            return str(there[0].old_code)
        if there:
            codes = ", ".join(row.old_code for row in there)
            say = f"which several councils are called; give one's code: {codes}"
        elif named:
            say = f"not there in {at}, but {' and '.join(f'{row.first} to {row.last}' for row in named)}"
        else:
            names = list(dict.fromkeys(each for row in known for each in row.names))
            near = ", ".join(map(repr, near_names(name, names)))
            say = f"which is none of the {len(known)} councils here; near it: {near or 'none'}"
        self.faults.append(f"{argument} names {name!r}, {say}.")
        return ""

    def region_named(self, name: str) -> str:
        """Return a region as the files name it."""
        held = {fold(area): area for (level, _), area in self.name.items() if level == REGION}
        if fold(name) not in held:
            self.faults.append(f"region is {name!r}; the figures hold {', '.join(sorted(held.values()))}.")
        return held.get(fold(name), "")

    def measures(self, wanted: Sequence[str] | None) -> set[str]:
        """Return the measures to compare."""
        held = {figure.measure.id for figure in self.figures if not self.time or self.time in figure.series}
        for name in wanted or ():
            if name not in MEASURES:
                near = ", ".join(map(repr, get_close_matches(name, MEASURES, n=3)))
                self.faults.append(f"measures names {name!r}, which is not known; near it: {near or 'none'}.")
            elif name not in held:
                at = f" of {self.time}" if self.time else ""
                self.faults.append(f"measures names {name!r}; the figures{at} hold none of it.")
        return held if wanted is None else set(wanted)

    def targets(self, targets: Mapping[str, float]) -> Mapping[str, float]:
        """Return the targets, once each can be one."""
        for name, target in targets.items():
            measure = MEASURES.get(name)
            if measure is None:
                self.faults.append(f"targets names {name!r}, which is not known.")
            elif measure.higher_is_better is None:
                self.faults.append(f"targets names {name!r}, of which neither side is good.")
            elif not 0 <= target <= (1 if measure.kind == "share" else target):
                self.faults.append(f"targets gives {target!r} for {name!r}; a share lies from 0 to 1.")
        return targets


def _common(figure: Figure, at: str, own: Place, back: int | None, confidence: float) -> dict[str, Any]:
    """Return what the rows of one figure have in common: our side, and its footnotes."""
    row, reading, kind = figure.row(at, own), figure.reading(at, own), figure.measure.kind
    found: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "measure": figure.measure.id,
        "category": figure.category,
        "age_group": figure.age_group,
        "n": reading.n,
        "count": None if kind == "average" else reading.count,
        "value": reading.value,
        "verdict": NOT_COMPARED,
        "reason": reading.reason,
        "source": row.source if row else "",
        "area": row.area if row else "",
        "time": at,
        "unit": UNITS[kind],
    }
    if kind != "average" and reading.count is not None and reading.n:
        interval = rate_interval if kind == "rate" else proportion_interval
        found["lower"], found["upper"] = interval(reading.count, reading.n, confidence=confidence)
    if figure.measure.coverage:
        coverage = figure.coverage(at, [own])
        found |= {"coverage": coverage.value, "eligible": coverage.n}
    return found | _position(figure, at, own) | _line(figure, at, own, back, confidence)


def _target(figure: Figure, value: float | None, target: float | None) -> dict[str, Any]:
    """Say whether a target is met: reached, or passed on the good side."""
    if target is None or value is None:
        return {"target": target}
    beyond = value - target if figure.measure.higher_is_better else target - value
    return {"target": target, "target_met": beyond >= -ROUNDING_ERROR}


def _against(common: Mapping[str, Any], figure: Figure, at: str, places: Sequence[Place]) -> dict[str, Any]:
    """Return the other side of one row, and the gap to it."""
    readings = {place: figure.reading(at, place) for place in places}
    other = pooled(figure.measure, list(readings.values()))
    found: dict[str, Any] = {
        "benchmark": other.value,
        "benchmark_n": other.n,
        "benchmark_reason": other.reason,
        "missing": [place for place, reading in readings.items() if reading.value is None],
    }
    if len(readings) > 1 and other.value is not None:
        found["benchmark_mean"] = sum(reading.value or 0 for reading in readings.values()) / len(readings)
    found["benchmark_values"] = tuple(
        pooled(figure.measure, [figure.reading(t, place) for place in places]).value for t in common["times"]
    )
    if figure.measure.coverage:
        found["benchmark_coverage"] = figure.coverage(at, places).value
    if common["value"] is not None and other.value is not None:
        found |= {"difference": common["value"] - other.value, "reason": FULL_COUNT}
    elif common["value"] is not None:
        found["reason"] = f"benchmark_{other.reason}"
    return found


def _position(figure: Figure, at: str, own: Place) -> dict[str, Any]:
    """Place the council among all that show their figure, unless too many hide it."""
    if figure.measure.kind == "average":
        return {}
    readings = {place: figure.reading(at, place) for place in figure.series[at] if place[0] == COUNCIL}
    asked = {place: r for place, r in readings.items() if r.reason not in {*NEVER_THERE, "no_base"}}
    counted = {place: r for place, r in asked.items() if not r.uncounted and (r.n or 0) >= MINIMUM_BASE}
    if own not in counted:
        reason = readings[own].uncounted if own in readings else "no_figure"
        return {"position_reason": reason or "small_base"}
    if sum(bool(reading.uncounted) for reading in asked.values()) > MOST_HIDDEN * len(asked):
        return {"position_reason": "many_withheld"}
    order = sorted(counted)
    counts, ns = ([float(getattr(counted[place], name)) for place in order] for name in ("count", "n"))
    placed = place_one(counts, ns, own=order.index(own))
    names = ("position", "side", "position_reason", "areas")
    found: dict[str, Any] = dict(zip(names, placed, strict=True))
    if figure.measure.kind == "share":
        found["funnel"] = funnel_lines(counts, ns, own=order.index(own))
    return found


def _line(figure: Figure, at: str, own: Place, back: int | None, confidence: float) -> dict[str, Any]:
    """Return the figure's course over the years up to this one, and the line through it if there is one."""
    times = [
        t for t in sorted(figure.series) if t <= at and (back is None or int(t[:4]) > int(at[:4]) - back)
    ]
    years = {t: figure.reading(t, own) for t in times}
    years = {t: reading for t, reading in years.items() if reading.reason not in {*NEVER_THERE, "no_figure"}}
    found: dict[str, Any] = {
        "times": tuple(years),
        "values": tuple(reading.value for reading in years.values()),
        "value_reasons": tuple("" if r.value is not None else r.reason for r in years.values()),
    }
    if figure.measure.kind == "average":
        return found
    reasons = [reading.uncounted for reading in years.values() if reading.uncounted]
    if reasons or len(years) < WAVES_NEEDED:
        return found | {"slope_reason": reasons[0] if reasons else "few_years"}
    counts, ns = ([float(getattr(r, name)) for r in years.values()] for name in ("count", "n"))
    line = trend(counts, ns, [float(t[:4]) for t in years], confidence=confidence)
    if line.departure_p < ALPHA:
        return found | {"slope_reason": "departure"}
    slopes = (PER[figure.measure.kind] * end for end in (line.slope, line.slope_lower, line.slope_upper))
    return found | dict(zip(("slope", "slope_lower", "slope_upper"), slopes, strict=True))


def _changes(councils: Table, place: str) -> list[str]:
    """Say where a council's code changed, or where another council bore its name."""
    own = next(row for row in councils if row.old_code == place)
    name = own.names[-1]
    notes = []
    if len(own.codes) > 1:
        notes.append(
            f"{name} ({place}) stands under the codes {', then '.join(own.codes)}; it is followed by its "
            "three-digit code. A new code can mean new boundaries."
        )
    register = all_councils()
    for row in councils:
        if row.old_code in register and place in register[row.old_code].became:
            notes.append(
                f"{name} ({place}) took over from {row.names[-1]} ({row.old_code}); they are not joined."
            )
        elif row.old_code != place and set(map(fold, row.names)) & set(map(fold, own.names)):
            notes.append(f"{name} ({place}) is not {row.names[-1]} ({row.old_code}); they are not joined.")
    return notes
