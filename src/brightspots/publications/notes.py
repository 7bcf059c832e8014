"""How the figures were made, in plain words: method, protection, symbols, sources and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.comparisons import YEARS_APART
from brightspots.findings.estimates import LOW_BASE
from brightspots.publications.document import Block, Bullets, Column, Entry, Paragraph, Section, Table
from brightspots.publications.sentences import HIDDEN, NOT_ASKED, NOT_AVAILABLE, Sentence
from brightspots.publications.wording import listed, number, plain

if TYPE_CHECKING:
    from brightspots.disclosure.policy import Policy
    from brightspots.publications.contents import Contents
    from brightspots.questionnaire.model import Composite, Questionnaire

RULES = {
    "two_or_more_low": "low on two or more of",
    "any_low": "low on any of",
    "mean_below_5": "a mean below five over",
}

VERDICT_MEANINGS = (
    ("doing better", "The difference is in the good direction, more than chance, and large enough to count."),
    (
        "doing less well",
        "The difference is in the bad direction, more than chance, and large enough to count.",
    ),
    ("about the same", "Any difference is too small to count."),
    ("a small difference", "The difference is more than chance, but too small to count."),
    ("we cannot tell", "This survey is too small to say. There may be a difference or not."),
    ("not compared", "The two figures are not alike; the reason stands below the table."),
    ("stands out", "A group that differs from all others, allowing for how many groups were looked at."),
)


def about_section(contents: Contents) -> Section:
    """Return the last part of a report: how to read it, how it was made, and what it rests on."""
    return Section(
        "About these figures",
        (),
        (
            Section("How to read them", _reading()),
            Section("How people are protected", _protection(contents)),
            Section("How comparisons were made", _comparing()),
            *([Section("How groups were found", _searching(contents))] if contents.cohorts else []),
            Section("What the figures rest on", _basis(contents)),
            *_sources(contents),
            Section("About this report", _colophon()),
        ),
    )


def _notes(*texts: str) -> Bullets:
    return Bullets(tuple(Sentence(text) for text in texts))


def _meanings(caption: str, heading: str, rows: tuple[tuple[str, str], ...]) -> Table:
    columns = (Column(heading), Column("Meaning"))
    return Table(caption, columns, tuple(tuple(Entry((Sentence(t),)) for t in row) for row in rows))


def _reading() -> tuple[Block, ...]:
    symbols = (
        (HIDDEN, "hidden to protect children"),
        (NOT_AVAILABLE, "not available: nobody answered, or there is nothing to compare with"),
        (NOT_ASKED, "not asked of this age group"),
    )
    return (
        _notes(
            "Each percentage is of those who answered the question. The numbers beside it say how many that was.",
            "The likely range allows for chance: ranges made this way hold the true share about 19 times in 20.",
            "Percentages are rounded to whole numbers. A difference is rounded by itself, so it can be one point "
            "away from the difference of two rounded percentages.",
            "Points are percentage points: one percentage taken from another.",
            f"Few answers means fewer than {LOW_BASE}: read these figures with care.",
            "In the pictures the thick line is the likely range, the dot the share, and each upright mark what it is "
            "compared with, on a line from 0% to 100%.",
        ),
        _meanings("Symbols", "Symbol", symbols),
        _meanings("What the words for comparisons mean", "Words", VERDICT_MEANINGS),
    )


def _protection(contents: Contents) -> tuple[Block, ...]:
    policy = contents.release.policy
    texts = [
        f"Nothing is shown from fewer than {policy.minimum_base} answers.",
        f"Where fewer than {number(policy.minimum_side)} stand on one side of a figure, it is given as a band (more "
        "than, or fewer than, so many percent) or hidden.",
        _everybody(policy),
        "Whatever could be used to work out a hidden number is hidden with it, so a hidden number need not be small.",
        "All tables of this report were checked together, and against earlier reports, before it was written.",
    ]
    blocks: list[Block] = [_notes(*texts)]
    promises = {plain(p) for p in contents.release.promises.values()} - {""}
    blocks += [Paragraph(Sentence(f"What those who answered were told: “{p}”")) for p in sorted(promises)]
    return tuple(blocks)


def _everybody(policy: Policy) -> str:
    return (
        f"0% and 100% are shown only from {policy.all_shown_from} answers on, and never where the question is a "
        "sensitive one."
    )


def _comparing() -> tuple[Block, ...]:
    return (
        _notes(
            "A verdict needs a difference that is more than chance (tested exactly, and allowing for how many "
            "comparisons were made with the same others) and large enough to count: about five points for shares near "
            "50%, and fewer for shares near 0% or 100% (Cohen's h of 0.1 or more).",
            "A rounded percentage is taken at the end of its rounding that lies nearest to ours.",
            "Children in care elsewhere: where a figure includes our own children they are taken out before comparing. "
            "Where it is not known whether it does, there is a verdict only if it would be the same either way.",
            "Our last survey: answers are anonymous, so the two surveys are taken as separate groups, although "
            "many may have answered both. A bare percentage from it gets no verdict.",
            f"Figures that count other answers, are about other ages, or lie more than {number(YEARS_APART)} years "
            "away are shown and not compared.",
            "The gap that a survey of this size can show is the one it would find four times in five.",
        ),
    )


def _searching(contents: Contents) -> tuple[Block, ...]:
    texts = [
        "Groups were looked for on purpose, and a search through many groups always finds something. A group stands "
        "out here only if a gap as surprising as its own turned up anywhere in the search in at most one of 20 "
        "rounds in which the answers were shuffled, and if it is at least five points.",
        "The best estimate of its size is drawn towards the share of all children, because a group picked out by a "
        "search looks larger than it is.",
        "Every group named beforehand is listed, whether it stands out or not.",
    ]
    for name, search in sorted(contents.release.searches.items()):
        title = plain(contents.release.questionnaires[name].title)
        texts.append(f"{title}: {number(search.permutations)} rounds.")
    return (_notes(*texts),)


def _basis(contents: Contents) -> tuple[Block, ...]:
    texts = [
        "The answers are those of the people who chose to answer. They were not weighted to stand for the others.",
        "An age group is the form that was answered. Forms overlap, so some children of one age answered different "
        "forms.",
        "Not answered, not asked, don't know and prefer not to say are left out of the percentages and never "
        "counted as a no.",
        "Answers on 0-10 scales are put into the bands of the Office for National Statistics.",
    ]
    for name in sorted(contents.release.questionnaires):
        questionnaire = contents.release.questionnaires[name]
        texts += [_composite(questionnaire, composite) for composite in questionnaire.composites]
    return (_notes(*texts),)


def _composite(questionnaire: Questionnaire, composite: Composite) -> str:
    scales = listed(f"“{plain(questionnaire.questions[s].label)}”" for s in composite.scales)
    return (
        f"{plain(questionnaire.title)}: “{plain(composite.label)}” means {RULES[composite.rule]} {scales}, where at "
        f"least {number(composite.minimum_answered)} were answered. It is a rule of our own and not an official definition."
    )


def _sources(contents: Contents) -> list[Section]:
    used = list(dict.fromkeys((plain(c.comparator), plain(c.source)) for c in contents.comparisons))
    if not used:
        return []
    rows = tuple(tuple(Entry((Sentence(t),)) for t in row) for row in sorted(used))
    table = Table("Sources of the figures compared with", (Column("Compared with"), Column("Source")), rows)
    alone = tuple(contents.words.without_figure(c) for c in contents.without_figure())
    illustrative = any(c.illustrative for c in contents.comparisons)
    blocks: list[Block] = [table]
    if illustrative:
        text = "Illustrative figures are invented to show a direction that a source gives in words; never quote them."
        blocks.append(Paragraph(Sentence(text)))
    if alone:
        blocks.append(Bullets(alone))
    return [Section("What was compared with", tuple(blocks))]


def _colophon() -> tuple[Block, ...]:
    return (
        _notes(
            "Made with brightspots, a free library for surveys of the wellbeing of children in care and care leavers.",
            "The library is not affiliated with the Bright Spots Programme.",
        ),
    )
