"""Columns that can identify a child or a sender, told by their headings alone."""

from __future__ import annotations

import re

from brightspots.questionnaire.spelling import fold

HEADING_WORDS = 4
"""Longer headings are questions, such as "Do you know the name of your social worker?"."""

HEADINGS = re.compile(
    r"\b(?:"
    r"(?:fore|sur|first|last|middle|full|user|nick)?names?|initials"
    r"|d ?o ?b|date ?of ?birth|birth ?da(?:y|te)|post ?code|zip ?code|address"
    r"|nhs(?: ?(?:no|number|id))?|upn|uln|unique ?(?:pupil|learner) ?(?:no|number)"
    r"|ni ?(?:no|number)|nino|national ?insurance(?: ?(?:no|number))?"
    r"|(?:case|client|child|person|pupil|student|mosaic|liquid ?logic|lcs|eclipse|swift)"
    r" ?(?:id|no|number|ref(?:erence)?)"
    r"|ip(?: ?address)?|e ?mail(?: ?address)?|(?:tele)?phone(?: ?(?:no|number))?|mobile(?: ?(?:no|number))?"
    r"|collector(?: ?(?:id|name))?|(?:respondent|contact|user) ?(?:id|no|number)|custom ?data(?: ?\d+)?"
    r"|user ?agent|device ?(?:id|data)|tracking ?(?:id|link)|(?:lat|long)itude|geo ?location"
    r")\b"
)
ASKED_FOR = re.compile(
    r"\b(?:what|when|where|please|enter|give|write|type|tell)\b.*"
    r"\b(?:your|(?:child|person|pupil)'s) (?:(?:full|first|last|middle|home|own) )*"
    r"(?:names?|surname|date of birth|birthday|post ?code|address|nhs number"
    r"|e ?mail(?: address)?|(?:tele)?phone(?: number)?|mobile(?: number)?)(?! of\b)\b"
)


def identifies(name: str, label: str = "") -> bool:
    """Whether a column with this heading and question text can identify a child or a sender.

    Parameters
    ----------
    name : str
        The column's name.
    label : str
        Its question text, where the file has one.

    Examples
    --------
    >>> [identifies(name) for name in ("FirstName", "D.O.B.", "NHSNumber", "E-mail", "ip_address")]
    [True, True, True, True, True]
    >>> identifies("Q1", "What is your date of birth?")
    True
    >>> identifies("Q2", "Do you know the name of your social worker?")
    False
    """
    texts = [_plain(name), _plain(label)]
    return any(
        ASKED_FOR.search(text) or (len(text.split()) <= HEADING_WORDS and HEADINGS.search(text))
        for text in texts
    )


def _plain(text: str) -> str:
    """Return words in lower case, also those that a heading runs together or joins by signs."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.sub(r"[^a-z0-9']+", " ", fold(apart)).split())
