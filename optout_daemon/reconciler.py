"""Have each mailbox reconciled daily and after every recovery, and say what came of it; a failure stops nothing.

A recovery is a connection that failed and came back, or a new UIDVALIDITY; it is followed once a pass has collected
what came meanwhile. What was found is kept in the database (store/reconciled.py), so that a restart does not begin the
day anew. The session is one of its own: the desk's work does not wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

from optout_daemon.config import MailboxSettings
from optout_daemon.errors import MailboxError
from optout_daemon.log import Log
from optout_daemon.reconciling import Reconciliation, Surveyed, reconcile
from optout_daemon.store import alarms, cursors, health, reconciled
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database
from optout_daemon.store.reconciled import Reconciled

DAILY: Final = timedelta(days=1)
AGAIN: Final = timedelta(minutes=10)
"""Wait after a comparison that failed."""
AHEAD: Final = timedelta(hours=1)
"""A word from further in the future was given by a clock that was ahead."""
NAMED: Final = 20
"""Mails unaccounted for that the log names; `optout-daemon reconcile` names them all."""
UNACCOUNTED: Final = "unaccounted"
"""Kind of the alarm; its key is the mailbox's name."""


def job_of(mailbox: str) -> str:
    """The name under which its passes stand in the rows of the jobs."""
    return f"reconcile:{mailbox}"


class Reconciler:
    """The reconciles of one mailbox. Belongs to one job."""

    def __init__(
        self,
        mailbox: MailboxSettings,
        *,
        database: Database,
        survey: Callable[[], AbstractContextManager[Surveyed]],
        recoveries: Callable[[], int],
        stop: threading.Event,
        log: Log,
    ) -> None:
        """`survey` opens a session with the mailbox; `recoveries` counts how often its connection came back."""
        self._mailbox, self._database, self._survey = mailbox, database, survey
        self._recoveries, self._stop, self._log = recoveries, stop, log
        self._answered = 0
        self._asked_at: datetime | None = None
        self._not_before: datetime | None = None

    def round(self, now: datetime) -> Reconciliation | None:
        """Reconcile where it is due; None where it is not, or could not be done. Raises StoreError."""
        recoveries = self._recoveries()
        if recoveries != self._answered and self._asked_at is None:
            self._asked_at = now
        because = self._because(now)
        if not because:
            return None
        self._not_before = now + AGAIN
        name = self._mailbox.name
        try:
            with self._survey() as survey:
                found = reconcile(survey, database=self._database, mailbox=self._mailbox, now=now, stop=self._stop)
        except MailboxError as error:
            if not self._stop.is_set():
                self._log.reconcile_failed(name, message=str(error), retry_in=AGAIN.total_seconds())
                with self._database.transaction() as tx:
                    health.job_done(tx, job_of(name), now, str(error))
            return None
        fresh = keep(self._database, found)
        announce(self._log, found, because=because, alarm=fresh)
        self._answered, self._asked_at, self._not_before = recoveries, None, None
        return found

    def _because(self, now: datetime) -> str:
        """Why it is due, in a word; "" where it is not."""
        if self._not_before is not None and now < self._not_before <= now + AGAIN:
            return ""
        with self._database.reading() as tx:
            cursor = cursors.get(tx, self._mailbox.name)
            word = reconciled.last(tx, self._mailbox.name)
        if cursor is None or cursor.last_pass is None or cursor.rescanning:
            return ""  # the next pass collects first
        if self._asked_at is not None and cursor.last_pass > self._asked_at:
            return "recovery"
        return due(cursor, word, now)


def due(cursor: Cursor, word: Reconciled | None, now: datetime) -> str:
    """Why the rows say that a mailbox is due; "" where they do not."""
    if word is None:
        return "daily" if now - cursor.first_contact >= DAILY else ""
    if word.uidvalidity != cursor.uidvalidity:
        return "new_uidvalidity"
    return "daily" if not now - DAILY < word.at <= now + AHEAD else ""


def keep(database: Database, found: Reconciliation) -> bool:
    """Keep the word, and raise or clear its alarm: True where it was raised now. Raises StoreError."""
    word = found.word
    outcome = health.OK if not word.unaccounted else f"{word.unaccounted} mails unaccounted for"
    with database.transaction() as tx:
        reconciled.remember(tx, word)
        health.job_done(tx, job_of(word.mailbox), word.at, outcome)
        if word.unaccounted:
            return alarms.raise_once(tx, kind=UNACCOUNTED, key=word.mailbox, now=word.at)
        alarms.clear(tx, UNACCOUNTED, word.mailbox)
        return False


def announce(log: Log, found: Reconciliation, *, because: str, alarm: bool) -> None:
    """Say what was found, after it is kept."""
    word = found.word
    log.reconciled(
        word.mailbox,
        because=because,
        mails=word.mails,
        inquiries=word.inquiries,
        below_baseline=word.below_baseline,
        waiting=word.waiting,
        set_aside=word.set_aside,
        unaccounted=word.unaccounted,
    )
    for place in found.places[:NAMED]:
        log.unaccounted(word.mailbox, folder=place.folder, uid=place.uid)
    if alarm:
        log.alarm(kind=UNACCOUNTED, key=word.mailbox)
