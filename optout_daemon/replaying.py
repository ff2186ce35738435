"""Decide stored mail again by today's rules and directory, and say what would come out otherwise.

Looking changes nothing. With `apply`, a held inquiry that the machine held is settled anew, each in a transaction of
its own; what is closed, what staff decided and what somebody has open stays as it is, whatever today's rules say.
A mail that stays held gets its new reasons and no second reply. Raises StoreError, DirectoryError, ReadersClosed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from optout_daemon.conversation import CHAIN, look_up
from optout_daemon.core.combine import combine
from optout_daemon.core.decision import RULES_VERSION, decide
from optout_daemon.core.lifecycle import State, Step
from optout_daemon.core.model import Context, Decision, Disposition, Match, Reading, Reason
from optout_daemon.core.reading.broken import broken
from optout_daemon.edges.readers import Answer, Job
from optout_daemon.errors import Conflict, DirectoryError, StoreError
from optout_daemon.judging import Parts, wrote_it
from optout_daemon.settling import Subject, announce, author_is_free, settle, within
from optout_daemon.store import audit, inquiries
from optout_daemon.store.inquiry_values import Inquiry

CHUNK: Final = 32
DECIDED: Final = (State.HELD, State.CLOSED)
MACHINE: Final = "machine"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One stored mail, and what today's rules would do with it."""

    inquiry: Inquiry
    decision: Decision
    changed: tuple[str, ...]
    """Names of what differs: disposition, reasons, category, customer_number, channels, follow_up, reply."""
    applied: bool = False
    """The new decision was committed."""

    @property
    def by_staff(self) -> bool:
        """What differs is a person's decision, which the rules do not overrule."""
        return self.inquiry.decided_by != MACHINE


@dataclass(slots=True)
class Counts:
    """What a run looked at."""

    replayed: int = 0
    gone: int = 0
    """Their raw mail is kept no longer."""
    errors: dict[int, str] = field(default_factory=dict)
    """Our own code raised on these: the class of the error by inquiry."""
    moved: int = 0
    """Somebody else moved them while they were replayed."""


@dataclass(frozen=True, slots=True)
class _Judged:
    own: Reading
    match: Match
    decision: Decision


def replay(
    parts: Parts, counts: Counts, *, now: datetime, by: str, since: datetime | None = None, apply: bool = False
) -> Iterator[Replayed]:
    """Every decided inquiry received since `since` whose outcome differs today, oldest first; fills `counts`."""
    last = 0
    while True:
        with parts.database.reading() as tx:
            rows = inquiries.listing(tx, states=DECIDED, since=since, limit=CHUNK, after_id=last)
            raws = {row.id: raw for row in rows if (raw := inquiries.raw(tx, row.id)) is not None}
        if not rows:
            return
        last = rows[-1].id
        counts.gone += len(rows) - len(raws)
        kept = [row for row in rows if row.id in raws and row.absorbed_by is None]
        answers = parts.readers.read([Job(raws[row.id], row.truncated) for row in kept])
        for row, answer in zip(kept, answers, strict=True):
            counts.replayed += 1
            judged = _judge(parts, row, raws[row.id], answer, counts)
            changed = () if judged is None else differences(row, judged.decision)
            if judged is None or not changed:
                continue
            written = apply and _may_apply(row) and _write(parts, row, judged, counts, now=now, by=by)
            yield Replayed(row, judged.decision, changed, written)


def differences(row: Inquiry, decision: Decision) -> tuple[str, ...]:
    """What a decision has otherwise than the stored one."""
    pairs: dict[str, tuple[object, object]] = {
        "disposition": (row.disposition, decision.disposition),
        "reasons": (set(row.reasons), set(decision.reasons)),
        "category": (row.category, decision.category),
        "customer_number": (row.customer_number, decision.customer_number),
        "channels": (set(row.channels), set(decision.channels)),
        "follow_up": (row.follow_up, decision.follow_up),
        "reply": (row.reply, decision.reply),
    }
    return tuple(name for name, (was, is_now) in pairs.items() if was != is_now)


def _may_apply(row: Inquiry) -> bool:
    """Only what the machine held and nobody has taken in hand."""
    return row.state is State.HELD and row.decided_by == MACHINE and row.assigned_to is None


def _judge(parts: Parts, row: Inquiry, raw: bytes, answer: Answer, counts: Counts) -> _Judged | None:
    if isinstance(answer, Reading):
        own = answer
    else:
        own = broken(raw, answer.error if hasattr(answer, "error") else answer.cause)
    try:
        reading = _together(parts, row, own)
        found = look_up(parts.desk.directory, reading)
        with parts.database.reading() as tx:
            context = _context(parts, tx, row, own)
        decision = decide(reading, found, parts.desk.policy, context, parts.desk.own_addresses)
    except (StoreError, DirectoryError):
        raise
    except Exception as error:
        counts.errors[row.id] = type(error).__name__
        return None
    return _Judged(own, found, within(decision, len(own.text)))


def _together(parts: Parts, row: Inquiry, own: Reading) -> Reading:
    """A follow-up is read together with the mails that it was read with then."""
    jobs: list[Job] = []
    with parts.database.reading() as tx:
        above = row.parent_id
        while above is not None and len(jobs) < CHAIN:
            parent, raw = inquiries.get(tx, above), inquiries.raw(tx, above)
            if parent is None or raw is None:
                break
            jobs.append(Job(raw, parent.truncated))
            above = parent.parent_id
    together = own
    for answer in parts.readers.read(jobs) if jobs else []:
        if not isinstance(answer, Reading):
            break
        together = combine(answer, together)
    return together


def _context(parts: Parts, tx: Connection, row: Inquiry, reading: Reading) -> Context:
    """What the store knew when it was decided: a copy stays one, and nothing that came later makes it one."""
    return Context(
        duplicate=Reason.DUPLICATE in row.reasons,
        own_message=wrote_it(parts, tx, reading.envelope),
        company=parts.desk.companies.get(row.mailbox, ""),
    )


def _write(parts: Parts, row: Inquiry, judged: _Judged, counts: Counts, *, now: datetime, by: str) -> bool:
    """Settle one held inquiry by its new decision. False where somebody moved it meanwhile."""
    decision, customer = judged.decision, judged.match.customer
    cover = customer is not None and author_is_free(parts.desk.directory, judged.own, customer)
    try:
        with parts.database.transaction() as tx:
            if not inquiries.lock(tx, row.id, State.HELD, row.version):
                counts.moved += 1
                return False
            if decision.disposition is Disposition.HELD:
                # The customer was answered when it was held; a change of ours is no reason to write again.
                decision = replace(decision, reply=row.reply or decision.reply, no_reply_because=row.no_reply_because)
                inquiries.record_decision(
                    tx,
                    row.id,
                    before=State.HELD,
                    step=Step.HOLD,
                    decision=decision,
                    reading=judged.own,
                    now=now,
                    reply_capped=row.reply_capped,
                    rules_version=RULES_VERSION,
                    shadow=row.shadow,
                )
            else:
                decision = settle(
                    tx,
                    Subject(row.id, State.HELD, _answered(tx, row)),
                    decision,
                    judged.own,
                    customer=customer,
                    cover_author=cover,
                    desk=parts.desk,
                    now=now,
                )
            audit.record(
                tx,
                event="replayed",
                actor=by,
                now=now,
                inquiry_id=row.id,
                data={"disposition": decision.disposition.value, "rules": RULES_VERSION},
            )
    except Conflict:
        counts.moved += 1
        return False
    announce(parts.desk.log, row.id, decision)
    return True


def _answered(tx: Connection, row: Inquiry) -> tuple[int, ...]:
    """The held mails that this one answers: they leave the queue with it."""
    found: list[int] = []
    above = row.parent_id
    while above is not None and len(found) < CHAIN:
        parent = inquiries.get(tx, above)
        if parent is None or parent.state is not State.HELD or not inquiries.lock(tx, above, State.HELD):
            break
        found.append(above)
        above = parent.parent_id
    return tuple(found)
