"""Who has answered so far, by trait, against how many could and the target; for the analyst alone."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from brightspots.errors import ArgumentError
from brightspots.survey.survey import Survey
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.tallies.tally import Tally

    EligibleBy = Mapping[str, Mapping[str, int]]

TARGET = Fraction(3, 10)
"""The share of the children whom councils are asked to hear from (pages of two councils, 2022)."""
COLUMNS = ("trait", "level", "answered", "eligible", "share", "more_wanted")


class SoFar(NamedTuple):
    """An open survey as a whole.

    Attributes
    ----------
    questionnaire, area, wave : str
    answered : int
    eligible : int
        0 where it is not known.
    secret : str
        What nobody can know who does not know every answer.
    """

    questionnaire: str
    area: str
    wave: str
    answered: int
    eligible: int
    secret: str


class ResponsesByTrait(Table):
    """Responses to an open survey by trait, with the survey that they are of. Not for release."""

    title = "Responses by trait"
    survey: SoFar


def wanted(eligible: int) -> int:
    """Return how many of so many make the target.

    Examples
    --------
    >>> wanted(150), wanted(151)
    (45, 46)
    """
    return math.ceil(TARGET * eligible)


def responses_by_trait(source: Survey | Tally, eligible_by: EligibleBy | None = None) -> ResponsesByTrait:
    """Count who has answered an open survey, by trait, against how many could.

    Parameters
    ----------
    source : Survey or Tally
        One council and wave. Counts typed from a report have no traits.
    eligible_by : mapping of trait to mapping of level to int, optional
        How many could have answered. Levels may be left out.

    Returns
    -------
    ResponsesByTrait
        A `Table` with the columns ``trait level answered eligible share more_wanted``; the last says how many
        more make 30%.

    Raises
    ------
    ArgumentError
        With every trait and level that is not known and every number that cannot be.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(seed=1, respondents=200)
    >>> found = responses_by_trait(survey, {"gender": {"girl": 240, "boy": 230}})
    >>> [(row.level, row.answered, row.eligible, row.more_wanted) for row in found]
    [('girl', 99, 240, 0), ('boy', 96, 230, 0)]
    """
    eligible_by = eligible_by or {}
    bands = {key[2]: number for key, number in source.eligible.items()}
    forms = source.age_bands if isinstance(source, Survey) else ()
    faults = faults_of_eligible(source.questionnaire, bands, eligible_by, forms)
    if eligible_by and not isinstance(source, Survey):
        faults.append("counts have no traits: leave the eligible numbers by trait out")
    if faults:
        raise ArgumentError("\n".join(faults))
    rows = []
    if isinstance(source, Survey):
        for trait, levels in eligible_by.items():
            counted = source.answers[trait].value_counts()
            for level, eligible in levels.items():
                answered = int(counted[level])
                share = answered / eligible if 0 < eligible >= answered else None
                more = max(0, wanted(eligible) - answered)
                rows.append(dict(zip(COLUMNS, (trait, level, answered, eligible, share, more), strict=True)))
    found = ResponsesByTrait.from_rows(rows, COLUMNS)
    found.survey = _so_far(source, sum(bands.values()) if eligible_by else 0)
    return found


def faults_of_eligible(
    questionnaire: Questionnaire, eligible: Mapping[str, int], eligible_by: EligibleBy, forms: Iterable[str]
) -> list[str]:
    """Return every fault of eligible numbers by trait: names that are not known, numbers that cannot be.

    Parameters
    ----------
    questionnaire : Questionnaire
    eligible : mapping of age band to int
        How many could have answered each form.
    eligible_by : mapping of trait to mapping of level to int
    forms : iterable of str
        Age bands that were asked.
    """
    if not eligible_by:
        return []
    missing = [band for band in forms if band not in eligible]
    faults = [f"eligible_by needs eligible of every form: {band} is missing" for band in missing]
    total = sum(eligible.values())
    for trait, levels in eligible_by.items():
        if trait not in questionnaire.trait:
            faults.append(f"eligible_by: {trait!r} is not a trait of {questionnaire.id}")
            continue
        known = [level.id for level in questionnaire.trait[trait].levels]
        faults += [
            f"eligible_by {trait}: {level!r} is not one of its levels ({', '.join(known)})"
            for level in levels
            if level not in known
        ]
        if not missing and sum(levels.values()) > total:
            faults.append(
                f"eligible_by {trait}: {sum(levels.values()):,} in all, of {total:,} who could have answered"
            )
    return faults


def _so_far(source: Survey | Tally, eligible: int) -> SoFar:
    if isinstance(source, Survey):
        area, wave, answered, secret = source.area, source.wave, len(source), source.fingerprint
    else:
        table = source.table(())
        (area, wave, _), answered, secret = table.keys[0], int(source.responses(table).sum()), ""
    return SoFar(source.questionnaire.id, area, wave, answered, eligible, secret)
