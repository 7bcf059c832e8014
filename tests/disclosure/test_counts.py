"""A table of counts through the public door, attacked by trying every table that fits what is printed."""

import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tabulating import Reader, cube, long
from test_suppression import WORKED, policy

import brightspots as bs
from brightspots.disclosure import counts as counting
from brightspots.disclosure import protect_counts
from brightspots.errors import ArgumentError, PolicyError, ReleaseError

SHAPES = [(2, 2), (2, 3), (3, 3), (2, 2, 2), (1, 2, 2)]
TABLES = st.sampled_from(SHAPES).flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(0, 5)))
TINY = st.sampled_from([(1, 3), (2, 2), (1, 2, 2)]).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 5))
)


def leaks(table, protected, *, smallest_shown, least, **more):
    """Return the small counts of which a reader can tell more than that they are small."""
    true, somebody = cube(table)["count"], cube(np.asarray(table) > 0)["count"]
    reader = Reader(protected, smallest_shown=smallest_shown, least=least, cap=int(np.max(table)) + 6, **more)
    return [
        row
        for row, count in enumerate(true)
        if least <= count < smallest_shown
        and not (
            reader.could_be(row, 0, least * somebody[row]) and reader.could_be(row, smallest_shown - 1, 10**6)
        )
    ]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(TABLES, st.sampled_from([("hidden", 1), ("shown", 1), ("shown", 3)]))
def test_no_small_count_can_be_worked_out(table, kind):
    zeros, step = kind
    protected = protect_counts(cube(table), policy=policy(3, zeros, round_to=step))
    assert leaks(table, protected, smallest_shown=3, least=int(zeros == "shown"), step=step) == []


@settings(max_examples=40, deadline=None, derandomize=True)
@given(TINY, st.sampled_from(["hidden", "shown", "nearest", "controlled"]))
def test_bounds_are_what_a_reader_finds(table, kind):
    rules = {
        "hidden": policy(3),
        "shown": policy(3, "shown"),
        "nearest": policy(3, "shown", round_to=3),
        "controlled": policy(0, "shown", round_to=3, rounding="controlled"),
    }[kind]
    protected = protect_counts(cube(table), policy=rules)
    reader = Reader(
        protected, smallest_shown=rules.counts.smallest_shown, least=int(kind in ("shown", "nearest")),
        step=rules.counts.round_to, controlled=kind == "controlled", cap=16,
    )  # fmt: skip
    for row, (lower, upper) in enumerate(zip(protected["lower"], protected["upper"], strict=True)):
        assert reader.could_be(row, lower, lower)
        assert not reader.could_be(row, 0, lower - 1)
        if pd.isna(upper):
            assert reader.could_be(row, 16, 10**6)
        else:
            assert reader.could_be(row, upper, upper)
            assert not reader.could_be(row, upper + 1, 10**6)


LEAKY = [[9, 2, 0], [4, 6, 5], [1, 8, 7]]


def test_without_the_second_step_the_audit_refuses_and_without_the_audit_a_reader_finds(monkeypatch):
    table = np.array(LEAKY)
    assert leaks(table, protect_counts(cube(table), policy=policy(3)), smallest_shown=3, least=0) == []
    monkeypatch.setattr(counting, "choose", lambda given: (given.must_hide.copy(), []))
    with pytest.raises(ReleaseError, match="audit"):
        protect_counts(cube(table), policy=policy(3))
    monkeypatch.setattr(counting, "what_can_be_told", lambda lattice, known, reason: known)
    assert leaks(table, protect_counts(cube(table), policy=policy(3)), smallest_shown=3, least=0)


def test_a_lower_threshold_or_zeros_shown_tell_more():
    table = np.array(LEAKY)
    assert leaks(table, protect_counts(cube(table), policy=policy(2)), smallest_shown=3, least=0)
    assert leaks(table, protect_counts(cube(table), policy=policy(3, "shown")), smallest_shown=3, least=0)


def test_a_reader_who_is_told_which_are_small_tells_more():
    """Methods note, section 8: with the symbol "<5" the two small counts shrink to [1, 4]."""
    from tabulating import Network

    network, place = Network(WORKED, least=0), np.arange(25).reshape(5, 5)
    hidden = [int(place[cell]) for cell in [(1, 0), (1, 1), (2, 0), (2, 2), (3, 1), (3, 2)]]
    low, high = network.reach(10, hidden)
    # The hidden cells move together along one line: r4b2 is 5 less r3b1.
    both_small = [n for n in range(low, high + 1) if n < 5 and 5 - n < 5]
    assert (min(both_small), max(both_small)) == (1, 4)
    assert set(protect_counts(long(WORKED), policy="council")["printed"]) & {"[c]", "<5", "*"} == {"[c]"}


@pytest.mark.parametrize(
    ("name", "small"), [("council", 5), ("restricted", 3), ("dfe", 6), ("ons-10", 10), ("nhs", 8)]
)
def test_each_policy_hides_what_it_says(name, small):
    table = np.random.default_rng(3).poisson(12, (6, 4))
    table[0] = [0, 1, 5, 30]
    frame = long(table)
    protected = protect_counts(frame, policy=name)
    zeros_shown = name in ("dfe", "nhs")
    must = (frame["count"] < small) & ~(zeros_shown & (frame["count"] == 0))
    assert (protected["status"][must] == "hidden").all()
    shown = protected["status"] == "open"
    figures = frame["count"] if name != "nhs" else (frame["count"] + 2) // 5 * 5
    assert (protected["count"][shown] == figures[shown]).all()
    assert protected["count"][~shown].isna().all()
    assert (protected["printed"][shown] == figures[shown].astype(str)).all()
    assert protected.attrs["policy"] == name
    assert protected.attrs["symbols"]["[c]"].startswith("hidden")


def test_a_total_below_ten_is_hidden_with_its_parts_under_the_council_policy():
    frame = long([[9, 0], [30, 25], [40, 21]])
    protected = protect_counts(frame, policy="council").set_index(["area", "band"])
    assert set(protected.loc["r1", "status"]) == {"hidden"}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(TABLES)
def test_all_or_none_is_no_figure_where_zeros_are_hidden(table):
    """Both tails: whoever sees a part equal to its total, or the rest of it small, knows the rest."""
    protected = protect_counts(cube(table), policy=policy(3))
    shown = {
        tuple(row[:-1]): int(row[-1])
        for row in protected[protected["status"] == "open"]
        .drop(columns=["status", "lower", "upper", "printed"])
        .itertuples(index=False)
    }
    for key, count in shown.items():
        for place, level in enumerate(key):
            total = (*key[:place], "all", *key[place + 1 :])
            if level != "all" and total in shown and table.shape[place] > 1:
                assert shown[total] - count >= 3


@settings(max_examples=30, deadline=None, derandomize=True)
@given(TABLES, st.randoms(use_true_random=False), st.sampled_from(["council", "dfe", "nhs", "open-data"]))
def test_the_order_of_rows_and_columns_changes_nothing(table, random, name):
    frame = cube(table)
    rows, columns = list(frame.index), list(frame.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    plain = protect_counts(frame, policy=name)
    mixed = protect_counts(frame.loc[rows, columns], policy=name)
    assert list(mixed.index) == rows
    pd.testing.assert_frame_equal(mixed[plain.columns].sort_index(), plain)


def test_the_frame_is_left_as_it_is_and_its_index_is_kept():
    frame = long(WORKED).set_index(pd.Index([f"row {i}" for i in range(25)]))
    before = frame.copy()
    protected = protect_counts(frame, policy="dfe")
    pd.testing.assert_frame_equal(frame, before)
    assert list(protected.index) == list(frame.index)
    assert list(protected.columns) == ["area", "band", "count", "status", "lower", "upper", "printed"]


def test_a_polars_frame_gives_the_same():
    polars = pytest.importorskip("polars")
    frame = long(WORKED)
    same = protect_counts(polars.DataFrame(frame.to_dict("list")), policy="dfe")
    assert same["printed"].tolist() == protect_counts(frame, policy="dfe")["printed"].tolist()


def test_a_rounded_table_without_hidden_cells_passes_its_audit_also_without_a_margin():
    frame = pd.DataFrame({"band": ["low", "middle", "high"], "age": ["8"] * 3, "count": [13, 8, 12]})
    total = pd.DataFrame({"band": ["all"], "age": ["all"], "count": [33]})
    protected = protect_counts(pd.concat([frame, total], ignore_index=True), policy="nhs")
    assert protected["printed"].tolist() == ["15", "10", "10", "35"]
    assert (protected["lower"][1], protected["upper"][1]) == (8, 12)


# ------------------------------------------------------------------------------------- margins and groups


def test_without_margins_nothing_is_implied():
    frame = long(WORKED)
    inner = frame[(frame["area"] != "all") & (frame["band"] != "all")]
    protected = protect_counts(inner, policy="council")
    assert (protected["status"] == "hidden").sum() == 2
    # All that is told is what the policy says: that they are below 5.
    assert (protected["upper"][protected["status"] == "hidden"] == 4).all()


def test_a_margin_that_is_missing_but_implied_gives_nothing_away():
    """Only the grand total is given: with a single cell hidden, it is the total less all others."""
    frame = long(WORKED)
    kept = frame[
        ((frame["area"] != "all") & (frame["band"] != "all"))
        | ((frame["area"] == "all") & (frame["band"] == "all"))
    ]
    table = np.array(WORKED)
    table[3, 1] = 20
    kept = kept.assign(count=[*table.ravel(), table.sum()])
    protected = protect_counts(kept, policy="council")
    hidden = protected["status"] == "hidden"
    assert hidden.sum() == 2
    assert (protected["upper"][hidden] >= 5).all()


def test_groups_of_levels_are_totals_too():
    counts = {"8": 4, "9": 20, "8-11": 24, "12": 30, "13": 18, "12-13": 48, "all": 72}
    frame = pd.DataFrame({"age": list(counts), "count": list(counts.values())})
    within = {"age": {"8": "8-11", "9": "8-11", "12": "12-13", "13": "12-13"}}
    protected = protect_counts(frame, policy="dfe", within=within).set_index("age")
    assert list(protected.index[protected["status"] == "hidden"]) == ["8", "9"]
    reader = Reader(protected.reset_index(), smallest_shown=6, least=1, cap=80, groups=within["age"])
    assert all(reader.could_be(row, 1, 1) and reader.could_be(row, 23, 23) for row in (0, 1))
    assert not any(reader.could_be(row, 24, 80) for row in (0, 1))
    assert protected.loc[["8", "9"], ["lower", "upper"]].to_numpy().tolist() == [[1, 23], [1, 23]]


def test_a_district_in_its_region_can_be_two_columns():
    rows = [
        ("N", "a", 3),
        ("N", "b", 40),
        ("N", "all", 43),
        ("S", "c", 25),
        ("S", "d", 12),
        ("S", "all", 37),
        ("all", "all", 80),
    ]
    protected = protect_counts(pd.DataFrame(rows, columns=["region", "district", "count"]), policy="dfe")
    assert protected["printed"].tolist() == ["[c]", "[c]", "43", "25", "12", "37", "80"]


# ----------------------------------------------------------------------------------------- what is known


def test_a_published_total_that_is_not_in_the_table_counts():
    frame = pd.DataFrame({"band": ["low", "high"], "count": [3, 40]})
    alone = protect_counts(frame, policy="council")
    assert alone["printed"].tolist() == ["[c]", "40"]
    known = pd.DataFrame({"band": ["all"], "count": [43]})
    assert protect_counts(frame, policy="council", known=known)["printed"].tolist() == ["[c]", "[c]"]


def test_an_earlier_version_stays_known():
    frame = pd.DataFrame({"band": ["low", "middle", "high", "all"], "count": [3, 9, 40, 52]})
    first = protect_counts(frame, policy="council")
    assert first["printed"].tolist() == ["[c]", "[c]", "40", "52"]
    again = protect_counts(frame, policy="council", known=first)
    assert again["printed"].tolist() == first["printed"].tolist()
    strict = protect_counts(frame, policy="ons-10", known=first)
    assert strict["printed"].tolist()[2:] == ["40", "52"]
    assert strict["upper"].tolist()[:2] == [12, 12]


def test_a_known_total_that_is_too_small_hides_the_table_and_says_why():
    frame = pd.DataFrame({"band": ["low", "high", "all"], "count": [1, 2, 3]})
    protected = protect_counts(frame, policy="council", known=frame[frame["band"] == "all"])
    assert protected["status"].tolist() == ["hidden", "hidden", "open"]
    assert protected["upper"].tolist() == [3, 3, 3]
    assert "whatever else was hidden" in protected.attrs["withheld"]


def test_what_was_hidden_and_is_known_all_the_same_stays_hidden():
    frame = pd.DataFrame({"band": ["low", "all"], "count": [3, 3]})
    first = protect_counts(frame, policy="dfe", known=frame[frame["band"] == "all"])
    assert first["printed"].tolist() == ["[c]", "3"]
    assert (first["lower"][0], first["upper"][0]) == (3, 3)
    assert protect_counts(frame, policy="dfe", known=first)["printed"].tolist() == ["[c]", "3"]


def test_a_known_range_narrows_the_bounds():
    frame = pd.DataFrame({"band": ["low", "high", "all"], "count": [3, 40, 43]})
    # 36 to 44 leaves 1 to 7 for "low"; and as "high" is not small, "low" must be: it is below 6.
    known = pd.DataFrame({"band": ["high"], "count": [None], "lower": [36], "upper": [44]})
    protected = protect_counts(frame, policy="dfe", known=known)
    assert protected["printed"].tolist() == ["[c]", "[c]", "43"]
    assert protected[["lower", "upper"]].to_numpy().tolist()[:2] == [[1, 5], [38, 42]]


# ------------------------------------------------------------------------------------------------- errors


def test_every_fault_of_the_rows_is_told_at_once():
    frame = pd.DataFrame(
        {
            "area": ["a", "a", None, "b", "Total", "c", "d"],
            "count": [3, -1, 4, 2.5, 9, None, "5"],
        }
    )
    with pytest.raises(ArgumentError) as raised:
        protect_counts(frame, policy="council")
    message = str(raised.value)
    for told in (
        "count: missing, in row 6", "count: not a whole number, in rows 4, 7", "count: below 0, in row 2",
        "area: no level, in row 3", "'Total' looks like a margin", "rows that are there twice: area a",
    ):  # fmt: skip
        assert told in message


def test_totals_that_do_not_add_up_are_named_without_their_counts():
    frame = long(WORKED)
    frame.loc[(frame["area"] == "r1") & (frame["band"] == "all"), "count"] = 97
    with pytest.raises(
        ArgumentError, match="not the sum of their parts: area all, band all; area r1, band all"
    ) as raised:
        protect_counts(frame, policy="dfe")
    assert "97" not in str(raised.value)
    assert "90" not in str(raised.value)


def test_a_missing_row_says_that_nobody_is_there():
    frame = long([[0, 20], [30, 25]])
    short = frame[~((frame["area"] == "r1") & (frame["band"] == "b1"))]
    assert "hidden" not in set(protect_counts(short, policy="dfe")["status"])
    with pytest.raises(ArgumentError, match="give rows of 0"):
        protect_counts(short, policy="council")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"frame": 5}, "data frame that Narwhals knows"),
        ({"frame": pd.DataFrame({"band": ["a"]})}, "no column 'count'"),
        ({"frame": pd.DataFrame({"count": [3]})}, "no dimensions"),
        ({"frame": pd.DataFrame({"band": [], "count": []})}, "no rows"),
        ({"frame": pd.DataFrame({"band": ["a"], "count": [3], "status": ["open"]})}, "'status' is added"),
        ({"frame": pd.DataFrame({"band": ["a"], "count": [300_000]})}, "above 250,000"),
        ({"within": {"other": {}}}, "'other' is no column"),
        ({"within": {"band": {"a": "b", "b": "a"}}}, "lies within itself"),
        ({"known": pd.DataFrame({"band": ["all"], "count": [99]})}, "known: other counts than frame's"),
        ({"known": pd.DataFrame({"place": ["all"], "count": [13]})}, "known: 'place' is no column"),
        ({"known": pd.DataFrame({"band": ["c"], "count": [1]})}, "known: parts of what is in frame"),
        ({"percent_of": "place"}, "percent_of is 'place'"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change, told):
    frame = pd.DataFrame({"band": ["a", "b", "all"], "count": [6, 7, 13]})
    with pytest.raises(ArgumentError, match=told):
        protect_counts(**({"frame": frame, "policy": "dfe"} | change))


def test_an_unknown_policy_names_those_there_are():
    with pytest.raises(PolicyError, match="council, dfe, nhs, ons-10, open-data, restricted"):
        protect_counts(long(WORKED), policy="strict")


# -------------------------------------------------------------------------------------------- percentages


def test_percentages_come_from_what_is_printed_half_up():
    frame = pd.DataFrame({"band": ["a", "b", "c", "d", "all"], "count": [25, 975, 0, 1000, 2000]})
    plain = protect_counts(frame, policy="dfe", percent_of="band")
    # 1.25% and 48.75% and a half that goes up: 977 of 2000 is 48.85%, 25 of 1000 would be 2.5%.
    assert plain["percent"].tolist() == ["1", "49", "0", "50", "100"]
    frame = pd.DataFrame({"band": ["a", "b", "all"], "count": [77, 123, 200]})
    assert protect_counts(frame, policy="dfe", percent_of="band")["percent"].tolist() == ["39", "62", "100"]
    rounded = protect_counts(frame, policy="open-data", percent_of="band")
    assert rounded["printed"].tolist() == ["80", "120", "200"]
    assert rounded["percent"].tolist() == ["40", "60", "100"]


def test_percentages_have_symbols_where_there_is_no_figure():
    frame = long([[3, 40, 27], [0, 0, 0], [7, 2000, 90]])
    percent = protect_counts(frame, policy="dfe", percent_of="band").set_index(["area", "band"])["percent"]
    assert percent["r1"].tolist() == ["[c]", "57", "[c]", "100"]
    assert percent["r2"].tolist() == ["[z]"] * 4
    frame = frame[frame["band"] != "all"]
    assert set(protect_counts(frame, policy="dfe", percent_of="band")["percent"]) == {"[x]"}
    low = pd.DataFrame({"band": ["a", "b", "all"], "count": [7, 1993, 2000]})
    assert protect_counts(low, policy="dfe", percent_of="band")["percent"].tolist() == ["[low]", "100", "100"]


def test_the_public_name_is_there_and_costs_nothing_until_it_is_used():
    program = (
        "import sys, brightspots as bs; bs.disclosure; heavy = {'numpy', 'highspy', 'pydantic'}\n"
        "assert not heavy & set(sys.modules); bs.disclosure.protect_counts; assert heavy <= set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    for parameter in inspect.signature(protect_counts).parameters:
        assert parameter in inspect.getdoc(protect_counts)
    with pytest.raises(AttributeError, match="no attribute 'protect'"):
        bs.disclosure.protect  # noqa: B018
