"""Move decided mail out of the watched folder: into a folder a month, or the review folder, and on from there.

The mailbox is changed first and the database marked second. A move that failed is tried again later and is never a
second inquiry; a mail that is not where it should be is looked for where it belongs, since a kill during the move may
have left it there, and is marked gone where it is not. Raises MailboxError where the session died and StoreError.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from optout_daemon.baseline import Lookup, is_another, renumbered, same_folder, start_again
from optout_daemon.config import FilingSettings, MailboxSettings
from optout_daemon.core import backoff
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.edges.imap_values import Moved, Selected
from optout_daemon.finding import Finder, Searchable
from optout_daemon.log import Log
from optout_daemon.store import alarms, cursors, locations
from optout_daemon.store.database import Database
from optout_daemon.store.locations import Location

BATCH: Final = 500
LOOKED_FOR_AT_ONCE: Final = 50
NEWEST: Final = 2_000
"""What a killed move has left in a folder is among so many of its highest UIDs."""
PASS_SECONDS: Final = 120.0
"""Seconds after which a pass ends and leaves the rest to the next one."""
CANNOT_FILE: Final = "cannot_file"
"""Kind of the alarm for a mailbox that lets nothing be moved; its key is the mailbox's name."""


class Folders(Searchable, Lookup, Protocol):
    """What filing needs of a mailbox session (edges/imap.py says what each promises)."""

    @property
    def can_move(self) -> bool: ...
    def select(self) -> Selected: ...
    def folder(self, path: str) -> str: ...
    def move(self, uids: Sequence[int], path: str) -> Moved: ...
    def move_on(self, folder: str, uids: Sequence[int], path: str) -> Moved: ...


@dataclass(frozen=True, slots=True)
class Filed:
    """Mails moved, found gone, and left for later."""

    moved: int = 0
    gone: int = 0
    deferred: int = 0
    more: bool = False
    """The pass ended before everything due was filed: PASS_SECONDS were over, or the daemon stops."""


def file_away(
    session: Folders,
    *,
    database: Database,
    mailbox: MailboxSettings,
    time_zone: str,
    now: datetime,
    log: Log,
    stop: threading.Event | None = None,
) -> Filed:
    """File everything that is decided and due. The month is that of the decision in `time_zone`."""
    if mailbox.file_into is False:
        return Filed()
    selected = session.select()
    with database.reading() as tx:
        cursor = cursors.get(tx, mailbox.name)
    if cursor is None or renumbered(session, selected, cursor, database=database, mailbox=mailbox):
        return Filed()  # the UIDs mean other mails until intake has looked at them
    zone = ZoneInfo(time_zone)
    try:
        return _Pass(
            session, database, mailbox, mailbox.file_into, zone, now, log, stop, selected, cursor.rescanning
        ).run()
    except _OtherMail:
        start_again(session, selected, cursor, database=database, mailbox=mailbox, log=log)
        return Filed()


def path_of(location: Location, settings: FilingSettings, zone: ZoneInfo, now: datetime) -> str:
    """The folder of the settings that a decided mail belongs into, levels divided by "/"."""
    if location.state is State.HELD:
        name = settings.review
    elif location.disposition is Disposition.IGNORED:
        name = settings.ignored
    else:
        name = settings.done
    decided = (location.decided_at or now).astimezone(zone)
    return "/".join(part for part in (settings.parent, decided.strftime(name)) if part)


class _OtherMail(Exception):
    """Under a UID that was to be filed lies a mail that nobody has read."""


class _Pass:
    """One pass: what it works with, and what it has done so far."""

    def __init__(
        self,
        session: Folders,
        database: Database,
        mailbox: MailboxSettings,
        settings: FilingSettings,
        zone: ZoneInfo,
        now: datetime,
        log: Log,
        stop: threading.Event | None,
        selected: Selected,
        rescanning: bool,
    ) -> None:
        self._session, self._database, self._mailbox = session, database, mailbox
        self._settings, self._zone, self._now, self._log, self._stop = settings, zone, now, log, stop
        self._selected, self._rescanning = selected, rescanning
        self._finder = Finder(session, database, mailbox.folder)
        self._deadline = time.monotonic() + PASS_SECONDS
        self._moved = self._gone = self._deferred = 0

    def run(self) -> Filed:
        """Mail in the watched folder first; then what is to be moved on, and what is nowhere it should be."""
        more = (
            self._each(locations.unfiled, self._file, uidvalidity=self._selected.uidvalidity)
            or self._each(locations.moving_on, self._move_on)
            # While the mailbox is read again, a mail without a place in it may simply not be read yet.
            or (
                not self._rescanning
                and self._each(locations.left_behind, self._search, uidvalidity=self._selected.uidvalidity)
            )
        )
        return Filed(self._moved, self._gone, self._deferred, more=more)

    def _each(
        self,
        due: Callable[..., list[Location]],
        work: Callable[[list[Location], str], None],
        **further: int,
    ) -> bool:
        """`work` on what is due, a folder at a time; True where the time was over before everything was done."""
        while True:
            with self._database.reading() as tx:
                rows = due(tx, mailbox=self._mailbox.name, now=self._now, limit=BATCH, **further)
            if not rows:
                return False
            if self._selected.readonly or not self._session.can_move:
                _say_once(self._database, self._mailbox.name, self._now, self._log)
                return False
            placed = sorted(((self._path(row), row.folder or "", row) for row in rows), key=lambda place: place[:2])
            for (path, _), group in groupby(placed, key=lambda place: place[:2]):
                if time.monotonic() > self._deadline or (self._stop is not None and self._stop.is_set()):
                    return True
                work([row for _, _, row in group], path)

    def _path(self, row: Location) -> str:
        return path_of(row, self._settings, self._zone, self._now)

    def _file(self, rows: list[Location], path: str) -> None:
        """Out of the watched folder."""
        folder = self._session.folder(path)
        if same_folder(folder, self._mailbox.folder):  # onto itself, a mail would get a new UID for ever
            self._filed(rows, folder)
            return
        places = {row.uid: row for row in rows}
        if any(is_another(places[mail.uid], mail, self._mailbox) for mail in self._session.sizes(list(places))):
            raise _OtherMail  # moved away, it would be lost
        moved = self._session.move(list(places), path)
        self._filed(list(_of(rows, moved.done)), folder)
        self._kept(list(_of(rows, moved.kept)), folder, moved.because)
        self._search(list(_of(rows, moved.gone)), path)

    def _move_on(self, rows: list[Location], path: str) -> None:
        """From the folder in which the mails were filed before; all of `rows` are in the same."""
        source, folder = rows[0].folder or "", self._session.folder(path)
        if same_folder(source, folder):
            self._filed(rows, folder)
            return
        for some in _chunks(rows):
            found = {uids[0]: row for row, uids in self._finder.found(some, source)}
            moved = self._session.move_on(source, sorted(found), path) if found else Moved()
            done, kept = ([found[uid] for uid in uids] for uids in (moved.done, moved.kept))
            self._filed(done, folder)
            self._kept(kept, folder, moved.because)
            # Killed after this very move, it lies where it belongs already.
            self._search([row for row in some if row not in done and row not in kept], path)

    def _search(self, rows: Sequence[Location], path: str) -> None:
        """What is not where it was: filed by a move that was killed before its answer, or a person took it."""
        folder = self._session.folder(path)
        for some in _chunks(rows):
            found = [row for row, _ in self._finder.found(some, folder, newest=NEWEST)]
            self._filed(found, folder)
            self._lost(self._still_in_review([row for row in some if row not in found]))

    def _still_in_review(self, rows: Sequence[Location]) -> list[Location]:
        """Find what was held when its move was killed and was decided since; those that are not there either."""
        unfiled = [row for row in rows if row.folder is None]
        if not unfiled:
            return list(rows)
        review = self._session.folder(self._path(replace(unfiled[0], state=State.HELD)))
        found = [row for row, _ in self._finder.found(unfiled, review, newest=NEWEST)]
        with self._database.transaction() as tx:
            locations.mark_found(tx, [row.id for row in found], review)
        return [row for row in rows if row not in found]

    def _filed(self, rows: Sequence[Location], folder: str) -> None:
        if not rows:
            return
        with self._database.transaction() as tx:
            locations.mark_filed(tx, [row.id for row in rows], folder, self._now)
            alarms.clear(tx, CANNOT_FILE, self._mailbox.name)
        for row in rows:
            self._log.filed(row.inquiry_id, mailbox=self._mailbox.name, uid=row.uid, folder=folder)
        self._moved += len(rows)

    def _lost(self, rows: Sequence[Location]) -> None:
        if not rows:
            return
        with self._database.transaction() as tx:
            locations.mark_gone(tx, [row.id for row in rows], self._now)
        for row in rows:
            self._log.gone(row.inquiry_id, mailbox=self._mailbox.name, uid=row.uid)
        self._gone += len(rows)

    def _kept(self, rows: Sequence[Location], folder: str, because: str) -> None:
        if not rows:
            return
        failures = max(row.attempts for row in rows) + 1
        delay = backoff.filing(failures, random.random())  # noqa: S311 (no secret: it spreads load)
        with self._database.transaction() as tx:
            locations.defer(tx, [row.id for row in rows], self._now + timedelta(seconds=delay))
        self._log.filing_deferred(
            self._mailbox.name, folder=folder, mails=len(rows), because=because or "refused", retry_in=delay
        )
        self._deferred += len(rows)


def _say_once(database: Database, mailbox: str, now: datetime, log: Log) -> None:
    """The mail stays where it is, and an operator is told."""
    with database.transaction() as tx:
        fresh = alarms.raise_once(tx, kind=CANNOT_FILE, key=mailbox, now=now)
    if fresh:
        log.alarm(kind=CANNOT_FILE, key=mailbox)


def _chunks(rows: Sequence[Location]) -> Iterator[Sequence[Location]]:
    for start in range(0, len(rows), LOOKED_FOR_AT_ONCE):
        yield rows[start : start + LOOKED_FOR_AT_ONCE]


def _of(rows: Sequence[Location], uids: Sequence[int]) -> Iterator[Location]:
    wanted = set(uids)
    return (row for row in rows if row.uid in wanted)
