"""Drafts for a person to finish: a mapping, a run config and a benchmarks form, suggested from exports.

Suggestions come from names, question texts and value labels, never from answers, and each carries its score.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError, OutputError
from brightspots.questionnaire.model import WellbeingScale
from brightspots.questionnaire.spelling import fold, fold_band
from brightspots.survey.readers import read_export

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.exports import Column, Export

WORTH_SUGGESTING = 0.3
LABELS_WEIGHT = 0.4
COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "do",
        "does",
        "for",
        "from",
        "how",
        "i",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "that",
        "the",
        "they",
        "this",
        "to",
        "what",
        "who",
        "with",
        "you",
        "your",
    ]
)


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
        If one cannot be read.
    OutputError
        If a draft is there already or the folder cannot be written.
    """
    if not exports:
        raise ArgumentError("exports is empty: name at least one exported file, or use --counts.")
    read = [read_export(path) for path in exports]
    bands = [_band_of(path, questionnaire) for path in exports]
    drafts = {
        "mapping.toml": _mapping(read, bands, questionnaire),
        "brightspots.toml": _config(exports, bands, questionnaire, named),
        "benchmarks.toml": _benchmarks(questionnaire),
    }
    return _write(folder, drafts)


def draft_counts(questionnaire: Questionnaire, named: str, folder: Path) -> list[Path]:
    """Write an empty form for counts typed from a report, and a run config that reads it.

    Raises
    ------
    OutputError
        If a draft is there already or the folder cannot be written.
    """
    from brightspots.tallies.reported import write_counts_form

    config = _config_text(named, 'counts = "counts.csv"', "", [])
    written = _write(folder, {"brightspots.toml": config})
    write_counts_form(folder / "counts.csv", questionnaire)
    return [*written, folder / "counts.csv"]


def _write(folder: Path, drafts: dict[str, str]) -> list[Path]:
    there = [name for name in (*drafts, "counts.csv") if (folder / name).exists()]
    if there:
        raise OutputError(
            f"{', '.join(there)} is there already; move it away, or give another folder with --out."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in drafts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError:
        raise OutputError(
            f"The folder {folder.name or '.'} cannot be written; check its permissions."
        ) from None
    return [folder / name for name in drafts]


def _band_of(path: Path, questionnaire: Questionnaire) -> str | None:
    """Return the age band that a file's name states, if it states one."""
    if len(questionnaire.age_bands) == 1:
        return questionnaire.age_bands[0].id
    name = fold_band(path.stem.replace("_", " "))
    for band in questionnaire.age_bands:
        for label in (band.id, *(edition.label for edition in band.editions)):
            if re.search(rf"(?<!\d){re.escape(fold_band(label))}(?!\d)", name):
                return band.id
    return None


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
    """
    words = _words(f"{column.name} {column.label}")
    labels = {fold(text) for text in column.labels.values()}
    scored = []
    for item in (*questionnaire.questions, *questionnaire.trait):
        if fold(column.name).replace(" ", "_") == item:
            scored.append((1.0, item))
            continue
        about, answers = _about(item, questionnaire)
        shared = len(words & about) / max(1, len(about))
        fitting = len(labels & answers) / len(labels) if labels else 0.0
        score = shared if not labels else (1 - LABELS_WEIGHT) * shared + LABELS_WEIGHT * fitting
        if shared and score >= WORTH_SUGGESTING:
            scored.append((score, item))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))


def _about(item: str, questionnaire: Questionnaire) -> tuple[set[str], set[str]]:
    """Return the words that describe an item, and its answers, folded."""
    if item in questionnaire.trait:
        trait = questionnaire.trait[item]
        answers = {fold(name) for level in trait.levels for name in (level.id, level.label, *level.also)}
        return _words(trait.label), answers
    question: Any = questionnaire.questions[item]
    options = questionnaire.options(item)
    ends = question.ends if isinstance(question, WellbeingScale) else ()
    return _words(question.label), {fold(option) for option in (*options, *ends)}


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", fold(text)) if word not in COMMON}


def _mapping(exports: Sequence[Export], bands: Sequence[str | None], questionnaire: Questionnaire) -> str:
    chosen: dict[str, dict[str, tuple[str, float, str]]] = {}
    left: list[str] = []
    for export, band in zip(exports, bands, strict=True):
        pairs = sorted(
            (
                (score, item, column)
                for column in export.columns
                for score, item in suggest(column, questionnaire)
            ),
            key=lambda one: (-one[0], one[1], one[2].name),
        )
        items: set[str] = set()
        columns: set[str] = set()
        for score, item, column in pairs:
            if item not in items and column.name not in columns:
                items.add(item)
                columns.add(column.name)
                chosen.setdefault(item, {})[band or ""] = (column.name, score, column.label)
        left += [c.name for c in export.columns if c.name not in columns and c.name not in left]
    lines = [
        f"# A draft for {questionnaire.id}. Each line is a guess with its score from 0 to 1: check every one.",
        "# Delete the lines that are wrong, and move columns over from `ignore` below.",
        "",
        f"ignore = {json.dumps(left, ensure_ascii=False)}",
        "",
        "[columns]",
    ]
    for item in (*questionnaire.questions, *questionnaire.trait):
        if item in chosen:
            lines.append(_column_line(item, chosen[item]))
        else:
            lines.append(f'# {item} = ""   # nothing suggested')
    return "\n".join(lines) + "\n"


def _column_line(item: str, found: dict[str, tuple[str, float, str]]) -> str:
    names = {name for name, _, _ in found.values()}
    score = min(score for _, score, _ in found.values())
    text = next((label for _, _, label in found.values() if label), "")
    note = f"   # score {score:.2f}" + (f": {_one_line(text)}" if text else "")
    if len(names) == 1:
        return f"{item} = {json.dumps(names.pop(), ensure_ascii=False)}{note}"
    pairs = ", ".join(
        f"{json.dumps(band)} = {json.dumps(name, ensure_ascii=False)}" for band, (name, _, _) in found.items()
    )
    return f"{item} = {{ {pairs} }}{note}"


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:80]


def _config(
    exports: Sequence[Path], bands: Sequence[str | None], questionnaire: Questionnaire, named: str
) -> str:
    present = [band for band in bands if band]
    if len(exports) == 1 and len(present) < 1:
        files = f"files = {json.dumps(str(exports[0]))}"
    else:
        pairs = ", ".join(
            f"{json.dumps(band or 'which band?')} = {json.dumps(str(path))}"
            for band, path in zip(bands, exports, strict=True)
        )
        files = f"files = {{ {pairs} }}"
    return _config_text(named, files, 'mapping = "mapping.toml"\n', list(questionnaire.trait))


def _config_text(named: str, source: str, mapping: str, traits: list[str]) -> str:
    return f"""# A draft: fill in what stands in capitals, then run `brightspots check` in this folder.
[[survey]]
questionnaire = {json.dumps(named)}
area = "YOUR COUNCIL"
wave = "2021"                # the year, or year and month, in which the children answered
{mapping}{source}
# eligible = {{ "8-11" = 0 }}  # how many children could have answered each form
# promise = "what the children were told about anonymity"

[compare]
# benchmarks = ["benchmarks.toml"]
# previous = "last-wave/tally.json"

[cohorts]
traits = {json.dumps(traits)}

[release]
policy = "council"
"""


def _benchmarks(questionnaire: Questionnaire) -> str:
    first = questionnaire.indicators[0] if questionnaire.indicators else None
    measure = first.id if first else questionnaire.wellbeing_scales[0].id
    band = first.asked[0] if first else questionnaire.wellbeing_scales[0].asked[0]
    return f"""# Figures to compare with, one [[benchmark]] each. Take away the # and fill in.
#
# [[benchmark]]
# measure = {json.dumps(measure)}
# age_band = {json.dumps(band)}
# comparator = "general population"   # or "care elsewhere", or "last wave"
# percent = 0                          # or: count = 0 and n = 0
# rounded_to = 1
# includes_own = "unknown"             # are your own children inside it? yes, no or unknown
# source = "where it was published"
"""
