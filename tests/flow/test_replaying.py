"""Deciding stored mail again: what differs is said, and only what the machine holds is ever decided anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from optout_daemon import replaying
from optout_daemon.core.decision import decide
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Corrections, Customer, Disposition, Reason, StaffAction
from optout_daemon.replaying import Counts, Replayed, replay
from optout_daemon.review import resolve
from optout_daemon.store import audit, customers, inquiries, suppressions
from optout_daemon.store.database import Database
from tests.flow.situation import ANNA, BORIS, FORM, INCOMPLETE, NOW, Situation, mail

CARLA = Customer("20000003", "Carla Cole", "3 Birch Lane, Oakford", email="carla@example.org")
CARLAS = FORM.replace("20000001", "20000003").replace("Anna Arden", "Carla Cole").replace("1 Birch", "3 Birch")
LATER = NOW + timedelta(days=2)


@pytest.fixture
def desk(database: Database) -> Situation:
    return Situation(database)


def known(desk: Situation, *records: Customer) -> None:
    """From now on these are the customers."""
    with desk.database.transaction() as tx:
        customers.replace_all(tx, list(records), keys=match_keys, partial=False, max_removed=9)


def again(desk: Situation, counts: Counts | None = None, **options: object) -> list[Replayed]:
    return list(replay(desk.parts, counts or Counts(), now=LATER, by="ada", **options))  # type: ignore[arg-type]


def test_the_same_rules_over_the_same_customers_change_nothing(desk: Situation):
    """Applied, held, ignored and a copy: each comes out as it was decided."""
    desk.receive(mail("one"))
    desk.receive(mail("one", FORM, "anna@example.org", "Received: from elsewhere"))
    desk.receive(mail("two", INCOMPLETE))
    desk.receive(mail("three", "away", "anna@example.org", "Auto-Submitted: auto-replied"))
    desk.process()
    counts = Counts()

    assert [] == again(desk, counts)
    assert (4, 0, {}) == (counts.replayed, counts.gone, counts.errors)


def test_looking_says_what_would_be_and_changes_nothing(desk: Situation):
    """The record came with a later import: today the mail would be applied."""
    number = desk.receive(mail("new", CARLAS, "carla@example.org"))
    desk.process()
    before = desk.inquiry(number)
    known(desk, ANNA, BORIS, CARLA)
    [found] = again(desk)

    assert ("disposition", "reasons", "customer_number", "channels", "reply") == found.changed
    assert (Disposition.APPLIED, False) == (found.decision.disposition, found.applied)
    assert before == desk.inquiry(number)
    assert not desk.blocked(customer_number="20000003")


def test_applying_decides_held_mail_anew_with_all_that_follows(desk: Situation):
    """List, reply and audit as for a mail that comes in today."""
    number = desk.receive(mail("new", CARLAS, "carla@example.org"))
    desk.process()
    known(desk, ANNA, BORIS, CARLA)
    [found] = again(desk, apply=True)

    assert found.applied
    row = desk.inquiry(number)
    assert (State.CLOSED, Disposition.APPLIED, "20000003") == (row.state, row.disposition, row.customer_number)
    assert desk.blocked(customer_number="20000003")
    assert ["received", "confirmed"] == [reply.kind for reply in desk.replies(number)]
    with desk.database.reading() as tx:
        assert ["decided", "decided", "replayed"] == [event.event for event in audit.of_inquiry(tx, number)]
        assert "ada" == audit.of_inquiry(tx, number)[-1].actor
        assert audit.verify(tx) is None
    assert [] == again(desk, apply=True)


def test_what_stays_held_gets_its_new_reasons_and_no_second_reply(desk: Situation):
    """The customer wrote once and was answered once."""
    number = desk.receive(mail("new", CARLAS, "carla@example.org"))
    desk.process()
    known(desk, ANNA, BORIS, Customer("20000003", "Carl Crane", CARLA.address))
    [found] = again(desk, apply=True)

    assert found.applied
    row = desk.inquiry(number)
    assert (State.HELD, (Reason.NAME_MISMATCH,)) == (row.state, row.reasons)
    assert 1 == len(desk.replies(number))


def test_a_closed_mail_never_changes(desk: Situation):
    """A block that was confirmed to a customer is not taken back by a rule: the difference is only said."""
    number = desk.receive(mail("one"))
    desk.process()
    before = desk.inquiry(number)
    known(desk, BORIS)
    [found] = again(desk, apply=True)

    assert (Disposition.HELD, False) == (found.decision.disposition, found.applied)
    assert before == desk.inquiry(number)
    assert desk.blocked(customer_number="20000001")


def test_what_staff_decided_stays(desk: Situation):
    """They asked the customer; the rules know no better today than the person did."""
    number = desk.receive(mail("new", CARLAS, "carla@example.org"))
    desk.process()
    resolve(number, Corrections(by="bob", action=StaffAction.ASK), parts=desk.parts, now=NOW)
    before = desk.inquiry(number)
    known(desk, ANNA, BORIS, CARLA)
    [found] = again(desk, apply=True)

    assert (True, False) == (found.by_staff, found.applied)
    assert before == desk.inquiry(number)


def test_a_clerk_who_is_first_keeps_their_decision(desk: Situation, monkeypatch: pytest.MonkeyPatch):
    """Between looking and writing somebody resolved it: counted, and left alone."""
    number = desk.receive(mail("new", CARLAS, "carla@example.org"))
    desk.process()
    known(desk, ANNA, BORIS, CARLA)
    lock = inquiries.lock

    def too_late(tx, inquiry_id, expected, version=None):
        return False if version is not None else lock(tx, inquiry_id, expected)

    monkeypatch.setattr(inquiries, "lock", too_late)
    counts = Counts()
    [found] = again(desk, counts, apply=True)

    assert (False, 1) == (found.applied, counts.moved)
    assert State.HELD is desk.inquiry(number).state


def test_a_follow_up_is_read_with_the_mail_that_it_answered(desk: Situation):
    """Alone it states an address and nothing else; as a pair they were applied, and are."""
    desk.receive(mail("first", INCOMPLETE))
    desk.receive(
        mail("second", "Address: 1 Birch Lane, Oakford\n", "anna@example.org", "In-Reply-To: <first@example.org>")
    )
    desk.process()

    assert [] == again(desk)


def test_a_held_pair_leaves_the_queue_together(desk: Situation):
    """The number was not in the directory when the answer came."""
    first = desk.receive(mail("first", CARLAS.replace("Address: 3 Birch Lane, Oakford\n", ""), "carla@example.org"))
    answer = "Address: 3 Birch Lane, Oakford\n"
    second = desk.receive(mail("second", answer, "carla@example.org", "In-Reply-To: <first@example.org>"))
    desk.process()
    assert [State.HELD, State.HELD] == [desk.inquiry(first).state, desk.inquiry(second).state]
    known(desk, ANNA, BORIS, CARLA)
    again(desk, apply=True)

    assert [State.CLOSED, State.CLOSED] == [desk.inquiry(first).state, desk.inquiry(second).state]
    assert second == desk.inquiry(first).absorbed_by
    with desk.database.reading() as tx:
        assert 2 == suppressions.version(tx)


def test_since_leaves_older_mail_out(desk: Situation):
    """By the time that the mail server received it."""
    desk.receive(mail("new", CARLAS, "carla@example.org"))
    desk.process()
    known(desk, ANNA, BORIS, CARLA)

    assert [] == again(desk, since=NOW + timedelta(seconds=1))
    assert 1 == len(again(desk, since=NOW))


def test_a_defect_of_ours_is_named_and_the_next_mail_is_replayed(desk: Situation, monkeypatch: pytest.MonkeyPatch):
    """One mail that our code fails at does not end the run."""
    bad = desk.receive(mail("bad", CARLAS, "carla@example.org"))
    desk.receive(mail("good", CARLAS, "carla@example.net"))
    desk.process()
    known(desk, ANNA, BORIS, CARLA)
    judge = decide

    def fail(reading, *rest):
        if reading.envelope.message_id == "<bad@example.org>":
            raise KeyError("a defect")
        return judge(reading, *rest)

    monkeypatch.setattr(replaying, "decide", fail)
    counts = Counts()

    assert 1 == len(again(desk, counts))
    assert {bad: "KeyError"} == counts.errors
