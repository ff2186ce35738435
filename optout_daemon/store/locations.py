"""Where mails lie in their mailboxes, and which of them still have to be filed.

Filing is done in the mailbox first and marked here second: a kill in between costs one more look at the mailbox,
never a mail. A place with a folder and without `filed_at` lies in that folder and belongs into another one by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, or_, select, update

from optout_daemon.core import backoff
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.store.schema import inquiry, raw_mail
from optout_daemon.store.schema import location as table
from optout_daemon.store.statements import chunks

GENERATION: Final = 2**32
"""Above every UIDVALIDITY and UID of a server (RFC 3501, section 2.3.1.1)."""


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
    folder: str | None
    """Where the mail was filed, in the server's spelling; None while it lies in the watched folder."""
    listed_at: datetime | None
    """Its INTERNALDATE in the watched folder, if the server gave one: by it a UID is known to mean another mail."""
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what a place's mail is known again under another UID."""

    location_id: int
    message_id: str | None
    size: int
    digest: str
    head: int | None
    """The digest covers so many bytes at the beginning; None: all of them."""


_c: Final = table.c
_PLACES: Final[Select[Any]] = select(
    _c.id,
    _c.inquiry_id,
    _c.mailbox,
    _c.uidvalidity,
    _c.uid,
    inquiry.c.disposition,
    inquiry.c.state,
    inquiry.c.decided_at,
    _c.attempts,
    _c.folder,
    _c.listed_at,
    _c.gone_at,
).join(inquiry, inquiry.c.id == _c.inquiry_id)


def unfiled(tx: Connection, *, mailbox: str, uidvalidity: int, now: datetime, limit: int) -> list[Location]:
    """Decided mails in the watched folder that are due to be filed, the longest due first."""
    here = _PLACES.where(_c.mailbox == mailbox, _c.uidvalidity == uidvalidity, _c.folder.is_(None))
    return _due(tx, here, now, limit)


def moving_on(tx: Connection, *, mailbox: str, now: datetime, limit: int) -> list[Location]:
    """Mails that were filed and belong into another folder since: decided by staff, or reopened."""
    return _due(tx, _PLACES.where(_c.mailbox == mailbox, _c.folder.is_not(None)), now, limit)


def left_behind(tx: Connection, *, mailbox: str, uidvalidity: int, now: datetime, limit: int) -> list[Location]:
    """Decided mails that were never filed under another numbering of the mailbox than `uidvalidity`."""
    found: list[Location] = []
    for other in (_c.uidvalidity < uidvalidity, _c.uidvalidity > uidvalidity):
        found += _due(tx, _PLACES.where(_c.mailbox == mailbox, other, _c.folder.is_(None)), now, limit - len(found))
    return found


def _due(tx: Connection, places: Select[Any], now: datetime, limit: int) -> list[Location]:
    # Put off by a clock that was ahead, what lies further away than any back-off does not wait for that day;
    # and what was never tried has nothing to wait for: the clock was set back since.
    far = now + timedelta(seconds=backoff.LONGEST_FILING)
    due = (
        places.where(or_(_c.due <= now, _c.due > far, _c.attempts == 0))
        .where(_c.filed_at.is_(None), _c.gone_at.is_(None), inquiry.c.state.in_([State.HELD, State.CLOSED]))
        .where(~inquiry.c.shadow)  # decided in shadow mode: it stays where it is, also once the desk is live
        .order_by(_c.due, _c.id)
        .limit(limit)
    )
    return [Location(*row) for row in tx.execute(due)]


def mark_filed(tx: Connection, ids: Sequence[int], folder: str, now: datetime) -> None:
    """The mails lie in `folder` now."""
    _set(tx, ids, {"folder": folder, "filed_at": now})


def mark_found(tx: Connection, ids: Sequence[int], folder: str) -> None:
    """The mails lie in `folder` and belong into another."""
    _set(tx, ids, {"folder": folder})


def mark_gone(tx: Connection, ids: Sequence[int], now: datetime) -> None:
    """The mails are not where they were, nor where they belong; nothing is left to do."""
    _set(tx, ids, {"gone_at": now})


def defer(tx: Connection, ids: Sequence[int], due: datetime) -> None:
    """The move failed; it is tried again at `due`."""
    _set(tx, ids, {"due": due, "attempts": _c.attempts + 1})


def refile(tx: Connection, inquiry_id: int, now: datetime) -> None:
    """The inquiry was decided anew: what was filed may belong into another folder."""
    filed = update(table).where(_c.inquiry_id == inquiry_id, _c.filed_at.is_not(None), _c.gone_at.is_(None))
    tx.execute(filed.values(filed_at=None, due=now, attempts=0))


def retire(tx: Connection, mailbox: str, uidvalidity: int) -> None:
    """The server gives the UIDs of this UIDVALIDITY out again: set the known places apart under one that no server has.

    It is UIDVALIDITY plus 2**32 for each time that it happened.
    """
    mine = _c.mailbox == mailbox
    before = select(func.max(_c.uidvalidity)).where(mine, _c.uidvalidity % GENERATION == uidvalidity)
    times = (tx.execute(before).scalar() or 0) // GENERATION + 1
    tx.execute(
        update(table).where(mine, _c.uidvalidity == uidvalidity).values(uidvalidity=uidvalidity + times * GENERATION)
    )


def supersede(tx: Connection, *, mailbox: str, uidvalidity: int, now: datetime) -> list[Location]:
    """Settle as gone what is unfiled under an older numbering and has a place under `uidvalidity`, too; these."""
    again = table.alias()
    found_again = select(again.c.id).where(
        again.c.inquiry_id == _c.inquiry_id, again.c.mailbox == mailbox, again.c.uidvalidity == uidvalidity
    )
    found: list[Location] = []
    for other in (_c.uidvalidity < uidvalidity, _c.uidvalidity > uidvalidity):
        old = _PLACES.where(_c.mailbox == mailbox, other, _c.filed_at.is_(None), _c.gone_at.is_(None))
        found += [Location(*row) for row in tx.execute(old.where(_c.folder.is_(None), found_again.exists()))]
    mark_gone(tx, [place.id for place in found], now)
    return found


def at(tx: Connection, mailbox: str, uidvalidity: int, uid: int) -> Location | None:
    """The place under this UID, if there is one."""
    here = _PLACES.where(_c.mailbox == mailbox, _c.uidvalidity == uidvalidity, _c.uid == uid)
    row = tx.execute(here).first()
    return None if row is None else Location(*row)


def known_uids(tx: Connection, mailbox: str, uidvalidity: int, low: int, high: int) -> set[int]:
    """The UIDs from `low` to `high`, both included, that are stored."""
    known = select(_c.uid).where(_c.mailbox == mailbox, _c.uidvalidity == uidvalidity, _c.uid.between(low, high))
    return set(tx.execute(known).scalars())


def of_inquiry(tx: Connection, inquiry_id: int) -> list[Location]:
    """Every place of one inquiry's mail."""
    rows = tx.execute(_PLACES.where(_c.inquiry_id == inquiry_id).order_by(_c.id))
    return [Location(*row) for row in rows]


def likenesses(tx: Connection, ids: Sequence[int]) -> list[Likeness]:
    """What the mails of these places looked like when they were stored."""
    i = inquiry.c
    head = case((i.truncated, func.length(raw_mail.c.raw)), else_=None)
    wanted = (
        select(_c.id, i.message_id, i.size, i.digest, head)
        .join(inquiry, i.id == _c.inquiry_id)
        .outerjoin(raw_mail, raw_mail.c.inquiry_id == i.id)
        .order_by(_c.id)
    )
    return [Likeness(*row) for chunk in chunks(ids) for row in tx.execute(wanted.where(_c.id.in_(chunk)))]


def filed_in(tx: Connection, inquiry_ids: Sequence[int], folder: str) -> dict[int, int]:
    """How many places of an inquiry lie in the folder, by inquiry; those that have none there are left out."""
    count = select(_c.inquiry_id, func.count()).where(_c.folder == folder, _c.gone_at.is_(None))
    found: dict[int, int] = {}
    for chunk in chunks(inquiry_ids):
        some = tx.execute(count.where(_c.inquiry_id.in_(chunk)).group_by(_c.inquiry_id))
        found |= {inquiry_id: places for inquiry_id, places in some}  # noqa: C416 (rows are no pairs to mypy)
    return found


def _set(tx: Connection, ids: Sequence[int], values: dict[str, Any]) -> None:
    for chunk in chunks(ids):
        tx.execute(update(table).where(_c.id.in_(chunk)).values(values))
