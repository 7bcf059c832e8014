"""Care elsewhere from the counts of other councils: ours taken out, the others pooled, how they differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import Benchmark
from brightspots.findings.comparisons import compare
from brightspots.findings.funnels import place_among_areas
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally

NOTE = "methods note, section 11"
K = (40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58)
N = (180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300)
law = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="session")
def councils_of(counts_of):
    """Make counts of councils: a (count, n) of likes_school for each name, or for each (name, wave, band)."""

    def make(figures, *, measure="likes_school", wave="2021", **more):
        keys = {
            (name if isinstance(name, tuple) else (name, wave, "old")): {measure: pair}
            for name, pair in figures.items()
        }
        return counts_of(keys, **more)

    return make


@pytest.fixture
def row_of(councils_of):
    """Compare our counts with those of others and return the one row."""

    def one(own, others, *, name="Ours", wave="2021", **more):
        (row,) = compare(councils_of({name: own}, wave=wave), elsewhere=councils_of(others), **more)
        return row

    return one


class TestPool:
    def test_the_others_are_added_up(self, row_of):
        row = row_of((240, 300), {"Ashby": (100, 200), "Barton": (500, 600)})
        assert (row.comparator, row.benchmark_count, row.benchmark_n, row.areas) == (
            "care elsewhere", 600, 800, 2,
        )  # fmt: skip
        assert (row.benchmark, row.source) == (0.75, "counts of other councils, 2021")
        assert (row.benchmark_area, row.benchmark_wave) == ("care elsewhere", "2021")

    def test_ours_is_taken_out(self, row_of):
        """Methods note, section 2(c): 1,200 of our 2,000 in a pool of 8,000 of 10,000."""
        row = row_of((1200, 2000), {"Ours": (1200, 2000), "Ashby": (6800, 8000)})
        found = [round(x, 4) for x in (row.difference, row.difference_lower, row.difference_upper)]
        assert found == [-0.25, -0.2730, -0.2273]
        assert (row.benchmark_n, row.areas, row.verdict) == (8000, 1, "worse")

    @law
    @given(st.lists(st.tuples(st.integers(10, 90), st.just(90)), min_size=2, max_size=6))
    def test_it_does_not_matter_whether_ours_is_in_it(self, councils_of, pairs):
        others = {f"Council {chr(65 + i)}": pair for i, pair in enumerate(pairs)}
        ours = councils_of({"Council A": pairs[0]})
        alone = councils_of({name: pair for name, pair in others.items() if name != "Council A"})
        first, second = (compare(ours, elsewhere=pool) for pool in (councils_of(others), alone))
        assert list(first) == list(second)
        assert first.elsewhere == second.elsewhere

    def test_all_of_ours_are_taken_out(self, councils_of):
        """With two of ours in it, neither can be worked out from what the other is compared with."""
        pool = {"Ashby": (50, 100), "Barton": (60, 100), "Clay": (90, 100)}
        ours = councils_of({name: pool[name] for name in ("Ashby", "Barton")})
        rows = compare(ours, elsewhere=councils_of(pool))
        assert [(r.area, r.benchmark_count, r.areas) for r in rows] == [("Ashby", 90, 1), ("Barton", 90, 1)]

    def test_a_survey_and_its_tally_are_the_same(self):
        survey = make_survey(councils=3, respondents=40, seed=4)
        counts = tally(survey)
        ours = counts.only(area="Council 2")
        assert list(compare(ours, elsewhere=survey)) == list(compare(ours, elsewhere=counts))

    def test_councils_without_an_answer_do_not_count(self, row_of):
        row = row_of((240, 300), {"Ashby": (100, 200), "Barton": (0, 0)})
        assert (row.benchmark_n, row.areas) == (200, 1)

    def test_nobody_who_answered_is_no_base(self, counts_of, survey_of):
        others = survey_of([{"area": "Ashby", "likes_school": "dont_know", "cooks": "always"}] * 30)
        ours = counts_of({"likes_school": (240, 300)}, area="Ours")
        (row,) = compare(ours, elsewhere=others)
        assert (row.verdict, row.reason, row.areas, row.benchmark) == ("not compared", "no_base", 0, None)

    def test_few_others_are_no_comparison(self, row_of):
        row = row_of((240, 300), {"Ashby": (5, 9)})
        assert (row.verdict, row.reason, row.unusual_among_areas) == ("not compared", "small_base", None)

    def test_the_pool_takes_the_place_of_a_benchmark_of_care_elsewhere(self, councils_of):
        figures = [
            Benchmark(measure=measure, age_band="old", comparator=comparator, percent=70, source="x")
            for measure in ("likes_school", "cooks")
            for comparator in ("care elsewhere", "general population")
        ]
        rows = compare(
            councils_of({"Ours": (240, 300)}), figures, elsewhere=councils_of({"Ashby": (90, 120)})
        )
        assert [(r.measure, r.comparator, r.source) for r in rows if r.share is not None] == [
            ("likes_school", "general population", "x"),
            ("likes_school", "care elsewhere", "counts of other councils, 2021"),
        ]
        assert ("cooks", "care elsewhere") in [(r.measure, r.comparator) for r in rows]

    def test_another_comparator_changes_no_verdict(self, councils_of):
        one = Benchmark(
            measure="likes_school", age_band="old", comparator="general population", percent=74, source="x"
        )
        ours = councils_of({"Ours": (240, 300)})
        (alone,) = compare(ours, [one])
        assert next(iter(compare(ours, [one], elsewhere=councils_of({"Ashby": (90, 120)})))) == alone

    def test_the_age_bands_together_need_the_same_forms_everywhere(self, councils_of):
        def of(name, *bands):
            return {(name, "2021", band): (60, 100) for band in bands}

        ours = councils_of(of("Ours", "middle", "old"))
        same = of("Ashby", "middle", "old") | of("Barton", "middle", "old")
        rows = compare(ours, elsewhere=councils_of(same))
        assert [(r.age_band, r.benchmark_n, r.verdict) for r in rows] == [
            ("middle", 200, "unclear"), ("old", 200, "unclear"), ("all", 400, "unclear")
        ]  # fmt: skip
        fewer = of("Ashby", "middle", "old") | of("Barton", "old")
        assert [(r.age_band, r.reason, r.areas) for r in compare(ours, elsewhere=councils_of(fewer))] == [
            ("middle", "", 1), ("old", "", 2), ("all", "age_bands", 1)
        ]  # fmt: skip

    def test_a_band_of_a_scale_that_some_do_not_state_is_not_compared(self, councils_of, survey_of):
        ours = survey_of([{"area": "Ours", "happy": score} for score in (3, 9)] * 20)
        told = tally(survey_of([{"area": "Ashby", "happy": score} for score in (3, 9)] * 20))
        low_alone = councils_of({"Barton": (30, 60)}, measure=("happy", "low"))
        high_alone = councils_of({"Clay": (20, 60)}, measure=("happy", "very high"))
        rows = {r.category: r for r in compare(ours, elsewhere=told + low_alone) if r.measure == "happy"}
        assert (rows["low"].benchmark_count, rows["low"].benchmark_n, rows["low"].areas) == (50, 100, 2)
        assert "very high" not in rows
        rows = compare(ours, elsewhere=told + low_alone + high_alone)
        assert {(r.reason, r.benchmark) for r in rows if r.measure == "happy"} == {("not_stated", None)}


class TestWaves:
    @pytest.mark.parametrize(
        ("waves", "reason", "label"),
        [
            (("2021", "2018"), "", "2018 to 2021"),
            (("2024-05", "2021"), "", "2021 to 2024-05"),
            (("2021", "2017"), "year_gap", "2017 to 2021"),
            (("autumn", "2021"), "", "2021 to autumn"),
        ],
    )
    def test_at_most_three_years_from_ours(self, councils_of, waves, reason, label):
        others = {(name, wave, "old"): (90, 120) for name, wave in zip("AB", waves, strict=True)}
        (row,) = compare(councils_of({"Ours": (240, 300)}), elsewhere=councils_of(others))
        assert (row.reason, row.source) == (reason, f"counts of other councils, {label}")
        assert (row.verdict == "not compared") == bool(reason)

    def test_a_reason_overrides_the_years(self, councils_of):
        others = councils_of({("Ashby", "2016", "old"): (40, 120)})
        ours = councils_of({"Ours": (240, 300)})
        (row,) = compare(ours, elsewhere=others, overrides={"year_gap": "nothing changed"})
        assert (row.verdict, row.overridden) == ("better", {"year_gap": "nothing changed"})

    def test_several_waves_of_one_council_are_refused_but_not_of_ours(self, councils_of):
        ours = councils_of({"Ours": (240, 300)})
        twice = {("Ashby", wave, "old"): (90, 120) for wave in ("2019", "2021")}
        with pytest.raises(ArgumentError, match="elsewhere holds several waves of 'Ashby'; take one"):
            compare(ours, elsewhere=councils_of(twice))
        own_twice = {("Ours", wave, "old"): (90, 120) for wave in ("2019", "2021")}
        (row,) = compare(ours, elsewhere=councils_of(own_twice | {("Ashby", "2021", "old"): (90, 120)}))
        assert row.benchmark_n == 120


class TestWhichIsOurs:
    @pytest.mark.parametrize(
        ("own", "others"),
        [
            ("Sheffield", {"Sheffield City Council": (240, 300), "Leeds": (90, 120)}),
            ("Sheffield City Council", {"Sheffield": (240, 300), "Leeds": (90, 120)}),
            ("Sheffield", {"E08000019": (240, 300), "E08000035": (90, 120)}),
            ("Leeds", {"Sheffield": (90, 120), "City of Sheffield": (90, 120)}),
        ],
    )
    def test_another_spelling_is_never_pooled_in_silence(self, row_of, own, others):
        """It is found and taken out, or refused."""
        try:
            row = row_of((240, 300), others, name=own)
        except ArgumentError as error:
            assert "elsewhere" in str(error)  # noqa: PT017
        else:
            assert row.benchmark_n == 120

    def test_a_council_of_a_like_name_is_another(self, row_of):
        assert row_of((240, 300), {"Leicestershire": (90, 120)}, name="Leicester").benchmark_n == 120

    def test_nobody_but_us_is_refused(self, row_of):
        with pytest.raises(ArgumentError, match="elsewhere holds no council besides ours"):
            row_of((240, 300), {"Ours": (240, 300)})

    def test_what_is_no_survey_is_refused(self, councils_of):
        with pytest.raises(ArgumentError, match="elsewhere is a dict; give a Survey or a Tally"):
            compare(councils_of({"Ours": (240, 300)}), elsewhere={})

    def test_nothing_in_common_is_refused(self, councils_of):
        with pytest.raises(ArgumentError, match="elsewhere shares no measure"):
            compare(
                councils_of({"Ours": (240, 300)}), elsewhere=councils_of({"Ashby": (3, 9)}, measure="cooks")
            )

    def test_another_edition_is_compared_measure_by_measure(self, councils_of, document):
        document["indicator"][0]["counted"] = ("a lot",)
        other = councils_of({"Ashby": (90, 120)}, questionnaire=Questionnaire.model_validate(document))
        (row,) = compare(councils_of({"Ours": (240, 300)}), elsewhere=other)
        assert (row.verdict, row.reason, row.benchmark) == ("not compared", "counted_answers", None)


class TestUnusual:
    def others(self, *, without=()):
        return {
            f"Town {chr(65 + i)}": pair for i, pair in enumerate(zip(K, N, strict=True)) if i not in without
        }

    def test_below_the_average_and_yet_not_unusual(self, row_of):
        """60% of 200 where others have 70% and differ by 5 points: note, section 2(c)."""
        spread = [0.70 + 0.05 * z for z in (-1.6, -1.2, -0.8, -0.4, -0.1, 0.1, 0.4, 0.8, 1.2, 1.6)]
        others = {f"Town {i}x": (round(600 * share), 600) for i, share in enumerate(spread)}
        row = row_of((120, 200), others)
        assert (row.verdict, row.unusual_among_areas, row.areas) == ("worse", False, 10)

    def test_far_beyond_all_others_is_unusual(self, row_of):
        row = row_of((240, 300), self.others())
        assert (row.verdict, row.unusual_among_areas, row.areas) == ("better", True, 12)

    def test_fewer_than_ten_others_say_nothing(self, row_of):
        assert row_of((240, 300), self.others(without=(0, 1, 2))).unusual_among_areas is None
        assert row_of((240, 300), self.others(without=(0, 1))).unusual_among_areas is True

    def test_many_councils_of_few_answers_each_are_a_pool_without_a_spread(self, row_of):
        row = row_of((240, 300), {f"Town {chr(65 + i)}": (7, 9) for i in range(12)})
        assert (row.areas, row.benchmark_n, row.unusual_among_areas) == (12, 108, None)

    def test_councils_of_few_answers_stand_in_the_pool_but_not_in_the_spread(self, row_of):
        row = row_of((240, 300), self.others(without=(0, 1, 2)) | {"Small": (3, 9)})
        assert (row.areas, row.unusual_among_areas) == (10, None)

    @pytest.mark.parametrize("own", range(12))
    def test_it_is_the_funnel_with_ours_left_out(self, councils_of, own):
        councils = self.others()
        name = list(councils)[own]
        pool = councils_of(councils)
        (row,) = compare(councils_of({name: councils[name]}), elsewhere=pool)
        placed = {
            r.area: r for r in place_among_areas(pool, measure="likes_school", age_band="old", own=name)
        }
        assert row.unusual_among_areas == (placed[name].position != "usual"), NOTE

    def test_our_own_size_does_not_hide_us(self, row_of):
        """Ours is in neither the common level nor the spread, however large it is."""
        assert row_of((48_000, 60_000), self.others()).unusual_among_areas is True


def test_among_councils_that_truly_differ_few_are_unusual(councils_of):
    """1,000 councils drawn like 15 others that differ by 5 points: about 5 of 100 or fewer are unusual."""
    random = np.random.default_rng(11)
    shares = random.normal(0.7, 0.05, 1015)
    counts = random.binomial(400, shares)
    places = {f"P{i:04}": (int(count), 400) for i, count in enumerate(counts)}
    names = list(places)
    unusual = 0
    for i in range(40):
        own, others = names[25 * i], names[25 * i + 1 : 25 * i + 16]
        (row,) = compare(
            councils_of({own: places[own]}), elsewhere=councils_of({name: places[name] for name in others})
        )
        unusual += row.unusual_among_areas
    assert unusual <= 5
