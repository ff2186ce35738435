"""Who has which inquiry open in a browser right now, so that two clerks do not work on one.

A hint to people, no lock: what keeps two decisions apart is the inquiry's version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from optout_daemon.store.schema import presence as table
from optout_daemon.store.statements import for_each

LASTS: Final = timedelta(seconds=75)
"""How long a look counts; an open page says so again three times in that time."""
_c: Final = table.c
_SEEN: Final = for_each(
    lambda insert: (put := insert(table)).on_conflict_do_update(
        index_elements=["inquiry_id", "who"], set_={"seen_at": put.excluded.seen_at}
    )
)


def seen(tx: Connection, inquiry_id: int, who: str, *, now: datetime) -> None:
    """This person has the inquiry open; what is long past goes."""
    tx.execute(_SEEN[tx.dialect.name], {"inquiry_id": inquiry_id, "who": who, "seen_at": now})
    tx.execute(delete(table).where(_c.seen_at < now - LASTS))


def left(tx: Connection, inquiry_id: int, who: str) -> None:
    """This person looks at it no more."""
    tx.execute(delete(table).where(_c.inquiry_id == inquiry_id, _c.who == who))


def looking(tx: Connection, inquiry_ids: Sequence[int], *, now: datetime) -> dict[int, list[str]]:
    """Who has each of these open, by inquiry."""
    wanted = select(_c.inquiry_id, _c.who).where(_c.inquiry_id.in_(inquiry_ids), _c.seen_at >= now - LASTS)
    found: dict[int, list[str]] = {}
    for inquiry_id, who in tx.execute(wanted.order_by(_c.who)):
        found.setdefault(inquiry_id, []).append(who)
    return found
