"""The plan of a release: which cells are shown, banded or withheld, so that none can be worked out.

First each cell by itself; then the bands of a table, so that a band does not say "fewer than five" by who is
missing from it; then everything published of linked measures together, as one linear system: wherever a small
number could be worked out from totals, complements or other tables, further cells are given as bands, or
withheld where bands do not help, so that the least is lost.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from brightspots.disclosure.cells import Cell, Decision, decide, in_band, weaker_bands
from brightspots.disclosure.links import linked
from brightspots.disclosure.master import BAND, HIDE, Cut, Master
from brightspots.disclosure.system import LARGEST_JOINT, System, joint_size
from brightspots.errors import ReleaseError
from brightspots.findings.estimates import ALL, LOW_BASE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from brightspots.disclosure.audit import Knowledge, Weakness
    from brightspots.disclosure.master import Step
    from brightspots.disclosure.policy import Policy
    from brightspots.tallies.tally import Tally

LEAST_MISSED = ("medium", "high", "very high")
SECONDARY = "another small number could be worked out from it"
BANDED_TOO = "another small number could be worked out from the exact figure"
NOT_TRIED = "; whether it could be said after all was not tried, as that takes too long"
NOT_SAVED = "these tables could not be saved together: a small number could be worked out whatever is hidden"
GROUP, OF_THE_PRIZED = 20, 50
"""How much a figure of a group is worth, and how many times as much one of a flagged group."""

OF_A_BAND = 0.5
"""How much of a figure is lost where it is given as a band; the rest is lost where the band goes too."""

MANY_ANSWERS = 1000
TINY = 1e-9
REPEATED = 4
"""Targets that only repeat what others say of a choice, before another is made."""

ROUNDS, MOST_CUTS = 60, 150
"""Choices attacked, and cuts, from which on the proof of the least loss is given up."""

MOST_WORK, WORK_ALONE, WORK_TO_GIVE_BACK = 20_000, 5_000, 10_000
"""Steps of the simplex method before a search is cut short: of a system, of one measure, for giving back."""

TOO_LARGE = "a crossed table too large to be audited"
SAID = ("shown", "banded", "no base")


Bounds = Callable[[], tuple[int | None, int | None]]
Told = tuple["Policy", "Mapping[Cell, Decision]"]
"""What named recipients of earlier editions know, and the policy that holds for them."""


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
    told: Sequence[Told] = (),
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
    told : sequence of (Policy, mapping of Cell to Decision)
        What named recipients of earlier editions know, and the thresholds that hold for them: what they may
        not know must stay open to them too, with this release in hand.

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
        cuts: list[Cut] = []
        for alone in system.apart():  # most is found in one measure by itself, where programs are small
            protection = Protection(alone, {cell: decided[cell] for cell in alone.cells}, prized=prized)
            cuts += protection.find_cuts()
        planned |= Protection(system, decided, cuts, prized).planned(told)
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
    """The search for what else to band or withhold of one system, at the least loss.

    Parameters
    ----------
    system : System
    decisions : mapping of Cell to Decision
        On each cell by itself: they tell what must stay open.
    cuts : iterable of Cut
        What was found of every safe choice with less knowledge.
    prized : collection of Cell
    alone : mapping of Cell to Decision, optional
        On each cell by itself, where `decisions` have gone further.
    policy : Policy, optional
        By whose rules bands are given and read, where not by those of the system.
    """

    def __init__(
        self,
        system: System,
        decisions: Mapping[Cell, Decision],
        cuts: Iterable[Cut] = (),
        prized: Collection[Cell] = (),
        alone: Mapping[Cell, Decision] | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.system, self.prized, self.policy = system, prized, policy or system.policy
        self.first, self.current = dict(decisions), dict(decisions)
        self.bands: dict[Cell, list[Decision]] = {}
        self.loss = {step: self._loss(step) for step in self._steps()}
        self.master = Master(self.loss)
        for cut in cuts:
            self.master.add(cut)
        self.targets = system.targets(decisions if alone is None else alone)
        sums = {tuple(sorted(row.items())): row for target in self.targets for row in target.sums}
        self.rows = [*sums.values()]
        self.knowledge = system.knowledge(self.current) if self.targets else None

    def planned(self, told: Sequence[Told] = ()) -> dict[Cell, Planned]:
        """Withhold what more must be withheld, and return every decision with what bounds it."""
        self.protect()
        for policy, heard in told:
            self._protect_from(policy, heard)
        return {
            cell: Planned(decision, partial(self.knowledge.bounds, self.system.count_row(cell)))
            if self.knowledge and decision.status in ("banded", "withheld")
            else Planned(decision)
            for cell, decision in self.current.items()
        }

    def _protect_from(self, policy: Policy, heard: Mapping[Cell, Decision]) -> None:
        """Withhold what more must be withheld from those who know more, by the policy that holds for them."""
        system, place = self.system, (self.system.area, self.system.wave)
        said = {c: d for c, d in heard.items() if c[:2] == place and c.measure in system.measures}
        theirs = System(system.tally, tuple(system.measures), system.cells, policy, said)
        protection = Protection(
            theirs, self.current, prized=self.prized, alone=_decided(theirs), policy=self.policy
        )
        for cell, decision in protection.protect().items():
            self._say(cell, decision)

    def find_cuts(self) -> list[Cut]:
        """Return what every safe choice meets, as far as a short search finds it."""
        if self.knowledge is not None and self._attacked(self.knowledge, whole=False, most=WORK_ALONE):
            self._attacked(self.knowledge, whole=True, most=WORK_ALONE)
        return self.master.cuts

    def protect(self) -> dict[Cell, Decision]:
        """Give up what must be given up, at the least loss, and return every decision.

        Raises
        ------
        ReleaseError
            If what earlier editions said gives a small number away whatever is withheld now.
        """
        if self.knowledge is None:
            return self.current
        safe = self._attacked(self.knowledge, whole=False)
        if safe is None:
            safe = self._closed(self.knowledge)
        if safe is None:
            self._refuse_if_said_before()
            self._set(dict.fromkeys((cell for cell, _ in self.loss), HIDE), NOT_SAVED)
            return self.current
        if self._attacked(self.knowledge, whole=True) is None:
            self._set(safe)
            self._give_back(safe)
        self._strengthen()
        return self.current

    @property
    def _work(self) -> int:
        return self.master.work + (self.knowledge.work if self.knowledge else 0)

    def _attacked(
        self, knowledge: Knowledge, *, whole: bool, most: int | None = None
    ) -> dict[Cell, int] | None:
        """Return the first choice that meets all cuts and is safe; None where the search was given up.

        Choices of parts of steps are found fast, and take every such step: a safe choice, and most cuts.
        """
        for _ in range(ROUNDS):
            too_many = self._work > (MOST_WORK if most is None else most) or (
                whole and len(self.master.cuts) > MOST_CUTS
            )
            chosen = None if too_many else self.master.solve(whole=whole)
            if chosen is None:
                return None
            self._set(chosen)
            cuts = self._cuts(knowledge)
            if not cuts:
                return chosen
            for cut in cuts:
                self.master.add(cut)
        return None

    def _closed(self, knowledge: Knowledge) -> dict[Cell, int] | None:
        """Return a safe choice that takes more and more steps from the current one on; None if there is none.

        What was found open once stays open, so this ends soon. Of each cut the cheapest steps are taken.
        """
        chosen = {cell: self._taken(cell) for cell in self.first if self._taken(cell)}
        while cuts := self._cuts(knowledge):
            before = dict(chosen)
            for cut in cuts:
                worth = {step: w for step, w in cut.worth.items() if w > TINY}
                lacking = cut.needed
                for step in sorted(worth, key=lambda one: (self.loss[one] / worth[one], one)):
                    if lacking > TINY:
                        lacking -= worth[step]
                        chosen[step[0]] = max(step[1], chosen.get(step[0], 0))
            if chosen == before:
                return None
            self._set(chosen)
        return chosen

    def _taken(self, cell: Cell) -> int:
        """Return how far a cell is given up now."""
        if self.current[cell].status == self.first[cell].status:
            return 0
        return BAND if self.current[cell].status == "banded" else HIDE

    def _steps(self) -> list[Step]:
        """Return the steps that can be taken: to a band where there is one, and out of sight."""
        steps: list[Step] = []
        for cell, decision in self.first.items():
            if decision.status == "shown":
                measure = self.system.measures[cell.measure]
                found = weaker_bands(decision.n, decision.count, measure, cell.category, self.policy)
                self.bands[cell] = [replace(band, why=BANDED_TOO) for band in found]
                steps += [(cell, BAND)] if found else []
            if decision.status in SAID:
                steps.append((cell, HIDE))
        return steps

    def _loss(self, step: Step) -> float:
        """Return what a step loses: a little more for a larger base, and never the same for two choices."""
        cell, _ = step
        n, _ = self.system.true(cell)
        tie = int.from_bytes(hashlib.sha256(repr(step).encode()).digest()[:4]) / 2**32
        loss = self._worth(cell) + min(n, MANY_ANSWERS) / MANY_ANSWERS / 2 + tie / 4
        if self.first[cell].status == "shown" and not self.bands[cell]:
            return loss
        return loss * (OF_A_BAND if step[1] == BAND else 1 - OF_A_BAND)

    def _worth(self, cell: Cell) -> int:
        """Return how much would be missed: groups least, then small, pooled and large bands."""
        n, _ = self.system.true(cell)
        pooled = cell.age_band == ALL
        rank = int(pooled) if cell.group else 3 if pooled else 2 if n < LOW_BASE else 4
        category = LEAST_MISSED.index(cell.category) if cell.category in LEAST_MISSED else len(LEAST_MISSED)
        return (GROUP + 2 * rank + category) * (OF_THE_PRIZED if cell in self.prized else 1)

    def _decision(self, cell: Cell, step: int, why: str = SECONDARY) -> Decision:
        """Return the decision on a cell after a step: its weakest band, or withheld."""
        first = self.first[cell]
        if step == BAND:
            return self.bands[cell][-1]
        return first if step < BAND else replace(first, status="withheld", above=None, below=None, why=why)

    def _set(self, chosen: Mapping[Cell, int], why: str = SECONDARY) -> None:
        for cell in self.first:
            self._say(cell, self._decision(cell, chosen.get(cell, 0), why))

    def _say(self, cell: Cell, decision: Decision) -> None:
        if self.knowledge is not None and self.current[cell] != decision:
            self.system.say(self.knowledge, cell, decision)
        self.current[cell] = decision

    def _cuts(self, knowledge: Knowledge) -> list[Cut]:
        """Return some of what every safe choice has to meet, and this one does not; none if it is safe.

        Targets that were too closely known last come first, and those that say nothing new end the search.
        """
        cuts: dict[tuple[Step, ...], Cut] = {}
        repeated = 0
        for place, row in enumerate(self.rows):
            weakness = knowledge.attack(row, self.system.policy.least_width)
            if weakness is None:
                continue
            cut = self._cut(weakness)
            repeated += tuple(cut.worth) in cuts
            cuts[tuple(cut.worth)] = cut
            if repeated == REPEATED:
                self.rows = [*self.rows[place:], *self.rows[:place]]
                break
        return [*cuts.values()]

    def _is_safe(self, knowledge: Knowledge) -> bool:
        width = self.system.policy.least_width
        return all(knowledge.is_open(row, width) for row in self.rows)

    def _cut(self, weakness: Weakness) -> Cut:
        """Return a cut: a sum opens by as much as what holds it gives way."""
        worth: dict[Step, float] = defaultdict(float)
        if weakness.pulls is None:
            for cell, decision in self.current.items():
                if decision.status in SAID:
                    worth[(cell, self._next(cell))] = weakness.needed
            return Cut(worth, weakness.needed)
        for row, dual in weakness.pulls:
            behind = self.system.behind(row)
            if behind is None or self.current[behind[0]].status not in SAID:
                continue
            cell, is_base = behind
            by_band = 0.0
            if not is_base and self._next(cell) == BAND:
                _, (least, greatest) = self.system.limits(cell, self.bands[cell][-1])
                count = self.current[cell].count
                by_band = min(abs(dual) * (count - least if dual > 0 else greatest - count), weakness.needed)
                worth[(cell, BAND)] += by_band
            worth[(cell, HIDE)] += weakness.needed - by_band
        return Cut(worth, weakness.needed)

    def _next(self, cell: Cell) -> int:
        is_whole = self.current[cell].status == "shown" and bool(self.bands.get(cell))
        return BAND if is_whole else HIDE

    def _strengthen(self) -> None:
        """Claim as much with every band as is safe, the most missed first."""
        taken = [cell for cell in self.bands if self.current[cell].status == "banded"]
        end = self._work + WORK_TO_GIVE_BACK
        for cell in sorted(taken, key=lambda one: (-self._loss((one, BAND)), one)):
            if self._work < end:
                self._say_first_safe(cell, self.bands[cell])

    def _give_back(self, chosen: Mapping[Cell, int]) -> None:
        """Give back what need not be given up, the most missed first: there is no proof of the least loss."""
        taken = sorted(chosen, key=lambda cell: (-self._loss((cell, HIDE)), cell))
        end = self._work + WORK_TO_GIVE_BACK
        for cell in taken:
            now = self.current[cell]
            if self._work < end:
                self._say_first_safe(cell, [self.first[cell], *self.bands.get(cell, [])[-1:], now])
            else:
                self._say(cell, replace(now, why=now.why + NOT_TRIED))

    def _say_first_safe(self, cell: Cell, decisions: Sequence[Decision]) -> None:
        """Say the first of some decisions on a cell that is safe; the last is known to be."""
        for decision in decisions:
            self._say(cell, decision)
            if decision == decisions[-1] or (self.knowledge and self._is_safe(self.knowledge)):
                return

    def _refuse_if_said_before(self) -> None:
        """Refuse if nothing is left to withhold because earlier editions said too much."""
        if any(decision.status in SAID for decision in self.system.known.values()):
            raise ReleaseError(
                f"What earlier editions showed of {', '.join(self.system.measures)} gives a small number "
                "away, whatever is withheld now. Withdraw the earlier edition, or leave these measures out."
            )
