"""Whether two figures are alike: the ways in which they may not be, and the reasons that override them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, get_args

from brightspots.errors import ArgumentError
from brightspots.questionnaire.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brightspots.findings.benchmarks import Benchmark
    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

Difference = Literal["wording", "options", "mode", "country", "base"]
Mismatch = Literal[Difference, "age_range", "year_gap", "counted_answers"]
DECLARED: tuple[str, ...] = get_args(Difference)
"""Ways of not being alike that only who enters a figure can know."""
MISMATCHES: tuple[str, ...] = get_args(Mismatch)
"""Every way in which a figure and ours may not be alike, and that a reason can override."""

YEARS_APART = 3
AGE_OVERLAP = 0.5
YEAR = re.compile(r"(?:^|and )((?:19|20)[0-9]{2})(?![0-9])")


def checked_overrides(overrides: Mapping[Mismatch, str] | None) -> dict[str, str]:
    """Return reasons to compare all the same, each checked.

    Raises
    ------
    ArgumentError
        If a way of not being alike is not known or has no reason: every one.
    """
    faults = []
    for code, reason in (overrides or {}).items():
        if code not in MISMATCHES:
            faults.append(f"{code!r} is not known; there are {', '.join(MISMATCHES)}")
        elif not isinstance(reason, str) or not reason.strip():
            faults.append(f"{code} has no reason; say why the figures are compared all the same")
    if faults:
        raise ArgumentError(f"overrides: {'; '.join(faults)}.")
    return dict((overrides or {}).items())


def mismatches_of_figure(
    own: Any, figure: Benchmark, measure: Measure, questionnaire: Questionnaire, wave: str
) -> tuple[str, ...]:
    """Return every way in which a published figure is not like ours, as declared or found out.

    Parameters
    ----------
    own : row of estimates, or None
        Our figure, where there is one.
    figure : Benchmark
    measure : Measure
    questionnaire : Questionnaire
    wave : str
        When ours was asked; empty where it does not matter how long ago the other was.
    """
    found: set[str] = set(figure.differs)
    if own is not None:
        bands = own.age_bands.split(", ")
        if figure.counted and measure.kind == "indicator":
            counted = set(measure.counted(figure.category, bands[0])) & set(questionnaire.options(measure.id))
            if {fold(answer) for answer in figure.counted} != {fold(answer) for answer in counted}:
                found.add("counted_answers")
        ages = [questionnaire.band[band].ages for band in bands]
        widest = min(a for a, _ in ages), max(b for _, b in ages)
        if figure.ages is not None and _overlap(widest, figure.ages) < AGE_OVERLAP:
            found.add("age_range")
    if years_apart(wave, figure.year) > YEARS_APART:
        found.add("year_gap")
    return in_order(found)


def mismatches_of_editions(own: Any, now: Measure, then: Measure) -> tuple[str, ...]:
    """Return every way in which a measure is not like the same one in another edition of a questionnaire."""
    bands = [band for band in own.age_bands.split(", ") if band in then.asked]
    found = set()
    if set(now.valid) != set(then.valid):
        found.add("options")
    elif any(set(now.counted(own.category, b)) != set(then.counted(own.category, b)) for b in bands):
        found.add("counted_answers")
    if any(now.basis[band] != then.basis[band] for band in bands):
        found.add("base")
    return in_order(found)


def in_order(codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes in the order in which one of several is given as the reason."""
    held = set(codes)
    return tuple(code for code in MISMATCHES if code in held)


def years_apart(wave: str, other: str) -> int:
    """Return how many years lie between two waves; 0 where that is not known.

    Examples
    --------
    >>> years_apart("2021", "2017/18"), years_apart("2021-06", "2017 and 2019"), years_apart("2021", "")
    (4, 2, 0)
    """
    ours, theirs = year_of(wave), year_of(other)
    return abs(ours - theirs) if ours and theirs else 0


def year_of(wave: str) -> int | None:
    """Return the year that a wave begins with, the latest of several; None where there is none."""
    return max(map(int, YEAR.findall(wave)), default=None)


def first_year_of(wave: str) -> int | None:
    """Return the year that a wave begins with, the first of several; None where there is none."""
    return min(map(int, YEAR.findall(wave)), default=None)


def waves_in(wave: str) -> list[str]:
    """Return the waves that a text names: several where they were pooled.

    Examples
    --------
    >>> waves_in("2017, 2019 and 2021"), waves_in("2021-06")
    (['2017', '2019', '2021'], ['2021-06'])
    """
    return re.split(", | and ", wave)


def _overlap(ours: tuple[int, int], theirs: tuple[int, int]) -> float:
    """Return the share of all ages in two ranges that lies in both."""
    both = min(ours[1], theirs[1]) - max(ours[0], theirs[0]) + 1
    return max(0, both) / (max(ours[1], theirs[1]) - min(ours[0], theirs[0]) + 1)
