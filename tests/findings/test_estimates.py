"""Estimates: the contract, bases by hand, intervals by statsmodels, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.benchmarks import Benchmark
from brightspots.findings.comparisons import compare
from brightspots.findings.estimates import estimate
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally
from brightspots.tallies.reported import read_counts
from brightspots.tallies.tally import load_tally

BEFORE = ["area", "wave", "age_band", "domain", "measure", "category"]
AFTER = [
    "n", "count", "share", "lower", "upper", "confidence", "method", "not_answered", "not_asked", "dont_know",
    "prefer_not", "low_base", "eligible", "response_rate", "worst_lower", "worst_upper", "invalid",
    "undecided", "responses", "age_bands", "target", "weighted", "n_effective", "unweighted_share",
]  # fmt: skip

CHILDREN = [
    {"gender": "girl", "home": "foster", "likes_school": "a lot", "afraid": "always", "supported": "a lot"},
    {
        "gender": "girl",
        "home": "foster",
        "likes_school": "a bit",
        "afraid": "never",
        "supported": "not_asked",
    },
    {"gender": "girl", "likes_school": "not much", "afraid": "sometimes", "supported": "not at all"},
    {"gender": "boy", "home": "residential", "likes_school": "dont_know", "afraid": "prefer_not"},
    {"gender": "boy", "home": "foster", "likes_school": "not_answered", "afraid": "never"},
    {"likes_school": "invalid", "afraid": "never", "satisfied": 4, "happy": 5, "anxious": 6},
    {"age_band": "middle", "gender": "girl", "likes_school": "a lot", "satisfied": 3, "happy": 9},
    {
        "age_band": "middle",
        "gender": "boy",
        "likes_school": "not at all",
        "satisfied": 10,
        "happy": 10,
        "anxious": 0,
    },
    {"age_band": "young", "gender": "boy", "home": "foster", "likes_school": "a lot", "has_a_say": "a lot"},
]


@pytest.fixture(scope="module")
def survey(survey_of):
    return survey_of(CHILDREN)


def the(rows, **wanted):
    """Return the one row that has these values."""
    (row,) = [r for r in rows if all(getattr(r, name) == value for name, value in wanted.items())]
    return row


def figures(rows, *names):
    return {
        (r.measure, r.category, r.age_band): tuple(getattr(r, name) for name in names)
        if len(names) > 1
        else getattr(r, *names)
        for r in rows
    }


@pytest.mark.parametrize(
    ("by", "traits"),
    [
        ((), []),
        (["gender"], ["gender"]),
        (["home", "gender"], ["home", "gender"]),
        ([["home"], ["gender", "home"]], ["home", "gender"]),
        ([[], ["gender"]], ["gender"]),
    ],
)
def test_columns_are_those_of_the_contract_in_order(survey, by, traits):
    assert list(estimate(survey, by=by).column_names) == BEFORE + traits + AFTER


def test_bases_and_missing_kinds_by_hand(survey):
    rows = estimate(survey)
    kinds = ("n", "count", "not_answered", "not_asked", "dont_know", "prefer_not", "invalid", "undecided")
    found = figures(rows, *kinds)
    assert found[("likes_school", "counted", "old")] == (3, 2, 1, 0, 1, 0, 1, 0)
    assert found[("likes_school", "counted", "middle")] == (2, 1, 0, 0, 0, 0, 0, 0)
    assert found[("likes_school", "counted", "all")] == (6, 4, 1, 0, 1, 0, 1, 0)
    assert found[("afraid", "counted", "old")] == (5, 2, 0, 0, 0, 1, 0, 0)
    assert found[("supported", "counted", "old")] == (2, 1, 0, 4, 0, 0, 0, 0)  # blank past its routing
    # Two of three scales low make a child low; one low and one missing leave it open.
    assert found[("low_wellbeing", "low", "old")] == (1, 1, 5, 0, 0, 0, 0, 0)
    assert found[("low_wellbeing", "low", "middle")] == (1, 0, 0, 0, 0, 0, 0, 1)
    for row in rows:
        assert row.n + sum(getattr(row, kind) for kind in kinds[2:]) == row.responses


def test_scores_fall_into_bands_and_anxiety_is_turned(survey):
    found = figures(estimate(survey, measures=["satisfied", "anxious"]), "count", "n")
    assert [found[("satisfied", band, "all")] for band in ("low", "medium", "high", "very high")] == [
        (2, 3), (0, 3), (0, 3), (1, 3)
    ]  # fmt: skip
    assert [found[("anxious", band, "all")] for band in ("low", "medium", "high", "very high")] == [
        (1, 2), (0, 2), (0, 2), (1, 2)
    ]  # fmt: skip


def test_rows_follow_the_questionnaire(survey):
    rows = list(estimate(survey, by=["gender"], measures=["likes_school"]))
    assert [(r.age_band, r.gender) for r in rows] == [
        ("young", "boy"), ("middle", "girl"), ("middle", "boy"), ("old", "girl"), ("old", "boy"),
        ("old", "not known"), ("all", "boy"), ("all", "girl"), ("all", "not known"),
    ]  # fmt: skip
    assert list(dict.fromkeys(estimate(survey).column("measure"))) == [
        "likes_school", "afraid", "supported", "has_a_say", "cooks", "theme_family", "helped_by_friends",
        "satisfied", "happy", "anxious", "low_wellbeing",
    ]  # fmt: skip


def test_only_bands_that_were_asked_have_rows(survey):
    bands = {}
    for row in estimate(survey):
        bands.setdefault(row.measure, []).append(row.age_band)
    assert bands["cooks"] == ["old"]
    assert bands["afraid"] == ["middle", "old", "all"]


class TestAllAgeBands:
    def test_bands_pool_where_they_were_asked_the_same(self, survey):
        row = the(estimate(survey), measure="likes_school", age_band="all")
        assert row.age_bands == "young, middle, old"
        assert row.count / row.n == row.share == 4 / 6

    def test_bands_that_count_other_answers_do_not_pool(self, survey):
        assert "all" not in estimate(survey, measures=["has_a_say"]).column("age_band")

    def test_bands_that_are_present_and_alike_pool_whatever_an_absent_one_counts(self, survey_of):
        older = survey_of([{"age_band": band, "has_a_say": "a bit"} for band in ("middle", "old")])
        row = the(estimate(older, measures=["has_a_say"]), age_band="all")
        assert (row.n, row.count, row.age_bands) == (2, 2, "middle, old")

    def test_one_band_is_not_all(self, survey_of):
        assert estimate(survey_of(CHILDREN[:6])).column("age_band").count("all") == 0

    def test_a_form_that_left_the_question_out_is_not_pooled(self, survey_of):
        children = [
            {"age_band": band, "likes_school": "not_asked" if band == "young" else "a lot"}
            for band in ("young", "middle", "old")
        ]
        rows = estimate(survey_of(children), measures=["likes_school"])
        assert [(r.age_band, r.age_bands, r.n) for r in rows][-1] == ("all", "middle, old", 2)
        assert "young" not in rows.column("age_band")

    def test_composites_over_other_scales_do_not_pool(self, document, survey_of):
        document["wellbeing_scale"][1]["asked"] = ("old",)
        changed = Questionnaire.model_validate(document)
        scores = {"satisfied": 1, "anxious": 9}
        children = [{"age_band": "middle", **scores}, {"age_band": "old", "happy": 1, **scores}]
        rows = estimate(survey_of(children, questionnaire=changed), measures=["low_wellbeing", "satisfied"])
        assert [r.age_band for r in rows if r.measure == "low_wellbeing"] == ["middle", "old"]
        assert "all" in [r.age_band for r in rows if r.measure == "satisfied"]


def test_no_answers_give_no_share(survey_of):
    row = the(estimate(survey_of([{"likes_school": "prefer_not"}] * 3)), measure="likes_school")
    assert (row.n, row.count, row.prefer_not, row.low_base) == (0, 0, 3, True)
    assert [row.share, row.lower, row.upper, row.worst_lower] == [None] * 4
    frame = estimate(survey_of([{"likes_school": "prefer_not"}] * 3)).to_pandas()
    assert np.isnan(frame["share"].astype(float)).all()


@pytest.mark.parametrize(("n", "low"), [(29, True), (30, False)])
def test_low_base_is_under_thirty(counts_of, n, low):
    (row,) = estimate(counts_of({"likes_school": (5, n)}), measures=["likes_school"])
    assert row.low_base is low


def test_a_group_that_nobody_was_routed_in_has_no_base(survey_of):
    children = [
        {"gender": "girl", "afraid": "always", "supported": "a lot"},
        {"gender": "boy", "afraid": "never", "supported": "not_asked"},
    ]
    found = estimate(survey_of(children), by=["gender"], measures=["supported"])
    assert [(r.gender, r.n, r.not_asked, r.share) for r in found] == [
        ("girl", 1, 0, 1.0),
        ("boy", 0, 1, None),
    ]


class TestEligible:
    """Worst case of 60 in 300 answers of 690 children: methods note, section 1."""

    def test_worst_case_reference_value(self, counts_of):
        counted = counts_of({"likes_school": (60, 300)})
        counted.eligible[("North", "2021", "old")] = 690
        (row,) = estimate(counted)
        assert (round(row.worst_lower, 3), round(row.worst_upper, 3)) == (0.087, 0.652)

    def test_all_bands_need_every_number(self, survey_of):
        children = [{"age_band": band, "likes_school": "a lot"} for band in ("young", "middle", "old")] * 4
        numbers = {
            ("North", "2021", "young"): 10,
            ("North", "2021", "middle"): 20,
            ("North", "2021", "old"): 30,
        }
        rows = figures(estimate(survey_of(children, eligible=numbers)), "eligible", "response_rate")
        assert rows[("likes_school", "counted", "all")] == (60, 12 / 60)
        assert rows[("afraid", "counted", "all")] == (50, 8 / 50)
        del numbers[("North", "2021", "old")]
        rows = figures(estimate(survey_of(children, eligible=numbers)), "eligible", "response_rate")
        assert rows[("likes_school", "counted", "all")] == (None, None)
        assert rows[("likes_school", "counted", "middle")] == (20, 4 / 20)

    def test_nobody_knows_how_many_were_eligible_for_a_routed_question_or_a_group(self, survey_of):
        children = [{"gender": "girl", "likes_school": "a lot", "afraid": "always", "supported": "a lot"}] * 5
        source = survey_of(children, eligible={("North", "2021", "old"): 9})
        row = the(estimate(source), measure="supported")
        assert (row.eligible, row.worst_lower, row.worst_upper) == (9, None, None)
        grouped = the(estimate(source, by=["gender"]), measure="likes_school")
        assert (grouped.eligible, grouped.response_rate, grouped.worst_lower) == (None, None, None)

    def test_more_answers_than_children_give_no_limits(self, survey_of):
        source = survey_of([{"likes_school": "a lot"}] * 5, eligible={("North", "2021", "old"): 4})
        row = the(estimate(source), measure="likes_school")
        assert (row.eligible, row.response_rate, row.worst_lower) == (4, None, None)


class TestIntervals:
    def test_methods_note_reference_value(self, counts_of):
        (row,) = estimate(counts_of({"likes_school": (3, 30)}))
        assert (round(row.lower, 4), round(row.upper, 4)) == (0.0346, 0.2562)

    @pytest.mark.parametrize(
        ("method", "theirs"),
        [
            ("wilson", "wilson"),
            ("clopper_pearson", "beta"),
            ("jeffreys", "jeffreys"),
            ("agresti_coull", "agresti_coull"),
        ],
    )
    @pytest.mark.parametrize("confidence", [0.95, 0.90])
    def test_statsmodels_agrees(self, method, theirs, confidence):
        rows = estimate(make_survey(seed=4), by=["gender"], method=method, confidence=confidence)
        assert set(rows.column("method")) == {method}
        for row in rows:
            if not row.n:
                continue
            lower, upper = proportion_confint(row.count, row.n, alpha=1 - confidence, method=theirs)
            if method == "jeffreys":  # ours is 0 at 0 of n, and 1 at n of n
                lower, upper = lower if row.count else 0, upper if row.count < row.n else 1
            assert (row.lower, row.upper) == pytest.approx((max(lower, 0), min(upper, 1)), abs=1e-9)
            assert row.confidence == confidence

    def test_mid_p_limits_put_half_the_error_in_each_tail(self, counts_of):
        from scipy.stats import binom

        (row,) = estimate(counts_of({"likes_school": (7, 31)}), method="midp")
        above = binom.sf(7, 31, row.lower) + binom.pmf(7, 31, row.lower) / 2
        below = binom.cdf(7, 31, row.upper) - binom.pmf(7, 31, row.upper) / 2
        assert (above, below) == pytest.approx((0.025, 0.025), abs=1e-9)


class TestAllChildrenOfOneWave:
    """The finite target: limits from the methods note, section 1, of 690 children."""

    @staticmethod
    def counted(counts_of, count=60, n=300, everyone=690):
        made = counts_of({"likes_school": (count, n)})
        made.eligible[("North", "2021", "old")] = everyone
        return made

    @pytest.mark.parametrize(
        ("count", "n", "method", "limits"),
        [
            (60, 300, None, (0.1681, 0.2348)),
            (60, 300, "hyper_midp", (0.1681, 0.2348)),
            (60, 300, "wilson_fpc", (0.1682, 0.2362)),
            (255, 300, "wilson_fpc", (0.8171, 0.8779)),
            (0, 300, None, (0, 0.0072)),
            (3, 30, "hyper_midp", (0.0275, 0.2449)),
        ],
    )
    def test_reference_values(self, counts_of, count, n, method, limits):
        (row,) = estimate(self.counted(counts_of, count, n), target="finite", method=method)
        assert (row.lower, row.upper) == pytest.approx(limits, abs=5.1e-5)
        assert (row.target, row.method) == ("finite", method or "hyper_midp")
        assert (row.share, row.n_effective, row.weighted) == (count / n, n, False)

    @pytest.mark.parametrize("method", ["hyper_midp", "hyper_exact", "wilson_fpc", "bb_jeffreys"])
    def test_when_everybody_answered_nothing_is_left_to_chance(self, counts_of, method):
        (row,) = estimate(self.counted(counts_of, 138, 690), target="finite", method=method)
        assert row.lower == row.share == row.upper == 0.2

    @pytest.mark.parametrize("method", ["hyper_midp", "hyper_exact", "bb_jeffreys"])
    def test_the_bands_together_are_of_all_their_children(self, survey_of, method):
        from brightspots.statistics import proportion_interval

        children = [{"age_band": "middle", "afraid": a} for a in ["always"] * 9 + ["never"] * 20]
        children += [{"age_band": "old", "afraid": a} for a in ["always"] * 12 + ["never"] * 14]
        numbers = {("North", "2021", "middle"): 40, ("North", "2021", "old"): 30}
        rows = estimate(
            survey_of(children, eligible=numbers), measures=["afraid"], target="finite", method=method
        )
        for band, count, n, everyone in (("middle", 9, 29, 40), ("old", 12, 26, 30), ("all", 21, 55, 70)):
            row = the(rows, age_band=band)
            expected = proportion_interval(count, n, method=method, population=everyone)
            assert (row.lower, row.upper) == tuple(expected)

    def test_rows_of_whom_the_number_is_not_known_keep_the_process_and_say_so(self, survey_of):
        children = [
            {"gender": "girl", "likes_school": "a lot", "afraid": "always", "supported": "a lot"}
        ] * 12
        children += [{"age_band": "middle", "likes_school": "a bit"}] * 7
        source = survey_of(children, eligible={("North", "2021", "old"): 20})
        by = [[], ["gender"]]
        finite, usual = (list(estimate(source, by=by, target=t)) for t in ("finite", "process"))
        for row, other in zip(finite, usual, strict=True):
            known = row.age_band == "old" and row.gender == "all" and row.measure != "supported" and row.n > 0
            assert (row.target, row.method) == (("finite", "hyper_midp") if known else ("process", "wilson"))
            if not known:
                assert (row.lower, row.upper) == (other.lower, other.upper)
            assert [row.n, row.count, row.share] == [other.n, other.count, other.share]

    def test_more_answers_than_children_are_refused_by_band(self, survey_of):
        children = [{"likes_school": "a lot"}] * 5 + [{"age_band": "middle", "likes_school": "a lot"}] * 5
        numbers = {("North", "2021", "old"): 4, ("North", "2021", "middle"): 9}
        source = survey_of(children, eligible=numbers)
        with pytest.raises(
            TallyError, match="more answered than could have in North 2021 old: look for copies"
        ):
            estimate(source, target="finite")
        assert len(estimate(source)) > 0

    def test_comparisons_stay_with_the_process(self, survey_of):
        children = [{"likes_school": a} for a in ["a lot"] * 50 + ["not much"] * 30]
        source = survey_of(children, eligible={("North", "2021", "old"): 90})
        pool = Benchmark(
            measure="likes_school", age_band="old", comparator="care elsewhere", percent=75, source="a pool"
        )
        (before,) = compare(source, [pool])
        (finite,) = estimate(source, measures=["likes_school"], target="finite")
        (after,) = compare(source, [pool])
        assert before == after
        (usual,) = estimate(source, measures=["likes_school"])
        assert (after.lower, after.upper) == (usual.lower, usual.upper) != (finite.lower, finite.upper)


def weighed(answers, **more):
    """Return children who like school or not: (weight, how many, how many of them do)."""
    return [
        {"weight": weight, "likes_school": "a lot" if i < count else "not much", **more}
        for weight, n, count in answers
        for i in range(n)
    ]


class TestWeightsOfTheAnswers:
    def test_methods_note_reference_value(self, survey_of):
        """Section 1: the smaller of Kish's 171.43 and the linearised 157.47."""
        source = survey_of(weighed([(1, 150, 30), (2.5, 60, 25)]))
        row = the(estimate(source, weights="given"), measure="likes_school")
        assert (row.n, row.count, row.unweighted_share) == (210, 55, 55 / 210)
        assert (row.share, row.n_effective) == pytest.approx((0.3083, 157.47), abs=5.1e-3)
        assert (row.lower, row.upper) == pytest.approx((0.2415, 0.3843), abs=5.1e-5)
        assert (row.weighted, row.method, row.target) == (True, "wilson", "process")
        unweighted = the(estimate(source), measure="likes_school")
        assert (unweighted.share, unweighted.weighted, unweighted.n_effective) == (55 / 210, False, 210)

    def test_two_councils_together_are_worth_less_than_each(self, survey_of):
        """Section 10: 100 answers of weight 1, 30 of them yes; 50 of weight 4, 25 of them yes."""
        first, second = (tally(survey_of(weighed([part]))) for part in ((1, 100, 30), (4, 50, 25)))
        row = the(estimate(first + second, weights="given"), measure="likes_school")
        assert row.share == pytest.approx(0.433333, abs=5.1e-7)
        assert row.n_effective == pytest.approx(0.433333 * 0.566667 / 0.050316**2, rel=1e-4)
        alone = [
            the(estimate(part, weights="given"), measure="likes_school").n_effective
            for part in (first, second)
        ]
        assert alone == [100, 50]

    def test_all_children_of_one_wave(self, survey_of):
        source = survey_of(weighed([(1, 150, 30), (2.5, 60, 25)]), eligible={("North", "2021", "old"): 350})
        row = the(estimate(source, weights="given", target="finite"), measure="likes_school")
        assert (row.method, row.target) == ("wilson_fpc", "finite")
        # By hand: 157.47 answers stand for 350 / 210 as many, of whom 1 - 210 / 350 were not seen.
        m = 157.465 * (157.465 * 350 / 210 - 1) / (157.465 * 350 / 210 - 157.465)
        lower, upper = proportion_confint(0.308333 * m, m, method="wilson")
        assert (row.lower, row.upper) == pytest.approx((lower, upper), abs=1e-4)
        everybody = survey_of(
            weighed([(1, 150, 30), (2.5, 60, 25)]), eligible={("North", "2021", "old"): 210}
        )
        row = the(estimate(everybody, weights="given", target="finite"), measure="likes_school")
        assert row.lower == pytest.approx(row.share) == pytest.approx(row.upper)

    def test_a_cell_without_a_base_has_none(self, survey_of):
        source = survey_of([*weighed([(2, 5, 3)]), {"weight": 3, "afraid": "dont_know"}])
        row = the(estimate(source, weights="given"), measure="afraid")
        assert (row.n, row.count, row.share, row.lower, row.n_effective) == (0, 0, None, None, 0)

    def test_methods_that_need_whole_answers_are_refused(self, survey_of):
        source = survey_of(weighed([(2, 5, 3)]))
        with pytest.raises(
            ArgumentError, match="with weights or pooled waves there are: wilson, agresti_coull"
        ):
            estimate(source, weights="given", method="midp")
        with pytest.raises(ArgumentError, match="there are: wilson_fpc"):
            estimate(source, weights="given", method="hyper_midp", target="finite")


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"by": ["sex"]}, "by names 'sex'"),
            ({"by": [["gender"], ["sex"]]}, "by names 'sex'"),
            ({"measures": ["likes_work"]}, "measures names 'likes_work', which small does not have"),
            ({"measures": "likes_school"}, "measures is 'likes_school'; give a list"),
            ({"method": "wald"}, "method is 'wald'; for the target 'process' there are: wilson"),
            ({"method": "hyper_midp"}, "for the target 'process' there are: wilson"),
            ({"method": "wilson", "target": "finite"}, "for the target 'finite' there are: hyper_midp"),
            ({"target": "everyone"}, "target is 'everyone'; there are: process, finite"),
            ({"weights": "given"}, "weights is 'given', and source holds none"),
            ({"weights": [1, 2]}, r"weights is \[1, 2\]; give 'given' or what make_weighting made"),
            ({"confidence": 95}, "confidence is 95"),
            ({"confidence": float("nan")}, "confidence is nan"),
        ],
    )
    def test_what_is_not_known_is_refused_by_name(self, survey, arguments, message):
        with pytest.raises(ArgumentError, match=message):
            estimate(survey, **arguments)

    def test_a_source_of_another_kind(self):
        with pytest.raises(ArgumentError, match="source is a list"):
            estimate([1, 2])

    def test_a_tally_without_the_traits(self, survey):
        with pytest.raises(TallyError, match="does not hold home"):
            estimate(tally(survey, by=["gender"]), by=["home"])

    def test_a_trait_named_as_a_column(self, document, survey_of):
        document["trait"][0]["id"] = "share"
        with pytest.raises(ArgumentError, match="by names 'share', which is a column already"):
            estimate(survey_of([{}], questionnaire=Questionnaire.model_validate(document)), by=["share"])


class TestNobody:
    @pytest.mark.parametrize("by", [(), ["gender"]])
    def test_no_measures_and_no_children_give_no_rows(self, survey, by):
        for rows in (estimate(survey, measures=[], by=by), estimate(tally(survey, by=by).zero(), by=by)):
            assert len(rows) == 0
            assert list(rows.column_names[: len(BEFORE)]) == BEFORE
            assert rows.to_pandas().empty
            assert rows.source is not None


class TestSources:
    @pytest.mark.parametrize("by", [(), ["gender"], ["home", "gender"], [["gender"], ["home"]]])
    def test_a_survey_and_its_tally_give_the_same(self, survey, by):
        counted = tally(survey, by=["gender", "home"])
        assert list(estimate(survey, by=by)) == list(estimate(counted, by=by))

    def test_parts_add_up_to_the_whole(self, survey_of):
        parts = [survey_of(CHILDREN[:4]), survey_of(CHILDREN[4:])]
        together = tally(parts[0], by=["gender"]) + tally(parts[1], by=["gender"])
        assert list(estimate(together, by=["gender"])) == list(estimate(survey_of(CHILDREN), by=["gender"]))

    def test_the_order_of_the_rows_does_not_matter(self, survey_of):
        assert list(estimate(survey_of(CHILDREN[::-1]))) == list(estimate(survey_of(CHILDREN)))

    def test_areas_and_waves_stay_apart(self, survey_of):
        children = [
            {
                "area": area,
                "wave": wave,
                "age_band": band,
                "likes_school": "a lot" if area == "A" else "not at all",
            }
            for area in "AB"
            for wave in ("2019", "2021")
            for band in ("middle", "old")
        ]
        rows = estimate(survey_of(children), measures=["likes_school"])
        pooled = {(r.area, r.wave): (r.count, r.n) for r in rows if r.age_band == "all"}
        assert pooled == {
            ("A", "2019"): (2, 2),
            ("A", "2021"): (2, 2),
            ("B", "2019"): (0, 2),
            ("B", "2021"): (0, 2),
        }


class TestTypedFromAReport:
    FORM = (
        "measure,age_band,category,count,percent,n,eligible\n"
        "responses,old,,,,120,300\n"
        "likes_school,old,counted,62,,100,\n"
        "afraid,old,always,10,,100,\nafraid,old,sometimes,15,,100,\nafraid,old,never,75,,100,\n"
        "satisfied,old,low,,12,50,\n"
        "low_wellbeing,old,low,9,,50,\n"
        "likes_school,middle,counted,40,,50,\n"
    )

    @pytest.fixture
    def rows(self, tmp_path, small):
        (tmp_path / "form.csv").write_text(self.FORM, encoding="utf-8")
        return estimate(read_counts(tmp_path / "form.csv", small, area="North", wave="2021"))

    def test_shares_and_their_bases(self, rows):
        assert figures(rows, "count", "n") == {
            ("likes_school", "counted", "middle"): (40, 50),
            ("likes_school", "counted", "old"): (62, 100),
            ("likes_school", "counted", "all"): (102, 150),
            ("afraid", "counted", "old"): (25, 100),
            ("satisfied", "low", "old"): (6, 50),
            ("low_wellbeing", "low", "old"): (9, 50),
        }

    def test_what_the_report_does_not_say_is_not_0(self, rows):
        for kind in MISSING_KINDS:
            assert set(rows.column(kind)) == {None}
        assert figures(rows, "responses")[("likes_school", "counted", "middle")] is None

    def test_responses_and_eligible_as_typed(self, rows):
        row = the(rows, measure="likes_school", age_band="old")
        assert (row.responses, row.eligible, row.response_rate) == (120, 300, 0.4)
        assert (row.worst_lower, row.worst_upper) == (62 / 300, (62 + 200) / 300)
        assert the(rows, measure="likes_school", age_band="all").eligible is None


answers = st.sampled_from(["a lot", "a bit", "not much", "not at all", *MISSING_KINDS])
children = st.lists(
    st.fixed_dictionaries(
        {
            "age_band": st.sampled_from(["young", "middle", "old"]),
            "gender": st.sampled_from(["girl", "boy", "not known"]),
            "likes_school": answers,
            "has_a_say": answers,
        }
    ),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(children)
def test_laws(survey_of, listed):
    rows = list(estimate(survey_of(listed), by=[[], ["gender"]], measures=["likes_school", "has_a_say"]))
    for row in rows:
        asked = [
            c
            for c in listed
            if row.gender in ("all", c["gender"]) and c["age_band"] in row.age_bands.split(", ")
        ]
        given_ = [c[row.measure] for c in asked if c[row.measure] not in MISSING_KINDS]
        good = {"a lot"} if (row.measure, row.age_band) == ("has_a_say", "young") else {"a lot", "a bit"}
        assert (row.n, row.count) == (len(given_), sum(answer in good for answer in given_))
        assert row.responses == len(asked) == row.n + sum(getattr(row, kind) for kind in MISSING_KINDS)
        if row.n:
            assert 0 <= row.lower <= row.share <= row.upper <= 1
            assert math.isclose(row.share * row.n, row.count)
        else:
            assert row.share is row.lower is row.upper is None


heavy = st.lists(
    st.fixed_dictionaries(
        {
            "weight": st.integers(200, 200_000).map(lambda units: units / 10_000),
            "age_band": st.sampled_from(["middle", "old"]),
            "gender": st.sampled_from(["girl", "boy"]),
            "likes_school": answers,
        }
    ),
    min_size=2,
    max_size=25,
)
weighted_law = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def weighted_rows(source, **arguments):
    arguments = {"by": [[], ["gender"]], "measures": ["likes_school"], "weights": "given"} | arguments
    return list(estimate(source, **arguments))


@weighted_law
@given(heavy, st.sampled_from([2, 5, 0.5]))
def test_weights_of_another_unit_change_nothing(survey_of, listed, times):
    listed = [child | {"weight": round(child["weight"], 2)} for child in listed]
    scaled = [child | {"weight": child["weight"] * times} for child in listed]
    for row, other in zip(*(weighted_rows(survey_of(each)) for each in (listed, scaled)), strict=True):
        assert row[:7] == other[:7]
        for name in ("share", "lower", "upper", "n_effective"):
            mine, theirs = getattr(row, name), getattr(other, name)
            assert mine is theirs is None or mine == pytest.approx(theirs, rel=1e-9)


@weighted_law
@given(heavy)
def test_weights_of_one_are_no_weights(survey_of, listed):
    source = survey_of([child | {"weight": 1} for child in listed])
    for row, other in zip(weighted_rows(source), weighted_rows(source, weights=None), strict=True):
        assert row._replace(weighted=False) == other


@weighted_law
@given(heavy, st.integers(1, 24))
def test_parts_of_weighted_answers_are_the_whole(survey_of, tmp_path_factory, listed, cut):
    whole = tally(survey_of(listed), by=["gender"])
    parts = [tally(survey_of(part), by=["gender"]) for part in (listed[:cut], listed[cut:]) if part]
    assert weighted_rows(sum(parts)) == weighted_rows(whole) == weighted_rows(survey_of(listed))
    path = tmp_path_factory.getbasetemp() / "weighted-estimates.json"
    whole.save(path)
    assert weighted_rows(load_tally(path, whole.questionnaire)) == weighted_rows(whole)


@weighted_law
@given(heavy)
def test_weighted_rows_by_the_row_formula(survey_of, listed):
    for row in weighted_rows(survey_of(listed)):
        here = [
            c
            for c in listed
            if row.gender in ("all", c["gender"])
            and row.age_band in ("all", c["age_band"])
            and c["likes_school"] not in MISSING_KINDS
        ]
        assert row.n == len(here)
        if not here:
            assert row.share is None
            continue
        w = np.array([c["weight"] for c in here])
        y = np.array([c["likes_school"] in ("a lot", "a bit") for c in here])
        assert row.share == pytest.approx(w @ y / w.sum(), abs=1e-12)
        assert row.count == y.sum()
        assert row.n_effective <= min(w.sum() ** 2 / (w @ w), row.n) * (1 + 1e-9)
        assert 0 <= row.lower <= row.share <= row.upper <= 1
