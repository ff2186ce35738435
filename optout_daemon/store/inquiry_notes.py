"""What staff write on an inquiry beside its decision: who takes care of it, and notes for each other.

Neither moves the inquiry nor its version: a colleague's note must not refuse a decision that is being typed.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, case, update

from optout_daemon.store.schema import inquiry as table
from optout_daemon.store.statements import moved_one

_c: Final = table.c


def assign(tx: Connection, inquiry_id: int, to: str | None) -> None:
    """From now on it is theirs; nobody's with None. Conflict where there is no such inquiry."""
    moved_one(tx.execute(update(table).where(_c.id == inquiry_id).values(assigned_to=to)), "inquiry", inquiry_id)


def add(tx: Connection, inquiry_id: int, line: str) -> None:
    """One more line below the notes that are there."""
    longer = case((_c.note.is_(None), line), (_c.note == "", line), else_=_c.note + "\n" + line)
    moved_one(tx.execute(update(table).where(_c.id == inquiry_id).values(note=longer)), "inquiry", inquiry_id)
