"""What the state holds, for people and machines: the runs, and where the flags stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brightspots.tables import Table
from brightspots.watch.store import CLOSED, NOTED, looked_into

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = {CLOSED: "done", NOTED: "interrupted"}
COLUMNS = (
    "run",
    "at",
    "surveys",
    "outcome",
    "inputs",
    "new",
    "cleared",
    "turned",
    "flags",
    "version",
    "folder",
)


class History(Table):
    """The runs of a state, in order."""

    released = True
    title = "Scheduled runs"


def read_history(state: str | Path) -> tuple[History, list[dict[str, Any]]]:
    """Return the runs of a state, and the flags that stand after the last of them.

    Parameters
    ----------
    state : str or path
        The folder of the state; it is only read.

    Returns
    -------
    History
        One row a run: its number, when, of which surveys, its outcome (``done``, ``interrupted``,
        ``dropped``), which kinds of input had changed, how many flags were new, cleared and turned round, and
        how many stand.
    list of dict
        The flags that stand, as in ``changes.json``.

    Raises
    ------
    StateError
        If there is no state, or it cannot be trusted.
    """
    rows: list[dict[str, Any]] = []
    flags: list[dict[str, Any]] = []
    with looked_into(state) as store:
        for run in store.runs():
            changes = json.loads(store.document(run.changes))
            kinds = [one["change"] for one in changes["changes"]]
            surveys = [f"{one['questionnaire']} {one['area']} {one['wave']}" for one in run.surveys]
            rows.append(
                {
                    "run": run.number,
                    "at": run.at,
                    "surveys": "; ".join(surveys),
                    "outcome": OUTCOMES.get(run.outcome, run.outcome),
                    "inputs": ", ".join(changes["inputs"]),
                    "new": kinds.count("new"),
                    "cleared": kinds.count("cleared"),
                    "turned": kinds.count("changed direction"),
                    "flags": len(changes["flags"]),
                    "version": run.version,
                    "folder": run.folder,
                }
            )
            if run.outcome == CLOSED:
                flags = changes["flags"]
    return History.from_rows(rows, COLUMNS), flags
