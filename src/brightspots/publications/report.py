"""A whole report out of a release: the summary first, then survey by survey, then how it was made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brightspots.findings.strategy_dates import in_words
from brightspots.publications.beside import beside_report, statutory_sections
from brightspots.publications.document import Paragraph, Report, Section
from brightspots.publications.groups import group_sections
from brightspots.publications.legend import legend, symbols_in, texts_of
from brightspots.publications.notes import COLOPHON, about_section
from brightspots.publications.pictures import survey_pictures
from brightspots.publications.scorecard import scorecard_sections
from brightspots.publications.sentence import Sentence
from brightspots.publications.summary import summary
from brightspots.publications.tables import detectable_table, domain_sections, open_blocks, responses_table
from brightspots.publications.wording import listed, plain

if TYPE_CHECKING:
    from brightspots.publications.contents import Contents, Place


def arrange(contents: Contents) -> Report:
    """Arrange a release as a report, the same for every format.

    Examples
    --------
    >>> import brightspots as bs
    >>> from brightspots.publications.contents import Contents
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
    >>> report = arrange(Contents(out))
    >>> report.title
    'What we were told: Council 1, 2021'
    >>> [section.title for section in report.sections]
    ['Summary', 'Wellbeing of children in care', 'About these figures']
    """
    places = contents.places
    if not places:
        return _without_a_survey(contents)
    areas = listed(dict.fromkeys(plain(place.area) for place in places))
    waves = listed(dict.fromkeys(plain(place.wave) for place in places))
    surveys = "; ".join(dict.fromkeys(plain(contents.questionnaire(place).title) for place in places))
    sections = (
        summary(contents),
        *scorecard_sections(contents),
        *(_survey(contents, place) for place in places),
        *statutory_sections(contents),
    )
    symbols = symbols_in(text for section in sections for text in texts_of(section))
    return Report(
        title=contents.words.style.heading("report", areas=areas, waves=waves),
        subtitle=f"Survey findings: {surveys}",
        sections=(*sections, about_section(contents, symbols)),
        mark=contents.mark,
    )


def _without_a_survey(contents: Contents) -> Report:
    """Return a report of a strategy, published figures and our own counts alone."""
    report, card = beside_report(contents), contents.release.scorecard
    if card is not None:
        report = replace(
            report,
            title=f"{plain(card.title)}: {plain(card.area)}",
            subtitle=f"Scorecard, as at {in_words(plain(card.as_at))}",
            sections=(*scorecard_sections(contents), *report.sections),
        )
    symbols = symbols_in(text for section in report.sections for text in texts_of(section))
    about = Section("About this report", (*legend(symbols), Paragraph(Sentence(COLOPHON))))
    return replace(report, sections=(*report.sections, about), mark=contents.mark)


def _survey(contents: Contents, place: Place) -> Section:
    """Return everything about one survey in one place."""
    where = contents.words.where(*place)
    compared = [detectable_table(contents, place)] if contents.comparisons_of(place) else []
    return Section(
        plain(contents.questionnaire(place).title) + where,
        (
            responses_table(contents, place),
            *open_blocks(contents, place),
            *survey_pictures(contents, place),
            *compared,
        ),
        (*domain_sections(contents, place), *group_sections(contents, place)),
    )
