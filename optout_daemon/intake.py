"""Take new mail from one mailbox: raw bytes, digest and date are committed before anything else happens.

`collect` returns when everything above the cursor is stored; the cursor moves in the transaction that stores. A mail
that cannot be taken is set aside with a row and an alarm, tried again ever more rarely, and stops no other. Raises
MailboxError (the session is dead, what was stored stays stored) and StoreError (nothing of the batch was written).
Changes nothing in the mailbox, judges nothing; which mail is ours at all is baseline.py's business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from optout_daemon.baseline import Inbox, below, position
from optout_daemon.config import MailboxSettings
from optout_daemon.edges.imap_values import Listed, Selected
from optout_daemon.errors import AuthenticationError, StoreError
from optout_daemon.fetching import Mail, batches, fetch, in_utc
from optout_daemon.log import Log
from optout_daemon.setting_aside import Aside, cause_of
from optout_daemon.store import cursors, inquiries, locations
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database

LISTED_AT_ONCE: Final = 500
PASS_SECONDS: Final = 120.0
"""A pass over a very large folder ends after so long and the next one goes on: a hung pass must look different."""
IN_A_ROW: Final = 3
"""Mails that may break the session one after the other; at the next the server is to blame, and the pass ends."""
NOT_HANDED_OUT: Final = "not handed out"
"""Cause where the server lists a mail and answers the fetch without it."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What one pass found: new inquiries, further locations of known ones, mails below the baseline."""

    new: int = 0
    known: int = 0
    skipped: int = 0
    more: bool = False
    """The pass ended before the folder did: PASS_SECONDS were over, or the daemon stops."""


def collect(
    session: Inbox,
    *,
    database: Database,
    mailbox: MailboxSettings,
    now: Callable[[], datetime],
    stop: threading.Event,
    log: Log,
) -> Collected:
    """One pass over the watched folder, from the cursor to its end or to the stop."""
    selected = session.select()
    cursor = position(session, selected, database=database, mailbox=mailbox, now=now, log=log)
    return _Pass(session, database, mailbox, now, stop, log, selected, cursor).run()


class _Pass:
    """One pass: what it works with, what it has counted, and what was set aside before."""

    def __init__(
        self,
        session: Inbox,
        database: Database,
        mailbox: MailboxSettings,
        now: Callable[[], datetime],
        stop: threading.Event,
        log: Log,
        selected: Selected,
        cursor: Cursor,
    ) -> None:
        self._session, self._database, self._mailbox = session, database, mailbox
        self._now, self._stop, self._log = now, stop, log
        self._selected, self._cursor = selected, cursor
        self._aside = Aside(database, mailbox.name, selected.uidvalidity, now=now, log=log)
        self._in_a_row = 0
        self._collected = Collected()
        self._deadline = time.monotonic() + PASS_SECONDS

    def run(self) -> Collected:
        uids = self._session.uids_above(self._cursor.last_uid)
        fresh = self._fresh(uids)
        for chunk in _chunks(fresh, LISTED_AT_ONCE):
            self._take_listed(chunk)
            if self._over:
                return replace(self._collected, more=True)
        now = self._now()
        with self._database.transaction() as tx:
            if uids:
                self._advance(tx, uids[-1])
            if self._cursor.rescanning:
                locations.supersede(tx, mailbox=self._mailbox.name, uidvalidity=self._selected.uidvalidity, now=now)
            cursors.completed(tx, mailbox=self._mailbox.name, now=now)
        self._try_again()
        return self._collected

    def _fresh(self, uids: Sequence[int]) -> list[int]:
        """The UIDs that are neither stored nor set aside."""
        if not uids:
            return []
        with self._database.reading() as tx:
            known = locations.known_uids(tx, self._mailbox.name, self._selected.uidvalidity, uids[0], uids[-1])
        return [uid for uid in uids if uid not in known and uid not in self._aside]

    def _try_again(self) -> None:
        """What was set aside comes last: it may hang, and nobody waits behind it."""
        self._in_a_row = 0
        for uid in self._aside.due():
            if self._over or self._in_a_row >= IN_A_ROW:
                return
            self._take_listed([uid])

    def _take_listed(self, uids: Sequence[int], *, again: bool = False) -> None:
        """List, then take in bounded batches. A mail that breaks the session is set aside, the others go on."""
        try:
            listed = self._session.sizes(uids)
        except Exception as error:
            self._recover(error)
            if again:
                self._broke(uids[0], error)
                return
            for uid in uids:
                if not self._over:
                    self._take_listed([uid], again=True)
            return
        self._missing(set(uids) - {mail.uid for mail in listed})
        wanted = [
            mail
            for mail in listed
            if not below(mail, self._cursor, self._mailbox) or self._cursor.last_pass is not None
        ]
        self._count(skipped=len(listed) - len(wanted))
        for batch in batches(wanted, self._mailbox.max_message_size):
            if self._over:
                return
            self._take(batch)

    def _take(self, batch: Sequence[Listed], *, again: bool = False) -> None:
        """Fetch and store a batch; where that fails, each mail once more by itself.

        Only the database's own failure ends it.
        """
        try:
            mails = fetch(self._session, batch, self._mailbox.max_message_size)
            # Before the cursor moves over them: else a kill in between would lose what was not handed out.
            self._missing({listed.uid for listed in batch} - {mail.listed.uid for mail in mails})
            self._store(mails, batch[-1].uid)
        except StoreError:
            raise
        except Exception as error:
            self._recover(error)
            if again:
                self._broke(batch[0].uid, error)
                return
            for listed in batch:
                if not self._over:
                    self._take([listed], again=True)
            return
        self._in_a_row = 0

    def _store(self, mails: Sequence[Mail], last_uid: int) -> None:
        now = self._now()
        stored = []
        with self._database.transaction() as tx:
            old = {mail.digest for mail in mails if below(mail.listed, self._cursor, self._mailbox)}
            unknown = old - inquiries.known_digests(tx, old) if old else old
            ours = [
                mail
                for mail in mails
                if mail.digest not in unknown or not below(mail.listed, self._cursor, self._mailbox)
            ]
            for mail in ours:
                result = inquiries.store_mail(
                    tx,
                    raw=mail.raw,
                    digest=mail.digest,
                    mailbox=self._mailbox.name,
                    uidvalidity=self._selected.uidvalidity,
                    uid=mail.listed.uid,
                    received_at=in_utc(mail.listed.received_at) or now,
                    now=now,
                    truncated=mail.truncated,
                    listed_at=in_utc(mail.listed.received_at),
                    size=max(mail.listed.size, len(mail.raw)) if mail.truncated else len(mail.raw),
                )
                stored.append((mail, result))
            for mail in mails:
                self._aside.release(tx, mail.listed.uid)
            self._advance(tx, last_uid)
        for mail, result in stored:
            if result.new:
                size = mail.listed.size
                self._log.stored(result.inquiry_id, mailbox=self._mailbox.name, uid=mail.listed.uid, size=size)
            else:
                self._log.known(result.inquiry_id, mailbox=self._mailbox.name, uid=mail.listed.uid)
        new = sum(result.new for _, result in stored)
        self._count(new=new, known=len(stored) - new, skipped=len(mails) - len(stored))

    def _missing(self, uids: set[int]) -> None:
        """A UID without an answer is gone, or the server cannot read its own mail."""
        if not uids:
            return
        still_there = self._session.present(sorted(uids))
        for uid in sorted(uids):
            if uid in still_there:
                self._aside.put(uid, NOT_HANDED_OUT)
            elif uid in self._aside:
                with self._database.transaction() as tx:
                    self._aside.release(tx, uid)

    def _recover(self, error: Exception) -> None:
        """Go on with a new connection, or raise what ended the old one."""
        if isinstance(error, AuthenticationError) or self._stop.is_set() or self._in_a_row >= IN_A_ROW:
            raise error
        if self._session.open().uidvalidity != self._selected.uidvalidity:
            raise error

    def _broke(self, uid: int, error: Exception) -> None:
        """One mail by itself ended the session, or our own code failed on it."""
        self._in_a_row += 1
        self._aside.put(uid, cause_of(error))

    def _advance(self, tx: Connection, uid: int) -> None:
        """Everything up to `uid` is stored, set aside, gone or below the baseline."""
        if uid > self._cursor.last_uid:
            validity = self._selected.uidvalidity
            cursors.advance(tx, mailbox=self._mailbox.name, uidvalidity=validity, last_uid=uid, now=self._now())

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or time.monotonic() > self._deadline

    def _count(self, *, new: int = 0, known: int = 0, skipped: int = 0) -> None:
        so_far = self._collected
        self._collected = Collected(so_far.new + new, so_far.known + known, so_far.skipped + skipped)


def _chunks(uids: Sequence[int], length: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), length):
        yield uids[start : start + length]
