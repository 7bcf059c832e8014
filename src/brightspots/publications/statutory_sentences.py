"""What is said of published figures: they count every child, so there is no test, and no word of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from brightspots.publications.sentence import HIDDEN, NOT_ASKED, NOT_AVAILABLE, BesideKey, Sentence
from brightspots.publications.wording import capital, listed, percent, percent_range, plain
from brightspots.returns.published import AVERAGE, PER_10_000, SHARE
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.statutory import OtherSide, PublishedComparison, PublishedFigure
    from brightspots.findings.funnel_lines import FunnelLines

ROUNDS_TO_ZERO, LOW_RELIABILITY = "[low]", "[u]"
SYMBOLS = {
    "withheld": HIDDEN,
    "not_applicable": NOT_ASKED,
    "rounds_to_zero": ROUNDS_TO_ZERO,
    "low_reliability": LOW_RELIABILITY,
}
"""What stands for a published figure that is not there, by reason; whatever else is not available."""

MISSING = {
    "withheld": "withheld by the publisher",
    "not_applicable": "said not to apply",
    "rounds_to_zero": "above 0, and rounds to 0",
    "low_reliability": "not reliable enough to print",
}
INNER, OUTER = "95% limits", "99.8% limits"
"""What the lines of a funnel are called."""
AMONG = {
    "usual": "usual among councils of its size",
    "unusual": "far {side} most councils of its size",
    "very unusual": "very far {side} most councils of its size",
}
"""Places among councils, in words."""
BEYOND_INNER = " It lies outside the inner lines, as a few of so many councils do; that alone is not unusual."


class Finding(NamedTuple):
    """Of whom a published measure is, and what is counted of them."""

    who: str
    what: str


_LEAVERS = "care leavers"
_A_YEAR = "children in care for a year"
_SCORED = "children with an SDQ score"
FINDINGS = {
    "in_care": Finding("children", "were in care on 31 March"),
    "started_care": Finding("children", "came into care in the year"),
    "left_care": Finding("children", "left care in the year"),
    "sdq_received": Finding("children aged 5 to 16", "had an SDQ score"),
    "sdq_average": Finding(_SCORED, "average"),
    "sdq_normal": Finding(_SCORED, "scored in the normal band (0 to 13)"),
    "sdq_borderline": Finding(_SCORED, "scored in the borderline band (14 to 16)"),
    "sdq_concern": Finding(_SCORED, "scored in the band that is a cause for concern (17 to 40)"),
    "health_assessment": Finding(_A_YEAR, "had their annual health assessment"),
    "immunisations": Finding(_A_YEAR, "had their immunisations up to date"),
    "dental_check": Finding(_A_YEAR, "had their teeth checked by a dentist"),
    "development_assessment": Finding("children under 5", "had their development assessments up to date"),
    "substance_misuse": Finding(_A_YEAR, "were found to have a substance misuse problem"),
    "substance_intervention": Finding("of them", "received an intervention for substance misuse"),
    "substance_refused": Finding("of them", "refused an intervention for substance misuse"),
    "convicted": Finding("children aged 10 to 17", "were convicted or cautioned in the year"),
    "three_placements": Finding("children in care", "had three or more placements in the year"),
    "three_placements_two_years": Finding("children", "had three or more placements in two years"),
    "same_carer": Finding(
        "children under 16 in care for two and a half years", "had the same carer for two years or more"
    ),
    "school_move": Finding("children", "moved school in the year"),
    "school_move_two_years": Finding("children", "moved school in two years"),
    "mid_year_school_move": Finding("children", "moved school in mid-year"),
    "mid_year_school_move_two_years": Finding("children", "moved school in mid-year in two years"),
    "three_social_workers": Finding("children in care", "had three or more social workers in the year"),
    "three_social_workers_two_years": Finding("children", "had three or more social workers in two years"),
    "in_touch": Finding(_LEAVERS, "were in touch with the council"),
    "not_in_touch": Finding(_LEAVERS, "were not in touch with the council"),
    "refused_contact": Finding(_LEAVERS, "refused contact"),
    "no_longer_needs_services": Finding(_LEAVERS, "no longer required services"),
    "in_education_or_work": Finding(_LEAVERS, "were in education, employment or training"),
    "higher_education": Finding(_LEAVERS, "were in higher education"),
    "other_education": Finding(_LEAVERS, "were in other education"),
    "training_or_employment": Finding(_LEAVERS, "were in training or employment"),
    "training_or_employment_not_apprenticeship": Finding(
        _LEAVERS, "were in training or employment other than an apprenticeship"
    ),
    "apprenticeship": Finding(_LEAVERS, "were in an apprenticeship"),
    "not_in_education_or_work": Finding(_LEAVERS, "were not in education, employment or training"),
    "out_of_work_ill_or_disabled": Finding(
        _LEAVERS, "were not in education, employment or training owing to illness or disability"
    ),
    "out_of_work_parenting": Finding(
        _LEAVERS, "were not in education, employment or training owing to pregnancy or parenting"
    ),
    "out_of_work_other": Finding(
        _LEAVERS, "were not in education, employment or training owing to other reasons"
    ),
    "activity_not_known": Finding(_LEAVERS, "were doing something that the council did not know"),
    "suitable_accommodation": Finding(_LEAVERS, "lived in suitable accommodation"),
    "unsuitable_accommodation": Finding(_LEAVERS, "lived in accommodation that is not suitable"),
    "accommodation_not_known": Finding(_LEAVERS, "lived where the council did not know"),
}
"""Every measure of the catalogue in words that follow a number of children."""


def value_of(value: float | None, unit: str, reason: str = "") -> str:
    """Return a published value in its unit, rounded half up, or the symbol for why there is none.

    Examples
    --------
    >>> value_of(0.485, "share"), value_of(120.7, "per 10,000"), value_of(16, "average")
    ('49%', '121', '16.0')
    >>> value_of(None, "share", "withheld"), value_of(None, "share", "no_base")
    ('[c]', '[x]')
    """
    if value is None:
        return SYMBOLS.get(reason, NOT_AVAILABLE)
    if unit == SHARE:
        return percent(value)
    return f"{half_up(value, 1):,.1f}" if unit == AVERAGE else f"{half_up(value):,.0f}"


def gap_of(difference: float | None, unit: str) -> str:
    """Return a gap with its sign; empty where there is none.

    Examples
    --------
    >>> gap_of(-0.079, "share"), gap_of(51.2, "per 10,000"), gap_of(0.04, "average")
    ('−8 points', '+51', 'no gap')
    """
    if difference is None:
        return ""
    size = half_up(100 * difference if unit == SHARE else difference, 1 if unit == AVERAGE else 0)
    if not size:
        return "no gap"
    points = "" if unit != SHARE else " point" if abs(size) == 1 else " points"
    return f"{size:+,.{1 if unit == AVERAGE else 0}f}{points}".replace("-", "−")


class StatutorySentences:
    """The sentences for published figures."""

    def statutory(self, figure: PublishedFigure) -> Sentence:
        """Say a published figure beside those of others.

        Examples
        --------
        >>> from pathlib import Path
        >>> import brightspots as bs
        >>> path = Path(bs.__file__).parent / "data" / "returns" / "sample.csv"
        >>> found = bs.compare_returns(bs.read_return(path), area="Ambleford", measures=["sdq_concern"])
        >>> (one,) = bs.release(found).statutory
        >>> print(StatutorySentences().statutory(one.figures[0]))
        In 2024, 48 of 137 children with an SDQ score (35%) scored in the band that is a cause for concern (17
        to 40); England 41%, Midshire 39%. A score was received for 86% of 160 children.
        """
        said = [f"{self._own_side(figure)}{self._other_sides(figure)}."]
        if figure.coverage is not None and figure.eligible is not None and figure.value is not None:
            said.append(
                f"A score was received for {percent(figure.coverage)} of {figure.eligible:,.0f} children."
            )
        if figure.target is not None and figure.target_met is not None:
            met = "met" if figure.target_met else "not met"
            said.append(f"The target, {value_of(figure.target, figure.unit)}, is {met}.")
        return Sentence(" ".join(said), beside=(statutory_key(figure),))

    def _own_side(self, figure: PublishedFigure) -> str:
        who, what = self.people_of(figure), FINDINGS[figure.measure].what
        at = "On" if figure.measure == "in_care" else "In"
        time = f"31 March {plain(figure.time)}" if figure.measure == "in_care" else plain(figure.time)
        what = what.removesuffix(" on 31 March") if figure.measure == "in_care" else what
        if figure.value is None:
            if figure.reason == "no_base":
                return f"{at} {time}, there were no {who} to count here"
            why = MISSING.get(figure.reason, "not available")
            if figure.unit == AVERAGE:
                return f"The average SDQ score of {time} is {why}"
            return f"How many {who} {what} in {time} is {why}"
        if figure.unit == AVERAGE:
            base = "" if figure.n is None else f" of {figure.n:,.0f} {who}"
            return f"{at} {time}, the average score{base} was {value_of(figure.value, figure.unit)}"
        if figure.unit == PER_10_000:
            rate = value_of(figure.value, figure.unit)
            return f"{at} {time}, {figure.count or 0:,.0f} {who} {what}, {rate} of every ten thousand"
        if figure.count is None or figure.n is None:
            return f"{at} {time}, {percent(figure.value)} of {who} {what}"
        share = percent(figure.value)
        return f"{at} {time}, {figure.count:,.0f} of {figure.n:,.0f} {who} ({share}) {what}"

    def people_of(self, figure: PublishedFigure) -> str:
        """Return of whom a published figure is."""
        who = FINDINGS[figure.measure].who
        who = "children with a substance misuse problem" if who == "of them" else who
        if not figure.age_group:
            return who
        return f"{who} aged {plain(figure.age_group).replace('-', ' to ')}"

    def _other_sides(self, figure: PublishedFigure) -> str:
        told = [
            f"{plain(other.comparator)} {value_of(other.value, figure.unit)}"
            for other in figure.others
            if other.value is not None
        ]
        untold = [plain(other.comparator) for other in figure.others if other.value is None]
        parts = [", ".join(told)] if told else []
        parts += [f"no figure for {listed(untold)}"] if untold else []
        return f"; {'; '.join(parts)}" if parts else ""

    def why_no_figure(self, figures: Sequence[PublishedFigure]) -> list[Sentence]:
        """Say of which areas taken together there is no figure, and why: one sentence for each reason."""
        alike: dict[tuple[str, tuple[str, ...], str], list[PublishedFigure]] = {}
        for figure in figures:
            for other in figure.others:
                if other.value is None and other.missing not in ((), (other.comparator,)):
                    alike.setdefault((other.comparator, other.missing, other.reason), []).append(figure)
        said = []
        for (comparator, missing, reason), own in alike.items():
            why = MISSING.get(reason, "not available")
            names, whose = "; ".join(map(self.name_of, own)), " and ".join(map(plain, missing))
            text = f"No figure for {plain(comparator)}, as that of {whose} is {why}: {names}."
            said.append(Sentence(text, beside=tuple(map(statutory_key, own))))
        return said

    def course(self, theme: str, drawn: Sequence[tuple[PublishedFigure, OtherSide]]) -> tuple[Sentence, str]:
        """Say what a picture over the years shows, and its numbers for those who do not see it."""
        first = drawn[0][0]
        key = tuple(statutory_key(figure) for figure, _ in drawn)
        beside = f"{plain(first.area)} beside {plain(drawn[0][1].comparator)}"
        caption = f"{theme} over the years: {beside}, each figure on a scale of its own."
        gaps = [self.name_of(figure) for figure, _ in drawn if None in figure.values]
        if gaps:
            caption += f" A year without a mark has no figure: {'; '.join(gaps)}."
        lines = []
        for figure, other in drawn:
            ours = [
                value_of(v, figure.unit, r) for v, r in zip(figure.values, figure.value_reasons, strict=True)
            ]
            theirs = [value_of(value, figure.unit) for value in other.values]
            lines.append(
                f"{self.name_of(figure)}, {', '.join(map(plain, figure.times))}: {plain(figure.area)} "
                f"{', '.join(ours)}; {plain(other.comparator)} {', '.join(theirs)}."
            )
        return Sentence(caption, beside=key), " ".join(lines)

    def funnel(self, figure: PublishedFigure, lines: FunnelLines) -> tuple[Sentence, str]:
        """Say where a council lies among all others in a picture, and its numbers for who does not see it."""
        us, name, own = plain(figure.area), self.name_of(figure), lines.own
        share = figure.value or 0.0
        place = AMONG[figure.position or "usual"].format(side=figure.side)
        beyond = figure.position == "usual" and not own.lower_95 <= share <= own.upper_95
        caption = (
            f"{name}, {plain(figure.time)}: {us} is {place}, once true differences between councils are "
            f"allowed for.{BEYOND_INNER if beyond else ''} Each dot is another council; those whose numbers "
            "are withheld, or small, are not drawn."
        )
        inner, outer = (
            percent_range(*ends) for ends in ((own.lower_95, own.upper_95), (own.lower_998, own.upper_998))
        )
        count = "" if figure.count is None else f" ({figure.count:,.0f} of {own.n:,.0f})"
        alternative = (
            f"{name}, {plain(figure.time)}. {us}: {percent(share)}{count}. The other councils that are "
            f"drawn, {lines.areas} of them, together: {percent(lines.level)}. At the size of {us}, {INNER}: "
            f"{inner}; {OUTER}: {outer}."
        )
        return Sentence(caption, beside=(statutory_key(figure),)), alternative

    def name_of(self, figure: PublishedFigure) -> str:
        """Return what a published figure is called in a table, with its age group."""
        label = capital(figure.label.removeprefix("Care leavers: "))
        return f"{label}, {plain(figure.age_group)}" if figure.age_group else label

    def place_among_councils(self, comparison: PublishedComparison) -> Sentence | None:
        """Say where the council lies far from most others, true differences between them allowed for."""
        far = [
            figure
            for figure in comparison.figures
            if figure.position not in (None, "usual") and figure.value is not None
        ]
        if not far:
            return None
        named = dict.fromkeys(f"{self.name_of(figure)} ({figure.side} most)" for figure in far)
        return Sentence(
            "Far from most councils, even once their true differences are allowed for: "
            + "; ".join(named)
            + ".",
            beside=tuple(statutory_key(figure) for figure in far),
        )


def statutory_key(figure: PublishedFigure) -> BesideKey:
    """Return the key of a published figure."""
    return BesideKey(figure.area, figure.measure, figure.time, figure.age_group)
