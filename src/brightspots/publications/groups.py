"""The section on groups of children: those that stand out, then every group that was named beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.document import Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.sentences import (
    CANNOT_FIND_A_CHILD,
    HIDDEN,
    NOT_AVAILABLE,
    Sentence,
    figure_key,
)
from brightspots.publications.tables import NUMBERS, answers_of, figure_entries
from brightspots.publications.wording import capital, plain

if TYPE_CHECKING:
    from brightspots.disclosure.release import ReleasedCohort
    from brightspots.publications.contents import Contents, Place


def group_sections(contents: Contents, place: Place) -> list[Section]:
    """Return the section on groups; none where no search was made."""
    cohorts = contents.cohorts_of(place)
    if not cohorts:
        return []
    words, first = contents.words, cohorts[0]
    flagged = [c for c in cohorts if c.tier == "flag"]
    blocks: list[Block] = []
    search = contents.release.searches.get(place.questionnaire)
    if search is not None:
        blocks.append(Paragraph(words.search(place.questionnaire, search, first.figure.age_bands)))
    if flagged:
        blocks.append(Bullets(tuple(words.cohort(c) for c in flagged)))
    else:
        blocks.append(Paragraph(words.no_flag(cohorts)))
    blocks.append(Paragraph(Sentence(CANNOT_FIND_A_CHILD)))
    promise = contents.release.promises.get(place.questionnaire, "")
    if plain(promise):
        blocks.append(Paragraph(words.told(promise)))
    ages = words.ages_heading(place.questionnaire, first.figure.age_bands)
    columns = (Column("Group"), *NUMBERS, Column("All others", numeric=True), Column("In short"))
    rows = tuple(_row(contents, cohort) for cohort in cohorts)
    blocks.append(Table(f"{words.full_label(first.figure)}: every group, {ages}", columns, rows))
    title = "Groups that may need more" if first.direction == "low" else "Groups that do well"
    return [Section(title, tuple(blocks))]


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
