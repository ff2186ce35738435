"""Compare every mail in a mailbox and its folders with the rows: what is there and stands in no row is unaccounted for.

Reads only, the mailbox as the database, and holds no more than a few hundred mails at once. What it is told of the
mailbox is read before the rows: mail that arrives meanwhile is waiting, never unaccounted for. Raises MailboxError and
StoreError. Names places by folder and UID, never a person.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from optout_daemon.baseline import below, same_folder
from optout_daemon.config import MailboxSettings
from optout_daemon.edges.imap_census import Counted, Examined
from optout_daemon.edges.imap_values import Listed
from optout_daemon.errors import MailboxError
from optout_daemon.fetching import HEAD
from optout_daemon.store import cursors, reconciled, unfetched
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database
from optout_daemon.store.reconciled import Reconciled

NAMED: Final = 1_000
"""Mails unaccounted for that are named by their place; the others are only counted."""
AT_MOST: Final = 1_800.0
"""Seconds after which a comparison is given up: a server that is so slow is not asked for more."""
SKEW: Final = timedelta(minutes=5)
"""So far a mail server's clock may be ahead of ours."""


class Surveyed(Protocol):
    """What a reconcile needs of a mailbox (edges/imap_census.py says what each promises)."""

    def folders(self, path: str) -> list[str]: ...
    def examine(self, folder: str) -> Examined | None: ...
    def mails(self) -> Iterator[list[Counted]]: ...
    def digest(self, uid: int, *, size: int, head: int | None = None) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies: the folder as the server calls it, and its UID there."""

    folder: str
    uid: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The numbers, and the first NAMED of the mails unaccounted for."""

    word: Reconciled
    places: tuple[Place, ...]


def reconcile(
    survey: Surveyed, *, database: Database, mailbox: MailboxSettings, now: datetime, stop: threading.Event
) -> Reconciliation:
    """Look through the watched folder and every folder that mail of it is filed into."""
    return _Comparison(survey, database, mailbox, now, stop).run()


class _Comparison:
    """One comparison and what it has counted."""

    def __init__(
        self, survey: Surveyed, database: Database, mailbox: MailboxSettings, now: datetime, stop: threading.Event
    ) -> None:
        self._survey, self._database, self._mailbox, self._stop = survey, database, mailbox, stop
        self._until = time.monotonic() + AT_MOST
        self._word = Reconciled(mailbox.name, now, 0, 0, 0, 0, 0, 0, 0, 0)
        self._places: list[Place] = []

    def run(self) -> Reconciliation:
        self._watched()
        for folder in self._folders():
            self._filed(folder)
        with self._database.reading() as tx:
            number = reconciled.inquiries(tx, self._mailbox.name)
        return Reconciliation(replace(self._word, inquiries=number), tuple(self._places))

    def _folders(self) -> list[str]:
        """Where the settings file mail now, and where it was filed before they were changed."""
        name, settings = self._mailbox.name, self._mailbox.file_into
        with self._database.reading() as tx:
            found = set(reconciled.folders(tx, name))
        if settings is not False:
            for path in (settings.done, settings.review, settings.ignored):
                found.update(self._survey.folders("/".join(part for part in (settings.parent, path) if part)))
        return sorted(folder for folder in found if not same_folder(folder, self._mailbox.folder))

    def _watched(self) -> None:
        examined = self._survey.examine(self._mailbox.folder)
        if examined is None:
            raise MailboxError(f"{self._mailbox.host}: EXAMINE: the watched folder cannot be opened", "4.2.0")
        self._count(folders=1)
        self._word = replace(self._word, uidvalidity=examined.uidvalidity)
        for mails in self._mails():
            with self._database.reading() as tx:
                unknown = self._without_a_place(tx, mails, examined.uidvalidity)
            self._unaccounted(self._mailbox.folder, self._unlike(unknown))

    def _without_a_place(self, tx: Connection, mails: Sequence[Counted], uidvalidity: int) -> list[Counted]:
        """The mails of the watched folder that no row explains; the others are counted."""
        name = self._mailbox.name
        # One transaction with the rows: intake moves the cursor where it stores.
        cursor = cursors.get(tx, name)
        if cursor is None or cursor.uidvalidity != uidvalidity:  # not met yet, or renumbered and not read again yet
            self._count(waiting=len(mails))
            return []
        known = reconciled.by_place(tx, name, uidvalidity, [mail.uid for mail in mails])
        aside = {mail.uid for mail in unfetched.listing(tx, name, uidvalidity)}
        unknown = []
        for mail in mails:
            if mail.uid in known:
                continue
            if mail.uid in aside:
                self._count(set_aside=1)
            elif mail.uid > cursor.last_uid:
                self._count(waiting=1)
            elif _below(mail, cursor, self._mailbox):
                self._count(below_baseline=1)
            else:
                unknown.append(mail)
        return unknown

    def _filed(self, folder: str) -> None:
        if self._survey.examine(folder) is None:  # a person removed it since
            return
        self._count(folders=1)
        for mails in self._mails():
            unknown = self._unlike(mails)
            with self._database.reading() as tx:
                cursor = cursors.get(tx, self._mailbox.name)
            older = [mail for mail in unknown if cursor is not None and _older(mail, cursor, self._mailbox)]
            self._count(below_baseline=len(older))
            self._unaccounted(folder, [mail for mail in unknown if mail not in older])

    def _mails(self) -> Iterator[list[Counted]]:
        for mails in self._survey.mails():
            if self._stop.is_set():
                raise MailboxError(f"{self._mailbox.host}: reconcile: stopped", "4.0.0")
            if time.monotonic() > self._until:
                raise MailboxError(f"{self._mailbox.host}: reconcile: the server took too long", "4.4.2")
            self._count(mails=len(mails))
            yield mails

    def _unlike(self, mails: Sequence[Counted]) -> list[Counted]:
        """Those whose like is not stored: neither Message-ID and size nor, asked for one by one, the bytes."""
        if not mails:
            return []
        with self._database.reading() as tx:
            same = reconciled.by_message_id(tx, {mail.message_id for mail in mails if mail.message_id is not None})
        doubtful = [mail for mail in mails if (mail.message_id, mail.size) not in same]
        limit = self._mailbox.max_message_size
        digests = {
            mail.uid: digest
            for mail in doubtful
            if mail.size is not None
            for digest in [
                self._survey.digest(mail.uid, size=mail.size, head=min(HEAD, limit) if mail.size > limit else None)
            ]
        }
        with self._database.reading() as tx:
            known = reconciled.by_digest(tx, {digest for digest in digests.values() if digest is not None})
        return [mail for mail in doubtful if digests.get(mail.uid) not in known]

    def _unaccounted(self, folder: str, mails: Sequence[Counted]) -> None:
        self._count(unaccounted=len(mails))
        self._places += [Place(folder, mail.uid) for mail in mails[: NAMED - len(self._places)]]

    def _count(self, **more: int) -> None:
        self._word = replace(self._word, **{name: getattr(self._word, name) + by for name, by in more.items()})


def _listed(mail: Counted) -> Listed:
    return Listed(mail.uid, mail.size or 0, mail.received_at)


def _below(mail: Counted, cursor: Cursor, mailbox: MailboxSettings) -> bool:
    """The rule of intake, but for a server whose clock is ahead: at first contact the UID alone decided."""
    return below(_listed(mail), replace(cursor, first_contact=cursor.first_contact + SKEW), mailbox)


def _older(mail: Counted, cursor: Cursor, mailbox: MailboxSettings) -> bool:
    """Whether a mail in another folder was there before the desk came: by its time, a UID says nothing there."""
    return cursor.baseline_uid > 0 and below(replace(_listed(mail), uid=0), cursor, mailbox)
