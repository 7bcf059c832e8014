"""What is said of a group of children, one cell at a time, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from brightspots.disclosure.policy import least_above

if TYPE_CHECKING:
    from brightspots.disclosure.policy import Policy
    from brightspots.measures.measure import Measure

Group = tuple[tuple[str, str], ...]
Status = Literal["shown", "banded", "withheld", "no base"]


class Cell(NamedTuple):
    """A cell that a release could show.

    Attributes
    ----------
    area, wave, measure, category, age_band : str
    group : tuple of (trait, level)
        Empty for everybody in the age band.
    rest : bool
        True for everybody in the age band who is *not* in the group; without a group, for all other bands.
    """

    area: str
    wave: str
    measure: str
    category: str
    age_band: str
    group: Group = ()
    rest: bool = False


@dataclass(frozen=True)
class Decision:
    """What becomes of a cell.

    Attributes
    ----------
    status : {"shown", "banded", "withheld", "no base"}
    n, count : int
        The true numbers; they leave only as far as `status` allows.
    above, below : int or None
        Percentage that a band claims: "more than" or "fewer than".
    why : str
        The rule behind it, in words for the analyst.
    """

    status: Status
    n: int
    count: int
    above: int | None = None
    below: int | None = None
    why: str = ""

    @property
    def least(self) -> int:
        """Smallest count that the published figure allows."""
        if self.status == "shown":
            return self.count
        return least_above(self.above, self.n) if self.above is not None else 0

    @property
    def greatest(self) -> int:
        """Largest count that the published figure allows."""
        if self.status == "shown":
            return self.count
        return self.n - least_above(100 - self.below, self.n) if self.below is not None else self.n


def decide(n: int, count: int, measure: Measure, category: str, policy: Policy) -> Decision:
    """Decide about one cell by itself: shown, banded or withheld.

    Examples
    --------
    >>> from brightspots.disclosure.policy import load_policy
    >>> from brightspots.measures.measure import measures_of
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> nature = measures_of(load_questionnaire("children-in-care"))["nature"]
    >>> council = load_policy("council")
    >>> decide(40, 38, nature, "counted", council).above
    85
    >>> [decide(n, n, nature, "counted", council).status for n in (9, 12, 20)]
    ['withheld', 'banded', 'shown']
    """
    if n == 0:
        return Decision("no base", 0, 0, why="nobody gave a valid answer")
    if n < policy.minimum_base:
        return Decision("withheld", n, count, why=f"fewer than {policy.minimum_base} answers")
    side = min(count, n - count)
    everybody = side == 0 and n >= policy.all_shown_from and not measure.is_sensitive(category)
    if side >= policy.minimum_side or everybody:
        return Decision(
            "shown", n, count, why="large enough on both sides" if side else "all or none, and harmless"
        )
    why = f"fewer than {policy.minimum_side} children on one side"
    return in_band(n, count, measure, category, policy, why) or Decision("withheld", n, count, why=why)


def in_band(n: int, count: int, measure: Measure, category: str, policy: Policy, why: str) -> Decision | None:
    """Return the cell in its strongest safe band; None where no band is safe, or it lies in none."""
    few = 2 * count < n
    sensitive = measure.side(category) in ("both", "counted" if few else "not counted")
    step = policy.step(n, sensitive=sensitive)
    if step is None or max(count, n - count) < least_above(step, n):
        return None
    if few:
        return Decision("banded", n, count, below=100 - step, why=why)
    return Decision("banded", n, count, above=step, why=why)
