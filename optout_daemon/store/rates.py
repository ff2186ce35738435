"""How many replies were queued in each minute, to each domain and in all: the caps an hour at a fixed cost.

Counting the outbox itself would cost the more the busier the desk is. Rows older than an hour serve nothing;
forget() removes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, select, update

from optout_daemon.store.columns import bounded, clean
from optout_daemon.store.database import serialise
from optout_daemon.store.schema import reply_count as table
from optout_daemon.store.statements import for_each

ALL: Final = ""
"""Stands for every domain."""


@dataclass(frozen=True, slots=True)
class Hour:
    """Replies of the last sixty minutes."""

    domain: int
    all: int


_ADD: Final = for_each(
    lambda insert: insert(table).on_conflict_do_update(
        index_elements=["domain", "minute"], set_={"replies": table.c.replies + 1}
    )
)
_SUM: Final = (
    select(table.c.domain, func.sum(table.c.replies))
    .where(table.c.domain.in_(bindparam("domains", expanding=True)), table.c.minute > bindparam("since"))
    .group_by(table.c.domain)
)


def add(tx: Connection, domain: str, at: datetime) -> None:
    """One more reply to `domain`."""
    serialise(tx)
    rows = [{"domain": name, "minute": _minute(at), "replies": 1} for name in dict.fromkeys((ALL, domain))]
    tx.execute(_ADD[tx.dialect.name], rows)


def take_back(tx: Connection, domain: str, at: datetime) -> None:
    """The reply that was counted at `at` failed."""
    serialise(tx)
    c = table.c
    tx.execute(
        update(table)
        .where(c.domain.in_([ALL, domain]), c.minute == _minute(at), c.replies > 0)
        .values(replies=c.replies - 1)
    )


def last_hour(tx: Connection, domain: str, now: datetime) -> Hour:
    """Replies since the minute an hour ago; what a clock set back left in the future counts as well."""
    since = {"domains": [ALL, domain], "since": _minute(now) - timedelta(hours=1)}
    found = {name: int(replies) for name, replies in tx.execute(_SUM, since)}
    return Hour(found.get(bounded(clean(domain)), 0), found.get(ALL, 0))


def forget(tx: Connection, *, before: datetime) -> int:
    """Remove the counts of minutes before `before`; returns how many rows."""
    return int(tx.execute(delete(table).where(table.c.minute < before)).rowcount)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
