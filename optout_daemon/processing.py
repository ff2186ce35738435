"""Decide what was received: read in a child process, look up, judge, commit what is ready at once.

A slow mail delays the next by no more than its own limit, and no pass lasts so long that it looks like one that hangs.
If a decision raises, nothing of it is written and the attempt is counted; the next one comes later, and at the limit
the inquiry is SHUNTED.
A database or directory that is away raises through to the job, counts no attempt and leaves the inquiries RECEIVED.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core import backoff
from optout_daemon.core.combine import combine
from optout_daemon.core.decision import decide
from optout_daemon.core.keys import Keys
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import (
    MISSING,
    Authentication,
    Clicked,
    Context,
    Customer,
    Decision,
    Disposition,
    Match,
    Reading,
    Reason,
)
from optout_daemon.core.one_click import OneClick, Target
from optout_daemon.core.reading.broken import broken
from optout_daemon.edges.readers import AHEAD, Answer, Job, ReaderDefect, ReaderFailure, ReaderPool, ReadersClosed
from optout_daemon.errors import Conflict, DirectoryError, StoreError
from optout_daemon.settling import Desk, Subject, announce, author_is_free, settle, within
from optout_daemon.store import alarms, inquiries, one_click_targets, outbox
from optout_daemon.store.database import Database, savepoint

CHAIN: Final = 5
"""So many mails of one conversation are read together at most."""
PASS_SECONDS: Final = 120.0
"""After so long a pass ends and asks to be run again, so that nobody takes it for a hung one; what is read and not
committed yet is read again.
"""
ANSWERABLE: Final = frozenset(
    {*MISSING.values(), Reason.UNKNOWN_CUSTOMER, Reason.NAME_MISMATCH, Reason.ADDRESS_MISMATCH}
)
"""What a customer's answer can put right (policy, section 6)."""


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


@dataclass(slots=True)
class Processed:
    """What one run did, for the job that called it."""

    applied: int = 0
    held: int = 0
    ignored: int = 0
    failed: int = 0
    more: bool = False
    """The pass ended before everything was decided."""
    decided: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Prepared:
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


def longest_pass(read_time_limit: float) -> float:
    """Seconds that a pass may take: where its end comes, what is read by then may be slow, and what that answers."""
    return PASS_SECONDS + (AHEAD + CHAIN + 3) * read_time_limit


def process(parts: Parts, *, now: datetime, stop: threading.Event) -> Processed:
    """Decide every RECEIVED inquiry that is due. Raises StoreError, DirectoryError, ReadersClosed."""
    return _Pass(parts, now, stop).run()


class _Pass:
    """One pass: what it works with, and what it has counted."""

    def __init__(self, parts: Parts, now: datetime, stop: threading.Event) -> None:
        self._parts, self._now, self._stop = parts, now, stop
        self._until = time.monotonic() + PASS_SECONDS
        self._done = Processed()

    def run(self) -> Processed:
        last = 0
        while not self._over:
            with self._parts.database.reading() as tx:
                batch = inquiries.pending(tx, limit=self._parts.batch, after_id=last, now=self._now)
            if not batch:
                return self._done
            last = batch[-1].id
            self._decide(batch)
        self._done.more = True
        return self._done

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or time.monotonic() > self._until

    def _decide(self, batch: Sequence[inquiries.Pending]) -> None:
        jobs = [Job(mail.raw, mail.truncated) for mail in batch]
        with closing(self._parts.readers.answers(jobs)) as answers:
            for ready in answers:
                for group in _conversations_apart([(batch[place], answer) for place, answer in ready]):
                    if self._over:
                        return
                    self._settle(self._prepared(group))

    def _prepared(self, group: Sequence[tuple[inquiries.Pending, Answer]]) -> list[_Prepared]:
        prepared: list[_Prepared] = []
        for mail, answer in group:
            if isinstance(answer, ReaderDefect):
                self._count(mail.id, answer.error)
                continue
            try:
                prepared.append(_prepare(self._parts, mail, answer))
            except (StoreError, DirectoryError, ReadersClosed):
                raise
            except Exception as error:
                self._count(mail.id, type(error).__name__)
        return prepared

    def _settle(self, group: Sequence[_Prepared]) -> None:
        """One commit, with a savepoint an inquiry."""
        parts, done = self._parts, self._done
        defects: list[tuple[int, str]] = []
        settled: list[tuple[_Prepared, Decision]] = []
        with parts.database.transaction() as tx:
            for prepared in group:
                try:
                    with savepoint(tx):
                        decision = _decide_one(parts, tx, prepared, now=self._now)
                except (StoreError, DirectoryError) as error:
                    if not isinstance(error, Conflict):
                        raise
                except Exception as error:
                    defects.append((prepared.pending.id, type(error).__name__))
                else:
                    if decision is not None:
                        settled.append((prepared, decision))
        for prepared, decision in settled:
            inquiry = prepared.pending.id
            if prepared.failure:
                parts.desk.log.reader_failed(inquiry, cause=prepared.failure)
            announce(parts.desk.log, inquiry, decision)
            done.decided.append(inquiry)
            done.applied += decision.disposition is Disposition.APPLIED
            done.held += decision.disposition is Disposition.HELD
            done.ignored += decision.disposition is Disposition.IGNORED
        for inquiry, error_class in defects:
            self._count(inquiry, error_class)

    def _count(self, inquiry: int, error: str) -> None:
        """Our own code raised: count it in the database, try again later, shunt at the limit; the next mail passes."""
        parts, now, alarmed = self._parts, self._now, False
        try:
            with parts.database.transaction() as tx:
                attempts = inquiries.count_attempt(tx, inquiry, error)
                shunted = attempts >= parts.attempts
                if shunted:
                    inquiries.shunt(tx, inquiry, now=now)
                    alarmed = alarms.raise_once(tx, kind="shunted", key=error, now=now)
                else:
                    delay = backoff.attempt(attempts, random.random())  # noqa: S311 (no secret: it spreads load)
                    inquiries.put_off(tx, inquiry, until=now + timedelta(seconds=delay))
        except Conflict:
            return  # another worker has decided it meanwhile
        self._done.failed += 1
        parts.desk.log.attempt_failed(inquiry, error=error, attempts=attempts)
        if shunted:
            parts.desk.log.shunted(inquiry, error=error)
        if alarmed:
            parts.desk.log.alarm(kind="shunted", key=error)


def _conversations_apart(
    ready: Sequence[tuple[inquiries.Pending, Answer]],
) -> Iterator[Sequence[tuple[inquiries.Pending, Answer]]]:
    """Groups for one commit each: a mail that answers one of the same group begins the next, once that is decided."""
    seen: set[str] = set()
    first = 0
    for index, (_, answer) in enumerate(ready):
        if isinstance(answer, Reading):
            if not seen.isdisjoint(answer.envelope.references):
                yield ready[first:index]
                first = index
                seen.clear()
            if answer.envelope.message_id is not None:
                seen.add(answer.envelope.message_id)
    yield ready[first:]


def _prepare(parts: Parts, mail: inquiries.Pending, answer: Reading | ReaderFailure) -> _Prepared:
    if isinstance(answer, ReaderFailure):
        reading = broken(mail.raw, answer.cause)
        return _Prepared(mail, reading, reading, Match(), (), False, failure=answer.cause)
    answers, reading = _with_what_it_answers(parts, answer)
    found = look_up(parts.desk, reading)
    customer = found.customer
    cover = customer is not None and author_is_free(parts.desk.directory, reading, customer)
    return _Prepared(mail, answer, reading, found, answers, cover, _target(parts, answer))


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


def look_up(desk: Desk, reading: Reading) -> Match:
    """Ask the directory for the numbers that the mail states, and compare."""
    found: dict[str, Customer] = desk.directory.find(search_keys(reading).numbers) if reading.readable else {}
    return match(reading, found)


def _with_what_it_answers(parts: Parts, reading: Reading) -> tuple[tuple[int, ...], Reading]:
    """The held inquiries that this mail answers (policy, section 6), and one Reading of the whole conversation."""
    author = reading.envelope.author
    if not reading.envelope.references or author is None or reading.machine.reason is not None:
        return (), reading
    chain: list[int] = []
    jobs: list[Job] = []
    with parts.database.reading() as tx:
        earlier = inquiries.find_answered(tx, references=reading.envelope.references, author=author)
        while earlier is not None and earlier not in chain and len(chain) < CHAIN:
            row, raw = inquiries.get(tx, earlier), inquiries.raw(tx, earlier)
            if row is None or raw is None or row.state is not State.HELD or not ANSWERABLE.issuperset(row.reasons):
                break
            chain.append(earlier)
            jobs.append(Job(raw, row.truncated))
            earlier = row.parent_id
    together = reading
    answered: list[int] = []
    for inquiry, answer in zip(chain, parts.readers.read(jobs) if jobs else [], strict=True):
        if not isinstance(answer, Reading) or not _sound(answer):
            break
        # From the nearest back: what a newer mail says wins over an older one.
        together = combine(answer, together)
        answered.append(inquiry)
    return tuple(answered), together


def _sound(reading: Reading) -> bool:
    """Whether only what it lacks kept a mail from being applied: a doubt about its sender is not answered away."""
    machine = reading.machine
    doubts = (machine.reason is not None, machine.for_a_person, machine.own_address, machine.spam, machine.unsolicited)
    return (
        reading.readable
        and reading.authentication is not Authentication.FAIL
        and not reading.envelope.forged_headers
        and not any(doubts)
    )


def _decide_one(parts: Parts, tx: Connection, prepared: _Prepared, *, now: datetime) -> Decision | None:
    """Judge and settle one inquiry inside its savepoint; None where another worker has it."""
    mail, reading = prepared.pending, prepared.reading
    if not inquiries.lock(tx, mail.id, State.RECEIVED):
        return None
    answers = prepared.answers
    if not all(inquiries.lock(tx, answered, State.HELD) for answered in answers):
        # Staff or another follow-up was first: the mail stands alone.
        answers, reading = (), prepared.own
    found = prepared.found if reading is prepared.reading else look_up(parts.desk, reading)
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
        own_message=parts.keys.is_ours(envelope.message_id, envelope.marker)
        or outbox.find(tx, envelope.message_id) is not None,
        company=company,
    )


def _mark_bounced(parts: Parts, tx: Connection, reading: Reading, inquiry: int, *, now: datetime) -> None:
    """A bounce of our own reply is shown at the inquiry that the reply was for; the block stands."""
    item = next((found for found in (outbox.find(tx, name) for name in reading.reports) if found is not None), None)
    if item is None:
        item = next(
            (f for f in (outbox.find_by_envelope(tx, to) for to in reading.envelope.delivered_to) if f is not None),
            None,
        )
    if item is not None:
        outbox.mark_bounced(tx, item.id, now=now, status="5.0.0", inquiry_id=inquiry)
        parts.desk.log.bounced(item.inquiry_id, item=item.id, status="5.0.0")
