"""Estimates: what share of the children said what, from how many answers, and how sure that is.

There are two targets, never mixed. *Process*: what this service produces, which is what comparisons are
about. *Finite*: the share among all children who could have answered in this one wave, to describe it alone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.estimate_rows import KINDS, NUMBERS, Lines
from brightspots.findings.intervals import Asked, Target
from brightspots.findings.weighted import GivenWeights, Weighting
from brightspots.measures.composite import UNDECIDED
from brightspots.statistics import Interval, worst_case_limits
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import as_groupings, tally
from brightspots.tallies.tally import Counts, Grouping, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from brightspots.findings.estimate_rows import Head, Rows
    from brightspots.findings.weighted import Weights
    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

ALL = "all"
LOW_BASE = 30
BEFORE_TRAITS = ("area", "wave", "age_band", "domain", "measure", "category")
AFTER_TRAITS = (
    "n", "count", "share", "lower", "upper", "confidence", "method", "not_answered", "not_asked", "dont_know",
    "prefer_not", "low_base", "eligible", "response_rate", "worst_lower", "worst_upper", "invalid", UNDECIDED,
    "responses", "age_bands", "target", "weighted", "n_effective", "unweighted_share",
)  # fmt: skip


class Estimates(Table):
    """Shares with bases and intervals, one row a measure, category, age band and group. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind them.
    by : tuple of groupings
        The groupings asked for.
    promise : str
        What the children were told about anonymity.
    asked : Asked
        The interval asked for: its method, target and confidence.
    weights : Weighting, "given" or None
        What weighted them.
    """

    title = "Estimates"
    source: Tally
    by: tuple[Grouping, ...]
    promise: str
    asked: Asked
    weights: Weighting | Literal["given"] | None

    @property
    def questionnaire(self) -> Questionnaire:
        """What was asked."""
        return self.source.questionnaire


def estimate(
    source: Survey | Tally,
    *,
    by: Sequence[str] | Sequence[Sequence[str]] = (),
    measures: Sequence[str] | None = None,
    confidence: float = 0.95,
    method: str | None = None,
    target: Target = "process",
    weights: Weighting | Literal["given"] | None = None,
) -> Estimates:
    """Estimate the share of children in every category of every measure.

    The base is the children with a valid answer among those who were asked and routed to the question. What
    is missing is counted beside it, kind by kind. Rows with age band ``all`` pool every band that was asked,
    and exist only where all of them were asked the same thing with the same counted answers.

    Parameters
    ----------
    source : Survey or Tally
        The answers, or their counts.
    by : sequence of str, or sequence of sequences of str
        Traits to break down by: a list is one crossed table, a list of lists one table each.
    measures : sequence of str, optional
        Ids of the measures wanted; all by default.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    method : str, optional
        The interval. Of the process: ``wilson`` (the default), ``clopper_pearson``, ``midp``, ``jeffreys``,
        ``agresti_coull``. Of the finite target: ``hyper_midp`` (the default), ``hyper_exact``,
        ``wilson_fpc``, ``bb_jeffreys``. Weights and pooled waves need one that takes an effective number of
        answers: ``wilson`` (the default), ``agresti_coull``; ``wilson_fpc``.
    target : {"process", "finite"}
        What the interval is of: what this service produces, or the share among all the children who could
        have answered. The latter takes those who answered for a random sample of all, so say so beside it.
        Rows of whom it is not known how many could have answered (groups, routed questions, bands without an
        eligible number, pooled waves) keep the process, and say so in their own `target` and `method`.
    weights : Weighting or "given", optional
        ``given`` for the weights that the answers came with; or what `make_weighting` made, for which a tally
        has to hold the traits of its margins crossed with those in `by`.

    Returns
    -------
    Estimates
        A `Table` with the columns ``area wave age_band domain measure category``, one for each trait in `by`
        (``all`` where a row is not broken down by it), then ``n count share lower upper confidence method
        not_answered not_asked dont_know prefer_not low_base eligible response_rate worst_lower worst_upper
        invalid undecided responses age_bands target weighted n_effective unweighted_share``. Shares are 0-1.
        None stands for what is not known: a share without a base, the kinds of missing answer and the
        responses of counts typed from a report. The worst case needs to know how many could have answered, so
        there is none for a question that is routed. `n` and `count` are children, weighted or not;
        `n_effective` is how many unweighted answers of separate children would say as much as these.

    Raises
    ------
    ArgumentError
        If a trait, measure, method or target is not known, a method does not belong to the target,
        `confidence` is not between 0 and 1, or there are no such weights.
    TallyError
        If a tally does not hold the traits in `by` and of the weighting, or, for the finite target, more
        answered than could have.

    References
    ----------
    Wilson 1927, Probable inference; Brown, Cai & DasGupta 2001, Interval estimation for a binomial
    proportion; Deming 1953, On the distinction between enumerative and analytic surveys (targets);
    Buonaccorsi 1987, A note on confidence intervals for proportions in finite populations; Korn & Graubard
    1998 and Franco et al. 2019 (weights); Horowitz & Manski 1998, Censoring of outcomes and regressors due to
    survey nonresponse (worst case).

    Examples
    --------
    >>> import brightspots as bs
    >>> estimates = bs.estimate(bs.make_survey(respondents=300, seed=1))
    >>> row = next(r for r in estimates if r.measure == "likes_school" and r.age_band == "all")
    >>> row.n >= row.count, row.lower <= row.share <= row.upper
    (True, True)
    """
    weighing = _weighing(weights)
    needed = () if weighing is None else weighing.traits
    counted = as_tally(source, _crossed(source, by, needed))
    groupings = as_groupings(by, counted.questionnaire)
    if weights == "given" and not counted.weighted:
        raise ArgumentError("weights is 'given', and source holds none: name their column in the mapping.")
    fractions = weighing is not None or bool(counted.pooled_waves)
    asked = Asked.of(method, target, confidence, fractions=fractions)
    traits = tuple(dict.fromkeys(trait for grouping in groupings for trait in grouping))
    for trait in traits:
        if trait in BEFORE_TRAITS + AFTER_TRAITS:
            raise ArgumentError(f"by names {trait!r}, which is a column already; give the trait another id.")
    wanted = _wanted(counted, measures)
    lines = Lines(counted, wanted)
    found = [lines.rows(grouping, weighing) for grouping in groupings]
    result = Estimates(_columns(counted, lines, found, traits, asked, weighing))
    result.source, result.by, result.asked, result.weights = counted, groupings, asked, weights
    result.promise = source.promise if isinstance(source, Survey) else ""
    return result


def _weighing(weights: object) -> Weights | None:
    if weights is None or isinstance(weights, Weighting):
        return weights
    if weights != "given":
        raise ArgumentError(f"weights is {weights!r}; give 'given' or what make_weighting made.")
    return GivenWeights()


def _crossed(source: Any, by: Any, traits: tuple[str, ...]) -> Any:
    """Return `by` with every grouping crossed with the traits that the weights need."""
    if not traits or not isinstance(source, Survey):
        return by
    groupings = as_groupings(by, source.questionnaire)
    return [(*grouping, *(trait for trait in traits if trait not in grouping)) for grouping in groupings]


def as_tally(
    source: Survey | Tally, by: Sequence[str] | Sequence[Sequence[str]] = (), name: str = "source"
) -> Tally:
    """Return the counts of a survey, or a tally as it is.

    Raises
    ------
    ArgumentError
        If `source` is neither; `name` is what the message calls it.
    """
    if isinstance(source, Survey):
        return tally(source, by=as_groupings(by, source.questionnaire))
    if not isinstance(source, Tally):
        raise ArgumentError(f"{name} is a {type(source).__name__}; give a Survey or a Tally.")
    return source


def _wanted(source: Tally, measures: Sequence[str] | None) -> list[Measure]:
    if measures is None:
        return list(source.measures.values())
    if isinstance(measures, str):
        raise ArgumentError(f"measures is {measures!r}; give a list of ids.")
    for name in measures:
        if name not in source.measures:
            raise ArgumentError(f"measures names {name!r}, which {source.questionnaire.id} does not have.")
    return [source.measures[name] for name in measures]


def _columns(
    source: Tally,
    lines: Lines,
    found: Sequence[Rows],
    traits: Sequence[str],
    asked: Asked,
    weighing: Weights | None,
) -> dict[str, Any]:
    joined = np.hstack([rows.numbers for rows in found])
    number = dict(zip(NUMBERS, joined, strict=True))
    n, count, answered_all = number["n"], number["count"], number["responses"]
    eligible = _of_heads(found, partial(_eligible, source), np.int64)
    has_base, explained = n > 0, number["unexplained"] == 0
    routed = _of_lines(found, [measure.routed for measure, _ in lines.lines], bool)
    plain = _ratio(count, n, has_base)
    share, effective = plain, n
    if weighing is not None and has_base.any():
        parts = zip(*(rows.parts for rows in found if rows.parts is not None), strict=True)
        base, inside = (np.hstack(part)[:, has_base].T for part in parts)
        weighted = weighing.shares(n[has_base], base, inside)
        share, effective = _spread(weighted.share, has_base), np.zeros(n.size)
        effective[has_base] = weighted.n_effective
    finite = has_base & (eligible >= 0) & ~routed & (asked.target == "finite")
    if source.pooled_waves:
        effective = effective / _of_heads(found, lambda _, head: source.pooling_effect(head[:2]), float)
        finite &= _of_heads(found, lambda _, head: head[:2] not in source.pooled_waves, bool)
    names = _of_heads(found, lambda _, head: f"{head.area} {head.wave} {_age_band(head)}".strip(), object)
    _refuse_more_than_all(names, finite & (np.maximum(n, answered_all) > eligible))
    top = count
    if asked.fractions:
        top = np.array([0 if one is None else one for one in share]) * effective
    lower, upper = asked.limits(*(each[has_base] for each in (top, effective, finite, n, eligible)))
    worst = _worst(has_base & (n <= eligible) & ~routed, count, n, eligible)
    answered = (answered_all > 0) & (answered_all <= eligible)
    columns: dict[str, Any] = {
        "area": _of_heads(found, lambda _, head: head.area, object).tolist(),
        "wave": _of_heads(found, lambda _, head: head.wave, object).tolist(),
        "age_band": _of_heads(found, lambda _, head: _age_band(head), object).tolist(),
        "domain": _of_lines(found, [measure.domain for measure, _ in lines.lines], object).tolist(),
        "measure": _of_lines(found, [measure.id for measure, _ in lines.lines], object).tolist(),
        "category": _of_lines(found, [category for _, category in lines.lines], object).tolist(),
    }
    for trait in traits:
        columns[trait] = _of_heads(found, partial(_level, trait), object).tolist()
    columns |= {
        "n": n,
        "count": count,
        "share": share,
        "lower": _spread(lower, has_base),
        "upper": _spread(upper, has_base),
        "confidence": [asked.confidence] * n.size,
        "method": _either(finite, asked.method, asked.otherwise),
        **{kind: _known(number[kind], explained) for kind in KINDS},
        "low_base": n < LOW_BASE,
        "eligible": _known(eligible, eligible >= 0),
        "response_rate": _ratio(answered_all, eligible, answered),
        "worst_lower": worst.lower,
        "worst_upper": worst.upper,
        "responses": _known(answered_all, answered_all > 0),
        "age_bands": _of_heads(found, lambda _, head: ", ".join(head.bands), object).tolist(),
        "target": _either(finite, "finite", "process"),
        "weighted": [weighing is not None] * n.size,
        "n_effective": effective,
        "unweighted_share": plain,
    }
    return {name: columns[name] for name in (*BEFORE_TRAITS, *traits, *AFTER_TRAITS)}


def _of_heads(found: Sequence[Rows], pick: Callable[[Grouping, Head], Any], kind: Any) -> Any:
    """Return a column of what is picked of the head of each row."""
    return np.concatenate(
        [
            np.array([pick(rows.grouping, head) for head in rows.heads], dtype=kind)[rows.head]
            for rows in found
        ]
    )


def _of_lines(found: Sequence[Rows], values: Sequence[Any], kind: Any) -> Any:
    """Return a column of the value of the line of each row."""
    return np.array(values, dtype=kind)[np.concatenate([rows.line for rows in found])]


def _age_band(head: Head) -> str:
    return ALL if head.pooled else head.bands[0]


def _level(trait: str, grouping: Grouping, head: Head) -> str:
    return head.levels[grouping.index(trait)] if trait in grouping else ALL


def _either(choose: Any, one: str, other: str) -> list[str]:
    return np.array([other, one], dtype=object)[choose.astype(np.intp)].tolist()  # type: ignore[no-any-return]


def _worst(keep: Any, count: Counts, n: Counts, eligible: Counts) -> Interval:
    """Return two columns of limits whatever the others would have said, None where they are not known."""
    nothing = np.zeros(0)
    limits = worst_case_limits(count[keep], n[keep], eligible[keep]) if keep.any() else (nothing, nothing)
    return Interval(*(_spread(limit, keep) for limit in limits))


def _refuse_more_than_all(names: Any, beyond: Any) -> None:
    """Refuse the finite target where more answered than could have: copies, or a wrong number."""
    if beyond.any():
        named = dict.fromkeys(names[beyond].tolist())
        raise TallyError(
            f"target is 'finite', and more answered than could have in {', '.join(named)}: look for copies, "
            "or correct the eligible numbers."
        )


def _ratio(part: Counts, whole: Counts, keep: Any) -> list[Any]:
    return _spread(part[keep] / whole[keep], keep)


def _known(values: Counts, known: Any) -> Any:
    """Return a column of counts, None where they are not known."""
    return values if known.all() else _spread(values[known], known)


def _spread(kept: Any, keep: Any) -> list[Any]:
    """Return a column that holds the kept values in their places, and None elsewhere."""
    column = np.full(keep.size, None, dtype=object)
    column[keep] = kept
    return column.tolist()  # type: ignore[no-any-return]


def _eligible(source: Tally, grouping: Grouping, head: Head) -> int:
    """Children who could have answered: -1 for groups, and where it is not known for every pooled band."""
    numbers = [source.eligible.get((head.area, head.wave, band), -1) for band in head.bands]
    return -1 if grouping or -1 in numbers else sum(numbers)
