"""Judge one inquiry: what is known before the transaction, and the decision with all that follows inside it.

The transaction is the caller's, with a savepoint for each inquiry; if anything raises, nothing of it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.conversation import look_up, with_what_it_answers
from optout_daemon.core.decision import decide
from optout_daemon.core.keys import Keys
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Clicked, Context, Decision, Envelope, Match, Reading, Reason
from optout_daemon.core.one_click import OneClick, Target
from optout_daemon.core.reading.address import comparable
from optout_daemon.core.reading.broken import broken
from optout_daemon.edges.readers import ReaderFailure, ReaderPool
from optout_daemon.settling import Desk, Subject, author_is_free, settle, within
from optout_daemon.store import inquiries, one_click_targets, outbox
from optout_daemon.store.database import Database


@dataclass(frozen=True, slots=True)
class Parts:
    """What processing works with."""

    database: Database
    readers: ReaderPool
    desk: Desk
    keys: Keys
    one_click: OneClick | None = None
    attempts: int = 3
    batch: int = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """One inquiry, judged as far as that is possible before the transaction."""

    pending: inquiries.Pending
    own: Reading
    reading: Reading
    """Of the mail alone, or together with the mails it answers."""
    found: Match
    answers: tuple[int, ...]
    """The held inquiries that are read together with it, nearest first."""
    cover_author: bool
    target: Target | None = None
    """Whom the mail's token of List-Unsubscribe means."""
    failure: str = ""


def prepare(parts: Parts, mail: inquiries.Pending, answer: Reading | ReaderFailure) -> Prepared:
    """Read it with what it answers, and look up whom it names. Raises StoreError, DirectoryError, ReadersClosed."""
    if isinstance(answer, ReaderFailure):
        reading = broken(mail.raw, answer.cause)
        return Prepared(mail, reading, reading, Match(), (), False, failure=answer.cause)
    answers, reading = with_what_it_answers(answer, database=parts.database, readers=parts.readers)
    found = look_up(parts.desk.directory, reading)
    customer = found.customer
    cover = customer is not None and author_is_free(parts.desk.directory, reading, customer)
    return Prepared(mail, answer, reading, found, answers, cover, _target(parts, answer))


def _target(parts: Parts, reading: Reading) -> Target | None:
    """Whom the mail's token means; None where it has none of ours, or several that mean different things."""
    if parts.one_click is None:
        return None
    handles = parts.one_click.handles_in(reading.subject, reading.envelope.delivered_to)
    if not handles:
        return None
    with parts.database.reading() as tx:
        found = {target for handle in handles if (target := one_click_targets.find(tx, handle)) is not None}
    return found.pop() if len(found) == 1 else None


def decide_one(parts: Parts, tx: Connection, prepared: Prepared, *, now: datetime) -> Decision | None:
    """Judge and settle one inquiry inside its savepoint; None where another worker has it."""
    mail, reading = prepared.pending, prepared.reading
    if not inquiries.lock(tx, mail.id, State.RECEIVED):
        return None
    answers = prepared.answers
    if not all(inquiries.lock(tx, answered, State.HELD) for answered in answers):
        # Staff or another follow-up was first: the mail stands alone.
        answers, reading = (), prepared.own
    found = prepared.found if reading is prepared.reading else look_up(parts.desk.directory, reading)
    context = _context(parts, tx, mail, prepared.own)
    target = prepared.target
    if target is not None:
        context = replace(context, clicked=Clicked(target.channel, target.scope))
    decision = decide(reading, found, parts.desk.policy, context, parts.desk.own_addresses)
    if decision.by_token:
        answers = ()
    if Reason.BOUNCE in decision.reasons:
        _mark_bounced(parts, tx, prepared.own, mail.id, now=now)
    return settle(
        tx,
        Subject(mail.id, State.RECEIVED, answers),
        within(decision, len(prepared.own.text)),
        prepared.own,
        customer=found.customer,
        cover_author=prepared.cover_author,
        target=target,
        desk=parts.desk,
        now=now,
    )


def _context(parts: Parts, tx: Connection, mail: inquiries.Pending, reading: Reading) -> Context:
    envelope, company = reading.envelope, parts.desk.companies.get(mail.mailbox, "")
    if envelope.message_id is None:
        return Context(company=company)
    return Context(
        duplicate=inquiries.find_same(
            tx,
            message_id=envelope.message_id,
            content_digest=reading.content_digest,
            other_than=mail.id,
            in_force=not parts.desk.shadow,
        )
        is not None,
        own_message=wrote_it(parts, tx, envelope),
        company=company,
    )


def wrote_it(parts: Parts, tx: Connection, envelope: Envelope) -> bool:
    """Whether the mail is one of the desk's own: by its marker, or by a Message-ID of the outbox."""
    known = envelope.message_id
    return known is not None and (parts.keys.is_ours(known, envelope.marker) or outbox.find(tx, known) is not None)


def _mark_bounced(parts: Parts, tx: Connection, reading: Reading, inquiry: int, *, now: datetime) -> None:
    """A bounce of our own reply is shown at the inquiry that the reply was for; the block stands.

    It names the reply by what it returns, or by the token in its address; an address of the desk's own names none.
    """
    tokens = [to for to in reading.envelope.delivered_to if comparable(to) not in parts.desk.own_addresses]
    found = (*(outbox.find(tx, name) for name in reading.reports), *(outbox.find_by_envelope(tx, to) for to in tokens))
    item = next((one for one in found if one is not None), None)
    if item is not None:
        outbox.mark_bounced(tx, item.id, now=now, status="5.0.0", inquiry_id=inquiry)
        parts.desk.log.bounced(item.inquiry_id, item=item.id, status="5.0.0")
