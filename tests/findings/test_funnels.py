"""Areas among areas: the worked funnel, hand-worked outliers, laws, and councils under other names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.councils import refuse_doubles
from brightspots.findings.funnels import place_among_areas
from brightspots.tallies.tally import RESPONSES, CountTable, Tally, count_columns

QUESTIONNAIRE = bs.load_questionnaire("children-in-care")
COUNTS = [40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58]
NS = [180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300]
NAMES = [
    "Ash",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Gorse",
    "Hazel",
    "Ivy",
    "Juniper",
    "Larch",
    "Maple",
]
law = settings(deadline=None, max_examples=40)


def typed(figures, measure="likes_school", questionnaire=QUESTIONNAIRE):
    """Return counts of many areas: a count and an n for each (area, wave, age band)."""
    columns = count_columns(questionnaire)
    counts = np.zeros((len(figures), len(columns)), dtype=np.int64)
    for row, (count, n) in zip(counts, figures.values(), strict=True):
        row[columns[(RESPONSES, "")]] = n
        row[columns[(measure, "reported: counted")]] = count
        row[columns[(measure, "reported: not counted")]] = n - count
    return Tally(questionnaire, {(): CountTable.of(list(figures), counts)})


def areas(counts=COUNTS, ns=NS, names=NAMES, **options):
    """Return counts of one age band, area by area."""
    groups = zip(names, counts, ns, strict=True)
    return typed({(name, "2021", "11-18"): (k, n) for name, k, n in groups}, **options)


def place(counts=COUNTS, ns=NS, names=NAMES, **options):
    asked = {"measure": "likes_school", "age_band": "11-18"} | options
    return place_among_areas(areas(counts, ns, names, measure=asked["measure"]), **asked)


def rows_of(table):
    return {row.area: row for row in table}


def test_worked_funnel():
    """Methods note, section 11: two areas outside 95% without allowance, none with it."""
    placed = place()
    assert placed.theta == pytest.approx(0.252396, abs=5.1e-7)
    assert placed.tau == pytest.approx(0.028621, abs=5.1e-7)
    assert (placed.scale, placed.areas) == ("share", 12)
    z = [-0.932, 0.806, -1.485, 1.537, -1.517, 1.572, -0.913, 1.966, -1.869, 0.805, 1.282, -2.355]
    adjusted = [-0.698, 0.564, -1.221, 1.004, -1.039, 0.936, -0.711, 1.390, -1.308, 0.424, 1.087, -1.552]
    np.testing.assert_allclose(placed.column("z"), z, atol=5.1e-4)
    np.testing.assert_allclose(placed.column("z_adjusted"), adjusted, atol=5.1e-4)
    assert sum(abs(value) > 1.96 for value in z) == 2
    assert set(placed.column("position")) == {"usual"}
    maple = rows_of(placed)["Maple"]
    assert maple.n == 300
    assert (maple.lower_95, maple.upper_95) == pytest.approx((0.1778, 0.3270), abs=5.1e-5)
    assert (maple.side, maple.favourable) == ("below", False)
    assert maple.lower_998 < maple.lower_95 < maple.upper_95 < maple.upper_998


def test_p_is_that_of_a_prediction():
    """R: phi over integrate() of what winsorising keeps, tau from it, pt() with two areas fewer."""
    expected = [0.58314716, 0.66511746, 0.32300488, 0.45595467, 0.43362632, 0.49675757]
    expected += [0.56989154, 0.29566868, 0.32559429, 0.76173047, 0.36805050, 0.25679583]
    np.testing.assert_allclose(place().column("p"), expected, rtol=1e-7)
    assert rows_of(place(own="Maple"))["Maple"].p == pytest.approx(0.1870612679, rel=1e-9)


def test_an_ordinary_area_is_seldom_called_unusual():
    """Twenty areas that truly differ by 3 points: some 12% lie beyond 1.96, about 5% are called unusual."""
    rng = np.random.default_rng(5)
    beyond, called, surveys = 0, 0, 200
    for _ in range(surveys):
        ns = rng.integers(40, 400, 20)
        counts = rng.binomial(ns, np.clip(rng.normal(0.3, 0.03, 20), 0, 1))
        first = rows_of(place(counts.tolist(), ns.tolist(), WOODS, own=WOODS[0]))[WOODS[0]]
        beyond += abs(first.z_adjusted) > 1.96
        called += first.position != "usual"
    assert called <= 0.08 * surveys < beyond


def test_shares_have_their_counts_and_wilson_limits():
    placed = place()
    assert placed.column("count") == COUNTS
    np.testing.assert_allclose(placed.column("upper"), bs.statistics.proportion_interval(COUNTS, NS).upper)


def test_an_area_far_out_is_very_unusual_and_its_side_is_told():
    """60% of 300 among areas near 25%: winsorising keeps it from hiding itself."""
    placed = rows_of(place([*COUNTS, 180], [*NS, 300], [*NAMES, "Nettle"]))
    nettle = placed["Nettle"]
    assert (nettle.position, nettle.reason, nettle.side, nettle.favourable) == (
        "very unusual",
        "",
        "above",
        True,
    )
    assert nettle.q <= 0.05
    afraid = rows_of(place([*COUNTS, 180], [*NS, 300], [*NAMES, "Nettle"], measure="afraid_bullying"))
    assert (afraid["Nettle"].side, afraid["Nettle"].favourable) == ("above", False)


ALIKE = [60, 75, 70, 80, 65, 75, 80, 70, 75, 70, 65, 80, 75, 70, 75, 80, 70, 75, 70]
WOODS = [f"Wood {i:02d}" for i in range(20)]


def test_one_of_many_is_not_called_unusual_but_the_one_that_was_asked_about_is():
    """Hand: 19 areas near 24% of 300; 91 lies at z of about 2.5: p is about .03, and 20 p above .05."""
    counts, ns = [*ALIKE, 91], [300] * 20
    last = rows_of(place(counts, ns, WOODS))["Wood 19"]
    assert 1.96 < last.z_adjusted < 3.09
    assert last.p < 0.05 < last.q
    assert (last.position, last.reason) == ("usual", "one_of_many")
    asked = rows_of(place(counts, ns, WOODS, own="Wood 19"))["Wood 19"]
    theta = sum(ALIKE) / (19 * 300)
    assert asked.z == pytest.approx((91 / 300 - theta) / (theta * (1 - theta) / 300) ** 0.5)
    assert asked.q == asked.p < 0.05
    assert (asked.position, asked.side) == ("unusual", "above")


def test_q_is_adjusted_over_the_areas_and_without_our_own():
    placed = place(own="Maple")
    others = [row for row in placed if not row.own]
    assert [row.q for row in others] == pytest.approx(bs.statistics.adjust([row.p for row in others]))
    assert rows_of(placed)["Maple"].q == rows_of(placed)["Maple"].p
    everyone = place()
    assert everyone.column("q") == pytest.approx(bs.statistics.adjust(everyone.column("p")))


@law
@given(st.integers(0, 300))
def test_our_own_counts_change_nothing_for_the_others(count):
    counts = [*COUNTS[:11], count]
    placed, alone = place(counts, own="Maple"), place(COUNTS[:11], NS[:11], NAMES[:11])
    assert (placed.theta, placed.tau) == (alone.theta, alone.tau)
    same = ("area", "z", "z_adjusted", "p", "q", "position", "lower_95")
    for name in same:
        assert placed.column(name)[:11] == alone.column(name)
    assert placed.areas == 11


@law
@given(st.permutations(range(12)))
def test_the_order_of_the_areas_changes_nothing(order):
    turned = place([COUNTS[i] for i in order], [NS[i] for i in order], [NAMES[i] for i in order])
    assert turned.to_markdown() == place().to_markdown()


@law
@given(st.lists(st.integers(20, 500), min_size=10, max_size=20))
def test_areas_with_one_share_are_all_usual(sizes):
    names = [f"Wood {i:02d}" for i in range(len(sizes))]
    placed = place(sizes, [4 * size for size in sizes], names)
    assert set(placed.column("position")) == {"usual"}
    assert placed.tau == 0


def test_areas_stand_in_the_order_of_the_alphabet_and_have_no_rank():
    names = ["birch", "Ash", *NAMES[2:]]
    assert place(names=names).column("area")[:3] == ["Ash", "birch", "Cedar"]
    assert "rank" not in place().column_names


@pytest.mark.parametrize(("number", "own"), [(9, None), (10, "Ash")])
def test_too_few_areas_have_no_positions(number, own):
    placed = place(COUNTS[:number], NS[:number], NAMES[:number], own=own)
    assert placed.tau is None
    assert set(placed.column("reason")) == {"few_areas"}
    for name in ("position", "side", "z_adjusted", "p", "q", "lower_95", "upper_998"):
        assert set(placed.column(name)) == {None}
    assert None not in placed.column("share")


def test_small_areas_are_shown_and_count_for_nothing():
    """With 9 answers an area is not placed and does not move the others; with 10 it is one of them."""
    more = place([*COUNTS, 9, 2], [*NS, 9, 10], [*NAMES, "Nettle", "Oak"])
    assert rows_of(more)["Nettle"].reason == "small_base"
    assert rows_of(more)["Nettle"].position is None
    assert rows_of(more)["Oak"].reason == ""
    few = place([*COUNTS, 9], [*NS, 9], [*NAMES, "Nettle"])
    assert (few.theta, few.tau, few.areas) == (place().theta, place().tau, 12)


def test_where_nobody_counts_there_are_no_limits():
    placed = place([0] * 12)
    assert placed.theta == 0
    assert set(placed.column("position")) == {"usual"}
    assert set(placed.column("upper_95")) == {None}
    assert set(placed.column("side")) == {""}


def forms(figures):
    """Return counts of the two older forms; one of them where its n is 0."""
    bands = {}
    for name, (younger, older) in figures.items():
        bands |= {(name, "2021", "8-11"): younger} if younger[1] else {}
        bands |= {(name, "2021", "11-18"): older} if older[1] else {}
    return typed(bands)


def test_pooled_shares_need_the_same_forms():
    both = {name: ((k, n), (k, n)) for name, k, n in zip(NAMES, COUNTS, NS, strict=True)}
    placed = place_among_areas(forms(both), measure="likes_school")
    assert rows_of(placed)["Maple"].n == 600
    assert set(placed.column("age_bands")) == {"8-11, 11-18"}
    one_form = both | {"Maple": ((0, 0), (58, 300))}
    maple = rows_of(place_among_areas(forms(one_form), measure="likes_school"))["Maple"]
    assert (maple.reason, maple.position, maple.n) == ("age_bands", None, None)


def test_our_own_forms_decide_which_areas_are_alike():
    figures = {
        (name, "2021", band): (k, n)
        for name, k, n in zip(NAMES, COUNTS, NS, strict=True)
        for band in (("4-7", "8-11", "11-18") if name == "Ash" else ("8-11", "11-18"))
    }
    placed = rows_of(place_among_areas(typed(figures), measure="likes_school"))
    assert placed["Ash"].reason == "age_bands"
    assert placed["Birch"].position == "usual"
    with pytest.raises(ArgumentError, match="no other area to place 'Ash' among"):
        place_among_areas(typed(figures), measure="likes_school", own="Ash")


def test_an_area_that_did_not_ask_is_said_to():
    fun = typed({("Nettle", "2021", "11-18"): (10, 20)}, measure="fun")
    placed = rows_of(place_among_areas(areas() + fun, measure="likes_school", age_band="11-18"))
    assert (placed["Nettle"].reason, placed["Nettle"].n) == ("not_asked", None)


def test_a_survey_and_its_tally_give_one_table():
    survey = bs.make_survey(councils=12, respondents=120, seed=3)
    from_answers = place_among_areas(survey, measure="low_wellbeing", own="Council 4")
    from_counts = place_among_areas(bs.tally(survey), measure="low_wellbeing", own="Council 4")
    assert from_answers.to_markdown() == from_counts.to_markdown()
    assert from_answers.category == "low"
    assert from_answers.column("own").count(True) == 1


def test_a_scale_needs_its_category():
    survey = bs.make_survey(councils=10, respondents=60, seed=3)
    with pytest.raises(ArgumentError, match="category is missing: life_satisfaction has low, medium, high"):
        place_among_areas(survey, measure="life_satisfaction")
    medium = place_among_areas(survey, measure="life_satisfaction", category="medium")
    assert set(medium.column("favourable")) == {None}
    low = place_among_areas(survey, measure="life_satisfaction", category="low")
    assert all(row.favourable is (row.side == "below") for row in low if row.side)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("maple", "own is 'maple', which is none of the 12 areas as they are spelled; near it: 'Maple'"),
        ("Maple City Council", "near it: 'Maple'"),
        ("Mapel", "near it: 'Maple'"),
        ("E08000019", "own is 'E08000019', Sheffield, which is none of the 12 areas; none comes near"),
        ("E12000003", "none of the 12 areas as they are spelled; they are given by names"),
        ("Zzyzx", "none comes near"),
    ],
)
def test_our_own_council_under_another_name_is_refused(own, message):
    with pytest.raises(ArgumentError, match=message):
        place(own=own)


@pytest.mark.parametrize(
    "names",
    [
        ("Sheffield", "sheffield"),
        ("Sheffield", "Sheffield City Council"),
        ("Sheffield City", "City of Sheffield"),
        ("Durham", "County Durham"),
        ("St Helens", "St. Helens"),
        ("Telford and Wrekin", "Telford & Wrekin"),
        ("Bristol, City of", "Bristol"),
        ("London Borough of Newham", "Newham"),
    ],
)
def test_one_council_under_two_names_is_refused(names):
    with pytest.raises(ArgumentError, match="look like one council"):
        refuse_doubles(names)
    with pytest.raises(ArgumentError, match="look like one council"):
        place(names=[*names, *NAMES[2:]], own=names[0])


def test_councils_of_like_names_are_two():
    refuse_doubles(
        ["Derby", "Derbyshire", "Leicester", "Leicestershire", "Lincolnshire", "North Lincolnshire",
         "Hertfordshire", "Herefordshire", "Newcastle upon Tyne", "Newcastle-under-Lyme", "Cork City",
         "Cork County"]
    )  # fmt: skip


@pytest.mark.parametrize("other", ["E08000019", "373"])
def test_names_and_codes_do_not_stand_side_by_side(other):
    with pytest.raises(ArgumentError, match=r"source gives its areas by .*names.*stand there twice"):
        place(names=[*NAMES[:11], other], own="Ash")


def test_our_own_council_under_another_name_of_it_is_left_out_of_the_common_level():
    names = ["Sheffield", *NAMES[1:]]
    as_spelled = place(names=names, own="Sheffield")
    for other in ("Sheffield City Council", "City of Sheffield", "373", "E08000019", "E08000039"):
        placed = place(names=names, own=other)
        assert placed.own == "Sheffield"
        assert [row.own for row in placed] == [row.own for row in as_spelled]
        assert placed.theta == as_spelled.theta


def test_each_area_is_of_one_wave_and_all_of_about_one_time():
    again = typed({("Ash", "2019", "11-18"): (40, 180)})
    with pytest.raises(ArgumentError, match="several waves of 'Ash'"):
        place_among_areas(areas() + again, measure="likes_school", age_band="11-18")
    old = typed({("Nettle", "2016", "11-18"): (40, 180)})
    with pytest.raises(ArgumentError, match="more than 3 years apart"):
        place_among_areas(areas() + old, measure="likes_school", age_band="11-18")
    near = typed({("Nettle", "2018", "11-18"): (40, 180)})
    placed = rows_of(place_among_areas(areas() + near, measure="likes_school", age_band="11-18"))
    assert placed["Nettle"].wave == "2018"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "joy"}, "measure is 'joy', which children-in-care does not have"),
        ({"category": "high"}, "category is 'high'; likes_school has only counted"),
        ({"age_band": "12-13"}, "age_band is '12-13'; likes_school is asked of 4-7, 8-11, 11-18"),
        ({"age_band": "4-7"}, "Nobody in 4-7 answered likes_school"),
        ({"age_band": "all"}, "No area has a share of all age bands for likes_school"),
    ],
)
def test_arguments_that_make_no_sense_are_named(options, message):
    with pytest.raises(ArgumentError, match=message):
        place_among_areas(areas(), **({"measure": "likes_school"} | options))
    with pytest.raises(ArgumentError, match="source is a list; give a Survey or a Tally"):
        place_among_areas([areas()], measure="likes_school")


def test_it_says_that_it_is_not_for_release():
    assert "not for release" in repr(place())
