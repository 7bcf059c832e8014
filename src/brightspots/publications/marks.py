"""Where written files of an edition for named recipients do not say for whom alone they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.reading_back import fragments_of, records_of
from brightspots.publications.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = "word/header"
SHEET = "xl/worksheets/"


def unmarked_places(path: Path, mark: str) -> Iterator[str]:
    """Yield the parts of a file that lack a mark: the file itself, headers of pages, sheets, rows.

    Parameters
    ----------
    path : Path
        A file that `brightspots.publish` wrote; one of another kind has no places.
    mark : str
        See `NumberedEdition.mark`.
    """
    kind = path.suffix.lower()
    if kind in (".csv", ".json"):
        rows = [record for record in records_of(path) if kind == ".csv" or not record.place]
        yield from (one.place or "edition" for one in rows if one.values.get("edition") != mark)
        return
    held: dict[str, bool] = {}
    for fragment in fragments_of(path):
        part = fragment.place.split(" ")[0] if kind in (".docx", ".xlsx") else "page"
        if fragment.seen and (kind != ".docx" or part.startswith(HEADER)):
            held[part] = held.get(part, False) or plain(mark) in plain(fragment.text)
    parts = [part for part in held if kind != ".xlsx" or part.startswith(SHEET)]
    yield from (part for part in parts if not held[part])
    if kind in (".docx", ".xlsx", ".html", ".md") and not parts:
        yield "page"
