"""When a flag is new, persists, is cleared or turns round: the rules from one wave to the next.

They know nothing of surveys or files. What several runs say of one wave replaces one another; only waves,
which are separate answers, confirm a flag or clear it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from brightspots.statistics.effects import MEANINGFUL

NEW, PERSISTING, CLEARED = "new", "persisting", "cleared"
CHANGED, NOT_TESTED = "changed direction", "not tested"
STATES = (NEW, PERSISTING, CLEARED, CHANGED, NOT_TESTED)
FAVOURABLE = {"better": 1, "worse": -1}
"""The directions of a flag, and the sign that an effect has in them."""

MOVED = MEANINGFUL / 2
"""By how much of Cohen's h a figure must have come back towards its reference to clear a flag in one wave."""

QUIET_WAVES = 2
"""Waves in a row without a sign of a difference that clear a flag wherever the figure stands."""

CONFIRMING_WAVES = 2
"""Waves in a row with the same verdict that confirm a flag."""


@dataclass(frozen=True)
class Seen:
    """What one wave says of one comparison or group.

    Attributes
    ----------
    verdict : str
        ``better`` or ``worse``; empty where nothing is claimed.
    leans : str
        Where no verdict is given, the direction in which the figure differs at p of at most 0.10, or empty.
    effect : float or None
        Cohen's h against the reference, positive where ours is more favourable.
    tested : bool
        False where there was no test, or its result is not released.
    reason : str
        Why not.
    """

    verdict: str = ""
    leans: str = ""
    effect: float | None = None
    tested: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """Where a flag stands after a wave.

    Attributes
    ----------
    state : str
        One of `STATES`; empty where nothing is flagged and nothing was in the wave before.
    direction : str
        That of the flag, also of one that was just cleared.
    since : str
        The wave in which it was first raised.
    given : str
        The last wave that gave the verdict itself.
    running : int
        Tested waves in a row, up to this one, that gave the verdict itself.
    quiet : int
        Tested waves in a row, up to this one, without a sign of a difference in its direction.
    confirmed : bool
        Whether two waves in a row gave the verdict since it was raised.
    effect : float or None
        Where the figure stood when the flag last held.
    """

    state: str = ""
    direction: str = ""
    since: str = ""
    given: str = ""
    running: int = 0
    quiet: int = 0
    confirmed: bool = False
    effect: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a flag that was raised and not cleared."""
        return bool(self.direction) and self.state != CLEARED


NOTHING = Standing()


def follow(before: Standing, seen: Seen, wave: str) -> Standing:
    """Return where a flag stands after one more wave.

    Parameters
    ----------
    before : Standing
        After the wave before; `NOTHING` at first.
    seen : Seen
        What this wave says.
    wave : str

    Returns
    -------
    Standing

    Examples
    --------
    >>> first = follow(NOTHING, Seen("worse", effect=-0.3), "2021")
    >>> first.state, first.confirmed
    ('new', False)
    >>> held = follow(first, Seen(leans="worse", effect=-0.2), "2022")
    >>> held.state, held.confirmed
    ('persisting', False)
    >>> follow(held, Seen(effect=-0.05), "2023").state
    'cleared'
    """
    if not seen.tested:
        return replace(before, state=NOT_TESTED) if before.is_open else Standing(NOT_TESTED)
    if seen.verdict:
        return _raised(before, seen, wave)
    if not before.is_open:
        return NOTHING
    if seen.leans == before.direction:
        return replace(before, state=PERSISTING, running=0, quiet=0, effect=seen.effect)
    quiet = before.quiet + 1
    is_cleared = quiet >= QUIET_WAVES or _has_come_back(before, seen)
    return replace(before, state=CLEARED if is_cleared else PERSISTING, running=0, quiet=quiet)


def _raised(before: Standing, seen: Seen, wave: str) -> Standing:
    """Return where a flag stands after a wave that gives a verdict."""
    if not before.is_open:
        return Standing(NEW, seen.verdict, wave, wave, running=1, effect=seen.effect)
    if seen.verdict != before.direction:
        return Standing(CHANGED, seen.verdict, wave, wave, running=1, effect=seen.effect)
    running = before.running + 1
    return replace(
        before,
        state=PERSISTING,
        given=wave,
        running=running,
        quiet=0,
        confirmed=before.confirmed or running >= CONFIRMING_WAVES,
        effect=seen.effect,
    )


def _has_come_back(before: Standing, seen: Seen) -> bool:
    """Whether a figure came back towards its reference since the flag last held."""
    if before.effect is None or seen.effect is None:
        return False
    return FAVOURABLE[before.direction] * (before.effect - seen.effect) >= MOVED
