"""How often signing in failed lately, counted before the password is looked at: attempts at once count one by one.

Keys are digests: what a stranger typed for a name may be somebody's address, or their password.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from optout_daemon.store.database import serialise
from optout_daemon.store.schema import sign_in_failure as table
from optout_daemon.store.statements import for_each


@dataclass(frozen=True, slots=True, order=True)
class Counter:
    """What is counted by: `account`, `address` or `browser`, and the digest of which one."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Failures:
    """So many failures in a row, the last one then."""

    count: int
    last_at: datetime


_COUNT: Final = for_each(
    lambda build: build(table).on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={"failures": build(table).excluded.failures, "last_at": build(table).excluded.last_at},
    )
)


def locked(tx: Connection, counters: Iterable[Counter]) -> dict[Counter, Failures]:
    """What was counted; nobody else counts until this transaction ends."""
    serialise(tx)
    found = {}
    for counter in sorted(counters):
        where = table.c.kind == counter.kind, table.c.key == counter.key
        row = tx.execute(select(table.c.failures, table.c.last_at).where(*where)).first()
        if row is not None:
            found[counter] = Failures(*row)
    return found


def set_to(tx: Connection, counter: Counter, count: int, *, now: datetime) -> None:
    values = {"kind": counter.kind, "key": counter.key, "failures": count, "last_at": now}
    tx.execute(_COUNT[tx.dialect.name], values)


def clear(tx: Connection, counter: Counter) -> None:
    tx.execute(delete(table).where(table.c.kind == counter.kind, table.c.key == counter.key))


def sweep(tx: Connection, *, before: datetime) -> int:
    """Forget whoever has not failed since; how many."""
    return tx.execute(delete(table).where(table.c.last_at < before)).rowcount
