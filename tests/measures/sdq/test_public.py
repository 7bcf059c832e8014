"""What bs.sdq shows: its functions with every parameter explained, and every check in the reference."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

import pytest

import brightspots as bs
from brightspots.measures.sdq.problems import CHECKS

ROOT = Path(__file__).parents[3]
FUNCTIONS = [name for name in bs.sdq.__all__ if name.islower()]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_documented(name: str) -> None:
    function = getattr(bs.sdq, name)
    documented = inspect.getdoc(function) or ""
    assert "Examples" in documented
    for parameter in inspect.signature(function).parameters:
        assert parameter in documented, parameter


def test_every_check_is_documented_with_its_severity() -> None:
    page = (ROOT / "docs" / "reference" / "sdq.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (error|warning|note) \|", page, re.M))
    assert rows == {code: check.severity for code, check in CHECKS.items()}
    for name in FUNCTIONS:
        assert f"`bs.sdq.{name}(" in page


def test_cut_offs_are_all_that_ships_of_the_questionnaire() -> None:
    """The items belong to Youthinmind: of each scale there are numbers, a certainty and a source."""
    data = ROOT / "src" / "brightspots" / "data" / "sdq"
    assert [path.name for path in data.iterdir()] == ["cut-offs.toml"]
    document = tomllib.loads((data / "cut-offs.toml").read_text(encoding="utf-8"))
    sources = document.pop("sources")
    for scheme in document.values():
        for informant in ("carer", "teacher", "self"):
            for cuts in scheme[informant].values():
                assert set(cuts) == {"ends", "certainty", "source"}
                assert all(isinstance(end, int) for end in cuts["ends"])
                assert cuts["source"] in sources
