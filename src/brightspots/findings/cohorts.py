"""Cohorts: which groups of children are doing less well, once the search that found them is allowed for.

Searching all combinations of traits finds something in every survey, also where all children are alike. Here a
cohort is flagged only if an excess as surprising as its own would rarely turn up anywhere in the same search
on shuffled answers, and it is shown once, with its size drawn towards the overall share.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.names import cohort_name
from brightspots.measures.measure import COUNTED, Measure
from brightspots.statistics import (
    adjust,
    detectable_gap,
    difference_interval,
    excess_table,
    proportion_interval,
    shrunk_share,
)
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brightspots.questionnaire.model import Questionnaire

Direction = Literal["low", "high"]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Counts = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

SMALLEST = 10
ALPHA = 0.05
WATCH_Q = 0.10
SMALLEST_EXCESS = 0.05
DRAWS_AT_ONCE = 256
NOT_KNOWN = "not known"

COLUMNS = (
    "cohort", "conditions", "order", "n", "count", "share", "lower", "upper", "rest_n", "rest_count", "rest_share",
    "difference", "difference_lower", "difference_upper", "p", "p_adjusted", "q", "tier", "shrunk_share",
    "shrunk_lower", "shrunk_upper", "role", "covered_by", "measure", "direction", "detectable",
)  # fmt: skip


class Cohorts(Table):
    """Flagged cohorts and pre-named groups. Not for release.

    Attributes
    ----------
    source : Tally or None
        The counts behind them; None for a plain data frame.
    measure, direction, traits, age_bands
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
    levels : list of tuple of str
        Level of each trait, one tuple a profile, sorted.
    strata : list of str
        Stratum of each profile; all the same without `within`.
    n, count : array of int
        Children, and those on the side that is searched for.
    unknown : dict of trait to str
        The level that stands for "not known".
    """

    traits: tuple[str, ...]
    levels: list[tuple[str, ...]]
    strata: list[str]
    n: Counts
    count: Counts
    unknown: dict[str, str]

    def members(self, conditions: dict[str, str]) -> Bools:
        """Return which profiles meet all conditions."""
        places = {trait: self.traits.index(trait) for trait in conditions}
        return np.array(
            [all(level[places[t]] == value for t, value in conditions.items()) for level in self.levels],
            dtype=bool,
        )


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
    least 5 points. No flag does not mean no problem: `detectable` says how large an excess would have had to
    be for a survey of this size to find it.

    Parameters
    ----------
    source : Survey, Tally or data frame
        Answers, or counts that hold the full profile of `traits`. A data frame has the traits as columns and
        a true/false column named by `measure`.
    traits : sequence of str
        Traits to search.
    measure : str, default "low_wellbeing"
        A composite, 0-10 scale or indicator.
    max_order : int, default 3
        Most conditions in a cohort, 1 to 3.
    direction : {"low", "high"}
        ``low`` counts the unfavourable side, ``high`` the favourable one: cohorts of what goes well.
    within : {"age_band"}, optional
        Shuffle within age bands, so that an excess beyond that of age is sought.
    permutations : int, default 1999
        Shuffles; the adjusted p cannot be below 1 in this number plus 1.

    Returns
    -------
    Cohorts
        A `Table`: flagged cohorts, those to watch (``tier`` ``watch``, never published), then every level of
        every trait whether flagged or not.

    Raises
    ------
    ArgumentError
        If a trait or measure is not known, or a number is out of range.
    TallyError
        If a tally does not hold the full profile of the traits.

    References
    ----------
    Westfall & Young 1993, Resampling-based multiple testing; Phipson & Smyth 2010, Permutation p-values should
    never be zero; Ge, Dudoit & Speed 2003.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=400, seed=3)
    >>> cohorts = bs.flag_cohorts(survey, traits=["gender", "placement"], max_order=1)
    >>> {row.tier for row in cohorts} <= {"flag", "watch", ""}
    True
    """
    traits = tuple(traits)
    _check_arguments(traits, max_order, direction, within, permutations)
    profiles, counted, bands = _profiles(source, traits, measure, direction, within)
    questionnaire = counted.questionnaire if counted else None
    total, positives = int(profiles.n.sum()), int(profiles.count.sum())
    conditions, members = _candidates(profiles, max_order)
    sizes, counts = members.T.astype(np.int64) @ profiles.n, members.T.astype(np.int64) @ profiles.count
    seed = _seed(profiles, measure, direction, max_order, within, permutations)
    p = _mid_p(total, positives, sizes, counts)
    adjusted = _min_p_adjusted(profiles, members, sizes, p, permutations, seed)
    q = adjust(p) if p.size else p
    rest = np.divide(positives - counts, total - sizes)
    excess = np.divide(counts, sizes) - rest
    flagged = [i for i in range(p.size) if adjusted[i] <= ALPHA and excess[i] >= SMALLEST_EXCESS]
    cover = _greedy_cover(flagged, conditions, members, profiles, adjusted, p, sizes)
    watched = [i for i in range(p.size) if q[i] <= WATCH_Q and i not in flagged]
    place = {tuple(sorted(c.items())): i for i, c in enumerate(conditions)}
    people = questionnaire.people if questionnaire else "children"

    def row(conditions_of: dict[str, str], tier: str, role: str, covered_by: str) -> dict[str, Any]:
        i = place.get(tuple(sorted(conditions_of.items())))
        inside = profiles.members(conditions_of)
        return {
            "cohort": cohort_name(conditions_of, questionnaire, people),
            "conditions": dict(conditions_of),
            "order": len(conditions_of),
            **_sizes(int(profiles.n[inside].sum()), int(profiles.count[inside].sum()), total, positives),
            "p": None if i is None else float(p[i]),
            "p_adjusted": None if i is None else float(adjusted[i]),
            "q": None if i is None else float(q[i]),
            "tier": tier,
            "role": role,
            "covered_by": covered_by,
            "measure": measure,
            "direction": direction,
        }

    rows = []
    for i in cover:
        role, lead = cover[i]
        by = "" if lead is None else cohort_name(conditions[lead], questionnaire, people)
        rows.append(row(conditions[i], "flag", role, by))
    rows += [row(conditions[i], "watch", "", "") for i in sorted(watched, key=lambda i: (p[i], i))]
    listed = [tuple(sorted(r["conditions"].items())) for r in rows]
    for trait, level in _levels_present(profiles):
        if ((trait, level),) not in listed:
            rows.append(row({trait: level}, "", "", ""))
    result = Cohorts.from_rows(rows, COLUMNS)
    result.source, result.measure, result.direction, result.traits = counted, measure, direction, traits
    result.age_bands, result.n, result.count = bands, total, positives
    result.candidates, result.permutations, result.seed = len(conditions), permutations, seed
    result.promise = source.promise if isinstance(source, Survey) else ""
    return result


def _check_arguments(
    traits: tuple[str, ...], max_order: int, direction: str, within: str | None, permutations: int
) -> None:
    if not traits or len(set(traits)) < len(traits):
        raise ArgumentError(f"traits is {traits!r}; name at least one trait, each once.")
    if max_order not in (1, 2, 3):
        raise ArgumentError(f"max_order is {max_order!r}; give 1, 2 or 3.")
    if direction not in ("low", "high"):
        raise ArgumentError(f"direction is {direction!r}; give 'low' or 'high'.")
    if within not in (None, "age_band"):
        raise ArgumentError(f"within is {within!r}; give 'age_band' or leave it out.")
    if not isinstance(permutations, int) or permutations < 99:
        raise ArgumentError(f"permutations is {permutations!r}; give a whole number of at least 99.")


def _profiles(
    source: Any, traits: tuple[str, ...], measure: str, direction: Direction, within: str | None
) -> tuple[Profiles, Tally | None, tuple[str, ...]]:
    if isinstance(source, Survey):
        source = tally(source, by=list(traits))
    if not isinstance(source, Tally):
        return _profiles_of_frame(source, traits, measure), None, ()
    if measure not in source.measures:
        raise ArgumentError(f"measure is {measure!r}, which {source.questionnaire.id} does not have.")
    for trait in traits:
        if trait not in source.questionnaire.trait:
            raise ArgumentError(f"traits names {trait!r}, which {source.questionnaire.id} does not have.")
    asked = source.measures[measure]
    table = source.table(traits)
    rows: dict[tuple[str, tuple[str, ...]], Counts] = {}
    bands = tuple(b for b in asked.asked if any(key[2] == b for key in table.keys))
    if not asked.same_in(bands):
        raise ArgumentError(
            f"measure {measure} counts different answers in {', '.join(bands)}; tally one band."
        )
    category, turn = searched_category(asked, direction)
    for band in bands:
        n = source.answers(table, measure, asked.valid)
        count = source.answers(table, measure, asked.counted(category, band))
        count = n - count if turn else count
        for i, key in enumerate(table.keys):
            if key[2] == band and n[i]:
                at = (band if within else "", key[3:])
                rows[at] = rows.get(at, np.zeros(2, dtype=np.int64)) + [n[i], count[i]]
    unknown = {trait: source.questionnaire.trait[trait].not_known for trait in traits}
    return _sorted_profiles(traits, rows, unknown), source, bands


def searched_category(measure: Measure, direction: Direction) -> tuple[str, bool]:
    """Return the category that a search counts, and whether it counts those outside it.

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
    if measure.kind == "indicator":
        return COUNTED, measure.higher_is_better == (direction == "low")
    if measure.kind == "scale":
        return ("low" if direction == "low" else "very high"), False
    return "low", direction == "high"


def _profiles_of_frame(frame: Any, traits: tuple[str, ...], measure: str) -> Profiles:
    import narwhals as nw

    try:
        native = nw.from_native(frame).lazy()
    except TypeError:
        raise ArgumentError(
            f"source is a {type(frame).__name__}; give a Survey, a Tally or a data frame that Narwhals accepts."
        ) from None
    names = native.collect_schema().names()
    for name in (*traits, measure):
        if name not in names:
            raise ArgumentError(
                f"source has no column {name!r}; a data frame needs the traits and the measure."
            )
    table = native.select([*traits, measure]).collect(backend="pandas").to_native()
    values = table[measure]
    known = values.dropna()
    if not known.isin([True, False]).all():
        raise ArgumentError(f"the column {measure!r} must hold true or false (or nothing).")
    rows: dict[tuple[str, tuple[str, ...]], Counts] = {}
    columns = [
        [NOT_KNOWN if v is None or v != v else str(v) for v in table[t].astype("object")] for t in traits
    ]
    for *levels, value in zip(*columns, values.astype("object"), strict=True):
        if value is not None and value == value:
            at = ("", tuple(levels))
            rows[at] = rows.get(at, np.zeros(2, dtype=np.int64)) + [1, int(bool(value))]
    return _sorted_profiles(traits, rows, dict.fromkeys(traits, NOT_KNOWN))


def _sorted_profiles(
    traits: tuple[str, ...], rows: dict[tuple[str, tuple[str, ...]], Counts], unknown: dict[str, str]
) -> Profiles:
    if not rows:
        raise ArgumentError("There is no valid answer to search; check the measure and its age bands.")
    keys = sorted(rows)
    numbers = np.array([rows[key] for key in keys], dtype=np.int64)
    return Profiles(
        traits, [key[1] for key in keys], [key[0] for key in keys], numbers[:, 0], numbers[:, 1], unknown
    )


def _levels_present(profiles: Profiles) -> Iterator[tuple[str, str]]:
    for i, trait in enumerate(profiles.traits):
        present = sorted({level[i] for level in profiles.levels})
        yield from ((trait, level) for level in present if level != profiles.unknown[trait])


def _candidates(profiles: Profiles, max_order: int) -> tuple[list[dict[str, str]], Bools]:
    """Return every cohort large enough inside and outside, the shortest definition of each membership."""
    single = {pair: profiles.members(dict([pair])) for pair in _levels_present(profiles)}
    total = profiles.n.sum()
    seen: set[bytes] = set()
    conditions, members = [], []
    for order in range(1, max_order + 1):
        for pairs in combinations(single, order):
            if len({trait for trait, _ in pairs}) < order:
                continue
            inside = np.logical_and.reduce([single[pair] for pair in pairs])
            size = profiles.n[inside].sum()
            if SMALLEST <= size <= total - SMALLEST and inside.tobytes() not in seen:
                seen.add(inside.tobytes())
                conditions.append(dict(pairs))
                members.append(inside)
    return conditions, np.array(members, dtype=bool).reshape(len(members), len(profiles.levels)).T


def _seed(profiles: Profiles, *settings: Any) -> int:
    """Return a seed that depends on the data and the settings, and on nothing else."""
    body = repr(
        (
            profiles.traits,
            profiles.levels,
            profiles.strata,
            profiles.n.tolist(),
            profiles.count.tolist(),
            settings,
        )
    )
    return int.from_bytes(hashlib.sha256(body.encode()).digest()[:8], "big")


def _lookup(total: int, positives: int, sizes: Counts) -> tuple[Floats, np.ndarray[Any, np.dtype[np.intp]]]:
    """Return mid-P by (size, count) as one table, and the row of each cohort's size."""
    distinct, row = np.unique(sizes, return_inverse=True)
    table = np.zeros((distinct.size, int(distinct.max(initial=0)) + 1))
    for i, size in enumerate(distinct):
        table[i, : size + 1] = excess_table(total, positives, int(size))
    return table, row


def _mid_p(total: int, positives: int, sizes: Counts, counts: Counts) -> Floats:
    table, row = _lookup(total, positives, sizes)
    return np.asarray(table[row, counts]) if sizes.size else np.zeros(0)


def _min_p_adjusted(
    profiles: Profiles, members: Bools, sizes: Counts, p: Floats, permutations: int, seed: int
) -> Floats:
    """Adjust p-values by the smallest one that each shuffle finds anywhere in the search.

    Shuffling answers over children is drawing the number of positives in each profile, so no rows are needed.
    """
    if not p.size:
        return p
    generator = np.random.default_rng(seed)
    table, row = _lookup(int(profiles.n.sum()), int(profiles.count.sum()), sizes)
    inside = members.astype(np.float32)
    smallest = np.empty(permutations)
    for start in range(0, permutations, DRAWS_AT_ONCE):
        draws = min(DRAWS_AT_ONCE, permutations - start)
        drawn = np.zeros((draws, profiles.n.size), dtype=np.float32)
        for stratum in sorted(set(profiles.strata)):
            at = np.array([s == stratum for s in profiles.strata], dtype=bool)
            drawn[:, at] = generator.multivariate_hypergeometric(
                profiles.n[at], int(profiles.count[at].sum()), size=draws, method="marginals"
            )
        counts = np.rint(drawn @ inside).astype(np.int64)
        smallest[start : start + draws] = table[row[None, :], counts].min(axis=1)
    smallest.sort()
    below = np.searchsorted(smallest, p, side="right")
    return np.asarray((1 + below) / (permutations + 1))


def _greedy_cover(
    flagged: list[int],
    conditions: list[dict[str, str]],
    members: Bools,
    profiles: Profiles,
    adjusted: Floats,
    p: Floats,
    sizes: Counts,
) -> dict[int, tuple[str, int | None]]:
    """Return the role of each flagged cohort, leads first; a group of children is shown once."""
    order = sorted(
        flagged,
        key=lambda i: (adjusted[i], len(conditions[i]), p[i], -sizes[i], sorted(conditions[i].items())),
    )
    roles: dict[int, tuple[str, int | None]] = {}
    shown: list[int] = []
    union = np.zeros(members.shape[0], dtype=bool)
    for i in order:
        fresh = members[:, i] & ~union
        outside = ~(union | members[:, i])
        if not shown:
            roles[i] = ("lead", None)
        elif profiles.n[fresh].sum() >= SMALLEST and _excess_p(profiles, fresh, outside) <= ALPHA:
            roles[i] = ("separate", None)
        else:
            lead = max(
                shown, key=lambda s: (_jaccard(profiles, members[:, i], members[:, s]), -shown.index(s))
            )
            parents = [s for s in shown if conditions[s].items() < conditions[i].items()]
            hot = [
                s
                for s in parents
                if _excess_p(profiles, members[:, i], members[:, s] & ~members[:, i]) <= ALPHA
            ]
            roles[i] = ("hot_spot", hot[0]) if hot else ("covered", lead)
            continue
        shown.append(i)
        union |= members[:, i]
    return roles


def _excess_p(profiles: Profiles, inside: Bools, against: Bools) -> float:
    """One-sided mid-P of an excess inside over the children it is set against."""
    n, k = int(profiles.n[inside].sum()), int(profiles.count[inside].sum())
    others, other_k = int(profiles.n[against].sum()), int(profiles.count[against].sum())
    if not n or not others:
        return 1.0
    return float(excess_table(n + others, k + other_k, n)[k])


def _jaccard(profiles: Profiles, first: Bools, second: Bools) -> float:
    return float(profiles.n[first & second].sum() / profiles.n[first | second].sum())


def _sizes(n: int, count: int, total: int, positives: int) -> dict[str, Any]:
    """Return the sizes of one cohort beside the rest; None where there is no base."""
    rest_n, rest_count = total - n, positives - count
    names = ("share", "lower", "upper", "rest_share", "difference", "difference_lower", "difference_upper",
             "shrunk_share", "shrunk_lower", "shrunk_upper", "detectable")  # fmt: skip
    sizes: dict[str, Any] = {"n": n, "count": count, "rest_n": rest_n, "rest_count": rest_count}
    sizes |= dict.fromkeys(names)
    if n:
        interval = proportion_interval(count, n)
        shrunk = shrunk_share(count, n, positives / total)
        sizes |= {"share": count / n, "lower": float(interval.lower), "upper": float(interval.upper)}
        sizes |= {
            "shrunk_share": float(shrunk.share),
            "shrunk_lower": float(shrunk.lower),
            "shrunk_upper": float(shrunk.upper),
        }
    if rest_n:
        sizes["rest_share"] = rest_count / rest_n
    if n and rest_n:
        gap = difference_interval(count, n, rest_count, rest_n)
        sizes |= {
            "difference": count / n - rest_count / rest_n,
            "difference_lower": float(gap.lower),
            "difference_upper": float(gap.upper),
            "detectable": float(detectable_gap(n, rest_count / rest_n, n2=rest_n)),
        }
    return sizes
