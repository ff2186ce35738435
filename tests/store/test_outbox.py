"""Replies on their way out: claimed by one courier, settled once, counted for the caps."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import Connection, exc

from optout_daemon.core.lifecycle import Delivery
from optout_daemon.core.model import OutgoingMessage, ReplyKind
from optout_daemon.errors import Conflict
from optout_daemon.store import outbox, rates
from optout_daemon.store.database import Database
from tests.store.builders import DAY, HOUR, MINUTE, NOW, reply, store

ANNA = "anna@example.org"


def enqueue(tx: Connection, message: OutgoingMessage | None = None, *, at: int = 0) -> int:
    return outbox.enqueue(tx, message or reply(), cause=store(tx), due=NOW + at * MINUTE)


def claim(tx: Connection, *, at: int = 0, limit: int = 10, worker: str = "w") -> list[outbox.OutboxItem]:
    return outbox.claim(tx, now=NOW + at * MINUTE, limit=limit, worker=worker)


def test_a_reply_leaves_with_the_bytes_that_were_decided(database: Database) -> None:
    """A template change never alters a queued mail."""
    message = reply(raw=b"\xff\x00 raw", envelope_from="desk@example.com", language="ja")
    with database.transaction() as tx:
        item_id = enqueue(tx, message)
        [item] = claim(tx)

    assert (item_id, message.message_id, message.raw) == (item.id, item.message_id, item.raw)
    assert (ANNA, "desk@example.com", "ja") == (item.recipient, item.envelope_from, item.language)
    assert (Delivery.ACTIVE, "w", NOW, 1) == (item.state, item.claimed_by, item.claimed_at, item.attempts)


def test_only_what_is_due_is_claimed_the_longest_due_first(database: Database) -> None:
    """A deferred reply waits; nobody is overtaken."""
    with database.transaction() as tx:
        late, early, future = enqueue(tx, at=2), enqueue(tx, at=1), enqueue(tx, at=9)

        assert [early, late] == [item.id for item in claim(tx, at=3)]
        assert [] == claim(tx, at=3)
        assert [future] == [item.id for item in claim(tx, at=9)]


def test_an_item_is_settled_once(database: Database) -> None:
    """A courier that was thought dead and settles late must not undo what the other one did."""
    with database.transaction() as tx:
        enqueue(tx)
        [item] = claim(tx)
        outbox.accept(tx, item, now=NOW + MINUTE, status="2.0.0")
        with pytest.raises(Conflict):
            outbox.fail(tx, item, now=NOW, status="5.0.0", error="refused")
        with pytest.raises(Conflict):
            outbox.defer(tx, item, due=NOW, status="4.0.0", error="later")
        sent = outbox.get(tx, item.id)

    assert sent is not None
    assert (Delivery.SENT, NOW + MINUTE, "2.0.0", None) == (sent.state, sent.settled_at, sent.status, sent.claimed_by)


def test_a_deferred_item_is_due_again_later(database: Database) -> None:
    """4xx and silence back off; the number of attempts says for how long."""
    with database.transaction() as tx:
        enqueue(tx)
        [item] = claim(tx)
        outbox.defer(tx, item, due=NOW + HOUR, status="4.7.1", error="greylisted")
        assert [] == claim(tx, at=59)
        [again] = claim(tx, at=60)

    assert (2, "4.7.1", "greylisted") == (again.attempts, again.status, again.error)


def test_a_failed_item_can_be_retried_by_an_operator(database: Database) -> None:
    """As if queued now: it must not be given up at its first deferral for its age."""
    with database.transaction() as tx:
        item = enqueue(tx)
        [claimed] = claim(tx)
        outbox.fail(tx, claimed, now=NOW, status="5.1.1", error="no such user")
        assert [] == claim(tx, at=60)
        outbox.retry(tx, item, now=NOW + DAY)
        [again] = claim(tx, at=24 * 60)
        assert (1, NOW + DAY) == (again.attempts, again.queued_at)
        with pytest.raises(Conflict):
            outbox.retry(tx, item, now=NOW)
        with pytest.raises(Conflict):
            outbox.retry(tx, item + 1, now=NOW)


def test_what_a_dead_courier_had_claimed_is_given_back(database: Database) -> None:
    """At worst the same reply goes out twice with the same Message-ID, never not at all."""
    with database.transaction() as tx:
        stale, fresh = enqueue(tx), enqueue(tx, at=5)
        claim(tx, limit=1)
        claim(tx, at=5, limit=1)

        assert 1 == outbox.release_stale(tx, claimed_before=NOW + MINUTE, now=NOW + HOUR)
        assert [stale] == [item.id for item in claim(tx, at=60)]
        assert fresh not in [item.id for item in claim(tx, at=60)]


def test_items_that_were_claimed_and_not_tried_are_given_back_as_they_were(database: Database) -> None:
    """A courier that stops, or finds the server away, hands the rest of its batch over without a wait."""
    with database.transaction() as tx:
        tried, untried = enqueue(tx), enqueue(tx, at=1)
        claimed = claim(tx, at=1)
        outbox.accept(tx, claimed[0], now=NOW, status="2.0.0")
        outbox.release(tx, claimed)
        outbox.release(tx, [])
        [again] = claim(tx, at=1)
        sent = outbox.get(tx, tried)

    assert sent is not None
    assert Delivery.SENT is sent.state
    assert (untried, 1, NOW + MINUTE) == (again.id, again.attempts, again.due)


def taken_over(tx: Connection) -> tuple[outbox.OutboxItem, outbox.OutboxItem]:
    """One item as a slow courier claimed it, and as another one did after it was taken for dead."""
    enqueue(tx)
    [slow] = claim(tx, worker="slow")
    outbox.release_stale(tx, claimed_before=NOW + MINUTE, now=NOW + HOUR)
    [other] = claim(tx, at=60, worker="other")
    return slow, other


def test_a_courier_that_was_taken_for_dead_does_not_write_over_the_next(database: Database) -> None:
    """Its refusal is not the other's, and what the other is sending must not look settled."""
    with database.transaction() as tx:
        slow, other = taken_over(tx)
        with pytest.raises(Conflict):
            outbox.defer(tx, slow, due=NOW, status="4.2.0", error="later")
        with pytest.raises(Conflict):
            outbox.fail(tx, slow, now=NOW, status="5.1.1", error="refused")
        outbox.release(tx, [slow])

        assert other == outbox.get(tx, other.id)


def test_an_acceptance_without_a_claim_is_counted_as_a_repeat(database: Database) -> None:
    """The customer has it, and gets it again from the other courier: that must not stay unknown."""
    with database.transaction() as tx:
        slow, other = taken_over(tx)

        assert not outbox.accept(tx, slow, now=NOW, status="2.0.0")
        assert replace(other, repeats=1) == outbox.get(tx, other.id)
        assert outbox.accept(tx, other, now=NOW + HOUR, status="2.0.0")
        assert not outbox.accept(tx, slow, now=NOW, status="2.0.0")
        sent = outbox.get(tx, other.id)

    assert sent is not None
    assert (Delivery.SENT, NOW + HOUR, 2) == (sent.state, sent.settled_at, sent.repeats)


def test_an_acceptance_after_the_release_keeps_the_item_from_going_out_again(database: Database) -> None:
    """Nobody else has it yet: recorded now, it is no repeat at all."""
    with database.transaction() as tx:
        enqueue(tx)
        [slow] = claim(tx, worker="slow")
        outbox.release_stale(tx, claimed_before=NOW + MINUTE, now=NOW + HOUR)

        assert outbox.accept(tx, slow, now=NOW + HOUR, status="2.0.0")
        assert [] == claim(tx, at=60)
        sent = outbox.get(tx, slow.id)

    assert sent is not None
    assert (Delivery.SENT, 0) == (sent.state, sent.repeats)


def test_what_may_have_been_accepted_is_counted(database: Database) -> None:
    """The connection broke after the final dot: the next try may be a repeat."""
    with database.transaction() as tx:
        enqueue(tx)
        [item] = claim(tx)
        outbox.defer(tx, item, due=NOW, status="4.4.2", error="it broke", unsettled=True)

        assert [1] == [again.repeats for again in claim(tx)]


def test_what_a_clock_that_was_ahead_put_off_is_due_now(database: Database) -> None:
    """Nobody waits a day for a glitch; what a back-off put off stays put off."""
    with database.transaction() as tx:
        backed_off, ahead = enqueue(tx), enqueue(tx)
        for item in claim(tx):
            later = NOW + (MINUTE / 2 if item.id == backed_off else DAY)
            outbox.defer(tx, item, due=later, status="4.2.0", error="later")

        assert 1 == outbox.pull_in(tx, now=NOW)
        assert [ahead] == [item.id for item in claim(tx)]
        assert [backed_off] == [item.id for item in claim(tx, at=1)]


def test_what_was_queued_before_the_clock_went_back_is_due_now(database: Database) -> None:
    """An hour back is less than the longest back-off; but what was never tried has nothing to wait for."""
    with database.transaction() as tx:
        item = enqueue(tx, at=60)

        assert 1 == outbox.pull_in(tx, now=NOW)
        assert [item] == [found.id for found in claim(tx)]


def test_a_claim_from_the_future_grows_stale_from_now_on(database: Database) -> None:
    """Its courier died on the day on which the clock was ahead; one that lives can still settle it."""
    with database.transaction() as tx:
        enqueue(tx)
        [item] = claim(tx, at=24 * 60)
        outbox.pull_in(tx, now=NOW)
        released = outbox.release_stale(tx, claimed_before=NOW, now=NOW)
        pulled = outbox.get(tx, item.id)

        assert pulled is not None
        assert (0, NOW) == (released, pulled.claimed_at)
        assert outbox.accept(tx, item, now=NOW, status="2.0.0")


def test_the_same_message_id_twice_is_a_defect(database: Database) -> None:
    """Bounces and answers are matched by it."""
    message = reply()
    with database.transaction() as tx:
        enqueue(tx, message)
    with database.transaction() as tx:
        inquiry = store(tx)
        with pytest.raises(exc.IntegrityError):
            outbox.enqueue(tx, message, cause=inquiry, due=NOW)


def test_our_own_mail_is_found_by_message_id_and_by_reverse_path(database: Database) -> None:
    """A bounce names the one in its report and is addressed to the other."""
    message = reply(envelope_from="desk+bounce-Ab1@example.com")
    with database.transaction() as tx:
        item = enqueue(tx, message)
        enqueue(tx)
        by_id = outbox.find(tx, message.message_id)
        by_path = outbox.find_by_envelope(tx, "desk+bounce-ab1@EXAMPLE.com")

        assert by_id is not None
        assert by_path is not None
        assert (item, item) == (by_id.id, by_path.id)
        assert outbox.find(tx, "<other@example.com>") is None
        assert outbox.find_by_envelope(tx, "") is None


def test_a_bounce_marks_the_item_once(database: Database) -> None:
    """Some hosts report the same failure several times; the first one is shown."""
    with database.transaction() as tx:
        item = enqueue(tx)
        [claimed] = claim(tx)
        outbox.accept(tx, claimed, now=NOW, status="2.0.0")
        outbox.mark_bounced(tx, item, now=NOW + HOUR, status="5.1.1", inquiry_id=77)
        outbox.mark_bounced(tx, item, now=NOW + DAY, status="5.0.0", inquiry_id=78)
        bounced = outbox.get(tx, item)

    assert bounced is not None
    assert (Delivery.SENT, NOW + HOUR, "5.1.1", 77) == (
        bounced.state,
        bounced.bounced_at,
        bounced.bounce_status,
        bounced.bounce_inquiry_id,
    )


def test_the_windows_of_the_outbox(database: Database) -> None:
    """By inquiry, and the newest by state."""
    with database.transaction() as tx:
        inquiry = store(tx)
        first = outbox.enqueue(tx, reply(), cause=inquiry, due=NOW)
        second = outbox.enqueue(tx, reply(), cause=inquiry, due=NOW + HOUR)
        claim(tx)

        assert [first, second] == [item.id for item in outbox.of_inquiry(tx, inquiry)]
        assert [second, first] == [item.id for item in outbox.listing(tx)]
        assert [second] == [item.id for item in outbox.listing(tx, Delivery.QUEUED)]
        assert [second] == [item.id for item in outbox.listing(tx, limit=1)]


def test_four_couriers_share_the_outbox_without_a_double(database: Database) -> None:
    """Claiming is compare-and-set: no reply is sent by two, none is left."""
    with database.transaction() as tx:
        inquiry = store(tx)
        everything = [outbox.enqueue(tx, reply(), cause=inquiry, due=NOW) for _ in range(100)]
    sent: list[int] = []
    errors: list[BaseException] = []

    def courier(name: str) -> None:
        try:
            while True:
                with database.transaction() as tx:
                    items = claim(tx, limit=3, worker=name)
                if not items:
                    return
                for item in items:
                    sent.append(item.id)
                    with database.transaction() as tx:
                        outbox.accept(tx, item, now=NOW, status="2.0.0")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=courier, args=(f"courier {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == errors
    assert everything == sorted(sent)
    with database.reading() as tx:
        assert 100 == len(outbox.listing(tx, Delivery.SENT, limit=200))


def counts(
    tx: Connection, *, at: int = 0, recipient: str = ANNA, kind: ReplyKind = ReplyKind.CONFIRMED
) -> outbox.Counts:
    domain = recipient.rpartition("@")[2]
    return outbox.sent_counts(tx, recipient=recipient, domain=domain, kind=kind, now=NOW + at * MINUTE)


def test_replies_are_counted_by_address_kind_domain_and_time(database: Database) -> None:
    """What `[policy]` caps: an equal outcome, a day, thirty days, a domain and all in an hour."""
    with database.transaction() as tx:
        enqueue(tx)
        enqueue(tx, reply(kind=ReplyKind.MISSING, recipient="ANNA@Example.org"))
        enqueue(tx, reply(recipient="arno@example.org"))
        enqueue(tx, reply(recipient="berta@example.net"))

        assert outbox.Counts(1, 2, 2, 3, 4) == counts(tx)
        assert outbox.Counts(1, 2, 2, 3, 4) == counts(tx, kind=ReplyKind.MISSING)
        assert outbox.Counts(0, 2, 2, 3, 4) == counts(tx, kind=ReplyKind.RECEIVED)
        assert outbox.Counts(1, 1, 1, 1, 4) == counts(tx, recipient="berta@example.net")
        assert outbox.Counts(0, 0, 0, 0, 4) == counts(tx, recipient="carl@example.com")
        assert outbox.Counts(1, 2, 2, 3, 4) == counts(tx, at=59)
        assert outbox.Counts(1, 2, 2, 0, 0) == counts(tx, at=60)
        assert outbox.Counts(0, 0, 2, 0, 0) == counts(tx, at=24 * 60)
        assert outbox.Counts(0, 0, 0, 0, 0) == counts(tx, at=30 * 24 * 60)


def test_a_reply_that_failed_counts_for_no_cap(database: Database) -> None:
    """It reached nobody; a retried one counts again."""
    with database.transaction() as tx:
        item = enqueue(tx)
        [claimed] = claim(tx)
        outbox.fail(tx, claimed, now=NOW, status="5.1.1", error="no such user")
        assert outbox.Counts(0, 0, 0, 0, 0) == counts(tx)
        outbox.retry(tx, item, now=NOW + MINUTE)
        assert outbox.Counts(1, 1, 1, 1, 1) == counts(tx, at=1)


def test_an_address_of_any_length_is_counted(database: Database) -> None:
    """A stranger chooses it; PostgreSQL's indexes end at some 2,700 bytes."""
    long = "漢" * 5000 + "@" + "d" * 5000 + ".example"
    with database.transaction() as tx:
        enqueue(tx, reply(recipient=long))

        assert 1 == counts(tx, recipient=long).month
        assert 1 == counts(tx, recipient=long).domain_hour


def test_counts_of_past_hours_are_forgotten(database: Database) -> None:
    """They name domains, and serve nothing after an hour."""
    with database.transaction() as tx:
        enqueue(tx)
        enqueue(tx, at=90)

        assert 2 == rates.forget(tx, before=NOW + HOUR)
        assert rates.Hour(1, 1) == rates.last_hour(tx, "example.org", NOW + 90 * MINUTE)
        assert rates.Hour(0, 0) == rates.last_hour(tx, "example.org", NOW + 151 * MINUTE)
