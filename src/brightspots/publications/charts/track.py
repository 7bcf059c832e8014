"""Figures on their way from a starting point to a target, by date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brightspots.publications.charts.chart import Chart
from brightspots.publications.charts.key import Entries, draw_key, key_height
from brightspots.publications.charts.look import (
    DIAMOND,
    DOWN,
    FAINT,
    MARGIN,
    OTHERS,
    OURS,
    PAPER,
    QUIET,
    RANGE,
    ROUND,
    SQUARE,
    TRIANGLE,
    WIDTH,
    Shape,
)
from brightspots.publications.charts.page import Align, Page, spread, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

PLUS: Shape = (
    (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
    (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
)  # fmt: skip
CROSS: Shape = tuple((0.71 * (right - down), 0.71 * (right + down)) for right, down in PLUS)
POST: Shape = ((-0.4, -1.2), (0.4, -1.2), (0.4, 1.2), (-0.4, 1.2))
LOOKS: dict[str, tuple[Shape, str]] = {
    "met": (TRIANGLE, OURS),
    "on track": (ROUND, OURS),
    "at risk": (SQUARE, OTHERS[0]),
    "off track": (DOWN, OTHERS[0]),
    "not met": (CROSS, OTHERS[2]),
    "cannot tell": (PLUS, OTHERS[3]),
}
"""The mark of a figure by where it stands; any other stands nowhere that can be told."""
UNTOLD: tuple[Shape, str] = (ROUND, QUIET)
LINE, ROOM = 12.0, 7.0
PLOT, DATES, GAP = 46.0, 13.0, 12.0
AWAY = 8.0
LEFT, RIGHT = MARGIN + 62.0, WIDTH - MARGIN - 76.0


@dataclass(frozen=True)
class Point:
    """A figure at a date.

    Attributes
    ----------
    day : int
        Days since any day, the same for all.
    value : float or None
        None where only a band is given.
    said, when : str
    lower, upper : float or None
        The likely range of a survey's figure, or the band.
    """

    day: int
    value: float | None
    said: str
    when: str
    lower: float | None = None
    upper: float | None = None

    @property
    def ends(self) -> tuple[float, ...]:
        """Every value that it needs room for."""
        return tuple(end for end in (self.value, self.lower, self.upper) if end is not None)


@dataclass(frozen=True)
class Track:
    """One figure on its way.

    Attributes
    ----------
    label : str
    standing : str
        A key of `LOOKS`, or anything else.
    said_standing : str
    start, latest, target : Point
    between : tuple of Point
        Known figures between the starting point and the latest.
    span : float
        What the scale holds at least, so that small changes look small.
    """

    label: str
    standing: str
    said_standing: str
    start: Point
    latest: Point
    target: Point
    between: tuple[Point, ...]
    span: float


@dataclass(frozen=True)
class Tracks(Chart):
    """Several figures on their way, each on a scale of its own.

    Attributes
    ----------
    start, target, between, likely_range : str
        What these are called in the key.
    tracks : tuple of Track

    Examples
    --------
    >>> start, now, end = (Point(365 * i, 0.1 * i, f"{10 * i}%", str(2020 + i)) for i in (1, 2, 3))
    >>> one = Track("Likes school", "on track", "on track", start, now, end, (), 0.2)
    >>> Tracks("starting point", "target", "in between", "likely range", (one,)).height
    110.0
    """

    start: str
    target: str
    between: str
    likely_range: str
    tracks: tuple[Track, ...]

    @property
    def height(self) -> float:
        """Height in points."""
        return key_height(self._key()) + sum(map(_height_of, self.tracks))

    def draw(self, page: Page) -> None:
        """Draw the key, then track below track."""
        draw_key(page, self._key())
        top = key_height(self._key())
        for track in self.tracks:
            _draw_track(page, track, top)
            top += _height_of(track)

    def _key(self) -> Entries:
        entries: Entries = ((POST, QUIET, self.start), (DIAMOND, OTHERS[1], self.target))
        if any(track.between for track in self.tracks):
            entries = (*entries, (*UNTOLD, self.between))
        if any(None not in (track.latest.lower, track.latest.value) for track in self.tracks):
            entries = (*entries, (SQUARE, RANGE, self.likely_range))
        return entries


def _lines(track: Track) -> list[str]:
    return wrapped(track.label, WIDTH - 2 * MARGIN - width_of(track.said_standing, bold=True) - 30, lines=2)


def _height_of(track: Track) -> float:
    return LINE * len(_lines(track)) + PLOT + DATES + GAP


def _draw_track(page: Page, track: Track, top: float) -> None:
    shape, colour = LOOKS.get(track.standing, UNTOLD)
    for i, words in enumerate(_lines(track)):
        page.text(MARGIN, top + LINE * (i + 0.5), words, bold=True)
    edge = WIDTH - MARGIN - 4
    if track.latest.value is not None:
        page.mark(edge, top + LINE / 2, shape, colour)
    page.text(edge - AWAY, top + LINE / 2, track.said_standing, colour=colour, align="right", bold=True)
    upper = top + LINE * len(_lines(track))
    lower = upper + PLOT
    page.line([(LEFT, lower), (RIGHT, lower)], FAINT, 0.8)
    points = (track.start, *track.between, track.latest, track.target)
    values = [end for point in points for end in point.ends]
    reach = max(max(values) - min(values), track.span)
    low = (max(values) + min(values) - reach) / 2
    last = max(track.latest.day, track.target.day) - track.start.day

    def x(point: Point) -> float:
        return LEFT + (point.day - track.start.day) / last * (RIGHT - LEFT)

    def y(value: float) -> float:
        return lower - ROOM - (value - low) / reach * (PLOT - 2 * ROOM)

    start, target = ((x(one), y(one.value or 0.0)) for one in (track.start, track.target))
    page.line([start, target], FAINT, 1, dashed=True)
    page.mark(*start, POST, QUIET, 5)
    for point in track.between:
        page.mark(x(point), y(point.value or 0.0), *UNTOLD, 3)
    _draw_latest(page, track, x(track.latest), y)
    page.mark(*target, DIAMOND, OTHERS[1])
    page.text(LEFT - AWAY, start[1], track.start.said, colour=QUIET, align="right")
    page.text(RIGHT + AWAY, target[1], track.target.said, colour=OTHERS[1])
    dated = {one.when: x(one) for one in (track.target, track.latest, track.start)}
    room = [width_of(when) + 6 for when in dated]
    places = spread(list(dated.values()), room, MARGIN, WIDTH - MARGIN)
    for when, place in zip(dated, places, strict=True):
        page.text(place, lower + DATES / 2 + 2, when, colour=QUIET, align="center")


def _draw_latest(page: Page, track: Track, x: float, y: Callable[[float], float]) -> None:
    """Draw where a figure is now: its range, its mark by where it stands, and its words on either side."""
    shape, colour = LOOKS.get(track.standing, UNTOLD)
    now = track.latest
    middle = y(sum(now.ends) / len(now.ends))
    if now.lower is not None and now.upper is not None:
        upper, lower = y(now.upper), y(now.lower)
        page.box(x - 3, upper, 6, lower - upper, RANGE if now.value is not None else PAPER, edge=RANGE)
    if now.value is not None:
        middle = y(now.value)
        page.mark(x, middle, shape, colour, 4.5)
    width = width_of(now.said, bold=True)
    on_right = x + AWAY + width <= RIGHT - AWAY
    page.box(x + AWAY - 1 if on_right else x - AWAY - width, middle - LINE / 2, width, LINE, PAPER)
    words_at = x + AWAY if on_right else x - AWAY
    align: Align = "left" if on_right else "right"
    page.text(words_at, middle, now.said, colour=colour, align=align, bold=True)
