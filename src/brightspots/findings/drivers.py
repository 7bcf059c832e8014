"""Drivers: what goes together with low wellbeing, other things being equal.

The word is the field's; what is found is association. Children answer everything at one time and in one mood,
so most of these effects overstate, and none of them says what causes what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from brightspots.errors import ArgumentError
from brightspots.findings.profiles import searched_category
from brightspots.findings.verdicts import ALPHA, MINIMUM_BASE, NOT_COMPARED, SIMILAR, UNCLEAR
from brightspots.measures.measure import COUNTED, measures_of
from brightspots.statistics import adjust, difference_interval, effect_size, firth
from brightspots.statistics.effects import MEANINGFUL
from brightspots.statistics.logistic import EVENTS_PER_COLUMN
from brightspots.survey.survey import Survey
from brightspots.tables import Table
from brightspots.tallies.counting import tally
from brightspots.tallies.tally import Tally, refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.tallies.tally import CountTable

Counts = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Profile = tuple[str | None, ...]

LEAST_ANSWERS = 100
LEAST_EVENTS = 20
EVENTS_PER_CANDIDATE = 10

AGE_BAND = "age_band"
TRAIT = "trait"
MORE, LESS = "more often", "less often"

COLUMNS = (
    "driver", "kind", "level", "reference", "n", "count", "share", "reference_n", "reference_count",
    "reference_share", "difference", "difference_lower", "difference_upper", "effect", "effect_lower",
    "effect_upper", "effect_size", "p", "q", "verdict", "reason", "edge", "not_known", "n_used", "n_left_out",
    "events",
)  # fmt: skip


class Drivers(Table):
    """What an outcome is associated with, other things being equal. Not for release.

    Attributes
    ----------
    questionnaire : Questionnaire
        What was asked.
    outcome, category : str
        The measure, and its category that is counted: ``low`` for low wellbeing.
    counted_outside : bool
        True where those outside the category are counted, for an indicator whose answers that count are good.
    candidates : tuple of str
        What was asked about, in the order given.
    references : dict of candidate to str
        The level that each is set against.
    age_bands : tuple of str
        The forms of the children in the model.
    n_used, n_left_out : int
        Children in the model, and those left out because some candidate is not known of them.
    count, events : int
        Children in the model with the outcome, and the fewer of those with and without it.
    confidence : float
        Of the intervals.
    """

    title = "Drivers"
    questionnaire: Questionnaire
    outcome: str
    category: str
    counted_outside: bool
    candidates: tuple[str, ...]
    references: dict[str, str]
    age_bands: tuple[str, ...]
    n_used: int
    n_left_out: int
    count: int
    events: int
    confidence: float


def find_drivers(
    source: Survey | Tally,
    *,
    candidates: Sequence[str],
    outcome: str = "low_wellbeing",
    confidence: float = 0.95,
) -> Drivers:
    """Find what low wellbeing is associated with, other things being equal.

    One model holds all candidates at once, so each effect is over and above the others. Name the candidates
    before looking at the answers: there is no stepwise selection here and no ranking.

    Parameters
    ----------
    source : Survey or Tally
        Answers of one council in one wave. A Tally can only tell of traits, and must hold their full profile.
    candidates : sequence of str
        Traits, ``age_band``, and with a Survey also indicators and 0-10 scales: at most one for every 10
        children with the rarer outcome.
    outcome : str, default "low_wellbeing"
        A composite, 0-10 scale or indicator; its unfavourable side is counted.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    Drivers
        A `Table` with one row for each level but the reference of each candidate, in the order given:
        ``driver kind level reference``; ``n count share reference_n reference_count reference_share`` and
        their plain ``difference`` with ``difference_lower difference_upper`` (Newcombe); the ``effect``, the
        average marginal effect against the reference when all else in the model stays as it is, with
        ``effect_lower effect_upper``, and its ``effect_size`` (Cohen's h of the overall share moved by it);
        ``p q verdict reason edge``; ``not_known``, children of whom this candidate is not known; and of the
        whole model ``n_used n_left_out events``. Differences and effects are of shares: times 100, points.

        ``verdict`` is ``more often`` or ``less often`` (the outcome is associated with this level),
        ``similar`` (reason ``small``), ``unclear``, or ``not compared`` (reason ``small_base``: fewer than 10
        children with the level or the reference; the level is in the model, and its effect is not shown).
        ``edge`` marks a test and a 95% interval that disagree; the test decides.

    Raises
    ------
    ArgumentError
        If the model would not be sound, with every reason: fewer than 100 children or 20 events (the fewer of
        those with and without the outcome), fewer than 5 events for each level or 10 for each candidate, a
        candidate with one level only, or that follows from others. Also if a candidate or the outcome is not
        known, the outcome is made of a candidate, age bands were not asked alike, or there are several areas
        or waves.
    TallyError
        If a tally does not hold the full profile of the traits.

    Notes
    -----
    Firth's logistic regression; p from the penalised likelihood ratio, adjusted over all levels shown
    (Benjamini-Hochberg). A trait is set against its largest level; an indicator or scale against its good
    side, so that its effect is that of doing less well.

    Only children of whom every candidate is known are in the model. Giving "not known" a level of its own
    would keep the others, but it lumps children who have nothing in common and leaves the other effects
    unadjusted for them; leaving them out does no harm as long as who is not known does not depend on the
    outcome, given the candidates (White & Carlin 2010; Groenwold et al. 2012). The plain differences are of
    the same children.

    References
    ----------
    Firth 1993, Bias reduction of maximum likelihood estimates; Heinze & Schemper 2002; Benjamini & Hochberg
    1995; Westreich & Greenland 2013, The Table 2 fallacy; White & Carlin 2010, Bias and efficiency of
    multiple imputation compared with complete-case analysis for missing covariate values; Groenwold et al.
    2012, Missing covariate data in clinical research.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=600, seed=1, planted={"placement": "residential"})
    >>> drivers = find_drivers(survey, candidates=["gender", "placement"])
    >>> drivers.references
    {'gender': 'boy', 'placement': 'foster'}
    >>> [(row.level, row.verdict) for row in drivers if row.q is not None and row.q <= 0.05]
    [('residential', 'more often')]
    """
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence is {confidence!r}; give a number between 0 and 1.")
    if not isinstance(source, Survey | Tally):
        raise ArgumentError(f"source is a {type(source).__name__}; give a Survey or a Tally.")
    if isinstance(source, Tally):
        refuse_pooled(source, "source", "a model would take them for separate children")
    asked = _candidates(source, candidates, outcome)
    names = tuple(one.name for one in asked)
    profiles = _profiles(source, asked, outcome)
    model = _Model.of(asked, profiles)
    _refuse_unsound(model, outcome)
    left_out = int(profiles.n.sum()) - model.total
    rows = _rows(model, confidence)
    for row in rows:
        place = names.index(row["driver"])
        unknown = [levels[place] is None for levels in profiles.levels]
        row |= {"not_known": int(profiles.n[unknown].sum()), "n_left_out": left_out}
    result = Drivers.from_rows(rows, COLUMNS)
    result.questionnaire, result.outcome, result.candidates = source.questionnaire, outcome, names
    result.category, result.counted_outside = profiles.category, profiles.counted_outside
    result.references = dict(zip(names, model.references, strict=True))
    result.age_bands, result.confidence = profiles.age_bands, confidence
    result.n_used, result.n_left_out = model.total, left_out
    result.count, result.events = model.positives, model.events
    return result


@dataclass(frozen=True)
class _Candidate:
    """One candidate: its levels in order, and the one it is set against if that does not depend on numbers.

    `counted` is the category of an indicator or 0-10 scale whose answers make up the first of its two levels.
    """

    name: str
    kind: str
    levels: tuple[str, ...]
    reference: str | None = None
    measure: Measure | None = None
    counted: str = ""

    @classmethod
    def of(cls, name: str, questionnaire: Questionnaire, measure: Measure | None) -> _Candidate:
        if name == AGE_BAND:
            return cls(name, AGE_BAND, tuple(questionnaire.band))
        if measure is None:
            return cls(name, TRAIT, tuple(level.id for level in questionnaire.trait[name].levels))
        category, outside = COUNTED, False
        if measure.kind == "scale" or measure.higher_is_better is not None:
            category, outside = searched_category(measure, "low")
        levels = (category, f"not {category}")
        return cls(name, measure.kind, levels, levels[0 if outside else 1], measure, category)

    def levels_of(self, answers: pd.DataFrame) -> list[str | None]:
        """Return each child's level; None where it is not known."""
        given = answers[self.name].astype("object").to_numpy()
        if self.measure is None:
            return [level if level in self.levels else None for level in given]
        found = np.full(given.size, None, dtype=object)
        bands = answers["age_band"].astype("object").to_numpy()
        for band in self.measure.asked:
            valid = (bands == band) & np.isin(given, self.measure.valid)
            inside = np.isin(given, self.measure.counted(self.counted, band))
            found[valid & inside], found[valid & ~inside] = self.levels
        return found.tolist()


@dataclass(frozen=True)
class _Profiles:
    """Children counted by the levels of all candidates, None for one that is not known.

    `n` are those with a valid answer to the outcome, `count` those with it; `age_bands` are the forms of
    those of whom every candidate is known.
    """

    levels: list[Profile]
    n: Counts
    count: Counts
    age_bands: tuple[str, ...]
    category: str
    counted_outside: bool


def _candidates(source: Survey | Tally, names: Sequence[str], outcome: str) -> list[_Candidate]:
    """Return the candidates, or refuse those that cannot be, all at once."""
    questionnaire = source.questionnaire
    measures = measures_of(questionnaire)
    if isinstance(names, str) or not names or len(set(names)) < len(names):
        raise ArgumentError(f"candidates is {names!r}; give a list of at least one, each once.")
    if outcome not in measures:
        raise ArgumentError(f"outcome is {outcome!r}, which {questionnaire.id} does not have.")
    faults = []
    for name in names:
        if name == AGE_BAND or name in questionnaire.trait:
            continue
        if name not in measures:
            faults.append(f"{name!r} is neither a trait nor a measure of {questionnaire.id}")
        elif _made_of(name, questionnaire) & _made_of(outcome, questionnaire):
            faults.append(f"{name} and the outcome {outcome} are made of the same answers")
        elif measures[name].kind == "composite":
            faults.append(f"{name} is made of several scales; name those")
        elif isinstance(source, Tally):
            faults.append(f"{name} is no trait, and a Tally tells of traits alone; give the Survey")
    if faults:
        raise ArgumentError(f"candidates cannot be used: {'; '.join(faults)}.")
    return [
        _Candidate.of(name, questionnaire, None if name in questionnaire.trait else measures.get(name))
        for name in names
    ]


def _made_of(name: str, questionnaire: Questionnaire) -> set[str]:
    """Return the questions that a measure comes from."""
    return next((set(one.scales) for one in questionnaire.composites if one.id == name), {name})


def _profiles(source: Survey | Tally, candidates: Sequence[_Candidate], outcome: str) -> _Profiles:
    held = _of_survey(source, candidates) if isinstance(source, Survey) else _of_tally(source, candidates)
    counted, table, levels = held
    measure = counted.measures[outcome]
    category, outside = searched_category(measure, "low")
    sums: dict[Profile, Counts] = {}
    bands = set()
    n_of, count_of = counted.answers(table, outcome, measure.valid), np.zeros(len(table.keys), dtype=np.int64)
    for band in measure.asked:
        here = np.array([key[2] == band for key in table.keys], dtype=bool)
        count_of[here] = counted.answers(table, outcome, measure.counted(category, band))[here]
    for key, profile, n, count in zip(table.keys, levels, n_of, count_of, strict=True):
        if n:
            pair = np.array([n, n - count if outside else count])
            sums[profile] = sums.get(profile, np.zeros(2, dtype=np.int64)) + pair
            bands |= set() if None in profile else {key[2]}
    present = tuple(band for band in counted.questionnaire.band if band in bands)
    for one in (measure, *(candidate.measure for candidate in candidates)):
        if one is not None and len(present) > 1 and not one.same_in(present):
            raise ArgumentError(
                f"{one.id} was not asked alike of {', '.join(present)}; give the answers of one age band."
            )
    ordered = sorted(sums, key=lambda profile: tuple(level or "" for level in profile))
    numbers = np.array([sums[profile] for profile in ordered], dtype=np.int64).reshape(-1, 2)
    return _Profiles(ordered, numbers[:, 0], numbers[:, 1], present, category, outside)


def _of_tally(source: Tally, candidates: Sequence[_Candidate]) -> tuple[Tally, CountTable, list[Profile]]:
    traits = [one.name for one in candidates if one.kind == TRAIT]
    table = source.table(traits)
    _refuse_several({key[:2] for key in table.keys})
    profiles = []
    for key in table.keys:
        level = {AGE_BAND: key[2], **dict(zip(traits, key[3:], strict=True))}
        profiles.append(tuple(level[o.name] if level[o.name] in o.levels else None for o in candidates))
    return source, table, profiles


def _of_survey(source: Survey, candidates: Sequence[_Candidate]) -> tuple[Tally, CountTable, list[Profile]]:
    """Count children by profile as they are counted everywhere: each profile takes the place of an area."""
    answers = source.answers
    _refuse_several(set(zip(answers["area"], answers["wave"], strict=True)))
    of_each = list(zip(*(one.levels_of(answers) for one in candidates), strict=True))
    place = {profile: i for i, profile in enumerate(dict.fromkeys(of_each))}
    stand_in = answers.assign(area=[str(place[profile]) for profile in of_each])
    counted = tally(stand_in, questionnaire=source.questionnaire)
    table, listed = counted.table(()), list(place)
    return counted, table, [listed[int(key[0])] for key in table.keys]


def _refuse_several(places: Iterable[tuple[str, ...]]) -> None:
    for what, held in zip(("areas", "waves"), map(set, zip(*places, strict=True)), strict=False):
        if len(held) > 1:
            raise ArgumentError(
                f"source holds {len(held)} {what}; drivers are sought in one council and wave at a time, "
                "since children of one are more alike. Tally.only takes one out."
            )


@dataclass(frozen=True)
class _Model:
    """What is fitted: a row for each full profile, a column for each level but the references."""

    candidates: Sequence[_Candidate]
    levels: list[Profile]
    n: Counts
    count: Counts
    references: tuple[str, ...]
    columns: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, candidates: Sequence[_Candidate], profiles: _Profiles) -> _Model:
        known = [None not in levels for levels in profiles.levels]
        levels = [one for one, keep in zip(profiles.levels, known, strict=True) if keep]
        n, count = profiles.n[known], profiles.count[known]
        references, columns = [], []
        for i, one in enumerate(candidates):
            sizes = {level: int(n[[profile[i] == level for profile in levels]].sum()) for level in one.levels}
            reference = one.reference or max(one.levels, key=lambda level: sizes[level])
            references.append(reference)
            columns += [(i, level) for level in one.levels if level != reference and sizes[level]]
        return cls(candidates, levels, n, count, tuple(references), tuple(columns))

    @property
    def total(self) -> int:
        return int(self.n.sum())

    @property
    def positives(self) -> int:
        return int(self.count.sum())

    @property
    def events(self) -> int:
        return min(self.positives, self.total - self.positives)

    @property
    def design(self) -> Floats:
        columns = [[profile[i] == level for profile in self.levels] for i, level in self.columns]
        return np.array(columns, dtype=np.float64).T.reshape(len(self.levels), len(columns))

    def size(self, candidate: int, level: str) -> tuple[int, int]:
        """Return how many have a level, and how many of them the outcome."""
        at = [profile[candidate] == level for profile in self.levels]
        return int(self.n[at].sum()), int(self.count[at].sum())


def _refuse_unsound(model: _Model, outcome: str) -> None:
    """Refuse a model that the answers cannot carry, with every reason."""
    levels, candidates = len(model.columns), len(model.candidates)
    needs = {
        "children of whom every candidate is known": (model.total, LEAST_ANSWERS),
        "events": (model.events, LEAST_EVENTS),
        f"events for {levels} level{'s' * (levels != 1)}": (model.events, EVENTS_PER_COLUMN * levels),
        f"events for {candidates} candidate{'s' * (candidates != 1)}": (
            model.events,
            EVENTS_PER_CANDIDATE * candidates,
        ),
    }
    faults = [f"{found} {what}, {needed} needed" for what, (found, needed) in needs.items() if found < needed]
    told = {i for i, _ in model.columns}
    for i, (one, reference) in enumerate(zip(model.candidates, model.references, strict=True)):
        if i not in told or not model.size(i, reference)[0]:
            faults.append(f"{one.name} has one level only among them")
    if not faults:
        faults = [
            f"{model.candidates[i].name} {level!r} follows from the others" for i, level in _dependent(model)
        ]
    if faults:
        raise ArgumentError(
            f"The drivers of {outcome} cannot be sought: {'; '.join(faults)}. Events are the fewer of the "
            "children with and without it. Name fewer candidates, or use a larger survey."
        )


def _dependent(model: _Model) -> list[tuple[int, str]]:
    """Return the levels that add nothing to those before them."""
    design = np.column_stack([np.ones(len(model.levels)), model.design])
    ranks = [np.linalg.matrix_rank(design[:, : j + 1]) for j in range(design.shape[1])]
    return [
        column
        for column, before, after in zip(model.columns, ranks, ranks[1:], strict=False)
        if after == before
    ]


def _rows(model: _Model, confidence: float) -> list[dict[str, Any]]:
    """Fit the model and return a row for each of its levels, with its verdict."""
    factors = [i for i, _ in model.columns]
    found = firth(model.design, model.count, model.n, factors=factors, confidence=confidence)
    overall = model.positives / model.total
    rows = []
    for j, (i, level) in enumerate(model.columns):
        row = _plainly(model, i, level, confidence)
        if min(row["n"], row["reference_n"]) < MINIMUM_BASE:
            row |= {"verdict": NOT_COMPARED, "reason": "small_base"}
        else:
            effect = float(found.effects[j])
            row |= {
                "effect": effect,
                "effect_lower": max(-1.0, float(found.effects_lower[j])),
                "effect_upper": min(1.0, float(found.effects_upper[j])),
                "effect_size": float(effect_size(min(1.0, max(0.0, overall + effect)), overall)),
                "p": float(found.p[j + 1]),
            }
            error = float(found.effects_upper[j] - effect) / -ndtri((1 - confidence) / 2)
            row["edge"] = bool((row["p"] <= ALPHA) != (abs(effect) > -ndtri(ALPHA / 2) * error))
        rows.append(row)
    tested = [row for row in rows if row["p"] is not None]
    if tested:
        for row, q in zip(tested, adjust([row["p"] for row in tested]), strict=True):
            row["q"] = float(q)
            row["verdict"], row["reason"] = _verdict(row)
    return rows


def _plainly(model: _Model, candidate: int, level: str, confidence: float) -> dict[str, Any]:
    """Return the row of a level with the plain difference from the reference, all else left aside."""
    one, reference = model.candidates[candidate], model.references[candidate]
    (n, count), (other_n, other_count) = model.size(candidate, level), model.size(candidate, reference)
    gap = difference_interval(count, n, other_count, other_n, confidence=confidence)
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"driver": one.name, "kind": one.kind, "level": level, "reference": reference}
    row |= {"n": n, "count": count, "share": count / n}
    row |= {"reference_n": other_n, "reference_count": other_count, "reference_share": other_count / other_n}
    row |= {
        "difference": row["share"] - row["reference_share"],
        "difference_lower": float(gap.lower),
        "difference_upper": float(gap.upper),
        "reason": "",
        "edge": False,
        "n_used": model.total,
        "events": model.events,
    }
    return row


def _verdict(row: dict[str, Any]) -> tuple[str, str]:
    if row["q"] > ALPHA:
        return UNCLEAR, ""
    if abs(row["effect_size"]) < MEANINGFUL:
        return SIMILAR, "small"
    return (MORE if row["effect"] > 0 else LESS), ""
