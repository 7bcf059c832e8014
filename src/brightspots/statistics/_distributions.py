"""Discrete distributions as arrays of probabilities, and the two-sided mid-P value they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, gammaln, xlog1py, xlogy

if TYPE_CHECKING:
    from brightspots.statistics._checks import Floats

TIE = 1e-7
"""Outcomes whose probabilities agree to this relative tolerance count as equally likely, as in R."""


def binomial(n: float, share: float) -> Floats:
    """Probabilities of 0 to `n` when each of `n` counts with probability `share`."""
    k = np.arange(n + 1)
    return _normalised(log_choose(n, k) + xlogy(k, share) + xlog1py(n - k, -share))


def beta_binomial(n: float, a: float, b: float) -> Floats:
    """Probabilities of 0 to `n` when the share itself is Beta(`a`, `b`)."""
    k = np.arange(n + 1)
    return _normalised(log_choose(n, k) + betaln(k + a, n - k + b))


def hypergeometric(total: float, positives: float, size: float) -> Floats:
    """Probabilities of 0 to `size` positives among `size` drawn from `total` without putting back."""
    k = np.arange(size + 1)
    possible = (k <= positives) & (size - k <= total - positives)
    logs = np.full(k.shape, -np.inf)
    logs[possible] = log_choose(positives, k[possible]) + log_choose(total - positives, size - k[possible])
    return _normalised(logs)


def hypergeometric_window(total: float, positives: float, size: float) -> tuple[int, Floats]:
    """As `hypergeometric`, from the first count on that is not all but impossible, and up to the last one.

    What is left out sums to at most e^-40 below, which a float cannot tell from nothing beside 1, and to at
    most e^-750 above, which is less than the smallest float: Bernstein's inequality, which Hoeffding 1963,
    section 6, carries over to draws without putting back.
    """
    share = positives / total if total else 0.0
    mean = size * share
    variance = mean * (1 - share)
    lowest, highest = max(0.0, size - (total - positives)), min(size, positives)
    first = max(lowest, np.floor(mean - _reach(variance, 40)))
    last = min(highest, np.ceil(mean + _reach(variance, 750)))
    k = np.arange(first + 1, last + 1)
    steps = np.log((positives - k + 1) * (size - k + 1) / (k * (total - positives - size + k)))
    return int(first), _normalised(np.concatenate([[0.0], np.cumsum(steps)]))


def mid_tail(probabilities: Floats) -> Floats:
    """P(X > k) + ½P(X = k) for every k."""
    above = np.minimum(np.cumsum(probabilities[::-1])[::-1], 1)
    return np.asarray(above - probabilities / 2)


def minimum_likelihood(probabilities: Floats, observed: float, *, mid: bool = True) -> float:
    """Probability of the outcomes less likely than the observed one, and half of those as likely."""
    limit = probabilities[int(observed)]
    rarer = probabilities < limit * (1 - TIE)
    as_rare = ~rarer & (probabilities <= limit * (1 + TIE))
    return float(probabilities[rarer].sum() + probabilities[as_rare].sum() * (0.5 if mid else 1.0))


def _reach(variance: float, exponent: float) -> float:
    """How far from the mean all but e^-exponent lies, by Bernstein's inequality for terms of 0 or 1."""
    third = exponent / 3
    return float(third + np.sqrt(third**2 + 2 * exponent * variance))


def log_choose(n: float | Floats, k: Floats) -> Floats:
    """Logarithms of how many ways there are to choose `k` of `n`."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _normalised(logs: Floats) -> Floats:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
