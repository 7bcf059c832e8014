"""From tests to verdicts: all tests of a family adjusted together, and beside each a size.

Whatever is compared, shares or whole distributions, gets its verdict here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.findings.likeness import in_order
from brightspots.statistics import adjust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.statistics import Interval

MINIMUM_BASE = 10
ALPHA = 0.05
LEANING = 0.10
"""Two-sided p up to which a figure leans to one side: enough to keep a flag up, not to raise one."""

BETTER, WORSE, SIMILAR, UNCLEAR, NOT_COMPARED = "better", "worse", "similar", "unclear", "not compared"


@dataclass(frozen=True)
class Outcome:
    """One test: p, difference with interval, size, and what else a verdict asks for.

    Attributes
    ----------
    p, difference : float
    interval : Interval
    effect : float
    meaningful : bool
        Whether the effect is large enough to matter.
    equivalent : bool
        Whether it is shown to be too small to matter.
    excludes_zero : bool
        Told of the 95% interval, whatever the confidence of `interval`.
    """

    p: float
    difference: float
    interval: Interval
    effect: float
    meaningful: bool
    equivalent: bool
    excludes_zero: bool


@dataclass
class Case:
    """One comparison on its way to a verdict.

    Attributes
    ----------
    row : dict
        What is known so far of its row.
    higher_is_better : bool or None
    outcomes : list of Outcome
        The test; two of them where it is not known whether our own children are inside the other figure, and
        none where nothing can be tested.
    gap_may_be_wider : bool
        Whether our own children may narrow the gap by an unknown amount.
    """

    row: dict[str, Any]
    higher_is_better: bool | None
    outcomes: list[Outcome] = field(default_factory=list)
    gap_may_be_wider: bool = False

    @property
    def what(self) -> tuple[str, ...]:
        """What is compared with whom."""
        names = ("measure", "category", "age_band", "comparator")
        return tuple(self.row[name] for name in names if name in self.row)

    def bar(self, mismatches: Iterable[str], overrides: Mapping[str, str]) -> str:
        """Write down how the two sides are not alike; return the first way that is not overridden, or ""."""
        found = in_order(mismatches)
        self.row["mismatches"] = found
        self.row["overridden"] = {code: overrides[code] for code in found if code in overrides}
        return next((code for code in found if code not in overrides), "")


def judge(cases: Sequence[Case]) -> None:
    """Adjust within each report and comparator, and give the verdicts. Changes the cases in place.

    Tests against invented figures are a family of their own, so that they change no real verdict.
    """
    families: dict[tuple[Any, ...], list[Case]] = defaultdict(list)
    for case in cases:
        if case.outcomes:
            row = case.row
            families[(row["area"], row["wave"], row["comparator"], row["illustrative"])].append(case)
    for family in families.values():
        p = np.array([max(outcome.p for outcome in case.outcomes) for case in family])
        for case, *values in zip(family, p, adjust(p), adjust(p, method="holm"), strict=True):
            case.row |= dict(zip(("p", "q", "p_holm"), map(float, values), strict=True))
            case.row["verdict"], case.row["reason"] = _verdict_of(case)
            case.row["edge"] = (case.row["p"] <= ALPHA) != case.outcomes[0].excludes_zero


def leans_of(p: float | None, difference: float | None, *, higher_is_better: bool | None) -> str:
    """Return the side that a figure leans to, ``better`` or ``worse``; empty where it leans to none.

    Examples
    --------
    >>> leans_of(0.08, -0.06, higher_is_better=True), leans_of(0.3, -0.06, higher_is_better=True)
    ('worse', '')
    """
    if p is None or not difference or higher_is_better is None or p > LEANING:
        return ""
    return BETTER if (difference > 0) == higher_is_better else WORSE


def _verdict_of(case: Case) -> tuple[str, str]:
    """Return the verdict and its reason: that of every reading, or none where they disagree."""
    verdicts = {_verdict(outcome, case.row["q"], bool(case.higher_is_better)) for outcome in case.outcomes}
    verdict, reason = verdicts.pop()
    if verdicts or (case.gap_may_be_wider and verdict == SIMILAR):
        return UNCLEAR, "own_unknown"
    return verdict, reason


def _verdict(outcome: Outcome, q: float, higher_is_better: bool) -> tuple[str, str]:
    if q <= ALPHA and outcome.meaningful:
        return (BETTER if (outcome.difference > 0) == higher_is_better else WORSE), ""
    if q <= ALPHA:
        return SIMILAR, "small"
    return (SIMILAR, "equivalent") if outcome.equivalent else (UNCLEAR, "")
