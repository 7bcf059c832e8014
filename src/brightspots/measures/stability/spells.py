"""Times that children spend with a carer, at a school or with a worker, as they stand in a data frame."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.measures.frames import is_given, read_columns
from brightspots.measures.stability.problems import found

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from brightspots.survey.problems import Problem

    Bools = NDArray[np.bool_]

OPEN = dt.date.max
UK_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")


class Spell(NamedTuple):
    """One row: from when until when a child was with whom.

    Attributes
    ----------
    start, end : date
        `end` is the day on which it ended, `OPEN` while it runs.
    holder : object
        Code of the carer, school or worker.
    mark : object
        What else the row says: whether it is respite, or the school's phase.
    row : int
        Place of the row in its frame, from 0.
    """

    start: dt.date
    end: dt.date
    holder: Any
    mark: Any = None
    row: int = 0


class Spells(NamedTuple):
    """The sound rows of a frame by child, in order of time; the marks of all, and what is wrong with some."""

    of: dict[Any, list[Spell]]
    marks: Sequence[Any]
    problems: list[Problem]

    def rows(self, numbers: Iterable[int]) -> Bools:
        """Mark rows of the frame by their places."""
        marked = np.zeros(len(self.marks), dtype=bool)
        marked[list(numbers)] = True
        return marked


class Window(NamedTuple):
    """The twelve months that end on a day, both ends included."""

    first: dt.date
    on: dt.date

    def holds(self, day: dt.date) -> bool:
        """Whether a day lies in the twelve months."""
        return self.first <= day <= self.on


def year_to(on: dt.date | str) -> Window:
    """Return the twelve months that end on a day.

    Raises
    ------
    ArgumentError
        If it is no day.

    Examples
    --------
    >>> print(*year_to("2024-03-31"))
    2023-04-01 2024-03-31
    """
    day = date_of(on) if isinstance(on, dt.date | str) else None
    if day is None:
        raise ArgumentError(f"on is {on!r}; give a date, such as '2024-03-31'.")
    return Window(months_before(day, 12) + dt.timedelta(days=1), day)


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months before, or the last one of a shorter month.

    Examples
    --------
    >>> print(months_before(dt.date(2024, 3, 31), 30))
    2021-09-30
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=65536)
def date_of(cell: Any) -> dt.date | None:
    """Return the date in a cell; None where there is none.

    Examples
    --------
    >>> print(date_of("31/03/2024"), date_of("2024-03-31 00:00:00"), date_of("03/31/2024"), date_of(45382))
    2024-03-31 2024-03-31 None None
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if not isinstance(cell, str):
        return None
    written = UK_DATE.fullmatch(cell)
    try:
        if written:
            return dt.date(int(written[3]), int(written[2]), int(written[1]))
        return dt.datetime.fromisoformat(cell).date()
    except ValueError:
        return None


def touches(end: dt.date, start: dt.date) -> bool:
    """Whether something that starts follows what ended without a break: the same day or the next."""
    return (start - end).days <= 1


def join_up(spells: Sequence[Spell]) -> list[Spell]:
    """Join the spells with one holder that touch or overlap, in order of time.

    Examples
    --------
    >>> days = [dt.date(2024, month, 1) for month in (1, 2, 3)]
    >>> joined = join_up([Spell(days[0], days[1], "A"), Spell(days[1], days[2], "A")])
    >>> [(str(spell.start), str(spell.end)) for spell in joined]
    [('2024-01-01', '2024-03-01')]
    """
    joined: list[Spell] = []
    last: dict[Any, int] = {}
    for spell in spells:
        place = last.get(spell.holder)
        if place is not None and touches(joined[place].end, spell.start):
            joined[place] = joined[place]._replace(end=max(joined[place].end, spell.end))
        else:
            last[spell.holder] = len(joined)
            joined.append(spell)
    return sorted(joined, key=in_time)


def in_time(spell: Spell) -> tuple[dt.date, dt.date, str]:
    """Order spells by time, and those of the same days by holder, whatever the order of the rows."""
    return spell.start, spell.end, str(spell.holder)


def read_spells(
    frame: Any,
    argument: str,
    holder: str,
    known: AbstractSet[Any],
    *,
    mark: str | None = None,
    drop: str | None = None,
) -> Spells:
    """Read the rows of a frame with columns ``child start end`` and the holder's.

    Parameters
    ----------
    frame : data frame
        Of any kind that Narwhals knows.
    argument : str
        What to call it in a message.
    holder : str
        Column with the code of the carer, school or worker.
    known : set
        Ids that children have.
    mark : str, optional
        A further column to keep.
    drop : str, optional
        Code of the check that says that rows without a start or holder are left out; without it they are
        errors.

    Raises
    ------
    ArgumentError
        If it is no data frame, or a column is missing.
    """
    names = ["child", "start", "end", holder, *([mark] if mark else [])]
    cells = read_columns(frame, names, argument).cells
    given = {name: is_given(cells[name]) for name in names}
    days = {name: np.array(list(map(date_of, cells[name])), dtype=object) for name in ("start", "end")}
    dated = {name: is_given(days[name]) for name in days}
    stranger = given["child"] & np.array([child not in known for child in cells["child"]], dtype=bool)
    backward = dated["start"] & dated["end"]
    backward[backward] = days["end"][backward] < days["start"][backward]
    problems = [
        *found("stability_no_child", ~given["child"], "child", file=argument),
        *found("stability_unknown_child", stranger, "child", file=argument),
        *found("stability_end_before_start", backward, "end", file=argument),
    ]
    for name in days:
        problems += found("stability_no_date", given[name] & ~dated[name], name, file=argument)
    if drop:
        problems += found(drop, ~given["start"] | ~given[holder], file=argument)
    else:
        problems += found("stability_no_start", ~given["start"], "start", file=argument)
        problems += found("stability_not_named", ~given[holder], holder, file=argument, holder=holder)
    sound = given["child"] & given[holder] & dated["start"] & (dated["end"] | ~given["end"])
    marks = list(cells[mark]) if mark else [None] * len(sound)
    of: dict[Any, list[Spell]] = {}
    for row in np.flatnonzero(sound & ~stranger & ~backward).tolist():
        spell = Spell(days["start"][row], days["end"][row] or OPEN, cells[holder][row], marks[row], row)
        of.setdefault(cells["child"][row], []).append(spell)
    for spells in of.values():
        spells.sort(key=in_time)
    return Spells(of, marks, problems)
