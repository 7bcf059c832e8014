"""What intervals and tests cost beside statsmodels, SciPy and R (where an ``Rscript`` is on the path).

Run with ``uv run python performance/statistics_speed.py [repeats]``; it takes well under a minute. Each
figure is the median of that many timings (3 by default) of the same pairs of counts. Peers that take one pair
a call are timed on the first 1,000 pairs and scaled up. Imports are not counted. None of the peers checks its
arguments as ours do; their tests are exact ones, as none offers mid-P.
"""

import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import binom_test, confint_proportions_2indep, proportion_confint

from brightspots.statistics import difference_interval, fixed_test, proportion_interval, two_sample_test

INTERVALS, TESTS, ONE_BY_ONE = 100_000, 10_000, 1_000
IN_R = """
given <- read.csv(commandArgs(TRUE)[1])
repeats <- as.integer(commandArgs(TRUE)[2])
seconds <- function(work) {
  once <- function(i) { start <- proc.time()[["elapsed"]]; work(); proc.time()[["elapsed"]] - start }
  median(sapply(seq_len(repeats), once))
}
each <- seq_len(nrow(given))
table_of <- function(i) with(given[i, ], matrix(c(k1, n1 - k1, k2, n2 - k2), 2))
cat(R.version.string, "\n")
wilson <- function(i) suppressWarnings(prop.test(given$k1[i], given$n1[i], correct = FALSE)$conf.int)
cat(seconds(function() for (i in each) wilson(i)), "\n")
cat(seconds(function() for (i in each) binom.test(given$k1[i], given$n1[i], given$share[i])$p.value), "\n")
cat(seconds(function() for (i in each) fisher.test(table_of(i))$p.value), "\n")
"""


def median_seconds(work, repeats):
    """Return the median time of some work."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def one_by_one(function, *columns):
    """Return the work of calling a function on each of the first pairs."""
    rows = list(zip(*(column[:ONE_BY_ONE].tolist() for column in columns), strict=True))
    return lambda: [function(*row) for row in rows]


def seconds_in_r(k1, n1, k2, n2, share, repeats):
    """Return R's version and its times for the first pairs, or nothing without R."""
    program = shutil.which("Rscript")
    if program is None:
        return "R not found", []
    with tempfile.TemporaryDirectory() as folder:
        pairs, script = Path(folder) / "pairs.csv", Path(folder) / "speed.R"
        table = np.column_stack([column[:ONE_BY_ONE] for column in (k1, n1, k2, n2, share)])
        np.savetxt(pairs, table, delimiter=",", header="k1,n1,k2,n2,share", comments="")
        script.write_text(IN_R)
        answer = subprocess.run(
            [program, str(script), str(pairs), str(repeats)], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    return answer[0].strip(), [float(line) for line in answer[1:]]


def main():
    """Print the ratios."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    random = np.random.default_rng(2021)
    n1, n2 = random.integers(10, 600, INTERVALS), random.integers(10, 6000, INTERVALS)
    k1, k2 = random.binomial(n1, 0.70), random.binomial(n2, 0.72)
    share = random.integers(50, 96, INTERVALS) / 100
    some = slice(TESTS)
    scale, scale_tests = INTERVALS / ONE_BY_ONE, TESTS / ONE_BY_ONE
    r, r_seconds = seconds_in_r(k1, n1, k2, n2, share, repeats)

    ours = {
        "wilson": lambda: proportion_interval(k1, n1),
        "newcombe": lambda: difference_interval(k1, n1, k2, n2),
        "fixed": lambda: fixed_test(k1[some], n1[some], share[some]),
        "two": lambda: two_sample_test(k1[some], n1[some], k2[some], n2[some]),
    }
    cost = {name: median_seconds(work, repeats) for name, work in ours.items()}
    binomial = one_by_one(lambda k, n, p: stats.binomtest(k, n, p).pvalue, k1, n1, share)
    fisher = one_by_one(lambda a, b, c, d: stats.fisher_exact([[a, b - a], [c, d - c]])[1], k1, n1, k2, n2)
    again = one_by_one(binom_test, k1, n1, share)
    peers = [
        ("wilson", "statsmodels proportion_confint", lambda: proportion_confint(k1, n1, method="wilson"), 1),
        (
            "wilson",
            "SciPy binomtest().proportion_ci, one by one",
            one_by_one(lambda k, n: stats.binomtest(k, n).proportion_ci(method="wilson"), k1, n1),
            scale,
        ),
        (
            "newcombe",
            "statsmodels confint_proportions_2indep",
            lambda: confint_proportions_2indep(k1, n1, k2, n2, method="newcomb"),
            1,
        ),
        ("fixed", "SciPy binomtest (exact), one by one", binomial, scale_tests),
        ("fixed", "statsmodels binom_test (exact), one by one", again, scale_tests),
        ("two", "SciPy fisher_exact, one by one", fisher, scale_tests),
    ]
    rows = [(name, peer, times * median_seconds(work, repeats)) for name, peer, work, times in peers]
    if r_seconds:
        rows += [
            ("wilson", "R prop.test, one by one", scale * r_seconds[0]),
            ("fixed", "R binom.test (exact), one by one", scale_tests * r_seconds[1]),
            ("two", "R fisher.test, one by one", scale_tests * r_seconds[2]),
        ]

    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "statsmodels"))
    print(f"Python {platform.python_version()}, {packages}, {r}; medians of {repeats}")
    titles = {
        "wilson": f"{INTERVALS:,} Wilson intervals",
        "newcombe": f"{INTERVALS:,} Newcombe intervals",
        "fixed": f"{TESTS:,} mid-P tests against a percentage",
        "two": f"{TESTS:,} mid-P tests of two groups",
    }
    for name, title in titles.items():
        print(f"{title}: {1000 * cost[name]:.0f} ms; times as long:")
        for of, peer, seconds in rows:
            if of == name:
                print(f"  {seconds / cost[name]:10,.1f}  {peer}")

    wilson = np.abs(np.array(proportion_interval(k1, n1)) - proportion_confint(k1, n1, method="wilson")).max()
    exact = fixed_test(k1[:ONE_BY_ONE], n1[:ONE_BY_ONE], share[:ONE_BY_ONE], method="exact")
    print(f"Largest difference from statsmodels' Wilson limits {wilson:.0e},", end=" ")
    print(f"from SciPy's exact p {np.abs(exact - binomial()).max():.0e}")


if __name__ == "__main__":
    main()
