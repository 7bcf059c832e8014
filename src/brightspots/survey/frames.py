"""Data frames of any kind that Narwhals knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightspots.frames import UnreadableFrameError, cells_of, open_frame
from brightspots.survey.cells import as_text, tidy_all
from brightspots.survey.exports import Column, Export
from brightspots.survey.headings import unique_names
from brightspots.survey.refusals import refusal

if TYPE_CHECKING:
    import narwhals as nw


def read_frame(source: Any) -> Export:
    """Read a data frame, eager or lazy; categories become what they stand for.

    Raises
    ------
    SurveyError
        If it is not a data frame, has no rows, or holds lists, bytes or other things that are not answers.

    Examples
    --------
    >>> import pandas as pd
    >>> export = read_frame(pd.DataFrame({"q1": pd.Categorical(["yes", None]), "q2": [7, None]}))
    >>> [column.values.tolist() for column in export.columns]
    [['yes', None], [7, None]]
    """
    try:
        frame = open_frame(source)
        columns = frame.columns()
    except UnreadableFrameError:
        raise refusal(
            "not_a_data_frame",
            "",
            "something that is neither a path nor a data frame that can be collected",
            expected="a path, or a data frame of pandas, Polars, PyArrow, DuckDB or another Narwhals knows",
            what_to_do="give the path of the file, or make a pandas data frame first",
        ) from None
    if not columns or not len(columns[0]):
        raise refusal(
            "no_answers",
            "",
            "a data frame without rows or columns",
            expected="a row for each child who answered",
            what_to_do="check how the data frame was made",
        )
    names, notes = unique_names([as_text(str(name)) for name in frame.headings], "")
    held = tuple(Column(name, "", _values(column)) for name, column in zip(names, columns, strict=True))
    return Export(name="", columns=held, n=len(columns[0]), first_row=1, notes=tuple(notes))


def _values(column: nw.Series[Any]) -> Any:
    try:
        return tidy_all(cells_of(column))
    except TypeError:
        raise refusal(
            "unsupported_values",
            "",
            "a column with lists, bytes or other objects in its cells",
            expected="text, numbers, dates, or true and false",
            what_to_do="turn that column into text, or leave it out; one column for each option of a list",
        ) from None
