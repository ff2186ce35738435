"""Keep the accounts of staff: each change with its event in the audit chain, in the caller's transaction.

Raises AccountRefused, and then nothing has changed. Whoever loses a right loses it at once: sessions end with the
password that began them and with the account.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core.accounts import account_name, weakness
from optout_daemon.core.roles import Role
from optout_daemon.errors import OptoutError
from optout_daemon.store import audit, staff, staff_sessions
from optout_daemon.store.database import serialise
from optout_daemon.store.staff import Account


class Refusal(StrEnum):
    """Why an account is not changed."""

    NAME = "name"
    TAKEN = "taken"
    UNKNOWN = "unknown"
    LAST_SUPERVISOR = "last_supervisor"
    PASSWORD_SHORT = "password_short"  # noqa: S105
    PASSWORD_LONG = "password_long"  # noqa: S105
    PASSWORD_NAME = "password_name"  # noqa: S105
    PASSWORD_SIMPLE = "password_simple"  # noqa: S105


SAID: Final = {
    Refusal.NAME: "a name is 1 to 64 letters, digits and . _ @ + -, and not one that the records use themselves",
    Refusal.TAKEN: "another account has this name, address or subject",
    Refusal.UNKNOWN: "there is no such account",
    Refusal.LAST_SUPERVISOR: "nobody could keep accounts any more; make another supervisor first",
    Refusal.PASSWORD_SHORT: "the password is too short; 12 characters are the least",
    Refusal.PASSWORD_LONG: "the password is too long; 200 characters are the most",
    Refusal.PASSWORD_NAME: "the password holds the account's name",
    Refusal.PASSWORD_SIMPLE: "the password is too simple: few different characters, or all in a row",
}


class AccountRefused(OptoutError):
    """The accounts stay as they are."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(SAID[why])
        self.why = why


def check_password(password: str, name: str) -> None:
    """AccountRefused where it is too weak."""
    if why := weakness(password, name):
        raise AccountRefused(Refusal(f"password_{why}"))


def find(tx: Connection, name: str) -> Account:
    """The account of this name, as it is typed."""
    try:
        found = staff.by_name(tx, account_name(name))
    except ValueError:
        found = None
    return _there(found)


def get(tx: Connection, account_id: int) -> Account:
    return _there(staff.get(tx, account_id))


def add(
    tx: Connection,
    *,
    name: str,
    role: Role,
    email: str | None = None,
    subject: str | None = None,
    by: str,
    now: datetime,
) -> Account:
    """A new account, without a password. `email` and `subject` (subject_of) are what an identity provider knows."""
    try:
        compared = account_name(name)
    except ValueError:
        raise AccountRefused(Refusal.NAME) from None
    made = staff.add(tx, name=compared, role=role, email=email.strip().lower() if email else None, now=now)
    if made is None:
        raise AccountRefused(Refusal.TAKEN)
    if subject is not None:
        if staff.by_subject(tx, subject) is not None:
            raise AccountRefused(Refusal.TAKEN)
        staff.change(tx, made, oidc_subject=subject)
    _tell(tx, "staff_added", made, by, now, role=role)
    return get(tx, made)


def subject_of(issuer: str, subject: str) -> str:
    """An identity provider's subject as it is kept: with its issuer, as a subject is unique there alone."""
    return f"{issuer} {subject}"


def bind(tx: Connection, account: Account, subject: str, *, now: datetime) -> None:
    """Know the account by this subject from now on, and no more by its address."""
    staff.change(tx, account.id, oidc_subject=subject)
    _tell(tx, "staff_bound", account.id, account.name, now)


def set_identity(
    tx: Connection, account: Account, *, email: str | None = None, subject: str | None = None, by: str, now: datetime
) -> None:
    """From now on an identity provider knows the account by this address or subject (subject_of), or not at all.

    What it was known by before, and a binding that came of it, open nothing any more, and every session ends.
    """
    known = email.strip().lower() if email else None
    serialise(tx)
    holders = [staff.by_email(tx, known) if known else None, staff.by_subject(tx, subject) if subject else None]
    if any(holder is not None and holder.id != account.id for holder in holders):
        raise AccountRefused(Refusal.TAKEN)
    staff.change(tx, account.id, email=known, oidc_subject=subject)
    ended = staff_sessions.end_all(tx, account.id)
    by_what = "subject" if subject else "email" if known else "nothing"
    _tell(tx, "staff_identity_set", account.id, by, now, known_by=by_what, sessions=ended)


def set_password(
    tx: Connection, account: Account, hashed: str, *, temporary: bool, by: str, now: datetime, session: str = ""
) -> None:
    """A new password, already hashed and found good enough. Every session but `session` ends."""
    staff.change(tx, account.id, password_hash=hashed, password_set_at=now, password_temporary=temporary)
    ended = staff_sessions.end_all(tx, account.id, but=session)
    _tell(tx, "staff_password_set", account.id, by, now, temporary=temporary, sessions=ended)


def set_role(tx: Connection, account: Account, role: Role, *, by: str, now: datetime) -> None:
    """Another role, from the next request on."""
    if role is account.role:
        return
    if role is not Role.SUPERVISOR:
        _another_supervisor(tx, account)
    staff.change(tx, account.id, role=role)
    _tell(tx, "staff_role_set", account.id, by, now, role=role, before=account.role)


def disable(tx: Connection, account: Account, *, by: str, now: datetime) -> None:
    """Nobody signs in to it any more; every session ends."""
    if account.disabled:
        return
    _another_supervisor(tx, account)
    staff.change(tx, account.id, disabled_at=now)
    ended = staff_sessions.end_all(tx, account.id)
    _tell(tx, "staff_disabled", account.id, by, now, sessions=ended)


def enable(tx: Connection, account: Account, *, by: str, now: datetime) -> None:
    """Signing in works again, with the same password."""
    if account.disabled:
        staff.change(tx, account.id, disabled_at=None)
        _tell(tx, "staff_enabled", account.id, by, now)


def end_sessions(tx: Connection, account: Account, *, by: str, now: datetime, but: str = "") -> int:
    """Sign the account out everywhere, but for one session; how many ended."""
    ended = staff_sessions.end_all(tx, account.id, but=but)
    if ended:
        _tell(tx, "staff_sessions_ended", account.id, by, now, sessions=ended)
    return ended


def set_authenticator(tx: Connection, account: Account, codes: list[str], *, step: int, now: datetime) -> None:
    """The authenticator that was being set up is the account's from now on; `codes` are recovery codes' digests."""
    staff.change(tx, account.id, totp_salt=account.totp_pending, totp_pending="", totp_step=step)
    staff.set_recovery_codes(tx, account.id, codes)
    _tell(tx, "staff_authenticator_set", account.id, account.name, now)


def reset_authenticator(tx: Connection, account: Account, *, by: str, now: datetime) -> None:
    """Take authenticator and recovery codes away."""
    staff.change(tx, account.id, totp_salt="", totp_pending="", totp_step=0)
    staff.set_recovery_codes(tx, account.id, [])
    _tell(tx, "staff_authenticator_reset", account.id, by, now)


def _there(account: Account | None) -> Account:
    if account is None:
        raise AccountRefused(Refusal.UNKNOWN)
    return account


def _another_supervisor(tx: Connection, account: Account) -> None:
    serialise(tx)  # two supervisors must not take each other's role at the same time
    if account.role is Role.SUPERVISOR and not account.disabled and staff.supervisors(tx) < 2:
        raise AccountRefused(Refusal.LAST_SUPERVISOR)


def _tell(tx: Connection, event: str, account: int, by: str, now: datetime, **data: object) -> None:
    audit.record(tx, event=event, actor=by, now=now, data={"account": account, **data})
