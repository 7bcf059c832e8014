"""What may be said of figures that a council keeps or states itself: so many of so many children, by date.

Each goes by the policy by itself. Two dates of one measure are mostly the same children: where numbers moved
by only a few, what those few did could be told by taking one date from the other, so the older is left out. A
part of a measure is left out where what is left over of the whole would not be shown.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.disclosure.cells import Decision, decide
from brightspots.disclosure.editions import moves_of
from brightspots.errors import ReleaseError
from brightspots.findings.scorecard_lines import WITHHELD_BY_US, Reading
from brightspots.findings.strategy import CHILDREN
from brightspots.measures.measure import COUNTED, Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.disclosure.editions import Edition
    from brightspots.disclosure.policy import Policy
    from brightspots.findings.scorecard_lines import Line
    from brightspots.questionnaire.model import SensitiveSide

    Known = Mapping["Place", Decision]

HIDDEN_HERE = "it counts few children, or of nobody knows how many"
MOVED_LITTLE = "too few children moved since another date that is shown"
LEFT_OVER = "what is left over of the whole would count too few children"


class Place(NamedTuple):
    """One figure: the area, what it is of, and its date."""

    area: str
    name: str
    as_at: str


def place_of(area: str, line: Mapping[str, Any], as_at: str) -> Place:
    """Return the place of a figure of one line of a scorecard, as an edition holds it.

    Parameters
    ----------
    area : str
    line : mapping
        The line as plain data.
    as_at : str
    """
    names = ("origin", "measure", "questionnaire", "category", "age_band", "age_group")
    return Place(area, " ".join(str(line[name]) for name in names if line[name]), as_at)


def protect(area: str, lines: Sequence[Line], policy: Policy, known: Known) -> dict[Place, Decision]:
    """Decide what becomes of every numerator and denominator in the lines of one area.

    Parameters
    ----------
    area : str
    lines : sequence of Line
    policy : Policy
    known : mapping of Place to Decision
        What earlier editions said.

    Returns
    -------
    dict of Place to Decision
    """
    decided: dict[Place, Decision] = {}
    for line in lines:
        own = {place: d for place, d in known.items() if place[:2] == place_of(area, asdict(line), "")[:2]}
        for reading in _in_order(line):
            place = place_of(area, asdict(line), reading.as_at)
            if place not in decided:
                decided[place] = _decided(place, reading, line.sensitive_side, policy, own)
                if decided[place].status in ("shown", "banded"):
                    own[place] = decided[place]
    for whole in lines:
        if whole.origin == "local" and not whole.part_of:
            _hide_parts(area, whole, lines, decided, policy)
    return decided


def points_of(editions: Iterable[Edition]) -> Known:
    """Return what earlier editions said of so many of so many children.

    Raises
    ------
    ReleaseError
        If an edition's scorecard cannot be read: what is public would not be known.
    """
    known: dict[Place, Decision] = {}
    for edition in editions:
        if edition.scorecard is None:
            continue
        try:
            area = edition.scorecard["area"]
            for objective in edition.scorecard["objectives"]:
                for line in objective["lines"]:
                    if line["origin"] != "statutory":
                        known |= dict(_said_in(area, line))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ReleaseError(
                "The scorecard of an earlier edition cannot be read, so it cannot be known what is already "
                "public. Give its release.json as it was written."
            ) from None
    return known


def _said_in(area: str, line: Mapping[str, Any]) -> Iterable[tuple[Place, Decision]]:
    readings = [line["baseline"], *([] if line["origin"] == "survey" else [line["latest"], *line["earlier"]])]
    for reading in readings:
        if reading is None or reading["denominator"] is None:
            continue
        n, count = int(reading["denominator"]), reading["numerator"]
        place = place_of(area, line, str(reading["as_at"]))
        if count is not None:
            yield place, Decision("shown", n, int(count))
        else:
            yield place, Decision("banded", n, 0, reading["above"], reading["below"])


def may_be_stated(reading: Reading, line: Line, policy: Policy) -> bool:
    """Whether a plain number may be said as the council states it.

    Numbers of children and care leavers need the policy's smallest base; what is no number, such as a
    percentage of nobody knows how many, has to be published already.
    """
    if line.unit != "number":
        return bool(reading.published)
    return line.counts not in CHILDREN or (reading.value or 0) >= policy.minimum_base


def _in_order(line: Line) -> list[Reading]:
    """Return the readings that hold children as the council states them: the latest is kept first."""
    wanted = [line.baseline]
    if line.origin in ("local", "stated"):
        wanted = [line.latest, line.baseline, *line.earlier[:1]]
    return [r for r in wanted if r is not None and r.numerator is not None and r.denominator is not None]


def _decided(place: Place, reading: Reading, side: SensitiveSide, policy: Policy, own: Known) -> Decision:
    """Decide about one figure, beside those of other dates that are said."""
    assert reading.numerator is not None
    assert reading.denominator is not None
    n, count = reading.denominator, reading.numerator
    if place in own and not any(moves_of(n, count, own[place])):
        return replace(own[place], n=n, count=count, why="as an earlier edition said it")
    decision = _decide(n, count, side, policy)
    moved = (move for before in own.values() for move in moves_of(n, count, before))
    if decision.status in ("shown", "banded") and any(0 < move < policy.least_move for move in moved):
        return Decision("withheld", n, count, why=MOVED_LITTLE)
    return decision


def _decide(n: int, count: int, side: SensitiveSide, policy: Policy) -> Decision:
    measure = Measure(
        id="local",
        domain="",
        label="",
        finding="",
        kind="indicator",
        asked=(),
        answers=(),
        categories=(COUNTED,),
        counts={},
        higher_is_better=None,
        sensitive_side=side,
        sensitive=side != "neither",
        routed=False,
        basis={},
    )
    return decide(n, count, measure, COUNTED, policy)


def _hide_parts(
    area: str, whole: Line, lines: Sequence[Line], decided: dict[Place, Decision], policy: Policy
) -> None:
    """Hide parts of a measure until nothing small is left over of the whole, whatever is taken from it."""
    names = {place_of(area, asdict(line), "").name for line in lines if line.part_of == whole.measure}
    for place, total in list(decided.items()):
        if place[:2] == place_of(area, asdict(whole), "")[:2] and total.status == "shown":
            here = [p for p in decided if p.name in names and p.as_at == place.as_at]
            while leak := _leak(total, {p: decided[p] for p in here}, whole.sensitive_side, policy):
                hidden = decided[leak]
                decided[leak] = Decision("withheld", hidden.n, hidden.count, why=LEFT_OVER)


def _leak(total: Decision, parts: Known, side: SensitiveSide, policy: Policy) -> Place | None:
    """Return the smallest part that has to go because of what is left over; None if nothing leaks."""
    shown = [place for place, decision in parts.items() if decision.status == "shown"]
    for size in range(1, len(shown) + 1):
        for taken in combinations(shown, size):
            n = total.n - sum(parts[place].n for place in taken)
            count = total.count - sum(parts[place].count for place in taken)
            if 0 <= count <= n != 0 and _decide(n, count, side, policy).status != "shown":
                return min(taken, key=lambda place: (parts[place].n, place))
    return None


def said(reading: Reading, decision: Decision) -> Reading:
    """Return a reading as its decision lets it be said."""
    kept = Reading(reading.as_at, provisional=reading.provisional, published=reading.published)
    if decision.status == "shown":
        n, count = decision.n, decision.count
        return replace(kept, value=count / n, numerator=count, denominator=n)
    if decision.status == "banded":
        n = decision.n
        return replace(
            kept,
            lower=decision.least / n,
            upper=decision.greatest / n,
            denominator=n,
            above=decision.above,
            below=decision.below,
        )
    return replace(kept, missing=WITHHELD_BY_US)
