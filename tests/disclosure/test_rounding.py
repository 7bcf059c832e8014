"""Controlled rounding: the worked table, the laws, and the tables that have none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tabulating import cube, long
from test_suppression import WORKED

from brightspots.disclosure import counts as counting
from brightspots.disclosure import protect_counts, rounding
from brightspots.disclosure.lattice import Lattice
from brightspots.disclosure.policy import CountPolicy, CountRules
from brightspots.disclosure.rounding import round_together


def policy(step):
    rules = CountRules(smallest_shown=0, zeros="shown", round_to=step, rounding="controlled")
    return CountPolicy(id="p", title="p", counts=rules)


def test_the_worked_table():
    """Methods note, section 8: sum of squares 70, largest change 3; by itself each cell would have 60."""
    frame = long(WORKED)
    rounded = protect_counts(frame, policy=policy(5))["count"]
    change = (rounded - frame["count"]).astype(int)
    assert (change**2).sum() == 70
    assert change.abs().max() == 3
    assert rounded.to_numpy(int).reshape(5, 5).tolist() == [
        [20, 50, 10, 10, 90],
        [5, 20, 20, 15, 60],
        [5, 15, 15, 15, 50],
        [30, 0, 15, 25, 70],
        [60, 85, 60, 65, 270],
    ]
    nearest = (frame["count"] + 2) // 5 * 5
    assert ((nearest - frame["count"]) ** 2).sum() == 60


def adds_up(frame, figures):
    keys = [tuple(row) for row in frame.drop(columns="count").itertuples(index=False)]
    return not Lattice(dict(zip(keys, map(int, figures), strict=True)), [{}] * len(keys[0])).faults


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(0, 30)),
    st.sampled_from([3, 5, 10]),
)
def test_every_two_way_table_has_one_that_adds_up_and_keeps_multiples(table, step):
    frame = long(table)
    protected = protect_counts(frame, policy=policy(step))
    figures, true = protected["count"].to_numpy(int), frame["count"].to_numpy()
    assert set(protected["status"]) == {"open"}
    assert (figures % step == 0).all()
    assert (np.abs(figures - true) < step).all()
    assert (figures[true % step == 0] == true[true % step == 0]).all()
    assert adds_up(frame, figures)
    assert (protected["lower"] <= true).all()
    assert (protected["upper"] >= true).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(arrays(np.int64, (2, 2), elements=st.integers(0, 9)), st.sampled_from([3, 5]))
def test_no_rounding_is_nearer(table, step):
    """All ways to send each inner count up or down; the margins follow, and must be a step away at most."""
    figures = protect_counts(long(table), policy=policy(step))["count"].to_numpy(int)
    true, best = long(table)["count"].to_numpy(), None
    for ups in np.ndindex(2, 2, 2, 2):
        inner = (table // step + np.array(ups).reshape(2, 2) * (table % step > 0)) * step
        tried = long(inner)["count"].to_numpy()
        if (np.abs(tried - true) < step).all() and (tried[true % step == 0] == true[true % step == 0]).all():
            change = int(((tried - true) ** 2).sum())
            best = change if best is None else min(best, change)
    assert int(((figures - true) ** 2).sum()) == best


def test_three_ways_add_up_where_they_can():
    table = np.random.default_rng(1).poisson(7, (3, 3, 3))
    frame = cube(table)
    assert adds_up(frame, protect_counts(frame, policy="open-data")["count"])


def test_without_a_rounding_all_is_hidden_and_it_says_why(monkeypatch):
    monkeypatch.setattr(counting, "round_together", lambda *given: None)
    protected = protect_counts(long(WORKED), policy="open-data")
    assert set(protected["printed"]) == {"[c]"}
    assert "no rounding" in protected.attrs["withheld"]


def test_a_solver_that_stops_early_finds_no_rounding(monkeypatch):
    monkeypatch.setattr(rounding, "is_solved", lambda solver: False)
    lattice = Lattice({("a",): 7, ("all",): 7}, [{}])
    assert round_together(lattice.counts, lattice.sums, 5, lattice.is_seen) is None


def test_what_is_known_besides_can_undo_a_rounding():
    frame = long([[7, 12], [23, 9]])
    known = frame[(frame["area"] == "r1") | (frame["band"] == "b1")]
    protected = protect_counts(frame, policy="open-data", known=known)
    # Of the rest only one count is unknown, but with its totals: it keeps its freedom.
    assert set(protected["status"]) == {"open"}
    everything = frame[~((frame["area"] == "r2") & (frame["band"] == "b2"))]
    protected = protect_counts(frame, policy="open-data", known=everything)
    assert "already narrows" in protected.attrs["withheld"]


@pytest.mark.parametrize("step", [5, 10])
def test_a_table_without_margins_goes_to_the_nearest(step):
    frame = long(WORKED)
    inner = frame[(frame["area"] != "all") & (frame["band"] != "all")]
    rounded = protect_counts(inner, policy=policy(step))["count"].to_numpy(int)
    assert (np.abs(rounded - inner["count"]) <= step / 2).all()


def becomes(count, n=43, secret=""):
    """What becomes of a table of two rows and their total."""
    table = pd.DataFrame({"side": ["yes", "no", "all"], "count": [count, n - count, n]})
    return tuple(protect_counts(table, policy=policy(5), secret=secret)["count"])


def test_the_least_change_can_be_tried_out_and_a_secret_prevents_it():
    """0 of 45 comes from 0 to 3, and from none where n is known to be 43; with a secret, from 0 to 4."""
    tables = [(count, n) for count in range(7) for n in range(41, 50)]
    assert {count for count, n in tables if becomes(count, n) == (0, 45, 45)} == {0, 1, 2, 3}
    assert [count for count, n in tables if n == 43 and becomes(count, n) == (0, 45, 45)] == [0]
    secrets = [f"secret {i}" for i in range(12)]
    meant = {c for c, n in tables if any(becomes(c, n, one) == (0, 45, 45) for one in secrets)}
    assert meant == {0, 1, 2, 3, 4}


def test_with_a_secret_counts_go_up_as_often_as_they_lie_above():
    """3 lies three fifths of a step above 0, beside 40 and 43, which is tied to it: 60% of 300 secrets go up.

    Three standard errors are 8.5 points; the least change would always go up.
    """
    up = [becomes(3, secret=f"s{i}")[0] == 5 for i in range(300)]
    assert abs(np.mean(up) - 0.6) < 0.085


def test_the_same_secret_rounds_the_same_count_alike():
    table = long(WORKED)
    once, again = (protect_counts(table, policy=policy(5), secret="x")["count"] for _ in range(2))
    assert once.equals(again)
    assert adds_up(table, once)
    assert not once.equals(protect_counts(table, policy=policy(5), secret="y")["count"])
