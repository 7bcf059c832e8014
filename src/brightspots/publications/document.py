"""The parts of a document, whatever format it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brightspots.publications.charts.chart import Chart
    from brightspots.publications.sentence import Sentence


@dataclass(frozen=True)
class Bar:
    """A small picture of one figure on a line from 0% to 100%, in whole percent.

    Attributes
    ----------
    lower, upper : int
        Its likely range.
    share : int or None
        None where only a band is given.
    marks : tuple of int
        What it is compared with.
    """

    lower: int
    upper: int
    share: int | None
    marks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One entry of a table: a few lines, and perhaps a picture of what its row says in numbers."""

    lines: tuple[Sentence, ...] = ()
    bar: Bar | None = None

    @property
    def text(self) -> str:
        """All lines as one."""
        return "; ".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    numeric: bool = False
    pictured: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first entry of a row is its heading."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    kind: ClassVar[str] = "paragraph"
    sentence: Sentence


@dataclass(frozen=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Sentence, ...]


@dataclass(frozen=True)
class Picture:
    """A picture: what it shows said in a sentence below it, and its numbers for those who do not see it."""

    kind: ClassVar[str] = "picture"
    caption: Sentence
    alternative: str
    chart: Chart


Block = Paragraph | Bullets | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading, what stands under it, and the sections within."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report: its title, a line below it, its sections, and what marks every page of it."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    mark: str = ""

    def sentences(self) -> Iterator[Sentence]:
        """Return everything that is said, in order, with what allows it."""
        waiting = list(reversed(self.sections))
        while waiting:
            section = waiting.pop()
            for block in section.blocks:
                yield from _said_in(block)
            waiting += reversed(section.sections)


def _said_in(block: Block) -> Iterator[Sentence]:
    if isinstance(block, Paragraph):
        yield block.sentence
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Picture):
        yield block.caption
    else:
        for row in block.rows:
            for entry in row:
                yield from entry.lines
