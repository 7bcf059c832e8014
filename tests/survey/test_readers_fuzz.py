"""Damaged, shuffled and mislabelled files: an export or a plain refusal, and never an answer in a message."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightspots.errors import SurveyError
from brightspots.survey.cells import PLAIN_NUMBER
from brightspots.survey.readers import KINDS, SIGNATURES, read_export

MARKER = "ZQXMARKER"
"""Stands in every cell of the files below; no message may hold it."""

quick = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

FRAME = pd.DataFrame(
    {
        "id": [f"{MARKER}{i}" for i in range(30)],
        "score": [float(i % 11) for i in range(30)],
        "answer": [f"{MARKER} café {i % 3}" for i in range(30)],
    }
)
LABELS = {"score": {0.0: "none", 10.0: "all"}, "answer": {f"{MARKER} café 0": "often", "b": "rarely"}}
WRITERS: dict[str, Callable[[Path], object]] = {
    ".sav": lambda path: pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS),
    ".zsav": lambda path: pyreadstat.write_sav(FRAME, path, variable_value_labels=LABELS, compress=True),
    ".por": lambda path: pyreadstat.write_por(FRAME[["id", "score"]], path),
    ".xlsx": lambda path: FRAME.to_excel(path, index=False),
    ".ods": lambda path: FRAME.to_excel(path, index=False, engine="odf"),
    ".csv": lambda path: FRAME.to_csv(path, index=False),
    ".tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t", encoding="cp1252"),
}


def read_or_refuse(path: Path) -> None:
    try:
        export = read_export(path)
    except SurveyError as error:
        told = [str(error), error.problems.to_markdown()]
    else:
        assert {len(column.values) for column in export.columns} == {export.n}
        assert len({column.name for column in export.columns}) == len(export.columns)
        told = [repr(export), *map(repr, export.notes)]
    assert MARKER not in "".join(told)


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Draw a way to damage a file: cut it short, flip bytes, cut a piece out, or repeat one."""
    kind = draw(st.sampled_from(["truncate", "flip", "flip head", "cut", "repeat"]))
    places = draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
    byte = draw(st.integers(1, 255))
    length = draw(st.integers(1, 64))

    def damage(whole: bytes) -> bytes:
        at = int(places[0] * len(whole))
        if kind == "truncate":
            return whole[:at]
        if kind == "cut":
            return whole[:at] + whole[at + length :]
        if kind == "repeat":
            return whole[:at] + whole[at : at + length] + whole[at:]
        damaged = bytearray(whole)
        within = min(len(whole), 1000) if kind == "flip head" else len(whole)
        for place in places:
            damaged[int(place * within)] ^= byte
        return bytes(damaged)

    return damage


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    for ending, write in WRITERS.items():
        write(folder / f"x{ending}")
        read_or_refuse(folder / f"x{ending}")
    return {ending: (folder / f"x{ending}").read_bytes() for ending in WRITERS}


@pytest.mark.parametrize("ending", WRITERS)
@quick
@given(damage=damages())
def test_damaged_files(
    tmp_path: Path, whole_files: dict[str, bytes], ending: str, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(damage(whole_files[ending]))
    read_or_refuse(path)


@quick
@given(order=st.permutations(range(12)), separator=st.sampled_from([",", ";", "\t"]))
def test_shuffled_lines(tmp_path: Path, order: list[int], separator: str) -> None:
    lines = [f"id{separator}school{separator}pets", f"{separator}Response{separator}Dog"]
    lines += [f"{MARKER}{i}{separator}{i}{separator}{MARKER}" for i in range(10)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines[i] for i in order), encoding="utf-8")
    read_or_refuse(path)


@pytest.mark.parametrize("ending", KINDS)
@quick
@given(start=st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", *SIGNATURES]), rest=st.binary(max_size=400))
def test_random_bytes_under_any_ending(tmp_path: Path, ending: str, start: bytes, rest: bytes) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(start + rest)
    read_or_refuse(path)


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("written_as", WRITERS)
def test_wrong_endings(tmp_path: Path, whole_files: dict[str, bytes], written_as: str, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(whole_files[written_as])
    read_or_refuse(path)


words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\r")
)
headings = st.text("abcdefgh éß’?", min_size=1).map(str.strip).filter(bool)
cells = st.one_of(
    st.none(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    words.map(str.strip).filter(lambda text: text and not PLAIN_NUMBER.fullmatch(text)),
)


@quick
@given(
    names=st.lists(headings, min_size=1, max_size=5, unique=True),
    rows=st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=6),
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_a_table_written_as_text_reads_back_the_same(
    tmp_path: Path, names: list[str], rows: list[list[object]], separator: str, encoding: str
) -> None:
    names = ["no", *(name for name in names if name != "no")]
    table = [[i, *row][: len(names)] for i, row in enumerate(rows)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([names, *table])
    path = tmp_path / "x.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    export = read_export(path)
    assert [column.name for column in export.columns] == names
    assert list(map(list, zip(*(column.values for column in export.columns), strict=True))) == table
    assert (export.first_row, export.notes) == (2, ())
