"""A person's answer to what is held goes the same way as the machine's decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from optout_daemon import blocking, review
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Corrections, Disposition, Reading, Reason, StaffAction
from optout_daemon.errors import Conflict
from optout_daemon.store import customers
from optout_daemon.store.database import Database
from tests.flow.situation import ANNA, BORIS, FORM, NOW, Situation, mail


@pytest.fixture
def desk(database: Database) -> Situation:
    return Situation(database)


def hold(desk: Situation) -> int:
    number = desk.receive(mail("held", FORM.replace("1 Birch Lane", "9 Elm Road")))
    desk.process()
    assert desk.inquiry(number).reasons == (Reason.ADDRESS_MISMATCH,)
    return number


def test_staff_apply_a_held_inquiry_through_the_same_path(desk: Situation):
    """Suppression, reply and audit in one transaction; who decided is kept."""
    number = hold(desk)
    review.resolve(number, Corrections(by="kei", address="1 Birch Lane"), parts=desk.parts, now=NOW)

    row = desk.inquiry(number)
    assert (row.state, row.disposition, row.decided_by) == (State.CLOSED, Disposition.APPLIED, "kei")
    assert desk.blocked(customer_number="20000001")
    assert {reply.kind.value for reply in desk.replies(number)} == {"received", "confirmed"}


def test_two_clerks_on_one_inquiry_the_second_is_told(desk: Situation):
    """By its version as the clerk saw it, or because it is no longer in the queue."""
    number = hold(desk)
    seen = desk.inquiry(number).version
    ask = Corrections(by="kei", action=StaffAction.ASK)
    review.resolve(number, ask, parts=desk.parts, now=NOW, version=seen)

    with pytest.raises(Conflict, match="changed by somebody else"):
        review.resolve(number, replace(ask, by="mio"), parts=desk.parts, now=NOW, version=seen)
    review.resolve(number, replace(ask, action=StaffAction.SPAM), parts=desk.parts, now=NOW)
    with pytest.raises(review.NotHeld, match="not in the review queue"):
        review.resolve(number, ask, parts=desk.parts, now=NOW)


def test_staff_cannot_apply_to_nobodys_number(desk: Situation):
    """The wrong number changes nothing."""
    number = hold(desk)
    with pytest.raises(review.UnknownCustomer):
        review.resolve(number, Corrections(by="kei", customer_number="29999999"), parts=desk.parts, now=NOW)

    assert desk.inquiry(number).state is State.HELD


@pytest.mark.parametrize("make", [lambda desk: 999, lambda desk: desk.receive(mail("undecided"))])
def test_only_a_held_inquiry_can_be_resolved(desk: Situation, make: Callable[[Situation], int]):
    """Not one that does not exist, nor one that the machine has not decided."""
    with pytest.raises(review.NotHeld):
        review.resolve(make(desk), Corrections(by="kei"), parts=desk.parts, now=NOW)


def test_candidates_are_shown_with_reasons(desk: Situation):
    """For staff only: who the mail may be from."""
    number = hold(desk)
    reading = review.read_again(desk.parts, number)
    [first, *_] = review.candidates(desk.parts, reading)

    assert isinstance(reading, Reading)
    assert first.customer.number == "20000001"
    assert first.reasons


def test_lifting_one_customers_block_leaves_the_address_of_another_who_stays_blocked(desk: Situation):
    """A family shares an address; only when the last of them has lifted may it be mailed again."""
    family = [replace(one, email="family@example.org") for one in (ANNA, BORIS)]
    with desk.database.transaction() as tx:
        customers.replace_all(tx, family, keys=match_keys, partial=False, max_removed=None)
        for one in family:
            who = blocking.Subject(customer_number=one.number)
            blocking.block(tx, who, ["email"], reason="opt_out", by="kei", note="", now=NOW)
    for one, still in zip(family, (True, False), strict=True):
        with desk.database.transaction() as tx:
            who = blocking.Subject(customer_number=one.number)
            blocking.lift(tx, who, ["email"], reason="asked", by="kei", note="letter", now=NOW)

        assert not desk.blocked(customer_number=one.number)
        assert still == desk.blocked(email="family@example.org")
