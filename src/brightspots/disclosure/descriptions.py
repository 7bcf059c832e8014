"""Which questions may be named beside a flagged cohort: chosen before anything is protected.

A name says that the cohort differs clearly there, so it leaves only with its numbers. Nothing must follow
from a question that is not named either: not that few children of the cohort, nor that many, are on one side.
That holds because a question with a small side, in the cohort or outside, takes no place in the list: the
fewest and the most children that a total allows are therefore always among the reasons for silence.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.cells import Cell
from brightspots.disclosure.system import LARGEST_JOINT, joint_size
from brightspots.findings.verdicts import BETTER, WORSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.disclosure.policy import Policy
    from brightspots.findings.cohort_descriptions import Descriptions

Chosen = dict["Descriptions", list[tuple[Any, Cell]]]


def choose_descriptions(results: Sequence[Descriptions], cells: Iterable[Cell], policy: Policy) -> Chosen:
    """Return, for each result, its clearest differences with their cells, a few for each cohort.

    Parameters
    ----------
    results : sequence of Descriptions
    cells : iterable of Cell
        What else the release would like to show: a description that would make the crossed tables of a
        measure too large to be audited is left out.
    policy : Policy
    """
    groups: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for cell in cells:
        groups[cell.measure].add(tuple(trait for trait, _ in cell.group))
    chosen: Chosen = {}
    for result in results:
        sought = WORSE if result.cohorts.direction == "low" else BETTER
        by_cohort: dict[str, list[tuple[Any, Cell]]] = defaultdict(list)
        for row in result:
            group = tuple(row.conditions.items())
            area, wave = result.source.table(()).keys[0][:2]
            cell = Cell(area, wave, row.measure, row.category, row.age_band, group)
            own = by_cohort[row.cohort]
            traits = groups[row.measure] | {tuple(row.conditions)}
            if (
                row.verdict == sought
                and len(own) < policy.most_described
                and _is_large_enough(row, policy)
                and _is_small_enough(result, traits)
            ):
                groups[row.measure] = traits
                own.append((row, cell))
        chosen[result] = [pair for own in by_cohort.values() for pair in own]
    return chosen


def _is_large_enough(row: Any, policy: Policy) -> bool:
    """Whether enough children stand on both sides, in the cohort and outside; none or all is not enough."""
    sides = ((row.n, row.count), (row.rest_n, row.rest_count))
    return all(n >= policy.minimum_base and min(k, n - k) >= policy.minimum_side for n, k in sides)


def _is_small_enough(result: Descriptions, groups: set[tuple[str, ...]]) -> bool:
    """Whether tables of a measure by these traits, of which some are crossed, can be audited together."""
    crossed = any(len(group) > 1 for group in groups)
    return not crossed or joint_size(result.source, {t for group in groups for t in group}) <= LARGEST_JOINT
