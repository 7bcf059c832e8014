"""What the columns of a frame may hold: the questionnaire's own answers, or what a mapping says of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError, MappingError
from brightspots.questionnaire.missing import MISSING_KINDS, MISSING_WORDS
from brightspots.questionnaire.model import SCORES, TICKED
from brightspots.questionnaire.spelling import band_spellings, fold_band
from brightspots.survey.cells import as_text, tidy
from brightspots.survey.coding import NO_ANSWER, NO_TICKS, TICKS, code_question, code_trait
from brightspots.survey.exports import Column as Exported
from brightspots.survey.survey import KEYS, WEIGHT
from brightspots.tallies.engines.engine import Column

if TYPE_CHECKING:
    from collections.abc import Mapping as Lookup
    from collections.abc import Sequence

    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Questionnaire


def columns_in(
    headings: Sequence[Any],
    questionnaire: Questionnaire,
    mapping: Mapping | None,
    fixed: Lookup[str, str],
) -> tuple[dict[str, Column], str | None]:
    """Find the columns that count.

    Parameters
    ----------
    headings : sequence
        Of the frame.
    questionnaire : Questionnaire
        What was asked.
    mapping : Mapping or None
        Which column holds what. Without it columns go by the questionnaire's ids and hold its answers.
    fixed : mapping of area, wave or age_band to str
        What is the same of all rows, and has no column.

    Returns
    -------
    columns : dict of item to Column
        Those that are there: area, wave, age band, traits and questions.
    weight : str or None
        The heading of the weights.

    Raises
    ------
    ArgumentError
        If columns that the mapping names are missing, stand twice, or say what was given for all rows.
    MappingError
        If a code would be an answer and a missing one.
    """
    wanted = _headings(questionnaire, mapping)
    weight = WEIGHT if mapping is None else mapping.weight
    named = [wanted[item] for item in wanted if mapping is not None and wanted[item] != item]
    listed = [heading for heading in headings if heading in {*wanted.values(), weight}]
    twice = sorted({heading for heading in listed if listed.count(heading) > 1})
    missing = [name for name in [*named, *([weight] if mapping else [])] if name and name not in listed]
    if twice:
        raise ArgumentError(f"source has several columns of one name: {', '.join(twice)}; give each its own.")
    if missing:
        raise ArgumentError(f"source lacks columns that the mapping names: {', '.join(missing)}.")
    held = {item: heading for item, heading in wanted.items() if heading in listed}
    both = [item for item in fixed if item in held]
    if both:
        raise ArgumentError(
            f"{' and '.join(both)} is given for all rows, but source has the column {held[both[0]]}; "
            "leave out one."
        )
    faults: list[str] = []
    columns = {
        item: Column(heading, _codes(item, questionnaire, mapping, faults)) for item, heading in held.items()
    }
    if faults:
        raise MappingError("mapping", faults)
    return columns, weight if weight in listed else None


def _headings(questionnaire: Questionnaire, mapping: Mapping | None) -> dict[str, str]:
    """Return the heading of everything that counts."""
    items = [*KEYS, *questionnaire.trait, *questionnaire.questions]
    if mapping is None:
        return {item: item for item in items}
    by_form = [item for item, name in mapping.columns.items() if isinstance(name, dict)]
    if by_form:
        raise ArgumentError(
            f"The mapping gives {', '.join(by_form)} another column on each form. Tally each form by itself, "
            "with age_band and a mapping of its own, and add the tallies."
        )
    if mapping.age and not mapping.age_band:
        raise ArgumentError(
            "The mapping tells the form by the age; only read_survey can. Name the form's column as age_band."
        )
    named = {item: name for item, name in mapping.columns.items() if isinstance(name, str)}
    named |= {"area": mapping.area or "area", "age_band": mapping.age_band or "age_band"}
    return {item: named.get(item, item) for item in items}


def _codes(
    item: str, questionnaire: Questionnaire, mapping: Mapping | None, faults: list[str]
) -> dict[str, int] | None:
    """Return the code of everything that a column may hold; None if it may hold anything."""
    if item in ("area", "wave"):
        return None
    if item == "age_band":
        return _bands(questionnaire, mapping)
    answers = answers_of(item, questionnaire)
    if mapping is None:
        return {answer: i for i, answer in enumerate(answers)}
    written = [*answers, *MISSING_WORDS, *mapping.codes.get(item, ())]
    for missing in (mapping.missing, questionnaire.missing):
        written += [str(code) for codes in missing.values() for code in codes]
    trait, question = questionnaire.trait.get(item), questionnaire.questions.get(item)
    if trait is not None:
        written += [str(name) for level in trait.levels for name in (level.label, *level.also)]
    elif questionnaire.options(item) == TICKED:
        boxes = {box.id: box.label for one in questionnaire.multiple_responses for box in one.items}
        written += [boxes[item], *TICKS, *NO_TICKS]
    elif questionnaire.options(item) != SCORES:
        scale = questionnaire.scales[question.scale]  # type: ignore[union-attr]
        written += [*scale.also, *map(str, scale.codes)]
    texts = list(dict.fromkeys(as_text(text) for text in written))
    values = np.array([tidy(text) for text in texts], dtype=object)
    export = Exported(item, "", values)
    coded = (
        code_trait(export, trait, questionnaire, mapping)
        if trait is not None
        else code_question(export, item, questionnaire, mapping)
    )
    faults += [f"{item}: {contradiction}" for contradiction in coded.contradictions]
    return {text: code for text, code in zip(texts, coded.codes.tolist(), strict=True) if code != NO_ANSWER}


def answers_of(item: str, questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return what the codes of a trait or question stand for."""
    if item in questionnaire.trait:
        trait = questionnaire.trait[item]
        return (*(level.id for level in trait.levels), trait.not_known)
    return (*questionnaire.options(item), *MISSING_KINDS)


def _bands(questionnaire: Questionnaire, mapping: Mapping | None) -> dict[str, int]:
    places = {band: i for i, band in enumerate(questionnaire.band)}
    if mapping is None:
        return places
    spelled = {fold_band(text): band for text, band in mapping.age_bands.items()}
    spelled = {**band_spellings(questionnaire), **spelled}
    texts = [name for band in questionnaire.age_bands for name in (band.id, band.label, band.noun)]
    texts += [edition.label for band in questionnaire.age_bands for edition in band.editions]
    texts += mapping.age_bands
    return {text: places[spelled[fold_band(text)]] for text in texts if fold_band(text) in spelled}
