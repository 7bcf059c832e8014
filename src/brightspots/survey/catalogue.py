"""Every check on answers in one table: how severe it is, and what it says.

Words are general: braces stand for names out of the questionnaire, the mapping or the headings of a file, and
for counts. Nothing here ever holds an answer, an id or free text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.survey.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence


class Check(NamedTuple):
    """What one check says when it finds something."""

    severity: Severity
    found: str
    expected: str
    what_to_do: str


CHECKS: dict[str, Check] = {
    # which form a child answered
    "no_band": Check(
        "error",
        "nothing that says which form each child answered",
        "an age band column, or one file for each of {bands}",
        'give read_survey a dict such as {{"{first}": "file.sav"}}, or name the column in the mapping',
    ),
    "unknown_band": Check(
        "error",
        "no age band, or one that the questionnaire does not have{dates}",
        "one of {bands}",
        "correct the band, or say what it means in the mapping's [age_bands]",
    ),
    "band_contradicts_file": Check(
        "error",
        "rows of another age band than the file was given for",
        "{band} throughout",
        "give each form its own file, or give one file with its band column",
    ),
    "age_contradicts_band": Check(
        "error",
        "an age that the form is not meant for",
        "an age within the form's range",
        "check the age and the form; bands go by the form answered, so correct the wrong one",
    ),
    "age_cannot_decide_band": Check(
        "error",
        "no age, or one that fits no form or more than one",
        "the form that each child answered",
        "add a column with the form, or give one file for each form",
    ),
    "unreadable_age": Check(
        "warning",
        "an age that is not a number of years",
        "age in years",
        "correct the age; it was not checked against the form",
    ),
    # columns
    "mapped_column_absent": Check(
        "error",
        "no such column; the mapping names it for {item}",
        "every column that the mapping names",
        "check the spelling, or give the mapping the column of each age band{until}",
    ),
    "no_question": Check(
        "error",
        "no column that holds a question of the questionnaire",
        "columns named as in {questionnaire}, or as in the mapping",
        "check that this is the right file; draft a mapping with `brightspots start`, then finish it by hand",
    ),
    "absent_questions": Check(
        "note",
        "no column for what the questionnaire asks on this form: {names}",
        "a column for every question that the form asks",
        "nothing, if the form did not ask them; else add their columns to the mapping",
    ),
    "unmapped_column": Check(
        "warning",
        "a column that nothing maps",
        "a question, a trait, or a column named in the mapping's `ignore`",
        "map it, or list it under `ignore`",
    ),
    "identity_dropped": Check(
        "warning",
        "a column that can identify a child or a sender",
        "answers only",
        "it was dropped on reading; leave it out of the export next time",
    ),
    "comments_present": Check(
        "note",
        "children wrote comments here",
        "a person who reads every comment, also for safeguarding",
        "say who reads them and by when; the library only counts and drops them",
    ),
    # values
    "labels_contradict": Check(
        "error",
        "{contradiction}",
        "the meaning that {item} has in {questionnaire}",
        "find out which is right, then correct the labels, the mapping or the questionnaire",
    ),
    "unknown_ends": Check(
        "warning",
        "labels of 0 or 10 that the questionnaire does not know",
        "0 for {low}, 10 for {high}",
        "check which end is the good one; answers were read by their number",
    ),
    "unknown_level": Check(
        "error",
        "a category that the trait {item} does not have{hint}",
        "{options}",
        "{first}correct it, or say what it means in the mapping's [codes] or the level's `also`",
    ),
    "unknown_option": Check(
        "error",
        "an answer that {item} does not offer{hint}",
        "{options}",
        "{first}correct it, or say what it means in the mapping's [codes] or the scale's `also`",
    ),
    "off_scale": Check(
        "error",
        "a value that is not a whole number from 0 to 10{hint}",
        "0, 1, 2 … 10; values are never rounded",
        "{first}correct the value, or check that this is a 0-10 question",
    ),
    # who was asked what
    "answered_not_asked": Check(
        "error",
        "an answer to a question that this age band is not asked",
        "no answer: the questionnaire does not ask it of this band",
        "check the mapping and the age band of these rows, or add the band to the question's `asked`",
    ),
    "answered_routed_past": Check(
        "error",
        "an answer to a question that the routing passes over",
        "no answer after the earlier answer these children gave",
        "check the mapping of both questions, or the questionnaire's `asked_if`",
    ),
    "answered_without_route": Check(
        "warning",
        "an answer to a routed question where {router}, which leads to it, has none",
        "an answer to the earlier question too; these answers are left out of the routed question",
        "check whether the earlier question was lost in the export",
    ),
    "no_router": Check(
        "warning",
        "a routed question on a form without {router}, which leads to it",
        "both questions; as it is, everybody who answered is taken to have been asked",
        "add the column of the earlier question, or leave this one out",
    ),
    # rows
    "empty_row": Check(
        "warning",
        "rows without a single answer",
        "at least one answer",
        "they were left out and are not counted as responses",
    ),
    "partial_responses": Check(
        "note",
        "children who stopped before the last question, after: {questions}",
        "answers to the end",
        "their answers are used; look at the questions where children stop",
    ),
    "repeated_response_id": Check(
        "error",
        "a response id that stands more than once",
        "one row a response",
        "remove the copies; if they are different children, give them their own ids",
    ),
    "identical_rows": Check(
        "note",
        "rows whose answers are all the same as an earlier row's",
        "this is normal on short forms",
        "nothing, unless the export was joined from copies",
    ),
    "answered_two_forms": Check(
        "warning",
        "response ids that also stand in another form's file",
        "one form a person",
        "check whether somebody answered two forms; both are counted",
    ),
    # weights
    "no_weight": Check(
        "error",
        "answers without a weight",
        "a weight for every answer that is used",
        "give each its weight, or leave `weight` out of the mapping; write a 1 where it is meant",
    ),
    "bad_weight": Check(
        "error",
        "a weight that is not a number above 0",
        "a number above 0, with a point for decimals",
        "correct the weight; answers that should not count have to leave the export",
    ),
    "weight_out_of_range": Check(
        "error",
        "a weight below 0.01 or above 100",
        "weights from 0.01 to 100, which are kept to four decimals",
        "multiply or divide all weights by one number, such as 100: only their ratios matter",
    ),
    # numbers of children
    "no_eligible": Check(
        "note",
        "no eligible numbers for {bands}",
        "how many children could have answered each form",
        "give `eligible`; without it there is no response rate and no worst case",
    ),
    "eligible_not_placed": Check(
        "warning",
        "eligible numbers by age band for answers of several councils or waves",
        "a number for each (area, wave, age band)",
        "give `eligible` with keys such as {example!r}; these numbers were not used",
    ),
    "more_answers_than_children": Check(
        "error",
        "more answers than eligible children in all",
        "at most one answer a child",
        "look for copies in the exports, or correct the eligible numbers",
    ),
    "band_over_eligible": Check(
        "warning",
        "more answers than eligible children on the form {band}",
        "children near a boundary may have answered the neighbouring form",
        "check the eligible numbers; no response rate is given for this band",
    ),
}


def problem(
    code: str,
    file: str,
    column: str = "",
    *,
    rows: Sequence[int] = (),
    count: int | None = None,
    severity: Severity | None = None,
    **facts: Any,
) -> Problem:
    """Return what a check found, in its words from the table.

    Parameters
    ----------
    code : str
        Of the check.
    file, column : str
        Where.
    rows : sequence of int
        Row numbers as a person counts them.
    count : int, optional
        How many rows, columns or children it concerns; the number of `rows` when left out.
    severity : {"error", "warning", "note"}, optional
        Where it differs from the table's.
    **facts : str
        What stands for the names in braces.

    Examples
    --------
    >>> found = problem("unmapped_column", "8-11.csv", "MinutesTaken", count=40)
    >>> found.severity, found.found
    ('warning', 'a column that nothing maps')
    """
    check = CHECKS[code]
    found, expected, what_to_do = (text.format(**facts) for text in check[1:])
    return Problem(
        severity or check.severity, code, file, column, found, expected, what_to_do, tuple(rows), count
    )
