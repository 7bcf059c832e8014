"""The pages for young people: released figures out of ten, in words that they know, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import brightspots as bs
from brightspots.publications import young_sentences as say
from brightspots.publications.contents import Contents
from brightspots.publications.sentence import figure_key
from brightspots.publications.young_people import to_young_html, young_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from brightspots.disclosure.figures import Figure
    from brightspots.publications.document import Picture
    from brightspots.publications.young_people import YoungPage

TEN = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
JARGON = re.compile(
    r"percent|%|\bshare|likely range|indicator|benchmark|domain|statistic|compar|respond|wave\b|wellbeing|"
    r"cohort|confidence|significan|placement|\[[cxz]\]",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def pages(contents: Contents) -> tuple[YoungPage, ...]:
    return young_pages(contents)


def told(pages: tuple[YoungPage, ...]) -> list[Picture]:
    return [picture for page in pages for picture in (*page.good, *page.heard)]


def test_a_page_for_each_form_that_was_answered(pages: tuple[YoungPage, ...]) -> None:
    assert [page.title for page in pages] == ["For 4-7s", "For 8-11s", "For 11-18s"]
    assert all(page.good for page in pages)
    assert any(page.heard for page in pages)


def test_every_number_is_a_released_figure_of_that_age_group(
    pages: tuple[YoungPage, ...], contents: Contents
) -> None:
    """Worked out here from counts: 10 times the count over n, halves up, in whole numbers."""
    figures = {figure_key(figure): figure for figure in contents.release.figures}
    for page in pages:
        for picture in (*page.good, *page.heard):
            (key,) = picture.caption.figures
            figure = figures[key]
            assert figure.status == "shown"
            assert figure.group == ()
            assert page.title.endswith(figure.age_band + "s")
            filled = (20 * figure.count + figure.n) // (2 * figure.n)
            assert picture.chart.filled == filled
            text = picture.caption.text
            if text.startswith("About half"):
                assert filled == 5
            elif text.startswith("About"):
                assert text.startswith(f"About {TEN[filled]} in ten of you ")
            else:
                assert (filled, text.split(" of you ")[0]) in {
                    (10, "All"), (10, "Nearly all"), (0, "None"), (0, "Hardly any"),
                }  # fmt: skip
                assert text.startswith("All of") == (figure.count == figure.n)


def test_what_goes_well_is_good_and_what_could_be_better_is_not(
    pages: tuple[YoungPage, ...], contents: Contents
) -> None:
    figures = {figure_key(figure): figure for figure in contents.release.figures}
    for page in pages:
        for picture in page.good:
            figure = figures[picture.caption.figures[0]]
            assert contents.words.measure(figure).higher_is_better
            assert figure.lower >= 0.7
        for picture in page.heard:
            figure = figures[picture.caption.figures[0]]
            good = contents.words.measure(figure).higher_is_better
            assert (figure.upper if good else 1 - figure.lower) < 0.7


@pytest.mark.parametrize(
    ("share", "words"),
    [(1.0, "All"), (0.97, "Nearly all"), (0.94, "About nine in ten"), (0.5, "About half"),
     (0.12, "About one in ten"), (0.03, "Hardly any"), (0.0, "None")],
)  # fmt: skip
def test_shares_in_words(share: float, words: str, contents: Contents, figure: Callable[..., Figure]) -> None:
    said = say.told(contents.words, figure(share=share)).text
    assert said == f"{words} of you like school or college."


def test_they_are_spoken_to(pages: tuple[YoungPage, ...]) -> None:
    for picture in told(pages):
        assert not re.search(r"\b(their|they|them|themselves)\b", picture.caption.text)


def text_of_page(page: str) -> str:
    body = re.sub(r"<style>.*?</style>|<img[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"</?(?:p|h\d|li|figcaption)[^>]*>", " . ", body).replace("&#39;", "'"))


def test_no_word_has_to_be_explained(contents: Contents) -> None:
    text = re.sub(r"<[^>]+>", " ", text_of_page(to_young_html(contents)))
    assert not JARGON.search(text), JARGON.search(text)


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(groups - silent, 1)


def test_the_reading_age_is_low(contents: Contents) -> None:
    """Flesch-Kincaid grade (Kincaid 1975): 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    text = re.sub(r"<[^>]+>", " ", text_of_page(to_young_html(contents)))
    sentences = [s for s in (re.findall(r"[A-Za-z']+", part) for part in re.split(r"[.!?:]", text)) if s]
    words = [word for sentence in sentences for word in sentence]
    grade = 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade <= 4, grade
    assert max(map(len, sentences)) <= 22


def test_the_council_says_what_it_will_do_or_asks(contents: Contents) -> None:
    will_do = {"8-11": ["Every child gets a <b>library</b> card."], "all": ["We will tell you what changed."]}
    first, second, third = young_pages(contents, will_do)
    assert first.will_do == third.will_do == ("We will tell you what changed.",)
    assert second.will_do == ("Every child gets a <b>library</b> card.", "We will tell you what changed.")
    page = to_young_html(contents, will_do)
    assert "&lt;b&gt;library&lt;/b&gt;" in page
    assert say.NOT_YET not in page
    assert to_young_html(contents).count(say.NOT_YET) == 3


def test_too_few_answers_give_no_numbers() -> None:
    contents = Contents(bs.release(bs.estimate(bs.make_survey(respondents=9, seed=1))))
    for page in young_pages(contents):
        assert not page.good
        assert not page.heard
        assert page.answered.text == f"{say.THANKS} {say.TOO_FEW}"


def test_a_survey_that_is_still_open_has_no_pages_yet() -> None:
    contents = Contents(bs.release(bs.estimate(bs.make_survey(seed=1), measures=[])))
    assert young_pages(contents) == ()
    assert say.NOTHING_YET in to_young_html(contents)


def test_it_is_published_with_the_words_of_the_config(small: bs.Release, tmp_path: Path) -> None:
    files = bs.publish(small, tmp_path / "out", formats=["young"], will_do={"all": ["We will listen."]})
    assert [path.name for path in files] == ["young-people.html", "release.json"]
    assert "We will listen." in files[0].read_text(encoding="utf-8")
