"""A whole report out of a release: the summary first, then survey by survey, then how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.publications.contents import Contents
from brightspots.publications.document import Report
from brightspots.publications.notes import about_section
from brightspots.publications.summary import summary
from brightspots.publications.tables import survey_section
from brightspots.publications.wording import listed, plain

if TYPE_CHECKING:
    from brightspots.disclosure.release import Release


def arrange(release: Release) -> Report:
    """Arrange a release as a report, the same for every format.

    Examples
    --------
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
    >>> report = arrange(out)
    >>> report.title, [section.title for section in report.sections]
    ('What we were told: Council 1, 2021', ['Summary', 'Wellbeing of children in care', 'About these figures'])
    """
    contents = Contents(release)
    areas = listed(dict.fromkeys(plain(place.area) for place in contents.places))
    waves = listed(dict.fromkeys(plain(place.wave) for place in contents.places))
    surveys = listed(dict.fromkeys(plain(contents.questionnaire(place).title) for place in contents.places))
    return Report(
        title=f"What we were told: {areas}, {waves}",
        subtitle=f"Findings of the survey{'s' if len(release.questionnaires) > 1 else ''}: {surveys}",
        sections=(
            summary(contents),
            *(survey_section(contents, place) for place in contents.places),
            about_section(contents),
        ),
    )
