"""The page: one file, sound structure, readable by ear, by keyboard, on paper, in the dark and on a phone."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

import brightspots as bs
from brightspots.publications import html as module
from brightspots.publications.charts.look import DARK
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture
from brightspots.publications.html import to_html
from brightspots.publications.report import arrange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brightspots.publications.document import Report

VOID = {"meta", "br", "circle", "path", "img"}
FETCHING = {"link", "script", "iframe", "object", "embed", "video", "audio", "source", "base", "form"}
INSIDE = "data:image/svg+xml,"
CSS = (Path(module.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")


class Tree(HTMLParser):
    """The elements of a page in order, each with its ancestors; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return to_html(report)


@pytest.fixture(scope="module")
def tree(page: str) -> Tree:
    return Tree(page)


def test_nothing_is_fetched(page: str, tree: Tree) -> None:
    assert not FETCHING & {tag for tag, _, _ in tree.elements}
    for _, attributes, _ in tree.elements:
        assert attributes.get("src", INSIDE).startswith(INSIDE)
        assert not {"srcset", "background", "poster", "action"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:|//[a-z]", page)


def test_the_page_says_what_it_is(page: str, tree: Tree, report: Report) -> None:
    assert page.startswith("<!DOCTYPE html>\n")
    assert tree.all("html") == [{"lang": "en-GB"}]
    metas = tree.all("meta")
    assert {"charset": "utf-8"} in metas
    assert any(m.get("name") == "viewport" and "width=device-width" in (m["content"] or "") for m in metas)
    assert f"<title>{report.title}</title>" in page
    assert page.index('charset="utf-8"') < 200


def test_landmarks_and_skip_link(tree: Tree) -> None:
    assert [len(tree.all(tag)) for tag in ("main", "header", "nav")] == [1, 1, 1]
    first = next(attributes for tag, attributes, _ in tree.elements if tag == "a")
    assert first == {"class": "skip", "href": "#main"}
    assert tree.all("nav")[0]["aria-label"] == "Contents"


def test_ids_are_unique_and_every_link_and_label_finds_one(tree: Tree) -> None:
    ids = [attributes["id"] for _, attributes, _ in tree.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes, _ in tree.elements:
        for target in (attributes.get("href"), attributes.get("aria-labelledby")):
            assert target is None or target.lstrip("#") in ids


def test_headings_go_down_one_at_a_time(tree: Tree) -> None:
    levels = [int(tag[1]) for tag, _, _ in tree.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_scopes_and_a_labelled_region(page: str, tree: Tree) -> None:
    tables = len(tree.all("table"))
    assert (
        tables == len(tree.all("caption")) == len([e for e in tree.elements if e[1].get("role") == "region"])
    )
    for tag, attributes, ancestors in tree.elements:
        if attributes.get("role") == "region":
            assert attributes["tabindex"] == "0"
            assert attributes["aria-labelledby"]
        if tag == "th":
            assert attributes["scope"] == ("col" if "thead" in ancestors else "row")
        if tag == "caption":
            assert ancestors[-1] == "table"
    for body in re.findall(r"<table[^>]*>(.*?)</table>", page, flags=re.DOTALL):
        columns = body.count('<th scope="col"')
        rows = body.count("<tr") - 1
        assert rows > 0
        assert body.count('<th scope="row"') == rows
        assert body.count("<td") == rows * (columns - 1)


def test_no_table_has_two_columns_of_one_name(page: str) -> None:
    for head in re.findall(r"<thead[^>]*>(.*?)</thead>", page, flags=re.DOTALL):
        titles = re.findall(r"<th[^>]*>(.*?)</th>", head)
        assert len(titles) == len(set(titles))


def test_captions_tell_tables_apart(page: str) -> None:
    children, leavers = (
        bs.make_survey(councils=2, respondents=60, seed=1, questionnaire=name)
        for name in ("children-in-care", "care-leavers")
    )
    both = bs.release(*(bs.estimate(s, measures=["good_friend"]) for s in (children, leavers)))
    for text in (page, to_html(arrange(Contents(both)))):
        captions = re.findall(r"<caption[^>]*>(.*?)</caption>", text)
        assert len(captions) == len(set(captions))


def test_pictures_are_for_the_eye_and_say_what_their_row_says(page: str, tree: Tree) -> None:
    pictures = tree.all("svg")
    assert len(pictures) > 50
    assert all(p["aria-hidden"] == "true" and p["focusable"] == "false" for p in pictures)
    for limits, picture in re.findall(r'<span class="limits">(.*?)</span><svg.*?>(.*?)</svg>', page):
        low, high = re.findall(r"\d+", limits)
        assert f'class="range" d="M{low} 4.5H{high}"' in picture


def test_large_pictures_are_read_out_and_have_a_caption(tree: Tree, report: Report) -> None:
    drawn = list(pictures_of(report))
    assert [picture["alt"] for picture in tree.all("img")] == [picture.alternative for picture in drawn]
    assert len(tree.all("figure")) == len(tree.all("figcaption")) == len(drawn) > 0


def test_large_pictures_are_whole_and_know_light_and_dark(tree: Tree, report: Report) -> None:
    for shown, picture in zip(tree.all("img"), pictures_of(report), strict=True):
        svg = unquote((shown["src"] or "").removeprefix("data:image/svg+xml,"))
        root = ET.fromstring(svg)
        assert not {"href", "src"} & {name for element in root.iter() for name in element.attrib}
        texts = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]
        assert texts == re.findall(r"<text[^>]*>([^<]*)</text>", unescape(picture.chart.svg()))
        palette, drawn = svg.split("</style>")
        assert not re.search(r"#[0-9a-f]{6}", drawn)
        for name in set(re.findall(r"var\(--([0-9a-f]{6})\)", drawn)):
            assert re.findall(rf"--{name}:(#[0-9a-f]{{6}})", palette) == [f"#{name}", DARK[f"#{name}"]]


def pictures_of(report: Report) -> Iterator[Picture]:
    waiting = list(reversed(report.sections))
    while waiting:
        section = waiting.pop()
        yield from (block for block in section.blocks if isinstance(block, Picture))
        waiting += reversed(section.sections)


def test_hidden_figures_have_no_picture(page: str) -> None:
    for row in re.findall(r"<tr[^>]*><th scope=\"row\".*?</tr>", page):
        if re.search(r'<td[^>]* class="pictured"[^>]*>\[c\]', row):
            assert "<svg" not in row


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_are_readable(place: int) -> None:
    palettes = re.findall(r":root \{(.*?)\}", CSS, flags=re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", palettes[place]))
    for text in ("ink", "quiet", "accent"):
        for ground in ("paper", "band"):
            assert contrast(colours[text], colours[ground]) >= 4.5
    for graphic in ("range", "mark", "ink", "quiet", "focus"):
        if graphic in colours:
            assert contrast(colours[graphic], colours["paper"]) >= 3


def test_styles_for_dark_print_and_phones() -> None:
    for query in ("prefers-color-scheme: dark", "@media print", "max-width: 40rem"):
        assert query in CSS
    assert "table-header-group" in CSS
