"""Who was asked what: answers of bands that were not asked, routing, and boxes left blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.model import TICKED, Questionnaire
from brightspots.survey.coding import Coded, missing_code
from brightspots.survey.problems import Problem

if TYPE_CHECKING:
    from brightspots.survey.exports import Export

CodesById = dict[str, np.ndarray[Any, np.dtype[np.int16]]]


def settle_boxes(codes: CodesById, coded: dict[str, Coded], questionnaire: Questionnaire) -> None:
    """Read the blanks of multiple-response sets: a blank box beside a ticked one is not ticked."""
    unticked = TICKED.index("not ticked")
    for question in questionnaire.multiple_responses:
        boxes = [box.id for box in question.items if box.id in coded]
        if not boxes:
            continue
        stated = np.logical_or.reduce([~coded[box].blank for box in boxes])
        for box in boxes:
            blank = coded[box].blank & (stated if question.all_blank == "not_answered" else True)
            codes[box][blank] = unticked


def apply_routing(
    export: Export,
    codes: CodesById,
    coded: dict[str, Coded],
    columns: dict[str, str],
    bands: np.ndarray[Any, np.dtype[np.object_]],
    questionnaire: Questionnaire,
) -> list[Problem]:
    """Mark as not asked what a band or the routing passed over; report answers found there.

    Changes `codes` in place and returns the problems.
    """
    problems = []
    routers = {name: codes[name].copy() for name in codes}
    for name, question in questionnaire.questions.items():
        if name not in coded:
            continue
        options = questionnaire.options(name)
        not_asked = missing_code(options, "not_asked")
        given = codes[name] < len(options)
        box_blank = coded[name].blank & given
        given &= ~box_blank
        outside = ~np.isin(bands, [*question.asked, None, ""])
        problems += _answered(export, columns[name], outside & given, "answered_not_asked", _OTHER_BAND)
        past = np.zeros(export.n, dtype=bool)
        if question.asked_if is not None and question.asked_if.measure in coded:
            router = routers[question.asked_if.measure]
            router_options = questionnaire.options(question.asked_if.measure)
            through = np.isin(router, [router_options.index(a) for a in question.asked_if.answers])
            stated = router < len(router_options)
            past = ~outside & ~through
            problems += _answered(
                export, columns[name], past & stated & given, "answered_routed_past", _ROUTED_PAST
            )
            problems += _answered(
                export, columns[name], past & ~stated & given, "answered_without_route", _NO_ROUTE, "warning"
            )
        keep_invalid = codes[name] == missing_code(options, "invalid")
        codes[name][(outside | past) & ~keep_invalid] = not_asked
        codes[name][(outside | past) & given] = missing_code(options, "invalid")
    return problems


_OTHER_BAND = (
    "an answer to a question that this age band is not asked",
    "no answer: the questionnaire does not ask it of this band",
    "check the mapping and the age band of these rows, or add the band to the question's `asked`",
)
_ROUTED_PAST = (
    "an answer to a question that the routing passes over",
    "no answer after the earlier answer these children gave",
    "check the mapping of both questions, or the questionnaire's `asked_if`",
)
_NO_ROUTE = (
    "an answer to a routed question where the question that leads to it has none",
    "an answer to the earlier question too; these answers are left out of the routed question",
    "check whether the earlier question was lost in the export",
)


def _answered(
    export: Export,
    column: str,
    rows: np.ndarray[Any, np.dtype[np.bool_]],
    code: str,
    words: tuple[str, str, str],
    severity: Any = "error",
) -> list[Problem]:
    if not rows.any():
        return []
    numbers = tuple(export.row_number(int(i)) for i in np.flatnonzero(rows))
    return [Problem(severity, code, export.name, column, *words, rows=numbers)]
