"""Write on an inquiry who takes care of it, and notes of staff for each other; each with its audit event.

The note itself stands at the inquiry alone: the audit chain holds no personal data.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import Connection

from optout_daemon.store import audit, inquiry_notes


def assign(tx: Connection, inquiry_id: int, *, to: str | None, by: str, now: datetime) -> None:
    """Give it to somebody, or, with None, back to everybody. Conflict where there is no such inquiry."""
    inquiry_notes.assign(tx, inquiry_id, to)
    audit.record(tx, event="assigned", actor=by, now=now, inquiry_id=inquiry_id, data={"to": to})


def note(tx: Connection, inquiry_id: int, text: str, *, by: str, now: datetime, zone: tzinfo) -> None:
    """One more note, with when and who in front. Conflict where there is no such inquiry."""
    at = now.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    inquiry_notes.add(tx, inquiry_id, f"{at} {by}: {' '.join(text.split())}")
    audit.record(tx, event="note", actor=by, now=now, inquiry_id=inquiry_id, data={"note": True})
