"""Labels, names and places made to break out of their format: they come out as text, everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pytest

import brightspots as bs
from brightspots.publications.printing import cohorts_text, findings_text
from brightspots.publications.text import escaped, harmless
from brightspots.publications.wording import plain
from brightspots.questionnaire.model import Questionnaire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from brightspots.disclosure.release import Release

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
TURNED = "\u202egnirts\u202c \u200f\u2066"
FAMILY = "👩\u200d👧 ünïcode"
LONG = "very long " * 29
IMAGE = '"><img src=x onerror=alert(1)>'
LINK = "[click](javascript:alert(1)) `code` | pipe"
ONLY_EMOJI = "👩\u200d👧"
NOTE = "$$note$$ see [a](b) and [c](d)"
CONTROL = "bell\x07 null\x00 tab\tline\nend \ufeff"


@pytest.fixture(scope="module")
def hostile() -> Release:
    """Return a release whose every label is hostile."""
    body = bs.load_questionnaire("children-in-care").model_dump(mode="python", by_alias=True)
    body["title"] = f"{SCRIPT} & {LINK}"
    body["people"] = f"children {FAMILY}"
    body["age_band"][2]["noun"] = f"@SUM {IMAGE}"
    labels = [
        SCRIPT,
        FORMULA,
        ONLY_EMOJI,
        NOTE,
        TURNED + "label",
        FAMILY,
        LONG,
        IMAGE,
        LINK,
        "+44 label",
        "-1 label",
        "\tlabel",
    ]
    for i, indicator in enumerate(body["indicator"]):
        indicator["label"] = labels[i % len(labels)] + f" {i}"
        indicator["finding"] = labels[(i + 3) % len(labels)]
    for domain in body["domain"]:
        domain["label"] = f"{domain['label']} {LINK}"
    for level in body["trait"][0]["levels"]:
        level |= {"noun": f"={level['id']} {TURNED}{SCRIPT}", "phrase": "", "adjective": ""}
    questionnaire = Questionnaire.model_validate(body)
    survey = bs.make_survey(respondents=150, seed=3, questionnaire=questionnaire)
    answers = survey.answers.copy()
    answers["area"] = answers["area"].cat.rename_categories([f"{FORMULA} {CONTROL}{IMAGE}"])
    survey = replace(survey, answers=answers, promise=f"{SCRIPT}{CONTROL}" + "promise " * 60, eligible={})
    benchmark = bs.Benchmark(
        measure="nature",
        age_band="11-18",
        comparator=f"{SCRIPT} others",
        percent=50,
        source=f"{FORMULA} {LINK}",
        differs=("mode",),
        override={"mode": f"{FORMULA} {IMAGE} {LINK} {CONTROL}"},
    )
    return bs.release(
        bs.estimate(survey, measures=[m["id"] for m in body["indicator"][:14]]),
        bs.compare(survey, [benchmark]),
        bs.flag_cohorts(survey, traits=["gender"], max_order=1, permutations=99),
    )


@pytest.fixture(scope="module")
def written(hostile: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return every file of its report."""
    return {path.name: path for path in bs.publish(hostile, tmp_path_factory.mktemp("hostile") / "out")}


@pytest.fixture(scope="module")
def files(hostile: Release, written: dict[str, Path], text_of: Callable[[Path], str]) -> dict[str, str]:
    """Return the text of every file, and what is printed."""
    texts = {name: text_of(path) for name, path in written.items()}
    return texts | {"findings": findings_text(hostile) + cohorts_text(hostile)}


def test_no_format_has_control_or_direction_marks(files: dict[str, str]) -> None:
    marks = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\x00-\x09\x0b-\x1f\x7f-\x9f]")
    for name, text in files.items():
        assert not marks.search(text), name


def test_html_shows_markup_as_text(files: dict[str, str]) -> None:
    page = files["report.html"]
    assert "<script" not in page
    assert not re.search(r"<img(?! src=\"data:image)", page)
    assert "&lt;script&gt;" in page
    assert FAMILY in page


def test_markdown_shows_markup_as_text(files: dict[str, str]) -> None:
    text = files["report.md"]
    assert not re.search(r"(?<!\\)<(?!br>)", text)
    assert not re.search(r"(?<!\\)`", text)
    assert not re.search(r"(?<!\\)\[(?![cxz]\])", text)
    columns = 0
    for line in text.splitlines():
        bars = len(re.findall(r"(?<!\\)\|", line))
        if re.fullmatch(r"[| :-]+", line) and bars:
            columns = bars
        elif bars and columns and line.startswith("|"):
            assert bars == columns or bars > 2
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_no_csv_value_is_a_formula(files: dict[str, str]) -> None:
    seen = 0
    for name in ("figures.csv", "comparisons.csv"):
        rows = list(csv.reader(io.StringIO(files[name])))
        assert len({len(row) for row in rows}) == 1
        for value in (value for row in rows for value in row):
            seen += value.startswith("'=")
            if value[:1] in set("=+-@\t\r"):
                float(value)
    assert seen


def test_word_shows_markup_as_text(files: dict[str, str]) -> None:
    said = files["report.docx"].splitlines()
    assert any(line.startswith(SCRIPT) for line in said)
    assert any(FAMILY in line for line in said)
    assert any(FORMULA in line for line in said)


def test_excel_holds_no_formula_link_or_note_of_a_label(written: dict[str, Path]) -> None:
    with zipfile.ZipFile(written["figures.xlsx"]) as archive:
        for name in archive.namelist():
            part = archive.read(name).decode()
            assert not re.search(r"<f[ >]|External|javascript:[^)]*\"", part), name
    book = openpyxl.load_workbook(written["figures.xlsx"])
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    texts = [value for value in texts if isinstance(value, str)]
    assert not [value for value in texts if value[0] in "=+-@\t\r"]
    assert any(value.startswith("'=") for value in texts)
    assert any(value.startswith(ONLY_EMOJI) for value in texts)
    assert any(SCRIPT in value for value in texts)
    assert any("[a] (b)" in value for value in texts)


def test_json_is_json_and_its_text_is_plain(files: dict[str, str]) -> None:
    body = json.loads(files["figures.json"])
    labels = [entry["label"] for entry in body["figures"]]
    assert all(label == plain(label) for label in labels)
    assert any(SCRIPT in label for label in labels)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200e=1", "＝1", "\x00=1"]
)
def test_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text).startswith("'")


def test_negative_numbers_stay_numbers() -> None:
    assert harmless(-0.18) == -0.18
    assert harmless(-3) == -3


@pytest.mark.parametrize("text", ["- item", "1. one", "+ plus", "# title", "> quote", "===", "---", "1) one"])
def test_no_text_starts_a_list_or_heading(text: str) -> None:
    assert escaped(text).startswith("\\") or escaped(text)[1] == "\\"


def test_plain_keeps_letters_of_all_scripts_and_joined_emoji() -> None:
    for text in ("Ynys Môn", "שלום", "مرحبا", "汉字", FAMILY, "naïve café"):
        assert plain(text) == text
    assert plain("a\ud800b\ue000\ufffe") == "ab"


def test_a_report_to_disk_is_utf_8(files: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(files["report.html"], encoding="utf-8")
    assert path.read_text(encoding="utf-8") == files["report.html"]
