"""The one shape in which a file that cannot be read is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.errors import SurveyError
from brightspots.survey.problems import Problem, Problems

if TYPE_CHECKING:
    from collections.abc import Sequence


def refusal(
    code: str, file: str, found: str, *, expected: str, what_to_do: str, rows: Sequence[int] = ()
) -> SurveyError:
    """Return the error for a file that cannot be read, to be raised by the caller.

    Examples
    --------
    >>> error = refusal("empty_file", "8-11.csv", "an empty file",
    ...     expected="headings and answers", what_to_do="export it again")
    >>> print(error)
    error empty_file (8-11.csv)
        found: an empty file
        expected: headings and answers
        what to do: export it again
    """
    problems = Problems.of([Problem("error", code, file, "", found, expected, what_to_do, tuple(rows))])
    return SurveyError(problems.describe(), problems)
