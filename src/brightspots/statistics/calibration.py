"""Making weights from known totals, and shares under such weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import base, counts_out_of, numbers, refuse, same_length
from brightspots.statistics.weights import WeightedShare, trim_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats

MINIMUM_ANSWERS = 100
MINIMUM_CELL = 10
LARGEST_DESIGN_EFFECT = 2.0
TOTALS_THAT_AGREE = 0.005
TRIMS = 3


class Poststratified(NamedTuple):
    """A weighted share and the weight of an answer in each stratum."""

    share: float
    standard_error: float
    design_effect: float
    n_effective: float
    weights: Floats


class Raked(NamedTuple):
    """Weights that meet every margin, one for each cell, and how they were reached."""

    weights: Floats
    margins: tuple[Floats, ...]
    design_effect: float
    rounds: int
    trimmed: float


def poststratify(
    counts: ArrayLike, ns: ArrayLike, populations: ArrayLike, *, force: bool = False
) -> Poststratified:
    """Share weighted so that each stratum counts for as much as it has people.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers, in each stratum.
    populations : array-like
        How many people there are in each stratum, at the same date and by the same definition.
    force : bool, default False
        Weight even where it is not advisable (see Raises).

    Returns
    -------
    Poststratified
        ``.share``, linearised ``.standard_error``, Kish's ``.design_effect`` (say so above 1.5),
        ``.n_effective`` for `proportion_interval`, and ``.weights``, one for each stratum.

    Raises
    ------
    ArgumentError
        If a stratum has people but no answers, or answers but no people. Unless `force`: if fewer than 100
        answered, a stratum has fewer than 10 answers, or the design effect is above 2.

    References
    ----------
    Holt & Smith 1979, Post stratification; Little & Vartivarian 2005.

    Examples
    --------
    >>> found = poststratify([6, 45, 12], [60, 150, 30], [200, 400, 90])
    >>> round(found.share, 6), round(found.standard_error, 6)
    (0.255072, 0.027124)
    """
    k, n = counts_out_of("counts", counts, "ns", ns)
    population = numbers("populations", populations, low=0, dimensions=1)
    same_length({"counts": k, "ns": n, "populations": population})
    _refuse_contradiction("populations", population, n)
    weights = population / np.where(n > 0, n, 1)
    effect = _design_effect(weights, n)
    if not force:
        _refuse_weak(n.sum(), [n], effect)
    found = _calibrated_share(k, n, weights, fitted=k / np.where(n > 0, n, 1))
    return Poststratified(*found, weights)


def rake(ns: ArrayLike, margins: Sequence[ArrayLike], *, force: bool = False, trim: bool = False) -> Raked:
    """Weights that make the answers meet several known margins at once, such as ages and placements.

    Parameters
    ----------
    ns : array-like
        How many answered in each cell: a table with one dimension for each margin.
    margins : sequence of array-like
        For each dimension of `ns`, how many people there are at each of its levels. NaN marks the level of
        those who did not say: they keep their weight on that margin and the known levels share the rest.
    force : bool, default False
        Weight even where it is not advisable (see Raises).
    trim : bool, default False
        Cap the weights as `trim_weights` does and rake again, up to three times.

    Returns
    -------
    Raked
        ``.weights``, one for each cell and 0 where no one answered; the ``.margins`` used, scaled to one
        total; Kish's ``.design_effect``; the ``.rounds`` taken; and the share of answers ``.trimmed``. Give
        the whole to `raked_share`.

    Raises
    ------
    ArgumentError
        If a level has people but no answers, or answers but no people; if the totals of the margins differ
        by more than 0.5%; if no weights meet all margins. Unless `force`: if fewer than 100 answered, a level
        has fewer than 10 answers, or the design effect is above 2.

    References
    ----------
    Deming & Stephan 1940, On a least squares adjustment of a sampled frequency table when the expected
    marginal totals are known; Deville, Särndal & Sautory 1993, Generalized raking procedures.

    Examples
    --------
    >>> found = rake([[20, 40], [50, 100], [10, 20]], [[200, 400, 90], [345, 345]])
    >>> found.weights
    array([[5.  , 2.5 ],
           [4.  , 2.  ],
           [4.5 , 2.25]])
    """
    n = numbers("ns", ns, low=0, whole=True)
    targets = _margins(n, margins)
    weights, rounds = _raked(n, targets, np.where(n > 0, np.nansum(targets[0]) / base(n.sum()), 0))
    trimmed = 0.0
    for _ in range(TRIMS if trim else 0):
        capped = trim_weights(weights.ravel(), n.ravel())
        if capped.trimmed == 0:
            break
        trimmed = max(trimmed, capped.trimmed)
        weights, more = _raked(n, targets, capped.weights.reshape(n.shape))
        rounds += more
    effect = _design_effect(weights, n)
    if not force:
        levels = [_along(n, axis)[~np.isnan(target)] for axis, target in enumerate(targets)]
        _refuse_weak(n.sum(), levels, effect)
    return Raked(weights, tuple(targets), effect, rounds, trimmed)


def raked_share(counts: ArrayLike, ns: ArrayLike, raked: Raked) -> WeightedShare:
    """Share under raked weights, with a standard error that knows how they were made.

    Treating raked weights as if they had been given overstates or understates the error; here it comes from
    the residuals of a weighted regression on all the margins.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers to this question, in each cell of the raked table.
    raked : Raked
        What `rake` returned.

    Returns
    -------
    WeightedShare
        ``.share``, ``.standard_error``, Kish's ``.design_effect``, and ``.n_effective`` for
        `proportion_interval`.

    Raises
    ------
    ArgumentError
        If a count is above its number of answers, no one answered, or the shape is not that of the raked
        table.

    References
    ----------
    Deville, Särndal & Sautory 1993, Generalized raking procedures in survey sampling.

    Examples
    --------
    >>> ns = [[20, 40], [50, 100], [10, 20]]
    >>> raked = rake(ns, [[200, 400, 90], [345, 345]])
    >>> round(raked_share([[6, 0], [45, 0], [10, 2]], ns, raked).share, 4)
    0.3761
    """
    k, n = counts_out_of("counts", counts, "ns", ns)
    same_length({"counts": k, "ns": n, "raked.weights": raked.weights})
    columns = [
        np.broadcast_to(_across(np.arange(len(target)) == level, axis, n.ndim), n.shape).ravel()
        for axis, target in enumerate(raked.margins)
        for level in np.flatnonzero(~np.isnan(target))
    ]
    design = np.column_stack(columns).astype(np.float64)
    root = np.sqrt(raked.weights * n).ravel()
    rate = (k / np.where(n > 0, n, 1)).ravel()
    slopes = np.linalg.lstsq(design * root[:, None], rate * root, rcond=None)[0]
    return _calibrated_share(k, n, raked.weights, fitted=(design @ slopes).reshape(n.shape))


def _calibrated_share(k: Floats, n: Floats, weights: Floats, *, fitted: Floats) -> WeightedShare:
    """Share under calibrated weights; its variance is that of the residuals from what calibration fits."""
    total, answers = np.sum(weights * n), n.sum()
    if answers == 0:
        raise ArgumentError("ns adds up to 0: a share needs at least one answer.")
    certain = k.sum() == 0 or np.array_equal(k, n)
    share = float(k.sum() > 0) if certain else float(np.sum(weights * k) / total)
    squares = np.sum(weights**2 * (k * (1 - fitted) ** 2 + (n - k) * fitted**2))
    variance = float(answers / base(answers - 1) * squares / total**2)
    effect = _design_effect(weights, n)
    linearised = share * (1 - share) / variance if variance > 0 and not certain else np.inf
    effective = float(min(answers / effect, linearised, answers))
    return WeightedShare(share, variance**0.5, effect, effective)


def _design_effect(weights: Floats, n: Floats) -> float:
    return float(n.sum() * np.sum(n * weights**2) / base(np.sum(n * weights) ** 2))


def _margins(n: Floats, margins: Sequence[ArrayLike]) -> list[Floats]:
    if n.ndim == 0 or len(margins) != n.ndim:
        raise ArgumentError(
            f"margins has {len(margins)} entries: one for each of the {n.ndim} dimensions of ns."
        )
    targets = [
        numbers(f"margins[{axis}]", margin, low=0, missing=True, dimensions=1)
        for axis, margin in enumerate(margins)
    ]
    totals = np.array([np.nansum(target) for target in targets])
    for axis, target in enumerate(targets):
        name, answered = f"margins[{axis}]", _along(n, axis)
        same_length({name: target, f"dimension {axis} of ns": answered})
        _refuse_contradiction(name, target, answered)
    if totals.min() == 0 or totals.max() - totals.min() > TOTALS_THAT_AGREE * totals.max():
        raise ArgumentError(
            f"margins add up to {', '.join(f'{t:.10g}' for t in totals)}: they must agree, and not be 0."
        )
    return [target * (totals[0] / total) for target, total in zip(targets, totals, strict=True)]


def _raked(n: Floats, targets: list[Floats], weights: Floats) -> tuple[Floats, int]:
    tolerance, good_enough, most = 1e-10, 1e-6, 200
    total, miss, rounds = np.nansum(targets[0]), np.inf, 0
    while miss > tolerance and rounds < most:
        miss, rounds = 0.0, rounds + 1
        for axis, target in enumerate(targets):
            reached = _along(weights * n, axis)
            unsaid = reached[np.isnan(target)].sum()
            factor = np.nan_to_num(target * (1 - unsaid / total) / base(reached), nan=1.0)
            miss = max(miss, float(np.abs(factor - 1).max()))
            weights = weights * _across(factor, axis, n.ndim)
    if miss > good_enough:
        raise ArgumentError("margins cannot all be met with these answers: merge levels that few gave.")
    return weights, rounds


def _along(table: Floats, axis: int) -> Floats:
    return np.asarray(table.sum(axis=tuple(other for other in range(table.ndim) if other != axis)))


def _across(values: Floats, axis: int, dimensions: int) -> Floats:
    return values.reshape([-1 if other == axis else 1 for other in range(dimensions)])


def _refuse_contradiction(name: str, population: Floats, answered: Floats) -> None:
    refuse(
        name, population, (population > 0) & (answered == 0), "no one there answered: merge it with another"
    )
    refuse(name, population, (population == 0) & (answered > 0), "there are answers from it")


def _refuse_weak(answers: float, cells: list[Floats], design_effect: float) -> None:
    smallest = min(cell[cell > 0].min(initial=np.inf) for cell in cells)
    if answers < MINIMUM_ANSWERS:
        reason = f"only {answers:g} answered, and {MINIMUM_ANSWERS} are needed"
    elif smallest < MINIMUM_CELL:
        reason = f"a weighting cell has only {smallest:g} answers: merge it, to {MINIMUM_CELL} or more"
    elif design_effect > LARGEST_DESIGN_EFFECT:
        reason = f"the design effect is {design_effect:.2f}, above {LARGEST_DESIGN_EFFECT:g}"
    else:
        return
    raise ArgumentError(f"Weighting is not advisable: {reason}. Publish unweighted, or give force=True.")
