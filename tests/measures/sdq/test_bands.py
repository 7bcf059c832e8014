"""Bands of SDQ scores: the published tables, and what four bands and three have in common."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import numpy as np
import pytest

from brightspots.errors import ArgumentError
from brightspots.measures.sdq.bands import Informant, Scale, band_scores, cut_offs, find_cut_offs

SCALES = ("total", "emotional", "conduct", "hyperactivity", "peer", "prosocial")

# Four bands, from close to average to very high (prosocial: very low). Teacher: PMC4830858, table 1, after
# sdqinfo.org; carer and self: scoring instructions of sdqinfo.org for ages 4-17.
FOUR = {
    "teacher": """0-11 12-15 16-18 19-40 | 0-3 4-4 5-5 6-10 | 0-2 3-3 4-4 5-10 |
        0-5 6-7 8-8 9-10 | 0-2 3-4 5-5 6-10 | 6-10 5-5 4-4 0-3""",
    "carer": """0-13 14-16 17-19 20-40 | 0-3 4-4 5-6 7-10 | 0-2 3-3 4-5 6-10 |
        0-5 6-7 8-8 9-10 | 0-2 3-3 4-4 5-10 | 8-10 7-7 6-6 0-5""",
    "self": """0-14 15-17 18-19 20-40 | 0-4 5-5 6-6 7-10 | 0-3 4-4 5-5 6-10 |
        0-5 6-6 7-7 8-10 | 0-2 3-3 4-4 5-10 | 7-10 6-6 5-5 0-4""",
}
# Three bands. Carer: Department for Education (total); BMC Pediatrics 2023, s12887-023-03837-1, table 2, UK
# (scales). Totals of teacher and self: as above. Their scales are not confirmed, and marked so.
THREE = {
    "carer": "0-13 14-16 17-40 | 0-3 4-4 5-10 | 0-2 3-3 4-10 | 0-5 6-6 7-10 | 0-2 3-3 4-10 | 6-10 5-5 0-4",
    "teacher": "0-11 12-15 16-40 | 0-4 5-5 6-10 | 0-2 3-3 4-10 | 0-5 6-6 7-10 | 0-3 4-4 5-10 | 6-10 5-5 0-4",
    "self": "0-15 16-19 20-40 | 0-5 6-6 7-10 | 0-3 4-4 5-10 | 0-5 6-6 7-10 | 0-3 4-5 6-10 | 6-10 5-5 0-4",
}
# Where close to average is normal, slightly raised is borderline, and high and very high are the rest.
COLLAPSE = {
    *(("carer", scale) for scale in ("total", "emotional", "conduct", "peer")),
    *(("teacher", scale) for scale in ("total", "conduct", "prosocial")),
    *(("self", scale) for scale in ("conduct", "hyperactivity")),
}


def published(table: dict[str, str]) -> list[Any]:
    return [
        (informant, scale, [tuple(map(int, band.split("-"))) for band in cell.split()])
        for informant, text in table.items()
        for scale, cell in zip(SCALES, text.split("|"), strict=True)
    ]


@pytest.mark.parametrize(
    ("bands", "informant", "scale", "ranges"),
    [(3, *row) for row in published(THREE)] + [(4, *row) for row in published(FOUR)],
)
def test_the_published_tables(bands: Any, informant: Any, scale: Any, ranges: list[tuple[int, int]]) -> None:
    rows = [row for row in cut_offs(informant=informant, bands=bands) if row.scale == scale]
    assert [(row.lowest, row.highest) for row in rows] == ranges
    for row in rows:
        scores = np.arange(row.lowest, row.highest + 1)
        assert set(band_scores(scores, scale, informant=informant, bands=bands)) == {row.band}


@pytest.mark.parametrize(("informant", "scale"), list(product(get_args(Informant), SCALES)))
def test_four_bands_collapse_exactly_to_three_only_where_they_do(informant: Any, scale: Any) -> None:
    scores = np.arange(41 if scale == "total" else 11)
    three = band_scores(scores, scale, informant=informant)
    four = band_scores(scores, scale, informant=informant, bands=4)
    place = {
        3: dict(zip(("normal", "borderline", "cause for concern"), range(3), strict=True)),
        4: dict.fromkeys(("high", "very high", "low", "very low"), 2)
        | {"close to average": 0, "slightly raised": 1, "slightly lowered": 1},
    }
    collapsed = [place[4][band] for band in four] == [place[3][band] for band in three]
    assert collapsed == ((informant, scale) in COLLAPSE)


@pytest.mark.parametrize("informant", get_args(Informant))
def test_impact_has_three_bands_and_no_confirmed_four(informant: Any) -> None:
    found = band_scores([0, 1, 2, 6], "impact", informant=informant).tolist()
    assert found == ["normal", "borderline", "cause for concern", "cause for concern"]
    with pytest.raises(ArgumentError, match="no confirmed cut-offs of impact in 4 bands"):
        band_scores([0], "impact", informant=informant, bands=4)
    assert "impact" not in cut_offs(informant=informant, bands=4).column("scale")


def test_each_cut_off_says_how_certain_it_is() -> None:
    unconfirmed = {
        (informant, bands, row.scale)
        for informant in get_args(Informant)
        for bands in (3, 4)
        for row in cut_offs(informant=informant, bands=bands)
        if row.certainty != "confirmed"
    }
    scales = {"emotional", "conduct", "hyperactivity", "peer", "prosocial"}
    assert unconfirmed == {(informant, 3, scale) for informant in ("teacher", "self") for scale in scales}
    for row in cut_offs(informant="self"):
        assert row.source


def test_every_score_has_one_band_and_worse_is_never_a_better_one() -> None:
    for informant, bands, scale in product(get_args(Informant), (3, 4), get_args(Scale)):
        cuts = find_cut_offs(scale, informant, bands)
        if cuts is None:
            continue
        rows = [row for row in cut_offs(informant=informant, bands=bands) if row.scale == scale]
        covered = sorted(score for row in rows for score in range(row.lowest, row.highest + 1))
        assert covered == list(range(covered[-1] + 1))
        places = [cuts.labels.index(b) for b in band_scores(covered, scale, informant=informant, bands=bands)]
        assert places == sorted(places, reverse=scale == "prosocial")


def test_no_score_has_no_band() -> None:
    assert band_scores([np.nan, 3.0]).tolist() == [None, "normal"]
    assert band_scores([]).tolist() == []


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ([41], {}, "whole numbers from 0 to 40 for total"),
        ([11], {"scale": "peer"}, "whole numbers from 0 to 10 for peer"),
        ([7], {"scale": "impact", "informant": "teacher"}, "whole numbers from 0 to 6 for impact"),
        ([-1], {}, "whole numbers"),
        ([3.5], {}, "whole numbers"),
        ([3], {"scale": "hyper"}, "scale is 'hyper'; give one of emotional, conduct"),
        ([3], {"informant": "parent"}, "informant is 'parent'; give 'carer', 'teacher' or 'self'"),
        ([3], {"bands": 5}, "bands is 5; give 3 or 4"),
    ],
)
def test_arguments_that_make_no_sense_are_named(scores: Any, options: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        band_scores(scores, **options)
