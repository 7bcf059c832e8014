"""A folder of written files read by an outsider: what it says beyond what was released, and gives away.

The outsider has the files and what a questionnaire asks, and nothing else. ``release.json`` is taken as the
claim of what is said. The claim itself must leave open what it hides; and every number in every file has to
be one that the claim states of the figures that a text, a row or an entry is about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.disclosure.figures import figure_key
from brightspots.disclosure.outsider import Narrowed, narrow
from brightspots.errors import ArgumentError
from brightspots.publications.claim import EDITION, Claim, Numbers, read_claim
from brightspots.publications.marks import unmarked_places
from brightspots.publications.names import Names
from brightspots.publications.reading_back import PICTURE_TEXT, Fragment, Record, fragments_of, records_of
from brightspots.publications.wording import WORDS, plain
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.shipped import shipped_names
from brightspots.returns.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from brightspots.disclosure.figures import Figure
    from brightspots.questionnaire.model import Questionnaire

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:[eE]-?\d+)?")
IN_WORDS = re.compile(
    rf"\b({'|'.join(WORDS)})(?= (?:of|in|to|points?|are|is|who|child|children|young|people|answered)\b)",
    re.IGNORECASE,
)
TENTHS = re.compile(rf"\b({'|'.join(WORDS)}) (?:in|of) ten\b", re.IGNORECASE)
"""How a page for young people says a share: it tells no count."""
OF_THINGS = re.compile(r"\b(?:figures|comparisons?|questions|groups|rounds|clearest)\b")
"""What stands in a text whose numbers count parts of the report and not people."""
FIXED = ("0 to 10", "seven in ten", "less than one point", "less than one")
"""Fixed wording within headings and sentences."""
SYMBOL = re.compile(r"\[\w+\]")
SENTENCE = re.compile(r"(?<=[.:?!])\s+(?=[“A-Z])")
AXIS = Numbers({0, 50, 100})
ROWS = re.compile(r"^\d+ rows? by ")
"""How a table is described to those who hear it."""
OTHERS = "all others than "
CUT = "…"
"""What a label ends in that a picture has no room for."""
SHORTEST = 8
"""Letters that are left of it at least."""
MOST_NAMED = 20
"""Places that are named; more are counted."""
ABOUT_THE_FILE = ("format", "questionnaire_hash", "respondents_hash")


class Leak(NamedTuple):
    """A place in a file that says more than was released; the number itself is not repeated."""

    file: str
    place: str
    what: str


@dataclass(frozen=True)
class Attack:
    """What an outsider finds in a folder.

    Attributes
    ----------
    leaks : tuple of Leak
        Places that say more than was released.
    narrowed : tuple of Narrowed
        Figures that are hidden or banded, with how far they can be narrowed down.
    unknown : tuple of str
        Questionnaires of the folder that are not known, so that texts about them were not traced.
    """

    leaks: tuple[Leak, ...]
    narrowed: tuple[Narrowed, ...]
    unknown: tuple[str, ...]

    @property
    def is_safe(self) -> bool:
        """Whether nothing was found that the policy does not allow."""
        return not self.leaks and not any(one.is_leak for one in self.narrowed)

    def describe(self) -> str:
        """Return what was found in lines, without a number that nobody should read."""
        lines = [f"  - {leak.file}, {leak.place}: {leak.what}" for leak in self.leaks[:MOST_NAMED]]
        more = len(self.leaks) - len(lines)
        lines += [f"  - and {more} more places"] if more else []
        for one in (one for one in self.narrowed if one.is_leak):
            known = "can be worked out" if one.least is not None else "is contradicted by other figures"
            lines.append(f"  - {named(one.figure)}: {known}")
        return "\n".join(lines)

    def report(self) -> str:
        """Return everything that an outsider finds, in plain words."""
        lines = [
            "Nothing says more than was released."
            if self.is_safe
            else f"What says more than was released:\n{self.describe()}"
        ]
        kept = [one for one in self.narrowed if not one.is_leak]
        if kept:
            lines.append(
                f"{len(kept)} figures are hidden or given as a band; an outsider can tell no more than:"
            )
            lines += [f"  - {named(one.figure)}: {one.least} to {one.greatest} children" for one in kept]
        for name in self.unknown:
            lines.append(
                f"The questionnaire {name} is not known here, so texts were not traced, and its figures were "
                "taken question by question. Give it with --questionnaire."
            )
        return "\n".join(lines)

    def as_plain_data(self) -> dict[str, Any]:
        """Return everything that an outsider finds, for machines."""
        return {
            "safe": self.is_safe,
            "places": [leak._asdict() for leak in self.leaks],
            "figures": [
                {
                    **figure_key(one.figure)._asdict(),
                    "status": one.figure.status,
                    "least": one.least,
                    "greatest": one.greatest,
                    "narrowed_too_far": one.is_leak,
                }
                for one in self.narrowed
            ],
            "questionnaires_not_known": list(self.unknown),
        }


def attack(
    folder: str | Path,
    questionnaires: Iterable[Questionnaire] = (),
    *,
    names: Collection[str] | None = None,
    own_words: Iterable[str] = (),
    in_full: bool = False,
) -> Attack:
    """Read a folder of written files as an outsider would, and try to work out what it hides.

    Parameters
    ----------
    folder : str or path
        One that `brightspots.publish` wrote.
    questionnaires : iterable of Questionnaire
        Those of the folder that do not ship with the library.
    names : collection of str, optional
        Names of the files to read; all by default.
    own_words : iterable of str
        What the council itself wrote into the files: its numbers are not looked into.
    in_full : bool, default False
        Whether to tell of every figure that is hidden or banded how far it can be narrowed down.

    Raises
    ------
    ArgumentError
        If the folder is not one of ours, or its ``release.json`` is not understood.

    Examples
    --------
    >>> import tempfile
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=["nature"]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = bs.publish(out, f"{folder}/report")
    ...     attack(f"{folder}/report").is_safe
    True
    """
    root = Path(folder)
    if not (root / EDITION).is_file():
        raise ArgumentError(
            f"{root} holds no {EDITION}, so it is not a folder that brightspots wrote. Give one that it did."
        )
    claim = read_claim(root / EDITION)
    known = _known(claim, questionnaires)
    files = sorted(path for path in root.iterdir() if path.is_file() and path.name != EDITION)
    traced = _Traced(claim, known, own_words)
    leaks = [Leak(EDITION, place, what) for place, what in claim.faults()]
    for path in (path for path in files if names is None or path.name in names):
        leaks += traced.leaks_of(path)
    bounds = narrow(claim.figures, claim.responses, claim.policy, known, in_full=in_full)
    unknown = tuple(sorted(set(claim.hashes) - set(known)))
    return Attack(tuple(dict.fromkeys(leaks)), tuple(bounds), unknown)


def _known(claim: Claim, given: Iterable[Questionnaire]) -> dict[str, Questionnaire]:
    """Return the questionnaires of a claim that are known by their hash: given, or shipped."""
    known = {q.id: q for q in given if claim.hashes.get(q.id) == q.hash}
    for name in set(claim.hashes) - set(known):
        if name in shipped_names("questionnaires"):
            shipped = load_questionnaire(name)
            if shipped.hash == claim.hashes[name]:
                known[name] = shipped
    return known


class _Traced:
    """What a claim allows to be said, and where it is said."""

    def __init__(
        self, claim: Claim, questionnaires: Mapping[str, Questionnaire], own_words: Iterable[str] = ()
    ) -> None:
        self.claim, self.questionnaires, self.own_words = claim, questionnaires, tuple(own_words)
        self.words = Names(questionnaires, claim.places)
        self.figures: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        for figure in (*claim.figures, *claim.without_figure):
            if (figure.questionnaire, figure.area, figure.wave) in claim.places:
                self.figures[(figure.questionnaire, figure.measure)].append(figure)
        self.is_complete = set(claim.hashes) <= set(questionnaires)
        self.called: dict[str, set[tuple[str, Any]]] = defaultdict(set)
        self.named = [f for own in self.figures.values() for f in own if f.questionnaire in questionnaires]
        for figure in self.named:
            self._name(figure)
        for one in questionnaires.values():
            protected = f"to protect {self.words.protected(one.id)}"
            for name in (one.title, one.people, protected, *(domain.label for domain in one.domains)):
                self._call(name, "no figure", one.id)
        for name in claim.names_of_others:
            self._call(name, "no figure", "")
        for name, conditions in claim.group_names:
            self._call(name, "group", conditions)
        self._allowed_of: dict[tuple[int, ...], Numbers] = {}
        self.about = lru_cache(maxsize=None)(self._about)
        self.called_in = lru_cache(maxsize=None)(self._called_in)
        self.without_names = lru_cache(maxsize=None)(self._without_names)

    def _call(self, name: str, kind: str, what: Any) -> None:
        if name:
            self.called[plain(name).casefold()].add((kind, what))

    def _name(self, figure: Figure) -> None:
        """Keep under which names a figure's measure, group and age bands stand in texts."""
        words, asked, pool = self.words, figure.questionnaire, figure.age_bands
        category = figure.category if words.measure(figure).kind == "scale" else None
        self._call(words.label(figure), "measure", (asked, figure.measure, None))
        for name in (words.full_label(figure), words.finding(figure)):
            self._call(name, "measure", (asked, figure.measure, category))
        if category is not None:
            self._call(words.category(figure), "category", category)
        for name in (words.ages(asked, pool), words.ages_heading(asked, pool)):
            self._call(name, "ages", pool)
        if figure.group:
            for name in (
                words.group(asked, figure.group),
                words.group(asked, figure.group, words.ages(asked, pool)),
            ):
                self._call(name, "group", figure.group)

    # ------------------------------------------------------------------------------------- reading

    def leaks_of(self, path: Path) -> Iterator[Leak]:
        """Yield the places of a file that say more than was released."""
        for record in records_of(path):
            allowed = self._allowed_in_record(record)
            for name, value in record.values.items():
                if name not in ABOUT_THE_FILE and not self._is_allowed(value, allowed):
                    place = f"{record.place}, {name}" if record.place else name
                    yield Leak(path.name, place, "a number that was not released of what the row is about")
        yield from self._unmarked(path)
        for fragment in fragments_of(path) if self.is_complete else ():
            if not self._says_no_more(fragment):
                what = "a number that was not released of what it is about"
                if not fragment.seen:
                    what += ", where no reader sees it"
                yield Leak(path.name, self._placed(fragment), what)

    def _unmarked(self, path: Path) -> Iterator[Leak]:
        """Yield the pages of a file that do not say that they are for named recipients only."""
        if self.claim.edition is None:
            return
        for place in unmarked_places(path, self.claim.edition.mark):
            yield Leak(path.name, place, "it does not say for whom alone it is")

    def _is_allowed(self, value: Any, allowed: Numbers) -> bool:
        if value is None or isinstance(value, bool):
            return True
        if isinstance(value, str):
            return all(allowed.hold(token) for token in self.numbers_in(value))
        return allowed.hold(repr(abs(value)))

    def _says_no_more(self, fragment: Fragment) -> bool:
        """Whether every number of a text is one that was released of what its sentence is about."""
        if not self.numbers_in(fragment.text):
            return True
        if fragment.place == PICTURE_TEXT:
            run = fragment.text
            for name, _ in self._names:
                run = _without(name.replace(" ", ""), run)
            left = set(_in_figures(run)) - set(self.numbers_in(fragment.column))
            return all(map(self._in_picture(fragment.row[0]).hold, left))
        about: tuple[Figure, ...] | None = None
        for sentence in SENTENCE.split(fragment.text):
            named = self._figures_of(fragment._replace(text=sentence))
            about = about if named is None else named
            tokens = self.numbers_in(TENTHS.sub("*", sentence))
            if tokens and not self._may_say(tokens, about, sentence, fragment):
                return False
            tenths = [WORDS.index(word.lower()) for word in TENTHS.findall(sentence)]
            if about is not None and not set(tenths) <= self._allowed(about).tenths:
                return False
        return True

    def _in_picture(self, shows: str) -> Numbers:
        """Return the numbers that a picture may hold beside those of its alternative text."""
        about = [self.about((sentence,), ()) or () for sentence in SENTENCE.split(shows)]
        return Numbers.together([AXIS, *map(self._allowed, about)])

    def _may_say(
        self, tokens: Sequence[str], about: Iterable[Figure] | None, sentence: str, fragment: Fragment
    ) -> bool:
        if about is not None:
            allowed = self._allowed(about)
        else:
            allowed = self.claim.beside_figures if fragment.seen else self.claim.where_nobody_reads
        if all(map(allowed.hold, tokens)):
            return True
        most = sum(map(len, self.figures.values()))
        counts_things = about is None and fragment.seen and OF_THINGS.search(sentence)
        return bool(counts_things) and all(float(token) <= most for token in tokens)

    def _placed(self, fragment: Fragment) -> str:
        """Say where a fragment stands, by names that hold no number."""
        names = [one for one in (*fragment.around[:1], *fragment.row[:1]) if one and not self.numbers_in(one)]
        return ", ".join([fragment.place, *(f"“{name}”" for name in names)])

    def numbers_in(self, text: str) -> list[str]:
        """Return the numbers of a text, those in words too, without those of names."""
        if not NUMBER.search(text) and not IN_WORDS.search(text):
            return []
        bare = self.without_names(ROWS.sub("", text))
        return _in_figures(bare) + [str(WORDS.index(word.lower())) for word in IN_WORDS.findall(bare)]

    def _without_names(self, text: str) -> str:
        for name, pattern in self._names:
            if name in text:
                text = pattern.sub("*", text)
        return text

    @cached_property
    def _names(self) -> list[tuple[str, re.Pattern[str]]]:
        """Names that hold numbers of their own, the longest first: labels, ages, years, sources."""
        names = {
            *FIXED,
            *self.own_words,
            *_fixed_wording(),
            *self.claim.texts,
            *([self.claim.edition.mark] if self.claim.edition else []),
            *(one.label for one in CATALOGUE),
            *(t for q in self.questionnaires.values() for t in texts_in(q.model_dump())),
        }
        names |= {
            self.words.category_of(asked, measure, category)
            for asked in self.questionnaires
            for measure in self.words.measures(asked).values()
            for category in measure.categories
        }
        names |= {self.words.finding(figure) for figure in self.named}
        held = {plain(name) for name in names}
        held |= {name[:1].upper() + name[1:] for name in held}
        held = {name for name in held if _is_a_name(name)}
        return [
            (name, re.compile(rf"(?<![\d.,]){re.escape(name)}(?![.,]?\d)"))
            for name in sorted(held, key=lambda name: (-len(name), name))
        ]

    # ----------------------------------------------------------------------- what a text is about

    def _figures_of(self, fragment: Fragment) -> tuple[Figure, ...] | None:
        """Return the figures that a fragment is about; None if it is about none in particular."""
        names = takewhile(
            lambda entry: not SYMBOL.fullmatch(entry) and not self.numbers_in(entry), fragment.row[1:]
        )
        around = fragment.around if fragment.row else ()
        return self.about((fragment.text, *fragment.row[:1], *names), (fragment.column, *around))

    def _about(self, own: tuple[str, ...], around: tuple[str, ...]) -> tuple[Figure, ...] | None:
        layers = [self.called_in(layer.casefold()) for layer in (" | ".join(dict.fromkeys(own)), *around)]
        measures = next((layer["measure"] for layer in layers if layer["measure"]), set())
        groups = next((layer["group"] for layer in layers if layer["group"]), {()})
        if not measures and groups != {()}:
            return tuple(figure for figure in self.claim.searched if figure.group in groups)
        if not measures:
            return None
        pools = next((layer["ages"] for layer in layers if layer["ages"]), set())
        categories = {category for layer in layers for category in layer["category"]}
        meant: list[Figure] = []
        for asked, measure, category in sorted(measures, key=str):
            held = [
                figure
                for figure in self.figures[(asked, measure)]
                if figure.category in ({category} if category else categories or {figure.category})
                and figure.group in groups
            ]
            of_pool = [figure for figure in held if not figure.age_bands or figure.age_bands in pools]
            meant += of_pool or held
        return tuple(meant)

    def _called_in(self, text: str) -> Mapping[str, set[Any]]:
        """Return what is named in a text, by kind; a name within a longer one does not count."""
        found: dict[str, set[Any]] = defaultdict(set)
        for name in sorted((name for name in self.called if name in text), key=len, reverse=True):
            if name in text:
                for kind, what in self.called[name]:
                    found[kind].add(what)
                text = text.replace(name, "*")
        return found

    def _allowed(self, figures: Iterable[Figure]) -> Numbers:
        """Return the numbers that may be said of some figures; asked again and again of the same."""
        own = tuple(figures)
        key = tuple(map(id, own))
        if key not in self._allowed_of:
            self._allowed_of[key] = Numbers.together(map(self.claim.said_of, own))
        return self._allowed_of[key]

    def _allowed_in_record(self, record: Record) -> Numbers:
        """Return the numbers that may stand in a row or object."""
        values = record.values
        if "measure" not in values:
            return self.claim.of_the_survey
        if values.get("objective") and values.get("origin") != "survey":
            return self.claim.wanted(_bare(values["objective"]), _bare(values["measure"]))
        words = _bare(values.get("group") or "")
        rest = words.startswith(OTHERS)
        called = self.called.get(words.removeprefix(OTHERS).casefold(), set())
        groups = {what for kind, what in called if kind == "group"} if words else {()}
        both = "rest_status" in values
        told = [name for name in ("area", "wave", "category", "age_band") if name in values]
        figures = [
            figure
            for figure in self._of_measure(_bare(values.get("questionnaire") or ""), _bare(values["measure"]))
            if all(_bare(values[name]) == _bare(getattr(figure, name)) for name in told)
            and (figure.group in groups if groups else bool(figure.group))
            and (both or figure.rest == rest)
        ]
        allowed = self._allowed(figures)
        return (
            allowed
            if figures and "status" in values
            else Numbers.together([allowed, self.claim.of_the_survey])
        )

    def _of_measure(self, questionnaire: str, measure: str) -> list[Figure]:
        """Return the figures of a measure, by its id; of any questionnaire if none is named."""
        if questionnaire:
            return self.figures[(questionnaire, measure)]
        return [f for (_, name), own in self.figures.items() if name == measure for f in own]


@lru_cache(maxsize=4096)
def _bare(value: object) -> str:
    """Return a name as files hold it, without what keeps a spreadsheet from running it."""
    return plain(str(value)).removeprefix("'")


def named(figure: Figure) -> str:
    """Say which figure is meant, in the ids that the analyst knows."""
    group = " and ".join(f"{trait} {level}" for trait, level in figure.group)
    who = f"all others than {group or figure.age_band}" if figure.rest else group
    parts = (figure.area, figure.wave, figure.measure, figure.category, figure.age_band, who)
    return ", ".join(part for part in parts if part)


def _without(name: str, run: str) -> str:
    """Return the words of a picture without a name, and without the beginning of one that is cut short."""
    run = run.replace(name, "*")
    if CUT in run:
        beginnings = (name[:end] + CUT for end in range(len(name) - 1, SHORTEST - 1, -1))
        run = next((run.replace(one, "*") for one in beginnings if one in run), run)
    return run


def _in_figures(text: str) -> list[str]:
    """Return the numbers that stand in a text in figures."""
    return [token.replace(",", "").rstrip(".") for token in NUMBER.findall(text)]


def _is_a_name(name: str) -> bool:
    """Whether a text with numbers in it is a name: words, a range such as 8-11, or a year."""
    if not NUMBER.search(name) and not IN_WORDS.search(name):
        return False
    return (name.isdigit() and len(name) >= 4) or any(
        c.isalpha() or c == "-" or not c.isascii() for c in name
    )


def texts_in(body: Any) -> Iterator[str]:
    """Yield every text in plain data."""
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict):
        for name, part in body.items():
            yield from texts_in(name)
            yield from texts_in(part)
    elif isinstance(body, list | tuple):
        for part in body:
            yield from texts_in(part)


@lru_cache(maxsize=1)
def _fixed_wording() -> frozenset[str]:
    """Return the fixed wording of publications: notes that stand in every report as they are."""
    import sys

    import brightspots.publications.report  # noqa: F401

    found: set[str] = set()
    for name, module in sys.modules.items():
        if name.startswith("brightspots.publications."):
            for constant, value in vars(module).items():
                if constant.isupper():
                    found |= {plain(text) for text in texts_in(value) if isinstance(text, str)}
    return frozenset(found)
