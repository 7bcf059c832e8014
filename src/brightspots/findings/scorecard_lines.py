"""The lines of a scorecard: one figure each, with what it shall reach, what it was, and what is beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brightspots.findings.benchmarks import LAST_WAVE
from brightspots.findings.scorecard_rules import (
    AT_RISK,
    CANNOT_TELL,
    HIDDEN,
    MET,
    NO_DATA,
    NOT_MET,
    OFF_TRACK,
    Goal,
    Start,
    Status,
    is_old,
    stand,
)
from brightspots.findings.strategy_dates import last_day, measured_on
from brightspots.findings.verdicts import BETTER, SIMILAR, WORSE

if TYPE_CHECKING:
    from brightspots.findings.strategy import Counts, Origin, Unit
    from brightspots.questionnaire.model import SensitiveSide

COLUMNS = (
    "objective", "measure", "label", "origin", "questionnaire", "area", "wave", "age_band", "category",
    "age_group", "unit", "counts", "as_at", "value", "lower", "upper", "numerator", "denominator",
    "provisional", "missing", "status", "reason", "target", "direction", "due", "baseline", "baseline_as_at",
    "change_since_baseline", "previous", "previous_as_at", "change_since_previous", "compared", "owner",
    "source", "groupings",
)  # fmt: skip
WITHHELD_BY_US = "hidden"


@dataclass(frozen=True)
class Reading:
    """A figure at a date. Shares are from 0 to 1.

    Attributes
    ----------
    as_at : str
    value, lower, upper : float or None
        The range is that of a survey's figure, or of a band; what counts everybody has none.
    numerator, denominator : int or None
    above, below : int or None
        A band: more than, or fewer than, so many percent.
    provisional : bool
    published : str
        Where a stated figure was published.
    missing : str
        Why there is no value.
    """

    as_at: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    above: int | None = None
    below: int | None = None
    provisional: bool = False
    published: str = ""
    missing: str = ""

    def __repr__(self) -> str:
        return f"<Reading of {self.as_at}>"

    @property
    def ends(self) -> tuple[float, float] | None:
        """Its range, or itself twice; None where there is neither."""
        if self.lower is not None and self.upper is not None:
            return self.lower, self.upper
        return None if self.value is None else (self.value, self.value)


@dataclass(frozen=True)
class Against:
    """What a figure stands beside: a verdict of the survey's, or a plain gap.

    Attributes
    ----------
    comparator, source : str
    value, difference, difference_lower, difference_upper : float or None
    n : int or None
    verdict, reason : str
        As in comparisons.
    wave : str
        Of the last wave.
    """

    comparator: str
    source: str
    value: float | None
    difference: float | None = None
    difference_lower: float | None = None
    difference_upper: float | None = None
    n: int | None = None
    verdict: str = "not compared"
    reason: str = "full_count"
    wave: str = ""

    def __repr__(self) -> str:
        return f"<Against {self.comparator}>"


@dataclass(frozen=True)
class Line:
    """One line of a scorecard.

    Attributes
    ----------
    objective, measure, label : str
    origin : {"survey", "statutory", "local", "stated"}
    questionnaire, area, wave, age_band, category : str
        Of a survey's figure.
    age_bands : tuple of str
        Those pooled in it, where it is released.
    age_group : str
        Of a published figure.
    unit : {"percent", "number", "rate", "average"}
    counts : str or None
        What a number counts.
    sensitive_side, part_of : str
        As in the strategy.
    up_is_good : bool or None
    goal : Goal or None
    latest, baseline : Reading or None
    earlier : tuple of Reading
        The figures before the latest, the newest first.
    against : tuple of Against
    as_at : str
        When the scorecard is looked at.
    owner, source : str
    groupings : tuple of (grouping, heading)
    """

    objective: str
    measure: str
    label: str
    origin: Origin
    as_at: str
    questionnaire: str = ""
    area: str = ""
    wave: str = ""
    age_band: str = ""
    age_bands: tuple[str, ...] = ()
    category: str = ""
    age_group: str = ""
    unit: Unit = "percent"
    counts: Counts | None = None
    sensitive_side: SensitiveSide = "both"
    part_of: str = ""
    up_is_good: bool | None = None
    goal: Goal | None = None
    latest: Reading | None = None
    baseline: Reading | None = None
    earlier: tuple[Reading, ...] = ()
    against: tuple[Against, ...] = ()
    owner: str = ""
    source: str = ""
    groupings: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<Line: {self.objective}, {self.measure} {self.age_band or self.age_group}>"

    @property
    def last_wave(self) -> Against | None:
        """What it is compared with in the last wave."""
        return next((one for one in self.against if one.comparator == LAST_WAVE), None)

    @property
    def previous(self) -> Reading | None:
        """The figure before the latest: of a survey the last wave's."""
        if self.origin != "survey":
            return self.earlier[0] if self.earlier else None
        last = self.last_wave
        if last is None or last.value is None:
            return None
        return Reading(last.wave or LAST_WAVE, last.value, denominator=last.n)

    @property
    def change_since_previous(self) -> float | None:
        """The latest less the one before."""
        if self.origin == "survey":
            return self.last_wave.difference if self.last_wave else None
        return self._since(self.previous)

    @property
    def change_since_baseline(self) -> float | None:
        """The latest less the baseline."""
        return self._since(self.baseline)

    def _since(self, other: Reading | None) -> float | None:
        if self.latest is None or other is None or self.latest.value is None or other.value is None:
            return None
        return self.latest.value - other.value

    @property
    def level(self) -> float | None:
        """The level to reach."""
        if self.goal is None:
            return None
        return self.goal.level(self.baseline.value if self.baseline else None)

    @property
    def standing(self) -> tuple[Status, str]:
        """Where it stands, and why; both empty where it has nothing to reach."""
        if self.goal is None:
            return "", ""
        if self.latest is None or self.latest.ends is None:
            missing = self.latest.missing if self.latest else "no_figure"
            return (HIDDEN, "") if missing == WITHHELD_BY_US else (NO_DATA, missing)
        if self.origin == "survey" and self.baseline is None and self.goal.level(None) is None:
            return self._since_last_wave()
        if (
            self.baseline is not None
            and self.baseline.missing == WITHHELD_BY_US
            and self.goal.level(None) is None
        ):
            return HIDDEN, "baseline"
        start = None
        if self.baseline is not None and self.baseline.value is not None:
            start = Start(self.baseline.value, measured_on(self.baseline.as_at))
        at = measured_on(self.latest.as_at)
        status, reason = stand(*self.latest.ends, at, self.goal, start)
        if status != MET and is_old(at, self.goal.due, self.as_at):
            return NO_DATA, "nothing_since_due"
        if status == CANNOT_TELL and self.origin != "survey":
            return HIDDEN, "band"
        return status, reason

    def _since_last_wave(self) -> tuple[Status, str]:
        """Return the status of a survey's figure that has to get better than it was: as the test says."""
        last = self.last_wave
        if last is None or self.latest is None or self.goal is None:
            return NO_DATA, "no_baseline"
        if last.verdict == "withheld":
            return HIDDEN, ""
        is_due = measured_on(self.latest.as_at) >= last_day(self.goal.due)
        if last.verdict == BETTER:
            return MET, ""
        if last.verdict == WORSE:
            return (NOT_MET, "due") if is_due else (OFF_TRACK, "")
        if last.verdict == SIMILAR:
            return (NOT_MET, "due") if is_due else (AT_RISK, "")
        return CANNOT_TELL, "last_wave"


def row_of(line: Line) -> dict[str, Any]:
    """Return a line as a row with the columns of a scorecard."""
    status, reason = line.standing
    latest, baseline, previous = line.latest, line.baseline, line.previous
    return {
        **{name: getattr(line, name) for name in COLUMNS if hasattr(line, name)},
        "as_at": latest.as_at if latest else "",
        **{
            name: getattr(latest, name) if latest else None
            for name in ("value", "lower", "upper", "numerator", "denominator")
        },
        "provisional": bool(latest and latest.provisional),
        "missing": latest.missing if latest else "no_figure",
        "status": status,
        "reason": reason,
        "target": line.level,
        "direction": {True: "up", False: "down", None: ""}[line.up_is_good],
        "due": line.goal.due if line.goal else "",
        "baseline": baseline.value if baseline else None,
        "baseline_as_at": baseline.as_at if baseline else "",
        "previous": previous.value if previous else None,
        "previous_as_at": previous.as_at if previous else "",
        "compared": tuple((a.comparator, a.value, a.difference, a.verdict, a.reason) for a in line.against),
    }
