"""Plain names of cohorts: "girls in residential care", never a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightspots.questionnaire.model import Questionnaire


def cohort_name(conditions: Mapping[str, str], questionnaire: Questionnaire | None, people: str) -> str:
    """Name the children who meet some conditions, in the words of the questionnaire's traits.

    Parameters
    ----------
    conditions : mapping of trait to level
    questionnaire : Questionnaire or None
        None for data without one: traits and levels are then named as they stand.
    people : str
        What the children are called where no level says it.

    Returns
    -------
    str

    Examples
    --------
    >>> from brightspots.questionnaire.loading import load_questionnaire
    >>> questionnaire = load_questionnaire("children-in-care")
    >>> cohort_name({"gender": "girl", "placement": "residential"}, questionnaire, "children")
    'girls in residential care'
    >>> cohort_name({"region": "north"}, None, "children")
    'children with region: north'
    >>> cohort_name({"gender": "boy", "placement": "not known"}, questionnaire, "children")
    'boys (where they live: not known)'
    """
    adjectives, nouns, phrases, unknown = [], [], [], []
    for trait, level in conditions.items():
        known = questionnaire.trait.get(trait) if questionnaire else None
        named = next((one for one in known.levels if one.id == level), None) if known else None
        if known is not None and named is None:
            unknown.append(f"{_uncapitalised(known.label)}: {level}")
        elif named is None:
            phrases.append(f"with {trait}: {level}")
        elif named.noun:
            nouns.append(named.noun)
        elif named.adjective:
            adjectives.append(named.adjective)
        else:
            phrases.append(named.phrase)
    noun = nouns[0] if nouns else people
    phrases = [*(f"who are {other}" for other in nouns[1:]), *phrases]
    words = [*adjectives, noun, " and ".join(phrases), f"({', '.join(unknown)})" if unknown else ""]
    return " ".join(filter(None, words))


def _uncapitalised(label: str) -> str:
    """Return a label as it stands within a sentence; abbreviations keep their capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
