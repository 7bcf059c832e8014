"""Drafts for a person to finish: a mapping, a run config and a benchmarks form, suggested from exports.

Suggestions come from names, question texts and value labels, never from answers, and each carries its score.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from brightspots.errors import ArgumentError, OutputError, SurveyError
from brightspots.questionnaire.faults import quoted
from brightspots.questionnaire.model import WellbeingScale
from brightspots.questionnaire.spelling import fold, fold_band, fold_id
from brightspots.survey.identity import identifies
from brightspots.survey.problems import Problems
from brightspots.survey.readers import read_export

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.exports import Column, Export

WORTH_SUGGESTING = 0.25
LABELS_WEIGHT = 0.4
COMMON = frozenset(
    {"a", "about", "an", "and", "anyone", "are", "as", "at", "be", "been", "did", "do", "does", "ever", "for"}
    | {
        "from",
        "get",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "most",
        "much",
        "of",
        "on",
    }
    | {
        "or",
        "that",
        "the",
        "their",
        "them",
        "there",
        "they",
        "thing",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
    }
    | {"when", "where", "which", "who", "why", "will", "with", "you", "your"}
)
SAME = {
    "mum": "mother",
    "mom": "mother",
    "dad": "father",
    "brother": "sibling",
    "sister": "sibling",
    "feeling": "feel",
    "felt": "feel",
    "talk": "speak",
    "satisfied": "satisfaction",
    "trusted": "trust",
    "worrie": "worry",
    "learning": "education",
}
RESPONSE_ID = re.compile(r"(?:respon(?:se|dent)|unique|user) ?(?:id|no|number)|uuid")
BAND_COLUMN = re.compile(r"age ?(?:band|version)|survey ?(?:form|version)|form|version")
COMMENTS = re.compile(
    r"comment|anything (?:else )?(?:you|that)|tell us|other,? please|\(please (?:say|specify)\)"
)


@dataclass(frozen=True)
class Suggestion:
    """A column that may hold an item, for one file."""

    item: str
    column: Column
    score: float


def draft_files(
    exports: Sequence[Path], questionnaire: Questionnaire, named: str, folder: Path
) -> list[Path]:
    """Draft ``mapping.toml``, ``brightspots.toml`` and ``benchmarks.toml`` from exported files.

    Parameters
    ----------
    exports : sequence of path
        The files, one a form (or one with a band column).
    questionnaire : Questionnaire
        What was asked.
    named : str
        How the config names the questionnaire.
    folder : path
        Where to write. Files that are there already are left alone.

    Returns
    -------
    list of path
        What was written.

    Raises
    ------
    ArgumentError
        If no export is given.
    SurveyError
        If one cannot be read; with the problems of all of them.
    OutputError
        If a draft is there already or the folder cannot be written.
    """
    if not exports:
        raise ArgumentError("exports is empty: name at least one exported file, or use --counts.")
    paths = [Path(path) for path in exports]
    read: list[Export] = []
    refused: list[SurveyError] = []
    for path in paths:
        try:
            read.append(read_export(path))
        except SurveyError as error:
            refused.append(error)
    if refused:
        raise SurveyError(
            "\n".join(map(str, refused)), Problems.together(error.problems for error in refused)
        )
    forms = _forms(paths, questionnaire)
    drafts = {
        "mapping.toml": _mapping(read, forms, questionnaire),
        "brightspots.toml": _config(paths, forms, questionnaire, named, folder),
        "benchmarks.toml": _benchmarks(questionnaire),
    }
    return write_drafts(Path(folder), drafts)


def write_drafts(folder: Path, drafts: dict[str, str]) -> list[Path]:
    """Write all of some files, or none: none where one of them is there already.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    drafts : dict of str to str
        Names and contents.

    Returns
    -------
    list of path
        What was written.

    Raises
    ------
    OutputError
        If a draft is there already or the folder cannot be written.
    """
    paths = [folder / name for name in drafts]
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [path.name for path in paths if path.exists()]
        if not there:
            for path, text in zip(paths, drafts.values(), strict=True):
                written.append(path)
                path.write_text(text, encoding="utf-8", newline="")
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise OutputError(
            f"The folder {folder.name or '.'} cannot be written; check its permissions."
        ) from None
    if there:
        raise OutputError(
            f"{', '.join(there)} is there already; move it away, or give another folder with --out."
        )
    return written


def _forms(paths: Sequence[Path], questionnaire: Questionnaire) -> list[str]:
    """Name the form of each file: an age band that its name states, or words for a person to replace.

    The empty name stands for a single file that may hold all of them.
    """
    names = [_band_of(path, questionnaire) for path in paths]
    if len(paths) == 1:
        return [names[0] or ""]
    return [
        name if name and names.count(name) == 1 else f"AGE BAND OF {path.name}"
        for name, path in zip(names, paths, strict=True)
    ]


def _band_of(path: Path, questionnaire: Questionnaire) -> str:
    """Return the age band that a file's name states, if it states one."""
    if len(questionnaire.age_bands) == 1:
        return questionnaire.age_bands[0].id
    name = fold_band(path.stem.replace("_", " "))
    for band in questionnaire.age_bands:
        for label in (band.id, *(edition.label for edition in band.editions)):
            if re.search(rf"(?<![\d-]){re.escape(fold_band(label))}(?!\d)", name):
                return band.id
    return ""


def suggest(column: Column, questionnaire: Questionnaire) -> list[tuple[float, str]]:
    """Return the ids that a column may hold with their scores, best first.

    Parameters
    ----------
    column : Column
        Its name, question text and value labels are looked at; its answers are not.
    questionnaire : Questionnaire
        What was asked.

    Returns
    -------
    list of (float, str)
        Score from 0 to 1, and the id.

    Examples
    --------
    >>> import numpy as np
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> from brightspots.survey.exports import Column
    >>> column = Column("Q14", "How much do you like school?", np.array([], dtype=object))
    >>> suggest(column, load_questionnaire("children-in-care"))[0]
    (0.79, 'likes_school')
    """
    described = _described(questionnaire)
    weight = _weights(questionnaire)
    unheard = math.log(1 + len(described))
    words = _words(f"{column.name} {column.label}")
    labels = {fold(text) for text in column.labels.values() if text}
    scored = []
    for item, (about, answers) in described.items():
        if fold_id(column.name) == item:
            scored.append((1.0, item))
            continue
        held = math.fsum(weight.get(word, unheard) for word in words)
        wanted = math.fsum(weight[word] for word in about)
        score = (
            2 * math.fsum(weight[word] for word in words & about) / (held + wanted) if words & about else 0.0
        )
        if labels:
            fitting = len(labels & answers) / len(labels)
            score = (1 - LABELS_WEIGHT) * score + LABELS_WEIGHT * fitting if score else 0.0
        if score >= WORTH_SUGGESTING:
            scored.append((round(score, 2), item))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))


@lru_cache(maxsize=8)
def _described(questionnaire: Questionnaire) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return for each item the words that describe it, and its answers, folded."""
    described = {}
    for name, question in questionnaire.questions.items():
        ends = question.ends if isinstance(question, WellbeingScale) else ()
        answers = frozenset(fold(option) for option in (*questionnaire.options(name), *ends))
        described[name] = (_words(question.label), answers)
    for trait in questionnaire.traits:
        answers = frozenset(fold(n) for level in trait.levels for n in (level.id, level.label, *level.also))
        described[trait.id] = (_words(trait.label), answers)
    return described


@lru_cache(maxsize=8)
def _weights(questionnaire: Questionnaire) -> dict[str, float]:
    """Weigh words by how seldom the questionnaire uses them."""
    described = _described(questionnaire)
    times = Counter(word for words, _ in described.values() for word in words)
    return {word: math.log(1 + len(described) / n) for word, n in times.items()}


def _words(text: str) -> frozenset[str]:
    plain = (word.rstrip("s") for word in re.findall(r"[a-z]{2,}", fold(text)) if word not in COMMON)
    return frozenset(SAME.get(word, word) for word in plain if word)


def _suggestions(export: Export, form: str, questionnaire: Questionnaire) -> list[Suggestion]:
    """Give each item at most one column and each column at most one item, the best scores first."""
    taken = {column.name for column in export.columns if _role(column, questionnaire)}
    pairs = [
        Suggestion(item, column, score)
        for column in export.columns
        if column.name not in taken
        for score, item in suggest(column, questionnaire)
        if _on_form(item, form, questionnaire)
    ]
    chosen: dict[str, Suggestion] = {}
    for pair in sorted(pairs, key=lambda one: (-one.score, one.item, one.column.name)):
        if pair.item not in chosen and pair.column.name not in taken:
            chosen[pair.item] = pair
            taken.add(pair.column.name)
    return list(chosen.values())


def _on_form(item: str, form: str, questionnaire: Questionnaire) -> bool:
    asked = (questionnaire.trait.get(item) or questionnaire.questions[item]).asked
    return form not in questionnaire.band or not asked or form in asked


def _role(column: Column, questionnaire: Questionnaire) -> str:
    """Return what else a column may be: a role of the mapping's, comments or identity; empty for an item."""
    name, text = fold(column.name).replace("_", " "), fold(column.label)
    if RESPONSE_ID.fullmatch(name):
        return "response_id"
    if BAND_COLUMN.fullmatch(name):
        return "age_band"
    if name == "age":
        return "age"
    if identifies(column.name, column.label):
        return "identity"
    comments = not column.labels and (COMMENTS.search(name) or COMMENTS.search(text))
    return "comments" if comments and not suggest(column, questionnaire) else ""


def _mapping(exports: Sequence[Export], forms: Sequence[str], questionnaire: Questionnaire) -> str:
    chosen: dict[str, dict[str, Suggestion]] = {}
    roles: dict[str, list[str]] = {}
    for export, form in zip(exports, forms, strict=True):
        suggestions = _suggestions(export, form, questionnaire)
        for one in suggestions:
            chosen.setdefault(one.item, {})[form] = one
        used = {one.column.name for one in suggestions}
        for column in export.columns:
            if column.name not in used:
                roles.setdefault(_role(column, questionnaire), []).append(column.name)
    mapped = {one.column.name for found in chosen.values() for one in found.values()}
    left = [name for name in roles.pop("", []) if name not in mapped]
    lines = [
        f"# A draft for {questionnaire.id}. Each line is a guess with its score from 0 to 1: check each one.",
        "# Delete the lines that are wrong, and move columns over from `ignore`.",
        "",
    ]
    for role in ("response_id", "age_band", "age"):
        if role in roles and (role != "age" or role not in questionnaire.trait):
            first, *others = dict.fromkeys(roles.pop(role))
            lines.append(f"{role} = {quoted(first)}")
            left += [name for name in others if name not in mapped]
    lines += [f"{key} = {_list(roles.get(key, []))}" for key in ("comments", "identity")]
    lines += [f"ignore = {_list(left)}", "", "[columns]"]
    for item in (*questionnaire.questions, *questionnaire.trait):
        if item in chosen:
            lines.append(_column_line(item, chosen[item], len(forms)))
        else:
            lines.append(f'# {item} = ""   # nothing suggested')
    return "\n".join(lines) + "\n"


def _column_line(item: str, found: dict[str, Suggestion], forms: int) -> str:
    names = {form: one.column.name for form, one in found.items()}
    score = min(one.score for one in found.values())
    text = next((one.column.label for one in found.values() if one.column.label), "")
    note = f"   # score {score:.2f}" + (f": {_one_line(text)}" if text else "")
    if len(set(names.values())) == 1 and len(names) == forms:
        return f"{item} = {quoted(next(iter(names.values())))}{note}"
    pairs = ", ".join(f"{quoted(form)} = {quoted(name)}" for form, name in names.items())
    return f"{item} = {{ {pairs} }}{note}"


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(map(quoted, dict.fromkeys(names))) + "]"


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:80]


def _config(
    paths: Sequence[Path], forms: Sequence[str], questionnaire: Questionnaire, named: str, folder: Path
) -> str:
    shown = [quoted(_from(folder, path)) for path in paths]
    if forms == [""]:
        files = f"files = {shown[0]}"
    else:
        pairs = ", ".join(f"{quoted(form)} = {path}" for form, path in zip(forms, shown, strict=True))
        files = f"files = {{ {pairs} }}"
    return config_text(named, f'mapping = "mapping.toml"\n{files}', list(questionnaire.trait))


def _from(folder: Path, path: Path) -> str:
    """Return a path as the config in that folder has to write it."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def config_text(named: str, source: str, traits: list[str]) -> str:
    """Return a run config to be finished.

    Parameters
    ----------
    named : str
        The questionnaire, a shipped name or a path.
    source : str
        Lines that say where the answers or counts are.
    traits : list of str
        Of the cohorts.

    Returns
    -------
    str
    """
    return f"""# A draft: fill in what stands in capitals, then run `brightspots check` in this folder.
[[survey]]
questionnaire = {quoted(named)}
area = "YOUR COUNCIL"
wave = "2021"                # the year, or year and month, in which the children answered
{source}
# eligible = {{ "8-11" = 0 }}  # how many children could have answered each form
# promise = "what the children were told about anonymity"

[compare]
# benchmarks = ["benchmarks.toml"]
# previous = "last-wave/tally.json"

[cohorts]
traits = {_list(traits)}

[release]
policy = "council"
"""


def _benchmarks(questionnaire: Questionnaire) -> str:
    first = next(iter(questionnaire.questions.values()))
    return f"""# Figures to compare with, one [[benchmark]] each. Take away the # and fill in.
#
# [[benchmark]]
# measure = {quoted(first.id)}
# age_band = {quoted(first.asked[0])}
# comparator = "general population"   # or "care elsewhere", or "last wave"
# percent = 0                          # or: count = 0 and n = 0
# rounded_to = 1
# includes_own = "unknown"             # are your own children inside it? yes, no or unknown
# source = "where it was published"
"""
