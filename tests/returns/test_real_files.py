"""The DfE's and the ONS's own files: every count, percentage, rate and symbol held to what they print.

Expected values were read from the files by eye, counted over the CSV alone, or stand in the domain notes. The
files are read where the environment variable BRIGHTSPOTS_DATA says that they are.
"""

import csv
from collections import Counter
from fractions import Fraction
from math import ceil, floor

import pytest
from published_files import DFE, ONS, needs_data

import brightspots as bs
from brightspots.councils import all_councils, find_councils
from brightspots.returns.catalogue import MEASURES
from brightspots.statistics import rate_interval

pytestmark = needs_data

SDQ_FILE = "la_conviction_health_outcome_cla.csv"
SHARES_OF_COUNCILS = {
    SDQ_FILE: 2919 + 4365,
    "la_care_leavers_activity.csv": 10584,
    "la_care_leavers_accommodation_suitability.csv": 3104,
    "la_care_leavers_intouch.csv": 3478,
    "la_cla_placement_stability.csv": 2235,
    "la_cla_school_moves.csv": 2349,
    "la_cla_swcount.csv": 151,
}
"""How many percentages of councils stand beside a count and a base above 0, by a count over the CSV alone."""

files = {}


def read(name, **options):
    """Read a file once."""
    if name not in files:
        files[name] = bs.read_return(
            (ONS if name.startswith(("ons", "geo", "london")) else DFE) / name, **options
        )
    return files[name]


def half_up(count, base):
    """Round a percentage half up, in whole numbers alone."""
    return floor(Fraction(100 * count, base) + Fraction(1, 2))


def could_round_to(count, base, percent):
    """Whether some count and base that round to these give this percentage, each up to 5 away."""
    least = Fraction(100 * max(count - 5, 0), base + 5) + Fraction(1, 2)
    most = Fraction(100 * (count + 5), base - 5) + Fraction(1, 2)
    return floor(least) <= percent <= ceil(most) - 1 or floor(most) == percent


@pytest.mark.parametrize("name", SHARES_OF_COUNCILS)
def test_every_percentage_of_a_council_is_its_counts_rounded_half_up(name):
    checked = [
        half_up(row.number, row.base) == round(100 * row.value)
        for row in read(name).rows
        if row.level == "council" and row.unit == "share" and row.measure
        if row.number is not None and row.base and row.value is not None
    ]
    assert (len(checked), checked.count(False)) == (SHARES_OF_COUNCILS[name], 0)


def test_percentages_of_england_and_regions_come_from_counts_before_rounding():
    """23 of the 240 of the SDQ do not follow from the rounded counts; all are within what rounding allows."""
    rows = [
        row
        for row in read(SDQ_FILE).rows
        if row.level != "council" and row.measure.startswith("sdq_") and row.unit == "share"
    ]
    differ = [row for row in rows if half_up(row.number, row.base) != round(100 * row.value)]
    assert (len(rows), len(differ)) == (240, 23)
    assert Counter(row.level for row in differ) == {"region": 22, "country": 1}
    assert all(could_round_to(row.number, row.base, round(100 * row.value)) for row in rows)


def test_every_rate_of_a_council_is_its_counts_rounded_half_up_and_lies_in_byars_interval():
    checked = Counter()
    for row in read("cla_number_and_rate_per_10k_children.csv").rows:
        if row.number is None or row.value is None:
            continue
        rate = floor(Fraction(10_000 * row.number, row.base) + Fraction(1, 2))
        checked[row.level, rate == row.value] += 1
        lower, upper = rate_interval(row.number, row.base)
        assert lower - 0.5 <= row.value <= upper + 0.5
    assert checked == {
        ("council", True): 2274,
        ("region", True): 161,
        ("region", False): 4,
        ("country", True): 15,
    }


ENGLAND = {
    # domain notes, section 4.5, which quote the release of 2025; where it revised this one, read by hand
    "2021": (43690, 34940, 0.80, 17730, 4360, 12850, 0.37, 13.7),
    "2022": (43260, 33230, 0.77, 16780, 4140, 12310, 0.37, 13.8),
    "2023": (43540, 32620, 0.75, 15440, 4160, 13020, 0.40, 14.4),  # revised to 15430 and 13030
    "2024": (43540, 33490, 0.77, 15460, 4280, 13750, 0.41, 14.7),  # revised to 43510, 33480 and 13740
}
COUNCILS = {
    # domain notes, section 4.5, for Sheffield 2021 and Shropshire 2021 and 2024; the others read by hand
    ("Sheffield", "2020"): (323, 253, 0.78, 112, 29, 112, 0.44, 15.6),
    ("Sheffield", "2021"): (306, 221, 0.72, 94, 27, 100, 0.45, 15.6),
    ("Sheffield", "2022"): (332, 198, 0.60, 79, 30, 89, 0.45, 15.8),
    ("Sheffield", "2023"): (316, 180, 0.57, 65, 22, 93, 0.52, 16.3),
    ("Sheffield", "2024"): (290, 182, 0.63, 71, 22, 89, 0.49, 16.0),
    ("Shropshire", "2020"): (219, 129, 0.59, 63, 18, 48, 0.37, 13.7),
    ("Shropshire", "2021"): (232, 142, 0.61, 80, 25, 37, 0.26, 12.5),
    ("Shropshire", "2022"): (284, 171, 0.60, 103, 21, 47, 0.27, 12.8),
    ("Shropshire", "2023"): (327, 187, 0.57, 98, 21, 68, 0.36, 13.2),
    ("Shropshire", "2024"): (384, 200, 0.52, 105, 10, 85, 0.43, 14.2),
}


def test_the_sdq_of_england_sheffield_and_shropshire():
    held = {(row.area, row.time, row.measure): row for row in read(SDQ_FILE).rows if row.measure}
    for (area, time), figures in {**{("England", t): f for t, f in ENGLAND.items()}, **COUNCILS}.items():
        received, normal, borderline, concern, average = (
            held[area, time, f"sdq_{name}"]
            for name in ("received", "normal", "borderline", "concern", "average")
        )
        assert figures == (
            received.base, received.number, received.value, normal.number, borderline.number, concern.number,
            concern.value, average.value,
        )  # fmt: skip
        assert concern.base == average.base == received.number


def test_what_is_withheld_stays_so_and_is_never_a_number():
    rows = [row for row in read(SDQ_FILE).rows if row.measure.startswith("sdq_")]
    hidden = [row for row in rows if "withheld" in (row.number_status, row.value_status)]
    with (DFE / SDQ_FILE).open(encoding="utf-8-sig", newline="") as file:
        cells = [
            r
            for r in csv.DictReader(file)
            if r["characteristic"].startswith("SDQ") and "c" in (r["number"], r["percentage"])
        ]
    assert len(hidden) == len(cells) == 89
    assert all(row.number is None for row in hidden if row.number_status == "withheld")
    assert all(row.value is None for row in hidden if row.value_status == "withheld")


def test_the_oddities_of_the_city_of_london():
    """2022 and 2024: nobody scored, of an eligible number that is hidden, and an average printed as 0."""
    city = {(r.time, r.measure): r for r in read(SDQ_FILE).rows if r.area == "City of London"}
    for time in ("2022", "2024"):
        assert (city[time, "sdq_average"].value, city[time, "sdq_average"].value_status) == (None, "nobody")
        assert (city[time, "sdq_received"].number, city[time, "sdq_received"].base_status) == (0, "withheld")
        assert city[time, "sdq_concern"].number_status == "withheld"
        assert (city[time, "sdq_normal"].value, city[time, "sdq_normal"].value_status) == (None, "nobody")
    assert city["2023", "sdq_average"].value_status == "withheld"


def test_counts_from_one_to_five_are_never_shown_in_the_sdq():
    """Domain notes, section 9: 6 is the smallest that is shown, and 0 is."""
    shown = {r.number for r in read(SDQ_FILE).rows if r.measure.startswith("sdq_") and r.number is not None}
    assert shown & set(range(7)) == {0, 6}


def test_the_wide_file_of_2015_is_read_alike():
    figures = read("SFR34_OC22015.csv", time="2015")
    held = {(row.area, row.measure): row for row in figures.rows if row.measure}
    bands = [held["Sheffield", f"sdq_{band}"] for band in ("normal", "borderline", "concern")]
    assert [(row.number, row.base) for row in bands] == [(105, 228), (18, 228), (105, 228)]
    shropshire = held["Shropshire", "sdq_concern"]
    assert (shropshire.number, shropshire.base, shropshire.old_code) == (45, 101, "893")
    england = held["ENGLAND", "sdq_concern"]
    assert (england.number, england.base, england.rounding) == (9660, 25960, 10)
    rows = [row for row in figures.rows if row.measure and row.level == "council"]
    sums = [
        (
            sum(held[area, f"sdq_{band}"].number for band in ("normal", "borderline", "concern")),
            held[area, "sdq_received"].number,
        )
        for area in {row.area for row in rows}
        if all(
            held[area, f"sdq_{band}"].number is not None
            for band in ("received", "normal", "borderline", "concern")
        )
    ]
    assert len(sums) > 130
    assert all(total == received for total, received in sums)
    assert not {row.number for row in rows} & {1, 2, 3, 4, 5}


def test_councils_are_joined_by_their_three_digit_code_from_2015_to_2024():
    """Codes of the ONS that changed under one three-digit code, and councils that ended or began.

    Northamptonshire (928) was divided in 2021 and still stands in the outcomes of that year.
    """
    both = read("SFR34_OC22015.csv", time="2015") + read(SDQ_FILE)
    councils = {row.old_code: row for row in both.councils}
    changed = {code: row.codes for code, row in councils.items() if len(row.codes) > 1}
    assert changed == {
        "390": ("E08000020", "E08000037"),
        "815": ("E10000023", "E06000065"),
        "825": ("E10000002", "E06000060"),
        "929": ("E06000048", "E06000057"),
        "933": ("E10000027", "E06000066"),
    }
    assert [councils[code].last for code in ("835", "836", "837", "909", "928")] == [
        "2015", "2015", "2015", "2023", "2021",
    ]  # fmt: skip
    assert [councils[code].first for code in ("838", "839", "940", "941", "942", "943")] == [
        "2020", "2020", "2022", "2022", "2024", "2024",
    ]  # fmt: skip


def test_every_measure_of_the_catalogue_is_in_a_file():
    held = {
        row.measure
        for name in [*SHARES_OF_COUNCILS, "cla_number_and_rate_per_10k_children.csv"]
        for row in read(name).rows
    }
    assert set(MEASURES) - held == {"three_social_workers_two_years"}  # published from 2025


def test_the_ons_workbook_gives_the_8820_figures_that_stand_in_its_long_copy():
    """The long copy was made independently of this reader; it holds every value, limit and x."""
    figures = read("geographicbreakdownreferencetable_201415.xls")
    ours = {(row.code or "*", row.measure, row.category): row for row in figures.rows}
    scales = {
        "Life Satisfaction": "life_satisfaction",
        "Worthwhile": "worthwhile",
        "Happiness": "happy_yesterday",
        "Anxiety": "anxious_yesterday",
    }
    with (ONS / "ons_personal_wellbeing_la_2014_15_long.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(ours) == 8820
    for line in lines:
        row = ours[line["area_code"], scales[line["measure"]], line["estimate"]]
        per = 1 if line["estimate"] == "mean" else 100
        if line["value"] in {"x", "#"}:
            assert (row.value, row.lower, row.upper) == (None, None, None)
            assert row.value_status == {"x": "withheld", "#": "not available"}[line["value"]]
        else:
            assert [row.value, row.lower, row.upper] == [
                float(line[name]) / per for name in ("value", "lower", "upper")
            ]
        assert row.base == (None if line["sample_size"] == "#" else int(line["sample_size"]))
    assert {row.time for row in figures} == {"2014/15"}


def test_the_long_copy_reads_alike():
    long = read("ons_personal_wellbeing_la_2014_15_long.csv", time="2014/15")
    workbook = read("geographicbreakdownreferencetable_201415.xls")
    ours, theirs = ([(r.key, r.figures, r.lower, r.upper) for r in each.rows] for each in (long, workbook))
    assert ours == theirs


def test_in_the_ons_workbook_all_bands_of_an_area_are_suppressed_together():
    bands = Counter()
    for row in read("geographicbreakdownreferencetable_201415.xls").rows:
        if row.unit == "share":
            bands[row.code, row.area, row.measure] += row.value_status == "withheld"
    assert set(bands.values()) == {0, 4}


def test_in_the_london_workbook_bands_are_suppressed_one_by_one():
    """City of London: all; Barnet 2018/19: the low band alone."""
    held = {
        (row.area, row.measure, row.category, row.time): row
        for row in read("london_borough_wellbeing_2011_2019.xlsx").rows
    }
    assert held["City of London", "life_satisfaction", "high", "2014/15"].value_status == "withheld"
    assert held["Barnet", "life_satisfaction", "low", "2011/12"].value_status == "withheld"
    assert held["Barnet", "life_satisfaction", "very high", "2011/12"].value == pytest.approx(0.2607)
    assert held["England", "life_satisfaction", "mean", "2018/19"].value == 7.71
    assert held["England", "life_satisfaction", "low", "2011/12"].value == pytest.approx(0.0653)
    assert {row.time for row in held.values()} == {f"20{y}/{y + 1}" for y in range(11, 19)}


@pytest.mark.parametrize(
    ("name", "measure", "value"),
    [("anxiety", "anxious_yesterday", 3.39), ("happiness", "happy_yesterday", 7.21),
     ("life_satisfaction", "life_satisfaction", 7.33), ("worthwhile", "worthwhile", 7.68)],
)  # fmt: skip
def test_the_ons_means_of_2020_21(name, measure, value):
    figures = read(f"ons_subnational_2020_21_{name}.csv")
    (hartlepool,) = (row for row in figures.rows if row.area == "Hartlepool")
    assert (hartlepool.measure, hartlepool.value, hartlepool.time) == (measure, value, "2020/21")
    assert len(figures) == 382


def test_the_files_and_the_register_of_councils_agree():
    for row in (read("SFR34_OC22015.csv", time="2015") + read(SDQ_FILE)).councils:
        assert set(row.codes) <= set(all_councils()[row.old_code].ons_codes)
        assert row.old_code in {council.code for name in row.names for council in find_councils(name)}
