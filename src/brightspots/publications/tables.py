"""The tables of a report: one for each domain and age band, with what the comparisons say below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.document import Bar, Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.sentences import (
    CANNOT_FIND_A_CHILD,
    HIDDEN,
    NOT_AVAILABLE,
    Sentence,
    comparison_key,
    figure_key,
)
from brightspots.publications.wording import capital, percent, plain, points, whole_percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.disclosure.release import Figure, ReleasedCohort, ReleasedComparison
    from brightspots.publications.contents import Contents, Place

Bands = tuple[str, ...]


def survey_section(contents: Contents, place: Place) -> Section:
    """Return everything about one survey in one place."""
    title = plain(contents.questionnaire(place).title)
    if place.questionnaire in contents.words.several:
        title += f": {plain(place.area)}, {plain(place.wave)}"
    return Section(
        title, (responses_table(contents, place),), (*_domains(contents, place), *_groups(contents, place))
    )


def responses_table(contents: Contents, place: Place) -> Table:
    """Return how many answered each form."""
    rows = []
    for r in contents.responses_of(place):
        bands = tuple(contents.questionnaire(place).band) if r.age_band == "all" else (r.age_band,)
        name = "All" if r.age_band == "all" else capital(contents.words.ages(place.questionnaire, bands))
        rows.append(
            _row(
                name,
                HIDDEN if r.n is None else f"{r.n:,}",
                NOT_AVAILABLE if r.eligible is None else f"{r.eligible:,}",
                percent(r.rate) if r.rate is not None else HIDDEN if r.n is None else NOT_AVAILABLE,
            )
        )
    columns = (
        Column("Age group"),
        Column("Answered", numeric=True),
        Column("Could have answered", numeric=True),
    )
    return Table("How many answered", (*columns, Column("Share", numeric=True)), tuple(rows))


def _domains(contents: Contents, place: Place) -> list[Section]:
    sections = []
    figures, groups = contents.figures_of(place), contents.groups_of(place)
    for domain in contents.questionnaire(place).domains:
        name = plain(domain.label)
        own = [f for f in figures if f.domain == domain.id]
        broken_down = [f for f in groups if f.domain == domain.id]
        bands = list(dict.fromkeys(f.age_bands for f in sorted([*own, *broken_down], key=_widest_first)))
        parts = [
            Section(
                capital(contents.words.ages(place.questionnaire, band)),
                (
                    *_tables(contents, name, [f for f in own if f.age_bands == band]),
                    *_group_tables(contents, name, [f for f in broken_down if f.age_bands == band]),
                ),
            )
            for band in bands
        ]
        if len(parts) == 1:
            sections.append(Section(name, parts[0].blocks))
        elif parts:
            sections.append(Section(name, (), tuple(parts)))
    return sections


def _widest_first(figure: Figure) -> int:
    return -len(figure.age_bands)


def _tables(contents: Contents, domain: str, figures: Sequence[Figure]) -> list[Block]:
    """Return the tables of one domain and age band, and in words what their comparisons say."""
    if not figures:
        return []
    caption = f"{domain}, {contents.words.ages(figures[0].questionnaire, figures[0].age_bands)}"
    scales = [f for f in figures if contents.words.measure(f).kind == "scale"]
    others = [f for f in figures if contents.words.measure(f).kind != "scale"]
    blocks: list[Block] = [_indicator_table(contents, caption, others)] if others else []
    by_labels: dict[tuple[str, ...], list[Figure]] = {}
    for figure in scales:
        by_labels.setdefault(_band_names(contents, figure), []).append(figure)
    for labels, own in by_labels.items():
        what = (
            "scores from 0 to 10"
            if len(by_labels) == 1
            else ", ".join(dict.fromkeys(map(contents.words.label, own)))
        )
        blocks.append(_scale_table(contents, f"{caption}: {what}", labels, own))
    said = [contents.words.with_comparisons(f, contents.compared(f)) for f in figures if contents.compared(f)]
    if said:
        blocks += [Paragraph(Sentence("The comparisons in words:")), Bullets(tuple(said))]
    return blocks


def _indicator_table(contents: Contents, caption: str, figures: Sequence[Figure]) -> Table:
    compared = any(contents.compared(f) for f in figures)
    columns = [
        Column("Indicator"),
        Column("Share", numeric=True),
        Column("Answers", numeric=True),
        Column("Likely range", numeric=True),
        Column("Picture", picture=True),
    ]
    if compared:
        columns.append(Column("Compared with"))
    rows = []
    for figure in figures:
        entries = [
            *_entries(contents, contents.words.label(figure), figure),
            Entry(bar=bar(figure, contents.compared(figure))),
        ]
        if compared:
            entries.append(_compared_entry(contents, contents.compared(figure)))
        rows.append(tuple(entries))
    return Table(caption, tuple(columns), tuple(rows))


def _entries(contents: Contents, name: str, figure: Figure) -> list[Entry]:
    """Return a figure's name, share, answers and likely range."""
    key = (figure_key(figure),)
    words = contents.words
    answers = [Sentence(_answers(figure), key)]
    if figure.low_base:
        answers.append(Sentence("few answers", key))
    return [
        Entry((Sentence(name),)),
        Entry((Sentence(words.share(figure), key),)),
        Entry(tuple(answers)),
        Entry((Sentence(words.likely_range(figure), key),)),
    ]


def _answers(figure: Figure) -> str:
    if figure.status == "shown":
        return f"{figure.count:,} of {figure.n:,}"
    if figure.status == "banded":
        return f"of {figure.n:,}"
    return HIDDEN if figure.status == "withheld" else NOT_AVAILABLE


def _compared_entry(contents: Contents, comparisons: Iterable[ReleasedComparison], prefix: str = "") -> Entry:
    lines = []
    for c in comparisons:
        words = contents.words.verdict_words(c)
        if contents.words.verdict(c)[0] in ("better", "worse") and c.difference is not None:
            words += f", by {points(c.difference)}"
        text = f"{prefix}{contents.words.others(c)}: {words}"
        lines.append(Sentence(text, (figure_key(c.figure),), (comparison_key(c),)))
    return Entry(tuple(lines) or (Sentence(NOT_AVAILABLE),))


def bar(figure: Figure, comparisons: Iterable[ReleasedComparison] = ()) -> Bar | None:
    """Return the picture of a figure; None where it is hidden: it is absent, not at zero."""
    if figure.lower is None or figure.upper is None:
        return None
    marks = sorted({whole_percent(c.benchmark) for c in comparisons if c.benchmark is not None})
    share = None if figure.share is None else whole_percent(figure.share)
    return Bar(whole_percent(figure.lower), whole_percent(figure.upper), share, tuple(marks))


def _band_names(contents: Contents, figure: Figure) -> tuple[str, ...]:
    measure = contents.words.measure(figure)
    return tuple(contents.words.category_of(figure.questionnaire, measure, c) for c in measure.categories)


def _scale_table(contents: Contents, caption: str, labels: Sequence[str], figures: Sequence[Figure]) -> Table:
    by_measure: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_measure.setdefault(figure.measure, {})[figure.category] = figure
    compared = any(contents.compared(f) for f in figures)
    columns = [
        Column("Scale"),
        *(Column(capital(label), numeric=True) for label in labels),
        Column("Answers", numeric=True),
    ]
    rows = []
    for bands in by_measure.values():
        first = next(iter(bands.values()))
        said = [f.n for f in bands.values() if f.n is not None]
        entries = [Entry((Sentence(contents.words.label(first)),))]
        entries += [_band_entry(contents, bands.get(c)) for c in contents.words.measure(first).categories]
        entries.append(
            Entry((Sentence(f"{said[0]:,}" if said else HIDDEN, tuple(map(figure_key, bands.values()))),))
        )
        if compared:
            lines = [
                line
                for f in bands.values()
                for line in _compared_entry(
                    contents, contents.compared(f), f"{capital(contents.words.category(f))}: "
                ).lines
                if contents.compared(f)
            ]
            entries.append(Entry(tuple(lines) or (Sentence(NOT_AVAILABLE),)))
        rows.append(tuple(entries))
    if compared:
        columns.append(Column("Compared with"))
    return Table(caption, tuple(columns), tuple(rows))


def _band_entry(contents: Contents, figure: Figure | None) -> Entry:
    if figure is None:
        return Entry((Sentence(NOT_AVAILABLE),))
    key = (figure_key(figure),)
    share, likely = contents.words.share(figure), contents.words.likely_range(figure)
    lines = [Sentence(share, key)]
    if figure.lower is not None:
        lines.append(Sentence(f"({likely})", key))
    return Entry(tuple(lines))


def _group_tables(contents: Contents, domain: str, figures: Sequence[Figure]) -> list[Table]:
    """Return the tables that break one domain and age band down by traits."""
    by_traits: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        by_traits.setdefault(tuple(trait for trait, _ in figure.group), []).append(figure)
    tables = []
    for traits, own in by_traits.items():
        questionnaire = contents.release.questionnaires[own[0].questionnaire]
        by = " and ".join(plain(questionnaire.trait[t].label).lower() for t in traits)
        ages = contents.words.ages(own[0].questionnaire, own[0].age_bands)
        rows = []
        for figure in own:
            name, *numbers = _entries(contents, _full_label(contents, figure), figure)
            group = contents.words.group(figure.questionnaire, figure.group)
            rows.append((name, Entry((Sentence(capital(group)),)), *numbers))
        columns = (
            Column("Indicator"),
            Column("Group"),
            *(Column(t, numeric=True) for t in ("Share", "Answers", "Likely range")),
        )
        tables.append(Table(f"{domain} by {by}, {ages}", columns, tuple(rows)))
    return tables


def _full_label(contents: Contents, figure: Figure) -> str:
    label = contents.words.label(figure)
    if contents.words.measure(figure).kind != "scale":
        return label
    return f"{label}: {contents.words.category(figure)}"


def _groups(contents: Contents, place: Place) -> list[Section]:
    """Return the section on groups: those that stand out, then every group that was named beforehand."""
    cohorts = contents.cohorts_of(place)
    if not cohorts:
        return []
    words, first = contents.words, cohorts[0]
    blocks: list[Block] = []
    search = contents.release.searches.get(place.questionnaire)
    if search is not None:
        blocks.append(Paragraph(words.search(place.questionnaire, search, first.figure.age_bands)))
    flagged = [c for c in cohorts if c.tier == "flag"]
    blocks.append(
        Bullets(tuple(words.cohort(c) for c in flagged)) if flagged else Paragraph(words.no_flag(cohorts))
    )
    blocks.append(Paragraph(Sentence(CANNOT_FIND_A_CHILD)))
    promise = plain(contents.release.promises.get(place.questionnaire, ""))
    if promise:
        blocks.append(Paragraph(Sentence(f"What they were told: “{promise}”")))
    columns = (
        Column("Group"),
        Column("Share", numeric=True),
        Column("Answers", numeric=True),
        Column("Likely range", numeric=True),
        Column("Picture", picture=True),
        Column("All others", numeric=True),
        Column("In short"),
    )
    rows = tuple(_group_row(contents, cohort) for cohort in cohorts)
    ages = words.ages(place.questionnaire, first.figure.age_bands)
    blocks.append(Table(f"{_full_label(contents, first.figure)}: every group, {ages}", columns, rows))
    title = "Groups that may need more" if first.direction == "low" else "Groups that do well"
    return [Section(title, tuple(blocks))]


def _group_row(contents: Contents, cohort: ReleasedCohort) -> tuple[Entry, ...]:
    rest_key = (figure_key(cohort.rest),)
    in_short = {"withheld": HIDDEN, "no base": NOT_AVAILABLE, "banded": "given as a band"}.get(
        cohort.figure.status, "not singled out" if cohort.rest.status == "shown" else NOT_AVAILABLE
    )
    if cohort.tier == "flag":
        in_short = "stands out"
    return (
        *_entries(contents, capital(plain(cohort.name)), cohort.figure),
        Entry(bar=bar(cohort.figure)),
        Entry((Sentence(contents.words.share(cohort.rest), rest_key), *_rest_answers(cohort))),
        Entry((Sentence(in_short, (figure_key(cohort.figure),)),)),
    )


def _rest_answers(cohort: ReleasedCohort) -> tuple[Sentence, ...]:
    if cohort.rest.status not in ("shown", "banded"):
        return ()
    return (Sentence(f"({_answers(cohort.rest)})", (figure_key(cohort.rest),)),)


def _row(*texts: str) -> tuple[Entry, ...]:
    return tuple(Entry((Sentence(text),)) for text in texts)
