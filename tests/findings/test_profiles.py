"""Profiles: the same children whatever their order, and a seed that is theirs alone."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.findings import profiles as module
from brightspots.findings.profiles import profiles_of_frame

rows = st.lists(
    st.tuples(
        st.sampled_from(["x", "y", None, "it's"]), st.sampled_from([1.0, 2.0]), st.booleans(),
        st.sampled_from("po"),
    ),
    max_size=30,
)  # fmt: skip


def profiles_of(rows, within=None):
    frame = pd.DataFrame(rows, columns=["a", "b", "low", "age_band"])
    return profiles_of_frame(frame, ("a", "b"), "low", "low", within, not_known=False)


@settings(deadline=None, max_examples=60)
@given(rows, st.sampled_from([None, "age_band"]))
def test_they_are_the_rows_sorted_and_counted(rows, within):
    found = profiles_of(rows, within)
    counted = {}
    for a, b, low, band in rows:
        key = (band if within else "", "not known" if a is None else a, str(int(b)))
        n, count = counted.get(key, (0, 0))
        counted[key] = (n + 1, count + low)
    listed = {
        (found.strata[s], found.levels[0][a], found.levels[1][b]): (n, count)
        for s, a, b, n, count in zip(
            found.stratum, *found.codes, found.n.tolist(), found.count.tolist(), strict=True
        )
    }
    assert list(listed.items()) == sorted(counted.items())


@settings(deadline=None, max_examples=60)
@given(rows, st.integers(1, 5), st.sampled_from([None, "age_band"]))
def test_the_seed_is_the_hash_of_what_is_written_in_pieces_of_any_size(rows, size, within):
    found = profiles_of(rows, within)
    strata = tuple(found.strata[place] for place in found.stratum)
    levels = [[found.levels[0][a], found.levels[1][b]] for a, b in found.codes.T.tolist()]
    body = repr((("a", "b"), (strata, levels, found.n.tolist(), found.count.tolist()), ("low", 3)))
    expected = int.from_bytes(hashlib.sha256(body.encode()).digest()[:8], "big")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", size)
        assert found.seed("low", 3) == expected


def test_children_with_few_traits_and_many_levels():
    """300 levels take more than a byte each."""
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"a": random.integers(0, 300, 2000), "low": random.random(2000) < 0.2})
    found = profiles_of_frame(frame, ("a",), "low", "low", None, not_known=False)
    expected = frame.assign(a=frame["a"].astype(str)).groupby("a")["low"].agg(["size", "sum"])
    assert found.levels[0] == tuple(expected.index)
    assert found.n.tolist() == expected["size"].tolist()
    assert found.count.tolist() == expected["sum"].tolist()
