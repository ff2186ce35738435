"""Transactions that are all or nothing, and refusals in one plain line."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, exc, text

from optout_daemon.errors import SchemaError, StoreError
from optout_daemon.store import inquiries
from optout_daemon.store.columns import bounded, clean, cleaned
from optout_daemon.store.database import Database, savepoint, serialise
from tests.servers.postgres import Postgres
from tests.store.builders import NOW, decide, reading, store


def number_of_jobs(database: Database) -> int:
    with database.reading() as tx:
        return int(tx.execute(text("SELECT count(*) FROM job")).scalar_one())


ADD = text("INSERT INTO job (job, last_pass, last_outcome) VALUES (:job, '2025-01-01', 'ok')")


def test_a_transaction_that_raises_has_written_nothing(database: Database) -> None:
    """One transaction per decision: state, list, reply and audit event together, or none of them."""

    def fail() -> None:
        with database.transaction() as tx:
            tx.execute(ADD, {"job": "a"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert 0 == number_of_jobs(database)


def test_a_savepoint_that_raises_undoes_itself_and_nothing_else(database: Database) -> None:
    """A batch shares one commit; a bad mail in it must not undo the mails before it, nor stop those after it."""

    def fail(tx: Connection) -> None:
        with savepoint(tx):
            tx.execute(ADD, {"job": "b"})
            raise RuntimeError

    with database.transaction() as tx:
        tx.execute(ADD, {"job": "a"})
        with pytest.raises(RuntimeError):
            fail(tx)
        with pytest.raises(exc.IntegrityError), savepoint(tx):
            tx.execute(ADD, {"job": "a"})
        tx.execute(ADD, {"job": "c"})

    with database.reading() as tx:
        assert ["a", "c"] == list(tx.execute(text("SELECT job FROM job ORDER BY job")).scalars())


def test_a_reading_transaction_cannot_write(database: Database) -> None:
    """`explain` and every list promise to change nothing; the database holds them to it."""
    with pytest.raises(StoreError, match="it is read-only"), database.reading() as tx:
        tx.execute(ADD, {"job": "a"})

    with database.transaction() as tx:
        tx.execute(ADD, {"job": "b"})
    assert 1 == number_of_jobs(database)


def test_no_update_is_lost_between_threads(database: Database) -> None:
    """The drivers' own way of beginning a SQLite transaction lost three of four updates, without an error."""
    with database.transaction() as tx:
        inquiry = store(tx)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(25):
                with database.transaction() as tx:
                    serialise(tx)
                    row = inquiries.get(tx, inquiry)
                    assert row is not None
                    tx.execute(text("UPDATE inquiry SET version = :version"), {"version": row.version + 1})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as tx:
        row = inquiries.get(tx, inquiry)
    assert [] == errors
    assert row is not None
    assert 101 == row.version


def test_a_defect_keeps_its_own_exception_without_the_data(database: Database) -> None:
    """A broken constraint is a mistake of ours: it must not look like a database that will come back."""
    with database.transaction() as tx:
        tx.execute(ADD, {"job": "a-name"})
    with pytest.raises(exc.IntegrityError) as caught, database.transaction() as tx:
        tx.execute(ADD, {"job": "a-name"})

    assert "a-name" not in str(caught.value).partition("DETAIL")[0]


@pytest.mark.parametrize("url", ["mysql://host/name", "not a url", "sqlite://", "sqlite:///:memory:"])
def test_what_is_no_database_for_us_is_refused(url: str) -> None:
    """A database in memory would lose every mail at the next start."""
    with pytest.raises(StoreError, match=r"database\.url"):
        Database(url)


def test_a_missing_sqlite_file_is_not_made(tmp_path: Path) -> None:
    """A new, empty database in the place of a moved one would take mail as if nothing had ever been decided."""
    with pytest.raises(StoreError, match="no such database yet"):
        Database(f"sqlite:///{tmp_path}/desk.db").check_schema()

    assert [] == list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The usual cause is a state folder that was never made."""
    with pytest.raises(StoreError, match=r"the folder .*/nowhere does not exist"):
        Database(f"sqlite:///{tmp_path}/nowhere/desk.db").check_schema()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Never the driver's words with a statement in them."""
    (tmp_path / "desk.db").write_text("not a database" * 1000)
    with pytest.raises(StoreError, match=r"desk\.db: the file is not a SQLite database$"):
        Database(f"sqlite:///{tmp_path}/desk.db").check_schema()


def test_a_full_disk_is_one_plain_line_and_nothing_is_stored(sqlite_url: str) -> None:
    """Nothing is acknowledged that is not stored; when there is room again, the same database goes on."""
    database = Database(sqlite_url)
    with database.transaction() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match=r"desk\.db: the disk is full$"):
            store(tx, b"x" * 500_000)
    with database.transaction() as tx:
        tx.exec_driver_sql("PRAGMA max_page_count = 1000000")
        store(tx)

    with database.reading() as tx:
        assert 1 == inquiries.counts(tx)["received"]


def test_a_lock_that_is_never_released_is_one_plain_line(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup tool that holds the file must not stop the daemon for good, nor be waited for without end."""
    monkeypatch.setattr("optout_daemon.store.database.BUSY_TIMEOUT", 50)
    database = Database(sqlite_url)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another process"), database.transaction():
        pass
    holder.execute("ROLLBACK")

    with database.transaction() as tx:
        store(tx)


@pytest.mark.slow
def test_a_server_that_is_away_is_one_plain_line_and_found_again(postgres: Postgres, postgres_url: str) -> None:
    """The daemon waits through a restart of PostgreSQL; its first transaction afterwards goes through."""
    database = Database(postgres_url)
    with database.transaction() as tx:
        store(tx)
    postgres.stop(hard=True)
    try:
        with pytest.raises(StoreError, match=r"^PostgreSQL 127\.0\.0\.1:\d+/\w+: the (server|connection)"):
            database.check_schema()
        with pytest.raises(StoreError, match="the server does not answer"):
            database.check_schema()
    finally:
        postgres.start()
    with database.transaction() as tx:
        store(tx)

    with database.reading() as tx:
        assert 2 == inquiries.counts(tx)["received"]


@pytest.mark.slow
def test_a_server_that_goes_away_in_a_transaction_has_committed_nothing(postgres: Postgres, postgres_url: str) -> None:
    """What was not committed is not there, whatever the client believed."""
    database = Database(postgres_url)

    def write_through_a_restart() -> None:
        with database.transaction() as tx:
            store(tx)
            postgres.stop(hard=True)
            postgres.start()
            store(tx)

    with pytest.raises(StoreError):
        write_through_a_restart()

    with database.reading() as tx:
        assert 0 == inquiries.counts(tx)["received"]


@pytest.mark.slow
def test_a_database_that_the_server_does_not_have_is_one_plain_line(postgres: Postgres) -> None:
    """`check` prints it as it is."""
    with pytest.raises(StoreError, match="there is no database of that name on the server"):
        Database(postgres.url("nowhere")).check_schema()


def test_a_closed_database_can_be_used_again(database: Database) -> None:
    """close() lets go of idle connections before a fork or a long pause."""
    database.close()

    database.check_schema()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a\0b", "ab"), ("a\ud800b", "ab"), ("\udfff", ""), ("お客様\0番号", "お客様番号"), ("😀", "😀"), ("", "")],
)
def test_text_is_cleaned_of_what_a_database_refuses(given: str, kept: str) -> None:
    """PostgreSQL refuses NUL, both refuse lone surrogates; mail has either."""
    assert kept == clean(given)


def test_a_json_value_is_cleaned_all_the_way_down() -> None:
    """Evidence quotes the mail."""
    assert {"a": ["b", 1, None, {"c": "d"}]} == cleaned({"a\0": ("b\ud800", 1, None, {"c": "\0d"})})


def test_a_key_that_is_too_long_for_an_index_is_its_digest() -> None:
    """A stranger's Message-ID of 100,000 characters must not stop its mail from being stored."""
    assert "a" * 500 == bounded("a" * 500)
    assert 71 == len(bounded("a" * 501))
    assert bounded("a" * 501) != bounded("a" * 502)


def test_hostile_text_is_stored_and_found_again(database: Database) -> None:
    """The same on both databases, so that a test on SQLite says something of PostgreSQL."""
    hostile = "<" + "\0\ud800漢" * 3000 + "@example.org>"
    with database.transaction() as tx:
        first, second = store(tx), store(tx)
        decide(tx, first, given=reading(hostile))
        assert first == inquiries.find_same(tx, message_id=hostile, content_digest="c", other_than=second)


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    """A naive time would be read as local time by whoever meets it next."""
    with database.transaction() as tx:
        inquiry = store(tx, received_at=datetime.fromisoformat("2025-04-01T18:30:00+09:00"))
        row = inquiries.get(tx, inquiry)

    assert row is not None
    assert (NOW, UTC) == (row.received_at, row.received_at.tzinfo)


def test_a_database_of_no_schema_says_so_for_a_query_too(sqlite_url: str) -> None:
    """A table that is missing means an upgrade that was forgotten, not a defect."""
    database = Database(sqlite_url)
    with pytest.raises(SchemaError, match="db upgrade"), database.reading() as tx:
        tx.execute(text("SELECT 1 FROM no_such_table"))


def test_a_connection_that_was_opened_read_only_is_not_kept(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite opens a file on a read-only disk for reading, and stays so: with the disk in order again it must open anew."""
    connect = sqlite3.connect
    read_only = True

    def opened(file: str, **options: Any) -> Any:
        return connect(file.replace("mode=rw", "mode=ro") if read_only else file, **options)

    monkeypatch.setattr(sqlite3, "connect", opened)
    database = Database(sqlite_url)
    with pytest.raises(StoreError, match="read-only"), database.transaction() as tx:
        tx.execute(ADD, {"job": "a"})
    read_only = False
    with database.transaction() as tx:
        tx.execute(ADD, {"job": "b"})

    assert 1 == number_of_jobs(database)
