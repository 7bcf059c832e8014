"""What one-way estimates and the search for cohorts cost, for a council and for a country.

    python performance/findings_speed.py

60 questions and 10 traits, 400 and 25,000 answers. The estimates are set beside a sketch in numpy that counts
every question by every trait and puts Wilson limits on the shares, and does nothing else: quote the ratio,
not the times.
"""

from __future__ import annotations

import time
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

import brightspots as bs
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.model import TICK_SCALE, Questionnaire
from brightspots.statistics import proportion_interval

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS, TRAITS = 60, 10


def questionnaire() -> Questionnaire:
    """Return the questionnaire for children in care with more questions and traits, the same ones again."""
    document = load_questionnaire("children-in-care").model_dump(by_alias=True)
    asked = [one for one in document["indicator"] if not one["asked_if"] and one["scale"] != TICK_SCALE]
    held = len(document["wellbeing_scale"]) + len(document["indicator"])
    more = [
        deepcopy(asked[i % len(asked)]) | {"id": f"question_{i}"} for i in range(max(0, QUESTIONS - held))
    ]
    document["indicator"] = [*document["indicator"], *more]
    document["multiple_response"] = []
    traits = document["trait"]
    document["trait"] = [deepcopy(traits[i % len(traits)]) | {"id": f"trait_{i}"} for i in range(TRAITS)]
    return Questionnaire.model_validate(document)


def fastest(run: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of some runs, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def sketch(survey: bs.Survey) -> None:
    """Count the first answer of every question in every level of every trait, with limits."""
    answers = survey.answers
    counts, bases = [], []
    for trait in survey.questionnaire.trait:
        level = answers[trait].cat.codes.to_numpy(dtype=np.int64)
        for name in survey.questionnaire.questions:
            codes = answers[name].cat.codes.to_numpy(dtype=np.int64)
            width = len(answers[name].cat.categories)
            table = np.bincount(level * width + codes, minlength=(level.max() + 1) * width).reshape(-1, width)
            counts.append(table[:, 0])
            bases.append(table[:, : width - 5].sum(axis=1))
    proportion_interval(np.concatenate(counts), np.concatenate(bases))


def measure(respondents: int) -> None:
    """Print what a survey of one size costs."""
    asked = questionnaire()
    traits = list(asked.trait)
    one_way = [[trait] for trait in traits]
    survey = bs.make_survey(respondents=respondents, questionnaire=asked, seed=1)
    counted = bs.tally(survey, by=one_way)
    runs: dict[str, Callable[[], object]] = {
        "sketch": lambda: sketch(survey),
        "tally": lambda: bs.tally(survey, by=one_way),
        "estimates of the tally": lambda: bs.estimate(counted, by=one_way),
        "estimates of the survey": lambda: bs.estimate(survey, by=one_way),
    }
    seconds = {name: fastest(run) for name, run in runs.items()}
    print(f"{respondents} answers, {len(asked.questions)} questions, {len(traits)} traits")
    for name, taken in seconds.items():
        print(f"  {name}: {1000 * taken:.0f} ms, {taken / seconds['sketch']:.1f} x the sketch")
    for searched in (traits[:6], traits[:8]):
        profile = bs.tally(survey, by=searched)
        found = bs.flag_cohorts(profile, traits=searched)
        taken = fastest(
            lambda profile=profile, searched=searched: bs.flag_cohorts(profile, traits=searched), 2
        )
        print(f"  {found.candidates} cohorts of {len(searched)} traits, 1,999 shuffles: {taken:.2f} s")


if __name__ == "__main__":
    for size in (400, 25_000):
        measure(size)
