"""Whole scales: the worked values of the methods note, the two-sided pattern, rounding, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.benchmarks import Benchmark
from brightspots.findings.distributions import compare_scales
from brightspots.measures.wellbeing import BANDS
from brightspots.tallies.tally import CountTable, Tally, count_columns

NOTE = "methods note, section 3"
OURS = [4, 3, 5, 6, 8, 20, 22, 40, 48, 30, 34]
THEIRS = [20, 15, 30, 45, 60, 190, 260, 560, 760, 420, 440]
law = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="session")
def scored(small):
    """Make counts of scores from 0 to 10 for a measure, or ``{measure: scores}``."""

    def make(scores, *, measure="satisfied", area="North", wave="2021", band="old", questionnaire=small):
        columns = count_columns(questionnaire)
        counts = np.zeros((1, len(columns)), dtype=np.int64)
        for name, own in (scores if isinstance(scores, dict) else {measure: scores}).items():
            for score, number in enumerate(own):
                counts[0, columns[(name, str(score))]] = number
        return Tally(questionnaire, {(): CountTable.of([(area, wave, band)], counts)})

    return make


def four(percents, *, measure="satisfied", **more):
    """Benchmarks of all four bands, from low to very high."""
    values = {"age_band": "old", "comparator": "general population", "rounded_to": 0, "source": "a source"}
    return [
        Benchmark(measure=measure, category=band, percent=percent, **(values | more))
        for band, percent in zip(BANDS, percents, strict=True)
    ]


@pytest.fixture
def against(scored):
    def one(scores, figures=(), **more):
        (row,) = compare_scales(scored(scores), figures, **more)
        return row

    return one


class TestWorkedValues:
    def test_mann_whitney_against_the_last_wave(self, against, scored):
        """R 4.2: wilcox.test(correct = FALSE) gives this p."""
        row = against(OURS, previous=scored(THEIRS, wave="2019"))
        assert (round(row.theta, 5), round(row.p, 5)) == (0.45649, 0.02843), NOTE
        assert (round(row.lower, 4), round(row.upper, 4)) == (0.4152, 0.4984), NOTE
        assert (row.comparator, row.n, row.benchmark_n, row.method) == (
            "last wave", 220, 2800, "mann_whitney",
        )  # fmt: skip
        assert (row.verdict, row.reason, row.size) == ("similar", "small", "")

    def test_against_the_pool_of_other_councils(self, against, scored):
        others = scored(THEIRS, area="South") + scored([0] * 10 + [40], area="West")
        ours = scored(OURS, area="North")
        row = against(OURS, elsewhere=others + ours)
        expected = stats.mannwhitneyu(
            np.repeat(range(11), OURS),
            np.repeat(range(11), [*THEIRS[:10], THEIRS[10] + 40]),
            use_continuity=False,
            method="asymptotic",
        )
        assert row.theta == pytest.approx(expected.statistic / (220 * 2840), rel=1e-9)
        assert row.p == pytest.approx(expected.pvalue, rel=1e-9)
        assert (row.comparator, row.benchmark_n, row.areas) == ("care elsewhere", 2840, 2)

    def test_ridit_against_published_bands(self, against):
        """Mean ridit .50607, standard error .01948 (note)."""
        row = against(OURS, four([8.5, 22, 44, 25.5]))
        assert (round(row.theta, 5), row.method, row.benchmark_n) == (0.50607, "ridit", None), NOTE
        error = (row.upper - row.lower) / (2 * 1.959964)
        assert round(error, 5) == 0.01948, NOTE
        assert row.p == pytest.approx(2 * stats.norm.sf((row.theta - 0.5) / error), rel=1e-5)
        assert (row.verdict, row.reason) == ("similar", "equivalent")

    def test_more_low_and_more_very_high_and_no_higher_or_lower(self, against, counts_of):
        """Both bands differ for the worse and for the better; taken together nothing does."""
        both_ends = [20, 10, 10, 10, 10, 20, 20, 20, 20, 30, 30]
        figures = four([15, 35, 35, 15])
        row = against(both_ends, figures)
        assert (round(row.low_difference, 3), round(row.very_high_difference, 3)) == (0.15, 0.15)
        assert (row.theta, row.p, row.verdict) == (0.5, 1.0, "similar")
        bands = [
            bs.compare(counts_of({("satisfied", band): (60, 200)}), [one]).column("verdict")[0]
            for band, one in zip(("low", "very high"), (figures[0], figures[3]), strict=True)
        ]
        assert bands == ["worse", "better"]


class TestDirection:
    UP = [0] * 5 + [10, 10, 20, 20, 30, 30]

    @pytest.mark.parametrize(("measure", "verdict"), [("satisfied", "better"), ("anxious", "worse")])
    def test_more_than_half_is_always_better(self, scored, measure, verdict):
        before = scored(self.UP[::-1], measure=measure, wave="2019")
        (row,) = compare_scales(scored(self.UP, measure=measure), previous=before)
        assert (row.verdict, row.theta > 0.5, row.size) == (verdict, verdict == "better", "large")
        assert (row.low_difference < 0) == (row.very_high_difference > 0) == (verdict == "better")

    def test_anxiety_turned_lands_on_the_published_bands(self, scored):
        """Raw 6 to 10 is the low band: 20 of 80 there are as published."""
        raw = [10, 10, 10, 10, 10, 10, 4, 4, 4, 4, 4]
        (row,) = compare_scales(scored(raw, measure="anxious"), four([25, 25, 25, 25], measure="anxious"))
        assert (row.theta, row.p) == (0.5, 1.0)


class TestPublished:
    def test_with_its_n_the_others_are_a_sample_too(self, against):
        bands = [26, 42, 88, 64]
        row = against(OURS, four([10, 20, 45, 25], n=400))
        expected = stats.mannwhitneyu(
            np.repeat(range(4), bands), np.repeat(range(4), [40, 80, 180, 100]), use_continuity=False
        )
        assert row.theta == pytest.approx(expected.statistic / (220 * 400), rel=1e-9)
        assert row.p == pytest.approx(expected.pvalue, rel=1e-9)
        assert (row.method, row.benchmark_n) == ("mann_whitney", 400)

    def test_a_published_interval_stands_for_an_n(self, against):
        with_n = against(OURS, four([10, 20, 45, 25], n=400))
        ends = bs.statistics.proportion_interval([40, 80, 180, 100], 400)
        figures = [
            one.model_copy(update={"lower": round(100 * low, 2), "upper": round(100 * high, 2)})
            for one, low, high in zip(four([10, 20, 45, 25]), ends.lower, ends.upper, strict=True)
        ]
        row = against(OURS, figures)
        assert (row.method, row.benchmark_n) == ("mann_whitney", None)
        assert row.p == pytest.approx(with_n.p, abs=0.01)

    def test_rounding_may_account_for_a_difference(self, against):
        """Half a step on every band moves the mean ridit by half a step times the bands' own spread."""
        exact, rounded, chart = (
            against(OURS, four([12, 24, 44, 20], rounded_to=step)) for step in (0, 1, "chart")
        )
        assert exact.theta == rounded.theta == chart.theta
        assert exact.p < rounded.p < chart.p
        above = np.array([220, 194, 152, 64]) / 220 - np.array([26, 42, 88, 64]) / 440
        error = (exact.upper - exact.lower) / (2 * 1.959964)
        for row, step in ((rounded, 0.01), (chart, 0.04)):
            doubt = step / 2 * (above[0] + above[1] - above[2] - above[3])
            z = max(0.0, abs(row.theta - 0.5) - doubt) / error
            assert row.p == pytest.approx(2 * stats.norm.sf(z), rel=1e-4)

    @pytest.mark.parametrize("percents", [(8.5, 22, 44, 20), (20, 30, 40, 30)])
    def test_bands_that_do_not_add_up(self, against, percents):
        row = against(OURS, four(percents))
        assert (row.verdict, row.reason, row.theta) == ("not compared", "not_whole", None)

    def test_three_bands_are_no_scale(self, scored):
        assert len(compare_scales(scored(OURS), four([8.5, 22, 44, 25.5])[:3])) == 0

    def test_our_own_children_are_taken_out(self, against):
        """400 of 620 are others: 40, 80, 180 and 100 of them in the bands."""
        counts = np.array([66, 122, 268, 164])
        pool = four(100 * counts / 620, n=620, comparator="care elsewhere", includes_own="yes")
        row, apart = against(OURS, pool), against(OURS, four([10, 20, 45, 25], n=400))
        assert (row.benchmark_n, row.p) == (400, pytest.approx(apart.p, rel=1e-9))

    def test_ours_that_cannot_be_inside(self, against):
        row = against(OURS, four([1, 20, 54, 25], n=620, comparator="care elsewhere", includes_own="yes"))
        assert (row.verdict, row.reason) == ("not compared", "own_not_inside")

    def test_without_n_ours_may_hide_a_difference(self, against):
        pool = four([8.5, 22, 44, 25.5], comparator="care elsewhere")
        assert (against(OURS, pool).verdict, against(OURS, pool).reason) == ("unclear", "own_unknown")
        far = four([40, 40, 10, 10], comparator="care elsewhere")
        assert against(OURS, far).verdict == "better"

    def test_both_readings_must_agree(self, against):
        small = four([12, 24, 44, 20], n=300, comparator="care elsewhere", includes_own="unknown")
        row = against(OURS, small)
        readings = {
            against(OURS, [one.model_copy(update={"includes_own": told}) for one in small]).verdict
            for told in ("yes", "no")
        }
        assert row.verdict == (readings.pop() if len(readings) == 1 else "unclear")

    def test_a_bare_last_wave_gets_no_verdict(self, against):
        row = against(OURS, four([8.5, 22, 44, 25.5], comparator="last wave"))
        assert (row.verdict, row.reason) == ("not compared", "no_n")

    def test_all_in_one_band_has_no_spread(self, against):
        row = against([0] * 9 + [30, 30], four([8.5, 22, 44, 25.5]))
        assert (row.verdict, row.reason) == ("not compared", "no_spread")
        assert against([0] * 9 + [30, 30], four([8.5, 22, 44, 25.5], n=500)).verdict == "better"


class TestNotCompared:
    def test_a_mismatch_of_one_band_bars_all(self, against):
        figures = four([8.5, 22, 44, 25.5])
        figures[2] = figures[2].model_copy(update={"differs": ("mode",)})
        row = against(OURS, figures)
        assert (row.reason, row.mismatches) == ("mode", ("mode",))
        row = against(OURS, figures, overrides={"mode": "asked alike"})
        assert (row.verdict, row.overridden) == ("similar", {"mode": "asked alike"})

    def test_a_reason_must_hold_for_every_band(self, against):
        figures = four([8.5, 22, 44, 25.5], differs=("mode",), override={"mode": "asked alike"})
        assert against(OURS, figures).verdict == "similar"
        figures[0] = figures[0].model_copy(update={"override": {}})
        assert against(OURS, figures).reason == "mode"

    def test_few_answers(self, against, survey_of):
        figures = four([8.5, 22, 44, 25.5])
        assert against([0] * 10 + [9], figures).reason == "small_base"
        (row,) = compare_scales(survey_of([{"satisfied": "dont_know"}] * 20), figures)
        assert (row.verdict, row.reason) == ("not compared", "no_base")

    def test_bands_typed_from_a_report(self, scored, counts_of):
        typed = [
            counts_of({("satisfied", band): (count, count)}, wave="2019")
            for band, count in zip(BANDS, (40, 80, 180, 100), strict=True)
        ]
        (row,) = compare_scales(scored(OURS), previous=sum(typed[1:], typed[0]))
        assert (row.method, row.benchmark_n) == ("mann_whitney", 400)
        expected = stats.mannwhitneyu(
            np.repeat(range(4), [26, 42, 88, 64]),
            np.repeat(range(4), [40, 80, 180, 100]),
            use_continuity=False,
        )
        assert row.p == pytest.approx(expected.pvalue, rel=1e-9)

    def test_a_report_of_one_band_is_no_distribution(self, scored, counts_of):
        before = counts_of({("satisfied", "low"): (40, 400)}, wave="2019")
        (row,) = compare_scales(scored(OURS), previous=before)
        assert (row.verdict, row.reason) == ("not compared", "not_stated")

    def test_it_cannot_be_released(self, scored):
        with pytest.raises(ArgumentError, match="not a ScaleComparisons"):
            bs.release(compare_scales(scored(OURS), four([8.5, 22, 44, 25.5])))


class TestFamilies:
    def test_each_comparator_is_a_family(self, scored):
        ours = scored({"satisfied": OURS, "happy": OURS, "anxious": OURS})
        figures = [f for m in ("satisfied", "happy", "anxious") for f in four([10, 20, 45, 25], measure=m)]
        before = scored({"satisfied": THEIRS, "happy": THEIRS[::-1]}, wave="2019")
        rows = list(compare_scales(ours, figures, previous=before))
        for comparator in ("general population", "last wave"):
            family = [row for row in rows if row.comparator == comparator]
            expected = multipletests([row.p for row in family], method="fdr_bh")[1]
            assert [row.q for row in family] == pytest.approx(expected, abs=1e-12)
        assert len(rows) == 5


class TestLaws:
    scores = st.lists(st.integers(0, 40), min_size=11, max_size=11).filter(lambda own: sum(own) >= 10)

    @law
    @given(scores, scores)
    def test_turned_round_everything_is_its_mirror(self, scored, own, other):
        row, mirror = (
            next(iter(compare_scales(scored(a), previous=scored(b, wave="2019"))))
            for a, b in ((own, other), (own[::-1], other[::-1]))
        )
        swapped = {"better": "worse", "worse": "better"}
        assert mirror.theta == pytest.approx(1 - row.theta, abs=1e-12)
        assert mirror.p == pytest.approx(row.p, rel=1e-9)
        assert mirror.verdict == swapped.get(row.verdict, row.verdict)

    @law
    @given(scores, scores)
    def test_every_word_has_its_test_and_size(self, scored, own, other):
        row = next(iter(compare_scales(scored(own), previous=scored(other, wave="2019"))))
        expected = stats.mannwhitneyu(
            np.repeat(range(11), own),
            np.repeat(range(11), other),
            use_continuity=False,
            method="asymptotic",
        )
        assert row.theta == pytest.approx(expected.statistic / (sum(own) * sum(other)), abs=1e-9)
        if len({*np.flatnonzero(own), *np.flatnonzero(other)}) > 1:
            assert row.p == pytest.approx(expected.pvalue, abs=1e-9)
        clear = row.q <= 0.05
        large = max(row.theta, 1 - row.theta) >= 0.56 - 1e-9
        if row.verdict in ("better", "worse"):
            assert clear
            assert large
            assert (row.theta > 0.5) == (row.verdict == "better")
        elif row.reason == "small":
            assert clear
            assert not large
        else:
            assert not clear
            inner = bs.statistics.mann_whitney(own, other, confidence=0.9)
            assert (row.reason == "equivalent") == (inner.lower > 0.44 and inner.upper < 0.56)
        words = [word for word, least in (("large", 0.71), ("medium", 0.64), ("small", 0.56))
                 if max(row.theta, 1 - row.theta) >= least - 1e-9]  # fmt: skip
        assert row.size == (words[0] if words else "")
