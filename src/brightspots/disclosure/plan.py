"""The plan of a release: which cells are shown, banded or withheld, so that none can be worked out.

First each cell by itself; then the bands of a table, so that a band does not say "fewer than five" by who is
missing from it; then everything published of linked measures together, as one linear system: wherever a small
number could be worked out from totals, complements or other tables, the cheapest further cell is withheld.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from brightspots.disclosure.cells import Cell, Decision, decide, in_band
from brightspots.disclosure.links import linked
from brightspots.disclosure.system import LARGEST_JOINT, System, Target, joint_size
from brightspots.errors import ReleaseError
from brightspots.findings.estimates import ALL, LOW_BASE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from brightspots.disclosure.audit import Knowledge
    from brightspots.disclosure.policy import Policy
    from brightspots.tallies.tally import Tally

LEAST_MISSED = ("medium", "high", "very high")
SECONDARY = "another small number could be worked out from it"
Victim = tuple[Cell, ...]
TRIALS = 12
"""How many of the cheapest cells are tried before the cheapest of all is taken, and the search goes on."""

TOO_LARGE = "a crossed table too large to be audited"
SAID = ("shown", "banded", "no base")


Bounds = Callable[[], tuple[int | None, int | None]]


def unbounded() -> tuple[None, None]:
    """Tell no bounds: those of a cell that is shown need none, and some cannot be told."""
    return None, None


@dataclass(frozen=True)
class Planned:
    """A decision, and what tells the fewest and most children that the count could hold by all published.

    Each bound is a program of its own, so they are worked out only where somebody asks.
    """

    decision: Decision
    bounds: Bounds = unbounded


def plan(
    tallies: Mapping[tuple[str, str], Tally],
    cells: Sequence[Cell],
    policy: Policy,
    known: Mapping[Cell, Decision],
    prized: Collection[Cell] = (),
) -> dict[Cell, Planned]:
    """Plan a release.

    Parameters
    ----------
    tallies : mapping of (area, wave) to Tally
        The counts of each area and wave.
    cells : sequence of Cell
        Everything that the release would like to show, in any order.
    policy : Policy
        Its thresholds.
    known : mapping of Cell to Decision
        What earlier editions over the same answers said: it stays known for ever.
    prized : collection of Cell
        Cells to give up last: those of flagged cohorts.

    Returns
    -------
    dict of Cell to Planned

    Raises
    ------
    ReleaseError
        If what earlier editions said already gives a small number away.
    """
    in_order = sorted(set(cells))
    too_large = {
        c for c in in_order if len(c.group) > 1 and _joint_size(tallies, in_order, c) > LARGEST_JOINT
    }
    systems = []
    for place in sorted({(cell.area, cell.wave) for cell in in_order}):
        here = [c for c in in_order if (c.area, c.wave) == place and c not in too_large]
        for names in linked(tallies[place].questionnaire, {cell.measure for cell in here}):
            own = [cell for cell in here if cell.measure in names]
            said = {c: d for c, d in known.items() if (c.area, c.wave) == place and c.measure in names}
            systems.append(System(tallies[place], names, own, policy, said))
    decisions = _with_even_bands({cell: d for s in systems for cell, d in _decided(s).items()}, systems)
    planned: dict[Cell, Planned] = {}
    for system in systems:
        decided = {cell: decisions[cell] for cell in system.cells}
        start = dict(decided)
        for alone in system.apart():  # most is found in one measure by itself, where programs are small
            start |= Protection(alone, {cell: decided[cell] for cell in alone.cells}, prized=prized).protect()
        planned |= Protection(system, decided, start, prized).planned()
    return planned | {cell: Planned(Decision("withheld", 0, 0, why=TOO_LARGE)) for cell in too_large}


def _joint_size(tallies: Mapping[tuple[str, str], Tally], cells: Iterable[Cell], one: Cell) -> int:
    """Return how many groups the joint table of all traits that are crossed for a measure has."""
    traits = {trait for cell in cells if cell[:3] == one[:3] for trait, _ in cell.group}
    return joint_size(tallies[(one.area, one.wave)], traits)


def _decided(system: System) -> dict[Cell, Decision]:
    """Decide about each cell by itself; what was shown before, and is safe by itself, stays shown."""
    decisions = {}
    for cell in system.cells:
        n, count = system.true(cell)
        decisions[cell] = decide(n, count, system.measures[cell.measure], cell.category, system.policy)
    return decisions


def _with_even_bands(decisions: dict[Cell, Decision], systems: Iterable[System]) -> dict[Cell, Decision]:
    """Print every cell of a table that lies in a band used there as that band, small side or not.

    What an earlier edition showed stays shown: it is known.
    """

    def table(cell: Cell) -> tuple[str, ...]:
        return (cell.area, cell.wave, cell.age_band, *(trait for trait, _ in cell.group))

    used = {(table(c), d.above, d.below) for c, d in decisions.items() if d.status == "banded"}
    even = dict(decisions)
    for system in systems:
        for cell in system.cells:
            decision, before = decisions[cell], system.known.get(cell)
            if decision.status != "shown" or (before is not None and before.status == "shown"):
                continue
            measure, why = system.measures[cell.measure], "a band of this table holds it too"
            banded = in_band(decision.n, decision.count, measure, cell.category, system.policy, why)
            if banded and (table(cell), banded.above, banded.below) in used:
                even[cell] = banded
    return even


class Protection:
    """The search for what else to withhold of one system, until everything that must stay open is open.

    Parameters
    ----------
    system : System
    decisions : mapping of Cell to Decision
        On each cell by itself: they tell what must stay open.
    start : mapping of Cell to Decision, optional
        What was already withheld beyond that.
    prized : collection of Cell
    """

    def __init__(
        self,
        system: System,
        decisions: Mapping[Cell, Decision],
        start: Mapping[Cell, Decision] | None = None,
        prized: Collection[Cell] = (),
    ) -> None:
        self.system, self.prized = system, prized
        self.first = dict(decisions if start is None else start)
        self.current = dict(self.first)
        self.targets = system.targets(decisions)
        self.knowledge = system.knowledge(self.current) if self.targets else None

    def planned(self) -> dict[Cell, Planned]:
        """Withhold what more must be withheld, and return every decision with what bounds it."""
        return {
            cell: Planned(decision, partial(self.knowledge.bounds, self.system.count_row(cell)))
            if self.knowledge and decision.status in ("banded", "withheld")
            else Planned(decision)
            for cell, decision in self.protect().items()
        }

    def protect(self) -> dict[Cell, Decision]:
        """Withhold what more must be withheld, and return every decision.

        Raises
        ------
        ReleaseError
            If what earlier editions said gives a small number away whatever is withheld now.
        """
        if self.knowledge is None:
            return self.current
        knowledge = self.knowledge
        given_up: list[Victim] = []
        for target in self.targets:
            while not self._is_open(target, knowledge):
                victim = self._cheapest_help(target, knowledge)
                if victim is None:
                    self._refuse_if_said_before()
                    return self.current
                self._withhold(victim, knowledge)
                given_up.append(victim)
        for victim in sorted(given_up, key=self._loss, reverse=True):
            self._set({cell: self.first[cell] for cell in victim}, knowledge)
            if not all(self._is_open(target, knowledge) for target in self.targets):
                self._withhold(victim, knowledge)
        return self.current

    def _refuse_if_said_before(self) -> None:
        """Refuse if nothing is left to withhold because earlier editions said too much."""
        if any(decision.status in SAID for decision in self.system.known.values()):
            raise ReleaseError(
                f"What earlier editions showed of {', '.join(self.system.measures)} gives a small number "
                "away, whatever is withheld now. Withdraw the earlier edition, or leave these measures out."
            )

    def _is_open(self, target: Target, knowledge: Knowledge) -> bool:
        return all(knowledge.is_open(row, self.system.policy.least_width) for row in target.sums)

    def _withhold(self, cells: Victim, knowledge: Knowledge) -> None:
        self._set(
            {
                cell: replace(self.current[cell], status="withheld", above=None, below=None, why=SECONDARY)
                for cell in cells
            },
            knowledge,
        )

    def _set(self, decisions: Mapping[Cell, Decision], knowledge: Knowledge) -> None:
        for cell, decision in decisions.items():
            self.current[cell] = decision
            self.system.say(knowledge, cell, decision)

    def _cheapest_help(self, target: Target, knowledge: Knowledge) -> Victim | None:
        """Return what it costs least to withhold to open the target, else the cheapest that could help.

        A cell may help only together with that of all others, as the total gives back either from the other.
        """
        width = self.system.policy.least_width
        shut = [row for row in target.sums if not knowledge.is_open(row, width)]
        binding = self.system.behind({i for row in shut for i in knowledge.binding(row)})
        said = {cell for cell, decision in self.current.items() if decision.status in SAID}
        cells = sorted(binding & said or said, key=self._worth)
        pairs = [(cell, self._opposite(cell)) for cell in cells if self._opposite(cell) in said]
        victims: list[Victim] = [*((cell,) for cell in cells[:TRIALS]), *pairs[:TRIALS]]
        for victim in victims:
            before = {cell: self.current[cell] for cell in victim}
            self._withhold(victim, knowledge)
            opened = self._is_open(target, knowledge)
            self._set(before, knowledge)
            if opened:
                return victim
        return victims[0] if victims else None

    def _opposite(self, cell: Cell) -> Cell:
        return cell._replace(rest=not cell.rest)

    def _loss(self, victim: Victim) -> tuple[object, ...]:
        return max(map(self._worth, victim))

    def _worth(self, cell: Cell) -> tuple[object, ...]:
        """Return how much would be missed: groups least, then small, pooled and large bands."""
        n, count = self.system.true(cell)
        pooled = cell.age_band == ALL
        rank = int(pooled) if cell.group else 3 if pooled else 2 if n < LOW_BASE else 4
        category = LEAST_MISSED.index(cell.category) if cell.category in LEAST_MISSED else len(LEAST_MISSED)
        return cell in self.prized, rank, category, n, count, cell
