"""Change of SDQ scores between two occasions, for the same children.

Children are paired by an id that is used for pairing and kept nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np
from scipy.special import ndtri

from brightspots.errors import ArgumentError
from brightspots.measures.frames import is_given, numbers_in, read_columns
from brightspots.measures.problems import refuse
from brightspots.measures.sdq.bands import Scale, band_scores, find_cut_offs, highest_score, is_score
from brightspots.measures.sdq.informants import check_one_informant
from brightspots.measures.sdq.problems import found
from brightspots.measures.sdq.totals import INTERVAL_FROM, PUBLISHED_AGES, check_ages, mean_of, within
from brightspots.statistics import half_up, proportion_interval
from brightspots.tables import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from brightspots.measures.sdq.bands import Bands, CutOffs, Informant
    from brightspots.survey.problems import Problem

    Floats = NDArray[np.float64]

RETEST = 0.62
"""Stability over four to six months, the mean over all scales and informants of a national sample."""

ENOUGH_TO_JUDGE = 50
PLAINLY_TOGETHER = 1.645
"""From so many children on, a correlation of fewer standard errors tells that children were not paired."""

APART = (
    " Their scores on the two occasions do not go together, as if they were those of different children; "
    "somebody has checked that they are the same."
)


class Change(Table):
    """How the scores of the same children changed, in one row. Not for release.

    Attributes
    ----------
    moves : Table
        Children by band on the first occasion (rows) and on the second (columns).
    caution : str
        Who is not in these figures and, where at least 10 children were high first, how far their scores were
        to be expected to come down by themselves. It goes wherever the figures go.
    area, time : str
        Whose children, and when the second occasion was.
    """

    title = "Change between two occasions"
    moves: Table
    caution: str
    area: str
    time: str


def change(
    first: Any,
    second: Any,
    *,
    child: str,
    score: str = "total",
    scale: Scale = "total",
    informant: Informant = "carer",
    bands: Bands = 3,
    reliability: float = RETEST,
    age: str | None = None,
    ages: tuple[int, int] = PUBLISHED_AGES,
    pairs_checked: bool = False,
    area: str = "",
    time: str = "",
    confidence: float = 0.95,
) -> Change:
    """Compare the scores of the same children on two occasions.

    Only children with a score on both are compared; the others are counted and said. A fall among children
    who were chosen for high scores is no proof of anything: part of it comes by itself, and `caution` says
    about how much.

    Parameters
    ----------
    first, second : data frame
        One row a child on each occasion, of any kind that Narwhals knows. They are not changed.
    child : str
        Column that says which child. It pairs the rows, and nothing of it is kept or shown.
    score : str, default "total"
        Column with the scores, as `score` gives them or as returned.
    scale : str, default "total"
        What the scores are of.
    informant : {"carer", "teacher", "self"}
        Who filled the form in, on both occasions.
    bands : {3, 4}
        The three bands of the statutory return, or the newer four.
    reliability : float, default 0.62
        Of the scores, between 0 and 1, for reliable change. The default is the mean stability over four to
        six months in a British national sample, over all scales and informants. That of the carer's total
        alone is higher but could not be confirmed, so the default errs on the side of too few changes.
    age : str, optional
        Column of `second` with the age in years: only children within `ages` are compared then.
    ages : (int, int), default (5, 16)
        Youngest and oldest to compare: the default is that of the published figures.
    pairs_checked : bool, default False
        True says that somebody has looked whether the ids are the children's own, and goes on although the
        scores of the two occasions do not go together.
    area, time : str, optional
        Whose children, and when the second occasion was, such as ``2024``: needed for a release.
    confidence : float, default 0.95
        Coverage of the intervals, between 0 and 1; reliable change goes by the same level.

    Returns
    -------
    Change
        A `Table` with one row: ``scale informant n first_only second_only no_score correlation``; means
        ``first second``, and ``change`` (second less first) ``change_lower change_upper`` (t on the
        differences, from 10 children on); ``better same worse better_share better_lower better_upper``:
        children whose score moved at all (Wilson); ``reliability reliable_points reliably_better
        reliably_worse``: by more than so many points; ``high`` children in a band that is a cause for concern
        on the first occasion, their means ``high_first high_second``, and ``high_expected``, the second mean
        to be expected of any children with such first scores; ``regression``, how far they were to be
        expected to move by themselves.

    Raises
    ------
    SurveyError
        If a child stands twice on one occasion, an id is missing, or a score is none: all at once. And if the
        scores of 50 children or more do not go together at all, as when row numbers were taken for ids, and
        nobody has looked (`pairs_checked`).
    ArgumentError
        If a column is missing, informants are mixed, or an argument makes no sense.

    Notes
    -----
    Better is lower, for prosocial higher. Reliable change is a difference beyond z·s·√(2(1 − r)), s being the
    standard deviation of the first scores of these children and r the reliability. The expected second score
    is on the regression line of second on first; ``regression`` is (b − 1) times how far the mean of the high
    lies from that of all, with b its slope: what would be left if all children together had not changed. If
    the high really changed more than the others, this ascribes part of that to regression; only children who
    were not helped can tell the two apart.

    References
    ----------
    Jacobson & Truax 1991, Clinical significance; Goodman 2001, Psychometric properties of the Strengths and
    Difficulties Questionnaire (abstract: mean retest stability 0.62); Galton 1886, Regression towards
    mediocrity.

    Examples
    --------
    >>> import pandas as pd
    >>> spring = pd.DataFrame({"case": [1, 2, 3, 4], "total": [22, 12, 8, 17]})
    >>> summer = pd.DataFrame({"case": [2, 1, 3, 5], "total": [13, 16, 8, 9]})
    >>> changed = change(spring, summer, child="case")
    >>> row = next(iter(changed))
    >>> row.n, row.first_only, row.second_only, row.better, row.same, row.worse
    (3, 1, 1, 1, 1, 1)
    >>> print(changed.moves.to_markdown())
    | first | normal | borderline | cause for concern |
    | --- | --- | --- | --- |
    | normal | 2 | 0 | 0 |
    | borderline | 0 | 0 | 0 |
    | cause for concern | 0 | 1 | 0 |
    """
    if scale not in get_args(Scale):
        raise ArgumentError(f"scale is {scale!r}; give one of {', '.join(get_args(Scale))}.")
    for name, value in (("reliability", reliability), ("confidence", confidence)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
            raise ArgumentError(f"{name} is {value!r}; give a number between 0 and 1.")
    cuts = find_cut_offs(scale, informant, bands)
    if cuts is None:
        raise ArgumentError(f"there are no confirmed cut-offs of {scale} in {bands} bands; give bands=3.")
    check_ages(ages)
    kept = None if age is None else within(numbers_in(read_columns(second, [age], "second").cells[age]), ages)
    pairs = _pair(first, second, child, score, highest_score(scale, informant), informant, kept)
    correlation = _correlation(pairs)
    apart = len(pairs.first) >= ENOUGH_TO_JUDGE and correlation * len(pairs.first) ** 0.5 < PLAINLY_TOGETHER
    if not pairs_checked:
        refuse(found("sdq_do_not_pair", np.full(len(pairs.first), apart)))
    places = [
        np.array(
            [cuts.labels.index(band) for band in band_scores(x, scale, informant=informant, bands=bands)], int
        )
        for x in (pairs.first, pairs.second)
    ]
    sign = 1 if scale == "prosocial" else -1
    row = {
        "scale": scale,
        "informant": informant,
        "n": len(pairs.first),
        "first_only": pairs.first_only,
        "second_only": pairs.second_only,
        "no_score": pairs.no_score,
        "correlation": correlation,
        **_movement(pairs, sign, reliability, confidence),
        **_regression(pairs, places[0] >= len(cuts.labels) - len(cuts.high)),
    }
    result = Change({name: [value] for name, value in row.items()})
    result.moves, result.caution = _moves(places, cuts), _caution(row, cuts) + (APART if apart else "")
    result.area, result.time = area, time
    return result


class _Pairs(NamedTuple):
    """Scores of the children who have one on both occasions, and how many have not."""

    first: Floats
    second: Floats
    first_only: int
    second_only: int
    no_score: int


def _pair(
    first: Any,
    second: Any,
    child: str,
    score: str,
    most: int,
    informant: Informant,
    kept: NDArray[np.bool_] | None,
) -> _Pairs:
    """Pair the scores of two occasions; of the second, only children who are kept."""
    problems: list[Problem] = []
    scores: list[dict[Any, float]] = []
    for name, frame in (("first", first), ("second", second)):
        check_one_informant(frame, informant, name)
        cells = read_columns(frame, [score], name).cells[score]
        given, values = is_given(cells), numbers_in(cells)
        ids = _ids(frame, child, name)
        times = Counter(ids)
        problems += [
            *found("sdq_no_score", given & ~is_score(values, most), score, file=name, most=most),
            *found("sdq_no_child", [one is None for one in ids], file=name),
            *found("sdq_child_twice", [one is not None and times[one] > 1 for one in ids], file=name),
        ]
        in_it = np.ones(len(ids), bool) if kept is None or name == "first" else kept
        scores.append({one: float(v) for one, v, k in zip(ids, values, in_it, strict=True) if k})
    refuse(problems)
    held = [{one for one, value in occasion.items() if not np.isnan(value)} for occasion in scores]
    paired = held[0] & held[1]
    both = [one for one in scores[0] if one in paired]
    return _Pairs(
        np.array([scores[0][one] for one in both], dtype=np.float64),
        np.array([scores[1][one] for one in both], dtype=np.float64),
        len(held[0] - held[1]),
        len(held[1] - held[0]),
        len((set(scores[0]) | set(scores[1])) - held[0] - held[1]),
    )


def _ids(frame: Any, child: str, argument: str) -> list[Any]:
    """Return the ids as they pair; the message names not even their column."""
    try:
        return list(read_columns(frame, [child], argument).cells[child])
    except ArgumentError:
        raise ArgumentError(
            f"{argument} needs one column of the name given as child, with text or numbers in it."
        ) from None


def _correlation(pairs: _Pairs) -> float:
    varied = len(pairs.first) > 2 and pairs.first.std() > 0 and pairs.second.std() > 0
    return float(np.corrcoef(pairs.first, pairs.second)[0, 1]) if varied else np.nan


def _movement(pairs: _Pairs, sign: int, reliability: float, confidence: float) -> dict[str, Any]:
    difference = pairs.second - pairs.first
    n, gain = len(difference), sign * difference
    mean = mean_of(difference, confidence)
    spread = pairs.first.std(ddof=1) if n > 1 else np.nan
    points = float(ndtri((1 + confidence) / 2) * spread * np.sqrt(2 * (1 - reliability)))
    better = int((gain > 0).sum())
    lower, upper = proportion_interval(better, n, confidence=confidence)
    return {
        "first": pairs.first.mean() if n else np.nan,
        "second": pairs.second.mean() if n else np.nan,
        "change": mean.mean,
        "change_lower": mean.lower,
        "change_upper": mean.upper,
        "better": better,
        "same": int((gain == 0).sum()),
        "worse": int((gain < 0).sum()),
        "better_share": better / n if n else np.nan,
        "better_lower": lower,
        "better_upper": upper,
        "reliability": reliability,
        "reliable_points": points,
        "reliably_better": int((gain > points).sum()),
        "reliably_worse": int((gain < -points).sum()),
    }


def _regression(pairs: _Pairs, high: NDArray[np.bool_]) -> dict[str, Any]:
    """Return how the children with high first scores moved, and how far they were to be expected to."""
    names = ("high_first", "high_second", "high_expected", "regression")
    if not high.any():
        return {"high": 0, **dict.fromkeys(names, np.nan)}
    centre = pairs.first.mean()
    spread = ((pairs.first - centre) ** 2).sum()
    slope = ((pairs.first - centre) * pairs.second).sum() / spread if len(high) > 2 and spread > 0 else np.nan
    above = pairs.first[high].mean() - centre
    values = (
        pairs.first[high].mean(),
        pairs.second[high].mean(),
        pairs.second.mean() + slope * above,
        (slope - 1) * above,
    )
    return {"high": int(high.sum()), **dict(zip(names, map(float, values), strict=True))}


def _moves(places: list[NDArray[Any]], cuts: CutOffs) -> Table:
    counts = np.zeros((len(cuts.labels), len(cuts.labels)), dtype=np.int64)
    np.add.at(counts, tuple(places), 1)
    columns = {label: counts[:, i].tolist() for i, label in enumerate(cuts.labels)}
    return Table({"first": list(cuts.labels), **columns})


def _caution(row: dict[str, Any], cuts: CutOffs) -> str:
    text = (
        f"These figures are of the {row['n']} children with a score on both occasions; "
        f"{row['first_only'] + row['second_only']} with a score on one of them only are not in them."
    )
    if row["high"] < INTERVAL_FROM or np.isnan(row["regression"]):
        return text
    first, second, size = (half_up(row[name], 1) for name in ("high_first", "high_second", "regression"))
    return (
        f"{text} The {row['high']} who were first in {' or '.join(map(repr, cuts.high))} went from an "
        f"average of {first} to {second}. A move {'up' if size > 0 else 'down'} of about {abs(size)} points "
        "was to be expected of any children with such first scores, whatever was done: unusual scores tend "
        "to be followed by more usual ones (regression to the mean)."
    )
