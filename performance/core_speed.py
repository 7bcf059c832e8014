"""What the core costs beside its peers: every question by every trait, weighted shares with limits.

    uv run --group engines python performance/core_speed.py [REPEATS]

60 questions, 10 traits (one of them the authority, with 120 levels), weights: 600 tables, for a council
with 400 answers and for a country with 25,000. The sketch in numpy does what must be done and nothing else:
one bincount for each trait over a composite code, for rows, weights and squares, and Wilson limits on
effective numbers. Ours is `bs.tally` of the data frame and `bs.estimate(weights="given")`, which also says
of every figure what kinds of missing there were. Its limits rest on the effective
number of each share and not on Kish's of the weights alone. Our counts and shares are checked against the
sketch's, and so are all figures of DuckDB and Polars.

Quote the ratios within one run, not the times: first by the clock, then of processor time, in which a busy
machine matters less and the threads of Polars and DuckDB count each. pandas and statsmodels run on a few
traits and questions and are scaled. A peer that is not installed is named and passed over.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

import brightspots as bs
from brightspots.questionnaire.model import Questionnaire

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS, TRAITS, AUTHORITIES, LEVELS, OPTIONS = 60, 10, 120, 5, 4
Z = statistics.NormalDist().inv_cdf(0.975)
QUESTION = [f"q{i}" for i in range(QUESTIONS)]
TRAIT = [f"t{i}" for i in range(TRAITS)]
TARGETS = {
    "council": {"DuckDB": 1.0},
    "country": {
        "numpy sketch": 1.5,
        "DuckDB": 1 / 15,
        "Polars": 1 / 15,
        "pandas": 1 / 50,
        "statsmodels": 1 / 100,
    },
}
Figures = dict[tuple[str, str, str], tuple[int, float, float, float]]


class Taken(NamedTuple):
    """What a run takes, in seconds by the clock and of processor time."""

    clock: float
    processor: float


def taken(run: Callable[[], object], repeats: int, scale: float = 1) -> Taken:
    """Return the median times of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        run()
        times.append(((time.perf_counter() - start[0]) * scale, (time.process_time() - start[1]) * scale))
    return Taken(*(statistics.median(column) for column in zip(*times, strict=True)))


def questionnaire() -> Questionnaire:
    """Return one form with all questions and traits."""
    levels = [AUTHORITIES, *[LEVELS] * (TRAITS - 1)]
    return Questionnaire.model_validate(
        {
            "id": "core",
            "title": "Core",
            "age_band": [{"id": "all-ages", "label": "All", "ages": (8, 18), "noun": "children"}],
            "domain": [{"id": "life", "label": "Life"}],
            "scales": {"often": {"options": [f"a{i}" for i in range(OPTIONS)]}},
            "indicator": [
                {
                    "id": name,
                    "domain": "life",
                    "label": name,
                    "scale": "often",
                    "asked": ("all-ages",),
                    "counted": ("a0", "a1"),
                    "higher_is_better": True,
                    "finding": name,
                }
                for name in QUESTION
            ],
            "trait": [
                {
                    "id": name,
                    "label": name,
                    "levels": [{"id": f"l{i}", "label": f"L{i}", "noun": f"n{i}"} for i in range(count)],
                }
                for name, count in zip(TRAIT, levels, strict=True)
            ],
        }
    )


def children(rows: int, asked: Questionnaire) -> pd.DataFrame:
    """Draw answers, about 5% of them missing, traits and weights."""
    random = np.random.default_rng(2026)
    columns: dict[str, object] = {
        "area": pd.Categorical(["England"] * rows),
        "wave": pd.Categorical(["2026"] * rows),
    }
    for trait in asked.traits:
        levels = [*(level.id for level in trait.levels), trait.not_known]
        codes = random.integers(0, len(levels) - 1, rows)
        columns[trait.id] = pd.Categorical.from_codes(codes, pd.Index(levels))
    for name in QUESTION:
        answers = [*asked.options(name), "not_answered", "not_asked", "dont_know", "prefer_not", "invalid"]
        codes = np.where(random.random(rows) < 0.05, OPTIONS, random.integers(0, OPTIONS, rows))
        columns[name] = pd.Categorical.from_codes(codes, pd.Index(answers))
    return pd.DataFrame(columns).assign(weight=random.uniform(0.4, 2.5, rows).round(4))


def limits(n: np.ndarray, w: np.ndarray, w2: np.ndarray, wy: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return shares and Wilson limits on Kish's effective number: what every peer does at the end."""
    with np.errstate(invalid="ignore"):  # nobody there
        share, effective = wy / w, w**2 / w2
    middle = (share + Z**2 / (2 * effective)) / (1 + Z**2 / effective)
    half = Z / (1 + Z**2 / effective) * np.sqrt(share * (1 - share) / effective + Z**2 / (4 * effective**2))
    return n, share, middle - half, middle + half


def sketch(frame: pd.DataFrame) -> list[tuple[np.ndarray, ...]]:
    """Count with one bincount a trait, and put limits on the shares."""
    answers = np.column_stack([frame[name].array.codes for name in QUESTION]).astype(np.int64)
    width = OPTIONS + 1
    offset = np.arange(QUESTIONS) * width
    weight = frame["weight"].to_numpy()
    wide, squares = np.repeat(weight, QUESTIONS), np.repeat(weight**2, QUESTIONS)
    found = []
    for trait in TRAIT:
        level = frame[trait].array.codes.astype(np.int64)
        levels = AUTHORITIES if trait == TRAIT[0] else LEVELS
        place = (level[:, None] * (QUESTIONS * width) + offset + answers).ravel()
        size = levels * QUESTIONS * width
        n, w, w2 = (
            np.bincount(place, weights=one, minlength=size).reshape(levels, QUESTIONS, width)
            for one in (None, wide, squares)
        )
        base = slice(0, OPTIONS)
        found.append(
            limits(n[..., base].sum(-1), w[..., base].sum(-1), w2[..., base].sum(-1), w[..., :2].sum(-1))
        )
    return found


def ours(frame: pd.DataFrame, asked: Questionnaire) -> bs.Table:
    """Count and estimate as a user would."""
    counted = bs.tally(frame, questionnaire=asked, by=[[trait] for trait in TRAIT])
    return bs.estimate(counted, by=[[trait] for trait in TRAIT], weights="given")


def with_duckdb(frame: pd.DataFrame) -> pd.DataFrame:
    """Count in one query over all pairs: unpivot, then grouping sets; limits in numpy."""
    import duckdb

    answers = ", ".join(f"{name}::varchar {name}" for name in QUESTION)
    sets = ", ".join(f"(question, {trait})" for trait in TRAIT)
    query = (
        f"select question, {', '.join(TRAIT)}, count(*) n, sum(weight) w, sum(weight * weight) w2, "
        "sum(case when answer in ('a0', 'a1') then weight else 0 end) wy from "
        f"(unpivot (select {', '.join(TRAIT)}, weight, {answers} from frame) "
        f"on {', '.join(QUESTION)} into name question value answer) where answer like 'a%' "
        f"group by grouping sets ({sets})"
    )
    counted = duckdb.sql(query).df()
    n, share, lower, upper = limits(*(counted[name].to_numpy(float) for name in ("n", "w", "w2", "wy")))
    return counted.assign(share=share, lower=lower, upper=upper, n=n)


def with_polars(held: object) -> list[tuple[np.ndarray, ...]]:
    """Group lazily for every trait, every question an aggregate of its own; limits in numpy."""
    import polars as pl

    weight = pl.col("weight")
    numbers = []
    for name in QUESTION:
        valid, counts = (
            pl.col(name).is_in([f"a{i}" for i in range(OPTIONS)]),
            pl.col(name).is_in(["a0", "a1"]),
        )
        numbers += [
            valid.sum().alias(f"n_{name}"),
            weight.filter(valid).sum().alias(f"w_{name}"),
            (weight * weight).filter(valid).sum().alias(f"w2_{name}"),
            weight.filter(counts).sum().alias(f"wy_{name}"),
        ]
    grouped = pl.collect_all([held.lazy().group_by(trait).agg(numbers) for trait in TRAIT])
    return [
        limits(*(table[f"{part}_{name}"].to_numpy().astype(float) for part in ("n", "w", "w2", "wy")))
        for table in grouped
        for name in QUESTION
    ]


def with_pandas(frame: pd.DataFrame, traits: list[str]) -> None:
    """Group each pair by itself."""
    for trait in traits:
        for name in QUESTION:
            valid = frame[frame[name].isin([f"a{i}" for i in range(OPTIONS)])]
            weight = valid["weight"]
            parts = pd.DataFrame(
                {"n": 1, "w": weight, "w2": weight**2, "wy": weight * valid[name].isin(["a0", "a1"])}
            )
            summed = parts.groupby(valid[trait], observed=True).sum()
            limits(*(summed[part].to_numpy(float) for part in ("n", "w", "w2", "wy")))


def with_statsmodels(frame: pd.DataFrame, traits: list[str], questions: list[str]) -> None:
    """Ask for each share with its weights, and for Wilson limits, one group at a time."""
    from statsmodels.stats.proportion import proportion_confint
    from statsmodels.stats.weightstats import DescrStatsW

    for trait in traits:
        for name in questions:
            valid = frame[frame[name].isin([f"a{i}" for i in range(OPTIONS)])]
            for _, group in valid.groupby(trait, observed=True):
                weight = group["weight"].to_numpy()
                told = DescrStatsW(group[name].isin(["a0", "a1"]).to_numpy(float), weights=weight)
                effective = weight.sum() ** 2 / (weight**2).sum()
                proportion_confint(told.mean * effective, effective, method="wilson")


def figures_of(found: list[tuple[np.ndarray, ...]]) -> Figures:
    """Return the sketch's figures by trait, level and question."""
    return {
        (trait, f"l{level}", name): (
            int(n[level, i]),
            *(float(one[level, i]) for one in (share, lower, upper)),
        )
        for trait, (n, share, lower, upper) in zip(TRAIT, found, strict=True)
        for level in range(n.shape[0])
        for i, name in enumerate(QUESTION)
        if n[level, i]
    }


def check(frame: pd.DataFrame, asked: Questionnaire) -> None:
    """Stop if ours is not what the sketch found, figure by figure."""
    expected = figures_of(sketch(frame))
    table = ours(frame, asked).to_pandas()
    found: Figures = {}
    for trait in TRAIT:
        for row in table[(table[trait] != "all") & (table["n"] > 0)].itertuples():
            found[(trait, getattr(row, trait), row.measure)] = (row.n, row.share, row.lower, row.upper)
    assert found.keys() == expected.keys()
    for key, figures in expected.items():
        assert found[key][0] == figures[0], key
        np.testing.assert_allclose(found[key][1], figures[1], rtol=1e-9)


def check_peer(found: list[tuple[np.ndarray, ...]], expected: Figures) -> None:
    """Stop if a peer's numbers, shares and limits are not the sketch's, each in order of size."""
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    there = columns[0] > 0
    for column, sketched in zip(columns, zip(*expected.values(), strict=True), strict=True):
        np.testing.assert_allclose(np.sort(column[there]), np.sort(sketched), rtol=1e-9, atol=1e-12)


def main() -> None:
    """Measure both sizes and print them."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    names = ["numpy", "pandas", "duckdb", "polars", "pyarrow", "statsmodels"]
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} not installed")
    print(f"Python {platform.python_version()}, {', '.join(versions)}")
    asked = questionnaire()
    for size, rows in (("council", 400), ("country", 25_000)):
        frame = children(rows, asked)
        check(frame, asked)
        runs: dict[str, Callable[[], Taken]] = {
            "ours": lambda frame=frame: taken(lambda: ours(frame, asked), repeats),
            "  of which tally": lambda frame=frame: taken(
                lambda: bs.tally(frame, questionnaire=asked, by=[[t] for t in TRAIT]), repeats
            ),
            "numpy sketch": lambda frame=frame: taken(lambda: sketch(frame), repeats),
            "DuckDB": lambda frame=frame: duckdb_time(frame),
            "Polars": lambda frame=frame: polars_time(frame),
            "pandas": lambda frame=frame: taken(lambda: with_pandas(frame, TRAIT[:2]), 1, TRAITS / 2),
            "statsmodels": lambda frame=frame: statsmodels_time(frame),
        }
        print(f"\n{size}: {rows:,} answers; multiples of our time by the clock, of processor time; ours is")
        times: dict[str, Taken] = {}
        for name, run in runs.items():
            try:
                times[name] = run()
            except ImportError:
                print(f"{name:18} not installed")
        own = times["ours"]
        for name, one in times.items():
            target = (
                f"   target: ours / theirs at most {TARGETS[size][name]:.3g}" if name in TARGETS[size] else ""
            )
            print(f"{name:18} {one.clock / own.clock:8.2f} {one.processor / own.processor:8.2f}{target}")
        print(f"(ours {own.clock * 1000:.0f} ms)")


def duckdb_time(frame: pd.DataFrame) -> Taken:
    """Time DuckDB once its figures are checked."""
    found = with_duckdb(frame)[["n", "share", "lower", "upper"]]
    check_peer([tuple(found.to_numpy().T)], figures_of(sketch(frame)))
    return taken(lambda: with_duckdb(frame), 3)


def polars_time(frame: pd.DataFrame) -> Taken:
    """Time Polars on a frame of its own."""
    import polars as pl

    held = pl.from_pandas(frame)
    check_peer(with_polars(held), figures_of(sketch(frame)))
    return taken(lambda: with_polars(held), 3)


def statsmodels_time(frame: pd.DataFrame) -> Taken:
    """Time statsmodels on the authority and one other trait, six questions each, and scale."""
    few = QUESTION[:6]
    wide = taken(lambda: with_statsmodels(frame, TRAIT[:1], few), 1, QUESTIONS / len(few))
    narrow = taken(lambda: with_statsmodels(frame, TRAIT[1:2], few), 1, QUESTIONS / len(few) * (TRAITS - 1))
    return Taken(wide.clock + narrow.clock, wide.processor + narrow.processor)


if __name__ == "__main__":
    main()
