"""What a result looks like in a notebook."""

from __future__ import annotations

import re

import brightspots as bs
from brightspots.tables import Table


def shown(table: Table) -> str:
    return table._repr_html_()


def test_it_is_not_for_release_until_released() -> None:
    survey = bs.make_survey(respondents=60, seed=1)
    assert "Not for release" in shown(bs.estimate(survey, measures=["nature"]))
    out = bs.release(bs.estimate(survey, measures=["nature"]))
    assert "Not for release" not in out._repr_html_()
    assert "Released" in out._repr_html_()


def test_numbers_are_right_aligned_and_shares_are_percent() -> None:
    page = shown(Table({"measure": ["a", "b"], "n": [1500, 8], "share": [0.625, None], "lower": [0.5, 0.25]}))
    cells = re.findall(r"<td style=\"text-align: (left|right)\">([^<]*)</td>", page)
    assert cells == [
        ("left", "a"), ("right", "1,500"), ("right", "62.5%"), ("right", "50.0%"),
        ("left", "b"), ("right", "8"), ("right", ""), ("right", "25.0%"),
    ]  # fmt: skip


def test_limits_of_a_mean_are_no_percent() -> None:
    page = shown(Table({"mean": [7.25, 6.5], "lower": [6.9, 6.1]}))
    assert "%" not in page
    assert "7.25" in page


def test_what_every_row_says_stands_below_and_what_none_says_is_left_out() -> None:
    page = shown(
        Table({"area": ["Leeds", "Leeds"], "measure": ["a", "b"], "rest_n": [None, None], "n": [3, 4]})
    )
    assert re.findall(r"<th[^>]*>([^<]*)</th>", page) == ["Measure", "N"]
    assert "In every row: Area: Leeds." in page
    assert re.findall(r"<th[^>]*>([^<]*)</th>", shown(Table({"area": ["Leeds"], "n": [3]}))) == ["Area", "N"]


def test_labels_are_text() -> None:
    page = shown(Table({"<b>x": ["<script>", "y"], "who": [{"a": "<i>"}, {"a": "z"}]}))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "a &lt;i&gt;" in page


def test_a_long_table_says_how_much_more_there_is() -> None:
    page = shown(Table({"n": list(range(1070))}))
    assert page.count("<tr>") == 61
    assert "1,010 more rows." in page


def test_a_release_shows_what_it_lets_out_and_nothing_that_is_hidden() -> None:
    survey = bs.make_survey(respondents=40, seed=2)
    out = bs.release(bs.estimate(survey))
    page = out._repr_html_()
    hidden = sum(figure.status == "withheld" for figure in out.figures)
    assert hidden
    assert f">{hidden}</td>" in page
    assert "Wellbeing of children in care" in page
