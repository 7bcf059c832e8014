"""A second opinion: the Tau-Argus engine on the same tables, with the same costs and protection.

Run with ``uv run --group sdc pytest tests/disclosure/test_pytauargus.py``.
"""

import numpy as np
import pandas as pd
import pytest
from tabulating import MUCH, Network, long

from brightspots.disclosure.lattice import Lattice
from brightspots.disclosure.suppression import Range, Table, choose

pytauargus = pytest.importorskip("pytauargus", reason="SECOND OPINION SKIPPED: needs `uv sync --group sdc`")


def theirs(table, folder):
    """Return what pytauargus hides: counts below 5 protected by their own size, at the least sum."""
    rows = [
        (f"r{i + 1}", f"b{j + 1}", 1.0) for (i, j), count in np.ndenumerate(table) for _ in range(int(count))
    ]
    done = pytauargus.protect(
        pd.DataFrame(rows, columns=["area", "band", "one"]), ["area", "band"], response="one",
        safety_rules="FREQ(5,100)", suppress="OPT(1)", workdir=str(folder),
    ).tables[0]  # fmt: skip
    frame = done.dataframe().replace({"Total": "all"})
    hidden = [value is None or value != value for value in done.safe(None)]
    return set(map(tuple, frame.loc[hidden, ["area", "band"]].to_numpy()))


def ours(table):
    """Return what is hidden under the same rule, and every count."""
    frame = long(table)
    counts = dict(zip(zip(frame["area"], frame["band"], strict=True), frame["count"].tolist(), strict=True))
    lattice = Lattice(counts, [{}, {}])
    values = lattice.counts
    small = values < 5
    hidden, hopeless = choose(
        Table(
            counts=values, sums=lattice.sums, must_hide=small, may_hide=~small, cost=values,
            if_hidden=Range(np.zeros_like(values), np.full_like(values, MUCH)), if_open=Range(values, values),
            target=small, reach=Range(np.where(small, 0, values), np.where(small, 2 * values, values)),
        )
    )  # fmt: skip
    assert not hopeless
    return {key for key, is_hidden in zip(lattice.keys, hidden, strict=True) if is_hidden}, counts


@pytest.mark.parametrize("seed", range(12))
def test_the_engine_finds_nothing_cheaper(seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the engine leaves its logs where it runs
    random = np.random.default_rng(seed)
    table = 1 + random.poisson(random.choice([5, 8, 12]), (6, 4))
    mine, counts = ours(table)
    other = theirs(table, tmp_path)
    assert {key for key, count in counts.items() if count < 5} <= mine & other
    network, keys = Network(table, least=0), list(counts)
    hidden = [place for place, key in enumerate(keys) if key in mine]
    for place in hidden:
        if (count := network.count[place]) < 5:
            low, high = network.reach(place, hidden)
            assert low == 0
            assert high >= 2 * count
    # On seed 11 the engine (0.6.0) ends at 64, where flows show that 59 is safe.
    mine_costs, other_costs = (sum(counts[key] for key in chosen) for chosen in (mine, other))
    assert mine_costs == other_costs or (seed, mine_costs, other_costs) == (11, 59, 64)
