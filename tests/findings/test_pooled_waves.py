"""Waves pooled for small councils: how wide the intervals are, and who refuses them."""

from __future__ import annotations

import numpy as np
import pytest

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.estimates import estimate
from brightspots.statistics import difference_interval, fixed_test, proportion_interval, two_sample_test

WAVES = ("2017", "2019", "2021")


@pytest.fixture(scope="module")
def pooled(survey_of):
    """Two waves of 30 children of each of two forms; a third of another council."""
    children = [
        {"wave": wave, "age_band": band, "gender": "girl", "likes_school": answer, "satisfied": 3, "happy": 2}
        for wave in WAVES[1:]
        for band in ("middle", "old")
        for answer in ["a lot"] * 20 + ["not much"] * 10
    ]
    other = [{"area": "South", "likes_school": "a lot"}] * 40
    numbers = {("North", wave, band): 50 for wave in WAVES[1:] for band in ("middle", "old")}
    numbers[("South", "2021", "old")] = 80
    return bs.tally(survey_of([*children, *other], eligible=numbers), by=["gender"]).pool_waves()


def row_of(rows, area="North", age_band="all"):
    (row,) = [r for r in rows if (r.area, r.age_band, r.measure) == (area, age_band, "likes_school")]
    return row


def test_intervals_are_those_of_fewer_answers(pooled):
    row = row_of(estimate(pooled))
    assert (row.wave, row.n, row.count, row.eligible) == ("2019 and 2021", 120, 80, 200)
    assert row.n_effective == 80
    assert (row.lower, row.upper) == pytest.approx(tuple(proportion_interval(80 * 2 / 3, 80)))
    alone = row_of(estimate(pooled), area="South", age_band="old")
    assert (alone.n, alone.n_effective) == (40, 40)


def test_weights_and_pooling_both_cost(survey_of):
    parts = [
        ("2019", 1, "a lot", 30),
        ("2019", 3, "not much", 10),
        ("2021", 1, "not much", 30),
        ("2021", 3, "a lot", 10),
    ]
    children = [
        {"wave": wave, "weight": weight, "likes_school": answer}
        for wave, weight, answer, n in parts
        for _ in range(n)
    ]
    both = bs.tally(survey_of(children))
    (row,) = estimate(both.pool_waves(), measures=["likes_school"], weights="given")
    kish = 120**2 / (60 + 20 * 9)
    assert row.share == 0.5
    assert row.n_effective == pytest.approx(min(kish, 0.25 / (80 / 79 * 240 * 0.25 / 120**2)) / 1.5)


def test_a_pooled_wave_has_no_finite_target_and_one_alone_has(pooled):
    rows = estimate(pooled, target="finite")
    assert row_of(rows).target == "process"
    alone = row_of(rows, area="South", age_band="old")
    assert (alone.target, alone.method) == ("finite", "wilson_fpc")


@pytest.mark.parametrize("method", ["midp", "clopper_pearson", "jeffreys"])
def test_methods_that_need_whole_answers_are_refused(pooled, method):
    with pytest.raises(ArgumentError, match="with weights or pooled waves there are: wilson, agresti_coull"):
        estimate(pooled, method=method)


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: bs.flag_cohorts(t, traits=["gender"]),
        lambda t: bs.recheck_cohorts([{"gender": "girl"}], t),
        lambda t: bs.follow_trends(t),
        lambda t: bs.place_among_areas(t, measure="likes_school"),
        lambda t: bs.find_drivers(t, candidates=["gender"]),
        lambda t: bs.compare_scales(t),
        lambda t: bs.standardise(t, {"middle": 0.5, "old": 0.5}),
        lambda t: bs.make_weighting(t, {"gender": {"girl": 300}}),
        lambda t: bs.release(bs.estimate(t)),
    ],
)
def test_whatever_would_take_them_for_separate_children_refuses_them(pooled, ask):
    with pytest.raises(ArgumentError, match=r"holds waves that were pooled \('2019 and 2021'\): "):
        ask(pooled.only(area="North"))


def test_a_last_wave_or_others_that_were_pooled_are_refused(pooled, survey_of):
    ours = survey_of([{"area": "North", "wave": "2023", "likes_school": "a lot"}] * 40)
    with pytest.raises(ArgumentError, match="previous holds waves that were pooled"):
        bs.compare(ours, previous=pooled.only(area="North"))
    with pytest.raises(ArgumentError, match="elsewhere holds waves that were pooled"):
        bs.compare(ours, elsewhere=pooled)


def test_comparisons_test_as_many_answers_as_the_waves_are_worth(pooled, survey_of):
    """80 of 120 answers in two waves are worth 53 of 80: P of 53 of 80 against 77%, and so on."""
    told = {"measure": "likes_school", "age_band": "all", "source": "x", "includes_own": "no"}
    percent = bs.Benchmark(comparator="general population", percent=77, rounded_to=0, **told)
    counted = bs.Benchmark(comparator="care elsewhere", count=770, n=1000, **told)
    inside = bs.Benchmark(comparator="a pool", count=770, n=1000, **told | {"includes_own": "yes"})
    against, beside, others = bs.compare(pooled.only(area="North"), [percent, counted, inside])
    assert (against.n, against.count, against.share) == (120, 80, 80 / 120)
    assert against.p == pytest.approx(float(fixed_test(53, 80, 0.77)))
    assert against.p > float(fixed_test(80, 120, 0.77))
    assert beside.p == pytest.approx(float(two_sample_test(53, 80, 770, 1000)))
    low, high = difference_interval(53, 80, 770, 1000)
    assert (beside.difference_lower, beside.difference_upper) == pytest.approx((low, high))
    # Which wave's children are inside nobody can tell: as they stand, with nothing claimed to be the same.
    assert (others.benchmark, others.benchmark_n) == (0.77, 1000)
    then = survey_of([{"area": "North", "wave": "2019", "likes_school": "a lot"}] * 40)
    with pytest.raises(ArgumentError, match="which is not before '2019 and 2021'"):
        bs.compare(pooled.only(area="North"), previous=then)


def test_pooling_all_alike_finds_no_more_than_chance():
    """Seeded, 4,000 councils of 60 children who answer twice: 5% of verdict tests are false, not 12%."""
    rng = np.random.default_rng(8)
    count = answers(rng, 2, 60, 60, 0.7, 4000, 0.5)
    worth = np.round(count / 120 * 80)
    assert np.mean(fixed_test(worth, np.full(4000, 80), 0.7) <= 0.05) < 0.06
    assert np.mean(fixed_test(count, np.full(4000, 120), 0.7) <= 0.05) > 0.09


def answers(rng, waves, children, again, share, runs, alike):
    """Count the yes of some waves; any two answers of a child who answers again correlate by `alike`."""
    minds = rng.random((runs, children)) < share
    total = np.zeros(runs, dtype=int)
    for _ in range(waves):
        own = (rng.random((runs, children)) < np.sqrt(alike)) & (np.arange(children) < again)
        total += np.where(own, minds, rng.random((runs, children)) < share).sum(axis=1)
    return total


@pytest.mark.parametrize("share", [0.3, 0.85])
@pytest.mark.parametrize(("children", "waves"), [(25, 2), (60, 2), (60, 3)])
def test_coverage_holds_at_the_worst_and_is_more_than_enough_otherwise(share, children, waves):
    """Seeded: 4,000 councils whose children all answer each wave, half of them, or none of them again."""
    rng = np.random.default_rng([children, waves])
    n = waves * children
    covered = {}
    for again in (children, children // 2, 0):
        count = answers(rng, waves, children, again, share, 4000, 0.5)
        for name, size in (("pooled", n / (1 + (waves - 1) / 2)), ("separate", n)):
            limits = proportion_interval(count / n * size, np.full(4000, size))
            covered[name, again] = np.mean((limits.lower <= share) & (share <= limits.upper))
    assert covered["pooled", children] > 0.935
    assert covered["pooled", children // 2] > 0.955
    assert covered["pooled", 0] > 0.97
    assert covered["separate", children] < 0.925
