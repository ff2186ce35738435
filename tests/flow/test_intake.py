"""Taking mail in: nothing is lost, nothing is taken twice, what lies below the baseline stays there."""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from optout_daemon import fetching, intake
from optout_daemon.config import MailboxSettings
from optout_daemon.errors import AuthenticationError, MailboxError, StoreError
from optout_daemon.intake import Collected, collect
from optout_daemon.log import Log
from optout_daemon.store import alarms, cursors, inquiries, locations, unfetched
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database
from optout_daemon.store.schema import inquiry, location
from optout_daemon.store.unfetched import Unfetched
from tests.fakes import FakeClock, FakeMailbox

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEAD = MailboxError("the connection broke", "4.4.2")


class Desk:
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


def _raise(error: Exception) -> Callable[..., None]:
    def raising(*arguments: object, **values: object) -> None:
        raise error

    return raising


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# what is stored


def test_a_mail_is_stored_with_its_bytes_its_date_and_its_place(desk: Desk) -> None:
    """Bytes and not text: nothing is decoded before it is stored."""
    raw = b"Subject: \x93\x8d\r\n\r\n\xff\x00\r\n"
    desk.box.add(raw, datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    collected = desk.collect()
    with desk.database.reading() as tx:
        row = tx.execute(select(inquiry)).one()

    assert Collected(new=1) == collected
    assert [raw] == desk.raws()
    assert (hashlib.sha256(raw).hexdigest(), len(raw), False) == (row.digest, row.size, row.truncated)
    assert datetime(2026, 11, 20, 12, 0, tzinfo=UTC) == row.received_at
    assert [(7, 1)] == desk.places()


def test_a_second_pass_finds_nothing_new(desk: Desk) -> None:
    """The mail still lies in the folder: filing comes later, or is switched off."""
    desk.box.add(b"one")
    desk.collect()
    desk.box.calls.clear()

    assert Collected() == desk.collect()
    assert ["select", "sizes 1", "uids_above 1"] == desk.box.calls


def test_the_same_bytes_again_are_one_inquiry_in_two_places(desk: Desk) -> None:
    """A mail client that copies a mail back must not make a second case of it."""
    desk.box.add(b"one")
    desk.box.add(b"one")

    assert Collected(new=1, known=1) == desk.collect()
    assert [b"one"] == desk.raws()
    assert [(7, 1), (7, 2)] == desk.places()


def test_a_mail_without_a_readable_date_is_dated_now(desk: Desk) -> None:
    """Some servers have none for a broken mail."""
    desk.box.add(b"one", None)
    desk.collect()
    with desk.database.reading() as tx:
        assert START == tx.execute(select(inquiry.c.received_at)).scalar_one()


def test_an_empty_mail_is_a_mail(desk: Desk) -> None:
    """It ends as unreadable; it does not end as nothing."""
    desk.box.add(b"")

    assert Collected(new=1) == desk.collect()


def test_of_a_mail_that_is_too_large_the_head_alone_is_stored(desk: Desk) -> None:
    """The headers and the beginning, marked as cut, with the size that it had."""
    desk.box.add(b"Subject: big\r\n\r\n" + b"x" * 100_000)
    desk.box.add(b"small")
    desk.collect(max_message_size=65_536)
    with desk.database.reading() as tx:
        big, small = tx.execute(select(inquiry.c.truncated, inquiry.c.size).order_by(inquiry.c.id)).all()

    assert [65_536, 5] == [len(raw) for raw in desk.raws()]
    assert ((True, 100_016), (False, 5)) == (tuple(big), tuple(small))
    assert "fetch 2" in desk.box.calls


def test_mails_are_fetched_in_bounded_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the number nor the bytes in memory grow with the mailbox."""
    monkeypatch.setattr(fetching, "BATCH_MAILS", 3)
    monkeypatch.setattr(fetching, "BATCH_BYTES", 100)
    for size in (10, 10, 10, 10, 95, 10, 200, 10):
        desk.box.add(b"%d" % len(desk.box.mails) + b"x" * size)
    desk.collect()

    assert ["1 2 3", "4", "5", "6", "7", "8"] == [c[6:] for c in desk.box.calls if c.startswith("fetch ")]


def test_a_long_pass_ends_and_the_next_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass that takes an hour looks like one that hangs, and the watchdog would end it."""
    monkeypatch.setattr(intake, "PASS_SECONDS", -1.0)
    monkeypatch.setattr(intake, "LISTED_AT_ONCE", 1)
    desk.box.add(b"one")

    assert desk.collect().more
    monkeypatch.setattr(intake, "PASS_SECONDS", 60.0)
    assert Collected(new=1) == desk.collect()


def test_the_stop_ends_a_pass_between_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in hand is stored; the rest is there at the next start."""
    monkeypatch.setattr(fetching, "BATCH_MAILS", 1)
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    desk.box.before = lambda call: desk.stop.set() if call == "fetch 2" else None
    stopped = desk.collect()
    desk.stop.clear()
    desk.box.before = lambda call: None
    desk.collect()

    assert (2, True) == (stopped.new, stopped.more)
    assert [b"one", b"two", b"three"] == desk.raws()


# the baseline


def test_what_was_there_at_first_contact_is_counted_and_left(desk: Desk) -> None:
    """A new desk must not answer ten years of mail."""
    for raw in (b"one", b"two"):
        desk.box.add(raw)
    first = desk.collect(since="now")
    desk.box.add(b"three")
    second = desk.collect(since="now")

    assert (Collected(), Collected(new=1)) == (first, second)
    assert [b"three"] == desk.raws()
    assert 2 == desk.cursor().below_baseline


def test_without_uidnext_the_highest_uid_is_the_baseline(desk: Desk) -> None:
    """Old servers do not say UIDNEXT."""
    desk.box.tells_uidnext = False
    desk.box.add(b"one", uid=40)
    desk.collect(since="now")
    desk.box.add(b"two")
    desk.collect(since="now")

    assert [b"two"] == desk.raws()


def test_everything_can_be_asked_for(desk: Desk) -> None:
    """`since = "all"`."""
    desk.box.add(b"one")

    assert Collected(new=1) == desk.collect(since="all")
    assert 0 == desk.cursor().below_baseline


def test_a_date_is_compared_with_internaldate_whatever_the_order(desk: Desk) -> None:
    """In a mailbox that was migrated, UIDs do not follow the dates."""
    zone = datetime.fromisoformat("2026-03-10T00:30:00+09:00").tzinfo
    desk.box.add(b"old", datetime(2026, 3, 9, 23, 59, tzinfo=zone))
    desk.box.add(b"new", datetime(2026, 3, 10, 0, 0, tzinfo=zone))  # the day before in UTC, and the day that counts
    desk.box.add(b"older", datetime(2020, 1, 1, tzinfo=UTC))
    desk.box.add(b"newer", datetime(2026, 4, 1, tzinfo=UTC))
    desk.collect(since=date(2026, 3, 10))

    assert [b"new", b"newer"] == desk.raws()
    assert 2 == desk.cursor().below_baseline
    assert "fetch 1" not in " ".join(desk.box.calls)


def test_an_old_mail_that_is_moved_in_after_first_contact_is_ours(desk: Desk) -> None:
    """Staff find an opt-out in the junk folder and drag it to the desk."""
    desk.collect(since=date(2026, 3, 10))
    desk.box.add(b"found in junk", datetime(2025, 12, 1, tzinfo=UTC))

    assert Collected(new=1) == desk.collect(since=date(2026, 3, 10))


def test_a_date_after_every_mail_takes_none(desk: Desk) -> None:
    """And the next mail is the first."""
    desk.box.add(b"old", datetime(2020, 1, 1, tzinfo=UTC))
    desk.collect(since=date(2026, 3, 10))
    desk.box.add(b"new", datetime(2026, 3, 11, tzinfo=UTC))
    desk.collect(since=date(2026, 3, 10))

    assert [b"new"] == desk.raws()


def test_a_pass_that_breaks_off_at_first_contact_goes_on_under_the_same_baseline(desk: Desk) -> None:
    """The baseline is set once, before anything is fetched."""
    desk.box.add(b"old", datetime(2020, 1, 1, tzinfo=UTC))
    desk.box.add(b"new", datetime(2026, 3, 11, tzinfo=UTC))
    desk.box.fail = {"fetch": DEAD, "open": DEAD}
    with pytest.raises(MailboxError):
        desk.collect(since=date(2026, 3, 10))
    desk.box.fail.clear()
    desk.box.open()
    desk.collect(since=date(2026, 3, 10))

    assert [b"new"] == desk.raws()
    assert 1 == desk.cursor().below_baseline


# a new UIDVALIDITY


def test_a_new_uidvalidity_finds_the_known_mails_again(desk: Desk) -> None:
    """Other numbers, the same mails: further places of the same inquiries, and new ones beside them."""
    for raw in (b"one", b"two"):
        desk.box.add(raw, START)
    desk.collect(since="all")
    desk.box.renumber(8, first=101)
    desk.box.add(b"three", START)

    assert Collected(new=1, known=2) == desk.collect(since="all")
    assert [(7, 1), (7, 2), (8, 101), (8, 102), (8, 103)] == desk.places()
    assert (8, 103) == (desk.cursor().uidvalidity, desk.cursor().last_uid)


def test_a_new_uidvalidity_lifts_nothing_over_the_baseline(desk: Desk) -> None:
    """What was old at first contact is old still; what came since and is known is found again."""
    desk.box.add(b"old", START - timedelta(days=400))
    desk.collect(since="now")
    desk.box.add(b"known", START + timedelta(hours=1))
    desk.clock.pass_by(hours=2)
    desk.collect(since="now")
    desk.box.renumber(8)
    desk.box.add(b"new", START + timedelta(hours=3))

    assert Collected(new=1, known=1, skipped=1) == desk.collect(since="now")
    assert [b"known", b"new"] == desk.raws()


def test_a_known_mail_is_found_again_however_old(desk: Desk) -> None:
    """It was moved in after first contact; only what is unknown and old stays below the baseline."""
    desk.collect(since="now")
    desk.box.add(b"filler", START + timedelta(minutes=1))
    desk.box.add(b"found in junk", START - timedelta(days=400))
    desk.collect(since="now")
    desk.box.renumber(8, first=50)

    assert Collected(known=2) == desk.collect(since="now")


def test_after_a_new_uidvalidity_an_old_mail_that_is_moved_in_is_ours(desk: Desk) -> None:
    """The rule by date is for what was there at the change."""
    desk.box.add(b"old", START - timedelta(days=400))
    desk.collect(since="now")
    desk.box.renumber(8)
    desk.collect(since="now")
    desk.box.add(b"found in junk", START - timedelta(days=300))

    assert Collected(new=1) == desk.collect(since="now")


def test_where_nothing_was_below_the_baseline_nothing_is_after_the_change(desk: Desk) -> None:
    """`since = "all"` means all, also of what came with the restore."""
    desk.collect(since="all")
    desk.box.renumber(8)
    desk.box.add(b"restored", datetime(2019, 1, 1, tzinfo=UTC))

    assert Collected(new=1) == desk.collect(since="all")


# UIDs given out again under the same UIDVALIDITY


def roll_back(desk: Desk, uidnext: int) -> None:
    """Restore the mailbox as it was when `uidnext` was its next UID."""
    desk.box.mails = {uid: mail for uid, mail in desk.box.mails.items() if uid < uidnext}
    desk.box._next = uidnext


def test_mail_under_a_uid_that_was_another_mails_is_taken(desk: Desk) -> None:
    """A mailbox that is restored from a snapshot keeps its UIDVALIDITY, though it must not (RFC 3501, 2.3.1.1)."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw, START)
    desk.collect()
    roll_back(desk, 3)
    desk.collect()
    desk.box.add(b"under the UID of three", START)
    second = desk.collect()

    assert Collected(new=1) == second
    assert [b"one", b"two", b"three", b"under the UID of three"] == desk.raws()
    assert 1 == desk.log.getvalue().count("event=uids_rolled_back")
    assert [(7 + 2**32, uid) for uid in (1, 2, 3)] + [(7, uid) for uid in (1, 2, 3)] == desk.places()


def test_a_roll_back_is_noticed_though_the_uids_have_passed_the_cursor_again(desk: Desk) -> None:
    """The queue of a whole day arrives before we do: a mail lies under the UID of one that was filed."""
    for raw in (b"one", b"two"):
        desk.box.add(raw, START)
    desk.collect()
    with desk.database.transaction() as tx:
        locations.mark_filed(tx, [2], "Desk/Done", START)
    roll_back(desk, 2)
    for raw in (b"under the UID of two", b"three"):
        desk.box.add(raw, START)

    assert Collected(new=2, known=1) == desk.collect()
    assert Collected() == desk.collect()


def test_a_roll_back_is_noticed_by_the_time_of_a_mail_that_was_not_filed(desk: Desk) -> None:
    """INTERNALDATE belongs to a UID for good (RFC 3501, section 2.3.3)."""
    for raw in (b"one", b"two"):
        desk.box.add(raw, START)
    desk.collect()
    roll_back(desk, 2)
    for raw in (b"under the UID of two", b"three"):
        desk.box.add(raw, START + timedelta(minutes=1))

    assert Collected(new=2, known=1) == desk.collect()


def test_a_roll_back_lifts_nothing_over_the_baseline(desk: Desk) -> None:
    """What was old at first contact is old still, what came since is ours."""
    desk.box.add(b"old", START - timedelta(days=400))
    desk.collect(since="now")
    desk.clock.pass_by(hours=2)
    desk.box.add(b"known", START + timedelta(hours=1))
    desk.box.add(b"lost", START + timedelta(hours=1))
    desk.collect(since="now")
    roll_back(desk, 3)
    desk.box.add(b"new", START + timedelta(hours=2))
    desk.box._next = 3  # the server does not know better

    assert Collected(new=1, known=1, skipped=1) == desk.collect(since="now")
    assert [b"known", b"lost", b"new"] == desk.raws()


def test_a_second_roll_back_is_as_the_first(desk: Desk) -> None:
    """The places of three numberings are kept apart."""
    desk.box.add(b"one", START)
    for raw in (b"a", b"b", b"c"):
        desk.box.add(raw, START)
        desk.collect()
        roll_back(desk, 2)
        desk.collect()

    assert [b"one", b"a", b"b", b"c"] == desk.raws()
    assert {7 + 2**32, 7 + 2 * 2**32, 7 + 3 * 2**32, 7} == {validity for validity, _ in desk.places()}


def test_a_renumbered_mailbox_forgets_what_was_set_aside(desk: Desk) -> None:
    """It comes again under its new UID."""
    desk.box.add(b"one", START)
    desk.box.fail["fetch 1"] = DEAD
    desk.collect()
    desk.box.fail.clear()
    desk.box.renumber(8, first=5)

    assert Collected(new=1) == desk.collect()
    assert ([], []) == (desk.alarms(), desk.aside())


def test_what_was_not_filed_before_the_change_and_is_found_again_is_settled(desk: Desk) -> None:
    """Its old place would stay unfiled for ever."""
    desk.box.add(b"one", START)
    desk.collect()
    desk.box.renumber(8, first=5)
    desk.collect()
    with desk.database.reading() as tx:
        gone = tx.execute(select(location.c.uid).where(location.c.gone_at.is_not(None))).scalars().all()

    assert [1] == gone


# what goes wrong


def test_a_mail_that_vanished_is_simply_gone(desk: Desk) -> None:
    """A person was faster; the cursor goes on over it."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)

    def vanish(call: str) -> None:
        if call.startswith("fetch"):
            desk.box.mails.pop(2, None)

    desk.box.before = vanish
    desk.collect()

    assert [b"one", b"three"] == desk.raws()
    assert 3 == desk.cursor().last_uid
    assert [] == desk.alarms()


def test_a_mail_that_breaks_the_session_does_not_stop_the_others(desk: Desk) -> None:
    """It is tried again ever more rarely, and one alarm says so; nothing above it waits."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    desk.box.fail["fetch 2"] = DEAD
    first, second = desk.collect(), desk.collect()
    desk.clock.pass_by(hours=2)
    desk.collect()

    assert (2, 0) == (first.new, second.new)
    assert [b"one", b"three"] == desk.raws()
    assert ["unfetchable desk/7/2"] == desk.alarms()
    assert 1 == desk.log.getvalue().count("event=alarm")
    assert 3 == desk.cursor().last_uid
    assert [(2, 2, "MailboxError 4.4.2")] == [(mail.uid, mail.attempts, mail.cause) for mail in desk.aside()]


def test_a_connection_that_breaks_once_sets_nothing_aside(desk: Desk) -> None:
    """Most passes find a single mail: a cut at that moment is no reason for an alarm, nor for a minute's wait."""
    desk.box.add(b"one")
    desk.box.fail["fetch 1"] = DEAD
    desk.box.before = lambda call: desk.box.fail.clear() if call == "open" else None
    collected = desk.collect()

    assert Collected(new=1) == collected
    assert ([], []) == (desk.alarms(), desk.aside())


def test_a_mail_that_was_set_aside_is_taken_when_it_can_be(desk: Desk) -> None:
    """And the alarm goes."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    desk.box.fail["sizes 2"] = DEAD
    desk.collect()
    desk.box.fail.clear()
    desk.box.add(b"four")
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert {b"one", b"two", b"three", b"four"} == set(desk.raws())
    assert ([], []) == (desk.alarms(), desk.aside())
    assert 4 == desk.cursor().last_uid


def test_a_mail_that_was_set_aside_may_vanish(desk: Desk) -> None:
    """A person looked after it: nothing is left to ask for."""
    desk.box.add(b"one")
    desk.box.fail["fetch 1"] = DEAD
    desk.collect()
    del desk.box.mails[1]
    desk.box.fail.clear()
    desk.box.add(b"two")
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert [b"two"] == desk.raws()
    assert ([], []) == (desk.alarms(), desk.aside())


def test_a_mail_that_is_listed_and_not_handed_out_is_asked_for_again(desk: Desk) -> None:
    """The server cannot read its own file; an administrator may."""
    for raw in (b"one", b"two"):
        desk.box.add(raw)
    desk.box.unreadable.add(1)
    desk.collect()
    aside = desk.aside()
    desk.box.unreadable.clear()
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert ["not handed out"] == [mail.cause for mail in aside]
    assert {b"one", b"two"} == set(desk.raws())


def test_what_is_not_handed_out_has_its_row_before_the_cursor_moves_over_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in between, nobody would ask for the mail again."""
    for raw in (b"one", b"two"):
        desk.box.add(raw)
    desk.box.unreadable.add(1)
    monkeypatch.setattr(cursors, "advance", _raise(StoreError("the disk is full")))
    with pytest.raises(StoreError):
        desk.collect()

    assert [1] == [mail.uid for mail in desk.aside()]
    assert 0 == desk.cursor().last_uid


def test_any_number_of_mails_that_break_the_session_ends_in_a_pass_that_completes(desk: Desk) -> None:
    """Else the session would be backed off for ever, and filing, which shares it, would starve."""
    for number in range(12):
        desk.box.add(b"%d" % number)
    desk.box.fail |= {f"fetch {uid}": DEAD for uid in range(2, 12)}
    broken = 0
    for _ in range(8):
        try:
            desk.collect()
        except MailboxError:
            broken += 1
            desk.box.open()

    assert 3 == broken
    assert [b"0", b"11"] == desk.raws()
    assert 10 == len(desk.aside())
    assert START == desk.cursor().last_pass


def test_known_bad_mails_never_end_a_pass(desk: Desk) -> None:
    """Three of them may cost a connection each, then the others wait for the next pass."""
    for number in range(5):
        desk.box.add(b"%d" % number)
        desk.box.fail[f"fetch {number + 1}"] = DEAD
    for _ in range(3):
        with contextlib.suppress(MailboxError):
            desk.collect()
        desk.box.open()
    desk.clock.pass_by(hours=2)
    desk.box.calls.clear()
    desk.collect()

    assert 5 == len(desk.aside())
    assert 3 * 2 == sum(call.startswith("fetch") for call in desk.box.calls)
    assert desk.clock() == desk.cursor().last_pass


def test_a_server_that_breaks_at_every_mail_ends_the_pass(desk: Desk) -> None:
    """After a few it is the server and not the mails; what was set aside comes again."""
    for number in range(10):
        desk.box.add(b"%d" % number)
    desk.box.fail["fetch"] = DEAD
    with pytest.raises(MailboxError):
        desk.collect()
    desk.box.fail.clear()
    desk.box.open()
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert 10 == len(desk.raws())
    assert [] == desk.alarms()


def test_a_mail_at_which_our_own_code_fails_is_set_aside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect must not stop the mailbox: it has a row, an alarm, and is tried again after the next upgrade."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    store_mail = inquiries.store_mail

    def failing(*arguments: Any, **values: Any) -> inquiries.Stored:
        if values["raw"] == b"two":
            raise ValueError("anna@example.org")
        return store_mail(*arguments, **values)

    monkeypatch.setattr(inquiries, "store_mail", failing)
    desk.collect()
    aside, raised = desk.aside(), desk.alarms()
    monkeypatch.setattr(inquiries, "store_mail", store_mail)
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert [(2, "ValueError")] == [(mail.uid, mail.cause) for mail in aside]
    assert ["unfetchable desk/7/2"] == raised
    assert {b"one", b"two", b"three"} == set(desk.raws())
    assert "anna" not in desk.log.getvalue()


def test_a_clock_that_was_ahead_puts_no_mail_off_for_long(desk: Desk) -> None:
    """Back in its own day, the desk does not wait for tomorrow."""
    desk.box.add(b"one")
    desk.box.fail["fetch 1"] = DEAD
    desk.clock.pass_by(days=1)
    desk.collect()
    desk.box.fail.clear()
    desk.clock.pass_by(days=-1)
    desk.collect()

    assert [b"one"] == desk.raws()


@pytest.mark.parametrize("call", ["select", "uids_above", "open"])
def test_a_server_that_is_away_ends_the_pass(desk: Desk, call: str) -> None:
    """Nothing is lost by it: the cursor stands where it stood."""
    desk.box.add(b"one")
    desk.box.fail = {"fetch": DEAD, call: DEAD}
    with pytest.raises(MailboxError):
        desk.collect()
    desk.box.fail.clear()
    desk.box.open()

    assert Collected(new=1) == desk.collect()


def test_a_password_that_changed_meanwhile_is_not_taken_for_a_bad_mail(desk: Desk) -> None:
    """It is told as what it is."""
    desk.box.add(b"one")
    desk.box.fail = {"fetch": DEAD, "open": AuthenticationError("refused", "4.7.8")}
    with pytest.raises(AuthenticationError):
        desk.collect()

    assert [] == desk.alarms()


def test_what_cannot_be_stored_is_not_acknowledged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail and cursor are one transaction: after a full disk the mail is new still."""
    desk.box.add(b"one")
    advance = cursors.advance
    monkeypatch.setattr(cursors, "advance", _raise(StoreError("the disk is full")))
    with pytest.raises(StoreError):
        desk.collect()
    left = desk.raws()
    monkeypatch.setattr(cursors, "advance", advance)

    assert [] == left
    assert Collected(new=1) == desk.collect()


def test_the_pass_is_recorded_only_when_it_came_to_its_end(desk: Desk) -> None:
    """Health is the age of the last completed pass."""
    desk.box.add(b"one")
    desk.box.fail = {"fetch": DEAD, "open": DEAD}
    with pytest.raises(MailboxError):
        desk.collect()
    before = desk.cursor().last_pass
    desk.box.fail.clear()
    desk.box.open()
    desk.collect()

    assert (None, START) == (before, desk.cursor().last_pass)


def test_the_log_names_no_person(desk: Desk) -> None:
    """Numbers alone: the mail may be about anybody."""
    desk.box.add(b"From: anna@example.org\r\nSubject: Anna Arden\r\n\r\nstop\r\n")
    desk.collect()

    assert "anna" not in desk.log.getvalue().lower()
    assert "event=stored" in desk.log.getvalue()
