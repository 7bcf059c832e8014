"""The search: every count by brute force, p by SciPy, the shuffles against shuffled rows."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from brightspots.errors import ArgumentError
from brightspots.findings import search as module
from brightspots.findings.profiles import profiles_of_frame
from brightspots.findings.search import count_combinations, find_candidates, search

law = settings(deadline=None, max_examples=60)


def random_frame(seed, n=300, traits=5, levels=3, share=0.2):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, levels, (n, traits)).astype(str), columns=list("abcdefgh"[:traits]))
    frame["low"] = rng.random(n) < share
    return frame


def profiles_of(frame, traits, *, direction="low", within=None, not_known=False):
    return profiles_of_frame(frame, tuple(traits), "low", direction, within, not_known)


def candidates_of(frame, traits, max_order, **more):
    profiles = profiles_of(frame, traits, **more)
    return find_candidates(profiles, count_combinations(profiles, max_order))


def definitions(found):
    return [found.conditions(i) for i in range(found.count.size)]


def brute_force(frame, traits, max_order):
    """Return the first definition of every set of children of a sensible size, with size and count."""
    single = [
        (trait, level, frozenset(frame.index[frame[trait] == level]))
        for trait in traits
        for level in sorted(frame[trait].dropna().unique())
    ]
    found = {}
    for order in range(1, max_order + 1):
        for parts in combinations(single, order):
            if len({trait for trait, _, _ in parts}) == order:
                children = frozenset.intersection(*(members for _, _, members in parts))
                if 10 <= len(children) <= len(frame) - 10:
                    found.setdefault(children, {trait: level for trait, level, _ in parts})
    return [(own, len(kids), int(frame.loc[sorted(kids), "low"].sum())) for kids, own in found.items()]


small_frames = st.lists(
    st.tuples(
        st.sampled_from(["x", "y", None]), st.sampled_from(["p", "q"]), st.sampled_from(["m", "n", "o"]),
        st.sampled_from(["k", "l", None]), st.booleans(), st.sampled_from(["young", "old"]),
    ),
    min_size=1,
    max_size=90,
).map(lambda rows: pd.DataFrame(rows, columns=["a", "b", "c", "d", "low", "age_band"]))  # fmt: skip


class TestCandidates:
    @law
    @given(small_frames, st.integers(1, 3), st.sampled_from([None, "age_band"]))
    def test_they_are_those_of_brute_force_in_its_order(self, frame, max_order, within):
        frame["e"] = frame["a"]  # another name for the same children
        frame["f"] = frame["b"] + frame["c"]
        traits = ["f", "a", "b", "c", "d", "e"]
        found = candidates_of(frame, traits, max_order, within=within)
        numbers = zip(definitions(found), found.n.sum(axis=0).tolist(), found.count.tolist(), strict=True)
        assert list(numbers) == brute_force(frame, traits, max_order)

    @law
    @given(small_frames)
    def test_different_children_are_told_apart_whatever_their_marks(self, frame):
        """With marks of 1 every sum is the count, so that all is left to looking the children up."""
        frame["e"] = frame["a"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "MARK_BITS", len(frame).bit_length() + 1)
            found = definitions(candidates_of(frame, "abcde", 3))
        assert found == [own for own, _, _ in brute_force(frame, "abcde", 3)]

    def test_a_level_that_is_not_kept_by_its_own_name_leads_to_the_one_that_is(self):
        frame = random_frame(3, n=100, traits=2)
        frame["c"] = frame["a"]
        found = candidates_of(frame, "abc", 2)
        assert found.named[("c", "1")] == found.named[("a", "1")] == definitions(found).index({"a": "1"})

    def test_the_shortest_definition_of_the_same_children_is_kept(self):
        frame = pd.DataFrame(list(product("xy", "pq", range(15))), columns=["a", "b", "low"])
        frame["low"] = frame["low"] < 4
        frame["c"] = frame["a"] + frame["b"]  # every pair of a and b is one level of c
        frame["d"] = frame["a"]  # another name for a
        found = definitions(candidates_of(frame, "abcd", 3))
        assert [tuple(c) for c in found] == [("a",)] * 2 + [("b",)] * 2 + [("c",)] * 4

    def test_not_known_is_a_level_only_where_it_is_asked_for(self):
        frame = pd.DataFrame({"a": ["x", "y", None] * 20, "low": [True, False, False] * 20})
        assert definitions(candidates_of(frame, "a", 1)) == [{"a": "x"}, {"a": "y"}]
        asked = definitions(candidates_of(frame, "a", 1, not_known=True))
        assert asked == [{"a": "not known"}, {"a": "x"}, {"a": "y"}]

    def test_more_combinations_than_can_be_searched_are_refused(self):
        """200 levels of ten children each, three times: 8,000,000 combinations and more."""
        random = np.random.default_rng(1)
        frame = pd.DataFrame({t: random.permutation(np.repeat(np.arange(200), 10)) for t in "abc"})
        frame["low"] = random.random(2000) < 0.1
        message = "make 8,120,600 combinations of levels, and up to 2,000,000"
        with pytest.raises(ArgumentError, match=message):
            candidates_of(frame, "abc", 3)
        assert candidates_of(frame, "abc", 2).count.size == 600

    def test_levels_of_few_children_cost_nothing(self):
        """A column of ids, different for each child, holds no cohort and is no burden."""
        frame = random_frame(2, n=2000, traits=3)
        frame["id"] = np.arange(2000)
        with_ids = definitions(candidates_of(frame, ["a", "id", "b", "c"], 3))
        assert with_ids == definitions(candidates_of(frame, "abc", 3))


class TestP:
    @pytest.mark.parametrize("max_order", [1, 2, 3])
    def test_it_is_that_of_scipy(self, max_order):
        frame = random_frame(5, n=240, traits=4, levels=4, share=0.3)
        frame.loc[frame.index % 11 == 0, "b"] = None
        found = search(profiles_of(frame, "abcd"), max_order, 99, 1)
        total, positives = len(frame), int(frame["low"].sum())
        for i, (own, n, count) in enumerate(brute_force(frame, "abcd", max_order)):
            assert found.conditions(i) == own
            chance = stats.hypergeom(total, positives, n)
            assert found.p[i] == pytest.approx(chance.sf(count) + chance.pmf(count) / 2, rel=1e-9)
            difference = count / n - (positives - count) / (total - n)
            assert found.excess[i] == pytest.approx(difference, abs=1e-12)

    def test_more_p_values_than_can_be_held_are_refused(self, monkeypatch):
        monkeypatch.setattr(module, "MOST_P_VALUES", 100)
        with pytest.raises(ArgumentError, match="more than 100 p-values at once"):
            search(profiles_of(random_frame(1), "abc"), 2, 99, 1)


def smallest_by_matrices(profiles, found, permutations, seed):
    """The smallest p of each shuffle: the same draws, counted by a matrix of profiles and candidates."""
    generator = np.random.default_rng(seed)
    inside = [profiles.members(found.conditions(i)) for i in range(found.p.size)]
    many = profiles.n.sum() >= 40 * profiles.n.size
    smallest = []
    for start in range(0, permutations, 256):
        drawn = np.zeros((min(256, permutations - start), profiles.n.size), dtype=int)
        for place in range(len(profiles.strata)):
            at = profiles.stratum == place
            drawn[:, at] = generator.multivariate_hypergeometric(
                profiles.n[at], profiles.count[at].sum(), len(drawn), method="marginals" if many else "count"
            )
        tables = [table_of(profiles, members) for members in inside]
        p = [table[drawn @ members] for table, members in zip(tables, inside, strict=True)]
        smallest.append(np.min(p, axis=0))
    return np.sort(np.concatenate(smallest))


def table_of(profiles, members):
    """Return p of every count, from SciPy's chances of each part that a stratum can give of it."""
    chances = [1]
    for place in range(len(profiles.strata)):
        at = profiles.stratum == place
        total, positives = profiles.n[at].sum(), profiles.count[at].sum()
        size = profiles.n[at & members].sum()
        chances = np.convolve(chances, stats.hypergeom(total, positives, size).pmf(np.arange(size + 1)))
    return np.cumsum(chances[::-1])[::-1] - chances / 2


class TestShuffles:
    @pytest.mark.parametrize("within", [None, "age_band"])
    @pytest.mark.parametrize("direction", ["low", "high"])
    @pytest.mark.parametrize(("n", "levels"), [(60, 2), (200, 3), (3000, 2)])
    def test_they_are_those_of_plain_matrices(self, n, levels, direction, within):
        """Few and many children to a profile, the rarer answer on either side, with strata and without."""
        frame = random_frame(n, n=n, traits=4, levels=levels)
        frame["age_band"] = np.random.default_rng(n).choice(["x", "y", "z"], n)
        profiles = profiles_of(frame, "abcd", direction=direction, within=within)
        found = search(profiles, 2, 399, 5)
        expected = smallest_by_matrices(profiles, found, 399, 5)
        adjusted = (1 + np.searchsorted(expected, found.p * (1 + 1e-9), side="right")) / 400
        np.testing.assert_array_equal(found.adjusted, adjusted)
        assert found.threshold == pytest.approx(expected[19], rel=1e-9)

    def test_how_many_are_counted_at_once_changes_nothing(self, monkeypatch):
        profiles = profiles_of(random_frame(4), "abcde")
        first = search(profiles, 3, 299, 7)
        for name, most in (("MOST_CELLS", 5000), ("MOST_COUNTED", 5000), ("MOST_HELD", 1)):
            with monkeypatch.context() as patch:
                patch.setattr(module, name, most)
                again = search(profiles, 3, 299, 7)
            np.testing.assert_array_equal(first.adjusted, again.adjusted)

    def test_many_profiles_are_drawn_in_smaller_lots(self, monkeypatch):
        """The lots are other draws, so the adjusted p are near and not the same."""
        profiles = profiles_of(random_frame(4), "abcde")
        first = search(profiles, 2, 999, 7)
        monkeypatch.setattr(module, "MOST_DRAWN", profiles.n.size * 10)
        again = search(profiles, 2, 999, 7)
        np.testing.assert_allclose(first.adjusted, again.adjusted, atol=0.1)

    def test_drawing_profiles_is_shuffling_rows(self):
        """The smallest p of 4,000 draws and of 4,000 shuffles: same 5% point, same distribution."""
        frame = random_frame(2, n=200, traits=5, share=0.2)
        traits, shuffles = tuple("abcde"), 4000
        profiles = profiles_of(frame, traits)
        found = search(profiles, 2, 99, 0)
        conditions = [found.conditions(i) for i in range(found.p.size)]
        members = np.array(
            [np.logical_and.reduce([frame[t] == v for t, v in c.items()]) for c in conditions],
            dtype=float,
        )
        k = np.arange(41)
        tails = {
            n: stats.hypergeom.sf(k, 200, frame["low"].sum(), n)
            + stats.hypergeom.pmf(k, 200, frame["low"].sum(), n) / 2
            for n in set(found.sizes.tolist())
        }
        table = np.array([tails[n] for n in found.sizes.tolist()])
        rng = np.random.default_rng(3)
        low = frame["low"].to_numpy(dtype=float)
        by_rows = np.empty(shuffles)
        for i in range(shuffles):
            counts = (members @ rng.permutation(low)).astype(int)
            by_rows[i] = table[np.arange(len(counts)), counts].min()
        # A cohort's adjusted p is the share of shuffles at or below its p: read off at many p by both ways.
        by_draws = [search(profiles, 2, shuffles - 1, seed).adjusted[np.argsort(found.p)] for seed in (1, 2)]
        expected = np.array([(by_rows <= p * (1 + 1e-9)).mean() for p in np.sort(found.p)])
        error = np.sqrt(expected * (1 - expected) / shuffles + 1 / shuffles**2)
        for adjusted in by_draws:
            assert (np.abs(adjusted - expected) <= 5 * error).all()
        five_percent = np.quantile(by_rows, 0.05)
        assert search(profiles, 2, shuffles - 1, 1).threshold == pytest.approx(five_percent, rel=0.15)
