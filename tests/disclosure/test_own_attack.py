"""An attack on what leaves of a council's own children, by whole worlds of children and nothing of our code.

The intruder sees every count that is shown, knows what each table is of, and asks for the fewest and the most
children that a hidden count can hold in any world of children, one variable for each kind of child.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import brightspots as bs
from brightspots.disclosure.own_figures import TRAIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brightspots.disclosure.own_figures import OwnTable

SMALL = 5
Kind = dict[str, str]


def attack(
    table: OwnTable,
    kinds: list[Kind],
    counts_in: Callable[[Mapping[str, str], Kind], bool],
    true: pd.DataFrame,
) -> int:
    """Ask for the bounds of every hidden count, and return how many small ones were asked for."""
    shown = [one for one in table.counts if one.count is not None]
    rows = np.array([[counts_in(dict(one.of), kind) for kind in kinds] for one in shown], dtype=float)
    held = np.array([one.count for one in shown], dtype=float)
    asked = 0
    for one in table.counts:
        which = np.array([counts_in(dict(one.of), kind) for kind in kinds], dtype=float)
        count = sum(counts_in(dict(one.of), kind) for kind in true.to_dict("records"))
        if one.count is not None:
            assert one.count == count
            continue
        if count >= SMALL:
            continue
        least, most = (
            milp(
                sign * which,
                constraints=LinearConstraint(rows, held, held),
                integrality=np.ones(len(kinds)),
                bounds=Bounds(0, len(true)),
            ).fun
            * sign
            for sign in (1, -1)
        )
        assert round(least) == 0, (one.of, count, least, most)
        assert round(most) >= SMALL - 1, (one.of, count, least, most)
        asked += 1
    return asked


def is_of(of: Mapping[str, str], kind: Kind) -> bool:
    """Whether a kind of child is counted in a cell of the SDQ table."""
    for name, level in of.items():
        own = kind[name.removeprefix(TRAIT)]
        if level == "scored":
            if own == "no score":
                return False
        elif level == "no score" and name == "score":
            if own != "no score":
                return False
        elif own != level:
            return False
    return True


SCORES = {"normal": 9, "borderline": 15, "concern": 21, "no score": None}


@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_of_the_sdq_is_found_in_any_world_of_children(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 70
    levels = {"gender": ("girl", "boy"), "home": ("foster", "kin", "residential")}
    mix = {"gender": (0.5, 0.5), "home": (0.65, 0.2, 0.15)}
    children = pd.DataFrame({name: rng.choice(levels[name], n, p=mix[name]) for name in levels})
    children["score"] = rng.choice(list(SCORES), n, p=(0.35, 0.12, 0.28, 0.25))
    before = rng.choice([*list(SCORES)[:3], "no score before"], n, p=(0.3, 0.15, 0.3, 0.25))
    children["before"] = np.where(children["score"] == "no score", "no score", before)
    now = children.assign(SDQ_SCORE=children["score"].map(SCORES), SDQ_REASON=None, child=range(n))
    then = now.assign(SDQ_SCORE=children["before"].map(SCORES))
    asked: dict[str, Any] = {"area": "Ash", "time": "2024"}
    (table,) = bs.release(
        bs.sdq.summarise(now, by=["gender", "home"], reason=None, **asked),
        bs.sdq.change(then, now, child="child", score="SDQ_SCORE", pairs_checked=True, **asked),
    ).own
    reasons = {key for one in table.counts for key in one.of if key[1].startswith(("sdq", "no reason"))}
    kept = tuple(one for one in table.counts if not reasons & set(one.of))
    kinds = [
        {"gender": g, "home": h, "score": s, "before": b}
        for g, h, s, b in product(
            *levels.values(), SCORES, [*list(SCORES)[:3], "no score before", "no score"]
        )
        if (s == "no score") == (b == "no score")
    ]
    told = type(table)(table.subject, table.area, table.time, table.informant, table.by, kept)
    assert attack(told, kinds, is_of, children) > 0


def is_moved(of: Mapping[str, str], kind: Kind) -> bool:
    """Whether a kind of child is counted in a cell of the table of stability."""
    return all(
        level == "asked" or kind[name.removeprefix(TRAIT)] == level
        for name, level in of.items()
        if name not in {"in care", "carer"}
    )


@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_of_stability_is_found_in_any_world_of_children(seed: int) -> None:
    """Two strands by two traits: a ring of margins, seen through whole children at most."""
    rng = np.random.default_rng(100 + seed)
    n = 60
    levels = {"gender": ("girl", "boy"), "home": ("foster", "kin", "residential")}
    children = pd.DataFrame({
        "gender": rng.choice(levels["gender"], n),
        "home": rng.choice(levels["home"], n, p=(0.6, 0.2, 0.2)),
        "placements": rng.choice(["three or more", "not"], n, p=(0.2, 0.8)),
        "workers": rng.choice(["three or more", "not"], n, p=(0.25, 0.75)),
    })  # fmt: skip
    placements, workers = [], []
    for i, row in enumerate(children.itertuples()):
        for name, held, rows in (("carer", row.placements, placements), ("worker", row.workers, workers)):
            starts = ["2019-05-01", "2023-06-01", "2023-12-01"] if held != "not" else ["2019-05-01"]
            ends = [*starts[1:], None]
            rows += [{"child": i, name: f"{name} {i} {j}", "start": s, "end": e}
                     for j, (s, e) in enumerate(zip(starts, ends, strict=True))]  # fmt: skip
    frame = children[["gender", "home"]].assign(child=range(n), age=9)
    asked: dict[str, Any] = {"on": "2024-03-31", "by": ["gender", "home"], "area": "Ash"}
    found = bs.stability.summarise(frame, pd.DataFrame(placements), workers=pd.DataFrame(workers), **asked)
    (table,) = bs.release(found).own
    beside = {"carer", "in care", "not asked"}  # everybody is asked here
    kept = tuple(one for one in table.counts if not beside & {part for pair in one.of for part in pair})
    told = type(table)(table.subject, table.area, table.time, "", table.by, kept)
    strand = ("three or more", "not")
    kinds = [
        dict(zip(("gender", "home", "placements", "workers"), kind, strict=True))
        for kind in product(*levels.values(), strand, strand)
    ]
    assert attack(told, kinds, is_moved, children) >= 0
