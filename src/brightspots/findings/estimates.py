"""Estimates: what share of the children said what, from how many answers, and how sure that is.

There are two targets, never mixed. *Process*: what this service produces, which is what comparisons are
about. *Finite*: the share among all children who could have answered in this one wave, to describe it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.intervals import Asked, Target
from brightspots.findings.weighted import GivenWeights, Weighting
from brightspots.measures.composite import UNDECIDED
from brightspots.measures.measure import OTHER_BAND
from brightspots.statistics import Interval, worst_case_limits
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import as_groupings, tally
from brightspots.tallies.tally import Counts, CountTable, Grouping, Key, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brightspots.findings.weighted import Weights
    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

ALL = "all"
LOW_BASE = 30
KINDS = ("not_answered", "not_asked", "dont_know", "prefer_not", "invalid", UNDECIDED)
NUMBERS = ("n", "count", "responses", *KINDS, "unexplained")
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
    blocks = [block for grouping in groupings for block in _blocks(counted, grouping, wanted, weighing)]
    result = Estimates(_columns(counted, blocks, traits, asked, weighing))
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


@dataclass(frozen=True)
class _Block:
    """The rows of one measure's category under one grouping: those of each age band, then the pooled ones.

    `bands` are the age bands in each row; `numbers` has a row for each of NUMBERS and a column for each key.
    `parts` has what weights need, first of all who answered and then of those who count: a row for each key.
    """

    measure: Measure
    category: str
    grouping: Grouping
    keys: list[Key]
    bands: list[tuple[str, ...]]
    numbers: Counts
    parts: Counts | None


def _wanted(source: Tally, measures: Sequence[str] | None) -> list[Measure]:
    if measures is None:
        return list(source.measures.values())
    if isinstance(measures, str):
        raise ArgumentError(f"measures is {measures!r}; give a list of ids.")
    for name in measures:
        if name not in source.measures:
            raise ArgumentError(f"measures names {name!r}, which {source.questionnaire.id} does not have.")
    return [source.measures[name] for name in measures]


def _blocks(
    source: Tally, grouping: Grouping, measures: Sequence[Measure], weighing: Weights | None
) -> Iterator[_Block]:
    table = _in_order(source, grouping)
    sheet = None if weighing is None else weighing.sheet(source, table, grouping)
    band_of = np.array([key[2] for key in table.keys], dtype=object)
    in_band = {band: band_of == band for band in source.questionnaire.band}
    responses = source.responses(table)
    for measure in measures:
        kinds = [source.answers(table, measure.id, {kind} & set(measure.answers)) for kind in KINDS]
        n = source.answers(table, measure.id, measure.valid)
        unexplained = (n + sum(kinds) != responses).astype(np.int64)
        answered = n + sum(kinds) > kinds[KINDS.index("not_asked")]
        answered &= np.logical_or.reduce([in_band[band] for band in measure.asked])
        asked = {table.keys[i][:3] for i in np.flatnonzero(answered)}
        told = np.array([key[:3] in asked for key in table.keys], dtype=bool)
        base = None if sheet is None else sheet.parts(measure.id, measure.valid)
        for category in measure.categories:
            rows = np.flatnonzero(told & ~_unstated(source, table, measure, category))
            if not rows.size:
                continue
            counted = [(in_band[band], measure.counted(category, band)) for band in measure.asked]
            count = np.zeros_like(n)
            for band, answers in counted:
                count = np.where(band, source.answers(table, measure.id, answers), count)
            numbers = np.vstack([n, count, responses, *kinds, unexplained])
            parts = None
            if sheet is not None and base is not None:
                inside = np.zeros_like(base)
                for band, answers in counted:
                    inside = np.where(band[:, None], sheet.parts(measure.id, answers), inside)
                parts = np.stack([base, inside])[:, rows]
            keys = [table.keys[i] for i in rows]
            yield _with_pooled(measure, category, grouping, keys, numbers[:, rows], parts)


def _in_order(source: Tally, grouping: Grouping) -> CountTable:
    """Return a table with age bands and levels in the questionnaire's order, "not known" last."""
    questionnaire = source.questionnaire
    orders: list[list[str]] = [list(questionnaire.band)]
    for name in grouping:
        trait = questionnaire.trait[name]
        orders.append([*(level.id for level in trait.levels), trait.not_known])
    places = [{value: place for place, value in enumerate(order)} for order in orders]
    table = source.table(grouping)

    def place(i: int) -> tuple[Any, ...]:
        area, wave, *rest = table.keys[i]
        return (area, wave, *(where[value] for where, value in zip(places, rest, strict=True)))

    return table.rows(sorted(range(len(table.keys)), key=place))


def _unstated(source: Tally, table: CountTable, measure: Measure, category: str) -> Any:
    """Whether a published report left this band of a scale unsaid: its children stand under another."""
    if measure.kind != "scale":
        return np.zeros(len(table.keys), dtype=bool)
    elsewhere = source.answers(table, measure.id, [f"reported: {OTHER_BAND}"])
    return (elsewhere > 0) & (source.answers(table, measure.id, [f"reported: {category}"]) == 0)


def _with_pooled(
    measure: Measure,
    category: str,
    grouping: Grouping,
    keys: list[Key],
    numbers: Counts,
    parts: Counts | None,
) -> _Block:
    """Add the rows that pool all age bands of an area and wave, if those were asked the same."""
    groups: dict[Key, list[int]] = {}
    present: dict[Key, set[str]] = {}
    for i, (area, wave, band, *levels) in enumerate(keys):
        groups.setdefault((area, wave, ALL, *levels), []).append(i)
        present.setdefault((area, wave), set()).add(band)
    asked = {place: tuple(b for b in measure.asked if b in bands) for place, bands in present.items()}
    pooled = [key for key in groups if len(asked[key[:2]]) > 1 and measure.same_in(asked[key[:2]])]
    if parts is not None:
        parts = np.hstack([parts, *(parts[:, groups[key]].sum(axis=1, keepdims=True) for key in pooled)])
    return _Block(
        measure,
        category,
        grouping,
        [*keys, *pooled],
        [*((key[2],) for key in keys), *(asked[key[:2]] for key in pooled)],
        np.column_stack([numbers, *(numbers[:, groups[key]].sum(axis=1) for key in pooled)]),
        parts,
    )


def _columns(
    source: Tally, blocks: Sequence[_Block], traits: Sequence[str], asked: Asked, weighing: Weights | None
) -> dict[str, Any]:
    rows = [
        (block, key, bands) for block in blocks for key, bands in zip(block.keys, block.bands, strict=True)
    ]
    joined = np.hstack([np.zeros((len(NUMBERS), 0), dtype=np.int64), *(block.numbers for block in blocks)])
    number = dict(zip(NUMBERS, joined, strict=True))
    n, count, answered_all = number["n"], number["count"], number["responses"]
    eligible = np.array([_eligible(source, *row) for row in rows], dtype=np.int64)
    has_base, explained = n > 0, number["unexplained"] == 0
    routed = np.array([block.measure.routed for block, _, _ in rows], dtype=bool)
    plain = _ratio(count, n, has_base)
    share, effective = plain, n
    if weighing is not None and has_base.any():
        parts = np.hstack([block.parts for block in blocks if block.parts is not None])
        found = weighing.shares(n[has_base], *parts[:, has_base])
        share, effective = _spread(found.share, has_base), np.zeros(n.size)
        effective[has_base] = found.n_effective
    finite = has_base & (eligible >= 0) & ~routed & (asked.target == "finite")
    if source.pooled_waves:
        effective = effective / np.array([source.pooling_effect(key) for _, key, _ in rows])
        finite &= np.array([key[:2] not in source.pooled_waves for _, key, _ in rows], dtype=bool)
    _refuse_more_than_all(rows, finite & (np.maximum(n, answered_all) > eligible))
    top = count
    if asked.fractions:
        top = np.array([0 if one is None else one for one in share]) * effective
    lower, upper = asked.limits(*(each[has_base] for each in (top, effective, finite, n, eligible)))
    worst = _worst(has_base & (n <= eligible) & ~routed, count, n, eligible)
    answered = (answered_all > 0) & (answered_all <= eligible)
    columns: dict[str, Any] = {
        "area": [key[0] for _, key, _ in rows],
        "wave": [key[1] for _, key, _ in rows],
        "age_band": [key[2] for _, key, _ in rows],
        "domain": [block.measure.domain for block, _, _ in rows],
        "measure": [block.measure.id for block, _, _ in rows],
        "category": [block.category for block, _, _ in rows],
    }
    for trait in traits:
        columns[trait] = [
            key[3 + block.grouping.index(trait)] if trait in block.grouping else ALL for block, key, _ in rows
        ]
    columns |= {
        "n": n,
        "count": count,
        "share": share,
        "lower": _spread(lower, has_base),
        "upper": _spread(upper, has_base),
        "confidence": [asked.confidence] * len(rows),
        "method": np.where(finite, asked.method, asked.otherwise).tolist(),
        **{kind: _known(number[kind], explained) for kind in KINDS},
        "low_base": n < LOW_BASE,
        "eligible": _known(eligible, eligible >= 0),
        "response_rate": _ratio(answered_all, eligible, answered),
        "worst_lower": worst.lower,
        "worst_upper": worst.upper,
        "responses": _known(answered_all, answered_all > 0),
        "age_bands": [", ".join(bands) for _, _, bands in rows],
        "target": np.where(finite, "finite", "process").tolist(),
        "weighted": [weighing is not None] * len(rows),
        "n_effective": effective,
        "unweighted_share": plain,
    }
    return {name: columns[name] for name in (*BEFORE_TRAITS, *traits, *AFTER_TRAITS)}


def _worst(keep: Any, count: Counts, n: Counts, eligible: Counts) -> Interval:
    """Return two columns of limits whatever the others would have said, None where they are not known."""
    nothing = np.zeros(0)
    limits = worst_case_limits(count[keep], n[keep], eligible[keep]) if keep.any() else (nothing, nothing)
    return Interval(*(_spread(limit, keep) for limit in limits))


def _refuse_more_than_all(rows: Sequence[tuple[_Block, Key, tuple[str, ...]]], beyond: Any) -> None:
    """Refuse the finite target where more answered than could have: copies, or a wrong number."""
    if beyond.any():
        named = dict.fromkeys(" ".join(rows[i][1][:3]).strip() for i in np.flatnonzero(beyond).tolist())
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


def _eligible(source: Tally, block: _Block, key: Key, bands: tuple[str, ...]) -> int:
    """Children who could have answered: -1 for groups, and where it is not known for every pooled band."""
    numbers = [source.eligible.get((*key[:2], band), -1) for band in bands]
    return -1 if block.grouping or -1 in numbers else sum(numbers)
