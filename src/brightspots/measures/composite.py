"""Low wellbeing over several 0-10 scales, by a named rule.

No published rule was found, so none here is called an official definition, and shares under different rules
are never compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.measures.wellbeing import HIGHEST

if TYPE_CHECKING:
    from brightspots.questionnaire.model import CompositeRule

Numbers = np.ndarray[Any, np.dtype[Any]]

LOW, NOT_LOW, UNDECIDED = "low", "not low", "undecided"
MEAN_CUT = 5


def score_composite(
    scores: np.ndarray[Any, np.dtype[np.float64]], rule: CompositeRule, minimum_answered: int
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Score children on a composite of 0-10 scales.

    Parameters
    ----------
    scores : array of float, shape (children, scales)
        Answers, already turned so that higher is better; NaN where a scale has no answer.
    rule : {"two_or_more_low", "any_low", "mean_below_5"}
        Low (0-4) on two or more scales; low on any; mean of the answered scales below 5.
    minimum_answered : int
        Fewer answered scales than this: not scored.

    Returns
    -------
    array of str or None, one a child
        ``low``, ``not low``, ``undecided`` where a missing scale could change it (counting rules only), or
        None where too few scales were answered.

    Examples
    --------
    >>> scores = np.array([[2, 3, 8, 9], [2, 8, 8, np.nan], [8, 8, 8, np.nan], [3, np.nan, np.nan, 9]])
    >>> score_composite(scores, "two_or_more_low", 3).tolist()
    ['low', 'undecided', 'not low', None]
    """
    answered = ~np.isnan(scores)
    return label_composite(
        answered.sum(axis=1),
        (answered & (scores <= HIGHEST["low"])).sum(axis=1),
        np.where(answered, scores, 0).sum(axis=1),
        scores.shape[1],
        rule,
        minimum_answered,
    )


def label_composite(
    answered: Numbers, low: Numbers, total: Numbers, scales: int | Numbers, rule: CompositeRule, minimum: int
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return what `score_composite` does, from how many scales were answered, how many low, and their sum.

    Examples
    --------
    >>> counted = np.array([4, 3, 3, 2]), np.array([2, 1, 0, 1]), np.array([22, 18, 24, 12])
    >>> label_composite(*counted, 4, "two_or_more_low", 3).tolist()
    ['low', 'undecided', 'not low', None]
    """
    if rule == "mean_below_5":
        result = np.where(total < MEAN_CUT * answered, LOW, NOT_LOW).astype(object)
    else:
        needed = 2 if rule == "two_or_more_low" else 1
        could_be = low + (scales - answered)
        result = np.where(low >= needed, LOW, np.where(could_be < needed, NOT_LOW, UNDECIDED)).astype(object)
    result[answered < minimum] = None
    return result
