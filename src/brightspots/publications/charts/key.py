"""The key of a picture: each shape and colour with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.charts.look import INK, MARGIN, PAPER, SMALL, WIDTH, Shape
from brightspots.publications.charts.page import width_of, wrapped

if TYPE_CHECKING:
    from brightspots.publications.charts.page import Page

LINE = 15.0
MARK = 14.0
BETWEEN = 14.0

Entries = tuple[tuple[Shape, str, str], ...]
"""Shape, colour and name of each."""


def key_height(entries: Entries) -> float:
    """Return how high a key is, and the gap below it."""
    return MARGIN + LINE * (1 + max(row for _, row, _ in _placed(entries))) + 4


def draw_key(page: Page, entries: Entries, *, edge: str = PAPER) -> None:
    """Draw the key at the top of a page."""
    for (x, row, name), (shape, colour, _) in zip(_placed(entries), entries, strict=True):
        y = MARGIN + LINE * (row + 0.5)
        page.mark(x + 4, y, shape, colour, edge=edge)
        page.text(x + MARK, y, name, size=SMALL, colour=INK)


def _placed(entries: Entries) -> list[tuple[float, int, str]]:
    """Return where each entry goes: left to right, and on to the next line."""
    x, row = float(MARGIN), 0
    placed = []
    for _, _, name in entries:
        short = wrapped(name, WIDTH - 2 * MARGIN - MARK, SMALL, lines=1)[0]
        width = MARK + width_of(short) + BETWEEN
        if x > MARGIN and x + width - BETWEEN > WIDTH - MARGIN:
            x, row = float(MARGIN), row + 1
        placed.append((x, row, short))
        x += width
    return placed
