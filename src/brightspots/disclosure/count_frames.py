"""The rows of a table of counts: read, checked, and laid out as a lattice of cells."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.disclosure.audit import MANY
from brightspots.disclosure.lattice import ALL, Key, Lattice
from brightspots.disclosure.suppression import Range
from brightspots.errors import ArgumentError
from brightspots.frames import UnreadableFrameError, open_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from brightspots.disclosure.lattice import Mask

COUNT, LOWER, UPPER = "count", "lower", "upper"
HIDDEN = "hidden"
ADDED = ("status", LOWER, UPPER, "printed", "percent")
"""What protecting a table adds to it: in an earlier version these are no dimensions."""

MARGINS = {"all", "total", "totals", "overall", "sum", "grand total"}
NAMED = 8
LARGEST = 250_000
"""Counts stay well below what stands for "no bound" in the audit."""


@dataclass(frozen=True)
class CountFrame:
    """A table of counts as it was given.

    Attributes
    ----------
    frame : pandas.DataFrame
    dimensions : tuple of str
        By name, so that the order of columns changes nothing.
    keys : tuple of key
        The cell of each row.
    lattice : Lattice
    known : Range
        What is public of each cell of the lattice.
    is_printed : array of bool
        Whether its count was printed elsewhere; one that was hidden there can be known all the same.
    """

    frame: pd.DataFrame
    dimensions: tuple[str, ...]
    keys: tuple[Key, ...]
    lattice: Lattice
    known: Range
    is_printed: Mask


def read_count_frame(
    source: Any, within: Mapping[str, Mapping[str, str]], known: Any, *, zeros_hidden: bool
) -> CountFrame:
    """Read a table of counts and what is public of it.

    Parameters
    ----------
    source : data frame
    within : mapping of column to mapping of level to level
    known : data frame or sequence of data frames
    zeros_hidden : bool
        Whether counts of 0 are secret: then each must have its row, as a row that is missing says 0.

    Raises
    ------
    ArgumentError
        With every fault.
    """
    frame = _as_pandas(source, "frame")
    faults = _column_faults(frame)
    faults += [
        f"frame: a column {name!r} is added by this function; leave it out" for name in frame if name in ADDED
    ]
    _raise(faults)
    dimensions = tuple(sorted(name for name in frame.columns if name != COUNT))
    if not dimensions:
        faults.append("frame: no dimensions, only counts")
    chains, own = _groups(within, dimensions)
    faults += (
        own + _level_faults(frame, dimensions) + _number_faults(frame[COUNT], "frame count", may_miss=False)
    )
    keys = _keys(frame, dimensions)
    twice = [key for key, n in Counter(keys).items() if n > 1]
    faults += _at("frame: rows that are there twice", twice, dimensions)
    _raise(faults)
    given = dict(zip(keys, map(int, frame[COUNT]), strict=True))
    public, printed, faults = _read_known(known, dimensions)
    lattice = Lattice(given, chains, public)
    faults += _at("frame: totals that are not the sum of their parts", lattice.faults, dimensions)
    if zeros_hidden:
        faults += _at(
            "frame: a row that is missing says that nobody is there, which this policy hides; give rows of 0 "
            "(and groups of levels as `within`). A part is missing of",
            lattice.lacking(),
            dimensions,
        )
    least, greatest = np.zeros(len(lattice.keys), dtype=np.int64), np.full(len(lattice.keys), int(MANY))
    contradicted, finer = [], []
    for key, (low, high) in public.items():
        place = lattice.place.get(key)
        if place is None:
            finer += [key] if lattice.is_beneath(key) else []
        elif low <= lattice.counts[place] <= high:
            least[place], greatest[place] = low, high
        else:
            contradicted.append(key)
    faults += _at("known: other counts than frame's; was it made from others?", contradicted, dimensions)
    faults += _at(
        "known: parts of what is in frame, but not in frame; give their rows too", finer, dimensions
    )
    _raise(faults)
    is_printed = np.array([key in printed for key in lattice.keys], dtype=bool)
    return CountFrame(frame, dimensions, keys, lattice, Range(least, greatest), is_printed)


def _as_pandas(source: Any, argument: str) -> pd.DataFrame:
    """Return any data frame as pandas; values that are absent are None."""
    try:
        return open_frame(source).to_pandas()
    except UnreadableFrameError:
        raise ArgumentError(
            f"{argument} is a {type(source).__name__}; give a data frame that Narwhals "
            "knows, with a column 'count'."
        ) from None


def _raise(faults: Sequence[str]) -> None:
    if faults:
        raise ArgumentError(
            "\n".join(["This table of counts cannot be protected:", *(f"  - {f}" for f in faults)])
        )


def _column_faults(
    frame: pd.DataFrame, argument: str = "frame", wanted: Iterable[str] = (COUNT,)
) -> list[str]:
    names = list(frame.columns)
    faults = [f"{argument}: no column {name!r}" for name in wanted if name not in names]
    if any(not isinstance(name, str) for name in names) or len(set(names)) < len(names):
        faults.append(f"{argument}: every column needs a name of its own, as text")
    return faults if len(frame) else [*faults, f"{argument}: no rows"]


def _level_faults(frame: pd.DataFrame, dimensions: Iterable[str], argument: str = "frame") -> list[str]:
    faults = []
    for name in dimensions:
        faults += _rows(f"{argument} {name}: no level", frame[name].isna())
        margins = sorted({str(v) for v in frame[name].dropna()} - {ALL})
        margins = [v for v in margins if v.strip().casefold() in MARGINS]
        faults += [f"{argument} {name}: {v!r} looks like a margin; write {ALL!r}" for v in margins]
    return faults


def _number_faults(values: pd.Series[Any], what: str, *, may_miss: bool) -> list[str]:
    absent = values.isna()
    numbers = [None if gone else _number(value) for value, gone in zip(values, absent, strict=True)]
    strange = [n is None and not gone for n, gone in zip(numbers, absent, strict=True)]
    faults = [] if may_miss else _rows(f"{what}: missing", absent)
    faults += _rows(f"{what}: not a whole number", strange)
    faults += _rows(f"{what}: below 0", [n is not None and n < 0 for n in numbers])
    return faults + _rows(f"{what}: above {LARGEST:,}", [n is not None and n > LARGEST for n in numbers])


def _number(value: Any) -> int | None:
    if isinstance(value, bool | np.bool_ | str | bytes):
        return None
    try:
        return int(value) if math.isfinite(value) and value == int(value) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _rows(what: str, where: Iterable[bool]) -> list[str]:
    rows = [str(row) for row, is_there in enumerate(where, start=1) if is_there]
    return [f"{what}, in row{'s' if len(rows) > 1 else ''} {_first(rows, ', ')}"] if rows else []


def _at(what: str, keys: Sequence[Key], dimensions: Sequence[str]) -> list[str]:
    places = [
        ", ".join(f"{name} {level}" for name, level in zip(dimensions, key, strict=True))
        for key in sorted(keys)
    ]
    return [f"{what}: {_first(places, '; ')}"] if places else []


def _first(words: Sequence[str], between: str) -> str:
    more = f"{between}and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return between.join(words[:NAMED]) + more


def _level(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _keys(frame: pd.DataFrame, dimensions: Sequence[str]) -> tuple[Key, ...]:
    columns = [
        [_level(v) for v in frame[name]] if name in frame else [ALL] * len(frame) for name in dimensions
    ]
    return tuple(zip(*columns, strict=True))


def _groups(
    within: Mapping[str, Mapping[str, str]], dimensions: Sequence[str]
) -> tuple[list[dict[str, str]], list[str]]:
    """Return each dimension's groups of levels, and what is wrong with them."""
    faults = [f"within: {name!r} is no column of frame" for name in within if name not in dimensions]
    chains = [{_level(k): _level(v) for k, v in within.get(name, {}).items()} for name in dimensions]
    for name, groups in zip(dimensions, chains, strict=True):
        for level in groups:
            seen = [level]
            while seen[-1] in groups and len(seen) <= len(groups):
                seen.append(groups[seen[-1]])
            if len(seen) > len(groups) or level == ALL:
                faults.append(f"within {name}: {level!r} lies within itself")
    return chains, faults


def _read_known(
    known: Any, dimensions: Sequence[str]
) -> tuple[dict[Key, tuple[int, int]], set[Key], list[str]]:
    """Return between which counts each public cell lies, which were printed, and what is wrong."""
    public: dict[Key, tuple[int, int]] = {}
    printed: set[Key] = set()
    faults: list[str] = []
    sources = known if isinstance(known, list | tuple) else [known]
    for number, source in enumerate(sources, start=1):
        argument = f"known {number}" if len(sources) > 1 else "known"
        frame = _as_pandas(source, argument)
        own = _column_faults(frame, argument)
        levels = [name for name in frame.columns if name not in (COUNT, *ADDED)]
        own += [f"{argument}: {name!r} is no column of frame" for name in levels if name not in dimensions]
        own += [] if own else _level_faults(frame, levels, argument)
        for name in (COUNT, LOWER, UPPER):
            if name in frame:
                own += _number_faults(frame[name], f"{argument} {name}", may_miss=True)
        faults += own
        if not own:
            hidden = frame["status"] == HIDDEN if "status" in frame else [False] * len(frame)
            for key, low, high, is_hidden in zip(
                _keys(frame, dimensions), *_ends(frame), hidden, strict=True
            ):
                before = public.get(key, (0, int(MANY)))
                public[key] = (max(before[0], low), min(before[1], high))
                if low == high and not is_hidden:
                    printed.add(key)
    return public, printed, faults


def _ends(frame: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Return the least and the greatest that rows allow: their bounds where given, else their count."""
    ends = []
    for name, otherwise in ((LOWER, 0), (UPPER, int(MANY))):
        if LOWER in frame or UPPER in frame:
            values = frame[name] if name in frame else [None] * len(frame)
        else:
            values = frame[COUNT]
        ends.append([otherwise if (n := _number(v)) is None else n for v in values])
    return ends[0], ends[1]
