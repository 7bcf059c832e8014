"""What the functions take: any numbers, of any kind and shape, and nothing that only looks like them."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from brightspots.errors import ArgumentError
from brightspots.statistics import adjust, fixed_test, proportion_interval, two_sample_test


@pytest.mark.parametrize(
    "counts",
    [
        [3, 5],
        (3.0, 5.0),
        range(3, 6, 2),
        np.array([3, 5], dtype=np.int8),
        [Fraction(3), Fraction(5)],
        pd.Series([3, 5]),
        pd.Series([3, 5], dtype="Int64"),
    ],
)
def test_numbers_of_every_kind(counts):
    expected = [proportion_interval(count, 10) for count in (3, 5)]
    lower, upper = proportion_interval(counts, 10)
    assert list(zip(lower, upper, strict=True)) == expected


@pytest.mark.parametrize(
    "counts",
    [
        ["3", "5"],
        [True, False],
        [Decimal(3), None],
        [3, "5"],
        [3j],
        pd.Series([3, None], dtype="Int64"),
        np.array(["2021-01-01"], dtype="datetime64[D]"),
        {"count": 3},
    ],
)
def test_what_only_looks_like_numbers_is_refused(counts):
    with pytest.raises(ArgumentError, match=r"count.* numbers? (are|is) needed"):
        proportion_interval(counts, 10)


def test_arguments_are_left_as_they_were():
    counts, p = np.array([3.0, 5.0]), np.array([0.02, 0.01])
    proportion_interval(counts, 10)
    fixed_test(counts, 10, 0.4)
    two_sample_test(counts, 10, 4, 20)
    adjust(p)
    assert counts.tolist() == [3, 5]
    assert p.tolist() == [0.02, 0.01]


def test_the_place_of_a_fault_is_named():
    with pytest.raises(ArgumentError, match=r"count\[1, 0\] is 30: it cannot exceed n, which is 10"):
        proportion_interval([[3, 5], [30, 7]], 10)
