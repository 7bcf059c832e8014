"""Counts of other councils: they go only where ours go, and are protected as ours are."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from attack import Intruder
from children import SMALL, Children, invent, leaks
from releasing import PLACE
from test_rules import children

import brightspots as bs
from brightspots.findings.benchmarks import CARE_ELSEWHERE

OURS, OTHERS = "Somewhere", ("Ashby", "Barton", "Clay", "Dunham")


def counts_of(areas, wave="2021"):
    """Return the counts of some areas: a dict of answers to "fun" each."""
    frames = []
    for area, answers in areas.items():
        frame = children(answers)
        frame["area"], frame["wave"] = area, wave
        frames.append(frame)
    return bs.tally(pd.concat(frames, ignore_index=True), questionnaire=SMALL)


def compared(own, others, **more):
    """Release the comparison of our answers with those of others, and return it with the release."""
    out = bs.release(bs.compare(counts_of({OURS: own}), elsewhere=counts_of(others)), **more)
    (comparison,) = (c for c in out.comparisons if c.figure.measure == "fun")
    return comparison, out


def published_elsewhere(out):
    return [f for f in out.as_edition()["figures"] if f["area"] == CARE_ELSEWHERE]


MANY = {key: {"yes": 60, "no": 40} for key in OTHERS}


class TestWhereOursGo:
    def test_shown(self):
        comparison, out = compared({"yes": 30, "no": 10}, MANY)
        assert (comparison.benchmark, comparison.benchmark_n, comparison.areas) == (0.6, 400, 4)
        assert comparison.verdict != "withheld"
        assert [(f["count"], f["n"]) for f in published_elsewhere(out)] == [(240, 400)]

    @pytest.mark.parametrize("own", [{"yes": 38, "no": 2}, {"yes": 5, "no": 3}])
    def test_hidden_with_ours(self, own):
        """From the pool with us inside, which others may publish, an intruder would be left with ours."""
        comparison, out = compared(own, MANY)
        assert comparison.verdict == "withheld"
        gone = ("benchmark", "benchmark_n", "difference", "effect_size", "detectable", "areas")
        assert [getattr(comparison, name) for name in (*gone, "unusual_among_areas")] == [None] * 7
        assert published_elsewhere(out) == []

    def test_everything_said_of_others_has_its_figure_of_ours(self):
        survey = bs.make_survey(councils=6, respondents=70, seed=9)
        ours = bs.tally(survey).only(area="Council 2")
        out = bs.release(bs.estimate(ours), bs.compare(ours, elsewhere=survey))
        figures = out.as_edition()["figures"]

        def shown(area):
            return {
                (f["measure"], f["category"], f["age_band"])
                for f in figures
                if f["area"] == area and f["status"] == "shown"
            }

        said = [f for f in figures if f["area"] == CARE_ELSEWHERE]
        assert said
        assert {(f["measure"], f["category"], f["age_band"]) for f in said} <= shown("Council 2")
        withheld = [c for c in out.comparisons if c.verdict == "withheld"]
        assert withheld
        assert {c.benchmark for c in withheld} == {None}


class TestTheOthers:
    def test_few_of_them_are_hidden_too(self):
        comparison, _ = compared({"yes": 30, "no": 10}, {key: {"yes": 1, "no": 99} for key in OTHERS})
        assert (comparison.verdict, comparison.benchmark, comparison.difference) == ("withheld", None, None)

    def test_of_two_councils_each_could_find_the_other(self):
        two = {name: MANY[name] for name in OTHERS[:2]}
        comparison, out = compared({"yes": 30, "no": 10}, two)
        assert (comparison.verdict, comparison.benchmark) == ("withheld", None)
        assert published_elsewhere(out) == []

    def test_an_edition_that_adds_a_council_of_few_answers_is_refused(self, tmp_path):
        _, first = compared({"yes": 30, "no": 10}, MANY)
        edition = tmp_path / "release.json"
        edition.write_text(json.dumps(first.as_edition()), encoding="utf-8")
        more = MANY | {"Elton": {"yes": 2, "no": 3}}
        with pytest.raises(bs.ReleaseError, match="nearly the same children of care elsewhere 2021"):
            compared({"yes": 30, "no": 10}, more, previous=[edition])


class TestUnusual:
    TWELVE = {f"Town {chr(65 + i)}x": {"yes": 55 + i, "no": 45 - i} for i in range(12)}

    def test_said_where_a_difference_is(self):
        comparison, _ = compared({"yes": 95, "no": 5}, self.TWELVE)
        assert (comparison.verdict, comparison.unusual_among_areas) == ("better", True)

    def test_not_where_there_is_none(self):
        row = next(
            iter(bs.compare(counts_of({OURS: {"yes": 60, "no": 40}}), elsewhere=counts_of(self.TWELVE)))
        )
        comparison, _ = compared({"yes": 60, "no": 40}, self.TWELVE)
        assert (row.unusual_among_areas, comparison.unusual_among_areas) == (False, None)


class TestAttack:
    """An intruder reads all that is said of other councils, and finds nothing small of theirs or ours."""

    @pytest.mark.parametrize("seed", range(200, 208))
    def test_nothing_hidden_can_be_worked_out(self, seed):
        rng = np.random.default_rng(seed)
        own, others = (
            invent(rng, int(rng.choice([40, 110, 200]))),
            invent(rng, int(rng.choice([20, 60, 150]))),
        )
        others["area"] = rng.choice(OTHERS, len(others))
        tally, pool = (bs.tally(frame, questionnaire=SMALL) for frame in (own, others))
        out = bs.release(bs.estimate(tally), bs.compare(tally, elsewhere=pool))
        ours = Intruder(out, SMALL, PLACE, tables=[()])
        theirs = Intruder(out, SMALL, (CARE_ELSEWHERE, "2021"))
        for figure in out._published:  # the edition is published too
            theirs._hear(figure)
        assert leaks(ours, Children(own)) == []
        assert leaks(theirs, Children(others)) == []
