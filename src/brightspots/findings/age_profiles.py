"""The ages of a council's children in care beside those of England's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.errors import ArgumentError, SurveyError
from brightspots.findings.statutory import FULL_COUNT
from brightspots.findings.statutory_text import COUNTS, missing, number
from brightspots.findings.verdicts import NOT_COMPARED
from brightspots.questionnaire.spelling import fold, fold_band, fold_id
from brightspots.returns.published import COUNTRY, PublishedCounts, refused
from brightspots.statistics import proportion_interval
from brightspots.survey.cells import as_text, is_blank, tidy
from brightspots.survey.problems import Problem, Problems
from brightspots.survey.readers import read_sheets
from brightspots.tables import Table, markdown_row

if TYPE_CHECKING:
    import os

    from brightspots.returns.published import Row

POPULATION, EVERYBODY = "age group", "total children"
OLDEST = 17
UNDER = re.compile(r"under ([0-9]+)")
BETWEEN = re.compile(r"([0-9]+)-([0-9]+)")
ABOVE = re.compile(r"([0-9]+)(?: years)?(?: and over|\+)")
COLUMNS = (
    "age_group", "n", "count", "share", "lower", "upper", "benchmark", "benchmark_n", "difference", "verdict",
    "reason", "source", "area", "time",
)  # fmt: skip
WORDS = {
    "no_column": ("no columns age_group and children", "both, in the first row of the form"),
    "unknown_age_group": ("an age group that cannot be told", "such as 1 to 4, under 1, or 16 and over"),
    "not_whole": ("something that is not a whole number", "how many children"),
    "split_age_group": (
        "an age group that cuts a published one in two",
        "published groups, or several together",
    ),
    "not_everybody": ("age groups that leave ages out, or overlap", "every age from 0 to 17 once"),
}


class Ages(NamedTuple):
    """Ages in whole years, both ends in."""

    first: int
    last: int


class AgeProfile(Table):
    """The ages of a council's children in care beside England's. Not for release.

    Attributes
    ----------
    area, time : str
        The council; the year of England's figures.
    """

    title = "Ages of children in care"
    area: str
    time: str

    def to_markdown(self) -> str:
        """Return a table as a strategy would print it: percentages rounded half up."""
        lines = [markdown_row(("Age", self.area or "Ours", f"England, 31 March {self.time}"))]
        lines.append(markdown_row("---" for _ in range(3)))
        for row in self:
            ours = (
                f"{number(row.share, 'share')} ({row.count:,} of {row.n:,})" if row.n else missing(row.reason)
            )
            theirs = missing(row.reason) if row.benchmark is None else number(row.benchmark, "share")
            gap = f" ({number(row.difference, 'share', sign=True)})" if row.difference is not None else ""
            lines.append(markdown_row((row.age_group, ours, theirs + gap)))
        return "\n".join([*lines, "", f"- {COUNTS}", f"- Source: {self.column('source')[0]}."])


def compare_age_profile(
    children: str | os.PathLike[str] | Mapping[str, int],
    figures: PublishedCounts,
    *,
    area: str = "",
    time: str = "",
    confidence: float = 0.95,
) -> AgeProfile:
    """Set the ages of a council's children in care beside those of England's on 31 March.

    Parameters
    ----------
    children : path or mapping of str to int
        The council's own numbers: a form (CSV or Excel) with the columns ``age_group`` and ``children``, or
        a mapping. Each group is one of the published ones (``Under 1 year``, ``1 to 4 years``, ``5 to 9
        years``, ``10 to 15 years``, ``16 years and over``) or several that follow each other, such as ``0 to
        9``. Together they are all children in care, each once.
    figures : PublishedCounts
        From `read_return`, with England's children in care by age group.
    area : str, optional
        The council's name, for the heading.
    time : str, optional
        The year of England's figures; the latest by default.
    confidence : float, default 0.95
        Coverage of the Wilson intervals, between 0 and 1.

    Returns
    -------
    AgeProfile
        A `Table` with the columns ``age_group n count share lower upper benchmark benchmark_n difference
        verdict reason area time source``. A published group's benchmark is England's percentage as printed;
        that of several groups comes from their counts, which are rounded to 10. Every child is counted, so
        the ``verdict`` is ``not compared`` and the ``reason`` ``full_count``.

    Raises
    ------
    ReturnError
        If the form cannot be read, or its groups are not those of all children: all at once, with rows.
    ArgumentError
        If the figures hold no age groups of that year.

    Examples
    --------
    >>> from pathlib import Path
    >>> import brightspots as bs
    >>> figures = bs.read_return(Path(bs.__file__).parent / "data" / "returns" / "sample-ages.csv")
    >>> found = compare_age_profile({"0 to 9": 150, "10 to 15": 100, "16 and over": 50}, figures)
    >>> [(row.age_group, row.count, round(row.benchmark, 2)) for row in found]
    [('0 to 9', 150, 0.35), ('10 to 15', 100, 0.38), ('16 and over', 50, 0.27)]
    """
    published, everybody = _published(figures, time)
    own = _own(children, list(published))
    total = sum(count for _, count in own.values())
    rows = []
    for label, (ages, count) in own.items():
        groups = [
            row for group, row in published.items() if ages.first <= group.first and group.last <= ages.last
        ]
        benchmark, reason = _benchmark(groups, everybody)
        found: dict[str, Any] = dict.fromkeys(COLUMNS) | {
            "age_group": label,
            "n": total,
            "count": count,
            "benchmark": benchmark,
            "benchmark_n": everybody.number,
            "verdict": NOT_COMPARED,
            "reason": f"benchmark_{reason}" if reason else FULL_COUNT,
            "source": everybody.source,
            "area": area,
            "time": everybody.time,
        }
        if total:
            found["share"] = count / total
            found["lower"], found["upper"] = proportion_interval(count, total, confidence=confidence)
            found["difference"] = None if benchmark is None else found["share"] - benchmark
        else:
            found["reason"] = "no_base"
        rows.append(found)
    result = AgeProfile.from_rows(rows, COLUMNS)
    result.area, result.time = area, everybody.time
    return result


def ages_of(text: Any) -> Ages | None:
    """Return the ages that a group holds; None if they cannot be told.

    Examples
    --------
    >>> ages_of("Under 1 year"), ages_of("1 to 4 years"), ages_of("16 years and over"), ages_of("Total")
    (Ages(first=0, last=0), Ages(first=1, last=4), Ages(first=16, last=17), None)
    """
    folded = fold_band(text)
    if found := UNDER.fullmatch(folded):
        return Ages(0, int(found[1]) - 1)
    if found := BETWEEN.fullmatch(folded):
        return Ages(int(found[1]), int(found[2]))
    return Ages(int(found[1]), OLDEST) if (found := ABOVE.fullmatch(folded)) else None


def _published(figures: PublishedCounts, time: str) -> tuple[dict[Ages, Row], Row]:
    """Return England's age groups of one year, and all its children."""
    held: dict[str, dict[Ages, Row]] = defaultdict(dict)
    everybody: dict[str, Row] = {}
    for row in figures.rows:
        if row.level == COUNTRY and fold(row.population) == POPULATION:
            if ages := ages_of(row.label):
                held[row.time][ages] = row
            elif fold(row.label) == EVERYBODY and row.number:
                everybody[row.time] = row
    whole = sorted(held.keys() & everybody.keys())
    if not whole or (time and time not in whole):
        raise ArgumentError(
            f"figures holds England's age groups of {', '.join(whole) or 'no year'}; "
            + (
                f"time is {time!r}."
                if whole
                else "read the DfE's file of children in care by characteristics."
            )
        )
    return dict(sorted(held[time or whole[-1]].items())), everybody[time or whole[-1]]


def _own(
    children: str | os.PathLike[str] | Mapping[str, int], published: list[Ages]
) -> dict[str, tuple[Ages, int]]:
    """Return the council's own groups in order of age, or everything that is wrong with them."""
    if isinstance(children, Mapping):
        file, lines = "children", list(enumerate(children.items(), 1))
    else:
        file, lines = Path(children).name, _lines(Path(children))
    faults: dict[str, list[int]] = defaultdict(list)
    own: dict[str, tuple[Ages, int]] = {}
    for line, (label, cell) in lines:
        ages, count = ages_of(label), tidy(cell)
        if ages is None:
            faults["unknown_age_group"].append(line)
        elif ages.first not in {group.first for group in published} or ages.last not in {
            g.last for g in published
        }:
            faults["split_age_group"].append(line)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            faults["not_whole"].append(line)
        elif ages is not None:
            own[label] = ages, count
    ordered = dict(sorted(own.items(), key=lambda item: item[1]))
    spans = [ages for ages, _ in ordered.values()]
    ends = [published[0].first - 1, *(ages.last for ages in spans)]
    joined = all(ages.first == end + 1 for ages, end in zip(spans, ends, strict=False))
    if not faults and (len(own) < len(lines) or not joined or ends[-1] != published[-1].last):
        faults["not_everybody"] = [line for line, _ in lines]
    if faults:
        raise refused(Problems.of(_problem(code, file, at) for code, at in faults.items()))
    return ordered


def _lines(path: Path) -> list[tuple[int, tuple[str, Any]]]:
    """Return the lines of a form: where they stand, the group and its children."""
    try:
        rows = next(iter(read_sheets(path).values()))
    except SurveyError as error:
        raise refused(Problems.together([error.problems])) from None
    headings = [fold_id(as_text(cell)) for cell in rows[0]]
    if not {"age_group", "children"} <= set(headings):
        raise refused(Problems.of([_problem("no_column", path.name, [])]))
    ages, counts = headings.index("age_group"), headings.index("children")
    return [
        (i, (as_text(row[ages]), row[counts] if len(row) > counts else None))
        for i, row in enumerate(rows[1:], 2)
        if not is_blank(row)
    ]


def _problem(code: str, file: str, lines: list[int]) -> Problem:
    return Problem("error", code, file, "", *WORDS[code], "correct these lines of the form", tuple(lines))


def _benchmark(groups: list[Row], everybody: Row) -> tuple[float | None, str]:
    """Return England's share: of one published group as printed, of several by their rounded counts."""
    if len(groups) == 1 and groups[0].value is not None:
        return groups[0].value, ""
    unknown = [row.number_status for row in groups if row.number is None]
    if unknown or not everybody.number:
        return None, unknown[0].replace(" ", "_") if unknown else "no_base"
    return sum(row.number or 0 for row in groups) / everybody.number, ""
