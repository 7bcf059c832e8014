"""Importing the wing stays light."""

import subprocess
import sys

import pytest

import brightspots.statistics


@pytest.mark.parametrize("heavy", ["scipy.stats", "scipy.optimize", "statsmodels", "pandas"])
def test_nothing_heavy_is_imported(heavy):
    program = f"import sys, brightspots.statistics; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_public_name_is_there_in_order():
    names = brightspots.statistics.__all__
    assert all(hasattr(brightspots.statistics, name) for name in names)
    assert names == sorted(names)
