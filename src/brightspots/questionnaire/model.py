"""What was asked: a questionnaire as frozen data, read from TOML.

A new survey or a new edition is a TOML file and no code. Wording here is the library's own paraphrase; the
wording of a survey belongs to its authors.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from brightspots.questionnaire.missing import MissingKind

Certainty = Literal["confirmed", "second-hand", "derived", "assumed"]
SensitiveSide = Literal["counted", "not counted", "both", "neither"]
CompositeRule = Literal["two_or_more_low", "any_low", "mean_below_5"]

SCORES = tuple(str(score) for score in range(11))
TICKED = ("ticked", "not ticked")


def _is_id(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise ValueError("an id is lower-case letters, digits and underscores, starting with a letter")
    return text


Id = Annotated[str, AfterValidator(_is_id), Field(min_length=1, max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Code = int | str


class Frozen(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class BandEdition(Frozen):
    """Another label under which the same form went out, such as 8-10 for what is now 8-11."""

    label: Text
    ages: tuple[int, int]
    used: str = ""


class AgeBand(Frozen):
    """A form that children of about one age answered. It is the form, never the child's age.

    Attributes
    ----------
    id : str
        Such as ``8-11``.
    label : str
        Such as ``8 to 11``.
    ages : (int, int)
        Youngest and oldest age that the form is meant for. Bands overlap.
    noun : str
        What its children are called in a sentence, such as ``8-11s``.
    editions : tuple of BandEdition
        The same form under other labels.
    """

    id: Text
    label: Text
    ages: tuple[int, int]
    noun: Text
    editions: tuple[BandEdition, ...] = ()


class Domain(Frozen):
    """A chapter of the questionnaire, such as Relationships."""

    id: Id
    label: Text


class Scale(Frozen):
    """Answer options in order.

    Attributes
    ----------
    options : tuple of str
        As the library writes them.
    codes : tuple of int or str, optional
        The code of each option, where exports use codes. Labels in a file that say otherwise are an error.
        Without codes, unlabelled numbers are refused unless the mapping says what they mean.
    also : dict of str to str
        Other spellings that exports use, and the option each one means.
    """

    options: Annotated[tuple[Text, ...], Field(min_length=2)]
    codes: tuple[Code, ...] = ()
    also: dict[str, str] = {}


class AskedIf(Frozen):
    """Routing: the question is asked of those who gave one of these answers to an earlier one."""

    measure: Id
    answers: Annotated[tuple[str, ...], Field(min_length=1)]


class Indicator(Frozen):
    """One question and the answers that count.

    Attributes
    ----------
    id, domain, label : str
        Its id, its domain's id, and its name in tables.
    scale : str
        Key of its `Scale`.
    asked : tuple of str
        Age bands that are asked it.
    counted : tuple of str, or dict of age band to tuple of str
        Answers that count; per band where they differ.
    higher_is_better : bool or None
        Whether a larger share is good news; None for a box that is neither good news nor bad.
    finding : str
        What the counted children do, to follow "62% of 11-18s": "like school or college".
    sensitive_side : {"counted", "not counted", "both", "neither"}
        The side whose small numbers get the coarser band.
    sensitive : bool
        Whether "all of them" and "none of them" are hidden too.
    asked_if : AskedIf, optional
        Routing.
    groupings : dict of str to tuple of str
        Other headings it belongs to: a pledge, a charter, principles.
    certainty : {"confirmed", "second-hand", "derived", "assumed"}
        How sure it is that the survey asks it of these bands. Options are seldom published: the comments of a
        file say which were seen.
    """

    id: Id
    domain: Id
    label: Text
    scale: str
    asked: Annotated[tuple[str, ...], Field(min_length=1)]
    counted: tuple[str, ...] | dict[str, tuple[str, ...]]
    higher_is_better: bool | None
    finding: Text
    sensitive_side: SensitiveSide = "neither"
    sensitive: bool = False
    asked_if: AskedIf | None = None
    groupings: dict[str, tuple[str, ...]] = {}
    certainty: Certainty = "assumed"

    def counted_in(self, age_band: str) -> tuple[str, ...]:
        """Return the answers that count in one age band."""
        return self.counted[age_band] if isinstance(self.counted, dict) else self.counted


class SetItem(Frozen):
    """One box of a multiple-response set, ticked or not.

    Attributes
    ----------
    higher_is_better : bool, optional
        Whether more ticks are good news; left out where they are neither good news nor bad.
    """

    id: Id
    label: Text
    finding: Text
    higher_is_better: bool | None = None
    sensitive_side: SensitiveSide = "neither"


class MultipleResponse(Frozen):
    """A question where several boxes may be ticked, or the hand-coded themes of a comment.

    Attributes
    ----------
    all_blank : {"none", "not_answered"}
        Whether a child who ticked nothing answered "none of these" or did not answer.
    comment_themes : bool
        True where the boxes are themes that a person gave to a comment; the comment itself is never read.
        What children write about is neither good news nor bad, so a theme has no `higher_is_better`.
    """

    id: Id
    domain: Id
    label: Text
    asked: Annotated[tuple[str, ...], Field(min_length=1)]
    items: Annotated[tuple[SetItem, ...], Field(min_length=1)]
    all_blank: Literal["none", "not_answered"]
    comment_themes: bool = False
    sensitive: bool = False
    certainty: Certainty = "assumed"

    @model_validator(mode="after")
    def _themes_have_no_good_side(self) -> MultipleResponse:
        if self.comment_themes and any(item.higher_is_better is not None for item in self.items):
            raise ValueError("a theme of comments is neither good news nor bad: leave out higher_is_better")
        return self

    def indicator(self, item: SetItem) -> Indicator:
        """Return one box as an indicator of its own."""
        return Indicator(
            id=item.id,
            domain=self.domain,
            label=f"{self.label}: {item.label}",
            scale=TICK_SCALE,
            asked=self.asked,
            counted=TICKED[:1],
            higher_is_better=item.higher_is_better,
            finding=item.finding,
            sensitive_side=item.sensitive_side,
            sensitive=self.sensitive,
            certainty=self.certainty,
        )


TICK_SCALE = "ticked"


class WellbeingScale(Frozen):
    """A 0-10 scale.

    Attributes
    ----------
    higher_is_better : bool
        False for anxiety: it is banded on 10 minus the answer.
    ends : (str, str)
        What 0 and 10 stand for; labels in a file that say the opposite are an error.
    finding : str
        The scale in a sentence, to follow "12% of 11-18s have low": "life satisfaction".
    raw_bands : dict of str to str
        Names of the bands as the raw answers are shown, where they differ: high anxiety for `low`.
    """

    id: Id
    domain: Id
    label: Text
    asked: Annotated[tuple[str, ...], Field(min_length=1)]
    finding: Text
    higher_is_better: bool = True
    ends: tuple[str, str] = ("not at all", "completely")
    raw_bands: dict[Literal["low", "medium", "high", "very high"], str] = {}
    asked_if: AskedIf | None = None
    groupings: dict[str, tuple[str, ...]] = {}
    certainty: Certainty = "assumed"


class Composite(Frozen):
    """Low wellbeing over several 0-10 scales, by a named rule. It is never called an official definition.

    Attributes
    ----------
    rule : {"two_or_more_low", "any_low", "mean_below_5"}
        Low on two or more of the scales; low on any; or a mean below 5 of those answered.
    scales : tuple of str
        Ids of the 0-10 scales.
    minimum_answered : int
        Fewer answered scales than this: not scored.
    """

    id: Id
    domain: Id
    label: Text
    rule: CompositeRule
    scales: Annotated[tuple[Id, ...], Field(min_length=2)]
    minimum_answered: Annotated[int, Field(ge=1)]
    asked: Annotated[tuple[str, ...], Field(min_length=1)]
    finding: Text = "have low wellbeing"


class TraitLevel(Frozen):
    """One category of a trait, and how it reads in the name of a cohort.

    Exactly one of `noun` ("girls"), `phrase` ("in residential placements") and `adjective` ("disabled")
    is given.
    """

    id: Text
    label: Text
    also: tuple[Code, ...] = ()
    noun: str = ""
    phrase: str = ""
    adjective: str = ""


class Trait(Frozen):
    """A characteristic that children are compared by, with its categories."""

    id: Id
    label: Text
    levels: Annotated[tuple[TraitLevel, ...], Field(min_length=2)]
    asked: tuple[str, ...] = ()
    not_known: Text = "not known"


class Questionnaire(Frozen):
    """A survey as data: everything that was asked, of whom, and what counts.

    Read one with `load_questionnaire`.
    """

    id: Text
    title: Text
    about: str = ""
    people: Text = "children"
    age_bands: Annotated[tuple[AgeBand, ...], Field(min_length=1, alias="age_band")]
    domains: Annotated[tuple[Domain, ...], Field(min_length=1, alias="domain")]
    scales: dict[str, Scale] = {}
    indicators: Annotated[tuple[Indicator, ...], Field(alias="indicator")] = ()
    multiple_responses: Annotated[tuple[MultipleResponse, ...], Field(alias="multiple_response")] = ()
    wellbeing_scales: Annotated[tuple[WellbeingScale, ...], Field(alias="wellbeing_scale")] = ()
    composites: Annotated[tuple[Composite, ...], Field(alias="composite")] = ()
    traits: Annotated[tuple[Trait, ...], Field(alias="trait")] = ()
    comments: dict[str, str] = {}
    missing: dict[MissingKind, tuple[Code, ...]] = {}

    @cached_property
    def all_indicators(self) -> tuple[Indicator, ...]:
        """Every indicator, the boxes of multiple-response sets included."""
        boxes = tuple(s.indicator(item) for s in self.multiple_responses for item in s.items)
        return self.indicators + boxes

    @cached_property
    def questions(self) -> dict[str, Indicator | WellbeingScale]:
        """Everything a child answers, by id: indicators first, then 0-10 scales."""
        asked: tuple[Indicator | WellbeingScale, ...] = (*self.all_indicators, *self.wellbeing_scales)
        return {question.id: question for question in asked}

    def options(self, question: str) -> tuple[str, ...]:
        """Return the answers that a question offers, in order, as text."""
        asked = self.questions[question]
        if isinstance(asked, WellbeingScale):
            return SCORES
        return TICKED if asked.scale == TICK_SCALE else self.scales[asked.scale].options

    @cached_property
    def band(self) -> dict[str, AgeBand]:
        """The age bands by id."""
        return {band.id: band for band in self.age_bands}

    @cached_property
    def trait(self) -> dict[str, Trait]:
        """The traits by id."""
        return {trait.id: trait for trait in self.traits}

    @cached_property
    def hash(self) -> str:
        """A short hash of everything that is asked and counted: equal hashes, same questionnaire."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        return f"<Questionnaire {self.id}: {len(self.questions)} questions, {len(self.age_bands)} age bands>"

    def __str__(self) -> str:
        return repr(self)
