"""What a run sets beside the survey: read by the config, checked with it, and in its release."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import brightspots as bs
from brightspots.cli import app
from brightspots.config import load_config
from brightspots.errors import ConfigError, SurveyError
from brightspots.reporting import make_release, read_run

RETURNS = Path(bs.__file__).parent / "data" / "returns"
SECTIONS = """
[[survey]]
questionnaire = "children-in-care"
area = "Ambleford"
wave = "2024"
counts = "counts.csv"

[[return]]
files = ["sample.csv"]
neighbours = ["Brackenmoor"]
measures = ["sdq_concern"]
targets = { sdq_concern = 0.3 }

[sdq]
file = "sdq.csv"
time = "2024"
previous = "before.csv"
columns = { age = "AGE" }
pairs_checked = true

[stability]
children = "children.csv"
placements = "placements.csv"
on = "2024-03-31"

[age_profile]
file = "ages.csv"
england = "sample-ages.csv"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("sample.csv", "sample-ages.csv"):
        shutil.copy(RETURNS / name, tmp_path)
    (tmp_path / "brightspots.toml").write_text(SECTIONS)
    (tmp_path / "counts.csv").write_text(
        "measure,age_band,category,count,percent,n,eligible\nlikes_school,11-18,counted,60,,90,\n"
    )
    scores = [9, 15, 21, None] * 40
    sdq = pd.DataFrame({"CHILD": range(160), "SDQ_SCORE": scores, "SDQ_REASON": "", "AGE": 9})
    sdq.loc[sdq["SDQ_SCORE"].isna(), "SDQ_REASON"] = "SDQ2"
    sdq.to_csv(tmp_path / "sdq.csv", index=False)
    before = sdq.assign(SDQ_SCORE=[scores[i // 4 % 4] for i in range(160)])
    before.to_csv(tmp_path / "before.csv", index=False)
    pd.DataFrame({"child": range(60), "age": 9}).to_csv(tmp_path / "children.csv", index=False)
    rows = [(i, f"C{i}", "2019-05-01", "") for i in range(60)]
    columns = ["child", "carer", "start", "end"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "placements.csv", index=False)
    ages = "under 1,20\n1 to 4,40\n5 to 9,60\n10 to 15,100\n16 and over,50\n"
    (tmp_path / "ages.csv").write_text(f"age_group,children\n{ages}")
    return tmp_path


def test_everything_that_the_config_names_is_in_the_release(folder: Path) -> None:
    config = load_config(folder)
    sources, beside = read_run(config)
    out = make_release(config, sources, beside=beside)
    (published,) = out.statutory
    assert published.area == "Ambleford"
    (figure,) = published.figures
    assert (figure.measure, figure.count, figure.target_met) == ("sdq_concern", 48, False)
    assert [o.comparator for o in figure.others] == ["England", "Midshire", "statistical neighbours"]
    tables = {table.subject: table for table in out.own}
    assert {(t.area, t.time[:4]) for t in out.own} == {("Ambleford", "2024")}
    assert tables["sdq"].shown({"score": "scored"}) == 120
    assert tables["sdq"].shown({"before": "borderline", "score": "normal"}) == 10
    assert tables["stability"].shown({}) == 60
    assert tables["ages"].shown({}) == 270


def test_a_run_reads_what_is_beside_it_by_itself(folder: Path) -> None:
    config = load_config(folder)
    assert make_release(config, read_run(config)[0]).statutory


def test_all_problems_of_all_files_come_together(folder: Path) -> None:
    (folder / "counts.csv").write_text("measure,age_band,category,count\nnothing,11-18,counted,-3\n")
    (folder / "sample.csv").write_text("a,b\n1,2\n")
    sdq = pd.read_csv(folder / "sdq.csv")
    sdq.assign(SDQ_SCORE=99).to_csv(folder / "sdq.csv", index=False)
    placements = pd.read_csv(folder / "placements.csv")
    placements.assign(end="2018-01-01").to_csv(folder / "placements.csv", index=False)
    (folder / "ages.csv").write_text("age_group,children\n1 to 4,few\n")
    with pytest.raises(SurveyError) as caught:
        read_run(load_config(folder))
    codes = set(caught.value.problems.column("code"))
    assert {"unknown_layout", "sdq_no_score", "stability_end_before_start", "not_whole"} <= codes
    assert "sdq: " in str(caught.value)
    done = CliRunner().invoke(app, ["check", str(folder)])
    assert done.exit_code == 3
    assert "stability_end_before_start" in done.stdout


def test_check_says_what_it_read(folder: Path) -> None:
    done = CliRunner().invoke(app, ["check", str(folder)])
    assert done.exit_code == 0, done.output
    assert "return: Statutory figures: 3 rows, no errors." in done.stdout
    assert "sdq: Change between two occasions: 1 rows" in done.stdout


def test_names_that_are_not_in_the_files_are_faults_of_the_config(folder: Path) -> None:
    text = (folder / "brightspots.toml").read_text()
    wrong = text.replace("Brackenmoor", "Nowhere").replace('measures = ["sdq_concern"]', 'measures = ["sdq"]')
    (folder / "brightspots.toml").write_text(wrong.replace('AGE"', 'YEARS"'))
    with pytest.raises(ConfigError) as caught:
        read_run(load_config(folder))
    text = str(caught.value)
    assert all(part in text for part in ("'Nowhere'", "'sdq'", "YEARS"))


def test_faults_of_the_sections_have_their_place(folder: Path) -> None:
    text = (folder / "brightspots.toml").read_text()
    (folder / "brightspots.toml").write_text(text.replace('time = "2024"', 'time = "last"\nfile2 = "x"'))
    with pytest.raises(ConfigError, match=r"sdq time: (.|\n)*sdq file2: unknown key"):
        load_config(folder)


def test_a_run_may_do_without_a_survey(folder: Path) -> None:
    config = 'files = ["sample.csv"]\nneighbours = ["Brackenmoor"]\n'
    (folder / "brightspots.toml").write_text(f'[[return]]\narea = "Ambleford"\n{config}')
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    text = (folder / "Ambleford-statutory" / "report.md").read_text(encoding="utf-8")
    assert text.startswith("# Statutory figures: Ambleford\n")
    assert "In 2024, 48 of 137 children with an SDQ score (35%)" in text
    checked = CliRunner().invoke(app, ["check", str(folder)])
    assert checked.exit_code == 0
    assert "return: Statutory figures" in checked.stdout
    scheduled = CliRunner().invoke(app, ["run", str(folder), "--state", str(folder / "state")])
    assert scheduled.exit_code == 2
    assert "survey: missing, and needed for a scheduled run" in scheduled.stderr


def test_without_a_survey_there_is_something_to_report_and_an_area(folder: Path) -> None:
    (folder / "brightspots.toml").write_text("[release]\npolicy = 'council'\n")
    with pytest.raises(ConfigError, match="survey: missing, and needed where there is none of return, sdq"):
        load_config(folder)
    (folder / "brightspots.toml").write_text('[[return]]\nfiles = ["sample.csv"]\n')
    with pytest.raises(ConfigError, match="return: area is missing, and needed where there is no survey"):
        load_config(folder)
