"""A whole report, word for word, in Markdown, Word, Excel and CSV: what changes in it is seen in review.

HTML is arranged from the same blocks, and JSON holds the rows of the CSV files; tests compare them.

When a change is meant, write it anew and read the difference:

    BRIGHTSPOTS_UPDATE_GOLDEN=1 uv run pytest tests/publications/test_golden.py
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest
from docx.table import Table

import brightspots as bs
from brightspots.publications.publishing import FORMATS, Edition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docx.text.paragraph import Paragraph

GOLDEN = Path(__file__).parents[2] / "fixtures" / "golden"


@pytest.fixture(scope="module")
def edition() -> Edition:
    survey = bs.make_survey(respondents=120, seed=7)
    traits = ["gender", "placement"]
    low, high = (
        bs.flag_cohorts(survey, traits=traits, max_order=1, direction=d, permutations=199)
        for d in ("low", "high")
    )
    return Edition(
        bs.release(
            bs.estimate(survey),
            bs.compare(survey, bs.load_benchmarks("sheffield-2021")),
            low,
            high,
            bs.describe_cohorts(low),
            bs.describe_cohorts(high),
            bs.recheck_cohorts([{"gender": "girl"}, {"placement": "residential"}], survey),
        )
    )


def as_it_is(made: str | bytes) -> str:
    return made if isinstance(made, str) else made.decode()


def body_of_document(made: str | bytes) -> str:
    """Return the paragraphs of a Word document with their styles, its tables, and what its pictures show."""
    assert isinstance(made, bytes)
    document = docx.Document(io.BytesIO(made))
    blocks = document.iter_inner_content()
    return "\n".join(line for block in blocks for line in lines_of(block)) + "\n"


def lines_of(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Table):
        for row in block._tbl.tr_lst:
            marks = "+" if row.trPr is not None and row.trPr.xpath("w:tblHeader") else "|"
            texts = ["".join(t.text or "/" for t in cell.xpath(".//w:t | .//w:br")) for cell in row.tc_lst]
            yield f"{marks} {' | '.join(texts)}"
        return
    shown = [one.get("descr") for one in block._p.xpath(".//wp:docPr")]
    text = "".join(f"**{run.text}**" if run.bold else run.text for run in block.runs) or block.text
    style = block.style.name if block.style else ""
    yield " ".join([f"[{style}]", *(f"[picture: {one}]" for one in shown), text])


def cells_of_workbook(made: str | bytes) -> str:
    """Return every cell of a workbook, sheet by sheet, with the format of its numbers."""
    assert isinstance(made, bytes)
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(made)):
        lines.append(f"== {sheet.title} {sheet.dimensions} {', '.join(sheet.tables)}")
        for row in sheet.iter_rows():
            values = [cell for cell in row if cell.value is not None]
            lines.append(" | ".join(f"{cell.value}{kind(cell.number_format)}" for cell in values))
    return "\n".join(lines) + "\n"


def kind(number_format: str) -> str:
    return "" if number_format == "General" else f" {{{number_format}}}"


EMPTY = {"goes-with.csv", "own-children.csv", "scorecard.csv", "statutory.csv"}
"""What this report holds nothing of."""
NAMES = ("report.docx", "figures.xlsx", "report.md", *(name for name in FORMATS["csv"] if name not in EMPTY))
READABLE: dict[str, tuple[str, Callable[[str | bytes], str]]] = {
    "report.docx": ("report.docx.txt", body_of_document),
    "figures.xlsx": ("figures.xlsx.txt", cells_of_workbook),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_report_reads_as_it_did(name: str, edition: Edition) -> None:
    write = next(files[name] for files in FORMATS.values() if name in files)
    kept, read = READABLE.get(name, (name, as_it_is))
    made = write(edition)
    assert made is not None
    text = read(made)
    if os.environ.get("BRIGHTSPOTS_UPDATE_GOLDEN"):
        (GOLDEN / kept).write_text(text, encoding="utf-8", newline="\n")
    assert text == (GOLDEN / kept).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_a_table_without_rows_has_no_file(name: str, edition: Edition) -> None:
    assert FORMATS["csv"][name](edition) is None
