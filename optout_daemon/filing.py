"""Move decided mail out of the watched folder: into a folder a month, or into the review folder.

The mailbox is changed first and the database marked second. A move that failed is tried again later and is never a
second inquiry; a mail that a person moved is marked gone. Raises MailboxError where the session died and StoreError.
A held mail that is closed later stays in the review folder.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from optout_daemon.config import FilingSettings, MailboxSettings
from optout_daemon.core import backoff
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.edges.imap_values import Moved, Selected
from optout_daemon.log import Log
from optout_daemon.store import alarms, locations
from optout_daemon.store.database import Database
from optout_daemon.store.locations import Location

BATCH: Final = 500
PASS_SECONDS: Final = 120.0
"""Seconds after which a pass ends and leaves the rest to the next one."""
CANNOT_FILE: Final = "cannot_file"
"""Kind of the alarm for a mailbox that lets nothing be moved; its key is the mailbox's name."""


class Folders(Protocol):
    """What filing needs of a mailbox session (edges/imap.py says what each promises)."""

    @property
    def can_move(self) -> bool: ...
    def select(self) -> Selected: ...
    def folder(self, path: str) -> str: ...
    def move(self, uids: Sequence[int], path: str) -> Moved: ...


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
    settings = mailbox.file_into
    if settings is False:
        return Filed()
    selected = session.select()
    total = Filed()
    deadline = time.monotonic() + PASS_SECONDS
    while rows := _due(database, mailbox.name, selected.uidvalidity, now):
        if selected.readonly or not session.can_move:
            _say_once(database, mailbox.name, now, log)
            return total
        zone = ZoneInfo(time_zone)
        placed = sorted(((path_of(row, settings, zone, now), row) for row in rows), key=lambda pair: pair[0])
        for path, group in groupby(placed, key=lambda pair: pair[0]):
            if time.monotonic() > deadline or (stop is not None and stop.is_set()):
                return replace(total, more=True)
            filed = _file([row for _, row in group], path, session, database, mailbox, now, log)
            total = Filed(total.moved + filed.moved, total.gone + filed.gone, total.deferred + filed.deferred)
    return total


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


def _due(database: Database, mailbox: str, uidvalidity: int, now: datetime) -> list[Location]:
    with database.reading() as tx:
        return locations.unfiled(tx, mailbox=mailbox, uidvalidity=uidvalidity, now=now, limit=BATCH)


def _file(
    rows: Sequence[Location],
    path: str,
    session: Folders,
    database: Database,
    mailbox: MailboxSettings,
    now: datetime,
    log: Log,
) -> Filed:
    folder = session.folder(path)
    if _same(folder, mailbox.folder):  # moving a mail onto itself would give it a new UID for ever
        moved = Moved(done=tuple(row.uid for row in rows))
    else:
        moved = session.move([row.uid for row in rows], path)
    done, gone, kept = (list(_of(rows, uids)) for uids in (moved.done, moved.gone, moved.kept))
    delay = 0.0
    with database.transaction() as tx:
        if done:
            locations.mark_filed(tx, [row.id for row in done], folder, now)
            alarms.clear(tx, CANNOT_FILE, mailbox.name)
        if gone:
            locations.mark_gone(tx, [row.id for row in gone], now)
        if kept:
            failures = max(row.attempts for row in kept) + 1
            delay = backoff.filing(failures, random.random())  # noqa: S311 (no secret: it spreads load)
            locations.defer(tx, [row.id for row in kept], now + timedelta(seconds=delay))
    for row in done:
        log.filed(row.inquiry_id, mailbox=mailbox.name, uid=row.uid, folder=folder)
    for row in gone:
        log.gone(row.inquiry_id, mailbox=mailbox.name, uid=row.uid)
    if kept:
        log.filing_deferred(
            mailbox.name, folder=folder, mails=len(kept), because=moved.because or "refused", retry_in=delay
        )
    return Filed(len(done), len(gone), len(kept))


def _say_once(database: Database, mailbox: str, now: datetime, log: Log) -> None:
    """The mail stays where it is, and an operator is told."""
    with database.transaction() as tx:
        fresh = alarms.raise_once(tx, kind=CANNOT_FILE, key=mailbox, now=now)
    if fresh:
        log.alarm(kind=CANNOT_FILE, key=mailbox)


def _of(rows: Sequence[Location], uids: Sequence[int]) -> Iterator[Location]:
    wanted = set(uids)
    return (row for row in rows if row.uid in wanted)


def _same(folder: str, watched: str) -> bool:
    """Whether both are one folder: INBOX is spelled in any case (RFC 3501, section 5.1)."""
    return folder == watched or folder.upper() == watched.upper() == "INBOX"
