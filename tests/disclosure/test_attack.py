"""Random releases are attacked by an intruder who shares no code with the plan: nothing hidden is found."""

import numpy as np
import pytest
from releasing import request

SEEDS = range(16)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_hidden_can_be_worked_out(seed):
    asked = request(seed)
    assert list(asked.leaks(asked.release())) == []


@pytest.mark.parametrize("seed", range(100, 104))
def test_nor_by_a_child_who_knows_their_own_answers(seed):
    asked = request(seed)
    assert list(asked.leaks(asked.release(), own=np.random.default_rng(seed))) == []
