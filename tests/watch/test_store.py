"""The state: only ever added to, whole or not at all, one writer, and nothing in it that is not released."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from small_releases import comparison, released, run_once

from brightspots import __version__
from brightspots.errors import OutputError, StateError, StateHeldError
from brightspots.watch import store as module
from brightspots.watch.history import read_history
from brightspots.watch.store import LOCK, STATE, TABLES, looked_into, opened


def test_nothing_that_it_holds_can_be_changed_or_taken_away(state: Path, folder: Path) -> None:
    with opened(state) as store:
        run_once(store, folder, released(comparison()))
    db = sqlite3.connect(state / STATE)
    for table in TABLES:
        (column,) = db.execute(f"SELECT name FROM pragma_table_info('{table}') LIMIT 1").fetchone()
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
                db.execute(change)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.close()


def test_each_state_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        with opened(tmp_path / name) as store:
            keys.add(store.secret)
    assert {len(key) for key in keys} == {32}
    assert len(keys) == 2


def test_a_second_run_is_kept_out_and_let_in_afterwards(state: Path) -> None:
    with opened(state), pytest.raises(StateHeldError, match="Another run holds"), opened(state):
        pass
    with opened(state):
        pass


def test_a_process_that_is_killed_lets_go_of_the_state(state: Path) -> None:
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with opened(state):
            os.write(told, b"1")
            os.kill(os.getpid(), 9)
    os.read(ready, 1)
    os.waitpid(child, 0)
    with opened(state):
        pass


def test_history_reads_while_a_run_holds_the_state(state: Path, folder: Path) -> None:
    with opened(state) as store:
        run_once(store, folder, released(comparison()))
        assert len(read_history(state)[0]) == 1


def test_what_is_not_a_state_of_ours_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    db = sqlite3.connect(foreign / STATE)
    db.execute("CREATE TABLE staff (name)")
    db.close()
    before = (foreign / STATE).read_bytes()
    with pytest.raises(StateError, match="not a state of scheduled runs"), opened(foreign):
        pass
    assert (foreign / STATE).read_bytes() == before


def test_a_newer_state_is_refused_and_left_alone(state: Path) -> None:
    with opened(state):
        pass
    db = sqlite3.connect(state / STATE)
    db.execute(f"PRAGMA user_version = {len(module.MIGRATIONS) + 1}")
    db.close()
    before = (state / STATE).read_bytes()
    with pytest.raises(StateError, match=r"newer version of brightspots.*Update"), opened(state):
        pass
    assert (state / STATE).read_bytes() == before


@pytest.mark.parametrize("damage", ["text", "cut", "page", "document"])
def test_a_damaged_state_is_refused_in_plain_words(state: Path, folder: Path, damage: str) -> None:
    with opened(state) as store:
        run_once(store, folder, released(comparison()))
    path = state / STATE
    whole = path.read_bytes()
    if damage == "text":
        path.write_text("not a database, whatever its name is" * 50)
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2 + 100])
    elif damage == "page":
        path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])
    else:  # a bit on the disk turns: SQLite sees nothing, the document's hash does
        at = whole.index(b'"entries"')
        path.write_bytes(whole[: at + 1] + b"E" + whole[at + 2 :])
    with pytest.raises(StateError, match=r"damaged.*backup"), opened(state) as store:
        run_once(store, folder, released(comparison()))


def test_a_full_disk_loses_nothing(state: Path, folder: Path) -> None:
    with opened(state) as store:
        run_once(store, folder, released(comparison()))
        (pages,) = store._db.execute("PRAGMA page_count").fetchone()
        store._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OutputError, match="the disk is full"):
            run_once(store, folder, released(comparison("better", effect=0.3, count=140), *many()))
        assert len(store.runs()) == 1
    with opened(state) as store:
        assert run_once(store, folder, released(comparison("better", effect=0.3))).number == 2


def many() -> list:
    return [
        comparison("unclear", measure=name, source="x" * 2000) for name in ("nature", "pets", "feels_safe")
    ]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("attempt to write a readonly database", "it can only be read"),
        ("unable to open database file", "the folder cannot be written"),
        ("disk I/O error", "the drive did not answer"),
    ],
)
def test_a_state_that_cannot_be_written_is_said_in_plain_words(
    state: Path, monkeypatch: pytest.MonkeyPatch, said: str, plain: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError(said)

    monkeypatch.setattr(module.sqlite3, "connect", fail)
    with pytest.raises(OutputError, match=plain), opened(state):
        pass


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), opened(tmp_path / "state"):
        pass


def test_there_is_nothing_to_look_into_before_the_first_run(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no state"), looked_into(tmp_path):
        pass


def test_the_lock_holds_nothing(state: Path) -> None:
    with opened(state):
        pass
    assert (state / LOCK).stat().st_size == 0


def test_documents_that_are_the_same_are_kept_once(state: Path, folder: Path) -> None:
    with opened(state) as store:
        for _ in range(5):
            run_once(store, folder, released(comparison()))
        documents = store._db.execute("SELECT count(*) FROM document").fetchone()
    assert documents == (5,)  # edition, report, ledger, and the changes of the first and of the quiet runs


def test_what_is_kept_is_text_that_can_be_read(state: Path, folder: Path) -> None:
    with opened(state) as store:
        run_once(store, folder, released(comparison()))
        (run,) = store.runs()
        assert json.loads(store.document(run.ledger))["waves"] == [["children-in-care", "Sheffield", "2021"]]


def test_a_state_of_the_first_format_is_brought_up_to_date(state: Path, folder: Path) -> None:
    """The state was written by the version that had the first format; its path of the report is made up."""
    state.mkdir()
    old = (Path(__file__).parent / "state-format-1.sql").read_text(encoding="utf-8")
    db = sqlite3.connect(state / STATE)
    db.executescript(old)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    (secret,) = db.execute("SELECT secret FROM key").fetchone()
    db.close()
    with pytest.raises(StateError, match="has format 1, older"), looked_into(state):
        pass
    with opened(state) as store:
        assert store.secret.hex() == secret
        assert [(run.number, run.outcome, run.version) for run in store.runs()] == [
            (1, "closed", ""),
            (2, "closed", ""),
        ]
        second = run_once(store, folder, released(comparison("worse", wave="2022"), wave="2022"), wave="2022")
    assert second.number == 3
    assert {(f["measure"], f["state"], f["confirmed"]) for f in second.changes["flags"]} == {
        ("likes_school", "persisting", True),
        ("low_wellbeing", "not tested", False),
    }
    assert read_history(state)[0].column("version") == ["", "", __version__]
    db = sqlite3.connect(state / STATE)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        db.execute("UPDATE run SET version = 'x'")
    db.close()


def test_a_migration_that_fails_half_way_leaves_the_state_as_it_was(
    state: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(state) as store:
        run_once(store, folder, released(comparison()))
    before = (state / STATE).read_bytes()
    broken = "ALTER TABLE run ADD COLUMN fresh TEXT; ALTER TABLE no_such_table ADD COLUMN x TEXT"
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, broken))
    with pytest.raises(OutputError), opened(state):
        pass
    assert (state / STATE).read_bytes() == before
