"""The ledger: where every verdict and flag stands, kept from run to run as plain data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from brightspots.errors import StateError
from brightspots.watch.observing import Observed, Subject
from brightspots.watch.rules import CHANGED, CLEARED, NEW, NOT_TESTED, NOTHING, Seen, Standing, follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Chain = tuple[str, str]
"""A questionnaire and an area: the waves of one survey."""

ABSENT = Seen(tested=False, reason="absent")
"""What is seen of a flag of which a release no longer speaks."""


@dataclass(frozen=True)
class Entry:
    """One comparison or group, and where it stands.

    Attributes
    ----------
    subject : Subject
    number : int
        Tells several comparisons of one subject apart, such as with two figures of one comparator.
    source, name : str
        As last seen.
    wave : str
        The last wave of its survey.
    seen : Seen
        What that wave says.
    standing : Standing
        Where it stands after that wave.
    before : Standing
        Where it stood before it: another run over the same wave starts from there.
    """

    subject: Subject
    number: int
    source: str
    name: str
    wave: str
    seen: Seen
    standing: Standing
    before: Standing = NOTHING

    @property
    def key(self) -> tuple[Subject, int]:
        """What identifies it from run to run."""
        return self.subject, self.number

    @property
    def chain(self) -> Chain:
        """The survey that it belongs to."""
        return self.subject.questionnaire, self.subject.area


class Change(NamedTuple):
    """A flag that was raised, cleared or turned round between two runs."""

    kind: str
    entry: Entry


@dataclass(frozen=True)
class Ledger:
    """Every entry, and the last wave of every survey.

    Attributes
    ----------
    waves : mapping of (questionnaire, area) to str
    entries : tuple of Entry
        In order of their keys.
    """

    waves: Mapping[Chain, str]
    entries: tuple[Entry, ...] = ()

    @property
    def flags(self) -> tuple[Entry, ...]:
        """The entries whose flag is raised and not cleared."""
        return tuple(entry for entry in self.entries if entry.standing.is_open)

    def after(self, waves: Mapping[Chain, str], observed: Iterable[Observed]) -> Ledger:
        """Return the ledger after another run.

        Parameters
        ----------
        waves : mapping of (questionnaire, area) to str
            The surveys of the run that are closed; all others stay as they are.
        observed : iterable of Observed

        Raises
        ------
        StateError
            If a wave is older than the last one of its survey.
        """
        for chain, wave in waves.items():
            if wave < self.waves.get(chain, ""):
                raise StateError(
                    f"The state holds wave {self.waves[chain]} of {' in '.join(chain)}, and this run is of "
                    f"{wave}. Waves are followed in their order: run an earlier one with a state of its own."
                )
        by_subject: dict[Subject, list[Observed]] = defaultdict(list)
        for one in observed:
            by_subject[one.subject].append(one)
        known: dict[Subject, list[Entry]] = defaultdict(list)
        kept = []
        for entry in self.entries:
            if entry.chain in waves:
                known[entry.subject].append(entry)
            else:
                kept.append(entry)
        for subject in {*by_subject, *known}:
            chain = (subject.questionnaire, subject.area)
            if chain in waves:
                kept += _followed(known[subject], by_subject[subject], waves[chain])
        return Ledger({**self.waves, **waves}, tuple(sorted(kept, key=lambda entry: entry.key)))

    def changes_since(self, last: Ledger) -> list[Change]:
        """Return the flags that were raised, cleared or turned round since an earlier state of the ledger."""
        stood = {entry.key: entry for entry in last.entries}
        found = []
        for entry in self.entries:
            before = stood[entry.key].standing if entry.key in stood else NOTHING
            now = entry.standing
            if now.is_open and not before.is_open:
                found.append(Change(NEW, entry))
            elif before.is_open and not now.is_open:
                cleared = replace(before, state=CLEARED)
                found.append(Change(CLEARED, replace(entry, standing=cleared)))
            elif now.is_open and now.direction != before.direction:
                found.append(Change(CHANGED, entry))
        return found

    def as_data(self) -> dict[str, Any]:
        """Return the ledger as plain data, for the state."""
        return {
            "waves": [[*chain, wave] for chain, wave in sorted(self.waves.items())],
            "entries": [asdict(entry) for entry in self.entries],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Ledger:
        """Return a ledger from its plain data."""
        return cls(
            {(questionnaire, area): wave for questionnaire, area, wave in data["waves"]},
            tuple(_entry(one) for one in data["entries"]),
        )


def _entry(data: Mapping[str, Any]) -> Entry:
    *place, group = data["subject"]
    return Entry(
        subject=Subject._make([*place, tuple((trait, level) for trait, level in group)]),
        seen=Seen(**data["seen"]),
        standing=Standing(**data["standing"]),
        before=Standing(**data["before"]),
        **{name: data[name] for name in ("number", "source", "name", "wave")},
    )


def _followed(known: list[Entry], observed: list[Observed], wave: str) -> list[Entry]:
    """Return the entries of one subject after a run."""
    entries, taken = [], {entry.number for entry in known}
    for one, entry in _paired(known, observed):
        if entry is None:
            number = next(n for n in range(len(taken) + 1) if n not in taken)
            taken.add(number)
            standing = follow(NOTHING, one.seen, wave)
            entries.append(Entry(one.subject, number, one.source, one.name, wave, one.seen, standing))
        else:
            entries.append(_next(entry, one, wave))
    seen = {entry.number for entry in entries}
    unseen = [_next(entry, None, wave) for entry in known if entry.number not in seen]
    return entries + [entry for entry in unseen if entry.standing.is_open or entry.before.is_open]


def _paired(known: list[Entry], observed: list[Observed]) -> list[tuple[Observed, Entry | None]]:
    """Put what is seen beside what is known: by source; if one of each is left, its source was renamed."""
    left = list(known)
    pairs: list[tuple[Observed, Entry | None]] = []
    for one in sorted(observed, key=lambda one: one.source):
        entry = next((entry for entry in left if entry.source == one.source), None)
        left = [other for other in left if other is not entry]
        pairs.append((one, entry))
    strange = [i for i, (_, entry) in enumerate(pairs) if entry is None]
    if len(strange) == len(left) == 1:
        pairs[strange[0]] = (pairs[strange[0]][0], left[0])
    return pairs


def _next(entry: Entry, one: Observed | None, wave: str) -> Entry:
    """Return an entry after a run. Another run over the same wave replaces what the last one said of it.

    A run that cannot test keeps what the last run of its wave said.
    """
    seen = ABSENT if one is None else one.seen
    source, name = (entry.source, entry.name) if one is None else (one.source, one.name)
    if wave > entry.wave:
        before = entry.standing
        standing = follow(before, seen, wave)
    else:
        before, standing = entry.before, entry.standing
        if seen.tested:
            standing = follow(before, seen, wave)
        elif standing.is_open:
            standing = replace(standing, state=NOT_TESTED)
    return Entry(entry.subject, entry.number, source, name, wave, seen, standing, before)
