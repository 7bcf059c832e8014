"""Pages in a real browser: axe-core finds nothing wrong or undecided, and everything fits a phone."""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING

import browser as chromium
import pytest

import brightspots as bs
from brightspots.publications.contents import Contents
from brightspots.publications.html import to_html
from brightspots.publications.infographic import to_scorecard_page
from brightspots.publications.young_people import to_young_html, young_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

    from brightspots.publications.document import Report


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    if not chromium.AXE.exists():
        if os.environ.get("BRIGHTSPOTS_REQUIRE_PROOFS"):
            pytest.fail("axe-core is not installed, and proofs are required here")
        pytest.skip("NOT PROVED HERE: axe-core is not installed in .ci-proofs")
    started = chromium.start(program, tmp_path_factory.mktemp("profile"))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def pages(report: Report, contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "report.html").write_text(to_html(report), encoding="utf-8")
    (folder / "young.html").write_text(to_young_html(contents), encoding="utf-8")
    card = bs.release(bs.scorecard(bs.load_strategy("sheffield-2021")))
    (folder / "scorecard.html").write_text(to_scorecard_page(Contents(card)) or "", encoding="utf-8")
    return {name: folder / f"{name}.html" for name in ("report", "young", "scorecard")}


@pytest.mark.parametrize("page", ["report", "young", "scorecard"])
@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Chrome, pages: dict[str, Path], page: str, size: str, scheme: str
) -> None:
    chromium.show(browser, pages[page], scheme=scheme, size=size)
    assert browser.execute_script("return matchMedia('(prefers-color-scheme: dark)').matches") == (
        scheme == "dark"
    )
    assert chromium.faults(browser) == []


@pytest.mark.parametrize("page", ["report", "young", "scorecard"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_nothing_hangs_over_the_edge(browser: Chrome, pages: dict[str, Path], page: str, size: str) -> None:
    chromium.show(browser, pages[page], scheme="light", size=size)
    width, _ = chromium.SIZES[size]
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_axe_would_find_something(browser: Chrome, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(
        '<html><body><img src="x"><p style="color:#ccc">pale</p></body></html>'
    )
    chromium.show(browser, tmp_path / "bad.html", scheme="light", size="wide")
    assert {"html-has-lang", "image-alt", "color-contrast"} <= {
        one["rule"] for one in chromium.faults(browser)
    }


def test_pages_ask_nothing_of_the_network(browser: Chrome, pages: dict[str, Path]) -> None:
    for page in pages.values():
        chromium.show(browser, page, scheme="light", size="wide")
        assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_each_page_for_young_people_fills_one_sheet(
    browser: Chrome, pages: dict[str, Path], contents: Contents
) -> None:
    chromium.show(browser, pages["young"], scheme="light", size="wide", media="print")
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    sheets = re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed["data"]))
    assert len(sheets) == len(young_pages(contents))
