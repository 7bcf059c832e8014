"""What a release says of everything that is followed: released verdicts and flags alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from brightspots.findings.cohort_descriptions import TOLD_BY_ITSELF
from brightspots.publications.flag_sentences import ALL_OTHERS, name_of_comparison, name_of_group
from brightspots.publications.names import names_of
from brightspots.statistics import effect_size
from brightspots.watch.rules import FAVOURABLE, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brightspots.disclosure.cells import Group
    from brightspots.disclosure.figures import (
        Figure,
        ReleasedCohort,
        ReleasedComparison,
        ReleasedRecheck,
    )
    from brightspots.disclosure.release import Release
    from brightspots.publications.names import Names

SIDES = {"low": "worse", "high": "better"}
"""What a group does that a search finds, by the direction of the search."""


class Subject(NamedTuple):
    """What is followed from wave to wave: a figure against a comparator, or a group against all others.

    Attributes
    ----------
    questionnaire, area, measure, category, age_band : str
    against : str
        The comparator.
    group : tuple of (trait, level)
        Empty for comparisons. Age band and category of a group are empty: a search settles them.
    """

    questionnaire: str
    area: str
    measure: str
    category: str
    age_band: str
    against: str
    group: Group = ()


class Observed(NamedTuple):
    """What is seen of a subject.

    Attributes
    ----------
    subject : Subject
    source : str
        That of the figure compared with, which tells several of one comparator apart.
    name : str
        In words.
    seen : Seen
    """

    subject: Subject
    source: str
    name: str
    seen: Seen


def observe(release: Release) -> list[Observed]:
    """Return what a release says of everything that is followed; figures that are only illustrative are not.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(seed=1)
    >>> out = bs.release(bs.compare(survey, bs.load_benchmarks("sheffield-2021")))
    >>> found = observe(out)
    >>> found[0].name, found[0].subject.against, found[0].seen.tested
    ('Always feels safe where they live: all ages', 'general population', True)
    """
    words = names_of(release)
    compared = [_comparison(words, one) for one in release.comparisons if not one.illustrative]
    return [*compared, *_groups(words, release)]


def _comparison(words: Names, comparison: ReleasedComparison) -> Observed:
    figure = comparison.figure
    subject = Subject(
        figure.questionnaire,
        figure.area,
        figure.measure,
        figure.category,
        figure.age_band,
        comparison.comparator,
    )
    favourable = -1 if comparison.higher_is_better is False else 1
    size = comparison.effect_size
    seen = Seen(
        verdict=comparison.verdict if comparison.verdict in FAVOURABLE else "",
        leans=comparison.leans,
        effect=None if size is None else favourable * size,
        tested=comparison.verdict not in ("not compared", "withheld"),
        reason=comparison.reason or ("withheld" if comparison.verdict == "withheld" else ""),
    )
    return Observed(subject, comparison.source, name_of_comparison(words, comparison), seen)


def _groups(words: Names, release: Release) -> Iterator[Observed]:
    """Return each group once: as a search flags it, else as it was tested again, else as a search left it."""
    ways: dict[Subject, list[tuple[int, str, Seen]]] = defaultdict(list)
    for cohort in release.cohorts:
        seen, figure = _searched(words, cohort), cohort.figure
        subject = Subject(figure.questionnaire, figure.area, cohort.measure, "", "", ALL_OTHERS)
        found = (0 if seen.verdict else 2 if seen.leans else 3, name_of_group(words, figure), seen)
        ways[subject._replace(group=tuple(sorted(cohort.conditions)))].append(found)
    for recheck in release.rechecks:
        subject = Subject(recheck.questionnaire, recheck.area, recheck.measure, "", "", ALL_OTHERS)
        name = recheck.name if recheck.figure is None else name_of_group(words, recheck.figure)
        again = (1, name, _tested_again(words, recheck))
        ways[subject._replace(group=tuple(sorted(recheck.conditions)))].append(again)
    for subject, every in ways.items():
        _, name, seen = min(every, key=lambda way: way[0])
        yield Observed(subject, "", name, seen)


def _searched(words: Names, cohort: ReleasedCohort) -> Seen:
    """Return what a search says of a group. Only one that is told of by itself raises a flag."""
    if cohort.figure.status != "shown" or cohort.rest.status != "shown":
        return Seen(tested=False, reason="no_base" if cohort.figure.status == "no base" else "withheld")
    is_told = cohort.tier == "flag" and cohort.role in TOLD_BY_ITSELF
    side = SIDES[cohort.direction]
    return Seen(
        verdict=side if is_told else "",
        leans=side if cohort.tier == "flag" else "",
        effect=_effect(words, cohort.figure, cohort.rest),
    )


def _tested_again(words: Names, recheck: ReleasedRecheck) -> Seen:
    """Return what a test by name says of a group that was flagged before."""
    if recheck.state in ("not tested", "withheld") or recheck.figure is None or recheck.rest is None:
        return Seen(tested=False, reason=recheck.reason or recheck.state)
    side = SIDES[recheck.direction]
    return Seen(
        verdict=side if recheck.state == "still" else "",
        leans=side if recheck.leans else "",
        effect=_effect(words, recheck.figure, recheck.rest),
    )


def _effect(words: Names, figure: Figure, rest: Figure) -> float | None:
    """Return Cohen's h of a group against all others, positive where the group does better."""
    if figure.share is None or rest.share is None:
        return None
    size = float(effect_size(figure.share, rest.share))
    return size if words.measure(figure).good_when_high(figure.category) else -size
