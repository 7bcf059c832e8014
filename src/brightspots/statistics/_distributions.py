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
    return _normalised(_log_choose(n, k) + xlogy(k, share) + xlog1py(n - k, -share))


def beta_binomial(n: float, a: float, b: float) -> Floats:
    """Probabilities of 0 to `n` when the share itself is Beta(`a`, `b`)."""
    k = np.arange(n + 1)
    return _normalised(_log_choose(n, k) + betaln(k + a, n - k + b))


def hypergeometric(total: float, positives: float, size: float) -> Floats:
    """Probabilities of 0 to `size` positives among `size` drawn from `total` without putting back."""
    k = np.arange(size + 1)
    possible = (k <= positives) & (size - k <= total - positives)
    logs = np.full(k.shape, -np.inf)
    logs[possible] = _log_choose(positives, k[possible]) + _log_choose(total - positives, size - k[possible])
    return _normalised(logs)


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


def _log_choose(n: float, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _normalised(logs: Floats) -> Floats:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
