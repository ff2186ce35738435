"""What stands in the rows for the mails of a mailbox: the other side of a reconcile, and its last word.

A mail is known by its place (UIDVALIDITY and UID), by its Message-ID and size, or by the digest of its bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from optout_daemon.core.lifecycle import State
from optout_daemon.store.columns import bounded, clean
from optout_daemon.store.schema import inquiry, location
from optout_daemon.store.schema import reconciled as table
from optout_daemon.store.statements import Insert, chunks, for_each, spelled


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One comparison of a mailbox and its folders with the rows; numbers of mails, but for `folders` and `inquiries`.

    Each mail is accounted for by an inquiry or is counted in exactly one of the last four.
    """

    mailbox: str
    at: datetime
    uidvalidity: int
    folders: int
    mails: int
    inquiries: int
    """Inquiries whose mail came through this mailbox, wherever it lies now."""
    below_baseline: int
    waiting: int
    """In the watched folder and not collected yet."""
    set_aside: int
    """The server lists it and does not hand it out; it is tried again."""
    unaccounted: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """The inquiry that has waited longest for a decision."""

    inquiry_id: int
    received_at: datetime


def _upsert(statement: Insert) -> Insert:
    new = {name: statement.excluded[name] for name in Reconciled.__dataclass_fields__ if name != "mailbox"}
    return statement.on_conflict_do_update(index_elements=["mailbox"], set_=new)


_REMEMBER: Final = for_each(lambda insert: _upsert(insert(table)))


def remember(tx: Connection, word: Reconciled) -> None:
    """Keep this word instead of the last one."""
    values = {name: getattr(word, name) for name in Reconciled.__dataclass_fields__}
    tx.execute(_REMEMBER[tx.dialect.name], values)


def last(tx: Connection, mailbox: str) -> Reconciled | None:
    """The last word about a mailbox."""
    row = tx.execute(select(table).where(table.c.mailbox == mailbox)).first()
    return None if row is None else Reconciled(**row._mapping)


def by_place(tx: Connection, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, int]:
    """Inquiries by the UIDs that have a place."""
    c = location.c
    known = select(c.uid, c.inquiry_id).where(c.mailbox == mailbox, c.uidvalidity == uidvalidity)
    return {uid: found for chunk in chunks(uids) for uid, found in tx.execute(known.where(c.uid.in_(chunk)))}


def by_message_id(tx: Connection, message_ids: Collection[str]) -> dict[tuple[str, int], int]:
    """Inquiries by Message-ID, as it was given, and size in bytes."""
    c = inquiry.c
    given = {bounded(clean(name)): name for name in message_ids}
    same = select(c.message_id, c.size, c.id)
    return {
        (given[name], size): found
        for chunk in chunks(list(given))
        for name, size, found in tx.execute(same.where(c.message_id.in_(chunk)))
    }


def by_digest(tx: Connection, digests: Collection[str]) -> dict[str, int]:
    """Inquiries by the digest of their bytes."""
    c = inquiry.c
    same = select(c.digest, c.id)
    return {
        digest: found
        for chunk in chunks(list(digests))
        for digest, found in tx.execute(same.where(c.digest.in_(chunk)))
    }


def folders(tx: Connection, mailbox: str) -> list[str]:
    """Every folder that mails of the mailbox were ever filed into, as the server calls it."""
    c = location.c
    filed = select(c.folder).where(c.mailbox == mailbox, c.folder.is_not(None)).distinct()
    return sorted(folder for folder in tx.execute(filed).scalars() if folder is not None)


def inquiries(tx: Connection, mailbox: str) -> int:
    """How many inquiries have, or had, their mail in the mailbox."""
    c = location.c
    return tx.execute(select(func.count(c.inquiry_id.distinct())).where(c.mailbox == mailbox)).scalar_one()


def oldest_undecided(tx: Connection) -> Undecided | None:
    """Of what was received and is not decided yet, what came first."""
    c = inquiry.c
    waiting = select(c.id, c.received_at).where(c.state == spelled(State.RECEIVED))
    row = tx.execute(waiting.order_by(c.received_at, c.id).limit(1)).first()
    return None if row is None else Undecided(*row)
