"""LibreOffice opens the Word and Excel files, and what it makes of them is whole, tagged and readable."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from brightspots.publications.document import Column, Picture, Report, Section, Table
from brightspots.publications.tables import row
from brightspots.publications.word import to_docx
from brightspots.publications.workbook import to_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable

    from brightspots.publications.contents import Contents
    from brightspots.publications.document import Block

ACCESSIBLE = 'pdf:writer_pdf_Export:{"PDFUACompliance":{"type":"boolean","value":"true"}}'
Convert = "Callable[[str, bytes, str], Path]"


@pytest.fixture(scope="module")
def convert(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Return a converter of one file, with a profile of its own."""
    office, folder = program("soffice"), tmp_path_factory.mktemp("office")

    def run(name: str, content: bytes, kind: str) -> Path:
        (folder / name).write_bytes(content)
        out = folder / "out"
        made = (out / name).with_suffix(f".{kind.partition(':')[0]}")
        made.unlink(missing_ok=True)  # it ends well even where it could not load a file
        profile = f"-env:UserInstallation=file://{folder}/profile"
        told = ["--headless", "--norestore", "--convert-to", kind, "--outdir", str(out), str(folder / name)]
        subprocess.run([office, profile, *told], check=True, capture_output=True, timeout=300)
        assert made.exists()
        return made

    return run


@pytest.fixture(scope="module")
def paper(convert: Convert, report: Report) -> Path:
    """Return the Word report as a tagged PDF."""
    return convert("report.docx", to_docx(report), ACCESSIBLE)


@pytest.fixture(scope="module")
def structure(program: Callable[[str], str], paper: Path) -> str:
    """Return the tags of the PDF, with the text in them."""
    return run(program("pdfinfo"), "-struct-text", paper)


def run(*command: object) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def blocks_of(sections: tuple[Section, ...]) -> list[Block]:
    return [b for section in sections for b in (*section.blocks, *blocks_of(section.sections))]


def test_the_pdf_is_tagged_titled_and_in_british_english(
    program: Callable[[str], str], paper: Path, report: Report
) -> None:
    about = run(program("pdfinfo"), paper)
    assert re.search(r"Tagged: +yes", about)
    assert re.search(rf"Title: +{re.escape(report.title)}", about)
    assert b"/Lang(en-GB)" in paper.read_bytes()


def test_tags_tell_headings_tables_and_pictures(structure: str, report: Report) -> None:
    blocks = blocks_of(report.sections)
    assert len(re.findall(r"^\s*Table\b", structure, re.M)) == sum(isinstance(b, Table) for b in blocks)
    figures = re.findall(r"^\s*Figure\b", structure, re.M)
    assert len(figures) == sum(isinstance(b, Picture) for b in blocks)
    for tag in ("H1", "H2", "H3", "TR", "TH", "TD", "LI"):
        assert re.search(rf"^\s*{tag}\b", structure, re.M), tag


def test_every_sentence_is_on_paper(program: Callable[[str], str], paper: Path, report: Report) -> None:
    printed = re.sub(r"[\s\u00ad]+", "", run(program("pdftotext"), "-raw", paper, "-"))
    said = [b.sentence.text for b in blocks_of(report.sections) if b.kind == "paragraph"]
    assert said
    for text in said:
        first = re.sub(r"\s+", "", text)[:60]
        assert first in printed, text


def test_a_long_table_repeats_its_heading_row_and_breaks_no_row(
    convert: Convert, program: Callable[[str], str]
) -> None:
    rows = tuple(row(f"Row {i}", f"first line {i} " * 12) for i in range(120))
    table = Table("A long table", (Column("Heading of rows"), Column("Heading of text")), rows)
    made = convert("long.docx", to_docx(Report("Title", "", (Section("One", (table,)),))), ACCESSIBLE)
    pages = run(program("pdftotext"), "-layout", made, "-").split("\f")[:-1]
    assert len(pages) > 3
    for page in pages:
        assert page.count("Heading of text") == 1
        whole = len(re.findall(r"^\s*Row \d+ ", page, re.M))
        assert re.sub(r"\s", "", page).count("firstline") == 12 * whole


def test_the_workbook_is_read_as_it_was_written(convert: Convert, contents: Contents, report: Report) -> None:
    written = to_xlsx(contents, report.title)
    read = convert("figures.xlsx", written, "xlsx").read_bytes()
    ours, theirs = (openpyxl.load_workbook(io.BytesIO(one)) for one in (written, read))
    assert ours.sheetnames == theirs.sheetnames
    for mine, other in zip(ours.worksheets, theirs.worksheets, strict=True):
        cells = [[cell.value for line in sheet.iter_rows() for cell in line] for sheet in (mine, other)]
        assert cells[0] == cells[1], mine.title
