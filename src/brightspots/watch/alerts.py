"""Telling somebody of flags that are new, cleared or turned round: a file in a folder, or a command."""

from __future__ import annotations

import json
import logging
import subprocess
from typing import TYPE_CHECKING, Any

from brightspots.publications.folders import plainly, write_whole
from brightspots.watch.log import tell
from brightspots.watch.store import Store, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from brightspots.config import WatchConfig

FORMAT = 1
ALERT_DUE, ALERTED = "alert due", "alerted"
PATIENCE = 60
"""Seconds that a command may take."""

LEFT_OUT = ("flags", "report", "brightspots", "format")
"""What of the changes of a run an alert does not say: a report has numbers in it."""


def deliver(store: Store, watch: WatchConfig, beside: Path, at: str) -> tuple[str, ...]:
    """Deliver every alert that is due; return why some could not be."""
    if not (watch.alert_folder or watch.alert_command):
        return ()
    failed = []
    for run in store.runs():
        if ALERT_DUE not in run.events or ALERTED in run.events:
            continue
        alert = alert_of(run.number, json.loads(store.document(run.changes)))
        try:
            if watch.alert_folder:
                drop(alert, beside / watch.alert_folder)
            if watch.alert_command:
                call(alert, watch.alert_command, beside)
        except (OSError, subprocess.SubprocessError) as error:
            why = f"The alert of run {run.number} was not delivered: {_why(error)}. The next run tries again."
            tell("alert not delivered", level=logging.ERROR, run=run.number, message=why)
            failed.append(why)
        else:
            store.add(run.number, at, ALERTED)
            tell("alert delivered", run=run.number)
    return tuple(failed)


def alert_of(run: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alert of a run; its number tells an alert that is sent twice."""
    said = {name: part for name, part in changes.items() if name not in LEFT_OUT}
    return {"brightspots": "alert", "format": FORMAT, "run": run, **said}


def drop(alert: Mapping[str, Any], folder: Path) -> None:
    """Put an alert into a folder as one whole file, ``alert-<run>.json``.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"alert-{alert['run']:05}.json", as_json(alert) + "\n")


def call(alert: Mapping[str, Any], command: Sequence[str], folder: Path) -> None:
    """Call a command, in the folder of the config, with an alert on its standard input.

    What it prints is not kept.

    Raises
    ------
    OSError, subprocess.SubprocessError
        If it cannot be started, takes too long, or ends with anything but 0.
    """
    subprocess.run(  # noqa: S603
        list(command),
        input=as_json(alert).encode(),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=True,
    )


def _why(error: OSError | subprocess.SubprocessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"the command ended with {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"the command took more than {error.timeout:g} seconds"
    return plainly(error) if isinstance(error, OSError) else "the command failed"
