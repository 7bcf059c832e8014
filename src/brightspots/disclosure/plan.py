"""The plan of a release: which cells are shown, banded or withheld, so that none can be worked out.

First each cell by itself; then the bands of a table, so that a band never says "fewer than five" by who is
missing from it; then everything published of one measure together, as one linear system: wherever a small
number could be worked out from totals, complements or other tables, the cheapest further cell is withheld.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import prod
from typing import TYPE_CHECKING

from brightspots.disclosure.audit import TOLERANCE, Knowledge, Row
from brightspots.disclosure.cells import Cell, Decision, decide, in_band
from brightspots.errors import ReleaseError
from brightspots.findings.estimates import ALL, LOW_BASE
from brightspots.measures.measure import OTHER_BAND, Measure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from brightspots.disclosure.policy import Policy
    from brightspots.tallies.tally import Tally

LEAST_MISSED = ("medium", "high", "very high")
LARGEST_JOINT = 400
SECONDARY = "another small number could be worked out from it"


@dataclass(frozen=True)
class Planned:
    """A decision, and how closely the count could be worked out from all that is published."""

    decision: Decision
    bounds: tuple[float, float] | None = None


def plan(
    tallies: Mapping[tuple[str, str], Tally],
    cells: Sequence[Cell],
    policy: Policy,
    earlier: Mapping[Cell, Decision],
    prized: Collection[Cell] = (),
) -> dict[Cell, Planned]:
    """Plan a release.

    Parameters
    ----------
    tallies : mapping of (area, wave) to Tally
        The counts of each area and wave.
    cells : sequence of Cell
        Everything that the release would like to show.
    policy : Policy
        Its thresholds.
    earlier : mapping of Cell to Decision
        What earlier editions over the same children showed or banded: it stays known for ever.
    prized : collection of Cell
        Cells to give up last: those of flagged cohorts.

    Returns
    -------
    dict of Cell to Planned

    Raises
    ------
    ReleaseError
        If what earlier editions showed already gives a small number away.
    """
    systems = {}
    by_measure: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    too_large = []
    for cell in dict.fromkeys(cells):
        if len(cell.group) > 1 and _joint_size(tallies[(cell.area, cell.wave)], cells) > LARGEST_JOINT:
            too_large.append(cell)
        else:
            by_measure[(cell.area, cell.wave, cell.measure)].append(cell)
    decisions: dict[Cell, Decision] = {}
    for (area, wave, name), own in sorted(by_measure.items()):
        tally = tallies[(area, wave)]
        system = System(tally, tally.measures[name], own, policy, prized)
        systems[(area, wave, name)] = system
        for cell in own:
            n, count = system.true(cell)
            decisions[cell] = decide(n, count, system.measure, cell.category, policy)
    measures = {place: system.measure for place, system in systems.items()}
    decisions = _with_even_bands(decisions, measures, policy)
    planned: dict[Cell, Planned] = {}
    for place, system in systems.items():
        own_decisions = {cell: decisions[cell] for cell in by_measure[place]}
        known = {cell: d for cell, d in earlier.items() if (cell.area, cell.wave, cell.measure) == place}
        planned |= system.protect(own_decisions, known)
    held = Decision("withheld", 0, 0, why="a crossed table too large to be audited")
    return planned | {cell: Planned(held) for cell in too_large}


def _joint_size(tally: Tally, cells: Iterable[Cell]) -> int:
    """Return how many groups the joint table of all crossed traits has."""
    crossed = {trait for cell in cells if len(cell.group) > 1 for trait, _ in cell.group}
    return prod(len(tally.questionnaire.trait[trait].levels) + 1 for trait in crossed)


def _with_even_bands(
    decisions: dict[Cell, Decision], measures: Mapping[tuple[str, str, str], Measure], policy: Policy
) -> dict[Cell, Decision]:
    """Print every cell of a table that lies in a band used there as that band, small side or not."""

    def table(cell: Cell) -> tuple[str, ...]:
        return (cell.area, cell.wave, cell.age_band, *(trait for trait, _ in cell.group))

    used = {(table(c), d.above, d.below) for c, d in decisions.items() if d.status == "banded"}
    even = dict(decisions)
    for cell, decision in decisions.items():
        if decision.status == "shown":
            measure = measures[(cell.area, cell.wave, cell.measure)]
            why = "a band of this table holds it too"
            banded = in_band(decision.n, decision.count, measure, cell.category, policy, why)
            if banded and (table(cell), banded.above, banded.below) in used:
                even[cell] = banded
    return even


def _withheld(cell: Cell, current: Mapping[Cell, Decision], *, both: bool = True) -> dict[Cell, Decision]:
    """Return a cell, and the one of all others that would give it away, withheld."""
    return {
        one: replace(current[one], status="withheld", above=None, below=None, why=SECONDARY)
        for one in (_pair(cell) if both else (cell,))
        if one in current and current[one].status in ("shown", "banded")
    }


def _pair(cell: Cell) -> tuple[Cell, Cell]:
    return cell._replace(rest=False), cell._replace(rest=True)


class System:
    """Everything published of one measure in one area and wave, as linear constraints on unseen counts.

    The unseen counts are those of every age band, level of every trait in use, and category. One-way tables
    that share their totals are described exactly; crossed tables are tied to one joint table of all their traits,
    so that no two of them can be played off against each other.
    """

    def __init__(
        self,
        tally: Tally,
        measure: Measure,
        cells: Sequence[Cell],
        policy: Policy,
        prized: Collection[Cell] = (),
    ) -> None:
        self.measure = measure
        self.policy = policy
        self.prized = prized
        self.area, self.wave = cells[0].area, cells[0].wave
        self.tally = tally.only(area=self.area, wave=self.wave)
        present = {key[2] for key in self.tally.table(()).keys}
        self.bands = tuple(band for band in measure.asked if band in present)
        groupings = {tuple(trait for trait, _ in cell.group) for cell in cells}
        self.groupings = sorted(groupings | {()}, key=lambda g: (len(g), g))
        self.outside = self._outside()
        self.parts = (*measure.categories, *self.outside)
        self.place: dict[tuple[tuple[str, ...], str, tuple[str, ...], str], int] = {}
        self.value: list[int] = []
        crossed = {trait for grouping in self.groupings if len(grouping) > 1 for trait in grouping}
        joint = tuple(trait for trait in self.tally.questionnaire.trait if trait in crossed)
        known = any(set(joint) <= set(held) for held in self.tally.groupings)
        self.blocks = (
            self.groupings if any(set(g) == set(joint) for g in self.groupings) else [*self.groupings, joint]
        )
        for grouping in self.blocks:
            self._add(grouping, known=known or grouping != joint)

    def _outside(self) -> tuple[str, ...]:
        """Return the part outside every category, if there can be one: the bands of a scale leave none.

        Only a report that leaves a band of a scale unsaid makes one.
        """
        if self.measure.kind != "scale":
            return ("",)
        table = self.tally.table(())
        unsaid = self.tally.answers(table, self.measure.id, [f"reported: {OTHER_BAND}"]).any()
        return ("",) if unsaid else ()

    def _levels(self, grouping: tuple[str, ...]) -> list[tuple[str, ...]]:
        traits = [self.tally.questionnaire.trait[trait] for trait in grouping]
        return list(product(*([*(level.id for level in t.levels), t.not_known] for t in traits)))

    def _add(self, grouping: tuple[str, ...], *, known: bool) -> None:
        """Add the unseen counts of one grouping with their true values (0 for a joint table that is not held)."""
        if not known:
            for place in product([grouping], self.bands, self._levels(grouping), self.parts):
                self.place[place] = len(self.value)
                self.value.append(0)
            return
        table = self.tally.table(grouping)
        row = {(key[2], key[3:]): i for i, key in enumerate(table.keys)}
        n = self.tally.answers(table, self.measure.id, self.measure.valid)
        for band in self.bands:
            counts = {
                category: self.tally.answers(table, self.measure.id, self.measure.counted(category, band))
                for category in self.measure.categories
            }
            for levels in self._levels(grouping):
                i = row.get((band, levels))
                values = [0 if i is None else int(counts[c][i]) for c in self.measure.categories]
                values += [0 if i is None else int(n[i]) - sum(values)] * len(self.outside)
                for part, value in zip(self.parts, values, strict=True):
                    self.place[(grouping, band, levels, part)] = len(self.value)
                    self.value.append(value)

    def _row(self, cell: Cell, parts: Iterable[str]) -> Row:
        """Return the sum of unseen counts that a cell's number is."""
        parts = tuple(parts)
        grouping, levels = tuple(t for t, _ in cell.group), tuple(level for _, level in cell.group)
        bands = self.bands if cell.age_band == ALL else (cell.age_band,)
        if cell.rest and not grouping:
            return {
                self.place[((), b, (), part)]: 1.0 for b in self.bands if b not in bands for part in parts
            }
        row: Row = {}
        for band in bands:
            for part in parts:
                row[self.place[(grouping, band, levels, part)]] = 1.0
                if cell.rest:
                    row[self.place[(grouping, band, levels, part)]] = -1.0
                    row[self.place[((), band, (), part)]] = 1.0
        return row

    def count_row(self, cell: Cell) -> Row:
        """Return the sum that the cell's count is."""
        return self._row(cell, [cell.category])

    def base_row(self, cell: Cell) -> Row:
        """Return the sum that the cell's base is."""
        return self._row(cell, self.parts)

    def other_row(self, cell: Cell) -> Row:
        """Return the sum of those in the base and outside the category."""
        return self._row(cell, [part for part in self.parts if part != cell.category])

    def true(self, cell: Cell) -> tuple[int, int]:
        """Return the true base and count of a cell."""
        return self._true(self.base_row(cell)), self._true(self.count_row(cell))

    def _true(self, row: Row) -> int:
        return round(sum(self.value[place] * sign for place, sign in row.items()))

    def _structure(self) -> list[tuple[Row, float]]:
        """Return how tables add up: levels to the total, crossed tables to their margins."""
        rows: list[tuple[Row, float]] = []
        for coarse, fine in combinations(self.blocks, 2):
            if not set(coarse) <= set(fine) or coarse == fine:
                continue
            for band, part in product(self.bands, self.parts):
                for levels in self._levels(coarse):
                    wanted = dict(zip(coarse, levels, strict=True))
                    row: Row = {self.place[(coarse, band, levels, part)]: -1.0}
                    for finer in self._levels(fine):
                        if all(dict(zip(fine, finer, strict=True))[t] == v for t, v in wanted.items()):
                            row[self.place[(fine, band, finer, part)]] = 1.0
                    rows.append((row, 0.0))
        return rows

    def knowledge(self, decisions: Mapping[Cell, Decision], known: Mapping[Cell, Decision]) -> Knowledge:
        """Return all that can be known from what is published."""
        knowledge = Knowledge(len(self.value), equal=self._structure())
        for cell, decision in (*decisions.items(), *known.items()):
            if decision.status == "shown":
                knowledge.equal.append((self.base_row(cell), decision.n))
                knowledge.equal.append((self.count_row(cell), decision.count))
            elif decision.status == "banded":
                knowledge.equal.append((self.base_row(cell), decision.n))
                knowledge.between.append((self.count_row(cell), decision.least, decision.greatest))
            elif decision.status == "no base":
                knowledge.equal.append((self.base_row(cell), 0.0))
        return knowledge

    def _sensitive(self, decisions: Mapping[Cell, Decision]) -> list[Cell]:
        """Return every cell whose count must stay uncertain, shown in the release or not."""
        targets = [cell for cell, d in decisions.items() if d.status in ("banded", "withheld")]
        bands = (*self.bands, ALL) if len(self.bands) > 1 else self.bands
        for grouping, band, category in product(self.groupings, bands, self.measure.categories):
            for levels in self._levels(grouping):
                group = tuple(zip(grouping, levels, strict=True))
                cell = Cell(self.area, self.wave, self.measure.id, category, band, group)
                both = (cell, cell._replace(rest=True))
                targets += [one for one in both if one not in decisions and self._is_small(one)]
        return targets

    def _is_small(self, cell: Cell) -> bool:
        decision = decide(*self.true(cell), self.measure, cell.category, self.policy)
        return decision.status in ("banded", "withheld")

    def _is_safe(self, cell: Cell, decision: Decision | None, knowledge: Knowledge) -> bool:
        width = self.policy.least_width
        targets = [self.count_row(cell)]
        if decision is None or decision.status == "withheld":
            targets.append(self.other_row(cell))
            if self.true(cell)[0] < self.policy.minimum_base:
                targets.append(self.base_row(cell))
        for target in targets:
            limits = knowledge.bounds(target, width)
            if limits is None or limits[1] - limits[0] < width - TOLERANCE:
                return False
        return True

    def protect(
        self, decisions: Mapping[Cell, Decision], known: Mapping[Cell, Decision]
    ) -> dict[Cell, Planned]:
        """Withhold what more must be withheld, and return every decision with its bounds.

        Raises
        ------
        ReleaseError
            If what earlier editions showed gives a small number away whatever is withheld now.
        """
        current = dict(decisions)
        known = {cell: d for cell, d in known.items() if self._describes(cell)}
        targets = self._sensitive(current)
        if not targets:
            return {cell: Planned(decision) for cell, decision in current.items()}
        for cell, decision in decisions.items():
            if decision.status in ("banded", "withheld"):
                current |= _withheld(cell._replace(rest=not cell.rest), current, both=False)
        further: list[Cell] = []
        knowledge = self.knowledge(current, known)
        for target in targets:
            while not self._is_safe(target, current.get(target), knowledge):
                victim = self._cheapest_help(target, current, known)
                current |= _withheld(victim, current)
                further.append(victim)
                knowledge = self.knowledge(current, known)
        for victim in sorted(further, key=self._worth, reverse=True):
            without = current | {cell: decisions[cell] for cell in _pair(victim) if cell in decisions}
            knowledge = self.knowledge(without, known)
            if all(self._is_safe(t, without.get(t), knowledge) for t in targets):
                current = without
        knowledge = self.knowledge(current, known)
        return {
            cell: Planned(
                d,
                knowledge.bounds(self.count_row(cell), self.policy.least_width)
                if d.status in ("banded", "withheld")
                else None,
            )
            for cell, d in current.items()
        }

    def _describes(self, cell: Cell) -> bool:
        grouping = tuple(trait for trait, _ in cell.group)
        return grouping in self.groupings and (cell.age_band == ALL or cell.age_band in self.bands)

    def _cheapest_help(
        self, target: Cell, current: Mapping[Cell, Decision], known: Mapping[Cell, Decision]
    ) -> Cell:
        """Return the cheapest cell whose withholding makes the target safe, else the cheapest of all."""
        shown = sorted((c for c, d in current.items() if d.status in ("shown", "banded")), key=self._worth)
        if not shown:
            raise ReleaseError(
                f"What earlier editions showed of {self.measure.id} gives a small number away, "
                "whatever is withheld now. Withdraw the earlier edition, or leave this measure out."
            )
        for cell in shown:
            knowledge = self.knowledge({**current, **_withheld(cell, current)}, known)
            if self._is_safe(target, current.get(target), knowledge):
                return cell
        return shown[0]

    def _worth(self, cell: Cell) -> tuple[object, ...]:
        """Return how much would be missed: groups first, then small bands, pooled bands, and large bands last."""
        n, count = self.true(cell)
        pooled = cell.age_band == ALL
        rank = int(pooled) if cell.group else 3 if pooled else 2 if n < LOW_BASE else 4
        category = LEAST_MISSED.index(cell.category) if cell.category in LEAST_MISSED else len(LEAST_MISSED)
        return cell in self.prized, rank, category, n, count, cell
