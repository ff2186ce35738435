"""One session with one mailbox: look for mail, fetch it unseen, move it into folders.

Belongs to one thread at a time. Raises MailboxError and AuthenticationError only; after either the session is dead:
close it, and open it again or make a new one. Never sets a flag on a mail that stays, never asks for ENVELOPE.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from imapclient.exceptions import IMAPClientReadOnlyError

from optout_daemon.config import MailboxSettings
from optout_daemon.edges.folders import Namespace, namespace_of
from optout_daemon.edges.idling import idle
from optout_daemon.edges.imap_client import Connection, Refused
from optout_daemon.edges.imap_find import SLOWEST, find
from optout_daemon.edges.imap_moves import Mover, outcome
from optout_daemon.edges.imap_rights import my_rights
from optout_daemon.edges.imap_search import chunks, uids_above
from optout_daemon.edges.imap_values import Fetched as Fetched
from optout_daemon.edges.imap_values import Listed as Listed
from optout_daemon.edges.imap_values import Moved as Moved
from optout_daemon.edges.imap_values import Selected as Selected
from optout_daemon.edges.imap_values import Sought as Sought
from optout_daemon.errors import MailboxError


class MailboxSession:
    """Open, use, close; `open` may be called again after an error."""

    def __init__(self, settings: MailboxSettings, password: str | None, *, stop: threading.Event) -> None:
        self._settings = settings
        self._password = password
        self._stop = stop
        self._connection: Connection | None = None
        self._namespace = Namespace("", "/")
        self._selected: Selected | None = None
        self._mover: Mover | None = None

    def open(self) -> Selected:
        """Connect, sign in and select the watched folder."""
        self.close()
        connection = self._connection = Connection(self._settings, self._stop)
        connection.connect()
        connection.log_in(self._password)
        self._mover = Mover(connection, connection.client)
        with connection.command("NAMESPACE"):
            self._namespace = namespace_of(connection.client)
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
    def mechanism(self) -> str:
        """How we signed in: LOGIN or PLAIN."""
        return self._alive()[0].mechanism

    def rights(self) -> str | None:
        """Our rights in the watched folder (RFC 4314, section 2.1); None where the server does not say."""
        connection, client = self._alive()
        if "ACL" not in self._now_selected.capabilities:
            return None
        with contextlib.suppress(Refused), connection.command("MYRIGHTS", refusable=True):
            return my_rights(client, self._settings.folder)
        return None

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
        return uids_above(connection, client, uid, exists=selected.exists, uidnext=selected.uidnext, since=since)

    def sizes(self, uids: Sequence[int]) -> list[Listed]:
        """Sizes and dates of those that are still there, ascending."""
        connection, client = self._alive()
        rows: dict[int, dict[bytes, Any]] = {}
        for chunk in chunks(uids):
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
            raw: bytes | None = row.get(b"BODY[]")
            if raw is not None:
                yield Fetched(uid, raw)

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
        for chunk in chunks(uids):
            with connection.command("SEARCH"):
                found.update(client.search(["UID", ",".join(map(str, chunk))]))
        return found & set(uids)

    def folder(self, path: str) -> str:
        """The server's own name for a folder of the settings."""
        return self._namespace.levels(path)[-1]

    def move(self, uids: Sequence[int], path: str) -> Moved:
        """Move mails into the folder, which is made on demand. What the server refuses comes back as kept."""
        selected = self._now_selected
        if not uids:
            return Moved()
        if selected.readonly:  # imapclient's flag calls would silently do nothing
            return Moved(kept=tuple(uids), because="READ-ONLY")
        if not self.can_move:
            return Moved(kept=tuple(uids), because="no MOVE")
        mover = self._now_mover
        because = mover.ensure(self._namespace.levels(path))
        before = self.present(uids)
        left = before
        if not because and before:
            because = mover.move(sorted(before), self.folder(path), selected.capabilities)
            left = self.present(sorted(before))
        return outcome(uids, before, left, because)

    def find(
        self, folder: str, sought: Sequence[Sought], *, newest: int | None = None
    ) -> Mapping[int, tuple[int, ...]]:
        """UIDs by `Sought.key` in another folder (the server's name); `newest`: among so many of its highest UIDs."""
        connection, client = self._alive()
        with self._elsewhere(folder, readonly=True) as answer:
            if answer is None:
                return {}
            uidnext = int(answer[b"UIDNEXT"]) if b"UIDNEXT" in answer else None
            return find(connection, client, sought, uidnext=uidnext, newest=newest)

    def move_on(self, folder: str, uids: Sequence[int], path: str) -> Moved:
        """Move mails from another folder (the server's name) into the folder of the settings, as `move` does."""
        mover, selected = self._now_mover, self._now_selected
        because = mover.ensure(self._namespace.levels(path))
        with self._elsewhere(folder, readonly=False) as answer:
            if answer is None:
                return Moved(gone=tuple(uids))
            before = left = self.present(uids)
            if not because and before:
                because = mover.move(sorted(before), self.folder(path), selected.capabilities)
                left = self.present(sorted(before))
        return outcome(uids, before, left, because)

    @contextlib.contextmanager
    def _elsewhere(self, folder: str, *, readonly: bool) -> Iterator[dict[bytes, Any] | None]:
        """Another folder is selected inside, the watched one again after it. None where there is no such folder."""
        connection, client = self._alive()
        watched = self._now_selected
        answer: dict[bytes, Any] | None = None
        refusals = contextlib.suppress(IMAPClientReadOnlyError)
        with contextlib.suppress(Refused), connection.command("SELECT", refusable=True), refusals:
            answer = client.select_folder(folder, readonly=readonly)
        yield answer
        if self.select().uidvalidity != watched.uidvalidity:
            connection.close()
            raise MailboxError(f"{self._settings.host}: SELECT: the mailbox was renumbered meanwhile", "4.2.0")

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

    @property
    def _now_mover(self) -> Mover:
        if self._mover is None:
            raise MailboxError(f"{self._settings.host}: not connected")
        return self._mover

    def _alive(self) -> tuple[Connection, Any]:
        if self._connection is None:
            raise MailboxError(f"{self._settings.host}: not connected")
        return self._connection, self._connection.client
