"""Where mails lie, what is still to be filed, and how far a mailbox was collected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.errors import Conflict
from optout_daemon.store import cursors, inquiries, locations, unfetched
from optout_daemon.store.database import Database
from tests.store.builders import APPLIED, HOUR, IGNORED, NOW, decide, reading, store


def unfiled(tx: Connection, *, at: int = 0, **changes: object) -> Sequence[locations.Location]:
    return locations.unfiled(tx, mailbox="desk", uidvalidity=1, now=NOW + at * HOUR, limit=10)


def test_only_decided_mails_of_the_mailbox_are_filed(database: Database) -> None:
    """Store, decide, then touch the mailbox: an undecided mail stays where its sender left it."""
    with database.transaction() as tx:
        applied, received, shunted, held = store(tx, uid=1), store(tx, uid=2), store(tx, uid=3), store(tx, uid=4)
        elsewhere, renumbered = store(tx, uid=5, mailbox="other"), store(tx, uid=6, uidvalidity=2)
        decide(tx, applied, APPLIED)
        decide(tx, held)
        decide(tx, elsewhere, IGNORED)
        decide(tx, renumbered, IGNORED)
        inquiries.shunt(tx, shunted, now=NOW)
        found = unfiled(tx)

    assert [(applied, 1, Disposition.APPLIED, State.CLOSED), (held, 4, Disposition.HELD, State.HELD)] == [
        (place.inquiry_id, place.uid, place.disposition, place.state) for place in found
    ]
    assert received not in [place.inquiry_id for place in found]


def test_what_is_filed_or_gone_is_not_filed_again(database: Database) -> None:
    """A mail that a person moved is settled: searching for it for ever helps nobody."""
    with database.transaction() as tx:
        for uid in (1, 2, 3):
            decide(tx, store(tx, uid=uid), APPLIED)
        first, second, third = (place.id for place in unfiled(tx))
        locations.mark_filed(tx, [first], "Desk/Done/2025-04", NOW)
        locations.mark_gone(tx, [second], NOW)

        assert [third] == [place.id for place in unfiled(tx)]
        locations.mark_filed(tx, [], "Desk", NOW)
        assert [third] == [place.id for place in unfiled(tx)]


def test_a_move_that_failed_is_tried_later(database: Database) -> None:
    """And is never a second inquiry."""
    with database.transaction() as tx:
        decide(tx, store(tx, uid=1), APPLIED)
        [place] = unfiled(tx)
        locations.defer(tx, [place.id], NOW + HOUR)

        assert [] == unfiled(tx)
        assert [1] == [place.attempts for place in unfiled(tx, at=1)]


def test_a_thousand_places_are_marked_in_one_call(database: Database) -> None:
    """More than a statement's parameters hold on some builds of SQLite."""
    with database.transaction() as tx:
        inquiry = store(tx, b"same", uid=1)
        for uid in range(2, 1202):
            store(tx, b"same", uid=uid)
        decide(tx, inquiry, APPLIED)
        places = [place.id for place in locations.of_inquiry(tx, inquiry)]
        locations.mark_filed(tx, places, "Desk", NOW)

        assert 1201 == len(places)
        assert [] == unfiled(tx)


def test_known_uids_are_those_of_the_mailbox_in_the_range(database: Database) -> None:
    """Reconcile compares them with what the server lists."""
    with database.transaction() as tx:
        for uid in (1, 5, 9):
            store(tx, uid=uid)
        store(tx, uid=6, mailbox="other")
        store(tx, uid=7, uidvalidity=2)

        assert {5, 9} == locations.known_uids(tx, "desk", 1, 5, 9)


def test_the_uids_of_a_full_32_bits_are_kept(database: Database) -> None:
    """UIDs and UIDVALIDITY are unsigned 32-bit numbers (RFC 9051, section 2.3.1.1), too large for INTEGER."""
    top = 2**32 - 1
    with database.transaction() as tx:
        store(tx, uid=top, uidvalidity=top)

        assert {top} == locations.known_uids(tx, "desk", top, 0, top)


def test_a_mail_that_is_decided_anew_moves_on(database: Database) -> None:
    """Held and closed by staff, or closed and reopened: it lies in one folder and belongs into another."""
    with database.transaction() as tx:
        inquiry = store(tx, uid=1)
        decide(tx, inquiry)
        [place] = unfiled(tx)
        locations.mark_filed(tx, [place.id], "Desk/Review", NOW)
        before = locations.moving_on(tx, mailbox="desk", now=NOW, limit=10)
        decide(tx, inquiry, APPLIED, before=State.HELD)
        [closed] = locations.moving_on(tx, mailbox="desk", now=NOW, limit=10)
        locations.mark_filed(tx, [place.id], "Desk/Done", NOW)
        inquiries.reopen(tx, inquiry, by="clerk", now=NOW)
        [reopened] = locations.moving_on(tx, mailbox="desk", now=NOW, limit=10)

        assert [] == before
        assert ("Desk/Review", State.CLOSED) == (closed.folder, closed.state)
        assert ("Desk/Done", State.HELD) == (reopened.folder, reopened.state)
        assert [] == unfiled(tx)


def test_a_mail_that_was_gone_before_it_was_decided_anew_stays_gone(database: Database) -> None:
    """A person took it, and knows where it is."""
    with database.transaction() as tx:
        inquiry = store(tx, uid=1)
        decide(tx, inquiry)
        locations.mark_gone(tx, [place.id for place in unfiled(tx)], NOW)
        decide(tx, inquiry, APPLIED, before=State.HELD)

        assert [] == locations.moving_on(tx, mailbox="desk", now=NOW, limit=10)


def test_the_place_of_a_truncated_mail_is_known_by_its_head(database: Database) -> None:
    """Its digest is not that of the whole mail."""
    with database.transaction() as tx:
        decide(tx, store(tx, b"whole", uid=1), APPLIED, reading("<1@example.org>"))
        decide(tx, store(tx, b"head", uid=2, truncated=True, size=9_000), APPLIED)
        whole, cut = locations.likenesses(tx, [place.id for place in unfiled(tx)])

    assert ("<1@example.org>", 5, None) == (whole.message_id, whole.size, whole.head)
    assert (None, 9_000, 4) == (cut.message_id, cut.size, cut.head)


def test_what_could_not_be_taken_is_remembered_until_it_is_forgotten(database: Database) -> None:
    """A second failure counts up and keeps the day of the first."""
    with database.transaction() as tx:
        place: Any = {"mailbox": "desk", "uidvalidity": 1, "uid": 2**32 - 1}
        unfetched.put(tx, **place, attempts=1, cause="x" * 500, now=NOW, due=NOW)
        unfetched.put(tx, **place, attempts=2, cause="y", now=NOW + HOUR, due=NOW + 2 * HOUR)
        unfetched.put(tx, mailbox="other", uidvalidity=1, uid=1, attempts=1, cause="z", now=NOW, due=NOW)

        expected = unfetched.Unfetched("desk", 1, 2**32 - 1, NOW, NOW + 2 * HOUR, 2, "y")
        assert [expected] == unfetched.listing(tx, "desk", 1)
        assert [] == unfetched.listing(tx, "desk", 2)
        assert unfetched.forget(tx, "desk", 1, 2**32 - 1)
        assert not unfetched.forget(tx, "desk", 1, 2**32 - 1)
        assert ["z"] == [mail.cause for mail in unfetched.forget_all(tx, "other")]


def start(tx: Connection) -> None:
    cursors.start(tx, mailbox="desk", uidvalidity=1, baseline_uid=40, below_baseline=12, now=NOW)


def test_first_contact_sets_the_baseline_for_good(database: Database) -> None:
    """What lay in the mailbox before is counted, never answered and never unaccounted for."""
    with database.transaction() as tx:
        assert cursors.get(tx, "desk") is None
        start(tx)
        assert cursors.Cursor("desk", 1, 40, 1, 40, 12, NOW, None) == cursors.get(tx, "desk")
        cursors.advance(tx, mailbox="desk", uidvalidity=1, last_uid=50, now=NOW)
        cursors.completed(tx, mailbox="desk", now=NOW + HOUR)
        assert cursors.Cursor("desk", 1, 50, 1, 40, 12, NOW, NOW + HOUR) == cursors.get(tx, "desk")
        assert 1 == len(cursors.listing(tx))


def test_a_cursor_goes_back_only_with_a_new_uidvalidity(database: Database) -> None:
    """Two pollers that overlap must not make each other collect everything again."""
    with database.transaction() as tx:
        start(tx)
        cursors.advance(tx, mailbox="desk", uidvalidity=1, last_uid=60, now=NOW)
        cursors.advance(tx, mailbox="desk", uidvalidity=1, last_uid=50, now=NOW)
        cursor = cursors.get(tx, "desk")
        assert cursor is not None
        assert 60 == cursor.last_uid
        cursors.advance(tx, mailbox="desk", uidvalidity=2, last_uid=3, now=NOW)
        cursor = cursors.get(tx, "desk")

    assert cursor is not None
    assert (2, 3, 1, 40) == (cursor.uidvalidity, cursor.last_uid, cursor.baseline_uidvalidity, cursor.baseline_uid)


def test_a_renumbered_mailbox_is_read_from_its_start(database: Database) -> None:
    """Every UID is new and says nothing of what is stored; first contact and its count stay."""
    with database.transaction() as tx:
        start(tx)
        cursors.renumber(tx, mailbox="desk", uidvalidity=2, baseline_uid=30)

        assert cursors.Cursor("desk", 2, 0, 2, 30, 12, NOW, None, True) == cursors.get(tx, "desk")
        cursors.completed(tx, mailbox="desk", now=NOW)
        assert cursors.Cursor("desk", 2, 0, 2, 30, 12, NOW, NOW, False) == cursors.get(tx, "desk")


def test_a_mailbox_without_first_contact_cannot_advance(database: Database) -> None:
    """It would have no baseline: every old mail would be answered."""
    with database.transaction() as tx, pytest.raises(Conflict):
        cursors.advance(tx, mailbox="desk", uidvalidity=1, last_uid=1, now=NOW)
