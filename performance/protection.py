"""What protecting one table of counts costs: beside pytauargus where it is installed, and as tables grow.

Run with ``uv run --group sdc python performance/protection.py [repeats]``; it takes a minute. Times are
of the processor and medians of that many runs (3 by default); imports are not counted. Ours include the
audit, which pytauargus leaves to its user; its times include writing the microdata that it works from. It
goes by `FREQ(5,30)`, which asks for less than ours: small counts have to be uncertain by 30% of themselves.
"""

import contextlib
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd

from brightspots.disclosure import protect_counts

POLICIES = ("council", "dfe", "nhs", "open-data")


def counts(rows, columns=5, seed=1, mean=25):
    """Return a table of counts: councils of very different sizes, and five answers."""
    random = np.random.default_rng(seed)
    sizes, shares = (
        random.lognormal(np.log(mean), 0.8, rows),
        random.dirichlet(np.ones(columns) * 3) * columns,
    )
    return random.poisson(np.outer(sizes, shares))


def long(table):
    """Return a table with its margins as a long frame."""
    full = np.pad(table, ((0, 1), (0, 1)))
    full[-1, :-1], full[:-1, -1], full[-1, -1] = table.sum(0), table.sum(1), table.sum()
    areas, bands = (
        [*(f"{letter}{i:04}" for i in range(n)), "all"] for letter, n in zip("ab", table.shape, strict=True)
    )
    return pd.DataFrame(
        [(area, band, int(full[i, j])) for i, area in enumerate(areas) for j, band in enumerate(bands)],
        columns=["area", "band", "count"],
    )


def median_seconds(work, repeats):
    """Return the median processor time of some work."""
    times = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times)


def engine(table):
    """Return the work of pytauargus on a table; None where it is not installed."""
    try:
        from pytauargus import protect
    except ImportError:
        return None
    rows = [(f"a{i:04}", f"b{j}", 1.0) for (i, j), n in np.ndenumerate(table) for _ in range(int(n))]
    micro = pd.DataFrame(rows, columns=["area", "band", "one"])

    def work():
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            protect(
                micro,
                ["area", "band"],
                response="one",
                safety_rules="FREQ(5,30)",
                suppress="OPT(1)",
                workdir=folder,
            )

    return work


def main():
    """Print the ratios and the growth."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    try:
        other = f"pytauargus {version('pytauargus')}"
    except PackageNotFoundError:
        other = "pytauargus NOT INSTALLED: no ratios (uv sync --group sdc)"
    print(f"Python {platform.python_version()}, highspy {version('highspy')}, {other}")
    protect_counts(long(counts(3)), policy="dfe")
    print("\n120 x 5 tables: small counts (1-4), hidden under council, seconds, times ours of pytauargus")
    for seed, mean in ((0, 25), (1, 25), (2, 25), (0, 60), (1, 60), (2, 60)):
        table = counts(120, seed=seed, mean=mean)
        frame, work = long(table), engine(table)
        ours = median_seconds(lambda frame=frame: protect_counts(frame, policy="council"), repeats)
        hidden = int((protect_counts(frame, policy="council")["status"] == "hidden").sum())
        ratio = f"{median_seconds(work, repeats) / ours:.1f}" if work else "-"
        print(f"{int(((table > 0) & (table < 5)).sum()):4} {hidden:4} {ours:7.3f} {ratio:>6}")
    print("\ncells, then seconds (and hidden cells) under", ", ".join(POLICIES))
    for rows in (60, 120, 400, 800, 1600):
        frame = long(counts(rows, mean=15))
        line = f"{len(frame):6}"
        for policy in POLICIES:
            if policy == "nhs" and rows > 120:
                line += f"{'-':>16}"
                continue
            once = 1 if rows > 400 else repeats
            seconds = median_seconds(
                lambda frame=frame, policy=policy: protect_counts(frame, policy=policy), once
            )
            hidden = int((protect_counts(frame, policy=policy)["status"] == "hidden").sum())
            line += f"{seconds:9.2f} ({hidden:4})"
        print(line, flush=True)


if __name__ == "__main__":
    main()
