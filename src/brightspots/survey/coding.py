"""From a column as exported to the questionnaire's answers, without guessing.

A value is read, in this order: as the mapping says, as its label in the file says, as its text says, as a
declared missing code, as the questionnaire's own codes say. What is left over is a problem and never an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.missing import MISSING_KINDS, MISSING_WORDS
from brightspots.questionnaire.model import SCORES, TICKED, Questionnaire, WellbeingScale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping as Lookup

    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Trait
    from brightspots.survey.exports import Column

Codes = np.ndarray[Any, np.dtype[np.int16]]

TICKS = {"1", "yes", "y", "true", "x", "ticked", "checked", "selected"}
NO_TICKS = {"0", "no", "n", "false", "not ticked", "unticked", "unchecked", "not selected"}
USUAL_MISSING_CODES = {-1, -2, -3, -7, -8, -9, 97, 98, 99, 997, 998, 999, -99, -999}


@dataclass(frozen=True)
class Coded:
    """A column as answers.

    Attributes
    ----------
    codes : array of int16, one a row
        Position in `options` followed by the kinds of missing; -1 where the value is none of them.
    blank : array of bool, one a row
        Where the export holds nothing at all.
    unknown : array of int
        Rows whose value is no answer.
    likely_missing : bool
        Whether the unknown values look like missing codes that nobody declared.
    contradictions : tuple of str
        What the file's labels say against the questionnaire, in general terms.
    """

    codes: Codes
    blank: np.ndarray[Any, np.dtype[np.bool_]]
    unknown: np.ndarray[Any, np.dtype[np.intp]]
    likely_missing: bool = False
    contradictions: tuple[str, ...] = ()


def fold(value: Any) -> str:
    """Fold a value's case, spacing and typographic apostrophes, so that spellings meet."""
    return " ".join(str(value).replace("’", "'").split()).casefold()


def fold_band(text: Any) -> str:
    """Fold the spellings of an age band: ``8 – 11``, ``8 to 11`` and ``8-11 years`` are one."""
    folded = re.sub(r"\s*(?:-|–|—|\bto\b)\s*", "-", fold(text))
    return re.sub(r"\s*(?:years?(?: olds?)?|yrs?|yo)$", "", folded)


def missing_code(options: tuple[str, ...], kind: str) -> int:
    """Return the code of a kind of missing answer for a question with these options."""
    return len(options) + MISSING_KINDS.index(kind)  # type: ignore[arg-type]


def code_question(
    column: Column, question: str, questionnaire: Questionnaire, mapping: Mapping | None
) -> Coded:
    """Read one column as the answers to one question."""
    asked = questionnaire.questions[question]
    options = questionnaire.options(question)
    wellbeing = isinstance(asked, WellbeingScale)
    also: Lookup[str, str] = {}
    own_codes: dict[str, int] = {}
    if isinstance(asked, WellbeingScale):
        own_codes = {score: i for i, score in enumerate(SCORES)}
    elif options == TICKED:
        also = {**dict.fromkeys(TICKS, TICKED[0]), **dict.fromkeys(NO_TICKS, TICKED[1])}
    else:
        scale = questionnaire.scales[asked.scale]
        also = {fold(k): v for k, v in scale.also.items()}
        own_codes = {fold(code): i for i, code in enumerate(scale.codes)}
    by_text = {fold(option): i for i, option in enumerate(options)}
    by_text |= {k: options.index(v) for k, v in also.items()}
    answers = (*options, *MISSING_KINDS)
    mapped = {
        fold(raw): answers.index(meaning)
        for raw, meaning in (mapping.codes.get(question, {}) if mapping else {}).items()
    }
    declared = _declared_missing(questionnaire, mapping, options)
    labels = {value: fold(text) for value, text in column.labels.items()}
    contradictions = _contradictions(asked, labels, by_text, mapped or own_codes, wellbeing=wellbeing)
    use_label_numbers = wellbeing and _labels_renumber(labels)

    def read(value: Any) -> int:
        text = fold(value)
        if text in mapped:
            return mapped[text]
        label = labels.get(value)
        if label is not None:
            if label in by_text:
                return by_text[label]
            if use_label_numbers and _leading_number(label) is not None:
                return int(_leading_number(label) or 0)
            if label in MISSING_WORDS and text not in (own_codes if wellbeing else {}):
                return missing_code(options, MISSING_WORDS[label])
        if isinstance(value, str) and text in by_text:
            return by_text[text]
        if text in declared:
            return declared[text]
        if column.is_declared_missing(value):
            return missing_code(options, "not_answered")
        if text in own_codes and not (use_label_numbers and label is not None):
            return own_codes[text]
        if text in by_text and (label is None or wellbeing):
            return by_text[text]
        if text in MISSING_WORDS:
            return missing_code(options, MISSING_WORDS[text])
        return -1

    return _apply(column, read, missing_code(options, "not_answered"), contradictions)


def code_trait(column: Column, trait: Trait, questionnaire: Questionnaire, mapping: Mapping | None) -> Coded:
    """Read one column as the levels of one trait; the code after the last level is "not known"."""
    unknown = len(trait.levels)
    by_text: dict[str, int] = {fold(trait.not_known): unknown}
    for i, level in enumerate(trait.levels):
        by_text |= {fold(name): i for name in (level.id, level.label, *level.also)}
    names = [*(level.id for level in trait.levels), trait.not_known]
    mapped = {
        fold(raw): names.index(meaning)
        for raw, meaning in (mapping.codes.get(trait.id, {}) if mapping else {}).items()
    }
    declared = _declared_missing(questionnaire, mapping, ())
    labels = {value: fold(text) for value, text in column.labels.items()}

    def read(value: Any) -> int:
        text, label = fold(value), labels.get(value, "")
        if text in mapped:
            return mapped[text]
        if label in by_text:
            return by_text[label]
        if text in by_text:
            return by_text[text]
        is_missing = text in declared or text in MISSING_WORDS or label in MISSING_WORDS
        return unknown if is_missing or column.is_declared_missing(value) else -1

    return _apply(column, read, unknown, ())


def _apply(
    column: Column, read: Callable[[Any], int], when_blank: int, contradictions: tuple[str, ...]
) -> Coded:
    meaning = {value: read(value) for value in set(column.values.tolist()) - {None}}
    meaning[None] = when_blank
    codes = np.fromiter(
        map(meaning.__getitem__, column.values.tolist()), dtype=np.int16, count=column.values.size
    )
    blank = np.fromiter((value is None for value in column.values.tolist()), dtype=bool, count=codes.size)
    strange = {value for value, code in meaning.items() if code == -1}
    return Coded(
        codes=codes,
        blank=blank,
        unknown=np.flatnonzero(codes == -1),
        likely_missing=any(value in USUAL_MISSING_CODES for value in strange if not isinstance(value, str)),
        contradictions=contradictions,
    )


def _declared_missing(
    questionnaire: Questionnaire, mapping: Mapping | None, options: tuple[str, ...]
) -> dict[str, int]:
    declared = {
        fold(code): missing_code(options, kind)
        for kind, codes in questionnaire.missing.items()
        for code in codes
    }
    if mapping:
        declared |= {
            fold(code): missing_code(options, kind)
            for kind, codes in mapping.missing.items()
            for code in codes
        }
    return declared


def _leading_number(label: str) -> int | None:
    found = re.match(r"(\d+)(?!\d|\.\d)", label)
    return int(found.group(1)) if found and int(found.group(1)) <= len(SCORES) - 1 else None


def _labels_renumber(labels: dict[Any, str]) -> bool:
    """Whether labels number a 0-10 scale otherwise than its codes do, such as code 1 for "0"."""
    numbered = {value: _leading_number(label) for value, label in labels.items()}
    numbered = {value: number for value, number in numbered.items() if number is not None}
    return bool(numbered) and any(number != value for value, number in numbered.items())


def _contradictions(
    asked: Any, labels: dict[Any, str], by_text: dict[str, int], stated: dict[str, int], *, wellbeing: bool
) -> tuple[str, ...]:
    if wellbeing:
        low, high = (fold(end) for end in asked.ends)
        numbered = {
            _leading_number(label) if _labels_renumber(labels) else value: label
            for value, label in labels.items()
        }
        reversed_ends = (high in numbered.get(0, "") and low not in numbered.get(0, "")) or (
            low in numbered.get(10, "") and high not in numbered.get(10, "")
        )
        partly = _labels_renumber(labels) and sum(
            _leading_number(x) is not None for x in labels.values()
        ) < len(SCORES)
        return (
            *(
                ["its labels put the good end where the questionnaire has the bad one"]
                if reversed_ends
                else []
            ),
            *(["some of its labels give a number that is not the code's"] if partly else []),
        )
    against = any(
        fold(value) in stated and by_text.get(label, stated[fold(value)]) != stated[fold(value)]
        for value, label in labels.items()
    )
    return ("its labels give codes another meaning than the questionnaire or the mapping",) if against else ()
