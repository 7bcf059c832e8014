"""What is said of everything in a release: the only place where findings become sentences.

Every sentence carries the keys of the figures and comparisons that allow it. Words that rank ("better",
"worse", "higher", "lower") stand only where a verdict ranks; what is hidden is said to be hidden. Figures,
comparisons, groups, published figures, a council's own counts and a strategy have a module each; `Sentences`
says them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.publications.group_sentences import GroupSentences
from brightspots.publications.own_sentences import OwnSentences
from brightspots.publications.sentence import Sentence, paragraph
from brightspots.publications.statutory_sentences import StatutorySentences
from brightspots.publications.strategy_sentences import StrategySentences

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Figure
    from brightspots.disclosure.release import Release

NOTHING_RELEASED = "Nothing but the number of answers is given here."
NO_SEARCH = "No search for groups was made."
IN_WORDS = "The comparisons in words:"


class Sentences(GroupSentences, StatutorySentences, OwnSentences, StrategySentences):
    """The sentences for everything in a release."""


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
