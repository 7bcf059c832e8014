"""A whole report, word for word: what changes in it is seen in review.

When a change is meant, write it anew and read the difference:

    BRIGHTSPOTS_UPDATE_GOLDEN=1 uv run pytest tests/publications/test_golden.py
"""

from __future__ import annotations

import os
from pathlib import Path

import brightspots as bs
from brightspots.publications.contents import Contents
from brightspots.publications.report import arrange
from brightspots.publications.text import to_markdown

GOLDEN = Path(__file__).parents[2] / "fixtures" / "golden" / "report.md"


def test_the_report_reads_as_it_did() -> None:
    survey = bs.make_survey(respondents=120, seed=7)
    traits = ["gender", "placement"]
    low, high = (
        bs.flag_cohorts(survey, traits=traits, max_order=1, direction=d, permutations=199)
        for d in ("low", "high")
    )
    out = bs.release(
        bs.estimate(survey),
        bs.compare(survey, bs.load_benchmarks("sheffield-2021")),
        low,
        high,
        bs.describe_cohorts(low),
        bs.describe_cohorts(high),
        bs.recheck_cohorts([{"gender": "girl"}, {"placement": "residential"}], survey),
    )
    text = to_markdown(arrange(Contents(out)))
    if os.environ.get("BRIGHTSPOTS_UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
    assert text == GOLDEN.read_text(encoding="utf-8")
