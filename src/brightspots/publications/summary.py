"""The page that everybody reads: what goes well, what could be better, who may need more, what we cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.document import Bullets, Paragraph, Section
from brightspots.publications.sentences import CANNOT_FIND_A_CHILD, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.disclosure.release import Figure, ReleasedComparison
    from brightspots.publications.contents import Contents
    from brightspots.publications.document import Block

MOST = 0.70
"""Where the whole likely range of the good answer lies at or above this, it is named without a comparison."""
LONGEST = 6
"""Most figures that are named without a comparison."""


def summary(contents: Contents) -> Section:
    """Return the summary of a release."""
    words = contents.words
    answered = [words.responses(contents.responses_of(place)[-1]) for place in contents.places]
    return Section(
        "Summary",
        (Bullets(tuple(answered)),),
        (
            Section("What goes well", _well(contents)),
            Section("What could be better", _could_be_better(contents)),
            *([Section("Who may need more", _who(contents))] if contents.cohorts else []),
            Section("What we cannot tell", _cannot_tell(contents)),
        ),
    )


def _well(contents: Contents) -> tuple[Block, ...]:
    ranked = _with_verdict(contents, "better")
    blocks: list[Block] = [
        Bullets(ranked) if ranked else Paragraph(Sentence("No comparison came out clearly in our favour."))
    ]
    most = _unranked(contents, good=True)
    if most:
        blocks += [
            Paragraph(
                Sentence(
                    "At least seven in ten give the good answer to these, also at the low end of the likely range:"
                )
            ),
            Bullets(most),
        ]
    return tuple(blocks)


def _could_be_better(contents: Contents) -> tuple[Block, ...]:
    ranked = _with_verdict(contents, "worse")
    blocks: list[Block] = [
        Bullets(ranked) if ranked else Paragraph(Sentence("No comparison came out clearly against us."))
    ]
    few = _unranked(contents, good=False)
    if few:
        blocks += [
            Paragraph(
                Sentence(
                    "Fewer than seven in ten give the good answer to these, also at the high end of the likely range:"
                )
            ),
            Bullets(few),
        ]
    return tuple(blocks)


def _with_verdict(contents: Contents, verdict: str) -> tuple[Sentence, ...]:
    return _by_figure(contents, (c for c in contents.comparisons if contents.words.verdict(c)[0] == verdict))


def _by_figure(contents: Contents, comparisons: Iterable[ReleasedComparison]) -> tuple[Sentence, ...]:
    grouped: dict[Figure, list[ReleasedComparison]] = {}
    for comparison in comparisons:
        grouped.setdefault(comparison.figure, []).append(comparison)
    return tuple(contents.words.with_comparisons(figure, compared) for figure, compared in grouped.items())


def _unranked(contents: Contents, *, good: bool) -> tuple[Sentence, ...]:
    """Return the clearest figures that speak for themselves, strongest first, each measure once."""
    against = "worse" if good else "better"
    found: list[tuple[float, int, Figure]] = []
    for place in contents.places:
        seen: set[str] = set()
        for i, figure in enumerate(contents.figures_of(place)):
            limits = _good_limits(contents, figure)
            if limits is None or figure.measure in seen or _has_verdict(contents, figure):
                continue
            seen |= {figure.measure} if len(figure.age_bands) > 1 else set()
            if good and limits[0] >= MOST:
                found.append((-limits[0], i, figure))
            elif not good and limits[1] < MOST:
                found.append((limits[1], i, figure))
    taken = {c.figure.measure for c in contents.comparisons if contents.words.verdict(c)[0] == against}
    kept = [f for _, _, f in sorted(found, key=lambda one: one[:2]) if f.measure not in taken]
    return tuple(contents.words.figure(figure) for figure in kept[:LONGEST])


def _has_verdict(contents: Contents, figure: Figure) -> bool:
    return any(contents.words.verdict(c)[0] in ("better", "worse") for c in contents.compared(figure))


def _good_limits(contents: Contents, figure: Figure) -> tuple[float, float] | None:
    """Return the likely range of the good answer to an indicator; None for whatever has no plain good answer."""
    measure = contents.words.measure(figure)
    sets = contents.release.questionnaires[figure.questionnaire].multiple_responses
    box = any(figure.measure == item.id for s in sets for item in s.items)
    if measure.kind != "indicator" or box or figure.lower is None or figure.upper is None:
        return None
    return (figure.lower, figure.upper) if measure.higher_is_better else (1 - figure.upper, 1 - figure.lower)


def _who(contents: Contents) -> tuple[Block, ...]:
    items = []
    for place in contents.places:
        cohorts = contents.cohorts_of(place)
        flagged = [c for c in cohorts if c.tier == "flag" and c.role not in ("covered", "hot_spot")]
        if flagged:
            items += [contents.words.cohort(c) for c in flagged]
        elif cohorts:
            items.append(contents.words.no_flag(cohorts))
    return (Bullets(tuple(items)), Paragraph(Sentence(CANNOT_FIND_A_CHILD)))


def _cannot_tell(contents: Contents) -> tuple[Block, ...]:
    words = contents.words
    items = [*_by_figure(contents, (c for c in contents.comparisons if words.verdict(c)[0] == "unclear"))]
    items += [words.held_back(contents.figures_of(place)) for place in contents.places]
    return (Bullets(tuple(items)),)
