"""Children in care elsewhere, from what other councils gave: figures pooled, with or without one of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from brightspots.disclosure.cells import in_band
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError, TallyError
from brightspots.findings.benchmarks import CARE_ELSEWHERE, Benchmark, Benchmarks
from brightspots.findings.councils import find_area, refuse_doubles
from brightspots.findings.elsewhere import wave_of_all
from brightspots.findings.estimates import ALL
from brightspots.findings.funnels import Placed, place_one
from brightspots.findings.likeness import YEARS_APART, years_apart
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.shipped import shipped_names
from brightspots.statistics import funnel, half_up, pooled_share, proportion_interval
from brightspots.statistics.funnels import AREAS_NEEDED
from brightspots.tables import Table

if TYPE_CHECKING:
    from brightspots.exchange.contributions import Contribution, Given
    from brightspots.questionnaire.model import Questionnaire

FEWEST_COUNCILS = 3
"""With fewer there is no "elsewhere": one of two councils would read the other's figure off."""
LEAST_WORTH = 0.5
"""A share is given where it is worth at least this much of its answers; else bands say too little."""

FEW_COUNCILS, MOSTLY_BANDS = "few_councils", "mostly_bands"
COLUMNS = (
    "measure", "category", "age_band", "age_bands", "councils", "banded", "missing", "n", "share", "lower",
    "upper", "worth", "tau", "reason",
)  # fmt: skip
POSITION_COLUMNS = ("area", "measure", "category", "age_band", "n", "share", *Placed._fields)


class Pool(Table):
    """Figures of several councils together. Made by `pool`.

    Attributes
    ----------
    questionnaire : Questionnaire
    contributions : tuple of Contribution
        In the order of the alphabet.
    left_out : str
        The council that was taken out; empty for none.

    Notes
    -----
    Its columns:

    * `measure`, `category`, `age_band`, `age_bands`: what it is a figure of; `age_bands` are those pooled
      in ``all``.
    * `councils`, `banded`, `missing`: how many councils stand behind it, how many of them give only a
      band, and how many asked it and give nothing, or ``all`` of other age bands.
    * `n`, `share`, `lower`, `upper`, `worth`: their answers; the pooled share with its likely range; how
      many answers with known counts would say as much. None where there is no share.
    * `tau`: how far councils truly differ (standard deviation of their shares), from 10 councils that all
      give a count.
    * `reason`: why there is no share: ``few_councils`` (fewer than three), ``mostly_bands``.
    """

    title = "Pool of councils"
    released = True
    questionnaire: Questionnaire
    contributions: tuple[Contribution, ...]
    left_out: str = ""

    @property
    def areas(self) -> tuple[str, ...]:
        """The councils in it."""
        return tuple(one.area for one in self.contributions)

    @property
    def wave(self) -> str:
        """When they asked, in one text."""
        return wave_of_all(sorted({one.wave for one in self.contributions}))

    def without(self, area: str) -> Pool:
        """Pool the others: care elsewhere for one council.

        Parameters
        ----------
        area : str
            A council in the pool, in any usual spelling, or its code.

        Returns
        -------
        Pool

        Raises
        ------
        ArgumentError
            If it is not in the pool.
        TallyError
            If fewer than three councils are left.
        """
        at = find_area(area, self.areas)
        others = [one for i, one in enumerate(self.contributions) if i != at]
        return _pool(others, self.questionnaire, left_out=self.areas[at])

    def place(self, area: str) -> PoolPositions:
        """Place one council among the others, allowing for councils truly differing.

        Parameters
        ----------
        area : str
            A council in the pool.

        Returns
        -------
        PoolPositions
            ``area measure category age_band n share position side reason areas``; for figures whose count
            it gives. `position` is None where fewer than 10 others give theirs.

        References
        ----------
        Spiegelhalter 2005, Funnel plots for comparing institutional performance.
        """
        own = self.areas[find_area(area, self.areas)]
        rows: list[dict[str, Any]] = []
        for key, given in _by_figure(self.contributions).items():
            counts = {name: one for name, one in given.items() if one.is_count}
            if own not in counts:
                continue
            names = [name for name in counts if counts[name].age_bands == counts[own].age_bands]
            mine = counts[own]
            figures = [(counts[name].least or 0, counts[name].n or 0) for name in names]
            placed = place_one(*zip(*figures, strict=True), own=names.index(own))
            row: dict[str, Any] = dict(zip(("measure", "category", "age_band"), key, strict=True))
            row |= {"area": own, "n": mine.n, "share": (mine.least or 0) / (mine.n or 1)}
            rows.append(row | placed._asdict())
        return PoolPositions.from_rows(rows, POSITION_COLUMNS)

    def to_benchmarks(self, comparator: str = CARE_ELSEWHERE) -> Benchmarks:
        """Return what has a share as benchmarks, to compare with.

        Parameters
        ----------
        comparator : str, default "care elsewhere"

        Returns
        -------
        Benchmarks
            A pool with one council taken out says that its children are not inside; any other, that nobody
            knows whose are.
        """
        how_many = f"{len(self.areas)} councils"
        figures = []
        for row in self:
            if row.share is None:
                continue
            measure = measures_of(self.questionnaire)[row.measure]
            ages = [self.questionnaire.band[band].ages for band in row.age_bands]
            figures.append(
                Benchmark(
                    measure=row.measure,
                    category=row.category,
                    age_band=row.age_band if len(measure.asked) > 1 else row.age_bands[0],
                    comparator=comparator,
                    percent=float(half_up(100 * row.share, 1)),
                    n=row.n,
                    lower=min(float(half_up(100 * row.lower, 1)), float(half_up(100 * row.share, 1))),
                    upper=max(float(half_up(100 * row.upper, 1)), float(half_up(100 * row.share, 1))),
                    rounded_to=0.1,
                    includes_own="no" if self.left_out else "unknown",
                    source=f"a pool of {how_many}, {row.councils} of them with this figure",
                    questionnaire=self.questionnaire.id,
                    year=self.wave,
                    ages=(min(a for a, _ in ages), max(b for _, b in ages)),
                )
            )
        without = f", without {self.left_out}" if self.left_out else ""
        about = f"Children elsewhere: {how_many}{without}, {self.wave}. Made by pooling what they released."
        return Benchmarks.model_validate({"benchmark": figures, "about": about})

    def describe(self) -> str:
        """Return what the pool holds and what it lacks, in plain lines."""
        without = f", without {self.left_out}" if self.left_out else ""
        shares = [row for row in self if row.share is not None]
        lines = [
            f"A pool of {len(self.areas)} councils{without}, {self.wave}: {', '.join(self.areas)}",
            f"{len(shares)} of {len(self)} figures have a share.",
        ]
        reasons = {
            FEW_COUNCILS: f"fewer than {FEWEST_COUNCILS} councils give them",
            MOSTLY_BANDS: "councils give bands that say too little together",
        }
        for reason, why in reasons.items():
            lacking = [f"{row.measure} {row.category} {row.age_band}" for row in self if row.reason == reason]
            if lacking:
                lines.append(f"{len(lacking)} have none, as {why}: {'; '.join(lacking)}.")
        thin = sum(row.missing > 0 for row in shares)
        if thin:
            lines.append(f"{thin} of those with a share lack some councils, whose figures are withheld.")
        return "\n".join(lines)


class PoolPositions(Table):
    """Where one council lies among the others of a pool."""

    title = "Place among the councils of a pool"
    released = True


def pool(
    contributions: Sequence[Contribution], questionnaire: Questionnaire, *, today: date | None = None
) -> Pool:
    """Pool what councils gave, after checking that it belongs together.

    Parameters
    ----------
    contributions : sequence of Contribution
        One of each council.
    questionnaire : Questionnaire
        What they asked.
    today : datetime.date, optional
        The day by which agreements must still hold; today if left out.

    Returns
    -------
    Pool

    Raises
    ------
    TallyError
        If there are fewer than three councils, one stands there twice (also under two spellings), the
        questionnaires differ, waves lie more than three years apart, or an agreement has run out: everything
        at once.

    Examples
    --------
    >>> from datetime import date
    >>> import brightspots as bs
    >>> questionnaire = bs.load_questionnaire("children-in-care")
    >>> country = bs.tally(bs.make_survey(councils=3, seed=1))
    >>> gifts = []
    >>> for area in ("Council 1", "Council 2", "Council 3"):
    ...     out = bs.release(bs.estimate(country.only(area=area), measures=["nature"]))
    ...     gifts += bs.exchange.contribute(out, recipients="the three", until=date(2030, 1, 1))
    >>> together = bs.exchange.pool(gifts, questionnaire, today=date(2026, 1, 1))
    >>> [(row.age_band, row.councils) for row in together]
    [('11-18', 3), ('8-11', 3), ('all', 3)]
    """
    faults = []
    for one in contributions:
        if one.questionnaire_hash != questionnaire.hash:
            faults.append(f"{one.area} asked another questionnaire than {questionnaire.id}")
        if one.until < (today or date.today()):  # noqa: DTZ011
            faults.append(f"{one.area} gave its figures until {one.until}: ask it again")
    areas = [one.area for one in contributions]
    twice = sorted(area for area, times in Counter(areas).items() if times > 1)
    faults += [f"{area} stands here {areas.count(area)} times; keep one" for area in twice]
    try:
        refuse_doubles(list(dict.fromkeys(areas)))
    except ArgumentError as error:
        faults.append(str(error))
    waves = sorted({one.wave for one in contributions})
    if waves and years_apart(waves[-1], waves[0]) > YEARS_APART:
        faults.append(f"waves from {waves[0]} to {waves[-1]} lie more than {YEARS_APART} years apart")
    if faults:
        raise TallyError("\n".join(["These do not make a pool:", *(f"  - {fault}" for fault in faults)]))
    return _pool(list(contributions), questionnaire)


def _pool(contributions: list[Contribution], questionnaire: Questionnaire, *, left_out: str = "") -> Pool:
    if len(contributions) < FEWEST_COUNCILS:
        raise TallyError(
            f"A pool needs {FEWEST_COUNCILS} councils or more; here are {len(contributions)}, so that one "
            "could read the figures of another off."
        )
    ordered = tuple(sorted(contributions, key=lambda one: one.area))
    rules = _Rules(questionnaire, ordered)
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for key, given in sorted(_by_figure(ordered).items(), key=lambda item: (item[0][2] == ALL, item[0])):
        rows[key] = _row(key, given, rules)
        if key[2] == ALL and (rows[key]["banded"] or rows[key]["missing"]):
            rows[key] |= _of_bands([rows.get((*key[:2], band)) for band in rows[key]["age_bands"]])
    places = {name: i for i, name in enumerate(measures_of(questionnaire))}
    in_order = sorted(rows, key=lambda key: (places[key[0]], *key[1:]))
    made = Pool.from_rows([rows[key] for key in in_order], COLUMNS)
    made.contributions, made.questionnaire, made.left_out = ordered, questionnaire, left_out
    return made


class _Rules:
    """Under which rules the councils released, so that a band can be read as it was meant."""

    def __init__(self, questionnaire: Questionnaire, contributions: Sequence[Contribution]) -> None:
        self.measures = measures_of(questionnaire)
        shipped = set(shipped_names("policies"))
        self.policies = {c.area: load_policy(c.policy) for c in contributions if c.policy in shipped}
        sides = {policy.minimum_side for policy in self.policies.values()}
        self.always = sides.pop() if len(sides) == 1 and len(self.policies) == len(contributions) else None

    def is_spared(self, area: str, given: Given) -> bool:
        """Whether a council gives a count of which it might have given only a band."""
        policy = self.policies.get(area)
        if policy is None or not given.is_count or not given.n or not 0 < (given.least or 0) < given.n:
            return False
        measure = self.measures[given.measure]
        return in_band(given.n, given.least or 0, measure, given.category, policy, "") is not None


def _by_figure(contributions: Sequence[Contribution]) -> dict[tuple[str, str, str], dict[str, Given]]:
    """Return what each council gives of each figure."""
    figures: dict[tuple[str, str, str], dict[str, Given]] = defaultdict(dict)
    for one in contributions:
        for given in one.figures:
            figures[(given.measure, given.category, given.age_band)][one.area] = given
    return dict(figures)


def _row(key: tuple[str, str, str], given: dict[str, Given], rules: _Rules) -> dict[str, Any]:
    """Pool one figure."""
    told = {area: one for area, one in given.items() if one.n}
    numbers = Counter(one.age_bands for one in told.values())
    bands = min(numbers, key=lambda one: (-numbers[one], one), default=())
    fit = {area: one for area, one in told.items() if one.age_bands == bands}
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= dict(zip(("measure", "category", "age_band"), key, strict=True))
    row |= {"age_bands": bands, "councils": len(fit), "missing": len(given) - len(fit)}
    row |= {"banded": sum(not one.is_count for one in fit.values()), "reason": FEW_COUNCILS}
    if len(fit) < FEWEST_COUNCILS:
        return row
    least, greatest, ns = (
        [getattr(one, name) for one in fit.values()] for name in ("least", "greatest", "n")
    )
    spared = [rules.is_spared(area, one) for area, one in fit.items()]
    found = pooled_share(least, greatest, ns, always=rules.always, spared=spared)
    row["reason"] = ""
    if not found.worth >= LEAST_WORTH * sum(ns):
        return row | {"reason": MOSTLY_BANDS}
    if len(fit) >= AREAS_NEEDED and not row["banded"]:
        row["tau"] = funnel(least, ns).tau
    return row | {"n": sum(ns)} | found._asdict()


def _of_bands(rows: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """Pool all age bands from the pools of each, each with the weight of its answers."""
    bands = [row for row in rows if row is not None]
    reason = next((row["reason"] for row in bands if row["share"] is None), "")
    if len(bands) < len(rows) or reason:
        return {
            "share": None,
            "n": None,
            "lower": None,
            "upper": None,
            "worth": None,
            "reason": reason or FEW_COUNCILS,
        }
    ns = np.array([row["n"] for row in bands])
    shares, worth = (np.array([row[name] for row in bands]) for name in ("share", "worth"))
    share = float(ns @ shares / ns.sum())
    variance = float((ns / ns.sum()) ** 2 @ (shares * (1 - shares) / worth))
    pooled_worth = share * (1 - share) / variance if variance else float(worth.sum())
    lower, upper = proportion_interval(share * pooled_worth, pooled_worth)
    return {
        "councils": min(row["councils"] for row in bands),
        "missing": max(row["missing"] for row in bands),
        "banded": max(row["banded"] for row in bands),
        "n": int(ns.sum()),
        "share": share,
        "lower": float(lower),
        "upper": float(upper),
        "worth": pooled_worth,
        "tau": None,
        "reason": "",
    }
