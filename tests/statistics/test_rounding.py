"""Rounding half up: hand-worked values, the decimal module, and every share of two whole numbers."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.statistics import half_up


@pytest.mark.parametrize(
    ("source", "value", "digits", "expected"),
    [
        ("methods note, section 6: 2.5 becomes 3", 2.5, 0, 3),
        ("methods note, section 6: SDQ, 4 on 3 items", 5 * 4 / 3, 0, 7),
        ("hand", 0.5, 0, 1),
        ("hand", 1.5, 0, 2),
        ("hand", -0.5, 0, -1),
        ("hand", -4.5, 0, -5),
        ("hand: floating point holds 28.499999999999996", 100 * (57 / 200), 0, 29),
        ("hand: floating point holds 1.00499999999999989", 1.005, 2, 1.01),
        ("hand", 2.675, 2, 2.68),
        ("hand", 0.0, 0, 0),
    ],
)
def test_reference_values(source, value, digits, expected):
    assert half_up(value, digits) == expected, source


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(0, 2))
def test_percentages_of_counts_are_rounded_as_the_exact_fraction_would_be(count, n, digits):
    exact = Fraction(100 * count, n) * 10**digits
    expected = float(Fraction(int(exact + Fraction(1, 2)), 10**digits))
    assert half_up(100 * (count / n), digits) == expected


@given(st.decimals(-1000, 1000, places=3), st.integers(0, 2))
def test_same_as_the_decimal_module(value, digits):
    expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert half_up(float(value), digits) == float(expected)


def test_missing_stays_missing_and_zero_has_no_sign():
    assert np.isnan(half_up(float("nan")))
    assert not np.signbit(half_up([-0.2, 0.2])).any()


@pytest.mark.parametrize(
    ("value", "digits", "message"),
    [
        (1.5, -1, "digits is -1"),
        (1.5, 1.0, "digits is 1.0"),
        ("a", 0, "value is 'a'"),
        ([], 0, "value is empty"),
    ],
)
def test_arguments_that_make_no_sense_are_named(value, digits, message):
    with pytest.raises(ArgumentError, match=message):
        half_up(value, digits)
