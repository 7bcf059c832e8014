"""What millions of rows cost: counting in memory beside numpy, and Parquet files beside hand-written SQL.

    uv run --group engines python performance/scale_speed.py [ROWS]

10,000,000 invented children (unless ROWS says otherwise) of 120 councils in three waves, 40 questions:
counts of every answer by council, wave and age band. In memory: `bs.tally` of a pandas frame beside one
bincount a question over a composite code, in blocks of 262,144 rows, and nothing else. From Parquet:
`bs.tally` of the path beside the same counts in DuckDB, one grouped query a question, written by hand and
fetched as numpy. Each runs in a process of its own, which says what memory it took at most; both sides are
counted alike by more than the sum of all answers.

Then how cost grows with rows, questions, traits and councils, one at a time from the same start: each line
of processor time per unit would be level if it grew linearly.

Quote the ratios within one run: first by the clock, then of processor time.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import brightspots as bs
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.model import TICK_SCALE, Questionnaire

ROWS, QUESTIONS, COUNCILS, BLOCK, PIECE = 10_000_000, 40, 120, 262_144, 1_000_000
KEYS = ["area", "wave", "age_band"]
REPEATS = 2


def questionnaire(questions: int = QUESTIONS, traits: int = 6) -> Questionnaire:
    """Return the questionnaire for children in care with as many questions and traits, without composites."""
    document = load_questionnaire("children-in-care").model_dump(by_alias=True)
    asked = [one for one in document["indicator"] if not one["asked_if"] and one["scale"] != TICK_SCALE]
    document["indicator"] = [{**asked[i % len(asked)], "id": f"q{i}"} for i in range(questions)]
    held = document["trait"]
    document["trait"] = [{**held[i % len(held)], "id": f"t{i}"} for i in range(traits)]
    document |= {"wellbeing_scale": [], "composite": [], "multiple_response": []}
    return Questionnaire.model_validate(document)


def children(rows: int, asked: Questionnaire, councils: int = COUNCILS, seed: int = 0) -> pd.DataFrame:
    """Make up answers of many councils; pieces with other seeds are other waves."""
    per = -(-rows // councils)
    survey = bs.make_survey(
        councils=councils, respondents=per, seed=seed, questionnaire=asked, wave=str(2019 + seed % 3)
    )
    return survey.answers[:rows]


def sketch(frame: pd.DataFrame, asked: Questionnaire) -> list[np.ndarray]:
    """Count with one bincount a question over a composite code, in blocks."""
    keys = [frame[name].array for name in KEYS]
    widths = [len(key.categories) for key in keys]
    columns = [(frame[name].array.codes, len(frame[name].array.categories)) for name in asked.questions]
    counts = [np.zeros(int(np.prod(widths)) * width, dtype=np.int64) for _, width in columns]
    for start in range(0, len(frame), BLOCK):
        rows = slice(start, start + BLOCK)
        cell = np.zeros(min(BLOCK, len(frame) - start), dtype=np.int64)
        for key, width in zip(keys, widths, strict=True):
            cell = cell * width + key.codes[rows]
        for i, (codes, width) in enumerate(columns):
            counts[i] += np.bincount(cell * width + codes[rows], minlength=counts[i].size)
    return counts


def by_hand(path: str, asked: Questionnaire) -> int:
    """Count with one grouped query a question."""
    import duckdb

    connection = duckdb.connect()
    source = connection.read_parquet(path)
    assert source is not None
    total = 0
    for name in asked.questions:
        query = f"select {', '.join(KEYS)}, {name}, count(*) n from source group by all"
        total += int(connection.sql(query).fetchnumpy()["n"].sum())
    return total


def ours(source: pd.DataFrame | str, asked: Questionnaire, traits: int = 0) -> int:
    """Count as a user would."""
    counted = bs.tally(source, questionnaire=asked, by=[[f"t{i}"] for i in range(traits)])
    table = next(iter(counted.tables.values()))
    return int(table.counts[:, 1:].sum())


def measured(run: object, rows: int) -> dict[str, float]:
    """Return the best of some runs by the clock, its processor time, and the most memory so far in MB."""
    best = (np.inf, np.inf)
    total = 0
    for _ in range(REPEATS):
        start = time.perf_counter(), time.process_time()
        total = run()
        best = min(best, (time.perf_counter() - start[0], time.process_time() - start[1]))
    return {
        "clock": best[0],
        "processor": best[1],
        "memory": most_memory(),
        "answers": total,
        "rows": rows,
    }


def most_memory() -> float:
    """Return the most memory that this process has held, in MB, where the system tells (Linux)."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(one.split()[1]) / 1024 for one in lines if one.startswith("VmHWM")), float("nan"))


def alone(what: str, *arguments: object) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--alone", what, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def run_alone(what: str, arguments: list[str]) -> None:
    """Measure one thing and print it as JSON."""
    if what in ("memory ours", "memory sketch"):
        rows, questions, traits, councils = map(int, arguments)
        asked = questionnaire(questions, max(traits, 1))
        pieces = [
            children(min(PIECE, rows - at), asked, councils, seed)
            for seed, at in enumerate(range(0, rows, PIECE))
        ]
        frame = pieces[0]
        if len(pieces) > 1:
            frame = pd.DataFrame(
                {
                    name: pd.api.types.union_categoricals([piece[name] for piece in pieces])
                    for name in frame.columns
                }
            )
        if what == "memory ours":
            found = measured(lambda: ours(frame, asked, traits), rows)
        else:
            found = measured(lambda: sum(int(one.sum()) for one in sketch(frame, asked)), rows)
    else:
        path = arguments[0]
        asked = questionnaire()
        run = (lambda: ours(path, asked)) if what == "parquet ours" else (lambda: by_hand(path, asked))
        found = measured(run, 0)
    print(json.dumps(found))


def write(path: Path, rows: int) -> None:
    """Write the children as text, a piece at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    asked, writer = questionnaire(), None
    for seed, at in enumerate(range(0, rows, PIECE)):
        frame = children(min(PIECE, rows - at), asked, seed=seed)
        table = pa.table({name: pa.array(frame[name].astype("str")).cast(pa.string()) for name in frame})
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=BLOCK)
    assert writer is not None
    writer.close()


def line(name: str, ours_: dict[str, float], theirs: dict[str, float], target: float) -> None:
    """Print one comparison."""
    assert ours_["answers"] == theirs["answers"], name
    clock, processor = (ours_[one] / theirs[one] for one in ("clock", "processor"))
    memory = f"memory {ours_['memory']:.0f} MB, theirs {theirs['memory']:.0f} MB"
    asked = f"target: at most {target}"
    print(f"{name:30} {clock:6.2f} {processor:6.2f}   {asked}   {memory}   ({ours_['clock']:.1f} s)")


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--alone"]:
        run_alone(sys.argv[2], sys.argv[3:])
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    listed = ", ".join(
        f"{name} {version(name)}" for name in ("numpy", "pandas", "narwhals", "duckdb", "pyarrow")
    )
    print(f"Python {platform.python_version()}, {listed}; {rows:,} rows, {QUESTIONS} questions")
    shape = (rows, QUESTIONS, 0, COUNCILS)
    line("in memory / numpy composite", alone("memory ours", *shape), alone("memory sketch", *shape), 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "children.parquet"
        write(path, rows)
        line("Parquet / SQL by hand", alone("parquet ours", path), alone("parquet by hand", path), 1.3)
    start = {"rows": 200_000, "questions": 20, "traits": 3, "councils": 60}
    print(
        "\nprocessor time of ours as one thing grows (from rows 200,000, questions 20, traits 3, councils 60)"
    )
    for name, steps in {
        "rows": (200_000, 400_000, 800_000, 1_600_000),
        "questions": (20, 40, 80),
        "traits": (3, 6, 12),
        "councils": (60, 120, 240),
    }.items():
        times = [alone("memory ours", *{**start, name: step}.values())["processor"] for step in steps]
        told = ", ".join(f"{step:,}: {seconds:.2f} s" for step, seconds in zip(steps, times, strict=True))
        print(f"{name:10} {told}")


if __name__ == "__main__":
    main()
