"""Making weights from known population margins, and saying whether they are worth it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.estimates import ALL, as_tally, estimate
from brightspots.findings.margins import AGE_BAND, merge_small, read_margins
from brightspots.findings.weighted import Weighting
from brightspots.statistics import rake, worth_weighting
from brightspots.statistics.calibration import MINIMUM_ANSWERS, MINIMUM_CELL
from brightspots.survey.survey import Survey
from brightspots.tallies.tally import Tally, refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.findings.margins import Margin
    from brightspots.tallies.tally import Counts

COSTLY = 1.5
"""Design effect from which on weights are said to be costly."""

COLUMNS = (
    "margin", "cell", "n", "population", "response_rate", "answers_share", "population_share", "factor",
)  # fmt: skip


def make_weighting(
    source: Survey | Tally,
    margins: Mapping[Any, Mapping[Any, float]],
    *,
    merge: Mapping[Any, Sequence[Any]] | None = None,
    measures: Sequence[str] | None = None,
    force: bool = False,
) -> Weighting:
    """Make weights with which the answers meet what is known of all children, such as who lives where.

    One margin: each of its cells counts for as much as it has children (poststratification). Several: they
    are met in turn until all hold (raking), weights above five times the median one are cut to it, and the
    margins met again. Children of one profile weigh the same, so a tally of profiles is enough.

    Weighting by gender and age alone rarely mends who chose to answer; use what goes both with answering and
    with the answers, as placement does. What is asked in the survey has to be what the margins count.

    Parameters
    ----------
    source : Survey or Tally
        The answers of one area and wave, or their counts crossed by all traits of the margins.
    margins : mapping
        For a trait, ``age_band`` or a tuple of them, how many children there are at each level:
        ``{"gender": {"girl": 300, "boy": 390}}``, or ``{("gender", "placement"): {("girl", "foster"): 100}}``
        and so on. All must be of the time of the survey, and add up to the same within 0.5%.
    merge : mapping, optional
        For a margin, its levels in the order in which neighbours may be merged until 10 answered:
        ``{"placement": ["kinship", "foster", "residential"]}``. Without it a cell with fewer is refused.
    measures : sequence of str, optional
        Ids of the key measures, by which it is judged whether weighting is worth it; all by default.
    force : bool, default False
        Make weights also with a design effect above 2.

    Returns
    -------
    Weighting
        For `estimate`. A `Table` of response rates, one row a cell of each margin, with `worth_it` and
        `notes`. Children of whom a trait is not known keep a factor of 1 on its margin, and are never left
        out.

    Raises
    ------
    ArgumentError
        With every fault of the margins: a trait or level that is not known, children without answers, answers
        without children, more answers than children, fewer than 10 answers in a cell that may not be merged.
        If fewer than 100 answered, the margins disagree or cannot all be met, or the design effect is above
        2. If `source` holds several areas or waves, or pooled ones.
    TallyError
        If a tally does not hold the traits of the margins crossed.

    References
    ----------
    Holt & Smith 1979, Post stratification; Deming & Stephan 1940; Deville, Särndal & Sautory 1993,
    Generalized raking procedures; Little & Vartivarian 2005, Does weighting for nonresponse increase the
    variance of survey means?; Potter 1990 (trimming).

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=300, seed=1)
    >>> margins = {"age_band": {"4-7": 120, "8-11": 200, "11-18": 480}}
    >>> weighting = bs.make_weighting(survey, margins)
    >>> weighting.kind, [row.cell for row in weighting]
    ('poststratified', ['4-7', '8-11', '11-18'])
    >>> row = next(r for r in bs.estimate(survey, weights=weighting) if r.age_band == "all")
    >>> row.weighted, row.n_effective <= row.n
    (True, True)
    """
    if not isinstance(source, Survey | Tally):
        raise ArgumentError(f"source is a {type(source).__name__}; give a Survey or a Tally.")
    read = read_margins(margins, source.questionnaire)
    traits = tuple(dict.fromkeys(t for margin in read for t in margin.traits if t != AGE_BAND))
    counted = as_tally(source, traits)
    refuse_pooled(counted, "source", "margins are of one time")
    profiles = counted.table(traits)
    places = {key[:2] for key in profiles.keys}
    if len(places) != 1:
        raise ArgumentError(f"source holds {len(places)} areas or waves; weigh one, with Tally.only.")
    answers = counted.responses(profiles)
    if answers.sum() < MINIMUM_ANSWERS:
        raise ArgumentError(
            f"Only {answers.sum()} answered: weights need {MINIMUM_ANSWERS}. Publish unweighted, and show "
            "the response rates."
        )
    answered = dict(zip(profiles.keys, answers.tolist(), strict=True))
    merged = merge_small(read, answered, traits, counted.questionnaire, merge or {})
    places_of = [np.array(m.places(answered, traits)) for m in merged]
    targets = [
        [*(cell.population for cell in m.cells), *([math.nan] if place.max() == len(m.cells) else [])]
        for m, place in zip(merged, places_of, strict=True)
    ]
    sample = np.zeros([len(target) for target in targets], dtype=np.int64)
    np.add.at(sample, tuple(places_of), answers)
    raked = rake(sample, targets, force=force, trim=len(merged) > 1)
    result = Weighting.from_rows(_rows(merged, sample, raked.weights), COLUMNS)
    result.kind = "raked" if len(merged) > 1 else "poststratified"
    result.margins, result.raked, result.sample = merged, raked, sample
    result.answered, result.design_effect, result.trimmed = answered, raked.design_effect, raked.trimmed
    result.largest_shift, result.moved = _largest_shift(counted, result, measures)
    result.worth_it = any(
        worth_weighting(
            [row.n for row in result if row.margin == margin.name and row.population is not None],
            [cell.population for cell in margin.cells],
            shift=result.largest_shift,
        )
        for margin in merged
    )
    result.notes = tuple(_notes(result))
    return result


def _rows(margins: Sequence[Margin], sample: Counts, weights: Any) -> list[dict[str, Any]]:
    rows = []
    total, weighed = sample.sum(), (sample * weights).sum()
    for axis, margin in enumerate(margins):
        others = tuple(other for other in range(sample.ndim) if other != axis)
        answered, reached = sample.sum(axis=others).tolist(), (sample * weights).sum(axis=others).tolist()
        everyone = sum(cell.population for cell in margin.cells)
        for i, n in enumerate(answered):
            cell = margin.cells[i] if i < len(margin.cells) else None
            rows.append(
                {
                    "margin": margin.name,
                    "cell": "not known" if cell is None else cell.name,
                    "n": n,
                    "population": None if cell is None else cell.population,
                    "response_rate": None if cell is None else n / cell.population,
                    "answers_share": n / total,
                    "population_share": None if cell is None else cell.population / everyone,
                    "factor": (reached[i] / n) / (weighed / total),
                }
            )
    return rows


def _largest_shift(source: Tally, weighting: Weighting, measures: Sequence[str] | None) -> tuple[float, str]:
    """Return by how many standard errors weighting moves the key estimate that it moves most, and which."""
    found = list(estimate(source, measures=measures, weights=weighting))
    pooled = {(row.measure, row.category) for row in found if row.age_band == ALL}
    largest, moved = 0.0, ""
    for row in found:
        whole = row.age_band == ALL or (row.measure, row.category) not in pooled
        if whole and row.n >= MINIMUM_CELL and 0 < row.share < 1:
            error = math.sqrt(row.share * (1 - row.share) / row.n_effective)
            shift = abs(row.share - row.unweighted_share) / error
            if shift > largest:
                largest, moved = shift, row.measure
    return largest, moved


def _notes(weighting: Weighting) -> list[str]:
    notes = [
        f"{margin.name}: {cell.name} were merged, since fewer than {MINIMUM_CELL} answered in one of them."
        for margin in weighting.margins
        for cell in margin.cells
        if len(cell.levels) > 1
    ]
    notes += [
        f"{row.n} of {weighting.sample.sum()} answers do not say {row.margin}: they keep a factor of 1 there."
        for row in weighting
        if row.population is None
    ]
    if weighting.trimmed:
        cut = f"{weighting.trimmed:.1%}"
        notes.append(f"The weights of {cut} of the answers were cut to five times the median one.")
    if weighting.design_effect > COSTLY:
        notes.append(
            f"These weights cost much: {weighting.sample.sum():,} answers say as much as "
            f"{weighting.sample.sum() / weighting.design_effect:,.0f} would (design effect "
            f"{weighting.design_effect:.2f})."
        )
    if not weighting.worth_it:
        notes.append(
            "Response rates are alike and no key estimate moves by more than its error: publish unweighted, "
            "and show the response rates."
        )
    return notes
