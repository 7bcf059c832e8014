"""Pictures of 0-10 scales: the bands of wellbeing, ours and those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.charts.bands import Bands, BandsRow
from brightspots.publications.document import Picture
from brightspots.publications.drawable import drawable, is_share
from brightspots.publications.picture_sentences import (
    SCORES,
    ages_of,
    bands_alternative,
    bands_caption,
    others_in_key,
)
from brightspots.publications.wording import percent, uncapital

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.figures import Figure
    from brightspots.publications.contents import Contents

    Bars = list[BandsRow]

MOST_BARS = 24
"""With more bars than this, only the widest age groups are drawn."""


def band_pictures(contents: Contents, name: str, figures: Sequence[Figure]) -> list[Picture]:
    """Return a picture of the bands of 0-10 scales for each set of band names."""
    by_names: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        if not is_share(contents, figure):
            by_names.setdefault(_names(contents, figure), []).append(figure)
    return [one for names, own in by_names.items() for one in _picture(contents, name, names, own)]


def _names(contents: Contents, figure: Figure) -> tuple[str, ...]:
    words, measure = contents.words, contents.words.measure(figure)
    return tuple(words.category_of(figure.questionnaire, measure, c) for c in measure.categories)


def _picture(
    contents: Contents, name: str, names: tuple[str, ...], figures: Sequence[Figure]
) -> list[Picture]:
    words = contents.words
    groups = _groups(contents, figures)
    if sum(len(bars) for _, bars in groups) > MOST_BARS:
        widest = {f.measure: f.age_bands for f in sorted(figures, key=lambda f: len(f.age_bands))}
        groups = _groups(contents, [f for f in figures if f.age_bands == widest[f.measure]])
    if not groups:
        return []
    bars = [(label, bar) for label, own in groups for bar in own]
    drawn = [(f, compared) for f in figures if (compared := drawable(contents, f))]
    title = f"{name}: {uncapital(SCORES)}"
    gaps = any(None in bar.shares for _, bar in bars)
    caption = bands_caption(words, title, figures, drawn, gaps=gaps)
    rows = (
        (
            label,
            bar.label,
            (f"{part} {said}" for part, said in zip(names, bar.said, strict=True) if said),
        )
        for label, bar in bars
    )
    return [Picture(caption, bands_alternative(title, rows), Bands(names, groups))]


def _parts(names: Sequence[str], bar: BandsRow) -> list[str]:
    return [f"{name} {said}" for name, said in zip(names, bar.said, strict=True) if said]


def _groups(contents: Contents, figures: Sequence[Figure]) -> tuple[tuple[str, tuple[BandsRow, ...]], ...]:
    """Return each scale with its bars, if it has any."""
    by_measure: dict[str, list[Figure]] = {}
    for figure in figures:
        by_measure.setdefault(figure.measure, []).append(figure)
    groups = ((contents.words.label(own[0]), tuple(_bars(contents, own))) for own in by_measure.values())
    return tuple((label, bars) for label, bars in groups if bars)


def _bars(contents: Contents, figures: Sequence[Figure]) -> list[BandsRow]:
    """Return the bars of one scale: ours for each pool of age bands, and below it those of others."""
    words = contents.words
    categories = words.measure(figures[0]).categories
    bars = []
    for pool in sorted(dict.fromkeys(f.age_bands for f in figures), key=len, reverse=True):
        own = {f.category: f for f in figures if f.age_bands == pool}
        ages = ages_of(words, next(iter(own.values())))
        bars.append(_bar(ages, [own[c].share if c in own else None for c in categories]))
        others: dict[str, dict[str, float | None]] = {}
        for category, figure in own.items():
            for c in drawable(contents, figure):
                others.setdefault(others_in_key(words, c), {})[category] = c.benchmark
        bars += [_bar(name, [one.get(c) for c in categories], ours=False) for name, one in others.items()]
    return [bar for bar in bars if any(share is not None for share in bar.shares)]


def _bar(label: str, shares: Sequence[float | None], *, ours: bool = True) -> BandsRow:
    said = tuple("" if share is None else percent(share) for share in shares)
    return BandsRow(label, tuple(shares), said, ours)
