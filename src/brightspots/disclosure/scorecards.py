"""A scorecard as it may be said: every line made anew from what the release says of its figures.

A survey's figure is what its released cell is; a published figure passes; what a council keeps or states
itself goes by the policy. Where a line stands is worked out again from these, so that no status tells of
anything that is hidden.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.figures import FigureKey, figure_key
from brightspots.disclosure.local_figures import HIDDEN_HERE, may_be_stated, place_of, protect, said
from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.findings.scorecard import is_late, standing_of
from brightspots.findings.scorecard_lines import WITHHELD_BY_US, Against, Line, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.disclosure.cells import Decision
    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.disclosure.local_figures import Known
    from brightspots.disclosure.plan import Bounds
    from brightspots.disclosure.policy import Policy
    from brightspots.findings.scorecard import Scorecard
    from brightspots.findings.scorecard_rules import Status
    from brightspots.findings.strategy import Action, Grouping


@dataclass(frozen=True)
class ReleasedAction:
    """An action, and whether it is late."""

    action: str
    owner: str
    due: str
    status: str
    now: str
    last_time: str
    is_late: bool


@dataclass(frozen=True)
class ReleasedObjective:
    """One objective as it may be said.

    Attributes
    ----------
    id, title, owner : str
    status : str
        The worst of its measures that tell anything.
    measures, with_status : int
        How many have something to reach, and how many of those tell anything.
    lines : tuple of Line
    actions : tuple of ReleasedAction
    """

    id: str
    title: str
    owner: str
    status: Status
    measures: int
    with_status: int
    lines: tuple[Line, ...]
    actions: tuple[ReleasedAction, ...]


@dataclass(frozen=True)
class ReleasedScorecard:
    """A scorecard as it may be said.

    Attributes
    ----------
    title, area, as_at, about, source : str
    objectives : tuple of ReleasedObjective
    groupings : tuple of (id, title, headings)
        Other groupings of its lines, with their headings in order.
    """

    title: str
    area: str
    as_at: str
    about: str
    source: str
    objectives: tuple[ReleasedObjective, ...]
    groupings: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all objectives."""
        return tuple(line for objective in self.objectives for line in objective.lines)


@dataclass(frozen=True)
class Passed:
    """A released scorecard, and what the analyst is told of what was hidden."""

    card: ReleasedScorecard
    audit: tuple[tuple[dict[str, Any], Bounds], ...]


def pass_scorecard(
    card: Scorecard,
    policy: Policy,
    figures: Iterable[Figure],
    comparisons: Iterable[ReleasedComparison],
    known: Known,
) -> Passed:
    """Make a scorecard of nothing but what may be said.

    Parameters
    ----------
    card : Scorecard
    policy : Policy
    figures, comparisons : iterable
        What the release says.
    known : mapping of Place to Decision
        What earlier editions said of local measures.

    Raises
    ------
    ArgumentError
        If the release does not hold a figure of the survey that the scorecard does.
    """
    passing = _Passing(card, policy, figures, comparisons, known)
    lines = [passing.line(line) for line in card.lines]
    if passing.strange:
        raise ArgumentError(
            "The scorecard holds figures of a survey that are not in this release. Release the estimates and "
            "comparisons that it was made from along with it."
        )
    objectives = []
    for one in card.strategy.objectives:
        own = tuple(line for line in lines if line.objective == one.id)
        standing = standing_of(own, one.actions, card.as_at)
        objectives.append(
            ReleasedObjective(
                one.id,
                one.title,
                one.owner,
                standing["status"],
                standing["measures"],
                standing["with_status"],
                own,
                tuple(_action(action, card.as_at) for action in one.actions),
            )
        )
    strategy = card.strategy
    released = ReleasedScorecard(
        strategy.title,
        strategy.area,
        card.as_at,
        strategy.about,
        strategy.source,
        tuple(objectives),
        tuple((one.id, one.title, _headings(one, lines)) for one in strategy.groupings),
    )
    return Passed(released, tuple(passing.audit))


def _headings(grouping: Grouping, lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the headings of a grouping: the strategy's, then those that a questionnaire adds."""
    added = (heading for line in lines for name, heading in line.groupings if name == grouping.id)
    return tuple(dict.fromkeys((*(one.title for one in grouping.headings), *added)))


def _action(action: Action, as_at: str) -> ReleasedAction:
    held = {name: getattr(action, name) for name in ("action", "owner", "due", "status", "now", "last_time")}
    return ReleasedAction(**held, is_late=is_late(action, as_at))


class _Passing:
    """The lines of one scorecard on their way out."""

    def __init__(
        self,
        card: Scorecard,
        policy: Policy,
        figures: Iterable[Figure],
        comparisons: Iterable[ReleasedComparison],
        known: Known,
    ) -> None:
        self.area, self.policy = card.strategy.area, policy
        self.figures = {figure_key(figure): figure for figure in figures if not figure.group}
        self.comparisons: dict[FigureKey, list[ReleasedComparison]] = defaultdict(list)
        for comparison in comparisons:
            self.figures.setdefault(figure_key(comparison.figure), comparison.figure)
            self.comparisons[figure_key(comparison.figure)].append(comparison)
        self.decisions = protect(self.area, card.lines, policy, known)
        self.strange = False
        self.audit: list[tuple[dict[str, Any], Bounds]] = []

    def line(self, line: Line) -> Line:
        """Return a line as it may be said."""
        baseline = self._own(line, line.baseline)
        if line.origin == "statutory":
            return replace(line, baseline=baseline, earlier=line.earlier[:1])
        if line.origin == "survey":
            return self._survey(replace(line, baseline=baseline, earlier=()))
        latest = self._own(line, line.latest)
        earlier = tuple(r for r in (self._own(line, r) for r in line.earlier[:1]) if r is not None)
        gone = latest is None or latest.value is None
        against = tuple(replace(a, difference=None) if gone else a for a in line.against)
        return replace(line, latest=latest, baseline=baseline, earlier=earlier, against=against)

    def _own(self, line: Line, reading: Reading | None) -> Reading | None:
        """Return what the council itself keeps or states, as it may be said."""
        if reading is None or reading.value is None:
            return reading
        if reading.numerator is not None:
            decision = self.decisions[place_of(self.area, asdict(line), reading.as_at)]
            if decision.status != "shown":
                self._tell(line, reading, decision)
            return said(reading, decision)
        if may_be_stated(reading, line, self.policy):
            return reading
        self._tell(line, reading, None)
        return Reading(reading.as_at, provisional=reading.provisional, missing=WITHHELD_BY_US)

    def _survey(self, line: Line) -> Line:
        if line.latest is None:
            return line
        told_by = (line.questionnaire, line.area, line.wave, line.measure, line.category, line.age_band)
        name = FigureKey(*told_by, group=(), rest=False)
        figure = self.figures.get(name)
        if figure is None:
            self.strange = True
            return line
        waves = {(a.comparator, a.source): a.wave for a in line.against}
        against = tuple(
            _against(one, waves[one.comparator, one.source])
            for one in self.comparisons[name]
            if (one.comparator, one.source) in waves
        )
        return replace(line, latest=_reading(figure), against=against, age_bands=figure.age_bands)

    def _tell(self, line: Line, reading: Reading, decision: Decision | None) -> None:
        """Tell the analyst what was hidden, and nothing of what it was."""
        row = {
            "questionnaire": "",
            "area": self.area,
            "wave": reading.as_at,
            "measure": line.measure,
            "category": "",
            "age_band": "",
            "group": "",
            "status": decision.status if decision else "withheld",
            "said": "",
            "why": decision.why if decision else HIDDEN_HERE,
        }
        if decision is not None and decision.above is not None:
            row["said"] = f"more than {decision.above}%"
        elif decision is not None and decision.below is not None:
            row["said"] = f"fewer than {decision.below}%"
        if (row, _unbounded) not in self.audit:
            self.audit.append((row, _unbounded))


def _unbounded() -> tuple[int | None, int | None]:
    """Return the bounds of what stands in no sum with other figures."""
    return None, None


def _reading(figure: Figure) -> Reading:
    missing = {"withheld": WITHHELD_BY_US, "no base": "no_base"}.get(figure.status, "")
    return Reading(
        figure.wave,
        figure.share,
        figure.lower,
        figure.upper,
        figure.count,
        figure.n,
        figure.above,
        figure.below,
        missing=missing,
    )


def _against(one: ReleasedComparison, wave: str) -> Against:
    """Return a comparison as the release says it; a pooled figure goes where ours goes."""
    kept = one.verdict != "withheld" or one.comparator == LAST_WAVE or one.benchmark_n is None
    return Against(
        comparator=one.comparator,
        source=one.source,
        value=one.benchmark if kept else None,
        difference=one.difference,
        difference_lower=one.difference_lower,
        difference_upper=one.difference_upper,
        n=one.benchmark_n if kept else None,
        verdict=one.verdict,
        reason=one.reason,
        wave=wave,
    )
