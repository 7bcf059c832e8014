"""Trends: R's prop.trend.test, lm and prop.test, hand-worked cases, laws, and waves that are not alike."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.trends import follow_trends
from brightspots.findings.waves import wave_time
from brightspots.questionnaire.model import Questionnaire
from brightspots.statistics import Interval, difference_interval, equivalent
from brightspots.tallies.tally import RESPONSES, CountTable, Tally, count_columns

QUESTIONNAIRE = bs.load_questionnaire("children-in-care")
COUNTS, NS, YEARS = [60, 58, 52, 41], [220, 240, 250, 245], ["2017", "2019", "2021", "2023"]
VERDICTS = {"better", "worse"}
law = settings(deadline=None, max_examples=40)
wave_of = st.integers(10, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def typed(wave, figures, area="Sheffield", questionnaire=QUESTIONNAIRE):
    """Return counts of one wave: a count and an n for each (measure, age band)."""
    columns = count_columns(questionnaire)
    bands = sorted({band for _, band in figures})
    counts = np.zeros((len(bands), len(columns)), dtype=np.int64)
    for (measure, band), (count, n) in figures.items():
        row = counts[bands.index(band)]
        row[columns[(RESPONSES, "")]] = max(n, row[columns[(RESPONSES, "")]])
        row[columns[(measure, "reported: counted")]] = count
        row[columns[(measure, "reported: not counted")]] = n - count
    return Tally(questionnaire, {(): CountTable.of([(area, wave, band) for band in bands], counts)})


def follow(counts, ns, years=YEARS, measure="likes_school", **options):
    """Follow one share of one age band, and return its row."""
    waves = [typed(year, {(measure, "11-18"): (k, n)}) for year, k, n in zip(years, counts, ns, strict=True)]
    (row,) = follow_trends(waves, **options)
    return row


def edition(**changes):
    """Return the questionnaire with other values in what `likes_school` or its age band says."""
    body = QUESTIONNAIRE.model_dump(by_alias=True)
    for indicator in body["indicator"]:
        if indicator["id"] == "likes_school":
            indicator |= {name: value for name, value in changes.items() if name in indicator}
    for band in body["age_band"]:
        if band["id"] == "11-18" and "ages" in changes:
            band["ages"] = changes["ages"]
    return Questionnaire.model_validate(body)


def test_worked_trend():
    """Methods note, section 12. R: prop.trend.test 8.3247; fitted(lm(k/n ~ s, weights = n)) for the ends."""
    row = follow(COUNTS, NS)
    assert row.z == pytest.approx(-2.88526, abs=5.1e-6)
    assert row.z**2 == pytest.approx(8.324697089, abs=1e-8)
    assert row.p == row.q == pytest.approx(0.003911, abs=5.1e-7)
    assert 100 * row.slope == pytest.approx(-1.752, abs=5.1e-4)
    assert (row.departure, row.departure_df, row.departure_p) == pytest.approx((0.034, 2, 0.98), abs=5.1e-3)
    assert (row.first, row.last) == pytest.approx((0.2750661821, 0.1699376318), abs=1e-9)
    assert row.change == pytest.approx(row.last - row.first)
    assert row.effect_size == pytest.approx(2 * (np.arcsin(0.1699376318**0.5) - np.arcsin(0.2750661821**0.5)))
    assert (row.verdict, row.reason) == ("worse", "")
    assert (row.waves, row.ns, row.counts) == (tuple(YEARS), tuple(NS), tuple(COUNTS))


def test_the_side_that_is_good_decides_the_word():
    assert not QUESTIONNAIRE.questions["afraid_bullying"].higher_is_better
    assert follow(COUNTS, NS, measure="afraid_bullying").verdict == "better"


def test_uneven_gaps_count_as_they_are():
    """R: prop.trend.test and weighted lm at 2017.5, mid-June 2018 and 2023.5; equal steps give p = .00406."""
    row = follow([20, 30, 45], [100, 110, 120], ["2017", "2018-06", "2023"])
    assert row.times == pytest.approx((2017.5, 2018 + 5.5 / 12, 2023.5))
    assert row.z**2 == pytest.approx(7.735518926, abs=1e-8)
    assert row.p == pytest.approx(0.005414500063, abs=1e-11)
    assert row.slope == pytest.approx(0.02594169125, abs=1e-10)


@pytest.mark.parametrize(
    ("wave", "time"),
    [
        ("2021", 2021.5),
        ("2021-01", 2021 + 1 / 24),
        ("2020-07-02", 2020 + 183.5 / 366),
        ("2021-12-31", 2021 + 364.5 / 365),
    ],
)
def test_a_date_stands_for_its_middle(wave, time):
    assert wave_time(wave) == pytest.approx(time, abs=1e-12)


@pytest.mark.parametrize(
    "wave", ["", "autumn", "21", "2021/22", "2021-13", "2021-02-30", "2021-00", "3021", "2021-6"]
)
def test_what_is_no_date_has_no_time(wave):
    assert wave_time(wave) is None


def test_where_shares_depart_from_a_line_there_is_none():
    """R: prop.test gives 25 for 50, 80 and 50 of 100 each, prop.trend.test 0: all of it is departure."""
    row = follow([50, 80, 50], [100] * 3, YEARS[:3])
    assert row.departure == pytest.approx(25)
    assert (row.verdict, row.reason) == ("not compared", "departure")
    assert row.z == pytest.approx(0, abs=1e-12)
    lines = [row.slope, row.slope_lower, row.first, row.last, row.change, row.effect_size, row.detectable]
    assert lines == [None] * 7


def test_a_departure_is_tested_and_stays_in_the_family():
    """Hand: Benjamini-Hochberg of .0039 and 1 gives .0078; of .0039 alone it would stay .0039."""
    waves = [
        typed(year, {("likes_school", "11-18"): (k, n), ("fun", "11-18"): (other, 100)})
        for year, k, n, other in zip(YEARS, COUNTS, NS, [50, 80, 80, 50], strict=True)
    ]
    first, second = sorted(follow_trends(waves), key=lambda row: row.p)
    assert (second.measure, second.reason) == ("fun", "departure")
    assert second.p == pytest.approx(1)
    assert first.q == pytest.approx(2 * first.p)


def test_sure_but_too_small_to_matter():
    """h between 50% and 52% is 0.04, however many answered."""
    row = follow([10000, 10200, 10400], [20000] * 3, YEARS[:3])
    assert row.p < 0.001
    assert row.effect_size == pytest.approx(0.04, abs=1e-3)
    assert (row.verdict, row.reason) == ("similar", "small")


def test_no_change_is_shown_only_by_enough_answers():
    """Where nobody counts, the test's own error is 0; that must not make 10 answers a wave look sure."""
    none = follow([0] * 3, [10] * 3, YEARS[:3])
    assert (none.verdict, none.reason, none.slope, none.p) == ("unclear", "", 0, 1)
    assert (none.slope_lower, none.slope_upper, none.detectable) == (None, None, None)
    few, many = (follow([n // 100] * 3, [n] * 3, YEARS[:3]) for n in (100, 3000))
    assert (few.verdict, few.reason) == ("unclear", "")
    assert (many.verdict, many.reason) == ("similar", "equivalent")


@law
@given(st.integers(10, 3000), st.integers(0, 100), st.integers(-5, 5))
def test_with_a_wave_midway_no_change_means_what_it_means_for_two(n, percent, step):
    """Three equal waves on a line: the change is that of the ends, so its 90% interval is Newcombe's."""
    first = n * percent // 100
    last = first + 2 * step
    if not (0 <= first <= n and 0 <= last <= n):
        return
    row = follow([first, first + step, last], [n] * 3, YEARS[:3])
    interval = difference_interval(last, n, first, n, confidence=0.90)
    # At equal numbers the middle wave has no weight, so the ends are all there is.
    if row.q > 0.05:
        expected = bool(equivalent(Interval(*interval), first / n))
        assert row.reason == ("equivalent" if expected else "")


@law
@given(st.integers(1, 30), st.lists(st.integers(1, 40), min_size=3, max_size=6))
def test_a_constant_share_gives_no_verdict(count, sizes):
    """The same share in every wave, whatever the numbers of answers."""
    ns = [40 * size for size in sizes]
    row = follow([count * size for size in sizes], ns, [str(2010 + i) for i in range(len(ns))])
    assert row.p == pytest.approx(1)
    assert row.verdict not in VERDICTS


@law
@given(st.permutations(range(4)))
def test_the_order_of_the_waves_changes_nothing(order):
    waves = [
        typed(year, {("likes_school", "11-18"): (k, n)}) for year, k, n in zip(YEARS, COUNTS, NS, strict=True)
    ]
    turned = follow_trends([waves[i] for i in order])
    assert list(turned) == list(follow_trends(waves))
    assert turned.waves == tuple(YEARS)


@law
@given(st.lists(wave_of, min_size=3, max_size=5))
def test_counting_the_other_side_turns_the_line_and_nothing_else(groups):
    counts, ns = zip(*groups, strict=True)
    years = [str(2010 + 2 * i) for i in range(len(ns))]
    row = follow(counts, ns, years)
    turned = follow([n - k for k, n in groups], ns, years)
    assert (turned.z, turned.p) == pytest.approx((-row.z, row.p), abs=1e-9)
    assert turned.reason == row.reason or {row.reason, turned.reason} <= {"", "equivalent"}
    swap = {"better": "worse", "worse": "better"}
    if row.verdict in VERDICTS:
        assert turned.verdict == swap[row.verdict]


def test_one_tally_of_all_waves_is_the_same_as_one_for_each():
    waves = [bs.tally(bs.make_survey(seed=i, respondents=150, wave=str(2016 + i))) for i in range(3)]
    apart, together = follow_trends(waves), follow_trends(waves[0] + waves[1] + waves[2])
    assert list(apart) == list(together)
    assert together.waves == ("2016", "2017", "2018")


def test_surveys_with_ever_more_low_wellbeing_are_found():
    girls = {"respondents": 600, "planted": {"gender": "girl"}}
    waves = [
        bs.make_survey(seed=9, wave=year, planted_share=share, **girls)
        for year, share in {"2017": 0.1, "2019": 0.35, "2021": 0.6}.items()
    ]
    trends = follow_trends(waves, measures=["low_wellbeing"])
    assert {row.age_band: row.verdict for row in trends}["all"] == "worse"
    assert all(row.slope > 0 for row in trends if row.slope is not None)


def test_pooled_rows_are_there_where_estimates_pool():
    waves = [bs.make_survey(seed=i, wave=str(2016 + i)) for i in range(3)]
    trends = follow_trends(waves)
    source = bs.tally(waves[0])
    directed = {
        (row.measure, row.category, row.age_band)
        for row in bs.estimate(source)
        if source.measures[row.measure].good_when_high(row.category) is not None
    }
    assert {(row.measure, row.category, row.age_band) for row in trends} == directed
    row = next(row for row in trends if row.measure == "likes_school" and row.age_band == "all")
    assert row.age_bands == "4-7, 8-11, 11-18"
    bands = [r for r in trends if r.measure == "likes_school" and r.age_band != "all"]
    assert row.ns == tuple(map(sum, zip(*(r.ns for r in bands), strict=True)))


def test_what_is_asked_for_is_what_is_there():
    waves = [bs.make_survey(seed=i, wave=str(2016 + i)) for i in range(3)]
    trends = follow_trends(waves, measures=["fun", "likes_school"], age_bands=["8-11", "all"])
    assert {(row.measure, row.age_band) for row in trends} == {
        ("fun", "8-11"), ("fun", "all"), ("likes_school", "8-11"), ("likes_school", "all"),
    }  # fmt: skip


def test_points_hold_one_row_a_wave_with_wilson_limits():
    waves = [
        typed(year, {("likes_school", "11-18"): (k, n)}) for year, k, n in zip(YEARS, COUNTS, NS, strict=True)
    ]
    points = follow_trends(waves).points
    assert points.column("wave") == YEARS
    assert points.column("share") == pytest.approx([k / n for k, n in zip(COUNTS, NS, strict=True)])
    expected = bs.statistics.proportion_interval(COUNTS, NS)
    np.testing.assert_allclose(points.column("lower"), expected.lower)


def test_detectable_is_the_change_that_the_test_would_most_likely_find():
    """The error of the change is the slope's times the span; 80% power at 5% takes 2.8016 of it."""
    row = follow(COUNTS, NS)
    error = (row.slope_upper - row.slope_lower) / (2 * 1.959964) * 6
    assert row.detectable == pytest.approx((1.959964 + 0.841621) * error, rel=1e-5)


ALIKE = [typed(year, {("likes_school", "11-18"): (50, 100)}) for year in ("2019", "2021", "2023")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"counted": ("a lot",)}, "counted_answers"),
        ({"scale": "yes_no", "counted": ("yes",)}, "options"),
        ({"ages": (11, 17)}, "band_edition"),
        ({"asked_if": {"measure": "fun", "answers": ("yes",)}}, "base"),
        ({"label": "Likes learning"}, ""),
    ],
)
def test_waves_that_did_not_ask_alike_are_not_put_on_one_line(changes, reason):
    if "asked_if" in changes:
        changes["asked_if"]["answers"] = QUESTIONNAIRE.options("fun")[:1]
    other = edition(**changes)
    first = typed("2017", {("likes_school", "11-18"): (50, 100)}, questionnaire=other)
    (row,) = follow_trends([first, *ALIKE])
    assert row.verdict == ("not compared" if reason else "unclear")
    assert row.reason == reason
    assert (row.p is None) == bool(reason)
    assert next(iter(follow_trends(ALIKE))).p == pytest.approx(1)


def test_a_pooled_share_of_other_forms_is_not_put_on_one_line():
    both = {("likes_school", "8-11"): (50, 100), ("likes_school", "11-18"): (50, 100)}
    three = both | {("likes_school", "4-7"): (50, 100)}
    trends = follow_trends([typed("2017", both), typed("2019", three), typed("2021", three)])
    found = {row.age_band: (row.verdict, row.reason) for row in trends}
    assert found["all"] == ("not compared", "age_bands")
    assert found["4-7"] == ("not compared", "few_waves")
    assert found["8-11"][0] == "unclear"


@pytest.mark.parametrize(("n", "reason"), [(9, "small_base"), (10, "")])
def test_a_small_wave_gives_no_trend(n, reason):
    assert follow([50, n // 2, 50], [100, n, 100], YEARS[:3]).reason == reason


def test_a_wave_with_nobody_gives_no_trend():
    waves = [bs.make_survey(seed=i, respondents=100, wave=str(2016 + i)) for i in range(3)]
    silent = waves[0].answers["likes_school"].where(waves[0].answers["age_band"] != "4-7", "not_answered")
    answers = waves[0].answers.assign(likes_school=silent)
    first = bs.tally(answers, questionnaire=QUESTIONNAIRE)
    trends = follow_trends([first, *waves[1:]], measures=["likes_school"], age_bands=["4-7"])
    assert [(row.verdict, row.reason, row.shares[0]) for row in trends] == [("not compared", "no_base", None)]


def test_a_wave_that_did_not_ask_is_left_out_of_the_row():
    figures = {("likes_school", "11-18"): (50, 100)}
    waves = [typed(year, figures) for year in ("2015", "2019", "2021")]
    silent = typed("2017", {("fun", "11-18"): (50, 100)})
    row = next(r for r in follow_trends([*waves, silent]) if r.measure == "likes_school")
    assert row.waves == ("2015", "2019", "2021")
    assert row.p == pytest.approx(1)


def refused(waves, **options):
    with pytest.raises(ArgumentError) as error:
        follow_trends(waves, **options)
    return str(error.value)


def test_two_waves_are_a_comparison():
    assert "compare two with compare(previous=)" in refused(ALIKE[:2])
    assert "give more waves" in refused(ALIKE[0])


def test_waves_that_make_no_sense_are_refused():
    other = typed("2017", {("likes_school", "11-18"): (5, 10)}, area="Sheffield City Council")
    assert "2 areas ('Sheffield', 'Sheffield City Council')" in refused([*ALIKE, other])
    assert "'2019' twice" in refused([*ALIKE, ALIKE[0]])
    undated = typed("last spring", {("likes_school", "11-18"): (5, 10)})
    assert "date cannot be told: 'last spring'" in refused([*ALIKE, undated])
    june = typed("2021-06", {("likes_school", "11-18"): (5, 10)})
    assert "'2021' and '2021-06', and which came first" in refused([*ALIKE, june])
    assert "waves[1] is a int; give a Survey or a Tally" in refused([ALIKE[0], 3])
    assert "waves[0] holds no answers" in refused([ALIKE[0].zero(), *ALIKE])
    assert "waves is a dict" in refused({"2019": ALIKE[0]})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measures": "fun"}, "measures is 'fun'; give a list"),
        ({"measures": ["joy"]}, "measures names 'joy', which no wave's questionnaire has"),
        ({"age_bands": ["12-13"]}, "age_bands names '12-13'"),
        ({"confidence": 95}, "confidence is 95; give a number between 0 and 1"),
    ],
)
def test_arguments_that_make_no_sense_are_named(options, message):
    assert message in refused(ALIKE, **options)


def test_orders_of_three_surveys_give_one_table():
    waves = [bs.make_survey(seed=i, respondents=120, wave=str(2016 + i)) for i in range(3)]
    tables = {follow_trends(list(order)).to_markdown() for order in permutations(waves)}
    assert len(tables) == 1


def test_it_says_that_it_is_not_for_release():
    trends = follow_trends(ALIKE)
    assert "not for release" in repr(trends)
    assert not trends.released
