"""How the figures were made, in plain words: method, protection, symbols, sources and limits."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from brightspots.findings.estimates import LOW_BASE
from brightspots.findings.likeness import YEARS_APART
from brightspots.publications.contents import comparator_order
from brightspots.publications.document import Block, Bullets, Column, Paragraph, Section, Table
from brightspots.publications.legend import legend
from brightspots.publications.sentence import Sentence
from brightspots.publications.tables import row
from brightspots.publications.wording import capital, listed, number, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.publications.contents import Contents
    from brightspots.questionnaire.model import Composite, Questionnaire

RULES = {
    "two_or_more_low": "low on two or more of",
    "any_low": "low on any of",
    "mean_below_5": "a mean below five over",
}

WORDS = (
    ("better", "A difference in the good direction, more than chance, and large enough to count."),
    ("worse", "A difference in the bad direction, more than chance, and large enough to count."),
    ("about_the_same", "Any difference is too small to count."),
    ("small_difference", "A difference that is more than chance, but too small to count."),
    ("cannot_tell", "This survey is too small to say; there may be a difference or not."),
    ("not_compared", "The two figures are not alike. The reason stands below the table."),
    ("stands_out", "A group that differs from all others, allowing for how many groups were looked at."),
    ("not_singled_out", "The search did not pick the group. It may still differ by less than can be shown."),
)
"""What each verdict means, by its name in a style."""

PERCENTAGES = (
    "Each percentage is of those who answered the question. The numbers beside it say how many that was.",
)

LIKELY = "The likely range allows for chance: ranges made this way hold the true share about {times} in {of}."

METHODS = {
    "wilson": "Wilson's score interval",
    "agresti_coull": "the interval of Agresti and Coull",
    "clopper_pearson": "the exact interval of Clopper and Pearson",
    "midp": "the exact interval with half the weight at its ends (mid-P)",
    "jeffreys": "Jeffreys' interval",
    "hyper_midp": "the hypergeometric interval with half the weight at its ends (mid-P)",
    "hyper_exact": "the exact hypergeometric interval",
    "wilson_fpc": "Wilson's score interval for a finite group",
    "bb_jeffreys": "the beta-binomial interval for a finite group",
}
USUAL_METHOD = "wilson"

OF_ALL = (
    "The likely ranges of whole age groups are of the share among all who could have answered this time: "
    "those who answered are treated as a random sample of all who could have. Other ranges, and all "
    "comparisons, look beyond this one time."
)

READING = (
    "Percentages are rounded to whole numbers. A difference is rounded by itself, so it can be one point "
    "away from the difference of two rounded percentages.",
    "Points are percentage points: one percentage taken from another.",
    f"Few answers means fewer than {LOW_BASE}: read these figures with care.",
    "In the small pictures, on a line from 0% to 100%, the thick line is the likely range, the dot is the "
    "share, and each upright mark is a figure that it is compared with.",
    "The summary names without a comparison the clearest questions where the whole likely range of the good "
    "answer is 70% or more, and those where it is below 70%.",
)

COMPARING = (
    "A verdict needs a difference that is more than chance and large enough to count. Chance is tested "
    "exactly, allowing for how many comparisons are made with the same others. Large enough means about "
    "five points for shares near 50%, and fewer for shares near 0% or 100% (Cohen's h of at least 0.1).",
    "A rounded percentage of others is taken at the end of its rounding that lies nearest to ours.",
    "In care elsewhere: where that figure includes our own children, they are taken out before comparing. "
    "Where it is not known whether it does, there is a verdict only if both ways of reading it agree.",
    "Our last survey: answers are anonymous, so the two surveys are taken as separate groups, although "
    "many may have answered both. A bare percentage from our last survey gets no verdict.",
    "Figures that count other answers, are about other ages, or were asked more than "
    f"{number(YEARS_APART)} years apart are shown and not compared. Nor are those with other words, asked in "
    "another way or of other people, or from another country. Where there is a reason to compare them all "
    "the same, it stands beside the comparison.",
    "The gap that a survey could have shown is the one that it would find four times in five, in a single "
    "comparison with a figure that is certain.",
)

AMONG_COUNCILS = (
    "Where the counts of other councils are known, they are taken together without ours. A difference from "
    "them all is called unusual among councils only if it goes beyond chance and the true differences "
    "between councils; that needs at least 10 others."
)

SEARCHING = (
    "A search through many groups always finds something. A group stands out here only if shuffling the "
    "answers turned up a gap as surprising as its own, anywhere in the search, in at most one of 20 "
    "rounds, and if its gap is at least five points.",
    "The best estimate of its size is drawn towards the share of all, because a group that a search "
    "picked out looks larger than it is.",
    "Every group named beforehand is listed, whether it stands out or not. That a group does not stand out "
    "does not mean that it needs nothing: beside each stands about how large a gap this survey could have "
    "found four times in five.",
)

GOING_WITH = (
    "For a group that stands out, its answers to the other questions were set beside those of all others. "
    "Named are the clearest differences that can be shown safely, and only the first few: a question that "
    "is not named may differ as well. What went into the search is left out, as it differs by definition.",
    "These differences go with being in the group. They say nothing about why.",
)

LOOKING_AGAIN = (
    "Groups that stood out last time were each tested by themselves this time, against all others. A group "
    "that was named beforehand needs no allowance for a search; where there are several, the tests allow for "
    "their number (Holm's method). The two surveys are separate: many children may have answered both, and "
    "others have come and gone.",
)

BASIS = (
    "The answers are those of the people who chose to answer. They are not weighted to stand for the others.",
    "An age group is the form that was answered. Forms overlap, so people of one age may have answered "
    "different forms.",
    "Those who did not answer a question, were not asked it, did not know or preferred not to say are "
    "left out of its percentage. They are never counted as a no.",
)

SCALES = "Answers from 0 to 10 are put into the four bands of the Office for National Statistics."

ILLUSTRATIVE = (
    "Illustrative figures are invented to show a direction that a source gives in words. Never quote them."
)

COLOPHON = (
    "Made with brightspots, a free library for wellbeing surveys of children in care and care leavers. It "
    "is not affiliated with the Bright Spots Programme."
)


def about_section(contents: Contents, symbols: Iterable[str]) -> Section:
    """Return the last part of a report: how to read it, how it was made, and what it rests on.

    `symbols` are those that stand in the report.
    """
    verdicts = contents.words.style.verdicts
    has_groups = contents.cohorts or contents.release.rechecks
    searched = [Section("How groups were found", _searching(contents))] if has_groups else []
    among = [AMONG_COUNCILS] if any(c.areas is not None for c in contents.comparisons) else []
    how = Section("How comparisons were made", (_notes(*COMPARING, *among),))
    compared = [how] if contents.comparisons else []
    reading: tuple[Block, ...] = (
        _notes(*PERCENTAGES, *_ranges(contents), *READING),
        *legend(symbols),
        _meanings("Words", "Word", tuple((verdicts[name], meaning) for name, meaning in WORDS)),
    )
    return Section(
        contents.words.style.headings["about"],
        (),
        (
            Section("How to read them", reading),
            Section("How people are protected", _protection(contents)),
            *compared,
            *searched,
            Section("What the figures rest on", _basis(contents)),
            *_sources(contents),
            Section("About this report", (Paragraph(Sentence(COLOPHON)),)),
        ),
    )


def _ranges(contents: Contents) -> list[str]:
    """Say what the likely ranges are, of those that are in the release."""
    figures = [figure for figure in contents.release.figures if figure.confidence is not None]
    parts = {Fraction(f.confidence or 0).limit_denominator(1000) for f in figures} or {Fraction(19, 20)}
    said = [LIKELY.format(times=f"{part.numerator} times", of=part.denominator) for part in sorted(parts)]
    methods = sorted({METHODS[figure.method] for figure in figures if figure.method != USUAL_METHOD})
    if methods:
        usual = [METHODS[USUAL_METHOD]] if any(f.method == USUAL_METHOD for f in figures) else []
        said.append(f"It is {listed([*methods, *usual], 'or')}.")
    return said + ([OF_ALL] if any(figure.target == "finite" for figure in figures) else [])


def _notes(*texts: str) -> Bullets:
    return Bullets(tuple(Sentence(text) for text in texts))


def _meanings(caption: str, heading: str, rows: tuple[tuple[str, str], ...]) -> Table:
    return Table(caption, (Column(heading), Column("Meaning")), tuple(row(*texts) for texts in rows))


def _protection(contents: Contents) -> tuple[Block, ...]:
    policy = contents.release.policy
    rules = _notes(
        f"Nothing is shown from fewer than {policy.minimum_base} answers.",
        f"Where fewer than {number(policy.minimum_side)} stand on one side of a figure, it is given as a "
        "band (more than, or fewer than, so many percent) or hidden.",
        f"0% and 100% are shown from {policy.all_shown_from} answers on, and never for a sensitive question.",
        "Whatever could be used to work out a hidden number is hidden with it, so a hidden number need "
        "not be small.",
        "All tables of this report were checked together before it was written, and with them the "
        "earlier reports on the same answers that were named.",
    )
    promises = sorted({plain(promise) for promise in contents.release.promises.values()} - {""})
    return (rules, *(Paragraph(contents.words.told(promise)) for promise in promises))


def _searching(contents: Contents) -> tuple[Block, ...]:
    release = contents.release
    rounds = dict.fromkeys(
        f"{plain(release.questionnaires[s.questionnaire].title)}: {s.permutations:,} rounds."
        for s in sorted(release.searches, key=lambda s: s.questionnaire)
    )
    said = {
        (*SEARCHING, *rounds): release.searches,
        GOING_WITH: release.descriptions,
        LOOKING_AGAIN: release.rechecks,
    }
    return (_notes(*(note for notes, found in said.items() if found for note in notes)),)


def _basis(contents: Contents) -> tuple[Block, ...]:
    questionnaires = list(dict.fromkeys(contents.questionnaire(place) for place in contents.places))
    scales = [SCALES] if any(q.wellbeing_scales for q in questionnaires) else []
    rules = [_composite(q, composite) for q in questionnaires for composite in q.composites]
    return (_notes(*BASIS, *scales, *rules),)


def _composite(questionnaire: Questionnaire, composite: Composite) -> str:
    scales = listed(f"“{plain(questionnaire.questions[s].label)}”" for s in composite.scales)
    return (
        f"{plain(questionnaire.title)}: “{plain(composite.label)}” means {RULES[composite.rule]} {scales}, "
        f"where at least {number(composite.minimum_answered)} were answered. It is our own rule and not an "
        "official one."
    )


def _sources(contents: Contents) -> list[Section]:
    in_order = sorted(contents.comparisons, key=comparator_order)
    used = list(dict.fromkeys((capital(contents.words.comparator(c)), plain(c.source)) for c in in_order))
    if not used:
        return []
    columns = (Column("Compared with"), Column("Source"))
    blocks: list[Block] = [Table("Sources", columns, tuple(row(*one) for one in used))]
    if any(c.illustrative for c in contents.comparisons):
        blocks.append(Paragraph(Sentence(ILLUSTRATIVE)))
    alone = tuple(contents.words.without_figure(c) for c in contents.without_figure())
    return [Section("What was compared with", (*blocks, *([Bullets(alone)] if alone else [])))]
