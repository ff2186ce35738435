"""One desk behind a proxy that breaks what it is told to, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from optout_daemon.store.database import Database
from tests.flow.imap_faults.work import Work
from tests.servers.dovecot import Dovecot
from tests.servers.fault_proxy import FaultProxy
from tests.servers.mailbox import Mailbox


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """SQLite alone: what differs between the databases is no matter of a mailbox."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[FaultProxy]:
    with FaultProxy(dovecot.imap_port) as made:
        yield made


@pytest.fixture
def work(dovecot: Dovecot, mailbox: Mailbox, database: Database, proxy: FaultProxy) -> Iterator[Work]:
    made = Work(dovecot, mailbox, database, proxy)
    yield made
    made.stop.set()
    made.keeper.close()
