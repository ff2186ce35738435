"""The tables of the senders' access to the API: their tokens, as digests, and what each was used for."""

from datetime import datetime

from sqlmodel import Field

from optout_daemon.store.columns import CleanJSON, CleanKey, CleanText, identity
from optout_daemon.store.schema_base import Base


class ApiTokenRow(Base, table=True):
    """One token. Never deleted: receipts and ledger name it. `digest` is SHA-256 of the secret, which nobody keeps."""

    __tablename__ = "api_token"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    name: str = Field(sa_type=CleanKey, index=True)
    digest: str = Field(sa_type=CleanKey, unique=True)
    scopes: list[str] = Field(sa_type=CleanJSON)
    per_minute: int
    created_at: datetime
    created_by: str = Field(sa_type=CleanText)
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str = Field(sa_type=CleanText)


class ApiUseRow(Base, table=True):
    """What a token was used for in one minute: requests, subjects asked for, the newest list version it was told."""

    __tablename__ = "api_use"

    token_id: int = Field(primary_key=True, foreign_key="api_token.id", sa_type=identity())
    minute: datetime = Field(primary_key=True)
    operation: str = Field(primary_key=True, sa_type=CleanKey)
    channel: str = Field(primary_key=True, sa_type=CleanKey)
    requests: int
    subjects: int
    refused: int
    version: int = Field(sa_type=identity())
