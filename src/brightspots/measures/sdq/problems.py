"""Every check on SDQ answers, totals and pairs in one table: how severe it is, and what it says.

Words are general. Nothing here ever holds an answer, a score or an id.
"""

from __future__ import annotations

from functools import partial

from brightspots.measures.problems import find
from brightspots.survey.catalogue import Check

CHECKS: dict[str, Check] = {
    # answers
    "sdq_no_answer": Check(
        "error",
        "something that is no answer in the coding {coding}{hint}",
        "{answers}, or nothing",
        "declare codes for no answer with `missing`; correct all else",
    ),
    "sdq_reversed_already": Check(
        "error",
        "answers to reversed items that run against the others of {scale}",
        "answers as they were given: items 7, 11, 14, 21 and 25 are reversed on scoring",
        "if these columns were reversed before, turn them back; else score with strict=False",
    ),
    "sdq_too_few_answers": Check(
        "note",
        "children without a total, as a scale has fewer than three answers",
        "at least three answers of five on each scale",
        "say how many they are beside every figure",
    ),
    # totals
    "sdq_no_score": Check(
        "error",
        "something that is no score",
        "a whole number from 0 to {most}, or nothing",
        "correct it",
    ),
    "sdq_unknown_reason": Check(
        "error",
        "a reason that the return does not have",
        "SDQ1 to SDQ5, or nothing",
        "correct it",
    ),
    "sdq_score_and_reason": Check(
        "error",
        "children with a score and a reason for having none",
        "one or the other",
        "find out which is right",
    ),
    "sdq_no_score_no_reason": Check(
        "warning",
        "children without a score and without a reason",
        "a score, or a reason for having none",
        "find out why; they are counted as eligible",
    ),
    "sdq_everybody_scored": Check(
        "note",
        "a score for every child",
        "a row for every eligible child, also for those without a score",
        "if children without a score were left out, put them in: coverage is not known without them",
    ),
    "sdq_reason_contradicts_age": Check(
        "warning",
        "SDQ1 for children aged 4 to 16",
        "SDQ1 only for children under 4 or over 16 at the assessment",
        "check the age at the latest assessment, and the reason",
    ),
    "sdq_score_out_of_age": Check(
        "warning",
        "a score for children under 4 or over 16",
        "scores of children aged 4 to 16",
        "check the age; children outside the ages asked for are left out",
    ),
    "sdq_unreadable_age": Check(
        "warning",
        "an age that is not a number of years",
        "age in years at 31 March",
        "correct it; these children are left out",
    ),
    # pairs
    "sdq_no_child": Check(
        "error",
        "rows that do not say which child",
        "an id in every row",
        "give each row its id",
    ),
    "sdq_child_twice": Check(
        "error",
        "children who stand in more than one row",
        "one row a child on each occasion",
        "keep one assessment of each child, by a rule that does not look at the score",
    ),
    "sdq_do_not_pair": Check(
        "error",
        "scores that go together no more than those of different children would",
        "the same id for the same child on both occasions",
        "look whether the ids are the children's own; row numbers of two files pair different children. If "
        "they are their own, say pairs_checked=True",
    ),
}

found = partial(find, CHECKS)
