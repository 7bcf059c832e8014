"""The section on a strategy: where each objective stands, by what, and who does what by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.strategy_dates import in_words
from brightspots.publications.document import Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.infographic import figure_of
from brightspots.publications.sentence import NOT_AVAILABLE, Sentence
from brightspots.publications.strategy_sentences import RULES
from brightspots.publications.tables import compared_entry, row
from brightspots.publications.track_pictures import track_pictures
from brightspots.publications.wording import capital, plain

if TYPE_CHECKING:
    from brightspots.disclosure.scorecards import ReleasedObjective, ReleasedScorecard
    from brightspots.findings.scorecard_lines import Line
    from brightspots.publications.contents import Contents

NOTHING = "–"


def scorecard_sections(contents: Contents) -> list[Section]:
    """Return the section on a strategy's scorecard, if the release holds one."""
    card = contents.release.scorecard
    if card is None:
        return []
    words = contents.words
    source = f"Source: {card.source}" if card.source else ""
    about = [Sentence(plain(text)) for text in (card.about, source) if text]
    blocks: list[Block] = [
        Paragraph(words.objectives(card)),
        _objectives_table(contents, card),
        *map(Paragraph, about),
    ]
    return [
        Section(
            f"Scorecard: {plain(card.title)}",
            tuple(blocks),
            (
                *(_objective(contents, one) for one in card.objectives),
                *_groupings(contents, card),
                Section("How the scorecard is read", (Bullets(tuple(map(Sentence, RULES))),)),
            ),
        )
    ]


def _objectives_table(contents: Contents, card: ReleasedScorecard) -> Table:
    words = contents.words
    rows = []
    for one in card.objectives:
        has_owner = [Sentence(plain(one.owner))] if one.owner else []
        said = words.objective(one)
        rows.append(
            (
                Entry((Sentence(plain(one.title)), *has_owner)),
                Entry((said,)),
                Entry((Sentence(words.actions(one.actions) if one.actions else NOTHING),)),
            )
        )
    columns = (Column("Objective"), Column("Where it stands"), Column("Actions"))
    return Table(f"Where each objective stands, as at {in_words(plain(card.as_at))}", columns, tuple(rows))


def _objective(contents: Contents, one: ReleasedObjective) -> Section:
    """Return what belongs to one objective."""
    targets = [line for line in one.lines if line.goal is not None]
    others = [line for line in one.lines if line.goal is None]
    title = plain(one.title)
    blocks: list[Block] = []
    if targets:
        blocks.append(_target_table(contents, f"Targets: {title}", targets))
        blocks += track_pictures(contents, title, targets)
        told = tuple(contents.words.target(line) for line in targets if line.standing[0] != "no data")
        blocks += [Bullets(told)] if told else []
    if others:
        caption = f"Figures{' beside the targets' if targets else ''}: {title}"
        blocks.append(_figures_table(contents, caption, others))
    if one.actions:
        blocks.append(_action_table(contents, f"Actions: {title}", one))
    return Section(title, tuple(blocks) or (Paragraph(Sentence("Nothing is listed under it.")),))


def _target_table(contents: Contents, caption: str, lines: list[Line]) -> Table:
    words = contents.words
    rows = []
    for line in lines:
        owner = [Sentence(plain(line.owner))] if line.owner else []
        moved = words.since_start(line)
        rows.append(
            (
                Entry((Sentence(words.line_name(line)), *owner)),
                Entry(_says(contents, line, words.now(line), words.now_detail(line))),
                Entry((words.line_says(line, words.aim(line)),)),
                Entry(
                    tuple(
                        words.line_says(line, text)
                        for text in (words.start(line) or NOT_AVAILABLE, moved)
                        if text
                    )
                ),
                Entry(_says(contents, line, capital(words.standing(line)), words.why(line))),
                _beside(contents, line),
            )
        )
    titles = ("Now", "To be", "Starting point", "Standing", "Compared with")
    return Table(caption, (Column("Target"), *map(Column, titles)), tuple(rows))


def _figures_table(contents: Contents, caption: str, lines: list[Line]) -> Table:
    words = contents.words
    rows = []
    for line in lines:
        moved = words.since_start(line)
        since = f"{moved} since {words.start(line)}" if moved else ""
        past = [text for text in (words.before(line), since) if text]
        compared = _beside(contents, line)
        rows.append(
            (
                Entry((Sentence(words.line_name(line)),)),
                Entry(_says(contents, line, words.now(line), words.now_detail(line))),
                Entry((*(words.line_says(line, text) for text in past), *compared.lines)),
            )
        )
    return Table(caption, (Column("Figure"), Column("Now"), Column("Compared with")), tuple(rows))


def _says(contents: Contents, line: Line, *texts: str) -> tuple[Sentence, ...]:
    return tuple(contents.words.line_says(line, text) for text in texts if text)


def _beside(contents: Contents, line: Line) -> Entry:
    """Return what a line stands beside: verdicts of the survey, or plain gaps."""
    figure = figure_of(contents, line)
    if figure is not None:
        return compared_entry(contents, contents.compared(figure))
    words = contents.words
    said = tuple(words.line_says(line, words.beside(line, other)) for other in line.against)
    return Entry(said or (Sentence(NOT_AVAILABLE),))


def _action_table(contents: Contents, caption: str, one: ReleasedObjective) -> Table:
    rows = []
    for action in one.actions:
        said = [plain(action.now)] if action.now else []
        before = [f"Last time: {plain(action.last_time)}"] if action.last_time else []
        rows.append(
            (
                *row(
                    plain(action.action),
                    plain(action.owner) or NOTHING,
                    in_words(plain(action.due)) or NOTHING,
                    contents.words.action(action),
                ),
                Entry(tuple(map(Sentence, [*said, *before] or [NOTHING]))),
            )
        )
    titles = ("Action", "Who", "Due", "How far", "What there is to say")
    return Table(caption, tuple(map(Column, titles)), tuple(rows))


def _groupings(contents: Contents, card: ReleasedScorecard) -> list[Section]:
    """Return a table for each other grouping: its headings, and what stands under each."""
    words, sections = contents.words, []
    for name, title, headings in card.groupings:
        rows = []
        for heading in headings:
            for line in card.lines:
                if (name, heading) in line.groupings:
                    figure = figure_of(contents, line)
                    compared = contents.compared(figure) if figure else ()
                    standing = words.standing(line) or words.in_short(compared)
                    rows.append(
                        (
                            Entry((Sentence(plain(heading)),)),
                            Entry((Sentence(words.line_name(line)),)),
                            Entry((words.line_says(line, words.now(line)),)),
                            Entry((words.line_says(line, capital(standing) or NOT_AVAILABLE),)),
                        )
                    )
        if rows:
            titles = ("Heading", "Figure", "Now", "Standing")
            caption = f"{plain(title)}: what stands under each heading"
            table = Table(caption, tuple(map(Column, titles)), tuple(rows))
            sections.append(Section(plain(title), (table,)))
    return sections
