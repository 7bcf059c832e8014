"""Every symbol that stands in a file is explained there, once, and no other is."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import docx
import openpyxl
import pytest

import brightspots as bs
from brightspots.disclosure.policy import SYMBOLS
from brightspots.publications.publishing import FORMATS, Edition

SYMBOL = re.compile(r"\[(?:c|x|z|low|u)\]")


def texts_of(name: str, made: str | bytes) -> list[str]:
    """Return the lines or cells of a file as a reader sees them."""
    if isinstance(made, str):
        return re.split(r"[|\n]|<[^>]+>", made)
    if name.endswith("docx"):
        document = docx.Document(io.BytesIO(made))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return [paragraph.text for paragraph in document.paragraphs] + cells
    book = openpyxl.load_workbook(io.BytesIO(made))
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]


def explained_in(texts: list[str]) -> set[str]:
    """Return the symbols whose meaning stands in the next entry, or in the same sentence."""
    bare = [text.strip() for text in texts if text.strip()]
    pairs = set(pairwise(bare))
    together = " ".join(bare)
    return {
        symbol
        for symbol, meaning in SYMBOLS.items()
        if (symbol, meaning) in pairs or f"{symbol} means {meaning}." in together
    }


def used_in(texts: list[str]) -> set[str]:
    """Return the symbols of a file apart from its explanations."""
    left = " ".join(text.strip() for text in texts if text.strip())
    for symbol, meaning in SYMBOLS.items():
        for said in (f"{symbol} {meaning}", f"{symbol} means {meaning}", f"{symbol}: {meaning}"):
            left = left.replace(said, "")
    return set(SYMBOL.findall(left))


def edition(measures: list[str], by: list[str] | None = None, respondents: int = 120) -> Edition:
    survey = bs.make_survey(respondents=respondents, seed=7)
    return Edition(bs.release(bs.estimate(survey, measures=measures, by=[by or []])))


@pytest.mark.parametrize("name", ["report.html", "report.docx", "figures.xlsx", "report.md"])
def test_those_that_appear_are_explained_and_no_others(name: str) -> None:
    write = next(files[name] for files in FORMATS.values() if name in files)
    found = []
    for one in (edition(["nature"], respondents=900), edition(["nature", "pets"], ["placement"], 60)):
        made = write(one)
        assert made is not None
        texts = texts_of(name, made)
        assert explained_in(texts) == used_in(texts)
        found.append(used_in(texts))
    assert "[c]" not in found[0]
    assert "[c]" in found[1]


def test_a_symbol_has_one_meaning_whoever_hid_the_number() -> None:
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    assert set(SYMBOLS) == {f"[{found}]" for found in ("c", "x", "z", "low", "u")}
