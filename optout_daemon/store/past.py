"""Find inquiries again that no queue shows any more: the latest that were closed, or all about one sender or customer.

Whatever is looked for stands in an index: a look takes as long in a table of millions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, or_, select

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.store.schema import inquiry as table
from optout_daemon.store.statements import spelled

_c: Final = table.c
_COLUMNS: Final = (
    *(_c.id, _c.received_at, _c.state, _c.disposition, _c.decided_by),
    *(_c.author, _c.subject, _c.customer_number),
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What an inquiry may be known by; any of them is enough. `author` in comparable form."""

    id: int | None = None
    author: str | None = None
    customer_number: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One inquiry, in whatever state."""

    id: int
    received_at: datetime
    state: State
    disposition: Disposition | None
    decided_by: str
    author: str | None
    subject: str
    customer_number: str | None


def latest(tx: Connection, *, limit: int) -> list[Past]:
    """The closed ones, those that arrived last in front."""
    return _found(tx, _c.state == spelled(State.CLOSED), limit)


def about(tx: Connection, sought: Sought, *, limit: int) -> list[Past]:
    """Every one that any of it fits, in any state, those that arrived last in front; none where nothing is given."""
    given: Sequence[tuple[ColumnElement[object], object]] = (
        (_c.id, sought.id),
        (_c.author, sought.author),
        (_c.customer_number, sought.customer_number),
        (_c.message_id, sought.message_id),
    )
    fits = [column == value for column, value in given if value]
    return _found(tx, or_(*fits), limit) if fits else []


def _found(tx: Connection, fits: ColumnElement[bool], limit: int) -> list[Past]:
    statement = select(*_COLUMNS).where(fits).order_by(_c.received_at.desc(), _c.id.desc()).limit(limit)
    return [Past(**row._mapping) for row in tx.execute(statement)]
