"""Estimates: what share of the children said what, from how many answers, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.measures.composite import UNDECIDED
from brightspots.measures.measure import OTHER_BAND
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.statistics import proportion_interval, worst_case_limits
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import as_groupings, tally
from brightspots.tallies.tally import CountTable, Grouping, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

ALL = "all"
LOW_BASE = 30
METHODS = ("wilson", "clopper_pearson", "midp", "jeffreys", "agresti_coull")
KINDS = {
    "not_answered": "not_answered",
    "not_asked": "not_asked",
    "dont_know": "dont_know",
    "prefer_not": "prefer_not",
    "invalid": "invalid",
    "undecided": UNDECIDED,
}


class Estimates(Table):
    """Shares with their bases and intervals: one row a measure, category, age band and group. Not for release.

    Attributes
    ----------
    source : Tally
        The counts behind them.
    by : tuple of groupings
        The groupings asked for.
    """

    title = "Estimates"
    source: Tally
    by: tuple[Grouping, ...]

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

    The base is the children with a valid answer among those who were asked and routed to the question. What is
    missing is counted beside it, kind by kind. Rows with age band ``all`` pool every band that was asked, and
    exist only where all of them were asked the same thing with the same counted answers.

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
        invalid undecided responses age_bands``. Shares are 0-1; None where there is no base.

    Raises
    ------
    ArgumentError
        If a trait, measure or method is not known, or `confidence` is not between 0 and 1.
    TallyError
        If a tally does not hold the traits in `by`.

    References
    ----------
    Wilson 1927, Probable inference; Brown, Cai & DasGupta 2001, Interval estimation for a binomial proportion;
    Horowitz & Manski 1998, Censoring of outcomes and regressors due to survey nonresponse (worst case).

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
    if isinstance(source, Survey):
        source = tally(source, by=as_groupings(by, source.questionnaire))
    elif not isinstance(source, Tally):
        raise ArgumentError(f"source is a {type(source).__name__}; give a Survey or a Tally.")
    groupings = as_groupings(by, source.questionnaire)
    wanted = _wanted(source, measures)
    blocks = [
        _block(source, grouping, measure, category)
        for grouping in groupings
        for measure in wanted
        for category in measure.categories
    ]
    blocks = [block for block in blocks if block.keys]
    traits = tuple(dict.fromkeys(trait for grouping in groupings for trait in grouping))
    result = Estimates(_columns(source, blocks, traits, confidence, method))
    result.source, result.by = source, groupings
    return result


@dataclass(frozen=True)
class _Block:
    """The rows of one measure's category under one grouping."""

    measure: Measure
    category: str
    grouping: Grouping
    keys: list[tuple[str, ...]]
    pooled: list[tuple[str, ...]]
    numbers: Mapping[str, np.ndarray[Any, np.dtype[np.int64]]]


def _wanted(source: Tally, measures: Sequence[str] | None) -> list[Measure]:
    if measures is None:
        return list(source.measures.values())
    for name in measures:
        if name not in source.measures:
            raise ArgumentError(f"measures names {name!r}, which {source.questionnaire.id} does not have.")
    return [source.measures[name] for name in measures]


def _block(source: Tally, grouping: Grouping, measure: Measure, category: str) -> _Block:
    table = source.table(grouping)
    bands = [band for band in source.questionnaire.band if band in measure.asked]
    rows = [i for i, key in enumerate(table.keys) if key[2] in bands]
    table = CountTable(tuple(table.keys[i] for i in rows), table.counts[rows])
    numbers = {
        name: source.answers(table, measure.id, [kind]) for name, kind in KINDS.items() if _has(measure, kind)
    }
    numbers |= {name: np.zeros(len(rows), dtype=np.int64) for name in KINDS if name not in numbers}
    numbers["n"] = source.answers(table, measure.id, measure.valid)
    numbers["responses"] = source.responses(table)
    numbers["count"] = np.zeros(len(rows), dtype=np.int64)
    for band in bands:
        here = np.array([key[2] == band for key in table.keys], dtype=bool)
        counted = source.answers(table, measure.id, measure.counted(category, band))
        numbers["count"] = np.where(here, counted, numbers["count"])
    told = numbers["n"] + sum(numbers[name] for name in KINDS if name != "not_asked") > 0
    if measure.kind == "scale":
        told &= ~_unstated(source, table, measure, category)
    numbers = {name: values[told] for name, values in numbers.items()}
    keys = [key for key, keep in zip(table.keys, told, strict=True) if keep]
    order = sorted(range(len(keys)), key=lambda i: _order(source.questionnaire, grouping, keys[i]))
    keys = [keys[i] for i in order]
    numbers = {name: values[order] for name, values in numbers.items()}
    return _with_all(measure, category, grouping, keys, numbers)


def _has(measure: Measure, answer: str) -> bool:
    return answer in measure.answers


def _unstated(source: Tally, table: CountTable, measure: Measure, category: str) -> Any:
    """Whether a published report left this band of a scale unsaid (its children stand under another)."""
    other = source.answers(table, measure.id, [f"reported: {OTHER_BAND}"])
    return (other > 0) & (source.answers(table, measure.id, [f"reported: {category}"]) == 0)


def _order(questionnaire: Questionnaire, grouping: Grouping, key: tuple[str, ...]) -> tuple[Any, ...]:
    levels = [
        [
            *(level.id for level in questionnaire.trait[trait].levels),
            questionnaire.trait[trait].not_known,
        ].index(name)
        for trait, name in zip(grouping, key[3:], strict=True)
    ]
    return (key[0], key[1], list(questionnaire.band).index(key[2]), *levels)


def _with_all(
    measure: Measure,
    category: str,
    grouping: Grouping,
    keys: list[tuple[str, ...]],
    numbers: dict[str, np.ndarray[Any, np.dtype[np.int64]]],
) -> _Block:
    """Add the rows that pool all age bands, where the bands were asked the same."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, key in enumerate(keys):
        groups.setdefault((*key[:2], ALL, *key[3:]), []).append(i)
    pooled_keys, pooled_bands, parts = [], [], []
    in_wave: dict[tuple[str, ...], set[str]] = {}
    for key in keys:
        in_wave.setdefault(key[:2], set()).add(key[2])
    for key, places in groups.items():
        bands = tuple(band for band in measure.asked if band in in_wave[key[:2]])
        if len(bands) > 1 and measure.same_in(bands):
            pooled_keys.append(key)
            pooled_bands.append(bands)
            parts.append(places)
    sums = {
        name: np.array([values[places].sum() for places in parts], dtype=np.int64)
        for name, values in numbers.items()
    }
    return _Block(
        measure,
        category,
        grouping,
        [*keys, *pooled_keys],
        [*((key[2],) for key in keys), *pooled_bands],
        {name: np.concatenate([values, sums[name]]) for name, values in numbers.items()},
    )


def _columns(
    source: Tally, blocks: Sequence[_Block], traits: Sequence[str], confidence: float, method: str
) -> dict[str, Any]:
    number = {
        name: np.concatenate([b.numbers[name] for b in blocks]) if blocks else np.zeros(0, dtype=np.int64)
        for name in ("n", "count", "responses", *KINDS)
    }
    n, count = number["n"], number["count"]
    interval = proportion_interval(count, n, confidence=confidence, method=method)  # type: ignore[arg-type]
    has_base = n > 0
    share = np.divide(count, n, out=np.zeros(n.size), where=has_base)
    eligible = [
        _eligible(source, key, bands, block.grouping)
        for block in blocks
        for key, bands in zip(block.keys, block.pooled, strict=True)
    ]
    worst = [
        worst_case_limits(int(k), int(m), total) if total is not None and 0 < m <= total else None
        for k, m, total in zip(count, n, eligible, strict=True)
    ]
    keys = [key for block in blocks for key in block.keys]
    per_row = [(block, key) for block in blocks for key in block.keys]
    columns: dict[str, Any] = {
        "area": [key[0] for key in keys],
        "wave": [key[1] for key in keys],
        "age_band": [key[2] for key in keys],
        "domain": [block.measure.domain for block, _ in per_row],
        "measure": [block.measure.id for block, _ in per_row],
        "category": [block.category for block, _ in per_row],
    }
    for trait in traits:
        columns[trait] = [
            key[3 + block.grouping.index(trait)] if trait in block.grouping else ALL for block, key in per_row
        ]
    columns |= {
        "n": n,
        "count": count,
        "share": _or_none(share, has_base),
        "lower": _or_none(interval.lower, has_base),
        "upper": _or_none(interval.upper, has_base),
        "confidence": [confidence] * n.size,
        "method": [method] * n.size,
        **{name: number[name] for name in MISSING_KINDS if name != "invalid"},
        "low_base": n < LOW_BASE,
        "eligible": eligible,
        "response_rate": [
            int(r) / e if e and 0 < r <= e else None for r, e in zip(number["responses"], eligible, strict=True)
        ],
        "worst_lower": [limits.lower if limits else None for limits in worst],
        "worst_upper": [limits.upper if limits else None for limits in worst],
        "invalid": number["invalid"],
        "undecided": number["undecided"],
        "responses": number["responses"],
        "age_bands": [", ".join(bands) for block in blocks for bands in block.pooled],
    }
    return columns


def _or_none(values: Any, keep: Any) -> list[float | None]:
    return [float(v) if k else None for v, k in zip(np.atleast_1d(values), np.atleast_1d(keep), strict=True)]


def _eligible(source: Tally, key: tuple[str, ...], bands: tuple[str, ...], grouping: Grouping) -> int | None:
    """Children who could have answered; known for whole bands only, and only if known for every pooled one."""
    if grouping:
        return None
    numbers = [source.eligible.get((key[0], key[1], band)) for band in bands]
    return None if None in numbers else sum(n for n in numbers if n is not None)
