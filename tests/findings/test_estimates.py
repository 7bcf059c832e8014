"""Estimates: the contract, bases by hand, intervals by statsmodels, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.estimates import estimate
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally
from brightspots.tallies.reported import read_counts

BEFORE = ["area", "wave", "age_band", "domain", "measure", "category"]
AFTER = [
    "n", "count", "share", "lower", "upper", "confidence", "method", "not_answered", "not_asked", "dont_know",
    "prefer_not", "low_base", "eligible", "response_rate", "worst_lower", "worst_upper",
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
    names = estimate(survey, by=by).column_names
    assert list(names[: len(BEFORE + traits + AFTER)]) == BEFORE + traits + AFTER


def test_bases_and_missing_kinds_by_hand(survey):
    rows = estimate(survey)
    kinds = ("n", "count", "not_answered", "not_asked", "dont_know", "prefer_not", "invalid", "undecided")
    found = figures(rows, *kinds)
    assert found[("likes_school", "counted", "old")] == (3, 2, 1, 0, 1, 0, 1, 0)
    assert found[("likes_school", "counted", "middle")] == (2, 1, 0, 0, 0, 0, 0, 0)
    assert found[("likes_school", "counted", "all")] == (6, 4, 1, 0, 1, 0, 1, 0)
    assert found[("afraid", "counted", "old")] == (5, 2, 0, 0, 0, 1, 0, 0)
    assert found[("supported", "counted", "old")] == (2, 1, 3, 1, 0, 0, 0, 0)
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


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"by": ["sex"]}, "by names 'sex'"),
            ({"by": [["gender"], ["sex"]]}, "by names 'sex'"),
            ({"measures": ["likes_work"]}, "measures names 'likes_work', which small does not have"),
            ({"measures": "likes_school"}, "measures is 'likes_school'; give a list"),
            ({"method": "wald"}, "method is 'wald'"),
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
