"""One release for all tests of the wing, made once; and makers of single figures and comparisons."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import brightspots as bs
from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedComparison, ReleasedRecheck
from brightspots.publications.contents import Contents
from brightspots.publications.report import arrange

if TYPE_CHECKING:
    from collections.abc import Callable

    from brightspots.disclosure.release import Release
    from brightspots.publications.document import Report


sys.path.insert(0, str(Path(__file__).parent))  # for the browser of the tests


@pytest.fixture(scope="session")
def release() -> Release:
    """Return a release with everything in it: comparisons with all comparators, groups, a breakdown."""
    survey = bs.make_survey(respondents=260, seed=7, planted={"placement": "residential"}, planted_share=0.6)
    survey = replace(survey, promise="Nobody will know which answers are yours.")
    before = bs.make_survey(respondents=220, seed=8, wave="2019")
    long_ago = bs.Benchmark(
        measure="pets",
        age_band="11-18",
        comparator="statistical neighbours",
        percent=60,
        year="2012",
        source="a report of 2012",
    )
    benchmarks = (*bs.load_benchmarks("sheffield-2021").benchmarks, long_ago)
    asked: dict[str, Any] = {"traits": ["gender", "placement"], "max_order": 1, "permutations": 199}
    low, high = (bs.flag_cohorts(survey, direction=direction, **asked) for direction in ("low", "high"))
    return bs.release(
        bs.estimate(survey),
        bs.estimate(survey, by=[["gender"]], measures=["likes_school", "life_satisfaction"]),
        bs.compare(survey, benchmarks, previous=before),
        low,
        high,
        bs.describe_cohorts(low),
        bs.recheck_cohorts([{"placement": "residential"}, {"gender": "girl"}, {"home": "boat"}], survey),
    )


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BESIDE = ("docPr", "tblCaption", "tblDescription")


def texts_in(package: bytes) -> list[str]:
    """Return every text in every part of an office file: runs, entries and what pictures and tables show."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        nodes = [node for name in names for node in ET.fromstring(archive.read(name)).iter()]
    beside = [node.get("descr") or node.get(f"{W}val") for node in nodes if node.tag.endswith(BESIDE)]
    return [text for text in (*(node.text for node in nodes), *beside) if text and text.strip()]


@pytest.fixture(scope="session")
def text_of() -> Callable[[Path], str]:
    """Return a reader of all the text in a file of any format."""

    def read(path: Path) -> str:
        if path.suffix in (".docx", ".xlsx"):
            return "\n".join(texts_in(path.read_bytes()))
        return path.read_text(encoding="utf-8")

    return read


@pytest.fixture(scope="session")
def contents(release: Release) -> Contents:
    return Contents(release)


@pytest.fixture(scope="session")
def report(contents: Contents) -> Report:
    return arrange(contents)


@pytest.fixture(scope="session")
def small() -> Release:
    """Return a quick release of two measures."""
    survey = bs.make_survey(respondents=90, seed=5)
    benchmarks = bs.load_benchmarks("sheffield-2021").benchmarks[:8]
    estimates = bs.estimate(survey, measures=["nature", "likes_school"])
    return bs.release(estimates, bs.compare(survey, benchmarks))


@pytest.fixture(scope="session")
def figure() -> Callable[..., Figure]:
    """Return a maker of figures; what is not given is that of 93 of 150 who like school."""

    def make(**changes: Any) -> Figure:
        status = changes.get("status", "shown")
        held: dict[str, Any] = {
            "shown": {"n": 150, "count": 93, "share": 0.62, "lower": 0.54, "upper": 0.693},
            "banded": {"n": 40, "lower": 0.7, "upper": 1.0, "above": 85},
            "withheld": {},
            "no base": {"n": 0},
        }[status]
        base = {
            "questionnaire": "children-in-care",
            "area": "Sheffield",
            "wave": "2021",
            "domain": "resilience",
            "measure": "likes_school",
            "category": "counted",
            "age_band": "11-18",
            "age_bands": ("11-18",),
            "group": (),
            "rest": False,
            "status": status,
        }
        return Figure(**(base | held | changes))

    return make


@pytest.fixture(scope="session")
def comparison(figure: Callable[..., Figure]) -> Callable[..., ReleasedComparison]:
    """Return a maker of comparisons; what is not given is that with 80% in the general population."""

    def make(**changes: Any) -> ReleasedComparison:
        own = changes.get("figure", figure())
        shown = own.status == "shown"
        base = {
            "figure": own,
            "comparator": "general population",
            "source": "a report",
            "benchmark": 0.8,
            "benchmark_n": None,
            "difference": -0.18 if shown else None,
            "difference_lower": -0.26 if shown else None,
            "difference_upper": -0.107 if shown else None,
            "effect_size": -0.4 if shown else None,
            "detectable": 0.09 if shown else None,
            "verdict": "worse" if shown else "withheld",
            "reason": "",
            "higher_is_better": True,
            "illustrative": False,
        }
        return ReleasedComparison(**(base | changes))

    return make


@pytest.fixture(scope="session")
def cohort(figure: Callable[..., Figure]) -> Callable[..., ReleasedCohort]:
    """Return a maker of groups; what is not given is that of 18 of 50 in residential care."""

    def make(**changes: Any) -> ReleasedCohort:
        group = (("placement", "residential"),)
        place = {"domain": "wellbeing", "measure": "low_wellbeing", "category": "low", "age_band": "all"}
        place |= {"age_bands": ("8-11", "11-18"), "group": group}
        inside = figure(n=50, count=18, share=0.36, lower=0.24, upper=0.5, **place)
        rest = figure(n=201, count=21, share=21 / 201, lower=0.07, upper=0.15, rest=True, **place)
        base = {
            "name": "children and young people in residential care",
            "measure": "low_wellbeing",
            "direction": "low",
            "conditions": group,
            "tier": "flag",
            "role": "lead",
            "covered_by": "",
            "figure": inside,
            "rest": rest,
            "difference": 0.26,
            "difference_lower": 0.13,
            "difference_upper": 0.4,
            "shrunk_share": 0.3,
            "shrunk_lower": 0.2,
            "shrunk_upper": 0.41,
            "detectable": 0.15,
        }
        return ReleasedCohort(**(base | changes))

    return make


@pytest.fixture(scope="session")
def recheck(cohort: Callable[..., ReleasedCohort]) -> Callable[..., ReleasedRecheck]:
    """Return a maker of groups of the last wave; what is not given is 18 of 50 who still stand out."""

    def make(**changes: Any) -> ReleasedRecheck:
        now = cohort()
        before, rest = (replace(f, wave="2019", count=20, share=20 / f.n) for f in (now.figure, now.rest))
        base = {
            "questionnaire": "children-in-care",
            "area": "Sheffield",
            "wave": "2021",
            "name": now.name,
            "measure": "low_wellbeing",
            "direction": "low",
            "conditions": now.conditions,
            "state": "still",
            "reason": "",
            "figure": now.figure,
            "rest": now.rest,
            "before": before,
            "before_rest": rest,
            "difference": 0.26,
            "difference_lower": 0.13,
            "difference_upper": 0.4,
            "detectable": 0.15,
        }
        return ReleasedRecheck(**(base | changes))

    return make
