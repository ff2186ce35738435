"""The receipts of the suppression list: who was given what of it, in which version and when; never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from optout_daemon.core.model import Act
from optout_daemon.store.schema import receipt as table


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file that was given out: an export, or a mailing list that was scrubbed."""

    act: Act
    at: datetime
    receiver: str
    recorded_by: str
    version: int
    """The list's version that it was made from."""
    since: int | None
    """The version that a delta begins after."""
    channel: str
    form: str
    """Format, encoding and digest."""
    rows: int
    """Data rows of the file that was made."""
    blocked: int
    """Of an export every row; of a scrubbed list the rows that were dropped or marked."""
    checksum: str
    """`sha256:` and the digest of the file's bytes."""
    scope: str = ""
    """The company that it was made for; "" for every one."""
    id: int = 0


def record(tx: Connection, receipt: Receipt) -> int:
    """Append a receipt; its number. It stands or falls with the transaction."""
    values = {name: value for name, value in asdict(receipt).items() if name != "id"}
    return int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def listing(tx: Connection, *, receiver: str | None = None, limit: int = 100) -> list[Receipt]:
    """The newest receipts first."""
    rows = select(table)
    if receiver is not None:
        rows = rows.where(table.c.receiver == receiver)
    return [Receipt(**row._mapping) for row in tx.execute(rows.order_by(table.c.id.desc()).limit(limit))]


def last_before(tx: Connection, at: datetime, *, receiver: str | None = None, channel: str) -> Receipt | None:
    """The newest receipt until that moment that tells of the channel: what a sender had been given by then."""
    rows = select(table).where(table.c.at <= at, table.c.channel.in_((channel, "")))
    if receiver is not None:
        rows = rows.where(table.c.receiver == receiver)
    row = tx.execute(rows.order_by(table.c.at.desc(), table.c.id.desc()).limit(1)).first()
    return None if row is None else Receipt(**row._mapping)
