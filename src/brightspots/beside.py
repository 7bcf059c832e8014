"""What a run sets beside the survey: statutory figures, SDQ, stability and ages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.errors import ArgumentError, ConfigError, ReturnError, SurveyError
from brightspots.survey.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from brightspots.config import (
        AgeProfileConfig,
        ReturnConfig,
        RunConfig,
        SDQConfig,
        StabilityConfig,
    )
    from brightspots.disclosure.own_counts import OwnResult
    from brightspots.findings.statutory import StatutoryComparisons

    Result = StatutoryComparisons | OwnResult


class Beside(NamedTuple):
    """One result beside the survey: what it is, in a line, and what its checks found."""

    name: str
    result: Result
    problems: Problems


def read_beside(config: RunConfig, say: Callable[[str], None]) -> list[Beside]:
    """Read everything that a run sets beside its surveys.

    Raises
    ------
    SurveyError
        With the problems of all files together.
    ConfigError
        If the files are sound, and the config names what is not in them: everything at once.
    """
    found: list[Beside] = []
    refused: list[SurveyError | ReturnError] = []
    messages: list[str] = []
    faults: list[str] = []
    for name, work in _sections(config):
        say(f"reading {name}")
        try:
            found += [Beside(f"{name}: {one.title}", one, getattr(one, "problems", NONE)) for one in work()]
        except (SurveyError, ReturnError) as error:
            refused.append(error)
            messages.append(f"{name}: {error}")
        except ArgumentError as error:
            faults += [f"{name}: {line}" for line in str(error).splitlines()]
    if refused:
        said = [*messages, *faults]
        raise SurveyError("\n".join(said), Problems.together(error.problems for error in refused))
    if faults:
        raise ConfigError("brightspots.toml", faults)
    return found


NONE = Problems.of([])


def _sections(config: RunConfig) -> Iterator[tuple[str, Callable[[], list[Any]]]]:
    """Yield the sections with their names in the config, and what works each out."""
    kinds: tuple[tuple[str, tuple[Any, ...], Callable[..., list[Any]]], ...] = (
        ("return", config.returns, _returns),
        ("sdq", config.sdq, _sdq),
        ("stability", config.stability, _stability),
        ("age_profile", config.age_profiles, _ages),
    )
    for name, sections, work in kinds:
        for place, section in enumerate(sections, start=1):
            yield f"{name} {place}" if len(sections) > 1 else name, partial(work, config, section)


def _returns(config: RunConfig, asked: ReturnConfig) -> list[Any]:
    from brightspots.findings.statutory import compare_returns
    from brightspots.returns.reading import read_return

    figures = read_return(*(config.path(name) for name in asked.files), time=asked.files_time)
    return [
        compare_returns(
            figures,
            area=asked.area or config.area,
            neighbours=asked.neighbours,
            measures=asked.measures or None,
            time=asked.time,
            region=asked.region,
            years=asked.years,
            targets=asked.targets,
        )
    ]


def _sdq(config: RunConfig, asked: SDQConfig) -> list[Any]:
    from brightspots.measures import sdq

    columns = asked.columns
    now = _frame(config, asked.file)
    place = {"area": asked.area or config.area, "time": asked.time}
    same: dict[str, Any] = {"age": columns.age or None, "informant": asked.informant, **place}
    if asked.ages:
        same["ages"] = asked.ages
    found: list[Any] = [
        sdq.summarise(now, score=columns.score, reason=columns.reason or None, by=asked.by, **same)
    ]
    if asked.previous:
        before = _frame(config, asked.previous)
        found.append(
            sdq.change(
                before,
                now,
                child=columns.child,
                score=columns.score,
                pairs_checked=asked.pairs_checked,
                **same,
            )
        )
    return found


def _stability(config: RunConfig, asked: StabilityConfig) -> list[Any]:
    from brightspots.measures import stability

    children, placements = (_frame(config, name) for name in (asked.children, asked.placements))
    schools, workers = (_frame(config, name) if name else None for name in (asked.schools, asked.workers))
    area = asked.area or config.area
    return [
        stability.summarise(
            children, placements, on=asked.on, schools=schools, workers=workers, by=asked.by, area=area
        )
    ]


def _ages(config: RunConfig, asked: AgeProfileConfig) -> list[Any]:
    from brightspots.findings.age_profiles import compare_age_profile
    from brightspots.returns.reading import read_return

    england = read_return(config.path(asked.england))
    area = asked.area or config.area
    return [compare_age_profile(config.path(asked.file), england, area=area, time=asked.time)]


def _frame(config: RunConfig, name: str) -> pd.DataFrame:
    """Return the first sheet of a file, headings in its first row, every cell as it stands."""
    import pandas as pd

    from brightspots.survey.cells import as_text, is_blank
    from brightspots.survey.readers import read_sheets

    rows = next(iter(read_sheets(config.path(name)).values()))
    headings = [as_text(cell) for cell in rows[0]] if rows else []
    filled = [list(row[: len(headings)]) for row in rows[1:] if not is_blank(row)]
    padded = [row + [None] * (len(headings) - len(row)) for row in filled]
    return pd.DataFrame(padded, columns=headings, dtype=object)
