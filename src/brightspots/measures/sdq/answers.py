"""SDQ answers as they stand in a file, turned into steps from 0: by a coding that is told or plain to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.measures.sdq.problems import found
from brightspots.questionnaire.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from brightspots.measures.frames import Frame
    from brightspots.survey.problems import Problem

Codings = dict[str, dict[str, int]]

ITEM_CODINGS: Codings = {
    "0-1-2": {"0": 0, "1": 1, "2": 2},
    "1-2-3": {"1": 0, "2": 1, "3": 2},
    "labels": {"not true": 0, "somewhat true": 1, "certainly true": 2},
}
IMPACT_CODINGS: Codings = {
    "0-1-2-3": {"0": 0, "1": 1, "2": 2, "3": 3},
    "1-2-3-4": {"1": 0, "2": 1, "3": 2, "4": 3},
}


def read_answers(
    frame: Frame,
    columns: Mapping[str, Any],
    codings: Codings,
    *,
    coding: str | None,
    missing: Iterable[Any],
    argument: str,
) -> tuple[NDArray[np.float64], list[Problem]]:
    """Return the step of each answer, a row a child and a column a question, and what was no answer.

    Parameters
    ----------
    frame : Frame
        Cells.
    columns : mapping of question to heading
        Which column holds what.
    codings : mapping
        What each coding writes for each step.
    coding : str, optional
        The coding; left out, it is told from answers that only one coding has.
    missing : iterable
        Codes for no answer.
    argument : str
        Name of the argument that `coding` came by.

    Returns
    -------
    array of float, list of Problem
        Steps from 0; NaN for no answer, and for what is no answer.

    Raises
    ------
    ArgumentError
        If the coding is not known, cannot be told, or has an answer that `missing` names.
    """
    blank = {fold(code) for code in missing}
    folded = {name: _fold_all(frame.cells[heading], blank) for name, heading in columns.items()}
    seen = {text for texts in folded.values() for text in texts if text is not None}
    chosen = _choose(seen, codings, coding, argument)
    steps = codings[chosen]
    if blank & set(steps):
        raise ArgumentError(f"missing names an answer of the coding {chosen}; leave it out of missing.")
    result = np.full((len(frame.rows), len(columns)), np.nan)
    problems: list[Problem] = []
    for place, (name, texts) in enumerate(folded.items()):
        result[:, place] = [np.nan if text is None else steps.get(text, np.nan) for text in texts]
        strange = [text is not None and text not in steps for text in texts]
        negative = all(text.startswith("-") for text in texts if text is not None and text not in steps)
        problems += found(
            "sdq_no_answer",
            strange,
            str(columns[name]),
            coding=chosen,
            hint="; negative numbers" if negative else "",
            answers=", ".join(steps),
        )
    return result, problems


def _fold_all(values: NDArray[np.object_], blank: set[str]) -> list[str | None]:
    known: dict[Any, str | None] = {None: None}
    for value in set(values) - {None}:
        text = fold(value)
        known[value] = None if text in blank else text
    return [known[value] for value in values]


def _choose(seen: set[str], codings: Codings, coding: str | None, argument: str) -> str:
    choices = " or ".join(f"{argument}={name!r}" for name in codings)
    if coding is not None:
        if coding not in codings:
            raise ArgumentError(f"{argument} is {coding!r}; give {choices}.")
        return coding
    own = {
        name: set(steps).difference(*(other for key, other in codings.items() if key != name))
        for name, steps in codings.items()
    }
    pointed = [name for name in codings if own[name] & seen]
    if len(pointed) == 1:
        return pointed[0]
    shared = set().union(*codings.values()) & seen
    if not shared:
        return next(iter(codings))
    why = (
        f"there are answers of {' and of '.join(pointed)}"
        if pointed
        else "they would fit more than one coding"
    )
    raise ArgumentError(f"how the answers are coded cannot be told, as {why}; give {choices}.")
