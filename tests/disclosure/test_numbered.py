"""Editions for named recipients: under their own thresholds, and beside what everybody may read."""

import dataclasses
import json
from datetime import date

import children as told_apart
import pytest
from attack import Intruder
from children import SMALL, each_leak
from releasing import PLACE, request

import brightspots as bs
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError, PolicyError, ReleaseError
from brightspots.publications.publishing import edition_text

BOARD = bs.NumberedEdition(3, "Corporate Parenting Board, March 2022")
RESTRICTED = load_policy("restricted")
SEEDS = (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 15)
"""A dozen random requests."""


@pytest.fixture
def boards_thresholds(monkeypatch):
    """Let the intruder of the tests go by the thresholds of the methods note for named recipients."""
    monkeypatch.setattr(told_apart, "MINIMUM_BASE", 5)
    monkeypatch.setattr(told_apart, "MINIMUM_SIDE", 3)
    monkeypatch.setattr(told_apart, "WIDTH", 3)


@pytest.fixture
def keep(tmp_path):
    def kept(release):
        path = tmp_path / "release.json"
        path.write_text(edition_text(release), encoding="utf-8")
        return path

    return kept


def read_by(asked, release, rules=(3, 3), before=()):
    """Return what an intruder makes of a release, who knows by which rules it was made."""
    return Intruder(
        release, SMALL, PLACE, tables=asked.tables, printed=asked.printed, before=before, rules=rules
    )


def for_the_board(seed, policy=RESTRICTED):
    asked = request(seed)
    return asked, bs.release(*asked.results, policy=policy, edition=BOARD)


@pytest.mark.parametrize("seed", SEEDS)
def test_recipients_work_out_nothing_that_is_hidden_from_them(seed, boards_thresholds):
    asked, out = for_the_board(seed)
    assert list(each_leak(read_by(asked, out), asked.children)) == []


@pytest.mark.parametrize("weaker", [{"minimum_side": 2}, {"least_width": 1}])
def test_a_weakened_threshold_is_found(weaker, boards_thresholds):
    weak = RESTRICTED.model_copy(update=weaker)
    assert any(
        any(each_leak(read_by(asked, out), asked.children))
        for asked, out in (for_the_board(seed, weak) for seed in SEEDS)
    )


def test_they_are_told_more_than_anybody_is():
    shown = {"board": 0, "anybody": 0}
    for seed in SEEDS[3:5]:
        asked, out = for_the_board(seed)
        for name, one in (("board", out), ("anybody", bs.release(*asked.results))):
            shown[name] += sum(figure.status == "shown" for figure in one.figures)
    assert shown["board"] > shown["anybody"]


def of_recipients(asked, board, public):
    """Return what recipients work out of both editions together."""
    both = read_by(asked, public, rules=(5, 5), before=[read_by(asked, board)])
    return each_leak(both, asked.children)


@pytest.mark.parametrize("seed", SEEDS[3:6])
def test_what_anybody_may_read_is_safe_by_itself_after_a_numbered_edition(seed, keep):
    asked, board = for_the_board(seed)
    public = bs.release(*asked.results, previous=[keep(board)])
    assert list(asked.leaks(public)) == []


@pytest.mark.parametrize("seed", SEEDS[3:6])
def test_and_gives_its_recipients_nothing_more(seed, keep, boards_thresholds):
    asked, board = for_the_board(seed)
    public = bs.release(*asked.results, previous=[keep(board)])
    assert list(of_recipients(asked, board, public)) == []


def test_without_the_numbered_edition_its_recipients_are_given_something(keep, boards_thresholds):
    found = {"with": 0, "without": 0}
    for seed in (0, 1):
        asked = request(seed)
        tally = bs.tally(asked.children.frame, questionnaire=SMALL, by=["gender", "home"])
        board = bs.release(bs.estimate(tally, by=[["gender"], ["home"]]), policy=RESTRICTED, edition=BOARD)
        rest = bs.estimate(tally, by=[[]])
        asked = dataclasses.replace(asked, tables=[(), ("gender",), ("home",)])
        for name, previous in (("with", [keep(board)]), ("without", [])):
            public = bs.release(rest, policy="council", previous=previous)
            found[name] += any(of_recipients(asked, board, public))
    assert found["with"] == 0
    assert found["without"] == 2


def test_a_policy_and_an_edition_go_together():
    estimates = bs.estimate(bs.make_survey(respondents=60, seed=1), measures=["nature"])
    with pytest.raises(PolicyError, match="for named recipients only"):
        bs.release(estimates, policy="restricted")
    with pytest.raises(PolicyError, match="for anybody, so it carries no edition"):
        bs.release(estimates, edition=BOARD)


@pytest.mark.parametrize(
    ("number", "recipients"),
    [(0, "Board"), (True, "Board"), (1, " "), (1, "a\nb"), (1, "x" * 121), ("1", "")],
)
def test_an_edition_has_a_number_and_recipients(number, recipients):
    with pytest.raises(ArgumentError, match="An edition for named recipients"):
        bs.NumberedEdition(number, recipients)


def test_faults_of_an_edition_come_together():
    with pytest.raises(ArgumentError, match=r"number is .*; recipients says"):
        bs.NumberedEdition(0, "")


def test_the_edition_says_for_whom_it_is():
    _, out = for_the_board(3)
    body = json.loads(edition_text(out))
    assert body["edition"] == {"number": 3, "recipients": "Corporate Parenting Board, March 2022"}
    assert body["thresholds"]["numbered"] is True
    assert json.loads(edition_text(bs.release(*request(3).results)))["edition"] is None


def test_a_pool_of_councils_refuses_it():
    survey = bs.make_survey(respondents=200, seed=1)
    out = bs.release(bs.estimate(survey), policy="restricted", edition=BOARD)
    with pytest.raises(bs.BrightspotsError):
        bs.exchange.contribute(out, recipients="the pool", until=date(2030, 1, 1))


def test_own_counts_for_anybody_are_refused_beside_those_for_recipients(keep, tmp_path):
    path = keep(for_the_board(3)[1])
    body = json.loads(path.read_text(encoding="utf-8"))
    body["scorecard"] = {"area": "Somewhere", "objectives": []}
    path.write_text(json.dumps(body), encoding="utf-8")
    strategy = bs.load_strategy("shropshire-2021")
    survey = bs.make_survey(respondents=60, seed=1)
    estimates = bs.estimate(survey)
    with pytest.raises(ReleaseError, match="edition for named recipients holds counts"):
        bs.release(estimates, bs.scorecard(strategy, estimates), previous=[path])
