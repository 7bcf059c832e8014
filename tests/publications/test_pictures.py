"""Which figures are drawn: those that may be said, beside those that are like them, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import brightspots as bs
from brightspots.publications import pictures
from brightspots.publications.charts.dumbbell import Dumbbell
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture
from brightspots.publications.group_pictures import group_pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedComparison
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
        assert [row.verdict for row in picture.chart.rows] == ["only a band"]
        assert "only a band is given for one figure." in picture.caption.text
        assert "Not drawn, as hidden to protect children" in picture.caption.text


def of_domains(contents: Contents) -> list[Picture]:
    place = contents.places[0]
    found: list[Picture] = []
    for domain in contents.questionnaire(place).domains:
        own = [f for f in contents.figures_of(place) if f.domain == domain.id]
        found += pictures.domain_pictures(contents, place, domain.label, own)
    return [picture for picture in found if isinstance(picture.chart, Dumbbell)]


def test_a_picture_for_each_domain_where_one_would_hold_too_much(
    contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = contents.places[0]
    whole = pictures.survey_pictures(contents, place)[0]
    rows = len(whole.chart.rows)
    monkeypatch.setattr(pictures, "MOST_ROWS", rows - 1)
    assert pictures.survey_pictures(contents, place) == []
    by_domain = of_domains(contents)
    assert sum(len(picture.chart.rows) for picture in by_domain) == rows
    monkeypatch.setattr(pictures, "MOST_ROWS", 1)
    few = of_domains(contents)
    assert all(len(picture.chart.rows) == 1 for picture in few)
    assert any("in the tables only" in picture.caption.text for picture in few)


def test_a_group_that_is_given_as_a_band_is_drawn_to_its_limit_and_without_a_dot(
    contents: Contents, cohort: Callable[..., ReleasedCohort]
) -> None:
    """More than 85% is drawn from 85% to 100%, not as the likely range of whatever lies in there."""
    shown = cohort()
    banded = cohort(tier="", figure=replace(shown.figure, status="banded", share=None, count=None, above=85))
    hidden = cohort(
        tier="",
        figure=replace(
            shown.figure, status="withheld", n=None, count=None, share=None, lower=None, upper=None
        ),
    )
    (picture,) = group_pictures(contents, [shown, banded, hidden])
    assert [(row.lower, row.upper, row.share) for row in picture.chart.rows] == [
        (0.24, 0.5, 0.36),
        (0.85, 1.0, None),
    ]
    assert "An open bar is a figure that is given as a band only." in picture.caption.text
    assert (
        "Hidden to protect children: children and young people in residential care." in picture.caption.text
    )
    assert group_pictures(contents, [hidden]) == []


def test_only_changes_with_a_verdict_or_without_a_test_are_joined_by_lines(
    contents: Contents,
    comparison: Callable[..., ReleasedComparison],
    figure: Callable[..., Figure],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """“We cannot tell” is no line: a line would look like a change."""
    asked = ("likes_school", "nature", "pets", "good_friend")
    verdicts = (("worse", ""), ("better", ""), ("unclear", ""), ("not compared", "no_n"))
    figures = [figure(measure=measure) for measure in asked]
    found = {
        one.measure: [comparison(figure=one, comparator="last wave", verdict=verdict, reason=reason)]
        for one, (verdict, reason) in zip(figures, verdicts, strict=True)
    }
    monkeypatch.setattr(contents, "compared", lambda one: tuple(found[one.measure]))
    (picture,) = pictures._since_last_time(contents, figures)
    assert [line.verdict for line in picture.chart.lines] == ["worse", "better", ""]
    assert "One more is in the tables only." in picture.caption.text
    assert pictures._since_last_time(contents, figures[2:]) == []
