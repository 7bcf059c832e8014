"""Where the time of a whole report goes, as ratios against a process that only imports what it needs.

Run with ``uv run python performance/report_time.py [runs]``: medians of that many fresh processes, in
processor time, so that what else the machine does tells less.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

FIXTURE = Path(__file__).parent.parent / "fixtures" / "sheffield-2021"
NEEDED = (
    "pandas, scipy.special, highspy, pyreadstat, pydantic, narwhals, jinja2, typer, python_calamine, "
    "matplotlib.figure"
)
OFFICE = f"{NEEDED}, docx, gptables"
FOUR = "html,md,csv,json"
CACHED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As on a laptop: modules are compiled once, by the run that is not counted."""

STEPS = """
import time
started = time.perf_counter()
marks = []
def say(step): marks.append((step.split(",")[0], time.perf_counter()))
from brightspots.config import load_config
from brightspots.reporting import make_release, read_sources
from brightspots.publications.publishing import publish
say("imports of the command")
config = load_config({fixture!r})
sources = read_sources(config, say)
made = make_release(config, sources, say)
say("writing")
publish(made, {out!r}, formats=('html', 'md', 'csv', 'json'))
say("end")
for (step, at), (_, until) in zip([("start", started), *marks], marks):
    print(f"{{until - at:.3f}} {{step}}")
"""


def median_seconds(code: str, runs: int) -> float:
    """Return the median processor time of a fresh Python that runs some code."""
    times = []
    for _ in range(runs + 1):
        started = os.times()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=CACHED)
        ended = os.times()
        user = ended.children_user - started.children_user
        times.append(user + ended.children_system - started.children_system)
    return statistics.median(times[1:])


def main() -> None:
    """Print the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        report = (
            "from brightspots.cli import app\n"
            f"try: app(['report', {str(FIXTURE)!r}, '--out', {out!r}, *{{more}}])\n"
            "except SystemExit as end: assert not end.code"
        )
        bare = median_seconds("pass", runs)
        ours = median_seconds("import brightspots", runs)
        helped = median_seconds(
            "from brightspots.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass", runs
        )
        imports = median_seconds(f"import {NEEDED}", runs)
        office = median_seconds(f"import {OFFICE}", runs)
        four = median_seconds(report.format(more=["--formats", FOUR]), runs)
        everything = median_seconds(report.format(more=[]), runs)
        steps = subprocess.run(
            [sys.executable, "-c", STEPS.format(fixture=str(FIXTURE), out=out)],
            check=True,
            capture_output=True,
            text=True,
            env=CACHED,
        ).stdout
    print(
        f"Python {sys.version.split()[0]}, pandas {version('pandas')}, numpy {version('numpy')}; {runs} runs"
    )
    print(f"import brightspots / bare Python          {ours / bare:5.2f}   (limit 1.2)")
    print(f"brightspots --help / bare Python          {helped / bare:5.2f}")
    print(f"{FOUR} / importing what it needs {four / imports:5.2f}   (limit 1.6)")
    print(f"  imported: {NEEDED}")
    print(f"all formats / importing what they need    {everything / office:5.2f}   (limit 2.5)")
    print(f"  imported: {OFFICE}")
    print(f"Seconds by step of {FOUR}, one run in one process, as shares of the whole:")
    rows = [line.split(" ", 1) for line in steps.splitlines()]
    total = sum(float(seconds) for seconds, _ in rows)
    for seconds, step in rows:
        print(f"  {float(seconds) / total:6.1%}  {step}")


if __name__ == "__main__":
    main()
