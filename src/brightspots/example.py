"""A worked example to start from: invented answers and the files of a run, each with comments that teach."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from brightspots.errors import OutputError
from brightspots.questionnaire.mapping import load_mapping
from brightspots.survey.synthetic import make_survey

if TYPE_CHECKING:
    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.survey import Survey

TEMPLATES = Path(__file__).parent / "data" / "example"
SEED = 21
RESPONDENTS = 330
PLANTED = {"placement": "residential"}
SPOKEN = {"dont_know": "Don't know", "prefer_not": "Prefer not to say"}
WRITTEN_AS_ID = ("gender", "disability")
REMARKS = ("My room is the best.", "More trips please.", "Thank you for asking.", "I would like a dog.")


def write_example(folder: str | Path) -> tuple[Path, ...]:
    """Write a worked example: answers of an invented council, mapping, comparison figures and run config.

    Parameters
    ----------
    folder : str or path
        A new or an empty folder.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    OutputError
        If the folder holds something already, or cannot be written; nothing is left half written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in write_example(folder)]
    ['11-18.csv', '4-7.csv', '8-11.csv', 'README.txt', 'benchmarks.toml', 'brightspots.toml', 'mapping.toml']
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is not an empty folder; give a new one, and nothing is overwritten.")
    contents = {path.name: path.read_bytes() for path in TEMPLATES.iterdir()} | _answers()
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(contents):
            written.append(folder / name)
            written[-1].write_bytes(contents[name])
    except OSError:
        for path in written:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise OutputError(f"{folder} cannot be written; check that you may write there.") from None
    return tuple(written)


def _answers() -> dict[str, bytes]:
    """Return one CSV for each form, in the columns and words that the example's mapping expects."""
    survey = make_survey(respondents=RESPONDENTS, seed=SEED, planted=PLANTED)
    mapping = load_mapping(TEMPLATES / "mapping.toml", survey.questionnaire)
    return {f"{band}.csv": _form(survey, band, mapping) for band in survey.age_bands}


def _form(survey: Survey, band: str, mapping: Mapping) -> bytes:
    rows = survey.answers[survey.answers["age_band"] == band]
    n = len(rows)
    columns: dict[str, list[str]] = {
        mapping.response_id: [f"{band}-{i:03}" for i in range(1, n + 1)],
        "Collector ID": ["4711"] * n,
        mapping.ignore[0]: [f"2024-05-{1 + i % 28:02}" for i in range(n)],
    }
    for item in mapping.columns:
        heading = mapping.column_of(item, band)
        question = survey.questionnaire.questions.get(item)
        if heading and (question is None or band in question.asked):
            words = _words(item, survey.questionnaire, mapping)
            columns[heading] = [words[answer] for answer in rows[item].tolist()]
    columns[mapping.comments[0]] = [REMARKS[i % len(REMARKS)] if i % 5 == 0 else "" for i in range(n)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return text.getvalue().encode("utf-8-sig")


def _words(item: str, questionnaire: Questionnaire, mapping: Mapping) -> dict[str, str]:
    """Return what the export writes for each answer."""
    if item in questionnaire.trait:
        levels = questionnaire.trait[item].levels
        words = {x.id: x.id.capitalize() if item in WRITTEN_AS_ID else x.label for x in levels}
        words[questionnaire.trait[item].not_known] = ""
    else:
        words = {option: option.capitalize() for option in questionnaire.options(item)}
        words |= {"not_answered": "", "not_asked": "", **SPOKEN}
    return words | {meaning: written for written, meaning in mapping.codes.get(item, {}).items()}
