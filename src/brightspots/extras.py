"""Packages that only some need: a missing one is one plain sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from brightspots.errors import MissingExtraError


def import_extra(module: str, extra: str, purpose: str) -> Any:
    """Import a package that an extra brings.

    Parameters
    ----------
    module : str
        What to import.
    extra : str
        The extra that brings it.
    purpose : str
        What it is needed to do: ``count Parquet files``.

    Raises
    ------
    MissingExtraError
        If it is not installed.

    Examples
    --------
    >>> import_extra("json", "big", "count Parquet files").dumps(None)
    'null'
    >>> import_extra("no_such_package", "big", "count Parquet files")
    Traceback (most recent call last):
    brightspots.errors.MissingExtraError: To count Parquet files, install brightspots[big].
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtraError(f"To {purpose}, install brightspots[{extra}].") from None
