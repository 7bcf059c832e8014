"""The public surface: what is listed can be imported, and what can be imported is listed."""

import inspect
import tomllib
from pathlib import Path

import pytest

import brightspots as bs

CONTRACT = [
    "load_questionnaire",
    "read_survey",
    "tally",
    "read_counts",
    "load_benchmarks",
    "estimate",
    "compare",
    "flag_cohorts",
    "release",
    "publish",
    "make_survey",
    "disclosure",
    "sdq",
    "statistics",
]


def test_the_contract_is_there() -> None:
    assert set(CONTRACT) <= set(bs.__all__)


@pytest.mark.parametrize("name", bs.__all__)
def test_each_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    value = getattr(bs, name)
    assert inspect.getdoc(value)


def test_dir_lists_the_public_names_and_nothing_else() -> None:
    assert set(dir(bs)) == {*bs.__all__, "__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'surveys'"):
        bs.surveys  # noqa: B018


@pytest.mark.parametrize("name", [n for n in bs.__all__ if not inspect.ismodule(getattr(bs, n))])
def test_public_functions_document_every_parameter(name: str) -> None:
    value = getattr(bs, name)
    if inspect.isclass(value):
        return
    documented = inspect.getdoc(value) or ""
    for parameter in inspect.signature(value).parameters:
        assert parameter in documented, parameter


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert bs.__version__ == project["version"]
