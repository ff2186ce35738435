"""Intake of one mailbox that is not there into one database that is, for the tests of it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from optout_daemon.config import MailboxSettings
from optout_daemon.errors import MailboxError
from optout_daemon.intake import Collected, collect
from optout_daemon.log import Log
from optout_daemon.store import alarms, cursors, inquiries, unfetched
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database
from optout_daemon.store.schema import location
from optout_daemon.store.unfetched import Unfetched
from tests.fakes import FakeClock, FakeMailbox

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEAD = MailboxError("the connection broke", "4.4.2")


class IntakeDesk:
    """Intake of one mailbox into one database, as the daemon would call it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.box = FakeMailbox()
        self.clock = FakeClock(START)
        self.stop = threading.Event()
        self.log = io.StringIO()

    def collect(self, **settings: Any) -> Collected:
        values = {"name": "desk", "host": "127.0.0.1", "username": "desk", "security": "none", "since": "all"}
        return collect(
            self.box,
            database=self.database,
            mailbox=MailboxSettings(**(values | settings)),
            now=self.clock,
            stop=self.stop,
            log=Log(stream=self.log),
        )

    def raws(self) -> list[bytes]:
        """The stored mails, oldest first."""
        with self.database.reading() as tx:
            return [mail.raw for mail in inquiries.pending(tx, limit=1_000)]

    def places(self) -> list[tuple[int, int]]:
        """(UIDVALIDITY, UID) of every known place of a mail."""
        with self.database.reading() as tx:
            rows = tx.execute(select(location.c.uidvalidity, location.c.uid).order_by(location.c.id))
            return [(row.uidvalidity, row.uid) for row in rows]

    def cursor(self) -> Cursor:
        with self.database.reading() as tx:
            found = cursors.get(tx, "desk")
        assert found is not None
        return found

    def aside(self) -> list[Unfetched]:
        """The mails that could not be taken."""
        with self.database.reading() as tx:
            return unfetched.listing(tx, "desk", self.box.uidvalidity)

    def alarms(self) -> list[str]:
        with self.database.reading() as tx:
            return [f"{alarm.kind} {alarm.key}" for alarm in alarms.open_alarms(tx)]


def raising_of(error: Exception) -> Callable[..., None]:
    def raising(*arguments: object, **values: object) -> None:
        raise error

    return raising
