"""Every number goes back to a released figure, every ranking word to a verdict; nothing hidden gets out."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

import brightspots as bs
from brightspots.publications import notes
from brightspots.publications.charts.forest import Forest
from brightspots.publications.comparison_sentences import benchmark_is_public
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture
from brightspots.publications.html import to_html
from brightspots.publications.report import arrange
from brightspots.publications.sentence import comparison_key, figure_key
from brightspots.publications.text import (
    all_figures,
    to_comparisons_csv,
    to_figures_csv,
    to_json,
    to_markdown,
)
from brightspots.publications.word import to_docx
from brightspots.publications.wording import WORDS, whole_percent
from brightspots.publications.workbook import to_xlsx
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.disclosure.release import Release
    from brightspots.publications.document import Block, Report
    from brightspots.publications.sentence import Sentence

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
IN_WORDS = re.compile(rf"\b({'|'.join(WORDS)})(?= (?:of |to |points?\b|are |is |who ))")
CONSTANTS = {"0", "1", "99", "100", "10", "20", "19", "30", "50", "70", "0.1", "5", "7"}
"""Numbers of the method: likely ranges, policy, symbols and thresholds that the notes explain."""
SCALE = {"0", "50", "100"}
"""The ends and the middle of the line that a picture is drawn on."""
SECRET = {"p", "q", "p_holm", "p_adjusted", "seed", "p_value", "adjusted"}


def numbers_in(text: str) -> set[str]:
    found = {n.replace(",", "").rstrip(".") for n in NUMBER.findall(text)}
    return found | {str(WORDS.index(word)) for word in IN_WORDS.findall(text)}


def numbers_of_figure(figure: Figure) -> set[str]:
    shares = [s for s in (figure.share, figure.lower, figure.upper) if s is not None]
    counts = [c for c in (figure.n, figure.count, figure.above, figure.below) if c is not None]
    return {str(whole_percent(s)) for s in shares} | {str(c) for c in counts}


def numbers_of_comparison(c: ReleasedComparison) -> set[str]:
    sizes = [c.difference, c.difference_lower, c.difference_upper, c.detectable]
    if benchmark_is_public(c):
        sizes.append(c.benchmark)
    councils = set() if c.areas is None else {str(c.areas)}
    return councils | {str(whole_percent(abs(s))) for s in sizes if s is not None}


class Known:
    """What a release allows to be said, by key."""

    def __init__(self, release: Release) -> None:
        self.contents = Contents(release)
        self.figures: dict[Any, set[str]] = {}
        self.comparisons: dict[Any, ReleasedComparison] = {}
        everything = [*release.figures, *(f for c in release.cohorts for f in (c.figure, c.rest))]
        everything += [c.figure for c in release.comparisons]
        everything += self.contents.figures_beside_groups()
        for figure in everything:
            self.figures[figure_key(figure)] = numbers_of_figure(figure)
        for cohort in release.cohorts:
            sizes = (cohort.shrunk_share, cohort.shrunk_lower, cohort.shrunk_upper, cohort.detectable)
            more = {str(whole_percent(s)) for s in sizes if s is not None}
            self.figures[figure_key(cohort.figure)] |= more
        for one in release.descriptions:
            gaps = (one.difference, one.difference_lower, one.difference_upper)
            self.figures[figure_key(one.figure)] |= {str(whole_percent(abs(gap))) for gap in gaps}
        for again in release.rechecks:
            if again.figure is not None and again.detectable is not None:
                self.figures[figure_key(again.figure)] |= {str(whole_percent(again.detectable))}
        for comparison in release.comparisons:
            self.comparisons[comparison_key(comparison)] = comparison
        self.names = sorted(self._names(), key=len, reverse=True)

    def _names(self) -> set[str]:
        """Return labels that hold numbers of their own: scores, ages, months, titles."""
        words, release = self.contents.words, self.contents.release
        names = {"Council 1", "0-10", "0 to 10", "12 months"}
        for figure in release.figures:
            names |= {words.finding(figure), words.label(figure), words.full_label(figure)}
            names |= {words.subject(figure), words.category(figure), words.category(figure).capitalize()}
            names |= {words.ages(figure.questionnaire, figure.age_bands)}
        for questionnaire in release.questionnaires.values():
            names |= {band.noun for band in questionnaire.age_bands}
        return {*names, *(c.source for c in release.comparisons), "2021", "2019"}

    def without_names(self, text: str) -> str:
        for name in self.names:
            if NUMBER.search(name) or any(word in name for word in WORDS):
                text = text.replace(name, "*")
        return text

    @cached_property
    def _words_of_the_questionnaire(self) -> re.Pattern[str]:
        words = self.contents.words
        own = {name for f in self.contents.figures for name in (words.finding(f), words.label(f))}
        return re.compile("|".join(re.escape(name) for name in sorted(own, key=len, reverse=True)))

    def without_words_of_the_questionnaire(self, text: str) -> str:
        return self._words_of_the_questionnaire.sub("*", text)

    def allowed(self, sentence: Sentence) -> set[str]:
        allowed: set[str] = set()
        for key in sentence.figures:
            allowed |= self.figures[key]
        for key in sentence.comparisons:
            allowed |= numbers_of_comparison(self.comparisons[key])
        return allowed


@pytest.fixture(scope="module")
def known(release: Release) -> Known:
    return Known(release)


def test_every_number_of_a_sentence_is_one_of_its_figures(known: Known, report: Report) -> None:
    for sentence in report.sentences():
        if sentence.figures or sentence.comparisons:
            found = numbers_in(known.without_names(sentence.text))
            edges = (
                {"99", "1", "0", "100"}
                if "than 99%" in sentence.text or "than 1%" in sentence.text
                else set()
            )
            beyond = found - known.allowed(sentence) - edges
            if "less than one point" in sentence.text:
                beyond -= {"1"}
            if len(sentence.comparisons) > 8:
                beyond -= {str(len(sentence.comparisons))}
            assert not beyond, f"{beyond} in: {sentence.text}"


def test_numbers_without_a_figure_are_responses_or_constants(
    known: Known, report: Report, release: Release
) -> None:
    allowed = set(CONSTANTS)
    for r in release.responses:
        allowed |= {str(n) for n in (r.n, r.eligible) if n is not None}
        allowed |= {str(whole_percent(r.rate))} if r.rate is not None else set()
        if r.n is not None:  # what it could have shown: 80% power at 5% near a half, and near the two ends
            gaps = [2.8016 * (share * (1 - share) / r.n) ** 0.5 for share in (0.5, 0.8, 0.9)]
            allowed |= {str(whole_percent(gap)) for gap in gaps}
    allowed |= {str(s.permutations) for s in release.searches}
    allowed |= {str(s.candidates) for s in release.searches}
    allowed |= {str(whole_percent(c.detectable)) for c in release.cohorts if c.detectable is not None}
    counted = [f for f in release.figures if not f.group]
    lost = sum(c.verdict == "withheld" for c in release.comparisons)
    statuses = [sum(f.status == status for f in counted) for status in ("withheld", "banded")]
    allowed |= {str(n) for n in (len(counted), lost, *statuses)}
    for sentence in report.sentences():
        if not sentence.figures and not sentence.comparisons and "the clearest" not in sentence.text:
            beyond = numbers_in(known.without_names(sentence.text)) - allowed
            assert not beyond, f"{beyond} in: {sentence.text}"


def test_every_ranking_word_has_its_verdict(known: Known, report: Report) -> None:
    verdicts = known.contents.words.style.verdicts
    explained = {text for name, meaning in notes.WORDS for text in (verdicts[name], meaning)}
    for sentence in report.sentences():
        verdicts = {known.contents.words.verdict(known.comparisons[key]) for key in sentence.comparisons}
        ranks = {verdict for verdict, _ in verdicts}
        signs = {
            (known.comparisons[key].difference or 0) > 0
            for key in sentence.comparisons
            if known.comparisons[key].verdict in ("better", "worse")
        }
        text = known.without_words_of_the_questionnaire(sentence.text)
        if text in explained:
            continue
        assert bool(re.search(r"\bbetter\b", text)) <= ("better" in ranks), text
        assert bool(re.search(r"\b(worse|less well)\b", text)) <= ("worse" in ranks), text
        assert ("higher" in text) <= (True in signs), text
        assert ("lower" in text) <= (False in signs), text
        assert ("about the same" in text) <= (("similar", "equivalent") in verdicts), text
        assert ("small difference" in text) <= (("similar", "small") in verdicts), text


def test_every_verdict_is_said(known: Known, report: Report) -> None:
    said = {key for sentence in report.sentences() for key in sentence.comparisons}
    assert said == set(known.comparisons)
    verdicts = {known.contents.words.verdict(known.comparisons[key])[0] for key in said}
    assert {"worse", "unclear", "withheld", "not compared"} <= verdicts


def test_every_figure_is_said(known: Known, report: Report, release: Release) -> None:
    said = {key for sentence in report.sentences() for key in sentence.figures}
    assert {figure_key(figure) for figure in release.figures} <= said


class TextOf(HTMLParser):
    """The text of a page, node by node, without its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"style", "svg"} & set(self.inside):
            self.nodes.append(data.strip())


def blocks_of(report: Report) -> Iterator[Block]:
    waiting = list(report.sections)
    while waiting:
        section = waiting.pop()
        yield from section.blocks
        waiting += section.sections


def pieces(report: Report) -> Iterator[str]:
    """Return every text that a report holds, as a writer may break it up."""
    yield from (report.title, report.subtitle)
    waiting = list(report.sections)
    while waiting:
        section = waiting.pop()
        yield section.title
        waiting += section.sections
        for block in section.blocks:
            if block.kind == "table":
                yield block.caption
                yield from (column.title for column in block.columns)
    for sentence in report.sentences():
        yield from (sentence.text, sentence.lead, sentence.rest)


def pictures_of(report: Report) -> Iterator[Picture]:
    waiting = list(report.sections)
    while waiting:
        section = waiting.pop()
        yield from (block for block in section.blocks if isinstance(block, Picture))
        waiting += section.sections


def test_every_number_of_a_picture_is_one_of_its_figures(known: Known, report: Report) -> None:
    pictures = list(pictures_of(report))
    assert pictures
    for picture in pictures:
        scale = SCALE
        if isinstance(picture.chart, Forest):
            scale = scale | {
                str(round(100 * share)) for share in (picture.chart.most / 2, picture.chart.most)
            }
        texts = [*re.findall(r"<text[^>]*>([^<]*)</text>", picture.chart.svg()), picture.alternative]
        for text in texts:
            beyond = numbers_in(known.without_names(text)) - known.allowed(picture.caption) - scale
            assert not beyond, f"{beyond} in: {text}"


def test_html_says_nothing_that_the_report_does_not(report: Report) -> None:
    parser = TextOf()
    parser.feed(to_html(report))
    known = {piece.strip() for piece in pieces(report)} | {"Skip to the findings", "Contents"}
    assert set(parser.nodes) <= known
    assert {s.text for s in report.sentences() if not s.lead} <= set(parser.nodes)


def test_markdown_says_nothing_that_the_report_does_not(report: Report) -> None:
    known = {piece.strip() for piece in pieces(report)}
    for line in to_markdown(report).splitlines():
        if not line or set(line) <= set("|-: "):
            continue
        if line.startswith("|"):
            parts = [part for cell in line.strip("| ").split(" | ") for part in cell.split("<br>")]
        elif line.startswith("- **"):
            parts = line.removeprefix("- **").split("**")
        else:
            parts = [line.removeprefix("- ").lstrip("#").strip().strip("*")]
        plain = {re.sub(r"\\(.)", r"\1", part).strip() for part in parts}
        assert plain - {""} <= known, line


def test_word_says_nothing_that_the_report_does_not(report: Report) -> None:
    known = {piece.strip() for piece in pieces(report)}
    known |= {f": {block.caption}" for block in blocks_of(report) if block.kind == "table"}
    known |= {f": {block.caption.text}" for block in blocks_of(report) if block.kind == "picture"}
    known |= {"Table", "Figure", "Page", *(str(i) for i in range(1, len(list(blocks_of(report)))))}
    said = {text.strip() for text in ET.fromstring(document_of(to_docx(report))).itertext()} - {""}
    assert {text for text in said - known if not re.match(r"(SEQ|PAGE|TOC) ?", text)} == set()
    pictured = {block.caption for block in blocks_of(report) if block.kind == "picture"}
    assert {s.text for s in report.sentences() if not s.lead and s not in pictured} <= said


def document_of(package: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(package)).read("word/document.xml")


@pytest.fixture(scope="module")
def sheets(contents: Contents, report: Report) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every sheet of the workbook by their headings."""
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(to_xlsx(contents, report.title))).worksheets[1:]:
        (table,) = sheet.tables.values()
        first = int(re.findall(r"\d+", table.ref)[0])
        headings = [cell.value for cell in sheet[first]]
        rows = sheet.iter_rows(min_row=first + 1, values_only=True)
        found[sheet.title] = [dict(zip(headings, row, strict=True)) for row in rows]
    return found


def as_read(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def test_every_figure_of_the_workbook_is_a_released_one(
    contents: Contents, sheets: dict[str, list[dict[str, Any]]]
) -> None:
    everything = all_figures(contents)
    assert len(sheets["Figures"]) == len(everything)
    for row, figure in zip(sheets["Figures"], everything, strict=True):
        held = (figure.n, figure.count, figure.share, figure.lower, figure.upper)
        titles = ("Answers", "Count", "Share", "Likely range from", "Likely range to")
        for title, value in zip(titles, held, strict=True):
            if value is None:
                assert row[title] == ("[x]" if figure.status == "no base" else "[c]")
            else:
                assert abs(row[title] - value) < 6e-5
        assert sum(isinstance(value, int | float) for value in row.values()) == 5 - held.count(None)
        assert row["In words"] == contents.words.figure(figure).text
        band = contents.words.share(figure) if figure.status == "banded" else "[z]"
        assert row["Band"] == band


def test_every_comparison_of_the_workbook_is_a_released_one(
    contents: Contents, sheets: dict[str, list[dict[str, Any]]]
) -> None:
    for row, one in zip(sheets["Comparisons"], contents.comparisons, strict=True):
        allowed = numbers_of_comparison(one) | numbers_of_figure(one.figure)
        allowed |= {str(n) for n in [one.benchmark_n] if n is not None and benchmark_is_public(one)}
        for title, value in row.items():
            if isinstance(value, int | float):
                whole = abs(value) if "points" in title or value > 1 else abs(100 * value)
                assert {str(int(half_up(whole))), str(value)} & allowed, title
        assert row["Verdict"] == contents.words.verdict_words(one)
        assert row["In words"] == contents.words.comparison(one).text
        if one.verdict == "withheld":
            assert not any(isinstance(row[title], float) for title in row if "Difference" in title)


def test_every_group_of_the_workbook_is_a_released_one(
    contents: Contents, known: Known, sheets: dict[str, list[dict[str, Any]]]
) -> None:
    for row, one in zip(sheets["Groups"], contents.cohorts, strict=True):
        gaps = (one.difference, one.difference_lower, one.difference_upper)
        allowed = known.figures[figure_key(one.figure)] | known.figures[figure_key(one.rest)]
        allowed |= {str(whole_percent(abs(gap))) for gap in gaps if gap is not None}
        for title, value in row.items():
            if isinstance(value, int | float):
                whole = abs(value) if "points" in title or value > 1 else abs(100 * value)
                assert {str(int(half_up(whole))), str(value)} & allowed, title
        assert row["In words"] == contents.words.cohort(one).text
        assert (row["Stands out"] == "yes") == (one.tier == "flag")
    last = zip(sheets["Last time"], contents.release.rechecks, strict=True)
    assert all(row["In words"] == contents.words.recheck(one).text for row, one in last)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_and_json_hold_the_released_figures_and_no_others(contents: Contents, release: Release) -> None:
    everything = [*release.figures, *contents.figures_beside_groups()]
    body = json.loads(to_json(contents))
    rows = rows_of(to_figures_csv(contents))
    assert len(rows) == len(body["figures"]) == len(set(everything))
    by_sentence: dict[tuple[str, str], set[tuple[Any, ...]]] = {}
    for f in everything:
        said = contents.words.figure(f).text
        held = (f.n, f.count, f.share, f.lower, f.upper, f.above, f.below)
        by_sentence.setdefault((f.measure, said), set()).add(
            tuple(None if v is None else round(v, 4) for v in held)
        )
    columns = ("n", "count", "share", "lower", "upper", "more_than_percent", "fewer_than_percent")
    for row, entry in zip(rows, body["figures"], strict=True):
        held = tuple(entry[name] for name in columns)
        near = by_sentence[(entry["measure"], entry["sentence"])]
        assert any(all(_same(a, b) for a, b in zip(held, one, strict=True)) for one in near)
        assert [row[name] for name in columns] == ["" if v is None else str(v) for v in held]
        if entry["status"] == "withheld":
            assert held == (None,) * 7
            assert entry["symbol"] == "[c]"
    assert [(s["measure"], s["direction"]) for s in body["searches"]] == [
        (s.measure, s.direction) for s in release.searches
    ]
    compared = rows_of(to_comparisons_csv(contents))
    assert len(compared) == len(body["comparisons"]) == len(release.comparisons)
    for entry in body["comparisons"]:
        if entry["verdict"] == "withheld":
            assert entry["difference"] is entry["effect_size"] is entry["detectable"] is None


def _same(a: float | None, b: float | None) -> bool:
    return (a is None and b is None) or (a is not None and b is not None and abs(a - b) < 2e-4)


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from keys_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from keys_of(one)


def test_no_test_result_leaves(contents: Contents, release: Release, tmp_path: Path) -> None:
    bs.publish(release, tmp_path / "out")
    for path in (tmp_path / "out").glob("*.json"):
        assert not SECRET & set(keys_of(json.loads(path.read_text(encoding="utf-8")))), path.name
    for path in (tmp_path / "out").glob("*.csv"):
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert not SECRET & set(header)
        assert not {"low_base", "tier"} & set(header)


NEVER_READ = re.compile(
    r"attack|intruder|hot.spot|low.base|p-value|confidence interval|\bcells?\b", re.IGNORECASE
)


def test_nobody_reads_the_words_of_the_workshop(
    release: Release, tmp_path: Path, text_of: Callable[[Path], str]
) -> None:
    for path in bs.publish(release, tmp_path / "out"):
        if path.name != "release.json":
            text = re.sub(r"<style>.*?</style>| role=\"\w+\"", "", text_of(path), flags=re.DOTALL)
            assert not NEVER_READ.search(text), path.name


def test_planted_counts_that_are_hidden_stand_in_no_file(
    tmp_path: Path, text_of: Callable[[Path], str]
) -> None:
    """Plant counts unlike any other: banded figures lose the count, withheld ones everything."""
    form = tmp_path / "counts.csv"
    form.write_text(
        "measure,age_band,category,count,percent,n\n"
        "nature,8-11,counted,7,,8\n"
        "nature,11-18,counted,50317,,71893\n"
        "carers_interested,8-11,counted,61463,,61465\n"
        "carers_interested,11-18,counted,52817,,83921\n",
        encoding="utf-8",
    )
    tally = bs.read_counts(form, bs.load_questionnaire("children-in-care"), area="Here", wave="2021")
    out = bs.release(
        bs.estimate(tally, measures=["nature", "carers_interested"]),
        bs.compare(tally, bs.load_benchmarks("sheffield-2021")),
    )
    files = bs.publish(out, tmp_path / "out")
    assert {".docx", ".xlsx"} <= {path.suffix for path in files}
    text = "\n".join(text_of(path).replace(",", "") for path in files)
    assert "50317" in text
    assert "61465" in text
    hidden = {"61463", str(7 + 50317), str(8 + 71893), str(61463 + 52817)}
    said = {str(n) for f in out.figures for n in (f.n, f.count) if n is not None}
    assert not hidden & said
    assert not [n for n in hidden if n in text]


def test_arranging_twice_gives_the_same(release: Release, report: Report) -> None:
    assert arrange(Contents(release)) == report
