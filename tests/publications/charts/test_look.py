"""The look of pictures: bytes that do not change, colours that can be read, words that do not collide."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.publications.charts import look
from brightspots.publications.charts.bands import INNER, Bands, BandsRow
from brightspots.publications.charts.dumbbell import Dumbbell, DumbbellRow
from brightspots.publications.charts.forest import Forest, ForestRow
from brightspots.publications.charts.funnel import Funnel
from brightspots.publications.charts.page import spread, wrapped
from brightspots.publications.charts.slope import Slope, SlopeLine
from brightspots.publications.charts.track import LOOKS, Point, Track, Tracks

if TYPE_CHECKING:
    from brightspots.publications.charts.chart import Chart

DUMBBELL = Dumbbell(
    "us",
    ((0, "general population"), (1, "in care elsewhere")),
    (
        DumbbellRow("Likes school, 11-18s", 0.54, 0.69, 0.62, "62%", ((0, 0.8, "80%"), (1, 0.78, "78%"))),
        DumbbellRow("Feels safe", 0.7, 1.0, None, "more than 85%", ((0, 0.75, "75%"),), "not compared"),
    ),
)
BANDS = Bands(
    ("low", "medium", "high", "very high"),
    (
        (
            "Satisfied with life",
            (
                BandsRow("8-11s", (0.16, 0.2, 0.18, 0.46), ("16%", "20%", "18%", "46%")),
                BandsRow("general population", (0.07, None, None, 0.35), ("7%", "", "", "35%"), ours=False),
            ),
        ),
    ),
)
FOREST = Forest(
    "a group",
    "one that stands out",
    "all others",
    (
        ForestRow("In residential care", 0.24, 0.5, 0.36, "36% (18 of 50)", 0.1, stands_out=True),
        ForestRow("Girls", 0.0, 0.3, None, "fewer than 30%", None),
    ),
)
SLOPE = Slope(
    "our last survey",
    "this survey",
    (("better", "doing better"), ("worse", "doing less well"), ("", "not tested")),
    (
        SlopeLine("Likes school", 0.85, 0.62, "85%", "62%"),
        SlopeLine("Has a good friend", 0.55, 0.66, "55%", "66%", "better"),
        SlopeLine("Feels safe", 0.82, 0.65, "82%", "65%", "worse"),
    ),
)
FUNNEL = Funnel(
    us="Ash",
    them="another council",
    size="how many children",
    n=120,
    share=0.3,
    said="Ash 30%",
    others=((50, 0.2), (100, 0.25), (400, 0.4)),
    level=0.25,
    said_level="all others 25%",
    inner=(((50, 0.1), (400, 0.2)), ((50, 0.5), (400, 0.3))),
    outer=(((50, 0.0), (400, 0.15)), ((50, 0.7), (400, 0.35))),
    said_inner="95% limits",
    said_outer="99.8% limits",
)


def track(standing: str, latest: Point) -> Track:
    start, target = Point(0, 0.5, "50%", "March 2021"), Point(730, 0.7, "70%", "March 2023")
    between = (Point(200, 0.55, "55%", "October 2021"),)
    return Track("Likes school, 11-18s", standing, standing, start, latest, target, between, 0.2)


TRACKS = Tracks(
    "starting point",
    "target, by its date",
    "a figure in between",
    "likely range",
    (
        *(track(standing, Point(365, 0.6, "60%", "March 2022", 0.55, 0.65)) for standing in LOOKS),
        track("hidden", Point(365, None, "more than 85%", "March 2022", 0.85, 1.0)),
    ),
)
CHARTS = [DUMBBELL, BANDS, FOREST, SLOPE, FUNNEL, TRACKS]
HOSTILE = [
    "<script>alert(1)</script>",
    "$x^2$ & \\frac{1}{0}",
    "🙂 Likes school",
    "a" * 500,
    "",
    "العربية",
    "\u200b",
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def in_the_dark(colour: str) -> str:
    return look.DARK[colour]


@pytest.mark.parametrize("shown", [str, in_the_dark], ids=["light", "dark"])
def test_type_and_marks_stand_out_from_their_ground(shown: type[str]) -> None:
    """WCAG 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for what graphics need to be understood (1.4.11)."""
    for colour in (look.INK, look.QUIET, look.OURS, *look.OTHERS):
        assert contrast(shown(colour), shown(look.PAPER)) >= 4.5
    for colour in (look.FAINT, look.RANGE):
        assert contrast(shown(colour), shown(look.PAPER)) >= 3
    for band, words in zip(look.BANDS, INNER, strict=True):
        assert contrast(shown(words), shown(band)) >= 4.5


def test_every_colour_of_a_picture_has_its_place_on_a_dark_page() -> None:
    used = {colour for chart in CHARTS for colour in re.findall(r"#[0-9a-f]{6}", chart.svg())}
    assert used <= set(look.DARK)
    assert not set(look.DARK) & set(look.DARK.values()), "a colour that was replaced would be replaced again"


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_the_same_data_gives_the_same_bytes(chart: Chart) -> None:
    assert chart.svg() == chart.svg()
    assert chart.png() == chart.png()
    assert chart.png().startswith(b"\x89PNG")
    assert b"matplotlib" not in chart.png().lower()
    assert not re.search(r"<metadata|<style|<image| id=|href|20\d\d-", chart.svg())


def test_another_process_draws_the_same() -> None:
    program = (
        "from brightspots.publications.charts.dumbbell import Dumbbell, DumbbellRow\n"
        f"import hashlib; print(hashlib.sha256({DUMBBELL!r}.svg().encode()).hexdigest())"
    )
    done = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert done[0] == done[1]


def test_type_stays_type() -> None:
    assert {"Likes school, 11-18s", "62%", "80%", "78%", "more than 85%"} <= set(
        re.findall(r"<text[^>]*>([^<]*)</text>", DUMBBELL.svg())
    )


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_shown_as_it_stands(label: str) -> None:
    row = DumbbellRow(label, 0.1, 0.3, 0.2, "20%", ((0, 0.5, "50%"),), label[:20])
    chart = Dumbbell("us", ((0, label or "them"),), (row,))
    assert "<script" not in chart.svg()
    assert chart.png()
    if label.startswith("$"):
        assert "$x^2$ &amp; \\frac{1}{0}" in chart.svg()


def test_what_is_given_as_a_band_has_no_dot() -> None:
    shown, banded = (chart_of(row).svg().count("C ") for row in DUMBBELL.rows)
    assert banded < shown  # only a round mark is drawn with curves


def boxes(chart: Chart, colour: str) -> list[tuple[float, float]]:
    """Return left and right end of what is drawn in a colour, in points."""
    paths = re.findall(r'<path d="([^"]*)" style="fill: (#[0-9a-f]{6})', chart.svg())
    return [
        (min(xs), max(xs))
        for path, fill in paths
        if fill == colour
        for xs in [[float(x) for x in re.findall(r"[ML] ([\d.]+) ", path)]]
    ]


def bars(chart: Chart, colour: str) -> list[tuple[float, float]]:
    """Return the ends of the bars of a colour, without its mark in the key."""
    return [(left, right) for left, right in boxes(chart, colour) if left >= 126]


def test_bands_lie_where_their_shares_say_and_a_gap_is_left_for_what_is_not_given() -> None:
    """By hand: the bar is from 126 to 352 points, so 16% is 36.16 of 226 points."""
    ours, others = (Bands(BANDS.names, ((BANDS.groups[0][0], (row,)),)) for row in BANDS.groups[0][1])
    ends = [126, 126 + 36.16, 126 + 36.16 + 45.2, 126 + 36.16 + 45.2 + 40.68, 352]
    for colour, left, right in zip(look.BANDS, ends[:-1], ends[1:], strict=True):
        assert bars(ours, colour)[-1] == pytest.approx((left, right), abs=0.01)
    assert bars(others, look.BANDS[0]) == [pytest.approx((126, 126 + 15.82), abs=0.01)]
    assert bars(others, look.BANDS[3])[-1] == pytest.approx((352 - 79.1, 352), abs=0.01)
    assert all(right - left < 10 for colour in look.BANDS[1:3] for left, right in bars(others, colour))


def test_a_forest_begins_at_nothing_and_ends_at_a_multiple_of_ten() -> None:
    assert FOREST.most == 0.5
    assert Forest("", "", "", (ForestRow("a", 0.0, 0.02, 0.01, "1%", None),)).most == 0.1
    assert Forest("", "", "", (ForestRow("a", 0.9, 1.0, 0.99, "99%", 1.0),)).most == 1


def test_what_stands_out_has_a_shape_and_weight_of_its_own() -> None:
    """Not by colour alone (WCAG 1.4.1): a diamond and bold type, where others have a dot and plain type."""
    svg = FOREST.svg()
    bold = re.findall(r'<text style="font[^"]*(?:bold|700)[^>]*>([^<]*)<', svg)
    assert bold == ["In residential care", "36% (18 of 50)"]


def marks(chart: Chart, colour: str, width: float) -> list[tuple[float, float]]:
    """Return the middles of the marks of a colour that are about so wide."""
    found = []
    for path in re.findall(rf'<path d="([^"]*)" style="fill: {colour}', chart.svg()):
        xs, ys = zip(
            *((float(x), float(y)) for x, y in re.findall(r"[MLC] .*?([\d.]+) ([\d.]+) \n", path)),
            strict=True,
        )
        if abs(max(xs) - min(xs) - width) < 0.5:
            found.append(((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2))
    return found


def test_a_funnel_puts_each_council_where_its_size_and_share_say() -> None:
    """By hand: 400 is the end of the scale, 236 points long from 40; 40% is 190 points above nothing."""
    assert (FUNNEL.widest, FUNNEL.most) == (400, 0.4)
    dots = marks(FUNNEL, look.QUIET, 4.8)
    assert [x for x, _ in dots] == pytest.approx([40 + 29.5, 40 + 59, 276], abs=0.01)
    heights = [y for _, y in dots]
    assert heights[0] - heights[2] == pytest.approx(95, abs=0.01)
    assert heights[0] - heights[1] == pytest.approx(190 / 8, abs=0.01)


def test_a_funnel_names_nobody_but_us() -> None:
    words = re.findall(r"<text[^>]*>([^<]*)</text>", FUNNEL.svg())
    assert sorted(word for word in words if re.search("[a-z]", word)) == [
        "95% limits", "99.8% limits", "Ash", "Ash 30%", "all others 25%", "another council",
        "how many children",
    ]  # fmt: skip


def test_every_standing_has_a_shape_of_its_own() -> None:
    """Not by colour alone (WCAG 1.4.1)."""
    assert len({shape for shape, _ in LOOKS.values()}) == len(LOOKS)


def test_a_track_runs_by_date_and_a_band_has_no_mark() -> None:
    """By hand: from 70 to 276 points in 730 days, so 365 days are at 173."""
    one = Tracks("a", "b", "c", "d", (track("met", Point(365, 0.6, "60%", "March 2022", 0.55, 0.65)),))
    ((x, _),) = marks(one, look.OURS, 9.9)
    assert x == pytest.approx(173, abs=0.01)
    bar = boxes(one, look.RANGE)[-1]
    assert bar == pytest.approx((170, 176), abs=0.01)
    banded = Tracks(
        "a", "b", "c", "d", (track("hidden", Point(365, None, "more than 85%", "March 2022", 0.85, 1.0)),)
    )
    assert "likely range" not in banded.svg()
    assert len(marks(banded, look.QUIET, 6)) == 1  # the figure in between


def chart_of(row: DumbbellRow) -> Dumbbell:
    return Dumbbell(DUMBBELL.us, DUMBBELL.others, (row,))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(1, 12))
def test_words_are_spread_so_that_none_covers_another(places: list[float], room: float) -> None:
    moved = spread(places, [room] * len(places), 0, 100)
    assert all(room / 2 - 1e-9 <= place <= 100 - room / 2 + 1e-9 for place in moved)
    in_order = [moved[i] for i in sorted(range(len(places)), key=lambda i: (places[i], i))]
    assert all(after - before >= room - 1e-9 for before, after in pairwise(in_order))


@given(st.text(), st.floats(20, 400), st.integers(1, 4))
def test_wrapping_keeps_within_its_lines(words: str, width: float, lines: int) -> None:
    assert 1 <= len(wrapped(words, width, lines=lines)) <= lines
