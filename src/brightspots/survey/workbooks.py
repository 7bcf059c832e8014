"""Excel and OpenDocument workbooks, through calamine."""

from __future__ import annotations

import io
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from brightspots.errors import SurveyError
from brightspots.survey.cells import is_blank
from brightspots.survey.headings import export_from_rows
from brightspots.survey.problems import Problem
from brightspots.survey.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from python_calamine import CalamineWorkbook

    from brightspots.survey.exports import Export

ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream in which an encrypted .xlsx keeps its workbook."""


def read_workbook(path: Path, *, sheet: str | None = None, heading_rows: int | None = None) -> Export:
    """Read one sheet of a workbook: the one named, or the first that is visible and not empty.

    Dates and times stay what they are; ticks that Excel holds as true or false become the text ``TRUE`` and
    ``FALSE``, as they would in the same sheet saved as CSV.

    Raises
    ------
    SurveyError
        If the workbook is encrypted, cut short or damaged, or has no such sheet, or no answers.
    """
    with _refusing_damage(path):
        workbook = _open(path)
        chosen, rows = _rows(workbook, sheet, path.name)
    notes = []
    if sheet is None and len(workbook.sheet_names) > 1:
        notes.append(
            Problem(
                "note",
                "one_sheet_of_several",
                path.name,
                "",
                f"{len(workbook.sheet_names)} sheets; only {chosen!r} was read",
                "the answers on one sheet",
                "nothing, unless the answers are on another one: then name it with sheet=…",
            )
        )
    return export_from_rows(path.name, rows, heading_rows=heading_rows, notes=notes)


def workbook_sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Return the cells of every worksheet, row by row, under the sheets' names.

    Raises
    ------
    SurveyError
        If the workbook is encrypted, cut short or damaged.
    """
    from python_calamine import SheetTypeEnum

    with _refusing_damage(path):
        workbook = _open(path)
        return {
            sheet.name: workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        }


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException as error:  # a panic of calamine's is no Exception
        if isinstance(error, SurveyError | KeyboardInterrupt | SystemExit):
            raise
        raise _damaged(path) from None


def _open(path: Path) -> CalamineWorkbook:
    """Open by the file's ending, which tells encrypted from damaged, else by its contents."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        data = path.read_bytes()
        if isinstance(error, PasswordError) or ENCRYPTED_PACKAGE in data:
            raise refusal(
                "encrypted_file",
                path.name,
                "a workbook that is protected by a password",
                expected="a workbook that opens without a password",
                what_to_do="open it, save a copy without password in a safe place, and read that",
            ) from None
        return CalamineWorkbook.from_object(io.BytesIO(data))


def _rows(workbook: CalamineWorkbook, sheet: str | None, name: str) -> tuple[str, list[list[Any]]]:
    """Return the sheet's name and its rows, from the first row and column on."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    if sheet is not None and sheet not in workbook.sheet_names:
        raise refusal(
            "sheet_not_found",
            name,
            f"no sheet {sheet!r}",
            expected=f"one of the sheets {', '.join(map(repr, workbook.sheet_names))}",
            what_to_do="name one of them, or none to read the first that is not empty",
        )
    worksheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    visible_first = sorted(worksheets, key=lambda each: each.visible != SheetVisibleEnum.Visible)
    candidates = [sheet] if sheet is not None else [each.name for each in visible_first]
    for candidate in candidates:
        rows = workbook.get_sheet_by_name(candidate).to_python(skip_empty_area=False)
        if not all(map(is_blank, rows)):
            return candidate, rows
    return "", []


def _damaged(path: Path) -> SurveyError:
    with path.open("rb") as file:
        whole = file.read(2) != b"PK" or zipfile.is_zipfile(file)
    return refusal(
        "unreadable_file" if whole else "truncated_file",
        path.name,
        "a damaged workbook" if whole else "a workbook that ends too early",
        expected="an Excel or OpenDocument workbook",
        what_to_do="copy or export it again, or open it in a spreadsheet and save it anew",
    )
