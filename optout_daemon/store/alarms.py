"""What staff or an operator must be told, once: an alarm is raised once and stays open until it is cleared.

`key` names the thing by id (a mailbox, an outbox item), never a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from optout_daemon.store.database import serialise
from optout_daemon.store.schema import alarm as table
from optout_daemon.store.statements import for_each


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open alarm."""

    kind: str
    key: str
    raised_at: datetime


_RAISE: Final = for_each(
    lambda insert: insert(table).on_conflict_do_nothing(index_elements=["kind", "key"]).returning(table.c.kind)
)


def raise_once(tx: Connection, *, kind: str, key: str, now: datetime) -> bool:
    """True where the alarm was not open already."""
    serialise(tx)
    return tx.execute(_RAISE[tx.dialect.name], {"kind": kind, "key": key, "raised_at": now}).first() is not None


def clear(tx: Connection, kind: str, key: str) -> bool:
    """True where the alarm was open."""
    return tx.execute(delete(table).where(table.c.kind == kind, table.c.key == key)).rowcount == 1


def open_alarms(tx: Connection) -> list[Alarm]:
    """The open alarms, oldest first."""
    c = table.c
    rows = select(c.kind, c.key, c.raised_at).order_by(c.raised_at, c.kind, c.key)
    return [Alarm(*row) for row in tx.execute(rows)]
