"""The legend of symbols: those that stand somewhere in a publication, each with its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightspots.disclosure.policy import SYMBOLS
from brightspots.publications.document import Bullets, Column, Paragraph, Table
from brightspots.publications.tables import row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from brightspots.publications.document import Section


def symbols_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the symbols that stand in texts, in the legend's order.

    Examples
    --------
    >>> symbols_in(["Not asked of 4-7s [z]", "[c]", "8-11s"])
    ('[c]', '[z]')
    """
    held = " ".join(texts)
    return tuple(symbol for symbol in SYMBOLS if symbol in held)


def texts_of(section: Section) -> Iterator[str]:
    """Yield everything that a section says."""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield block.sentence.text
        elif isinstance(block, Bullets):
            yield from (item.text for item in block.items)
        elif isinstance(block, Table):
            yield from (entry.text for entries in block.rows for entry in entries)
    for inner in section.sections:
        yield from texts_of(inner)


def meanings(symbols: Iterable[str]) -> list[str]:
    """Return what each symbol means, as a sentence.

    Examples
    --------
    >>> meanings(["[low]"])
    ['[low] means above 0, but rounds to 0.']
    """
    return [f"{symbol} means {SYMBOLS[symbol]}." for symbol in symbols]


def legend(symbols: Iterable[str]) -> tuple[Table, ...]:
    """Return a table of what symbols mean; none without symbols."""
    rows = tuple(row(symbol, SYMBOLS[symbol]) for symbol in symbols)
    return (Table("Symbols", (Column("Symbol"), Column("Meaning")), rows),) if rows else ()
