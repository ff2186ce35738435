"""How far each mailbox has been collected, and where its baseline lies.

The baseline is set once, at first contact; what lies below it is counted as such and never as unaccounted for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, insert, select, update

from optout_daemon.store.schema import cursor as table
from optout_daemon.store.statements import moved_one


@dataclass(frozen=True, slots=True)
class Cursor:
    """A mailbox's position. `last_uid` belongs to `uidvalidity`, the baseline to the UIDVALIDITY of first contact."""

    mailbox: str
    uidvalidity: int
    last_uid: int
    baseline_uidvalidity: int
    baseline_uid: int
    below_baseline: int
    first_contact: datetime
    last_pass: datetime | None
    rescanning: bool = False
    """The mailbox was renumbered, and not everything in it was looked at again since."""


def get(tx: Connection, mailbox: str) -> Cursor | None:
    """The cursor of a mailbox, or None before first contact."""
    row = tx.execute(select(table).where(table.c.mailbox == mailbox)).first()
    return None if row is None else Cursor(**row._mapping)


def start(
    tx: Connection,
    *,
    mailbox: str,
    uidvalidity: int,
    baseline_uid: int,
    below_baseline: int,
    now: datetime,
    last_uid: int | None = None,
) -> None:
    """First contact: mail above `baseline_uid` is ours, of the mails up to it `below_baseline` are not.

    `last_uid` is where collecting starts: below `baseline_uid` where some of the mails up to it are ours.
    """
    values = {
        "mailbox": mailbox,
        "uidvalidity": uidvalidity,
        "last_uid": baseline_uid if last_uid is None else last_uid,
        "baseline_uidvalidity": uidvalidity,
        "baseline_uid": baseline_uid,
        "below_baseline": below_baseline,
        "first_contact": now,
        "rescanning": False,
    }
    tx.execute(insert(table), values)


def advance(tx: Connection, *, mailbox: str, uidvalidity: int, last_uid: int, now: datetime) -> None:
    """Everything up to `last_uid` is stored. Goes back only with a new UIDVALIDITY, which is no first contact."""
    c = table.c
    highest = case(((c.uidvalidity == uidvalidity) & (c.last_uid > last_uid), c.last_uid), else_=last_uid)
    moved = tx.execute(update(table).where(c.mailbox == mailbox).values(last_uid=highest, uidvalidity=uidvalidity))
    moved_one(moved, "the cursor of mailbox", mailbox)


def renumber(tx: Connection, *, mailbox: str, uidvalidity: int, baseline_uid: int) -> None:
    """The UIDs mean other mails now: every one is read again, and up to `baseline_uid` some are below the baseline."""
    values = {
        "uidvalidity": uidvalidity,
        "last_uid": 0,
        "baseline_uidvalidity": uidvalidity,
        "baseline_uid": baseline_uid,
        "rescanning": True,
    }
    moved = tx.execute(update(table).where(table.c.mailbox == mailbox).values(values))
    moved_one(moved, "the cursor of mailbox", mailbox)


def completed(tx: Connection, *, mailbox: str, now: datetime) -> None:
    """A pass over the mailbox came to its end."""
    tx.execute(update(table).where(table.c.mailbox == mailbox).values(last_pass=now, rescanning=False))


def listing(tx: Connection) -> list[Cursor]:
    """Every mailbox that was ever contacted."""
    return [Cursor(**row._mapping) for row in tx.execute(select(table).order_by(table.c.mailbox))]
