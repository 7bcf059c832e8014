"""Ages of children in care beside England's: by hand, and as Shropshire's strategy has them."""

import pytest
from published_files import DFE, ENGLAND, needs_data, tidy, write

import brightspots as bs
from brightspots.errors import ArgumentError, ReturnError
from brightspots.findings.age_profiles import ages_of

AGES = {
    # England on 31 March 2021, from the DfE's file of children in care by characteristics
    "Under 1 year": (3930, 5),
    "1 to 4 years": (11630, 14),
    "5 to 9 years": (15000, 19),
    "10 to 15 years": (31340, 39),
    "16 years and over": (18880, 23),
    "Total children": (80780, 100),
}


def england(folder, ages=AGES, year=2021):
    rows = [(year, ENGLAND, "Age group", label, number, share) for label, (number, share) in ages.items()]
    return bs.read_return(tidy(folder, rows))


def test_published_groups_are_set_beside_what_is_printed(tmp_path):
    own = {"Under 1 year": 30, "1 to 4 years": 60, "5 to 9 years": 60, "10 to 15 years": 100, "16+": 50}
    found = bs.compare_age_profile(own, england(tmp_path), area="Ash")
    assert found.column("share") == [0.1, 0.2, 0.2, 1 / 3, 1 / 6]
    assert found.column("benchmark") == [0.05, 0.14, 0.19, 0.39, 0.23]
    assert found.column("difference")[0] == pytest.approx(0.05)
    assert set(found.column("reason")) == {"full_count"}
    assert (found.area, found.time, set(found.column("n"))) == ("Ash", "2021", {300})


def test_groups_together_come_from_their_counts(tmp_path):
    """By hand: 3,930 + 11,630 + 15,000 of 80,780 is 37.8%."""
    found = bs.compare_age_profile({"10-15": 100, "16 and over": 50, "0 to 9": 150}, england(tmp_path))
    row = next(iter(found))
    assert (row.age_group, row.share) == ("0 to 9", 0.5)
    assert row.benchmark == pytest.approx(0.378, abs=5e-4)


def test_the_form_is_read(tmp_path):
    form = write(
        tmp_path / "form.csv", ("Age group", "Children"), [("0 to 9", 150), ("10 and over", 150), ("", "")]
    )
    assert bs.compare_age_profile(form, england(tmp_path)).column("share") == [0.5, 0.5]


def test_everything_wrong_with_the_form_at_once(tmp_path):
    lines = [("Under 1 year", 30), ("1 to 3", 5), ("teenagers", 12), ("4 to 9", "many")]
    form = write(tmp_path / "form.csv", ("age_group", "children"), lines)
    with pytest.raises(ReturnError) as error:
        bs.compare_age_profile(form, england(tmp_path))
    assert {(row.code, row.rows) for row in error.value.problems} == {
        ("split_age_group", "rows 3, 5"),
        ("unknown_age_group", "row 4"),
        ("not_whole", "row 5"),
    }


@pytest.mark.parametrize(
    "own",
    [{"0 to 9": 1, "16 and over": 2}, {"0 to 9": 1, "5 to 9": 1, "10 and over": 2}, {"0 to 9": 3},
     {"5 to 9": 1, "10 and over": 2}],
)  # fmt: skip
def test_every_age_stands_once(tmp_path, own):
    with pytest.raises(ReturnError, match="not_everybody"):
        bs.compare_age_profile(own, england(tmp_path))


def test_a_form_without_its_columns_is_refused(tmp_path):
    form = write(tmp_path / "form.csv", ("ages", "children"), [("0 to 9", 3)])
    with pytest.raises(ReturnError, match="no columns age_group and children"):
        bs.compare_age_profile(form, england(tmp_path))


def test_a_hidden_group_gives_no_gap(tmp_path):
    figures = england(tmp_path, AGES | {"Under 1 year": ("c", "c")})
    rows = list(bs.compare_age_profile({"under 1": 5, "1 to 9": 10, "10 and over": 20}, figures))
    assert (rows[0].benchmark, rows[0].difference, rows[0].reason) == (None, None, "benchmark_withheld")
    assert rows[1].reason == "full_count"
    pooled = bs.compare_age_profile({"0 to 9": 15, "10 and over": 20}, figures)
    assert next(iter(pooled)).benchmark is None


def test_nobody_in_care_has_no_ages(tmp_path):
    found = bs.compare_age_profile({"0 to 9": 0, "10 and over": 0}, england(tmp_path))
    assert set(found.column("reason")) == {"no_base"}
    assert set(found.column("share")) == {None}


def test_the_latest_year_unless_another_is_named(tmp_path):
    both = england(tmp_path) + england(tmp_path, {k: (n + 100, s) for k, (n, s) in AGES.items()}, 2022)
    own = {"0 to 9": 150, "10 and over": 150}
    assert bs.compare_age_profile(own, both).time == "2022"
    assert bs.compare_age_profile(own, both, time="2021").time == "2021"
    with pytest.raises(ArgumentError, match="of 2021, 2022; time is '2019'"):
        bs.compare_age_profile(own, both, time="2019")


def test_figures_without_ages_are_refused(tmp_path):
    rows = [(2024, ENGLAND, "Gender", "Female", 3, 50)]
    with pytest.raises(ArgumentError, match="age groups of no year"):
        bs.compare_age_profile({"0 to 17": 3}, bs.read_return(tidy(tmp_path, rows)))


@pytest.mark.parametrize(
    ("text", "ages"),
    [("Under 1 year", (0, 0)), ("under 10", (0, 9)), ("5 – 9", (5, 9)), ("aged 10 to 15", (10, 15)),
     ("16 years and over", (16, 17)), ("16+", (16, 17)), ("Total children", None), ("", None)],
)  # fmt: skip
def test_how_ages_are_written(text, ages):
    assert ages_of(text) == ages


def test_the_markdown(tmp_path):
    own = {"0 to 9": 150, "10 to 15": 100, "16 and over": 50}
    assert bs.compare_age_profile(own, england(tmp_path), area="Ash").to_markdown().splitlines()[:4] == [
        "| Age | Ash | England, 31 March 2021 |",
        "| --- | --- | --- |",
        "| 0 to 9 | 50% (150 of 300) | 38% (+12 points) |",
        "| 10 to 15 | 33% (100 of 300) | 39% (−6 points) |",
    ]


@needs_data
def test_shropshires_strategy_has_38_percent_of_england_under_ten():
    """Section 6 of its strategy for 2021-24: 50% are 0 to 9, England's 38%."""
    figures = bs.read_return(DFE / "national_cla_on_31_march_by_characteristics.csv")
    found = bs.compare_age_profile({"0 to 9": 1, "10 and over": 1}, figures, time="2021")
    assert round(100 * next(iter(found)).benchmark) == 38
