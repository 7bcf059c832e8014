"""Weights from margins: R's values, every row by the row formula, every fault at once, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.estimates import estimate
from brightspots.findings.weighting import make_weighting
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.survey.synthetic import make_survey
from brightspots.tallies.counting import tally

BY_BAND = {"age_band": {"young": 200, "middle": 400, "old": 90}}
BY_BOTH = BY_BAND | {"gender": {"girl": 345, "boy": 345}}


@pytest.fixture(scope="module")
def crowd(survey_of):
    """Make a survey of groups: their traits, how many children, and how many of them like school."""

    def make(groups):
        return survey_of(
            [
                {**traits, "likes_school": "a lot" if i < count else "not much"}
                for traits, n, count in groups
                for i in range(n)
            ]
        )

    return make


@pytest.fixture(scope="module")
def worked(crowd):
    """The methods note's 240 answers, section 7: strata of 60, 150 and 30, and gender F, M, M repeating."""
    return crowd(
        [
            ({"age_band": band, "gender": gender}, n, count)
            for band, girls, boys in (
                ("young", (20, 2), (40, 4)),
                ("middle", (50, 15), (100, 30)),
                ("old", (10, 4), (20, 8)),
            )
            for gender, (n, count) in (("girl", girls), ("boy", boys))
        ]
    )


def the(rows, **wanted):
    (row,) = [r for r in rows if all(getattr(r, name) == value for name, value in wanted.items())]
    return row


def likes_school(source, weighting, **wanted):
    rows = estimate(source, measures=["likes_school"], weights=weighting)
    return the(rows, **({"age_band": "all"} | wanted))


class TestWorkedValues:
    """Methods note, section 7; R's `svymean` of `postStratify` and `rake` give the same."""

    def test_one_margin_is_poststratification_by_the_hand_formula(self, worked):
        weighting = make_weighting(worked, BY_BAND)
        row = likes_school(worked, weighting)
        by_hand = (200 * 6 / 60 + 400 * 45 / 150 + 90 * 12 / 30) / 690
        assert row.share == pytest.approx(by_hand) == pytest.approx(0.255072, abs=5.1e-7)
        assert (row.n, row.count, row.unweighted_share) == (240, 63, 0.2625)
        assert weighting.design_effect == pytest.approx(1.00987, abs=5.1e-6)
        assert row.n_effective == pytest.approx(240 / 1.00987, abs=5.1e-3)  # linearised: 258
        assert weighting.kind == "poststratified"

    def test_several_margins_are_raked(self, worked):
        weighting = make_weighting(worked, BY_BOTH)
        row = likes_school(worked, weighting)
        assert row.share == pytest.approx(0.255072, abs=5.1e-7)
        assert weighting.design_effect == pytest.approx(1.1361, abs=5.1e-5)
        assert row.n_effective == pytest.approx(240 / 1.1361, abs=0.02)
        np.testing.assert_allclose(weighting.raked.weights, [[5, 2.5], [4, 2], [4.5, 2.25]], rtol=1e-9)
        assert weighting.kind == "raked"

    def test_within_a_stratum_weights_change_nothing(self, worked):
        weighting = make_weighting(worked, BY_BAND)
        for band, count, n in (("young", 6, 60), ("middle", 45, 150), ("old", 12, 30)):
            row = likes_school(worked, weighting, age_band=band)
            assert (row.share, row.n_effective) == (pytest.approx(count / n), n)

    def test_a_crossed_margin_is_poststratified_by_its_cells(self, worked):
        cells = {("young", "girl"): 150, ("young", "boy"): 50, ("middle", "girl"): 100}
        cells |= {("middle", "boy"): 300, ("old", "girl"): 45, ("old", "boy"): 45}
        row = likes_school(worked, make_weighting(worked, {("age_band", "gender"): cells}, force=True))
        by_hand = (150 * 0.1 + 50 * 0.1 + 100 * 0.3 + 300 * 0.3 + 45 * 0.4 + 45 * 0.4) / 690
        assert row.share == pytest.approx(by_hand)

    def test_populations_in_proportion_to_the_answers_change_nothing(self, worked):
        weighting = make_weighting(worked, {"gender": {"girl": 160, "boy": 320}})
        assert weighting.design_effect == pytest.approx(1)
        rows = zip(estimate(worked, weights=weighting), estimate(worked), strict=True)
        for row, plain in rows:
            assert row.share == (plain.share if plain.share is None else pytest.approx(plain.share))
        assert not weighting.worth_it
        assert "publish unweighted" in weighting.notes[-1]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("margins", [BY_BAND, BY_BOTH], ids=["one", "two"])
def test_every_row_by_the_row_formula(survey_of, seed, margins):
    """Residuals of a weighted regression on all margins over everybody, as R's survey has it for domains."""
    rng = np.random.default_rng(seed)
    answers = ["a lot", "a bit", "not much", *MISSING_KINDS[:1]]
    children = [
        {
            "age_band": str(rng.choice(["young", "middle", "old"], p=[0.3, 0.4, 0.3])),
            "gender": str(rng.choice(["girl", "boy", "not known"], p=[0.55, 0.4, 0.05])),
            "home": str(rng.choice(["foster", "residential"], p=[0.7, 0.3])),
            "likes_school": str(rng.choice(answers, p=[0.3, 0.2, 0.3, 0.2])),
        }
        for _ in range(250)
    ]
    source = survey_of(children)
    weighting = make_weighting(source, margins, force=True)
    bands, genders = list(BY_BAND["age_band"]), ["girl", "boy"]
    at = [bands.index(c["age_band"]) for c in children]
    who = [[*genders, "not known"].index(c["gender"]) for c in children]
    w = weighting.raked.weights[tuple([at, who][: len(margins)])]
    columns = [np.array(at) == i for i in range(3)]
    columns += [np.array(who) == i for i in range(2)] if "gender" in margins else []
    root = np.sqrt(w)
    design = np.column_stack(columns).astype(float)
    by = [[], ["home"], ["gender"]]
    for row in estimate(source, by=by, measures=["likes_school"], weights=weighting):
        inside = np.array(
            [
                row.home in ("all", c["home"])
                and row.gender in ("all", c["gender"])
                and row.age_band in ("all", c["age_band"])
                and c["likes_school"] not in MISSING_KINDS
                for c in children
            ]
        )
        counted = np.array([c["likes_school"] in ("a lot", "a bit") for c in children]) & inside
        total = np.sum(w * inside)
        share = np.sum(w * counted) / total
        distance = inside * (counted - share)
        slopes = np.linalg.lstsq(design * root[:, None], distance * root, rcond=None)[0]
        variance = 250 / 249 * np.sum((w * (distance - design @ slopes)) ** 2) / total**2
        kish = total**2 / np.sum(w[inside] ** 2)
        assert row.share == pytest.approx(share)
        assert row.n == inside.sum()
        expected = min(kish, share * (1 - share) / variance) if 0 < row.share < 1 else kish
        assert row.n_effective == pytest.approx(row.n if np.ptp(w[inside]) < 1e-9 else expected)


class TestSources:
    def test_counts_by_profile_are_enough(self, worked):
        counted = tally(worked, by=["home", "gender"])
        weighting = make_weighting(counted, BY_BOTH)
        by = [[], ["home"]]
        rows = list(estimate(counted, by=by, weights=weighting))
        assert rows == list(estimate(worked, by=by, weights=make_weighting(worked, BY_BOTH)))
        assert rows == list(estimate(worked, by=by, weights=weighting))

    def test_counts_without_the_profile_are_not(self, worked):
        weighting = make_weighting(worked, BY_BOTH)
        with pytest.raises(TallyError, match="does not hold gender"):
            make_weighting(tally(worked), BY_BOTH)
        with pytest.raises(TallyError, match="does not hold home x gender"):
            estimate(tally(worked, by=[["gender"], ["home"]]), by=["home"], weights=weighting)

    def test_weights_of_other_answers_are_refused(self, worked, crowd):
        other = crowd([({"age_band": band, "gender": "girl"}, 60, 20) for band in ("young", "middle", "old")])
        with pytest.raises(ArgumentError, match="weights were made from other answers"):
            estimate(other, weights=make_weighting(worked, BY_BOTH))

    def test_several_waves_and_pooled_ones_are_refused(self, crowd):
        groups = [({"wave": wave, "gender": "girl"}, 60, 20) for wave in ("2019", "2021")]
        counted = tally(crowd(groups), by=["gender"])
        with pytest.raises(ArgumentError, match="source holds 2 areas or waves"):
            make_weighting(counted, {"gender": {"girl": 500}})
        with pytest.raises(ArgumentError, match="pooled"):
            make_weighting(counted.pool_waves(), {"gender": {"girl": 500}})


class TestSmallCells:
    GROUPS = (
        ({"age_band": "young"}, 6, 2),
        ({"age_band": "middle"}, 70, 30),
        ({"age_band": "old"}, 80, 30),
    )

    def test_they_are_refused_by_name(self, crowd):
        with pytest.raises(
            ArgumentError, match="age_band young: 6 answered, and 10 are needed; say in `merge`"
        ):
            make_weighting(crowd(self.GROUPS), BY_BAND)

    def test_they_are_merged_in_the_order_stated(self, crowd):
        source = crowd(self.GROUPS)
        for order, cells in (
            (["young", "middle", "old"], ["young or middle", "old"]),
            (["middle", "old", "young"], ["middle", "old or young"]),
            (["young", "old"], ["young or old", "middle"]),
        ):
            numbers = {"age_band": {"young": 100, "middle": 400, "old": 120}}
            weighting = make_weighting(source, numbers, merge={"age_band": order}, force=True)
            assert weighting.column("cell") == cells
            assert "fewer than 10 answered" in weighting.notes[0]
        row = the(weighting, cell="young or old")
        assert (row.n, row.population) == (86, 220)

    def test_nobody_is_merged_too(self, crowd):
        source = crowd(self.GROUPS[1:])
        with pytest.raises(ArgumentError, match="age_band young: 0 answered"):
            make_weighting(source, BY_BAND)
        weighting = make_weighting(source, BY_BAND, merge={"age_band": ["young", "middle"]}, force=True)
        assert weighting.column("cell") == ["young or middle", "old"]

    def test_merge_has_to_name_what_is_there(self, crowd):
        for merge, message in (
            ({"home": ["foster"]}, "merge names home, which is none of them"),
            ({"age_band": ["young", "older"]}, "merge gives age_band levels that the margin does not"),
        ):
            with pytest.raises(ArgumentError, match=message):
                make_weighting(crowd(self.GROUPS), BY_BAND, merge=merge)


class TestRefusals:
    @pytest.mark.parametrize(
        ("margins", "message"),
        [
            ({}, "margins is no mapping"),
            ([1], "margins is no mapping"),
            ({"sex": {"girl": 300}}, "'sex' is no trait or age_band"),
            ({("gender", "gender"): {("girl", "girl"): 3}}, "is no trait or age_band"),
            ({"gender": {}}, "'gender' is no trait or age_band with numbers"),
            ({"gender": {"woman": 300}}, "'gender' has no level 'woman'"),
            ({"gender": {"not known": 300}}, "'gender' has no level 'not known'"),
            ({("age_band", "gender"): {"girl": 300}}, "has no level 'girl'"),
            ({"gender": {"girl": -1, "boy": 400}}, "'gender' 'girl' is -1, which is no number"),
            ({"gender": {"girl": float("nan"), "boy": 400}}, "is nan, which is no number"),
            ({"gender": {"girl": 345}}, "gender gives no children for boy, and 160 answered"),
            ({"gender": {"girl": 345, "boy": 0}}, "gender gives no children for boy, and 160 answered"),
            ({"gender": {"girl": 70, "boy": 620}}, "gender girl: 80 answered of 70 children"),
            ({"home": {"foster": 300}, "gender": {"girl": 345, "boy": 345}}, "home foster: 0 answered"),
            (BY_BAND | {"gender": {"girl": 345, "boy": 350}}, "margins add up to 690, 695: they must agree"),
            ({"gender": {"girl": 100, "boy": 3000}}, None),
        ],
    )
    def test_margins_that_cannot_be(self, worked, margins, message):
        if message is None:  # weights that differ by 15 cost too much, but may be forced
            with pytest.raises(ArgumentError, match="give force=True"):
                make_weighting(worked, {"gender": {"girl": 2000, "boy": 160}})
            forced = make_weighting(worked, {"gender": {"girl": 2000, "boy": 160}}, force=True)
            assert forced.design_effect > 2
            return
        with pytest.raises(ArgumentError, match=message):
            make_weighting(worked, margins)

    def test_every_fault_is_told_at_once(self, worked):
        with pytest.raises(ArgumentError) as caught:
            make_weighting(worked, {"sex": {"girl": 1}, "gender": {"woman": 1, "girl": "many"}})
        for part in ("'sex'", "'woman'", "'many'"):
            assert part in str(caught.value)
        with pytest.raises(ArgumentError) as caught:
            make_weighting(worked, {"gender": {"girl": 70}, "home": {"foster": 70}})
        for part in ("gender girl: 80 answered of 70", "no children for boy", "home foster: 0 answered"):
            assert part in str(caught.value)

    @pytest.mark.parametrize("force", [False, True])
    def test_fewer_than_100_answers_are_never_weighted(self, crowd, force):
        source = crowd([({"gender": "girl"}, 50, 20), ({"gender": "boy"}, 49, 20)])
        with pytest.raises(ArgumentError, match="Only 99 answered: weights need 100"):
            make_weighting(source, {"gender": {"girl": 100, "boy": 100}}, force=force)

    def test_a_source_of_another_kind(self):
        with pytest.raises(ArgumentError, match="source is a list"):
            make_weighting([1], BY_BAND)


class TestWhatIsSaid:
    def test_the_response_rates(self, worked):
        rows = make_weighting(worked, BY_BOTH)
        assert [(r.margin, r.cell, r.n, r.population) for r in rows] == [
            ("age_band", "young", 60, 200), ("age_band", "middle", 150, 400), ("age_band", "old", 30, 90),
            ("gender", "girl", 80, 345), ("gender", "boy", 160, 345),
        ]  # fmt: skip
        girls = the(rows, cell="girl")
        assert (girls.response_rate, girls.answers_share, girls.population_share) == (80 / 345, 1 / 3, 0.5)
        assert girls.factor == pytest.approx(1.5)

    def test_those_of_whom_a_trait_is_not_known_keep_a_factor_of_1(self, crowd):
        groups = [({"gender": "girl"}, 60, 30), ({"gender": "boy"}, 80, 20), ({}, 20, 5)]
        source = crowd(groups)
        weighting = make_weighting(source, {"gender": {"girl": 400, "boy": 200}})
        row = the(weighting, cell="not known")
        assert (row.n, row.population, row.response_rate, row.factor) == (20, None, None, pytest.approx(1))
        assert "20 of 160 answers do not say gender: they keep a factor of 1 there." in weighting.notes
        said = 2 / 3 * 30 / 60 + 1 / 3 * 20 / 80
        share = the(estimate(source, measures=["likes_school"], weights=weighting)).share
        assert share == pytest.approx(20 / 160 * 5 / 20 + 140 / 160 * said)

    def test_weights_that_cost_much_are_pointed_out(self, worked):
        weighting = make_weighting(worked, {"gender": {"girl": 550, "boy": 190}})
        assert 1.5 < weighting.design_effect < 2
        assert any("These weights cost much: 240 answers say as much as" in note for note in weighting.notes)
        assert not any("cost much" in note for note in make_weighting(worked, BY_BOTH).notes)

    def test_trimming_is_reported(self, crowd):
        sizes = {("girl", "foster"): 150, ("girl", "residential"): 60}
        sizes |= {("boy", "foster"): 25, ("boy", "residential"): 10}
        groups = [({"gender": g, "home": h}, n, n // 3) for (g, h), n in sizes.items()]
        margins = {"gender": {"girl": 210, "boy": 800}, "home": {"foster": 410, "residential": 600}}
        weighting = make_weighting(crowd(groups), margins, force=True)
        assert weighting.trimmed > 0
        assert any("were cut to five times the median one" in note for note in weighting.notes)
        assert make_weighting(crowd(groups), {"gender": margins["gender"]}, force=True).trimmed == 0

    def test_whether_it_is_worth_it(self, worked, crowd):
        assert make_weighting(worked, BY_BOTH).worth_it  # girls answered half as often
        alike = make_weighting(worked, BY_BAND)
        assert not alike.worth_it
        assert alike.moved == "likes_school"
        assert alike.largest_shift == pytest.approx(
            abs(0.255072 - 0.2625) / np.sqrt(0.255072 * 0.744928 / 237.65), abs=1e-3
        )
        groups = [({"gender": "girl"}, 400, 380), ({"gender": "boy"}, 500, 40)]
        moved = make_weighting(crowd(groups), {"gender": {"girl": 700, "boy": 630}})
        assert moved.worth_it
        assert moved.largest_shift > 1
        assert not make_weighting(
            crowd(groups), {"gender": {"girl": 700, "boy": 630}}, measures=["cooks"]
        ).worth_it

    def test_it_is_not_for_release(self, worked):
        weighting = make_weighting(worked, BY_BOTH)
        assert repr(weighting).startswith(
            "<Weighting: raked over age_band and gender, 240 answers as good as 211,"
        )
        assert "not for release" in repr(weighting)
        assert "Not for release" in weighting._repr_html_()


def test_an_invented_council_with_item_nonresponse():
    survey = make_survey(respondents=300, seed=5)
    present = sorted(set(survey.answers["gender"].astype(str)) - {"not known"})
    margins = {
        "age_band": {"4-7": 150, "8-11": 250, "11-18": 480},
        "gender": {level: 880 / len(present) for level in present},
    }
    weighting = make_weighting(survey, margins, merge={"gender": present}, force=True)
    for row in estimate(survey, by=["placement"], weights=weighting):
        if row.n:
            assert 0 < row.n_effective <= row.n
            assert 0 <= row.lower <= row.share <= row.upper <= 1
