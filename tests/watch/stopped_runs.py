"""Every write step of a run, stopped: run by ``test_stopped.py`` with ``stop_at.c`` preloaded.

From the same state, a run over a new wave is stopped at its first, second, third … call that changes a file,
then run again. Writes one line of JSON for each, for the test to judge.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from pathlib import Path

from small_releases import comparison, group, recheck, released, run_once

from brightspots.config import WatchConfig
from brightspots.errors import BrightspotsError
from brightspots.watch.published import settle_interrupted
from brightspots.watch.store import CLOSED, opened

MODES = {"kill": 1, "torn": 2, "full": 3, "held": 4}
WATCH = WatchConfig(alert_folder="alerts")
FIRST = released(comparison("worse"), comparison("unclear", measure="nature", leans=""), cohorts=[group()])
SECOND = released(
    comparison("unclear", effect=-0.01, leans="", wave="2022", count=118),
    comparison("better", measure="nature", effect=0.4, wave="2022", count=140),
    rechecks=[recheck("still", wave="2022")],
    wave="2022",
)
NEWS = sorted([("cleared", "worse"), ("new", "better")])
shim = ctypes.CDLL(None)


def run(where: Path, mode: str, call: int) -> int:
    """Do the second run in a process of its own, stopped at a call; return how it ended, or -9 for killed."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    code = 1
    try:
        shim.stop_at(MODES.get(mode, 0), call)
        with opened(where / "state") as store:
            settle_interrupted(store)
            run_once(store, where / "report", SECOND, wave="2022", watch=WATCH)
        code = 100 if mode and shim.calls_seen() < call else 0
    except BrightspotsError as error:
        code = error.exit_code
    finally:
        shim.stop_at(0, 0)
        os._exit(code)


def report_in(where: Path) -> str:
    """Say what stands in the folder of the report: the old one, the new one, nothing, or neither."""
    try:
        held = {path.name: path.read_bytes() for path in (where / "report").iterdir()}
    except FileNotFoundError:
        return "nothing"
    return next((name for name, whole in WHOLE.items() if whole == held), "neither")


def judged(where: Path) -> dict[str, object]:
    """Say what a state holds after the last run, and what lies beside it."""
    with opened(where / "state") as store:
        runs = [run for run in store.runs() if run.outcome == CLOSED]
        changes = [json.loads(store.document(run.changes)) for run in runs[1:]]
        last = json.loads(store.document(runs[-1].ledger))
    alerts = [json.loads(path.read_text()) for path in sorted((where / "alerts").glob("*.json"))]
    shown = json.loads((where / "state" / "changes.json").read_text())
    return {
        "report": report_in(where),
        "told": sorted((c["change"], c["direction"]) for one in changes for c in one["changes"]),
        "alerted": sorted((c["change"], c["direction"]) for one in alerts[1:] for c in one["changes"]),
        "same_ledger": last == LEDGER,
        "same_flags": shown["flags"] == FLAGS,
        "beside": sorted(path.name for path in where.iterdir()),
        "in_alerts": sorted(path.name[:6] for path in (where / "alerts").iterdir()),
    }


def say(row: dict[str, object]) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(row) + "\n")


def main() -> None:
    """Stop at every call, one after the other."""
    base, scratch = Path(sys.argv[1]) / "base", Path(sys.argv[1]) / "scratch"
    modes = sys.argv[2].split(",")
    every = int(sys.argv[3])
    with opened(base / "state") as store:
        run_once(store, base / "report", FIRST, watch=WATCH)
    WHOLE["old"] = {path.name: path.read_bytes() for path in (base / "report").iterdir()}
    shutil.copytree(base, scratch)
    assert run(scratch, "", 0) == 0
    WHOLE["new"] = {path.name: path.read_bytes() for path in (scratch / "report").iterdir()}
    with opened(scratch / "state") as store:
        LEDGER.update(json.loads(store.document(store.runs()[-1].ledger)))
    FLAGS.extend(json.loads((scratch / "state" / "changes.json").read_text())["flags"])
    for mode in modes:
        call = 1
        while True:
            shutil.rmtree(scratch)
            shutil.copytree(base, scratch)
            ended = run(scratch, mode, call)
            if ended == 100:
                break
            row: dict[str, object] = {"mode": mode, "call": call, "ended": ended, "then": report_in(scratch)}
            if mode == "kill":  # and once more while the next run settles it
                row["again"] = run(scratch, "kill", 1 + call * 7 % 60)
            row["after"] = run(scratch, "", 0)
            say({**row, **judged(scratch)})
            call += every
        say({"mode": mode, "calls": call - 1})


WHOLE: dict[str, dict[str, bytes]] = {}
LEDGER: dict[str, object] = {}
FLAGS: list[object] = []

if __name__ == "__main__":
    main()
