"""Every state and every step of inquiries and outbox items, in one table.

A step that is not listed raises IllegalStep; the store writes a step only as `UPDATE ... WHERE state = before`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """States of an inquiry."""

    RECEIVED = "received"
    HELD = "held"
    CLOSED = "closed"
    SHUNTED = "shunted"


class Step(StrEnum):
    """What can happen to an inquiry."""

    HOLD = "hold"
    CLOSE = "close"
    SHUNT = "shunt"
    RETRY = "retry"
    REOPEN = "reopen"
    ABSORB = "absorb"
    """The customer's follow-up completed it."""


class Delivery(StrEnum):
    """States of an outbox item."""

    QUEUED = "queued"
    ACTIVE = "active"
    SENT = "sent"
    FAILED = "failed"


class DeliveryStep(StrEnum):
    """What can happen to an outbox item."""

    CLAIM = "claim"
    ACCEPT = "accept"
    DEFER = "defer"
    FAIL = "fail"
    RELEASE = "release"
    RETRY = "retry"


class IllegalStep(Exception):
    """The step is not in the table: a defect in the caller."""


INQUIRY_STEPS: Final[dict[tuple[State, Step], State]] = {
    (State.RECEIVED, Step.HOLD): State.HELD,
    (State.RECEIVED, Step.CLOSE): State.CLOSED,
    (State.RECEIVED, Step.SHUNT): State.SHUNTED,
    (State.HELD, Step.HOLD): State.HELD,  # staff corrected it and it is still not certain
    (State.HELD, Step.CLOSE): State.CLOSED,
    (State.HELD, Step.ABSORB): State.CLOSED,
    (State.CLOSED, Step.REOPEN): State.HELD,
    (State.SHUNTED, Step.RETRY): State.RECEIVED,
}

DELIVERY_STEPS: Final[dict[tuple[Delivery, DeliveryStep], Delivery]] = {
    (Delivery.QUEUED, DeliveryStep.CLAIM): Delivery.ACTIVE,
    (Delivery.ACTIVE, DeliveryStep.ACCEPT): Delivery.SENT,
    (Delivery.QUEUED, DeliveryStep.ACCEPT): Delivery.SENT,  # taken for gone, and accepted after all
    (Delivery.ACTIVE, DeliveryStep.DEFER): Delivery.QUEUED,
    (Delivery.ACTIVE, DeliveryStep.FAIL): Delivery.FAILED,
    (Delivery.ACTIVE, DeliveryStep.RELEASE): Delivery.QUEUED,  # the claimant is gone
    (Delivery.FAILED, DeliveryStep.RETRY): Delivery.QUEUED,
}


def after(state: State, step: Step) -> State:
    """The state that `step` leads to from `state`; raises IllegalStep where the table has none."""
    try:
        return INQUIRY_STEPS[state, step]
    except KeyError:
        raise IllegalStep(f"an inquiry that is {state} cannot {step}") from None


def delivery_after(state: Delivery, step: DeliveryStep) -> Delivery:
    """The same for an outbox item."""
    try:
        return DELIVERY_STEPS[state, step]
    except KeyError:
        raise IllegalStep(f"an outbox item that is {state} cannot {step}") from None
