"""A scorecard on its way out: small numbers of children stay in, and no status tells of what is hidden."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import brightspots as bs
from brightspots.disclosure.local_figures import Place, protect, said
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.findings.scorecard_lines import Line, Reading

COUNCIL = load_policy("council")
HEAD = 'title = "T"\narea = "Here"\nas_at = "2022-03"\nlocal_measures = "form.csv"\n'
OBJECTIVE = '[[objective]]\nid = "one"\ntitle = "One"\n'
MEASURE = '[[objective.measure]]\nmeasure = "{name}"\nlabel = "{name}"\norigin = "local"\n{more}\n'
FORM = "measure,date,value,numerator,denominator,provisional,published\n"


def card_of(folder: Path, rows: str, measures: dict[str, str], *results: Any) -> Any:
    body = "".join(MEASURE.format(name=name, more=more) for name, more in measures.items())
    (folder / "form.csv").write_text(FORM + rows, encoding="utf-8")
    (folder / "strategy.toml").write_text(HEAD + OBJECTIVE + body, encoding="utf-8")
    return bs.scorecard(bs.load_strategy(folder / "strategy.toml"), *results)


def released(folder: Path, rows: str, measures: dict[str, str], **asked: Any) -> dict[str, Line]:
    out = bs.release(card_of(folder, rows, measures), **asked)
    assert out.scorecard is not None
    return {line.measure: line for line in out.scorecard.lines}


# By the council policy: nothing from fewer than 10, a band where fewer than 5 stand on one side, 0% and 100%
# from 20 on where neither side is sensitive. A band leaves five counts open, and is one step coarser where
# the small side is sensitive: 57 of 60 is "more than 90%", or 85%.
@pytest.mark.parametrize(
    ("numerator", "denominator", "side", "shown"),
    [
        (30, 60, "both", (0.5, None, None)),
        (5, 60, "both", (5 / 60, None, None)),
        (55, 60, "both", (55 / 60, None, None)),
        (4, 60, "both", (None, None, 15)),
        (57, 60, "both", (None, 85, None)),
        (57, 60, "neither", (None, 90, None)),
        (60, 60, "both", (None, 85, None)),
        (60, 60, "neither", (1.0, None, None)),
        (4, 9, "both", (None, None, None)),
        (5, 9, "neither", (None, None, None)),
    ],
)
def test_each_figure_goes_by_the_policy(
    tmp_path: Path, numerator: int, denominator: int, side: str, shown: tuple[Any, ...]
) -> None:
    row = f"m,2022-03,,{numerator},{denominator},,\n"
    latest = released(tmp_path, row, {"m": f'sensitive_side = "{side}"'})["m"].latest
    assert latest is not None
    assert (latest.value, latest.above, latest.below) == (
        None if shown[0] is None else pytest.approx(shown[0]),
        *shown[1:],
    )
    if latest.value is None:
        assert latest.numerator is None
    if shown == (None, None, None):
        assert (latest.denominator, latest.missing) == (None, "hidden")


@pytest.mark.parametrize(
    ("unit", "value", "passes"),
    [
        ('unit = "number"\ncounts = "children"', 9, False),
        ('unit = "number"\ncounts = "children"', 0, False),
        ('unit = "number"\ncounts = "care leavers"', 9, False),
        ('unit = "number"\ncounts = "children"', 10, True),
        ('unit = "number"\ncounts = "carers"', 3, True),
        ('unit = "number"\ncounts = "places"', 0, True),
        ('unit = "percent"', 17, False),
        ('unit = "rate"', 17, False),
        ('unit = "average"', 17, False),
    ],
)
def test_a_plain_number_of_children_needs_the_smallest_base(
    tmp_path: Path, unit: str, value: int, passes: bool
) -> None:
    line = released(tmp_path, f"m,2022-03,{value},,,,\n", {"m": unit})["m"]
    assert line.latest is not None
    assert (line.latest.value is not None) == passes
    if not unit.startswith('unit = "number"'):
        line = released(tmp_path, f"m,2022-03,{value},,,,a report\n", {"m": unit})["m"]
        assert line.latest is not None
        assert line.latest.value is not None


def test_that_it_was_published_makes_no_small_number_of_children_pass(tmp_path: Path) -> None:
    rows = "m,2022-03,3,,,,a report\n"
    line = released(tmp_path, rows, {"m": 'unit = "number"\ncounts = "children"'})["m"]
    assert line.latest is not None
    assert line.latest.value is None


GOAL = 'baseline = {{ as_at = "2021-03" }}\ntarget = {target}\ndirection = "up"\ndue = "2023-03"'


def test_two_dates_between_which_few_moved_are_not_both_said(tmp_path: Path) -> None:
    # 41 of 61 after 40 of 60: one child came, and it counts. The latest stays.
    rows = "m,2021-03,,40,60,,\nm,2022-03,,41,61,,\n"
    line = released(tmp_path, rows, {"m": GOAL.format(target=90)})["m"]
    assert line.latest is not None
    assert line.latest.numerator == 41
    assert line.baseline is not None
    assert (line.baseline.value, line.baseline.missing) == (None, "hidden")
    assert line.earlier[0].value is None
    assert line.change_since_baseline is line.change_since_previous is None
    assert line.standing == ("not met yet", "no_baseline")


@pytest.mark.parametrize(
    ("count", "n", "both"),
    [
        (40, 60, True),  # the same again
        (50, 80, True),  # ten more on either side
        (50, 70, True),  # ten more that count, and none of the others moved
        (50, 79, False),  # nine more of the others
        (49, 80, False),  # nine more that count
        (45, 60, False),  # nobody came or went, five changed sides
        (60, 60, False),  # 20 changed sides, and by itself it is a band
    ],
)
def test_dates_are_both_said_where_nothing_or_enough_moved(
    tmp_path: Path, count: int, n: int, both: bool
) -> None:
    rows = f"m,2021-03,,40,60,,\nm,2022-03,,{count},{n},,\n"
    line = released(tmp_path, rows, {"m": GOAL.format(target=90)})["m"]
    assert line.latest is not None
    assert line.baseline is not None
    assert ((line.latest.value is not None) and (line.baseline.value is not None)) == both


def test_what_an_earlier_edition_said_is_known(tmp_path: Path) -> None:
    first = bs.release(card_of(tmp_path, "m,2021-03,,40,60,,\n", {"m": ""}))
    bs.publish(first, tmp_path / "first", formats=["csv"])
    before = [tmp_path / "first" / "release.json"]
    after_that = "m,2021-03,,40,60,,\nm,2022-03,,41,61,,\n"
    line = released(tmp_path, after_that, {"m": ""}, previous=before)["m"]
    assert line.latest is not None
    assert line.latest.value is None  # the earlier date is public, so now the later one goes
    assert line.earlier[0].numerator == 40
    moved = "m,2021-03,,40,60,,\nm,2022-03,,50,80,,\n"
    line = released(tmp_path, moved, {"m": ""}, previous=before)["m"]
    assert line.latest is not None
    assert line.latest.numerator == 50
    # The same date, counted again with one child more.
    line = released(tmp_path, "m,2021-03,,41,61,,\n", {"m": ""}, previous=before)["m"]
    assert line.latest is not None
    assert line.latest.value is None


def test_what_an_earlier_edition_gave_as_a_band_stays_one(tmp_path: Path) -> None:
    rows = "m,2021-03,,57,60,,\n"
    first = bs.release(card_of(tmp_path, rows, {"m": ""}))
    bs.publish(first, tmp_path / "first", formats=["csv"])
    line = released(
        tmp_path, rows, {"m": 'sensitive_side = "neither"'}, previous=[tmp_path / "first" / "release.json"]
    )["m"]
    assert line.latest is not None
    assert line.latest.above == 85  # and not 90, as it would be by itself


def test_an_earlier_scorecard_that_cannot_be_read_stops_the_release(tmp_path: Path) -> None:
    out = bs.release(card_of(tmp_path, "m,2021-03,,40,60,,\n", {"m": ""}))
    path = tmp_path / "release.json"
    body = json.loads(json.dumps(out.as_edition()))
    del body["scorecard"]["objectives"][0]["lines"][0]["latest"]["denominator"]
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(ReleaseError, match="cannot be read"):
        released(tmp_path, "m,2021-03,,40,60,,\n", {"m": ""}, previous=[path])


def test_a_part_is_hidden_where_few_are_left_over_of_the_whole(tmp_path: Path) -> None:
    # 57 of the 60 are under 10: the three others, of whom none counts, could be told.
    rows = "all,2022-03,,40,60,,\nyoung,2022-03,,40,57,,\n"
    lines = released(tmp_path, rows, {"all": "", "young": 'part_of = "all"'})
    assert lines["all"].latest is not None
    assert lines["all"].latest.numerator == 40
    assert lines["young"].latest is not None
    assert (lines["young"].latest.value, lines["young"].latest.denominator) == (None, None)


def test_a_part_that_is_hidden_cannot_be_worked_out_from_the_others(tmp_path: Path) -> None:
    # Girls 7 of 8 are hidden by themselves; boys as well, or they are left over of all.
    rows = "all,2022-03,,47,100,,\ngirls,2022-03,,7,8,,\nboys,2022-03,,40,92,,\n"
    lines = released(tmp_path, rows, {"all": "", "girls": 'part_of = "all"', "boys": 'part_of = "all"'})
    shown = {name: line.latest.value is not None for name, line in lines.items() if line.latest}
    assert shown == {"all": True, "girls": False, "boys": False}


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=4),
    st.tuples(st.integers(0, 20), st.integers(0, 20)),
)
def test_whatever_is_taken_from_the_whole_nothing_small_is_left(
    parts: list[tuple[int, int]], left: tuple[int, int]
) -> None:
    """Try every sum of what is shown: what is left over is nobody, or could be shown by itself."""

    def line(name: str, yes: int, no: int, part_of: str = "") -> Line:
        reading = Reading("2022-03", yes / (yes + no), numerator=yes, denominator=yes + no)
        return Line("one", name, name, "local", "2022-03", latest=reading, part_of=part_of)

    yes, no = (sum(part[i] for part in parts) + left[i] for i in (0, 1))
    lines = [line(f"p{i}", a, b, "whole") for i, (a, b) in enumerate(parts) if a + b]
    if not yes + no:
        return
    decided = protect("Here", [line("whole", yes, no), *lines], COUNCIL, {})
    shown = {place.name: d for place, d in decided.items() if d.status == "shown"}
    whole = shown.pop("local whole", None)
    if whole is None:
        return
    for size in range(1, len(shown) + 1):
        for taken in combinations(shown.values(), size):
            n = whole.n - sum(d.n for d in taken)
            count = whole.count - sum(d.count for d in taken)
            assert n == 0 or (n >= COUNCIL.minimum_base and min(count, n - count) >= COUNCIL.minimum_side)


def test_no_planted_number_that_is_hidden_stands_anywhere(tmp_path: Path) -> None:
    rows = (
        "banded,2021-03,,61463,61465,,\nfew,2022-03,,3,8,,\nmoved,2021-03,,50317,71893,,\n"
        "moved,2022-03,,50318,71894,,\nstated,2022-03,7,,,,\nshare,2022-03,83.4159,,,,\n"
    )
    measures = {
        "banded": GOAL.format(target=99),
        "few": "",
        "moved": 'baseline = { as_at = "2021-03" }',
        "stated": 'unit = "number"\ncounts = "care leavers"',
        "share": "",
    }
    card = card_of(tmp_path, rows, measures)
    out = bs.release(card)
    text = json.dumps(out.as_edition())
    told = text + repr(out) + repr(out.scorecard) + out.audit.to_markdown() + repr(card)
    assert "50318" in text
    assert "61465" in text
    for number in ("61463", "50317", "71893", "83.4159", "83.42", "0.834159"):
        assert number not in told, number


def test_a_status_is_worked_out_from_what_is_said(tmp_path: Path) -> None:
    # 57 of 60 is 95%, and only "more than 85%" is said. A target of 80% is met whatever it is;
    # that one of 90% is met as well must not be told.
    rows = "m,2021-03,,20,60,,\nm,2022-03,,57,60,,\n"
    for target, standing in [(80, ("met", "")), (90, ("hidden", "band"))]:
        due = GOAL.format(target=target).replace("2023-03", "2022-03")
        assert released(tmp_path, rows, {"m": due})["m"].standing == standing
    rows = "m,2021-03,,20,60,,\nm,2022-03,,8,9,,\n"
    line = released(tmp_path, rows, {"m": GOAL.format(target=80)})["m"]
    assert line.standing == ("hidden", "")


def test_an_objective_stands_by_what_is_said(tmp_path: Path) -> None:
    rows = "m,2021-03,,20,60,,\nm,2022-03,,8,9,,\n"
    card = card_of(tmp_path, rows, {"m": GOAL.format(target=95)})
    out = bs.release(card)
    assert card.objectives.column("status") == ["on track"]
    assert out.scorecard is not None
    assert [one.status for one in out.scorecard.objectives] == ["hidden"]


# ------------------------------------------------------------------------------------------------- the survey


def test_the_surveys_lines_are_what_the_release_says_of_them() -> None:
    survey = bs.make_survey(respondents=60, seed=3)
    estimates, compared = bs.estimate(survey), bs.compare(survey, bs.load_benchmarks("sheffield-2021"))
    card = bs.scorecard(bs.load_strategy("sheffield-2021"), estimates, compared)
    out = bs.release(estimates, compared, card)
    assert out.scorecard is not None
    figures = {(f.measure, f.category, f.age_band): f for f in out.figures if not f.group}
    seen = set()
    for line in out.scorecard.lines:
        if line.origin != "survey" or line.latest is None:
            continue
        figure = figures[line.measure, line.category, line.age_band]
        seen.add(figure.status)
        assert (line.latest.value, line.latest.numerator, line.latest.denominator) == (
            figure.share,
            figure.count,
            figure.n,
        )
        assert (line.latest.lower, line.latest.upper) == (figure.lower, figure.upper)
        verdicts = [
            (c.comparator, c.verdict, c.difference)
            for c in out.comparisons
            if (c.figure.measure, c.figure.category, c.figure.age_band)
            == (line.measure, line.category, line.age_band)
        ]
        assert [(a.comparator, a.verdict, a.difference) for a in line.against] == verdicts
    assert {"shown", "banded", "withheld"} <= seen


def test_a_scorecard_goes_out_with_what_it_was_made_from() -> None:
    survey = bs.make_survey(respondents=90, seed=1)
    estimates = bs.estimate(survey)
    card = bs.scorecard(bs.load_strategy("sheffield-2021"), estimates)
    with pytest.raises(ArgumentError, match="not in this release"):
        bs.release(card)
    with pytest.raises(ArgumentError, match="not in this release"):
        bs.release(bs.estimate(survey, measures=["nature"]), card)
    with pytest.raises(ArgumentError, match="two scorecards"):
        bs.release(estimates, card, card)


def test_a_stated_baseline_of_the_survey_goes_by_the_policy_too(tmp_path: Path) -> None:
    survey = bs.make_survey(respondents=300, seed=1)
    estimates = bs.estimate(survey, measures=["nature"])
    text = (
        'title = "T"\narea = "Here"\nas_at = "2022-03"\n[[objective]]\nid = "one"\ntitle = "One"\n'
        '[[objective.measure]]\nmeasure = "nature"\norigin = "survey"\nage_band = "{band}"\n'
        'baseline = {{ as_at = "2019", numerator = {count}, denominator = {n} }}\n'
    )
    for count, n, status in [(40, 60, True), (59, 60, False), (4, 8, False)]:
        path = tmp_path / "s.toml"
        path.write_text(text.format(band="11-18", count=count, n=n), encoding="utf-8")
        out = bs.release(estimates, bs.scorecard(bs.load_strategy(path), estimates))
        assert out.scorecard is not None
        (line,) = out.scorecard.lines
        assert line.baseline is not None
        assert (line.baseline.value is not None) == status


def test_published_figures_pass(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        'title = "T"\narea = "Ambleford"\nas_at = "2024-10"\n[[objective]]\nid = "one"\ntitle = "One"\n'
        '[[objective.measure]]\nmeasure = "sdq_concern"\norigin = "statutory"\n'
        'baseline = { as_at = "2022" }\n',
        encoding="utf-8",
    )
    figures = bs.read_return(Path(bs.__file__).parent / "data" / "returns" / "sample.csv")
    card = bs.scorecard(bs.load_strategy(path), bs.compare_returns(figures, area="Cloverton"))
    out = bs.release(card)
    assert out.scorecard is not None
    assert (out.scorecard.lines[0].latest, out.scorecard.lines[0].against) == (
        card.lines[0].latest,
        card.lines[0].against,
    )


def test_a_band_is_said_as_its_ends() -> None:
    reading = Reading("2022-03", 0.95, numerator=57, denominator=60)
    line = Line("one", "m", "m", "local", "2022-03", latest=reading)
    decision = protect("Here", [line], COUNCIL, {})[Place("Here", "local m", "2022-03")]
    told = said(reading, decision)
    # More than 85% of 60 is 52 to 60.
    assert (told.value, told.numerator, told.lower, told.upper) == (None, None, 52 / 60, 1.0)


def test_the_audit_says_what_was_hidden_and_not_how_many(tmp_path: Path) -> None:
    rows = "m,2022-03,,57,60,,\nn,2022-03,,3,8,,\n"
    out = bs.release(card_of(tmp_path, rows, {"m": "", "n": ""}))
    assert [(r.measure, r.wave, r.status, r.said) for r in out.audit] == [
        ("m", "2022-03", "banded", "more than 85%"),
        ("n", "2022-03", "withheld", ""),
    ]
    assert "57" not in out.audit.to_markdown()
