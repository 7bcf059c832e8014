"""The state of scheduled runs: one SQLite file that is only ever added to, and a lock beside it.

Every run is three steps: it is noted, its report is published, it is closed. A run that was killed in between
is settled by the next one, from what stands in the folder of its report.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brightspots import __version__
from brightspots.errors import OutputError, StateError, StateHeldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STATE, LOCK = "state.sqlite", "lock.sqlite"
APPLICATION = 0x42537057
"""What marks the file as ours, in its header."""

NOTED, CLOSED, DROPPED = "noted", "closed", "dropped"
NEVER_PUBLISHED = "never published"
"""What a person may say of the edition of a run that nobody outside has seen."""

MIGRATIONS = (
    """
    CREATE TABLE key (secret TEXT NOT NULL);
    CREATE TABLE document (hash TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE run (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        inputs TEXT NOT NULL,
        surveys TEXT NOT NULL,
        edition TEXT NOT NULL REFERENCES document,
        report TEXT NOT NULL REFERENCES document,
        ledger TEXT NOT NULL REFERENCES document,
        changes TEXT NOT NULL REFERENCES document,
        folder TEXT NOT NULL,
        stood TEXT NOT NULL
    );
    CREATE TABLE event (
        number INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES run,
        kind TEXT NOT NULL,
        at TEXT NOT NULL
    );
    """,
    "ALTER TABLE run ADD COLUMN version TEXT NOT NULL DEFAULT ''",
)
"""What makes each version of the state out of the one before."""

TABLES = ("key", "document", "run", "event")
"""Each gets triggers that refuse every change of what it holds."""


@dataclass(frozen=True)
class Run:
    """One run as it was noted.

    Attributes
    ----------
    number : int
    at : str
        When, by the clock of the machine; the order of runs is that of their numbers.
    inputs : dict of kind to str
        A keyed hash of each kind of input.
    surveys : list of dict
        Questionnaire, area, wave and status of each.
    edition, report, ledger, changes : str
        The hashes of its documents.
    folder : str
        Where its report went.
    stood : str
        The hash of the edition that stood there before; empty for none.
    version : str
        Of brightspots; empty for runs of the first format.
    events : tuple of str
        What became of it, in order.
    """

    number: int
    at: str
    inputs: dict[str, str]
    surveys: list[dict[str, str]]
    edition: str
    report: str
    ledger: str
    changes: str
    folder: str
    stood: str
    version: str
    events: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """``closed``, ``dropped``, or ``noted`` where it was interrupted."""
        return next((kind for kind in (CLOSED, DROPPED) if kind in self.events), NOTED)


class Store:
    """The state, opened by `opened` or `looked_into`.

    Attributes
    ----------
    folder : Path
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._db, self.folder = connection, folder

    @property
    def secret(self) -> bytes:
        """The key of the hashes of this state, made at random with it: nobody else can try answers out."""
        return bytes.fromhex(self._read("SELECT secret FROM key")[0][0])

    def runs(self) -> list[Run]:
        """Return all runs in their order."""
        events: dict[int, list[str]] = {}
        for run, kind in self._read("SELECT run, kind FROM event ORDER BY number"):
            events.setdefault(run, []).append(kind)
        runs = []
        for number, at, inputs, surveys, *names in self._read(
            "SELECT number, at, inputs, surveys, edition, report, ledger, changes, folder, stood, version "
            "FROM run ORDER BY number"
        ):
            parts = (json.loads(inputs), json.loads(surveys), *names, tuple(events.get(number, ())))
            runs.append(Run(number, at, *parts))
        return runs

    def document(self, name: str) -> str:
        """Return a document by its hash.

        Raises
        ------
        StateError
            If it is not there, or is not what was written.
        """
        rows = self._read("SELECT body FROM document WHERE hash = ?", name)
        if not rows or hash_of(rows[0][0]) != name:
            raise StateError(_damaged(f"one of its documents is {'not as written' if rows else 'gone'}"))
        return str(rows[0][0])

    def note(
        self,
        at: str,
        inputs: Mapping[str, str],
        surveys: list[dict[str, str]],
        documents: Mapping[str, str],
        folder: str,
        stood: str,
    ) -> int:
        """Note a run before its report is published, all of it or nothing; return its number."""
        with self._together():
            names = {kind: hash_of(body) for kind, body in documents.items()}
            self._db.executemany(
                "INSERT INTO document VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(names[kind], body) for kind, body in documents.items()],
            )
            parts = [at, *(json.dumps(part, sort_keys=True) for part in (inputs, surveys))]
            parts += [names[kind] for kind in ("edition", "report", "ledger", "changes")]
            made = self._db.execute(
                "INSERT INTO run (at, inputs, surveys, edition, report, ledger, changes, folder, stood, "
                "version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*parts, folder, stood, __version__),
            )
            return int(made.lastrowid or 0)

    def add(self, run: int, at: str, *kinds: str) -> None:
        """Write down what became of a run: everything given or nothing."""
        with self._together():
            self._db.executemany(
                "INSERT INTO event (run, kind, at) VALUES (?, ?, ?)", [(run, kind, at) for kind in kinds]
            )

    def _read(self, query: str, *values: str) -> list[Any]:
        with _plainly(self.folder):
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _together(self) -> Iterator[None]:
        with _plainly(self.folder), _transaction(self._db):
            yield


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def hash_of(text: str) -> str:
    """Return the hash that a document is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def opened(folder: str | Path) -> Iterator[Store]:
    """Open the state for one run, making it if it is not there; no other run gets in meanwhile.

    Raises
    ------
    StateHeldError
        If another run holds it.
    StateError
        If it is damaged, not ours, or of a newer version.
    OutputError
        If it cannot be written.
    """
    folder = Path(folder)
    with ExitStack() as stack:
        with _plainly(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(closing(_connected(folder / LOCK, wait=0)))
            _hold(lock, folder)
            db = stack.enter_context(closing(_connected(folder / STATE)))
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute("PRAGMA synchronous = EXTRA")
            _migrate(db, _check(db, folder))
            db.execute("PRAGMA foreign_keys = ON")
        yield Store(db, folder)


def _connected(path: Path, wait: float = 5) -> sqlite3.Connection:
    """Connect without the transactions that Python would begin by itself."""
    return sqlite3.connect(path, timeout=wait, isolation_level=None)


def _hold(lock: sqlite3.Connection, folder: Path) -> None:
    """Hold a file for as long as its connection is open: the system lets it go when a process is killed."""
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise StateHeldError(f"Another run holds the state in {folder}. Wait until it is done.") from None


@contextmanager
def looked_into(folder: str | Path) -> Iterator[Store]:
    """Open the state only to read it.

    Raises
    ------
    StateError
        If there is none, or it is damaged, not ours, or of another version than this one's.
    """
    folder = Path(folder)
    if not (folder / STATE).is_file():
        raise StateError(f"{folder} holds no state of scheduled runs; `brightspots run` makes one.")
    with ExitStack() as stack:
        with _plainly(folder):
            db = stack.enter_context(closing(_connected(folder / STATE)))
            version = _check(db, folder)
            db.execute("PRAGMA query_only = ON")
        if version < len(MIGRATIONS):
            raise StateError(
                f"The state in {folder} has format {version}, older than this version's {len(MIGRATIONS)}. "
                "The next run brings it up to date."
            )
        yield Store(db, folder)


def _check(db: sqlite3.Connection, folder: Path) -> int:
    """Return the version of a state; 0 for an empty one. Refuse what is damaged, foreign or newer."""
    (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StateError(_damaged("its pages do not fit together"))
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION and tables:
        raise StateError(f"{folder / STATE} is not a state of scheduled runs; give another folder.")
    if version > len(MIGRATIONS):
        raise StateError(
            f"The state in {folder} was written by a newer version of brightspots (format {version}; this "
            f"one knows {len(MIGRATIONS)}). Update brightspots on this machine; nothing was changed."
        )
    return int(version)


def _migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring a state to this version in one step, or leave it as it is."""
    if version == len(MIGRATIONS):
        return
    with _transaction(db):
        for statement in ";".join(MIGRATIONS[version:]).split(";"):
            db.execute(statement)
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                db.execute(
                    f"CREATE TRIGGER IF NOT EXISTS no_{verb.lower()}_{table} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the state is only ever added to'); END"
                )
        if version == 0:
            db.execute("INSERT INTO key VALUES (?)", (secrets.token_hex(32),))
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def _plainly(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into one plain error."""
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "locked" in said:
            raise StateHeldError(
                f"Another program holds the state in {folder}; wait until it is done."
            ) from None
        why = next((plain for mark, plain in UNWRITABLE.items() if mark in said), "the system refused")
        raise OutputError(f"The state in {folder} cannot be written: {why}. No flag was lost.") from error
    except sqlite3.DatabaseError as error:
        raise StateError(_damaged("it is not a database")) from error
    except OSError as error:
        raise OutputError(f"The state in {folder} cannot be written: {error.strerror}.") from error


UNWRITABLE = {
    "full": "the disk is full",
    "readonly": "it can only be read",
    "read-only": "it can only be read",
    "unable to open": "the folder cannot be written, or is not there",
    "disk I/O": "the drive did not answer as it should",
}


def _damaged(what: str) -> str:
    return (
        f"The state of scheduled runs is damaged: {what}. Put the last good copy of the folder back from a "
        "backup; without one, give a new folder for --state, and name earlier editions under [release] "
        "previous."
    )


def as_json(data: Any) -> str:
    """Return data as the one text that says it."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
