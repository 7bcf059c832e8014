"""An edition for named recipients says so on every page, sheet and row; a file that does not is a leak."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest

import brightspots as bs
from brightspots.publications.attack import attack
from brightspots.publications.publishing import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

BOARD = bs.NumberedEdition(3, "Board & “Partners” <2> #1, March 2022")
MARK = "Restricted: edition 3, for Board & “Partners” <2> #1, March 2022. Not to be passed on."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    survey = bs.make_survey(respondents=90, seed=3)
    measures = ["nature", "likes_school", "happy_yesterday"]
    estimates = bs.estimate(survey, measures=measures)
    card = bs.scorecard(bs.load_strategy("shropshire-2021"), estimates)
    out = bs.release(estimates, card, policy="restricted", edition=BOARD)
    place = tmp_path_factory.mktemp("marked") / "report"
    bs.publish(out, place)
    return place


def test_every_page_of_html_says_so_on_screen_and_in_print(folder: Path) -> None:
    for name in ("report.html", "young-people.html", "scorecard.html"):
        page = (folder / name).read_text(encoding="utf-8")
        assert "for Board &amp; “Partners” &lt;2&gt; #1, March 2022. Not to be passed on.</aside>" in page
        printed = page.split("@media print")[-1]
        assert re.search(r"\.restricted \{ position: fixed;", printed)


def test_every_header_of_word_says_so(folder: Path) -> None:
    page = docx.Document(str(folder / "report.docx")).sections[-1]
    assert page.header.paragraphs[0].text == MARK


def test_every_sheet_says_so_below_its_title_and_on_every_printed_page(folder: Path) -> None:
    for sheet in openpyxl.load_workbook(folder / "figures.xlsx"):
        assert MARK in [sheet.cell(row, 1).value for row in (2, 3)]
        assert sheet.print_title_rows == ("$1:$3" if sheet.title == "Cover" else "$1:$2")


def test_markdown_begins_with_it(folder: Path) -> None:
    assert (folder / "report.md").read_text(encoding="utf-8").startswith("**Restricted: edition 3, for Board")


def test_every_row_and_the_json_say_so(folder: Path) -> None:
    names = [name for name in FORMATS["csv"] if (folder / name).exists()]
    for name in names:
        rows = list(csv.DictReader(io.StringIO((folder / name).read_text(encoding="utf-8-sig"))))
        assert {row["edition"] for row in rows} <= {MARK}
    assert json.loads((folder / "figures.json").read_text())["edition"] == MARK
    assert json.loads((folder / "release.json").read_text())["edition"]["number"] == 3


def test_the_files_are_read_back_and_found_marked(folder: Path) -> None:
    assert attack(folder).is_safe


def without_mark(name: str, content: bytes) -> bytes:
    """Return a file without its mark, everywhere."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.replace(b"Not to be passed on", b"As you like")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"Not to be passed on", b"As you like"))
    return out.getvalue()


@pytest.mark.parametrize("name", [name for files in FORMATS.values() for name in files])
def test_a_file_without_its_mark_is_a_leak(name: str, folder: Path, tmp_path: Path) -> None:
    if not (folder / name).exists() or (folder / name).read_text("latin-1").count("\n") == 1:
        pytest.skip("nothing is in it")
    (tmp_path / "release.json").write_bytes((folder / "release.json").read_bytes())
    (tmp_path / name).write_bytes(without_mark(name, (folder / name).read_bytes()))
    found = attack(tmp_path).leaks
    assert any(leak.file == name and "for whom alone it is" in leak.what for leak in found)


def test_one_sheet_without_its_mark_is_a_leak(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "release.json").write_bytes((folder / "release.json").read_bytes())
    book = openpyxl.load_workbook(folder / "figures.xlsx")
    book["Figures"]["A2"] = None
    book.save(tmp_path / "figures.xlsx")
    places = [leak.place for leak in attack(tmp_path).leaks if "for whom alone" in leak.what]
    assert len(places) == 1


def test_a_template_with_other_headers_is_marked_on_each(tmp_path: Path) -> None:
    estimates = bs.estimate(bs.make_survey(respondents=60, seed=3), measures=["nature"])
    bs.publish(bs.release(estimates), tmp_path / "public", formats=["docx"])
    template = docx.Document(str(tmp_path / "public" / "report.docx"))
    page = template.sections[-1]
    page.different_first_page_header_footer = True
    page.first_page_header.paragraphs[0].text = "Our council"
    template.settings.odd_and_even_pages_header_footer = True
    template.save(str(tmp_path / "ours.docx"))
    out = bs.release(estimates, policy="restricted", edition=bs.NumberedEdition(1, "Board"))
    bs.publish(out, tmp_path / "report", formats=["docx"], template=tmp_path / "ours.docx")
    made = docx.Document(str(tmp_path / "report" / "report.docx")).sections[-1]
    for header in (made.header, made.first_page_header, made.even_page_header):
        assert header.paragraphs[0].text == "Restricted: edition 1, for Board. Not to be passed on."


def test_a_claim_whose_policy_and_edition_do_not_go_together_is_a_leak(folder: Path, tmp_path: Path) -> None:
    body = json.loads((folder / "release.json").read_text())
    (tmp_path / "release.json").write_text(json.dumps(body | {"edition": None}))
    assert any(leak.place == "edition" for leak in attack(tmp_path).leaks)


def test_what_anybody_may_read_carries_no_mark(tmp_path: Path) -> None:
    out = bs.release(bs.estimate(bs.make_survey(respondents=60, seed=3), measures=["nature"]))
    bs.publish(out, tmp_path / "report", formats=["md", "csv", "json", "html"])
    assert 'class="restricted' not in (tmp_path / "report" / "report.html").read_text()
    assert "edition" not in (tmp_path / "report" / "figures.csv").read_text().partition("\n")[0]
    assert json.loads((tmp_path / "report" / "figures.json").read_text())["edition"] is None
