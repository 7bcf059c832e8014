"""Problems found in answers: one row each, in words that never give an answer away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Severity = Literal["error", "warning", "note"]
ORDER: dict[str, int] = {"error": 0, "warning": 1, "note": 2}
ROWS_NAMED = 5
COLUMNS = ("severity", "code", "file", "column", "count", "rows", "found", "expected", "what_to_do")


@dataclass(frozen=True)
class Problem:
    """One thing found in the answers.

    Attributes
    ----------
    severity : {"error", "warning", "note"}
        An error stops; a warning or a note does not.
    code : str
        Stable name of the check, such as ``unknown_option``.
    file : str
        Name of the file, without its folder; empty for a data frame.
    column : str
        Column in the file as the file names it; empty where the problem is about the whole file.
    rows : tuple of int
        Row numbers as a person counts them in that file; empty where rows do not matter.
    found, expected, what_to_do : str
        In general terms: never an answer, an id or free text.
    count : int or None
        How many rows, columns or children it concerns; the number of `rows` when left out.
    """

    severity: Severity
    code: str
    file: str
    column: str
    found: str
    expected: str
    what_to_do: str
    rows: tuple[int, ...] = ()
    count: int | None = None


class Problems(Table):
    """Every problem found, errors first.

    Examples
    --------
    >>> found = Problems.of([Problem("warning", "no_eligible", "8-11.sav", "", "no eligible number",
    ...     "how many children could have answered", "give eligible = {...}")])
    >>> found.column("severity"), found.has_errors
    (['warning'], False)
    """

    title = "What the checks found"

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Problems:
        """Make the table from single problems: errors first, then by file and column."""
        ordered = sorted(problems, key=lambda p: (ORDER[p.severity], p.file, p.code, p.column, p.rows))
        return cls(
            {
                "severity": [p.severity for p in ordered],
                "code": [p.code for p in ordered],
                "file": [p.file for p in ordered],
                "column": [p.column for p in ordered],
                "count": [len(p.rows) if p.count is None else p.count for p in ordered],
                "rows": [name_rows(p.rows) for p in ordered],
                "found": [p.found for p in ordered],
                "expected": [p.expected for p in ordered],
                "what_to_do": [p.what_to_do for p in ordered],
            }
        )

    @classmethod
    def together(cls, tables: Iterable[Table]) -> Problems:
        """Make one table of several: errors first, then by file and column."""
        rows = [row for table in tables for row in table]
        rows.sort(key=lambda row: (ORDER[row.severity], row.file, row.code, row.column))
        return cls({name: [getattr(row, name) for row in rows] for name in COLUMNS})

    @property
    def has_errors(self) -> bool:
        """Whether any of them stops the reading."""
        return "error" in self.column("severity")

    def describe(self) -> str:
        """Return the problems as plain text, a few lines each, for a terminal or an error message."""
        parts = []
        for row in self:
            place = ", ".join(
                part for part in (row.file, row.column and f"column {row.column}", row.rows) if part
            )
            parts.append(
                f"{row.severity} {row.code}{f' ({place})' if place else ''}\n"
                f"    found: {row.found}\n    expected: {row.expected}\n    what to do: {row.what_to_do}"
            )
        return "\n".join(parts)


def name_rows(rows: Sequence[int]) -> str:
    """Name the first few rows and count the rest: ``rows 3, 8 and 12 more``."""
    if not rows:
        return ""
    shown = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    more = f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"
