"""0-10 wellbeing scales: the four bands, and anxiety turned round.

Bands are those of the Office for National Statistics' personal wellbeing measures: low 0-4, medium 5-6,
high 7-8, very high 9-10. There is no "very low". Anxiety is banded on 10 minus the answer, which lands on the
ONS bands for anxiety exactly (high anxiety 6-10 is the low band); 11 minus the answer would not.
"""

from __future__ import annotations

from numbers import Real
from typing import Literal

from brightspots.errors import ArgumentError

Band = Literal["low", "medium", "high", "very high"]

BANDS: tuple[Band, ...] = ("low", "medium", "high", "very high")
LOWEST: dict[Band, int] = {"low": 0, "medium": 5, "high": 7, "very high": 9}
HIGHEST: dict[Band, int] = {"low": 4, "medium": 6, "high": 8, "very high": 10}


def wellbeing_band(score: int, *, higher_is_better: bool = True) -> Band:
    """Return the band of one answer on a 0-10 scale.

    Parameters
    ----------
    score : int
        A whole number from 0 to 10.
    higher_is_better : bool, default True
        False for anxiety: the band is that of 10 minus the answer.

    Returns
    -------
    {"low", "medium", "high", "very high"}

    Raises
    ------
    ArgumentError
        If the score is not a whole number from 0 to 10.

    Examples
    --------
    >>> wellbeing_band(4), wellbeing_band(5), wellbeing_band(9)
    ('low', 'medium', 'very high')
    >>> wellbeing_band(6, higher_is_better=False)
    'low'
    """
    if isinstance(score, bool) or not isinstance(score, Real) or score not in range(11):
        raise ArgumentError(f"score is {score!r}; give a whole number from 0 to 10.")
    turned = int(score) if higher_is_better else 10 - int(score)
    return next(band for band in BANDS if turned <= HIGHEST[band])


def scores_in(band: Band, *, higher_is_better: bool = True) -> tuple[int, ...]:
    """Return the answers that fall in a band, as given by the child.

    Examples
    --------
    >>> scores_in("low"), scores_in("low", higher_is_better=False)
    ((0, 1, 2, 3, 4), (6, 7, 8, 9, 10))
    """
    return tuple(s for s in range(11) if wellbeing_band(s, higher_is_better=higher_is_better) == band)
