"""The editions that a state knows: which may have been published, and what the audit has to know of them."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from brightspots.errors import ArgumentError
from brightspots.publications.claim import EDITION
from brightspots.publications.folders import settle
from brightspots.watch.log import tell
from brightspots.watch.store import CLOSED, DROPPED, NEVER_PUBLISHED, NOTED, Run, Store, as_json, hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def settle_interrupted(store: Store) -> None:
    """Find out what became of a run that was interrupted, from what stands in its folder.

    Where that is neither its edition nor the one before, nobody can know: then it counts as published.
    """
    for run in store.runs()[-1:]:
        folder = Path(run.folder)
        if run.outcome != CLOSED:
            settle(folder)
        if run.outcome == NOTED:
            stands = standing_edition(folder)
            if stands != run.edition and stands == run.stood:
                store.add(run.number, run.at, DROPPED)
            tell("the last run was interrupted", level=logging.WARNING, run=run.number)


def take_back(store: Store, numbers: Sequence[int], at: str) -> None:
    """Write down that nobody outside has seen the editions of some runs."""
    runs = {run.number: run for run in store.runs()}
    unknown = [str(number) for number in numbers if number not in runs]
    if unknown:
        raise ArgumentError(f"The state has no run {', '.join(unknown)}; `brightspots history` lists them.")
    editions = {runs[number].edition for number in numbers}
    for run in runs.values():
        if run.edition in editions and NEVER_PUBLISHED not in run.events:
            store.add(run.number, at, NEVER_PUBLISHED)
            tell("edition never published", run=run.number)


def previous_editions(store: Store, folder: Path, spare: Path) -> list[Path]:
    """Write the earlier editions that the audit has to know to files, also one that stands in the folder."""
    editions = {run.edition: store.document(run.edition) for run in _published(store)}
    known = {run.edition for run in store.runs()}
    stands = standing_edition(folder)
    if stands and stands not in known:
        editions[stands] = (folder / EDITION).read_text(encoding="utf-8")
    paths = []
    for number, text in enumerate(editions.values(), start=1):
        path = spare / f"edition-{number}.json"
        path.write_text(_with_figures(text), encoding="utf-8")
        paths.append(path)
    return paths


def which_editions(store: Store) -> str:
    """Return which runs the earlier editions are of, for an error."""
    numbers = [str(run.number) for run in _published(store)]
    if not numbers:
        return ""
    return (
        f"The state holds the editions of runs {', '.join(numbers)}. If nobody outside has seen one of them, "
        f"say so: --never-published {numbers[-1]}."
    )


def standing_edition(folder: Path) -> str:
    """Return the hash of the edition that stands in a folder; empty where there is none."""
    try:
        return hash_of((folder / EDITION).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def _published(store: Store) -> list[Run]:
    """Return the runs whose edition was published, or may have been."""
    return [r for r in store.runs() if r.outcome != DROPPED and NEVER_PUBLISHED not in r.events]


def _with_figures(edition: str) -> str:
    """Return an edition without the responses of surveys that were open: they tell of no answer."""
    try:
        body = json.loads(edition)
        told = {(f["questionnaire"], f["area"], f["wave"]) for f in body["figures"]}
        kept = [r for r in body["responses"] if (r["questionnaire"], r["area"], r["wave"]) in told]
        return as_json({**body, "responses": kept})
    except (ValueError, KeyError, TypeError):
        return edition  # the audit refuses what it cannot read
