"""The one word that a release says for whoever follows figures from wave to wave: where a figure leans."""

import pytest

import brightspots as bs
from brightspots.disclosure.release import Release
from brightspots.findings.verdicts import leans_of

FORM = "measure,age_band,category,count,percent,n,eligible\nlikes_school,11-18,counted,{count},,{n},\n"


def released(tmp_path, count: int, n: int, percent: int, **more) -> Release:
    (tmp_path / "counts.csv").write_text(FORM.format(count=count, n=n))
    asked = bs.load_questionnaire("children-in-care")
    counts = bs.read_counts(tmp_path / "counts.csv", asked, area="Sheffield", wave="2021")
    benchmark = bs.Benchmark(
        measure="likes_school",
        age_band="11-18",
        comparator="care elsewhere",
        percent=percent,
        n=100_000,
        includes_own="no",
        source="a report",
        **more,
    )
    return bs.release(bs.estimate(counts), bs.compare(counts, [benchmark]))


# SciPy 1.17, binomtest(k, 150, 0.775), the nearest edge of 78%: p = 0.031, 0.078, 0.24 for k = 105, 107, 110.
@pytest.mark.parametrize(
    ("count", "verdict", "leans"),
    [(105, "worse", "worse"), (107, "unclear", "worse"), (110, "unclear", ""), (117, "unclear", "")],
)
def test_a_figure_leans_up_to_p_of_a_tenth(tmp_path, count: int, verdict: str, leans: str) -> None:
    (found,) = released(tmp_path, count, 150, 78).comparisons
    assert (found.verdict, found.leans) == (verdict, leans)


def test_what_is_hidden_or_banded_leans_to_no_side(tmp_path) -> None:
    for count, n in ((3, 40), (38, 40), (6, 8)):
        (found,) = released(tmp_path, count, n, 78).comparisons
        assert (found.figure.status != "shown", found.verdict, found.leans) == (True, "withheld", "")


def test_nothing_leans_without_a_test_or_a_good_side() -> None:
    assert leans_of(None, 0.1, higher_is_better=True) == ""
    assert leans_of(0.01, 0.1, higher_is_better=None) == ""
    assert leans_of(0.01, 0.0, higher_is_better=True) == ""
    assert leans_of(0.1, -0.1, higher_is_better=False) == "better"
    assert leans_of(0.1000001, -0.1, higher_is_better=False) == ""


def test_a_group_tested_again_leans_where_all_forms_are_tested_together() -> None:
    survey = bs.make_survey(respondents=300, seed=3, planted={"placement": "residential"}, planted_share=0.6)
    again = [{"placement": "residential"}]
    together = bs.recheck_cohorts(again, survey, wave="2019")
    apart = bs.recheck_cohorts(again, survey, within="age_band")
    for result, leans, survey_of in ((together, True, "2019"), (apart, False, "")):
        (found,) = bs.release(bs.estimate(survey, measures=["low_wellbeing"]), result).rechecks
        assert (found.state, found.leans, found.stood_out_in) == ("still", leans, survey_of)
