"""Published figures over the years, ours beside those of others: a small picture for each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import (
    DIAMOND,
    FAINT,
    INK,
    MARGIN,
    OTHERS,
    OURS,
    QUIET,
    ROUND,
    WIDTH,
)
from brightspots.publications.charts.page import Page, spread, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE, PLOT, YEARS, GAP = 27.0, 52.0, 14.0, 10.0
LEFT, RIGHT = MARGIN + 6.0, WIDTH - MARGIN - 60.0
LINE = 11.5
ROOM = 4.0
"""Room above the highest and below the lowest mark."""

Values = tuple[float | None, ...]


@dataclass(frozen=True)
class CoursePanel:
    """One figure over the years.

    Attributes
    ----------
    label : str
    times : tuple of str
    ours, theirs : tuple of float or None
        None where a year has no figure: it is a gap, and no line bridges it.
    said_ours, said_theirs : str
        The last of each in words.
    span : float
        What the scale holds at least, so that small changes look small.
    """

    label: str
    times: tuple[str, ...]
    ours: Values
    theirs: Values
    said_ours: str
    said_theirs: str
    span: float


@dataclass(frozen=True)
class Course(Chart):
    """Several figures over the years, each on a scale of its own.

    Attributes
    ----------
    us, them : str
    panels : tuple of CoursePanel

    Examples
    --------
    >>> panel = CoursePanel("In care", ("2022", "2023"), (59.0, 58.0), (70.0, 71.0), "58", "71", 20.0)
    >>> Course("Sheffield", "England", (panel,)).height
    130.0
    """

    us: str
    them: str
    panels: tuple[CoursePanel, ...]

    @property
    def height(self) -> float:
        """Height in points."""
        return key_height(self._key()) + len(self.panels) * (TITLE + PLOT + YEARS + GAP)

    def draw(self, page: Page) -> None:
        """Draw the key, then panel below panel."""
        draw_key(page, self._key())
        top = key_height(self._key())
        for panel in self.panels:
            _draw_panel(page, panel, top)
            top += TITLE + PLOT + YEARS + GAP

    def _key(self) -> Entries:
        return ((ROUND, OURS, self.us), (DIAMOND, OTHERS[0], self.them))


def _draw_panel(page: Page, panel: CoursePanel, top: float) -> None:
    title = wrapped(panel.label, RIGHT - LEFT, lines=2)
    for i, words in enumerate(title):
        page.text(LEFT, top + TITLE - LINE * (len(title) - i - 0.5), words, colour=INK, bold=True)
    upper, lower = top + TITLE, top + TITLE + PLOT
    page.line([(LEFT, lower), (RIGHT, lower)], FAINT, 0.8)
    held = [value for value in (*panel.ours, *panel.theirs) if value is not None]
    reach = max(max(held) - min(held), panel.span)
    low = max((max(held) + min(held) - reach) / 2, 0.0)

    def at(value: float) -> float:
        return lower - ROOM - (value - low) / reach * (PLOT - 2 * ROOM)

    xs = [
        LEFT + ROOM + (RIGHT - LEFT - 2 * ROOM) * i / max(len(panel.times) - 1, 1)
        for i in range(len(panel.times))
    ]
    for x, time in zip(xs, panel.times, strict=True):
        page.text(x, lower + YEARS / 2, time, colour=QUIET, align="center")
    for values, shape, colour in ((panel.theirs, DIAMOND, OTHERS[0]), (panel.ours, ROUND, OURS)):
        for (x1, one), (x2, other) in pairwise(zip(xs, values, strict=True)):
            if one is not None and other is not None:
                page.line([(x1, at(one)), (x2, at(other))], colour, 1.6, dashed=shape is DIAMOND)
        for x, value in zip(xs, values, strict=True):
            if value is not None:
                page.mark(x, at(value), shape, colour, 3.4)
    last = [(_last(panel.ours), panel.said_ours, OURS), (_last(panel.theirs), panel.said_theirs, OTHERS[0])]
    shown = [(at(value), said, colour) for value, said, colour in last if value is not None]
    places = spread([y for y, _, _ in shown], [LINE] * len(shown), upper - LINE / 2, lower + LINE / 2)
    for y, (_, said, colour) in zip(places, shown, strict=True):
        page.text(RIGHT + 8, y, said, colour=colour, bold=colour == OURS)


def _last(values: Sequence[float | None]) -> float | None:
    """Return the value of the last year, if there is one."""
    return values[-1]
