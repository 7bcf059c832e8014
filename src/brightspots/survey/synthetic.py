"""Invented answers with the structure of real ones, for trying things out and for tests."""

from __future__ import annotations

import zlib
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.model import TICKED, Questionnaire, WellbeingScale
from brightspots.survey.coding import missing_code
from brightspots.survey.problems import Problems
from brightspots.survey.survey import Survey, answer_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from brightspots.questionnaire.model import Indicator, Trait

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int16]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

TRAIT_MIX = {
    "gender": {"girl": 0.46, "boy": 0.51, "woman": 0.48, "man": 0.49, "another": 0.03},
    "ethnicity": {"asian": 0.07, "black": 0.09, "mixed": 0.11, "white": 0.70, "other": 0.03},
    "placement": {"foster": 0.64, "kinship": 0.15, "residential": 0.13, "parents": 0.05, "other": 0.03},
    "disability": {"yes": 0.17, "no": 0.83},
    "time_in_care": {"under 1 year": 0.25, "1 to 2 years": 0.30, "3 years or more": 0.45},
    "placements_number": {"one": 0.35, "2 to 4": 0.48, "5 or more": 0.17},
    "age_group": {"16 to 17": 0.25, "18 to 20": 0.45, "21 to 25": 0.30},
    "home": {"own": 0.38, "supported": 0.30, "carers": 0.17, "family": 0.10, "other": 0.05},
}
"""Shares of a trait's levels; a level or trait that is not here gets less the later it stands."""

SCORE_SHARES = (0.020, 0.010, 0.020, 0.030, 0.040, 0.090, 0.080, 0.140, 0.200, 0.150, 0.220)
"""Of the scores 0 to 10 of a 0-10 scale, turned so that 10 is good: 12% low and 37% very high."""

FAVOURABLE_SHARES = (0.68, 0.94)
BOX_SHARES = (0.15, 0.45)
"""How common the good answers to a question are, and the ticks of a box: each has its place in between."""

TYPICAL_SHARES = {
    "trusts_carers": 0.86,
    "good_friend": 0.89,
    "trusted_adult": 0.91,
    "fun": 0.88,
    "likes_school": 0.76,
    "carers_interested": 0.91,
    "feels_safe": 0.83,
    "afraid_bullying": 0.76,
    "supported_if_bullied": 0.85,
    "embarrassed_by_adults": 0.87,
    "settled": 0.84,
    "knows_why_in_care": 0.62,
    "life_getting_better": 0.82,
    "lonely": 0.79,
    "safe_at_home": 0.76,
}
"""How common the good answers are to some questions, in round figures near those that reports give."""

TRAIT_UNKNOWN = 0.02
NOT_ANSWERED, DONT_KNOW, PREFER_NOT = 0.030, 0.015, 0.010
STOPS_EARLY = 0.04
COUNCIL_SPREAD = 0.15
YOUNGEST_AHEAD = 0.35
LOADING, SCALE_LOADING = 0.45, 0.80
RESPONSE_RATES = (0.30, 0.55)


def make_survey(
    *,
    councils: int = 1,
    respondents: int = 300,
    seed: int = 1,
    questionnaire: Questionnaire | str | Path = "children-in-care",
    wave: str = "2021",
    planted: Mapping[str, str] | None = None,
    planted_share: float = 0.4,
) -> Survey:
    """Make up a survey: invented children whose answers hang together as real ones do.

    Each child has one wellbeing that all answers lean on, a little higher on the forms for the youngest and a
    little different from council to council. Some questions are skipped, some children stop early, and what a
    form or the routing passes over is not asked. How common an answer is depends on the question alone: two
    seeds are two samples of the same invented population.

    Parameters
    ----------
    councils : int, default 1
        How many councils there are; they are named ``Council 1``, ``Council 2`` and so on.
    respondents : int, default 300
        Children who answered in each council.
    seed : int, default 1
        The same seed always gives the same answers.
    questionnaire : Questionnaire, str or path, default "children-in-care"
        What is asked: loaded, a shipped name, or a TOML file.
    wave : str, default "2021"
        When it is asked.
    planted : dict of trait to level, optional
        A cohort whose wellbeing is made low more often, such as
        ``{"gender": "girl", "placement": "residential"}``.
    planted_share : float, default 0.4
        The chance, 0-1, that a child of the planted cohort has low wellbeing.

    Returns
    -------
    Survey
        With eligible numbers for each council and age band, and without problems.

    Raises
    ------
    ArgumentError
        If a number makes no sense, or `planted` names something that the questionnaire does not have.

    Examples
    --------
    >>> survey = make_survey(respondents=300, seed=1)
    >>> survey
    <Survey Council 1 2021: 300 children (4-7, 8-11, 11-18), not for release>
    >>> make_survey(seed=1).fingerprint == survey.fingerprint
    True
    """
    for name, number in {"councils": councils, "respondents": respondents}.items():
        if number < 1:
            raise ArgumentError(f"{name} is {number}; give a whole number from 1.")
    if not 0 <= planted_share <= 1:
        raise ArgumentError(f"planted_share is {planted_share}; give a share from 0 to 1.")
    if not isinstance(questionnaire, Questionnaire):
        questionnaire = load_questionnaire(questionnaire)
    _check_planted(planted, questionnaire)
    rng = np.random.default_rng(seed)
    n = councils * respondents
    areas = [f"Council {i}" for i in range(1, councils + 1)]
    bands = [band.id for band in questionnaire.age_bands]
    area = np.repeat(np.arange(councils), respondents)
    mix = _shares([band.ages[1] - band.ages[0] + 1 for band in questionnaire.age_bands])
    band = _draw(rng, mix, n)
    traits = {trait.id: _trait(rng, trait, band, questionnaire) for trait in questionnaire.traits}

    cohort = np.full(n, bool(planted))
    for name, level in (planted or {}).items():
        cohort &= traits[name] == [one.id for one in questionnaire.trait[name].levels].index(level)
    low = cohort & (rng.random(n) < planted_share)
    ahead = np.linspace(YOUNGEST_AHEAD, 0, len(bands)) if len(bands) > 1 else np.zeros(1)
    level_of_council = rng.normal(0, COUNCIL_SPREAD, councils)
    wellbeing = rng.standard_normal(n) + level_of_council[area] + (ahead - ahead @ mix)[band]
    wellbeing[low] = -1 - np.abs(wellbeing[low])

    answers = _answers(rng, questionnaire, wellbeing, band)
    for scale in questionnaire.wellbeing_scales:
        _plant(answers[scale.id], low, cohort & ~low, higher_is_better=scale.higher_is_better)
    _leave_gaps(rng, answers, questionnaire)
    _route(answers, band, questionnaire)

    keys = {"area": [areas[i] for i in area], "wave": [str(wave)] * n, "age_band": [bands[i] for i in band]}
    answered = np.bincount(area * len(bands) + band, minlength=councils * len(bands)).reshape(councils, -1)
    could = np.ceil(respondents * mix / rng.uniform(*RESPONSE_RATES, answered.shape)).astype(int)
    eligible = {
        (areas[i], str(wave), bands[j]): int(number)
        for (i, j), number in np.ndenumerate(np.maximum(answered, could))
    }
    frame = answer_frame(questionnaire, keys, {**traits, **answers})
    return Survey(questionnaire, frame, eligible, Problems.of([]))


def _check_planted(planted: Mapping[str, str] | None, questionnaire: Questionnaire) -> None:
    for trait_id, level in (planted or {}).items():
        if trait_id not in questionnaire.trait:
            known = ", ".join(questionnaire.trait)
            raise ArgumentError(f"planted names {trait_id!r}; the traits of {questionnaire.id} are: {known}.")
        levels = [one.id for one in questionnaire.trait[trait_id].levels]
        if level not in levels:
            raise ArgumentError(
                f"planted gives {trait_id} as {level!r}; its levels are: {', '.join(levels)}."
            )
    if planted and not questionnaire.wellbeing_scales:
        raise ArgumentError(f"planted needs a 0-10 scale, and {questionnaire.id} has none.")


def _shares(weights: Sequence[float]) -> Floats:
    shares = np.array(weights, dtype=np.float64)
    return np.asarray(shares / shares.sum())


def _draw(rng: np.random.Generator, shares: Floats, n: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.searchsorted(np.cumsum(shares)[:-1], rng.random(n), side="right")


def _trait(rng: np.random.Generator, trait: Trait, band: Any, questionnaire: Questionnaire) -> Codes:
    mix = TRAIT_MIX.get(trait.id, {})
    weights = [mix.get(level.id, 1 / (i + 2) ** 2) for i, level in enumerate(trait.levels)]
    codes = _draw(rng, _shares(weights), band.size).astype(np.int16)
    unknown = rng.random(band.size) < TRAIT_UNKNOWN
    if trait.asked:
        unknown |= ~_asked_of(band, trait.asked, questionnaire)
    codes[unknown] = len(trait.levels)
    return codes


def _answers(
    rng: np.random.Generator, questionnaire: Questionnaire, wellbeing: Floats, band: Any
) -> dict[str, Codes]:
    """Give every child an answer to every question: wellbeing and chance decide, worst answer to best."""
    answers: dict[str, Codes] = {}
    for name, question in questionnaire.questions.items():
        scale = isinstance(question, WellbeingScale)
        loading = SCALE_LOADING if scale else LOADING
        leaning = loading * wellbeing + (1 - loading**2) ** 0.5 * rng.standard_normal(wellbeing.size)
        codes = np.zeros(wellbeing.size, dtype=np.int16)
        for i, one in enumerate(questionnaire.age_bands):
            if one.id in question.asked:
                if isinstance(question, WellbeingScale):
                    order = list(range(11)) if question.higher_is_better else list(range(10, -1, -1))
                    shares: Sequence[float] = SCORE_SHARES
                else:
                    order, shares = _worst_to_best(question, one.id, questionnaire)
                cuts = [NormalDist().inv_cdf(float(share)) for share in np.cumsum(shares)[:-1]]
                rows = np.flatnonzero(band == i)
                codes[rows] = np.array(order, dtype=np.int16)[np.searchsorted(cuts, leaning[rows])]
        answers[name] = codes
    return answers


def _worst_to_best(
    indicator: Indicator, band: str, questionnaire: Questionnaire
) -> tuple[list[int], list[float]]:
    """Return an indicator's options from worst to best, and how common each is."""
    options = questionnaire.options(indicator.id)
    counted = [i for i, option in enumerate(options) if option in indicator.counted_in(band)]
    others = [i for i in range(len(options)) if i not in counted]
    upwards = indicator.higher_is_better is not False
    bad, good = (others, counted) if upwards else (counted, others)
    lowest, highest = BOX_SHARES if options == TICKED else FAVOURABLE_SHARES
    somewhere = lowest + (highest - lowest) * (zlib.crc32(indicator.id.encode()) % 1000) / 1000
    favourable = TYPICAL_SHARES.get(indicator.id, somewhere)
    order: list[int] = []
    shares: list[float] = []
    for side, share in ((bad, 1 - favourable), (good, favourable)):
        order += sorted(side, reverse=upwards)
        shares += (_shares([0.6 ** (len(side) - i) for i in range(len(side))]) * share).tolist()
    return order, shares


def _plant(codes: Codes, low: Bools, not_low: Bools, *, higher_is_better: bool) -> None:
    """Put every 0-10 answer of the planted cohort on its side of the line between low and medium."""
    scores = codes if higher_is_better else 10 - codes
    scores = np.where(low & (scores > 4), scores % 5, scores)
    scores = np.where(not_low & (scores < 5), scores + 5, scores)
    codes[:] = scores if higher_is_better else 10 - scores


def _leave_gaps(rng: np.random.Generator, answers: dict[str, Codes], questionnaire: Questionnaire) -> None:
    """Let children skip questions, not know, prefer not to say, and stop before the end."""
    n = next(iter(answers.values())).size
    stop = np.where(rng.random(n) < STOPS_EARLY, rng.uniform(0.3, 1, n), 1.0) * len(answers)
    boxes = {box.id: one for one in questionnaire.multiple_responses for box in one.items}
    for i, (name, codes) in enumerate(answers.items()):
        if name in boxes:
            continue
        options = questionnaire.options(name)
        chance = rng.random(n)
        sensitive = getattr(questionnaire.questions[name], "sensitive", False)
        prefer = PREFER_NOT * (2 if sensitive else 1)
        codes[chance < prefer + DONT_KNOW + NOT_ANSWERED] = missing_code(options, "not_answered")
        codes[chance < prefer + DONT_KNOW] = missing_code(options, "dont_know")
        codes[chance < prefer] = missing_code(options, "prefer_not")
        codes[stop <= i] = missing_code(options, "not_answered")
    for one in questionnaire.multiple_responses:
        named = [box.id for box in one.items]
        if one.all_blank == "not_answered":
            silent = (rng.random(n) < 0.5) if one.comment_themes else np.zeros(n, dtype=bool)
            silent |= np.logical_and.reduce([answers[box] == TICKED.index("not ticked") for box in named])
            for box in named:
                answers[box][silent] = missing_code(TICKED, "not_answered")


def _route(answers: dict[str, Codes], band: Any, questionnaire: Questionnaire) -> None:
    """Mark as not asked what a form does not ask and what the routing passes over."""
    for name, question in questionnaire.questions.items():
        passed = ~_asked_of(band, question.asked, questionnaire)
        if question.asked_if is not None:
            options = questionnaire.options(question.asked_if.measure)
            through = [options.index(answer) for answer in question.asked_if.answers]
            passed |= ~np.isin(answers[question.asked_if.measure], through)
        answers[name][passed] = missing_code(questionnaire.options(name), "not_asked")


def _asked_of(band: Any, asked: Sequence[str], questionnaire: Questionnaire) -> Bools:
    return np.isin(band, [i for i, one in enumerate(questionnaire.age_bands) if one.id in asked])
