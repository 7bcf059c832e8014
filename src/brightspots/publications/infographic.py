"""A strategy's scorecard on one page, for a board: no script, nothing from the network, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.findings.scorecard_rules import Status
from brightspots.findings.strategy_dates import in_words, last_day, measured_on
from brightspots.publications.html import TEMPLATES
from brightspots.publications.legend import meanings, symbols_in
from brightspots.publications.strategy_sentences import STATUSES
from brightspots.publications.wording import LABEL, OWNER, capital, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Template

    from brightspots.disclosure.figures import Figure
    from brightspots.disclosure.scorecards import ReleasedObjective
    from brightspots.findings.scorecard_lines import Line, Reading
    from brightspots.publications.contents import Contents

MOST_TARGETS, MOST_TOLD = 5, 4
"""Most targets of one objective on the page, and most questions of the survey; the report has them all."""
SHAPES = {status: status.replace(" ", "-") for status in STATUSES}
KEY = tuple((SHAPES[status], capital(words)) for status, words in STATUSES.items())


@dataclass(frozen=True)
class Track:
    """The way from the starting point to the target, in percent of it.

    Attributes
    ----------
    now : float or None
        Where the figure is; None where it is hidden or not there.
    low, high : float or None
        Its likely range, or its band.
    due : float or None
        Where it should be by now.
    """

    now: float | None
    low: float | None
    high: float | None
    due: float | None


@dataclass(frozen=True)
class Tile:
    """One target on the page, in words."""

    name: str
    now: str
    detail: str
    aim: str
    start: str
    shape: str
    standing: str
    why: str
    track: Track | None


@dataclass(frozen=True)
class Told:
    """One question of the survey on the page, in words."""

    share: str
    name: str
    verdict: str
    shape: str


@dataclass(frozen=True)
class Card:
    """One objective on the page."""

    title: str
    owner: str
    shape: str
    standing: str
    basis: str
    tiles: tuple[Tile, ...]
    beside: str
    told: tuple[Told, ...]
    more: str
    actions: str


def to_scorecard_page(contents: Contents) -> str | None:
    """Return the scorecard as one page of HTML; None where the release holds none."""
    card = contents.release.scorecard
    if card is None:
        return None
    cards = [_card(contents, one) for one in card.objectives]
    return _template().render(
        title=plain(card.title),
        area=plain(card.area),
        mark_of_edition=contents.mark,
        when=in_words(plain(card.as_at)),
        source=plain(card.source),
        summary=contents.words.objectives(card).text,
        cards=cards,
        key=[entry for entry in KEY if entry[0] in _shapes(card.objectives)],
        notes=[
            " ".join(one)
            for one in ([contents.words.page_notes(card)], meanings(symbols_in(_texts(cards))))
            if one
        ],
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("scorecard.html.j2")


def _texts(cards: Iterable[Card]) -> Iterator[str]:
    """Yield what may hold a symbol: everything that is said of figures."""
    for card in cards:
        yield card.beside
        for tile in card.tiles:
            yield from (tile.name, tile.now, tile.detail, tile.aim, tile.start, tile.why)
        for told in card.told:
            yield from (told.share, told.name, told.verdict)


def _shapes(objectives: tuple[ReleasedObjective, ...]) -> set[str]:
    held = {one.status for one in objectives}
    held |= {line.standing[0] for one in objectives for line in one.lines}
    return {SHAPES[status] for status in held if status}


def _card(contents: Contents, one: ReleasedObjective) -> Card:
    words = contents.words
    targets = [line for line in one.lines if line.goal is not None]
    beside = [line for line in one.lines if line.goal is None and line.latest is not None]
    beside = sorted(beside, key=lambda line: _rank(contents, line))
    told = [_told(contents, line) for line in beside]
    left = max(0, len(targets) - MOST_TARGETS) + max(0, len(told) - MOST_TOLD)
    said = words.objective(one)
    return Card(
        title=shortened(one.title, LABEL),
        owner=shortened(one.owner, OWNER),
        shape=SHAPES.get(one.status, "none"),
        standing=said.lead or words.no_targets(),
        basis=capital(said.rest.removeprefix(": ").rstrip(".")) if said.lead else "",
        tiles=tuple(_tile(contents, line) for line in targets[:MOST_TARGETS]),
        beside=words.beside_heading(targets=len(targets), figures=len(told)),
        told=tuple(told[:MOST_TOLD]),
        more=words.more(left) if left else "",
        actions=words.actions(one.actions) if one.actions else "",
    )


def _tile(contents: Contents, line: Line) -> Tile:
    words = contents.words
    status: Status = line.standing[0]
    return Tile(
        name=words.line_name(line, LABEL),
        now=words.now(line),
        detail=words.now_detail(line, known=line.as_at),
        aim=words.aim(line),
        start=words.start(line),
        shape=SHAPES[status],
        standing=capital(words.standing(line)),
        why=words.why(line),
        track=_track(line),
    )


def _told(contents: Contents, line: Line) -> Told:
    words, figure = contents.words, figure_of(contents, line)
    name = words.line_name(line, LABEL) + words.when(line)
    if figure is None:
        verdict = "; ".join(words.beside(line, other) for other in line.against[:1])
        return Told(words.now(line), name, verdict, "none")
    compared = contents.compared(figure)
    verdicts = [words.verdict(c)[0] for c in compared]
    shape = next((one for one in ("worse", "better", "similar", "unclear") if one in verdicts), "none")
    return Told(words.now(line), name, words.in_short(compared), shape)


def _rank(contents: Contents, line: Line) -> int:
    """Put figures that a verdict ranks first, then those with another verdict, then those that say most."""
    figure = figure_of(contents, line)
    if figure is None:
        return 2 if line.against else 4
    verdicts = {contents.words.verdict(c)[0] for c in contents.compared(figure)}
    if verdicts & {"better", "worse"}:
        return 0
    return 1 if verdicts & {"similar", "unclear"} else 3


def figure_of(contents: Contents, line: Line) -> Figure | None:
    """Return the figure of the survey that a line is of; None for any other line."""
    if line.origin != "survey" or line.latest is None:
        return None
    (key,) = contents.words.line_says(line, "").figures
    everything = (*contents.figures, *(c.figure for c in contents.comparisons))
    return next(figure for figure in everything if figure_key(figure) == key)


def _track(line: Line) -> Track | None:
    """Return the way to the target; None where its ends are not both known."""
    start, level = line.baseline, line.level
    if start is None or start.value is None or level is None or level == start.value or line.goal is None:
        return None
    if line.latest is None or line.latest == start or line.latest.ends is None:
        return Track(None, None, None, None)
    first, way = start.value, level - start.value
    low, high = sorted(_clipped(100 * (end - first) / way) for end in line.latest.ends)
    now = None if line.latest.value is None else _clipped(100 * (line.latest.value - first) / way)
    return Track(now, low, high, _elapsed(start, line.latest, line.goal.due))


def _elapsed(start: Reading, latest: Reading, due: str) -> float:
    """Return how much of the time has gone, in percent: where the figure should be by now."""
    begun, at, end = measured_on(start.as_at), measured_on(latest.as_at), last_day(due)
    return _clipped(100 * (at - begun).days / max(1, (end - begun).days), most=100)


def _clipped(share: float, *, most: float = 112.0) -> float:
    """Keep a mark on the page: a little beyond either end says that it is beyond."""
    return round(min(max(share, -12.0), most), 1)
