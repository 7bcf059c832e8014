"""Invented children, the truth about them, and what a release of them gives away."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from attack import Group, Intruder, Quantity, Statement, scored

import brightspots as bs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brightspots.questionnaire.model import Questionnaire

SMALL = bs.load_questionnaire(Path(__file__).with_name("small.toml"))
MINIMUM_BASE, MINIMUM_SIDE, WIDTH, ALL_SHOWN_FROM = 10, 5, 5, 20


class Children:
    """Rows of answers, and every true count of them, without the library's tallies."""

    def __init__(self, frame: pd.DataFrame, questionnaire: Questionnaire = SMALL) -> None:
        self.frame, self.questionnaire = frame.reset_index(drop=True), questionnaire
        self.answers = {name: self._classes(name) for name in questionnaire.questions}
        for composite in questionnaire.composites:
            scales = zip(*(self.answers[s] for s in composite.scales), strict=True)
            asked = self.frame["age_band"].isin(composite.asked)
            self.answers[composite.id] = [
                scored(list(one), composite) if is_asked else None
                for one, is_asked in zip(scales, asked, strict=True)
            ]

    def _classes(self, name: str) -> list[str | None]:
        question = self.questionnaire.questions[name]
        values = self.frame[name].astype(object).where(self.frame[name].notna(), None).tolist()
        if hasattr(question, "counted"):
            through = {
                a
                for q in self.questionnaire.questions.values()
                if q.asked_if is not None and q.asked_if.measure == name
                for a in q.asked_if.answers
            }
            options = self.questionnaire.options(name)
            counted = question.counted_in(question.asked[0])
            return [
                f"{'counted' if v in counted else 'not counted'}/{'on' if v in through else 'past'}"
                if v in options
                else None
                for v in values
            ]
        names = ("low",) * 5 + ("medium",) * 2 + ("high",) * 2 + ("very high",) * 2
        if not question.higher_is_better:
            names = names[::-1]
        return [names[int(v)] if v is not None and str(v).isdigit() else None for v in values]

    def inside(self, group: Group) -> np.ndarray:
        held = np.ones(len(self.frame), dtype=bool)
        for trait, level in group.levels:
            unknown = self.questionnaire.trait[trait].not_known
            held &= (self.frame[trait].astype(object).fillna(unknown) == level).to_numpy()
        return self.frame["age_band"].isin(group.age_bands).to_numpy() & (held != group.rest)

    def truth(self, measure: str, category: str, group: Group) -> tuple[int, int]:
        given = [a for a, i in zip(self.answers[measure], self.inside(group), strict=True) if i and a]
        return len(given), sum(a.split("/")[0] == category for a in given)

    def is_sensitive(self, measure: str, category: str) -> bool:
        question = self.questionnaire.questions.get(measure)
        return category == "low" or bool(getattr(question, "sensitive", False))

    def is_protected(self, measure: str, category: str, group: Group) -> bool:
        n, count = self.truth(measure, category, group)
        side = min(count, n - count)
        if n < MINIMUM_BASE:
            return n > 0
        harmless = side == 0 and n >= ALL_SHOWN_FROM and not self.is_sensitive(measure, category)
        return side < MINIMUM_SIDE and not harmless


def invent(rng: np.random.Generator, n: int, *, traits: Sequence[str] = ("gender", "home")) -> pd.DataFrame:
    """Return the answers of n children to the small questionnaire, with the odd shares that leaks need."""

    def pick(values: Sequence[str], size: int) -> np.ndarray:
        return rng.choice(np.array(values, dtype=object), size, p=rng.dirichlet(np.full(len(values), 0.6)))

    frame = pd.DataFrame({"age_band": pick(("younger", "older"), n)})
    frame.insert(0, "area", "Somewhere")
    frame.insert(1, "wave", "2021")
    for trait in SMALL.trait:
        levels = [level.id for level in SMALL.trait[trait].levels]
        frame[trait] = pick([*levels, SMALL.trait[trait].not_known] if rng.random() < 0.3 else levels, n)
    for name in SMALL.questions:
        options = list(SMALL.options(name))
        values = pick(options, n)
        by = rng.choice(["age_band", *traits])
        level = rng.choice(frame[by].unique())
        there = (frame[by] == level).to_numpy()
        values[there] = pick(options, int(there.sum()))
        values[rng.random(n) < rng.choice([0, 0.02, 0.1])] = "not_answered"
        question = SMALL.questions[name]
        values[~frame["age_band"].isin(question.asked).to_numpy()] = "not_asked"
        if question.asked_if is not None:
            routed = frame[question.asked_if.measure].isin(question.asked_if.answers).to_numpy()
            values[~routed] = "not_asked"
        frame[name] = values
    return frame


def groups(children: Children, groupings: Sequence[tuple[str, ...]], bands: Sequence[str]) -> Iterator[Group]:
    """Return every group of a grouping, in every band, in all, in all but one, and all others than it."""
    sets = [tuple(c) for size in range(1, len(bands) + 1) for c in combinations(bands, size)]
    for age_bands, grouping in product(sets, groupings):
        traits = [children.questionnaire.trait[t] for t in grouping]
        for levels in product(*([*(one.id for one in t.levels), t.not_known] for t in traits)):
            named = tuple(zip(grouping, levels, strict=True))
            yield Group(age_bands, named)
            if named:
                yield Group(age_bands, named, rest=True)


def leaks(intruder: Intruder, children: Children, *, own: np.random.Generator | None = None) -> list[str]:
    """Return what the intruder knows more closely than the policy allows.

    A hidden or banded count with a small side must stay open by 5 children, any other count with a small side
    must not be known to be small, and a base under 10 must not be known. With `own`, the intruder is one of
    the children and knows their own answer.
    """
    return list(each_leak(intruder, children, own=own))


def each_leak(
    intruder: Intruder, children: Children, *, own: np.random.Generator | None = None
) -> Iterator[str]:
    """Yield the same, one after the other."""
    yield from intruder.loose
    published = {s.quantity: s for s in intruder.statements}
    for measures in intruder.links():
        world = intruder.world(measures)
        if not world.statements:
            continue
        groupings = sorted({tuple(t for t, _ in s.quantity.group.levels) for s in world.statements} | {()})
        present = [b for b in children.questionnaire.band if (children.frame["age_band"] == b).any()]
        me = a_child(world, children, own) if own is not None else None
        for measure in measures:
            asked = next(
                (
                    c.asked
                    for c in (*children.questionnaire.questions.values(), *children.questionnaire.composites)
                    if c.id == measure
                ),
            )
            bands = [b for b in present if b in asked]
            categories = ("counted",)
            if any(measure == s.id for s in children.questionnaire.wellbeing_scales):
                categories = ("low", "medium", "high", "very high")
            elif any(measure == c.id for c in children.questionnaire.composites):
                categories = ("low",)
            for category, group in product(categories, groups(children, groupings, bands)):
                if not children.is_protected(measure, category, group):
                    continue
                base = Quantity(measure, category, "base", group)
                n, count = children.truth(measure, category, group)
                for problem in _problems(world, published, base, n, count, me):
                    yield f"{problem}: {measure} {category} {group}, true {count} of {n}"


def _problems(
    world: Any, published: dict[Quantity, Statement], base: Quantity, n: int, count: int, me: Any
) -> Iterator[str]:
    inside, outside = base._replace(answer="in"), base._replace(answer="out")
    told = published.get(base)
    less = 0 if me is None else 1
    if told is not None:  # banded, or it would not be protected
        if not world.could_be_apart(inside, WIDTH - less, own=me):
            yield f"band known to {world.bounds(inside, own=me)}"
        return
    if n < MINIMUM_BASE and not world.could_be_apart(base, 2 - less, own=me):
        yield f"base known to be {world.bounds(base, own=me)}"
    for side, number in ((inside, count), (outside, n - count)):
        if number == 0 and _is_printed_for_more(side, published):
            continue
        if me is not None:
            if number < MINIMUM_SIDE and not world.could_be_apart(side, 1, own=me):
                yield f"{side.answer} known to be {world.bounds(side, own=me)}"
        elif number < MINIMUM_SIDE and not world.could_reach(side, MINIMUM_SIDE):
            yield f"{side.answer} known to be small {world.bounds(side)}"


def _is_printed_for_more(side: Quantity, published: dict[Quantity, Statement]) -> bool:
    """Whether it is printed that nobody, or everybody, of these and more children gave an answer."""
    group = side.group
    for told in published.values():
        other = told.quantity.group
        base = published.get(told.quantity._replace(answer="base"))
        more = set(group.age_bands) <= set(other.age_bands)
        within = set(other.levels) <= set(group.levels) and not other.rest and not group.rest
        more &= not other.levels or within or (other.levels == group.levels and other.rest == group.rest)
        same = told.quantity[:2] == side[:2] and told.quantity.answer == "in"
        limit = 0 if side.answer == "in" or base is None else base.least
        if same and more and told.least == told.greatest == limit:
            return True
    return False


def a_child(world: Any, children: Children, rng: np.random.Generator) -> Any:
    """Return one of the children, as one kind of child of a world."""
    i = int(rng.integers(len(children.frame)))
    row = children.frame.iloc[i]
    answers = {name: children.answers[name][i] for name in world.measures}
    return next(
        atom
        for atom in world.atoms
        if atom[0] == row["age_band"]
        and all(row[t] == v for t, v in atom[1].items())
        and dict(atom[2].answers) == answers
    )
