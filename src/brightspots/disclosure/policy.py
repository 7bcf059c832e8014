"""Disclosure policies: thresholds as data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from brightspots.errors import PolicyError
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.model import Frozen, Text
from brightspots.questionnaire.shipped import find_toml


class Policy(Frozen):
    """What may be said, in thresholds.

    Attributes
    ----------
    minimum_base : int
        Fewer answers than this: nothing is said of the cell.
    minimum_side : int
        Fewer children than this in the category, or outside it: no exact figure.
    least_width : int
        By how many children a hidden or banded count must stay uncertain.
    steps : tuple of int
        Percentages that a band may claim: "more than 85%", mirrored for "fewer than 15%".
    coarser : int
        How many steps lower a band claims where the small side is the sensitive one.
    all_shown_from : int
        Base from which 0% and 100% are shown for measures that are not sensitive.
    most_described : int, default 5
        How many of the clearest differences are named beside a flagged cohort; 0 for none.
    """

    id: Text
    title: Text
    about: str = ""
    minimum_base: Annotated[int, Field(ge=3)]
    minimum_side: Annotated[int, Field(ge=1)]
    least_width: Annotated[int, Field(ge=1)]
    steps: Annotated[tuple[Annotated[int, Field(ge=50, le=99)], ...], Field(min_length=1)]
    coarser: Annotated[int, Field(ge=0)]
    all_shown_from: Annotated[int, Field(ge=1)]
    most_described: Annotated[int, Field(ge=0)] = 5

    def step(self, n: int, *, sensitive: bool) -> int | None:
        """Return the strongest claim that leaves a count of `n` uncertain enough, in percent.

        Parameters
        ----------
        n : int
            Children who answered.
        sensitive : bool
            Whether the small side is the sensitive one: the claim is then coarser.

        Returns
        -------
        int or None
            None where no claim is weak enough.

        Examples
        --------
        >>> council = load_policy("council")
        >>> [council.step(n, sensitive=False) for n in (10, 11, 12, 20, 40, 60, 100, 110)]
        [None, 50, 50, 70, 85, 90, 90, 95]
        >>> council.step(40, sensitive=True)
        80
        """
        allowed = [s for s in sorted(self.steps) if n - least_above(s, n) >= self.least_width]
        place = len(allowed) - 1 - (self.coarser if sensitive else 0)
        return allowed[place] if place >= 0 else None


def least_above(step: int, n: int) -> int:
    """Return the smallest count of `n` whose share is above `step` percent."""
    return math.floor(step * n / 100) + 1


def load_policy(name: str | Path) -> Policy:
    """Load a policy: one that ships with the library, or a TOML file of your own.

    Raises
    ------
    PolicyError
        If it is not known, or with every fault of the file and its place.
    """
    path = find_toml(name, "policies", PolicyError)
    return build(Policy, read_toml(path, PolicyError), path.name, PolicyError, _step_faults)


def _step_faults(raw: dict[str, Any]) -> list[str]:
    steps = raw.get("steps")
    if isinstance(steps, list) and len(set(map(str, steps))) < len(steps):
        return ["steps: each once"]
    return []
