"""The run config: what to compare with, as names or with areas."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import BaseModel

from brightspots.config import RunConfig, load_config
from brightspots.errors import BenchmarkError, ConfigError
from brightspots.reporting import make_release, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

SURVEY = """
[[survey]]
questionnaire = "care-leavers"
area = "Sheffield"
wave = "2016"
counts = "counts.csv"
"""
COUNTS = "measure,category,count,n\nlife_satisfaction,low,30,100\nlonely,,30,100\nresponses,,,100\n"


@pytest.fixture
def write(tmp_path):
    def written(compare):
        (tmp_path / "brightspots.toml").write_text(f"{SURVEY}[compare]\n{compare}\n", encoding="utf-8")
        (tmp_path / "counts.csv").write_text(COUNTS, encoding="utf-8")
        return tmp_path

    return written


def test_benchmarks_are_names_or_names_with_areas(write):
    config = load_config(write('benchmarks = ["a", { name = "b.toml" }, { name = "c", areas = ["d", "e"] }]'))
    assert [(one.name, one.areas) for one in config.compare.benchmarks] == [
        ("a", ()),
        ("b.toml", ()),
        ("c", ("d", "e")),
    ]


def test_every_fault_of_the_benchmarks_has_its_place(write):
    with pytest.raises(ConfigError) as caught:
        load_config(write('benchmarks = [3, { areas = ["d"] }, { name = "c", areas = "d", place = "e" }]'))
    assert caught.value.faults == (
        "compare benchmarks 1: should be a table (it holds 3)",
        "compare benchmarks 2 name: missing, and needed",
        "compare benchmarks 3 areas: should be a list (it holds 'd')",
        "compare benchmarks 3 place: unknown key",
    )


def test_a_run_compares_with_the_areas_that_are_named(write):
    wanted = '{ name = "ons-personal-wellbeing-2014-15", areas = ["United Kingdom", "373"] }'
    config = load_config(write(f'benchmarks = [{wanted}, "care-leavers-published"]'))
    release = make_release(config, read_sources(config))
    assert {c.comparator for c in release.comparisons if c.figure.measure == "life_satisfaction"} == {
        "general population in United Kingdom",
        "general population in Sheffield",
    }
    assert [c.comparator for c in release.comparisons if c.figure.measure == "lonely"] == [
        "general population"
    ]


def test_a_table_of_many_areas_needs_them_named(write):
    config = load_config(write('benchmarks = ["ons-personal-wellbeing-2014-15"]'))
    with pytest.raises(BenchmarkError, match="areas: there are 441"):
        make_release(config, read_sources(config))


def keys_of(model: type[Any]) -> Iterator[str]:
    """Return the keys of a config section and of those in it, as they are written in the file."""
    for name, field in model.model_fields.items():
        if not field.exclude:
            yield field.alias or name
        for inner in [field.annotation, *get_args(field.annotation)]:
            if inspect.isclass(inner) and issubclass(inner, BaseModel):
                yield from keys_of(inner)


def test_the_sample_shows_every_key():
    text = (Path(__file__).parent.parent / "docs" / "reference" / "brightspots.toml").read_text()
    assert [key for key in keys_of(RunConfig) if not re.search(rf"(\[{key}\]|\b{key} =)", text)] == []
