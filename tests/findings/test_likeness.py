"""What is not alike bars a verdict, unless a reason says otherwise; and the reason is kept."""

from __future__ import annotations

import pytest

from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import Benchmark
from brightspots.findings.comparisons import compare
from brightspots.findings.likeness import DECLARED, MISMATCHES, year_of, years_apart
from brightspots.questionnaire.model import Questionnaire


def figure(**changes):
    """A benchmark of likes_school of all kinds of ages, no n, exact."""
    values = {
        "measure": "likes_school",
        "age_band": "old",
        "comparator": "general population",
        "percent": 80,
        "rounded_to": 0,
        "source": "a source",
    }
    return Benchmark(**(values | changes))


UNLIKE = {
    **{code: {"differs": (code,)} for code in DECLARED},
    "age_range": {"ages": (16, 24)},
    "year_gap": {"year": "2017"},
    "counted_answers": {"counted": ("a lot",)},
}


@pytest.fixture
def against(counts_of):
    def one(*figures, **more):
        (row,) = compare(counts_of({"likes_school": (270, 300)}), figures, **more)
        return row

    return one


def test_every_way_of_not_being_alike_is_known():
    assert set(UNLIKE) == set(MISMATCHES)


@pytest.mark.parametrize("code", MISMATCHES)
class TestOneWay:
    def test_it_bars_the_verdict(self, against, code):
        row = against(figure(**UNLIKE[code]))
        assert (row.verdict, row.reason, row.mismatches, row.overridden) == (
            "not compared",
            code,
            (code,),
            {},
        )
        assert row.p is row.difference is row.detectable is None

    def test_a_reason_in_the_benchmark_lets_it_pass(self, against, code):
        row = against(figure(**UNLIKE[code], override={code: "it makes no difference"}))
        like = against(figure())
        assert (row.verdict, row.reason) == ("better", "")
        assert (row.mismatches, row.overridden) == ((code,), {code: "it makes no difference"})
        assert (row.p, row.difference) == (like.p, like.difference)

    def test_so_does_a_reason_for_all(self, against, code):
        row = against(figure(**UNLIKE[code]), overrides={code: "why"})
        assert (row.verdict, row.overridden) == ("better", {code: "why"})

    def test_a_reason_for_another_way_does_not(self, against, code):
        other = next(one for one in MISMATCHES if one != code)
        row = against(figure(**UNLIKE[code]), overrides={other: "why"})
        assert (row.verdict, row.reason, row.overridden) == ("not compared", code, {})

    def test_a_reason_for_what_is_alike_says_nothing(self, against, code):
        row = against(figure(), overrides={code: "why"})
        assert (row.verdict, row.mismatches, row.overridden) == ("better", (), {})


class TestSeveralWays:
    EVERY = {
        "differs": DECLARED,
        "ages": (16, 24),
        "year": "2017",
        "counted": ("a lot",),
    }

    def test_the_first_is_the_reason_and_all_are_listed(self, against):
        row = against(figure(**self.EVERY))
        assert (row.reason, row.mismatches) == ("wording", MISMATCHES)

    def test_the_first_that_is_not_overridden_is_the_reason(self, against):
        row = against(
            figure(**self.EVERY, override={"wording": "one word"}), overrides={"options": "as many"}
        )
        assert (row.verdict, row.reason) == ("not compared", "mode")
        assert row.overridden == {"wording": "one word", "options": "as many"}

    def test_all_overridden_is_a_verdict(self, against):
        row = against(figure(**self.EVERY), overrides=dict.fromkeys(MISMATCHES, "why"))
        assert row.verdict == "better"
        assert tuple(row.overridden) == MISMATCHES

    def test_the_reason_in_the_benchmark_goes_before_that_for_all(self, against):
        row = against(figure(differs=("mode",), override={"mode": "its own"}), overrides={"mode": "for all"})
        assert row.overridden == {"mode": "its own"}


class TestWhatCannotBeOverridden:
    EVERYTHING = dict.fromkeys(MISMATCHES, "why")

    @pytest.mark.parametrize(
        ("own", "benchmark", "reason"),
        [
            ((5, 9), {}, "small_base"),
            ((270, 300), {"comparator": "last wave"}, "no_n"),
            ((270, 300), {"percent": 100}, "benchmark_at_limit"),
            ((270, 300), {"comparator": "care elsewhere", "n": 300, "includes_own": "yes"}, "own_not_inside"),
        ],
    )
    def test_too_little_is_known(self, counts_of, own, benchmark, reason):
        source = counts_of({"likes_school": own})
        (row,) = compare(source, [figure(**benchmark)], overrides=self.EVERYTHING)
        assert (row.verdict, row.reason) == ("not compared", reason)

    def test_other_forms_of_the_last_wave(self, counts_of):
        def of(wave, bands):
            return counts_of({("North", wave, band): {"likes_school": (60, 100)} for band in bands})

        now, before = of("2021", ("middle", "old")), of("2019", ("young", "middle", "old"))
        rows = list(compare(now, previous=before, overrides=self.EVERYTHING))
        assert [(r.age_band, r.reason) for r in rows][-1] == ("all", "age_bands")


class TestLastWave:
    @pytest.mark.parametrize(
        ("measure", "code"), [("likes_school", "options"), ("afraid", "counted_answers")]
    )
    def test_another_edition_is_compared_for_a_reason(self, counts_of, document, measure, code):
        document["scales"]["school"] = {"options": ("a lot", "a bit", "it varies", "not much", "not at all")}
        document["indicator"][0]["scale"] = "school"
        document["indicator"][1]["counted"] = ("always",)
        earlier = Questionnaire.model_validate(document)
        before = counts_of({measure: (150, 300)}, wave="2019", questionnaire=earlier)
        now = counts_of({measure: (240, 300)})
        (barred,) = compare(now, previous=before)
        (row,) = compare(now, previous=before, overrides={code: "few chose it"})
        assert (barred.verdict, barred.reason, barred.mismatches) == ("not compared", code, (code,))
        assert row.verdict in ("better", "worse")
        assert row.overridden == {code: "few chose it"}

    def test_an_edition_that_asked_fewer_forms_is_told_by_its_forms(self, counts_of, document):
        document["indicator"][0]["asked"] = ("middle", "old")
        earlier = Questionnaire.model_validate(document)

        def of(wave, bands, **more):
            pairs = {("North", wave, band): {"likes_school": (60, 100)} for band in bands}
            return counts_of(pairs, **more)

        before = of("2019", ("middle", "old"), questionnaire=earlier)
        rows = compare(of("2021", ("young", "middle", "old")), previous=before)
        assert [(r.age_band, r.reason) for r in rows] == [("middle", ""), ("old", ""), ("all", "age_bands")]

    def test_how_long_ago_it_was_does_not_matter(self, counts_of):
        before = counts_of({"likes_school": (150, 300)}, wave="2009")
        (row,) = compare(counts_of({"likes_school": (240, 300)}), previous=before)
        assert (row.verdict, row.mismatches) == ("better", ())


class TestRefusals:
    def test_every_fault_of_the_overrides_at_once(self, against):
        with pytest.raises(ArgumentError) as caught:
            against(figure(), overrides={"mood": "why", "mode": " ", "base": "asked of all"})
        assert str(caught.value) == (
            "overrides: 'mood' is not known; there are wording, options, mode, country, base, age_range, "
            "year_gap, counted_answers; mode has no reason; say why the figures are compared all the same."
        )


@pytest.mark.parametrize(
    ("wave", "year"),
    [("2021", 2021), ("2020/21", 2020), ("2019 and 2021", 2021), ("2017, 2019 and 2021-06", 2021),
     ("before 2021", None), ("autumn", None), ("20211", None), ("", None)],
)  # fmt: skip
def test_the_year_of_a_wave(wave, year):
    assert year_of(wave) == year


def test_years_between_what_is_not_known_do_not_count():
    assert (years_apart("2021", "2016"), years_apart("2021", ""), years_apart("spring", "2016")) == (5, 0, 0)
