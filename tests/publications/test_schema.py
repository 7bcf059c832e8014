"""`figures.json` keeps the schema that the reference publishes; the schema refuses what must not leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pandas as pd
import pytest

import brightspots as bs
from brightspots.publications.contents import Contents
from brightspots.publications.text import FORMAT, to_json

if TYPE_CHECKING:
    from brightspots.disclosure.release import Release

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "figures.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def body(contents: Contents) -> dict[str, Any]:
    return json.loads(to_json(contents))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


def test_what_is_written_keeps_it(
    schema: jsonschema.Draft202012Validator, body: dict[str, Any], small: Release
) -> None:
    for one in (body, json.loads(to_json(Contents(small)))):
        assert [error.message for error in schema.iter_errors(one)] == []
    assert {f["status"] for f in body["figures"]} >= {"shown", "banded", "withheld"}
    assert all(body[key] for key in ("comparisons", "searches", "groups", "groups_last_time"))
    assert any(group["goes_with"] for group in body["groups"])


@pytest.fixture(scope="module")
def beside() -> dict[str, Any]:
    """Return what is written of published figures, own counts and a strategy."""
    sample = Path(bs.__file__).parent / "data" / "returns" / "sample.csv"
    published = bs.compare_returns(bs.read_return(sample), area="Ambleford")
    genders = ["girl", "boy"] * 60 + ["other"]
    scores = pd.DataFrame({"SDQ_SCORE": [8, 15, 21, 22] * 30 + [5], "SDQ_REASON": None, "GENDER": genders})
    own = bs.sdq.summarise(scores, by=["GENDER"], area="Ambleford", time="2024")
    card = bs.scorecard(bs.load_strategy("sheffield-2021"), published, as_at="2024-03")
    return json.loads(to_json(Contents(bs.release(published, own, card))))  # type: ignore[no-any-return]


def test_what_stands_beside_a_survey_keeps_it(
    schema: jsonschema.Draft202012Validator, beside: dict[str, Any]
) -> None:
    assert [error.message for error in schema.iter_errors(beside)] == []
    assert beside["statutory"]
    assert "[c]" in {row["symbol"] for row in beside["own_children"]}
    assert beside["scorecard"]["lines"]


@pytest.mark.parametrize("change", [{"p": 0.01}, {"symbol": "[c]", "count": 3}])
@pytest.mark.parametrize("part", ["statutory", "own_children"])
def test_it_refuses_what_must_not_stand_beside_a_survey(
    schema: jsonschema.Draft202012Validator, beside: dict[str, Any], part: str, change: dict[str, Any]
) -> None:
    assert not schema.is_valid(beside | {part: [beside[part][0] | change]})


@pytest.mark.parametrize("change", [{"q": 0.01}, {"symbol": "[c]", "numerator": 3}])
def test_it_refuses_what_must_not_stand_in_a_scorecard(
    schema: jsonschema.Draft202012Validator, beside: dict[str, Any], change: dict[str, Any]
) -> None:
    card = beside["scorecard"]
    assert not schema.is_valid(beside | {"scorecard": card | {"lines": [card["lines"][0] | change]}})


def test_the_schema_is_that_of_this_format() -> None:
    assert SCHEMA["properties"]["format"]["const"] == FORMAT


@pytest.mark.parametrize(
    ("part", "status", "change"),
    [
        ("figures", "withheld", {"count": 3}),
        ("figures", "withheld", {"n": 12}),
        ("figures", "banded", {"share": 0.93}),
        ("figures", "shown", {"p": 0.01}),
        ("figures", "shown", {"share": 62}),
        ("comparisons", "withheld", {"difference": 0.1}),
        ("comparisons", "shown", {"verdict": "best"}),
        ("comparisons", "shown", {"q": 0.2}),
        ("groups", "shown", {"p_adjusted": 0.04}),
        ("groups", "withheld", {"difference": 0.3}),
    ],
)
def test_it_refuses_what_must_not_leave(
    schema: jsonschema.Draft202012Validator,
    body: dict[str, Any],
    part: str,
    status: str,
    change: dict[str, Any],
) -> None:
    rows = body[part]
    place = next(i for i, row in enumerate(rows) if row["status"] == status)
    bad = body | {part: [row | change if i == place else row for i, row in enumerate(rows)]}
    assert not schema.is_valid(bad)
