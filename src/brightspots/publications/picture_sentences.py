"""What is said below a picture, and the numbers in it for those who do not see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brightspots.publications.comparison_sentences import RANKED, VERDICTS
from brightspots.publications.sentence import Sentence, comparison_key, figure_key
from brightspots.publications.wording import capital, listed, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.sentences import Sentences

    Beside = Sequence[tuple[Figure, Sequence[ReleasedComparison]]]

BESIDE = "Beside others"
US = "us, with the likely range"
NAMED = 3
"""Most figures that a caption names together; more are counted."""
IN_SHORT = {
    "unclear": "we cannot tell on {}",
    "similar": "no difference that counts on {}",
    "not compared": "not tested on {}",
    "withheld": "only a band is given on {}",
}
"""What is said of figures that no verdict ranks, by the first of their verdicts in this order."""


def beside_caption(
    words: Sentences, title: str, drawn: Beside, hidden: Sequence[Figure], left: int
) -> Sentence:
    """Say what a picture of figures beside others shows: where a verdict ranks, and how many where none does.

    Parameters
    ----------
    words : Sentences
    title : str
    drawn : sequence of (Figure, comparisons)
    hidden : sequence of Figure
        Those that are hidden and so not drawn.
    left : int
        How many more stand in the tables only.
    """
    parts = []
    for verdict in RANKED:
        by_others: dict[tuple[str, ...], list[Figure]] = {}
        for figure, compared in drawn:
            others = tuple(words.comparator(c) for c in compared if words.verdict(c)[0] == verdict)
            if others:
                by_others.setdefault(others, []).append(figure)
        for others, figures in by_others.items():
            what = (
                listed(named(words, f) for f in figures)
                if len(figures) <= NAMED
                else _questions(len(figures))
            )
            parts.append(f"{verdict} than {listed(others)} on {what}")
    given = [{words.verdict(c)[0] for c in compared} for _, compared in drawn]
    firsts = [next(v for v in (*RANKED, *IN_SHORT) if v in verdicts) for verdicts in given]
    parts += [said.format(_questions(firsts.count(v))) for v, said in IN_SHORT.items() if v in firsts]
    text = f"{title}: {'; '.join(parts)}."
    if left:
        text += f" {capital(number(left))} more {'is' if left == 1 else 'are'} in the tables only."
    if any(c.illustrative for _, compared in drawn for c in compared):
        text += " Some figures of others are illustrative."
    text += hidden_note(words, hidden)
    figures = [figure for figure, _ in drawn] + list(hidden)
    comparisons = [c for _, compared in drawn for c in compared]
    return Sentence(text, tuple(map(figure_key, figures)), tuple(map(comparison_key, comparisons)))


def beside_alternative(words: Sentences, title: str, drawn: Beside) -> str:
    """Return the numbers in a picture of figures beside others."""
    rows = []
    for figure, compared in drawn:
        others = listed(map(words.marked_others, compared))
        rows.append(f"{named(words, figure)}: {valued(words, figure)}, beside {others}")
    return f"{title}, our shares with their likely ranges. {'. '.join(map(capital, rows))}."


def hidden_note(words: Sentences, figures: Sequence[Figure]) -> str:
    """Name what is hidden, after a space; empty where nothing is."""
    if not figures:
        return ""
    names = listed(named(words, figure) for figure in figures)
    return f" Not drawn, as hidden to protect {words.protected(figures[0].questionnaire)}: {names}."


def named(words: Sentences, figure: Figure) -> str:
    """Return the name of a figure within a sentence."""
    return f"“{words.full_label(figure)}” ({ages_of(words, figure)})"


def ages_of(words: Sentences, figure: Figure) -> str:
    """Return whose answers a figure is of, and where if needed."""
    ages = words.ages_heading(figure.questionnaire, figure.age_bands)
    return ages + words.where(figure.questionnaire, figure.area, figure.wave)


def valued(words: Sentences, figure: Figure) -> str:
    """Return a figure's share with its likely range."""
    return f"{words.share(figure)} (likely range {words.likely_range(figure)})"


def verdict_in_short(words: Sentences, compared: Iterable[ReleasedComparison]) -> str:
    """Return the verdict of several comparisons where it is the same; else nothing."""
    verdicts = {words.verdict(c) for c in compared}
    said = {"not compared" if v == "not compared" else VERDICTS[(v, reason)] for v, reason in verdicts}
    return said.pop() if len(said) == 1 else ""


def others_in_key(words: Sentences, comparison: ReleasedComparison) -> str:
    """Return what those whom we are compared with are called in the key of a picture."""
    return re.sub("^(in the|for|in(?= our)) ", "", words.comparator(comparison))


def _questions(n: int) -> str:
    return "one question" if n == 1 else f"{number(n)} questions"
