"""What may be said of an open survey by trait: which groups have reached the target, and no number.

The total is published week by week, so a share in steps would give single children away: two steps and what
came between them make a count exact. One claim is made of a group, that it has reached the target, and it is
made late by a number of children that is drawn anew with every answer. So whatever is said over the weeks, it
may be that nobody of the group answered in between (``docs/decisions/0021-an-open-survey-by-trait.md``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from brightspots.errors import ArgumentError
from brightspots.findings.responses import ResponsesByTrait, wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.disclosure.figures import Figure, Responses
    from brightspots.disclosure.policy import Policy

REACHED, NOT_YET, NOT_SAID = "reached", "not yet", "not said"
OTHERS = ""
"""All whose level has no eligible number."""


@dataclass(frozen=True)
class GroupTarget:
    """Whether a group has reached the target, as it may be said.

    Attributes
    ----------
    trait, level : str
    standing : str
        ``reached``; ``not yet``, if it cannot be said yet; ``not said``, if nothing is said of the group now.
    """

    trait: str
    level: str
    standing: str


@dataclass(frozen=True)
class OpenSurvey:
    """A survey that is still open, and what may be said of who has answered it."""

    questionnaire: str
    area: str
    wave: str
    groups: tuple[GroupTarget, ...]


class Rule(NamedTuple):
    """Of which groups of a trait something is said, and when: it rests on eligible numbers alone.

    Attributes
    ----------
    wanted : dict of level to int
        How many make the target, of the groups of which something is said.
    from_, to : int
        Least and most answers in all between which it is said.
    latest : int
        By how many children a claim may come late.
    """

    wanted: dict[str, int]
    from_: int
    to: int
    latest: int


def rule_of(eligible: Mapping[str, int], total: int, policy: Policy) -> Rule:
    """Return when what is said of a trait.

    Parameters
    ----------
    eligible : mapping of level to int
    total : int
        All who could have answered.
    policy : Policy

    Examples
    --------
    >>> from brightspots.disclosure.policy import load_policy
    >>> rule_of({"foster": 210, "residential": 40}, 250, load_policy("council"))
    Rule(wanted={'residential': 12}, from_=18, to=210, latest=6)
    """
    latest, width = policy.least_width + 1, policy.least_width
    groups = {**eligible, OTHERS: total - sum(eligible.values())}
    largest = max(groups, key=lambda level: groups[level])
    said = {
        level: wanted(number)
        for level, number in eligible.items()
        if level != largest
        and number >= policy.minimum_base
        and wanted(number) >= width
        and number - (wanted(number) + latest - 1) >= width
    }
    return Rule(said, sum(said.values()) + latest, groups[largest], latest)


def standings(rule: Rule, answered: Mapping[str, int], total: int, late: Mapping[str, int]) -> dict[str, str]:
    """Return what is said of each level.

    Parameters
    ----------
    rule : Rule
    answered : mapping of level to int
    total : int
        How many have answered in all.
    late : mapping of level to int
        By how many children each claim comes late, from 0 to `Rule.latest`.
    """
    is_time = rule.from_ <= total <= rule.to
    return {
        level: NOT_SAID
        if not is_time or level not in rule.wanted
        else REACHED
        if number - late[level] >= rule.wanted[level]
        else NOT_YET
        for level, number in answered.items()
    }


def pass_open_survey(
    found: ResponsesByTrait, policy: Policy, responses: Sequence[Responses], figures: Sequence[Figure]
) -> OpenSurvey:
    """Return what may be said of an open survey: by trait nothing, where a number of answers is hidden."""
    survey = found.survey
    place = survey[:3]
    own = [r for r in responses if (r.questionnaire, r.area, r.wave) == place]
    if not own or any((f.questionnaire, f.area, f.wave) == place for f in figures):
        raise ArgumentError(
            f"Responses to the open survey of {survey.area}, {survey.wave}, are released with its estimates "
            "of no measure (measures=[]), and with nothing else of it."
        )
    is_hidden = any(r.n is None for r in own)
    rows = list(found)
    groups = []
    for trait in dict.fromkeys(row.trait for row in rows):
        levels = [row for row in rows if row.trait == trait]
        rule = rule_of({row.level: row.eligible for row in levels}, survey.eligible, policy)
        late = {row.level: _late(survey.secret, trait, row.level, rule.latest) for row in levels}
        answered = {row.level: row.answered for row in levels}
        said = standings(rule, answered, survey.answered, late)
        groups += [
            GroupTarget(trait, row.level, NOT_SAID if is_hidden else said[row.level])
            for row in levels
            if row.eligible >= policy.minimum_base
        ]
    return OpenSurvey(*place, tuple(groups))


def _late(secret: str, trait: str, level: str, latest: int) -> int:
    """Return by how many children a claim comes late: the same for the same answers."""
    drawn = hashlib.sha256(f"{secret}\n{trait}\n{level}".encode()).digest()
    return int.from_bytes(drawn[:8]) % (latest + 1)
