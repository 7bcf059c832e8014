"""How often the search for cohorts is wrong, and how often it finds what is there: simulated reports.

    python performance/cohort_simulation.py [REPORTS] [PERMUTATIONS]

Children have seven independent traits. In three scenarios all cohorts are equal; in the others one cohort of
two conditions has low wellbeing more often. The table says how many reports flag any cohort, how many flags
there are in a report, in how many the planted cohort is found (a flagged one shares at least half with it)
and flagged exactly, and how many cohorts a flagged report shows. With R reports a share p is known to about
2 * sqrt(p * (1 - p) / R).
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brightspots.findings.cohorts import flag_cohorts

TRAITS = {
    "a": (0.20, 0.45, 0.35),
    "b": (0.48, 0.48, 0.04),
    "c": (0.62, 0.13, 0.15, 0.10),
    "d": (0.55, 0.15, 0.15, 0.15),
    "e": (0.80, 0.20),
    "f": (0.25, 0.40, 0.35),
    "g": (0.92, 0.08),
}
FORTY = {"d": "1", "f": "1"}  # 0.55 x 0.25 of all: about 41 of 300
SIXTY = {"e": "1", "f": "1"}  # 0.80 x 0.25 of all: 60 of 300
TWENTY_FIVE = {"a": "1", "f": "2"}  # 0.20 x 0.40 of all: 24 of 300
ALIKE = 0.5


@dataclass(frozen=True)
class Scenario:
    """What is simulated: children, how common low wellbeing is, and the cohort where it is more common."""

    name: str
    children: int = 300
    overall: float = 0.10
    planted: tuple[tuple[str, str], ...] = ()
    share: float = 0.0
    max_order: int = 3
    target: str = ""


def _planted(name: str, cohort: dict[str, str], share: float, target: str, **more: int) -> Scenario:
    return Scenario(name, planted=tuple(cohort.items()), share=share, target=target, **more)


SCENARIOS = (
    Scenario("null, 10% low", target="any <= .07"),
    Scenario("null, 20% low", overall=0.20, target="any <= .07"),
    Scenario("null, 10% low, 2 conditions", max_order=2, target="any <= .07"),
    _planted("40 children, 10 -> 30%", FORTY, 0.30, "found >= .42"),
    _planted("40 children, 10 -> 30%, 2 conditions", FORTY, 0.30, "", max_order=2),
    _planted("60 children, 10 -> 30%", SIXTY, 0.30, "found >= .59"),
    _planted("25 children, 10 -> 30%", TWENTY_FIVE, 0.30, ""),
    _planted("40 children, 10 -> 40%", FORTY, 0.40, "found >= .80"),
    _planted("27 of 200 children, 10 -> 30%", FORTY, 0.30, "found >= .25", children=200),
    _planted("53 of 400 children, 10 -> 30%", FORTY, 0.30, "found >= .56", children=400),
)


@dataclass(frozen=True)
class Report:
    """What one simulated report says.

    Attributes
    ----------
    flags, shown : int
        Flagged cohorts, and those of them that are a lead or separate.
    found, exact : bool
        Whether one of the flagged cohorts shares at least half with the planted one, or is it.
    """

    flags: int
    shown: int
    found: bool
    exact: bool


def children(rng: np.random.Generator, scenario: Scenario) -> pd.DataFrame:
    """Draw the children of one report."""
    n = scenario.children
    frame = pd.DataFrame(
        {
            trait: rng.choice([str(i + 1) for i in range(len(shares))], size=n, p=shares)
            for trait, shares in TRAITS.items()
        }
    )
    planted = members(frame, dict(scenario.planted)) if scenario.planted else np.zeros(n, dtype=bool)
    frame["low"] = rng.random(n) < np.where(planted, scenario.share, scenario.overall)
    return frame


def members(frame: pd.DataFrame, conditions: dict[str, str]) -> np.ndarray:
    """Return which children meet all conditions."""
    return np.logical_and.reduce([(frame[trait] == level).to_numpy() for trait, level in conditions.items()])


def report(rng: np.random.Generator, scenario: Scenario, permutations: int) -> Report:
    """Simulate one report."""
    frame = children(rng, scenario)
    cohorts = flag_cohorts(
        frame, traits=list(TRAITS), measure="low", max_order=scenario.max_order, permutations=permutations
    )
    flagged = [row for row in cohorts if row.tier == "flag"]
    shared = [0.0]
    if scenario.planted:
        planted = members(frame, dict(scenario.planted))
        for row in flagged:
            own = members(frame, row.conditions)
            shared.append((own & planted).sum() / (own | planted).sum())
    return Report(
        flags=len(flagged),
        shown=sum(row.role in ("lead", "separate") for row in flagged),
        found=max(shared) >= ALIKE,
        exact=max(shared) == 1,
    )


def simulate(scenario: Scenario, reports: int, permutations: int, seed: int = 1) -> list[Report]:
    """Simulate reports; the same seed gives the same ones."""
    rng = np.random.default_rng([seed, SCENARIOS.index(scenario)])
    return [report(rng, scenario, permutations) for _ in range(reports)]


def main(reports: int = 1000, permutations: int = 999) -> None:
    """Print the table of all scenarios."""
    print(f"{reports} reports a scenario, {permutations} permutations each")
    print(
        "| scenario | any flag | flags | found | exact | shown a flagged report | none shown | target | s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for scenario in SCENARIOS:
        start = time.perf_counter()
        made = simulate(scenario, reports, permutations)
        flagged = [one for one in made if one.flags]
        shown = f"{np.mean([one.shown for one in flagged]):.2f}" if flagged else "-"
        print(
            f"| {scenario.name} | {len(flagged) / reports:.3f} | {np.mean([one.flags for one in made]):.2f} "
            f"| {np.mean([one.found for one in made]):.3f} | {np.mean([one.exact for one in made]):.3f} "
            f"| {shown} | {sum(one.shown == 0 for one in flagged)} | {scenario.target} "
            f"| {time.perf_counter() - start:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
