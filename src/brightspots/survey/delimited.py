"""Text files with separators: commas, semicolons or tabs, in the encodings that spreadsheets write."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from brightspots.survey.cells import is_blank
from brightspots.survey.headings import export_from_rows
from brightspots.survey.problems import Problem
from brightspots.survey.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brightspots.survey.exports import Export

SEPARATORS = (",", ";", "\t")
ROWS_TRIED = 50


def read_delimited(path: Path, *, heading_rows: int | None = None) -> Export:
    """Read a text file whose cells stand between commas, semicolons or tabs.

    UTF-8 with or without byte-order mark is tried first, then UTF-16 where its mark says so, then the Windows
    encoding cp1252; the latter two leave a note.

    Raises
    ------
    SurveyError
        If the file is not text, has no answers, a quotation mark without its partner, or rows of unequal
        length.
    """
    rows, notes = delimited_rows(path)
    return export_from_rows(path.name, rows, heading_rows=heading_rows, notes=notes)


def delimited_rows(path: Path) -> tuple[list[list[str]], list[Problem]]:
    """Return the cells of a text file row by row, and notes on its encoding.

    Raises
    ------
    SurveyError
        If the file is not text, or has a quotation mark without its partner.
    """
    text, notes = _decode(path.read_bytes(), path.name)
    rows: list[list[str]] = []
    try:
        rows.extend(_records(text, _find_separator(text)))
    except csv.Error:
        raise refusal(
            "stray_quote",
            path.name,
            "a quotation mark without its partner, or a very long cell, in or after the row named",
            expected="text with separators in it between two quotation marks, and those inside it doubled",
            what_to_do="repair that row, or export the survey again",
            rows=[len(rows) + 1],
        ) from None
    return rows, notes


def _decode(data: bytes, name: str) -> tuple[str, list[Problem]]:
    not_text = refusal(
        "wrong_encoding",
        name,
        "bytes that are not text in UTF-8, in UTF-16 with its mark, or in the Windows encoding cp1252",
        expected="a text file",
        what_to_do='open it in a spreadsheet and save it as "CSV UTF-8"',
    )
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and error.reason == "unexpected end of data":
                raise refusal(
                    "truncated_file",
                    name,
                    "a file that ends in the middle of a character",
                    expected="a whole file",
                    what_to_do="copy or export it again",
                ) from None
            continue
        if "\0" in text:
            break
        return text, [] if encoding == "utf-8-sig" else [encoding_note(name, encoding)]
    raise not_text


def encoding_note(name: str, encoding: str) -> Problem:
    """Return the note that a file was read in another encoding than the usual one."""
    return Problem(
        "note",
        "other_encoding",
        name,
        "",
        f"text in the encoding {encoding}",
        "UTF-8, or the encoding that the file declares",
        "check that letters such as é and signs such as £ look right",
    )


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _find_separator(text: str) -> str:
    """Return the separator under which the first rows best agree with the headings about their number."""

    def agreement(separator: str) -> tuple[bool, float, int]:
        filled = (row for row in _records(text, separator) if not is_blank(row))
        widths: list[int] = []
        try:
            widths.extend(map(len, islice(filled, ROWS_TRIED)))
        except csv.Error:
            widths = widths or [0]
        if not widths:
            return True, 1.0, 0
        share = widths.count(widths[0]) / len(widths)
        return widths[0] > 1 and share >= 0.5, share, widths[0]

    return max(SEPARATORS, key=agreement)
