"""Where our mail begins in a mailbox, and where collecting goes on.

The baseline is set once, at first contact, and kept as a UID and a time: mail above that UID is ours, mail up to it
only if it came after the time (`since` a date). After a change of UIDVALIDITY every UID is read again under the same
rule, with the UIDs of that moment and the time of first contact: what is known is one more location of its inquiry,
what is unknown and older stays below the baseline, what is unknown and newer is new. So it is where a server gives
UIDs out again under the same UIDVALIDITY, which it must not (RFC 3501, section 2.3.1.1) and does after a restore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from optout_daemon.config import MailboxSettings
from optout_daemon.edges.imap_values import Fetched, Listed, Selected
from optout_daemon.log import Log
from optout_daemon.setting_aside import release_all
from optout_daemon.store import cursors, locations
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database
from optout_daemon.store.locations import Location


class Lookup(Protocol):
    """What is asked of a mailbox session to see whether its UIDs mean what they meant."""

    def uids_above(self, uid: int, *, since: date | None = None) -> list[int]: ...
    def sizes(self, uids: Sequence[int]) -> list[Listed]: ...


class Inbox(Lookup, Protocol):
    """What intake needs of a mailbox session (edges/imap.py says what each promises)."""

    def open(self) -> Selected: ...
    def select(self) -> Selected: ...
    def present(self, uids: Sequence[int]) -> set[int]: ...
    def fetch(self, uids: Sequence[int], *, size: int = 0) -> Iterator[Fetched]: ...
    def fetch_head(self, uid: int, limit: int) -> bytes | None: ...


def position(
    session: Inbox,
    selected: Selected,
    *,
    database: Database,
    mailbox: MailboxSettings,
    now: Callable[[], datetime],
    log: Log,
) -> Cursor:
    """Where this pass starts; sets the baseline at first contact."""
    with database.reading() as tx:
        cursor = cursors.get(tx, mailbox.name)
    if cursor is None:
        cursor = _first_contact(session, selected, mailbox, now())
        with database.transaction() as tx:
            cursors.start(
                tx,
                mailbox=cursor.mailbox,
                uidvalidity=cursor.uidvalidity,
                baseline_uid=cursor.baseline_uid,
                below_baseline=cursor.below_baseline,
                now=cursor.first_contact,
                last_uid=cursor.last_uid,
            )
        log.first_contact(mailbox.name, since=str(mailbox.since), below_baseline=cursor.below_baseline)
    elif renumbered(session, selected, cursor, database=database, mailbox=mailbox):
        cursor = start_again(session, selected, cursor, database=database, mailbox=mailbox, log=log)
    return cursor


def renumbered(
    session: Lookup, selected: Selected, cursor: Cursor, *, database: Database, mailbox: MailboxSettings
) -> bool:
    """Whether the UIDs up to the cursor mean other mails now than when they were stored."""
    if cursor.uidvalidity != selected.uidvalidity:
        return True
    if selected.uidnext is not None and selected.uidnext <= cursor.last_uid:
        return True
    # Rolled back, and past the cursor again since: then another mail lies under the UID of one that we know.
    if not selected.exists:
        return False
    with database.reading() as tx:
        last = locations.at(tx, mailbox.name, cursor.uidvalidity, cursor.last_uid)
    return last is not None and any(is_another(last, mail, mailbox) for mail in session.sizes([last.uid]))


def is_another(place: Location, listed: Listed, mailbox: MailboxSettings) -> bool:
    """Whether the server lists another mail under the UID of a known place."""
    if place.gone_at is not None or (place.folder is not None and not same_folder(place.folder, mailbox.folder)):
        return True  # ours has left the folder
    if place.listed_at is None or listed.received_at is None:
        return False
    # The size is no witness: some servers estimate it, and know better later.
    return place.listed_at != listed.received_at


def same_folder(folder: str, watched: str) -> bool:
    """Whether both are one folder: INBOX is spelled in any case (RFC 3501, section 5.1)."""
    return folder == watched or folder.upper() == watched.upper() == "INBOX"


def start_again(
    session: Lookup, selected: Selected, cursor: Cursor, *, database: Database, mailbox: MailboxSettings, log: Log
) -> Cursor:
    """Have every UID read again, and keep the places under the old numbers apart; where this pass starts."""
    rolled_back = cursor.uidvalidity == selected.uidvalidity
    baseline_uid = 0  # nothing was below the baseline: then nothing is
    if cursor.baseline_uid:
        top = _top(session, selected)
        baseline_uid = min(cursor.baseline_uid, top) if rolled_back else top
    with database.transaction() as tx:
        if rolled_back:
            locations.retire(tx, mailbox.name, cursor.uidvalidity)
        release_all(tx, mailbox.name)
        cursors.renumber(tx, mailbox=mailbox.name, uidvalidity=selected.uidvalidity, baseline_uid=baseline_uid)
    if rolled_back:
        log.uids_rolled_back(mailbox.name)
    else:
        log.new_uidvalidity(mailbox.name)
    return replace(cursor, uidvalidity=selected.uidvalidity, last_uid=0, baseline_uid=baseline_uid, rescanning=True)


def _first_contact(session: Inbox, selected: Selected, mailbox: MailboxSettings, now: datetime) -> Cursor:
    top = _top(session, selected)
    baseline_uid, last_uid, below = top, top, selected.exists
    if mailbox.since == "all":
        baseline_uid, last_uid, below = 0, 0, 0
    elif isinstance(mailbox.since, date):
        # Servers count days in a zone of their own: ask for a day more, compare ourselves.
        candidates = session.uids_above(0, since=mailbox.since - timedelta(days=1))
        listed = session.sizes([uid for uid in candidates if uid <= top])
        ours = [mail.uid for mail in listed if not _before(mail, mailbox.since)]
        last_uid = ours[0] - 1 if ours else top
        below = max(0, selected.exists - len(ours))
    return Cursor(
        mailbox=mailbox.name,
        uidvalidity=selected.uidvalidity,
        last_uid=last_uid,
        baseline_uidvalidity=selected.uidvalidity,
        baseline_uid=baseline_uid,
        below_baseline=below,
        first_contact=now,
        last_pass=None,
    )


def _top(session: Lookup, selected: Selected) -> int:
    """The highest UID that the folder can hold now."""
    if selected.uidnext is not None:
        return selected.uidnext - 1
    return max(session.uids_above(0), default=0)


def _before(listed: Listed, day: date) -> bool:
    """Whether INTERNALDATE lies before the day, in the server's own offset as in its SEARCH (RFC 3501, 6.4.4)."""
    return listed.received_at is not None and listed.received_at.date() < day


def below(listed: Listed, cursor: Cursor, mailbox: MailboxSettings) -> bool:
    """Whether the mail lies below the baseline, unless its digest is known. In doubt it is ours."""
    if listed.uid > cursor.baseline_uid or listed.received_at is None:
        return False
    if isinstance(mailbox.since, date):
        return _before(listed, mailbox.since)
    return listed.received_at < cursor.first_contact
