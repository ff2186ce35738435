"""Look at every mail in a mailbox's folders without touching one: a session of its own that only ever examines.

Belongs to one thread at a time. Raises MailboxError and AuthenticationError only; the session is dead then. Folders are
opened by EXAMINE (RFC 3501, section 6.3.2), nothing is marked as read. A mail that the server lists and cannot show
comes without size and Message-ID; one that vanished meanwhile does not come at all.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from optout_daemon.config import MailboxSettings
from optout_daemon.core.reading.headers import message_ids
from optout_daemon.edges.folders import Namespace, namespace_of
from optout_daemon.edges.imap_client import Connection, Refused
from optout_daemon.edges.imap_find import SLOWEST
from optout_daemon.edges.imap_search import windows_of_uids
from optout_daemon.errors import MailboxError

AT_ONCE: Final = 500
"""Mails that one command may name: servers take lines of 8,000 bytes (RFC 7162, section 4)."""
_LONGEST_ID: Final = 2_048
"""Bytes of a Message-ID header that are asked for: a stranger may send a megabyte."""
_SHOWN: Final = ["RFC822.SIZE", "INTERNALDATE", f"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.{_LONGEST_ID}>"]
_CODES: Final = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}"}


@dataclass(frozen=True, slots=True)
class Counted:
    """One mail as the server lists it. `size` is None where it cannot show the mail."""

    uid: int
    size: int | None
    received_at: datetime | None
    """INTERNALDATE, aware; None where the server gave none."""
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Examined:
    """A folder as EXAMINE showed it."""

    uidvalidity: int
    exists: int


class Census:
    """Open, examine folder after folder, log out or close."""

    def __init__(self, settings: MailboxSettings, password: str | None, *, stop: threading.Event) -> None:
        self._settings = settings
        self._password = password
        self._stop = stop
        self._connection: Connection | None = None
        self._namespace = Namespace("", "/")
        self._exists = 0

    def open(self) -> None:
        """Connect and sign in; no folder is open yet."""
        connection = self._connection = Connection(self._settings, self._stop)
        connection.connect()
        connection.log_in(self._password)
        with connection.command("NAMESPACE"):
            self._namespace = namespace_of(connection.client)

    def log_out(self) -> None:
        """End politely."""
        if self._connection is not None:
            self._connection.log_out()

    def close(self) -> None:
        """Cut the connection; safe where there is none."""
        if self._connection is not None:
            self._connection.close()

    def folders(self, path: str) -> list[str]:
        """The server's names of the folders that a path of the settings, with its %Y, %m and %d, stands for."""
        connection, client = self._alive()
        name = self._namespace.levels(path)[-1]
        wanted = re.compile("".join(_CODES.get(part, re.escape(part)) for part in re.split(r"(%[Ymd])", name)))
        with connection.command("LIST"):
            listed = client.list_folders("", re.sub(r"%[Ymd]", "%", name))
        return sorted(
            found
            for flags, _, found in listed
            if wanted.fullmatch(found) and not {flag.lower() for flag in flags} & {rb"\nonexistent", rb"\noselect"}
        )

    def examine(self, folder: str) -> Examined | None:
        """Open a folder (the server's name) for reading only; None where there is no such folder."""
        connection, client = self._alive()
        try:
            with connection.command("EXAMINE", refusable=True):
                answer = client.select_folder(folder, readonly=True)
        except Refused:
            return None
        if b"UIDVALIDITY" not in answer:
            raise MailboxError(f"{self._settings.host}: EXAMINE: the server keeps no UIDVALIDITY", "4.5.0")
        self._exists = int(answer.get(b"EXISTS", 0))
        return Examined(int(answer[b"UIDVALIDITY"]), self._exists)

    def mails(self) -> Iterator[list[Counted]]:
        """Every mail of the folder that is open, ascending, at most AT_ONCE in a list."""
        connection, client = self._alive()
        for uids in windows_of_uids(connection, client, exists=self._exists):
            for start in range(0, len(uids), AT_ONCE):
                yield self._counted(uids[start : start + AT_ONCE])

    def digest(self, uid: int, *, size: int, head: int | None = None) -> str | None:
        """SHA-256 of the mail, or of its first `head` bytes; None where the server does not hand it out."""
        connection, client = self._alive()
        part = "BODY.PEEK[]" if head is None else f"BODY.PEEK[]<0.{head}>"
        try:
            with connection.command("FETCH", extra=(head or size) / SLOWEST, refusable=True):
                row = client.fetch([uid], [part]).get(uid, {})
        except Refused:
            return None
        raw: bytes | None = row.get(b"BODY[]" if head is None else b"BODY[]<0>")
        return hashlib.sha256(raw[:head]).hexdigest() if raw or (raw is not None and not size) else None

    def _counted(self, uids: Sequence[int]) -> list[Counted]:
        connection, client = self._alive()
        try:
            with connection.command("FETCH", refusable=True):
                rows = client.fetch(uids, _SHOWN)
        except Refused:  # one of them it cannot read, or somebody expunged one (RFC 2180, section 4.1)
            if len(uids) > 1:
                return [mail for uid in uids for mail in self._counted([uid])]
            rows = {}
        missing = [uid for uid in uids if uid not in rows]
        if missing:
            with connection.command("SEARCH"):
                still_there = set(client.search(["UID", ",".join(map(str, missing))]))
            rows |= {uid: {} for uid in missing if uid in still_there}
        return [_one(uid, row) for uid, row in sorted(rows.items()) if uid in uids]

    def _alive(self) -> tuple[Connection, Any]:
        if self._connection is None:
            raise MailboxError(f"{self._settings.host}: not connected")
        return self._connection, self._connection.client


@contextmanager
def surveying(settings: MailboxSettings, password: str | None, *, stop: threading.Event) -> Iterator[Census]:
    """An open census, closed at the end."""
    census = Census(settings, password, stop=stop)
    try:
        census.open()
        yield census
        census.log_out()
    finally:
        census.close()


def _one(uid: int, row: dict[bytes, Any]) -> Counted:
    header = next((value for key, value in row.items() if key.startswith(b"BODY[")), None) or b""
    _, _, value = header.partition(b":")
    # The row's Message-ID is the first header's; what follows a line end without a space after it is another one.
    first = re.split(rb"\r?\n(?![ \t])", value, maxsplit=1)[0]
    ids = message_ids(first.decode("ascii", "surrogateescape"))
    size = row.get(b"RFC822.SIZE")
    return Counted(uid, None if size is None else int(size), row.get(b"INTERNALDATE"), ids[0] if ids else None)
