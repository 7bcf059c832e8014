"""Earlier editions: over the same answers they stay known; over nearly the same ones nothing more is said."""

import json

import numpy as np
import pandas as pd
import pytest
from attack import Intruder
from children import SMALL, Children, each_leak, invent, leaks
from releasing import PLACE
from test_rules import children, figure

import brightspots as bs
from brightspots.disclosure.editions import read_edition
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ReleaseError


def tally_of(frame, by=()):
    return bs.tally(frame, questionnaire=SMALL, by=by)


@pytest.fixture
def publish(tmp_path):
    """Return a function that releases and writes the edition, and gives both back."""
    made = []

    def make(*results, **more):
        out = bs.release(*results, **more)
        path = tmp_path / f"release-{len(made)}.json"
        path.write_text(json.dumps(out.as_edition()), encoding="utf-8")
        made.append(path)
        return out, path

    return make


@pytest.mark.parametrize("seed", range(3))
def test_two_editions_over_the_same_answers_give_nothing_away_together(seed, publish):
    """The second has other tables, and a tally that cannot count those of the first."""
    children_ = Children(invent(np.random.default_rng(seed + 50), 30))
    first, path = publish(bs.estimate(tally_of(children_.frame, [["gender"]]), by=[["gender"]]))
    tally = tally_of(children_.frame, [["home"]])
    second = bs.release(bs.estimate(tally, by=[[], ["home"]]), previous=[path])
    known = Intruder(first, SMALL, PLACE, tables=[("gender",)])
    assert leaks(Intruder(second, SMALL, PLACE, tables=[(), ("home",)], before=[known]), children_) == []


def test_without_the_earlier_edition_something_is_given_away():
    """So the test above is no test of two tables that have nothing to do with each other."""

    def found(seed):
        children_ = Children(invent(np.random.default_rng(seed + 50), 30))
        first = bs.release(bs.estimate(tally_of(children_.frame, [["gender"]]), by=[["gender"]]))
        second = bs.release(bs.estimate(tally_of(children_.frame, [["home"]]), by=[[], ["home"]]))
        known = Intruder(first, SMALL, PLACE, tables=[("gender",)])
        return each_leak(Intruder(second, SMALL, PLACE, tables=[(), ("home",)], before=[known]), children_)

    assert any(any(found(seed)) for seed in range(3))


def test_what_was_shown_stays_shown_where_a_later_table_would_band_it(publish):
    frame = children({"yes": 35, "no": 5})
    frame["satisfied"] = ["9"] * 36 + ["2"] * 4
    tally = tally_of(frame)
    first, path = publish(bs.estimate(tally, measures=["fun"]))
    assert figure(first, "fun").count == 35
    second = bs.release(bs.estimate(tally, measures=["fun", "satisfied"]), previous=[path])
    assert figure(second, "fun").count == 35


def test_the_same_edition_twice_is_the_same(publish):
    frame = invent(np.random.default_rng(3), 110)
    results = [bs.estimate(tally_of(frame, ["gender"]), by=[[], ["gender"]])]
    first, path = publish(*results)
    assert bs.release(*results, previous=[path]).figures == first.figures


@pytest.mark.parametrize(
    ("then", "now", "refused"),
    [
        ((40, 20), (40, 20), False),
        ((40, 20), (41, 21), True),
        ((40, 20), (40, 21), True),
        ((40, 20), (60, 30), False),
        ((40, 20), (60, 22), True),
        ((40, 20), (60, 38), True),  # two more who did not say yes
        ((40, 34), (41, 37), True),  # shown, now a band of one child more
        ((41, 37), (40, 34), True),
        ((40, 34), (40, 38), True),  # the same base; shown, now a band
        ((40, 38), (40, 37), False),  # the same band: nobody can tell
        ((40, 38), (40, 30), True),
        ((40, 20), (9, 5), False),
        ((40, 38), (55, 53), False),
    ],
)
def test_editions_over_other_answers_differ_by_ten_or_not_at_all(then, now, refused, publish):
    def estimates(n, yes):
        return bs.estimate(tally_of(children({"yes": yes, "no": n - yes})), measures=["fun"])

    _, path = publish(estimates(*then))
    if refused:
        with pytest.raises(ReleaseError, match="nearly the same children"):
            bs.release(estimates(*now), previous=[path])
    else:
        bs.release(estimates(*now), previous=[path])


def test_a_number_that_is_no_longer_published_counts_as_well(publish):
    """First the boys alone, then the total and the girls: one boy more is the difference."""
    frame = children({"yes": 20, "no": 20}, gender=["girl", "boy"] * 20)
    more = pd.concat([frame, children({"yes": 1}, gender="boy")])
    boys = bs.estimate(tally_of(frame[frame["gender"] == "boy"], ["gender"]), by=["gender"], measures=["fun"])
    _, path = publish(boys)
    with pytest.raises(ReleaseError):
        bs.release(
            bs.estimate(tally_of(more, ["gender"]), by=[[], ["gender"]], measures=["fun"]), previous=[path]
        )


def test_a_band_that_an_earlier_policy_gave_exactly_cannot_be_taken_back(publish):
    lax = load_policy("council").model_copy(update={"minimum_side": 1})
    estimates = bs.estimate(tally_of(children({"yes": 38, "no": 2})), measures=["fun"])
    _, path = publish(estimates, policy=lax)
    with pytest.raises(ReleaseError, match="earlier editions"):
        bs.release(estimates, previous=[path])


def test_the_last_wave_in_a_comparison_is_held_against_its_own_edition(publish):
    """8-11s of 2019 were hidden to protect a small form; a comparison does not bring them back."""
    last = pd.concat(
        [children({"yes": 4, "no": 4}), children({"yes": 30, "no": 20}, age_band="older")]
    ).assign(wave="2019")
    first, path = publish(bs.estimate(tally_of(last), measures=["fun"]))
    now = pd.concat([children({"yes": 20, "no": 20}), children({"yes": 30, "no": 30}, age_band="older")])
    out = bs.release(bs.compare(tally_of(now), previous=tally_of(last)), previous=[path])
    known = Intruder(first, SMALL, (PLACE[0], "2019"), tables=[()])
    intruder = Intruder(out, SMALL, (PLACE[0], "2019"), tables=[()], before=[known])
    assert leaks(intruder, Children(fill(last))) == []
    assert any(f["wave"] == "2019" for f in out.as_edition()["figures"])


def fill(frame):
    for name in (*SMALL.questions, *SMALL.trait):
        if name not in frame:
            frame[name] = None
    return frame


def test_all_others_than_a_group_are_in_the_edition(publish):
    frame = invent(np.random.default_rng(4), 200)
    tally = tally_of(frame, ["gender"])
    cohorts = bs.flag_cohorts(tally, traits=["gender"], measure="fun", max_order=1, permutations=99)
    out, path = publish(cohorts)
    rests = [cell for cell in read_edition(path).cells["small"] if cell.rest]
    assert len(rests) == len(out.cohorts)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[" * 100_000,
        lambda text: "null",
        lambda text: '{"brightspots": "tally", "format": 1}',
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace('"figures"', '"figure"'),
        lambda text: text.replace('"n": 40', '"n": 40.5'),
        lambda text: text.replace('"n": 40', '"n": -40'),
        lambda text: text.replace('"n": 40', '"n": NaN'),
        lambda text: text.replace('"n": 40', '"n": "40"'),
        lambda text: text.replace('"count": 20', '"count": 41'),
        lambda text: text.replace('"count": 20', '"count": true'),
        lambda text: text.replace('"shown"', '"seen"'),
        lambda text: text.replace('"shown"', '"banded"'),
        lambda text: text.replace('"shown"', '"no base"'),
        lambda text: text.replace('"group": []', '"group": ["girl"]'),
    ],
)
def test_an_edition_that_is_not_understood_stops_the_release(spoil, publish):
    estimates = bs.estimate(tally_of(children({"yes": 20, "no": 20})), measures=["fun"])
    _, path = publish(estimates)
    text = path.read_text(encoding="utf-8")
    assert spoil(text) != text
    path.write_text(spoil(text), encoding="utf-8")
    with pytest.raises(ReleaseError, match="cannot be read"):
        bs.release(estimates, previous=[path])


def test_a_missing_edition_stops_the_release(tmp_path):
    estimates = bs.estimate(tally_of(children({"yes": 20, "no": 20})), measures=["fun"])
    with pytest.raises(ReleaseError, match="cannot be read"):
        bs.release(estimates, previous=[tmp_path / "release.json"])


def test_the_edition_of_another_council_tells_nothing(publish):
    elsewhere = children({"yes": 21, "no": 20}).assign(area="Elsewhere")
    _, path = publish(bs.estimate(tally_of(elsewhere), measures=["fun"]))
    estimates = bs.estimate(tally_of(children({"yes": 20, "no": 20})), measures=["fun"])
    assert figure(bs.release(estimates, previous=[path])).count == 20
