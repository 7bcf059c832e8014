"""What a survey file holds before anybody says what it means: named columns of raw answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brightspots.survey.problems import Problem


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a survey export. Its repr shows no answer.

    Attributes
    ----------
    name : str
        As the file names it.
    label : str
        Question text; empty where the file gives none beside the name.
    values : numpy.ndarray
        Objects, one for each row: None for a blank, text without outer spaces, whole numbers as int, other
        numbers as float, or a date, time or duration.
    labels : mapping
        Value labels of an SPSS file, from raw code to text; empty where the file has none.
    missing : tuple of pairs
        Declared user-missing ranges of an SPSS file; a single value is a range from itself to itself.

    Examples
    --------
    >>> import numpy as np
    >>> column = Column("q1", "Do you like school?", np.array([1, 2, -9, None], dtype=object),
    ...     labels={1: "yes", 2: "no", -9: "not answered"}, missing=((-9, -1),))
    >>> [column.is_declared_missing(value) for value in column.values]
    [False, False, True, False]
    >>> column
    Column(name='q1', label='Do you like school?')
    """

    name: str
    label: str
    values: NDArray[np.object_] = field(repr=False)
    labels: Mapping[int | float | str, str] = field(default_factory=dict, repr=False)
    missing: tuple[tuple[Any, Any], ...] = field(default=(), repr=False)

    def is_declared_missing(self, value: Any) -> bool:
        """Whether the file itself declares this value to mean "no answer"."""
        return isinstance(value, str | int | float) and any(
            isinstance(lo, str) == isinstance(value, str) and lo <= value <= hi for lo, hi in self.missing
        )


@dataclass(frozen=True, eq=False)
class Export:
    """One survey file or data frame as it was found. Its repr shows no answer.

    Attributes
    ----------
    name : str
        Name of the file without its folder; empty for a data frame.
    columns : tuple of Column
        In the file's order, under unique names.
    n : int
        How many rows of answers there are.
    first_row : int
        Number of the first row of answers, as a person counts rows in that file.
    notes : tuple of Problem
        What was noticed in reading; none of it an error.

    Examples
    --------
    >>> import numpy as np
    >>> export = Export("8-11.csv", (Column("q1", "", np.array([1, 0], dtype=object)),), n=2, first_row=2)
    >>> export.row_number(1)
    3
    """

    name: str
    columns: tuple[Column, ...] = field(repr=False)
    n: int
    first_row: int
    notes: tuple[Problem, ...] = field(default=(), repr=False)

    def row_number(self, i: int) -> int:
        """Return the number, as a person counts rows in the file, of the answers at position `i`."""
        return self.first_row + i

    def row_numbers(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of the answers at several positions."""
        return tuple(self.first_row + int(i) for i in positions)
