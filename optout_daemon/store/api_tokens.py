"""The tokens by which senders ask: each is found by its digest, the secret itself is shown once and kept nowhere.

A secret is 256 random bits, so that its digest needs no slow hash and no salt.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, insert, select, update

from optout_daemon.core.scopes import Scope
from optout_daemon.store import audit
from optout_daemon.store.schema import api_token as table

PREFIX: Final = "optout_"
"""What a secret begins with, so that scanners of leaked secrets can know it."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token; `name` is the sender's, and several may have the same while one takes over from another."""

    id: int
    name: str
    scopes: frozenset[Scope]
    per_minute: int
    """Requests."""
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def digest_of(secret: str) -> str:
    """The digest under which the token with that secret is kept."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def create(
    tx: Connection,
    name: str,
    scopes: Collection[Scope],
    *,
    per_minute: int,
    by: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[int, str]:
    """A new token: its number and its secret, which is not to be had again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {
        "name": name,
        "digest": digest_of(secret),
        "scopes": sorted(scopes),
        "per_minute": per_minute,
        "created_at": now,
        "created_by": by,
        "expires_at": expires_at,
        "revoked_at": None,
        "revoked_by": "",
    }
    number = int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())
    data = {"token": number, "sender": name, "scopes": sorted(scopes)}
    audit.record(tx, event="token_created", actor=by, now=now, data=data)
    return number, secret


def revoke(tx: Connection, number: int, *, by: str, now: datetime) -> bool:
    """Let nobody in by this token any more; False where there is none, or it was revoked before."""
    where = (table.c.id == number, table.c.revoked_at.is_(None))
    if tx.execute(update(table).where(*where).values(revoked_at=now, revoked_by=by)).rowcount != 1:
        return False
    audit.record(tx, event="token_revoked", actor=by, now=now, data={"token": number})
    return True


def listing(tx: Connection) -> list[ApiToken]:
    """Every token there ever was, oldest first."""
    return [_token(row) for row in tx.execute(select(table).order_by(table.c.id))]


def by_digest(tx: Connection) -> dict[str, ApiToken]:
    """Those that are not revoked, by the digest of their secret."""
    return {row.digest: _token(row) for row in tx.execute(select(table).where(table.c.revoked_at.is_(None)))}


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    values = {name: row._mapping[name] for name in ApiToken.__slots__}
    return ApiToken(**values | {"scopes": frozenset(map(Scope, values["scopes"]))})
