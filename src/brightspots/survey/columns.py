"""Which column of an export holds what: by the mapping, else by the questionnaire's own ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brightspots.questionnaire.spelling import fold_id
from brightspots.survey.catalogue import problem
from brightspots.survey.identity import identifies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.questionnaire.mapping import Mapping
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.survey.exports import Column, Export
    from brightspots.survey.problems import Problem

NAMES_SHOWN = 8


@dataclass(frozen=True)
class Place:
    """A column that holds a question or trait, and the age bands for which it does; none stands for all."""

    column: Column
    bands: tuple[str, ...] = ()


class Columns:
    """Finds columns of one export, remembers which were used, and collects what is wrong with them.

    Parameters
    ----------
    export : Export
        As read.
    questionnaire : Questionnaire
        What was asked.
    mapping : Mapping or None
        Which column holds what; without it, and for what it does not name, columns go by the ids.
    """

    def __init__(self, export: Export, questionnaire: Questionnaire, mapping: Mapping | None) -> None:
        self.export = export
        self.questionnaire = questionnaire
        self.mapping = mapping
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self._by_name = {column.name: column for column in export.columns}
        self._by_spelling = {fold_id(column.name): column for column in reversed(export.columns)}
        self._claimed = {fold_id(name) for name in _names_in(mapping)}

    def named(self, name: str) -> Column | None:
        """Return the column of a name in any spelling."""
        return self._by_name.get(name) or self._by_spelling.get(fold_id(name))

    def unclaimed(self, name: str) -> Column | None:
        """Return the column of a name, unless the mapping names that column for something else."""
        return None if fold_id(name) in self._claimed else self.named(name)

    def role(self, name: str, *, needed: bool, exactly: bool = False) -> Column | None:
        """Return the column that the mapping names for a role such as ``response_id``, else one of that name.

        Parameters
        ----------
        name : str
            The role.
        needed : bool
            Whether a column that the mapping names may not be absent.
        exactly : bool
            Whether a column that the mapping does not name must bear the very name.
        """
        stated = getattr(self.mapping, name, "")
        if stated:
            column = self.named(stated)
            if column is None:
                self.problems.append(
                    problem(
                        "mapped_column_absent",
                        self.export.name,
                        stated,
                        severity="error" if needed else "warning",
                        count=self.export.n,
                        item=name,
                        until="",
                    )
                )
        elif name in self.questionnaire.trait:
            return None
        else:
            column = self.unclaimed(name) if not exactly or name in self._by_name else None
        if column is not None:
            self.used.add(column.name)
        return column

    def places(self, item: str, bands: Iterable[str]) -> list[Place]:
        """Return the columns that hold a question or trait on the forms of these age bands.

        A column that the mapping names and the file lacks is an error where a form asks the question, and a
        warning for a trait.
        """
        stated = self.mapping.columns.get(item) if self.mapping else None
        if stated is None:
            column = self.unclaimed(item)
            found = [Place(column)] if column is not None else []
        elif isinstance(stated, str):
            found = self._stated(item, stated, tuple(bands), everywhere=True)
        else:
            by_column: dict[str, list[str]] = {}
            for band in bands:
                if band in stated:
                    by_column.setdefault(stated[band], []).append(band)
            found = [
                place for name, own in by_column.items() for place in self._stated(item, name, tuple(own))
            ]
        self.used.update(place.column.name for place in found)
        return found

    def _stated(
        self, item: str, name: str, bands: tuple[str, ...], *, everywhere: bool = False
    ) -> list[Place]:
        column = self.named(name)
        if column is not None:
            return [Place(column, () if everywhere else bands)]
        trait = item in self.questionnaire.trait
        asked = (self.questionnaire.trait.get(item) or self.questionnaire.questions[item]).asked
        if not asked or set(bands) & set(asked):
            self.problems.append(
                problem(
                    "mapped_column_absent",
                    self.export.name,
                    name,
                    severity="warning" if trait else "error",
                    count=self.export.n,
                    item=item,
                    until="; until then this trait is not known" if trait else "",
                )
            )
        return []

    def comments(self) -> list[Column]:
        """Return the columns with free text."""
        stated = self.mapping.comments if self.mapping else ()
        columns = [self.named(name) for name in stated]
        columns += [self.unclaimed(name) for name in self.questionnaire.comments]
        found = {column.name: column for column in columns if column is not None}
        self.used.update(found)
        return list(found.values())

    def others(self) -> list[Problem]:
        """Report columns that were dropped because they identify, and those that nothing maps."""
        identity, ignored = (
            {fold_id(name) for name in (getattr(self.mapping, key) if self.mapping else ())}
            for key in ("identity", "ignore")
        )
        return [
            problem(
                "identity_dropped"
                if fold_id(column.name) in identity or identifies(column.name, column.label)
                else "unmapped_column",
                self.export.name,
                column.name,
                count=self.export.n,
            )
            for column in self.export.columns
            if column.name not in self.used and fold_id(column.name) not in ignored
        ]

    def absent(self, held: Iterable[str], bands: Sequence[str]) -> list[Problem]:
        """Note questions of these forms for which there is no column, a set of boxes by its own name."""
        sets = {box.id: one.id for one in self.questionnaire.multiple_responses for box in one.items}
        mapped = {*held, *(self.mapping.columns if self.mapping else ())}
        missing = [
            name
            for name, question in self.questionnaire.questions.items()
            if name not in mapped and set(bands) & set(question.asked)
        ]
        names = list(dict.fromkeys(sets.get(name, name) for name in missing))
        if not names:
            return []
        more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
        listed = ", ".join(names[:NAMES_SHOWN]) + more
        return [problem("absent_questions", self.export.name, count=len(names), names=listed)]


def _names_in(mapping: Mapping | None) -> list[str]:
    """Return every column that a mapping names, for whatever purpose."""
    if mapping is None:
        return []
    columns = [
        column
        for name in mapping.columns.values()
        for column in (name.values() if isinstance(name, dict) else (name,))
    ]
    roles = [mapping.age_band, mapping.age, mapping.response_id, mapping.area, mapping.weight]
    return [
        name for name in (*columns, *roles, *mapping.comments, *mapping.identity, *mapping.ignore) if name
    ]
