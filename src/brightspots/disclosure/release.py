"""The one door out: everything that is published together is planned, audited, and only then a `Release`."""

from __future__ import annotations

import html
from collections import defaultdict
from dataclasses import asdict
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Never

from brightspots.disclosure.asking import Result, refuse_unaudited
from brightspots.disclosure.editions import FORMAT, as_plain_data, read_edition, refuse_beside_numbered
from brightspots.disclosure.figures import (
    Figure,
    ReleasedCohort,
    ReleasedComparison,
    ReleasedDescription,
    ReleasedRecheck,
    Responses,
    Search,
    figure_key,
)
from brightspots.disclosure.local_figures import points_of
from brightspots.disclosure.one_survey import OneSurvey
from brightspots.disclosure.open_surveys import OpenSurvey, pass_open_survey
from brightspots.disclosure.own_counts import OwnResult
from brightspots.disclosure.own_figures import OwnTable
from brightspots.disclosure.own_protection import protect_own
from brightspots.disclosure.plan import Bounds
from brightspots.disclosure.policy import Policy, load_policy
from brightspots.disclosure.recipients import NumberedEdition, refuse_unnumbered
from brightspots.disclosure.scorecards import pass_scorecard
from brightspots.disclosure.statutory import PublishedComparison, pass_published
from brightspots.errors import ArgumentError, ReleaseError
from brightspots.findings.comparisons import Comparisons
from brightspots.findings.estimates import ALL, Estimates
from brightspots.findings.responses import ResponsesByTrait
from brightspots.findings.scorecard import Scorecard
from brightspots.findings.statutory import StatutoryComparisons
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from brightspots.disclosure.scorecards import ReleasedScorecard
    from brightspots.questionnaire.model import Questionnaire

_KEY = object()
CONFIDENCE = 0.95
"""Of the likely ranges of cohorts."""
TOLD_ELSEWHERE = {
    "policy",
    "questionnaires",
    "figures",
    "responses",
    "respondents",
    "own",
    "scorecard",
    "edition",
    "audit",
}
"""Parts of a release that ``release.json`` holds under another name, or not at all."""


class Audit(Table):
    """What was banded or withheld and why, with the bounds that an intruder could reach; never published."""

    title = "Audit"


class Summary(Table):
    """What a release lets out of each survey, in numbers."""

    released = True
    title = "Released"


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
    statutory : tuple of PublishedComparison
        Published figures of councils, as the publisher gives them.
    own : tuple of OwnTable
        Counts of a council's own children: SDQ, stability, ages.
    scorecard : ReleasedScorecard or None
        Where a strategy stands.
    open_surveys : tuple of OpenSurvey
        Surveys that are still open, and which groups have reached the target.
    edition : NumberedEdition or None
        Which edition it is and for whom; None for a release that anybody may read.
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
    statutory: tuple[PublishedComparison, ...]
    own: tuple[OwnTable, ...]
    scorecard: ReleasedScorecard | None
    open_surveys: tuple[OpenSurvey, ...]
    edition: NumberedEdition | None
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

    def explain(
        self,
        measure: str,
        *,
        age_band: str = ALL,
        category: str | None = None,
        group: Mapping[str, str] | None = None,
    ) -> str:
        """Explain one figure and its verdicts in a paragraph: why this one, or why withheld.

        Parameters
        ----------
        measure : str
            Id of the measure.
        age_band : str, default "all"
        category : str, optional
            The first of the measure by default.
        group : mapping of trait to level, optional
            Everybody by default.

        Returns
        -------
        str

        Raises
        ------
        ArgumentError
            If the release holds no such figure.

        Examples
        --------
        >>> import brightspots as bs
        >>> survey = bs.make_survey(seed=1)
        >>> out = bs.release(bs.estimate(survey, measures=["pets"], by=[["gender"]]))
        >>> out.explain("pets", group={"gender": "girl"}).partition(";")[0]
        '93% of girls (89 of 96) live with a pet'
        """
        from brightspots.publications.sentences import explanation

        found = [
            f
            for f in self.figures
            if f.measure == measure
            and f.age_band == age_band
            and dict(f.group) == dict(group or {})
            and category in (None, f.category)
        ]
        if not found:
            of = f" and {dict(group)}" if group else ""
            raise ArgumentError(f"This release holds no figure of {measure!r} for {age_band!r}{of}.")
        return explanation(self, found[0])

    def as_edition(self) -> dict[str, Any]:
        """Return the release as plain data: what ``release.json`` holds for later audits."""
        return {
            "brightspots": "release",
            "format": FORMAT,
            "policy": self.policy.id,
            "thresholds": self.policy.thresholds(),
            "edition": None if self.edition is None else asdict(self.edition),
            "questionnaires": {
                name: {"hash": questionnaire.hash, "respondents": self.respondents[name]}
                for name, questionnaire in sorted(self.questionnaires.items())
            },
            "responses": [asdict(r) for r in self.responses],
            # By what they are of: the order of a search would tell which groups nearly stood out.
            "figures": [asdict(f) for f in sorted(self._published, key=figure_key)],
            "own": [asdict(table) for table in self.own],
            "scorecard": None if self.scorecard is None else asdict(self.scorecard),
            "said": {
                name: as_plain_data(part)
                for name, part in vars(self).items()
                if name not in TOLD_ELSEWHERE and not name.startswith("_")
            },
        }

    def __repr__(self) -> str:
        held = sum(f.status == "withheld" for f in self.figures)
        banded = sum(f.status == "banded" for f in self.figures)
        published = sum(len(one.figures) for one in self.statutory)
        beside = f", {published} published figures, {len(self.own)} tables of own counts"
        return (
            f"<Release under policy {self.policy.id}: {len(self.figures)} figures, {banded} banded, "
            f"{held} withheld, {len(self.comparisons)} comparisons, {len(self.cohorts)} cohorts"
            f"{beside if published or self.own else ''}>"
        )

    def _repr_html_(self) -> str:
        """Show in a notebook what was let out, survey by survey."""
        rows = []
        for questionnaire, area, wave in self.places:
            place = (questionnaire, area, wave)
            figures = [f for f in self.figures if (f.questionnaire, f.area, f.wave) == place]
            n = [r.n for r in self.responses if (r.questionnaire, r.area, r.wave) == place]
            rows.append(
                {
                    "survey": self.questionnaires[questionnaire].title, "area": area, "wave": wave,
                    "answered": n[-1],
                    "figures": len(figures),
                    "given_as_a_band": sum(f.status == "banded" for f in figures),
                    "hidden": sum(f.status == "withheld" for f in figures),
                    "comparisons": sum(c.figure in figures for c in self.comparisons),
                    "groups": sum(c.figure.questionnaire == questionnaire for c in self.cohorts),
                }
            )  # fmt: skip
        summary = Summary.from_rows(rows, list(rows[0]) if rows else [])
        return f"{summary._repr_html_()}<p>{html.escape(repr(self)[1:-1])}</p>"


def release(
    *results: Result | StatutoryComparisons | OwnResult | Scorecard | ResponsesByTrait,
    policy: Policy | str | Path = "council",
    previous: Sequence[str | Path] = (),
    edition: NumberedEdition | None = None,
) -> Release:
    """Let out what is safe of everything that will be published together.

    Small counts are banded ("more than 85%") or withheld; whatever could be used to work one out is withheld
    with it; everything derived from a cell shares its fate. The result is audited before it is returned.

    Parameters
    ----------
    *results : Estimates, Comparisons, Cohorts, Descriptions or Rechecks; StatutoryComparisons; Totals, \
Change, Stability or AgeProfile; one Scorecard; ResponsesByTrait
        Everything of one publication. What is left out here must not be published beside it. Descriptions go
        out with the cohorts that they describe, and only with those that are shown. Published figures pass.
        Counts of a council's own children (SDQ, stability, ages) go out by the policy's rules for tables of
        counts; where published figures are of the same children, those stay known. A scorecard goes out with
        the estimates and comparisons that it was made from, and says no more than they do; what the council
        keeps or states itself goes by the policy. Responses by trait go out with estimates of no measure, for
        a survey that is open: which groups have reached the target, and no number.
    policy : Policy, str or path, default "council"
        Disclosure policy: one that hides and bands (``council``, ``ons-10``, ``restricted``, or your own
        file). Those for tables of counts are refused; see `brightspots.disclosure.protect_counts`.
    previous : sequence of path, optional
        ``release.json`` of earlier editions. Over the same answers they stay known; over other answers of the
        same wave an edition is refused unless every number that changed moved by the policy's `least_move`.
        What editions for named recipients withheld stays withheld from them, with this release in hand. An
        edition that was never published is left out.
    edition : NumberedEdition, optional
        Which edition it is and for whom: needed by a policy for named recipients (``restricted``), whose
        files say so on every page, and refused by all others.

    Returns
    -------
    Release

    Raises
    ------
    ArgumentError
        If a result is of another kind, is of pooled waves, or two were counted from different answers or ask
        for different likely ranges.
    PolicyError
        If the policy is not known, has faults, is for tables of counts only, has no rules for them where
        a council's own children are counted, or needs a numbered edition, or may not carry one.
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
    refuse_unnumbered(policy, edition)
    by_questionnaire: dict[str, list[Any]] = defaultdict(list)
    cards = [result for result in results if isinstance(result, Scorecard)]
    statutory = tuple(pass_published(r) for r in results if isinstance(r, StatutoryComparisons))
    own_results = [r for r in results if isinstance(r, OwnResult)]
    still_open = [r for r in results if isinstance(r, ResponsesByTrait)]
    apart = StatutoryComparisons | OwnResult | Scorecard | ResponsesByTrait
    surveyed = [r for r in results if not isinstance(r, apart)]
    for result in surveyed:
        if not isinstance(result, Result):
            raise ArgumentError(
                "release takes estimates, comparisons, cohorts, their descriptions and rechecks, statutory "
                f"figures, SDQ, stability, age profiles and a scorecard, not a {type(result).__name__}."
            )
        if result.source is None:
            raise ArgumentError(
                "These cohorts come from a plain data frame; only those of a survey can be released."
            )
        refuse_unaudited(result, result.source)
        by_questionnaire[result.source.questionnaire.id].append(result)
    if not results:
        raise ArgumentError("release got nothing to release.")
    if len(cards) > 1:
        raise ArgumentError("release got two scorecards; a publication has one.")
    confidences = {_confidence_of(result) for result in surveyed}
    if len(confidences) > 1:
        raise ArgumentError(
            "The results have likely ranges of different confidence; choose one. That of cohorts is always "
            f"{CONFIDENCE:g}."
        )
    editions = [read_edition(path) for path in previous]
    if not policy.numbered and (own_results or cards):
        refuse_beside_numbered(editions)
    parts: dict[str, Any] = defaultdict(dict)
    lists: dict[str, list[Any]] = defaultdict(list)
    for name, own in by_questionnaire.items():
        OneSurvey(name, own, policy, editions, *confidences).add_to(parts, lists)
    passed = [
        pass_scorecard(card, policy, lists["figures"], lists["comparisons"], points_of(editions))
        for card in cards
    ]
    lists["protected"] += [hidden for one in passed for hidden in one.audit]
    before = [table for edition in editions for table in edition.own]
    protected = protect_own(own_results, policy, statutory, before)
    lists["protected"] += [hidden for one in protected for hidden in one.audit]
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
        statutory=statutory,
        own=tuple(one.table for one in protected),
        scorecard=passed[0].card if passed else None,
        open_surveys=tuple(
            pass_open_survey(one, policy, lists["responses"], lists["published"]) for one in still_open
        ),
        edition=edition,
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
