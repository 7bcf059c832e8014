"""Cohorts that a search flagged in the last wave, tested by name in this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from brightspots.errors import ArgumentError
from brightspots.findings.cohort_descriptions import TOLD_BY_ITSELF
from brightspots.findings.cohort_sides import sides_of
from brightspots.findings.cohort_tables import CohortTable
from brightspots.findings.cohorts import Cohorts
from brightspots.findings.cover import SMALLEST_EXCESS
from brightspots.findings.estimates import ALL, as_tally
from brightspots.findings.likeness import mismatches_of_editions
from brightspots.findings.names import cohort_name
from brightspots.findings.profiles import searched_category
from brightspots.findings.verdicts import ALPHA, MINIMUM_BASE
from brightspots.statistics import (
    adjust,
    detectable_gap,
    difference_interval,
    proportion_interval,
    stratified_excess_table,
)
from brightspots.survey.survey import Survey
from brightspots.tallies.tally import Tally, refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.findings.cohort_sides import Sides
    from brightspots.findings.profiles import Direction

STILL, NO_CLEAR_EXCESS, NOT_TESTED = "still", "no clear excess", "not tested"
COLUMNS = (
    "cohort", "conditions", "measure", "category", "direction", "age_band", "n", "count", "share", "lower",
    "upper", "rest_n", "rest_count", "rest_share", "difference", "difference_lower", "difference_upper",
    "excess", "p", "p_holm", "state", "reason", "detectable", "age_bands",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the search of the last wave was after, and in what."""

    measure: str
    direction: Direction
    within: str | None
    before: Tally | None = None
    bands: tuple[str, ...] = ()


class Rechecks(CohortTable):
    """Cohorts of the last wave, each tested by name in this one. Not for release.

    Attributes
    ----------
    source : Tally
        The counts of this wave.
    flagged : Cohorts or None
        What the last wave's search found; None where conditions were typed.
    measure, direction, within
        What the search of the last wave was after.
    wave : str
        The wave in which typed conditions were flagged; empty for the last one.
    """

    title = "Cohorts of the last wave"
    source: Tally
    flagged: Cohorts | None
    wave: str
    measure: str
    direction: Direction
    within: str | None

    @property
    def previous(self) -> Tally | None:
        """The counts of the last wave; None where they are not known."""
        return self.flagged.source if self.flagged is not None else None


def recheck_cohorts(
    flagged: Cohorts | Sequence[Mapping[str, str]],
    source: Survey | Tally,
    *,
    measure: str | None = None,
    direction: Direction | None = None,
    within: Literal["age_band"] | None = None,
    wave: str = "",
) -> Rechecks:
    """Test each cohort that was flagged in the last wave by itself in this one.

    A cohort that was named beforehand needs no allowance for a search: it gets one test against all others.
    Where several are tested they are a small family of their own, adjusted by Holm's method, so that the
    chance of even one false "still" stays at 5%. Testing once in new answers also takes out the luck that a
    search picks up: a first size is drawn in, this one need not be.

    Parameters
    ----------
    flagged : Cohorts, or sequence of mappings of trait to level
        The result of the last wave's search, of which the cohorts told of by themselves are tested (``lead``
        and ``separate``); or their conditions, typed from last year's report:
        ``[{"gender": "girl", "placement": "residential"}]``.
    source : Survey or Tally
        The new answers of one area, or counts that hold the traits of each cohort crossed.
    measure : str, optional
        For typed conditions: what was low, by default ``low_wellbeing``.
    direction : {"low", "high"}, optional
        For typed conditions: by default ``low``.
    within : {"age_band"}, optional
        For typed conditions: as in `flag_cohorts`.
    wave : str, optional
        For typed conditions: the wave in which they stood out, where that was not the last one.

    Returns
    -------
    Rechecks
        A `Table` with ``cohort conditions measure category direction age_band``; ``n count share lower
        upper`` and ``rest_n rest_count rest_share`` as in `estimate`; ``difference`` with its limits
        (Newcombe), and ``excess``, the same on the side that the search counts; ``p`` (hypergeometric mid-P,
        one-sided) and ``p_holm``; ``state`` and ``reason``; ``detectable``, about how large an excess this
        test finds four times out of five; ``age_bands``.

        ``state`` is ``still`` (p_holm of at most 0.05 and an excess of at least 5 points), ``no clear
        excess`` (reason ``small`` where the excess is more than chance and below 5 points), or ``not
        tested``. The reason is then ``trait``, ``level`` or ``measure``: the new questionnaire does not have
        it; ``options``, ``counted_answers`` or ``base``: it was offered, counted or scored otherwise;
        ``age_bands``: other forms than last time, or forms not asked the same; ``no_base`` or ``small_base``:
        fewer than 10 answers inside or outside. Neither ``no clear excess`` nor ``not tested`` means that all
        is well now.

    Raises
    ------
    ArgumentError
        If `flagged` is neither, what the search was after is given twice, the measure has no unfavourable
        side, `source` holds several areas or waves, or it is the wave in which the cohorts were flagged.
    TallyError
        If a tally does not hold the traits of a cohort crossed.

    References
    ----------
    Lydersen, Fagerland & Laake 2009, Recommended tests for association in 2x2 tables; Holm 1979, A simple
    sequentially rejective multiple test procedure; Newcombe 1998.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(seed=3, planted={"placement": "residential"}, planted_share=0.6)
    >>> (row,) = bs.recheck_cohorts([{"placement": "residential"}], survey)
    >>> row.cohort, row.state, row.p == row.p_holm
    ('children and young people in residential care', 'still', True)
    """
    if isinstance(flagged, Cohorts):
        if (measure, direction, within, wave) != (None, None, None, ""):
            raise ArgumentError(
                "measure, direction, within and wave are those of the search; leave them out."
            )
        conditions = [row.conditions for row in flagged if row.role in TOLD_BY_ITSELF]
        asked = Asked(flagged.measure, flagged.direction, flagged.within, flagged.source, flagged.age_bands)
    else:
        conditions = _typed(flagged)
        asked = Asked(measure or "low_wellbeing", direction or "low", within)
    traits = source.questionnaire.trait if isinstance(source, Survey | Tally) else {}
    counted = as_tally(source, [list(one) for one in conditions if set(one) <= set(traits)])
    refuse_pooled(counted, "source", "a test would take them for separate children")
    if asked.before is not None and _waves(asked.before) & _waves(counted):
        raise ArgumentError("source is of the wave in which these cohorts were flagged; give the next one.")
    rows = [_row(counted, one, asked) for one in conditions]
    _judge(rows)
    result = Rechecks.from_rows(rows, COLUMNS)
    result.source, result.within = counted, asked.within
    result.flagged = flagged if isinstance(flagged, Cohorts) else None
    result.wave = wave
    result.measure, result.direction = asked.measure, asked.direction
    result.promise = source.promise if isinstance(source, Survey) else ""
    return result


def _typed(flagged: Any) -> list[dict[str, str]]:
    """Return typed conditions, after checking that they are some."""
    if not isinstance(flagged, list | tuple) or not all(isinstance(one, Mapping) and one for one in flagged):
        raise ArgumentError(
            'flagged is neither Cohorts nor a list of conditions such as {"placement": "residential"}.'
        )
    return [dict(one) for one in flagged]


def _waves(tally: Tally) -> set[tuple[str, ...]]:
    return {key[:2] for key in tally.table(()).keys}


def _row(source: Tally, conditions: Mapping[str, str], asked: Asked) -> dict[str, Any]:
    """Return the row of one cohort, but for its place in the family of all that are tested."""
    people = source.questionnaire.people
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "cohort": cohort_name(conditions, source.questionnaire, people),
        "conditions": dict(conditions),
        "measure": asked.measure,
        "direction": asked.direction,
        "state": NOT_TESTED,
        "reason": _not_asked(source, conditions, asked),
    }
    if row["reason"]:
        return row
    forms = sides_of(source, conditions, [asked.measure], asked.direction)
    row["reason"] = _not_alike(source, forms, asked)
    if row["reason"]:
        return row
    whole = _whole(forms)
    row |= _numbers(whole)
    if min(whole.n, whole.rest_n) < MINIMUM_BASE:
        row["reason"] = "small_base" if whole.n else "no_base"
        return row
    turned = searched_category(source.measures[asked.measure], asked.direction)[1]
    strata = [one for one in forms if one.age_band != ALL] if asked.within else [whole]
    row["p"] = _excess_p(strata, turned=turned)
    row["excess"] = -row["difference"] if turned else row["difference"]
    return row


def _not_asked(source: Tally, conditions: Mapping[str, str], asked: Asked) -> str:
    """Return what of a cohort the new questionnaire does not have; empty where it has everything."""
    traits = source.questionnaire.trait
    if not set(conditions) <= set(traits):
        return "trait"
    known = {t: {*(one.id for one in traits[t].levels), traits[t].not_known} for t in conditions}
    if any(level not in known[t] for t, level in conditions.items()):
        return "level"
    return "" if asked.measure in source.measures else "measure"


def _not_alike(source: Tally, forms: list[Sides], asked: Asked) -> str:
    """Return why the answers are not those that the last wave would have given; empty where they are."""
    now = source.measures[asked.measure]
    bands = tuple(one.age_band for one in forms if one.age_band != ALL)
    if not bands:
        searched_category(now, asked.direction)  # refuses a measure that has no side
        return "no_base"
    if (len(bands) > 1 and len(forms) == len(bands)) or (asked.bands and set(asked.bands) != set(bands)):
        return "age_bands"
    if asked.before is None:
        return ""
    then = asked.before.measures[asked.measure]
    if now.higher_is_better != then.higher_is_better:
        return "base"
    return next(iter(mismatches_of_editions(_whole(forms), now, then)), "")


def _whole(forms: list[Sides]) -> Sides:
    """Return all forms together, or the only one."""
    return next((one for one in forms if one.age_band == ALL), forms[0])


def _numbers(whole: Sides) -> dict[str, Any]:
    """Return what is shown of a cohort beside all others; None where there is no base."""
    row: dict[str, Any] = asdict(whole)
    if whole.n:
        inside = proportion_interval(whole.count, whole.n)
        row |= {"share": whole.count / whole.n, "lower": float(inside.lower), "upper": float(inside.upper)}
    if whole.rest_n:
        row["rest_share"] = whole.rest_count / whole.rest_n
    if whole.n and whole.rest_n:
        gap = difference_interval(whole.count, whole.n, whole.rest_count, whole.rest_n)
        row["difference"] = row["share"] - row["rest_share"]
        row |= {"difference_lower": float(gap.lower), "difference_upper": float(gap.upper)}
    return row


def _excess_p(strata: list[Sides], *, turned: bool) -> float:
    """One-sided mid-P of an excess; `turned` where those outside the category are searched for."""
    everybody = [one.n + one.rest_n for one in strata]
    inside = [one.n - one.count if turned else one.count for one in strata]
    outside = [one.rest_n - one.rest_count if turned else one.rest_count for one in strata]
    searched = [k + m for k, m in zip(inside, outside, strict=True)]
    return float(stratified_excess_table(everybody, searched, [one.n for one in strata])[sum(inside)])


def _judge(rows: list[dict[str, Any]]) -> None:
    """Adjust the family, and say of each cohort where it stands. Changes the rows in place."""
    tested = [row for row in rows if row["p"] is not None]
    if not tested:
        return
    confidence = 1 - 2 * ALPHA / len(tested)  # of a two-sided test; these look at one side
    for row, adjusted in zip(tested, adjust([row["p"] for row in tested], method="holm"), strict=True):
        row["p_holm"] = float(adjusted)
        large = row["excess"] >= SMALLEST_EXCESS
        row["state"] = STILL if adjusted <= ALPHA and large else NO_CLEAR_EXCESS
        row["reason"] = "small" if adjusted <= ALPHA and not large else ""
        if 0 < row["rest_share"] < 1:
            gap = detectable_gap(row["n"], row["rest_share"], n2=row["rest_n"], confidence=confidence)
            row["detectable"] = max(float(gap), SMALLEST_EXCESS)
