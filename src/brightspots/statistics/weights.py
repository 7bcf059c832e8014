"""Weights: what they cost, shares under them, and keeping the largest in bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import (
    base,
    counts_out_of,
    numbers,
    one_of,
    plain,
    refuse,
    same_length,
    together,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

RATES_THAT_DIFFER = 1.5
SLACK = 1e-12
"""Numbers that agree to this relative tolerance differ through floating point alone."""

Yardstick = Literal["median", "mean"]
_TIMES = {"median": 5.0, "mean": 3.0}


class WeightedShare(NamedTuple):
    """A weighted share, its standard error, and what it is worth in unweighted answers."""

    share: Outcome
    standard_error: Outcome
    design_effect: Outcome
    n_effective: Outcome


class Trimmed(NamedTuple):
    """Capped weights, the cap before rescaling, and the share of answers that it touched."""

    weights: Floats
    cap: float
    trimmed: float


def kish_n(weights: ArrayLike) -> float:
    """Effective number of answers under weights: as many unweighted ones would say as much.

    Parameters
    ----------
    weights : array-like
        One weight for each answer, 0 or above, in any unit.

    Returns
    -------
    float
        From 1 to the number of answers; NaN if all weights are 0.

    Raises
    ------
    ArgumentError
        If a weight is negative or not a number.

    References
    ----------
    Kish 1965, Survey sampling.

    Examples
    --------
    >>> round(kish_n([1.0] * 150 + [2.5] * 60), 2)
    171.43
    """
    w = numbers("weights", weights, low=0, dimensions=1)
    return float(w.sum() ** 2 / base(np.sum(w**2)))


def linearised_n(
    n: ArrayLike, sum_w: ArrayLike, sum_ww: ArrayLike, sum_wy: ArrayLike, sum_wwy: ArrayLike
) -> Outcome:
    """Effective number of answers of one weighted share, from its linearised variance.

    Unlike Kish's number it sees whether the large weights sit on one side of the answer. It knows nothing
    where the share is 0 or 1; `weighted_share` uses the smaller of the two numbers.

    Parameters
    ----------
    n : int or array-like
        How many answered.
    sum_w, sum_ww : float or array-like
        Sum of all weights and of their squares.
    sum_wy, sum_wwy : float or array-like
        The same sums over those who count.

    Returns
    -------
    float or numpy.ndarray
        ``p (1 - p) / V``; NaN where the share is 0 or 1 or fewer than two answered.

    Raises
    ------
    ArgumentError
        If a sum is negative or above the one it is part of, or shapes do not match.

    References
    ----------
    Korn & Graubard 1998, Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data; Binder 1983.

    Examples
    --------
    >>> round(linearised_n(210, 300, 525, 92.5, 186.25), 2)
    157.47
    """
    return plain(_linearised(*_sums(n, sum_w, sum_ww, sum_wy, sum_wwy))[2])


def weighted_share(
    n: ArrayLike, sum_w: ArrayLike, sum_ww: ArrayLike, sum_wy: ArrayLike, sum_wwy: ArrayLike
) -> WeightedShare:
    """Weighted share from five sums that add up over any groups.

    Give ``share * n_effective`` and ``n_effective`` to `proportion_interval` for the interval. Effective
    numbers of groups do not add up: add the sums and work it out again.

    Parameters
    ----------
    n : int or array-like
        How many answered. Where it is 0 everything is NaN.
    sum_w, sum_ww : float or array-like
        Sum of all weights and of their squares.
    sum_wy, sum_wwy : float or array-like
        The same sums over those who count.

    Returns
    -------
    WeightedShare
        ``.share``, ``.standard_error``, Kish's ``.design_effect`` (1 with equal weights), and
        ``.n_effective``: the smaller of Kish's and the linearised number, never above `n`; `n` itself where
        all weights are equal, which are then no weights.

    Raises
    ------
    ArgumentError
        If a sum is negative or above the one it is part of, or shapes do not match.

    References
    ----------
    Kish 1965; Binder 1983; Korn & Graubard 1998; Franco, Little, Louis & Slud 2019.

    Examples
    --------
    >>> found = weighted_share(210, 300, 525, 92.5, 186.25)
    >>> f"{found.share:.4f} from as good as {found.n_effective:.0f} answers"
    '0.3083 from as good as 157 answers'
    """
    sums = _sums(n, sum_w, sum_ww, sum_wy, sum_wwy)
    share, error, linearised = _linearised(*sums)
    m, w, ww = (base(part) for part in sums[:3])
    kish = w**2 / ww
    effective = effective_n(m, kish, linearised)
    return WeightedShare(*(plain(part) for part in (share, error, m / kish, effective)))


def worth_weighting(ns: ArrayLike, populations: ArrayLike, *, shift: float = 0.0) -> bool:
    """Whether weighting changes enough to be worth what it costs in precision and in plainness.

    Parameters
    ----------
    ns, populations : array-like
        How many answered and how many there are, in each weighting cell.
    shift : float, default 0
        By how many standard errors weighting moves the key figure that it moves most.

    Returns
    -------
    bool
        True if response rates differ by a factor of 1.5 or more, or `shift` is above 1 either way.

    Raises
    ------
    ArgumentError
        If more answered than there are, a cell is empty, or lengths differ.

    References
    ----------
    Little & Vartivarian 2005, Does weighting for nonresponse increase the variance of survey means?

    Examples
    --------
    >>> worth_weighting([60, 150, 30], [200, 400, 90])
    False
    >>> worth_weighting([60, 150, 30], [200, 300, 90])
    True
    """
    n, population = counts_out_of("ns", ns, "populations", populations)
    refuse("populations", population, population == 0, "a weighting cell without people has no response rate")
    moved = float(numbers("shift", shift, dimensions=0))
    rates = n / population
    return bool(rates.max() >= RATES_THAT_DIFFER * rates.min() * (1 - SLACK) or abs(moved) > 1)


def trim_weights(
    weights: ArrayLike, ns: ArrayLike | None = None, *, yardstick: Yardstick = "median"
) -> Trimmed:
    """Cap the largest weights, so that no few answers speak for the many, and rescale to the same total.

    Parameters
    ----------
    weights : array-like
        One weight for each answer or, with `ns`, for each cell.
    ns : array-like, optional
        How many answers have each weight; 1 if left out.
    yardstick : str, default "median"
        The cap is 5 times the ``median`` weight, or 3 times the ``mean``.

    Returns
    -------
    Trimmed
        ``.weights``, the ``.cap`` before rescaling, and the share of answers ``.trimmed``. Rake again
        afterwards: trimming loses the margins.

    Raises
    ------
    ArgumentError
        If a weight is negative, no one answered, or lengths differ.

    References
    ----------
    Potter 1990, A study of procedures to identify and trim extreme sampling weights.

    Examples
    --------
    >>> found = trim_weights([0.6, 1.2, 2.0, 6.0], [150, 60, 25, 5])
    >>> found.cap, round(found.trimmed, 3)
    (3.0, 0.021)
    """
    one_of("yardstick", yardstick, get_args(Yardstick))
    w = numbers("weights", weights, low=0, dimensions=1)
    n = np.ones_like(w) if ns is None else numbers("ns", ns, low=0, whole=True, dimensions=1)
    same_length({"weights": w, "ns": n})
    if n.sum() == 0:
        raise ArgumentError("ns adds up to 0: there is no weight to trim.")
    typical = np.median(np.repeat(w, n.astype(int))) if yardstick == "median" else np.sum(n * w) / n.sum()
    cap = float(_TIMES[yardstick] * typical)
    capped = np.minimum(w, cap)
    scale = np.sum(n * w) / base(np.sum(n * capped))
    return Trimmed(capped * scale, cap, float(n[w > cap].sum() / n.sum()))


def effective_n(n: Floats, kish: Floats, linearised: Floats) -> Floats:
    """Smaller of Kish's and the linearised number, at most `n`; equal weights leave `n` as it is."""
    equal = np.isclose(kish, n, rtol=SLACK, atol=0)
    return np.where(equal, n, np.fmin(np.minimum(kish, n), linearised))


def _sums(
    n: ArrayLike, sum_w: ArrayLike, sum_ww: ArrayLike, sum_wy: ArrayLike, sum_wwy: ArrayLike
) -> tuple[Floats, ...]:
    w, ww = numbers("sum_w", sum_w, low=0), numbers("sum_ww", sum_ww, low=0)
    wy, wwy = numbers("sum_wy", sum_wy, low=0), numbers("sum_wwy", sum_wwy, low=0)
    m, w, ww, wy, wwy = together(
        {"n": numbers("n", n, low=0, whole=True), "sum_w": w, "sum_ww": ww, "sum_wy": wy, "sum_wwy": wwy}
    )
    for name, part, whole_name, whole in (("sum_wy", wy, "sum_w", w), ("sum_wwy", wwy, "sum_ww", ww)):
        refuse(name, part, part > whole * (1 + SLACK), f"it cannot exceed {whole_name}", whole)
    everyone = np.isclose(wy, w, rtol=SLACK, atol=0)
    return m, w, ww, np.where(everyone, w, wy), np.where(everyone, ww, wwy)


def _linearised(n: Floats, w: Floats, ww: Floats, wy: Floats, wwy: Floats) -> tuple[Floats, Floats, Floats]:
    share = wy / base(w)
    squares = np.maximum(wwy * (1 - 2 * share) + share**2 * ww, 0)
    variance = n / base(n - 1) * squares / base(w) ** 2
    return share, np.sqrt(variance), share * (1 - share) / base(variance)
