"""Every check on placements, schools and workers in one table: how severe it is, and what it says.

Words are general. Nothing here ever holds an id, a name or a date out of the data.
"""

from __future__ import annotations

from functools import partial

from brightspots.measures.problems import find
from brightspots.survey.catalogue import Check

CHECKS: dict[str, Check] = {
    # children
    "stability_no_child": Check(
        "error",
        "rows that do not say which child",
        "an id in every row",
        "give each row its id",
    ),
    "stability_child_twice": Check(
        "error",
        "children who stand in more than one row",
        "one row a child",
        "keep one row of each child; episodes have a frame of their own",
    ),
    "stability_unknown_child": Check(
        "error",
        "rows of children who do not stand in `children`",
        "the same id for the same child in every frame",
        "add the children, or leave these rows out; look whether the ids are written alike",
    ),
    "stability_unreadable_age": Check(
        "warning",
        "an age that is not a number of years",
        "age in years on the day that is asked for",
        "correct it; these children are in no measure that goes by age",
    ),
    # episodes of any kind
    "stability_no_date": Check(
        "error",
        "something that is no date",
        "dates, or text such as 2024-03-31 or 31/03/2024",
        "correct it; an end may be left empty while it is open",
    ),
    "stability_no_start": Check(
        "error",
        "rows without a start",
        "the day on which each began",
        "find the date, or leave the row out",
    ),
    "stability_end_before_start": Check(
        "error",
        "rows that end before they start",
        "an end on the day of the start or later, or none while it is open",
        "correct the dates",
    ),
    "stability_not_named": Check(
        "error",
        "rows that do not say which {holder}",
        "a code for the {holder} in every row, the same for the same one",
        "find out which, or leave the row out",
    ),
    # placements
    "stability_open_twice": Check(
        "error",
        "children with more than one placement open",
        "one open placement a child; respite may lie beside it",
        "close the earlier one, or mark respite in the column respite",
    ),
    "stability_overlap": Check(
        "error",
        "placements of one child that overlap",
        "each starts when the last one has ended, on the same day or later; respite may lie beside it",
        "correct the dates, or mark respite in the column respite",
    ),
    "stability_unclear_respite": Check(
        "error",
        "something in the column respite that is neither yes nor no",
        "true or false, yes or no; empty is no",
        'make it of the legal status: frame["LS"].isin(["V3", "V4"])',
    ),
    # schools
    "stability_two_schools": Check(
        "warning",
        "children at two schools at once",
        "one school at a time",
        "keep the main school; each one that starts in the twelve months counts as a move",
    ),
    "stability_no_phase": Check(
        "warning",
        "schools without a phase",
        "primary, middle, secondary, or another word for a school of another kind",
        "complete it; moves between these schools count, also where they are transfers",
    ),
    "stability_no_school": Check(
        "note",
        "children in care aged 5 or over without a school in the twelve months",
        "a school, if they were at one",
        "say how many they are; they are in no measure of schools",
    ),
    # workers
    "stability_worker_dropped": Check(
        "warning",
        "rows without a start or without a worker",
        "the worker and the day on which each began",
        "complete them; these rows were left out, and changes may be missed",
    ),
    "stability_worker_repeated": Check(
        "note",
        "rows that repeat another one",
        "one row a worker and child",
        "nothing; each was counted once",
    ),
    "stability_worker_within": Check(
        "warning",
        "workers whose time with a child lies wholly within another worker's",
        "one case-holding worker at a time",
        "nothing if they stood in for a while; if the earlier worker was never closed, close that row, as a "
        "change is missed",
    ),
    "stability_no_open_worker": Check(
        "note",
        "children in care without an open worker on the day",
        "a worker for every child in care",
        "say how many they are; they are in no measure of workers",
    ),
}

found = partial(find, CHECKS)
