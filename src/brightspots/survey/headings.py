"""From rows of cells to named columns: one heading row, or the two that survey sites write."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from brightspots.survey.cells import PLAIN_NUMBER, as_text, is_blank, tidy_all
from brightspots.survey.exports import Column, Export
from brightspots.survey.problems import Problem
from brightspots.survey.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWER_WORDS = frozenset({"response", "open-ended response", "open ended response"})
"""What survey sites write in the second heading row where a question has a single answer."""


def export_from_rows(
    name: str,
    rows: Sequence[Sequence[Any]],
    *,
    heading_rows: int | None,
    notes: Sequence[Problem] = (),
) -> Export:
    """Make an export from the rows of a sheet or text file.

    Blank rows above the headings and below the answers are left out; those between answers stay, so that row
    numbers hold. Columns without heading and answers are left out too.

    Parameters
    ----------
    name : str
        Name of the file.
    rows : sequence of sequences
        All cells from the first row of the file on.
    heading_rows : {1, 2} or None
        How many heading rows there are; None to find out.
    notes : sequence of Problem
        What was noticed so far.

    Raises
    ------
    SurveyError
        If there are no headings or no answers, or rows have too few or too many cells.

    Examples
    --------
    >>> export = export_from_rows("8-11.csv", [["id", "Pets?", ""], ["", "Cat", "Dog"], ["7", "", "Dog"]],
    ...     heading_rows=None)
    >>> [column.name for column in export.columns], export.first_row
    (['id', 'Pets?: Cat', 'Pets?: Dog'], 3)
    """
    filled = [i for i, row in enumerate(rows) if not is_blank(row)]
    if not filled:
        raise refusal(
            "empty_file",
            name,
            "no cell with anything in it",
            expected="a row of headings and the answers below it",
            what_to_do="export the survey again and check that it has answers",
        )
    rows = rows[filled[0] : filled[-1] + 1]
    depth = heading_rows or (2 if _has_second_heading_row(rows) else 1)
    first_row = filled[0] + depth + 1
    headings, answers = _rectangle(name, rows, depth, first_row)
    _refuse_numbers_as_headings(name, headings[0])
    if not answers:
        raise refusal(
            "no_answers",
            name,
            "headings and no row of answers",
            expected="a row for each child who answered",
            what_to_do="export the survey again, or leave this file out if nobody answered",
        )

    cells = list(zip(*answers, strict=True))
    kept = [i for i, head in enumerate(zip(*headings, strict=True)) if any(head) or not is_blank(cells[i])]
    named = _name_columns(headings)
    names, naming_notes = unique_names([named[i][0] for i in kept], name)
    if depth == 2:
        naming_notes = [
            Problem(
                "note",
                "two_heading_rows",
                name,
                "",
                "two heading rows: questions, then options",
                "one or two heading rows",
                "nothing, unless the second row holds a child's answers: then say heading_rows=1",
            ),
            *naming_notes,
        ]
    return Export(
        name=name,
        columns=tuple(
            Column(unique, named[i][1], tidy_all(cells[i])) for unique, i in zip(names, kept, strict=True)
        ),
        n=len(answers),
        first_row=first_row,
        notes=(*notes, *naming_notes),
    )


def unique_names(headings: Sequence[str], file: str) -> tuple[list[str], list[Problem]]:
    """Return a name of its own for each column, and a warning where headings were blank or repeated.

    Examples
    --------
    >>> names, notes = unique_names(["id", "Comments", "", "Comments"], "8-11.csv")
    >>> names, [note.code for note in notes]
    (['id', 'Comments', 'column 3', 'Comments (2)'], ['blank_headings', 'duplicate_headings'])
    """
    names: list[str] = []
    times: dict[str, int] = {}
    taken: set[str] = set()
    for position, heading in enumerate(headings, start=1):
        wanted = name = heading or f"column {position}"
        while name in taken:
            times[wanted] = times.get(wanted, 1) + 1
            name = f"{wanted} ({times[wanted]})"
        taken.add(name)
        names.append(name)
    blank = sum(not heading for heading in headings)
    repeated = sum(times.values()) - len(times)
    notes = []
    if blank:
        notes.append(
            Problem(
                "warning",
                "blank_headings",
                file,
                "",
                "columns with answers and no heading; they are named by their place",
                "a heading for every column",
                "give each column a heading, or map it by its place",
                count=blank,
            )
        )
    if repeated:
        notes.append(
            Problem(
                "warning",
                "duplicate_headings",
                file,
                "",
                "headings that occur more than once; the later ones are numbered (2), (3), …",
                "a heading of its own for every column",
                "check in the mapping that the right one of them is used",
                count=repeated,
            )
        )
    return names, notes


def _questions(first: Sequence[str]) -> list[str]:
    """Carry each question over the blanks that follow it, one for each further option."""
    questions: list[str] = []
    for heading in first:
        questions.append(heading or (questions[-1] if questions else ""))
    return questions


def _has_second_heading_row(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether the second row names options rather than answers.

    It does where it holds a word that only survey sites write, or where it fills exactly the columns that the
    first row groups under one question and is blank below every other heading.
    """
    if len(rows) < 2:
        return False
    texts = [[as_text(cell) for cell in row] for row in rows[:2]]
    width = max(i + 1 for row in texts for i, text in enumerate(row) if text)
    first, second = ((row + [""] * width)[:width] for row in texts)
    questions = _questions(first)
    runs = [list(run) for _, run in groupby(range(width), key=questions.__getitem__)]
    singles = [second[run[0]] for run in runs if len(run) == 1]
    groups = [[second[i] for i in run] for run in runs if len(run) > 1]
    if any(text.casefold() in ANSWER_WORDS for text in second):
        return not any(map(PLAIN_NUMBER.fullmatch, singles))
    return (
        bool(groups)
        and bool(singles)
        and not any(singles)
        and all(all(group) and len(set(group)) == len(group) for group in groups)
        and not any(map(PLAIN_NUMBER.fullmatch, second))
    )


def _rectangle(
    name: str, rows: Sequence[Sequence[Any]], depth: int, first_row: int
) -> tuple[list[list[str]], list[Sequence[Any]]]:
    """Return headings and answers in rows of one width; refuse rows whose cells do not fit the headings."""
    headings = [[as_text(cell) for cell in row] for row in rows[:depth]]
    width = max(map(len, headings))
    least = max((i + 1 for row in headings for i, text in enumerate(row) if text), default=0)
    answers: list[Sequence[Any]] = []
    ragged = []
    for i, row in enumerate(rows[depth:]):
        if len(row) == width:
            answers.append(row)
        elif is_blank(row) or (len(row) >= least and is_blank(row[width:])):
            answers.append([*row[:width], *[""] * (width - len(row))])
        else:
            ragged.append(first_row + i)
    if ragged:
        raise refusal(
            "ragged_rows",
            name,
            "rows with fewer or more cells than there are headings",
            expected=f"{width} cells in each row",
            what_to_do="look there for a missing or stray separator or quotation mark, or export again",
            rows=ragged,
        )
    return [row + [""] * (width - len(row)) for row in headings], answers


def _refuse_numbers_as_headings(name: str, headings: Sequence[str]) -> None:
    filled = [heading for heading in headings if heading]
    if 2 * sum(map(bool, map(PLAIN_NUMBER.fullmatch, filled))) > len(filled):
        raise refusal(
            "no_headings",
            name,
            "numbers where the headings should be",
            expected="a first row that names the columns",
            what_to_do="add a row of headings, or export the survey with its headings",
        )


def _name_columns(headings: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return name and label of each column."""
    if len(headings) == 1:
        return [(heading, "") for heading in headings[0]]
    return [
        (": ".join(filter(None, [question, "" if option.casefold() in ANSWER_WORDS else option])), question)
        for question, option in zip(_questions(headings[0]), headings[1], strict=True)
    ]
