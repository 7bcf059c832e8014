"""Counts and averages of a council's own children as they may be said, and None where they may not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from brightspots.measures.groups import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = tuple[tuple[str, str], ...]
"""Which children: pairs of dimension and level, sorted; empty for all."""

SDQ, STABILITY, AGES = "sdq", "stability", "ages"
TRAIT = "trait "
"""Before the name of a trait, so that it is never taken for a dimension of ours."""


@dataclass(frozen=True)
class OwnCount:
    """How many children there are of one kind, or None where that is hidden.

    Attributes
    ----------
    of : tuple of (dimension, level)
    count : int or None
    """

    of: Key
    count: int | None


@dataclass(frozen=True)
class OwnAverage:
    """An average of a group, with its coverage beside it.

    Attributes
    ----------
    occasion : str
        ``now``, or ``paired now`` and ``paired then`` of children with a score on both occasions.
    trait, level : str
    value : float or None
        None where it is hidden.
    """

    occasion: str
    trait: str
    level: str
    value: float | None


@dataclass(frozen=True)
class OwnTable:
    """All counts of one kind that a council gives of its own children.

    Attributes
    ----------
    subject : str
        ``sdq``, ``stability`` or ``ages``.
    area, time : str
    informant : str
        Who filled in the SDQ; else empty.
    by : tuple of str
        The traits.
    counts : tuple of OwnCount
    averages : tuple of OwnAverage
    elsewhere : tuple of (str, float or None)
        England's share of each age group.
    source : str
        Of what stands elsewhere.
    """

    subject: str
    area: str
    time: str
    informant: str
    by: tuple[str, ...]
    counts: tuple[OwnCount, ...]
    averages: tuple[OwnAverage, ...] = ()
    elsewhere: tuple[tuple[str, float | None], ...] = ()
    source: str = ""

    @cached_property
    def _held(self) -> dict[Key, int | None]:
        return {one.of: one.count for one in self.counts}

    def levels(self, dimension: str) -> tuple[str, ...]:
        """Return the levels of a dimension, in order."""
        return tuple(
            dict.fromkeys(level for one in self.counts for name, level in one.of if name == dimension)
        )

    def shown(self, of: Mapping[str, str]) -> int | None:
        """Return a count by its dimensions, given as a mapping."""
        return self._held.get(key_of(of))


def read_own(body: Any) -> OwnTable:
    """Read a table back from an earlier edition.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    counts = []
    for one in body["counts"]:
        n = one["count"]
        if n is not None and (not isinstance(n, int) or isinstance(n, bool) or n < 0):
            raise ValueError(n)
        counts.append(OwnCount(tuple((str(name), str(level)) for name, level in one["of"]), n))
    subject, area, time, informant = (str(body[name]) for name in ("subject", "area", "time", "informant"))
    return OwnTable(subject, area, time, informant, tuple(map(str, body["by"])), tuple(counts))


def key_of(of: Mapping[str, str]) -> Key:
    """Return the key of some children; ``all`` is no limit.

    Examples
    --------
    >>> key_of({"score": "normal", "gender": "girl", "placement": "all"})
    (('gender', 'girl'), ('score', 'normal'))
    """
    return tuple(sorted((name, level) for name, level in of.items() if level != ALL))
