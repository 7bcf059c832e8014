"""What is measured: indicators, 0-10 scales and composites under one form.

A `Measure` says which answers there are, which of them count towards each category, and which way is good.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from brightspots.measures.composite import LOW, NOT_LOW, UNDECIDED
from brightspots.measures.wellbeing import BANDS, HIGHEST, LOWEST, scores_in
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import SCORES, Composite, Indicator, Questionnaire, WellbeingScale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightspots.questionnaire.model import SensitiveSide

Kind = Literal["indicator", "scale", "composite"]

COUNTED, NOT_COUNTED = "counted", "not counted"
OTHER_BAND = "another band"
REPORTED: dict[Kind, tuple[str, ...]] = {
    "indicator": ("reported: counted", "reported: not counted"),
    "scale": (*(f"reported: {band}" for band in BANDS), f"reported: {OTHER_BAND}"),
    "composite": (),
}
"""Answers of counts typed from a published report, which names a category and not the answers in it."""


@dataclass(frozen=True)
class Measure:
    """One thing measured.

    Attributes
    ----------
    id, domain, label, finding : str
        As in the questionnaire.
    kind : {"indicator", "scale", "composite"}
    asked : tuple of str
        Age bands.
    answers : tuple of str
        Every answer that a tally keeps apart, the kinds of missing included.
    categories : tuple of str
        ``counted`` for an indicator; the bands for a 0-10 scale; ``low`` for a composite.
    counts : mapping of (category, age band) to tuple of str
        The answers that count towards a category.
    higher_is_better : bool or None
        Of the question itself; see `good_when_high` for a category.
    sensitive_side : str
    sensitive : bool
    routed : bool
        Whether it is asked only of those who gave certain answers to another question.
    basis : mapping of age band to str
        What else shares have to have in common to be comparable: the routing of a question, what a blank set
        of boxes means, the rule and scales of a composite.
    """

    id: str
    domain: str
    label: str
    finding: str
    kind: Kind
    asked: tuple[str, ...]
    answers: tuple[str, ...]
    categories: tuple[str, ...]
    counts: Mapping[tuple[str, str], tuple[str, ...]]
    higher_is_better: bool | None
    sensitive_side: SensitiveSide
    sensitive: bool
    routed: bool
    basis: Mapping[str, str]

    @property
    def valid(self) -> tuple[str, ...]:
        """Answers that make up the base: all but the missing kinds and the undecided."""
        return tuple(a for a in self.answers if a not in MISSING_KINDS and a != UNDECIDED)

    def counted(self, category: str, age_band: str) -> tuple[str, ...]:
        """Return the answers that count towards a category in one age band."""
        return self.counts[(category, age_band)]

    def same_in(self, age_bands: tuple[str, ...]) -> bool:
        """Whether all these bands were asked it with the same counted answers."""
        if not set(age_bands) <= set(self.asked):
            return False
        counted = {
            (self.basis[band], *(frozenset(self.counts[(category, band)]) for category in self.categories))
            for band in age_bands
        }
        return len(counted) == 1

    def good_when_high(self, category: str) -> bool | None:
        """Whether a larger share in the category is good news.

        None for what is neither: the bands in the middle, and the themes of comments.
        """
        if self.kind == "indicator":
            return self.higher_is_better
        return {"low": False, "very high": True}.get(category)

    def is_sensitive(self, category: str) -> bool:
        """Whether "all of them" and "none of them" say too much."""
        return self.sensitive or category == LOW

    def side(self, category: str) -> SensitiveSide:
        """Return the sensitive side of a category: for wellbeing, those who are low."""
        if self.kind == "indicator":
            return self.sensitive_side
        return "counted" if category == LOW else "neither"


@lru_cache(maxsize=64)
def measures_of(questionnaire: Questionnaire) -> dict[str, Measure]:
    """Return every measure of a questionnaire, in its order: indicators, 0-10 scales, composites.

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> measures = measures_of(load_questionnaire("children-in-care"))
    >>> measures["life_satisfaction"].counted("low", "11-18")[:5]
    ('0', '1', '2', '3', '4')
    """
    parts: list[Measure] = [_indicator(questionnaire, i) for i in questionnaire.all_indicators]
    parts += [_scale(scale) for scale in questionnaire.wellbeing_scales]
    parts += [_composite(questionnaire, composite) for composite in questionnaire.composites]
    return {measure.id: measure for measure in parts}


def _indicator(questionnaire: Questionnaire, indicator: Indicator) -> Measure:
    reported = REPORTED["indicator"]
    blank = next(
        (s.all_blank for s in questionnaire.multiple_responses if indicator.id in {i.id for i in s.items}), ""
    )
    return Measure(
        id=indicator.id,
        domain=indicator.domain,
        label=indicator.label,
        finding=indicator.finding,
        kind="indicator",
        asked=indicator.asked,
        answers=(*questionnaire.options(indicator.id), *MISSING_KINDS, *reported),
        categories=(COUNTED,),
        counts={(COUNTED, band): (*indicator.counted_in(band), reported[0]) for band in indicator.asked},
        higher_is_better=indicator.higher_is_better,
        sensitive_side=indicator.sensitive_side,
        sensitive=indicator.sensitive,
        routed=indicator.asked_if is not None,
        basis=dict.fromkeys(indicator.asked, f"blank means {blank}" if blank else _routing(indicator)),
    )


def _routing(question: Indicator | WellbeingScale) -> str:
    route = question.asked_if
    return f"asked if {route.measure} is {', '.join(sorted(route.answers))}" if route else ""


def _scale(scale: WellbeingScale) -> Measure:
    counts: dict[tuple[str, str], tuple[str, ...]] = {
        (band, age): (
            *map(str, scores_in(band, higher_is_better=scale.higher_is_better)),
            f"reported: {band}",
        )
        for band in BANDS
        for age in scale.asked
    }
    return Measure(
        id=scale.id,
        domain=scale.domain,
        label=scale.label,
        finding=scale.finding,
        kind="scale",
        asked=scale.asked,
        answers=(*SCORES, *MISSING_KINDS, *REPORTED["scale"]),
        categories=BANDS,
        counts=counts,
        higher_is_better=scale.higher_is_better,
        sensitive_side="counted",
        sensitive=False,
        routed=scale.asked_if is not None,
        basis=dict.fromkeys(scale.asked, _routing(scale)),
    )


def _composite(questionnaire: Questionnaire, composite: Composite) -> Measure:
    scales = [scale for scale in questionnaire.wellbeing_scales if scale.id in composite.scales]

    def basis(band: str) -> str:
        asked = [s.id if s.higher_is_better else f"{s.id} reversed" for s in scales if band in s.asked]
        return f"{composite.rule} of {', '.join(sorted(asked))}, {composite.minimum_answered} answered"

    return Measure(
        id=composite.id,
        domain=composite.domain,
        label=composite.label,
        finding=composite.finding,
        kind="composite",
        asked=composite.asked,
        answers=(LOW, NOT_LOW, UNDECIDED, *MISSING_KINDS),
        categories=(LOW,),
        counts={(LOW, band): (LOW,) for band in composite.asked},
        higher_is_better=False,
        sensitive_side="counted",
        sensitive=True,
        routed=False,
        basis={band: basis(band) for band in composite.asked},
    )


def category_label(questionnaire: Questionnaire, measure: Measure, category: str) -> str:
    """Return the name of a category as people read it, with its scores for a 0-10 scale.

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> leavers = load_questionnaire("care-leavers")
    >>> measures = measures_of(leavers)
    >>> category_label(leavers, measures["life_satisfaction"], "very high")
    'very high (9-10)'
    >>> category_label(leavers, measures["anxious_yesterday"], "low")
    'high anxiety (6-10)'
    """
    if measure.kind != "scale":
        return category
    scale = questionnaire.questions[measure.id]
    assert isinstance(scale, WellbeingScale)
    low, high = LOWEST[category], HIGHEST[category]  # type: ignore[index]
    if not scale.higher_is_better:
        low, high = 10 - high, 10 - low
    return f"{scale.raw_bands.get(category, category)} ({low}-{high})"  # type: ignore[call-overload]
