"""Measures: which answers there are, which count, which way is good, and where bands may be pooled."""

from __future__ import annotations

import pytest

from brightspots.measures.measure import category_label, measures_of
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire


def test_every_measure_in_the_order_of_the_questionnaire(small: Questionnaire) -> None:
    assert list(measures_of(small)) == [
        *("school", "bullied", "helped", "care", "workers"),
        *("support_friends", "support_family", "theme_school", "theme_home"),
        *("satisfied", "happy", "anxious", "low_wellbeing"),
    ]


def test_what_counts_may_differ_by_band(small: Questionnaire) -> None:
    care = measures_of(small)["care"]
    assert care.counted("counted", "8-11") == ("yes", "not sure", "reported: counted")
    assert care.counted("counted", "11-18") == ("yes", "reported: counted")
    assert not care.same_in(("8-11", "11-18"))
    assert care.same_in(("8-11",))


def test_bands_pool_only_where_all_were_asked_the_same(small: Questionnaire) -> None:
    measures = measures_of(small)
    both = ("8-11", "11-18")
    assert measures["school"].same_in(both)
    assert measures["satisfied"].same_in(both)
    assert not measures["workers"].same_in(both)  # 11-18s only
    assert not measures["low_wellbeing"].same_in(both)  # over three scales, and over two
    assert measures["low_wellbeing"].same_in(("11-18",))


def test_missing_answers_are_no_part_of_the_base(small: Questionnaire) -> None:
    for measure in measures_of(small).values():
        assert not set(MISSING_KINDS) & set(measure.valid)
        assert "undecided" not in measure.valid
        for answers in measure.counts.values():
            assert set(answers) <= set(measure.valid)


def test_anxiety_counts_from_the_other_end(small: Questionnaire) -> None:
    anxious = measures_of(small)["anxious"]
    counted = {c: [a for a in anxious.counted(c, "11-18") if a.isdigit()] for c in anxious.categories}
    assert counted == {
        "low": ["6", "7", "8", "9", "10"],
        "medium": ["4", "5"],
        "high": ["2", "3"],
        "very high": ["0", "1"],
    }


def test_which_way_is_good(small: Questionnaire) -> None:
    measures = measures_of(small)
    assert measures["school"].good_when_high("counted") is True
    assert measures["bullied"].good_when_high("counted") is False
    assert measures["theme_school"].good_when_high("counted") is None
    for scale in ("satisfied", "anxious"):  # of the band, however the question runs
        assert [measures[scale].good_when_high(c) for c in measures[scale].categories] == [
            False,
            None,
            None,
            True,
        ]
    assert measures["low_wellbeing"].good_when_high("low") is False


def test_low_wellbeing_is_sensitive(small: Questionnaire) -> None:
    measures = measures_of(small)
    assert measures["satisfied"].is_sensitive("low")
    assert not measures["satisfied"].is_sensitive("high")
    assert measures["low_wellbeing"].is_sensitive("low")
    assert measures["low_wellbeing"].side("low") == "counted"
    assert measures["satisfied"].side("medium") == "neither"


@pytest.mark.parametrize(
    ("category", "label"),
    [
        ("low", "high anxiety (6-10)"),
        ("medium", "medium anxiety (4-5)"),
        ("high", "low anxiety (2-3)"),
        ("very high", "very low anxiety (0-1)"),
    ],
)
def test_anxiety_is_shown_raw_under_its_own_names(category: str, label: str) -> None:
    leavers = load_questionnaire("care-leavers")
    assert category_label(leavers, measures_of(leavers)["anxious_yesterday"], category) == label


def test_labels_of_other_categories(small: Questionnaire) -> None:
    measures = measures_of(small)
    assert category_label(small, measures["satisfied"], "low") == "low (0-4)"
    assert category_label(small, measures["school"], "counted") == "counted"
    assert category_label(small, measures["anxious"], "low") == "low (6-10)"
