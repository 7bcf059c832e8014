"""What the command line prints, and reports of surveys with little in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import brightspots as bs
from brightspots.publications.contents import Contents
from brightspots.publications.printing import cohorts_data, cohorts_text, findings_text
from brightspots.publications.report import arrange

if TYPE_CHECKING:
    from pathlib import Path

    from brightspots.disclosure.release import Release


@pytest.mark.parametrize("width", [60, 88, 120])
def test_lines_fit(release: Release, width: int) -> None:
    for text in (findings_text(release, width=width), cohorts_text(release, width=width)):
        assert max(len(line) for line in text.splitlines()) <= width


def test_findings_are_the_summary(release: Release) -> None:
    text = findings_text(release)
    headings = ["What goes well", "What could be better", "Who may need more", "What we cannot tell"]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    assert text.startswith("260 of ")
    assert "cannot be used to find a child" in text


def test_groups_for_people_and_machines(release: Release) -> None:
    text, data = cohorts_text(release), cohorts_data(release)
    flagged = [entry for entry in data if entry["stands_out"]]
    assert flagged
    assert text.startswith("* ")
    assert len(data) == len(release.cohorts)
    assert json.loads(json.dumps(data)) == data
    for entry in data:
        if entry["status"] == "withheld":
            assert entry["n"] is entry["count"] is entry["share"] is entry["difference"] is None


def test_groups_stand_in_no_order_of_size(release: Release) -> None:
    """What was nearly flagged must not stand before the rest."""
    levels = ["girl", "boy", "another", "foster", "kinship", "residential", "parents", "other"]
    rest = [e["conditions"] for e in cohorts_data(release) if not e["stands_out"]]
    order = [levels.index(level) for conditions in rest for level in conditions.values()]
    assert order == sorted(order)


def test_without_a_search(small: Release) -> None:
    assert cohorts_text(small) == "No search for groups was made."
    assert cohorts_data(small) == []
    assert "Who may need more" not in findings_text(small)


def test_an_open_survey_has_a_report_of_its_responses(tmp_path: Path) -> None:
    out = bs.release(bs.estimate(bs.make_survey(respondents=80, seed=2), measures=[]))
    assert "Nothing but the number of answers" in findings_text(out)
    assert len(bs.publish(out, tmp_path / "out")) == 6
    assert (tmp_path / "out" / "figures.csv").read_text(encoding="utf-8").startswith("questionnaire,")


def test_a_council_with_few_answers_gets_a_report_worth_reading() -> None:
    survey = bs.make_survey(respondents=40, seed=3)
    out = bs.release(bs.estimate(survey), bs.compare(survey, bs.load_benchmarks("sheffield-2021")))
    text = findings_text(out)
    assert "hidden" in text
    assert "to protect children" in text
    report = arrange(Contents(out))
    said = [s.text for s in report.sentences()]
    assert sum("more than" in text for text in said) > 10


def test_several_councils_are_told_apart() -> None:
    survey = bs.make_survey(councils=2, respondents=120, seed=4)
    out = bs.release(bs.estimate(survey, measures=["nature", "likes_school"]))
    report = arrange(Contents(out))
    titles = [section.title for section in report.sections]
    assert titles[1:3] == [f"Wellbeing of children in care in Council {i}" for i in (1, 2)]
    assert "Council 1 and Council 2" in report.title
