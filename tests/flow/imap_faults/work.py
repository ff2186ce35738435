"""The IMAP side breaks at every command, in every way: the desk recovers by itself, each mail is one inquiry, once filed.

The parts are as daemon.py builds them: a keeper with its session, intake, filing. Between them and Dovecot stands a
proxy that breaks what it is told to. A round is what the daemon does at each poll; its clock goes on by hours.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from optout_daemon.config import FilingSettings
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.filing import file_away
from optout_daemon.intake import collect
from optout_daemon.keeping import Keeper
from optout_daemon.log import Log
from optout_daemon.store import alarms, inquiries
from optout_daemon.store.database import Database
from optout_daemon.store.schema import inquiry, location
from tests.edges.conftest import settings_for
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.fault_proxy import Fault, FaultProxy
from tests.servers.mailbox import Mailbox
from tests.store.builders import APPLIED, HELD, IGNORED, decide, reading

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROUNDS = 12
"""So many polls a fault may last at most: then the desk must have recovered."""
COMMANDS = {
    "login": "LOGIN",
    "namespace": "NAMESPACE",
    "select": "SELECT",
    "search": "UID SEARCH",
    "fetch_sizes": r"UID FETCH .*RFC822\.SIZE",
    "fetch_bodies": r"UID FETCH .*BODY\.PEEK\[\]",
    "list": "LIST",
    "create": "CREATE",
    "subscribe": "SUBSCRIBE",
    "move": "UID MOVE",
}
DECISIONS = {b"applied": APPLIED, b"ignored": IGNORED, b"held": HELD}
FOLDERS = {b"applied": "Done", b"ignored": "Ignored", b"held": "Review"}
TIMEOUT = timedelta(seconds=0.5)
"""Less than the settings allow, since each hung command is waited for."""


def mails(count: int, first: int = 0) -> list[bytes]:
    """Mails that are applied, ignored and held in turn; every fourth has no Message-ID."""
    made = []
    for number in range(first, first + count):
        kind = list(DECISIONS)[number % 3]
        name = b"" if number % 4 == 3 else b"Message-ID: <%d@mail.example>\r\n" % number
        made.append(b"Subject: %s %d\r\n%s\r\n" % (kind, number, name) + b"stop\r\n" * (10 + number))
    return made


def kind_of(raw: bytes) -> bytes:
    return raw.split(b" ", 2)[1]


class Work:
    """One desk: a mailbox behind the proxy, a database, and the daemon's rounds over both."""

    def __init__(self, dovecot: Dovecot, mailbox: Mailbox, database: Database, proxy: FaultProxy) -> None:
        self.dovecot, self.mailbox, self.database, self.proxy = dovecot, mailbox, database, proxy
        self.stop = threading.Event()
        self.stream = io.StringIO()
        self.log = Log(stream=self.stream)
        self.now = START
        self.raws: list[bytes] = []
        self.keeper = Keeper("desk", self.session, log=self.log)
        self.configure()

    def configure(self, **changes: Any) -> None:
        """A new daemon, with other settings of its mailbox."""
        flat = FilingSettings(parent="", done="Done", review="Review", ignored="Ignored")
        settings = settings_for(self.proxy.port, self.mailbox.user, since="all", file_into=flat, **changes)
        self.settings = settings.model_copy(update={"timeout": TIMEOUT})
        self.restart()

    def restart(self) -> None:
        """What was in memory is lost; nothing was said to the server."""
        self.keeper.close()
        ticks = itertools.count(0, 1_000)  # no back-off is waited for
        self.keeper = Keeper("desk", self.session, log=self.log, monotonic=lambda: float(next(ticks)))

    def session(self) -> MailboxSession:
        return MailboxSession(self.settings, PASSWORD, stop=self.stop)

    def deliver(self, *raws: bytes) -> None:
        """New mail arrives, a minute after the mail before."""
        self.raws += raws
        date = START + timedelta(minutes=len(self.raws))
        self.mailbox.append_all(raws, date=date, folder=self.settings.folder)

    def fault(self, at: str, how: Any, **more: Any) -> Fault:
        """From now on, this goes wrong."""
        made = Fault(at, how, **more)
        self.proxy.faults.append(made)
        return made

    def without_move(self) -> None:
        """The server says that it has no MOVE, only UIDPLUS."""
        self.fault("(LOGIN|CAPABILITY)", "rewrite", when="within", times=100, text=(b" MOVE", b""))

    def collect(self) -> None:
        with self.keeper.use() as session:
            if session is not None:
                collect(
                    session,
                    database=self.database,
                    mailbox=self.settings,
                    now=lambda: self.now,
                    stop=self.stop,
                    log=self.log,
                )

    def decide(self) -> None:
        """What processing would do."""
        with self.database.transaction() as tx:
            for mail in inquiries.pending(tx, limit=1_000):
                name = mail.raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode() or None
                decide(tx, mail.id, DECISIONS[kind_of(mail.raw)], reading(name), now=START)

    def file(self) -> None:
        with self.keeper.use() as session:
            if session is not None:
                file_away(
                    session,
                    database=self.database,
                    mailbox=self.settings,
                    time_zone="Asia/Tokyo",
                    now=self.now,
                    log=self.log,
                )

    def round(self) -> None:
        """One poll."""
        self.collect()
        self.decide()
        self.file()
        self.now += timedelta(hours=2)

    def settle(self) -> None:
        """Rounds until every mail has left the watched folder."""
        for _ in range(ROUNDS):
            self.round()
            if not self.mailbox.uids(self.settings.folder) and not self.unfiled():
                return
        raise AssertionError(f"not settled after {ROUNDS} rounds\n{self.stream.getvalue()[-3000:]}")

    def unfiled(self) -> int:
        with self.database.reading() as tx:
            open_ones = select(func.count()).where(location.c.filed_at.is_(None), location.c.gone_at.is_(None))
            return int(tx.execute(open_ones).scalar_one())

    def gone(self) -> int:
        with self.database.reading() as tx:
            return int(tx.execute(select(func.count()).where(location.c.gone_at.is_not(None))).scalar_one())

    def digests(self) -> list[str]:
        with self.database.reading() as tx:
            return sorted(tx.execute(select(inquiry.c.digest)).scalars())

    def filed(self) -> Counter[tuple[str, bytes]]:
        """What lies in which folder, however often."""
        return Counter(
            (folder, raw) for folder in self.mailbox.folders() for raw in self.mailbox.messages(folder).values()
        )

    def alarms(self) -> set[str]:
        with self.database.reading() as tx:
            return {alarm.kind for alarm in alarms.open_alarms(tx)}

    def check(self, *, gone: int = 0) -> None:
        """Each mail exactly one inquiry, with its own bytes, and filed exactly once, where it belongs."""
        assert sorted(hashlib.sha256(raw).hexdigest() for raw in self.raws) == self.digests()
        assert Counter((FOLDERS[kind_of(raw)], raw) for raw in self.raws) == self.filed()
        assert gone == self.gone()
        assert set() == self.alarms()
