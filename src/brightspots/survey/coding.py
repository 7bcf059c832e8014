"""From a column as exported to the questionnaire's answers, without guessing.

A value means what the mapping says. Else, if the file labels it, it means what its label says and nothing
else. Else it is read as the text of an answer, a code that the questionnaire or the file declares to be
missing, one of the questionnaire's own codes, or a word for a missing answer. What is left over is a problem
and never an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.missing import MISSING_KINDS, MISSING_WORDS, MissingKind
from brightspots.questionnaire.model import SCORES, TICKED, Questionnaire, WellbeingScale
from brightspots.questionnaire.spelling import fold
from brightspots.survey.cells import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Lookup

    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Trait
    from brightspots.survey.exports import Column

Codes = np.ndarray[Any, np.dtype[np.int16]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

TICKS = ("1", "yes", "y", "true", "x", "✓", "✔", "ticked", "checked", "selected")
NO_TICKS = ("0", "no", "n", "false", "not ticked", "unticked", "unchecked", "not selected")
USUAL_MISSING_CODES = frozenset(
    (
        -1,
        -2,
        -3,
        -7,
        -8,
        -9,
        -99,
        -999,
        97,
        98,
        99,
        997,
        998,
        999,
        "na",
        "#n/a",
        "#null!",
        "null",
        "nan",
        ".",
        "-",
    )
)
NO_ANSWER = -1
"""The code of a value that is none of an item's answers."""

CONTRADICTION = "its labels give codes another meaning than the questionnaire or the mapping"
REVERSED = "its labels put the good end where the questionnaire has the bad one"
FROM_ONE = "its labels start the scale at 1, and the questionnaire's starts at 0"
RENUMBERED_IN_PART = "its labels number the scale otherwise than its codes, and not all of it"
SCORE_IS_MISSING = "a label calls one of its scores a missing answer"
ANSWER_IS_MISSING = "a code that is declared to be missing is also one of its answers"


@dataclass(frozen=True)
class Coded:
    """A column as answers.

    Attributes
    ----------
    codes : array of int16, one a row
        Position in an item's answers followed by what is missing; -1 where the value is none of them.
    blank : array of bool, one a row
        Where the export holds nothing at all.
    contradictions : tuple of str
        What the file's labels or the declared missing codes say against the questionnaire, in general terms.
    hint : str
        What the unknown values look like, in general terms.
    undeclared_missing : bool
        Whether some of the unknown values look like missing codes that nobody declared.
    unknown_ends : bool
        Whether the labels of 0 and 10 are none that the questionnaire knows.
    """

    codes: Codes
    blank: Bools
    contradictions: tuple[str, ...] = ()
    hint: str = ""
    undeclared_missing: bool = False
    unknown_ends: bool = False

    @property
    def unknown(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Rows whose value is no answer."""
        return np.flatnonzero(self.codes == NO_ANSWER)


def missing_code(options: tuple[str, ...], kind: MissingKind) -> int:
    """Return the code of a kind of missing answer for a question with these options.

    Examples
    --------
    >>> missing_code(("yes", "no"), "not_answered")
    2
    """
    return len(options) + MISSING_KINDS.index(kind)


def code_question(
    column: Column, question: str, questionnaire: Questionnaire, mapping: Mapping | None
) -> Coded:
    """Read one column as the answers to one question.

    Parameters
    ----------
    column : Column
        As exported.
    question : str
        Id of the question.
    questionnaire : Questionnaire
        What was asked.
    mapping : Mapping or None
        What codes mean.

    Returns
    -------
    Coded
        Codes are positions in the question's options, followed by the kinds of missing.
    """
    asked = questionnaire.questions[question]
    options = questionnaire.options(question)
    missing = {kind: missing_code(options, kind) for kind in MISSING_KINDS}
    spelled = {fold(option): i for i, option in enumerate(options)}
    own: dict[str, int] = {}
    if isinstance(asked, WellbeingScale):
        return _ScaleReader(
            column, _Meanings.of(spelled, own, missing, options, question, questionnaire, mapping), asked
        ).read()
    if options == TICKED:
        boxes = {box.id: box.label for one in questionnaire.multiple_responses for box in one.items}
        spelled |= {**dict.fromkeys((fold(boxes[question]), *TICKS), 0), **dict.fromkeys(NO_TICKS, 1)}
    else:
        scale = questionnaire.scales[asked.scale]
        spelled |= {fold(word): options.index(option) for word, option in scale.also.items()}
        own = {fold(code): i for i, code in enumerate(scale.codes)}
    meanings = _Meanings.of(spelled, own, missing, options, question, questionnaire, mapping)
    return _Reader(column, meanings).read()


def code_trait(column: Column, trait: Trait, questionnaire: Questionnaire, mapping: Mapping | None) -> Coded:
    """Read one column as the levels of one trait; the code after the last level is "not known".

    Parameters and result are as in `code_question`.
    """
    names = (*(level.id for level in trait.levels), trait.not_known)
    unknown = len(trait.levels)
    spelled = {fold(trait.not_known): unknown}
    for i, level in enumerate(trait.levels):
        spelled |= {fold(name): i for name in (level.id, level.label, *level.also)}
    missing = dict.fromkeys(MISSING_KINDS, unknown)
    meanings = _Meanings.of(spelled, {}, missing, names, trait.id, questionnaire, mapping)
    return _Reader(column, meanings).read()


@dataclass(frozen=True)
class _Meanings:
    """What texts and codes mean for one item, all folded, as codes.

    Attributes
    ----------
    stated : dict
        The mapping's [codes] for this item.
    spelled : dict
        Answers and their other spellings.
    own : dict
        The questionnaire's own codes.
    declared, elsewhere : dict
        Missing codes that the mapping and the questionnaire declare for every column.
    missing : dict of kind to int
    """

    stated: dict[str, int]
    spelled: dict[str, int]
    own: dict[str, int]
    declared: dict[str, int]
    elsewhere: dict[str, int]
    missing: dict[MissingKind, int]

    @classmethod
    def of(
        cls,
        spelled: dict[str, int],
        own: dict[str, int],
        missing: dict[MissingKind, int],
        answers: tuple[str, ...],
        item: str,
        questionnaire: Questionnaire,
        mapping: Mapping | None,
    ) -> _Meanings:
        place: dict[str, int] = dict(missing.items())
        place |= {answer: i for i, answer in enumerate(answers)}
        stated = mapping.codes.get(item, {}) if mapping else {}

        def coded(listed: Lookup[MissingKind, Iterable[Any]]) -> dict[str, int]:
            return {fold(tidy(code)): missing[kind] for kind, codes in listed.items() for code in codes}

        return cls(
            stated={fold(tidy(written)): place[meaning] for written, meaning in stated.items()},
            spelled=spelled,
            own=own,
            declared=coded(mapping.missing) if mapping else {},
            elsewhere=coded(questionnaire.missing),
            missing=missing,
        )

    def of_word(self, text: str) -> int:
        """Return what a word for a missing answer means."""
        return self.missing[MISSING_WORDS[text]] if text in MISSING_WORDS else NO_ANSWER


class _Reader:
    """Reads one column as one item, each distinct value once."""

    def __init__(self, column: Column, meanings: _Meanings) -> None:
        self.column = column
        self.meanings = meanings
        self.labels = {value: fold(text) for value, text in column.labels.items() if text}
        self.contradictions: dict[str, None] = {}
        self.unknown_ends = False

    def read(self) -> Coded:
        """Return the column as codes."""
        values = self.column.values.tolist()
        distinct = set(values) - {None}
        meaning = {value: self.value(value) for value in distinct}
        self.look_at_labels(distinct)
        absent = -2
        codes = np.array(list(map({**meaning, None: absent}.__getitem__, values)), dtype=np.int16)
        blank = codes == absent
        codes[blank] = self.meanings.missing["not_answered"]
        strange = {value for value, code in meaning.items() if code == NO_ANSWER}
        usual = any(
            (fold(value) if isinstance(value, str) else value) in USUAL_MISSING_CODES for value in strange
        )
        return Coded(codes, blank, tuple(self.contradictions), self.hint(strange), usual, self.unknown_ends)

    def value(self, value: Any) -> int:
        """Return what one value means."""
        means, text = self.meanings, fold(value)
        for stated in (means.stated, means.declared):
            if text in stated:
                return stated[text]
        if value in self.labels:
            return self.labelled(value, text, self.labels[value])
        if isinstance(value, str) and text in means.spelled:
            return means.spelled[text]
        if text in means.elsewhere:
            return means.elsewhere[text]
        if self.column.is_declared_missing(value):
            return means.missing["not_answered"]
        return self.unlabelled(text)

    def labelled(self, value: Any, text: str, label: str) -> int:
        """Return what a value means that the file labels: what its label says, or that it is missing."""
        means = self.meanings
        if label in means.spelled:
            return means.spelled[label]
        if label in MISSING_WORDS:
            return means.of_word(label)
        if text in means.elsewhere:
            return means.elsewhere[text]
        return means.missing["not_answered"] if self.column.is_declared_missing(value) else NO_ANSWER

    def unlabelled(self, text: str) -> int:
        """Return what a value means that neither a label nor a declaration explains."""
        means = self.meanings
        for known in (means.own, means.spelled):
            if text in known:
                return known[text]
        return means.of_word(text)

    def look_at_labels(self, values: set[Any]) -> None:
        """Note where the file and what is declared contradict the questionnaire or the mapping."""
        means = self.meanings
        stated = {**means.elsewhere, **means.declared, **means.own, **means.stated}
        answers = set(means.spelled.values()) - set(means.missing.values())
        for value, label in self.labels.items():
            says = means.spelled.get(label, means.of_word(label))
            holds = stated.get(fold(value), says)
            if NO_ANSWER != says != holds and {says, holds} & answers:
                self.contradict(CONTRADICTION)
        for value in values:
            text = fold(value)
            if self.labels.get(value) in {*means.spelled, *MISSING_WORDS}:
                continue
            if (text in means.own or means.spelled.get(text) in answers) and self.is_called_missing(
                value, text
            ):
                self.contradict(ANSWER_IS_MISSING)

    def is_called_missing(self, value: Any, text: str) -> bool:
        """Whether a code is declared to be missing, and the mapping does not say what it means here."""
        means = self.meanings
        declared = text in means.declared or text in means.elsewhere or self.column.is_declared_missing(value)
        return declared and text not in means.stated

    def contradict(self, words: str) -> None:
        """Note a contradiction, once."""
        self.contradictions[words] = None

    def hint(self, strange: set[Any]) -> str:
        """Say in general terms what unknown values look like."""
        if any(value in self.labels for value in strange):
            return ", going by its label in the file"
        if strange and all(isinstance(value, int) for value in strange):
            return "; code numbers without labels"
        return ""


class _ScaleReader(_Reader):
    """Reads a 0-10 scale: by number, and by the numbers that labels give where they differ from the codes."""

    def __init__(self, column: Column, meanings: _Meanings, asked: WellbeingScale) -> None:
        super().__init__(column, meanings)
        self.low, self.high = (fold(end) for end in asked.ends)
        described = {v: label for v, label in self.labels.items() if fold(v) not in meanings.stated}
        numbers = {value: _leading_number(label) for value, label in described.items()}
        self.numbers = {value: number for value, number in numbers.items() if number is not None}
        self.renumbered = any(number != value for value, number in self.numbers.items())
        if self.renumbered:
            ends = {self.low: 0, self.high: 10}
            self.numbers |= {value: ends[label] for value, label in described.items() if label in ends}

    def labelled(self, value: Any, text: str, label: str) -> int:
        """Return the score that a label gives, or else its code, which the label then only describes."""
        if label in SCORES:
            return int(label)
        if label in MISSING_WORDS:
            return self.meanings.of_word(label)
        if self.renumbered:
            return self.numbers.get(value, super().labelled(value, text, label))
        if text in SCORES:
            return int(text)
        return super().labelled(value, text, label)

    def unlabelled(self, text: str) -> int:
        """Return a score written as a number, with zeros before it, or at the ends with the end's words."""
        if re.fullmatch(r"0*(?:[0-9]|10)", text, re.ASCII):
            return int(text)
        end = re.fullmatch(r"(0|10)\b[\s\-:=.,()]*(.+?)\)?", text)
        if end and end.group(2) == (self.low if end.group(1) == "0" else self.high):
            return int(end.group(1))
        return self.meanings.of_word(text)

    def look_at_labels(self, values: set[Any]) -> None:
        """Note ends that are turned round, scales that start at 1, and scores that are called missing."""
        means = self.meanings
        for value, label in self.labels.items():
            is_score = fold(value) in SCORES and not self.renumbered
            if is_score and label in MISSING_WORDS and fold(value) not in means.stated:
                self.contradict(SCORE_IS_MISSING)
        for value in values:
            text = fold(value)
            is_score = value in self.numbers if self.renumbered else text in SCORES
            if is_score and self.is_called_missing(value, text):
                self.contradict(ANSWER_IS_MISSING)
        if self.renumbered and sorted(self.numbers.values()) != list(range(len(SCORES))):
            self.contradict(RENUMBERED_IN_PART)
        words: dict[int, str] = {}
        for value, label in self.labels.items():
            text = fold(value)
            score = means.stated.get(text, self.numbers.get(value) if self.renumbered else _score(text))
            if score is not None:
                words[score] = _without_number(label)
        self.look_at_ends(words)

    def hint(self, strange: set[Any]) -> str:
        """Say in general terms what unknown values look like."""
        return super().hint({value for value in strange if value in self.labels})

    def look_at_ends(self, words: dict[int, str]) -> None:
        """Note what the labels of the ends say against the questionnaire."""
        low, high = self.low, self.high
        first, last = words.get(0, ""), words.get(10, "")
        as_asked = low in first or high in last
        turned = (high in first and first != "") or low in last
        if (turned and not as_asked) or _negates(last, first):
            self.contradict(REVERSED)
        elif not first and low in words.get(1, ""):
            self.contradict(FROM_ONE)
        elif (first or last) and not as_asked:
            self.unknown_ends = True


def _score(text: str) -> int | None:
    return int(text) if text in SCORES else None


def _leading_number(label: str) -> int | None:
    """Return the score with which a label starts."""
    found = re.match(r"(10|[0-9])(?![0-9]|\.[0-9])", label)
    return int(found.group(1)) if found else None


def _without_number(label: str) -> str:
    return re.sub(r"^[\W_]*[0-9]+[\W_]*|[\W_]*[0-9]+[\W_]*$", "", label)


def _negates(one: str, other: str) -> bool:
    """Whether one text holds the opposite of a word of the other, such as dissatisfied of satisfied."""
    opposites = {prefix + word for word in other.split() for prefix in ("dis", "un", "in")}
    return bool(opposites & set(one.split()))
