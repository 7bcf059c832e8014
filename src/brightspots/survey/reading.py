"""Reading a survey: exports in, one checked `Survey` out, or every problem at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, SurveyError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.mapping import Mapping, check_mapping, load_mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.questionnaire.spelling import band_spellings, fold_band
from brightspots.survey import checks
from brightspots.survey.catalogue import problem
from brightspots.survey.forms import read_form
from brightspots.survey.problems import Problems
from brightspots.survey.readers import read_export
from brightspots.survey.survey import Survey, answer_frame, check_eligible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from brightspots.survey.forms import Form
    from brightspots.survey.problems import Problem

Key = tuple[str, str, str]
"""Area, wave and age band."""


def read_survey(
    source: Any,
    questionnaire: Questionnaire | str | Path,
    *,
    mapping: Mapping | str | Path | None = None,
    area: str = "",
    wave: str = "",
    eligible: MappingType[str, int] | MappingType[Key, int] | None = None,
    strict: bool = True,
    promise: str = "",
) -> Survey:
    """Read the answers to a survey and check every one of them.

    Parameters
    ----------
    source : path, data frame, or dict of age band to path or data frame
        One file for all (with a band column, or a questionnaire with one band), or one for each form.
        SPSS, CSV, Excel and ODS files; any data frame that Narwhals accepts.
    questionnaire : Questionnaire, str or path
        What was asked: loaded, a shipped name, or a TOML file.
    mapping : Mapping, str or path, optional
        Which column holds which question. Without it, columns go by the questionnaire's ids.
    area, wave : str
        The council, and when it asked: ``2021`` or ``2021-06``. A column that the mapping names for the area
        goes before; so do columns named ``area`` and ``wave`` where nothing is given here.
    eligible : dict of age band to int, or of (area, wave, age band) to int, optional
        How many children could have answered.
    strict : bool, default True
        False turns a bad answer into the missing kind ``invalid``, and drops a row only if it is empty, of an
        unknown band or a repeated response id. Where any weight is bad, it keeps no weights at all.
    promise : str, optional
        What the children were told about anonymity; it is printed beside every cohort.

    Returns
    -------
    Survey

    Raises
    ------
    SurveyError
        With every error of every file in its ``problems``; with ``strict=False`` only when nothing is usable.
    QuestionnaireError, MappingError
        If one of them has faults.
    ArgumentError
        If `eligible` or `source` names an age band that the questionnaire does not have, or a number that
        makes no sense.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"age_band": ["8-11", "11-18"], "likes_school": ["A lot", "not much "]})
    >>> survey = read_survey(frame, "children-in-care", area="Sheffield", wave="2021")
    >>> survey.answers["likes_school"].tolist()
    ['a lot', 'not much']
    """
    if not isinstance(questionnaire, Questionnaire):
        questionnaire = load_questionnaire(questionnaire)
    if isinstance(mapping, Mapping):
        check_mapping(mapping, questionnaire)
    elif mapping is not None:
        mapping = load_mapping(mapping, questionnaire)
    check_eligible(eligible or {}, questionnaire, by_band=True)
    refused: list[Problems] = []
    forms: list[Form] = []
    for band, one in _by_band(source, questionnaire).items():
        try:
            export = read_export(one)
        except SurveyError as error:
            refused.append(Problems.together([error.problems]))
        else:
            forms.append(read_form(export, band, questionnaire, mapping, area=str(area), wave=str(wave)))
    problems = [found for form in forms for found in form.problems] + checks.across_forms(forms)
    answers = _answers(forms, questionnaire)
    placed, found = _placed(eligible or {}, answers, str(area), str(wave))
    problems += [*found, *checks.eligible_numbers(answers, placed, questionnaire)]
    together = Problems.together([*refused, Problems.of(problems)])
    if not answers or (strict and together.has_errors):
        raise SurveyError(_summary(together, usable=bool(answers)), together)
    return Survey(
        questionnaire=questionnaire,
        answers=_frame(forms, questionnaire),
        eligible=placed,
        problems=together,
        promise=promise,
    )


def _by_band(source: Any, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the files by age band; under "" one that says itself which form each child answered."""
    if not isinstance(source, MappingType):
        return {questionnaire.age_bands[0].id if len(questionnaire.age_bands) == 1 else "": source}
    spellings = band_spellings(questionnaire)
    files = {spellings.get(fold_band(band), ""): one for band, one in source.items()}
    if "" in files or not files or len(files) != len(source):
        raise ArgumentError(
            f"source names the age bands {', '.join(map(repr, source)) or 'not at all'}; "
            f"{questionnaire.id} has {', '.join(questionnaire.band)}, each at most once."
        )
    distinct = {Path(one).resolve() if isinstance(one, str | Path) else id(one) for one in files.values()}
    if len(distinct) < len(files):
        raise ArgumentError("source gives one file for several age bands; give each form its own.")
    return files


def _answers(forms: Sequence[Form], questionnaire: Questionnaire) -> dict[Key, int]:
    """Count the answers that are used, by area, wave and age band."""
    names = list(questionnaire.band)
    counts = Counter(
        (form.areas[i], form.waves[i], names[form.bands[i]]) for form in forms for i in form.kept.tolist()
    )
    return dict(sorted(counts.items()))


def _placed(
    eligible: MappingType[Any, int], answers: MappingType[Key, int], area: str, wave: str
) -> tuple[dict[Key, int], list[Problem]]:
    """Return eligible numbers by area, wave and age band; those by age band alone need a single council."""
    placed = {key: int(number) for key, number in eligible.items() if isinstance(key, tuple)}
    by_band = {key: int(number) for key, number in eligible.items() if not isinstance(key, tuple)}
    councils = sorted({place[:2] for place in answers}) or [(area, wave)]
    if by_band and len(councils) > 1:
        example = next(iter(answers))
        return placed, [problem("eligible_not_placed", "", count=len(by_band), example=example)]
    return {**{(*councils[0], band): number for band, number in by_band.items()}, **placed}, []


def _frame(forms: Sequence[Form], questionnaire: Questionnaire) -> pd.DataFrame:
    names = list(questionnaire.band)
    keys = {
        "area": [form.areas[i] for form in forms for i in form.kept],
        "wave": [form.waves[i] for form in forms for i in form.kept],
        "age_band": [names[form.bands[i]] for form in forms for i in form.kept],
    }
    items = (*questionnaire.trait, *questionnaire.questions)
    codes = {item: np.concatenate([form.codes[item][form.kept] for form in forms]) for item in items}
    return answer_frame(questionnaire, keys, codes, _weights(forms))


def _weights(forms: Sequence[Form]) -> NDArray[np.float64] | None:
    """Return the weights of all rows; None where one of them has none that can be used."""
    given = [form.weights[form.kept] for form in forms if form.weights is not None]
    weights = np.concatenate(given) if given else None
    return None if weights is None or np.isnan(weights).any() else weights


def _summary(found: Problems, *, usable: bool) -> str:
    errors = found.where(lambda row: row.severity == "error")
    n = len(errors)
    if n:
        return f"{n} error{'s' if n != 1 else ''} in the answers; nothing was used.\n{errors.describe()}"
    assert not usable
    return f"There is no usable answer here.\n{found.describe()}"
