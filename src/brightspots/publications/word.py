"""The report as a Word document: captioned tables and pictures, in styles that can be replaced."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from brightspots.errors import ConfigError
from brightspots.publications.document import Bullets, Paragraph, Table
from brightspots.publications.packages import MADE, undated
from brightspots.publications.wording import PROPERTY, plain, shortened

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.rel import Relationships

    from brightspots.publications.document import Block, Column, Entry, Picture, Report, Section
    from brightspots.publications.sentence import Sentence

STYLES = (
    "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "TOC 1", "TOC 2", "List Bullet",
    "Caption", "Table Text", "Report Table",
)  # fmt: skip
"""The styles that a template must have."""
OURS = Path(__file__).parent / "templates" / "word-styles.xml"
DEEPEST = 4
KEPT_PARTS = ("styles", "settings", "numbering", "fontTable", "theme", "header", "footer")
KEPT_SETTINGS = ("evenAndOddHeaders", "mirrorMargins", "defaultTabStop", "clrSchemeMapping")
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
WORD_2013 = (
    '<w:compat {ns}><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
)
LETTERS, NARROWEST, SHORT = 104, 8, 18
"""Of a line across the page; of the narrowest column; of an entry that is not broken into lines."""


def to_docx(report: Report, template: Path | None = None) -> bytes:
    """Return a report as a Word document.

    Parameters
    ----------
    report : Report
    template : Path, optional
        A Word document: its styles, page, headers and footers are used, and nothing else that is in it.

    Raises
    ------
    ConfigError
        If the template cannot be read, or lacks a style.
    """
    document = _opened(template)
    writer = _Writer(document)
    body = document.element.body
    page = body.sectPr
    parts = "".join(writer.report(report))
    for child in list(body):
        if child is not page:
            body.remove(child)
    for paragraph in parse_xml(f"<w:body {nsdecls('w', 'r', 'wp', 'a', 'pic')}>{parts}</w:body>"):
        page.addprevious(paragraph)
    if report.mark:
        _mark_every_page(document, report.mark)
    _say_nothing_else(document, report)
    out = io.BytesIO()
    document.save(out)
    return undated(out.getvalue())


def _opened(template: Path | None) -> Document:
    """Return an empty document in our own styles, or one in those of a template."""
    if template is None:
        return _ours()
    try:
        document = docx.Document(str(template))
    except Exception as error:
        fault = "it cannot be read as a Word document; save it from Word as .docx"
        raise ConfigError(template.name, [fault]) from error
    known = _style_ids(document)
    missing = [name for name in STYLES if name.casefold() not in known]
    if missing:
        raise ConfigError(
            template.name,
            [
                f"the style {name!r} is not in it; take a report.docx written without a template, change its "
                "styles in Word, and save it under this name"
                for name in missing
            ],
        )
    if document.element.body.sectPr is None:
        raise ConfigError(template.name, ["it has no page set-up; save it again from Word"])
    return document


def _ours() -> Document:
    document = docx.Document()
    styles = document.styles.element
    for child in list(styles):
        styles.remove(child)
    styles.extend(list(parse_xml(OURS.read_bytes())))
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(20)
    footer = page.footer.paragraphs[0]
    number = f"<w:r><w:tab/></w:r>{_run('Page ')}{_field('PAGE', '1')}"
    footer._p.extend(list(parse_xml(f"<w:p {nsdecls('w')}>{number}</w:p>")))
    return document


def _mark_every_page(document: Document, mark: str) -> None:
    """Put a mark first into every header that a page may have."""
    page = document.sections[-1]
    headers = [page.header]
    headers += [page.first_page_header] if page.different_first_page_header_footer else []
    headers += [page.even_page_header] if document.settings.odd_and_even_pages_header_footer else []
    for header in headers:
        header.is_linked_to_previous = False
    for one in document.part.rels.values():
        if one.reltype == RELATIONSHIP_TYPE.HEADER:
            marked = f"<w:p {nsdecls('w')}>{_run(mark, '<w:rPr><w:b/></w:rPr>')}</w:p>"
            one.target_part.element.insert(0, parse_xml(marked))


def _style_ids(document: Document) -> dict[str, str]:
    """Return the id of each style by its name, which Word compares without case."""
    names = ((style.find(qn("w:name")), style.get(qn("w:styleId"))) for style in document.styles.element)
    return {name.get(qn("w:val")).casefold(): one for name, one in names if name is not None and one}


class _Writer:
    """Turns the parts of a report into the XML of a document, all at once and not cell by cell."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.ids = _style_ids(document)
        page = document.sections[-1]
        self.width = int(
            (page.page_width or Mm(210)) - (page.left_margin or Mm(20)) - (page.right_margin or Mm(20))
        )
        self.headings = 0
        self.captions = {"Table": 0, "Figure": 0}

    def report(self, report: Report) -> Iterator[str]:
        yield self.paragraph("Title", _run(report.title))
        yield self.paragraph("Subtitle", _run(report.subtitle))
        yield from self.contents(report)
        for section in report.sections:
            yield from self.section(section, 1)

    def contents(self, report: Report) -> Iterator[str]:
        """Return a table of contents that links, and gets its page numbers when Word updates it."""
        entries = [(level, title) for section in report.sections for level, title in _outline(section, 1)]
        shown = [(i, level, title) for i, (level, title) in enumerate(entries, start=1) if level <= 2]
        begin = _field_part("begin") + '<w:r><w:instrText xml:space="preserve">TOC \\o "1-2" \\h \\z \\u'
        begin += "</w:instrText></w:r>" + _field_part("separate")
        for place, (i, level, title) in enumerate(shown):
            link = f'<w:hyperlink w:anchor="{_bookmark(i)}" w:history="1">{_run(title)}</w:hyperlink>'
            last = _field_part("end") if place == len(shown) - 1 else ""
            yield self.paragraph(f"TOC {level}", ("" if place else begin) + link + last)

    def section(self, section: Section, level: int) -> Iterator[str]:
        self.headings += 1
        name = _bookmark(self.headings)
        title = f'<w:bookmarkStart w:id="{self.headings}" w:name="{name}"/>{_run(section.title)}'
        title += f'<w:bookmarkEnd w:id="{self.headings}"/>'
        yield self.paragraph(f"Heading {min(level, DEEPEST)}", title)
        for block in section.blocks:
            yield from self.block(block)
        for inner in section.sections:
            yield from self.section(inner, level + 1)

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Paragraph):
            yield self.paragraph("", _said(block.sentence))
        elif isinstance(block, Bullets):
            yield from (self.paragraph("List Bullet", _said(item)) for item in block.items)
        elif isinstance(block, Table):
            yield self.caption("Table", block.caption)
            yield self.table(block)
        else:
            yield self.picture(block)
            yield self.caption("Figure", block.caption.text)

    def paragraph(self, style: str, content: str, more: str = "") -> str:
        named = f'<w:pStyle w:val="{self.ids[style.casefold()]}"/>' if style else ""
        return f"<w:p><w:pPr>{named}{more}</w:pPr>{content}</w:p>"

    def caption(self, kind: str, text: str) -> str:
        """Return a caption with a number that Word counts."""
        self.captions[kind] += 1
        number = _field(f"SEQ {kind} \\* ARABIC", str(self.captions[kind]))
        return self.paragraph("Caption", f"{_run(f'{kind} ')}{number}{_run(f': {text}')}", "<w:keepNext/>")

    def table(self, table: Table) -> str:
        titles = ", ".join(column.title for column in table.columns)
        described = f"{len(table.rows)} rows by {titles}."
        widths = _widths(table, self.width // 635)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        head = "".join(
            self.cell((column.title,), column, width, "<w:keepNext/>")
            for column, width in zip(table.columns, widths, strict=True)
        )
        rows = "".join(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
            + "".join(
                self.cell(_lines(entry), column, width)
                for entry, column, width in zip(row, table.columns, widths, strict=True)
            )
            + "</w:tr>"
            for row in table.rows
        )
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self.ids["report table"]}"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" '
            'w:noHBand="1" w:noVBand="1"/>'
            f"<w:tblCaption w:val={_attribute(table.caption)}/>"
            f"<w:tblDescription w:val={_attribute(described)}/>"
            f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
            f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
        )

    def picture(self, picture: Picture) -> str:
        name, image = self.document.part.get_or_add_image(io.BytesIO(picture.chart.png()))
        width = min(image.width, self.width)
        height = int(image.height * width / image.width)
        number = self.captions["Figure"] + 1
        shown = f'<wp:docPr id="{number}" name="Figure {number}" descr={_attribute(picture.alternative)}/>'
        size = f'cx="{width}" cy="{height}"'
        drawing = (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>{shown}'
            f'<a:graphic><a:graphicData uri="{PICTURE}"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="Figure {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{name}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r>"
        )
        return self.paragraph("", drawing, "<w:keepNext/>")

    def cell(self, lines: tuple[str, ...], column: Column, width: int, more: str = "") -> str:
        align = '<w:jc w:val="right"/>' if column.numeric else ""
        content = "<w:r><w:br/></w:r>".join(map(_run, lines))
        inner = self.paragraph("Table Text", content, more + align)
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{inner}</w:tc>'


def _lines(entry: Entry) -> tuple[str, ...]:
    return tuple(line.text for line in entry.lines)


def _outline(section: Section, level: int) -> Iterator[tuple[int, str]]:
    yield level, section.title
    for inner in section.sections:
        yield from _outline(inner, level + 1)


def _widths(table: Table, whole: int) -> list[int]:
    """Return the widths of columns in twentieths of a point: long entries share what short ones leave."""
    letters, least = [], []
    for i, column in enumerate(table.columns):
        lines = [line for row in table.rows for line in _lines(row[i])]
        words = [len(word) + 3 for line in lines for word in line.split()]
        words += [len(word) + 6 for word in column.title.split()]  # in bold
        least.append(max([NARROWEST, *words]))
        letters.append(max([least[-1], *(len(line) + 2 for line in lines)]))
    if sum(letters) > LETTERS:
        rest = max(LETTERS - sum(one for one in letters if one <= SHORT), 1)
        long = sum(one for one in letters if one > SHORT)
        shared = (one if one <= SHORT else one * rest // long for one in letters)
        letters = [max(pair) for pair in zip(least, shared, strict=True)]
    return [whole * one // sum(letters) for one in letters]


def _said(sentence: Sentence) -> str:
    if not sentence.lead:
        return _run(sentence.text)
    return _run(sentence.lead, "<w:rPr><w:b/></w:rPr>") + _run(sentence.rest)


def _run(text: str, look: str = "") -> str:
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(_text(text))}</w:t></w:r>' if text else ""


def _text(text: str) -> str:
    """Return one line of plain text; the spaces at its ends are those of the sentence around it."""
    inner = plain(text)
    return (" " if text[:1] == " " else "") + inner + (" " if inner and text[-1:] == " " else "")


def _attribute(text: str) -> str:
    return quoteattr(plain(text))


def _field(instruction: str, shown: str) -> str:
    """Return a field with what it shows until Word works it out again."""
    return (
        f'{_field_part("begin")}<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f"{_field_part('separate')}<w:r><w:t>{shown}</w:t></w:r>{_field_part('end')}"
    )


def _field_part(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _bookmark(number: int) -> str:
    return f"_Toc{number:08d}"


def _say_nothing_else(document: Document, report: Report) -> None:
    """Leave nothing in the file but the report: no names, dates, comments or paths of a template."""
    part = document.part
    settings = document.settings.element
    for child in list(settings):
        if child.tag not in {qn(f"w:{name}") for name in KEPT_SETTINGS}:
            settings.remove(child)
    settings.append(parse_xml(WORD_2013.format(ns=nsdecls("w"))))
    settings.append(parse_xml(f'<w:themeFontLang {nsdecls("w")} w:val="en-GB"/>'))
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    _keep(part.part_related_by(RELATIONSHIP_TYPE.SETTINGS).rels, ())
    _keep(part.rels, (*KEPT_PARTS, "image"))
    _keep(part.package.rels, ("officeDocument",))
    core = document.core_properties
    core.title, core.subject = (shortened(text, PROPERTY) for text in (report.title, report.subtitle))
    core.language = "en-GB"
    core.author, core.last_modified_by, core.revision = "", "", 1
    core.created = core.modified = MADE.replace(tzinfo=None)


def _keep(relationships: Relationships, kinds: tuple[str, ...]) -> None:
    for name, one in list(relationships.items()):
        if one.reltype.rsplit("/", 1)[-1] not in kinds:
            del relationships[name]
