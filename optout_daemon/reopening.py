"""Take a closed inquiry back into the queue, and take back what it put on the suppression list.

A block is never deleted: a resume entry with the same subjects stands behind it. What was sent stays sent. Raises
Conflict, NotClosed, RawMailGone or AskedAgain; nothing has changed then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.errors import Conflict, OptoutError
from optout_daemon.judging import Parts
from optout_daemon.review import read_again
from optout_daemon.store import audit, held_text, inquiries, inquiry_search, ledger, suppressions


class NotClosed(OptoutError):
    """The inquiry is not closed: there is nothing to reopen."""


class AskedAgain(OptoutError):
    """Another mail of the same customer was applied too: taking this one back would lift what that one asked for."""


def reopen(
    inquiry_id: int, *, parts: Parts, by: str, now: datetime, version: int | None = None, undo: bool = False
) -> list[int]:
    """Put it back into the queue, as `by`'s; with `undo`, lift what it had blocked. The resume entries' numbers."""
    reading = read_again(parts, inquiry_id)
    with parts.database.transaction() as tx:
        if not inquiries.lock(tx, inquiry_id, State.CLOSED, version):
            row = inquiries.get(tx, inquiry_id)
            if row is not None and row.state is State.CLOSED:
                raise Conflict(f"inquiry {inquiry_id} was changed by somebody else; look at it again")
            raise NotClosed(f"inquiry {inquiry_id} is not closed")
        versions: list[int] = []
        if undo:
            if inquiry_search.applied_besides(tx, inquiry_id):
                raise AskedAgain(f"inquiry {inquiry_id}: another mail of this customer was applied too")
            resumes = [
                _resume(recorded.entry, by=by, now=now)
                for recorded in ledger.caused_by(tx, inquiry_id)
                if recorded.entry.action is Action.STOP
            ]
            versions = suppressions.append(tx, resumes, now=now)
        inquiries.reopen(tx, inquiry_id, by=by, now=now)
        held_text.keep(tx, inquiry_id, reading)
        data = {"undo": undo, "ledger": versions}
        audit.record(tx, event="reopened", actor=by, now=now, inquiry_id=inquiry_id, data=data)
    return versions


def _resume(entry: LedgerEntry, *, by: str, now: datetime) -> LedgerEntry:
    return replace(entry, action=Action.RESUME, reason="undone", source="staff", by=by, valid_from=now, note="")
