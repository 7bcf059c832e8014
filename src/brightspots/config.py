"""The run config: one TOML file that says what to read, compare and release."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from brightspots.errors import ConfigError
from brightspots.findings.likeness import Mismatch
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.model import Frozen, Text
from brightspots.questionnaire.shipped import shipped_names

FILE_NAME = "brightspots.toml"
Audience = Literal["public", "restricted"]
LONGEST = 120
"""Of the recipients of an edition, in characters."""
Format = Literal["html", "young", "docx", "xlsx", "md", "csv", "json"]


class SurveyConfig(Frozen):
    """One survey: a questionnaire and its files (or the counts of a published report).

    Attributes
    ----------
    questionnaire, area, wave, mapping, promise : str
        As in `brightspots.read_survey`; paths are relative to the config.
    status : {"closed", "open"}
        An open survey gets its responses counted, and no verdicts.
    files : dict of age band to path, or a path
    counts : path
        A form of counts typed from a report, instead of `files`.
    eligible : dict of age band to int
    eligible_by : dict of trait to dict of level to int
        For an open survey: how many of each group could have answered.
    """

    questionnaire: Text
    area: Text
    wave: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
    status: Literal["closed", "open"] = "closed"
    mapping: str = ""
    promise: str = ""
    files: str | dict[str, str] = {}
    counts: str = ""
    eligible: dict[str, Annotated[int, Field(ge=0)]] = {}
    eligible_by: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = {}


class BenchmarksConfig(Frozen):
    """One set of benchmarks: a shipped name or a path, and which areas of a table of many."""

    name: Text
    areas: tuple[Text, ...] = ()


class CompareConfig(Frozen):
    """What to compare with.

    Attributes
    ----------
    benchmarks : tuple of BenchmarksConfig
        A text alone is a name without areas.
    previous : str, or dict of questionnaire to str
        The last wave's saved tally (.json) or form of counts; for the first survey unless named.
    elsewhere : str, or dict of questionnaire to str
        The saved tally (.json) of other councils; ours may be in it.
    overrides : dict of str to str
        Ways in which figures are not alike that shall bar no verdict, with the reason, as in
        `brightspots.compare`.
    """

    benchmarks: tuple[
        Annotated[
            BenchmarksConfig, BeforeValidator(lambda one: {"name": one} if isinstance(one, str) else one)
        ],
        ...,
    ] = ()
    previous: str | dict[str, str] = ""
    elsewhere: str | dict[str, str] = ""
    overrides: dict[Mismatch, Text] = {}


Conditions = tuple[dict[str, str], ...]


class CohortsConfig(Frozen):
    """Which traits to search for cohorts that are doing less well, or well.

    Attributes
    ----------
    traits : tuple of str
        Without any, no search is made.
    measures : tuple of str
        What to search by: each is a search of its own.
    direction : {"low", "high", "both"}
        Who is doing less well, who is doing well, or both: two searches.
    within : {"", "age_band"}
        ``age_band`` for what goes beyond a difference between age bands.
    max_order : int, 1 to 3
        Most traits joined in one cohort.
    describe : bool
        Whether to say what goes with a flag.
    previous : tuple of dict of trait to level, or dict of questionnaire to that
        Cohorts that were flagged in the last wave, to be tested again by the first of `measures`; for the
        first survey unless named. Without it, they are searched for in the last wave's tally, if that holds
        the traits.
    """

    traits: tuple[str, ...] = ()
    measures: Annotated[tuple[str, ...], Field(min_length=1)] = ("low_wellbeing",)
    direction: Literal["low", "high", "both"] = "low"
    within: Literal["", "age_band"] = ""
    max_order: Annotated[int, Field(ge=1, le=3)] = 1
    describe: bool = True
    previous: Conditions | dict[str, Conditions] = ()

    @property
    def directions(self) -> tuple[Literal["low", "high"], ...]:
        """The directions to search in, one after the other."""
        return ("low", "high") if self.direction == "both" else (self.direction,)


class ReturnConfig(Frozen):
    """Published figures of a council, to be set beside others'.

    Attributes
    ----------
    files : tuple of str
        Files of the DfE's open data.
    area : str
        The council; that of the first survey by default.
    neighbours, measures, region, targets
        As in `brightspots.compare_returns`.
    time : str
        The year wanted; the latest of each measure by default.
    years : int
        How many years to go back for the course of a figure.
    files_time : str
        The year of files that do not say it themselves (the layout of 2015).
    """

    files: Annotated[tuple[Text, ...], Field(min_length=1)]
    area: str = ""
    neighbours: tuple[Text, ...] = ()
    measures: tuple[Text, ...] = ()
    time: str = ""
    region: str = ""
    years: Annotated[int, Field(ge=1)] = 5
    targets: dict[str, float] = {}
    files_time: str = ""


class SDQColumns(Frozen):
    """Headings of a return of SDQ totals; those of reason and age may be empty."""

    score: Text = "SDQ_SCORE"
    reason: str = "SDQ_REASON"
    age: str = ""
    child: str = "CHILD"


class SDQConfig(Frozen):
    """A return of SDQ totals, and perhaps the one before.

    Attributes
    ----------
    file, previous : str
        One row a child; `previous` pairs the children by the column `child`.
    time : str
        The year of the return, such as ``2024``.
    area : str
        The council; that of the first survey by default.
    informant, by, ages, pairs_checked
        As in `brightspots.sdq.summarise` and `brightspots.sdq.change`.
    columns : SDQColumns
    """

    file: Text
    time: Annotated[str, Field(pattern=r"^\d{4}$")]
    area: str = ""
    informant: Literal["carer", "teacher", "self"] = "carer"
    columns: SDQColumns = SDQColumns()
    by: tuple[Text, ...] = ()
    ages: tuple[int, int] | None = None
    previous: str = ""
    pairs_checked: bool = False


class StabilityConfig(Frozen):
    """Episodes of placement, school and worker: files as in `brightspots.stability.summarise`.

    Attributes
    ----------
    children, placements, schools, workers : str
        One file each; the last two may be left out.
    on : str
        The day, such as ``2024-03-31``.
    by : tuple of str
        Traits: columns of `children`.
    area : str
        The council; that of the first survey by default.
    """

    children: Text
    placements: Text
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    schools: str = ""
    workers: str = ""
    by: tuple[Text, ...] = ()
    area: str = ""


class AgeProfileConfig(Frozen):
    """Ages of children in care beside England's, as in `brightspots.compare_age_profile`.

    Attributes
    ----------
    file : str
        The council's own form, with the columns ``age_group`` and ``children``.
    england : str
        The DfE's file of children in care by characteristics.
    time : str
        The year of England's figures; the latest by default.
    area : str
        The council; that of the first survey by default.
    """

    file: Text
    england: Text
    time: str = ""
    area: str = ""


class StrategyConfig(Frozen):
    """The strategy whose scorecard goes into the report.

    Attributes
    ----------
    file : str
        A shipped example's name, or a path.
    as_at : str
        When it is looked at; as the strategy says by default.
    """

    file: Text
    as_at: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | Literal[""] = ""


class ReleaseConfig(Frozen):
    """How the report leaves the house.

    Attributes
    ----------
    policy : str
        A shipped disclosure policy, or a path.
    audience : {"public", "restricted"}
        ``restricted`` for named recipients: the policy of that name, unless `policy` names one of your own.
    edition : int
        The number of an edition for named recipients; unused while the audience is public.
    recipients : str
        Who may have it; with `edition` or not at all.
    previous : tuple of str
        Paths of ``release.json`` of earlier editions.
    formats : tuple of str
    template : str
        Path of the Word document whose styles are used.
    style : str
        A shipped style, or the path of a TOML file with words of your own.
    """

    policy: str = "council"
    audience: Audience = "public"
    edition: Annotated[int, Field(ge=1)] | None = None
    recipients: Annotated[str, Field(max_length=LONGEST, pattern=r"^\S.*$")] | Literal[""] = ""
    previous: tuple[str, ...] = ()
    formats: tuple[Format, ...] = get_args(Format)
    template: str = ""
    style: str = "plain"

    @property
    def is_restricted(self) -> bool:
        """Whether it is for named recipients."""
        return self.audience == "restricted"

    @property
    def policy_name(self) -> str:
        """The policy that the audience asks for."""
        return self.audience if self.is_restricted and self.policy == "council" else self.policy


def _one_or_more(raw: object) -> object:
    """Take a table for a list of one."""
    return [raw] if isinstance(raw, dict) else raw


class ExchangeConfig(Frozen):
    """What is said of figures that are given to a pool of councils.

    Attributes
    ----------
    recipients : str
        Who may use them.
    until : date
        The last day on which they may be pooled.
    """

    recipients: Text
    until: date


class YoungPeopleConfig(Frozen):
    """What the pages for young people add to their answers.

    Attributes
    ----------
    will_do : dict of str to tuple of str
        By age band, or under ``all`` for everybody: what will be done, in short sentences of your own.
    """

    will_do: dict[str, tuple[Text, ...]] = {}


class WatchConfig(Frozen):
    """Whom a scheduled run tells of flags that are new, cleared or turned round; nobody by default.

    Attributes
    ----------
    alert_folder : str
        A folder to put one JSON file an alert into.
    alert_command : tuple of str
        A program with its arguments, which gets the JSON on its standard input.
    """

    alert_folder: str = ""
    alert_command: tuple[Text, ...] = ()


class RunConfig(Frozen):
    """Everything that a run needs.

    Read one with `load_config`.
    """

    surveys: Annotated[tuple[SurveyConfig, ...], Field(alias="survey")] = ()
    compare: CompareConfig = CompareConfig()
    cohorts: CohortsConfig = CohortsConfig()
    returns: Annotated[tuple[ReturnConfig, ...], Field(alias="return")] = ()
    sdq: Annotated[tuple[SDQConfig, ...], BeforeValidator(_one_or_more)] = ()
    stability: Annotated[tuple[StabilityConfig, ...], BeforeValidator(_one_or_more)] = ()
    age_profiles: Annotated[
        tuple[AgeProfileConfig, ...], BeforeValidator(_one_or_more), Field(alias="age_profile")
    ] = ()
    strategy: StrategyConfig | None = None
    release: ReleaseConfig = ReleaseConfig()
    young_people: YoungPeopleConfig = YoungPeopleConfig()
    exchange: ExchangeConfig | None = None
    watch: WatchConfig = WatchConfig()
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def area(self) -> str:
        """The area of the first survey, or of what stands there without one."""
        areas = [one.area for one in self.surveys]
        areas += [one.area for one in self.returns] + [one.area for one in self.sdq]
        areas += [one.area for one in self.stability] + [one.area for one in self.age_profiles]
        return next(filter(None, areas))

    @property
    def looks(self) -> dict[str, Any]:
        """How the report looks and reads, as `brightspots.publish` takes it."""
        template, style = self.release.template, self.release.style
        return {
            "template": self.path(template) if template else None,
            "style": style if style in shipped_names("styles") else self.path(style),
            "will_do": self.young_people.will_do,
        }

    def for_audience(self, audience: str) -> RunConfig:
        """Return the same run for another audience.

        Raises
        ------
        ConfigError
            If there is no such audience, or it is not said which edition it gets and for whom.
        """
        if audience not in get_args(Audience):
            raise ConfigError(
                FILE_NAME, [f"audience {audience!r}: there are {' and '.join(get_args(Audience))}"]
            )
        release = self.release.model_copy(update={"audience": audience})
        if release.is_restricted and release.edition is None:
            raise ConfigError(FILE_NAME, _edition_faults({"audience": audience}))
        return self.model_copy(update={"release": release})

    def path(self, name: str) -> Path:
        """Return a path of the config, relative to the folder that holds it."""
        return self.folder / name


def load_config(where: str | Path) -> RunConfig:
    """Load a run config: a TOML file, or the folder that holds a ``brightspots.toml``.

    Raises
    ------
    ConfigError
        With every fault of the file and its place.
    """
    path = Path(where)
    path = path / FILE_NAME if path.is_dir() else path
    config = build(RunConfig, read_toml(path, ConfigError), path.name, ConfigError, _file_faults)
    return config.model_copy(update={"folder": path.parent})


def _file_faults(raw: dict[str, object]) -> list[str]:
    surveys, release = raw.get("survey"), raw.get("release")
    faults = _edition_faults(release) if isinstance(release, dict) else []
    for i, survey in enumerate(surveys if isinstance(surveys, list) else [], start=1):
        if isinstance(survey, dict) and bool(survey.get("files")) == bool(survey.get("counts")):
            faults.append(f"survey {i}: give either files or counts")
    return faults if surveys else faults + _faults_without_survey(raw)


def _edition_faults(release: dict[str, object]) -> list[str]:
    """Return what is missing of an edition for named recipients."""
    needed = release.get("audience") == "restricted" or "edition" in release or "recipients" in release
    why = 'an edition for named recipients (audience = "restricted") has a number and says who may have it'
    missing = [key for key in ("edition", "recipients") if needed and not release.get(key)]
    return [f"release {key}: missing; {why}" for key in missing]


BESIDE = ("return", "sdq", "stability", "age_profile")
"""Sections of what may stand beside a survey, or without one."""


def _faults_without_survey(raw: dict[str, object]) -> list[str]:
    """Return what is missing where there is no survey: anything to report, and its area."""
    held = {name: raw[name] for name in BESIDE if raw.get(name)}
    if not held:
        return [f"survey: missing, and needed where there is none of {', '.join(BESIDE)}"]
    sections = [
        (name, one) for name, ones in held.items() for one in (ones if isinstance(ones, list) else [ones])
    ]
    return [
        f"{name}: area is missing, and needed where there is no survey"
        for name, one in sections
        if isinstance(one, dict) and not one.get("area")
    ]
