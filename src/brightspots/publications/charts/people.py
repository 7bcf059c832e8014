"""So many of ten people: a picture for those who do not read percentages."""

from __future__ import annotations

from dataclasses import dataclass

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.look import FAINT, OURS, PAPER, ROUND, WIDTH
from brightspots.publications.charts.page import Page

ALL = 10
HEIGHT = 62.0
HEAD = 6.5
HALF = ((4.5, 0), (9, 8), (9, 22), (5.5, 22), (4.5, 37))
BODY = (*HALF, *((-right, down) for right, down in reversed(HALF)))
"""From the middle of the shoulders, to the right and down."""


@dataclass(frozen=True)
class People(Chart):
    """So many of ten people, filled in.

    Attributes
    ----------
    filled : int
        From 0 to 10.

    Examples
    --------
    >>> People(4).svg().count(OURS) > People(3).svg().count(OURS)
    True
    """

    filled: int

    @property
    def height(self) -> float:
        """Height in points."""
        return HEIGHT

    def draw(self, page: Page) -> None:
        """Draw ten people side by side; the others are outlines."""
        step = WIDTH / ALL
        for i in range(ALL):
            x = step * (i + 0.5)
            colour, edge = (OURS, OURS) if i < self.filled else (PAPER, FAINT)
            page.mark(x, 11, ROUND, colour, HEAD, edge=edge)
            page.area([(x + right, 20 + down) for right, down in BODY], colour, edge=edge)
