"""Children counted by their full profile of traits: all that the search for cohorts needs to know of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.frames import UnreadableFrameError, open_frame
from brightspots.measures.measure import COUNTED, Measure
from brightspots.tallies.tally import Counts, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Direction = Literal["low", "high"]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Codes = np.ndarray[Any, np.dtype[Any]]

NOT_KNOWN = "not known"
AT_ONCE = 65_536


@dataclass(frozen=True)
class Profiles:
    """How many children have each profile of traits, sorted, so that the order of the rows cannot matter.

    Attributes
    ----------
    traits : tuple of str
    levels : tuple of tuple of str
        For each trait, the levels that a child has, sorted.
    codes : array of int, shape (traits, profiles)
        Position of each profile's level.
    strata : tuple of str
        The strata, sorted; one without `within`.
    stratum : array of int
        Position of each profile's stratum.
    n, count : array of int
        Children, and those on the side that is searched for.
    passed_over : tuple of str
        For each trait the level that is no cohort: "not known", or nothing where that was asked for as well.
    """

    traits: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: Codes
    strata: tuple[str, ...]
    stratum: Codes
    n: Counts
    count: Counts
    passed_over: tuple[str, ...]

    def members(self, conditions: dict[str, str]) -> Bools:
        """Return which profiles meet all conditions."""
        inside = np.ones(self.n.size, dtype=bool)
        for trait, level in conditions.items():
            place = self.traits.index(trait)
            inside &= self.codes[place] == self.levels[place].index(level)
        return inside

    def size(self, inside: Bools) -> int:
        """Return how many children have one of the profiles."""
        return int(self.n[inside].sum())

    def in_strata(self, numbers: Counts, inside: Bools | slice = slice(None)) -> Counts:
        """Sum numbers of the profiles within each stratum."""
        summed = np.bincount(self.stratum[inside], numbers[inside], minlength=len(self.strata))
        return np.rint(summed).astype(np.int64)

    def searched_levels(self) -> list[tuple[str, str]]:
        """Return every trait with every level that a child has and that can be a cohort."""
        return [
            (trait, level)
            for trait, levels, passed_over in zip(self.traits, self.levels, self.passed_over, strict=True)
            for level in levels
            if level != passed_over
        ]

    def seed(self, *settings: Any) -> int:
        """Return a seed that depends on the data and the settings, and on nothing else."""
        digest = hashlib.sha256()
        for text in self._written(settings):
            digest.update(text.encode())
        return int.from_bytes(digest.digest()[:8], "big")

    def _written(self, settings: tuple[Any, ...]) -> Iterator[str]:
        """Yield ``repr((traits, (strata, levels, n, count), settings))``, as lists of profiles, in pieces."""
        names = [np.array(levels, dtype=object) for levels in self.levels]

        def levels_of(some: slice) -> list[Any]:
            columns = [own[codes[some]] for own, codes in zip(names, self.codes, strict=True)]
            return list(np.column_stack(columns).tolist())

        def strata_of(some: slice) -> list[Any]:
            return [self.strata[place] for place in self.stratum[some].tolist()]

        yield f"({self.traits!r}, (("
        yield from _listed(strata_of(some) for some in self._pieces())
        yield ",), [" if self.n.size == 1 else "), ["
        yield from _listed(levels_of(some) for some in self._pieces())
        for numbers in (self.n, self.count):
            yield "], ["
            yield from _listed(numbers[some].tolist() for some in self._pieces())
        yield f"]), {settings!r})"

    def _pieces(self) -> Iterator[slice]:
        return (slice(start, start + AT_ONCE) for start in range(0, self.n.size, AT_ONCE))


def _listed(pieces: Iterable[list[Any]]) -> Iterator[str]:
    for i, piece in enumerate(pieces):
        yield (", " if i else "") + repr(piece)[1:-1]


def searched_category(measure: Measure, direction: Direction) -> tuple[str, bool]:
    """Return the category that a search counts, and whether it counts those outside it.

    Raises
    ------
    ArgumentError
        If a larger share of the measure is neither good news nor bad.

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> from brightspots.measures.measure import measures_of
    >>> measures = measures_of(load_questionnaire("children-in-care"))
    >>> searched_category(measures["likes_school"], "low")
    ('counted', True)
    >>> searched_category(measures["life_satisfaction"], "high")
    ('very high', False)
    """
    if measure.kind == "scale":
        return ("low" if direction == "low" else "very high"), False
    if measure.kind == "composite":
        return "low", direction == "high"
    if measure.higher_is_better is None:
        raise ArgumentError(f"measure {measure.id} is neither good news nor bad: there is no side to search.")
    return COUNTED, measure.higher_is_better == (direction == "low")


def profiles_of_tally(
    source: Tally,
    traits: tuple[str, ...],
    measure: str,
    direction: Direction,
    within: str | None,
    not_known: bool,
) -> tuple[Profiles, tuple[str, ...]]:
    """Return the profiles of all children with a valid answer, and the age bands they are in.

    Raises
    ------
    ArgumentError
        If a trait or measure is not known, the measure differs between the age bands or has no unfavourable
        side, or the tally holds several waves.
    TallyError
        If it does not hold the full profile of the traits.
    """
    questionnaire = source.questionnaire
    if measure not in source.measures:
        raise ArgumentError(f"measure is {measure!r}, which {questionnaire.id} does not have.")
    for trait in traits:
        if trait not in questionnaire.trait:
            raise ArgumentError(f"traits names {trait!r}, which {questionnaire.id} does not have.")
    asked = source.measures[measure]
    category, turned = searched_category(asked, direction)
    table = source.table(traits)
    if len({key[1] for key in table.keys}) > 1:
        raise ArgumentError("source holds several waves, so some children twice; give one with Tally.only.")
    band_of = np.array([key[2] for key in table.keys], dtype=object)
    n = source.answers(table, measure, asked.valid) * np.isin(band_of, asked.asked)
    bands = tuple(band for band in asked.asked if n[band_of == band].any())
    if bands and not asked.same_in(bands):
        raise ArgumentError(
            f"measure {measure} is not the same in {', '.join(bands)}; give the answers of one age band."
        )
    count = source.answers(table, measure, asked.counted(category, bands[0])) if bands else 0 * n
    count = n - count if turned else count
    held = np.flatnonzero(n)
    columns = {trait: [table.keys[i][3 + place] for i in held] for place, trait in enumerate(traits)}
    stratum = [table.keys[i][2] for i in held] if within else None
    words = tuple("" if not_known else questionnaire.trait[trait].not_known for trait in traits)
    return _profiles(columns, stratum, n[held], count[held], words), bands


def profiles_of_frame(
    frame: Any,
    traits: tuple[str, ...],
    measure: str,
    direction: Direction,
    within: str | None,
    not_known: bool,
) -> Profiles:
    """Return the profiles of the rows of a data frame that have an answer.

    Raises
    ------
    ArgumentError
        If it is no data frame, lacks a column, or its measure is not true or false.
    """
    try:
        opened = open_frame(frame)
    except UnreadableFrameError:
        raise _no_frame(frame) from None
    wanted = [*traits, *([within] if within and within not in traits else [])]
    if measure in wanted:
        raise ArgumentError(f"measure is {measure!r}, which is a trait as well.")
    present = list(opened.headings)
    for name in (*wanted, measure):
        if name not in present:
            raise ArgumentError(f"source has no column {name!r}; it needs the traits and the measure.")
    try:
        table = opened.to_pandas([present.index(name) for name in (*wanted, measure)])
    except UnreadableFrameError:
        raise _no_frame(frame) from None
    table = table[table[measure].notna()]
    if not table[measure].isin([True, False]).all():
        raise ArgumentError(f"the column {measure!r} must hold true or false (or nothing).")
    on_side = (table[measure].astype(bool).to_numpy() == (direction == "low")).astype(np.int64)
    words = ("" if not_known else NOT_KNOWN,) * len(traits)
    stratum = table[within] if within else None
    return _profiles(
        {trait: table[trait] for trait in traits}, stratum, np.ones_like(on_side), on_side, words
    )


def _no_frame(frame: Any) -> ArgumentError:
    return ArgumentError(
        f"source is a {type(frame).__name__}; give a Survey, a Tally or a data frame that Narwhals knows."
    )


def _profiles(
    columns: dict[str, Any], stratum: Any, n: Counts, count: Counts, passed_over: tuple[str, ...]
) -> Profiles:
    """Sum the rows of one stratum and profile, and sort them: their order must not matter."""
    strata, stratum = _coded([""] * n.size if stratum is None else stratum)
    levels, codes = zip(*(_coded(column) for column in columns.values()), strict=True)
    keys = np.stack([stratum, *codes])
    order = np.lexsort(keys[::-1])
    keys = keys[:, order]
    first = np.ones(n.size, dtype=bool)
    first[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    starts = np.flatnonzero(first)
    n, count = (np.add.reduceat(numbers[order], starts) if n.size else numbers for numbers in (n, count))
    return Profiles(tuple(columns), levels, keys[1:, starts], strata, keys[0, starts], n, count, passed_over)


def _coded(column: Any) -> tuple[tuple[str, ...], Codes]:
    """Return the levels of a column, sorted, and the position of each row's level among them."""
    import pandas as pd

    codes, values = pd.factorize(column if isinstance(column, pd.Series) else np.array(column, dtype=object))
    names = [*map(_level, values), *([NOT_KNOWN] if (codes < 0).any() else [])]
    levels = sorted(set(names))
    place = {level: i for i, level in enumerate(levels)}
    places = np.array([place[name] for name in names], dtype=np.min_scalar_type(len(levels)))
    return tuple(levels), places[codes]


def _level(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
