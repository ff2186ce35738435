"""Ask the ledger who was blocked at a time: what the list said then, not what it says now."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, bindparam, select

from optout_daemon.core.digests import Digests
from optout_daemon.core.model import Action
from optout_daemon.store.schema import ledger, ledger_subject
from optout_daemon.store.statements import CHUNK, chunks

Pair = tuple[str, str]
"""Kind and subject."""


@dataclass(frozen=True, slots=True)
class Told:
    """One entry about one subject on the channel that was asked for."""

    id: int
    scope: str
    resume: bool
    provisional: bool
    valid_from: datetime
    recorded_at: datetime


_s, _e = ledger_subject.c, ledger.c
_TOLD: Final = (
    select(_s.subject_kind, _s.subject, _e.id, _e.scope, _e.action, _e.provisional, _e.valid_from, _e.recorded_at)
    .join(ledger, _e.id == _s.entry_id)
    .where(
        _s.subject_kind == bindparam("kind"),
        _s.subject.in_(bindparam("subjects", expanding=True)),
        _e.channel == bindparam("on"),
    )
    .order_by(_e.id)
)


def told_of(tx: Connection, pairs: Collection[Pair], *, channel: str) -> dict[Pair, list[Told]]:
    """What the ledger says of these subjects on the channel, oldest first."""
    found: dict[Pair, list[Told]] = {}
    for kind in sorted({kind for kind, _ in pairs}):
        for some in chunks(sorted(subject for a_kind, subject in pairs if a_kind == kind)):
            for row in tx.execute(_TOLD, {"kind": kind, "subjects": some, "on": channel}):
                told = Told(
                    row.id, row.scope, row.action == Action.RESUME, row.provisional, row.valid_from, row.recorded_at
                )
                found.setdefault((row.subject_kind, row.subject), []).append(told)
    return found


def blocks_at(told: Collection[Told], at: datetime) -> list[Told]:
    """The entries that blocked the subject at that moment, one a scope; what was recorded later does not count."""
    now: dict[str, Told] = {}
    for one in told:
        if one.recorded_at > at:
            break
        block = now.get(one.scope)
        if one.resume:
            if block is not None and (block.provisional or not one.provisional):
                del now[one.scope]
        elif block is None or (block.provisional and not one.provisional):
            now[one.scope] = one
    return list(now.values())


def asked_before(told: Collection[Told], at: datetime) -> Told | None:
    """The first confirmed stop that was valid at that moment and was recorded only later, if any."""
    late = (one for one in told if not one.resume and not one.provisional and one.valid_from <= at < one.recorded_at)
    return next(late, None)


@contextmanager
def named_by(
    tx: Connection, kind: str, digests: Digests, digest: Callable[[str], str] | None, ending: str
) -> Iterator[Callable[[Collection[str]], Mapping[str, list[Pair]]]]:
    """A look-up from what a file says (names, or digests by `digest`) to everything the ledger has the person under.

    The digests of all plain names lie in a temporary file of SQLite's own, gone at the end.
    """
    if digest is None:
        yield lambda names: {name: [(kind, name), *digests.aliases(kind, name)] for name in names}
        return
    made = sqlite3.connect("")
    try:
        made.execute(
            "CREATE TABLE named (value TEXT, kind TEXT, subject TEXT, PRIMARY KEY (value, kind)) WITHOUT ROWID"
        )
        for plain, of in ((kind, digest), (kind + ending, str)):
            statement = select(_s.subject).distinct().where(_s.subject_kind == plain)
            subjects = tx.execute(statement.execution_options(yield_per=CHUNK)).scalars()
            while some := list(islice(subjects, CHUNK)):
                rows = [(of(subject), plain, subject) for subject in some]
                made.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?)", rows)

        def look_up(names: Collection[str]) -> dict[str, list[Pair]]:
            found: dict[str, list[Pair]] = {}
            for name in names:
                for plain, subject in made.execute("SELECT kind, subject FROM named WHERE value = ?", (name,)):
                    found.setdefault(name, []).append((plain, subject))
            return found

        yield look_up
    finally:
        made.close()
