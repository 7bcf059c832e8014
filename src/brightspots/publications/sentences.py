"""What is said of a figure, a comparison and a group: the only place where findings become sentences.

Every sentence carries the keys of the figures and comparisons that allow it. Words that rank ("better",
"worse", "higher", "lower") stand only where a verdict ranks; what is hidden is said to be hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from brightspots.findings.benchmarks import CARE_ELSEWHERE, GENERAL_POPULATION, LAST_WAVE
from brightspots.findings.names import cohort_name
from brightspots.measures.measure import Measure, category_label, measures_of
from brightspots.publications.wording import (
    capital,
    listed,
    number,
    percent,
    percent_range,
    plain,
    points,
    points_range,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.disclosure.cells import Group
    from brightspots.disclosure.policy import Policy
    from brightspots.disclosure.release import (
        Figure,
        Release,
        ReleasedCohort,
        ReleasedComparison,
        Responses,
        Search,
    )
    from brightspots.questionnaire.model import Questionnaire

ALL = "all"
HIDDEN, NOT_AVAILABLE, NOT_ASKED = "[c]", "[x]", "[z]"

VERDICTS = {
    ("better", ""): "doing better",
    ("worse", ""): "doing less well",
    ("similar", "equivalent"): "about the same",
    ("similar", "small"): "a small difference",
    ("unclear", ""): "we cannot tell",
    ("unclear", "own_unknown"): "we cannot tell",
    ("withheld", ""): "hidden to protect children",
}
"""A verdict in a table, by (verdict, reason); whatever is not compared is that, whatever the reason."""

NOT_COMPARED = {
    "no_base": "there are no answers to compare",
    "not_asked": "it was not asked of this age group here",
    "small_base": "there are too few answers to compare",
    "no_direction": "a larger share here is neither good news nor bad news",
    "counted_answers": "that figure counts other answers to the question",
    "age_range": "that figure is about children of other ages",
    "year_gap": "the two were asked too many years apart",
    "no_n": "how many answered then is not stated, so it cannot be said how much of it is chance",
    "benchmark_at_limit": "that figure is exactly none or all, and how many it was made from is not stated",
    "own_not_inside": "our own children are said to be inside that figure, but the numbers do not allow it",
    "age_bands": "the two surveys did not ask the same age groups",
}
"""Why two figures are not compared, by the reason code of the comparison."""

CANNOT_FIND_A_CHILD = (
    "These answers cannot be used to find a child. The way to help for one child is through the Strengths and "
    "Difficulties Questionnaire (SDQ) and health assessments."
)


class FigureKey(NamedTuple):
    """What identifies a figure in a release."""

    questionnaire: str
    area: str
    wave: str
    measure: str
    category: str
    age_band: str
    group: Group
    rest: bool


class ComparisonKey(NamedTuple):
    """What identifies a comparison in a release."""

    figure: FigureKey
    comparator: str
    source: str


@dataclass(frozen=True)
class Sentence:
    """Something said, and what allows it.

    Attributes
    ----------
    text : str
    figures : tuple of FigureKey
        The figures behind it; empty for a heading or a note.
    comparisons : tuple of ComparisonKey
        The comparisons behind it.
    """

    text: str
    figures: tuple[FigureKey, ...] = ()
    comparisons: tuple[ComparisonKey, ...] = ()

    def __str__(self) -> str:
        return self.text


def figure_key(figure: Figure) -> FigureKey:
    """Return the key of a figure."""
    return FigureKey(*(getattr(figure, name) for name in FigureKey._fields))


def comparison_key(comparison: ReleasedComparison) -> ComparisonKey:
    """Return the key of a comparison."""
    return ComparisonKey(figure_key(comparison.figure), comparison.comparator, comparison.source)


def paragraph(sentences: Iterable[Sentence]) -> Sentence:
    """Return several sentences as one, with everything that allows them."""
    parts = list(sentences)
    return Sentence(
        " ".join(part.text for part in parts),
        tuple(dict.fromkeys(key for part in parts for key in part.figures)),
        tuple(dict.fromkeys(key for part in parts for key in part.comparisons)),
    )


def explanation(release: Release, figure: Figure) -> str:
    """Explain a figure in a paragraph: what is said, from how many, and each verdict with its reason.

    Parameters
    ----------
    release : Release
    figure : Figure
        One of its figures.

    Returns
    -------
    str

    Examples
    --------
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["likes_school"]))
    >>> explanation(out, out.figures[2]).startswith("71% of 11-18s")
    True
    """
    words = Sentences.of(release)
    said = [words.figure(figure)]
    if figure.status in ("withheld", "banded"):
        said.append(words.why_protected(figure, release.policy))
    compared = [c for c in release.comparisons if figure_key(c.figure) == figure_key(figure)]
    said += [words.comparison(c, in_full=True) for c in compared]
    if not compared:
        said.append(Sentence("There is nothing to compare it with."))
    return paragraph(said).text


class Sentences:
    """The words for everything in a release.

    Parameters
    ----------
    questionnaires : mapping of str to Questionnaire
        For their labels.
    several : set of str
        Questionnaires that were asked in more than one place or wave: their sentences name it.
    """

    def __init__(
        self, questionnaires: Mapping[str, Questionnaire], several: frozenset[str] = frozenset()
    ) -> None:
        self.questionnaires = questionnaires
        self.several = several

    @classmethod
    def of(cls, release: Release) -> Sentences:
        """Return the words for a release."""
        named = [questionnaire for questionnaire, _, _ in release.places]
        return cls(release.questionnaires, frozenset(q for q in named if named.count(q) > 1))

    # ------------------------------------------------------------------------------------- names

    def measure(self, figure: Figure) -> Measure:
        """Return the measure of a figure."""
        return measures_of(self.questionnaires[figure.questionnaire])[figure.measure]

    def label(self, figure: Figure) -> str:
        """Return the name of a figure's measure in a table."""
        return plain(self.measure(figure).label)

    def category(self, figure: Figure) -> str:
        """Return the name of a figure's category in a table."""
        return self.category_of(figure.questionnaire, self.measure(figure), figure.category)

    def category_of(self, questionnaire: str, measure: Measure, category: str) -> str:
        """Return the name of one of a measure's categories."""
        return plain(category_label(self.questionnaires[questionnaire], measure, category))

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

    def group(self, questionnaire: str, group: Group, people: str = "") -> str:
        """Return the name of a group, such as "girls in residential care"."""
        model = self.questionnaires[questionnaire]
        return plain(cohort_name(dict(group), model, people or self.people(questionnaire)))

    def subject(self, figure: Figure) -> str:
        """Return whom a figure is about."""
        ages = self.ages(figure.questionnaire, figure.age_bands)
        who = self._group_of_ages(figure, ages) if figure.group else ages
        if figure.rest:
            who = "all others"
        where = f" in {plain(figure.area)} ({plain(figure.wave)})"
        return who + (where if figure.questionnaire in self.several else "")

    def _group_of_ages(self, figure: Figure, ages: str) -> str:
        if figure.age_band == ALL or len(self.questionnaires[figure.questionnaire].band) == 1:
            return self.group(figure.questionnaire, figure.group)
        named = self.group(figure.questionnaire, figure.group, ages)
        return named if ages in named else f"{named} among {ages}"

    def finding(self, figure: Figure) -> str:
        """Return what the children in a figure do or feel, to follow "62% of 11-18s"."""
        measure = self.measure(figure)
        if measure.kind != "scale":
            return plain(measure.finding)
        label = self.category(figure)
        if not label.startswith(f"{figure.category} ("):
            return f"have {label}"
        return f"have {figure.category} {plain(measure.finding)} {label.removeprefix(figure.category + ' ')}"

    def is_theme(self, figure: Figure) -> bool:
        """Whether a figure counts children whose comment touched on a theme: neither good nor bad."""
        sets = self.questionnaires[figure.questionnaire].multiple_responses
        return any(figure.measure == item.id for s in sets if s.comment_themes for item in s.items)

    # ----------------------------------------------------------------------------------- figures

    def figure(self, figure: Figure) -> Sentence:
        """Say a figure in a sentence.

        Examples
        --------
        >>> import brightspots as bs
        >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
        >>> print(Sentences.of(out).figure(out.figures[1]))
        81% of 11-18s (112 of 138) get outdoors into nature; the likely range is 74% to 87%.
        """
        who, finding = self.subject(figure), self.finding(figure)
        if figure.status == "shown":
            text = f"{capital(self.share(figure))} of {who} ({self.answers(figure)}) {finding}; {self._range(figure)}."
        elif figure.status == "banded":
            text = (
                f"{capital(self.share(figure))} of {who} (of {number(figure.n or 0)} who answered) {finding}; "
                f"{self._range(figure)}."
            )
        elif figure.status == "withheld":
            text = f"How many {who} {finding} is hidden to protect {self.protected(figure.questionnaire)}."
        else:
            text = f"Nobody among {who} answered “{self.label(figure)}”."
        return Sentence(text, (figure_key(figure),))

    def _range(self, figure: Figure) -> str:
        few = "from few answers, " if figure.low_base else ""
        return f"{few}the likely range is {self.likely_range(figure)}"

    def share(self, figure: Figure) -> str:
        """Return a figure's share, band or symbol."""
        if figure.share is not None:
            return percent(figure.share)
        if figure.above is not None:
            return f"more than {figure.above}%"
        if figure.below is not None:
            return f"fewer than {figure.below}%"
        return HIDDEN if figure.status == "withheld" else NOT_AVAILABLE

    def answers(self, figure: Figure) -> str:
        """Return how many of how many, or a symbol."""
        if figure.status == "shown":
            return f"{number(figure.count or 0)} of {number(figure.n or 0)}"
        if figure.status == "banded":
            return f"of {number(figure.n or 0)}"
        return HIDDEN if figure.status == "withheld" else NOT_AVAILABLE

    def likely_range(self, figure: Figure) -> str:
        """Return a figure's likely range, or a symbol."""
        if figure.lower is not None and figure.upper is not None:
            return percent_range(figure.lower, figure.upper)
        return HIDDEN if figure.status == "withheld" else NOT_AVAILABLE

    def why_protected(self, figure: Figure, policy: Policy) -> Sentence:
        """Say why a figure is hidden or given as a band, without saying which of the rules it was."""
        what = "is given as a band" if figure.status == "banded" else "is hidden"
        return Sentence(
            f"A figure {what} where fewer than {number(policy.minimum_base)} answered, where fewer than "
            f"{number(policy.minimum_side)} stand on one side of it, or where it could be used to work out such a one.",
            (figure_key(figure),),
        )

    # ------------------------------------------------------------------------------- comparisons

    def verdict(self, comparison: ReleasedComparison) -> tuple[str, str]:
        """Return the verdict and reason that may be said: a theme of comments has no good side."""
        if self.is_theme(comparison.figure) and comparison.verdict not in ("withheld", "not compared"):
            return "not compared", "no_direction"
        return comparison.verdict, comparison.reason

    def verdict_words(self, comparison: ReleasedComparison) -> str:
        """Return a verdict as it stands in a table."""
        verdict, reason = self.verdict(comparison)
        if verdict == "not compared":
            return "not compared"
        if comparison.figure.status == "banded":
            return "not compared, as only a band is given"
        return VERDICTS[(verdict, reason)]

    def others(self, comparison: ReleasedComparison) -> str:
        """Return the other side with its figure, such as "75% in the general population"."""
        named = self.comparator(comparison)
        mark = " (illustrative figure)" if comparison.illustrative else ""
        if comparison.benchmark is None or not benchmark_is_public(comparison):
            return named + mark
        return f"{percent(comparison.benchmark)} {named}{mark}"

    def _their_figure(self, comparison: ReleasedComparison) -> str:
        said = comparison.benchmark is not None and benchmark_is_public(comparison)
        return f"the figure {'of ' if said else ''}{self.others(comparison)}"

    def comparator(self, comparison: ReleasedComparison) -> str:
        """Return whom we are compared with, to follow a percentage."""
        people = self.people(comparison.figure.questionnaire)
        known = {
            GENERAL_POPULATION: "in the general population",
            CARE_ELSEWHERE: "of care leavers elsewhere" if "care leavers" in people else "in care elsewhere",
            LAST_WAVE: "in our last survey",
        }
        return known.get(comparison.comparator, f"for {plain(comparison.comparator)}")

    def comparison(self, comparison: ReleasedComparison, *, in_full: bool = False) -> Sentence:
        """Say a comparison in a sentence that follows the one on its figure.

        Parameters
        ----------
        comparison : ReleasedComparison
        in_full : bool, default False
            Whether to add what gap could have been shown where the verdict does not turn on it.
        """
        verdict, reason = self.verdict(comparison)
        if verdict in ("better", "worse"):
            text = self._ranked(comparison)
        elif verdict == "similar":
            text = self._similar(comparison, reason)
        elif verdict == "unclear":
            text = self._unclear(comparison, reason)
        elif verdict == "not compared":
            text = self._not_compared(comparison, reason)
        else:
            text = self._withheld(comparison)
        if in_full and verdict in ("better", "worse", "similar") and comparison.detectable is not None:
            text += f" This survey could have shown a gap of about {points(comparison.detectable)}."
        key = comparison_key(comparison)
        return Sentence(text, (key.figure,), (key,))

    def _ranked(self, comparison: ReleasedComparison) -> str:
        difference = comparison.difference or 0.0
        direction = "higher" if difference > 0 else "lower"
        return (
            f"That is {comparison.verdict} than {self.others(comparison)}: {points(difference)} {direction}"
            f"{self._gap_range(comparison, direction)}."
        )

    def _gap_range(self, comparison: ReleasedComparison, direction: str = "") -> str:
        lower, upper = comparison.difference_lower, comparison.difference_upper
        if lower is None or upper is None:
            return ""
        if lower < 0 < upper:
            other = "lower" if direction == "higher" else "higher"
            near, far = (lower, upper) if direction == "higher" else (upper, lower)
            if not direction:
                return f" (at most {points(max(-lower, upper))} either way)"
            return f" (likely range {points(near)} {other} to {points(far)} {direction})"
        return f" (likely range {points_range(lower, upper)})"

    def _similar(self, comparison: ReleasedComparison, reason: str) -> str:
        other = self.others(comparison)
        if reason == "small":
            gap = points(comparison.difference or 0.0)
            return (
                f"There is a small difference from {other}: {gap}{self._gap_range(comparison)}. "
                "It is more than chance, but too small to count."
            )
        lower, upper = comparison.difference_lower, comparison.difference_upper
        if lower is None or upper is None:
            return f"That is about the same as {other}."
        return (
            f"That is about the same as {other}: the gap is unlikely to be more than "
            f"{points(max(abs(lower), abs(upper)))}."
        )

    def _unclear(self, comparison: ReleasedComparison, reason: str) -> str:
        text = f"We cannot tell whether this differs from {self.others(comparison)}"
        if reason == "own_unknown":
            text += ", because our own children may be inside that figure"
        if comparison.difference is None or comparison.detectable is None:
            return f"{text}."
        gap, could = points(comparison.difference), points(comparison.detectable)
        if abs(comparison.difference) < comparison.detectable:
            return (
                f"{text}: the gap is {gap}, and a survey of this size can show one of about {could} or more."
            )
        return (
            f"{text}: the gap is {gap}; a survey of this size can show one of about {could}, but with so many "
            "comparisons at once this one may still be chance."
        )

    def _not_compared(self, comparison: ReleasedComparison, reason: str) -> str:
        why = NOT_COMPARED.get(reason, "the two are not alike")
        if reason == "no_n" and comparison.difference is not None:
            return (
                f"It was {self.others(comparison)}, a difference of {points(comparison.difference)}; no verdict "
                f"is given, because {why}."
            )
        return f"It is not compared with {self._their_figure(comparison)}, because {why}."

    def _withheld(self, comparison: ReleasedComparison) -> str:
        protected = self.protected(comparison.figure.questionnaire)
        if comparison.figure.status == "banded":
            return (
                f"It is not compared with {self._their_figure(comparison)}, because only a band is given to "
                f"protect {protected}."
            )
        return f"The comparison with {self._their_figure(comparison)} is hidden to protect {protected}."

    def without_figure(self, comparison: ReleasedComparison) -> Sentence:
        """Say that there is nothing of ours to set beside a figure of others."""
        figure, key = comparison.figure, comparison_key(comparison)
        why = NOT_COMPARED.get(comparison.reason, NOT_COMPARED["no_base"])
        text = f"“{self.label(figure)}”, {self.subject(figure)}: {self._their_figure(comparison)} stands alone, because {why}."
        return Sentence(text, (), (key,))

    def with_comparisons(self, figure: Figure, comparisons: Iterable[ReleasedComparison]) -> Sentence:
        """Say a figure and what it is compared with."""
        return paragraph([self.figure(figure), *(self.comparison(c) for c in comparisons)])

    # ------------------------------------------------------------------------------------ groups

    def cohort(self, cohort: ReleasedCohort) -> Sentence:
        """Say what a group answered beside all others; a flagged one with the size to quote."""
        inside, rest = cohort.figure, cohort.rest
        said = [self._beside(inside, rest)]
        if cohort.tier == "flag":
            said.append(Sentence(self._flagged(cohort)))
        elif cohort.detectable is not None:
            said.append(
                Sentence(
                    "The search does not single this group out; a gap of less than about "
                    f"{points(cohort.detectable)} would probably have been missed."
                )
            )
        return paragraph(said)

    def _beside(self, inside: Figure, rest: Figure) -> Sentence:
        own = self.figure(inside)
        if inside.status != "shown" or rest.status != "shown":
            return own
        return Sentence(
            f"{capital(self.share(inside))} of {self.subject(inside)} ({self.answers(inside)}) "
            f"{self.finding(inside)}, beside {self.share(rest)} of all others ({self.answers(rest)}); among the "
            f"group {self._range(inside)}.",
            (figure_key(inside), figure_key(rest)),
        )

    def _flagged(self, cohort: ReleasedCohort) -> str:
        text = "The group stands out even when it is allowed for how many groups were looked at."
        if cohort.role in ("covered", "hot_spot"):
            text = f"Many of them are also among {plain(cohort.covered_by)}."
            if cohort.role == "hot_spot":
                text = f"Among {plain(cohort.covered_by)}, this group stands out again."
        if cohort.shrunk_share is None or cohort.shrunk_lower is None or cohort.shrunk_upper is None:
            return text
        return (
            f"{text} Our best estimate, allowing for the search, is {percent(cohort.shrunk_share)} (likely range "
            f"{percent_range(cohort.shrunk_lower, cohort.shrunk_upper)})."
        )

    def search(self, questionnaire: str, search: Search, age_bands: tuple[str, ...]) -> Sentence:
        """Say what was searched for groups."""
        model = self.questionnaires[questionnaire]
        traits = listed(
            plain(model.trait[t].label).lower() if t in model.trait else plain(t) for t in search.traits
        )
        groups = "one group" if search.candidates == 1 else f"{number(search.candidates)} groups"
        return Sentence(
            f"Among {self.ages(questionnaire, age_bands)}, {groups} of at least 10 were set beside all others, by "
            f"{traits}."
        )

    def no_flag(self, cohorts: Iterable[ReleasedCohort]) -> Sentence:
        """Say that no group stands out, and what would have been missed."""
        sizes = [c.detectable for c in cohorts if c.detectable is not None]
        text = "No group stands out. That does not mean that no group needs more"
        if not sizes:
            return Sentence(f"{text}: this survey is too small to look inside groups.")
        low, high = points(min(sizes)), points(max(sizes))
        size = (
            f"about {high}"
            if low == high
            else f"about {points_range(min(sizes), max(sizes))}, depending on its size,"
        )
        return Sentence(f"{text}: in a group, a gap of less than {size} would probably have been missed.")

    # --------------------------------------------------------------------------------- responses

    def held_back(self, figures: Sequence[Figure]) -> Sentence:
        """Say how many figures are hidden or given as a band, and how many have nothing to be compared with."""
        hidden = sum(f.status == "withheld" for f in figures)
        banded = sum(f.status == "banded" for f in figures)
        who = self.protected(figures[0].questionnaire) if figures else "children"
        return Sentence(
            f"Of {number(len(figures))} figures on {self.people(figures[0].questionnaire) if figures else who}, "
            f"{number(hidden)} are hidden and {number(banded)} are given as a band, to protect {who}."
        )

    def responses(self, responses: Responses) -> Sentence:
        """Say how many answered."""
        who = self.people(responses.questionnaire)
        if responses.questionnaire in self.several:
            who += f" in {plain(responses.area)} ({plain(responses.wave)})"
        if responses.n is None:
            return Sentence(
                f"How many {who} answered is hidden to protect {self.protected(responses.questionnaire)}."
            )
        if responses.rate is None or responses.eligible is None:
            return Sentence(
                f"{capital(number(responses.n))} {who} answered; how many could have answered is not known."
            )
        return Sentence(
            f"{capital(number(responses.n))} of {number(responses.eligible)} {who} answered "
            f"({percent(responses.rate)}); how the others feel is not known."
        )


def benchmark_is_public(comparison: ReleasedComparison) -> bool:
    """Whether the other side may be printed where ours may not.

    A pooled figure with our own children taken out is worked out from our count, so it goes where ours goes.
    """
    pooled = comparison.comparator == CARE_ELSEWHERE and comparison.benchmark_n is not None
    return not (pooled and comparison.verdict == "withheld")
