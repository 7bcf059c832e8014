"""Twelve invented councils, what each released, and what each gave to a pool."""

from datetime import date

import pytest

import brightspots as bs

MEASURES = ["likes_school", "feels_safe", "life_satisfaction", "low_wellbeing"]
UNTIL = date(2030, 1, 1)
NAMES = (
    "Barnsley", "Calderdale", "Doncaster", "Kent", "Kirklees", "Leeds", "Rotherham", "Sheffield",
    "Shropshire", "Wakefield", "Wigan", "York",
)  # fmt: skip


def renamed(tally):
    """Return the tally with its councils under real names."""
    body = {f"Council {i}": name for i, name in enumerate(NAMES, start=1)}
    tables = {}
    for grouping, table in tally.tables.items():
        keys = [(body[key[0]], *key[1:]) for key in table.keys]
        tables[grouping] = type(table).of(keys, table.counts)
    return bs.Tally(tally.questionnaire, tables)


@pytest.fixture(scope="session")
def questionnaire():
    return bs.load_questionnaire("children-in-care")


@pytest.fixture(scope="session")
def country():
    sizes = [90, 240, 160, 400, 120, 300, 150, 260, 110, 130, 200, 100]
    return renamed(bs.tally(bs.make_survey(councils=12, respondents=sizes, seed=7)))


@pytest.fixture(scope="session")
def releases(country):
    return {area: bs.release(bs.estimate(country.only(area=area), measures=MEASURES)) for area in NAMES}


@pytest.fixture(scope="session")
def gifts(releases):
    return {
        area: bs.exchange.contribute(out, recipients="the twelve", until=UNTIL)[0]
        for area, out in releases.items()
    }
