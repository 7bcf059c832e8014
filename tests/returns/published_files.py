"""Small published files, written by hand in the layouts of the DfE and the ONS."""

import csv
import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("BRIGHTSPOTS_DATA", "/nowhere"))
DFE, ONS = DATA / "dfe_cla", DATA / "ons_wellbeing"
needs_data = pytest.mark.skipif(not DFE.exists(), reason="BRIGHTSPOTS_DATA names no folder with the files")

GEOGRAPHY = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code",
    "region_name", "old_la_code", "la_name", "new_la_code",
)  # fmt: skip
ENGLAND = ("National", "E92000001", "England", "", "", "", "", "")
NORTH = ("Regional", "E92000001", "England", "E12000099", "North", "", "", "")


def council(name, old_code, code):
    """Return the geography of a council in the region North."""
    return ("Local authority", "E92000001", "England", "E12000099", "North", old_code, name, code)


ASH = council("Ash", "901", "E06000901")
BIRCH = council("Birch", "902", "E06000902")
SDQ = "Ages 5 to 16 years with SDQ score"
CHILDREN = "Total ages 5 to 16 years"
SCORED, CONCERN, AVERAGE = "SDQ score was received", "SDQ score is a cause for concern", "SDQ average score"


def write(path, headings, rows, *, encoding="utf-8"):
    """Write a CSV and return its path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def tidy(
    folder, rows, *, name="figures.csv", columns=("cla_group", "characteristic", "number", "percentage")
):
    """Write a tidy file of rows (year, geography, …) and return its path."""
    lines = [(year, "Reporting year", *place, *cells) for year, place, *cells in rows]
    return write(folder / name, (*GEOGRAPHY, *columns), lines)


def sdq(year, place, eligible, scored, concern, average, shares=("100", "80", "40")):
    """Return the rows of one area's SDQ figures."""
    return [
        (year, place, SDQ, CHILDREN, eligible, shares[0]),
        (year, place, SDQ, SCORED, scored, shares[1]),
        (year, place, SDQ, CONCERN, concern, shares[2]),
        (year, place, SDQ, AVERAGE, average, "z"),
    ]
