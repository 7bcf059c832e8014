"""Layouts told by their headings; symbols, bases and codes kept; all faults at once."""

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from published_files import (
    ASH,
    AVERAGE,
    BIRCH,
    CONCERN,
    ENGLAND,
    GEOGRAPHY,
    NORTH,
    SCORED,
    SDQ,
    council,
    sdq,
    tidy,
    write,
)

from brightspots.errors import ArgumentError, ReturnError
from brightspots.returns.reading import read_return


def row_of(figures, measure, area, **cells):
    """Return the one row of a measure and area, with other cells as asked."""
    (row,) = [
        row
        for row in figures.rows
        if row.measure == measure and row.area == area and all(getattr(row, k) == v for k, v in cells.items())
    ]
    return row


def test_a_tidy_file_gives_numbers_with_their_bases(tmp_path):
    figures = read_return(tidy(tmp_path, sdq(2024, ASH, 290, 182, 89, "16", ("100", "63", "49"))))
    concern = row_of(figures, "sdq_concern", "Ash")
    assert (concern.number, concern.base, concern.value, concern.unit) == (89, 182, 0.49, "share")
    received = row_of(figures, "sdq_received", "Ash")
    assert (received.number, received.base, received.value) == (182, 290, 0.63)
    average = row_of(figures, "sdq_average", "Ash")
    assert (average.number, average.base, average.value, average.unit) == (None, 182, 16, "average")
    assert (average.number_status, average.category) == ("not given", "mean")
    assert (concern.time, concern.level, concern.code, concern.old_code) == (
        "2024",
        "council",
        "E06000901",
        "901",
    )
    assert (concern.region, concern.source, concern.population) == ("North", "figures.csv", SDQ)


def test_counts_of_councils_are_exact_and_others_rounded_to_ten(tmp_path):
    rows = [row for place in (ENGLAND, NORTH, ASH) for row in sdq(2024, place, 100, 80, 40, "14.0")]
    figures = read_return(tidy(tmp_path, rows))
    assert {row.level: row.rounding for row in figures} == {"country": 10, "region": 10, "council": 1}


def test_the_names_that_changed_in_2025_mean_the_same(tmp_path):
    """Headings of the DfE's files of 2025: children_count and children_percent, and a breakdown."""
    rows = sdq(2024, ASH, 290, 182, 89, "16.0")
    before = read_return(tidy(tmp_path, rows))
    columns = ("cla_group", "breakdown", "children_count", "children_percent")
    after = read_return(tidy(tmp_path, rows, columns=columns))
    assert after.rows == before.rows


def test_stability_of_2025(tmp_path):
    """Rows of the DfE's file of 2025, Hartlepool: 31 of 332 with three or more placements, printed as 9%."""
    hartlepool = council("Hartlepool", "805", "E06000001")
    now, two_years = "CLA on 31 March", "CLA 2 years on 31 March"
    rows = [
        (2025, hartlepool, now, "Total children", 332, 100),
        (2025, hartlepool, now, "With 3 or more placements during the year", 31, 9),
        (2025, hartlepool, two_years, "Total children", 253, 100),
        (2025, hartlepool, two_years, "With 3 or more placements during the previous 2 years", 60, 24),
    ]
    columns = ("cla_group", "placement_stability", "children_count", "children_percent")
    figures = read_return(tidy(tmp_path, rows, columns=columns))
    year = row_of(figures, "three_placements", "Hartlepool")
    assert (year.number, year.base, year.value) == (31, 332, 0.09)
    assert row_of(figures, "three_placements_two_years", "Hartlepool").base == 253


@pytest.mark.parametrize(
    ("symbol", "status"),
    [
        ("c", "withheld"),
        ("z", "not applicable"),
        ("x", "not available"),
        ("k", "rounds to zero"),
        ("", "blank"),
    ],
)
def test_a_symbol_is_none_with_a_status_and_nothing_is_filled_in(tmp_path, symbol, status):
    figures = read_return(tidy(tmp_path, sdq(2024, ASH, 290, 182, symbol, "16.0", ("100", "63", symbol))))
    row = row_of(figures, "sdq_concern", "Ash")
    assert (row.number, row.number_status, row.value, row.value_status) == (None, status, None, status)
    assert row.base == 182


def test_a_number_may_be_shown_whose_share_rounds_to_zero(tmp_path):
    figures = read_return(tidy(tmp_path, sdq(2024, ENGLAND, 90000, 70000, 140, "14.7", ("100", "78", "k"))))
    row = row_of(figures, "sdq_concern", "England")
    assert (row.number, row.value, row.value_status) == (140, None, "rounds to zero")


def test_a_share_or_an_average_of_nobody_is_missing_and_not_zero(tmp_path):
    """City of London 2022 and 2024 in the DfE's file: an average of 0, and 0%, where nobody was scored."""
    figures = read_return(tidy(tmp_path, sdq(2024, ASH, "c", 0, 0, "0", ("c", "0", "0"))))
    for measure in ("sdq_average", "sdq_concern"):
        row = row_of(figures, measure, "Ash")
        assert (row.value, row.value_status) == (None, "nobody")
    received = row_of(figures, "sdq_received", "Ash")
    assert (received.number, received.base_status, received.value) == (0, "withheld", 0)


def test_an_average_of_zero_is_missing_too_where_the_number_scored_is_withheld(tmp_path):
    figures = read_return(tidy(tmp_path, sdq(2024, ASH, "c", "c", "c", "0", ("c", "c", "c"))))
    assert row_of(figures, "sdq_average", "Ash").value_status == "nobody"


def test_what_is_withheld_stays_so_where_nobody_is_in_the_base(tmp_path):
    """City of London 2022: nobody scored, and the band is hidden all the same."""
    figures = read_return(tidy(tmp_path, sdq(2022, ASH, "c", 0, "c", "0", ("c", "0", "c"))))
    row = row_of(figures, "sdq_concern", "Ash")
    assert (row.number_status, row.value_status) == ("withheld", "withheld")


def test_not_known_stays_in_the_base(tmp_path):
    """Methods note, section 8: the base is the publisher's total. Shropshire 2021, ages 19 to 21."""
    shropshire = council("Shropshire", "893", "E06000051")
    rows = [
        (2021, shropshire, "Aged 19 to 21", "Total", 129, 100),
        (2021, shropshire, "Aged 19 to 21", "Total in education, employment or training", 66, 51),
        (2021, shropshire, "Aged 19 to 21", "Total information not known", 11, 9),
    ]
    figures = read_return(tidy(tmp_path, rows, columns=("age", "activity", "number", "percentage")))
    row = row_of(figures, "in_education_or_work", "Shropshire")
    assert (row.number, row.base, row.age_group) == (66, 129, "19-21")


def test_the_two_spellings_of_care_leavers_ages_are_one(tmp_path):
    def ages(text):
        rows = [(2024, ASH, text, "Total", 10, 100)]
        return set(
            read_return(tidy(tmp_path, rows, columns=("age", "in_touch", "number", "percentage"))).column(
                "age_group"
            )
        )

    assert ages("17 to 18 years") == ages("Aged 17 to 18") == {"17-18"}


def test_a_rate_has_its_population_for_a_base(tmp_path):
    """Sheffield 2024 in the DfE's file: 646 of 114,285 children, 57 per 10,000."""
    rows = [
        (
            2024,
            council("Sheffield", "373", "E08000019"),
            "Children looked after at 31 March each year",
            114285,
            646,
            57,
        )
    ]
    columns = ("population_count", "population_estimate", "number", "rate_per_10000")
    row = row_of(read_return(tidy(tmp_path, rows, columns=columns)), "in_care", "Sheffield")
    assert (row.number, row.base, row.value, row.unit) == (646, 114285, 57, "per 10,000")


def test_a_measure_is_known_by_name_only_with_what_it_is_out_of(tmp_path):
    rows = sdq(2024, ASH, 290, 182, 89, "16.0")
    without = [row for row in rows if row[3] != SCORED]
    figures = read_return(tidy(tmp_path, without))
    assert not set(figures.column("measure")) & {"sdq_concern", "sdq_average"}
    assert CONCERN in figures.column("label")


def test_breakdowns_are_kept_apart(tmp_path):
    columns = ("gender", "age_group", "characteristic", "number", "percentage")
    rows = [
        (2024, ENGLAND, gender, "Total 5 to 16 years", label, number, share)
        for gender, scored, concern in (("Female", 100, 40), ("Male", 200, 90), ("Total", 300, 130))
        for label, number, share in (
            ("4. SDQ score: Children looked after age groups", 400, 100),
            ("4.1 SDQ score was received", scored, 75),
            ("4.1.3 SDQ score is a cause for concern", concern, 43),
        )
    ]
    figures = read_return(tidy(tmp_path, rows, columns=columns))
    girls = row_of(figures, "sdq_concern", "England", breakdowns=(("gender", "Female"),))
    assert (girls.number, girls.base) == (40, 100)


WIDE = ("New_geog_code", "geog_l", "geog_c", "geog_n", "CLA_5to16", "CLA_SDQ", "CLA_SDQconcern")


def test_the_wide_layout_of_2015_gives_the_same_kind_of_rows(tmp_path):
    """SFR34 of 2015: Sheffield 105 of 228 scored; Rutland's 9 scored are shown, its band is hidden by x."""
    rows = [
        ("E92000001", "NATIONAL", "999", "ENGLAND", 36140, 25960, 9660),
        ("E08000019", "LA", "373", "Sheffield", 270, 228, 105),
        ("E06000017", "LA", "857", "Rutland", 18, 9, "x"),
    ]
    figures = read_return(write(tmp_path / "old.csv", WIDE, rows), time="2015")
    sheffield = row_of(figures, "sdq_concern", "Sheffield")
    assert (sheffield.number, sheffield.base, sheffield.old_code, sheffield.time) == (105, 228, "373", "2015")
    assert (sheffield.value, sheffield.value_status, sheffield.rounding) == (None, "not given", 1)
    assert row_of(figures, "sdq_concern", "Rutland").number_status == "withheld"
    assert row_of(figures, "sdq_received", "ENGLAND").rounding == 10


def test_a_council_is_followed_through_a_new_code(tmp_path):
    """Gateshead: E08000020 until 2013, E08000037 since; 390 all along."""
    old = write(tmp_path / "old.csv", WIDE, [("E08000020", "LA", "390", "Gateshead", 200, 150, 60)])
    now = tidy(tmp_path, sdq(2024, council("Gateshead", "390", "E08000037"), 250, 200, 80, "14.0"))
    both = read_return(old, time="2015") + read_return(now)
    (row,) = both.councils
    assert row == ("390", ("E08000020", "E08000037"), ("Gateshead",), ("North",), "2015", "2024")


def test_a_year_in_which_a_council_was_not_there_does_not_count(tmp_path):
    gone = sdq(2024, ASH, "z", "z", "z", "z", ("z", "z", "z"))
    gone += sdq(2022, ASH, "x", "x", "x", "x", ("x", "x", "x"))
    (row,) = read_return(tidy(tmp_path, [*sdq(2023, ASH, 100, 80, 40, "14.0"), *gone])).councils
    assert (row.first, row.last) == ("2023", "2023")


def test_a_byte_order_mark_blank_lines_and_headings_further_down_do_no_harm(tmp_path):
    rows = sdq(2024, ASH, 290, 182, 89, "16.0")
    plain = tidy(tmp_path, rows)
    text = plain.read_text(encoding="utf-8")
    other = tmp_path / "with mark.csv"
    other.write_text(f"Published figures{',' * 13}\n{',' * 13}\n{text}{',' * 13}\n", encoding="utf-8-sig")
    assert [r._replace(source="") for r in read_return(other).rows] == [
        r._replace(source="") for r in read_return(plain).rows
    ]


def test_every_fault_of_every_file_at_once_with_column_and_rows(tmp_path):
    rows = sdq(2024, ASH, 290, "18O", 89, "16.0")
    rows += sdq(2024, council("", "902", "E06000902"), 100, 80, 40, "14.0")
    rows += [(2024, ("School", *BIRCH[1:]), SDQ, SCORED, 10, 10)]
    bad = tidy(tmp_path, rows, name="bad.csv")
    unknown = write(tmp_path / "other.csv", ("council", "children"), [("Ash", 3)])
    with pytest.raises(ReturnError) as error:
        read_return(bad, unknown, tmp_path / "none.csv")
    found = {(row.file, row.code, row.column, row.rows) for row in error.value.problems}
    assert found == {
        ("bad.csv", "not_a_figure", "number", "row 3"),
        ("bad.csv", "no_area", "la_name", "rows 6, 7, 8, 9"),
        ("bad.csv", "unknown_level", "geographic_level", "row 10"),
        ("other.csv", "unknown_layout", "", ""),
        ("none.csv", "file_not_found", "", ""),
    }


def test_a_row_that_does_not_fit_its_headings_is_refused(tmp_path):
    """A name with an unquoted comma, such as Bristol, City of, moves every number one column on."""
    path = tidy(tmp_path, sdq(2024, ASH, 290, 182, 89, "16.0"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Ash", "Ash, City of", 1), encoding="utf-8")
    with pytest.raises(ReturnError, match=r"ragged_rows \(figures.csv, row 2\)"):
        read_return(path)


def test_two_columns_of_numbers_are_not_guessed_between(tmp_path):
    rows = [(*row, 7) for row in sdq(2024, ASH, 290, 182, 89, "16.0")]
    columns = ("cla_group", "characteristic", "number", "percentage", "children_count")
    with pytest.raises(ReturnError, match="two_columns"):
        read_return(tidy(tmp_path, rows, columns=columns))


def test_no_file_is_refused():
    with pytest.raises(ArgumentError, match="sources is empty"):
        read_return()


@pytest.mark.parametrize(
    ("cells", "shares"),
    [((290, 182, 190, "16.0"), ("100", "63", "49")), ((290, 182, 89.5, "16.0"), ("100", "63", "49")),
     ((290, 182, 89, "16.0"), ("100", "63", "490")), ((290, 182, -1, "16.0"), ("100", "63", "0"))],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused(tmp_path, cells, shares):
    with pytest.raises(ReturnError, match=r"impossible_figure \(figures.csv, row 4\)"):
        read_return(tidy(tmp_path, sdq(2024, ASH, *cells, shares)))


def test_a_figure_that_stands_twice_is_refused(tmp_path):
    rows = sdq(2024, ASH, 290, 182, 89, "16.0")
    with pytest.raises(ReturnError, match=r"repeated_figure \(figures.csv, rows 6, 7, 8, 9\)"):
        read_return(tidy(tmp_path, rows + rows))


def test_two_releases_may_say_the_same_and_may_not_differ(tmp_path):
    rows = sdq(2024, ASH, 290, 182, 89, "16.0")
    older, newer = tidy(tmp_path, rows, name="2024.csv"), tidy(tmp_path, rows, name="2025.csv")
    assert len([r for r in read_return(older, newer) if r.measure]) == 3
    revised = tidy(tmp_path, sdq(2024, ASH, 290, 182, 90, "16.0"), name="2025.csv")
    with pytest.raises(ReturnError, match=r"otherwise in 2024\.csv"):
        read_return(older, revised)
    with pytest.raises(ReturnError, match=r"otherwise in 2024\.csv"):
        read_return(older) + read_return(revised)


def test_a_file_that_does_not_say_its_year_needs_one(tmp_path):
    path = write(tmp_path / "old.csv", WIDE, [("E08000019", "LA", "373", "Sheffield", 270, 228, 105)])
    with pytest.raises(ReturnError, match="say time="):
        read_return(path)


def test_the_ons_means_below_a_heading_of_five_lines(tmp_path):
    """As the subnational explorer writes: City of London and Isles of Scilly have na."""
    lines = [
        ("Indicator:", "Average anxiety rating", "", "", ""),
        ("Date:", "04/2020-03/2021", "", "", ""),
        ("Coverage:", "UK", "", "", ""),
        ("Geography:", "Local Authority Districts", "", "", ""),
        ("", "", "", "", ""),
        ("Area Code", "Area", "Mean anxiety yesterday scored 0 (not at all) - 10 (completely)", "Notes", ""),
        ("E06000001", "Hartlepool", "3.39", "", ""),
        ("E06000053", "Isles of Scilly", "na", "", ""),
    ]
    figures = read_return(write(tmp_path / "anxiety.csv", lines[0], lines[1:]))
    first, second = figures.rows
    assert (first.measure, first.category, first.time, first.value) == (
        "anxious_yesterday",
        "mean",
        "2020/21",
        3.39,
    )
    assert (second.value, second.value_status) == (None, "not available")


def test_limits_of_what_is_suppressed_are_left_out(tmp_path):
    headings = ("measure", "area_code", "area", "estimate", "value", "lower", "upper", "sample_size")
    lines = [("Worthwhile", "E06000901", "Ash", "low", "x", "1.0", "4.0", "480")]
    (row,) = read_return(write(tmp_path / "long.csv", headings, lines), time="2014/15").rows
    assert (row.value, row.value_status, row.lower, row.upper) == (None, "withheld", None, None)
    assert (row.base, row.measure, row.unit) == (480, "worthwhile", "share")


def test_bands_by_year_in_a_workbook_hide_band_by_band(tmp_path):
    """As the GLA's workbook: years above, bands below, x for a band that was suppressed, and blanks."""
    path = tmp_path / "boroughs.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Metadata").write_row(0, 0, ["Name", "Personal well-being"])
        sheet = book.add_worksheet("Life Satisfaction")
        sheet.write_row(0, 0, ["", "", "2017/18", "", "", "2018/19"])
        sheet.write_row(
            1, 0, ["Code", "Area", "Low\n0-4", "Very High\n9-10 ", "", "Low\n0-4", "Very High\n9-10 "]
        )
        sheet.write_row(3, 0, ["E09000003", "Barnet", "x", 26.07, "", 5.5])
    figures = read_return(path)
    low, very_high = (
        row_of(figures, "life_satisfaction", "Barnet", category=c, time="2017/18")
        for c in ("low", "very high")
    )
    assert (low.value, low.value_status, low.label) == (None, "withheld", "0-4")
    assert (very_high.value, very_high.label) == (pytest.approx(0.2607), "9-10")
    assert row_of(figures, "life_satisfaction", "Barnet", category="low", time="2018/19").value == 0.055
    assert (
        row_of(figures, "life_satisfaction", "Barnet", category="very high", time="2018/19").value_status
        == "blank"
    )


def test_a_survey_file_is_no_published_file(tmp_path):
    path = tmp_path / "survey.sav"
    path.write_bytes(b"$FL2" + b"\0" * 600)
    with pytest.raises(ReturnError, match="wrong_file_type"):
        read_return(path)


ROWS = [
    row
    for year in (2022, 2023)
    for i, place in enumerate((ENGLAND, NORTH, ASH, BIRCH))
    for row in sdq(
        year, place, 400, 310, "c" if i == 3 else 120, "14.1", ("100", "78", "c" if i == 3 else "39")
    )
]


@settings(deadline=None, max_examples=25)
@given(st.permutations(ROWS))
def test_the_order_of_rows_does_not_matter(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    assert read_return(tidy(folder, rows)).rows == read_return(tidy(folder, ROWS)).rows


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(len(GEOGRAPHY) + 4)))
def test_the_order_of_columns_does_not_matter(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("columns")
    path = tidy(folder, ROWS)
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    expected = read_return(path).rows
    write(path, [lines[0][i] for i in order], [[line[i] for i in order] for line in lines[1:]])
    assert read_return(path).rows == expected


def test_the_average_is_of_those_scored(tmp_path):
    figures = read_return(tidy(tmp_path, sdq(2024, ASH, 290, 182, 89, "16.0")))
    assert [row.base for row in figures.rows if row.label == AVERAGE] == [182]
