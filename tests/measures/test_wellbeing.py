"""0-10 scales: the ONS bands, and anxiety turned round by 10 minus the answer."""

from __future__ import annotations

import numpy as np
import pytest

from brightspots.errors import ArgumentError
from brightspots.measures.wellbeing import BANDS, scores_in, wellbeing_band

# Office for National Statistics, personal wellbeing: life satisfaction, worthwhile and happiness are low at
# 0-4, medium at 5-6, high at 7-8, very high at 9-10; anxiety is very low at 0-1, low at 2-3, medium at 4-5,
# high at 6-10.
ONS = ["low"] * 5 + ["medium"] * 2 + ["high"] * 2 + ["very high"] * 2
ONS_ANXIETY = ["very low"] * 2 + ["low"] * 2 + ["medium"] * 2 + ["high"] * 5
MIRRORED = {"very low": "very high", "low": "high", "medium": "medium", "high": "low"}


def test_bands_of_the_ons() -> None:
    assert [wellbeing_band(score) for score in range(11)] == ONS


def test_anxiety_lands_on_the_bands_of_the_ons() -> None:
    ours = [wellbeing_band(score, higher_is_better=False) for score in range(11)]
    assert ours == [MIRRORED[band] for band in ONS_ANXIETY]


def test_there_is_no_very_low_band() -> None:
    assert BANDS == ("low", "medium", "high", "very high")


@pytest.mark.parametrize("higher_is_better", [True, False])
def test_each_score_is_in_one_band(higher_is_better: bool) -> None:
    scores = [score for band in BANDS for score in scores_in(band, higher_is_better=higher_is_better)]
    assert sorted(scores) == list(range(11))
    for band in BANDS:
        for score in scores_in(band, higher_is_better=higher_is_better):
            assert wellbeing_band(score, higher_is_better=higher_is_better) == band


@pytest.mark.parametrize("score", [11, -1, 4.5, "7", None, True, float("nan"), np.array([1, 2]), np.True_])
def test_what_is_no_score_is_refused(score: object) -> None:
    with pytest.raises(ArgumentError, match="whole number from 0 to 10"):
        wellbeing_band(score)  # type: ignore[arg-type]


@pytest.mark.parametrize("score", [np.int64(4), np.int8(4), 4])
def test_whole_numbers_of_any_kind(score: int) -> None:
    assert wellbeing_band(score) == "low"
