"""The command line as its users meet it: what it prints, what it writes, and how it ends."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import brightspots as bs
from brightspots.cli import app
from brightspots.config import load_config
from brightspots.reporting import read_sources

FIXTURE = Path(__file__).parent.parent / "fixtures" / "sheffield-2021"
runner = CliRunner()


@pytest.fixture
def sheffield(tmp_path: Path) -> Path:
    folder = tmp_path / "sheffield"
    shutil.copytree(FIXTURE, folder, ignore=shutil.ignore_patterns("Sheffield-2021"))
    return folder


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    out = tmp_path_factory.mktemp("reported") / "out"
    done = runner.invoke(app, ["report", str(FIXTURE), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return done.stdout, out


def test_report_writes_every_format_and_prints_the_findings(reported: tuple[str, Path]) -> None:
    printed, out = reported
    names = {path.name for path in out.iterdir()}
    assert {"report.html", "report.md", "figures.csv", "figures.json", "release.json"} <= names
    assert "62%" in printed
    assert "89%" in printed


def test_report_goes_beside_the_config_unless_told(sheffield: Path) -> None:
    done = runner.invoke(app, ["report", str(sheffield), "--formats", "md"])
    assert done.exit_code == 0
    assert {path.name for path in (sheffield / "Sheffield-2021").iterdir()} == {"report.md", "release.json"}


def test_report_takes_the_words_of_the_config_or_of_the_command(sheffield: Path) -> None:
    path = sheffield / "brightspots.toml"
    (sheffield / "ours.toml").write_text('[headings]\nsummary = "In short"\n', encoding="utf-8")
    config = path.read_text(encoding="utf-8")
    path.write_text(config.replace("[release]", '[release]\nstyle = "ours.toml"'), encoding="utf-8")
    for told, heading in (([], "## In short"), (["--style", "bright-spots"], "### What could be brighter")):
        out = sheffield / "out"
        done = runner.invoke(app, ["report", str(sheffield), "--out", str(out), "--formats", "md", *told])
        assert done.exit_code == 0, done.output
        assert heading in (out / "report.md").read_text(encoding="utf-8")


def test_the_same_run_writes_the_same_bytes(sheffield: Path) -> None:
    written = []
    for name in ("one", "two"):
        assert runner.invoke(app, ["report", str(sheffield), "--out", str(sheffield / name)]).exit_code == 0
        written.append({p.name: p.read_bytes() for p in (sheffield / name).iterdir()})
    assert written[0] == written[1]


def test_a_folder_of_somebody_elses_is_left_alone(sheffield: Path) -> None:
    out = sheffield / "mine"
    out.mkdir()
    (out / "minutes.txt").write_text("keep")
    done = runner.invoke(app, ["report", str(sheffield), "--out", str(out)])
    assert done.exit_code == 2
    assert [p.name for p in out.iterdir()] == ["minutes.txt"]


def test_bad_answers_end_with_3_and_write_nothing(sheffield: Path) -> None:
    text = (sheffield / "4-7.csv").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    (sheffield / "4-7.csv").write_text("".join(lines) + lines[2], encoding="utf-8")
    config = (sheffield / "brightspots.toml").read_text()
    (sheffield / "brightspots.toml").write_text(
        config.replace('"4-7" = 110', '"4-7" = 1').replace("212", "1").replace("368", "1")
    )
    done = runner.invoke(app, ["report", str(sheffield)])
    assert done.exit_code == 3
    assert "more_answers_than_children" in done.stderr
    assert not (sheffield / "Sheffield-2021").exists()
    assert "Traceback" not in done.output


def test_check_prints_every_problem_and_passes(sheffield: Path) -> None:
    done = runner.invoke(app, ["check", str(sheffield)])
    assert done.exit_code == 0
    assert "identity_dropped" in done.stdout
    assert "no errors" in done.stdout


def test_check_finds_what_a_strategy_asks_of_no_questionnaire(sheffield: Path) -> None:
    """Before, only the report found it."""
    text = (sheffield / "strategy.toml").read_text(encoding="utf-8")
    unknown = '{ measure = "glad", questionnaire = "care-leavers" }'
    text = text.replace("indicators = [", f"indicators = [{unknown}, ", 1)
    (sheffield / "strategy.toml").write_text(text, encoding="utf-8")
    done = runner.invoke(app, ["check", str(sheffield)])
    assert done.exit_code != 0
    assert "The strategy names 'glad', which care-leavers does not hold." in done.output


def test_flag_prints_released_cohorts_for_machines() -> None:
    """In a process of its own: a solver that greets on standard output would be read as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "brightspots", "flag", str(FIXTURE), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    data = json.loads(done.stdout)
    text = json.dumps(data)
    assert "residential" in text
    assert not any(f'"{key}"' in text for key in ("p", "q", "p_adjusted", "seed"))


def test_the_group_that_stands_out_is_shown_with_what_goes_with_it() -> None:
    """Both sides of a flagged cohort are given up last: residential care is not hidden for smaller groups."""
    data = json.loads(runner.invoke(app, ["flag", str(FIXTURE), "--json"]).stdout)
    (low,) = [e for e in data if e["stands_out"] and e["direction"] == "low"]
    assert (low["conditions"], low["count"], low["n"]) == ({"placement": "residential"}, 18, 50)
    assert [e["measure"] for e in low["goes_with"]] == ["feels_safe"]
    (high,) = [e for e in data if e["stands_out"] and e["direction"] == "high"]
    assert high["conditions"] == {"placement": "foster"}
    assert high["difference"] < 0  # of the shares beside it: fewer are low


def test_groups_of_the_last_wave_are_typed_in_the_config(sheffield: Path) -> None:
    config = (sheffield / "brightspots.toml").read_text()
    typed = 'previous = { "children-in-care" = [{ placement = "residential" }, { gender = "girl" }] }'
    (sheffield / "brightspots.toml").write_text(config.replace("[cohorts]", f"[cohorts]\n{typed}"))
    done = runner.invoke(app, ["flag", str(sheffield), "--json"])
    assert done.exit_code == 0, done.output
    again = [e for e in json.loads(done.stdout) if "stood_out_last_time" in e]
    assert [(e["conditions"], e["state"]) for e in again] == [
        ({"placement": "residential"}, "still"),
        ({"gender": "girl"}, "no clear excess"),
    ]


def test_groups_of_the_last_wave_are_found_in_its_tally(sheffield: Path) -> None:
    config = (sheffield / "brightspots.toml").read_text()
    (sheffield / "before.toml").write_text(config.replace('"2021"', '"2019"'))
    (before, _) = read_sources(load_config(sheffield / "before.toml"))
    traits = ["gender", "placement", "disability", "ethnicity"]
    bs.tally(before.answers, by=traits).save(sheffield / "last.json")
    (sheffield / "brightspots.toml").write_text(
        config.replace("[compare]", '[compare]\nprevious = "last.json"')
    )
    done = runner.invoke(app, ["flag", str(sheffield)])
    assert done.exit_code == 0, done.output
    assert "Groups that stood out last time" in done.stdout
    assert "stood out in our last survey (36%, beside 10%" in " ".join(done.stdout.split())


def test_an_open_survey_gets_no_verdicts(sheffield: Path) -> None:
    config = (sheffield / "brightspots.toml").read_text().replace('status = "closed"', 'status = "open"')
    (sheffield / "brightspots.toml").write_text(config)
    done = runner.invoke(app, ["report", str(sheffield), "--formats", "json"])
    assert done.exit_code == 0, done.output
    figures = json.loads((sheffield / "Sheffield-2021" / "figures.json").read_text())
    assert figures["figures"] == []
    assert figures["surveys"][0]["responses"]


ELIGIBLE_BY = "eligible_by = { gender = { girl = 270, boy = 300 }, placement = { residential = 60 } }"


def open_survey(folder: Path, eligible_by: str) -> None:
    config = (folder / "brightspots.toml").read_text().replace('status = "closed"', 'status = "open"')
    (folder / "brightspots.toml").write_text(config.replace("[[survey]]", f"[[survey]]\n{eligible_by}", 1))


def test_an_open_survey_says_who_reached_the_target_and_no_number_of_them(sheffield: Path) -> None:
    """50 children of the fixture are in residential care (README); 30% of 60 is 18."""
    open_survey(sheffield, ELIGIBLE_BY)
    checked = runner.invoke(app, ["check", str(sheffield)])
    assert "Not for release" in checked.stdout
    assert "| placement | residential | 50 | 60 | 0.8333 | 0 |" in checked.stdout
    done = runner.invoke(app, ["report", str(sheffield), "--formats", "md,html,xlsx,json"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert "The usual target of 30% is reached by: " in said
    folder = sheffield / "Sheffield-2021"
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "| Children and young people in residential care | reached |" in report
    assert "| Boys | not said |" in report
    assert "| 8-11s | 106 | 212 | 50% | reached |" in report
    assert "50 " not in report.split("Which groups")[1].split("##")[0]
    assert runner.invoke(app, ["audit", str(folder)]).exit_code == 0


def test_every_fault_of_eligible_numbers_by_trait_is_told_at_once(sheffield: Path) -> None:
    open_survey(sheffield, "eligible_by = { gender = { girl = 900, witch = 1 }, shoe_size = { big = 1 } }")
    done = runner.invoke(app, ["check", str(sheffield)])
    assert done.exit_code == 2
    for fault in ("'witch' is not one of its levels", "'shoe_size' is not a trait", "901 in all, of "):
        assert fault in done.stderr


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("wave =", "wvae ="), 2, "unknown key"),
        (('"sheffield-2021"]', '"nowhere-2021"]'), 2, "nowhere-2021"),
        (('policy = "council"', 'policy = "anything"'), 2, "anything"),
        (('"ethnicity"]', '"shoe_size"]'), 2, "shoe_size"),
        (("[cohorts]", '[cohorts]\nmeasures = ["shoe_size"]'), 2, "shoe_size"),
        (("[cohorts]", '[cohorts]\nprevious = { "adults" = [{ gender = "girl" }] }'), 2, "adults"),
        (('"8-11.sav"', '"gone.sav"'), 3, "gone.sav"),
    ],
)
def test_faults_of_a_config_end_plainly(
    sheffield: Path, change: tuple[str, str], code: int, says: str
) -> None:
    config = (sheffield / "brightspots.toml").read_text()
    assert change[0] in config
    (sheffield / "brightspots.toml").write_text(config.replace(*change))
    done = runner.invoke(app, ["report", str(sheffield)])
    assert done.exit_code == code
    assert says in done.stderr
    assert "Traceback" not in done.output


def test_the_last_wave_is_compared_from_a_form_of_counts(sheffield: Path) -> None:
    form = "measure,age_band,category,count,percent,n,eligible\nlikes_school,11-18,counted,102,,120,\n"
    (sheffield / "last.csv").write_text(form)
    config = (sheffield / "brightspots.toml").read_text()
    (sheffield / "brightspots.toml").write_text(
        config.replace("[compare]", '[compare]\nprevious = "last.csv"')
    )
    done = runner.invoke(app, ["report", str(sheffield), "--formats", "json"])
    assert done.exit_code == 0, done.output
    figures = json.loads((sheffield / "Sheffield-2021" / "figures.json").read_text())
    (found,) = [
        c for c in figures["comparisons"] if c["comparator"] == "last wave" and c["benchmark_n"] == 120
    ]
    assert (found["measure"], found["verdict"]) == ("likes_school", "worse")


def test_other_councils_and_reasons_to_compare_come_from_the_config(sheffield: Path) -> None:
    others = bs.tally(bs.make_survey(councils=3, respondents=200, seed=5, wave="2016"))
    others.save(sheffield / "pool.json")
    config = (sheffield / "brightspots.toml").read_text()
    stated = '[compare]\nelsewhere = "pool.json"\noverrides = { year_gap = "nothing changed" }'
    (sheffield / "brightspots.toml").write_text(config.replace("[compare]", stated))
    done = runner.invoke(app, ["report", str(sheffield), "--formats", "json"])
    assert done.exit_code == 0, done.output
    figures = json.loads((sheffield / "Sheffield-2021" / "figures.json").read_text())
    found = [c for c in figures["comparisons"] if c["councils"] == 3]
    assert found
    assert {c["comparator"] for c in found} == {"care elsewhere"}
    assert "although the two were asked too many years apart: “nothing changed”" in found[0]["sentence"]
    (sheffield / "brightspots.toml").write_text(
        config.replace("[compare]", "[compare]\noverrides = { mood = 'why' }")
    )
    done = runner.invoke(app, ["report", str(sheffield), "--formats", "json"])
    assert done.exit_code == 2
    assert "compare overrides mood: should be 'wording'" in done.stderr


def test_a_benchmark_of_a_questionnaire_that_nobody_knows_is_a_fault(sheffield: Path) -> None:
    (sheffield / "own.toml").write_text(
        '[[benchmark]]\nquestionnaire = "children-in-car"\nmeasure = "pets"\nage_band = "11-18"\n'
        'comparator = "care elsewhere"\npercent = 60\nsource = "invented"\n'
    )
    config = (sheffield / "brightspots.toml").read_text()
    (sheffield / "brightspots.toml").write_text(config.replace('"sheffield-2021"]', '"own.toml"]'))
    done = runner.invoke(app, ["report", str(sheffield)])
    assert done.exit_code == 2
    assert "children-in-car" in done.stderr


def test_a_config_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    done = runner.invoke(app, ["report", str(tmp_path)])
    assert done.exit_code == 2
    assert "no such file" in done.stderr


def test_wrong_usage_ends_with_2() -> None:
    assert runner.invoke(app, ["report"]).exit_code == 2
    assert runner.invoke(app, ["publish-it-all"]).exit_code == 2


def test_a_fault_of_ours_ends_with_1_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("an answer that must not be printed")

    monkeypatch.setattr("brightspots.reporting.read_sources", broken)
    done = runner.invoke(app, ["check", str(FIXTURE)])
    assert done.exit_code == 1
    assert "BS000" in done.stderr
    assert "must not be printed" not in done.output


def test_example_runs_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "try-it"
    assert runner.invoke(app, ["example", str(folder)]).exit_code == 0
    done = runner.invoke(app, ["report", str(folder)])
    assert done.exit_code == 0, done.output


def test_start_drafts_what_check_can_read_once_finished(tmp_path: Path) -> None:
    out = tmp_path / "drafts"
    done = runner.invoke(
        app, ["start", str(FIXTURE / "8-11.sav"), str(FIXTURE / "11-18.sav"), "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert {p.name for p in out.iterdir()} == {"mapping.toml", "brightspots.toml", "benchmarks.toml"}
    config = (out / "brightspots.toml").read_text(encoding="utf-8")
    (out / "brightspots.toml").write_text(config.replace("YOUR COUNCIL", "Sheffield"), encoding="utf-8")
    checked = runner.invoke(app, ["check", str(out)])
    assert "BS2" not in checked.output  # a draft is a mapping without faults, whatever the answers say
    again = runner.invoke(app, ["start", str(FIXTURE / "8-11.sav"), "--out", str(out)])
    assert again.exit_code == 2


def test_start_writes_a_form_for_counts_that_reads_back(tmp_path: Path) -> None:
    done = runner.invoke(app, ["start", "--counts", "--out", str(tmp_path / "counts")])
    assert done.exit_code == 0
    form = tmp_path / "counts" / "counts.csv"
    lines = form.read_text().splitlines()
    filled = [
        line.replace("likes_school,11 to 18,counted,,,,", "likes_school,11 to 18,counted,93,,150,")
        for line in lines
    ]
    form.write_text("\n".join(filled) + "\n")
    done = runner.invoke(app, ["report", str(tmp_path / "counts"), "--formats", "md"])
    assert done.exit_code == 0, done.output
    assert "62%" in done.stdout


def test_python_dash_m_runs_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "brightspots", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("start", "check", "report", "flag", "example"):
        assert command in done.stdout


def test_audit_says_what_an_outsider_could_narrow_down(tmp_path: Path) -> None:
    survey = bs.make_survey(respondents=70, seed=5)
    out = bs.release(bs.estimate(survey, measures=["nature", "trusts_carers"]))
    bs.publish(out, tmp_path / "report", formats=["csv", "json"])
    (tmp_path / "report" / "our-notes.md").write_text("3 of 41: not ours to read", encoding="utf-8")
    done = runner.invoke(app, ["audit", str(tmp_path / "report")])
    assert done.exit_code == 0, done.output
    assert "Nothing says more than was released." in done.stdout
    found = json.loads(runner.invoke(app, ["audit", str(tmp_path / "report"), "--json"]).stdout)
    hidden = [f for f in out.figures if f.status in ("banded", "withheld")]
    assert found["safe"]
    assert len(found["figures"]) == len(hidden) > 0
    figures = tmp_path / "report" / "figures.csv"
    figures.write_text(figures.read_text("utf-8").replace("banded,,", "banded,,41", 1), encoding="utf-8")
    done = runner.invoke(app, ["audit", str(tmp_path / "report")])
    assert done.exit_code == 4
    assert "figures.csv, line" in done.stdout


def test_audit_of_a_folder_of_others_ends_plainly(tmp_path: Path) -> None:
    done = runner.invoke(app, ["audit", str(tmp_path)])
    assert done.exit_code == 2
    assert "no release.json" in done.stderr


def test_an_edition_for_named_recipients_goes_to_a_folder_of_its_own(sheffield: Path) -> None:
    config = sheffield / "brightspots.toml"
    text = config.read_text(encoding="utf-8")
    assert "[release]" in text
    for_whom = '[release]\nedition = 3\nrecipients = "Corporate Parenting Board, March 2022"'
    config.write_text(text.replace("[release]", for_whom, 1), encoding="utf-8")
    done = runner.invoke(app, ["report", str(sheffield), "--audience", "restricted", "--formats", "md"])
    assert done.exit_code == 0, done.output
    written = sheffield / "Sheffield-2021-edition-3"
    mark = "**Restricted: edition 3, for Corporate Parenting Board, March 2022. Not to be passed on.**"
    assert (written / "report.md").read_text(encoding="utf-8").startswith(mark)
    assert json.loads((written / "release.json").read_text(encoding="utf-8"))["policy"] == "restricted"


@pytest.mark.parametrize(
    ("release", "options", "told"),
    [
        ('audience = "restricted"', [], ["release edition: missing", "release recipients: missing"]),
        ("edition = 0", [], ["release edition", "release recipients: missing"]),
        ('recipients = "Board"', [], ["release edition: missing"]),
        ('audience = "everybody"', [], ["release audience"]),
        ("", ["--audience", "restricted"], ["release edition: missing", "release recipients: missing"]),
        ("", ["--audience", "board"], ["audience 'board': there are public and restricted"]),
    ],
)
def test_what_is_missing_of_an_edition_is_said_all_at_once(
    sheffield: Path, release: str, options: list[str], told: list[str]
) -> None:
    config = sheffield / "brightspots.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[release]", f"[release]\n{release}", 1), encoding="utf-8")
    done = runner.invoke(app, ["report", str(sheffield), *options])
    assert done.exit_code == 2
    assert all(words in done.output for words in told)
