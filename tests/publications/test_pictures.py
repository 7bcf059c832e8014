"""Which figures are drawn: those that may be said, beside those that are like them, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import brightspots as bs
from brightspots.publications import pictures
from brightspots.publications.charts.dumbbell import Dumbbell
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture

if TYPE_CHECKING:
    import pytest

    from brightspots.publications.document import Report


def drawn(report: Report, kind: type) -> list[Picture]:
    found: list[Picture] = []
    waiting = list(reversed(report.sections))
    while waiting:
        section = waiting.pop()
        found += [b for b in section.blocks if isinstance(b, Picture) and isinstance(b.chart, kind)]
        waiting += reversed(section.sections)
    return found


def test_figures_that_are_not_alike_are_not_drawn_on_one_line(report: Report, contents: Contents) -> None:
    """“Lives with a pet” is compared with a figure of 2012 only, too many years apart."""
    assert [c.reason for c in contents.comparisons if c.comparator == "statistical neighbours"] == [
        "year_gap"
    ]
    for picture in drawn(report, Dumbbell):
        assert "pet" not in picture.alternative
        assert "statistical neighbours" not in {name for _, name in picture.chart.others}


def test_hidden_figures_are_named_and_not_drawn() -> None:
    """Of 12 children nine like school: too few on one side to be shown, so nothing is drawn at all."""
    survey = bs.make_survey(respondents=14, seed=2)
    out = bs.release(bs.estimate(survey), bs.compare(survey, bs.load_benchmarks("sheffield-2021")))
    contents = Contents(out)
    hidden = {f.measure for f in out.figures if f.status == "withheld" and contents.compared(f)}
    assert hidden
    for picture in pictures.survey_pictures(contents, contents.places[0]):
        assert all(row.said != "[c]" for row in picture.chart.rows)
        assert "only a band is given on one question." in picture.caption.text
        assert "Not drawn, as hidden to protect children" in picture.caption.text


def test_a_picture_for_each_domain_where_one_would_hold_too_much(
    contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = contents.places[0]
    whole = pictures.survey_pictures(contents, place)[0]
    rows = len(whole.chart.rows)
    monkeypatch.setattr(pictures, "MOST_ROWS", rows - 1)
    assert pictures.survey_pictures(contents, place) == []
    by_domain = [
        picture
        for domain in contents.questionnaire(place).domains
        for picture in pictures.domain_pictures(
            contents, place, domain.label, [f for f in contents.figures_of(place) if f.domain == domain.id]
        )
    ]
    assert sum(len(picture.chart.rows) for picture in by_domain) == rows
    monkeypatch.setattr(pictures, "MOST_ROWS", 1)
    few = [
        picture
        for domain in contents.questionnaire(place).domains
        for picture in pictures.domain_pictures(
            contents, place, domain.label, [f for f in contents.figures_of(place) if f.domain == domain.id]
        )
    ]
    assert all(len(picture.chart.rows) == 1 for picture in few)
    assert any("in the tables only" in picture.caption.text for picture in few)
