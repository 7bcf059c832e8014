"""What young people read: short sentences, numbers out of ten, no word that has to be explained."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.publications.sentence import Sentence
from brightspots.publications.wording import capital, number, plain
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Figure, Responses
    from brightspots.publications.sentences import Sentences

TITLE = "You said, we heard"
THANKS = "Thank you for telling us how life is for you."
YOU_SAID = "You said: this is going well"
WE_HEARD = "We heard: this could be better"
WE_WILL = "What we will do"
NOTHING_WELL = "No answer stood out here. Tell us what is going well for you."
NOTHING_HEARD = "No answer stood out here. That does not mean that all is fine. Tell us what we missed."
NOT_YET = "We want to choose this with you. What should we do first?"
WRITE_HERE = "Write or draw it here. Then show it to an adult you trust."
TOO_FEW = "Not many people answered. So we do not show numbers here. That keeps your answers private."
NOTHING_YET = "There is nothing to show yet. Please come back later."
HOW_TO_READ = "Each row shows ten people. The ones filled in stand for you."
ASK = "Not sure about something? Ask an adult you trust to read this with you."
KEPT_PRIVATE = "We never show an answer that could point to one person."
CONTENTS = "Pick your age group"
TO_YOU = {
    "their": "your", "they": "you", "them": "you", "themselves": "yourselves", "theirs": "yours",
}  # fmt: skip
THEY = re.compile(rf"\b({'|'.join(TO_YOU)})\b")


def answered(words: Sentences, responses: Responses | None) -> Sentence:
    """Say how many answered."""
    if responses is None or responses.n is None:
        return Sentence(f"{THANKS} {TOO_FEW}")
    return Sentence(f"{capital(number(responses.n))} of you answered our questions. {THANKS}")


def of_ten(share: float) -> int:
    """Return a share as so many of ten, halves up.

    Examples
    --------
    >>> of_ten(0.84), of_ten(0.85), of_ten(0.02)
    (8, 9, 0)
    """
    return int(half_up(10 * share))


def told(words: Sentences, figure: Figure) -> Sentence:
    """Say a figure to those who answered."""
    share = figure.share or 0.0
    finding = THEY.sub(lambda found: TO_YOU[found[0]], plain(words.measure(figure).finding))
    return Sentence(f"{_how_many(share)} of you {finding}.", (figure_key(figure),))


def _how_many(share: float) -> str:
    filled = of_ten(share)
    if share in (0, 1):
        return "All" if share else "None"
    if filled in (0, 10):
        return "Nearly all" if filled else "Hardly any"
    return "About half" if filled == 5 else f"About {number(filled)} in ten"


def people_in(share: float) -> str:
    """Return what a picture of ten people shows.

    Examples
    --------
    >>> people_in(0.84), people_in(0.0)
    ('Eight of ten people are filled in.', 'None of ten people are filled in.')
    """
    filled = of_ten(share)
    many = "One of ten people is" if filled == 1 else f"{capital(_ten(filled))} of ten people are"
    return f"{many} filled in."


def _ten(filled: int) -> str:
    return "all" if filled == 10 else number(filled)


def promised(promise: str) -> Sentence:
    """Say what they were told about their answers."""
    return Sentence(f"We told you: “{plain(promise)}”")


def title_of(words: Sentences, place: tuple[str, str, str], age_band: str) -> str:
    """Return whom a page is for, and where if needed."""
    return f"For {words.ages(place[0], (age_band,))}{words.where(*place)}"
