"""The pictures of a report: which figures are drawn, and which are left to the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.publications.band_pictures import band_pictures
from brightspots.publications.charts.dumbbell import Dumbbell, DumbbellRow
from brightspots.publications.charts.slope import Slope, SlopeLine
from brightspots.publications.comparison_sentences import RANKED
from brightspots.publications.contents import COMPARATORS, comparator_order
from brightspots.publications.document import Picture
from brightspots.publications.drawable import drawable, drawn_range, is_share
from brightspots.publications.picture_sentences import (
    BESIDE,
    CHANGES,
    LAST_TIME,
    NOW,
    THEN,
    US,
    ages_of,
    beside_alternative,
    beside_caption,
    others_in_key,
    verdict_in_short,
)
from brightspots.publications.wording import percent, uncapital

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.contents import Contents, Place

    Drawn = list[tuple[Figure, list[ReleasedComparison]]]

FEWEST_LINES = 2
"""A single change is drawn beside others, or not at all."""
MOST_ROWS = 9
"""More figures than this are not read in one picture."""


def survey_pictures(contents: Contents, place: Place) -> list[Picture]:
    """Return the pictures of a whole survey: all that is compared, if one can hold it, and what changed."""
    figures = contents.figures_of(place)
    few = len(_compared(contents, figures)) <= MOST_ROWS
    beside = _beside_others(contents, BESIDE, figures) if few else []
    return [*beside, *_since_last_time(contents, figures)]


def domain_pictures(contents: Contents, place: Place, name: str, figures: Sequence[Figure]) -> list[Picture]:
    """Return the pictures of a domain: what is compared, unless that of the survey holds it, and scores."""
    scores = band_pictures(contents, name, figures)
    if len(_compared(contents, contents.figures_of(place))) <= MOST_ROWS:
        return scores
    return [*_beside_others(contents, f"{name} {uncapital(BESIDE)}", figures), *scores]


def _beside_others(contents: Contents, title: str, figures: Sequence[Figure]) -> list[Picture]:
    """Return a picture of shares beside those of others; none where nothing is compared."""
    words = contents.words
    wanted = _compared(contents, figures)
    drawn = _clearest(contents, _widest(wanted) if len(wanted) > MOST_ROWS else wanted)
    if not drawn:
        return []
    by_name = {c.comparator: c for _, compared in drawn for c in compared}
    others = sorted(by_name.values(), key=comparator_order)
    looks = {name: i for i, name in enumerate(dict.fromkeys((*COMPARATORS, *(c.comparator for c in others))))}
    rows = tuple(_dumbbell_row(contents, figure, compared, looks) for figure, compared in drawn)
    key = tuple((looks[c.comparator], others_in_key(words, c)) for c in others)
    hidden = [f for f in figures if f.status == "withheld" and _is_beside(contents, f)]
    caption = beside_caption(words, title, drawn, hidden, len(wanted) - len(drawn))
    return [Picture(caption, beside_alternative(words, title, drawn), Dumbbell(US, key, rows))]


def _dumbbell_row(
    contents: Contents, figure: Figure, compared: Sequence[ReleasedComparison], looks: Mapping[str, int]
) -> DumbbellRow:
    words = contents.words
    others = ((looks[c.comparator], c.benchmark) for c in compared)
    return DumbbellRow(
        f"{words.full_label(figure)}, {ages_of(words, figure)}",
        *drawn_range(figure),
        share=figure.share,
        said=words.share(figure),
        others=tuple((look, share, percent(share)) for look, share in others if share is not None),
        verdict=verdict_in_short(words, compared),
    )


def _is_beside(contents: Contents, figure: Figure) -> bool:
    return is_share(contents, figure) and any(c.comparator != LAST_WAVE for c in contents.compared(figure))


def _compared(contents: Contents, figures: Sequence[Figure]) -> Drawn:
    """Return the figures that others than we ourselves give, with all that may be drawn beside them."""
    beside = [(f, drawable(contents, f)) for f in figures if is_share(contents, f)]
    return [(f, compared) for f, compared in beside if any(c.comparator != LAST_WAVE for c in compared)]


def _widest(drawn: Drawn) -> Drawn:
    """Return for each measure the figure of most age bands, which comes first."""
    by_measure: dict[str, tuple[Figure, list[ReleasedComparison]]] = {}
    for figure, compared in drawn:
        by_measure.setdefault(figure.measure, (figure, compared))
    return list(by_measure.values())


def _clearest(contents: Contents, drawn: Drawn) -> Drawn:
    """Return the first few, those that a verdict ranks before all others, in reading order."""
    ranked = [any(contents.words.verdict(c)[0] in RANKED for c in compared) for _, compared in drawn]
    kept = sorted(sorted(range(len(drawn)), key=lambda i: (not ranked[i], i))[:MOST_ROWS])
    return [drawn[i] for i in kept]


def _since_last_time(contents: Contents, figures: Sequence[Figure]) -> list[Picture]:
    """Return a picture of what changed since the last survey: clearly, or by how much without a test."""
    words = contents.words
    shown = ((f, drawable(contents, f)) for f in figures if f.share is not None)
    before = [(f, [c for c in compared if c.comparator == LAST_WAVE]) for f, compared in shown]
    compared = [(f, own) for f, own in before if own]
    changed = [(f, own) for f, own in compared if words.verdict(own[0])[0] in (*RANKED, "not compared")]
    drawn = _clearest(contents, _widest(changed))
    if len(drawn) < FEWEST_LINES:
        return []
    lines = tuple(_slope_line(contents, figure, own[0]) for figure, own in drawn)
    kinds = {line.verdict for line in lines}
    key = tuple((verdict, said) for verdict, said in CHANGES.items() if verdict in kinds)
    caption = beside_caption(words, LAST_TIME, drawn, left=len(compared) - len(drawn))
    alternative = beside_alternative(words, LAST_TIME, drawn)
    return [Picture(caption, alternative, Slope(THEN, NOW, key, lines))]


def _slope_line(contents: Contents, figure: Figure, compared: ReleasedComparison) -> SlopeLine:
    words = contents.words
    before, now = compared.benchmark or 0.0, figure.share or 0.0
    verdict = words.verdict(compared)[0]
    return SlopeLine(
        label=f"{words.full_label(figure)}, {ages_of(words, figure)}",
        before=before,
        now=now,
        said_before=percent(before),
        said_now=percent(now),
        verdict=verdict if verdict in RANKED else "",
    )
