"""The audit chain: appended events, each bound to the one before by its hash.

Holds no personal data: an event names an inquiry, an entry or a staff account by id. Whoever changes or removes
an event in the middle breaks every hash after it; the end of the chain is for anchors outside to hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from optout_daemon.store.columns import clean, dump
from optout_daemon.store.database import serialise
from optout_daemon.store.schema import audit_event as table
from optout_daemon.store.statements import chunks

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `data` is canonical JSON."""

    id: int
    at: datetime
    event: str
    actor: str
    inquiry_id: int | None
    data: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first event at which the chain does not hold, and why."""

    event_id: int
    why: str


_LAST: Final = select(table.c.id, table.c.hash).order_by(table.c.id.desc()).limit(1)
_APPEND: Final = insert(table)


def record(
    tx: Connection,
    *,
    event: str,
    actor: str,
    now: datetime,
    inquiry_id: int | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Append one event; it stands or falls with the transaction."""
    serialise(tx)
    last = tx.execute(_LAST).first()
    fresh = Event(
        last.id + 1 if last else 1, now.astimezone(UTC), clean(event), clean(actor), inquiry_id, dump(data or {})
    )
    previous = last.hash if last else GENESIS
    values = {
        "id": fresh.id,
        "at": fresh.at,
        "event": fresh.event,
        "actor": fresh.actor,
        "inquiry_id": fresh.inquiry_id,
        "data": fresh.data,
        "previous": previous,
        "hash": _hash(previous, fresh),
    }
    tx.execute(_APPEND, values)


def verify(tx: Connection) -> Broken | None:
    """Walk the whole chain; None where it holds."""
    previous, expected = GENESIS, 1
    rows = tx.execute(select(table).order_by(table.c.id).execution_options(yield_per=1_000))
    for row in rows:
        if row.id != expected:
            return Broken(expected, "the event is missing")
        if row.previous != previous:
            return Broken(row.id, "it does not follow from the event before it")
        if row.hash != _hash(previous, _event(row)):
            return Broken(row.id, "its content was changed")
        previous, expected = row.hash, row.id + 1
    return None


def of_inquiry(tx: Connection, inquiry_id: int) -> list[Event]:
    """The events of one inquiry, oldest first."""
    rows = tx.execute(select(table).where(table.c.inquiry_id == inquiry_id).order_by(table.c.id))
    return [_event(row) for row in rows]


def decisions(tx: Connection, inquiry_ids: Sequence[int]) -> list[Event]:
    """What was decided about these inquiries, oldest first."""
    c = table.c
    told = select(table).where(c.event == "decided").order_by(c.id)
    rows = [row for chunk in chunks(inquiry_ids) for row in tx.execute(told.where(c.inquiry_id.in_(chunk)))]
    return [_event(row) for row in rows]


def listing(tx: Connection, *, after_id: int = 0, limit: int = 100) -> list[Event]:
    """Events by id, from the one after `after_id`."""
    rows = tx.execute(select(table).where(table.c.id > after_id).order_by(table.c.id).limit(limit))
    return [_event(row) for row in rows]


def _event(row: Row[Any]) -> Event:
    return Event(row.id, row.at, row.event, row.actor, row.inquiry_id, row.data)


def _hash(previous: str, event: Event) -> str:
    content = [event.id, event.at.isoformat(timespec="microseconds"), event.event, event.actor, event.inquiry_id]
    return hashlib.sha256((previous + dump([*content, event.data])).encode()).hexdigest()
