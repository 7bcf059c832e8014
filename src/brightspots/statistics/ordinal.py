"""Scales and other ordered answers, worked out from the counts of each score."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri, stdtrit

from brightspots.errors import ArgumentError
from brightspots.statistics._checks import base, numbers, plain, shares, tail_of, together

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from brightspots.statistics._checks import Floats, Outcome

ROUNDING_OF_SHARES = 0.02
"""How far published shares may be from adding up to 1 through rounding alone."""


class Mean(NamedTuple):
    """A mean with its interval, the standard deviation, and the number of answers (effective if weighted)."""

    mean: Outcome
    lower: Outcome
    upper: Outcome
    standard_deviation: Outcome
    n: Outcome


class Ridit(NamedTuple):
    """A mean ridit with its standard error and interval, and the two-sided p of its differing from ½."""

    mean: Outcome
    standard_error: Outcome
    lower: Outcome
    upper: Outcome
    p: Outcome


class MannWhitney(NamedTuple):
    """Theta with its interval, and the two-sided test of its differing from ½."""

    theta: Outcome
    lower: Outcome
    upper: Outcome
    z: Outcome
    p: Outcome


def scale_mean(counts: ArrayLike, scores: ArrayLike | None = None, *, confidence: float = 0.95) -> Mean:
    """Mean of a scale, with a t interval, from how many gave each score.

    Parameters
    ----------
    counts : array-like
        How many gave each score, in the order of `scores`. With more dimensions the last one runs over the
        scores, and one mean comes out for each row.
    scores : array-like, optional
        The scores; 0, 1, 2, … if left out.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    Mean
        ``.mean``, ``.lower``, ``.upper`` and ``.standard_deviation`` in the unit of the scores, and ``.n``.
        No answers give NaN; a single answer gives a mean without an interval.

    Raises
    ------
    ArgumentError
        If counts are negative or not whole, or there are not as many scores as counts.

    References
    ----------
    Student 1908, The probable error of a mean.

    Examples
    --------
    >>> life = scale_mean([4, 3, 5, 6, 8, 20, 22, 40, 48, 30, 34])
    >>> f"{life.mean:.2f} ({life.lower:.2f} to {life.upper:.2f})"
    '7.13 (6.82 to 7.44)'
    """
    c = numbers("counts", counts, low=0, whole=True)
    return _mean(c, c, c, _scores(scores, c), tail_of(confidence))


def weighted_scale_mean(
    ns: ArrayLike,
    weights: ArrayLike,
    squares: ArrayLike,
    scores: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Mean:
    """Mean of a scale from weighted answers: linearised standard error, t on the effective number less one.

    Parameters
    ----------
    ns, weights, squares : array-like
        For each score, the number of answers, the sum of their weights and the sum of their squared weights.
        With more dimensions the last one runs over the scores.
    scores : array-like, optional
        The scores; 0, 1, 2, … if left out.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    Mean
        As from `scale_mean`; ``.n`` is Kish's effective number of answers.

    Raises
    ------
    ArgumentError
        If a number is negative, answers are not whole, or shapes do not match.

    References
    ----------
    Binder 1983, On the variances of asymptotically normal estimators from complex surveys; Kish 1965.

    Examples
    --------
    >>> ns = [2, 5, 3]
    >>> weighted_scale_mean(ns, ns, ns) == scale_mean(ns)
    True
    """
    n, w, ww = together(
        {
            "ns": numbers("ns", ns, low=0, whole=True),
            "weights": numbers("weights", weights, low=0),
            "squares": numbers("squares", squares, low=0),
        }
    )
    return _mean(n, w, ww, _scores(scores, n), tail_of(confidence))


def ridit(counts: ArrayLike, reference: ArrayLike, *, confidence: float = 0.95) -> Ridit:
    """Mean ridit: how a group's ordered answers lie against a published distribution of them.

    The chance that someone from the group scores higher than someone from the reference, ties counting
    half; ½ is "no different". Use it where a publication gives only the shares of each band, such as low,
    medium, high and very high.

    Parameters
    ----------
    counts : array-like
        How many in the group gave each answer, from lowest to highest. With more dimensions the last one
        runs over the answers.
    reference : array-like
        The published shares of the same answers, adding up to 1 within 0.02 for rounding; held to be exact.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    Ridit
        ``.mean``, ``.standard_error``, ``.lower``, ``.upper`` (from 0 to 1) and ``.p``. No answers give NaN.

    Raises
    ------
    ArgumentError
        If counts are negative or not whole, shares lie outside 0 to 1 or do not add up, or there are not as
        many shares as counts.

    References
    ----------
    Bross 1958, How to use ridit analysis.

    Examples
    --------
    >>> bands = ridit([26, 42, 88, 64], [0.085, 0.22, 0.44, 0.255])
    >>> f"{bands.mean:.3f} ({bands.lower:.3f} to {bands.upper:.3f})"
    '0.506 (0.468 to 0.544)'
    """
    c = numbers("counts", counts, low=0, whole=True)
    published = shares("reference", reference, dimensions=1)
    _as_many("reference", published, c)
    total = published.sum()
    if abs(total - 1) > ROUNDING_OF_SHARES:
        raise ArgumentError(f"reference adds up to {total:.4g}: shares of all answers add up to 1.")
    score = (np.cumsum(published) - published / 2) / total
    n = base(c.sum(axis=-1))
    mean = (c * score).sum(axis=-1) / n
    variance = (c * score**2).sum(axis=-1) / n - mean**2
    error = np.sqrt(np.maximum(variance, 0) / base(n - 1))
    half = -ndtri(tail_of(confidence)) * error
    z = (mean - 0.5) / np.where(error > 0, error, np.nan)
    p = np.where(mean == 0.5, 1.0, 2 * ndtr(-np.abs(z)))
    limits = np.maximum(mean - half, 0), np.minimum(mean + half, 1)
    return Ridit(*(plain(part) for part in (mean, error, *limits, p)))


def mann_whitney(counts1: ArrayLike, counts2: ArrayLike, *, confidence: float = 0.95) -> MannWhitney:
    """Compare two groups' ordered answers: the chance that one from the first scores higher.

    Theta is that chance, ties counting half: ½ is "no different", and from ½ on .56 is a small difference,
    .64 a medium and .71 a large one. Unlike a difference of means it needs no equal steps between scores.

    Parameters
    ----------
    counts1, counts2 : array-like
        How many in each group gave each answer, from lowest to highest. With more dimensions the last one
        runs over the answers.
    confidence : float, default 0.95
        Coverage aimed at, between 0 and 1.

    Returns
    -------
    MannWhitney
        ``.theta``, its ``.lower`` and ``.upper`` from 0 to 1, and ``.z`` and ``.p`` of the test, corrected
        for ties but not for continuity. No answers in a group give NaN. Where the answers show no spread to
        reckon with, because the groups do not overlap or all answers are the same, the limits are NaN.

    Raises
    ------
    ArgumentError
        If counts are negative or not whole, or shapes do not match.

    References
    ----------
    Mann & Whitney 1947; DeLong, DeLong & Clarke-Pearson 1988; Newcombe 2006, Confidence intervals for an
    effect size measure based on the Mann-Whitney statistic; Vargha & Delaney 2000.

    Examples
    --------
    >>> found = mann_whitney([2, 3, 10, 5], [5, 6, 6, 3])
    >>> round(found.theta, 3), round(found.p, 4)
    (0.654, 0.0815)
    """
    c1, c2 = together(
        {
            "counts1": numbers("counts1", counts1, low=0, whole=True),
            "counts2": numbers("counts2", counts2, low=0, whole=True),
        }
    )
    if c1.ndim == 0:
        raise ArgumentError(f"counts1 is {c1:g}: one count for each answer is needed.")
    n1, n2 = base(c1.sum(axis=-1)), base(c2.sum(axis=-1))
    above_second = (np.cumsum(c2, axis=-1) - c2 / 2) / n2[..., None]
    above_first = (np.cumsum(c1, axis=-1) - c1 / 2) / n1[..., None]
    theta = (c1 * above_second).sum(axis=-1) / n1
    ties, total = c1 + c2, n1 + n2
    tied = (ties**3 - ties).sum(axis=-1) / (total * base(total - 1))
    null = np.maximum(total + 1 - tied, 0) / (12 * n1 * n2)
    z = np.where(null > 0, (theta - 0.5) / np.sqrt(base(null)), 0 * theta)
    spread1 = (c1 * (above_second - theta[..., None]) ** 2).sum(axis=-1) / (n1 * base(n1 - 1))
    spread2 = (c2 * (above_first - (1 - theta)[..., None]) ** 2).sum(axis=-1) / (n2 * base(n2 - 1))
    inner = np.where((theta > 0) & (theta < 1), theta, np.nan)
    half = -ndtri(tail_of(confidence)) * np.sqrt(base(spread1 + spread2)) / (inner * (1 - inner))
    limits = expit(logit(inner) - half), expit(logit(inner) + half)
    return MannWhitney(*(plain(part) for part in (theta, *limits, z, 2 * ndtr(-np.abs(z)))))


def _mean(n: Floats, w: Floats, ww: Floats, score: Floats, tail: float) -> Mean:
    answers, weight = base(n.sum(axis=-1)), base(w.sum(axis=-1))
    effective = weight**2 / base(ww.sum(axis=-1))
    mean = (w * score).sum(axis=-1) / weight
    deviations = (score - mean[..., None]) ** 2
    correction = answers / base(answers - 1)
    deviation = np.sqrt(correction * (w * deviations).sum(axis=-1) / weight)
    error = np.sqrt(correction * (ww * deviations).sum(axis=-1)) / weight
    half = -stdtrit(base(effective - 1), tail) * error
    return Mean(*(plain(part) for part in (mean, mean - half, mean + half, deviation, effective)))


def _scores(scores: ArrayLike | None, counts: Floats) -> Floats:
    if counts.ndim == 0:
        raise ArgumentError(f"counts is {counts:g}: one count for each score is needed.")
    if scores is None:
        return np.arange(counts.shape[-1], dtype=np.float64)
    score = numbers("scores", scores, dimensions=1)
    _as_many("scores", score, counts)
    return score


def _as_many(name: str, values: Floats, counts: Floats) -> None:
    if counts.ndim == 0 or len(values) != counts.shape[-1]:
        raise ArgumentError(f"{name} has {len(values)} entries, and counts has the shape {counts.shape}.")
