"""The page that everybody reads: what goes well, what could be better, who may need more, what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.findings.cohort_tables import CANNOT_FIND_A_CHILD
from brightspots.publications.beside import in_brief
from brightspots.publications.document import Bullets, Paragraph, Section
from brightspots.publications.response_sentences import STILL_OPEN
from brightspots.publications.sentence import Sentence
from brightspots.publications.sentences import NOTHING_RELEASED
from brightspots.publications.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.disclosure.figures import Figure, ReleasedComparison
    from brightspots.publications.contents import Contents, Place
    from brightspots.publications.document import Block

BESIDE = "Beside the survey"
MOST = 0.70
"""A good answer is named without a comparison if its whole likely range lies above this, or all below it."""
MANY = 8
"""More figures than this of which one comparison cannot tell are counted, not named."""
LONGEST = 5
"""Most figures of one survey that are named without a comparison."""


def summary(contents: Contents) -> Section:
    """Return the summary of a release."""
    headings = contents.words.style.headings
    if not contents.places:
        return Section(headings["summary"], in_brief(contents))
    answered = tuple(one for place in contents.places for one in _answered(contents, place))
    first: Block = Bullets(answered) if len(answered) > 1 else Paragraph(answered[0])
    if not contents.figures:
        beside = _section(BESIDE, in_brief(contents))
        return Section(headings["summary"], (first, Paragraph(Sentence(NOTHING_RELEASED))), tuple(beside))
    return Section(
        headings["summary"],
        (first,),
        (
            Section(headings["goes_well"], _named(contents, good=True)),
            Section(headings["could_be_better"], _named(contents, good=False)),
            *_section(headings["may_need_more"], _who(contents, "low")),
            *_section(headings["doing_well"], _who(contents, "high")),
            *_section(headings["cannot_tell"], _cannot_tell(contents)),
            *_section(BESIDE, in_brief(contents)),
        ),
    )


def _answered(contents: Contents, place: Place) -> list[Sentence]:
    """Return how many answered; of a survey that is still open, also how far each part is from the target."""
    still = contents.so_far(place)
    if still:
        return [*still, Sentence(STILL_OPEN)]
    return [contents.words.responses(contents.responses_of(place)[-1])]


def _section(title: str, blocks: tuple[Block, ...]) -> list[Section]:
    return [Section(title, blocks)] if blocks else []


def _named(contents: Contents, *, good: bool) -> tuple[Block, ...]:
    """Return what a comparison ranks, then what speaks for itself."""
    words, verdict = contents.words, "better" if good else "worse"
    nothing = words.style.say(f"none_{verdict}")
    ranked = _by_figure(contents, (c for c in contents.comparisons if words.verdict(c)[0] == verdict))
    blocks: list[Block] = []
    if ranked:
        blocks.append(Bullets(ranked))
    elif any(words.verdict(c)[0] not in ("withheld", "not compared") for c in contents.comparisons):
        blocks.append(Paragraph(Sentence(nothing)))
    found = [_unranked(contents, place, good=good) for place in contents.places]
    kept = tuple(words.figure(figure) for one in found for figure in one[:LONGEST])
    if kept:
        blocks.append(Paragraph(words.most_say(len(kept), sum(map(len, found)), good=good)))
        blocks.append(Bullets(kept))
    return tuple(blocks) or (Paragraph(Sentence(nothing)),)


def _by_figure(contents: Contents, comparisons: Iterable[ReleasedComparison]) -> tuple[Sentence, ...]:
    grouped: dict[Figure, list[ReleasedComparison]] = {}
    for comparison in comparisons:
        grouped.setdefault(comparison.figure, []).append(comparison)
    return tuple(contents.words.with_comparisons(figure, compared) for figure, compared in grouped.items())


def _unranked(contents: Contents, place: Place, *, good: bool) -> list[Figure]:
    """Return the figures that speak for themselves, clearest first; a pooled one stands for its age bands."""
    ranked = {
        c.figure.measure
        for c in contents.comparisons_of(place)
        if contents.words.verdict(c)[0] in ("better", "worse")
    }
    found: list[tuple[float, int, Figure]] = []
    pooled: set[str] = set()
    for i, figure in enumerate(contents.figures_of(place)):
        limits = good_limits(contents, figure)
        if limits is None or figure.measure in ranked | pooled:
            continue
        if len(figure.age_bands) > 1:
            pooled.add(figure.measure)
        if good and limits[0] >= MOST:
            found.append((-limits[0], i, figure))
        elif not good and limits[1] < MOST:
            found.append((limits[1], i, figure))
    return [figure for _, _, figure in sorted(found, key=lambda one: one[:2])]


def good_limits(contents: Contents, figure: Figure) -> tuple[float, float] | None:
    """Return the likely range of the good answer to an indicator; None where no answer is plainly good."""
    measure = contents.words.measure(figure)
    good = measure.good_when_high(figure.category)
    if measure.kind != "indicator" or good is None or contents.words.is_box(figure):
        return None
    if figure.lower is None or figure.upper is None:
        return None
    return (figure.lower, figure.upper) if good else (1 - figure.upper, 1 - figure.lower)


def _who(contents: Contents, direction: str) -> tuple[Block, ...]:
    """Return the groups that stand out, or that none does; and those that stood out last time."""
    items: list[Sentence] = []
    promised: list[Sentence] = []
    for place in contents.places:
        searched = [groups for one, groups in contents.searched(place) if one.direction == direction]
        again = [contents.words.recheck(r) for r in contents.rechecks_of(place) if r.direction == direction]
        for cohorts in searched:
            flagged = [c for c in cohorts if c.tier == "flag" and c.role not in ("covered", "hot_spot")]
            items += [contents.words.cohort(c) for c in flagged] or [contents.words.no_flag(cohorts)]
        items += again
        promise = plain(contents.release.promises.get(place.questionnaire, ""))
        promised += [contents.words.told(promise)] if promise and (searched or again) else []
    told = [Paragraph(one) for one in dict.fromkeys(promised)]
    return (Bullets(tuple(items)), Paragraph(Sentence(CANNOT_FIND_A_CHILD)), *told) if items else ()


def _cannot_tell(contents: Contents) -> tuple[Block, ...]:
    words = contents.words
    items: list[Sentence] = []
    unclear: dict[tuple[str, str], list[ReleasedComparison]] = {}
    for c in contents.comparisons:
        if words.verdict(c)[0] == "unclear":
            unclear.setdefault((c.figure.questionnaire, c.comparator), []).append(c)
    many = {key for key, own in unclear.items() if len(own) > MANY}
    one_by_one = (
        c
        for c in contents.comparisons
        if words.verdict(c)[1] == "no_n"
        or (words.verdict(c)[0] == "unclear" and (c.figure.questionnaire, c.comparator) not in many)
    )
    items += _by_figure(contents, one_by_one)
    items += [words.many_unclear(own) for key, own in unclear.items() if key in many]
    for place in contents.places:
        held = words.held_back(contents.figures_of(place), contents.comparisons_of(place))
        items += [held] if held else []
    return (Bullets(tuple(items)),) if items else ()
