"""The suppression list: who is blocked now, derived from the ledger in the same transaction.

A block is found by its own identity (customer number, comparable address, postal key, or a digest of one) and by
nothing else: no import, erasure or change of a customer reaches it. What an entry does to the list is
store/blocks.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select

from optout_daemon.core.digests import KEYED, SHA256, Digests
from optout_daemon.core.model import GROUP, LedgerEntry
from optout_daemon.core.reading.address import comparable
from optout_daemon.store import ledger as entries
from optout_daemon.store.blocks import NOBODY_ELSE, Aliases, Block, Key, Subject, apply, redundant
from optout_daemon.store.columns import bounded, clean
from optout_daemon.store.database import serialise
from optout_daemon.store.derived import Comparison as Comparison
from optout_daemon.store.derived import compare as compare
from optout_daemon.store.derived import derive
from optout_daemon.store.ledger import CUSTOMER_NUMBER, EMAIL, POSTAL
from optout_daemon.store.ledger import changes as changes
from optout_daemon.store.ledger import history as history
from optout_daemon.store.ledger import history_of as history_of
from optout_daemon.store.ledger import version as version
from optout_daemon.store.listing import Suppression as Suppression
from optout_daemon.store.listing import listing as listing
from optout_daemon.store.schema import suppression as table
from optout_daemon.store.statements import CHUNK, Insert, chunks, for_each


@dataclass(frozen=True, slots=True)
class Blocked:
    """One block that answers a question: which entry made it, since when, where it holds and for whom."""

    entry_id: int
    since: datetime
    scope: str
    subject_kind: str
    provisional: bool = False
    may_arrive_until: date | None = None
    """The last day on which what was printed before may still arrive."""


_c: Final = table.c
_KEY: Final = (_c.subject_kind, _c.subject, _c.channel, _c.scope)
_KEY_NAMES: Final = tuple(column.name for column in _KEY)
_ADD: Final = insert(table)
_BLOCK_COLUMNS: Final = (_c.since, _c.provisional, _c.entry_id, _c.may_arrive_until)
_CHECK: Final = select(_c.entry_id, _c.since, _c.scope, _c.subject_kind, _c.provisional, _c.may_arrive_until).where(
    _c.subject_kind == bindparam("kind"), _c.subject == bindparam("who"), _c.channel == bindparam("on")
)
_CHECK_IN: Final = _CHECK.where(_c.scope.in_((GROUP, bindparam("within"))))
_IN_FORCE: Final = select(*_KEY, *_BLOCK_COLUMNS).where(
    _c.subject_kind.in_(bindparam("kinds", expanding=True)), _c.subject.in_(bindparam("subjects", expanding=True))
)
_ANY_OF: Final = select(exists().where(_c.subject_kind.in_(bindparam("kinds", expanding=True))))
_UNLIST: Final = delete(table).where(_c.subject_kind == bindparam("kind"), _c.subject == bindparam("who"))
_UNBLOCK: Final = delete(table).where(
    _c.subject_kind == bindparam("kind"),
    _c.subject == bindparam("who"),
    _c.channel == bindparam("on"),
    _c.scope == bindparam("within"),
)


def _upsert(statement: Insert) -> Insert:
    new = statement.excluded
    values = {column.name: new[column.name] for column in _BLOCK_COLUMNS}
    return statement.on_conflict_do_update(index_elements=list(_KEY), set_=values)


_BLOCK: Final = for_each(lambda insert: _upsert(insert(table)))


def append(tx: Connection, new: Sequence[LedgerEntry], *, now: datetime, digests: Digests | None = None) -> list[int]:
    """Append entries to the ledger and bring the list up to date; the versions of those that were appended.

    A stop of what is stopped already appends nothing, nor does a provisional resume where no provisional block is.
    With `digests`, who is stopped by digest is stopped already: an erased person's name does not come back.
    Raises ValueError where an entry lifts a confirmed block and is not a person's, with reason and evidence.
    """
    if new:
        serialise(tx)
    versions: list[int] = []
    for chunk in chunks(new):
        covers = [entries.subjects(entry) for entry in chunk]
        everyone = {cover for some in covers for cover in some}
        aliases = NOBODY_ELSE if digests is None else _aliases(tx, everyone, digests)
        before = _in_force(tx, everyone, aliases)
        after, taken, theirs = dict(before), list[LedgerEntry](), list[Sequence[Subject]]()
        for entry, some in zip(chunk, covers, strict=True):
            if not redundant(after, entry, some, aliases):
                apply(after, entry, some, -len(taken))  # its place stands for the number that it does not have yet
                taken.append(entry)
                theirs.append(some)
        if taken:
            numbers = entries.record(tx, taken, theirs, now=now)
            _write(tx, before, after, numbers)
            versions += numbers
    return versions


def check(
    tx: Connection,
    *,
    email: str | None = None,
    customer_number: str | None = None,
    channel: str,
    digests: Digests | None = None,
    scope: str | None = None,
    postal_key: str | None = None,
) -> list[Blocked]:
    """Every block on `channel` of the address (in any case or IDNA form) or the customer; empty: may be sent to.

    Of every company, or with `scope` those that stop that company: its own and the whole group's. Who is erased, or
    was imported as a digest, is found with `digests` only.
    """
    found: list[Blocked] = []
    for kind, subject in subjects_of(email=email, customer_number=customer_number, postal_key=postal_key):
        for a_kind, who in [(kind, subject), *(digests.aliases(kind, subject) if digests is not None else ())]:
            found += _blocks(tx, a_kind, who, channel, scope)
    return found


def _blocks(tx: Connection, kind: str, subject: str, channel: str, scope: str | None) -> list[Blocked]:
    given = {"kind": kind, "who": subject, "on": channel}
    rows = tx.execute(_CHECK, given) if scope is None else tx.execute(_CHECK_IN, given | {"within": scope})
    return [Blocked(*row) for row in rows]


def is_blocked(tx: Connection, kind: str, subject: str, *, channel: str, scope: str | None = None) -> bool:
    """Whether this one (kind, subject) pair of the list is blocked on the channel, for `scope` as in check()."""
    return bool(_blocks(tx, kind, subject, channel, scope))


def subjects_of(
    *, email: str | None = None, customer_number: str | None = None, postal_key: str | None = None
) -> list[tuple[str, str]]:
    """(kind, subject) of whoever is given, as the list has them."""
    pairs = [(CUSTOMER_NUMBER, customer_number or ""), (EMAIL, comparable(email or "")), (POSTAL, postal_key or "")]
    return [(kind, bounded(clean(subject))) for kind, subject in pairs if subject]


def forget(tx: Connection, names: Collection[tuple[str, str]], digests: Digests) -> list[int]:
    """Put keyed digests in the place of these (kind, subject) pairs, in ledger and list; the entries concerned.

    What is blocked stays blocked, and can be asked for by the plain name as before.
    """
    serialise(tx)
    replaced = [(kind, subject, digests.of(subject)) for kind, subject in names]
    changed = entries.forget(tx, replaced)
    for kind, subject, digest in replaced:
        tx.execute(_UNLIST, {"kind": kind, "who": subject})
        tx.execute(_UNLIST, {"kind": kind + KEYED, "who": digest})
        lines = [_row(key, block) for key, block in derive(tx, [(kind + KEYED, digest)])]
        if lines:
            tx.execute(_ADD, lines)
    return changed


def count(tx: Connection) -> int:
    """Lines of the current list."""
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def rebuild(tx: Connection) -> int:
    """Make the current list anew from the ledger; returns its number of lines."""
    serialise(tx)
    tx.execute(delete(table))
    lines = 0
    source = derive(tx)
    while chunk := [_row(key, block) for key, block in islice(source, CHUNK)]:
        tx.execute(_ADD, chunk)
        lines += len(chunk)
    return lines


def verify(tx: Connection) -> list[str]:
    """What differs between the list and the ledger, one line each by entry number; empty: nothing."""
    return [str(difference) for difference in compare(tx).named]


def _aliases(tx: Connection, everyone: Collection[Subject], digests: Digests) -> Aliases:
    """By which digests each of them may be on the list; nobody is asked for where no digest is on it, or among them."""
    kinds = {kind + ending for kind, _ in everyone for ending in (KEYED, SHA256)}
    named = any(kind in kinds for kind, _ in everyone)
    if not named and not tx.execute(_ANY_OF, {"kinds": sorted(kinds)}).scalar():
        return NOBODY_ELSE
    return {cover: digests.aliases(*cover) for cover in everyone}


def _in_force(tx: Connection, everyone: Collection[Subject], aliases: Aliases) -> dict[Key, Block]:
    """The blocks of all of them, by name or alias, on every channel and scope."""
    covers = {*everyone, *(alias for others in aliases.values() for alias in others)}
    kinds = sorted({kind for kind, _ in covers})
    found: dict[Key, Block] = {}
    for some in chunks(sorted({subject for _, subject in covers})):
        for row in tx.execute(_IN_FORCE, {"kinds": kinds, "subjects": some}):
            found[row[0], row[1], row[2], row[3]] = Block(*row[4:8])
    return found


def _row(key: Key, block: Block) -> dict[str, object]:
    values = dict(zip(_KEY_NAMES, key, strict=True))
    return values | {
        "since": block.since,
        "provisional": block.provisional,
        "entry_id": block.entry,
        "may_arrive_until": block.may_arrive_until,
    }


def _write(tx: Connection, before: dict[Key, Block], after: dict[Key, Block], numbers: Sequence[int]) -> None:
    """Bring the list from `before` to `after`; entries of 0 and below are places in `numbers`."""
    lines = [
        _row(key, block if block.entry > 0 else replace(block, entry=numbers[-block.entry]))
        for key, block in after.items()
        if before.get(key) != block
    ]
    if lines:
        tx.execute(_BLOCK[tx.dialect.name], lines)
    lifted = [dict(zip(("kind", "who", "on", "within"), key, strict=True)) for key in before.keys() - after.keys()]
    if lifted:
        tx.execute(_UNBLOCK, lifted)
