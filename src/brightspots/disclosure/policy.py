"""Disclosure policies: thresholds as data.

A policy may hold rules for a survey's figures, which `brightspots.release` goes by, and rules for a table of
counts, which `brightspots.disclosure.protect_counts` goes by.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from brightspots.errors import PolicyError
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.model import Frozen, Text
from brightspots.questionnaire.shipped import find_toml, shipped_names

if TYPE_CHECKING:
    from collections.abc import Iterable


SYMBOLS = {
    "[c]": "hidden to protect children",
    "[x]": "not available: nobody answered or was counted, or there is nothing to compare with",
    "[z]": "not applicable, or not asked",
    "[low]": "above 0, but rounds to 0",
    "[u]": "low reliability: not reliable enough to print",
}
"""The symbols of the Government Statistical Service: one for all that is hidden, whatever for."""


class CountRules(Frozen):
    """What may be said of a table of counts.

    Attributes
    ----------
    smallest_shown : int
        Counts below are hidden, with what else would give them away.
    zeros : {"hidden", "shown"}
        Whether a count of 0 is as small as any other, or never hidden: then a symbol says "not 0".
    minimum_total : int
        A total below this is hidden with everything that it is the sum of.
    round_to : int
        Counts that are shown are rounded to multiples of this; 1 leaves them as they are.
    rounding : {"nearest", "controlled"}
        Each by itself to the nearest; or all together, each up or down, so that they still add up.
    """

    smallest_shown: Annotated[int, Field(ge=0)]
    zeros: Literal["hidden", "shown"]
    minimum_total: Annotated[int, Field(ge=0)] = 0
    round_to: Annotated[int, Field(ge=1)] = 1
    rounding: Literal["nearest", "controlled"] = "nearest"


class CountPolicy(Frozen):
    """A policy for tables of counts."""

    id: Text
    title: Text
    about: str = ""
    counts: CountRules


class Policy(Frozen):
    """What may be said of a survey, in thresholds.

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
    least_move : int
        By how many children a figure must have moved before an edition over other answers may say so.
    numbered : bool, default False
        Whether what it lets out is for named recipients only: a numbered edition, marked on every page.
    counts : CountRules or None
        The same council's rules for a table of counts.
    """

    id: Text
    title: Text
    about: str = ""
    numbered: bool = False
    minimum_base: Annotated[int, Field(ge=3)]
    minimum_side: Annotated[int, Field(ge=1)]
    least_width: Annotated[int, Field(ge=1)]
    steps: Annotated[tuple[Annotated[int, Field(ge=50, le=99)], ...], Field(min_length=1)]
    coarser: Annotated[int, Field(ge=0)]
    all_shown_from: Annotated[int, Field(ge=1)]
    most_described: Annotated[int, Field(ge=0)] = 5
    least_move: Annotated[int, Field(ge=1)] = 10
    counts: CountRules | None = None

    def thresholds(self) -> dict[str, Any]:
        """Return the thresholds alone, and whether they are for named recipients, as plain data.

        Examples
        --------
        >>> load_policy("council").thresholds()["minimum_base"]
        10
        """
        return self.model_dump(mode="json", exclude={"id", "title", "about", "counts"})

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
    """Load a policy for a survey's release: one that ships with the library, or a TOML file of your own.

    Raises
    ------
    PolicyError
        If it is not known, is for tables of counts only, or with every fault of the file and its place.
    """
    path = find_toml(name, "policies", PolicyError)
    raw = read_toml(path, PolicyError)
    if _is_for_counts_only(raw):
        rounded = "rounds" if raw["counts"].get("round_to", 1) != 1 else "hides"
        raise PolicyError(
            path.name,
            [
                f"it {rounded} counts of a table and has no thresholds for a survey's figures, so release "
                "cannot go by it. Give the counts to brightspots.disclosure.protect_counts; for a release "
                "there are: " + ", ".join(release_policies())
            ],
        )
    return build(Policy, raw, path.name, PolicyError, _faults)


def load_count_policy(name: str | Path) -> CountPolicy:
    """Load a policy for a table of counts: one that ships with the library, or a TOML file of your own.

    Raises
    ------
    PolicyError
        If it is not known, has no rules for counts, or with every fault of the file and its place.

    Examples
    --------
    >>> rules = load_count_policy("dfe").counts
    >>> rules.smallest_shown, rules.zeros, rules.round_to
    (6, 'shown', 1)
    """
    path = find_toml(name, "policies", PolicyError)
    raw = read_toml(path, PolicyError)
    if _is_for_counts_only(raw):
        return build(CountPolicy, raw, path.name, PolicyError, _faults)
    return counting(build(Policy, raw, path.name, PolicyError, _faults))


def counting(policy: Policy) -> CountPolicy:
    """Return the part of a survey's policy that is for tables of counts.

    Raises
    ------
    PolicyError
        If it has none.
    """
    if policy.counts is None:
        raise PolicyError(policy.id, ["counts: missing, and needed for a table of counts"])
    return CountPolicy(id=policy.id, title=policy.title, about=policy.about, counts=policy.counts)


def release_policies() -> tuple[str, ...]:
    """Return the names of the shipped policies that `brightspots.release` can go by.

    Examples
    --------
    >>> release_policies()
    ('council', 'ons-10', 'restricted')
    """
    paths = {name: find_toml(name, "policies", PolicyError) for name in shipped_names("policies")}
    return tuple(n for n, path in paths.items() if not _is_for_counts_only(read_toml(path, PolicyError)))


def _is_for_counts_only(raw: dict[str, Any]) -> bool:
    return isinstance(raw.get("counts"), dict) and not set(raw) & (
        set(Policy.model_fields) - set(CountPolicy.model_fields)
    )


def _faults(raw: dict[str, Any]) -> list[str]:
    steps, counts = raw.get("steps"), raw.get("counts")
    faults = []
    if isinstance(steps, list) and len(set(map(str, steps))) < len(steps):
        faults.append("steps: each once")
    if isinstance(counts, dict):
        faults += _rule_faults(counts)
        faults += _known_keys("counts has", counts, CountRules.model_fields)
    return faults + _known_keys("a policy has", raw, Policy.model_fields)


def _rule_faults(counts: dict[str, Any]) -> list[str]:
    controlled, step = counts.get("rounding") == "controlled", counts.get("round_to", 1)
    if controlled and step == 1:
        return ["counts rounding: controlled rounding needs a round_to of 2 or more"]
    if controlled and (counts.get("smallest_shown") != 0 or counts.get("minimum_total", 0) != 0):
        return [
            "counts: controlled rounding hides nothing; set smallest_shown to 0, and leave minimum_total out"
        ]
    if not controlled and counts.get("smallest_shown") == 0:
        return ["counts smallest_shown: 0 hides nothing, which only controlled rounding makes safe"]
    return []


def _known_keys(what: str, held: dict[str, Any], known: Iterable[str]) -> list[str]:
    return [f"{what} these keys: {', '.join(known)}"] if set(held) - set(known) else []
