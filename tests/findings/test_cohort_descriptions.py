"""What goes with a flag: numbers by statsmodels, what is in the family and what is not, and its order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportion_effectsize

from brightspots.errors import ArgumentError
from brightspots.findings.cohort_descriptions import describe_cohorts, made_of
from brightspots.findings.cohorts import flag_cohorts
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally

LOW, FINE = {"satisfied": 2, "happy": 2}, {"satisfied": 8, "happy": 8}


def answers(n, low, *, home, school, afraid, band="old"):
    """Build n children: how many are low, like school a lot, are always afraid."""
    children = []
    for i in range(n):
        child = {"age_band": band, "home": home, "has_a_say": "a lot"}
        child["likes_school"] = "a lot" if i < school else "not at all"
        if band != "young":
            child |= {"afraid": "always" if i < afraid else "never"} | (LOW if i < low else FINE)
        children.append(child)
    return children


@pytest.fixture
def described(survey_of):
    """30 in residential care: 20 low, 12 like school, 18 afraid; of 90 others 9, 72 and 18."""
    survey = survey_of(
        answers(30, 20, home="residential", school=12, afraid=18)
        + answers(90, 9, home="foster", school=72, afraid=18)
    )
    return describe_cohorts(flag_cohorts(survey, traits=["home", "gender"], permutations=199))


def rows_of(described):
    return {(row.measure, row.age_band): row for row in described}


def fisher_mid_p(k1, n1, k2, n2):
    """Every split less likely than the one seen, and half of those as likely, by scipy."""
    pmf = stats.hypergeom.pmf(np.arange(k1 + k2 + 1), n1 + n2, k1 + k2, n1)
    seen = pmf[k1]
    return pmf[pmf < seen * (1 - 1e-9)].sum() + pmf[np.isclose(pmf, seen, rtol=1e-9)].sum() / 2


class TestNumbers:
    def test_one_question(self, described):
        row = rows_of(described)[("likes_school", "old")]
        assert (row.n, row.count, row.rest_n, row.rest_count) == (30, 12, 90, 72)
        assert (row.share, row.rest_share, row.difference) == pytest.approx((0.4, 0.8, -0.4))
        assert (row.lower, row.upper) == pytest.approx(proportion_confint(12, 30, method="wilson"))
        assert (row.difference_lower, row.difference_upper) == pytest.approx(
            confint_proportions_2indep(12, 30, 72, 90, method="newcomb")
        )
        assert row.p == pytest.approx(fisher_mid_p(12, 30, 72, 90))
        assert row.effect_size == pytest.approx(proportion_effectsize(0.4, 0.8))
        assert (row.verdict, row.reason) == ("worse", "")

    def test_the_favourable_direction_is_that_of_the_question(self, described):
        rows = rows_of(described)
        assert rows[("afraid", "old")].difference == pytest.approx(0.4)
        assert rows[("afraid", "old")].favourable_difference == pytest.approx(-0.4)
        assert rows[("likes_school", "old")].favourable_difference == pytest.approx(-0.4)

    def test_the_family_is_that_of_the_cohort(self):
        survey = make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
        described = describe_cohorts(flag_cohorts(survey, traits=["placement"], permutations=199))
        tested = [row for row in described if row.p is not None]
        assert len(tested) > 20
        assert [row.q for row in tested] == pytest.approx(
            multipletests([row.p for row in tested], method="fdr_bh")[1]
        )
        for row in tested:
            clear = row.q <= 0.05 and abs(row.effect_size) >= 0.10
            assert (row.verdict in ("better", "worse")) == clear
            assert (row.verdict == "worse") <= (row.favourable_difference < 0)

    def test_from_the_least_favourable_difference_to_the_most(self):
        survey = make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
        for direction in ("low", "high"):
            flagged = flag_cohorts(survey, traits=["placement"], direction=direction, permutations=199)
            sizes = [
                abs(row.effect_size) * np.sign(row.favourable_difference)
                for row in describe_cohorts(flagged)
                if row.p is not None
            ]
            assert sizes
            assert sizes == sorted(sizes, reverse=direction == "high")

    def test_shares_are_those_of_a_count_by_hand(self):
        """Every row against pandas, from the answers themselves."""
        survey = make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
        described = describe_cohorts(flag_cohorts(survey, traits=["placement"], permutations=199))
        frame = survey.answers
        asked = survey.questionnaire.questions
        checked = 0
        for row in described:
            if not hasattr(asked.get(row.measure), "counted"):
                continue
            own = frame[frame["age_band"].isin(row.age_bands.split(", "))]
            options = survey.questionnaire.options(row.measure)
            own = own[own[row.measure].isin(options)]
            counted = own[row.measure].isin(asked[row.measure].counted_in(row.age_bands.split(", ")[0]))
            inside = (own["placement"] == "residential").to_numpy()
            seen = (inside.sum(), counted[inside].sum(), (~inside).sum(), counted[~inside].sum())
            assert seen == (row.n, row.count, row.rest_n, row.rest_count)
            checked += 1
        assert checked > 20


class TestWhatIsInIt:
    def test_what_the_search_was_of_is_marked_and_not_tested(self, described):
        apart = [row for row in described if row.reason == "part_of_measure"]
        assert {row.measure for row in apart} == {"satisfied", "happy", "low_wellbeing"}
        assert {(row.verdict, row.p, row.q) for row in apart} == {("not compared", None, None)}
        assert list(described)[-len(apart) :] == apart

    def test_a_searched_scale_takes_its_composite_with_it(self, survey_of):
        counts = tally(survey_of([LOW]))
        assert made_of(counts, "satisfied") == {"satisfied", "low_wellbeing"}
        assert made_of(counts, "low_wellbeing") == {"satisfied", "happy", "anxious", "low_wellbeing"}
        assert made_of(counts, "afraid") == {"afraid"}

    def test_bases_under_ten_are_left_out(self, survey_of):
        few = answers(30, 20, home="residential", school=12, afraid=18)
        for child in few[9:]:
            del child["afraid"]
        survey = survey_of(few + answers(90, 9, home="foster", school=72, afraid=18))
        described = describe_cohorts(flag_cohorts(survey, traits=["home"], permutations=199))
        assert "afraid" not in described.column("measure")
        assert all(min(row.n, row.rest_n) >= 10 for row in described)

    def test_forms_stand_together_only_where_they_were_asked_the_same(self, survey_of):
        """All three forms ask about school alike; the youngest counts having a say otherwise."""
        survey = survey_of(
            [
                child
                for band, low in (("young", 0), ("middle", 20), ("old", 20))
                for child in answers(30, low, home="residential", school=12, afraid=18, band=band)
                + answers(60, 0, home="foster", school=50, afraid=9, band=band)
            ]
        )
        cohorts = flag_cohorts(survey, traits=["home"], permutations=199)
        assert cohorts.age_bands == ("middle", "old")
        rows = rows_of(describe_cohorts(cohorts))
        assert [band for name, band in rows if name == "likes_school"] == ["all"]
        assert rows[("likes_school", "all")].age_bands == "young, middle, old"
        assert rows[("afraid", "all")].age_bands == "middle, old"
        assert sorted(band for name, band in rows if name == "has_a_say") == ["middle", "old"]

    def test_what_has_no_good_side_is_left_out(self, described):
        assert "theme_family" not in described.column("measure")

    def test_only_cohorts_told_of_by_themselves(self):
        survey = make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
        cohorts = flag_cohorts(survey, traits=["placement", "gender"], max_order=2)
        told = {row.cohort for row in cohorts if row.role in ("lead", "separate")}
        assert set(describe_cohorts(cohorts).column("cohort")) == told
        assert len(describe_cohorts(cohorts.where(lambda row: row.role == "covered"))) == 0

    def test_measures_are_one_family(self, survey_of):
        survey = make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
        cohorts = flag_cohorts(survey, traits=["placement"], permutations=199)
        (row,) = describe_cohorts(cohorts, measures=["feels_safe"])
        assert row.p == row.q
        with pytest.raises(ArgumentError, match="feels_fine"):
            describe_cohorts(cohorts, measures=["feels_fine"])

    def test_a_data_frame_holds_no_other_questions(self):
        frame = pd.DataFrame({"a": ["x"] * 30 + ["y"] * 60, "low": [True] * 20 + [False] * 70})
        with pytest.raises(ArgumentError, match="no other questions"):
            describe_cohorts(flag_cohorts(frame, traits=["a"], measure="low"))

    def test_a_notebook_shows_what_it_is_not_for(self, described):
        assert "cannot be used to find a child" in described._repr_html_()
        assert "cannot be used to find a child" in described.cohorts._repr_html_()
