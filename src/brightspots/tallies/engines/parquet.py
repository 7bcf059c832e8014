"""Parquet files, read and counted by DuckDB a piece at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError
from brightspots.extras import import_extra

if TYPE_CHECKING:
    from pathlib import Path


def read_parquet(path: str | Path) -> Any:
    """Return a DuckDB relation over a Parquet file, or all that a pattern such as ``2021-*.parquet`` finds.

    Raises
    ------
    MissingExtraError
        If DuckDB is not installed.
    ArgumentError
        If there is no such file, or it cannot be read.
    """
    duckdb = import_extra("duckdb", "big", "count Parquet files")
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "preserve_insertion_order": "false"}
    )
    try:
        return connection.read_parquet(str(path), union_by_name=True)
    except duckdb.Error:  # it may quote what the file holds
        raise ArgumentError(
            f"source: no Parquet file can be read at {str(path)!r}; check the path."
        ) from None
