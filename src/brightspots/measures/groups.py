"""The groups that figures are given for: everybody, then each level of each trait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOT_KNOWN = "not known"
ALL = "all"
LOW_BASE = 30
"""A figure of fewer children is marked."""


def check_traits(by: Sequence[str]) -> None:
    """Refuse traits that are no list, or named twice."""
    if isinstance(by, str) or len(set(by)) < len(by):
        raise ArgumentError(f"by is {by!r}; give a list of traits, each once.")


def each_group(
    cells: Mapping[Any, NDArray[np.object_]], by: Sequence[str], inside: NDArray[np.bool_]
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Yield the trait, the level and the children of each group, everybody first.

    Examples
    --------
    >>> cells = {"sex": np.array(["girl", None, "girl"], dtype=object)}
    >>> [(trait, level, int(who.sum())) for trait, level, who in each_group(cells, ["sex"], np.ones(3, bool))]
    [('all', 'all', 3), ('sex', 'girl', 2), ('sex', 'not known', 1)]
    """
    yield ALL, ALL, inside
    for trait in by:
        levels = np.array([NOT_KNOWN if cell is None else str(cell) for cell in cells[trait]], dtype=object)
        for level in sorted(set(levels[inside])):
            yield trait, level, inside & (levels == level)
