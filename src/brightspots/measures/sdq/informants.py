"""Who filled the form in: carers, teachers and young people are never mixed in one figure."""

from __future__ import annotations

from typing import Any

from brightspots.errors import ArgumentError
from brightspots.measures.frames import names_in, read_columns
from brightspots.measures.sdq.bands import check_informant
from brightspots.questionnaire.spelling import fold

INFORMANT = "informant"


def check_one_informant(frame: Any, informant: str, argument: str = "frame") -> None:
    """Refuse a figure over more than one informant, wherever the frame says who filled the form in.

    Raises
    ------
    ArgumentError
        If `informant` is not one of three, or a column ``informant`` holds another than that one.
    """
    check_informant(informant)
    if INFORMANT not in names_in(frame, argument):
        return
    held = {fold(value) for value in read_columns(frame, [INFORMANT], argument).cells[INFORMANT]}
    if held - {informant}:
        raise ArgumentError(
            f"the column {INFORMANT!r} of {argument} holds something other than {informant!r}; the versions "
            "for carers, teachers and young people are never mixed in one figure: take the rows of one."
        )
