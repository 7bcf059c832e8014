"""The rows that estimates have under a grouping, and the counts behind them: all measures at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from brightspots.measures.composite import UNDECIDED
from brightspots.measures.measure import OTHER_BAND
from brightspots.tallies.tally import Answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.findings.weighted import Weights
    from brightspots.measures.measure import Measure
    from brightspots.tallies.tally import Counts, CountTable, Grouping, Key, Tally

Places = np.ndarray[Any, np.dtype[np.intp]]
Bands = tuple[str, ...]

KINDS = ("not_answered", "not_asked", "dont_know", "prefer_not", "invalid", UNDECIDED)
NUMBERS = ("n", "count", "responses", *KINDS, "unexplained")


class Head(NamedTuple):
    """Whom a row is about: children of an area and wave, of some age bands, at some levels of traits."""

    area: str
    wave: str
    bands: Bands
    levels: tuple[str, ...]
    pooled: bool


@dataclass(frozen=True)
class Rows:
    """The rows under one grouping: of each line those of each age band, then those that pool them.

    Attributes
    ----------
    grouping : Grouping
    heads : list of Head
    head, line : array
        Which head and which line each row has.
    numbers : array
        A row for each of NUMBERS, a column for each row.
    parts : tuple of array, or None
        What weights need, of all who answered and of those who count: a row for each part.
    """

    grouping: Grouping
    heads: list[Head]
    head: Places
    line: Places
    numbers: Counts
    parts: tuple[Counts, Counts] | None


class Lines:
    """Every category of some measures, each a line, and the answers that are added up for them.

    Attributes
    ----------
    lines : list of (Measure, category)
    """

    def __init__(self, source: Tally, measures: Sequence[Measure]) -> None:
        bands = tuple(source.questionnaire.band)
        self.lines = [(measure, category) for measure in measures for category in measure.categories]
        self._source, self._measures = source, measures
        self._measure = np.array([i for i, m in enumerate(measures) for _ in m.categories], dtype=np.intp)
        self._asked = np.array([[b in m.asked for b in bands] for m in measures], dtype=bool)
        self._valid = Answers(source, [(m.id, m.valid) for m in measures])
        kinds = [(m.id, [kind] if kind in m.answers else []) for m in measures for kind in KINDS]
        self._kinds = Answers(source, kinds)
        sets: dict[tuple[str, tuple[str, ...]], int] = {("", ()): 0}
        inside = [
            [
                sets.setdefault((m.id, m.counted(category, b) if b in m.asked else ()), len(sets))
                for b in bands
            ]
            for m, category in self.lines
        ]
        self._inside = np.array(inside, dtype=np.intp)
        self._counted = Answers(source, list(sets))
        scales = [(i, m, category) for i, (m, category) in enumerate(self.lines) if m.kind == "scale"]
        self._scales = [i for i, _, _ in scales]
        self._elsewhere = Answers(source, [(m.id, [f"reported: {OTHER_BAND}"]) for _, m, _ in scales])
        self._stated = Answers(source, [(m.id, [f"reported: {category}"]) for _, m, category in scales])
        self._same: dict[tuple[int, Bands], bool] = {}

    def rows(self, grouping: Grouping, weighing: Weights | None) -> Rows:
        """Return the rows under a grouping."""
        source, table = self._source, _in_order(self._source, grouping)
        sheet = None if weighing is None else weighing.sheet(source, table, grouping)
        heads = _Heads(table.keys)
        if not self.lines or not table.keys:
            none = np.zeros(0, dtype=np.intp)
            return Rows(grouping, [], none, none, np.zeros((len(NUMBERS), 0), dtype=np.int64), None)
        places = {band: i for i, band in enumerate(source.questionnaire.band)}
        band = np.array([places[key[2]] for key in table.keys], dtype=np.intp)
        n = self._valid.of(table.counts)
        kinds = self._kinds.of(table.counts).reshape(*n.shape, len(KINDS))
        known = n + kinds.sum(axis=2)
        answered = (known > kinds[:, :, KINDS.index("not_asked")]) & self._asked.T[band]
        keep = heads.any_of_band(answered)[:, self._measure] & ~self._unstated(table)
        shapes = [self._shape(heads, kept, i) for kept, i in zip(keep.T, self._measure.tolist(), strict=True)]
        members = np.concatenate([shape.members for shape in shapes])
        sizes = np.concatenate([shape.sizes for shape in shapes])
        line = np.repeat(np.arange(len(shapes)), [shape.members.size for shape in shapes])
        measure, inside = self._measure[line], self._inside[line, band[members]]
        responses = source.responses(table)[members]
        numbers = np.array(
            [
                n[members, measure],
                self._counted.of(table.counts)[members, inside],
                responses,
                *kinds[members, measure].T,
                known[members, measure] != responses,
            ]
        )
        parts = None
        if sheet is not None:
            base, counted = sheet.parts(self._valid), sheet.parts(self._counted)
            parts = (_added(base[:, members, measure], sizes), _added(counted[:, members, inside], sizes))
        return Rows(
            grouping,
            heads.listed,
            np.concatenate([shape.heads for shape in shapes]),
            np.repeat(np.arange(len(shapes)), [shape.heads.size for shape in shapes]),
            _added(numbers, sizes),
            parts,
        )

    def _unstated(self, table: CountTable) -> Any:
        """Which bands of scales a published report left unsaid: their children stand under another."""
        unstated = np.zeros((len(table.keys), len(self.lines)), dtype=bool)
        stated = self._stated.of(table.counts) > 0
        unstated[:, self._scales] = (self._elsewhere.of(table.counts) > 0) & ~stated
        return unstated

    def _shape(self, heads: _Heads, kept: Any, measure: int) -> _Shape:
        """Return the rows of a line: age bands are pooled in an area and wave that asked them the same."""
        present = heads.present(kept)
        pooled = {}
        for place, held in present.items():
            bands = tuple(band for band in self._measures[measure].asked if band in held)
            if len(bands) > 1 and self._same_in(measure, bands):
                pooled[place] = bands
        return heads.shape(kept, pooled)

    def _same_in(self, measure: int, bands: Bands) -> bool:
        if (measure, bands) not in self._same:
            self._same[(measure, bands)] = self._measures[measure].same_in(bands)
        return self._same[(measure, bands)]


class _Shape(NamedTuple):
    """The head of each row of a line, how many keys each row adds up, and which."""

    heads: Places
    sizes: Places
    members: Places


class _Heads:
    """The heads under one grouping: first of each key, then those that pool age bands, as they are needed."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self.listed = [Head(area, wave, (band,), tuple(levels), False) for area, wave, band, *levels in keys]
        self._places = {head: i for i, head in enumerate(self.listed)}
        self._size = len(keys)
        self._present: dict[bytes, dict[tuple[str, str], set[str]]] = {}
        self._shapes: dict[tuple[bytes, tuple[Any, ...]], _Shape] = {}

    def any_of_band(self, said: Any) -> Any:
        """Whether it is said of any key of the same area, wave and age band; these stand together."""
        groups = [head[:3] for head in self.listed]
        first = [i for i, group in enumerate(groups) if i == 0 or group != groups[i - 1]]
        sizes = np.diff([*first, len(groups)])
        return np.repeat(np.logical_or.reduceat(said, first, axis=0), sizes, axis=0)

    def present(self, kept: Any) -> dict[tuple[str, str], set[str]]:
        """Return the age bands of each area and wave among the keys kept."""
        pattern = kept.tobytes()
        if pattern not in self._present:
            present: dict[tuple[str, str], set[str]] = {}
            for i in np.flatnonzero(kept).tolist():
                area, wave, bands, *_ = self.listed[i]
                present.setdefault((area, wave), set()).update(bands)
            self._present[pattern] = present
        return self._present[pattern]

    def shape(self, kept: Any, pooled: dict[tuple[str, str], Bands]) -> _Shape:
        """Return a row for each key kept, and one for each group in the areas and waves that are pooled."""
        name = (kept.tobytes(), tuple(pooled.items()))
        if name not in self._shapes:
            rows = np.flatnonzero(kept).tolist()
            groups: dict[Head, list[int]] = {}
            for i in rows:
                area, wave, _, levels, _ = self.listed[i]
                if (area, wave) in pooled:
                    head = Head(area, wave, pooled[(area, wave)], levels, True)
                    groups.setdefault(head, []).append(i)
            self._shapes[name] = _Shape(
                np.array([*rows, *map(self._place, groups)], dtype=np.intp),
                np.array([*[1] * len(rows), *map(len, groups.values())], dtype=np.intp),
                np.array([*rows, *(i for group in groups.values() for i in group)], dtype=np.intp),
            )
        return self._shapes[name]

    def _place(self, head: Head) -> int:
        if head not in self._places:
            self._places[head] = len(self.listed)
            self.listed.append(head)
        return self._places[head]


def _added(numbers: Counts, sizes: Places) -> Counts:
    """Add up so many columns, one after the other, for each row."""
    starts = np.cumsum(sizes) - sizes
    return np.asarray(np.add.reduceat(numbers, starts, axis=1)) if starts.size < numbers.shape[1] else numbers


def _in_order(source: Tally, grouping: Grouping) -> CountTable:
    """Return a table with age bands and levels in the questionnaire's order, "not known" last."""
    questionnaire = source.questionnaire
    orders: list[list[str]] = [list(questionnaire.band)]
    for name in grouping:
        trait = questionnaire.trait[name]
        orders.append([*(level.id for level in trait.levels), trait.not_known])
    places = [{value: place for place, value in enumerate(order)} for order in orders]
    table = source.table(grouping)

    def place(i: int) -> tuple[Any, ...]:
        area, wave, *rest = table.keys[i]
        return (area, wave, *(where[value] for where, value in zip(places, rest, strict=True)))

    return table.rows(sorted(range(len(table.keys)), key=place))
