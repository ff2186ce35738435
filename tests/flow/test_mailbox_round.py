"""Intake and filing together against Dovecot: what is taken, filed and left, also when the server is killed."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from optout_daemon.edges.imap import MailboxSession
from optout_daemon.errors import MailboxError
from optout_daemon.filing import Filed, file_away
from optout_daemon.intake import Collected, collect
from optout_daemon.log import Log
from optout_daemon.store import inquiries
from optout_daemon.store.database import Database
from tests.edges.conftest import settings_for
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox
from tests.store.builders import APPLIED, decide

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Round:
    """One session with a real mailbox and the database behind it."""

    def __init__(self, dovecot: Dovecot, mailbox: Mailbox, database: Database) -> None:
        self.database = database
        self.settings = settings_for(dovecot.imap_port, mailbox.user, since="all")
        self.stop = threading.Event()
        self.log = Log(stream=io.StringIO())
        self.session = MailboxSession(self.settings, PASSWORD, stop=self.stop)
        self.session.open()

    def collect(self) -> Collected:
        return collect(
            self.session,
            database=self.database,
            mailbox=self.settings,
            now=lambda: NOW,
            stop=self.stop,
            log=self.log,
        )

    def decide_all(self) -> None:
        with self.database.transaction() as tx:
            for mail in inquiries.pending(tx, limit=1_000):
                decide(tx, mail.id, APPLIED, now=NOW)

    def file(self) -> Filed:
        return file_away(
            self.session,
            database=self.database,
            mailbox=self.settings,
            time_zone="Asia/Tokyo",
            now=NOW,
            log=self.log,
        )


@pytest.fixture
def work(dovecot: Dovecot, mailbox: Mailbox, database: Database) -> Iterator[Round]:
    made = Round(dovecot, mailbox, database)
    yield made
    made.stop.set()
    made.session.close()


def test_every_mail_is_taken_once_and_filed_unseen(work: Round, mailbox: Mailbox) -> None:
    """More than one batch of each kind; a second round finds nothing to do."""
    raws = [b"Subject: mail %d\r\n\r\nstop\r\n" % number for number in range(120)]
    mailbox.append_all(raws)
    collected = work.collect()
    work.decide_all()
    filed = work.file()

    assert (Collected(new=120), Filed(moved=120)) == (collected, filed)
    assert sorted(raws) == sorted(mailbox.messages("Desk/Done/2026-11").values())
    assert {frozenset()} == {frozenset(flags) for flags in mailbox.flags("Desk/Done/2026-11").values()}
    assert (Collected(), Filed()) == (work.collect(), work.file())


def test_a_mail_that_a_person_puts_back_is_filed_again_and_no_new_inquiry(work: Round, mailbox: Mailbox) -> None:
    """It has a new UID and the same bytes."""
    mailbox.append(b"Subject: one\r\n\r\nstop\r\n")
    work.collect()
    work.decide_all()
    work.file()
    mailbox.move(1, "INBOX", folder="Desk/Done/2026-11")

    assert Collected(known=1) == work.collect()
    assert Filed(moved=1) == work.file()


def test_a_server_that_is_killed_loses_nothing(work: Round, mailbox: Mailbox, dovecot: Dovecot) -> None:
    """The pass ends in an error, the next one with a new connection takes everything."""
    mailbox.append_all([b"Subject: mail %d\r\n\r\nstop\r\n" % number for number in range(3)])
    dovecot.stop(hard=True)
    with pytest.raises(MailboxError):
        work.collect()
    dovecot.start()
    work.session.open()

    assert Collected(new=3) == work.collect()


def test_a_new_uidvalidity_makes_no_second_inquiry(work: Round, mailbox: Mailbox, dovecot: Dovecot) -> None:
    """A restored mailbox has the same mails under other numbers."""
    mailbox.append_all([b"Subject: mail %d\r\n\r\nstop\r\n" % number for number in range(3)])
    work.collect()
    dovecot.renumber(mailbox.user, uidvalidity=4242, uidnext=900)
    mailbox.append(b"Subject: new\r\n\r\nstop\r\n")
    work.session.open()

    assert Collected(new=1, known=3) == work.collect()
