"""One session with one mailbox: look for mail, fetch it unseen, move it into folders.

Belongs to one thread at a time. Raises MailboxError and AuthenticationError only; after either the session is dead:
close it, and open it again or make a new one. Never sets a flag on a mail that stays, never asks for ENVELOPE.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

from imapclient.exceptions import IMAPClientReadOnlyError

from optout_daemon.config import MailboxSettings
from optout_daemon.edges.folders import Namespace
from optout_daemon.edges.idling import idle
from optout_daemon.edges.imap_client import Connection, Refused
from optout_daemon.edges.imap_values import Fetched as Fetched
from optout_daemon.edges.imap_values import Listed as Listed
from optout_daemon.edges.imap_values import Moved as Moved
from optout_daemon.edges.imap_values import Selected as Selected
from optout_daemon.errors import MailboxError

WINDOW: Final = 50_000
"""Mails that one SEARCH may answer with: imaplib refuses a line of more than 1,000,000 bytes."""
AT_ONCE: Final = 500
"""UIDs that one command may name: servers take lines of 8,000 bytes (RFC 7162, section 4)."""
SLOWEST: Final = 20_000
"""Bytes a second that a fetch may count on."""


class MailboxSession:
    """Open, use, close; `open` may be called again after an error."""

    def __init__(self, settings: MailboxSettings, password: str | None, *, stop: threading.Event) -> None:
        self._settings = settings
        self._password = password
        self._stop = stop
        self._connection: Connection | None = None
        self._namespace = Namespace("", "/")
        self._selected: Selected | None = None
        self._known_folders: set[str] = set()

    def open(self) -> Selected:
        """Connect, sign in and select the watched folder."""
        self.close()
        connection = self._connection = Connection(self._settings, self._stop)
        connection.connect()
        connection.log_in(self._password)
        with connection.command("NAMESPACE"):
            self._namespace = _namespace(connection.client)
        return self.select()

    def close(self) -> None:
        """Cut the connection; safe from another thread, and where there is none."""
        connection = self._connection
        if connection is not None:
            connection.close()

    def log_out(self) -> None:
        """End politely."""
        if self._connection is not None:
            self._connection.log_out()

    @property
    def can_move(self) -> bool:
        """Whether the server offers a move that cannot take another's mail along (RFC 6851, or RFC 4315)."""
        return bool(self._now_selected.capabilities & {"MOVE", "UIDPLUS"})

    def select(self) -> Selected:
        """Select the watched folder anew: only so are its UIDVALIDITY and the number of mails certain."""
        connection, client = self._alive()
        with connection.command("SELECT"):
            readonly = False
            try:
                answer = client.select_folder(self._settings.folder)
            except IMAPClientReadOnlyError:  # what imaplib makes of a mailbox that only lets itself be read
                readonly = True
                answer = client.select_folder(self._settings.folder, readonly=True)
            if b"UIDVALIDITY" not in answer:
                connection.close()
                raise MailboxError(f"{self._settings.host}: SELECT: the server keeps no UIDVALIDITY", "4.5.0")
            self._selected = Selected(
                uidvalidity=int(answer[b"UIDVALIDITY"]),
                uidnext=int(answer[b"UIDNEXT"]) if b"UIDNEXT" in answer else None,
                exists=int(answer.get(b"EXISTS", 0)),
                readonly=readonly or b"READ-ONLY" in answer,
                separator=self._namespace.separator,
                capabilities=frozenset(name.decode("ascii", "replace").upper() for name in client.capabilities()),
            )
        return self._selected

    def uids_above(self, uid: int, *, since: date | None = None) -> list[int]:
        """UIDs above `uid`, ascending; with `since` only of mails that the server says came on that day or later."""
        connection, client = self._alive()
        selected = self._now_selected
        among = selected.exists if selected.uidnext is None else min(selected.exists, selected.uidnext - 1 - uid)
        found: set[int] = set()
        for window in _windows(selected.exists) if among > WINDOW else [[]]:
            criteria: list[object] = [*window, "UID", f"{uid + 1}:*"]
            if since is not None:
                criteria += ["SINCE", since]
            with connection.command("SEARCH"):
                found.update(client.search(criteria))
        return sorted(number for number in found if number > uid)  # "n:*" names the last mail, however low its UID

    def sizes(self, uids: Sequence[int]) -> list[Listed]:
        """Sizes and dates of those that are still there, ascending."""
        connection, client = self._alive()
        rows: dict[int, dict[bytes, Any]] = {}
        for chunk in _chunks(uids):
            with connection.command("FETCH"):
                rows |= client.fetch(chunk, ["RFC822.SIZE", "INTERNALDATE"])
        return [
            Listed(uid, int(row.get(b"RFC822.SIZE") or 0), row.get(b"INTERNALDATE"))
            for uid, row in sorted(rows.items())
        ]

    def fetch(self, uids: Sequence[int], *, size: int = 0) -> Iterator[Fetched]:
        """The mails' bytes, ascending, in one command; `size` is their sum as listed. Who is gone is left out."""
        connection, client = self._alive()
        with connection.command("FETCH", extra=size / SLOWEST):
            rows = client.fetch(list(uids), ["BODY.PEEK[]"]) if uids else {}
        for uid, row in sorted(rows.items()):
            # NIL or nothing at all: it was expunged meanwhile (RFC 2180, section 4.1), or the server failed to say it.
            if row.get(b"BODY[]"):
                yield Fetched(uid, row[b"BODY[]"])

    def fetch_head(self, uid: int, limit: int) -> bytes | None:
        """The first `limit` bytes of a mail that is too large, or None where it is gone (RFC 3501, section 6.4.5)."""
        connection, client = self._alive()
        with connection.command("FETCH", extra=limit / SLOWEST):
            row = client.fetch([uid], [f"BODY.PEEK[]<0.{limit}>"]).get(uid, {})
        head: bytes | None = row.get(b"BODY[]<0>")
        return head[:limit] if head else None

    def present(self, uids: Sequence[int]) -> set[int]:
        """Those that are in the watched folder now."""
        connection, client = self._alive()
        found: set[int] = set()
        for chunk in _chunks(uids):
            with connection.command("SEARCH"):
                found.update(client.search(["UID", ",".join(map(str, chunk))]))
        return found & set(uids)

    def folder(self, path: str) -> str:
        """The server's own name for a folder of the settings."""
        return self._namespace.levels(path)[-1]

    def ensure_folder(self, path: str) -> str:
        """Make the folder and its parents where they are missing; "" or why it cannot be (a response code)."""
        connection, client = self._alive()
        levels = self._namespace.levels(path)
        if levels[-1] in self._known_folders:
            return ""
        because = ""
        for name in levels:
            with connection.command("LIST"):
                listed = client.list_folders("", name)
            flags = {flag.lower() for flag in listed[0][0]} if listed else {rb"\nonexistent"}
            because = ""
            if not flags & {rb"\nonexistent", rb"\noselect"}:
                continue
            try:
                with connection.command("CREATE", refusable=True):
                    client.create_folder(name)
                with connection.command("SUBSCRIBE", refusable=True):
                    client.subscribe_folder(name)
            except Refused as refused:
                because = str(refused)  # of a parent it does not matter: the server may make them itself
        if because in ("", "ALREADYEXISTS"):
            self._known_folders.add(levels[-1])
            return ""
        return because

    def move(self, uids: Sequence[int], path: str) -> Moved:
        """Move mails into the folder, which is made on demand. What the server refuses comes back as kept."""
        selected = self._now_selected
        if not uids:
            return Moved()
        if selected.readonly:  # imapclient's flag calls would silently do nothing
            return Moved(kept=tuple(uids), because="READ-ONLY")
        if not self.can_move:
            return Moved(kept=tuple(uids), because="no MOVE")
        because = self.ensure_folder(path)
        before = self.present(uids)
        left = before
        if not because and before:
            because = self._move(sorted(before), self.folder(path))
            left = self.present(sorted(before))
        return Moved(
            done=tuple(sorted(before - left)),
            gone=tuple(sorted(set(uids) - before)),
            kept=tuple(sorted(left)),
            because=because or "still there" if left else "",
        )

    def _move(self, uids: Sequence[int], folder: str) -> str:
        """Move what is there; "" or the response code of the refusal."""
        connection, client = self._alive()
        try:
            for chunk in _chunks(uids):
                if "MOVE" in self._now_selected.capabilities:
                    with connection.command("MOVE", refusable=True):
                        client.move(chunk, folder)
                    continue
                # Killed in between, the mail lies in both folders and is moved again: twice filed, never lost.
                with connection.command("COPY", refusable=True):
                    client.copy(chunk, folder)
                with connection.command("STORE", refusable=True):
                    client.delete_messages(chunk, silent=True)
                with connection.command("EXPUNGE", refusable=True):
                    client.uid_expunge(chunk)  # RFC 4315: only these, not what others marked
        except Refused as refused:
            if str(refused) in ("TRYCREATE", "NONEXISTENT"):
                self._known_folders.discard(folder)  # a person removed it: made again next time
            return str(refused)
        return ""

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self._now_selected.capabilities

    def idle(self, seconds: float, *, begun: Callable[[], None], tick: float = 1.0) -> bool:
        """Wait in IDLE for news of mail: True when told of some, False after `seconds`, on stop or on any doubt.

        `begun` is called once the server waits with us: a search after it sees what came before.
        """
        connection, client = self._alive()
        return idle(connection, client, seconds, begun=begun, tick=tick, stop=self._stop)

    @property
    def _now_selected(self) -> Selected:
        if self._selected is None:
            raise MailboxError(f"{self._settings.host}: no folder is selected")
        return self._selected

    def _alive(self) -> tuple[Connection, Any]:
        if self._connection is None:
            raise MailboxError(f"{self._settings.host}: not connected")
        return self._connection, self._connection.client


def _namespace(client: Any) -> Namespace:
    """The first personal namespace (RFC 2342), or the separator alone where the server has no NAMESPACE."""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        if personal:
            prefix, separator = personal[0]
            return Namespace(_text(prefix), _text(separator))
    root = client.list_folders("", "")  # RFC 3501, section 6.3.8: an empty name asks for the separator
    return Namespace("", _text(root[0][1]) if root else "/")


def _text(value: bytes | str | None) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value or ""


def _windows(exists: int) -> Iterator[list[str]]:
    """Search keys for every mail, WINDOW at a time by its place in the folder: UIDs may have gaps of millions."""
    for first in range(1, exists + 1, WINDOW):
        last = first + WINDOW - 1
        yield [f"{first}:{last}" if last < exists else f"{first}:*"]


def _chunks(uids: Collection[int]) -> Iterator[list[int]]:
    every = list(uids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
