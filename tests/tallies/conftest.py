"""Invented answers to the small survey."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import Questionnaire

Maker = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def make_frame(small: Questionnaire) -> Maker:
    """Return a maker of answers: any answer of any kind to whatever a form asks."""

    def make(
        n: int, seed: int, *, areas: tuple[str, ...] = ("Leeds", "York"), weighted: bool = False
    ) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            {
                "area": rng.choice(areas, n),
                "wave": rng.choice(["2019", "2021"], n),
                "age_band": rng.choice(list(small.band), n),
            },
            dtype=object,
        )
        for trait in small.traits:
            levels = [*(level.id for level in trait.levels), trait.not_known]
            frame[trait.id] = rng.choice(levels, n).astype(object)
        for name, question in small.questions.items():
            told = rng.choice([*small.options(name), *MISSING_KINDS], n).astype(object)
            frame[name] = np.where(frame["age_band"].isin(question.asked), told, "not_asked")
        routed = frame["bullied"].isin(["yes", "invalid"])
        frame["helped"] = np.where(routed | (frame["bullied"] == "not_asked"), frame["helped"], "not_asked")
        if weighted:
            frame["weight"] = rng.uniform(0.01, 100, n).round(4)
        return frame

    return make
