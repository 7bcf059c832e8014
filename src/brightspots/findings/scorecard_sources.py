"""What a strategy names, found among the results it is given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.findings.comparisons import Comparisons
from brightspots.findings.estimates import ALL, Estimates
from brightspots.findings.scorecard_lines import Against, Line, Reading
from brightspots.findings.scorecard_rules import Goal
from brightspots.findings.statutory import StatutoryComparisons
from brightspots.findings.strategy import SurveyIndicator
from brightspots.measures.measure import category_label, measures_of
from brightspots.questionnaire.spelling import fold_band
from brightspots.returns.catalogue import MEASURES
from brightspots.returns.published import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.findings.local_measures import LocalFigure
    from brightspots.findings.strategy import Objective, StatedFigure, Strategy, TrackedMeasure, Unit
    from brightspots.questionnaire.model import Questionnaire

UNITS: dict[str, Unit] = {"share": "percent", "rate": "rate", "average": "average"}


class Key(NamedTuple):
    """What a survey's figure is of."""

    questionnaire: str
    area: str
    wave: str
    measure: str
    category: str
    age_band: str


class Sources:
    """The results behind a scorecard, by what they are of; all that is wrong goes to `faults`."""

    def __init__(self, results: Sequence[Any]) -> None:
        self.faults: list[str] = []
        self.questionnaires: dict[str, Questionnaire] = {}
        self.readings: dict[Key, Reading] = {}
        self.compared: dict[Key, list[Against]] = {}
        self.published: list[Any] = []
        for result in results:
            if isinstance(result, StatutoryComparisons):
                self.published += list(result)
            elif isinstance(result, Estimates | Comparisons):
                self._add_survey(result)
            else:
                self.faults.append(
                    f"scorecard takes estimates, comparisons and statutory comparisons, not a "
                    f"{type(result).__name__}."
                )
        places: dict[str, set[tuple[str, str]]] = {}
        for key in self.readings:
            places.setdefault(key.questionnaire, set()).add((key.area, key.wave))
        for name in sorted(name for name, own in places.items() if len(own) > 1):
            self.faults.append(f"The results on {name} are of several areas or waves; give those of one.")
        if len({row.area for row in self.published}) > 1:
            self.faults.append("The statutory comparisons are of several councils; give those of one.")

    def _add_survey(self, result: Estimates | Comparisons) -> None:
        questionnaire = result.source.questionnaire
        self.questionnaires[questionnaire.id] = questionnaire
        traits: set[str] = set()
        if isinstance(result, Estimates):
            if result.weights is not None:
                self.faults.append("Weighted estimates are not released, so no scorecard is made of them.")
            traits = {trait for grouping in result.by for trait in grouping}
        for row in result:
            if any(getattr(row, trait) != ALL for trait in traits):
                continue
            key = Key(questionnaire.id, row.area, row.wave, row.measure, row.category, row.age_band)
            if isinstance(result, Comparisons):
                self.compared.setdefault(key, []).append(_against(row))
            if isinstance(result, Estimates) or row.share is not None:
                numbers = (row.share, row.lower, row.upper, row.count, row.n)
                self.readings[key] = Reading(row.wave, *numbers, missing="" if row.n else "no_base")

    def lines(self, strategy: Strategy, objective: Objective, as_at: str) -> Iterable[Line]:
        """Return the lines of one objective: its questions of the survey, then what it is tracked by."""
        named: tuple[SurveyIndicator | TrackedMeasure, ...] = (*objective.indicators, *objective.measures)
        for one in named:
            said = Line(
                objective.id,
                one.measure,
                getattr(one, "label", "") or one.measure.replace("_", " "),
                "survey" if isinstance(one, SurveyIndicator) else one.origin,
                as_at,
                groupings=_named(strategy, one.measure),
            )
            if isinstance(one, SurveyIndicator):
                yield from self._survey(strategy, one, said)
                continue
            said = replace(
                said,
                owner=one.owner,
                source=one.source,
                goal=_goal(one, one.unit),
                up_is_good={"up": True, "down": False}.get(one.direction),
                baseline=_baseline(one, one.unit),
            )
            if one.origin == "survey":
                yield from self._survey(strategy, one, said)
            elif one.origin == "statutory":
                yield from self._statutory(one, said)
            else:
                own = strategy.series.get(one.measure, ()) if one.origin == "local" else ()
                yield _own_line(one, own, said)

    def _survey(
        self, strategy: Strategy, one: SurveyIndicator | TrackedMeasure, said: Line
    ) -> Iterable[Line]:
        """Return a line for each survey and age band that holds a question; one without a figure if none."""
        found = [
            line
            for name, questionnaire in self.questionnaires.items()
            if one.questionnaire in ("", name)
            for line in self._asked(strategy, one, said, questionnaire)
        ]
        where = {name: getattr(one, name) for name in ("questionnaire", "age_band", "category")}
        return found or [replace(said, **where)]

    def _asked(
        self,
        strategy: Strategy,
        one: SurveyIndicator | TrackedMeasure,
        said: Line,
        questionnaire: Questionnaire,
    ) -> list[Line]:
        measure = measures_of(questionnaire).get(one.measure)
        if measure is None:
            if one.questionnaire:
                self.faults.append(
                    f"The strategy names {one.measure!r}, which {questionnaire.id} does not hold."
                )
            return []
        category = one.category or measure.categories[0]
        bands = (ALL, *measure.asked)
        if category not in measure.categories or (not one.category and len(measure.categories) > 1):
            known = ", ".join(measure.categories)
            self.faults.append(f"The strategy has to say which category of {one.measure!r}: {known}.")
            return []
        if one.age_band not in ("", *bands):
            known = ", ".join(bands)
            self.faults.append(
                f"The strategy names age band {one.age_band!r} of {one.measure!r}; there are: {known}."
            )
            return []
        title = measure.label
        if measure.kind == "scale":
            title = f"{title}: {category_label(questionnaire, measure, category)}"
        headings = tuple(
            (grouping.id, heading)
            for grouping in strategy.groupings
            for heading in _headings(questionnaire, one.measure, grouping.id)
        )
        good = measure.good_when_high(category) if said.up_is_good is None else said.up_is_good
        return [
            replace(
                said,
                label=getattr(one, "label", "") or title,
                questionnaire=key.questionnaire,
                area=key.area,
                wave=key.wave,
                age_band=key.age_band,
                category=category,
                up_is_good=good,
                latest=self.readings[key],
                against=tuple(self.compared.get(key, ())),
                groupings=tuple(dict.fromkeys((*said.groupings, *headings))),
            )
            for key in self._keys(questionnaire.id, one.measure, category, one.age_band)
        ]

    def _keys(self, questionnaire: str, measure: str, category: str, age_band: str) -> list[Key]:
        """Return what there is: of the age band named; else of all together and of those with verdicts."""
        own = [
            key
            for key in self.readings
            if (key.questionnaire, key.measure, key.category) == (questionnaire, measure, category)
            and age_band in ("", key.age_band)
        ]
        pooled = [key for key in own if key.age_band == ALL]
        return [*pooled, *(key for key in own if key in self.compared and key not in pooled)] or own

    def _statutory(self, one: TrackedMeasure, said: Line) -> list[Line]:
        known = MEASURES[one.measure]
        unit = UNITS[known.kind]
        said = replace(
            said,
            label=one.label or known.label,
            age_group=one.age_group,
            unit=unit,
            goal=_goal(one, unit),
            baseline=_baseline(one, unit),
            up_is_good=known.higher_is_better if said.up_is_good is None else said.up_is_good,
        )
        held = [row for row in self.published if row.measure == one.measure]
        groups = list(dict.fromkeys(row.age_group for row in held))
        rows = [row for row in held if fold_band(one.age_group) in ("", fold_band(row.age_group))]
        if not rows and groups:
            self.faults.append(
                f"The strategy names age group {one.age_group!r} of {one.measure!r}; there are: "
                f"{', '.join(filter(None, groups)) or 'none'}."
            )
        if len({row.age_group for row in rows}) > 1:
            self.faults.append(
                f"The strategy has to say which age_group of {one.measure!r}: {', '.join(groups)}."
            )
        if not rows:
            return [said]
        first = rows[0]
        series = dict(zip(first.times, first.values, strict=True))
        is_share = first.unit == SHARE
        latest = Reading(
            _march(first.time),
            first.value,
            numerator=first.count if is_share else None,
            denominator=first.n if is_share else None,
            published=first.source,
            missing="" if first.value is not None else first.reason,
        )
        earlier = [
            Reading(
                _march(at), value, published=first.source, missing="" if value is not None else "withheld"
            )
            for at, value in reversed(series.items())
            if at < first.time
        ]
        start = said.baseline
        if start is None and one.baseline:
            start = next((r for r in earlier if r.as_at[:4] == one.baseline.as_at[:4]), None)
        gaps = [
            Against(row.comparator, row.source, row.benchmark, row.difference, reason=row.reason)
            for row in rows
        ]
        return [
            replace(
                said,
                area=first.area,
                latest=latest,
                earlier=tuple(earlier),
                baseline=start,
                source=said.source or first.source,
                against=(*gaps, *_beside(one, latest, unit)),
            )
        ]


def _named(strategy: Strategy, measure: str) -> tuple[tuple[str, str], ...]:
    """Return the headings of other groupings under which a strategy puts a measure."""
    return tuple(
        (grouping.id, heading.title)
        for grouping in strategy.groupings
        for heading in grouping.headings
        if measure in heading.measures
    )


def _march(time: str) -> str:
    """Return the date of a published year: the DfE's years end in March."""
    return f"{time[:4]}-03"


def _own_line(one: TrackedMeasure, series: Iterable[LocalFigure], said: Line) -> Line:
    """Return the line of what a council states, or keeps in its form."""
    readings = [_stated(figure, one.unit) for figure in series]
    start = said.baseline
    if start is None and one.baseline:
        start = next((r for r in readings if r.as_at == one.baseline.as_at), None)
    latest = readings[-1] if readings else None
    if one.latest is not None:
        latest = _stated(one.latest, one.unit)
    elif one.origin == "stated":
        latest = start
    return replace(
        said,
        unit=one.unit,
        counts=one.counts,
        sensitive_side=one.sensitive_side,
        part_of=one.part_of,
        latest=latest,
        baseline=start,
        earlier=tuple(reversed(readings[:-1])),
        against=_beside(one, latest, one.unit),
    )


def _baseline(one: TrackedMeasure, unit: Unit) -> Reading | None:
    """Return the baseline that a strategy states; None where it names a date of the series, or nothing."""
    figure = one.baseline
    if figure is None or (figure.value is None and figure.numerator is None):
        return None
    return _stated(figure, unit)


def _stated(figure: StatedFigure | LocalFigure, unit: Unit) -> Reading:
    if figure.numerator is not None and figure.denominator is not None:
        value = figure.numerator / figure.denominator
    else:
        value = (figure.value or 0.0) / (100 if unit == "percent" else 1)
    return Reading(
        figure.as_at,
        value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        provisional=figure.provisional,
        published=figure.published,
    )


def _goal(one: TrackedMeasure, unit: Unit) -> Goal | None:
    if not one.due:
        return None
    scale = 100 if unit == "percent" else 1
    target, change = (None if n is None else n / scale for n in (one.target, one.change))
    return Goal(one.direction == "up", one.due, target, change, one.beyond)


def _beside(one: TrackedMeasure, latest: Reading | None, unit: Unit) -> tuple[Against, ...]:
    """Return the published figures of others that a strategy states, with the gap to our own."""
    scale = 100 if unit == "percent" else 1
    own = None if latest is None else latest.value
    return tuple(
        Against(
            other.name,
            other.published,
            other.value / scale,
            None if own is None else own - other.value / scale,
        )
        for other in one.beside
    )


def _headings(questionnaire: Questionnaire, measure: str, grouping: str) -> tuple[str, ...]:
    """Return the headings that a questionnaire itself puts a question under."""
    found = questionnaire.questions.get(measure)
    return tuple(getattr(found, "groupings", {}).get(grouping, ()))


def _against(row: Any) -> Against:
    return Against(
        comparator=row.comparator,
        source=row.source,
        value=row.benchmark,
        difference=row.difference,
        difference_lower=row.difference_lower,
        difference_upper=row.difference_upper,
        n=row.benchmark_n,
        verdict=row.verdict,
        reason=row.reason,
        wave=row.benchmark_wave or "",
    )
