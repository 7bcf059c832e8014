"""Every verdict, reason and status has a sentence, and says no more than it may."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import brightspots as bs
from brightspots.findings import comparisons, elsewhere
from brightspots.findings.likeness import MISMATCHES
from brightspots.publications.comparison_sentences import NOT_COMPARED, VERDICTS
from brightspots.publications.group_sentences import NOT_TESTED
from brightspots.publications.sentence import figure_key
from brightspots.publications.sentences import Sentences, explanation

if TYPE_CHECKING:
    from collections.abc import Callable

    from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedComparison, ReleasedRecheck
    from brightspots.disclosure.release import Release

STATUSES = ("shown", "banded", "withheld", "no base")
COMPARATORS = ("general population", "care elsewhere", "last wave", "statistical neighbours")
NEVER_READ = ("attack", "intruder", "hot spot", "low base", "p-value", "confidence interval", "cell")
RANKING = re.compile(r"\b(better|worse|higher|lower|less well)\b")


@pytest.fixture(scope="module")
def words() -> Sentences:
    questionnaires = {name: bs.load_questionnaire(name) for name in ("children-in-care", "care-leavers")}
    return Sentences(questionnaires)


def reasons_in_the_code() -> set[str]:
    """Return the reason codes that a comparison can give for not comparing."""
    found: set[object] = set(MISMATCHES)
    trees = [
        ast.parse(Path(module.__file__).read_text(encoding="utf-8")) for module in (comparisons, elsewhere)
    ]
    for function in (n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        for node in ast.walk(function):
            returned = isinstance(node, ast.Return) and "why" in function.name
            named = isinstance(node, ast.Assign) and "reason" in ast.unparse(node.targets[0])
            if (returned or named) and node.value is not None:
                found |= {part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)}
    return {reason for reason in found if isinstance(reason, str) and reason} - {"reason"}


def test_every_reason_in_the_code_has_plain_words() -> None:
    found = reasons_in_the_code()
    assert len(found) >= 17
    assert found - {reason for _, reason in VERDICTS} <= set(NOT_COMPARED)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("verdict", "reason"), [*VERDICTS, *(("not compared", reason) for reason in NOT_COMPARED)]
)
def test_every_verdict_reason_and_status_is_said(
    words: Sentences,
    figure: Callable[..., Figure],
    comparison: Callable[..., ReleasedComparison],
    verdict: str,
    reason: str,
    status: str,
) -> None:
    for comparator, illustrative, (n, benchmark) in itertools.product(
        COMPARATORS, (False, True), ((None, 0.8), (900, 0.8), (None, None))
    ):
        one = comparison(
            figure=figure(status=status),
            verdict=verdict,
            reason=reason,
            comparator=comparator,
            illustrative=illustrative,
            benchmark=benchmark,
            benchmark_n=n,
        )
        said = words.with_comparisons(one.figure, [one])
        text = f"{said.text} {words.verdict_words(one)}"
        assert said.text.endswith(".")
        assert "None" not in text
        assert "  " not in text
        assert "_" not in text
        assert not any(word in text.casefold() for word in NEVER_READ)
        assert bool(RANKING.search(text)) == (verdict in ("better", "worse"))
        assert illustrative == ("illustrative figure" in said.text)
        assert said.comparisons[0].comparator == comparator
        assert said.figures == (figure_key(one.figure),)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "62% of 11-18s (93 of 150) like school or college; the likely range is 54% to 69%."),
        (
            {"n": 21, "count": 9, "share": 9 / 21, "lower": 0.24, "upper": 0.63, "low_base": True},
            "43% of 11-18s (nine of 21) like school or college; from few answers, the likely range is 24% "
            "to 63%.",
        ),
        (
            {"status": "banded"},
            "More than 85% of 11-18s (of 40 who answered) like school or college; the likely range is 70% "
            "to 100%.",
        ),
        (
            {"status": "banded", "above": None, "below": 15, "lower": 0.0, "upper": 0.26},
            "Fewer than 15% of 11-18s (of 40 who answered) like school or college; the likely range is 0% "
            "to 26%.",
        ),
        ({"status": "withheld"}, "How many 11-18s like school or college is hidden to protect children."),
        ({"status": "no base"}, "Nobody among 11-18s answered “Likes school or college”."),
        (
            {"age_band": "all", "age_bands": ("4-7", "8-11", "11-18")},
            "62% of children and young people (93 of 150) like school or college; the likely range is 54% "
            "to 69%.",
        ),
        (
            {"age_band": "all", "age_bands": ("8-11", "11-18")},
            "62% of 8-11s and 11-18s together (93 of 150) like school or college; the likely range is 54% "
            "to 69%.",
        ),
        (
            {"group": (("gender", "girl"),)},
            "62% of girls among 11-18s (93 of 150) like school or college; the likely range is 54% to 69%.",
        ),
        (
            {"group": (("placement", "residential"),)},
            "62% of 11-18s in residential care (93 of 150) like school or college; the likely range is "
            "54% to 69%.",
        ),
        (
            {"count": 150, "share": 1.0, "lower": 0.975, "upper": 1.0},
            "100% of 11-18s (150 of 150) like school or college; the likely range is 98% to 100%.",
        ),
        (
            {"count": 0, "share": 0.0, "lower": 0.0, "upper": 0.025},
            "0% of 11-18s (none of 150) like school or college; the likely range is 0% to 3%.",
        ),
        (
            {"count": 249, "n": 250, "share": 249 / 250, "lower": 0.978, "upper": 0.999},
            "More than 99% of 11-18s (249 of 250) like school or college; the likely range is 98% to 100%.",
        ),
        (
            {"measure": "life_satisfaction", "category": "low"},
            "62% of 11-18s (93 of 150) have low life satisfaction (0-4); the likely range is 54% to 69%.",
        ),
        (
            {"measure": "low_wellbeing", "category": "low"},
            "62% of 11-18s (93 of 150) have low wellbeing; the likely range is 54% to 69%.",
        ),
        (
            {
                "questionnaire": "care-leavers",
                "measure": "anxious_yesterday",
                "category": "low",
                "age_band": "16-25",
                "age_bands": ("16-25",),
            },
            "62% of care leavers (93 of 150) have high anxiety (6-10); the likely range is 54% to 69%.",
        ),
    ],
)
def test_figures_read_as_people_speak(
    words: Sentences, figure: Callable[..., Figure], changes: dict[str, object], text: str
) -> None:
    assert words.figure(figure(**changes)).text == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "That is worse than 80% in the general population (18 points lower, likely range 11 to 26 "
            "points).",
        ),
        (
            {"verdict": "better", "difference": 0.14, "difference_lower": 0.09, "difference_upper": 0.17},
            "That is better than 80% in the general population (14 points higher, likely range nine to 17 "
            "points).",
        ),
        (
            {"verdict": "better", "difference": -0.05, "difference_lower": -0.1, "difference_upper": 0.002},
            "That is better than 80% in the general population (five points lower, likely to be at most "
            "10 points).",
        ),
        (
            {"verdict": "similar", "reason": "small"},
            "There is a small difference from 80% in the general population (18 points, more than chance "
            "but too small to count).",
        ),
        (
            {
                "verdict": "similar",
                "reason": "equivalent",
                "difference_lower": -0.02,
                "difference_upper": 0.03,
            },
            "That is about the same as 80% in the general population (the gap is unlikely to be over "
            "three points).",
        ),
        (
            {"verdict": "unclear", "difference": 0.004},
            "We cannot tell whether this differs from 80% in the general population (less than one point "
            "away; this survey could have shown a gap of about nine points).",
        ),
        (
            {"verdict": "unclear", "difference": 0.12},
            "We cannot tell whether this differs from 80% in the general population (12 points away; this "
            "survey could have shown a gap of about nine points, but with so many comparisons at once "
            "this one may be chance).",
        ),
        (
            {"verdict": "not compared", "reason": "no_n", "comparator": "last wave", "benchmark": 0.85},
            "It was 85% in our last survey, a difference of 18 points; whether that is more than chance "
            "cannot be said, because how many answered then is not stated.",
        ),
        (
            {"verdict": "not compared", "reason": "age_range", "illustrative": True},
            "It is not compared with the figure of 80% in the general population (illustrative figure), "
            "because that figure is about other ages.",
        ),
        (
            {"overridden": (("mode", "the question is about a fact"),), "difference_lower": -0.26},
            "That is worse than 80% in the general population (18 points lower, likely range 11 to 26 "
            "points). The figure in the general population is compared although the two were asked in "
            "different ways: “the question is about a fact”.",
        ),
        (
            {"verdict": "unclear", "overridden": (("age_range", "a\nreason"), ("country", "a\u202enother"))},
            "We cannot tell whether this differs from 80% in the general population (18 points away; this "
            "survey could have shown a gap of about nine points, but with so many comparisons at once this "
            "one may be chance). The figure in the general population is compared although it is about other "
            "ages: “a reason”; and although it is from another country: “another”.",
        ),
        (
            {"verdict": "not compared", "reason": "mode", "overridden": (("wording", "one word"),)},
            "It is not compared with the figure of 80% in the general population, because the two were asked "
            "in different ways.",
        ),
        (
            {"comparator": "care elsewhere", "areas": 11, "unusual_among_areas": False},
            "That is worse than 80% in care elsewhere (11 other councils; 18 points lower, likely range 11 "
            "to 26 points). Among councils it is not unusual to lie as far from the others.",
        ),
        (
            {"comparator": "care elsewhere", "areas": 11, "unusual_among_areas": True},
            "That is worse than 80% in care elsewhere (11 other councils; 18 points lower, likely range 11 "
            "to 26 points). It is unusual among councils, too: few lie as far from the others.",
        ),
    ],
)
def test_comparisons_read_as_people_speak(
    words: Sentences, comparison: Callable[..., ReleasedComparison], changes: dict[str, object], text: str
) -> None:
    assert words.comparison(comparison(**changes)).text == text


def test_comparisons_that_agree_share_a_sentence(
    words: Sentences, comparison: Callable[..., ReleasedComparison]
) -> None:
    others = [comparison(comparator=c) for c in COMPARATORS[:3]]
    (said,) = words.comparisons(others)
    assert said.text.count("That is worse than") == 1
    assert said.text.count("than 80%") == 3
    assert len(said.comparisons) == 3


def test_unclear_is_never_the_same(words: Sentences, comparison: Callable[..., ReleasedComparison]) -> None:
    for reason in ("", "own_unknown"):
        text = words.comparison(comparison(verdict="unclear", reason=reason)).text
        assert "same" not in text
        assert "cannot tell" in text


def test_what_is_hidden_says_so_with_the_word_for_its_people(
    words: Sentences, figure: Callable[..., Figure], comparison: Callable[..., ReleasedComparison]
) -> None:
    leaver = figure(questionnaire="care-leavers", measure="fun", age_bands=("16-25",), status="withheld")
    assert words.figure(leaver).text.endswith("is hidden to protect care leavers.")
    hidden = comparison(figure=figure(status="withheld"))
    assert words.comparison(hidden).text == (
        "The comparison with the figure of 80% in the general population is hidden to protect children."
    )
    band = comparison(figure=figure(status="banded"))
    assert "because only a band is given" in words.comparison(band).text


def test_a_pooled_benchmark_without_our_children_goes_where_our_figure_goes(
    words: Sentences, figure: Callable[..., Figure], comparison: Callable[..., ReleasedComparison]
) -> None:
    derived = comparison(
        figure=figure(status="withheld"), comparator="care elsewhere", benchmark=0.8137, benchmark_n=940
    )
    assert "81" not in words.comparison(derived).text


def test_themes_of_comments_have_no_good_side(
    words: Sentences, figure: Callable[..., Figure], comparison: Callable[..., ReleasedComparison]
) -> None:
    theme = comparison(figure=figure(measure="theme_school"), verdict="better", higher_is_better=None)
    assert words.verdict_words(theme) == "not compared"
    assert "neither good news nor bad news" in words.comparison(theme).text


@pytest.mark.parametrize("tier", ["flag", ""])
@pytest.mark.parametrize("role", ["lead", "separate", "covered", "hot_spot", ""])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("rest_status", STATUSES)
def test_every_group_is_said(
    words: Sentences,
    figure: Callable[..., Figure],
    cohort: Callable[..., ReleasedCohort],
    tier: str,
    role: str,
    status: str,
    rest_status: str,
) -> None:
    place = {"measure": "low_wellbeing", "category": "low", "age_bands": ("8-11", "11-18"), "age_band": "all"}
    group = (("placement", "residential"),)
    one = cohort(
        tier=tier,
        role=role,
        covered_by="girls",
        figure=figure(status=status, group=group, **place),
        rest=figure(status=rest_status, group=group, rest=True, **place),
    )
    text = words.cohort(one).text
    assert "in residential care" in text
    assert not RANKING.search(text)
    assert not any(word in text.casefold() for word in NEVER_READ)
    assert ("best estimate" in text) == (tier == "flag" and status == rest_status == "shown")


def test_groups_read_as_people_speak(words: Sentences, cohort: Callable[..., ReleasedCohort]) -> None:
    assert words.cohort(cohort()).text == (
        "36% of children and young people in residential care (18 of 50) have low wellbeing, beside 10% "
        "of all others (21 of 201). They stand out, even when we allow for how many groups were looked "
        "at. Our best estimate, allowing for the search, is 30% (likely range 20% to 41%)."
    )
    unflagged = cohort(tier="", role="", difference=0.1)
    assert words.cohort(unflagged).text.endswith("less than about 15 points would probably have been missed.")
    other_way = cohort(tier="", role="", difference=-0.2)
    assert words.cohort(other_way).text.endswith("The search does not single them out.")
    large = cohort(tier="", role="", difference=0.2)
    assert "may be chance" in words.cohort(large).text


def test_no_flag_is_not_no_problem(words: Sentences, cohort: Callable[..., ReleasedCohort]) -> None:
    text = words.no_flag([cohort(tier="", detectable=0.11), cohort(tier="", detectable=0.25)]).text
    assert "does not mean that no group needs more" in text
    assert "11 to 25 points, depending on the size of the group," in text
    assert "too small to look inside groups" in words.no_flag([cohort(tier="", detectable=None)]).text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "They still do, tested by themselves: 36% of children"),
        ({"state": "no clear excess"}, "no clear gap: 36%"),
        ({"state": "no clear excess", "reason": "small"}, "more than chance, but less than five points"),
        ({"state": "withheld", "difference": None}, "Whether they still do is hidden to protect children."),
        ({"state": "not tested", "reason": "trait"}, "did not ask what tells them from others"),
        ({"state": "not tested", "reason": "counted_answers"}, "counts other answers to the question"),
        ({"state": "not tested", "reason": "no_base"}, "nobody of them answered"),
    ],
)
def test_groups_of_the_last_wave(
    words: Sentences, recheck: Callable[..., ReleasedRecheck], changes: dict[str, Any], says: str
) -> None:
    said = words.recheck(recheck(**changes))
    assert says in said.text
    assert said.text.startswith(
        "Children and young people in residential care stood out in our last survey "
        "(40%, beside 10% of all others). "
    )
    assert not RANKING.search(said.text)
    assert not any(word in said.text.casefold() for word in NEVER_READ)
    clear = changes.get("state", "still") == "still" or changes.get("reason") == "small"
    open_ = changes.get("state") in ("no clear excess", "not tested") and not clear
    assert ("does not mean that all is well" in said.text) == open_
    nothing_before = words.recheck(recheck(before=None, before_rest=None, **changes))
    assert "stood out in our last survey. " in nothing_before.text


def test_no_clear_gap_says_what_would_have_been_missed(
    words: Sentences, recheck: Callable[..., ReleasedRecheck]
) -> None:
    text = words.recheck(recheck(state="no clear excess")).text
    assert text.endswith("a gap of less than about 15 points would probably have been missed.")
    assert words.recheck(recheck(state="no clear excess", detectable=None)).text.endswith("all is well.")


def test_every_reason_for_no_recheck_has_words() -> None:
    for reason in ("trait", "level", "measure", "options", "counted_answers", "base", "age_bands"):
        assert reason in {**NOT_TESTED, **NOT_COMPARED}
    assert {"no_base", "small_base"} <= set(NOT_TESTED)


def test_a_search_that_counts_the_other_side(words: Sentences, cohort: Callable[..., ReleasedCohort]) -> None:
    """Doing well is a smaller share of low wellbeing: the gap points the other way."""
    flagged = words.cohort(cohort(direction="high", shrunk_share=None)).text
    assert "They stand out as doing well, even when we allow for" in flagged
    below = cohort(direction="high", tier="", role="", difference=-0.1)
    assert words.cohort(below).text.endswith("about 15 points would probably have been missed.")
    above = cohort(direction="high", tier="", role="", difference=0.1)
    assert words.cohort(above).text.endswith("The search does not single them out.")


def test_several_areas_and_waves_are_named(figure: Callable[..., Figure]) -> None:
    questionnaires = {"children-in-care": bs.load_questionnaire("children-in-care")}
    places = [("children-in-care", "Sheffield", "2021"), ("children-in-care", "Shropshire", "2021")]
    assert "11-18s in Sheffield (93" in Sentences(questionnaires, places).figure(figure()).text
    waves = [("children-in-care", "Sheffield", "2021"), ("children-in-care", "Sheffield", "2019")]
    assert "11-18s in 2021 (93" in Sentences(questionnaires, waves).figure(figure()).text


def test_explanations_hold_everything_and_never_say_which_rule_hid_a_figure(release: Release) -> None:
    hidden = set()
    for figure in release.figures:
        text = explanation(release, figure)
        assert not any(word in text.casefold() for word in NEVER_READ)
        if figure.status == "withheld":
            hidden.add(text.partition("A figure is hidden")[2].partition(".")[0])
        if not figure.group:
            same = release.explain(figure.measure, age_band=figure.age_band, category=figure.category)
            assert figure.area in same or same == text
    assert len(hidden) == 1
    ranked = next(c for c in release.comparisons if c.verdict in ("better", "worse"))
    text = explanation(release, ranked.figure)
    assert f"That is {ranked.verdict} than" in text
    assert "could have shown a gap of about" in text


def test_a_figure_without_others_says_so(small: Release) -> None:
    assert small.explain("nature", age_band="8-11").endswith("There is nothing to compare it with.")


def test_one_question_that_goes_with_a_flag_is_not_several(
    release: Release, cohort: Callable[..., ReleasedCohort]
) -> None:
    words = Sentences(release.questionnaires)
    described = release.descriptions
    one, several = (words.goes_with(cohort(), described[:n]).text for n in (1, 2))
    assert one.startswith("On one other question too, ")
    assert "widest" not in one
    assert "order" not in one
    assert several.startswith("On other questions too, ")
    assert "The widest gap comes first" in several
    assert one.endswith("A question not named here may differ as well.")
