"""The accounts of staff: who may sign in, as what, and with what.

Names and addresses are given in comparable form (core/accounts.py). Nothing here writes the audit chain; accounts.py,
the stage, does it in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from optout_daemon.core.roles import Role
from optout_daemon.store.database import serialise
from optout_daemon.store.schema import staff_account as table
from optout_daemon.store.schema import staff_recovery_code as codes


@dataclass(frozen=True, slots=True)
class Account:
    """One account. An empty `password_hash`: nobody signs in to it by password."""

    id: int
    name: str
    role: Role
    email: str | None
    oidc_subject: str | None
    password_hash: str
    password_set_at: datetime | None
    password_temporary: bool
    """Given by somebody else, to be changed at the first sign-in."""
    totp_salt: str
    """Of the authenticator's secret; empty where there is none."""
    totp_pending: str
    """Of one that is being set up and no code of which was seen yet."""
    totp_step: int
    """The last step of time whose code was taken; an older one is not taken any more."""
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None

    @property
    def disabled(self) -> bool:
        return self.disabled_at is not None

    @property
    def has_totp(self) -> bool:
        return bool(self.totp_salt)


def add(tx: Connection, *, name: str, role: Role, email: str | None, now: datetime) -> int | None:
    """A new account without a password; its id, or None where the name or the address has one already."""
    serialise(tx)
    taken = table.c.name == name if email is None else (table.c.name == name) | (table.c.email == email)
    if tx.execute(select(table.c.id).where(taken)).first() is not None:
        return None
    values = {
        "name": name,
        "role": role,
        "email": email,
        "password_hash": "",
        "password_temporary": False,
        "totp_salt": "",
        "totp_pending": "",
        "totp_step": 0,
        "created_at": now,
    }
    return int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def get(tx: Connection, account_id: int) -> Account | None:
    return _one(tx, table.c.id == account_id)


def by_name(tx: Connection, name: str) -> Account | None:
    return _one(tx, table.c.name == name)


def by_email(tx: Connection, email: str) -> Account | None:
    return _one(tx, table.c.email == email)


def by_subject(tx: Connection, subject: str) -> Account | None:
    """The account that an identity provider's subject was bound to."""
    return _one(tx, table.c.oidc_subject == subject)


def listing(tx: Connection) -> list[Account]:
    """All of them, by name."""
    return [_account(row) for row in tx.execute(select(table).order_by(table.c.name))]


def supervisors(tx: Connection) -> int:
    """How many accounts can keep the others: supervisors who are not disabled."""
    found = table.c.role == Role.SUPERVISOR, table.c.disabled_at.is_(None)
    return int(tx.execute(select(func.count()).select_from(table).where(*found)).scalar_one())


def change(tx: Connection, account_id: int, **values: object) -> None:
    """Set columns of one account."""
    tx.execute(update(table).where(table.c.id == account_id).values(**values))


def take_step(tx: Connection, account_id: int, step: int) -> bool:
    """Use up the code of this step of time; False where it, or a later one, was used before (RFC 6238, 5.2)."""
    found = table.c.id == account_id, table.c.totp_step < step
    return tx.execute(update(table).where(*found).values(totp_step=step)).rowcount == 1


def set_recovery_codes(tx: Connection, account_id: int, digests: list[str]) -> None:
    """Replace all of them; none for an empty list."""
    tx.execute(delete(codes).where(codes.c.account_id == account_id))
    if digests:
        tx.execute(insert(codes), [{"account_id": account_id, "digest": digest} for digest in digests])


def recovery_codes(tx: Connection, account_id: int) -> int:
    """How many are left."""
    return int(tx.execute(select(func.count()).select_from(codes).where(codes.c.account_id == account_id)).scalar_one())


def take_recovery_code(tx: Connection, account_id: int, digests: list[str]) -> bool:
    """Use up the code with one of these digests; False where there is none."""
    found = codes.c.account_id == account_id, codes.c.digest.in_(digests)
    return tx.execute(delete(codes).where(*found)).rowcount == 1


def _one(tx: Connection, condition: ColumnElement[bool]) -> Account | None:
    row = tx.execute(select(table).where(condition)).first()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(**row._mapping)
