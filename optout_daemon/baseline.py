"""Where our mail begins in a mailbox, and where collecting goes on.

The baseline is set once, at first contact, and kept as a UID and a time: mail above that UID is ours, mail up to it
only if it came after the time (`since` a date). After a change of UIDVALIDITY every UID is read again under the same
rule, with the UIDs of that moment and the time of first contact: what is known is one more location of its inquiry,
what is unknown and older stays below the baseline, what is unknown and newer is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from optout_daemon.config import MailboxSettings
from optout_daemon.edges.imap_values import Fetched, Listed, Selected
from optout_daemon.log import Log
from optout_daemon.store import cursors
from optout_daemon.store.cursors import Cursor
from optout_daemon.store.database import Database


class Inbox(Protocol):
    """What intake needs of a mailbox session (edges/imap.py says what each promises)."""

    def open(self) -> Selected: ...
    def select(self) -> Selected: ...
    def uids_above(self, uid: int, *, since: date | None = None) -> list[int]: ...
    def sizes(self, uids: Sequence[int]) -> list[Listed]: ...
    def fetch(self, uids: Sequence[int], *, size: int = 0) -> Iterator[Fetched]: ...
    def fetch_head(self, uid: int, limit: int) -> bytes | None: ...
    def present(self, uids: Sequence[int]) -> set[int]: ...


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
    elif cursor.uidvalidity != selected.uidvalidity:
        log.new_uidvalidity(mailbox.name)
        # Nothing was below the baseline: then nothing is.
        baseline_uid = _top(session, selected) if cursor.baseline_uid else 0
        with database.transaction() as tx:
            cursors.renumber(tx, mailbox=mailbox.name, uidvalidity=selected.uidvalidity, baseline_uid=baseline_uid)
        cursor = replace(cursor, uidvalidity=selected.uidvalidity, last_uid=0, baseline_uid=baseline_uid)
    return cursor


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


def _top(session: Inbox, selected: Selected) -> int:
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
