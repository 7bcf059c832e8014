"""What is said of a group of children, one cell at a time, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    spare : int
        How many children at least are on the small side of a band, as whoever knows the rules can tell.
    """

    status: Status
    n: int
    count: int
    above: int | None = None
    below: int | None = None
    why: str = ""
    spare: int = 0

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

    @property
    def told(self) -> tuple[int, int]:
        """Smallest and largest count that whoever knows the rules can think of."""
        if self.below is not None:
            return self.spare, self.greatest
        return self.least, self.greatest - (self.spare if self.above is not None else 0)


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


def weaker_bands(n: int, count: int, measure: Measure, category: str, policy: Policy) -> list[Decision]:
    """Return the bands in which a figure that could be shown may be given, the strongest claim first.

    The strongest claim that a base allows is for small sides, and for what lies beside them. A weaker one is
    used for nothing else than this, so whoever knows the rules can tell that the small side is not small, and
    that the strongest claim would not be true: what is left has to be wide enough.

    Examples
    --------
    >>> from brightspots.disclosure.policy import load_policy
    >>> from brightspots.measures.measure import measures_of
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> nature = measures_of(load_questionnaire("children-in-care"))["nature"]
    >>> [(band.above, band.told) for band in weaker_bands(60, 45, nature, "counted", load_policy("council"))]
    [(70, (43, 54)), (60, (37, 54)), (50, (31, 54))]
    """
    bands = [Decision("banded", n, count, above=step) for step in sorted(policy.steps, reverse=True)]
    if 2 * count < n:
        bands = [Decision("banded", n, count, below=100 - (one.above or 0)) for one in bands]
    if min(count, n - count) < policy.minimum_side or 2 * count == n:
        return []
    read = [as_read(one, measure, category, policy) for one in bands]
    return [
        one
        for one in read
        if one.spare
        and one.told[0] <= count <= one.told[1]
        and one.told[1] - one.told[0] >= policy.least_width
    ]


def as_read(band: Decision, measure: Measure, category: str, policy: Policy) -> Decision:
    """Return a band with what whoever knows the rules can tell from its being a weaker one."""
    claim = band.above if band.above is not None else 100 - (band.below or 0)
    few = band.below is not None
    sensitive = measure.side(category) in ("both", "counted" if few else "not counted")
    strongest = policy.step(band.n, sensitive=sensitive)
    if strongest is None:
        return replace(band, spare=policy.minimum_side)
    if claim >= strongest:
        return band
    most = least_above(strongest, band.n) - 1
    return replace(band, spare=max(policy.minimum_side, band.n - most))
