"""One table of counts, protected: small counts hidden with what gives them away, or all of them rounded."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.disclosure.audit import MANY
from brightspots.disclosure.count_frames import COUNT, HIDDEN, read_count_frame
from brightspots.disclosure.lattice import ALL, connected
from brightspots.disclosure.policy import SYMBOLS, CountPolicy, Policy, counting, load_count_policy
from brightspots.disclosure.rounding import round_together
from brightspots.disclosure.suppression import Range, Table, choose, costs
from brightspots.disclosure.telling import what_can_be_told
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.statistics import half_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from brightspots.disclosure.count_frames import CountFrame
    from brightspots.disclosure.lattice import Floats, Ints, Key, Lattice, Mask
    from brightspots.disclosure.policy import CountRules

OPEN = "open"
CONFIDENTIAL, LOW, NOT_AVAILABLE, NOT_APPLICABLE = "[c]", "[low]", "[x]", "[z]"
NOTHING_HELPS = "small counts could be worked out whatever else was hidden: all tied to them is hidden"
NO_ROUNDING = "no rounding was found in which the table still adds up: all of it is hidden"
TOO_MUCH_KNOWN = "what is known already narrows a rounded count too far: all of the table is hidden"
AUDIT_FAILED = (
    "The audit of the protected table failed: a small count is not protected, or nobody can tell. Nothing of "
    "the table may be published. Leave out a dimension, or join levels that hold few."
)


def protect_counts(
    frame: Any,
    *,
    policy: CountPolicy | Policy | str | Path,
    within: Mapping[str, Mapping[str, str]] | None = None,
    known: Any = (),
    percent_of: str | None = None,
    secret: str = "",
) -> pd.DataFrame:
    """Protect a table of counts, so that what is left of it can be published.

    Small counts are hidden, with as few others as it takes to keep anybody from working them out, by the
    cheapest choice there is; or, under a policy that rounds, all counts are rounded so that they still add
    up. Then the result is attacked: `lower` and `upper` are the least and the most that a reader who knows
    the policy can tell of each count.

    Parameters
    ----------
    frame : data frame
        Long: a row for each count, a column ``count`` of whole numbers of children, and every other column a
        dimension. ``all`` marks a margin. Margins may be missing, but those given must be the sum of their
        parts. Any kind of frame that Narwhals knows.
    policy : str, path, CountPolicy or Policy
        ``council``, ``restricted``, ``dfe``, ``nhs``, ``ons-10``, ``open-data``, or a TOML file of your own.
    within : mapping of column to mapping of level to level, optional
        Where a dimension has groups: ``{"area": {"Leeds": "Yorkshire and the Humber"}}``.
    known : data frame or sequence of data frames, optional
        What is public already: margins, or what this function returned for an earlier version. A row says the
        ``count``, or that it lies from ``lower`` to ``upper``. Dimensions that it lacks are ``all``. A count
        that was printed stays shown, however small.
    percent_of : str, optional
        Adds a column ``percent``: of the ``all`` row of this dimension, from the counts as they are
        published.
    secret : str, optional
        Where all counts are rounded together: a text that only you know, and keep. The same count of the same
        rows is then always rounded alike, up or down as nobody else can foresee. Without it counts are
        rounded with the least change, and `lower` and `upper` are what the multiples tell: whoever has this
        code can try out which tables become this one, and tell more. Policies that hide do not use it.

    Returns
    -------
    pandas.DataFrame
        The rows of `frame` in their order, with `count` missing where hidden, or rounded, and after them:

        * `status`: ``open`` or ``hidden``, whatever it is hidden for;
        * `lower`, `upper`: whole numbers; `upper` is missing where there is no bound;
        * `printed`: what to print, ``[c]`` where hidden;
        * `percent`, if asked for: whole percentages, half up; ``[low]`` for one that rounds to 0 and is not
          0, ``[z]`` where the base is 0.

        `lower` and `upper` of hidden rows are for you, and not for publication. ``attrs`` holds the
        `policy`, the `symbols` and, where a table had to be hidden as a whole, the reason under `withheld`.

    Raises
    ------
    ArgumentError
        With every fault of the frame: counts that are missing, negative or not whole, rows that are there
        twice, margins that are not the sum of their parts, contradictions with `known`.
    PolicyError
        If the policy is not known, or has faults.
    ReleaseError
        If the audit finds a small count that is not protected. Nothing of the table may then be used.

    Notes
    -----
    The choice of hidden cells is that of Fischetti and Salazar-González (2001), Management Science 47(7);
    rounding is after Cox (1987), Journal of the American Statistical Association 82.

    Examples
    --------
    >>> import pandas as pd
    >>> import brightspots as bs
    >>> table = pd.DataFrame({
    ...     "placement": ["foster", "kinship", "residential", "all"], "count": [41, 17, 3, 61],
    ... })
    >>> safe = bs.disclosure.protect_counts(table, policy="dfe", percent_of="placement")
    >>> safe[["placement", "printed", "percent", "lower", "upper"]]
         placement printed percent  lower  upper
    0       foster      41      67     41     41
    1      kinship     [c]     [c]      1     19
    2  residential     [c]     [c]      1     19
    3          all      61     100     61     61
    """
    rules = _policy(policy)
    given = read_count_frame(frame, within or {}, known, zeros_hidden=rules.counts.zeros == "hidden")
    if percent_of is not None and percent_of not in given.dimensions:
        raise ArgumentError(
            f"percent_of is {percent_of!r}; the dimensions are: {', '.join(given.dimensions)}."
        )
    if rules.counts.rounding == "controlled":
        done = _rounded(given, rules.counts, secret)
    else:
        done = _suppressed(given, rules.counts)
    places = np.array([given.lattice.place[key] for key in given.keys])
    hidden, figures, bounds = done.hidden[places], done.figures[places], done.bounds
    result = given.frame.copy()
    result[COUNT] = _integers(figures, hidden)
    result["status"] = np.where(hidden, HIDDEN, OPEN)
    result["lower"] = _integers(bounds.least[places], np.zeros(len(places), dtype=bool))
    result["upper"] = _integers(bounds.greatest[places], bounds.greatest[places] >= MANY)
    result["printed"] = [CONFIDENTIAL if h else str(n) for n, h in zip(figures, hidden, strict=True)]
    if percent_of is not None:
        result["percent"] = _percentages(given, percent_of, done)
    result.attrs = {"policy": rules.id, "symbols": dict(SYMBOLS), "withheld": done.withheld}
    return result


@dataclass(frozen=True)
class _Done:
    """What became of each cell of a lattice: hidden or not, its figure, and what can be told of it."""

    hidden: Mask
    figures: Ints
    bounds: Range
    withheld: str = ""


def _policy(policy: CountPolicy | Policy | str | Path) -> CountPolicy:
    if isinstance(policy, CountPolicy):
        return policy
    return counting(policy) if isinstance(policy, Policy) else load_count_policy(policy)


def _suppressed(given: CountFrame, rules: CountRules) -> _Done:
    """Hide small counts, and what gives them away; round the others if the policy says so."""
    table = _to_protect(given, rules)
    hidden, hopeless = choose(table)
    withheld = _tied(given, [cell for block in hopeless for cell in block.tolist()])
    hidden |= withheld
    least = np.where(withheld, given.known.least, table.if_hidden.least)
    known = Range(
        np.where(hidden, least, table.if_open.least),
        np.where(hidden, table.if_hidden.greatest, table.if_open.greatest),
    )
    can_be_a_reason = hidden & ~withheld & (given.known.least < given.known.greatest)
    own_rule = np.where(
        _is_total(given.lattice), max(rules.smallest_shown, rules.minimum_total), rules.smallest_shown
    )
    bounds = _audited(given.lattice, known, np.where(can_be_a_reason, own_rule, 0))
    # A reader who knows that something had to be hidden may tell that it was this one, and no more.
    enough = np.minimum(table.reach.greatest, np.maximum(rules.smallest_shown - 1, table.counts))
    exposed = table.target & ~withheld & given.lattice.is_seen
    if np.any(exposed & ((bounds.least > table.reach.least) | (bounds.greatest < enough))):
        raise ReleaseError(AUDIT_FAILED)
    return _Done(
        hidden, _nearest(table.counts, rules.round_to), bounds, NOTHING_HELPS if withheld.any() else ""
    )


def _to_protect(given: CountFrame, rules: CountRules) -> Table:
    """Return what the rules say of each cell."""
    lattice, known, counts = given.lattice, given.known, given.lattice.counts
    can_hide = ~given.is_printed & ((counts > 0) | (rules.zeros == "hidden"))
    target = can_hide & ((counts < rules.smallest_shown) | _in_small_total(lattice, rules.minimum_total))
    # Who knows that zeros are shown knows that a hidden count is none; an implied total may be.
    smallest = np.where(lattice.is_seen & can_hide, int(rules.zeros == "shown"), 0)
    if_hidden = Range(np.maximum(smallest, known.least), known.greatest)
    open_least, open_greatest = _rounded_from(counts, rules)
    if_open = Range(np.maximum(open_least, known.least), np.minimum(open_greatest, known.greatest))
    wanted = np.maximum(rules.smallest_shown, counts)
    reach = Range(
        np.minimum(_at_least(lattice, np.where(can_hide, if_hidden.least, counts)), counts),
        np.minimum(wanted, known.greatest),
    )
    must_hide = target | (~lattice.is_seen & ~given.is_printed)
    return Table(
        counts=counts,
        sums=lattice.sums,
        must_hide=must_hide,
        may_hide=can_hide & ~must_hide,
        cost=costs(counts, lattice.sums),
        if_hidden=if_hidden,
        if_open=if_open,
        target=target,
        reach=reach,
    )


def _is_total(lattice: Lattice) -> Mask:
    totals = np.zeros(len(lattice.keys), dtype=bool)
    totals[[one.total for one in lattice.sums]] = True
    return totals


def _in_small_total(lattice: Lattice, minimum: int) -> Mask:
    """Return the given totals below a minimum, and their parts."""
    small = np.zeros(len(lattice.keys), dtype=bool)
    for total, parts in lattice.sums:
        if lattice.is_seen[total] and lattice.counts[total] < minimum:
            small[[total, *parts]] = True
    return small


def _at_least(lattice: Lattice, least: Ints) -> Ints:
    """Return what the least of all parts makes of each total: nobody can think it smaller."""
    implied = least.copy()
    for total, parts in sorted(lattice.sums, key=lambda one: lattice.depth(one.total), reverse=True):
        implied[total] = max(implied[total], int(implied[list(parts)].sum()))
    return implied


def _rounded_from(counts: Ints, rules: CountRules) -> tuple[Ints, Ints]:
    """Return the least and the greatest count that is shown as each of these is."""
    if rules.round_to == 1:
        return counts, counts
    figures = _nearest(counts, rules.round_to)
    least = np.maximum(figures - rules.round_to // 2, rules.smallest_shown)
    none = (counts == 0) & (rules.zeros == "shown")
    greatest = figures + (rules.round_to - 1) // 2
    return np.where(none, 0, np.minimum(least, counts)), np.where(none, 0, greatest)


def _nearest(counts: Ints, step: int) -> Ints:
    """Return the nearest multiples, halves up."""
    return (2 * counts + step) // (2 * step) * step


def _tied(given: CountFrame, cells: Sequence[int]) -> Mask:
    """Return every cell that sums tie to some of these, but for what is public anyway."""
    everything = np.ones(len(given.lattice.keys), dtype=bool)
    tied = ~everything
    for group in connected(len(everything), given.lattice.sums, everything) if cells else ():
        tied[group] = bool(np.isin(group, cells).any())
    return tied & ~given.is_printed


def _rounded(given: CountFrame, rules: CountRules, secret: str) -> _Done:
    """Round all counts together."""
    lattice, step = given.lattice, rules.round_to
    pull = _pull(lattice, secret) if secret else None
    figures = round_together(lattice.counts, lattice.sums, step, lattice.is_seen, pull)
    if figures is not None:
        bounds = _bounds_of_rounded(given, figures, step)
        room = np.minimum(step - 1, given.known.greatest - given.known.least)
        if not np.any(lattice.is_seen & (bounds.greatest - bounds.least < room)):
            return _Done(np.zeros(len(lattice.keys), dtype=bool), figures, bounds)
    everything = np.ones(len(lattice.keys), dtype=bool)
    why = NO_ROUNDING if figures is None else TOO_MUCH_KNOWN
    return _Done(everything, lattice.counts, _audited(lattice, given.known), why)


def _pull(lattice: Lattice, secret: str) -> Floats:
    """Return a number from 0 to 1 for each cell and its count: the same for the same, and unforeseeable."""
    cells = zip(lattice.keys, lattice.counts.tolist(), strict=True)
    digests = (
        hmac.new(secret.encode(), json.dumps([*key, count]).encode(), "sha256").digest()
        for key, count in cells
    )
    return np.array([int.from_bytes(digest[:8], "big") for digest in digests]) / 2.0**64


def _bounds_of_rounded(given: CountFrame, figures: Ints, step: int) -> Range:
    """Return what can be told of rounded counts.

    A figure and all that it is a part of can move together by all but one step, so that nothing is told
    beyond the figure itself, unless something is known besides.
    """
    seen, known = given.lattice.is_seen, given.known
    alone = Range(
        np.where(seen, np.maximum(figures - step + 1, 0), 0), np.where(seen, figures + step - 1, int(MANY))
    )
    both = Range(np.maximum(alone.least, known.least), np.minimum(alone.greatest, known.greatest))
    nothing_else = np.all((known.least == 0) & (known.greatest >= MANY))
    return both if nothing_else else _audited(given.lattice, both)


def _audited(lattice: Lattice, known: Range, reason_below: Ints | int = 0) -> Range:
    """Return what can be told of each count, or refuse where nobody can say."""
    told = what_can_be_told(lattice, known, np.broadcast_to(reason_below, len(lattice.keys)))
    if told is None:
        raise ReleaseError(AUDIT_FAILED)
    return told


def _percentages(given: CountFrame, dimension: str, done: _Done) -> list[str]:
    """Return what to print as a percentage for each row."""
    place = given.dimensions.index(dimension)
    return [
        _percentage(given.lattice, done, key, (*key[:place], ALL, *key[place + 1 :])) for key in given.keys
    ]


def _percentage(lattice: Lattice, done: _Done, key: Key, base: Key) -> str:
    cell, whole = lattice.place[key], lattice.place.get(base)
    if whole is None or not lattice.is_seen[whole]:
        return NOT_AVAILABLE
    if done.hidden[cell] or done.hidden[whole]:
        return CONFIDENTIAL
    count, n = int(done.figures[cell]), int(done.figures[whole])
    if n == 0:
        return NOT_APPLICABLE
    percent = int(half_up(100 * count / n))
    return LOW if count and not percent else str(percent)


def _integers(values: Ints, missing: Mask) -> Any:
    import pandas as pd

    return pd.arrays.IntegerArray(values.astype(np.int64), mask=missing.astype(bool))
