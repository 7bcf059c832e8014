"""What is said of groups: those that stand out, what goes with them, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.findings.profiles import searched_category
from brightspots.publications.comparison_sentences import NOT_COMPARED, ComparisonSentences
from brightspots.publications.sentence import Sentence
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
    from collections.abc import Sequence

    from brightspots.disclosure.figures import (
        Figure,
        ReleasedCohort,
        ReleasedDescription,
        ReleasedRecheck,
        Search,
    )

NOT_TESTED = {
    "trait": "this survey did not ask what tells them from others",
    "level": "this survey does not know such a group",
    "measure": "this survey did not ask the question",
    "no_base": "nobody of them answered",
    "small_base": "too few answered",
}
"""Why a group of the last wave is not tested again, beside the reasons why two figures are not compared."""


class GroupSentences(ComparisonSentences):
    """The sentences on groups."""

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
        text = {
            "covered": f"Many of them are also among the group named before: {other}.",
            "hot_spot": f"They stand out again among a group named before: {other}.",
        }.get(cohort.role, self.style.say("stands_out_well" if cohort.direction == "high" else "stands_out"))
        shrunk, lower, upper = cohort.shrunk_share, cohort.shrunk_lower, cohort.shrunk_upper
        if shrunk is None or lower is None or upper is None:
            return text
        estimate = self.style.say("best_estimate", share=percent(shrunk), range=percent_range(lower, upper))
        return f"{text} {estimate}"

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

    def goes_with(self, cohort: ReleasedCohort, described: Sequence[ReleasedDescription]) -> Sentence:
        """Introduce the questions on which a group that stands out differs clearly."""
        several = len(described) > 1
        where = "other questions" if several else "one other question"
        order = "The widest gap comes first, but where likely ranges overlap the order may be chance, and a"
        return Sentence(
            f"On {where} too, {self.subject(cohort.figure)} differ clearly from all others. That goes with "
            f"being in the group; it does not say why. {order if several else 'A'} question not named here "
            "may differ as well."
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
        survey = f"survey of {plain(recheck.stood_out_in)}" if recheck.stood_out_in else "last survey"
        lead = f"{capital(plain(recheck.name))}{where} stood out in our {survey}"
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
