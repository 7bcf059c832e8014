"""Labels, names and places made to break out of their format: they come out as text, everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import brightspots as bs
from brightspots.publications.printing import cohorts_text, findings_text
from brightspots.publications.text import escaped, harmless
from brightspots.publications.wording import plain
from brightspots.questionnaire.model import Questionnaire

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
TURNED = "\u202egnirts\u202c \u200f\u2066"
FAMILY = "👩\u200d👧 ünïcode"
LONG = "very long " * 29
IMAGE = '"><img src=x onerror=alert(1)>'
LINK = "[click](javascript:alert(1)) `code` | pipe"
CONTROL = "bell\x07 null\x00 tab\tline\nend \ufeff"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return every file of a report whose every label is hostile."""
    body = bs.load_questionnaire("children-in-care").model_dump(mode="python", by_alias=True)
    body["title"] = f"{SCRIPT} & {LINK}"
    body["people"] = f"children {FAMILY}"
    body["age_band"][2]["noun"] = f"@SUM {IMAGE}"
    hostile = [
        SCRIPT,
        FORMULA,
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
        indicator["label"] = hostile[i % len(hostile)] + f" {i}"
        indicator["finding"] = hostile[(i + 3) % len(hostile)]
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
    out = bs.release(
        bs.estimate(survey, measures=[m["id"] for m in body["indicator"][:14]]),
        bs.compare(survey, [benchmark]),
        bs.flag_cohorts(survey, traits=["gender"], max_order=1, permutations=99),
    )
    written = bs.publish(out, tmp_path_factory.mktemp("hostile") / "out")
    texts = {path.name: path.read_text(encoding="utf-8") for path in written}
    texts["findings"] = findings_text(out) + cohorts_text(out)
    return texts


def test_no_format_has_control_or_direction_marks(files: dict[str, str]) -> None:
    marks = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\x00-\x09\x0b-\x1f\x7f-\x9f]")
    for name, text in files.items():
        assert not marks.search(text), name


def test_html_shows_markup_as_text(files: dict[str, str]) -> None:
    page = files["report.html"]
    assert "<script" not in page
    assert "<img" not in page
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
