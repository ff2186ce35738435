"""What may happen to the database under the running daemon: nothing is acknowledged that is not stored, and the daemon
goes on by itself once the database does.

A lock of 60 s is shown by one of 13 s: SQLite is asked for 10 s at a time (`BUSY_TIMEOUT`), so both outlast it.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from optout_daemon.core.lifecycle import Delivery, State
from optout_daemon.store import inquiries, migrate, outbox, schema
from optout_daemon.store.database import Database
from tests.flow.desk import COMMAND, Desk, customer_rows, import_customers, mixed_mails
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.mounts import PrivateDisk
from tests.servers.postgres import Postgres
from tests.servers.scripted import ScriptedServer
from tests.servers.sink import SmtpSink
from tests.store.builders import NOW, store

pytestmark = pytest.mark.slow
MAILS = 12
REPLIES = sum(mail.reply != "none" for mail in mixed_mails(MAILS))


def arrive(desk: Desk, first: int = 0, last: int = MAILS) -> None:
    desk.mailbox.append_all(mail.raw for mail in mixed_mails(MAILS)[first:last])


def said(desk: Desk, words: str) -> int:
    return sum(words in str(event["message"]) for event in desk.events("store_error"))


def each_once(desk: Desk, sink: SmtpSink) -> None:
    """Every mail one inquiry with its bytes, every reply once, everything filed."""
    desk.until(lambda: desk.settled(MAILS), "everything is decided, answered and filed")
    expected = {mail.raw: mail.disposition for mail in mixed_mails(MAILS)}
    with desk.database() as database, database.reading() as tx:
        found = {inquiries.raw(tx, row.id): row.disposition for row in inquiries.listing(tx, limit=100)}

    assert expected == found
    assert {1: REPLIES} == Counter(Counter(message.raw for message in sink.messages).values())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[PrivateDisk]:
    with PrivateDisk(tmp_path / "disk") as made:
        yield made


@pytest.fixture
def on_disk(tmp_path: Path, disk: PrivateDisk, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink) -> Iterator[Desk]:
    """A desk whose SQLite file lies on the test's own disk."""

    def copy() -> str:
        time.sleep(0.3)  # each copy is a process: whoever waits for something must not take the daemon's time for it
        disk.copy("desk.db", tmp_path / "copy.db")
        return f"sqlite:///{tmp_path}/copy.db"

    url = f"sqlite:///{disk.path}/desk.db"
    desk = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port, url=url, inside=disk.inside, copy=copy)
    (tmp_path / "customers.csv").write_text(customer_rows(MAILS))
    desk.command("customers", "import", str(tmp_path / "customers.csv"))
    yield desk
    desk.close()


@pytest.fixture
def on_sqlite(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink) -> Iterator[Desk]:
    desk = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    import_customers(desk, MAILS)
    yield desk
    desk.close()


@pytest.fixture
def on_postgres(
    tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink, postgres_url: str
) -> Iterator[Desk]:
    desk = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port, url=postgres_url)
    import_customers(desk, MAILS)
    yield desk
    desk.close()


# SQLite: disk full, read-only, locked


def test_mail_that_arrives_while_the_disk_is_full_waits_in_the_mailbox(
    on_disk: Desk, disk: PrivateDisk, sink: SmtpSink
) -> None:
    """Nothing is moved and nobody is answered before the bytes are stored; with room again all goes on."""
    arrive(on_disk, last=4)
    on_disk.start()
    on_disk.until(lambda: on_disk.settled(4), "the first four are done")
    answered = len(sink.messages)
    disk.fill()
    arrive(on_disk, first=4)
    on_disk.until(lambda: said(on_disk, "the disk is full") > 3, "it says that the disk is full")

    assert 4 == len(on_disk.inquiries())
    assert MAILS - 4 == len(on_disk.mailbox.uids())
    assert answered == len(sink.messages)
    disk.make_room()
    each_once(on_disk, sink)
    assert on_disk.stop() == 0


def test_a_disk_that_is_full_while_the_server_accepts_a_reply_repeats_none(
    on_disk: Desk, disk: PrivateDisk, sink: SmtpSink
) -> None:
    """The message is out: its record is written again and again, and until then nothing else is sent."""
    sink.answers["CONNECT"] = "421 4.3.2 not now"
    arrive(on_disk)
    on_disk.start()
    on_disk.until(lambda: on_disk.queued() == REPLIES and not on_disk.mailbox.uids(), "all replies are queued")
    sink.delay = 0.3  # between its parts, so that the disk is full before the last one
    sink.answers.clear()
    sink.wait_for(1, limit=60)
    disk.fill()
    on_disk.until(lambda: said(on_disk, "the disk is full") > 3, "it says that the disk is full")

    assert 1 == len(sink.messages)
    sink.delay = 0.0
    disk.make_room()
    each_once(on_disk, sink)
    assert on_disk.stop() == 0


def test_a_database_that_is_read_only_is_waited_for(on_disk: Desk, disk: PrivateDisk, sink: SmtpSink) -> None:
    """As after a disk's error: the daemon starts, says so, takes nothing, and goes on without a restart."""
    arrive(on_disk, last=6)
    on_disk.start()
    on_disk.until(lambda: bool(on_disk.events("stored")), "some mail is stored")
    on_disk.kill()
    disk.read_only()
    on_disk.start(ready=False)
    on_disk.until(lambda: len(on_disk.events("store_error")) > 1, "it says that it cannot write")
    arrive(on_disk, first=6)
    before = len(on_disk.mailbox.uids())
    time.sleep(1.5)

    assert before == len(on_disk.mailbox.uids())
    assert not on_disk.events("job_failed")
    disk.read_only(False)
    each_once_or_killed(on_disk, sink)
    assert on_disk.stop() == 0


def each_once_or_killed(desk: Desk, sink: SmtpSink) -> None:
    """The same after a kill: one reply may have gone out twice, with the same bytes."""
    desk.until(lambda: desk.settled(MAILS), "everything is decided, answered and filed")
    copies = Counter(message.raw for message in sink.messages)

    assert REPLIES == len(copies)
    assert len(sink.messages) - REPLIES <= 1
    assert MAILS == len(desk.inquiries())


def test_the_stop_does_not_wait_for_a_database_that_is_read_only(on_disk: Desk, disk: PrivateDisk) -> None:
    """Waiting is a state to stop from, like any other."""
    disk.read_only()
    on_disk.start(ready=False)
    on_disk.until(lambda: bool(on_disk.events("store_error")), "it says that it cannot write")

    assert on_disk.stop() == 0


def test_a_lock_that_outlasts_the_busy_timeout_is_waited_for(on_sqlite: Desk, sink: SmtpSink) -> None:
    """Another program holds the file for 13 s (a backup, a person with sqlite3): every job says so and comes round."""
    file = on_sqlite.url.removeprefix("sqlite:///")
    on_sqlite.start()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        arrive(on_sqlite)
        on_sqlite.until(lambda: said(on_sqlite, "it is locked") > 0, "it says that the database is locked")

        assert [] == sink.messages
        assert MAILS == len(on_sqlite.mailbox.uids())
        time.sleep(2)
        other.execute("ROLLBACK")
    each_once(on_sqlite, sink)
    assert on_sqlite.stop() == 0


def test_the_stop_does_not_wait_for_a_lock(on_sqlite: Desk) -> None:
    """SIGTERM has ten seconds, the lock has as long as it likes."""
    file = on_sqlite.url.removeprefix("sqlite:///")
    on_sqlite.start()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        arrive(on_sqlite, last=1)
        time.sleep(1.5)

        assert on_sqlite.stop() == 0


# PostgreSQL: killed, frozen, read-only, never answering


def test_postgresql_that_is_killed_twice_in_the_middle_of_work_loses_nothing(
    on_postgres: Desk, postgres: Postgres, sink: SmtpSink
) -> None:
    """At whatever they are: intake, deciding, sending and filing go on, and no reply is lost or repeated."""
    arrive(on_postgres)
    on_postgres.start()
    for event in ("stored", "sent"):
        on_postgres.until(lambda event=event: bool(on_postgres.events(event)), f"the first mail is {event}")  # type: ignore[misc]
        postgres.stop(hard=True)
        before = len(on_postgres.events("store_error"))
        on_postgres.until(
            lambda before=before: len(on_postgres.events("store_error")) > before,  # type: ignore[misc]
            "it says that the server is away",
        )
        postgres.start()
    each_once(on_postgres, sink)
    assert on_postgres.stop() == 0


def test_postgresql_that_is_frozen_for_a_while_goes_on(on_postgres: Desk, postgres: Postgres, sink: SmtpSink) -> None:
    """It accepts and does not answer; what was asked is answered later, once."""
    arrive(on_postgres)
    on_postgres.start()
    on_postgres.until(lambda: bool(on_postgres.events("stored")), "the first mail is stored")
    postgres.freeze()
    try:
        time.sleep(4)
    finally:
        postgres.thaw()
    each_once(on_postgres, sink)
    assert on_postgres.stop() == 0


def test_the_stop_does_not_wait_for_a_frozen_postgresql(on_postgres: Desk, postgres: Postgres, sink: SmtpSink) -> None:
    """The jobs hang in it; SIGTERM ends the process all the same, and the next start goes on."""
    arrive(on_postgres)
    on_postgres.start()
    on_postgres.until(lambda: bool(on_postgres.events("stored")), "the first mail is stored")
    postgres.freeze()
    try:
        time.sleep(1)

        assert on_postgres.stop() == 0
    finally:
        postgres.thaw()
    on_postgres.start()
    on_postgres.until(lambda: len(on_postgres.inquiries()) == MAILS, "all mails are stored")
    on_postgres.until(lambda: not on_postgres.undecided(), "all mails are decided")
    assert on_postgres.stop() == 0


def test_postgresql_that_becomes_read_only_is_waited_for(on_postgres: Desk, sink: SmtpSink) -> None:
    """A standby after a failover, a full disk's last resort: nothing is taken until it can be stored."""
    name = on_postgres.url.rpartition("/")[2]
    plain = on_postgres.url.replace("postgresql+psycopg", "postgresql")

    def read_only(value: str) -> None:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    on_postgres.start()
    read_only("on")
    arrive(on_postgres)
    on_postgres.until(lambda: said(on_postgres, "read-only") > 2, "it says that it cannot write")

    assert (MAILS, []) == (len(on_postgres.mailbox.uids()), sink.messages)
    read_only("off")
    each_once(on_postgres, sink)
    assert on_postgres.stop() == 0


def test_the_stop_does_not_wait_for_a_database_that_accepts_and_never_answers(on_sqlite: Desk, tmp_path: Path) -> None:
    """At the start, too: connecting alone may take longer than SIGTERM has."""
    with ScriptedServer() as silent:
        config = on_sqlite.config.read_text()
        url = f"postgresql+psycopg://desk@{silent.host}:{silent.port}/desk"
        on_sqlite.config.write_text(config.replace(on_sqlite.url, url))
        on_sqlite.start(ready=False)
        on_sqlite.until(lambda: silent.connections > 0, "it connects")
        time.sleep(0.5)
        began = time.monotonic()

        assert on_sqlite.stop() == 0
        assert time.monotonic() - began < 6


# killed during a migration

LATER = """
import sys, time
from pathlib import Path
from optout_daemon.store import migrate
url, folder, wait = sys.argv[1:]
plain = migrate._config
def with_folder(*arguments):
    config = plain(*arguments)
    own = Path(config.get_main_option("script_location")) / "versions"
    config.set_main_option("version_locations", f"{own}:{folder}")
    config.set_main_option("path_separator", ":")
    return config
migrate._config = with_folder
migrate.wait = (lambda: (print("in the middle", flush=True), time.sleep(60))) if wait == "wait" else lambda: None
print(migrate.upgrade(url).after)
"""
REVISION = f"""
import sqlalchemy as sa
from alembic import op
from optout_daemon.store import migrate
revision, down_revision = "9001", {schema.HEAD!r}
def upgrade():
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("inquiry", recreate="auto") as batch:
        batch.add_column(sa.Column("more", sa.Text()))
    migrate.wait()
    op.execute("UPDATE inquiry SET more = 'x'")
"""


def test_an_upgrade_that_is_killed_is_completed_by_the_next(database_url: str, tmp_path: Path) -> None:
    """In the middle of a later version's migration: the old schema is whole, a backup was made first, nothing is lost."""
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "9001_later.py").write_text(REVISION)
    with Database(database_url).transaction() as tx:
        inquiry = store(tx, b"bytes")
        outbox_before = len(outbox.listing(tx, Delivery.QUEUED))
    command = [sys.executable, "-c", LATER, database_url, str(tmp_path / "later")]
    with subprocess.Popen([*command, "wait"], stdout=subprocess.PIPE, text=True) as upgrading:
        assert upgrading.stdout is not None
        assert "in the middle\n" == upgrading.stdout.readline()
        upgrading.kill()

    Database(database_url).check_schema()
    with Database(database_url).transaction() as tx:
        assert b"bytes" == inquiries.raw(tx, inquiry)
        assert outbox_before == len(outbox.listing(tx, Delivery.QUEUED))
    if database_url.startswith("sqlite"):
        [backup] = tmp_path.glob("desk.db.*.backup")
        with closing(sqlite3.connect(backup)) as copy:
            assert [(b"bytes",)] == copy.execute("SELECT raw FROM raw_mail").fetchall()
    done = subprocess.run([*command, "go on"], capture_output=True, text=True, check=True)
    assert "9001\n" == done.stdout
    with Database(database_url).reading() as tx:
        assert ["x"] == list(tx.execute(text("SELECT more FROM inquiry")).scalars())


@pytest.mark.parametrize("kills", [4])
def test_the_first_upgrade_is_completed_whenever_it_is_killed(tmp_path: Path, kills: int) -> None:
    """At four instants of `db upgrade` on a new file: each next one starts over, and the last completes."""
    (tmp_path / "config.toml").write_text(
        f'[desk]\naddress = "desk@example.com"\nkey_file = "{tmp_path}/key"\n'
        f'[database]\nurl = "sqlite:///{tmp_path}/desk.db"\n'
        '[[mailbox]]\nname = "desk"\nhost = "127.0.0.1"\nsecurity = "none"\nusername = "desk"\n'
        '[smtp]\nhost = "127.0.0.1"\nsecurity = "none"\n'
    )
    command = [str(COMMAND), "--config", str(tmp_path / "config.toml"), "db", "upgrade"]
    file = tmp_path / "desk.db"
    for kill in range(kills):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as upgrading:
            deadline = time.monotonic() + 10
            while not file.exists() and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(0.025 * kill)
            upgrading.kill()
    subprocess.run(command, check=True, capture_output=True)
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    database.check_schema()
    with database.transaction() as tx:
        assert inquiries.get(tx, store(tx)) is not None
        assert migrate.head() == schema.HEAD
        assert [State.RECEIVED] == [row.state for row in inquiries.listing(tx)]
        assert NOW == inquiries.listing(tx)[0].received_at
