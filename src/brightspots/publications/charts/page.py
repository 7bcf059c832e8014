"""A page to draw on, in points from its upper left corner: text, lines, marks and boxes, and no axes."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from typing import TYPE_CHECKING, Any, Literal

from brightspots.publications.charts.look import INK, LABEL, PAPER, SMALL, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

FONT = "DejaVu Sans"
"""It comes with matplotlib, so that pictures are the same on every machine."""
FONTS_OF_SVG = f"Arial, '{FONT}', sans-serif"
WIDE = {False: 0.55, True: 0.65}
"""Width of a letter, on average, as a share of the size of type: by whether it is bold."""
DOTS_PER_INCH = 200
STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "brightspots", "text.usetex": False}
NOT_OURS = re.compile(
    r"\s*<metadata>.*?</metadata>|\s*<defs>.*?</defs>|\s*<!--.*?-->| id=\"[^\"]*\"", re.DOTALL
)
"""What is left out of an SVG: a style that would reach all of a page that it stands in, and ids."""
Align = Literal["left", "center", "right"]


class Page:
    """A page of a width and a height in points."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height = width, height
        self.figure: Figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        down = Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72)
        self._drawn = 0
        self._place = down + self.figure.dpi_scale_trans

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SMALL,
        colour: str = INK,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """Write a line of text with its middle at a height."""
        self._drawn += 1
        self.figure.text(
            x, y, words, transform=self._place, size=size, color=colour, ha=align, va="center_baseline",
            family=FONT, weight="bold" if bold else "normal", parse_math=False, zorder=self._drawn,
        )  # fmt: skip

    def line(
        self, points: Sequence[tuple[float, float]], colour: str, width: float = 1, *, dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        from matplotlib.lines import Line2D

        xs, ys = zip(*points, strict=True)
        line = Line2D(xs, ys, color=colour, linewidth=width, solid_capstyle="butt")
        if dashed:
            line.set_linestyle((0, (2.5, 2)))
        self._add(line)

    def mark(
        self, x: float, y: float, shape: Shape, colour: str, size: float = 4, *, edge: str = PAPER
    ) -> None:
        """Draw a mark of some shape."""
        from matplotlib.patches import Circle, Polygon

        style: dict[str, Any] = {"facecolor": colour, "edgecolor": edge, "linewidth": 0.8}
        corners = [(x + size * right, y + size * down) for right, down in shape]
        self._add(Polygon(corners, **style) if corners else Circle((x, y), size, **style))

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, *, edge: str = "none"
    ) -> None:
        """Draw a box from its upper left corner."""
        from matplotlib.patches import Rectangle

        self._add(Rectangle((x, y), width, height, facecolor=colour, edgecolor=edge, linewidth=0.8))

    def area(self, points: Sequence[tuple[float, float]], colour: str, *, edge: str = "none") -> None:
        """Fill the area that points enclose."""
        from matplotlib.patches import Polygon

        self._add(Polygon(points, facecolor=colour, edgecolor=edge, linewidth=1.2))

    def _add(self, artist: Artist) -> None:
        """Put something on top of what is there."""
        self._drawn += 1
        artist.set(transform=self._place, zorder=self._drawn)
        self.figure.add_artist(artist)

    def svg(self) -> str:
        """Return the page as SVG: type is type, nothing tells the day, and no id meets another."""
        said_of_it = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        text = self._saved("svg", metadata=said_of_it, transparent=True).decode("utf-8")
        body = NOT_OURS.sub("", text[text.index("<svg") :])
        return body.replace(f"'{FONT}'", FONTS_OF_SVG).replace("<svg ", '<svg stroke-linejoin="round" ', 1)

    def png(self) -> bytes:
        """Return the page as PNG, for paper."""
        return self._saved("png", dpi=DOTS_PER_INCH, facecolor=PAPER, metadata={"Software": None})

    def _saved(self, kind: str, **options: Any) -> bytes:
        from matplotlib import rc_context

        out = io.BytesIO()
        with rc_context(STYLE), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from font", category=UserWarning)
            self.figure.savefig(out, format=kind, **options)
        return out.getvalue()


def width_of(words: str, size: float = SMALL, *, bold: bool = False) -> float:
    """Return about how wide a line of text is."""
    return len(words) * size * WIDE[bold]


def wrapped(words: str, width: float, size: float = LABEL, lines: int = 3) -> list[str]:
    """Return a text in lines that fit a width; what is longer than so many lines ends in an ellipsis.

    Examples
    --------
    >>> wrapped("Likes school or college, 11-18s", 120)
    ['Likes school or', 'college, 11-18s']
    """
    most = max(int(width / (size * WIDE[False])), 4)
    return textwrap.wrap(words, most, max_lines=lines, placeholder=" …") or [""]


def spread(places: Sequence[float], gaps: Sequence[float], lower: float, upper: float) -> list[float]:
    """Return places moved as little as needed so that neighbours are far enough apart.

    Parameters
    ----------
    places : sequence of float
        Where each would like to be.
    gaps : sequence of float
        The room that each needs.
    lower, upper : float
        Between which all must be, if they fit.

    Examples
    --------
    >>> spread([10, 12, 50], [6, 6, 6], 0, 100)
    [8.0, 14.0, 50]
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    groups: list[tuple[list[int], float]] = []  # members, and where the middle of all would like to be
    for i in order:
        members, middle = [i], float(places[i])
        middle = _within(middle, gaps[i], lower, upper)
        while groups and middle - _room(members, gaps) / 2 < groups[-1][1] + _room(groups[-1][0], gaps) / 2:
            before, _ = groups.pop()
            members = before + members
            middle = _within(_best_middle(members, places, gaps), _room(members, gaps), lower, upper)
        groups.append((members, middle))
    moved: dict[int, float] = {}
    for members, middle in groups:
        if len(members) == 1:
            moved[members[0]] = _within(places[members[0]], gaps[members[0]], lower, upper)
            continue
        at = middle - _room(members, gaps) / 2
        for i in members:
            moved[i] = at + gaps[i] / 2
            at += gaps[i]
    return [moved[i] for i in range(len(places))]


def _room(members: Sequence[int], gaps: Sequence[float]) -> float:
    return sum(gaps[i] for i in members)


def _best_middle(members: Sequence[int], places: Sequence[float], gaps: Sequence[float]) -> float:
    """Return the middle of a run of neighbours that moves them least on average."""
    at, wishes = 0.0, []
    whole = _room(members, gaps)
    for i in members:
        wishes.append(places[i] - (at + gaps[i] / 2) + whole / 2)
        at += gaps[i]
    return sum(wishes) / len(wishes)


def _within(middle: float, room: float, lower: float, upper: float) -> float:
    return min(max(middle, lower + room / 2), max(upper - room / 2, lower + room / 2))
