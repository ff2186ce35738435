"""The tables of who works at the desk: accounts, sessions, recovery codes, and sign-ins that failed.

No secret stands in them that would open anything by itself: passwords as Argon2id hashes, session tokens and recovery
codes as digests, of the authenticator's secret only the salt from which it is derived with the desk's key.
"""

from datetime import datetime

from sqlmodel import Field

from optout_daemon.core.roles import Role
from optout_daemon.store.columns import CleanKey, CleanText, identity, one_of
from optout_daemon.store.schema_base import Base


class StaffAccountRow(Base, table=True):
    """A member of staff who may sign in, or, once disabled, may no longer. Never deleted: the ledger has the name."""

    __tablename__ = "staff_account"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    name: str = Field(sa_type=CleanKey, unique=True)
    role: Role = Field(sa_type=one_of(Role, "role"))
    email: str | None = Field(sa_type=CleanKey, unique=True)
    oidc_subject: str | None = Field(sa_type=CleanKey, unique=True)
    password_hash: str = Field(sa_type=CleanText)
    password_set_at: datetime | None
    password_temporary: bool
    totp_salt: str = Field(sa_type=CleanText)
    totp_pending: str = Field(sa_type=CleanText)
    totp_step: int = Field(sa_type=identity())
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None


class StaffSessionRow(Base, table=True):
    """One browser in which somebody is signed in; the row goes when they sign out or are shown out."""

    __tablename__ = "staff_session"

    token: str = Field(primary_key=True, sa_type=CleanKey)
    account_id: int = Field(foreign_key="staff_account.id", index=True, sa_type=identity())
    begun_at: datetime
    seen_at: datetime
    way: str = Field(sa_type=CleanText)
    browser: str = Field(sa_type=CleanText)


class StaffRecoveryCodeRow(Base, table=True):
    """One code that stands in for the authenticator, once."""

    __tablename__ = "staff_recovery_code"

    account_id: int = Field(primary_key=True, foreign_key="staff_account.id", sa_type=identity())
    digest: str = Field(primary_key=True, sa_type=CleanKey)


class SignInFailureRow(Base, table=True):
    """How often signing in failed lately: by account name, by address, or by known browser; the key is a digest."""

    __tablename__ = "sign_in_failure"

    kind: str = Field(primary_key=True, sa_type=CleanKey)
    key: str = Field(primary_key=True, sa_type=CleanKey)
    failures: int
    last_at: datetime = Field(index=True)
