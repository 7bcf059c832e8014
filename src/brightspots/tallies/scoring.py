"""What counted rows mean: the questionnaire's rules, the same for every engine, over groups instead of rows.

Blanks become one kind of missing or another, routing and forms say who was asked, boxes beside a ticked one
are not ticked, and scales make a composite. What the questionnaire does not know or does not ask for is
counted, and stops the tally.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.errors import TallyError
from brightspots.measures.composite import LOW, NOT_LOW, UNDECIDED, label_composite
from brightspots.measures.wellbeing import scores_in
from brightspots.questionnaire.missing import MISSING_KINDS
from brightspots.questionnaire.model import TICKED
from brightspots.survey.survey import KEYS
from brightspots.survey.weights import LARGEST, SMALLEST
from brightspots.tallies.engines.engine import BLANK, UNKNOWN, Points
from brightspots.tallies.tally import WEIGHT_UNITS, CountTable, count_columns
from brightspots.tallies.written import answers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from brightspots.questionnaire.model import AskedIf, Composite, Questionnaire
    from brightspots.tallies.engines.engine import Codes, Column, Counts, Engine, Groups
    from brightspots.tallies.tally import Grouping

NOT_KNOWN, NOT_ASKED_FOR = "does not know", "does not ask of the age band"
PASSED_OVER = "asks only of those who gave other answers to an earlier question"
BLANK_SET = "may read as 'none of these' or as no answer (write 'not ticked' or 'not_answered')"
FAULTS = (NOT_KNOWN, NOT_ASKED_FOR, PASSED_OVER, BLANK_SET)
LARGEST_SUM = 2**62
TICK, NO_TICK = TICKED.index("ticked"), TICKED.index("not ticked")


def points_for(questionnaire: Questionnaire, columns: Mapping[str, Column]) -> dict[str, Points]:
    """Return the points that composites and sets of boxes are scored by, over the columns that are there."""
    points = {}
    for composite in questionnaire.composites:
        scales = [s for s in questionnaire.wellbeing_scales if s.id in composite.scales and s.id in columns]
        points[f"answered:{composite.id}"] = Points({s.id: dict.fromkeys(range(11), 1) for s in scales})
        points[f"low:{composite.id}"] = Points(
            {s.id: dict.fromkeys(scores_in("low", higher_is_better=s.higher_is_better), 1) for s in scales}
        )
        points[f"total:{composite.id}"] = Points(
            {s.id: {i: i if s.higher_is_better else 10 - i for i in range(11)} for s in scales}
        )
    for one in questionnaire.multiple_responses:
        boxes = [box.id for box in one.items if box.id in columns]
        points[f"said:{one.id}"] = Points({box: {TICK: 1, NO_TICK: 1} for box in boxes})
    return points


class Scorer:
    """Turns what an engine counts into tables of a tally.

    Parameters
    ----------
    engine : Engine
    questionnaire : Questionnaire
        What was asked.
    columns : mapping of item to Column
        Those of the frame.
    fixed : mapping of area, wave or age band to str
        What is the same of all rows.
    counted : callable
        Called after each count.
    """

    def __init__(
        self,
        engine: Engine,
        questionnaire: Questionnaire,
        columns: Mapping[str, Column],
        fixed: Mapping[str, str],
        counted: Callable[[], None],
    ) -> None:
        self.engine = engine
        self.questionnaire = questionnaire
        self.columns = columns
        self.fixed = fixed
        self.counted = counted
        self.places = count_columns(questionnaire)
        self.faults: dict[str, dict[str, int]] = {}
        self.bad_weights = 0

    def table(self, grouping: Grouping) -> CountTable:
        """Count everything under one grouping.

        Raises
        ------
        TallyError
            If any value is one that the questionnaire does not know or ask for, or no weight.
        """
        cells = _Cells(self, grouping)
        sums = np.zeros((len(cells.responses), len(cells.keys), len(self.places)), dtype=np.int64)
        sums[:, :, 0] = cells.responses
        for name in self.questionnaire.questions:
            answers = answers_of(name, self.questionnaire)
            first = self.places[(name, answers[0])]
            if name in self.columns:
                _add(sums, first, *self._question(cells, name))
            else:
                sums[:, :, first + answers.index("not_asked")] = cells.responses
        for composite in self.questionnaire.composites:
            _add(sums, self.places[(composite.id, LOW)], *self._composite(cells, composite))
        self._refuse()
        return CountTable.of(cells.keys, sums[0], sums[1:] if len(sums) > 1 else None)

    def check_rows(self) -> None:
        """Note levels of traits that nobody knows, and weights that are none or add up to too much."""
        for trait in self.questionnaire.trait:
            if trait in self.columns:
                groups = self.engine.count((), (trait,))
                self.fault(NOT_KNOWN, trait, groups.sums[0][groups.codes[0] == UNKNOWN].sum())
        self.bad_weights = self.engine.bad_weights()
        sums = self.engine.count((), ()).sums
        if len(sums) > 1 and int(sums[1].sum()) * int(LARGEST * WEIGHT_UNITS) >= LARGEST_SUM:
            raise TallyError("The weights are too large to add up exactly; divide all of them by one number.")

    def fault(self, words: str, item: str, rows: Any) -> None:
        """Note how many rows hold what must not be there."""
        if rows:
            self.faults.setdefault(words, {})[item] = int(rows)

    def asks(self, bands: Iterable[str]) -> Codes:
        """Return for each age band, and last for none that is known, whether it is one of these."""
        asked = set(bands)
        return np.array([*(band in asked for band in self.questionnaire.band), False])

    def _question(self, cells: _Cells, name: str) -> tuple[Codes, Codes, Counts]:
        """Return the cell, the answer and the numbers of each group of rows with one answer to a question."""
        question, options = self.questionnaire.questions[name], self.questionnaire.options(name)
        kinds = {kind: len(options) + i for i, kind in enumerate(MISSING_KINDS)}
        route = question.asked_if
        routed = route is not None and route.measure in self.columns
        groups = cells.count((name, route.measure) if route and routed else (name,))
        codes = groups.codes[0]
        if options == TICKED and (codes == BLANK).any():
            groups, codes = self._boxes(cells, name)
        at = cells.find(groups)
        asked = self.asks(question.asked)[cells.band[at]]
        unticked = (codes == NO_TICK) & (options == TICKED)
        answered = (codes >= 0) & (codes < len(options)) & ~unticked
        self.fault(NOT_KNOWN, name, groups.sums[0][codes == UNKNOWN].sum())
        self.fault(NOT_ASKED_FOR, name, groups.sums[0][~asked & answered].sum())
        codes = np.where((codes == BLANK) & asked, kinds["not_answered"], codes)
        codes = np.where((codes == BLANK) | (~asked & unticked), kinds["not_asked"], codes)
        if route and routed:
            passed = asked & self._passed(route, groups.codes[-1], cells.band[at])
            self.fault(PASSED_OVER, name, groups.sums[0][passed & answered].sum())
            codes = np.where(passed & (codes != kinds["invalid"]), kinds["not_asked"], codes)
        return at, np.maximum(codes, 0), groups.sums

    def _passed(self, route: AskedIf, earlier: Codes, band: Codes) -> Codes:
        """Whether the answer to an earlier question leads past a later one.

        No answer leads past it too. Where the earlier one was not asked, or its answer was bad, nobody knows.
        """
        answers = answers_of(route.measure, self.questionnaire)
        known = [
            i for i, answer in enumerate(answers) if answer not in {*route.answers, "not_asked", "invalid"}
        ]
        blank = (earlier == BLANK) & self.asks(self.questionnaire.questions[route.measure].asked)[band]
        return np.asarray(blank | np.isin(earlier, known))

    def _boxes(self, cells: _Cells, name: str) -> tuple[Groups, Codes]:
        """Read the blanks of a box: not ticked beside a box of its set that says something."""
        sets = self.questionnaire.multiple_responses
        (own,) = [one for one in sets if name in {box.id for box in one.items}]
        groups = cells.count((name, f"said:{own.id}"))
        codes, said = groups.codes
        blank = (codes == BLANK) & self.asks(own.asked)[cells.band[cells.find(groups)]]
        if own.all_blank == "none":
            self.fault(BLANK_SET, name, groups.sums[0][blank & (said == 0)].sum())
        return groups, np.where(blank & (said > 0), NO_TICK, codes)

    def _composite(self, cells: _Cells, composite: Composite) -> tuple[Codes, Codes, Counts]:
        """Score a composite on each form, over those of its scales that the form asks."""
        known = (LOW, NOT_LOW, UNDECIDED, *MISSING_KINDS)
        scales = [scale for scale in self.questionnaire.wellbeing_scales if scale.id in composite.scales]
        of_mean = [f"total:{composite.id}"] if composite.rule == "mean_below_5" else []
        groups = cells.count((f"answered:{composite.id}", f"low:{composite.id}", *of_mean))
        at = cells.find(groups)
        answered, low, *total = groups.codes
        labels = label_composite(
            answered,
            low,
            total[0] if total else low,
            np.sum([self.asks(scale.asked) for scale in scales], axis=0)[cells.band[at]],
            composite.rule,
            composite.minimum_answered,
        )
        place = {LOW: 0, NOT_LOW: 1, UNDECIDED: 2, None: known.index("not_answered")}
        codes = np.array([place[label] for label in labels.tolist()], dtype=np.int64)
        asked = self.asks(composite.asked)[cells.band[at]]
        return at, np.where(asked, codes, known.index("not_asked")), groups.sums

    def _refuse(self) -> None:
        """Raise if anything was noted."""
        faults = []
        order = ["age_band", *self.questionnaire.trait, *self.questionnaire.questions]
        for words, found in sorted(self.faults.items(), key=lambda item: FAULTS.index(item[0])):
            listed = ", ".join(f"{item} ({found[item]} rows)" for item in order if item in found)
            faults.append(f"The frame holds values that {self.questionnaire.id} {words}, in {listed}.")
        if self.bad_weights:
            faults.append(
                f"The frame holds weights that are no number from {SMALLEST:g} to {LARGEST:g}, "
                f"in {self.bad_weights} rows."
            )
        if faults:
            raise TallyError(
                " ".join([*faults, "Read it with read_survey, which says what is wrong, row by row."])
            )


def _add(sums: Counts, first: int, at: Codes, codes: Codes, numbers: Counts) -> None:
    """Add the numbers of groups to their cell and the column of their answer."""
    for held, each in zip(sums, numbers, strict=True):
        np.add.at(held.reshape(-1), at * held.shape[1] + first + codes, each)


class _Cells:
    """The cells of a grouping: area, wave, age band and the traits of a grouping, of all rows that are there.

    Attributes
    ----------
    items : list of str
        Those of them that have a column.
    keys : list of key
        Sorted.
    band : array of int
        The place of each key's age band; -1 for none that is known.
    responses : array of int64
        Rows of each key, and sums of weights and squares.
    """

    def __init__(self, scorer: Scorer, grouping: Grouping) -> None:
        self._scorer = scorer
        wanted = (*KEYS, *grouping)
        self.items = [item for item in wanted if item in scorer.columns]
        groups = self.count(())
        self._worth = self._worths()
        self._held, first = np.unique(self._numbers(groups.cells)[groups.cell], return_index=True)
        codes = {
            item: column[groups.cell[first]] for item, column in zip(self.items, groups.cells, strict=True)
        }
        named = list(zip(*(self._texts(item, codes.get(item)) for item in wanted), strict=True))
        order = sorted(range(len(named)), key=named.__getitem__)
        self.keys = [named[i] for i in order]
        self._rank = np.full(len(order) + 1, -1, dtype=np.int64)  # the last for cells without rows
        self._rank[order] = np.arange(len(order))
        self._found: list[Codes] | None = None
        self._places = self._rank
        bands = {band: i for i, band in enumerate(scorer.questionnaire.band)}
        self.band = np.array(
            [bands.get(key[KEYS.index("age_band")], -1) for key in self.keys], dtype=np.int64
        )
        self.responses = np.zeros((len(groups.sums), len(self.keys)), dtype=np.int64)
        for held, numbers in zip(self.responses, groups.sums, strict=True):
            np.add.at(held, self.find(groups), numbers)
        scorer.fault(NOT_KNOWN, "age_band", self.responses[0][self.band < 0].sum())

    def count(self, part: Sequence[str]) -> Groups:
        """Count the rows of each cell by what they hold in some more columns."""
        groups = self._scorer.engine.count(self.items, part)
        self._scorer.counted()
        return groups

    def find(self, groups: Groups) -> Codes:
        """Return the place of each group's key."""
        if groups.cells is not self._found:
            self._found = groups.cells
            self._places = self._rank[np.searchsorted(self._held, self._numbers(groups.cells))]
        return np.asarray(self._places[groups.cell])

    def _numbers(self, cells: Sequence[Codes]) -> Codes:
        """Return one number for each cell."""
        numbers = np.zeros(len(cells[0]) if cells else 1, dtype=self._kind)
        for worth, codes in zip(self._worth, cells, strict=True):
            numbers += worth[codes - UNKNOWN]
        return numbers

    def _worths(self) -> list[Codes]:
        """Return what each code of each item adds to the number of a cell; a blank trait is not known."""
        worths, times = [], 1
        for item in self.items:
            codes = self._scorer.columns[item].codes
            held = (
                len(self._scorer.engine.names[item]) if codes is None else max(codes.values(), default=0) + 1
            )
            settled = np.arange(held - UNKNOWN)
            if item in self._scorer.questionnaire.trait:
                settled[BLANK - UNKNOWN] = held - 1 - UNKNOWN
            worths.append(settled.astype(object) * times)
            times *= held - UNKNOWN
        self._kind = np.int64 if times < LARGEST_SUM else object
        return [worth.astype(self._kind) for worth in worths]

    def _texts(self, item: str, codes: Codes | None) -> list[str]:
        """Return what keys say of an area, wave, age band or trait; codes are None where it has no column."""
        questionnaire = self._scorer.questionnaire
        if codes is None:
            trait = questionnaire.trait.get(item)
            return [trait.not_known if trait else self._scorer.fixed.get(item, "")] * self._held.size
        if item in questionnaire.trait:
            names = answers_of(item, questionnaire)
            return [
                names[-1] if code == BLANK else names[code] if code >= 0 else "" for code in codes.tolist()
            ]
        names = tuple(questionnaire.band) if item == "age_band" else tuple(self._scorer.engine.names[item])
        return [names[code] if code >= 0 else "" for code in codes.tolist()]
