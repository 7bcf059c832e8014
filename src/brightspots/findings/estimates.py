"""Estimates: what share of the children said what, from how many answers, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.measures.composite import UNDECIDED
from brightspots.measures.measure import OTHER_BAND
from brightspots.statistics import Interval, proportion_interval, worst_case_limits
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import as_groupings, tally
from brightspots.tallies.tally import Counts, CountTable, Grouping, Key, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

ALL = "all"
LOW_BASE = 30
METHODS = ("wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull")
KINDS = ("not_answered", "not_asked", "dont_know", "prefer_not", "invalid", UNDECIDED)
NUMBERS = ("n", "count", "responses", *KINDS, "unexplained")
BEFORE_TRAITS = ("area", "wave", "age_band", "domain", "measure", "category")
AFTER_TRAITS = (
    "n", "count", "share", "lower", "upper", "confidence", "method", "not_answered", "not_asked", "dont_know",
    "prefer_not", "low_base", "eligible", "response_rate", "worst_lower", "worst_upper", "invalid", UNDECIDED,
    "responses", "age_bands",
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
    """

    title = "Estimates"
    source: Tally
    by: tuple[Grouping, ...]
    promise: str

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
    method: str = "wilson",
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
    method : {"wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull"}
        The interval.

    Returns
    -------
    Estimates
        A `Table` with the columns ``area wave age_band domain measure category``, one for each trait in `by`
        (``all`` where a row is not broken down by it), then ``n count share lower upper confidence method
        not_answered not_asked dont_know prefer_not low_base eligible response_rate worst_lower worst_upper
        invalid undecided responses age_bands``. Shares are 0-1. None stands for what is not known: a share
        without a base, the kinds of missing answer and the responses of counts typed from a report. The worst
        case needs to know how many could have answered, so there is none for a question that is routed.

    Raises
    ------
    ArgumentError
        If a trait, measure or method is not known, or `confidence` is not between 0 and 1.
    TallyError
        If a tally does not hold the traits in `by`.

    References
    ----------
    Wilson 1927, Probable inference; Brown, Cai & DasGupta 2001, Interval estimation for a binomial
    proportion; Horowitz & Manski 1998, Censoring of outcomes and regressors due to survey nonresponse (worst
    case).

    Examples
    --------
    >>> import brightspots as bs
    >>> estimates = bs.estimate(bs.make_survey(respondents=300, seed=1))
    >>> row = next(r for r in estimates if r.measure == "likes_school" and r.age_band == "all")
    >>> row.n >= row.count, row.lower <= row.share <= row.upper
    (True, True)
    """
    if method not in METHODS:
        raise ArgumentError(f"method is {method!r}; there are: {', '.join(METHODS)}.")
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence is {confidence!r}; give a number between 0 and 1.")
    counted = as_tally(source, by)
    groupings = as_groupings(by, counted.questionnaire)
    traits = tuple(dict.fromkeys(trait for grouping in groupings for trait in grouping))
    for trait in traits:
        if trait in BEFORE_TRAITS + AFTER_TRAITS:
            raise ArgumentError(f"by names {trait!r}, which is a column already; give the trait another id.")
    wanted = _wanted(counted, measures)
    blocks = [block for grouping in groupings for block in _blocks(counted, grouping, wanted)]
    result = Estimates(_columns(counted, blocks, traits, confidence, method))
    result.source, result.by = counted, groupings
    result.promise = source.promise if isinstance(source, Survey) else ""
    return result


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
    """

    measure: Measure
    category: str
    grouping: Grouping
    keys: list[Key]
    bands: list[tuple[str, ...]]
    numbers: Counts


def _wanted(source: Tally, measures: Sequence[str] | None) -> list[Measure]:
    if measures is None:
        return list(source.measures.values())
    if isinstance(measures, str):
        raise ArgumentError(f"measures is {measures!r}; give a list of ids.")
    for name in measures:
        if name not in source.measures:
            raise ArgumentError(f"measures names {name!r}, which {source.questionnaire.id} does not have.")
    return [source.measures[name] for name in measures]


def _blocks(source: Tally, grouping: Grouping, measures: Sequence[Measure]) -> Iterator[_Block]:
    table = _in_order(source, grouping)
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
        for category in measure.categories:
            count = np.zeros_like(n)
            for band in measure.asked:
                counted = source.answers(table, measure.id, measure.counted(category, band))
                count = np.where(in_band[band], counted, count)
            numbers = np.vstack([n, count, responses, *kinds, unexplained])
            rows = np.flatnonzero(told & ~_unstated(source, table, measure, category))
            if rows.size:
                keys = [table.keys[i] for i in rows]
                yield _with_pooled(measure, category, grouping, keys, numbers[:, rows])


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

    order = sorted(range(len(table.keys)), key=place)
    return CountTable(tuple(table.keys[i] for i in order), table.counts[order])


def _unstated(source: Tally, table: CountTable, measure: Measure, category: str) -> Any:
    """Whether a published report left this band of a scale unsaid: its children stand under another."""
    if measure.kind != "scale":
        return np.zeros(len(table.keys), dtype=bool)
    elsewhere = source.answers(table, measure.id, [f"reported: {OTHER_BAND}"])
    return (elsewhere > 0) & (source.answers(table, measure.id, [f"reported: {category}"]) == 0)


def _with_pooled(
    measure: Measure, category: str, grouping: Grouping, keys: list[Key], numbers: Counts
) -> _Block:
    """Add the rows that pool all age bands of an area and wave, if those were asked the same."""
    groups: dict[Key, list[int]] = {}
    present: dict[Key, set[str]] = {}
    for i, (area, wave, band, *levels) in enumerate(keys):
        groups.setdefault((area, wave, ALL, *levels), []).append(i)
        present.setdefault((area, wave), set()).add(band)
    asked = {place: tuple(b for b in measure.asked if b in bands) for place, bands in present.items()}
    pooled = [key for key in groups if len(asked[key[:2]]) > 1 and measure.same_in(asked[key[:2]])]
    return _Block(
        measure,
        category,
        grouping,
        [*keys, *pooled],
        [*((key[2],) for key in keys), *(asked[key[:2]] for key in pooled)],
        np.column_stack([numbers, *(numbers[:, groups[key]].sum(axis=1) for key in pooled)]),
    )


def _columns(
    source: Tally, blocks: Sequence[_Block], traits: Sequence[str], confidence: float, method: str
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
    limits = _limits(
        lambda k, m: proportion_interval(k, m, confidence=confidence, method=method),  # type: ignore[arg-type]
        has_base,
        count,
        n,
    )
    worst = _limits(worst_case_limits, has_base & (n <= eligible) & ~routed, count, n, eligible)
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
        "share": _ratio(count, n, has_base),
        "lower": limits.lower,
        "upper": limits.upper,
        "confidence": [confidence] * len(rows),
        "method": [method] * len(rows),
        **{kind: _known(number[kind], explained) for kind in KINDS},
        "low_base": n < LOW_BASE,
        "eligible": _known(eligible, eligible >= 0),
        "response_rate": _ratio(answered_all, eligible, answered),
        "worst_lower": worst.lower,
        "worst_upper": worst.upper,
        "responses": _known(answered_all, answered_all > 0),
        "age_bands": [", ".join(bands) for _, _, bands in rows],
    }
    return {name: columns[name] for name in (*BEFORE_TRAITS, *traits, *AFTER_TRAITS)}


def _limits(interval: Callable[..., Interval], keep: Any, *numbers: Counts) -> Interval:
    """Return two columns of limits, None where they are not to be kept."""
    nothing = np.zeros(0)
    lower, upper = interval(*(values[keep] for values in numbers)) if keep.any() else (nothing, nothing)
    return Interval(_spread(lower, keep), _spread(upper, keep))


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
