"""What a survey could have shown follows from how many answered, and from nothing else."""

from __future__ import annotations

import pytest

from brightspots.findings.comparisons import compare
from brightspots.survey.synthetic import make_survey

NOTE = "methods note, section 2: gaps near 80% of 40, 100, 200 and 300 answers"


@pytest.mark.parametrize(("n", "gap"), [(40, 0.177), (100, 0.112), (200, 0.079), (300, 0.065)])
def test_gaps_near_80_per_cent(counts_of, n, gap):
    (row,) = compare(counts_of({"likes_school": (n // 2, n)})).detectable_gaps
    assert (row.age_band, row.n, round(row.near_80, 3)) == ("old", n, gap), NOTE
    assert row.near_90 < row.near_80 < row.near_50


def test_what_they_said_changes_nothing(survey_of):
    def gaps(answer):
        return compare(survey_of([{"likes_school": answer}] * 50)).detectable_gaps

    assert list(gaps("a lot")) == list(gaps("not at all")) == list(gaps("dont_know"))
    assert gaps("a lot").column("n") == [50]


def test_bands_stand_in_the_order_of_the_questionnaire_and_then_all():
    survey = make_survey(respondents=120, seed=2)
    rows = list(compare(survey).detectable_gaps)
    assert [row.age_band for row in rows] == ["4-7", "8-11", "11-18", "all"]
    assert rows[-1].n == sum(row.n for row in rows[:-1]) == 120


def test_counts_typed_from_a_report_take_the_most_answers(counts_of):
    table = compare(counts_of({"likes_school": (30, 80), "afraid": (10, 90)})).detectable_gaps
    assert table.column("n") == [90]
    assert list(table.column_names) == ["age_band", "n", "near_50", "near_80", "near_90", "area", "wave"]
