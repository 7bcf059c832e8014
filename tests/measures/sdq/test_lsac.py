"""A real file of 25 self-reported items: undeclared missing codes are caught, and reversed items known.

Longitudinal Study of Australian Children, waves at 12/13 and 14/15, as published with the R package esem; no
row of it is here. It is read where the environment variable BRIGHTSPOTS_DATA says that the data are.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import brightspots as bs
from brightspots.errors import SurveyError

FOLDER = Path(os.environ.get("BRIGHTSPOTS_DATA", "/nowhere")) / "micro_lsac_sdq"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="BRIGHTSPOTS_DATA names no folder with the file")

MISSING = (-9, -3, -2)
SCALES = ["emotional", "conduct", "hyperactivity", "peer", "prosocial", "total"]


def columns(wave: int) -> list[str]:
    return [f"s{i}_{wave}" for i in range(1, 26)]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pyreadstat.read_sav(FOLDER / "lsac_sdq_waves_1_2.sav")[0]


@pytest.fixture(scope="module")
def cleaned() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "sdq_lsac_cran_esem.csv")


@pytest.mark.parametrize(("wave", "bad"), [(1, 2937), (2, 4790)])
def test_undeclared_missing_codes_are_caught_and_not_scored(
    answers: pd.DataFrame, wave: int, bad: int
) -> None:
    """Counted from the file with pandas alone: 2,800 of -9 and 137 of -3; 4,750 and 40."""
    with pytest.raises(SurveyError, match="negative numbers") as caught:
        bs.sdq.score(answers, informant="self", columns=columns(wave))
    problems = caught.value.problems
    assert set(problems.column("code")) == {"sdq_no_answer"}
    assert sorted(problems.column("column")) == sorted(columns(wave))
    assert sum(problems.column("count")) == bad == answers[columns(wave)].isin(MISSING).to_numpy().sum()
    lenient = bs.sdq.score(answers, informant="self", columns=columns(wave), strict=False)
    declared = bs.sdq.score(answers, informant="self", columns=columns(wave), missing=MISSING)
    pd.testing.assert_frame_equal(lenient, declared)


def test_scores_of_complete_answers_are_plain_sums(answers: pd.DataFrame) -> None:
    """With pandas alone: answers less one, the five strengths turned, five columns added up."""
    complete = answers[answers[columns(1)].isin([1, 2, 3]).all(axis=1)]
    assert len(complete) == 3834
    found = bs.sdq.score(complete, informant="self", columns=columns(1))
    plain = complete[columns(1)].set_axis(range(1, 26), axis=1) - 1
    plain[[7, 11, 14, 21, 25]] = 2 - plain[[7, 11, 14, 21, 25]]
    for scale, items in {
        "emotional": [3, 8, 13, 16, 24],
        "conduct": [5, 7, 12, 18, 22],
        "hyperactivity": [2, 10, 15, 21, 25],
        "peer": [6, 11, 14, 19, 23],
        "prosocial": [1, 4, 9, 17, 20],
    }.items():
        assert (found[scale] == plain[items].sum(axis=1)).all()
    assert (found["total"] == plain.drop(columns=[1, 4, 9, 17, 20]).sum(axis=1)).all()


def test_the_authors_file_has_five_items_reversed_and_that_is_noticed(cleaned: pd.DataFrame) -> None:
    with pytest.raises(SurveyError) as caught:
        bs.sdq.score(cleaned, informant="self", columns=list(cleaned.columns))
    named = ", ".join(caught.value.problems.column("column"))
    assert set(named.split(", ")) == {name for name in cleaned.columns if name.endswith("R")}


def test_turned_back_the_authors_file_gives_the_scores_of_the_sav(
    answers: pd.DataFrame, cleaned: pd.DataFrame
) -> None:
    reverse = [name for name in cleaned.columns if name.endswith("R")]
    given = cleaned.assign(**{name: 4 - cleaned[name] for name in reverse})
    theirs = bs.sdq.score(given, informant="self", columns=list(given.columns))
    ours = bs.sdq.score(answers, informant="self", columns=columns(1), missing=MISSING)
    in_sav = Counter(map(tuple, ours[answers[columns(1)].isin([1, 2, 3]).all(axis=1)][SCALES].to_numpy()))
    in_csv = Counter(map(tuple, theirs[cleaned.notna().all(axis=1)][SCALES].to_numpy()))
    assert in_sav.total() == 3834
    assert not in_sav - in_csv
    assert (in_csv - in_sav).total() == 1  # a child whose answers the authors completed


def test_rows_of_the_two_waves_are_not_the_same_children_and_that_is_noticed(answers: pd.DataFrame) -> None:
    """The file left the ids out, and its rows do not pair: no item correlates with itself two years on."""
    for item in (1, 5, 13, 21):
        both = answers[[f"s{item}_1", f"s{item}_2"]]
        assert abs(both[both.isin([1, 2, 3]).all(axis=1)].corr().iloc[0, 1]) < 0.06
    first, second = (
        bs.sdq.score(answers, informant="self", columns=columns(wave), missing=MISSING).assign(
            case=answers["row"]
        )
        for wave in (1, 2)
    )
    with pytest.raises(SurveyError, match="sdq_do_not_pair"):
        bs.sdq.change(first, second, child="case", informant="self")
