"""Random releases are attacked by an intruder who shares no code with the plan: nothing hidden is found."""

from functools import cache

import numpy as np
import pytest
from releasing import described, request

SEEDS = range(16)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_hidden_can_be_worked_out(seed):
    assert list(request(seed).leaks(released(seed))) == []


@pytest.mark.parametrize("seed", range(100, 104))
def test_nor_by_a_child_who_knows_their_own_answers(seed):
    asked = request(seed)
    assert list(asked.leaks(asked.release(), own=np.random.default_rng(seed))) == []


GROUPS = (6, 8, 12, 18, 21)


@pytest.mark.parametrize("seed", GROUPS)
def test_nor_from_what_goes_with_a_group_that_stands_out(seed):
    asked, out = made(seed)
    assert list(asked.leaks(out)) == []


def made(seed):
    return described(seed), released(seed, "described")


@cache
def released(seed, kind="plain"):
    """Return a random release, made once for all tests that look at it."""
    return {"plain": request, "described": described}[kind](seed).release()


def test_random_releases_describe_groups_and_look_at_those_of_the_last_wave():
    releases = [made(seed)[1] for seed in GROUPS]
    assert sum(bool(out.descriptions) for out in releases) >= 2
    assert {again.state for out in releases for again in out.rechecks} >= {"still", "withheld"}
    assert any(again.before is not None for out in releases for again in out.rechecks)
