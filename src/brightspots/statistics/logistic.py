"""Firth's logistic regression from grouped counts: what goes with an answer, other things being equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import chdtrc, chdtri, expit, log_expit, ndtri

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import counts_out_of, numbers, refuse, same_length, tail_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats

EVENTS_PER_COLUMN = 5
TOLERANCE = 1e-9
LAST_GAIN = 1e-10
LONGEST_STEP = 5.0
ITERATIONS = 200


class Firth(NamedTuple):
    """A fitted model: coefficients with the intercept first, and an effect on the share for each column."""

    coefficients: Floats
    lower: Floats
    upper: Floats
    p: Floats
    effects: Floats
    effects_lower: Floats
    effects_upper: Floats


class _Fit(NamedTuple):
    coefficients: Floats
    likelihood: float
    covariance: Floats


class _Penalised(NamedTuple):
    likelihood: float
    score: Floats
    information: Floats
    curvature: Floats


def firth(
    design: ArrayLike,
    counts: ArrayLike,
    ns: ArrayLike,
    *,
    factors: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Firth:
    """Fit a logistic regression with Firth's correction, which stays finite and unbiased in small groups.

    Ordinary logistic regression exaggerates in small surveys and breaks down when everyone with some trait
    gives the same answer. Show the average marginal effects, in points, rather than odds ratios, beside the
    plain differences, and say "associated with": items answered at one time share mood.

    Parameters
    ----------
    design : array-like
        One row for each profile (combination of traits) and one column for each trait, of 0 and 1, without
        an intercept. A trait with more levels has one column for each level but the reference.
    counts, ns : array-like
        How many count, out of how many answers, with each profile.
    factors : array-like, optional
        For each column, a number that is the same for columns of the same trait; all different if left out.
        The effect of a level is then against the reference, the trait's other columns being 0.
    confidence : float, default 0.95
        Coverage aimed at by both kinds of interval, between 0 and 1.

    Returns
    -------
    Firth
        ``.coefficients`` (log odds, the intercept first) with profile-likelihood limits ``.lower`` and
        ``.upper``, and ``.p`` of the penalised likelihood ratio test; ``.effects``, the average marginal
        effect of each column as a difference of shares, with delta-method limits ``.effects_lower`` and
        ``.effects_upper``.

    Raises
    ------
    ArgumentError
        If the design is not of 0 and 1, its columns are not independent, there are fewer than 5 events (of
        the rarer side) for each column, counts make no sense, or lengths differ.

    References
    ----------
    Firth 1993, Bias reduction of maximum likelihood estimates; Heinze & Schemper 2002, A solution to the
    problem of separation in logistic regression.

    Examples
    --------
    >>> found = firth([[0], [1]], [12, 8], [40, 8])
    >>> found.coefficients.round(4)
    array([-0.8242,  3.6574])
    >>> f"{100 * found.effects[0]:.0f} points"
    '64 points'
    """
    columns = numbers("design", design, dimensions=2)
    refuse("design", columns, (columns != 0) & (columns != 1), "0 or 1 is needed")
    k, n = counts_out_of("counts", counts, "ns", ns)
    same_length({"counts": k, "ns": n, "rows of design": columns[:, 0]})
    each = np.arange(columns.shape[1]) if factors is None else factors
    kinds = numbers("factors", each, dimensions=1)
    same_length({"factors": kinds, "columns of design": columns[0]})
    tail = tail_of(confidence)
    columns, k, n = columns[n > 0], k[n > 0], n[n > 0]
    x = np.column_stack([np.ones(len(columns)), columns])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ArgumentError("design has columns that follow from others among those who answered: drop one.")
    events = min(k.sum(), (n - k).sum())
    if events < EVENTS_PER_COLUMN * columns.shape[1]:
        raise ArgumentError(
            f"counts has {events:g} events on the rarer side for {columns.shape[1]} columns: "
            f"{EVENTS_PER_COLUMN} for each are needed."
        )
    best = _fit(x, k, n)
    drop = float(chdtri(1, 2 * tail)) / 2
    places = range(x.shape[1])
    lower, upper = (
        np.array([_profile_limit(x, k, n, best, j, drop, side) for j in places]) for side in (-1, 1)
    )
    without = np.array([_fit(x, k, n, fixed=j).likelihood for j in places])
    p = chdtrc(1, np.maximum(2 * (best.likelihood - without), 0))
    effects, errors = _marginal_effects(x, n, best, kinds)
    half = -ndtri(tail) * errors
    return Firth(best.coefficients, lower, upper, p, effects, effects - half, effects + half)


def _fit(
    x: Floats, k: Floats, n: Floats, *, fixed: int | None = None, at: float = 0.0, start: Floats | None = None
) -> _Fit:
    """Maximise the penalised likelihood by Newton's method, one coefficient held if told."""
    free = np.arange(x.shape[1]) != (-1 if fixed is None else fixed)
    beta = np.zeros(x.shape[1]) if start is None else start.copy()
    if fixed is not None:
        beta[fixed] = at
    here = _penalised(x, k, n, beta)
    for _ in range(ITERATIONS):
        curvature = here.curvature[np.ix_(free, free)]
        if np.linalg.eigvalsh(curvature)[0] <= 0:
            curvature = here.information[np.ix_(free, free)]
        step = np.zeros_like(beta)
        step[free] = np.linalg.solve(curvature, here.score[free])
        step *= min(1, LONGEST_STEP / np.abs(step).max(initial=LONGEST_STEP))
        there = _penalised(x, k, n, beta + step)
        while there.likelihood < here.likelihood - TOLERANCE:
            step /= 2
            there = _penalised(x, k, n, beta + step)
        gain = float(here.score @ step)
        beta, here = beta + step, there
        if gain < LAST_GAIN:
            return _Fit(beta, here.likelihood, np.asarray(np.linalg.inv(here.information)))
    raise ArgumentError("design does not lead to a stable fit: use fewer columns.")


def _penalised(x: Floats, k: Floats, n: Floats, beta: Floats) -> _Penalised:
    """Log likelihood with Jeffreys' penalty, and its first and second derivatives."""
    line = x @ beta
    share = expit(line)
    weight = n * share * expit(-line)
    information = x.T @ (weight[:, None] * x)
    hat = x @ np.linalg.solve(information, x.T)
    leverage = np.diagonal(hat)
    likelihood = np.sum(k * log_expit(line) + (n - k) * log_expit(-line))
    score = x.T @ (k - n * share + weight * leverage * (0.5 - share))
    slope = weight * (1 - 2 * share)
    bend = weight * (1 - 6 * share * (1 - share)) * leverage
    penalty = x.T @ ((np.diag(bend) - slope[:, None] * hat**2 * slope) @ x) / 2
    determinant = np.linalg.slogdet(information)[1]
    return _Penalised(float(likelihood + determinant / 2), score, information, information - penalty)


def _profile_limit(x: Floats, k: Floats, n: Floats, best: _Fit, j: int, drop: float, side: int) -> float:
    """Where the penalised likelihood, all else refitted, has fallen by `drop`."""
    from scipy.optimize import brentq

    def beyond(value: float) -> float:
        refitted = _fit(x, k, n, fixed=j, at=value, start=best.coefficients)
        return best.likelihood - refitted.likelihood - drop

    near, step = best.coefficients[j], side * np.sqrt(2 * drop * best.covariance[j, j])
    far = near + step
    while beyond(far) < 0:
        near, far, step = far, far + step, 2 * step
    return float(brentq(beyond, near, far, xtol=1e-8))


def _marginal_effects(x: Floats, n: Floats, best: _Fit, kinds: Floats) -> tuple[Floats, Floats]:
    """Average change of the share when a column goes from 0 to 1, and its standard error."""
    effects, errors = [], []
    for j in range(1, x.shape[1]):
        without = x.copy()
        without[:, 1:][:, kinds == kinds[j - 1]] = 0
        present = without.copy()
        present[:, j] = 1
        shares = [expit(rows @ best.coefficients) for rows in (present, without)]
        slopes = [
            (n * share * (1 - share)) @ rows for share, rows in zip(shares, (present, without), strict=True)
        ]
        gradient = (slopes[0] - slopes[1]) / n.sum()
        effects.append(np.sum(n * (shares[0] - shares[1])) / n.sum())
        errors.append(np.sqrt(gradient @ best.covariance @ gradient))
    return np.array(effects), np.array(errors)
