"""One export, read as the forms that children answered: codes for every question and trait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.survey import checks
from brightspots.survey.bands import NO_BAND, bands_of_rows
from brightspots.survey.coding import NO_ANSWER, code_question, code_trait, missing_code
from brightspots.survey.columns import Columns
from brightspots.survey.routing import apply_routing, last_answered, settle_boxes
from brightspots.survey.survey import WEIGHT
from brightspots.survey.weights import as_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.bands import Bands, Bools
    from brightspots.survey.coding import Coded, Codes
    from brightspots.survey.columns import Place
    from brightspots.survey.exports import Export
    from brightspots.survey.problems import Problem

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Item:
    """A question or trait as one export holds it.

    Attributes
    ----------
    blank : array of bool, one a row
        Where the export holds nothing at all.
    places : list of (str, array of bool)
        Names of the columns that hold it, and the rows for which each one does.
    """

    blank: Bools
    places: list[tuple[str, Bools]]

    @property
    def held(self) -> Bools:
        """Rows whose form has a column for it."""
        return np.asarray(np.logical_or.reduce([rows for _, rows in self.places]))


@dataclass
class Form:
    """One export, read.

    Attributes
    ----------
    export : Export
        As found.
    bands : array of int16
        The form that each child answered.
    areas, waves : list of str
        Of each row.
    codes : dict of id to array of int16
        Every question and trait.
    response_ids : list
        Empty where there are none.
    id_column : str
        Name of the column with the response ids.
    weights : array of float, or None
        Of each row, NaN where it has none that can be used; None where nothing names their column.
    keep : array of bool
        Rows that are used.
    problems : list of Problem
    """

    export: Export
    bands: Bands
    areas: list[str]
    waves: list[str]
    codes: dict[str, Codes]
    response_ids: list[Any]
    id_column: str
    weights: Floats | None
    keep: Bools
    problems: list[Problem]

    @property
    def kept(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Positions of the rows that are used."""
        return np.flatnonzero(self.keep)


def read_form(
    export: Export, band: str, questionnaire: Questionnaire, mapping: Mapping | None, *, area: str, wave: str
) -> Form:
    """Read one export and check everything that can be checked without the others.

    Parameters
    ----------
    export : Export
        As found.
    band : str
        The age band that the whole file was given for; empty where a column says.
    questionnaire : Questionnaire
        What was asked.
    mapping : Mapping or None
        Which column holds what.
    area, wave : str
        Of rows whose own columns do not say.

    Returns
    -------
    Form
    """
    columns = Columns(export, questionnaire, mapping)
    bands, problems = bands_of_rows(
        export,
        band,
        columns.role("age_band", needed=not band),
        columns.role("age", needed=False),
        questionnaire,
        mapping,
    )
    areas = _rows_say(columns, "area", area, export.n)
    waves = _rows_say(columns, "wave", wave, export.n)
    id_column = columns.role("response_id", needed=False)
    weighed = bool(mapping and mapping.weight)
    weight_column = columns.role(WEIGHT, needed=True) if weighed else None
    present = [name for i, name in enumerate(questionnaire.band) if (bands == i).any()]

    items: dict[str, Item] = {}
    codes: dict[str, Codes] = {}
    for name in (*questionnaire.trait, *questionnaire.questions):
        codes[name] = _unheld(name, export.n, questionnaire)
        places = columns.places(name, present)
        if places:
            items[name] = Item(np.zeros(export.n, dtype=bool), [])
        for place in places:
            rows = _rows_of(place, bands, questionnaire)
            column = place.column
            if not rows.all():
                values = column.values.copy()
                values[~rows] = None
                column = replace(column, values=values)
            coded = (
                code_trait(column, questionnaire.trait[name], questionnaire, mapping)
                if name in questionnaire.trait
                else code_question(column, name, questionnaire, mapping)
            )
            problems += checks.coded_column(export, column, name, coded, questionnaire)
            codes[name][rows] = _settled(coded, name, questionnaire)[rows]
            items[name].blank[rows] = coded.blank[rows]
            items[name].places.append((column.name, rows))
    problems += checks.comments_present(export, columns.comments())
    asked = {name: item for name, item in items.items() if name in questionnaire.questions}
    if asked:
        problems += [*columns.problems, *columns.absent(asked, present), *columns.others()]
    else:
        problems.append(checks.no_question(export, questionnaire))

    last = last_answered(export, asked, codes, questionnaire)
    settle_boxes(export, asked, codes, last, bands, questionnaire)
    problems += apply_routing(export, asked, codes, bands, questionnaire)
    problems += checks.partial_responses(export, asked, codes, bands, questionnaire)
    keep = bands != NO_BAND
    answered = checks.rows_with_answers(codes, questionnaire, export.n)
    problems += checks.empty_rows(export, keep & ~answered)
    keep &= answered
    ids = [] if id_column is None else id_column.values.tolist()
    id_name = "" if id_column is None else id_column.name
    problems += checks.repeated_ids(export, id_name, ids, keep)
    problems += checks.identical_rows(export, codes, bands, keep)
    weights = np.full(export.n, np.nan) if weighed else None
    if weight_column is not None:
        problems += checks.weights(export, weight_column, keep)
        weights = as_weights(weight_column.values.tolist())
    problems = [*export.notes, *problems]
    return Form(export, bands, areas, waves, codes, ids, id_name, weights, keep, problems)


def _rows_say(columns: Columns, role: str, given: str, n: int) -> list[str]:
    """Return the area or wave of each row: what its column says, else what was given for all.

    A column that only bears the name, and that the mapping does not name, is believed where nothing was given
    or where it says the same.
    """
    stated = getattr(columns.mapping, role, "")
    column = columns.role(role, needed=not given, exactly=True)
    if column is None:
        return [given] * n
    meaning = {
        value: given if value is None else str(column.labels.get(value) or value)
        for value in set(column.values.tolist())
    }
    if given and not stated and set(meaning.values()) != {given}:
        columns.used.discard(column.name)
        return [given] * n
    return [meaning[value] for value in column.values.tolist()]


def _rows_of(place: Place, bands: Bands, questionnaire: Questionnaire) -> Bools:
    if not place.bands:
        return np.ones(bands.size, dtype=bool)
    names = list(questionnaire.band)
    return np.isin(bands, [names.index(band) for band in place.bands])


def _unheld(item: str, n: int, questionnaire: Questionnaire) -> Codes:
    """Return the codes of a form without a column for it: a trait is not known, a question was not asked."""
    if item in questionnaire.trait:
        return np.full(n, len(questionnaire.trait[item].levels), dtype=np.int16)
    return np.full(n, missing_code(questionnaire.options(item), "not_asked"), dtype=np.int16)


def _settled(coded: Coded, item: str, questionnaire: Questionnaire) -> Codes:
    """Turn values that are no answer into the missing kind ``invalid`` (of a trait: not known).

    Where labels contradict the questionnaire, no answer of the column can be believed.
    """
    trait = questionnaire.trait.get(item)
    answers = len(trait.levels) if trait else len(questionnaire.options(item))
    instead = answers if trait else missing_code(questionnaire.options(item), "invalid")
    bad = (coded.codes < answers) if coded.contradictions else (coded.codes == NO_ANSWER)
    return np.where(bad, instead, coded.codes).astype(np.int16)
