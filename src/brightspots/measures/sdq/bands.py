"""Bands of SDQ scores: the three of the statutory return and the newer four, for each informant."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.tables import Table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Informant = Literal["carer", "teacher", "self"]
Scale = Literal["emotional", "conduct", "hyperactivity", "peer", "prosocial", "total", "impact"]
Bands = Literal[3, 4]

FILE = Path(__file__).parents[2] / "data" / "sdq" / "cut-offs.toml"
SCHEMES: dict[int, str] = {3: "three", 4: "four"}
MOST: dict[str, int] = {**dict.fromkeys(get_args(Scale), 10), "total": 40}
MOST_IMPACT: dict[str, int] = {"carer": 10, "teacher": 6, "self": 10}


class CutOffs(NamedTuple):
    """Where the bands of one scale end, and how far that is known.

    Attributes
    ----------
    labels : tuple of str
        The bands, from good to bad.
    ends : tuple of int
        Last score of each band but the worst, from good to bad.
    high : tuple of str
        The bands that are a cause for concern.
    certainty : {"confirmed", "second-hand", "assumed"}
    source : str
    """

    labels: tuple[str, ...]
    ends: tuple[int, ...]
    high: tuple[str, ...]
    certainty: str
    source: str


def cut_offs(*, informant: Informant = "carer", bands: Bands = 3) -> Table:
    """Return the cut-offs of every scale, each with its source and how certain it is.

    Parameters
    ----------
    informant : {"carer", "teacher", "self"}
        Who filled in the questionnaire.
    bands : {3, 4}
        The three bands of the statutory return, or the newer four. Four-band cut-offs of impact are not
        confirmed, so there are none.

    Returns
    -------
    Table
        ``scale band lowest highest certainty source``, scores included on both sides.

    Raises
    ------
    ArgumentError
        If there is no such informant or number of bands.

    Examples
    --------
    >>> [(row.band, row.lowest, row.highest) for row in cut_offs() if row.scale == "total"]
    [('normal', 0, 13), ('borderline', 14, 16), ('cause for concern', 17, 40)]
    """
    rows = []
    for scale in get_args(Scale):
        cuts = find_cut_offs(scale, informant, bands)
        if cuts is None:
            continue
        scores = np.arange(highest_score(scale, informant) + 1)
        own = band_scores(scores, scale, informant=informant, bands=bands)
        for label in cuts.labels:
            inside = scores[own == label]
            rows.append((scale, label, int(inside.min()), int(inside.max()), cuts.certainty, cuts.source))
    names = ("scale", "band", "lowest", "highest", "certainty", "source")
    return Table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def band_scores(
    scores: ArrayLike, scale: Scale = "total", *, informant: Informant = "carer", bands: Bands = 3
) -> NDArray[np.object_]:
    """Return the band of each score.

    A band is a way of reading a score. It is no diagnosis, and bands of different informants do not mean the
    same.

    Parameters
    ----------
    scores : array-like of whole numbers
        NaN where there is none.
    scale : str, default "total"
        ``total`` (0-40), ``emotional``, ``conduct``, ``hyperactivity``, ``peer``, ``prosocial`` (0-10; here a
        high score is the good one) or ``impact`` (0-10, teacher 0-6; three bands only).
    informant : {"carer", "teacher", "self"}
        Who filled in the questionnaire.
    bands : {3, 4}
        The three bands of the statutory return, or the newer four.

    Returns
    -------
    array of str or None

    Raises
    ------
    ArgumentError
        If a score is not a whole number of the scale, or there are no such cut-offs.

    References
    ----------
    Goodman 1997, The Strengths and Difficulties Questionnaire: a research note. The sources of the cut-offs
    stand in `cut_offs`.

    Examples
    --------
    >>> band_scores([13, 14, 17, float("nan")]).tolist()
    ['normal', 'borderline', 'cause for concern', None]
    >>> band_scores([6, 5], "prosocial").tolist(), band_scores([17], bands=4).tolist()
    (['normal', 'borderline'], ['high'])
    """
    if scale not in get_args(Scale):
        raise ArgumentError(f"scale is {scale!r}; give one of {', '.join(get_args(Scale))}.")
    cuts = find_cut_offs(scale, informant, bands)
    if cuts is None:
        raise ArgumentError(f"there are no confirmed cut-offs of {scale} in {bands} bands; give bands=3.")
    array = np.asarray(scores, dtype=np.float64)
    known = ~np.isnan(array)
    if not is_score(array[known], highest_score(scale, informant)).all():
        most = highest_score(scale, informant)
        raise ArgumentError(f"scores must be whole numbers from 0 to {most} for {scale}, or NaN.")
    sign = -1 if scale == "prosocial" else 1
    place = np.searchsorted(sign * np.array(cuts.ends), sign * np.where(known, array, 0), side="left")
    result = np.array(cuts.labels, dtype=object)[place]
    result[~known] = None
    return np.asarray(result, dtype=object)


def is_score(values: Any, most: int) -> Any:
    """Whether each number is a whole one from 0 to the most that is possible."""
    return (values >= 0) & (values <= most) & (values == np.floor(values))


def highest_score(scale: Scale, informant: Informant) -> int:
    """Return the highest score that a scale can have."""
    return MOST_IMPACT[informant] if scale == "impact" else MOST[scale]


def find_cut_offs(scale: Scale, informant: Informant, bands: Bands) -> CutOffs | None:
    """Return the cut-offs of a scale; None where none are known."""
    check_informant(informant)
    if bands not in SCHEMES:
        raise ArgumentError(f"bands is {bands!r}; give 3 or 4.")
    document = _document()
    scheme = document[SCHEMES[bands]]
    found = scheme[informant].get(scale)
    if found is None:
        return None
    labels = tuple(scheme.get(f"{scale}_labels", scheme["labels"]))
    return CutOffs(
        labels=labels,
        ends=tuple(found["ends"]),
        high=labels[-scheme["high"] :],
        certainty=found["certainty"],
        source=document["sources"][found["source"]],
    )


def check_informant(informant: str) -> None:
    """Refuse an informant that the questionnaire does not have."""
    if informant not in get_args(Informant):
        raise ArgumentError(f"informant is {informant!r}; give 'carer', 'teacher' or 'self'.")


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
