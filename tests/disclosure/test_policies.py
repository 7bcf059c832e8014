"""Policies as data: what ships, which door takes which, and every fault of a file."""

import re
from pathlib import Path

import pytest
from children import SMALL
from test_rules import children

import brightspots as bs
from brightspots.disclosure.policy import (
    SYMBOLS,
    CountRules,
    Policy,
    counting,
    load_count_policy,
    load_policy,
    release_policies,
)
from brightspots.errors import PolicyError
from brightspots.questionnaire.shipped import shipped_names

ROOT = Path(__file__).parents[2]
SHIPPED = shipped_names("policies")


def test_six_policies_ship_and_three_are_for_releases():
    assert SHIPPED == ("council", "dfe", "nhs", "ons-10", "open-data", "restricted")
    assert release_policies() == ("council", "ons-10", "restricted")


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("council", (5, "hidden", 10, 1, "nearest")),
        ("restricted", (3, "hidden", 5, 1, "nearest")),
        ("dfe", (6, "shown", 0, 1, "nearest")),
        ("nhs", (8, "shown", 0, 5, "nearest")),
        ("ons-10", (10, "hidden", 0, 1, "nearest")),
        ("open-data", (0, "shown", 0, 10, "controlled")),
    ],
)
def test_what_each_says_of_counts(name, rules):
    """The thresholds of the domain note, section 9, and of the methods note, section 8."""
    counts = load_count_policy(name).counts
    assert (
        counts.smallest_shown,
        counts.zeros,
        counts.minimum_total,
        counts.round_to,
        counts.rounding,
    ) == rules


@pytest.mark.parametrize("name", sorted(set(SHIPPED) - {"council", "ons-10", "restricted"}))
def test_a_release_refuses_what_is_for_counts_and_says_where_to_go(name):
    estimates = bs.estimate(bs.tally(children({"yes": 20, "no": 20}), questionnaire=SMALL), measures=["fun"])
    with pytest.raises(
        PolicyError, match=r"protect_counts; for a release there are: council, ons-10, restricted"
    ):
        bs.release(estimates, policy=name)


def test_a_release_under_another_policy_keeps_to_its_thresholds():
    policy = load_policy("ons-10")
    for n in range(1, 40):
        for yes in (0, 1, n // 2, n - 1):
            frame = children({"yes": yes, "no": n - yes})
            out = bs.release(
                bs.estimate(bs.tally(frame, questionnaire=SMALL), measures=["fun"]), policy=policy
            )
            (figure,) = [f for f in out.figures if f.age_band == "younger" and not f.group]
            if figure.status == "shown":
                side = min(yes, n - yes)
                assert n >= policy.minimum_base
                assert side >= policy.minimum_side or (side == 0 and n >= policy.all_shown_from)


def test_faults_of_a_file_come_together_with_the_keys_there_are(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        'id = "ours"\ntitle = "Ours"\nthreshold = 4\n'
        '[counts]\nsmallest_shown = -1\nzeros = "sometimes"\nround = 5\n',
        encoding="utf-8",
    )
    with pytest.raises(PolicyError) as raised:
        load_count_policy(path)
    message = str(raised.value)
    assert "threshold: unknown key" in message
    assert "counts round: unknown key" in message
    assert f"counts has these keys: {', '.join(CountRules.model_fields)}" in message
    assert f"a policy has these keys: {', '.join(Policy.model_fields)}" in message
    assert "counts smallest_shown" in message
    assert "counts zeros" in message


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ('smallest_shown = 0\nzeros = "shown"\nrounding = "controlled"', "needs a round_to of 2 or more"),
        ('smallest_shown = 3\nzeros = "shown"\nround_to = 5\nrounding = "controlled"', "hides nothing"),
        ('smallest_shown = 0\nzeros = "shown"\nround_to = 5', "only controlled rounding makes safe"),
    ],
)
def test_rules_that_contradict_each_other(rules, told, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(f'id = "ours"\ntitle = "Ours"\n[counts]\n{rules}\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=told):
        load_count_policy(path)


def test_a_policy_for_surveys_alone_is_refused_for_counts(tmp_path):
    text = (ROOT / "docs/reference/policy.toml").read_text(encoding="utf-8")
    path = tmp_path / "ours.toml"
    path.write_text(text[: text.index("[counts]")], encoding="utf-8")
    assert load_policy(path).counts is None
    with pytest.raises(PolicyError, match="counts: missing, and needed"):
        load_count_policy(path)
    assert counting(load_policy("council")) == load_count_policy("council")


def test_the_sample_names_every_key():
    text = (ROOT / "docs/reference/policy.toml").read_text(encoding="utf-8")
    named = set(re.findall(r"^(\w+) *=", text, re.M)) | set(re.findall(r"^\[(\w+)\]", text, re.M))
    assert named == {*Policy.model_fields, *CountRules.model_fields}


def test_the_step_between_editions_is_the_policys():
    assert load_policy("council").least_move == 10


def test_the_symbols_are_those_of_the_statistical_service():
    assert set(SYMBOLS) == {"[c]", "[low]", "[u]", "[x]", "[z]"}
