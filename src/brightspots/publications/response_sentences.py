"""What is said of the answers to a survey that is still open: how many, of how many, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.open_surveys import NOT_SAID, NOT_YET, REACHED
from brightspots.findings.responses import TARGET, wanted
from brightspots.publications.names import ALL
from brightspots.publications.sentence import Sentence
from brightspots.publications.wording import capital, listed, number, percent

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Responses
    from brightspots.disclosure.open_surveys import OpenSurvey
    from brightspots.publications.names import Names

USUAL = f"usual target of {percent(float(TARGET))}"
STILL_OPEN = "The survey is open: nothing is compared until it closes."
ON_GROUPS = (
    f"That a group has reached the {USUAL} is said a few answers late, and may be taken back while it is "
    "near. Of the largest group of each kind and of small ones nothing is said; nor of any while few have "
    "answered, or many. So nobody can work out from week to week who has answered."
)
STANDINGS = {REACHED: "reached", NOT_YET: "cannot be said yet", NOT_SAID: "not said"}
BY_STANDING = {
    REACHED: f"The {USUAL} is reached by: {{who}}.",
    NOT_YET: f"Whether the {USUAL} is reached cannot be said yet of: {{who}}.",
}


def answered_so_far(words: Names, responses: Responses) -> Sentence:
    """Say how many of a form have answered so far, and how many more make 30%.

    Examples
    --------
    >>> import brightspots as bs
    >>> from brightspots.publications.names import names_of
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1, respondents=200), measures=["nature"]))
    >>> for one in out.responses[:2]:
    ...     print(answered_so_far(names_of(out), one))
    4-7s: 43 of 156 have answered so far (28%); four more would make the usual target of 30%.
    8-11s: 57 of 105 have answered so far (54%); the usual target of 30% is met.
    """
    who = words.people(responses.questionnaire)
    if responses.age_band != ALL:
        who = words.ages(responses.questionnaire, (responses.age_band,))
    who = capital(who) + words.where(responses.questionnaire, responses.area, responses.wave)
    if responses.n is None:
        hidden = f"hidden to protect {words.protected(responses.questionnaire)}"
        return Sentence(f"{who}: how many have answered so far is {hidden}.")
    if responses.rate is None or responses.eligible is None:
        return Sentence(f"{who}: {number(responses.n)} have answered so far, of a number that is not known.")
    text = f"{who}: {number(responses.n)} of {number(responses.eligible)} have answered so far"
    missing = wanted(responses.eligible) - responses.n
    goal = f"the {USUAL} is met"
    if missing > 0:
        goal = f"{number(missing)} more would make the {USUAL}"
    return Sentence(f"{text} ({percent(responses.rate)}); {goal}.")


def to_the_target(responses: Responses) -> str:
    """Return how far a form is from the target, for a table; empty where that is not known."""
    if responses.n is None or responses.eligible is None or responses.rate is None:
        return ""
    missing = wanted(responses.eligible) - responses.n
    return f"{missing:,} more" if missing > 0 else STANDINGS[REACHED]


def groups_so_far(words: Names, survey: OpenSurvey) -> list[Sentence]:
    """Say which groups have reached the target, and of which it cannot be said yet."""
    said = []
    for standing, sentence in BY_STANDING.items():
        who = [
            words.group(survey.questionnaire, ((one.trait, one.level),))
            for one in survey.groups
            if one.standing == standing
        ]
        said += [Sentence(sentence.format(who=listed(who)))] if who else []
    return said
