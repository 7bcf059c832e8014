"""The worked example: it reads without errors, finds what was planted, and overwrites nothing."""

from __future__ import annotations

import pytest

from brightspots.config import load_config
from brightspots.errors import OutputError
from brightspots.example import RESPONDENTS, write_example
from brightspots.findings.benchmarks import load_benchmarks
from brightspots.findings.cohorts import flag_cohorts
from brightspots.findings.comparisons import compare
from brightspots.survey.reading import read_survey


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example") / "new" / "example"
    write_example(folder)
    return folder


@pytest.fixture(scope="module")
def survey(folder):
    config = load_config(folder)
    (one,) = config.surveys
    return read_survey(
        {band: config.path(name) for band, name in one.files.items()},
        one.questionnaire,
        mapping=config.path(one.mapping),
        area=one.area,
        wave=one.wave,
        eligible=one.eligible,
        promise=one.promise,
    )


def test_the_folder_reads_without_errors(survey):
    assert len(survey) == RESPONDENTS
    assert not survey.problems.has_errors
    assert {row.code for row in survey.problems if row.severity == "warning"} == {"identity_dropped"}


def test_every_answer_comes_back(survey):
    from brightspots.example import PLANTED, SEED
    from brightspots.survey.synthetic import make_survey

    made = make_survey(respondents=RESPONDENTS, seed=SEED, planted=PLANTED).answers
    for band in survey.age_bands:
        ours = survey.answers[survey.answers["age_band"] == band]
        theirs = made[made["age_band"] == band]
        for item in ("gender", "placement", "likes_school", "one_social_worker", "life_satisfaction", "fun"):
            assert ours[item].tolist() == theirs[item].tolist(), (band, item)


def test_about_half_of_the_children_answered(survey):
    for (_, _, band), eligible in survey.eligible.items():
        assert 0.35 < (survey.answers["age_band"] == band).sum() / eligible < 0.60


def test_every_benchmark_is_of_a_question_and_marked_as_invented(folder, survey):
    benchmarks = load_benchmarks(folder / "benchmarks.toml")
    assert all(figure.illustrative and "Invented" in figure.source for figure in benchmarks.benchmarks)
    rows = compare(survey, benchmarks)
    assert len(rows) == len(benchmarks)
    assert {row.verdict for row in rows} == {"better", "worse", "unclear", "not compared"}
    assert {row.reason for row in rows if row.verdict == "not compared"} == {"no_n"}


def test_there_is_a_group_to_find(folder, survey):
    cohorts = flag_cohorts(survey, traits=load_config(folder).cohorts.traits, max_order=1)
    assert [row.conditions for row in cohorts if row.tier == "flag"] == [{"placement": "residential"}]


def test_the_bytes_are_the_same_every_time(folder, tmp_path):
    again = write_example(tmp_path)
    assert [path.name for path in again] == sorted(path.name for path in folder.iterdir())
    for path in again:
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="not an empty folder"):
        write_example(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(OutputError, match="not an empty folder"):
        write_example(tmp_path / "mine.txt")


def test_a_folder_that_cannot_be_made_is_a_plain_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_example(tmp_path / "file" / "below")
