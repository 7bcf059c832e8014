"""Cohorts: p by hand, every count by brute force, the search against shuffled rows, what is shown of it."""

from __future__ import annotations

import importlib.util
import os
import sys
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import comb, isclose
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from brightspots.disclosure.release import release
from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.cohorts import Cohorts, flag_cohorts
from brightspots.findings.profiles import searched_category
from brightspots.measures import sdq
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally

ROOT = Path(__file__).parents[2]
NOTE = "methods note, section 5"
CONTRACT = [
    "cohort", "conditions", "order", "n", "count", "share", "lower", "upper", "rest_n", "rest_count",
    "rest_share", "difference", "difference_lower", "difference_upper", "p", "p_adjusted", "q", "tier",
    "shrunk_share", "shrunk_lower", "shrunk_upper", "role", "covered_by",
]  # fmt: skip
MORE = ["measure", "direction", "detectable", "jaccard", "p_vs_parent"]


def frame_of(*groups):
    """Build a frame of groups of children: (levels, n, how many are low)."""
    rows = [
        levels | {"low": i < low}
        for levels, n, low in groups
        for i in range(n)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def random_frame(seed, n=300, traits=5, levels=3, share=0.2):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, levels, (n, traits)).astype(str), columns=list("abcdefgh"[:traits]))
    frame["low"] = rng.random(n) < share
    return frame


def flags(cohorts):
    return [row for row in cohorts if row.tier == "flag"]


def by_name(cohorts):
    return {row.cohort: row for row in cohorts}


def mid_p(total, positives, size, count):
    """P(X > count) + P(X = count) / 2 by counting the ways."""
    ways = [comb(positives, k) * comb(total - positives, size - k) for k in range(size + 1)]
    return float(Fraction(2 * sum(ways[count + 1 :]) + ways[count], 2 * comb(total, size)))


class TestNumbers:
    def test_columns_are_those_of_the_contract_in_order(self):
        names = flag_cohorts(random_frame(1), traits=["a", "b"], measure="low").column_names
        assert list(names) == CONTRACT + MORE

    def test_one_cohort_by_hand(self):
        """6 of 10 girls low and 3 of 30 boys: P(X > 6) + P(X = 6) / 2 with 9 low among 40."""
        frame = frame_of(({"gender": "girl"}, 10, 6), ({"gender": "boy"}, 30, 3))
        (girls, boys) = flag_cohorts(frame, traits=["gender"], measure="low")
        assert girls.p == pytest.approx(mid_p(40, 9, 10, 6), rel=1e-12)
        assert girls.p == pytest.approx(0.00175, abs=0.000005)
        assert boys.p == pytest.approx(mid_p(40, 9, 30, 3), rel=1e-12)
        assert (girls.n, girls.count, girls.rest_n, girls.rest_count) == (10, 6, 30, 3)
        assert (girls.share, girls.rest_share, girls.difference) == (0.6, 0.1, 0.5)
        assert (girls.lower, girls.upper) == pytest.approx(proportion_confint(6, 10, 0.05, "wilson"))
        assert (girls.difference_lower, girls.difference_upper) == pytest.approx(
            confint_proportions_2indep(6, 10, 3, 30, method="newcomb")
        )
        assert (girls.q, boys.q) == pytest.approx(multipletests([girls.p, boys.p], method="fdr_bh")[1])
        posterior = stats.beta(6 + 20 * 9 / 40, 4 + 20 * 31 / 40)
        assert (girls.shrunk_share, girls.shrunk_lower, girls.shrunk_upper) == pytest.approx(
            (posterior.mean(), posterior.ppf(0.025), posterior.ppf(0.975))
        )
        assert (girls.tier, girls.role, girls.covered_by, girls.conditions) == (
            "flag",
            "lead",
            "",
            {"gender": "girl"},
        )

    def test_shrunk_size_reference_value(self):
        frame = frame_of(({"home": "x"}, 40, 12), ({"home": "y"}, 260, 26))
        row = by_name(flag_cohorts(frame, traits=["home"], measure="low"))["children with home: x"]
        assert round(row.shrunk_share, 4) == 0.2422, NOTE

    def test_with_one_candidate_the_adjusted_p_is_that_of_a_shuffle(self):
        """Of 30 with 12 low, the chance that a group of 10 has 7 low or more, from 9,999 shuffles."""
        frame = frame_of(({"a": "x"}, 10, 7), ({"a": None}, 20, 5))
        cohorts = flag_cohorts(frame, traits=["a"], measure="low", permutations=9999)
        (row,) = cohorts
        exact = stats.hypergeom.sf(6, 30, 12, 10)
        assert cohorts.candidates == 1
        assert row.p_adjusted == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 10_000) ** 0.5)
        assert row.p_adjusted * 10_000 == pytest.approx(round(row.p_adjusted * 10_000))

    def test_the_rest_is_everybody_else_also_those_whose_trait_is_not_known(self):
        frame = frame_of(({"a": "x"}, 20, 5), ({"a": "y"}, 20, 5), ({"a": None}, 30, 1))
        row = by_name(flag_cohorts(frame, traits=["a"], measure="low"))["children with a: x"]
        assert (row.rest_n, row.rest_count) == (50, 6)

    def test_excess_of_less_than_five_points_is_no_flag(self):
        frame = frame_of(({"a": "x"}, 40_000, 4_400), ({"a": "y"}, 40_000, 2_800))
        (x, _) = flag_cohorts(frame, traits=["a"], measure="low", permutations=99)
        assert (x.p < 1e-50, x.p_adjusted, round(x.difference, 2), x.tier) == (True, 0.01, 0.04, "watch")

    def test_watched_by_q_and_flagged_by_the_search(self):
        for seed in range(20):
            for row in flag_cohorts(
                random_frame(seed), traits=list("abcde"), measure="low", permutations=199
            ):
                if row.tier == "watch":
                    assert row.q <= 0.10
                elif row.tier == "" and row.q is not None:
                    assert row.q > 0.10

    @pytest.mark.parametrize(
        ("rows", "n", "count"),
        [
            (({"a": "x"}, 30, 0), 30, 0),
            (({"a": "x"}, 30, 30), 30, 30),
        ],
    )
    def test_nobody_or_everybody_low(self, rows, n, count):
        cohorts = flag_cohorts(frame_of(rows, ({"a": "y"}, n, count)), traits=["a"], measure="low")
        assert (cohorts.n, cohorts.count, cohorts.candidates) == (60, 2 * count, 2)
        for row in cohorts:
            assert (row.p, row.p_adjusted, row.tier, row.detectable, row.shrunk_share) == (
                0.5,
                1.0,
                "",
                None,
                None,
            )

    def test_no_answer_at_all_gives_no_rows(self, survey_of):
        cohorts = flag_cohorts(survey_of([{"gender": "girl"}] * 30), traits=["gender"])
        assert (len(cohorts), cohorts.n, cohorts.count, cohorts.candidates) == (0, 0, 0, 0)
        assert cohorts.column_names[:2] == ("cohort", "conditions")
        nothing = flag_cohorts(pd.DataFrame({"a": [], "low": []}), traits=["a"], measure="low")
        assert len(nothing) == 0

    def test_groups_too_small_to_search_are_shown_without_a_test(self):
        frame = frame_of(({"a": "x"}, 9, 9), ({"a": "y"}, 60, 5))
        cohorts = flag_cohorts(frame, traits=["a"], measure="low")
        assert cohorts.candidates == 0  # nine inside, and then nine outside
        for row in cohorts:
            assert [row.p, row.p_adjusted, row.q, row.detectable, row.tier] == [None, None, None, None, ""]
        everyone = flag_cohorts(frame_of(({"a": "x"}, 20, 5)), traits=["a"], measure="low")
        assert [(r.n, r.rest_n, r.rest_share, r.difference) for r in everyone] == [(20, 0, None, None)]


class TestWhatCouldHaveBeenFound:
    def test_it_allows_for_the_search(self):
        """More candidates make the search see less."""
        frame = random_frame(3, traits=6)
        sizes = [
            by_name(flag_cohorts(frame, traits=list("abcdef"[:traits]), measure="low"))[
                "children with a: 0"
            ].detectable
            for traits in (1, 3, 6)
        ]
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[2]

    def test_an_excess_of_that_size_is_found_about_four_times_in_five(self):
        """60 of 300 children, simulated with the excess that the search says that it could have found."""
        rng = np.random.default_rng(8)
        groups = np.repeat(["x", "y"], [60, 240])

        def search(share):
            frame = pd.DataFrame(
                {"a": groups, "b": rng.choice(list("pqrs"), 300), "c": rng.choice(list("tuv"), 300)}
            )
            frame["low"] = rng.random(300) < np.where(groups == "x", share, 0.2)
            cohorts = flag_cohorts(frame, traits=["a", "b", "c"], measure="low", permutations=199)
            return by_name(cohorts)["children with a: x"]

        gap = np.mean([search(0.2).detectable for _ in range(20)])
        found = np.mean([search(0.2 + gap).tier == "flag" for _ in range(150)])
        assert 0.70 <= found <= 0.90


class TestSearch:
    def test_a_level_with_the_same_children_as_a_flag_shares_it(self):
        frame = frame_of(({"a": "x", "b": "p"}, 30, 20), ({"a": "y", "b": "q"}, 100, 10))
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low"))
        lead, twin = rows["children with a: x"], rows["children with b: p"]
        assert (lead.tier, lead.role) == ("flag", "lead")
        assert (twin.tier, twin.role, twin.covered_by) == ("flag", "covered", "children with a: x")
        assert (twin.p, twin.p_adjusted, twin.q) == (lead.p, lead.p_adjusted, lead.q)
        assert twin.jaccard == 1

    def test_the_same_children_give_the_same_whatever_their_order(self):
        frame = random_frame(7)
        cohorts = flag_cohorts(frame, traits=list("abcde"), measure="low", permutations=199)
        for seed in range(3):
            shuffled = frame.sample(frac=1, random_state=seed)
            again = flag_cohorts(shuffled, traits=list("abcde"), measure="low", permutations=199)
            assert list(again) == list(cohorts)
            assert again.seed == cohorts.seed

    def test_the_seed_is_that_of_the_data_and_the_settings(self):
        frame = random_frame(7)

        def seed_of(frame=frame, **more):
            return flag_cohorts(
                frame, traits=["a", "b"], **({"measure": "low", "permutations": 99} | more)
            ).seed

        other = frame.assign(low=~frame["low"])
        seeds = [
            seed_of(),
            seed_of(permutations=199),
            seed_of(max_order=1),
            seed_of(direction="high"),
            seed_of(other),
        ]
        assert len(set(seeds)) == len(seeds)
        assert seed_of() == seed_of()
        assert seed_of() == 470841546358398627  # the same on every machine

    @pytest.mark.parametrize("permutations", [99, 199, 1999, 2500])
    def test_an_adjusted_p_is_a_number_of_shuffles(self, permutations):
        cohorts = flag_cohorts(random_frame(1), traits=["a", "b"], measure="low", permutations=permutations)
        for row in cohorts:
            assert row.p_adjusted * (permutations + 1) == pytest.approx(
                round(row.p_adjusted * (permutations + 1))
            )
            assert row.p_adjusted >= 1 / (permutations + 1)


def planted(seed, share=0.7, n=300):
    """A frame with one cohort of two conditions that is low far more often."""
    frame = random_frame(seed, n=n, traits=4, share=0.1)
    inside = (frame["a"] == "0") & (frame["b"] == "0")
    frame.loc[inside, "low"] = np.random.default_rng(seed).random(inside.sum()) < share
    return frame


class TestShownOnce:
    """The greedy cover, on hand-made children."""

    def test_a_cohort_and_what_owes_its_excess_to_it(self):
        """All of the excess of b: p lies with the 30 of it that are also a: x."""
        frame = frame_of(
            ({"a": "x", "b": "p"}, 30, 25), ({"a": "x", "b": "q"}, 10, 8), ({"a": "y", "b": "p"}, 60, 6),
            ({"a": "y", "b": "q"}, 200, 20),
        )  # fmt: skip
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low"))
        lead, other = rows["children with a: x"], rows["children with b: p"]
        assert (lead.role, lead.covered_by) == ("lead", "")
        assert (other.tier, other.role, other.covered_by) == ("flag", "covered", lead.cohort)
        assert (lead.jaccard, lead.p_vs_parent) == (None, None)
        # 30 children are in both, 100 in either; its definition does not narrow the lead's down.
        assert (other.jaccard, other.p_vs_parent) == (0.3, None)

    def test_two_cohorts_of_other_children_are_two_leads(self):
        frame = frame_of(
            ({"a": "x", "b": "q"}, 30, 20), ({"a": "y", "b": "p"}, 30, 18), ({"a": "y", "b": "q"}, 140, 14)
        )
        roles = {
            row.cohort: row.role
            for row in flags(flag_cohorts(frame, traits=["a", "b"], measure="low", max_order=1))
        }
        assert roles == {"children with a: x": "lead", "children with b: p": "separate"}

    def test_what_is_left_of_it_must_stand_out_by_itself(self):
        """Half of the second cohort is in the first, and the other half is like everyone else."""
        frame = frame_of(
            ({"a": "x", "b": "p"}, 20, 16), ({"a": "x", "b": "q"}, 20, 15), ({"a": "y", "b": "p"}, 20, 4),
            ({"a": "y", "b": "q"}, 140, 18),
        )  # fmt: skip
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low", max_order=1))
        assert rows["children with a: x"].role == "lead"
        second = rows["children with b: p"]
        assert (second.tier, second.role, second.covered_by) == ("flag", "covered", "children with a: x")
        assert mid_p(160, 22, 20, 4) > 0.05

    def test_few_children_left_are_not_separate_however_low(self):
        frame = frame_of(
            ({"a": "x", "b": "p"}, 20, 16), ({"a": "x", "b": "q"}, 20, 15), ({"a": "y", "b": "p"}, 9, 9),
            ({"a": "y", "b": "q"}, 151, 18),
        )  # fmt: skip
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low", max_order=1))
        assert {row.cohort: row.role for row in flags(rows.values())} == {
            "children with a: x": "lead", "children with b: p": "covered"
        }  # fmt: skip

    def test_a_hot_spot_adds_to_the_cohort_around_it(self):
        """Of 60, 20 of 20 are low in one half and 25 of 40 in the other: P(X = 20) / 2 is far below 5%."""
        frame = frame_of(
            ({"a": "x", "b": "p"}, 20, 20), ({"a": "x", "b": "q"}, 40, 25), ({"a": "y", "b": "q"}, 140, 10)
        )
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low"))
        lead, spot = rows["children with a: x"], rows["children with b: p"]
        assert lead.role == "lead"
        assert (spot.role, spot.covered_by) == (
            "covered",
            lead.cohort,
        )  # its own definition is not within the lead's
        frame.loc[frame.index[-30:], "b"] = "p"  # now it takes both conditions
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low"))
        spot = rows["children with a: x and with b: p"]
        assert (spot.role, spot.covered_by) == ("hot_spot", "children with a: x")
        assert mid_p(60, 45, 20, 20) <= 0.05
        assert spot.p_vs_parent == pytest.approx(mid_p(60, 45, 20, 20), rel=1e-9)
        assert spot.jaccard == 20 / 60

    def test_a_part_that_is_like_its_cohort_is_only_covered(self):
        frame = frame_of(
            ({"a": "x", "b": "p"}, 20, 13), ({"a": "x", "b": "q"}, 40, 25), ({"a": "y", "b": "p"}, 40, 3),
            ({"a": "y", "b": "q"}, 100, 7),
        )  # fmt: skip
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low"))
        part = rows["children with a: x and with b: p"]
        assert (part.tier, part.role, part.covered_by) == ("flag", "covered", "children with a: x")
        assert part.p_vs_parent == pytest.approx(mid_p(60, 38, 20, 13), rel=1e-9)
        assert part.p_vs_parent > 0.05
        assert part.jaccard == 20 / 60

    @pytest.mark.parametrize("seed", range(12))
    def test_flags_are_never_all_hidden(self, seed):
        rows = list(flag_cohorts(planted(seed), traits=list("abcd"), measure="low", permutations=199))
        flagged = [row for row in rows if row.tier == "flag"]
        assert flagged
        assert [row.role for row in flagged].count("lead") == 1
        assert flagged[0].role == "lead"
        shown = {row.cohort for row in flagged if row.role in ("lead", "separate")}
        for row in flagged:
            assert (row.covered_by in shown) is (row.role in ("covered", "hot_spot"))


class TestDirection:
    def test_high_counts_the_others(self):
        frame = planted(4)
        frame["low"] = ~frame["low"]
        high = flag_cohorts(frame, traits=list("abcd"), measure="low", direction="high", permutations=199)
        low = flag_cohorts(planted(4), traits=list("abcd"), measure="low", permutations=199)
        found = [{r.cohort: (r.n, r.count, r.p) for r in rows if r.order == 1} for rows in (high, low)]
        assert found[0] == found[1]
        assert set(high.column("direction")) == {"high"}

    @pytest.mark.parametrize(
        ("measure", "direction", "expected"),
        [
            ("likes_school", "low", ("counted", True)),
            ("likes_school", "high", ("counted", False)),
            ("afraid", "low", ("counted", False)),
            ("afraid", "high", ("counted", True)),
            ("satisfied", "low", ("low", False)),
            ("satisfied", "high", ("very high", False)),
            ("anxious", "low", ("low", False)),
            ("low_wellbeing", "low", ("low", False)),
            ("low_wellbeing", "high", ("low", True)),
        ],
    )
    def test_the_side_that_is_counted(self, small, measure, direction, expected):
        assert searched_category(measures_of(small)[measure], direction) == expected

    def test_themes_have_no_side(self, survey_of):
        source = survey_of([{"gender": "girl", "theme_family": "ticked"}] * 30)
        with pytest.raises(ArgumentError, match="theme_family is neither good news nor bad"):
            flag_cohorts(source, traits=["gender"], measure="theme_family")


class TestMeasures:
    @pytest.fixture
    def source(self, survey_of):
        girls = [
            {"gender": "girl", "likes_school": "not at all", "afraid": "always", "anxious": 9, "satisfied": 2}
        ]
        boys = [{"gender": "boy", "likes_school": "a lot", "afraid": "never", "anxious": 1, "satisfied": 9}]
        unknown = [
            {"likes_school": "a bit", "afraid": "never", "anxious": 5, "satisfied": 6, "home": "foster"}
        ]
        left_out = [
            {"gender": "girl", "likes_school": "dont_know", "afraid": "never", "satisfied": "prefer_not"}
        ]
        return survey_of(girls * 15 + boys * 20 + unknown * 25 + left_out * 10)

    @pytest.mark.parametrize(
        ("measure", "direction", "girls", "boys"),
        [
            ("likes_school", "low", (15, 15), (20, 0)),
            ("likes_school", "high", (15, 0), (20, 20)),
            ("afraid", "low", (25, 15), (20, 0)),
            ("anxious", "low", (15, 15), (20, 0)),
            ("anxious", "high", (15, 0), (20, 20)),
            ("satisfied", "low", (15, 15), (20, 0)),
            ("satisfied", "high", (15, 0), (20, 20)),
            ("low_wellbeing", "low", (15, 15), (20, 0)),
        ],
    )
    def test_indicators_scales_and_composites(self, source, measure, direction, girls, boys):
        rows = by_name(flag_cohorts(source, traits=["gender"], measure=measure, direction=direction))
        assert (rows["girls"].n, rows["girls"].count) == girls
        assert (rows["boys"].n, rows["boys"].count) == boys
        assert rows["girls" if girls[1] else "boys"].tier == "flag"

    @pytest.mark.parametrize("direction", ["low", "high"])
    def test_every_measure_of_the_shipped_questionnaire(self, direction):
        """Each 0-10 scale, indicator and composite, against the answers counted with pandas, form by form."""
        survey = make_survey(respondents=300, seed=5)
        answers, searched = survey.answers, 0
        for measure in measures_of(survey.questionnaire).values():
            if measure.kind == "indicator" and measure.higher_is_better is None:
                continue
            for band in measure.asked:
                own = answers[answers["age_band"] == band]
                part = type(survey)(survey.questionnaire, own, survey.eligible, survey.problems)
                cohorts = flag_cohorts(
                    part, traits=["gender"], measure=measure.id, direction=direction, permutations=99
                )
                if measure.kind == "composite":
                    continue  # scored from several columns: its counts are tested above
                category, turned = searched_category(measure, direction)
                given = own[measure.id].astype(str)
                valid, counted = given.isin(measure.valid), given.isin(measure.counted(category, band))
                for row in cohorts:
                    inside = valid & (own["gender"].astype(str) == row.conditions["gender"])
                    count = (inside & counted).sum()
                    assert (row.n, row.count) == (inside.sum(), inside.sum() - count if turned else count)
                    searched += 1
        assert searched > 100

    def test_a_true_or_false_column_such_as_a_high_sdq_total(self):
        """A carer's total is high from 17 on (methods note, section 6); who has no total is passed over."""
        random = np.random.default_rng(2)
        home = np.repeat(["residential", "foster"], [60, 200])
        worse = np.where(home == "residential", 2, 1)[:, None]
        items = pd.DataFrame(random.binomial(2, 0.25 * worse, (260, 25)) * 1.0).set_axis(
            [f"item{i}" for i in range(1, 26)], axis=1
        )
        turned = [f"item{i}" for i in (7, 11, 14, 21, 25)]  # asked the other way round
        items[turned] = 2 - items[turned]
        items.iloc[:10] = np.nan
        scored = sdq.score(items, informant="carer").assign(home=home)
        cohorts = flag_cohorts(scored, traits=["home"], measure="sdq_high", permutations=99)
        assert cohorts.n == 250
        for row in cohorts:
            own = scored[(scored["home"] == row.conditions["home"]) & scored["total"].notna()]
            assert (row.n, row.count) == (len(own), (own["total"] >= 17).sum())
        assert [row.cohort for row in flags(cohorts)] == ["children with home: residential"]

    def test_bands_that_count_other_answers_are_not_pooled(self, survey_of):
        children = [{"age_band": b, "gender": "girl", "has_a_say": "a lot"} for b in ("young", "old")] * 20
        with pytest.raises(ArgumentError, match="has_a_say is not the same in young, old"):
            flag_cohorts(survey_of(children), traits=["gender"], measure="has_a_say")
        older = flag_cohorts(survey_of(children[1::2]), traits=["gender"], measure="has_a_say")
        assert older.age_bands == ("old",)

    def test_age_bands_are_those_with_answers(self, survey_of):
        children = [{"age_band": b, "gender": "girl", "satisfied": 5} for b in ("middle", "old")] * 10
        more = [{"age_band": "young", "gender": "girl"}] * 10
        assert flag_cohorts(survey_of(children + more), traits=["gender"], measure="satisfied").age_bands == (
            "middle",
            "old",
        )


class TestWithinAgeBands:
    def frame(self, young, old):
        """Girls and boys of two bands, as (n, low) each."""
        return frame_of(
            *(
                ({"gender": gender, "age_band": band}, *numbers)
                for band, pair in (("young", young), ("old", old))
                for gender, numbers in zip(("girl", "boy"), pair, strict=True)
            )
        )

    def search(self, frame, **more):
        return by_name(flag_cohorts(frame, traits=["gender"], measure="low", permutations=999, **more))

    def test_what_is_only_age_is_not_flagged(self):
        """Girls are mostly on the form where low wellbeing is common, and like the boys on each form."""
        frame = self.frame(young=((20, 1), (180, 9)), old=((180, 72), (20, 8)))
        assert self.search(frame)["children with gender: girl"].tier == "flag"
        row = self.search(frame, within="age_band")["children with gender: girl"]
        assert (row.tier, row.p > 0.3, row.p_adjusted > 0.3) == ("", True, True)

    def test_what_age_hides_is_found(self):
        """Girls are lower on each form, and mostly on the form where low wellbeing is rare."""
        frame = self.frame(young=((180, 36), (20, 1)), old=((20, 14), (180, 72)))
        assert self.search(frame)["children with gender: girl"].tier == ""
        row = self.search(frame, within="age_band")["children with gender: girl"]
        assert (row.tier, row.role) == ("flag", "lead")

    def test_p_is_that_of_both_strata_together_by_hand(self):
        frame = self.frame(young=((12, 4), (10, 1)), old=((11, 8), (14, 3)))
        row = self.search(frame, within="age_band")["children with gender: girl"]
        chance = {}
        for k in range(6):
            for j in range(12):
                ways = comb(5, k) * comb(17, 12 - k) * comb(11, j) * comb(14, 11 - j)
                chance[k + j] = chance.get(k + j, 0) + Fraction(ways, comb(22, 12) * comb(25, 11))
        expected = sum(p for count, p in chance.items() if count > 12) + chance[12] / 2
        assert row.p == pytest.approx(float(expected), rel=1e-9)

    def test_shuffles_stay_within_bands(self):
        """All of one band low and none of the other: within bands, nothing can be surprising."""
        frame = self.frame(young=((40, 40), (20, 20)), old=((20, 0), (40, 0)))
        assert self.search(frame)["children with gender: girl"].tier == "flag"
        row = self.search(frame, within="age_band")["children with gender: girl"]
        assert (row.p, row.p_adjusted, row.tier) == (0.5, 1.0, "")

    def test_a_survey_and_its_frame_agree(self, survey_of):
        rng = np.random.default_rng(4)
        children = [
            {"age_band": band, "gender": gender, "home": home, "satisfied": int(score)}
            for band, gender, home, score in zip(
                rng.choice(["middle", "old"], 200), rng.choice(["girl", "boy"], 200),
                rng.choice(["foster", "residential"], 200), rng.integers(0, 11, 200), strict=True,
            )
        ]  # fmt: skip
        frame = pd.DataFrame(children).assign(satisfied=lambda f: f["satisfied"] <= 4)
        arguments = {
            "traits": ["gender", "home"],
            "measure": "satisfied",
            "within": "age_band",
            "permutations": 99,
        }
        ours, theirs = flag_cohorts(survey_of(children), **arguments), flag_cohorts(frame, **arguments)
        for a, b in zip(ours, theirs, strict=True):
            assert (a.conditions, a.n, a.count, a.p, a.p_adjusted) == (
                b.conditions,
                b.n,
                b.count,
                b.p,
                b.p_adjusted,
            )
        assert (ours.within, ours.seed) == ("age_band", theirs.seed)


class TestSources:
    @pytest.fixture
    def survey(self):
        return make_survey(
            respondents=300, seed=3, planted={"gender": "girl", "placement": "foster"}, planted_share=0.6
        )

    TRAITS = ("gender", "placement", "disability")

    def test_a_survey_a_tally_and_a_finer_tally(self, survey):
        first = flag_cohorts(survey, traits=self.TRAITS, permutations=199)
        assert flags(first)
        for by in (self.TRAITS, ("time_in_care", "disability", "placement", "gender")):
            again = flag_cohorts(tally(survey, by=list(by)), traits=self.TRAITS, permutations=199)
            assert list(again) == list(first)
            assert again.seed == first.seed
        assert isinstance(first, Cohorts)
        assert first.source == tally(survey, by=list(self.TRAITS))

    def test_counts_of_two_councils_pool(self):
        councils = [tally(make_survey(seed=seed), by=["gender", "placement"]) for seed in (1, 2)]
        pooled = flag_cohorts(councils[0] + councils[1], traits=["gender", "placement"], permutations=99)
        alone = [flag_cohorts(one, traits=["gender", "placement"], permutations=99) for one in councils]
        assert pooled.n == sum(one.n for one in alone)

    def test_councils_pooled_may_flag_what_is_only_a_difference_between_them(self, survey_of):
        """In each council girls are as the boys; girls are most of the council where more are low."""

        def council(area, girls, boys):
            return tally(
                survey_of(
                    [
                        {"area": area, "gender": gender, "satisfied": 2 if i < low else 8}
                        for gender, (n, low) in (("girl", girls), ("boy", boys))
                        for i in range(n)
                    ]
                ),
                by=["gender"],
            )

        councils = council("North", (90, 45), (20, 10)), council("South", (20, 2), (90, 9))
        for one in councils:
            assert not flags(flag_cohorts(one, traits=["gender"], measure="satisfied"))
        pooled = flag_cohorts(sum(councils), traits=["gender"], measure="satisfied")
        assert [row.cohort for row in flags(pooled)] == ["girls"]
        assert (pooled.n, pooled.count) == (220, 66)

    def test_two_waves_do_not(self, survey_of):
        source = survey_of(
            [{"wave": wave, "gender": "girl", "satisfied": 3} for wave in ("2019", "2021")] * 10
        )
        with pytest.raises(ArgumentError, match="source holds several waves"):
            flag_cohorts(source, traits=["gender"], measure="satisfied")

    def test_a_frame_of_the_answers_agrees(self, survey):
        profile = survey.answers[list(self.TRAITS)].astype(str)
        unknown = {trait: survey.questionnaire.trait[trait].not_known for trait in self.TRAITS}
        low = survey.answers["life_satisfaction"].astype(str)
        frame = profile.assign(low=low.isin(["0", "1", "2", "3", "4"]).where(low.str.isdecimal(), None))
        for trait, word in unknown.items():
            frame.loc[frame[trait] == word, trait] = None
        arguments = {"traits": self.TRAITS, "permutations": 99}
        found = [
            {
                tuple(row.conditions.items()): (row.n, row.count, row.p, row.q)
                for row in cohorts
                if row.order == 1
            }
            for cohorts in (
                flag_cohorts(survey, measure="life_satisfaction", **arguments),
                flag_cohorts(frame, measure="low", **arguments),
            )
        ]
        assert found[0] == found[1]

    @pytest.mark.parametrize(
        "answers",
        [
            [True, False, None, True],
            pd.array([True, False, None, True], dtype="boolean"),
            pd.array([1, 0, None, 1], dtype="Int64"),
            [1.0, 0.0, float("nan"), 1.0],
        ],
        ids=["object", "boolean", "Int64", "float"],
    )
    @pytest.mark.parametrize(
        "levels",
        [
            ["1", None, "1", "2"],
            [1.0, float("nan"), 1.0, 2.0],
            pd.array([1, None, 1, 2], dtype="Int64"),
            pd.Categorical(["1", None, "1", "2"], categories=["2", "1", "3"]),
            pd.array(["1", None, "1", "2"], dtype="string"),
        ],
        ids=["object", "float", "Int64", "category", "string"],
    )
    def test_frames_with_gaps_of_every_kind(self, answers, levels):
        frame = pd.concat([pd.DataFrame({"a": levels, "low": answers})] * 15, ignore_index=True)
        cohorts = flag_cohorts(frame, traits=["a"], measure="low", permutations=99)
        assert (cohorts.n, cohorts.count, cohorts.source, cohorts.age_bands) == (45, 30, None, ())
        assert [(row.cohort, row.n, row.count) for row in cohorts] == [
            ("children with a: 1", 15, 15), ("children with a: 2", 15, 15)
        ]  # fmt: skip

    def test_a_missing_level_is_no_cohort(self, survey_of):
        """However low the children whose trait is not known: it is no group that anyone could act for."""
        frame = frame_of(
            ({"a": None, "b": "p"}, 40, 40), ({"a": "x", "b": "p"}, 60, 2), ({"a": "x", "b": "q"}, 60, 2)
        )
        cohorts = flag_cohorts(frame, traits=["a", "b"], measure="low")
        assert {trait for row in cohorts for trait in row.conditions.items()} == {
            ("a", "x"),
            ("b", "p"),
            ("b", "q"),
        }
        children = [{"satisfied": 1}] * 40 + [{"satisfied": 9, "gender": g} for g in ("girl", "boy")] * 30
        rows = flag_cohorts(survey_of(children), traits=["gender"], measure="satisfied")
        assert [row.cohort for row in rows] == ["boys", "girls"]

    def test_a_missing_level_is_a_cohort_where_it_is_asked_for(self, survey_of):
        frame = frame_of(
            ({"a": None, "b": "p"}, 40, 40), ({"a": "x", "b": "p"}, 60, 2), ({"a": "x", "b": "q"}, 60, 2)
        )
        rows = by_name(flag_cohorts(frame, traits=["a", "b"], measure="low", not_known=True))
        lead = rows["children with a: not known"]
        assert (lead.tier, lead.role, lead.n, lead.count) == ("flag", "lead", 40, 40)
        children = [{"satisfied": 1}] * 40 + [{"satisfied": 9, "gender": g} for g in ("girl", "boy")] * 30
        cohorts = flag_cohorts(survey_of(children), traits=["gender"], measure="satisfied", not_known=True)
        assert [(row.cohort, row.tier, row.n) for row in cohorts] == [
            ("children (gender: not known)", "flag", 40), ("boys", "", 30), ("girls", "", 30)
        ]  # fmt: skip

    def test_what_else_is_found_stays_the_same_counts(self):
        """Asking for "not known" adds candidates; those there were keep their sizes and raw p."""
        frame = random_frame(6, n=240, traits=3)
        frame.loc[frame.index % 7 == 0, "b"] = None
        without, having = (
            {
                str(row.conditions): (row.n, row.count, row.p)
                for row in flag_cohorts(
                    frame,
                    traits=["a", "b", "c"],
                    measure="low",
                    max_order=1,
                    permutations=99,
                    not_known=asked,
                )
            }
            for asked in (False, True)
        )
        assert without.items() < having.items()
        assert set(having) - set(without) == {"{'b': 'not known'}"}

    def test_groups_not_known_can_be_released(self):
        survey = make_survey(
            respondents=400, seed=3, planted={"gender": "girl", "placement": "foster"}, planted_share=0.6
        )
        cohorts = flag_cohorts(survey, traits=["gender"], permutations=99, not_known=True)
        names = [row.name for row in release(cohorts, policy="council").cohorts]
        assert "children and young people (gender: not known)" in names

    def test_the_promise_is_that_of_the_survey(self, survey):
        promised = type(survey)(
            survey.questionnaire, survey.answers, survey.eligible, survey.problems, promise="No names."
        )
        assert flag_cohorts(promised, traits=["gender"], permutations=99).promise == "No names."


class TestNames:
    def test_plain_words_of_the_questionnaire(self):
        survey = make_survey(
            respondents=400, seed=3, planted={"gender": "girl", "placement": "residential"}, planted_share=0.9
        )
        rows = flag_cohorts(survey, traits=["placement", "gender"], permutations=199)
        assert "girls in residential care" in [row.cohort for row in flags(rows)]

    def test_levels_as_they_stand_without_one(self):
        frame = frame_of(({"region": "north"}, 20, 15), ({"region": "south"}, 80, 5))
        assert flag_cohorts(frame, traits=["region"], measure="low").column("cohort") == [
            "children with region: north", "children with region: south"
        ]  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"traits": []}, "traits is"),
            ({"traits": "gender"}, "traits is 'gender'; give a list"),
            ({"traits": ["gender", "gender"]}, "each once"),
            ({"traits": ["sex"]}, "by names 'sex'|traits names 'sex'"),
            ({"measure": "low_mood"}, "measure is 'low_mood', which small does not have"),
            ({"max_order": 4}, "max_order is 4"),
            ({"direction": "down"}, "direction is 'down'"),
            ({"within": "home"}, "within is 'home'"),
            ({"permutations": 10}, "permutations is 10"),
            ({"permutations": 999.0}, "permutations is 999.0"),
        ],
    )
    def test_arguments_that_make_no_sense(self, survey_of, arguments, message):
        with pytest.raises(ArgumentError, match=message):
            flag_cohorts(
                survey_of([{"gender": "girl", "satisfied": 3}]), **({"traits": ["gender"]} | arguments)
            )

    def test_a_tally_without_the_profile(self, survey_of):
        source = tally(survey_of([{"gender": "girl", "satisfied": 3}]), by=[["gender"], ["home"]])
        with pytest.raises(TallyError, match="does not hold gender x home"):
            flag_cohorts(source, traits=["gender", "home"], measure="satisfied")
        with pytest.raises(ArgumentError, match="traits names 'sex'"):
            flag_cohorts(source, traits=["sex"], measure="satisfied")

    @pytest.mark.parametrize(
        ("frame", "more", "message"),
        [
            ([1, 2], {}, "source is a list"),
            (pd.DataFrame({"a": ["x"]}), {}, "source has no column 'low'"),
            (pd.DataFrame({"low": [True]}), {}, "source has no column 'a'"),
            (pd.DataFrame({"a": ["x"], "low": ["yes"]}), {}, "'low' must hold true or false"),
            (pd.DataFrame({"a": ["x"], "low": [2]}), {}, "'low' must hold true or false"),
            (
                pd.DataFrame({"a": ["x"], "low": [True]}),
                {"within": "age_band"},
                "source has no column 'age_band'",
            ),
            (pd.DataFrame({"a": ["x"], "low": [True]}), {"traits": ["a", "low"]}, "which is a trait as well"),
        ],
    )
    def test_frames_that_cannot_be_searched(self, frame, more, message):
        with pytest.raises(ArgumentError, match=message):
            flag_cohorts(frame, **({"traits": ["a"], "measure": "low"} | more))


small_frames = st.lists(
    st.tuples(
        st.sampled_from(["x", "y", None]), st.sampled_from(["p", "q"]), st.sampled_from(["m", "n", "o"]),
        st.sampled_from([True, False, False, None]),
    ),
    min_size=20,
    max_size=120,
)  # fmt: skip
law = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


class TestLaws:
    @law
    @given(small_frames)
    def test_what_every_result_keeps(self, rows):
        frame = pd.DataFrame(rows, columns=["a", "b", "c", "low"])
        cohorts = flag_cohorts(frame, traits=["a", "b", "c"], measure="low", permutations=99)
        answered = frame[frame["low"].notna()]
        levels = [r.conditions for r in cohorts if r.order == 1]
        expected = [{t: v} for t in "abc" for v in sorted(answered[t].dropna().unique())]
        assert sorted(map(str, levels)) == sorted(map(str, expected))
        assert (cohorts.n, cohorts.count) == (len(answered), int(answered["low"].sum()))
        roles = [r.role for r in flags(cohorts)]
        assert roles.count("lead") == (1 if roles else 0)
        for r in cohorts:
            inside = np.logical_and.reduce([answered[t] == v for t, v in r.conditions.items()])
            assert (r.n, r.count) == (inside.sum(), answered["low"][inside].sum())
            assert (r.n + r.rest_n, r.count + r.rest_count) == (cohorts.n, cohorts.count)
            if r.p is not None:
                assert 10 <= r.n <= cohorts.n - 10
                assert 0 < r.p < 1
                assert r.q >= r.p * (1 - 1e-12)
            if r.tier == "flag":
                assert r.p_adjusted <= 0.05
                assert r.difference >= 0.05
                low, high = sorted((r.share, cohorts.count / cohorts.n))
                assert low - 1e-12 <= r.shrunk_share <= high + 1e-12
                assert r.order == len(r.conditions) <= 3
            else:
                assert (r.role, r.covered_by) == ("", "")

    @law
    @given(small_frames)
    def test_an_adjusted_p_rises_with_p(self, rows):
        frame = pd.DataFrame(rows, columns=["a", "b", "c", "low"])
        tested = [
            r
            for r in flag_cohorts(frame, traits=["a", "b", "c"], measure="low", permutations=99)
            if r.p is not None
        ]
        for first, second in combinations(tested, 2):
            if first.p < second.p:
                assert first.p_adjusted <= second.p_adjusted
            elif isclose(first.p, second.p, rel_tol=1e-12):
                assert first.p_adjusted == second.p_adjusted


@cache
def simulation():
    spec = importlib.util.spec_from_file_location(
        "cohort_simulation", ROOT / "performance" / "cohort_simulation.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


class TestSimulation:
    """The generator of the methods note, section 5; performance/cohort_simulation.py runs it at length."""

    def run(self, name, reports):
        module = simulation()
        (scenario,) = [one for one in module.SCENARIOS if one.name == name]
        return module.simulate(scenario, reports, permutations=99)

    @pytest.mark.parametrize(
        "name",
        [
            "null, 10% low",
            "null, 20% low",
            "null, 60 children, 20% low",
            "null, related traits",
            "null, 30% of traits missing",
            'null, direction="high"',
            "null but for age (5, 25%), within",
        ],
    )
    def test_where_all_are_alike_few_reports_flag_anything(self, name):
        """At most 5% do in truth; of 80 reports, more than 11 would then be seen once in 1,000 times."""
        assert stats.binom.sf(11, 80, 0.05) < 0.001
        reports = self.run(name, 80)
        assert sum(one.flags > 0 for one in reports) <= 11
        assert not any(one.age for one in reports)

    def test_where_thousands_are_alike_few_reports_flag_anything(self):
        """As above; of 12 reports of 25,000 children, more than 4 would be seen once in 1,000 times."""
        assert stats.binom.sf(4, 12, 0.05) < 0.001
        assert sum(one.flags > 0 for one in self.run("null, 25,000 children", 12)) <= 4

    def test_what_is_only_age_is_flagged_unless_it_is_searched_within_age_bands(self):
        """5% and 25% low: in 300 children the older band stands out in about every report."""
        reports = self.run("null but for age, not within", 10)
        assert sum(one.age for one in reports) >= 8

    def test_a_cohort_that_is_much_lower_is_found(self):
        """40 of 300 children, 40% and not 10% low: found in 80% of reports or more.

        Of 60 reports, fewer than 38 would then be seen less than once in 1,000 times.
        """
        reports = self.run("40 children, 10 -> 40%", 60)
        assert stats.binom.cdf(37, 60, 0.80) < 0.001
        assert sum(one.found for one in reports) >= 38
        flagged = [one for one in reports if one.flags]
        assert all(one.shown for one in flagged)
        assert 1 <= np.mean([one.shown for one in flagged]) <= 1.3

    def test_a_cohort_that_does_much_better_is_found(self):
        """60 of 300 children, 20% and not 50% low, searched from the other side: found in at least 80%."""
        reports = self.run('60 children, 50 -> 20%, direction="high"', 60)
        assert sum(one.found for one in reports) >= 38


DATA = Path(os.environ.get("BRIGHTSPOTS_DATA", ROOT.parent / "shared" / "data"))
DUTCH = DATA / "micro_nl_hbsc" / "PeilHBSC20032019_MPALC_complete.sav"


@cache
def dutch_survey():
    from brightspots.survey.reading import read_survey

    folder = ROOT / "fixtures" / "hbsc-nl"
    questionnaire = load_questionnaire(folder / "questionnaire.toml")
    return read_survey(DUTCH, questionnaire, mapping=folder / "mapping.toml")


@pytest.mark.skipif(
    not DUTCH.exists(), reason="the Dutch file is not ours to pass on; BRIGHTSPOTS_DATA says where it is"
)
class TestDutchPupils:
    """Counts read from the file by itself; see fixtures/hbsc-nl."""

    def test_low_grades_where_the_family_is_not_complete(self):
        cohorts = flag_cohorts(dutch_survey(), traits=["family"], measure="life_grade")
        row = by_name(cohorts)["pupils whose family is not complete"]
        assert (row.count, row.n, row.rest_count, row.rest_n) == (78, 996, 102, 3273)
        assert row.p == pytest.approx(
            stats.hypergeom.sf(78, 4269, 180, 996) + stats.hypergeom.pmf(78, 4269, 180, 996) / 2
        )
        # Nearly five points, which is less than a flag asks for.
        assert (row.tier, round(row.difference, 3)) == ("watch", 0.047)

    TRAITS = (
        "gender", "age", "family", "survey_year", "school_level", "school_year", "ethnicity", "urbanity",
        "father_works", "mother_works",
    )  # fmt: skip

    def raw(self):
        pyreadstat = pytest.importorskip("pyreadstat")
        return pyreadstat.read_sav(str(DUTCH), apply_value_formats=True)[0]

    def test_what_is_shown_of_low_grades(self):
        """Every shown cohort by itself from the file: docs/methods/cohorts-in-a-real-survey.md reads them."""
        cohorts = flag_cohorts(dutch_survey(), traits=self.TRAITS, measure="life_grade")
        raw = self.raw()
        low = raw["cijferleven"].astype(float) <= 4
        girl, year = raw["sekse"] == "Meisje", raw["leerjaar"].astype(float)
        apart, level = raw["vollgezin"].astype(float) == 0, raw["schnivo"].astype(str)
        expected = {
            "girls whose family is not complete": girl & apart,
            "pupils whose family is not complete and in year 4": apart & (year == 4),
            "girls in pre-vocational classes": girl & (level == "VMBO-p/t"),
            "girls in pre-vocational or general classes and in year 4": girl
            & (level == "VMBO-t/HAVO")
            & (year == 4),
            "girls of a background that is not Western": girl & (raw["etngroep3"] == "Niet-westers"),
        }
        shown = [row for row in cohorts if row.role in ("lead", "separate")]
        assert [row.cohort for row in shown] == list(expected)
        assert shown[0].role == "lead"
        assert [(row.n, row.count) for row in shown] == [
            (m.sum(), (m & low).sum()) for m in expected.values()
        ]
        assert [(row.count, row.n) for row in shown] == [
            (55, 561),
            (30, 256),
            (42, 461),
            (25, 194),
            (35, 373),
        ]
        assert max(row.p_adjusted for row in shown) == 0.005
        assert [round(row.shrunk_share, 3) for row in shown] == [0.096, 0.112, 0.089, 0.121, 0.091]
        assert (cohorts.n, cohorts.count, cohorts.candidates) == (4269, 180, 4762)
        # Girls, and pupils whose family is not complete, stand out beyond luck but by less than five points.
        for name in ("girls", "pupils whose family is not complete"):
            row = by_name(cohorts)[name]
            assert (row.tier, row.p_adjusted, row.difference < 0.05) == ("watch", 0.0005, True)

    def test_what_leads_for_skipping_lessons_and_drinking(self):
        for measure, count in (("truancy", 251), ("drank_last_month", 663)):
            cohorts = flag_cohorts(
                dutch_survey(), traits=["school_year", "gender", "family"], measure=measure
            )
            lead = next(iter(cohorts))
            assert (lead.cohort, lead.role, lead.n, lead.count) == ("pupils in year 4", "lead", 1110, count)

    def test_every_candidate_by_brute_force(self):
        raw = self.raw()
        traits = {"gender": "sekse", "family": "vollgezin", "school_year": "leerjaar"}
        sizes = {
            (chosen, *key): (len(group), int((group["cijferleven"].astype(float) <= 4).sum()))
            for order in (1, 2, 3)
            for chosen in combinations(traits.values(), order)
            for key, group in raw.groupby(list(chosen), observed=True)
        }
        cohorts = flag_cohorts(dutch_survey(), traits=list(traits), measure="life_grade")
        assert cohorts.n == 4269
        assert cohorts.candidates == len(sizes)
        found = sorted((row.n, row.count) for row in cohorts if row.tier)
        assert set(found) <= set(sizes.values())
