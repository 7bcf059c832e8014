"""The main job: from a run config to a release, in the order in which the data goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from brightspots.beside import Beside, read_beside
from brightspots.config import CohortsConfig, ReleaseConfig, RunConfig, SurveyConfig
from brightspots.errors import ArgumentError, BenchmarkError, ConfigError, SurveyError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.shipped import shipped_names
from brightspots.questionnaire.spelling import fold
from brightspots.survey.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from brightspots.disclosure.recipients import NumberedEdition
    from brightspots.disclosure.release import Release
    from brightspots.findings.benchmarks import Benchmarks
    from brightspots.findings.cohort_tables import CohortTable
    from brightspots.findings.scorecard import Scorecard
    from brightspots.findings.strategy import Strategy
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.survey import Survey
    from brightspots.tallies.tally import Tally

Stated = TypeVar("Stated", bound="str | tuple[object, ...]")


def silent(step: str) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Source:
    """One survey of a run: its config, its answers (or counts), and what the checks found."""

    config: SurveyConfig
    questionnaire: Questionnaire
    answers: Survey | Tally
    problems: Problems


class StoodOut(NamedTuple):
    """A cohort that stood out in an earlier wave, to be tested again by name.

    Attributes
    ----------
    questionnaire, area, wave : str
    measure : str
    direction : {"low", "high"}
    conditions : tuple of (trait, level)
    """

    questionnaire: str
    area: str
    wave: str
    measure: str
    direction: Literal["low", "high"]
    conditions: tuple[tuple[str, str], ...]


def read_sources(config: RunConfig, say: Callable[[str], None] = silent) -> list[Source]:
    """Read and check every survey of a run.

    Raises
    ------
    SurveyError
        With the problems of all surveys together, if any has an error.
    ConfigError
        With every fault of the eligible numbers by trait.
    """
    from brightspots.survey.reading import read_survey
    from brightspots.tallies.reported import read_counts

    sources: list[Source] = []
    failed: list[SurveyError] = []
    shipped = shipped_names("questionnaires")
    asked = [load_questionnaire(_named(config, one.questionnaire, shipped)) for one in config.surveys]
    _refuse_eligible(config, asked)
    for one, questionnaire in zip(config.surveys, asked, strict=True):
        say(f"reading {one.area} {one.wave}, {one.questionnaire}")
        try:
            if one.counts:
                counted = read_counts(config.path(one.counts), questionnaire, area=one.area, wave=one.wave)
                sources.append(Source(one, questionnaire, counted, Problems.of([])))
                continue
            survey = read_survey(
                {band: config.path(file) for band, file in one.files.items()}
                if isinstance(one.files, dict)
                else config.path(one.files),
                questionnaire,
                mapping=config.path(one.mapping) if one.mapping else None,
                area=one.area,
                wave=one.wave,
                eligible=one.eligible,
                promise=one.promise,
            )
            sources.append(Source(one, questionnaire, survey, survey.problems))
        except SurveyError as error:
            failed.append(error)
    if failed:
        raise _together(failed, sources)
    return sources


def _refuse_eligible(config: RunConfig, asked: Sequence[Questionnaire]) -> None:
    """Refuse eligible numbers by trait that cannot be, of all surveys at once."""
    from brightspots.findings.responses import faults_of_eligible

    faults = []
    for place, (one, questionnaire) in enumerate(zip(config.surveys, asked, strict=True), start=1):
        forms = one.files if isinstance(one.files, dict) else ()
        found = faults_of_eligible(questionnaire, one.eligible, one.eligible_by, forms)
        if one.counts and one.eligible_by:
            found = ["eligible_by: counts have no traits; leave it out"]
        faults += [f"survey {place} {fault}" for fault in found]
    if faults:
        raise ConfigError("brightspots.toml", faults)


def _together(failed: list[SurveyError], read: list[Source]) -> SurveyError:
    tables = [*(error.problems for error in failed), *(source.problems for source in read)]
    columns = tables[0].column_names
    merged = Problems({name: [v for table in tables for v in table.column(name)] for name in columns})
    return SurveyError("\n".join(str(error) for error in failed), merged)


def _named(config: RunConfig, name: str, shipped: tuple[str, ...]) -> str | Path:
    return name if name in shipped else config.path(name)


def read_run(config: RunConfig, say: Callable[[str], None] = silent) -> tuple[list[Source], list[Beside]]:
    """Read and check everything of a run: its surveys, and what it sets beside them.

    Raises
    ------
    SurveyError
        With the problems of all files together, if any has an error.
    ConfigError
        If the config names what is not in the files, or its strategy what none of them holds.
    """
    _strategy(config)
    sources: list[Source] = []
    beside: list[Beside] = []
    failed: list[SurveyError] = []
    try:
        sources = read_sources(config, say)
    except SurveyError as error:
        failed.append(error)
    try:
        beside = read_beside(config, say)
    except SurveyError as error:
        failed.append(error)
    if failed:
        raise _together(failed, [])
    _refuse_unknown_measures(config, sources, beside)
    return sources, beside


def make_release(
    config: RunConfig,
    sources: list[Source],
    say: Callable[[str], None] = silent,
    *,
    beside: list[Beside] | None = None,
    previous: Sequence[Path] = (),
    stood_out: Sequence[StoodOut] = (),
) -> Release:
    """Estimate, compare, search for cohorts, and let out what is safe: all of a run in one release.

    Parameters
    ----------
    config : RunConfig
    sources : list of Source
        From `read_sources`.
    say : callable, optional
        Told the name of each step.
    beside : list of Beside, optional
        From `read_run`; read here by default.
    previous : sequence of Path
        Earlier editions, beside those that the config names.
    stood_out : sequence of StoodOut
        Cohorts to test again by name, beside those that the config leads to.

    Returns
    -------
    Release
    """
    from brightspots.disclosure.release import release
    from brightspots.findings.comparisons import compare
    from brightspots.findings.estimates import estimate
    from brightspots.findings.responses import responses_by_trait

    _refuse_unknown_names(config, sources)
    benchmarks = _benchmarks(config, sources)
    policy = _named(config, config.release.policy_name, shipped_names("policies"))
    editions = [*(config.path(name) for name in config.release.previous), *previous]
    results: list[Any] = []
    for place, source in enumerate(sources):
        if source.config.status == "open":
            results.append(estimate(source.answers, measures=[]))
            results.append(responses_by_trait(source.answers, source.config.eligible_by))
            continue
        say(f"estimating and comparing {source.questionnaire.id}")
        results.append(estimate(source.answers))
        before = _previous(config, source, is_first=place == 0)
        others = _elsewhere(config, source, is_first=place == 0)
        if benchmarks or before is not None or others is not None:
            results.append(
                compare(
                    source.answers,
                    benchmarks or (),
                    previous=before,
                    elsewhere=others,
                    overrides=config.compare.overrides,
                )
            )
        if not source.config.counts:
            say(f"searching {source.questionnaire.id} for cohorts")
            results += _cohorts(config.cohorts, source, before, is_first=place == 0)
            results += _once_more(stood_out, source, results, config.cohorts.within or None)
    results += [one.result for one in (read_beside(config, say) if beside is None else beside)]
    results += _scorecard(config, results)
    say("auditing the release")
    return release(*results, policy=policy, previous=editions, edition=_edition(config.release))


def release_run(config: RunConfig, say: Callable[[str], None] = silent) -> Release:
    """Read and check everything of a run, and let out what is safe of it."""
    sources, beside = read_run(config, say)
    return make_release(config, sources, say, beside=beside)


def _edition(asked: ReleaseConfig) -> NumberedEdition | None:
    """Return which edition a run makes, and for whom; None for one that anybody may read."""
    from brightspots.disclosure.recipients import NumberedEdition

    if not asked.is_restricted or asked.edition is None:
        return None
    return NumberedEdition(asked.edition, asked.recipients)


def _refuse_unknown_measures(config: RunConfig, sources: list[Source], beside: list[Beside]) -> None:
    """Refuse a strategy that names what a questionnaire of the run, or what is published, does not hold."""
    from brightspots.findings.estimates import estimate

    if config.strategy is not None:
        asked = [estimate(source.answers, measures=[]) for source in sources]
        _scorecard(config, [*asked, *(one.result for one in beside)])


def _strategy(config: RunConfig) -> Strategy | None:
    from brightspots.findings.strategy import load_strategy

    if config.strategy is None:
        return None
    return load_strategy(_named(config, config.strategy.file, shipped_names("strategies")))


def _scorecard(config: RunConfig, results: list[Any]) -> list[Scorecard]:
    """Return the scorecard of the run's strategy: by its surveys, and the figures published of its area."""
    from brightspots.findings.comparisons import Comparisons
    from brightspots.findings.estimates import Estimates
    from brightspots.findings.scorecard import scorecard
    from brightspots.findings.statutory import StatutoryComparisons

    strategy = _strategy(config)
    if strategy is None or config.strategy is None:
        return []
    published = [one for one in results if isinstance(one, StatutoryComparisons)]
    if len({one.area for one in published}) > 1:
        published = [one for one in published if fold(one.area) == fold(strategy.area)]
    surveyed = [one for one in results if isinstance(one, Estimates | Comparisons)]
    try:
        return [scorecard(strategy, *surveyed, *published, as_at=config.strategy.as_at)]
    except ArgumentError as error:
        raise ConfigError(config.strategy.file, str(error).splitlines()) from None


def _cohorts(
    config: CohortsConfig, source: Source, before: Tally | None, *, is_first: bool
) -> list[CohortTable]:
    """Search for cohorts, describe those that are found, and look again at those of the last wave."""
    from brightspots.findings.cohort_descriptions import describe_cohorts
    from brightspots.findings.cohort_waves import recheck_cohorts
    from brightspots.findings.cohorts import flag_cohorts
    from brightspots.findings.estimates import as_tally
    from brightspots.measures.measure import measures_of

    traits = [trait for trait in config.traits if trait in source.questionnaire.trait]
    within = config.within or None
    results: list[CohortTable] = []
    typed = _stated_for(config.previous, source, is_first=is_first)
    last = None if typed or before is None else before.only(area=source.config.area)
    if last is not None and not any(set(traits) <= set(held) for held in last.groupings):
        last = None
    searched = [m for m in config.measures if traits and m in measures_of(source.questionnaire)]
    counted = as_tally(source.answers, traits) if searched else source.answers  # once for all searches
    for measure in searched:
        for direction in config.directions:
            asked: Any = {"traits": traits, "measure": measure, "direction": direction}
            asked |= {"max_order": config.max_order, "within": within}
            found = flag_cohorts(counted, **asked)
            results += [found, *([describe_cohorts(found)] if config.describe else [])]
            if last is not None and measure in last.measures:
                results.append(recheck_cohorts(flag_cohorts(last, **asked), counted))
    if typed:
        results.append(recheck_cohorts(typed, source.answers, measure=config.measures[0], within=within))
    return results


def _once_more(
    stood_out: Sequence[StoodOut],
    source: Source,
    results: Sequence[Any],
    within: Literal["age_band"] | None,
) -> list[CohortTable]:
    """Test cohorts by name that stood out before, unless that is done already; a family for each wave."""
    from brightspots.findings.cohort_waves import Rechecks, recheck_cohorts

    done = {
        (row.measure, row.direction, tuple(sorted(row.conditions.items())))
        for result in results
        if isinstance(result, Rechecks) and result.source.questionnaire.id == source.questionnaire.id
        for row in result
    }
    families: dict[tuple[str, Literal["low", "high"], str], list[dict[str, str]]] = {}
    for one in stood_out:
        if (one.questionnaire, one.area) != (source.questionnaire.id, source.config.area):
            continue
        if (one.measure, one.direction, tuple(sorted(one.conditions))) not in done:
            families.setdefault((one.measure, one.direction, one.wave), []).append(dict(one.conditions))
    return [
        recheck_cohorts(found, source.answers, measure=measure, direction=direction, within=within, wave=wave)
        for (measure, direction, wave), found in families.items()
    ]


def _benchmarks(config: RunConfig, sources: list[Source]) -> Benchmarks | None:
    """Return all benchmarks of a run together; a questionnaire that nobody knows is a fault."""
    from brightspots.findings.benchmarks import load_benchmarks

    shipped = shipped_names("benchmarks")
    loaded = [
        load_benchmarks(_named(config, one.name, shipped), areas=one.areas)
        for one in config.compare.benchmarks
    ]
    if not loaded:
        return None
    together = reduce(add, loaded)
    known = {"", *(source.questionnaire.id for source in sources), *shipped_names("questionnaires")}
    strange = sorted({figure.questionnaire for figure in together.benchmarks} - known)
    if strange:
        raise BenchmarkError(
            "benchmarks",
            [f"questionnaire {name!r}: no questionnaire of this run has this id" for name in strange],
        )
    return together


def _previous(config: RunConfig, source: Source, *, is_first: bool) -> Tally | None:
    """Return the last wave's counts of one questionnaire: a saved tally, or a form of counts."""
    from brightspots.tallies.reported import read_counts
    from brightspots.tallies.tally import load_tally

    name = _stated_for(config.compare.previous, source, is_first=is_first)
    if not name:
        return None
    path = config.path(name)
    if path.suffix == ".json":
        return load_tally(path, source.questionnaire)
    wave = f"before {source.config.wave}"
    return read_counts(path, source.questionnaire, area=source.config.area, wave=wave)


def _elsewhere(config: RunConfig, source: Source, *, is_first: bool) -> Tally | None:
    """Return the counts of other councils that answered one questionnaire: a saved tally."""
    from brightspots.tallies.tally import load_tally

    name = _stated_for(config.compare.elsewhere, source, is_first=is_first)
    return load_tally(config.path(name), source.questionnaire) if name else None


def _stated_for(stated: Stated | dict[str, Stated], source: Source, *, is_first: bool) -> Stated | None:
    """Return what is stated for one questionnaire; what is stated for none is that of the first survey."""
    if isinstance(stated, dict):
        return stated.get(source.questionnaire.id)
    return stated if is_first else None


def _refuse_unknown_names(config: RunConfig, sources: list[Source]) -> None:
    from brightspots.measures.measure import measures_of

    asked = [source.questionnaire for source in sources]
    known = {
        "trait": {trait for questionnaire in asked for trait in questionnaire.trait},
        "measure": {measure for questionnaire in asked for measure in measures_of(questionnaire)},
    }
    given = {
        "trait": config.cohorts.traits,
        "measure": config.cohorts.measures if config.cohorts.traits else (),
    }
    faults = [
        f"cohorts {what}s: {name!r} is not a {what} of any questionnaire of this run"
        for what, names in given.items()
        for name in names
        if name not in known[what]
    ]
    previous = config.cohorts.previous
    surveys = {questionnaire.id for questionnaire in asked}
    strange = set(previous) - surveys if isinstance(previous, dict) else set()
    faults += [f"cohorts previous: {name!r} is no questionnaire of this run" for name in sorted(strange)]
    if faults:
        raise ConfigError("brightspots.toml", faults)


def output_folder(config: RunConfig) -> Path:
    """Return where a report goes when nothing else is said: ``<area>-<wave>`` beside the config.

    Without a survey it is ``<area>-statutory``; an edition for named recipients has its number in the name.
    """
    wave = config.surveys[0].wave if config.surveys else "statutory"
    number = f"-edition-{config.release.edition}" if config.release.is_restricted else ""
    return config.path(re.sub(r"[^\w.-]+", "-", f"{config.area}-{wave}{number}").strip("-."))


def give(config: RunConfig, release: Release, folder: Path) -> list[Path]:
    """Write what a run's release gives to a pool of councils: one file for each survey in it."""
    from brightspots.exchange.contributions import contribute

    if config.exchange is None:
        raise ConfigError(
            "brightspots.toml", ["exchange: missing; say who may use the figures (recipients) and until when"]
        )
    given = contribute(release, recipients=config.exchange.recipients, until=config.exchange.until)
    paths = [folder / one.file_name for one in given]
    for one, path in zip(given, paths, strict=True):
        one.save(path)
    return paths
