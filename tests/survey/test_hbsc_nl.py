"""A real survey of another kind and language, read through TOML alone: the Dutch school survey.

The counts are those that its README and the description of the file give. No row of it is here; the file is
read where the environment variable BRIGHTSPOTS_DATA says that the data are.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from brightspots.questionnaire.loading import load_questionnaire
from brightspots.survey.reading import read_survey
from brightspots.survey.survey import Survey
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import Tally

FOLDER = Path(__file__).parents[2] / "fixtures" / "hbsc-nl"
FILE = (
    Path(os.environ.get("BRIGHTSPOTS_DATA", "/nowhere"))
    / "micro_nl_hbsc"
    / "PeilHBSC20032019_MPALC_complete.sav"
)

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="BRIGHTSPOTS_DATA names no folder with the file")


def read(source: object) -> Survey:
    return read_survey(
        source, load_questionnaire(FOLDER / "questionnaire.toml"), mapping=FOLDER / "mapping.toml", area="NL"
    )


@pytest.fixture(scope="module")
def survey() -> Survey:
    return read(FILE)


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return pyreadstat.read_sav(FILE)[0]


def counts(
    counted: Tally, measure: str, category: str, *, by: tuple[str, ...] = ()
) -> dict[str, tuple[int, int]]:
    """Return count and base, by the level of a trait."""
    table, one = counted.table(by), counted.measures[measure]
    band = one.asked[0]
    count = counted.answers(table, measure, one.counted(category, band)).tolist()
    n = counted.answers(table, measure, one.valid).tolist()
    return {key[-1]: (k, m) for key, k, m in zip(table.keys, count, n, strict=True)}


def test_all_answers_and_no_problem_but_eligible_numbers_and_equal_rows(survey: Survey) -> None:
    assert len(survey) == 4269
    assert {row.code for row in survey.problems} == {"no_eligible", "identical_rows"}


@pytest.mark.parametrize(("band", "n"), [("low", 180), ("medium", 512), ("high", 2384), ("very high", 1193)])
def test_bands_of_the_life_grade(survey: Survey, band: str, n: int) -> None:
    assert counts(tally(survey), "life_grade", band) == {"10-18": (n, 4269)}


def test_low_grades_by_family(survey: Survey) -> None:
    by_family = counts(tally(survey, by=["family"]), "life_grade", "low", by=("family",))
    assert by_family == {"not complete": (78, 996), "complete": (102, 3273)}


def test_other_counts_of_the_file(survey: Survey) -> None:
    counted = tally(survey, by=[["gender"], ["survey_year"]])
    assert counts(counted, "drank_last_month", "counted")["10-18"] == (1438, 4269)
    assert counts(counted, "truancy", "counted")["10-18"] == (4269 - 3729, 4269)
    assert counts(counted, "life_grade", "low", by=("gender",))["girl"][1] == 2176
    years = counts(counted, "life_grade", "low", by=("survey_year",))
    assert set(years) == {"2005", "2009", "2013", "2017"}


def test_a_label_that_starts_with_a_blank(survey: Survey, raw: pd.DataFrame) -> None:
    assert (
        (survey.answers["ethnicity"] == "western").sum()
        == (raw["etngroep3"].str.strip() == "Westers").sum()
        > 0
    )
    assert (survey.answers["ethnicity"] == "not known").sum() == 0


def with_gaps(raw: pd.DataFrame) -> pd.DataFrame:
    """Make another slice: gaps, empty strings, other years, no school year, and every third pupil."""
    frame = raw.iloc[::3].reset_index(drop=True).drop(columns="leerjaar")
    frame.loc[frame.index % 10 == 0, "cijferleven"] = np.nan
    frame.loc[frame.index % 12 == 1, "mpalc"] = np.nan
    frame.loc[frame.index % 15 == 2, "spijbel"] = ""
    frame.loc[frame.index % 20 == 3, "vollgezin"] = np.nan
    frame.loc[frame.index % 25 == 4, ["sekse", "schnivo", "vaderbaan"]] = ""
    frame["meting"] = frame["meting"].map({2005: 2003, 2009: 2007, 2013: 2011, 2017: 2019}).astype(float)
    return frame


@pytest.mark.parametrize("ending", ["sav", "csv", "frame"])
def test_another_slice_with_gaps(raw: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    frame = with_gaps(raw)
    source: object = frame
    if ending == "sav":
        source = tmp_path / "slice.sav"
        pyreadstat.write_sav(frame, source)
    elif ending == "csv":
        source = tmp_path / "slice.csv"
        frame.to_csv(source, index=False)
    survey = read(source)
    answers = survey.answers
    assert len(survey) == len(frame) == 1423
    assert {(row.severity, row.code, row.column) for row in survey.problems if row.severity != "note"} == {
        ("warning", "mapped_column_absent", "leerjaar")
    }
    grades = frame["cijferleven"]
    assert (answers["life_grade"] == "not_answered").sum() == grades.isna().sum() == 143
    for score in range(11):
        assert (answers["life_grade"] == str(score)).sum() == (grades == score).sum()
    assert (answers["drank_last_month"] == "not_answered").sum() == frame["mpalc"].isna().sum()
    assert (answers["drank_last_month"] == "yes").sum() == (frame["mpalc"] == 1).sum()
    assert (answers["truancy"] == "not_answered").sum() == (frame["spijbel"] == "").sum()
    assert (answers["family"] == "not known").sum() == frame["vollgezin"].isna().sum()
    assert (answers["gender"] == "not known").sum() == (frame["sekse"] == "").sum()
    assert (answers["gender"] == "girl").sum() == (frame["sekse"] == "Meisje").sum()
    assert (answers["father_works"] == "no contact").sum() == (
        frame["vaderbaan"] == "Weet niet/geen contact"
    ).sum()
    assert (answers["school_year"] == "not known").all()
    assert sorted(answers["survey_year"].unique()) == ["2003", "2007", "2011", "2019"]


def test_base_and_count_leave_the_gaps_out(raw: pd.DataFrame) -> None:
    frame = with_gaps(raw)
    counted = tally(read(frame), by=["family"])
    by_family = counts(counted, "life_grade", "low", by=("family",))
    for level, code in (("complete", 1), ("not complete", 0)):
        grades = frame.loc[frame["vollgezin"] == code, "cijferleven"].dropna()
        assert by_family[level] == ((grades <= 4).sum(), len(grades))
    unknown = frame.loc[frame["vollgezin"].isna(), "cijferleven"].dropna()
    assert by_family["not known"] == ((unknown <= 4).sum(), len(unknown))
