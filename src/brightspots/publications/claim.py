"""What an edition claims to say: the figures of its ``release.json``, and what else stands beside them."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from brightspots.disclosure.editions import FORMAT, STATUSES
from brightspots.disclosure.figures import Figure, FigureKey, Responses, figure_key
from brightspots.disclosure.outsider import limits_of
from brightspots.disclosure.policy import Policy, load_policy
from brightspots.disclosure.recipients import NumberedEdition
from brightspots.errors import ArgumentError
from brightspots.findings.detectable import NEAR
from brightspots.findings.responses import TARGET, wanted
from brightspots.findings.strategy_dates import in_words
from brightspots.publications.wording import LENGTHS, shortened
from brightspots.statistics import detectable_gap, proportion_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

EDITION = "release.json"
PARTS = {
    "brightspots", "format", "policy", "thresholds", "edition", "questionnaires", "responses", "figures",
    "own", "scorecard", "said",
}  # fmt: skip
SEARCHED = ("comparisons", "cohorts", "descriptions", "rechecks", "searches", "promises")
"""What is said of the figures of a survey; whatever else is said, others have published, or is a target."""
DERIVED = ("difference", "effect_size", "detectable", "shrunk", "gap")
"""What is worked out from a figure, and so goes where it goes."""
UNRANKED = ("withheld", "not compared", "not tested", "")
SLACK = 1e-9
MOST_DIGITS = 9
ENDS = (0, 1, 50, 99, 100)
USUAL = Fraction(19, 20)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")

Key = tuple[Any, ...]


@dataclass
class Numbers:
    """Numbers that may be said.

    Attributes
    ----------
    whole : set of int
        Counts, and percentages that are whole by themselves.
    shares : set of float
        Said as they are, or in percent, rounded to any number of digits.
    """

    whole: set[int] = field(default_factory=set)
    shares: set[float] = field(default_factory=set)
    _as_written: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def together(cls, many: Iterable[Numbers]) -> Numbers:
        """Return all of many."""
        both = cls()
        for one in many:
            both.whole |= one.whole
            both.shares |= one.shares
        return both

    def hold(self, token: str) -> bool:
        """Whether a number as it is written is one of these.

        Examples
        --------
        >>> numbers = Numbers({40}, {0.625})
        >>> [numbers.hold(token) for token in ("40", "63", "62", "0.63", "62.5")]
        [True, True, False, True, True]
        """
        value = round(abs(float(token)), MOST_DIGITS)
        if value in self.whole or (value in (0, 1) and value in self.shares):
            return True
        written = token.partition(".")[2]
        if len(written) > MOST_DIGITS or "e" in token:  # 0.8231 may be written as 0.8231000000000001
            written = f"{value:.{MOST_DIGITS}f}".partition(".")[2].rstrip("0")
        return round(value * 10 ** len(written)) in self._rounded(len(written))

    @property
    def tenths(self) -> set[int]:
        """Return every share in tenths."""
        return {math.floor(10 * share + 0.5 + SLACK) for share in self.shares}

    def _rounded(self, digits: int) -> set[int]:
        """Return every share and percentage with so many digits, in units of the last one."""
        if digits not in self._as_written:
            scales = (100 * 10**digits, *([10**digits] if digits else []))
            self._as_written[digits] = {
                math.floor(abs(share) * scale + 0.5 + SLACK)
                for share in self.shares
                for scale in (scales if abs(share) <= 1 else (10**digits,))
            }
        return self._as_written[digits]


def numbers_of(figure: Figure) -> Numbers:
    """Return the numbers that may be said of a figure."""
    whole = {n for n in (figure.n, figure.count, figure.above, figure.below) if n is not None}
    held = (figure.share, figure.lower, figure.upper, figure.confidence)
    numbers = Numbers(whole, {share for share in held if share is not None})
    if figure.share is not None and 0 < figure.share < 1:
        numbers.whole |= {99} if figure.share > 0.99 else {1} if figure.share < 0.01 else set()
    return numbers


def numbers_in(body: Any) -> Numbers:
    """Return every number in plain data."""
    found = Numbers()
    waiting = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, float):
            found.shares.add(one)
            if one.is_integer():
                found.whole.add(int(abs(one)))
        elif isinstance(one, int) and not isinstance(one, bool):
            found.whole.add(abs(one))
    return found


class Claim:
    """What an edition claims to say.

    Parameters
    ----------
    body : dict
        Its ``release.json``.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        if body["brightspots"] != "release" or body["format"] != FORMAT:
            raise ValueError(body["format"])
        self.body = body
        self.said: dict[str, Any] = body.get("said", {})
        self.policy = _policy(body)
        edition = body.get("edition")
        self.edition = None if edition is None else NumberedEdition(**edition)
        self.hashes: dict[str, str] = {name: q["hash"] for name, q in body["questionnaires"].items()}
        names = {one.name for one in fields(Figure)}
        self.figures = tuple(
            Figure(**{name: _frozen(value) for name, value in one.items() if name in names})
            for one in body["figures"]
        )
        self.responses = tuple(Responses(**one) for one in body["responses"])
        self.places = tuple(dict.fromkeys((r.questionnaire, r.area, r.wave) for r in self.responses))
        self._by_key = {figure_key(figure): figure for figure in self.figures}

    @cached_property
    def _entries(self) -> dict[Key, list[dict[str, Any]]]:
        """What else is said of each figure."""
        entries: dict[Key, list[dict[str, Any]]] = defaultdict(list)
        for part in self.said.values():
            for entry in _objects_in(part):
                for key in _keys_in(entry):
                    entries[key].append(entry)
        return entries

    def said_of(self, figure: Figure) -> Numbers:
        """Return every number that is said of a figure, or beside it of others."""
        key = figure_key(figure)
        if key not in self._said_of:
            entries = self._entries.get(key, [])
            beside = [self._by_key[k] for entry in entries for k in _keys_in(entry) if k in self._by_key]
            parts = [numbers_of(figure), *(numbers_in(_apart_from_figures(entry)) for entry in entries)]
            parts += map(numbers_of, beside)
            parts += [_of_line(line) for line in self._lines if line.get("measure") == figure.measure]
            self._said_of[key] = Numbers.together(parts)
        return self._said_of[key]

    @cached_property
    def _said_of(self) -> dict[Key, Numbers]:
        return {}

    @cached_property
    def _lines(self) -> list[dict[str, Any]]:
        """What a strategy wants of measures."""
        objectives = (self.body.get("scorecard") or {}).get("objectives", [])
        return [line for objective in objectives for line in objective["lines"]]

    def wanted(self, objective: str, measure: str) -> Numbers:
        """Return the numbers of what a strategy wants of a measure under an objective."""
        own = [one for one in self._lines if (one["objective"], one["measure"]) == (objective, measure)]
        return Numbers.together(map(_of_line, own))

    @cached_property
    def _public(self) -> Numbers:
        """Numbers that are not of this survey: of others, of other counts, of a strategy."""
        others = [part for name, part in self.said.items() if name not in SEARCHED]
        others += [self.body.get("own"), self.body.get("scorecard")]
        own = map(_of_own_children, self.body.get("own", []))
        return Numbers.together([numbers_in(others), *own, *map(_of_line, self._lines)])

    @cached_property
    def of_the_survey(self) -> Numbers:
        """Numbers of the whole survey: how many answered, and what was searched."""
        of_responses = numbers_in([[r.n, r.eligible, r.rate] for r in self.responses])
        of_responses.whole |= self._more_wanted
        return Numbers.together([of_responses, numbers_in(self.said.get("searches", [])), self._public])

    @cached_property
    def _more_wanted(self) -> set[int]:
        """The target in percent, and how many more make it, where a survey is still open."""
        still = {(o["questionnaire"], o["area"], o["wave"]) for o in self.said.get("open_surveys", [])}
        own = [r for r in self.responses if (r.questionnaire, r.area, r.wave) in still]
        target = {int(100 * TARGET)} if own else set()
        return target | {max(0, wanted(r.eligible) - r.n) for r in own if r.n is not None and r.eligible}

    @cached_property
    def where_nobody_reads(self) -> Numbers:
        """Numbers that properties and descriptions may hold: of the survey, and titles of columns."""
        return Numbers.together([self.of_the_survey, Numbers(set(), set(NEAR))])

    @cached_property
    def beside_figures(self) -> Numbers:
        """Numbers that a text about no figure may hold: of the survey, the policy and the method."""
        gaps = {float(gap) for r in self.responses if r.n for gap in detectable_gap(r.n, NEAR)} | {
            entry["detectable"]
            for entry in self.said.get("cohorts", [])
            if entry.get("detectable") is not None
        }
        trust = {Fraction(f.confidence).limit_denominator(1000) for f in self.figures if f.confidence} | {
            USUAL
        }
        method = {n for part in trust for n in (part.numerator, part.denominator)}
        rules = numbers_in(self.policy.thresholds())
        return Numbers.together([self.of_the_survey, rules, Numbers({*ENDS, *method}, {*gaps, *NEAR})])

    @cached_property
    def searched(self) -> tuple[Figure, ...]:
        """Figures of groups by what they were searched by, in this wave and the last."""
        keys = {
            key for part in ("cohorts", "rechecks") for e in self.said.get(part, []) for key in _keys_in(e)
        }
        return tuple(figure for key, figure in self._by_key.items() if key in keys)

    @cached_property
    def without_figure(self) -> tuple[Figure, ...]:
        """Figures of which nothing is said but what others say: this survey has no counterpart."""
        named = [k for k in self._entries if k not in self._by_key]
        return tuple(
            Figure(**FigureKey(*key)._asdict(), domain="", age_bands=(), status="no base") for key in named
        )

    @cached_property
    def texts(self) -> set[str]:
        """Every text that the claim holds: places, waves, sources, names; dates in words, and cut short."""
        parts = [self.said, self.body.get("own"), self.body.get("scorecard")]
        held = {text for part in parts for text in _texts_in(part)}
        of_strategy = set(_texts_in(self.body.get("scorecard")))
        held |= {in_words(text) for text in of_strategy}
        held |= {shortened(text, longest) for text in of_strategy for longest in LENGTHS}
        held |= {year for text in held for year in YEAR.findall(text)}
        return held | {name for place in self.places for name in place}

    @cached_property
    def names_of_others(self) -> set[str]:
        """Names of places, of others and of sources, in which the label of a figure may stand by chance."""
        names = {name for place in self.places for name in place[1:]}
        for entry in self.said.get("comparisons", []):
            names |= {entry["comparator"], entry["source"], *_texts_in(entry["overridden"])}
        return names

    @cached_property
    def group_names(self) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
        """Names of groups, with what they are of."""
        return {
            (entry["name"], tuple((t, level) for t, level in entry["conditions"]))
            for part in ("cohorts", "descriptions", "rechecks")
            for entry in self.said.get(part, [])
        }

    # ------------------------------------------------------------------------- the claim by itself

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield what the claim says that it must not, as place and words."""
        for name in sorted(set(self.body) - PARTS):
            yield name, "an entry that an edition does not have"
        names = {one.name for one in fields(Figure)}
        for i, (raw, figure) in enumerate(zip(self.body["figures"], self.figures, strict=True)):
            if set(raw) - names:
                yield f"figures[{i}]", "an entry that a figure does not have"
            if not _holds_together(figure):
                yield f"figures[{i}]", "a number beside a figure that is hidden, or given as a band"
        if self.policy.numbered != (self.edition is not None):
            yield "edition", "a policy and an edition that do not go together"
        yield from self._faults_of_responses()
        for name, part in self.said.items():
            for entry in _objects_in(part):
                if self._says_too_much(entry):
                    yield f"said.{name}", "something worked out from a figure that is not shown"

    def _says_too_much(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry about a figure that is not shown holds what is worked out from it."""
        statuses = {self._by_key[key].status for key in _keys_in(entry) if key in self._by_key}
        if not statuses & {"banded", "withheld"}:
            return False
        derived = [v for name, v in entry.items() if name.startswith(DERIVED) and v is not None]
        ranked = entry.get("verdict", "") not in UNRANKED or entry.get("tier") == "flag"
        return bool(derived) or ranked

    def _faults_of_responses(self) -> Iterator[tuple[str, str]]:
        by_place: dict[tuple[str, str, str], list[Responses]] = defaultdict(list)
        for r in self.responses:
            by_place[(r.questionnaire, r.area, r.wave)].append(r)
            if r.n is not None and 0 < r.n < self.policy.minimum_base:
                yield "responses", "fewer answers than the policy shows"
        for own in by_place.values():
            hidden = [r for r in own if r.n is None]
            if len(hidden) == 1 and hidden[0].age_band != "all" and len(own) > 1:
                yield "responses", "a hidden number of answers that all others give back"


def read_claim(path: Path) -> Claim:
    """Read what an edition claims to say.

    Raises
    ------
    ArgumentError
        If it is not understood.
    """
    try:
        return Claim(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ArgumentError(
            f"{path} is not a {EDITION} that this version of brightspots understands."
        ) from None


def _policy(body: Mapping[str, Any]) -> Policy:
    thresholds = body.get("thresholds")
    if thresholds is None:
        return load_policy(body["policy"])
    return Policy(id=body["policy"], title=body["policy"], **thresholds)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _objects_in(body: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in plain data, save the names of figures."""
    if isinstance(body, dict):
        if set(body) != {"figure"}:
            yield body
        for part in body.values():
            yield from _objects_in(part)
    elif isinstance(body, list):
        for part in body:
            yield from _objects_in(part)


def _keys_in(entry: Mapping[str, Any]) -> list[Key]:
    """Return the figures that an entry names."""
    return [
        tuple(_frozen(part["figure"]))
        for part in entry.values()
        if isinstance(part, dict) and set(part) == {"figure"}
    ]


def _apart_from_figures(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if not (isinstance(v, dict) and set(v) == {"figure"})}


def _texts_in(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict | list):
        for part in body.values() if isinstance(body, dict) else body:
            yield from _texts_in(part)


def _of_line(line: Mapping[str, Any]) -> Numbers:
    """Return the numbers of what a strategy wants of a measure, and how far any two lie apart."""
    numbers = numbers_in(line)
    apart = {one - other for one in numbers.shares for other in numbers.shares}
    return Numbers(numbers.whole, numbers.shares | apart)


def _of_own_children(table: Mapping[str, Any]) -> Numbers:
    """Return what follows from counts of a council's own children: sums over levels, and shares of them."""
    counts = {frozenset(map(tuple, one["of"])): one["count"] for one in table["counts"]}
    known = {key: n for key, n in counts.items() if n is not None}
    sums: dict[tuple[frozenset[tuple[str, str]], str], list[int]] = defaultdict(list)
    for key, n in known.items():
        for pair in key:
            sums[(key - {pair}, pair[0])].append(n)
    totals = list(known.items())
    for (key, _), own in sums.items():
        totals += [(key, n) for n in {sum(own), *(sum(own) - one for one in own)}]
    dimensions = [({name for name, _ in key}, n) for key, n in totals]
    shares = {
        count / n
        for own, count in dimensions
        for whole, n in dimensions
        if whole <= own and count <= n and n > 0
    }
    gaps = {share - theirs for share in shares for _, theirs in table["elsewhere"] if theirs is not None}
    return Numbers({n for _, n in totals}, shares | gaps)


def _holds_together(figure: Figure) -> bool:
    """Whether the numbers of a figure are those, and all those, that its status allows."""
    numbers = (figure.n, figure.count, figure.share, figure.lower, figure.upper, figure.above, figure.below)
    if figure.status not in STATUSES:
        return False
    if figure.status == "withheld":
        return all(number is None for number in numbers)
    if figure.status == "no base":
        return not figure.n and all(number is None for number in numbers[1:])
    if not figure.n:
        return False
    if figure.status == "shown":
        if figure.count is None or figure.share is None or (figure.above, figure.below) != (None, None):
            return False
        return abs(figure.share - figure.count / figure.n) < SLACK
    if (figure.count, figure.share) != (None, None) or (figure.above is None) == (figure.below is None):
        return False
    if figure.confidence is None:
        return (figure.lower, figure.upper) == (None, None)
    ends = limits_of(figure)
    how: Any = {"confidence": figure.confidence, "method": figure.method}
    made = [proportion_interval(k, figure.n, **how) for k in ends]
    says = (figure.lower, figure.upper)
    return all(
        said is not None and abs(said - own) < 1e-6
        for said, own in zip(says, (made[0].lower, made[1].upper), strict=True)
    )
