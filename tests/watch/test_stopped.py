"""A run stopped at any call that changes a file: killed, killed in the middle of a write, by a full disk, or
by a file held open. No flag is lost or told twice, no report stands half, and the next run mends it all.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NEWS = [["cleared", "worse"], ["new", "better"]]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile what counts the calls, and stops at one."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs Linux and a C compiler")
    made = tmp_path_factory.mktemp("shim") / "stop_at.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, HERE / "stop_at.c", "-ldl"], check=True)
    return made


def stopped(shim: Path, folder: Path, modes: str, every: int) -> list[dict[str, Any]]:
    """Stop a run at every so many calls, in each mode."""
    done = subprocess.run(
        [sys.executable, HERE / "stopped_runs.py", folder, modes, str(every)],
        env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(rows: list[dict[str, Any]]) -> None:
    """Hold every stopped run to the promise."""
    for row in rows:
        if "calls" in row:
            assert row["calls"] > 40, row
            continue
        assert row["then"] in ("old", "new", "nothing"), row
        if row["mode"] in ("kill", "torn"):
            assert row["ended"] == -9, row
        else:
            assert row["ended"] in (0, 2), row  # a plain error, or nothing but an alert that is tried again
            assert row["mode"] == "held" or row["then"] != "nothing", row  # else: "move it back from …"
        assert row["after"] == 0, row
        assert (row["report"], row["told"], row["alerted"]) == ("new", NEWS, NEWS), row
        assert row["same_ledger"], row
        assert row["same_flags"], row
        assert row["beside"] == ["alerts", "report", "state"], row
        assert set(row["in_alerts"]) == {"alert-"}, row


def test_some_of_all_ways_to_be_stopped(shim: Path, tmp_path: Path) -> None:
    check(stopped(shim, tmp_path, "kill,torn,full,held", 19))


@pytest.mark.slow
def test_every_way_to_be_stopped(shim: Path, tmp_path: Path) -> None:
    rows = stopped(shim, tmp_path, "kill,torn,full,held", 1)
    check(rows)
    moments = {row["then"] for row in rows if row.get("mode") == "kill" and "then" in row}
    assert moments == {"old", "new", "nothing"}  # also between the two moves of a folder
