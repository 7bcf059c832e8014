"""Drafts: most columns found, none of them by its answers, and always a file that reads."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from brightspots.config import load_config
from brightspots.errors import ArgumentError, OutputError, SurveyError
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.mapping import load_mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.drafting import draft_files, suggest
from brightspots.survey.exports import Column
from brightspots.survey.reading import read_survey
from brightspots.tallies.reported import draft_counts, read_counts

SHEFFIELD = Path(__file__).parents[2] / "fixtures" / "sheffield-2021"
CHILDREN = {"4-7": "4-7.csv", "8-11": "8-11.sav", "11-18": "11-18.sav"}


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_most_columns_of_a_real_layout_are_found(tmp_path: Path) -> None:
    """Of the mapping that a person finished, at least 95% is in the draft, and little that is wrong."""
    for questionnaire, files, finished in (
        ("children-in-care", list(CHILDREN.values()), "mapping.toml"),
        ("care-leavers", ["care-leavers.xlsx"], "mapping-care-leavers.toml"),
    ):
        out = tmp_path / questionnaire
        asked = load_questionnaire(questionnaire)
        draft_files([SHEFFIELD / name for name in files], asked, questionnaire, out)
        bands = list(asked.band)

        def by_form(columns: dict[str, Any], bands: list[str] = bands) -> set[tuple[str, str, str]]:
            return {
                (item, band, name if isinstance(name, str) else name[band])
                for item, name in columns.items()
                for band in bands
                if isinstance(name, str) or band in name
            }

        drafted = by_form(toml(out / "mapping.toml")["columns"])
        right = by_form(toml(SHEFFIELD / finished)["columns"])
        asked_there = {
            (item, band, name)
            for item, band, name in drafted
            if band in ((asked.trait.get(item) or asked.questions[item]).asked or bands)
        }
        assert len(right & drafted) >= 0.95 * len(right)
        assert len(asked_there - right) <= 2


def test_a_draft_is_a_mapping_and_a_config_that_load(tmp_path: Path) -> None:
    out = tmp_path / "drafts"
    asked = load_questionnaire("children-in-care")
    written = draft_files([SHEFFIELD / name for name in CHILDREN.values()], asked, "children-in-care", out)
    assert [path.name for path in written] == ["mapping.toml", "brightspots.toml", "benchmarks.toml"]
    mapping = load_mapping(out / "mapping.toml", asked)
    assert mapping.response_id == "Respondent ID"
    assert mapping.identity == ("Collector ID", "IP Address", "Collector_ID")
    assert set(mapping.comments) == {"Is there anything you want to tell us?", "Comments"}
    assert "MinutesTaken" in mapping.ignore
    config = load_config(out)
    files = config.surveys[0].files
    assert isinstance(files, dict)
    assert {band: config.path(name).resolve() for band, name in files.items()} == {
        band: SHEFFIELD / name for band, name in CHILDREN.items()
    }
    survey = read_survey(
        {band: config.path(name) for band, name in files.items()}, asked, mapping=mapping, strict=False
    )
    assert survey.age_bands == ("4-7", "8-11", "11-18")


def test_each_line_carries_its_score_and_the_question(tmp_path: Path) -> None:
    draft_files(
        [SHEFFIELD / "8-11.sav"], load_questionnaire("children-in-care"), "children-in-care", tmp_path
    )
    text = (tmp_path / "mapping.toml").read_text(encoding="utf-8")
    assert 'likes_school = "Q12"   # score ' in text
    assert "school or college?" in text
    assert '# happy_faces = ""   # nothing suggested' in text


def test_suggestions_come_from_headings_and_labels_and_never_from_answers(small: Questionnaire) -> None:
    nothing = np.array(["a lot", "not at all"], dtype=object)
    assert suggest(Column("V1", "", nothing), small) == []
    assert suggest(Column("school", "", nothing), small)[0] == (1.0, "school")
    labels = {1: "A lot", 2: "A bit", 3: "Not much", 4: "Not at all"}
    (fitting, _), *_ = suggest(Column("V1", "Likes school", nothing, labels), small)
    (strange, item), *_ = suggest(Column("V1", "Likes school", nothing, {1: "red", 2: "blue"}), small)
    assert (fitting, item) == (1.0, "school")
    assert strange < fitting


def test_answers_and_ids_never_reach_a_draft(small: Questionnaire, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "Respondent ID": ["ZQX1"],
            "Likes school": ["ZQX2"],
            "remarks": ["ZQX3"],
            "Name": ["ZQX4"],
            "x": ["ZQX"],
        }
    )
    frame.to_csv(tmp_path / "8-11.csv", index=False)
    for path in draft_files([tmp_path / "8-11.csv"], small, "small", tmp_path / "out"):
        assert "ZQX" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "forms"),
    [
        (["answers.csv"], None),
        (["8-11.csv"], ["8-11"]),
        (["Form 8 to 10 final.csv"], ["8-11"]),
        (["8_11.csv", "11-17 years.csv"], ["AGE BAND OF 8_11.csv", "11-18"]),
        (["8-11.csv", "11–18.csv"], ["8-11", "11-18"]),
        (["a.csv", "b.csv"], ["AGE BAND OF a.csv", "AGE BAND OF b.csv"]),
        (["8-11 a.csv", "8-11 b.csv"], ["AGE BAND OF 8-11 a.csv", "AGE BAND OF 8-11 b.csv"]),
        (["18-11.csv"], None),
    ],
)
def test_bands_that_file_names_state(
    small: Questionnaire, tmp_path: Path, names: list[str], forms: list[str] | None
) -> None:
    for name in names:
        pd.DataFrame({"Q1": [1], "Likes school": [2]}).to_csv(tmp_path / name, index=False)
    draft_files([tmp_path / name for name in names], small, "small", tmp_path / "out")
    files = toml(tmp_path / "out" / "brightspots.toml")["survey"][0]["files"]
    assert (None if isinstance(files, str) else list(files)) == forms
    toml(tmp_path / "out" / "mapping.toml")


def test_paths_are_written_as_the_config_reads_them(small: Questionnaire, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    pd.DataFrame({"school": [1]}).to_csv(tmp_path / "exports" / "all.csv", index=False)
    draft_files([tmp_path / "exports" / "all.csv"], small, "small", tmp_path / "report" / "2021")
    files = toml(tmp_path / "report" / "2021" / "brightspots.toml")["survey"][0]["files"]
    assert files == "../../exports/all.csv"


def test_headings_that_toml_has_to_escape(small: Questionnaire, tmp_path: Path) -> None:
    headings = [
        'a "quoted" one',
        "back\\slash",
        "tab\there",
        "del\x7f",
        "🙂 likes school",
        "é",
        "line\nbreak",
    ]
    pd.DataFrame({heading: [1] for heading in headings}).to_csv(tmp_path / "all.csv", index=False)
    draft_files([tmp_path / "all.csv"], small, "small", tmp_path / "out")
    mapping = toml(tmp_path / "out" / "mapping.toml")
    told = {*mapping["ignore"], *mapping["columns"].values()}
    assert told == set(headings)


def test_nothing_is_overwritten_and_nothing_half_written(
    small: Questionnaire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame({"school": [1]}).to_csv(tmp_path / "all.csv", index=False)
    out = tmp_path / "out"
    out.mkdir()
    (out / "benchmarks.toml").write_text("mine")
    with pytest.raises(OutputError, match=r"benchmarks\.toml is there already"):
        draft_files([tmp_path / "all.csv"], small, "small", out)
    assert [path.name for path in out.iterdir()] == ["benchmarks.toml"]
    (out / "benchmarks.toml").unlink()

    write = Path.write_text

    def failing(path: Path, text: str, **options: Any) -> int:
        if path.name == "benchmarks.toml":
            raise OSError(28, "no space left")
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", failing)
    with pytest.raises(OutputError, match="cannot be written"):
        draft_files([tmp_path / "all.csv"], small, "small", out)
    assert list(out.iterdir()) == []


def test_a_file_in_the_place_of_the_folder(small: Questionnaire, tmp_path: Path) -> None:
    pd.DataFrame({"school": [1]}).to_csv(tmp_path / "all.csv", index=False)
    with pytest.raises(OutputError):
        draft_files([tmp_path / "all.csv"], small, "small", tmp_path / "all.csv")


def test_all_files_that_cannot_be_read_at_once(small: Questionnaire, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SurveyError) as caught:
        draft_files([tmp_path / "empty.csv", tmp_path / "absent.sav"], small, "small", tmp_path / "out")
    assert set(caught.value.problems.column("code")) == {"empty_file", "file_not_found"}
    assert not (tmp_path / "out").exists()
    with pytest.raises(ArgumentError):
        draft_files([], small, "small", tmp_path / "out")


def test_the_form_for_counts_reads_back(small: Questionnaire, tmp_path: Path) -> None:
    written = draft_counts(small, "small", tmp_path)
    assert [path.name for path in written] == ["brightspots.toml", "counts.csv"]
    assert load_config(tmp_path).surveys[0].counts == "counts.csv"
    form = pd.read_csv(tmp_path / "counts.csv", dtype=object)
    assert set(form["age_band"]) == {"8 to 11", "11 to 18"}  # spreadsheets make dates of 8-11
    wanted = (form["measure"] == "school") & (form["age_band"] == "8 to 11")
    form.loc[wanted, ["count", "n"]] = ["30", "40"]
    form.to_csv(tmp_path / "counts.csv", index=False)
    counted = read_counts(tmp_path / "counts.csv", small)
    assert counted.table().keys == (("", "", "8-11"),)
    with pytest.raises(OutputError, match="already"):
        draft_counts(small, "small", tmp_path)
