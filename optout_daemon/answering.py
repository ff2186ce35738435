"""Take an applied inquiry out of the queue once a person has answered what it asks for besides.

The opt-out itself was honoured long before and is not touched. Raises NotWaiting; nothing has changed then.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.errors import OptoutError
from optout_daemon.store import audit, inquiries


class NotWaiting(OptoutError):
    """The inquiry has no second request that waits for a person."""


def waits(tx: Connection, inquiry_id: int) -> bool:
    """Whether the inquiry was applied and something else in it still waits."""
    inquiry = inquiries.get(tx, inquiry_id)
    return inquiry is not None and inquiry.follow_up and inquiry.follow_up_done_at is None


def answered(tx: Connection, inquiry_id: int, *, by: str, now: datetime) -> None:
    """The second request is answered."""
    if not waits(tx, inquiry_id):
        raise NotWaiting(f"inquiry {inquiry_id}: nothing in it waits for a person")
    inquiries.follow_up_done(tx, inquiry_id, now=now)
    audit.record(tx, event="follow_up_answered", actor=by, now=now, inquiry_id=inquiry_id)
