"""What an outsider makes of an edition: the fewest and most children behind each figure that is not shown.

The outsider reads figures that were published, knows how tables add up and what the questionnaire's routing
and rules imply, and never sees a tally. Everything published of some linked measures becomes one system of
unseen counts; a figure is narrowed too far if all counts that fit lie closer together than the policy allows.
What must stay open is what could not be shown: a figure that was hidden, or given as a weaker band, to
protect another may be worked out. Which that is nobody is told, so a hidden figure counts as one that could
not be shown unless some of the counts that fit could be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import inf
from typing import TYPE_CHECKING

from brightspots.disclosure.audit import Knowledge, Limits, Row
from brightspots.disclosure.cells import Decision, as_read
from brightspots.disclosure.links import Kind, kinds_of_children, linked, links_between
from brightspots.disclosure.policy import least_above
from brightspots.measures.composite import LOW
from brightspots.measures.measure import measures_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from brightspots.disclosure.figures import Figure, Responses
    from brightspots.disclosure.policy import Policy
    from brightspots.questionnaire.model import Questionnaire

SCALE = ("low", "medium", "high", "very high")
UNNAMED = "any other"
"""A level of a trait that no line of a table names."""

Levels = tuple[str, ...]
Grouping = tuple[str, ...]
Part = str | Kind | None
Unseen = tuple[str, Grouping, str, Levels, Part]
"""A count nobody sees: of a measure, by traits, in an age band, of some levels, in a category or none."""


@dataclass(frozen=True)
class Narrowed:
    """How far a figure that is not shown can be narrowed down.

    Attributes
    ----------
    figure : Figure
        As published; or, where nothing is published of them, all others than a group or an age band.
    least, greatest : int or None
        Fewest and most children that it could count; None where the files contradict each other.
    is_leak : bool
        Whether that is closer than the policy allows.
    """

    figure: Figure
    least: int | None
    greatest: int | None
    is_leak: bool


def narrow(
    figures: Sequence[Figure],
    responses: Sequence[Responses],
    policy: Policy,
    questionnaires: Mapping[str, Questionnaire],
    *,
    in_full: bool = False,
) -> list[Narrowed]:
    """Return how far figures can be narrowed down by all that is published together.

    Parameters
    ----------
    figures : sequence of Figure
    responses : sequence of Responses
    policy : Policy
    questionnaires : mapping of str to Questionnaire
        As far as known; the figures of others are taken measure by measure.
    in_full : bool, default False
        Whether to return the bounds of every figure that is hidden or banded, or only those narrowed too far.

    Examples
    --------
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["pets"]))
    >>> narrow(out.figures, out.responses, out.policy, out.questionnaires)
    []
    """
    by_place: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        by_place[(figure.questionnaire, figure.area, figure.wave)].append(figure)
    found: list[Narrowed] = []
    for place, own in by_place.items():
        answered = {
            r.age_band: r.n
            for r in responses
            if (r.questionnaire, r.area, r.wave) == place and r.n is not None
        }
        questionnaire = questionnaires.get(place[0])
        names = dict.fromkeys(figure.measure for figure in own)
        for group in linked(questionnaire, names) if questionnaire else [(name,) for name in names]:
            about = [figure for figure in own if figure.measure in group]
            found += _Outsider(about, answered, policy, questionnaire).narrowed(in_full=in_full)
    return found


class _Outsider:
    """Everything that one edition says of some linked measures in one place."""

    def __init__(
        self,
        figures: Sequence[Figure],
        answered: Mapping[str, int],
        policy: Policy,
        questionnaire: Questionnaire | None,
    ) -> None:
        self.figures, self.answered = figures, answered
        self.policy, self.questionnaire = policy, questionnaire
        known = {} if questionnaire is None else measures_of(questionnaire)
        self.names = tuple(dict.fromkeys(figure.measure for figure in figures))
        self.measures = {name: known[name] for name in self.names if name in known}
        self.said = {(f.measure, f.category, f.age_band, f.group, f.rest): f for f in figures}
        self.bands: dict[str, tuple[str, ...]] = {}
        self.levels: dict[str, dict[str, list[str]]] = {}
        self.blocks: dict[str, list[Grouping]] = {}
        for name in self.names:
            own = [figure for figure in figures if figure.measure == name]
            self.bands[name] = tuple(dict.fromkeys(band for f in own for band in f.age_bands))
            self.levels[name] = _levels_in(own)
            self.blocks[name] = _groupings_in(own)
        self.parts: dict[str, tuple[Part, ...]] = {}
        self.place: dict[Unseen, int] = {}
        self._knowledge: Knowledge | None = None

    def narrowed(self, *, in_full: bool) -> Iterator[Narrowed]:
        """Yield what is narrowed too far; with `in_full` everything that is not shown."""
        for figure in self.figures:
            if figure.status in ("banded", "withheld"):
                is_leak = not self._is_open_enough(figure)
                if is_leak or in_full:
                    yield Narrowed(figure, *self._bounds(figure, "count"), is_leak)
            elif self._is_protected(figure, figure.n or 0, figure.count or 0):
                yield Narrowed(figure, figure.count, figure.count, is_leak=True)
        for figure in self._left_over():
            shown = self._by_subtraction(figure)
            if shown is not None and self._is_protected(figure, *shown):
                yield Narrowed(figure, shown[1], shown[1], is_leak=True)
            elif shown is None and self._is_known_to_be_small(figure):
                yield Narrowed(figure, *self._bounds(figure, "count"), is_leak=True)

    # ------------------------------------------------------------------------------- what is a leak

    def _is_protected(self, figure: Figure, n: int, count: int) -> bool:
        """Whether the policy does not let these numbers be shown."""
        side = min(count, n - count)
        small = side < self.policy.minimum_side and not (side == 0 and self._is_harmless(figure, n))
        return n > 0 and (n < self.policy.minimum_base or small)

    def _is_harmless(self, figure: Figure, n: float) -> bool:
        """Whether "none of them" or "all of them" may be said."""
        measure = self.measures.get(figure.measure)
        sensitive = measure is not None and measure.is_sensitive(figure.category)
        return n >= self.policy.all_shown_from and not sensitive

    def _is_open_enough(self, figure: Figure) -> bool:
        """Whether what is hidden, or given as a band, stays as open as the policy wants."""
        known = self._known()
        if figure.status == "banded":
            is_for_others = bool(self._band(figure).spare)
            return is_for_others or known.is_open(self._row(figure, "count"), self.policy.least_width)
        rows = [self._row(figure, part) for part in ("count", "others")]
        if not all(known.is_open(row, self.policy.least_width) for row in rows):
            return self._could_be_shown(figure)
        base = self._row(figure, "base")
        if known.is_open(base, self.policy.least_width):
            return True
        most = known.bounds(base)[1]
        return most is None or not 0 < most < self.policy.minimum_base

    def _could_be_shown(self, figure: Figure) -> bool:
        """Whether one of the counts that fit could have been shown, and was hidden to protect others."""
        (least, _), (fewest, _) = bounds = [self._bounds(figure, part) for part in ("count", "others")]
        most = self._bounds(figure, "base")[1]
        n = inf if most is None else most
        if least is None or fewest is None or n < self.policy.minimum_base:
            return False
        both_sides = all(high is None or high >= self.policy.minimum_side for _, high in bounds)
        return both_sides or (0 in (least, fewest) and self._is_harmless(figure, n))

    def _band(self, figure: Figure) -> Decision:
        """Return a band with what its being a weaker one tells whoever knows the policy and the question."""
        band = Decision("banded", figure.n or 0, 0, above=figure.above, below=figure.below)
        measure = self.measures.get(figure.measure)
        return band if measure is None else as_read(band, measure, figure.category, self.policy)

    def _left_over(self) -> Iterator[Figure]:
        """Yield what stands nowhere, but is all others than a group, or than an age band."""
        for figure in self.figures:
            others = (figure.measure, figure.category, figure.age_band, figure.group, True)
            several = len(figure.age_bands) == 1 < len(self.bands[figure.measure])
            if others not in self.said and (figure.group or several):
                yield replace(
                    figure, status="withheld", rest=True, n=None, count=None, share=None, lower=None,
                    upper=None, above=None, below=None,
                )  # fmt: skip

    def _by_subtraction(self, figure: Figure) -> tuple[int, int] | None:
        """Return the base and count of what stands nowhere, if two figures that are shown leave it over."""
        own = self.said[(figure.measure, figure.category, figure.age_band, figure.group, False)]
        bands = set(figure.age_bands if figure.group else self.bands[figure.measure])
        totals = (
            f
            for f in self.figures
            if (f.measure, f.category, f.group, f.rest) == (figure.measure, figure.category, (), False)
            and set(f.age_bands) == bands
        )
        total = next(totals, None)
        if total is None or {own.status, total.status} - {"shown", "no base"}:
            return None
        return (total.n or 0) - (own.n or 0), (total.count or 0) - (own.count or 0)

    def _is_known_to_be_small(self, figure: Figure) -> bool:
        """Whether a side of what stands nowhere is known to be smaller than the policy shows."""
        known, base = self._known(), self._row(figure, "base")
        if known.is_open(base, 1):
            return False
        n = known.bounds(base)[1] or 0
        for row in (self._row(figure, "count"), self._row(figure, "others")) if n else ():
            if not known.is_open(row, self.policy.least_width):
                most = known.bounds(row)[1] or 0
                if most < self.policy.minimum_side and not (most == 0 and self._is_harmless(figure, n)):
                    return True
        return False

    def _bounds(self, figure: Figure, part: str) -> tuple[int | None, int | None]:
        return self._known().bounds(self._row(figure, part))

    # ------------------------------------------------------------------------------- what is known

    def _known(self) -> Knowledge:
        """Return all that is known; what cannot be true together with what is published tells nothing.

        A report of typed counts may leave a band of a scale out, or contradict the questionnaire's rules.
        """
        if self._knowledge is None:
            for whole_scales, rules in ((True, True), (True, False), (False, False)):
                self._lay_out(whole_scales=whole_scales)
                implied = list(self._implied()) if rules else []
                rows = [*self._published(rules=rules), *self._adding_up(), *implied]
                self._knowledge = Knowledge(len(self.place), rows)
                if self._knowledge.find_a_world() is not False:
                    break
        assert self._knowledge is not None
        return self._knowledge

    def _lay_out(self, *, whole_scales: bool) -> None:
        """Give every unseen count its place."""
        for name in self.names:
            own = tuple(dict.fromkeys(f.category for f in self.figures if f.measure == name))
            kind = self.measures[name].kind if name in self.measures else ""
            is_scale = kind == "scale" or len(own) > 1
            self.parts[name] = (
                *(SCALE if is_scale else own),
                *(() if is_scale and whole_scales else (None,)),
            )
        keys = (
            (name, grouping, band, levels, part)
            for name in self.names
            for grouping in self.blocks[name]
            for band, levels, part in product(
                self.bands[name], self._level_sets(name, grouping), self.parts[name]
            )
        )
        self.place = {key: i for i, key in enumerate(keys)}

    def _level_sets(self, name: str, grouping: Grouping) -> list[Levels]:
        return list(product(*(self.levels[name][trait] for trait in grouping)))

    def _row(self, figure: Figure, part: str) -> Row:
        """Return the sum of unseen counts that is a figure's base, its count, or the others in its base."""
        name = figure.measure
        parts = [
            one for one in self.parts[name] if part == "base" or (one == figure.category) is (part == "count")
        ]
        pairs = sorted(figure.group)
        grouping, levels = tuple(trait for trait, _ in pairs), tuple(level for _, level in pairs)
        if figure.rest and not grouping:
            others = [band for band in self.bands[name] if band not in figure.age_bands]
            return {self.place[(name, (), band, (), one)]: 1.0 for band in others for one in parts}
        row: Row = {}
        for band, one in product(figure.age_bands, parts):
            row[self.place[(name, grouping, band, levels, one)]] = -1.0 if figure.rest else 1.0
            if figure.rest:
                row[self.place[(name, (), band, (), one)]] = 1.0
        return row

    def _published(self, *, rules: bool) -> Iterator[Limits]:
        """Yield what is said: of figures, of lines that tables do not have, of how many answered."""
        lines: dict[tuple[str, Grouping, tuple[str, ...]], set[Levels]] = defaultdict(set)
        searched = set()
        for figure in self.figures:
            pairs = sorted(figure.group)
            table = (figure.measure, tuple(trait for trait, _ in pairs), figure.age_bands)
            lines[table].add(tuple(level for _, level in pairs))
            searched |= {table} if figure.rest else set()
            if figure.status == "withheld":
                continue
            yield Limits(self._row(figure, "base"), figure.n or 0, figure.n or 0)
            yield Limits(self._row(figure, "count"), *self._told(figure, rules=rules))
        for (name, grouping, bands), listed in lines.items():
            if (name, grouping, bands) in searched:  # a search names only some groups
                continue
            for levels in self._level_sets(name, grouping):
                if levels not in listed:
                    places = product(bands, self.parts[name])
                    row = {self.place[(name, grouping, b, levels, part)]: 1.0 for b, part in places}
                    yield Limits(row, 0.0, 0.0)
        for name in self.names:
            for band in self.bands[name]:
                if band in self.answered:
                    row = {self.place[(name, (), band, (), part)]: 1.0 for part in self.parts[name]}
                    yield Limits(row, 0.0, self.answered[band])

    def _told(self, figure: Figure, *, rules: bool) -> tuple[int, int]:
        """Return the fewest and most children that a figure which is not hidden says it counts."""
        return self._band(figure).told if rules and figure.status == "banded" else limits_of(figure)

    def _adding_up(self) -> Iterator[Limits]:
        """Yield how the lines of finer tables add up to those of coarser ones."""
        for name in self.names:
            for coarse, fine in combinations(self.blocks[name], 2):
                if set(coarse) <= set(fine):
                    kept = [fine.index(trait) for trait in coarse]
                    finer: dict[Levels, list[Levels]] = defaultdict(list)
                    for levels in self._level_sets(name, fine):
                        finer[tuple(levels[i] for i in kept)].append(levels)
                    for band, part, (levels, many) in product(
                        self.bands[name], self.parts[name], finer.items()
                    ):
                        row = {self.place[(name, fine, band, one, part)]: 1.0 for one in many}
                        row[self.place[(name, coarse, band, levels, part)]] = -1.0
                        yield Limits(row, 0.0, 0.0)

    def _implied(self) -> Iterator[Limits]:
        """Yield what one measure tells of another: by routing, boxes, and the rules of composites."""
        if self.questionnaire is None:
            return
        for band in dict.fromkeys(band for bands in self.bands.values() for band in bands):
            for link in links_between(self.questionnaire, self.measures, band):
                parts = dict.fromkeys(link.at_least, 1.0) | dict.fromkeys(link.that, -1.0)
                keys = {(name, (), band, (), part): sign for (name, part), sign in parts.items()}
                if all(name in self.bands and band in self.bands[name] for name, _ in parts):
                    yield Limits({self.place[k]: s for k, s in keys.items() if k in self.place}, 0.0, inf)
        for composite in self.questionnaire.composites:
            names = (*composite.scales, composite.id)
            bands = dict.fromkeys(band for name in names for band in self.bands.get(name, ()))
            if len(set(names) & set(self.names)) > 1:
                yield from self._made_of_kinds(names, kinds_of_children(composite), bands)

    def _made_of_kinds(
        self, names: Sequence[str], kinds: Sequence[Kind], bands: Iterable[str]
    ) -> Iterator[Limits]:
        """Yield how a composite and its scales are made of the kinds of children that its rule allows."""
        for band in bands:
            for kind in kinds:
                self.place[(f"kinds of {names[-1]}", (), band, (), kind)] = len(self.place)
            for i, name in enumerate(names):
                for low in (True, False) if band in self.bands.get(name, ()) else ():
                    row = {
                        self.place[(f"kinds of {names[-1]}", (), band, (), kind)]: 1.0
                        for kind in kinds
                        if kind[i] is low
                    }
                    row |= {
                        self.place[(name, (), band, (), part)]: -1.0
                        for part in self.parts[name]
                        if (part == LOW) is low
                    }
                    yield Limits(row, 0.0, 0.0)


def limits_of(figure: Figure) -> tuple[int, int]:
    """Return the fewest and most children that a figure which is not hidden says it counts."""
    n = figure.n or 0
    if figure.status != "banded":
        return figure.count or 0, figure.count or 0
    least = 0 if figure.above is None else least_above(figure.above, n)
    greatest = n if figure.below is None else n - least_above(100 - figure.below, n)
    return least, greatest


def _levels_in(figures: Iterable[Figure]) -> dict[str, list[str]]:
    """Return the levels of each trait that are named, and one for all that are not."""
    levels: dict[str, dict[str, None]] = defaultdict(dict)
    for trait, level in (pair for figure in figures for pair in figure.group):
        levels[trait][level] = None
    return {trait: [*named, UNNAMED] for trait, named in levels.items()}


def _groupings_in(figures: Iterable[Figure]) -> list[Grouping]:
    """Return by what figures are broken down, none first; crossed ones are tied by one of all."""
    used = {tuple(sorted(trait for trait, _ in figure.group)) for figure in figures}
    joint = tuple(sorted({trait for grouping in used if len(grouping) > 1 for trait in grouping}))
    return sorted({(), joint, *used}, key=lambda grouping: (len(grouping), grouping))
