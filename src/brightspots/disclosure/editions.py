"""Earlier editions: what they said of the same answers stays known; of nearly the same, no more is said.

Whether the answers are the same is told from the figures themselves: every one that was published has to hold
of the present counts. No hash of answers is needed, which could be tried out until it fits.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.cells import Cell, Decision
from brightspots.disclosure.figures import Figure, figure_key
from brightspots.disclosure.own_figures import OwnTable, read_own
from brightspots.disclosure.policy import Policy
from brightspots.errors import ReleaseError
from brightspots.findings.estimates import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightspots.tallies.tally import Tally

FORMAT = 1
STATUSES = ("shown", "banded", "withheld", "no base")


def as_plain_data(part: Any) -> Any:
    """Return a part of a release as lists, dicts, texts and numbers; a figure within it by its name.

    What is only drawn is left out: no file says its numbers.
    """
    if isinstance(part, Figure):
        return {"figure": as_plain_data(figure_key(part))}
    if is_dataclass(part):
        said = (field.name for field in fields(part) if not field.metadata.get("drawn"))
        return {name: as_plain_data(getattr(part, name)) for name in said}
    if isinstance(part, Mapping):
        return {str(name): as_plain_data(one) for name, one in part.items()}
    if isinstance(part, list | tuple):
        return [as_plain_data(one) for one in part]
    return part


@dataclass(frozen=True)
class Edition:
    """What an earlier edition said.

    Attributes
    ----------
    cells : mapping of questionnaire to mapping of Cell to Decision
    responses : mapping of questionnaire to mapping of (area, wave, age band) to int
    own : tuple of OwnTable
        Counts of a council's own children.
    scorecard : dict or None
        As it was written; see `brightspots.disclosure.local_figures`.
    numbered : Policy or None
        The thresholds of an edition for named recipients; None for one that anybody may know.
    """

    cells: Mapping[str, Mapping[Cell, Decision]]
    responses: Mapping[str, Mapping[tuple[str, str, str], int]]
    own: tuple[OwnTable, ...] = ()
    scorecard: Any = None
    numbered: Policy | None = None


def read_edition(path: str | Path) -> Edition:
    """Read the ``release.json`` of an earlier edition.

    Raises
    ------
    ReleaseError
        If it cannot be read as one: an edition that is not understood stops the release.
    """
    try:
        return _edition(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReleaseError(
            f"{Path(path).name} cannot be read as an earlier edition. Give the release.json that was written "
            "with it; without it, it cannot be known what is already public."
        ) from None


def _edition(body: Any) -> Edition:
    if body["brightspots"] != "release" or body["format"] != FORMAT:
        raise ValueError(body["format"])
    cells: dict[str, dict[Cell, Decision]] = defaultdict(dict)
    for f in body["figures"]:
        group = tuple((str(trait), str(level)) for trait, level in f["group"])
        area, wave, measure, category, band = (
            str(f[name]) for name in ("area", "wave", "measure", "category", "age_band")
        )
        cell = Cell(area, wave, measure, category, band, group, bool(f["rest"]))
        cells[f["questionnaire"]][cell] = _decision(f)
    responses: dict[str, dict[tuple[str, str, str], int]] = defaultdict(dict)
    for r in body["responses"]:
        if r["n"] is not None:
            responses[r["questionnaire"]][(r["area"], r["wave"], r["age_band"])] = _count(r["n"])
    own = tuple(map(read_own, body.get("own", ())))
    thresholds = body.get("thresholds", {})
    numbered = None
    if body.get("edition") is not None or thresholds.get("numbered"):
        numbered = Policy(id=body["policy"], title=body["policy"], **thresholds)
    return Edition(dict(cells), dict(responses), own, body.get("scorecard"), numbered)


def refuse_beside_numbered(editions: Iterable[Edition]) -> None:
    """Refuse a council's own counts for anybody where named recipients have such counts already.

    Raises
    ------
    ReleaseError
    """
    if any(edition.numbered is not None and (edition.own or edition.scorecard) for edition in editions):
        raise ReleaseError(
            "An earlier edition for named recipients holds counts of own children or a scorecard. It is not "
            "checked what these recipients could work out from such counts in a release for anybody: leave "
            "them out of this release, or release them under the policy of that edition."
        )


def _decision(figure: Mapping[str, Any]) -> Decision:
    """Read back what was said of a figure, or refuse what cannot have been said."""
    status = figure["status"]
    if status not in STATUSES:
        raise ValueError(status)
    if status == "withheld":
        return Decision("withheld", 0, 0)
    n = _count(figure["n"])
    count = _count(figure["count"]) if status == "shown" else 0
    above, below = figure["above"], figure["below"]
    banded = status == "banded"
    if count > n or banded != ((above is None) != (below is None)) or (status == "no base") != (n == 0):
        raise ValueError(status)
    if banded and not 0 < _count(below if above is None else above) < 100:
        raise ValueError(status)
    return Decision(status, n, count, above, below)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(value)
    return value


def what_is_known(
    editions: Iterable[Edition], questionnaire: str, tallies: Mapping[tuple[str, str], Tally], least_move: int
) -> dict[Cell, Decision]:
    """Return what earlier editions said over the very answers of these tallies.

    Parameters
    ----------
    editions : iterable of Edition
    questionnaire : str
        Its id.
    tallies : mapping of (area, wave) to Tally
        The present counts.
    least_move : int
        By how many children a figure of other children must have moved; see `Policy`.

    Raises
    ------
    ReleaseError
        If an edition speaks of nearly the same children: some number moved, and by less than that.
    """
    known: dict[Cell, Decision] = {}
    for edition in editions:
        for place, tally in tallies.items():
            said = {c: d for c, d in edition.cells.get(questionnaire, {}).items() if c[:2] == place}
            said = {cell: d for cell, d in said.items() if _is_described(tally, cell)}
            moves = _moves_of_responses(edition.responses.get(questionnaire, {}), place, tally)
            untold = False
            for cell, decision in said.items():
                numbers = true_numbers(tally, cell)
                untold |= numbers is None
                moves += [] if numbers is None else moves_of(*numbers, decision)
            if not any(moves):
                known |= said
            elif untold or any(0 < move < least_move for move in moves):
                raise ReleaseError(
                    f"An earlier edition speaks of nearly the same children of {' '.join(place)}: "
                    "what changed since would give a few answers away. Publish this edition only if the "
                    "earlier one was never published (then leave it out of `previous`), or wait for the next "
                    "wave."
                )
    return known


def _is_described(tally: Tally, cell: Cell) -> bool:
    """Whether this questionnaire still has the measure, category, age band and traits of a cell."""
    measure, traits = tally.measures.get(cell.measure), tally.questionnaire.trait
    return (
        measure is not None
        and cell.category in measure.categories
        and cell.age_band in (*measure.asked, ALL)
        and all(
            trait in traits and level in (*(one.id for one in traits[trait].levels), traits[trait].not_known)
            for trait, level in cell.group
        )
    )


def true_numbers(tally: Tally, cell: Cell) -> tuple[int, int] | None:
    """Return the true base and count of a cell; None where the tally does not hold its grouping."""
    grouping, levels = tuple(trait for trait, _ in cell.group), tuple(level for _, level in cell.group)
    if not any(set(grouping) <= set(held) for held in tally.groupings):
        return None
    if cell.rest:
        parts = [true_numbers(tally, cell._replace(rest=False, group=group)) for group in ((), cell.group)]
        (all_n, all_count), (n, count) = (part or (0, 0) for part in parts)
        return all_n - n, all_count - count
    measure, table = tally.measures[cell.measure], tally.table(grouping)
    bands = measure.asked if cell.age_band == ALL else (cell.age_band,)
    n = count = 0
    for band in bands:
        here = [i for i, key in enumerate(table.keys) if key == (cell.area, cell.wave, band, *levels)]
        n += int(tally.answers(table, measure.id, measure.valid)[here].sum())
        count += int(tally.answers(table, measure.id, measure.counted(cell.category, band))[here].sum())
    return n, count


def moves_of(n: int, count: int, before: Decision) -> list[int]:
    """Return by how much the published numbers of a cell have moved; for a band at the least."""
    if before.status == "withheld":
        return []
    moves = [abs(n - before.n)]
    if before.status == "shown":
        moves += [abs(count - before.count), abs((n - count) - (before.n - before.count))]
    elif n == before.n:
        moves.append(max(0, before.least - count, count - before.greatest))
    return moves


def _moves_of_responses(
    said: Mapping[tuple[str, str, str], int], place: tuple[str, str], tally: Tally
) -> list[int]:
    table = tally.table(())
    counted = dict(zip(table.keys, tally.responses(table).tolist(), strict=True))
    now = {key: n for key, n in counted.items() if key[:2] == place}
    now[(*place, ALL)] = sum(now.values())
    return [abs(int(now[key]) - n) for key, n in said.items() if now.get(key)]
