"""The section on groups of children: those that stand out, then every group that was named beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.findings.cohort_tables import CANNOT_FIND_A_CHILD
from brightspots.publications.document import Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.group_pictures import group_pictures
from brightspots.publications.sentence import HIDDEN, NOT_AVAILABLE, Sentence
from brightspots.publications.tables import NUMBERS, answers_of, figure_entries
from brightspots.publications.wording import capital, plain, points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedDescription, Search
    from brightspots.publications.contents import Contents, Place


HEADINGS = {"low": "doing_less_well", "high": "doing_well"}
"""What a style calls the section of a search, by its direction."""


def group_sections(contents: Contents, place: Place) -> list[Section]:
    """Return a section for each search for groups, and one for those that stood out last time."""
    searched = contents.searched(place)
    sections = []
    listed: set[frozenset[Figure]] = set()
    for search, cohorts in searched:
        blocks = _blocks(contents, place, search, cohorts)
        figures = frozenset(c.figure for c in cohorts if len(c.conditions) == 1)
        if figures not in listed:  # else the same figures stand in the table of another search
            blocks += [*group_pictures(contents, cohorts), _every_group(contents, cohorts)]
        listed.add(figures)
        sections.append(Section(search_title(contents, place, search), tuple(blocks)))
    again = tuple(map(contents.words.recheck, contents.rechecks_of(place)))
    if again:
        sections.append(
            Section(contents.words.style.headings["last_time"], (Bullets(again), *_beside(contents, place)))
        )
    return sections


def search_title(contents: Contents, place: Place, search: Search) -> str:
    """Return the title of a search; with what was searched where there is another of its direction."""
    alike = [groups for one, groups in contents.searched(place) if one.direction == search.direction]
    named = next(groups for one, groups in contents.searched(place) if one == search)
    what = f": {contents.words.label(named[0].figure)}" if len(alike) > 1 else ""
    return contents.words.style.headings[HEADINGS[search.direction]] + what


def _blocks(
    contents: Contents, place: Place, search: Search, cohorts: Sequence[ReleasedCohort]
) -> list[Block]:
    words, first = contents.words, cohorts[0]
    flagged = [c for c in cohorts if c.tier == "flag"]
    blocks: list[Block] = [Paragraph(words.search(search, first.figure.age_bands))]
    if flagged:
        blocks.append(Bullets(tuple(words.cohort(c) for c in flagged)))
        for cohort in flagged:
            blocks += _goes_with(contents, cohort, contents.goes_with(cohort))
        blocks.append(Paragraph(words.others_may_too(cohorts)))
    else:
        blocks.append(Paragraph(words.no_flag(cohorts)))
    return [*blocks, *_beside(contents, place)]


def _every_group(contents: Contents, cohorts: Sequence[ReleasedCohort]) -> Table:
    """Return every group that was named beforehand, and those that stand out."""
    columns = (
        Column("Group"), *NUMBERS, Column("All others", numeric=True),
        Column("Gap that could be found", numeric=True), Column("In short"),
    )  # fmt: skip
    first = cohorts[0].figure
    caption = contents.words.title(f"{contents.words.full_label(first)}: every group", first)
    return Table(caption, columns, tuple(_row(contents, cohort) for cohort in cohorts))


def _beside(contents: Contents, place: Place) -> list[Block]:
    """Return what stands beside every group."""
    promise = contents.release.promises.get(place.questionnaire, "")
    told = [Paragraph(contents.words.told(promise))] if plain(promise) else []
    return [Paragraph(Sentence(CANNOT_FIND_A_CHILD)), *told]


def _goes_with(
    contents: Contents, cohort: ReleasedCohort, described: Sequence[ReleasedDescription]
) -> list[Block]:
    """Return on which questions a group that stands out differs clearly from all others."""
    if not described:
        return []
    words = contents.words
    columns = (
        Column("Indicator"), Column("Asked of"), *NUMBERS, Column("All others", numeric=True),
        Column("Gap", numeric=True),
    )  # fmt: skip
    rows = []
    for one in described:
        name, *numbers = figure_entries(contents, words.full_label(one.figure), one.figure)
        asked = words.ages_heading(one.figure.questionnaire, one.figure.age_bands)
        key = (figure_key(one.figure), figure_key(one.rest))
        likely = words.likely_gap(one).removeprefix("likely range ")
        gap = [Sentence(points(one.difference), key), Sentence(f"({likely})", key)]
        rest = _rest_entry(contents, one.rest)
        rows.append((name, Entry((Sentence(capital(asked)),)), *numbers, rest, Entry(tuple(gap))))
    where = words.where(cohort.figure.questionnaire, cohort.figure.area, cohort.figure.wave)
    caption = f"What goes with it: {plain(cohort.name)}{where}"
    return [Paragraph(words.goes_with(cohort, described)), Table(caption, columns, tuple(rows))]


def _row(contents: Contents, cohort: ReleasedCohort) -> tuple[Entry, ...]:
    key = (figure_key(cohort.figure),)
    return (
        *figure_entries(contents, capital(plain(cohort.name)), cohort.figure),
        _rest_entry(contents, cohort.rest),
        Entry((Sentence(_findable(cohort), key),)),
        Entry((Sentence(_in_short(contents.words.style.verdicts, cohort), key),)),
    )


def _rest_entry(contents: Contents, rest: Figure) -> Entry:
    key = (figure_key(rest),)
    lines = [Sentence(contents.words.share(rest), key)]
    if rest.status in ("shown", "banded"):
        lines.append(Sentence(f"({answers_of(rest)})", key))
    return Entry(tuple(lines))


def _findable(cohort: ReleasedCohort) -> str:
    """Return about how large a gap the search could have found."""
    if cohort.detectable is not None:
        return points(cohort.detectable)
    open_ = cohort.figure.status in ("shown", "no base") and cohort.rest.status in ("shown", "no base")
    return NOT_AVAILABLE if open_ else HIDDEN


def _in_short(verdicts: Mapping[str, str], cohort: ReleasedCohort) -> str:
    if cohort.tier == "flag":
        return verdicts["stands_out"]
    if cohort.figure.status == "shown":
        return verdicts["not_singled_out"] if cohort.rest.status == "shown" else HIDDEN
    known = {"withheld": HIDDEN, "banded": "given as a band"}
    return known.get(cohort.figure.status, NOT_AVAILABLE)
