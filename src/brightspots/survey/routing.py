"""Who was asked what: answers of bands that were not asked, routing, and boxes left blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.model import TICKED, Questionnaire
from brightspots.survey.bands import NO_BAND
from brightspots.survey.catalogue import problem
from brightspots.survey.coding import missing_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightspots.questionnaire.model import AskedIf
    from brightspots.survey.bands import Bands, Bools
    from brightspots.survey.coding import Codes
    from brightspots.survey.exports import Export
    from brightspots.survey.forms import Item
    from brightspots.survey.problems import Problem

CodesById = dict[str, "Codes"]

TICK, NO_TICK = TICKED.index("ticked"), TICKED.index("not ticked")
NOWHERE = -1


def is_box(question: str, questionnaire: Questionnaire) -> bool:
    """Whether a question is one box of a multiple-response set."""
    return questionnaire.options(question) == TICKED


def silent(question: str, codes: Codes, questionnaire: Questionnaire) -> Bools:
    """Whether each row says nothing to a question; "don't know" and "prefer not to say" say something."""
    options = questionnaire.options(question)
    return np.isin(codes, [missing_code(options, "not_answered"), missing_code(options, "not_asked")])


def positions(export: Export, item: Item) -> np.ndarray:
    """Return the position of the column that holds an item, for each row; -1 where none does."""
    order = {column.name: i for i, column in enumerate(export.columns)}
    found = np.full(export.n, NOWHERE)
    for name, rows in item.places:
        found[rows] = order[name]
    return found


def last_answered(
    export: Export, asked: Mapping[str, Item], codes: CodesById, questionnaire: Questionnaire
) -> np.ndarray:
    """Return the position of the last column with an answer, for each row; boxes do not count.

    Parameters
    ----------
    export : Export
        As found.
    asked : mapping of str to Item
        The questions that it holds.
    codes : dict of id to array of int16
        Their answers.
    questionnaire : Questionnaire
        What was asked.

    Returns
    -------
    array of int, one a row
        -1 where there is none.
    """
    last = np.full(export.n, NOWHERE)
    for name, item in asked.items():
        if not is_box(name, questionnaire):
            answered = ~silent(name, codes[name], questionnaire)
            last = np.maximum(last, np.where(answered, positions(export, item), NOWHERE))
    return last


def settle_boxes(
    export: Export,
    asked: Mapping[str, Item],
    codes: CodesById,
    last: np.ndarray,
    bands: Bands,
    questionnaire: Questionnaire,
) -> None:
    """Read the blanks of multiple-response sets; changes `codes` in place.

    A blank box beside a box that says something is not ticked. Where the questionnaire says that a set left
    blank means "none of these", it does so for children who got that far: not for a child who answered
    nothing, or nothing from that set on.
    """
    ends = {name: positions(export, item) for name, item in asked.items() if not is_box(name, questionnaire)}
    for question in questionnaire.multiple_responses:
        boxes = [box.id for box in question.items if box.id in asked]
        if not boxes:
            continue
        said = np.logical_or.reduce([~asked[box].blank & (codes[box] <= NO_TICK) for box in boxes])
        if question.all_blank == "none":
            place = np.max([positions(export, asked[box]) for box in boxes], axis=0)
            more_follows = np.zeros(export.n, dtype=bool)
            for name, where in ends.items():
                own = [list(questionnaire.band).index(b) for b in questionnaire.questions[name].asked]
                more_follows |= (where > place) & np.isin(bands, own)
            said |= (last > place) | ((last != NOWHERE) & ~more_follows)
        for box in boxes:
            codes[box][asked[box].blank & said & asked[box].held] = NO_TICK


def apply_routing(
    export: Export,
    asked: Mapping[str, Item],
    codes: CodesById,
    bands: Bands,
    questionnaire: Questionnaire,
) -> list[Problem]:
    """Mark as not asked what a band or the routing passed over; report answers found there.

    Parameters
    ----------
    export : Export
        As found.
    asked : mapping of str to Item
        The questions that it holds.
    codes : dict of id to array of int16
        Their answers; changed in place.
    bands : array of int16
        The form that each child answered.
    questionnaire : Questionnaire
        What was asked.

    Returns
    -------
    list of Problem
    """
    problems: list[Problem] = []
    routers = {
        question.asked_if.measure: codes[question.asked_if.measure].copy()
        for question in questionnaire.questions.values()
        if question.asked_if is not None
    }
    for name, item in asked.items():
        question = questionnaire.questions[name]
        options = questionnaire.options(name)
        own = [i for i, band in enumerate(questionnaire.band) if band in question.asked]
        answered = codes[name] < (NO_TICK if is_box(name, questionnaire) else len(options))
        outside = ~np.isin(bands, [*own, NO_BAND])
        passed = outside.copy()
        problems += _answered(export, item, outside & answered, "answered_not_asked")
        if question.asked_if is not None:
            router = question.asked_if.measure
            stated, through, known = _route(question.asked_if, routers[router], bands, questionnaire)
            past = known & ~outside & ~through
            passed |= past
            problems += _answered(export, item, past & stated & answered, "answered_routed_past")
            problems += _answered(
                export, item, past & ~stated & answered, "answered_without_route", router=router
            )
            problems += _answered(export, item, ~known & ~outside & answered, "no_router", router=router)
        invalid = missing_code(options, "invalid")
        codes[name][passed & (codes[name] != invalid)] = missing_code(options, "not_asked")
        codes[name][passed & answered] = invalid
    return problems


def _route(
    asked_if: AskedIf, router: Codes, bands: Bands, questionnaire: Questionnaire
) -> tuple[Bools, Bools, Bools]:
    """Say for each row whether the earlier question has an answer, leads on, and stands on that form."""
    options = questionnaire.options(asked_if.measure)
    stated = router < len(options)
    through = np.isin(router, [options.index(answer) for answer in asked_if.answers])
    put = router != missing_code(options, "not_asked")
    known = np.isin(bands, np.unique(bands[put]))
    return stated, through, known


def _answered(export: Export, item: Item, rows: Bools, code: str, **facts: Any) -> list[Problem]:
    """Report rows, each under the column that holds it."""
    return [
        problem(code, export.name, name, rows=export.row_numbers(np.flatnonzero(rows & held)), **facts)
        for name, held in item.places
        if (rows & held).any()
    ]
