"""What every result is: named columns of equal length, with one row a figure.

A `Table` holds its columns and nothing else. It becomes a pandas frame, a Markdown table, a notebook
display or a run of named tuples, and it says that it is not for release until `brightspots.release` made it.
"""

from __future__ import annotations

import html
import math
from collections import namedtuple
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from brightspots.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Self

    import pandas as pd

ROWS_SHOWN = 60
SHARE = "share"
SHARES = frozenset(
    (
        SHARE, "lower", "upper", "rest_share", "benchmark", "difference", "difference_lower",
        "difference_upper", "shrunk_share", "shrunk_lower", "shrunk_upper", "worst_lower", "worst_upper",
        "response_rate", "confidence", "unweighted_share", "detectable",
    )
)  # fmt: skip
"""Beside a column of shares these are from 0 to 1 too; a notebook shows them as percent."""


class Table:
    """Columns of equal length under names.

    Parameters
    ----------
    columns : mapping of str to sequence
        The columns, in the order in which they are shown.

    Raises
    ------
    ArgumentError
        If the columns differ in length.

    Examples
    --------
    >>> table = Table({"measure": ["likes_school", "feels_safe"], "share": [0.62, 0.89]})
    >>> len(table), table.column_names
    (2, ('measure', 'share'))
    >>> [row.measure for row in table if row.share > 0.8]
    ['feels_safe']
    >>> print(table.to_markdown())
    | measure | share |
    | --- | --- |
    | likes_school | 0.62 |
    | feels_safe | 0.89 |
    """

    released: ClassVar[bool] = False
    title: ClassVar[str] = ""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ArgumentError(f"The columns of a table differ in length: {lengths}.")
        self._columns = dict(columns)
        self._length = next(iter(lengths.values()), 0)

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Self:
        """Make a table from one mapping a row; `names` gives the columns and their order."""
        return cls({name: [row[name] for row in rows] for name in names})

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self._columns)

    def column(self, name: str) -> list[Any]:
        """Return one column's values as plain Python objects.

        Raises
        ------
        ArgumentError
            If there is no such column.
        """
        if name not in self._columns:
            raise ArgumentError(f"No column {name!r} here; there are: {', '.join(self._columns)}.")
        values = self._columns[name]
        return list(values.tolist() if hasattr(values, "tolist") else values)

    @cached_property
    def _rows(self) -> tuple[Any, ...]:
        row = namedtuple("Row", list(self._columns), rename=True)  # type: ignore[misc]
        return tuple(row(*values) for values in zip(*(self.column(n) for n in self._columns), strict=True))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return True

    def where(self, keep: Callable[[Any], bool]) -> Self:
        """Return the same kind of table with the rows for which `keep` says yes."""
        chosen = [i for i, row in enumerate(self._rows) if keep(row)]
        return self._replace({name: [self.column(name)[i] for i in chosen] for name in self._columns})

    def _replace(self, columns: Mapping[str, Sequence[Any]]) -> Self:
        """Return a copy with other columns; subclasses that carry more keep it."""
        copy = object.__new__(type(self))
        copy.__dict__.update({k: v for k, v in self.__dict__.items() if k != "_rows"})
        Table.__init__(copy, columns)
        return copy

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as a pandas data frame; missing numbers are NaN, missing text is None."""
        import pandas as pd

        return pd.DataFrame({name: _for_pandas(values) for name, values in self._columns.items()})

    def to_markdown(self) -> str:
        """Return the table as Markdown, numbers as they are held."""
        lines = [markdown_row(self._columns), markdown_row("---" for _ in self._columns)]
        lines += [markdown_row(_plain(value) for value in row) for row in self._rows]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Show the table in a notebook, marked "not for release" unless it was released.

        Numbers are right-aligned and shares are percent. A column that says the same in every row stands
        below the table, and an empty one is left out.
        """
        same = {name: value for name in self._columns if (value := self._only_value(name)) is not None}
        names = [name for name in self._columns if name not in same]
        held = {name: self.column(name) for name in names}
        numeric = {name for name, values in held.items() if _is_numeric(values)}
        head = "".join(_cell("th", _heading(name), name in numeric, ' scope="col"') for name in names)
        body = "".join(
            "<tr>" + "".join(_cell("td", self._shown(n, held[n][i]), n in numeric) for n in names) + "</tr>"
            for i in range(min(len(self), ROWS_SHOWN))
        )
        more = f"{len(self) - ROWS_SHOWN:,} more rows. " if len(self) > ROWS_SHOWN else ""
        told = "; ".join(f"{_heading(n)}: {self._shown(n, v)}" for n, v in same.items() if _plain(v))
        below = html.escape(more + (f"In every row: {told}." if told else ""))
        mark = "" if self.released else "<strong>Not for release.</strong> "
        return (
            f'<div style="overflow-x: auto"><table><caption style="text-align: left">{mark}'
            f"{html.escape(self.title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            + (f"<p>{below}</p>" if below else "")
        )

    def _only_value(self, name: str) -> Any:
        """Return what a column says in every row, "" for nothing; else, or with a single row, None."""
        said = {_plain(value) for value in self.column(name)}
        if said <= {""}:
            return ""
        return self.column(name)[0] if len(said) == 1 and len(self) > 1 else None

    def _shown(self, name: str, value: Any) -> str:
        is_share = name in SHARES and SHARE in self._columns
        if is_share and isinstance(value, int | float) and not math.isnan(value):
            return f"{100 * value:.1f}%"
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else _plain(value)

    def __repr__(self) -> str:
        mark = "" if self.released else ", not for release"
        rows = f"{len(self)} row{'s' if len(self) != 1 else ''}"
        return f"<{type(self).__name__}: {rows}, {len(self._columns)} columns{mark}>"


def _for_pandas(values: Sequence[Any]) -> Any:
    """Turn None into NaN in columns that otherwise hold numbers, so that pandas can reckon with them."""
    if hasattr(values, "dtype"):
        return values
    kinds = {type(value) for value in values}
    if type(None) in kinds and kinds - {type(None)} and kinds <= {type(None), int, float}:
        return [math.nan if value is None else value for value in values]
    return list(values)


def markdown_row(cells: Iterable[Any]) -> str:
    """Return one row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _is_numeric(values: Iterable[Any]) -> bool:
    kinds = {type(value) for value in values} - {type(None)}
    return bool(kinds) and kinds <= {int, float}


def _heading(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _cell(tag: str, text: str, numeric: bool, more: str = "") -> str:
    style = ' style="text-align: right"' if numeric else ' style="text-align: left"'
    return f"<{tag}{more}{style}>{html.escape(text)}</{tag}>"


def _plain(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(key)} {_plain(part)}" for key, part in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(_plain(part) for part in value)
    return str(value)
