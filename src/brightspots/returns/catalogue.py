"""What the library knows by name among published figures: of whom each is, and which side is good.

The words are the publishers', folded; a measure may stand under several, as they changed over the years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "rate", "average"]


@dataclass(frozen=True)
class Published:
    """One published measure.

    Attributes
    ----------
    id : str
        Its stable name.
    label : str
        In the reader's words.
    kind : {"share", "rate", "average"}
        A share of its base, a rate per 10,000 children, or an average score.
    words : tuple of str
        How files name it, folded.
    base : tuple of str
        How files name what it is out of, folded; empty for a rate, whose population is a column of its own.
    higher_is_better : bool or None
        None where neither side is good.
    coverage : str
        Id of the share that says how many of those eligible it rests on; often empty.
    """

    id: str
    label: str
    kind: Kind
    words: tuple[str, ...]
    base: tuple[str, ...] = ()
    higher_is_better: bool | None = None
    coverage: str = ""


ALL_AGES = ("total all ages",)
HEALTH = (*ALL_AGES, "health assessments: children looked after age groups")
SUBSTANCE = (*ALL_AGES, "substance misuse: children looked after age groups")
CONVICTIONS = ("total ages 10 to 17 years", "convictions: children looked after age groups")
UNDER_FIVE = ("total ages 0 to 4 years", "development assessments: children looked after age groups")
SDQ_AGES = ("total ages 5 to 16 years", "sdq score: children looked after age groups")
SCORED = ("sdq score was received",)
MISUSED = ("identified as having a substance misuse problem",)
CHILDREN = ("total children",)
CARE_LEAVERS = ("total",)
SUITABILITY = ("suitability total",)

CATALOGUE = (
    Published("in_care", "Children in care on 31 March", "rate",
              ("children looked after at 31 march each year",)),
    Published("started_care", "Came into care in the year", "rate",
              ("children starting to be looked after each year",)),
    Published("left_care", "Left care in the year", "rate",
              ("children ceasing to be looked after each year",)),
    Published("sdq_received", "SDQ score received, ages 5 to 16", "share", SCORED, SDQ_AGES, True),
    Published("sdq_average", "SDQ average score, ages 5 to 16", "average", ("sdq average score",), SCORED,
              False, "sdq_received"),
    Published("sdq_normal", "SDQ score normal (0 to 13)", "share", ("sdq score is normal",), SCORED, True,
              "sdq_received"),
    Published("sdq_borderline", "SDQ score borderline (14 to 16)", "share", ("sdq score is borderline",),
              SCORED, None, "sdq_received"),
    Published("sdq_concern", "SDQ score a cause for concern (17 to 40)", "share",
              ("sdq score is a cause for concern",), SCORED, False, "sdq_received"),
    Published("health_assessment", "Had their annual health assessment", "share",
              ("had their annual health assessment",), HEALTH, True),
    Published("immunisations", "Immunisations up to date", "share", ("had their immunisations up to date",),
              HEALTH, True),
    Published("dental_check", "Teeth checked by a dentist", "share",
              ("had their teeth checked by a dentist",), HEALTH, True),
    Published("development_assessment", "Development assessments up to date, under 5", "share",
              ("development assessments up to date",), UNDER_FIVE, True),
    Published("substance_misuse", "Identified as having a substance misuse problem", "share", MISUSED,
              SUBSTANCE, False),
    Published("substance_intervention", "Received an intervention for substance misuse", "share",
              ("received an intervention for their substance misuse problem",), MISUSED, True),
    Published("substance_refused", "Refused an intervention for substance misuse", "share",
              ("offered intervention but refused it",), MISUSED, False),
    Published("convicted", "Convicted or cautioned in the year, ages 10 to 17", "share",
              ("convicted or subject to youth cautions, or youth conditional cautions during the year",),
              CONVICTIONS, False),
    Published("three_placements", "Three or more placements in the year", "share",
              ("with 3 or more placements during the year",), CHILDREN, False),
    Published("three_placements_two_years", "Three or more placements in two years", "share",
              ("with 3 or more placements during the previous 2 years",), CHILDREN, False),
    Published("same_carer", "Same carer for two years or more, in care 2½ years, under 16", "share",
              ("living with the same carer for at least 2 years",), CHILDREN, True),
    Published("school_move", "Moved school in the year", "share", ("with one or more moves during the year",),
              CHILDREN, False),
    Published("school_move_two_years", "Moved school in two years", "share",
              ("with one or more moves during the previous 2 years",), CHILDREN, False),
    Published("mid_year_school_move", "Moved school in mid-year", "share",
              ("with one or more mid-year moves during the year",), CHILDREN, False),
    Published("mid_year_school_move_two_years", "Moved school in mid-year in two years", "share",
              ("with one or more mid-year moves during the previous 2 years",), CHILDREN, False),
    Published("three_social_workers", "Three or more social workers in the year", "share",
              ("3 or more social workers during the year",), CHILDREN, False),
    Published("three_social_workers_two_years", "Three or more social workers in two years", "share",
              ("3 or more social workers during the previous 2 years",), CHILDREN, False),
    Published("in_touch", "Care leavers: council in touch", "share",
              ("local authority in touch with care leaver",), CARE_LEAVERS, True),
    Published("not_in_touch", "Care leavers: council not in touch", "share",
              ("local authority not in touch with care leaver",), CARE_LEAVERS, False),
    Published("refused_contact", "Care leavers: refused contact", "share", ("young person refuses contact",),
              CARE_LEAVERS),
    Published("no_longer_needs_services", "Care leavers: no longer require services", "share",
              ("young person no longer requires services",), CARE_LEAVERS),
    Published("in_education_or_work", "Care leavers: in education, employment or training", "share",
              ("total in education, employment or training",), CARE_LEAVERS, True),
    Published("higher_education", "Care leavers: in higher education", "share",
              ("higher education i.e. studies beyond a level",), CARE_LEAVERS, True),
    Published("other_education", "Care leavers: in other education", "share",
              ("education other than higher education",), CARE_LEAVERS),
    Published("training_or_employment", "Care leavers: in training or employment", "share",
              ("in training or employment",), CARE_LEAVERS),
    Published("training_or_employment_not_apprenticeship",
              "Care leavers: in training or employment, not an apprenticeship", "share",
              ("in training or employment (excl. apprenticeship)",), CARE_LEAVERS),
    Published("apprenticeship", "Care leavers: in an apprenticeship", "share", ("in an apprenticeship",),
              CARE_LEAVERS),
    Published("not_in_education_or_work", "Care leavers: not in education, employment or training", "share",
              ("total not in education, employment or training",), CARE_LEAVERS, False),
    Published("out_of_work_ill_or_disabled", "Care leavers: not in these owing to illness or disability",
              "share", ("not in education, training or employment, owing to illness or disability",),
              CARE_LEAVERS),
    Published("out_of_work_parenting", "Care leavers: not in these owing to pregnancy or parenting", "share",
              ("not in education, training or employment, owing to pregnancy or parenting",), CARE_LEAVERS),
    Published("out_of_work_other", "Care leavers: not in these owing to other reasons", "share",
              ("not in education, training or employment, owing to other reasons",), CARE_LEAVERS),
    Published("activity_not_known", "Care leavers: activity not known", "share",
              ("total information not known",), CARE_LEAVERS, False),
    Published("suitable_accommodation", "Care leavers: in suitable accommodation", "share",
              ("accommodation considered suitable",), SUITABILITY, True),
    Published("unsuitable_accommodation", "Care leavers: accommodation not suitable", "share",
              ("accommodation considered not suitable",), SUITABILITY, False),
    Published("accommodation_not_known", "Care leavers: accommodation not known", "share",
              ("no information",), SUITABILITY, False),
)  # fmt: skip
MEASURES = {measure.id: measure for measure in CATALOGUE}
BY_WORDS = {word: measure for measure in CATALOGUE for word in measure.words}

WIDE = {
    "sdq_received": ("cla_sdq", "cla_5to16"),
    "sdq_normal": ("cla_sdqnormal", "cla_sdq"),
    "sdq_borderline": ("cla_sdqborderline", "cla_sdq"),
    "sdq_concern": ("cla_sdqconcern", "cla_sdq"),
    "health_assessment": ("cla_healthassmt", "cla_12mths"),
    "immunisations": ("cla_immunisation", "cla_12mths"),
    "dental_check": ("cla_teethcheck", "cla_12mths"),
    "substance_misuse": ("cla_submisuse", "cla_12mths"),
    "substance_intervention": ("cla_subint", "cla_submisuse"),
    "substance_refused": ("cla_suboffint", "cla_submisuse"),
    "convicted": ("cla_convicted", "cla_10over"),
}
"""Columns of the DfE's wide layout of 2015: the measure's own, and that of its base.

Development assessments are left out: that layout's base is ages 5 and under, and not 0 to 4.
"""
