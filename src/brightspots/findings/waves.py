"""When a wave was: from the text that names it to a number of years."""

from __future__ import annotations

import re
from datetime import date

DATE = re.compile(r"((?:19|20)[0-9]{2})(?:-(0[1-9]|1[0-2])(?:-([0-3][0-9]))?)?")


def wave_time(wave: str) -> float | None:
    """Return when a wave was, as a decimal year; None where its text is no date.

    A year stands for its middle, and so does a month or a day, so that waves named to the year and to the
    month can stand on one line.

    Parameters
    ----------
    wave : str
        Such as ``2021``, ``2021-06`` or ``2021-06-15``.

    Returns
    -------
    float or None

    Examples
    --------
    >>> wave_time("2021"), wave_time("2021-01"), wave_time("autumn")
    (2021.5, 2021.0416666666667, None)
    """
    found = DATE.fullmatch(wave)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if not month:
        return year + 0.5
    if not day:
        return year + (month - 0.5) / 12
    try:
        passed = date(year, month, day).toordinal() - date(year, 1, 1).toordinal()
    except ValueError:
        return None
    return year + (passed + 0.5) / (date(year + 1, 1, 1).toordinal() - date(year, 1, 1).toordinal())
