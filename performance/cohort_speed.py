"""What the search for cohorts costs beside DuckDB, pysubgroup and sliceline, on the same candidates.

    uv run --group peers python performance/cohort_speed.py [ROWS ...]

All combinations of up to three of twelve traits with five levels: 298 sets of traits, 29,210 cohorts, 15%
of children low, for 25,000 and for 1,000,000 children unless ROWS says otherwise. A peer that is not
installed is named and passed over. Every count, ours and the peers', is checked against counting each set of
traits by itself. pysubgroup and sliceline take long, so they run on the smallest ROWS only, once.

Quote the ratios, which are of medians within one run, and not the times. The first is by the clock; the
second is of processor time, in which a busy machine matters less and the two threads of DuckDB count twice.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import cohort_simulation
import numpy as np
import pandas as pd

from brightspots.findings.cubes import covering_cubes, trait_sets
from brightspots.findings.profiles import Profiles, profiles_of_frame
from brightspots.findings.search import Candidates, count_combinations, find_candidates, search, tabulate_p
from brightspots.statistics import adjust

if TYPE_CHECKING:
    from collections.abc import Callable

TRAITS, LEVELS, ORDER = 12, 5, 3
COHORTS, SETS = 29_210, 298
SHARE = 0.15
REPEATS = 5
SHUFFLES = 1999
TARGETS = {"council": 0.3, "national": 5.0}
Numbers = dict[tuple[tuple[int, int], ...], tuple[int, int]]


class Taken(NamedTuple):
    """What a run takes, in seconds by the clock and of processor time."""

    clock: float
    processor: float

    def over(self, other: Taken) -> str:
        """Return both ratios, in columns."""
        return f"{self.clock / other.clock:8.1f} {self.processor / other.processor:8.1f}"


def taken(run: Callable[[], object], repeats: int = REPEATS) -> Taken:
    """Return the median times of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        run()
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return Taken(*(statistics.median(column) for column in zip(*times, strict=True)))


def children(rows: int) -> pd.DataFrame:
    """Draw children with independent traits, who are low with the same chance whatever their traits."""
    random = np.random.default_rng(2026)
    frame = pd.DataFrame({f"t{i}": random.integers(0, LEVELS, rows).astype(np.uint8) for i in range(TRAITS)})
    return frame.assign(low=random.random(rows) < SHARE)


def profiles_of(frame: pd.DataFrame) -> Profiles:
    """Sort the children into profiles, as `flag_cohorts` does before it searches."""
    traits = tuple(column for column in frame if column != "low")
    return profiles_of_frame(frame, traits, "low", "low", None, not_known=False)


def count(profiles: Profiles) -> object:
    """Count every cohort, as the search does; the plan of the cubes is made anew each time."""
    covering_cubes.cache_clear()
    return count_combinations(profiles, ORDER)


def tested(profiles: Profiles) -> tuple[Candidates, np.ndarray]:
    """Count every cohort, test each against the rest, and adjust all p-values (Benjamini-Hochberg)."""
    covering_cubes.cache_clear()
    found = find_candidates(profiles, count_combinations(profiles, ORDER))
    p = tabulate_p(profiles.in_strata(profiles.n), profiles.in_strata(profiles.count), found.n).at(
        found.count
    )
    return found, adjust(p)


def one_by_one(frame: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Count each set of traits by itself."""
    codes, low = frame.to_numpy(np.int64)[:, :TRAITS].T.copy(), frame["low"].to_numpy()
    counts = []
    for chosen in trait_sets(TRAITS, ORDER):
        cell = codes[chosen[0]]
        for trait in chosen[1:]:
            cell = cell * LEVELS + codes[trait]
        cells = LEVELS ** len(chosen)
        counts.append((np.bincount(cell, minlength=cells), np.bincount(cell[low], minlength=cells)))
    return counts


def expected(frame: pd.DataFrame) -> Numbers:
    """Return size and count of every cohort by its conditions."""
    numbers: Numbers = {}
    for chosen, (n, low) in zip(trait_sets(TRAITS, ORDER), one_by_one(frame), strict=True):
        for cell, pair in enumerate(zip(n.tolist(), low.tolist(), strict=True)):
            levels = np.unravel_index(cell, (LEVELS,) * len(chosen))
            numbers[tuple(zip(chosen, map(int, levels), strict=True))] = pair
    return numbers


def ours(found: Candidates) -> Numbers:
    """Return what the search counted, in the form of `expected`."""
    return {
        tuple((int(trait[1:]), int(level)) for trait, level in found.conditions(i).items()): pair
        for i, pair in enumerate(zip(found.n[0].tolist(), found.count.tolist(), strict=True))
    }


def duckdb_counting(frame: pd.DataFrame) -> tuple[Callable[[], Any], Callable[[Any], Numbers]]:
    """Return DuckDB's one query with a grouping set for each set of traits, and how to read its answer."""
    import duckdb

    connection = duckdb.connect()
    connection.register("frame", frame.assign(low=frame["low"].astype(np.uint8)))
    connection.execute("create table children as select * from frame")
    names = [f"t{i}" for i in range(TRAITS)]
    sets = ", ".join(
        f"({', '.join(chosen)})" for size in range(1, ORDER + 1) for chosen in combinations(names, size)
    )
    query = (
        f"select {', '.join(names)}, count(*) as n, sum(low)::bigint as low from children "
        f"group by grouping sets ({sets})"
    )

    def read(answer: Any) -> Numbers:
        held = [np.ma.filled(np.ma.asarray(answer[name]).astype(np.int64), -1) for name in names]
        numbers: Numbers = {}
        for levels, n, low in zip(
            np.column_stack(held).tolist(), answer["n"].tolist(), answer["low"].tolist(), strict=True
        ):
            numbers[tuple((trait, level) for trait, level in enumerate(levels) if level >= 0)] = (n, low)
        return numbers

    return lambda: connection.execute(query).fetchnumpy(), read


def pysubgroup_search(frame: pd.DataFrame) -> tuple[Callable[[], Any], Callable[[Any], Numbers]]:
    """Return pysubgroup's search that lists every cohort, and how to read its answer."""
    import pysubgroup

    target = pysubgroup.BinaryTarget("low", True)
    frame = frame.astype(dict.fromkeys(frame.columns[:TRAITS], str))  # it takes numbers for no category
    space = pysubgroup.create_nominal_selectors(frame, ignore=["low"])
    task = pysubgroup.SubgroupDiscoveryTask(
        frame,
        target,
        space,
        result_set_size=2 * COHORTS,
        depth=ORDER,
        qf=pysubgroup.StandardQF(0),
        min_quality=-1.0,
    )

    def read(answer: Any) -> Numbers:
        numbers: Numbers = {}
        for _, rule, measured in answer.results:
            own = sorted((int(s.attribute_name[1:]), int(s.attribute_value)) for s in rule.selectors)
            numbers[tuple(own)] = (int(measured.size_sg), int(measured.positives_count))
        return {own: pair for own, pair in numbers.items() if own}

    return lambda: pysubgroup.Apriori().execute(task), read


def sliceline_search(frame: pd.DataFrame) -> Callable[[], Any]:
    """Return sliceline's search for the 1,000 worst cohorts; it has no list of all."""
    from sliceline.slicefinder import Slicefinder

    traits = frame.drop(columns="low").to_numpy() + 1
    finder = Slicefinder(alpha=0.95, k=1000, max_l=ORDER, min_sup=10, verbose=False)
    return lambda: finder.fit(traits, frame["low"].to_numpy(dtype=float))


def agreement(name: str, found: Numbers, numbers: Numbers) -> str:
    """Return in words whether a peer's counts are those of counting one by one."""
    same = sum(numbers.get(own) == pair for own, pair in found.items())
    return f"{name}: {same:,} of {len(numbers):,} counts right" + (
        f", {len(found) - same:,} others" if same < len(found) else ""
    )


def compare(rows: int, searches: bool) -> None:
    """Print the ratios for one number of children."""
    frame = children(rows)
    numbers = expected(frame)
    profiles = profiles_of(frame)
    found, _ = tested(profiles)
    print(f"\n{rows:,} children, {SETS} sets of traits, {len(numbers):,} cohorts")
    checks = [agreement("brightspots", ours(found), numbers)]
    runs: dict[str, Callable[[], object]] = {"numpy, each set of traits by itself": lambda: one_by_one(frame)}
    if find_spec("duckdb"):
        query, read = duckdb_counting(frame)
        runs["DuckDB, one query of 298 grouping sets"] = query
        checks.append(agreement("DuckDB", read(query()), numbers))
    counting, testing = taken(lambda: count(profiles)), taken(lambda: tested(profiles))
    making = taken(lambda: profiles_of(frame), 3)
    print(f"counting: {1000 * counting.processor:.1f} ms; as much, by the clock and of processor time:")
    for name, run in runs.items():
        print(f"  {taken(run).over(counting)}  {name}")
    print(f"counting, tests and adjusted p: {1000 * testing.processor:.1f} ms; as much:")
    if searches and find_spec("pysubgroup"):
        search_all, read = pysubgroup_search(frame)
        answers: list[Any] = []
        cost = taken(lambda: answers.append(search_all()), 1)
        print(f"  {cost.over(testing)}  pysubgroup, Apriori for all cohorts, no tests")
        checks.append(agreement("pysubgroup", read(answers[0]), numbers))
    if searches and find_spec("sliceline"):
        print(f"  {taken(sliceline_search(frame), 1).over(testing)}  sliceline, the 1,000 worst, no tests")
    print(f"  {making.over(testing)}  making the profiles from a data frame, once before either")
    print("\n".join(checks))


def shuffles() -> None:
    """Print what the shuffles of a council's and of a country's survey take, beside the targets."""
    scenario = cohort_simulation.SCENARIOS[0]
    frames = {
        "council": cohort_simulation.children(np.random.default_rng(1), scenario),
        "national": children(25_000),
    }
    print(f"\nthe whole search with {SHUFFLES:,} shuffles, from profiles")
    for name, frame in frames.items():
        profiles = profiles_of(frame)
        found = search(profiles, ORDER, SHUFFLES, 1)
        own = taken(lambda profiles=profiles: search(profiles, ORDER, SHUFFLES, 1), 3)
        print(
            f"  {name}: {len(frame):,} children, {found.p.size:,} cohorts: {own.processor:.2f} s of compute, "
            f"{own.clock:.2f} by the clock (target {TARGETS[name]})"
        )


def main(sizes: list[int]) -> None:
    """Print everything."""
    print(f"Python {platform.python_version()}, medians of {REPEATS}")
    for package in ("numpy", "pandas", "scipy", "duckdb", "pysubgroup", "sliceline"):
        try:
            print(f"  {package} {version(package)}")
        except PackageNotFoundError:
            print(f"  {package} is not installed, so it is left out: uv sync --group peers")
    for rows in sorted(sizes):
        compare(rows, searches=rows == min(sizes))
    shuffles()


if __name__ == "__main__":
    main([int(rows) for rows in sys.argv[1:]] or [25_000, 1_000_000])
