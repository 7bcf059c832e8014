"""Bands of wellbeing, from low to very high, as parts of one bar: ours, and those of others below it."""

from __future__ import annotations

from dataclasses import dataclass

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import BANDS, FAINT, INK, MARGIN, PAPER, SMALL, SQUARE, WIDTH
from brightspots.publications.charts.page import Page, width_of, wrapped

HEADING = 19.0
BAR, GAP = 14.0, 4.0
LINE = 10.5
LEFT, RIGHT = MARGIN + 118.0, WIDTH - float(MARGIN)
INNER = (PAPER, INK, INK, PAPER)
"""Type on each band."""


@dataclass(frozen=True)
class BandsRow:
    """One bar.

    Attributes
    ----------
    label : str
    shares : tuple of (float or None)
        From the lowest band up; None where a band is hidden or not given: a gap, and never nothing.
    said : tuple of str
        The shares in words.
    ours : bool
    """

    label: str
    shares: tuple[float | None, ...]
    said: tuple[str, ...]
    ours: bool = True


@dataclass(frozen=True)
class Bands(Chart):
    """Bars under headings.

    Attributes
    ----------
    names : tuple of str
        Of the bands, from the lowest up.
    groups : tuple of (str, tuple of BandsRow)
        Each heading with its bars.

    Examples
    --------
    >>> bar = BandsRow("us", (0.16, 0.2, 0.18, 0.46), ("16%", "20%", "18%", "46%"))
    >>> Bands(("low", "medium", "high", "very high"), (("Life satisfaction", (bar,)),)).height
    72.0
    """

    names: tuple[str, ...]
    groups: tuple[tuple[str, tuple[BandsRow, ...]], ...]

    @property
    def height(self) -> float:
        """Height in points."""
        bars = sum(_height_of(row) for _, rows in self.groups for row in rows)
        return key_height(self._key()) + HEADING * len(self.groups) + bars + MARGIN

    def draw(self, page: Page) -> None:
        """Draw the key, and group below group."""
        draw_key(page, self._key(), edge=INK)
        top = key_height(self._key())
        for heading, rows in self.groups:
            page.text(MARGIN, top + HEADING / 2, wrapped(heading, WIDTH, lines=1)[0], bold=True)
            top += HEADING
            for row in rows:
                _draw_bar(page, row, top)
                top += _height_of(row)

    def _key(self) -> Entries:
        return tuple((SQUARE, BANDS[i % 4], name) for i, name in enumerate(self.names))


def _lines(row: BandsRow) -> list[str]:
    return wrapped(row.label, LEFT - MARGIN - 6, SMALL, lines=2)


def _height_of(row: BandsRow) -> float:
    return max(BAR, LINE * len(_lines(row))) + GAP


def _draw_bar(page: Page, row: BandsRow, top: float) -> None:
    lines = _lines(row)
    middle = top + (_height_of(row) - GAP) / 2
    for i, words in enumerate(lines):
        at = middle + LINE * (i - (len(lines) - 1) / 2)
        page.text(LEFT - 6, at, words, align="right")
    page.box(LEFT, middle - BAR / 2, RIGHT - LEFT, BAR, PAPER, edge=FAINT)
    for i, (start, share) in _parts(row.shares).items():
        x, width = LEFT + start * (RIGHT - LEFT), share * (RIGHT - LEFT)
        page.box(x, middle - BAR / 2, width, BAR, BANDS[i % 4], edge=INK if row.ours else FAINT)
        said = row.said[i]
        if width_of(said) + 2 <= width:
            page.text(x + width / 2, middle, said, colour=INNER[i % 4], align="center", bold=row.ours)


def _parts(shares: tuple[float | None, ...]) -> dict[int, tuple[float, float]]:
    """Return start and width of each band that can be placed: from either end up to what is not given."""
    placed: dict[int, tuple[float, float]] = {}
    for order in (range(len(shares)), range(len(shares) - 1, -1, -1)):
        run: list[float] = []
        for i in order:
            share = shares[i]
            if share is None:
                break
            before = sum(run)
            placed.setdefault(i, (before if order.step > 0 else 1 - before - share, share))
            run.append(share)
    return placed
