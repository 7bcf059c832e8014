"""Data frames of any kind that Narwhals knows."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from brightspots.survey.cells import as_text, tidy_all
from brightspots.survey.exports import Column, Export
from brightspots.survey.headings import unique_names
from brightspots.survey.refusals import refusal


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
    headings: list[Any] = []
    if nw.dependencies.is_pandas_dataframe(source):
        headings = list(source.columns)
        source = source.set_axis([str(i) for i in range(len(headings))], axis=1)
    try:
        frame = nw.from_native(source)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect(None if frame.implementation.is_polars() else "pandas")
    except Exception:  # each engine has its own errors, and they may quote cells
        raise refusal(
            "not_a_data_frame",
            "",
            "something that is neither a path nor a data frame that can be collected",
            expected="a path, or a data frame of pandas, Polars, PyArrow, DuckDB or another Narwhals knows",
            what_to_do="give the path of the file, or make a pandas data frame first",
        ) from None
    if not len(frame) or not frame.columns:
        raise refusal(
            "no_answers",
            "",
            "a data frame without rows or columns",
            expected="a row for each child who answered",
            what_to_do="check how the data frame was made",
        )
    names, notes = unique_names([as_text(str(name)) for name in headings or frame.columns], "")
    columns = tuple(
        Column(name, "", _values(frame[key])) for name, key in zip(names, frame.columns, strict=True)
    )
    return Export(name="", columns=columns, n=len(frame), first_row=1, notes=tuple(notes))


def _values(series: nw.Series[Any]) -> Any:
    blank = series.is_null().to_list()
    try:
        return tidy_all(None if null else cell for cell, null in zip(series.to_list(), blank, strict=True))
    except TypeError:
        raise refusal(
            "unsupported_values",
            "",
            "a column with lists, bytes or other objects in its cells",
            expected="text, numbers, dates, or true and false",
            what_to_do="turn that column into text, or leave it out; one column for each option of a list",
        ) from None
