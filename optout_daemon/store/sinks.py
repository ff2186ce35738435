"""How far each sink has been told of the suppression ledger: its place, its claim, and what went wrong last.

The ledger is the queue; a sink's row holds the last version that was delivered, so a replay is setting that back. A
claim is taken by compare-and-set and ends by itself after its lease; the range in hand (`sending`) outlives it, so
that what was on its way when a process died goes out again as the same range.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from optout_daemon.core.http_answer import LONGEST_WAIT
from optout_daemon.store.schema import sink as table
from optout_daemon.store.statements import for_each, moved_one

_c: Final = table.c


@dataclass(frozen=True, slots=True)
class SinkState:
    """One sink's row."""

    name: str
    first_contact: datetime
    delivered: int
    """The ledger entries up to this version were delivered, or lay before first contact."""
    sending: int | None
    """The end of the range that is on its way, or was when its process died."""
    replays: int
    rejected: int
    """Changes that the sink would not take one by one, since the last replay."""
    attempts: int
    """Failures in a row."""
    due: datetime
    failing_since: datetime | None
    refused: bool
    """The last failure was a refusal: a person has to look."""
    gone: bool
    """It said that it is gone for good (410): nothing is sent until a person has it tried again."""
    error: str
    last_success: datetime | None
    claimed_by: str | None
    claimed_at: datetime | None


_MEET: Final = for_each(lambda insert: insert(table).on_conflict_do_nothing(index_elements=["name"]).returning(_c.name))


def meet(tx: Connection, name: str, *, delivered: int, now: datetime) -> bool:
    """First contact: entries up to `delivered` are left alone. False where the sink was met before."""
    values = {
        "name": name,
        "first_contact": now,
        "delivered": delivered,
        "replays": 0,
        "rejected": 0,
        "attempts": 0,
        "due": now,
        "refused": False,
        "gone": False,
        "error": "",
    }
    return tx.execute(_MEET[tx.dialect.name], values).first() is not None


def get(tx: Connection, name: str) -> SinkState | None:
    """The sink's state, or None before first contact."""
    row = tx.execute(select(table).where(_c.name == name)).first()
    return None if row is None else SinkState(**row._mapping)


def listing(tx: Connection) -> list[SinkState]:
    """Every sink that was ever met, by name."""
    return [SinkState(**row._mapping) for row in tx.execute(select(table).order_by(_c.name))]


def claim(tx: Connection, name: str, *, worker: str, now: datetime, lease: timedelta) -> SinkState | None:
    """Take a sink that is due and that nobody else has; None where somebody has, or it is not due.

    What is claimed or due further ahead than any lease or back-off was written by a clock that was ahead.
    """
    free = or_(
        _c.claimed_by.is_(None), _c.claimed_by == worker, _c.claimed_at <= now - lease, _c.claimed_at > now + lease
    )
    due = or_(_c.due <= now, _c.due > now + LONGEST_WAIT)
    taken = update(table).where(_c.name == name, ~_c.gone, free, due).values(claimed_by=worker, claimed_at=now)
    row = tx.execute(taken.returning(table)).first()
    return None if row is None else SinkState(**row._mapping)


def aim(tx: Connection, claimed: SinkState, version: int) -> None:
    """Remember the end of the range before it is sent."""
    moved = tx.execute(update(table).where(_mine(claimed)).values(sending=version))
    moved_one(moved, "sink", claimed.name)


def renew(tx: Connection, claimed: SinkState, *, now: datetime) -> bool:
    """Begin the lease anew; False where somebody else has the sink by now."""
    return tx.execute(update(table).where(_mine(claimed)).values(claimed_at=now)).rowcount == 1


def settle(tx: Connection, claimed: SinkState, *, version: int, now: datetime, rejected: int = 0) -> None:
    """Everything up to `version` is delivered, unless the sink's cursor was set back meanwhile. Conflict: not ours."""
    ours = _c.replays == claimed.replays
    values = {
        "delivered": case((ours, version), else_=_c.delivered),
        "sending": None,
        "rejected": case((ours, _c.rejected + rejected), else_=_c.rejected),
        "attempts": 0,
        "due": now,
        "failing_since": None,
        "refused": False,
        "gone": False,
        "error": "",
        "last_success": now,
        "claimed_by": None,
        "claimed_at": None,
    }
    moved_one(tx.execute(update(table).where(_mine(claimed)).values(values)), "sink", claimed.name)


def defer(
    tx: Connection, claimed: SinkState, *, due: datetime, error: str, refused: bool, gone: bool, now: datetime
) -> None:
    """It failed, `claimed.attempts + 1` times in a row now; the range in hand stays what it is. Conflict: not ours."""
    values = {
        "attempts": claimed.attempts + 1,
        "due": due,
        "failing_since": claimed.failing_since or now,
        "refused": refused,
        "gone": gone,
        "error": error,
        "claimed_by": None,
        "claimed_at": None,
    }
    moved_one(tx.execute(update(table).where(_mine(claimed)).values(values)), "sink", claimed.name)


def release(tx: Connection, claimed: SinkState) -> None:
    """Give the claim back, with nothing delivered and nothing failed."""
    tx.execute(update(table).where(_mine(claimed)).values(claimed_by=None, claimed_at=None))


def release_all(tx: Connection) -> None:
    """Give every claim back: for the only process that can hold one, at its start."""
    tx.execute(update(table).where(_c.claimed_by.is_not(None)).values(claimed_by=None, claimed_at=None))


def replay(tx: Connection, name: str, *, since: int, now: datetime) -> None:
    """Deliver again what came after version `since`; Conflict where the sink was not met, or is not that far yet.

    What is on its way meanwhile may arrive too; its receiver can tell by the other id.
    """
    values = {
        "delivered": since,
        "sending": None,
        "replays": _c.replays + 1,
        "rejected": 0,
        "due": now,
        "attempts": 0,
        "gone": False,
    }
    moved = tx.execute(update(table).where(_c.name == name, _c.delivered >= since).values(values))
    moved_one(moved, "sink", name)


def retry(tx: Connection, name: str, *, now: datetime) -> None:
    """Make it due now, also where it said that it is gone; Conflict where it was never met."""
    moved_one(tx.execute(update(table).where(_c.name == name).values(due=now, gone=False)), "sink", name)


def _mine(claimed: SinkState) -> ColumnElement[bool]:
    return and_(_c.name == claimed.name, _c.claimed_by == claimed.claimed_by)
