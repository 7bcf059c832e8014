"""Low wellbeing over several scales: each rule by hand, and what a missing scale may change."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.measures.composite import LOW, NOT_LOW, UNDECIDED, score_composite

NA = float("nan")
RULES = ("two_or_more_low", "any_low", "mean_below_5")


def score(answers: list[float], rule: Any = "two_or_more_low", minimum: int = 3) -> str | None:
    (result,) = score_composite(np.array([answers], dtype=np.float64), rule, minimum).tolist()
    return result  # type: ignore[no-any-return]


# methods.md 6: low if at least 2 of the answered scales are in the low band, at least 3 of 4 answered. With 3
# answered: 2 or more low is low; none low is not low; exactly 1 low is undecided.
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([0, 0, 0, 0], LOW),
        ([4, 4, 5, 5], LOW),
        ([4, 5, 5, 5], NOT_LOW),
        ([5, 5, 5, 5], NOT_LOW),
        ([4, 4, 5, NA], LOW),
        ([4, 5, 5, NA], UNDECIDED),
        ([5, 5, 5, NA], NOT_LOW),
        ([4, 4, NA, NA], None),
        ([5, 5, NA, NA], None),
        ([NA, NA, NA, NA], None),
    ],
)
def test_two_or_more_low(answers: list[float], expected: str | None) -> None:
    assert score(answers) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [([4, 9, 9, 9], LOW), ([5, 9, 9, 9], NOT_LOW), ([5, 9, 9, NA], UNDECIDED), ([4, 9, 9, NA], LOW)],
)
def test_any_low(answers: list[float], expected: str | None) -> None:
    assert score(answers, "any_low") == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([5, 5, 5, 5], NOT_LOW),
        ([5, 5, 5, 4], LOW),  # mean 4.75
        ([10, 10, 0, 0], NOT_LOW),  # mean 5 exactly
        ([5, 5, 4, NA], LOW),  # mean 4.67
        ([0, 5, 10, NA], NOT_LOW),
        ([0, 0, NA, NA], None),
    ],
)
def test_mean_below_5(answers: list[float], expected: str | None) -> None:
    assert score(answers, "mean_below_5") == expected


def test_a_mean_of_whole_numbers_is_compared_exactly() -> None:
    """0.1-steps of floats would put some means of 5 below 5; sums of whole numbers do not."""
    for answers in product(range(11), repeat=3):
        expected = LOW if sum(answers) < 15 else NOT_LOW
        assert score([float(a) for a in answers], "mean_below_5") == expected


scores = st.lists(st.one_of(st.integers(0, 10).map(float), st.just(NA)), min_size=4, max_size=4)


@given(scores, st.permutations(range(4)), st.sampled_from(RULES), st.integers(1, 4))
def test_the_order_of_the_scales_says_nothing(
    answers: list[float], order: list[int], rule: str, minimum: int
) -> None:
    assert score(answers, rule, minimum) == score([answers[i] for i in order], rule, minimum)


@given(scores, st.sampled_from(["two_or_more_low", "any_low"]))
def test_undecided_means_that_the_missing_could_change_it(answers: list[float], rule: str) -> None:
    """Fill every gap with every answer: decided if and only if all fillings agree."""
    gaps = [i for i, answer in enumerate(answers) if np.isnan(answer)]
    results = set()
    for filling in product((0.0, 10.0), repeat=len(gaps)):
        filled = list(answers)
        for i, value in zip(gaps, filling, strict=True):
            filled[i] = value
        results.add(score(filled, rule, 1))
    expected = results.pop() if len(results) == 1 else UNDECIDED
    if len(gaps) < 4:
        assert score(answers, rule, 1) == expected


def test_many_children_at_once_and_none() -> None:
    assert score_composite(np.zeros((0, 4)), "any_low", 3).tolist() == []
    both = score_composite(np.array([[1.0, 1, 1], [9, 9, 9]]), "two_or_more_low", 2)
    assert both.tolist() == [LOW, NOT_LOW]
