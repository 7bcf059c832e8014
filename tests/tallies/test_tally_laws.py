"""The laws of tallies: whole numbers that add and subtract exactly, in any order and any grouping."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightspots.errors import OutputError, TallyError
from brightspots.questionnaire.model import Questionnaire
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import CountTable, Tally, load_tally

lawful = settings(deadline=None, max_examples=25, derandomize=True)
seeds = st.integers(0, 10_000)
sizes = st.integers(0, 40)
GROUPINGS: list[Any] = [
    [],
    ["gender"],
    ["gender", "placement"],
    [["gender"], ["placement"]],
    [[], ["placement"]],
]
groupings = st.sampled_from(GROUPINGS)


def counted(small: Questionnaire, frame: pd.DataFrame, by: Any = (), eligible: Any = None) -> Tally:
    return tally(frame, questionnaire=small, by=by, eligible=eligible)


@lawful
@given(seeds, seeds, sizes, sizes, groupings)
def test_order_and_subtraction(small, make_frame, seed, other, n, m, by):
    a = counted(small, make_frame(n, seed), by, {("Leeds", "2021", "8-11"): 7})
    b = counted(small, make_frame(m, other), by, {("Leeds", "2021", "8-11"): 5, ("York", "2019", "8-11"): 1})
    assert a + b == b + a
    assert (a + b) - b == a
    assert (a + b) - a == b
    assert hash(a + b) == hash(b + a)


@lawful
@given(seeds, sizes, groupings)
def test_grouping_and_zero(small, make_frame, seed, n, by):
    a, b, c = (counted(small, make_frame(n, seed + i), by) for i in range(3))
    assert (a + b) + c == a + (b + c)
    assert sum([a, b, c]) == a + b + c
    assert a + a.zero() == a == a.zero() + a
    assert a - a == a.zero()
    assert a.zero() + a.zero() == a.zero() == a.zero() - a.zero()


@lawful
@given(seeds, sizes, groupings)
def test_shuffled_rows_and_parts(small, make_frame, seed, n, by):
    frame = make_frame(n, seed)
    whole = counted(small, frame, by)
    assert counted(small, frame.sample(frac=1, random_state=seed), by) == whole
    cuts = sorted(np.random.default_rng(seed).integers(0, n + 1, 3).tolist())
    parts = [counted(small, frame.iloc[i:j], by) for i, j in pairwise([0, *cuts, n])]
    assert sum(parts) == whole


@lawful
@given(seeds, sizes)
def test_margins_of_a_crossed_tally(small, make_frame, seed, n):
    frame = make_frame(n, seed)
    crossed = counted(small, frame, ["gender", "placement"])
    for by in ([], ["gender"], ["placement"], ["placement", "gender"]):
        direct = counted(small, frame, by)
        assert crossed.table(by).same_as(direct.table(by))
    both = counted(small, frame, [["gender"], ["placement"]])
    assert both.table(["gender"]).same_as(crossed.table(["gender"]))


@lawful
@given(seeds, sizes)
def test_bands_and_areas_add_up(small, make_frame, seed, n):
    frame = make_frame(n, seed)
    whole = counted(small, frame, ["gender"])
    by_band = [counted(small, frame[frame["age_band"] == band], ["gender"]) for band in small.band]
    assert sum(by_band) == whole
    assert whole.only(area="Leeds") + whole.only(area="York") == whole
    assert whole.only(area="Leeds") == counted(small, frame[frame["area"] == "Leeds"], ["gender"])
    assert whole.only(area="Leeds", wave="2019") == whole.only(wave="2019").only(area="Leeds")
    assert whole.only(area="Hull") == whole.zero()


@settings(lawful, max_examples=8)
@given(seeds, sizes)
def test_counts_are_those_of_pandas(small, make_frame, seed, n):
    frame = make_frame(n, seed)
    whole = counted(small, frame, ["gender"])
    table = whole.table(["gender"])
    assert whole.responses(table).sum() == n
    for name in small.questions:
        for answer in whole.measures[name].answers:
            if answer.startswith("reported: "):
                continue
            ours = dict(zip(table.keys, whole.answers(table, name, [answer]).tolist(), strict=True))
            theirs = frame[frame[name] == answer].groupby(["area", "wave", "age_band", "gender"]).size()
            assert {key: count for key, count in ours.items() if count} == theirs.to_dict()


@lawful
@given(seeds, sizes)
def test_every_child_stands_once_in_every_measure(small, make_frame, seed, n):
    whole = counted(small, make_frame(n, seed), ["placement"])
    table = whole.table(["placement"])
    for name, measure in whole.measures.items():
        assert (whole.answers(table, name, measure.answers) == whole.responses(table)).all()


# ------------------------------------------------------------------------------------------------ weights


@lawful
@given(seeds, sizes, sizes, groupings)
def test_weights_add_and_subtract_with_the_counts(small, make_frame, seed, n, m, by):
    a = counted(small, make_frame(n, seed, weighted=True), by)
    b = counted(small, make_frame(m, seed + 1, weighted=True), by)
    assert a.weighted
    assert a + b == b + a
    assert (a + b) - b == a
    assert a - a == a.zero() == sum([a.zero(), a.zero()])
    assert hash(a + b) == hash(b + a)


@lawful
@given(seeds, sizes)
def test_weights_have_the_margins_of_the_counts(small, make_frame, seed, n):
    frame = make_frame(n, seed, weighted=True)
    crossed = counted(small, frame, ["gender", "placement"])
    for by in ([], ["gender"], ["placement", "gender"]):
        assert crossed.table(by).same_as(counted(small, frame, by).table(by))
    assert counted(small, frame.sample(frac=1, random_state=seed), ["gender", "placement"]) == crossed
    assert crossed.only(area="Leeds") + crossed.only(area="York") == crossed
    assert crossed != counted(small, frame.drop(columns="weight"), ["gender", "placement"])


@settings(lawful, max_examples=8)
@given(seeds, sizes)
def test_sums_of_weights_are_those_of_whole_numbers(small, make_frame, seed, n):
    frame = make_frame(n, seed, weighted=True)
    frame["units"] = [round(w * 10_000) for w in frame["weight"]]
    whole = counted(small, frame)
    table = whole.table()
    for name in ("school", "satisfied"):
        for answer in small.options(name):
            for key, *sums in zip(table.keys, *whole.weights(table, name, [answer]).tolist(), strict=True):
                here = (frame[["area", "wave", "age_band"]].agg(tuple, axis=1) == key) & (
                    frame[name] == answer
                )
                units = frame["units"][here].tolist()
                assert sums == [sum(units), sum(unit**2 for unit in units)]


def test_the_largest_weights_add_up_exactly(small, make_frame):
    frame = make_frame(40_000, 1).assign(weight=99.9999)
    whole = counted(small, frame)
    (sums,) = whole.table().weights[1, :, :1].sum(axis=0)
    assert sums == 40_000 * 999_999**2


@lawful
@given(seeds, sizes, groupings)
def test_weights_are_saved_and_loaded(small, make_frame, tmp_path_factory, seed, n, by):
    path = tmp_path_factory.getbasetemp() / "weighted.json"
    whole = counted(small, make_frame(n, seed, weighted=True), by)
    whole.save(path)
    again = load_tally(path, small)
    assert again == whole
    assert again.fingerprint == whole.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.pop("weights"),
        lambda row: row.pop("squares"),
        lambda row: row["weights"].pop("0"),
        lambda row: row["weights"].update({"0": 1.5}),
        lambda row: row["squares"].update({"99999": 1}),
        lambda row: row["counts"].pop("0"),
    ],
)
def test_damaged_weights_are_refused(small, make_frame, tmp_path, change):
    path = tmp_path / "tally.json"
    counted(small, make_frame(12, 1, weighted=True)).save(path)
    body = json.loads(path.read_text())
    change(body["tables"][0]["rows"][0])
    path.write_text(json.dumps(body))
    with pytest.raises(TallyError, match=r"tally\.json"):
        load_tally(path, small)


def test_a_sum_holds_weights_where_all_of_its_parts_do(small, make_frame):
    with_, without = counted(small, make_frame(9, 1, weighted=True)), counted(small, make_frame(9, 2))
    assert not (with_ + without).weighted
    assert with_ + without == counted(small, make_frame(9, 1, weighted=True).drop(columns="weight")) + without
    with pytest.raises(TallyError, match="holds no weights"):
        without.weights(without.table(), "school", ["a lot"])


def test_taking_out_answers_of_other_weights_is_refused(small, make_frame):
    frame = make_frame(9, 1, weighted=True)
    heavier = frame.assign(weight=frame["weight"].clip(upper=50) * 2)
    with pytest.raises(TallyError, match="who are not in it"):
        counted(small, frame) - counted(small, heavier)


# ------------------------------------------------------------------------------------------- pooled waves


@lawful
@given(seeds, sizes, groupings, st.booleans())
def test_pooled_waves_are_the_counts_of_all(small, make_frame, seed, n, by, weighted):
    frame = make_frame(n + 1, seed, areas=("Leeds",), weighted=weighted)
    frame["wave"] = ["2021", *["2019"] * n]
    whole = counted(small, frame, by)
    if n == 0:
        with pytest.raises(TallyError, match="nothing to pool"):
            whole.pool_waves()
        return
    pooled = whole.pool_waves()
    assert pooled.pooled_waves == {("Leeds", "2019 and 2021"): 2}
    direct = counted(small, frame.assign(wave="2019 and 2021"), by)
    assert all(pooled.table(g).same_as(direct.table(g)) for g in direct.groupings)
    assert pooled != direct
    assert pooled - pooled == pooled.zero()
    assert (pooled + pooled) - pooled == pooled == pooled + pooled.zero()


def test_each_area_pools_its_own_waves(small, make_frame):
    frame = make_frame(6, 1).assign(
        area=["Hull", "Leeds", "Leeds", "York", "York", "York"],
        wave=["2021", "2021", "2019", "2017", "2021", "2019"],
    )
    pooled = counted(small, frame).pool_waves()
    assert {key[:2] for key in pooled.table().keys} == {
        ("Hull", "2021"), ("Leeds", "2019 and 2021"), ("York", "2017, 2019 and 2021"),
    }  # fmt: skip
    assert pooled.pooled_waves == {("Leeds", "2019 and 2021"): 2, ("York", "2017, 2019 and 2021"): 3}
    assert pooled.pooling_effect(("Hull", "2021", "8-11")) == 1
    assert pooled.pooling_effect(("Leeds", "2019 and 2021", "8-11")) == 1.5
    assert pooled.pooling_effect(("York", "2017, 2019 and 2021", "8-11")) == 2
    assert pooled.only(area="Leeds").pooled_waves == {("Leeds", "2019 and 2021"): 2}
    assert (pooled.only(area="Leeds") + pooled.only(area="York")).pooled_waves == pooled.pooled_waves
    with pytest.raises(TallyError, match="were pooled already"):
        pooled.pool_waves()


def test_eligible_numbers_of_pooled_waves_add_up_where_all_are_known(small, make_frame):
    frame = make_frame(4, 1, areas=("Leeds",)).assign(
        wave=["2019", "2021"] * 2, age_band=["8-11", "8-11", "11-18", "11-18"]
    )
    numbers = {("Leeds", "2019", "8-11"): 30, ("Leeds", "2021", "8-11"): 40, ("Leeds", "2021", "11-18"): 50}
    pooled = counted(small, frame, eligible=numbers).pool_waves()
    assert pooled.eligible == {("Leeds", "2019 and 2021", "8-11"): 70}


def test_pooled_waves_are_saved_and_loaded(small, make_frame, tmp_path):
    pooled = counted(small, make_frame(40, 1), ["gender"]).pool_waves()
    pooled.save(tmp_path / "tally.json")
    again = load_tally(tmp_path / "tally.json", small)
    assert again == pooled
    assert again.pooled_waves == pooled.pooled_waves
    body = json.loads((tmp_path / "tally.json").read_text())
    assert body["format"] == 2  # an older version must not take them for one wave
    for damaged in (body | {"format": 1}, body | {"pooled_waves": [["Leeds", "x", 1]]}):
        (tmp_path / "tally.json").write_text(json.dumps(damaged))
        with pytest.raises(TallyError):
            load_tally(tmp_path / "tally.json", small)


# ------------------------------------------------------------------------------------- different groupings


def test_what_both_hold_is_what_the_sum_holds(small, make_frame):
    fine = counted(small, make_frame(30, 1), ["gender", "placement"])
    turned = counted(small, make_frame(30, 2), ["placement", "gender"])
    coarse = counted(small, make_frame(30, 3), [["gender"], ["placement"]])
    plain = counted(small, make_frame(30, 4))
    assert (fine + turned).groupings == (("gender", "placement"),)
    assert fine + turned == turned + fine
    assert set((fine + coarse).groupings) == {("gender",), ("placement",)}
    assert (fine + plain).groupings == ((),)
    redundant = counted(small, make_frame(30, 1), [["gender", "placement"], ["gender"], []])
    assert redundant == fine
    assert (fine + redundant) - redundant == fine


def test_traits_in_another_order_are_the_same_counts(small, make_frame):
    frame = make_frame(30, 1)
    one, other = (
        counted(small, frame, ["gender", "placement"]),
        counted(small, frame, ["placement", "gender"]),
    )
    assert one == other
    assert hash(one) == hash(other)
    assert one != counted(small, make_frame(30, 2), ["gender", "placement"])
    assert one != counted(small, frame, ["gender"])
    assert one != "a tally"


def test_eligible_numbers_add_and_subtract(small, make_frame):
    place = ("Leeds", "2021", "8-11")
    one = counted(small, make_frame(5, 1), eligible={place: 3})
    other = counted(small, make_frame(5, 2), eligible={place: 4, ("York", "2021", "8-11"): 2})
    assert (one + other).eligible == {place: 7, ("York", "2021", "8-11"): 2}
    assert ((one + other) - other).eligible == {place: 3}
    with pytest.raises(TallyError, match="more eligible children than there are"):
        one - counted(small, make_frame(0, 2), eligible={place: 4})
    nobody = counted(small, make_frame(5, 1), eligible={place: 0})
    assert nobody == counted(small, make_frame(5, 1)) == nobody + nobody.zero()


def test_taking_out_who_is_not_in_it_is_refused(small, make_frame):
    one, other = counted(small, make_frame(5, 1)), counted(small, make_frame(6, 2))
    with pytest.raises(TallyError, match="a count would fall below zero"):
        one - other


def test_tallies_of_other_questionnaires_do_not_add(small, make_frame):
    renamed = small.model_copy(update={"title": "Another"})
    changed = Questionnaire.model_validate(renamed.model_dump(by_alias=True))
    one, other = counted(small, make_frame(5, 1)), counted(changed, make_frame(5, 1))
    with pytest.raises(TallyError, match="different questionnaires"):
        one + other
    with pytest.raises(TypeError):
        one + 1
    with pytest.raises(TypeError):
        one - 1


def test_a_grouping_that_is_not_held(small, make_frame):
    with pytest.raises(TallyError, match="does not hold placement; it holds gender"):
        counted(small, make_frame(5, 1), ["gender"]).table(["placement"])


def test_counts_do_not_overflow_or_round(small, make_frame):
    one = counted(small, make_frame(3, 1))
    table = one.table()
    large = Tally(small, {(): CountTable(table.keys, table.counts * 10**15)})
    assert (large + one) - large == one


def test_the_respondents_of_a_part_are_not_those_of_the_whole(small, make_frame):
    whole = Tally(small, counted(small, make_frame(30, 1)).tables, {}, "abc")
    assert whole.only().respondents == "abc"
    assert whole.only(area="Leeds").respondents == ""
    assert (whole + whole).respondents == ""


# -------------------------------------------------------------------------------------------------- files


@lawful
@given(seeds, sizes, groupings)
def test_saved_and_loaded_again(small, make_frame, tmp_path_factory, seed, n, by):
    path = tmp_path_factory.getbasetemp() / "tally.json"
    whole = counted(small, make_frame(n, seed), by, {("Leeds", "2021", "8-11"): 7})
    whole.save(path)
    again = load_tally(path, small)
    assert again == whole
    assert again.fingerprint == whole.fingerprint
    text = path.read_text()
    again.save(path)
    assert path.read_text() == text


def test_a_saved_tally_says_that_it_is_not_protected(small, make_frame, tmp_path):
    counted(small, make_frame(5, 1)).save(tmp_path / "tally.json")
    assert json.loads((tmp_path / "tally.json").read_text())["protected"] is False
    with pytest.raises(OutputError):
        counted(small, make_frame(5, 1)).save(tmp_path / "no" / "folder" / "tally.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(brightspots="release"),
        lambda body: body.update(format=99),
        lambda body: body.update(questionnaire_hash="0123"),
        lambda body: body.update(tables=[]),
        lambda body: body.update(tables={}),
        lambda body: body.update(eligible=[["Leeds", "2021", "4-7", 3]]),
        lambda body: body.update(eligible=[["Leeds", "2021", "8-11", -3]]),
        lambda body: body.update(eligible=[["Leeds", "2021", "8-11", 3.5]]),
        lambda body: body["tables"][0].update(by=["age"]),
        lambda body: body["tables"][0].update(by=[]),
        lambda body: body["tables"].append(body["tables"][0]),
        lambda body: body["tables"][0]["rows"].append(body["tables"][0]["rows"][0]),
        lambda body: body["tables"][0]["rows"].pop(),
        lambda body: body["tables"][0]["rows"][0]["key"].pop(),
        lambda body: body["tables"][0]["rows"][0]["key"].__setitem__(2, "4-7"),
        lambda body: body["tables"][0]["rows"][0]["key"].__setitem__(3, "martian"),
        lambda body: body["tables"][0]["rows"][0]["key"].__setitem__(0, 7),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"0": -1}),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"0": 1.5}),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"0": True}),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"0": "1"}),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"0": 10**30}),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"-1": 3}),
        lambda body: body["tables"][0]["rows"][0]["counts"].update({"99999": 3}),
        lambda body: body["tables"][0]["rows"][0].update(counts=[1, 2]),
        lambda body: body["tables"][0].update(rows=7),
    ],
)
def test_a_damaged_tally_is_refused(small, make_frame, tmp_path, change):
    path = tmp_path / "tally.json"
    counted(small, make_frame(12, 1), [["gender"], ["placement"]]).save(path)
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))
    with pytest.raises(TallyError, match=r"tally\.json"):
        load_tally(path, small)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"brightspots": "tally"}', b"[" * 10**5]
)
def test_what_is_no_tally_is_refused(small, tmp_path: Path, content: bytes):
    (tmp_path / "tally.json").write_bytes(content)
    with pytest.raises(TallyError, match="cannot be read as a tally"):
        load_tally(tmp_path / "tally.json", small)
    with pytest.raises(TallyError):
        load_tally(tmp_path / "absent.json", small)


def test_representations_show_no_count_of_an_answer(small, make_frame):
    whole = counted(small, make_frame(12, 1, areas=("<b>",)), ["gender"])
    assert repr(whole) == "<Tally of 12 children, 1 area(s), 2 wave(s), by gender; not for release>"
    assert "Not for release" in whole._repr_html_()
