"""Show what a person's answer to a held inquiry would do, before it is given: the decision and the reply, in full.

Writes nothing. The reply is rendered by the same Composer; only its Message-ID will be another.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.core import reply
from optout_daemon.core.decision import staff_decision
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Corrections, Customer, Decision, Match, OutgoingMessage, Reading, StaffAction
from optout_daemon.core.reading.address import comparable
from optout_daemon.core.reply import NoReply
from optout_daemon.review import UnknownCustomer
from optout_daemon.settling import Desk
from optout_daemon.store import outbox


@dataclass(frozen=True, slots=True)
class Preview:
    """What would follow. Without a reply `no_reply_because` says why; `capped` names the cap that would silence it."""

    decision: Decision
    customer: Customer | None
    recipient: str = ""
    subject: str = ""
    body: str = ""
    no_reply_because: str = ""
    capped: str = ""


def matched(reading: Reading, desk: Desk, corrections: Corrections) -> Match:
    """How the mail, with these corrections, compares with the record that its number names."""
    return match(reading, desk.directory.find(search_keys(reading, corrections).numbers), corrections)


def preview(
    tx: Connection,
    inquiry_id: int,
    reading: Reading,
    corrections: Corrections,
    *,
    company: str,
    desk: Desk,
    now: datetime,
) -> Preview:
    """What `review.resolve` would do with these corrections. UnknownCustomer where it would raise that."""
    found = matched(reading, desk, corrections)
    if corrections.action is StaffAction.APPLY and found.customer is None:
        raise UnknownCustomer("no customer has this number")
    decision = staff_decision(reading, found, desk.policy, corrections, desk.own_addresses, company)
    plan = reply.plan(decision, reading, desk.policy, desk.own_addresses)
    if isinstance(plan, NoReply):
        return Preview(decision, found.customer, no_reply_because=plan.because)
    plan = replace(plan, arrivals=desk.arrivals.each(plan.channels, now))
    message = desk.composer.compose(plan, inquiry_id=inquiry_id, now=now)
    if isinstance(message, NoReply):
        return Preview(decision, found.customer, no_reply_because=message.because)
    subject, body = texts(message)
    key = comparable(plan.recipient)
    counts = outbox.sent_counts(tx, recipient=key, domain=key.rpartition("@")[2], kind=plan.kind, now=now)
    capped = "" if decision.answer else desk.caps.reached(counts) or ""
    return Preview(decision, found.customer, plan.recipient, subject, body, capped=capped)


def texts(message: OutgoingMessage) -> tuple[str, str]:
    """Subject and text of one of our own messages."""
    return texts_of(message.raw)


def texts_of(raw: bytes) -> tuple[str, str]:
    """The same from its bytes."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    body = parsed.get_body(("plain",))
    return str(parsed["Subject"] or ""), body.get_content().replace("\r\n", "\n") if body is not None else ""
