"""Published figures of a council, theme by theme, beside those of others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brightspots.publications.charts.course import Course, CoursePanel
from brightspots.publications.charts.funnel import Funnel, curves
from brightspots.publications.document import (
    Block,
    Bullets,
    Column,
    Entry,
    Paragraph,
    Picture,
    Section,
    Table,
)
from brightspots.publications.sentence import NOT_AVAILABLE, Sentence
from brightspots.publications.statutory_sentences import (
    INNER,
    OUTER,
    gap_of,
    statutory_key,
    value_of,
)
from brightspots.publications.wording import capital, listed, percent, plain
from brightspots.returns.published import AVERAGE, PER_10_000, SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brightspots.disclosure.statutory import OtherSide, PublishedComparison, PublishedFigure
    from brightspots.findings.funnel_lines import FunnelLines
    from brightspots.publications.contents import Contents

THEMES = {
    "Children in care": ("in_care", "started_care", "left_care"),
    "Strengths and difficulties (SDQ)": (
        "sdq_received", "sdq_average", "sdq_normal", "sdq_borderline", "sdq_concern",
    ),
    "Health": (
        "health_assessment", "immunisations", "dental_check", "development_assessment", "substance_misuse",
        "substance_intervention", "substance_refused",
    ),
    "Convictions and cautions": ("convicted",),
    "Stability of placement, school and social worker": (
        "three_placements", "three_placements_two_years", "same_carer", "school_move",
        "school_move_two_years", "mid_year_school_move", "mid_year_school_move_two_years",
        "three_social_workers", "three_social_workers_two_years",
    ),
    "Care leavers: in touch": (
        "in_touch", "not_in_touch", "refused_contact", "no_longer_needs_services",
    ),
    "Care leavers: education, employment and training": (
        "in_education_or_work", "higher_education", "other_education", "training_or_employment",
        "training_or_employment_not_apprenticeship", "apprenticeship", "not_in_education_or_work",
        "out_of_work_ill_or_disabled", "out_of_work_parenting", "out_of_work_other", "activity_not_known",
    ),
    "Care leavers: accommodation": (
        "suitable_accommodation", "unsuitable_accommodation", "accommodation_not_known",
    ),
}  # fmt: skip
"""Every measure of the catalogue, in the order in which they are told."""

ENGLAND = "England"
AGES = re.compile(r", ages \d+ to \d+$")
"""Ages of a figure, for which a picture has no room; its alternative text holds them."""
SPANS = {SHARE: 0.2, PER_10_000: 20.0, AVERAGE: 4.0}
"""What the scale of a picture holds at least, by unit: with less, small changes would look large."""
FEWEST_YEARS = 3
"""With fewer years shown a figure's course is left to the table."""

HEADLINES = frozenset({
    "in_care", "sdq_average", "sdq_concern", "health_assessment", "dental_check", "convicted",
    "three_placements", "same_carer", "mid_year_school_move", "three_social_workers", "in_touch",
    "in_education_or_work", "suitable_accommodation",
})  # fmt: skip
"""Measures that are said in words as well."""

AMONG_ALL = frozenset({"sdq_concern", "three_placements"})
"""Measures that are drawn among those of all councils."""

READING = (
    "Every child is counted, so nothing is tested: a gap is a gap. Gaps are taken before rounding.",
    "The gap stands below each figure of others: ours less theirs.",
    "Figures of England and of regions are as published; they hold our own children too.",
)
SOURCE = "Source: Department for Education, Children looked after in England"
READING_SDQ = "SDQ figures are of children with a score only; how many those are stands beside them."
READING_NEIGHBOURS = (
    "The figure of statistical neighbours ({names}) is of all their children together; the mean of the "
    "councils stands below it. Without the figure of one of them there is no figure for all."
)
READING_HIDDEN = "The publisher withholds small numbers. No gap to one of them is given."


def published_section(contents: Contents, comparison: PublishedComparison) -> Section:
    """Return everything that is published of one council."""
    themes = []
    for theme, measures in THEMES.items():
        figures = [figure for name in measures for figure in comparison.figures if figure.measure == name]
        if figures:
            themes.append(Section(theme, _theme(contents, comparison, theme, figures)))
    return Section(
        f"Statutory figures: {plain(comparison.area)}",
        (),
        (*themes, Section("How to read these figures", _reading(contents, comparison))),
    )


def _theme(
    contents: Contents, comparison: PublishedComparison, theme: str, figures: Sequence[PublishedFigure]
) -> tuple[Block, ...]:
    words = contents.words
    blocks: list[Block] = [_figures_table(contents, comparison, theme, figures)]
    blocks += _course(contents, comparison, theme, figures)
    blocks += [_funnel(contents, f, f.funnel) for f in figures if f.measure in AMONG_ALL and f.funnel]
    said = [words.statutory(figure) for figure in figures if figure.measure in HEADLINES]
    if said:
        blocks += [Paragraph(Sentence("In words:")), Bullets(tuple(said))]
    untold = tuple(words.why_no_figure(figures))
    return (*blocks, *([Bullets(untold)] if untold else []))


def _course(
    contents: Contents, comparison: PublishedComparison, theme: str, figures: Sequence[PublishedFigure]
) -> list[Picture]:
    """Return a picture of the headline figures over the years beside England's, if enough years are shown."""
    words = contents.words
    drawn = [
        (figure, other)
        for figure in figures
        for other in figure.others
        if figure.measure in HEADLINES and other.comparator == ENGLAND
        if sum(value is not None for value in figure.values) >= FEWEST_YEARS
    ]
    if not drawn:
        return []
    panels = tuple(
        CoursePanel(
            AGES.sub("", words.name_of(figure)),
            tuple(map(plain, figure.times)),
            figure.values,
            other.values,
            value_of(figure.values[-1], figure.unit, figure.value_reasons[-1]),
            value_of(other.values[-1], figure.unit),
            SPANS[figure.unit],
        )
        for figure, other in drawn
    )
    caption, alternative = words.course(theme, drawn)
    return [Picture(caption, alternative, Course(plain(comparison.area), ENGLAND, panels))]


def _funnel(contents: Contents, figure: PublishedFigure, lines: FunnelLines) -> Picture:
    """Return a picture of a share among those of all other councils, by size."""
    caption, alternative = contents.words.funnel(figure, lines)
    us, share = plain(figure.area), figure.value or 0.0
    chart = Funnel(
        us=us,
        them="another council",
        size=f"how many {contents.words.people_of(figure)}",
        n=lines.own.n,
        share=share,
        said=f"{us} {percent(share)}",
        others=lines.others,
        level=lines.level,
        said_level=f"all others {percent(lines.level)}",
        inner=curves(lines.limits, 1, 2),
        outer=curves(lines.limits, 3, 4),
        said_inner=INNER,
        said_outer=OUTER,
    )
    return Picture(caption, alternative, chart)


def _figures_table(
    contents: Contents, comparison: PublishedComparison, theme: str, figures: Sequence[PublishedFigure]
) -> Table:
    comparators = list(dict.fromkeys(other.comparator for figure in figures for other in figure.others))
    targets = any(figure.target is not None for figure in figures)
    units = {figure.unit for figure in figures}
    per = " (per 10,000 children)" if units == {PER_10_000} else ""
    rows = []
    for figure in figures:
        key = (statutory_key(figure),)
        others = {other.comparator: other for other in figure.others}
        entries = [
            Entry((Sentence(contents.words.name_of(figure)),)),
            Entry((Sentence(plain(figure.time)),)),
            Entry(tuple(Sentence(line, beside=key) for line in _own_lines(figure))),
        ]
        for name in comparators:
            lines = _other_lines(figure, others[name]) if name in others else [NOT_AVAILABLE]
            entries.append(Entry(tuple(Sentence(line, beside=key) for line in lines)))
        entries.append(Entry(tuple(Sentence(line, beside=key) for line in _years(figure))))
        if targets:
            entries.append(Entry((Sentence(_target(figure), beside=key),)))
        rows.append(tuple(entries))
    columns = (
        Column("Figure"),
        Column("Year"),
        Column(plain(comparison.area), numeric=True),
        *(Column(capital(name), numeric=True) for name in map(plain, comparators)),
        Column("Over the years"),
        *([Column("Target")] if targets else []),
    )
    return Table(f"{theme}, {plain(comparison.area)}{per}", columns, tuple(rows))


def _own_lines(figure: PublishedFigure) -> Iterator[str]:
    yield value_of(figure.value, figure.unit, figure.reason)
    if figure.value is not None and figure.unit == PER_10_000 and figure.count is not None:
        yield f"{figure.count:,.0f} children"
    if figure.value is not None and figure.unit == SHARE and figure.count is not None and figure.n:
        yield f"{figure.count:,.0f} of {figure.n:,.0f}"
    if figure.value is not None and figure.coverage is not None and figure.eligible:
        yield f"score for {percent(figure.coverage)} of {figure.eligible:,.0f}"


def _other_lines(figure: PublishedFigure, other: OtherSide) -> Iterator[str]:
    yield value_of(other.value, figure.unit, other.reason)
    if gap := gap_of(other.difference, figure.unit):
        yield gap
    if other.mean is not None:
        yield f"mean {value_of(other.mean, figure.unit)}"
    if other.value is not None and other.coverage is not None:
        yield f"score for {percent(other.coverage)}"


def _years(figure: PublishedFigure) -> Iterator[str]:
    """Return the course of a figure: years in a row in two lines, others one by one."""
    if len(figure.times) < 2:
        yield NOT_AVAILABLE
        return
    said = [value_of(v, figure.unit, r) for v, r in zip(figure.values, figure.value_reasons, strict=True)]
    first, last = figure.times[0], figure.times[-1]
    if last.isdigit() and int(last) - int(first) == len(said) - 1:
        yield f"{first} to {last}:"
        yield ", ".join(said)
    else:
        yield from (f"{plain(time)}: {one}" for time, one in zip(figure.times, said, strict=True))


def _target(figure: PublishedFigure) -> str:
    if figure.target is None:
        return NOT_AVAILABLE
    said = (
        {True: ": met", False: ": not met"}.get(figure.target_met, "")
        if figure.target_met is not None
        else ""
    )
    return value_of(figure.target, figure.unit) + said


def _reading(contents: Contents, comparison: PublishedComparison) -> tuple[Block, ...]:
    figures = comparison.figures
    notes = [Sentence(text) for text in READING]
    notes += [Sentence(READING_SDQ)] if any(f.coverage is not None for f in figures) else []
    if comparison.neighbours:
        names = listed(map(plain, comparison.neighbours))
        notes.append(Sentence(READING_NEIGHBOURS.format(names=names)))
    hidden = any("withheld" in (f.reason, *f.value_reasons, *(o.reason for o in f.others)) for f in figures)
    notes += [Sentence(READING_HIDDEN)] if hidden else []
    place = contents.words.place_among_councils(comparison)
    notes += [place] if place else []
    notes += [Sentence(plain(note)) for note in comparison.notes]
    sources = sorted({plain(figure.source) for figure in figures if figure.source})
    notes.append(
        Sentence(f"Source: Department for Education, Children looked after in England: {listed(sources)}.")
    )
    return (Bullets(tuple(notes)),)
