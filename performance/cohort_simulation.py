"""How often the search for cohorts is wrong, and how often it finds what is there: simulated reports.

    python performance/cohort_simulation.py [REPORTS] [PERMUTATIONS]

Children have seven traits. In the scenarios called null all cohorts are equal, but for age in three of
them; in the others one cohort has low wellbeing more often (or less often, for direction="high"). The table
says how many reports flag any cohort, how many flags there are in a report, in how many the planted cohort
is found (a flagged one shares at least half with it) and flagged exactly, in how many an age band by itself
is flagged, and how many cohorts a flagged report shows. With R reports a share p is known to about
2 * sqrt(p * (1 - p) / R).

Searches of 25,000 children take longer: there are at most 300 reports of each.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

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
AGES = {"8-11": 0.4, "11-18": 0.6}
OLDER = {"a": (0.10, 0.30, 0.60)}  # how a trait that goes with age is shared out among the older children
LARGE = 300


@dataclass(frozen=True)
class Scenario:
    """What is simulated: children, how common low wellbeing is, and the cohort where it is more common.

    `related` is the correlation of any two traits, before they are cut into levels; `missing` the share of
    each trait that is not known; `younger_low` how common low wellbeing is in the younger of two age bands,
    which are then a trait as well, and go with trait a.
    """

    name: str
    children: int = 300
    overall: float = 0.10
    planted: tuple[tuple[str, str], ...] = ()
    share: float = 0.0
    max_order: int = 3
    target: str = ""
    related: float = 0.0
    missing: float = 0.0
    direction: str = "low"
    younger_low: float | None = None
    within: str | None = None


def _planted(name: str, cohort: dict[str, str], share: float, target: str, **more: object) -> Scenario:
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
    Scenario("null, 60 children, 20% low", children=60, overall=0.20, target="any <= .07"),
    Scenario("null, 25,000 children", children=25_000, target="any <= .07"),
    Scenario("null, related traits", related=0.5, target="any <= .07"),
    Scenario("null, 30% of traits missing", missing=0.3, target="any <= .07"),
    Scenario('null, direction="high"', direction="high", target="any <= .07"),
    Scenario(
        "null but for age (5, 25%), within", overall=0.25, younger_low=0.05, within="age_band",
        target="any <= .07",
    ),
    Scenario(
        "null but for age, within, 25,000 children", children=25_000, overall=0.25, younger_low=0.05,
        within="age_band", target="any <= .07",
    ),
    Scenario("null but for age, not within", overall=0.25, younger_low=0.05),
    _planted("40 children, 10 -> 40%, related traits", FORTY, 0.40, "", related=0.5),
    _planted("40 children, 10 -> 40%, 30% missing", FORTY, 0.40, "", missing=0.3),
    _planted('60 children, 50 -> 20%, direction="high"', SIXTY, 0.20, "", overall=0.5, direction="high"),
    _planted("600 of 25,000 children, 10 -> 15%", {"a": "1", "b": "1", "f": "1"}, 0.15, "", children=25_000),
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What one simulated report says.

    Attributes
    ----------
    flags, shown : int
        Flagged cohorts, and those of them that are a lead or separate.
    found, exact : bool
        Whether one of the flagged cohorts shares at least half with the planted one, or is it.
    age : bool
        Whether an age band by itself is flagged.
    """

    flags: int
    shown: int
    found: bool
    exact: bool
    age: bool


def children(rng: np.random.Generator, scenario: Scenario) -> pd.DataFrame:
    """Draw the children of one report."""
    n = scenario.children
    shared = rng.standard_normal(n) if scenario.related else None
    frame = pd.DataFrame(
        {trait: _levels(rng, shares, n, shared, scenario.related) for trait, shares in TRAITS.items()}
    )
    overall: float | np.ndarray = scenario.overall
    if scenario.younger_low is not None:
        frame["age_band"] = rng.choice(list(AGES), n, p=list(AGES.values()))
        young = (frame["age_band"] == next(iter(AGES))).to_numpy()
        for trait, shares in OLDER.items():
            frame.loc[~young, trait] = _levels(rng, shares, int((~young).sum()))
        overall = np.where(young, scenario.younger_low, scenario.overall)
    planted = members(frame, dict(scenario.planted)) if scenario.planted else np.zeros(n, dtype=bool)
    frame["low"] = rng.random(n) < np.where(planted, scenario.share, overall)
    if scenario.missing:
        for trait in TRAITS:
            frame[trait] = frame[trait].mask(rng.random(n) < scenario.missing)
    return frame


def _levels(
    rng: np.random.Generator,
    shares: tuple[float, ...],
    n: int,
    shared: np.ndarray | None = None,
    related: float = 0.0,
) -> np.ndarray:
    """Draw the levels of one trait; related traits are cut from normal scores that share a part."""
    names = np.array([str(i + 1) for i in range(len(shares))])
    if shared is None:
        return rng.choice(names, size=n, p=shares)
    score = related**0.5 * shared + (1 - related) ** 0.5 * rng.standard_normal(n)
    return names[np.searchsorted(ndtri(np.cumsum(shares)[:-1]), score)]


def members(frame: pd.DataFrame, conditions: dict[str, str]) -> np.ndarray:
    """Return which children meet all conditions."""
    return np.logical_and.reduce([(frame[trait] == level).to_numpy() for trait, level in conditions.items()])


def report(rng: np.random.Generator, scenario: Scenario, permutations: int) -> Report:
    """Simulate one report."""
    frame = children(rng, scenario)
    cohorts = flag_cohorts(
        frame,
        traits=[column for column in frame if column != "low"],
        measure="low",
        max_order=scenario.max_order,
        direction=scenario.direction,
        within=scenario.within,
        permutations=permutations,
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
        age=any(list(row.conditions) == ["age_band"] for row in flagged),
    )


def simulate(scenario: Scenario, reports: int, permutations: int, seed: int = 1) -> list[Report]:
    """Simulate reports; the same seed gives the same ones."""
    rng = np.random.default_rng([seed, SCENARIOS.index(scenario)])
    return [report(rng, scenario, permutations) for _ in range(reports)]


def main(reports: int = 1000, permutations: int = 999) -> None:
    """Print the table of all scenarios."""
    print(f"{permutations} permutations for each report")
    print(
        "| scenario | reports | any flag | flags | found | exact | age | shown a flagged report | none shown "
        "| target | s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for scenario in SCENARIOS:
        start = time.perf_counter()
        made = simulate(scenario, min(reports, LARGE) if scenario.children > 1000 else reports, permutations)
        flagged = [one for one in made if one.flags]
        shown = f"{np.mean([one.shown for one in flagged]):.2f}" if flagged else "-"
        found, exact = (
            f"{np.mean([getattr(one, name) for one in made]):.3f}" if scenario.planted else "-"
            for name in ("found", "exact")
        )
        age = f"{np.mean([one.age for one in made]):.3f}" if scenario.younger_low is not None else "-"
        print(
            f"| {scenario.name} | {len(made)} | {len(flagged) / len(made):.3f} "
            f"| {np.mean([one.flags for one in made]):.2f} | {found} | {exact} | {age} | {shown} "
            f"| {sum(one.shown == 0 for one in flagged)} | {scenario.target} "
            f"| {time.perf_counter() - start:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
