"""The scorecard in every format: each number is its line's, each standing a word, nothing hidden leaves."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

import brightspots as bs
from brightspots.findings.strategy_dates import in_words
from brightspots.publications.attack import attack
from brightspots.publications.charts.track import Tracks
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture
from brightspots.publications.infographic import KEY, to_scorecard_page
from brightspots.publications.report import arrange
from brightspots.publications.scorecard import scorecard_sections
from brightspots.publications.strategy_sentences import STATUSES, line_key
from brightspots.publications.text import to_json, to_markdown, to_scorecard_csv
from brightspots.publications.wording import WORDS, whole_percent
from brightspots.statistics import half_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brightspots.disclosure.release import Release
    from brightspots.findings.scorecard_lines import Line
    from brightspots.publications.document import Section
    from brightspots.publications.sentence import Sentence

FORM = "measure,date,value,numerator,denominator,provisional,published\n"
ROWS = (
    "met,2021-03,,100,200,,\nmet,2022-03,,200,220,,\n"
    "track,2021-03,,100,200,,\ntrack,2022-03,,140,220,,\n"
    "risk,2021-03,,100,200,,\nrisk,2022-03,,120,220,yes,\n"
    "off,2021-03,,120,200,,\noff,2022-03,,100,220,,\n"
    "missed,2021-03,,100,200,,\nmissed,2022-03,,120,220,,\n"
    "yet,2022-03,,120,220,,\n"
    "band,2021-03,,20,60,,\nband,2022-03,,57,60,,\n"
    "few,2021-03,,20,60,,\nfew,2022-03,,8,9,,\n"
    "carers,2021-03,37,,,,\ncarers,2022-03,29,,,,\n"
    "beds,2022-03,4,,,,\n"
)
GOAL = 'baseline = { as_at = "2021-03" }\ntarget = 90\ndirection = "up"\ndue = '
MEASURES = {
    "met": GOAL + '"2023-03"',
    "track": GOAL.replace("90", "75") + '"2023-03"',
    "risk": GOAL.replace("90", "62") + '"2023-03"',
    "off": GOAL + '"2023-03"',
    "missed": GOAL + '"2022-03"',
    "yet": 'target = 90\ndirection = "up"\ndue = "2023-03"',
    "band": GOAL + '"2022-03"',
    "few": GOAL + '"2023-03"',
    "carers": GOAL.replace("90", "40") + '"2022-12"\nunit = "number"\ncounts = "carers"',
    "beds": 'unit = "number"\ncounts = "places"',
}


def strategy_file(folder: Path, *, rows: str = ROWS, area: str = "Council 1") -> Path:
    """Write a strategy with every standing, a survey's objective, actions and a grouping."""
    local = "".join(
        f'[[objective.measure]]\nmeasure = "{name}"\nlabel = "Figure {name}"\norigin = "local"\n{more}\n'
        for name, more in MEASURES.items()
    )
    text = (
        f'title = "Our plan"\narea = "{area}"\nas_at = "2022-03"\nsource = "Plan"\n'
        'local_measures = "form.csv"\n'
        '[[objective]]\nid = "local"\ntitle = "What we count"\nowner = "Head of service"\n'
        f"{local}"
        '[[objective.action]]\naction = "Write"\ndue = "2022-01"\nnow = "Begun"\nlast_time = "Thought of"\n'
        '[[objective]]\nid = "survey"\ntitle = "What we were told"\n'
        'indicators = ["nature", "likes_school", "feels_safe", "pets", "supported_if_bullied"]\n'
        '[[objective.measure]]\nmeasure = "low_wellbeing"\norigin = "survey"\nage_band = "all"\ntarget = 9\n'
        'direction = "down"\ndue = "2021"\n'
        '[[objective.measure]]\nmeasure = "knows_why_in_care"\norigin = "survey"\nage_band = "all"\n'
        'direction = "up"\ndue = "2024"\n'
        '[[objective]]\nid = "published"\ntitle = "What is published"\n'
        '[[objective.measure]]\nmeasure = "sdq_concern"\norigin = "statutory"\n'
        'baseline = { as_at = "2021" }\ntarget = 30\ndirection = "down"\ndue = "2025-03"\n'
        '[[objective.measure]]\nmeasure = "sdq_average"\norigin = "statutory"\n'
        '[[objective.measure]]\nmeasure = "in_touch"\nlabel = "In touch"\n'
        'latest = { value = 91, as_at = "2021-03", published = "A report" }\n'
        'beside = [{ name = "England", value = 91, published = "A report" }]\n'
        '[[objective.measure]]\nmeasure = "housed"\nlabel = "In suitable homes"\n'
        'latest = { value = 85, as_at = "2021-03", published = "A report" }\n'
        'beside = [{ name = "England", value = 88, published = "A report" }]\n'
        '[[objective]]\nid = "empty"\ntitle = "Nothing yet"\n'
        '[[grouping]]\nid = "pledge"\ntitle = "Our pledge"\n'
        '[[grouping.heading]]\ntitle = "Keeping safe"\nmeasures = ["feels_safe", "met", "in_touch"]\n'
        '[[grouping]]\nid = "principles"\ntitle = "Principles"\n'
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.csv").write_text(FORM + rows, encoding="utf-8")
    (folder / "strategy.toml").write_text(text, encoding="utf-8")
    return folder / "strategy.toml"


@pytest.fixture(scope="module")
def carded(tmp_path_factory: pytest.TempPathFactory) -> Release:
    survey = bs.make_survey(respondents=260, seed=7)
    before = bs.make_survey(respondents=220, seed=8, wave="2019")
    results: list[Any] = [
        bs.estimate(survey),
        bs.compare(survey, bs.load_benchmarks("sheffield-2021"), previous=before),
    ]
    figures = bs.read_return(Path(bs.__file__).parent / "data" / "returns" / "sample.csv")
    published = bs.compare_returns(figures, area="Ambleford")
    strategy = bs.load_strategy(strategy_file(tmp_path_factory.mktemp("strategy")))
    return bs.release(*results, published, bs.scorecard(strategy, *results, published))


@pytest.fixture(scope="module")
def section(carded: Release) -> Section:
    (found,) = scorecard_sections(Contents(carded))
    return found


def said_in(section: Section) -> Iterator[Sentence]:
    for block in section.blocks:
        if block.kind == "table":
            yield from (line for row in block.rows for entry in row for line in entry.lines)
        else:
            yield from (
                block.items
                if block.kind == "bullets"
                else [block.caption if block.kind == "picture" else block.sentence]
            )
    for inner in section.sections:
        yield from said_in(inner)


def test_every_standing_is_there(carded: Release) -> None:
    assert carded.scorecard is not None
    found = {line.measure: line.standing[0] for line in carded.scorecard.lines}
    # By hand: 200 of 220 is 91%. From 50% to 75% in two years, 62.5% is half way: 140 of 220 is 64%. From 50%
    # to 62% the line is at 56%, half of it at 53%: 120 of 220 is 54.5%. From 60% to 90%: 100 of 220 is 45%.
    assert {name: found[name] for name in MEASURES} == {
        "met": "met",
        "track": "on track",
        "risk": "at risk",
        "off": "off track",
        "missed": "not met",
        "yet": "not met yet",
        "band": "hidden",
        "few": "hidden",
        "carers": "off track",
        "beds": "",
    }
    assert found["knows_why_in_care"] == "cannot tell"
    assert {line.origin for line in carded.scorecard.lines} == {"survey", "local", "statutory", "stated"}


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
IN_WORDS = re.compile(rf"\b({'|'.join(WORDS)})(?= points?\b)")


def numbers_of(line: Line) -> set[str]:
    """Return every number that a line allows to be said."""
    allowed = {"30", "0", "1"} if line.unit == "rate" else set()
    readings = [r for r in (line.latest, line.baseline, line.previous) if r is not None]
    values = [v for r in readings for v in (r.value, r.lower, r.upper)]
    values += [a for one in line.against for a in (one.value, one.difference)]
    values += [line.level, line.change_since_baseline, line.change_since_previous]
    values += [line.goal.change, line.goal.target] if line.goal else []
    for value in (v for v in values if v is not None):
        scaled = 100 * abs(value) if line.unit == "percent" else abs(value)
        allowed |= {f"{float(half_up(scaled, digits)):.{digits}f}" for digits in (0, 1)}
        allowed |= {str(whole_percent(abs(value)))}
    for r in readings:
        allowed |= {f"{n:.0f}" for n in (r.numerator, r.denominator, r.above, r.below) if n is not None}
        allowed |= set(NUMBER.findall(in_words(r.as_at)))
    allowed |= set(NUMBER.findall(in_words(line.goal.due))) if line.goal else set()
    for one in line.against:
        allowed |= {str(whole_percent(abs(d))) for d in (one.difference_lower, one.difference_upper) if d}
    return allowed


def test_every_number_of_a_sentence_is_its_lines(carded: Release, section: Section) -> None:
    assert carded.scorecard is not None
    lines = {line_key(line): line for line in carded.scorecard.lines}
    words = Contents(carded).words
    checked = 0
    for sentence in said_in(section):
        if len(sentence.lines) != 1:
            continue
        line = lines[sentence.lines[0]]
        text = sentence.text.replace(words.line_name(line), "*")
        text = text.replace(words.line_name(line)[:1].upper() + words.line_name(line)[1:], "*")
        found = {n.replace(",", "").rstrip(".") for n in NUMBER.findall(text)}
        found |= {str(WORDS.index(word)) for word in IN_WORDS.findall(text)}
        assert not found - numbers_of(line), (found - numbers_of(line), sentence.text)
        checked += 1
    assert checked > 60


def tracks_in(section: Section) -> Iterator[Picture]:
    for block in section.blocks:
        if isinstance(block, Picture) and isinstance(block.chart, Tracks):
            yield block
    for inner in section.sections:
        yield from tracks_in(inner)


def test_targets_with_a_starting_point_and_a_figure_since_are_drawn(section: Section) -> None:
    local, published = tracks_in(section)
    assert isinstance(local.chart, Tracks)
    assert isinstance(published.chart, Tracks)
    found = {track.label: track for track in local.chart.tracks}
    # "few" is hidden and "yet" has no starting point; "beds" has no target
    assert list(found) == [f"Figure {name}" for name in MEASURES if name not in ("few", "yet", "beds")]
    assert found["Figure track"].standing == "on track"
    assert found["Figure track"].latest.value == 140 / 220
    days = [getattr(found["Figure track"], name).day for name in ("start", "latest", "target")]
    assert [after - days[0] for after in days[1:]] == [365, 730]
    assert found["Figure band"].latest.value is None
    assert (found["Figure band"].latest.lower, found["Figure band"].latest.upper) == (0.85, 1.0)
    (concern,) = published.chart.tracks
    assert [one.value for one in (concern.start, *concern.between, concern.latest, concern.target)] == [
        pytest.approx(value, abs=0.005) for value in (0.41, 0.33, 0.35, 0.30)
    ]


def test_the_caption_says_who_stands_where_and_every_number_is_its_lines(
    carded: Release, section: Section
) -> None:
    assert carded.scorecard is not None
    lines = {line_key(line): line for line in carded.scorecard.lines}
    words = Contents(carded).words
    for picture in tracks_in(section):
        own = [lines[key] for key in picture.caption.lines]
        allowed = set().union(*map(numbers_of, own))
        for text in (*re.findall(r"<text[^>]*>([^<]*)</text>", picture.chart.svg()), picture.alternative):
            for name in (words.line_name(line) for line in own):
                text = text.replace(name, "*")
            assert {n.replace(",", "") for n in NUMBER.findall(text)} <= allowed, text
        assert picture.alternative.count("from ") >= len(own)
        for line in own:
            standing = words.standing(line)
            assert re.search(
                rf"{standing.capitalize()}:[^.]*{re.escape(words.line_name(line))}", picture.caption.text
            )


def test_a_figure_of_the_survey_is_drawn_with_its_likely_range(tmp_path: Path) -> None:
    """Not joined to the last wave: a change that we cannot tell would look like one."""
    survey = bs.make_survey(respondents=260, seed=7)
    before = bs.make_survey(respondents=220, seed=8, wave="2019")
    (tmp_path / "strategy.toml").write_text(
        'title = "Our plan"\narea = "Council 1"\nas_at = "2022-03"\n'
        '[[objective]]\nid = "school"\ntitle = "School"\n'
        '[[objective.measure]]\nmeasure = "likes_school"\norigin = "survey"\nage_band = "11-18"\n'
        'baseline = { value = 60, as_at = "2018", published = "Plan" }\ntarget = 75\ndirection = "up"\n'
        'due = "2024"\n',
        encoding="utf-8",
    )
    results: list[Any] = [bs.estimate(survey)]
    results.append(bs.compare(survey, [], previous=before))
    out = bs.release(*results, bs.scorecard(bs.load_strategy(tmp_path / "strategy.toml"), *results))
    (section,) = scorecard_sections(Contents(out))
    (picture,) = tracks_in(section)
    assert isinstance(picture.chart, Tracks)
    (track,) = picture.chart.tracks
    (figure,) = (
        f for f in out.figures if (f.wave, f.measure, f.age_band) == ("2021", "likes_school", "11-18")
    )
    assert (track.latest.value, track.latest.lower, track.latest.upper) == (
        figure.share,
        figure.lower,
        figure.upper,
    )
    assert track.between == ()
    assert "likely range" in picture.alternative
    assert "likely range" in picture.chart.svg()
    bs.publish(out, tmp_path / "report")
    assert attack(tmp_path / "report").is_safe


def test_a_wrong_number_in_a_track_is_found(carded: Release, tmp_path: Path) -> None:
    bs.publish(carded, tmp_path / "report")
    assert attack(tmp_path / "report").is_safe
    page = tmp_path / "report" / "report.html"
    text = page.read_text(encoding="utf-8")
    assert text.count(quote(">64%<")) == 1
    page.write_text(text.replace(quote(">64%<"), quote(">67%<")), encoding="utf-8")
    assert not attack(tmp_path / "report").is_safe


def test_every_line_and_action_is_said(carded: Release, section: Section) -> None:
    assert carded.scorecard is not None
    said = {key for sentence in said_in(section) for key in sentence.lines}
    told = {key.measure for key in said}
    assert {line.measure for line in carded.scorecard.lines} <= told
    texts = {sentence.text for sentence in said_in(section)}
    assert {"Write", "Begun", "Last time: Thought of", "Not started, late", "January 2022"} <= texts


def test_objectives_and_actions_are_said_in_plain_english(carded: Release) -> None:
    """What all have, or none has, is said so; ages that a name holds are not said again."""
    card, words = carded.scorecard, Contents(carded).words
    assert card is not None
    one, line = card.objectives[0], card.objectives[0].lines[0]
    bare = replace(line, latest=None, baseline=None)
    said = [words.objective(replace(one, lines=(bare,) * n)).rest for n in (1, 2, 3)]
    assert said == [
        ": its one target has no figures to stand by yet.",
        ": neither of the two targets has figures to stand by yet.",
        ": none of the three targets has figures to stand by yet.",
    ]
    assert words.objective(replace(one, lines=(line, line))).rest == ": both targets are met."
    none = replace(card, objectives=tuple(replace(o, status="", lines=()) for o in card.objectives))
    assert words.objectives(none).text == (
        "None of the four objectives of the strategy of Council 1 has targets, as at March 2022."
    )
    action = replace(one.actions[0], is_late=False)
    done, late = replace(action, status="done"), replace(action, is_late=True)
    assert words.actions((action, late)) == "Neither of its two actions is done, one is late"
    assert words.actions((done, late, late)) == "One of its three actions is done, two are late"
    assert words.actions((done, done, done)) == "All three actions are done"
    aged = replace(line, origin="statutory", label="Leavers aged 19 to 21 in work", age_group="Aged 19 to 21")
    assert words.line_name(aged) == "Leavers aged 19 to 21 in work"
    assert words.line_name(replace(aged, label="Leavers in work")) == "Leavers in work, Aged 19 to 21"


def test_words_that_rank_stand_only_with_a_verdict(carded: Release, section: Section) -> None:
    verdicts = {
        (c.figure.measure, c.figure.age_band, c.comparator, c.source): c.verdict for c in carded.comparisons
    }
    for sentence in said_in(section):
        given = {
            verdicts[key.figure.measure, key.figure.age_band, key.comparator, key.source]
            for key in sentence.comparisons
        }
        assert bool(re.search(r"\bbetter\b", sentence.text)) <= ("better" in given), sentence.text
        assert bool(re.search(r"\bless well\b", sentence.text)) <= ("worse" in given), sentence.text
        assert not re.search(r"\b(higher|lower|significant|worse)\b", sentence.text), sentence.text


def test_no_test_words_for_figures_that_count_everybody(carded: Release, section: Section) -> None:
    for sentence in said_in(section):
        if sentence.lines and all(key.origin != "survey" for key in sentence.lines):
            assert not re.search(r"likely|cannot tell|chance|verdict|doing", sentence.text), sentence.text


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_and_json_hold_the_lines(carded: Release) -> None:
    assert carded.scorecard is not None
    contents = Contents(carded)
    rows, body = rows_of(to_scorecard_csv(contents)), json.loads(to_json(contents))["scorecard"]
    assert len(rows) == len(body["lines"]) == len(carded.scorecard.lines)
    for row, entry, line in zip(rows, body["lines"], carded.scorecard.lines, strict=True):
        assert row["status"] == entry["status"] == line.standing[0]
        value = line.latest.value if line.latest else None
        assert entry["value"] == (None if value is None else pytest.approx(value, abs=1e-4))
        assert row["value"] == ("" if value is None else str(entry["value"]))
        assert bool(entry["symbol"]) == (line.latest is None or line.latest.ends is None)
        assert not {"p", "q", "p_holm"} & set(entry)
    assert [one["status"] for one in body["objectives"]] == [
        one.status for one in carded.scorecard.objectives
    ]
    assert body["objectives"][0]["actions"][0]["late"] is True


# --------------------------------------------------------------------------------------------- the one page


class Page(HTMLParser):
    """The text of a page, and what stands beside each mark."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        if tag == "svg":
            self.hidden.append(dict(attrs).get("aria-hidden") or "")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.inside:
            self.texts.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def page(carded: Release) -> str:
    made = to_scorecard_page(Contents(carded))
    assert made is not None
    return made


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(page: str) -> None:
    assert not re.search(r"<script|https?:|url\(|@import|<link|<img|<iframe|\son\w+=", page)
    assert "@page { size: A4" in page


def test_every_standing_on_the_page_is_a_word_and_a_shape_of_its_own(page: str) -> None:
    assert len({shape for shape, _ in KEY}) == len(KEY) == len(STATUSES)
    for shape, words in KEY:
        assert page.count(f'<symbol id="m-{shape}"') == 1
        for badge in re.findall(rf'<span class="badge {shape}">.*?</span>', page):
            assert re.sub(r"<.*?>", "", badge) == words
    parser = Page()
    parser.feed(page)
    assert set(parser.hidden) == {"true"}
    assert {"Met", "On track", "At risk", "Off track", "Not met", "Not met yet", "Hidden"} <= set(
        parser.texts
    )


def test_the_page_says_nothing_that_the_lines_do_not(carded: Release, page: str) -> None:
    assert carded.scorecard is not None
    parser = Page()
    parser.feed(page)
    allowed = {"2022", "30"}
    for line in carded.scorecard.lines:
        allowed |= numbers_of(line)
    names = {Contents(carded).words.line_name(line) for line in carded.scorecard.lines}
    for text in parser.texts:
        kept = re.sub(r"^\d+(?= more in the report)", "", text)
        for name in names:
            kept = kept.replace(name, "*")
        found = {n.replace(",", "").rstrip(".") for n in NUMBER.findall(kept)}
        assert not found - allowed - {"1"}, text


def test_a_figure_of_another_date_says_so_on_the_page(page: str) -> None:
    parser = Page()
    parser.feed(page)
    text = " ".join(parser.texts)
    assert "In touch (March 2021): England: 91%, no gap" in text
    assert "In suitable homes (March 2021): England: 88%, ours three points below" in text
    assert "No figures in this report" in text  # of the objective under which nothing stands


def test_a_release_without_a_strategy_has_no_page(small: Release, tmp_path: Path) -> None:
    assert to_scorecard_page(Contents(small)) is None
    assert scorecard_sections(Contents(small)) == []
    files = {path.name for path in bs.publish(small, tmp_path / "out", formats=["html", "csv", "json"])}
    assert "scorecard.html" not in files
    assert json.loads((tmp_path / "out" / "figures.json").read_text(encoding="utf-8"))["scorecard"] is None


def sheets(chromium: str, folder: Path, page: str) -> int:
    """Print a page to PDF in Chromium, and return how many sheets it takes."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    subprocess.run(
        [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--disable-component-update", f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer",
            f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )  # fmt: skip
    return max(int(n) for n in re.findall(rb"/Count (\d+)", (folder / "page.pdf").read_bytes()))


@pytest.mark.parametrize("name", ["sheffield-2021", "shropshire-2021"])
def test_the_shipped_strategies_render_alone_and_fit_on_one_page(
    name: str, tmp_path: Path, program: Callable[[str], str]
) -> None:
    out = bs.release(bs.scorecard(bs.load_strategy(name)))
    text = to_markdown(arrange(Contents(out)))
    assert text.startswith("# Corporate Parenting Strategy 2021 to 2024: S")
    made = to_scorecard_page(Contents(out))
    assert made is not None
    assert sheets(program("chromium"), tmp_path, made) == 1


def test_sheffields_scorecard_fits_on_one_page(tmp_path: Path, program: Callable[[str], str]) -> None:
    from brightspots.config import load_config
    from brightspots.reporting import make_release, read_sources

    config = load_config(Path(__file__).parents[2] / "fixtures" / "sheffield-2021")
    config = config.model_copy(update={"cohorts": config.cohorts.model_copy(update={"traits": ()})})
    out = make_release(config, read_sources(config))
    made = to_scorecard_page(Contents(out))
    assert made is not None
    assert sheets(program("chromium"), tmp_path, made) == 1


# ------------------------------------------------------------------------------------ what must not get out


def every_text(files: tuple[Path, ...]) -> str:
    """Return the text of every file, those inside packed ones included, without thousands' commas."""
    parts = []
    for path in files:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                parts += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
        else:
            parts.append(path.read_text(encoding="utf-8"))
    return "\n".join(parts).replace(",", "")


START = 'baseline = { as_at = "2020-03", value = 50, published = "A report" }'
MET = 'label = "Figure met"\norigin = "local"\nbaseline = { as_at = "2021-03" }'


def test_planted_numbers_that_are_hidden_stand_in_no_format(tmp_path: Path) -> None:
    rows = (
        "met,2021-03,,50317,71893,,\nmet,2022-03,,50318,71894,,\n"  # one child more: the older is hidden
        "track,2022-03,,61463,61465,,\n"  # a band
        "risk,2022-03,83.4159,,,,\n"  # of nobody knows how many
        "missed,2022-03,,7,9,,\n"
    )
    path = strategy_file(tmp_path / "s")
    text = path.read_text(encoding="utf-8").replace('baseline = { as_at = "2021-03" }', START)
    path.write_text(text.replace(f'label = "Figure met"\norigin = "local"\n{START}', MET), encoding="utf-8")
    (tmp_path / "s" / "form.csv").write_text(FORM + rows, encoding="utf-8")
    survey = bs.make_survey(respondents=90, seed=5)
    estimates = bs.estimate(survey)
    out = bs.release(estimates, bs.scorecard(bs.load_strategy(path), estimates))
    text = every_text(bs.publish(out, tmp_path / "out"))
    assert "50318" in text
    assert "61465" in text
    for number in ("50317", "71893", "61463", "83.4159", "83.42%", "0.8342"):
        assert number not in text, number


def test_hostile_labels_come_out_as_text(tmp_path: Path) -> None:
    hostile = (
        "<script>alert(1)</script> =cmd|' /C calc'!A0 \u202egnirts\u202c [click](javascript:x) `c` | pipe"
    )
    path = strategy_file(tmp_path / "s")
    text = path.read_text(encoding="utf-8")
    quoted = json.dumps(hostile)
    for plain_text in (
        "Our plan",
        "What we count",
        "Head of service",
        "Figure met",
        "Write",
        "Begun",
        "Plan",
    ):
        text = text.replace(f'"{plain_text}"', quoted)
    for plain_text in ("Our pledge", "Keeping safe", "In touch", "England"):
        text = text.replace(f'"{plain_text}"', quoted)
    text = text.replace('"Figure track"', json.dumps("=1+1 " + "long " * 58))
    text = text.replace('"Figure risk"', '"@SUM(A1)"')
    path.write_text(text, encoding="utf-8")
    out = bs.release(bs.scorecard(bs.load_strategy(path)))
    files = {p.name: p for p in bs.publish(out, tmp_path / "out", formats=["html", "md", "csv", "json"])}
    texts = {name: p.read_text(encoding="utf-8") for name, p in files.items() if name != "release.json"}
    for name, body in texts.items():
        assert not re.search("[\u202a-\u202e\x00-\x08]", body), name
    for name in ("report.html", "scorecard.html"):
        assert "<script" not in texts[name]
        assert "&lt;script&gt;" in texts[name]
    assert not re.search(r"(?<!\\)<(?!br>)", texts["report.md"])
    values = [value for row in rows_of(texts["scorecard.csv"]) for value in row.values()]
    assert any(value.startswith("'=1+1") for value in values)
    assert any(value == "'@SUM(A1)" for value in values)
    for value in values:
        assert value[:1] not in set("=+@") or float(value) == float(value)
    assert json.loads(texts["figures.json"])["scorecard"]["title"].startswith("<script>")


def test_the_same_scorecard_gives_the_same_bytes(carded: Release, tmp_path: Path) -> None:
    for name in ("one", "two"):
        bs.publish(carded, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
