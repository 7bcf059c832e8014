"""A cohort beside all others of the same forms: the counts that every finding about one cohort works from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brightspots.errors import ArgumentError
from brightspots.findings.estimates import ALL, estimate
from brightspots.findings.profiles import Direction, searched_category

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from brightspots.measures.measure import Measure
    from brightspots.tallies.tally import Tally


@dataclass(frozen=True)
class Sides:
    """How many of a cohort, and of all others of the same age bands, are in one category of a measure.

    Attributes
    ----------
    measure, category, age_band : str
        ``all`` for several age bands that were asked the same.
    age_bands : str
        As in `estimate`: all of them, after commas.
    n, count : int
        Of the cohort: valid answers, and those in the category.
    rest_n, rest_count : int
        Of all others.
    """

    measure: str
    category: str
    age_band: str
    age_bands: str
    n: int
    count: int
    rest_n: int
    rest_count: int


def sides_of(
    source: Tally, conditions: Mapping[str, str], measures: Iterable[str], direction: Direction
) -> list[Sides]:
    """Return a cohort beside all others, by measure and age band; pooled where the forms were asked alike.

    Each measure is looked at from the side that a search in this direction counts. Measures that are neither
    good news nor bad, and forms in which nobody gave a valid answer, are passed over.

    Parameters
    ----------
    source : Tally
        Counts of one area and wave that hold the traits of the cohort crossed.
    conditions : mapping of trait to level
    measures : iterable of str
    direction : {"low", "high"}

    Raises
    ------
    ArgumentError
        If `source` holds several areas or waves.
    TallyError
        If it does not hold the traits.
    """
    if len({key[:2] for key in source.table(()).keys}) > 1:
        raise ArgumentError("source holds several areas or waves; give one of each with Tally.only.")
    sought = {name: source.measures[name] for name in measures if has_a_side(source.measures[name])}
    categories = {name: searched_category(measure, direction)[0] for name, measure in sought.items()}
    rows = estimate(source, by=[[], list(conditions)], measures=list(sought))
    inside: dict[tuple[str, str], tuple[int, int]] = {}
    everybody = []
    for row in rows:
        if row.category != categories[row.measure]:
            continue
        levels = {trait: getattr(row, trait) for trait in conditions}
        if levels == dict(conditions):
            inside[(row.measure, row.age_band)] = (int(row.n), int(row.count))
        elif set(levels.values()) == {ALL} and row.n > 0:
            everybody.append(row)
    sides = []
    for row in everybody:
        n, count = inside.get((row.measure, row.age_band), (0, 0))
        rest = (int(row.n) - n, int(row.count) - count)
        sides.append(Sides(row.measure, row.category, row.age_band, row.age_bands, n, count, *rest))
    return sides


def has_a_side(measure: Measure) -> bool:
    """Whether a larger share of the measure is good news or bad, so that it can be searched."""
    return measure.kind != "indicator" or measure.higher_is_better is not None
