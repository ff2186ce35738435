"""The suppression list: who is blocked now, derived from the ledger in the same transaction.

A block is found by its own identity (customer number, comparable address, postal key) and by nothing else: no
import, erasure or change of a customer reaches it. What an entry does to the list is store/blocks.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
)

from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.core.reading.address import comparable
from optout_daemon.store import ledger as entries
from optout_daemon.store.blocks import Block, Key, apply, redundant
from optout_daemon.store.database import serialise
from optout_daemon.store.ledger import CUSTOMER_NUMBER, EMAIL
from optout_daemon.store.ledger import changes as changes
from optout_daemon.store.ledger import history as history
from optout_daemon.store.ledger import version as version
from optout_daemon.store.schema import ledger, ledger_subject
from optout_daemon.store.schema import suppression as table
from optout_daemon.store.statements import Insert, chunks, for_each

_LINES: Final = 1_000
"""Differences that verify() names at most."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """One block that answers a question: which entry made it, since when, where it holds and for whom."""

    entry_id: int
    since: datetime
    scope: str
    subject_kind: str
    provisional: bool = False


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


_c: Final = table.c
_KEY: Final = (_c.subject_kind, _c.subject, _c.channel, _c.scope)
_CHECK: Final = select(_c.entry_id, _c.since, _c.scope, _c.subject_kind, _c.provisional).where(
    _c.subject_kind == bindparam("kind"), _c.subject == bindparam("who"), _c.channel == bindparam("on")
)
_IN_FORCE: Final = select(*_KEY, _c.since, _c.provisional, _c.entry_id).where(
    _c.subject_kind.in_(bindparam("kinds", expanding=True)), _c.subject.in_(bindparam("subjects", expanding=True))
)
_UNBLOCK: Final = delete(table).where(
    _c.subject_kind == bindparam("kind"),
    _c.subject == bindparam("who"),
    _c.channel == bindparam("on"),
    _c.scope == bindparam("within"),
)


def _upsert(statement: Insert) -> Insert:
    new = statement.excluded
    values = {"since": new.since, "provisional": new.provisional, "entry_id": new.entry_id}
    return statement.on_conflict_do_update(index_elements=list(_KEY), set_=values)


_BLOCK: Final = for_each(lambda insert: _upsert(insert(table)))


def append(tx: Connection, new: Sequence[LedgerEntry], *, now: datetime) -> list[int]:
    """Append entries to the ledger and bring the list up to date; the versions of those that were appended.

    A stop of what is stopped already appends nothing, nor does a provisional resume where no provisional block is.
    """
    if new:
        serialise(tx)
    versions: list[int] = []
    for chunk in chunks(new):
        before = _in_force(tx, chunk)
        after, taken = dict(before), list[LedgerEntry]()
        for entry in chunk:
            if not redundant(after, entry):
                apply(after, entry, -len(taken))  # its place stands for the number that it does not have yet
                taken.append(entry)
        if taken:
            numbers = entries.record(tx, taken, now=now)
            _write(tx, before, after, numbers)
            versions += numbers
    return versions


def check(
    tx: Connection, *, email: str | None = None, customer_number: str | None = None, channel: str
) -> list[Blocked]:
    """Every block on `channel` of the address (in any case or IDNA form) or the customer; empty: may be sent to."""
    found: list[Blocked] = []
    for kind, subject in ((CUSTOMER_NUMBER, customer_number), (EMAIL, None if email is None else comparable(email))):
        if subject:
            found += [Blocked(*row) for row in tx.execute(_CHECK, {"kind": kind, "who": subject, "on": channel})]
    return found


def listing(
    tx: Connection, *, channel: str | None = None, limit: int = 100, beyond: Suppression | None = None
) -> list[Suppression]:
    """The current list in the order of its key; `beyond` is the last line of the page before."""
    c, e = table.c, ledger.c
    lines = select(*_KEY, c.since, c.provisional, c.entry_id, e.reason, e.source, e.recorded_by.label("by"))
    lines = lines.join(ledger, e.id == c.entry_id)
    if channel is not None:
        lines = lines.where(c.channel == channel)
    if beyond is not None:
        last = (beyond.subject_kind, beyond.subject, beyond.channel, beyond.scope)
        lines = lines.where(tuple_(*_KEY) > tuple_(*last))
    return [Suppression(**row._mapping) for row in tx.execute(lines.order_by(*_KEY).limit(limit))]


def count(tx: Connection) -> int:
    """Lines of the current list."""
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def rebuild(tx: Connection) -> int:
    """Make the current list anew from the ledger; returns its number of lines."""
    serialise(tx)
    tx.execute(delete(table))
    columns = [*_KEY, table.c.since, table.c.provisional, table.c.entry_id]
    tx.execute(insert(table).from_select(columns, _derived()))
    return count(tx)


def verify(tx: Connection) -> list[str]:
    """What differs between the list and the ledger, one line each by entry number; empty: nothing."""
    stored = select(*_KEY, table.c.since, table.c.provisional, table.c.entry_id)
    lacking, surplus = _derived().except_(stored).subquery(), stored.except_(_derived()).subquery()
    lines: list[str] = []
    for rows, meaning in ((lacking, "is not in the list as it should be"), (surplus, "is in the list unfounded")):
        found = tx.execute(select(rows.c.entry_id).order_by(rows.c.entry_id).limit(_LINES)).scalars()
        lines += [f"entry {entry_id}: a block by it {meaning}" for entry_id in found]
    return lines


def _in_force(tx: Connection, new: Sequence[LedgerEntry]) -> dict[Key, Block]:
    """The blocks of everyone whom the entries cover, on every channel and scope."""
    covers = {cover for entry in new for cover in entries.subjects(entry)}
    kinds = sorted({kind for kind, _ in covers})
    found: dict[Key, Block] = {}
    for some in chunks(sorted({subject for _, subject in covers})):
        for row in tx.execute(_IN_FORCE, {"kinds": kinds, "subjects": some}):
            found[row[0], row[1], row[2], row[3]] = Block(row.since, row.provisional, row.entry_id)
    return found


def _write(tx: Connection, before: dict[Key, Block], after: dict[Key, Block], numbers: Sequence[int]) -> None:
    """Bring the list from `before` to `after`; entries of 0 and below are places in `numbers`."""
    lines = [
        {
            "subject_kind": key[0],
            "subject": key[1],
            "channel": key[2],
            "scope": key[3],
            "since": block.since,
            "provisional": block.provisional,
            "entry_id": block.entry if block.entry > 0 else numbers[-block.entry],
        }
        for key, block in after.items()
        if before.get(key) != block
    ]
    if lines:
        tx.execute(_BLOCK[tx.dialect.name], lines)
    lifted = [dict(zip(("kind", "who", "on", "within"), key, strict=True)) for key in before.keys() - after.keys()]
    if lifted:
        tx.execute(_UNBLOCK, lifted)


def _derived() -> Select[Any]:
    """The whole list as the ledger gives it, in one statement of its own: what verify() holds the list against.

    Of one subject, channel and scope: after the last resume, the first confirmed stop rules; before it, the first
    provisional stop after the last provisional resume does, and counts for `since` beside it.
    """
    s, e = ledger_subject.c, ledger.c
    key = ("subject_kind", "subject", "channel", "scope")
    history_ = (
        select(s.subject_kind, s.subject, e.channel, e.scope, e.id, e.action, e.provisional, e.valid_from)
        .join(ledger, e.id == s.entry_id)
        .cte("history")
    )

    def with_column(source: Any, name: str, value: ColumnElement[Any]) -> Any:
        over = value.over(partition_by=[source.c[column] for column in key])
        return select(source, over.label(name)).cte(f"with_{name}")

    def kind(source: Any, action: Action, provisional: bool) -> ColumnElement[bool]:
        return and_(source.c.action == action, source.c.provisional if provisional else ~source.c.provisional)

    h: Any = history_
    h = with_column(h, "lifted", func.max(case((kind(h, Action.RESUME, False), h.c.id), else_=0)))
    confirmed = and_(kind(h, Action.STOP, False), h.c.id > h.c.lifted)
    h = with_column(h, "confirmed", func.min(case((confirmed, h.c.id))))
    open_ = or_(h.c.confirmed.is_(None), h.c.id < h.c.confirmed)
    given_up = and_(kind(h, Action.RESUME, True), h.c.id > h.c.lifted, open_)
    h = with_column(h, "given_up", func.max(case((given_up, h.c.id), else_=h.c.lifted)))
    open_ = or_(h.c.confirmed.is_(None), h.c.id < h.c.confirmed)
    asked = and_(kind(h, Action.STOP, True), h.c.id > h.c.given_up, open_)
    h = with_column(h, "asked", func.min(case((asked, h.c.id))))
    rules = or_(h.c.id == h.c.confirmed, h.c.id == h.c.asked)
    h = with_column(h, "since", func.min(case((rules, h.c.valid_from))))
    columns = [h.c[column] for column in key]
    return select(*columns, h.c.since, h.c.confirmed.is_(None).label("provisional"), h.c.id.label("entry_id")).where(
        h.c.id == func.coalesce(h.c.confirmed, h.c.asked)
    )
