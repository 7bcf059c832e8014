"""The pictures of a report: which figures are drawn, and which are left to the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.publications.charts.dumbbell import Dumbbell, DumbbellRow
from brightspots.publications.comparison_sentences import RANKED, benchmark_is_public
from brightspots.publications.contents import COMPARATORS, comparator_order
from brightspots.publications.document import Picture
from brightspots.publications.picture_sentences import (
    BESIDE,
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

MOST_ROWS = 9
"""More figures than this are not read in one picture."""
ALIKE = ("no_n", "no_direction")
"""Reasons for no verdict on two figures that are alike, and may be drawn on one line."""


def survey_pictures(contents: Contents, place: Place) -> list[Picture]:
    """Return the picture of all that is compared in a survey, if that is little enough for one."""
    figures = contents.figures_of(place)
    if len(_compared(contents, figures)) > MOST_ROWS:
        return []
    return _beside_others(contents, BESIDE, figures)


def domain_pictures(contents: Contents, place: Place, name: str, figures: Sequence[Figure]) -> list[Picture]:
    """Return the picture of what is compared in a domain, unless one picture of the survey holds it."""
    if len(_compared(contents, contents.figures_of(place))) <= MOST_ROWS:
        return []
    return _beside_others(contents, f"{name} {uncapital(BESIDE)}", figures)


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
    hidden = [
        f for f in figures if _is_share(contents, f) and f.status == "withheld" and contents.compared(f)
    ]
    caption = beside_caption(words, title, drawn, hidden, len(wanted) - len(drawn))
    return [Picture(caption, beside_alternative(words, title, drawn), Dumbbell(US, key, rows))]


def _dumbbell_row(
    contents: Contents, figure: Figure, compared: Sequence[ReleasedComparison], looks: Mapping[str, int]
) -> DumbbellRow:
    words = contents.words
    others = ((looks[c.comparator], c.benchmark) for c in compared)
    return DumbbellRow(
        label=f"{words.full_label(figure)}, {ages_of(words, figure)}",
        lower=figure.lower or 0.0,
        upper=1.0 if figure.upper is None else figure.upper,
        share=figure.share,
        said=words.share(figure),
        others=tuple((look, share, percent(share)) for look, share in others if share is not None),
        verdict=verdict_in_short(words, compared),
    )


def _is_beside(contents: Contents, figure: Figure) -> bool:
    return _is_share(contents, figure) and any(c.comparator != LAST_WAVE for c in contents.compared(figure))


def _is_share(contents: Contents, figure: Figure) -> bool:
    return contents.words.measure(figure).kind != "scale"


def _compared(contents: Contents, figures: Sequence[Figure]) -> Drawn:
    """Return the figures that others than we ourselves give, with all that may be drawn beside them."""
    beside = [(f, _drawable(contents, f)) for f in figures if _is_share(contents, f)]
    return [(f, compared) for f, compared in beside if any(c.comparator != LAST_WAVE for c in compared)]


def _drawable(contents: Contents, figure: Figure) -> list[ReleasedComparison]:
    """Return the comparisons of a figure that may be drawn: both sides are said, and they are alike."""
    if figure.lower is None:
        return []
    return [
        c
        for c in contents.compared(figure)
        if c.benchmark is not None
        and benchmark_is_public(c)
        and (contents.words.verdict(c)[0] != "not compared" or contents.words.verdict(c)[1] in ALIKE)
    ]


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
