"""The one door out: everything that is published together is planned, audited, and only then a `Release`."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Never

from brightspots.disclosure.cells import Cell, Decision
from brightspots.disclosure.descriptions import choose_descriptions
from brightspots.disclosure.editions import FORMAT, Edition, read_edition, what_is_known
from brightspots.disclosure.figures import (
    Figure,
    ReleasedCohort,
    ReleasedComparison,
    ReleasedDescription,
    ReleasedRecheck,
    Responses,
    Search,
)
from brightspots.disclosure.plan import Bounds, plan
from brightspots.disclosure.policy import Policy, load_policy
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.findings.cohort_descriptions import TOLD_BY_ITSELF, Descriptions
from brightspots.findings.cohort_tables import CohortTable
from brightspots.findings.cohort_waves import Rechecks
from brightspots.findings.cohorts import Cohorts
from brightspots.findings.comparisons import Comparisons
from brightspots.findings.estimates import ALL, LOW_BASE, Estimates
from brightspots.findings.intervals import Asked
from brightspots.findings.profiles import searched_category
from brightspots.findings.verdicts import BETTER, WORSE
from brightspots.statistics import proportion_interval
from brightspots.tables import Table
from brightspots.tallies.tally import Tally, refuse_pooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from brightspots.questionnaire.model import Questionnaire
    from brightspots.statistics import Interval

_KEY = object()
DIFFERENCE = ("difference", "difference_lower", "difference_upper")
FEWEST_AREAS = 3
"""Fewest other councils whose pooled counts are said."""
SHRUNK = ("shrunk_share", "shrunk_lower", "shrunk_upper")
CONFIDENCE = 0.95
"""Of the likely ranges of cohorts."""
Result = Estimates | Comparisons | Cohorts | Descriptions | Rechecks


class Audit(Table):
    """What was banded or withheld and why, with the bounds that an intruder could reach; never published."""

    title = "Audit"


class Release:
    """What may leave the house. Made by `release` and by nothing else; writers accept nothing else.

    It cannot be changed, and a pickle of it could not be trusted.

    Attributes
    ----------
    policy : Policy
    questionnaires : dict of str to Questionnaire
        For their labels.
    figures : tuple of Figure
    comparisons : tuple of ReleasedComparison
    cohorts : tuple of ReleasedCohort
    descriptions : tuple of ReleasedDescription
    rechecks : tuple of ReleasedRecheck
    responses : tuple of Responses
    promises : dict of str to str
        By questionnaire: what the children were told about anonymity.
    respondents : dict of str to str
        By questionnaire: a hash of who answered, made of nothing but the published numbers of responses.
    searches : tuple of Search
        What each search for cohorts covered.
    """

    policy: Policy
    questionnaires: Mapping[str, Questionnaire]
    figures: tuple[Figure, ...]
    comparisons: tuple[ReleasedComparison, ...]
    cohorts: tuple[ReleasedCohort, ...]
    descriptions: tuple[ReleasedDescription, ...]
    rechecks: tuple[ReleasedRecheck, ...]
    responses: tuple[Responses, ...]
    promises: Mapping[str, str]
    respondents: Mapping[str, str]
    searches: tuple[Search, ...]
    _published: tuple[Figure, ...]
    _protected: tuple[tuple[dict[str, Any], Bounds], ...]

    def __init__(self, key: object, **parts: Any) -> None:
        if key is not _KEY:
            raise ReleaseError("A Release is made by brightspots.release and by nothing else.")
        for name, part in parts.items():
            object.__setattr__(self, name, MappingProxyType(dict(part)) if isinstance(part, dict) else part)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("A Release cannot be changed.")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError("A Release cannot be changed.")

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("A Release is neither copied nor pickled: publish it, or release again.")

    @property
    def places(self) -> tuple[tuple[str, str, str], ...]:
        """The (questionnaire, area, wave) that it speaks of, in order."""
        return tuple(dict.fromkeys((r.questionnaire, r.area, r.wave) for r in self.responses))

    @cached_property
    def audit(self) -> Audit:
        """What was banded or withheld and why, for the analyst; worked out when it is first asked for."""
        found = [row | dict(zip(AUDIT_BOUNDS, bounds(), strict=True)) for row, bounds in self._protected]
        return Audit.from_rows(found, AUDIT_COLUMNS)

    def explain(self, measure: str, *, age_band: str = ALL, category: str | None = None) -> str:
        """Explain one figure and its verdicts in a paragraph: why this one, or why withheld.

        Parameters
        ----------
        measure : str
            Id of the measure.
        age_band : str, default "all"
        category : str, optional
            The first of the measure by default.

        Returns
        -------
        str

        Raises
        ------
        ArgumentError
            If the release holds no such figure.
        """
        from brightspots.publications.sentences import explanation

        found = [
            f
            for f in self.figures
            if f.measure == measure
            and f.age_band == age_band
            and not f.group
            and category in (None, f.category)
        ]
        if not found:
            raise ArgumentError(f"This release holds no figure of {measure!r} for {age_band!r}.")
        return explanation(self, found[0])

    def as_edition(self) -> dict[str, Any]:
        """Return the release as plain data: what ``release.json`` holds for later audits."""
        return {
            "brightspots": "release",
            "format": FORMAT,
            "policy": self.policy.id,
            "questionnaires": {
                name: {"hash": questionnaire.hash, "respondents": self.respondents[name]}
                for name, questionnaire in sorted(self.questionnaires.items())
            },
            "responses": [asdict(r) for r in self.responses],
            "figures": [asdict(f) for f in sorted(self._published, key=_by_name)],
        }

    def __repr__(self) -> str:
        held = sum(f.status == "withheld" for f in self.figures)
        banded = sum(f.status == "banded" for f in self.figures)
        return (
            f"<Release under policy {self.policy.id}: {len(self.figures)} figures, {banded} banded, "
            f"{held} withheld, {len(self.comparisons)} comparisons, {len(self.cohorts)} cohorts>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{repr(self)[1:-1]}</p>"


def release(
    *results: Result,
    policy: Policy | str | Path = "council",
    previous: Sequence[str | Path] = (),
) -> Release:
    """Let out what is safe of everything that will be published together.

    Small counts are banded ("more than 85%") or withheld; whatever could be used to work one out is withheld
    with it; everything derived from a cell shares its fate. The result is audited before it is returned.

    Parameters
    ----------
    *results : Estimates, Comparisons, Cohorts, Descriptions or Rechecks
        Everything of one publication. What is left out here must not be published beside it. Descriptions go
        out with the cohorts that they describe, and only with those that are shown.
    policy : Policy, str or path, default "council"
        Disclosure policy: one that hides and bands (``council``, ``ons-10``, or your own file). Those for
        tables of counts are refused; see `brightspots.disclosure.protect_counts`.
    previous : sequence of path, optional
        ``release.json`` of earlier editions. Over the same answers they stay known; over other answers of the
        same wave an edition is refused unless every number that changed moved by the policy's `least_move`.

    Returns
    -------
    Release

    Raises
    ------
    ArgumentError
        If a result is of another kind, is of pooled waves, or two were counted from different answers or ask
        for different likely ranges.
    PolicyError
        If the policy is not known, has faults, or is for tables of counts only.
    ReleaseError
        If estimates are weighted, or earlier editions leave no safe way.

    Examples
    --------
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1)))
    >>> sorted({figure.status for figure in out.figures} - {"shown"}) != []
    True
    """
    policy = policy if isinstance(policy, Policy) else load_policy(policy)
    by_questionnaire: dict[str, list[Any]] = defaultdict(list)
    for result in results:
        if not isinstance(result, Result):
            raise ArgumentError(
                "release takes estimates, comparisons, cohorts, their descriptions and rechecks, not a "
                f"{type(result).__name__}."
            )
        if result.source is None:
            raise ArgumentError(
                "These cohorts come from a plain data frame; only those of a survey can be released."
            )
        _refuse_unaudited(result, result.source)
        by_questionnaire[result.source.questionnaire.id].append(result)
    if not results:
        raise ArgumentError("release got nothing to release.")
    confidences = {_confidence_of(result) for result in results}
    if len(confidences) > 1:
        raise ArgumentError(
            "The results have likely ranges of different confidence; choose one. That of cohorts is always "
            f"{CONFIDENCE:g}."
        )
    editions = [read_edition(path) for path in previous]
    parts: dict[str, Any] = defaultdict(dict)
    lists: dict[str, list[Any]] = defaultdict(list)
    for name, own in by_questionnaire.items():
        _Part(name, own, policy, editions, *confidences).add_to(parts, lists)
    return Release(
        _KEY,
        policy=policy,
        questionnaires=parts["questionnaires"],
        figures=tuple(dict.fromkeys(lists["figures"])),
        _published=tuple(dict.fromkeys(lists["published"])),
        comparisons=tuple(lists["comparisons"]),
        cohorts=tuple(lists["cohorts"]),
        descriptions=tuple(lists["descriptions"]),
        rechecks=tuple(lists["rechecks"]),
        responses=tuple(lists["responses"]),
        promises=parts["promises"],
        respondents=parts["respondents"],
        searches=tuple(lists["searches"]),
        _protected=tuple(lists["protected"]),
    )


def _confidence_of(result: Result) -> float:
    if isinstance(result, Estimates):
        return result.asked.confidence
    return result.confidence if isinstance(result, Comparisons) else CONFIDENCE


AUDIT_BOUNDS = ("least", "greatest")
AUDIT_COLUMNS = (
    "questionnaire", "area", "wave", "measure", "category", "age_band", "group", "status", "said",
    *AUDIT_BOUNDS, "why",
)  # fmt: skip


class _Part:
    """The results of one questionnaire on their way out."""

    def __init__(
        self, name: str, results: list[Any], policy: Policy, editions: list[Edition], confidence: float
    ) -> None:
        self.name, self.results, self.policy = name, results, policy
        self.questionnaire: Questionnaire = results[0].source.questionnaire
        self.tally = _one_source([r.source for r in results])
        self.measures = self.tally.measures
        self.tallies = dict.fromkeys(_places(self.tally), self.tally)
        compared = [t for r in results if isinstance(r, Comparisons) for t in (r.previous, r.elsewhere)]
        before = [*compared, *(r.previous for r in results if isinstance(r, Rechecks))]
        self.tallies |= _by_place([t for t in before if t is not None], self.tallies)
        self.forms = {place: _forms(tally, place) for place, tally in self.tallies.items()}
        self.usual = Asked.of(None, "process", confidence, fractions=False)
        self.asked = self._asked()
        asked = [r for r in results if not isinstance(r, Descriptions)]
        wanted = list(dict.fromkeys(cell for result in asked for cell in self._cells(result)))
        described = [r for r in results if isinstance(r, Descriptions)]
        self.chosen = choose_descriptions(described, wanted, policy)
        wanted += [c for pairs in self.chosen.values() for _, cell in pairs for c in (cell, _rest(cell))]
        flagged = {cell for result in asked for cell in self._flagged_cells(result)}
        known = what_is_known(editions, name, self.tallies, policy.least_move)
        self.planned = plan(self.tallies, wanted, policy, known, flagged)

    def _cells(self, result: Result) -> Iterable[Cell]:
        """Return the cells that a result would like to show."""
        if isinstance(result, Estimates):
            yield from (cell for cell, _ in _estimated(result))
        elif isinstance(result, Comparisons):
            for row in result:
                if row.share is not None:
                    yield _own_cell(row)
                if _has_other_cell(row):
                    yield _other_cell(row)
        elif isinstance(result, Cohorts):
            for row in _named_or_flagged(result):
                cell = cohort_cell(result, row)
                yield from (cell, _rest(cell))
        elif isinstance(result, Rechecks):
            for row in result:
                cells = (_recheck_cell(result, row), _cell_before(result, row))
                yield from (c for cell in cells if cell is not None for c in (cell, _rest(cell)))

    def _flagged_cells(self, result: Result) -> Iterable[Cell]:
        """Return the cells of cohorts that stand out, or did, and of all others: they are given up last."""
        cells: list[Cell | None] = []
        if isinstance(result, Cohorts):
            cells = [cohort_cell(result, row) for row in result if row.tier == "flag"]
        elif isinstance(result, Rechecks):
            cells = [_recheck_cell(result, row) for row in result]
        yield from (c for cell in cells if cell is not None for c in (cell, _rest(cell)))

    def _asked(self) -> dict[Cell, Asked]:
        """Return the likely range that the estimates ask for, by cell."""
        asked: dict[Cell, Asked] = {}
        eligible = {(r.area, r.wave, r.age_band): r.eligible for r in self._responses()}
        for result in self.results:
            if not isinstance(result, Estimates):
                continue
            for cell, row in _estimated(result):
                wanted = replace(result.asked, method=row.method, target=row.target)
                if asked.setdefault(cell, wanted) != wanted:
                    raise ArgumentError(
                        f"Two of the estimates ask for different likely ranges of {row.measure}; choose one."
                    )
                numbers = [eligible.get((row.area, row.wave, band)) for band in self._bands(cell)]
                published = None if None in numbers else sum(filter(None, numbers))
                if row.target == "finite" and row.eligible != published:
                    raise ArgumentError(
                        f"A likely range of all children needs their number beside it: that of {row.measure} "
                        "rests on other eligible numbers than this release gives."
                    )
        return asked

    def _bands(self, cell: Cell) -> tuple[str, ...]:
        """Return the age bands in a cell."""
        if cell.age_band != ALL:
            return (cell.age_band,)
        forms = self.forms[(cell.area, cell.wave)]
        measure = self.tallies[(cell.area, cell.wave)].measures[cell.measure]
        return tuple(band for band in measure.asked if band in forms)

    def _published_cells(self) -> dict[Cell, None]:
        """Return the cells of which something is said, be it that they are withheld.

        A cohort of several traits is not named at all unless it is shown: its name alone would say that it
        was flagged. Nor is a question unless it is shown: its name would say that the cohort differs there.
        """
        cells: list[Cell] = []
        for result in self.results:
            if isinstance(result, Cohorts):
                own = [cohort_cell(result, row) for row in self._kept(result)]
            elif isinstance(result, Descriptions):
                own = [cell for _, cell in self._described(result)]
            elif isinstance(result, Rechecks):
                own = [cell for row in self._told_again(result) for cell in self._said_of(result, row)]
            else:
                cells += self._cells(result)
                continue
            cells += [c for cell in own for c in (cell, _rest(cell))]
        rows = [row for r in self.results if isinstance(r, Comparisons) for row in r if _has_other_cell(row)]
        pooled = {_other_cell(row) for row in rows if row.areas is not None}
        beside_ours = {_other_cell(row) for row in rows if self._may_say_other(row)}
        return {cell: None for cell in cells if cell not in pooled - beside_ours}

    def _may_say_other(self, row: Any) -> bool:
        """Whether the counts behind the other side may be said, as far as the plan allows.

        Those of other councils go only where ours go: from a pool with us inside, which others may publish,
        ours would be left over.
        """
        if not _has_other_cell(row):
            return False
        return row.areas is None or self.planned[_own_cell(row)].decision.status == "shown"

    def add_to(self, parts: dict[str, Any], lists: dict[str, list[Any]]) -> None:
        """Add what may leave of this questionnaire."""
        parts["questionnaires"][self.name] = self.questionnaire
        promises = [r.promise for r in self.results if isinstance(r, Estimates | CohortTable)]
        parts["promises"][self.name] = next(filter(None, promises), "")
        responses = self._responses()
        lists["responses"] += responses
        parts["respondents"][self.name] = _hash_of([self.questionnaire.hash, *map(asdict, responses)])
        own, cells = set(_places(self.tally)), self._published_cells()
        lists["published"] += [self.figure(c) for c in cells]
        lists["figures"] += [self.figure(c) for c in cells if c[:2] in own and not c.rest]
        for result in self.results:
            if isinstance(result, Comparisons):
                lists["comparisons"] += [self._comparison(row) for row in result]
            if isinstance(result, Cohorts):
                lists["cohorts"] += self._cohorts(result)
                lists["searches"].append(self._search(result))
            if isinstance(result, Descriptions):
                lists["descriptions"] += self._descriptions(result)
            if isinstance(result, Rechecks):
                lists["rechecks"] += [self._recheck(result, row) for row in self._told_again(result)]
        lists["protected"] += [
            (self._audit_row(c, p.decision), p.bounds)
            for c, p in self.planned.items()
            if p.decision.status != "shown"
        ]

    def figure(self, cell: Cell) -> Figure:
        """Return a cell as it may be said."""
        decision = self.planned[cell].decision if cell in self.planned else Decision("no base", 0, 0)
        said: dict[str, Any] = {}
        if decision.status in ("shown", "banded"):
            asked = self.asked.get(cell, self.usual)
            if decision.status == "banded" and asked.target == "finite":
                asked = self.usual
            low, high = (self._range(cell, asked, k, decision.n) for k in (decision.least, decision.greatest))
            said = {
                "n": decision.n,
                "lower": float(low.lower),
                "upper": float(high.upper),
                "low_base": decision.n < LOW_BASE,
                "method": asked.method,
                "target": asked.target,
                "confidence": asked.confidence,
            }
        if decision.status == "shown":
            said |= {"count": decision.count, "share": decision.count / decision.n}
        if decision.status == "no base" and cell in self.planned:  # else nobody counted it
            said = {"n": 0}
        measure = self.tallies[(cell.area, cell.wave)].measures[cell.measure]
        return Figure(
            questionnaire=self.name,
            area=cell.area,
            wave=cell.wave,
            domain=measure.domain,
            measure=cell.measure,
            category=cell.category,
            age_band=cell.age_band,
            age_bands=self._bands(cell),
            group=cell.group,
            rest=cell.rest,
            status=decision.status,
            above=decision.above,
            below=decision.below,
            **said,
        )

    def _range(self, cell: Cell, asked: Asked, count: int, n: int) -> Interval:
        """Return the likely range of a count, from numbers that are published."""
        everyone = None
        if asked.target == "finite":
            everyone = sum(self.tally.eligible[(cell.area, cell.wave, band)] for band in self._bands(cell))
        return _interval(count, n, asked, everyone)

    def _comparison(self, row: Any) -> ReleasedComparison:
        figure = self.figure(_own_cell(row))
        shown = figure.status == "shown"
        benchmark, benchmark_n = row.benchmark, row.benchmark_n
        if not shown:  # our own children may have been taken out: only what others printed is said
            benchmark, benchmark_n = row.printed, None
        if row.benchmark_wave is not None:
            benchmark = benchmark_n = None
            if self._may_say_other(row):
                other = self.figure(_other_cell(row))
                benchmark, benchmark_n = other.share, other.n
            shown = shown and benchmark is not None
        verdict, reason = (row.verdict, row.reason) if shown else ("withheld", "")
        if figure.status == "no base":
            verdict, reason = "not compared", row.reason or "no_base"
        differs = verdict in (BETTER, WORSE) or reason == "small"
        return ReleasedComparison(
            figure=figure,
            comparator=row.comparator,
            source=row.source,
            benchmark=benchmark,
            benchmark_n=benchmark_n,
            difference=row.difference if shown else None,
            difference_lower=row.difference_lower if shown else None,
            difference_upper=row.difference_upper if shown else None,
            effect_size=row.effect_size if shown else None,
            detectable=row.detectable if shown else None,
            verdict=verdict,
            reason=reason,
            higher_is_better=self.measures[row.measure].good_when_high(row.category),
            illustrative=row.illustrative,
            overridden=tuple(row.overridden.items()),
            areas=row.areas if shown else None,
            unusual_among_areas=row.unusual_among_areas if differs else None,
        )

    def _is_shown(self, result: Cohorts, row: Any) -> bool:
        return self._both_shown(cohort_cell(result, row))

    def _both_shown(self, cell: Cell) -> bool:
        """Whether a group and all others than it are shown."""
        return all(self.planned[c].decision.status == "shown" for c in (cell, _rest(cell)))

    def _kept(self, result: Cohorts) -> list[Any]:
        """Return flagged cohorts that are shown, as the search orders them, then all groups named beforehand.

        The latter stand in the order of the questionnaire, so that their order tells nothing of a verdict.
        """
        rows = _named_or_flagged(result)
        flagged = [row for row in rows if row.tier == "flag" and self._is_shown(result, row)]
        named = [row for row in rows if row.order == 1 and row not in flagged]
        traits = [self.questionnaire.trait[trait] for trait in result.traits]
        order = [{t.id: level} for t in traits for level in (*(one.id for one in t.levels), t.not_known)]
        return flagged + sorted(named, key=lambda row: order.index(row.conditions))

    def _cohorts(self, result: Cohorts) -> list[ReleasedCohort]:
        """Return cohorts as they may be said; a verdict only where every number behind it is shown."""
        released: list[ReleasedCohort] = []
        turned = searched_category(self.measures[result.measure], result.direction)[1]
        for row in self._kept(result):
            cell, shown = cohort_cell(result, row), self._is_shown(result, row)
            is_flagged = row.tier == "flag" and shown
            covered_by = row.covered_by if row.covered_by in {one.name for one in released} else ""
            role = row.role if covered_by == row.covered_by else ""
            sizes = [*(() if turned else SHRUNK), "detectable"] if shown else []
            released.append(
                ReleasedCohort(
                    name=row.cohort,
                    measure=result.measure,
                    direction=result.direction,
                    conditions=cell.group,
                    tier="flag" if is_flagged else "",
                    role=role if is_flagged else "",
                    covered_by=covered_by if is_flagged else "",
                    figure=self.figure(cell),
                    rest=self.figure(_rest(cell)),
                    **(_differences(row, turned=turned) if shown else dict.fromkeys(DIFFERENCE)),
                    **{
                        name: getattr(row, name) if name in sizes else None
                        for name in (*SHRUNK, "detectable")
                    },
                )
            )
        return released

    def _search(self, result: Cohorts) -> Search:
        searched = (result.measure, result.direction, result.candidates, result.permutations)
        return Search(self.name, *searched, result.traits, result.within)

    def _described(self, result: Descriptions) -> list[tuple[Any, Cell]]:
        """Return the chosen questions that are shown, of cohorts that are shown as standing out."""
        told = {
            (one.measure, one.direction, cohort_cell(one, row).group)
            for one in self.results
            if isinstance(one, Cohorts)
            for row in self._kept(one)
            if row.role in TOLD_BY_ITSELF and self._is_shown(one, row)
        }
        searched = (result.cohorts.measure, result.cohorts.direction)
        pairs = self.chosen[result]
        return [(r, cell) for r, cell in pairs if (*searched, cell.group) in told and self._both_shown(cell)]

    def _descriptions(self, result: Descriptions) -> list[ReleasedDescription]:
        """Return descriptions as they may be said, by the size of what is shown."""
        return [
            ReleasedDescription(
                name=row.cohort,
                searched=result.cohorts.measure,
                direction=result.cohorts.direction,
                conditions=cell.group,
                figure=self.figure(cell),
                rest=self.figure(_rest(cell)),
                **{name: getattr(row, name) for name in DIFFERENCE},
                effect_size=row.effect_size,
                verdict=row.verdict,
            )
            for row, cell in self._described(result)
        ]

    def _told_again(self, result: Rechecks) -> list[Any]:
        """Return the cohorts of the last wave that may be named.

        Their name says that they were flagged then: where the counts of that wave are known, it is said only
        of those that are shown in it.
        """
        before = [(row, _cell_before(result, row)) for row in result]
        return [row for row, cell in before if cell is None or self._both_shown(cell)]

    def _said_of(self, result: Rechecks, row: Any) -> list[Cell]:
        """Return the cells of this wave and the last that are said of a cohort: none where not alike."""
        cell, before = _recheck_cell(result, row), _cell_before(result, row)
        return [] if cell is None else [c for c in (cell, before) if c is not None]

    def _recheck(self, result: Rechecks, row: Any) -> ReleasedRecheck:
        said = [(self.figure(cell), self.figure(_rest(cell))) for cell in self._said_of(result, row)]
        pairs = [*said, (None, None), (None, None)]
        (figure, rest), (before, before_rest) = pairs[:2]
        (area, wave), state, reason = _places(self.tally)[0], row.state, row.reason
        shown = figure is not None and rest is not None and figure.status == rest.status == "shown"
        if figure is not None and figure.status != "no base" and not shown:
            state, reason = "withheld", ""
        return ReleasedRecheck(
            questionnaire=self.name,
            area=area,
            wave=wave,
            name=row.cohort,
            measure=result.measure,
            direction=result.direction,
            conditions=tuple(row.conditions.items()),
            state=state,
            reason=reason,
            figure=figure,
            rest=rest,
            before=before,
            before_rest=before_rest,
            **{name: getattr(row, name) if shown else None for name in (*DIFFERENCE, "detectable")},
        )

    def _responses(self) -> list[Responses]:
        """Return how many answered each form; if one number is too small, the total is withheld too."""
        table = self.tally.table(())
        counted = dict(zip(table.keys, self.tally.responses(table).tolist(), strict=True))
        listed = []
        for area, wave in _places(self.tally):
            numbers = {
                band: counted[(area, wave, band)]
                for band in self.questionnaire.band
                if (area, wave, band) in counted
            }
            small = [band for band, n in numbers.items() if n < self.policy.minimum_base]
            eligible = {band: self.tally.eligible.get((area, wave, band)) for band in numbers}
            if len(numbers) > 1:
                known = [e for e in eligible.values() if e is not None]
                eligible[ALL] = sum(known) if len(known) == len(numbers) else None
                numbers[ALL] = sum(numbers.values())
            for band, n in numbers.items():
                hide = band in small or (band == ALL and bool(small))
                of = eligible[band]
                rate = None if hide or not of or n > of else n / of
                listed.append(Responses(self.name, area, wave, band, None if hide else n, of, rate))
        return listed

    def _audit_row(self, cell: Cell, decision: Decision) -> dict[str, Any]:
        """Return what the audit says of a cell beside its bounds: nothing that is hidden."""
        said = ""
        if decision.status == "banded":
            said = (
                f"more than {decision.above}%"
                if decision.above is not None
                else f"fewer than {decision.below}%"
            )
        return {
            "questionnaire": self.name,
            "area": cell.area,
            "wave": cell.wave,
            "measure": cell.measure,
            "category": cell.category,
            "age_band": cell.age_band,
            "group": ("all others than " if cell.rest else "") + ", ".join(f"{t} {v}" for t, v in cell.group),
            "status": decision.status,
            "said": said,
            "why": decision.why,
        }


def _refuse_unaudited(result: Result, source: Tally) -> None:
    """Refuse what the audit cannot see through."""
    if isinstance(result, Estimates) and result.weights is not None:
        raise ReleaseError(
            "Weighted estimates cannot be released: beside the unweighted figure of the same children they "
            "would give single answers away by difference. Release the estimates without weights."
        )
    refuse_pooled(
        source,
        "A result",
        "two waves shown together are for use inside until they are audited with each wave by itself",
    )


def _estimated(result: Estimates) -> Iterable[tuple[Cell, Any]]:
    """Return the rows of estimates with the cells that they are of."""
    traits = list(dict.fromkeys(trait for grouping in result.by for trait in grouping))
    for row in result:
        group = tuple((t, getattr(row, t)) for t in traits if getattr(row, t) != ALL)
        yield Cell(row.area, row.wave, row.measure, row.category, row.age_band, group), row


@lru_cache(maxsize=4096)
def _interval(count: int, n: int, asked: Asked, everyone: int | None) -> Interval:
    """Return a likely range; many figures have the same."""
    return proportion_interval(
        count, n, confidence=asked.confidence, method=asked.method, population=everyone
    )


def _by_name(figure: Figure) -> tuple[Any, ...]:
    """Order figures by what they are of: the order of a search would tell which groups nearly stood out."""
    return (
        figure.questionnaire,
        figure.area,
        figure.wave,
        figure.measure,
        figure.category,
        figure.age_band,
        figure.group,
        figure.rest,
    )


def _own_cell(row: Any) -> Cell:
    return Cell(row.area, row.wave, row.measure, row.category, row.age_band)


def _other_cell(row: Any) -> Cell:
    """Return the cell of the counts that ours are compared with."""
    return Cell(row.benchmark_area, row.benchmark_wave, row.measure, row.category, row.age_band)


def _has_other_cell(row: Any) -> bool:
    """Whether ours are compared with counts that may be said: two councils could find each other's."""
    return row.benchmark_wave is not None and (row.areas is None or row.areas >= FEWEST_AREAS)


def _rest(cell: Cell) -> Cell:
    return cell._replace(rest=True)


def cohort_cell(result: Cohorts, row: Any) -> Cell:
    """Return the cell of a cohort in the wave in which it was searched for."""
    source = result.source
    assert source is not None
    places = _places(source)
    if len(places) != 1:
        raise ArgumentError("Cohorts are released for one area and one wave; use Tally.only first.")
    category, _ = searched_category(source.measures[result.measure], result.direction)
    band = result.age_bands[0] if len(result.age_bands) == 1 else ALL
    return Cell(*places[0], result.measure, category, band, tuple(row.conditions.items()))


def _recheck_cell(result: Rechecks, row: Any) -> Cell | None:
    """Return the cell of a cohort of the last wave in this one; None where it cannot be counted alike."""
    if row.n is None:
        return None
    place, group = _places(result.source)[0], tuple(row.conditions.items())
    return Cell(*place, row.measure, row.category, row.age_band, group)


def _cell_before(result: Rechecks, row: Any) -> Cell | None:
    """Return the cell of a cohort in the last wave; None where its counts are not known."""
    if result.flagged is None or result.flagged.source is None:
        return None
    return cohort_cell(result.flagged, row)


def _differences(row: Any, *, turned: bool) -> dict[str, float]:
    """Return a cohort's differences as those of its figures: a search may have counted the other side."""
    low, high = row.difference_lower, row.difference_upper
    sizes = (-row.difference, -high, -low) if turned else (row.difference, low, high)
    return dict(zip(DIFFERENCE, sizes, strict=True))


def _by_place(tallies: list[Tally], taken: Mapping[tuple[str, str], Tally]) -> dict[tuple[str, str], Tally]:
    """Return the counts of each area and wave that is not taken yet, from all tallies that have it."""
    parts: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for tally in tallies:
        for area, wave in _places(tally):
            parts[(area, wave)].append(tally.only(area=area, wave=wave))
    return {place: _one_source(own) for place, own in parts.items() if place not in taken}


def _places(tally: Tally) -> list[tuple[str, str]]:
    return sorted({(key[0], key[1]) for key in tally.table(()).keys})


def _forms(tally: Tally, place: tuple[str, str]) -> set[str]:
    """Return the age bands that answered."""
    return {key[2] for key in tally.table(()).keys if key[:2] == place}


def _named_or_flagged(result: Cohorts) -> list[Any]:
    """Return the groups named beforehand and the flagged cohorts: what is only to watch stays inside."""
    return [row for row in result if row.order == 1 or row.tier == "flag"]


def _hash_of(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _one_source(sources: list[Tally]) -> Tally:
    """Return one tally that holds the groupings of all, after checking that they count the same answers."""
    first = sources[0]
    merged = Tally(first.questionnaire, {(): first.table(())}, first.eligible, first.respondents)
    for source in sources:
        if not _count_the_same(merged, source):
            raise ArgumentError(
                f"Two of the results on {first.questionnaire.id} were counted from different answers; "
                "release what belongs together."
            )
        merged = replace(merged, tables={**merged.tables, **source.tables})
    return merged


def _count_the_same(one: Tally, other: Tally) -> bool:
    """Whether two tallies agree on age bands, and on every trait that both hold."""
    if one.questionnaire.hash != other.questionnaire.hash:
        return False
    if one.respondents and other.respondents and one.respondents != other.respondents:
        return False
    held = [{trait for grouping in tally.groupings for trait in grouping} for tally in (one, other)]
    for grouping in [(), *((trait,) for trait in sorted(held[0] & held[1]))]:
        mine, theirs = one.table(grouping), other.table(grouping)
        if mine.keys != theirs.keys or (mine.counts != theirs.counts).any():
            return False
    return True
