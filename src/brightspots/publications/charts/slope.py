"""Shares of two surveys, joined by lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import (
    DOWN,
    FAINT,
    INK,
    MARGIN,
    OTHERS,
    OURS,
    QUIET,
    ROUND,
    SMALL,
    TRIANGLE,
    WIDTH,
    Shape,
)
from brightspots.publications.charts.page import Page, spread, width_of, wrapped

HEADING = 18.0
LINE = 11.5
ROOM = 6.0
LEFT, RIGHT = MARGIN + 44.0, MARGIN + 150.0
BESIDE = 9.0
LEAST = 150.0
LOOKS: dict[str, tuple[Shape, str]] = {
    "better": (TRIANGLE, OURS),
    "worse": (DOWN, OTHERS[0]),
    "": (ROUND, QUIET),
}


@dataclass(frozen=True)
class SlopeLine:
    """One figure in two surveys.

    Attributes
    ----------
    label : str
    before, now : float
    said_before, said_now : str
        The two shares in words.
    verdict : {"better", "worse", ""}
        Empty for a change that is not tested.
    """

    label: str
    before: float
    now: float
    said_before: str
    said_now: str
    verdict: str = ""


@dataclass(frozen=True)
class Slope(Chart):
    """Figures in two surveys.

    Attributes
    ----------
    before, now : str
        What the surveys are called.
    verdicts : tuple of (str, str)
        The verdicts that occur, each with its words.
    lines : tuple of SlopeLine

    Examples
    --------
    >>> line = SlopeLine("Likes school", 0.85, 0.62, "85%", "62%", "worse")
    >>> Slope("our last survey", "this survey", (("worse", "doing less well"),), (line,)).height
    203.0
    """

    before: str
    now: str
    verdicts: tuple[tuple[str, str], ...]
    lines: tuple[SlopeLine, ...]

    @property
    def height(self) -> float:
        """Height in points."""
        return self._top + self._tall + MARGIN

    @property
    def _top(self) -> float:
        return key_height(self._key()) + HEADING

    @property
    def _tall(self) -> float:
        return max(LEAST, 1.25 * sum(_room(line) for line in self.lines))

    def draw(self, page: Page) -> None:
        """Draw the two scales, the lines, and their labels where there is room."""
        draw_key(page, self._key())
        y = self._top - HEADING / 2
        page.text(LEFT, y, self.before, align="center", bold=True, colour=QUIET)
        page.text(RIGHT, y, self.now, align="center", bold=True, colour=QUIET)
        bottom = self._top + self._tall
        for x in (LEFT, RIGHT):
            page.line([(x, self._top), (x, bottom)], FAINT, 0.8)
        ends = (self._top, bottom)
        before = spread([self._at(line.before) for line in self.lines], [LINE] * len(self.lines), *ends)
        now = spread([self._at(line.now) for line in self.lines], [_room(line) for line in self.lines], *ends)
        for line, label_before, label_now in zip(self.lines, before, now, strict=True):
            shape, colour = LOOKS[line.verdict]
            points = [(LEFT, self._at(line.before)), (RIGHT, self._at(line.now))]
            page.line(points, colour, 1.6, dashed=not line.verdict)
            for x, at in points:
                page.mark(x, at, shape, colour)
            page.text(LEFT - BESIDE, label_before, line.said_before, align="right", colour=colour)
            page.text(RIGHT + BESIDE, label_now, line.said_now, colour=colour, bold=True)
            start = RIGHT + BESIDE + width_of("100%", bold=True) + 4
            for i, words in enumerate(_words(line)):
                page.text(start, label_now + LINE * (i - (len(_words(line)) - 1) / 2), words, colour=INK)

    def _at(self, share: float) -> float:
        """Return the height of a share; the scales reach as far as the shares do, in steps of 10%."""
        shares = [s for line in self.lines for s in (line.before, line.now)]
        low, high = math.floor(min(shares) * 10) / 10, math.ceil(max(shares) * 10) / 10
        return self._top + (high - share) / max(high - low, 0.1) * self._tall

    def _key(self) -> Entries:
        return tuple((*LOOKS[verdict], words) for verdict, words in self.verdicts)


def _words(line: SlopeLine) -> list[str]:
    start = RIGHT + BESIDE + width_of("100%", bold=True) + 4
    return wrapped(line.label, WIDTH - MARGIN - start, SMALL)


def _room(line: SlopeLine) -> float:
    return LINE * len(_words(line)) + ROOM
