"""Benchmarks: what a council's figures are compared with, declared and sourced.

A benchmark without its source, age range, year and counted answers is unusable, so each carries them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from brightspots.errors import BenchmarkError
from brightspots.measures.measure import COUNTED
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.model import Frozen, Text

SHIPPED = Path(__file__).parent.parent / "data" / "benchmarks"
READ_FROM_CHART = "chart"
CHART_STEP = 4.0

LAST_WAVE = "last wave"
CARE_ELSEWHERE = "care elsewhere"
GENERAL_POPULATION = "general population"


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
    rounded_to : float or "chart"
        Step of rounding in percentage points; ``chart`` when read from a chart (2 points either way).
    includes_own : {"yes", "no", "unknown"}
        Whether our own children are inside it.
    counted : tuple of str, optional
        Answers that it counted; checked against the questionnaire's.
    source : str
        Where it was published.
    questionnaire : str
        Id of the questionnaire whose children it is comparable with; empty for any that has the measure.
    year, ages : optional
        When, and of whom.
    illustrative : bool
        True where the figure is invented to show a direction that a source gives in words.
    """

    measure: Text
    age_band: Text
    comparator: Text
    source: Text
    category: Text = COUNTED
    percent: Annotated[float | None, Field(ge=0, le=100)] = None
    count: Annotated[int | None, Field(ge=0)] = None
    n: Annotated[int | None, Field(ge=1)] = None
    rounded_to: Annotated[float, Field(ge=0, le=20)] | Literal["chart"] = 1
    includes_own: Literal["yes", "no", "unknown"] = "unknown"
    counted: tuple[str, ...] = ()
    questionnaire: str = ""
    year: str = ""
    ages: tuple[int, int] | None = None
    design_effect: Annotated[float, Field(ge=1)] = 1
    illustrative: bool = False

    @model_validator(mode="after")
    def _one_figure(self) -> Benchmark:
        if (self.percent is None) == (self.count is None):
            raise ValueError("give either percent, or count and n")
        if self.count is not None and (self.n is None or self.count > self.n):
            raise ValueError("count needs n, and cannot be above it")
        return self

    @property
    def share(self) -> float:
        """The figure as a share, as printed."""
        return self.percent / 100 if self.percent is not None else (self.count or 0) / (self.n or 1)

    @property
    def step(self) -> float:
        """The step of rounding as a share; 0 for counts."""
        if self.count is not None:
            return 0.0
        return (CHART_STEP if self.rounded_to == READ_FROM_CHART else float(self.rounded_to)) / 100

    @property
    def label(self) -> str:
        """The source, marked where the figure is illustrative."""
        return f"{self.source} (illustrative)" if self.illustrative else self.source


class Benchmarks(Frozen):
    """A file of benchmarks.

    Read one with `load_benchmarks`.
    """

    benchmarks: Annotated[tuple[Benchmark, ...], Field(alias="benchmark")] = ()
    about: str = ""

    def __len__(self) -> int:
        return len(self.benchmarks)

    def __add__(self, other: Benchmarks) -> Benchmarks:
        return Benchmarks(benchmark=(*self.benchmarks, *other.benchmarks))

    def __repr__(self) -> str:
        comparators = ", ".join(dict.fromkeys(b.comparator for b in self.benchmarks))
        return f"<Benchmarks: {len(self)} figures ({comparators})>"


def load_benchmarks(name: str | Path) -> Benchmarks:
    """Load benchmarks: a set that ships with the library, or a TOML file of your own.

    Parameters
    ----------
    name : str or path
        A shipped name (``sheffield-2021``) or the path of a TOML file.

    Returns
    -------
    Benchmarks

    Raises
    ------
    BenchmarkError
        If it is not known, or with every fault of the file and its place.

    Examples
    --------
    >>> benchmarks = load_benchmarks("sheffield-2021")
    >>> next(b.share for b in benchmarks.benchmarks if b.measure == "feels_safe")
    0.75
    """
    if str(name) in shipped_benchmarks():
        path = SHIPPED / f"{name}.toml"
    elif Path(name).suffix:
        path = Path(name)
    else:
        known = ", ".join(shipped_benchmarks()) or "none"
        raise BenchmarkError(
            str(name), [f"no benchmarks of this name ship; there are: {known}. Or give a path to a .toml"]
        )
    return build(Benchmarks, read_toml(path, BenchmarkError), path.name, BenchmarkError, _repeated)


def shipped_benchmarks() -> tuple[str, ...]:
    """Names of the benchmark sets that ship with the library."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def _repeated(raw: dict[str, Any]) -> list[str]:
    listed = raw.get("benchmark")
    entries = [b for b in listed if isinstance(b, dict)] if isinstance(listed, list) else []
    keys = Counter(
        tuple(
            str(b.get(k, COUNTED if k == "category" else ""))
            for k in ("measure", "category", "age_band", "comparator", "questionnaire")
        )
        for b in entries
    )
    repeated = {" / ".join(filter(None, key)): n for key, n in keys.items() if n > 1}
    return [f"benchmark {name}: stands {n} times" for name, n in repeated.items()]
