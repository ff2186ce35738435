"""Block and unblock by hand: a letter, a phone call, a block that was a mistake.

One more ledger entry a channel, with source, person and note, and an audit event in the same transaction. What mail
asks for never comes through here. Raises UnknownCustomer or EvidenceNeeded; nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.core.arrival import NOTHING_PRINTED, Arrivals
from optout_daemon.core.digests import Digests, plain_kind
from optout_daemon.core.model import EMAIL, GROUP, Action, LedgerEntry
from optout_daemon.core.reading.address import comparable
from optout_daemon.errors import OptoutError
from optout_daemon.review import UnknownCustomer
from optout_daemon.store import audit, customers, suppressions
from optout_daemon.store.ledger import CUSTOMER_NUMBER, STAFF


class EvidenceNeeded(OptoutError):
    """A block is lifted by a person, with a reason and with what shows that it is wanted; one of them is missing."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a block is about: a customer, a mail address, a postal address in normal form, or several of them."""

    customer_number: str | None = None
    email: str | None = None
    postal_key: str = ""


def block(
    tx: Connection,
    subject: Subject,
    channels: Sequence[str],
    *,
    reason: str,
    by: str,
    note: str,
    now: datetime,
    digests: Digests | None = None,
    scope: str = GROUP,
    cause: int | None = None,
    arrivals: Arrivals = NOTHING_PRINTED,
    source: str = STAFF,
) -> list[int]:
    """Stop the channels for the whole group or one company; the new ledger numbers, none where all was stopped before.

    A customer's `email` entry covers the address on record, as one that a mail asked for does. `cause` is an inquiry.
    """
    emails = [subject.email] if subject.email else []
    if subject.customer_number is not None:
        customer = customers.find(tx, [subject.customer_number]).get(subject.customer_number)
        if customer is None:
            raise UnknownCustomer("no customer has this number; block by the e-mail address alone")
        if customer.email:
            emails.append(customer.email)
    draft = LedgerEntry("", Action.STOP, reason, source, by, now, scope=scope, cause=cause, note=note)
    entries = [
        replace(entry, may_arrive_until=arrivals.until(entry.channel, now))
        for entry in _entries(draft, subject, channels, emails)
    ]
    event = "blocked_by_hand" if source == STAFF else "blocked_by_sender"
    return _append(tx, entries, event, now=now, digests=digests)


def lift(
    tx: Connection,
    subject: Subject,
    channels: Sequence[str],
    *,
    reason: str,
    by: str,
    note: str,
    now: datetime,
    digests: Digests | None = None,
    scope: str = GROUP,
    cause: int | None = None,
) -> list[int]:
    """Resume the channels in this scope; the new ledger numbers, none where nothing was blocked.

    Needs a person, a reason and the evidence: a note of what shows the wish, or the inquiry that does (`cause`).
    A block of another scope stays. Lifting a customer's block lifts it for every address that the customer's own
    entries covered, but for one that another customer's standing block covers too: a family's address stays blocked
    until all of them have lifted.
    """
    if not by.strip() or not reason.strip() or (cause is None and not note.strip()):
        raise EvidenceNeeded("lifting a block needs a person, a reason, and the evidence: a note or an inquiry")
    draft = LedgerEntry("", Action.RESUME, reason, STAFF, by, now, scope=scope, cause=cause, note=note)
    blocked = [channel for channel in channels if _is_blocked(tx, subject, channel, scope)]
    emails = [subject.email] if subject.email else []
    if subject.customer_number is not None:
        for recorded in suppressions.history(tx, customer_number=subject.customer_number):
            emails += [one for one in recorded.entry.emails if not _is_anothers(tx, one, subject.customer_number)]
    entries = _entries(draft, subject, blocked, emails)
    if digests is not None:
        for channel in channels:
            erased = _erased(tx, subject, channel, digests, scope)
            if erased:
                entries.append(replace(draft, channel=channel, digests=erased))
    return _append(tx, entries, "lifted_by_hand", now=now)


def repair(tx: Connection, differing: int, *, by: str, now: datetime) -> int:
    """Make the list anew from the ledger, with an audit event; its number of lines."""
    lines = suppressions.rebuild(tx)
    audit.record(tx, event="list_repaired", actor=by, now=now, data={"differing": differing, "lines": lines})
    return lines


def _erased(
    tx: Connection, subject: Subject, channel: str, digests: Digests, scope: str
) -> tuple[tuple[str, str], ...]:
    """The blocked digests of somebody who was erased: their own, and for a customer those of their own entries."""
    number, email = subject.customer_number, subject.email
    own = {
        alias
        for kind, name in suppressions.subjects_of(email=email, customer_number=number, postal_key=subject.postal_key)
        for alias in digests.aliases(kind, name)
    }
    if number is not None:
        numbers = {alias for alias in own if plain_kind(alias[0]) == CUSTOMER_NUMBER}
        for recorded in suppressions.history_of(tx, numbers):
            own |= {one for one in recorded.entry.digests if not _is_another_erased(tx, one, numbers)}
    return tuple(sorted(one for one in own if suppressions.is_blocked(tx, *one, channel=channel, scope=scope)))


def _is_another_erased(tx: Connection, one: tuple[str, str], numbers: Collection[tuple[str, str]]) -> bool:
    """Whether a standing block of another customer, erased or not, covers the digest."""
    for recorded in suppressions.history_of(tx, [one]):
        entry = recorded.entry
        others = [(CUSTOMER_NUMBER, entry.customer_number)] if entry.customer_number else []
        others += [other for other in entry.digests if plain_kind(other[0]) == CUSTOMER_NUMBER and other not in numbers]
        if one not in numbers and any(suppressions.is_blocked(tx, *other, channel=EMAIL) for other in others):
            return True
    return False


def _is_anothers(tx: Connection, email: str, customer_number: str) -> bool:
    """Whether an entry of another customer whose e-mail is still blocked covers the address."""
    others = {recorded.entry.customer_number for recorded in suppressions.history(tx, email=email)}
    return any(
        suppressions.check(tx, customer_number=other, channel=EMAIL)
        for other in others
        if other is not None and other != customer_number
    )


def _is_blocked(tx: Connection, subject: Subject, channel: str, scope: str) -> bool:
    found = suppressions.check(
        tx,
        email=subject.email,
        customer_number=subject.customer_number,
        channel=channel,
        postal_key=subject.postal_key,
    )
    return any(block.scope == scope for block in found)


def _entries(draft: LedgerEntry, subject: Subject, channels: Sequence[str], emails: Sequence[str]) -> list[LedgerEntry]:
    covered = tuple(dict.fromkeys(comparable(email) for email in emails))
    # An address that is named is meant on every channel; one on record belongs to mail alone.
    named = (comparable(subject.email),) if subject.email else ()
    return [
        replace(
            draft,
            channel=channel,
            customer_number=subject.customer_number,
            emails=covered if channel == EMAIL else named,
            postal_key=subject.postal_key,
        )
        for channel in channels
    ]


def _append(
    tx: Connection,
    entries: Sequence[LedgerEntry],
    event: str,
    *,
    now: datetime,
    digests: Digests | None = None,
) -> list[int]:
    versions = suppressions.append(tx, entries, now=now, digests=digests)
    if versions:
        audit.record(tx, event=event, actor=entries[0].by, now=now, data={"ledger": versions})
    return versions
