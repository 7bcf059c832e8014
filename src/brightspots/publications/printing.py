"""What the command line prints: the summary in lines, and the groups for people and for machines."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from brightspots.publications.contents import Contents
from brightspots.publications.document import Bullets, Paragraph
from brightspots.publications.groups import search_title
from brightspots.publications.sentences import NO_SEARCH
from brightspots.publications.summary import summary
from brightspots.publications.text import group_rows, recheck_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.figures import ReleasedCohort
    from brightspots.disclosure.release import Release
    from brightspots.publications.document import Section

WIDTH = 88


def findings_text(release: Release, *, width: int = WIDTH) -> str:
    """Return the summary of a release as plain lines.

    Parameters
    ----------
    release : Release
    width : int, default 88
        Most characters in a line.

    Examples
    --------
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
    >>> print(findings_text(out).splitlines()[0])
    300 of 723 children and young people answered (41%); how the others feel is not known.
    """
    section = summary(Contents(release))
    lines = [line for text, _ in _texts(section) for line in _wrapped(text, width)]
    for part in section.sections:
        lines += ["", part.title]
        lines += [line for text, mark in _texts(part) for line in _wrapped(text, width, mark)]
    return "\n".join(lines)


def cohorts_text(release: Release, *, width: int = WIDTH) -> str:
    """Return the released groups as plain lines, search by search: those that stand out come first.

    After them come the groups that stood out last time, and what stands beside every group.
    """
    contents = Contents(release)
    lines: list[str] = []
    for place in contents.places:
        searched, again = contents.searched(place), contents.rechecks_of(place)
        for search, cohorts in searched:
            lines += [search_title(contents, place, search)] if len(release.searches) > 1 else []
            lines += _search_lines(contents, cohorts, width)
        lines += [contents.words.style.headings["last_time"]] if again else []
        for recheck in again:
            lines += _wrapped(contents.words.recheck(recheck).text, width, "- ")
        if searched or again:
            lines += _wrapped(contents.beside_groups(place.questionnaire), width)
    return "\n".join(lines or [NO_SEARCH])


def _search_lines(contents: Contents, cohorts: Sequence[ReleasedCohort], width: int) -> list[str]:
    """Return the groups of one search."""
    words = contents.words
    lines: list[str] = []
    if all(c.tier != "flag" for c in cohorts):
        lines += _wrapped(words.no_flag(cohorts).text, width)
    for cohort in cohorts:
        if cohort.figure.status == "withheld":
            continue
        lines += _wrapped(words.cohort(cohort).text, width, "* " if cohort.tier == "flag" else "- ")
        described = contents.goes_with(cohort)
        lines += _wrapped(words.goes_with(cohort, described).text, width, "  ") if described else []
        for one in described:
            lines += _wrapped(words.description(one).text, width, "  - ")
    hidden = [c for c in cohorts if c.figure.status == "withheld"]
    return lines + (_wrapped(words.hidden_groups(hidden).text, width, "- ") if hidden else [])


def cohorts_data(release: Release) -> list[dict[str, Any]]:
    """Return the released groups as plain data, those of the last wave after them: released values only."""
    contents = Contents(release)
    return [*group_rows(contents), *recheck_rows(contents)]


def _texts(section: Section) -> list[tuple[str, str]]:
    """Return what stands under a heading, and the mark before it: a dash for the items of a list."""
    texts = []
    for block in section.blocks:
        if isinstance(block, Bullets):
            texts += [(item.text, "- ") for item in block.items]
        elif isinstance(block, Paragraph):
            texts.append((block.sentence.text, ""))
    return texts


def _wrapped(text: str, width: int, mark: str = "") -> list[str]:
    return textwrap.wrap(text, width, initial_indent=mark, subsequent_indent=" " * len(mark))
