"""What is wrong with a strategy that no single key shows. Bears malformed input."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from brightspots.findings.strategy_dates import as_text, last_day, measured_on
from brightspots.returns.catalogue import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ONLY_OF = {
    "questionnaire": ("survey",),
    "age_band": ("survey",),
    "category": ("survey",),
    "age_group": ("statutory",),
    "latest": ("stated",),
    "beside": ("stated", "local", "statutory"),
    "unit": ("stated", "local"),
    "counts": ("stated", "local"),
    "sensitive_side": ("stated", "local"),
    "part_of": ("local",),
}
"""The keys of a measure that go with certain origins only."""


def faults_of(raw: dict[str, Any], series: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Return the faults of a strategy's document, beside those of single keys.

    Parameters
    ----------
    raw : dict
    series : mapping
        What the form of local measures holds.
    """
    measures = [(place, one) for objective in _objectives(raw) for place, one in _measures(objective)]
    faults = [fault for place, one in measures for fault in _of_measure(place, one, series)]
    local = {one.get("measure") for _, one in measures if one.get("origin") == "local"}
    faults += [
        f"local_measures: {name} stands under no objective; name it as a measure with origin local"
        for name in series
        if name not in local
    ]
    faults += _part_faults(measures)
    faults += _twice("objective", (one.get("id") for one in _objectives(raw)))
    faults += _twice("grouping", (one.get("id") for one in _list(raw.get("grouping"))))
    keys = ("measure", "questionnaire", "age_band", "category", "age_group")
    faults += _twice("measure", (" ".join(str(one[k]) for k in keys if one.get(k)) for _, one in measures))
    return [*faults, *_unknown_in_groupings(raw, series)]


def _of_measure(place: str, one: dict[str, Any], series: Mapping[str, tuple[Any, ...]]) -> Iterator[str]:
    origin = one.get("origin", "stated")
    for key, origins in ONLY_OF.items():
        if key in one and origin not in origins:
            yield f"{place} {key}: goes with origin {' or '.join(origins)} only"
    if origin == "statutory" and isinstance(one.get("measure"), str) and one["measure"] not in MEASURES:
        yield f"{place}: no published measure of this name is known; see the reference on published figures"
    if origin in ("stated", "local") and not one.get("label"):
        yield f"{place} label: missing, and needed for what is {origin}"
    yield from _unit_faults(place, one, origin)
    yield from _goal_faults(place, one, origin)
    for key in ("baseline", "latest"):
        if isinstance(one.get(key), dict):
            dated = origin in ("statutory", "local") and key == "baseline" and set(one[key]) <= {"as_at"}
            yield from () if dated else _figure_faults(f"{place} {key}", one[key], one.get("unit", "percent"))
    own = series.get(str(one.get("measure")), ()) if origin == "local" else ()
    yield from _date_faults(place, one, own)
    unit = one.get("unit", "percent")
    for figure in own:
        if unit != "percent" and figure.numerator is not None:
            yield f"{place} unit: the local measures hold numerators; those make a percent"
            break
        if unit == "percent" and (figure.value or 0) > 100:
            yield f"{place} unit: the local measures hold percentages above 100"
            break


def _unit_faults(place: str, one: dict[str, Any], origin: str) -> Iterator[str]:
    unit = one.get("unit", "percent")
    if origin in ("stated", "local") and unit == "number" and "counts" not in one:
        yield f"{place} counts: missing, and needed for a number: what it counts"
    if unit != "number" and "counts" in one:
        yield f"{place} counts: goes with unit number only"
    target = one.get("target")
    if unit == "percent" and origin != "statutory" and isinstance(target, int | float) and target > 100:
        yield f"{place} target: a percentage goes to 100"


def _goal_faults(place: str, one: dict[str, Any], origin: str) -> Iterator[str]:
    if "target" in one and "change" in one:
        yield f"{place}: give either target or change"
    has_goal = "target" in one or "change" in one or bool(one.get("due"))
    if has_goal and not one.get("direction"):
        yield f"{place} direction: missing, and needed for a target: up or down"
    if has_goal and not one.get("due"):
        yield f"{place} due: missing, and needed for a target"
    if has_goal and "target" not in one and origin != "survey" and "baseline" not in one:
        yield f"{place} baseline: missing, and needed where no target says what to reach"
    if "beyond" in one and "target" not in one:
        yield f"{place} beyond: goes with target only"
    baseline = one.get("baseline")
    if has_goal and isinstance(baseline, dict) and one.get("due"):
        start, due = _day(measured_on, baseline.get("as_at")), _day(last_day, one["due"])
        if start and due and start >= due:
            yield f"{place} due: should be after the baseline"


def _date_faults(place: str, one: dict[str, Any], own: Iterable[Any]) -> Iterator[str]:
    baseline, latest = (one[k] if isinstance(one.get(k), dict) else {} for k in ("baseline", "latest"))
    at = as_text(baseline.get("as_at"))
    if at and at == as_text(latest.get("as_at")):
        yield f"{place} latest: is of the same date as the baseline; leave it out, or give its own date"
    held = [figure.as_at for figure in own]
    if set(baseline) == {"as_at"} and held and at not in held:
        yield f"{place} baseline: the local measures hold none of {at}; they hold {', '.join(held)}"
    if set(baseline) - {"as_at"} and at in held:
        yield f"{place} baseline: the local measures hold a figure of {at}; name the date alone"


def _day(read: Any, value: Any) -> Any:
    try:
        return read(as_text(value))
    except (ValueError, TypeError):
        return None


def _figure_faults(place: str, figure: dict[str, Any], unit: Any) -> Iterator[str]:
    value, numerator, denominator = (figure.get(name) for name in ("value", "numerator", "denominator"))
    if (value is None) == (numerator is None) or (numerator is None) != (denominator is None):
        yield f"{place}: give either a value, or both numerator and denominator"
    elif isinstance(numerator, int) and isinstance(denominator, int) and numerator > denominator:
        yield f"{place}: the numerator is above the denominator"
    elif numerator is not None and unit != "percent":
        yield f"{place}: a numerator makes a percent, and the unit is {unit}"
    if unit == "percent" and isinstance(value, int | float) and value > 100:
        yield f"{place} value: a percentage goes to 100"


def _part_faults(measures: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    wholes = {one.get("measure"): one.get("part_of") for _, one in measures if one.get("origin") == "local"}
    for place, one in measures:
        whole = one.get("part_of")
        if not whole:
            continue
        if whole not in wholes:
            yield f"{place} part_of: {whole!r} is not a local measure of this strategy"
        elif whole == one.get("measure") or wholes[whole]:
            yield f"{place} part_of: name the measure that all parts are of, itself part of none"


def _unknown_in_groupings(raw: dict[str, Any], series: Mapping[str, Any]) -> Iterator[str]:
    known = set(series)
    for objective in _objectives(raw):
        known |= {str(one.get("measure")) for _, one in _measures(objective)}
        for one in _list(objective.get("indicators"), str | dict):
            known.add(one if isinstance(one, str) else str(one.get("measure")))
    for grouping in _list(raw.get("grouping")):
        for heading in _list(grouping.get("heading")):
            for name in _list(heading.get("measures"), str):
                if name not in known:
                    yield f"grouping {grouping.get('id')}: {name!r} stands under no objective"


def _objectives(raw: dict[str, Any]) -> list[dict[str, Any]]:
    return _list(raw.get("objective"))


def _measures(objective: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in _list(objective.get("measure")):
        yield f"objective {objective.get('id')} measure {one.get('measure')}", one


def _twice(what: str, names: Iterator[Any]) -> list[str]:
    counted = Counter(name for name in names if isinstance(name, str) and name)
    return [f"{what} {name}: stands twice" for name, n in counted.items() if n > 1]


def _list(value: Any, kind: Any = dict) -> list[Any]:
    return [one for one in value if isinstance(one, kind)] if isinstance(value, list) else []
