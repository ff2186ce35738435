"""Taking mail in: nothing is lost, nothing is taken twice, what lies below the baseline stays there."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from optout_daemon import fetching, intake
from optout_daemon.errors import MailboxError
from optout_daemon.intake import Collected
from optout_daemon.store.database import Database
from optout_daemon.store.schema import inquiry
from tests.flow.intake_desk import DEAD, START, IntakeDesk


@pytest.fixture
def desk(database: Database) -> IntakeDesk:
    return IntakeDesk(database)


# what is stored


def test_a_mail_is_stored_with_its_bytes_its_date_and_its_place(desk: IntakeDesk) -> None:
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


def test_a_second_pass_finds_nothing_new(desk: IntakeDesk) -> None:
    """The mail still lies in the folder: filing comes later, or is switched off."""
    desk.box.add(b"one")
    desk.collect()
    desk.box.calls.clear()

    assert Collected() == desk.collect()
    assert ["select", "sizes 1", "uids_above 1"] == desk.box.calls


def test_the_same_bytes_again_are_one_inquiry_in_two_places(desk: IntakeDesk) -> None:
    """A mail client that copies a mail back must not make a second case of it."""
    desk.box.add(b"one")
    desk.box.add(b"one")

    assert Collected(new=1, known=1) == desk.collect()
    assert [b"one"] == desk.raws()
    assert [(7, 1), (7, 2)] == desk.places()


def test_a_mail_without_a_readable_date_is_dated_now(desk: IntakeDesk) -> None:
    """Some servers have none for a broken mail."""
    desk.box.add(b"one", None)
    desk.collect()
    with desk.database.reading() as tx:
        assert START == tx.execute(select(inquiry.c.received_at)).scalar_one()


def test_an_empty_mail_is_a_mail(desk: IntakeDesk) -> None:
    """It ends as unreadable; it does not end as nothing."""
    desk.box.add(b"")

    assert Collected(new=1) == desk.collect()


def test_of_a_mail_that_is_too_large_the_head_alone_is_stored(desk: IntakeDesk) -> None:
    """The headers and the beginning, marked as cut, with the size that it had."""
    desk.box.add(b"Subject: big\r\n\r\n" + b"x" * 100_000)
    desk.box.add(b"small")
    desk.collect(max_message_size=65_536)
    with desk.database.reading() as tx:
        big, small = tx.execute(select(inquiry.c.truncated, inquiry.c.size).order_by(inquiry.c.id)).all()

    assert [65_536, 5] == [len(raw) for raw in desk.raws()]
    assert ((True, 100_016), (False, 5)) == (tuple(big), tuple(small))
    assert "fetch 2" in desk.box.calls


def test_mails_are_fetched_in_bounded_batches(desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the number nor the bytes in memory grow with the mailbox."""
    monkeypatch.setattr(fetching, "BATCH_MAILS", 3)
    monkeypatch.setattr(fetching, "BATCH_BYTES", 100)
    for size in (10, 10, 10, 10, 95, 10, 200, 10):
        desk.box.add(b"%d" % len(desk.box.mails) + b"x" * size)
    desk.collect()

    assert ["1 2 3", "4", "5", "6", "7", "8"] == [c[6:] for c in desk.box.calls if c.startswith("fetch ")]


def test_a_long_pass_ends_and_the_next_goes_on(desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass that takes an hour looks like one that hangs, and the watchdog would end it."""
    monkeypatch.setattr(intake, "PASS_SECONDS", -1.0)
    monkeypatch.setattr(intake, "LISTED_AT_ONCE", 1)
    desk.box.add(b"one")

    assert desk.collect().more
    monkeypatch.setattr(intake, "PASS_SECONDS", 60.0)
    assert Collected(new=1) == desk.collect()


def test_the_stop_ends_a_pass_between_batches(desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_what_was_there_at_first_contact_is_counted_and_left(desk: IntakeDesk) -> None:
    """A new desk must not answer ten years of mail."""
    for raw in (b"one", b"two"):
        desk.box.add(raw)
    first = desk.collect(since="now")
    desk.box.add(b"three")
    second = desk.collect(since="now")

    assert (Collected(), Collected(new=1)) == (first, second)
    assert [b"three"] == desk.raws()
    assert 2 == desk.cursor().below_baseline


def test_without_uidnext_the_highest_uid_is_the_baseline(desk: IntakeDesk) -> None:
    """Old servers do not say UIDNEXT."""
    desk.box.tells_uidnext = False
    desk.box.add(b"one", uid=40)
    desk.collect(since="now")
    desk.box.add(b"two")
    desk.collect(since="now")

    assert [b"two"] == desk.raws()


def test_everything_can_be_asked_for(desk: IntakeDesk) -> None:
    """`since = "all"`."""
    desk.box.add(b"one")

    assert Collected(new=1) == desk.collect(since="all")
    assert 0 == desk.cursor().below_baseline


def test_a_date_is_compared_with_internaldate_whatever_the_order(desk: IntakeDesk) -> None:
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


def test_an_old_mail_that_is_moved_in_after_first_contact_is_ours(desk: IntakeDesk) -> None:
    """Staff find an opt-out in the junk folder and drag it to the desk."""
    desk.collect(since=date(2026, 3, 10))
    desk.box.add(b"found in junk", datetime(2025, 12, 1, tzinfo=UTC))

    assert Collected(new=1) == desk.collect(since=date(2026, 3, 10))


def test_a_date_after_every_mail_takes_none(desk: IntakeDesk) -> None:
    """And the next mail is the first."""
    desk.box.add(b"old", datetime(2020, 1, 1, tzinfo=UTC))
    desk.collect(since=date(2026, 3, 10))
    desk.box.add(b"new", datetime(2026, 3, 11, tzinfo=UTC))
    desk.collect(since=date(2026, 3, 10))

    assert [b"new"] == desk.raws()


def test_a_pass_that_breaks_off_at_first_contact_goes_on_under_the_same_baseline(desk: IntakeDesk) -> None:
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
