"""The plan beside the best that a search of all patterns finds, and the numbers that it is asked to reach."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from children import SMALL
from test_rules import children

import brightspots as bs
from brightspots.disclosure.cells import Cell
from brightspots.disclosure.links import linked
from brightspots.disclosure.plan import Protection, _decided, _with_even_bands
from brightspots.disclosure.policy import load_policy
from brightspots.disclosure.system import System

COUNCIL = load_policy("council")


def protection_of(frame, by):
    """Return the search for the one measure "fun" of a small system."""
    tally = bs.tally(frame, questionnaire=SMALL, by=by)
    cells = []
    for row in bs.estimate(tally, by=by, measures=["fun"]):
        group = (("gender", row.gender),) if getattr(row, "gender", "all") != "all" else ()
        cells.append(Cell(row.area, row.wave, row.measure, row.category, row.age_band, group))
    (names,) = linked(SMALL, ["fun"])
    system = System(tally, names, sorted(set(cells)), COUNCIL, {})
    decisions = _with_even_bands(_decided(system), [system])
    return Protection(system, decisions)


def fewest_hidden(protection):
    """Return how many cells the best of all patterns hides that are not hidden at once."""
    said = [c for c, d in protection.first.items() if d.status in ("shown", "banded", "no base")]
    knowledge = protection.system.knowledge(protection.first)
    for size in range(len(said) + 1):
        for pattern in combinations(said, size):
            protection._withhold(pattern, knowledge)
            safe = all(protection._is_open(target, knowledge) for target in protection.targets)
            protection._set({cell: protection.first[cell] for cell in pattern}, knowledge)
            if safe:
                return size
    raise AssertionError("nothing helps")


def hidden_by_plan(protection):
    planned = protection.planned()
    return sum(
        one.decision.status == "withheld" and protection.first[cell].status != "withheld"
        for cell, one in planned.items()
    )


def small_frame(rng):
    parts = []
    for band in ("younger", "older"):
        for gender in ("girl", "boy"):
            n = int(rng.integers(3, 40))
            yes = int(rng.binomial(n, rng.choice([0.1, 0.5, 0.9])))
            parts.append(children({"yes": yes, "no": n - yes}, age_band=band, gender=gender))
    return pd.concat(parts)


def test_the_plan_hides_little_more_than_the_best_pattern():
    extra, systems = [], 0
    for seed in range(25):
        frame = small_frame(np.random.default_rng(seed))
        for by in ([[]], [[], ["gender"]]):
            best = fewest_hidden(protection_of(frame, by))
            extra.append(hidden_by_plan(protection_of(frame, by)) - best)
            systems += 1
    assert min(extra) >= 0
    assert sum(e > 0 for e in extra) <= systems / 5
    assert np.mean(extra) < 0.3


@pytest.mark.parametrize("respondents", [40, 110])
def test_every_indicator_has_a_share_or_a_band_somewhere(respondents):
    for seed in (1, 2):
        survey = bs.make_survey(respondents=respondents, seed=seed)
        estimates = bs.estimate(survey)
        out = bs.release(estimates)
        enough = {r.measure for r in estimates if r.n >= 12}
        said = {f.measure for f in out.figures if f.status in ("shown", "banded")}
        assert enough <= said


def test_hidden_counts_come_with_the_bounds_that_an_intruder_could_reach():
    frame = pd.concat(
        [children({"yes": 5, "no": 3}, gender="girl"), children({"yes": 15, "no": 15}, gender="boy")]
    )
    out = bs.release(
        bs.estimate(
            bs.tally(frame, questionnaire=SMALL, by=["gender"]), by=[[], ["gender"]], measures=["fun"]
        )
    )
    rows = [row for row in out.audit if row.status != "shown"]
    assert rows
    for row in rows:
        assert row.greatest is None or row.greatest - row.least >= 5
        assert row.why
