"""The scheduled run: report, follow the flags, say what changed and why, tell whoever asked to know."""

from __future__ import annotations

import json
import logging
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from brightspots.config import load_config
from brightspots.errors import ArgumentError, BrightspotsError, ConfigError, OutputError, ReleaseError
from brightspots.publications.contents import Contents
from brightspots.publications.folders import plainly, write_whole
from brightspots.publications.publishing import edition_text, publish
from brightspots.publications.report import arrange
from brightspots.publications.style import PLAIN, load_style
from brightspots.publications.text import to_markdown
from brightspots.reporting import StoodOut, make_release, output_folder, read_run, silent
from brightspots.watch.alerts import ALERT_DUE, deliver
from brightspots.watch.changes import changed_inputs, describe_changes
from brightspots.watch.inputs import inputs_of
from brightspots.watch.ledger import Ledger
from brightspots.watch.log import logging_to, tell
from brightspots.watch.observing import observe
from brightspots.watch.published import (
    previous_editions,
    settle_interrupted,
    standing_edition,
    take_back,
    which_editions,
)
from brightspots.watch.store import (
    CLOSED,
    DROPPED,
    Run,
    Store,
    as_json,
    opened,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from brightspots.config import RunConfig, WatchConfig
    from brightspots.disclosure.release import Release

CHANGES, LOG = "changes.json", "log.jsonl"
SEARCHES: dict[str, Literal["low", "high"]] = {"worse": "low", "better": "high"}


@dataclass(frozen=True)
class Outcome:
    """What a scheduled run came to.

    Attributes
    ----------
    number : int
        Of the run in its state.
    folder : Path
        Where the report is.
    changes : dict
        What ``changes.json`` holds.
    release : Release
    undelivered : tuple of str
        Why alerts could not be delivered; they are tried again by the next run.
    """

    number: int
    folder: Path
    changes: dict[str, Any]
    release: Release
    undelivered: tuple[str, ...] = ()

    @property
    def has_news(self) -> bool:
        """Whether a flag is new, cleared or turned round."""
        return bool(self.changes["changes"])


def run_scheduled(
    config: str | Path,
    state: str | Path,
    *,
    out: str | Path | None = None,
    log: str | Path | None = None,
    never_published: Sequence[int] = (),
    say: Callable[[str], None] = silent,
) -> Outcome:
    """Do one scheduled run: all of it, or nothing but a line in the log.

    Parameters
    ----------
    config : str or path
        A run config, or the folder that holds one.
    state : str or path
        The folder of the state; made if it is not there.
    out : str or path, optional
        The folder of the report, by default ``<area>-<wave>`` beside the config.
    log : str or path, optional
        The log, by default ``log.jsonl`` in the folder of the state.
    never_published : sequence of int
        Numbers of runs whose edition nobody outside has seen: the audit of this and later runs takes none of
        what they said for known.
    say : callable, optional
        Told the name of each step.

    Returns
    -------
    Outcome

    Raises
    ------
    StateHeldError
        If another run holds the state.
    StateError
        If the state cannot be trusted, or holds a later wave.
    BrightspotsError
        Whatever stops a report.
    """
    told = Path(log) if log else Path(state) / LOG
    try:
        plan = load_config(config)
    except ConfigError:
        with logging_to(told), _told():
            raise
    folder = (Path(out) if out else output_folder(plan)).resolve()
    if Path(state).resolve().is_relative_to(folder):
        raise ArgumentError(
            f"The state {state} lies in the folder of the report, which is replaced as a whole. Give it a "
            "folder of its own, that is not published."
        )
    with logging_to(told), _told():

        def say_and_tell(step: str) -> None:
            say(step)
            tell(step)

        with opened(state) as store:
            settle_interrupted(store)
            take_back(store, never_published, datetime.now(UTC).isoformat(timespec="seconds"))
            return _run(store, plan, folder, say_and_tell)


@contextmanager
def _told() -> Iterator[None]:
    """Tell the log how a run begins and fails."""
    tell("run started")
    try:
        yield
    except BrightspotsError as error:
        tell("run failed", level=logging.ERROR, code=error.code, message=str(error))
        raise
    except Exception as fault:
        tell("run failed", level=logging.ERROR, code="BS000", message=type(fault).__name__)
        raise


def _run(store: Store, config: RunConfig, folder: Path, say: Callable[[str], None]) -> Outcome:
    surveys = _surveys_of(config)
    inputs = inputs_of(config)
    read = inputs.read()
    sources, beside = read_run(config, say)
    with tempfile.TemporaryDirectory() as spare:
        previous = previous_editions(store, folder, Path(spare))
        stood_out = _stood_out(_last_ledger(store), surveys)
        try:
            release = make_release(
                config, sources, say, beside=beside, previous=previous, stood_out=stood_out
            )
        except ReleaseError as error:
            raise ReleaseError(f"{error} {which_editions(store)}".strip()) from error
    inputs.refuse_replaced(read)
    say("writing")
    return conclude(
        store,
        release,
        surveys=surveys,
        inputs=inputs.hashes(read, store.secret),
        folder=folder,
        write=partial(publish, formats=config.release.formats, **config.looks),
        style=config.looks["style"],
        watch=config.watch,
        beside=config.folder,
        now=datetime.now(UTC),
    )


def conclude(
    store: Store,
    release: Release,
    *,
    surveys: list[dict[str, str]],
    inputs: Mapping[str, str],
    folder: Path,
    write: Callable[[Release, Path], object],
    watch: WatchConfig,
    beside: Path,
    now: datetime,
    style: str | Path = PLAIN,
) -> Outcome:
    """Note a run, publish its report, close it, and tell whoever asked to know.

    Parameters
    ----------
    store : Store
    release : Release
    surveys : list of dict
        Questionnaire, area, wave and status of each.
    inputs : mapping of kind to str
        Their keyed hashes.
    folder : Path
        Of the report.
    write : callable
        Publishes a release to a folder, all of it or nothing.
    watch : WatchConfig
    beside : Path
        The folder of the config, in which alerts are dropped and commands called.
    now : datetime
        For people: the order of runs is that of their numbers.
    style : str or path
        The words of the report.
    """
    last, at = _last_closed(store), now.isoformat(timespec="seconds")
    if last is not None and at < last.at:
        tell("the clock is behind that of the last run", level=logging.WARNING)
    ledger = _last_ledger(store)
    waves = {(s["questionnaire"], s["area"]): s["wave"] for s in surveys if s["status"] == "closed"}
    followed = ledger.after(waves, observe(release))
    report = to_markdown(arrange(Contents(release, load_style(style))))
    changes = describe_changes(
        surveys,
        changed_inputs(last, inputs),
        (ledger, followed),
        (store.document(last.report) if last else "", report),
        is_first=last is None,
    )
    documents = {
        "edition": edition_text(release),
        "report": report,
        "ledger": as_json(followed.as_data()),
        "changes": as_json(changes),
    }
    number = store.note(at, inputs, surveys, documents, str(folder), standing_edition(folder))
    try:
        write(release, folder)
    except BrightspotsError:
        store.add(number, at, DROPPED)
        raise
    try:
        write_whole(store.folder / CHANGES, json.dumps(changes, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OutputError(f"{store.folder / CHANGES} cannot be written: {plainly(error)}.") from error
    is_due = bool(changes["changes"]) and bool(watch.alert_folder or watch.alert_command)
    store.add(number, at, CLOSED, *([ALERT_DUE] if is_due else []))
    tell("run closed", run=number, inputs=changes["inputs"], flags=_counts(changes), folder=str(folder))
    return Outcome(number, folder, changes, release, deliver(store, watch, beside, at))


def _surveys_of(config: RunConfig) -> list[dict[str, str]]:
    surveys = [
        {name: getattr(one, name) for name in ("questionnaire", "area", "wave", "status")}
        for one in config.surveys
    ]
    if not surveys:
        raise ConfigError("brightspots.toml", ["survey: missing, and needed for a scheduled run"])
    chains = [(one["questionnaire"], one["area"]) for one in surveys]
    twice = sorted({" in ".join(chain) for chain in chains if chains.count(chain) > 1})
    if twice:
        raise ConfigError(
            "brightspots.toml",
            [f"survey {name} is there twice: a scheduled run follows one wave of each" for name in twice],
        )
    return surveys


def _last_closed(store: Store) -> Run | None:
    return next((run for run in reversed(store.runs()) if run.outcome == CLOSED), None)


def _last_ledger(store: Store) -> Ledger:
    last = _last_closed(store)
    return Ledger.of(json.loads(store.document(last.ledger))) if last else Ledger({})


def _stood_out(ledger: Ledger, surveys: list[dict[str, str]]) -> list[StoodOut]:
    """Return the groups whose flag was up before the waves of this run, to be tested by name."""
    waves = {(s["questionnaire"], s["area"]): s["wave"] for s in surveys}
    found = []
    for entry in ledger.entries:
        wave = waves.get(entry.chain, "")
        standing = entry.standing if wave > entry.wave else entry.before
        if entry.subject.group and standing.is_open:
            subject, search = entry.subject, SEARCHES[standing.direction]
            found.append(StoodOut(*entry.chain, standing.given, subject.measure, search, subject.group))
    return found


def _counts(changes: Mapping[str, Any]) -> dict[str, int]:
    kinds = [one["change"] for one in changes["changes"]]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
