"""Counting answers into a tally with pandas and numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, TallyError
from brightspots.measures.composite import LOW, NOT_LOW, UNDECIDED, score_composite
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import TICKED
from brightspots.survey.survey import KEYS, WEIGHT, Survey, check_eligible
from brightspots.survey.weights import LARGEST, SMALLEST, as_weights
from brightspots.tallies.tally import WEIGHT_UNITS, Counts, CountTable, Grouping, Tally, count_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from brightspots.questionnaire.model import Composite, Questionnaire

Codes = np.ndarray[Any, np.dtype[np.int64]]

HALF_BITS = 24
HALF = (1 << HALF_BITS) - 1

UNKNOWN = -2
"""The code of a value that the questionnaire does not know."""


@dataclass(frozen=True)
class Coded:
    """A frame of answers as codes.

    Attributes
    ----------
    keys : list of (array of int, list of str)
        Area, wave and age band: a code for each row, and what the codes stand for.
    levels : dict of trait to (array of int, list of str)
    answers : dict of measure to array of int
        Positions in the measure's answers.
    weights : array of int, or None
        In units of 0.0001.
    """

    keys: list[tuple[Codes, list[str]]]
    levels: dict[str, tuple[Codes, list[str]]]
    answers: dict[str, Codes]
    weights: Codes | None


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
        A `Survey`, or any data frame that Narwhals accepts with the columns of `Survey.answers`; where it has
        the column ``weight``, weights are counted too.
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
        If a trait in `by` is not one of the questionnaire's, the questionnaire is missing, the source is no
        data frame, or an eligible number makes no sense.
    TallyError
        If the frame holds answers that the questionnaire does not know, or does not ask of the age band, or
        weights that are none: how many, and in which columns.

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
    check_eligible(eligible or {}, questionnaire)
    groupings = as_groupings(by, questionnaire)
    coded = _code(frame, questionnaire)
    tables = {grouping: _count(coded, grouping, questionnaire) for grouping in groupings}
    respondents = source.fingerprint if isinstance(source, Survey) else ""
    return Tally(questionnaire, tables, dict((eligible or {}).items()), respondents)


def as_groupings(
    by: Sequence[str] | Sequence[Sequence[str]] | None, questionnaire: Questionnaire
) -> tuple[Grouping, ...]:
    """Read `by`: a list of traits is one crossed grouping, a list of lists is one grouping each.

    Raises
    ------
    ArgumentError
        If a trait is not one of the questionnaire's, or stands twice.
    """
    if isinstance(by, str):
        raise ArgumentError(f"by is {by!r}; give a list, such as [{by!r}].")
    parts = list(by or ())
    names = [part for part in parts if isinstance(part, str)]
    groupings = [tuple(names)] if len(names) == len(parts) else []
    if not groupings:
        groupings = [(part,) if isinstance(part, str) else tuple(part) for part in parts]
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
    """Return the columns that count, of any data frame, as pandas; values that are absent are None."""
    import narwhals as nw
    import pandas as pd

    wanted = {*KEYS, *questionnaire.trait, *questionnaire.questions, WEIGHT}
    if isinstance(source, pd.DataFrame):
        names = [name for name in source.columns if name in wanted]
        if len(set(names)) < len(names):
            raise ArgumentError("source has several columns of one name; give each its own.")
        return source[names]
    try:
        frame = nw.from_native(source).lazy()
        present = [name for name in frame.collect_schema().names() if name in wanted]
        own_engine = frame.implementation.is_polars()
        held = frame.select(present).collect(None if own_engine else "pandas")
        columns = {
            name: [
                None if null else value
                for value, null in zip(held[name].to_list(), held[name].is_null().to_list(), strict=True)
            ]
            for name in present
        }
    except Exception:  # each engine has its own errors, and they may quote cells
        raise ArgumentError(
            f"source is a {type(source).__name__} that cannot be read; give a Survey, or a data frame that "
            "Narwhals accepts."
        ) from None
    return pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in columns.items()})


def _code(frame: pd.DataFrame, questionnaire: Questionnaire) -> Coded:
    """Return a frame as codes, or say which columns hold what the questionnaire does not know."""
    unknown: dict[str, int] = {}
    keys = [_key_codes(frame, name, questionnaire) for name in KEYS]
    bands, names = keys[KEYS.index("age_band")]
    strange = [i for i, name in enumerate(names) if name not in questionnaire.band]
    if strange:
        unknown["age_band"] = int(np.isin(bands, strange).sum())
    levels: dict[str, tuple[Codes, list[str]]] = {}
    for trait in questionnaire.traits:
        known = [*(level.id for level in trait.levels), trait.not_known]
        codes = _column_codes(frame, trait.id, known)
        unknown[trait.id] = int((codes == UNKNOWN).sum())
        levels[trait.id] = (np.where(codes == -1, len(known) - 1, codes), known)
    answers = {}
    not_asked: dict[str, int] = {}
    for name, question in questionnaire.questions.items():
        options = questionnaire.options(name)
        kinds = {kind: len(options) + i for i, kind in enumerate(MISSING_KINDS)}
        codes = _column_codes(frame, name, [*options, *MISSING_KINDS])
        unknown[name] = int((codes == UNKNOWN).sum())
        outside = ~np.isin(bands, [i for i, band in enumerate(names) if band in question.asked])
        unticked = (codes == TICKED.index("not ticked")) & (options == TICKED)
        not_asked[name] = int((outside & (codes >= 0) & (codes < len(options)) & ~unticked).sum())
        absent = outside if name in frame.columns else np.ones(len(frame), dtype=bool)
        codes = np.where((codes == -1) & ~absent, kinds["not_answered"], codes)
        answers[name] = np.where((codes == -1) | (outside & unticked), kinds["not_asked"], codes)
    weights, bad_weights = None, 0
    if WEIGHT in frame.columns:
        told = as_weights(frame[WEIGHT].tolist())
        bad_weights = int(np.isnan(told).sum())
        weights = np.rint(np.nan_to_num(told) * WEIGHT_UNITS).astype(np.int64)
    _refuse(unknown, not_asked, bad_weights, questionnaire)
    for composite in questionnaire.composites:
        answers[composite.id] = _composite_codes(composite, answers, bands, names, questionnaire)
    return Coded(keys, levels, answers, weights)


def _refuse(
    unknown: dict[str, int], not_asked: dict[str, int], bad_weights: int, questionnaire: Questionnaire
) -> None:
    """Raise if any value is one that the questionnaire does not know or ask for, or no weight."""
    faults = []
    for words, found in (("does not know", unknown), ("does not ask of the age band", not_asked)):
        listed = ", ".join(f"{name} ({count} rows)" for name, count in found.items() if count)
        if listed:
            faults.append(f"The frame holds values that {questionnaire.id} {words}, in {listed}.")
    if bad_weights:
        faults.append(
            f"The frame holds weights that are no number from {SMALLEST:g} to {LARGEST:g}, "
            f"in {bad_weights} rows."
        )
    if faults:
        raise TallyError(
            " ".join([*faults, "Read it with read_survey, which says what is wrong, row by row."])
        )


def _key_codes(frame: pd.DataFrame, name: str, questionnaire: Questionnaire) -> tuple[Codes, list[str]]:
    import pandas as pd

    if name in frame.columns:
        codes, values = pd.factorize(frame[name].astype("object"), use_na_sentinel=False)
        return codes.astype(np.int64), ["" if pd.isna(value) else str(value) for value in values]
    only = questionnaire.age_bands[0].id if name == "age_band" and len(questionnaire.age_bands) == 1 else ""
    return np.zeros(len(frame), dtype=np.int64), [only]


def _column_codes(frame: pd.DataFrame, name: str, known: list[str]) -> Codes:
    """Return positions among the known answers; -1 for blanks, `UNKNOWN` for anything else."""
    import pandas as pd

    if name not in frame.columns:
        return np.full(len(frame), -1, dtype=np.int64)
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.categories.tolist() == known:
        return np.asarray(column.cat.codes, dtype=np.int64)
    place = {answer: i for i, answer in enumerate(known)}
    raw, values = pd.factorize(column.astype("object"), use_na_sentinel=True)
    meaning = np.array([*(place.get(_text(value), UNKNOWN) for value in values), -1], dtype=np.int64)
    return np.asarray(meaning[raw])


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _count(coded: Coded, grouping: Grouping, questionnaire: Questionnaire) -> CountTable:
    """Count every answer in every cell with one bincount a measure over a composite code."""
    parts = [*coded.keys, *(coded.levels[trait] for trait in grouping)]
    composite = np.zeros(coded.keys[0][0].size, dtype=np.int64)
    for codes, names in parts:
        composite = np.unique(composite * len(names) + codes, return_inverse=True)[1]
    _, first_row, cell = np.unique(composite, return_index=True, return_inverse=True)
    named = list(zip(*([names[i] for i in codes[first_row].tolist()] for codes, names in parts), strict=True))
    keys = sorted(set(named))
    place = {key: i for i, key in enumerate(keys)}
    cell = np.array([place[key] for key in named], dtype=np.int64)[cell]
    columns = count_columns(questionnaire)
    numbers = [None] if coded.weights is None else [None, coded.weights, coded.weights**2]
    counts = np.zeros((len(numbers), len(keys), len(columns)), dtype=np.int64)
    for held, each in zip(counts, numbers, strict=True):
        held[:, 0] = _summed(cell, len(keys), each)
        for name, measure in measures_of(questionnaire).items():
            width = len(measure.answers)
            first = columns[(name, measure.answers[0])]
            counted = _summed(cell * width + coded.answers[name], len(keys) * width, each)
            held[:, first : first + width] = counted.reshape(len(keys), width)
    return CountTable(tuple(keys), counts[0], None if coded.weights is None else counts[1:])


def _summed(places: Codes, length: int, numbers: Codes | None) -> Counts:
    """Count the rows at each place or, exactly, add up their numbers: in two halves that floats can hold."""
    if numbers is None:
        return np.bincount(places, minlength=length)
    low, high = (
        np.bincount(places, weights=half, minlength=length).astype(np.int64)
        for half in (numbers & HALF, numbers >> HALF_BITS)
    )
    return np.asarray((high << HALF_BITS) + low)


def _composite_codes(
    composite: Composite,
    answers: dict[str, Codes],
    bands: Codes,
    band_names: list[str],
    questionnaire: Questionnaire,
) -> Codes:
    """Score a composite on each form, over those of its scales that the form asks."""
    known = (LOW, NOT_LOW, UNDECIDED, *MISSING_KINDS)
    scales = {scale.id: scale for scale in questionnaire.wellbeing_scales}
    codes = np.full(bands.size, known.index("not_asked"), dtype=np.int64)
    for i, band in enumerate(band_names):
        if band not in composite.asked:
            continue
        rows = np.flatnonzero(bands == i)
        own = [scales[name] for name in composite.scales if band in scales[name].asked]
        scores = np.column_stack([answers[scale.id][rows] for scale in own]).astype(np.float64)
        scores[scores > 10] = np.nan
        turned = np.array([not scale.higher_is_better for scale in own])
        scores[:, turned] = 10 - scores[:, turned]
        scored = score_composite(scores, composite.rule, composite.minimum_answered)
        place = {LOW: 0, NOT_LOW: 1, UNDECIDED: 2, None: known.index("not_answered")}
        codes[rows] = [place[label] for label in scored.tolist()]
    return codes
