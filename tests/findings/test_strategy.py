"""Strategies: what ships loads, what is wrong is said at once, and a form's faults never show its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

import brightspots as bs
from brightspots.errors import StrategyError
from brightspots.findings.local_measures import LocalFigure

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
HEAD = 'title = "T"\narea = "Here"\nas_at = "2022-03"\n'
OBJECTIVE = '[[objective]]\nid = "one"\ntitle = "One"\n'
MEASURE = '[[objective.measure]]\nmeasure = "m"\nlabel = "M"\n'


def load(tmp_path: Path, text: str, form: str | None = None) -> bs.Strategy:
    path = tmp_path / "strategy.toml"
    if form is not None:
        text = f'local_measures = "form.csv"\n{text}'
        (tmp_path / "form.csv").write_text(form, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return bs.load_strategy(path)


def faults(tmp_path: Path, text: str, form: str | None = None) -> str:
    with pytest.raises(StrategyError) as raised:
        load(tmp_path, text, form)
    return str(raised.value)


# Sheffield's own numbers, from sections 6.1, 6.3, 9.3 and 9.5 of its strategy.
SHEFFIELD = {
    "new_foster_carers": (37, 40),
    "in_foster_care": (68, 70),
    "residential_outside_city": (0, 5),
    "in_education_or_work": (40, 45),
    "council_apprenticeships": (10, 15),
    "at_university": (28, 30),
}
SHROPSHIRE = {"in_education_or_work": (51, 52), "in_touch": (91, 91), "suitable_accommodation": (85, 88)}


def test_sheffields_four_objectives_hold_its_targets() -> None:
    strategy = bs.load_strategy("sheffield-2021")
    assert len(strategy.objectives) == 4
    held = {m.measure: m for one in strategy.objectives for m in one.measures}
    for name, (baseline, target) in SHEFFIELD.items():
        assert held[name].baseline is not None
        assert (held[name].baseline.value, held[name].target) == (baseline, target)
    assert held["in_foster_care"].beyond


def test_shropshires_six_priorities_hold_its_figures() -> None:
    strategy = bs.load_strategy("shropshire-2021")
    assert len(strategy.objectives) == 6
    held = {m.measure: m for one in strategy.objectives for m in one.measures}
    for name, (own, england) in SHROPSHIRE.items():
        assert held[name].latest is not None
        assert (held[name].latest.value, held[name].beside[0].value) == (own, england)


@pytest.mark.parametrize("name", ["sheffield-2021", "shropshire-2021"])
def test_the_questions_that_ship_under_objectives_are_questions(name: str) -> None:
    asked = {
        q.id: {*q.questions, "low_wellbeing"}
        for q in map(bs.load_questionnaire, ("children-in-care", "care-leavers"))
    }
    for objective in bs.load_strategy(name).objectives:
        for one in objective.indicators:
            assert any(one.measure in own for n, own in asked.items() if one.questionnaire in ("", n))


def test_the_sample_loads_with_its_form() -> None:
    strategy = bs.load_strategy(REFERENCE / "strategy.toml")
    attendance = strategy.series["good_attendance"]
    assert [(f.as_at, f.numerator, f.denominator, f.provisional) for f in attendance] == [
        ("2021-07", 212, 310, False),
        ("2021-12", 236, 322, False),
        ("2022-03", 251, 337, True),
    ]


def test_a_name_that_does_not_ship_says_which_do() -> None:
    with pytest.raises(StrategyError, match="sheffield-2021, shropshire-2021"):
        bs.load_strategy("leeds")


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        HEAD
        + 'colour = "red"\n'
        + OBJECTIVE
        + MEASURE
        + 'target = 101\nchange = 2\ndirection = "sideways"\n'
        + '[[objective.measure]]\nmeasure = "n"\nunit = "number"\nlabel = "N"\ndue = "2022-13"\n'
        + '[[objective.measure]]\nmeasure = "teeth"\norigin = "statutory"\nage_band = "11-18"\n'
        + '[[objective.action]]\naction = "Do"\nstatus = "maybe"\n'
        + '[[grouping]]\nid = "pledge"\ntitle = "P"\n[[grouping.heading]]\ntitle = "H"\nmeasures = ["x"]\n',
    )
    for fault in (
        "colour: unknown key",
        "target: a percentage goes to 100",
        "give either target or change",
        "direction: should be 'up', 'down' or ''",
        "due: there is no such date",
        "counts: missing, and needed for a number",
        "no published measure of this name is known",
        "age_band: goes with origin survey only",
        "status: should be",
        "'x' stands under no objective",
    ):
        assert fault in told, (fault, told)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ('target = 5\ndirection = "up"', "due: missing"),
        ('target = 5\ndue = "2022"', "direction: missing"),
        ('direction = "up"\ndue = "2022"', "baseline: missing"),
        ('direction = "up"\ndue = "2022"\nchange = 2', "baseline: missing"),
        ("beyond = true", "beyond: goes with target only"),
        ('baseline = { as_at = "2021" }', "give either a value, or both"),
        ('latest = { as_at = "2021", numerator = 5, denominator = 4 }', "the numerator is above"),
        ('latest = { as_at = "2021", value = 4, numerator = 3, denominator = 4 }', "give either a value"),
        ('latest = { as_at = "2021", value = 400 }', "a percentage goes to 100"),
        (
            'baseline = { as_at = "2022-03", value = 4 }\ntarget = 5\ndirection = "up"\ndue = "2022-03"',
            "due: should be after the baseline",
        ),
        ('unit = "number"\ncounts = "cats"', "counts: should be"),
        ('part_of = "n"', "part_of: goes with origin local only"),
    ],
)
def test_a_measure_that_makes_no_sense_is_a_fault(tmp_path: Path, keys: str, fault: str) -> None:
    assert fault in faults(tmp_path, HEAD + OBJECTIVE + MEASURE + keys)


def test_toml_dates_and_bare_years_are_dates(tmp_path: Path) -> None:
    text = HEAD + OBJECTIVE + MEASURE + "latest = { as_at = 2021-03-31, value = 4 }\n"
    strategy = load(tmp_path, text.replace('"2022-03"', "2022"))
    assert strategy.as_at == "2022"
    assert strategy.objectives[0].measures[0].latest is not None
    assert strategy.objectives[0].measures[0].latest.as_at == "2021-03-31"


LOCAL = HEAD + OBJECTIVE + MEASURE + 'origin = "local"\n'


def test_faults_of_the_form_name_rows_and_never_a_number(tmp_path: Path) -> None:
    form = (
        "measure,date,value,numerator,denominator\n"
        "m,2021-03,,7351,6242\n"
        "m,2021-99,,3,4\n"
        "m,2021-05,-8125,,\n"
        "m,2021-06,,9417.5,9999\n"
        "m,2021-07,5,6,7\n"
        ",2021-08,5,,\n"
        "m,2021-09,5,,\n"
        "m,2021-09,6,,\n"
        "strange,2021-09,6,,\n"
    )
    told = faults(tmp_path, LOCAL, form)
    for row, words in [
        ("row 2", "the numerator is above the denominator"),
        ("row 3", "the date should be"),
        ("row 4", "not a number from 0"),
        ("row 5", "whole numbers"),
        ("row 6", "give either a value"),
        ("row 7", "the measure is missing"),
        ("row 9", "stand on another line too"),
    ]:
        assert any(row in line and words in line for line in told.splitlines()), (row, told)
    assert "strange stands under no objective" in told
    assert not any(number in told for number in ("7351", "6242", "8125", "9417", "9999"))


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("measure,value\nm,5\n", "no column date"),
        ("measure,date,value,colour\nm,2021,5,red\n", "columns that are not known"),
        ("measure,date,value,value\nm,2021,5,5\n", "the column value more than once"),
        ("measure,date,value\nm,2021,105\n", "percentages above 100"),
    ],
)
def test_a_form_that_makes_no_sense_is_a_fault(tmp_path: Path, form: str, fault: str) -> None:
    assert fault in faults(tmp_path, LOCAL, form)


def test_a_form_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert "cannot be read" in faults(tmp_path, f'local_measures = "no.csv"\n{LOCAL}')


def test_parts_are_of_a_measure_that_is_whole(tmp_path: Path) -> None:
    text = LOCAL + (
        '[[objective.measure]]\nmeasure = "a"\nlabel = "A"\norigin = "local"\npart_of = "m"\n'
        '[[objective.measure]]\nmeasure = "b"\nlabel = "B"\norigin = "local"\npart_of = "a"\n'
        '[[objective.measure]]\nmeasure = "c"\nlabel = "C"\norigin = "local"\npart_of = "z"\n'
    )
    told = faults(tmp_path, text)
    assert "measure b part_of: name the measure that all parts are of" in told
    assert "measure c part_of: 'z' is not a local measure" in told


def test_no_number_stands_in_a_repr() -> None:
    figure = LocalFigure("m", "2021-03", None, 7351, 9242)
    strategy = bs.load_strategy(REFERENCE / "strategy.toml")
    assert not any(n in repr(figure) for n in ("7351", "9242"))
    assert not any(n in repr(strategy) for n in ("212", "251", "337"))
