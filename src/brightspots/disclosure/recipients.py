"""Editions for named recipients, who are bound to keep them: numbered, and marked so wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brightspots.errors import ArgumentError, PolicyError

if TYPE_CHECKING:
    from brightspots.disclosure.policy import Policy

LONGEST = 120


@dataclass(frozen=True)
class NumberedEdition:
    """An edition for named recipients.

    Parameters
    ----------
    number : int
        From 1; the council keeps the list of who got which.
    recipients : str
        Who may have it, and when they got it, in one short line.

    Raises
    ------
    ArgumentError
        If the number is below 1, or the recipients are not one short line; both at once.

    Examples
    --------
    >>> import brightspots as bs
    >>> edition = bs.NumberedEdition(3, "Corporate Parenting Board, March 2022")
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1)), policy="restricted", edition=edition)
    >>> out.edition.mark
    'Restricted: edition 3, for Corporate Parenting Board, March 2022. Not to be passed on.'
    """

    number: int
    recipients: str

    def __post_init__(self) -> None:
        faults = []
        if isinstance(self.number, bool) or not isinstance(self.number, int) or self.number < 1:
            faults.append("number is a whole number from 1")
        named = self.recipients
        if not isinstance(named, str) or not any(map(str.isalpha, named)):
            faults.append("recipients says who may have it")
        elif len(named) > LONGEST or named != " ".join(named.split()) or not named.isprintable():
            faults.append(f"recipients is one line of {LONGEST} characters at most")
        if faults:
            raise ArgumentError(f"An edition for named recipients: {'; '.join(faults)}.")

    @property
    def mark(self) -> str:
        """What stands on every page of it."""
        return f"Restricted: edition {self.number}, for {self.recipients}. Not to be passed on."


def refuse_unnumbered(policy: Policy, edition: NumberedEdition | None) -> None:
    """Refuse a policy for named recipients without an edition, and an edition under one for anybody.

    Raises
    ------
    PolicyError
    """
    if policy.numbered and edition is None:
        raise PolicyError(
            policy.id,
            [
                "what it lets out is for named recipients only; say which edition and for whom: "
                "edition=NumberedEdition(number, recipients), or edition and recipients under [release]"
            ],
        )
    if edition is not None and not policy.numbered:
        raise PolicyError(
            policy.id,
            [
                "what it lets out is for anybody, so it carries no edition; use the policy restricted for a "
                'numbered edition (or audience = "restricted"), or leave the edition out'
            ],
        )
