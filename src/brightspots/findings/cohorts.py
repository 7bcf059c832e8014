"""Cohorts: which groups of children are doing less well, once the search that found them is allowed for.

Searching all combinations of traits finds something in every survey, also where all children are alike. Here
a cohort is flagged only if an excess as surprising as its own would rarely turn up anywhere in the same
search on shuffled answers, and it is shown once, with its size drawn towards the overall share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.cohort_tables import CohortTable
from brightspots.findings.cover import SMALLEST_EXCESS, greedy_cover
from brightspots.findings.names import cohort_name
from brightspots.findings.profiles import Direction, profiles_of_frame, profiles_of_tally
from brightspots.findings.search import search
from brightspots.statistics import detectable_gap, difference_interval, proportion_interval, shrunk_share
from brightspots.survey.survey import Survey
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import Tally, refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from brightspots.findings.profiles import Profiles
    from brightspots.findings.search import Floats, Search
    from brightspots.tallies.tally import Counts

WATCH_Q = 0.10

COLUMNS = (
    "cohort", "conditions", "order", "n", "count", "share", "lower", "upper", "rest_n", "rest_count",
    "rest_share", "difference", "difference_lower", "difference_upper", "p", "p_adjusted", "q", "tier",
    "shrunk_share", "shrunk_lower", "shrunk_upper", "role", "covered_by", "measure", "direction",
    "detectable", "jaccard", "p_vs_parent",
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


class Entry(NamedTuple):
    """One row of the result before its sizes: a cohort, its candidate if it is one, what becomes of it."""

    conditions: dict[str, str]
    candidate: int | None
    tier: str = ""
    role: str = ""
    covered_by: str = ""
    jaccard: float | None = None
    p_vs_parent: float | None = None


def flag_cohorts(
    source: Survey | Tally | Any,
    *,
    traits: Sequence[str],
    measure: str = "low_wellbeing",
    max_order: int = 3,
    direction: Direction = "low",
    within: Literal["age_band"] | None = None,
    permutations: int = 1999,
    not_known: bool = False,
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
        answer are passed over. Tallies of several councils added up are searched as one: a council is no
        trait, so a cohort may stand out only because the councils where most of it lives do.
    traits : sequence of str
        Traits to search: named before looking at the answers, or nothing below holds.
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
    not_known : bool, default False
        Whether children whose trait is not known can be a cohort, and are shown as a group, too. Without it
        they are among everyone else whenever that trait is a condition, and are in the cohorts of others.

    Returns
    -------
    Cohorts
        A `Table`: flagged cohorts, those to watch (``tier`` ``watch``, never published), then every level of
        every trait whether flagged or not. Without any valid answer it is empty. For analysts, and never
        released: `jaccard`, the share of the children in either that a covered cohort or hot spot has in
        common with the one that covers it; and `p_vs_parent`, the p of its excess over the rest of that one
        where it narrows that one down.

    Raises
    ------
    ArgumentError
        If a trait or measure is not known, the measure has no unfavourable side, a number is out of range,
        the traits make more than two million combinations of levels, or waves were pooled.
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
        profiles = profiles_of_frame(source, traits, measure, direction, within, not_known)
    else:
        refuse_pooled(counted, "source", "a search would take them for separate children")
        profiles, bands = profiles_of_tally(counted, traits, measure, direction, within, not_known)
    seed = profiles.seed(measure, direction, max_order, within, permutations)
    searched = search(profiles, max_order, permutations, seed)
    questionnaire = counted.questionnaire if counted else None
    people = questionnaire.people if questionnaire else "children"

    def name(conditions: dict[str, str]) -> str:
        return cohort_name(conditions, questionnaire, people)

    entries = [
        Entry(
            searched.conditions(i),
            i,
            "flag",
            place.role,
            "" if place.lead is None else name(searched.conditions(place.lead)),
            place.jaccard,
            place.p_vs_parent,
        )
        for i, place in greedy_cover(profiles, searched).items()
    ]
    entries += _watched_and_named(profiles, searched, entries, name)
    columns: dict[str, Any] = {
        "cohort": [name(entry.conditions) for entry in entries],
        "conditions": [dict(entry.conditions) for entry in entries],
        "order": [len(entry.conditions) for entry in entries],
        **_sizes(profiles, searched, entries),
        "tier": [entry.tier for entry in entries],
        "role": [entry.role for entry in entries],
        "covered_by": [entry.covered_by for entry in entries],
        "measure": [measure] * len(entries),
        "direction": [direction] * len(entries),
        "jaccard": [entry.jaccard for entry in entries],
        "p_vs_parent": [entry.p_vs_parent for entry in entries],
    }
    result = Cohorts({column: columns[column] for column in COLUMNS})
    result.source, result.measure, result.direction, result.traits = counted, measure, direction, traits
    result.within, result.age_bands, result.promise = within, bands, promise
    result.n, result.count = int(profiles.n.sum()), int(profiles.count.sum())
    result.candidates, result.permutations, result.seed = len(searched.p), permutations, seed
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


def _watched_and_named(
    profiles: Profiles, search: Search, flagged: list[Entry], name: Callable[[dict[str, str]], str]
) -> list[Entry]:
    """Return the cohorts to watch, then every level of every trait that is not listed yet.

    A level that holds just the children of a candidate with another name shares what was found of it.
    """
    among = {entry.candidate: entry for entry in flagged}
    by_p = sorted(np.flatnonzero(search.q <= WATCH_Q).tolist(), key=lambda i: (search.p[i], i))
    watched = {i: Entry(search.conditions(i), i, "watch") for i in by_p if i not in among}
    entries = list(watched.values())
    listed = {
        pair
        for entry in (*flagged, *entries)
        if len(entry.conditions) == 1
        for pair in entry.conditions.items()
    }
    for trait, level in profiles.searched_levels():
        if (trait, level) in listed:
            continue
        own, i = {trait: level}, search.candidates.named.get((trait, level))
        if i in among:
            twin = among[i]
            lead, jaccard = (
                (twin.covered_by, twin.jaccard) if twin.covered_by else (name(twin.conditions), 1.0)
            )
            entries.append(Entry(own, i, "flag", "covered", lead, jaccard))
        else:
            entries.append(Entry(own, i, "watch" if i in watched else ""))
    return entries


def _sizes(profiles: Profiles, search: Search, entries: list[Entry]) -> dict[str, Any]:
    """Return the columns of numbers: each cohort beside the rest; None where there is no base or no test."""
    if not entries:
        return {column: [] for column in COLUMNS}
    n, count = np.array([_counts(profiles, search, entry) for entry in entries]).T
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


def _counts(profiles: Profiles, search: Search, entry: Entry) -> tuple[int, int]:
    if entry.candidate is not None:
        return int(search.sizes[entry.candidate]), int(search.candidates.count[entry.candidate])
    inside = profiles.members(entry.conditions)
    return profiles.size(inside), int(profiles.count[inside].sum())


def _detectable(n: Counts, rest_share: Floats, rest_n: Counts, overall: float, threshold: float) -> Floats:
    """Return the excess that a search flags four times out of five, given the raw p below which it flags.

    An excess that size changes the spread as well, so the usual approximation is taken at the share half-way.
    """
    confidence = 1 - 2 * threshold  # of a two-sided test; the search looks at one side
    gap = detectable_gap(n, overall, n2=rest_n, confidence=confidence)
    half_way = np.minimum(rest_share + gap / 2, np.maximum(rest_share, 0.5))
    gap = detectable_gap(n, half_way, n2=rest_n, confidence=confidence)
    return np.asarray(np.maximum(gap, SMALLEST_EXCESS))
