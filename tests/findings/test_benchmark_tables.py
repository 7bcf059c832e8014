"""Tables beside a benchmarks file: every fault with its place, withheld figures, areas by name and code."""

from __future__ import annotations

import pytest

from brightspots.errors import ArgumentError, BenchmarkError
from brightspots.findings.benchmarks import load_benchmarks

HEAD = """
[[table]]
file = "figures.csv"
measure = "lonely"
age_band = "16-25"
comparator = "general population"
source = "a source"
"""


@pytest.fixture
def write(tmp_path):
    def written(table, toml=HEAD):
        (tmp_path / "own.toml").write_text(toml, encoding="utf-8")
        (tmp_path / "figures.csv").write_text(table, encoding="utf-8")
        return tmp_path / "own.toml"

    return written


def faults(path, **options):
    with pytest.raises(BenchmarkError) as caught:
        load_benchmarks(path, **options)
    return list(caught.value.faults)


class TestReading:
    def test_columns_are_the_fields_and_the_table_gives_the_rest(self, write):
        path = write(
            "measure,category,percent,n,counted,ages,year,differs,comparator\n"
            "lonely,,10,,always or often; sometimes,16-24,2020,mode;base,\n"
            "happy_yesterday,very high,30.25,900,,,2020/21,,Leeds\n"
        )
        first, second = load_benchmarks(path).benchmarks
        assert first.counted == ("always or often", "sometimes")
        assert (first.ages, first.year, first.differs) == ((16, 24), "2020", ("mode", "base"))
        assert (first.comparator, first.category, first.source) == (
            "general population", "counted", "a source",
        )  # fmt: skip
        assert (second.comparator, second.category, second.n, second.ages) == (
            "Leeds",
            "very high",
            900,
            None,
        )
        assert (second.share, second.step) == pytest.approx((0.3025, 0.0001))

    def test_figures_of_the_file_itself_come_first(self, write):
        alone = (
            '[[benchmark]]\nmeasure = "x"\nage_band = "16-25"\ncomparator = "y"\nsource = "z"\npercent = 1\n'
        )
        path = write("percent\n10\n", alone + HEAD)
        assert [one.measure for one in load_benchmarks(path).benchmarks] == ["x", "lonely"]

    def test_every_fault_at_once_each_with_file_row_and_column(self, write):
        toml = 'colour = "red"\n[[benchmark]]\nmeasure = "x"\n' + HEAD + (
            'includes_own = "maybe"\nshade = 1\n'
            '[[table]]\nmeasure = "x"\n'
            '[[table]]\nfile = "none.csv"\n'
            '[[table]]\nfile = "../own.csv"\n'
            '[[table]]\nfile = "/figures.csv"\n'
        )  # fmt: skip
        table = "measure,percent,n,colour,override\nlonely,101,10,,\nhappy,many,0,red,\n,5%,7,,\n,,5,,\n"
        assert faults(write(table, toml)) == [
            "benchmark 1 (x) age_band: missing, and needed",
            "benchmark 1 (x) comparator: missing, and needed",
            "benchmark 1 (x) source: missing, and needed",
            "benchmark 1 (x): give either percent, or count and n",
            "colour: unknown key",
            "figures.csv column 'colour': unknown column",
            "figures.csv column 'override': unknown column",
            "table 2 file: missing, and needed",
            "table 3 (none.csv): there is no such file; check the path",
            "table 4 (../own.csv): a table lies in the folder of its TOML file, or in one within",
            "table 5 (/figures.csv): a table lies in the folder of its TOML file, or in one within",
            "figures.csv row 2 percent: should be less than or equal to 100 (it holds 101)",
            "table 1 (figures.csv) includes_own: should be 'yes', 'no' or 'unknown' (it holds 'maybe')",
            "table 1 (figures.csv) shade: unknown key",
            "figures.csv row 3 percent: should be a valid number (it holds 'many')",
            "figures.csv row 3 n: should be greater than or equal to 1 (it holds 0)",
            "figures.csv row 4 percent: should be a valid number (it holds '5%')",
            "figures.csv row 5: give either percent, or count and n",
        ]

    @pytest.mark.parametrize("text", ["table = 3", "table = [1]", "[table]\nfile = 'figures.csv'"])
    def test_a_malformed_table_is_a_plain_fault(self, write, text):
        assert faults(write("percent\n10\n", text))[0].startswith("table: should be a list of tables")

    def test_a_table_that_cannot_be_read_says_why(self, write):
        assert "cells in each row" in faults(write("percent,n\n10,2,3\n"))[0]

    def test_one_comparison_cannot_have_two_figures(self, write):
        told = "benchmark lonely / counted / 16-25 / general population: stands 2 times"
        assert faults(write("percent\n10\n11\n"))[0].startswith(told)

    def test_what_is_withheld_cannot_be_written_by_hand(self, write):
        assert faults(write("percent\n10\n", "withheld = ['x']\n" + HEAD)) == ["withheld: unknown key"]


class TestWithheld:
    @pytest.mark.parametrize(
        "code", ["c", "x", "z", "k", "#", "u", "low", "..", ":", "~", "*", "[c]", "[low]", "X", " c "]
    )
    def test_a_code_is_no_figure_and_never_nothing(self, write, code):
        path = write(f"age_band,percent,n\n16-25,{code},50\n17-21,10,50\n")
        benchmarks = load_benchmarks(path)
        assert [one.share for one in benchmarks.benchmarks] == [0.1]
        assert benchmarks.withheld == ("lonely / counted / 16-25 / general population",)
        assert (
            repr(benchmarks) == "<Benchmarks: 1 figures (general population), 1 withheld by their publisher>"
        )

    def test_a_count_that_is_withheld_is_no_figure(self, write):
        benchmarks = load_benchmarks(write("count,n\nc,50\n", HEAD))
        assert (len(benchmarks), len(benchmarks.withheld)) == (0, 1)

    def test_an_n_or_limit_that_is_withheld_leaves_the_figure(self, write):
        (one,) = load_benchmarks(write("percent,n,lower,upper\n10,c,8,x\n")).benchmarks
        assert (one.percent, one.n, one.lower, one.upper) == (10, None, None, None)

    def test_nothing_is_a_figure(self, write):
        (one,) = load_benchmarks(write("percent,n\n0,50\n")).benchmarks
        assert one.share == 0

    def test_a_blank_is_a_fault(self, write):
        assert faults(write("percent,n\n,50\n"))[0].endswith("give either percent, or count and n")

    def test_adding_keeps_what_was_withheld(self, write):
        one = load_benchmarks(write("age_band,percent\na,c\nb,5\n"))
        other = load_benchmarks(write("age_band,percent\nc,x\nd,6\n"))
        assert len((one + other).withheld) == 2


class TestAreas:
    TABLE = (
        "area_code,area,percent\nK02000001,UNITED KINGDOM,10\nE08000019,Sheffield,12\n"
        "E10000002,Buckinghamshire,8\nE10000018,Leicestershire,c\n"
    )

    @pytest.mark.parametrize(
        ("area", "percent"),
        [
            ("United Kingdom", 10),
            ("K02000001", 10),
            ("Sheffield", 12),
            ("City of Sheffield", 12),
            ("373", 12),
            ("E08000039", 12),
            ("E06000060", 8),
        ],
    )
    def test_one_area_keeps_the_comparator_and_names_itself_in_the_source(self, write, area, percent):
        (one,) = load_benchmarks(write(self.TABLE), areas=[area]).benchmarks
        assert (one.percent, one.comparator) == (percent, "general population")
        assert one.source.startswith("a source; ")

    def test_several_areas_are_named_apart(self, write):
        two = load_benchmarks(write(self.TABLE), areas=("Sheffield", "United Kingdom", "373")).benchmarks
        assert [(one.percent, one.comparator) for one in two] == [
            (10, "general population in UNITED KINGDOM"),
            (12, "general population in Sheffield"),
        ]

    def test_areas_have_to_be_named(self, write):
        told = ["areas: there are 4; name those to compare with, such as 'UNITED KINGDOM'"]
        assert faults(write(self.TABLE)) == told

    def test_what_is_not_there_is_refused_with_what_comes_near_all_at_once(self, write):
        assert faults(write(self.TABLE), areas=["Sheffeld", "Leicester", "Narnia", "Sheffield"]) == [
            "areas: 'Sheffeld' is not among the 4 areas; near it: 'Sheffield'",
            "areas: 'Leicester' is not among the 4 areas; near it: 'Leicestershire'",
            "areas: 'Narnia' is not among the 4 areas; none comes near",
        ]

    def test_a_name_of_two_areas_is_refused(self, write):
        path = write(
            "area_code,area,percent\nE12000005,West Midlands,10\nE11000005,West Midlands,12\n"
            "E08000019,Sheffield,9\nE08000039,Sheffield (new boundary),8\n"
        )
        assert faults(path, areas=["West Midlands", "373"]) == [
            "areas: 'West Midlands' means 2 of the 4 areas; give a code",
            "areas: '373' means 2 of the 4 areas; give a code",
        ]
        (one,) = load_benchmarks(path, areas=["E11000005"]).benchmarks
        assert one.percent == 12

    def test_an_area_all_withheld_is_refused(self, write):
        told = ["areas: every figure of 'Leicestershire' was withheld by its publisher"]
        assert faults(write(self.TABLE), areas=["Leicestershire"]) == told

    def test_a_single_area_need_not_be_named(self, write):
        (one,) = load_benchmarks(write("area,percent\nSheffield,12\n")).benchmarks
        assert one.source == "a source; Sheffield"

    def test_a_table_without_areas_has_none_to_name(self, write):
        assert faults(write("percent\n10\n"), areas=["Sheffield"]) == [
            "areas: there is no table of areas here; leave it out"
        ]

    def test_areas_is_a_list_and_of_a_named_set(self, write):
        with pytest.raises(ArgumentError, match=r"areas is 'Sheffield'; give a list"):
            load_benchmarks(write(self.TABLE), areas="Sheffield")
        with pytest.raises(ArgumentError, match="areas needs the name"):
            load_benchmarks(areas=["Sheffield"])
