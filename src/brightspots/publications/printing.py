"""What the command line prints: the summary in lines, and the groups for people and for machines."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from brightspots.findings.cohort_tables import CANNOT_FIND_A_CHILD
from brightspots.publications.contents import Contents
from brightspots.publications.document import Bullets, Paragraph
from brightspots.publications.sentences import NO_SEARCH
from brightspots.publications.summary import summary
from brightspots.publications.text import cohort_row

if TYPE_CHECKING:
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
    """Return the released groups as plain lines: those that stand out first, then every named one."""
    contents = Contents(release)
    lines: list[str] = []
    for place in contents.places:
        cohorts = contents.cohorts_of(place)
        if not cohorts:
            continue
        if all(c.tier != "flag" for c in cohorts):
            lines += _wrapped(contents.words.no_flag(cohorts).text, width)
        said = [c for c in cohorts if c.figure.status != "withheld"]
        for cohort in said:
            mark = "* " if cohort.tier == "flag" else "- "
            lines += _wrapped(contents.words.cohort(cohort).text, width, mark)
        hidden = [c for c in cohorts if c.figure.status == "withheld"]
        if hidden:
            lines += _wrapped(contents.words.hidden_groups(hidden).text, width, "- ")
    lines += _wrapped(CANNOT_FIND_A_CHILD, width) if lines else [NO_SEARCH]
    return "\n".join(lines)


def cohorts_data(release: Release) -> list[dict[str, Any]]:
    """Return the released groups as plain data: released values only."""
    contents = Contents(release)
    return [cohort_row(contents, cohort) for cohort in contents.cohorts]


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
