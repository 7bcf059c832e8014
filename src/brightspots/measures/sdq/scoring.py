"""SDQ scores from numbered answers: five scales, the total, impact, and their bands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from brightspots.errors import ArgumentError
from brightspots.measures.frames import names_in, read_columns
from brightspots.measures.problems import refuse
from brightspots.measures.sdq.answers import IMPACT_CODINGS, ITEM_CODINGS, read_answers
from brightspots.measures.sdq.bands import Scale, band_scores, find_cut_offs
from brightspots.measures.sdq.informants import INFORMANT, check_one_informant
from brightspots.measures.sdq.problems import found
from brightspots.survey.problems import Problems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from brightspots.measures.sdq.bands import Bands, Informant
    from brightspots.survey.problems import Problem

    Floats = NDArray[np.float64]

SCALES: dict[Scale, tuple[int, ...]] = {
    "emotional": (3, 8, 13, 16, 24),
    "conduct": (5, 7, 12, 18, 22),
    "hyperactivity": (2, 10, 15, 21, 25),
    "peer": (6, 11, 14, 19, 23),
    "prosocial": (1, 4, 9, 17, 20),
}
REVERSED = (7, 11, 14, 21, 25)
TOTAL: tuple[Scale, ...] = ("emotional", "conduct", "hyperactivity", "peer")
FEWEST_ITEMS = 3
ITEMS = tuple(f"item{i}" for i in range(1, 26))
IMPACT_ITEMS: dict[str, int] = {"carer": 5, "teacher": 3, "self": 5}
DIFFICULTIES = "difficulties"
ENOUGH_TO_JUDGE = 100
PLAINLY_AGAINST = -3.0
"""From so many children on, and with so low a correlation in standard errors, items seem reversed before."""

Columns = Mapping[Any, Any] | Sequence[Any]


def score(
    frame: Any,
    *,
    informant: Informant = "carer",
    columns: Columns | None = None,
    coding: str | None = None,
    impact_coding: str | None = None,
    missing: Iterable[Any] = (),
    bands: Bands = 3,
    strict: bool = True,
) -> pd.DataFrame:
    """Score the Strengths and Difficulties Questionnaire from its 25 numbered answers.

    The statutory measure for children looked after in England is the carer's total in three bands. Scores
    are for describing groups and for starting conversations. They are no diagnosis, and scores of carers,
    teachers and young people are never mixed. The items themselves belong to Youthinmind and are not here.

    Parameters
    ----------
    frame : data frame
        One row a child, of any kind that Narwhals knows, eager or lazy. It is not changed.
    informant : {"carer", "teacher", "self"}
        Who filled in the questionnaire; it decides the cut-offs.
    columns : sequence or mapping, optional
        Left out, the answers are in ``item1`` to ``item25``, in the order of the questionnaire. Give the 25
        headings in that order, or a mapping of ``item1`` (or 1) to heading; ``impact1`` and so on, and
        ``difficulties``, can be mapped too.
    coding : {"0-1-2", "1-2-3", "labels"}, optional
        How not, somewhat and certainly true are written; ``labels`` are these words. Left out, it is told
        from a 0, a 3 or a label among the answers, and refused where neither is there.
    impact_coding : {"0-1-2-3", "1-2-3-4"}, optional
        The same for impact, told from a 0 or a 4.
    missing : iterable, default ()
        Codes for no answer, such as ``(-9, -3)``. Blanks are no answer anyway.
    bands : {3, 4}
        The three bands of the statutory return, or the newer four.
    strict : bool, default True
        False scores what can be scored in spite of answers that are none; `check` tells what they are.

    Returns
    -------
    pandas.DataFrame
        With the index of `frame` (0, 1, 2 … where it has none): ``emotional conduct hyperactivity peer
        prosocial`` (0-10), ``total`` (0-40, without prosocial), ``internalising externalising`` (0-20); for
        the first six a column such as ``total_band``; ``sdq_high``, whether the total is a cause for concern
        (of four bands: high or very high); ``impact`` and ``impact_band`` where its questions are in the
        frame; ``informant``. Missing scores are NaN.

    Raises
    ------
    SurveyError
        If a cell holds anything but an answer, or items seem to be reversed already: all columns at once, in
        ``.problems``.
    ArgumentError
        If a column is missing, the coding cannot be told, or an argument makes no sense.

    Notes
    -----
    Items 7, 11, 14, 21 and 25 are reversed. A scale with three or four of its five items answered is scaled
    up, a half upwards; with fewer it is missing. The total is missing if any of its four scales is. Impact
    is 0 where there are no difficulties, else the sum over its questions (5; teachers 3), of which the two
    lowest answers count 0, the others 1 and 2; it is missing if one of them is. How long the difficulties
    have lasted and the burden on others are no part of it.

    References
    ----------
    Goodman 1997, The Strengths and Difficulties Questionnaire: a research note; Goodman 1999, The extended
    version of the Strengths and Difficulties Questionnaire (impact).

    Examples
    --------
    >>> frame = pd.DataFrame({f"item{i}": [1, 0] for i in range(1, 26)})
    >>> score(frame)[["emotional", "prosocial", "total", "total_band"]]
       emotional  prosocial  total         total_band
    0        5.0        5.0   20.0  cause for concern
    1        0.0        0.0   10.0             normal
    """
    read = _read(frame, informant, columns, coding, impact_coding, missing)
    if strict:
        refuse(read.problems)
    turned = turn(read.steps)
    scores: dict[Scale, Floats] = {
        scale: prorate(turned[:, places(items)]) for scale, items in SCALES.items()
    }
    scores["total"] = np.add.reduce([scores[scale] for scale in TOTAL])
    result: dict[str, Any] = {str(scale): values for scale, values in scores.items()}
    result["internalising"] = scores["emotional"] + scores["peer"]
    result["externalising"] = scores["conduct"] + scores["hyperactivity"]
    for scale, values in scores.items():
        result[f"{scale}_band"] = _categories(values, scale, informant, bands)
    high = np.isin(result["total_band"], _cuts("total", informant, bands).high)
    result["sdq_high"] = pd.arrays.BooleanArray(high, np.isnan(scores["total"]))
    if read.impact is not None:
        result["impact"] = read.impact
        if find_cut_offs("impact", informant, bands):
            result["impact_band"] = _categories(read.impact, "impact", informant, bands)
    return pd.DataFrame({**result, INFORMANT: informant}, index=read.rows)


def check(
    frame: Any,
    *,
    informant: Informant = "carer",
    columns: Columns | None = None,
    coding: str | None = None,
    impact_coding: str | None = None,
    missing: Iterable[Any] = (),
) -> Problems:
    """Say what stands in the way of scoring, without scoring: every problem, with its column and count.

    Parameters
    ----------
    frame, informant, columns, coding, impact_coding, missing
        As for `score`.

    Returns
    -------
    Problems
        Errors: what is no answer, and items that seem to be reversed already, as they run against the others
        of their scale. A note: children with too few answers for a total.

    Raises
    ------
    ArgumentError
        As from `score`.

    Examples
    --------
    >>> frame = pd.DataFrame({f"item{i}": [1, 0, -9] for i in range(1, 26)})
    >>> problems = check(frame)
    >>> len(problems), sorted(set(problems.column("code")))
    (26, ['sdq_no_answer', 'sdq_too_few_answers'])
    >>> check(frame, missing=[-9]).column("code")
    ['sdq_too_few_answers']
    """
    read = _read(frame, informant, columns, coding, impact_coding, missing)
    answered = ~np.isnan(read.steps)
    few = np.logical_or.reduce(
        [answered[:, places(SCALES[scale])].sum(axis=1) < FEWEST_ITEMS for scale in TOTAL]
    )
    return Problems.of([*read.problems, *found("sdq_too_few_answers", few)])


def places(items: Sequence[int]) -> list[int]:
    """Return the columns in which items stand, item 1 in the first."""
    return [item - 1 for item in items]


def turn(steps: Floats) -> Floats:
    """Reverse the items that ask about strengths; the steps of the 25 items stand in the columns.

    Examples
    --------
    >>> turn(np.full((1, 25), 2.0))[0, [5, 6]]
    array([2., 0.])
    """
    reverse = np.isin(np.arange(1, 26), REVERSED)
    return np.where(reverse, 2 - steps, steps)


def prorate(steps: Floats) -> Floats:
    """Add up the five items of a scale, scaled up where one or two are missing, a half upwards.

    With fewer than three items it is missing. Sums on four items can end in a half: 2 becomes 2.5, and 3.

    Examples
    --------
    >>> prorate(np.array([[1, 1, 0, 0, np.nan], [2, 1, 1, np.nan, np.nan], [2, 2, np.nan, np.nan, np.nan]]))
    array([ 3.,  7., nan])
    """
    answered = ~np.isnan(steps)
    n = answered.sum(axis=1)
    enough = n >= FEWEST_ITEMS
    sums = np.where(answered, steps, 0).sum(axis=1)
    return np.where(enough, np.floor(steps.shape[1] * sums / np.where(enough, n, 1) + 0.5), np.nan)


class _Read(NamedTuple):
    """Steps of the 25 items, impact if it was asked, and what was found on the way."""

    steps: Floats
    impact: Floats | None
    problems: list[Problem]
    rows: pd.Index[Any]


def _read(
    frame: Any,
    informant: Informant,
    columns: Columns | None,
    coding: str | None,
    impact_coding: str | None,
    missing: Iterable[Any],
) -> _Read:
    check_one_informant(frame, informant)
    codes = _codes(missing)
    named = _headings(columns)
    present = set(names_in(frame, "frame"))
    asked = _impact_questions(named, present, informant)
    items = {item: named.get(item, item) for item in ITEMS}
    impact = {question: named.get(question, question) for question in asked}
    _refuse_shared({**items, **impact})
    cells = read_columns(frame, [*items.values(), *impact.values()])
    steps, problems = read_answers(
        cells, items, ITEM_CODINGS, coding=coding, missing=codes, argument="coding"
    )
    scored = None
    if impact:
        levels, more = read_answers(
            cells, impact, IMPACT_CODINGS, coding=impact_coding, missing=codes, argument="impact_coding"
        )
        problems += more
        scored = _impact(levels[:, : IMPACT_ITEMS[informant]], levels[:, IMPACT_ITEMS[informant] :])
    problems += _seem_reversed(steps, items)
    return _Read(steps, scored, problems, cells.rows)


def _impact(answers: Floats, difficulties: Floats) -> Floats:
    """Sum over the questions, 0 where there are no difficulties; the lowest two answers count 0."""
    total = np.maximum(answers - 1, 0).sum(axis=1)
    return np.where((difficulties == 0).any(axis=1), 0.0, total)


def _codes(missing: Iterable[Any]) -> tuple[Any, ...]:
    if isinstance(missing, str) or not isinstance(missing, Iterable):
        raise ArgumentError("missing must be a list of codes, such as [-9, -3].")
    return tuple(missing)


def _headings(columns: Columns | None) -> dict[str, Any]:
    """Return the heading of each question that was named."""
    known = (*ITEMS, *_impact_names(max(IMPACT_ITEMS.values())), DIFFICULTIES)
    if columns is None:
        return {}
    if isinstance(columns, Mapping):
        named = {f"item{key}" if isinstance(key, int) else key: value for key, value in columns.items()}
        unknown = [str(key) for key in named if key not in known]
        if unknown:
            raise ArgumentError(
                f"columns names {', '.join(unknown)}; its keys are item1 to item25, impact1 to impact5 and "
                "difficulties, and its values the headings in the frame."
            )
        return named
    if isinstance(columns, str) or not isinstance(columns, Iterable) or len(tuple(columns)) != len(ITEMS):
        raise ArgumentError("columns must hold 25 headings in the order of the items, or be a mapping.")
    return dict(zip(ITEMS, columns, strict=True))


def _impact_names(n: int) -> tuple[str, ...]:
    return tuple(f"impact{i}" for i in range(1, n + 1))


def _impact_questions(named: Mapping[str, Any], present: set[Any], informant: Informant) -> tuple[str, ...]:
    """Return the impact questions that are there: all of the informant's, or none."""
    wanted = _impact_names(IMPACT_ITEMS[informant])
    known = _impact_names(max(IMPACT_ITEMS.values()))
    there = [name for name in known if name in named or name in present]
    if there and set(there) != set(wanted):
        raise ArgumentError(
            f"frame holds {', '.join(there)}; for informant {informant!r} impact needs {', '.join(wanted)}, "
            "and no more."
        )
    also = (DIFFICULTIES,) if there and (DIFFICULTIES in named or DIFFICULTIES in present) else ()
    return (*there, *also)


def _refuse_shared(columns: Mapping[str, Any]) -> None:
    headings = list(columns.values())
    shared = dict.fromkeys(str(name) for name in headings if headings.count(name) > 1)
    if shared:
        raise ArgumentError(f"columns gives {', '.join(shared)} to more than one question.")


def _seem_reversed(steps: Floats, headings: Mapping[str, Any]) -> list[Problem]:
    """Find scales whose reversed items run against the others, as if they had been reversed before.

    Children with one and the same answer throughout say nothing about it.
    """
    varied = np.fmax.reduce(steps, axis=1) > np.fmin.reduce(steps, axis=1)
    problems: list[Problem] = []
    for scale, items in SCALES.items():
        reverse = [i for i in items if i in REVERSED]
        others = [i for i in items if i not in REVERSED]
        complete = varied & ~np.isnan(steps[:, places(items)]).any(axis=1)
        turned = turn(steps[complete])
        if not reverse or len(turned) < ENOUGH_TO_JUDGE:
            continue
        sums = np.array([turned[:, places(part)].sum(axis=1) for part in (reverse, others)])
        if sums.std(axis=1).all() and np.corrcoef(sums)[0, 1] * len(turned) ** 0.5 < PLAINLY_AGAINST:
            columns = ", ".join(str(headings[f"item{i}"]) for i in reverse)
            problems += found("sdq_reversed_already", complete, columns, scale=scale)
    return problems


def _categories(values: Floats, scale: Scale, informant: Informant, bands: Bands) -> pd.Categorical:
    labels = _cuts(scale, informant, bands).labels
    return pd.Categorical(
        band_scores(values, scale, informant=informant, bands=bands), categories=labels, ordered=True
    )


def _cuts(scale: Scale, informant: Informant, bands: Bands) -> Any:
    found = find_cut_offs(scale, informant, bands)
    assert found is not None
    return found
