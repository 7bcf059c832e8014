"""Our shares, each with its likely range, beside those of others on one line from 0% to 100%."""

from __future__ import annotations

from dataclasses import dataclass

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import (
    FAINT,
    LABEL,
    MARGIN,
    OTHERS,
    OURS,
    PAPER,
    QUIET,
    RANGE,
    ROUND,
    SHAPES,
    WIDTH,
)
from brightspots.publications.charts.page import Page, spread, width_of, wrapped

LINE = 14.0
NUMBERS = 13.0
AIR = 2.0
TRACK = 9.0
GAP = 10.0
SCALE = 12.0
LEFT, RIGHT = MARGIN + 10.0, WIDTH - MARGIN - 10.0


@dataclass(frozen=True)
class DumbbellRow:
    """One figure of ours beside others.

    Attributes
    ----------
    label : str
    lower, upper : float
        The likely range, or the band where only that is given.
    share : float or None
        None where only a band is given.
    said : str
        Our share in words, such as "62%" or "more than 85%".
    others : tuple of (int, float, str)
        Each with the number of its look, its share, and that in words.
    verdict : str
        In short, where all others give the same.
    """

    label: str
    lower: float
    upper: float
    share: float | None
    said: str
    others: tuple[tuple[int, float, str], ...]
    verdict: str = ""


@dataclass(frozen=True)
class Dumbbell(Chart):
    """Our shares beside those of others.

    Attributes
    ----------
    us : str
        What we are called in the key.
    others : tuple of (int, str)
        Those whom we are compared with: the number of the look, the same in every picture, and the name.
    rows : tuple of DumbbellRow

    Examples
    --------
    >>> row = DumbbellRow("Likes school", 0.54, 0.69, 0.62, "62%", ((0, 0.8, "80%"),), "doing less well")
    >>> Dumbbell("us", ((0, "general population"),), (row,)).svg()[:4]
    '<svg'
    """

    us: str
    others: tuple[tuple[int, str], ...]
    rows: tuple[DumbbellRow, ...]

    @property
    def height(self) -> float:
        """Height in points."""
        return key_height(self._key()) + sum(map(_height_of, self.rows)) + SCALE

    def draw(self, page: Page) -> None:
        """Draw the key, and row below row."""
        draw_key(page, self._key())
        top = key_height(self._key())
        for row in self.rows:
            _draw_row(page, row, top)
            top += _height_of(row)
        for share in (0, 0.5, 1):
            page.text(at(share), top + SCALE / 3, f"{share:.0%}", colour=QUIET, align="center")

    def _key(self) -> Entries:
        others = ((SHAPES[i % 4], OTHERS[i % 4], name) for i, name in self.others)
        return ((ROUND, OURS, self.us), *others)


def _lines(row: DumbbellRow) -> list[str]:
    return wrapped(row.label, RIGHT - MARGIN - width_of(row.verdict))


def _height_of(row: DumbbellRow) -> float:
    return LINE * len(_lines(row)) + AIR + TRACK + NUMBERS + GAP


def _draw_row(page: Page, row: DumbbellRow, top: float) -> None:
    for i, words in enumerate(_lines(row)):
        page.text(MARGIN, top + LINE * (i + 0.5), words, size=LABEL)
    if row.verdict:
        page.text(WIDTH - MARGIN, top + LINE / 2, row.verdict, colour=QUIET, align="right")
    middle = top + LINE * len(_lines(row)) + AIR + TRACK / 2
    page.line([(LEFT, middle), (RIGHT, middle)], FAINT, 0.8)
    for end in (0, 0.5, 1):
        page.line([(at(end), middle - 3), (at(end), middle + 3)], FAINT, 0.8)
    colour = RANGE if row.share is not None else PAPER
    page.box(at(row.lower), middle - 3, at(row.upper) - at(row.lower), 6, colour, edge=RANGE)
    for i, share, _ in row.others:
        page.mark(at(share), middle, SHAPES[i % 4], OTHERS[i % 4])
    if row.share is not None:
        page.mark(at(row.share), middle, ROUND, OURS, 4.5)
    own = row.share if row.share is not None else (row.lower + row.upper) / 2
    said = [(own, row.said, OURS), *((share, words, OTHERS[i % 4]) for i, share, words in row.others)]
    room = [width_of(words, bold=colour == OURS) + 8 for _, words, colour in said]
    places = spread([at(share) for share, _, _ in said], room, MARGIN, WIDTH - MARGIN)
    for (_, words, colour), x in zip(said, places, strict=True):
        page.text(x, middle + NUMBERS, words, colour=colour, align="center", bold=colour == OURS)


def at(share: float) -> float:
    """Return where a share lies on the line."""
    return LEFT + share * (RIGHT - LEFT)
