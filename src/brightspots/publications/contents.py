"""A release in reading order: by survey, measure, category and age band, whatever order it was made in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from brightspots.disclosure.figures import FigureKey, figure_key
from brightspots.findings.benchmarks import CARE_ELSEWHERE, GENERAL_POPULATION, LAST_WAVE
from brightspots.findings.cohort_tables import CANNOT_FIND_A_CHILD
from brightspots.publications.response_sentences import answered_so_far, groups_so_far
from brightspots.publications.sentence import ComparisonKey, comparison_key
from brightspots.publications.sentences import Sentences
from brightspots.publications.wording import plain

if TYPE_CHECKING:
    from brightspots.disclosure.figures import (
        Figure,
        ReleasedCohort,
        ReleasedComparison,
        ReleasedDescription,
        ReleasedRecheck,
        Responses,
        Search,
    )
    from brightspots.disclosure.open_surveys import OpenSurvey
    from brightspots.disclosure.release import Release
    from brightspots.publications.sentence import Sentence
    from brightspots.publications.style import Style
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

    def __init__(self, release: Release, style: Style | None = None) -> None:
        self.release = release
        self.words = Sentences(release.questionnaires, release.places, style)
        self.places = tuple(Place(*place) for place in release.places)
        self._surveys = list(dict.fromkeys(place.questionnaire for place in self.places))
        self._traits: dict[str, list[str]] = defaultdict(list)
        for search in release.searches:
            self._traits[search.questionnaire] += search.traits
        self.figures = tuple(sorted(release.figures, key=self._order))
        self.comparisons = tuple(
            sorted(release.comparisons, key=lambda c: (*self._order(c.figure), *comparator_order(c)))
        )
        self.cohorts = tuple(sorted(release.cohorts, key=self._group_order))
        self._compared: dict[FigureKey, list[ReleasedComparison]] = defaultdict(list)
        for comparison in self.comparisons:
            self._compared[figure_key(comparison.figure)].append(comparison)

    @property
    def mark(self) -> str:
        """What stands on every page of an edition for named recipients; empty for any other."""
        return "" if self.release.edition is None else self.release.edition.mark

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
        searched = {figure_key(figure) for figure in self.figures_beside_groups()}
        grouped = [f for f in self.figures if f.group and (f.questionnaire, f.area, f.wave) == place]
        asked_for = {_traits(f) for f in grouped if figure_key(f) not in searched}
        return tuple(f for f in grouped if _traits(f) in asked_for)

    def cohorts_of(self, place: Place) -> tuple[ReleasedCohort, ...]:
        """Return the groups that were searched in one place."""
        return tuple(c for c in self.cohorts if _place_of(c.figure) == place)

    def searched(self, place: Place) -> list[tuple[Search, tuple[ReleasedCohort, ...]]]:
        """Return each search for groups in one place, with its groups."""
        own = self.cohorts_of(place)
        found = []
        for search in self.release.searches:
            groups = tuple(c for c in own if (c.measure, c.direction) == (search.measure, search.direction))
            if groups and search.questionnaire == place.questionnaire:
                found.append((search, groups))
        return found

    def goes_with(self, cohort: ReleasedCohort) -> tuple[ReleasedDescription, ...]:
        """Return the questions on which a group that stands out differs clearly from all others."""
        place, what = _place_of(cohort.figure), (cohort.measure, cohort.direction, cohort.conditions)
        return tuple(
            d
            for d in self.release.descriptions
            if _place_of(d.figure) == place and (d.searched, d.direction, d.conditions) == what
        )

    def rechecks_of(self, place: Place) -> tuple[ReleasedRecheck, ...]:
        """Return the groups of the last wave that were looked at again in one place."""
        return tuple(r for r in self.release.rechecks if (r.questionnaire, r.area, r.wave) == place)

    def beside_groups(self, questionnaire: str) -> str:
        """Return what stands beside every group: what it is not for, and what they were told."""
        promise = plain(self.release.promises.get(questionnaire, ""))
        return " ".join([CANNOT_FIND_A_CHILD, *([self.words.told(promise).text] if promise else [])])

    def responses_of(self, place: Place) -> tuple[Responses, ...]:
        """Return how many answered in one place."""
        return tuple(r for r in self.release.responses if (r.questionnaire, r.area, r.wave) == place)

    def open_survey(self, place: Place) -> OpenSurvey | None:
        """Return what is said of a survey that is still open; None where it is closed."""
        found = (o for o in self.release.open_surveys if (o.questionnaire, o.area, o.wave) == place)
        return next(found, None)

    def so_far(self, place: Place) -> list[Sentence]:
        """Return who has answered a survey that is still open; nothing where it is closed."""
        survey = self.open_survey(place)
        if survey is None:
            return []
        answered = [answered_so_far(self.words, one) for one in self.responses_of(place)]
        return [*answered, *groups_so_far(self.words, survey)]

    def without_figure(self) -> tuple[ReleasedComparison, ...]:
        """Return comparisons with figures for which this survey has no counterpart."""
        known = {figure_key(figure) for figure in self.figures}
        return tuple(c for c in self.comparisons if figure_key(c.figure) not in known)

    def keys(self) -> tuple[set[FigureKey], set[ComparisonKey]]:
        """Return the keys of all figures and comparisons, those of cohorts included."""
        figures = {figure_key(f) for f in self.figures}
        figures |= {figure_key(f) for f in self.figures_beside_groups()}
        figures |= {figure_key(c.figure) for c in self.comparisons}
        return figures, {comparison_key(c) for c in self.comparisons}

    def figures_beside_groups(self) -> list[Figure]:
        """Return the figures of everything that is said of groups, and of all others than they."""
        release = self.release
        cohorts = [f for c in self.cohorts for f in (c.figure, c.rest)]
        described = [f for d in release.descriptions for f in (d.figure, d.rest)]
        return [*cohorts, *described, *(f for r in release.rechecks for f in figures_of(r))]

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
        traits = self._traits[figure.questionnaire]
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


def _place_of(figure: Figure) -> Place:
    return Place(figure.questionnaire, figure.area, figure.wave)


def figures_of(recheck: ReleasedRecheck) -> tuple[Figure, ...]:
    """Return the figures of a group that was looked at again: of this wave, then of the last."""
    parts = (recheck.figure, recheck.rest, recheck.before, recheck.before_rest)
    return tuple(figure for figure in parts if figure is not None)


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
