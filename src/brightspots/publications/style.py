"""The words that a council may choose, from a style file: verdicts, headings, patterns of sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from brightspots.errors import StyleError
from brightspots.publications.wording import plain
from brightspots.questionnaire.faults import read_toml
from brightspots.questionnaire.shipped import find_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PLAIN = "plain"
SECTIONS = ("verdicts", "headings", "sentences")
COULD_BE = re.compile(r"\bcould be (better|brighter)\b", re.IGNORECASE)
GOOD = "better|best|brighter|brightest|bright spots?|higher|goes well|doing well|in our favour"
BAD = "worse|worst|less well|lower|could be better|could be brighter|against us"
PRAISE = re.compile(rf"\b({GOOD})\b", re.IGNORECASE)
BLAME = re.compile(rf"\b({BAD})\b", re.IGNORECASE)
ALIKE = re.compile(r"\b(same|alike|equal|equals|no differen\w+)\b", re.IGNORECASE)
CLAIMS = {"praises": PRAISE, "finds fault": BLAME, "says that two figures are alike": ALIKE}


@dataclass(frozen=True)
class Style:
    """The words of a report where a council may choose its own.

    Attributes
    ----------
    verdicts, headings, sentences : mapping of str to str
        Patterns with placeholders, by name.
    """

    verdicts: Mapping[str, str]
    headings: Mapping[str, str]
    sentences: Mapping[str, str]

    def say(self, name: str, **parts: str) -> str:
        """Return a sentence."""
        return self.sentences[name].format(**parts)

    def heading(self, name: str, **parts: str) -> str:
        """Return a heading."""
        return self.headings[name].format(**parts)


def load_style(name: str | Path = PLAIN) -> Style:
    """Load a style: a shipped name, or the path of a TOML file.

    A file holds what it changes; all else reads as in the plain style. What a file may say is checked against
    the plain style: each pattern has the same placeholders, no number of its own, and no word that ranks, or
    that says that two figures are alike, where the plain one has none.

    Parameters
    ----------
    name : str or path, default "plain"

    Returns
    -------
    Style

    Raises
    ------
    StyleError
        With every fault of the file and its place.

    Examples
    --------
    >>> load_style("bright-spots").verdicts["better"]
    'a bright spot'
    >>> load_style("bright-spots").headings["summary"]
    'Summary'
    """
    path = find_toml(name, "styles", StyleError)
    own, known = read_toml(path, StyleError), _plain()
    faults = list(_faults(own, known))
    if faults:
        raise StyleError(path.name, faults)
    chosen = {
        section: words | {key: plain(text) for key, text in own.get(section, {}).items()}
        for section, words in known.items()
    }
    alike = list(_verdicts_alike(chosen["verdicts"]))
    if alike:
        raise StyleError(path.name, alike)
    return Style(**chosen)


@lru_cache(maxsize=1)
def _plain() -> dict[str, dict[str, str]]:
    read = read_toml(find_toml(PLAIN, "styles", StyleError), StyleError)
    return {section: read[section] for section in SECTIONS}


def _faults(own: dict[str, Any], known: dict[str, dict[str, str]]) -> Iterator[str]:
    for section, words in own.items():
        if section not in known:
            yield f"{section}: unknown; there are: {', '.join(SECTIONS)}"
        elif not isinstance(words, dict):
            yield f"{section}: should be a table of texts, as in [{section}]"
        else:
            for key, text in words.items():
                where = f"{section}, {key}"
                if key not in known[section]:
                    yield f"{where}: unknown; there are: {', '.join(known[section])}"
                elif not isinstance(text, str) or not plain(text):
                    yield f"{where}: should be a text that is not empty"
                else:
                    yield from (f"{where}: {fault}" for fault in _pattern_faults(text, known[section][key]))


def _pattern_faults(text: str, model: str) -> Iterator[str]:
    """Return what is wrong with a pattern, beside that of the plain style."""
    try:
        fields = [field for _, *field in Formatter().parse(text) if field[0] is not None]
    except ValueError:
        yield "a brace that opens or closes nothing; write {{ or }} for a brace"
        return
    wanted = {name for _, name, _, _ in Formatter().parse(model) if name is not None}
    if any(form or conversion for _, form, conversion in fields):
        yield "a placeholder holds a name and nothing else"
    names = [str(name) for name, _, _ in fields]
    yield from (f"unknown placeholder {{{name}}}" for name in dict.fromkeys(names) if name not in wanted)
    yield from (f"the placeholder {{{name}}} is missing" for name in sorted(wanted - set(names)))
    yield from (
        f"the placeholder {{{n}}} stands more than once" for n in sorted(wanted) if names.count(n) > 1
    )
    bare, usual = (" ".join(part for part, *_ in Formatter().parse(one)) for one in (text, model))
    if re.search(r"\d", bare):
        yield "a number of its own; numbers come from the figures alone"
    for claim, words in CLAIMS.items():
        if _claims(bare, words) and not _claims(usual, words):
            yield f"it {claim}, where the plain style does not: “{_claims(bare, words)}”"


def _claims(text: str, words: re.Pattern[str]) -> str:
    """Return the first word of a text that makes a claim; what could be better is no praise."""
    found = words.search(COULD_BE.sub("", text) if words is PRAISE else text)
    return found[0] if found else ""


def _verdicts_alike(verdicts: Mapping[str, str]) -> Iterator[str]:
    """Return verdicts that read the same: a reader must be able to tell them apart."""
    seen: dict[str, str] = {}
    for key, text in verdicts.items():
        other = seen.setdefault(text.casefold(), key)
        if other != key:
            yield f"verdicts, {key}: reads the same as {other}"
