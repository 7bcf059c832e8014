"""An intruder: what can be worked out from a release, by somebody who sees no more than what is published.

It shares nothing with the planning and the audit of the library. It reads figures, comparisons, groups and
response counts; it knows the questionnaire, which tables a report holds, the printed figures of others, and
how bands and likely ranges are made. It treats a child as one whole set of answers, and asks an integer
program how few and how many children each count could hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brightspots.disclosure.release import Figure, Release
    from brightspots.findings.benchmarks import Benchmark
    from brightspots.questionnaire.model import Questionnaire

Z = 1.959963984540054
MOST = 5000
STEPS = (50, 60, 70, 75, 80, 85, 90, 95)
RULES = (5, 5)
"""Of a council's own report: the smallest side that is shown, and how wide a band stays open."""
LOW_SCORES, BANDS_OF_SCORES = "low", ("low", "medium", "high", "very high")


class Group(NamedTuple):
    """Some children: of some age bands, with some levels of traits, or all others of these bands."""

    age_bands: tuple[str, ...]
    levels: tuple[tuple[str, str], ...] = ()
    rest: bool = False


class Quantity(NamedTuple):
    """A number of children: who gave the answer, who gave another one, or both together (`answer` "base")."""

    measure: str
    category: str
    answer: str
    group: Group


class Statement(NamedTuple):
    """What is published of a quantity: it lies between two numbers."""

    quantity: Quantity
    least: int
    greatest: int


class Child(NamedTuple):
    """One kind of child, as far as some linked measures go: the class of each answer, None for no answer."""

    answers: tuple[tuple[str, str | None], ...]

    def gave(self, quantity: Quantity) -> bool:
        answer = dict(self.answers)[quantity.measure]
        if answer is None:
            return False
        said = answer.split("/")[0] == quantity.category
        return quantity.answer == "base" or said == (quantity.answer == "in")


Atom = tuple[str, dict[str, str], Child]


def kinds_of_children(questionnaire: Questionnaire, measures: Sequence[str], band: str) -> list[Child]:
    """Return every combination of classes of answers that a child of an age band could have given."""
    routes = {
        q.asked_if.measure: set(q.asked_if.answers)
        for name, q in questionnaire.questions.items()
        if q.asked_if is not None and name in measures
    }
    composites = {c.id: c for c in questionnaire.composites}
    classes: dict[str, list[str | None]] = {}
    for name in measures:
        if band not in {**questionnaire.questions, **composites}[name].asked:
            classes[name] = [None]
        elif name in composites:
            if not set(composites[name].scales) <= set(measures):
                classes[name] = ["low", "not low", None]
        elif name in {scale.id for scale in questionnaire.wellbeing_scales}:
            classes[name] = [*BANDS_OF_SCORES, None]
        else:
            question = questionnaire.questions[name]
            counted = set(question.counted_in(question.asked[0]))
            through = routes.get(name, set())
            options = questionnaire.options(name)
            named = {
                f"{'counted' if o in counted else 'not counted'}/{'on' if o in through else 'past'}"
                for o in options
            }
            classes[name] = [*sorted(named), None]
    children = []
    for answers in product(*classes.values()):
        child = dict(zip(classes, answers, strict=True))
        if any(
            child[name] is not None
            and questionnaire.questions[name].asked_if is not None
            and questionnaire.questions[name].asked_if.measure in child
            and not (child[questionnaire.questions[name].asked_if.measure] or "").endswith("/on")
            for name in child
            if name in questionnaire.questions
        ):
            continue
        for name in measures:
            if name not in classes:
                child[name] = scored([child[s] for s in composites[name].scales], composites[name])
        children.append(Child(tuple((name, child[name]) for name in measures)))
    return children


def scored(scales: list[str | None], composite: Any) -> str | None:
    """Score the composite from the bands of its scales, by its published rule."""
    answered = [s for s in scales if s is not None]
    if len(answered) < composite.minimum_answered:
        return None
    needed = {"any_low": 1, "two_or_more_low": 2}[composite.rule]
    low = sum(s == LOW_SCORES for s in answered)
    if low >= needed:
        return "low"
    return None if low + len(scales) - len(answered) >= needed else "not low"


def wilson(count: float, n: int) -> tuple[float, float]:
    share, square = count / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return middle - half, middle + half


def first_above(percent: int, n: int) -> int:
    """The smallest count of n that is more than so many percent."""
    return next(k for k in range(n + 2) if 100 * k > percent * n)


def strongest_claim(n: int, width: int, *, sensitive: bool) -> int | None:
    """The most that a band may claim of n, by the rules that a council gives beside its figures."""
    wide = [step for step in STEPS if n - first_above(step, n) >= width]
    place = len(wide) - (2 if sensitive else 1)
    return wide[place] if place >= 0 else None


class Intruder:
    """Everything that one release says of one area and wave.

    Parameters
    ----------
    release : Release
    questionnaire : Questionnaire
    place : (area, wave)
    tables : groupings that the report has a whole table for
    printed : benchmarks, as others published them
    rules : as in `RULES`, which stand beside the figures
    """

    def __init__(
        self,
        release: Release,
        questionnaire: Questionnaire,
        place: tuple[str, str],
        *,
        tables: Iterable[tuple[str, ...]] = (),
        printed: Iterable[Benchmark] = (),
        before: Iterable[Intruder] = (),
        rules: tuple[int, int] = RULES,
    ) -> None:
        self.small_side, self.width = rules
        self.questionnaire, self.place = questionnaire, place
        self.tables = tuple(tables)
        self.statements: dict[Statement, None] = {}
        self.levels_seen: set[tuple[str, str, tuple[tuple[str, str], ...]]] = set()
        self.loose: list[str] = []
        self.responses = {
            r.age_band: r.n
            for r in release.responses
            if (r.area, r.wave) == place and r.n is not None and r.questionnaire == questionnaire.id
        }
        for figure in release.figures:
            self._hear(figure)
        for comparison in release.comparisons:
            self._hear(comparison.figure)
            self._hear_others(comparison, tuple(printed))
        for cohort in release.cohorts:
            self._hear(cohort.figure)
            self._hear(cohort.rest)
            if cohort.figure.status != "shown" or cohort.rest.status != "shown":
                for name in ("difference", "shrunk_share", "shrunk_lower", "shrunk_upper", "detectable"):
                    if getattr(cohort, name) is not None:
                        self.loose.append(f"{name} of {cohort.name}")
                if cohort.tier or cohort.role or cohort.covered_by or len(cohort.conditions) > 1:
                    self.loose.append(f"verdict on {cohort.name}")
        self._hear_what_goes_with(release)
        for other in before:
            self.statements |= other.statements
            self.levels_seen |= other.levels_seen
            self.tables += other.tables

    def _hear(self, figure: Figure) -> None:
        if (figure.area, figure.wave) != self.place or figure.questionnaire != self.questionnaire.id:
            return
        group = Group(figure.age_bands, figure.group, figure.rest)
        if not figure.rest:
            for band in figure.age_bands if len(figure.age_bands) == 1 else ():
                self.levels_seen.add((figure.measure, band, figure.group))
        if figure.n is None:
            for name in ("count", "share", "lower", "upper", "above", "below"):
                if getattr(figure, name) is not None:
                    self.loose.append(f"{name} of {figure}")
            return
        base = Quantity(figure.measure, figure.category, "base", group)
        inside = base._replace(answer="in")
        self._say(base, figure.n, figure.n)
        least, greatest = 0, figure.n
        if figure.above is not None:
            least = max(least, first_above(figure.above, figure.n))
        if figure.below is not None:
            greatest = min(greatest, figure.n - first_above(100 - figure.below, figure.n))
        if figure.lower is not None and figure.upper is not None:
            counts = range(figure.n + 1)
            lower = min(counts, key=lambda k: abs(wilson(k, figure.n)[0] - figure.lower))
            upper = min(counts, key=lambda k: abs(wilson(k, figure.n)[1] - figure.upper))
            least, greatest = max(least, lower), min(greatest, upper)
        for exact in (figure.count, None if figure.share is None else figure.share * figure.n):
            if exact is not None:
                least = greatest = round(exact)
        if figure.status == "banded":
            least, greatest = self._of_a_weak_band(figure, least, greatest)
        self._say(inside, least, greatest)

    def _of_a_weak_band(self, figure: Figure, least: int, greatest: int) -> tuple[int, int]:
        """Tell from a band that claims less than it may that the side is not small, and the claim untrue."""
        question = self.questionnaire.questions.get(figure.measure)
        side = getattr(question, "sensitive_side", "counted" if figure.category == LOW_SCORES else "neither")
        claim = 100 - figure.below if figure.above is None else figure.above
        sensitive = side in ("both", "counted" if figure.above is None else "not counted")
        strongest = strongest_claim(figure.n, self.width, sensitive=sensitive)
        if strongest is not None and claim >= strongest:
            return least, greatest
        spare = self.small_side
        if strongest is not None:
            spare = max(spare, figure.n - first_above(strongest, figure.n) + 1)
        if figure.above is None:
            return max(least, spare), greatest
        return least, min(greatest, figure.n - spare)

    def _hear_what_goes_with(self, release: Release) -> None:
        """Hear what is said beside a group that stands out, or did in the last wave."""
        standing_out = {c.conditions for c in release.cohorts if c.tier == "flag" and c.role != "covered"}
        for one in release.descriptions:
            self._hear(one.figure)
            self._hear(one.rest)
            if (one.figure.status, one.rest.status) != ("shown", "shown"):
                self.loose.append(f"{one.figure.measure} named beside {one.name}")
            if one.conditions not in standing_out:
                self.loose.append(f"{one.name}, of which nothing is said, described")
        for again in release.rechecks:
            pairs = [(again.figure, again.rest), (again.before, again.before_rest)]
            for figure in (f for pair in pairs for f in pair if f is not None):
                self._hear(figure)
            shown = [all(f is not None and f.status == "shown" for f in pair) for pair in pairs]
            if not shown[0]:
                for name in ("difference", "difference_lower", "difference_upper", "detectable"):
                    if getattr(again, name) is not None:
                        self.loose.append(f"{name} of {again.name}")
                if again.state not in ("withheld", "not tested"):
                    self.loose.append(f"verdict on {again.name}")
            if again.before is not None and not shown[1]:
                self.loose.append(f"{again.name} is said to have stood out")

    def _hear_others(self, comparison: Any, printed: tuple[Benchmark, ...]) -> None:
        figure = comparison.figure
        ours = figure.questionnaire == self.questionnaire.id
        last = comparison.comparator == "last wave" and comparison.source == " ".join(self.place)
        others = (comparison.comparator, self.place[1]) == (self.place[0], comparison.source[-4:])
        if ours and (last or others) and comparison.benchmark_n is not None:
            base = Quantity(figure.measure, figure.category, "base", Group(figure.age_bands))
            self._say(base, comparison.benchmark_n, comparison.benchmark_n)
            if comparison.benchmark is not None:
                count = round(comparison.benchmark * comparison.benchmark_n)
                self._say(base._replace(answer="in"), count, count)
        if (figure.area, figure.wave) != self.place or not ours or figure.status == "shown":
            return
        for name in ("difference", "difference_lower", "difference_upper", "effect_size", "detectable"):
            if getattr(comparison, name) is not None:
                self.loose.append(f"{name} of {figure.measure} against {comparison.comparator}")
        if comparison.verdict not in ("withheld", "not compared"):
            self.loose.append(f"verdict of {figure.measure} against {comparison.comparator}")
        for other in printed:
            same = (other.measure, other.category, other.comparator) == (
                figure.measure,
                figure.category,
                comparison.comparator,
            )
            if same and comparison.benchmark is not None and comparison.benchmark != other.share:
                self.loose.append(f"others' share beside {figure.measure}")
            if same and comparison.benchmark_n not in (None, other.n):
                self.loose.append(f"others' base beside {figure.measure}")

    def _say(self, quantity: Quantity, least: int, greatest: int) -> None:
        self.statements[Statement(quantity, least, greatest)] = None

    # ------------------------------------------------------------------------------------ what follows

    def links(self) -> list[tuple[str, ...]]:
        """Return the measures in groups that say something of each other."""
        questionnaire = self.questionnaire
        sets = [{name} for name in [*questionnaire.questions, *(c.id for c in questionnaire.composites)]]
        tied = [
            {name, q.asked_if.measure}
            for name, q in questionnaire.questions.items()
            if q.asked_if is not None
        ]
        tied += [{c.id, *c.scales} for c in questionnaire.composites if len(c.scales) < 4]
        for pair in tied:
            joined = set().union(*(s for s in sets if s & pair))
            sets = [s for s in sets if not s & pair] + [joined]
        order = list(questionnaire.questions) + [c.id for c in questionnaire.composites]
        return [tuple(sorted(s, key=order.index)) for s in sets]

    def world(self, measures: tuple[str, ...]) -> World:
        return World(self, measures)


@dataclass
class World:
    """All that is said of some linked measures, as one integer program over kinds of children."""

    intruder: Intruder
    measures: tuple[str, ...]

    def __post_init__(self) -> None:
        self.statements = [s for s in self.intruder.statements if s.quantity.measure in self.measures]
        self._points: dict[str | None, list[np.ndarray]] = {}

    @cached_property
    def traits(self) -> tuple[str, ...]:
        used = {trait for s in self.statements for trait, _ in s.quantity.group.levels}
        return tuple(t for t in self.intruder.questionnaire.trait if t in used)

    @cached_property
    def atoms(self) -> list[Atom]:
        q = self.intruder.questionnaire
        levels = [[*(level.id for level in q.trait[t].levels), q.trait[t].not_known] for t in self.traits]
        return [
            (band, dict(zip(self.traits, combination, strict=True)), child)
            for band in q.band
            for child in kinds_of_children(q, self.measures, band)
            for combination in product(*levels)
        ]

    def row(self, quantity: Quantity) -> np.ndarray:
        group = quantity.group
        return np.array(
            [
                band in group.age_bands
                and (all(levels[t] == v for t, v in group.levels) != group.rest)
                and child.gave(quantity)
                for band, levels, child in self.atoms
            ],
            dtype=float,
        )

    @cached_property
    def program(self) -> tuple[list[LinearConstraint], Bounds]:
        rows, low, high = [], [], []
        for statement in self.statements:
            rows.append(self.row(statement.quantity))
            low.append(statement.least)
            high.append(statement.greatest)
        for band, n in self.intruder.responses.items():
            rows.append(np.array([band in (b, "all") for b, _, _ in self.atoms], dtype=float))
            low.append(n)
            high.append(n)
        upper = np.full(len(self.atoms), float(MOST))
        for i, (band, levels, child) in enumerate(self.atoms):
            for name, answer in child.answers:
                if answer is not None and self._is_empty(name, band, levels):
                    upper[i] = 0
        matrix = csr_array(np.array(rows)) if rows else None
        constraints = [LinearConstraint(matrix, low, high)] if rows else []
        return constraints, Bounds(np.zeros(len(self.atoms)), upper)

    def _is_empty(self, measure: str, band: str, levels: dict[str, str]) -> bool:
        """Whether a table that is in the report has no line for these children."""
        seen = {(b, g) for m, b, g in self.intruder.levels_seen if m == measure}
        for table in self.intruder.tables:
            group = tuple((t, levels[t]) for t in table if t in levels)
            in_report = any(tuple(t for t, _ in g) == table for _, g in seen)
            if len(group) == len(table) and in_report and (band, group) not in seen:
                return True
        return False

    def bounds(self, quantity: Quantity, *, own: Atom | None = None) -> tuple[int, int]:
        """Return the fewest and the most children that the quantity could hold."""
        return self._extreme(quantity, 1, own), self._extreme(quantity, -1, own)

    def could_be_apart(self, quantity: Quantity, width: int, *, own: Atom | None = None) -> bool:
        """Whether two worlds that fit all that is said differ by so many children."""
        seen = [p @ self.row(quantity) for p in self._points.get(own and str(own), [])]
        if seen and max(seen) - min(seen) >= width:
            return True
        least, most = self.bounds(quantity, own=own)
        return most - least >= width

    def could_reach(self, quantity: Quantity, number: int) -> bool:
        """Whether a world that fits all that is said holds so many children."""
        row = self.row(quantity)
        return any(p @ row >= number for p in self._points.get(None, [])) or (
            self._extreme(quantity, -1, None) >= number
        )

    def _extreme(self, quantity: Quantity, sign: int, own: Atom | None) -> int:
        constraints, limits = self.program
        if own is not None:
            mine = np.array([float(atom == own) for atom in self.atoms])
            assert mine.sum() == 1
            limits = Bounds(np.maximum(limits.lb, mine), limits.ub)
        result = milp(
            sign * self.row(quantity),
            integrality=np.ones(len(self.atoms)),
            bounds=limits,
            constraints=constraints,
            options={"mip_rel_gap": 0},
        )
        if result.status != 0:
            raise AssertionError(f"what is published contradicts itself: {result.message}")
        self._points.setdefault(own and str(own), []).append(np.rint(result.x))
        return round(sign * result.fun)
