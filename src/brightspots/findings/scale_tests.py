"""Tests of whole distributions: the chance that one of ours lies above one of theirs, ties counting half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from brightspots.findings.verdicts import Outcome
from brightspots.statistics import Interval, mann_whitney, ridit

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = np.ndarray[Any, np.dtype[np.float64]]

ONE_POINT = 0.01
ROUNDING_ERROR = 1e-9
SIZES = {"large": 0.71, "medium": 0.64, "small": 0.56}
"""From which chance on, or one as far below one half, a difference is called so (Vargha & Delaney 2000)."""
MEANINGFUL = SIZES["small"] - 0.5


@dataclass(frozen=True)
class Distribution:
    """How many gave each answer, from the worst to the best.

    Attributes
    ----------
    bands : array
        Of low, medium, high and very high.
    scores : array or None
        Of each of the eleven scores; None where only bands were typed from a report.
    whole : bool
        False where a report leaves some band unsaid.
    """

    bands: Floats
    scores: Floats | None
    whole: bool

    @property
    def n(self) -> int:
        """How many answered."""
        return int(self.bands.sum())

    @property
    def shares(self) -> Floats:
        """The share in each band."""
        return self.bands / self.n


@dataclass(frozen=True)
class Published:
    """The shares of the four bands as others published them.

    Attributes
    ----------
    shares : array
    step : float
        The coarsest step of their rounding.
    n : int or None
    size : float or None
        How many answers of a simple random sample they are worth.
    """

    shares: Floats
    step: float
    n: int | None
    size: float | None


def without_own(here: Distribution, published: Published) -> Published | None:
    """Take our own children out of pooled shares; None where they cannot be inside."""
    assert published.n is not None
    assert published.size is not None
    n = published.n - here.n
    counts = published.shares * published.n - here.bands
    if n <= 0 or (counts < -published.step / 2 * published.n - ROUNDING_ERROR).any():
        return None
    kept, larger = np.maximum(counts, 0), published.n / n
    return Published(kept / kept.sum(), published.step * larger, n, published.size / larger)


def against_shares(here: Distribution, reference: Published, confidence: float) -> Outcome:
    """Test against published shares, the rounding of which may account for some of the difference."""
    better = here.shares[::-1].cumsum()[::-1] - here.shares / 2  # chance that ours lie above each band
    doubt = reference.step / 2 * (better[:2].sum() - better[2:].sum())
    coarse = reference.step > ONE_POINT + ROUNDING_ERROR
    if reference.size is None:
        found = [ridit(here.bands, reference.shares, confidence=c) for c in (confidence, 0.95, 0.90)]
        z = (found[0].mean - 0.5) / found[0].standard_error if found[0].standard_error else np.nan
        intervals = [Interval(one.lower, one.upper) for one in found]
        return _judged(found[0].mean, z, intervals, doubt, coarse=coarse)
    return _mann_whitney(
        here.bands, _whole(reference.shares, reference.size), confidence, doubt, coarse=coarse
    )


def _whole(shares: Floats, size: float) -> Floats:
    """Return whole numbers of answers in these shares; what rounding leaves goes where most is missing."""
    exact = shares * round(size)
    counts = np.floor(exact + ROUNDING_ERROR)
    short = round(exact.sum() - counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:short]] += 1
    return counts


def against_counts(here: Distribution, other: Distribution, confidence: float) -> Outcome:
    """Test against counts: of the scores, or of the bands where either side knows no more."""
    if here.scores is None or other.scores is None:
        return _mann_whitney(here.bands, other.bands, confidence)
    return _mann_whitney(here.scores, other.scores, confidence)


def size_word(theta: float) -> str:
    """Return what a difference of this size is called; empty where it is too small for a word."""
    away = max(theta, 1 - theta) + ROUNDING_ERROR
    return next((word for word, least in SIZES.items() if away >= least), "")


def _mann_whitney(
    ours: Floats, theirs: Floats, confidence: float, doubt: float = 0.0, *, coarse: bool = False
) -> Outcome:
    found = [mann_whitney(ours, theirs, confidence=c) for c in (confidence, 0.95, 0.90)]
    intervals = [Interval(one.lower, one.upper) for one in found]
    return _judged(found[0].theta, found[0].z, intervals, doubt, coarse=coarse)


def _judged(theta: float, z: float, intervals: Sequence[Interval], doubt: float, *, coarse: bool) -> Outcome:
    """Return one test, at that end of the rounding which lies nearest to one half.

    `intervals` are that of the confidence wanted, of 95% and of 90%; `doubt` is by how much rounding can move
    theta. Shares known to a point are taken at their word; coarser ones have to be as good at either end.
    """
    away = abs(theta - 0.5)
    left = max(0.0, away - doubt) / away if away else 0.0
    wanted, inner, narrow = intervals
    slack = doubt if coarse else 0.0
    return Outcome(
        p=float(2 * ndtr(-abs(z) * left)),
        difference=theta - 0.5,
        interval=wanted,
        effect=theta,
        meaningful=away >= MEANINGFUL - ROUNDING_ERROR,
        equivalent=bool(narrow.lower - slack > 0.5 - MEANINGFUL and narrow.upper + slack < 0.5 + MEANINGFUL),
        excludes_zero=bool(inner.lower > 0.5 or inner.upper < 0.5),
    )
