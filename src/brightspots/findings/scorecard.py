"""The scorecard of a strategy: where each objective stands, by surveys, published figures and local ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError
from brightspots.findings.scorecard_lines import COLUMNS, Line, row_of
from brightspots.findings.scorecard_rules import Status, worst_of
from brightspots.findings.scorecard_sources import Sources
from brightspots.findings.strategy import Strategy
from brightspots.findings.strategy_dates import last_day
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.findings.comparisons import Comparisons
    from brightspots.findings.estimates import Estimates
    from brightspots.findings.statutory import StatutoryComparisons
    from brightspots.findings.strategy import Action

OBJECTIVE_COLUMNS = (
    "objective", "title", "owner", "status", "measures", "with_status", "actions", "actions_done",
    "actions_late",
)  # fmt: skip


class Scorecard(Table):
    """Where a strategy stands, one row a figure. Not for release.

    Attributes
    ----------
    strategy : Strategy
    lines : tuple of Line
    as_at : str
        When it is looked at.
    """

    title = "Scorecard"
    strategy: Strategy
    lines: tuple[Line, ...]
    as_at: str

    @property
    def objectives(self) -> ObjectiveStandings:
        """Where each objective stands, one row an objective."""
        return ObjectiveStandings.from_rows(
            [
                {
                    "objective": one.id,
                    "title": one.title,
                    "owner": one.owner,
                    **standing_of(
                        [line for line in self.lines if line.objective == one.id], one.actions, self.as_at
                    ),
                }
                for one in self.strategy.objectives
            ],
            OBJECTIVE_COLUMNS,
        )


class ObjectiveStandings(Table):
    """Where each objective stands. Not for release."""

    title = "Objectives"


def standing_of(lines: Sequence[Line], actions: Sequence[Action], as_at: str) -> dict[str, Any]:
    """Return where an objective stands: the worst of its measures, and how many of them tell anything."""
    statuses = [line.standing[0] for line in lines if line.goal]
    return {
        "status": worst_of(statuses),
        "measures": len(statuses),
        "with_status": sum(status in TELLING for status in statuses),
        "actions": len(actions),
        "actions_done": sum(action.status == "done" for action in actions),
        "actions_late": sum(is_late(action, as_at) for action in actions),
    }


TELLING: tuple[Status, ...] = ("met", "on track", "not met yet", "at risk", "off track", "not met")


def is_late(action: Action, as_at: str) -> bool:
    """Whether an action was due before the scorecard is looked at, and is neither done nor stopped."""
    is_open = action.status not in ("done", "stopped")
    return bool(action.due) and is_open and last_day(action.due) < last_day(as_at)


def scorecard(
    strategy: Strategy,
    *results: Estimates | Comparisons | StatutoryComparisons,
    as_at: str = "",
) -> Scorecard:
    """Say where a strategy stands: each objective by the figures that belong to it.

    Parameters
    ----------
    strategy : Strategy
        From `load_strategy`; what it states and its local measures come with it.
    *results : Estimates, Comparisons or StatutoryComparisons
        The survey's figures and verdicts (`estimate`, `compare`), and published ones (`compare_returns`).
    as_at : str, optional
        When it is looked at, such as 2022-03; that of the strategy by default. What was due before, is due.

    Returns
    -------
    Scorecard
        A `Table` with a row for each figure of each objective: ``objective measure label origin
        questionnaire area wave age_band category age_group unit counts as_at value lower upper numerator
        denominator provisional missing status reason target direction due baseline baseline_as_at
        change_since_baseline previous previous_as_at change_since_previous compared owner source groupings``.
        Shares are 0-1. `compared` holds (comparator, value, difference, verdict, reason); for published and
        stated figures the verdict is ``not compared``, for the reason ``full_count``.

        ``status`` is empty where nothing is to be reached, else one of:

        * ``met``: at the target, or on its good side; of a survey's figure the whole likely range is;
        * ``not met``: the target is due, and the figure (the whole likely range) falls short;
        * before it is due, against a straight line from the baseline to the target: ``on track`` on the line
          or better, ``at risk`` below it but at least half as far, ``off track`` below that;
        * ``not met yet``: not due, and there is no baseline for a line;
        * ``cannot tell``: the likely range of a survey's figure spans what it would have to be beyond;
        * ``no data``: no figure, none since the baseline, or none since the target was due.

        A survey's figure that only has to get better than it was is judged by the test against the last
        wave. `objectives` is a table of the objectives: each has the worst status of its measures.

    Raises
    ------
    ArgumentError
        If a result is of another kind or weighted, or the strategy names what a questionnaire or a
        publication does not hold: all at once.

    Examples
    --------
    >>> import brightspots as bs
    >>> card = bs.scorecard(bs.load_strategy("sheffield-2021"))
    >>> [(row.measure, row.status, row.reason) for row in card if row.measure == "in_education_or_work"]
    [('in_education_or_work', 'no data', 'nothing_since_baseline')]
    """
    try:
        looked_at = as_at or strategy.as_at
        last_day(looked_at)
    except ValueError as fault:
        raise ArgumentError(f"as_at is {as_at!r}; it {fault}.") from None
    sources = Sources(results)
    lines = tuple(
        line for objective in strategy.objectives for line in sources.lines(strategy, objective, looked_at)
    )
    if sources.faults:
        raise ArgumentError("\n".join(sources.faults))
    card = Scorecard.from_rows([row_of(line) for line in lines], COLUMNS)
    card.strategy, card.lines, card.as_at = strategy, lines, looked_at
    return card
