"""lookup.db: what a mail server reads beside SQLite is the list, at any moment, and nothing else."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from optout_daemon.core.digests import Digests
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.errors import StoreError
from optout_daemon.store import audit, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.lookup_file import WHOLE_EVERY, LookupFile

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(sqlite_url: str, tmp_path: Path, clock: Clock) -> Iterator[LookupFile]:
    file = LookupFile(tmp_path / "desk.db", tmp_path / "lookup.db", monotonic=clock)
    yield file
    file.close()


def entry(*emails: str, action: Action = Action.STOP, channel: str = "email", scope: str = "group") -> LedgerEntry:
    return LedgerEntry(channel, action, "opt_out", "staff", "test", NOW, emails=emails, scope=scope, note="letter")


def write(database: Database, *entries: LedgerEntry) -> None:
    with database.transaction() as tx:
        suppressions.append(tx, entries, now=NOW)


def rows(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{folder / 'lookup.db'}?mode=ro", uri=True)) as reader:
        return reader.execute("SELECT email, scope FROM suppressed_email ORDER BY 1, 2").fetchall()


def test_it_has_the_blocked_addresses_and_nothing_else(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """A mail server must learn no more of the desk than whom not to write to."""
    write(database, entry("anna@mail.example"), entry("post@mail.example", channel="print"))
    kept.refresh()
    with closing(sqlite3.connect(tmp_path / "lookup.db")) as reader:
        tables = reader.execute("SELECT name FROM sqlite_master").fetchall()
        mode = reader.execute("PRAGMA journal_mode").fetchone()

    assert [("anna@mail.example", "group")] == rows(tmp_path)
    assert [("suppressed_email",)] == tables
    assert ("delete",) == mode
    assert ["desk.db", "desk.db-shm", "desk.db-wal", "lookup.db"] == sorted(file.name for file in tmp_path.iterdir())


def test_it_follows_stops_and_resumes(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """A block that was lifted must not refuse mail, one that was made must."""
    write(database, entry("anna@mail.example"), entry("bo@mail.example", scope="travel"))
    kept.refresh()
    write(database, entry("anna@mail.example", action=Action.RESUME), entry("cy@mail.example"))

    assert kept.refresh()
    assert [("bo@mail.example", "travel"), ("cy@mail.example", "group")] == rows(tmp_path)


def test_where_nothing_was_committed_nothing_is_done(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """It is looked at more than twice a second."""
    write(database, entry("anna@mail.example"))
    kept.refresh()
    before = (tmp_path / "lookup.db").stat()

    assert not kept.refresh()
    with database.transaction() as tx:
        audit.record(tx, event="note", actor="test", now=NOW)
    assert not kept.refresh()
    after = (tmp_path / "lookup.db").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_who_has_it_open_sees_what_was_committed_since(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """Postfix opens it once a process and never looks whether another file has its name: it would ask the old one."""
    kept.refresh()
    with closing(sqlite3.connect(tmp_path / "lookup.db")) as held:
        assert [] == held.execute("SELECT email FROM suppressed_email").fetchall()
        write(database, entry("anna@mail.example"))
        kept.refresh()

        assert [("anna@mail.example",)] == held.execute("SELECT email FROM suppressed_email").fetchall()


def test_an_erased_name_leaves_no_trace_in_it(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """Erasure writes no ledger entry; the bytes must go all the same."""
    write(database, entry("anna@mail.example"), entry("bo@mail.example"))
    kept.refresh()
    with database.transaction() as tx:
        suppressions.forget(tx, [("email", "anna@mail.example")], Digests(Keys(b"k" * 32)))
        audit.record(tx, event="erased", actor="test", now=NOW)
    kept.refresh()

    assert [("bo@mail.example", "group")] == rows(tmp_path)
    assert b"anna@" not in (tmp_path / "lookup.db").read_bytes()


def test_a_difference_that_nobody_told_of_is_found_within_the_hour(
    database: Database, kept: LookupFile, tmp_path: Path, clock: Clock
) -> None:
    """Whatever way the two came apart, it does not last."""
    write(database, entry("anna@mail.example"))
    kept.refresh()
    with closing(sqlite3.connect(tmp_path / "lookup.db")) as other:
        other.execute("UPDATE suppressed_email SET email = 'bo@mail.example'")
        other.commit()
    clock.at += WHOLE_EVERY
    kept.refresh()

    assert [("anna@mail.example", "group")] == rows(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500])
def test_a_damaged_file_is_made_anew(database: Database, kept: LookupFile, tmp_path: Path, content: bytes) -> None:
    """Whatever a crash left there, mail is not let through for long."""
    (tmp_path / "lookup.db").write_bytes(content)
    write(database, entry("anna@mail.example"))
    kept.refresh()

    assert [("anna@mail.example", "group")] == rows(tmp_path)


def test_a_file_that_somebody_removed_is_made_anew(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """Nobody has to restart the daemon for it."""
    write(database, entry("anna@mail.example"))
    kept.refresh()
    (tmp_path / "lookup.db").unlink()
    kept.refresh()

    assert [("anna@mail.example", "group")] == rows(tmp_path)


def test_a_start_brings_up_to_date_what_an_earlier_one_left(
    database: Database, kept: LookupFile, tmp_path: Path
) -> None:
    """The list may be written while no daemon runs; the file keeps its inode, for those who have it open."""
    write(database, entry("anna@mail.example"), entry("bo@mail.example"))
    kept.refresh()
    inode = (tmp_path / "lookup.db").stat().st_ino
    kept.close()
    write(database, entry("bo@mail.example", action=Action.RESUME))
    kept.refresh()

    assert [("anna@mail.example", "group")] == rows(tmp_path)
    assert inode == (tmp_path / "lookup.db").stat().st_ino


@pytest.mark.parametrize("mode", [0o640, 0o644])
def test_its_mode_is_the_one_asked_for_whatever_the_umask(database: Database, tmp_path: Path, mode: int) -> None:
    """The unit's umask lets nobody else read anything; the desk's own database stays like that."""
    before = os.umask(0o077)
    try:
        kept = LookupFile(tmp_path / "desk.db", tmp_path / "lookup.db", mode=mode)
        kept.refresh()
        kept.close()
    finally:
        os.umask(before)

    assert mode == stat.S_IMODE((tmp_path / "lookup.db").stat().st_mode)


def test_readers_never_see_half_of_a_change(database: Database, kept: LookupFile, tmp_path: Path) -> None:
    """Two addresses of one entry are both there or neither is."""
    kept.refresh()
    halves: list[int] = []
    stop = threading.Event()

    def look() -> None:
        with closing(sqlite3.connect(f"file:{tmp_path / 'lookup.db'}?mode=ro", uri=True, timeout=5)) as reader:
            while not stop.is_set():
                (count,) = reader.execute("SELECT count(*) FROM suppressed_email").fetchone()
                if count % 2:
                    halves.append(count)

    thread = threading.Thread(target=look)
    thread.start()
    for number in range(20):
        write(database, entry(f"a{number}@mail.example", f"b{number}@mail.example"))
        kept.refresh()
    stop.set()
    thread.join()

    assert [] == halves
    assert 40 == len(rows(tmp_path))


def test_what_cannot_be_written_is_said_in_one_line(database: Database, tmp_path: Path) -> None:
    """The operator has to know which file; the next look tries again."""
    kept = LookupFile(tmp_path / "desk.db", tmp_path / "missing" / "lookup.db")

    with pytest.raises(StoreError, match=r"lookup\.db: cannot be written"):
        kept.refresh()


def test_a_database_that_was_restored_from_a_backup_is_followed(
    database: Database, kept: LookupFile, tmp_path: Path
) -> None:
    """It has fewer entries than the file has seen."""
    write(database, entry("anna@mail.example"))
    kept.refresh()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy, closing(sqlite3.connect(tmp_path / "desk.db")) as desk:
        desk.backup(copy)
        write(database, entry("bo@mail.example"), entry("cy@mail.example"))
        kept.refresh()
        copy.backup(desk)
    kept.refresh()

    assert [("anna@mail.example", "group")] == rows(tmp_path)
