"""What is said of a comparison: words that rank stand only where a verdict ranks."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.publications.figure_sentences import FigureSentences
from brightspots.publications.sentence import Sentence, comparison_key, paragraph
from brightspots.publications.wording import listed, number, percent, plain, points, points_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedComparison, ReleasedDescription

RANKED = ("better", "worse")

VERDICTS = {
    ("better", ""): "better",
    ("worse", ""): "worse",
    ("similar", "equivalent"): "about_the_same",
    ("similar", "small"): "small_difference",
    ("unclear", ""): "cannot_tell",
    ("unclear", "own_unknown"): "cannot_tell",
    ("withheld", ""): "hidden",
}
"""What a style calls a verdict, by (verdict, reason); what is not compared is that, whatever the reason."""

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


def benchmark_is_public(comparison: ReleasedComparison) -> bool:
    """Whether the other side may be printed where ours may not.

    A pooled figure with our own children taken out is worked out from our count, so it goes where ours goes;
    that of our last survey has been through the same door by itself.
    """
    pooled = comparison.comparator != LAST_WAVE and comparison.benchmark_n is not None
    return not (pooled and comparison.verdict == "withheld")


class ComparisonSentences(FigureSentences):
    """The sentences on comparisons."""

    def verdict(self, comparison: ReleasedComparison) -> tuple[str, str]:
        """Return the verdict and reason that may be said: without a good side there is no verdict."""
        if comparison.higher_is_better is None and comparison.verdict not in ("withheld", "not compared"):
            return "not compared", "no_direction"
        return comparison.verdict, comparison.reason

    def verdict_words(self, comparison: ReleasedComparison) -> str:
        """Return a verdict as it stands in a table."""
        verdict, reason = self.verdict(comparison)
        verdicts = self.style.verdicts
        if verdict == "not compared":
            return verdicts["not_compared"]
        if verdict == "withheld" and comparison.figure.status == "banded":
            return verdicts["only_a_band"]
        people = self.protected(comparison.figure.questionnaire)
        words = verdicts[VERDICTS[(verdict, reason)]].format(people=people)
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
            text = self.style.say(verdict, than_others=self._each("than", self._ranked, comparisons))
        elif verdict == "similar" and reason == "small":
            text = self.style.say(
                "small_difference", from_others=self._each("from", self._small, comparisons)
            )
        elif verdict == "similar":
            text = self.style.say("about_the_same", as_others=self._each("as", self._equivalent, comparisons))
        elif verdict == "unclear":
            name = "cannot_tell_with_our_own" if reason == "own_unknown" else "cannot_tell"
            text = self.style.say(name, from_others=self._each("from", self._unclear, comparisons, "or"))
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
            others, gap = self.marked_others(comparison), points(comparison.difference)
            return self.style.say("last_time_without_n", others=others, gap=gap, why=why)
        return self.style.say("not_compared", figure=self._their_figure(comparison), why=why)

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
        people = self.protected(comparison.figure.questionnaire)
        name = "only_a_band" if comparison.figure.status == "banded" else "comparison_hidden"
        return self.style.say(name, figure=self._their_figure(comparison), people=people)

    def without_figure(self, comparison: ReleasedComparison) -> Sentence:
        """Say that there is nothing of ours to set beside a figure of others."""
        figure = comparison.figure
        why = NOT_COMPARED.get(comparison.reason, NOT_COMPARED["no_base"])
        text = f"“{self.full_label(figure)}”, {self.subject(figure)}: {self._their_figure(comparison)}"
        return Sentence(f"{text} stands alone, because {why}.", (), (comparison_key(comparison),))
