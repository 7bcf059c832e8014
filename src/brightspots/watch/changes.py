"""What a run changes against the last one, and why: the inputs, the flags, and the part of the report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from brightspots.publications.flag_sentences import flag_sentence
from brightspots.watch.inputs import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from brightspots.watch.ledger import Entry, Ledger
    from brightspots.watch.store import Run

FORMAT = 1
INPUTS = {
    "data": "The data changed: another wave, other answers or numbers of children, or files beside them.",
    "benchmark": "What we compare with changed.",
    "config": "The run config changed, or the mapping, the questionnaire or another file that it names.",
    "policy": "The rules for small numbers changed.",
    "software": "brightspots, Python or a package that it uses changed.",
}
"""What is said of each kind of input that changed."""

TITLE = "Title"
"""Where the lines above the first section stand."""

FIRST_RUN = "This is the first run of this state."
NOTHING_CHANGED = "Nothing changed since the last run."
UNEXPLAINED = (
    "No input changed since the last run, and yet the report did. That should not be: please report it."
)


def changed_inputs(last: Run | None, now: Mapping[str, str]) -> list[str]:
    """Return the kinds of input that changed since the last run; none of the first run."""
    return [] if last is None else [kind for kind in KINDS if last.inputs[kind] != now[kind]]


def describe_changes(
    surveys: list[dict[str, str]],
    inputs: Sequence[str],
    ledgers: tuple[Ledger, Ledger],
    reports: tuple[str, str],
    *,
    is_first: bool,
) -> dict[str, Any]:
    """Return what a run changes, as plain data.

    Parameters
    ----------
    surveys : list of dict
        Of the run.
    inputs : sequence of str
        The kinds of input that changed.
    ledgers, reports : tuple
        Of the last run and of this one; a report is its Markdown.
    is_first : bool
        Whether there is no run before.
    """
    before, now = ledgers
    parts = [] if is_first else report_changes(*reports)
    why = [INPUTS[kind] for kind in inputs]
    if is_first:
        why = [FIRST_RUN]
    elif not why:
        why = [UNEXPLAINED if parts else NOTHING_CHANGED]
    return {
        "brightspots": "changes",
        "format": FORMAT,
        "surveys": surveys,
        "inputs": list(inputs),
        "why": why,
        "changes": [
            {"change": kind, "because": list(inputs), **_flag(entry, kind)}
            for kind, entry in now.changes_since(before)
        ],
        "flags": [_flag(entry, entry.standing.state) for entry in now.flags],
        "report": parts,
    }


def _flag(entry: Entry, said: str) -> dict[str, Any]:
    """Return what is said of a flag: never a number of answers."""
    subject, standing = entry.subject, entry.standing
    return {
        "questionnaire": subject.questionnaire,
        "area": subject.area,
        "wave": entry.wave,
        "measure": subject.measure,
        "category": subject.category,
        "age_band": subject.age_band,
        "group": dict(subject.group),
        "against": subject.against,
        "source": entry.source,
        "name": entry.name,
        "state": standing.state,
        "direction": standing.direction,
        "since": standing.since,
        "confirmed": standing.confirmed,
        "reason": entry.seen.reason,
        "sentence": flag_sentence(said, entry.name, standing.direction, subject.against).text,
    }


def report_changes(before: str, now: str) -> list[dict[str, Any]]:
    r"""Return what differs between two reports in Markdown, by section: the lines that are gone and are new.

    Examples
    --------
    >>> report_changes("# Report\n## A\nOne.\n## B\nTwo.", "# Report\n## A\nOne.\n## B\nThree.")
    [{'section': 'B', 'gone': ['Two.'], 'now': ['Three.']}]
    """
    old, new = _sections(before), _sections(now)
    found = []
    for section in dict.fromkeys([*new, *old]):
        gone = Counter(old.get(section, ())) - Counter(new.get(section, ()))
        come = Counter(new.get(section, ())) - Counter(old.get(section, ()))
        if gone or come:
            found.append({"section": section, "gone": list(gone.elements()), "now": list(come.elements())})
    return found


def _sections(markdown: str) -> dict[str, list[str]]:
    """Return the lines under each heading, by the headings that lead to it, below the title."""
    sections: dict[str, list[str]] = {}
    path: list[str] = []
    for line in markdown.splitlines():
        marks, _, title = line.partition(" ")
        if marks.strip("#") or len(marks) < 2:
            if line:
                sections.setdefault(" / ".join(path) or TITLE, []).append(line)
        else:
            path = [*path[: len(marks) - 2], title]
            sections.setdefault(" / ".join(path), [])
    return sections
