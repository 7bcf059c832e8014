"""Drivers: Firth's worked model and R's brglm2, hand-worked contrasts, laws, and models that are refused."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

import brightspots as bs
from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.drivers import find_drivers
from brightspots.questionnaire.model import Questionnaire
from brightspots.tallies.tally import RESPONSES, CountTable, Tally, count_columns

EIGHT = list(product((0, 1), repeat=3))
EIGHT_NS, EIGHT_COUNTS = [60, 40, 30, 20, 25, 15, 10, 6], [4, 5, 4, 6, 4, 5, 3, 6]
TRAITS = ["first", "second", "third"]
BANDS = ("8-11", "11-18")
law = settings(deadline=None, max_examples=25)


def trait(name, levels=("no", "yes")):
    named = [{"id": level, "label": level, "phrase": f"with {level}"} for level in levels]
    return {"id": name, "label": name, "levels": named}


SMALL = Questionnaire.model_validate(
    {
        "id": "small",
        "title": "A small survey",
        "age_band": [{"id": band, "label": band, "ages": (8, 18), "noun": band} for band in BANDS],
        "domain": [{"id": "all", "label": "All"}],
        "scales": {"yes_no": {"options": ("yes", "no")}},
        "indicator": [
            {"id": name, "domain": "all", "label": name, "scale": "yes_no", "asked": BANDS,
             "counted": ("yes",), "higher_is_better": good, "finding": name}
            for name, good in (("sad", False), ("friend", True), ("theme", None))
        ],
        "wellbeing_scale": [
            {"id": name, "domain": "all", "label": name, "asked": BANDS, "finding": name}
            for name in ("satisfied", "happy")
        ],
        "composite": [
            {"id": "low_wellbeing", "domain": "all", "label": "Low", "rule": "any_low", "minimum_answered": 2,
             "scales": ("satisfied", "happy"), "asked": BANDS}
        ],
        "trait": [*(trait(name) for name in TRAITS), trait("home", ("foster", "kin", "residential"))],
    }
)  # fmt: skip


def rows_of(profiles):
    """Return one row a child, from the traits and answers of each profile, how many, and how many are sad."""
    rows = []
    for profile, n, sad in profiles:
        rows += [profile | {"sad": "yes" if i < sad else "no"} for i in range(n)]
    frame = pd.DataFrame(rows)
    frame = frame.assign(area="Sheffield", wave="2021")
    if "age_band" not in frame:
        frame["age_band"] = "11-18"
    return frame


def survey_of(profiles):
    return bs.read_survey(rows_of(profiles), SMALL, strict=False)


def tally_of(profiles, traits=TRAITS):
    """Return counts of profiles (levels, n, count) of the traits, all of one age band."""
    columns = count_columns(SMALL)
    counts = np.zeros((len(profiles), len(columns)), dtype=np.int64)
    for row, (_, n, sad) in zip(counts, profiles, strict=True):
        row[columns[(RESPONSES, "")]] = n
        row[columns[("sad", "yes")]], row[columns[("sad", "no")]] = sad, n - sad
    keys = [("Sheffield", "2021", "11-18", *levels) for levels, _, _ in profiles]
    return Tally(SMALL, {tuple(traits): CountTable.of(keys, counts)})


def worked():
    levels = [tuple("yes" if bit else "no" for bit in bits) for bits in EIGHT]
    return list(zip(levels, EIGHT_NS, EIGHT_COUNTS, strict=True))


def named(profiles, traits=TRAITS):
    """Return profiles as rows of a survey have them."""
    return [(dict(zip(traits, levels, strict=True)), n, k) for levels, n, k in profiles]


def test_worked_model():
    """Methods note, section 9, and R's brglm2 (type AS_mean): +21.0, +16.9 and +15.5 points."""
    drivers = find_drivers(tally_of(worked()), candidates=TRAITS, outcome="sad")
    assert drivers.references == dict.fromkeys(TRAITS, "no")
    assert drivers.column("level") == ["yes"] * 3
    np.testing.assert_allclose(drivers.column("effect"), [0.209614632, 0.1693463547, 0.1551920351], atol=1e-7)
    assert (drivers.n_used, drivers.count, drivers.events, drivers.n_left_out) == (206, 37, 37, 0)
    assert set(drivers.column("verdict")) == {"more often"}
    assert drivers.column("q") == pytest.approx(bs.statistics.adjust(drivers.column("p")))
    for row in drivers:
        assert row.effect_lower < row.effect < row.effect_upper
        expected = bs.statistics.effect_size(37 / 206 + row.effect, 37 / 206)
        assert row.effect_size == pytest.approx(expected)


def test_the_plain_contrast_stands_beside():
    """Hand: 18 of 56 with the first trait are sad, 19 of 150 without; Newcombe's interval by statsmodels."""
    row = next(iter(find_drivers(tally_of(worked()), candidates=TRAITS, outcome="sad")))
    assert (row.n, row.count, row.reference_n, row.reference_count) == (56, 18, 150, 19)
    assert row.difference == pytest.approx(18 / 56 - 19 / 150)
    lower, upper = confint_proportions_2indep(18, 56, 19, 150, method="newcomb")
    assert (row.difference_lower, row.difference_upper) == pytest.approx((lower, upper))


def test_rows_of_a_survey_give_what_their_counts_give():
    survey = survey_of(named(worked()))
    from_rows = find_drivers(survey, candidates=TRAITS, outcome="sad")
    from_counts = find_drivers(tally_of(worked()), candidates=TRAITS, outcome="sad")
    counted = find_drivers(bs.tally(survey, by=TRAITS), candidates=TRAITS, outcome="sad")
    assert from_rows.to_markdown() == from_counts.to_markdown() == counted.to_markdown()
    assert from_rows.age_bands == ("11-18",)


def test_what_only_goes_along_with_a_driver_has_no_effect_of_its_own():
    """Being sad depends on the first trait alone (10% and 40%); the second goes along with the first."""
    cells = [
        (("no", "no"), 300, 30),
        (("no", "yes"), 100, 10),
        (("yes", "no"), 50, 20),
        (("yes", "yes"), 200, 80),
    ]
    drivers = find_drivers(tally_of(cells, TRAITS[:2]), candidates=TRAITS[:2], outcome="sad")
    cause, follower = drivers
    assert follower.difference_lower > 0.09
    assert follower.effect == pytest.approx(0, abs=0.005)
    assert (follower.verdict, cause.verdict) == ("unclear", "more often")
    assert cause.effect == pytest.approx(0.3, abs=0.01)


def test_less_often_and_sure_but_small():
    """h of 50% against 52% is 0.04; of 20% against 50% it is 0.64."""
    small = tally_of([(("no",), 20000, 10000), (("yes",), 19000, 9880)], ["first"])
    less = tally_of([(("no",), 200, 100), (("yes",), 150, 30)], ["first"])
    for source, expected in ((small, ("similar", "small")), (less, ("less often", ""))):
        (row,) = find_drivers(source, candidates=["first"], outcome="sad")
        assert (row.verdict, row.reason) == expected


def test_the_reference_is_the_largest_level_and_the_first_of_equals():
    homes = [(("foster",), 60, 12), (("kin",), 90, 20), (("residential",), 90, 40)]
    drivers = find_drivers(tally_of(homes, ["home"]), candidates=["home"], outcome="sad")
    assert drivers.references == {"home": "kin"}
    assert drivers.column("level") == ["foster", "residential"]


def test_effects_of_one_trait_are_differences_of_its_shares_with_half_added():
    """Firth with one trait alone adds a half to every cell (methods note, section 9)."""
    homes = [(("foster",), 100, 12), (("kin",), 60, 20), (("residential",), 50, 30)]
    drivers = find_drivers(tally_of(homes, ["home"]), candidates=["home"], outcome="sad")
    foster, kin, residential = ((k + 0.5) / (n + 1) for _, n, k in homes)
    assert drivers.column("effect") == pytest.approx([kin - foster, residential - foster], abs=1e-7)


def test_children_of_whom_something_is_not_known_are_left_out_and_counted():
    gaps = [(("no", "not known", "yes"), 30, 15), (("not known", "not known", "no"), 12, 6)]
    all_known = find_drivers(tally_of(worked()), candidates=TRAITS, outcome="sad")
    some = find_drivers(tally_of([*worked(), *gaps]), candidates=TRAITS, outcome="sad")
    assert some.column("effect") == all_known.column("effect")
    assert some.column("difference_lower") == all_known.column("difference_lower")
    assert (some.n_used, some.n_left_out) == (206, 42)
    assert some.column("not_known") == [12, 42, 0]
    assert set(some.column("n_left_out")) == {42}
    assert set(some.column("n_used")) == {206}


def test_a_level_of_a_few_children_is_in_the_model_and_not_shown():
    homes = [(("foster",), 100, 12), (("kin",), 9, 8), (("residential",), 80, 40)]
    with_few = find_drivers(tally_of(homes, ["home"]), candidates=["home"], outcome="sad")
    kin, residential = with_few
    assert (kin.verdict, kin.reason, kin.effect, kin.p, kin.q) == (
        "not compared",
        "small_base",
        None,
        None,
        None,
    )
    assert residential.q == residential.p
    assert residential.reason == ""


def test_where_test_and_interval_disagree_the_test_decides_and_it_is_marked():
    """20 of 200 against 4 of 12: p = .024 by the penalised likelihood; the interval starts at -2.8 points."""
    (row,) = find_drivers(
        tally_of([(("no",), 200, 20), (("yes",), 12, 4)], ["first"]), candidates=["first"], outcome="sad"
    )
    assert row.p < 0.05
    assert row.effect_lower < 0
    assert (row.verdict, row.edge) == ("more often", True)
    assert not any(one.edge for one in find_drivers(tally_of(worked()), candidates=TRAITS, outcome="sad"))


@law
@given(st.permutations(range(8)), st.permutations(TRAITS))
def test_the_order_of_children_and_candidates_changes_nothing(order, candidates):
    cells = worked()
    turned = find_drivers(tally_of([cells[i] for i in order]), candidates=candidates, outcome="sad")
    plain = find_drivers(tally_of(cells), candidates=TRAITS, outcome="sad")
    effects = dict(zip(plain.column("driver"), plain.column("effect"), strict=True))
    assert turned.column("driver") == candidates
    assert turned.column("effect") == pytest.approx([effects[name] for name in candidates], abs=1e-8)


@law
@given(st.lists(st.integers(3, 30), min_size=8, max_size=8))
def test_a_share_that_is_the_same_everywhere_gives_no_verdict(sizes):
    levels = [cell[0] for cell in worked()]
    cells = [(level, 4 * size + 8, 2 * size + 4) for level, size in zip(levels, sizes, strict=True)]
    drivers = find_drivers(tally_of(cells), candidates=TRAITS, outcome="sad")
    assert drivers.column("effect") == pytest.approx([0, 0, 0], abs=1e-6)
    assert set(drivers.column("verdict")) == {"unclear"}


def test_indicators_and_scales_are_set_against_their_good_side():
    """Hand: 60 of 90 without a friend are sad and 40 of 160 with one; scores 0 to 4 are low."""
    profiles = [
        ({"friend": "no", "satisfied": 4, "theme": "yes"}, 50, 36),
        ({"friend": "no", "satisfied": 5, "theme": "no"}, 40, 24),
        ({"friend": "yes", "satisfied": 2, "theme": "no"}, 60, 18),
        ({"friend": "yes", "satisfied": 9, "theme": "yes"}, 100, 22),
    ]
    drivers = find_drivers(survey_of(profiles), candidates=["friend", "satisfied", "theme"], outcome="sad")
    assert drivers.references == {"friend": "counted", "satisfied": "not low", "theme": "not counted"}
    assert drivers.column("level") == ["not counted", "low", "counted"]
    assert drivers.column("kind") == ["indicator", "scale", "indicator"]
    friend, satisfied, theme = drivers
    assert (friend.n, friend.count, friend.reference_n, friend.reference_count) == (90, 60, 160, 40)
    assert (satisfied.n, satisfied.count) == (110, 54)
    assert (theme.n, theme.count) == (150, 58)


def test_the_unfavourable_side_of_a_good_indicator_is_the_outcome():
    profiles = [
        ({"first": first, "friend": friend}, n, 0)
        for first, friend, n in (("no", "yes", 90), ("no", "no", 30), ("yes", "yes", 40), ("yes", "no", 40))
    ]
    drivers = find_drivers(survey_of(profiles), candidates=["first"], outcome="friend")
    assert (drivers.category, drivers.counted_outside) == ("counted", True)
    assert [(row.count, row.reference_count) for row in drivers] == [(40, 30)]


def test_the_form_can_be_a_candidate():
    profiles = [({"age_band": "8-11"}, 80, 10), ({"age_band": "11-18"}, 120, 50)]
    survey, row = survey_of(profiles), None
    for source in (survey, bs.tally(survey)):
        drivers = find_drivers(source, candidates=["age_band"], outcome="sad")
        (row,) = drivers
        assert (row.kind, row.level, row.reference, row.count) == ("age_band", "8-11", "11-18", 10)
        assert drivers.age_bands == ("8-11", "11-18")


def test_a_planted_cohort_is_found_and_what_was_not_planted_is_not():
    survey = bs.make_survey(respondents=900, seed=4, planted={"placement": "residential"})
    drivers = find_drivers(survey, candidates=["gender", "placement", "disability"])
    found = {(row.driver, row.level) for row in drivers if row.verdict == "more often"}
    assert found == {("placement", "residential")}
    assert drivers.category == "low"
    shuffled = survey.answers.sample(frac=1, random_state=1)
    again = bs.tally(shuffled, questionnaire=survey.questionnaire, by=["gender", "placement", "disability"])
    assert find_drivers(again, candidates=drivers.candidates).to_markdown() == drivers.to_markdown()


def test_a_form_that_was_not_asked_a_candidate_is_not_in_the_model():
    survey = bs.make_survey(respondents=900, seed=4, planted={"placement": "residential"})
    one_form = next(
        i.id for i in survey.questionnaire.indicators if i.asked == ("11-18",) and i.asked_if is None
    )
    drivers = find_drivers(survey, candidates=["placement", one_form])
    assert drivers.age_bands == ("11-18",)
    younger = (survey.answers["age_band"] == "8-11").sum()
    assert drivers.n_left_out > 0.8 * younger


def refused(source, **options):
    with pytest.raises(ArgumentError) as error:
        find_drivers(source, **({"candidates": TRAITS, "outcome": "sad"} | options))
    return str(error.value)


def test_too_few_children_or_events_are_refused_with_every_reason():
    message = refused(tally_of([(levels, n // 3, k // 3) for levels, n, k in worked()]))
    for part in (
        "67 children of whom every candidate is known, 100 needed",
        "10 events, 20 needed",
        "10 events for 3 levels, 15 needed",
        "10 events for 3 candidates, 30 needed",
    ):
        assert part in message


@pytest.mark.parametrize(("n", "events", "sound"), [(100, 20, True), (99, 20, False), (100, 19, False)])
def test_the_bounds_are_100_children_and_20_events(n, events, sound):
    cells = [(("no",), n - 40, events - 10), (("yes",), 40, 10)]
    source = tally_of(cells, ["first"])
    if sound:
        assert find_drivers(source, candidates=["first"], outcome="sad").n_used == 100
    else:
        assert "needed" in refused(source, candidates=["first"])


def test_events_are_the_rarer_side():
    cells = [(("no",), 100, 95), (("yes",), 100, 80)]
    assert find_drivers(tally_of(cells, ["first"]), candidates=["first"], outcome="sad").events == 25


def test_each_level_needs_five_events():
    either = ("no", "yes")
    homes = [(levels, 30, 5) for levels in product(("foster", "kin", "residential"), either, either, either)]
    traits = ["home", *TRAITS]
    assert len(find_drivers(tally_of(homes, traits), candidates=traits, outcome="sad")) == 5
    fewer = [(levels, n, 1) for levels, n, _ in homes]
    message = refused(tally_of(fewer, traits), candidates=["home", "first", "second"])
    assert "24 events for 4 levels" not in message
    assert "24 events for 3 candidates, 30 needed" in message
    assert "24 events for 5 levels, 25 needed" in refused(tally_of(fewer, traits), candidates=traits)


def test_levels_that_tell_nothing_new_are_named():
    cells = [(("no", "no", "no"), 100, 20), (("yes", "yes", "no"), 100, 40)]
    assert "third has one level only among them" in refused(tally_of(cells))
    assert "second 'yes' follows from the others" in refused(tally_of(cells), candidates=TRAITS[:2])
    silent = [({"friend": "yes", "first": first}, 100, 30) for first in ("no", "yes")]
    assert "friend has one level only" in refused(survey_of(silent), candidates=["friend"])


def test_an_outcome_made_of_a_candidate_is_no_finding():
    survey = bs.make_survey(respondents=400, seed=2)
    for candidate in ("life_satisfaction", "low_wellbeing"):
        with pytest.raises(
            ArgumentError, match=f"{candidate} and the outcome low_wellbeing are made of the same"
        ):
            find_drivers(survey, candidates=[candidate])
    with pytest.raises(ArgumentError, match="made of the same answers"):
        find_drivers(survey, candidates=["low_wellbeing"], outcome="life_satisfaction")
    with pytest.raises(ArgumentError, match="low_wellbeing is made of several scales; name those"):
        find_drivers(survey, candidates=["low_wellbeing"], outcome="likes_school")


def test_a_tally_tells_of_traits_alone_and_needs_their_profile():
    survey = bs.make_survey(respondents=400, seed=2)
    counted = bs.tally(survey, by=[["gender"], ["placement"]])
    with pytest.raises(ArgumentError, match="likes_school is no trait, and a Tally tells of traits alone"):
        find_drivers(counted, candidates=["gender", "likes_school"])
    with pytest.raises(TallyError, match="does not hold gender x placement"):
        find_drivers(counted, candidates=["gender", "placement"])


def test_several_areas_or_waves_are_refused():
    survey = bs.make_survey(councils=2, respondents=300, seed=2)
    assert "source holds 2 areas" in refused(survey, candidates=["gender"], outcome="low_wellbeing")
    waves = [
        bs.tally(bs.make_survey(respondents=300, seed=2, wave=wave), by=["gender"])
        for wave in ("2019", "2021")
    ]
    both = waves[0] + waves[1]
    assert "source holds 2 waves" in refused(both, candidates=["gender"], outcome="low_wellbeing")


def test_forms_that_were_not_asked_alike_are_not_pooled():
    body = SMALL.model_dump(by_alias=True)
    body["indicator"][0]["counted"] = {"8-11": ("yes",), "11-18": ("no",)}
    other = Questionnaire.model_validate(body)
    cells = [({"age_band": band, "first": first}, 60, 20) for band, first in product(BANDS, ("no", "yes"))]
    survey = bs.read_survey(rows_of(cells), other, strict=False)
    assert "sad was not asked alike of 8-11, 11-18" in refused(survey, candidates=["first"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"candidates": "first"}, "candidates is 'first'; give a list"),
        ({"candidates": []}, "give a list of at least one"),
        ({"candidates": ["first", "first"]}, "each once"),
        ({"candidates": ["hobby"]}, "'hobby' is neither a trait nor a measure of small"),
        ({"outcome": "joy"}, "outcome is 'joy', which small does not have"),
        ({"confidence": 1.5}, "confidence is 1.5; give a number between 0 and 1"),
    ],
)
def test_arguments_that_make_no_sense_are_named(options, message):
    assert message in refused(tally_of(worked()), **options)


def test_only_answers_and_counts_will_do():
    assert "source is a list; give a Survey or a Tally" in refused([])
    assert "children of whom every candidate is known" in refused(tally_of(worked()).zero())


def test_it_says_that_it_is_not_for_release():
    assert "not for release" in repr(find_drivers(tally_of(worked()), candidates=TRAITS, outcome="sad"))
