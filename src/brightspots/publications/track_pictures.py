"""The targets of an objective, each drawn on its way from the starting point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.strategy_dates import in_words, last_day, measured_on
from brightspots.publications.charts.track import Point, Track, Tracks
from brightspots.publications.document import Picture
from brightspots.publications.strategy_sentences import known_between
from brightspots.publications.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.findings.scorecard_lines import Line, Reading
    from brightspots.publications.contents import Contents

START, TARGET = "starting point", "target, by its date"
BETWEEN, LIKELY_RANGE = "a figure in between", "likely range"
SPANS = {"percent": 0.2, "rate": 20.0, "average": 4.0}
"""What a scale holds at least, by unit: with less, small changes would look large."""
SPAN_OF_NUMBERS = 0.25
"""Of a number, as a share of the largest."""


def track_pictures(contents: Contents, title: str, targets: Sequence[Line]) -> list[Picture]:
    """Return a picture of the targets that have a starting point and a figure since; none without any."""
    drawn = [(line, track) for line in targets if (track := _track(contents, line)) is not None]
    if not drawn:
        return []
    lines = [line for line, _ in drawn]
    caption, alternative = contents.words.tracks(title, lines, [one for one in targets if one not in lines])
    chart = Tracks(START, TARGET, BETWEEN, LIKELY_RANGE, tuple(track for _, track in drawn))
    return [Picture(caption, alternative, chart)]


def _track(contents: Contents, line: Line) -> Track | None:
    """Return the way of a figure to its target; None where its ends are not both known."""
    words, goal, start, latest, level = contents.words, line.goal, line.baseline, line.latest, line.level
    if goal is None or level is None or start is None or start.value is None:
        return None
    if latest is None or latest.ends is None or measured_on(latest.as_at) <= measured_on(start.as_at):
        return None
    due = last_day(goal.due).toordinal()
    if due <= measured_on(start.as_at).toordinal():
        return None
    most = max(abs(value) for value in (start.value, level, *latest.ends))
    return Track(
        label=words.line_name(line),
        standing=line.standing[0],
        said_standing=words.standing(line),
        start=_point(contents, line, start),
        latest=_point(contents, line, latest),
        target=Point(due, level, words.amount(line, level), in_words(plain(goal.due))),
        between=tuple(_point(contents, line, one) for one in known_between(line)),
        span=SPANS.get(line.unit, SPAN_OF_NUMBERS * most),
    )


def _point(contents: Contents, line: Line, reading: Reading) -> Point:
    """Return a figure at its date, with the likely range of a survey's, or to the limit of its band."""
    lower, upper = (reading.lower, reading.upper) if line.origin == "survey" else (None, None)
    if reading.above is not None:
        lower, upper = reading.above / 100, 1.0
    elif reading.below is not None:
        lower, upper = 0.0, reading.below / 100
    return Point(
        measured_on(reading.as_at).toordinal(),
        reading.value,
        contents.words.reading(line, reading, beside=line.level),
        in_words(plain(reading.as_at)),
        lower,
        upper,
    )
