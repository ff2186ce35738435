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
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from optout_daemon.config import FilingSettings
from optout_daemon.core.lifecycle import State
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.edges.imap_idle import Watcher
from optout_daemon.filing import file_away
from optout_daemon.intake import collect
from optout_daemon.keeping import Keeper
from optout_daemon.log import Log
from optout_daemon.store import alarms, inquiries
from optout_daemon.store.database import Database
from optout_daemon.store.schema import inquiry, location
from tests.edges.conftest import settings_for
from tests.flow.desk import Desk, customer_rows, mixed_mails
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.fault_proxy import Fault, FaultProxy
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink
from tests.store.builders import APPLIED, HELD, IGNORED, decide, reading

pytestmark = pytest.mark.slow

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROUNDS = 12
"""So many polls a fault may last at most: then the desk must have recovered."""
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


# every command, every way

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
WAYS: dict[str, tuple[str, str]] = {
    "cut_before": ("cut", "before"),
    "cut_within_the_answer": ("cut", "within"),
    "cut_after_the_server_did_it": ("cut", "after"),
    "hung": ("hang", "before"),
    "hung_after_the_server_did_it": ("hang", "after"),
    "garbled": ("garble", "before"),
    "garbled_within_the_answer": ("garble", "within"),
    "slow": ("slow", "before"),
    "slow_within_the_answer": ("slow", "within"),
    "ended_by_BYE": ("bye", "before"),
    "ended_by_BYE_after_the_server_did_it": ("bye", "after"),
}
SLOWEST = ("hung", "hung_after_the_server_did_it", "garbled_within_the_answer")
CASES = [
    pytest.param(command, *WAYS[way], id=f"{name}_{way}")
    for name, command in COMMANDS.items()
    for way in WAYS
    # What waits for a time-out is tried at the commands that matter most, and hanging at every one.
    if (way not in SLOWEST or way == "hung" or name in ("fetch_bodies", "move"))
    and (way in ("cut_before", "hung", "garbled") or name not in ("namespace", "list", "subscribe"))
]


@pytest.mark.parametrize(("command", "how", "when"), CASES)
def test_the_desk_recovers(work: Work, command: str, how: str, when: str) -> None:
    """Whatever the server had done by then; new mail comes meanwhile."""
    fault = work.fault(command, how, when=when)
    work.deliver(*mails(3))
    work.round()
    work.deliver(*mails(1, first=3))
    work.settle()

    assert 1 == fault.hits
    work.check()


@pytest.mark.parametrize("how", ["cut", "garble"])
@pytest.mark.parametrize("command", ["search", "fetch_sizes", "fetch_bodies", "create", "move"])
def test_a_fault_that_lasts_is_outlasted(work: Work, command: str, how: str) -> None:
    """Five times in a row: what is set aside by mistake is taken later, and nothing twice."""
    work.fault(COMMANDS[command], how, times=5)
    work.deliver(*mails(3))
    work.settle()

    work.check()


# waiting for news


@pytest.mark.parametrize(
    ("command", "how", "when"),
    [
        pytest.param("IDLE", "cut", "before", id="idle_cut_before"),
        pytest.param("IDLE", "cut", "within", id="idle_cut_within_the_answer"),
        pytest.param("IDLE", "garble", "before", id="idle_garbled"),
        pytest.param("IDLE", "hang", "before", id="idle_hung"),
        pytest.param("IDLE", "slow", "before", id="idle_slow"),
        pytest.param("IDLE", "bye", "before", id="idle_ended_by_BYE"),
        pytest.param("IDLE", "refuse", "before", id="idle_refused"),
        pytest.param("IDLE", "hang", "after", id="idle_hung_at_its_end"),
        pytest.param("DONE", "cut", "before", id="done_cut"),
        pytest.param("DONE", "hang", "before", id="done_hung"),
    ],
)
def test_the_watcher_recovers(work: Work, command: str, how: str, when: str) -> None:
    """After the fault, news of mail wakes the desk again."""
    fault = work.fault(command, how, when=when, text=(b"UNAVAILABLE", b""))
    woken = threading.Semaphore(0)
    watcher = Watcher(
        work.settings,
        PASSWORD,
        wake=woken.release,
        stop=work.stop,
        log=work.log,
        reissue=0.5,
        delay=lambda failures, chance: 0.05,
    )
    watcher.start()
    begun = 0
    while begun < 3 and woken.acquire(timeout=20):
        begun += 1
    work.stop.set()
    watcher.join(10)

    assert (3, 1) == (begun, fault.hits)
    assert not watcher.is_alive()


def test_the_watcher_hears_of_mail_after_a_connection_that_was_cut(work: Work) -> None:
    """A firewall that forgets a connection in IDLE, at any time."""
    woken = threading.Event()
    watcher = Watcher(
        work.settings, PASSWORD, wake=woken.set, stop=work.stop, log=work.log, delay=lambda failures, chance: 0.05
    )
    watcher.start()
    assert woken.wait(10)
    woken.clear()
    work.proxy.cut()
    assert woken.wait(10)  # it waits with the server again
    woken.clear()
    work.deliver(*mails(1))

    assert woken.wait(10)
    work.stop.set()
    watcher.join(10)


@pytest.mark.parametrize("how", ["cut", "hang", "garble", "bye"])
def test_a_farewell_that_fails_is_no_failure(work: Work, how: str) -> None:
    """`check` and a tidy end say LOGOUT: whatever comes back, they end in time."""
    fault = work.fault("LOGOUT", how)
    session = work.session()
    session.open()
    session.log_out()
    work.deliver(*mails(3))
    work.settle()

    assert 1 == fault.hits
    work.check()


def test_BYE_at_any_time_costs_a_connection_and_no_mail(work: Work) -> None:
    """Between two rounds, on the connection that the keeper holds."""
    for number in range(4):
        work.deliver(*mails(1, first=number))
        work.round()
        work.proxy.bye()
    work.settle()

    work.check()


# a move of which nobody heard the end


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_during_the_move_a_mail_is_found_where_it_was_filed(work: Work, when: str) -> None:
    """The answer never came, and the process that waited for it is gone: filed is not gone."""
    work.deliver(*mails(8))
    work.collect()
    work.decide()
    fault = work.fault("UID MOVE", "cut", when=when)
    work.file()
    work.restart()
    work.settle()

    assert 1 == fault.hits
    work.check()


def test_killed_during_the_move_and_decided_anew_a_mail_ends_where_it_belongs(work: Work) -> None:
    """On its way to the review folder; staff close it before the desk is back."""
    held = mails(3)[2]
    work.deliver(held)
    work.collect()
    work.decide()
    work.fault("UID MOVE", "cut", when="after")
    work.file()
    with work.database.transaction() as tx:
        decide(tx, 1, APPLIED, reading("<2@mail.example>"), before=State.HELD, now=START)
    work.restart()
    work.settle()

    assert Counter({("Done", held): 1}) == work.filed()
    assert 0 == work.gone()


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_on_its_way_out_of_the_review_folder_a_mail_arrives(work: Work, when: str) -> None:
    """The second move of a mail, with its own moment of death."""
    held = mails(3)[2]
    work.deliver(held)
    work.settle()
    with work.database.transaction() as tx:
        decide(tx, 1, IGNORED, reading("<2@mail.example>"), before=State.HELD, now=START)
    fault = work.fault("UID MOVE", "cut", when=when, nth=1)
    work.settle()

    assert 1 == fault.hits
    assert Counter({("Ignored", held): 1}) == work.filed()
    assert 0 == work.gone()


def without_move(work: Work) -> None:
    """The server says that it has no MOVE, only UIDPLUS."""
    work.fault("(LOGIN|CAPABILITY)", "rewrite", when="within", times=100, text=(b" MOVE", b""))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("command", ["UID COPY", "UID STORE", "UID EXPUNGE"])
def test_without_move_a_mail_is_filed_twice_at_worst(work: Work, command: str, when: str) -> None:
    """COPY, STORE and EXPUNGE are three commands: cut in between, a second copy is the price, never the mail."""
    without_move(work)
    fault = work.fault(command, "cut", when=when)
    work.deliver(*mails(3))
    work.settle()

    assert 1 == fault.hits
    assert sorted(hashlib.sha256(raw).hexdigest() for raw in work.raws) == work.digests()
    assert {(FOLDERS[kind_of(raw)], raw) for raw in work.raws} == set(work.filed())
    assert work.filed().total() <= 4
    assert "UID MOVE" not in {command[:8] for command in work.proxy.commands}


# what the server refuses


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("UID MOVE", b"OVERQUOTA", id="move_over_quota"),
        pytest.param("UID MOVE", b"TRYCREATE", id="move_into_a_folder_that_is_gone"),
        pytest.param("UID MOVE", b"INUSE", id="move_in_use"),
        pytest.param("CREATE", b"OVERQUOTA", id="create_over_quota"),
        pytest.param("CREATE", b"NOPERM", id="create_not_allowed"),
        pytest.param("SUBSCRIBE", b"SERVERBUG", id="subscribe_refused"),
        pytest.param("SELECT", b"UNAVAILABLE", id="select_unavailable"),
        pytest.param("UID SEARCH", b"SERVERBUG", id="search_refused"),
        pytest.param(r"UID FETCH .*BODY\.PEEK\[\]", b"SERVERBUG", id="fetch_refused"),
        pytest.param("LOGIN", b"UNAVAILABLE", id="login_not_now"),
    ],
)
def test_a_refusal_is_tried_again(work: Work, command: str, code: bytes) -> None:
    """Over quota today, and not for ever; the mail stays where it is and is collected all the same."""
    fault = work.fault(command, "refuse", text=(code, b""), times=3)
    work.deliver(*mails(4))
    work.settle()

    assert 3 == fault.hits
    work.check()


def test_a_copy_over_quota_is_tried_again(work: Work) -> None:
    """The server without MOVE: nothing is marked as deleted before the copy is there."""
    without_move(work)
    fault = work.fault("UID COPY", "refuse", text=(b"OVERQUOTA", b""), times=2)
    work.deliver(*mails(3))
    work.round()
    flags = list(work.mailbox.flags().values())
    work.settle()

    assert 2 == fault.hits
    assert [set(), set()] == flags
    work.check()


def test_from_a_read_only_mailbox_mail_is_taken_and_stays(work: Work) -> None:
    """Once it can be written, it is filed; until then one alarm says so."""
    read_only = work.fault("SELECT", "rewrite", when="within", times=100, text=(b"[READ-WRITE]", b"[READ-ONLY]"))
    work.deliver(*mails(3))
    work.round()
    work.round()
    raised, left = work.alarms(), len(work.mailbox.uids())
    stored = work.digests()
    read_only.times = 0
    work.settle()

    assert ({"cannot_file"}, 3, 3) == (raised, left, len(stored))
    assert 1 == work.stream.getvalue().count("kind=cannot_file")
    work.check()


# numbers that change


def renumber(work: Work, uidvalidity: int, uidnext: int = 1) -> None:
    work.dovecot.renumber(work.mailbox.user, uidvalidity=uidvalidity, uidnext=uidnext)
    work.proxy.cut()


@pytest.mark.parametrize("moment", ["before anything", "collected", "decided", "filed"])
def test_a_changed_uidvalidity_makes_no_second_inquiry(work: Work, moment: str) -> None:
    """Whatever was done by then; new mail comes with the change."""
    work.deliver(*mails(4))
    work.round() if moment == "filed" else None
    work.collect() if moment in ("collected", "decided") else None
    work.decide() if moment == "decided" else None
    renumber(work, 4_242, uidnext=900)
    work.deliver(*mails(4, first=4))
    work.settle()

    # The places under the old numbers are settled, and each mail has one under the new ones.
    work.check(gone=4 if moment in ("collected", "decided") else 0)


def test_the_same_mails_under_a_new_uidvalidity_are_known(work: Work) -> None:
    """A restore from a backup brings back what was filed long ago, with what was not."""
    work.deliver(*mails(4))
    work.settle()
    for raw in work.raws:
        work.mailbox.append(raw)
    renumber(work, 4_242)
    work.settle()

    assert sorted(hashlib.sha256(raw).hexdigest() for raw in work.raws) == work.digests()
    assert Counter({(FOLDERS[kind_of(raw)], raw): 2 for raw in work.raws}) == work.filed()


def test_uidvalidity_that_changes_in_the_middle_of_a_pass_ends_it(work: Work) -> None:
    """The UIDs in hand mean other mails after the reconnection: none of them is asked for."""
    work.deliver(*mails(4))

    def change() -> None:
        work.dovecot.renumber(work.mailbox.user, uidvalidity=4_242, uidnext=2)
        work.proxy.cut()

    work.fault(r"UID FETCH .*BODY\.PEEK\[\]", "call", act=change)
    work.settle()

    work.check()


def restore(work: Work, keep: int) -> None:
    """A snapshot in which there were `keep` mails comes back: same UIDVALIDITY, and the later UIDs are free again."""
    validity = work.mailbox.uidvalidity()
    work.mailbox.delete(*work.mailbox.uids()[keep:])
    renumber(work, validity, uidnext=1)


@pytest.mark.parametrize("burst", [0, 1, 3])
@pytest.mark.parametrize("first", ["collect", "file"])
def test_uids_rolled_back_under_the_same_uidvalidity_lose_no_mail(work: Work, first: str, burst: int) -> None:
    """The server gives UIDs of mail that we know to mail that we do not: fewer, as many or more before we look.

    Filed by what its UID once meant, such a mail would be away before anybody has read it.
    """
    work.deliver(*mails(4))
    work.collect()
    work.decide()
    restore(work, keep=2)
    work.raws[2:] = []  # stored, and lost to the mailbox
    work.deliver(*mails(burst, first=4))
    for _ in range(2):  # the first finds a connection that is dead
        work.collect() if first == "collect" else work.file()
    work.deliver(*mails(1, first=8))
    work.settle()

    assert 1 == work.stream.getvalue().count("event=uids_rolled_back")
    assert 5 + burst == len(work.digests())
    assert {hashlib.sha256(raw).hexdigest() for raw in work.raws} < set(work.digests())
    assert Counter((FOLDERS[kind_of(raw)], raw) for raw in work.raws) == work.filed()


@pytest.mark.parametrize("back", [True, False])
def test_a_mailbox_that_is_renamed_is_found_again(work: Work, back: bool) -> None:
    """It is renamed back, or a new one takes its name: what was in hand is settled either way."""
    work.mailbox.create("Optout")
    work.configure(folder="Optout")
    work.deliver(*mails(3))
    work.collect()
    work.decide()
    with work.mailbox.client() as client:
        client.rename_folder("Optout", "Elsewhere")
    work.proxy.cut()
    work.round()
    work.round()
    with work.mailbox.client() as client:
        if back:
            client.rename_folder("Elsewhere", "Optout")
        else:
            client.create_folder("Optout")
    if not back:  # mail in the old folder is a person's business
        work.raws.clear()
    work.deliver(*mails(3, first=3))
    work.settle()

    assert 6 == len(work.digests())
    assert "SELECT: refused" in work.stream.getvalue()
    assert {(FOLDERS[kind_of(raw)], raw) for raw in work.raws} <= set(work.filed())
    assert (0 if back else 3) == work.gone()


# people in the same mailbox


@pytest.mark.parametrize("command", ["search", "fetch_sizes", "fetch_bodies"])
def test_a_mail_that_vanishes_while_it_is_collected_is_a_persons_business(work: Work, command: str) -> None:
    """Deleted between two commands: the others are taken, and nothing is set aside."""
    work.deliver(*mails(4))
    work.fault(COMMANDS[command], "call", act=lambda: work.mailbox.delete(2))
    work.raws.pop(1)
    work.settle()

    digests = {hashlib.sha256(raw).hexdigest() for raw in work.raws}
    assert digests <= set(work.digests())
    assert set() == work.alarms()
    assert Counter((FOLDERS[kind_of(raw)], raw) for raw in work.raws) == work.filed()


@pytest.mark.parametrize(
    "target", [pytest.param("Private", id="elsewhere"), pytest.param("Done", id="where_it_belongs")]
)
@pytest.mark.parametrize("moment", ["before", "during"])
def test_a_mail_that_a_person_moves_is_not_filed_twice(work: Work, target: str, moment: str) -> None:
    """Elsewhere it is gone to us; where it belongs it is filed."""
    work.deliver(mails(1)[0], mails(4)[3])
    work.mailbox.create(target)
    work.collect()
    work.decide()
    if moment == "before":
        work.mailbox.move(1, target)
    else:
        work.fault("UID MOVE", "call", act=lambda: work.mailbox.move(1, target))
    work.settle()

    assert 2 == len(work.digests())
    assert Counter({(target, work.raws[0]): 1, ("Done", work.raws[1]): 1}) == work.filed()
    assert (1 if target == "Private" and moment == "before" else 0) == work.gone()


def test_a_mail_that_a_person_puts_back_is_filed_again(work: Work) -> None:
    """It has a new UID and the same bytes: one more place, no second inquiry."""
    work.deliver(*mails(3))
    work.settle()
    work.mailbox.move(1, "INBOX", folder="Done")
    work.settle()

    work.check()


def test_a_mail_that_staff_close_leaves_the_review_folder_through_a_broken_server(work: Work) -> None:
    """The mail is looked for there by its bytes, and the search breaks."""
    work.deliver(*mails(12))
    work.settle()
    with work.database.transaction() as tx:
        for row in inquiries.listing(tx, state=State.HELD):
            decide(tx, row.id, APPLIED, reading(None), before=State.HELD, now=START)
    faults = [work.fault(f"UID SEARCH .*{key}", "cut") for key in ("SMALLER", "SMALLER")]
    work.settle()

    assert [1, 1] == [min(fault.hits, 1) for fault in faults]
    assert {"Done", "Ignored"} == {folder for folder, _ in work.filed()}
    assert 12 == work.filed().total()
    assert 0 == work.gone()


# bad mail


def test_any_number_of_unfetchable_mails_stops_neither_the_others_nor_filing(work: Work) -> None:
    """Eight mails that cut the connection whenever they are asked for, among four that do not."""
    work.deliver(*mails(12))
    bad = [1, 2, 3, 4, 6, 7, 8, 9]
    faults = [work.fault(rf"UID FETCH (\d+[,:])*{uid}([,:]\d+)* .*BODY\.PEEK\[\]", "cut", times=1_000) for uid in bad]
    faults.append(work.fault(r"UID FETCH \d+:\d+ .*BODY\.PEEK\[\]", "cut", times=1_000))
    for _ in range(6):
        work.round()
    good = [work.raws[uid - 1] for uid in (5, 10, 11, 12)]

    assert Counter((FOLDERS[kind_of(raw)], raw) for raw in good) == work.filed()
    assert {"unfetchable"} == work.alarms()
    for fault in faults:
        fault.times = 0
    work.settle()
    work.check()


# the daemon itself


def whole_desk(tmp_path: Path, work: Work, sink: SmtpSink, count: int) -> Desk:
    """The installed daemon, with the proxy between it and Dovecot."""
    made = Desk(tmp_path, work.mailbox, work.dovecot, smtp_port=sink.port)
    settings = made.config.read_text().replace(f"port = {work.dovecot.imap_port}", f"port = {work.proxy.port}")
    made.config.write_text(settings.replace('poll_interval = "1s"', 'poll_interval = "1s"\ntimeout = "1s"'))
    (tmp_path / "customers.csv").write_text(customer_rows(count))
    made.command("customers", "import", str(tmp_path / "customers.csv"))
    return made


def test_the_daemon_goes_through_one_fault_after_the_other(tmp_path: Path, work: Work, sink: SmtpSink) -> None:
    """As a process, with its own back-offs: cut, hung, garbled, BYE, killed during the move, and mail all the time."""
    expected = mixed_mails(15)
    desk = whole_desk(tmp_path, work, sink, 15)
    faults = [
        work.fault(r"UID FETCH .*BODY\.PEEK\[\]", "cut", when="within"),
        work.fault("UID SEARCH", "hang", nth=3),
        work.fault("UID MOVE", "cut", when="after", nth=2),
        work.fault("IDLE", "garble", nth=2),
        work.fault("SELECT", "bye", nth=8),
    ]
    try:
        desk.start()
        for start in (0, 5, 10):
            work.mailbox.append_all([one.raw for one in expected[start : start + 5]])
            desk.until(lambda: len(desk.inquiries()) > start, "the mail is taken")  # noqa: B023 (called in the loop)
            work.proxy.bye()
        work.fault("UID MOVE", "call", act=desk.kill, nth=1)
        desk.until(lambda: desk.process is None or desk.settled(15), "it is killed, or done")
        if desk.process is None:
            desk.start()
        desk.until(lambda: desk.settled(15), "everything is settled")

        assert sorted(hashlib.sha256(one.raw).hexdigest() for one in expected) == sorted(
            row.digest for row in desk.inquiries()
        )
        assert 15 == sum(len(work.mailbox.uids(folder)) for folder in work.mailbox.folders())
        assert [1, 1, 1] == [fault.hits for fault in faults[:3]]
        assert 0 == desk.stop()
    finally:
        desk.close()
