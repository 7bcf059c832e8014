"""What stands beside the survey: published figures, and counts of a council's own children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.own_counts import BANDS, NOT_BEFORE, NOW
from brightspots.disclosure.own_figures import AGES, SDQ, STABILITY, TRAIT
from brightspots.measures.groups import ALL
from brightspots.publications.document import Block, Bullets, Column, Entry, Paragraph, Report, Section, Table
from brightspots.publications.own_sentences import BEFORE_NAMES, averages_of, own_key, when
from brightspots.publications.sentence import HIDDEN, Sentence
from brightspots.publications.statutory_sentences import gap_of, value_of
from brightspots.publications.statutory_tables import published_section
from brightspots.publications.wording import capital, listed, percent, plain
from brightspots.returns.published import AVERAGE, SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.disclosure.own_figures import OwnTable
    from brightspots.publications.contents import Contents

    Cells = Sequence[Sequence[str]]

IN_BRIEF = ("in_care", "sdq_average", "three_placements", "in_education_or_work", "suitable_accommodation")
"""Measures that the summary names; the first of all where these were not asked for."""

PUBLISHED_OF = "What is published of {area}, where every child is counted:"
OWN_SCORES = "Our own returns of SDQ scores:"
OWN_RULES = (
    "Counts of our own children are hidden where they are small, and with them whatever could be used to "
    "work one out. An average stands only beside how many it is of."
)


def statutory_sections(contents: Contents) -> tuple[Section, ...]:
    """Return everything beside the survey: a section for each council's published figures, then our own."""
    published = tuple(published_section(contents, one) for one in contents.release.statutory)
    own = tuple(_own(contents, table) for table in contents.release.own)
    return (*published, *(() if not own else (_own_section(own),)))


def beside_report(contents: Contents) -> Report:
    """Return a report of what usually stands beside a survey, where no survey is in the release."""
    release = contents.release
    areas = dict.fromkeys([*(one.area for one in release.statutory), *(one.area for one in release.own)])
    what = "Published figures beside those of others" if release.statutory else "Our own children, counted"
    return Report(
        title=f"Statutory figures: {listed(map(plain, areas))}",
        subtitle=what,
        sections=(
            *_section(contents.words.style.headings["summary"], in_brief(contents)),
            *statutory_sections(contents),
        ),
    )


def _section(title: str, blocks: tuple[Block, ...]) -> list[Section]:
    return [Section(title, blocks)] if blocks else []


def in_brief(contents: Contents) -> tuple[Block, ...]:
    """Return the few published figures, and our own, that the summary names."""
    words, blocks = contents.words, list[Block]()
    for one in contents.release.statutory:
        shown = [figure for figure in one.figures if figure.value is not None]
        known = [figure for name in IN_BRIEF for figure in shown if figure.measure == name]
        said = known or shown[: len(IN_BRIEF)]
        if said:
            blocks.append(Paragraph(Sentence(PUBLISHED_OF.format(area=plain(one.area)))))
            blocks.append(Bullets(tuple(map(words.statutory, said))))
    own = [words.own_sdq(table)[0] for table in contents.release.own if table.subject == SDQ]
    if own:
        blocks += [Paragraph(Sentence(OWN_SCORES)), Bullets(tuple(own))]
    return tuple(blocks)


def _own_section(sections: tuple[Section, ...]) -> Section:
    return Section("Our own children, counted", (Paragraph(Sentence(OWN_RULES)),), sections)


def _own(contents: Contents, table: OwnTable) -> Section:
    titles = {
        SDQ: "Strengths and difficulties (SDQ)",
        STABILITY: "Stability of placement, school and social worker",
        AGES: "Ages of children in care",
    }
    blocks = {SDQ: _sdq, STABILITY: _stability, AGES: _ages}[table.subject](contents, table)
    return Section(f"{titles[table.subject]}: {plain(table.area)}, {when(table)}", blocks)


def _groups(table: OwnTable) -> list[dict[str, str]]:
    """Return the groups of a table: everybody, then each level of each trait."""
    levels = [(trait, level) for trait in table.by for level in table.levels(TRAIT + trait)]
    return [{}, *({TRAIT + trait: level} for trait, level in levels)]


def _count(n: int | None) -> str:
    return HIDDEN if n is None else f"{n:,}"


def _share(count: int | None, n: int | None) -> list[str]:
    if count is None:
        return [HIDDEN]
    return [f"{count:,}", *([percent(count / n)] if n else [])]


def _lines(texts: Sequence[str], table: OwnTable) -> Entry:
    return Entry(tuple(Sentence(text, beside=(own_key(table),)) for text in texts))


def _table(
    caption: str, table: OwnTable, heads: Sequence[str], rows: Sequence[Sequence[Sequence[str]]]
) -> Table:
    columns = (Column(heads[0]), *(Column(head, numeric=True) for head in heads[1:]))
    where = f"{caption}, {plain(table.area)}, {when(table)}"
    return Table(where, columns, tuple(tuple(_lines(cell, table) for cell in row) for row in rows))


def _sdq(contents: Contents, table: OwnTable) -> tuple[Block, ...]:
    words, averages = contents.words, averages_of(table, NOW)
    rows = []
    for group in _groups(table):
        held = {name: table.shown({**group, "score": name}) for name in (ALL, "scored", *BANDS)}
        place = next(((n.removeprefix(TRAIT), level) for n, level in group.items()), (ALL, ALL))
        average = value_of(averages.get(place), AVERAGE, "withheld" if held["scored"] != 0 else "")
        bands = [_share(held[band], held["scored"]) for band in BANDS]
        rows.append([[words.group_of_own(group)], [_count(held[ALL])], _share(held["scored"], held[ALL]),
                     [average], *bands])  # fmt: skip
    heads = ("Group", "Children", "With a score", "Average", *(capital(BEFORE_NAMES[b]) for b in BANDS))
    blocks: list[Block] = [
        Bullets(tuple(words.own_sdq(table))),
        _table(f"SDQ scores by {table.informant}", table, heads, rows),
    ]
    reasons = [level for level in table.levels("score") if level in REASONS]
    if any(table.shown({"score": name}) is not None for name in reasons):
        own = [[[REASONS[name]], [_count(table.shown({"score": name}))]] for name in reasons]
        blocks.append(_table("Children without an SDQ score", table, ("Reason", "Children"), own))
    if table.levels("before"):
        moves = []
        for then in (*BANDS, NOT_BEFORE):
            counts = [table.shown({"before": then, "score": now}) for now in (*BANDS, "scored")]
            moves.append([[capital(BEFORE_NAMES[then])], *([_count(n)] for n in counts)])
        heads = ("Band before", *(f"Now {BEFORE_NAMES[band]}" for band in BANDS), "Together")
        blocks += [
            _table("Moves between SDQ bands", table, heads, moves),
            Bullets(tuple(words.own_moves(table))),
        ]
    return tuple(blocks)


REASONS = {
    "sdq1": "Too young or too old",
    "sdq2": "The carer refused",
    "sdq3": "The child's disability",
    "sdq4": "Another reason",
    "sdq5": "The child refused",
    "no reason": "No reason given",
}
"""Reasons of the return for having no score."""


def _stability(contents: Contents, table: OwnTable) -> tuple[Block, ...]:
    shown = {
        "Three or more placements": ("placements", "three or more", ALL),
        "Same carer for two years": ("carer", "same", "asked"),
        "Moved school in mid-year": ("school", "moved in mid-year", "asked"),
        "Three or more workers": ("workers", "three or more", "asked"),
    }
    shown = {name: one for name, one in shown.items() if table.levels(one[0])}
    rows = []
    for group in _groups(table):
        cells = [_of(table, group, *one) for one in shown.values()]
        rows.append([[contents.words.group_of_own(group)], [_count(table.shown(group))], *cells])
    heads = ("Group", "In care", *shown)
    return (
        Bullets(tuple(contents.words.own_stability(table))),
        _table("Stability over twelve months", table, heads, rows),
    )


def _of(table: OwnTable, group: Mapping[str, str], dimension: str, level: str, base: str) -> list[str]:
    n, count = (table.shown({**group, dimension: name}) for name in (base, level))
    if count is None:
        return [HIDDEN]
    return [percent(count / n), f"{count:,} of {n:,}"] if n else [f"{count:,}"]


def _ages(contents: Contents, table: OwnTable) -> tuple[Block, ...]:
    total = table.shown({})
    rows = []
    for age, theirs in table.elsewhere:
        count = table.shown({"age": age})
        ours = count / total if count is not None and total else None
        gap = None if ours is None or theirs is None else ours - theirs
        england = [value_of(theirs, SHARE), *([gap_of(gap, SHARE)] if gap is not None else [])]
        rows.append([[plain(age)], _share(count, total)[::-1], england])
    source = Sentence(f"England: Department for Education, {plain(table.source)}.")
    heads = ("Age", plain(table.area), "England")
    return (_table("Ages of children in care", table, heads, rows), Paragraph(source))
