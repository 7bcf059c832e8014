"""A share among those of all councils by their size, with the lines between which most of them lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import (
    DIAMOND,
    FAINT,
    MARGIN,
    OTHERS,
    OURS,
    QUIET,
    ROUND,
    WIDTH,
)
from brightspots.publications.charts.page import Page, spread, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

PLOT, LINE = 190.0, 12.0
TICKS = 2 * LINE
LEFT, RIGHT = MARGIN + 32.0, WIDTH - MARGIN - 76.0
ROUND_SIZES = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)

Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Funnel(Chart):
    """One council among all others, none of which is named.

    Attributes
    ----------
    us, them : str
        What our own and any other council is called.
    size : str
        What the size of a council is.
    n, share : float
        Our own size and share.
    said : str
        Our own name and share in words.
    others : tuple of (size, share)
    level : float
    said_level : str
    inner, outer : tuple of (lower curve, upper curve)
        Each curve a share by size.
    said_inner, said_outer : str

    Examples
    --------
    >>> lines = (((10, 0.1), (90, 0.2)), ((10, 0.5), (90, 0.3)))
    >>> chart = Funnel("us", "another", "children", 50, 0.3, "us 30%", ((20, 0.3),), 0.25, "all", lines,
    ...                lines, "95%", "99.8%")
    >>> chart.widest, chart.most
    (50, 0.3)
    """

    us: str
    them: str
    size: str
    n: float
    share: float
    said: str
    others: Curve
    level: float
    said_level: str
    inner: tuple[Curve, Curve]
    outer: tuple[Curve, Curve]
    said_inner: str
    said_outer: str

    @property
    def height(self) -> float:
        """Height in points."""
        return self._top + PLOT + TICKS + MARGIN

    @property
    def widest(self) -> int:
        """The end of the line of sizes: a round number that halves."""
        most = max(self.n, *(n for n, _ in self.others))
        step: float = 10.0 ** max(1, math.floor(math.log10(most)))
        return next(round(size * step) for size in ROUND_SIZES if size * step >= most)

    @property
    def most(self) -> float:
        """The end of the line of shares, a multiple of 10%: it always begins at nothing."""
        highest = max(self.share, *(share for _, share in self.others))
        return min(1.0, max(1, math.ceil(highest * 10 - 1e-9)) / 10)

    def draw(self, page: Page) -> None:
        """Draw the key, the scales, the lines, all others, and our own on top."""
        draw_key(page, self._key())
        self._draw_scales(page)
        for (lower, upper), dashed in ((self.outer, False), (self.inner, True)):
            for curve in (lower, upper):
                self._draw_curve(page, curve, dashed=dashed)
        x, y = self._x(self.n), self._y(self.share)
        page.line([(x, self._top - 3), (x, y)], OURS, 0.8)
        level = self._y(self.level)
        page.line([(LEFT, level), (RIGHT, level)], OTHERS[0], 1)
        for n, share in self.others:
            page.mark(self._x(n), self._y(share), ROUND, QUIET, 2.4)
        self._draw_names(page)
        page.mark(x, y, DIAMOND, OURS, 5)
        said = wrapped(self.said, RIGHT - LEFT - 60, lines=1)[0]
        (middle,) = spread([x], [width_of(said, bold=True)], MARGIN, WIDTH - MARGIN)
        page.text(middle, self._top - 3 - LINE / 2, said, colour=OURS, align="center", bold=True)

    def _draw_scales(self, page: Page) -> None:
        bottom = self._top + PLOT
        for share in (0, self.most / 2, self.most):
            y = self._y(share)
            page.line([(LEFT, y), (RIGHT, y)], FAINT, 0.5, dashed=share > 0)
            page.text(LEFT - 5, y, f"{share:.0%}", colour=QUIET, align="right")
        for n in (0, self.widest // 2, self.widest):
            page.line([(self._x(n), bottom), (self._x(n), bottom + 3)], FAINT, 0.8)
            page.text(self._x(n), bottom + LINE, f"{n:,}", colour=QUIET, align="center")
        page.text((LEFT + RIGHT) / 2, bottom + 2 * LINE, self.size, colour=QUIET, align="center")

    def _draw_curve(self, page: Page, curve: Curve, *, dashed: bool) -> None:
        """Draw as much of a curve as lies on the page."""
        points = [(self._x(n), self._y(share)) for n, share in curve if 0 < share <= self.most]
        if len(points) > 1:
            page.line(points, QUIET, 1, dashed=dashed)

    def _draw_names(self, page: Page) -> None:
        """Write beside the ends of the lines what they are, where the last of each still lies on the page."""
        named = [(self.level, self.said_level, OTHERS[0])]
        named += [
            (curve[-1][1], said, QUIET)
            for (lower, upper), said in ((self.inner, self.said_inner), (self.outer, self.said_outer))
            for curve in [upper if upper[-1][1] <= self.most else lower]
        ]
        ends = (self._top, self._top + PLOT)
        places = spread([self._y(share) for share, _, _ in named], [LINE] * len(named), *ends)
        for y, (_, said, colour) in zip(places, named, strict=True):
            page.text(RIGHT + 5, y, said, colour=colour)

    @property
    def _top(self) -> float:
        return key_height(self._key()) + 1.5 * LINE

    def _x(self, n: float) -> float:
        return LEFT + n / self.widest * (RIGHT - LEFT)

    def _y(self, share: float) -> float:
        return self._top + (1 - share / self.most) * PLOT

    def _key(self) -> Entries:
        return ((DIAMOND, OURS, self.us), (ROUND, QUIET, self.them))


def curves(limits: Sequence[tuple[float, ...]], lower: int, upper: int) -> tuple[Curve, Curve]:
    """Return two columns of limits as curves by their first one."""
    below, above = (tuple((one[0], one[end]) for one in limits) for end in (lower, upper))
    return below, above
