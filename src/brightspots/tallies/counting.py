"""Counting answers into a tally with pandas and numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, TallyError
from brightspots.measures.composite import LOW, NOT_LOW, UNDECIDED, score_composite
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.survey.survey import KEYS, Survey
from brightspots.tallies.tally import CountTable, Grouping, Tally, count_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from brightspots.questionnaire.model import Composite, Questionnaire

Codes = np.ndarray[Any, np.dtype[np.int64]]


def tally(
    source: Any,
    *,
    by: Sequence[str] | Sequence[Sequence[str]] = (),
    questionnaire: Questionnaire | None = None,
    eligible: Mapping[tuple[str, str, str], int] | None = None,
) -> Tally:
    """Count the answers of a survey.

    Parameters
    ----------
    source : Survey or data frame
        A `Survey`, or any data frame that Narwhals accepts with the columns of `Survey.answers`.
    by : sequence of str, or sequence of sequences of str
        Traits to keep apart. ``["gender", "placement"]`` crosses them; ``[["gender"], ["placement"]]`` counts
        each by itself. Area, wave and age band are always kept apart.
    questionnaire : Questionnaire, optional
        Needed with a data frame.
    eligible : mapping of (area, wave, age band) to int, optional
        Children who could have answered; a `Survey` brings its own.

    Returns
    -------
    Tally

    Raises
    ------
    ArgumentError
        If a trait in `by` is not one of the questionnaire's, or the questionnaire is missing.
    TallyError
        If the frame holds answers that the questionnaire does not know: how many, and in which columns.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=300, seed=1)
    >>> counted = tally(survey, by=["gender", "placement"])
    >>> counted.groupings
    (('gender', 'placement'),)
    >>> tally(survey.answers, questionnaire=survey.questionnaire, eligible=survey.eligible) == tally(survey)
    True
    """
    if isinstance(source, Survey):
        questionnaire, eligible, frame = source.questionnaire, source.eligible, source.answers
    elif questionnaire is None:
        raise ArgumentError("questionnaire is missing: a data frame can only be counted with one.")
    else:
        frame = _as_pandas(source, questionnaire)
    groupings = as_groupings(by, questionnaire)
    keys, levels, answers = _codes_of(frame, questionnaire)
    tables = {g: _count(keys, levels, answers, g, questionnaire) for g in groupings}
    respondents = source.fingerprint if isinstance(source, Survey) else ""
    return Tally(questionnaire, tables, dict(eligible or {}), respondents)


def as_groupings(
    by: Sequence[str] | Sequence[Sequence[str]] | None, questionnaire: Questionnaire
) -> tuple[Grouping, ...]:
    """Read `by`: a list of traits is one crossed grouping, a list of lists is one grouping each.

    Raises
    ------
    ArgumentError
        If a trait is not one of the questionnaire's, or stands twice.
    """
    parts = list(by or ())
    groupings = [tuple(parts)] if all(isinstance(part, str) for part in parts) else [tuple(p) for p in parts]
    for grouping in groupings:
        for trait in grouping:
            if trait not in questionnaire.trait:
                raise ArgumentError(
                    f"by names {trait!r}, which is not a trait of {questionnaire.id}; "
                    f"there are: {', '.join(questionnaire.trait)}."
                )
        if len(set(grouping)) < len(grouping):
            raise ArgumentError(f"by names a trait twice: {', '.join(grouping)}.")
    return tuple(dict.fromkeys(groupings))


def _as_pandas(source: Any, questionnaire: Questionnaire) -> pd.DataFrame:
    import narwhals as nw

    try:
        frame = nw.from_native(source).lazy()
    except TypeError:
        raise ArgumentError(
            f"source is a {type(source).__name__}; give a Survey or a data frame that Narwhals accepts."
        ) from None
    wanted = [*KEYS, *questionnaire.trait, *questionnaire.questions]
    present = [name for name in frame.collect_schema().names() if name in wanted]
    return frame.select(present).collect(backend="pandas").to_native()  # type: ignore[no-any-return]


def _codes_of(
    frame: pd.DataFrame, questionnaire: Questionnaire
) -> tuple[list[tuple[Codes, list[str]]], dict[str, tuple[Codes, list[str]]], dict[str, Codes]]:
    """Return the keys, trait levels and answers of a frame as codes, or say which columns hold others."""
    import pandas as pd

    n = len(frame)
    unknown: dict[str, int] = {}
    keys = []
    for name in KEYS:
        if name in frame.columns:
            codes, values = pd.factorize(frame[name].astype("object"), use_na_sentinel=False)
            keys.append((codes.astype(np.int64), ["" if pd.isna(v) else str(v) for v in values]))
        else:
            single = (
                questionnaire.age_bands[0].id
                if name == "age_band" and len(questionnaire.age_bands) == 1
                else ""
            )
            keys.append((np.zeros(n, dtype=np.int64), [single]))
    bands, names = keys[2]
    strange = [i for i, name in enumerate(names) if name not in questionnaire.band]
    if strange:
        unknown["age_band"] = int(np.isin(bands, strange).sum())
    levels = {}
    for trait in questionnaire.traits:
        named = [*(level.id for level in trait.levels), trait.not_known]
        levels[trait.id] = (_column_codes(frame, trait.id, named, len(named) - 1, unknown), named)
    answers = {}
    for question in questionnaire.questions:
        known = [*questionnaire.options(question), *MISSING_KINDS]
        asked_codes = (
            known.index("not_asked") if question not in frame.columns else known.index("not_answered")
        )
        answers[question] = _column_codes(frame, question, known, asked_codes, unknown)
    if unknown:
        listed = ", ".join(f"{name} ({count} rows)" for name, count in unknown.items())
        raise TallyError(
            f"The frame holds values that {questionnaire.id} does not know, in {listed}. "
            "Read it with read_survey, which says what is wrong, row by row."
        )
    return keys, levels, answers


def _column_codes(
    frame: pd.DataFrame, name: str, known: list[str], when_missing: int, unknown: dict[str, int]
) -> Codes:
    import pandas as pd

    if name not in frame.columns:
        return np.full(len(frame), when_missing, dtype=np.int64)
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.categories.tolist() == known:
        codes = column.cat.codes.to_numpy(dtype=np.int64)
    else:
        place = {answer: i for i, answer in enumerate(known)}
        raw, values = pd.factorize(column.astype("object"), use_na_sentinel=True)
        meaning = np.array([place.get(_text(value), -2) for value in values] + [-1], dtype=np.int64)
        codes = meaning[raw]
        if (codes == -2).any():
            unknown[name] = int((codes == -2).sum())
    return np.where(codes == -1, when_missing, codes)


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _count(
    keys: list[tuple[Codes, list[str]]],
    levels: dict[str, tuple[Codes, list[str]]],
    answers: dict[str, Codes],
    grouping: Grouping,
    questionnaire: Questionnaire,
) -> CountTable:
    """Count every answer in every cell with one bincount a measure over a composite code."""
    parts = [*keys, *(levels[trait] for trait in grouping)]
    sizes = [len(names) for _, names in parts]
    n = keys[0][0].size
    composite = np.zeros(n, dtype=np.int64)
    for (codes, _), size in zip(parts, sizes, strict=True):
        composite = composite * size + codes
    present, cell = np.unique(composite, return_inverse=True)
    columns = count_columns(questionnaire)
    counts = np.zeros((present.size, len(columns)), dtype=np.int64)
    counts[:, 0] = np.bincount(cell, minlength=present.size)
    for name, measure in measures_of(questionnaire).items():
        codes = answers[name] if name in answers else _composite_codes(name, answers, keys, questionnaire)
        width = len(measure.answers)
        first = columns[(name, measure.answers[0])]
        counted = np.bincount(cell * width + codes, minlength=present.size * width)
        counts[:, first : first + width] = counted.reshape(present.size, width)
    unravelled = np.unravel_index(present, sizes) if present.size else [np.array([], dtype=int)] * len(sizes)
    named = [[names[i] for i in place] for place, (_, names) in zip(unravelled, parts, strict=True)]
    return CountTable.of(zip(*named, strict=True), counts)


def _composite_codes(
    name: str,
    answers: dict[str, Codes],
    keys: list[tuple[Codes, list[str]]],
    questionnaire: Questionnaire,
) -> Codes:
    composite: Composite = next(c for c in questionnaire.composites if c.id == name)
    scales = {scale.id: scale for scale in questionnaire.wellbeing_scales}
    scores = np.column_stack([answers[s] for s in composite.scales]).astype(np.float64)
    scores[scores > 10] = np.nan
    for i, scale in enumerate(composite.scales):
        if not scales[scale].higher_is_better:
            scores[:, i] = 10 - scores[:, i]
    result = score_composite(scores, composite.rule, composite.minimum_answered)
    known = [LOW, NOT_LOW, UNDECIDED, *MISSING_KINDS]
    place = {label: known.index(label) for label in (LOW, NOT_LOW, UNDECIDED)} | {
        None: known.index("not_answered")
    }
    codes = np.array([place[label] for label in result.tolist()], dtype=np.int64)
    bands, band_names = keys[2]
    asked = np.isin(bands, [i for i, band in enumerate(band_names) if band in composite.asked])
    codes[~asked] = known.index("not_asked")
    return codes
