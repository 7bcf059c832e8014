"""What is said of a figure, a comparison and a group: the only place where findings become sentences.

Every sentence carries the keys of the figures and comparisons that allow it. Words that rank ("better",
"worse", "higher", "lower") stand only where a verdict ranks; what is hidden is said to be hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.findings.profiles import searched_category
from brightspots.publications.names import Names
from brightspots.publications.wording import (
    capital,
    listed,
    number,
    percent,
    percent_range,
    plain,
    points,
    points_range,
    uncapital,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from brightspots.disclosure.cells import Group
    from brightspots.disclosure.figures import (
        Figure,
        ReleasedCohort,
        ReleasedComparison,
        ReleasedDescription,
        ReleasedRecheck,
        Responses,
        Search,
    )
    from brightspots.disclosure.policy import Policy
    from brightspots.disclosure.release import Release

HIDDEN, NOT_AVAILABLE, NOT_ASKED = "[c]", "[x]", "[z]"
RANKED = ("better", "worse")

VERDICTS = {
    ("better", ""): "doing better",
    ("worse", ""): "doing less well",
    ("similar", "equivalent"): "about the same",
    ("similar", "small"): "a small difference",
    ("unclear", ""): "we cannot tell",
    ("unclear", "own_unknown"): "we cannot tell",
    ("withheld", ""): "hidden to protect",
}
"""A verdict in a table, by (verdict, reason); whatever is not compared is that, whatever the reason."""

NOT_COMPARED = {
    "no_base": "there are no answers to compare",
    "not_asked": "it was not asked of this age group here",
    "small_base": "there are too few answers to compare",
    "no_direction": "a larger share here is neither good news nor bad news",
    "counted_answers": "that figure counts other answers to the question",
    "age_range": "that figure is about other ages",
    "year_gap": "the two were asked too many years apart",
    "no_n": "how many answered then is not stated",
    "benchmark_at_limit": "that figure is none or all, and how many it was made from is not stated",
    "own_not_inside": "our own answers are said to be inside that figure, but the numbers do not allow it",
    "age_bands": "the two surveys did not ask the same age groups",
    "not_pooled": "the age groups here were not asked the same, and so are not taken together",
    "options": "the two surveys offered different answers to choose from",
    "base": "the two surveys asked it of different people, or scored it in another way",
    "wording": "the question was put in other words",
    "mode": "the two were asked in different ways",
    "country": "that figure is from another country",
    "not_stated": "some of the other councils do not give it",
}
"""Why two figures are not compared, by the reason code of the comparison."""

NOT_TESTED = {
    "trait": "this survey did not ask what tells them from others",
    "level": "this survey does not know such a group",
    "measure": "this survey did not ask the question",
    "no_base": "nobody of them answered",
    "small_base": "too few answered",
}
"""Why a group of the last wave is not tested again, beside the reasons why two figures are not compared."""

NONE_BETTER = "No comparison came out clearly in our favour."
NONE_WORSE = "No comparison came out clearly against us."
NOTHING_RELEASED = "Nothing but the number of answers is given here."
NO_SEARCH = "No search for groups was made."
IN_WORDS = "The comparisons in words:"


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
        The figures behind it; empty for a note.
    comparisons : tuple of ComparisonKey
        The comparisons behind it.
    lead : str
        How the text begins, where that much is worth reading by itself.
    """

    text: str
    figures: tuple[FigureKey, ...] = ()
    comparisons: tuple[ComparisonKey, ...] = ()
    lead: str = ""

    @property
    def rest(self) -> str:
        """The text after its lead."""
        return self.text.removeprefix(self.lead)

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
        parts[0].lead if parts else "",
    )


def benchmark_is_public(comparison: ReleasedComparison) -> bool:
    """Whether the other side may be printed where ours may not.

    A pooled figure with our own children taken out is worked out from our count, so it goes where ours goes;
    that of our last survey has been through the same door by itself.
    """
    pooled = comparison.comparator != LAST_WAVE and comparison.benchmark_n is not None
    return not (pooled and comparison.verdict == "withheld")


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
    words = Sentences(release.questionnaires, release.places)
    said = [words.figure(figure)]
    if figure.status in ("withheld", "banded"):
        said.append(words.why_protected(figure, release.policy))
    compared = [c for c in release.comparisons if figure_key(c.figure) == figure_key(figure)]
    said += [words.comparison(c, in_full=True) for c in compared]
    if not compared:
        said.append(Sentence("There is nothing to compare it with."))
    return paragraph(said).text


class Sentences(Names):
    """The sentences for everything in a release."""

    # ----------------------------------------------------------------------------------- figures

    def figure(self, figure: Figure) -> Sentence:
        """Say a figure in a sentence.

        Examples
        --------
        >>> import brightspots as bs
        >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
        >>> print(Sentences(out.questionnaires).figure(out.figures[1]))
        81% of 11-18s (112 of 138) get outdoors into nature; the likely range is 74% to 87%.
        """
        who, finding = self.subject(figure), self.finding(figure)
        key = (figure_key(figure),)
        if figure.status == "withheld":
            hidden = f"is hidden to protect {self.protected(figure.questionnaire)}"
            return Sentence(f"How many {who} {finding} {hidden}.", key)
        if figure.status == "no base":
            return Sentence(f"Nobody among {who} answered “{self.label(figure)}”.", key)
        lead = f"{capital(self.share(figure))} of {who} ({self.answers(figure)}) {finding}"
        few = "from few answers, " if figure.low_base else ""
        return Sentence(f"{lead}; {few}the likely range is {self.likely_range(figure)}.", key, lead=lead)

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
        """Return how many of how many."""
        if figure.count is None:
            return f"of {number(figure.n or 0)} who answered"
        return f"{number(figure.count)} of {number(figure.n or 0)}"

    def likely_range(self, figure: Figure) -> str:
        """Return a figure's likely range, or a symbol."""
        if figure.lower is not None and figure.upper is not None:
            return percent_range(figure.lower, figure.upper)
        return HIDDEN if figure.status == "withheld" else NOT_AVAILABLE

    def why_protected(self, figure: Figure, policy: Policy) -> Sentence:
        """Say why a figure is hidden or given as a band, without saying which of the rules it was."""
        what = "is given as a band" if figure.status == "banded" else "is hidden"
        base, side = number(policy.minimum_base), number(policy.minimum_side)
        return Sentence(
            f"A figure {what} where fewer than {base} answered, where fewer than {side} stand on one side of "
            "it, or where another such figure could be worked out from it.",
            (figure_key(figure),),
        )

    # ------------------------------------------------------------------------------- comparisons

    def verdict(self, comparison: ReleasedComparison) -> tuple[str, str]:
        """Return the verdict and reason that may be said: without a good side there is no verdict."""
        if comparison.higher_is_better is None and comparison.verdict not in ("withheld", "not compared"):
            return "not compared", "no_direction"
        return comparison.verdict, comparison.reason

    def verdict_words(self, comparison: ReleasedComparison) -> str:
        """Return a verdict as it stands in a table."""
        verdict, reason = self.verdict(comparison)
        if verdict == "not compared":
            return "not compared"
        if verdict == "withheld" and comparison.figure.status == "banded":
            return "not compared, as only a band is given"
        words = VERDICTS[(verdict, reason)]
        if verdict == "withheld":
            return f"{words} {self.protected(comparison.figure.questionnaire)}"
        if verdict in RANKED and comparison.difference is not None:
            return f"{words}, by {points(comparison.difference)}"
        return words

    def others(self, comparison: ReleasedComparison) -> str:
        """Return the other side with its figure, such as "75% in the general population"."""
        named = self.comparator(comparison)
        if comparison.benchmark is None or not benchmark_is_public(comparison):
            return named
        return f"{percent(comparison.benchmark)} {named}"

    def marked_others(self, comparison: ReleasedComparison) -> str:
        """Return the other side, marked where its figure is illustrative."""
        return self.others(comparison) + (" (illustrative figure)" if comparison.illustrative else "")

    def comparison(self, comparison: ReleasedComparison, *, in_full: bool = False) -> Sentence:
        """Say a comparison in a sentence that follows the one on its figure.

        Parameters
        ----------
        comparison : ReleasedComparison
        in_full : bool, default False
            Whether to add what gap could have been shown where the verdict does not turn on it.
        """
        said = self._together([comparison])
        if in_full and comparison.detectable is not None and self.verdict(comparison)[0] != "unclear":
            more = f" This survey could have shown a gap of about {points(comparison.detectable)}."
            return Sentence(said.text + more, said.figures, said.comparisons)
        return said

    def comparisons(self, comparisons: Iterable[ReleasedComparison]) -> list[Sentence]:
        """Say several comparisons of one figure; neighbours with the same verdict share a sentence."""
        return [self._together(list(alike)) for _, alike in groupby(comparisons, key=self.verdict)]

    def with_comparisons(self, figure: Figure, comparisons: Iterable[ReleasedComparison]) -> Sentence:
        """Say a figure and what it is compared with."""
        return paragraph([self.figure(figure), *self.comparisons(comparisons)])

    def _together(self, comparisons: list[ReleasedComparison]) -> Sentence:
        """Say comparisons of one figure that have the same verdict and reason."""
        verdict, reason = self.verdict(comparisons[0])
        if verdict in RANKED:
            text = f"That is {verdict} {self._each('than', self._ranked, comparisons)}."
        elif verdict == "similar" and reason == "small":
            text = f"There is a small difference {self._each('from', self._small, comparisons)}."
        elif verdict == "similar":
            text = f"That is about the same {self._each('as', self._equivalent, comparisons)}."
        elif verdict == "unclear":
            inside = ": our own answers may be inside it" if reason == "own_unknown" else ""
            differs = self._each("from", self._unclear, comparisons, "or")
            text = f"We cannot tell whether this differs {differs}{inside}."
        elif verdict == "not compared":
            text = " ".join(self._not_compared(c, reason) for c in comparisons)
        else:
            text = " ".join(map(self._withheld, comparisons))
        remarks = (remark for c in comparisons for remark in (self._among_areas(c), self.although(c)))
        text = " ".join(filter(None, (text, *remarks)))
        keys = tuple(comparison_key(c) for c in comparisons)
        return Sentence(text, (keys[0].figure,), keys)

    def although(self, comparison: ReleasedComparison) -> str:
        """Say what two figures that are compared do not have in common, and why they are; or nothing."""
        if self.verdict(comparison)[0] in ("not compared", "withheld") or not comparison.overridden:
            return ""
        said = (
            f"{NOT_COMPARED[code].replace('that figure', 'it')}: “{plain(reason)}”"
            for code, reason in comparison.overridden
        )
        return (
            f"The figure {self.comparator(comparison)} is compared although {'; and although '.join(said)}."
        )

    def _among_areas(self, comparison: ReleasedComparison) -> str:
        """Say whether a difference is unusual among councils; nothing where that is not known."""
        return {
            True: "It is unusual among councils, too: few lie as far from the others.",
            False: "Among councils it is not unusual to lie as far from the others.",
            None: "",
        }[comparison.unusual_among_areas]

    def _each(
        self,
        link: str,
        say: Callable[[ReleasedComparison], str],
        comparisons: Iterable[ReleasedComparison],
        last: str = "and",
    ) -> str:
        """Return a list in which every item has its preposition: "from this, from that and from those"."""
        return listed((f"{link} {say(comparison)}" for comparison in comparisons), last)

    def _other_and(self, comparison: ReleasedComparison, *clauses: str) -> str:
        """Return the other side with clauses in brackets behind it."""
        mark = "illustrative figure" if comparison.illustrative else ""
        kept = [c for c in (mark, self._councils(comparison), ", ".join(filter(None, clauses))) if c]
        return self.others(comparison) + (f" ({'; '.join(kept)})" if kept else "")

    def _councils(self, comparison: ReleasedComparison) -> str:
        """Return how many councils stand behind the other side, where it comes from their counts."""
        return "" if comparison.areas is None else f"{number(comparison.areas)} other councils"

    def _ranked(self, comparison: ReleasedComparison) -> str:
        if comparison.difference is None:
            return self._other_and(comparison)
        direction = "higher" if comparison.difference > 0 else "lower"
        likely = self.likely_gap(comparison)
        return self._other_and(comparison, f"{points(comparison.difference)} {direction}", likely)

    def likely_gap(self, one: ReleasedComparison | ReleasedDescription) -> str:
        """Return the likely range of a gap that a test found."""
        lower, upper = one.difference_lower, one.difference_upper
        if lower is None or upper is None:
            return ""
        if lower < 0 < upper:
            far = upper if (one.difference or 0) > 0 else lower
            return f"likely to be at most {points(far)}"
        return f"likely range {points_range(lower, upper)}"

    def _small(self, comparison: ReleasedComparison) -> str:
        size = "" if comparison.difference is None else points(comparison.difference)
        return self._other_and(comparison, size, "more than chance but too small to count")

    def _equivalent(self, comparison: ReleasedComparison) -> str:
        lower, upper = comparison.difference_lower, comparison.difference_upper
        if lower is None or upper is None:
            return self._other_and(comparison)
        return self._other_and(comparison, f"the gap is unlikely to be over {points(max(-lower, upper))}")

    def _unclear(self, comparison: ReleasedComparison) -> str:
        if comparison.difference is None or comparison.detectable is None:
            return self._other_and(comparison)
        gap, could = points(comparison.difference), points(comparison.detectable)
        shown = f"this survey could have shown a gap of about {could}"
        if abs(comparison.difference) >= comparison.detectable:
            shown += ", but with so many comparisons at once this one may be chance"
        return self._other_and(comparison, f"{gap} away; {shown}")

    def _not_compared(self, comparison: ReleasedComparison, reason: str) -> str:
        why = NOT_COMPARED.get(reason, "the two are not alike")
        if reason == "no_n" and comparison.difference is not None:
            return (
                f"It was {self.marked_others(comparison)}, a difference of {points(comparison.difference)}; "
                f"whether that is more than chance cannot be said, because {why}."
            )
        return f"It is not compared with {self._their_figure(comparison)}, because {why}."

    def _their_figure(self, comparison: ReleasedComparison) -> str:
        said = comparison.benchmark is not None and benchmark_is_public(comparison)
        return f"the figure {'of ' if said else ''}{self.marked_others(comparison)}"

    def many_unclear(self, comparisons: Sequence[ReleasedComparison]) -> Sentence:
        """Say together what cannot be told of many figures and one comparator."""
        sizes = [c.detectable for c in comparisons if c.detectable is not None]
        could = (
            f"; this survey could have shown gaps of about {points_range(min(sizes), max(sizes))}"
            if sizes
            else ""
        )
        who = self.people(comparisons[0].figure.questionnaire)
        text = f"We cannot tell whether {number(len(comparisons))} figures on {who} differ from those"
        return Sentence(
            f"{text} {self.comparator(comparisons[0])}{could}. They are named below their tables.",
            tuple(figure_key(c.figure) for c in comparisons),
            tuple(map(comparison_key, comparisons)),
        )

    def _withheld(self, comparison: ReleasedComparison) -> str:
        protected = self.protected(comparison.figure.questionnaire)
        if comparison.figure.status == "banded":
            why = f"because only a band is given to protect {protected}"
            return f"It is not compared with {self._their_figure(comparison)}, {why}."
        return f"The comparison with {self._their_figure(comparison)} is hidden to protect {protected}."

    def without_figure(self, comparison: ReleasedComparison) -> Sentence:
        """Say that there is nothing of ours to set beside a figure of others."""
        figure = comparison.figure
        why = NOT_COMPARED.get(comparison.reason, NOT_COMPARED["no_base"])
        text = f"“{self.full_label(figure)}”, {self.subject(figure)}: {self._their_figure(comparison)}"
        return Sentence(f"{text} stands alone, because {why}.", (), (comparison_key(comparison),))

    def not_asked(self, questionnaire: str, age_band: str, labels: Iterable[str]) -> Sentence:
        """Say what a form does not ask."""
        who = self.ages(questionnaire, (age_band,))
        return Sentence(f"Not asked of {who} {NOT_ASKED}: {'; '.join(labels)}.")

    # ------------------------------------------------------------------------------------ groups

    def cohort(self, cohort: ReleasedCohort) -> Sentence:
        """Say what a group answered beside all others; a flagged one with the size to quote."""
        inside, rest = cohort.figure, cohort.rest
        if inside.status != "shown" or rest.status != "shown":
            return self.figure(inside)
        lead = self._beside_all_others(inside, rest)
        more = self._flagged(cohort) if cohort.tier == "flag" else self._not_flagged(cohort)
        return Sentence(f"{lead}. {more}", (figure_key(inside), figure_key(rest)), lead=lead)

    def _beside_all_others(self, inside: Figure, rest: Figure) -> str:
        few = ", few answers" if inside.low_base else ""
        own = f"{capital(self.share(inside))} of {self.subject(inside)} ({self.answers(inside)}{few})"
        return f"{own} {self.finding(inside)}, beside {self.share(rest)} of all others ({self.answers(rest)})"

    def _flagged(self, cohort: ReleasedCohort) -> str:
        other = plain(cohort.covered_by)
        well = " as doing well" if cohort.direction == "high" else ""
        text = {
            "covered": f"Many of them are also among the group named before: {other}.",
            "hot_spot": f"They stand out again among a group named before: {other}.",
        }.get(cohort.role, f"They stand out{well}, even when we allow for how many groups were looked at.")
        shrunk, lower, upper = cohort.shrunk_share, cohort.shrunk_lower, cohort.shrunk_upper
        if shrunk is None or lower is None or upper is None:
            return text
        size = f"{percent(shrunk)} (likely range {percent_range(lower, upper)})"
        return f"{text} Our best estimate, allowing for the search, is {size}."

    def _not_flagged(self, cohort: ReleasedCohort) -> str:
        text = "The search does not single them out"
        gap, least = cohort.difference, cohort.detectable
        if gap is None or least is None:
            return f"{text}."
        _, turned = searched_category(self.measure(cohort.figure), cohort.direction)
        excess = -gap if turned else gap
        if excess <= 0:
            return f"{text}."
        if excess < least:
            return f"{text}; a gap of less than about {points(least)} would probably have been missed."
        return f"{text}: in a search through so many groups, a gap like theirs may be chance."

    def goes_with(self, cohort: ReleasedCohort) -> Sentence:
        """Introduce the questions on which a group that stands out differs clearly."""
        return Sentence(
            f"On other questions too, {self.subject(cohort.figure)} differ clearly from all others. That "
            "goes with being in the group; it does not say why. The widest gap comes first, but where likely "
            "ranges overlap the order may be chance, and a question not named here may differ as well."
        )

    def description(self, described: ReleasedDescription) -> Sentence:
        """Say on which question a group that stands out differs clearly."""
        inside, rest = described.figure, described.rest
        lead, gap = self._beside_all_others(inside, rest), points(described.difference)
        text = f"{lead}: a gap of {gap} ({self.likely_gap(described)})."
        return Sentence(text, (figure_key(inside), figure_key(rest)), lead=lead)

    def recheck(self, recheck: ReleasedRecheck) -> Sentence:
        """Say what has become of a group that stood out in the last survey; silence is never an all-clear."""
        inside, rest = recheck.figure, recheck.rest
        before, rest_before = recheck.before, recheck.before_rest
        parts = [part for part in (inside, rest, before, rest_before) if part is not None]
        keys = tuple(map(figure_key, parts))
        where = self.where(recheck.questionnaire, recheck.area, recheck.wave)
        lead = f"{capital(plain(recheck.name))}{where} stood out in our last survey"
        if before is not None and rest_before is not None and before.share and rest_before.share is not None:
            lead += f" ({self.share(before)}, beside {self.share(rest_before)} of all others)"
        if recheck.state == "withheld":
            who = self.protected(recheck.questionnaire)
            return Sentence(f"{lead}. Whether they still do is hidden to protect {who}.", keys, lead=lead)
        if recheck.state == "not tested" or inside is None or rest is None:
            why = {**NOT_COMPARED, **NOT_TESTED}.get(recheck.reason, "the two surveys are not alike")
            text = f"Whether they still do could not be tested, because {why}."
            return Sentence(f"{lead}. {text} That does not mean that all is well.", keys, lead=lead)
        return Sentence(
            f"{lead}. {self._state(recheck)} {self._beside_all_others(inside, rest)}.{self._missed(recheck)}",
            keys,
            lead=lead,
        )

    def _state(self, recheck: ReleasedRecheck) -> str:
        if recheck.state == "still":
            return "They still do, tested by themselves:"
        if recheck.reason == "small":
            return "This time the gap is more than chance, but less than five points:"
        return "This time there is no clear gap:"

    def _missed(self, recheck: ReleasedRecheck) -> str:
        """Say what a test without a clear result would have missed."""
        if recheck.state == "still" or recheck.reason == "small":
            return ""
        if recheck.detectable is None:
            return " That does not mean that all is well."
        least = points(recheck.detectable)
        return (
            " That does not mean that all is well: a gap of less than about "
            f"{least} would probably have been missed."
        )

    def search(self, search: Search, age_bands: tuple[str, ...]) -> Sentence:
        """Say what was searched for groups."""
        model = self.questionnaires[search.questionnaire]
        traits = (
            uncapital(plain(model.trait[t].label)) if t in model.trait else plain(t) for t in search.traits
        )
        groups = "one group" if search.candidates == 1 else f"{number(search.candidates)} groups"
        within = ", each age group by itself" if search.within else ""
        return Sentence(
            f"Among {self.ages(search.questionnaire, age_bands)}, {groups} of at least 10 were set beside "
            f"all others, by {listed(traits)}{within}."
        )

    def others_may_too(self, cohorts: Sequence[ReleasedCohort]) -> Sentence:
        """Say that no flag is not no problem."""
        needs = "needs nothing more" if cohorts[0].direction == "low" else "does not do well"
        text = f"That a group does not stand out does not mean that it {needs}"
        return Sentence(f"{text}{self._would_be_missed(cohorts)}.")

    def no_flag(self, cohorts: Sequence[ReleasedCohort]) -> Sentence:
        """Say that no group stands out, and what would have been missed."""
        first = cohorts[0].figure
        where = self.where(first.questionnaire, first.area, first.wave)
        text = f"No group of {self.people(first.questionnaire)}{where} stands out."
        needs = "needs more" if cohorts[0].direction == "low" else "does well"
        text += f" That does not mean that no group {needs}"
        missed = self._would_be_missed(cohorts) or ": this survey is too small to look inside groups"
        return Sentence(f"{text}{missed}.")

    def _would_be_missed(self, cohorts: Sequence[ReleasedCohort]) -> str:
        """Return how large a gap a search would have missed; empty where that is not known."""
        sizes = [c.detectable for c in cohorts if c.detectable is not None]
        if not sizes:
            return ""
        gap = points_range(min(sizes), max(sizes))
        which = ", depending on the size of the group," if points(min(sizes)) != points(max(sizes)) else ""
        return f": a gap of less than about {gap}{which} would probably have been missed"

    def hidden_groups(self, cohorts: Sequence[ReleasedCohort]) -> Sentence:
        """Name the groups that are hidden."""
        names = "; ".join(self.subject(c.figure) for c in cohorts)
        keys = tuple(figure_key(c.figure) for c in cohorts)
        return Sentence(
            f"Hidden to protect {self.protected(cohorts[0].figure.questionnaire)}: {names}.", keys
        )

    def told(self, promise: str) -> Sentence:
        """Say what those who answered were told."""
        return Sentence(f"What those who answered were told: “{plain(promise)}”")

    # ----------------------------------------------------------------------------- the whole survey

    def responses(self, responses: Responses) -> Sentence:
        """Say how many answered."""
        who = self.people(responses.questionnaire)
        who += self.where(responses.questionnaire, responses.area, responses.wave)
        if responses.n is None:
            protected = self.protected(responses.questionnaire)
            return Sentence(f"How many {who} answered is hidden to protect {protected}.")
        n = capital(number(responses.n))
        if responses.rate is None or responses.eligible is None:
            return Sentence(f"{n} {who} answered; how many could have answered is not known.")
        lead = f"{n} of {number(responses.eligible)} {who} answered ({percent(responses.rate)})"
        return Sentence(f"{lead}; how the others feel is not known.", lead=lead)

    def held_back(
        self, figures: Sequence[Figure], comparisons: Sequence[ReleasedComparison]
    ) -> Sentence | None:
        """Say how much is hidden or given as a band; None where nothing is."""
        hidden = sum(f.status == "withheld" for f in figures)
        banded = sum(f.status == "banded" for f in figures)
        if not hidden and not banded:
            return None
        first = figures[0]
        who = self.people(first.questionnaire) + self.where(first.questionnaire, first.area, first.wave)
        kept = [
            f"{number(n)} {'is' if n == 1 else 'are'} {what}"
            for n, what in ((hidden, "hidden"), (banded, "given as a band"))
            if n
        ]
        lost = sum(c.verdict == "withheld" for c in comparisons)
        more = f"; {number(lost)} comparison{'s' if lost > 1 else ''} went with them" if lost else ""
        protected = self.protected(first.questionnaire)
        return Sentence(
            f"Of {number(len(figures))} figures on {who}, {listed(kept)} to protect {protected}{more}."
        )

    def most_say(self, n: int, found: int, *, good: bool) -> Sentence:
        """Introduce the figures that are named without a comparison."""
        text = f"{'At least' if good else 'Fewer than'} seven in ten gave the good answer"
        return Sentence(
            f"{text}:" if n == found else f"{text} (the clearest {number(n)} of {number(found)}):"
        )
