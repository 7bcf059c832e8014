"""A strategy's scorecard as plain data for CSV and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brightspots.findings.scorecard_lines import row_of
from brightspots.publications.sentence import HIDDEN, NOT_AVAILABLE
from brightspots.publications.wording import plain
from brightspots.statistics.rounding import half_up

if TYPE_CHECKING:
    from brightspots.findings.scorecard_lines import Line
    from brightspots.publications.contents import Contents

SCORECARD_COLUMNS = (
    "objective", "objective_title", "measure", "label", "origin", "questionnaire", "area", "wave", "age_band",
    "category", "age_group", "unit", "counts", "as_at", "provisional", "symbol", "value", "lower", "upper",
    "numerator", "denominator", "more_than_percent", "fewer_than_percent", "status", "reason", "target",
    "beyond_target", "direction", "due", "baseline", "baseline_as_at", "change_since_baseline", "previous",
    "previous_as_at", "change_since_previous", "compared_with", "owner", "source", "groupings", "sentence",
)  # fmt: skip
ACTION = ("action", "owner", "due", "status", "now", "last_time")
DIGITS = 4


def scorecard_rows(contents: Contents) -> list[dict[str, Any]]:
    """Return every line of a scorecard as one row."""
    card = contents.release.scorecard
    if card is None:
        return []
    return [
        {"objective_title": plain(one.title), **_row(contents, line)}
        for one in card.objectives
        for line in one.lines
    ]


def scorecard_data(contents: Contents) -> dict[str, Any] | None:
    """Return a scorecard as plain data: its objectives, each with its actions, and its lines."""
    card = contents.release.scorecard
    if card is None:
        return None
    return {
        **{name: plain(getattr(card, name)) for name in ("title", "area", "as_at", "about", "source")},
        "objectives": [
            {
                "objective": one.id,
                "title": plain(one.title),
                "owner": plain(one.owner),
                "status": one.status,
                "targets": one.measures,
                "targets_with_a_standing": one.with_status,
                "actions": [
                    {
                        **{
                            name: plain(getattr(action, name))
                            for name in ("action", "owner", "due", "status")
                        },
                        "now": plain(action.now),
                        "last_time": plain(action.last_time),
                        "late": action.is_late,
                    }
                    for action in one.actions
                ],
            }
            for one in card.objectives
        ],
        "lines": scorecard_rows(contents),
    }


def _row(contents: Contents, line: Line) -> dict[str, Any]:
    words, latest, row = contents.words, line.latest, row_of(line)
    numbers = ("value", "lower", "upper", "target", "baseline", "change_since_baseline", "previous")
    is_hidden = latest is not None and latest.missing in ("hidden", "withheld")
    has_figure = latest is not None and latest.ends is not None
    return {
        **{
            name: plain(v) if isinstance(v, str) else v
            for name, v in row.items()
            if name in SCORECARD_COLUMNS
        },
        **{name: _rounded(row[name]) for name in (*numbers, "change_since_previous")},
        "symbol": "" if has_figure else HIDDEN if is_hidden else NOT_AVAILABLE,
        "more_than_percent": latest.above if latest else None,
        "fewer_than_percent": latest.below if latest else None,
        "beyond_target": line.goal.is_strict if line.goal else None,
        "compared_with": "; ".join(
            " ".join(filter(None, (f"{plain(a.comparator)}:", a.verdict, a.reason and f"({a.reason})")))
            for a in line.against
        ),
        "groupings": "; ".join(f"{name}: {plain(heading)}" for name, heading in line.groupings),
        "sentence": words.target(line).text if line.goal else "",
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(half_up(value, DIGITS))
