"""The door by which answers come in: any survey file, or any data frame, to raw columns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from brightspots.errors import ArgumentError
from brightspots.survey.delimited import delimited_rows, read_delimited
from brightspots.survey.exports import Export
from brightspots.survey.refusals import refusal
from brightspots.survey.spss import read_spss
from brightspots.survey.workbooks import read_workbook, workbook_sheets

SPSS, PORTABLE, WORKBOOK, TEXT = "an SPSS file", "a portable SPSS file", "a workbook", "a text file"
KINDS = {
    **dict.fromkeys((".sav", ".zsav"), SPSS),
    ".por": PORTABLE,
    **dict.fromkeys((".xlsx", ".xls", ".xlsb", ".ods"), WORKBOOK),
    **dict.fromkeys((".csv", ".tsv", ".txt"), TEXT),
}
SIGNATURES = {
    b"$FL2": SPSS,
    b"$FL3": SPSS,
    b"PK\x03\x04": WORKBOOK,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": WORKBOOK,
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
    **dict.fromkeys((b"<!", b"<?", b"<html", b"<HTML", b"<table", b"<TABLE"), "a web page or XML"),
}
HEAD = 512


def read_export(
    source: str | os.PathLike[str] | Any, *, heading_rows: int | None = None, sheet: str | None = None
) -> Export:
    """Read a survey file or a data frame into raw columns.

    Nothing is interpreted here: codes, labels and text stay what they are in the file. The kind of file is
    told by its ending (.sav, .zsav, .por, .csv, .tsv, .txt, .xlsx, .xls, .xlsb, .ods) and must agree with its
    contents.

    Parameters
    ----------
    source : path or data frame
        A file, or any data frame that Narwhals accepts, lazy ones too.
    heading_rows : {1, 2} or None
        Heading rows of a text file or workbook: 2 for questions with options below them, as survey sites
        write. None finds out, and takes a second row for headings only on clear evidence.
    sheet : str or None
        Name of the sheet of a workbook; None for the first one that is visible and not empty.

    Returns
    -------
    Export
        Its `notes` say what was noticed.

    Raises
    ------
    SurveyError
        If the file cannot be read. Its problems name the file and rows, and never show an answer.
    ArgumentError
        If `heading_rows` or `sheet` makes no sense.

    Examples
    --------
    >>> import pandas as pd
    >>> export = read_export(pd.DataFrame({"q1": ["a lot", " a bit ", ""], "q2": [7.0, None, 4.5]}))
    >>> [(column.name, column.values.tolist()) for column in export.columns]
    [('q1', ['a lot', 'a bit', None]), ('q2', [7, None, 4.5])]
    """
    if heading_rows not in {None, 1, 2}:
        raise ArgumentError(f"heading_rows is {heading_rows!r}; it must be 1, 2 or None.")
    kind = None
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        kind = _kind(path)
    if sheet is not None and kind != WORKBOOK:
        raise ArgumentError(f"sheet is {sheet!r}, but only a workbook has sheets.")
    if heading_rows is not None and kind not in {WORKBOOK, TEXT}:
        raise ArgumentError(f"heading_rows is {heading_rows}, but only text files and workbooks have them.")
    if kind is None:
        from brightspots.survey.frames import read_frame

        return read_frame(source)
    if kind == WORKBOOK:
        return read_workbook(path, sheet=sheet, heading_rows=heading_rows)
    if kind == TEXT:
        return read_delimited(path, heading_rows=heading_rows)
    return read_spss(path)


def read_sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Return the cells of a text file or of each sheet of a workbook, row by row, with nothing interpreted.

    Parameters
    ----------
    path : path
        A text file or a workbook.

    Returns
    -------
    dict of str to list of list
        The rows under the name of their sheet; of a text file under ``""``.

    Raises
    ------
    SurveyError
        If the file cannot be read, or is of another kind.
    """
    kind = _kind(path)
    if kind == WORKBOOK:
        return workbook_sheets(path)
    if kind == TEXT:
        return {"": delimited_rows(path)[0]}
    raise refusal(
        "wrong_file_type",
        path.name,
        f"{kind}, going by its ending",
        expected=f"{TEXT} or {WORKBOOK}",
        what_to_do="save the sheet as CSV or Excel",
    )


def _kind(path: Path) -> str:
    """Return what kind of file it is, once its ending and its first bytes agree about that."""
    ending = path.suffix.lower()
    contents = _contents(path)
    if ending not in KINDS:
        raise refusal(
            "unknown_file_type",
            path.name,
            "an ending that is not known",
            expected=f"one of {', '.join(KINDS)}",
            what_to_do="export the survey as one of these, or read it into a data frame and give that",
        )
    kind = KINDS[ending]
    if contents != kind and not (kind == PORTABLE and contents == TEXT):
        raise refusal(
            "wrong_file_type",
            path.name,
            f"{contents}, going by its first bytes",
            expected=f"{kind}, going by its ending",
            what_to_do="rename it to what it is, or export the survey again",
        )
    return kind


def _contents(path: Path) -> str:
    """Return what the first bytes say that a file is; a text file where they say nothing."""
    if not os.path.exists(path):
        raise refusal(
            "file_not_found",
            path.name,
            "no such file",
            expected="a survey file",
            what_to_do="check the path and the spelling",
        )
    if not os.path.isfile(path):
        raise refusal(
            "not_a_file",
            path.name,
            "a folder, or something else that is not a file",
            expected="a survey file",
            what_to_do="give the path of the file itself",
        )
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        raise refusal(
            "unreadable_file",
            path.name,
            "a file that cannot be opened",
            expected="a file that may be read",
            what_to_do="close it in other programs, and check that you may read it",
        ) from None
    if not head:
        raise refusal(
            "empty_file",
            path.name,
            "a file of 0 bytes",
            expected="a survey file",
            what_to_do="export or copy it again",
        )
    if b"ENCRYPTEDSAV" in head:
        raise refusal(
            "encrypted_file",
            path.name,
            "an SPSS file that is protected by a password",
            expected="a file that opens without a password",
            what_to_do="open it in SPSS and save a copy without password in a safe place",
        )
    return next((kind for start, kind in SIGNATURES.items() if head.startswith(start)), TEXT)
