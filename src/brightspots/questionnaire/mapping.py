"""Which column of an export holds which question: one mapping for several forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from pydantic import Field

from brightspots.errors import MappingError
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.missing import MISSING_KINDS, MissingKind
from brightspots.questionnaire.model import Code, Frozen, Questionnaire
from brightspots.questionnaire.spelling import fold, fold_band

ColumnName = str | dict[str, str]


class Mapping(Frozen):
    """Where an export holds what, and what its codes mean.

    Attributes
    ----------
    columns : dict of str to str, or to dict of age band to str
        Id of a question, trait or box, and the column that holds it; per age band where forms differ.
    age_band, age, response_id, area, weight : str
        Columns that hold the form answered, the age in years, the response's id, the council, and the weight
        of the answers: only one that is named here is used.
    age_bands : dict of str to str
        What the band column writes, and the age band it means.
    codes : dict of str to dict of str to str
        For a question or trait: raw value, and the option, level or kind of missing it means.
    missing : dict of kind to tuple of code
        Codes that mean missing in every column.
    comments : tuple of str
        Columns with free text: counted, never read.
    identity : tuple of str
        Columns to drop on reading beside those that are recognised.
    ignore : tuple of str
        Columns that are known and not wanted.
    """

    columns: dict[str, ColumnName] = Field(default={})
    age_band: str = ""
    age: str = ""
    response_id: str = ""
    area: str = ""
    weight: str = ""
    age_bands: dict[str, str] = Field(default={})
    codes: dict[str, dict[str, str]] = Field(default={})
    missing: dict[MissingKind, tuple[Code, ...]] = Field(default={})
    comments: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def column_of(self, item: str, age_band: str) -> str | None:
        """Return the column that holds `item` on the form of `age_band`; None where it holds none."""
        name = self.columns.get(item)
        return name.get(age_band) if isinstance(name, dict) else name


def load_mapping(path: str | Path, questionnaire: Questionnaire) -> Mapping:
    """Load a mapping and check it against the questionnaire.

    Parameters
    ----------
    path : str or path
        A TOML file.
    questionnaire : Questionnaire
        What was asked.

    Returns
    -------
    Mapping

    Raises
    ------
    MappingError
        With every fault of the file and its place.
    """
    path = Path(path)
    return build(
        Mapping,
        read_toml(path, MappingError),
        path.name,
        MappingError,
        lambda raw: _cross_faults(raw, questionnaire),
    )


def check_mapping(mapping: Mapping, questionnaire: Questionnaire) -> None:
    """Check a mapping that was made in Python against the questionnaire.

    Raises
    ------
    MappingError
        With every fault and its place.
    """
    faults = _cross_faults(mapping.model_dump(), questionnaire)
    if faults:
        raise MappingError("mapping", faults)


def _cross_faults(raw: dict[str, Any], questionnaire: Questionnaire) -> list[str]:
    columns, codes, bands = (
        raw[key] if isinstance(raw.get(key), dict) else {} for key in ("columns", "codes", "age_bands")
    )
    items = {*questionnaire.questions, *questionnaire.trait}
    faults = [
        f"{key} {item}: no question or trait of {questionnaire.id} has this id"
        for key, table in (("columns", columns), ("codes", codes))
        for item in table
        if item not in items
    ]
    faults += [
        f"columns {item} {band}: not an age band of {questionnaire.id}"
        for item, name in columns.items()
        for band in (name if isinstance(name, dict) else ())
        if band not in questionnaire.band
    ]
    faults += _column_faults(raw, columns, questionnaire)
    for item, meanings in codes.items():
        if item in items and isinstance(meanings, dict):
            known = known_answers(questionnaire, item)
            faults += [
                f"codes {item} {written}: {meaning!r} is not one of {', '.join(known)}"
                for written, meaning in meanings.items()
                if meaning not in known
            ]
            faults += _two_meanings(f"codes {item}", [(fold(w), str(m)) for w, m in meanings.items()])
    faults += [
        f"age_bands {written}: {band!r} is not an age band of {questionnaire.id}"
        for written, band in bands.items()
        if str(band) not in questionnaire.band
    ]
    missing = raw["missing"] if isinstance(raw.get("missing"), dict) else {}
    return (
        faults
        + _two_meanings("age_bands", [(fold_band(written), str(band)) for written, band in bands.items()])
        + _two_meanings(
            "missing",
            [
                (fold(code), str(kind))
                for kind, listed in missing.items()
                for code in (listed if isinstance(listed, list | tuple) else ())
            ],
        )
    )


def _column_faults(raw: dict[str, Any], columns: dict[str, Any], questionnaire: Questionnaire) -> list[str]:
    """Find columns that two ids claim on one form, and mapped ones that are also to be left out."""
    claims: dict[str, Counter[str]] = defaultdict(Counter)
    for name in columns.values():
        held = name if isinstance(name, dict) else dict.fromkeys(questionnaire.band, name)
        for band, column in held.items():
            claims[str(column)][band] += 1
    faults = [
        f"columns: {column!r} is given to {max(counts.values())} ids"
        for column, counts in claims.items()
        if max(counts.values()) > 1
    ]
    return faults + [
        f"{key}: {column!r} is also given to an id under columns"
        for key in ("comments", "identity", "ignore")
        for column in (raw[key] if isinstance(raw.get(key), list | tuple) else ())
        if str(column) in claims
    ]


def _two_meanings(place: str, meanings: list[tuple[str, str]]) -> list[str]:
    times = Counter(written for written, _ in set(meanings))
    return [f"{place}: {written!r} would mean more than one thing" for written, n in times.items() if n > 1]


def known_answers(questionnaire: Questionnaire, item: str) -> tuple[str, ...]:
    """Return what the codes of a question or trait may mean."""
    if item in questionnaire.trait:
        trait = questionnaire.trait[item]
        return (*(level.id for level in trait.levels), trait.not_known)
    return (*questionnaire.options(item), *MISSING_KINDS)
