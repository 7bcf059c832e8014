"""What the command line prints, and reports of surveys with little in them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

import brightspots as bs
from brightspots.publications.contents import Contents
from brightspots.publications.document import Paragraph
from brightspots.publications.printing import cohorts_data, cohorts_text, findings_text
from brightspots.publications.report import arrange

if TYPE_CHECKING:
    from collections.abc import Callable
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
    assert text.startswith("Who is doing less well\n* ")
    assert [entry for entry in flagged if entry["direction"] == "high"]
    assert len(data) == len(release.cohorts) + len(release.rechecks)
    assert [entry["state"] for entry in data if "state" in entry] == [r.state for r in release.rechecks]
    assert json.loads(json.dumps(data)) == data
    for entry in data:
        if entry["status"] == "withheld":
            assert entry["n"] is entry["count"] is entry["share"] is entry["difference"] is None


def test_groups_stand_in_no_order_of_size(release: Release) -> None:
    """What was nearly flagged must not stand before the rest."""
    levels = ["girl", "boy", "another", "foster", "kinship", "residential", "parents", "other"]
    groups = [entry for entry in cohorts_data(release) if "stood_out_last_time" not in entry]
    data = [entry for entry in groups if not entry["stands_out"]]
    for direction in ("low", "high"):
        rest = [entry["conditions"] for entry in data if entry["direction"] == direction]
        order = [levels.index(level) for conditions in rest for level in conditions.values()]
        assert order
        assert order == sorted(order)


def test_what_the_children_were_told_stands_beside_every_group(
    release: Release, tmp_path: Path, text_of: Callable[[Path], str]
) -> None:
    """In every format, in what the command prints, and for machines beside each group by itself."""
    (promise,) = release.promises.values()
    beside = (
        "cannot be used to find a child",
        "Questionnaire (SDQ)",
        "health assessments",
        promise,
    )
    files = bs.publish(release, tmp_path / "out")
    report = arrange(Contents(release))
    (survey,) = [section for section in report.sections if section.title == "Wellbeing of children in care"]
    headings = {"Who is doing less well", "Who is doing well", "Groups that stood out last time"}
    for section in (s for s in survey.sections if s.title in headings):
        said = " ".join(block.sentence.text for block in section.blocks if isinstance(block, Paragraph))
        assert all(words in said for words in beside), section.title
    texts = {path.name: text_of(path) for path in files}
    for name in ("report.html", "report.md"):
        plain = texts[name].replace("\\", "")
        assert all(plain.count(words) >= 3 for words in beside), name
    for name in ("groups.csv", "goes-with.csv", "groups-last-time.csv"):
        rows = list(csv.DictReader(io.StringIO(texts[name])))
        assert rows
        assert all(words in row["note"] + row["promise"] for row in rows for words in beside), name
    rows = [row for row in csv.DictReader(io.StringIO(texts["figures.csv"])) if row["group"]]
    assert all(words in row["note"] for row in rows for words in beside)
    body = json.loads(texts["figures.json"])
    told = [*body["groups"], *body["groups_last_time"], *cohorts_data(release)]
    told += [one for row in body["groups"] for one in row["goes_with"]]
    assert all(words in row["note"] + row["promise"] for row in told for words in beside)
    printed = " ".join(cohorts_text(release).split())
    assert all(words in printed for words in beside)
    assert all(words in " ".join(findings_text(release).split()) for words in beside)


def test_what_goes_with_a_group_is_printed_below_it(release: Release) -> None:
    assert release.descriptions
    text = " ".join(cohorts_text(release).split())
    for one in release.descriptions:
        assert Contents(release).words.description(one).text in text
    assert "it does not say why" in text
    assert "because of" not in text


def test_without_a_search(small: Release) -> None:
    assert cohorts_text(small) == "No search for groups was made."
    assert cohorts_data(small) == []
    assert "Who may need more" not in findings_text(small)


def test_an_open_survey_has_a_report_of_its_responses(tmp_path: Path) -> None:
    out = bs.release(bs.estimate(bs.make_survey(respondents=80, seed=2), measures=[]))
    assert "Nothing but the number of answers" in findings_text(out)
    written = {path.name for path in bs.publish(out, tmp_path / "out")}
    assert {"report.html", "report.docx", "figures.xlsx", "release.json"} <= written
    assert "figures.csv" not in written


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
