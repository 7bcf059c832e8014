"""What stands inside the Word and Excel files beside the report: nothing; and what their readers rely on."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pytest

import brightspots as bs
from brightspots.errors import ConfigError
from brightspots.publications.contents import Contents
from brightspots.publications.document import Bullets, Paragraph, Picture, Table
from brightspots.publications.packages import undated
from brightspots.publications.report import arrange
from brightspots.publications.sentence import HIDDEN, NOT_ASKED, NOT_AVAILABLE
from brightspots.publications.word import STYLES, to_docx
from brightspots.publications.workbook import FORMATS, SHEETS, WIDTHS, to_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brightspots.disclosure.release import Release
    from brightspots.publications.document import Block, Report, Section

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
OF_A_DOCUMENT = {
    "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels",
    "word/styles.xml", "word/settings.xml", "word/fontTable.xml", "word/theme/theme1.xml",
    "word/numbering.xml", "word/footer1.xml", "docProps/core.xml",
}  # fmt: skip


@pytest.fixture(scope="module")
def word(report: Report) -> bytes:
    return to_docx(report)


@pytest.fixture(scope="module")
def book(contents: Contents, report: Report) -> bytes:
    return to_xlsx(contents, report.title)


def parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body(package: bytes) -> ET.Element:
    return ET.fromstring(parts(package)["word/document.xml"])


def blocks_of(report: Report) -> Iterator[Block]:
    waiting: list[Section] = list(report.sections)
    while waiting:
        section = waiting.pop(0)
        yield from section.blocks
        waiting = [*section.sections, *waiting]


def text_of(element: ET.Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


# ------------------------------------------------------------------------------------------------- both


@pytest.mark.parametrize("name", ["word", "book"])
def test_the_same_report_is_the_same_bytes_and_undated(
    name: str, word: bytes, book: bytes, contents: Contents, report: Report
) -> None:
    made, again = (word, to_docx(report)) if name == "word" else (book, to_xlsx(contents, report.title))
    assert made == again == undated(made)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not archive.comment
    core = parts(made)["docProps/core.xml"].decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[^<]*", core)) == {"1980-01-01T00:00:00Z"}
    assert report.title in core
    assert not re.search(r"python|brightspots|Administrator", core)


# ------------------------------------------------------------------------------------------------- Word


def test_a_document_holds_the_report_and_nothing_else(word: bytes) -> None:
    held = parts(word)
    assert {name for name in held if not name.startswith("word/media/")} == OF_A_DOCUMENT
    assert b"rsid" not in held["word/settings.xml"]
    assert b"attachedTemplate" not in held["word/settings.xml"]
    for name, part in held.items():
        assert b'TargetMode="External"' not in part, name
        assert b"w:vanish" not in part, name
        assert not re.search(rb"<w:(ins|del|comment\w*|customXml)\b", part), name


def test_every_block_of_the_report_stands_in_it_in_order(word: bytes, report: Report) -> None:
    said = []
    for block in blocks_of(report):
        if isinstance(block, Paragraph):
            said.append(block.sentence.text)
        elif isinstance(block, Bullets):
            said += [item.text for item in block.items]
        elif isinstance(block, Table):
            said += [line.text for row in block.rows for entry in row for line in entry.lines]
        else:
            said.append(block.caption.text)
    written = text_of(body(word))
    place = 0
    for text in said:
        place = written.index(text, place) + len(text)


def test_tables_can_be_read_by_a_screen_reader_and_over_pages(word: bytes, report: Report) -> None:
    tables = [block for block in blocks_of(report) if isinstance(block, Table)]
    written = list(body(word).iter(f"{W}tbl"))
    assert len(written) == len(tables)
    for one, made in zip(written, tables, strict=True):
        properties = one.find(f"{W}tblPr")
        assert properties is not None
        assert properties.find(f"{W}tblCaption").get(f"{W}val") == made.caption  # type: ignore[union-attr]
        assert properties.find(f"{W}tblDescription").get(f"{W}val")  # type: ignore[union-attr]
        rows = one.findall(f"{W}tr")
        assert len(rows) == len(made.rows) + 1
        headings = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        assert headings == [True] + [False] * len(made.rows)
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        assert all(len(row.findall(f"{W}tc")) == len(made.columns) for row in rows)
        for row in rows:
            for cell, column in zip(row.findall(f"{W}tc"), made.columns, strict=True):
                right = cell.find(f"{W}p/{W}pPr/{W}jc[@{W}val='right']")
                assert (right is not None) == column.numeric


def test_captions_are_numbered_by_fields_that_already_show_their_number(word: bytes) -> None:
    captioned = f"{W}pPr/{W}pStyle[@{W}val='Caption']"
    counted = {"Table": 0, "Figure": 0}
    for one in (p for p in body(word).iter(f"{W}p") if p.find(captioned) is not None):
        kind = text_of(one).split()[0]
        counted[kind] += 1
        assert text_of(one).startswith(f"{kind} {counted[kind]}: ")
        assert f"SEQ {kind}" in "".join(t.text or "" for t in one.iter(f"{W}instrText"))
    assert all(counted.values())


def test_every_picture_is_in_it_with_what_it_shows_in_words(word: bytes, report: Report) -> None:
    pictures = [block for block in blocks_of(report) if isinstance(block, Picture)]
    tree, held = body(word), parts(word)
    assert [one.get("descr") for one in tree.iter(f"{WP}docPr")] == [one.alternative for one in pictures]
    related = ET.fromstring(held["word/_rels/document.xml.rels"])
    targets = {one.get("Id"): one.get("Target") for one in related}
    images = [held[f"word/{targets[blip.get(f'{R}embed')]}"] for blip in tree.iter(f"{A}blip")]
    assert images == [picture.chart.png() for picture in pictures]


def test_the_table_of_contents_links_to_every_heading_it_lists(word: bytes, report: Report) -> None:
    tree = body(word)
    links = {link.get(f"{W}anchor"): text_of(link) for link in tree.iter(f"{W}hyperlink")}
    marks = {}
    for paragraph in tree.iter(f"{W}p"):
        for mark in paragraph.iter(f"{W}bookmarkStart"):
            marks[mark.get(f"{W}name")] = text_of(paragraph)
    assert links == {name: marks[name] for name in links}
    assert list(links.values()) == [
        title
        for section in report.sections
        for title in (section.title, *(s.title for s in section.sections))
    ]
    kinds = [part.get(f"{W}fldCharType") for part in tree.iter(f"{W}fldChar")]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")


def test_it_is_in_british_english(word: bytes) -> None:
    held = parts(word)
    assert set(re.findall(rb'w:lang w:val="([^"]*)"', held["word/styles.xml"])) == {b"en-GB"}
    assert b"<dc:language>en-GB</dc:language>" in held["docProps/core.xml"]


def test_what_the_children_were_told_stands_with_the_methods_and_beside_groups(
    word: bytes, book: bytes, report: Report, release: Release
) -> None:
    (promise,) = release.promises.values()
    methods = next(section for section in report.sections if section.title == "About these figures")
    protection = next(part for part in methods.sections if part.title == "How people are protected")
    assert any(promise in b.sentence.text for b in protection.blocks if isinstance(b, Paragraph))
    assert text_of(body(word)).count(promise) >= 3
    workbook = openpyxl.load_workbook(io.BytesIO(book))
    for name in ("Notes", "Groups", "Goes with", "Last time"):
        assert any(promise in str(cell.value) for row in workbook[name].iter_rows() for cell in row), name


# --------------------------------------------------------------------------------------------- templates


@pytest.fixture
def template(word: bytes, tmp_path: Path) -> Path:
    """Return a council's template: our styles changed, a header, and all that must not be carried over."""
    document = docx.Document(io.BytesIO(word))
    document.styles["Heading 1"].font.name = "Georgia"
    document.sections[0].header.paragraphs[0].text = "Our council"
    document.core_properties.author = "Jo Bloggs"
    document.core_properties.comments = "last year: 31 of 7003"
    document.add_comment(
        document.add_paragraph("A secret of last year").runs, text="hidden remark", author="Jo"
    )
    path = tmp_path / "our.docx"
    document.save(str(path))
    return path


def test_a_template_gives_its_styles_and_header_and_nothing_else(template: Path, report: Report) -> None:
    made = to_docx(report, template)
    held = parts(made)
    everything = b"".join(held.values())
    assert b"Georgia" in held["word/styles.xml"]
    assert b"Our council" in everything
    for secret in (b"Jo Bloggs", b"31 of 7003", b"secret", b"hidden remark"):
        assert secret not in everything, secret
    assert not [name for name in held if "comment" in name or "people" in name]
    assert text_of(body(made)) == text_of(body(to_docx(report)))


def test_our_own_report_is_a_template_that_changes_nothing(
    word: bytes, report: Report, tmp_path: Path
) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(word)
    assert to_docx(report, path) == word


def test_a_template_without_styles_is_refused_and_each_of_them_named(
    template: Path, report: Report, tmp_path: Path
) -> None:
    document = docx.Document(str(template))
    for name in ("Caption", "Table Text"):
        document.styles[name].delete()
    path = tmp_path / "bare.docx"
    document.save(str(path))
    with pytest.raises(ConfigError) as caught:
        to_docx(report, path)
    assert len(caught.value.faults) == 2
    assert "'Caption'" in str(caught.value)
    assert "'Table Text'" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_what_is_no_word_document_is_refused(content: bytes, report: Report, tmp_path: Path) -> None:
    path = tmp_path / "broken.docx"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read as a Word document"):
        to_docx(report, path)
    with pytest.raises(ConfigError, match="cannot be read as a Word document"):
        to_docx(report, tmp_path / "absent.docx")


def test_a_template_that_does_not_do_leaves_the_folder_alone(small: Release, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        bs.publish(small, tmp_path / "out", template=tmp_path / "absent.docx")
    assert not (tmp_path / "out").exists()


def test_every_style_that_is_written_is_one_that_a_template_must_have(word: bytes) -> None:
    document = docx.Document(io.BytesIO(word))
    names = {style.style_id: style.name.casefold() for style in document.styles}
    used = {
        names[s.get(f"{W}val") or ""] for tag in ("pStyle", "tblStyle") for s in body(word).iter(f"{W}{tag}")
    }
    assert used <= {name.casefold() for name in STYLES}


# ------------------------------------------------------------------------------------------------ Excel


def test_every_sheet_is_one_named_table_under_its_title(book: bytes) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book))
    assert workbook.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert set(workbook.sheetnames[3:]) <= {sheet.label for sheet in SHEETS}
    for sheet in workbook.worksheets[1:]:
        (table,) = sheet.tables.values()
        assert table.headerRowCount == 1
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        first, last = (int(n) for n in re.findall(r"\d+", table.ref))
        assert last == sheet.max_row
        headings = [cell.value for cell in sheet[first]]
        assert len(set(headings)) == len(headings)
        for row in sheet.iter_rows(min_row=first, max_row=last):
            assert all(cell.value not in (None, "") for cell in row), sheet.title
    assert not workbook.defined_names
    linked = [cell.hyperlink for row in workbook["Contents"].iter_rows() for cell in row if cell.hyperlink]
    assert [link.location for link in linked] == [f"'{name}'!A1" for name in workbook.sheetnames[2:]]
    assert not [link.target for link in linked if link.target]


def test_numbers_are_numbers_and_symbols_stand_right_of_them_explained(book: bytes) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book))
    kinds = {column.title: column.kind for sheet in SHEETS for column in sheet.columns}
    seen = set()
    for sheet in workbook.worksheets[3:]:
        (table,) = sheet.tables.values()
        first, last = (int(n) for n in re.findall(r"\d+", table.ref))
        above = " ".join(str(sheet.cell(i, 1).value) for i in range(1, first))
        headings = [cell.value for cell in sheet[first]]
        for row in sheet.iter_rows(min_row=first + 1, max_row=last):
            for heading, cell in zip(headings, row, strict=True):
                assert cell.data_type in ("n", "s")
                numeric = kinds[heading] in FORMATS
                assert cell.alignment.horizontal == ("right" if numeric else "left")
                if numeric and cell.data_type == "s":
                    assert cell.value in (HIDDEN, NOT_AVAILABLE)
                if cell.value in (HIDDEN, NOT_AVAILABLE, NOT_ASKED):
                    assert f"{cell.value} means" in above, (sheet.title, heading)
                    seen.add(cell.value)
    assert {HIDDEN, NOT_AVAILABLE} <= seen
    assert set(kinds.values()) <= set(WIDTHS)


def test_a_figure_that_is_hidden_has_no_number_in_its_row(book: bytes, release: Release) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(book))["Figures"]
    hidden = [
        row
        for row in sheet.iter_rows(values_only=True)
        if any("is hidden to protect" in str(value) for value in row)
    ]
    assert len(hidden) >= sum(f.status == "withheld" for f in release.figures)
    assert all(isinstance(value, str) for row in hidden for value in row)


def test_a_table_without_rows_has_no_sheet(small: Release) -> None:
    contents = Contents(small)
    workbook = openpyxl.load_workbook(io.BytesIO(to_xlsx(contents, arrange(contents).title)))
    assert workbook.sheetnames == ["Cover", "Contents", "Notes", "Responses", "Figures", "Comparisons"]
