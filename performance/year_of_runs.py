"""A year of monthly runs on a council's survey: what one run costs, and by how much the state grows.

Run with ``uv run python performance/year_of_runs.py [months]``. Each run is a process of its own, as a
scheduler starts it, over the survey of ``brightspots example`` (300 children, three forms, a search over
three traits). First a new wave of other answers every month, then the same answers every month.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from brightspots import example

CACHED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(folder: Path) -> tuple[float, float, int]:
    """Do one run; return its processor time, that of a plain report, and the size of the state."""
    times = []
    for command in (
        ["run", str(folder), "--state", str(folder / "state")],
        ["report", str(folder), "--out", str(folder / "plain")],
    ):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "brightspots", *command], check=True, capture_output=True, env=CACHED
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return (*times, (folder / "state" / "state.sqlite").stat().st_size)


def year(folder: Path, months: int, *, new_answers: bool) -> None:
    """Print one line a month."""
    example.write_example(folder)
    config = (folder / "brightspots.toml").read_text(encoding="utf-8")
    size = 0
    for month in range(1, months + 1):
        if new_answers:
            wave = f'wave = "{2024 + (month - 1) // 12}-{1 + (month - 1) % 12:02}"'
            (folder / "brightspots.toml").write_text(config.replace('wave = "2024"', wave), encoding="utf-8")
            example.SEED = 100 + month
            for name, content in example._answers().items():
                (folder / name).write_bytes(content)
        seconds, plain, now = run(folder)
        print(
            f"  run {month:2}   {seconds:5.2f} s   / a plain report {seconds / plain:4.2f}   "
            f"state {now / 1024:6.0f} KB (+{(now - size) / 1024:.0f})"
        )
        size = now
    log = (folder / "state" / "log.jsonl").stat().st_size
    print(f"  log {log / 1024:.0f} KB")


def main() -> None:
    """Print both years."""
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    with tempfile.TemporaryDirectory() as folder:
        print("A new wave every month:")
        year(Path(folder) / "waves", months, new_answers=True)
        print("The same answers every month:")
        year(Path(folder) / "same", months, new_answers=False)


if __name__ == "__main__":
    main()
