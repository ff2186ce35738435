"""What the list has of one person: the blocks in force on every channel, and an entry by its number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, select

from optout_daemon.core.model import Action
from optout_daemon.store import ledger
from optout_daemon.store.ledger import Entry
from optout_daemon.store.list_lines import ListLine
from optout_daemon.store.schema import suppression as table

_c: Final = table.c
_STANDING: Final = (
    select(
        _c.subject_kind,
        _c.subject,
        _c.channel,
        _c.scope,
        _c.since,
        _c.provisional,
        _c.entry_id,
        _c.may_arrive_until,
    )
    .where(_c.subject_kind == bindparam("kind"), _c.subject == bindparam("who"))
    .order_by(_c.channel, _c.scope)
)


def standing(tx: Connection, pairs: Iterable[tuple[str, str]]) -> list[ListLine]:
    """The blocks in force of these (kind, subject) pairs, on every channel and in every scope."""
    return [
        ListLine(row[0], row[1], row[2], row[3], Action.STOP, *row[4:])
        for kind, subject in dict.fromkeys(pairs)
        for row in tx.execute(_STANDING, {"kind": kind, "who": subject})
    ]


def entry(tx: Connection, number: int) -> Entry | None:
    """The ledger's entry with this number."""
    found = ledger.changes(tx, since=number - 1, limit=1)
    return found[0] if found and found[0].id == number else None
