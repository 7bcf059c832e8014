"""Reading questionnaires: a shipped name or a TOML file, with all faults at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from brightspots.errors import QuestionnaireError
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import TICK_SCALE, Questionnaire

SHIPPED = Path(__file__).parent.parent / "data" / "questionnaires"
RESERVED = {"all", "", *MISSING_KINDS}


def load_questionnaire(name: str | Path) -> Questionnaire:
    """Load a questionnaire: one that ships with the library, or a TOML file of your own.

    Parameters
    ----------
    name : str or path
        A shipped name (``children-in-care``, ``care-leavers``) or the path of a TOML file.

    Returns
    -------
    Questionnaire

    Raises
    ------
    QuestionnaireError
        If it is not known, or with every fault of the file and its place.

    Examples
    --------
    >>> questionnaire = load_questionnaire("children-in-care")
    >>> [band.id for band in questionnaire.age_bands]
    ['4-7', '8-11', '11-18']
    >>> questionnaire.options("likes_school")
    ('a lot', 'a bit', 'not much', 'not at all')
    """
    if str(name) in shipped_questionnaires():
        path = SHIPPED / f"{name}.toml"
    elif Path(name).suffix:
        path = Path(name)
    else:
        known = ", ".join(shipped_questionnaires())
        raise QuestionnaireError(
            str(name), [f"no questionnaire of this name ships; there are: {known}. Or give a path to a .toml"]
        )
    return build(
        Questionnaire, read_toml(path, QuestionnaireError), path.name, QuestionnaireError, cross_faults
    )


def shipped_questionnaires() -> tuple[str, ...]:
    """Names of the questionnaires that ship with the library."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def cross_faults(raw: dict[str, Any]) -> list[str]:
    """Faults that only show when two parts of a questionnaire are read together.

    Bears any document: what is malformed is passed over here and reported by the model.
    """
    bands = _ids(raw, "age_band")
    domains = _ids(raw, "domain")
    scales = {k: v.get("options", []) for k, v in _table(raw, "scales").items() if isinstance(v, dict)}
    faults = _repeated(raw)
    for key, scale in scales.items():
        faults += _scale_faults(key, scale, _table(raw, "scales")[key])
    questions = {q.get("id"): q for part in ("indicator", "wellbeing_scale") for q in _items(raw, part)}
    for part in ("indicator", "wellbeing_scale", "multiple_response", "composite"):
        for item in _items(raw, part):
            place = f"{part} {item.get('id')}"
            if domains and item.get("domain") is not None and item["domain"] not in domains:
                faults.append(f"{place} domain: {item['domain']!r} is not a domain of this questionnaire")
            faults += _band_faults(place, "asked", item.get("asked"), bands)
            faults += _routing_faults(place, item, questions, scales)
    for item in _items(raw, "indicator"):
        faults += _counted_faults(item, scales)
    wellbeing = set(_ids(raw, "wellbeing_scale"))
    for item in _items(raw, "composite"):
        place = f"composite {item.get('id')}"
        faults += [
            f"{place} scales: {scale!r} is not a 0-10 scale of this questionnaire"
            for scale in _list(item.get("scales"))
            if scale not in wellbeing
        ]
        if isinstance(item.get("minimum_answered"), int) and item["minimum_answered"] > len(
            _list(item.get("scales"))
        ):
            faults.append(f"{place} minimum_answered: more than the number of its scales")
    for item in _items(raw, "trait"):
        faults += _trait_faults(item, bands)
    return faults


def _scale_faults(key: str, options: Any, scale: dict[str, Any]) -> list[str]:
    place = f"scales {key}"
    options = _list(options)
    faults = []
    if key == TICK_SCALE:
        faults.append(f"{place}: this name is kept for multiple-response sets")
    folded = [str(option).casefold().strip() for option in options]
    faults += [f"{place} options: {name!r} stands twice" for name, n in Counter(folded).items() if n > 1]
    faults += [f"{place} options: {name!r} is a reserved word" for name in folded if name in RESERVED]
    if scale.get("codes") and len(_list(scale["codes"])) != len(options):
        faults.append(f"{place} codes: {len(_list(scale['codes']))} codes for {len(options)} options")
    if isinstance(scale.get("also"), dict):
        faults += [
            f"{place} also: {target!r} is not one of its options"
            for target in scale["also"].values()
            if target not in options
        ]
    return faults


def _band_faults(place: str, key: str, asked: Any, bands: list[str]) -> list[str]:
    return [
        f"{place} {key}: {band!r} is not an age band of this questionnaire"
        for band in _list(asked)
        if bands and band not in bands
    ]


def _counted_faults(item: dict[str, Any], scales: dict[str, Any]) -> list[str]:
    place = f"indicator {item.get('id')}"
    if item.get("scale") not in scales:
        return [f"{place} scale: {item.get('scale')!r} is not a scale of this questionnaire"]
    options = _list(scales[item["scale"]])
    counted = item.get("counted")
    by_band = counted if isinstance(counted, dict) else {"": counted}
    faults = []
    for band, answers in by_band.items():
        faults += [
            f"{place} counted: {answer!r} is not an option of scale {item['scale']}"
            for answer in _list(answers)
            if answer not in options
        ]
        if not _list(answers) or set(_list(answers)) >= set(options):
            within = f" ({band})" if band else ""
            faults.append(f"{place} counted: some options must count and some not{within}")
    if isinstance(counted, dict) and set(counted) != set(_list(item.get("asked"))):
        faults.append(f"{place} counted: give the answers for each band that is asked, and no other")
    return faults


def _routing_faults(
    place: str, item: dict[str, Any], questions: dict[Any, dict[str, Any]], scales: dict[str, Any]
) -> list[str]:
    route = item.get("asked_if")
    if not isinstance(route, dict):
        return []
    earlier = questions.get(route.get("measure"))
    if earlier is None:
        return [f"{place} asked_if measure: {route.get('measure')!r} is not a question of this questionnaire"]
    faults = []
    if earlier.get("id") == item.get("id") or isinstance(earlier.get("asked_if"), dict):
        faults.append(f"{place} asked_if measure: route from a question that is not itself routed")
    options = scales.get(earlier.get("scale")) or [str(score) for score in range(11)]
    faults += [
        f"{place} asked_if answers: {answer!r} is not an answer to {earlier['id']}"
        for answer in _list(route.get("answers"))
        if answer not in options
    ]
    return faults


def _trait_faults(item: dict[str, Any], bands: list[str]) -> list[str]:
    place = f"trait {item.get('id')}"
    levels = [level for level in _list(item.get("levels")) if isinstance(level, dict)]
    ids = [str(level.get("id")) for level in levels]
    faults = [f"{place} levels: {name!r} stands twice" for name, n in Counter(ids).items() if n > 1]
    unknown = item.get("not_known", "not known")
    faults += [
        f"{place} levels: {name!r} is a reserved word"
        for name in ids
        if name.casefold() in RESERVED or name == unknown
    ]
    faults += [
        f"{place} level {level.get('id')}: give exactly one of noun, phrase and adjective"
        for level in levels
        if sum(bool(level.get(key)) for key in ("noun", "phrase", "adjective")) != 1
    ]
    return faults + _band_faults(place, "asked", item.get("asked"), bands)


def _repeated(raw: dict[str, Any]) -> list[str]:
    measures = [
        item.get("id")
        for part in ("indicator", "multiple_response", "wellbeing_scale", "composite", "trait")
        for item in _items(raw, part)
    ]
    measures += [
        box.get("id")
        for item in _items(raw, "multiple_response")
        for box in _list(item.get("items"))
        if isinstance(box, dict)
    ]
    faults = [f"id {name!r} stands {n} times" for name, n in Counter(measures).items() if name and n > 1]
    for part in ("age_band", "domain"):
        faults += [f"{part}: {name!r} stands twice" for name, n in Counter(_ids(raw, part)).items() if n > 1]
    return faults


def _items(raw: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [item for item in _list(raw.get(part)) if isinstance(item, dict)]


def _ids(raw: dict[str, Any], part: str) -> list[str]:
    return [item["id"] for item in _items(raw, part) if isinstance(item.get("id"), str)]


def _table(raw: dict[str, Any], part: str) -> dict[str, Any]:
    return raw[part] if isinstance(raw.get(part), dict) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
