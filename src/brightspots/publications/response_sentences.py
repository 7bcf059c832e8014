"""What is said of the answers to a survey that is still open: how many, of how many, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.names import ALL
from brightspots.publications.sentence import Sentence
from brightspots.publications.wording import capital, number, percent

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Responses
    from brightspots.publications.names import Names

TARGET = 30
"""Percent of the children whom councils are asked to hear from (pages of two councils, 2022)."""

STILL_OPEN = "The survey is open: nothing is compared until it closes."


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
    missing = -(-TARGET * responses.eligible // 100) - responses.n
    goal = f"the usual target of {TARGET}% is met"
    if missing > 0:
        goal = f"{number(missing)} more would make the usual target of {TARGET}%"
    return Sentence(f"{text} ({percent(responses.rate)}); {goal}.")
