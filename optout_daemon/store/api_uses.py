"""What each token was used for, by the minute: how often, about how many, and which version of the list it was told.

No subject is recorded. Counts are added up in the process that answers and written together, so that a question costs
no commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, case, func, select

from optout_daemon.store.schema import api_token, api_use
from optout_daemon.store.statements import Insert, for_each


@dataclass(frozen=True, slots=True)
class Minute:
    """Which token asked for what in which minute; `channel` is "" where it asked for every one."""

    token_id: int
    minute: datetime
    operation: str
    channel: str


@dataclass(slots=True)
class Count:
    """What came together in a minute."""

    requests: int = 0
    subjects: int = 0
    refused: int = 0
    """Requests over the token's rate."""
    version: int = 0
    """The newest version of the list that was told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """When a sender was last told of the list before some moment, and in which version."""

    at: datetime
    version: int


_c: Final = api_use.c


def _adding(statement: Insert) -> Insert:
    new = statement.excluded
    values = {name: _c[name] + new[name] for name in ("requests", "subjects", "refused")}
    newest = case((new.version > _c.version, new.version), else_=_c.version)
    return statement.on_conflict_do_update(index_elements=list(Minute.__slots__), set_=values | {"version": newest})


_ADD: Final = for_each(lambda insert: _adding(insert(api_use)))


def add(tx: Connection, counts: Mapping[Minute, Count]) -> None:
    """Add the counts to what is recorded of their minutes."""
    rows = [
        {name: getattr(minute, name) for name in Minute.__slots__}
        | {name: getattr(count, name) for name in Count.__slots__}
        for minute, count in counts.items()
    ]
    if rows:
        tx.execute(_ADD[tx.dialect.name], rows)


@dataclass(frozen=True, slots=True)
class Total:
    """Everything that one token was used for."""

    requests: int
    subjects: int
    refused: int
    last: datetime
    version: int


def totals(tx: Connection) -> dict[int, Total]:
    """By the token's number, those that were used."""
    sums = (func.sum(_c.requests), func.sum(_c.subjects), func.sum(_c.refused))
    rows = select(_c.token_id, *sums, func.max(_c.minute), func.max(_c.version)).group_by(_c.token_id)
    return {row[0]: Total(int(row[1]), int(row[2]), int(row[3]), row[4], int(row[5])) for row in tx.execute(rows)}


def last_before(tx: Connection, at: datetime, *, receiver: str | None = None, channel: str) -> Asked | None:
    """What a sender (any, without `receiver`) had last been told of the channel in a minute that was over by then."""
    tokens = select(api_token.c.id)
    if receiver is not None:
        tokens = tokens.where(api_token.c.name == receiver)
    # One token after the other: its newest minutes are found by the key, however many years lie behind them.
    newest = (
        select(_c.minute, _c.version)
        .where(_c.token_id == bindparam("token"), _c.minute <= at - timedelta(minutes=1))
        .where(_c.channel.in_((channel, "")), _c.version > 0)
        .order_by(_c.minute.desc(), _c.version.desc())
        .limit(1)
    )
    found = [tx.execute(newest, {"token": token}).first() for token in tx.execute(tokens).scalars().all()]
    return max((Asked(*row) for row in found if row is not None), key=lambda one: (one.at, one.version), default=None)
