"""Rendered replies on their way out: queued with the decision, claimed by a courier, settled after the server spoke.

A courier that dies between the server's acceptance and accept() leaves the item ACTIVE; release_stale() gives it
back, and the reply may go out twice with the same Message-ID, never not at all. What settles an item names the claim
(the item as claim() gave it): a courier that was taken for dead never writes over the one that has it now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, func, insert, literal_column, select, update

from optout_daemon.core import backoff
from optout_daemon.core.lifecycle import Delivery, DeliveryStep, delivery_after
from optout_daemon.core.model import OutgoingMessage, ReplyKind
from optout_daemon.core.reading.address import comparable
from optout_daemon.errors import Conflict
from optout_daemon.store import rates
from optout_daemon.store.database import serialise
from optout_daemon.store.schema import outbox as table
from optout_daemon.store.statements import beyond, moved_one, spelled


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One reply and how far its delivery has come. `attempts` counts claims, `status` is the last one's (RFC 3463).

    `repeats` counts the times that the server may have accepted it besides the one that is recorded: the connection
    broke after the final dot, or the claim was taken over before the acceptance was recorded.
    """

    id: int
    message_id: str
    inquiry_id: int
    kind: ReplyKind
    language: str
    recipient: str
    envelope_from: str
    raw: bytes
    state: Delivery
    queued_at: datetime
    due: datetime
    attempts: int
    claimed_by: str | None
    claimed_at: datetime | None
    settled_at: datetime | None
    repeats: int
    status: str
    error: str
    bounced_at: datetime | None
    bounce_status: str | None
    bounce_inquiry_id: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Replies that were queued or sent: to one address of one kind in 24 hours, of any in 24 hours and in 30 days;
    to its domain and in all in the last hour, by the minute. Failed ones do not count.
    """

    equal_day: int
    day: int
    month: int
    domain_hour: int
    all_hour: int


_c: Final = table.c
_COLUMNS: Final = [_c[field.name] for field in fields(OutboxItem)]
_ENQUEUE: Final = insert(table).returning(_c.id)
_DUE: Final = (
    select(_c.id)
    .where(_c.state == spelled(Delivery.QUEUED), _c.due <= bindparam("now"))
    .order_by(_c.due, _c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE: Final = (
    update(table)
    .where(_c.id.in_(bindparam("ids", expanding=True)), _c.state == bindparam("before"))
    .values(attempts=_c.attempts + 1)
    .returning(*_COLUMNS)
)
_SETTLE: Final = update(table).where(_c.id == bindparam("this"), _c.state == bindparam("before"))
# A worker claims one item once at a time, and each claim is counted: together they name the claim.
_SETTLE_CLAIM: Final = _SETTLE.where(_c.claimed_by == bindparam("claimant"), _c.attempts == bindparam("claim"))
_FIND: Final = select(*_COLUMNS).where(_c.message_id == bindparam("mid"))
_SENT_TO: Final = (
    select(
        _c.kind,
        func.count(case((_c.queued_at > bindparam("day"), 1))).label("day"),
        func.count().label("month"),
    )
    .where(_c.recipient_key == bindparam("recipient"), _c.queued_at > bindparam("month"))
    .where(_c.state != spelled(Delivery.FAILED))
    .group_by(_c.kind)
)


def enqueue(tx: Connection, message: OutgoingMessage, *, cause: int, due: datetime) -> int:
    """Queue a reply to inquiry `cause`. A Message-ID that is there already is a defect (IntegrityError)."""
    recipient = comparable(message.recipient)
    domain = domain_of(recipient)
    rates.add(tx, domain, due)
    values = {
        "message_id": message.message_id,
        "inquiry_id": cause,
        "kind": message.kind,
        "language": message.language,
        "recipient": message.recipient,
        "recipient_key": recipient,
        "recipient_domain": domain,
        "envelope_from": message.envelope_from,
        "envelope_key": comparable(message.envelope_from),
        "raw": message.raw,
        "state": Delivery.QUEUED,
        "queued_at": due,
        "due": due,
        "attempts": 0,
        "repeats": 0,
        "status": "",
        "error": "",
    }
    item_id: int = tx.execute(_ENQUEUE, values).scalar_one()
    return item_id


def claim(tx: Connection, *, now: datetime, limit: int, worker: str) -> list[OutboxItem]:
    """Take up to `limit` due items, the longest due first; no other worker gets them."""
    ids = list(tx.execute(_DUE, {"now": now, "most": limit}).scalars())
    if not ids:
        return []
    values = {"state": delivery_after(Delivery.QUEUED, DeliveryStep.CLAIM), "claimed_by": worker, "claimed_at": now}
    rows = tx.execute(_TAKE, {"ids": ids, "before": Delivery.QUEUED, **values}).all()
    return sorted(map(_item, rows), key=lambda item: (item.due, item.id))


def accept(tx: Connection, item: OutboxItem, *, now: datetime, status: str) -> bool:
    """The server took the message, nothing more. False where the claim was lost and another courier has, or had, the
    item too: then this acceptance is counted in `repeats`, and what is recorded of the item is that courier's.
    """
    values = {"settled_at": now, "status": status, "error": ""}
    if _moved(tx, item, DeliveryStep.ACCEPT, values):
        return True
    # Given back and not claimed again: nobody else has sent it, and now nobody will.
    late = _SETTLE.values(claimed_by=None, claimed_at=None, **values)
    if tx.execute(late, _step(item.id, Delivery.QUEUED, DeliveryStep.ACCEPT)).rowcount == 1:
        return True
    tx.execute(update(table).where(table.c.id == item.id).values(repeats=table.c.repeats + 1))
    return False


def defer(tx: Connection, item: OutboxItem, *, due: datetime, status: str, error: str, unsettled: bool = False) -> None:
    """The server refused for now, or did not answer; the item is due again later. `unsettled`: it may have taken it."""
    values = {"due": due, "status": status, "error": error}
    _settle(tx, item, DeliveryStep.DEFER, values | ({"repeats": item.repeats + 1} if unsettled else {}))


def fail(tx: Connection, item: OutboxItem, *, now: datetime, status: str, error: str) -> None:
    """Refused for good, or given up. It counts for no cap any more."""
    serialise(tx)  # before the item's row: in the order in which deciding takes them
    _settle(tx, item, DeliveryStep.FAIL, {"settled_at": now, "status": status, "error": error})
    row = tx.execute(select(table.c.recipient_domain, table.c.queued_at).where(table.c.id == item.id)).one()
    rates.take_back(tx, row.recipient_domain, row.queued_at)


def release(tx: Connection, items: Sequence[OutboxItem]) -> None:
    """Give back claimed items that were not tried: due as before, and the claim does not count."""
    for item in items:
        _moved(tx, item, DeliveryStep.RELEASE, {"attempts": item.attempts - 1})


def release_stale(tx: Connection, *, claimed_before: datetime, now: datetime, spare: str = "") -> int:
    """Give back what couriers that are gone had claimed; returns how many items. `spare` is a courier that lives."""
    c = table.c
    stale = update(table).where(
        c.state == spelled(Delivery.ACTIVE), c.claimed_at < claimed_before, c.claimed_by != spare
    )
    state = delivery_after(Delivery.ACTIVE, DeliveryStep.RELEASE)
    return int(tx.execute(stale.values(state=state, due=now, claimed_by=None, claimed_at=None)).rowcount)


def pull_in(tx: Connection, *, now: datetime) -> int:
    """Make due what lies further away than its back-off: the clock was ahead, or was set back; how many items.

    A claim that it stamped in the future is taken for one of now, so that it can grow stale.
    """
    c = table.c
    late = beyond(c.due, c.attempts, backoff.smtp_item, now)
    put_off = update(table).where(c.state == spelled(Delivery.QUEUED), late)
    ahead = update(table).where(c.state == spelled(Delivery.ACTIVE), c.claimed_at > now)
    tx.execute(ahead.values(claimed_at=now))
    return int(tx.execute(put_off.values(due=now)).rowcount)


def retry(tx: Connection, item_id: int, *, now: datetime) -> None:
    """An operator sends a failed item on its way again, as if queued now."""
    domain = tx.execute(select(table.c.recipient_domain).where(table.c.id == item_id)).scalar()
    if domain is not None:
        rates.add(tx, domain, now)
    values = {"due": now, "queued_at": now, "attempts": 0, "settled_at": None}
    step = _step(item_id, Delivery.FAILED, DeliveryStep.RETRY)
    moved_one(tx.execute(_SETTLE.values(**values), step), "outbox item", item_id)


def mark_bounced(tx: Connection, item_id: int, *, now: datetime, status: str, inquiry_id: int | None = None) -> None:
    """A message that the server had taken came back, as inquiry `inquiry_id`. A second report changes nothing."""
    c = table.c
    values = {"bounced_at": now, "bounce_status": status, "bounce_inquiry_id": inquiry_id}
    tx.execute(update(table).where(c.id == item_id, c.bounced_at.is_(None)).values(values))


def sent_counts(tx: Connection, *, recipient: str, domain: str, kind: ReplyKind | None, now: datetime) -> Counts:
    """What the caps are compared with, by two indexed look-ups; no other writer changes it in this transaction."""
    serialise(tx)
    times = {"month": now - timedelta(days=30), "day": now - timedelta(days=1)}
    sent = tx.execute(_SENT_TO, {"recipient": comparable(recipient), **times}).all()
    in_day = sum(row.day for row in sent)
    equal_day = sum(row.day for row in sent if kind in (None, row.kind))
    hour = rates.last_hour(tx, domain_of("@" + domain), now)
    return Counts(equal_day, in_day, sum(row.month for row in sent), hour.domain, hour.all)


def find(tx: Connection, message_id: str) -> OutboxItem | None:
    """The item with that Message-ID: our own mail come back."""
    row = tx.execute(_FIND, {"mid": message_id}).first()
    return None if row is None else _item(row)


def find_by_envelope(tx: Connection, address: str) -> OutboxItem | None:
    """The newest item that left with `address` as its reverse-path: what a bounce is addressed to."""
    key = comparable(address)
    if not key:
        return None
    left = select(*_COLUMNS).where(table.c.envelope_key == key, literal_column("envelope_key <> ''"))
    row = tx.execute(left.order_by(table.c.id.desc()).limit(1)).first()
    return None if row is None else _item(row)


def get(tx: Connection, item_id: int) -> OutboxItem | None:
    """One item, or None."""
    row = tx.execute(select(*_COLUMNS).where(table.c.id == item_id)).first()
    return None if row is None else _item(row)


def of_inquiry(tx: Connection, inquiry_id: int) -> list[OutboxItem]:
    """The replies to one inquiry, oldest first."""
    return [_item(row) for row in tx.execute(_all().where(table.c.inquiry_id == inquiry_id))]


def listing(tx: Connection, state: Delivery | None = None, limit: int = 100) -> list[OutboxItem]:
    """The newest items, the newest first."""
    statement = select(*_COLUMNS).order_by(table.c.id.desc()).limit(limit)
    return [
        _item(row)
        for row in tx.execute(statement if state is None else statement.where(table.c.state == spelled(state)))
    ]


def domain_of(address: str) -> str:
    """The part after the last @, lower-cased."""
    return address.rpartition("@")[2].lower()


def _item(row: Row[Any]) -> OutboxItem:
    return OutboxItem(**row._mapping)


def _all() -> Any:
    return select(*_COLUMNS).order_by(table.c.id)


def _settle(tx: Connection, item: OutboxItem, step: DeliveryStep, values: Mapping[str, Any]) -> None:
    if not _moved(tx, item, step, values):
        raise Conflict(f"outbox item {item.id}: the claim is not ours any more")


def _moved(tx: Connection, item: OutboxItem, step: DeliveryStep, values: Mapping[str, Any]) -> bool:
    """Whether the claim that `item` came with still stood; then it has ended in `step`."""
    parameters = _step(item.id, Delivery.ACTIVE, step) | {"claimant": item.claimed_by, "claim": item.attempts}
    settled = _SETTLE_CLAIM.values(claimed_by=None, claimed_at=None, **values)
    return tx.execute(settled, parameters).rowcount == 1


def _step(item_id: int, before: Delivery, step: DeliveryStep) -> dict[str, Any]:
    return {"this": item_id, "before": before, "state": delivery_after(before, step)}
