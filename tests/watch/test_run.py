"""A scheduled run as its users meet it, on a real survey: what it writes, says, keeps, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from small_releases import MORNING, comparison, kinds, released, run_once
from typer.testing import CliRunner, Result

import brightspots as bs
from brightspots.cli import app
from brightspots.config import load_config
from brightspots.errors import SurveyError
from brightspots.findings.estimates import as_tally
from brightspots.reporting import read_sources
from brightspots.watch import run as module
from brightspots.watch.inputs import inputs_of

FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "sheffield-2021"
CONFIG = """
[[survey]]
questionnaire = "children-in-care"
area = "Sheffield"
wave = "2021"
mapping = "mapping.toml"
files = { "8-11" = "8-11.sav", "11-18" = "11-18.sav" }
eligible = { "8-11" = 212, "11-18" = 368 }
[compare]
benchmarks = ["ours.toml"]
[cohorts]
traits = ["gender", "placement"]
describe = false
[release]
formats = ["md", "json"]
"""
BENCHMARK = """
[[benchmark]]
measure = "likes_school"
age_band = "11-18"
comparator = "care elsewhere"
percent = 78
n = 4000
includes_own = "no"
source = "a report"
"""
runner = CliRunner()


def write_survey(folder: Path) -> None:
    folder.mkdir()
    for name in ("8-11.sav", "11-18.sav", "mapping.toml"):
        shutil.copy(FIXTURE / name, folder / name)
    (folder / "brightspots.toml").write_text(CONFIG)
    (folder / "ours.toml").write_text(BENCHMARK)


def run(folder: Path, *more: str) -> Result:
    return runner.invoke(app, ["run", str(folder), "--state", str(folder / "state"), "--exit-code", *more])


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def everything_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def changes_of(folder: Path) -> dict:
    return json.loads((folder / "state" / "changes.json").read_text(encoding="utf-8"))


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    write_survey(tmp_path / "s")
    return tmp_path / "s"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Result], list[dict]]:
    """A survey that was run three times: at first, again with nothing new, and with a revised benchmark."""
    folder = tmp_path_factory.mktemp("watched") / "s"
    write_survey(folder)
    done, reports = [], []
    for step in range(3):
        if step == 2:
            change(folder / "ours.toml", "percent = 78", "percent = 64")
        done.append(run(folder))
        reports.append({"report": everything_in(folder / "Sheffield-2021"), "changes": changes_of(folder)})
    return folder, done, reports


def test_the_first_run_raises_flags_and_ends_with_10(
    watched: tuple[Path, list[Result], list[dict]],
) -> None:
    _, done, reports = watched
    assert done[0].exit_code == 10, done[0].output
    new = {(one["measure"], tuple(one["group"].items())) for one in reports[0]["changes"]["changes"]}
    assert new == {("likes_school", ()), ("low_wellbeing", (("placement", "residential"),))}
    assert "New: Likes school or college: 11-18s, doing less well" in " ".join(done[0].stdout.split())


def test_a_run_with_nothing_new_touches_no_byte_and_ends_with_0(
    watched: tuple[Path, list[Result], list[dict]],
) -> None:
    _, done, reports = watched
    assert done[1].exit_code == 0
    assert reports[1]["report"] == reports[0]["report"]
    assert reports[1]["changes"]["why"] == ["Nothing changed since the last run."]
    assert (reports[1]["changes"]["changes"], reports[1]["changes"]["report"]) == ([], [])


def test_a_revised_benchmark_is_told_as_the_reason(watched: tuple[Path, list[Result], list[dict]]) -> None:
    """93 of 150 like school: 62%, worse than 78% and not worse than 64%."""
    _, done, reports = watched
    assert done[2].exit_code == 10
    (cleared,) = reports[2]["changes"]["changes"]
    assert (cleared["change"], cleared["because"]) == ("cleared", ["benchmark"])
    assert reports[2]["changes"]["inputs"] == ["benchmark"]
    differs = [part["section"] for part in reports[2]["changes"]["report"]]
    assert differs
    assert any("64%" in line for part in reports[2]["changes"]["report"] for line in part["now"])
    assert [flag["group"] for flag in reports[2]["changes"]["flags"]] == [{"placement": "residential"}]


def test_history_shows_the_runs_and_the_flags(watched: tuple[Path, list[Result], list[dict]]) -> None:
    folder, _, reports = watched
    done = runner.invoke(app, ["history", "--state", str(folder / "state"), "--json"])
    shown = json.loads(done.stdout)
    assert [(r["run"], r["outcome"], r["inputs"], r["new"], r["cleared"]) for r in shown["runs"]] == [
        (1, "done", "", 2, 0),
        (2, "done", "", 0, 0),
        (3, "done", "benchmark", 0, 1),
    ]
    assert shown["flags"] == reports[2]["changes"]["flags"]
    text = runner.invoke(app, ["history", "--state", str(folder / "state")]).stdout
    assert "One flag stands, none confirmed" in text


def test_nothing_in_the_state_is_an_answer_a_p_or_a_hidden_count(
    watched: tuple[Path, list[Result], list[dict]],
) -> None:
    """Every byte of the folder is searched for every p of the run, and for every file that it read."""
    folder, _, _ = watched
    held = b"".join(path.read_bytes() for path in sorted((folder / "state").iterdir()))
    (source,) = read_sources(load_config(folder))
    benchmarks = bs.load_benchmarks(folder / "ours.toml")
    compared = bs.compare(source.answers, benchmarks)
    cohorts = bs.flag_cohorts(source.answers, traits=["gender", "placement"], max_order=1)
    numbers = [row.p for row in compared] + [row.q for row in compared] + [row.p_holm for row in compared]
    numbers += [value for row in cohorts for value in (row.p, row.p_adjusted, row.q)]
    found = {repr(float(p)) for p in numbers if p is not None and 0 < p < 1}
    assert len(found) > 10
    assert not [p for p in found if p[:8].encode() in held]
    keys = set(re.findall(rb'"([a-z_]+)":', held))
    assert not keys & {b"p", b"q", b"p_holm", b"p_adjusted", b"seed", b"rest_count", b"leans_p"}
    respondents = as_tally(source.answers, []).respondents
    assert respondents
    assert respondents.encode() not in held
    edition = json.loads((folder / "Sheffield-2021" / "release.json").read_text())
    hidden = [f for f in edition["figures"] if f["status"] == "withheld"]
    assert hidden
    assert all(f["n"] is None and f["count"] is None for f in hidden)


def test_the_log_is_json_lines_without_answers(watched: tuple[Path, list[Result], list[dict]]) -> None:
    folder, _, _ = watched
    lines = (folder / "state" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert {"at", "level", "event"} <= set.intersection(*({*one} for one in told))
    closed = [one for one in told if one["event"] == "run closed"]
    assert [one["flags"] for one in closed] == [{"new": 2}, {}, {"cleared": 1}]
    assert not re.search(r"\d+%|share|count", "\n".join(lines))


def test_the_next_wave_tests_the_last_ones_groups_by_name_and_confirms(survey: Path) -> None:
    assert run(survey).exit_code == 10
    change(survey / "brightspots.toml", 'wave = "2021"', 'wave = "2022"')
    change(survey / "brightspots.toml", 'traits = ["gender", "placement"]', 'traits = ["gender"]')
    done = run(survey)
    assert done.exit_code == 0, done.output
    flags = changes_of(survey)["flags"]
    assert {(f["measure"], f["state"], f["confirmed"], f["since"]) for f in flags} == {
        ("likes_school", "persisting", True, "2021"),
        ("low_wellbeing", "persisting", True, "2021"),
    }
    report = (survey / "Sheffield-2022" / "report.md").read_text(encoding="utf-8")
    assert "stood out in our survey of 2021" in report
    assert (survey / "Sheffield-2021" / "report.md").exists()
    change(survey / "brightspots.toml", 'wave = "2022"', 'wave = "2021"')
    done = run(survey)
    assert done.exit_code == 3
    assert "The state holds wave 2022" in done.stderr


def test_nearly_the_same_answers_are_refused_unless_the_edition_was_never_published(survey: Path) -> None:
    """One answer withdrawn: what changed would give it away, so the state's own edition forbids it."""
    form = "measure,age_band,category,count,percent,n,eligible\nlikes_school,11-18,counted,{},,{},\n"
    (survey / "counts.csv").write_text(form.format(93, 150))
    counts = '[[survey]]\nquestionnaire = "children-in-care"\narea = "Sheffield"\nwave = "2021"\n'
    (survey / "brightspots.toml").write_text(
        f'{counts}counts = "counts.csv"\n[compare]\nbenchmarks = ["ours.toml"]\n'
    )
    assert run(survey).exit_code == 10
    before = everything_in(survey / "Sheffield-2021")
    (survey / "counts.csv").write_text(form.format(92, 149))
    done = run(survey)
    assert done.exit_code == 4, done.output
    assert "nearly the same children" in done.stderr
    assert "The state holds the editions of runs 1." in done.stderr
    assert everything_in(survey / "Sheffield-2021") == before
    assert run(survey, "--never-published", "7").exit_code == 2
    done = run(survey, "--never-published", "1")
    assert done.exit_code == 0, done.output
    assert '"count": 92' in (survey / "Sheffield-2021" / "release.json").read_text()
    (survey / "counts.csv").write_text(form.format(91, 148))
    assert run(survey).exit_code == 4  # what was taken back is the first edition, not the second


def test_an_edition_that_stands_in_the_folder_is_known_though_no_run_wrote_it(survey: Path) -> None:
    assert runner.invoke(app, ["report", str(survey)]).exit_code == 0
    edition = survey / "Sheffield-2021" / "release.json"
    body = json.loads(edition.read_text())
    shown = next(f for f in body["figures"] if f["status"] == "shown" and f["count"] < f["n"])
    shown["count"] += 1
    edition.write_text(json.dumps(body))
    done = run(survey)
    assert done.exit_code == 4
    assert "nearly the same children" in done.stderr


def test_an_open_survey_is_only_counted_and_its_editions_forbid_nothing(survey: Path) -> None:
    change(survey / "brightspots.toml", "[[survey]]", '[[survey]]\nstatus = "open"')
    done = run(survey)
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert "The survey is open: nothing is compared until it closes." in said
    # 106 of 212 and 156 of 368 answered (README of the fixture); 30% of 580 is 174
    assert "8-11s: 106 of 212 have answered so far (50%); the usual target of 30% is met." in said
    assert changes_of(survey)["flags"] == []
    body = json.loads((survey / "Sheffield-2021" / "release.json").read_text())
    assert body["figures"] == []
    body["responses"][0]["n"] -= 2  # two fewer had answered when the first edition went out
    state = survey / "state"
    shutil.rmtree(state)
    (survey / "Sheffield-2021" / "release.json").write_text(json.dumps(body))
    assert run(survey).exit_code == 0
    change(survey / "brightspots.toml", 'status = "open"', 'status = "closed"')
    assert run(survey).exit_code == 10


def test_a_run_says_who_reached_the_target_and_keeps_no_number_of_them(survey: Path) -> None:
    """Of the fixture's children 50 are in residential care (README): the only 50 there is."""
    watch = 'status = "open"\neligible_by = { placement = { residential = 61 } }'
    change(survey / "brightspots.toml", "[[survey]]", f"[[survey]]\n{watch}")
    done = run(survey)
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert "The usual target of 30% is reached by: children and young people in residential care." in said
    kept = [p for p in [*(survey / "state").iterdir(), *(survey / "Sheffield-2021").iterdir()] if p.is_file()]
    assert kept
    for path in kept:
        text = re.sub(rb"[0-9a-f]{16,}", b"", path.read_bytes())
        assert not re.search(rb"residential[^\n]{0,80}\b(50|61)\b", text), path.name


@pytest.mark.parametrize("replaced", ["8-11.sav", "ours.toml", "mapping.toml"])
def test_a_file_that_is_replaced_while_it_is_read_stops_the_run(
    survey: Path, monkeypatch: pytest.MonkeyPatch, replaced: str
) -> None:
    read = module.read_run

    def read_and_replace(*args: object) -> object:
        sources = read(*args)  # type: ignore[arg-type]
        fresh = survey / "fresh"
        fresh.write_bytes((survey / replaced).read_bytes() + b"\n")
        os.replace(fresh, survey / replaced)
        return sources

    monkeypatch.setattr(module, "read_run", read_and_replace)
    done = run(survey)
    assert done.exit_code == 3
    assert f"replaced_while_read ({replaced})" in done.stderr
    assert not (survey / "Sheffield-2021").exists()
    with module.opened(survey / "state") as store:
        assert not store.runs()


def test_a_file_that_is_gone_after_reading_is_a_change_too(survey: Path) -> None:
    inputs = inputs_of(load_config(survey))
    read = inputs.read()
    (survey / "8-11.sav").unlink()
    with pytest.raises(SurveyError, match=r"8-11\.sav"):
        inputs.refuse_replaced(read)


@pytest.mark.parametrize(
    ("file", "old", "new", "kind"),
    [
        ("brightspots.toml", '"11-18" = 368', '"11-18" = 400', "data"),
        ("brightspots.toml", 'wave = "2021"', 'wave = "2022"', "data"),
        ("ours.toml", "percent = 78", "percent = 77", "benchmark"),
        ("brightspots.toml", '"placement"]', '"disability"]', "config"),
        ("mapping.toml", "\n", "\n# noted\n", "config"),
        ("brightspots.toml", "[release]", '[release]\npolicy = "ons-10"', "policy"),
        ("brightspots.toml", "[release]", "# a remark alone\n[release]", None),
        ("brightspots.toml", "[release]", '[release]\nprevious = ["old.json"]', "config"),
        ("brightspots.toml", "[release]", '[watch]\nalert_folder = "alerts"\n[release]', None),
    ],
)
def test_each_kind_of_input_has_a_hash_of_its_own(
    survey: Path, file: str, old: str, new: str, kind: str | None
) -> None:
    def hashes() -> dict[str, str]:
        inputs = inputs_of(load_config(survey))
        return inputs.hashes(inputs.read(), b"secret")

    before = hashes()
    change(survey / file, old, new)
    now = hashes()
    assert {name for name in now if now[name] != before[name]} == ({kind} if kind else set())


def test_nobody_without_the_key_can_try_contents_out(survey: Path) -> None:
    inputs = inputs_of(load_config(survey))
    read = inputs.read()
    one, other = (inputs.hashes(read, key) for key in (b"one", b"other"))
    assert not set(one.values()) & set(other.values())
    assert not set(one.values()) & set(read.values())


def test_two_waves_of_one_survey_in_one_run_are_refused(survey: Path) -> None:
    second = CONFIG.split("[compare]")[0].replace('"2021"', '"2019"')
    change(survey / "brightspots.toml", "[compare]", f"{second}\n[compare]")
    done = run(survey)
    assert done.exit_code == 2
    assert "follows one wave of each" in done.stderr


@pytest.mark.parametrize("state", ["Sheffield-2021", "Sheffield-2021/state"])
def test_a_state_in_the_folder_of_the_report_is_refused(survey: Path, state: str) -> None:
    """The folder is replaced as a whole: an open state would be lost with the old one."""
    done = runner.invoke(app, ["run", str(survey), "--state", str(survey / state)])
    assert done.exit_code == 2
    assert "lies in the folder of the report" in done.stderr
    assert not (survey / "Sheffield-2021").exists()


def test_a_fault_of_the_config_is_in_the_log(survey: Path) -> None:
    change(survey / "brightspots.toml", "[release]", "[releases]")
    assert run(survey).exit_code == 2
    lines = (survey / "state" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["run started", "run failed"]
    assert json.loads(lines[-1])["code"] == "BS200"


def test_a_run_while_another_runs_ends_with_5(survey: Path) -> None:
    with module.opened(survey / "state"):
        done = run(survey)
    assert done.exit_code == 5
    assert "Another run holds the state" in done.stderr
    assert "Traceback" not in done.output


def test_a_clock_that_was_set_back_changes_nothing(survey: Path) -> None:
    """The order of runs is that of their numbers."""
    with module.opened(survey / "state") as store:
        run_once(store, survey / "out", released(comparison()), now=MORNING)
        earlier = run_once(store, survey / "out", released(comparison()), now=MORNING - timedelta(days=400))
        after = run_once(
            store, survey / "out", released(comparison(wave="2022"), wave="2022"), wave="2022", now=MORNING
        )
    assert (earlier.number, kinds(earlier), after.changes["flags"][0]["confirmed"]) == (2, [], True)


def test_a_log_that_cannot_be_written_ends_with_2(survey: Path) -> None:
    done = run(survey, "--log", str(survey / "ours.toml" / "log"))
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_alerts_go_to_a_command_and_a_folder_without_a_number(survey: Path) -> None:
    (survey / "notify.py").write_text("import sys\nopen('got.json', 'a').write(sys.stdin.read() + '\\n')\n")
    watch = f'[watch]\nalert_folder = "alerts"\nalert_command = ["{sys.executable}", "notify.py"]\n[release]'
    change(survey / "brightspots.toml", "[release]", watch)
    assert run(survey).exit_code == 10
    (file,) = (survey / "alerts").iterdir()
    alert = json.loads(file.read_text(encoding="utf-8"))
    assert [json.loads(line) for line in (survey / "got.json").read_text().splitlines()] == [alert]
    assert (alert["brightspots"], alert["run"], len(alert["changes"])) == ("alert", 1, 2)
    assert "report" not in alert
    assert not re.search(r"%|\b(93|150|18|50)\b", json.dumps([one["sentence"] for one in alert["changes"]]))
    numbers = [value for one in alert["changes"] for value in one.values() if isinstance(value, int | float)]
    assert not [value for value in numbers if not isinstance(value, bool)]
    assert run(survey).exit_code == 0
    assert len((survey / "got.json").read_text().splitlines()) == 1  # nothing new, nobody is told


def test_an_alert_that_fails_is_told_and_tried_again(survey: Path) -> None:
    change(survey / "brightspots.toml", "[release]", '[watch]\nalert_command = ["false"]\n[release]')
    done = run(survey)
    assert done.exit_code == 10
    assert "alert of run 1 was not delivered: the command ended with 1" in done.stderr
    assert (survey / "Sheffield-2021" / "report.md").exists()
    change(survey / "brightspots.toml", '["false"]', '["no-such-program"]')
    assert "alert of run 1 was not delivered" in run(survey).stderr
    change(survey / "brightspots.toml", 'alert_command = ["no-such-program"]', 'alert_folder = "alerts"')
    assert run(survey).exit_code == 0
    assert [path.name for path in (survey / "alerts").iterdir()] == ["alert-00001.json"]


def test_files_beside_the_survey_and_others_that_the_config_names_are_inputs(survey: Path) -> None:
    for name in ("sdq.csv", "before.json", "house.docx"):
        (survey / name).write_text("one")
    more = '[sdq]\nfile = "sdq.csv"\ntime = "2021"\n'
    more += '[release]\nprevious = ["before.json"]\ntemplate = "house.docx"'
    change(survey / "brightspots.toml", "[release]", more)
    files = inputs_of(load_config(survey)).files
    assert survey / "sdq.csv" in files["data"]
    assert {survey / "before.json", survey / "house.docx"} <= set(files["config"])
