"""Any sequence of waves, revised benchmarks, policies and interrupted runs: what is told stays in step.

The model knows nothing of the ledger: it keeps the last thing that each wave said, and follows those alone.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from small_releases import INPUTS, comparison, kinds, released, run_once

from brightspots.errors import OutputError
from brightspots.watch import run as module
from brightspots.watch.published import settle_interrupted
from brightspots.watch.rules import NOTHING, Seen, Standing, follow
from brightspots.watch.store import opened

SAID = {
    "worse": ("worse", "worse", -0.30),
    "better": ("better", "better", 0.30),
    "leans": ("unclear", "worse", -0.20),
    "quiet far": ("unclear", "", -0.28),
    "quiet near": ("unclear", "", -0.03),
    "hidden": ("withheld", "", 0.0),
}
MEASURES = ("likes_school", "nature")
sayings = st.tuples(*(st.sampled_from(sorted(SAID)) for _ in MEASURES))
WHO_FAILS = st.sampled_from(["publish", "write_whole"])


class Killed(BaseException):
    """What a killed process does not catch."""


class Runs(RuleBasedStateMachine):
    """Runs over the same state, one after the other."""

    @initialize(said=sayings)
    def first_run(self, said: tuple[str, ...]) -> None:
        self.where = Path(tempfile.mkdtemp())
        self.wave, self.said = 2021, said
        self.before = dict.fromkeys(MEASURES, NOTHING)
        self.standing: dict[str, Standing] = dict.fromkeys(MEASURES, NOTHING)
        self.told: dict[str, bool] = dict.fromkeys(MEASURES, False)
        self.revisions = 0
        self.run()

    def teardown(self) -> None:
        shutil.rmtree(getattr(self, "where", ""), ignore_errors=True)

    def release(self) -> Any:
        made = []
        for measure, said in zip(MEASURES, self.said, strict=True):
            verdict, leans, effect = SAID[said]
            own = {"measure": measure, "wave": str(self.wave), "count": 40 + 7 * self.revisions % 60}
            made.append(comparison(verdict, leans=leans, effect=effect, **own))
        return released(*made, wave=str(self.wave))

    def model(self) -> None:
        """Follow what this wave now says, from where the last wave left each."""
        for measure, said in zip(MEASURES, self.said, strict=True):
            verdict, leans, effect = SAID[said]
            if said == "hidden" and self.seen_in_wave.get(measure):
                continue  # what the last run of the wave said is kept
            seen = Seen(verdict if verdict in ("worse", "better") else "", leans, effect, said != "hidden")
            self.standing[measure] = follow(self.before[measure], seen, str(self.wave))
            self.seen_in_wave[measure] = True

    seen_in_wave: dict[str, bool]

    def run(self) -> None:
        if self.wave == 2021 and self.revisions == 0:
            self.seen_in_wave = {}
        self.model()
        with opened(self.where / "state") as store:
            settle_interrupted(store)
            inputs = INPUTS | {"data": f"{self.wave} {self.revisions}"}
            done = run_once(store, self.where / "report", self.release(), wave=str(self.wave), inputs=inputs)
        for change in done.changes["changes"]:
            is_up = change["change"] != "cleared"
            if change["change"] != "changed direction":
                assert self.told[change["measure"]] != is_up, "told twice"
            self.told[change["measure"]] = is_up
        self.last = done

    @rule(said=sayings)
    def next_wave(self, said: tuple[str, ...]) -> None:
        self.wave += 1
        self.before, self.seen_in_wave, self.said = dict(self.standing), {}, said
        self.run()

    @rule(said=sayings)
    def revise(self, said: tuple[str, ...]) -> None:
        """Another benchmark, policy or export for the same wave."""
        self.revisions += 1
        self.said = said
        self.run()

    @rule()
    def run_again(self) -> None:
        self.run()  # after a failure, to put right what stands in the folder
        held = {path.name: path.read_bytes() for path in (self.where / "report").iterdir()}
        self.run()
        assert kinds(self.last) == []
        assert held == {path.name: path.read_bytes() for path in (self.where / "report").iterdir()}

    @rule(said=sayings, step=WHO_FAILS, killed=st.booleans())
    def fail(self, said: tuple[str, ...], step: str, killed: bool) -> None:
        """Revise, and fail or be killed before or after the report is published; then nothing was told."""
        self.revisions += 1
        before, self.said = self.said, said

        def broken(*_: object) -> None:
            if killed:
                raise Killed
            raise OutputError("held open") if step == "publish" else OSError("full")

        with pytest.MonkeyPatch.context() as patch, opened(self.where / "state") as store:
            settle_interrupted(store)
            how: dict[str, Any] = {"wave": str(self.wave)}
            if step == "publish":
                how["write"] = broken
            else:
                patch.setattr(module, step, broken)
            with pytest.raises((Killed, OutputError)):
                run_once(store, self.where / "report", self.release(), **how)
        self.said = before

    @invariant()
    def what_is_told_is_what_stands(self) -> None:
        if not hasattr(self, "last"):
            return
        up = {flag["measure"]: flag for flag in self.last.changes["flags"]}
        assert {name for name, told in self.told.items() if told} == set(up)
        for name, standing in self.standing.items():
            assert standing.is_open == (name in up), name
            if name in up:
                assert up[name]["direction"] == standing.direction
                assert up[name]["confirmed"] == standing.confirmed


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=8, stateful_step_count=8, deadline=None)


class ManyRuns(Runs):
    """The same, at length."""


TestManyRuns = pytest.mark.slow(ManyRuns.TestCase)
TestManyRuns.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
