"""What bs.stability shows: its functions with every parameter explained, and every check in the reference."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import brightspots as bs
from brightspots.measures.stability.problems import CHECKS

ROOT = Path(__file__).parents[3]
FUNCTIONS = [name for name in bs.stability.__all__ if name.islower()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_documented(name: str) -> None:
    function = getattr(bs.stability, name)
    documented = inspect.getdoc(function) or ""
    assert "Examples" in documented
    for parameter in inspect.signature(function).parameters:
        assert parameter in documented, parameter


def test_every_check_is_documented_with_its_severity() -> None:
    page = (ROOT / "docs" / "reference" / "stability.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (error|warning|note) \|", page, re.M))
    assert rows == {code: check.severity for code, check in CHECKS.items()}
    for name in FUNCTIONS:
        assert f"`bs.stability.{name}(" in page


@pytest.mark.parametrize("page", ["reference", "methods"])
def test_every_measure_stands_on_both_pages(page: str) -> None:
    text = (ROOT / "docs" / page / "stability.md").read_text(encoding="utf-8")
    notes = (inspect.getdoc(bs.stability.summarise) or "").split("Notes\n")[1]
    measures = re.findall(r"``(\w+)``", notes)
    assert len(measures) == 9
    for measure in measures:
        assert f"`{measure}`" in text, measure
