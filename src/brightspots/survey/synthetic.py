"""Invented answers with the structure of real ones, for trying things out and for tests."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from brightspots.errors import ArgumentError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import TICKED, Questionnaire, WellbeingScale
from brightspots.survey.coding import missing_code
from brightspots.survey.problems import Problems
from brightspots.survey.survey import Survey, answer_frame

if TYPE_CHECKING:
    from pathlib import Path

    from brightspots.questionnaire.model import Indicator, Trait

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int16]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
Cohort = Mapping[str, str]

AREA = "area"

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
YOUNGEST_AHEAD = 0.35
LOADING, SCALE_LOADING = 0.45, 0.80
RESPONSE_RATES = (0.30, 0.55)


def make_survey(
    *,
    councils: int = 1,
    respondents: int | Sequence[int] = 300,
    seed: int = 1,
    questionnaire: Questionnaire | str | Path = "children-in-care",
    wave: str = "2021",
    planted: Cohort | Sequence[Cohort] | None = None,
    planted_share: float = 0.4,
    council_spread: float = 0.15,
    response_bias: float = 0.0,
) -> Survey:
    """Make up a survey: invented children whose answers hang together as real ones do.

    Each child has one wellbeing that all answers lean on, a little higher on the forms for the youngest and a
    little different from council to council. Some questions are skipped, some children stop early, and what a
    form or the routing passes over is not asked. How common an answer is depends on the question alone: two
    seeds are two samples of the same invented population.

    A whole country is one call: ``make_survey(councils=120, respondents=sizes)``. A million children take a
    few seconds and about 200 MB at most; ``survey.answers`` is a data frame, for any engine that counts them.

    Parameters
    ----------
    councils : int, default 1
        How many councils there are; they are named ``Council 1``, ``Council 2`` and so on.
    respondents : int or sequence of int, default 300
        Children who answered in each council: one number for all, or one for each.
    seed : int, default 1
        The same seed always gives the same answers.
    questionnaire : Questionnaire, str or path, default "children-in-care"
        What is asked: loaded, a shipped name, or a TOML file.
    wave : str, default "2021"
        When it is asked.
    planted : dict of trait to level, or sequence of them, optional
        Cohorts whose wellbeing is made low more often, such as
        ``{"gender": "girl", "placement": "residential"}``; with ``"area": "Council 3"`` in one council only.
    planted_share : float, default 0.4
        The chance, 0-1, that a child of a planted cohort who answered has low wellbeing.
    council_spread : float, default 0.15
        How much councils differ: the standard deviation of their wellbeing, where that of children is 1.
    response_bias : float, default 0
        How much likelier children who are well are to answer: for each standard deviation of wellbeing a
        child answers e to this power times as often. The same call without it is the unbiased survey.

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
    >>> make_survey(councils=3, respondents=[80, 250, 900])
    <Survey 3 areas 2021: 1,230 children (4-7, 8-11, 11-18), not for release>
    """
    sizes = _sizes(councils, respondents)
    if not 0 <= planted_share <= 1:
        raise ArgumentError(f"planted_share is {planted_share}; give a share from 0 to 1.")
    if not council_spread >= 0:
        raise ArgumentError(f"council_spread is {council_spread}; give a number from 0.")
    if not isinstance(questionnaire, Questionnaire):
        questionnaire = load_questionnaire(questionnaire)
    areas = [f"Council {i}" for i in range(1, councils + 1)]
    cohorts = [planted] if isinstance(planted, Mapping) else list(planted or ())
    _check_planted(cohorts, areas, questionnaire)
    rng = np.random.default_rng(seed)
    n = int(sizes.sum())
    bands = [band.id for band in questionnaire.age_bands]
    area = np.repeat(np.arange(councils), sizes)
    mix = _shares([band.ages[1] - band.ages[0] + 1 for band in questionnaire.age_bands])
    band = _draw(rng, mix, n)
    traits = {trait.id: _trait(rng, trait, band, questionnaire) for trait in questionnaire.traits}

    levels = {trait.id: [level.id for level in trait.levels] for trait in questionnaire.traits}
    inside = [
        np.logical_and.reduce(
            [
                area == areas.index(level) if name == AREA else traits[name] == levels[name].index(level)
                for name, level in cohort.items()
            ]
        )
        for cohort in cohorts
    ]
    cohort = np.logical_or.reduce([np.zeros(n, dtype=bool), *inside])
    low = cohort & (rng.random(n) < planted_share)
    ahead = np.linspace(YOUNGEST_AHEAD, 0, len(bands)) if len(bands) > 1 else np.zeros(1)
    level_of_council = rng.normal(0, council_spread, councils)
    wellbeing = rng.standard_normal(n) + level_of_council[area] + (ahead - ahead @ mix)[band]
    wellbeing += response_bias  # a normal curve weighed by e to the power of b times itself moves by b
    wellbeing[low] = -1 - np.abs(wellbeing[low] - response_bias)

    answers = _answers(rng, questionnaire, wellbeing, band)
    for scale in questionnaire.wellbeing_scales:
        _plant(answers[scale.id], low, cohort & ~low, higher_is_better=scale.higher_is_better)
    _leave_gaps(rng, answers, questionnaire)
    _route(answers, band, questionnaire)

    keys = {
        "area": _named(area, areas),
        "wave": _named(np.zeros(n, int), [str(wave)]),
        "age_band": _named(band, bands),
    }
    answered = np.bincount(area * len(bands) + band, minlength=councils * len(bands)).reshape(councils, -1)
    could = np.ceil(sizes[:, None] * mix / rng.uniform(*RESPONSE_RATES, answered.shape)).astype(int)
    eligible = {
        (areas[i], str(wave), bands[j]): int(number)
        for (i, j), number in np.ndenumerate(np.maximum(answered, could))
    }
    frame = answer_frame(questionnaire, keys, {**traits, **answers})
    return Survey(questionnaire, frame, eligible, Problems.of([]))


def _sizes(councils: int, respondents: int | Sequence[int]) -> Whole:
    """Return how many children answered in each council."""
    if councils < 1:
        raise ArgumentError(f"councils is {councils}; give a whole number from 1.")
    sizes = np.atleast_1d(respondents)
    if sizes.size not in (1, councils):
        raise ArgumentError(
            f"respondents has {sizes.size} numbers; give one, or one for each of {councils} councils."
        )
    for number in sizes.tolist():
        if not isinstance(number, int) or number < 1:
            raise ArgumentError(f"respondents is {number}; give a whole number from 1.")
    return np.broadcast_to(sizes, councils)


def _check_planted(cohorts: Sequence[Cohort], areas: Sequence[str], questionnaire: Questionnaire) -> None:
    known = {trait.id: [level.id for level in trait.levels] for trait in questionnaire.traits}
    for trait, level in [item for cohort in cohorts for item in cohort.items()]:
        if trait == AREA:
            if level not in areas:
                raise ArgumentError(
                    f"planted gives area as {level!r}; the councils are {areas[0]} to {areas[-1]}."
                )
        elif trait not in known:
            raise ArgumentError(
                f"planted names {trait!r}; the traits of {questionnaire.id} are: {', '.join(known)}."
            )
        elif level not in known[trait]:
            raise ArgumentError(
                f"planted gives {trait} as {level!r}; its levels are: {', '.join(known[trait])}."
            )
    if cohorts and not questionnaire.wellbeing_scales:
        raise ArgumentError(f"planted needs a 0-10 scale, and {questionnaire.id} has none.")


def _named(codes: Any, names: Sequence[str]) -> pd.Categorical[Any]:
    """Return names as categories, sorted, those that occur."""
    present = np.flatnonzero(np.bincount(codes, minlength=len(names)))
    order = sorted(present.tolist(), key=names.__getitem__)
    place = np.zeros(len(names), dtype=np.int16)
    place[order] = np.arange(len(order))
    return pd.Categorical.from_codes(place[codes], categories=pd.Index([names[i] for i in order]))


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
            through = np.zeros(len(options) + len(MISSING_KINDS), dtype=bool)
            through[[options.index(answer) for answer in question.asked_if.answers]] = True
            passed |= ~through[answers[question.asked_if.measure]]
        answers[name][passed] = missing_code(questionnaire.options(name), "not_asked")


def _asked_of(band: Any, asked: Sequence[str], questionnaire: Questionnaire) -> Bools:
    return np.asarray(np.array([one.id in asked for one in questionnaire.age_bands])[band])
