"""The one table of states and steps."""

from __future__ import annotations

import itertools

import pytest

from optout_daemon.core.lifecycle import (
    DELIVERY_STEPS,
    INQUIRY_STEPS,
    Delivery,
    DeliveryStep,
    IllegalStep,
    State,
    Step,
    after,
    delivery_after,
)


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (State.RECEIVED, Step.HOLD, State.HELD),
        (State.RECEIVED, Step.CLOSE, State.CLOSED),
        (State.RECEIVED, Step.SHUNT, State.SHUNTED),
        (State.HELD, Step.HOLD, State.HELD),
        (State.HELD, Step.CLOSE, State.CLOSED),
        (State.HELD, Step.ABSORB, State.CLOSED),
        (State.CLOSED, Step.REOPEN, State.HELD),
        (State.SHUNTED, Step.RETRY, State.RECEIVED),
    ],
)
def test_every_listed_step_leads_where_the_documents_say(state, step, expected):
    """docs/internals.md has the same table."""
    assert expected is after(state, step)


def test_a_step_that_is_not_listed_raises():
    """All of them: a closed inquiry cannot be closed again, a shunted one not decided."""
    unlisted = [pair for pair in itertools.product(State, Step) if pair not in INQUIRY_STEPS]

    assert len(unlisted) == len(State) * len(Step) - 8
    for state, step in unlisted:
        with pytest.raises(IllegalStep, match=f"an inquiry that is {state} cannot {step}"):
            after(state, step)


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (Delivery.QUEUED, DeliveryStep.CLAIM, Delivery.ACTIVE),
        (Delivery.ACTIVE, DeliveryStep.ACCEPT, Delivery.SENT),
        (Delivery.QUEUED, DeliveryStep.ACCEPT, Delivery.SENT),
        (Delivery.ACTIVE, DeliveryStep.DEFER, Delivery.QUEUED),
        (Delivery.ACTIVE, DeliveryStep.FAIL, Delivery.FAILED),
        (Delivery.ACTIVE, DeliveryStep.RELEASE, Delivery.QUEUED),
        (Delivery.FAILED, DeliveryStep.RETRY, Delivery.QUEUED),
    ],
)
def test_every_step_of_a_reply(state, step, expected):
    """A reply is claimed before it is sent, and settled after."""
    assert expected is delivery_after(state, step)


def test_an_unlisted_step_of_a_reply_raises():
    """What is sent is never sent again."""
    unlisted = [pair for pair in itertools.product(Delivery, DeliveryStep) if pair not in DELIVERY_STEPS]

    assert len(unlisted) == len(Delivery) * len(DeliveryStep) - 7
    for state, step in unlisted:
        with pytest.raises(IllegalStep, match=f"an outbox item that is {state} cannot {step}"):
            delivery_after(state, step)


def test_nothing_but_a_retry_leaves_an_operators_hands():
    """SHUNTED is for an operator; no other step may take an inquiry from there."""
    assert [step for state, step in INQUIRY_STEPS if state is State.SHUNTED] == [Step.RETRY]
