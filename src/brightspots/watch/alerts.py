"""Telling somebody of flags that are new, cleared or turned round: a file in a folder, or a command."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from brightspots.publications.folders import write_whole
from brightspots.watch.store import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FORMAT = 1
PATIENCE = 60
"""Seconds that a command may take."""

LEFT_OUT = ("flags", "report", "brightspots", "format")
"""What of the changes of a run an alert does not say: a report has numbers in it."""


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
