"""SPSS files, through pyreadstat: raw codes, their labels, and the codes declared to be missing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from brightspots.survey.cells import as_text, tidy, tidy_all
from brightspots.survey.delimited import encoding_note
from brightspots.survey.exports import Column, Export
from brightspots.survey.problems import Problem
from brightspots.survey.refusals import refusal
from brightspots.survey.spss_dictionary import text_codes

if TYPE_CHECKING:
    from pathlib import Path

    from brightspots.errors import SurveyError

DATES_AS_NUMBERS = {"disable_datetime_conversion": True}
WINDOWS = {"encoding": "cp1252"}
ATTEMPTS: tuple[dict[str, Any], ...] = ({}, DATES_AS_NUMBERS, WINDOWS, {**WINDOWS, **DATES_AS_NUMBERS})
"""Ways to read a file, the best first: dates may be out of range, the declared encoding may be wrong."""

TRUNCATED = ("Unable to read from file", "File did not contain the expected number of rows")


def read_spss(path: Path) -> Export:
    """Read a .sav, .zsav or .por file: codes as they are, declared user-missing codes among them.

    A .por file does not tell which codes are user-missing, and a note says so. Multiple-response sets that
    the file declares become a note only, since SPSS often writes them incompletely.

    Raises
    ------
    SurveyError
        If the file is damaged, cut short or not what its ending says, or holds no answers.
    """
    values, meta, options = _read(path)
    columns = tuple(
        Column(
            name=as_text(name),
            label=as_text(meta.column_names_to_labels.get(name)),
            values=tidy_all(cells),
            labels={
                tidy(code): as_text(text) for code, text in meta.variable_value_labels.get(name, {}).items()
            },
            missing=tuple(
                (tidy(limits["lo"]), tidy(limits["hi"])) for limits in meta.missing_ranges.get(name, [])
            ),
        )
        for name, cells in values.items()
    )
    n = len(columns[0].values) if columns else 0
    if not n:
        raise refusal(
            "no_answers",
            path.name,
            "variables and no row of answers" if columns else "no variables",
            expected="a row for each child who answered",
            what_to_do="save the survey again, or leave this file out if nobody answered",
        )
    return Export(name=path.name, columns=columns, n=n, first_row=1, notes=_notes(path, meta, options))


def _read(path: Path) -> tuple[dict[str, list[Any]], Any, dict[str, Any]]:
    """Return the columns, what the file says about them, and the options that it took to read them."""
    from pyreadstat import read_por, read_sav

    portable = path.suffix.lower() == ".por"
    read = read_por if portable else partial(read_sav, user_missing=True)
    reasons = []
    try:
        codes, declared = (b"", "") if portable else text_codes(path)
    except (EOFError, ValueError) as error:
        raise _refusal(path.name, TRUNCATED[0] if isinstance(error, EOFError) else "") from None
    for options in ATTEMPTS:
        try:
            if not codes.isascii():
                codes.decode(options.get("encoding", declared))
            values, meta = cast("tuple[Any, Any]", read(path.absolute(), output_format="dict", **options))
        except Exception as error:  # pyreadstat raises whatever Python's dates and text raise
            reasons.append(str(error))
        else:
            return values, meta, options
    raise _refusal(path.name, reasons[0])


def _refusal(name: str, reason: str) -> SurveyError:
    if reason in TRUNCATED:
        code, found = "truncated_file", "an SPSS file that ends too early or is damaged"
    elif "encoding" in reason or "codec" in reason:
        code, found = "wrong_encoding", "text that is neither in the encoding the file declares nor in cp1252"
    else:
        code, found = "unreadable_file", "a damaged SPSS file, or one of an unknown kind"
    return refusal(
        code,
        name,
        found,
        expected="an SPSS file as SPSS saves it",
        what_to_do="copy it again, or open it in SPSS and save it anew",
    )


def _notes(path: Path, meta: Any, options: dict[str, Any]) -> tuple[Problem, ...]:
    notes = []
    if "encoding" in options:
        notes.append(encoding_note(path.name, options["encoding"]))
    if "disable_datetime_conversion" in options:
        notes.append(
            Problem(
                "note",
                "dates_as_numbers",
                path.name,
                "",
                "a date beyond the years 1 to 9999; dates are left as SPSS's number of seconds",
                "dates within living memory",
                "nothing, unless a date column is needed: then repair it in SPSS",
            )
        )
    if path.suffix.lower() == ".por":
        notes.append(
            Problem(
                "note",
                "por_without_missing_codes",
                path.name,
                "",
                "a .por file, from which the codes declared as missing cannot be read",
                "a .sav file",
                "save it as .sav, or name the missing codes in the mapping",
            )
        )
    if meta.mr_sets:
        sets = ", ".join(f"{name} ({len(each['variable_list'])})" for name, each in meta.mr_sets.items())
        notes.append(
            Problem(
                "note",
                "multiple_response_sets",
                path.name,
                "",
                f"multiple-response sets with their number of columns: {sets}",
                "sets declared in the questionnaire",
                "compare them with the questionnaire; the file's own list may be incomplete",
                count=len(meta.mr_sets),
            )
        )
    return tuple(notes)
