"""Whether the scales of a composite hang together: alpha and omega, for statisticians."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.estimates import ALL
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.model import SCORES
from brightspots.statistics import alpha, item_sums, omega_total, reliability_interval
from brightspots.survey.survey import Survey
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from brightspots.questionnaire.model import WellbeingScale

    Scores = NDArray[np.float64]

SMALLEST = 50
MISSED_REVERSAL = "negative alpha: check for a missed reversal"

COLUMNS = (
    "composite", "age_band", "scales", "n", "alpha", "alpha_lower", "alpha_upper", "omega", "omega_lower",
    "omega_upper", "confidence", "reason",
)  # fmt: skip


class Reliability(Table):
    """Alpha and omega of a composite's scales, one row an age band. Not for release."""

    title = "Reliability"


def assess_reliability(
    survey: Survey,
    *,
    composite: str = "low_wellbeing",
    confidence: float = 0.95,
    resamples: int = 999,
) -> Reliability:
    """Assess how far the scales of a composite measure one thing.

    Only children who answered every scale of their form are used, and scales such as anxiety are turned
    first. Both numbers are about the scales in this group of children, and never about a child.

    Parameters
    ----------
    survey : Survey
        Answers; a tally does not hold which scores stand together.
    composite : str, default "low_wellbeing"
        Id of a composite.
    confidence : float, default 0.95
        Coverage of the bootstrap intervals, between 0 and 1.
    resamples : int, default 999
        How many times to draw children. The draws depend on the answers and on nothing else.

    Returns
    -------
    Reliability
        A `Table` with the columns ``composite age_band scales n alpha alpha_lower alpha_upper omega
        omega_lower omega_upper confidence reason``, one row an age band, and ``all`` where the bands were
        asked the same scales. Without numbers, the reason is ``small_base`` (fewer than 50 complete answers),
        ``few_scales`` or ``no_spread`` (a scale on which all gave one score). Omega needs three scales. A
        negative alpha is shown with the reason that nearly always explains it.

    Raises
    ------
    ArgumentError
        If `survey` is no Survey, or has no such composite.

    References
    ----------
    Cronbach 1951, Coefficient alpha and the internal structure of tests; McDonald 1999, Test theory;
    Revelle & Zinbarg 2009; Efron & Tibshirani 1993, An introduction to the bootstrap.

    Examples
    --------
    >>> import brightspots as bs
    >>> found = bs.assess_reliability(bs.make_survey(respondents=400, seed=1))
    >>> [row.age_band for row in found], all(row.alpha_lower < row.alpha for row in found)
    (['8-11', '11-18', 'all'], True)
    """
    if not isinstance(survey, Survey):
        raise ArgumentError(f"survey is a {type(survey).__name__}; give a Survey, which holds the answers.")
    known = {one.id: one for one in survey.questionnaire.composites}
    if composite not in known:
        listed = ", ".join(known) or "none"
        raise ArgumentError(
            f"composite is {composite!r}, which {survey.questionnaire.id} does not have; there are: {listed}."
        )
    asked = known[composite]
    scales = [one for one in survey.questionnaire.wellbeing_scales if one.id in asked.scales]
    forms = [band for band in survey.age_bands if band in asked.asked]
    groups: list[tuple[str, tuple[str, ...]]] = [(band, (band,)) for band in forms]
    if len(forms) > 1 and measures_of(survey.questionnaire)[composite].same_in(tuple(forms)):
        groups.append((ALL, tuple(forms)))
    rows = []
    for name, bands in groups:
        own = [scale for scale in scales if bands[0] in scale.asked]
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {"composite": composite, "age_band": name, "scales": ", ".join(scale.id for scale in own)}
        rows.append(
            row | {"confidence": confidence} | _assess(_scores(survey, own, bands), confidence, resamples)
        )
    return Reliability.from_rows(rows, COLUMNS)


def _scores(survey: Survey, scales: Sequence[WellbeingScale], bands: Sequence[str]) -> Scores:
    """Return the complete answers of some forms, turned so that high is good, in an order of their own."""
    answers = survey.answers[survey.answers["age_band"].isin(bands)]
    codes = np.column_stack([answers[scale.id].cat.codes.to_numpy() for scale in scales]).astype(np.float64)
    for place, scale in enumerate(scales):
        if not scale.higher_is_better:
            codes[:, place] = np.where(codes[:, place] < len(SCORES), 10 - codes[:, place], np.inf)
    complete = codes[(codes < len(SCORES)).all(axis=1)]
    return np.asarray(complete[np.lexsort(complete.T)])


def _assess(scores: Scores, confidence: float, resamples: int) -> dict[str, Any]:
    n, items = scores.shape
    if n < SMALLEST:
        return {"n": n, "reason": "small_base"}
    if items < 2:
        return {"n": n, "reason": "few_scales"}
    if (np.ptp(scores, axis=0) == 0).any():
        return {"n": n, "reason": "no_spread"}
    seed = int.from_bytes(hashlib.sha256(scores.tobytes()).digest()[:8], "big")
    found: dict[str, Any] = {"n": n, "reason": ""}
    for name, statistic in (("alpha", alpha), ("omega", omega_total)):
        if name == "omega" and items < 3:
            continue
        limits = reliability_interval(
            scores, statistic, confidence=confidence, resamples=resamples, seed=seed
        )
        found |= {
            name: float(statistic(item_sums(scores))),
            f"{name}_lower": limits.lower,
            f"{name}_upper": limits.upper,
        }
    return found | ({"reason": MISSED_REVERSAL} if found["alpha"] < 0 else {})
