"""What the rows of a result ask to show, as cells of what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightspots.disclosure.cells import Cell
from brightspots.disclosure.sources import places_of
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.findings.cohort_descriptions import Descriptions
from brightspots.findings.cohort_waves import Rechecks
from brightspots.findings.cohorts import Cohorts
from brightspots.findings.comparisons import Comparisons
from brightspots.findings.estimates import ALL, Estimates
from brightspots.findings.profiles import searched_category
from brightspots.tallies.tally import refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.tallies.tally import Tally

DIFFERENCE = ("difference", "difference_lower", "difference_upper")
FEWEST_AREAS = 3
"""Fewest other councils whose pooled counts are said."""
Result = Estimates | Comparisons | Cohorts | Descriptions | Rechecks


def cells_of(result: Result) -> Iterable[Cell]:
    """Return the cells that a result would like to show."""
    if isinstance(result, Estimates):
        yield from (cell for cell, _ in estimated_cells(result))
    elif isinstance(result, Comparisons):
        for row in result:
            if row.share is not None:
                yield own_cell(row)
            if has_other_cell(row):
                yield other_cell(row)
    elif isinstance(result, Cohorts):
        for row in named_or_flagged(result):
            cell = cohort_cell(result, row)
            yield from (cell, rest_of(cell))
    elif isinstance(result, Rechecks):
        for row in result:
            cells = (recheck_cell(result, row), cell_before(result, row))
            yield from (c for cell in cells if cell is not None for c in (cell, rest_of(cell)))


def flagged_cells_of(result: Result) -> Iterable[Cell]:
    """Return the cells of cohorts that stand out, or did, and of all others: they are given up last."""
    cells: list[Cell | None] = []
    if isinstance(result, Cohorts):
        cells = [cohort_cell(result, row) for row in result if row.tier == "flag"]
    elif isinstance(result, Rechecks):
        cells = [recheck_cell(result, row) for row in result]
    yield from (c for cell in cells if cell is not None for c in (cell, rest_of(cell)))


def refuse_unaudited(result: Result, source: Tally) -> None:
    """Refuse what the audit cannot see through."""
    if isinstance(result, Estimates) and result.weights is not None:
        raise ReleaseError(
            "Weighted estimates cannot be released: beside the unweighted figure of the same children they "
            "would give single answers away by difference. Release the estimates without weights."
        )
    refuse_pooled(
        source,
        "A result",
        "two waves shown together are for use inside until they are audited with each wave by itself",
    )


def estimated_cells(result: Estimates) -> Iterable[tuple[Cell, Any]]:
    """Return the rows of estimates with the cells that they are of."""
    traits = list(dict.fromkeys(trait for grouping in result.by for trait in grouping))
    for row in result:
        group = tuple((t, getattr(row, t)) for t in traits if getattr(row, t) != ALL)
        yield Cell(row.area, row.wave, row.measure, row.category, row.age_band, group), row


def own_cell(row: Any) -> Cell:
    """Return the cell of our counts in a comparison."""
    return Cell(row.area, row.wave, row.measure, row.category, row.age_band)


def other_cell(row: Any) -> Cell:
    """Return the cell of the counts that ours are compared with."""
    return Cell(row.benchmark_area, row.benchmark_wave, row.measure, row.category, row.age_band)


def has_other_cell(row: Any) -> bool:
    """Whether ours are compared with counts that may be said: two councils could find each other's."""
    return row.benchmark_wave is not None and (row.areas is None or row.areas >= FEWEST_AREAS)


def rest_of(cell: Cell) -> Cell:
    """Return the cell of all others than a group."""
    return cell._replace(rest=True)


def cohort_cell(result: Cohorts, row: Any) -> Cell:
    """Return the cell of a cohort in the wave in which it was searched for."""
    source = result.source
    assert source is not None
    places = places_of(source)
    if len(places) != 1:
        raise ArgumentError("Cohorts are released for one area and one wave; use Tally.only first.")
    category, _ = searched_category(source.measures[result.measure], result.direction)
    band = result.age_bands[0] if len(result.age_bands) == 1 else ALL
    return Cell(*places[0], result.measure, category, band, tuple(row.conditions.items()))


def recheck_cell(result: Rechecks, row: Any) -> Cell | None:
    """Return the cell of a cohort of the last wave in this one; None where it cannot be counted alike."""
    if row.n is None:
        return None
    place, group = places_of(result.source)[0], tuple(row.conditions.items())
    return Cell(*place, row.measure, row.category, row.age_band, group)


def cell_before(result: Rechecks, row: Any) -> Cell | None:
    """Return the cell of a cohort in the last wave; None where its counts are not known."""
    if result.flagged is None or result.flagged.source is None:
        return None
    return cohort_cell(result.flagged, row)


def named_or_flagged(result: Cohorts) -> list[Any]:
    """Return the groups named beforehand and the flagged cohorts: what is only to watch stays inside."""
    return [row for row in result if row.order == 1 or row.tier == "flag"]


def differences_of(row: Any, *, turned: bool) -> dict[str, float]:
    """Return a cohort's differences as those of its figures: a search may have counted the other side."""
    low, high = row.difference_lower, row.difference_upper
    sizes = (-row.difference, -high, -low) if turned else (row.difference, low, high)
    return dict(zip(DIFFERENCE, sizes, strict=True))
