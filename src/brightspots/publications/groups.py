"""The section on groups of children: those that stand out, then every group that was named beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.cohort_tables import CANNOT_FIND_A_CHILD
from brightspots.publications.document import Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.sentences import (
    HIDDEN,
    NOT_AVAILABLE,
    Sentence,
    figure_key,
)
from brightspots.publications.tables import NUMBERS, answers_of, figure_entries
from brightspots.publications.wording import capital, plain

if TYPE_CHECKING:
    from brightspots.disclosure.figures import ReleasedCohort
    from brightspots.publications.contents import Contents, Place


TITLES = {"low": "Groups that may need more", "high": "Groups that do well"}


def group_sections(contents: Contents, place: Place) -> list[Section]:
    """Return a section for each search for groups; none where no search was made."""
    searched: dict[tuple[str, str], list[ReleasedCohort]] = {}
    for cohort in contents.cohorts_of(place):
        searched.setdefault((cohort.direction, cohort.measure), []).append(cohort)
    several = len({direction for direction, _ in searched}) < len(searched)
    sections = []
    for (direction, _), cohorts in searched.items():
        what = f": {contents.words.label(cohorts[0].figure)}" if several else ""
        sections.append(Section(TITLES[direction] + what, _blocks(contents, place, cohorts)))
    return sections


def _blocks(contents: Contents, place: Place, cohorts: list[ReleasedCohort]) -> tuple[Block, ...]:
    words, first = contents.words, cohorts[0]
    flagged = [c for c in cohorts if c.tier == "flag"]
    blocks: list[Block] = []
    search = contents.release.searches.get(place.questionnaire)
    if search is not None and (search.measure, search.direction) == (first.measure, first.direction):
        blocks.append(Paragraph(words.search(place.questionnaire, search, first.figure.age_bands)))
    if flagged:
        blocks.append(Bullets(tuple(words.cohort(c) for c in flagged)))
    else:
        blocks.append(Paragraph(words.no_flag(cohorts)))
    blocks.append(Paragraph(Sentence(CANNOT_FIND_A_CHILD)))
    promise = contents.release.promises.get(place.questionnaire, "")
    if plain(promise):
        blocks.append(Paragraph(words.told(promise)))
    columns = (Column("Group"), *NUMBERS, Column("All others", numeric=True), Column("In short"))
    caption = words.title(f"{words.full_label(first.figure)}: every group", first.figure)
    blocks.append(Table(caption, columns, tuple(_row(contents, cohort) for cohort in cohorts)))
    return tuple(blocks)


def _row(contents: Contents, cohort: ReleasedCohort) -> tuple[Entry, ...]:
    rest = [Sentence(contents.words.share(cohort.rest), (figure_key(cohort.rest),))]
    if cohort.rest.status in ("shown", "banded"):
        rest.append(Sentence(f"({answers_of(cohort.rest)})", (figure_key(cohort.rest),)))
    return (
        *figure_entries(contents, capital(plain(cohort.name)), cohort.figure),
        Entry(tuple(rest)),
        Entry((Sentence(_in_short(cohort), (figure_key(cohort.figure),)),)),
    )


def _in_short(cohort: ReleasedCohort) -> str:
    if cohort.tier == "flag":
        return "stands out"
    if cohort.figure.status == "shown":
        return "not singled out" if cohort.rest.status == "shown" else HIDDEN
    known = {"withheld": HIDDEN, "banded": "given as a band"}
    return known.get(cohort.figure.status, NOT_AVAILABLE)
