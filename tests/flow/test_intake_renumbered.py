"""Taking mail in from a mailbox whose numbers changed: a new UIDVALIDITY, UIDs given out again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from optout_daemon.intake import Collected
from optout_daemon.store import locations
from optout_daemon.store.database import Database
from optout_daemon.store.schema import location
from tests.flow.intake_desk import DEAD, START, IntakeDesk


@pytest.fixture
def desk(database: Database) -> IntakeDesk:
    return IntakeDesk(database)


# a new UIDVALIDITY


def test_a_new_uidvalidity_finds_the_known_mails_again(desk: IntakeDesk) -> None:
    """Other numbers, the same mails: further places of the same inquiries, and new ones beside them."""
    for raw in (b"one", b"two"):
        desk.box.add(raw, START)
    desk.collect(since="all")
    desk.box.renumber(8, first=101)
    desk.box.add(b"three", START)

    assert Collected(new=1, known=2) == desk.collect(since="all")
    assert [(7, 1), (7, 2), (8, 101), (8, 102), (8, 103)] == desk.places()
    assert (8, 103) == (desk.cursor().uidvalidity, desk.cursor().last_uid)


def test_a_new_uidvalidity_lifts_nothing_over_the_baseline(desk: IntakeDesk) -> None:
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


def test_a_known_mail_is_found_again_however_old(desk: IntakeDesk) -> None:
    """It was moved in after first contact; only what is unknown and old stays below the baseline."""
    desk.collect(since="now")
    desk.box.add(b"filler", START + timedelta(minutes=1))
    desk.box.add(b"found in junk", START - timedelta(days=400))
    desk.collect(since="now")
    desk.box.renumber(8, first=50)

    assert Collected(known=2) == desk.collect(since="now")


def test_after_a_new_uidvalidity_an_old_mail_that_is_moved_in_is_ours(desk: IntakeDesk) -> None:
    """The rule by date is for what was there at the change."""
    desk.box.add(b"old", START - timedelta(days=400))
    desk.collect(since="now")
    desk.box.renumber(8)
    desk.collect(since="now")
    desk.box.add(b"found in junk", START - timedelta(days=300))

    assert Collected(new=1) == desk.collect(since="now")


def test_where_nothing_was_below_the_baseline_nothing_is_after_the_change(desk: IntakeDesk) -> None:
    """`since = "all"` means all, also of what came with the restore."""
    desk.collect(since="all")
    desk.box.renumber(8)
    desk.box.add(b"restored", datetime(2019, 1, 1, tzinfo=UTC))

    assert Collected(new=1) == desk.collect(since="all")


# UIDs given out again under the same UIDVALIDITY


def roll_back(desk: IntakeDesk, uidnext: int) -> None:
    """Restore the mailbox as it was when `uidnext` was its next UID."""
    desk.box.mails = {uid: mail for uid, mail in desk.box.mails.items() if uid < uidnext}
    desk.box._next = uidnext


def test_mail_under_a_uid_that_was_another_mails_is_taken(desk: IntakeDesk) -> None:
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


def test_a_roll_back_is_noticed_though_the_uids_have_passed_the_cursor_again(desk: IntakeDesk) -> None:
    """The queue of a whole day arrives before we do: a mail lies under the UID of one that was filed."""
    for raw in (b"one", b"two"):
        desk.box.add(raw, START)
    desk.collect()
    with desk.database.transaction() as tx:
        locations.mark_filed(tx, [2], "IntakeDesk/Done", START)
    roll_back(desk, 2)
    for raw in (b"under the UID of two", b"three"):
        desk.box.add(raw, START)

    assert Collected(new=2, known=1) == desk.collect()
    assert Collected() == desk.collect()


def test_a_roll_back_is_noticed_by_the_time_of_a_mail_that_was_not_filed(desk: IntakeDesk) -> None:
    """INTERNALDATE belongs to a UID for good (RFC 3501, section 2.3.3)."""
    for raw in (b"one", b"two"):
        desk.box.add(raw, START)
    desk.collect()
    roll_back(desk, 2)
    for raw in (b"under the UID of two", b"three"):
        desk.box.add(raw, START + timedelta(minutes=1))

    assert Collected(new=2, known=1) == desk.collect()


def test_a_roll_back_lifts_nothing_over_the_baseline(desk: IntakeDesk) -> None:
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


def test_a_second_roll_back_is_as_the_first(desk: IntakeDesk) -> None:
    """The places of three numberings are kept apart."""
    desk.box.add(b"one", START)
    for raw in (b"a", b"b", b"c"):
        desk.box.add(raw, START)
        desk.collect()
        roll_back(desk, 2)
        desk.collect()

    assert [b"one", b"a", b"b", b"c"] == desk.raws()
    assert {7 + 2**32, 7 + 2 * 2**32, 7 + 3 * 2**32, 7} == {validity for validity, _ in desk.places()}


def test_a_renumbered_mailbox_forgets_what_was_set_aside(desk: IntakeDesk) -> None:
    """It comes again under its new UID."""
    desk.box.add(b"one", START)
    desk.box.fail["fetch 1"] = DEAD
    desk.collect()
    desk.box.fail.clear()
    desk.box.renumber(8, first=5)

    assert Collected(new=1) == desk.collect()
    assert ([], []) == (desk.alarms(), desk.aside())


def test_what_was_not_filed_before_the_change_and_is_found_again_is_settled(desk: IntakeDesk) -> None:
    """Its old place would stay unfiled for ever."""
    desk.box.add(b"one", START)
    desk.collect()
    desk.box.renumber(8, first=5)
    desk.collect()
    with desk.database.reading() as tx:
        gone = tx.execute(select(location.c.uid).where(location.c.gone_at.is_not(None))).scalars().all()

    assert [1] == gone
