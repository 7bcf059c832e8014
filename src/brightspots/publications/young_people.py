"""A page for the young people who answered: what they said, what was heard, and what will be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brightspots.publications import young_sentences as say
from brightspots.publications.charts.people import People
from brightspots.publications.document import Picture
from brightspots.publications.html import template
from brightspots.publications.summary import MOST, good_limits
from brightspots.publications.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from brightspots.disclosure.figures import Figure
    from brightspots.publications.contents import Contents, Place
    from brightspots.publications.sentence import Sentence

MOST_TOLD = 3
"""Most pictures under one heading."""
EVERYBODY = "all"
"""Under this age band stands what will be done for everybody."""


@dataclass(frozen=True)
class YoungPage:
    """One page for one age band.

    Attributes
    ----------
    title : str
    answered : Sentence
    good, heard : tuple of Picture
    will_do : tuple of str
        Empty for an invitation.
    promise : Sentence or None
    """

    title: str
    answered: Sentence
    good: tuple[Picture, ...]
    heard: tuple[Picture, ...]
    will_do: tuple[str, ...]
    promise: Sentence | None

    def sentences(self) -> Iterator[Sentence]:
        """Return everything that is said of figures, with what allows it."""
        yield self.answered
        yield from (picture.caption for picture in (*self.good, *self.heard))
        yield from [self.promise] if self.promise else []


def young_pages(
    contents: Contents, will_do: Mapping[str, Sequence[str]] | None = None
) -> tuple[YoungPage, ...]:
    """Return a page for every age band that was asked, from released figures only.

    Parameters
    ----------
    contents : Contents
    will_do : mapping of age band to sequence of str, optional
        What the council will do, in its own words; under ``all`` what it will do for everybody.

    Examples
    --------
    >>> import brightspots as bs
    >>> from brightspots.publications.contents import Contents
    >>> pages = young_pages(Contents(bs.release(bs.estimate(bs.make_survey(seed=1)))))
    >>> [page.title for page in pages]
    ['For 4-7s', 'For 8-11s', 'For 11-18s']
    >>> print(pages[2].good[0].caption)
    About nine in ten of you live with a pet.
    """
    chosen = will_do or {}
    return tuple(
        _page(contents, place, band, (*chosen.get(band, ()), *chosen.get(EVERYBODY, ())))
        for place in contents.places
        for band in _bands(contents, place)
    )


def _bands(contents: Contents, place: Place) -> list[str]:
    """Return the age bands of which anything is said, in the questionnaire's order."""
    said = {figure.age_bands for figure in contents.figures_of(place)}
    return [band for band in contents.questionnaire(place).band if (band,) in said]


def _page(contents: Contents, place: Place, band: str, will_do: Sequence[str]) -> YoungPage:
    own = [f for f in contents.figures_of(place) if f.age_bands == (band,) and f.status == "shown"]
    limits = {f: found for f in own if (found := good_limits(contents, f))}
    well = [f for f, (lower, _) in limits.items() if lower >= MOST and _is_plain(contents, f)]
    badly = [f for f, (_, upper) in limits.items() if upper < MOST]
    well.sort(key=lambda f: -limits[f][0])
    badly.sort(key=lambda f: limits[f][1])
    promise = plain(contents.release.promises.get(place.questionnaire, ""))
    responses = next((r for r in contents.responses_of(place) if r.age_band == band), None)
    return YoungPage(
        title=say.title_of(contents.words, place, band),
        answered=say.answered(contents.words, responses),
        good=tuple(_told(contents, f) for f in well[:MOST_TOLD]),
        heard=tuple(_told(contents, f) for f in badly[:MOST_TOLD]),
        will_do=tuple(plain(text) for text in will_do),
        promise=say.promised(promise) if promise else None,
    )


def _is_plain(contents: Contents, figure: Figure) -> bool:
    """Whether a large share is the good news itself: "nine in ten are not" is hard to read."""
    return bool(contents.words.measure(figure).good_when_high(figure.category))


def _told(contents: Contents, figure: Figure) -> Picture:
    share = figure.share or 0.0
    return Picture(say.told(contents.words, figure), say.people_in(share), People(say.of_ten(share)))


def to_young_html(contents: Contents, will_do: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the pages as one HTML file, a sheet of paper each."""
    return template("young.html.j2").render(
        pages=young_pages(contents, will_do), say=say, mark_of_edition=contents.mark
    )
