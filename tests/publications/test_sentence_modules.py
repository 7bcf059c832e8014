"""No sentence on a finding is built outside the modules of sentences."""

from __future__ import annotations

import ast
from pathlib import Path

import brightspots.publications

WING = Path(brightspots.publications.__file__).parent
SAYING = {"sentences.py", "sentence.py", "style.py", "notes.py"}
"""Beside those named for it; notes say how figures were made, and nothing of what they found."""
OF_NO_FINDING = ("Department for Education", " rows by ", "{symbol} means", "is not known here")
"""Sources, sizes of tables, meanings of symbols, and what an audit could not do, each by some words."""


def says(path: Path) -> bool:
    """Whether a module is one of those where sentences are made."""
    return path.name in SAYING or path.stem.endswith("_sentences")


def sentences_built_in(source: str) -> list[str]:
    """Return the texts with values put in that read as a sentence, but for errors and documentation."""
    tree = ast.parse(source)
    raised = {id(n) for one in ast.walk(tree) if isinstance(one, ast.Raise) for n in ast.walk(one)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in raised:
            last = node.values[-1]
            text = ast.unparse(node)
            ends = isinstance(last, ast.Constant) and str(last.value).rstrip().endswith((".", ". "))
            if any(words in text for words in OF_NO_FINDING):
                continue
            if ends and " " in "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant)):
                found.append(text)
    return found


def test_it_finds_what_it_looks_for() -> None:
    assert sentences_built_in('f"{share} of children like school."')
    assert not sentences_built_in('raise ValueError(f"{name} is not known.")')
    assert not sentences_built_in('f"{label}: {category}"')


def test_no_sentence_is_built_elsewhere() -> None:
    built = {
        path.name: found
        for path in sorted(WING.rglob("*.py"))
        if not says(path) and (found := sentences_built_in(path.read_text(encoding="utf-8")))
    }
    assert built == {}
