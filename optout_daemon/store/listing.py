"""The current suppression list as people look at it: in pages, each line with the reason and the person behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select, tuple_

from optout_daemon.core.model import GROUP
from optout_daemon.store.schema import ledger
from optout_daemon.store.schema import suppression as table


@dataclass(frozen=True, slots=True)
class Suppression:
    """One line of the current list."""

    subject_kind: str
    subject: str
    channel: str
    scope: str
    since: datetime
    provisional: bool
    entry_id: int
    reason: str
    source: str
    by: str
    may_arrive_until: date | None = None


_KEY: Final = (table.c.subject_kind, table.c.subject, table.c.channel, table.c.scope)
_BLOCK_COLUMNS: Final = (table.c.since, table.c.provisional, table.c.entry_id, table.c.may_arrive_until)


def listing(
    tx: Connection,
    *,
    channel: str | None = None,
    limit: int = 100,
    beyond: Suppression | None = None,
    scope: str | None = None,
) -> list[Suppression]:
    """The current list in the order of its key, for `scope` as in check(); `beyond` is the last line of a page."""
    c, e = table.c, ledger.c
    lines = select(*_KEY, *_BLOCK_COLUMNS, e.reason, e.source, e.recorded_by.label("by"))
    lines = lines.join(ledger, e.id == c.entry_id)
    if scope is not None:
        lines = lines.where(c.scope.in_((GROUP, scope)))
    if channel is not None:
        lines = lines.where(c.channel == channel)
    if beyond is not None:
        last = (beyond.subject_kind, beyond.subject, beyond.channel, beyond.scope)
        lines = lines.where(tuple_(*_KEY) > tuple_(*last))
    return [Suppression(**row._mapping) for row in tx.execute(lines.order_by(*_KEY).limit(limit))]
