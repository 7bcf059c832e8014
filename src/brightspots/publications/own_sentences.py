"""What is said of a council's own children, counted by name: SDQ and stability."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from brightspots.disclosure.own_counts import BANDS, NOT_BEFORE, NOW, PAIRED_NOW, PAIRED_THEN
from brightspots.disclosure.own_figures import TRAIT
from brightspots.measures.groups import ALL
from brightspots.publications.sentence import BesideKey, Sentence
from brightspots.publications.statutory_sentences import value_of
from brightspots.publications.wording import capital, percent, plain
from brightspots.returns.published import AVERAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightspots.disclosure.own_figures import OwnTable

BAND_NAMES = {"normal": "normal", "borderline": "borderline", "concern": "cause for concern"}
BEFORE_NAMES = {**BAND_NAMES, NOT_BEFORE: "no score before"}
STABILITY = {
    "placements": ("three or more", "had three or more placements in the twelve months"),
    "carer": ("same", "had the same carer for two years or more"),
    "school": ("moved in mid-year", "moved school in mid-year"),
    "workers": ("three or more", "had three or more social workers in the twelve months"),
}


class OwnSentences:
    """The sentences for counts of a council's own children."""

    def own_sdq(self, table: OwnTable) -> list[Sentence]:
        """Say how many have a score, their average, and how many scored in the band that is a concern."""
        key = (own_key(table),)
        eligible, scored = (table.shown({"score": name}) for name in (ALL, "scored"))
        if not eligible or not scored:
            return [Sentence("How many children have a score is hidden to protect them.", beside=key)]
        share = percent(scored / eligible)
        said = [f"In {when(table)}, {scored:,} of {eligible:,} children ({share}) had a score."]
        averages = averages_of(table, NOW)
        if averages.get((ALL, ALL)) is not None:
            said[0] += f" Their average is {value_of(averages[ALL, ALL], AVERAGE)}."
        concern = table.shown({"score": "concern"})
        if concern is not None:
            said.append(
                f"{concern:,} of the {scored:,} ({percent(concern / scored)}) scored in the band that is a "
                "cause for concern."
            )
        said.append("The children without a score may be doing better or less well than those with one.")
        return [Sentence(text, beside=key) for text in said]

    def own_moves(self, table: OwnTable) -> list[Sentence]:
        """Say how the averages of the same children were before and are now, and what that cannot show."""
        key = (own_key(table),)
        paired = [table.shown({"before": band, "score": "scored"}) for band in BANDS]
        said = []
        then, now = (averages_of(table, when).get((ALL, ALL)) for when in (PAIRED_THEN, PAIRED_NOW))
        if None not in paired and then is not None and now is not None:
            said.append(
                f"The {sum(filter(None, paired)):,} children with a score on both occasions went from an "
                f"average of {value_of(then, AVERAGE)} to {value_of(now, AVERAGE)}."
            )
        said.append(
            "Unusual scores tend to be followed by more usual ones, whatever is done: that some with high "
            "scores have lower ones later proves nothing by itself."
        )
        return [Sentence(text, beside=key) for text in said]

    def own_stability(self, table: OwnTable) -> list[Sentence]:
        """Say how many changed placement, school or worker."""
        key = (own_key(table),)
        said = []
        for dimension, (level, what) in STABILITY.items():
            base = ALL if dimension == "placements" else "asked"
            n, count = (table.shown({dimension: name}) for name in (base, level))
            if not any(name == dimension for one in table.counts for name, _ in one.of):
                continue
            if n is None or count is None:
                said.append(f"How many {what} is hidden to protect children.")
            elif n:
                said.append(f"{count:,} of {n:,} children ({percent(count / n)}) {what}.")
        part, everybody = table.shown({"in care": "part of the year"}), table.shown({})
        if part and everybody:
            said.append(
                f"{part:,} of the {everybody:,} ({percent(part / everybody)}) were in care for only part of "
                "the twelve months, and had less time for changes."
            )
        said.append("A change may be for the better; these figures do not say which are.")
        return [Sentence(text, beside=key) for text in said]

    def group_of_own(self, group: Mapping[str, str]) -> str:
        """Return a group of our own children, such as "Gender: girl"."""
        if not group:
            return "Everybody"
        return "; ".join(
            f"{capital(plain(name.removeprefix(TRAIT)).lower())}: {plain(level)}"
            for name, level in group.items()
        )


def averages_of(table: OwnTable, occasion: str) -> dict[tuple[str, str], float | None]:
    """Return the averages of one occasion by trait and level."""
    return {(a.trait, a.level): a.value for a in table.averages if a.occasion == occasion}


def when(table: OwnTable) -> str:
    """Return the time that counts are of, a day as people write it.

    Examples
    --------
    >>> from brightspots.disclosure.own_figures import OwnTable
    >>> [when(OwnTable("sdq", "Ash", time, "", (), ())) for time in ("2024-03-31", "2024")]
    ['31 March 2024', '2024']
    """
    if len(table.time) == len("2024-03-31"):
        day = dt.date.fromisoformat(table.time)
        return f"{day.day} {day:%B %Y}"
    return plain(table.time)


def own_key(table: OwnTable) -> BesideKey:
    """Return the key of a table of a council's own children."""
    return BesideKey(table.area, table.subject, table.time)
