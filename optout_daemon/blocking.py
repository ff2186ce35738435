"""Block and unblock by hand: a letter, a phone call, a block that was a mistake.

One more ledger entry a channel, with source, person and note, and an audit event in the same transaction. What mail
asks for never comes through here. Raises UnknownCustomer; nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.core.model import EMAIL, Action, LedgerEntry
from optout_daemon.core.reading.address import comparable
from optout_daemon.review import UnknownCustomer
from optout_daemon.store import audit, customers, suppressions


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a block is about: a customer, an address, or both."""

    customer_number: str | None = None
    email: str | None = None


def block(
    tx: Connection, subject: Subject, channels: Sequence[str], *, reason: str, by: str, note: str, now: datetime
) -> list[int]:
    """Stop the channels; the new ledger numbers, none where all of it was stopped before.

    A customer's `email` entry covers the address on record, as one that a mail asked for does.
    """
    emails = [subject.email] if subject.email else []
    if subject.customer_number is not None:
        customer = customers.find(tx, [subject.customer_number]).get(subject.customer_number)
        if customer is None:
            raise UnknownCustomer("no customer has this number; block by the e-mail address alone")
        if customer.email:
            emails.append(customer.email)
    return _append(tx, subject, channels, Action.STOP, emails, reason=reason, by=by, note=note, now=now)


def lift(
    tx: Connection, subject: Subject, channels: Sequence[str], *, reason: str, by: str, note: str, now: datetime
) -> list[int]:
    """Resume the channels; the new ledger numbers, none where nothing was blocked.

    Lifting a customer's block lifts it for every address that the customer's own entries covered, but for one that
    another customer's standing block covers too: a family's address stays blocked until all of them have lifted.
    """
    blocked = [channel for channel in channels if _is_blocked(tx, subject, channel)]
    emails = [subject.email] if subject.email else []
    if subject.customer_number is not None:
        for recorded in suppressions.history(tx, customer_number=subject.customer_number):
            emails += [one for one in recorded.entry.emails if not _is_anothers(tx, one, subject.customer_number)]
    return _append(tx, subject, blocked, Action.RESUME, emails, reason=reason, by=by, note=note, now=now)


def _is_anothers(tx: Connection, email: str, customer_number: str) -> bool:
    """Whether an entry of another customer whose e-mail is still blocked covers the address."""
    others = {recorded.entry.customer_number for recorded in suppressions.history(tx, email=email)}
    return any(
        suppressions.check(tx, customer_number=other, channel=EMAIL)
        for other in others
        if other is not None and other != customer_number
    )


def _is_blocked(tx: Connection, subject: Subject, channel: str) -> bool:
    return bool(suppressions.check(tx, email=subject.email, customer_number=subject.customer_number, channel=channel))


def _append(
    tx: Connection,
    subject: Subject,
    channels: Sequence[str],
    action: Action,
    emails: Sequence[str],
    *,
    reason: str,
    by: str,
    note: str,
    now: datetime,
) -> list[int]:
    covered = tuple(dict.fromkeys(comparable(email) for email in emails))
    entries = [
        LedgerEntry(
            channel=channel,
            action=action,
            reason=reason,
            source="staff",
            by=by,
            valid_from=now,
            customer_number=subject.customer_number,
            # An address that is named is meant on every channel; one on record belongs to mail alone.
            emails=covered if channel == EMAIL else (comparable(subject.email),) if subject.email else (),
            note=note,
        )
        for channel in channels
    ]
    versions = suppressions.append(tx, entries, now=now)
    if versions:
        event = "blocked_by_hand" if action is Action.STOP else "lifted_by_hand"
        audit.record(tx, event=event, actor=by, now=now, data={"ledger": versions})
    return versions
