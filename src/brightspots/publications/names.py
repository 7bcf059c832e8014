"""What things are called: measures, categories, age bands, groups and comparators, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.benchmarks import CARE_ELSEWHERE, GENERAL_POPULATION, LAST_WAVE
from brightspots.findings.names import cohort_name
from brightspots.measures.measure import Measure, category_label, measures_of
from brightspots.publications.style import Style, load_style
from brightspots.publications.wording import listed, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brightspots.disclosure.cells import Group
    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.disclosure.release import Release
    from brightspots.questionnaire.model import Questionnaire

ALL = "all"

Place = tuple[str, str, str]


class Names:
    """The names for everything in a release.

    Parameters
    ----------
    questionnaires : mapping of str to Questionnaire
        For their labels.
    places : iterable of (questionnaire, area, wave)
        What the release speaks of: where one survey was held in several areas or waves, names say which.
    style : Style, optional
        The words that a council chose; the plain ones by default.
    """

    def __init__(
        self,
        questionnaires: Mapping[str, Questionnaire],
        places: Iterable[Place] = (),
        style: Style | None = None,
    ) -> None:
        self.questionnaires = questionnaires
        self.style = style or load_style()
        self.places = tuple(places)
        self._measures = {name: measures_of(asked) for name, asked in questionnaires.items()}

    def measures(self, questionnaire: str) -> dict[str, Measure]:
        """Return the measures of a questionnaire, in its order."""
        return self._measures[questionnaire]

    def measure(self, figure: Figure) -> Measure:
        """Return the measure of a figure."""
        return self._measures[figure.questionnaire][figure.measure]

    def label(self, figure: Figure) -> str:
        """Return the name of a figure's measure in a table."""
        return plain(self.measure(figure).label)

    def category(self, figure: Figure) -> str:
        """Return the name of a figure's category in a table."""
        return self.category_of(figure.questionnaire, self.measure(figure), figure.category)

    def category_of(self, questionnaire: str, measure: Measure, category: str) -> str:
        """Return the name of one of a measure's categories."""
        return plain(category_label(self.questionnaires[questionnaire], measure, category))

    def full_label(self, figure: Figure) -> str:
        """Return the name of a figure's measure, with its category where it has several."""
        label = self.label(figure)
        return f"{label}: {self.category(figure)}" if self.measure(figure).kind == "scale" else label

    def people(self, questionnaire: str) -> str:
        """Return what those who were asked are called."""
        return plain(self.questionnaires[questionnaire].people)

    def protected(self, questionnaire: str) -> str:
        """Return whom hiding protects, in a word or two."""
        people = self.people(questionnaire)
        return "children" if "children" in people else people

    def ages(self, questionnaire: str, age_bands: tuple[str, ...]) -> str:
        """Return the children of some age bands, such as "8-11s and 11-18s together"."""
        bands = self.questionnaires[questionnaire].band
        if len(bands) > 1 and set(age_bands) == set(bands):
            return self.people(questionnaire)
        nouns = [plain(bands[band].noun) if band in bands else plain(band) for band in age_bands]
        return listed(nouns) + (" together" if len(nouns) > 1 else "")

    def title(self, name: str, figure: Figure) -> str:
        """Return the title of a table that a figure stands in: what, of whom, and where if needed."""
        ages = self.ages_heading(figure.questionnaire, figure.age_bands)
        return f"{name}, {ages}{self.where(figure.questionnaire, figure.area, figure.wave)}"

    def ages_heading(self, questionnaire: str, age_bands: tuple[str, ...]) -> str:
        """Return some age bands as a heading."""
        bands = self.questionnaires[questionnaire].band
        if len(bands) > 1 and set(age_bands) == set(bands):
            return "all ages together"
        return self.ages(questionnaire, age_bands)

    def group(self, questionnaire: str, group: Group, people: str = "") -> str:
        """Return the name of a group, such as "girls in residential care"."""
        model = self.questionnaires[questionnaire]
        return plain(cohort_name(dict(group), model, people or self.people(questionnaire)))

    def where(self, questionnaire: str, area: str, wave: str) -> str:
        """Return the area and wave to name, with a space before; empty where there is only one."""
        own = [place for place in self.places if place[0] == questionnaire]
        several = [len({place[i] for place in own}) > 1 for i in (1, 2)]
        return "".join(f" in {plain(name)}" for name, say in zip((area, wave), several, strict=True) if say)

    def subject(self, figure: Figure) -> str:
        """Return whom a figure is about."""
        who = self.ages(figure.questionnaire, figure.age_bands)
        if figure.rest:
            who = "all others"
        elif figure.group:
            who = self._group_of(figure, who)
        return who + self.where(figure.questionnaire, figure.area, figure.wave)

    def _group_of(self, figure: Figure, ages: str) -> str:
        if figure.age_band == ALL or len(self.questionnaires[figure.questionnaire].band) == 1:
            return self.group(figure.questionnaire, figure.group)
        named = self.group(figure.questionnaire, figure.group, ages)
        return named if ages in named else f"{named} among {ages}"

    def finding(self, figure: Figure) -> str:
        """Return what the children in a figure do or feel, to follow "62% of 11-18s"."""
        measure = self.measure(figure)
        if measure.kind != "scale":
            return plain(measure.finding)
        name, _, scores = self.category(figure).rpartition(" (")
        if name != figure.category:
            return f"have {name} ({scores}"
        return f"have {name} {plain(measure.finding)} ({scores}"

    def is_box(self, figure: Figure) -> bool:
        """Whether a figure counts the ticks of one box among several."""
        sets = self.questionnaires[figure.questionnaire].multiple_responses
        return any(figure.measure == item.id for one in sets for item in one.items)

    def comparator(self, comparison: ReleasedComparison) -> str:
        """Return whom we are compared with, to follow a percentage."""
        leavers = "care leavers" in self.people(comparison.figure.questionnaire)
        known = {
            GENERAL_POPULATION: "in the general population",
            CARE_ELSEWHERE: "of care leavers elsewhere" if leavers else "in care elsewhere",
            LAST_WAVE: "in our last survey",
        }
        return known.get(comparison.comparator, f"for {plain(comparison.comparator)}")


def names_of(release: Release) -> Names:
    """Return the names for a release."""
    return Names(release.questionnaires, release.places)
