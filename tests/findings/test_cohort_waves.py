"""Cohorts of the last wave, tested by name: p as the search has it, errors by counting, what is refused."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import comb

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.cohort_waves import recheck_cohorts
from brightspots.findings.cohorts import flag_cohorts
from brightspots.questionnaire.model import Questionnaire
from brightspots.statistics import stratified_excess_table
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally

LOW, FINE = {"satisfied": 2, "happy": 2}, {"satisfied": 8, "happy": 8}


def children(*groups, **same):
    """Build children by group: (traits, how many, how many of them are low)."""
    return [
        traits | same | (LOW if i < low else FINE) for traits, n, low in groups for i in range(n)
    ]  # fmt: skip


@pytest.fixture
def planted(survey_of):
    """Return last wave's search: 30 children in residential care, 20 of them low."""
    survey = survey_of(
        children(({"home": "residential"}, 30, 20), ({"home": "foster"}, 100, 10), wave="2019")
    )
    return flag_cohorts(survey, traits=["home"], permutations=199)


class TestOneTest:
    def test_by_hand(self, survey_of):
        """6 of 10 girls and 3 of 30 boys: P(X > 6) + P(X = 6) / 2 with 9 low among 40."""
        survey = survey_of(children(({"gender": "girl"}, 10, 6), ({"gender": "boy"}, 30, 3)))
        (row,) = recheck_cohorts([{"gender": "girl"}], survey)
        ways = [comb(9, k) * comb(31, 10 - k) for k in range(10)]
        assert row.p == pytest.approx(
            float(Fraction(2 * sum(ways[7:]) + ways[6], 2 * comb(40, 10))), rel=1e-12
        )
        assert (row.n, row.count, row.rest_n, row.rest_count) == (10, 6, 30, 3)
        assert (row.share, row.rest_share, row.difference, row.excess) == (0.6, 0.1, 0.5, 0.5)
        assert (row.difference_lower, row.difference_upper) == pytest.approx(
            confint_proportions_2indep(6, 10, 3, 30, method="newcomb")
        )
        assert (row.cohort, row.state, row.reason, row.p_holm) == ("girls", "still", "", row.p)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(seed=st.integers(0, 10_000), direction=st.sampled_from(["low", "high"]), within=st.booleans())
    def test_p_is_the_raw_p_of_the_search_in_that_wave(self, survey_of, seed, direction, within):
        rng = np.random.default_rng(seed)
        bands, genders = rng.choice(["middle", "old"], 90), rng.choice(["girl", "boy"], 90)
        homes, low = rng.choice(["foster", "residential"], 90), rng.random(90) < 0.3
        given_ = [
            {"age_band": b, "gender": g, "home": h} | (LOW if bad else FINE)
            for b, g, h, bad in zip(bands, genders, homes, low, strict=True)
        ]
        more = {"direction": direction, "within": "age_band" if within else None}
        counts = tally(survey_of(given_), by=["gender", "home"])
        searched = flag_cohorts(counts, traits=["gender", "home"], max_order=2, permutations=99, **more)
        named = [row for row in searched if row.p is not None]
        again = recheck_cohorts([row.conditions for row in named], counts, **more)
        for row, found in zip(again, named, strict=True):
            assert row.p == pytest.approx(found.p, rel=1e-12)
            assert (row.cohort, row.n, row.rest_n) == (found.cohort, found.n, found.rest_n)
            assert row.excess == pytest.approx(found.difference)

    def test_false_alarms_by_counting_every_outcome(self):
        """All are alike: every number of low children, and every way to draw the cohort, by scipy."""
        rates = []
        for n, size in [(60, 12), (120, 20), (300, 40), (300, 150)]:
            alarm = np.zeros(n + 1)
            for positives in range(n + 1):
                k = np.arange(min(size, positives) + 1)
                p = stratified_excess_table([n], [positives], [size])
                alarm[positives] = stats.hypergeom.pmf(k, n, positives, size)[p <= 0.05].sum()
            assert alarm.max() < 0.10  # mid-P in one table; over all tables it keeps the level
            rates += [stats.binom.pmf(np.arange(n + 1), n, share) @ alarm for share in (0.05, 0.1, 0.2, 0.3)]
        assert max(rates) <= 0.052
        assert 0.035 <= np.mean(rates) <= 0.05

    def test_a_family_keeps_the_chance_of_one_false_still_at_five_percent(self):
        """4,000 waves in which all children are alike, five overlapping cohorts named beforehand."""
        rng, waves = np.random.default_rng(4), 4000
        gender, home = rng.random(200) < 0.5, rng.random(200) < 0.3
        cohorts = np.array([gender, ~gender, home, gender & home, ~gender & home])

        @cache
        def tails(positives, size):
            return stratified_excess_table([200], [positives], [size])

        low = rng.random((waves, 200)) < 0.2
        inside, sizes = low @ cohorts.T.astype(int), cohorts.sum(axis=1).tolist()
        alarms = sum(
            min(tails(positives, size)[k] for size, k in zip(sizes, counts, strict=True)) <= 0.05 / 5
            for positives, counts in zip(low.sum(axis=1).tolist(), inside.tolist(), strict=True)
        )  # by Holm's method the smallest p is the one to pass first
        assert alarms / waves <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / waves)

    def test_several_are_adjusted_by_holm(self, survey_of):
        groups = [
            ({"gender": "girl", "home": "foster"}, 40, 12),
            ({"gender": "boy", "home": "residential"}, 40, 4),
        ]
        groups += [({"gender": "girl", "home": "residential"}, 30, 9)]
        named = [{"gender": "girl"}, {"home": "foster"}, {"gender": "girl", "home": "residential"}]
        rechecked = recheck_cohorts(named, survey_of(children(*groups)))
        assert rechecked.column("p_holm") == pytest.approx(
            multipletests(rechecked.column("p"), method="holm")[1]
        )


class TestStates:
    def test_what_was_flagged_is_found_by_its_conditions(self, planted, survey_of):
        now = survey_of(children(({"home": "residential"}, 25, 10), ({"home": "foster"}, 90, 10)))
        (row,) = rechecked = recheck_cohorts(planted, now)
        assert (row.conditions, row.state) == ({"home": "residential"}, "still")
        assert rechecked.previous is planted.source
        assert row.detectable >= 0.05

    def test_no_clear_excess_is_no_all_clear(self, planted, survey_of):
        now = survey_of(children(({"home": "residential"}, 25, 4), ({"home": "foster"}, 90, 10)))
        (row,) = recheck_cohorts(planted, now)
        assert (row.state, row.reason) == ("no clear excess", "")
        assert row.detectable > row.excess > 0

    def test_an_excess_of_less_than_five_points_is_small(self, survey_of):
        now = survey_of(children(({"home": "residential"}, 5000, 500), ({"home": "foster"}, 5000, 300)))
        (row,) = recheck_cohorts([{"home": "residential"}], now)
        assert (row.state, row.reason) == ("no clear excess", "small")

    @pytest.mark.parametrize(
        ("size", "rest", "reason"), [(0, 60, "no_base"), (9, 60, "small_base"), (60, 9, "small_base")]
    )
    def test_too_few_is_not_tested(self, survey_of, size, rest, reason):
        now = survey_of(children(({"home": "residential"}, size, size // 2), ({"home": "foster"}, rest, 3)))
        (row,) = recheck_cohorts([{"home": "residential"}], now)
        assert (row.state, row.reason, row.p, row.p_holm, row.detectable) == (
            "not tested", reason, None, None, None,
        )  # fmt: skip

    def test_what_is_not_tested_leaves_the_family(self, survey_of):
        now = survey_of(children(({"home": "residential"}, 30, 10), ({"home": "foster"}, 60, 6)))
        rows = list(recheck_cohorts([{"gender": "girl"}, {"home": "residential"}, {"shoes": "red"}], now))
        assert [row.reason for row in rows] == ["no_base", "", "trait"]
        assert rows[1].p == rows[1].p_holm

    def test_what_the_new_questionnaire_does_not_have(self, survey_of):
        now = survey_of(children(({"home": "residential"}, 30, 10), ({"home": "foster"}, 60, 6)))
        rows = recheck_cohorts([{"shoes": "red"}, {"home": "castle"}], now)
        assert [(row.state, row.reason) for row in rows] == [("not tested", "trait"), ("not tested", "level")]
        assert [row.cohort for row in rows] == ["children with shoes: red", "children (home: castle)"]
        (row,) = recheck_cohorts([{"home": "residential"}], now, measure="contentment")
        assert (row.state, row.reason) == ("not tested", "measure")

    def test_those_of_whom_a_trait_is_not_known_are_a_group_if_named(self, survey_of):
        now = survey_of(children(({}, 30, 15), ({"home": "foster"}, 60, 6)))
        (row,) = recheck_cohorts([{"home": "not known"}], now)
        assert (row.cohort, row.n, row.state) == ("children (home: not known)", 30, "still")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"rule": "any_low"}, "base"),
            ({"minimum_answered": 1}, "base"),
            ({"asked": ("old",)}, ""),
        ],
    )
    def test_a_measure_that_is_scored_otherwise(self, planted, survey_of, document, change, reason):
        document["composite"][0] |= change
        now = survey_of(
            children(({"home": "residential"}, 25, 10), ({"home": "foster"}, 90, 10)),
            questionnaire=Questionnaire.model_validate(document),
        )
        (row,) = recheck_cohorts(planted, now)
        assert (row.reason, row.p is None) == (reason, bool(reason))

    def test_answers_that_count_otherwise(self, survey_of, document):
        groups = (({"home": "residential"}, 30, 20), ({"home": "foster"}, 60, 6))

        def answers(wave):
            return [
                {"wave": wave, **traits, "afraid": "always" if i < bad else "never"}
                for traits, n, bad in groups
                for i in range(n)
            ]

        flagged = flag_cohorts(
            survey_of(answers("2019")), traits=["home"], measure="afraid", permutations=199
        )
        (same,) = recheck_cohorts(flagged, survey_of(answers("2021")))
        assert (same.state, same.measure) == ("still", "afraid")
        changed = deepcopy(document)
        changed["indicator"][1]["counted"] = ("always",)
        other = survey_of(answers("2021"), questionnaire=Questionnaire.model_validate(changed))
        (row,) = recheck_cohorts(flagged, other)
        assert (row.state, row.reason, row.n) == ("not tested", "counted_answers", None)

    def test_other_forms_than_last_time(self, planted, survey_of):
        now = survey_of(
            children(({"home": "residential"}, 25, 10), ({"home": "foster"}, 90, 10), age_band="middle")
        )
        (row,) = recheck_cohorts(planted, now)
        assert (row.state, row.reason) == ("not tested", "age_bands")


class TestWhatIsGiven:
    def test_a_flag_in_these_very_answers_is_no_recheck(self):
        survey = make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
        flagged = flag_cohorts(survey, traits=["placement"], permutations=99)
        with pytest.raises(ArgumentError, match="the wave in which these cohorts were flagged"):
            recheck_cohorts(flagged, survey)

    @pytest.mark.parametrize("flagged", ["girls", {"gender": "girl"}, [{}], ["girls"], 3])
    def test_conditions_are_a_list_of_dicts(self, survey_of, flagged):
        with pytest.raises(ArgumentError, match="neither Cohorts nor a list of conditions"):
            recheck_cohorts(flagged, survey_of(children(({}, 20, 5))))

    def test_what_was_searched_is_not_given_twice(self, planted, survey_of):
        with pytest.raises(ArgumentError, match="leave them out"):
            recheck_cohorts(planted, survey_of(children(({}, 20, 5))), direction="high")

    def test_a_measure_without_a_side_is_refused(self, survey_of):
        now = survey_of(children(({"home": "residential"}, 20, 5)))
        with pytest.raises(ArgumentError, match="neither good news nor bad"):
            recheck_cohorts([{"home": "residential"}], now, measure="theme_family")

    def test_a_tally_without_the_traits_is_refused(self, survey_of):
        with pytest.raises(TallyError, match="home"):
            recheck_cohorts([{"home": "residential"}], tally(survey_of(children(({}, 20, 5)))))

    def test_several_areas_are_refused(self, survey_of):
        groups = (({"home": "foster", "area": "North"}, 20, 5), ({"home": "foster", "area": "South"}, 20, 5))
        with pytest.raises(ArgumentError, match=r"Tally\.only"):
            recheck_cohorts([{"home": "foster"}], survey_of(children(*groups)))

    def test_nothing_flagged_gives_no_rows(self, survey_of):
        now = survey_of(children(({"home": "foster"}, 20, 5)))
        assert len(recheck_cohorts([], now)) == 0

    def test_a_notebook_shows_what_it_is_not_for(self):
        survey = replace(make_survey(respondents=60, seed=3), promise="Nobody <will> know.")
        shown = recheck_cohorts([{"gender": "girl"}], survey)._repr_html_()
        assert "cannot be used to find a child" in shown
        assert "Nobody &lt;will&gt; know." in shown
