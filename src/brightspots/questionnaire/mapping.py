"""Which column of an export holds which question: one mapping for several forms."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from brightspots.errors import MappingError
from brightspots.questionnaire.faults import build, read_toml
from brightspots.questionnaire.missing import MISSING_KINDS, MissingKind
from brightspots.questionnaire.model import Code, Frozen, Questionnaire

ColumnName = str | dict[str, str]


class Mapping(Frozen):
    """Where an export holds what, and what its codes mean.

    Attributes
    ----------
    columns : dict of str to str, or to dict of age band to str
        Id of a question, trait or box, and the column that holds it; per age band where forms differ.
    age_band, age, response_id, area : str
        Columns that hold the form answered, the age in years, the response's id and the council.
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

    columns: dict[str, ColumnName] = {}
    age_band: str = ""
    age: str = ""
    response_id: str = ""
    area: str = ""
    age_bands: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    missing: dict[MissingKind, tuple[Code, ...]] = {}
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


def _cross_faults(raw: dict[str, Any], questionnaire: Questionnaire) -> list[str]:
    items = {*questionnaire.questions, *questionnaire.trait}
    faults = []
    columns = raw.get("columns")
    taken: Counter[tuple[str, str]] = Counter()
    for item, name in columns.items() if isinstance(columns, dict) else ():
        if item not in items:
            faults.append(f"columns {item}: no question or trait of {questionnaire.id} has this id")
        for band, column in name.items() if isinstance(name, dict) else (("", name),):
            if band and band not in questionnaire.band:
                faults.append(f"columns {item} {band}: not an age band of {questionnaire.id}")
            taken[(band, str(column))] += 1
    faults += [f"columns: {column!r} is given to {n} ids" for (_, column), n in taken.items() if n > 1]
    codes = raw.get("codes")
    for item, meanings in codes.items() if isinstance(codes, dict) else ():
        if item not in items:
            faults.append(f"codes {item}: no question or trait of {questionnaire.id} has this id")
            continue
        known = known_answers(questionnaire, item)
        faults += [
            f"codes {item} {raw_value}: {meaning!r} is not one of {', '.join(known)}"
            for raw_value, meaning in (meanings.items() if isinstance(meanings, dict) else ())
            if meaning not in known
        ]
    bands = raw.get("age_bands")
    faults += [
        f"age_bands {written}: {band!r} is not an age band of {questionnaire.id}"
        for written, band in (bands.items() if isinstance(bands, dict) else ())
        if band not in questionnaire.band
    ]
    return faults


def known_answers(questionnaire: Questionnaire, item: str) -> tuple[str, ...]:
    """Return what the codes of a question or trait may mean."""
    if item in questionnaire.trait:
        trait = questionnaire.trait[item]
        return (*(level.id for level in trait.levels), trait.not_known)
    return (*questionnaire.options(item), *MISSING_KINDS)
