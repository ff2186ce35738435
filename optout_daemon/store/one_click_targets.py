"""Whom the tokens of List-Unsubscribe mean, by handle; an erased person is meant by digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, select, update

from optout_daemon.core.digests import KEYED, Digests
from optout_daemon.core.one_click import Target
from optout_daemon.store.schema import one_click_target as table
from optout_daemon.store.statements import for_each

_ADD: Final = for_each(lambda insert: insert(table).on_conflict_do_nothing())


def remember(tx: Connection, targets: Sequence[tuple[str, Target]]) -> None:
    """Keep (handle, target) pairs; what is there already stays as it is."""
    rows = [
        {
            "handle": handle,
            "subject_kind": target.kind,
            "subject": target.subject,
            "channel": target.channel,
            "scope": target.scope,
        }
        for handle, target in targets
    ]
    if rows:
        tx.execute(_ADD[tx.dialect.name], rows)


def find(tx: Connection, handle: str) -> Target | None:
    """Whom the handle means."""
    c = table.c
    row = tx.execute(select(c.subject_kind, c.subject, c.channel, c.scope).where(c.handle == handle)).first()
    return None if row is None else Target(*row)


def forget(tx: Connection, names: Collection[tuple[str, str]], digests: Digests) -> None:
    """Put keyed digests in the place of these (kind, subject) pairs: their tokens still work."""
    for kind, subject in names:
        here = (table.c.subject_kind == kind) & (table.c.subject == subject)
        tx.execute(update(table).where(here).values(subject_kind=kind + KEYED, subject=digests.of(subject)))
