"""The rules of flags: sequences worked by hand from the methods note (section 12), and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from brightspots.watch.rules import (
    CHANGED,
    CLEARED,
    NEW,
    NOT_TESTED,
    NOTHING,
    PERSISTING,
    STATES,
    Seen,
    follow,
)

WORSE, BETTER = Seen("worse", "worse", -0.30), Seen("better", "better", 0.30)
LEANS = Seen("", "worse", -0.20)
QUIET_FAR, QUIET_NEAR = Seen("", "", -0.28), Seen("", "", -0.05)
HIDDEN = Seen(tested=False, reason="withheld")


def states(*waves: Seen) -> list[str]:
    """Return the state after each wave."""
    found, standing = [], NOTHING
    for year, seen in enumerate(waves, start=2021):
        standing = follow(standing, seen, str(year))
        found.append(standing.state)
    return found


@pytest.mark.parametrize(
    ("waves", "expected"),
    [
        ([WORSE, WORSE], [NEW, PERSISTING]),
        # q above 0.05 but p of at most 0.10: held by hysteresis, for as long as it lasts
        ([WORSE, LEANS, LEANS, WORSE], [NEW, PERSISTING, PERSISTING, PERSISTING]),
        # p above 0.10 and h moved from -0.30 to -0.05, by 0.25: cleared at once
        ([WORSE, QUIET_NEAR], [NEW, CLEARED]),
        # p above 0.10 but h moved by 0.02 only, less than 0.05: the second such wave clears
        ([WORSE, QUIET_FAR, QUIET_FAR], [NEW, PERSISTING, CLEARED]),
        # a wave that leans in between starts the count anew
        ([WORSE, QUIET_FAR, LEANS, Seen("", "", -0.18)], [NEW, PERSISTING, PERSISTING, PERSISTING]),
        # not tested is not cleared, and does not interrupt either
        ([WORSE, HIDDEN, HIDDEN, WORSE], [NEW, NOT_TESTED, NOT_TESTED, PERSISTING]),
        ([WORSE, QUIET_FAR, HIDDEN, QUIET_FAR], [NEW, PERSISTING, NOT_TESTED, CLEARED]),
        ([WORSE, BETTER, BETTER], [NEW, CHANGED, PERSISTING]),
        ([WORSE, QUIET_NEAR, QUIET_NEAR, WORSE], [NEW, CLEARED, "", NEW]),
        # leaning alone never raises a flag
        ([LEANS, LEANS, LEANS], ["", "", ""]),
        ([HIDDEN, WORSE], [NOT_TESTED, NEW]),
    ],
)
def test_sequences_worked_by_hand(waves: list[Seen], expected: list[str]) -> None:
    assert states(*waves) == expected


def test_half_of_the_smallest_size_clears_and_a_little_less_does_not() -> None:
    """The smallest size is h = 0.10, so from h = -0.30 a wave without a difference clears from -0.25 on."""
    first = follow(NOTHING, WORSE, "2021")
    assert follow(first, Seen(effect=-0.2499), "2022").state == CLEARED
    assert follow(first, Seen(effect=-0.2501), "2022").state == PERSISTING


def test_moving_away_from_the_reference_never_clears_at_once() -> None:
    assert states(WORSE, Seen(effect=-0.60)) == [NEW, PERSISTING]


def test_two_verdicts_running_confirm_and_a_held_flag_does_not() -> None:
    first = follow(NOTHING, WORSE, "2021")
    held = follow(first, LEANS, "2022")
    again = follow(held, WORSE, "2023")
    assert [one.confirmed for one in (first, held, again)] == [False, False, False]
    confirmed = follow(again, WORSE, "2024")
    assert (confirmed.confirmed, confirmed.since, confirmed.running) == (True, "2021", 2)
    assert follow(confirmed, LEANS, "2025").confirmed  # once confirmed, it stays so until it is cleared
    assert not follow(confirmed, BETTER, "2025").confirmed


def test_five_quiet_waves_confirm_a_flag_in_half_a_percent() -> None:
    """The note's rates: 1 - 0.95^5 = 22.6% raise a flag, and 0.5% have two verdicts running alike."""
    rng = np.random.default_rng(12)
    runs = 6_000
    raised = confirmed = 0
    for waves in rng.standard_normal((runs, 5)):
        standing, was_raised, was_confirmed = NOTHING, False, False
        for z in waves:
            p, side = 2 * ndtr(-abs(z)), "worse" if z < 0 else "better"
            seen = Seen(side if p <= 0.05 else "", side if p <= 0.10 else "", z / 10)
            standing = follow(standing, seen, "")
            was_raised |= standing.state in (NEW, CHANGED)
            was_confirmed |= standing.confirmed
        raised += was_raised
        confirmed += was_confirmed
    assert raised / runs == pytest.approx(1 - 0.95**5, abs=0.02)
    assert confirmed / runs == pytest.approx(0.005, abs=0.003)


seen_things = st.builds(
    lambda verdict, leans, effect, tested: (
        Seen(verdict, verdict or leans, effect) if tested else Seen(tested=False)
    ),
    st.sampled_from(["", "better", "worse"]),
    st.sampled_from(["", "better", "worse"]),
    st.none() | st.floats(-3, 3),
    st.booleans(),
)


@given(st.lists(seen_things, max_size=12))
def test_laws_of_every_sequence(waves: list[Seen]) -> None:
    standing = NOTHING
    for year, seen in enumerate(waves, start=2021):
        before, standing = standing, follow(standing, seen, str(year))
        assert standing.state in (*STATES, "")
        if not seen.tested:
            assert standing.is_open == before.is_open
            assert not before.is_open or standing.confirmed == before.confirmed
        if seen.verdict:
            assert (standing.is_open, standing.direction) == (True, seen.verdict)
        if standing.state == NEW:
            assert seen.verdict
            assert not before.is_open
        if standing.state == CLEARED:
            assert before.is_open
            assert seen.leans != before.direction
        if before.is_open and seen.leans == before.direction:
            assert standing.is_open
        if standing.confirmed and not before.confirmed:
            assert standing.running == 2


@given(st.lists(seen_things, max_size=8))
def test_better_and_worse_are_mirror_images(waves: list[Seen]) -> None:
    turn = {"": "", "better": "worse", "worse": "better"}
    here, there = NOTHING, NOTHING
    for seen in waves:
        here = follow(here, seen, "")
        effect = None if seen.effect is None else -seen.effect
        there = follow(there, Seen(turn[seen.verdict], turn[seen.leans], effect, seen.tested), "")
        assert (here.state, here.confirmed) == (there.state, there.confirmed)
        assert turn[here.direction] == there.direction
