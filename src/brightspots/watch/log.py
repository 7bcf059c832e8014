"""The log of scheduled runs: one JSON object a line, with nothing in it that was answered."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from brightspots.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger("brightspots.watch")


class _File(logging.FileHandler):
    """A file that no run stands or falls with: it goes on where the disk fills up meanwhile."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Go on without the line."""


class _Line(logging.Formatter):
    """One JSON object: when, how grave, what, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = getattr(record, "fields", {})
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **fields}
        return json.dumps(line, ensure_ascii=False)


def tell(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line to the log."""
    logger.log(level, event, extra={"fields": fields})


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Write what is told meanwhile to a file.

    Raises
    ------
    OutputError
        If it cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(path, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The log {path} cannot be written: {error.strerror}.") from error
    handler.setFormatter(_Line())
    level, propagates = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates
        handler.close()
