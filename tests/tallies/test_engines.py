"""Every engine counts the same, to the last whole number, in any order and in any number of parts."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import brightspots as bs
from brightspots.errors import ArgumentError, MissingExtraError, TallyError
from brightspots.questionnaire.mapping import Mapping
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire
from brightspots.tallies.tally import Tally

ENGINES = [
    "pandas",
    "pandas categories",
    "polars",
    "polars lazy",
    "pyarrow",
    "duckdb",
    "parquet",
    "several parquet files",
    "pyspark",
]
BY = [["gender"], ["placement"]]
SPARK = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


@pytest.fixture(scope="session")
def country(small: Questionnaire) -> pd.DataFrame:
    """Four councils, two waves, both forms: every answer, gap and blank, scores as numbers, weights."""
    dice = random.Random(11)
    rows = []
    for _ in range(500):
        band = dice.choice(["8-11", "11-18"])
        row: dict[str, Any] = {
            "area": dice.choice(["Leeds", "York", "Hull", "Śląsk"]),
            "wave": dice.choice(["2019", "2021"]),
            "age_band": band,
        }
        for trait in small.traits:
            row[trait.id] = dice.choice([*(level.id for level in trait.levels), trait.not_known, None])
        for name, question in small.questions.items():
            told = dice.choice([*small.options(name), *small.options(name), *MISSING_KINDS, None])
            row[name] = told if band in question.asked else dice.choice([None, "not_asked"])
        if row["bullied"] not in ("yes", "invalid"):
            row["helped"] = dice.choice([None, "not_asked", "dont_know"])
        if band == "11-18" and row["support_friends"] is None:
            row["support_family"] = dice.choice(["ticked", "not ticked"])
        elif band == "11-18" and row["support_family"] is None:
            row["support_friends"] = dice.choice(["ticked", "not ticked"])
        for scale in ("satisfied", "happy", "anxious"):
            row[scale] = float(row[scale]) if row[scale] in small.options(scale) else None
        row["weight"] = dice.uniform(0.01, 100) if dice.random() < 0.5 else dice.uniform(0.4, 2.5)
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def spark() -> Any:
    """A session on this machine alone."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in SPARK.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def blanks(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a frame as lists, every blank None."""
    return {name: [None if pd.isna(v) else v for v in frame[name].tolist()] for name in frame}


def in_engine(frame: pd.DataFrame, engine: str, folder: Path, request: pytest.FixtureRequest) -> Any:
    """Return the frame as one engine holds it."""
    if engine == "pandas":
        return frame
    if engine == "pandas categories":
        return frame.astype({name: "category" for name in frame if name != "weight"})
    library = pytest.importorskip(
        engine.split()[0] if engine.split()[0] in ("polars", "pyspark") else "pyarrow"
    )
    if engine == "polars":
        return library.DataFrame(blanks(frame))
    if engine == "polars lazy":
        return library.LazyFrame(blanks(frame))
    if engine == "pyspark":
        columns = [
            f"{name} {'double' if kind == 'float64' else 'string'}" for name, kind in frame.dtypes.items()
        ]
        rows = list(zip(*blanks(frame).values(), strict=True))
        return request.getfixturevalue("spark").createDataFrame(rows, ", ".join(columns))
    table = library.table(blanks(frame))
    if engine == "pyarrow":
        return table
    duckdb = pytest.importorskip("duckdb")
    parquet = pytest.importorskip("pyarrow.parquet")
    if engine == "duckdb":
        return duckdb.from_arrow(table)
    folder.mkdir(exist_ok=True)
    if engine == "parquet":
        parquet.write_table(table, folder / "all.parquet", row_group_size=64)
        return folder / "all.parquet"
    for i in range(3):
        parquet.write_table(table.slice(i * 200, 200), folder / f"part-{i}.parquet")
    return str(folder / "part-*.parquet")


def bytes_of(counted: Tally, folder: Path) -> bytes:
    counted.save(folder / "tally.json")
    return (folder / "tally.json").read_bytes()


def scored_by_hand(row: pd.Series, small: Questionnaire) -> dict[str, str]:
    """Return what one child's row counts as, by the rules in words, one row at a time."""

    def text(name: str) -> str | None:
        value = row[name]
        return None if pd.isna(value) else str(int(value)) if isinstance(value, float) else value

    sets = [["support_friends", "support_family"], ["theme_school", "theme_home"]]
    scored = {}
    for name, question in small.questions.items():
        told, asked = text(name), row["age_band"] in question.asked
        if told is None and asked:
            beside = [text(box) for own in sets if name in own for box in own]
            told = "not ticked" if {"ticked", "not ticked"} & set(beside) else "not_answered"
        if not asked and told in (None, "not ticked"):
            told = "not_asked"
        scored[name] = str(told)
    if scored["bullied"] not in ("yes", "not_asked", "invalid") and scored["helped"] != "invalid":
        scored["helped"] = "not_asked"
    own = ["satisfied", "happy", *(["anxious"] if row["age_band"] == "11-18" else [])]
    scores = [
        10 - float(scored[s]) if s == "anxious" else float(scored[s]) for s in own if scored[s].isdigit()
    ]
    low = sum(score <= 4 for score in scores)
    could_be = low + len(own) - len(scores)
    composite = "low" if low >= 2 else "undecided" if could_be >= 2 else "not low"
    return {**scored, "low_wellbeing": composite if len(scores) >= 2 else "not_answered"}


def test_pandas_counts_what_a_person_would_row_by_row(small: Questionnaire, country: pd.DataFrame) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    weights: Counter[tuple[Any, ...]] = Counter()
    for _, row in country.iterrows():
        traits = [row[t] if isinstance(row[t], str) else "not known" for t in ("gender", "placement")]
        units = int(row["weight"] * 10_000 + 0.5)
        for measure, answer in scored_by_hand(row, small).items():
            key = (row["area"], row["wave"], row["age_band"], *traits, measure, answer)
            expected[key] += 1
            weights[("w", *key)] += units
            weights[("w2", *key)] += units**2
    counted = bs.tally(country, questionnaire=small, by=["gender", "placement"])
    table = counted.table(["gender", "placement"])
    found: Counter[tuple[Any, ...]] = Counter()
    found_weights: Counter[tuple[Any, ...]] = Counter()
    assert table.weights is not None
    for (measure, answer), column in counted.columns.items():
        if measure == "responses":
            continue
        for i in np.flatnonzero(table.counts[:, column]):
            key = (*table.keys[i], measure, answer)
            found[key] = int(table.counts[i, column])
            found_weights[("w", *key)] = int(table.weights[0, i, column])
            found_weights[("w2", *key)] = int(table.weights[1, i, column])
    assert found == expected
    assert found_weights == weights


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_counts_what_pandas_counts(
    engine: str, small: Questionnaire, country: pd.DataFrame, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    expected = bytes_of(bs.tally(country, questionnaire=small, by=BY), tmp_path)
    source = in_engine(country, engine, tmp_path / "whole", request)
    assert bytes_of(bs.tally(source, questionnaire=small, by=BY), tmp_path) == expected

    shuffled = country.sample(frac=1, random_state=3)
    if engine == "pyspark":  # slow, so its partitions are its parts
        parts = [in_engine(shuffled, engine, tmp_path, request).repartition(3)]
    else:
        halves = [shuffled[:137], shuffled[137:]]
        parts = [in_engine(half, engine, tmp_path / f"part {i}", request) for i, half in enumerate(halves)]
    together = sum(bs.tally(part, questionnaire=small, by=BY) for part in parts)
    assert isinstance(together, Tally)
    assert bytes_of(together, tmp_path) == expected


@pytest.mark.parametrize("engine", [e for e in ENGINES if e != "several parquet files"])
def test_every_engine_stops_at_the_same_values_and_shows_none(
    engine: str, small: Questionnaire, country: pd.DataFrame, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    wrong = country[:40].copy()
    wrong.loc[wrong.index[:3], "school"] = ["ZQX was here", "ZQX told me", "A lot"]
    wrong.loc[wrong.index[3:5], "satisfied"] = [4.5, 11.0]
    wrong.loc[wrong.index[5], "gender"] = "ZQX"
    wrong.loc[wrong.index[6], "age_band"] = "Year 7"
    wrong.loc[wrong.index[7], ["age_band", "workers"]] = ["8-11", "one"]
    wrong.loc[wrong.index[8], ["bullied", "helped"]] = ["no", "yes"]
    wrong.loc[wrong.index[9], ["age_band", "support_friends", "support_family"]] = ["11-18", None, None]
    wrong.loc[wrong.index[10:14], "weight"] = [0.0, -1.0, 101.0, np.nan]
    for band, only in (("8-11", ["anxious", "workers", "support_friends", "support_family"]),):
        here = (wrong["age_band"] == band) & (wrong.index != wrong.index[7])
        wrong.loc[here, only] = None
    with pytest.raises(TallyError) as caught:
        bs.tally(wrong, questionnaire=small)
    expected = str(caught.value)
    for part in (
        "does not know, in age_band (1 rows), gender (1 rows), school (3 rows), satisfied (2 rows)",
        "does not ask of the age band, in workers (1 rows)",
        "asks only of those who gave other answers to an earlier question, in helped (1 rows)",
        "write 'not ticked' or 'not_answered'), in support_friends (1 rows), support_family (1 rows)",
        "in 4 rows",
    ):
        assert part in expected
    assert "ZQX" not in expected
    with pytest.raises(TallyError) as caught:
        bs.tally(in_engine(wrong, engine, tmp_path / "wrong", request), questionnaire=small)
    assert str(caught.value) == expected


CODED = Mapping(
    columns={"school": "Q1", "bullied": "Q2", "helped": "Q3", "satisfied": "Q4", "gender": "Sex"},
    age_band="Form",
    age_bands={"primary": "8-11", "secondary": "11-18"},
    area="LA",
    weight="W",
    codes={"bullied": {"1": "yes", "2": "no"}, "helped": {"1": "yes", "2": "no"}},
    missing={"not_answered": (-9, 99), "dont_know": (97,)},
)


@pytest.mark.parametrize("engine", [e for e in ENGINES if e != "several parquet files"])
def test_codes_mean_what_read_survey_makes_of_them(
    engine: str, small: Questionnaire, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(5)
    rows = []
    for _ in range(120):
        bullied = dice.choice([1, 2, 97, 99, -9, None])
        helped = dice.choice([1, 2, 97]) if bullied == 1 else None
        row = [
            dice.choice(["primary", "secondary"]),
            dice.choice(["Leeds", "York"]),
            dice.choice([1, 2, 3, 4]),
        ]
        rows.append(
            [*row, bullied, helped, dice.choice([*range(11), 97, None]), dice.choice(["F", "M", "boy", None])]
        )
    names = ["Form", "LA", "Q1", "Q2", "Q3", "Q4", "Sex"]
    coded = pd.DataFrame(rows, columns=names).assign(W=[dice.uniform(0.5, 2) for _ in rows])
    coded = coded.astype(dict.fromkeys(("Q1", "Q2", "Q3", "Q4"), "float64"))
    read = bs.read_survey(coded, small, mapping=CODED, wave="2021")
    source = in_engine(coded, engine, tmp_path / "coded", request)
    counted = bs.tally(source, questionnaire=small, mapping=CODED, wave="2021", by=["gender"])
    assert counted == bs.tally(read, by=["gender"])


@pytest.mark.parametrize("kind", ["sav", "csv", "parquet"])
def test_files_count_like_the_frame_they_were_written_from(kind: str, tmp_path: Path) -> None:
    survey = bs.make_survey(councils=3, respondents=150, seed=4)
    plain = survey.answers.astype("str")
    path = tmp_path / f"country.{kind}"
    if kind == "parquet":
        pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
        plain.to_parquet(path)
        counted = bs.tally(path, questionnaire="children-in-care", by=BY, eligible=survey.eligible)
    else:
        if kind == "csv":
            plain.to_csv(path, index=False)
        else:
            import pyreadstat

            pyreadstat.write_sav(plain, str(path))
        mapping = Mapping(area="area", age_band="age_band")
        read = bs.read_survey(
            path, "children-in-care", mapping=mapping, eligible=survey.eligible, strict=False
        )
        counted = bs.tally(read, by=BY)
    assert bytes_of(counted, tmp_path) == bytes_of(bs.tally(survey, by=BY), tmp_path)


def test_what_is_the_same_of_all_rows_is_given(small: Questionnaire, country: pd.DataFrame) -> None:
    york = country[
        (country["area"] == "York") & (country["wave"] == "2021") & (country["age_band"] == "8-11")
    ]
    bare = york.drop(columns=["area", "wave", "age_band"])
    counted = bs.tally(bare, questionnaire=small, area="York", wave="2021", age_band="8-11", by=["gender"])
    assert counted == bs.tally(york, questionnaire=small, by=["gender"])
    with pytest.raises(ArgumentError, match="area is given for all rows, but source has the column area"):
        bs.tally(york, questionnaire=small, area="Leeds")
    with pytest.raises(ArgumentError, match="age_band is '4-7'; small has 8-11, 11-18"):
        bs.tally(bare, questionnaire=small, age_band="4-7")
    with pytest.raises(ArgumentError, match="A Survey says itself"):
        bs.tally(bs.make_survey(), area="Leeds")


def test_mappings_that_a_frame_cannot_follow(small: Questionnaire, country: pd.DataFrame) -> None:
    for mapping, part in (
        (Mapping(columns={"school": {"8-11": "A", "11-18": "B"}}), "school another column on each form"),
        (Mapping(age="Age"), "only read_survey can"),
        (Mapping(columns={"school": "Q1", "happy": "Q9"}, weight="W"), "lacks columns .*: Q1, Q9, W"),
    ):
        with pytest.raises(ArgumentError, match=part):
            bs.tally(country, questionnaire=small, mapping=mapping)


def test_blocks_and_sorted_rows_count_alike(
    small: Questionnaire, country: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = ["gender", "placement"]
    expected = bs.tally(country, questionnaire=small, by=by)
    for name, value in {"BLOCK": 64, "DENSE": 0, "LARGEST_DENSE": 0}.items():
        monkeypatch.setattr(f"brightspots.tallies.engines.rows.{name}", value)
        assert bs.tally(country, questionnaire=small, by=by) == expected


def test_progress_is_told_and_ends(small: Questionnaire, country: pd.DataFrame) -> None:
    told: list[tuple[int, int]] = []
    bs.tally(country, questionnaire=small, by=BY, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert all(done <= total for done, total in told)
    assert told[-1][0] >= 0.8 * told[-1][1]


def test_a_missing_extra_is_one_sentence(small: Questionnaire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError) as caught:
        bs.tally("answers.parquet", questionnaire=small)
    assert str(caught.value) == "To count Parquet files, install brightspots[big]."
    assert caught.value.exit_code == 2


def test_no_parquet_file(small: Questionnaire, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    with pytest.raises(ArgumentError, match="no Parquet file can be read"):
        bs.tally(tmp_path / "none.parquet", questionnaire=small)
    (tmp_path / "text.parquet").write_text("ZQX", encoding="utf-8")
    with pytest.raises(ArgumentError) as caught:
        bs.tally(tmp_path / "text.parquet", questionnaire=small)
    assert "ZQX" not in str(caught.value)


ON_A_CLUSTER = """
import sys
import brightspots as bs
from brightspots.questionnaire.loading import load_questionnaire
from pyspark.sql import SparkSession
session = SparkSession.builder.getOrCreate()
session.sparkContext.setLogLevel("OFF")
frame = session.read.parquet(sys.argv[2])
bs.tally(frame, questionnaire=load_questionnaire(sys.argv[1]), by=["gender"]).save(sys.argv[3])
print(session.sparkContext.master)
"""


@pytest.mark.slow
def test_a_cluster_is_a_matter_of_configuration(
    small: Questionnaire, country: pd.DataFrame, tmp_path: Path
) -> None:
    """The same lines count on whatever the configuration file names; two workers stand for many."""
    pytest.importorskip("pyspark")
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17")
    parquet.write_table(pyarrow.table(blanks(country)), tmp_path / "country.parquet")
    master = "local-cluster[2,1,512]"
    settings = {**SPARK, "spark.master": master, "spark.executor.memory": "512m"}
    lines = [f"{name} {value}" for name, value in settings.items()]
    (tmp_path / "spark-defaults.conf").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            ON_A_CLUSTER,
            str(Path(__file__).parent.parent / "small-survey.toml"),
            str(tmp_path / "country.parquet"),
            str(tmp_path / "counted.json"),
        ],
        env={**os.environ, "SPARK_CONF_DIR": str(tmp_path), "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith(master)
    expected = bytes_of(bs.tally(country, questionnaire=small, by=["gender"]), tmp_path)
    assert (tmp_path / "counted.json").read_bytes() == expected
