"""The suppression ledger: appended entries, never changed, from which the current list is derived.

Only store/suppressions.py writes here, so that ledger and list cannot part. The number of the last entry is the
list's version; entries are committed in the order of their numbers. A name in an entry can be forgotten: its keyed
digest takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, insert, select, text, update

from optout_daemon.core.digests import KEYED
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.core.reading.address import comparable
from optout_daemon.store.columns import bounded, clean
from optout_daemon.store.schema import ledger as table
from optout_daemon.store.schema import ledger_subject
from optout_daemon.store.statements import CHUNK, chunks

CUSTOMER_NUMBER: Final = "customer_number"
EMAIL: Final = "email"
POSTAL: Final = "postal"

_PLAIN: Final = {CUSTOMER_NUMBER, EMAIL, POSTAL}

STAFF: Final = "staff"
API: Final = "api"
"""The source of what a person enters by hand; nothing else can lift a confirmed block."""

PROVISIONAL: Final = "provisional"
"""The reason of an entry that blocks, or unblocks, only until a person has decided."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry as recorded; `id` is the version that the list had with it."""

    id: int
    recorded_at: datetime
    entry: LedgerEntry

    @property
    def provisional(self) -> bool:
        return self.entry.reason == PROVISIONAL


_APPEND: Final = insert(table)
_LAST: Final = text("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'")
_NEXT: Final = text("SELECT nextval(pg_get_serial_sequence('ledger', 'id')) FROM generate_series(1, :many)")
_APPEND_SUBJECTS: Final = insert(ledger_subject)
_SUBJECT_COLUMNS: Final = ("entry_id", "subject_kind", "subject")


def subjects(entry: LedgerEntry) -> tuple[tuple[str, str], ...]:
    """(kind, subject) of everyone whom the entry covers, in the form that is stored; ValueError where it is nobody."""
    found = [(CUSTOMER_NUMBER, entry.customer_number or ""), (POSTAL, entry.postal_key)]
    found += [(EMAIL, comparable(email)) for email in entry.emails]
    found += entry.digests
    covers = tuple(dict.fromkeys((kind, bounded(clean(subject))) for kind, subject in found if subject))
    if not covers:
        raise ValueError("a ledger entry must cover somebody")
    return covers


def _lifts(entry: LedgerEntry) -> bool:
    return entry.action is Action.RESUME and entry.reason != PROVISIONAL


def _signed(entry: LedgerEntry) -> bool:
    """By a person, with a reason and the evidence: the database's own trigger asks for the same."""
    signed = entry.source == STAFF and bool(entry.by.strip() and entry.reason.strip())
    return signed and (entry.cause is not None or bool(entry.note.strip()))


def record(
    tx: Connection, new: Sequence[LedgerEntry], covers: Sequence[Sequence[tuple[str, str]]], *, now: datetime
) -> list[int]:
    """Append entries, each with its subjects(); their numbers, in their order.

    Raises ValueError where one lifts a block unsigned.
    """
    if any(_lifts(entry) and not _signed(entry) for entry in new):
        raise ValueError("lifting a confirmed block needs a person, a reason and the evidence")
    ids = _numbers(tx, len(new))
    rows = [
        {
            "id": number,
            "channel": entry.channel,
            "scope": entry.scope,
            "action": entry.action,
            "provisional": entry.reason == PROVISIONAL,
            "reason": entry.reason,
            "source": entry.source,
            "recorded_by": entry.by,
            "recorded_at": now,
            "valid_from": entry.valid_from,
            "cause": entry.cause,
            "note": entry.note,
            "may_arrive_until": entry.may_arrive_until,
        }
        for number, entry in zip(ids, new, strict=True)
    ]
    tx.execute(_APPEND, rows)
    pairs = [(entry_id, kind, subject) for entry_id, keys in zip(ids, covers, strict=True) for kind, subject in keys]
    tx.execute(_APPEND_SUBJECTS, [dict(zip(_SUBJECT_COLUMNS, pair, strict=True)) for pair in pairs])
    return ids


def _numbers(tx: Connection, many: int) -> list[int]:
    """The next numbers of the ledger, taken beforehand: INSERT with RETURNING goes row by row on SQLite.

    Only one writer at a time comes here (serialise()), so that they are committed in their order.
    """
    if tx.dialect.name == "postgresql":
        return sorted(tx.execute(_NEXT, {"many": many}).scalars())
    last = tx.execute(_LAST).scalar() or 0
    return list(range(last + 1, last + 1 + many))


def history(tx: Connection, *, customer_number: str | None = None, email: str | None = None) -> list[Entry]:
    """Every entry that covers the customer or the address by name, oldest first."""
    wanted = [(CUSTOMER_NUMBER, customer_number or ""), (EMAIL, comparable(email or ""))]
    return history_of(tx, [(kind, subject) for kind, subject in wanted if subject])


def history_of(tx: Connection, wanted: Iterable[tuple[str, str]]) -> list[Entry]:
    """Every entry that covers one of these (kind, subject) pairs, oldest first."""
    s = ledger_subject.c
    ids: set[int] = set()
    for kind, subject in wanted:
        ids.update(tx.execute(select(s.entry_id).where(s.subject_kind == kind, s.subject == subject)).scalars())
    return _entries(tx, sorted(ids))


def caused_by(tx: Connection, inquiry_id: int) -> list[Entry]:
    """The entries that one inquiry led to, oldest first."""
    caused = select(table.c.id).where(table.c.cause == inquiry_id).order_by(table.c.id)
    return _entries(tx, list(tx.execute(caused).scalars()))


def forget(tx: Connection, subjects: Sequence[tuple[str, str, str]]) -> list[int]:
    """Put the digest in the place of each (kind, subject, digest), and an empty note beside it; the entries concerned.

    The one change that the database's own triggers let through: it cannot be taken back, and no entry is lost by it.
    """
    s = ledger_subject.c
    changed: set[int] = set()
    for kind, subject, digest in subjects:
        here = and_(s.subject_kind == kind, s.subject == subject)
        changed.update(tx.execute(select(s.entry_id).where(here)).scalars())
        tx.execute(update(ledger_subject).where(here).values(subject_kind=kind + KEYED, subject=digest))
    for some in chunks(sorted(changed)):
        tx.execute(update(table).where(table.c.id.in_(some), table.c.note != "").values(note=""))
    return sorted(changed)


def changes(tx: Connection, *, since: int, limit: int = CHUNK) -> list[Entry]:
    """The entries after version `since`, oldest first."""
    newer = select(table.c.id).where(table.c.id > since).order_by(table.c.id).limit(limit)
    return _entries(tx, list(tx.execute(newer).scalars()))


def end_of_range(tx: Connection, *, since: int, limit: int, until: int | None = None) -> tuple[int, datetime] | None:
    """The last of the `limit` entries after `since`, and when it was recorded; None where there is none.

    With `until` the last entry up to that version instead, however many they are.
    """
    c = table.c
    newer = select(c.id, c.recorded_at).where(c.id > since)
    if until is not None:
        row = tx.execute(newer.where(c.id <= until).order_by(c.id.desc()).limit(1)).first()
    else:
        first = newer.order_by(c.id).limit(limit).subquery()
        row = tx.execute(select(first).order_by(first.c.id.desc()).limit(1)).first()
    return None if row is None else (row[0], row[1])


def waiting(tx: Connection, *, since: int) -> tuple[int, datetime | None]:
    """How many entries come after version `since`, and when the first of them was recorded."""
    found = select(func.count(), func.min(table.c.recorded_at)).where(table.c.id > since)
    number, oldest = tx.execute(found).one()
    return number, oldest


def version(tx: Connection) -> int:
    """The number of the last entry, 0 where there is none."""
    return int(tx.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())


def _entries(tx: Connection, ids: Sequence[int]) -> list[Entry]:
    found: list[Entry] = []
    for chunk in chunks(ids):
        covers = _covers(tx, select(ledger_subject).where(ledger_subject.c.entry_id.in_(chunk)))
        rows = tx.execute(select(table).where(table.c.id.in_(chunk)).order_by(table.c.id))
        found += [Entry(row.id, row.recorded_at, _entry(row, covers[row.id])) for row in rows]
    return found


def _covers(tx: Connection, statement: Select[Any]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    s = ledger_subject.c
    for row in tx.execute(statement.order_by(s.entry_id, s.subject_kind, s.subject)):
        found.setdefault(row.entry_id, []).append((row.subject_kind, row.subject))
    return found


def _entry(row: Any, covers: Iterable[tuple[str, str]]) -> LedgerEntry:
    by_kind: dict[str, list[str]] = {}
    for kind, subject in covers:
        by_kind.setdefault(kind, []).append(subject)
    return LedgerEntry(
        channel=row.channel,
        action=Action(row.action),
        reason=row.reason,
        source=row.source,
        by=row.recorded_by,
        valid_from=row.valid_from,
        customer_number=next(iter(by_kind.get(CUSTOMER_NUMBER, [])), None),
        emails=tuple(by_kind.get(EMAIL, [])),
        postal_key=next(iter(by_kind.get(POSTAL, [])), ""),
        digests=tuple((kind, one) for kind in sorted(by_kind.keys() - _PLAIN) for one in by_kind[kind]),
        scope=row.scope,
        cause=row.cause,
        note=row.note,
        may_arrive_until=row.may_arrive_until,
    )
