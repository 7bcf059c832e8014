"""The results of one questionnaire on their way out: what is asked, planned, and said of each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.asking import (
    DIFFERENCE,
    cell_before,
    cells_of,
    cohort_cell,
    differences_of,
    estimated_cells,
    flagged_cells_of,
    has_other_cell,
    named_or_flagged,
    other_cell,
    own_cell,
    recheck_cell,
    rest_of,
)
from brightspots.disclosure.cells import Cell, Decision
from brightspots.disclosure.descriptions import choose_descriptions
from brightspots.disclosure.editions import Edition, what_is_known
from brightspots.disclosure.figures import (
    Figure,
    ReleasedCohort,
    ReleasedComparison,
    ReleasedDescription,
    ReleasedRecheck,
    Responses,
    Search,
)
from brightspots.disclosure.plan import Told, plan
from brightspots.disclosure.policy import Policy
from brightspots.disclosure.sources import by_place, forms_of, one_source, places_of
from brightspots.errors import ArgumentError
from brightspots.findings.cohort_descriptions import TOLD_BY_ITSELF, Descriptions
from brightspots.findings.cohort_tables import CohortTable
from brightspots.findings.cohort_waves import Rechecks
from brightspots.findings.cohorts import Cohorts
from brightspots.findings.comparisons import Comparisons
from brightspots.findings.estimates import ALL, LOW_BASE, Estimates
from brightspots.findings.intervals import Asked
from brightspots.findings.profiles import searched_category
from brightspots.findings.verdicts import BETTER, LEANING, WORSE, leans_of
from brightspots.statistics import proportion_interval

if TYPE_CHECKING:
    from brightspots.questionnaire.model import Questionnaire
    from brightspots.statistics import Interval

SHRUNK = ("shrunk_share", "shrunk_lower", "shrunk_upper")


class OneSurvey:
    """The results of one questionnaire on their way out."""

    def __init__(
        self, name: str, results: list[Any], policy: Policy, editions: list[Edition], confidence: float
    ) -> None:
        self.name, self.results, self.policy = name, results, policy
        self.questionnaire: Questionnaire = results[0].source.questionnaire
        self.tally = one_source([r.source for r in results])
        self.measures = self.tally.measures
        self.tallies = dict.fromkeys(places_of(self.tally), self.tally)
        compared = [t for r in results if isinstance(r, Comparisons) for t in (r.previous, r.elsewhere)]
        before = [*compared, *(r.previous for r in results if isinstance(r, Rechecks))]
        self.tallies |= by_place([t for t in before if t is not None], self.tallies)
        self.forms = {place: forms_of(tally, place) for place, tally in self.tallies.items()}
        self.usual = Asked.of(None, "process", confidence, fractions=False)
        self.asked = self._asked()
        asked = [r for r in results if not isinstance(r, Descriptions)]
        wanted = list(dict.fromkeys(cell for result in asked for cell in cells_of(result)))
        described = [r for r in results if isinstance(r, Descriptions)]
        self.chosen = choose_descriptions(described, wanted, policy)
        wanted += [c for pairs in self.chosen.values() for _, cell in pairs for c in (cell, rest_of(cell))]
        flagged = {cell for result in asked for cell in flagged_cells_of(result)}
        known, told = self._known(editions)
        self.planned = plan(self.tallies, wanted, policy, known, flagged, told)

    def _known(self, editions: list[Edition]) -> tuple[dict[Cell, Decision], list[Told]]:
        """Return what everybody who may read this release knows, and what recipients of earlier ones do.

        A release for named recipients may be read by those of earlier editions, so to it all is known.
        """
        everybody = [e for e in editions if self.policy.numbered or e.numbered is None]
        known, heard = (
            what_is_known(some, self.name, self.tallies, self.policy.least_move)
            for some in (everybody, editions)
        )
        others = [e.numbered for e in editions if e not in everybody and e.numbered is not None]
        return known, [(policy, heard) for policy in dict.fromkeys(others)]

    def _asked(self) -> dict[Cell, Asked]:
        """Return the likely range that the estimates ask for, by cell."""
        asked: dict[Cell, Asked] = {}
        eligible = {(r.area, r.wave, r.age_band): r.eligible for r in self._responses()}
        for result in self.results:
            if not isinstance(result, Estimates):
                continue
            for cell, row in estimated_cells(result):
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
                cells += cells_of(result)
                continue
            cells += [c for cell in own for c in (cell, rest_of(cell))]
        rows = [row for r in self.results if isinstance(r, Comparisons) for row in r if has_other_cell(row)]
        pooled = {other_cell(row) for row in rows if row.areas is not None}
        beside_ours = {other_cell(row) for row in rows if self._may_say_other(row)}
        return {cell: None for cell in cells if cell not in pooled - beside_ours}

    def _may_say_other(self, row: Any) -> bool:
        """Whether the counts behind the other side may be said, as far as the plan allows.

        Those of other councils go only where ours go: from a pool with us inside, which others may publish,
        ours would be left over.
        """
        if not has_other_cell(row):
            return False
        return row.areas is None or self.planned[own_cell(row)].decision.status == "shown"

    def add_to(self, parts: dict[str, Any], lists: dict[str, list[Any]]) -> None:
        """Add what may leave of this questionnaire."""
        parts["questionnaires"][self.name] = self.questionnaire
        promises = [r.promise for r in self.results if isinstance(r, Estimates | CohortTable)]
        parts["promises"][self.name] = next(filter(None, promises), "")
        responses = self._responses()
        lists["responses"] += responses
        parts["respondents"][self.name] = _hash_of([self.questionnaire.hash, *map(asdict, responses)])
        own, cells = set(places_of(self.tally)), self._published_cells()
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
        figure = self.figure(own_cell(row))
        shown = figure.status == "shown"
        benchmark, benchmark_n = row.benchmark, row.benchmark_n
        if not shown:  # our own children may have been taken out: only what others printed is said
            benchmark, benchmark_n = row.printed, None
        if row.benchmark_wave is not None:
            benchmark = benchmark_n = None
            if self._may_say_other(row):
                other = self.figure(other_cell(row))
                benchmark, benchmark_n = other.share, other.n
            shown = shown and benchmark is not None
        verdict, reason = (row.verdict, row.reason) if shown else ("withheld", "")
        if figure.status == "no base":
            verdict, reason = "not compared", row.reason or "no_base"
        differs = verdict in (BETTER, WORSE) or reason == "small"
        good_when_high = self.measures[row.measure].good_when_high(row.category)
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
            higher_is_better=good_when_high,
            illustrative=row.illustrative,
            overridden=tuple(row.overridden.items()),
            areas=row.areas if shown else None,
            unusual_among_areas=row.unusual_among_areas if differs else None,
            leans=leans_of(row.p, row.difference, higher_is_better=good_when_high) if shown else "",
        )

    def _is_shown(self, result: Cohorts, row: Any) -> bool:
        return self._both_shown(cohort_cell(result, row))

    def _both_shown(self, cell: Cell) -> bool:
        """Whether a group and all others than it are shown."""
        return all(self.planned[c].decision.status == "shown" for c in (cell, rest_of(cell)))

    def _kept(self, result: Cohorts) -> list[Any]:
        """Return flagged cohorts that are shown, as the search orders them, then all groups named beforehand.

        The latter stand in the order of the questionnaire, so that their order tells nothing of a verdict.
        """
        rows = named_or_flagged(result)
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
            sizes = [*(SHRUNK if is_flagged and not turned else ()), "detectable"] if shown else []
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
                    rest=self.figure(rest_of(cell)),
                    **(differences_of(row, turned=turned) if shown else dict.fromkeys(DIFFERENCE)),
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
                rest=self.figure(rest_of(cell)),
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
        before = [(row, cell_before(result, row)) for row in result]
        return [row for row, cell in before if cell is None or self._both_shown(cell)]

    def _said_of(self, result: Rechecks, row: Any) -> list[Cell]:
        """Return the cells of this wave and the last that are said of a cohort: none where not alike."""
        cell, before = recheck_cell(result, row), cell_before(result, row)
        return [] if cell is None else [c for c in (cell, before) if c is not None]

    def _recheck(self, result: Rechecks, row: Any) -> ReleasedRecheck:
        said = [(self.figure(cell), self.figure(rest_of(cell))) for cell in self._said_of(result, row)]
        pairs = [*said, (None, None), (None, None)]
        (figure, rest), (before, before_rest) = pairs[:2]
        (area, wave), state, reason = places_of(self.tally)[0], row.state, row.reason
        shown = figure is not None and rest is not None and figure.status == rest.status == "shown"
        if figure is not None and figure.status != "no base" and not shown:
            state, reason = "withheld", ""
        is_plain = shown and result.within is None and row.p is not None
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
            stood_out_in=result.wave,
            leans=is_plain and row.p <= LEANING / 2,
        )

    def _responses(self) -> list[Responses]:
        """Return how many answered each form; if one number is too small, the total is withheld too."""
        table = self.tally.table(())
        counted = dict(zip(table.keys, self.tally.responses(table).tolist(), strict=True))
        listed = []
        for area, wave in places_of(self.tally):
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


@lru_cache(maxsize=4096)
def _interval(count: int, n: int, asked: Asked, everyone: int | None) -> Interval:
    """Return a likely range; many figures have the same."""
    return proportion_interval(
        count, n, confidence=asked.confidence, method=asked.method, population=everyone
    )


def _hash_of(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
