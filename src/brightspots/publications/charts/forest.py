"""Groups of children, each with its likely range, beside all others."""

from __future__ import annotations

import math
from dataclasses import dataclass

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import (
    DIAMOND,
    FAINT,
    MARGIN,
    OTHERS,
    OURS,
    PAPER,
    QUIET,
    RANGE,
    ROUND,
    SMALL,
    SQUARE,
    WIDTH,
)
from brightspots.publications.charts.page import Page, wrapped

LINE, GAP, SCALE = 11.5, 6.0, 16.0
LEFT, RIGHT = MARGIN + 124.0, WIDTH - MARGIN - 94.0


@dataclass(frozen=True)
class ForestRow:
    """One group.

    Attributes
    ----------
    label : str
    lower, upper : float
        The likely range, or the band where only that is given.
    share : float or None
        None where only a band is given.
    said : str
        Its share and its answers.
    rest : float or None
        The share of all others; None where it is hidden.
    stands_out : bool
    """

    label: str
    lower: float
    upper: float
    share: float | None
    said: str
    rest: float | None
    stands_out: bool = False


@dataclass(frozen=True)
class Forest(Chart):
    """Groups beside all others.

    Attributes
    ----------
    group, standing_out, rest : str
        What a group, one that stands out and all others are called in the key.
    rows : tuple of ForestRow

    Examples
    --------
    >>> row = ForestRow("in residential care", 0.24, 0.5, 0.36, "36% (18 of 50)", 0.1, stands_out=True)
    >>> Forest("a group", "one that stands out", "all others", (row,)).most
    0.5
    """

    group: str
    standing_out: str
    rest: str
    rows: tuple[ForestRow, ...]

    @property
    def most(self) -> float:
        """The end of the line, a multiple of 10%: it always begins at nothing."""
        ends = [end for row in self.rows for end in (row.upper, row.rest) if end is not None]
        return min(1.0, max(1, math.ceil(max(ends) * 10 - 1e-9)) / 10)

    @property
    def height(self) -> float:
        """Height in points."""
        return key_height(self._key()) + sum(map(_height_of, self.rows)) + SCALE

    def draw(self, page: Page) -> None:
        """Draw the key, row below row, and the scale."""
        draw_key(page, self._key())
        top = start = key_height(self._key())
        end = start + sum(map(_height_of, self.rows))
        for share in (0, self.most / 2, self.most):
            x = self._at(share)
            page.line([(x, start), (x, end)], FAINT, 0.5, dashed=share > 0)
            page.text(x, end + SCALE / 2, f"{share:.0%}", colour=QUIET, align="center")
        for row in self.rows:
            self._draw_row(page, row, top)
            top += _height_of(row)

    def _draw_row(self, page: Page, row: ForestRow, top: float) -> None:
        lines = _lines(row)
        middle = top + _height_of(row) / 2
        for i, words in enumerate(lines):
            y = middle + LINE * (i - (len(lines) - 1) / 2)
            page.text(LEFT - 8, y, words, align="right", bold=row.stands_out)
        colour = RANGE if row.share is not None else PAPER
        x = self._at(row.lower)
        page.box(x, middle - 2.5, self._at(row.upper) - x, 5, colour, edge=RANGE)
        if row.rest is not None:
            page.mark(self._at(row.rest), middle, SQUARE, OTHERS[0], 3.2)
        if row.share is not None:
            shape, size = (DIAMOND, 5.0) if row.stands_out else (ROUND, 3.8)
            page.mark(self._at(row.share), middle, shape, OURS, size)
        page.text(WIDTH - MARGIN, middle, row.said, align="right", bold=row.stands_out)

    def _at(self, share: float) -> float:
        return LEFT + share / self.most * (RIGHT - LEFT)

    def _key(self) -> Entries:
        return (
            (DIAMOND, OURS, self.standing_out),
            (ROUND, OURS, self.group),
            (SQUARE, OTHERS[0], self.rest),
        )


def _lines(row: ForestRow) -> list[str]:
    return wrapped(row.label, LEFT - 8 - MARGIN, SMALL)


def _height_of(row: ForestRow) -> float:
    return LINE * len(_lines(row)) + GAP
