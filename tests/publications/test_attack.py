"""Files are read back by an outsider: what was released passes, a planted number is found in any format."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import brightspots as bs
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.publications import publishing
from brightspots.publications.attack import attack
from brightspots.publications.claim import Numbers
from brightspots.publications.names import names_of
from brightspots.publications.reading_back import fragments_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brightspots.disclosure.figures import Figure
    from brightspots.disclosure.release import Release

Plant = "Callable[[Path, str], None]"


@pytest.fixture(scope="module")
def few() -> Release:
    """Return a release of a few measures with hidden and banded figures, comparisons and groups."""
    survey = bs.make_survey(respondents=70, seed=5)
    measures = ["nature", "likes_school", "trusts_carers", "pets", "life_satisfaction"]
    benchmarks = [b for b in bs.load_benchmarks("sheffield-2021").benchmarks if b.measure in measures]
    return bs.release(
        bs.estimate(survey, measures=measures),
        bs.compare(survey, benchmarks),
        bs.flag_cohorts(survey, traits=["gender"], max_order=1, permutations=99),
    )


@pytest.fixture(scope="module")
def written(few: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "report"
    bs.publish(few, folder)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """Return a copy of the written files, to plant something in."""
    for path in written.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def a_hidden(release: Release, status: str = "withheld") -> Figure:
    return next(f for f in release.figures if f.status == status and not f.group)


@pytest.fixture(scope="module")
def said(few: Release) -> str:
    """Return a sentence that says what is hidden: three of 41 children."""
    figure, words = a_hidden(few), names_of(few)
    return f"{words.label(figure)}, {words.ages(figure.questionnaire, figure.age_bands)}: 3 of 41"


def test_what_was_released_passes(release: Release, tmp_path: Path) -> None:
    bs.publish(release, tmp_path / "report")
    found = attack(tmp_path / "report", in_full=True)
    assert found.is_safe, found.describe()
    assert not found.unknown
    hidden = {f.measure for f in release.figures if f.status in ("banded", "withheld")}
    assert {one.figure.measure for one in found.narrowed} >= hidden
    for one in (one for one in found.narrowed if one.figure.status == "banded"):
        could_be_shown = any(5 <= k <= one.figure.n - 5 for k in range(one.least, one.greatest + 1))
        assert one.greatest - one.least >= 5 or could_be_shown, one.figure


def inside(page: str, text: str, before: str) -> str:
    assert before in page
    return page.replace(before, text + before, 1)


def html(make: Callable[[str], str]) -> Any:
    def plant(folder: Path, said: str) -> None:
        path = folder / "report.html"
        path.write_text(inside(path.read_text("utf-8"), make(said), "</main>"), encoding="utf-8")

    return plant


def office(name: str, parts: Callable[[str], dict[str, str]]) -> Any:
    def plant(folder: Path, said: str) -> None:
        with zipfile.ZipFile(folder / name, "w") as out:
            for part, body in parts(said).items():
                out.writestr(part, body)

    return plant


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
TEXT = f"<w:document {W}><w:body><w:p><w:r><w:t>Hello</w:t></w:r></w:p></w:body></w:document>"


def word(**more: str) -> Any:
    return office("report.docx", lambda said: {"word/document.xml": TEXT, **parts_of(more, said)})


def parts_of(more: dict[str, str], said: str) -> dict[str, str]:
    return {name.replace("__", "/") + ".xml": body.replace("SAID", said) for name, body in more.items()}


def excel(cell: str, state: str = "", **more: str) -> Any:
    def parts(said: str) -> dict[str, str]:
        return {
            "xl/workbook.xml": f'<workbook {S} {R}><sheets><sheet name="One" r:id="rId1" {state}/></sheets>'
            "</workbook>",
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f"<sst {S}><si><t>{said}</t></si><si><t>Hello</t></si></sst>",
            "xl/worksheets/sheet1.xml": f'<worksheet {S}><sheetData><row r="1">{cell}</row></sheetData>'
            "</worksheet>",
            **parts_of(more, said),
        }

    return office("report.xlsx", parts)


def csv_cell(folder: Path, said: str) -> None:
    del said
    lines = (folder / "figures.csv").read_text("utf-8").splitlines(keepends=True)
    i = next(i for i, line in enumerate(lines) if ",withheld,[c],," in line)
    lines[i] = lines[i].replace(",withheld,[c],,", ",withheld,[c],41,", 1)
    (folder / "figures.csv").write_text("".join(lines), encoding="utf-8")


def in_json(name: str, change: Callable[[Any], None]) -> Any:
    def plant(folder: Path, said: str) -> None:
        del said
        body = json.loads((folder / name).read_text("utf-8"))
        change(body)
        (folder / name).write_text(json.dumps(body), encoding="utf-8")

    return plant


def first(body: Any, status: str) -> Any:
    return next(f for f in body["figures"] if f["status"] == status)


def a_count_beside_a_band(body: Any) -> None:
    banded = first(body, "banded")
    banded["count"] = banded["n"] - 2


def a_range_of_the_true_count(body: Any) -> None:
    banded = first(body, "banded")
    count = banded["n"] - 2 if banded["above"] else 2
    banded["lower"] = float(bs.statistics.proportion_interval(count, banded["n"]).lower)


def a_hidden_figure_shown(body: Any) -> None:
    first(body, "withheld").update(
        status="shown", n=41, count=3, share=3 / 41, lower=0.0252, upper=0.1943, method="wilson",
        target="process", confidence=0.95,
    )  # fmt: skip


def a_difference(body: Any) -> None:
    hidden = {tuple(map(str, f.values())) for f in body["figures"] if f["status"] != "shown"}
    assert hidden
    one = next(c for c in body["said"]["comparisons"] if c["verdict"] == "withheld")
    one["difference"] = -0.1


def picture(folder: Path, said: str) -> None:
    """Draw a dot where a band alone is given."""
    del said
    path = folder / "report.html"
    page = path.read_text("utf-8")
    start = page.index("more than 8")
    svg = page.index("</svg>", start)
    assert 'class="share"' not in page[start:svg]
    path.write_text(f'{page[:svg]}<circle class="share" cx="97" cy="4"/>{page[svg:]}', encoding="utf-8")


def markdown(folder: Path, said: str) -> None:
    with (folder / "report.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{said}\n")


PLANTS = {
    "page: text": html(lambda said: f"<p>{said}</p>"),
    "page: alternative text": html(lambda said: f'<img src="a.png" alt="{said}">'),
    "page: label": html(lambda said: f'<div aria-label="{said}"></div>'),
    "page: data": html(lambda _: '<div data-count="3/41"></div>'),
    "page: comment": html(lambda said: f"<!-- {said} -->"),
    "page: script": html(lambda said: f"<script>var a = '{said}';</script>"),
    "page: title of a picture": html(lambda said: f"<svg><title>{said}</title></svg>"),
    "page: text of a picture": html(
        lambda said: f"<svg><text>{said.partition(':')[0]}</text><text>7%</text></svg>"
    ),
    "page: text of a picture that is cut short": html(
        lambda said: f"<svg><text>{said.partition(':')[0]} 7% …</text></svg>"
    ),
    "page: picture": picture,
    "Markdown": markdown,
    "CSV": csv_cell,
    "JSON: a count": in_json("figures.json", lambda body: first(body, "withheld").update(count=3)),
    "JSON: another entry": in_json("figures.json", lambda body: first(body, "withheld").update(low=3)),
    "JSON: a sentence": in_json(
        "figures.json", lambda body: first(body, "withheld").update(sentence="3 of 41 said so.")
    ),
    "edition: a count": in_json("release.json", lambda body: first(body, "withheld").update(count=3)),
    "edition: a count beside a band": in_json("release.json", a_count_beside_a_band),
    "edition: a range": in_json("release.json", a_range_of_the_true_count),
    "edition: shown": in_json("release.json", a_hidden_figure_shown),
    "edition: a difference": in_json("release.json", a_difference),
    "edition: another entry": in_json("release.json", lambda body: body.update(true=[3])),
    "edition: another entry of a figure": in_json("release.json", lambda b: first(b, "shown").update(p=0.04)),
    "Word: text": office(
        "report.docx", lambda said: {"word/document.xml": TEXT.replace("Hello", said)}
    ),
    "Word: table": office(
        "report.docx",
        lambda said: {
            "word/document.xml": f"<w:document {W}><w:body><w:tbl><w:tr>"
            + "".join(f"<w:tc><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>" for t in said.split(": "))
            + "</w:tr></w:tbl></w:body></w:document>"
        },
    ),
    "Word: alternative text": office(
        "report.docx",
        lambda said: {
            "word/document.xml": TEXT.replace("<w:t>Hello</w:t>", f'<docPr name="Picture 1" descr="{said}"/>')
        },
    ),
    "Word: property": word(docProps__core="<p><description>3 of 41</description></p>"),
    "Word: header": word(word__header1=f"<w:hdr {W}><w:p><w:r><w:t>SAID</w:t></w:r></w:p></w:hdr>"),
    "Word: comment": word(word__comments=f"<w:comments {W}><w:comment><w:p><w:r><w:t>41</w:t></w:r></w:p>"
                          "</w:comment></w:comments>"),
    "Excel: text": excel('<c r="A1" t="s"><v>0</v></c>'),
    "Excel: hidden sheet": excel('<c r="A1"><v>41</v></c>', 'state="hidden"'),
    "Excel: very hidden sheet": excel('<c r="A1"><v>41</v></c>', 'state="veryHidden"'),
    "Excel: property": excel('<c r="A1" t="s"><v>1</v></c>', docProps__core="<p><keywords>41</keywords></p>"),
    "Excel: comment": excel(
        '<c r="A1" t="s"><v>1</v></c>',
        xl__comments1=f"<comments {S}><commentList><comment><text><t>SAID</t></text></comment></commentList>"
        "</comments>",
    ),
    "Excel: data of a chart": excel(
        '<c r="A1" t="s"><v>1</v></c>',
        xl__charts__chart1=f"<c:chart {C}><c:ser><c:cat><c:v>SAID</c:v></c:cat><c:val><c:v>3</c:v></c:val>"
        "</c:ser></c:chart>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_number_is_found(folder: Path, said: str, name: str) -> None:
    plant: Callable[[Path, str], None] = PLANTS[name]
    plant(folder, said)
    found = attack(folder)
    assert not found.is_safe
    assert found.describe()
    assert not re.search(r"\b41\b", found.describe().replace("[41]", "").replace("line 41", ""))


HARMLESS = {
    "Word": word(
        docProps__core="<p><title>Told: Council 1, 2021</title><created>2000-01-01</created></p>",
        docProps__app="<p><Pages>3</Pages><AppVersion>16.0</AppVersion></p>",
    ),
    "Excel": excel('<c r="A1" t="s"><v>1</v></c>', 'state="hidden"'),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_programs_write_about_a_file_is_no_leak(folder: Path, name: str) -> None:
    """So that the tests above do not pass because of what surrounds the planted number."""
    HARMLESS[name](folder, "Hello")
    found = attack(folder)
    assert found.is_safe, found.describe()


def test_a_writer_that_says_too_much_writes_nothing(
    small: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bs.publish(small, tmp_path / "report", formats=["md"])
    before = {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()}
    write = publishing.FORMATS["md"]["report.md"]
    monkeypatch.setitem(publishing.FORMATS["md"], "report.md", lambda one: f"{write(one)}\n3 of 41 did.\n")
    with pytest.raises(ReleaseError, match="say more than was released") as caught:
        bs.publish(small, tmp_path / "report", formats=["md"])
    assert caught.value.exit_code == 4
    assert "41" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("body", [None, "", "[]", '{"brightspots": "release"}', '{"brightspots": "figures"}'])
def test_a_folder_of_others_is_no_folder_of_ours(tmp_path: Path, body: str | None) -> None:
    if body is not None:
        (tmp_path / "release.json").write_text(body)
    with pytest.raises(ArgumentError, match=r"release\.json"):
        attack(tmp_path)


def test_an_edition_of_an_earlier_version_is_read(folder: Path) -> None:
    """Before, it held neither thresholds nor what is said beside the figures: texts cannot be traced then."""
    body = json.loads((folder / "release.json").read_text("utf-8"))
    for part in ("thresholds", "said", "own", "scorecard"):
        body.pop(part, None)
    (folder / "release.json").write_text(json.dumps(body), encoding="utf-8")
    for path in folder.iterdir():
        if path.name not in ("release.json", "figures.csv"):
            path.unlink()
    assert attack(folder).is_safe


def test_a_questionnaire_of_ones_own_is_given_or_named(tmp_path: Path) -> None:
    shipped = bs.load_questionnaire("children-in-care")
    own = type(shipped).model_validate(shipped.model_dump(mode="python", by_alias=True) | {"id": "our-own"})
    survey = replace(bs.make_survey(respondents=120, seed=4), questionnaire=own)
    out = bs.release(bs.estimate(survey, measures=["nature", "likes_school"]))
    bs.publish(out, tmp_path / "report")
    assert attack(tmp_path / "report").unknown == ("our-own",)
    found = attack(tmp_path / "report", [own])
    assert found.is_safe
    assert not found.unknown


def test_numbers_are_told_as_they_are_written() -> None:
    """2 of 3 is 67%, 0.67 and 66.7%, and never 66%; a rate of 77.4 is 77 and no percentage."""
    numbers = Numbers({40}, {2 / 3, 77.4})
    assert all(numbers.hold(t) for t in ("40", "67", "0.67", "66.7", "0.6667", "0.6666666666666666", "77"))
    assert not any(numbers.hold(t) for t in ("41", "66", "0.66", "7740", "1", "0"))


def test_every_text_of_a_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<h2>Head</h2><table><caption>Cap</caption><tr><th>A</th><th>B</th></tr>"
        "<tr><th>one</th><td>two<div>three</div></td></tr></table><p>four <b>five</b> six</p>"
    )
    found = {f.text: f for f in fragments_of(path)}
    assert {"Head", "Cap", "A", "B", "one", "two three", "four five six"} == set(found)
    assert found["two three"].row == ("one", "two three")
    assert found["two three"].column == "B"
    assert found["two three"].around == ("Cap", "Head")


# ------------------------------------------------------------------------------------------ of a scorecard

LONG = "Of 4173 homes counted by 317 people, the ones " + "and others " * 9 + "that are better than 2918"
STRATEGY = f"""
title = "Plan: {LONG}{" and so on" * 9}"
area = "Council 1"
as_at = "2022-03-29"
local_measures = "form.csv"
[[objective]]
id = "local"
title = "{LONG}"
owner = "{LONG}"
[[objective.measure]]
measure = "few"
label = "Figure few"
origin = "local"
target = 90
direction = "up"
due = "2023-03-27"
[[objective.measure]]
measure = "band"
label = "{LONG}"
origin = "local"
target = 90
direction = "up"
due = "2023-03-27"
[[objective.measure]]
measure = "rate"
label = "Rate of something"
unit = "rate"
baseline = {{ value = 58.3, as_at = "2021-03-31", published = "A report" }}
target = 51
direction = "down"
due = "2023-03-27"
[[objective.action]]
action = "Ask 317 people"
due = "2022-01-19"
now = "{LONG}"
last_time = "Asked 211 of 377"
[[objective]]
id = "survey"
title = "What we were told"
indicators = ["nature"]
[[objective.measure]]
measure = "sdq_average"
origin = "statutory"
"""


@pytest.fixture(scope="module")
def of_a_strategy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a strategy with days as dates, long labels with numbers, and hidden figures."""
    folder = tmp_path_factory.mktemp("strategy")
    (folder / "strategy.toml").write_text(STRATEGY, encoding="utf-8")
    form = "measure,date,value,numerator,denominator,provisional,published\n"
    (folder / "form.csv").write_text(
        f"{form}few,2022-03,,7,9,,\nband,2022-03,,6143,6145,,\n", encoding="utf-8"
    )
    estimates = bs.estimate(bs.make_survey(respondents=70, seed=5), measures=["nature"])
    sample = Path(bs.__file__).parent / "data" / "returns" / "sample.csv"
    published = bs.compare_returns(bs.read_return(sample), area="Ambleford")
    card = bs.scorecard(bs.load_strategy(folder / "strategy.toml"), estimates, published)
    bs.publish(bs.release(estimates, published, card), folder / "report")
    return folder / "report"


def test_what_a_strategy_says_passes(of_a_strategy: Path) -> None:
    """Days, long names with numbers that pages cut short, and rates: all of it is in the claim."""
    found = attack(of_a_strategy, in_full=True)
    assert found.is_safe, found.describe()
    assert "27 March 2023" in (of_a_strategy / "scorecard.html").read_text(encoding="utf-8")
    assert "…" in (of_a_strategy / "scorecard.html").read_text(encoding="utf-8")


def other_text(name: str, before: str, after: str) -> Any:
    def plant(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert before in text
        (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")

    return plant


def other_part(name: str, part: str, before: str, after: str) -> Any:
    def plant(folder: Path) -> None:
        with zipfile.ZipFile(folder / name) as packed:
            parts = {one: packed.read(one) for one in packed.namelist()}
        assert before.encode() in parts[part]
        parts[part] = parts[part].replace(before.encode(), after.encode(), 1)
        with zipfile.ZipFile(folder / name, "w") as out:
            for one, body in parts.items():
                out.writestr(one, body)

    return plant


def a_line(measure: str, **change: Any) -> Callable[[Any], None]:
    def planted(body: Any) -> None:
        next(one for one in body["scorecard"]["lines"] if one["measure"] == measure).update(change)

    return planted


OF_A_SCORECARD = {
    "the board's page": other_text("scorecard.html", "more than 90%", "6143 of 6145"),
    "page": other_text("report.html", "more than 90%", "6143 of 6145"),
    "page: hidden": other_text("report.html", "Figure few", "Figure few: 78%"),
    "Markdown": other_text("report.md", "more than 90%", "6143 of 6145"),
    "CSV": other_text("scorecard.csv", "Rate of something: ", "Rate of something: 57 "),
    "CSV: of another line": other_text("scorecard.csv", "Rate of something: ", "Rate of something: 6145 "),
    "JSON": in_json("figures.json", a_line("few", numerator=7)),
    "JSON: of another line": in_json("figures.json", a_line("few", denominator=6145)),
    "JSON: sentence": in_json("figures.json", a_line("rate", sentence="It is 57.2 per 10,000.")),
    "Word": other_part("report.docx", "word/document.xml", "more than 90%", "6143 of 6145"),
    "Excel": other_part("figures.xlsx", "xl/sharedStrings.xml", "more than 90%", "6143 of 6145"),
}


@pytest.mark.parametrize("name", OF_A_SCORECARD)
def test_a_wrong_number_in_a_scorecard_is_found(of_a_strategy: Path, tmp_path: Path, name: str) -> None:
    for path in of_a_strategy.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    plant: Any = OF_A_SCORECARD[name]
    plant(tmp_path, "") if name.startswith("JSON") else plant(tmp_path)
    found = attack(tmp_path)
    assert not found.is_safe
    assert not re.search(r"6143|6145|57|78", found.describe())
