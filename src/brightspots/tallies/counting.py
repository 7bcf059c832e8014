"""Counting answers into a tally, where they are: in memory, in a database, in files, on a cluster."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots.errors import ArgumentError
from brightspots.frames import OpenFrame, UnreadableFrameError, open_frame
from brightspots.questionnaire.loading import load_questionnaire
from brightspots.questionnaire.mapping import Mapping, check_mapping, load_mapping
from brightspots.questionnaire.model import Questionnaire
from brightspots.survey.survey import KEYS, Survey, check_eligible
from brightspots.tallies.engines.parquet import read_parquet
from brightspots.tallies.scoring import Scorer, points_for
from brightspots.tallies.tally import CountTable, Grouping, Tally
from brightspots.tallies.written import columns_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Mapping as Lookup

    from brightspots.tallies.engines.engine import Column, Engine, Points

CELLS_AT_ONCE = 256
ROWS_A_CELL, FEW_ROWS = 20, 5_000
"""Groupings are counted together as long as their traits make no more cells than this in each area, wave and
age band, and so many that cells would still hold this many rows on average, were there no fewer than few."""


def tally(
    source: Any,
    *,
    by: Sequence[str] | Sequence[Sequence[str]] = (),
    questionnaire: Questionnaire | str | Path | None = None,
    eligible: Lookup[tuple[str, str, str], int] | None = None,
    mapping: Mapping | str | Path | None = None,
    area: str = "",
    wave: str = "",
    age_band: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Tally:
    """Count the answers of a survey, where they are.

    Parameters
    ----------
    source : Survey, data frame or path
        A `Survey`; any data frame that Narwhals accepts (pandas, Polars, PyArrow, DuckDB, Spark), which
        counts itself, so that it may be larger than memory; or the path of Parquet files. Without a mapping
        it has the columns of `Survey.answers`, as far as they are there; where it has the column ``weight``,
        weights are counted too. Blanks mean what they mean on the form: not asked, not ticked, or no answer.
    by : sequence of str, or sequence of sequences of str
        Traits to keep apart. ``["gender", "placement"]`` crosses them; ``[["gender"], ["placement"]]`` counts
        each by itself. Area, wave and age band are always kept apart.
    questionnaire : Questionnaire, str or path
        Needed with a data frame: loaded, a shipped name, or a TOML file.
    eligible : mapping of (area, wave, age band) to int, optional
        Children who could have answered; a `Survey` brings its own.
    mapping : Mapping, str or path, optional
        Which column holds what and what its codes mean, exactly as written; the same for all forms.
    area, wave, age_band : str, optional
        What is the same of all rows of a data frame that has no column for it.
    progress : callable, optional
        Called after each count with how many are done and how many there are at least.

    Returns
    -------
    Tally

    Raises
    ------
    ArgumentError
        If a trait in `by` is not one of the questionnaire's, the questionnaire is missing, the source is no
        data frame, or something given makes no sense.
    MissingExtraError
        If Parquet files are to be counted and DuckDB is not installed.
    TallyError
        If the frame holds answers that the questionnaire does not know, or does not ask of the age band, or
        weights that are none: how many, and in which columns.

    Examples
    --------
    >>> import brightspots as bs
    >>> survey = bs.make_survey(respondents=300, seed=1)
    >>> counted = tally(survey, by=["gender", "placement"])
    >>> counted.groupings
    (('gender', 'placement'),)
    >>> tally(survey.answers, questionnaire=survey.questionnaire, eligible=survey.eligible) == tally(survey)
    True
    """
    fixed = {"area": str(area), "wave": str(wave), "age_band": str(age_band)}
    fixed = {key: value for key, value in fixed.items() if value}
    if isinstance(source, Survey):
        if mapping is not None or fixed:
            raise ArgumentError(
                "A Survey says itself what its columns hold; leave out mapping, area, wave, age_band."
            )
        questionnaire, eligible, frame = source.questionnaire, source.eligible, source.answers
    elif questionnaire is None:
        raise ArgumentError("questionnaire is missing: a data frame can only be counted with one.")
    else:
        frame = source
    if not isinstance(questionnaire, Questionnaire):
        questionnaire = load_questionnaire(questionnaire)
    if isinstance(mapping, Mapping):
        check_mapping(mapping, questionnaire)
    elif mapping is not None:
        mapping = load_mapping(mapping, questionnaire)
    check_eligible(eligible or {}, questionnaire)
    if age_band and age_band not in questionnaire.band:
        known = ", ".join(questionnaire.band)
        raise ArgumentError(f"age_band is {age_band!r}; {questionnaire.id} has {known}.")
    groupings = as_groupings(by, questionnaire)
    opened = _open(frame)
    columns, weight = columns_in(opened.headings, questionnaire, mapping, fixed)
    if "age_band" not in columns and len(questionnaire.age_bands) == 1:
        fixed["age_band"] = questionnaire.age_bands[0].id
    engine = _engine(opened, {**columns, **points_for(questionnaire, columns)}, weight)
    rows = engine.count([key for key in KEYS if key in columns], ()).sums[0]
    at_once = min(CELLS_AT_ONCE, max(int(rows.sum()), FEW_ROWS) // (ROWS_A_CELL * max(1, rows.size)))
    covers = _covers(groupings, questionnaire, at_once)
    counted = _Counted(progress, len(set(covers.values())) * (1 + len(columns)))
    scorer = Scorer(engine, questionnaire, columns, fixed, counted)
    scorer.check_rows()
    finest = {cover: scorer.table(cover) for cover in dict.fromkeys(covers.values())}
    tables = {
        grouping: _margin(finest[covers[grouping]], covers[grouping], grouping) for grouping in groupings
    }
    respondents = source.fingerprint if isinstance(source, Survey) else ""
    return Tally(questionnaire, tables, dict((eligible or {}).items()), respondents)


def _open(source: Any) -> OpenFrame:
    """Open a data frame or Parquet files."""
    if isinstance(source, str | Path) and Path(source).suffix == ".parquet":
        source = read_parquet(source)
    try:
        return open_frame(source)
    except UnreadableFrameError:
        raise ArgumentError(
            f"source is a {type(source).__name__} that cannot be read; give a Survey, or a data frame that "
            "Narwhals accepts, or the path of Parquet files."
        ) from None


def _engine(frame: OpenFrame, columns: Lookup[str, Column | Points], weight: str | None) -> Engine:
    """Return what counts a frame: numpy for one of pandas, and every other frame itself."""
    if frame.native is not None:
        from brightspots.tallies.engines.rows import Rows

        return Rows(frame, columns, weight)
    from brightspots.tallies.engines.queries import Queries

    return Queries(frame, columns, weight)


class _Counted:
    """Tells a caller how far the counting is."""

    def __init__(self, tell: Callable[[int, int], None] | None, total: int) -> None:
        self._tell, self._total, self._done = tell, total, 0

    def __call__(self) -> None:
        self._done += 1
        if self._tell is not None:
            self._tell(self._done, max(self._done, self._total))


def _covers(
    groupings: Sequence[Grouping], questionnaire: Questionnaire, at_once: int
) -> dict[Grouping, Grouping]:
    """Return for each grouping one that holds it: traits of few levels are counted together, and added up."""
    levels = {trait.id: len(trait.levels) + 1 for trait in questionnaire.traits}
    covers: dict[Grouping, Grouping] = {}
    for grouping in groupings:
        for cover in dict.fromkeys(covers.values()):
            joined = tuple(dict.fromkeys((*cover, *grouping)))
            if prod(levels[trait] for trait in joined) <= at_once:
                covers = {held: joined if own == cover else own for held, own in covers.items()}
                covers[grouping] = joined
                break
        else:
            covers[grouping] = grouping
    return covers


def _margin(table: CountTable, cover: Grouping, grouping: Grouping) -> CountTable:
    """Return the counts under a grouping, added up from those of a finer one."""
    places = [*range(len(KEYS)), *(len(KEYS) + cover.index(trait) for trait in grouping)]
    if cover == grouping:
        return table
    return CountTable.of((tuple(key[i] for i in places) for key in table.keys), table.counts, table.weights)


def as_groupings(
    by: Sequence[str] | Sequence[Sequence[str]] | None, questionnaire: Questionnaire
) -> tuple[Grouping, ...]:
    """Read `by`: a list of traits is one crossed grouping, a list of lists is one grouping each.

    Raises
    ------
    ArgumentError
        If a trait is not one of the questionnaire's, or stands twice.
    """
    if isinstance(by, str):
        raise ArgumentError(f"by is {by!r}; give a list, such as [{by!r}].")
    parts = list(by or ())
    names = [part for part in parts if isinstance(part, str)]
    groupings = [tuple(names)] if len(names) == len(parts) else []
    if not groupings:
        groupings = [(part,) if isinstance(part, str) else tuple(part) for part in parts]
    for grouping in groupings:
        for trait in grouping:
            if trait not in questionnaire.trait:
                raise ArgumentError(
                    f"by names {trait!r}, which is not a trait of {questionnaire.id}; "
                    f"there are: {', '.join(questionnaire.trait)}."
                )
        if len(set(grouping)) < len(grouping):
            raise ArgumentError(f"by names a trait twice: {', '.join(grouping)}.")
    return tuple(dict.fromkeys(groupings))
