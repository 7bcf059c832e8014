"""A council's counts of its own children on their way out.

All tables of one kind are one table of counts with many margins: it is protected and audited as a whole, so
that neither a trait nor the same children on another occasion gives a hidden count away. Averages go out
where what they are of is large enough, and where they leave open what is hidden beside them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.councils import find_councils
from brightspots.disclosure.count_frames import HIDDEN, LARGEST
from brightspots.disclosure.counts import protect_counts
from brightspots.disclosure.own_counts import BANDS, NO_SCORE, NOT_BEFORE, NOW, PAIRED_THEN, counts_of
from brightspots.disclosure.own_figures import TRAIT, OwnAverage, OwnCount, key_of
from brightspots.disclosure.policy import counting, load_count_policy
from brightspots.errors import ReleaseError
from brightspots.measures.groups import ALL
from brightspots.measures.sdq.bands import MOST, find_cut_offs
from brightspots.questionnaire.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from brightspots.disclosure.own_counts import Given, OwnResult
    from brightspots.disclosure.own_figures import Key, OwnTable
    from brightspots.disclosure.plan import Bounds
    from brightspots.disclosure.policy import CountPolicy, Policy
    from brightspots.disclosure.statutory import PublishedComparison

COUNTED = {"scored": NO_SCORE, "asked": "not asked"}
"""Levels that say of how many a measure is, and those of the others."""

WHY = "a small count, or one that would give it away"


class Range(NamedTuple):
    """Between which numbers a reader can place a count, and what is printed: None where it is hidden."""

    least: int
    greatest: int
    printed: int | None = None

    def values(self, most: int) -> range:
        """Return the counts in it, up to a number."""
        return range(self.least, min(self.greatest, most) + 1)

    def holds(self, count: int) -> bool:
        """Whether a count lies in it."""
        return self.least <= count <= self.greatest


class Protected(NamedTuple):
    """A table as it may leave, with what the analyst may know of what is hidden."""

    table: OwnTable
    audit: tuple[tuple[dict[str, Any], Bounds], ...]


def protect_own(
    results: Sequence[OwnResult],
    policy: Policy,
    published: Sequence[PublishedComparison],
    before: Sequence[OwnTable],
) -> tuple[Protected, ...]:
    """Protect a council's own counts of named children.

    Parameters
    ----------
    results : sequence of Totals, Change, Stability or AgeProfile
    policy : Policy
        Its rules for tables of counts are used.
    published : sequence of PublishedComparison
        Figures that anybody may know: where they are of the same children, their counts stay known.
    before : sequence of OwnTable
        What earlier editions said.

    Raises
    ------
    ArgumentError
        If a result does not say whose it is and when, or two are of the same kind, place and time.
    PolicyError
        If the policy has no rules for tables of counts.
    ReleaseError
        If a table cannot be protected, or an earlier edition speaks of nearly the same children.
    """
    return tuple(_protect(given, policy, published, before) for given in counts_of(results))


def _protect(
    given: Given,
    policy: Policy,
    published: Sequence[PublishedComparison],
    before: Sequence[OwnTable],
) -> Protected:
    rules = counting(policy)
    known = _public(given, published)
    if known:  # the publisher's rule holds for these children too: what it withheld is not said here either
        least = max(rules.counts.smallest_shown, load_count_policy("dfe").counts.smallest_shown)
        stricter = rules.counts.model_copy(update={"smallest_shown": least})
        rules = rules.model_copy(update={"counts": stricter})
    known |= _said_before(given, before, policy.least_move) | _coverage(given, policy.minimum_base)
    known |= {key: n for key, n in given.counts.items() if _is_never(key)}
    safe = _protected(given, rules, known)
    counts = tuple(OwnCount(key, one.printed) for key, one in safe.items() if _is_said(key))
    averages = tuple(_averages(given, safe, policy.minimum_base))
    audit = tuple(
        (_audit_row(given.table, key), partial(_bounds, one))
        for key, one in safe.items()
        if one.printed is None and _is_said(key)
    )
    return Protected(replace(given.table, counts=counts, averages=averages), audit)


def _protected(given: Given, rules: CountPolicy, known: Mapping[Key, int]) -> dict[Key, Range]:
    import pandas as pd

    names = sorted({name for key in given.counts for name, _ in key})

    def frame(counts: Mapping[Key, int | None]) -> pd.DataFrame:
        rows = [{**dict.fromkeys(names, ALL), **dict(key), "count": n} for key, n in counts.items()]
        return pd.DataFrame(rows, columns=[*names, "count"])

    within = {name: groups for name, groups in given.within.items() if name in names}
    most = {key: _most(key, known, within) for key in given.counts} if known else {}
    bounds = frame(dict.fromkeys(most))
    bounds["lower"] = [known.get(key, 0) for key in most]
    bounds["upper"] = list(most.values())
    safe = protect_counts(frame(given.counts), policy=rules, within=within, known=[bounds] if known else ())
    columns = (safe[name].fillna(LARGEST).tolist() for name in ("lower", "upper"))
    printed = [
        None if status == HIDDEN else int(n)
        for status, n in zip(safe["status"], safe["printed"], strict=True)
    ]
    return {
        key: Range(*one) for key, one in zip(given.counts, zip(*columns, printed, strict=True), strict=True)
    }


def _most(key: Key, known: Mapping[Key, int], within: Mapping[str, Mapping[str, str]]) -> int | None:
    """Return the most that a count can be: no more than anything known that holds it; None without any.

    Otherwise a part of a small known total could not be protected, as it cannot look larger than that.
    """
    levels = {name: [level] for name, level in key}
    for name, own in levels.items():
        while own[-1] in within.get(name, {}):
            own.append(within[name][own[-1]])
    above = (n for one, n in known.items() if all(level in levels.get(name, ()) for name, level in one))
    return known[key] if key in known else min(above, default=None)


def _public(given: Given, published: Iterable[PublishedComparison]) -> dict[Key, int]:
    """Return the counts of the same children that anybody may know: those that agree in number and base."""
    found: dict[Key, int] = {}
    for comparison in published:
        if not _is_one_council(comparison.area, given.table.area):
            continue
        for figure in comparison.figures:
            if figure.measure not in given.public or figure.time != given.table.time[:4]:
                continue
            key, base = given.public[figure.measure]
            said = {key: figure.count} if base is None else {key: figure.count, base: figure.n}
            agree = all(n is None or given.counts.get(k) == n for k, n in said.items())
            if agree and any(n is not None for n in said.values()):
                found |= {k: int(n) for k, n in said.items() if n is not None}
    return found


def _is_never(key: Key) -> bool:
    """Whether nobody can be of this kind: who has no score now is a level of its own of those before."""
    of = dict(key)
    return {"before", "score"} <= set(of) and (of["before"] == NO_SCORE) != (of["score"] == NO_SCORE)


def _is_said(key: Key) -> bool:
    """Whether a count is for readers, and not there only so that the table adds up."""
    of = dict(key)
    return "before" not in of or (of["before"] != NO_SCORE and of.get("score", NO_SCORE) != NO_SCORE)


def _coverage(given: Given, minimum: int) -> dict[Key, int]:
    """Return how many a measure is of, and of how many it is not: who is counted is no secret of a child.

    Without it no share could be read. Said of all groups of a trait or of none: a small one that is left
    out could be taken from the others.
    """
    known: dict[Key, int] = {}
    alike: dict[tuple[str, str], list[tuple[Key, Key]]] = defaultdict(list)
    for key in given.counts:
        for place, (dimension, level) in enumerate(key):
            if level in COUNTED and "before" not in dict(key):
                rest = (*key[:place], (dimension, COUNTED[level]), *key[place + 1 :])
                trait = next((name for name, _ in key if name.startswith(TRAIT)), "")
                alike[dimension, trait].append((key, rest))
    for pairs in alike.values():
        if all(given.counts[key] >= minimum for key, _ in pairs):
            known |= {one: given.counts[one] for pair in pairs for one in pair}
    return known


def _is_one_council(one: str, other: str) -> bool:
    codes = [{council.code for council in find_councils(name)} for name in (one, other)]
    return fold(one) == fold(other) or bool(codes[0] & codes[1])


def _said_before(given: Given, before: Iterable[OwnTable], least_move: int) -> dict[Key, int]:
    """Return what earlier editions said of the same children, or refuse where they are nearly the same."""
    known: dict[Key, int] = {}
    table = given.table
    for edition in before:
        if (edition.subject, edition.area, edition.time) != (table.subject, table.area, table.time):
            continue
        said = {
            one.of: one.count for one in edition.counts if one.count is not None and one.of in given.counts
        }
        moves = [abs(given.counts[key] - n) for key, n in said.items()]
        if not any(moves):
            known |= said
        elif any(0 < move < least_move for move in moves):
            raise ReleaseError(
                f"An earlier edition gives the counts of {table.subject} of nearly the same children of "
                f"{table.area}, {table.time}: what changed since would give a few of them away. Leave these "
                "counts out, or publish this edition only if the earlier one was never published (then leave "
                "it out of `previous`)."
            )
    return known


def _averages(given: Given, safe: Mapping[Key, Range], minimum: int) -> Iterator[OwnAverage]:
    """Return averages as they may leave, those of one trait all or none.

    From the average of everybody and of all other groups that of a small one could be worked out.
    """
    for (occasion, _), own in groupby(given.table.averages, lambda one: (one.occasion, one.trait)):
        averages = list(own)
        bases = [_bands_of(one, safe) for one in averages]
        rest = safe[key_of({"before": NOT_BEFORE, "score": "scored"})] if occasion != NOW else None
        enough = rest is None or (rest.printed or 0) >= minimum
        ends = _edges(given.table.informant)
        together = enough and all(
            one.value is not None and base.n >= minimum and _leaves_open(one.value, base, ends)
            for one, base in zip(averages, bases, strict=True)
        )
        yield from averages if together else (replace(one, value=None) for one in averages)


class _Base(NamedTuple):
    """Of how many an average is (0 where that is hidden), and how many can be in each band."""

    n: int
    bands: tuple[Range, ...]


def _bands_of(average: OwnAverage, safe: Mapping[Key, Range]) -> _Base:
    group = {} if average.trait == ALL else {TRAIT + average.trait: average.level}
    if average.occasion == NOW:
        scored = safe[key_of({**group, "score": "scored"})].printed or 0
        bands = tuple(safe[key_of({**group, "score": band})] for band in BANDS)
        return _Base(scored, bands)
    before = [safe[key_of({"before": band, "score": "scored"})] for band in BANDS]
    printed = [one.printed for one in before]
    n = 0 if None in printed else sum(filter(None, printed))
    if average.occasion == PAIRED_THEN:
        return _Base(n, tuple(before))
    moved = [[safe[key_of({"before": then, "score": now})] for then in BANDS] for now in BANDS]
    return _Base(n, tuple(Range(sum(r.least for r in m), sum(r.greatest for r in m)) for m in moved))


def _edges(informant: Any) -> tuple[tuple[int, int], ...]:
    """Return the lowest and highest total of each band."""
    cuts = find_cut_offs("total", informant, 3)
    assert cuts is not None
    lows = (0, *(end + 1 for end in cuts.ends))
    return tuple(zip(lows, (*cuts.ends, MOST["total"]), strict=True))


def _leaves_open(average: float, base: _Base, edges: Sequence[tuple[int, int]]) -> bool:
    """Whether an average, printed to one decimal, agrees with all that the bands beside it leave open."""
    n = base.n
    least, greatest = (n * (average + half) for half in (-0.05, 0.05))
    for borderline in base.bands[1].values(n):
        for concern in base.bands[2].values(n):
            counts = (n - borderline - concern, borderline, concern)
            if not base.bands[0].holds(counts[0]):
                continue
            lowest, highest = (
                sum(c * edge[end] for c, edge in zip(counts, edges, strict=True)) for end in (0, 1)
            )
            if lowest > greatest or highest < least:
                return False
    return True


def _audit_row(table: OwnTable, key: Key) -> dict[str, Any]:
    traits = [(name.removeprefix(TRAIT), level) for name, level in key if name.startswith(TRAIT)]
    other = [(name, level) for name, level in key if not name.startswith(TRAIT)]
    return {
        "questionnaire": "",
        "area": table.area,
        "wave": table.time,
        "measure": table.subject,
        "category": ", ".join(chain.from_iterable(other)) or ALL,
        "age_band": ALL,
        "group": ", ".join(f"{trait} {level}" for trait, level in traits),
        "status": "withheld",
        "said": "",
        "why": WHY,
    }


def _bounds(one: Range) -> tuple[int | None, int | None]:
    return one.least, None if one.greatest == LARGEST else one.greatest
