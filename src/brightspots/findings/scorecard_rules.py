"""Where a figure stands on its way to a target: met, on track, at risk, off track, or nobody can tell.

A figure that counts everybody is a point; a survey's is a range, and a status is given only where the whole
range has it. The line to be on runs straight from the baseline to the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from brightspots.findings.strategy_dates import last_day

if TYPE_CHECKING:
    from datetime import date

Status = Literal[
    "",
    "met",
    "on track",
    "at risk",
    "off track",
    "not met",
    "not met yet",
    "cannot tell",
    "no data",
    "hidden",
]  # fmt: skip
MET: Status = "met"
ON_TRACK: Status = "on track"
AT_RISK: Status = "at risk"
OFF_TRACK: Status = "off track"
NOT_MET: Status = "not met"
NOT_YET: Status = "not met yet"
CANNOT_TELL: Status = "cannot tell"
NO_DATA: Status = "no data"
HIDDEN: Status = "hidden"
FROM_BEST_TO_WORST = (MET, ON_TRACK, NOT_YET, AT_RISK, OFF_TRACK, NOT_MET)
TOLD_NOTHING = (CANNOT_TELL, NO_DATA, HIDDEN)
ROUNDING_ERROR = 1e-9


class Goal(NamedTuple):
    """What a figure shall reach.

    Attributes
    ----------
    up : bool
        Whether up is good.
    due : str
    target, change : float or None
        The level, or the distance from the baseline; with neither, any move from the baseline will do.
    beyond : bool
        Whether the level itself is not enough.
    """

    up: bool
    due: str
    target: float | None = None
    change: float | None = None
    beyond: bool = False

    def level(self, baseline: float | None) -> float | None:
        """Return the level to reach; None where that takes a baseline which is not known."""
        if self.target is not None or baseline is None:
            return self.target
        return baseline + (self.change or 0) * (1 if self.up else -1)

    @property
    def is_strict(self) -> bool:
        """Whether the level itself is not enough."""
        return self.beyond or (self.target is None and self.change is None)


class Start(NamedTuple):
    """Where a figure stood at the beginning, and when."""

    value: float
    at: date


def stand(lower: float, upper: float, at: date, goal: Goal, start: Start | None) -> tuple[Status, str]:
    """Return where a figure stands, and a reason where the status needs one.

    Parameters
    ----------
    lower, upper : float
        The range of a survey's figure; a point, twice the same, for one that counts everybody.
    at : date
        The day that it is of.
    goal : Goal
    start : Start or None

    Returns
    -------
    tuple of (status, reason)

    Examples
    --------
    >>> from datetime import date
    >>> goal = Goal(up=True, due="2022-03", target=0.45)
    >>> start = Start(0.40, date(2021, 3, 31))
    >>> half_way = date(2021, 9, 29)
    >>> [stand(share, share, half_way, goal, start)[0] for share in (0.45, 0.425, 0.42, 0.41)]
    ['met', 'on track', 'at risk', 'off track']
    >>> stand(0.41, 0.47, half_way, goal, start)[0]
    'cannot tell'
    """
    level = goal.level(start.value if start else None)
    if level is None:
        return NO_DATA, "no_baseline"
    sign = 1 if goal.up else -1
    worst, best = sorted((sign * lower, sign * upper))
    aim = sign * level
    if _beyond(worst, aim) if goal.is_strict else _reaches(worst, aim):
        return MET, ""
    is_missed = not (_beyond(best, aim) if goal.is_strict else _reaches(best, aim))
    due = last_day(goal.due)
    if at >= due:
        return (NOT_MET, "due") if is_missed else (CANNOT_TELL, "spans_target")
    if start is None:
        return (NOT_YET, "no_baseline") if is_missed else (CANNOT_TELL, "spans_target")
    if start.at >= at:
        return NO_DATA, "nothing_since_baseline"
    first = sign * start.value
    if _reaches(first, aim):
        return _back_at_the_start(worst, best, first, is_missed=is_missed)
    elapsed = (at - start.at).days / (due - start.at).days
    line, half = first + (aim - first) * elapsed, first + (aim - first) * elapsed / 2
    if _reaches(worst, line):
        return ON_TRACK, ""
    if not _reaches(best, half):
        return OFF_TRACK, ""
    if _reaches(worst, half) and not _reaches(best, line):
        return AT_RISK, ""
    return CANNOT_TELL, "spans_line"


def _back_at_the_start(worst: float, best: float, first: float, *, is_missed: bool) -> tuple[Status, str]:
    """Return the status of what was at its target to begin with, and has to stay there or get beyond."""
    if not is_missed:
        return CANNOT_TELL, "spans_target"
    return (AT_RISK, "") if abs(worst - first) + abs(best - first) <= ROUNDING_ERROR else (OFF_TRACK, "")


def _reaches(value: float, level: float) -> bool:
    return value >= level - ROUNDING_ERROR


def _beyond(value: float, level: float) -> bool:
    return value > level + ROUNDING_ERROR


def worst_of(statuses: list[Status]) -> Status:
    """Return the status of an objective: the worst of its measures that have one that tells.

    Examples
    --------
    >>> worst_of(["met", "at risk", "no data"]), worst_of(["no data", "cannot tell"]), worst_of([])
    ('at risk', 'cannot tell', '')
    """
    telling = [status for status in statuses if status in FROM_BEST_TO_WORST]
    if telling:
        return max(telling, key=FROM_BEST_TO_WORST.index)
    return next((status for status in TOLD_NOTHING if status in statuses), "")


def is_old(at: date, due: str, as_at: str) -> bool:
    """Whether a figure is from before the day on which its target was due, which has passed."""
    return at < last_day(due) <= last_day(as_at)
