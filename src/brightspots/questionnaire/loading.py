"""Reading questionnaires: a shipped name or a TOML file, with all faults at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.errors import QuestionnaireError
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import SCORES, TICK_SCALE, Questionnaire
from brightspots.questionnaire.shipped import find_toml
from brightspots.questionnaire.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

RESERVED = {"all", "", *MISSING_KINDS}
KEYS = frozenset({"area", "wave", "age_band", "responses", "weight"})
"""What every survey and tally has beside its questions and traits."""

QUESTIONS = ("indicator", "wellbeing_scale")


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
    path = find_toml(name, "questionnaires", QuestionnaireError)
    return build(
        Questionnaire, read_toml(path, QuestionnaireError), path.name, QuestionnaireError, cross_faults
    )


def cross_faults(raw: dict[str, Any]) -> list[str]:
    """Faults that only show when two parts of a questionnaire are read together.

    Bears any document: what is malformed is passed over here and reported by the model.
    """
    bands = _ids(raw, "age_band")
    domains = _ids(raw, "domain")
    scales = {key: scale for key, scale in _table(raw, "scales").items() if isinstance(scale, dict)}
    questions = {_id(item): item for part in QUESTIONS for item in _items(raw, part)}
    faults = _repeated(raw)
    for item in _items(raw, "age_band"):
        faults += _age_faults(item)
    for key, scale in scales.items():
        faults += _scale_faults(key, scale)
    for part in (*QUESTIONS, "multiple_response", "composite"):
        for item in _items(raw, part):
            place = f"{part} {_id(item)}"
            domain = item.get("domain")
            if domains and isinstance(domain, str) and domain not in domains:
                faults.append(f"{place} domain: {domain!r} is not a domain of this questionnaire")
            faults += _band_faults(place, item, bands)
            faults += _routing_faults(place, item, questions, scales)
    for item in _items(raw, "indicator"):
        faults += _counted_faults(item, scales)
    for item in _items(raw, "composite"):
        faults += _composite_faults(item, {_id(scale): scale for scale in _items(raw, "wellbeing_scale")})
    for item in _items(raw, "trait"):
        faults += _trait_faults(item) + _band_faults(f"trait {_id(item)}", item, bands)
    return faults


def _age_faults(item: dict[str, Any]) -> list[str]:
    faults = []
    if fold(_id(item)) in RESERVED:
        faults.append(f"age_band {_id(item)}: this is a reserved word")
    for label, ages in [(_id(item), item.get("ages"))] + [
        (edition.get("label"), edition.get("ages")) for edition in _items(item, "editions")
    ]:
        youngest_oldest = [age for age in _list(ages) if isinstance(age, int)]
        if youngest_oldest != sorted(youngest_oldest):
            faults.append(f"age_band {label} ages: the youngest comes first")
    return faults


def _scale_faults(key: str, scale: dict[str, Any]) -> list[str]:
    place = f"scales {key}"
    options = _strings(scale.get("options"))
    also = {word: option for word, option in _table(scale, "also").items() if isinstance(option, str)}
    folded = [fold(option) for option in options]
    faults = [f"{place}: this name is kept for multiple-response sets"] if key == TICK_SCALE else []
    faults += [f"{place} options: {name!r} stands twice" for name in _twice(folded)]
    faults += [f"{place} options: {name!r} is a reserved word" for name in folded if name in RESERVED]
    codes = _list(scale.get("codes"))
    if codes and len(codes) != len(options):
        faults.append(f"{place} codes: {len(codes)} codes for {len(options)} options")
    faults += [f"{place} codes: {code!r} stands twice" for code in _twice([str(code) for code in codes])]
    for word, option in also.items():
        if options and option not in options:
            faults.append(f"{place} also: {option!r} is not one of its options")
        elif fold(word) in folded and fold(word) != fold(option):
            faults.append(f"{place} also: {word!r} is itself an option and cannot mean another")
    meanings = {(fold(word), fold(option)) for word, option in also.items()}
    return faults + [
        f"{place} also: {word!r} would mean more than one option"
        for word in _twice([word for word, _ in sorted(meanings)])
    ]


def _band_faults(place: str, item: dict[str, Any], bands: list[str]) -> list[str]:
    return [
        f"{place} asked: {band!r} is not an age band of this questionnaire"
        for band in _strings(item.get("asked"))
        if bands and band not in bands
    ]


def _counted_faults(item: dict[str, Any], scales: dict[str, dict[str, Any]]) -> list[str]:
    place = f"indicator {_id(item)}"
    scale = item.get("scale")
    if not isinstance(scale, str):
        return []
    if scale not in scales:
        return [f"{place} scale: {scale!r} is not a scale of this questionnaire"]
    options = _strings(scales[scale].get("options"))
    if not options:
        return []
    counted = item.get("counted")
    by_band = counted if isinstance(counted, dict) else {"": counted}
    faults = []
    for band, answers in by_band.items():
        faults += [
            f"{place} counted: {answer!r} is not an option of scale {scale}"
            for answer in _strings(answers)
            if answer not in options
        ]
        if isinstance(answers, list) and (not answers or set(_strings(answers)) >= set(options)):
            within = f" ({band})" if band else ""
            faults.append(f"{place} counted: some options must count and some not{within}")
    if isinstance(counted, dict) and set(counted) != set(_strings(item.get("asked"))):
        faults.append(f"{place} counted: give the answers for each band that is asked, and no other")
    return faults


def _routing_faults(
    place: str, item: dict[str, Any], questions: dict[str, dict[str, Any]], scales: dict[str, dict[str, Any]]
) -> list[str]:
    route = _table(item, "asked_if")
    measure = route.get("measure")
    if not isinstance(measure, str):
        return []
    if measure not in questions:
        return [f"{place} asked_if measure: {measure!r} is not a question of this questionnaire"]
    earlier = questions[measure]
    faults = []
    if measure == _id(item) or "asked_if" in earlier:
        faults.append(f"{place} asked_if measure: route from a question that is not itself routed")
    faults += [
        f"{place} asked_if measure: {measure} is not asked of {band}"
        for band in _strings(item.get("asked"))
        if _strings(earlier.get("asked")) and band not in _strings(earlier.get("asked"))
    ]
    scale = earlier.get("scale")
    known = scales.get(scale, {}) if isinstance(scale, str) else {"options": list(SCORES)}
    return faults + [
        f"{place} asked_if answers: {answer!r} is not an answer to {measure}"
        for answer in _strings(route.get("answers"))
        if answer not in _strings(known.get("options"))
    ]


def _composite_faults(item: dict[str, Any], wellbeing: dict[str, dict[str, Any]]) -> list[str]:
    place = f"composite {_id(item)}"
    scales = _strings(item.get("scales"))
    faults = [
        f"{place} scales: {scale!r} is not a 0-10 scale of this questionnaire"
        for scale in scales
        if scale not in wellbeing
    ]
    faults += [f"{place} scales: {scale!r} stands twice" for scale in _twice(scales)]
    minimum = item.get("minimum_answered")
    if faults or not isinstance(minimum, int):
        return faults
    if minimum > len(scales):
        return [f"{place} minimum_answered: more than the number of its scales"]
    return [
        f"{place} asked: {band} is asked fewer than {minimum} of its scales"
        for band in _strings(item.get("asked"))
        if sum(band in _strings(wellbeing[scale].get("asked")) for scale in scales) < minimum
    ]


def _trait_faults(item: dict[str, Any]) -> list[str]:
    place = f"trait {_id(item)}"
    levels = _items(item, "levels")
    unknown = item.get("not_known", "not known")
    faults = [f"{place} levels: {name!r} stands twice" for name in _twice([fold(_id(x)) for x in levels])]
    faults += [
        f"{place} levels: {_id(level)!r} is a reserved word"
        for level in levels
        if fold(_id(level)) in RESERVED or _id(level) == unknown
    ]
    faults += [
        f"{place} level {_id(level)}: give exactly one of noun, phrase and adjective"
        for level in levels
        if sum(bool(level.get(key)) for key in ("noun", "phrase", "adjective")) != 1
    ]
    spellings = [
        {fold(word) for word in (_id(level), level.get("label", ""), *_list(level.get("also")))}
        for level in levels
    ]
    return faults + [
        f"{place} levels: {word!r} would mean more than one of them"
        for word in _twice([word for words in spellings for word in sorted(words)])
        if word not in [fold(_id(level)) for level in levels]
    ]


def _repeated(raw: dict[str, Any]) -> list[str]:
    parts = (*QUESTIONS, "multiple_response", "composite", "trait")
    names = [name for part in parts for name in _ids(raw, part)]
    names += [name for item in _items(raw, "multiple_response") for name in _ids(item, "items")]
    names += list(_table(raw, "comments"))
    faults = [f"id {name!r} stands more than once" for name in _twice(names)]
    faults += [f"id {name!r} is a reserved word" for name in sorted(KEYS.intersection(names))]
    for part in ("age_band", "domain"):
        faults += [f"{part}: {name!r} stands twice" for name in _twice(_ids(raw, part))]
    return faults


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name, n in Counter(names).items() if name and n > 1]


def _id(item: dict[str, Any]) -> str:
    return item["id"] if isinstance(item.get("id"), str) else "without an id"


def _ids(raw: dict[str, Any], part: str) -> list[str]:
    return [_id(item) for item in _items(raw, part) if isinstance(item.get("id"), str)]


def _items(raw: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [item for item in _list(raw.get(part)) if isinstance(item, dict)]


def _strings(value: Any) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]


def _table(raw: dict[str, Any], part: str) -> dict[str, Any]:
    return raw[part] if isinstance(raw.get(part), dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
