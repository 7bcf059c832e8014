"""Dates as strategies write them: a year, a month or a day."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any

DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
SHORT_MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September",
                "October", "November", "December")  # fmt: skip


def as_text(value: Any) -> Any:
    """Return a date or a bare year of a TOML file or a workbook as text; anything else as it is."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value) if type(value) is int else value


def last_day(text: str) -> date:
    """Return the last day of a year, a month or a day.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> [last_day(text).isoformat() for text in ("2021", "2024-02", "2021-03-31")]
    ['2021-12-31', '2024-02-29', '2021-03-31']
    """
    found = DATE.fullmatch(text)
    if not found:
        raise ValueError("should be a year, a month or a day, such as 2021, 2021-03 or 2021-03-31")
    year, month = int(found[1]), int(found[2] or 12)
    try:
        return date(year, month, int(found[3]) if found[3] else calendar.monthrange(year, month)[1])
    except (ValueError, IndexError):
        raise ValueError("there is no such date") from None


def measured_on(text: str) -> date:
    """Return the day that a figure is taken to be of: of a bare year its middle.

    Raises
    ------
    ValueError
        If it is no date.

    Examples
    --------
    >>> measured_on("2021").isoformat(), measured_on("2021-03").isoformat()
    ('2021-06-30', '2021-03-31')
    """
    return last_day(f"{text}-06" if len(text) == 4 else text)


def in_words(text: str) -> str:
    """Return a date as it stands in a sentence.

    Examples
    --------
    >>> in_words("2021"), in_words("2021-03"), in_words("2021-03-31"), in_words("last survey")
    ('2021', 'March 2021', '31 March 2021', 'last survey')
    """
    found = DATE.fullmatch(text)
    if not found or not found[2] or not 1 <= int(found[2]) <= 12:
        return text
    month = f"{SHORT_MONTHS[int(found[2])]} {found[1]}"
    return f"{int(found[3])} {month}" if found[3] else month
