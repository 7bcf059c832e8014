"""Style files: plain words by default; what a council changes never says more than a verdict."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import brightspots as bs
from brightspots.errors import StyleError
from brightspots.publications.comparison_sentences import VERDICTS
from brightspots.publications.contents import Contents
from brightspots.publications.report import arrange
from brightspots.publications.sentences import Sentences
from brightspots.publications.style import SECTIONS, load_style
from brightspots.publications.text import to_markdown
from brightspots.questionnaire.shipped import DATA, shipped_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from brightspots.disclosure.figures import ReleasedComparison
    from brightspots.disclosure.release import Release

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "style.toml"


def style_file(folder: Path, text: str) -> Path:
    path = folder / "our-words.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(StyleError) as caught:
        load_style(style_file(folder, text))
    assert caught.value.exit_code == 2
    return caught.value.faults


def test_plain_is_the_default_and_every_style_that_ships_loads(release: Release) -> None:
    assert load_style() == load_style("plain")
    assert shipped_names("styles") == ("bright-spots", "plain")
    assert arrange(Contents(release)) == arrange(Contents(release, load_style("plain")))


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICTS.values()) | {"not_compared", "only_a_band"} <= set(load_style().verdicts)


def test_every_pattern_of_the_plain_style_is_used() -> None:
    """A key that nothing says would be a promise to a council that is not kept."""
    source = "\n".join(p.read_text(encoding="utf-8") for p in (DATA.parent / "publications").glob("*.py"))
    for section in SECTIONS:
        for name in getattr(load_style(), section):
            assert re.search(rf'"{name}"|none_\{{verdict\}}', source), f"{section}, {name}"


def test_bright_spots_say_the_same_in_other_words(release: Release) -> None:
    plain, bright = (
        to_markdown(arrange(Contents(release, load_style(s)))) for s in ("plain", "bright-spots")
    )
    assert "bright spot" not in plain
    assert "a bright spot, by" in bright
    assert "could be brighter, by" in bright
    assert "doing less well, by" not in bright
    assert sorted(re.findall(r"\d+", plain)) == sorted(re.findall(r"\d+", bright))


@pytest.mark.parametrize("style", ["plain", "bright-spots"])
@pytest.mark.parametrize("verdict", ["better", "worse", "similar", "unclear", "not compared"])
def test_bright_spots_need_a_verdict(
    style: str, verdict: str, comparison: Callable[..., ReleasedComparison]
) -> None:
    asked = {"children-in-care": bs.load_questionnaire("children-in-care")}
    words = Sentences(asked, style=load_style(style))
    reason = {"similar": "equivalent", "not compared": "age_range"}.get(verdict, "")
    one = comparison(verdict=verdict, reason=reason, difference_lower=-0.26, difference_upper=-0.107)
    text = f"{words.comparison(one).text} {words.verdict_words(one)}"
    assert bool(re.search("bright spot|brighter|better|worse", text)) == (verdict in ("better", "worse"))
    assert ("bright spot" in text) == (style == "bright-spots" and verdict == "better")
    assert ("brighter" in text) == (style == "bright-spots" and verdict == "worse")


def test_a_council_changes_what_it_names_and_nothing_else(release: Release, tmp_path: Path) -> None:
    ours = style_file(
        tmp_path, '[headings]\nsummary = "In short"\n[verdicts]\ncannot_tell = "too few answers to say"\n'
    )
    bs.publish(release, tmp_path / "plain", formats=["md"])
    bs.publish(release, tmp_path / "ours", formats=["md"], style=ours)
    plain, own = ((tmp_path / f / "report.md").read_text(encoding="utf-8") for f in ("plain", "ours"))
    assert "## In short" in own
    assert (
        plain.replace("## Summary", "## In short")
        .replace(": we cannot tell", ": too few answers to say")
        .replace("| we cannot tell |", "| too few answers to say |")
        == own
    )


def test_all_faults_are_told_at_once_with_their_place(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        """
        [verdict]
        better = "good"
        [verdicts]
        beter = "good"
        worse = ""
        cannot_tell = 3
        [sentences]
        better = "Well done."
        figure = "{share} of {who} ({answers}) {finding} {secret}"
        hidden = "{who.__class__} {finding} {people}"
        likely = "{range!r}"
        worse = "That is worse {than_others} { by far."
        """,
    )
    assert len(found) == 10
    for place, words in (
        ("verdict:", "unknown; there are: verdicts, headings, sentences"),
        ("verdicts, beter:", "unknown"),
        ("verdicts, worse:", "not empty"),
        ("verdicts, cannot_tell:", "should be a text"),
        ("sentences, better:", "{than_others} is missing"),
        ("sentences, figure:", "unknown placeholder {secret}"),
        ("sentences, hidden:", "unknown placeholder {who.__class__}"),
        ("sentences, hidden:", "{who} is missing"),
        ("sentences, likely:", "a name and nothing else"),
        ("sentences, worse:", "a brace"),
    ):
        assert any(f.startswith(place) and words in f for f in found), (place, words, found)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("verdicts", 'cannot_tell = "about the same"'),
        ("verdicts", 'cannot_tell = "no difference"'),
        ("verdicts", 'cannot_tell = "doing better"'),
        ("verdicts", 'small_difference = "a little worse"'),
        ("verdicts", 'not_compared = "the best"'),
        ("verdicts", 'worse = "doing better"'),
        ("verdicts", 'better = "could be better"'),
        ("verdicts", 'better = "doing BETTER than 90% of councils"'),
        ("sentences", 'cannot_tell = "That is about the same as others {from_others}."'),
        ("sentences", 'hidden = "{who} {finding} less well, and {people} are protected."'),
        ("sentences", 'likely = "the likely range is {range}, 19 times in 20"'),
        ("sentences", 'figure = "{share} of {who} ({answers}) {finding}, a bright spot"'),
        ("headings", 'summary = "We are the best"'),
    ],
)
def test_no_word_claims_what_no_test_allows(tmp_path: Path, section: str, text: str) -> None:
    (fault, *_) = faults_of(tmp_path, f"[{section}]\n{text}\n")
    assert fault.startswith(f"{section}, {text.partition(' =')[0]}:")


def test_two_verdicts_never_read_the_same(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, '[verdicts]\nsmall_difference = "Hmm"\ncannot_tell = "hmm"\n')
    assert "reads the same as small_difference" in fault


@pytest.mark.parametrize("name", ["nowhere.toml", "nameless"])
def test_a_style_that_is_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(StyleError):
        load_style(tmp_path / name if "." in name else name)


def test_a_style_with_faults_writes_nothing(small: Release, tmp_path: Path) -> None:
    ours = style_file(tmp_path, '[headings]\nsumary = "In short"\n')
    with pytest.raises(StyleError):
        bs.publish(small, tmp_path / "out", style=ours)
    assert not (tmp_path / "out").exists()


def test_hostile_words_are_words(small: Release, tmp_path: Path) -> None:
    hostile: dict[str, Any] = {"summary": "<script>alert()</script>", "goes_well": "=cmd|' /C calc'!A"}
    ours = style_file(tmp_path, "[headings]\n" + "\n".join(f'{k} = "{v}"' for k, v in hostile.items()))
    bs.publish(small, tmp_path / "out", style=ours)
    assert "<script" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_the_commented_sample_names_every_word_as_it_is() -> None:
    sample = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))
    plain = load_style()
    assert sample == {section: dict(getattr(plain, section)) for section in SECTIONS}
    assert load_style(REFERENCE) == replace(plain)
