"""Rows for the store's tests: a mail, a decision, a reply, a ledger entry, each with what a test changes."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from optout_daemon.core.lifecycle import State, Step
from optout_daemon.core.model import (
    Action,
    Category,
    Decision,
    Disposition,
    LedgerEntry,
    OutgoingMessage,
    Reading,
    ReplyKind,
)
from optout_daemon.store import inquiries
from tests.builders import envelope
from tests.builders import reading as any_reading

NOW = datetime(2025, 4, 1, 9, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELD = Decision(Disposition.HELD, Category.OPT_OUT, "en")
APPLIED = Decision(Disposition.APPLIED, Category.OPT_OUT, "en", customer_number="20000001", channels=("email", "print"))
IGNORED = Decision(Disposition.IGNORED, Category.MACHINE, "en")
STOP = LedgerEntry("email", Action.STOP, "opt_out", "mail", "machine", NOW, customer_number="20000001")

_numbers = itertools.count(1)


def store(tx: Connection, raw: bytes = b"", **changes: Any) -> int:
    """A mail of its own, or the given bytes, under the next UID; returns the inquiry."""
    number = next(_numbers)
    raw = raw or b"mail %d" % number
    values: dict[str, Any] = {
        "raw": raw,
        "digest": hashlib.sha256(raw).hexdigest(),
        "mailbox": "desk",
        "uidvalidity": 1,
        "uid": number,
        "received_at": NOW,
        "now": NOW,
    }
    return inquiries.store_mail(tx, **(values | changes)).inquiry_id


def reading(message_id: str | None = None, *, content: str = "c", author: str | None = "anna@example.org") -> Reading:
    """A reading by what look-ups find it."""
    return any_reading(
        content_digest=content, envelope=envelope(message_id=message_id, author=author, author_as_given=author or "")
    )


def decide(
    tx: Connection, inquiry_id: int, decision: Decision = HELD, given: Reading | None = None, **changes: Any
) -> None:
    """Record a decision about a RECEIVED inquiry."""
    values: dict[str, Any] = {
        "before": State.RECEIVED,
        "step": Step.HOLD if decision.disposition is Disposition.HELD else Step.CLOSE,
        "decision": decision,
        "reading": given or reading(),
        "now": NOW,
    }
    inquiries.record_decision(tx, inquiry_id, **(values | changes))


def reply(**changes: Any) -> OutgoingMessage:
    """A confirmation to Anna with a Message-ID of its own."""
    message = OutgoingMessage(
        message_id=f"<reply-{next(_numbers)}@desk.example>",
        kind=ReplyKind.CONFIRMED,
        recipient="anna@example.org",
        envelope_from="",
        raw=b"Subject: done\r\n\r\ndone\r\n",
    )
    return replace(message, **changes)


def entry(**changes: Any) -> LedgerEntry:
    """A confirmed stop of e-mail to customer 20000001."""
    return replace(STOP, **changes)
