"""A share among those of all councils: who is drawn, what is said of it, and that nobody else is named."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import brightspots as bs
from brightspots.publications.attack import attack
from brightspots.publications.charts.funnel import Funnel
from brightspots.publications.contents import Contents
from brightspots.publications.document import Picture
from brightspots.publications.html import to_html
from brightspots.publications.report import arrange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brightspots.disclosure.release import Release
    from brightspots.publications.document import Section

DFE = Path(os.environ.get("BRIGHTSPOTS_DATA", "/nowhere")) / "dfe_cla"
HEADINGS = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
    "old_la_code,la_name,new_la_code,cla_group,characteristic,number,percentage"
)
GROUP = "Ages 5 to 16 years with SDQ score"
OTHERS = ((80, 30), (100, 44), (120, 47), (150, 60), (90, 38), (110, 50), (200, 77), (260, 101), (140, 52),
          (170, 70), (190, 80))  # fmt: skip
"""How many have a score in each council, and how many of these are a cause for concern."""


def published(folder: Path, ours: tuple[int, Any], others: tuple[tuple[int, Any], ...]) -> Release:
    """Return what a made-up return says of Ash, the first of its councils."""
    rows = []
    for i, (scored, concern) in enumerate((ours, *others)):
        name = "Ash" if i == 0 else f"Elsewhere {chr(64 + i)}"
        place = f"2024,Reporting year,Local authority,E92000001,England,E12000099,North,{901 + i},{name}"
        for what, number, of in (
            ("Total ages 5 to 16 years", scored + 20, scored + 20),
            ("SDQ score was received", scored, scored + 20),
            ("SDQ score is a cause for concern", concern, scored),
        ):
            share = "c" if number == "c" else round(100 * number / of)
            rows.append(f"{place},E06000{901 + i},{GROUP},{what},{number},{share}")
    (folder / "return.csv").write_text("\n".join([HEADINGS, *rows, ""]), encoding="utf-8")
    return bs.release(bs.compare_returns(bs.read_return(folder / "return.csv"), area="Ash"))


def pictures(sections: tuple[Section, ...]) -> Iterator[Picture]:
    for section in sections:
        yield from (b for b in section.blocks if isinstance(b, Picture) and isinstance(b.chart, Funnel))
        yield from pictures(section.sections)


def funnels(release: Release) -> list[Picture]:
    return list(pictures(arrange(Contents(release)).sections))


def test_every_council_that_shows_its_figure_is_a_dot_and_none_is_named(tmp_path: Path) -> None:
    release = published(tmp_path, (160, 64), (*OTHERS, (130, "c")))
    (picture,) = funnels(release)
    assert isinstance(picture.chart, Funnel)
    assert sorted(picture.chart.others) == sorted((n, count / n) for n, count in OTHERS)
    assert (picture.chart.n, picture.chart.share, picture.chart.said) == (160, 0.4, "Ash 40%")
    assert "Elsewhere" not in to_html(arrange(Contents(release))) + picture.alternative


def test_the_caption_says_the_place_and_the_text_the_numbers(tmp_path: Path) -> None:
    """By hand: 649 of 1,610 elsewhere; 1.96 times the root of 0.403 x 0.597 / 160 is 7.6 points."""
    (picture,) = funnels(published(tmp_path, (160, 64), OTHERS))
    assert "Ash is usual among councils of its size" in picture.caption.text
    assert "Ash: 40% (64 of 160)" in picture.alternative
    assert "11 of them, together: 40%" in picture.alternative
    assert "95% limits: 33% to 48%; 99.8% limits: 28% to 52%" in picture.alternative
    (far,) = funnels(published(tmp_path, (160, 112), OTHERS))
    assert "Ash is very far above most councils of its size" in far.caption.text
    assert "usual" not in far.caption.text


def test_one_beyond_the_inner_lines_that_may_be_one_of_many_says_so(tmp_path: Path) -> None:
    """Just outside the inner line, but with so few councils to know the line by no more can be said."""
    (picture,) = funnels(published(tmp_path, (160, 52), OTHERS))
    share, lower = picture.chart.share, picture.chart.inner[0]
    assert share < min(at for n, at in lower if n > 160)
    assert "Ash is usual" in picture.caption.text
    assert "outside the inner lines" in picture.caption.text


@pytest.mark.parametrize(
    ("ours", "others"),
    [((160, 64), OTHERS[:9]), ((160, "c"), OTHERS), ((160, 64), (*OTHERS, *[(130, "c")] * 3))],
    ids=["nine others", "ours withheld", "many withheld"],
)
def test_there_is_none_where_there_is_no_place(tmp_path: Path, ours: Any, others: Any) -> None:
    assert funnels(published(tmp_path, ours, others)) == []


def test_nothing_leaks_and_no_file_says_the_numbers_of_another(tmp_path: Path) -> None:
    bs.publish(published(tmp_path, (160, 64), OTHERS), tmp_path / "report")
    assert attack(tmp_path / "report").is_safe
    (said,) = json.loads((tmp_path / "report" / "release.json").read_text(encoding="utf-8"))["said"][
        "statutory"
    ]
    (concern,) = (one for one in said["figures"] if one["measure"] == "sdq_concern")
    assert set(concern["funnel"]) == {"level", "areas", "own"}


def test_a_number_of_another_council_that_is_put_into_the_picture_is_found(tmp_path: Path) -> None:
    bs.publish(published(tmp_path, (160, 64), OTHERS), tmp_path / "report")
    page = tmp_path / "report" / "report.html"
    text = page.read_text(encoding="utf-8")
    assert "Ash%2040%25" in text or "Ash 40%" in text
    page.write_text(re.sub(r"(another(?:%20| )council)", r"\g<1> 44.1%25", text), encoding="utf-8")
    assert not attack(tmp_path / "report").is_safe


@pytest.mark.skipif(not DFE.exists(), reason="BRIGHTSPOTS_DATA names no folder with the files")
def test_sheffield_among_all_councils_of_england(tmp_path: Path) -> None:
    """2024: 89 of 182 and 66 of 646, as the files print them."""
    names = ("la_conviction_health_outcome_cla", "la_cla_placement_stability")
    figures = bs.read_return(*(DFE / f"{name}.csv" for name in names))
    release = bs.release(bs.compare_returns(figures, area="Sheffield"))
    concern, placements = funnels(release)
    assert "Sheffield: 49% (89 of 182)" in concern.alternative
    assert "Sheffield: 10% (66 of 646)" in placements.alternative
    assert all(
        "Sheffield is usual among councils of its size" in p.caption.text for p in (concern, placements)
    )
    assert all(len(p.chart.others) > 140 for p in (concern, placements) if isinstance(p.chart, Funnel))
    bs.publish(release, tmp_path / "report")
    assert attack(tmp_path / "report").is_safe
