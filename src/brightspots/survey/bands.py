"""Which form each child answered: by the file, by a column, or by an age that leaves no choice."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.questionnaire.missing import MISSING_WORDS
from brightspots.questionnaire.spelling import band_spellings, fold, fold_band
from brightspots.survey.catalogue import problem
from brightspots.survey.cells import tidy

if TYPE_CHECKING:
    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import AgeBand, Questionnaire
    from brightspots.survey.exports import Column, Export
    from brightspots.survey.problems import Problem

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Bands = np.ndarray[Any, np.dtype[np.int16]]
"""Positions among the questionnaire's age bands; `NO_BAND` where the form is not known."""

NO_BAND = -1
UNREADABLE_AGE = -1
AGE = re.compile(r"([0-9]{1,3})(?:\s*(?:years?|yrs?|y)(?:[\s-]*(?:olds?|o))?)?")
SPREADSHEET_DATE = re.compile(r"[0-9]{1,2}-[A-Za-z]{3}")


def bands_of_rows(
    export: Export,
    band: str,
    band_column: Column | None,
    age_column: Column | None,
    questionnaire: Questionnaire,
    mapping: Mapping | None,
) -> tuple[Bands, list[Problem]]:
    """Say which form each row answered.

    Parameters
    ----------
    export : Export
        As read.
    band : str
        The age band that the whole file was given for; empty where none was.
    band_column, age_column : Column or None
        Columns with the form answered and with the age in years.
    questionnaire : Questionnaire
        What was asked.
    mapping : Mapping or None
        Says what the band column writes.

    Returns
    -------
    bands : array of int16, one a row
    problems : list of Problem
    """
    names = list(questionnaire.band)
    bands = np.full(export.n, names.index(band) if band else NO_BAND, dtype=np.int16)
    problems: list[Problem] = []
    blank = np.ones(export.n, dtype=bool)
    if band_column is not None:
        written = _written_bands(band_column, questionnaire, mapping)
        blank = np.array([value is None for value in band_column.values.tolist()], dtype=bool)
        if band:
            wrong = np.flatnonzero((written != bands) & (written != NO_BAND))
            if wrong.size:
                problems.append(
                    problem(
                        "band_contradicts_file",
                        export.name,
                        band_column.name,
                        rows=export.row_numbers(wrong),
                        band=band,
                    )
                )
        else:
            bands = written
    if age_column is not None:
        codes = [*questionnaire.missing.values(), *(mapping.missing.values() if mapping else ())]
        no_age = {fold(tidy(code)) for listed in codes for code in listed}.union(MISSING_WORDS)
        years = {value: _years(value, age_column, no_age) for value in set(age_column.values.tolist())}
        bands, found = _bands_and_ages(export, bands, blank, age_column, years, questionnaire)
        problems += found
    if band_column is not None:
        unknown = np.flatnonzero((bands == NO_BAND) & ~(blank & (age_column is not None)))
        if unknown.size:
            strange = band_column.values[unknown].tolist()
            dates = any(isinstance(v, dt.date) or SPREADSHEET_DATE.fullmatch(str(v)) for v in strange)
            problems.append(
                problem(
                    "unknown_band",
                    export.name,
                    band_column.name,
                    rows=export.row_numbers(unknown),
                    bands=", ".join(names),
                    dates="; some are dates, as spreadsheets make of 8-11" if dates else "",
                )
            )
    elif not band and age_column is None:
        problems.append(
            problem("no_band", export.name, count=export.n, bands=", ".join(names), first=names[0])
        )
    return bands, problems


def _written_bands(column: Column, questionnaire: Questionnaire, mapping: Mapping | None) -> Bands:
    """Read a band column: each value as the mapping says, as its label says, or as its text says."""
    stated = {fold_band(written): band for written, band in (mapping.age_bands if mapping else {}).items()}
    spellings = band_spellings(questionnaire)
    names = list(questionnaire.band)

    def place(value: Any) -> int:
        label = fold_band(column.labels.get(value) or value)
        name = stated.get(fold_band(value)) or stated.get(label) or spellings.get(label)
        return names.index(name) if name else NO_BAND

    values = column.values.tolist()
    meaning = {value: place(value) for value in set(values) - {None}}
    return np.array(list(map({**meaning, None: NO_BAND}.__getitem__, values)), dtype=np.int16)


def _bands_and_ages(
    export: Export,
    bands: Bands,
    blank: Bools,
    age_column: Column,
    years: dict[Any, int | None],
    questionnaire: Questionnaire,
) -> tuple[Bands, list[Problem]]:
    """Hold ages against bands, and let an age decide where the band is blank and only one form fits."""
    reach = [_reach(band) for band in questionnaire.age_bands]
    fits = {
        value: [i for i, (low, high) in enumerate(reach) if age is not None and low <= age <= high]
        for value, age in years.items()
    }
    decided = bands.copy()
    against, undecided, unreadable = [], [], []
    for i, value in enumerate(age_column.values.tolist()):
        age = years[value]
        if bands[i] == NO_BAND:
            if blank[i] and len(fits[value]) == 1:
                decided[i] = fits[value][0]
            elif blank[i]:
                undecided.append(i)
        elif age == UNREADABLE_AGE:
            unreadable.append(i)
        elif age is not None and bands[i] not in fits[value]:
            against.append(i)
    return decided, [
        problem(code, export.name, age_column.name, rows=export.row_numbers(rows))
        for code, rows in (
            ("age_contradicts_band", against),
            ("age_cannot_decide_band", undecided),
            ("unreadable_age", unreadable),
        )
        if rows
    ]


def _reach(band: AgeBand) -> tuple[int, int]:
    """Return the youngest and oldest age of a form in any of its editions."""
    ages = [band.ages, *(edition.ages for edition in band.editions)]
    return min(low for low, _ in ages), max(high for _, high in ages)


def _years(value: Any, column: Column, no_age: set[str]) -> int | None:
    """Return completed years; None where no age is given, -1 where it cannot be read."""
    if value is None or column.is_declared_missing(value):
        return None
    text = fold(column.labels.get(value) or value)
    if text in no_age or fold(value) in no_age:
        return None
    if isinstance(value, float) and value not in column.labels:
        return int(value) if 0 <= value < 1000 else UNREADABLE_AGE
    found = AGE.fullmatch(text)
    return int(found.group(1)) if found else UNREADABLE_AGE
