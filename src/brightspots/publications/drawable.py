"""What may be drawn: two figures on one line only where both may be said, and they are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.comparison_sentences import benchmark_is_public

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.contents import Contents

ALIKE = ("no_n", "no_direction")
"""Reasons for no verdict on two figures that are alike, and may be drawn on one line."""


def drawable(contents: Contents, figure: Figure) -> list[ReleasedComparison]:
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


def is_share(contents: Contents, figure: Figure) -> bool:
    """Whether a figure is a share by itself, and not one of several bands."""
    return contents.words.measure(figure).kind != "scale"


def drawn_range(figure: Figure) -> tuple[float, float]:
    """Return the likely range of a figure, or the band where only that is given."""
    if figure.above is not None:
        return figure.above / 100, 1.0
    if figure.below is not None:
        return 0.0, figure.below / 100
    return figure.lower or 0.0, 1.0 if figure.upper is None else figure.upper
