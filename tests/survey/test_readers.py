"""Survey files and data frames to raw columns, or one plain refusal."""

from __future__ import annotations

import codecs
import datetime as dt
import os
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import python_calamine

from brightspots.errors import ArgumentError, SurveyError
from brightspots.survey.cells import tidy
from brightspots.survey.exports import Column, Export
from brightspots.survey.headings import unique_names
from brightspots.survey.readers import read_export

DATA = os.environ.get("BRIGHTSPOTS_DATA")
EDGE_CASES = sorted((Path(DATA) / "sav_edge_cases").glob("*")) if DATA else []
needs_data = pytest.mark.skipif(
    DATA is None, reason="BRIGHTSPOTS_DATA does not name the folder of real files"
)


def answers(export: Export) -> dict[str, list[object]]:
    return {column.name: column.values.tolist() for column in export.columns}


def column(export: Export, name: str) -> Column:
    return next(each for each in export.columns if each.name == name)


def codes(export: Export) -> list[tuple[str, str]]:
    return [(note.severity, note.code) for note in export.notes]


def refused(source: object, **options: object) -> tuple[str, SurveyError]:
    with pytest.raises(SurveyError) as caught:
        read_export(source, **options)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert caught.value.problems.column("severity") == ["error"]
    return caught.value.problems.column("code")[0], caught.value


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


# --- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7", 7),
        ("-9", -9),
        ("0", 0),
        ("7.0", 7),
        ("4.5", 4.5),
        ("0.25", 0.25),
        ("7,0", "7,0"),
        ("007", "007"),
        ("+7", "+7"),
        (".5", ".5"),
        ("7.", "7."),
        ("1e5", "1e5"),
        ("½", "½"),
        ("٣", "٣"),
        ("nan", "nan"),
        ("9" * 5000, "9" * 5000),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("\N{NO-BREAK SPACE} a  bit\t\n", "a  bit"),
        ("\N{NO-BREAK SPACE}", None),
        ("", None),
        (None, None),
        (3.0, 3),
        (2.5, 2.5),
        (float("nan"), None),
        (1e300, 1e300),
        (Decimal("4.0"), 4),
        (np.int64(4), 4),
        (np.float32(4), 4),
        (np.str_(" x "), "x"),
        (True, "TRUE"),
        (np.bool_(False), "FALSE"),
        (dt.date(2021, 6, 1), dt.date(2021, 6, 1)),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
    ],
)
def test_one_rule_for_cells_at_every_door(cell: object, value: object) -> None:
    assert tidy(cell) == value
    assert type(tidy(cell)) is type(value)


def test_whole_numbers_and_truth_do_not_meet_in_a_column() -> None:
    frame = pd.DataFrame({"q": pd.Series([True, 1, 1.0, "1", False, 0], dtype=object)})
    assert answers(read_export(frame))["q"] == ["TRUE", 1, 1, 1, "FALSE", 0]


def test_names_are_unique_even_among_many_copies() -> None:
    names, notes = unique_names(["a", "a", "a (2)", "", *["b"] * 5000], "x.csv")
    assert len(set(names)) == len(names)
    assert names[:4] == ["a", "a (2)", "a (2) (2)", "column 4"]
    assert [(note.code, note.count) for note in notes] == [
        ("blank_headings", 1),
        ("duplicate_headings", 5001),
    ]


# --- text files ----------------------------------------------------------------------------------


def test_csv(tmp_path: Path) -> None:
    path = write(tmp_path / "8-11.csv", 'id,"Safe, at home?",Comment\n1,yes,"Two\nlines"\n2,,\n')
    export = read_export(path)
    assert (export.name, export.n, export.first_row, export.notes) == ("8-11.csv", 2, 2, ())
    assert answers(export) == {"id": [1, 2], "Safe, at home?": ["yes", None], "Comment": ["Two\nlines", None]}
    assert [each.label for each in export.columns] == ["", "", ""]
    assert export.row_number(1) == 3
    assert read_export(str(path)).n == 2


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [("utf-8", []), ("utf-8-sig", []), ("cp1252", ["other_encoding"]), ("utf-16", ["other_encoding"])],
)
def test_encodings_that_spreadsheets_write(tmp_path: Path, encoding: str, noted: list[str]) -> None:
    path = write(tmp_path / "x.csv", "Café,q\ndon’t know,½\n", encoding)
    export = read_export(path)
    assert answers(export) == {"Café": ["don’t know"], "q": ["½"]}
    assert [note.code for note in export.notes] == noted


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("id,q\n1,é\n".encode("utf-16-le"), "wrong_encoding"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "wrong_encoding"),
        ("id\n1\n".encode("utf-32"), "wrong_encoding"),
        (b"id,q\n1,\x81\n", "wrong_encoding"),
        (b"\x00\x01\x02\x03", "wrong_encoding"),
        ("id,q\n1,yes\n2,½".encode()[:-1], "truncated_file"),
        (b"", "empty_file"),
        (b"\n \n,,\n;;\n", "no_answers"),
        (b" \n,,,\n,,,\n", "empty_file"),
        (b";;\n\t\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"id,q\n", "no_answers"),
        (b"id,q\n,\n", "no_answers"),
        (b"1,4,2\n2,3,3\n", "no_headings"),
        (b"PK\x03\x04rest of a workbook", "wrong_file_type"),
        (b"<html><table>", "wrong_file_type"),
        (b"%PDF-1.7", "wrong_file_type"),
        (b"$FL2@(#) SPSS DATA FILE", "wrong_file_type"),
        (b'id,q\n1,"yes\n2,no\n', "stray_quote"),
        (b'id,q\n1,"yes" no\n', "stray_quote"),
        (b"id,q\n1," + b"x" * 200_000, "stray_quote"),
        (b"id,q\n1,yes\n2\n3,no\n4,no,more\n", "ragged_rows"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".TXT"])
def test_text_files_that_are_refused(tmp_path: Path, content: bytes, code: str, ending: str) -> None:
    path = tmp_path / f"form{ending}"
    path.write_bytes(content)
    found, error = refused(path)
    assert found == code
    assert path.name in str(error)
    assert str(tmp_path) not in str(error)


def test_ragged_rows_and_stray_quotes_are_named_as_a_person_counts(tmp_path: Path) -> None:
    lines = ["", "id,q", '1,"two\nlines"', "", "2", "3,no", "4,no,more"]
    _, error = refused(write(tmp_path / "x.csv", "\n".join(lines)))
    assert error.problems.column("rows") == ["rows 5, 7"]
    _, error = refused(write(tmp_path / "y.csv", 'id,q\n1,a\n2,"b\n'))
    assert error.problems.column("rows") == ["row 3"]


def test_trailing_separators_and_blank_rows_do_no_harm(tmp_path: Path) -> None:
    export = read_export(write(tmp_path / "x.csv", "\nid,q,\n1,yes,\n\n3,no,,,\n,,\n"))
    assert answers(export) == {"id": [1, None, 3], "q": ["yes", None, "no"]}
    assert (export.first_row, export.row_number(2)) == (3, 5)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_goes_by_the_headings(tmp_path: Path, separator: str) -> None:
    others = "".join({",", ";", "\t"} - {separator})
    rows = [["id", f'"a{others}b"', "c"], ["1", f'"x{others}{separator}"', "y"], ["2", "", "z"]]
    export = read_export(write(tmp_path / "x.txt", "\n".join(map(separator.join, rows))))
    assert answers(export) == {
        "id": [1, 2],
        f"a{others}b": [tidy(f"x{others}{separator}"), None],
        "c": ["y", "z"],
    }


def test_one_column_with_a_comma_in_its_heading(tmp_path: Path) -> None:
    export = read_export(write(tmp_path / "x.csv", "Comment, if any\nnone\nmore dogs\n"))
    assert answers(export) == {"Comment, if any": ["none", "more dogs"]}


def test_hostile_headings_and_cells_are_only_text(tmp_path: Path) -> None:
    long = "q" * 500
    export = read_export(write(tmp_path / "x.csv", f"id,=1+1,{long},=1+1\n1,@SUM(A1),-,+1\n"))
    assert answers(export) == {"id": [1], "=1+1": ["@SUM(A1)"], long: ["-"], "=1+1 (2)": ["+1"]}
    assert codes(export) == [("warning", "duplicate_headings")]


def test_very_many_columns(tmp_path: Path) -> None:
    width = 20_000
    export = read_export(write(tmp_path / "x.csv", "q," * width + "\n" + "1," * width))
    assert len({each.name for each in export.columns}) == width


# --- two heading rows ----------------------------------------------------------------------------

SURVEY_SITE = """Respondent ID,Start Date,Do you like school?,Which pets?,,,Anything else?
,,Response,Cat,Dog,Other (please specify),Open-Ended Response
901,2021-06-01,a lot,,Dog,,
902,2021-06-02,a bit,Cat,,newt,more dogs
"""


def test_two_heading_rows_of_a_survey_site(tmp_path: Path) -> None:
    export = read_export(write(tmp_path / "site.csv", SURVEY_SITE))
    assert [(each.name, each.label) for each in export.columns] == [
        ("Respondent ID", "Respondent ID"),
        ("Start Date", "Start Date"),
        ("Do you like school?", "Do you like school?"),
        ("Which pets?: Cat", "Which pets?"),
        ("Which pets?: Dog", "Which pets?"),
        ("Which pets?: Other (please specify)", "Which pets?"),
        ("Anything else?", "Anything else?"),
    ]
    assert (export.n, export.first_row, codes(export)) == (2, 3, [("note", "two_heading_rows")])
    assert answers(export)["Which pets?: Dog"] == ["Dog", None]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,Pets?,,\n,Cat,Dog,Fish\n1,Cat,,\n", 2),
        ("id,Pets?,Pets?\n,Cat,Dog\n1,Cat,\n", 2),
        ("id,School?\n,Response\n1,a lot\n", 2),
        ("id,Rate,,\n,1,Response,3\n1,a,b,c\n", 2),
        ("id,Comments,Comments\na,I like it,more pets\n", 1),
        ("id,Comments,Comments\n7,I like it,more pets\n", 1),
        ("Comments,\nI like it,more pets\n", 1),
        ("id,Pets?,,\n,Cat,Cat,Dog\n", 1),
        ("id,Pets?,,\n,Cat,,Dog\n", 1),
        ("id,Age,\n,7,8\n", 1),
        ("id,q1,q2\n,yes,no\n1,no,no\n", 1),
        ("7,School?\n12,Response\n", 1),
    ],
)
def test_a_second_heading_row_is_taken_on_clear_evidence_only(tmp_path: Path, text: str, rows: int) -> None:
    assert read_export(write(tmp_path / "x.csv", text)).first_row == rows + 1


def test_heading_rows_may_be_given(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "School?,Home?\nlike,safe\na lot,always\n")
    assert answers(read_export(path, heading_rows=2)) == {
        "School?: like": ["a lot"],
        "Home?: safe": ["always"],
    }
    site = write(tmp_path / "site.csv", SURVEY_SITE)
    export = read_export(site, heading_rows=1)
    assert (export.n, export.first_row, codes(export)) == (3, 2, [("warning", "blank_headings")])
    assert refused(write(tmp_path / "y.csv", "a,b\n"), heading_rows=2)[0] == "no_answers"


@pytest.mark.parametrize("options", [{"heading_rows": 3}, {"heading_rows": 1}, {"sheet": "Answers"}])
def test_options_that_make_no_sense(options: dict[str, object]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(options))):
        read_export(pd.DataFrame({"a": [1]}), **options)


# --- workbooks -----------------------------------------------------------------------------------


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    hidden = book.create_sheet("Settings")
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("Answers")
    rows = [
        ["id", "score", "ticked", "born", "text"],
        [1, 7.0, True, dt.date(2010, 5, 6), " 007 "],
        [2, 4.5, False, None, "\N{NO-BREAK SPACE}"],
        [None] * 5,
        [4, "8", None, None, "=1+1 as text"],
    ]
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.cell(r + 3, c + 2).value = cell
    sheet["F7"].data_type = "s"
    book.save(tmp_path / "form.xlsx")
    return tmp_path / "form.xlsx"


def test_workbook(workbook: Path) -> None:
    export = read_export(workbook)
    assert answers(export) == {
        "id": [1, 2, None, 4],
        "score": [7, 4.5, None, 8],
        "ticked": ["TRUE", "FALSE", None, None],
        "born": [dt.date(2010, 5, 6), None, None, None],
        "text": ["007", None, None, "=1+1 as text"],
    }
    assert (export.first_row, export.row_number(3)) == (4, 7)
    assert codes(export) == [("note", "one_sheet_of_several")]


def test_a_sheet_may_be_named(workbook: Path) -> None:
    assert read_export(workbook, sheet="Answers").notes == ()
    assert refused(workbook, sheet="Settings")[0] == "no_answers"
    assert refused(workbook, sheet="Cover")[0] == "empty_file"
    code, error = refused(workbook, sheet="Nowhere")
    assert code == "sheet_not_found"
    assert "'Cover', 'Settings', 'Answers'" in str(error)


@pytest.mark.parametrize(("ending", "engine"), [("xlsx", "xlsxwriter"), ("ods", "odf")])
def test_workbooks_read_like_the_same_csv(tmp_path: Path, ending: str, engine: str) -> None:
    frame = pd.DataFrame({"id": [1, 2], "q": ["a lot", "½"], "score": [0.5, 10.0], "gap": [None, "x"]})
    frame.to_excel(tmp_path / f"x.{ending}", index=False, engine=engine)
    frame.to_csv(tmp_path / "x.csv", index=False)
    book, text = read_export(tmp_path / f"x.{ending}"), read_export(tmp_path / "x.csv")
    assert answers(book) == answers(text)
    assert book.first_row == text.first_row


def test_two_heading_rows_in_a_workbook(tmp_path: Path) -> None:
    rows = [line.split(",") for line in SURVEY_SITE.splitlines()]
    pd.DataFrame(rows).to_excel(tmp_path / "x.xlsx", index=False, header=False)
    assert answers(read_export(tmp_path / "x.xlsx"))["Which pets?: Cat"] == [None, "Cat"]


def test_a_workbook_under_another_workbooks_ending_is_read(workbook: Path) -> None:
    assert read_export(workbook.rename(workbook.with_suffix(".xls"))).n == 4


def test_workbooks_that_are_refused(tmp_path: Path, workbook: Path) -> None:
    whole = workbook.read_bytes()
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    for name, content, code in [
        ("cut.xlsx", whole[: len(whole) // 2], "truncated_file"),
        ("locked.xlsx", compound + "EncryptedPackage".encode("utf-16-le"), "encrypted_file"),
        ("locked.xls", compound + "EncryptedPackage".encode("utf-16-le"), "encrypted_file"),
        ("broken.xls", compound, "unreadable_file"),
        ("text.xlsx", b"id,q\n1,2\n", "wrong_file_type"),
        ("page.xls", b"<html><table>", "wrong_file_type"),
        ("empty.ods", b"", "empty_file"),
    ]:
        path = tmp_path / name
        path.write_bytes(content)
        assert refused(path)[0] == code, name
    openpyxl.Workbook().save(tmp_path / "blank.xlsx")
    assert refused(tmp_path / "blank.xlsx")[0] == "empty_file"


def test_a_workbook_with_a_damaged_sheet(tmp_path: Path, workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(tmp_path / "x.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[: len(content) // 2] if "sheet3" in name else content)
    assert refused(tmp_path / "x.xlsx")[0] == "unreadable_file"


def test_a_panic_of_the_workbook_reader_is_a_plain_refusal(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calamine's panics are no Exceptions in Python."""

    class Panic(BaseException):
        @classmethod
        def from_path(cls, path: Path) -> None:
            raise cls("SECRET")

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Panic)
    code, error = refused(workbook)
    assert code == "unreadable_file"
    assert "SECRET" not in str(error)


@needs_data
def test_an_old_excel_workbook() -> None:
    path = Path(DATA or "") / "ons_wellbeing" / "geographicbreakdownreferencetable_201415.xls"
    export = read_export(path, sheet="Anxiety")
    assert export.n > 400


# --- SPSS ----------------------------------------------------------------------------------------


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "q1": [1.0, 2.0, -9.0, np.nan],
            "mood": [7.5, 10.0, 0.0, 99.0],
            "sex": ["f ", "m", "", "Z"],
            "day": [dt.date(2021, 6, d) for d in (1, 2, 3, 4)],
        }
    )


@pytest.mark.parametrize("ending", ["sav", "zsav"])
def test_spss(tmp_path: Path, frame: pd.DataFrame, ending: str) -> None:
    path = tmp_path / f"form.{ending}"
    pyreadstat.write_sav(
        frame,
        path,
        compress=ending == "zsav",
        column_labels={"q1": "Do you like school?"},
        variable_value_labels={"q1": {1: "a lot", 2: "a bit", -9: "not answered"}, "sex": {"f": "Girl"}},
        missing_ranges={"q1": [{"lo": -9, "hi": -1}, 99], "sex": ["Z"]},
    )
    export = read_export(path)
    assert (export.name, export.n, export.first_row, export.row_number(0), export.notes) == (
        path.name,
        4,
        1,
        1,
        (),
    )
    assert answers(export) == {
        "q1": [1, 2, -9, None],
        "mood": [7.5, 10, 0, 99],
        "sex": ["f", "m", None, "Z"],
        "day": frame["day"].tolist(),
    }
    school = column(export, "q1")
    assert school.label == "Do you like school?"
    assert school.labels == {1: "a lot", 2: "a bit", -9: "not answered"}
    assert school.missing == ((-9, -1), (99, 99))
    assert [school.is_declared_missing(value) for value in (-9, -5, 99, 1, None, "Z")] == [True] * 3 + [
        False
    ] * 3
    sex = column(export, "sex")
    assert (sex.label, sex.labels, sex.missing) == ("", {"f": "Girl"}, (("Z", "Z"),))
    assert [sex.is_declared_missing(value) for value in ("Z", "f", 9, dt.date(2021, 1, 1))] == [True] + [
        False
    ] * 3


def test_portable_files_say_what_they_cannot_tell(tmp_path: Path, frame: pd.DataFrame) -> None:
    pyreadstat.write_por(frame[["q1", "sex"]], tmp_path / "form.por")
    export = read_export(tmp_path / "form.por")
    assert codes(export) == [("note", "por_without_missing_codes")]
    assert answers(export)["Q1"] == [1, 2, -9, None]


def test_a_file_in_another_encoding_than_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "form.sav"
    texts = pd.DataFrame({"place": ["caféZQ", "x"], "n": [1.0, 2.0]})
    pyreadstat.write_sav(texts, path, variable_value_labels={"place": {"é": "e"}})
    whole = path.read_bytes()
    assert read_export(path).notes == ()

    windows = whole.replace("caféZQ".encode(), b"caf\xe9ZQ ").replace("é".encode(), b"\xe9 ")
    path.write_bytes(windows)
    export = read_export(path)
    assert answers(export)["place"] == ["caféZQ", "x"]
    assert column(export, "place").labels == {"é": "e"}
    assert codes(export) == [("note", "other_encoding")]

    path.write_bytes(windows.replace(b"caf\xe9", b"caf\x81"))
    assert refused(path)[0] == "wrong_encoding"


@pytest.mark.parametrize("code", [b"\x81", b"\xaf"])
def test_text_codes_that_would_end_the_process(tmp_path: Path, code: bytes) -> None:
    """Pyreadstat 1.3 dies of a label's text code that cannot be converted, whatever Python does."""
    path = tmp_path / "form.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"place": ["a", "b"]}), path, variable_value_labels={"place": {"Q": "queue"}}
    )
    path.write_bytes(path.read_bytes().replace(b"Q       ", code + b"       "))
    if code == b"\x81":
        assert refused(path)[0] == "wrong_encoding"
    else:
        assert codes(read_export(path)) == [("note", "other_encoding")]


def test_spss_files_that_are_refused(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "whole.sav"
    pyreadstat.write_sav(frame, path)
    whole = path.read_bytes()
    for name, content, code in [
        ("head.sav", whole[:100], "truncated_file"),
        ("dictionary.sav", whole[:300], "truncated_file"),
        ("rows.sav", whole[:-20], "truncated_file"),
        ("record.sav", whole[:176] + b"\x63" + whole[177:], "unreadable_file"),
        ("locked.sav", b"\x1c" + bytes(7) + b"ENCRYPTEDSAV" + bytes(100), "encrypted_file"),
        ("book.sav", b"PK\x03\x04" + whole, "wrong_file_type"),
        ("text.sav", b"id,q\n1,2\n", "wrong_file_type"),
        ("text.por", b"id,q\n1,2\n", "truncated_file"),
        ("data.por", whole, "wrong_file_type"),
        ("empty.sav", b"", "empty_file"),
    ]:
        (tmp_path / name).write_bytes(content)
        assert refused(tmp_path / name)[0] == code, name
    pyreadstat.write_sav(frame.head(0), path)
    assert refused(path)[0] == "no_answers"


@needs_data
@pytest.mark.parametrize("path", EDGE_CASES, ids=lambda path: path.name)
def test_real_spss_files_read_as_pyreadstat_reads_them(path: Path) -> None:
    export = read_export(path)
    read = pyreadstat.read_por if path.suffix == ".por" else pyreadstat.read_sav
    options = {} if path.suffix == ".por" else {"user_missing": True}
    if path.name == "haven_datetime.sav":
        with pytest.raises(OverflowError):
            read(path, output_format="dict", **options)
        assert codes(export) == [("note", "dates_as_numbers")]
        options["disable_datetime_conversion"] = True
    values, meta = read(path, output_format="dict", **options)
    assert [each.name for each in export.columns] == list(values)
    for each in export.columns:
        raw = values[each.name]
        assert export.n == len(raw)
        for mine, theirs in zip(each.values, raw, strict=True):
            if isinstance(theirs, str):
                assert str(mine or "") == theirs.strip()
            else:
                assert mine == theirs
            assert not (isinstance(mine, float) and mine.is_integer())
        assert each.label == (meta.column_names_to_labels[each.name] or "").strip()
        assert each.labels == {
            code: text.strip() for code, text in meta.variable_value_labels.get(each.name, {}).items()
        }
        assert [{"lo": lo, "hi": hi} for lo, hi in each.missing] == meta.missing_ranges.get(each.name, [])


@needs_data
def test_declared_missing_codes_of_real_files() -> None:
    folder = Path(DATA or "") / "sav_edge_cases"
    robots = read_export(folder / "pone.0201581.s001.sav")
    assert column(robots, "AS01").missing == ((-9, -9), (-1, -1))
    timed = column(robots, "SwitchOff_Time")
    assert [timed.is_declared_missing(value) for value in timed.values[:3]] == [True, True, False]
    assert timed.values[0] == -9
    assert sum(bool(each.missing) for each in robots.columns) == 10

    letters = column(read_export(folder / "pyreadstat_missing_char.sav"), "mychar")
    assert [letters.is_declared_missing(value) for value in letters.values] == [True, False]

    every_type = read_export(folder / "pyreadstat_simple_alltypes.sav")
    assert column(every_type, "z").missing == ((-999, 0), (999, 999))
    assert [column(every_type, "z").is_declared_missing(value) for value in (-9, 0, 1.234)] == [
        True,
        True,
        False,
    ]
    (note,) = every_type.notes
    assert (note.code, note.count) == ("multiple_response_sets", 2)
    assert "mymrset (3)" in note.found


# --- data frames ---------------------------------------------------------------------------------


def test_pandas_of_every_kind() -> None:
    frame = pd.DataFrame(
        {
            "category": pd.Categorical(["a lot", None, "a bit"], categories=["a bit", "a lot"], ordered=True),
            "codes": pd.Categorical([2, 1, None]),
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "truth": pd.array([True, None, False], dtype="boolean"),
            "string": pd.array([" x", None, ""], dtype="string"),
            "float": [1.0, np.nan, 2.5],
            "day": pd.to_datetime(["2021-06-01", None, "2021-06-02"]),
            "mixed": np.array([pd.NA, np.int64(3), "Don't know"], dtype=object),
        },
        index=[5, 5, 7],
    )
    export = read_export(frame)
    assert (export.name, export.n, export.first_row, export.notes) == ("", 3, 1, ())
    assert answers(export) == {
        "category": ["a lot", None, "a bit"],
        "codes": [2, 1, None],
        "nullable": [1, None, 3],
        "truth": ["TRUE", None, "FALSE"],
        "string": ["x", None, None],
        "float": [1, None, 2.5],
        "day": [pd.Timestamp("2021-06-01"), None, pd.Timestamp("2021-06-02")],
        "mixed": [None, 3, "Don't know"],
    }


def test_frames_whose_columns_share_a_name_or_have_none() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["q", "q", 7])
    export = read_export(frame)
    assert answers(export) == {"q": [1], "q (2)": [2], "7": [3]}
    assert codes(export) == [("warning", "duplicate_headings")]
    assert list(frame.columns) == ["q", "q", 7]


def test_lone_surrogates_in_a_frame_are_replaced() -> None:
    frame = pd.DataFrame({"q": pd.Series(["\ud800", "x"], dtype=object)})
    assert answers(read_export(frame)) == {"q": ["\ufffd", "x"]}


def test_polars_eager_and_lazy() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"q": ["a lot", None, " "], "n": [1.0, float("nan"), 2.5]})
    expected = {"q": ["a lot", None, None], "n": [1, None, 2.5]}
    assert answers(read_export(frame)) == answers(read_export(frame.lazy())) == expected
    lists = polars.DataFrame({"q": [["a"], ["b"]]})
    assert refused(lists)[0] == "unsupported_values"


@pytest.mark.parametrize("backend", ["pyarrow"])
def test_arrow_backed_pandas(backend: str) -> None:
    pytest.importorskip(backend)
    frame = pd.DataFrame({"q": ["x", None], "n": [1, None]}).convert_dtypes(dtype_backend=backend)
    assert answers(read_export(frame)) == {"q": ["x", None], "n": [1, None]}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (42, "not_a_data_frame"),
        ({"8-11": "8-11.sav"}, "not_a_data_frame"),
        (pd.Series([1]), "not_a_data_frame"),
        (pd.DataFrame(), "no_answers"),
        (pd.DataFrame({"q": []}), "no_answers"),
        (pd.DataFrame({"q": [["SECRET"], ["b"]]}), "unsupported_values"),
        (pd.DataFrame({"q": [b"SECRET", 1 + 2j]}), "unsupported_values"),
    ],
)
def test_frames_that_are_refused(source: object, code: str) -> None:
    found, error = refused(source)
    assert found == code
    assert "SECRET" not in str(error)


# --- the door ------------------------------------------------------------------------------------


def test_files_that_are_not_there_or_not_known(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    write(tmp_path / "x.parquet", "PAR1")
    write(tmp_path / "ending", "id,q\n1,2\n")
    for name, code in [
        ("nowhere.csv", "file_not_found"),
        ("folder.csv", "not_a_file"),
        ("x.parquet", "unknown_file_type"),
        ("ending", "unknown_file_type"),
        ("nul\0.csv", "file_not_found"),
        ("n" * 400 + ".csv", "file_not_found"),
    ]:
        assert refused(tmp_path / name)[0] == code, name
    assert refused("")[0] == "not_a_file"


def test_a_file_that_may_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.csv", "id\n1\n")

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    assert refused(path)[0] == "unreadable_file"


def test_representations_show_no_answer(tmp_path: Path) -> None:
    export = read_export(write(tmp_path / "x.csv", "id,q\nSECRET1,SECRET2\n"))
    assert "SECRET" not in repr(export)
    assert "SECRET" not in repr(export.columns)


def test_reading_brings_in_a_library_only_when_it_is_needed() -> None:
    script = (
        "import sys; import brightspots.survey.readers; "
        "print({'pandas', 'narwhals', 'pyreadstat', 'python_calamine'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
