"""The notes say what the likely ranges are: their method, confidence and target, as the release has them."""

from __future__ import annotations

import pytest

import brightspots as bs
from brightspots.publications import notes
from brightspots.publications.contents import Contents
from brightspots.publications.report import arrange
from brightspots.publications.text import to_markdown

ASSUMED = "those who answered are treated as a random sample of all who could have"


def text_of(**asked: object) -> str:
    survey = bs.make_survey(respondents=90, seed=5)
    estimates = bs.estimate(survey, measures=["nature", "likes_school"], **asked)  # type: ignore[arg-type]
    return to_markdown(arrange(Contents(bs.release(estimates))))


def test_the_usual_range_is_said_as_ever() -> None:
    text = text_of()
    assert "hold the true share about 19 times in 20." in text
    assert ASSUMED not in text
    assert "Wilson" not in text


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.9, "9 times in 10"), (0.8, "4 times in 5"), (0.99, "99 times in 100")]
)
def test_another_confidence_is_said(confidence: float, words: str) -> None:
    text = text_of(confidence=confidence)
    assert f"hold the true share about {words}." in text
    assert "19 times in 20" not in text


def test_another_method_is_named() -> None:
    assert "It is the exact interval of Clopper and Pearson." in text_of(method="clopper_pearson")


def test_ranges_of_all_children_say_what_they_assume() -> None:
    text = text_of(target="finite")
    assert ASSUMED in text
    assert "the hypergeometric interval with half the weight at its ends (mid-P)" in text


def test_every_method_has_its_words() -> None:
    from brightspots.findings.intervals import METHODS

    assert set(notes.METHODS) == {method for methods in METHODS.values() for method in methods}
