"""Counts typed from a report: what may be said, what must add up, and what no count can round to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.errors import SurveyError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.model import Questionnaire
from brightspots.statistics import half_up
from brightspots.tallies.reported import FORM_COLUMNS, Figure, _figure, read_counts, write_counts_form
from brightspots.tallies.tally import RESPONSES, Tally

HEADINGS = ",".join(FORM_COLUMNS)


def read(small: Questionnaire, *lines: str) -> Tally:
    """Read a form with these lines below its headings."""
    frame = pd.DataFrame([line.split(",") for line in lines], columns=list(FORM_COLUMNS), dtype=object)
    return read_counts(frame, small, area="Leeds", wave="2021")


def answers(counted: Tally, measure: str) -> dict[str, int]:
    (row,) = range(len(counted.table().keys))
    told = {
        a: int(counted.answers(counted.table(), measure, [a])[row]) for a in counted.measures[measure].answers
    }
    return {answer: n for answer, n in told.items() if n}


def refused(small: Questionnaire, *lines: str) -> set[tuple[str, str, str]]:
    with pytest.raises(SurveyError) as caught:
        read(small, *lines)
    problems = caught.value.problems
    assert set(problems.column("severity")) == {"error"}
    return {(row.code, row.column, row.rows) for row in problems}  # type: ignore[attr-defined]


# --------------------------------------------------------------------------------------- what may be said


def test_an_indicator_by_its_counted_answers(small: Questionnaire) -> None:
    counted = read(small, "school,8-11,counted,93,,150,")
    assert counted.table().keys == (("Leeds", "2021", "8-11"),)
    assert answers(counted, "school") == {"reported: counted": 93, "reported: not counted": 57}
    assert answers(read(small, "school,8-11,,93,,150,"), "school")["reported: counted"] == 93


def test_an_indicator_by_all_its_options(small: Questionnaire) -> None:
    lines = [
        "school,8-11,A lot,40,,100,",
        "school,8-11,a bit,30,,100,",
        "school,8-11,not much,20,,100,",
        "school,8-11,not at all,10,,100,",
    ]
    assert answers(read(small, *lines), "school") == {
        "a lot": 40,
        "a bit": 30,
        "not much": 20,
        "not at all": 10,
    }


def test_a_scale_by_some_or_all_of_its_bands(small: Questionnaire) -> None:
    assert answers(read(small, "satisfied,8-11,low,18,,150,"), "satisfied") == {
        "reported: low": 18,
        "reported: another band": 132,
    }
    lines = [
        f"satisfied,8-11,{band},{n},,150,"
        for band, n in zip(("low", "medium", "high", "very high"), (18, 28, 60, 44), strict=True)
    ]
    assert answers(read(small, *lines), "satisfied") == {
        "reported: low": 18,
        "reported: medium": 28,
        "reported: high": 60,
        "reported: very high": 44,
    }


def test_a_composite(small: Questionnaire) -> None:
    assert answers(read(small, "low_wellbeing,11-18,low,24,,150,"), "low_wellbeing") == {
        "low": 24,
        "not low": 126,
    }


def test_responses_and_eligible_children(small: Questionnaire) -> None:
    counted = read(small, "responses,8 to 11,,,,156,368", "school,8–11 years,counted,93,,150,")
    assert counted.responses(counted.table()).tolist() == [156]
    assert counted.eligible == {("Leeds", "2021", "8-11"): 368}


def test_several_bands_and_the_band_of_a_questionnaire_with_one(small: Questionnaire) -> None:
    counted = read(small, "school,8-11,counted,1,,2,", "school,11-18,counted,2,,3,")
    assert [key[2] for key in counted.table().keys] == ["11-18", "8-11"]
    frame = pd.DataFrame({"measure": ["life_satisfaction"], "category": ["low"], "count": [3], "n": [30]})
    leavers = read_counts(frame, _leavers())
    assert leavers.table().keys == (("", "", "16-25"),)
    strange = pd.DataFrame(
        {"measure": ["life_satisfaction"], "age_band": ["8-11"], "category": ["low"], "count": [3], "n": [30]}
    )
    with pytest.raises(SurveyError, match="unknown_band"):
        read_counts(strange, _leavers())


def _leavers() -> Questionnaire:
    return load_questionnaire("care-leavers")


# --------------------------------------------------------------------------------------------- percentages


@pytest.mark.parametrize(
    ("percent", "n", "count"),
    [
        ("62", 150, 93),  # 93 of 150 is 62.0%
        ("62%", 150, 93),
        ("62.0 %", 150, 93),
        ("14", 148, 21),  # 20.72 children; 21 of 148 is 14.19%
        ("33", 6, 2),  # 33.3%
        ("33.3", 6, 2),
        ("67", 3, 2),
        ("0", 40, 0),
        ("100", 40, 40),
        ("50", 1000, 500),
        ("0.5", 200, 1),
        ("12.5", 8, 1),
        ("13", 8, 1),  # 12.5% rounded half up
        ("12", 8, 1),  # and half to even
    ],
)
def test_a_percentage_stands_for_the_nearest_count(
    small: Questionnaire, percent: str, n: int, count: int
) -> None:
    told = answers(read(small, f"school,8-11,counted,,{percent},{n},"), "school")
    assert told.get("reported: counted", 0) == count
    assert sum(told.values()) == n


@pytest.mark.parametrize(
    ("percent", "n"),
    [("50", 3), ("62", 3), ("34", 6), ("33.4", 6), ("0.62", 150), ("99", 40), ("1", 40), ("5", 0), ("0", 0)],
)
def test_a_percentage_that_no_count_rounds_to_is_refused(small: Questionnaire, percent: str, n: int) -> None:
    """50% of 3 children is no number of children; 0.62 is what a sheet holds behind 62%."""
    assert refused(small, f"school,8-11,counted,,{percent},{n},") == {
        ("impossible_percent", "percent", "row 1")
    }


@settings(derandomize=True, max_examples=300)
@given(st.integers(1, 500), st.data(), st.sampled_from([0, 1, 2]))
def test_a_rounded_percentage_gives_its_count_back(n: int, data: st.DataObject, decimals: int) -> None:
    """Whatever is printed of a count out of n: the count is within what it may stand for."""
    count = data.draw(st.integers(0, n))
    percent = half_up(100 * count / n, decimals)
    figure, fault = _figure(None, percent, n)
    assert fault is None
    assert figure is not None
    assert figure.least <= count <= figure.most
    assert figure.least <= figure.likely <= figure.most
    if n <= 50:  # steps of a whole percentage are finer than one child
        assert figure == Figure(count, count, count)


def test_rounded_percentages_of_all_answers_add_up_to_n(small: Questionnaire) -> None:
    """The nearest counts are one too many for 12, 19, 40, 29% of 150; three too few for 33% thrice of 300."""
    lines = [
        f"satisfied,8-11,{band},,{p},150,"
        for band, p in zip(("low", "medium", "high", "very high"), (12, 19, 40, 29), strict=True)
    ]
    told = answers(read(small, *lines), "satisfied")
    assert sum(told.values()) == 150
    assert set(told) == {f"reported: {band}" for band in ("low", "medium", "high", "very high")}
    for band, percent in zip(("low", "medium", "high", "very high"), (12, 19, 40, 29), strict=True):
        assert half_up(100 * told[f"reported: {band}"] / 150) in {
            percent,
            percent - 1,
        }  # 18.67 and 19.33 are 19
    lines = [
        f"school,8-11,{o},,{p},300,"
        for o, p in zip(("a lot", "a bit", "not much", "not at all"), (33, 33, 33, 0), strict=True)
    ]
    told = answers(read(small, *lines), "school")
    assert sum(told.values()) == 300
    assert all(99 <= told[option] <= 100 for option in ("a lot", "a bit", "not much"))


@settings(derandomize=True, max_examples=100)
@given(st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(any))
def test_percentages_of_any_counts_read_back_near_them(small: Questionnaire, counts: list[int]) -> None:
    n = sum(counts)
    options = ("a lot", "a bit", "not much", "not at all")
    lines = [f"school,8-11,{o},,{half_up(100 * k / n)},{n}," for o, k in zip(options, counts, strict=True)]
    told = answers(read(small, *lines), "school")
    assert sum(told.values()) == n
    for option, count in zip(options, counts, strict=True):
        assert abs(told.get(option, 0) - count) <= n / 100
        assert abs(100 * told.get(option, 0) / n - half_up(100 * count / n)) <= 0.5 + 1e-9


def test_a_count_and_a_percentage_must_agree(small: Questionnaire) -> None:
    assert answers(read(small, "school,8-11,counted,93,62,150,"), "school")["reported: counted"] == 93
    assert refused(small, "school,8-11,counted,94,62,150,") == {("two_figures", "count", "row 1")}


# ----------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("likes_cats,8-11,counted,3,,10,", "unknown_measure", "measure"),
        (",8-11,counted,3,,10,", "unknown_measure", "measure"),
        ("school,4-7,counted,3,,10,", "unknown_band", "age_band"),
        ("school,,counted,3,,10,", "unknown_band", "age_band"),
        ("school,08-Nov,counted,3,,10,", "unknown_band", "age_band"),
        ("workers,8-11,counted,3,,10,", "unknown_band", "age_band"),
        ("responses,4-7,,,,10,", "unknown_band", "age_band"),
        ("school,8-11,counted,3,,,", "not_whole", "n"),
        ("school,8-11,counted,3,,ten,", "not_whole", "n"),
        ("school,8-11,counted,3,,10.5,", "not_whole", "n"),
        ("school,8-11,counted,3,,-10,", "not_whole", "n"),
        ("school,8-11,counted,3,,1000000000000,", "not_whole", "n"),
        ("school,8-11,counted,3.5,,10,", "not_whole", "count"),
        ("school,8-11,counted,<5,,10,", "not_whole", "count"),
        ("responses,8-11,,,,10,many", "not_whole", "eligible"),
        ("school,8-11,counted,,,10,", "no_count", "count"),
        ("school,8-11,counted,,101,10,", "no_count", "percent"),
        ("school,8-11,counted,,-1,10,", "no_count", "percent"),
        ("school,8-11,counted,,<5,10,", "no_count", "percent"),
        ("school,8-11,counted,,a few,10,", "no_count", "percent"),
        ("school,8-11,counted,11,,10,", "count_above_n", "count"),
        ("school,8-11,loads,3,,10,", "unknown_category", "category"),
        ("satisfied,8-11,very low,3,,10,", "unknown_category", "category"),
        ("satisfied,8-11,counted,3,,10,", "unknown_category", "category"),
        ("low_wellbeing,8-11,high,3,,10,", "unknown_category", "category"),
        ("school,8-11,a lot,3,,10,", "answers_do_not_add_up", "count"),
    ],
)
def test_a_line_that_makes_no_sense(small: Questionnaire, line: str, code: str, column: str) -> None:
    assert refused(small, line) == {(code, column, "row 1")}


def test_lines_that_do_not_go_together(small: Questionnaire) -> None:
    assert refused(small, "satisfied,8-11,low,3,,10,", "satisfied,8-11,high,3,,11,") == {
        ("bases_differ", "n", "rows 1, 2")
    }
    assert refused(small, "satisfied,8-11,low,6,,10,", "satisfied,8-11,high,6,,10,") == {
        ("answers_do_not_add_up", "count", "rows 1, 2")
    }
    bands = ("low", "medium", "high", "very high")
    assert refused(small, *(f"satisfied,8-11,{band},2,,10," for band in bands)) == {
        ("answers_do_not_add_up", "count", "rows 1, 2, 3, 4")
    }
    assert refused(small, "school,8-11,counted,3,,10,", "school,8 to 11,Counted,3,,10,") == {
        ("repeated_line", "category", "row 2")
    }
    assert refused(small, "school,8-11,counted,3,,10,", "school,8-11,a lot,3,,10,") == {
        ("unknown_category", "category", "rows 1, 2")
    }
    assert refused(small, "responses,8-11,,,,9,", "school,8-11,counted,3,,10,") == {
        ("n_above_responses", "n", "row 2")
    }
    assert refused(small, "responses,8-11,,,,9,10", "responses,11-18,,,,9,7") == {
        ("more_answers_than_children", "eligible", "rows 1, 2")
    }


def test_all_faults_of_a_form_at_once(small: Questionnaire, tmp_path: Path) -> None:
    form = tmp_path / "counts.csv"
    form.write_text(
        f"{HEADINGS}\ncats,8-11,counted,3,,10,\nschool,8-11,counted,30,,10,\nhappy,8-11,low,,,x,\n"
    )
    with pytest.raises(SurveyError) as caught:
        read_counts(form, small)
    assert {(row.file, row.code, row.rows) for row in caught.value.problems} == {
        ("counts.csv", "unknown_measure", "row 2"),
        ("counts.csv", "count_above_n", "row 3"),
        ("counts.csv", "not_whole", "row 4"),
    }
    assert str(caught.value).startswith("The counts cannot be used.\nerror ")


def test_a_form_that_is_none(small: Questionnaire) -> None:
    with pytest.raises(SurveyError, match="no_column"):
        read_counts(pd.DataFrame({"measure": ["school"], "count": [3]}), small)
    assert refused(small, "school,8-11,counted,,,,") == {("no_figures", "", "")}


def test_an_unfilled_line_is_passed_over(small: Questionnaire) -> None:
    counted = read(small, "school,8-11,counted,3,,10,", "bullied,8-11,counted,,,,")
    assert answers(counted, "bullied") == {}


# -------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_form_holds_a_line_for_everything_that_may_be_said(
    small: Questionnaire, tmp_path: Path, ending: str
) -> None:
    write_counts_form(tmp_path / "counts.csv", small)
    form = pd.read_csv(tmp_path / "counts.csv", dtype=object)
    assert tuple(form.columns) == FORM_COLUMNS
    counted = Tally(small, {}, {})
    wanted = {(RESPONSES, "", band.label) for band in small.age_bands} | {
        (measure.id, category, small.band[band].label)
        for measure in counted.measures.values()
        for band in measure.asked
        for category in measure.categories
    }
    filled = form.fillna("")
    assert set(zip(filled["measure"], filled["category"], filled["age_band"], strict=True)) == wanted
    form["n"] = 40
    form["count"] = 10
    path = tmp_path / f"filled.{ending}"
    form.to_csv(path, index=False) if ending == "csv" else form.to_excel(path, index=False)
    told = read_counts(path, small)
    assert told.responses(told.table()).tolist() == [40, 40]
    assert told.answers(told.table(), "school", ["reported: counted"]).tolist() == [10, 10]


cells: Any = st.one_of(
    st.none(),
    st.integers(-5, 300),
    st.floats(),
    st.booleans(),
    st.sampled_from(
        ["ZQX", "school", "satisfied", "low_wellbeing", "responses", "8-11", "11-18", "counted", "low"]
    ),
    st.sampled_from(["a lot", "62%", "10", "1e5", "-", "<5"]),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.lists(cells, min_size=7, max_size=7), min_size=1, max_size=6))
def test_any_form_is_a_tally_or_a_plain_refusal(small: Questionnaire, rows: list[list[Any]]) -> None:
    frame = pd.DataFrame(rows, columns=list(FORM_COLUMNS), dtype=object)
    try:
        counted = read_counts(frame, small)
    except SurveyError as error:
        told = str(error) + error.problems.to_markdown()
        assert "ZQX" not in told
        return
    table = counted.table()
    assert (table.counts >= 0).all()
    for name, measure in counted.measures.items():
        assert (counted.answers(table, name, measure.valid) <= 300).all()
