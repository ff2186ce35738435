"""The stored messages and what became of each.

Every step is an `UPDATE ... WHERE state = ...` that must move one row, else Conflict; which steps there are is
core/lifecycle.py's table. Writes no audit event and no suppression: the stage does, in the same transaction. How
inquiries are found is store/inquiry_search.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from optout_daemon.core import backoff
from optout_daemon.core.lifecycle import State, Step, after
from optout_daemon.core.model import GROUP, Decision, Disposition, Reading, Reason
from optout_daemon.errors import Conflict
from optout_daemon.store import locations
from optout_daemon.store.inquiry_search import WAITS
from optout_daemon.store.inquiry_search import counts as counts
from optout_daemon.store.inquiry_search import find_answered as find_answered
from optout_daemon.store.inquiry_search import find_same as find_same
from optout_daemon.store.inquiry_search import get as get
from optout_daemon.store.inquiry_search import known_digests as known_digests
from optout_daemon.store.inquiry_search import listing as listing
from optout_daemon.store.inquiry_search import raw as raw
from optout_daemon.store.inquiry_values import Inquiry as Inquiry
from optout_daemon.store.inquiry_values import Pending as Pending
from optout_daemon.store.inquiry_values import Stored as Stored
from optout_daemon.store.inquiry_values import decided
from optout_daemon.store.schema import inquiry as table
from optout_daemon.store.schema import location, raw_mail
from optout_daemon.store.statements import beyond, for_each, moved_one, spelled

MOST_BYTES: Final = 32 * 1024 * 1024
"""Raw mail that is in memory at once."""
_SUBJECT: Final = 1_000
_NEW: Final[dict[str, Any]] = {
    "state": State.RECEIVED,
    "version": 1,
    "attempts": 0,
    "last_error": "",
    "retry_at": None,
    "decided_by": "",
    "rules_version": "",
    "language": "",
    "reasons": [],
    "follow_up": False,
    "channels": [],
    "scope": GROUP,
    "no_reply_because": "",
    "reply_capped": False,
    "shadow": False,
    "duplicate": False,
    "fields": {},
    "spans": {},
    "evidence": [],
    "subject": "",
    "has_attachments": False,
}
_c: Final = table.c
_STORE: Final = for_each(
    lambda insert: insert(table).on_conflict_do_nothing(index_elements=["digest"]).returning(_c.id)
)
_STORE_RAW: Final = insert(raw_mail)
_STORE_PLACE: Final = for_each(
    lambda insert: insert(location).on_conflict_do_nothing(index_elements=["mailbox", "uidvalidity", "uid"])
)
_BY_DIGEST: Final = select(_c.id).where(_c.digest == bindparam("digest"))
_WAITING: Final = (
    select(_c.id, func.length(raw_mail.c.raw))
    .join(raw_mail, raw_mail.c.inquiry_id == _c.id)
    .where(_c.state == spelled(State.RECEIVED), _c.id > bindparam("after"))
    .order_by(_c.id)
    .limit(bindparam("most"))
)
_PENDING: Final = (
    select(_c.id, raw_mail.c.raw, _c.truncated, _c.mailbox, _c.received_at, _c.attempts)
    .join(raw_mail, raw_mail.c.inquiry_id == _c.id)
    .where(_c.id.in_(bindparam("ids", expanding=True)), _c.state == State.RECEIVED)
    .order_by(_c.id)
)
_LOCK: Final = (
    select(_c.version)
    .where(_c.id == bindparam("this"), _c.state == bindparam("before"))
    .with_for_update(skip_locked=True)
)
_MOVE: Final = (
    update(table).where(_c.id == bindparam("this"), _c.state == bindparam("before")).values(version=_c.version + 1)
)


def store_mail(
    tx: Connection,
    *,
    raw: bytes,
    digest: str,
    mailbox: str,
    uidvalidity: int,
    uid: int,
    received_at: datetime,
    now: datetime,
    truncated: bool = False,
    size: int | None = None,
    listed_at: datetime | None = None,
) -> Stored:
    """Store one mail as RECEIVED. Bytes with a known digest become one more location of their inquiry.

    `listed_at` is the INTERNALDATE of the place, if the server gave one: no other mail under this UID has it.
    """
    values = _NEW | {
        "digest": digest,
        "mailbox": mailbox,
        "received_at": received_at,
        "stored_at": now,
        "state_since": now,
        "size": len(raw) if size is None else size,
        "truncated": truncated,
    }
    made: int | None = tx.execute(_STORE[tx.dialect.name], values).scalar()
    if made is not None:
        tx.execute(_STORE_RAW, {"inquiry_id": made, "raw": raw})
        inquiry_id = made
    else:
        inquiry_id = tx.execute(_BY_DIGEST, {"digest": digest}).scalar_one()
    where = {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid}
    tx.execute(
        _STORE_PLACE[tx.dialect.name],
        where | {"inquiry_id": inquiry_id, "found_at": now, "listed_at": listed_at, "due": now, "attempts": 0},
    )
    return Stored(inquiry_id, made is not None)


def pending(
    tx: Connection, *, limit: int, after_id: int = 0, most_bytes: int = MOST_BYTES, now: datetime | None = None
) -> list[Pending]:
    """RECEIVED inquiries, oldest first, from the one after `after_id`: at most `limit`, and of `most_bytes` together
    unless one alone is larger. With `now`, those that count_attempt() put off until later are left out.
    """
    found = _WAITING
    if now is not None:
        misdated = beyond(_c.retry_at, _c.attempts, backoff.attempt, now)
        found = found.where(or_(_c.retry_at.is_(None), _c.retry_at <= now, misdated))
    ids: list[int] = []
    for inquiry_id, size in tx.execute(found, {"after": after_id, "most": limit}):
        most_bytes -= size
        if ids and most_bytes < 0:
            break
        ids.append(inquiry_id)
    if not ids:
        return []
    return [Pending(*row) for row in tx.execute(_PENDING, {"ids": ids})]


def lock(tx: Connection, inquiry_id: int, expected: State, version: int | None = None) -> bool:
    """Keep others off the inquiry until the transaction ends; False when one has it, or it has moved on.

    On SQLite the whole transaction is the lock.
    """
    found = tx.execute(_LOCK, {"this": inquiry_id, "before": expected}).scalar()
    return found is not None and version in (None, found)


def record_decision(
    tx: Connection,
    inquiry_id: int,
    *,
    before: State,
    step: Step,
    decision: Decision,
    reading: Reading,
    now: datetime,
    parent_id: int | None = None,
    reply_capped: bool = False,
    rules_version: str = "",
    shadow: bool = False,
) -> None:
    """Move the inquiry and store what the decision rested on. Conflict when it is no longer in `before`.

    A parent that is known already stays. `shadow`: nothing that would follow from it is done.
    """
    envelope = reading.envelope
    values = decided(decision, now) | {
        "state": after(before, step),
        "rules_version": rules_version,
        "reply_capped": reply_capped,
        "shadow": shadow,
        "duplicate": Reason.DUPLICATE in decision.reasons,
        "author": envelope.author,
        "subject": reading.subject[:_SUBJECT],
        "message_id": envelope.message_id,
        "content_digest": reading.content_digest,
        "has_attachments": reading.has_attachments,
        "last_error": "",
    }
    if parent_id is not None:
        values["parent_id"] = parent_id
    _move(tx, inquiry_id, before, values, now)
    if before is State.HELD and values["state"] is State.CLOSED:
        locations.refile(tx, inquiry_id, now)


def absorb(
    tx: Connection, inquiry_id: int, *, by_inquiry: int, decision: Decision, now: datetime, shadow: bool = False
) -> None:
    """Close a held inquiry that the follow-up `by_inquiry` completed. Conflict when somebody else has it open."""
    if not lock(tx, inquiry_id, State.HELD):
        raise Conflict(f"inquiry {inquiry_id}: somebody else moved it first, or it is not there")
    values = decided(decision, now) | {
        "state": after(State.HELD, Step.ABSORB),
        "absorbed_by": by_inquiry,
        "shadow": shadow,
    }
    for kept in (
        "fields",
        "spans",
        "evidence",
        "language",
        "reply",
        "no_reply_because",
    ):  # its own, not the follow-up's
        del values[kept]
    _move(tx, inquiry_id, State.HELD, values, now)
    locations.refile(tx, inquiry_id, now)


def reopen(tx: Connection, inquiry_id: int, *, by: str, now: datetime) -> None:
    """Staff take a closed inquiry back into the queue; it is theirs until they assign it to another."""
    values = {"state": after(State.CLOSED, Step.REOPEN), "disposition": Disposition.HELD, "assigned_to": by}
    _move(tx, inquiry_id, State.CLOSED, values, now)
    locations.refile(tx, inquiry_id, now)


def follow_up_done(tx: Connection, inquiry_id: int, *, now: datetime) -> None:
    """Staff answered what an applied mail asked for besides; it leaves the queue."""
    done = update(table).where(table.c.id == inquiry_id, WAITS)
    done = done.values(follow_up_done_at=now, version=table.c.version + 1)
    moved_one(tx.execute(done), "inquiry", inquiry_id)


def count_attempt(tx: Connection, inquiry_id: int, error: str) -> int:
    """Our own code raised `error` (the exception's class, never its text); the number of times so far.

    When to try again is put_off()'s.
    """
    counted = (
        update(table)
        .where(table.c.id == inquiry_id)
        .values(attempts=table.c.attempts + 1, last_error=error[:200])
        .returning(table.c.attempts)
    )
    attempts: int | None = tx.execute(counted).scalar()
    if attempts is None:
        raise Conflict(f"inquiry {inquiry_id}: it is not there")
    return attempts


def put_off(tx: Connection, inquiry_id: int, *, until: datetime) -> None:
    """Leave an undecided inquiry alone until then. Conflict when it is no longer RECEIVED."""
    waiting = update(table).where(table.c.id == inquiry_id, table.c.state == spelled(State.RECEIVED))
    moved_one(tx.execute(waiting.values(retry_at=until)), "inquiry", inquiry_id)


def shunt(tx: Connection, inquiry_id: int, *, now: datetime) -> None:
    """Set an undecided inquiry aside for an operator."""
    _move(tx, inquiry_id, State.RECEIVED, {"state": after(State.RECEIVED, Step.SHUNT)}, now)


def retry(tx: Connection, inquiry_id: int, *, now: datetime) -> None:
    """Give a shunted inquiry back to processing, with its attempts forgotten."""
    values = {"state": after(State.SHUNTED, Step.RETRY), "attempts": 0, "last_error": "", "retry_at": None}
    _move(tx, inquiry_id, State.SHUNTED, values, now)


def _move(tx: Connection, inquiry_id: int, before: State, values: Mapping[str, Any], now: datetime) -> None:
    parameters = {"this": inquiry_id, "before": before, "state_since": now, **values}
    moved_one(tx.execute(_MOVE, parameters), "inquiry", inquiry_id)
