"""A strategy as data: objectives, what belongs to each, what it shall reach, and who does what by when.

Nothing is judged here; `brightspots.scorecard` does that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from brightspots.errors import StrategyError
from brightspots.findings.local_measures import read_local_measures
from brightspots.findings.strategy_dates import as_text, last_day
from brightspots.findings.strategy_faults import faults_of
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.model import Frozen, Id, SensitiveSide, Text
from brightspots.questionnaire.shipped import find_toml

if TYPE_CHECKING:
    from brightspots.findings.local_measures import LocalFigure


def _is_date(text: str) -> str:
    if text:
        last_day(text)
    return text


Date = Annotated[str, BeforeValidator(as_text), AfterValidator(_is_date)]
Origin = Literal["survey", "statutory", "local", "stated"]
Unit = Literal["percent", "number", "rate", "average"]
Counts = Literal["children", "care leavers", "carers", "places", "homes", "staff", "schools", "other"]
Progress = Literal["not started", "under way", "done", "stopped"]
CHILDREN = ("children", "care leavers")
"""What a number may count that is a child or a young person."""


class StatedFigure(Frozen):
    """A figure as a council states it, at a date.

    Attributes
    ----------
    as_at : str
        A year, a month or a day, such as 2021, 2021-03 or 2021-03-31; or how the source dates it.
    value : float, optional
        In the unit of its measure; a percentage from 0 to 100.
    numerator, denominator : int, optional
        Instead of a value: so many, of so many.
    provisional : bool
    published : str
        Where it was published; a percentage of nobody knows how many may leave only if it was.
    """

    as_at: Date
    value: Annotated[float | None, Field(ge=0, strict=True, allow_inf_nan=False)] = None
    numerator: Annotated[int | None, Field(ge=0, strict=True)] = None
    denominator: Annotated[int | None, Field(ge=1, strict=True)] = None
    provisional: bool = False
    published: str = ""


class Other(Frozen):
    """A published figure of others, to stand beside ours."""

    name: Text
    value: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]
    published: Text


class SurveyIndicator(Frozen):
    """A question of a survey that belongs to an objective.

    Attributes
    ----------
    measure : str
        Its id in the questionnaire.
    questionnaire : str
        Id of the questionnaire; left out, every survey that asks it.
    age_band : str
        Left out, all of them together where they were asked the same, else each.
    category : str
        Needed for a 0-10 scale: one of its bands.
    """

    measure: Id
    questionnaire: str = ""
    age_band: str = ""
    category: str = ""


class TrackedMeasure(Frozen):
    """A figure that an objective is tracked by, with what it shall reach.

    Attributes
    ----------
    measure : str
        Its id: in the questionnaire, among published figures, or in the form of local measures.
    origin : {"survey", "statutory", "local", "stated"}
        Where its figures come from; what is stated stands in this file.
    label : str
        What it is called; that of the questionnaire or the publisher by default.
    unit : {"percent", "number", "rate", "average"}
        Of what is stated or local.
    counts : str
        What a number counts: ``children``, ``care leavers``, ``carers``, ``places``, ``homes``, ``staff``,
        ``schools`` or ``other``. Small numbers of children and care leavers do not leave.
    sensitive_side : {"both", "counted", "not counted", "neither"}
        Of a local or stated share: the side whose small numbers get the coarser band.
    part_of : str
        The local measure whose children those of this one are among.
    questionnaire, age_band, category : str
        Of a survey's figure, as in `SurveyIndicator`.
    age_group : str
        Of a published figure.
    baseline, latest : StatedFigure, optional
        The baseline of local and published figures may be a date alone.
    beside : tuple of Other
    target, change : float, optional
        The level to reach, or how far to get from the baseline. With neither and a `due` date, any move from
        the baseline in the good direction will do.
    beyond : bool
        Whether the target itself is not enough.
    direction : {"up", "down", ""}
        Which way is good.
    due : str
        By when.
    owner, source : str
    """

    measure: Id
    origin: Origin = "stated"
    label: Annotated[str, Field(max_length=300)] = ""
    unit: Unit = "percent"
    counts: Counts | None = None
    sensitive_side: SensitiveSide = "both"
    part_of: str = ""
    questionnaire: str = ""
    age_band: str = ""
    category: str = ""
    age_group: str = ""
    baseline: StatedFigure | None = None
    latest: StatedFigure | None = None
    beside: tuple[Other, ...] = ()
    target: Annotated[float | None, Field(ge=0, strict=True, allow_inf_nan=False)] = None
    change: Annotated[float | None, Field(gt=0, strict=True, allow_inf_nan=False)] = None
    beyond: bool = False
    direction: Literal["up", "down", ""] = ""
    due: Date = ""
    owner: str = ""
    source: str = ""


class Action(Frozen):
    """Something that will be done.

    Attributes
    ----------
    action : str
        What.
    owner : str
    due : str
    status : {"not started", "under way", "done", "stopped"}
    now, last_time : str
        What there is to say of it, and what was said the last time.
    """

    action: Annotated[str, Field(min_length=1, max_length=600)]
    owner: str = ""
    due: Date = ""
    status: Progress = "not started"
    now: str = ""
    last_time: str = ""


class Objective(Frozen):
    """One objective, or priority, with what belongs to it.

    Attributes
    ----------
    id, title, owner : str
    indicators : tuple of SurveyIndicator
        A text alone is the id of a measure.
    measures : tuple of TrackedMeasure
    actions : tuple of Action
    """

    id: Id
    title: Text
    owner: str = ""
    indicators: tuple[
        Annotated[
            SurveyIndicator, BeforeValidator(lambda one: {"measure": one} if isinstance(one, str) else one)
        ],
        ...,
    ] = ()
    measures: Annotated[tuple[TrackedMeasure, ...], Field(alias="measure")] = ()
    actions: Annotated[tuple[Action, ...], Field(alias="action")] = ()


class GroupHeading(Frozen):
    """One heading of another grouping, and the measures under it."""

    title: Text
    measures: tuple[Id, ...] = ()


class Grouping(Frozen):
    """The same measures under other headings: a pledge, a charter, principles.

    Attributes
    ----------
    id, title : str
        Where a questionnaire names headings under this id (``principles``), its questions stand under them
        too.
    headings : tuple of GroupHeading
    """

    id: Id
    title: Text
    headings: Annotated[tuple[GroupHeading, ...], Field(alias="heading")] = ()


class Strategy(Frozen):
    """A strategy. Read one with `load_strategy`.

    Attributes
    ----------
    title, area, about, source : str
    as_at : str
        When it is looked at: what was due before, is due.
    local_measures : str
        A form of local measures, by its path from this file.
    objectives : tuple of Objective
    groupings : tuple of Grouping
    series : dict of measure to tuple of LocalFigure
        What the form of local measures holds, by date.
    """

    title: Text
    area: Text
    as_at: Date
    about: str = ""
    source: str = ""
    local_measures: str = ""
    objectives: Annotated[tuple[Objective, ...], Field(alias="objective", min_length=1)]
    groupings: Annotated[tuple[Grouping, ...], Field(alias="grouping")] = ()
    series: Annotated[dict[str, tuple[Any, ...]], Field(exclude=True)] = {}

    def __repr__(self) -> str:
        tracked = sum(len(one.measures) for one in self.objectives)
        return f"<Strategy: {len(self.objectives)} objectives, {tracked} measures beside the survey's>"

    def __str__(self) -> str:
        return repr(self)


def load_strategy(name: str | Path) -> Strategy:
    """Load a strategy: an example that ships with the library, or a TOML file of your own.

    Parameters
    ----------
    name : str or path
        ``sheffield-2021``, ``shropshire-2021``, or a path. A form of local measures that the file names is
        read with it.

    Returns
    -------
    Strategy

    Raises
    ------
    StrategyError
        If it is not known, or with every fault of the file and of its local measures, each with its place.

    Examples
    --------
    >>> strategy = load_strategy("sheffield-2021")
    >>> [objective.id for objective in strategy.objectives]
    ['placements', 'schooling', 'wellbeing', 'education_and_work']
    """
    path = find_toml(name, "strategies", StrategyError)
    raw = read_toml(path, StrategyError)
    series, faults = _series(path, raw)
    strategy = build(Strategy, raw, path.name, StrategyError, lambda raw: [*faults_of(raw, series), *faults])
    return strategy.model_copy(update={"series": series})


def _series(path: Path, raw: dict[str, Any]) -> tuple[dict[str, tuple[LocalFigure, ...]], list[str]]:
    form = raw.get("local_measures")
    if not form or not isinstance(form, str):
        return {}, ["series: unknown key"] if "series" in raw else []
    return read_local_measures(path.parent / form)
