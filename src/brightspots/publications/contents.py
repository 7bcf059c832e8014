"""A release in reading order: by survey, measure, category and age band, whatever order it was made in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from brightspots.findings.benchmarks import CARE_ELSEWHERE, GENERAL_POPULATION, LAST_WAVE
from brightspots.publications.sentences import (
    ComparisonKey,
    FigureKey,
    Sentences,
    comparison_key,
    figure_key,
)

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedComparison, Responses
    from brightspots.disclosure.release import Release
    from brightspots.questionnaire.model import Questionnaire

COMPARATORS = (GENERAL_POPULATION, CARE_ELSEWHERE, LAST_WAVE)


class Place(NamedTuple):
    """One survey in one place and wave."""

    questionnaire: str
    area: str
    wave: str


class Contents:
    """What a release holds, in reading order, with what belongs together side by side.

    Attributes
    ----------
    release : Release
    words : Sentences
    places : tuple of Place
    figures, comparisons, cohorts : tuple
        As in the release, sorted.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.words = Sentences(release.questionnaires, release.places)
        self.places = tuple(Place(*place) for place in release.places)
        self._surveys = list(dict.fromkeys(place.questionnaire for place in self.places))
        self.figures = tuple(sorted(release.figures, key=self._order))
        self.comparisons = tuple(
            sorted(release.comparisons, key=lambda c: (*self._order(c.figure), *comparator_order(c)))
        )
        self.cohorts = tuple(sorted(release.cohorts, key=self._group_order))
        self._compared: dict[FigureKey, list[ReleasedComparison]] = defaultdict(list)
        for comparison in self.comparisons:
            self._compared[figure_key(comparison.figure)].append(comparison)

    def questionnaire(self, place: Place) -> Questionnaire:
        """Return what was asked."""
        return self.release.questionnaires[place.questionnaire]

    def compared(self, figure: Figure) -> tuple[ReleasedComparison, ...]:
        """Return the comparisons of a figure."""
        return tuple(self._compared.get(figure_key(figure), ()))

    def figures_of(self, place: Place) -> tuple[Figure, ...]:
        """Return the figures of all children in one place."""
        return tuple(f for f in self.figures if not f.group and (f.questionnaire, f.area, f.wave) == place)

    def groups_of(self, place: Place) -> tuple[Figure, ...]:
        """Return the figures of groups in one place, leaving out those that the search for groups shows."""
        searched = {figure_key(cohort.figure) for cohort in self.cohorts}
        grouped = [f for f in self.figures if f.group and (f.questionnaire, f.area, f.wave) == place]
        asked_for = {_traits(f) for f in grouped if figure_key(f) not in searched}
        return tuple(f for f in grouped if _traits(f) in asked_for)

    def cohorts_of(self, place: Place) -> tuple[ReleasedCohort, ...]:
        """Return the groups that were searched in one place."""
        return tuple(
            c for c in self.cohorts if (c.figure.questionnaire, c.figure.area, c.figure.wave) == place
        )

    def responses_of(self, place: Place) -> tuple[Responses, ...]:
        """Return how many answered in one place."""
        return tuple(r for r in self.release.responses if (r.questionnaire, r.area, r.wave) == place)

    def without_figure(self) -> tuple[ReleasedComparison, ...]:
        """Return comparisons with figures for which this survey has no counterpart."""
        known = {figure_key(figure) for figure in self.figures}
        return tuple(c for c in self.comparisons if figure_key(c.figure) not in known)

    def keys(self) -> tuple[set[FigureKey], set[ComparisonKey]]:
        """Return the keys of all figures and comparisons, those of cohorts included."""
        figures = {figure_key(f) for f in self.figures}
        figures |= {figure_key(f) for c in self.cohorts for f in (c.figure, c.rest)}
        figures |= {figure_key(c.figure) for c in self.comparisons}
        return figures, {comparison_key(c) for c in self.comparisons}

    def comparisons_of(self, place: Place) -> tuple[ReleasedComparison, ...]:
        """Return the comparisons of one place."""
        return tuple(
            c for c in self.comparisons if (c.figure.questionnaire, c.figure.area, c.figure.wave) == place
        )

    def _group_order(self, cohort: ReleasedCohort) -> tuple[object, ...]:
        """Put flagged groups first, in the search's order; all others by trait and level, never by size."""
        flagged = cohort.tier == "flag"
        place = self.release.cohorts.index(cohort) if flagged else 0
        figure = cohort.figure
        search = self.release.searches.get(figure.questionnaire)
        traits = search.traits if search else ()
        questionnaire = self.release.questionnaires[figure.questionnaire]
        return (
            self._surveys.index(figure.questionnaire),
            figure.area,
            figure.wave,
            not flagged,
            place,
            len(cohort.conditions),
            [traits.index(t) if t in traits else len(traits) for t, _ in cohort.conditions],
            [_level_order(questionnaire, t, level) for t, level in cohort.conditions],
        )

    def _order(self, figure: Figure) -> tuple[object, ...]:
        questionnaire = self.release.questionnaires[figure.questionnaire]
        measures = self.words.measures(figure.questionnaire)
        bands = list(questionnaire.band)
        return (
            self._surveys.index(figure.questionnaire),
            figure.area,
            figure.wave,
            list(measures).index(figure.measure),
            measures[figure.measure].categories.index(figure.category),
            -len(figure.age_bands),
            [bands.index(b) if b in bands else len(bands) for b in figure.age_bands],
            tuple(trait for trait, _ in figure.group),
            [_level_order(questionnaire, trait, level) for trait, level in figure.group],
            figure.rest,
        )


def _traits(figure: Figure) -> tuple[str, ...]:
    return tuple(trait for trait, _ in figure.group)


def _level_order(questionnaire: Questionnaire, trait: str, level: str) -> tuple[int, str]:
    levels = [one.id for one in questionnaire.trait[trait].levels] if trait in questionnaire.trait else []
    return (levels.index(level) if level in levels else len(levels), level)


def comparator_order(comparison: ReleasedComparison) -> tuple[object, ...]:
    """Return where a comparison stands among others: those with known comparators first."""
    name = comparison.comparator
    place = COMPARATORS.index(name) if name in COMPARATORS else len(COMPARATORS)
    benchmark = comparison.benchmark if comparison.benchmark is not None else -1.0
    return (place, name, comparison.source, benchmark)
