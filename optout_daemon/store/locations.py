"""Where mails lie in their mailboxes, and which of them still have to be filed.

Filing is done in the mailbox first and marked here second: a kill in between costs one more look at the mailbox,
never a mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.store.schema import inquiry
from optout_daemon.store.schema import location as table
from optout_daemon.store.statements import chunks


@dataclass(frozen=True, slots=True)
class Location:
    """One place of an inquiry's mail, with what its folder depends on. `attempts` counts moves that failed."""

    id: int
    inquiry_id: int
    mailbox: str
    uidvalidity: int
    uid: int
    disposition: Disposition | None
    state: State
    decided_at: datetime | None
    attempts: int


_PLACES: Final = select(
    table.c.id,
    table.c.inquiry_id,
    table.c.mailbox,
    table.c.uidvalidity,
    table.c.uid,
    inquiry.c.disposition,
    inquiry.c.state,
    inquiry.c.decided_at,
    table.c.attempts,
).join(inquiry, inquiry.c.id == table.c.inquiry_id)


def unfiled(tx: Connection, *, mailbox: str, uidvalidity: int, now: datetime, limit: int) -> list[Location]:
    """Decided mails of one mailbox that are not filed yet and are due, the longest due first."""
    c = table.c
    due = (
        _PLACES.where(c.mailbox == mailbox, c.uidvalidity == uidvalidity, c.due <= now)
        .where(c.filed_at.is_(None), c.gone_at.is_(None), inquiry.c.state.in_([State.HELD, State.CLOSED]))
        .order_by(c.due, c.id)
        .limit(limit)
    )
    return [Location(*row) for row in tx.execute(due)]


def mark_filed(tx: Connection, ids: Sequence[int], folder: str, now: datetime) -> None:
    """The mails lie in `folder` now."""
    _set(tx, ids, {"folder": folder, "filed_at": now})


def mark_gone(tx: Connection, ids: Sequence[int], now: datetime) -> None:
    """A person moved or deleted the mails before they were filed; nothing is left to do."""
    _set(tx, ids, {"gone_at": now})


def defer(tx: Connection, ids: Sequence[int], due: datetime) -> None:
    """The move failed; it is tried again at `due`."""
    _set(tx, ids, {"due": due, "attempts": table.c.attempts + 1})


def known_uids(tx: Connection, mailbox: str, uidvalidity: int, low: int, high: int) -> set[int]:
    """The UIDs from `low` to `high`, both included, that are stored."""
    c = table.c
    known = select(c.uid).where(c.mailbox == mailbox, c.uidvalidity == uidvalidity, c.uid.between(low, high))
    return set(tx.execute(known).scalars())


def of_inquiry(tx: Connection, inquiry_id: int) -> list[Location]:
    """Every place of one inquiry's mail."""
    rows = tx.execute(_PLACES.where(table.c.inquiry_id == inquiry_id).order_by(table.c.id))
    return [Location(*row) for row in rows]


def _set(tx: Connection, ids: Sequence[int], values: dict[str, Any]) -> None:
    for chunk in chunks(ids):
        tx.execute(update(table).where(table.c.id.in_(chunk)).values(values))
