"""Responses to an open survey by trait, for the analyst."""

import pytest

import brightspots as bs
from brightspots.errors import ArgumentError
from brightspots.findings.responses import responses_by_trait


@pytest.fixture(scope="module")
def survey():
    return bs.make_survey(seed=1, respondents=200)


def test_each_level_is_counted_against_its_eligible_number(survey):
    girls = survey.answers["gender"].tolist().count("girl")
    (row,) = responses_by_trait(survey, {"gender": {"girl": 2 * girls}})
    assert (row.answered, row.share, row.more_wanted) == (girls, 0.5, 0)
    (row,) = responses_by_trait(survey, {"gender": {"girl": girls - 1}})  # more than there can be
    assert row.share is None


def test_how_many_more_are_wanted_is_rounded_up(survey):
    (row,) = responses_by_trait(survey, {"gender": {"girl": 351}})
    assert row.more_wanted == 106 - row.answered  # 30% of 351 is 105.3


def test_every_fault_is_told_at_once(survey):
    total = sum(survey.eligible.values())
    given = {"gender": {"girl": total, "boy": 1, "witch": 1}, "shoe_size": {"7": 1}}
    with pytest.raises(ArgumentError) as caught:
        responses_by_trait(survey, given)
    told = str(caught.value).splitlines()
    assert len(told) == 3
    assert [what in line for what, line in zip(("witch", "in all, of", "shoe_size"), told, strict=True)] == [
        True
    ] * 3


def test_counts_have_no_traits(survey):
    tally = bs.tally(survey)
    assert len(responses_by_trait(tally)) == 0
    assert responses_by_trait(tally).survey.answered == 200
    with pytest.raises(ArgumentError, match="counts have no traits"):
        responses_by_trait(tally, {"gender": {"girl": 100}})


def test_the_secret_is_in_no_repr(survey):
    found = responses_by_trait(survey, {"gender": {"girl": 240}})
    assert found.survey.secret not in repr(found) + found._repr_html_() + found.to_markdown()
