"""What is said below a picture, and the numbers in it for those who do not see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.publications.comparison_sentences import RANKED, VERDICTS
from brightspots.publications.sentence import Sentence, comparison_key, paragraph
from brightspots.publications.wording import capital, listed, number, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from brightspots.disclosure.figures import Figure, FigureKey, ReleasedCohort, ReleasedComparison
    from brightspots.publications.sentence import ComparisonKey
    from brightspots.publications.sentences import Sentences

    Beside = Sequence[tuple[Figure, Sequence[ReleasedComparison]]]

BESIDE = "Beside others"
LAST_TIME = "Since our last survey"
THEN, NOW = "our last survey", "this survey"
SCORES = "Scores from 0 to 10"
GROUP, STANDS_OUT, ALL_OTHERS = "a group, with its likely range", "one that stands out", "all others"
ONLY_A_BAND = "only a band"
OPEN_BAR = "An open bar is a figure that is given as a band only."
GAP = "What a gap in a bar stands for is hidden, given as a band only, or not known of others."
CHANGES = {"better": "doing better", "worse": "doing less well", "": "a change that is not tested"}
US = "us, with the likely range"
NAMED = 3
"""Most figures that a caption names together; more are counted."""
IN_SHORT = {
    "unclear": "we cannot tell on {}",
    "similar": "no difference that counts on {}",
    "not compared": "not tested on {}",
    "withheld": "only a band is given for {}",
}
"""What is said of figures that no verdict ranks, by the first of their verdicts in this order."""


def beside_caption(
    words: Sentences, title: str, drawn: Beside, hidden: Sequence[Figure] = (), left: int = 0
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
    notes = (
        _left(left) + _illustrative(drawn) + _banded(figure for figure, _ in drawn) + _hidden(words, hidden)
    )
    text = f"{title}: {_verdicts(words, drawn)}.{notes}"
    return Sentence(text, *_keys(drawn, hidden))


def beside_alternative(words: Sentences, title: str, drawn: Beside) -> str:
    """Return the numbers in a picture of figures beside others."""
    rows = []
    for figure, compared in drawn:
        others = listed(map(words.marked_others, compared))
        rows.append(f"{_named(words, figure)}: {_valued(words, figure)}, beside {others}")
    return f"{title}, our shares with their likely ranges. {'. '.join(map(capital, rows))}."


def bands_caption(
    words: Sentences, title: str, bands: Sequence[Figure], drawn: Beside, *, gaps: bool
) -> Sentence:
    """Say what a picture of bands of wellbeing shows, band by band.

    Parameters
    ----------
    words : Sentences
    title : str
    bands : sequence of Figure
        All that could be drawn.
    drawn : sequence of (Figure, comparisons)
        Those that are compared.
    gaps : bool
        Whether some bar has a gap.
    """
    by_band: dict[str, list[tuple[Figure, Sequence[ReleasedComparison]]]] = {}
    for figure, compared in drawn:
        if any(words.verdict(c)[0] in RANKED for c in compared):
            by_band.setdefault(words.category(figure), []).append((figure, compared))
    said = [f"{capital(band)}: {_verdicts(words, own, words.label)}." for band, own in by_band.items()]
    if not said:
        said = [_lowest(words, bands)]
    text = " ".join([f"{title}.", *said]) + _illustrative(drawn) + (f" {GAP}" if gaps else "")
    figures, comparisons = _keys(drawn, bands)
    return Sentence(text, figures, comparisons)


def _lowest(words: Sentences, bands: Sequence[Figure]) -> str:
    """Say the lowest band of each scale for all who were asked, where no verdict ranks any."""
    lowest = words.measure(bands[0]).categories[0]
    widest: dict[str, Figure] = {}
    for figure in sorted(bands, key=lambda f: len(f.age_bands)):
        if figure.category == lowest:
            widest[figure.measure] = figure
    own = [figure for figure in bands if widest.get(figure.measure) is figure]
    said = listed(f"{words.share(f)} on “{words.label(f)}”" for f in own)
    return f"{capital(words.category(own[0]))}: {said}, {ages_of(words, own[0])}."


def bands_alternative(title: str, rows: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    """Return the numbers in a picture of bands: each row with its heading, its name and its parts."""
    said = (f"{heading}, {name}: {', '.join(parts)}" for heading, name, parts in rows)
    return f"{title}. {'. '.join(said)}."


def groups_caption(words: Sentences, title: str, groups: Sequence[ReleasedCohort]) -> Sentence:
    """Say which groups in a picture stand out; that none does is never an all-clear."""
    well = " as doing well" if groups[0].direction == "high" else ""
    names = [words.subject(c.figure) for c in groups if c.tier == "flag"]
    found = f"{capital(listed(names))} stand out{well}." if names else "No group stands out."
    silent = "needs nothing more" if groups[0].direction == "low" else "does not do well"
    text = (
        f"{title}, each group beside all others. {found} That a group does not stand out does not mean that "
        f"it {silent}.{_banded(c.figure for c in groups)}"
    )
    hidden = [c for c in groups if c.figure.status == "withheld"]
    figures = tuple(figure_key(f) for c in groups for f in (c.figure, c.rest))
    said = Sentence(text, figures)
    return paragraph([said, words.hidden_groups(hidden)]) if hidden else said


def groups_alternative(words: Sentences, title: str, groups: Iterable[ReleasedCohort]) -> str:
    """Return the numbers in a picture of groups."""
    rows = (
        f"{capital(plain(c.name))}: {words.share(c.figure)} ({words.answers(c.figure)}; likely range "
        f"{words.likely_range(c.figure)}), beside {_said_or_hidden(words, c.rest)} of all others"
        for c in groups
    )
    return f"{title}, each group beside all others. {'. '.join(rows)}."


def _said_or_hidden(words: Sentences, figure: Figure) -> str:
    return "a hidden share" if figure.status == "withheld" else words.share(figure)


def share_and_answers(words: Sentences, figure: Figure) -> str:
    """Return the share and the answers of a group, as they stand in a picture."""
    if figure.share is None:
        return words.share(figure)
    return f"{words.share(figure)} ({figure.count:,} of {figure.n:,})"


def short_name(words: Sentences, cohort: ReleasedCohort) -> str:
    """Return the name of a group without what they all are, such as "in residential care"."""
    people = words.people(cohort.figure.questionnaire)
    return plain(cohort.name).removeprefix(f"{people} ")


def _verdicts(words: Sentences, drawn: Beside, name: Callable[[Figure], str] | None = None) -> str:
    """Say on which figures a verdict ranks, and on how many none does."""
    parts = []
    for verdict in RANKED:
        by_others: dict[tuple[str, ...], list[Figure]] = {}
        for figure, compared in drawn:
            others = tuple(words.comparator(c) for c in compared if words.verdict(c)[0] == verdict)
            if others:
                by_others.setdefault(others, []).append(figure)
        for others, figures in by_others.items():
            names = [f"“{name(f)}”" if name else _named(words, f) for f in figures]
            what = listed(names) if len(figures) <= NAMED else _figures(len(figures))
            parts.append(f"{verdict} than {listed(others)} on {what}")
    given = [{words.verdict(c)[0] for c in compared} for _, compared in drawn]
    firsts = [next(v for v in (*RANKED, *IN_SHORT) if v in verdicts) for verdicts in given]
    parts += [said.format(_figures(firsts.count(v))) for v, said in IN_SHORT.items() if v in firsts]
    return "; ".join(parts)


def _keys(drawn: Beside, more: Iterable[Figure]) -> tuple[tuple[FigureKey, ...], tuple[ComparisonKey, ...]]:
    figures = dict.fromkeys(figure_key(figure) for figure in [*(figure for figure, _ in drawn), *more])
    return tuple(figures), tuple(comparison_key(c) for _, compared in drawn for c in compared)


def _left(n: int) -> str:
    return f" {capital(number(n))} more {'is' if n == 1 else 'are'} in the tables only." if n else ""


def _illustrative(drawn: Beside) -> str:
    found = any(c.illustrative for _, compared in drawn for c in compared)
    return " Some figures of others are illustrative." if found else ""


def _banded(figures: Iterable[Figure]) -> str:
    return f" {OPEN_BAR}" if any(figure.status == "banded" for figure in figures) else ""


def _hidden(words: Sentences, figures: Sequence[Figure]) -> str:
    """Name what is hidden; nothing where nothing is."""
    if not figures:
        return ""
    names = listed(_named(words, figure) for figure in figures)
    return f" Not drawn, as hidden to protect {words.protected(figures[0].questionnaire)}: {names}."


def _named(words: Sentences, figure: Figure) -> str:
    return f"“{words.full_label(figure)}” ({ages_of(words, figure)})"


def ages_of(words: Sentences, figure: Figure) -> str:
    """Return whose answers a figure is of, and where if needed."""
    ages = words.ages_heading(figure.questionnaire, figure.age_bands)
    return ages + words.where(figure.questionnaire, figure.area, figure.wave)


def _valued(words: Sentences, figure: Figure) -> str:
    return f"{words.share(figure)} (likely range {words.likely_range(figure)})"


def verdict_in_short(words: Sentences, compared: Iterable[ReleasedComparison]) -> str:
    """Return the verdict of several comparisons where it is the same; else nothing."""
    verdicts = {words.verdict(c) for c in compared}
    if any(verdict == "withheld" for verdict, _ in verdicts):
        return ONLY_A_BAND
    said = {words.style.verdicts[VERDICTS.get(one, "not_compared")] for one in verdicts}
    return said.pop() if len(said) == 1 else ""


def others_in_key(words: Sentences, comparison: ReleasedComparison) -> str:
    """Return what those whom we are compared with are called in the key of a picture."""
    return re.sub("^(in the|for|in(?= our)) ", "", words.comparator(comparison))


def _figures(n: int) -> str:
    return "one figure" if n == 1 else f"{number(n)} figures"
