"""Everything that is published of some linked measures in one area and wave, as limits on unseen counts.

The unseen counts are those of every measure, age band, level of every trait in use, and category. One-way
tables that share their totals are described exactly; crossed tables are tied to one joint table of all their
traits, so that no two of them can be played off against each other.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, product
from math import inf, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.disclosure.audit import Knowledge, Limits, Row
from brightspots.disclosure.cells import Cell, Decision, as_read, decide
from brightspots.disclosure.links import Kind, kinds_of_children, links_between
from brightspots.errors import ReleaseError
from brightspots.findings.estimates import ALL
from brightspots.measures.composite import LOW
from brightspots.measures.measure import OTHER_BAND

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from brightspots.disclosure.policy import Policy
    from brightspots.measures.measure import Measure
    from brightspots.tallies.tally import Grouping, Tally

LARGEST_JOINT = 400
ALL_BUT = "all but "
"""What the difference of the pooled figure and that of one age band is a figure of; it is never published."""

Levels = tuple[str, ...]
Part = str | Kind | None
Place = tuple[str, "Grouping", str, Levels, Part]


class Target(NamedTuple):
    """A cell that must stay open, and the sums of counts that it is made of."""

    cell: Cell
    sums: tuple[Row, ...]


class System:
    """The counts of some linked measures, what is known of them, and what must stay open.

    Parameters
    ----------
    tally : Tally
    names : sequence of str
        The measures; see `links.linked`.
    cells : sequence of Cell
        What the release would like to show of them.
    policy : Policy
    known : mapping of Cell to Decision
        What earlier editions over the same answers said.
    """

    def __init__(
        self,
        tally: Tally,
        names: Sequence[str],
        cells: Sequence[Cell],
        policy: Policy,
        known: Mapping[Cell, Decision],
    ) -> None:
        self.policy, self.cells, self.known = policy, tuple(cells), dict(known)
        self._order = {cell: place for place, cell in enumerate(self.cells)}
        self.area, self.wave = cells[0].area, cells[0].wave
        self.tally = tally.only(area=self.area, wave=self.wave)
        self.measures = {name: self.tally.measures[name] for name in names}
        self._responses = self._published_responses()
        self.bands = {
            name: tuple(b for b in measure.asked if b in self._responses)
            for name, measure in self.measures.items()
        }
        self.parts: dict[str, tuple[Part, ...]] = {
            name: (*m.categories, *self._outside(m)) for name, m in self.measures.items()
        }
        self.groupings = self._with_those_of_composites({name: self._groupings(name) for name in names})
        self.blocks = {name: self._described(name) for name in names}
        self.place: dict[Place, int] = {}
        self.value: list[int | None] = []
        for name in names:
            for grouping in self.blocks[name]:
                self._add(name, grouping)
        of_kinds = self._of_kinds()
        self._fixed = [*self._structure(), *self._outer_limits(), *self._empty(), *of_kinds]
        self._made_of_kinds = len(of_kinds)

    def apart(self) -> list[System]:
        """Return a system for each measure by itself, if there are several."""
        names = {cell.measure for cell in self.cells} if len(self.measures) > 1 else set()
        return [
            System(
                self.tally,
                [name],
                [cell for cell in self.cells if cell.measure == name],
                self.policy,
                {cell: decision for cell, decision in self.known.items() if cell.measure == name},
            )
            for name in sorted(names)
        ]

    # ------------------------------------------------------------------------------------- unseen counts

    def _published_responses(self) -> dict[str, int | None]:
        """Return how many answered each form that there is; None where that number is withheld too."""
        table = self.tally.table(())
        counted = zip(table.keys, self.tally.responses(table).tolist(), strict=True)
        return {key[2]: int(n) if n >= self.policy.minimum_base else None for key, n in counted}

    def _outside(self, measure: Measure) -> tuple[None, ...]:
        """Return the part outside every category, if there can be one: the bands of a scale leave none.

        Only a report that leaves a band of a scale unsaid makes one.
        """
        if measure.kind != "scale":
            return (None,)
        return (None,) if self._unsaid(measure).any() else ()

    def _unsaid(self, measure: Measure) -> Any:
        return self.tally.answers(self.tally.table(()), measure.id, [f"reported: {OTHER_BAND}"])

    def _groupings(self, name: str) -> list[Grouping]:
        """Return the groupings in which something is, or was, said of a measure, and their parts."""
        said = {
            tuple(t for t, _ in cell.group) for cell in (*self.cells, *self.known) if cell.measure == name
        }
        parts = {
            part for whole in said for size in range(len(whole) + 1) for part in combinations(whole, size)
        }
        return sorted(parts | {()}, key=lambda grouping: (len(grouping), grouping))

    def _with_those_of_composites(self, own: dict[str, list[Grouping]]) -> dict[str, list[Grouping]]:
        """Describe a composite and all its scales by what two of them are broken down by.

        Two of them by the same trait tell of the others by it, through what kinds of children there can be;
        one alone tells nothing.
        """
        for composite in self.tally.questionnaire.composites:
            names = [name for name in (*composite.scales, composite.id) if name in own]
            listed = [grouping for name in names for grouping in own[name]]
            shared = {grouping for grouping in listed if listed.count(grouping) > 1}
            for name in names:
                own[name] = sorted({*own[name], *shared}, key=lambda grouping: (len(grouping), grouping))
        return own

    def _described(self, name: str) -> list[Grouping]:
        """Return the groupings to be described: those in use, and the joint one of all that are crossed."""
        crossed = {trait for grouping in self.groupings[name] if len(grouping) > 1 for trait in grouping}
        joint = tuple(trait for trait in self.tally.questionnaire.trait if trait in crossed)
        if joint_size(self.tally, joint) > LARGEST_JOINT:
            raise ReleaseError(
                f"Tables of {name} cross too many traits, here and in earlier editions, to be audited "
                "together. Leave a crossed table out."
            )
        described = any(set(grouping) == set(joint) for grouping in self.groupings[name])
        return self.groupings[name] if described else [*self.groupings[name], joint]

    def _levels(self, grouping: Grouping) -> list[Levels]:
        traits = [self.tally.questionnaire.trait[trait] for trait in grouping]
        return list(product(*([*(level.id for level in t.levels), t.not_known] for t in traits)))

    def is_held(self, grouping: Grouping) -> bool:
        """Whether the tally can tell the true counts of a grouping."""
        return any(set(grouping) <= set(held) for held in self.tally.groupings)

    def _add(self, name: str, grouping: Grouping) -> None:
        """Add the unseen counts of one grouping with their true values; None where the tally cannot tell."""
        parts, measure = self.parts[name], self.measures.get(name)
        is_known = measure is not None and self.is_held(grouping)
        values: dict[tuple[str, Levels], list[int | None]] = {}
        if measure is not None and is_known:
            table = self.tally.table(grouping)
            n = self.tally.answers(table, name, measure.valid)
            for band in self.bands[name]:
                counts = [
                    self.tally.answers(table, name, measure.counted(category, band))
                    for category in measure.categories
                ]
                for i, key in enumerate(table.keys):
                    if key[2] == band:
                        own = [int(count[i]) for count in counts]
                        values[(band, key[3:])] = [*own, int(n[i]) - sum(own)]
        nobody = [0 if is_known else None] * (len(parts) + 1)
        for band, levels in product(self.bands[name], self._levels(grouping)):
            for part, value in zip(parts, values.get((band, levels), nobody), strict=False):
                self.place[(name, grouping, band, levels, part)] = len(self.value)
                self.value.append(value)

    # --------------------------------------------------------------------------------- sums of counts

    def _row(self, cell: Cell, parts: Iterable[Part]) -> Row:
        """Return the sum of unseen counts that a cell's number is."""
        name, parts = cell.measure, tuple(parts)
        grouping, levels = tuple(t for t, _ in cell.group), tuple(level for _, level in cell.group)
        bands = self._bands_of(name, cell.age_band)
        if cell.rest and not grouping:
            others = [b for b in self.bands[name] if b not in bands]
            return {self.place[(name, (), b, (), part)]: 1.0 for b in others for part in parts}
        row: Row = {}
        for band, part in product(bands, parts):
            row[self.place[(name, grouping, band, levels, part)]] = -1.0 if cell.rest else 1.0
            if cell.rest:
                row[self.place[(name, (), band, (), part)]] = 1.0
        return row

    def _bands_of(self, name: str, age_band: str) -> tuple[str, ...]:
        if age_band.startswith(ALL_BUT):
            return tuple(band for band in self.bands[name] if band != age_band.removeprefix(ALL_BUT))
        return self.bands[name] if age_band == ALL else (age_band,)

    def count_row(self, cell: Cell) -> Row:
        """Return the sum that the cell's count is."""
        return self._row(cell, [cell.category])

    def base_row(self, cell: Cell) -> Row:
        """Return the sum that the cell's base is."""
        return self._row(cell, self.parts[cell.measure])

    def other_row(self, cell: Cell) -> Row:
        """Return the sum of those in the base and outside the category."""
        return self._row(cell, [part for part in self.parts[cell.measure] if part != cell.category])

    def true(self, cell: Cell) -> tuple[int, int]:
        """Return the true base and count of a cell whose grouping is held."""
        return self._true(self.base_row(cell)), self._true(self.count_row(cell))

    def _true(self, row: Row) -> int:
        return round(sum((self.value[place] or 0) * sign for place, sign in row.items()))

    # -------------------------------------------------------------------------------- what is known

    def knowledge(self, decisions: Mapping[Cell, Decision]) -> Knowledge:
        """Return all that can be known from what is published; see `say` for changes to it."""
        rows = [limits for cell in self.cells for limits in self._said(cell, decisions[cell])]
        for cell, decision in self.known.items():
            rows += self._said(cell, self._as_read(cell, decision))
        true = [Limits({i: 1.0}, v, v) for i, v in enumerate(self.value) if v is not None]
        truth, fixed = Knowledge(len(self.value), [*self._fixed, *true]), self._fixed
        if truth.find_a_world() is False:  # counts typed from a report can contradict each other
            fixed = fixed[: len(fixed) - self._made_of_kinds]
        return Knowledge(len(self.value), [*rows, *fixed], truth.worlds)

    def say(self, knowledge: Knowledge, cell: Cell, decision: Decision) -> None:
        """Change what is known to what another decision on a cell publishes."""
        first = 2 * self._order[cell]
        for place, limits in enumerate(self._said(cell, decision), start=first):
            knowledge.say(place, limits.least, limits.greatest)

    def behind(self, row: int) -> tuple[Cell, bool] | None:
        """Return the cell whose figure stands behind a row of what is known, and whether it is its base."""
        return (self.cells[row // 2], row % 2 == 0) if row < 2 * len(self.cells) else None

    def limits(self, cell: Cell, decision: Decision) -> list[tuple[float, float]]:
        """Return between what a decision says that the base, and the count, of a cell lie."""
        return [(limits.least, limits.greatest) for limits in self._said(cell, decision)]

    def _said(self, cell: Cell, decision: Decision) -> list[Limits]:
        if decision.status == "withheld":
            return [Limits(self.base_row(cell), -inf, inf), Limits(self.count_row(cell), -inf, inf)]
        return [
            Limits(self.base_row(cell), decision.n, decision.n),
            Limits(self.count_row(cell), *decision.told),
        ]

    def _as_read(self, cell: Cell, decision: Decision) -> Decision:
        """Return what an earlier edition said with what its band tells, unless that is not true."""
        if decision.status != "banded":
            return decision
        read = as_read(decision, self.measures[cell.measure], cell.category, self.policy)
        return read if all(map(self._holds, self._said(cell, read))) else decision

    def _structure(self) -> list[Limits]:
        """Return how tables add up: levels to the total, crossed tables to their margins."""
        rows: list[Limits] = []
        for name in self.blocks:
            for coarse, fine in combinations(self.blocks[name], 2):
                if set(coarse) <= set(fine):
                    rows += self._margins(name, coarse, fine)
        return rows

    def _margins(self, name: str, coarse: Grouping, fine: Grouping) -> list[Limits]:
        places = [fine.index(trait) for trait in coarse]
        finer: dict[Levels, list[Levels]] = defaultdict(list)
        for levels in self._levels(fine):
            finer[tuple(levels[i] for i in places)].append(levels)
        return [
            Limits(
                {
                    self.place[(name, coarse, band, levels, part)]: -1.0,
                    **{self.place[(name, fine, band, one, part)]: 1.0 for one in finer[levels]},
                },
                0.0,
                0.0,
            )
            for band, levels, part in product(self.bands[name], self._levels(coarse), self.parts[name])
        ]

    def _outer_limits(self) -> list[Limits]:
        """Return what response counts and other measures say, as far as it is true of these counts.

        Counts typed from a report may contradict each other by their rounding: what is untrue tells nothing.
        """
        rows = []
        for band, n in self._responses.items():
            for name in self.parts if n is not None else ():
                if band in self.bands[name]:
                    row = {self.place[(name, (), band, (), part)]: 1.0 for part in self.parts[name]}
                    rows.append(Limits(row, 0.0, float(n or 0)))
            for link in links_between(self.tally.questionnaire, self.measures, band):
                more, fewer = dict.fromkeys(link.at_least, 1.0), dict.fromkeys(link.that, -1.0)
                for grouping in self._shared({name for name, _ in (*more, *fewer)}):
                    for levels in self._levels(grouping):
                        places = {
                            (name, grouping, band, levels, part): sign
                            for (name, part), sign in (more | fewer).items()
                        }
                        row = {self.place[p]: sign for p, sign in places.items() if p in self.place}
                        rows.append(Limits(row, 0.0, inf))
        return [limits for limits in rows if self._holds(limits)]

    def _of_kinds(self) -> list[Limits]:
        """Add the counts of all kinds of children, and return how composites and scales are made of them."""
        rows = []
        for composite in self.tally.questionnaire.composites:
            names = (*composite.scales, composite.id)
            if not set(names) <= set(self.measures) or any(None in self.parts[s] for s in composite.scales):
                continue
            kinds = kinds_of_children(composite)
            name = f"kinds of children, {composite.id}"
            self.parts[name], self.bands[name] = tuple(kinds), self.bands[composite.id]
            self.blocks[name] = self._shared(names)
            for grouping in self.blocks[name]:
                self._add(name, grouping)
            for band, grouping in product(self.bands[name], self.blocks[name]):
                for levels in self._levels(grouping):
                    row = {k: self.place[(name, grouping, band, levels, k)] for k in kinds}
                    for i, one in enumerate(names):
                        for low in (True, False):
                            made_of = {place: 1.0 for kind, place in row.items() if kind[i] is low}
                            part_of = {
                                self.place[(one, grouping, band, levels, p)]: -1.0
                                for p in self.parts[one]
                                if (p == LOW) is low and band in self.bands[one]
                            }
                            rows.append(Limits(made_of | part_of, 0.0, 0.0))
        return rows

    def _shared(self, names: Collection[str]) -> list[Grouping]:
        """Return the groupings in which all of these measures are described."""
        return sorted(set.intersection(*(set(self.blocks[name]) for name in names)))

    def _holds(self, limits: Limits) -> bool:
        if any(self.value[place] is None for place in limits.row):
            return True
        return limits.least <= self._true(limits.row) <= limits.greatest

    def _total(self, name: str, band: str) -> Cell:
        category = self.measures[name].categories[0]
        return Cell(self.area, self.wave, name, category, band)

    def _empty(self) -> list[Limits]:
        """Return that nobody stands where a table has no line: every other line of it is in the release."""
        rows = []
        for cells in (self.cells, tuple(self.known)):
            lines: dict[tuple[str, Grouping, str], set[Levels]] = defaultdict(set)
            searched = set()
            for cell in cells:
                traits, levels = tuple(t for t, _ in cell.group), tuple(level for _, level in cell.group)
                lines[(cell.measure, traits, cell.age_band)].add(levels)
                searched |= {(cell.measure, traits, cell.age_band)} if cell.rest else set()
            for (name, grouping, band), listed in lines.items():
                missing = [levels for levels in self._levels(grouping) if levels not in listed]
                total = self._total(name, band)
                rest = [total._replace(group=tuple(zip(grouping, one, strict=True))) for one in missing]
                if self.is_held(grouping):
                    is_whole = not any(self.true(cell)[0] for cell in rest)
                else:  # a search lists no level that is not known, and only some crossed groups
                    is_whole = (name, grouping, band) not in searched
                rows += [Limits(self.base_row(cell), 0.0, 0.0) for cell in rest if is_whole]
        return rows

    # ---------------------------------------------------------------------------- what must stay open

    def targets(self, decisions: Mapping[Cell, Decision]) -> list[Target]:
        """Return everything that must stay open: in the release, in earlier ones, or in neither."""
        targets = [
            self._target(cell, d.status, small_base=0 < d.n < self.policy.minimum_base)
            for cell, d in decisions.items()
            if d.status in ("banded", "withheld")
        ]
        for cell, earlier in self.known.items():
            held = self.is_held(tuple(trait for trait, _ in cell.group))
            if cell not in decisions and not held and earlier.status in ("banded", "withheld"):
                targets.append(self._target(cell, earlier.status))
        for cell in self._unpublished():
            if cell not in decisions:
                n, count = self.true(cell)
                decision = decide(n, count, self.measures[cell.measure], cell.category, self.policy)
                if decision.status in ("banded", "withheld"):
                    targets.append(self._target(cell, "withheld", small_base=n < self.policy.minimum_base))
        return targets

    def _target(self, cell: Cell, status: str, *, small_base: bool = False) -> Target:
        sums = [self.count_row(cell)]
        if status == "withheld":
            sums.append(self.other_row(cell))
        if small_base:
            sums.append(self.base_row(cell))
        return Target(cell, tuple(sums))

    def _unpublished(self) -> Iterable[Cell]:
        for name, measure in self.measures.items():
            bands = list(self.bands[name])
            if len(bands) > 2:
                bands += [f"{ALL_BUT}{band}" for band in bands]
            if len(bands) > 1:
                bands.append(ALL)
            unsaid = measure.kind == "scale" and self._unsaid(measure).any()
            for grouping, band, category in product(self.groupings[name], bands, measure.categories):
                if unsaid or not self.is_held(grouping):
                    continue
                for levels in self._levels(grouping):
                    cell = self._total(name, band)
                    cell = cell._replace(category=category, group=tuple(zip(grouping, levels, strict=True)))
                    yield cell
                    yield cell._replace(rest=True)


def joint_size(tally: Tally, traits: Iterable[str]) -> int:
    """Return how many groups a table of all these traits would have."""
    return prod(len(tally.questionnaire.trait[trait].levels) + 1 for trait in traits)
