"""How the desk is: when each mailbox was last looked through to its end, what waits and since when, what is amiss.

Health follows work that came to its end, not a process that lives. `of_desk` gives it in one value, for `check` and for
whoever else asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from optout_daemon.core.lifecycle import Delivery, State
from optout_daemon.store import alarms, cursors, reconciled
from optout_daemon.store.alarms import Alarm
from optout_daemon.store.reconciled import Reconciled
from optout_daemon.store.schema import inquiry, outbox
from optout_daemon.store.schema import job as table
from optout_daemon.store.statements import Insert, for_each, spelled

OK: Final = "ok"


@dataclass(frozen=True, slots=True)
class JobPass:
    """A job's last pass; `last_success` is its last one with outcome "ok"."""

    job: str
    last_pass: datetime
    last_outcome: str
    last_success: datetime | None


@dataclass(frozen=True, slots=True)
class MailboxHealth:
    """One mailbox. `last_pass` is the last time that it was looked through to its end; None before the first."""

    mailbox: str
    last_pass: datetime | None
    rescanning: bool
    """It was renumbered, and is not read again to its end yet."""
    reconciled: Reconciled | None
    """The last reconcile that came to its end."""


@dataclass(frozen=True, slots=True)
class Health:
    """The desk at one moment. Ages are for the reader to reckon: the times are of the oldest that waits."""

    mailboxes: tuple[MailboxHealth, ...]
    received: int
    """Inquiries that are stored and not decided."""
    oldest_received: datetime | None
    """When the mail of the oldest of them reached the mailbox."""
    held: int
    shunted: int
    outbox: int
    """Replies that are not sent: queued, or claimed."""
    oldest_queued: datetime | None
    failed: int
    """Replies that were refused for good, or given up."""
    alarms: tuple[Alarm, ...]
    jobs: tuple[JobPass, ...]


def _upsert(statement: Insert) -> Insert:
    new = statement.excluded
    values = {
        "last_pass": new.last_pass,
        "last_outcome": new.last_outcome,
        "last_success": func.coalesce(new.last_success, table.c.last_success),
    }
    return statement.on_conflict_do_update(index_elements=["job"], set_=values)


_DONE: Final = for_each(lambda insert: _upsert(insert(table)))


def job_done(tx: Connection, job: str, now: datetime, outcome: str = OK) -> None:
    """The job came round: "ok", or one plain line that names the temporary failure."""
    success = now if outcome == OK else None
    values = {"job": job, "last_pass": now, "last_outcome": outcome, "last_success": success}
    tx.execute(_DONE[tx.dialect.name], values)


def jobs(tx: Connection) -> list[JobPass]:
    """Every job that ever came round."""
    return [JobPass(**row._mapping) for row in tx.execute(select(table).order_by(table.c.job))]


def of_desk(tx: Connection, mailboxes: Sequence[str]) -> Health:
    """The health of a desk with these mailboxes, in their order, also those that it never met."""
    i, o = inquiry.c, outbox.c
    received, oldest_received = tx.execute(
        select(func.count(), func.min(i.received_at)).where(i.state == spelled(State.RECEIVED))
    ).one()
    by_state = select(i.state, func.count()).where(i.state.in_([State.HELD, State.SHUNTED])).group_by(i.state)
    states = {state: number for state, number in tx.execute(by_state)}  # noqa: C416 (a Row is no pair to dict())
    waiting = oldest_queued = None
    total = 0
    for state in (Delivery.QUEUED, Delivery.ACTIVE):  # an index each
        number, waiting = tx.execute(select(func.count(), func.min(o.queued_at)).where(o.state == spelled(state))).one()
        total += number
        oldest_queued = min((at for at in (oldest_queued, waiting) if at is not None), default=None)
    failed = tx.execute(select(func.count()).where(o.state == spelled(Delivery.FAILED))).scalar_one()
    return Health(
        mailboxes=tuple(_mailbox(tx, name) for name in mailboxes),
        received=received,
        oldest_received=oldest_received,
        held=states.get(State.HELD, 0),
        shunted=states.get(State.SHUNTED, 0),
        outbox=total,
        oldest_queued=oldest_queued,
        failed=failed,
        alarms=tuple(alarms.open_alarms(tx)),
        jobs=tuple(jobs(tx)),
    )


def _mailbox(tx: Connection, name: str) -> MailboxHealth:
    cursor = cursors.get(tx, name)
    word = reconciled.last(tx, name)
    if cursor is None:
        return MailboxHealth(name, None, rescanning=False, reconciled=word)
    return MailboxHealth(name, cursor.last_pass, cursor.rescanning, word)
