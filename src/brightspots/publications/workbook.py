"""The released figures as an Excel workbook, after the guidance for government: one table a sheet."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import gptables
import pandas as pd
from gptables.core.gptable import FormatList

from brightspots.findings.strategy_dates import in_words
from brightspots.publications.beside_rows import own_sheet_rows, statutory_sheet_rows
from brightspots.publications.document import Bullets, Paragraph, Section, Table
from brightspots.publications.legend import meanings, symbols_in
from brightspots.publications.names import ALL
from brightspots.publications.notes import about_section
from brightspots.publications.packages import MADE, undated
from brightspots.publications.response_sentences import STANDINGS, USUAL
from brightspots.publications.sentence import HIDDEN, NOT_ASKED, NOT_AVAILABLE
from brightspots.publications.text import (
    all_figures,
    comparison_row,
    description_row,
    figure_row,
    group_row,
    harmless,
    recheck_row,
)
from brightspots.publications.wording import capital, plain
from brightspots.returns.published import AVERAGE, PER_10_000, SHARE

if TYPE_CHECKING:
    from brightspots.disclosure.figures import Figure, ReleasedCohort, ReleasedDescription, ReleasedRecheck
    from brightspots.publications.contents import Contents

Row = dict[str, Any]
Kind = Literal["text", "name", "words", "number", "share", "points", "decimal"]
FORMATS = {"number": "#,##0", "share": "0.0%", "points": "0.0", "decimal": "0.0"}
WIDTHS = {"text": 20, "name": 32, "words": 70, "number": 12, "share": 12, "points": 14, "decimal": 12}
"""Of a column, in letters."""
LINE = 16
"""Height of a line, in points."""
GUARDED = ("withheld", "banded")
"""Statuses of a figure whose numbers, where they are missing, are hidden and not unknown."""
COVER = "Cover"
ON_COVER = "The sheet named Contents lists the tables, the sheet named Notes says how they were made."
ON_CONTENTS = "This sheet holds one table: the other sheets, with links to them."
ON_NOTES = "This sheet holds one table: how to read the figures and how they were made."
ON_TABLE = "This sheet holds one table. The sheet named Notes says how it was made."
PLACES = ("Survey", "Area", "Wave")
"""Columns that are left out where they would say the same in every row."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    title : str
    key : str
        Of the row.
    kind : str
        ``text`` and ``name`` (short and long labels), ``words`` (sentences), ``number``, ``share`` (shown in
        percent), ``points`` or ``decimal``.
    empty : str
        What stands for an empty text.
    """

    title: str
    key: str
    kind: Kind = "text"
    empty: str = NOT_ASKED

    def of(self, row: Row) -> Any:
        """Return the entry of a row."""
        value = row[self.key]
        if isinstance(value, float):
            return round(100 * value, 2) if self.kind == "points" else round(value, 4)
        if self.kind in FORMATS and not isinstance(value, str):
            return value
        return _text(self.empty if value in ("", None) else value)


@dataclass(frozen=True)
class Sheet:
    """One table of the workbook."""

    label: str
    title: str
    rows: Callable[[Contents], list[Row]]
    columns: tuple[Column, ...]


def _responses(contents: Contents) -> list[Row]:
    words = contents.words
    return [
        {
            **_place(contents, r.questionnaire, r.area, r.wave),
            "age_label": "all" if r.age_band == ALL else words.ages(r.questionnaire, (r.age_band,)),
            **_shown({"n": r.n, "rate": r.rate}, hidden=r.n is None),
            **_shown({"eligible": r.eligible}, hidden=False),
        }
        for place in contents.places
        for r in contents.responses_of(place)
    ]


def _open_surveys(contents: Contents) -> list[Row]:
    """Return which groups have reached the target, where a survey is still open."""
    return [
        {
            **_place(contents, *place),
            "group": contents.words.group(place.questionnaire, ((one.trait, one.level),)),
            "standing": STANDINGS[one.standing],
        }
        for place in contents.places
        if (survey := contents.open_survey(place)) is not None
        for one in survey.groups
    ]


def _figures(contents: Contents) -> list[Row]:
    return [
        {
            **_of_figure(contents, figure),
            **_inside(row := figure_row(contents, figure), figure),
            "group": row["group"],
            "band": contents.words.share(figure) if figure.status == "banded" else "",
            "few_answers": row["few_answers"],
            "sentence": row["sentence"],
            "note": row["note"],
        }
        for figure in all_figures(contents)
    ]


def _comparisons(contents: Contents) -> list[Row]:
    rows = []
    for one in contents.comparisons:
        row = comparison_row(contents, one)
        hidden = one.figure.status in GUARDED
        rows.append(
            row
            | _of_figure(contents, one.figure)
            | _inside(row, one.figure)
            | _shown({key: row[key] for key in (*DIFFERENCE, "detectable")}, hidden=hidden)
            | _shown({"benchmark": row["benchmark"]}, hidden=one.benchmark is not None)
            | _shown({"benchmark_n": row["benchmark_n"]}, hidden=one.benchmark_n is not None)
            | {
                "others": capital(contents.words.comparator(one)),
                "said": contents.words.verdict_words(one),
            }
        )
    return rows


def _groups(contents: Contents) -> list[Row]:
    searched = {"low": "doing less well", "high": "doing well"}
    rows = []
    for one in contents.cohorts:
        row = group_row(contents, one)
        estimate = {key: row[key] for key in ("best_estimate", "best_estimate_lower", "best_estimate_upper")}
        rows.append(
            row
            | _beside(contents, row, one)
            | _shown(estimate, hidden=one.tier == "flag")
            | {"sought": searched[one.direction]}
        )
    return rows


def _goes_with(contents: Contents) -> list[Row]:
    return [
        (row := description_row(contents, one)) | _beside(contents, row, one)
        for cohort in contents.cohorts
        for one in contents.goes_with(cohort)
    ]


def _last_time(contents: Contents) -> list[Row]:
    became = {"still": "still stands out", "withheld": "hidden", "not tested": "not tested"}
    rows = []
    for one in contents.release.rechecks:
        row = recheck_row(contents, one)
        before = {key: value for key, value in row.items() if key.startswith("before_")}
        measure = contents.words.measures(one.questionnaire).get(one.measure)
        rows.append(
            row
            | _beside(contents, row, one)
            | _shown(before, hidden=one.before is not None and one.before.status in GUARDED)
            | {
                "label": plain(measure.label) if measure else plain(one.measure),
                "became": became.get(one.state, "no clear gap"),
            }
        )
    return rows


def _scorecard(contents: Contents) -> list[Row]:
    """Return the lines of a strategy's scorecard, each value as it is printed."""
    words, card = contents.words, contents.release.scorecard
    return [
        {
            "objective": plain(one.title),
            "label": words.line_name(line),
            "now": words.now(line),
            "detail": words.now_detail(line),
            "aim": words.aim(line),
            "start": words.start(line),
            "moved": words.since_start(line),
            "standing": capital(words.standing(line)),
            "why": words.why(line),
            "owner": plain(line.owner),
            "source": plain(line.source),
            "sentence": words.target(line).text if line.goal else "",
        }
        for one in (card.objectives if card else ())
        for line in one.lines
    ]


def _actions(contents: Contents) -> list[Row]:
    card = contents.release.scorecard
    return [
        {
            "objective": plain(one.title),
            "action": plain(action.action),
            "owner": plain(action.owner),
            "due": in_words(plain(action.due)),
            "status": contents.words.action(action),
            "now": plain(action.now),
            "last_time": plain(action.last_time),
        }
        for one in (card.objectives if card else ())
        for action in one.actions
    ]


def _place(contents: Contents, questionnaire: str, area: str, wave: str) -> Row:
    title = contents.release.questionnaires[questionnaire].title
    return {"survey": title, "area": area, "wave": wave}


def _of_figure(contents: Contents, figure: Figure) -> Row:
    """Return what a figure is about, in the words of the report."""
    words = contents.words
    domains = {one.id: one.label for one in contents.release.questionnaires[figure.questionnaire].domains}
    return {
        **_place(contents, figure.questionnaire, figure.area, figure.wave),
        "domain_label": domains.get(figure.domain, figure.domain),
        "label": words.label(figure),
        "counted": words.finding(figure),
        "ages": words.ages_heading(figure.questionnaire, figure.age_bands),
    }


def _inside(row: Row, figure: Figure | None) -> Row:
    numbers: Row = {key: row[key] for key in ("n", "count", "share", "lower", "upper") if key in row}
    return _shown(numbers, hidden=figure is not None and figure.status in GUARDED)


def _beside(contents: Contents, row: Row, one: ReleasedCohort | ReleasedDescription | ReleasedRecheck) -> Row:
    """Return a group beside all others."""
    about = (
        _place(contents, row["questionnaire"], row["area"], row["wave"])
        if one.figure is None
        else _of_figure(contents, one.figure)
    )
    hidden = [f is not None and f.status in GUARDED for f in (one.figure, one.rest)]
    rest = {key: row[key] for key in ("rest_n", "rest_count", "rest_share")}
    gap = {key: row[key] for key in (*DIFFERENCE, "detectable") if key in row}
    return about | _inside(row, one.figure) | _shown(rest, hidden=hidden[1]) | _shown(gap, hidden=any(hidden))


def _shown(numbers: Row, *, hidden: bool) -> Row:
    """Return numbers with a symbol for each that is missing."""
    absent = HIDDEN if hidden else NOT_AVAILABLE
    return {key: absent if value is None else value for key, value in numbers.items()}


DIFFERENCE = ("difference", "difference_lower", "difference_upper")
PLACE = (Column("Survey", "survey"), Column("Area", "area"), Column("Wave", "wave"))
MEASURE = (
    Column("Domain", "domain_label"),
    Column("Indicator", "label", "name"),
    Column("What is counted", "counted", "name"),
    Column("Age groups", "ages"),
)
INSIDE = (
    Column("Answers", "n", "number"),
    Column("Count", "count", "number"),
    Column("Share", "share", "share"),
    Column("Likely range from", "lower", "share"),
    Column("Likely range to", "upper", "share"),
)
REST = (
    Column("All others: answers", "rest_n", "number"),
    Column("All others: count", "rest_count", "number"),
    Column("All others: share", "rest_share", "share"),
)
GAP = (
    Column("Difference (points)", "difference", "points"),
    Column("Difference from (points)", "difference_lower", "points"),
    Column("Difference to (points)", "difference_upper", "points"),
)
FINDABLE = Column("Gap that could be shown (points)", "detectable", "points")
IN_WORDS = Column("In words", "sentence", "words")
BESIDE = (Column("Note", "note", "words"), Column("What they were told", "promise", "words"))

SHEETS = (
    Sheet(
        "Responses",
        "How many answered",
        _responses,
        (
            *PLACE,
            Column("Age group", "age_label"),
            Column("Answered", "n", "number"),
            Column("Could have answered", "eligible", "number"),
            Column("Share", "rate", "share"),
        ),
    ),
    Sheet(
        "Who has answered",
        f"Which groups have reached the {USUAL}",
        _open_surveys,
        (*PLACE, Column("Group", "group", "name"), Column(capital(USUAL), "standing", "name")),
    ),
    Sheet(
        "Figures",
        "Every figure",
        _figures,
        (
            *PLACE, *MEASURE, Column("Group", "group", empty="all"), *INSIDE, Column("Band", "band"),
            Column("Few answers", "few_answers"), IN_WORDS, Column("Note", "note", "words"),
        ),
    ),
    Sheet(
        "Comparisons",
        "Every comparison",
        _comparisons,
        (
            *PLACE, *MEASURE,
            Column("Answers", "n", "number"),
            Column("Share", "share", "share"),
            Column("Compared with", "others"),
            Column("Their share", "benchmark", "share"),
            Column("Their answers", "benchmark_n", "number"),
            *GAP, FINDABLE,
            Column("Verdict", "said"),
            Column("Illustrative", "illustrative"),
            Column("Source", "source", "words"),
            IN_WORDS,
        ),
    ),
    Sheet(
        "Groups",
        "Every group that was looked at",
        _groups,
        (
            *PLACE, *MEASURE,
            Column("Group", "group"),
            Column("Searched for", "sought"),
            Column("Stands out", "stands_out"),
            *INSIDE, *REST, *GAP,
            Column("Best estimate", "best_estimate", "share"),
            Column("Best estimate from", "best_estimate_lower", "share"),
            Column("Best estimate to", "best_estimate_upper", "share"),
            FINDABLE, IN_WORDS, *BESIDE,
        ),
    ),
    Sheet(
        "Goes with",
        "What goes with the groups that stand out",
        _goes_with,
        (
            *PLACE, *MEASURE, Column("Group", "group"), *INSIDE, *REST, *GAP, IN_WORDS, *BESIDE,
        ),
    ),
    Sheet(
        "Last time",
        "Groups that stood out last time",
        _last_time,
        (
            *PLACE,
            Column("Indicator", "label", "name"),
            Column("Group", "group"),
            Column("What became of it", "became"),
            *INSIDE, *REST, *GAP, FINDABLE,
            Column("Last time: answers", "before_n", "number"),
            Column("Last time: count", "before_count", "number"),
            Column("Last time: share", "before_share", "share"),
            IN_WORDS, *BESIDE,
        ),
    ),
    Sheet(
        "Statutory",
        "Every published figure beside those of others",
        statutory_sheet_rows,
        (
            Column("Council", "area"),
            Column("Figure", "label", "name"),
            Column("Ages of care leavers", "age_group"),
            Column("Year", "time"),
            Column("Children", "count", "number"),
            Column("Of", "n", "number"),
            Column("Share", f"ours_{SHARE}", "share"),
            Column("Per 10,000", f"ours_{PER_10_000}", "decimal"),
            Column("Average", f"ours_{AVERAGE}", "decimal"),
            Column("Share with a score", "share_with_score", "share"),
            Column("Beside", "comparator"),
            Column("Their share", f"theirs_{SHARE}", "share"),
            Column("Their rate per 10,000", f"theirs_{PER_10_000}", "decimal"),
            Column("Their average", f"theirs_{AVERAGE}", "decimal"),
            Column("Gap (points, per 10,000, or of averages)", "gap", "decimal"),
            Column("Years", "years", "name"),
            Column("Over the years", "values", "name"),
            Column("Source", "source", "name"),
            IN_WORDS,
        ),
    ),
    Sheet(
        "Own children",
        "Every count of our own children",
        own_sheet_rows,
        (
            Column("About", "subject"),
            Column("Council", "area"),
            Column("Time", "time"),
            Column("Trait", "trait"),
            Column("Group", "level"),
            Column("Children", "of", "name"),
            Column("Count", "count", "number"),
            Column("Average", "average", "decimal"),
        ),
    ),
    Sheet(
        "Scorecard",
        "Where the strategy stands",
        _scorecard,
        (
            Column("Objective", "objective", "name"),
            Column("Figure", "label", "name"),
            Column("Now", "now"),
            Column("Of how many, and when", "detail", "name"),
            Column("To be", "aim", "name"),
            Column("Starting point", "start"),
            Column("Change since", "moved"),
            Column("Standing", "standing"),
            Column("Why", "why", "name"),
            Column("Who", "owner"),
            Column("Source", "source", "name"),
            IN_WORDS,
        ),
    ),
    Sheet(
        "Actions",
        "What is done for each objective",
        _actions,
        (
            Column("Objective", "objective", "name"),
            Column("Action", "action", "words"),
            Column("Who", "owner"),
            Column("Due", "due"),
            Column("How far", "status"),
            Column("What there is to say", "now", "words"),
            Column("Last time", "last_time", "words"),
        ),
    ),
)  # fmt: skip
"""The tables, in order; one without rows is left out."""


def to_xlsx(contents: Contents, title: str) -> bytes:
    """Return the released figures as an Excel workbook.

    Parameters
    ----------
    contents : Contents
    title : str
        Of the report.
    """
    made = io.BytesIO()
    widths: dict[str, tuple[int, ...]] = {"Notes": (WIDTHS["name"], 110), "Contents": (20, 70)}
    sheets = {}
    for sheet in SHEETS:
        if rows := sheet.rows(contents):
            columns = _columns(sheet, rows)
            sheets[sheet.label] = _table(sheet, columns, rows)
            widths[sheet.label] = tuple(WIDTHS[column.kind] for column in columns)
    symbols = symbols_in(text for table in sheets.values() for text in _texts(table.table))
    tables = {"Notes": _notes_table(about_section(contents, symbols)), **sheets}
    marked = [_line(contents.mark)] if contents.mark else []
    for table in tables.values():
        table.set_subtitles(marked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wants its own kind of notes, and pandas of another age
        workbook = gptables.produce_workbook(
            made,
            tables,
            cover=_cover(contents, title, symbols),
            contentsheet_options={"instructions": ON_CONTENTS, "subtitles": marked},
            auto_width=False,
            workbook_options={
                "in_memory": True,
                "strings_to_urls": False,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
            },
        )
    for sheet in workbook.worksheets():
        name = sheet.get_name()
        _dress(sheet, widths.get(name, ()), tables.get(name))
        if marked:
            sheet.repeat_rows(0, 2 if name == COVER else 1)
    workbook.set_properties({"title": _line(title), "created": MADE.replace(tzinfo=None)})
    workbook.close()
    return undated(made.getvalue())


def _columns(sheet: Sheet, rows: list[Row]) -> tuple[Column, ...]:
    """Return the columns of a sheet, without those that tell no row from another."""
    return tuple(
        c for c in sheet.columns if c.title not in PLACES or len({str(row[c.key]) for row in rows}) > 1
    )


def _table(sheet: Sheet, columns: tuple[Column, ...], rows: list[Row]) -> gptables.GPTable:
    frame = pd.DataFrame({c.title: pd.Series([c.of(row) for row in rows], dtype=object) for c in columns})
    formats = [
        {"column": {"columns": [c.title], "format": _format(c), "include_names": True}} for c in columns
    ]
    return gptables.GPTable(
        frame,
        table_name=sheet.label.replace(" ", "_").lower() + "_table",
        title=sheet.title,
        instructions=ON_TABLE,
        legend=meanings(symbols_in(_texts(frame))),
        additional_formatting=formats,
    )


def _texts(frame: pd.DataFrame) -> Iterator[str]:
    """Yield every text of a table."""
    for value in frame.to_numpy().ravel():
        if isinstance(value, str | FormatList):
            yield value if isinstance(value, str) else value.string


def _format(column: Column) -> dict[str, Any]:
    if column.kind not in FORMATS:
        return {"align": "left", "valign": "top", "text_wrap": True}
    return {"align": "right", "valign": "top", "text_wrap": True, "num_format": FORMATS[column.kind]}


def _notes(section: Section, within: str = "") -> Iterator[tuple[str, str]]:
    """Return every note of the report with the heading that it stands under."""
    for block in section.blocks:
        if isinstance(block, Bullets):
            yield from ((within, item.text) for item in block.items)
        elif isinstance(block, Paragraph):
            yield within, block.sentence.text
        elif isinstance(block, Table):
            yield from ((f"{within}: {block.caption}", ": ".join(e.text for e in row)) for row in block.rows)
    for inner in section.sections:
        yield from _notes(inner, inner.title)


def _notes_table(about: Section) -> gptables.GPTable:
    notes = [(_text(heading), _text(note)) for heading, note in _notes(about)]
    return gptables.GPTable(
        pd.DataFrame(notes, columns=["About", "Note"]),
        table_name="notes_table",
        title="Notes",
        instructions=ON_NOTES,
        additional_formatting=[{"column": {"columns": [0, 1], "format": {"valign": "top"}}}],
    )


def _cover(contents: Contents, title: str, symbols: Sequence[str]) -> gptables.Cover:
    surveys = dict.fromkeys(plain(contents.questionnaire(place).title) for place in contents.places)
    answered = [contents.words.responses(contents.responses_of(place)[-1]).text for place in contents.places]
    return gptables.Cover(
        title=_line(title),
        intro=[_line(one) for one in (*filter(None, [contents.mark]), *surveys, *answered)],
        about=[_line(one) for one in (ON_COVER, *meanings(symbols))],
        width=90,
    )


def _dress(sheet: gptables.GPWorksheet, widths: Sequence[int], table: gptables.GPTable | None) -> None:
    """Set the widths of columns, the heights of rows, and a page that holds all columns side by side."""
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    if table is not None:
        entries = [table.table.columns, *table.table.to_numpy()]
        for i, row in enumerate(entries, start=table.data_range[0]):
            sheet.set_row(i, LINE * max(map(_lines, row, widths)))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _lines(entry: Any, width: int) -> int:
    """Return how many lines an entry takes, at the width of a column."""
    text = entry.string if isinstance(entry, FormatList) else entry
    return len(textwrap.wrap(text, round(width * 0.9))) if isinstance(text, str) else 1


def _text(value: Any) -> Any:
    """Return an entry that no spreadsheet runs, and that the writer takes for nothing but text."""
    text = _line(str(harmless(value)))
    return text if re.search(r"[A-Za-z0-9]", text) else FormatList([{}, text])


def _line(text: str) -> str:
    """Return a text in which the writer finds neither a link nor a note."""
    return str(harmless(plain(text))).replace("](", "] (").replace("$$", "$ $")
