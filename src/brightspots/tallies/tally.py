"""Whole-number counts that add and subtract exactly, in any order.

A `Tally` is all that the findings need: how many children of an area, wave, age band and group gave each
answer to each measure, the missing kinds included. It names no child. It is not for release: small counts are
still in it.

Where the answers have weights, the sums of the weights and of their squares stand beside every count, as
whole numbers of 0.0001 and 0.00000001, so that they too add up exactly.
"""

from __future__ import annotations

import hashlib
import html
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, OutputError, TallyError
from brightspots.measures.measure import Measure, measures_of
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.survey import check_eligible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = tuple[str, ...]
Grouping = tuple[str, ...]
Counts = np.ndarray[Any, np.dtype[np.int64]]

RESPONSES = "responses"
FORMAT, POOLED_FORMAT = 1, 2
"""A version that does not know pooled waves would take them for one, so it must not read them."""

WEIGHT_UNITS = 10_000
"""Weights are kept as whole numbers of 0.0001."""

WEIGHT_PARTS = ("weights", "squares")

OVERLAP = 0.5
"""Correlation of the answers of one child in two waves that pooled waves allow for."""


@dataclass(frozen=True, eq=False)
class CountTable:
    """Counts under one grouping.

    Attributes
    ----------
    keys : tuple of (area, wave, age band, level of each trait), sorted
    counts : array of int64, shape (keys, columns)
        The columns are those of `Tally.columns`.
    weights : array of int64, shape (2, keys, columns), or None
        Sums of the weights and of their squares; None where the answers have none.
    """

    keys: tuple[Key, ...]
    counts: Counts
    weights: Counts | None = None

    def same_as(self, other: CountTable) -> bool:
        """Whether both hold the same counts and weights under the same keys."""
        alike = self.keys == other.keys and np.array_equal(self.counts, other.counts)
        if self.weights is None or other.weights is None:
            return alike and self.weights is other.weights
        return alike and np.array_equal(self.weights, other.weights)

    def rows(self, places: Sequence[int]) -> CountTable:
        """Return some rows, in the order given."""
        weights = None if self.weights is None else self.weights[:, places]
        return CountTable(tuple(self.keys[i] for i in places), self.counts[places], weights)

    @classmethod
    def of(cls, keys: Iterable[Key], counts: Counts, weights: Counts | None = None) -> CountTable:
        """Sum the rows of equal keys, sort them, and leave out those that hold nothing."""
        listed = list(keys)
        order = sorted(range(len(listed)), key=listed.__getitem__)
        ordered = [listed[i] for i in order]
        in_order = order == list(range(len(order)))
        starts = [i for i, key in enumerate(ordered) if i == 0 or key != ordered[i - 1]]

        def summed(numbers: Counts) -> Counts:
            rows = numbers if in_order else numbers[..., np.array(order, dtype=np.intp), :]
            return np.add.reduceat(rows, starts, axis=-2) if len(starts) < len(ordered) else rows

        whole = cls(
            tuple(ordered[i] for i in starts), summed(counts), None if weights is None else summed(weights)
        )
        holds = whole.counts.any(axis=1)
        if whole.weights is not None:
            holds |= whole.weights.any(axis=(0, 2))
        held = np.flatnonzero(holds)
        return whole.rows(held.tolist()) if held.size < len(starts) else whole


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of answers by area, wave, age band and traits. Not for release.

    Made by `tally` from answers or by `read_counts` from a published report.

    Attributes
    ----------
    questionnaire : Questionnaire
        What was asked; its hash must match for two tallies to be added.
    tables : mapping of grouping to CountTable
        One table for each grouping (a tuple of trait ids).
    eligible : mapping of (area, wave, age band) to int
        Children who could have answered, where known.
    respondents : str
        Hash of the answers it was counted from; empty where that is not known.
    pooled_waves : mapping of (area, wave) to int
        Of how many waves a wave was made by `pool_waves`.

    Examples
    --------
    >>> import brightspots as bs
    >>> north, south = (bs.tally(bs.make_survey(seed=seed)) for seed in (1, 2))
    >>> both = north + south
    >>> both - south == north, both == south + north
    (True, True)
    >>> north - north == south.zero()
    True
    """

    questionnaire: Questionnaire
    tables: Mapping[Grouping, CountTable]
    eligible: Mapping[Key, int] = field(default_factory=dict)
    respondents: str = ""
    pooled_waves: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def weighted(self) -> bool:
        """Whether the weights of the answers stand beside the counts."""
        return all(table.weights is not None for table in self.tables.values())

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """What is counted, by id."""
        return measures_of(self.questionnaire)

    @cached_property
    def columns(self) -> dict[tuple[str, str], int]:
        """Position of each (measure, answer) among the columns; first the responses themselves."""
        return count_columns(self.questionnaire)

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The groupings held; each also gives every smaller one."""
        return tuple(self.tables)

    def table(self, grouping: Sequence[str] = ()) -> CountTable:
        """Return the counts under a grouping: held, or summed from a finer one.

        Parameters
        ----------
        grouping : sequence of str
            Trait ids, in the order wanted in the keys; empty for age bands alone.

        Returns
        -------
        CountTable

        Raises
        ------
        TallyError
            If no held grouping contains all of these traits.
        """
        wanted = tuple(grouping)
        if wanted in self.tables:
            return self.tables[wanted]
        finer = [held for held in self.tables if set(wanted) <= set(held)]
        if not finer:
            held = "; ".join(" x ".join(g) or "age bands alone" for g in self.tables)
            raise TallyError(
                f"This tally does not hold {' x '.join(wanted)}; it holds {held}. "
                "Tally again with these traits in `by`."
            )
        source = min(finer, key=lambda held: (len(self.tables[held].keys), held))
        places = [0, 1, 2, *(3 + source.index(trait) for trait in wanted)]
        held_table = self.tables[source]
        keys = (tuple(key[i] for i in places) for key in held_table.keys)
        return CountTable.of(keys, held_table.counts, held_table.weights)

    def answers(self, table: CountTable, measure: str, answers: Iterable[str]) -> Counts:
        """Sum some answers to one measure, for each key of a table."""
        places = [self.columns[(measure, answer)] for answer in answers]
        return np.asarray(table.counts[:, places].sum(axis=1))

    def weights(self, table: CountTable, measure: str, answers: Iterable[str]) -> Counts:
        """Sum the weights and their squares over some answers to one measure: two rows, a column a key.

        Raises
        ------
        TallyError
            If the answers have no weights.
        """
        places = [self.columns[(measure, answer)] for answer in answers]
        return np.asarray(self.all_weights(table)[:, :, places].sum(axis=2))

    def all_weights(self, table: CountTable) -> Counts:
        """Return the sums of the weights and of their squares, for each key of a table and each column.

        Raises
        ------
        TallyError
            If the answers have no weights.
        """
        if table.weights is None:
            raise TallyError(
                "This tally holds no weights: its answers had none, or those of a part had none."
            )
        return table.weights

    def responses(self, table: CountTable) -> Counts:
        """Return how many children answered anything, for each key of a table."""
        return np.asarray(table.counts[:, self.columns[(RESPONSES, "")]])

    def zero(self) -> Tally:
        """Return the tally of nobody: adding it changes nothing."""
        nobody = np.zeros((2, 0, len(self.columns)), dtype=np.int64)
        empty = CountTable((), nobody[0], nobody if self.weighted else None)
        return Tally(self.questionnaire, dict.fromkeys(self.tables, empty))

    def pool_waves(self) -> Tally:
        """Count all waves of each area as one, for councils too small to report on a single wave.

        The wave is then named after those in it: ``2019 and 2021``. Some children may have answered in
        several, which an anonymous survey cannot tell; so the intervals of pooled waves are as wide as if
        every child had answered in each. Comparisons, searches and releases refuse pooled waves.

        Returns
        -------
        Tally
            Eligible numbers add up too, where they are known of every wave that was asked.

        Raises
        ------
        TallyError
            If some of its waves were pooled already, or no area has several.

        Examples
        --------
        >>> import brightspots as bs
        >>> first, second = (bs.tally(bs.make_survey(seed=1, wave=wave)) for wave in ("2019", "2021"))
        >>> pooled = (first + second).pool_waves()
        >>> pooled.pooled_waves
        {('Council 1', '2019 and 2021'): 2}
        """
        if self.pooled_waves:
            raise TallyError("Some of these waves were pooled already; pool all of them at once.")
        held = {key[:2] for table in self.tables.values() for key in table.keys}
        waves = {area: sorted(w for a, w in held if a == area) for area in sorted({a for a, _ in held})}
        names = {area: _listed(own) for area, own in waves.items()}
        pooled = {(area, names[area]): len(own) for area, own in waves.items() if len(own) > 1}
        if not pooled:
            raise TallyError("No area has several waves here: there is nothing to pool.")
        tables = {
            grouping: CountTable.of(
                ((key[0], names[key[0]], *key[2:]) for key in table.keys), table.counts, table.weights
            )
            for grouping, table in self.tables.items()
        }
        answered = {key[:3] for table in self.tables.values() for key in table.keys}
        untold = {(area, band) for area, wave, band in answered if (area, wave, band) not in self.eligible}
        eligible: dict[Key, int] = {}
        for (area, wave, band), number in self.eligible.items():
            if (area, band) not in untold:
                place = (area, names.get(area, wave), band)
                eligible[place] = eligible.get(place, 0) + number
        return Tally(self.questionnaire, tables, eligible, pooled_waves=pooled)

    def pooling_effect(self, key: Key) -> float:
        """Return how many times the variance of the shares of a pooled wave is that of separate children."""
        return 1 + OVERLAP * (self.pooled_waves.get((key[0], key[1]), 1) - 1)

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return self._combined(other, 1)

    def __radd__(self, other: object) -> Tally:
        return self if other == 0 else NotImplemented

    def __sub__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return self._combined(other, -1)

    def _combined(self, other: Tally, sign: int) -> Tally:
        if self.questionnaire.hash != other.questionnaire.hash:
            raise TallyError(
                f"Cannot combine tallies of different questionnaires: {self.questionnaire.id} "
                f"({self.questionnaire.hash}) and {other.questionnaire.id} ({other.questionnaire.hash}). "
                "Tally both with one questionnaire file."
            )
        tables = {}
        for grouping in self._shared(other):
            mine, theirs = self.table(grouping), other.table(grouping)
            weights = None
            if mine.weights is not None and theirs.weights is not None:
                weights = np.concatenate([mine.weights, sign * theirs.weights], axis=1)
            counts = np.vstack([mine.counts, sign * theirs.counts])
            summed = CountTable.of((*mine.keys, *theirs.keys), counts, weights)
            _refuse_negative(summed)
            tables[grouping] = summed
        eligible = dict(self.eligible)
        for key, number in other.eligible.items():
            eligible[key] = eligible.get(key, 0) + sign * number
            if eligible[key] < 0:
                raise TallyError("Cannot take out more eligible children than there are.")
        held = {key[:2] for table in tables.values() for key in table.keys}
        pooled = {k: n for k, n in {**self.pooled_waves, **other.pooled_waves}.items() if k in held}
        return Tally(self.questionnaire, tables, _positive(eligible), pooled_waves=pooled)

    def _shared(self, other: Tally) -> list[Grouping]:
        """Return the groupings that both hold or can sum from finer ones, none of them within another."""
        both = [g for g in (*self.tables, *other.tables) if self._holds(g) and other._holds(g)]
        return _finest(both) or [()]

    def _holds(self, grouping: Grouping) -> bool:
        return any(set(grouping) <= set(held) for held in self.tables)

    def only(self, *, area: str | None = None, wave: str | None = None) -> Tally:
        """Return the part of one area, one wave, or both."""

        def wanted(key: Key) -> bool:
            return area in (None, key[0]) and wave in (None, key[1])

        tables, whole = {}, True
        for grouping, table in self.tables.items():
            keep = [i for i, key in enumerate(table.keys) if wanted(key)]
            whole = whole and len(keep) == len(table.keys)
            tables[grouping] = table.rows(keep)
        eligible = {k: n for k, n in self.eligible.items() if wanted(k)}
        pooled = {k: n for k, n in self.pooled_waves.items() if wanted(k)}
        return Tally(self.questionnaire, tables, eligible, self.respondents if whole else "", pooled)

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same counts, in whatever order their traits stand."""
        if not isinstance(other, Tally):
            return NotImplemented
        mine, theirs = _finest(list(self.tables)), _finest(list(other.tables))
        return (
            self.questionnaire.hash == other.questionnaire.hash
            and {frozenset(g) for g in mine} == {frozenset(g) for g in theirs}
            and _positive(self.eligible) == _positive(other.eligible)
            and self.pooled_waves == other.pooled_waves
            and all(self.table(g).same_as(other.table(g)) for g in mine)
        )

    def __hash__(self) -> int:
        finest = frozenset(frozenset(g) for g in _finest(list(self.tables)))
        return hash((self.questionnaire.hash, finest, frozenset(_positive(self.eligible).items())))

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of all counts."""
        return hashlib.sha256(self._as_json().encode()).hexdigest()[:16]

    def _as_json(self) -> str:
        body = {
            "brightspots": "tally",
            "format": POOLED_FORMAT if self.pooled_waves else FORMAT,
            "protected": False,
            "questionnaire": self.questionnaire.id,
            "questionnaire_hash": self.questionnaire.hash,
            "eligible": [[*key, n] for key, n in sorted(self.eligible.items())],
            "tables": [
                {
                    "by": list(grouping),
                    "rows": [
                        {"key": list(key), **{name: _held(part[i]) for name, part in _parts(table).items()}}
                        for i, key in enumerate(table.keys)
                    ],
                }
                for grouping, table in sorted(self.tables.items())
            ],
        }
        if self.weighted:
            body["weighted"] = True
        if self.pooled_waves:
            body["pooled_waves"] = [[*place, n] for place, n in sorted(self.pooled_waves.items())]
        return json.dumps(body, ensure_ascii=True, separators=(",", ":"))

    def save(self, path: str | Path) -> None:
        """Write the tally as JSON, marked as unprotected: it holds small counts and must not be passed on.

        Raises
        ------
        OutputError
            If it cannot be written there.
        """
        try:
            Path(path).write_text(self._as_json() + "\n", encoding="utf-8")
        except OSError:
            raise OutputError(f"{Path(path).name} cannot be written there; check the folder.") from None

    def __repr__(self) -> str:
        table = self.table(())
        areas, waves = {key[0] for key in table.keys}, {key[1] for key in table.keys}
        groups = "; ".join(" x ".join(g) for g in self.tables if g) or "age bands alone"
        return (
            f"<Tally of {int(self.responses(table).sum()):,} children, {len(areas)} area(s), "
            f"{len(waves)} wave(s), by {groups}; not for release>"
        )

    def _repr_html_(self) -> str:
        return f"<p><strong>Not for release.</strong> {html.escape(repr(self)[1:-1])}</p>"


class Answers:
    """Sets of answers, each to one measure, of which many are added up at once.

    Parameters
    ----------
    source : Tally
    sets : sequence of (measure, answers)
        No answers add up to 0.
    """

    def __init__(self, source: Tally, sets: Sequence[tuple[str, Sequence[str]]]) -> None:
        places = [[source.columns[(measure, answer)] for answer in answers] for measure, answers in sets]
        filled = [each or [0] for each in places]
        self._places = np.array([place for each in filled for place in each], dtype=np.intp)
        self._starts = np.cumsum([0, *map(len, filled)], dtype=np.intp)[:-1]
        self._empty = [i for i, each in enumerate(places) if not each]

    def of(self, numbers: Counts) -> Counts:
        """Add up columns of a tally, its last axis: the last axis returned has one place for each set."""
        summed = np.add.reduceat(numbers[..., self._places], self._starts, axis=-1)
        summed[..., self._empty] = 0
        return np.asarray(summed)


def count_columns(questionnaire: Questionnaire) -> dict[tuple[str, str], int]:
    """Return the position of each (measure, answer) in a tally's columns."""
    names = [(RESPONSES, "")]
    names += [(m.id, answer) for m in measures_of(questionnaire).values() for answer in m.answers]
    return {name: i for i, name in enumerate(names)}


def _finest(groupings: Sequence[Grouping]) -> list[Grouping]:
    """Return the groupings that no other one contains, each set of traits once."""
    distinct = list({frozenset(g): g for g in reversed(groupings)}.values())[::-1]
    return [g for g in distinct if not any(set(g) < set(other) for other in distinct)]


def _positive(eligible: Mapping[Key, int]) -> dict[Key, int]:
    return {key: number for key, number in sorted(eligible.items()) if number}


def _parts(table: CountTable) -> dict[str, Counts]:
    """Return what a table holds under the names that a file gives it."""
    weights = {} if table.weights is None else dict(zip(WEIGHT_PARTS, table.weights, strict=True))
    return {"counts": table.counts, **weights}


def _held(row: Counts) -> dict[str, int]:
    return {str(int(i)): int(row[i]) for i in np.flatnonzero(row)}


def _listed(names: Sequence[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), names[-1]])


def _refuse_negative(table: CountTable) -> None:
    counts, weights = table.counts, table.weights
    if (counts < 0).any() or (weights is not None and (np.sign(weights) != (counts > 0)).any()):
        raise TallyError(
            "Cannot take out children who are not in it: a count would fall below zero. "
            "Subtract a tally only from one that was built to include it."
        )


def load_tally(path: str | Path, questionnaire: Questionnaire) -> Tally:
    """Load a tally that `Tally.save` wrote.

    Parameters
    ----------
    path : str or path
        The JSON file.
    questionnaire : Questionnaire
        The questionnaire it was counted with.

    Returns
    -------
    Tally

    Raises
    ------
    TallyError
        If it is no tally, was counted with another questionnaire, or holds counts that cannot be.
    """
    name = Path(path).name
    try:
        body = json.loads(Path(path).read_text(encoding="utf-8"))
        pooled = "pooled_waves" in body
        is_tally = body["brightspots"] == "tally" and body["format"] == (POOLED_FORMAT if pooled else FORMAT)
        held = str(body["questionnaire_hash"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise TallyError(f"{name} cannot be read as a tally; write it again with Tally.save.") from None
    if not is_tally:
        raise TallyError(f"{name} is not a tally that this version can read.")
    if held != questionnaire.hash:
        raise TallyError(
            f"{name} was counted with another questionnaire than {questionnaire.id} ({questionnaire.hash}); "
            "tally it again."
        )
    try:
        return _from_body(body, questionnaire)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
        raise TallyError(f"{name} holds counts that cannot be; write it again with Tally.save.") from None


def _from_body(body: dict[str, Any], questionnaire: Questionnaire) -> Tally:
    """Make the tally; anything that `Tally.save` would not have written raises."""
    width = len(count_columns(questionnaire))
    names = ("counts", *(WEIGHT_PARTS if body.get("weighted") is True else ()))
    tables: dict[Grouping, CountTable] = {}
    for part in body["tables"]:
        grouping = tuple(part["by"])
        allowed = [set(questionnaire.band)]
        for trait in grouping:
            levels = questionnaire.trait[trait]
            allowed.append({*(level.id for level in levels.levels), levels.not_known})
        keys = [tuple(row["key"]) for row in part["rows"]]
        for key in keys:
            if len(key) != 2 + len(allowed) or not all(isinstance(text, str) for text in key):
                raise ValueError
            if any(text not in known for text, known in zip(key[2:], allowed, strict=True)):
                raise ValueError
        if grouping in tables or len(set(keys)) < len(keys):
            raise ValueError
        numbers = np.zeros((len(names), len(keys), width), dtype=np.int64)
        for i, row in enumerate(part["rows"]):
            for held, name in zip(numbers[:, i], names, strict=True):
                for place, number in row[name].items():
                    held[int(place)] = _whole(number)
                    if int(place) < 0:
                        raise ValueError
        if ((numbers[1:] > 0) != (numbers[0] > 0)).any():
            raise ValueError
        tables[grouping] = CountTable.of(keys, numbers[0], numbers[1:] if len(names) > 1 else None)
    plain = [_marginal(table) for table in tables.values()]
    if not plain or not all(table.same_as(plain[0]) for table in plain):
        raise ValueError
    eligible = {tuple(row[:3]): _whole(row[3]) for row in body["eligible"]}
    check_eligible(eligible, questionnaire)
    pooled = {(str(area), str(wave)): _whole(n) for area, wave, n in body.get("pooled_waves", ())}
    if any(n < 2 for n in pooled.values()):
        raise ValueError
    return Tally(questionnaire, tables, eligible, pooled_waves=pooled)


def _marginal(table: CountTable) -> CountTable:
    """Return the counts by area, wave and age band alone."""
    return CountTable.of((key[:3] for key in table.keys), table.counts, table.weights)


def refuse_pooled(source: Tally, name: str, why: str) -> None:
    """Refuse a tally that holds pooled waves.

    Raises
    ------
    ArgumentError
        If some were pooled; `name` is what the message calls the tally, and `why` what cannot be done.
    """
    if source.pooled_waves:
        waves = ", ".join(f"{wave!r}" for _, wave in sorted(source.pooled_waves))
        raise ArgumentError(f"{name} holds waves that were pooled ({waves}): {why}.")


def _whole(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ValueError
    return number
