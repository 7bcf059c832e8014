"""What a scheduled run and its history print."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from brightspots.publications.wording import capital, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.watch.history import History
    from brightspots.watch.run import Outcome

WIDTH = 88
MOST_SECTIONS = 5
"""How many sections that differ are named; ``changes.json`` has all."""


def outcome_text(outcome: Outcome) -> str:
    """Return what a run changed, in a few lines: why, the flags, the parts of the report."""
    changes = outcome.changes
    lines = _wrapped(f"Run {outcome.number}. {' '.join(changes['why'])}")
    lines += [line for one in changes["changes"] for line in _wrapped(one["sentence"], "- ")]
    if changes["inputs"] and not changes["changes"]:
        lines.append("No flag is new, cleared or turned round.")
    lines += _wrapped(_standing(changes["flags"]))
    lines += [line for one in _open_surveys(outcome) for line in _wrapped(one)]
    sections = [part["section"] for part in changes["report"]]
    if sections:
        more = len(sections) - MOST_SECTIONS
        named = "; ".join(sections[:MOST_SECTIONS]) + (f"; and {number(more)} more" if more > 0 else "")
        lines += _wrapped(f"The report differs in: {named}.")
    lines.append(f"Report in {outcome.folder}")
    return "\n".join(lines)


def history_text(runs: History, flags: Sequence[Mapping[str, Any]]) -> str:
    """Return the runs as a table, and the flags that stand."""
    lines = [runs.to_markdown(), "", _standing(flags)]
    for flag in flags:
        confirmed = "confirmed" if flag["confirmed"] else "not yet confirmed"
        lines += _wrapped(f"{flag['sentence']} Since {flag['since']}, {confirmed}.", "- ")
    return "\n".join(lines)


def _standing(flags: Sequence[Mapping[str, Any]]) -> str:
    """Say how many flags stand."""
    if not flags:
        return "No flag stands. That does not mean that all is well."
    confirmed = sum(flag["confirmed"] for flag in flags)
    verb = "flag stands" if len(flags) == 1 else "flags stand"
    return f"{capital(number(len(flags)))} {verb}, {number(confirmed)} confirmed by two waves in a row."


def _open_surveys(outcome: Outcome) -> list[str]:
    """Say how many answered the surveys that are open: nothing is compared until they close."""
    from brightspots.publications.contents import Contents
    from brightspots.publications.response_sentences import STILL_OPEN

    contents = Contents(outcome.release)
    texts = [one.text for place in contents.places for one in contents.so_far(place)]
    return [*texts, STILL_OPEN] if texts else []


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))
