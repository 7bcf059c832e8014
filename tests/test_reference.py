"""The reference pages say what is there: samples load, and every code stands in its table."""

import inspect
import re
from pathlib import Path

import pytest

import brightspots as bs
from brightspots import errors
from brightspots.config import load_config
from brightspots.disclosure.policy import load_policy
from brightspots.findings import age_profiles
from brightspots.questionnaire.mapping import load_mapping
from brightspots.returns import layouts, symbols
from brightspots.returns.catalogue import MEASURES
from brightspots.survey.catalogue import CHECKS
from brightspots.tallies.reported import read_counts

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
SOURCE = ROOT / "src" / "brightspots"


def test_the_samples_load() -> None:
    children = bs.load_questionnaire("children-in-care")
    assert load_config(REFERENCE / "brightspots.toml").surveys[0].area == "Sheffield"
    assert len(bs.load_benchmarks(REFERENCE / "benchmarks.toml", areas=["England", "Sheffield"])) == 6
    assert bs.load_questionnaire(REFERENCE / "questionnaire.toml").id == "sample"
    assert load_mapping(REFERENCE / "mapping.toml", children).age == "AgeYears"
    assert load_policy(REFERENCE / "policy.toml") == load_policy("council")
    assert len(bs.load_strategy(REFERENCE / "strategy.toml").objectives) == 3
    assert read_counts(REFERENCE / "counts.csv", children).table(()).keys == (("", "", "11-18"),)


def documented_checks() -> set[str]:
    return set(re.findall(r"^\| `([a-z_]+)` \|", (REFERENCE / "checks.md").read_text(encoding="utf-8"), re.M))


def test_every_check_is_documented_and_every_documented_check_exists() -> None:
    readers = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / "survey").glob("*.py"))
    readers += (SOURCE / "watch" / "inputs.py").read_text(encoding="utf-8")
    form = (SOURCE / "tallies" / "reported.py").read_text(encoding="utf-8")
    known = set(CHECKS)
    known |= set(re.findall(r'refusal\(\s*"([a-z_]+)"', readers))
    known |= set(re.findall(r'Problem\(\s*"(?:error|warning|note)",\s*"([a-z_]+)"', readers))
    assert known <= documented_checks()
    assert not {code for code in documented_checks() - known if f'"{code}"' not in readers + form}


def test_every_published_measure_status_and_problem_is_documented():
    page = (REFERENCE / "published-figures.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_ ]+)`", page))
    statuses = {value for name, value in vars(symbols).items() if name.isupper() and isinstance(value, str)}
    assert set(MEASURES) | statuses | set(layouts.WORDS) | set(age_profiles.WORDS) <= documented


def test_the_sample_of_ages_is_read():
    ages = bs.read_return(SOURCE / "data" / "returns" / "sample-ages.csv")
    assert len(bs.compare_age_profile(REFERENCE / "ages.csv", ages)) == 5


def error_classes() -> list[type[errors.BrightspotsError]]:
    return [
        e
        for e in vars(errors).values()
        if isinstance(e, type) and issubclass(e, errors.BrightspotsError) and e is not errors.BrightspotsError
    ]


@pytest.mark.parametrize("error", error_classes(), ids=lambda e: e.__name__)
def test_every_error_stands_in_its_table(error: type[errors.BrightspotsError]) -> None:
    row = f"| {error.code} | `{error.__name__}` | {error.exit_code} |"
    assert row in (REFERENCE / "errors.md").read_text()
    assert error.code in (errors.__doc__ or "")
    assert (ROOT / "docs" / error.page).is_file()


def test_the_library_page_names_every_public_name_once():
    page = (REFERENCE / "library.md").read_text(encoding="utf-8")
    named = re.findall(r"^\.\. auto(?:function|class|exception):: brightspots\.([\w.]+)$", page, re.M)
    modules = {name: getattr(bs, name) for name in bs.__all__ if inspect.ismodule(getattr(bs, name))}
    within = [
        f"{module.__name__.removeprefix('brightspots.')}.{name}"
        for module in modules.values()
        for name in module.__all__
    ]
    assert sorted(named) == sorted([*(set(bs.__all__) - set(modules)), *within])


@pytest.mark.parametrize("folder", ["how-to", "methods", "decisions"])
def test_every_page_stands_in_the_list_of_its_folder(folder):
    pages = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs" / folder / "README.md").read_text()))
    assert listed == pages


def test_every_command_stands_in_the_reference():
    import typer.main

    from brightspots.cli import app

    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    command = typer.main.get_command(app)
    for name, one in command.commands.items():
        assert f"## `brightspots {name}`" in page
        section = page.split(f"## `brightspots {name}`")[1].split("\n## ")[0]
        for parameter in one.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert f"`{option}`" in section, (name, option)
