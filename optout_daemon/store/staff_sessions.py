"""The browsers in which somebody is signed in: sessions kept here and nowhere else, so that each can be ended.

A session is found by the digest of its token; the token itself is in the browser's cookie alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from optout_daemon.store.schema import staff_session as table
from optout_daemon.store.staff import Account
from optout_daemon.store.staff import get as account_of


@dataclass(frozen=True, slots=True)
class Session:
    """One session; `token` is the digest. `way`: password, totp, recovery or oidc. `browser` as it calls itself."""

    token: str
    account_id: int
    begun_at: datetime
    seen_at: datetime
    way: str
    browser: str


def begin(tx: Connection, session: Session) -> None:
    columns = {name: getattr(session, name) for name in Session.__slots__}
    tx.execute(insert(table).values(**columns))


def find(tx: Connection, token: str) -> tuple[Session, Account] | None:
    """The session with this digest and whose it is."""
    row = tx.execute(select(table).where(table.c.token == token)).first()
    if row is None:
        return None
    session = Session(**row._mapping)
    account = account_of(tx, session.account_id)
    return None if account is None else (session, account)


def seen(tx: Connection, token: str, *, now: datetime) -> None:
    """Somebody used it. Never set back: the clock may have been."""
    tx.execute(update(table).where(table.c.token == token, table.c.seen_at < now).values(seen_at=now))


def of_account(tx: Connection, account_id: int) -> list[Session]:
    """Newest first."""
    rows = tx.execute(select(table).where(table.c.account_id == account_id).order_by(table.c.begun_at.desc()))
    return [Session(**row._mapping) for row in rows]


def end(tx: Connection, token: str) -> bool:
    """True where it was there."""
    return tx.execute(delete(table).where(table.c.token == token)).rowcount == 1


def end_all(tx: Connection, account_id: int, *, but: str = "") -> int:
    """End every session of an account but one; how many."""
    return tx.execute(delete(table).where(table.c.account_id == account_id, table.c.token != but)).rowcount


def sweep(tx: Connection, *, seen_before: datetime, begun_before: datetime) -> int:
    """Remove sessions that nobody can use any more; how many."""
    over = or_(table.c.seen_at < seen_before, table.c.begun_at < begun_before)
    return tx.execute(delete(table).where(over)).rowcount
