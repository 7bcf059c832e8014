"""Benchmarks: what a council's figures are compared with, declared and sourced.

A benchmark without its source, age range, year and counted answers is unusable, so each carries them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Annotated, Any, Literal, overload

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from brightspots.errors import ArgumentError, BenchmarkError
from brightspots.findings.benchmark_tables import Area, choose_areas, read_tables
from brightspots.findings.estimates import ALL
from brightspots.findings.likeness import DECLARED, Difference, Mismatch
from brightspots.measures.measure import COUNTED, measures_of
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.model import Frozen, Questionnaire, Text
from brightspots.questionnaire.shipped import find_toml, shipped_names
from brightspots.questionnaire.spelling import fold
from brightspots.statistics import worth_of_interval
from brightspots.tables import Table

READ_FROM_CHART = "chart"
CHART_STEP = 4.0
ROUNDING_ERROR = 1e-6

LAST_WAVE = "last wave"
CARE_ELSEWHERE = "care elsewhere"
GENERAL_POPULATION = "general population"
KNOWN = {name: name for name in (LAST_WAVE, CARE_ELSEWHERE, GENERAL_POPULATION)}

IDENTITY = ("measure", "category", "age_band", "comparator", "questionnaire")
SHIPPED_COLUMNS = ("name", "about", "comparators", "figures", "years", "licence", "areas")
NO_FIGURE = {"percent": 0.0, "count": None, "n": None, "lower": None, "upper": None, "rounded_to": 0}
"""Stands in for a figure that its publisher withheld while the rest of its row is checked."""


class Benchmark(Frozen):
    """One published figure to compare with.

    Attributes
    ----------
    measure, age_band, category : str
        What it is a figure of; ``age_band`` may be ``all``; ``category`` is ``counted`` for an indicator.
    comparator : str
        ``general population``, ``care elsewhere``, ``last wave``, or another name.
    percent : float, optional
        The published percentage, 0-100. Give it, or `count` and `n`.
    count, n : int, optional
        Children in the category, and all who answered.
    lower, upper : float, optional
        The published interval of the percentage, 0-100; it holds the figure.
    confidence : float, default 0.95
        Coverage of that interval.
    rounded_to : float or "chart", optional
        Step of rounding in percentage points: 0 for none, ``chart`` when read from a chart (2 points either
        way). Left out, it is that of the last digit: 1 for 78, 0.1 for 78.4.
    includes_own : {"yes", "no", "unknown"}
        Whether our own children are inside it.
    counted : tuple of str, optional
        Answers that it counted; checked against the questionnaire's.
    source : str
        Where it was published.
    questionnaire : str
        Id of the questionnaire that it is a figure of. Needed where one file serves several questionnaires:
        left out, the figure has to fit whichever questionnaire it is compared with.
    year : str, optional
        When the answers were given; a year first.
    ages : (int, int), optional
        Youngest and oldest of those asked.
    design_effect : float, default 1
        Of a survey that was no simple random sample: how many times fewer answers of one would say as much.
    differs : tuple of str
        Ways in which the figure is known not to be like ours: ``wording``, ``options`` (other answers to
        choose from), ``mode`` (a parent or an interviewer asked), ``country``, ``base`` (asked of other
        people). Each bars a verdict, unless overridden.
    override : dict of str to str
        Ways in which it is not like ours, as in `differs` or found out (``age_range``, ``year_gap``,
        ``counted_answers``), that shall not bar a verdict, each with the reason. The reason is printed.
    illustrative : bool
        True where the figure is invented to show a direction that a source gives in words.
    """

    measure: Text
    age_band: Text
    comparator: Annotated[Text, AfterValidator(lambda name: KNOWN.get(fold(name), name))]
    source: Text
    category: Text = COUNTED
    percent: Annotated[float | None, Field(ge=0, le=100, strict=True)] = None
    count: Annotated[int | None, Field(ge=0, strict=True, validate_default=True)] = None
    n: Annotated[int | None, Field(ge=1, strict=True, validate_default=True)] = None
    lower: Annotated[float | None, Field(ge=0, le=100, strict=True)] = None
    upper: Annotated[float | None, Field(ge=0, le=100, strict=True, validate_default=True)] = None
    confidence: Annotated[float, Field(gt=0, lt=1, strict=True)] = 0.95
    rounded_to: Annotated[float, Field(ge=0, le=20, strict=True)] | Literal["chart"] | None = Field(
        default=None, validate_default=True
    )
    includes_own: Literal["yes", "no", "unknown"] = "unknown"
    counted: tuple[str, ...] = ()
    questionnaire: str = ""
    year: Annotated[str, BeforeValidator(lambda year: str(year) if type(year) is int else year)] = ""
    ages: tuple[int, int] | None = None
    design_effect: Annotated[float, Field(ge=1, strict=True)] = 1
    differs: tuple[Difference, ...] = ()
    override: dict[Mismatch, Text] = {}
    illustrative: bool = False

    @field_validator("count")
    @classmethod
    def _one_figure(cls, count: int | None, told: ValidationInfo) -> int | None:
        if "percent" in told.data and (told.data["percent"] is None) == (count is None):
            raise ValueError("give either percent, or count and n")
        return count

    @field_validator("n")
    @classmethod
    def _no_more_than_answered(cls, n: int | None, told: ValidationInfo) -> int | None:
        count = told.data.get("count")
        if count is not None and (n is None or count > n):
            raise ValueError("count needs n, and cannot be above it")
        return n

    @field_validator("upper")
    @classmethod
    def _holds_the_figure(cls, upper: float | None, told: ValidationInfo) -> float | None:
        if "lower" not in told.data:
            return upper
        lower, percent = told.data["lower"], told.data.get("percent")
        if (lower is None) != (upper is None):
            raise ValueError("give both ends of the interval, lower and upper, or neither")
        if lower is None or upper is None:
            return upper
        if percent is None and told.data.get("n"):
            percent = 100 * told.data["count"] / told.data["n"]
        if lower > upper or (percent is not None and not lower <= percent <= upper):
            raise ValueError("the interval from lower to upper has to hold the figure")
        return upper

    @field_validator("rounded_to")
    @classmethod
    def _rounded_as_it_says(cls, step: float | str | None, told: ValidationInfo) -> float | str:
        percent = told.data.get("percent")
        if percent is None or isinstance(step, str):
            return step or 0.0
        if step is None:
            if 0 < percent < 1:
                raise ValueError(
                    f"{percent:g}% is very little: for a share, give {100 * percent:g}; else say rounded_to"
                )
            return _last_digit(percent)
        if step > 0 and abs(percent / step - round(percent / step)) > ROUNDING_ERROR:
            raise ValueError(f"{percent:g} is not a multiple of {step:g}; say to what it was rounded")
        return step

    @field_validator("includes_own")
    @classmethod
    def _last_wave_is_another(cls, includes: str, told: ValidationInfo) -> str:
        if includes == "yes" and told.data.get("comparator") == LAST_WAVE:
            raise ValueError("this wave's answers cannot be inside the last wave's; leave it out")
        return includes

    @field_validator("year")
    @classmethod
    def _begins_with_a_year(cls, year: str) -> str:
        if year and not re.match(r"(19|20)\d\d(?!\d)", year):
            raise ValueError("begin with a year, such as 2021, 2021-06 or 2020/21")
        return year

    @field_validator("ages")
    @classmethod
    def _youngest_first(cls, ages: tuple[int, int] | None) -> tuple[int, int] | None:
        if ages and ages[0] > ages[1]:
            raise ValueError("the youngest comes first")
        return ages

    @field_validator("override")
    @classmethod
    def _of_what_differs(cls, override: dict[str, str], told: ValidationInfo) -> dict[str, str]:
        undeclared = [c for c in override if c in DECLARED and c not in told.data.get("differs", DECLARED)]
        if undeclared:
            raise ValueError(f"{', '.join(undeclared)} is not among `differs`; declare what is overridden")
        return override

    @property
    def share(self) -> float:
        """The figure as a share, as printed."""
        return self.percent / 100 if self.percent is not None else (self.count or 0) / (self.n or 1)

    @property
    def step(self) -> float:
        """The step of rounding as a share; 0 for counts."""
        if self.percent is None:
            return 0.0
        return (CHART_STEP if self.rounded_to == READ_FROM_CHART else float(self.rounded_to or 0)) / 100

    @property
    def own_inside(self) -> str:
        """Whether our own children are inside: in the general population and our last wave only if said."""
        apart = self.comparator in (GENERAL_POPULATION, LAST_WAVE)
        return "no" if apart and self.includes_own == "unknown" else self.includes_own

    @property
    def worth(self) -> float | None:
        """How many answers of a simple random sample say as much; None where neither n nor interval is known.

        An interval is read at its widest before rounding. Where `n` is known too, the smaller holds.
        """
        sizes = [] if self.n is None else [self.n / self.design_effect]
        if self.lower is not None and self.upper is not None:
            chart = self.rounded_to == READ_FROM_CHART
            step = CHART_STEP if chart else min(map(_last_digit, (self.lower, self.upper)))
            width = min(100.0, self.upper - self.lower + step) / 100
            sizes.append(float(worth_of_interval(self.share, width, confidence=self.confidence)))
        return min(sizes, default=None)

    @property
    def label(self) -> str:
        """The source, marked where the figure is illustrative."""
        return f"{self.source} (illustrative)" if self.illustrative else self.source

    @property
    def name(self) -> str:
        """What sets it apart from every other benchmark."""
        return " / ".join(str(getattr(self, key)) for key in IDENTITY if getattr(self, key))

    def misfits(self, questionnaire: Questionnaire) -> list[str]:
        """Return what in it does not fit the questionnaire that it is meant for.

        Parameters
        ----------
        questionnaire : Questionnaire
            A figure that names another one is not meant for it, and so has nothing that does not fit.
        """
        measure = measures_of(questionnaire).get(self.measure)
        if self.questionnaire not in ("", questionnaire.id):
            return []
        if measure is None:
            hint = (
                ""
                if self.questionnaire
                else "; if it is a figure of another one, name that in `questionnaire`"
            )
            return [f"benchmark {self.name}: {questionnaire.id} has no measure {self.measure!r}{hint}"]
        faults = []
        if self.category not in measure.categories:
            known = ", ".join(measure.categories)
            faults.append(
                f"benchmark {self.name}: {self.measure} has no category {self.category!r}, only {known}"
            )
        if self.age_band not in (ALL, *measure.asked):
            known = ", ".join(measure.asked)
            faults.append(
                f"benchmark {self.name}: {self.measure} is not asked of {self.age_band!r}, only of {known}"
            )
        return faults


class Benchmarks(Frozen):
    """A file of benchmarks.

    Read one with `load_benchmarks`; add two to compare with both.

    Attributes
    ----------
    benchmarks : tuple of Benchmark
    about, licence : str
        What they are, and under which terms they were published.
    withheld : tuple of str
        Names of figures of a table that their publisher withheld: there is nothing to compare with.
    """

    benchmarks: Annotated[tuple[Benchmark, ...], Field(alias="benchmark")] = ()
    about: str = ""
    licence: str = ""
    withheld: Annotated[tuple[str, ...], Field(exclude=True)] = ()

    def __len__(self) -> int:
        return len(self.benchmarks)

    def __add__(self, other: Benchmarks) -> Benchmarks:
        if not isinstance(other, Benchmarks):
            return NotImplemented
        joined = (*self.benchmarks, *other.benchmarks)
        repeated = _repeated([figure.model_dump() for figure in joined])
        if repeated:
            raise BenchmarkError("benchmarks", repeated)
        texts = {
            key: " ".join(dict.fromkeys(filter(None, (getattr(self, key), getattr(other, key)))))
            for key in ("about", "licence")
        }
        withheld = (*self.withheld, *other.withheld)
        return self.model_copy(update={"benchmarks": joined, "withheld": withheld, **texts})

    def __repr__(self) -> str:
        comparators = ", ".join(dict.fromkeys(b.comparator for b in self.benchmarks))
        withheld = f", {len(self.withheld)} withheld by their publisher" if self.withheld else ""
        return f"<Benchmarks: {len(self)} figures ({comparators}){withheld}>"

    def __str__(self) -> str:
        return repr(self)


class ShippedBenchmarks(Table):
    """The benchmarks that ship with the library, one row a set. All of them are published."""

    released = True
    title = "Benchmarks that ship"


@overload
def load_benchmarks(name: None = None, *, areas: Sequence[str] = ()) -> ShippedBenchmarks: ...
@overload
def load_benchmarks(name: str | Path, *, areas: Sequence[str] = ()) -> Benchmarks: ...
def load_benchmarks(
    name: str | Path | None = None, *, areas: Sequence[str] = ()
) -> Benchmarks | ShippedBenchmarks:
    """Load benchmarks: a set that ships with the library, or a TOML file of your own; or list what ships.

    Parameters
    ----------
    name : str or path, optional
        A shipped name (``sheffield-2021``) or the path of a TOML file. Left out, what ships is listed.
    areas : sequence of str, optional
        Which areas of a table of many: by their names there, by their codes, or by any name or code of a
        council. One area keeps the table's comparator; of several, each gets one of its own.

    Returns
    -------
    Benchmarks
        Figures that their publisher withheld are left out; `Benchmarks.withheld` names them.
    ShippedBenchmarks
        Without a `name`: a `Table` with ``name about comparators figures years licence areas``.

    Raises
    ------
    BenchmarkError
        If it is not known, or with every fault of the file and of its tables, each with its place; if an
        area is not there (with those that come near), all its figures are withheld, or none was named where
        there are many.
    ArgumentError
        If `areas` is a single text, or given without a name.

    Examples
    --------
    >>> benchmarks = load_benchmarks("sheffield-2021")
    >>> next(b.share for b in benchmarks.benchmarks if b.measure == "feels_safe")
    0.75
    >>> load_benchmarks("ons-personal-wellbeing-2014-15", areas=["Sheffield City Council"])
    <Benchmarks: 16 figures (general population)>
    >>> [row.name for row in load_benchmarks()][-2:]
    ['ons-personal-wellbeing-2014-15', 'sheffield-2021']
    """
    if isinstance(areas, str):
        raise ArgumentError(f"areas is {areas!r}; give a list, such as [{areas!r}].")
    if name is None:
        if areas:
            raise ArgumentError("areas needs the name of the benchmarks that hold them.")
        return _list_shipped()
    path = find_toml(name, "benchmarks", BenchmarkError)
    alone, rows = _read(path)
    chosen, faults = _choose(rows, areas)
    kept = {row.area for row in chosen if not row.withheld}
    faults += [
        f"areas: every figure of {area.name!r} was withheld by its publisher"
        for area in _areas_of(chosen)
        if area not in kept
    ]
    apart = len(_areas_of(chosen)) > 1
    figures = [row.figure if row.area is None else _of_area(row.figure, row.area, apart) for row in chosen]
    faults += _repeated(figure.model_dump() for figure in (*alone.benchmarks, *figures))
    if faults:
        raise BenchmarkError(path.name, faults)
    withheld = [row.withheld for row in chosen]
    return alone.model_copy(
        update={
            "benchmarks": (*alone.benchmarks, *compress(figures, map(not_, withheld))),
            "withheld": tuple(figure.name for figure in compress(figures, withheld)),
        }
    )


@dataclass(frozen=True)
class Row:
    """One row of a table as a benchmark; one that its publisher withheld holds no figure to be used."""

    figure: Benchmark
    area: Area | None
    withheld: bool


def _read(path: Path) -> tuple[Benchmarks, list[Row]]:
    """Read a file and its tables: the figures that stand in the file itself, and the rows of the tables."""
    raw = read_toml(path, BenchmarkError)
    columns = Benchmark.model_fields.keys() - {"override"}
    lines, faults = read_tables(raw.pop("table", []), path.parent, columns)
    rows: list[Row] = []
    for line in lines:
        entry = line.entry | (NO_FIGURE if line.withheld else {})
        try:
            rows.append(Row(build(Benchmark, entry, path.name, BenchmarkError), line.area, line.withheld))
        except BenchmarkError as error:
            faults += [line.placed(fault) for fault in error.faults]
    faults += ["withheld: unknown key"] if "withheld" in raw else []
    alone = build(Benchmarks, raw, path.name, BenchmarkError, lambda raw: [*_cross_faults(raw), *faults])
    return alone, rows


def _areas_of(rows: Sequence[Row]) -> list[Area]:
    """Return the areas of some rows, each once, in the order of the table."""
    return list(dict.fromkeys(row.area for row in rows if row.area is not None))


def _choose(rows: Sequence[Row], wanted: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Return the rows of the areas that are wanted, and all those without an area."""
    areas = _areas_of(rows)
    chosen, faults = choose_areas(areas, wanted)
    if wanted and not areas:
        faults = ["areas: there is no table of areas here; leave it out"]
    elif not wanted and len(areas) > 1:
        faults = [f"areas: there are {len(areas)}; name those to compare with, such as {areas[0].name!r}"]
    elif not wanted:
        chosen = areas
    return [row for row in rows if row.area is None or row.area in chosen], faults


def _of_area(figure: Benchmark, area: Area, apart: bool) -> Benchmark:
    """Return a figure with its area in the source, and in the comparator too where there are several."""
    names = {"source": f"{figure.source}; {area.name}"}
    if apart:
        names["comparator"] = f"{figure.comparator} in {area.name}"
    return figure.model_copy(update=names)


def _list_shipped() -> ShippedBenchmarks:
    listed = []
    for name in shipped_names("benchmarks"):
        alone, rows = _read(find_toml(name, "benchmarks", BenchmarkError))
        figures = [*alone.benchmarks, *(row.figure for row in rows if not row.withheld)]
        listed.append(
            {
                "name": name,
                "about": alone.about,
                "comparators": ", ".join(dict.fromkeys(figure.comparator for figure in figures)),
                "figures": len(figures),
                "years": ", ".join(sorted({figure.year for figure in figures} - {""})),
                "licence": alone.licence,
                "areas": len(_areas_of(rows)),
            }
        )
    return ShippedBenchmarks.from_rows(listed, SHIPPED_COLUMNS)


def _last_digit(percent: float) -> float:
    """Return the step of the last digit of a percentage: 1 for 78, 0.1 for 78.4."""
    return 10.0 ** min(0, int(Decimal(str(percent)).normalize().as_tuple().exponent))


def _cross_faults(raw: dict[str, Any]) -> list[str]:
    listed = raw.get("benchmark")
    return (
        _repeated([entry for entry in listed if isinstance(entry, dict)]) if isinstance(listed, list) else []
    )


def _repeated(entries: Iterable[dict[str, Any]]) -> list[str]:
    """Return what stands more than once: two figures for one comparison would both be tested."""
    names = [
        " / ".join(filter(None, (str(entry.get(key, "")) for key in IDENTITY)))
        for entry in ({"category": COUNTED} | one for one in entries)
    ]
    times = Counter(fold(name) for name in names)
    return [
        f"benchmark {name}: stands {times[fold(name)]} times; keep one, or name their comparators apart"
        for name in {fold(name): name for name in names}.values()
        if times[fold(name)] > 1
    ]
