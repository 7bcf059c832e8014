"""Statutory figures as a table that a strategy can print."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from brightspots.returns.catalogue import MEASURES
from brightspots.returns.published import SHARE
from brightspots.statistics.rounding import half_up
from brightspots.tables import markdown_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.findings.statutory import StatutoryComparisons

MISSING = {
    "withheld": "withheld",
    "rounds_to_zero": "above 0, rounds to 0",
    "not_available": "not available",
    "not_applicable": "not applicable",
    "low_reliability": "not reliable enough",
    "no_base": "nobody to count",
    "no_figure": "no figure",
}
COUNTS = "Every child is counted, so nothing is tested: a gap is a gap. Gaps are taken before rounding."
WITHHELD = "Withheld: the publisher hides small numbers, and no gap to a hidden figure is given."
COVERAGE = "SDQ figures are of those with a score only; the share with a score stands beside them."


def as_markdown(found: StatutoryComparisons) -> str:
    """Return the comparisons as Markdown: one row a figure, a column for each comparator, notes below."""
    comparators = list(dict.fromkeys(row.comparator for row in found))
    targets = any(row.target is not None for row in found)
    heads = ["", found.area, *comparators, "Over the years", *(["Target"] if targets else [])]
    lines = [markdown_row(heads), markdown_row("---" for _ in heads)]
    for (measure, age_group, time), group in groupby(found, lambda r: (r.measure, r.age_group, r.time)):
        rows = {row.comparator: row for row in group}
        first = next(iter(rows.values()))
        label = ", ".join(part for part in (MEASURES[measure].label, age_group, time) if part)
        cells = [label, _own(first), *(_other(rows[name]) if name in rows else "" for name in comparators)]
        cells += [_years(first), *([_target(first)] if targets else [])]
        lines.append(markdown_row(cells))
    return "\n".join([*lines, "", *(f"- {note}" for note in _notes(found))])


def number(value: float | None, unit: str, *, sign: bool = False, bare: bool = False) -> str:
    """Return a value in its unit, rounded half up: 49%, 57 per 10,000, 16.0.

    Examples
    --------
    >>> number(0.485, "share"), number(-0.079, "share", sign=True), number(56.5, "per 10,000")
    ('49%', '−8 points', '57 per 10,000')
    >>> number(-0.04, "average", sign=True), number(16, "average")
    ('0.0', '16.0')
    """
    if value is None:
        return "–"
    digits = 1 if unit == "average" else 0
    rounded = float(half_up(100 * value if unit == SHARE else value, digits))
    points: str = " point" if abs(rounded) == 1 else " points"
    text = f"{rounded:+,.{digits}f}" if sign and rounded else f"{abs(rounded):,.{digits}f}"
    after = {SHARE: points if sign else "%", "average": ""}.get(unit, "" if sign else f" {unit}")
    return str(text).replace("-", "−") + ("" if bare else str(after))


def missing(reason: str) -> str:
    """Return the words for a figure that is not there.

    Examples
    --------
    >>> missing("withheld"), missing("benchmark_no_base")
    ('withheld', 'nobody to count')
    """
    return MISSING.get(reason.removeprefix("benchmark_"), "no figure")


def _own(row: Any) -> str:
    if row.value is None:
        return missing(row.reason)
    details = []
    if row.count is not None and row.n is not None:
        details.append(f"{row.count:,} of {row.n:,}" if row.unit == SHARE else f"{row.count:,} children")
    if row.coverage is not None and row.eligible is not None:
        details.append(f"score for {number(row.coverage, SHARE)} of {row.eligible:,}")
    return number(row.value, row.unit) + _in_brackets(details)


def _in_brackets(details: Sequence[str]) -> str:
    given = "; ".join(filter(None, details))
    return f" ({given})" if given else ""


def _other(row: Any) -> str:
    if row.benchmark is None:
        whose = [", ".join(row.missing)] if row.missing != (row.comparator,) else []
        return missing(row.benchmark_reason) + _in_brackets(whose)
    details = [number(row.difference, row.unit, sign=True)] if row.difference is not None else []
    details += [f"mean {number(row.benchmark_mean, row.unit)}"] if row.benchmark_mean is not None else []
    if row.benchmark_coverage is not None:
        details.append(f"score for {number(row.benchmark_coverage, SHARE)}")
    return number(row.benchmark, row.unit) + _in_brackets(details)


def _years(row: Any) -> str:
    if len(row.times) < 2:
        return ""
    values = ", ".join(number(value, row.unit, bare=True) for value in row.values)
    return f"{row.times[0]} to {row.times[-1]}: {values}"


def _target(row: Any) -> str:
    if row.target is None:
        return ""
    met = {True: ": met", False: ": not met"}.get(row.target_met, "")
    return number(row.target, row.unit) + met


def _notes(found: StatutoryComparisons) -> Sequence[str]:
    hidden = any("withheld" in row.reason for row in found)
    notes = [COUNTS, *([WITHHELD] if hidden else [])]
    notes += [COVERAGE] if any(row.coverage is not None for row in found) else []
    notes += [f"Neighbours: {', '.join(found.neighbours)}."] if found.neighbours else []
    unusual = {
        f"{MEASURES[row.measure].label}{row.age_group and f', {row.age_group}'} ({row.side} the rest)": None
        for row in found
        if row.position not in {None, "usual"}
    }
    notes += (
        [f"Unusual among councils, their true differences allowed for: {'; '.join(unusual)}."]
        if unusual
        else []
    )
    sources = sorted({row.source for row in found if row.source})
    return [*notes, *found.notes, *([f"Source: {', '.join(sources)}."] if sources else [])]
