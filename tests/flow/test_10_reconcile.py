"""Reconcile: every mail in the mailbox and its folders against the rows, on a real Dovecot."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.config import MailboxSettings
from optout_daemon.core.lifecycle import State
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.edges.imap_census import Census, surveying
from optout_daemon.errors import MailboxError
from optout_daemon.filing import file_away
from optout_daemon.intake import collect
from optout_daemon.log import Log
from optout_daemon.reconciler import Reconciler
from optout_daemon.reconciling import Place, Reconciliation, reconcile
from optout_daemon.store import alarms, health, inquiries, reconciled
from optout_daemon.store.database import Database
from tests.builders import envelope, reading
from tests.flow.desk import Desk as DaemonDesk
from tests.flow.desk import customer_rows, mixed_mails
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink
from tests.store.builders import APPLIED, HELD, IGNORED, decide

DAY = timedelta(days=1)


def mail(number: int, *, message_id: bool = True) -> bytes:
    """One mail, with a Message-ID or without."""
    header = f"Message-ID: <{number}@mail.example>\r\n" if message_id else ""
    return f"From: anna@mail.example\r\n{header}Subject: {number}\r\n\r\ntext {number}\r\n".encode()


class Desk:
    """Intake, filing and reconcile on one mailbox, as the daemon would call them."""

    def __init__(self, database: Database, dovecot: Dovecot, mailbox: Mailbox) -> None:
        self.database, self.mailbox, self.dovecot = database, mailbox, dovecot
        self.stop = threading.Event()
        self.out = io.StringIO()
        self.log = Log(stream=self.out)
        self.ahead = timedelta(0)
        self.recoveries = 0
        self.away = False

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def settings(self, **changes: Any) -> MailboxSettings:
        values: dict[str, Any] = {"name": "desk", "host": "127.0.0.1", "port": self.dovecot.imap_port}
        values |= {"username": self.mailbox.user, "security": "none", "timeout": "5s", "since": "all"}
        return MailboxSettings(**(values | changes))

    @contextmanager
    def session(self, settings: MailboxSettings) -> Iterator[MailboxSession]:
        session = MailboxSession(settings, PASSWORD, stop=self.stop)
        session.open()
        yield session
        session.close()

    def collect(self, **changes: Any) -> None:
        settings = self.settings(**changes)
        with self.session(settings) as session:
            collect(session, database=self.database, mailbox=settings, now=self.now, stop=self.stop, log=self.log)

    def decide(self, *, every: Any = APPLIED) -> None:
        """Decide what was received, with the Message-ID that the reader would find."""
        with self.database.transaction() as tx:
            for row in inquiries.listing(tx, state=State.RECEIVED, limit=10_000):
                raw = inquiries.raw(tx, row.id) or b""
                found = raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode() or None
                decide(tx, row.id, every, reading(envelope=envelope(message_id=found)), now=self.now())

    def file(self, **changes: Any) -> None:
        settings = self.settings(**changes)
        with self.session(settings) as session:
            file_away(
                session,
                database=self.database,
                mailbox=settings,
                time_zone="Asia/Tokyo",
                now=self.now() + timedelta(seconds=1),
                log=self.log,
            )

    def reconcile(self, **changes: Any) -> Reconciliation:
        settings = self.settings(**changes)
        with surveying(settings, PASSWORD, stop=self.stop) as census:
            return reconcile(census, database=self.database, mailbox=settings, now=self.now(), stop=self.stop)

    def reconciler(self) -> Reconciler:
        @contextmanager
        def survey() -> Iterator[Census]:
            if self.away:
                raise MailboxError("the mailbox is away")
            with surveying(self.settings(), PASSWORD, stop=self.stop) as census:
                yield census

        return Reconciler(
            self.settings(),
            database=self.database,
            survey=survey,
            recoveries=lambda: self.recoveries,
            stop=self.stop,
            log=self.log,
        )

    def forget(self, inquiry_id: int) -> None:
        """What a restore of an older database does to one inquiry."""
        with self.database.transaction() as tx:
            for statement in (
                "DELETE FROM location WHERE inquiry_id = {}",
                "DELETE FROM raw_mail WHERE inquiry_id = {}",
                "DELETE FROM inquiry WHERE id = {}",
            ):
                tx.exec_driver_sql(statement.format(inquiry_id))


@pytest.fixture
def desk(database: Database, dovecot: Dovecot, mailbox: Mailbox) -> Iterator[Desk]:
    desk = Desk(database, dovecot, mailbox)
    yield desk
    desk.stop.set()


pytestmark = pytest.mark.slow


def told(found: Reconciliation) -> dict[str, int]:
    """The numbers that are not nothing, without the folders and the numbering."""
    word = found.word
    names = ("mails", "inquiries", "below_baseline", "waiting", "set_aside", "unaccounted")
    return {name: getattr(word, name) for name in names if getattr(word, name)}


def test_every_mail_is_accounted_for_wherever_it_was_filed(desk: Desk) -> None:
    """In the inbox by its place, in the folders by Message-ID and size, without a Message-ID by its bytes."""
    for number, decision in enumerate((APPLIED, HELD, IGNORED)):
        desk.mailbox.append_all([mail(10 * number), mail(10 * number + 1, message_id=False)])
        desk.collect()
        desk.decide(every=decision)
    desk.file()
    desk.mailbox.append(mail(99))
    desk.collect()
    found = desk.reconcile()

    assert [99] == [int(raw.split()[-1]) for raw in desk.mailbox.messages().values()]
    assert {"mails": 7, "inquiries": 7} == told(found)
    assert 4 == found.word.folders


def test_a_mail_that_no_row_knows_is_named_by_folder_and_uid(desk: Desk) -> None:
    """A restored database is older than the mailbox: what was filed meanwhile must come to light."""
    desk.mailbox.append_all([mail(1), mail(2), mail(3, message_id=False)])
    desk.collect()
    desk.decide()
    desk.file()
    for inquiry_id in (2, 3):
        desk.forget(inquiry_id)
    desk.mailbox.create("Desk/Review")
    desk.mailbox.append(mail(4), folder="Desk/Review")
    found = desk.reconcile()
    [done] = [folder for folder in desk.mailbox.folders() if folder.startswith("Desk/Done/")]

    assert (Place(done, 2), Place(done, 3), Place("Desk/Review", 1)) == found.places
    assert {"mails": 4, "inquiries": 1, "unaccounted": 3} == told(found)


def test_a_row_that_is_gone_is_noticed_in_the_inbox_too(desk: Desk) -> None:
    """The cursor has passed the mail, so that intake would never ask for it again."""
    desk.mailbox.append_all([mail(1), mail(2)])
    desk.collect()
    desk.forget(1)

    assert (Place("INBOX", 1),) == desk.reconcile().places


def test_what_lies_below_the_baseline_is_counted_as_such(desk: Desk) -> None:
    """It was there before the desk came, and is nobody's loss."""
    desk.mailbox.append_all([mail(1), mail(2)])
    desk.collect(since="now")
    desk.mailbox.append(mail(3))
    desk.collect(since="now")

    assert {"mails": 3, "inquiries": 1, "below_baseline": 2} == told(desk.reconcile(since="now"))


def test_old_mail_in_a_folder_of_the_settings_is_below_the_baseline(desk: Desk) -> None:
    """A review folder that staff had before is no mass of lost mail; a newer mail in it is."""
    old = datetime.now(UTC) - 30 * DAY
    desk.mailbox.append(mail(1))
    desk.collect(since="now")
    desk.mailbox.create("Desk/Review")
    desk.mailbox.append(mail(2), date=old, folder="Desk/Review")
    desk.mailbox.append(mail(3), date=datetime.now(UTC) + timedelta(seconds=5), folder="Desk/Review")
    found = desk.reconcile(since="now")

    assert (Place("Desk/Review", 2),) == found.places
    assert 2 == found.word.below_baseline


def test_mail_that_arrived_since_the_last_pass_waits(desk: Desk) -> None:
    """Nobody has had the chance to store it: that is no loss."""
    desk.mailbox.append(mail(1))
    desk.collect()
    desk.mailbox.append_all([mail(2), mail(3)])

    assert {"mails": 3, "inquiries": 1, "waiting": 2} == told(desk.reconcile())


def test_before_first_contact_everything_waits(desk: Desk) -> None:
    """A reconcile may come before the first pass."""
    desk.mailbox.append(mail(1))

    assert {"mails": 1, "waiting": 1} == told(desk.reconcile())


def test_a_mail_that_a_person_moved_is_known_again(desk: Desk) -> None:
    """From the inbox before it was decided, and from one folder into another: by its bytes and by its Message-ID."""
    desk.mailbox.append_all([mail(1), mail(2)])
    desk.collect()
    desk.mailbox.create("Desk/Review")
    desk.mailbox.move(1, "Desk/Review")
    desk.decide()
    desk.file()
    [done] = [folder for folder in desk.mailbox.folders() if folder.startswith("Desk/Done/")]
    desk.mailbox.move(desk.mailbox.uids(done)[0], "Desk/Review", folder=done)

    assert {"mails": 2, "inquiries": 2} == told(desk.reconcile())


def test_the_same_message_id_over_other_bytes_is_another_mail(desk: Desk) -> None:
    """Whoever copies a Message-ID must not hide a mail."""
    desk.mailbox.append(mail(1))
    desk.collect()
    desk.decide()
    desk.file()
    [done] = [folder for folder in desk.mailbox.folders() if folder.startswith("Desk/Done/")]
    desk.mailbox.append(mail(1) + b"and more\r\n", folder=done)

    assert (Place(done, 2),) == desk.reconcile().places


def test_folders_of_earlier_settings_are_looked_through_too(desk: Desk) -> None:
    """Mail lies where it was filed, whatever the settings say now."""
    desk.mailbox.append(mail(1))
    desk.collect()
    desk.decide()
    desk.file(file_into={"parent": "Old"})
    desk.mailbox.append(mail(2))
    desk.collect()
    desk.decide()
    desk.file()
    found = desk.reconcile()

    assert {"mails": 2, "inquiries": 2} == told(found)
    assert 3 == found.word.folders


def test_a_mail_larger_than_the_limit_is_known_by_its_beginning(desk: Desk) -> None:
    """Only its head was stored."""
    desk.mailbox.append(mail(1, message_id=False) + b"x" * 70_000 + b"\r\n")
    desk.collect(max_message_size=65_536)
    desk.decide()
    desk.file()

    assert {"mails": 1, "inquiries": 1} == told(desk.reconcile(max_message_size=65_536))


def test_nothing_in_the_mailbox_is_changed(desk: Desk) -> None:
    """EXAMINE and BODY.PEEK: neither a flag nor \\Recent is touched."""
    desk.mailbox.append_all([mail(1), mail(2, message_id=False)])
    desk.collect()
    desk.decide()
    desk.file()
    desk.mailbox.append(mail(3))
    [done] = [folder for folder in desk.mailbox.folders() if folder.startswith("Desk/Done/")]
    desk.reconcile()

    assert [set(), set()] == list(desk.mailbox.flags(done).values())
    assert [set()] == list(desk.mailbox.flags().values())
    with desk.mailbox.client() as client:
        assert 1 == client.select_folder("INBOX", readonly=True)[b"RECENT"]


def test_the_daily_reconcile_is_due_a_day_after_the_last_one(desk: Desk) -> None:
    """Counted from the row: a restart does not begin the day anew."""
    desk.mailbox.append(mail(1))
    desk.collect()
    rounds = []
    for hours in (0, 23, 25, 26, 48, 50):
        desk.ahead = timedelta(hours=hours)
        rounds.append(desk.reconciler().round(desk.now()) is not None)

    assert [False, False, True, False, False, True] == rounds


def test_it_follows_a_recovery_once_a_pass_has_collected(desk: Desk) -> None:
    """What came while the server was away is collected first, then everything is compared, once."""
    desk.mailbox.append(mail(1))
    desk.collect()
    reconciler = desk.reconciler()
    desk.recoveries = 1
    before = reconciler.round(desk.now())
    desk.collect()
    after = reconciler.round(desk.now())
    again = reconciler.round(desk.now())

    assert (None, True, None) == (before, after is not None, again)
    assert "event=reconciled mailbox=desk because=recovery mails=1 inquiries=1" in desk.out.getvalue()


def test_it_follows_a_new_uidvalidity(desk: Desk) -> None:
    """The renumbered mailbox is read again, known mail is recognised, and that is proved at once."""
    desk.mailbox.append(mail(1))
    desk.collect()
    desk.ahead = DAY
    reconciler = desk.reconciler()
    reconciler.round(desk.now())
    desk.dovecot.renumber(desk.mailbox.user, uidvalidity=desk.mailbox.uidvalidity() + 77)
    before = reconciler.round(desk.now())
    desk.collect()
    after = reconciler.round(desk.now())

    assert None is before
    assert after is not None
    assert {"mails": 1, "inquiries": 1} == told(after)
    assert "because=new_uidvalidity" in desk.out.getvalue()


def test_a_failure_is_said_and_tried_again_and_raises_nothing(desk: Desk) -> None:
    """It never stops the desk."""
    desk.collect()
    desk.ahead, desk.away = DAY, True
    reconciler = desk.reconciler()
    first, second = reconciler.round(desk.now()), reconciler.round(desk.now())
    desk.away = False
    desk.ahead += timedelta(minutes=11)
    third = reconciler.round(desk.now())

    assert (None, None, True) == (first, second, third is not None)
    assert 1 == desk.out.getvalue().count("reconcile_failed")
    with desk.database.reading() as tx:
        [row] = health.jobs(tx)
    assert ("reconcile:desk", "ok") == (row.job, row.last_outcome)


def test_what_is_unaccounted_for_raises_one_alarm_until_it_is_mended(desk: Desk) -> None:
    """An operator hears of it once, and `check` goes on showing it."""
    desk.mailbox.append_all([mail(1), mail(2)])
    desk.collect()
    desk.forget(1)
    for days in (1, 2):
        desk.ahead = days * DAY
        desk.reconciler().round(desk.now())
    said = desk.out.getvalue()
    with desk.database.reading() as tx:
        word, raised = reconciled.last(tx, "desk"), alarms.open_alarms(tx)
    desk.mailbox.delete(1)
    desk.ahead = 3 * DAY
    desk.reconciler().round(desk.now())
    with desk.database.reading() as tx:
        left = alarms.open_alarms(tx)

    assert word is not None
    assert 1 == word.unaccounted
    assert 2 == said.count("event=unaccounted mailbox=desk folder=INBOX uid=1")
    assert (1, "unaccounted") == (said.count("event=alarm"), raised[0].kind)
    assert [] == left


# the command, and the daemon as a process


def test_the_command_says_what_is_there_and_what_is_not(
    tmp_path: Path, dovecot: Dovecot, mailbox: Mailbox, sink: SmtpSink
) -> None:
    """Exit 0 while all is accounted for, 1 once a mail is not; folder and UID, and nothing that a mail says."""
    desk = DaemonDesk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    customers = tmp_path / "customers.csv"
    customers.write_text(customer_rows(10))
    desk.command("customers", "import", str(customers))
    mails = mixed_mails(10)
    mailbox.append_all(expected.raw for expected in mails)
    desk.start()
    desk.until(lambda: desk.settled(len(mails)), "everything is filed")
    desk.stop()
    whole = desk.command("reconcile")
    mailbox.append(b"From: Anna Arden <anna@mail.example>\r\nSubject: secret\r\n\r\nx\r\n", folder="Desk/Review")
    [uid] = mailbox.uids("Desk/Review")[-1:]
    lost = desk.command("reconcile", expect=1)
    [told] = [json.loads(line) for line in desk.command("reconcile", "--json", expect=1).splitlines()]
    checked = desk.command("check", expect=1)

    assert whole.splitlines()[0].startswith("mailbox desk: 10 mails in ")
    assert whole.splitlines()[0].endswith(", 10 inquiries")
    assert "  oldest undecided: none\n  unaccounted for: 0\n" in whole
    assert lost.endswith(f"  unaccounted for: 1\n    Desk/Review UID {uid}\n")
    assert (11, 10, 1) == (told["mails"], told["inquiries"], told["unaccounted"])
    assert [{"folder": "Desk/Review", "uid": uid}] == told["places"]
    assert "1 unaccounted for" in checked
    assert "Anna" not in lost
    assert "secret" not in lost


def test_the_command_knows_its_mailboxes(tmp_path: Path, dovecot: Dovecot, mailbox: Mailbox, sink: SmtpSink) -> None:
    """A mistyped name must not look like a mailbox without a fault."""
    desk = DaemonDesk(tmp_path, mailbox, dovecot, smtp_port=sink.port)

    assert "" == desk.command("reconcile", "--mailbox", "dekc", expect=2)


def test_the_daemon_reconciles_after_its_server_came_back(
    tmp_path: Path, dovecot: Dovecot, mailbox: Mailbox, sink: SmtpSink
) -> None:
    """By itself, once, and the mail that came meanwhile is in it."""
    desk = DaemonDesk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    try:
        mailbox.append(mail(1))
        desk.start()
        desk.until(lambda: len(desk.inquiries()) == 1, "the first mail is stored")
        dovecot.stop(hard=True)
        desk.until(lambda: bool(desk.events("mailbox_error")), "the daemon notices")
        dovecot.start()
        mailbox.append(mail(2))
        desk.until(lambda: bool(desk.events("reconciled")), "the daemon has reconciled", within=90)
        [said] = desk.events("reconciled")
    finally:
        desk.close()

    assert ("recovery", 0) == (said["because"], said["unaccounted"])
    assert said["mails"] in (2, 3)  # one that is filed meanwhile may be met in both folders
