"""Reading written files back: every text that a file holds, seen or not, with what stands around it.

Pages, Markdown, and the zip parts of Word and Excel files are taken apart without the programs that wrote
them, so that alternative texts, hidden sheets, properties, comments and data of charts are read as well.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
import zlib
from base64 import b64decode
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TOLD = {
    "alt",
    "title",
    "aria-label",
    "aria-description",
    "content",
    "summary",
    "placeholder",
    "value",
    "label",
}
"""Attributes of a page that somebody, or a program, reads out."""
WITHIN_LINES = {
    "a", "abbr", "b", "bdi", "cite", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup",
    "tspan",
}  # fmt: skip
PICTURE_TEXT = "picture text"
"""The place of a text that is drawn in a picture; what the picture is said to show is its row.

Its column is its alternative text. Words stand together and without spaces, as labels go over several lines.
"""
DRAWN = "data:image/svg+xml"
PICTURED = ("mark", "range", "share")
"""What a small picture draws, on a line from 0 to 100."""
HEADINGS = {f"h{level}": level for level in range(1, 7)}
ALTERNATIVE = {"altText", "altTextSummary", "descr", "error", "prompt", "promptTitle", "tooltip"}
RUNNING_NUMBER = re.compile(r"[A-Z][a-z]+ ?\d+|\w+\.(png|svg|emf)")
"""What a program calls the third picture of a document."""
FIELDS = re.compile(r'SEQ \w+ \\\* ARABIC \d+|TOC( \\[a-z]( "1-\d")?)+')
"""Fields of a document: the running number of a table or picture, and the table of contents."""
ABOUT_THE_FILE = {
    "AppVersion", "Characters", "CharactersWithSpaces", "DocSecurity", "HeadingPairs", "Lines", "Pages",
    "Paragraphs", "TotalTime", "Words", "created", "i4", "modified", "revision",
}  # fmt: skip


class Fragment(NamedTuple):
    """A text of a written file.

    Attributes
    ----------
    file, place : str
    text : str
    row : tuple of str
        The entries of the table row that it stands in.
    column : str
        The title of its column.
    around : tuple of str
        The caption of its table and the headings above it, the nearest first.
    seen : bool
        False for what only a program shows: properties, comments, hidden sheets, alternative texts.
    """

    file: str
    place: str
    text: str
    row: tuple[str, ...] = ()
    column: str = ""
    around: tuple[str, ...] = ()
    seen: bool = True


class Record(NamedTuple):
    """A row of a CSV file, or an object of a JSON file."""

    file: str
    place: str
    values: dict[str, Any]


def fragments_of(path: Path) -> Iterator[Fragment]:
    """Yield every text of a page, a Markdown file, or a Word or Excel file; none of any other file."""
    kind = path.suffix.lower()
    if kind in (".html", ".htm", ".svg"):
        page = _Page(path.name)
        page.feed(path.read_text(encoding="utf-8"))
        page.close()
        yield from page.finished()
    elif kind in (".md", ".txt"):
        yield from _markdown(path.name, path.read_text(encoding="utf-8"))
    elif kind in (".docx", ".xlsx", ".pptx"):
        yield from _office(path)
    elif kind == ".png":
        yield from _picture(path.name, "", path.read_bytes())


def records_of(path: Path) -> Iterator[Record]:
    """Yield every row of a CSV file, and every object of a JSON file; none of any other file."""
    if path.suffix.lower() == ".csv":
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        for i, row in enumerate(rows, start=2):
            yield Record(path.name, f"line {i}", {str(name): value for name, value in row.items()})
    elif path.suffix.lower() == ".json":
        yield from _objects(path.name, "", json.loads(path.read_text(encoding="utf-8")))


def _objects(file: str, place: str, body: Any) -> Iterator[Record]:
    if isinstance(body, dict):
        yield Record(file, place, {k: v for k, v in body.items() if not isinstance(v, dict | list)})
        for name, part in body.items():
            yield from _objects(file, f"{place}.{name}" if place else str(name), part)
    elif isinstance(body, list):
        plain = [part for part in body if not isinstance(part, dict | list)]
        if plain:
            yield Record(file, place, {str(i): part for i, part in enumerate(plain)})
        for i, part in enumerate(body):
            yield from _objects(file, f"{place}[{i}]", part) if isinstance(part, dict | list) else ()


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Headings:
    """The headings above the place that is being read."""

    def __init__(self) -> None:
        self._by_level: dict[int, str] = {}

    def put(self, level: int, text: str) -> None:
        self._by_level = {k: v for k, v in self._by_level.items() if k < level} | {level: text}

    @property
    def inmost_first(self) -> tuple[str, ...]:
        return tuple(self._by_level[level] for level in sorted(self._by_level, reverse=True))


class _Page(HTMLParser):
    """A page, or a picture in it, as fragments."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.inside: list[str] = []
        self.text: list[str] = []
        self.headings, self.caption = _Headings(), ""
        self.titles: list[str] = []
        self.row: list[str] | None = None
        self.told: list[tuple[str, str]] = []
        self.drawn: list[str] = []
        self.picture = ""
        self.fragments: list[Fragment] = []

    def finished(self) -> list[Fragment]:
        self._flush()
        return self.fragments

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in WITHIN_LINES:
            self._flush()
        if tag not in ("br", "meta", "link", "img", "hr", "input", "path", "circle", "rect", "line", "use"):
            self.inside.append(tag)
        if tag == "table":
            self.caption, self.titles = "", []
        elif tag == "tr":
            self.row, self.told = [], []
        elif tag in ("td", "th") and self.row is not None:
            self.row.append("")
        held = dict(attrs)
        if tag == "svg":
            self.picture = _one_line(held.get("aria-label") or self.picture)
        if held.get("class") in PICTURED:
            drawn = [*re.findall(r"[MH](-?[\d.]+)", held.get("d") or ""), held.get("cx") or ""]
            self._tell("picture", " ".join(drawn))
        for name, value in attrs:
            charset = name == "content" and held.get("name") in ("viewport", "color-scheme", "generator")
            if value and (name in TOLD or name.startswith("data-")) and not charset:
                self._tell(f"{tag} {name}", value)
            elif value and name == "src" and value.startswith(DRAWN):
                self._read_picture(value, held.get("alt") or "")
            elif value and name in ("href", "src") and not value.startswith("#"):
                self._tell(f"{tag} {name}", value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in WITHIN_LINES:
            self._flush()
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
        if tag == "tr" and self.row is not None:
            self._end_row(self.row)
            self.row = None
        elif tag == "table":
            self.caption, self.titles = "", []
        elif tag == "svg":
            self._end_picture()

    def handle_data(self, data: str) -> None:
        if "script" in self.inside:
            self._tell("script", data)
        elif "style" not in self.inside:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self._tell("comment", data)

    def _flush(self) -> None:
        text, self.text = _one_line("".join(self.text)), []
        if not text:
            return
        tag = next((one for one in reversed(self.inside) if one not in WITHIN_LINES), "")
        if tag == "text":
            self.drawn.append(text)
            return
        if self.row is not None and self.row and tag not in ("title", "desc", "caption"):
            self.row[-1] = f"{self.row[-1]} {text}".strip()
            return
        if tag == "caption":
            self.caption = text
        elif tag in HEADINGS:
            self.headings.put(HEADINGS[tag], text)
        elif tag in ("title", "desc") and self.inside[:1] == ["html"] and "svg" in self.inside:
            self._tell(f"svg {tag}", text)
            return
        self.fragments.append(Fragment(self.file, tag, text, around=self._around()))

    def _around(self) -> tuple[str, ...]:
        return (*([self.caption] if self.caption else []), *self.headings.inmost_first)

    def _tell(self, place: str, value: str) -> None:
        """Keep what is not seen; within a row of a table until its entries are known."""
        text = _one_line(value)
        if self.row is not None and text:
            self.told.append((place, text))
        elif text:
            self.fragments.append(Fragment(self.file, place, text, around=self._around(), seen=False))

    def _read_picture(self, address: str, shows: str) -> None:
        """Read a picture that stands in the address of an image."""
        how, _, body = address.partition(",")
        inner = _Page(self.file)
        inner.picture = _one_line(shows)
        inner.feed(b64decode(body).decode() if how.endswith("base64") else unquote(body))
        inner.close()
        self.fragments += [one._replace(around=self._around()) for one in inner.finished()]

    def _end_picture(self) -> None:
        """Keep the texts of a picture, each beside what the picture is said to show."""
        shows = self.picture or " ".join(self.drawn)
        for i in reversed(range(len(self.drawn) - 2)):
            if _is_scale(self.drawn[i : i + 3]):
                del self.drawn[i : i + 3]
        words = [text for text in self.drawn if any(c.isalpha() for c in text)]
        for text in ("".join(words), *(text for text in self.drawn if text not in words)):
            run = text.replace(" ", "")
            self.fragments.append(
                Fragment(self.file, PICTURE_TEXT, run, (shows,), self.picture, self._around())
            )
        self.drawn, self.picture = [], ""

    def _end_row(self, entries: list[str]) -> None:
        row = tuple(entries)
        if not self.titles:
            self.titles = entries
        for i, text in enumerate(row):
            column = self.titles[i] if i < len(self.titles) and self.titles is not entries else ""
            if text:
                self.fragments.append(Fragment(self.file, "table", text, row, column, self._around()))
        for place, text in self.told:
            self.fragments.append(Fragment(self.file, place, text, row, "", self._around(), seen=False))


def _is_scale(texts: Sequence[str]) -> bool:
    """Whether texts are the ends and the middle of a scale: 0%, 40% and 80%, or 0, 800 and 1,600."""
    ends = [text.removesuffix("%").replace(",", "") for text in texts]
    if len(ends) != 3 or not all(one.isdigit() for one in ends):
        return False
    low, middle, high = map(int, ends)
    return low == 0 and high == 2 * middle


def _markdown(file: str, body: str) -> Iterator[Fragment]:
    headings, caption = _Headings(), ""
    titles: tuple[str, ...] = ()
    for i, line in enumerate(body.splitlines(), start=1):
        place = f"line {i}"
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            row = tuple(_unescaped(cell.replace("<br>", " ")) for cell in cells)
            if all(set(cell) <= set("-: ") for cell in row):
                continue
            around = (caption, *headings.inmost_first)
            for j, text in enumerate(row):
                if text:
                    yield Fragment(file, place, text, row, titles[j] if j < len(titles) else "", around)
            titles = titles or row
            continue
        if line.strip():
            titles = ()
        text = _unescaped(re.sub(r"^(#+|[-*]) ", "", line.strip()).replace("**", ""))
        if not text:
            continue
        if re.match(r"#+ ", line):
            headings.put(len(line) - len(line.lstrip("#")), text)
            caption = ""
        elif line.startswith("**") and line.endswith("**"):
            caption = text
        elif "<!--" in line:
            yield Fragment(file, place, text, around=headings.inmost_first, seen=False)
            continue
        yield Fragment(file, place, text, around=headings.inmost_first)


def _unescaped(text: str) -> str:
    return _one_line(re.sub(r"\\([^\w\s])", r"\1", text))


# ------------------------------------------------------------------------------------- Word and Excel


def _office(path: Path) -> Iterator[Fragment]:
    with zipfile.ZipFile(path) as parts:
        names = sorted(parts.namelist())
        yield from _property(path.name, "zip comment", parts.comment.decode("utf-8", "replace"))
        shared: list[str] = []
        if "xl/sharedStrings.xml" in names:
            strings = _parsed(parts.read("xl/sharedStrings.xml"))
            shared = [_text_of(one) for one in strings]
        hidden = _hidden_sheets(parts) if "xl/workbook.xml" in names else {}
        for name in names:
            if name.endswith(".png"):
                yield from _picture(path.name, name, parts.read(name))
            if not name.endswith((".xml", ".rels", ".vml")) or name in ("[Content_Types].xml",):
                continue
            root = _parsed(parts.read(name))
            if name.startswith("xl/worksheets/"):
                yield from _sheet(path.name, name, root, shared, seen=not hidden.get(name, False))
            elif name.startswith("docProps/"):
                for one in root.iter():
                    if _tag(one) not in ABOUT_THE_FILE:
                        yield from _property(path.name, f"{name} {_tag(one)}", one.text or "")
            elif "/charts/" in name:
                yield from _chart(path.name, name, root)
            elif name == "xl/sharedStrings.xml":
                continue  # read where they stand
            else:
                seen = "comment" not in name.lower() and name != "xl/workbook.xml"
                yield from _flow(path.name, name, root, seen=seen)
            yield from _alternatives(path.name, name, root)


def _parsed(body: bytes) -> ET.Element:
    """Return a part of a zip; one that declares entities, as none of ours does, is not opened."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("a part declares entities")
    return ET.fromstring(body)  # noqa: S314


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: ET.Element, name: str) -> str:
    return next((v for key, v in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _text_of(element: ET.Element) -> str:
    parts = [
        " " if _tag(one) in ("br", "tab", "p", "cr") else one.text or ""
        for one in element.iter()
        if _tag(one) in ("t", "delText", "instrText", "br", "tab", "p", "cr")
    ]
    return _one_line(FIELDS.sub("", _one_line("".join(parts))))


def _property(file: str, place: str, text: str) -> Iterator[Fragment]:
    if text.strip():
        yield Fragment(file, place, _one_line(text), seen=False)


def _alternatives(file: str, part: str, root: ET.Element) -> Iterator[Fragment]:
    """Yield what attributes tell: alternative texts of pictures and tables, hints, names of sheets."""
    for one in root.iter():
        tag = _tag(one)
        told = ALTERNATIVE | {"docPr": {"title", "name"}, "cNvPr": {"title", "name"}, "sheet": {"name"}}.get(
            tag, {"val"} if tag in ("tblCaption", "tblDescription") else set()
        )
        for key, value in one.attrib.items():
            if key.rpartition("}")[2] in told and not RUNNING_NUMBER.fullmatch(value):
                yield from _property(file, f"{part} {tag}", value)


def _flow(file: str, part: str, root: ET.Element, *, seen: bool) -> Iterator[Fragment]:
    """Yield the paragraphs and tables of a text, in order."""
    headings, last = _Headings(), ""
    body = next((one for one in root if _tag(one) == "body"), root)
    for block in body:
        if _tag(block) == "tbl":
            rows = [
                tuple(_text_of(cell) for cell in row if _tag(cell) == "tc")
                for row in block
                if _tag(row) == "tr"
            ]
            around = (last, *headings.inmost_first)
            yield from _table(file, part, rows, around, seen=seen)
            continue
        for paragraph in _paragraphs(block):
            text = _text_of(paragraph)
            if not text:
                continue
            style = next((_attribute(one, "val") for one in paragraph.iter() if _tag(one) == "pStyle"), "")
            level = re.fullmatch(r"(?:Heading|heading ?)(\d)", style)
            if level or style == "Title":
                headings.put(int(level[1]) if level else 0, text)
            last = text
            yield Fragment(file, part, text, around=headings.inmost_first, seen=seen)


def _paragraphs(block: ET.Element) -> list[ET.Element]:
    own = [one for one in block.iter() if _tag(one) == "p"]
    return own or [block]


def _table(
    file: str, part: str, rows: Sequence[tuple[str, ...]], around: tuple[str, ...], *, seen: bool
) -> Iterator[Fragment]:
    """Yield the entries of a table whose first row holds the titles of its columns."""
    titles = rows[0] if rows else ()
    for row in rows:
        for i, text in enumerate(row):
            column = titles[i] if row is not titles and i < len(titles) else ""
            if text:
                yield Fragment(file, part, text, row, column, around, seen)


def _hidden_sheets(parts: zipfile.ZipFile) -> dict[str, bool]:
    """Return, for each sheet's part, whether it is hidden."""
    book = _parsed(parts.read("xl/workbook.xml"))
    links = _parsed(parts.read("xl/_rels/workbook.xml.rels"))
    target = {one.attrib.get("Id"): one.attrib.get("Target", "") for one in links}
    found = {}
    for sheet in book.iter():
        if _tag(sheet) == "sheet":
            name = target.get(_attribute(sheet, "id"), "").removeprefix("/xl/")
            found[f"xl/{name}"] = _attribute(sheet, "state") not in ("", "visible")
    return found


def _sheet(
    file: str, part: str, root: ET.Element, shared: Sequence[str], *, seen: bool
) -> Iterator[Fragment]:
    """Yield the entries of a sheet: lines of one entry are captions, the first row below one holds titles."""
    above: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    for row in (one for one in root.iter() if _tag(one) == "row"):
        cells = {
            re.sub(r"\d", "", _attribute(cell, "r")) or str(i): _value(cell, shared)
            for i, cell in enumerate(row)
        }
        cells = {column: text for column, text in cells.items() if text}
        if len(cells) == 1 and not titles:
            above = (*cells.values(), *above)
        entries = tuple(cells.values())
        for column, text in cells.items():
            yield Fragment(
                file,
                f"{part} {column}{_attribute(row, 'r')}",
                text,
                entries,
                titles.get(column, ""),
                above,
                seen,
            )
        if len(cells) > 1 and not titles:
            titles = cells
        elif len(cells) <= 1 and titles:
            titles, above = {}, tuple(cells.values())
    for one in root.iter():
        if _tag(one) in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
            text = re.sub(r"&(\"[^\"]*\"|\d+|[A-Z])", " ", one.text or "")
            yield from _property(file, f"{part} {_tag(one)}", text)


def _value(cell: ET.Element, shared: Sequence[str]) -> str:
    """Return what an entry of a sheet holds, without what keeps a label from being run, or read as a link."""
    text = _held(cell, shared).removeprefix("'")
    return text.replace("] (", "](").replace("$ $", "$$")


def _held(cell: ET.Element, shared: Sequence[str]) -> str:
    kind = _attribute(cell, "t")
    if kind == "inlineStr":
        return _text_of(cell)
    value = next((one.text or "" for one in cell if _tag(one) == "v"), "")
    formula = next((one.text or "" for one in cell if _tag(one) == "f"), "")
    if kind == "s" and value.isdigit() and int(value) < len(shared):
        return shared[int(value)]
    return _one_line(f"{value} {formula}")


def _chart(file: str, part: str, root: ET.Element) -> Iterator[Fragment]:
    """Yield the data and texts that a chart holds."""
    title = _one_line(" ".join(one.text or "" for one in root.iter() if _tag(one) == "t"))
    if title:
        yield Fragment(file, part, title)
    for series in (one for one in root.iter() if _tag(one) == "ser"):
        held = {_tag(one): [v.text or "" for v in one.iter() if _tag(v) == "v"] for one in series}
        name = " ".join(held.get("tx", []))
        labels = held.get("cat", []) or held.get("xVal", [])
        for kind in ("val", "yVal", "xVal", "bubbleSize"):
            for i, value in enumerate(held.get(kind, [])):
                row = (labels[i],) if i < len(labels) else ()
                yield Fragment(file, part, value, row, name, (title,), seen=False)


def _picture(file: str, part: str, body: bytes) -> Iterator[Fragment]:
    """Yield the texts that a picture carries along."""
    place = 8
    while place + 8 <= len(body):
        (length,) = struct.unpack(">I", body[place : place + 4])
        kind, data = body[place + 4 : place + 8], body[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"zTXt"):
            name, _, text = data.partition(b"\0")
            if kind == b"zTXt":
                text = zlib.decompress(text[1:])
            if name != b"Software":
                yield from _property(
                    file, f"{part} {name.decode('latin-1')}", text.decode("utf-8", "replace")
                )
        place += 12 + length
