"""The cheapest safe pattern: worked examples, all patterns of small tables, and solvers that stop early."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tabulating import MUCH, Network, long

from brightspots.disclosure import programs, protect_counts, suppression
from brightspots.disclosure.lattice import Lattice, Sum
from brightspots.disclosure.policy import CountPolicy, CountRules
from brightspots.disclosure.suppression import Range, Table, choose, costs

# Methods note, section 8: the table, its optimum and its bounds; brute force over all patterns agrees.
WORKED = [[20, 50, 10, 10], [8, 19, 22, 13], [3, 16, 12, 17], [31, 2, 14, 25]]


def policy(smallest_shown, zeros="hidden", **more):
    return CountPolicy(
        id="p", title="p", counts=CountRules(smallest_shown=smallest_shown, zeros=zeros, **more)
    )


def hidden_cells(table, rules):
    protected = protect_counts(long(table), policy=rules)
    assert protected.attrs["withheld"] == ""
    return protected, [i for i, status in enumerate(protected["status"]) if status == "hidden"]


def test_the_worked_table_has_its_optimum():
    protected, _ = hidden_cells(WORKED, policy(5))
    hidden = protected[protected["status"] == "hidden"].set_index(["area", "band"])
    assert set(hidden.index) == {
        ("r2", "b1"),
        ("r2", "b2"),
        ("r3", "b1"),
        ("r3", "b3"),
        ("r4", "b2"),
        ("r4", "b3"),
    }
    true = long(WORKED).set_index(["area", "band"])["count"]
    assert true[hidden.index].sum() == 58
    for small in (("r3", "b1"), ("r4", "b2")):
        assert (hidden.loc[small, "lower"], hidden.loc[small, "upper"]) == (0, 5)


@pytest.mark.parametrize("partners", [[], [(2, 2), (3, 2)]])
def test_primary_cells_alone_or_with_a_partner_in_their_row_are_recovered(partners):
    network, place = Network(WORKED, least=0), np.arange(25).reshape(5, 5)
    hidden = [int(place[cell]) for cell in [(2, 0), (3, 1), *partners]]
    assert [network.reach(int(place[cell]), hidden) for cell in [(2, 0), (3, 1)]] == [(3, 3), (2, 2)]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(0, 14)),
    st.sampled_from([("hidden", 5), ("shown", 6), ("hidden", 3), ("shown", 3)]),
)
def test_no_pattern_is_cheaper_and_the_bounds_are_the_largest_flows(table, rule):
    zeros, enough = rule
    network = Network(table, least=int(zeros == "shown"))
    protected, hidden = hidden_cells(table, policy(enough, zeros))
    assert network.cost(hidden) == network.cheapest(enough)
    for cell in hidden:
        low, high = network.reach(cell, hidden)
        # A reader also knows that something had to be hidden, which can only narrow what is told.
        assert low <= protected["lower"][cell]
        if high < MUCH / 2:
            assert protected["upper"][cell] <= high
        if network.least <= network.count[cell] < enough:
            assert network.is_open(cell, hidden, enough)


def gap():
    """Return six totals, all 5, of children who are in two groups each, and the pairs of groups."""
    pairs = {"ab": 3, "bc": 2, "ac": 2, "cd": 1, "de": 2, "ef": 3, "df": 2}
    names = [*"abcdef", *pairs]
    counts = np.array([5] * 6 + list(pairs.values()))
    sums = [
        Sum(i, tuple(6 + j for j, pair in enumerate(pairs) if letter in pair))
        for i, letter in enumerate("abcdef")
    ]
    unseen = np.array([False] * 6 + [True] * 7)
    target = np.array([name == "cd" for name in names])
    return names, Table(
        counts=counts, sums=sums, must_hide=unseen, may_hide=~unseen, cost=costs(counts, sums),
        if_hidden=Range(np.zeros(13, dtype=int), np.full(13, MUCH)), if_open=Range(counts, counts),
        target=target, reach=Range(np.where(target, 0, counts), np.where(target, 5, counts)),
    )  # fmt: skip


def possible(hidden_totals):
    """Return what cd could be, by going through all numbers of children in pairs."""
    ab, bc, ac, cd, de, ef, df = np.indices((6,) * 7).reshape(7, -1)
    sums = {"a": ab + ac, "b": ab + bc, "c": bc + ac + cd, "d": cd + de + df, "e": de + ef, "f": ef + df}
    fits = np.all([total == 5 for name, total in sums.items() if name not in hidden_totals], axis=0)
    return set(cd[fits].tolist())


def test_a_gap_that_only_whole_numbers_have_is_closed():
    """Methods note, section 8: the pair cd is in [0, 5] for fractions of children, and odd in whole ones."""
    names, table = gap()
    hidden, hopeless = choose(table)
    assert not hopeless
    more = [name for name, is_hidden in zip(names[:6], hidden[:6], strict=True) if is_hidden]
    assert possible([]) == {1, 3, 5}
    assert {0, 5} <= possible(more)
    # Either triangle alone keeps cd odd, so that one total is not enough.
    assert len(more) == 2
    assert not any(0 in possible([name]) for name in "abcdef")


def test_the_gap_is_missed_where_fractions_of_children_count(monkeypatch):
    monkeypatch.setattr(suppression, "set_whole", lambda *given: None)
    push = suppression._push

    def careless(solver, place, sign, need):
        moves, duals = push(solver, place, sign, need)
        return (np.zeros(7, dtype=np.int64), None) if duals is None and moves is None else (moves, duals)

    monkeypatch.setattr(suppression, "_push", careless)
    _, table = gap()
    assert not choose(table)[0][:6].any()


SEVERAL = [np.random.default_rng(seed).poisson(6, (4, 4)) for seed in range(6)]


@pytest.mark.parametrize("table", SEVERAL)
@pytest.mark.parametrize("stopped", ["too large", "no nodes", "no rounds"])
def test_a_proof_that_is_given_up_ends_in_more_hiding(table, stopped, monkeypatch):
    if stopped == "too large":
        monkeypatch.setattr(suppression, "LARGEST", 0)
    elif stopped == "no rounds":
        monkeypatch.setattr(suppression, "ROUNDS", 0)
    else:
        monkeypatch.setattr(
            suppression._Master,
            "_solve_whole",
            lambda self: setattr(self, "is_exact", False) or self._chosen(),
        )
    network = Network(table, least=0)
    _, hidden = hidden_cells(table, policy(5))
    small = [cell for cell, count in enumerate(network.count) if count < 5]
    assert all(network.is_open(cell, hidden, 5) for cell in small)
    assert network.cost(hidden) >= network.cheapest(5)
    # And nothing is left that could be shown again.
    for cell in set(hidden) - set(small):
        assert not all(network.is_open(one, [c for c in hidden if c != cell], 5) for one in small)


def test_a_solver_that_never_ends_hides_everything(monkeypatch):
    for module in (programs, suppression):
        monkeypatch.setattr(module, "is_solved", lambda solver: False)
    protected = protect_counts(long(WORKED), policy=policy(5))
    assert set(protected["status"]) == {"hidden"}
    assert protected.attrs["withheld"]


def test_one_sum_needs_no_program(monkeypatch):
    monkeypatch.setattr(suppression, "_Search", None)
    counts = {("a",): 3, ("b",): 40, ("c",): 9, ("all",): 52}
    lattice = Lattice(counts, [{}])
    values = lattice.counts
    small = values < 5
    table = Table(
        counts=values, sums=lattice.sums, must_hide=small, may_hide=~small, cost=costs(values, lattice.sums),
        if_hidden=Range(np.zeros(4, dtype=int), np.full(4, MUCH)), if_open=Range(values, values),
        target=small, reach=Range(np.where(small, 0, values), np.where(small, 5, values)),
    )  # fmt: skip
    hidden, _ = choose(table)
    assert [key[0] for key, is_hidden in zip(lattice.keys, hidden, strict=True) if is_hidden] == ["a", "c"]
