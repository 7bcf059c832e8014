"""What one measure tells of another: routing, composites, and boxes of which at least one was ticked.

A count of one measure can bound a count of another that is hidden: whoever was asked a routed question gave
one of the answers that lead to it, and whoever is low by a composite is low on its scales.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.measures.composite import LOW, NOT_LOW, score_composite
from brightspots.measures.measure import COUNTED
from brightspots.measures.wellbeing import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Composite, MultipleResponse, Questionnaire


Part = tuple[str, str | None]
Kind = tuple[bool | None, ...]
"""One kind of child: low on each scale of a composite, then by the composite; None for no answer or score."""

ENDS: tuple[dict[bool, int], ...] = (
    {True: 0, False: HIGHEST["low"] + 1},
    {True: HIGHEST["low"], False: 10},
)
"""Lowest and highest scores of a child who is low on a scale, and of one who is not."""


class Link(NamedTuple):
    """Two sums over parts of measures: among any children the first is at least the second.

    A part is a measure with one of its categories, or with None for those outside every category.
    """

    at_least: tuple[Part, ...]
    that: tuple[Part, ...]


def linked(questionnaire: Questionnaire, names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return measures in groups that tell of each other, with whatever else they tell of.

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> linked(load_questionnaire("children-in-care"), ["nature", "supported_if_bullied"])
    [('nature',), ('afraid_bullying', 'supported_if_bullied')]
    """
    order = [*questionnaire.questions, *(composite.id for composite in questionnaire.composites)]
    groups = [{name} for name in order]
    for tied in _tied(questionnaire):
        touched = [group for group in groups if group & tied]
        groups = [group for group in groups if not group & tied] + [set().union(*touched)]
    wanted = set(names)
    kept = [tuple(sorted(group, key=order.index)) for group in groups if group & wanted]
    return sorted(kept, key=lambda group: order.index(group[0]))


def _tied(questionnaire: Questionnaire) -> list[set[str]]:
    routed = [{n, q.asked_if.measure} for n, q in questionnaire.questions.items() if q.asked_if is not None]
    composed = [{c.id, *c.scales} for c in questionnaire.composites]
    boxes = [{item.id for item in m.items} for m in _one_ticked(questionnaire)]
    return [*routed, *composed, *boxes]


def _one_ticked(questionnaire: Questionnaire) -> list[MultipleResponse]:
    return [m for m in questionnaire.multiple_responses if m.all_blank == "not_answered"]


def links_between(questionnaire: Questionnaire, measures: Mapping[str, Measure], age_band: str) -> list[Link]:
    """Return what routing and boxes tell in one age band."""
    asked = {name for name, measure in measures.items() if age_band in measure.asked}
    links = []
    for name, question in questionnaire.questions.items():
        if question.asked_if is not None and {name, question.asked_if.measure} <= asked:
            through = _parts_with(measures[question.asked_if.measure], question.asked_if.answers, age_band)
            everybody = tuple((name, category) for category in (*measures[name].categories, None))
            links.append(Link(through, everybody))
    for one in _one_ticked(questionnaire):
        boxes = [item.id for item in one.items]
        for box in boxes if set(boxes) <= asked else ():
            ticked = tuple((other, COUNTED) for other in boxes if other != box)
            links.append(Link(ticked, ((box, None),)))
    return links


def kinds_of_children(composite: Composite) -> list[Kind]:
    """Return every kind of child that the rule of a composite allows.

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> kinds = kinds_of_children(load_questionnaire("children-in-care").composites[0])
    >>> [kind[-1] for kind in kinds if kind[:4] == (True, True, None, None)]
    [None]
    """
    kinds: list[Kind] = []
    for scales in product((True, False, None), repeat=len(composite.scales)):
        # The lowest and the highest scores that these children can have.
        scores = [[np.nan if low is None else end[low] for low in scales] for end in ENDS]
        scored = score_composite(np.array(scores), composite.rule, composite.minimum_answered).tolist()
        kinds += [(*scales, {LOW: True, NOT_LOW: False}.get(score)) for score in sorted(set(scored), key=str)]
    return kinds


def _parts_with(measure: Measure, answers: Iterable[str], age_band: str) -> tuple[Part, ...]:
    """Return the parts of a measure in which any of these answers lies."""
    counted = {category: set(measure.counted(category, age_band)) for category in measure.categories}
    parts: list[Part] = [(measure.id, category) for category, own in counted.items() if own & set(answers)]
    if set(answers) - set().union(*counted.values()):
        parts.append((measure.id, None))
    return tuple(parts)
