"""Mails that the server lists and that could not be taken in: which they are, and when each is tried again.

A row stands for its mail: the cursor goes on above it, and what has a row is accounted for and not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from optout_daemon.store.schema import unfetched as table
from optout_daemon.store.statements import for_each


@dataclass(frozen=True, slots=True)
class Unfetched:
    """One such mail. `cause` is the class of what was raised or a word of ours, never a server's text."""

    mailbox: str
    uidvalidity: int
    uid: int
    since: datetime
    due: datetime
    attempts: int
    cause: str


_c: Final = table.c
_PLACE: Final = ("mailbox", "uidvalidity", "uid")
_PUT: Final = for_each(
    lambda insert: (
        (put := insert(table))
        .on_conflict_do_update(
            index_elements=list(_PLACE),
            set_={"due": put.excluded.due, "attempts": put.excluded.attempts, "cause": put.excluded.cause},
        )
        .returning(_c.since)
    )
)


def put(
    tx: Connection, *, mailbox: str, uidvalidity: int, uid: int, attempts: int, cause: str, now: datetime, due: datetime
) -> None:
    """The mail failed for the `attempts`th time and is tried again at `due`."""
    place = {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid}
    tx.execute(_PUT[tx.dialect.name], place | {"since": now, "due": due, "attempts": attempts, "cause": cause[:200]})


def forget(tx: Connection, mailbox: str, uidvalidity: int, uid: int) -> bool:
    """The mail is stored, or nowhere any more; True where it had a row."""
    gone = delete(table).where(_c.mailbox == mailbox, _c.uidvalidity == uidvalidity, _c.uid == uid)
    return tx.execute(gone).rowcount == 1


def forget_all(tx: Connection, mailbox: str) -> list[Unfetched]:
    """The mailbox was renumbered, and what is in it comes again; the rows that were there."""
    return [Unfetched(*row) for row in tx.execute(delete(table).where(_c.mailbox == mailbox).returning(*_c))]


def listing(tx: Connection, mailbox: str, uidvalidity: int) -> list[Unfetched]:
    """Those of one mailbox under its present numbering, the longest due first."""
    rows = select(table).where(_c.mailbox == mailbox, _c.uidvalidity == uidvalidity).order_by(_c.due, _c.uid)
    return [Unfetched(*row) for row in tx.execute(rows)]
