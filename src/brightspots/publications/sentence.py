"""One sentence and what allows it: the keys of the figures and comparisons behind it, and the symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from brightspots.disclosure.figures import FigureKey, figure_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.disclosure.figures import ReleasedComparison

HIDDEN, NOT_AVAILABLE, NOT_ASKED = "[c]", "[x]", "[z]"


class ComparisonKey(NamedTuple):
    """What identifies a comparison in a release."""

    figure: FigureKey
    comparator: str
    source: str


class BesideKey(NamedTuple):
    """What identifies something beside the survey: a published figure, or counts of a council's children.

    `what` is a measure, or ``sdq``, ``stability`` or ``ages``.
    """

    area: str
    what: str
    time: str
    age_group: str = ""


class LineKey(NamedTuple):
    """What identifies a line of a strategy's scorecard in a release."""

    objective: str
    measure: str
    origin: str
    questionnaire: str
    age_band: str
    category: str
    age_group: str


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
    beside : tuple of BesideKey
        What beside the survey stands behind it.
    lines : tuple of LineKey
        The lines of a scorecard behind it.
    """

    text: str
    figures: tuple[FigureKey, ...] = ()
    comparisons: tuple[ComparisonKey, ...] = ()
    lead: str = ""
    beside: tuple[BesideKey, ...] = ()
    lines: tuple[LineKey, ...] = ()

    @property
    def rest(self) -> str:
        """The text after its lead."""
        return self.text.removeprefix(self.lead)

    def __str__(self) -> str:
        return self.text


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
        tuple(dict.fromkeys(key for part in parts for key in part.beside)),
        tuple(dict.fromkeys(key for part in parts for key in part.lines)),
    )
