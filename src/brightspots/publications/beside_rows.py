"""What stands beside the survey, as plain data for CSV and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightspots.disclosure.own_counts import NOW, PAIRED_NOW, PAIRED_THEN
from brightspots.disclosure.own_figures import TRAIT
from brightspots.measures.groups import ALL
from brightspots.publications.sentence import HIDDEN, NOT_ASKED, NOT_AVAILABLE
from brightspots.publications.statutory_sentences import value_of
from brightspots.publications.wording import plain
from brightspots.returns.published import AVERAGE, PER_10_000, SHARE
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from brightspots.disclosure.own_figures import OwnTable
    from brightspots.disclosure.statutory import PublishedFigure
    from brightspots.publications.contents import Contents

STATUTORY_COLUMNS = (
    "area", "measure", "label", "age_group", "time", "unit", "symbol", "value", "count", "n", "lower",
    "upper", "reason", "share_with_score", "eligible", "comparator", "benchmark", "benchmark_symbol",
    "benchmark_n", "benchmark_mean", "benchmark_reason", "areas_without_a_figure",
    "benchmark_share_with_score", "difference", "target", "target_met", "years", "values", "among_councils",
    "slope", "slope_lower", "slope_upper", "origin", "source", "sentence",
)  # fmt: skip
OWN_COLUMNS = (
    "subject", "area", "time", "informant", "trait", "level", "of", "symbol", "count", "average",
)  # fmt: skip
SIDES = (("value", "symbol"), ("benchmark", "benchmark_symbol"))
UNITS = (SHARE, PER_10_000, AVERAGE)
NUMBERS = ("count", "n", "share_with_score")
OCCASIONS = (NOW, PAIRED_THEN, PAIRED_NOW)
BETWEEN = " / "
"""Between the years, and between their values, in one cell."""


def statutory_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return every published figure beside every other side as one row."""
    return [
        {**_figure(contents, figure), **_other(figure, place)}
        for one in contents.release.statutory
        for figure in one.figures
        for place in range(len(figure.others))
    ]


def own_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return every count of a council's own children as one row, and every average."""
    return [row for table in contents.release.own for row in _own(table)]


def statutory_sheet_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return the rows of published figures for a sheet: each value in the column of its unit, else [z]."""
    rows = []
    for row in statutory_rows(contents):
        ours, theirs = (row[name] if row[name] is not None else row[symbol] for name, symbol in SIDES)
        absent = row["symbol"] or row["benchmark_symbol"] or NOT_AVAILABLE
        gap = None if row["difference"] is None else row["difference"] * (100 if row["unit"] == SHARE else 1)
        rows.append(
            row
            | {f"ours_{unit}": ours if unit == row["unit"] else NOT_ASKED for unit in UNITS}
            | {f"theirs_{unit}": theirs if unit == row["unit"] else NOT_ASKED for unit in UNITS}
            | {name: row["symbol"] or NOT_ASKED if row[name] is None else row[name] for name in NUMBERS}
            | {"gap": absent if gap is None else gap}
        )
    return rows


def own_sheet_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return the rows of a council's own children for a sheet: counts and averages, or why there is none."""
    rows = own_rows(contents)
    for row in rows:
        for name, other in (("count", "average"), ("average", "count")):
            if row[name] is None:
                row[name] = NOT_ASKED if row[other] is not None or not _is(row, name) else row["symbol"]
    return rows


def _is(row: dict[str, Any], name: str) -> bool:
    """Whether a row is one of averages, or of counts."""
    return (row["of"] in OCCASIONS) == (name == "average")


def _figure(contents: Contents, figure: PublishedFigure) -> dict[str, Any]:
    values = zip(figure.values, figure.value_reasons, strict=True)
    side = f" ({figure.side})" if figure.side else ""
    return {
        "area": plain(figure.area),
        "measure": figure.measure,
        "label": figure.label,
        "age_group": plain(figure.age_group),
        "time": plain(figure.time),
        "unit": figure.unit,
        "symbol": "" if figure.value is not None else value_of(None, figure.unit, figure.reason),
        "value": _rounded(figure.value),
        "count": figure.count,
        "n": figure.n,
        "lower": _rounded(figure.lower),
        "upper": _rounded(figure.upper),
        "reason": figure.reason,
        "share_with_score": _rounded(figure.coverage),
        "eligible": figure.eligible,
        "target": figure.target,
        "target_met": figure.target_met,
        "years": BETWEEN.join(map(plain, figure.times)),
        "values": BETWEEN.join(value_of(value, figure.unit, reason) for value, reason in values),
        "among_councils": None if figure.position is None else f"{figure.position}{side}",
        "slope": _rounded(figure.slope),
        "slope_lower": _rounded(figure.slope_lower),
        "slope_upper": _rounded(figure.slope_upper),
        "origin": figure.origin,
        "source": plain(figure.source),
        "sentence": contents.words.statutory(figure).text,
    }


def _other(figure: PublishedFigure, place: int) -> dict[str, Any]:
    other = figure.others[place]
    return {
        "comparator": plain(other.comparator),
        "benchmark": _rounded(other.value),
        "benchmark_symbol": "" if other.value is not None else value_of(None, figure.unit, other.reason),
        "benchmark_n": other.n,
        "benchmark_mean": _rounded(other.mean),
        "benchmark_reason": other.reason,
        "areas_without_a_figure": ", ".join(map(plain, other.missing)),
        "benchmark_share_with_score": _rounded(other.coverage),
        "difference": _rounded(other.difference),
    }


def _own(table: OwnTable) -> list[dict[str, Any]]:
    same = {
        "subject": table.subject,
        "area": plain(table.area),
        "time": plain(table.time),
        "informant": table.informant,
    }
    rows: list[dict[str, Any]] = []
    for one in table.counts:
        traits = [(name.removeprefix(TRAIT), level) for name, level in one.of if name.startswith(TRAIT)]
        trait, level = traits[0] if traits else (ALL, ALL)
        of = [f"{name}: {own}" for name, own in one.of if not name.startswith(TRAIT)]
        symbol = HIDDEN if one.count is None else ""
        told = {"trait": plain(trait), "level": plain(level), "of": "; ".join(map(plain, of)) or ALL}
        rows.append({**same, **told, "symbol": symbol, "count": one.count, "average": None})
    for average in table.averages:
        told = {
            "trait": plain(average.trait),
            "level": plain(average.level),
            "of": f"average {average.occasion}",
        }
        symbol = HIDDEN if average.value is None else ""
        rows.append({**same, **told, "symbol": symbol, "count": None, "average": average.value})
    return rows


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(half_up(value, 4))
