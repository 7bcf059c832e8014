"""Office files as bytes that say nothing of when or where they were made."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""The date on everything inside an office file: the first that a zip archive can hold."""


def undated(package: bytes) -> bytes:
    """Return a zip archive with every date in it fixed: the same content is the same bytes.

    Examples
    --------
    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive:
    ...     archive.writestr("word.xml", "<word/>")
    >>> [one.date_time for one in zipfile.ZipFile(io.BytesIO(undated(made.getvalue()))).infolist()]
    [(1980, 1, 1, 0, 0, 0)]
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as made,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed,
    ):
        for entry in made.infolist():
            info = zipfile.ZipInfo(entry.filename, MADE.timetuple()[:6])
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            fixed.writestr(info, made.read(entry))
    return out.getvalue()
