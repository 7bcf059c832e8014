"""Cells of published tables: every symbol means what its publisher says, and none is a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.returns.symbols import read_figure


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        # DfE data guidance 2023 and the Government Statistical Service's symbols
        ("c", "withheld"),
        ("[c]", "withheld"),
        ("z", "not applicable"),
        ("x", "not available"),
        (":", "not available"),
        ("#", "not available"),
        ("k", "rounds to zero"),
        ("[K]", "rounds to zero"),
        ("low", "rounds to zero"),
        ("~", "rounds to zero"),
        ("u", "low reliability"),
        ("", "blank"),
        ("  ", "blank"),
        (None, "blank"),
    ],
)
def test_a_symbol_is_no_number(cell, status):
    assert read_figure(cell) == (None, status)


def test_in_the_older_tables_x_is_what_was_suppressed():
    """ONS workbook 2014/15: "x Data has been suppressed"; in the DfE's of 2015 no count is from 1 to 5."""
    assert read_figure("x", older=True) == (None, "withheld")
    assert read_figure("na", older=True) == (None, "not available")
    assert read_figure("na") is None


@pytest.mark.parametrize("cell", ["12O", "n/a", "-", "1,23", "12 u", "TRUE", "12%"])
def test_what_is_neither_is_refused_and_not_guessed(cell):
    assert read_figure(cell) is None


@given(st.integers(0, 10**9))
def test_numbers_are_themselves(number):
    assert read_figure(str(number)) == (number, "shown")
    assert read_figure(f"{number:,}") == (number, "shown")
    assert read_figure(float(number)) == (number, "shown")
