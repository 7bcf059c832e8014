"""Random releases: what a council could ask to publish of some children, and how an intruder reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from attack import Intruder
from children import SMALL, Children, each_leak, invent

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import Benchmark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brightspots.disclosure.release import Release

PLACE, BEFORE = ("Somewhere", "2021"), ("Somewhere", "2019")
KINDS: list[list[Any]] = [
    [],
    [["gender"], ["home"]],
    ["gender", "home"],
    [[], ["gender"]],
    [[], ["gender", "home"]],
    [[], ["home"], ["gender"]],
]
SIZES = (12, 20, 40, 70, 110, 200)


@dataclass
class Request:
    """Some children, what is asked to be published of them, and what an intruder knows of its form."""

    children: Children
    last: Children
    results: list[Any]
    tables: list[tuple[str, ...]]
    printed: list[Benchmark]

    def release(self) -> Release:
        return bs.release(*self.results)

    def leaks(self, release: Release, *, own: np.random.Generator | None = None) -> Iterator[str]:
        intruder = Intruder(release, SMALL, PLACE, tables=self.tables, printed=self.printed)
        yield from each_leak(intruder, self.children, own=own)
        last = Intruder(release, SMALL, BEFORE, tables=[()], printed=self.printed)
        yield from (f"last wave: {leak}" for leak in each_leak(last, self.last))


def request(seed: int) -> Request:
    """Return a random request; the same seed always gives the same."""
    rng = np.random.default_rng(seed)
    size = int(rng.choice(SIZES))
    children = Children(invent(rng, size))
    last = invent(rng, int(rng.choice(SIZES)))
    last["wave"] = "2019"
    by = KINDS[seed % len(KINDS)]
    tables = [()] if not by else [tuple(by)] if isinstance(by[0], str) else [tuple(one) for one in by]
    tally = bs.tally(children.frame, questionnaire=SMALL, by=["gender", "home"])
    results: list[Any] = [bs.estimate(tally, by=by)]
    printed: list[Benchmark] = []
    if () not in tables and rng.random() < 0.5:
        results.append(bs.estimate(tally))
        tables.append(())
    if rng.random() < 0.3:
        printed = [
            Benchmark(
                measure="fun",
                age_band=str(rng.choice(["younger", "older", "all"])),
                comparator="care elsewhere",
                count=int(rng.integers(300, 400)),
                n=500,
                includes_own="yes",
                source="a pool",
            )
        ]
    if rng.random() < 0.4 or printed:
        before = bs.tally(last, questionnaire=SMALL) if rng.random() < 0.7 else None
        results.append(compared(tally, printed, before))
    if rng.random() < 0.4:
        measure = str(rng.choice(["fun", "satisfied", "low_wellbeing", "afraid"]))
        order = int(rng.choice([1, 2, 3]))
        results.append(cohorts_of(tally, measure, order))
    return Request(children, Children(last), [r for r in results if r is not None], tables, printed)


def described(seed: int) -> Request:
    """Return a request with a cohort that stands out now, and did, and what goes with it."""
    rng = np.random.default_rng([seed, 7])
    size = int(rng.choice([60, 90, 140]))
    frame, last = planted(rng, size), planted(rng, int(rng.choice([60, 90, 140])))
    last["wave"] = "2019"
    measure, order = str(rng.choice(["fun", "satisfied", "low_wellbeing", "afraid"])), int(rng.choice([1, 2]))
    by = KINDS[seed % len(KINDS)]
    tables = [()] if not by else [tuple(by)] if isinstance(by[0], str) else [tuple(one) for one in by]
    tally, before = (bs.tally(one, questionnaire=SMALL, by=["gender", "home"]) for one in (frame, last))
    results: list[Any] = [bs.estimate(tally, by=by)]
    if rng.random() < 0.5:
        results.append(compared(tally, [], before))
    flagged, then = (cohorts_of(one, measure, order) for one in (tally, before))
    if flagged is not None:
        results += [flagged, bs.describe_cohorts(flagged)]
    if then is not None:
        results.append(bs.recheck_cohorts(then, tally))
    results = [result for result in results if result is not None]
    return Request(Children(frame), Children(last), results, tables, [])


def planted(rng: np.random.Generator, size: int) -> Any:
    """Return invented children of whom some, by where they live and perhaps gender, are worse off."""
    frame = invent(rng, size)
    for trait, shares in (("gender", (0.5, 0.45, 0.05)), ("home", (0.5, 0.15, 0.3, 0.05))):
        levels = [*(level.id for level in SMALL.trait[trait].levels), SMALL.trait[trait].not_known]
        frame[trait] = rng.choice(levels, size, p=shares)
    frame["age_band"] = rng.choice(["younger", "older"], size, p=(0.2, 0.8))
    own = (frame["home"] == "residential").to_numpy()
    if rng.random() < 0.5:
        own = own & (frame["gender"] == "girl").to_numpy()
    low, high = rng.uniform(0.03, 0.25), rng.uniform(0.5, 0.95)
    worse = np.where(own, high, low)
    answers = {
        "fun": ("no", "yes"),
        "afraid": ("often", "never"),
        "helped": ("no", "yes"),
        "satisfied": ("2", "5", "8", "9"),
        "happy": ("3", "6", "7", "10"),
    }
    for name, (bad, *good) in answers.items():
        frame[name] = np.where(rng.random(size) < worse, bad, rng.choice(good, size))
        frame.loc[rng.random(size) < 0.05, name] = "not_answered"
    frame.loc[frame["afraid"].isin(["never", "not_answered"]), "helped"] = "not_asked"
    frame.loc[frame["age_band"] == "younger", "happy"] = "not_asked"
    return frame


def compared(tally: Any, printed: list[Benchmark], before: Any) -> Any:
    try:
        return bs.compare(tally, printed, previous=before)
    except ArgumentError:  # no form was answered in both waves
        return None


def cohorts_of(tally: Any, measure: str, order: int) -> Any:
    try:
        return bs.flag_cohorts(
            tally, traits=["gender", "home"], measure=measure, max_order=order, permutations=99
        )
    except ArgumentError:  # nobody answered it
        return None
