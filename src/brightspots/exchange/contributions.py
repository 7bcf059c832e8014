"""What one council gives to a pool: the figures of a release, and nothing that the release does not say.

A figure that is shown gives its count; one that is banded, between which numbers it lies; one that is
withheld, nothing. So a contribution tells no more than the council's own report does, and neither can be
played off against the other.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from brightspots.disclosure.cells import Decision, as_read
from brightspots.errors import ArgumentError, ConfigError, OutputError, TallyError
from brightspots.findings.estimates import ALL
from brightspots.measures.measure import measures_of
from brightspots.questionnaire.faults import build
from brightspots.questionnaire.model import Frozen, Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from brightspots.disclosure.figures import Figure
    from brightspots.disclosure.policy import Policy
    from brightspots.disclosure.release import Release
    from brightspots.measures.measure import Measure
    from brightspots.questionnaire.model import Questionnaire

MOST_ANSWERS = 10**6
LONGEST_NAME = 120
SMALLEST_BASE, SMALLEST_SIDE = 10, 5
"""A release under a policy with lower thresholds is for named recipients, and goes into no pool."""

Number = Annotated[int, Field(ge=0, le=MOST_ANSWERS, strict=True)]


class Answered(Frozen):
    """How many answered one form, and how many could have."""

    age_band: Text
    n: Number | None
    eligible: Number | None


class Given(Frozen):
    """One figure that a council gives: how many answered, and between which numbers the count lies.

    All three are None where the figure is withheld.
    """

    measure: Text
    category: Text
    age_band: Text
    age_bands: Annotated[tuple[Text, ...], Field(min_length=1)]
    n: Number | None
    least: Number | None
    greatest: Number | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        numbers = (self.least, self.greatest, self.n)
        if (None in numbers) != (set(numbers) == {None}):
            raise ValueError("give n, least and greatest, or none of them")
        if self.n is not None and not (self.least or 0) <= (self.greatest or 0) <= self.n:
            raise ValueError("least, greatest and n have to be in order")
        return self

    @property
    def is_count(self) -> bool:
        """Whether the count itself is given."""
        return self.n is not None and self.least == self.greatest


class Contribution(Frozen):
    """What one council gives to a pool of one questionnaire.

    Made by `contribute`, read by `read_contribution`.

    Attributes
    ----------
    brightspots : {"exchange"}
    format : int
    protected : bool
        Always true: a tally that was only saved says false, and is refused.
    area, wave : str
        The council, and when it asked.
    questionnaire, questionnaire_hash : str
        What was asked and counted.
    policy : str
        Under which the figures were released.
    recipients : str
        Who may use it.
    until : date
        The last day on which it may be pooled.
    responses : tuple of Answered
    figures : tuple of Given
        Of all children of an age band, and of all bands together.
    """

    brightspots: Literal["exchange"] = "exchange"
    format: Literal[1] = 1
    protected: Literal[True] = True
    area: Text
    wave: Text
    questionnaire: Text
    questionnaire_hash: Text
    policy: Text
    recipients: Text
    until: date
    responses: tuple[Answered, ...]
    figures: tuple[Given, ...]

    @property
    def file_name(self) -> str:
        """A name for its file, without anything that could lead out of a folder."""
        name = f"{self.area}-{self.wave}-{self.questionnaire}"
        return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:LONGEST_NAME] + ".exchange.json"

    def to_json(self) -> str:
        """Return it as text, with a checksum against accidents; whoever means to can make another."""
        body = self.model_dump(mode="json")
        return json.dumps(body | {"checksum": _checksum(body)}, indent=1, sort_keys=True) + "\n"

    def save(self, path: str | Path) -> None:
        """Write it to a file.

        Raises
        ------
        OutputError
            If it cannot be written there.
        """
        try:
            Path(path).write_text(self.to_json(), encoding="utf-8", newline="\n")
        except OSError:
            raise OutputError(f"{Path(path).name} cannot be written there; check the folder.") from None

    def __repr__(self) -> str:
        given = sum(figure.n is not None for figure in self.figures)
        return f"<Contribution of {self.area} {self.wave}: {given} of {len(self.figures)} figures>"

    def __str__(self) -> str:
        return repr(self)


def contribute(release: Release, *, recipients: str, until: date) -> tuple[Contribution, ...]:
    """Make what a council may give to a pool out of a release: one contribution for each survey in it.

    Parameters
    ----------
    release : Release
        What the council publishes, or could.
    recipients : str
        Who may use it, in the words of the agreement between the councils.
    until : datetime.date
        The last day on which it may be pooled.

    Returns
    -------
    tuple of Contribution

    Raises
    ------
    ArgumentError
        If the release has lower thresholds than 10 answers and 5 on a side or no figures, or nobody is named.

    Examples
    --------
    >>> from datetime import date
    >>> import brightspots as bs
    >>> out = bs.release(bs.estimate(bs.make_survey(seed=1)))
    >>> contribute(out, recipients="the councils of the regional pool", until=date(2027, 12, 31))
    (<Contribution of Council 1 2021: 194 of 194 figures>,)
    """
    policy = release.policy
    if policy.minimum_base < SMALLEST_BASE or policy.minimum_side < SMALLEST_SIDE:
        raise ArgumentError(
            f"Policy {policy.id} says more than a pool may hold: release under one that shows nothing from "
            f"fewer than {SMALLEST_BASE} answers, and no count with fewer than {SMALLEST_SIDE} on a side."
        )
    if not recipients.strip():
        raise ArgumentError("recipients is empty: say who may use the contribution.")
    contributions = []
    for name, area, wave in release.places:
        place = (name, area, wave)
        figures = [f for f in release.figures if not f.group and (f.questionnaire, f.area, f.wave) == place]
        answered = [r for r in release.responses if (r.questionnaire, r.area, r.wave) == place]
        if not figures:
            raise ArgumentError(
                f"The release holds no figures of {area} {wave}, {name}: there is nothing to give. While a "
                "survey is open, nothing is estimated."
            )
        measures = measures_of(release.questionnaires[name])
        contributions.append(
            Contribution(
                area=area,
                wave=wave,
                questionnaire=name,
                questionnaire_hash=release.questionnaires[name].hash,
                policy=policy.id,
                recipients=recipients,
                until=until,
                responses=tuple(
                    Answered(age_band=r.age_band, n=r.n, eligible=r.eligible)
                    for r in sorted(answered, key=lambda r: r.age_band)
                ),
                figures=tuple(
                    _given(f, measures[f.measure], policy)
                    for f in sorted(figures, key=_name)
                    if f.status != "no base"
                ),
            )
        )
    return tuple(contributions)


def _given(figure: Figure, measure: Measure, policy: Policy) -> Given:
    """Return a figure as it is given; a weaker band with what its weakness tells everybody."""
    if figure.n is None:
        numbers: dict[str, int | None] = dict.fromkeys(("n", "least", "greatest"))
    else:
        said = Decision(figure.status, figure.n, figure.count or 0, figure.above, figure.below)  # type: ignore[arg-type]
        band = figure.status == "banded"
        least, greatest = as_read(said, measure, figure.category, policy).told if band else (said.count,) * 2
        numbers = {"n": said.n, "least": least, "greatest": greatest}
    return Given(
        measure=figure.measure,
        category=figure.category,
        age_band=figure.age_band,
        age_bands=figure.age_bands,
        **numbers,
    )


def _name(figure: Figure) -> tuple[str, str, str]:
    return figure.measure, figure.category, figure.age_band


def read_contribution(path: str | Path, questionnaire: Questionnaire) -> Contribution:
    """Read what a council gave to a pool.

    Parameters
    ----------
    path : str or path
        The file that `Contribution.save` wrote.
    questionnaire : Questionnaire
        What was asked.

    Returns
    -------
    Contribution

    Raises
    ------
    TallyError
        If it is no contribution, was changed after it was written, was counted with another questionnaire,
        or holds what cannot be: everything at once.
    """
    name = Path(path).name
    try:
        body: Any = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise TallyError(f"{name} cannot be read as an exchange file; ask for it again.") from None
    if isinstance(body, dict) and body.get("brightspots") == "tally":
        raise TallyError(
            f"{name} is a tally that was only saved: it is not protected and must not be passed on. Write "
            "one to exchange with `brightspots tally`."
        )
    if not isinstance(body, dict) or body.get("brightspots") != "exchange":
        raise TallyError(f"{name} is not an exchange file.")
    if body.get("format") != 1:
        raise TallyError(f"{name} is an exchange file of another version than this one can read.")
    checksum = body.pop("checksum", None)
    try:
        given = build(Contribution, body, name, ConfigError)
    except ConfigError as error:
        raise TallyError(f"{error}\nAsk the council for it again.") from None
    if checksum != _checksum(given.model_dump(mode="json")):
        raise TallyError(f"{name} was changed after it was written: ask the council for it again.")
    if given.questionnaire_hash != questionnaire.hash:
        raise TallyError(
            f"{name} was counted with another questionnaire than {questionnaire.id} ({questionnaire.hash}); "
            "all councils of a pool have to use one file."
        )
    faults = _misfits(given, questionnaire)
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise TallyError(f"{name} holds what cannot be:\n{listed}\nAsk the council for it again.")
    return given


def read_contributions(paths: Iterable[str | Path], questionnaire: Questionnaire) -> tuple[Contribution, ...]:
    """Read what several councils gave; see `read_contribution`.

    Raises
    ------
    TallyError
        With what is wrong with each file, all at once.
    """
    found, faults = [], []
    for path in paths:
        try:
            found.append(read_contribution(path, questionnaire))
        except TallyError as error:
            faults.append(str(error))
    if faults:
        raise TallyError("\n".join(faults))
    return tuple(found)


def _misfits(given: Contribution, questionnaire: Questionnaire) -> list[str]:
    """Return what in a contribution its questionnaire does not allow."""
    measures = measures_of(questionnaire)
    answered = {one.age_band: one.n for one in given.responses}
    faults: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    for figure in given.figures:
        measure = measures.get(figure.measure)
        name = " / ".join((figure.measure, figure.category, figure.age_band))
        if (figure.measure, figure.category, figure.age_band) in seen:
            faults.append(f"{name}: stands twice")
        seen.add((figure.measure, figure.category, figure.age_band))
        if measure is None or figure.category not in measure.categories:
            faults.append(f"{name}: the questionnaire has no such figure")
        elif not set(figure.age_bands) <= set(measure.asked) or (
            figure.age_band != ALL and figure.age_bands != (figure.age_band,)
        ):
            faults.append(f"{name}: it was not asked of these age bands")
        elif (answered.get(figure.age_band) or MOST_ANSWERS) < (figure.n or 0):
            faults.append(f"{name}: more answers than children who answered")
    return faults


def _checksum(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
