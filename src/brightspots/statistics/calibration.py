"""Making weights from known totals, and shares under such weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import base, counts_out_of, numbers, plain, refuse, same_length
from brightspots.statistics.weights import WeightedShare, effective_n, trim_weights

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
    if not force:
        _refuse_weak(n.sum(), [n], float(_design_effect(weights, n)))
    own = k / np.where(n > 0, n, 1)
    found = _calibrated_share(k, n, weights, n, fitted=np.where(n > 0, own - _share(k, n, weights), 0))
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
    effect = float(_design_effect(weights.ravel(), n.ravel()))
    if not force:
        levels = [_along(n, axis)[~np.isnan(target)] for axis, target in enumerate(targets)]
        _refuse_weak(n.sum(), levels, effect)
    return Raked(weights, tuple(targets), effect, rounds, trimmed)


def raked_share(
    counts: ArrayLike, ns: ArrayLike, raked: Raked, *, sample: ArrayLike | None = None
) -> WeightedShare:
    """Share under raked weights, with a standard error that knows how they were made.

    Treating raked weights as if they had been given overstates or understates the error; here it comes from
    the residuals of a weighted regression on all the margins.

    Parameters
    ----------
    counts, ns : array-like
        How many count, out of how many answers to this question, in each cell of the raked table. With more
        dimensions in front, one share comes out for each.
    raked : Raked
        What `rake` returned.
    sample : array-like, optional
        How many were raked in each cell, for a share of some of them only, such as the girls or those who
        answered this question: the margins hold for all of them and not for these alone.

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
    shape = raked.weights.shape
    if n.shape[max(0, n.ndim - len(shape)) :] != shape:
        raise ArgumentError(f"ns has the shape {n.shape}: it must end in that of the raked table, {shape}.")
    everyone = n if sample is None else numbers("sample", sample, low=0, whole=True)
    n, everyone = counts_out_of("ns", n, "sample", everyone)
    columns = [
        np.broadcast_to(_across(np.arange(len(target)) == level, axis, len(shape)), shape).ravel()
        for axis, target in enumerate(raked.margins)
        for level in np.flatnonzero(~np.isnan(target))
    ]
    design = np.column_stack(columns).astype(np.float64)
    k, n, everyone = (part.reshape(*part.shape[: part.ndim - len(shape)], -1) for part in (k, n, everyone))
    weights = raked.weights.ravel()
    share = _share(k, n, weights)[..., None]
    distance = (k - share * n) / np.where(everyone > 0, everyone, 1)
    root = np.sqrt(weights * everyone)
    inverse = np.linalg.pinv(design * root[..., None], rcond=design.size * np.finfo(float).eps)
    slopes = inverse @ (distance * root)[..., None]
    return _calibrated_share(k, n, weights, everyone, fitted=(design @ slopes)[..., 0])


def _share(k: Floats, n: Floats, weights: Floats) -> Floats:
    """Weighted share over the last dimension; exactly 0 or 1 where none or all count."""
    if (n.sum(axis=-1) == 0).any():
        raise ArgumentError("ns adds up to 0: a share needs at least one answer.")
    none, everyone = k.sum(axis=-1) == 0, (k == n).all(axis=-1)
    share = (weights * k).sum(axis=-1) / (weights * n).sum(axis=-1)
    return np.where(none, 0.0, np.where(everyone, 1.0, share))


def _calibrated_share(
    k: Floats, n: Floats, weights: Floats, sample: Floats, *, fitted: Floats
) -> WeightedShare:
    """Share under calibrated weights; its variance is that of the residuals from what calibration fits.

    `fitted` is what it fits of the distance from the share, in each cell; those without an answer have none.
    """
    share, answers, total = _share(k, n, weights), n.sum(axis=-1), (weights * n).sum(axis=-1)
    expected = share[..., None] + fitted
    squares = k * (1 - expected) ** 2 + (n - k) * expected**2 + (sample - n) * fitted**2
    everyone = sample.sum(axis=-1)
    variance = everyone / base(everyone - 1) * (weights**2 * squares).sum(axis=-1) / total**2
    effect = _design_effect(weights, n)
    certain = (share == 0) | (share == 1)
    linearised = np.where(certain | (variance <= 0), np.nan, share * (1 - share) / base(variance))
    effective = effective_n(answers, answers / effect, linearised)
    return WeightedShare(*(plain(part) for part in (share, np.sqrt(variance), effect, effective)))


def _design_effect(weights: Floats, n: Floats) -> Floats:
    square = base((n * weights).sum(axis=-1) ** 2)
    return np.asarray(n.sum(axis=-1) * (n * weights**2).sum(axis=-1) / square)


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
