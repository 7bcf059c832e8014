"""The one door out: everything that is published together is planned, audited, and only then a `Release`."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.cells import Cell, Decision
from brightspots.disclosure.plan import Planned, plan
from brightspots.disclosure.policy import Policy, load_policy
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.findings.cohorts import Cohorts, searched_category
from brightspots.findings.comparisons import Comparisons
from brightspots.findings.estimates import ALL, LOW_BASE, Estimates
from brightspots.statistics import proportion_interval
from brightspots.tables import Table
from brightspots.tallies.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from brightspots.disclosure.cells import Group
    from brightspots.questionnaire.model import Questionnaire

FORMAT = 1
LEAST_MOVE = 10
_KEY = object()


@dataclass(frozen=True)
class Figure:
    """One figure as it may be said.

    Attributes
    ----------
    questionnaire, area, wave, domain, measure, category, age_band : str
    age_bands : tuple of str
        The bands pooled in it.
    group : tuple of (trait, level)
        Empty for all children of the band.
    rest : bool
        True for all children of the band outside the group.
    status : str
        ``shown``, ``banded``, ``withheld`` or ``no base``.
    n, count, share, lower, upper : number or None
        None where it may not be said; for a banded figure `lower` and `upper` are the likely range of any
        share in the band.
    above, below : int or None
        The band: more than, or fewer than, so many percent.
    low_base : bool
        Fewer than 30 answers.
    """

    questionnaire: str
    area: str
    wave: str
    domain: str
    measure: str
    category: str
    age_band: str
    age_bands: tuple[str, ...]
    group: Group
    rest: bool
    status: str
    n: int | None = None
    count: int | None = None
    share: float | None = None
    lower: float | None = None
    upper: float | None = None
    above: int | None = None
    below: int | None = None
    low_base: bool = False


@dataclass(frozen=True)
class ReleasedComparison:
    """One comparison as it may be said: no p, q or adjusted p ever leaves.

    Attributes
    ----------
    figure : Figure
        Our side.
    comparator, source : str
    benchmark, benchmark_n : number or None
        The other side, and its base where known.
    difference, difference_lower, difference_upper, effect_size, detectable : float or None
        None where our side may not be said exactly.
    verdict : str
        ``better``, ``worse``, ``similar``, ``unclear``, ``not compared`` or ``withheld``.
    reason : str
    higher_is_better : bool or None
    illustrative : bool
    """

    figure: Figure
    comparator: str
    source: str
    benchmark: float | None
    benchmark_n: int | None
    difference: float | None
    difference_lower: float | None
    difference_upper: float | None
    effect_size: float | None
    detectable: float | None
    verdict: str
    reason: str
    higher_is_better: bool | None
    illustrative: bool


@dataclass(frozen=True)
class ReleasedCohort:
    """One cohort or pre-named group as it may be said.

    Attributes
    ----------
    name : str
    measure, direction : str
    conditions : tuple of (trait, level)
    tier, role, covered_by : str
        ``flag`` or empty; its role in the cover; the cohort that covers it.
    figure, rest : Figure
        The share inside, and among all others.
    difference, difference_lower, difference_upper, detectable : float or None
    shrunk_share, shrunk_lower, shrunk_upper : float or None
        The size to quote for a flagged cohort.
    """

    name: str
    measure: str
    direction: str
    conditions: Group
    tier: str
    role: str
    covered_by: str
    figure: Figure
    rest: Figure
    difference: float | None
    difference_lower: float | None
    difference_upper: float | None
    shrunk_share: float | None
    shrunk_lower: float | None
    shrunk_upper: float | None
    detectable: float | None


@dataclass(frozen=True)
class Responses:
    """How many answered one form; None where fewer than the policy's smallest base did."""

    questionnaire: str
    area: str
    wave: str
    age_band: str
    n: int | None
    eligible: int | None
    rate: float | None


class Audit(Table):
    """What was banded or withheld and why, with the bounds that an intruder could reach; never published."""

    title = "Audit"


class Release:
    """What may leave the house. Made by `release` and by nothing else; writers accept nothing else.

    Attributes
    ----------
    policy : Policy
    questionnaires : dict of str to Questionnaire
        For their labels.
    figures : tuple of Figure
    comparisons : tuple of ReleasedComparison
    cohorts : tuple of ReleasedCohort
    responses : tuple of Responses
    promises : dict of str to str
        By questionnaire: what the children were told about anonymity.
    respondents : dict of str to str
        By questionnaire: a hash of the answers, to tell editions apart.
    audit : Audit
        For the analyst; it is never published.
    """

    def __init__(self, key: object, **parts: Any) -> None:
        if key is not _KEY:
            raise ReleaseError("A Release is made by brightspots.release and by nothing else.")
        self.policy: Policy = parts["policy"]
        self.questionnaires: dict[str, Questionnaire] = parts["questionnaires"]
        self.figures: tuple[Figure, ...] = parts["figures"]
        self.comparisons: tuple[ReleasedComparison, ...] = parts["comparisons"]
        self.cohorts: tuple[ReleasedCohort, ...] = parts["cohorts"]
        self.responses: tuple[Responses, ...] = parts["responses"]
        self.promises: dict[str, str] = parts["promises"]
        self.respondents: dict[str, str] = parts["respondents"]
        self.searches: dict[str, Search] = parts["searches"]
        self.audit: Audit = parts["audit"]

    @property
    def places(self) -> tuple[tuple[str, str, str], ...]:
        """The (questionnaire, area, wave) that it speaks of, in order."""
        return tuple(dict.fromkeys((r.questionnaire, r.area, r.wave) for r in self.responses))

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
            "figures": [asdict(f) for f in self.figures],
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


@dataclass(frozen=True)
class Search:
    """What a search for cohorts covered: numbers that say nothing of any child."""

    measure: str
    direction: str
    candidates: int
    permutations: int
    traits: tuple[str, ...]


def release(
    *results: Estimates | Comparisons | Cohorts,
    policy: Policy | str | Path = "council",
    previous: Sequence[str | Path] = (),
) -> Release:
    """Let out what is safe of everything that will be published together.

    Small counts are banded ("more than 85%") or withheld; whatever could be used to work one out is withheld
    with it; everything derived from a cell shares its fate. The result is audited before it is returned.

    Parameters
    ----------
    *results : Estimates, Comparisons or Cohorts
        Everything of one publication. What is left out here must not be published beside it.
    policy : Policy, str or path, default "council"
        Disclosure policy.
    previous : sequence of path, optional
        ``release.json`` of earlier editions. Over the same answers they stay known; over other answers of the
        same wave an edition is refused unless every changed figure moved by at least 10.

    Returns
    -------
    Release

    Raises
    ------
    ArgumentError
        If a result is of another kind, or two were counted from different answers.
    ReleaseError
        If earlier editions leave no safe way.

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
        if not isinstance(result, Estimates | Comparisons | Cohorts):
            raise ArgumentError(
                f"release takes estimates, comparisons and cohorts, not a {type(result).__name__}."
            )
        if result.source is None:
            raise ArgumentError(
                "These cohorts come from a plain data frame; only those of a survey can be released."
            )
        by_questionnaire[result.source.questionnaire.id].append(result)
    if not by_questionnaire:
        raise ArgumentError("release got nothing to release.")
    editions = [read_edition(path) for path in previous]
    parts: dict[str, Any] = defaultdict(dict)
    lists: dict[str, list[Any]] = defaultdict(list)
    for name, own in by_questionnaire.items():
        _Part(name, own, policy, editions).add_to(parts, lists)
    return Release(
        _KEY,
        policy=policy,
        questionnaires=parts["questionnaires"],
        figures=tuple(dict.fromkeys(lists["figures"])),
        comparisons=tuple(lists["comparisons"]),
        cohorts=tuple(lists["cohorts"]),
        responses=tuple(lists["responses"]),
        promises=parts["promises"],
        respondents=parts["respondents"],
        searches=parts["searches"],
        audit=Audit.from_rows(lists["audit"], AUDIT_COLUMNS),
    )


AUDIT_COLUMNS = (
    "questionnaire", "area", "wave", "measure", "category", "age_band", "group", "status", "said", "least",
    "greatest", "why",
)  # fmt: skip


class _Part:
    """The results of one questionnaire on their way out."""

    def __init__(self, name: str, results: list[Any], policy: Policy, editions: list[dict[str, Any]]) -> None:
        self.name, self.results, self.policy = name, results, policy
        self.questionnaire: Questionnaire = results[0].source.questionnaire
        self.tally = _one_source([r.source for r in results])
        self.measures = self.tally.measures
        self.tallies = dict.fromkeys(_places(self.tally), self.tally)
        before = [r.previous for r in results if isinstance(r, Comparisons) and r.previous is not None]
        self.tallies |= {place: t for t in before for place in _places(t) if place not in self.tallies}
        self.cells = list(self._cells())
        flagged = {
            self._cohort_cell(r, row)
            for r in results
            if isinstance(r, Cohorts)
            for row in r
            if row.tier == "flag"
        }
        self.planned = plan(self.tallies, self.cells, policy, self._earlier(editions), flagged)
        self._refuse_small_moves(editions)

    def _cells(self) -> Iterable[Cell]:
        for result in self.results:
            if isinstance(result, Estimates):
                traits = [t for grouping in result.by for t in grouping]
                for row in result:
                    group = tuple(
                        (t, getattr(row, t)) for t in dict.fromkeys(traits) if getattr(row, t) != ALL
                    )
                    yield Cell(row.area, row.wave, row.measure, row.category, row.age_band, group)
            elif isinstance(result, Comparisons):
                for row in result:
                    if row.share is not None:
                        yield Cell(row.area, row.wave, row.measure, row.category, row.age_band)
                    if row.benchmark_wave is not None:
                        yield Cell(row.area, row.benchmark_wave, row.measure, row.category, row.age_band)
            else:
                for row in result:
                    if row.tier != "watch" or row.order == 1:
                        cell = self._cohort_cell(result, row)
                        yield cell
                        yield cell._replace(rest=True)

    def _cohort_cell(self, result: Cohorts, row: Any) -> Cell:
        places = _places(self.tally)
        if len(places) != 1:
            raise ArgumentError("Cohorts are released for one area and one wave; use Tally.only first.")
        category, _ = searched_category(self.measures[result.measure], result.direction)
        band = result.age_bands[0] if len(result.age_bands) == 1 else ALL
        return Cell(*places[0], result.measure, category, band, tuple(row.conditions.items()))

    def _earlier(self, editions: list[dict[str, Any]]) -> dict[Cell, Decision]:
        """Return what editions over these very answers showed: it stays known."""
        return {
            cell: decision
            for edition in editions
            if self._same_answers(edition)
            for cell, decision in edition["cells"].get(self.name, {}).items()
        }

    def _same_answers(self, edition: dict[str, Any]) -> bool:
        held = edition["questionnaires"].get(self.name, {})
        return bool(held.get("respondents")) and held["respondents"] == self.tally.respondents

    def _refuse_small_moves(self, editions: list[dict[str, Any]]) -> None:
        """Refuse an edition that differs from an earlier one by a few children's answers."""
        for edition in editions:
            if self._same_answers(edition):
                continue
            for cell, before in edition["cells"].get(self.name, {}).items():
                now = self.planned.get(cell)
                if now is None or now.decision.status != "shown" or before.status != "shown":
                    continue
                moves = (abs(now.decision.n - before.n), abs(now.decision.count - before.count))
                if any(0 < move < LEAST_MOVE for move in moves):
                    raise ReleaseError(
                        f"An earlier edition shows {cell.measure} for {cell.age_band} from nearly the same "
                        "children: the difference would give a few answers away. Publish this edition only if "
                        "the earlier one was never published (then leave it out of `previous`), or wait for "
                        "the next wave."
                    )

    def add_to(self, parts: dict[str, Any], lists: dict[str, list[Any]]) -> None:
        """Add what may leave of this questionnaire."""
        parts["questionnaires"][self.name] = self.questionnaire
        parts["respondents"][self.name] = self.tally.respondents
        parts["promises"][self.name] = next((r.promise for r in self.results if isinstance(r, Cohorts)), "")
        lists["responses"] += self._responses()
        own = set(_places(self.tally))
        lists["figures"] += [self.figure(c) for c in self.cells if (c.area, c.wave) in own and not c.rest]
        for result in self.results:
            if isinstance(result, Comparisons):
                lists["comparisons"] += [self._comparison(row) for row in result]
            if isinstance(result, Cohorts):
                lists["cohorts"] += self._cohorts(result)
                parts["searches"][self.name] = Search(
                    result.measure, result.direction, result.candidates, result.permutations, result.traits
                )
        lists["audit"] += [
            self._audit_row(c, p) for c, p in self.planned.items() if p.decision.status != "shown"
        ]

    def figure(self, cell: Cell) -> Figure:
        """Return a cell as it may be said."""
        decision = self.planned[cell].decision if cell in self.planned else Decision("no base", 0, 0)
        said: dict[str, Any] = {}
        if decision.status in ("shown", "banded"):
            low, high = (proportion_interval(k, decision.n) for k in (decision.least, decision.greatest))
            said = {
                "n": decision.n,
                "lower": float(low.lower),
                "upper": float(high.upper),
                "low_base": decision.n < LOW_BASE,
            }
        if decision.status == "shown":
            said |= {"count": decision.count, "share": decision.count / decision.n}
        if decision.status == "no base":
            said = {"n": 0}
        measure = self.measures[cell.measure]
        present = {
            key[2]
            for key in self.tallies[(cell.area, cell.wave)]
            .only(area=cell.area, wave=cell.wave)
            .table(())
            .keys
        }
        bands = tuple(b for b in measure.asked if b in present) if cell.age_band == ALL else (cell.age_band,)
        return Figure(
            questionnaire=self.name,
            area=cell.area,
            wave=cell.wave,
            domain=measure.domain,
            measure=cell.measure,
            category=cell.category,
            age_band=cell.age_band,
            age_bands=bands,
            group=cell.group,
            rest=cell.rest,
            status=decision.status,
            above=decision.above,
            below=decision.below,
            **said,
        )

    def _comparison(self, row: Any) -> ReleasedComparison:
        figure = self.figure(Cell(row.area, row.wave, row.measure, row.category, row.age_band))
        shown = figure.status == "shown"
        benchmark, benchmark_n = row.benchmark, row.benchmark_n
        if row.benchmark_wave is not None:
            before = self.figure(Cell(row.area, row.benchmark_wave, row.measure, row.category, row.age_band))
            benchmark, benchmark_n = before.share, before.n
            shown = shown and before.status == "shown"
        verdict, reason = (row.verdict, row.reason) if shown else ("withheld", "")
        if figure.status == "no base":
            verdict, reason = "not compared", row.reason or "no_base"
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
        )

    def _cohorts(self, result: Cohorts) -> list[ReleasedCohort]:
        """Return flagged cohorts and pre-named groups; what is only to watch stays inside."""
        kept = []
        for row in result:
            if row.tier == "watch" and row.order > 1:
                continue
            cell = self._cohort_cell(result, row)
            figure, rest = self.figure(cell), self.figure(cell._replace(rest=True))
            shown = figure.status == "shown" and rest.status == "shown"
            turned = searched_category(self.measures[result.measure], result.direction)[1]
            flagged = row.tier == "flag" and shown
            kept.append(
                ReleasedCohort(
                    name=row.cohort,
                    measure=result.measure,
                    direction=result.direction,
                    conditions=cell.group,
                    tier="flag" if flagged else "",
                    role=row.role if flagged else "",
                    covered_by=row.covered_by if flagged else "",
                    figure=figure,
                    rest=rest,
                    **{
                        name: (
                            getattr(row, name)
                            if shown and not (turned and name.startswith("shrunk"))
                            else None
                        )
                        for name in (
                            "difference",
                            "difference_lower",
                            "difference_upper",
                            "shrunk_share",
                            "shrunk_lower",
                            "shrunk_upper",
                            "detectable",
                        )  # fmt: skip
                    },
                )
            )
        return kept

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

    def _audit_row(self, cell: Cell, planned: Planned) -> dict[str, Any]:
        decision, bounds = planned.decision, planned.bounds
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
            "least": None if bounds is None else bounds[0],
            "greatest": None if bounds is None else bounds[1],
            "why": decision.why,
        }


def _places(tally: Tally) -> list[tuple[str, str]]:
    return sorted({(key[0], key[1]) for key in tally.table(()).keys})


def _one_source(sources: list[Tally]) -> Tally:
    """Return one tally that holds the groupings of all, after checking that they count the same answers."""
    first = sources[0]
    plain = first.table(())
    tables: Mapping[Any, Any] = {}
    respondents = ""
    for source in sources:
        other = source.table(())
        if (
            source.questionnaire.hash != first.questionnaire.hash
            or other.keys != plain.keys
            or (other.counts != plain.counts).any()
        ):
            raise ArgumentError(
                f"Two of the results on {first.questionnaire.id} were counted from different answers; "
                "release what belongs together."
            )
        tables = {**tables, **source.tables}
        respondents = respondents or source.respondents
    return Tally(first.questionnaire, {(): plain, **tables}, first.eligible, respondents)


def read_edition(path: str | Path) -> dict[str, Any]:
    """Read the ``release.json`` of an earlier edition.

    Raises
    ------
    ReleaseError
        If it cannot be read as one: an edition that is not understood stops the release.
    """
    name = Path(path).name
    try:
        body = json.loads(Path(path).read_text(encoding="utf-8"))
        if body["brightspots"] != "release" or body["format"] != FORMAT:
            raise ValueError(name)
        cells: dict[str, dict[Cell, Decision]] = defaultdict(dict)
        for f in body["figures"]:
            group = tuple((str(t), str(v)) for t, v in f["group"])
            cell = Cell(
                f["area"], f["wave"], f["measure"], f["category"], f["age_band"], group, bool(f["rest"])
            )
            if f["status"] in ("shown", "banded"):
                count = int(f["count"]) if f["status"] == "shown" else 0
                cells[f["questionnaire"]][cell] = Decision(
                    f["status"], int(f["n"]), count, f["above"], f["below"]
                )
        return {"questionnaires": dict(body["questionnaires"]), "cells": dict(cells)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ReleaseError(
            f"{name} cannot be read as an earlier edition. Give the release.json that was written beside it; "
            "without it, it cannot be known what is already public."
        ) from None
