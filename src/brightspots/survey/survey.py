"""Answers that passed their checks: a `Survey`."""

from __future__ import annotations

import hashlib
import html
import json
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.questionnaire.missing import MISSING_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.problems import Problems

KEYS = ("area", "wave", "age_band")
WEIGHT = "weight"


@dataclass(frozen=True, eq=False)
class Survey:
    """The answers of one or more councils in one wave, one row a child. Not for release.

    Made by `read_survey` or `make_survey`.

    Attributes
    ----------
    questionnaire : Questionnaire
        What was asked.
    answers : pandas.DataFrame
        One row a child: ``area``, ``wave``, ``age_band``, then a column for each trait and each question.
        All are categories. A question's categories are its options in order, then the kinds of missing
        answer (``not_answered``, ``not_asked``, ``dont_know``, ``prefer_not``, ``invalid``); a trait's are
        its levels, then "not known". Last, where the mapping names one, stands ``weight``, as floats.
    eligible : mapping of (area, wave, age band) to int
        Children who could have answered, where that is known.
    problems : Problems
        Everything that the checks found and let pass.
    promise : str
        What the children were told about anonymity.
    """

    questionnaire: Questionnaire
    answers: pd.DataFrame
    eligible: Mapping[tuple[str, str, str], int]
    problems: Problems
    promise: str = field(default="", kw_only=True)

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def area(self) -> str:
        """The council's name, or how many councils there are."""
        return self._one("area", "areas")

    @property
    def wave(self) -> str:
        """The wave, or how many waves there are."""
        return self._one("wave", "waves")

    def _one(self, key: str, many: str) -> str:
        present = self.answers[key].unique().tolist()
        return str(present[0]) if len(present) == 1 else f"{len(present)} {many}"

    @cached_property
    def age_bands(self) -> tuple[str, ...]:
        """The age bands with answers, in the questionnaire's order."""
        present = set(self.answers["age_band"].unique().tolist())
        return tuple(band.id for band in self.questionnaire.age_bands if band.id in present)

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of all answers, whatever the order of the rows: equal only for the same answers."""
        import pandas as pd

        digest = hashlib.sha256(self.questionnaire.hash.encode())
        parts: list[NDArray[Any]] = []
        for name in self.answers.columns:
            if name in KEYS:
                codes, values = pd.factorize(self.answers[name])
                names = [str(value) for value in values]
                digest.update(json.dumps([name, *sorted(names)]).encode())
                parts.append(np.argsort(np.argsort(names))[codes].astype(">u4"))
            elif name == WEIGHT:
                parts.append(self.answers[name].to_numpy().astype(">f8"))
            else:
                parts.append(self.answers[name].cat.codes.to_numpy().astype(">u2"))
        table = np.hstack([np.ascontiguousarray(part)[:, None].view(np.uint8) for part in parts])
        rows = np.sort(table.view(f"V{table.shape[1]}"), axis=0)
        digest.update(rows.tobytes())
        return digest.hexdigest()[:16]

    def __repr__(self) -> str:
        bands = ", ".join(self.age_bands)
        return f"<Survey {self.area} {self.wave}: {len(self):,} children ({bands}), not for release>"

    def _repr_html_(self) -> str:
        return f"<p><strong>Not for release.</strong> {html.escape(repr(self)[1:-1])}</p>"


def check_eligible(
    eligible: Mapping[Any, Any], questionnaire: Questionnaire, *, by_band: bool = False
) -> None:
    """Refuse eligible numbers for age bands that are not there, and numbers that are none.

    Parameters
    ----------
    eligible : mapping of (area, wave, age band) to int
        Children who could have answered.
    questionnaire : Questionnaire
        What was asked.
    by_band : bool
        Whether a key may also be an age band alone.

    Raises
    ------
    ArgumentError
        Naming the key.
    """
    for key, number in eligible.items():
        placed = isinstance(key, tuple) and len(key) == 3 and all(isinstance(part, str) for part in key)
        if not placed and not (by_band and isinstance(key, str)):
            raise ArgumentError(f"eligible has the key {key!r}; give (area, wave, age band).")
        band = key[2] if placed else key
        if band not in questionnaire.band:
            known = ", ".join(questionnaire.band)
            raise ArgumentError(f"eligible names the age band {band!r}; {questionnaire.id} has {known}.")
        if not isinstance(number, Integral) or isinstance(number, bool) or number < 0:
            raise ArgumentError(f"eligible[{key!r}] is {number!r}; give a whole number of children.")


def answer_frame(
    questionnaire: Questionnaire,
    keys: Mapping[str, list[str] | pd.Categorical],
    codes: Mapping[str, NDArray[np.int16]],
    weights: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Build the frame of answers from codes.

    Parameters
    ----------
    questionnaire : Questionnaire
        What was asked.
    keys : mapping
        The values of ``area``, ``wave`` and ``age_band``, one a row.
    codes : mapping of id to array of int
        For each trait the position of its level, for each question the position among its options and the
        kinds of missing.
    weights : array of float, optional
        The weight of each row.

    Returns
    -------
    pandas.DataFrame
        As described in `Survey`.
    """
    import pandas as pd

    columns: dict[str, object] = {name: pd.Categorical(keys[name]) for name in KEYS}
    for trait in questionnaire.traits:
        levels = pd.Index([*(level.id for level in trait.levels), trait.not_known])
        columns[trait.id] = pd.Categorical.from_codes(codes[trait.id], categories=levels)
    for question in questionnaire.questions:
        answers = pd.Index([*questionnaire.options(question), *MISSING_KINDS])
        columns[question] = pd.Categorical.from_codes(codes[question], categories=answers)
    if weights is not None:
        columns[WEIGHT] = weights
    return pd.DataFrame(columns)
