"""What is said of a figure: how many, of how many, with its likely range; or that it is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.publications.names import Names
from brightspots.publications.sentence import HIDDEN, NOT_ASKED, NOT_AVAILABLE, Sentence
from brightspots.publications.wording import capital, listed, number, percent, percent_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedComparison, Responses
    from brightspots.disclosure.policy import Policy


class FigureSentences(Names):
    """The sentences on figures, and on a survey as a whole."""

    def figure(self, figure: Figure) -> Sentence:
        """Say a figure in a sentence.

        Examples
        --------
        >>> import brightspots as bs
        >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
        >>> print(FigureSentences(out.questionnaires).figure(out.figures[1]))
        81% of 11-18s (112 of 138) get outdoors into nature; the likely range is 74% to 87%.
        """
        who, finding = self.subject(figure), self.finding(figure)
        key = (figure_key(figure),)
        if figure.status == "withheld":
            people = self.protected(figure.questionnaire)
            return Sentence(self.style.say("hidden", who=who, finding=finding, people=people), key)
        if figure.status == "no base":
            return Sentence(self.style.say("nobody_answered", who=who, label=self.label(figure)), key)
        share, answers = self.share(figure), self.answers(figure)
        lead = capital(self.style.say("figure", share=share, who=who, answers=answers, finding=finding))
        likely = "likely_from_few" if figure.low_base else "likely"
        return Sentence(f"{lead}; {self.style.say(likely, range=self.likely_range(figure))}.", key, lead=lead)

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

    def not_asked(self, questionnaire: str, age_band: str, labels: Iterable[str]) -> Sentence:
        """Say what a form does not ask."""
        who = self.ages(questionnaire, (age_band,))
        return Sentence(f"Not asked of {who} {NOT_ASKED}: {'; '.join(labels)}.")

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
