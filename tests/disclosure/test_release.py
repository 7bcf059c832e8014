"""A Release: nothing hangs on a hidden cell, nothing says which were flagged, and it cannot be changed."""

import copy
import json
import pickle
import re
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest
from children import SMALL
from releasing import PLACE, request
from test_rules import children

import brightspots as bs
from brightspots.disclosure.release import Release
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.findings.benchmarks import Benchmark


def estimates_of(frame, by=()):
    return bs.estimate(bs.tally(frame, questionnaire=SMALL, by=by), by=by)


@pytest.fixture(scope="module")
def out():
    survey = bs.make_survey(respondents=110, seed=3)
    return bs.release(
        bs.estimate(survey),
        bs.compare(survey, bs.load_benchmarks("sheffield-2021")),
        bs.flag_cohorts(survey, traits=["gender", "placement"], max_order=1, permutations=99),
    )


class TestDerivedNumbers:
    def compared(self, answers, **figure):
        pool = Benchmark(
            measure="fun", age_band="younger", comparator="care elsewhere", source="a pool", **figure
        )
        tally = bs.tally(children(answers), questionnaire=SMALL)
        (comparison,) = bs.release(bs.compare(tally, [pool])).comparisons
        return comparison

    @pytest.mark.parametrize("includes", ["yes", "no", "unknown"])
    @pytest.mark.parametrize("answers", [{"yes": 38, "no": 2}, {"yes": 5, "no": 3}])
    def test_what_others_printed_is_said_and_never_what_is_left_without_us(self, answers, includes):
        comparison = self.compared(answers, count=400, n=500, includes_own=includes)
        assert comparison.benchmark == 0.8
        assert comparison.benchmark_n is None
        assert comparison.verdict == "withheld"
        assert comparison.reason == ""
        derived = ("difference", "difference_lower", "difference_upper", "effect_size", "detectable")
        assert [getattr(comparison, name) for name in derived] == [None] * 5

    def test_with_a_figure_that_is_shown_the_others_are_those_without_us(self):
        comparison = self.compared({"yes": 30, "no": 10}, count=400, n=500, includes_own="yes")
        assert comparison.benchmark == 370 / 460
        assert comparison.benchmark_n == 460

    def test_reasons_to_compare_all_the_same_leave_with_the_comparison(self):
        figure = {"count": 400, "n": 500, "includes_own": "no", "differs": ("mode",)}
        comparison = self.compared({"yes": 30, "no": 10}, **figure, override={"mode": "asked alike"})
        assert comparison.overridden == (("mode", "asked alike"),)
        assert self.compared({"yes": 30, "no": 10}, **figure).reason == "mode"

    def test_no_p_and_no_reason_leaves(self, out):
        texts = [json.dumps(out.as_edition()), repr(out), out._repr_html_(), repr(out.figures)]
        texts += [repr(out.comparisons), repr(out.cohorts), repr(out.responses), repr(out.searches)]
        for text in texts:
            keys = set(re.findall(r"[\"']?(\w+)[\"']?\s*[:=]", text))
            assert not keys & {"p", "q", "p_holm", "p_adjusted", "why", "least", "greatest", "bounds"}
            assert "worked out" not in text
            assert "fewer than 10 answers" not in text

    def test_a_hidden_figure_has_one_face_whatever_the_reason(self, out):
        faces = {
            tuple(getattr(f, name) for name in ("n", "count", "share", "lower", "upper", "above", "below"))
            for f in out.figures
            if f.status == "withheld"
        }
        assert faces == {(None,) * 7}
        assert not any(f.low_base for f in out.figures if f.status == "withheld")

    def test_the_hash_of_respondents_is_made_of_published_numbers_alone(self):
        few, many = ({"yes": k, "no": 40 - k} for k in (20, 21))
        hashes = [bs.release(estimates_of(children(a))).respondents["small"] for a in (few, many)]
        assert hashes[0] == hashes[1]
        assert bs.release(estimates_of(children({"yes": 41}))).respondents["small"] != hashes[0]


class TestResponses:
    def test_a_small_form_hides_the_total_too(self):
        frame = pd.concat([children({"yes": 9}), children({"yes": 60, "no": 20}, age_band="older")])
        tally = bs.tally(
            frame, questionnaire=SMALL, eligible={(*PLACE, "younger"): 20, (*PLACE, "older"): 100}
        )
        said = {r.age_band: (r.n, r.rate) for r in bs.release(bs.estimate(tally)).responses}
        assert said == {"younger": (None, None), "older": (80, 0.8), "all": (None, None)}

    def test_response_counts_limit_the_base_of_a_hidden_figure(self):
        """9 of 12 younger children answered, and 8 is the least that others can leave of the pooled base."""
        frame = pd.concat(
            [
                children({"yes": 4, "no": 5, "not_answered": 3}),
                children({"yes": 20, "no": 12, "not_answered": 1}, age_band="older"),
            ]
        )
        out = bs.release(bs.estimate(bs.tally(frame, questionnaire=SMALL), measures=["fun"]))
        assert {f.age_band for f in out.figures if f.status == "shown"} in ({"older"}, set())


class TestLikelyRanges:
    """A figure carries the interval that its estimate asked for, worked out from what is published."""

    @staticmethod
    def tally(**eligible):
        frame = pd.concat([children({"yes": 25, "no": 15}), children({"yes": 38, "no": 2}, age_band="older")])
        numbers = {(*PLACE, band): n for band, n in (eligible or {"younger": 60, "older": 50}).items()}
        return bs.tally(frame, questionnaire=SMALL, eligible=numbers)

    @staticmethod
    def said(out, band):
        (figure,) = [f for f in out.figures if f.measure == "fun" and f.age_band == band]
        return figure

    @pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull"])
    @pytest.mark.parametrize("confidence", [0.9, 0.95])
    def test_a_figure_has_the_range_of_its_estimate(self, method, confidence):
        estimates = bs.estimate(self.tally(), measures=["fun"], method=method, confidence=confidence)
        out = bs.release(estimates)
        shown = [f for f in out.figures if f.status == "shown"]
        assert shown
        ranges = {row.age_band: (row.lower, row.upper) for row in estimates}
        for figure in shown:
            assert (figure.lower, figure.upper) == pytest.approx(ranges[figure.age_band])
        for figure in out.figures:
            if figure.lower is not None:
                assert (figure.method, figure.confidence, figure.target) == (method, confidence, "process")

    def test_a_figure_of_all_children_has_the_range_of_its_estimate(self):
        estimates = bs.estimate(self.tally(), measures=["fun"], target="finite")
        figure = self.said(bs.release(estimates), "younger")
        (row,) = [row for row in estimates if row.age_band == "younger"]
        assert (figure.method, figure.target) == (row.method, row.target) == ("hyper_midp", "finite")
        assert (figure.lower, figure.upper) == (row.lower, row.upper)
        usual = self.said(bs.release(bs.estimate(self.tally(), measures=["fun"])), "younger")
        assert figure.upper - figure.lower < usual.upper - usual.lower

    def test_a_band_keeps_the_range_of_the_process(self):
        finite, usual = (
            self.said(bs.release(bs.estimate(self.tally(), measures=["fun"], target=target)), "older")
            for target in ("finite", "process")
        )
        assert finite.status == "banded"
        assert finite == usual

    def test_a_hidden_figure_says_nothing_of_its_range(self):
        frame = children({"yes": 5, "no": 3})
        counted = bs.tally(frame, questionnaire=SMALL, eligible={(*PLACE, "younger"): 20})
        figure = self.said(bs.release(bs.estimate(counted, measures=["fun"], target="finite")), "younger")
        assert (figure.status, figure.method, figure.target, figure.confidence) == ("withheld", "", "", None)

    def test_eligible_numbers_that_are_not_published_are_refused(self):
        finite = bs.estimate(self.tally(), measures=["fun"], target="finite")
        other = bs.estimate(self.tally(younger=70, older=50), measures=["afraid"])
        with pytest.raises(ArgumentError, match="rests on other eligible numbers than this release gives"):
            bs.release(other, finite)

    def test_one_figure_has_one_range(self):
        one, other = (bs.estimate(self.tally(), measures=["fun"], method=m) for m in ("wilson", "midp"))
        with pytest.raises(ArgumentError, match="ask for different likely ranges of fun"):
            bs.release(one, other)
        wide = bs.estimate(self.tally(), measures=["afraid"], confidence=0.9)
        with pytest.raises(ArgumentError, match="different confidence"):
            bs.release(one, wide)
        with pytest.raises(ArgumentError, match="different confidence"):
            bs.release(one, bs.compare(self.tally(), confidence=0.9))

    def test_comparisons_take_no_part_in_the_finite_target(self):
        survey = bs.make_survey(respondents=300, seed=4)
        compared = bs.compare(survey, bs.load_benchmarks("sheffield-2021"))
        usual, finite = (
            bs.release(bs.estimate(survey, target=target), compared) for target in ("process", "finite")
        )
        assert any(figure.target == "finite" for figure in finite.figures)

        def told(out):
            names = ("comparator", "benchmark", "verdict", "reason", "effect_size", "detectable")
            names += ("difference", "difference_lower", "difference_upper")
            return [tuple(getattr(c, name) for name in names) for c in out.comparisons]

        assert told(finite) == told(usual)
        keys = [
            [(f.measure, f.age_band, f.status, f.n, f.count) for f in out.figures] for out in (usual, finite)
        ]
        assert keys[0] == keys[1]


class TestWhatIsNotAudited:
    def test_weighted_estimates_are_refused(self):
        frame = children({"yes": 25, "no": 15}).assign(weight=[1, 2] * 20)
        weighted = bs.estimate(bs.tally(frame, questionnaire=SMALL), weights="given")
        with pytest.raises(ReleaseError, match="give single answers away by difference"):
            bs.release(weighted)
        assert bs.release(bs.estimate(bs.tally(frame, questionnaire=SMALL))).figures

    def test_pooled_waves_are_refused(self):
        frames = [children({"yes": 25, "no": 15}).assign(wave=wave) for wave in ("2019", "2021")]
        pooled = bs.tally(pd.concat(frames), questionnaire=SMALL).pool_waves()
        with pytest.raises(ArgumentError, match="until they are audited with each wave by itself"):
            bs.release(bs.estimate(pooled))


class TestCohorts:
    def flagged(self):
        """Few girls in kinship care, all of whom are afraid: flagged, and too few to be shown."""
        parts = [
            children({"often": 11}, measure="afraid", gender="girl", home="kin"),
            children({"often": 12, "never": 60}, measure="afraid", gender="girl", home="foster"),
            children({"often": 14, "never": 70}, measure="afraid", gender="boy", home="kin"),
            children({"often": 14, "never": 70}, measure="afraid", gender="boy", home="foster"),
        ]
        tally = bs.tally(pd.concat(parts), questionnaire=SMALL, by=["gender", "home"])
        return bs.flag_cohorts(tally, traits=["gender", "home"], measure="afraid", max_order=2)

    def test_a_flagged_cohort_that_is_hidden_is_not_named(self):
        cohorts = self.flagged()
        assert {"gender": "girl", "home": "kin"} in [r.conditions for r in cohorts if r.tier == "flag"]
        out = bs.release(cohorts)
        assert all(len(c.conditions) == 1 for c in out.cohorts)
        assert all(len(f.group) <= 1 for f in out.figures)
        assert all(len(f["group"]) <= 1 for f in out.as_edition()["figures"])

    def test_groups_without_a_verdict_stand_in_no_order_that_tells_one(self):
        out = bs.release(self.flagged())
        rest = [c.conditions for c in out.cohorts if not c.tier]
        named = [(("gender", "girl"),), (("gender", "boy"),), (("home", "foster"),), (("home", "kin"),)]
        assert rest == [one for one in named if one in rest]

    def test_a_group_is_covered_only_by_one_that_is_shown(self):
        for seed in range(6):
            out = request(seed).release()
            flagged = {c.name for c in out.cohorts if c.tier == "flag"}
            assert {c.covered_by for c in out.cohorts} <= flagged | {""}
            assert not any(c.role for c in out.cohorts if not c.tier)


class TestNobodyElseMakesOne:
    def test_it_cannot_be_made(self):
        with pytest.raises(ReleaseError):
            Release(object(), figures=())

    def test_it_cannot_be_changed(self, out):
        with pytest.raises(AttributeError):
            out.figures = ()
        with pytest.raises(AttributeError):
            del out.figures
        with pytest.raises(TypeError):
            out.respondents["small"] = ""
        with pytest.raises(FrozenInstanceError):
            out.figures[0].n = 3

    @pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps])
    def test_it_is_neither_copied_nor_pickled(self, out, make):
        with pytest.raises(TypeError):
            make(out)

    def test_results_of_different_answers_are_not_released_together(self):
        frames = [children({"yes": 20, "no": 20}, gender=g * 20 + b * 20) for g, b in ((["girl"], ["boy"]),)]
        turned = frames[0].assign(gender=frames[0]["gender"].tolist()[::-1])
        with pytest.raises(ArgumentError, match="different answers"):
            bs.release(estimates_of(frames[0], by=["gender"]), estimates_of(turned, by=["gender"]))


def test_a_group_is_explained_and_one_that_is_not_there_is_named():
    survey = bs.make_survey(respondents=70, seed=5)
    out = bs.release(bs.estimate(survey, measures=["trusts_carers"], by=[["placement"]]))
    for one in out.figures:
        said = out.explain(one.measure, age_band=one.age_band, group=dict(one.group))
        assert ("is hidden to protect children" in said) == (one.status == "withheld")
        assert "fewer than 10 answered" in said or one.status == "shown"
    with pytest.raises(ArgumentError, match="boat"):
        out.explain("trusts_carers", group={"placement": "boat"})
    with pytest.raises(ArgumentError):
        out.explain("trusts_carers")
