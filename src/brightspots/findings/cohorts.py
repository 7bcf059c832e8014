"""Cohorts: which groups of children are doing less well, once the search that found them is allowed for.

Searching all combinations of traits finds something in every survey, also where all children are alike. Here
a cohort is flagged only if an excess as surprising as its own would rarely turn up anywhere in the same
search on shuffled answers, and it is shown once, with its size drawn towards the overall share.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.cohort_tables import CohortTable
from brightspots.findings.names import cohort_name
from brightspots.measures.measure import COUNTED, Measure
from brightspots.statistics import (
    adjust,
    detectable_gap,
    difference_interval,
    proportion_interval,
    shrunk_share,
    stratified_excess_table,
)
from brightspots.survey.survey import Survey
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import Counts, Tally, refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Direction = Literal["low", "high"]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

SMALLEST = 10
ALPHA = 0.05
WATCH_Q = 0.10
SMALLEST_EXCESS = 0.05
DRAWS_AT_ONCE = 256
MANY_TO_A_PROFILE = 40
NOT_KNOWN = "not known"
SAME = 1 + 1e-9
"""p-values that differ by less than this factor are one and the same, but for rounding."""

COLUMNS = (
    "cohort", "conditions", "order", "n", "count", "share", "lower", "upper", "rest_n", "rest_count",
    "rest_share", "difference", "difference_lower", "difference_upper", "p", "p_adjusted", "q", "tier",
    "shrunk_share", "shrunk_lower", "shrunk_upper", "role", "covered_by", "measure", "direction",
    "detectable",
)  # fmt: skip


class Cohorts(CohortTable):
    """Flagged cohorts and pre-named groups. Not for release.

    Attributes
    ----------
    source : Tally or None
        The counts behind them; None for a plain data frame.
    measure, direction, traits, within, age_bands
        What was searched.
    n, count : int
        Children with a valid answer, and those on the side that was searched for.
    candidates, permutations, seed : int
        Size of the search, and what makes it repeat exactly.
    promise : str
        What the children were told about anonymity.
    """

    title = "Cohorts"
    source: Tally | None
    measure: str
    direction: Direction
    traits: tuple[str, ...]
    within: str | None
    age_bands: tuple[str, ...]
    n: int
    count: int
    candidates: int
    permutations: int
    seed: int
    promise: str


@dataclass(frozen=True)
class Profiles:
    """Children counted by their full profile of traits: all that the search needs.

    Attributes
    ----------
    traits : tuple of str
    levels : array of str, shape (profiles, traits)
    strata : tuple of str
        Stratum of each profile; all the same without `within`.
    n, count : array of int
        Children, and those on the side that is searched for.
    unknown : tuple of str
        For each trait, the level that stands for "not known".
    """

    traits: tuple[str, ...]
    levels: np.ndarray[Any, np.dtype[np.object_]]
    strata: tuple[str, ...]
    n: Counts
    count: Counts
    unknown: tuple[str, ...]

    @cached_property
    def in_stratum(self) -> Bools:
        """Which profiles are in each stratum: a row a stratum."""
        return np.array([[s == one for s in self.strata] for one in sorted(set(self.strata))], dtype=bool)

    def members(self, conditions: dict[str, str]) -> Bools:
        """Return which profiles meet all conditions."""
        inside = np.ones(len(self.strata), dtype=bool)
        for trait, level in conditions.items():
            inside &= self.levels[:, self.traits.index(trait)] == level
        return inside

    def size(self, inside: Bools) -> int:
        """Return how many children have one of the profiles."""
        return int(self.n[inside].sum())

    def known_levels(self) -> list[tuple[str, str]]:
        """Return every trait with every level that a child has, but for "not known"."""
        return [
            (trait, level)
            for trait, column, unknown in zip(self.traits, self.levels.T, self.unknown, strict=True)
            for level in sorted(set(column) - {unknown})
        ]

    def excess_p(self, inside: Bools, against: Bools) -> float:
        """One-sided mid-P of an excess inside over the children it is set against."""
        both = self.in_stratum & (inside | against)
        table = stratified_excess_table(both @ self.n, both @ self.count, (both & inside) @ self.n)
        return float(table[self.count[inside].sum()])


class Search(NamedTuple):
    """Every candidate, and how surprising its excess is.

    Attributes
    ----------
    conditions : list of dict
        The shortest definition of each candidate.
    members : array of bool, shape (profiles, candidates)
    sizes : array of int
    p, adjusted, q : array of float
        Raw, adjusted for the whole search, and by Benjamini and Hochberg.
    excess : array of float
        Share inside minus that of the rest, within strata.
    threshold : float
        A raw p below this one is flagged.
    """

    conditions: list[dict[str, str]]
    members: Bools
    sizes: Counts
    p: Floats
    adjusted: Floats
    q: Floats
    excess: Floats
    threshold: float


class Entry(NamedTuple):
    """One row of the result before its sizes: a cohort, its candidate if it is one, what becomes of it."""

    conditions: dict[str, str]
    candidate: int | None
    tier: str = ""
    role: str = ""
    covered_by: str = ""


def flag_cohorts(
    source: Survey | Tally | Any,
    *,
    traits: Sequence[str],
    measure: str = "low_wellbeing",
    max_order: int = 3,
    direction: Direction = "low",
    within: Literal["age_band"] | None = None,
    permutations: int = 1999,
) -> Cohorts:
    """Find the cohorts of children who are doing less well (or better) than all others.

    Every combination of up to `max_order` trait levels with at least 10 children inside and 10 outside is a
    candidate. Its excess over the rest gets a one-sided p-value, adjusted for the whole search by shuffling
    the answers (Westfall-Young). Flagged are those with an adjusted p of at most 0.05 and an excess of at
    least 5 points. No flag does not mean no problem: `detectable` says about how large an excess of each
    group would have had to be for this search to find it four times out of five.

    Parameters
    ----------
    source : Survey, Tally or data frame
        Answers of one wave, or counts that hold the full profile of `traits`. A data frame has the traits as
        columns and a true/false column named by `measure`: true is the unfavourable side. Rows without an
        answer are passed over.
    traits : sequence of str
        Traits to search.
    measure : str, default "low_wellbeing"
        A composite, 0-10 scale or indicator.
    max_order : int, default 3
        Most conditions in a cohort, 1 to 3.
    direction : {"low", "high"}
        ``low`` counts the unfavourable side, ``high`` the favourable one: cohorts of what goes well.
    within : {"age_band"}, optional
        Test and shuffle within age bands, so that an excess beyond that of age is sought. A data frame then
        needs a column ``age_band``.
    permutations : int, default 1999
        Shuffles; the adjusted p cannot be below 1 in this number plus 1.

    Returns
    -------
    Cohorts
        A `Table`: flagged cohorts, those to watch (``tier`` ``watch``, never published), then every level of
        every trait whether flagged or not. Without any valid answer it is empty.

    Raises
    ------
    ArgumentError
        If a trait or measure is not known, the measure has no unfavourable side, a number is out of range, or
        waves were pooled.
    TallyError
        If a tally does not hold the full profile of the traits.

    References
    ----------
    Westfall & Young 1993, Resampling-based multiple testing; Phipson & Smyth 2010, Permutation p-values
    should never be zero; Ge, Dudoit & Speed 2003, Resampling-based multiple testing for microarray data
    analysis.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=400, seed=3)
    >>> cohorts = bs.flag_cohorts(survey, traits=["gender", "placement"], max_order=1)
    >>> {row.tier for row in cohorts} <= {"flag", "watch", ""}
    True
    """
    _check_arguments(traits, max_order, direction, within, permutations)
    traits = tuple(traits)
    promise = source.promise if isinstance(source, Survey) else ""
    if isinstance(source, Survey):
        source = tally(source, by=list(traits))
    counted = source if isinstance(source, Tally) else None
    bands: tuple[str, ...] = ()
    if counted is None:
        profiles = _profiles_of_frame(source, traits, measure, direction, within)
    else:
        refuse_pooled(counted, "source", "a search would take them for separate children")
        profiles, bands = _profiles_of_tally(counted, traits, measure, direction, within)
    seed = _seed(profiles, measure, direction, max_order, within, permutations)
    search = _search(profiles, max_order, permutations, seed)
    questionnaire = counted.questionnaire if counted else None
    people = questionnaire.people if questionnaire else "children"

    def name(conditions: dict[str, str]) -> str:
        return cohort_name(conditions, questionnaire, people)

    entries = [
        Entry(search.conditions[i], i, "flag", role, "" if lead is None else name(search.conditions[lead]))
        for i, (role, lead) in _greedy_cover(profiles, search).items()
    ]
    entries += _watched_and_named(profiles, search, entries, name)
    columns: dict[str, Any] = {
        "cohort": [name(entry.conditions) for entry in entries],
        "conditions": [dict(entry.conditions) for entry in entries],
        "order": [len(entry.conditions) for entry in entries],
        **_sizes(profiles, search, entries),
        "tier": [entry.tier for entry in entries],
        "role": [entry.role for entry in entries],
        "covered_by": [entry.covered_by for entry in entries],
        "measure": [measure] * len(entries),
        "direction": [direction] * len(entries),
    }
    result = Cohorts({column: columns[column] for column in COLUMNS})
    result.source, result.measure, result.direction, result.traits = counted, measure, direction, traits
    result.within, result.age_bands, result.promise = within, bands, promise
    result.n, result.count = int(profiles.n.sum()), int(profiles.count.sum())
    result.candidates, result.permutations, result.seed = len(search.conditions), permutations, seed
    return result


def _check_arguments(
    traits: Sequence[str], max_order: int, direction: str, within: str | None, permutations: int
) -> None:
    if isinstance(traits, str) or not traits or len(set(traits)) < len(traits):
        raise ArgumentError(f"traits is {traits!r}; give a list of at least one trait, each once.")
    if max_order not in (1, 2, 3):
        raise ArgumentError(f"max_order is {max_order!r}; give 1, 2 or 3.")
    if direction not in ("low", "high"):
        raise ArgumentError(f"direction is {direction!r}; give 'low' or 'high'.")
    if within not in (None, "age_band"):
        raise ArgumentError(f"within is {within!r}; give 'age_band' or leave it out.")
    if not isinstance(permutations, int) or permutations < 99:
        raise ArgumentError(f"permutations is {permutations!r}; give a whole number of at least 99.")


def searched_category(measure: Measure, direction: Direction) -> tuple[str, bool]:
    """Return the category that a search counts, and whether it counts those outside it.

    Raises
    ------
    ArgumentError
        If a larger share of the measure is neither good news nor bad.

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> from brightspots.measures.measure import measures_of
    >>> measures = measures_of(load_questionnaire("children-in-care"))
    >>> searched_category(measures["likes_school"], "low")
    ('counted', True)
    >>> searched_category(measures["life_satisfaction"], "high")
    ('very high', False)
    """
    if measure.kind == "scale":
        return ("low" if direction == "low" else "very high"), False
    if measure.kind == "composite":
        return "low", direction == "high"
    if measure.higher_is_better is None:
        raise ArgumentError(f"measure {measure.id} is neither good news nor bad: there is no side to search.")
    return COUNTED, measure.higher_is_better == (direction == "low")


def _profiles_of_tally(
    source: Tally, traits: tuple[str, ...], measure: str, direction: Direction, within: str | None
) -> tuple[Profiles, tuple[str, ...]]:
    """Return the profiles of all children with a valid answer, and the age bands they are in."""
    questionnaire = source.questionnaire
    if measure not in source.measures:
        raise ArgumentError(f"measure is {measure!r}, which {questionnaire.id} does not have.")
    for trait in traits:
        if trait not in questionnaire.trait:
            raise ArgumentError(f"traits names {trait!r}, which {questionnaire.id} does not have.")
    asked = source.measures[measure]
    category, turned = searched_category(asked, direction)
    table = source.table(traits)
    if len({key[1] for key in table.keys}) > 1:
        raise ArgumentError("source holds several waves, so some children twice; give one with Tally.only.")
    band_of = np.array([key[2] for key in table.keys], dtype=object)
    n = source.answers(table, measure, asked.valid) * np.isin(band_of, asked.asked)
    bands = tuple(band for band in asked.asked if n[band_of == band].any())
    if bands and not asked.same_in(bands):
        raise ArgumentError(
            f"measure {measure} is not the same in {', '.join(bands)}; give the answers of one age band."
        )
    count = source.answers(table, measure, asked.counted(category, bands[0])) if bands else 0 * n
    count = n - count if turned else count
    held = np.flatnonzero(n)
    keys = [(table.keys[i][2] if within else "", *table.keys[i][3:]) for i in held]
    unknown = tuple(questionnaire.trait[trait].not_known for trait in traits)
    return _profiles(traits, keys, n[held], count[held], unknown), bands


def _profiles_of_frame(
    frame: Any, traits: tuple[str, ...], measure: str, direction: Direction, within: str | None
) -> Profiles:
    import narwhals as nw
    import pandas as pd

    try:
        lazy = nw.from_native(frame).lazy()
    except TypeError:
        raise ArgumentError(
            f"source is a {type(frame).__name__}; give a Survey, a Tally or a data frame that Narwhals knows."
        ) from None
    wanted = [*traits, *([within] if within and within not in traits else [])]
    if measure in wanted:
        raise ArgumentError(f"measure is {measure!r}, which is a trait as well.")
    present = lazy.collect_schema().names()
    for name in (*wanted, measure):
        if name not in present:
            raise ArgumentError(f"source has no column {name!r}; it needs the traits and the measure.")
    table = lazy.select([*wanted, measure]).collect(backend="pandas").to_native()
    table = table[table[measure].notna()]
    if not table[measure].isin([True, False]).all():
        raise ArgumentError(f"the column {measure!r} must hold true or false (or nothing).")
    levels = {}
    for name in wanted:
        codes, values = pd.factorize(table[name].astype("object"))
        levels[name] = np.array([*map(_level, values), NOT_KNOWN], dtype=object)[codes]
    strata = levels[within] if within else np.full(len(table), "", dtype=object)
    on_side = pd.Series(table[measure].astype(bool).to_numpy() == (direction == "low"), dtype=np.int64)
    cells = on_side.groupby([strata, *(levels[trait] for trait in traits)]).agg(["size", "sum"])
    keys = [tuple(map(str, key)) for key in cells.index]
    n, count = cells["size"].to_numpy(np.int64), cells["sum"].to_numpy(np.int64)
    return _profiles(traits, keys, n, count, (NOT_KNOWN,) * len(traits))


def _level(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _profiles(
    traits: tuple[str, ...], keys: list[tuple[str, ...]], n: Counts, count: Counts, unknown: tuple[str, ...]
) -> Profiles:
    """Sum what has one stratum and profile, and sort it: the order of the rows must not matter."""
    distinct = sorted(set(keys))
    place = {key: i for i, key in enumerate(distinct)}
    summed = np.zeros((len(distinct), 2), dtype=np.int64)
    np.add.at(summed, [place[key] for key in keys], np.column_stack([n, count]))
    levels = np.array([key[1:] for key in distinct], dtype=object).reshape(len(distinct), len(traits))
    return Profiles(traits, levels, tuple(key[0] for key in distinct), summed[:, 0], summed[:, 1], unknown)


def _seed(profiles: Profiles, *settings: Any) -> int:
    """Return a seed that depends on the data and the settings, and on nothing else."""
    data = (profiles.strata, profiles.levels.tolist(), profiles.n.tolist(), profiles.count.tolist())
    body = repr((profiles.traits, data, settings))
    return int.from_bytes(hashlib.sha256(body.encode()).digest()[:8], "big")


def _search(profiles: Profiles, max_order: int, permutations: int, seed: int) -> Search:
    conditions, members = _candidates(profiles, max_order)
    if not conditions:
        nothing = np.zeros(0)
        return Search([], members, np.zeros(0, np.int64), nothing, nothing, nothing, nothing, 0.0)
    strata = profiles.in_stratum
    n, positives = strata @ profiles.n, strata @ profiles.count
    inside = members.astype(np.float64)
    sizes = (strata * profiles.n) @ inside
    counts = np.rint(profiles.count @ inside).astype(np.int64)
    distinct, row = np.unique(sizes.T, axis=0, return_inverse=True)
    table = np.zeros((len(distinct), positives.sum() + 1))
    for i, size in enumerate(distinct):
        tails = stratified_excess_table(n, positives, size)
        table[i, : len(tails)] = tails
    row = row.ravel()
    p = table[row, counts]
    smallest = _smallest_p_of_shuffles(profiles, members, table, row, permutations, seed)
    adjusted = (1 + np.searchsorted(smallest, p * SAME, side="right")) / (permutations + 1)
    # As many shuffles as may lie at or below a flagged p, and the first p that is too large.
    threshold = smallest[int(ALPHA * (permutations + 1) * SAME) - 1]
    expected = positives / n @ sizes
    weight = (sizes * (1 - sizes / n[:, None])).sum(axis=0)
    excess = np.divide(counts - expected, weight, out=np.zeros(p.size), where=weight > 0)
    sizes_in_all = np.rint(sizes.sum(axis=0)).astype(np.int64)
    return Search(conditions, members, sizes_in_all, p, adjusted, adjust(p), excess, float(threshold))


def _candidates(profiles: Profiles, max_order: int) -> tuple[list[dict[str, str]], Bools]:
    """Return every cohort large enough inside and outside, the shortest definition of each membership."""
    single = {pair: profiles.members(dict([pair])) for pair in profiles.known_levels()}
    total = profiles.n.sum()
    found: dict[bytes, tuple[dict[str, str], Bools]] = {}
    for order in range(1, max_order + 1):
        for pairs in combinations(single, order):
            if len({trait for trait, _ in pairs}) == order:
                inside = np.logical_and.reduce([single[pair] for pair in pairs])
                if SMALLEST <= profiles.size(inside) <= total - SMALLEST:
                    found.setdefault(inside.tobytes(), (dict(pairs), inside))
    members = [inside for _, inside in found.values()]
    shape = (len(members), len(profiles.strata))
    return [conditions for conditions, _ in found.values()], np.array(members, dtype=bool).reshape(shape).T


def _smallest_p_of_shuffles(
    profiles: Profiles, members: Bools, table: Floats, row: Any, permutations: int, seed: int
) -> Floats:
    """Return the smallest p that each shuffle of the answers finds anywhere in the search, sorted.

    Shuffling answers over children is drawing how many positives each profile has, so no rows are needed.
    """
    generator = np.random.default_rng(seed)
    # Deal the positives out child by child, or profile by profile where children are many to a profile.
    many = profiles.n.sum() >= MANY_TO_A_PROFILE * profiles.n.size
    dealt: Literal["count", "marginals"] = "marginals" if many else "count"
    inside = members.astype(np.float32)  # whole numbers below 16,777,216 are exact
    smallest = np.empty(permutations)
    for start in range(0, permutations, DRAWS_AT_ONCE):
        draws = min(DRAWS_AT_ONCE, permutations - start)
        drawn = np.zeros((draws, len(profiles.strata)), dtype=np.float32)
        for at in profiles.in_stratum:
            drawn[:, at] = generator.multivariate_hypergeometric(
                profiles.n[at], profiles.count[at].sum(), size=draws, method=dealt
            )
        counts = np.rint(drawn @ inside).astype(np.int64)
        smallest[start : start + draws] = table[row, counts].min(axis=1)
    return np.sort(smallest)


def _greedy_cover(profiles: Profiles, search: Search) -> dict[int, tuple[str, int | None]]:
    """Return the role of each flagged cohort, and the one it is told of with: children are shown once.

    The most certain is the lead. Another is separate if enough children are left of it that stand out from
    everyone who is in none of them; else it is covered by the shown cohort it shares most with, or a hot spot
    if it stands out within one.
    """
    flagged = np.flatnonzero((search.adjusted <= ALPHA) & (search.excess >= SMALLEST_EXCESS)).tolist()

    def rank(i: int) -> tuple[Any, ...]:
        conditions = sorted(search.conditions[i].items())
        return (search.adjusted[i], len(conditions), search.p[i], -search.sizes[i], conditions)

    roles: dict[int, tuple[str, int | None]] = {}
    shown: list[int] = []
    covered = np.zeros(len(profiles.strata), dtype=bool)
    for i in sorted(flagged, key=rank):
        own = search.members[:, i]
        fresh = own & ~covered
        if not shown:
            roles[i] = ("lead", None)
        elif profiles.size(fresh) >= SMALLEST and profiles.excess_p(fresh, ~(covered | own)) <= ALPHA:
            roles[i] = ("separate", None)
        else:
            roles[i] = _within(profiles, search, i, shown)
            continue
        shown.append(i)
        covered |= own
    return roles


def _within(profiles: Profiles, search: Search, i: int, shown: list[int]) -> tuple[str, int]:
    """Return whether a cohort is a hot spot within a shown one that it narrows down, or only covered."""
    own = search.members[:, i]
    for parent in shown:
        if search.conditions[parent].items() < search.conditions[i].items():
            others = search.members[:, parent] & ~own
            if profiles.excess_p(own, others) <= ALPHA:
                return "hot_spot", parent

    def shared(lead: int) -> float:
        other = search.members[:, lead]
        return profiles.size(own & other) / profiles.size(own | other)

    return "covered", max(shown, key=shared)


def _watched_and_named(
    profiles: Profiles, search: Search, flagged: list[Entry], name: Callable[[dict[str, str]], str]
) -> list[Entry]:
    """Return the cohorts to watch, then every level of every trait that is not listed yet.

    A level that holds just the children of a candidate with another name shares what was found of it.
    """
    among = {entry.candidate: entry for entry in flagged}
    by_p = sorted(np.flatnonzero(search.q <= WATCH_Q).tolist(), key=lambda i: (search.p[i], i))
    watched = {i: Entry(search.conditions[i], i, "watch") for i in by_p if i not in among}
    entries = list(watched.values())
    listed = [entry.conditions for entry in (*flagged, *entries)]
    place = {members.tobytes(): i for i, members in enumerate(search.members.T)}
    for trait, level in profiles.known_levels():
        own = {trait: level}
        i = place.get(profiles.members(own).tobytes())
        if own in listed:
            continue
        if i in among:
            twin = among[i]
            entries.append(Entry(own, i, "flag", "covered", twin.covered_by or name(twin.conditions)))
        else:
            entries.append(Entry(own, i, "watch" if i in watched else ""))
    return entries


def _sizes(profiles: Profiles, search: Search, entries: list[Entry]) -> dict[str, Any]:
    """Return the columns of numbers: each cohort beside the rest; None where there is no base or no test."""
    if not entries:
        return {column: [] for column in COLUMNS}
    inside = [profiles.members(entry.conditions) for entry in entries]
    n = np.array([profiles.size(members) for members in inside])
    count = np.array([profiles.count[members].sum() for members in inside])
    total, positives = profiles.n.sum(), profiles.count.sum()
    rest_n, rest_count = total - n, positives - count
    rest_share = np.divide(rest_count, rest_n, out=np.full(len(entries), np.nan), where=rest_n > 0)
    own, gap = proportion_interval(count, n), difference_interval(count, n, rest_count, rest_n)
    nothing = np.full(len(entries), np.nan)
    shrunk = shrunk_share(count, n, positives / total) if 0 < positives < total else (nothing,) * 3
    tested = np.array([entry.candidate is not None for entry in entries])
    at = [entry.candidate for entry in entries if entry.candidate is not None]
    detectable = nothing.copy()
    if tested.any() and 0 < search.threshold < 0.5:  # beyond that no excess is surprising
        overall = positives / total
        others = (rest_share[tested], rest_n[tested])
        detectable[tested] = _detectable(n[tested], *others, overall, search.threshold)
    numbers: dict[str, Any] = {
        "share": count / n,
        "lower": own.lower,
        "upper": own.upper,
        "rest_share": rest_share,
        "difference": count / n - rest_share,
        "difference_lower": gap.lower,
        "difference_upper": gap.upper,
        "shrunk_share": shrunk[0],
        "shrunk_lower": shrunk[1],
        "shrunk_upper": shrunk[2],
        "detectable": detectable,
    }
    for name in ("p", "adjusted", "q"):
        values = nothing.copy()
        values[tested] = getattr(search, name)[at]
        numbers["p_adjusted" if name == "adjusted" else name] = values
    columns = {name: [None if np.isnan(v) else float(v) for v in values] for name, values in numbers.items()}
    return {"n": n, "count": count, "rest_n": rest_n, "rest_count": rest_count} | columns


def _detectable(n: Counts, rest_share: Floats, rest_n: Counts, overall: float, threshold: float) -> Floats:
    """Return the excess that a search flags four times out of five, given the raw p below which it flags.

    An excess that size changes the spread as well, so the usual approximation is taken at the share half-way.
    """
    confidence = 1 - 2 * threshold  # of a two-sided test; the search looks at one side
    gap = detectable_gap(n, overall, n2=rest_n, confidence=confidence)
    half_way = np.minimum(rest_share + gap / 2, np.maximum(rest_share, 0.5))
    gap = detectable_gap(n, half_way, n2=rest_n, confidence=confidence)
    return np.asarray(np.maximum(gap, SMALLEST_EXCESS))
