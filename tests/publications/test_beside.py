"""Published figures and own counts in every format: each number is theirs, what is withheld stays so."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pandas as pd
import pytest

import brightspots as bs
from brightspots.publications.charts.course import Course, CoursePanel
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture, Section
from brightspots.publications.html import to_html
from brightspots.publications.own_sentences import own_key
from brightspots.publications.printing import findings_text
from brightspots.publications.report import arrange
from brightspots.publications.statutory_sentences import FINDINGS, gap_of, statutory_key, value_of
from brightspots.publications.statutory_tables import THEMES
from brightspots.publications.text import to_json, to_markdown, to_own_csv, to_statutory_csv
from brightspots.publications.word import to_docx
from brightspots.publications.workbook import to_xlsx
from brightspots.returns.catalogue import MEASURES
from brightspots.statistics import half_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.disclosure.release import Release

RETURNS = Path(bs.__file__).parent / "data" / "returns"
DFE = Path(os.environ.get("BRIGHTSPOTS_DATA", "/nowhere")) / "dfe_cla"
FILES = (
    "la_conviction_health_outcome_cla", "cla_number_and_rate_per_10k_children", "la_care_leavers_activity",
    "la_care_leavers_accommodation_suitability", "la_care_leavers_intouch", "la_cla_placement_stability",
    "la_cla_school_moves", "la_cla_swcount",
)  # fmt: skip
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
TEST_WORDS = re.compile(
    r"significant|p-value|confiden|better|worse|attack|intruder|hot spot|low base|chance|\bnan\b|\bNone\b",
    re.I,
)


def own_results() -> list[Any]:
    """Return SDQ totals by gender with the moves since last year, stability and ages of the same council."""
    scores, n = [8, 9, 15, 21, 22, None], 240
    frame = pd.DataFrame(
        {"CHILD": range(n), "SDQ_SCORE": [scores[i % 6] for i in range(n)], "SDQ_REASON": None}
    )
    frame = frame.assign(GENDER=["girl", "boy"][0])
    frame.loc[frame.index % 3 == 0, "GENDER"] = "boy"
    frame.loc[frame["SDQ_SCORE"].isna(), "SDQ_REASON"] = "SDQ2"
    before = frame.assign(SDQ_SCORE=[scores[i // 6 % 6] for i in range(n)])
    asked: dict[str, Any] = {"area": "Ambleford", "time": "2024"}
    children = pd.DataFrame({"child": range(60), "age": 9})
    rows = [(i, i, "2019-05-01", "2023-06-01" if i < 20 else None) for i in range(60)]
    rows += [(i, 100 + i, "2023-06-01", "2023-12-01") for i in range(20)]
    rows += [(i, 200 + i, "2023-12-01", None) for i in range(20)]
    placements = pd.DataFrame(rows, columns=["child", "carer", "start", "end"])
    ages = {"under 1": 3, "1 to 4": 40, "5 to 9": 60, "10 to 15": 100, "16 and over": 50}
    return [
        bs.sdq.summarise(frame, by=["GENDER"], **asked),
        bs.sdq.change(before, frame, child="CHILD", score="SDQ_SCORE", pairs_checked=True, **asked),
        bs.stability.summarise(children, placements, on="2024-03-31", area="Ambleford"),
        bs.compare_age_profile(ages, bs.read_return(RETURNS / "sample-ages.csv"), area="Ambleford"),
    ]


def sample() -> Any:
    figures = bs.read_return(RETURNS / "sample.csv")
    return bs.compare_returns(
        figures, area="Ambleford", neighbours=["Brackenmoor", "Cloverton"], targets={"sdq_concern": 0.3}
    )


@pytest.fixture(scope="module")
def alone() -> Release:
    """Return a release without a survey."""
    return bs.release(sample(), *own_results())


@pytest.fixture(scope="module")
def real() -> list[Release]:
    """Return what the DfE publishes of Sheffield and of Shropshire."""
    if not DFE.exists():
        pytest.skip("BRIGHTSPOTS_DATA names no folder with the files")
    figures = bs.read_return(*(DFE / f"{name}.csv" for name in FILES))
    neighbours = {"Sheffield": ["Leeds", "Derby"], "Shropshire": ["Herefordshire", "Worcestershire"]}
    return [
        bs.release(bs.compare_returns(figures, area=area, neighbours=like))
        for area, like in neighbours.items()
    ]


def numbers_in(text: str) -> set[str]:
    return {n.replace(",", "").rstrip(".") for n in NUMBER.findall(text)}


def forms(value: float | None) -> set[str]:
    """Return a number as it may be printed: a count, a percentage, a rate or an average, rounded half up."""
    if value is None:
        return set()
    size = abs(value)
    return {f"{half_up(size):.0f}", f"{half_up(100 * size):.0f}", f"{half_up(size, 1):.1f}"}


def allowed_by(release: Release) -> dict[Any, set[str]]:
    """Return what each key allows to be said: its numbers, and those of its names."""
    allowed: dict[Any, set[str]] = {}
    for comparison in release.statutory:
        for figure in comparison.figures:
            own = [figure.value, figure.count, figure.n, figure.coverage, figure.eligible, figure.target]
            beside = [v for o in figure.others for v in (o.value, o.mean, o.coverage, o.difference)]
            found = {one for value in (*own, *figure.values, *beside) for one in forms(value)}
            names = (figure.label, figure.age_group, figure.time, *figure.times, *FINDINGS[figure.measure])
            allowed[statutory_key(figure)] = found | numbers_in(" ".join(names)) | {"31", "1", "10000"}
    for table in release.own:
        counts = [one.count for one in table.counts if one.count is not None]
        shares = [a / b for a in counts for b in counts if b]
        gaps = [share - theirs for share in shares for _, theirs in table.elsewhere if theirs is not None]
        averages = [average.value for average in table.averages]
        theirs = [share for _, share in table.elsewhere]
        sums = [sum(counts[i : i + 3]) for i in range(len(counts))]
        found = {one for v in (*counts, *shares, *gaps, *averages, *theirs, *sums) for one in forms(v)}
        labels = " ".join(level for one in table.counts for _, level in one.of)
        allowed[own_key(table)] = found | numbers_in(f"{labels} {table.time}")
    return allowed


def check_numbers(release: Release) -> int:
    allowed, said = allowed_by(release), 0
    for sentence in arrange(Contents(release)).sentences():
        if sentence.beside:
            beyond = numbers_in(sentence.text) - set().union(*(allowed[key] for key in sentence.beside))
            assert not beyond, f"{beyond} in: {sentence.text}"
            said += 1
    return said


def test_every_number_is_one_of_its_figure(alone: Release) -> None:
    assert check_numbers(alone) > 40


def test_every_number_of_the_real_councils_is_one_of_its_figure(real: list[Release]) -> None:
    assert all(check_numbers(one) > 400 for one in real)


def texts(release: Release) -> Iterable[str]:
    contents = Contents(release)
    report = arrange(contents)
    return (to_markdown(report), to_html(report), to_statutory_csv(contents), to_own_csv(contents),
            findings_text(release))  # fmt: skip


def test_nobody_reads_words_of_a_test(alone: Release) -> None:
    for text in texts(alone):
        words = {
            m.group()
            for m in TEST_WORDS.finditer(re.sub(r"<style>.*?</style>|data:image[^\"]*", "", text, flags=re.S))
        }
        assert words <= {"better"}  # children without a score may be doing better or less well


def test_what_the_publisher_withholds_is_so_in_every_format(real: list[Release]) -> None:
    """Shropshire 2024: convictions and development assessments are c; 2023 shows 8% of assessments."""
    _, shropshire = real
    contents = Contents(shropshire)
    report = arrange(contents)
    row = next(line for line in to_markdown(report).splitlines() if "Convicted or cautioned" in line)
    assert row.split(" | ")[2:4] == ["[c]", "2%"]
    page = to_html(report)
    assert re.search(r'Convicted or cautioned.*?<td[^>]*class="number"[^>]*>\[c\]</td>', page)
    lines = list(csv.DictReader(io.StringIO(to_statutory_csv(contents))))
    hidden = [line for line in lines if line["symbol"] == "[c]"]
    assert {"convicted", "development_assessment", "higher_education"} <= {line["measure"] for line in hidden}
    assert {(line["value"], line["count"], line["difference"]) for line in hidden} == {("", "", "")}
    data = json.loads(to_json(contents))["statutory"]
    assert all(
        one["value"] is one["count"] is one["difference"] is None for one in data if one["symbol"] == "[c]"
    )
    assessed = next(line for line in lines if line["measure"] == "development_assessment")
    assert assessed["values"] == "81% / 44% / 21% / 8% / [c]"
    assert not re.search(r"\bnan\b", page + to_json(contents), re.I)
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(contents, report.title)))["Statutory"]
    convicted = [row for row in sheet.iter_rows(values_only=True) if "Convicted or cautioned" in str(row[1])]
    assert {row[4:7] + row[14:15] for row in convicted} == {("[c]", "[c]", "[c]", "[c]")}
    assert {row[11] for row in convicted} == {0.02, 0.01, 0.0129}
    document = docx.Document(io.BytesIO(to_docx(report)))
    cells = [
        [c.text for c in row.cells]
        for t in document.tables
        for row in t.rows
        if "Convicted" in row.cells[0].text
    ]
    assert [row[2] for row in cells] == ["[c]"]


def test_sheffield_and_shropshire_as_the_dfe_prints_them(real: list[Release]) -> None:
    """2024, read in the files by eye."""
    sheffield, shropshire = ("\n".join(texts(one)) for one in real)
    assert (
        "In 2024, 89 of 182 children with an SDQ score (49%) scored in the band that is a cause" in sheffield
    )
    assert "383 of 427 children in care for a year (90%) had their annual health assessment" in sheffield
    assert "On 31 March 2024, 717 children were in care, 121 of every ten thousand; England 70" in shropshire
    assert "161 of 187 care leavers aged 19 to 21 (86%) lived in suitable accommodation" in shropshire


def test_the_sample_says_targets_coverage_and_whose_figure_is_missing(alone: Release) -> None:
    text = " ".join(to_markdown(arrange(Contents(alone))).split())
    assert "The target, 30%, is not met." in text
    assert "A score was received for 86% of 160 children." in text
    assert "No figure for statistical neighbours, as that of Cloverton is not available" in text


def test_the_workbook_has_a_sheet_for_each(alone: Release) -> None:
    """The gap of averages is no share: 16.0 less 14.6 is 1.4, and 35% less 41% is -6 points."""
    workbook = openpyxl.load_workbook(io.BytesIO(to_xlsx(Contents(alone), "Ambleford")))
    assert workbook.sheetnames[3:] == ["Statutory", "Own children"]
    rows = list(workbook["Statutory"].iter_rows(values_only=True))
    (concern,) = (row for row in rows if row[1] and "cause for concern" in row[1] and row[10] == "England")
    assert concern[14] == pytest.approx(100 * (48 / 137 - 0.41), abs=0.01)
    own = [row for row in workbook["Own children"].iter_rows(values_only=True) if row[0] == "ages"]
    assert [row[6] for row in own if row[5] == "age: under 1"] == ["[c]"]


def test_own_counts_stand_with_how_many_they_are_of(alone: Release) -> None:
    text = " ".join(to_markdown(arrange(Contents(alone))).split())
    assert "In 2024, 200 of 240 children (83%) had a score. Their average is 15.0." in text
    assert "20 of 60 children (33%) had three or more placements in the twelve months." in text
    assert "| under 1 | [c] |" in text
    assert "proves nothing by itself" in text


def pictures(section: Section) -> list[Picture]:
    own = [block for block in section.blocks if isinstance(block, Picture)]
    return own + [picture for inner in section.sections for picture in pictures(inner)]


def test_the_course_of_headline_figures_is_drawn_beside_englands(alone: Release) -> None:
    """The sample's England: SDQ averages of 13.9, 13.7, 13.8, 14.3 and 14.6, and 40, 38, 38, 40 and 41%."""
    drawn = [p for section in arrange(Contents(alone)).sections for p in pictures(section)]
    (picture,) = (p for p in drawn if isinstance(p.chart, Course))
    average, concern = picture.chart.panels
    assert average.theirs == (13.9, 13.7, 13.8, 14.3, 14.6)
    assert concern.theirs == (0.40, 0.38, 0.38, 0.40, 0.41)
    assert (concern.times[0], concern.times[-1], concern.said_ours) == ("2020", "2024", "35%")
    assert "England 40%, 38%, 38%, 40%, 41%." in picture.alternative
    assert picture.caption.beside
    assert picture.chart.svg() == picture.chart.svg()


def test_no_line_bridges_a_year_without_a_figure_and_small_changes_look_small() -> None:
    def drawn(*ours: float | None) -> str:
        years = tuple(str(2020 + i) for i in range(len(ours)))
        panel = CoursePanel("In touch", years, ours, (None,) * len(ours), "9%", "[x]", 0.2)
        return Course("Ash", "England", (panel,)).svg()

    whole, broken = drawn(0.5, 0.52, 0.54, 0.56), drawn(0.5, None, 0.54, 0.56)
    lines = [len(re.findall(r"fill: none; stroke: #12436d", svg)) for svg in (whole, broken)]
    assert lines == [3, 1]
    (from_to,) = re.findall(r'M 18 ([\d.]+) \nL 108 ([\d.]+) \n" style="fill: none; stroke: #12436d', whole)
    assert float(from_to[0]) - float(from_to[1]) == pytest.approx(44 * 0.02 / 0.2)  # two points of twenty


def test_a_survey_has_them_beside_it(tmp_path: Path) -> None:
    survey = bs.make_survey(respondents=90, seed=5)
    out = bs.release(bs.estimate(survey, measures=["likes_school"]), sample())
    titles = [section.title for section in arrange(Contents(out)).sections]
    assert titles[-2:] == ["Statutory figures: Ambleford", "About these figures"]
    assert "Beside the survey" in findings_text(out)
    names = {path.name for path in bs.publish(out, tmp_path / "report")}
    assert "statutory.csv" in names
    assert "own-children.csv" not in names


def test_captions_and_headings_tell_parts_apart(alone: Release) -> None:
    page = to_html(arrange(Contents(alone)))
    captions = re.findall(r"<caption[^>]*>(.*?)</caption>", page)
    assert len(captions) == len(set(captions))
    for head in re.findall(r"<thead>(.*?)</thead>", page, flags=re.DOTALL):
        titles = re.findall(r"<th[^>]*>(.*?)</th>", head)
        assert len(titles) == len(set(titles))


def test_every_measure_has_its_words_and_its_place() -> None:
    assert set(FINDINGS) == set(MEASURES)
    assert sorted(name for names in THEMES.values() for name in names) == sorted(MEASURES)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.125, "share", "13%"), (0.998, "share", "more than 99%"),
     (26.5, "per 10,000", "27"), (14.25, "average", "14.3")],
)  # fmt: skip
def test_values_are_rounded_half_up(value: float, unit: str, text: str) -> None:
    assert value_of(value, unit) == text


def test_gaps_carry_their_sign() -> None:
    assert [gap_of(g, "share") for g in (0.01, -0.125, 0.004, None)] == [
        "+1 point",
        "−13 points",
        "no gap",
        "",
    ]
