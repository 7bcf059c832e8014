"""What goes into a run, by kind: files and settings, each known by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import platform
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.questionnaire.shipped import DATA, shipped_names
from brightspots.survey.refusals import refusal
from brightspots.watch.store import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from brightspots.config import RunConfig, SurveyConfig

KINDS = ("data", "benchmark", "config", "policy", "software")
BESIDE = ("returns", "sdq", "stability", "age_profiles")
"""The sections whose files are data beside the survey."""

ANSWERS = ("wave", "status", "files", "counts", "eligible", "eligible_by")
"""The settings of a survey that say which answers and how many children."""


@dataclass(frozen=True)
class Inputs:
    """Files and settings of each kind.

    Attributes
    ----------
    files : dict of kind to tuple of Path
    settings : dict of kind to str
    """

    files: dict[str, tuple[Path, ...]]
    settings: dict[str, str]

    def read(self) -> dict[Path, str]:
        """Return a hash of each file as it is now, empty where it cannot be read; never to be kept."""
        return {path: _hash_of(path) for kind in self.files.values() for path in kind}

    def hashes(self, read: Mapping[Path, str], secret: bytes) -> dict[str, str]:
        """Return a keyed hash of each kind, which nobody without the key can try contents out on."""
        return {
            kind: hmac.new(
                secret,
                as_json([self.settings[kind], [read[path] for path in self.files[kind]]]).encode(),
                "sha256",
            ).hexdigest()
            for kind in KINDS
        }

    def refuse_replaced(self, read: Mapping[Path, str]) -> None:
        """Refuse to go on where a file is not what it was.

        Raises
        ------
        SurveyError
            Naming the files.
        """
        changed = sorted({path.name for path, before in read.items() if _hash_of(path) != before})
        if changed:
            raise refusal(
                "replaced_while_read",
                ", ".join(changed),
                "a file that was written to while it was read",
                expected="files that stay as they are for the length of a run",
                what_to_do="run again when the export is complete; nothing was written",
            )


def inputs_of(config: RunConfig) -> Inputs:
    """Return what goes into a run.

    Examples
    --------
    >>> from brightspots.config import RunConfig
    >>> survey = {"questionnaire": "care-leavers", "area": "Sheffield", "wave": "2021", "files": "16-25.csv"}
    >>> [path.name for path in inputs_of(RunConfig(survey=[survey])).files["data"]]
    ['16-25.csv']
    """
    settings = config.model_dump(mode="json", exclude={"watch", "exchange"})
    surveys, compare = settings.pop("surveys"), settings.pop("compare")
    policy = settings["release"].pop("policy")
    asked = [{name: one[name] for name in one if name not in ANSWERS} for one in surveys]
    benchmarks = [_file_of(config, one.name, "benchmarks") for one in config.compare.benchmarks]
    counts = [*_named(config.compare.previous), *_named(config.compare.elsewhere)]
    compared = [*(path for one in benchmarks for path in _with_tables(one)), *map(config.path, counts)]
    beside = {name: settings.pop(name) for name in BESIDE}
    return Inputs(
        files={
            "data": (
                *(path for one in config.surveys for path in _answers(config, one)),
                *_files_in(beside, config),
            ),
            "benchmark": tuple(compared),
            "config": (
                *(path for one in config.surveys for path in _asked(config, one)),
                *_files_in(settings, config),
            ),
            "policy": (_file_of(config, policy, "policies"),),
            "software": tuple(_own_files()),
        },
        settings={
            "data": as_json([{name: one[name] for name in ANSWERS} for one in surveys]),
            "benchmark": as_json(compare),
            "config": as_json([asked, beside, settings]),
            "policy": policy,
            "software": as_json([platform.python_version(), _versions()]),
        },
    )


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _versions() -> dict[str, str]:
    """Return the version of every package that brightspots needs and that is there."""
    names = {re.split(r"[^\w.-]", needed, maxsplit=1)[0] for needed in requires("brightspots") or ()}
    found = {}
    for name in sorted(names):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _own_files() -> list[Path]:
    """Return every file of brightspots, shipped figures included."""
    return sorted(path for path in DATA.parent.rglob("*.*") if path.parent.name != "__pycache__")


def _file_of(config: RunConfig, name: str, kind: str) -> Path:
    """Return the file of something that ships, or else of the config's folder."""
    return DATA / kind / f"{name}.toml" if name in shipped_names(kind) else config.path(name)


def _named(stated: str | dict[str, str]) -> Iterable[str]:
    names = stated.values() if isinstance(stated, dict) else [stated]
    return [name for name in names if name]


def _files_in(settings: Any, config: RunConfig) -> list[Path]:
    """Return every file that settings name."""
    return [config.path(text) for text in _texts(settings) if config.path(text).is_file()]


def _texts(settings: Any) -> Iterator[str]:
    """Return every text in settings: any may be the name of a file."""
    if isinstance(settings, str):
        yield settings
    elif isinstance(settings, dict | list):
        for part in settings.values() if isinstance(settings, dict) else settings:
            yield from _texts(part)


def _answers(config: RunConfig, survey: SurveyConfig) -> list[Path]:
    files = survey.files.values() if isinstance(survey.files, dict) else [survey.files]
    return [config.path(name) for name in (*files, survey.counts) if name]


def _asked(config: RunConfig, survey: SurveyConfig) -> list[Path]:
    mapping = [config.path(survey.mapping)] if survey.mapping else []
    return [_file_of(config, survey.questionnaire, "questionnaires"), *mapping]


def _with_tables(path: Path) -> list[Path]:
    """Return a file of benchmarks and the tables that it names."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("table", [])
    except (OSError, ValueError):
        return [path]  # whoever loads it says what is wrong
    named = [one.get("file") for one in tables if isinstance(one, dict)] if isinstance(tables, list) else []
    return [path, *(path.parent / name for name in named if isinstance(name, str))]
