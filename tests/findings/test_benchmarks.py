"""Benchmarks: every fault at once, what a printed figure may stand for, what fits a questionnaire."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from statsmodels.stats.proportion import proportion_confint

from brightspots.errors import BenchmarkError
from brightspots.findings.benchmarks import Benchmark, Benchmarks, load_benchmarks
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.shipped import shipped_names

SHIPPED = {
    "care-leavers-published": [],
    "children-in-care-published": [],
    "ons-personal-wellbeing-2014-15": ["United Kingdom", "Sheffield"],
    "sheffield-2021": [],
}


def figure(**changes):
    """A benchmark, with some of its values changed or (None) left out."""
    values = {
        "measure": "likes_school",
        "age_band": "old",
        "comparator": "care elsewhere",
        "percent": 78,
        "source": "a source",
    }
    return Benchmark(**{key: value for key, value in (values | changes).items() if value is not None})


def faults(path):
    with pytest.raises(BenchmarkError) as caught:
        load_benchmarks(path)
    return list(caught.value.faults)


class TestFile:
    def test_what_ships_loads_and_says_where_it_is_from(self):
        assert shipped_names("benchmarks") == tuple(SHIPPED)
        for name, areas in SHIPPED.items():
            benchmarks = load_benchmarks(name, areas=areas)
            assert len(benchmarks) > 0
            assert benchmarks.about
            assert benchmarks.licence
            assert all(one.source for one in benchmarks.benchmarks)

    @pytest.mark.parametrize("name", SHIPPED)
    def test_what_ships_fits_the_questionnaire_it_names(self, name):
        for one in load_benchmarks(name, areas=SHIPPED[name]).benchmarks:
            assert one.questionnaire in shipped_names("questionnaires")
            for questionnaire in shipped_names("questionnaires"):
                assert one.misfits(load_questionnaire(questionnaire)) == []

    @pytest.mark.parametrize("name", SHIPPED)
    def test_what_ships_counts_the_answers_that_the_questionnaire_counts(self, name):
        """Or says that its options differ: a published figure may count others than we do."""
        for one in load_benchmarks(name, areas=SHIPPED[name]).benchmarks:
            measure = measures_of(load_questionnaire(one.questionnaire))[one.measure]
            if one.category == "counted" and "options" not in one.differs:
                band = measure.asked[0] if one.age_band == "all" else one.age_band
                assert {*one.counted, "reported: counted"} == set(measure.counted("counted", band))

    def test_a_published_figure_has_its_year_and_ages_or_no_verdict(self):
        """Sheffield's strategy names neither: its figures stand as they are printed."""
        for name in SHIPPED.keys() - {"sheffield-2021"}:
            for one in load_benchmarks(name, areas=SHIPPED[name]).benchmarks:
                assert one.ages is not None
                assert one.year or one.differs

    def test_what_ships_of_one_council_has_its_n(self):
        """A council's answers are a sample: without their number they cannot be tested against."""
        for name in ("care-leavers-published", "children-in-care-published"):
            for one in load_benchmarks(name).benchmarks:
                assert one.n or one.differs

    def test_without_a_name_it_lists_what_ships(self):
        listed = load_benchmarks()
        assert listed.column("name") == list(SHIPPED)
        assert listed.column_names[:6] == ("name", "about", "comparators", "figures", "years", "licence")
        assert all(listed.column("licence"))
        ons = next(row for row in listed if row.name.startswith("ons"))
        assert (ons.comparators, ons.years, ons.areas) == ("general population", "2014/15", 441)
        assert ons.figures == 441 * 4 * 4 - 3820 - 16  # withheld as x, and as #
        assert "not for release" not in repr(listed)

    def test_an_unknown_name_lists_the_known_ones(self):
        assert faults("leeds") == [
            f"no benchmarks of this name ship; there are: {', '.join(SHIPPED)}. Or give a path to a .toml"
        ]

    def test_a_file_that_is_not_there(self, tmp_path):
        assert faults(tmp_path / "none.toml") == ["there is no such file; check the path"]

    def test_every_fault_at_once_each_with_its_place(self, tmp_path):
        path = tmp_path / "own.toml"
        path.write_text(
            """
            colour = "red"
            [[benchmark]]
            measure = "likes_school"
            age_band = "old"
            comparator = "care elsewhere"
            percent = 78.4
            rounded_to = 1
            ages = [12, 8]
            year = "spring"
            colour = "red"
            [[benchmark]]
            measure = "afraid"
            age_band = "old"
            comparator = "last wave"
            source = "x"
            includes_own = "yes"
            [[benchmark]]
            measure = "cooks"
            age_band = "old"
            comparator = "region"
            source = "x"
            count = 12
            n = 10
            design_effect = 0.5
            [[benchmark]]
            measure = "cooks"
            age_band = "old"
            comparator = "Region"
            source = "x"
            percent = 101
            count = true
            n = 0
            """,
            encoding="utf-8",
        )
        assert faults(path) == [
            "benchmark 1 (likes_school) source: missing, and needed",
            "benchmark 1 (likes_school) rounded_to: 78.4 is not a multiple of 1; say to what it was rounded "
            "(it holds 1)",
            "benchmark 1 (likes_school) year: begin with a year, such as 2021, 2021-06 or 2020/21 "
            "(it holds 'spring')",
            "benchmark 1 (likes_school) ages: the youngest comes first",
            "benchmark 1 (likes_school) colour: unknown key",
            "benchmark 2 (afraid): give either percent, or count and n",
            "benchmark 2 (afraid) includes_own: this wave's answers cannot be inside the last wave's; "
            "leave it out (it holds 'yes')",
            "benchmark 3 (cooks) n: count needs n, and cannot be above it (it holds 10)",
            "benchmark 3 (cooks) design_effect: should be greater than or equal to 1 (it holds 0.5)",
            "benchmark 4 (cooks) percent: should be less than or equal to 100 (it holds 101)",
            "benchmark 4 (cooks) count: should be a whole number (it holds True)",
            "benchmark 4 (cooks) n: should be greater than or equal to 1 (it holds 0)",
            "colour: unknown key",
            "benchmark cooks / counted / old / Region: stands 2 times; keep one, or name their comparators "
            "apart",
        ]

    def test_faults_of_what_differs_and_is_overridden(self, tmp_path):
        path = tmp_path / "own.toml"
        path.write_text(
            """
            [[benchmark]]
            measure = "cooks"
            age_band = "old"
            comparator = "region"
            source = "x"
            percent = 50
            lower = 45
            differs = ["mood"]
            override = { mode = " ", colour = "why" }
            [[benchmark]]
            measure = "afraid"
            age_band = "old"
            comparator = "region"
            source = "x"
            percent = 50
            lower = 51
            upper = 60
            differs = ["mode"]
            override = { wording = "the same in all but name" }
            """,
            encoding="utf-8",
        )
        declared = "'wording', 'options', 'mode', 'country'"
        assert faults(path) == [
            "benchmark 1 (cooks): give both ends of the interval, lower and upper, or neither",
            f"benchmark 1 (cooks) differs 1: should be {declared} or 'base' (it holds 'mood')",
            "benchmark 1 (cooks) override mode: should not be empty (it holds ' ')",
            f"benchmark 1 (cooks) override colour: should be {declared}, 'base', 'age_range', 'year_gap' or "
            "'counted_answers' (it holds 'colour')",
            "benchmark 2 (afraid) upper: the interval from lower to upper has to hold the figure "
            "(it holds 60)",
            "benchmark 2 (afraid) override: wording is not among `differs`; declare what is overridden",
        ]

    @pytest.mark.parametrize(
        "text",
        ["benchmark = 3", "benchmark = [1, 2]", "[benchmark]\nmeasure = 1", "[[benchmark]]\nmeasure = [1]"],
    )
    def test_a_malformed_document_is_a_plain_fault(self, tmp_path, text):
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        assert faults(path)

    def test_not_toml(self, tmp_path):
        path = tmp_path / "own.toml"
        path.write_text("[[benchmark]\n", encoding="utf-8")
        assert "this is not TOML" in faults(path)[0]


class TestFigure:
    @pytest.mark.parametrize(
        ("given", "share", "step"),
        [
            ({"percent": 78}, 0.78, 0.01),
            ({"percent": 78.4, "rounded_to": 0.1}, 0.784, 0.001),
            ({"percent": 78.4}, 0.784, 0.001),
            ({"percent": 80.25}, 0.8025, 0.0001),
            ({"percent": 80.0}, 0.80, 0.01),
            ({"percent": 0.4, "rounded_to": 0.1}, 0.004, 0.001),
            ({"percent": 77.5, "rounded_to": 2.5}, 0.775, 0.025),
            ({"percent": 78.123, "rounded_to": 0}, 0.78123, 0.0),
            ({"percent": 77, "rounded_to": "chart"}, 0.77, 0.04),
            ({"percent": None, "count": 39, "n": 50}, 0.78, 0.0),
            ({"percent": None, "count": 0, "n": 50}, 0.0, 0.0),
            ({"percent": 0}, 0.0, 0.01),
            ({"percent": 100, "n": 50}, 1.0, 0.01),
        ],
    )
    def test_share_and_step_of_rounding(self, given, share, step):
        one = figure(**given)
        assert (one.share, one.step) == pytest.approx((share, step), abs=1e-15)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"percent": None},
            {"percent": None, "n": 50},
            {"percent": None, "count": 5},
            {"percent": None, "count": 6, "n": 5},
            {"count": 39, "n": 50},
            {"percent": -1},
            {"percent": float("nan")},
            {"percent": True},
            {"percent": "78"},
            {"percent": None, "count": 3.5, "n": 5},
            {"percent": 0.78},  # a share, it seems
            {"percent": 78.4, "rounded_to": 1},
            {"percent": 83, "rounded_to": 5},
            {"rounded_to": "graph"},
            {"includes_own": "maybe"},
            {"comparator": "last wave", "includes_own": "yes"},
            {"ages": (15, 10)},
            {"year": "FY20"},
            {"year": "20211"},
            {"design_effect": 0.9},
            {"lower": 70.0},
            {"upper": 80.0},
            {"lower": 79.0, "upper": 84.0},  # the figure is 78
            {"percent": None, "count": 39, "n": 50, "lower": 60.0, "upper": 77.9},
            {"lower": 70.0, "upper": 101.0},
            {"lower": 70.0, "upper": 84.0, "confidence": 95},
            {"differs": ("mood",)},
            {"differs": ("age_range",)},  # found out, not declared
            {"override": {"mode": "asked alike"}},  # not declared to differ
            {"override": {"age_range": " "}},
            {"override": {"mood": "as good"}},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong):
        with pytest.raises(ValidationError):
            figure(**wrong)

    @pytest.mark.parametrize("year", [2021, "2021", "2021-06", "2020/21"])
    def test_a_year_may_be_a_number(self, year):
        assert figure(year=year).year == str(year)

    def test_known_comparators_meet_however_they_are_spelt(self):
        assert figure(comparator=" Care  Elsewhere").comparator == "care elsewhere"
        assert figure(comparator="Yorkshire").comparator == "Yorkshire"

    def test_an_illustrative_figure_says_so_in_its_source(self):
        assert figure(illustrative=True).label == "a source (illustrative)"


class TestPublishedInterval:
    """A figure with its interval is worth as many answers as have a Wilson interval of that width."""

    def test_nothing_known_is_worth_nothing(self):
        assert figure().worth is None

    def test_without_an_interval_it_is_n_by_the_design_effect(self):
        assert figure(n=900, design_effect=1.5).worth == 600

    @pytest.mark.parametrize(("count", "n", "confidence"), [(255, 300, 0.95), (12, 400, 0.90), (0, 50, 0.99)])
    def test_the_n_of_a_simple_random_sample_is_found(self, count, n, confidence):
        """Of an interval to 0.01 points, never more answers than there were."""
        ends = proportion_confint(count, n, 1 - confidence, "wilson")
        lower, upper = (round(100 * end, 2) for end in ends)
        one = figure(percent=100 * count / n, rounded_to=0, lower=lower, upper=upper, confidence=confidence)
        assert 0.98 * n < one.worth < 1.001 * n

    def test_a_design_effect_is_found(self):
        """The interval of 500 answers beside an n of 1,000; the smaller of the two holds."""
        lower, upper = (round(100 * end, 2) for end in proportion_confint(400, 500, 0.05, "wilson"))
        hidden = figure(percent=80, n=1000, lower=lower, upper=upper)
        assert hidden.worth == pytest.approx(500, rel=0.01)
        assert figure(percent=80, n=300, lower=lower, upper=upper).worth == 300

    def test_its_rounding_counts_against_it(self):
        """75% to 81% may be 74.5% to 81.5%; off a chart, 73% to 83%."""
        coarse, fine = (figure(lower=75.0, upper=81.0 + more) for more in (0, 0.001))
        assert coarse.worth < fine.worth
        widest = figure(rounded_to=0, percent=78.0, lower=74.501, upper=81.499)
        assert coarse.worth == pytest.approx(widest.worth, rel=0.001)
        assert figure(lower=75.0, upper=81.0, rounded_to="chart").worth == pytest.approx(
            figure(lower=73.001, upper=82.999).worth, rel=0.001
        )
        assert figure(lower=78.0, upper=78.0).worth > 0
        assert figure(lower=0.0, upper=100.0).worth == 0


class TestAdding:
    def test_two_files_are_one(self):
        first = Benchmarks.model_validate({"benchmark": [figure().model_dump()], "about": "One."})
        second = Benchmarks.model_validate(
            {"benchmark": [figure(age_band="middle").model_dump()], "about": "Two."}
        )
        both = first + second
        assert [one.age_band for one in both.benchmarks] == ["old", "middle"]
        assert both.about == "One. Two."
        assert repr(both) == str(both) == "<Benchmarks: 2 figures (care elsewhere)>"

    def test_one_comparison_cannot_have_two_figures(self):
        one = Benchmarks.model_validate({"benchmark": [figure().model_dump()]})
        with pytest.raises(
            BenchmarkError, match="likes_school / counted / old / care elsewhere: stands 2 times"
        ):
            one + one


class TestFit:
    """A benchmark that nothing can be compared with is a fault; one for another questionnaire is not."""

    @pytest.mark.parametrize(
        ("given", "fault"),
        [
            ({}, None),
            ({"age_band": "all"}, None),
            ({"questionnaire": "small"}, None),
            ({"questionnaire": "other", "measure": "likes_work"}, None),
            (
                {"measure": "likes_work"},
                "small has no measure 'likes_work'; if it is a figure of another one, "
                "name that in `questionnaire`",
            ),
            ({"measure": "likes_work", "questionnaire": "small"}, "small has no measure 'likes_work'"),
            ({"age_band": "8-11"}, "likes_school is not asked of '8-11', only of young, middle, old"),
            (
                {"measure": "afraid", "age_band": "young"},
                "afraid is not asked of 'young', only of middle, old",
            ),
            ({"category": "low"}, "likes_school has no category 'low', only counted"),
            ({"measure": "happy"}, "happy has no category 'counted', only low, medium, high, very high"),
            (
                {"measure": "low_wellbeing", "category": "very high"},
                "low_wellbeing has no category 'very high', only low",
            ),
        ],
    )
    def test_what_does_not_fit_is_named(self, small, given, fault):
        one = figure(**given)
        assert one.misfits(small) == ([] if fault is None else [f"benchmark {one.name}: {fault}"])
