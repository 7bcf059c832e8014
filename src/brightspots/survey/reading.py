"""Reading a survey: exports in, one checked `Survey` out, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, SurveyError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.mapping import Mapping, load_mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey import checks
from brightspots.survey.coding import Coded, code_question, code_trait, fold, fold_band, missing_code
from brightspots.survey.problems import Problem, Problems
from brightspots.survey.readers import read_export
from brightspots.survey.routing import apply_routing, settle_boxes
from brightspots.survey.survey import Survey, answer_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.survey.exports import Column, Export

IDENTITY = re.compile(
    r"(?:^|\b)(?:(?:fore|sur|first|last|full|child|preferred) ?names?|names?|d ?o ?b|date of birth|birth ?date|birthday"
    r"|post ?code|address|nhs(?: (?:no|number|id))?|upn|uln|unique pupil number|case (?:no|number|id)"
    r"|(?:mosaic|liquid ?logic|client|person|child|pupil|swift) ?(?:id|number|no)|ip ?(?:address)?|e ?mail(?: address)?"
    r"|(?:tele)?phone(?: (?:no|number))?|mobile(?: (?:no|number))?"
    r"|collector ?(?:id|name)?|custom data ?\d*|user ?agent|contact ?id|latitude|longitude)(?:\b|$)"
)


@dataclass
class Form:
    """One export read as one or more age bands: codes by id, and where each came from."""

    export: Export
    bands: np.ndarray[Any, np.dtype[np.object_]]
    areas: list[str]
    codes: dict[str, np.ndarray[Any, np.dtype[np.int16]]]
    columns: dict[str, str]
    problems: list[Problem]
    response_ids: list[Any]
    keep: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def kept(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Positions of the rows that stay."""
        return np.flatnonzero(self.keep)


def read_survey(
    source: Any,
    questionnaire: Questionnaire | str | Path,
    *,
    mapping: Mapping | str | Path | None = None,
    area: str = "",
    wave: str = "",
    eligible: MappingType[str, int] | None = None,
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
        The council, and when it asked: ``2021`` or ``2021-06``.
    eligible : dict of age band to int, optional
        How many children could have answered.
    strict : bool, default True
        False turns a bad answer into the missing kind ``invalid``, and drops a row only if it is of an unknown
        band or repeats a response id.
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
        If `eligible` or `source` names an age band that the questionnaire does not have.

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
    if mapping is not None and not isinstance(mapping, Mapping):
        mapping = load_mapping(mapping, questionnaire)
    eligible = _checked_eligible(eligible, questionnaire)
    problems: list[Problem] = []
    forms: list[Form] = []
    for band, one in _by_band(source, questionnaire).items():
        try:
            export = read_export(one)
        except SurveyError as error:
            problems += _problems_of(error)
            continue
        form = _read_form(export, band, questionnaire, mapping, area, strict=strict)
        problems += form.problems
        forms.append(form)
    problems += checks.across_forms(forms)
    counts = {
        band.id: sum(int((form.bands[form.kept] == band.id).sum()) for form in forms)
        for band in questionnaire.age_bands
    }
    problems += checks.eligible_numbers(counts, eligible, questionnaire)
    found = Problems.of(problems)
    usable = sum(counts.values())
    stops = found.has_errors if strict else not usable
    if stops or not usable:
        raise SurveyError(_summary(found), found)
    return Survey(
        questionnaire=questionnaire,
        answers=_frame(forms, questionnaire, wave),
        eligible=_eligible_by_key(eligible, forms, area, wave),
        problems=found,
        promise=promise,
    )


def _checked_eligible(eligible: MappingType[str, int] | None, questionnaire: Questionnaire) -> dict[str, int]:
    eligible = dict(eligible or {})
    for band, number in eligible.items():
        if band not in questionnaire.band:
            raise ArgumentError(
                f"eligible names the age band {band!r}; {questionnaire.id} has {', '.join(questionnaire.band)}."
            )
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ArgumentError(f"eligible[{band!r}] is {number!r}; give a whole number of children.")
    return eligible


def _by_band(source: Any, questionnaire: Questionnaire) -> dict[str, Any]:
    if not isinstance(source, MappingType):
        return {questionnaire.age_bands[0].id if len(questionnaire.age_bands) == 1 else "": source}
    spellings = _band_spellings(questionnaire, None)
    files = {spellings.get(fold_band(band)): one for band, one in source.items()}
    if None in files or not files or len(files) != len(source):
        raise ArgumentError(
            f"source names the age bands {', '.join(map(repr, source))}; "
            f"{questionnaire.id} has {', '.join(questionnaire.band)}, each at most once."
        )
    return {str(band): one for band, one in files.items()}


def _band_spellings(questionnaire: Questionnaire, mapping: Mapping | None) -> dict[str, str]:
    spellings = {}
    for band in questionnaire.age_bands:
        names = (band.id, band.label, band.noun, *(edition.label for edition in band.editions))
        spellings |= {fold_band(name): band.id for name in names}
    if mapping:
        spellings |= {fold_band(written): band for written, band in mapping.age_bands.items()}
    return spellings


def _read_form(
    export: Export,
    band: str,
    questionnaire: Questionnaire,
    mapping: Mapping | None,
    area: str,
    *,
    strict: bool,
) -> Form:
    by_name = {column.name: column for column in export.columns}
    folded = {fold(column.name).replace(" ", "_"): column for column in reversed(export.columns)}
    problems = list(export.notes)

    def find(name: str | None) -> Column | None:
        return by_name.get(name or "") or folded.get(fold(name or "").replace(" ", "_"))

    used: dict[str, str] = {}

    def role(name: str) -> Column | None:
        stated = getattr(mapping, name) if mapping else ""
        column = find(stated or (name if name not in questionnaire.trait else None))
        if stated and column is None:
            problems.append(checks.mapped_column_absent(export, stated, name))
        if column is not None:
            used[name] = column.name
        return column

    bands, form_problems = checks.bands_of_rows(
        export, band, role("age_band"), role("age"), questionnaire, _band_spellings(questionnaire, mapping)
    )
    problems += form_problems
    area_column = role("area")
    areas = [area] * export.n
    if area_column is not None:
        areas = ["" if v is None else str(v) for v in area_column.values.tolist()]
    id_column = role("response_id")
    response_ids = id_column.values.tolist() if id_column is not None else []

    present = {str(b) for b in bands.tolist() if b}
    coded: dict[str, Coded] = {}
    for item in (*questionnaire.trait, *questionnaire.questions):
        column = _column_for(item, present, questionnaire, mapping, find, export, problems)
        if column is None:
            continue
        used[item] = column.name
        if item in questionnaire.trait:
            coded[item] = code_trait(column, questionnaire.trait[item], questionnaire, mapping)
        else:
            coded[item] = code_question(column, item, questionnaire, mapping)
        problems += checks.coded_column(export, column, item, coded[item], questionnaire)
    comments = [c for name in (mapping.comments if mapping else ()) if (c := find(name)) is not None]
    comments += [c for name in questionnaire.comments if (c := find(name)) is not None and c not in comments]
    problems += checks.comments_present(export, comments)
    known = {*used.values(), *(c.name for c in comments)}
    problems += checks.other_columns(export, known, mapping, IDENTITY)
    if not any(item in questionnaire.questions for item in coded):
        problems.append(checks.no_question(export, questionnaire))

    codes = {item: _settled(one, item, questionnaire) for item, one in coded.items()}
    _fill_absent(codes, export.n, questionnaire)
    settle_boxes(codes, coded, questionnaire)
    problems += apply_routing(export, codes, coded, used, bands, questionnaire)
    problems += checks.partial_responses(export, codes, used, bands, questionnaire)
    keep = np.array([bool(b) for b in bands.tolist()], dtype=bool)
    answered = checks.rows_with_answers(codes, questionnaire, export.n)
    problems += checks.empty_rows(export, ~answered & keep)
    keep &= answered
    problems += checks.repeated_ids(export, used.get("response_id", ""), response_ids, keep)
    problems += checks.identical_rows(export, codes, keep)
    return Form(export, bands, areas, codes, used, problems, response_ids, keep)


def _column_for(
    item: str,
    bands: set[str],
    questionnaire: Questionnaire,
    mapping: Mapping | None,
    find: Any,
    export: Export,
    problems: list[Problem],
) -> Column | None:
    """Find an item's column; lacking one that the mapping names is a problem on a form that asks it."""
    stated = {mapping.column_of(item, band) for band in bands} - {None} if mapping else set()
    if not stated:
        return None if mapping and item in mapping.columns else find(item)
    if len(stated) > 1:
        problems.append(checks.several_columns(export, item))
        return None
    name = stated.pop()
    column = find(name)
    asked = (questionnaire.trait.get(item) or questionnaire.questions[item]).asked
    if column is None and (not asked or bands & set(asked)):
        problems.append(
            checks.mapped_column_absent(export, str(name), item, trait=item in questionnaire.trait)
        )
    return column  # type: ignore[no-any-return]


def _settled(coded: Coded, item: str, questionnaire: Questionnaire) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Turn values that are no answer into the missing kind ``invalid`` (a trait: not known)."""
    codes = coded.codes.copy()
    if item in questionnaire.trait:
        codes[codes == -1] = len(questionnaire.trait[item].levels)
    else:
        codes[codes == -1] = missing_code(questionnaire.options(item), "invalid")
    return codes


def _fill_absent(codes: dict[str, Any], n: int, questionnaire: Questionnaire) -> None:
    for trait in questionnaire.traits:
        codes.setdefault(trait.id, np.full(n, len(trait.levels), dtype=np.int16))
    for question in questionnaire.questions:
        kind = missing_code(questionnaire.options(question), "not_asked")
        codes.setdefault(question, np.full(n, kind, dtype=np.int16))


def _frame(forms: Sequence[Form], questionnaire: Questionnaire, wave: str) -> Any:
    keys = {
        "area": [form.areas[i] for form in forms for i in form.kept],
        "wave": [str(wave) for form in forms for _ in form.kept],
        "age_band": [str(form.bands[i]) for form in forms for i in form.kept],
    }
    items = (*questionnaire.trait, *questionnaire.questions)
    codes = {item: np.concatenate([form.codes[item][form.kept] for form in forms]) for item in items}
    return answer_frame(questionnaire, keys, codes)


def _eligible_by_key(
    eligible: dict[str, int], forms: Sequence[Form], area: str, wave: str
) -> dict[tuple[str, str, str], int]:
    areas = {form.areas[i] for form in forms for i in form.kept}
    name = next(iter(areas)) if len(areas) == 1 else area
    return {(name, str(wave), band): number for band, number in eligible.items()}


def _problems_of(error: SurveyError) -> list[Problem]:
    return [
        Problem(
            row.severity,
            row.code,
            row.file,
            row.column,
            row.found,
            row.expected,
            row.what_to_do,
            (),
            row.count,
        )
        for row in error.problems
    ]


def _summary(found: Problems) -> str:
    errors = found.where(lambda row: row.severity == "error")
    shown = Problems.describe(errors)
    n = len(errors)
    heading = f"{n} error{'s' if n != 1 else ''} in the answers; nothing was used."
    return f"{heading}\n{shown}" if n else "There is no usable answer here."
