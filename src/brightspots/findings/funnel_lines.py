"""The lines of a funnel: where councils of any size lie, chance and their true differences allowed for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.statistics import funnel, funnel_limits
from brightspots.statistics.funnels import AREAS_NEEDED

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = 40
"""Of how many sizes the limits are worked out, closer to each other where areas are small."""


class Limits(NamedTuple):
    """Between what 95% and 99.8% of areas of a size lie."""

    n: float
    lower_95: float
    upper_95: float
    lower_998: float
    upper_998: float


@dataclass(frozen=True, repr=False)
class FunnelLines:
    """What a funnel is drawn from; it says of no other area which it is.

    Attributes
    ----------
    level : float
        The common share of all others.
    areas : int
        How many others.
    own : Limits
        At the size of our own.
    limits : tuple of Limits
        By size.
    others : tuple of (float, float)
        Size and share of each other area, by size. What is marked as drawn stands in pictures as a place,
        and in no file as a number.
    """

    level: float
    areas: int
    own: Limits
    limits: tuple[Limits, ...] = field(metadata={"drawn": True})
    others: tuple[tuple[float, float], ...] = field(metadata={"drawn": True})

    def __repr__(self) -> str:
        return f"<FunnelLines of {self.areas} areas>"


def funnel_lines(counts: Sequence[float], ns: Sequence[float], *, own: int) -> FunnelLines | None:
    """Return the lines around one area; None with fewer than 10 others, or where none of them differs.

    Parameters
    ----------
    counts, ns : sequence of float
        How many count, out of how many, in each area.
    own : int
        The place of the area that is judged by the others.

    Examples
    --------
    >>> counts = [40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58]
    >>> ns = [180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300]
    >>> lines = funnel_lines(counts, ns, own=11)
    >>> lines.areas, [round(end, 3) for end in lines.own]
    (11, [300, 0.19, 0.327, 0.15, 0.367])
    """
    if len(ns) - 1 < AREAS_NEEDED:
        return None
    found = funnel(counts, ns, own=own)
    if not 0 < found.theta < 1:
        return None
    others = sorted((n, count / n) for i, (count, n) in enumerate(zip(counts, ns, strict=True)) if i != own)
    sizes = [*(np.linspace(min(ns) ** 0.5, max(ns) ** 0.5, SIZES) ** 2).tolist(), ns[own]]
    ends = [
        np.atleast_1d(end).tolist()
        for confidence in (0.95, 0.998)
        for end in funnel_limits(found.theta, sizes, tau=found.tau, scale=found.scale, confidence=confidence)
    ]
    *limits, at_ours = (Limits(*one) for one in zip(sizes, *ends, strict=True))
    return FunnelLines(found.theta, len(others), at_ours, tuple(limits), tuple(others))
