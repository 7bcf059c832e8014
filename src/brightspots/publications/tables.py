"""The tables of a survey: one for each domain and age band, with what the comparisons say below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.figures import figure_key
from brightspots.findings.detectable import NEAR
from brightspots.publications.comparison_sentences import benchmark_is_public
from brightspots.publications.document import Bar, Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.names import ALL
from brightspots.publications.pictures import domain_pictures
from brightspots.publications.response_sentences import (
    ON_GROUPS,
    STANDINGS,
    STILL_OPEN,
    USUAL,
    to_the_target,
)
from brightspots.publications.sentence import HIDDEN, NOT_AVAILABLE, Sentence, comparison_key
from brightspots.publications.sentences import IN_WORDS
from brightspots.publications.wording import capital, percent, plain, points, uncapital, whole_percent
from brightspots.statistics import detectable_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.contents import Contents, Place

NUMBERS = (
    Column("Share", numeric=True),
    Column("How many", numeric=True),
    Column("Likely range", pictured=True),
)


def responses_table(contents: Contents, place: Place) -> Table:
    """Return how many answered each form; while the survey is open, how many more make the target."""
    is_open = contents.open_survey(place) is not None
    rows = []
    for r in contents.responses_of(place):
        missing = HIDDEN if r.n is None else NOT_AVAILABLE
        rows.append(
            row(
                _ages_of(contents, place, r.age_band),
                HIDDEN if r.n is None else f"{r.n:,}",
                NOT_AVAILABLE if r.eligible is None else f"{r.eligible:,}",
                missing if r.rate is None else percent(r.rate),
                *([to_the_target(r) or missing] if is_open else []),
            )
        )
    titles = ("Answered", "Could have answered", "Share", *([capital(USUAL)] if is_open else []))
    columns = (Column("Age group"), *(Column(title, numeric=True) for title in titles))
    who = contents.words.people(place.questionnaire) + contents.words.where(*place)
    return Table(f"How many {who} answered", columns, tuple(rows))


def open_blocks(contents: Contents, place: Place) -> tuple[Block, ...]:
    """Return which groups have reached the target while the survey is open."""
    survey = contents.open_survey(place)
    if survey is None:
        return ()
    still = Paragraph(Sentence(STILL_OPEN))
    if not survey.groups:
        return (still,)
    names = [contents.words.group(place.questionnaire, ((one.trait, one.level),)) for one in survey.groups]
    rows = tuple(
        row(capital(name), STANDINGS[one.standing]) for name, one in zip(names, survey.groups, strict=True)
    )
    columns = (Column("Group"), Column(capital(USUAL)))
    caption = f"Which groups have reached the {USUAL}{contents.words.where(*place)}"
    return (Table(caption, columns, rows), Paragraph(Sentence(ON_GROUPS)), still)


def detectable_table(contents: Contents, place: Place) -> Table:
    """Return what gap each form could have shown, from nothing but how many answered it."""
    rows = []
    for r in contents.responses_of(place):
        gaps = [HIDDEN] * len(NEAR) if r.n is None else [points(gap) for gap in detectable_gap(r.n, NEAR)]
        rows.append(row(_ages_of(contents, place, r.age_band), *gaps))
    columns = (Column("Age group"), *(Column(f"Near {percent(share)}", numeric=True) for share in NEAR))
    return Table(f"What gap this survey could have shown{contents.words.where(*place)}", columns, tuple(rows))


def _ages_of(contents: Contents, place: Place, age_band: str) -> str:
    if age_band == ALL:
        return "All"
    return capital(contents.words.ages(place.questionnaire, (age_band,)))


def domain_sections(contents: Contents, place: Place) -> list[Section]:
    """Return a section for each domain, and in it one for each age band: the widest first."""
    sections = []
    figures, groups = contents.figures_of(place), contents.groups_of(place)
    for domain in contents.questionnaire(place).domains:
        own = [f for f in figures if f.domain == domain.id]
        broken_down = [f for f in groups if f.domain == domain.id]
        pools = dict.fromkeys(
            f.age_bands for f in sorted([*own, *broken_down], key=_pool_order(contents, place))
        )
        name = plain(domain.label)
        parts = [
            Section(
                capital(contents.words.ages_heading(place.questionnaire, pool)),
                (
                    *_tables(contents, name, [f for f in own if f.age_bands == pool]),
                    *_not_asked(contents, place, domain.id, pool),
                    *_group_tables(contents, name, [f for f in broken_down if f.age_bands == pool]),
                ),
            )
            for pool in pools
        ]
        pictures = domain_pictures(contents, place, name, own)
        if len(parts) == 1:
            sections.append(Section(name, (*pictures, *parts[0].blocks)))
        elif parts:
            sections.append(Section(name, tuple(pictures), tuple(parts)))
    return sections


def _pool_order(contents: Contents, place: Place) -> Callable[[Figure], tuple[int, list[int]]]:
    bands = list(contents.questionnaire(place).band)
    return lambda figure: (-len(figure.age_bands), [bands.index(b) for b in figure.age_bands if b in bands])


def _tables(contents: Contents, domain: str, figures: Sequence[Figure]) -> list[Block]:
    """Return the tables of one domain and pool of age bands, and in words what their comparisons say."""
    if not figures:
        return []
    words = contents.words
    caption = words.title(domain, figures[0])
    scales = [f for f in figures if words.measure(f).kind == "scale"]
    others = [f for f in figures if words.measure(f).kind != "scale"]
    blocks: list[Block] = [_indicator_table(contents, caption, others)] if others else []
    blocks += _scale_tables(contents, caption, scales)
    in_words = [(f, [c for c in contents.compared(f) if c.verdict != "withheld"]) for f in figures]
    said = [words.with_comparisons(f, compared) for f, compared in in_words if compared]
    if said:
        blocks += [Paragraph(Sentence(IN_WORDS)), Bullets(tuple(said))]
    return blocks


def _scale_tables(contents: Contents, caption: str, figures: Sequence[Figure]) -> list[Block]:
    """Return the bands of 0-10 scales, a table for each set of band names, and their comparisons."""
    words = contents.words
    blocks: list[Block] = []
    by_labels: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        by_labels.setdefault(_category_names(contents, figure), []).append(figure)
    for labels, own in by_labels.items():
        names = ", ".join(dict.fromkeys(uncapital(words.label(f)) for f in own))
        what = "scores from 0 to 10" if len(by_labels) == 1 else f"scores from 0 to 10, {names}"
        blocks.append(_scale_table(contents, f"{caption}: {what}", labels, own))
    compared = [f for f in figures if contents.compared(f)]
    if compared:
        blocks.append(_indicator_table(contents, f"{caption}: scores compared", compared))
    return blocks


def _not_asked(contents: Contents, place: Place, domain: str, pool: tuple[str, ...]) -> list[Block]:
    if len(pool) > 1 or len(contents.questionnaire(place).band) == 1:
        return []
    asked = contents.words.measures(place.questionnaire).values()
    labels = [plain(m.label) for m in asked if m.domain == domain and pool[0] not in m.asked]
    return [Paragraph(contents.words.not_asked(place.questionnaire, pool[0], labels))] if labels else []


def _indicator_table(contents: Contents, caption: str, figures: Sequence[Figure]) -> Table:
    compared = any(contents.compared(f) for f in figures)
    rows = []
    for figure in figures:
        entries = figure_entries(
            contents, contents.words.full_label(figure), figure, contents.compared(figure)
        )
        if compared:
            entries.append(compared_entry(contents, contents.compared(figure)))
        rows.append(tuple(entries))
    more = (Column("Compared with"),) if compared else ()
    return Table(caption, (Column("Indicator"), *NUMBERS, *more), tuple(rows))


def figure_entries(
    contents: Contents, name: str, figure: Figure, compared: Iterable[ReleasedComparison] = ()
) -> list[Entry]:
    """Return a figure's name, share, answers and likely range with its picture."""
    key = (figure_key(figure),)
    words = contents.words
    answers = [Sentence(answers_of(figure), key)]
    if figure.low_base:
        answers.append(Sentence("few answers", key))
    return [
        Entry((Sentence(name),)),
        Entry((Sentence(words.share(figure), key),)),
        Entry(tuple(answers)),
        Entry((Sentence(words.likely_range(figure), key),), bar(figure, compared)),
    ]


def answers_of(figure: Figure) -> str:
    """Return how many of how many in figures, or a symbol."""
    if figure.status == "shown":
        return f"{figure.count:,} of {figure.n:,}"
    if figure.status == "banded":
        return f"of {figure.n:,}"
    return HIDDEN if figure.status == "withheld" else NOT_AVAILABLE


def bar(figure: Figure, comparisons: Iterable[ReleasedComparison] = ()) -> Bar | None:
    """Return the picture of a figure; None where it is hidden: it is absent, not at zero."""
    if figure.lower is None or figure.upper is None:
        return None
    others = {c.benchmark for c in comparisons if c.benchmark is not None and benchmark_is_public(c)}
    share = None if figure.share is None else whole_percent(figure.share)
    marks = tuple(sorted({whole_percent(other) for other in others}))
    return Bar(whole_percent(figure.lower), whole_percent(figure.upper), share, marks)


def compared_entry(contents: Contents, comparisons: Iterable[ReleasedComparison]) -> Entry:
    """Return what a figure is compared with, a line each."""
    words = contents.words
    lines = tuple(
        Sentence(said, (figure_key(c.figure),), (comparison_key(c),))
        for c in comparisons
        for said in (f"{words.marked_others(c)}: {words.verdict_words(c)}", words.although(c))
        if said
    )
    return Entry(lines or (Sentence(NOT_AVAILABLE),))


def _category_names(contents: Contents, figure: Figure) -> tuple[str, ...]:
    measure = contents.words.measure(figure)
    return tuple(contents.words.category_of(figure.questionnaire, measure, c) for c in measure.categories)


def _scale_table(contents: Contents, caption: str, labels: Sequence[str], figures: Sequence[Figure]) -> Table:
    """Return the four bands of some 0-10 scales, one row a scale."""
    by_measure: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_measure.setdefault(figure.measure, {})[figure.category] = figure
    rows = []
    for bands in by_measure.values():
        first = next(iter(bands.values()))
        n = next((f.n for f in bands.values() if f.n is not None), None)
        answers = Sentence(HIDDEN if n is None else f"{n:,}", tuple(map(figure_key, bands.values())))
        entries = [Entry((Sentence(contents.words.label(first)),))]
        entries += [_band_entry(contents, bands.get(c)) for c in contents.words.measure(first).categories]
        rows.append((*entries, Entry((answers,))))
    columns = (Column("Scale"), *(Column(capital(label), numeric=True) for label in labels))
    return Table(caption, (*columns, Column("Answers", numeric=True)), tuple(rows))


def _band_entry(contents: Contents, figure: Figure | None) -> Entry:
    if figure is None:
        return Entry((Sentence(NOT_AVAILABLE),))
    key = (figure_key(figure),)
    lines = [Sentence(contents.words.share(figure), key)]
    if figure.lower is not None:
        lines.append(Sentence(f"({contents.words.likely_range(figure)})", key))
    return Entry(tuple(lines))


def _group_tables(contents: Contents, domain: str, figures: Sequence[Figure]) -> list[Table]:
    """Return the tables that break one domain and pool of age bands down by traits."""
    by_traits: dict[tuple[str, ...], list[Figure]] = {}
    for figure in figures:
        by_traits.setdefault(tuple(trait for trait, _ in figure.group), []).append(figure)
    tables = []
    for traits, own in by_traits.items():
        questionnaire = contents.release.questionnaires[own[0].questionnaire]
        by = " and ".join(uncapital(plain(questionnaire.trait[t].label)) for t in traits)
        rows = []
        for figure in own:
            name, *numbers = figure_entries(contents, contents.words.full_label(figure), figure)
            group = capital(contents.words.group(figure.questionnaire, figure.group))
            rows.append((name, Entry((Sentence(group),)), *numbers))
        columns = (Column("Indicator"), Column("Group"), *NUMBERS)
        tables.append(Table(contents.words.title(f"{domain} by {by}", own[0]), columns, tuple(rows)))
    return tables


def row(*texts: str) -> tuple[Entry, ...]:
    """Return a row of plain entries."""
    return tuple(Entry((Sentence(text),)) for text in texts)
