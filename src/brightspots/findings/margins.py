"""Known population margins: how many children there are at each level of a trait, and small cells merged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.errors import ArgumentError
from brightspots.statistics.calibration import MINIMUM_CELL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.tallies.tally import Grouping, Key

Levels = tuple[str, ...]

AGE_BAND = "age_band"
KEY_PARTS = ("area", "wave", AGE_BAND)


class Cell(NamedTuple):
    """One cell of a margin: the levels that were merged into it, and how many people there are."""

    levels: tuple[Levels, ...]
    population: float

    @property
    def name(self) -> str:
        """The levels as people read them."""
        return " or ".join(" x ".join(level) for level in self.levels)


@dataclass(frozen=True)
class Margin:
    """How many people there are at each level of a trait, of an age band, or of several crossed.

    Attributes
    ----------
    traits : tuple of str
        Ids; ``age_band`` among them where the form answered matters.
    cells : tuple of Cell
    """

    traits: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The traits as people read them."""
        return " x ".join(self.traits)

    def levels(self, key: Key, grouping: Grouping) -> Levels:
        """Return the levels of a key of a table."""
        return tuple(key[(*KEY_PARTS, *grouping).index(trait)] for trait in self.traits)

    def places(self, keys: Iterable[Key], grouping: Grouping) -> list[int]:
        """Return the cell of each key; the one after the last for those of whom a trait is not known."""
        known = {level: i for i, cell in enumerate(self.cells) for level in cell.levels}
        return [known.get(self.levels(key, grouping), len(self.cells)) for key in keys]


def read_margins(margins: Any, questionnaire: Questionnaire) -> list[Margin]:
    """Read margins as `make_weighting` takes them.

    Raises
    ------
    ArgumentError
        With every fault.
    """
    if not isinstance(margins, Mapping) or not margins:
        raise ArgumentError("margins is no mapping of traits to how many there are at each level.")
    faults: list[str] = []
    read = []
    for name, numbers in margins.items():
        traits = _as_tuple(name)
        known = [_levels(trait, questionnaire) for trait in traits]
        if None in known or len(set(traits)) < len(traits) or not isinstance(numbers, Mapping) or not numbers:
            faults.append(f"{name!r} is no trait or age_band with numbers of children")
            continue
        cells = []
        for level, number in numbers.items():
            levels = _as_tuple(level)
            if len(levels) != len(traits) or any(
                one not in (allowed or ()) for one, allowed in zip(levels, known, strict=True)
            ):
                faults.append(f"{name!r} has no level {level!r}")
            elif not _is_number(number):
                faults.append(f"{name!r} {level!r} is {number!r}, which is no number of children")
            else:
                cells.append(Cell((levels,), float(number)))
        read.append(Margin(traits, tuple(cells)))
    _refuse(faults)
    return read


def _as_tuple(name: Any) -> Levels:
    return name if isinstance(name, tuple) else (name,)


def _levels(trait: Any, questionnaire: Questionnaire) -> set[str] | None:
    if trait == AGE_BAND:
        return set(questionnaire.band)
    known = questionnaire.trait.get(trait)
    return None if known is None else {level.id for level in known.levels}


def _is_number(number: Any) -> bool:
    return (
        isinstance(number, int | float)
        and not isinstance(number, bool)
        and math.isfinite(number)
        and number >= 0
    )


def _refuse(faults: list[str]) -> None:
    if faults:
        raise ArgumentError(f"margins cannot be used: {'; '.join(faults)}.")


def merge_small(
    margins: Sequence[Margin],
    answered: Mapping[Key, int],
    grouping: Grouping,
    questionnaire: Questionnaire,
    merge: Mapping[Any, Sequence[Any]],
) -> tuple[Margin, ...]:
    """Merge small cells in the order that was stated.

    Parameters
    ----------
    margins : sequence of Margin
        As read.
    answered : mapping of key to int
        How many answered, by area, wave, age band and the levels of `grouping`.
    grouping : tuple of str
    questionnaire : Questionnaire
    merge : mapping
        For a margin, its levels in the order in which neighbours may be merged.

    Returns
    -------
    tuple of Margin
        Without cells of nobody.

    Raises
    ------
    ArgumentError
        With every cell that has answers and no children, more answers than children, or too few answers.
    """
    orders = {_as_tuple(name): [_as_tuple(level) for level in order] for name, order in merge.items()}
    faults = [
        f"merge names {' x '.join(map(str, name))}, which is none of them"
        for name in orders
        if name not in [margin.traits for margin in margins]
    ]
    merged = []
    for margin in margins:
        order = orders.get(margin.traits, [])
        given = [cell.levels[0] for cell in margin.cells]
        if len(set(order)) < len(order) or not set(order) <= set(given):
            faults.append(f"merge gives {margin.name} levels that the margin does not, or one twice")
            continue
        present = _present(margin, answered, grouping, questionnaire)
        faults += [
            f"{margin.name} gives no children for {' x '.join(levels)}, and {n} answered"
            for levels, n in present.items()
            if n and not any(cell.population for cell in margin.cells if levels in cell.levels)
        ]
        one = Margin(margin.traits, tuple(_joined(margin.cells, order, present)))
        for cell in one.cells:
            n = sum(present.get(levels, 0) for levels in cell.levels)
            if n > cell.population > 0:
                faults.append(f"{one.name} {cell.name}: {n} answered of {cell.population:g} children")
            elif n < MINIMUM_CELL and cell.population:
                faults.append(
                    f"{one.name} {cell.name}: {n} answered, and {MINIMUM_CELL} are needed; say in `merge` "
                    "which neighbour to merge it with"
                )
        merged.append(one)
    _refuse(faults)
    return tuple(
        Margin(margin.traits, tuple(cell for cell in margin.cells if cell.population)) for margin in merged
    )


def _present(
    margin: Margin, answered: Mapping[Key, int], grouping: Grouping, questionnaire: Questionnaire
) -> dict[Levels, int]:
    """Count the answers at each level of a margin that is known of them."""
    known = [_levels(trait, questionnaire) or set() for trait in margin.traits]
    present: dict[Levels, int] = {}
    for key, n in answered.items():
        levels = margin.levels(key, grouping)
        if all(level in allowed for level, allowed in zip(levels, known, strict=True)):
            present[levels] = present.get(levels, 0) + n
    return present


def _joined(cells: Iterable[Cell], order: list[Levels], present: Mapping[Levels, int]) -> list[Cell]:
    """Join neighbours in the order stated until 10 answered in each; the others stay as they are."""
    held = {cell.levels[0]: cell for cell in cells}
    joined: list[Cell] = []
    for levels in order:
        cell = held.pop(levels)
        if joined and _count(joined[-1], present) < MINIMUM_CELL:
            joined[-1] = _with(joined[-1], cell)
        else:
            joined.append(cell)
    if len(joined) > 1 and _count(joined[-1], present) < MINIMUM_CELL:
        last = joined.pop()
        joined[-1] = _with(joined[-1], last)
    return [*joined, *held.values()]


def _with(one: Cell, other: Cell) -> Cell:
    return Cell((*one.levels, *other.levels), one.population + other.population)


def _count(cell: Cell, present: Mapping[Levels, int]) -> int:
    return sum(present.get(levels, 0) for levels in cell.levels)
