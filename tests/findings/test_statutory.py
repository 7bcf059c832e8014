"""A council beside others: gaps by hand, what is withheld stays so, and nothing is tested."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_files import (
    ASH,
    BIRCH,
    DFE,
    ENGLAND,
    NORTH,
    council,
    needs_data,
    sdq,
    tidy,
    write,
)

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.returns.catalogue import MEASURES

CEDAR = council("Cedar", "903", "E06000903")
RATES = ("population_count", "population_estimate", "number", "rate_per_10000")
IN_CARE = "Children looked after at 31 March each year"
ROWS = [
    *sdq(2024, ENGLAND, 43510, 33480, 13740, "14.7", ("100", "77", "41")),
    *sdq(2024, NORTH, 400, 300, 120, "14.5", ("100", "75", "42")),
    *sdq(2024, ASH, 290, 182, 89, "16", ("100", "63", "49")),
    *sdq(2024, BIRCH, 100, 80, 40, "15.0", ("100", "80", "50")),
    *sdq(2024, CEDAR, 400, 320, 96, "13.0", ("100", "80", "30")),
]


@pytest.fixture
def figures(tmp_path):
    return bs.read_return(tidy(tmp_path, ROWS))


def rows_of(found, measure):
    return {row.comparator: row for row in found if row.measure == measure}


def test_the_gap_to_england_and_the_region_is_the_gap_to_what_is_printed(figures):
    """By hand: 89 of 182 is 48.9%, 7.9 points above the printed 41%. The region's is 42%, not 120 of 300."""
    rows = rows_of(bs.compare_returns(figures, area="Ash"), "sdq_concern")
    assert rows["England"].value == pytest.approx(89 / 182)
    assert (rows["England"].benchmark, rows["England"].benchmark_n) == (0.41, 33480)
    assert rows["England"].difference == pytest.approx(89 / 182 - 0.41)
    assert rows["North"].benchmark == 0.42


def test_neighbours_are_pooled_by_their_counts_and_their_mean_stands_beside(figures):
    """By hand: 40 + 96 of 80 + 320 is 34%; the mean of 50% and 30% is 40%."""
    found = bs.compare_returns(figures, area="Ash", neighbours=["Birch", "E06000903"])
    row = rows_of(found, "sdq_concern")["statistical neighbours"]
    assert (row.benchmark, row.benchmark_n) == (0.34, 400)
    assert row.benchmark_mean == pytest.approx(0.40)
    average = rows_of(found, "sdq_average")["statistical neighbours"]
    assert average.benchmark == pytest.approx((80 * 15 + 320 * 13) / 400)
    assert average.benchmark_mean == 14
    assert found.neighbours == ("Birch", "Cedar")


def test_nothing_is_tested_for_every_child_is_counted(figures):
    found = bs.compare_returns(figures, area="Ash", neighbours=["Birch", "Cedar"])
    assert set(found.column("verdict")) == {"not compared"}
    assert set(found.column("reason")) == {"full_count"}
    assert not {"p", "q", "effect_size"} & set(found.column_names)


def test_the_share_with_a_score_stands_beside_every_sdq_figure(figures):
    found = bs.compare_returns(figures, area="Ash", neighbours=["Birch", "Cedar"])
    for measure in ("sdq_concern", "sdq_average"):
        rows = rows_of(found, measure)
        assert rows["England"].coverage == pytest.approx(182 / 290)
        assert rows["England"].eligible == 290
        assert rows["England"].benchmark_coverage == 0.77
        assert rows["statistical neighbours"].benchmark_coverage == pytest.approx(400 / 500)


def test_the_interval_of_a_share_is_wilsons(figures):
    """89 of 182, by hand: centre 48.92%, half 7.19 points."""
    row = rows_of(bs.compare_returns(figures, area="Ash"), "sdq_concern")["England"]
    assert (row.lower, row.upper) == (pytest.approx(0.417, abs=5e-4), pytest.approx(0.561, abs=5e-4))


def test_a_rate_is_per_ten_thousand_with_byars_interval(tmp_path):
    rows = [
        (2024, ENGLAND, IN_CARE, 11998646, 83630, 70),
        (2024, ASH, IN_CARE, 59393, 717, 121),
        (2024, BIRCH, IN_CARE, 20000, 100, 50),
        (2024, CEDAR, IN_CARE, 10000, 200, 200),
    ]
    found = bs.compare_returns(
        bs.read_return(tidy(tmp_path, rows, columns=RATES)), area="901", neighbours=["902", "903"]
    )
    rows = rows_of(found, "in_care")
    assert rows["England"].value == pytest.approx(120.72, abs=0.005)
    assert (rows["England"].lower, rows["England"].upper) == bs.statistics.rate_interval(717, 59393)
    assert rows["England"].benchmark == 70
    assert rows["statistical neighbours"].benchmark == pytest.approx(100)
    assert rows["statistical neighbours"].benchmark_mean == pytest.approx(125)


def withheld(*places):
    """Return the rows with the band of some areas hidden."""
    return [
        (year, place, group, label, "c", "c")
        if place in places and "concern" in label
        else (year, place, group, label, *rest)
        for year, place, group, label, *rest in ROWS
    ]


def test_a_gap_from_a_withheld_figure_is_none(tmp_path):
    found = bs.compare_returns(
        bs.read_return(tidy(tmp_path, withheld(ASH))), area="Ash", neighbours=["Birch", "Cedar"]
    )
    for row in rows_of(found, "sdq_concern").values():
        assert (row.value, row.count, row.lower, row.difference, row.reason) == (
            None,
            None,
            None,
            None,
            "withheld",
        )
    assert rows_of(found, "sdq_concern")["England"].benchmark == 0.41


def test_a_hidden_band_of_nobody_stays_withheld(tmp_path):
    """City of London 2022: nobody scored, and the band is c all the same."""
    rows = [*ROWS[:4], *sdq(2024, ASH, "c", 0, "c", "0", ("c", "0", "c"))]
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, rows)), area="Ash")
    assert rows_of(found, "sdq_concern")["England"].reason == "withheld"
    assert rows_of(found, "sdq_average")["England"].reason == "no_base"


def test_a_pool_with_a_withheld_figure_is_none_and_says_whose(tmp_path):
    found = bs.compare_returns(
        bs.read_return(tidy(tmp_path, withheld(CEDAR))), area="Ash", neighbours=["Birch", "Cedar"]
    )
    row = rows_of(found, "sdq_concern")["statistical neighbours"]
    assert (row.benchmark, row.benchmark_mean, row.difference) == (None, None, None)
    assert (row.reason, row.benchmark_reason, row.missing) == ("benchmark_withheld", "withheld", ("Cedar",))


def test_a_benchmark_that_rounds_to_zero_is_no_zero(tmp_path):
    rows = [
        *sdq(2024, ENGLAND, 90000, 70000, 140, "14.7", ("100", "78", "k")),
        *sdq(2024, ASH, 290, 182, 9, "16", ("100", "63", "5")),
    ]
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, rows)), area="Ash")
    row = rows_of(found, "sdq_concern")["England"]
    assert (row.benchmark, row.difference, row.reason) == (None, None, "benchmark_rounds_to_zero")


def test_nobody_scored_gives_no_figure(tmp_path):
    rows = [*ROWS[:4], *sdq(2024, ASH, 10, 0, 0, "0", ("100", "0", "z"))]
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, rows)), area="Ash")
    assert {row.reason for row in found if row.measure != "sdq_received"} == {"no_base"}
    assert rows_of(found, "sdq_received")["England"].value == 0


@pytest.mark.parametrize(("target", "met"), [(0.48, False), (0.50, True), (89 / 182, True)])
def test_a_target_is_met_at_it_or_on_its_good_side(figures, target, met):
    found = bs.compare_returns(
        figures, area="Ash", targets={"sdq_concern": target, "sdq_received": 1 - target}
    )
    assert rows_of(found, "sdq_concern")["England"].target_met is met
    assert rows_of(found, "sdq_received")["England"].target_met is True
    assert rows_of(found, "sdq_average")["England"].target_met is None


def test_no_target_is_met_by_a_withheld_figure(tmp_path):
    figures = bs.read_return(tidy(tmp_path, withheld(ASH)))
    found = bs.compare_returns(figures, area="Ash", targets={"sdq_concern": 0.9})
    assert set(found.where(lambda row: row.measure == "sdq_concern").column("target_met")) == {None}


def test_everything_wrong_with_a_call_at_once(figures):
    with pytest.raises(ArgumentError) as error:
        bs.compare_returns(
            figures,
            area="Ashe",
            neighbours=["Birch", "902", "Dogwood"],
            measures=["sdq_concerns", "in_care"],
            time="1999",
            targets={"sdq_borderline": 0.1, "sdq_concern": 41},
        )
    text = str(error.value)
    parts = [
        "'Ashe'",
        "'Ash'",
        "'Dogwood'",
        "'sdq_concerns'",
        "near it: 'sdq_concern'",
        "'in_care'",
        "'1999'",
    ]
    parts += ["neither side is good", "from 0 to 1"]
    assert [part for part in parts if part not in text] == []


def test_a_council_is_no_neighbour_of_itself_and_stands_once(figures):
    for neighbours in (["Ash"], ["Birch", "E06000902"]):
        with pytest.raises(ArgumentError, match="twice, or the area itself"):
            bs.compare_returns(figures, area="901", neighbours=neighbours)


def test_a_council_that_was_not_there_is_refused(tmp_path):
    gone = sdq(2024, CEDAR, "z", "z", "z", "z", ("z", "z", "z"))
    rows = [row for row in ROWS if row[1] != CEDAR] + gone + sdq(2023, CEDAR, 400, 320, 96, "13.0")
    with pytest.raises(ArgumentError, match="'Cedar', not there in 2024, but 2023 to 2023"):
        bs.compare_returns(bs.read_return(tidy(tmp_path, rows)), area="Ash", neighbours=["Cedar"])


WIDE = ("New_geog_code", "geog_l", "geog_c", "geog_n", "CLA_5to16", "CLA_SDQ", "CLA_SDQconcern")


def test_councils_of_one_name_and_changed_codes_are_never_joined_silently(tmp_path):
    """As Dorset (835, since 2019 838) and Gateshead (E08000020, since 2013 E08000037)."""
    old = [
        ("E10000009", "LA", "835", "Dorset", 200, 150, 60),
        ("E08000020", "LA", "390", "Gateshead", 200, 150, 60),
    ]
    figures = bs.read_return(write(tmp_path / "old.csv", WIDE, old), time="2015")
    dorset, gateshead = council("Dorset", "838", "E06000059"), council("Gateshead", "390", "E08000037")
    now = [*sdq(2024, dorset, 250, 200, 80, "14.0"), *sdq(2024, gateshead, 250, 200, 90, "14.0")]
    figures += bs.read_return(tidy(tmp_path, [*ROWS, *now]))
    found = bs.compare_returns(figures, area="Dorset", neighbours=["Gateshead"], measures=["sdq_concern"])
    assert rows_of(found, "sdq_concern")["England"].times == ("2024",)
    assert len(found.notes) == 2
    assert found.notes[0] == "Dorset (838) took over from Dorset (835); they are not joined."
    assert "E08000020, then E08000037" in found.notes[1]


@pytest.mark.parametrize(
    "name", ["Sheffield City Council", "city of sheffield", "373", "E08000039", "Sheffield"]
)
def test_a_council_is_known_by_every_usual_spelling_and_code(tmp_path, name):
    """E08000039 is Sheffield's code since 2025; the files have the one before."""
    sheffield = council("Sheffield", "373", "E08000019")
    figures = bs.read_return(tidy(tmp_path, [*ROWS, *sdq(2024, sheffield, 290, 182, 89, "16.0")]))
    assert bs.compare_returns(figures, area=name).area == "Sheffield"


def years(numbers):
    """Return the rows of Ash over the years from 2020: the band, or a symbol."""
    return [
        r for i, n in enumerate(numbers) for r in sdq(2020 + i, ASH, 300, 200, n, "14.0", ("100", "67", "c"))
    ]


def test_a_line_over_five_years(tmp_path):
    """60, 64, 68, 72 and 76 of 200 lie on a line that rises by 2 points a year."""
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, years([60, 64, 68, 72, 76]))), area="Ash")
    row = rows_of(found, "sdq_concern")["England"]
    assert row.times == ("2020", "2021", "2022", "2023", "2024")
    assert row.slope == pytest.approx(0.02)
    assert row.slope_lower < 0.02 < row.slope_upper
    assert row.values[0] == 0.3


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [([60, 64, "c", 72, 76], "withheld"), ([60, 120, 30, 140, 76], "departure"), ([60, 64], "few_years")],
)
def test_no_line_over_what_is_withheld_or_no_line(tmp_path, numbers, reason):
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, years(numbers))), area="Ash")
    row = rows_of(found, "sdq_concern")["England"]
    assert (row.slope, row.slope_reason) == (None, reason)


MOVES = ((2021, 30), (2022, 32), (2023, 34))


def test_years_that_were_never_published_are_left_out_of_a_line(tmp_path):
    """School moves of 2020 are x: the line goes on without that year."""
    moved = "With one or more moves during the year"
    rows = [
        (year, ASH, "CLA on 31 March", "Any moves", *cells)
        for year, children, number, share in ((2020, "x", "x", "x"), *((y, 300, n, 10) for y, n in MOVES))
        for cells in (("Total children", children, 100), (moved, number, share))
    ]
    columns = ("cla_group", "move_measure", "school_stability", "number", "percentage")
    row = next(iter(bs.compare_returns(bs.read_return(tidy(tmp_path, rows, columns=columns)), area="Ash")))
    assert (row.times, row.slope_reason) == (("2021", "2022", "2023"), None)


def areas(counts, ns):
    """Return the bands of many councils, the first of them Ash."""
    places = [
        ASH,
        *(council(f"Council {i}", str(910 + i), f"E06000{910 + i}") for i in range(1, len(counts))),
    ]
    return [
        r
        for p, k, n in zip(places, counts, ns, strict=True)
        for r in sdq(2024, p, n, n, k, "14.0", ("100", "100", "c"))
    ]


COUNTS = [58, 40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28]
NS = [300, 180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90]


def test_a_place_among_councils_is_that_of_the_funnel(tmp_path):
    """Methods note, section 11: 58 of 300 lies at z = -1.55 once true differences are allowed for."""
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, areas(COUNTS, NS))), area="Ash")
    row = rows_of(found, "sdq_concern")["England"]
    assert (row.position, row.side, row.position_reason, row.areas) == ("usual", "below", "", 11)
    far = bs.compare_returns(bs.read_return(tidy(tmp_path, areas([180, *COUNTS[1:]], NS))), area="Ash")
    assert rows_of(far, "sdq_concern")["England"].position == "very unusual"


def test_no_place_among_councils_of_which_many_hide_theirs(tmp_path):
    counts = ["c" if i in {4, 7} else k for i, k in enumerate(COUNTS)]
    found = bs.compare_returns(bs.read_return(tidy(tmp_path, areas(counts, NS))), area="Ash")
    row = rows_of(found, "sdq_concern")["England"]
    assert (row.position, row.position_reason) == (None, "many_withheld")


@settings(deadline=None, max_examples=15)
@given(st.permutations(ROWS))
def test_the_order_of_rows_changes_nothing(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("order")
    one, other = (
        bs.compare_returns(bs.read_return(tidy(folder, each)), area="Ash", neighbours=["Birch", "Cedar"])
        for each in (ROWS, rows)
    )
    assert list(one) == list(other)


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 500), st.integers(0, 400), st.sampled_from(["shown", "c"]))
def test_another_council_changes_nothing_but_the_place_among_them(tmp_path_factory, eligible, scored, how):
    scored = min(scored, eligible)
    concern = scored // 3 if how == "shown" else "c"
    other = sdq(
        2024, council("Dogwood", "904", "E06000904"), eligible, scored, concern, "14.0", ("100", "c", "c")
    )
    folder = tmp_path_factory.mktemp("other")
    one, more = (
        bs.compare_returns(bs.read_return(tidy(folder, each)), area="Ash", neighbours=["Birch", "Cedar"])
        for each in (ROWS, ROWS + other)
    )
    place = {"position", "side", "position_reason", "areas"}
    for mine, theirs in zip(one, more, strict=True):
        assert {k: v for k, v in mine._asdict().items() if k not in place} == {
            k: v for k, v in theirs._asdict().items() if k not in place
        }


def test_the_markdown_reads_as_a_strategy_would_print_it(tmp_path):
    figures = bs.read_return(tidy(tmp_path, withheld(BIRCH)))
    text = bs.compare_returns(
        figures, area="Ash", neighbours=["Birch", "Cedar"], targets={"sdq_received": 0.7}
    ).to_markdown()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[:5]]
    assert rows[0] == ["", "Ash", "England", "North", "statistical neighbours", "Over the years", "Target"]
    assert rows[2] == [
        "SDQ score received, ages 5 to 16, 2024",
        "63% (182 of 290)",
        "77% (−14 points)",
        "75% (−12 points)",
        "80% (−17 points; mean 80%)",
        "",
        "70%: not met",
    ]
    assert rows[3] == [
        "SDQ average score, ages 5 to 16, 2024",
        "16.0 (score for 63% of 290)",
        "14.7 (+1.3; score for 77%)",
        "14.5 (+1.5; score for 75%)",
        "13.4 (+2.6; mean 14.0; score for 80%)",
        "",
        "",
    ]
    assert rows[4][1:5] == [
        "49% (89 of 182; score for 63% of 290)",
        "41% (+8 points; score for 77%)",
        "42% (+7 points; score for 75%)",
        "withheld (Birch)",
    ]
    assert "Every child is counted, so nothing is tested: a gap is a gap." in text
    assert "Neighbours: Birch, Cedar." in text


def test_every_measure_that_a_target_may_have_has_a_good_side_and_a_base():
    for measure in MEASURES.values():
        assert measure.base or measure.kind == "rate"
        assert all(word == word.casefold() for word in (*measure.words, *measure.base))
        assert measure.coverage in {"", "sdq_received"}


def test_only_figures_of_all_children_are_compared(figures, tmp_path):
    """The DfE's national file has the same measures by gender and age."""
    columns = ("gender", "characteristic", "number", "percentage")
    labels = ("4. SDQ score: Children looked after age groups", "4.1 SDQ score was received")
    rows = [
        (2024, ENGLAND, "Female", label, n, share)
        for label, n, share in zip(labels, (9000, 90), (100, 1), strict=True)
    ]
    girls = bs.read_return(tidy(tmp_path, rows, name="girls.csv", columns=columns))
    assert "sdq_received" in girls.column("measure")
    assert list(bs.compare_returns(figures + girls, area="Ash")) == list(
        bs.compare_returns(figures, area="Ash")
    )


def test_an_earlier_year_knows_nothing_of_later_ones(tmp_path):
    figures = bs.read_return(tidy(tmp_path, years([60, 64, 68, 72, 76])))
    found = bs.compare_returns(figures, area="Ash", time="2022")
    assert rows_of(found, "sdq_concern")["England"].times == ("2020", "2021", "2022")


def test_figures_of_another_publisher_do_no_harm(figures, tmp_path):
    """The ONS has no three-digit codes, and names the same councils."""
    headings = ("Area Code", "Area", "Mean anxiety yesterday", "Notes")
    wellbeing = write(
        tmp_path / "ons.csv", headings, [("E06000901", "Ash", 3.4, ""), ("E06000902", "Birch", 3.1, "")]
    )
    both = figures + bs.read_return(wellbeing, time="2024")
    asked = {"area": "Ash", "neighbours": ["Birch", "Cedar"]}
    assert list(bs.compare_returns(both, **asked)) == list(bs.compare_returns(figures, **asked))
    with pytest.raises(ArgumentError, match="holds no statutory measure"):
        bs.compare_returns(bs.read_return(wellbeing, time="2024"), area="Ash")


@needs_data
def test_sheffields_strategy():
    """Section 1.3 of its strategy for 2021-24: 628 children in care at the end of March 2020."""
    figures = bs.read_return(DFE / "cla_number_and_rate_per_10k_children.csv")
    found = bs.compare_returns(figures, area="Sheffield", time="2020", measures=["in_care"])
    assert set(found.column("count")) == {628}


@needs_data
def test_shropshires_strategy():
    """Section 6 of its strategy for 2021-24: care leavers aged 19 to 21 in 2021, beside England's.

    In touch 91% (91%); in education, employment or training 51% (52%); in suitable accommodation 85% (88%).
    """
    figures = bs.read_return(
        *(
            DFE / f"la_care_leavers_{name}.csv"
            for name in ("intouch", "activity", "accommodation_suitability")
        )
    )
    found = bs.compare_returns(
        figures,
        area="Shropshire",
        time="2021",
        measures=["in_touch", "in_education_or_work", "suitable_accommodation"],
    )
    printed = {
        row.measure: (math.floor(100 * row.value + 0.5), round(100 * row.benchmark))
        for row in found
        if row.age_group == "19-21" and row.comparator == "England"
    }
    assert printed == {
        "in_touch": (91, 91),
        "in_education_or_work": (51, 52),
        "suitable_accommodation": (85, 88),
    }


def test_a_region_and_how_many_years_may_be_said(tmp_path):
    figures = bs.read_return(tidy(tmp_path, [*ROWS, *years([60, 64, 68, 72])[:12]]))
    found = bs.compare_returns(figures, area="Ash", region="north", years=3, measures=["sdq_concern"])
    row = rows_of(found, "sdq_concern")["North"]
    assert row.times == ("2022", "2024")
    with pytest.raises(ArgumentError, match=r"region is 'South'; the figures hold North(.|\n)*years is 0"):
        bs.compare_returns(figures, area="Ash", region="South", years=0)
