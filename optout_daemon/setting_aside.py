"""Set aside mails that a mailbox lists and that could not be taken in: a row, one alarm, a time to try again.

The row stands for the mail: the cursor goes on above it, and no other mail waits. Nothing here gives up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core import backoff
from optout_daemon.errors import EdgeError
from optout_daemon.log import Log
from optout_daemon.store import alarms, unfetched
from optout_daemon.store.database import Database
from optout_daemon.store.unfetched import Unfetched

UNFETCHABLE: Final = "unfetchable"
"""Kind of the alarm; its key is mailbox/UIDVALIDITY/UID."""


class Aside:
    """What is set aside in one mailbox under its present numbering, as it was when this was made, and since."""

    def __init__(
        self, database: Database, mailbox: str, uidvalidity: int, *, now: Callable[[], datetime], log: Log
    ) -> None:
        self._database, self._mailbox, self._uidvalidity = database, mailbox, uidvalidity
        self._now, self._log = now, log
        with database.reading() as tx:
            self._rows: dict[int, Unfetched] = {row.uid: row for row in unfetched.listing(tx, mailbox, uidvalidity)}

    def __contains__(self, uid: int) -> bool:
        return uid in self._rows

    def due(self) -> list[int]:
        """The UIDs that are to be tried again, the longest due first."""
        now = self._now()
        # Put off by a clock that was ahead, what lies further away than any back-off does not wait for that day.
        far = now + timedelta(seconds=backoff.LONGEST_UNFETCHED)
        return [row.uid for row in self._rows.values() if row.due <= now or row.due > far]

    def put(self, uid: int, cause: str) -> None:
        """The mail failed, perhaps again."""
        before, now = self._rows.get(uid), self._now()
        attempts = 1 if before is None else before.attempts + 1
        delay = backoff.unfetched(attempts, random.random())  # noqa: S311 (no secret: it spreads load)
        key = _key(self._mailbox, self._uidvalidity, uid)
        with self._database.transaction() as tx:
            unfetched.put(
                tx,
                mailbox=self._mailbox,
                uidvalidity=self._uidvalidity,
                uid=uid,
                attempts=attempts,
                cause=cause,
                now=now,
                due=now + timedelta(seconds=delay),
            )
            fresh = alarms.raise_once(tx, kind=UNFETCHABLE, key=key, now=now)
        self._log.set_aside(self._mailbox, uid=uid, cause=cause, attempts=attempts, retry_in=delay)
        if fresh:
            self._log.alarm(kind=UNFETCHABLE, key=key)

    def release(self, tx: Connection, uid: int) -> None:
        """The mail is stored, or it is gone."""
        if uid in self._rows:
            unfetched.forget(tx, self._mailbox, self._uidvalidity, uid)
            alarms.clear(tx, UNFETCHABLE, _key(self._mailbox, self._uidvalidity, uid))


def release_all(tx: Connection, mailbox: str) -> None:
    """The mailbox was renumbered, and what was set aside comes again under another UID."""
    for row in unfetched.forget_all(tx, mailbox):
        alarms.clear(tx, UNFETCHABLE, _key(mailbox, row.uidvalidity, row.uid))


def cause_of(error: Exception) -> str:
    """The class, and the status of a server's failure: texts may quote mail."""
    return f"{type(error).__name__} {error.status}" if isinstance(error, EdgeError) else type(error).__name__


def _key(mailbox: str, uidvalidity: int, uid: int) -> str:
    return f"{mailbox}/{uidvalidity}/{uid}"
