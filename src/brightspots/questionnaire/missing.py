"""The kinds of missing answer, kept apart everywhere: none of them is "no" and none of them is zero."""

from __future__ import annotations

from typing import Literal

MissingKind = Literal["not_answered", "not_asked", "dont_know", "prefer_not", "invalid"]

MISSING_KINDS: tuple[MissingKind, ...] = ("not_answered", "not_asked", "dont_know", "prefer_not", "invalid")

MISSING_WORDS: dict[str, MissingKind] = {
    **{kind: kind for kind in MISSING_KINDS},
    "not answered": "not_answered",
    "no answer": "not_answered",
    "no response": "not_answered",
    "not stated": "not_answered",
    "skipped": "not_answered",
    "missing": "not_answered",
    "not asked": "not_asked",
    "not applicable": "not_asked",
    "does not apply": "not_asked",
    "n/a": "not_asked",
    "don't know": "dont_know",
    "i don't know": "dont_know",
    "dont know": "dont_know",
    "do not know": "dont_know",
    "not sure": "dont_know",
    "unsure": "dont_know",
    "prefer not to say": "prefer_not",
    "prefer not to answer": "prefer_not",
    "i'd rather not say": "prefer_not",
    "rather not say": "prefer_not",
    "refused": "prefer_not",
}
"""What exports write for a missing answer, folded as `fold` folds it. A questionnaire's own option wins."""
