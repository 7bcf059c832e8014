"""What a survey could have shown: a function of how many answered, and of nothing that they said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brightspots.findings.estimates import ALL
from brightspots.statistics import detectable_gap
from brightspots.tables import Table

if TYPE_CHECKING:
    from brightspots.tallies.tally import Tally

NEAR = (0.5, 0.8, 0.9)
"""The shares near which a gap is looked for."""
COLUMNS = ("age_band", "n", *(f"near_{100 * share:.0f}" for share in NEAR), "area", "wave")


class DetectableGaps(Table):
    """The smallest gap that a survey would most likely have found, by age band. Not for release."""

    title = "Detectable gaps"


def detectable_gaps(source: Tally) -> DetectableGaps:
    """Return the gap that each form would have found four times in five, near 50%, 80% and 90%.

    Parameters
    ----------
    source : Tally
        Only how many answered is used: the most answers to any question, where responses are not known.

    Returns
    -------
    DetectableGaps
        A `Table` with the columns ``age_band n near_50 near_80 near_90 area wave``; gaps are shares, from a
        single test at 5% against a fixed figure. The row ``all`` pools the age bands.

    Examples
    --------
    >>> import brightspots as bs
    >>> gaps = detectable_gaps(bs.tally(bs.make_survey(respondents=300, seed=1)))
    >>> row = list(gaps)[-1]
    >>> row.age_band, row.n, round(row.near_80, 3)
    ('all', 300, 0.065)
    """
    table = source.table(())
    answered = [source.answers(table, measure.id, measure.valid) for measure in source.measures.values()]
    most = np.max([source.responses(table), *answered], axis=0)
    numbers = {key: int(n) for key, n in zip(table.keys, most, strict=True) if n}
    rows = []
    for area, wave in sorted({key[:2] for key in numbers}):
        bands = {b: numbers[area, wave, b] for b in source.questionnaire.band if (area, wave, b) in numbers}
        if len(bands) > 1:
            bands[ALL] = sum(bands.values())
        for band, n in bands.items():
            gaps = map(float, detectable_gap(n, NEAR))
            rows.append(dict(zip(COLUMNS, (band, n, *gaps, area, wave), strict=True)))
    return DetectableGaps.from_rows(rows, COLUMNS)
