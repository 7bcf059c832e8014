"""What a check on records of children finds, in the words of its table, and the refusal of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import SurveyError
from brightspots.survey.problems import Problem, Problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brightspots.survey.catalogue import Check


def find(
    checks: Mapping[str, Check], code: str, rows: Any, column: str = "", *, file: str = "", **facts: Any
) -> list[Problem]:
    """Return the problem that a check found in some rows, or nothing where it found none.

    Parameters
    ----------
    checks : mapping of code to Check
        The words of each check.
    code : str
        Of the check.
    rows : sequence of bool
        Which rows it concerns.
    column, file : str
        Where.
    **facts : str
        What stands for the names in braces.

    Examples
    --------
    >>> from brightspots.survey.catalogue import Check
    >>> checks = {"no_child": Check("error", "rows that do not say which {who}", "an id", "give it")}
    >>> [(one.rows, one.found) for one in find(checks, "no_child", [False, True], who="child")]
    [((2,), 'rows that do not say which child')]
    >>> find(checks, "no_child", [False], who="child")
    []
    """
    numbers = tuple(int(row) + 1 for row in np.flatnonzero(rows))
    if not numbers:
        return []
    check = checks[code]
    what, expected, what_to_do = (text.format(**facts) for text in check[1:])
    return [Problem(check.severity, code, file, column, what, expected, what_to_do, numbers)]


def refuse(problems: Iterable[Problem]) -> Problems:
    """Return the problems as a table, or raise them all if one of them is an error.

    Raises
    ------
    SurveyError
        With every problem, also warnings and notes.
    """
    table = Problems.of(problems)
    if table.has_errors:
        raise SurveyError(table.describe(), table)
    return table
