"""A person's answer to a held inquiry: the same path as the machine's, with corrections.

Everything is recomputed from the raw bytes, then settled in one transaction. Raises Conflict when somebody else
decided first, NotHeld, RawMailGone, UnknownCustomer, or NoAnswer; nothing has changed then.
"""

from __future__ import annotations

from datetime import datetime

from optout_daemon.core.decision import staff_decision
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.candidates import Candidate, rank
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Corrections, Decision, Disposition, Reading, ReplyKind, StaffAction
from optout_daemon.core.reading.broken import broken
from optout_daemon.directory import Directory
from optout_daemon.edges.readers import Job
from optout_daemon.errors import Conflict, OptoutError
from optout_daemon.judging import Parts
from optout_daemon.settling import Subject, announce, author_is_free, settle
from optout_daemon.store import audit, inquiries

_MOST_LIKELY = 15
"""Customers who share a match key with a mail and are ranked."""


class NotHeld(OptoutError):
    """There is no such inquiry in the review queue."""


class RawMailGone(OptoutError):
    """The raw mail was removed by retention; it cannot be judged again."""


class UnknownCustomer(OptoutError):
    """The number that was given is not in the directory."""


class NoAnswer(OptoutError):
    """An answer was written, and the gate before every reply lets none through; nothing has changed."""


def read_again(parts: Parts, inquiry_id: int) -> Reading:
    """The mail of one inquiry as today's rules read it. Raises NotHeld or RawMailGone."""
    with parts.database.reading() as tx:
        inquiry = inquiries.get(tx, inquiry_id)
        raw = inquiries.raw(tx, inquiry_id)
    if inquiry is None:
        raise NotHeld(f"there is no inquiry {inquiry_id}")
    if raw is None:
        raise RawMailGone(f"inquiry {inquiry_id}: its raw mail is no longer kept")
    [answer] = parts.readers.read([Job(raw, inquiry.truncated)])
    return answer if isinstance(answer, Reading) else broken(raw, "its reader failed")


def resolve(
    inquiry_id: int, corrections: Corrections, *, parts: Parts, now: datetime, version: int | None = None
) -> Decision:
    """Decide one held inquiry as a person says, and commit everything that follows.

    `version` is the inquiry's version as the person saw it; where it has moved since, Conflict is raised.
    """
    reading = read_again(parts, inquiry_id)
    company = company_of(parts, inquiry_id)
    directory = parts.desk.directory
    found = match(reading, directory.find(search_keys(reading, corrections).numbers), corrections)
    if corrections.action is StaffAction.APPLY and found.customer is None:
        raise UnknownCustomer("no customer has this number; give the right one with --number")
    decision = staff_decision(reading, found, parts.desk.policy, corrections, parts.desk.own_addresses, company)
    if corrections.answer and decision.reply is not ReplyKind.ANSWER:
        raise NoAnswer(decision.no_reply_because)
    customer = found.customer if decision.disposition is Disposition.APPLIED else None
    cover = customer is not None and author_is_free(directory, reading, customer)
    with parts.database.transaction() as tx:
        if not inquiries.lock(tx, inquiry_id, State.HELD, version):
            row = inquiries.get(tx, inquiry_id)
            if row is not None and row.state is State.HELD:
                raise Conflict(f"inquiry {inquiry_id} was changed by somebody else; look at it again")
            raise NotHeld(f"inquiry {inquiry_id} is not in the review queue")
        decision = settle(
            tx,
            Subject(inquiry_id, State.HELD),
            decision,
            reading,
            customer=customer,
            cover_author=cover,
            desk=parts.desk,
            now=now,
        )
        if corrections.note:
            audit.record(tx, event="note", actor=corrections.by, now=now, inquiry_id=inquiry_id, data={"note": True})
    announce(parts.desk.log, inquiry_id, decision)
    return decision


def company_of(parts: Parts, inquiry_id: int) -> str:
    """Of the mailbox that it came in by; "" where that is nobody's in particular."""
    with parts.database.reading() as tx:
        inquiry = inquiries.get(tx, inquiry_id)
    return "" if inquiry is None else parts.desk.companies.get(inquiry.mailbox, "")


def candidates(parts: Parts, reading: Reading, *, limit: int = 10) -> tuple[Candidate, ...]:
    """The customers that a held mail may be from, best first, with the reason for each: for staff only."""
    return likely(parts.desk.directory, reading, limit=limit)


def likely(directory: Directory, reading: Reading, *, limit: int = 10) -> tuple[Candidate, ...]:
    """The same from this directory: what shares a match key with the mail, ranked."""
    keys = search_keys(reading)
    found = {customer.number: customer for customer in directory.by_keys(keys.keys, _MOST_LIKELY)}
    found.update(directory.find(keys.numbers))
    return rank(reading, tuple(found.values()), limit, asked=keys)
