"""Sending what is queued: what is accepted, refused, put off, given up, and what a crash leaves."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from optout_daemon import delivery
from optout_daemon.config import SmtpSettings
from optout_daemon.core.lifecycle import Delivery
from optout_daemon.delivery import Delivered, Unrecorded, deliver
from optout_daemon.errors import DeliveryFailure, StoreError
from optout_daemon.log import Log
from optout_daemon.store import alarms, outbox
from optout_daemon.store.database import Database
from optout_daemon.store.outbox import OutboxItem
from tests.fakes import FakeClock, FakeCourier
from tests.store.builders import reply, store

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = DeliveryFailure("mx.example.com:25: RCPT: reply 450", "4.2.0")
NEVER = DeliveryFailure("mx.example.com:25: RCPT: reply 550", "5.1.1")
AWAY = DeliveryFailure("mx.example.com:25: connect: Connection refused", "4.4.1", server=True)
UNSETTLED = DeliveryFailure("mx.example.com:25: final dot: the connection broke", "4.4.2", unsettled=True)


class Desk:
    """Delivery from one database, as the daemon would call it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.courier = FakeCourier()
        self.clock = FakeClock(START)
        self.stop = threading.Event()
        self.log = io.StringIO()
        self.unrecorded = Unrecorded()

    def queue(self, *recipients: str, queued_at: datetime = START) -> list[int]:
        """Replies to these, in this order; the ids of the items."""
        with self.database.transaction() as tx:
            return [
                outbox.enqueue(tx, reply(recipient=recipient), cause=store(tx), due=queued_at)
                for recipient in recipients
            ]

    def deliver(self) -> Delivered:
        return deliver(
            self.courier,
            database=self.database,
            settings=SmtpSettings(host="127.0.0.1", security="none"),
            now=self.clock,
            worker="test",
            stop=self.stop,
            log=Log(stream=self.log),
            unrecorded=self.unrecorded,
        )

    def item(self, item_id: int) -> OutboxItem:
        with self.database.reading() as tx:
            found = outbox.get(tx, item_id)
        assert found is not None
        return found

    def states(self, ids: Sequence[int]) -> list[tuple[Delivery, int]]:
        """State and attempts of each."""
        return [(self.item(item_id).state, self.item(item_id).attempts) for item_id in ids]

    def alarms(self) -> list[str]:
        with self.database.reading() as tx:
            return [f"{alarm.kind} {alarm.key}" for alarm in alarms.open_alarms(tx)]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_what_is_accepted_is_sent(desk: Desk) -> None:
    """Envelope and bytes as they were rendered with the decision."""
    (item_id,) = desk.queue("anna@example.org")
    delivered = desk.deliver()
    item = desk.item(item_id)

    assert Delivered(sent=1) == delivered
    assert (Delivery.SENT, "2.0.0", START) == (item.state, item.status, item.settled_at)
    assert [("", "anna@example.org", item.raw)] == desk.courier.sent


def test_what_is_sent_is_not_sent_again(desk: Desk) -> None:
    """Once is enough."""
    desk.queue("anna@example.org")
    desk.deliver()
    desk.clock.pass_by(days=9)

    assert Delivered() == desk.deliver()
    assert 1 == len(desk.courier.tried)


def test_nothing_due_asks_for_no_connection(desk: Desk) -> None:
    """A desk that is idle is silent."""
    assert Delivered() == desk.deliver()
    assert 0 == desk.courier.opened


def test_more_than_a_batch_is_sent_in_one_round(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is what a kill leaves behind, not what a round does."""
    monkeypatch.setattr(delivery, "BATCH", 2)
    desk.queue(*(f"customer{number}@example.org" for number in range(5)))

    assert Delivered(sent=5) == desk.deliver()


def test_a_refusal_for_now_is_due_again_later(desk: Desk) -> None:
    """Later each time, and the others go out meanwhile."""
    ids = desk.queue("anna@example.org", "bert@example.org")
    desk.courier.fail["anna@example.org"] = LATER
    first = desk.deliver()
    item = desk.item(ids[0])
    soon = desk.deliver()
    desk.clock.pass_by(minutes=1)
    desk.courier.fail.clear()
    later = desk.deliver()

    assert (Delivered(sent=1, deferred=1), Delivered(), Delivered(sent=1)) == (first, soon, later)
    assert (Delivery.QUEUED, 1, "4.2.0") == (item.state, item.attempts, item.status)
    assert timedelta(seconds=20) < item.due - START < timedelta(seconds=40)


def test_a_refusal_for_good_fails_at_once_with_one_alarm(desk: Desk) -> None:
    """Trying again would change nothing; staff see it at the inquiry."""
    (item_id,) = desk.queue("anna@example.org")
    desk.courier.fail["anna@example.org"] = NEVER
    delivered = desk.deliver()
    item = desk.item(item_id)

    assert Delivered(failed=1) == delivered
    assert (Delivery.FAILED, "5.1.1") == (item.state, item.status)
    assert [f"delivery_failed {item_id}"] == desk.alarms()
    assert 1 == desk.log.getvalue().count("event=alarm")


def test_after_five_days_it_is_given_up(desk: Desk) -> None:
    """And says that it was too old, and what the server said at last."""
    (item_id,) = desk.queue("anna@example.org")
    desk.courier.fail["anna@example.org"] = LATER
    desk.clock.pass_by(days=4, hours=23)
    before = desk.deliver()
    desk.clock.pass_by(hours=1)
    after = desk.deliver()
    item = desk.item(item_id)

    assert (Delivered(deferred=1), Delivered(failed=1)) == (before, after)
    assert (Delivery.FAILED, "4.4.7") == (item.state, item.status)
    assert "4.2.0" in item.error
    assert [f"delivery_failed {item_id}"] == desk.alarms()


def test_an_unsettled_message_goes_out_again_with_the_same_message_id(desk: Desk) -> None:
    """The customer may get it twice and can see that it is the same; not getting it is worse."""
    (item_id,) = desk.queue("anna@example.org")
    desk.courier.fail["anna@example.org"] = UNSETTLED
    desk.deliver()
    unsettled = desk.item(item_id)
    desk.courier.fail.clear()
    desk.clock.pass_by(minutes=1)
    desk.deliver()
    sent = desk.item(item_id)

    assert (Delivery.QUEUED, "4.4.2") == (unsettled.state, unsettled.status)
    assert (Delivery.SENT, unsettled.message_id, unsettled.raw) == (sent.state, sent.message_id, sent.raw)


def test_a_server_that_is_away_costs_no_item_an_attempt(desk: Desk) -> None:
    """A weekend's outage must not end in four hours of waiting for every reply."""
    ids = desk.queue("anna@example.org", "bert@example.org")
    desk.courier.away = AWAY
    away = desk.deliver()
    during = desk.states(ids)
    desk.courier.away = None

    assert Delivered() == away
    assert [(Delivery.QUEUED, 0), (Delivery.QUEUED, 0)] == during
    assert Delivered(sent=2) == desk.deliver()
    assert "event=smtp_error" in desk.log.getvalue()


def test_a_server_that_goes_away_in_the_middle_costs_one_item_an_attempt(desk: Desk) -> None:
    """It may be that item's fault: it waits a little, and the others come first."""
    ids = desk.queue("anna@example.org", "bert@example.org", "carl@example.org")
    desk.courier.fail["bert@example.org"] = DeliveryFailure("MAIL: no answer in time", "4.4.2", server=True)
    delivered = desk.deliver()

    assert Delivered(sent=1, deferred=1) == delivered
    assert [(Delivery.SENT, 1), (Delivery.QUEUED, 1), (Delivery.QUEUED, 0)] == desk.states(ids)
    assert Delivered(sent=1) == desk.deliver()


def test_what_waited_too_long_for_a_server_is_given_up(desk: Desk) -> None:
    """Also where it was never tried."""
    old, young = *desk.queue("anna@example.org"), *desk.queue("bert@example.org", queued_at=START + timedelta(days=4))
    desk.courier.away = AWAY
    desk.clock.pass_by(days=5)

    assert Delivered(failed=1) == desk.deliver()
    assert [(Delivery.FAILED, 1), (Delivery.QUEUED, 0)] == desk.states([old, young])
    assert "4.4.7" == desk.item(old).status


def test_a_courier_that_backs_off_is_not_asked(desk: Desk) -> None:
    """Every new reply wakes the job; the server must not feel it."""
    ids = desk.queue("anna@example.org")
    desk.courier.ready = False

    assert Delivered() == desk.deliver()
    assert (0, [(Delivery.QUEUED, 0)]) == (desk.courier.opened, desk.states(ids))


def test_a_defect_at_one_message_does_not_stop_the_others(desk: Desk) -> None:
    """It is put off, and the log has the class of what was raised and no text of it."""
    ids = desk.queue("anna@example.org", "bert@example.org")
    desk.courier.fail["anna@example.org"] = ValueError("anna@example.org")

    assert Delivered(sent=1, deferred=1) == desk.deliver()
    assert [(Delivery.QUEUED, 1), (Delivery.SENT, 1)] == desk.states(ids)
    assert "error=ValueError" in desk.log.getvalue()
    assert "anna" not in desk.log.getvalue() + desk.item(ids[0]).error


def test_the_stop_gives_back_what_was_not_tried(desk: Desk) -> None:
    """The message in hand is finished and recorded, the rest is due as before."""
    ids = desk.queue("anna@example.org", "bert@example.org")
    desk.courier.before = lambda recipient: desk.stop.set()

    assert Delivered(sent=1) == desk.deliver()
    assert [(Delivery.SENT, 1), (Delivery.QUEUED, 0)] == desk.states(ids)


def test_a_stopped_desk_claims_nothing(desk: Desk) -> None:
    """There would be nobody to settle it."""
    ids = desk.queue("anna@example.org")
    desk.stop.set()

    assert Delivered() == desk.deliver()
    assert [(Delivery.QUEUED, 0)] == desk.states(ids)


def test_a_kill_between_acceptance_and_record_repeats_the_same_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one instant at which a reply can go out twice."""
    (item_id,) = desk.queue("anna@example.org")

    def killed(*args: Any, **values: Any) -> None:
        raise KeyboardInterrupt

    accept = outbox.accept
    monkeypatch.setattr(outbox, "accept", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.deliver()
    monkeypatch.setattr(outbox, "accept", accept)
    desk.unrecorded = Unrecorded()  # it was in the memory of the process that is gone
    claimed = desk.item(item_id)
    with desk.database.transaction() as tx:
        outbox.release_stale(tx, claimed_before=desk.clock() + timedelta(seconds=1), now=desk.clock())
    desk.deliver()

    assert Delivery.ACTIVE == claimed.state
    assert desk.courier.sent[0] == desk.courier.sent[1]
    assert Delivery.SENT == desk.item(item_id).state


def test_a_database_that_is_locked_for_a_while_does_not_repeat_a_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is out: its record is written again and again instead."""
    (item_id,) = desk.queue("anna@example.org")
    accept, failures = outbox.accept, iter([True, True, False])

    def locked(*args: Any, **values: Any) -> None:
        if next(failures):
            raise StoreError("the database is locked")
        accept(*args, **values)

    monkeypatch.setattr(outbox, "accept", locked)
    monkeypatch.setattr(delivery, "SETTLE_PAUSE", 0.01)

    assert Delivered(sent=1) == desk.deliver()
    assert 1 == len(desk.courier.sent)
    assert Delivery.SENT == desk.item(item_id).state


def test_a_claim_that_somebody_took_over_is_left_to_them(desk: Desk) -> None:
    """It was taken for stale while the server was slow; the round goes on with the next."""
    ids = desk.queue("anna@example.org", "bert@example.org")

    def take_over(recipient: str) -> None:
        if recipient == "anna@example.org":
            with desk.database.transaction() as tx:
                outbox.accept(tx, desk.item(ids[0]), now=START, status="2.0.0")

    desk.courier.before = take_over
    desk.deliver()

    assert [(Delivery.SENT, 1), (Delivery.SENT, 1)] == desk.states(ids)


def test_a_long_round_ends_and_the_next_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that takes an hour looks like one that hangs, and the watchdog would end it."""
    desk.queue("anna@example.org")
    monkeypatch.setattr(delivery, "ROUND_SECONDS", -1.0)

    assert Delivered(more=True) == desk.deliver()


def test_a_round_with_a_slow_server_ends_after_the_message_in_hand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty messages of some minutes each outlast the watchdog; what was not tried is due as before."""
    ids = desk.queue("anna@example.org", "bert@example.org", "carl@example.org")
    elapsed = 0.0

    def slowly(recipient: str) -> None:
        nonlocal elapsed
        elapsed += 100.0

    desk.courier.before = slowly
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: elapsed))

    assert Delivered(sent=2, more=True) == desk.deliver()
    assert [(Delivery.SENT, 1), (Delivery.SENT, 1), (Delivery.QUEUED, 0)] == desk.states(ids)
    assert Delivered(sent=1) == desk.deliver()


class Locked:
    """The database takes no record of an acceptance until it is told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = True
        accept = outbox.accept

        def locked(*args: Any, **values: Any) -> bool:
            if self.now:
                raise StoreError("desk.db: it is locked by another process")
            return accept(*args, **values)

        monkeypatch.setattr(outbox, "accept", locked)
        monkeypatch.setattr(delivery, "SETTLE_PAUSE", 0.01)


def test_a_database_that_is_away_for_long_lets_the_round_come_round(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watchdog would end the process, and with it what it knows: each message would go out a second time."""
    ids = desk.queue("anna@example.org", "bert@example.org")
    locked = Locked(monkeypatch)
    for _ in range(3):
        with pytest.raises(StoreError):
            desk.deliver()
    during = desk.states(ids)
    locked.now = False
    after = desk.deliver()

    assert [(Delivery.ACTIVE, 1), (Delivery.ACTIVE, 1)] == during
    assert Delivered(sent=1) == after
    assert ["anna@example.org", "bert@example.org"] == desk.courier.tried
    assert [(Delivery.SENT, 1), (Delivery.SENT, 1)] == desk.states(ids)
    assert 2 == desk.log.getvalue().count("event=sent")


def test_the_stop_does_not_wait_for_a_database_that_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM has ten seconds: one try, then the item stays claimed and goes out again, at worst as a repeat."""
    (item_id,) = desk.queue("anna@example.org")
    Locked(monkeypatch)
    monkeypatch.setattr(delivery, "SETTLE_PAUSE", 60.0)
    desk.courier.before = lambda recipient: desk.stop.set()
    with pytest.raises(StoreError):
        desk.deliver()

    assert [(Delivery.ACTIVE, 1)] == desk.states([item_id])


def test_a_defect_in_recording_does_not_hold_up_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One item that cannot be settled must not be tried first in every round for ever."""
    ids = desk.queue("anna@example.org", "bert@example.org")
    accept = outbox.accept

    def defective(tx: Any, item: OutboxItem, **values: Any) -> bool:
        if item.id == ids[0]:
            raise KeyError("a defect")
        return accept(tx, item, **values)

    monkeypatch.setattr(outbox, "accept", defective)
    with pytest.raises(KeyError):
        desk.deliver()

    assert Delivered(sent=1) == desk.deliver()
    assert [(Delivery.ACTIVE, 1), (Delivery.SENT, 1)] == desk.states(ids)


def test_an_acceptance_after_the_claim_was_lost_is_counted_and_said(desk: Desk) -> None:
    """Another host took the claim for stale while the server thought about it: the customer may get it twice."""
    (item_id,) = desk.queue("anna@example.org")

    def take_over(recipient: str) -> None:
        with desk.database.transaction() as tx:
            outbox.release_stale(tx, claimed_before=START + timedelta(days=1), now=START)
            outbox.claim(tx, now=START, limit=1, worker="another host")

    desk.courier.before = take_over
    desk.deliver()
    item = desk.item(item_id)

    assert (Delivery.ACTIVE, "another host", 1) == (item.state, item.claimed_by, item.repeats)
    assert "event=repeated" in desk.log.getvalue()


def test_a_message_that_may_have_been_accepted_is_counted(desk: Desk) -> None:
    """The connection broke after the final dot."""
    (item_id,) = desk.queue("anna@example.org")
    desk.courier.fail["anna@example.org"] = UNSETTLED
    desk.deliver()

    assert 1 == desk.item(item_id).repeats


def test_the_longest_round_is_known_to_the_watchdog() -> None:
    """The deadline of the job follows the settings: a patient time-out is not a hang."""
    patient = SmtpSettings(host="127.0.0.1", security="none", timeout="10m")

    assert delivery.longest_round(patient) > 6 * 600
