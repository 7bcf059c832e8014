"""Pictures of groups of children beside all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.charts.forest import Forest, ForestRow
from brightspots.publications.document import Picture
from brightspots.publications.drawable import drawn_range
from brightspots.publications.picture_sentences import (
    ALL_OTHERS,
    GROUP,
    STANDS_OUT,
    groups_alternative,
    groups_caption,
    share_and_answers,
    short_name,
)
from brightspots.publications.wording import capital

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.figures import ReleasedCohort
    from brightspots.publications.contents import Contents


def group_pictures(contents: Contents, cohorts: Sequence[ReleasedCohort]) -> list[Picture]:
    """Return a picture of groups beside all others; none where all are hidden."""
    words = contents.words
    drawn = [c for c in cohorts if c.figure.lower is not None]
    if not drawn:
        return []
    rows = tuple(
        ForestRow(
            capital(short_name(words, c)),
            *drawn_range(c.figure),
            share=c.figure.share,
            said=share_and_answers(words, c.figure),
            rest=c.rest.share,
            stands_out=c.tier == "flag",
        )
        for c in drawn
    )
    title = words.title(words.full_label(drawn[0].figure), drawn[0].figure)
    chart = Forest(GROUP, STANDS_OUT, ALL_OTHERS, rows)
    return [Picture(groups_caption(words, title, cohorts), groups_alternative(words, title, drawn), chart)]
